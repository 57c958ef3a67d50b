//! Tables of `finance`: volumes and parts of unit costs, allocation models, savings and what they claim.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, date, date_null, integer, json_binary, text, text_null, uuid, uuid_null,
};

use crate::table::{
    at_least, between, create, drop, index, length, not_before, one_of, refers_to, requires, table, unique,
    unique_as,
};

const MEASURES: [&str; 11] = [
    "ENDPOINTS",
    "USED_TERABYTES",
    "USABLE_TERABYTES",
    "RAW_TERABYTES",
    "DRAWN_KILOWATTS",
    "COMMITTED_KILOWATTS",
    "SERVERS",
    "VIRTUAL_MACHINES",
    "SEATS",
    "TICKETS",
    "WORKLOADS",
];
const METRICS: [&str; 8] =
    ["PER_ENDPOINT", "PER_TB", "PER_KW", "PER_SERVER", "PER_VM", "PER_SEAT", "PER_TICKET", "PER_WORKLOAD"];
const CATEGORIES: [&str; 5] = ["COLOCATION", "CLOUD", "DEPRECIATION", "SUPPORT", "DISPOSAL"];
const METHODS: [&str; 2] = ["STEP_DOWN", "SIMULTANEOUS"];
const KINDS: [&str; 2] = ["HARD", "AVOIDANCE"];
const STAGES: [&str; 6] = ["IDENTIFIED", "VALIDATED", "APPROVED", "IMPLEMENTED", "REALISED", "LOST"];
const RECURRENCES: [&str; 2] = ["RECURRING", "ONE_OFF"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables =
            vec![volume(), unit_cost_part(), allocation_model(), savings_initiative(), savings_claim()];
        create(manager, tables, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = ["savings_claim", "savings_initiative", "allocation_model", "unit_cost_part", "volume"];
        drop(manager, &tables).await
    }
}

fn volume() -> TableCreateStatement {
    table("volume")
        .col(text("measure"))
        .col(uuid_null("site_id"))
        .col(date("month"))
        .col(big_integer_null("average"))
        .col(big_integer_null("opening"))
        .col(big_integer_null("closing"))
        .col(text_null("source"))
        .check(one_of("volume", "measure", &MEASURES))
        .check(at_least("volume", "average", 0))
        .check(at_least("volume", "opening", 0))
        .check(at_least("volume", "closing", 0))
        .check(requires("volume", "opening", "closing"))
        .check(requires("volume", "closing", "opening"))
        .foreign_key(&mut refers_to("volume", "site_id", "site"))
        .take()
}

fn unit_cost_part() -> TableCreateStatement {
    table("unit_cost_part")
        .col(text("metric"))
        .col(text("category"))
        .col(big_integer("share"))
        .col(json_binary("kinds"))
        .check(one_of("unit_cost_part", "metric", &METRICS))
        .check(one_of("unit_cost_part", "category", &CATEGORIES))
        .check(at_least("unit_cost_part", "share", 0))
        .take()
}

fn allocation_model() -> TableCreateStatement {
    table("allocation_model")
        .col(text("name"))
        .col(text("taxonomy_version"))
        .col(date("effective_from"))
        .col(date_null("effective_to"))
        .col(text("method"))
        .col(json_binary("step_order"))
        .col(json_binary("nodes"))
        .col(json_binary("rules"))
        .check(one_of("allocation_model", "method", &METHODS))
        .check(not_before("allocation_model", "period", "effective_from", "effective_to"))
        .take()
}

fn savings_initiative() -> TableCreateStatement {
    table("savings_initiative")
        .col(text("code"))
        .col(text("name"))
        .col(text("lever"))
        .col(text("kind"))
        .col(text("stage"))
        .col(text("currency"))
        .col(big_integer("baseline_amount"))
        .col(date("baseline_from"))
        .col(integer("baseline_months"))
        .col(text("baseline_method"))
        .col(date("baseline_fixed_on"))
        .col(date("starts_on"))
        .col(date_null("ends_on"))
        .col(text("recurrence"))
        .col(big_integer("claimed_amount"))
        .col(big_integer_null("confirmed_amount"))
        .col(date_null("confirmed_on"))
        .col(text_null("confirmed_by"))
        .col(text_null("owner"))
        .col(json_binary("evidence"))
        .check(one_of("savings_initiative", "kind", &KINDS))
        .check(one_of("savings_initiative", "stage", &STAGES))
        .check(one_of("savings_initiative", "recurrence", &RECURRENCES))
        .check(length("savings_initiative", "currency", 3))
        .check(at_least("savings_initiative", "baseline_amount", 0))
        .check(between("savings_initiative", "baseline_months", 1, 120))
        .check(at_least("savings_initiative", "claimed_amount", 0))
        .check(at_least("savings_initiative", "confirmed_amount", 0))
        .check(requires("savings_initiative", "confirmed_amount", "confirmed_on"))
        .check(not_before("savings_initiative", "period", "starts_on", "ends_on"))
        .take()
}

fn savings_claim() -> TableCreateStatement {
    table("savings_claim")
        .col(uuid("initiative_id"))
        .col(text("cost_centre"))
        .col(text("account"))
        .col(date("month"))
        .col(text("document"))
        .foreign_key(&mut refers_to("savings_claim", "initiative_id", "savings_initiative"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        // To a unique index no null equals another, so volumes of the company have one of their own.
        unique_as("uq_volume_of_site", "volume", &["measure", "site_id", "month"]),
        unique_as("uq_volume_of_company", "volume", &["measure", "month"])
            .and_where(Expr::col("site_id").is_null())
            .take(),
        index("volume", &["site_id"]),
        unique("unit_cost_part", &["metric", "category"]),
        unique("allocation_model", &["name"]),
        unique("savings_initiative", &["code"]),
        unique_as("uq_savings_claim_line", "savings_claim", &["cost_centre", "account", "month", "document"]),
        index("savings_claim", &["initiative_id"]),
    ]
}
