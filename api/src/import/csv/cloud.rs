//! Columns of provider accounts, workloads, costs and growth.

use super::cells::Cells;
use super::inventory::{COUNT, ENVIRONMENT, SOURCE, TIER};
use crate::import::columns::{Column, Kind};
use crate::import::records::{
    AccountKey, CloudCommitment, CostRecord, GrowthAssumption, ProviderAccount, Workload,
};

pub(super) const PROVIDERS: Kind = Kind::Choice(&["AWS", "AZURE", "GCP", "OCI", "IBM", "OTHER"]);
const PROVIDER: Column = Column::key("provider", PROVIDERS, "AWS", "");
const ACCOUNT_NUMBER: Column =
    Column::key("account_number", Kind::Identifier, "123456789012", "unique within the provider");

pub(super) const PROVIDER_ACCOUNT: &[Column] = &[
    PROVIDER,
    ACCOUNT_NUMBER,
    Column::create("name", Kind::Text, "Production", ""),
    Column::create("currency", Kind::Currency, "USD", "that the provider bills in"),
    Column::optional("vendor", Kind::Identifier, "AWS", "code of the vendor"),
    Column::optional("owner", Kind::Text, "Platform", ""),
    SOURCE,
];

pub(super) const WORKLOAD: &[Column] = &[
    PROVIDER,
    ACCOUNT_NUMBER,
    Column::key("name", Kind::Text, "web shop", "unique within the account"),
    Column::create("service", Kind::Text, "EC2", ""),
    Column::create("region", Kind::Text, "eu-central-1", ""),
    Column::optional("site", Kind::Identifier, "FRA1", "code of the site it depends on"),
    Column::optional("vcpu", Kind::Quantity, "64", ""),
    Column::optional("memory_gib", Kind::Quantity, "256", "of 1,024 MiB"),
    Column::optional("storage_gib", Kind::Quantity, "2000", "of 1,024 MiB"),
    Column::optional("owner", Kind::Text, "E-commerce", ""),
    Column::optional("environment", ENVIRONMENT, "PRODUCTION", ""),
    Column::optional("tier", TIER, "1", "0 is the most critical"),
    Column::optional("started_on", Kind::Date, "2023-02-01", ""),
    Column::optional("retires_on", Kind::Date, "2028-12-31", ""),
    SOURCE,
];

pub(super) const COST_RECORD: &[Column] = &[
    PROVIDER,
    ACCOUNT_NUMBER,
    Column::key_part(
        "workload",
        Kind::Text,
        "web shop",
        "name of the workload; empty where the cost belongs to none",
    ),
    Column::key("month", Kind::Month, "2026-01", ""),
    Column::key("service", Kind::Text, "EC2", ""),
    Column::key(
        "charge_category",
        Kind::Choice(&["USAGE", "PURCHASE", "TAX", "CREDIT", "ADJUSTMENT"]),
        "USAGE",
        "",
    ),
    Column::create("currency", Kind::Currency, "USD", ""),
    Column::create("billed_amount", Kind::Money, "1200.00", "what is on the invoice"),
    Column::create("effective_amount", Kind::Money, "1150.00", "with prepayments spread"),
    Column::create("list_amount", Kind::Money, "1500.00", "at public prices"),
    Column::create("contracted_amount", Kind::Money, "1300.00", "at negotiated prices"),
    SOURCE,
];

pub(super) const GROWTH_ASSUMPTION: &[Column] = &[
    PROVIDER,
    ACCOUNT_NUMBER,
    Column::key_part("workload", Kind::Text, "web shop", "name of the workload; empty for the whole account"),
    Column::key("from_month", Kind::Month, "2026-01", ""),
    Column::optional("to_month", Kind::Month, "2028-12", "last month it holds for"),
    Column::create("monthly_rate", Kind::Rate, "0.015", ""),
    Column::optional("basis", Kind::Text, "orders of the last year", ""),
];

pub(super) const CLOUD_COMMITMENT: &[Column] = &[
    PROVIDER,
    ACCOUNT_NUMBER,
    Column::key("reference", Kind::Identifier, "sp-7f3a", ""),
    Column::create(
        "kind",
        Kind::Choice(&["RESERVED_INSTANCE", "SAVINGS_PLAN", "COMMITTED_USE", "ENTERPRISE_AGREEMENT"]),
        "SAVINGS_PLAN",
        "",
    ),
    Column::create("starts_on", Kind::Date, "2026-01-01", ""),
    Column::create("ends_on", Kind::Date, "2026-12-31", ""),
    Column::create("currency", Kind::Currency, "USD", ""),
    Column::optional("hourly_amount", Kind::Money, "4.25", "this or the total"),
    Column::optional("total_amount", Kind::Money, "37230.00", "this or the hourly amount"),
    Column::optional("auto_renews", Kind::Boolean, "true", ""),
    Column::optional(
        "renewal_months",
        Kind::Integer { least: 1, most: 1_200 },
        "12",
        "as long as the term where left out",
    ),
    Column::optional("notice_days", COUNT, "30", ""),
    Column::optional("notice_days_maximum", COUNT, "120", "before which no notice is accepted"),
    Column::optional("decision_lead_days", COUNT, "60", "before the notice deadline"),
    Column::optional("proposal_lead_days", COUNT, "90", "before the decision is due"),
    Column::optional("migration_days", COUNT, "30", "to move what is covered"),
    Column::optional("decommission_buffer_days", COUNT, "10", ""),
    Column::optional("notice_given_on", Kind::Date, "2026-11-01", ""),
    Column::optional("description", Kind::Text, "compute, all regions", ""),
    Column::optional("owner", Kind::Text, "Platform", ""),
    SOURCE,
];

fn account(cells: &mut Cells) -> AccountKey {
    AccountKey { provider: cells.key("provider"), account_number: cells.key("account_number") }
}

pub(super) fn provider_account(cells: &mut Cells) -> ProviderAccount {
    ProviderAccount {
        origin: cells.origin.clone(),
        key: account(cells),
        name: cells.text("name"),
        currency: cells.text("currency"),
        vendor: cells.text("vendor"),
        owner: cells.text("owner"),
        source: cells.text("source"),
    }
}

pub(super) fn workload(cells: &mut Cells) -> Workload {
    Workload {
        origin: cells.origin.clone(),
        account: account(cells),
        name: cells.key("name"),
        service: cells.text("service"),
        region: cells.text("region"),
        site: cells.text("site"),
        vcpu: cells.decimal("vcpu"),
        memory_gib: cells.decimal("memory_gib"),
        storage_gib: cells.decimal("storage_gib"),
        owner: cells.text("owner"),
        environment: cells.text("environment"),
        tier: cells.integer("tier"),
        started_on: cells.date("started_on"),
        retires_on: cells.date("retires_on"),
        source: cells.text("source"),
    }
}

pub(super) fn cost_record(cells: &mut Cells) -> CostRecord {
    CostRecord {
        origin: cells.origin.clone(),
        account: account(cells),
        workload: cells.text("workload"),
        month: cells.date("month").unwrap_or_default(),
        service: cells.key("service"),
        charge_category: cells.key("charge_category"),
        currency: cells.text("currency"),
        billed_amount: cells.decimal("billed_amount"),
        effective_amount: cells.decimal("effective_amount"),
        list_amount: cells.decimal("list_amount"),
        contracted_amount: cells.decimal("contracted_amount"),
        source: cells.text("source"),
    }
}

pub(super) fn growth_assumption(cells: &mut Cells) -> GrowthAssumption {
    GrowthAssumption {
        origin: cells.origin.clone(),
        account: account(cells),
        workload: cells.text("workload"),
        from_month: cells.date("from_month").unwrap_or_default(),
        to_month: cells.date("to_month"),
        monthly_rate: cells.decimal("monthly_rate"),
        basis: cells.text("basis"),
    }
}

pub(super) fn cloud_commitment(cells: &mut Cells) -> CloudCommitment {
    CloudCommitment {
        origin: cells.origin.clone(),
        account: account(cells),
        reference: cells.key("reference"),
        kind: cells.text("kind"),
        starts_on: cells.date("starts_on"),
        ends_on: cells.date("ends_on"),
        currency: cells.text("currency"),
        hourly_amount: cells.decimal("hourly_amount"),
        total_amount: cells.decimal("total_amount"),
        auto_renews: cells.boolean("auto_renews"),
        renewal_months: cells.integer("renewal_months"),
        notice_days: cells.integer("notice_days"),
        notice_days_maximum: cells.integer("notice_days_maximum"),
        decision_lead_days: cells.integer("decision_lead_days"),
        proposal_lead_days: cells.integer("proposal_lead_days"),
        migration_days: cells.integer("migration_days"),
        decommission_buffer_days: cells.integer("decommission_buffer_days"),
        notice_given_on: cells.date("notice_given_on"),
        description: cells.text("description"),
        owner: cells.text("owner"),
        source: cells.text("source"),
    }
}
