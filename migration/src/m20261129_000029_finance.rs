//! Tables of `finance`: chargebacks, which are journals that somebody submits, another approves, and that are posted,
//! with their lines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, date, integer, integer_null, json_binary, text, text_null, timestamp_with_time_zone_null,
    uuid, uuid_null,
};

use crate::table::{
    at_least, between, create, drop, index, length, one_of, part_of, refers_to, requires, table, unique,
};

const STATUSES: [&str; 5] = ["SUBMITTED", "APPROVED", "POSTED", "REVERSED", "REJECTED"];
const LIVE: [&str; 3] = ["SUBMITTED", "APPROVED", "POSTED"];
const SIDES: [&str; 2] = ["DEBIT", "CREDIT"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![chargeback(), chargeback_line()], indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["chargeback_line", "chargeback"]).await
    }
}

fn chargeback() -> TableCreateStatement {
    const NAME: &str = "chargeback";
    table(NAME)
        .col(uuid("model_id"))
        .col(uuid("version_id"))
        .col(uuid("account_id"))
        .col(text("currency"))
        .col(date("month"))
        .col(integer("period"))
        .col(text("status"))
        .col(big_integer("total"))
        .col(json_binary("question"))
        .col(json_binary("grounds"))
        .col(json_binary("rate_card"))
        .col(text("inputs_hash"))
        .col(text("result_hash"))
        .col(text("submitted_by"))
        .col(text("submitted_subject"))
        .col(text_null("approved_by"))
        .col(timestamp_with_time_zone_null("approved_at"))
        .col(text_null("rejected_by"))
        .col(timestamp_with_time_zone_null("rejected_at"))
        .col(text_null("rejection_reason"))
        .col(text_null("posted_by"))
        .col(timestamp_with_time_zone_null("posted_at"))
        .col(text_null("reversed_by"))
        .col(timestamp_with_time_zone_null("reversed_at"))
        .col(uuid_null("reversal_version_id"))
        .col(integer_null("reversal_period"))
        .check(one_of(NAME, "status", &STATUSES))
        .check(length(NAME, "currency", 3))
        .check(between(NAME, "period", 1, 12))
        .check(between(NAME, "reversal_period", 1, 13))
        .check(at_least(NAME, "total", 0))
        .check(requires(NAME, "approved_by", "approved_at"))
        .check(requires(NAME, "posted_by", "approved_by"))
        .check(requires(NAME, "posted_by", "posted_at"))
        .check(requires(NAME, "rejected_by", "rejection_reason"))
        .check(requires(NAME, "reversed_by", "posted_by"))
        .check(requires(NAME, "reversal_period", "reversal_version_id"))
        .foreign_key(&mut refers_to(NAME, "model_id", "allocation_model"))
        .foreign_key(&mut refers_to(NAME, "version_id", "budget_version"))
        .foreign_key(&mut refers_to(NAME, "account_id", "ledger_code"))
        .foreign_key(&mut refers_to(NAME, "reversal_version_id", "budget_version"))
        .take()
}

fn chargeback_line() -> TableCreateStatement {
    const NAME: &str = "chargeback_line";
    table(NAME)
        .col(uuid("chargeback_id"))
        .col(integer("position"))
        .col(text("side"))
        .col(text("node"))
        .col(text("counterpart"))
        .col(uuid("cost_centre_id"))
        .col(big_integer("amount"))
        .col(text("description"))
        .check(one_of(NAME, "side", &SIDES))
        .check(at_least(NAME, "position", 1))
        .check(at_least(NAME, "amount", 1))
        .foreign_key(&mut part_of(NAME, "chargeback_id", "chargeback"))
        .foreign_key(&mut refers_to(NAME, "cost_centre_id", "ledger_code"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    // One of a model, a month and a currency is on its way or posted; any number may have been rejected or reversed.
    let live = unique("chargeback", &["model_id", "month", "currency"])
        .and_where(Expr::col("status").is_in(LIVE))
        .take();
    vec![
        live,
        index("chargeback", &["model_id"]),
        index("chargeback", &["version_id"]),
        index("chargeback", &["account_id"]),
        index("chargeback", &["reversal_version_id"]),
        unique("chargeback_line", &["chargeback_id", "position"]),
        index("chargeback_line", &["cost_centre_id"]),
    ]
}
