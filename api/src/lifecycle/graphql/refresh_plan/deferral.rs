//! What it costs to wait.

use async_graphql::{InputObject, SimpleObject};
use forecasting::money::Currency;
use rust_decimal::Decimal;

use super::costs::RefreshPlanCost;
use crate::{
    lifecycle::deferrals::{Deferred, Waiting},
    schema::{
        explain::Explanation,
        scalar::{Date, Money, plain},
    },
};

/// What is taken for granted of the time in which old units wait for their refresh.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RefreshWaitingInput {
    /// What the vendor's own support of an old unit costs in a year, in the currency of the plan. Left out: what the
    /// prepaid support of a new one comes to in a year.
    extended_support_per_unit: Option<Decimal>,
    /// The part of that which an extension costs: 0.4, as for maintenance by a third party, when left out.
    extended_support_share: Option<Decimal>,
    /// What capital that is not spent yet earns in a year: 0.08 when left out.
    capital_rate: Option<Decimal>,
    /// Failures of a unit in a year, at every age. Left out: what the policy says by age, or else 0.09 at every age.
    /// Published rates contradict each other.
    failure_rate: Option<Decimal>,
    /// Hours until service is back: 6 when left out.
    outage_hours: Option<Decimal>,
    /// What an hour without service costs, in the currency of the plan. Left out: outages are not priced.
    outage_cost_per_hour: Option<Decimal>,
    /// The part of failures that become outages, redundancy considered: 0.15 when left out.
    redundancy_factor: Option<Decimal>,
}

impl RefreshWaitingInput {
    /// The terms, what was left out by its default.
    pub(in crate::lifecycle::graphql) fn to_terms(&self) -> Waiting {
        Waiting {
            support_per_unit: self.extended_support_per_unit,
            support_share: self.extended_support_share.unwrap_or(Decimal::new(4, 1)),
            capital_rate: self.capital_rate.unwrap_or(Decimal::new(8, 2)),
            failure_rate: self.failure_rate,
            outage_hours: self.outage_hours.unwrap_or(Decimal::from(6)),
            cost_per_hour: self.outage_cost_per_hour,
            redundancy_factor: self.redundancy_factor.unwrap_or(Decimal::new(15, 2)),
        }
    }
}

/// What it costs to order a cohort later, in the currency of the plan.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshDeferral {
    /// The later day of the order.
    ordered_on: Date,
    /// What the refresh costs as planned.
    now: RefreshPlanCost,
    /// What it costs at the later day.
    later: RefreshPlanCost,
    /// What a unit costs at the later day, in the currency of the policy. Null when the caller may not see prices.
    unit_price_later: Option<Money>,
    /// The total later less the total now.
    price_increase: Decimal,
    /// Extended support of the old units in the meantime. Null where nobody knows what keeping them costs.
    extended_support: Option<Decimal>,
    /// What the capital earns in the meantime, as a positive amount.
    capital_benefit: Decimal,
    /// Price increase and extended support, less what the capital earns. Below zero, waiting pays. Null where nobody knows
    /// what keeping the old units costs.
    net_cost: Option<Decimal>,
    /// Why the net cost is not known. Null where it is.
    net_cost_reason: Option<String>,
    /// What outages are expected to cost in the meantime; it stands beside the net cost and is not in it. Null where
    /// no cost of an hour was given.
    expected_outage_loss: Option<Decimal>,
    /// How the net cost came about.
    explain: Explanation,
    /// How the expected loss came about. Null where there is none.
    explain_outages: Option<Explanation>,
}

impl RefreshDeferral {
    pub(super) fn new(found: Deferred, currency: Currency, shows_prices: bool) -> Self {
        let shown = |amount: Decimal| {
            let mut amount = amount;
            amount.rescale(currency.minor_units());
            amount
        };
        let reason = found.unknown.map(|unknown| unknown.words().to_owned());
        let without_support = reason.as_ref().map(|reason| format!("extended support: {reason}"));
        Self {
            ordered_on: Date(found.ordered),
            now: RefreshPlanCost::new(&found.now, found.unsold, shows_prices),
            later: RefreshPlanCost::new(&found.later, found.unsold_later, shows_prices),
            unit_price_later: shows_prices.then(|| Money {
                amount: plain(found.unit_later.amount),
                currency: found.unit_later.currency.code().to_owned(),
            }),
            price_increase: shown(found.cost.price_increase),
            extended_support: found.cost.extended_support.map(shown),
            capital_benefit: shown(found.cost.capital_benefit),
            net_cost: found.cost.net().map(shown),
            net_cost_reason: reason,
            expected_outage_loss: found.outages.as_ref().map(|loss| shown(loss.loss.amount)),
            explain: Explanation::from(found.explanation).without(without_support),
            explain_outages: found.outages.map(|loss| loss.explanation.into()),
        }
    }
}
