//! What a change puts in the place of what: in words, for the explanations of figures that it touches.
//!
//! A scenario that tells single prices is refused to those who may not see them, so that what stands here goes to
//! nobody else.

use entity::{
    contracts::{colocation_charge, colocation_contract, support_contract},
    id::SiteId,
    lifecycle::refresh_policy::YearRate,
    scenarios::scenario_change::{self, Terms},
};
use forecasting::{
    colocation::{BusinessDays, ChargeKind, Contract, Indices, NewPrice, Repricing},
    roadmap::SupportContract,
};
use rust_decimal::Decimal;

use super::{
    overlay::{Change, Overlay, repricing},
    sentences,
    touched::Recorded,
};
use crate::{contracts::terms, roadmap::estate::Estate};

impl Overlay {
    /// The changes that touch a colocation contract, each with what it puts in the place of what: `value` and
    /// `indices` are those with the changes, and `before` the indices without.
    #[must_use]
    pub fn touching(
        &self,
        value: &Contract,
        charges: &[colocation_charge::Model],
        row: &colocation_contract::Model,
        (before, indices): (&Indices, &Indices),
    ) -> Vec<String> {
        self.spoken(|change| match &change.row.terms {
            Terms::ContractNotRenewed { .. } if change.row.colocation_contract_id == Some(row.id) => {
                let end = value.end(&BusinessDays::default());
                end.map(|end| format!("renews by itself -> ends on {end}"))
            }
            Terms::RenegotiatedPrice { .. } => repriced(&change.row, row, charges),
            Terms::CpiCurve { series, rates } => risen(series.as_ref(), rates, before, indices),
            _ => None,
        })
    }

    /// The exits of some sites, each with what becomes of a contract there.
    pub(super) fn touching_exit(&self, sites: &[SiteId], said: &str) -> Vec<String> {
        self.spoken(|change| match change.row.terms {
            Terms::SiteExit { .. } if change.row.site_id.is_some_and(|site| sites.contains(&site)) => {
                Some(said.to_owned())
            }
            _ => None,
        })
    }

    /// The changes that touch a support contract; `value` is with them.
    #[must_use]
    pub fn touching_support(&self, value: &SupportContract, row: &support_contract::Model) -> Vec<String> {
        self.spoken(|change| {
            if change.row.support_contract_id != Some(row.id) {
                return None;
            }
            match &change.row.terms {
                Terms::ContractNotRenewed { .. } => {
                    let end = terms::support_terms(row).ok()?.end(&BusinessDays::default())?;
                    Some(format!("renews by itself -> ends on {end}"))
                }
                Terms::RenegotiatedPrice { .. } => {
                    let before = value.yearly_price;
                    let after =
                        repricing(&change.row.terms, |price| terms::support_yearly_price(row, price))?;
                    let (before, after) = (before.normalize(), priced(after, before).normalize());
                    Some(format!("{before} -> {after} a year, before rises that follow"))
                }
                _ => None,
            }
        })
    }

    /// What is taken for granted with it, each change with what it puts in the place of what is recorded.
    #[must_use]
    pub fn assumptions_over(&self, estate: &Estate) -> Vec<String> {
        let changes = self.changes().iter().enumerate();
        changes.map(|(place, change)| self.said(place, change, recorded(change, estate))).collect()
    }

    /// [`Overlay::assumptions_over`], with how many records each change touches.
    #[must_use]
    pub fn assumptions_touching(&self, rows: &Recorded<'_>) -> Vec<String> {
        let changes = self.changes().iter().enumerate();
        let said = changes.map(|(place, change)| {
            let said = self.said(place, change, recorded(change, rows.estate));
            match self.touched(change, rows) {
                Some(touched) => format!("{said}; {touched}"),
                None => said,
            }
        });
        said.collect()
    }

    /// Those changes about which there is something to say.
    fn spoken(&self, say: impl Fn(&Change) -> Option<String>) -> Vec<String> {
        let changes = self.changes().iter().enumerate();
        changes
            .filter_map(|(place, change)| say(change).map(|said| self.said(place, change, Some(said))))
            .collect()
    }

    fn said(&self, place: usize, change: &Change, said: Option<String>) -> String {
        let name = self.scenario().map_or("", |scenario| scenario.name.as_str());
        let sentence = sentences::so_far(change);
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        format!("scenario {name}, change {}: {sentence}{said}", place + 1)
    }
}

/// A price after it is agreed anew.
fn priced(repricing: Repricing, before: Decimal) -> Decimal {
    match repricing.price {
        NewPrice::Unit(price) => price,
        // A factor is between a hundredth and ten: what it makes of a price that can be stored is a decimal.
        NewPrice::Factor(factor) => before.saturating_mul(factor),
    }
}

/// The prices of charges that are agreed anew.
fn repriced(
    change: &scenario_change::Model,
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
) -> Option<String> {
    if change.colocation_contract_id != Some(contract.id) {
        return None;
    }
    let repricing = repricing(&change.terms, |price| price)?;
    let is_meant = |row: &&colocation_charge::Model| {
        change.colocation_charge_id.is_none_or(|id| id == row.id)
            && terms::kind(row.kind) != ChargeKind::NonRecurring
    };
    let prices = charges.iter().filter(is_meant).map(|row| {
        let before = row.unit_price_amount.to_decimal();
        let (before, after) = (before.normalize(), priced(repricing, before).normalize());
        // People count lines from 1.
        format!("charge {} {before} -> {after} a unit", row.position.saturating_add(1))
    });
    let prices: Vec<String> = prices.collect();
    (!prices.is_empty()).then(|| format!("{}, before rises that follow", prices.join(", ")))
}

/// The rises of the indices that a contract follows.
fn risen(series: Option<&String>, rates: &[YearRate], before: &Indices, indices: &Indices) -> Option<String> {
    let followed = indices.0.keys().filter(|name| series.is_none_or(|series| series == *name));
    let rises = followed.flat_map(|name| {
        let assumed = before.0.get(name).and_then(|index| index.assumed_rate);
        let assumed = assumed.map_or_else(|| "not known".to_owned(), |rate| rate.normalize().to_string());
        rates.iter().map(move |step| {
            format!(
                "{name} in {} {assumed} -> {} where nothing is published",
                step.year,
                step.rate.normalize()
            )
        })
    });
    let rises: Vec<String> = rises.collect();
    (!rises.is_empty()).then(|| rises.join(", "))
}

/// What is recorded, and what is instead.
fn recorded(change: &Change, estate: &Estate) -> Option<String> {
    let policy = || {
        let id = change.row.refresh_policy_id?;
        estate.policies.iter().find(|policy| policy.id == id)
    };
    match &change.row.terms {
        Terms::PolicyLife { age_months, support_margin_months } => {
            let policy = policy()?;
            let before = policy.age_months.map_or_else(|| "no age".to_owned(), |age| age.to_string());
            let margin = support_margin_months.map(|months| {
                let before = policy.support_margin_months;
                let before = before.map_or_else(|| "none".to_owned(), |before| before.to_string());
                format!(", margin before the end of support {before} -> {months} months")
            });
            Some(format!("{before} -> {age_months} months{}", margin.unwrap_or_default()))
        }
        Terms::PriceIndex { rates, .. } => {
            let known = &policy()?.price_index.0;
            let steps = rates.iter().map(|step| {
                let before = known.iter().find(|known| known.year == step.year);
                let before =
                    before.map_or_else(|| "none".to_owned(), |known| known.rate.normalize().to_string());
                format!("{before} -> {} in {}", step.rate.normalize(), step.year)
            });
            Some(steps.collect::<Vec<_>>().join(", "))
        }
        Terms::SiteExit { on } => {
            let site = estate.sites.get(&change.row.site_id?)?;
            let before = site.planned.map_or_else(|| "not planned".to_owned(), |(on, _)| on.to_string());
            Some(format!("{before} -> {on}"))
        }
        _ => None,
    }
}
