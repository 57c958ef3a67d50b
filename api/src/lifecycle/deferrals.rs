//! What it costs to refresh a cohort later, and what it is worth to wait.

use chrono::NaiveDate;
use forecasting::{
    explain::Explanation,
    money::Money,
    month::{Month, add_months},
    refresh::{
        AgedUnits, DeferralCost, FailureRates, OutageLoss, OutageTerms, ProjectCost, WaitingTerms,
        WaitingUnits,
    },
};
use rust_decimal::Decimal;

use super::refresh_plan::{LONGEST_DEFERRAL, Planned, RefreshPlan};
use crate::{
    error::{Error, Result},
    roadmap::purchases::{self, PriceBook},
    rules::{require_fraction, require_least, require_range},
};

/// What is taken for granted of the time between, in the currency of the plan.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// What the vendor's own support of an old unit costs in a year; what the policy's prepaid support of a new one
    /// comes to when left out.
    pub support_per_unit: Option<Decimal>,
    /// The part of it that an extension costs.
    pub support_share: Decimal,
    /// What capital earns in a year, as a fraction.
    pub capital_rate: Decimal,
    /// Failures of a unit in a year.
    pub failure_rate: Decimal,
    /// Hours until service is back.
    pub outage_hours: Decimal,
    /// What an hour without service costs; outages are not priced when left out.
    pub cost_per_hour: Option<Decimal>,
    /// The part of failures that become outages.
    pub redundancy_factor: Decimal,
}

impl Waiting {
    /// The terms as the arithmetic takes them.
    ///
    /// # Errors
    /// `Invalid` naming the field, the value and the rule.
    pub fn terms(&self, plan: &RefreshPlan) -> Result<WaitingTerms> {
        let (zero, one) = (Decimal::ZERO, Decimal::ONE);
        require_fraction("waiting.extendedSupportShare", self.support_share, zero, one)?;
        require_fraction("waiting.capitalRate", self.capital_rate, zero, one)?;
        require_fraction("waiting.redundancyFactor", self.redundancy_factor, zero, one)?;
        require_range("waiting.failureRate", self.failure_rate, zero, Decimal::TEN)?;
        require_range("waiting.outageHours", self.outage_hours, zero, Decimal::from(8_784))?;
        require_least("waiting.outageCostPerHour", self.cost_per_hour, zero)?;
        require_least("waiting.extendedSupportPerUnit", self.support_per_unit, zero)?;
        let outages = self.cost_per_hour.map(|cost| OutageTerms {
            outage_hours: self.outage_hours,
            cost_per_hour: Money::new(cost, plan.currency),
            redundancy_factor: self.redundancy_factor,
        });
        let failure_rates = FailureRates::flat(self.failure_rate);
        Ok(WaitingTerms {
            support_share: self.support_share,
            capital_rate: self.capital_rate,
            failure_rates: failure_rates.map_err(|cause| Error::invalid("waiting.failureRate", cause))?,
            outages,
        })
    }

    /// The old units of a cohort.
    #[must_use]
    pub fn units(&self, plan: &RefreshPlan, planned: &Planned) -> WaitingUnits {
        let policy = &plan.estate.policies[planned.cohort.policy];
        let covered = u32::try_from(policy.support_months).unwrap_or_default();
        let stated = self.support_per_unit.map(|amount| Money::new(amount, plan.currency));
        let derived =
            || planned.cost.yearly_support_per_unit(planned.priced.purchase.quantity.units, covered);
        WaitingUnits {
            units: AgedUnits { units: planned.priced.purchase.quantity.old, age_months: 0 },
            yearly_support: stated.or_else(derived),
        }
    }

    /// What these terms take for granted, in sentences.
    #[must_use]
    pub fn assumed(&self) -> Vec<String> {
        let mut said = vec![
            format!("capital earns {} a year", self.capital_rate.normalize()),
            format!("extended support costs {} of the vendor's own support", self.support_share.normalize()),
        ];
        if self.support_per_unit.is_none() {
            let sentence = "the vendor's own support of an old unit costs what the prepaid support of a new one \
                            comes to in a year";
            said.push(sentence.to_owned());
        }
        match self.cost_per_hour {
            None => said.push("outages are not priced, for no cost of an hour was given".to_owned()),
            Some(_) => said.push(format!(
                "{} failures of a unit a year at every age, {} of them outages of {} hours; published rates \
                 contradict each other",
                self.failure_rate.normalize(),
                self.redundancy_factor.normalize(),
                self.outage_hours.normalize()
            )),
        }
        said
    }
}

/// A cohort that is refreshed later.
pub struct Deferred {
    /// What it costs as planned.
    pub now: ProjectCost,
    /// The later day of the order.
    pub ordered: NaiveDate,
    /// What it costs then.
    pub later: ProjectCost,
    /// What a unit costs then, in the currency of the policy.
    pub unit_later: Money,
    /// What the deferral costs.
    pub cost: DeferralCost,
    /// Whether the support of the old units in the meantime is priced.
    pub has_support: bool,
    /// What outages are expected to cost in the meantime, where they are priced.
    pub outages: Option<OutageLoss>,
    /// How the cost of the deferral came about.
    pub explanation: Explanation,
}

/// What it costs to order a cohort so many months later.
///
/// # Errors
/// `Invalid` for months that are none, terms that are impossible, or a later day without a price or a rate.
pub fn defer(
    plan: &RefreshPlan,
    planned: &Planned,
    months: u32,
    waiting: &Waiting,
    residual_later: Option<Decimal>,
) -> Result<Deferred> {
    require_range("months", months, 1, LONGEST_DEFERRAL)?;
    require_least("residualPerUnitLater", residual_later, Decimal::ZERO)?;
    let terms = waiting.terms(plan)?;
    let units = waiting.units(plan, planned);
    let ordered = add_months(planned.cohort.ordered, i32::try_from(months).unwrap_or_default());
    let (later, unit_later) =
        cost_on(plan, planned, ordered).map_err(|reason| Error::invalid("months", reason))?;
    let residual = |amount| later.with_residual(amount, planned.priced.purchase.quantity.old);
    let later = residual_later.map_or(Ok(later), residual);
    let later = later.map_err(|cause| Error::invalid("residualPerUnitLater", cause))?;
    let total = |cost: &ProjectCost| Money::new(cost.total(), plan.currency);
    let cost = terms.deferral(&units, total(&planned.cost), total(&later), months);
    let cost = cost.map_err(|cause| Error::invalid("waiting", cause))?;
    let outages = terms.outage_loss(&units, months).map_err(|cause| Error::invalid("waiting", cause))?;
    let mut explanation = cost.explanation.clone();
    for sentence in waiting.assumed() {
        explanation = explanation.assume(sentence);
    }
    if residual_later.is_none() {
        explanation = explanation.assume("old units sell later for what they sell for now");
    }
    Ok(Deferred {
        now: planned.cost,
        ordered,
        later,
        unit_later,
        cost,
        has_support: units.yearly_support.is_some(),
        outages,
        explanation,
    })
}

/// What a cohort costs if it is ordered on another day, in the currency of the plan, and what a unit costs then.
fn cost_on(
    plan: &RefreshPlan,
    planned: &Planned,
    ordered: NaiveDate,
) -> Result<(ProjectCost, Money), String> {
    let mut prices = PriceBook::default();
    let bought = purchases::purchase(&plan.estate, &planned.cohort, ordered, &mut prices, &plan.rates)?;
    Ok((plan.convert(&bought.cost, Month::of(ordered))?, bought.unit.round()))
}
