//! Columns of scenarios and their changes.

use super::cells::{Cells, parts};
use super::cloud::PROVIDERS;
use super::inventory::HARDWARE_KIND;
use crate::import::columns::{Column, Kind, Need, Value};
use crate::import::records::{AccountKey, Scenario, ScenarioChange, YearRate};

const YEAR: Kind = Kind::Integer { least: 1970, most: 2199 };

/// What there may be of a kind besides its place and its note; any other column belongs to another kind.
const OF_KINDS: [(&str, &[&str]); 10] = [
    ("PRICE_INDEX", &["refresh_policy", "hardware_kind", "rates"]),
    ("CPI_CURVE", &["series", "rates"]),
    ("GROWTH_RATE", &["provider", "account_number", "workload", "monthly_rate", "from_month", "to_month"]),
    ("POLICY_LIFE", &["refresh_policy", "age_months", "support_margin_months"]),
    ("CONTRACT_NOT_RENEWED", &["colocation_contract", "support_contract", "ends_on"]),
    (
        "RENEGOTIATED_PRICE",
        &["colocation_contract", "charge", "support_contract", "factor", "unit_price", "from_on"],
    ),
    ("SITE_EXIT", &["site", "exit_on"]),
    ("COHORT_MOVED", &["site", "cohort", "cohort_key", "order_month"]),
    ("CAP_CHANGED", &["fiscal_year", "cap_amount", "cap_currency"]),
    ("EXCHANGE_RATE", &["base", "quote", "rate", "from_on"]),
];

pub(super) const SCENARIO: &[Column] = &[
    Column::key("name", Kind::Text, "CPI 4 %", ""),
    Column::optional("description", Kind::Text, "prices rise faster than planned", ""),
    Column::optional("owner", Kind::Text, "Platform", ""),
];

pub(super) const SCENARIO_CHANGE: &[Column] = &[
    Column::key("scenario", Kind::Text, "CPI 4 %", "name of the scenario"),
    Column::key("place", Kind::Integer { least: 1, most: 10_000 }, "1", "changes are laid on in this order"),
    Column::create(
        "kind",
        Kind::Choice(&[
            "PRICE_INDEX",
            "CPI_CURVE",
            "GROWTH_RATE",
            "POLICY_LIFE",
            "CONTRACT_NOT_RENEWED",
            "RENEGOTIATED_PRICE",
            "SITE_EXIT",
            "COHORT_MOVED",
            "CAP_CHANGED",
            "EXCHANGE_RATE",
        ]),
        "CPI_CURVE",
        "",
    ),
    Column::optional("note", Kind::Text, "as the committee asked", "why it is in the list"),
    Column::optional("colocation_contract", Kind::Identifier, "", "number of the contract"),
    Column::optional(
        "charge",
        Kind::Integer { least: 1, most: 10_000 },
        "",
        "position in the price sheet of the contract",
    ),
    Column::optional("support_contract", Kind::Identifier, "", "number of the contract"),
    Column::optional("refresh_policy", Kind::Text, "", "name of the policy"),
    Column::optional("site", Kind::Identifier, "", "code of the site"),
    Column::optional("provider", PROVIDERS, "", "of a cloud account"),
    Column::optional("account_number", Kind::Identifier, "", "of a cloud account"),
    Column::optional("workload", Kind::Text, "", "name in its account"),
    Column::optional("hardware_kind", HARDWARE_KIND, "", ""),
    Column::optional("series", Kind::Text, "CPI-U", "name of a price index; empty for all"),
    Column::optional(
        "rates",
        Kind::Tuples(&[YEAR, Kind::Rate]),
        "2027:0.04|2028:0.04",
        "calendar year and rise within it",
    ),
    Column::optional("monthly_rate", Kind::Rate, "", "growth of cloud spend"),
    Column::optional("from_month", Kind::Month, "", "first month of the growth"),
    Column::optional("to_month", Kind::Month, "", "last month of the growth"),
    Column::optional("age_months", Kind::Integer { least: 0, most: 1_200 }, "", "at which a policy replaces"),
    Column::optional(
        "support_margin_months",
        Kind::Integer { least: 0, most: 1_200 },
        "",
        "before the end of support",
    ),
    Column::optional(
        "ends_on",
        Kind::Date,
        "",
        "last day of a term of the contract; empty for the one that runs",
    ),
    Column::optional("factor", Kind::Quantity, "", "prices are multiplied with it"),
    Column::optional("unit_price", Kind::Money, "", "instead of a factor"),
    Column::optional("from_on", Kind::Date, "", "first day of the price or of the exchange rate"),
    Column::optional("exit_on", Kind::Date, "", "day on which the site is empty"),
    Column::optional("cohort", Kind::Text, "", "what the refresh plan calls the cohort"),
    Column::optional("cohort_key", Kind::Identifier, "", "its key in the database that the file is from"),
    Column::optional("order_month", Kind::Month, "", "month in which the cohort is ordered"),
    Column::optional("fiscal_year", YEAR, "", "of a cap"),
    Column::optional("cap_amount", Kind::Money, "", "may be ordered in the fiscal year"),
    Column::optional("cap_currency", Kind::Currency, "", ""),
    Column::optional("base", Kind::Currency, "", "of an exchange rate"),
    Column::optional("quote", Kind::Currency, "", "of an exchange rate"),
    Column::optional("rate", Kind::Quantity, "", "units of the quote for one of the base"),
];

pub(super) fn scenario(cells: &mut Cells) -> Scenario {
    Scenario {
        origin: cells.origin.clone(),
        name: cells.key("name"),
        description: cells.text("description"),
        owner: cells.text("owner"),
    }
}

/// Leaves the row out where it says what only another kind of change has.
fn refuse_strangers(cells: &mut Cells, kind: &str) {
    let known = OF_KINDS.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, columns)| *columns);
    let own = ["scenario", "place", "kind", "note"];
    let strangers = SCENARIO_CHANGE.iter().filter(|column| column.need == Need::Optional);
    let strangers = strangers.map(|column| column.name);
    let strangers: Vec<&str> =
        strangers.filter(|name| !own.contains(name) && !known.contains(name) && cells.has(name)).collect();
    for name in strangers {
        cells.refuse(format!("{name} is given, and a change of the kind {kind} has none"));
    }
}

pub(super) fn scenario_change(cells: &mut Cells) -> ScenarioChange {
    cells.needs("provider", "account_number");
    cells.needs("account_number", "provider");
    cells.needs("workload", "account_number");
    cells.needs("charge", "colocation_contract");
    let kind = cells.text("kind");
    if let Some(kind) = &kind {
        refuse_strangers(cells, kind);
    }
    ScenarioChange {
        origin: cells.origin.clone(),
        scenario: cells.key("scenario"),
        place: cells.integer("place").unwrap_or_default(),
        kind,
        note: cells.text("note"),
        colocation_contract: cells.text("colocation_contract"),
        charge: cells.integer("charge"),
        support_contract: cells.text("support_contract"),
        refresh_policy: cells.text("refresh_policy"),
        site: cells.text("site"),
        account: match (cells.text("provider"), cells.text("account_number")) {
            (Some(provider), Some(account_number)) => Some(AccountKey { provider, account_number }),
            _ => None,
        },
        workload: cells.text("workload"),
        hardware_kind: cells.text("hardware_kind"),
        series: cells.text("series"),
        rates: cells.list("rates", |item| match parts(item) {
            [Value::Integer(year), Value::Decimal(rate)] => Some(YearRate { year: *year, rate: *rate }),
            _ => None,
        }),
        monthly_rate: cells.decimal("monthly_rate"),
        from_month: cells.date("from_month"),
        to_month: cells.date("to_month"),
        age_months: cells.integer("age_months"),
        support_margin_months: cells.integer("support_margin_months"),
        ends_on: cells.date("ends_on"),
        factor: cells.decimal("factor"),
        unit_price: cells.decimal("unit_price"),
        from_on: cells.date("from_on"),
        exit_on: cells.date("exit_on"),
        cohort_key: cells.text("cohort_key"),
        cohort: cells.text("cohort"),
        order_month: cells.date("order_month"),
        fiscal_year: cells.integer("fiscal_year"),
        cap_amount: cells.decimal("cap_amount"),
        cap_currency: cells.text("cap_currency"),
        base: cells.text("base"),
        quote: cells.text("quote"),
        rate: cells.decimal("rate"),
    }
}
