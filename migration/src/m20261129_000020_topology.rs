//! Tables of `topology`: services, power feeds, configuration items, and what each of them needs.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, boolean, date_null, integer_null, text, text_null, uuid, uuid_null,
};

use crate::table::{
    at_least, between, both_or_neither, create, drop, index, not_before, one_of, refers_to, requires, table,
    unique,
};

const SERVICE: &str = "service";
const FEED: &str = "power_feed";
const ITEM: &str = "configuration_item";
const GROUP: &str = "redundancy_group";
const DEPENDENCY: &str = "dependency";

const SERVICE_KINDS: [&str; 5] = ["BUSINESS_SERVICE", "APPLICATION", "PLATFORM", "CARRIER", "EXTERNAL"];
const STATUSES: [&str; 3] = ["PLANNED", "ACTIVE", "RETIRED"];
const SIDES: [&str; 2] = ["A", "B"];
const KINDS: [&str; 12] = [
    "RUNS_ON",
    "DEPENDS_ON",
    "USES",
    "STORES_ON",
    "CONNECTS_VIA",
    "POWERED_BY",
    "COOLED_BY",
    "AUTHENTICATES_WITH",
    "REPLICATES_TO",
    "BACKS_UP_TO",
    "MEMBER_OF",
    "CONTAINED_IN",
];
const HARDNESSES: [&str; 2] = ["HARD", "SOFT"];
const EVIDENCES: [&str; 3] = ["OBSERVED", "DECLARED", "INFERRED"];

/// What an item may be: the column, and the table it refers to. Exactly one is filled.
const TARGETS: [(&str, &str); 10] = [
    ("service_id", "service"),
    ("asset_id", "asset"),
    ("workload_id", "workload"),
    ("rack_id", "rack"),
    ("power_feed_id", "power_feed"),
    ("site_id", "site"),
    ("vendor_id", "vendor"),
    ("colocation_contract_id", "colocation_contract"),
    ("support_contract_id", "support_contract"),
    ("provider_account_id", "provider_account"),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![service(), power_feed(), configuration_item(), redundancy_group(), dependency()];
        create(manager, tables, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[DEPENDENCY, GROUP, ITEM, FEED, SERVICE]).await
    }
}

fn service() -> TableCreateStatement {
    table(SERVICE)
        .col(text("name"))
        .col(text("kind"))
        .col(text("status"))
        .col(text_null("description"))
        .col(text_null("owner"))
        .col(integer_null("tier"))
        .col(boolean("is_shared"))
        .col(integer_null("users"))
        .col(big_integer_null("revenue_per_hour_amount"))
        .col(text_null("revenue_per_hour_currency"))
        .col(uuid_null("vendor_id"))
        .col(text_null("source"))
        .check(one_of(SERVICE, "kind", &SERVICE_KINDS))
        .check(one_of(SERVICE, "status", &STATUSES))
        .check(between(SERVICE, "tier", 0, 3))
        .check(at_least(SERVICE, "users", 0))
        .check(at_least(SERVICE, "revenue_per_hour_amount", 0))
        .check(Check::named(
            "ck_service_revenue_has_currency",
            Expr::col("revenue_per_hour_amount")
                .is_null()
                .eq(Expr::col("revenue_per_hour_currency").is_null()),
        ))
        .foreign_key(&mut refers_to(SERVICE, "vendor_id", "vendor"))
        .take()
}

fn power_feed() -> TableCreateStatement {
    table(FEED)
        .col(uuid("site_id"))
        .col(text("name"))
        .col(text("status"))
        .col(text_null("side"))
        .col(uuid_null("rack_id"))
        .col(uuid_null("upstream_id"))
        .col(uuid_null("circuit_id"))
        .col(integer_null("capacity_watts"))
        .col(text_null("panel"))
        .col(text_null("source"))
        .check(one_of(FEED, "status", &STATUSES))
        .check(one_of(FEED, "side", &SIDES))
        .check(at_least(FEED, "capacity_watts", 1))
        .foreign_key(&mut refers_to(FEED, "site_id", "site"))
        .foreign_key(&mut refers_to(FEED, "rack_id", "rack"))
        .foreign_key(&mut refers_to(FEED, "upstream_id", FEED))
        .foreign_key(&mut refers_to(FEED, "circuit_id", "colocation_circuit"))
        .take()
}

fn configuration_item() -> TableCreateStatement {
    let mut item = table(ITEM);
    for (column, other) in TARGETS {
        item.col(uuid_null(column)).foreign_key(&mut refers_to(ITEM, column, other));
    }
    let filled = TARGETS.map(|(column, _)| Expr::case(Expr::col(column).is_null(), 0).finally(1));
    let count = filled.into_iter().map(Into::<Expr>::into).reduce(ExprTrait::add);
    if let Some(count) = count {
        item.check(Check::named("ck_configuration_item_is_one_thing", count.eq(1)));
    }
    item.take()
}

fn redundancy_group() -> TableCreateStatement {
    table(GROUP)
        .col(uuid("owner_id"))
        .col(text("name"))
        .col(integer_null("required_count"))
        .col(big_integer_null("required_capacity"))
        .col(text_null("capacity_unit"))
        .col(text_null("source"))
        .check(at_least(GROUP, "required_count", 1))
        .check(at_least(GROUP, "required_capacity", 1))
        .check(both_or_neither(GROUP, "required_capacity", "capacity_unit"))
        .foreign_key(&mut refers_to(GROUP, "owner_id", ITEM))
        .take()
}

fn dependency() -> TableCreateStatement {
    table(DEPENDENCY)
        .col(uuid("from_id"))
        .col(uuid("to_id"))
        .col(text("kind"))
        .col(text("hardness"))
        .col(uuid_null("redundancy_group_id"))
        .col(big_integer_null("capacity"))
        .col(text("evidence"))
        .col(big_integer_null("confidence"))
        .col(date_null("first_seen_on"))
        .col(date_null("last_seen_on"))
        .col(integer_null("latency_budget_milliseconds"))
        .col(big_integer_null("gigabytes_per_day"))
        .col(boolean("is_write_heavy"))
        .col(text_null("note"))
        .col(text_null("source"))
        .check(one_of(DEPENDENCY, "kind", &KINDS))
        .check(one_of(DEPENDENCY, "hardness", &HARDNESSES))
        .check(one_of(DEPENDENCY, "evidence", &EVIDENCES))
        .check(Check::named("ck_dependency_not_self", Expr::col("from_id").ne(Expr::col("to_id"))))
        .check(requires(DEPENDENCY, "capacity", "redundancy_group_id"))
        .check(at_least(DEPENDENCY, "capacity", 0))
        .check(at_least(DEPENDENCY, "confidence", 0))
        .check(at_least(DEPENDENCY, "latency_budget_milliseconds", 0))
        .check(at_least(DEPENDENCY, "gigabytes_per_day", 0))
        .check(not_before(DEPENDENCY, "seen_in_order", "first_seen_on", "last_seen_on"))
        .foreign_key(&mut refers_to(DEPENDENCY, "from_id", ITEM))
        .foreign_key(&mut refers_to(DEPENDENCY, "to_id", ITEM))
        .foreign_key(&mut refers_to(DEPENDENCY, "redundancy_group_id", GROUP))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let mut indexes = vec![
        unique(SERVICE, &["name"]),
        index(SERVICE, &["vendor_id"]),
        unique(FEED, &["site_id", "name"]),
        index(FEED, &["rack_id"]),
        index(FEED, &["upstream_id"]),
        index(FEED, &["circuit_id"]),
        unique(GROUP, &["owner_id", "name"]),
        unique(DEPENDENCY, &["from_id", "to_id", "kind"]),
        index(DEPENDENCY, &["to_id"]),
        index(DEPENDENCY, &["redundancy_group_id"]),
    ];
    indexes.extend(TARGETS.map(|(column, _)| unique(ITEM, &[column])));
    indexes
}
