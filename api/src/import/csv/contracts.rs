//! Columns of colocation and support contracts.

use rust_decimal::Decimal;

use super::cells::{Cells, parts};
use super::inventory::{COUNT, SOURCE};
use crate::import::columns::{Column, Kind, Value};
use crate::import::records::{
    Abatement, ColocationCharge, ColocationContract, Escalator, IndexTerms, Metering, Overage, RampStep,
    RateStep, SupportContract, SupportCoverage, TerminationAdvance, TerminationRule, TerminationStep,
};

const MONTHS: Kind = Kind::Integer { least: 1, most: 1_200 };

pub(super) const COLOCATION_CONTRACT: &[Column] = &[
    Column::key("number", Kind::Identifier, "EQX-2026-01", ""),
    Column::create("vendor", Kind::Identifier, "EQX", "code of the vendor"),
    Column::optional("master_agreement", Kind::Identifier, "MSA-2019", ""),
    Column::create("currency", Kind::Currency, "USD", ""),
    Column::create("signed_on", Kind::Date, "2025-11-30", ""),
    Column::create("billing_starts_on", Kind::Date, "2026-01-15", ""),
    Column::create("initial_term_months", MONTHS, "36", ""),
    Column::optional("stated_end_on", Kind::Date, "2029-01-14", "where the contract names its last day"),
    Column::create("auto_renew", Kind::Boolean, "true", ""),
    Column::optional("renewal_term_months", MONTHS, "12", ""),
    Column::optional("maximum_renewals", COUNT, "3", ""),
    Column::create(
        "renewal_price_rule",
        Kind::Choice(&["FIXED_UPLIFT", "CPI", "THEN_CURRENT", "MARKET"]),
        "FIXED_UPLIFT",
        "",
    ),
    Column::optional("renewal_uplift", Kind::Rate, "0.03", ""),
    Column::optional("renewal_index_series", Kind::Text, "CPI-U", "the index that a renewal by CPI follows"),
    Column::optional("renewal_index_lag_months", COUNT, "3", ""),
    Column::optional("renewal_index_floor", Kind::Rate, "0.02", ""),
    Column::optional("renewal_index_cap", Kind::Rate, "0.05", ""),
    Column::optional("renewal_index_no_decrease", Kind::Boolean, "true", ""),
    Column::create("notice_minimum", COUNT, "90", "in the notice unit, before the last day"),
    Column::optional("notice_maximum", COUNT, "180", "in the notice unit, before the last day"),
    Column::create(
        "notice_unit",
        Kind::Choice(&["CALENDAR_DAYS", "BUSINESS_DAYS", "MONTHS"]),
        "CALENDAR_DAYS",
        "",
    ),
    Column::optional("notice_method", Kind::Text, "registered letter", ""),
    Column::optional("notice_given_on", Kind::Date, "2028-09-01", ""),
    Column::optional("notice_evidence", Kind::Text, "receipt 88", ""),
    Column::optional("holdover_multiplier", Kind::Quantity, "1.5", "of the price, when staying past the end"),
    Column::create(
        "proration",
        Kind::Choice(&["ACTUAL_DAYS_CALENDAR", "CONTRACT_MONTH"]),
        "ACTUAL_DAYS_CALENDAR",
        "",
    ),
    Column::optional("dispute_window_days", COUNT, "60", ""),
    Column::create(
        "classification",
        Kind::Choice(&["SERVICE", "LEASE_OPERATING", "LEASE_FINANCE", "UNDETERMINED"]),
        "SERVICE",
        "",
    ),
    Column::optional("decision_lead_days", COUNT, "60", "before the notice deadline"),
    Column::optional("proposal_lead_days", COUNT, "90", "before the decision is due"),
    Column::optional("migration_days", COUNT, "150", "that moving out takes"),
    Column::optional("decommission_buffer_days", COUNT, "30", "between the last move and the last day"),
    Column::optional(
        "termination_share",
        Kind::Rate,
        "0.75",
        "of what is still contracted, for leaving early",
    ),
    Column::optional(
        "termination_advances",
        Kind::Tuples(&[Kind::Money, Kind::Date, MONTHS]),
        "24000:2026-01-15:36",
        "amount, first day and months that it is written off over",
    ),
    Column::optional(
        "termination_table",
        Kind::Tuples(&[COUNT, Kind::Money]),
        "0:250000|12:150000|24:50000",
        "contract months that are over, and fee; instead of the share",
    ),
    Column::optional("termination_fixed_fee", Kind::Money, "5000.00", "beside the share, or alone"),
    Column::optional("owner", Kind::Text, "Facilities", ""),
    Column::optional("sites", Kind::List(&Kind::Identifier), "FRA1|FRA2", "codes of the sites it is for"),
    SOURCE,
];

pub(super) const COLOCATION_CHARGE: &[Column] = &[
    Column::key("contract", Kind::Identifier, "EQX-2026-01", "number of the contract"),
    Column::key("position", Kind::Integer { least: 1, most: 100_000 }, "1", "line of the contract, from 1"),
    Column::optional("site", Kind::Identifier, "FRA1", "code of the site"),
    Column::create(
        "kind",
        Kind::Choice(&[
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
        ]),
        "SPACE_KW",
        "",
    ),
    Column::optional("description", Kind::Text, "space and power", ""),
    Column::create("unit_price_amount", Kind::Money, "165.00", "per month, in the contract's currency"),
    Column::create("quantity", Kind::Quantity, "100", ""),
    Column::optional("from_on", Kind::Date, "2026-01-15", ""),
    Column::optional("to_on", Kind::Date, "2029-01-14", ""),
    Column::create("billing", Kind::Choice(&["ADVANCE", "ARREARS"]), "ADVANCE", ""),
    Column::optional("escalator_kind", Kind::Choice(&["FIXED", "CPI", "TABLE", "NONE"]), "FIXED", ""),
    Column::optional("escalator_rate", Kind::Rate, "0.03", ""),
    Column::optional("escalator_first_on", Kind::Date, "2027-01-15", ""),
    Column::optional("escalator_every_months", MONTHS, "12", ""),
    Column::optional(
        "escalator_anchor",
        Kind::Choice(&["ANNIVERSARY", "CALENDAR_JANUARY", "EXPLICIT"]),
        "ANNIVERSARY",
        "",
    ),
    Column::optional("escalator_compounding", Kind::Boolean, "true", ""),
    Column::optional("escalator_series", Kind::Text, "CPI-U", "of the index"),
    Column::optional("escalator_lag_months", COUNT, "3", "of the index"),
    Column::optional("escalator_floor", Kind::Rate, "0.02", ""),
    Column::optional("escalator_cap", Kind::Rate, "0.05", ""),
    Column::optional("escalator_no_decrease", Kind::Boolean, "true", ""),
    Column::optional(
        "escalator_table",
        Kind::Tuples(&[Kind::Date, Kind::Rate]),
        "2027-01-15:0.03|2028-01-15:0.035",
        "day and rate",
    ),
    Column::optional(
        "ramp",
        Kind::Tuples(&[COUNT, Kind::Quantity]),
        "0:40|3:70|6:100",
        "contract month, from 0, and kilowatts, or kVA where power_unit says so",
    ),
    Column::optional(
        "abatements",
        Kind::Tuples(&[COUNT, MONTHS, Kind::Rate]),
        "0:2:1",
        "contract month, from 0, number of months, and share that is not billed",
    ),
    Column::optional("average_kilowatts", Kind::Quantity, "62", ""),
    Column::optional("power_usage_effectiveness_measured", Kind::Quantity, "1.42", ""),
    Column::optional("power_usage_effectiveness_contractual", Kind::Quantity, "1.4", ""),
    Column::optional("power_usage_effectiveness_cap", Kind::Quantity, "1.35", ""),
    Column::optional("minimum_take_rate", Kind::Rate, "0.7", ""),
    Column::optional("commit_kilowatts", Kind::Quantity, "100", ""),
    Column::optional("commit_kilovolt_amperes", Kind::Quantity, "110", "instead of commit_kilowatts"),
    Column::optional("peak_kilowatts", Kind::Quantity, "110", "billed where it is above what is committed"),
    Column::optional("renewal_uplift", Kind::Rate, "0.04", "its own rise at each renewal"),
    Column::optional("asset", Kind::Identifier, "A-000123", "tag of the asset that a connection ends at"),
    Column::optional(
        "overage_buffer_rate",
        Kind::Rate,
        "0.05",
        "share of the commitment that costs nothing more",
    ),
    Column::optional("overage_multiplier", Kind::Quantity, "1.5", "of the price of a kilowatt"),
    Column::optional(
        "overage_basis",
        Kind::Choice(&["ABOVE_BUFFER", "ABOVE_COMMITMENT"]),
        "ABOVE_BUFFER",
        "",
    ),
    Column::optional(
        "power_unit",
        Kind::Choice(&["KILOWATT", "KILOVOLT_AMPERE"]),
        "KILOVOLT_AMPERE",
        "of the commitment; kilowatts where left out",
    ),
    Column::optional("power_factor", Kind::Rate, "0.9", "of a commitment in kVA: it times this is in kW"),
];

pub(super) const SUPPORT_CONTRACT: &[Column] = &[
    Column::key("number", Kind::Identifier, "SUP-778", ""),
    Column::create("vendor", Kind::Identifier, "DELL", "code of the vendor"),
    Column::optional("level", Kind::Text, "24x7, 4 hours", ""),
    Column::create("currency", Kind::Currency, "USD", ""),
    Column::create("starts_on", Kind::Date, "2026-01-01", ""),
    Column::create("ends_on", Kind::Date, "2028-12-31", ""),
    Column::create("charge_amount", Kind::Money, "18000.00", "per billing period"),
    Column::create(
        "billing_frequency",
        Kind::Choice(&["MONTHLY", "QUARTERLY", "YEARLY", "PREPAID"]),
        "YEARLY",
        "",
    ),
    Column::optional("escalation_rate", Kind::Rate, "0.03", "per anniversary"),
    Column::create("auto_renew", Kind::Boolean, "false", ""),
    Column::optional("renewal_term_months", MONTHS, "12", ""),
    Column::optional("renewal_uplift", Kind::Rate, "0.05", ""),
    Column::optional("notice_days", COUNT, "60", ""),
    Column::optional("notice_days_maximum", COUNT, "180", "before which no notice is accepted"),
    Column::optional("decision_lead_days", COUNT, "60", "before the notice deadline"),
    Column::optional("proposal_lead_days", COUNT, "90", "before the decision is due"),
    Column::optional("migration_days", COUNT, "30", ""),
    Column::optional("decommission_buffer_days", COUNT, "10", ""),
    Column::optional("notice_given_on", Kind::Date, "2028-10-01", ""),
    Column::optional("owner", Kind::Text, "Platform", ""),
    SOURCE,
];

pub(super) const SUPPORT_COVERAGE: &[Column] = &[
    Column::key("contract", Kind::Identifier, "SUP-778", "number of the contract"),
    Column::key("asset", Kind::Identifier, "A-000123", "tag of the asset"),
    Column::optional("from_on", Kind::Date, "2026-01-01", ""),
    Column::optional("to_on", Kind::Date, "2028-12-31", ""),
];

pub(super) fn colocation_contract(cells: &mut Cells) -> ColocationContract {
    ColocationContract {
        origin: cells.origin.clone(),
        number: cells.key("number"),
        vendor: cells.text("vendor"),
        master_agreement: cells.text("master_agreement"),
        currency: cells.text("currency"),
        signed_on: cells.date("signed_on"),
        billing_starts_on: cells.date("billing_starts_on"),
        initial_term_months: cells.integer("initial_term_months"),
        stated_end_on: cells.date("stated_end_on"),
        auto_renew: cells.boolean("auto_renew"),
        renewal_term_months: cells.integer("renewal_term_months"),
        maximum_renewals: cells.integer("maximum_renewals"),
        renewal_price_rule: cells.text("renewal_price_rule"),
        renewal_uplift: cells.decimal("renewal_uplift"),
        renewal_index: renewal_index(cells),
        notice_minimum: cells.integer("notice_minimum"),
        notice_maximum: cells.integer("notice_maximum"),
        notice_unit: cells.text("notice_unit"),
        notice_method: cells.text("notice_method"),
        notice_given_on: cells.date("notice_given_on"),
        notice_evidence: cells.text("notice_evidence"),
        holdover_multiplier: cells.decimal("holdover_multiplier"),
        proration: cells.text("proration"),
        dispute_window_days: cells.integer("dispute_window_days"),
        classification: cells.text("classification"),
        decision_lead_days: cells.integer("decision_lead_days"),
        proposal_lead_days: cells.integer("proposal_lead_days"),
        migration_days: cells.integer("migration_days"),
        decommission_buffer_days: cells.integer("decommission_buffer_days"),
        termination: termination(cells),
        owner: cells.text("owner"),
        source: cells.text("source"),
        sites: cells.texts("sites"),
    }
}

pub(super) fn colocation_charge(cells: &mut Cells) -> ColocationCharge {
    ColocationCharge {
        origin: cells.origin.clone(),
        contract: cells.key("contract"),
        position: cells.integer("position").unwrap_or_default(),
        site: cells.text("site"),
        kind: cells.text("kind"),
        description: cells.text("description"),
        unit_price_amount: cells.decimal("unit_price_amount"),
        quantity: cells.decimal("quantity"),
        from_on: cells.date("from_on"),
        to_on: cells.date("to_on"),
        billing: cells.text("billing"),
        escalator: escalator(cells),
        ramp: cells.list("ramp", |item| match parts(item) {
            [Value::Integer(from_contract_month), Value::Decimal(kilowatts)] => {
                Some(RampStep { from_contract_month: *from_contract_month, kilowatts: *kilowatts })
            }
            _ => None,
        }),
        abatements: cells.list("abatements", |item| match parts(item) {
            [Value::Integer(from_contract_month), Value::Integer(months), Value::Decimal(rate)] => {
                Some(Abatement { from_contract_month: *from_contract_month, months: *months, rate: *rate })
            }
            _ => None,
        }),
        metering: metering(cells),
        peak_kilowatts: cells.decimal("peak_kilowatts"),
        renewal_uplift: cells.decimal("renewal_uplift"),
        asset: cells.text("asset"),
        overage: overage(cells),
        power_unit: cells.text("power_unit"),
        power_factor: cells.decimal("power_factor"),
    }
}

/// The rule of leaving early, which is there when any of its columns is.
fn termination(cells: &mut Cells) -> Option<TerminationRule> {
    cells.needs("termination_advances", "termination_share");
    let share = cells.decimal("termination_share");
    let advances = cells.list("termination_advances", |item| match parts(item) {
        [Value::Decimal(amount), Value::Date(from_on), Value::Integer(months)] => {
            Some(TerminationAdvance { amount: *amount, from_on: *from_on, months: *months })
        }
        _ => None,
    });
    let table = cells.list("termination_table", |item| match parts(item) {
        [Value::Integer(from_contract_month), Value::Decimal(fee)] => {
            Some(TerminationStep { from_contract_month: *from_contract_month, fee: *fee })
        }
        _ => None,
    });
    let fixed = cells.decimal("termination_fixed_fee");
    let given = share.is_some() || table.is_some() || fixed.is_some();
    let (advances, table) = (advances.unwrap_or_default(), table.unwrap_or_default());
    given.then_some(TerminationRule { share, advances, table, fixed })
}

/// What overage costs, which is there when any of its columns is.
fn overage(cells: &mut Cells) -> Option<Overage> {
    let overage = Overage {
        buffer_rate: cells.decimal("overage_buffer_rate"),
        multiplier: cells.decimal("overage_multiplier"),
        basis: cells.text("overage_basis"),
    };
    Some(overage).filter(|overage| *overage != Overage::default())
}

/// The index of renewals, which is there when its series is; its other columns make no sense without.
fn renewal_index(cells: &mut Cells) -> Option<IndexTerms> {
    for column in COLOCATION_CONTRACT.iter().filter(|column| column.name.starts_with("renewal_index_")) {
        cells.needs(column.name, "renewal_index_series");
    }
    Some(IndexTerms {
        series: cells.text("renewal_index_series")?,
        lag_months: cells.integer("renewal_index_lag_months"),
        floor: cells.decimal("renewal_index_floor"),
        cap: cells.decimal("renewal_index_cap"),
        no_decrease: cells.boolean("renewal_index_no_decrease"),
    })
}

/// The escalator, which is there when its kind is; its other columns make no sense without.
fn escalator(cells: &mut Cells) -> Option<Escalator> {
    for column in COLOCATION_CHARGE.iter().filter(|column| column.name.starts_with("escalator_")) {
        cells.needs(column.name, "escalator_kind");
    }
    Some(Escalator {
        kind: cells.text("escalator_kind")?,
        rate: cells.decimal("escalator_rate"),
        first_on: cells.date("escalator_first_on"),
        every_months: cells.integer("escalator_every_months"),
        anchor: cells.text("escalator_anchor"),
        compounding: cells.boolean("escalator_compounding"),
        series: cells.text("escalator_series"),
        lag_months: cells.integer("escalator_lag_months"),
        floor: cells.decimal("escalator_floor"),
        cap: cells.decimal("escalator_cap"),
        no_decrease: cells.boolean("escalator_no_decrease"),
        table: cells.list("escalator_table", |item| match parts(item) {
            [Value::Date(on), Value::Decimal(rate)] => Some(RateStep { on: *on, rate: *rate }),
            _ => None,
        }),
    })
}

/// What is metered, which is there when any of its columns is.
fn metering(cells: &mut Cells) -> Option<Metering> {
    let mut given = false;
    let mut take = |name: &str| -> Option<Decimal> {
        let number = cells.decimal(name);
        given |= number.is_some();
        number
    };
    let metering = Metering {
        average_kilowatts: take("average_kilowatts"),
        power_usage_effectiveness_measured: take("power_usage_effectiveness_measured"),
        power_usage_effectiveness_contractual: take("power_usage_effectiveness_contractual"),
        power_usage_effectiveness_cap: take("power_usage_effectiveness_cap"),
        minimum_take_rate: take("minimum_take_rate"),
        commit_kilowatts: take("commit_kilowatts"),
        commit_kilovolt_amperes: take("commit_kilovolt_amperes"),
    };
    given.then_some(metering)
}

pub(super) fn support_contract(cells: &mut Cells) -> SupportContract {
    SupportContract {
        origin: cells.origin.clone(),
        number: cells.key("number"),
        vendor: cells.text("vendor"),
        level: cells.text("level"),
        currency: cells.text("currency"),
        starts_on: cells.date("starts_on"),
        ends_on: cells.date("ends_on"),
        charge_amount: cells.decimal("charge_amount"),
        billing_frequency: cells.text("billing_frequency"),
        escalation_rate: cells.decimal("escalation_rate"),
        auto_renew: cells.boolean("auto_renew"),
        renewal_term_months: cells.integer("renewal_term_months"),
        renewal_uplift: cells.decimal("renewal_uplift"),
        notice_days: cells.integer("notice_days"),
        notice_days_maximum: cells.integer("notice_days_maximum"),
        decision_lead_days: cells.integer("decision_lead_days"),
        proposal_lead_days: cells.integer("proposal_lead_days"),
        migration_days: cells.integer("migration_days"),
        decommission_buffer_days: cells.integer("decommission_buffer_days"),
        notice_given_on: cells.date("notice_given_on"),
        owner: cells.text("owner"),
        source: cells.text("source"),
    }
}

pub(super) fn support_coverage(cells: &mut Cells) -> SupportCoverage {
    SupportCoverage {
        origin: cells.origin.clone(),
        contract: cells.key("contract"),
        asset: cells.key("asset"),
        from_on: cells.date("from_on"),
        to_on: cells.date("to_on"),
    }
}
