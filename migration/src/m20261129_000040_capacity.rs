//! Tables of `capacity`: pools with what they are made of, what was observed of them, and what is to come.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, date, date_null, integer, integer_null, text, text_null,
    timestamp_with_time_zone, uuid, uuid_null,
};

use crate::table::{
    at_least, create, drop, index, not_before, one_of, part_of, refers_to, table, unique, unique_as,
};

const POOL: &str = "capacity_pool";
const MEMBER: &str = "capacity_pool_member";
const OBSERVATION: &str = "capacity_observation";
const DAY: &str = "capacity_day";
const RESERVATION: &str = "capacity_reservation";
const EVENT: &str = "capacity_event";

const RESOURCES: [&str; 10] =
    ["VCPU", "MEMORY", "STORAGE", "IOPS", "RACK_UNITS", "POWER", "COOLING", "PORTS", "LICENCES", "BANDWIDTH"];
const UNITS: [&str; 15] = [
    "VCPU",
    "MEGABYTE",
    "GIGABYTE",
    "TERABYTE",
    "MEBIBYTE",
    "GIBIBYTE",
    "TEBIBYTE",
    "IOPS",
    "RACK_UNIT",
    "WATT",
    "KILOWATT",
    "PORT",
    "LICENCE",
    "MEGABIT_PER_SECOND",
    "GIGABIT_PER_SECOND",
];

/// All of it, in billionths.
const ONE: i64 = 1_000_000_000;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![pool(), member(), observation(), day(), reservation(), event()];
        let indexes = vec![
            unique(POOL, &["name"]),
            index(POOL, &["site_id"]),
            index(MEMBER, &["pool_id"]),
            index(MEMBER, &["asset_id"]),
            index(MEMBER, &["rack_id"]),
            index(MEMBER, &["site_id"]),
            index(MEMBER, &["workload_id"]),
            unique(MEMBER, &["resource", "asset_id"]),
            unique(MEMBER, &["resource", "rack_id"]),
            unique(MEMBER, &["resource", "site_id"]),
            unique(MEMBER, &["resource", "workload_id"]),
            unique_as("uq_capacity_reservation_key", RESERVATION, &["pool_id", "from_on", "purpose"]),
            unique_as("uq_capacity_event_key", EVENT, &["pool_id", "happens_on", "name"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[EVENT, RESERVATION, DAY, OBSERVATION, MEMBER, POOL]).await
    }
}

fn pool() -> TableCreateStatement {
    table(POOL)
        .col(text("name"))
        .col(text("resource"))
        .col(text("unit"))
        .col(uuid_null("site_id"))
        .col(text("basis"))
        .col(big_integer_null("raw"))
        .col(big_integer_null("usable"))
        .col(big_integer_null("plannable"))
        .col(big_integer_null("allocated"))
        .col(big_integer_null("planning_limit"))
        .col(integer_null("lead_days"))
        .col(integer_null("install_days"))
        .col(integer_null("approval_days"))
        .col(integer_null("buffer_days"))
        .col(date_null("fit_from"))
        .col(boolean("is_active"))
        .col(text_null("note"))
        .col(text_null("source"))
        .check(one_of(POOL, "resource", &RESOURCES))
        .check(one_of(POOL, "unit", &UNITS))
        .check(one_of(POOL, "basis", &["DECLARED", "INVENTORY"]))
        .check(at_least(POOL, "raw", 0))
        .check(at_least(POOL, "usable", 0))
        .check(at_least(POOL, "plannable", 0))
        .check(at_least(POOL, "allocated", 0))
        .check(share(POOL, "planning_limit"))
        .check(at_least(POOL, "lead_days", 0))
        .check(at_least(POOL, "install_days", 0))
        .check(at_least(POOL, "approval_days", 0))
        .check(at_least(POOL, "buffer_days", 0))
        .foreign_key(&mut refers_to(POOL, "site_id", "site"))
        .take()
}

/// The column is a share: some of it, at most all.
fn share(table: &str, column: &'static str) -> Check {
    Check::named(format!("ck_{table}_{column}"), Expr::col(column).between(1_i64, ONE))
}

fn member() -> TableCreateStatement {
    let filled = |column: &'static str| Expr::case(Expr::col(column).is_null(), 0).finally(1);
    let one = Expr::expr(filled("asset_id"))
        .add(filled("rack_id"))
        .add(filled("site_id"))
        .add(filled("workload_id"))
        .eq(1);
    table(MEMBER)
        .col(uuid("pool_id"))
        .col(text("resource"))
        .col(uuid_null("asset_id"))
        .col(uuid_null("rack_id"))
        .col(uuid_null("site_id"))
        .col(uuid_null("workload_id"))
        .check(one_of(MEMBER, "resource", &RESOURCES))
        .check(Check::named(format!("ck_{MEMBER}_is_one_thing"), one))
        .foreign_key(&mut part_of(MEMBER, "pool_id", POOL))
        .foreign_key(&mut refers_to(MEMBER, "asset_id", "asset"))
        .foreign_key(&mut refers_to(MEMBER, "rack_id", "rack"))
        .foreign_key(&mut refers_to(MEMBER, "site_id", "site"))
        .foreign_key(&mut refers_to(MEMBER, "workload_id", "workload"))
        .take()
}

fn observation() -> TableCreateStatement {
    Table::create()
        .table(OBSERVATION)
        .col(uuid("pool_id"))
        .col(timestamp_with_time_zone("at"))
        .col(big_integer("value"))
        .primary_key(Index::create().name("pk_capacity_observation").col("pool_id").col("at"))
        .check(at_least(OBSERVATION, "value", 0))
        .foreign_key(&mut refers_to(OBSERVATION, "pool_id", POOL))
        .take()
}

fn day() -> TableCreateStatement {
    Table::create()
        .table(DAY)
        .col(uuid("pool_id"))
        .col(date("day"))
        .col(big_integer("peak"))
        .col(big_integer("sum"))
        .col(integer("count"))
        .col(timestamp_with_time_zone("first_at"))
        .col(timestamp_with_time_zone("last_at"))
        .primary_key(Index::create().name("pk_capacity_day").col("pool_id").col("day"))
        .check(at_least(DAY, "peak", 0))
        .check(at_least(DAY, "count", 1))
        .check(not_before(DAY, "last_after_first", "first_at", "last_at"))
        .foreign_key(&mut refers_to(DAY, "pool_id", POOL))
        .take()
}

fn reservation() -> TableCreateStatement {
    table(RESERVATION)
        .col(uuid("pool_id"))
        .col(big_integer("quantity"))
        .col(date("from_on"))
        .col(date_null("to_on"))
        .col(text("purpose"))
        .col(big_integer("probability"))
        .col(text_null("source"))
        .check(at_least(RESERVATION, "quantity", 1))
        .check(share(RESERVATION, "probability"))
        .check(not_before(RESERVATION, "ends_after_start", "from_on", "to_on"))
        .foreign_key(&mut refers_to(RESERVATION, "pool_id", POOL))
        .take()
}

fn event() -> TableCreateStatement {
    table(EVENT)
        .col(uuid("pool_id"))
        .col(big_integer("quantity"))
        .col(date("happens_on"))
        .col(text("name"))
        .col(big_integer("probability"))
        .col(text_null("source"))
        .check(Check::named(format!("ck_{EVENT}_quantity_changes"), Expr::col("quantity").ne(0)))
        .check(share(EVENT, "probability"))
        .foreign_key(&mut refers_to(EVENT, "pool_id", POOL))
        .take()
}
