//! Tables of `finance`: what is budgeted, what was spent, and why the two differ.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, date, date_null, integer, json_binary, text, text_null,
    timestamp_with_time_zone_null, uuid, uuid_null,
};

use crate::table::{
    at_least, between, create, drop, index, length, not_before, one_of, part_of, refers_to, requires, table,
    unique, unique_as,
};

const CODE_KINDS: [&str; 3] = ["COST_CENTRE", "ACCOUNT", "TOWER"];
const VERSION_KINDS: [&str; 4] = ["PLAN", "FORECAST", "ACTUAL", "SCENARIO"];
const STATUSES: [&str; 2] = ["DRAFT", "FROZEN"];
const VIEWS: [&str; 3] = ["COMMITMENT", "CASH", "PNL"];
const POSTING_KINDS: [&str; 7] =
    ["INVOICE", "CREDIT_NOTE", "ACCRUAL", "ACCRUAL_REVERSAL", "ORDER", "JOURNAL", "RECHARGE"];
const DRIVERS: [&str; 7] = ["VOLUME", "PRICE", "FX", "TIMING", "SCOPE", "ONE_OFF", "ERROR"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            vec![
                ledger_code(),
                budget_version(),
                budget_line(),
                actual_posting(),
                period_close(),
                variance_explanation(),
            ],
            indexes(),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "variance_explanation",
                "period_close",
                "actual_posting",
                "budget_line",
                "budget_version",
                "ledger_code",
            ],
        )
        .await
    }
}

fn ledger_code() -> TableCreateStatement {
    table("ledger_code")
        .col(text("kind"))
        .col(text("code"))
        .col(text("name"))
        .col(text_null("category"))
        .col(text_null("owner"))
        .col(date_null("valid_from_on"))
        .col(date_null("valid_to_on"))
        .col(uuid_null("superseded_by_id"))
        .col(date_null("superseded_from_on"))
        .check(one_of("ledger_code", "kind", &CODE_KINDS))
        .check(not_before("ledger_code", "validity", "valid_from_on", "valid_to_on"))
        .check(requires("ledger_code", "superseded_by_id", "superseded_from_on"))
        .check(requires("ledger_code", "superseded_from_on", "superseded_by_id"))
        .foreign_key(&mut refers_to("ledger_code", "superseded_by_id", "ledger_code"))
        .take()
}

fn budget_version() -> TableCreateStatement {
    table("budget_version")
        .col(text("name"))
        .col(text("kind"))
        .col(text_null("label"))
        .col(integer("fiscal_year"))
        .col(uuid("calendar_id"))
        .col(text("currency"))
        .col(json_binary("plan_rates"))
        .col(text("status"))
        .col(text_null("approved_by"))
        .col(timestamp_with_time_zone_null("frozen_at"))
        .col(text_null("content_hash"))
        .col(uuid_null("copied_from_id"))
        .col(text_null("notes"))
        .check(one_of("budget_version", "kind", &VERSION_KINDS))
        .check(between("budget_version", "fiscal_year", 1970, 2199))
        .check(length("budget_version", "currency", 3))
        .check(one_of("budget_version", "status", &STATUSES))
        .check(requires("budget_version", "frozen_at", "content_hash"))
        .foreign_key(&mut refers_to("budget_version", "calendar_id", "fiscal_calendar"))
        .foreign_key(&mut refers_to("budget_version", "copied_from_id", "budget_version"))
        .take()
}

/// The columns that say where an amount belongs.
fn placed(name: &'static str) -> TableCreateStatement {
    table(name)
        .col(uuid("version_id"))
        .col(uuid("cost_centre_id"))
        .col(uuid("account_id"))
        .col(uuid_null("tower_id"))
        .col(uuid_null("site_id"))
        .col(integer("period"))
        .col(text("view"))
        .check(between(name, "period", 1, 12))
        .check(one_of(name, "view", &VIEWS))
        .foreign_key(&mut refers_to(name, "cost_centre_id", "ledger_code"))
        .foreign_key(&mut refers_to(name, "account_id", "ledger_code"))
        .foreign_key(&mut refers_to(name, "tower_id", "ledger_code"))
        .foreign_key(&mut refers_to(name, "site_id", "site"))
        .take()
}

fn budget_line() -> TableCreateStatement {
    placed("budget_line")
        .col(text("cell"))
        .col(text("item"))
        .col(text("currency"))
        .col(big_integer("amount"))
        .col(big_integer_null("quantity"))
        .col(big_integer_null("unit_price"))
        .col(text_null("description"))
        .col(text_null("source"))
        .check(length("budget_line", "currency", 3))
        .check(requires("budget_line", "quantity", "unit_price"))
        .check(requires("budget_line", "unit_price", "quantity"))
        .check(at_least("budget_line", "quantity", 0))
        .foreign_key(&mut part_of("budget_line", "version_id", "budget_version"))
        .take()
}

fn actual_posting() -> TableCreateStatement {
    placed("actual_posting")
        .col(text("source"))
        .col(text("document"))
        .col(text("document_line"))
        .col(text("kind"))
        .col(date_null("posted_on"))
        .col(date("recorded_on"))
        .col(text("currency"))
        .col(big_integer("amount"))
        .col(big_integer_null("quantity"))
        .col(big_integer_null("unit_price"))
        .col(text_null("supplier"))
        .col(text_null("description"))
        .col(boolean("one_off"))
        .check(one_of("actual_posting", "kind", &POSTING_KINDS))
        .check(length("actual_posting", "currency", 3))
        .check(requires("actual_posting", "quantity", "unit_price"))
        .check(requires("actual_posting", "unit_price", "quantity"))
        .check(at_least("actual_posting", "quantity", 0))
        .foreign_key(&mut part_of("actual_posting", "version_id", "budget_version"))
        .take()
}

fn period_close() -> TableCreateStatement {
    table("period_close")
        .col(uuid("calendar_id"))
        .col(integer("fiscal_year"))
        .col(integer("period"))
        .col(date("closed_on"))
        .col(text("closed_by"))
        .check(between("period_close", "fiscal_year", 1970, 2199))
        .check(between("period_close", "period", 1, 12))
        .foreign_key(&mut refers_to("period_close", "calendar_id", "fiscal_calendar"))
        .take()
}

fn variance_explanation() -> TableCreateStatement {
    placed("variance_explanation")
        .col(uuid("actual_id"))
        .col(text("driver"))
        .col(big_integer("amount"))
        .col(text("note"))
        .col(text("author"))
        .check(one_of("variance_explanation", "driver", &DRIVERS))
        .foreign_key(&mut part_of("variance_explanation", "version_id", "budget_version"))
        .foreign_key(&mut part_of("variance_explanation", "actual_id", "budget_version"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let mut indexes = vec![
        unique("ledger_code", &["kind", "code"]),
        index("ledger_code", &["superseded_by_id"]),
        unique("budget_version", &["name"]),
        index("budget_version", &["calendar_id", "fiscal_year"]),
        index("budget_version", &["copied_from_id"]),
        unique("budget_line", &["version_id", "cell"]),
        unique_as(
            "uq_actual_posting_document",
            "actual_posting",
            &["version_id", "source", "document", "document_line"],
        ),
        unique("period_close", &["calendar_id", "fiscal_year", "period"]),
        index("variance_explanation", &["version_id", "actual_id"]),
        index("variance_explanation", &["actual_id"]),
    ];
    for table in ["budget_line", "actual_posting", "variance_explanation"] {
        for column in ["cost_centre_id", "account_id", "tower_id", "site_id"] {
            indexes.push(index(table, &[column]));
        }
    }
    indexes
}
