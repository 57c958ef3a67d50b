//! What it costs, and what it risks, to refresh later.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, Money, bounded, proportion, times};

const MONTHS_OF_A_YEAR: u32 = 12;

/// A refresh that could be made now or some months later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deferral {
    /// What the project costs now.
    pub total_now: Money,
    /// What it costs at the later date, at the prices of that date.
    pub total_later: Money,
    /// Support, beyond what is paid anyway, that keeps the old units running until then; see
    /// [`extended_support`]. `None` where nobody knows what it costs.
    pub extended_support: Option<Decimal>,
    /// What capital that is not spent yet earns or saves in a year: 0.08 is 8 %.
    pub capital_rate: Decimal,
    /// Months between the two dates.
    pub months: u32,
}

/// The cost of deferring, part by part, each rounded to the minor unit. A negative net means that waiting pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeferralCost {
    /// Currency of all parts.
    pub currency: Currency,
    /// The total later less the total now.
    pub price_increase: Decimal,
    /// Support of the old units in the meantime; `None` where nobody knows what it costs.
    pub extended_support: Option<Decimal>,
    /// What the capital earns in the meantime, as a positive amount.
    pub capital_benefit: Decimal,
    /// How the figures came about.
    pub explanation: Explanation,
}

impl DeferralCost {
    /// The price increase and the support, less what the capital earns. `None` where the support is not known: what is
    /// left of the sum would say that waiting pays.
    pub fn net(&self) -> Option<Decimal> {
        Some(self.price_increase + self.extended_support? - self.capital_benefit)
    }
}

impl Deferral {
    /// What the deferral costs. The capital earns simple interest: `rate × total now × months / 12`.
    ///
    /// # Errors
    ///
    /// [`ForecastError::CurrencyMismatch`] if the totals differ in currency; [`ForecastError::Invalid`] for a
    /// capital rate outside 0 to 1 or negative support; [`ForecastError::OutOfRange`] if a part does not fit.
    pub fn cost(&self) -> Result<DeferralCost> {
        let currency = self.total_now.currency;
        if self.total_later.currency != currency {
            return Err(ForecastError::CurrencyMismatch {
                expected: currency.to_string(),
                found: self.total_later.currency.to_string(),
            });
        }
        if self.capital_rate < Decimal::ZERO || self.capital_rate > Decimal::ONE {
            let rule = "a rate of capital is a fraction from 0 to 1: 0.08 is 8 %";
            return Err(ForecastError::invalid("capital_rate", &self.capital_rate, rule));
        }
        let now = bounded(self.total_now.amount, "total now")?;
        let later = bounded(self.total_later.amount, "total later")?;
        let support = self.extended_support.map(|support| not_negative(support, "extended_support"));
        let support = support.transpose()?;
        let earned = times(now, self.capital_rate, "capital benefit")?;
        let earned = for_months(earned, self.months, "capital benefit")?;
        let formula = "total later - total now + extended support - capital rate x total now x months / 12";
        let mut explanation = Explanation::new(formula).input("total now", now).input("total later", later);
        if let Some(support) = support {
            explanation = explanation.input("extended support", support);
        }
        Ok(DeferralCost {
            currency,
            price_increase: bounded(currency.round(later - now), "price increase")?,
            extended_support: support.map(|support| currency.round(support)),
            capital_benefit: currency.round(earned),
            explanation: explanation
                .input("capital rate a year", self.capital_rate)
                .input("months", self.months),
        })
    }
}

/// What it costs to keep `units` under extended or third-party support: `units × yearly price × share × months /
/// 12`, rounded to the minor unit.
///
/// `yearly_price` is what the vendor's own support of a unit costs, `share` the part of it that the extension
/// costs: 0.40 for third-party maintenance at 40 %.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative price or share; [`ForecastError::OutOfRange`] if it does not fit.
pub fn extended_support(units: u32, yearly_price: Money, share: Decimal, months: u32) -> Result<Money> {
    const FIELD: &str = "extended support";
    let price = not_negative(yearly_price.amount, "yearly_price")?;
    let yearly = times(Decimal::from(units), price, FIELD)?;
    let yearly = times(yearly, not_negative(share, "share")?, FIELD)?;
    Ok(Money::new(for_months(yearly, months, FIELD)?, yearly_price.currency).round())
}

/// What covers the hardware of an asset on a day. Third-party maintenance repairs, but has neither firmware nor
/// security fixes to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SupportState {
    /// Whether somebody repairs it: the vendor, or a third party.
    pub hardware_supported: bool,
    /// Whether the vendor still fixes its security; `None` if no date of the vendor is known.
    pub security_patchable: Option<bool>,
}

/// The support of an asset on a day.
///
/// `security_until` is the last day of security fixes, `last_date_of_support` the last day of any support by the
/// vendor; where the former is unknown the latter stands for it. `third_party_until` is the last day of
/// maintenance by somebody else.
pub fn support_state(
    date: NaiveDate,
    security_until: Option<NaiveDate>,
    last_date_of_support: Option<NaiveDate>,
    third_party_until: Option<NaiveDate>,
) -> SupportState {
    let covers = |until: Option<NaiveDate>| until.is_some_and(|until| date <= until);
    SupportState {
        hardware_supported: covers(last_date_of_support) || covers(third_party_until),
        security_patchable: security_until.or(last_date_of_support).map(|until| date <= until),
    }
}

/// How often a unit fails in a year, by its age: a fraction, 0.09 is nine failures a year in a hundred units.
///
/// Published curves contradict each other, so none is built in: the caller states one, and the explanation of
/// what follows from it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureRates {
    by_age: BTreeMap<u32, Decimal>,
}

impl FailureRates {
    /// The same rate at every age.
    ///
    /// # Errors
    ///
    /// As [`by_age`](Self::by_age).
    pub fn flat(rate: Decimal) -> Result<Self> {
        Self::by_age(BTreeMap::from([(0, rate)]))
    }

    /// Rates from an age in months on, each until the next; the first applies to younger units too.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Missing`] without a rate; [`ForecastError::Invalid`] for a rate outside 0 to 10.
    pub fn by_age(by_age: BTreeMap<u32, Decimal>) -> Result<Self> {
        if let Some(rate) = by_age.values().find(|rate| **rate < Decimal::ZERO || **rate > Decimal::TEN) {
            let rule = "a failure rate is failures per unit and year from 0 to 10: 0.09 is 9 %";
            return Err(ForecastError::invalid("failure rate", rate, rule));
        }
        if by_age.is_empty() {
            return Err(ForecastError::Missing {
                field: "failure rate",
                reason: "at least one rate is needed",
            });
        }
        Ok(Self { by_age })
    }

    /// The rate at an age in months.
    pub fn at(&self, age_months: u32) -> Decimal {
        let mut upto = self.by_age.range(..=age_months);
        upto.next_back().or_else(|| self.by_age.iter().next()).map_or(Decimal::ZERO, |(_, rate)| *rate)
    }

    /// The age in months from which each rate holds, in order.
    pub fn steps(&self) -> impl Iterator<Item = (u32, Decimal)> + '_ {
        self.by_age.iter().map(|(age, rate)| (*age, *rate))
    }

    fn is_flat(&self) -> bool {
        self.by_age.len() == 1
    }
}

/// Units of one age that are kept longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgedUnits {
    /// How many.
    pub units: u32,
    /// Their age in months when the deferral begins.
    pub age_months: u32,
}

/// What a failure does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutageTerms {
    /// Hours until service is back.
    pub outage_hours: Decimal,
    /// What an hour without service costs.
    pub cost_per_hour: Money,
    /// The part of failures that become outages, redundancy considered: 0.15 is 15 %.
    pub redundancy_factor: Decimal,
}

/// What outages are expected to cost, and how that came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutageLoss {
    /// The expected loss, rounded to the minor unit.
    pub loss: Money,
    /// Failures expected, unrounded.
    pub failures: Decimal,
    /// How the figure came about.
    pub explanation: Explanation,
}

/// The loss that outages are expected to cause in some months: `Σ units × failure rate × months / 12 × hours × cost
/// per hour × redundancy factor`, rounded once.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for negative terms or a redundancy factor above 1; [`ForecastError::OutOfRange`] if
/// the loss does not fit.
pub fn expected_outage_loss(
    units: &[AgedUnits],
    rates: &FailureRates,
    months: u32,
    terms: &OutageTerms,
) -> Result<OutageLoss> {
    const FIELD: &str = "expected outage loss";
    let hours = not_negative(terms.outage_hours, "outage_hours")?;
    let per_hour = not_negative(terms.cost_per_hour.amount, "cost_per_hour")?;
    let factor = not_negative(terms.redundancy_factor, "redundancy_factor")?;
    if factor > Decimal::ONE {
        let rule = "a part of failures is a fraction from 0 to 1: 0.15 is 15 %";
        return Err(ForecastError::invalid("redundancy_factor", &factor, rule));
    }
    let mut yearly = Decimal::ZERO;
    let mut count = 0_u64;
    for group in units {
        let failures = times(Decimal::from(group.units), rates.at(group.age_months), FIELD)?;
        yearly = bounded(yearly + failures, FIELD)?;
        count += u64::from(group.units);
    }
    let failures = for_months(yearly, months, FIELD)?;
    let per_failure = times(times(hours, per_hour, FIELD)?, factor, FIELD)?;
    let loss = Money::new(times(failures, per_failure, FIELD)?, terms.cost_per_hour.currency).round();
    let shape = if rates.is_flat() { "the same at every age" } else { "by age" };
    let formula = "units x failure rate x months / 12 x hours x cost per hour x redundancy factor";
    let explanation = Explanation::new(formula)
        .input("units", count)
        .input("failures a year", yearly)
        .input("months", months)
        .input("hours per outage", hours)
        .input("cost per hour", terms.cost_per_hour)
        .input("redundancy factor", factor)
        .estimate(format!("failure rates are assumed to be {shape}; published ones contradict each other"));
    Ok(OutageLoss { loss, failures, explanation })
}

/// What a yearly figure comes to in some months.
fn for_months(yearly: Decimal, months: u32, field: &'static str) -> Result<Decimal> {
    bounded(proportion(yearly, Decimal::from(months), Decimal::from(MONTHS_OF_A_YEAR)), field)
}

fn not_negative(amount: Decimal, field: &'static str) -> Result<Decimal> {
    if amount < Decimal::ZERO {
        return Err(ForecastError::invalid(field, &amount, "it is not negative"));
    }
    bounded(amount, field)
}
