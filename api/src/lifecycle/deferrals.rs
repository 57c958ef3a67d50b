//! What it costs to refresh a cohort later, and what it is worth to wait.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::lifecycle::refresh_policy;
use forecasting::{
    explain::Explanation,
    money::Money,
    month::{Month, add_months, months_between},
    refresh::{
        AgedUnits, DeferralCost, FailureRates, OutageLoss, OutageTerms, ProjectCost, WaitingTerms,
        WaitingUnits,
    },
};
use rust_decimal::Decimal;

use super::{
    refresh_plan::{LONGEST_DEFERRAL, Planned, RefreshPlan},
    terms,
};
use crate::{
    error::{Error, Result},
    roadmap::{
        proceeds,
        purchases::{self, PriceBook},
    },
    rules::{require_fraction, require_least, require_range},
};

/// Failures of a unit in a year where neither the question nor the policy says how many.
const USUAL_FAILURES: Decimal = Decimal::from_parts(9, 0, 0, false, 2);

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
    /// Failures of a unit in a year, at every age; what the policy says by age when left out, or else
    /// the usual one, the same at every age.
    pub failure_rate: Option<Decimal>,
    /// Hours until service is back.
    pub outage_hours: Decimal,
    /// What an hour without service costs; outages are not priced when left out.
    pub cost_per_hour: Option<Decimal>,
    /// The part of failures that become outages.
    pub redundancy_factor: Decimal,
}

impl Waiting {
    /// Refuses terms that are impossible.
    ///
    /// # Errors
    /// `Invalid` naming the field, the value and the rule.
    pub fn check(&self) -> Result<()> {
        let (zero, one) = (Decimal::ZERO, Decimal::ONE);
        require_fraction("waiting.extendedSupportShare", self.support_share, zero, one)?;
        require_fraction("waiting.capitalRate", self.capital_rate, zero, one)?;
        require_fraction("waiting.redundancyFactor", self.redundancy_factor, zero, one)?;
        if let Some(rate) = self.failure_rate {
            require_fraction("waiting.failureRate", rate, zero, one)?;
        }
        require_range("waiting.outageHours", self.outage_hours, zero, Decimal::from(8_784))?;
        require_least("waiting.outageCostPerHour", self.cost_per_hour, zero)?;
        require_least("waiting.extendedSupportPerUnit", self.support_per_unit, zero)
    }

    /// The terms for a cohort as the arithmetic takes them.
    ///
    /// # Errors
    /// `Invalid` naming the field, the value and the rule.
    pub fn terms(&self, plan: &RefreshPlan, planned: &Planned) -> Result<WaitingTerms> {
        self.check()?;
        let outages = self.cost_per_hour.map(|cost| OutageTerms {
            outage_hours: self.outage_hours,
            cost_per_hour: Money::new(cost, plan.currency),
            redundancy_factor: self.redundancy_factor,
        });
        let policy = &plan.estate.policies[planned.cohort.policy];
        let failure_rates = match (self.failure_rate, terms::failure_rates(policy)) {
            (None, Some(by_age)) => FailureRates::by_age(by_age),
            (rate, _) => FailureRates::flat(rate.unwrap_or(USUAL_FAILURES)),
        };
        Ok(WaitingTerms {
            support_share: self.support_share,
            capital_rate: self.capital_rate,
            failure_rates: failure_rates.map_err(|cause| Error::invalid("waiting.failureRate", cause))?,
            outages,
        })
    }

    /// The old units of a cohort, by their age when they are due to be replaced. What their support costs is left open
    /// where [`Waiting::unknown`] says so.
    #[must_use]
    pub fn units(&self, plan: &RefreshPlan, planned: &Planned) -> WaitingUnits {
        let policy = &plan.estate.policies[planned.cohort.policy];
        let covered = u32::try_from(policy.support_months).unwrap_or_default();
        let stated = self.support_per_unit.map(|amount| Money::new(amount, plan.currency));
        let derived =
            || planned.cost.yearly_support_per_unit(planned.priced.purchase.quantity.units, covered);
        let mut by_age: BTreeMap<u32, u32> = BTreeMap::new();
        for (position, _) in &planned.cohort.members {
            let asset = plan.assets.get(*position as usize);
            let since = asset.and_then(|asset| asset.in_service_on);
            let age = since.map_or(0, |since| months_between(since, planned.cohort.in_service).max(0));
            *by_age.entry(age.unsigned_abs()).or_default() += 1;
        }
        let units = by_age.into_iter().map(|(age_months, units)| AgedUnits { units, age_months });
        let is_known = planned.cohort.leased == 0;
        let yearly_support = if is_known { stated.or_else(derived) } else { None };
        WaitingUnits { units: units.collect(), yearly_support }
    }

    /// Why nobody knows what keeping the old units of a cohort longer costs; nothing where it is known.
    #[must_use]
    pub fn unknown(&self, plan: &RefreshPlan, planned: &Planned) -> Option<Unknown> {
        if planned.cohort.leased > 0 {
            return Some(Unknown::Rent);
        }
        self.units(plan, planned).yearly_support.is_none().then_some(Unknown::Support)
    }

    /// What these terms take for granted, in sentences.
    #[must_use]
    pub fn assumed<'a>(&self, policies: impl IntoIterator<Item = &'a refresh_policy::Model>) -> Vec<String> {
        let mut said = vec![
            format!("capital earns {} a year", self.capital_rate.normalize()),
            format!("extended support costs {} of the vendor's own support", self.support_share.normalize()),
        ];
        if self.support_per_unit.is_none() {
            let sentence = "the vendor's own support of an old unit costs what the prepaid support of a new one \
                            comes to in a year";
            said.push(sentence.to_owned());
        }
        if self.cost_per_hour.is_none() {
            said.push("outages are not priced, for no cost of an hour was given".to_owned());
            return said;
        }
        said.push(format!(
            "{} of the failures are outages of {} hours; published rates of failure contradict each other",
            self.redundancy_factor.normalize(),
            self.outage_hours.normalize()
        ));
        if let Some(rate) = self.failure_rate {
            said.push(format!("{} failures of a unit a year at every age", rate.normalize()));
            return said;
        }
        for policy in policies {
            let by_age =
                terms::failure_rates(policy).unwrap_or_else(|| BTreeMap::from([(0, USUAL_FAILURES)]));
            let steps = by_age.iter().map(|(age, rate)| format!("{} from {age} months on", rate.normalize()));
            let steps: Vec<String> = steps.collect();
            said.push(format!("failures of a unit a year under {}: {}", policy.name, steps.join(", ")));
        }
        said
    }
}

/// What nobody knows of the time in which old units wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unknown {
    /// What a lessor asks for leaving leased units longer.
    Rent,
    /// What support of the old units costs.
    Support,
}

impl Unknown {
    /// It in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Rent => {
                "it has leased assets, and nothing says what rent their lessor asks for keeping them longer"
            }
            Self::Support => {
                "nothing says what support of the old units costs: its policy buys no months of support, and \
                 waiting.extendedSupportPerUnit was left out"
            }
        }
    }
}

/// A cohort that is refreshed later.
pub struct Deferred {
    /// What it costs as planned.
    pub now: ProjectCost,
    /// Old units of which nobody knows what they sell for now.
    pub unsold: usize,
    /// And later.
    pub unsold_later: usize,
    /// The later day of the order.
    pub ordered: NaiveDate,
    /// What it costs then.
    pub later: ProjectCost,
    /// What a unit costs then, in the currency of the policy.
    pub unit_later: Money,
    /// What the deferral costs.
    pub cost: DeferralCost,
    /// Why nobody knows what keeping the old units in the meantime costs.
    pub unknown: Option<Unknown>,
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
    let terms = waiting.terms(plan, planned)?;
    let units = waiting.units(plan, planned);
    let ordered = add_months(planned.cohort.ordered, i32::try_from(months).unwrap_or_default());
    let (later, unit_later) =
        cost_on(plan, planned, ordered).map_err(|reason| Error::invalid("months", reason))?;
    let residual = |amount| later.with_residual(amount, planned.priced.purchase.quantity.owned());
    let later = residual_later.map_or(Ok(later), residual);
    let later = later.map_err(|cause| Error::invalid("residualPerUnitLater", cause))?;
    let total = |cost: &ProjectCost| Money::new(cost.total(), plan.currency);
    let cost = terms.deferral(&units, total(&planned.cost), total(&later), months);
    let cost = cost.map_err(|cause| Error::invalid("waiting", cause))?;
    let outages = terms.outage_loss(&units, months).map_err(|cause| Error::invalid("waiting", cause))?;
    let mut explanation = cost.explanation.clone();
    for sentence in waiting.assumed([&plan.estate.policies[planned.cohort.policy]]) {
        explanation = explanation.estimate(sentence);
    }
    if let Some(sentence) = purchases::of_leased(planned.cohort.leased) {
        explanation = explanation.assume(sentence);
    }
    explanation = match (residual_later, proceeds::assumed(&plan.estate.policies[planned.cohort.policy])) {
        (Some(_), _) => explanation,
        (None, Some(sentence)) => explanation.assume(sentence),
        (None, None) => explanation.assume("old units sell later for what they sell for now"),
    };
    // What is asked for is known, whatever the curve lacks.
    let unsold = planned.priced.purchase.unsold();
    let unsold_later = if residual_later.is_none() { unsold } else { 0 };
    Ok(Deferred {
        now: planned.cost,
        unsold,
        unsold_later,
        ordered,
        later,
        unit_later,
        cost,
        unknown: waiting.unknown(plan, planned),
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
    let bought = purchases::purchase(
        (&plan.estate, &plan.assets),
        &planned.cohort,
        ordered,
        &mut prices,
        &plan.rates,
    )?;
    Ok((plan.convert(&bought.cost, Month::of(ordered))?, bought.unit.round()))
}
