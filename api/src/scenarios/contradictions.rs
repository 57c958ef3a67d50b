//! Changes of one list that cannot both be.

use chrono::NaiveDate;
use entity::{
    lifecycle::refresh_policy::YearRate,
    scenarios::scenario_change::{Model, Terms},
};
use forecasting::month::Month;

use super::{ends::Ends, overlay::Change, sentences};
use crate::error::{Error, Result};

/// Refuses a list of which two changes cannot both be.
///
/// # Errors
/// `Invalid` for `change`, naming both and why.
pub fn check(changes: &[Change], ends: &Ends) -> Result<()> {
    for (place, later) in changes.iter().enumerate() {
        for (earlier_place, earlier) in changes.iter().take(place).enumerate() {
            let why = between(&earlier.row, &later.row)
                .or_else(|| after_end(&earlier.row, &later.row, ends))
                .or_else(|| after_end(&later.row, &earlier.row, ends))
                .or_else(|| after_exit(&earlier.row, &later.row))
                .or_else(|| after_exit(&later.row, &earlier.row))
                .or_else(|| after_left(&earlier.row, &later.row, ends))
                .or_else(|| after_left(&later.row, &earlier.row, ends))
                .or_else(|| after_last(&earlier.row, &later.row, ends))
                .or_else(|| after_last(&later.row, &earlier.row, ends));
            if let Some(why) = why {
                let (first, second) = (sentences::of(earlier, true), sentences::of(later, true));
                let message = format!(
                    "change {} ({first}) and change {} ({second}) cannot both be: {why}",
                    earlier_place + 1,
                    place + 1
                );
                return Err(Error::invalid("change", message));
            }
        }
    }
    Ok(())
}

/// Why two changes of the same kind contradict each other.
fn between(one: &Model, other: &Model) -> Option<String> {
    let same_contract = one.colocation_contract_id == other.colocation_contract_id
        && one.support_contract_id == other.support_contract_id;
    match (&one.terms, &other.terms) {
        (
            Terms::PriceIndex { hardware_kind: one_kind, rates: one_rates },
            Terms::PriceIndex { hardware_kind: other_kind, rates: other_rates },
        ) if one_kind == other_kind && one.refresh_policy_id == other.refresh_policy_id => {
            shared_year(one_rates, other_rates)
        }
        (
            Terms::CpiCurve { series: one_series, rates: one_rates },
            Terms::CpiCurve { series: other_series, rates: other_rates },
        ) if one_series == other_series => shared_year(one_rates, other_rates),
        (
            Terms::GrowthRate { from: one_from, to: one_to, .. },
            Terms::GrowthRate { from: other_from, to: other_to, .. },
        ) if one.workload_id == other.workload_id && one.provider_account_id == other.provider_account_id => {
            let first = *one_from.max(other_from);
            let last = one_to.unwrap_or(NaiveDate::MAX).min(other_to.unwrap_or(NaiveDate::MAX));
            (first <= last).then(|| format!("both say how it grows in {}", Month::of(first)))
        }
        (Terms::PolicyLife { .. }, Terms::PolicyLife { .. }) => (one.refresh_policy_id
            == other.refresh_policy_id)
            .then(|| "both say at which age the policy replaces".to_owned()),
        (Terms::ContractNotRenewed { .. }, Terms::ContractNotRenewed { .. }) => {
            same_contract.then(|| "a contract ends once".to_owned())
        }
        (Terms::RenegotiatedPrice { from, .. }, Terms::RenegotiatedPrice { from: other_from, .. }) => {
            let (first, second) = (one.colocation_charge_id, other.colocation_charge_id);
            let overlaps = same_contract && (first == second || first.is_none() || second.is_none());
            (overlaps && from == other_from)
                .then(|| format!("both say what the same charge costs from {from}"))
        }
        (Terms::SiteExit { .. }, Terms::SiteExit { .. }) => {
            (one.site_id == other.site_id).then(|| "a site is left once".to_owned())
        }
        (Terms::CohortMoved { key: one_key, .. }, Terms::CohortMoved { key: other_key, .. }) => {
            (one_key == other_key).then(|| "a cohort is ordered in one month".to_owned())
        }
        (
            Terms::CapChanged { fiscal_year: one_year, .. },
            Terms::CapChanged { fiscal_year: other_year, .. },
        ) => (one_year == other_year).then(|| "a fiscal year has one cap".to_owned()),
        (Terms::ExchangeRate { .. }, Terms::ExchangeRate { .. }) => same_rate(&one.terms, &other.terms),
        _ => None,
    }
}

fn shared_year(one: &[YearRate], other: &[YearRate]) -> Option<String> {
    let year = one.iter().find(|step| other.iter().any(|known| known.year == step.year))?.year;
    Some(format!("both have a rate for {year}"))
}

fn same_rate(one: &Terms, other: &Terms) -> Option<String> {
    let (
        Terms::ExchangeRate { base, quote, from, .. },
        Terms::ExchangeRate { base: other_base, quote: other_quote, from: other_from, .. },
    ) = (one, other)
    else {
        return None;
    };
    let is_pair =
        (base == other_base && quote == other_quote) || (base == other_quote && quote == other_base);
    (is_pair && from == other_from).then(|| format!("both say what one is worth in the other from {from}"))
}

/// A price that is agreed anew for days on which the contract has ended.
fn after_end(ending: &Model, priced: &Model, ends: &Ends) -> Option<String> {
    let (Terms::ContractNotRenewed { .. }, Terms::RenegotiatedPrice { from, .. }) =
        (&ending.terms, &priced.terms)
    else {
        return None;
    };
    let is_same = ending.colocation_contract_id == priced.colocation_contract_id
        && ending.support_contract_id == priced.support_contract_id;
    let end = match (ending.colocation_contract_id, ending.support_contract_id) {
        (Some(id), _) => ends.colocation.get(&id),
        (None, Some(id)) => ends.support.get(&id),
        (None, None) => None,
    };
    let end = end.filter(|end| is_same && *from > **end)?;
    Some(format!("the contract ends on {end}, before the new price begins"))
}

/// A price that is agreed anew for days on which the contract has ended with its sites.
fn after_left(leaving: &Model, priced: &Model, ends: &Ends) -> Option<String> {
    let (Terms::SiteExit { .. }, Terms::RenegotiatedPrice { from, .. }) = (&leaving.terms, &priced.terms)
    else {
        return None;
    };
    let left = match (priced.colocation_contract_id, priced.support_contract_id) {
        (Some(id), _) => ends.colocation_left.get(&id),
        (None, Some(id)) => ends.support_left.get(&id),
        (None, None) => None,
    };
    let (end, sites) = left?;
    let is_of_it = leaving.site_id.is_some_and(|site| sites.contains(&site));
    (is_of_it && from > end)
        .then(|| format!("the contract ends on {end} with its sites, before the new price begins"))
}

/// A cohort that is ordered for a site after it is left.
fn after_exit(leaving: &Model, moved: &Model) -> Option<String> {
    let (Terms::SiteExit { on }, Terms::CohortMoved { to, .. }) = (&leaving.terms, &moved.terms) else {
        return None;
    };
    let is_after = leaving.site_id == moved.site_id && Month::of(*to) >= Month::of(*on);
    is_after.then(|| format!("the site is left on {on}, and nothing is ordered for it from then on"))
}

/// A site that is left on a day on which no contract keeps it any more, for the last one is not renewed: it would be
/// left twice, and stand there for nothing in between.
fn after_last(ending: &Model, leaving: &Model, ends: &Ends) -> Option<String> {
    let (Terms::ContractNotRenewed { .. }, Terms::SiteExit { on }) = (&ending.terms, &leaving.terms) else {
        return None;
    };
    let (contract, site) = (ending.colocation_contract_id?, leaving.site_id?);
    let end = ends.colocation.get(&contract)?;
    let last = ends.kept.get(&site).filter(|kept| kept.contracts.contains(&contract))?.until;
    (*on > last).then(|| {
        format!(
            "the contract ends on {end}, and no other keeps the site after {last}: it is left by then, not on {on}"
        )
    })
}
