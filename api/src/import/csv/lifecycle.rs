//! Columns of refresh policies and cycles, depreciation rules and software releases.

use super::cells::{Cells, parts};
use super::inventory::{COUNT, ENVIRONMENT, HARDWARE_KIND, SOURCE, TIER, model};
use crate::import::columns::{Column, Kind, Value};
use crate::import::records::{
    AgeRate, DepreciationRule, ModelKey, RefreshCycle, RefreshPolicy, ResourceTerms, SoftwareRelease,
    TierFactor, YearRate,
};

const MILESTONE: Kind = Kind::Choice(&["DATED", "REACHED", "NOT_ANNOUNCED", "UNKNOWN"]);
pub(super) const BOOK: Kind = Kind::Choice(&["BOOK", "TAX", "IFRS"]);
pub(super) const METHOD: Kind =
    Kind::Choice(&["STRAIGHT_LINE", "SUM_OF_YEARS_DIGITS", "DOUBLE_DECLINING", "DECLINING_150"]);
pub(super) const CONVENTION: Kind = Kind::Choice(&[
    "FULL_MONTH",
    "NEXT_MONTH",
    "MID_MONTH",
    "MID_MONTH_FIRST",
    "MID_QUARTER",
    "HALF_YEAR",
    "ACTUAL_DAYS",
]);
pub(super) const ROUNDING: Kind = Kind::Choice(&["CUMULATIVE", "LAST_PERIOD"]);
const RESOURCE: Kind = Kind::Choice(&["CORES", "MEMORY", "STORAGE", "LICENCE_CORES"]);
const WIPING: Kind = Kind::Choice(&["ERASED", "SHREDDED"]);
const AGE: Kind = Kind::Integer { least: 0, most: 1_200 };
const YEAR: Kind = Kind::Integer { least: 1950, most: 2200 };

pub(super) const REFRESH_POLICY: &[Column] = &[
    Column::key("name", Kind::Text, "Servers after five years", ""),
    Column::create(
        "priority",
        Kind::Integer { least: i32::MIN, most: i32::MAX },
        "10",
        "the lower wins where two policies fit",
    ),
    Column::optional("active", Kind::Boolean, "true", ""),
    Column::optional("scope_kinds", Kind::List(&HARDWARE_KIND), "SERVER|BLADE", "any when empty"),
    Column::optional("scope_sites", Kind::List(&Kind::Identifier), "FRA1|FRA2", "any when empty"),
    Column::optional(
        "scope_models",
        Kind::Tuples(&[Kind::Text, Kind::Identifier]),
        "Dell:PowerEdge R650",
        "manufacturer and name; any when empty",
    ),
    Column::optional("scope_environments", Kind::List(&ENVIRONMENT), "PRODUCTION", "any when empty"),
    Column::optional("scope_tiers", Kind::List(&TIER), "0|1", "any when empty"),
    Column::optional("age_months", Kind::Integer { least: 1, most: 600 }, "60", "due at this age"),
    Column::optional("support_margin_months", COUNT, "3", "due this long before the end of support"),
    Column::create("warranty_rule", Kind::Boolean, "false", "due when the warranty ends"),
    Column::create("lease_rule", Kind::Boolean, "true", "due when the lease ends"),
    Column::optional("capacity_rule", Kind::Boolean, "false", "due when a capacity pool runs out"),
    Column::create("lead_days", COUNT, "60", "from order to delivery"),
    Column::create("install_days", COUNT, "14", ""),
    Column::create("buffer_days", COUNT, "15", ""),
    Column::optional("payment_terms_days", COUNT, "30", "from invoice to payment"),
    Column::create("quantity_rule", Kind::Choice(&["LIKE_FOR_LIKE", "RATIO"]), "RATIO", ""),
    Column::optional("ratio", Kind::Quantity, "1.5", "old units that one new replaces"),
    Column::optional("spares_rate", Kind::Rate, "0.05", ""),
    Column::create("currency", Kind::Currency, "USD", "of the amounts"),
    Column::optional(
        "price_index",
        Kind::Tuples(&[YEAR, Kind::Rate]),
        "2027:0.03|2028:0.02",
        "year and rise of price",
    ),
    Column::create("freight_rate", Kind::Rate, "0.02", "share of hardware"),
    Column::create("install_amount", Kind::Money, "150.00", "per new unit"),
    Column::optional(
        "support_rate",
        Kind::Rate,
        "0.12",
        "share of hardware, prepaid; empty where nothing is known of it",
    ),
    Column::optional("support_months", COUNT, "36", "months that it covers; a support_rate needs them"),
    Column::create("disposal_amount", Kind::Money, "40.00", "per old unit"),
    Column::create("residual_amount", Kind::Money, "0.00", "per old unit"),
    Column::optional(
        "residual_curve",
        Kind::Tuples(&[AGE, Kind::Rate]),
        "",
        "age in months and share of the purchase price that it sells for; in place of residual_amount, which is 0 then",
    ),
    Column::optional("wiping", WIPING, "ERASED", "of storage media; SHREDDED sells nothing"),
    Column::create("contingency_rate", Kind::Rate, "0.05", ""),
    Column::create("exit_tolerance_days", COUNT, "180", "no refresh when the site is left this soon after"),
    Column::create("cohort_period", Kind::Choice(&["MONTH", "QUARTER", "YEAR"]), "QUARTER", ""),
    Column::optional("depreciation_rule", Kind::Text, "Servers, straight line", "name of the rule"),
    Column::optional(
        "failure_rates",
        Kind::Tuples(&[AGE, Kind::Quantity]),
        "0:0.02|48:0.06",
        "age in months and failures of a unit in a year from then on",
    ),
    Column::optional(
        "demand_growth_rate",
        Kind::Rate,
        "",
        "growth per year of what the old units are used for",
    ),
    Column::optional("demand_years", COUNT, "", "that the new units must last"),
    Column::optional("demand_failover_units", COUNT, "", "that may fail, on top"),
    Column::optional(
        "demand_resources",
        Kind::Tuples(&[
            RESOURCE,
            Kind::Quantity,
            Kind::Quantity,
            Kind::Quantity,
            Kind::Quantity,
            Kind::Quantity,
        ]),
        "",
        "resource, per old unit, share used, per new unit, performance factor, share that may be used",
    ),
    Column::optional("risk_threshold", Kind::Quantity, "", "due when its risk score reaches it; with points"),
    Column::optional(
        "risk_ages",
        Kind::Tuples(&[AGE, Kind::Quantity]),
        "",
        "age in months and points from then on",
    ),
    Column::optional("risk_out_of_warranty", Kind::Quantity, "", "points once the warranty has ended"),
    Column::optional("risk_unsupported", Kind::Quantity, "", "points once the model has no support"),
    Column::optional(
        "risk_tiers",
        Kind::Tuples(&[TIER, Kind::Quantity]),
        "",
        "tier and factor of all points",
    ),
];

pub(super) const REFRESH_CYCLE: &[Column] = &[
    Column::key("name", Kind::Text, "Servers 2027 Q2", ""),
    Column::create("policy", Kind::Text, "Servers after five years", "name of the policy"),
    Column::optional("site", Kind::Identifier, "FRA1", "code of the site"),
    Column::optional("manufacturer", Kind::Text, "Dell", "of the model that is bought"),
    Column::optional("model", Kind::Identifier, "PowerEdge R660", "that is bought"),
    Column::optional(
        "status",
        Kind::Choice(&["PLANNED", "APPROVED", "ORDERED", "COMPLETED", "CANCELLED"]),
        "PLANNED",
        "",
    ),
    Column::optional("order_on", Kind::Date, "2027-02-01", ""),
    Column::optional("in_service_on", Kind::Date, "2027-05-01", ""),
    Column::optional("quantity", COUNT, "24", "new units"),
    Column::optional("budget_amount", Kind::Money, "240000.00", ""),
    Column::optional("budget_currency", Kind::Currency, "USD", ""),
    Column::optional("notes", Kind::Text, "with the move of databases", ""),
    Column::optional(
        "assets",
        Kind::List(&Kind::Identifier),
        "A-000123|A-000124",
        "tags of the assets it replaces",
    ),
];

pub(super) const DEPRECIATION_RULE: &[Column] = &[
    Column::key("name", Kind::Text, "Servers, straight line", ""),
    Column::create("book", BOOK, "BOOK", ""),
    Column::optional("kinds", Kind::List(&HARDWARE_KIND), "SERVER|STORAGE", "any when empty"),
    Column::create("method", METHOD, "STRAIGHT_LINE", ""),
    Column::create("switch_to_straight_line", Kind::Boolean, "false", ""),
    Column::create("life_months", Kind::Integer { least: 1, most: 1_200 }, "60", ""),
    Column::create("salvage_rate", Kind::Rate, "0.1", "share of cost"),
    Column::create("convention", CONVENTION, "FULL_MONTH", ""),
    Column::create("rounding", ROUNDING, "CUMULATIVE", ""),
    Column::optional("active", Kind::Boolean, "true", ""),
];

pub(super) const SOFTWARE_RELEASE: &[Column] = &[
    Column::key("product", Kind::Identifier, "vmware-esxi", ""),
    Column::key("cycle", Kind::Identifier, "8.0", ""),
    Column::optional("label", Kind::Text, "ESXi 8.0", ""),
    Column::optional("released_on", Kind::Date, "2022-10-11", ""),
    Column::optional("active_support_ends_on", Kind::Date, "2027-10-11", ""),
    Column::optional("active_support", MILESTONE, "DATED", "DATED when empty and the day is given"),
    Column::optional("end_of_life_on", Kind::Date, "2029-10-11", ""),
    Column::optional("end_of_life", MILESTONE, "DATED", "DATED when empty and the day is given"),
    Column::optional("discontinued_on", Kind::Date, "2026-01-31", ""),
    Column::optional("discontinued", MILESTONE, "DATED", "DATED when empty and the day is given"),
    Column::optional("latest_version", Kind::Identifier, "8.0u3", ""),
    SOURCE,
];

pub(super) fn refresh_policy(cells: &mut Cells) -> RefreshPolicy {
    cells.needs("demand_growth_rate", "demand_resources");
    cells.needs("demand_years", "demand_resources");
    cells.needs("demand_failover_units", "demand_resources");
    for points in ["risk_ages", "risk_out_of_warranty", "risk_unsupported", "risk_tiers"] {
        cells.needs(points, "risk_threshold");
    }
    RefreshPolicy {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        priority: cells.integer("priority"),
        active: cells.boolean("active"),
        scope_kinds: cells.texts("scope_kinds"),
        scope_sites: cells.texts("scope_sites"),
        scope_models: cells.list("scope_models", |item| match parts(item) {
            [Value::Text(manufacturer), Value::Text(name)] => {
                Some(ModelKey { manufacturer: manufacturer.clone(), name: name.clone() })
            }
            _ => None,
        }),
        scope_environments: cells.texts("scope_environments"),
        scope_tiers: cells.integers("scope_tiers"),
        age_months: cells.integer("age_months"),
        support_margin_months: cells.integer("support_margin_months"),
        warranty_rule: cells.boolean("warranty_rule"),
        lease_rule: cells.boolean("lease_rule"),
        capacity_rule: cells.boolean("capacity_rule"),
        lead_days: cells.integer("lead_days"),
        install_days: cells.integer("install_days"),
        buffer_days: cells.integer("buffer_days"),
        payment_terms_days: cells.integer("payment_terms_days"),
        quantity_rule: cells.text("quantity_rule"),
        ratio: cells.decimal("ratio"),
        spares_rate: cells.decimal("spares_rate"),
        currency: cells.text("currency"),
        price_index: cells.list("price_index", |item| match parts(item) {
            [Value::Integer(year), Value::Decimal(rate)] => Some(YearRate { year: *year, rate: *rate }),
            _ => None,
        }),
        freight_rate: cells.decimal("freight_rate"),
        install_amount: cells.decimal("install_amount"),
        support_rate: cells.decimal("support_rate"),
        support_months: cells.integer("support_months"),
        disposal_amount: cells.decimal("disposal_amount"),
        residual_amount: cells.decimal("residual_amount"),
        residual_curve: cells.list("residual_curve", by_age),
        wiping: cells.text("wiping"),
        contingency_rate: cells.decimal("contingency_rate"),
        exit_tolerance_days: cells.integer("exit_tolerance_days"),
        cohort_period: cells.text("cohort_period"),
        depreciation_rule: cells.text("depreciation_rule"),
        demand_growth_rate: cells.decimal("demand_growth_rate"),
        demand_years: cells.integer("demand_years"),
        demand_failover_units: cells.integer("demand_failover_units"),
        demand_resources: cells.list("demand_resources", resource_terms),
        failure_rates: cells.list("failure_rates", by_age),
        risk_threshold: cells.decimal("risk_threshold"),
        risk_ages: cells.list("risk_ages", by_age),
        risk_out_of_warranty: cells.decimal("risk_out_of_warranty"),
        risk_unsupported: cells.decimal("risk_unsupported"),
        risk_tiers: cells.list("risk_tiers", |item| match parts(item) {
            [Value::Integer(tier), Value::Decimal(factor)] => {
                Some(TierFactor { tier: *tier, factor: *factor })
            }
            _ => None,
        }),
    }
}

/// A number by age: a rate, a share or points.
fn by_age(item: &Value) -> Option<AgeRate> {
    match parts(item) {
        [Value::Integer(from_age_months), Value::Decimal(rate)] => {
            Some(AgeRate { from_age_months: *from_age_months, rate: *rate })
        }
        _ => None,
    }
}

fn resource_terms(item: &Value) -> Option<ResourceTerms> {
    let [Value::Text(resource), numbers @ ..] = parts(item) else { return None };
    let mut numbers = numbers.iter().map(|number| match number {
        Value::Decimal(number) => Some(*number),
        _ => None,
    });
    let mut next = || numbers.next().flatten();
    Some(ResourceTerms {
        resource: resource.clone(),
        old_per_unit: next()?,
        utilisation: next()?,
        new_per_unit: next()?,
        performance_factor: next()?,
        target_utilisation: next()?,
    })
}

pub(super) fn refresh_cycle(cells: &mut Cells) -> RefreshCycle {
    cells.needs("budget_amount", "budget_currency");
    RefreshCycle {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        policy: cells.text("policy"),
        site: cells.text("site"),
        model: model(cells, "manufacturer", "model"),
        status: cells.text("status"),
        order_on: cells.date("order_on"),
        in_service_on: cells.date("in_service_on"),
        quantity: cells.integer("quantity"),
        budget_amount: cells.decimal("budget_amount"),
        budget_currency: cells.text("budget_currency"),
        notes: cells.text("notes"),
        assets: cells.texts("assets"),
    }
}

pub(super) fn depreciation_rule(cells: &mut Cells) -> DepreciationRule {
    DepreciationRule {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        book: cells.text("book"),
        kinds: cells.texts("kinds"),
        method: cells.text("method"),
        switch_to_straight_line: cells.boolean("switch_to_straight_line"),
        life_months: cells.integer("life_months"),
        salvage_rate: cells.decimal("salvage_rate"),
        convention: cells.text("convention"),
        rounding: cells.text("rounding"),
        active: cells.boolean("active"),
    }
}

pub(super) fn software_release(cells: &mut Cells) -> SoftwareRelease {
    let active_support = milestone(cells, "active_support", "active_support_ends_on");
    let end_of_life = milestone(cells, "end_of_life", "end_of_life_on");
    let discontinued = milestone(cells, "discontinued", "discontinued_on");
    SoftwareRelease {
        origin: cells.origin.clone(),
        product: cells.key("product"),
        cycle: cells.key("cycle"),
        label: cells.text("label"),
        released_on: cells.date("released_on"),
        active_support_ends_on: cells.date("active_support_ends_on"),
        active_support,
        end_of_life_on: cells.date("end_of_life_on"),
        end_of_life,
        discontinued_on: cells.date("discontinued_on"),
        discontinued,
        latest_version: cells.text("latest_version"),
        source: cells.text("source"),
    }
}

/// The state of a milestone, which has to agree with its day.
fn milestone(cells: &mut Cells, state_column: &str, day_column: &str) -> Option<String> {
    let dated = cells.has(day_column);
    match cells.text(state_column) {
        None => dated.then(|| "DATED".to_owned()),
        Some(state) => {
            if (state == "DATED") != dated {
                cells.refuse(format!("{state_column} is {state}, and only DATED goes with {day_column}"));
            }
            Some(state)
        }
    }
}
