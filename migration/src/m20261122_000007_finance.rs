//! Tables of `finance`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, date, date_null, integer, json_binary, text};

use crate::table::{at_least, at_most_one, between, create, drop, length, one_of, table, unique};

const LABEL_BIES: [&str; 2] = ["START_YEAR", "END_YEAR"];
const CALENDAR_PATTERNS: [&str; 4] = ["MONTHS", "W445", "W454", "W544"];
const RATE_KINDS: [&str; 4] = ["PLAN", "SPOT", "AVERAGE", "CONTRACT"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![currency(), fiscal_calendar(), exchange_rate()], indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["exchange_rate", "fiscal_calendar", "currency"]).await
    }
}

fn currency() -> TableCreateStatement {
    table("currency")
        .col(text("code"))
        .col(text("name"))
        .col(integer("minor_units"))
        .check(length("currency", "code", 3))
        .check(between("currency", "minor_units", 0, 6))
        .take()
}

fn fiscal_calendar() -> TableCreateStatement {
    table("fiscal_calendar")
        .col(text("name"))
        .col(integer("start_month"))
        .col(text("label_by"))
        .col(text("pattern"))
        .col(date_null("anchor_on"))
        .col(json_binary("leap_week_years"))
        .col(boolean("is_default").default(false))
        .check(between("fiscal_calendar", "start_month", 1, 12))
        .check(one_of("fiscal_calendar", "label_by", &LABEL_BIES))
        .check(one_of("fiscal_calendar", "pattern", &CALENDAR_PATTERNS))
        .take()
}

fn exchange_rate() -> TableCreateStatement {
    table("exchange_rate")
        .col(text("base"))
        .col(text("quote"))
        .col(date("on_date"))
        .col(text("kind"))
        .col(big_integer("rate"))
        .check(length("exchange_rate", "base", 3))
        .check(length("exchange_rate", "quote", 3))
        .check(one_of("exchange_rate", "kind", &RATE_KINDS))
        .check(at_least("exchange_rate", "rate", 1))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("currency", &["code"]),
        unique("fiscal_calendar", &["name"]),
        at_most_one("fiscal_calendar", "is_default"),
        unique("exchange_rate", &["base", "quote", "on_date", "kind"]),
    ]
}
