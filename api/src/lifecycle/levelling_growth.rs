//! What growth of capacity orders under the caps of a levelled plan: fixed, so that refreshes have what it leaves.

use std::collections::BTreeSet;

use forecasting::{levelling::Limit, money::Currency, month::Month};
use rust_decimal::Decimal;

use super::{
    levelling::{Levelled, Question},
    refresh_plan::{Filter, RefreshPlan},
};
use crate::{
    capacity::purchases::{self, Growing},
    error::Result,
    roadmap::growing,
    store::Read,
};

/// What growth of capacity takes of caps.
#[derive(Clone, Debug, Default)]
pub struct Growth {
    /// What it takes of each cap, in the currency of the cap.
    pub taken: Vec<Decimal>,
    /// How many pools are behind that, cap by cap.
    pub pools: Vec<usize>,
    /// The currencies that it is paid in.
    pub currencies: BTreeSet<Currency>,
    /// The pools of which nobody can tell, with the reason.
    pub unknown: Vec<String>,
}

/// A cap that cannot be kept, whatever is done with refreshes.
#[derive(Clone, Debug)]
pub struct Outgrown {
    /// The cap.
    pub limit: Limit,
    /// How many pools growth is bought for under it.
    pub pools: usize,
    /// The cohorts before the plan that overrun it together with growth; nothing where growth does so alone.
    pub earlier: Vec<usize>,
}

impl Growth {
    /// What it takes of a cap.
    #[must_use]
    pub fn of_cap(&self, at: usize) -> Decimal {
        self.taken.get(at).copied().unwrap_or_default()
    }

    /// What is to be known of it.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let pools = self.pools.iter().max().filter(|pools| **pools > 0)?;
        Some(format!(
            "growth of capacity is ordered as the roadmap has it and takes its part of the caps before anything is \
             levelled: {pools} pools at most in a year"
        ))
    }
}

impl Levelled {
    /// The first cap that growth of capacity exceeds, by itself or with what is ordered before the plan.
    #[must_use]
    pub fn outgrown(&self, plan: &RefreshPlan) -> Option<Outgrown> {
        let over = |at: &usize| {
            let (cap, growth) = (self.caps[*at].limit.amount, self.growth.of_cap(*at));
            let earlier = self.taken_earlier.get(*at).copied().unwrap_or_default();
            !growth.is_zero() && growth + earlier > cap
        };
        let at = (0..self.caps.len()).find(over)?;
        let cap = self.caps[at];
        let is_alone = self.growth.of_cap(at) > cap.limit.amount;
        let counts = |one: &usize| {
            let one = &plan.earlier[*one];
            one.fiscal_year == cap.fiscal_year && one.priced.purchase.cost.currency == cap.limit.currency
        };
        let earlier = (0..plan.earlier.len()).filter(|_| !is_alone).filter(counts);
        Some(Outgrown {
            limit: Limit::YearSpend { fiscal_year: cap.fiscal_year, limit: cap.limit },
            pools: self.growth.pools.get(at).copied().unwrap_or_default(),
            earlier: earlier.collect(),
        })
    }
}

/// What growth orders under the caps of a plan until its last month. A plan of some policies or models has no growth, and
/// one of some sites or kinds of hardware has theirs.
///
/// # Errors
/// As [`purchases::read`].
pub async fn of(db: &impl Read, plan: &RefreshPlan, question: &Question) -> Result<Growth> {
    let mut growth = Growth {
        taken: vec![Decimal::ZERO; question.caps.len()],
        pools: vec![0; question.caps.len()],
        ..Growth::default()
    };
    let filter = &question.plan.filter;
    if question.caps.is_empty() || filter.policies.is_some() || filter.models.is_some() {
        return Ok(growth);
    }
    let pools = purchases::read(db, plan.as_of, false, &plan.scenario).await?;
    for pool in pools.growing.iter().filter(|pool| is_meant(filter, pool)) {
        match growing::grown(&plan.estate, pool, &plan.scenario, plan.as_of) {
            Ok(grown) => growth.count(plan, question, &grown),
            Err(reason) => growth.unknown.push(format!("growth of {}: {reason}", pool.name)),
        }
    }
    Ok(growth)
}

impl Growth {
    fn count(&mut self, plan: &RefreshPlan, question: &Question, grown: &growing::Grown) {
        let last = plan.window.last();
        let orders = grown.orders.iter().map(|(_, order)| order);
        let orders: Vec<_> = orders.filter(|order| Month::of(order.ordered()) <= last).collect();
        self.currencies.extend(orders.iter().map(|order| order.cohort.cost.currency));
        for (at, cap) in question.caps.iter().enumerate() {
            let under = orders.iter().filter(|order| {
                plan.calendar.fiscal_year_of_day(order.ordered()) == cap.fiscal_year
                    && order.cohort.cost.currency == cap.limit.currency
            });
            let taken: Decimal = under.map(|order| order.cohort.cost.commitment()).sum();
            self.taken[at] += taken;
            self.pools[at] += usize::from(!taken.is_zero());
        }
    }
}

fn is_meant(filter: &Filter, pool: &Growing) -> bool {
    let kind = pool.rule.as_ref().map(|rule| rule.hardware_kind);
    filter.sites.as_ref().is_none_or(|sites| pool.site.is_some_and(|site| sites.contains(&site)))
        && filter.kinds.as_ref().is_none_or(|kinds| kind.is_some_and(|kind| kinds.contains(&kind)))
}
