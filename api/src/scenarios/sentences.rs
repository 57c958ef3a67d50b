//! Changes in words.

use entity::{lifecycle::refresh_policy::YearRate, scenarios::scenario_change::Terms};
use forecasting::month::Month;
use sea_orm::ActiveEnum;

use super::{changes::Gone, overlay::Change};

/// What a change says, in a sentence; without single prices for those who may not see them. Prices stay out of what
/// everybody reads who sees the answer.
#[must_use]
pub fn of(change: &Change, hides_prices: bool) -> String {
    let names = &change.names;
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    match &change.row.terms {
        Terms::PriceIndex { hardware_kind, rates } => {
            let of = match (&names.refresh_policy, hardware_kind) {
                (Some(policy), _) => format!("hardware under the policy {policy}"),
                (None, Some(kind)) => format!("hardware of the kind {}", kind.to_value()),
                (None, None) => "all hardware".to_owned(),
            };
            format!("prices of {of} rise by {}", spoken(rates))
        }
        Terms::CpiCurve { series, rates } => match series {
            Some(series) => format!("the price index {series} rises by {}", spoken(rates)),
            None => format!("all price indices rise by {}", spoken(rates)),
        },
        Terms::GrowthRate { monthly_rate, from, to } => {
            let until = to.map(|to| format!(" to {}", Month::of(to))).unwrap_or_default();
            let from = Month::of(*from);
            format!("{} grows by {monthly_rate} a month from {from}{until}", grows(change))
        }
        Terms::PolicyLife { age_months, support_margin_months } => {
            let policy = name(&names.refresh_policy);
            let margin = support_margin_months
                .map(|months| format!(", {months} months before support ends"))
                .unwrap_or_default();
            format!("the policy {policy} replaces at an age of {age_months} months{margin}")
        }
        Terms::ContractNotRenewed { ends_on } => {
            let term =
                ends_on.map_or("the term that runs".to_owned(), |on| format!("the term that ends on {on}"));
            format!("{} is not renewed after {term}", contract(change))
        }
        Terms::RenegotiatedPrice { factor, unit_price, from } => {
            let what = match names.charge_position {
                // People count lines from 1.
                Some(position) => format!("charge {} of {}", position.saturating_add(1), contract(change)),
                None => contract(change),
            };
            let by = match (factor, unit_price) {
                (Some(factor), _) => format!(" by the factor {factor}"),
                (None, Some(price)) if !hides_prices => format!(" at {price} a unit"),
                _ => String::new(),
            };
            format!("the price of {what} is agreed anew{by} from {from}")
        }
        Terms::SiteExit { on } => format!("the site {} is left on {on}", name(&names.site)),
        Terms::CohortMoved { label, to, .. } => {
            format!("the refresh of {label} is ordered in {}", Month::of(*to))
        }
        Terms::CapChanged { fiscal_year, amount, currency } => {
            format!("refreshes of the fiscal year {fiscal_year} are capped at {amount} {currency}")
        }
        Terms::ExchangeRate { base, quote, rate, from } => {
            format!("one {base} is worth {rate} {quote} from {from}")
        }
    }
}

/// What became of what a change is about since it was written, in a sentence; none while it stands.
#[must_use]
pub fn gone(change: &Change) -> Option<String> {
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    Some(match change.names.gone? {
        Gone::Closed => format!("the site {} is closed", name(&change.names.site)),
        Gone::Retired(on) => format!("the workload {} retired on {on}", name(&change.names.workload)),
        Gone::Inactive => format!("the policy {} is not active", name(&change.names.refresh_policy)),
    })
}

/// What a change says without prices, and what became of what it is about.
#[must_use]
pub fn so_far(change: &Change) -> String {
    let sentence = of(change, true);
    match gone(change) {
        Some(gone) => format!("{sentence}; but {gone}"),
        None => sentence,
    }
}

/// The contract that a change is about.
fn contract(change: &Change) -> String {
    match (&change.names.colocation_contract, &change.names.support_contract) {
        (Some(number), _) => format!("the colocation contract {number}"),
        (None, Some(number)) => format!("the support contract {number}"),
        (None, None) => String::new(),
    }
}

/// What a change says the growth of.
fn grows(change: &Change) -> String {
    match (&change.names.workload, &change.names.provider_account) {
        (Some(workload), _) => format!("the workload {workload}"),
        (None, Some(account)) => format!("the cloud account {account}"),
        (None, None) => "all cloud spend".to_owned(),
    }
}

fn spoken(rates: &[YearRate]) -> String {
    let steps = rates.iter().map(|step| format!("{} in {}", step.rate.normalize(), step.year));
    steps.collect::<Vec<_>>().join(", ")
}
