//! Tables of `contracts`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, date, date_null, integer, integer_null, json_binary,
    json_binary_null, text, text_null, uuid, uuid_null,
};

use crate::table::{
    at_least, create, drop, index, length, not_before, one_of, part_of, refers_to, table, unique,
};

const RENEWAL_PRICE_RULES: [&str; 4] = ["FIXED_UPLIFT", "CPI", "THEN_CURRENT", "MARKET"];
const NOTICE_UNITS: [&str; 3] = ["CALENDAR_DAYS", "BUSINESS_DAYS", "MONTHS"];
const PRORATIONS: [&str; 2] = ["ACTUAL_DAYS_CALENDAR", "CONTRACT_MONTH"];
const CLASSIFICATIONS: [&str; 4] = ["SERVICE", "LEASE_OPERATING", "LEASE_FINANCE", "UNDETERMINED"];
const CHARGE_KINDS: [&str; 11] = [
    "SPACE_KW",
    "SPACE_CABINET",
    "SPACE_CAGE",
    "POWER_CIRCUIT",
    "POWER_METERED",
    "CROSS_CONNECT",
    "BANDWIDTH",
    "REMOTE_HANDS",
    "TAX",
    "NON_RECURRING",
    "CREDIT",
];
const BILLINGS: [&str; 2] = ["ADVANCE", "ARREARS"];
const BILLING_FREQUENCIES: [&str; 4] = ["MONTHLY", "QUARTERLY", "YEARLY", "PREPAID"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(
            manager,
            vec![
                colocation_contract(),
                colocation_charge(),
                colocation_contract_site(),
                support_contract(),
                support_coverage(),
            ],
            indexes(),
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "support_coverage",
                "support_contract",
                "colocation_contract_site",
                "colocation_charge",
                "colocation_contract",
            ],
        )
        .await
    }
}

fn colocation_contract() -> TableCreateStatement {
    table("colocation_contract")
        .col(text("number"))
        .col(uuid("vendor_id"))
        .col(text_null("master_agreement"))
        .col(text("currency"))
        .col(date("signed_on"))
        .col(date("billing_starts_on"))
        .col(integer("initial_term_months"))
        .col(date_null("stated_end_on"))
        .col(boolean("auto_renew"))
        .col(integer_null("renewal_term_months"))
        .col(integer_null("maximum_renewals"))
        .col(text("renewal_price_rule"))
        .col(big_integer_null("renewal_uplift"))
        .col(json_binary_null("renewal_index"))
        .col(integer("notice_minimum"))
        .col(integer_null("notice_maximum"))
        .col(text("notice_unit"))
        .col(text_null("notice_method"))
        .col(date_null("notice_given_on"))
        .col(text_null("notice_evidence"))
        .col(big_integer_null("holdover_multiplier"))
        .col(text("proration"))
        .col(integer_null("dispute_window_days"))
        .col(text("classification"))
        .col(text_null("owner"))
        .col(text_null("source"))
        .check(length("colocation_contract", "currency", 3))
        .check(at_least("colocation_contract", "initial_term_months", 1))
        .check(at_least("colocation_contract", "renewal_term_months", 1))
        .check(at_least("colocation_contract", "maximum_renewals", 0))
        .check(one_of("colocation_contract", "renewal_price_rule", &RENEWAL_PRICE_RULES))
        .check(at_least("colocation_contract", "notice_minimum", 0))
        .check(at_least("colocation_contract", "notice_maximum", 0))
        .check(one_of("colocation_contract", "notice_unit", &NOTICE_UNITS))
        .check(at_least("colocation_contract", "holdover_multiplier", 0))
        .check(one_of("colocation_contract", "proration", &PRORATIONS))
        .check(at_least("colocation_contract", "dispute_window_days", 0))
        .check(one_of("colocation_contract", "classification", &CLASSIFICATIONS))
        .check(not_before("colocation_contract", "notice", "notice_minimum", "notice_maximum"))
        .foreign_key(&mut refers_to("colocation_contract", "vendor_id", "vendor"))
        .take()
}

fn colocation_charge() -> TableCreateStatement {
    table("colocation_charge")
        .col(uuid("contract_id"))
        .col(uuid_null("site_id"))
        .col(integer("position"))
        .col(text("kind"))
        .col(text_null("description"))
        .col(big_integer("unit_price_amount"))
        .col(big_integer("quantity"))
        .col(date_null("from_on"))
        .col(date_null("to_on"))
        .col(text("billing"))
        .col(json_binary_null("escalator"))
        .col(json_binary("ramp"))
        .col(big_integer_null("peak_kilowatts"))
        .col(json_binary("abatements"))
        .col(json_binary_null("metering"))
        .col(big_integer_null("renewal_uplift"))
        .check(at_least("colocation_charge", "position", 0))
        .check(one_of("colocation_charge", "kind", &CHARGE_KINDS))
        .check(at_least("colocation_charge", "quantity", 0))
        .check(at_least("colocation_charge", "peak_kilowatts", 0))
        .check(one_of("colocation_charge", "billing", &BILLINGS))
        .check(not_before("colocation_charge", "period", "from_on", "to_on"))
        .foreign_key(&mut part_of("colocation_charge", "contract_id", "colocation_contract"))
        .foreign_key(&mut refers_to("colocation_charge", "site_id", "site"))
        .take()
}

fn colocation_contract_site() -> TableCreateStatement {
    table("colocation_contract_site")
        .col(uuid("contract_id"))
        .col(uuid("site_id"))
        .foreign_key(&mut part_of("colocation_contract_site", "contract_id", "colocation_contract"))
        .foreign_key(&mut refers_to("colocation_contract_site", "site_id", "site"))
        .take()
}

fn support_contract() -> TableCreateStatement {
    table("support_contract")
        .col(text("number"))
        .col(uuid("vendor_id"))
        .col(text_null("level"))
        .col(text("currency"))
        .col(date("starts_on"))
        .col(date("ends_on"))
        .col(big_integer("charge_amount"))
        .col(text("billing_frequency"))
        .col(big_integer_null("escalation_rate"))
        .col(boolean("auto_renew"))
        .col(integer_null("renewal_term_months"))
        .col(big_integer_null("renewal_uplift"))
        .col(integer_null("notice_days"))
        .col(date_null("notice_given_on"))
        .col(text_null("owner"))
        .col(text_null("source"))
        .check(length("support_contract", "currency", 3))
        .check(at_least("support_contract", "charge_amount", 0))
        .check(one_of("support_contract", "billing_frequency", &BILLING_FREQUENCIES))
        .check(at_least("support_contract", "renewal_term_months", 1))
        .check(at_least("support_contract", "notice_days", 0))
        .check(not_before("support_contract", "term", "starts_on", "ends_on"))
        .foreign_key(&mut refers_to("support_contract", "vendor_id", "vendor"))
        .take()
}

fn support_coverage() -> TableCreateStatement {
    table("support_coverage")
        .col(uuid("contract_id"))
        .col(uuid("asset_id"))
        .col(date_null("from_on"))
        .col(date_null("to_on"))
        .check(not_before("support_coverage", "period", "from_on", "to_on"))
        .foreign_key(&mut part_of("support_coverage", "contract_id", "support_contract"))
        .foreign_key(&mut refers_to("support_coverage", "asset_id", "asset"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("colocation_contract", &["number"]),
        index("colocation_contract", &["vendor_id"]),
        index("colocation_charge", &["contract_id"]),
        index("colocation_charge", &["site_id"]),
        unique("colocation_contract_site", &["contract_id", "site_id"]),
        index("colocation_contract_site", &["site_id"]),
        unique("support_contract", &["number"]),
        index("support_contract", &["vendor_id"]),
        unique("support_coverage", &["contract_id", "asset_id"]),
        index("support_coverage", &["asset_id", "contract_id"]),
    ]
}
