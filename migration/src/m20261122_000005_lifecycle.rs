//! Tables of `lifecycle`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, date_null, integer, integer_null, json_binary, text, text_null,
    uuid, uuid_null,
};

use crate::table::{
    at_least, both_or_neither, create, drop, index, length, one_of, part_of, refers_to, table, unique,
};

const BOOKS: [&str; 3] = ["BOOK", "TAX", "IFRS"];
const DEPRECIATION_METHODS: [&str; 4] =
    ["STRAIGHT_LINE", "SUM_OF_YEARS_DIGITS", "DOUBLE_DECLINING", "DECLINING_150"];
const CONVENTIONS: [&str; 7] =
    ["FULL_MONTH", "NEXT_MONTH", "MID_MONTH", "MID_MONTH_FIRST", "MID_QUARTER", "HALF_YEAR", "ACTUAL_DAYS"];
const SCHEDULE_ROUNDINGS: [&str; 2] = ["CUMULATIVE", "LAST_PERIOD"];
const QUANTITY_RULES: [&str; 2] = ["LIKE_FOR_LIKE", "RATIO"];
const COHORT_PERIODS: [&str; 3] = ["MONTH", "QUARTER", "YEAR"];
const CYCLE_STATUSES: [&str; 5] = ["PLANNED", "APPROVED", "ORDERED", "COMPLETED", "CANCELLED"];
const MILESTONE_STATES: [&str; 4] = ["DATED", "REACHED", "NOT_ANNOUNCED", "UNKNOWN"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            vec![
                depreciation_rule(),
                refresh_policy(),
                refresh_cycle(),
                refresh_cycle_asset(),
                software_release(),
            ],
            indexes(),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "software_release",
                "refresh_cycle_asset",
                "refresh_cycle",
                "refresh_policy",
                "depreciation_rule",
            ],
        )
        .await
    }
}

fn depreciation_rule() -> TableCreateStatement {
    table("depreciation_rule")
        .col(text("name"))
        .col(text("book"))
        .col(json_binary("kinds"))
        .col(text("method"))
        .col(boolean("switch_to_straight_line").default(false))
        .col(integer("life_months"))
        .col(big_integer("salvage_rate").default(0))
        .col(text("convention"))
        .col(text("rounding"))
        .col(boolean("active").default(true))
        .check(one_of("depreciation_rule", "book", &BOOKS))
        .check(one_of("depreciation_rule", "method", &DEPRECIATION_METHODS))
        .check(at_least("depreciation_rule", "life_months", 1))
        .check(one_of("depreciation_rule", "convention", &CONVENTIONS))
        .check(one_of("depreciation_rule", "rounding", &SCHEDULE_ROUNDINGS))
        .take()
}

fn refresh_policy() -> TableCreateStatement {
    table("refresh_policy")
        .col(text("name"))
        .col(integer("priority"))
        .col(boolean("active").default(true))
        .col(json_binary("scope"))
        .col(integer_null("age_months"))
        .col(integer_null("support_margin_months"))
        .col(boolean("warranty_rule").default(false))
        .col(boolean("lease_rule").default(false))
        .col(integer("lead_days"))
        .col(integer("install_days"))
        .col(integer("buffer_days"))
        .col(integer("payment_terms_days").default(30))
        .col(text("quantity_rule"))
        .col(big_integer_null("ratio"))
        .col(big_integer_null("spares_rate"))
        .col(text("currency"))
        .col(json_binary("price_index"))
        .col(big_integer("freight_rate").default(0))
        .col(big_integer("install_amount").default(0))
        .col(big_integer("support_rate").default(0))
        .col(integer("support_months").default(0))
        .col(big_integer("disposal_amount").default(0))
        .col(big_integer("residual_amount").default(0))
        .col(big_integer("contingency_rate").default(0))
        .col(integer("exit_tolerance_days").default(0))
        .col(text("cohort_period"))
        .col(uuid_null("depreciation_rule_id"))
        .check(at_least("refresh_policy", "age_months", 1))
        .check(at_least("refresh_policy", "support_margin_months", 0))
        .check(at_least("refresh_policy", "lead_days", 0))
        .check(at_least("refresh_policy", "install_days", 0))
        .check(at_least("refresh_policy", "buffer_days", 0))
        .check(at_least("refresh_policy", "payment_terms_days", 0))
        .check(one_of("refresh_policy", "quantity_rule", &QUANTITY_RULES))
        .check(at_least("refresh_policy", "ratio", 1))
        .check(at_least("refresh_policy", "spares_rate", 0))
        .check(length("refresh_policy", "currency", 3))
        .check(at_least("refresh_policy", "freight_rate", 0))
        .check(at_least("refresh_policy", "install_amount", 0))
        .check(at_least("refresh_policy", "support_rate", 0))
        .check(at_least("refresh_policy", "support_months", 0))
        .check(at_least("refresh_policy", "disposal_amount", 0))
        .check(at_least("refresh_policy", "residual_amount", 0))
        .check(at_least("refresh_policy", "contingency_rate", 0))
        .check(at_least("refresh_policy", "exit_tolerance_days", 0))
        .check(one_of("refresh_policy", "cohort_period", &COHORT_PERIODS))
        .foreign_key(&mut refers_to("refresh_policy", "depreciation_rule_id", "depreciation_rule"))
        .take()
}

fn refresh_cycle() -> TableCreateStatement {
    table("refresh_cycle")
        .col(text("name"))
        .col(uuid("policy_id"))
        .col(uuid_null("site_id"))
        .col(uuid_null("model_id"))
        .col(text("status"))
        .col(date_null("order_on"))
        .col(date_null("in_service_on"))
        .col(integer_null("quantity"))
        .col(big_integer_null("budget_amount"))
        .col(text_null("budget_currency"))
        .col(text_null("notes"))
        .check(one_of("refresh_cycle", "status", &CYCLE_STATUSES))
        .check(at_least("refresh_cycle", "quantity", 0))
        .check(at_least("refresh_cycle", "budget_amount", 0))
        .check(both_or_neither("refresh_cycle", "budget_amount", "budget_currency"))
        .check(length("refresh_cycle", "budget_currency", 3))
        .foreign_key(&mut refers_to("refresh_cycle", "policy_id", "refresh_policy"))
        .foreign_key(&mut refers_to("refresh_cycle", "site_id", "site"))
        .foreign_key(&mut refers_to("refresh_cycle", "model_id", "hardware_model"))
        .take()
}

fn refresh_cycle_asset() -> TableCreateStatement {
    table("refresh_cycle_asset")
        .col(uuid("cycle_id"))
        .col(uuid("asset_id"))
        .foreign_key(&mut part_of("refresh_cycle_asset", "cycle_id", "refresh_cycle"))
        .foreign_key(&mut refers_to("refresh_cycle_asset", "asset_id", "asset"))
        .take()
}

fn software_release() -> TableCreateStatement {
    table("software_release")
        .col(text("product"))
        .col(text("cycle"))
        .col(text_null("label"))
        .col(date_null("released_on"))
        .col(date_null("active_support_ends_on"))
        .col(text("active_support").default("UNKNOWN"))
        .col(date_null("end_of_life_on"))
        .col(text("end_of_life").default("UNKNOWN"))
        .col(date_null("discontinued_on"))
        .col(text("discontinued").default("UNKNOWN"))
        .col(text_null("latest_version"))
        .col(text_null("source"))
        .check(one_of("software_release", "active_support", &MILESTONE_STATES))
        .check(one_of("software_release", "end_of_life", &MILESTONE_STATES))
        .check(one_of("software_release", "discontinued", &MILESTONE_STATES))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("depreciation_rule", &["name"]),
        unique("refresh_policy", &["name"]),
        index("refresh_policy", &["depreciation_rule_id"]),
        unique("refresh_cycle", &["name"]),
        index("refresh_cycle", &["policy_id"]),
        index("refresh_cycle", &["site_id"]),
        index("refresh_cycle", &["model_id"]),
        unique("refresh_cycle_asset", &["cycle_id", "asset_id"]),
        index("refresh_cycle_asset", &["asset_id", "cycle_id"]),
        unique("software_release", &["product", "cycle"]),
    ]
}
