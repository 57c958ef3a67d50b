//! Two versions of a budget, line by line, at the fixed rates of the plan, with exchange shown apart.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::rates::{PeriodRates, PlanRates};
use super::variance::{Orientation, Tolerance, Variance};
use super::version::{
    ADJUSTMENTS, BudgetVersion, Dimension, DimensionValue, LineKey, PERIODS, check_dimensions,
};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, Money, bounded, times};
use crate::roadmap::MoneyView;

/// Consecutive periods of a fiscal year, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PeriodRange {
    first: u32,
    last: u32,
}

impl PeriodRange {
    /// The periods from `first` to `last`.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] unless 1 <= first <= last <= 13, of which 13 are the adjustments.
    pub fn new(first: u32, last: u32) -> Result<Self> {
        if 1 <= first && first <= last && last <= ADJUSTMENTS {
            return Ok(Self { first, last });
        }
        Err(ForecastError::invalid(
            "periods",
            &format!("{first} to {last}"),
            "periods are 1 to 12, in order, and 13 for adjustments",
        ))
    }

    /// The whole year without its adjustments.
    pub fn year() -> Self {
        Self { first: 1, last: PERIODS }
    }

    /// Whether a period is one of them.
    pub fn contains(self, period: u32) -> bool {
        (self.first..=self.last).contains(&period)
    }
}

/// A planned and an actual figure in the reporting currency, in minor units exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ComparisonTotals {
    /// The plan at its own rates.
    pub plan: Decimal,
    /// The actual figure as if the rates of the plan had held.
    pub at_plan_rates: Decimal,
    /// The actual figure at the rates of its periods.
    pub actual: Decimal,
}

impl ComparisonTotals {
    /// What operations answer for: the variance at the rates of the plan.
    pub fn operating(&self) -> Decimal {
        self.plan - self.at_plan_rates
    }

    /// What the currencies did.
    pub fn exchange(&self) -> Decimal {
        self.at_plan_rates - self.actual
    }

    /// All of it: plan less actual.
    pub fn total(&self) -> Decimal {
        self.plan - self.actual
    }

    /// The variance at the rates of the plan, with its rate and flag.
    ///
    /// # Errors
    ///
    /// As [`Variance::new`].
    pub fn operating_variance(&self, currency: Currency, tolerance: Tolerance) -> Result<Variance> {
        let money = |amount| Money::new(amount, currency);
        Variance::new(money(self.plan), money(self.at_plan_rates), Orientation::Cost, tolerance)
    }

    /// The whole variance, with its rate and flag.
    ///
    /// # Errors
    ///
    /// As [`Variance::new`].
    pub fn total_variance(&self, currency: Currency, tolerance: Tolerance) -> Result<Variance> {
        let money = |amount| Money::new(amount, currency);
        Variance::new(money(self.plan), money(self.actual), Orientation::Cost, tolerance)
    }

    pub(super) fn add(&mut self, other: &Self) -> Result<()> {
        self.plan = bounded(self.plan + other.plan, "plan")?;
        self.at_plan_rates = bounded(self.at_plan_rates + other.at_plan_rates, "actual")?;
        self.actual = bounded(self.actual + other.actual, "actual")?;
        Ok(())
    }
}

/// One line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparisonLine {
    /// Where it belongs.
    pub key: LineKey,
    /// The planned amount in the currency of the key; `None` where nothing was planned.
    pub planned: Option<Decimal>,
    /// The actual amount in the currency of the key; `None` where nothing was posted.
    pub posted: Option<Decimal>,
    /// Both in the reporting currency.
    pub totals: ComparisonTotals,
}

/// Two versions side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// Currency of all totals.
    pub reporting: Currency,
    /// The lines of either version, in the order of their keys.
    pub lines: Vec<ComparisonLine>,
}

/// Compares a version with the plan over some periods, line by line.
///
/// Only periods that are over should be compared with actual figures: in those, a line that nothing was posted to
/// has cost nothing, and in others nobody knows yet.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for versions of different fiscal years or a currency without a rate,
/// [`ForecastError::CurrencyMismatch`] for rates of different reporting currencies,
/// [`ForecastError::OutOfRange`] for amounts that do not fit.
pub fn compare(
    plan: &BudgetVersion,
    other: &BudgetVersion,
    periods: PeriodRange,
    plan_rates: &PlanRates,
    period_rates: &PeriodRates,
) -> Result<Comparison> {
    if plan.fiscal_year() != other.fiscal_year() {
        let rule = "versions of one fiscal year are compared";
        return Err(ForecastError::invalid("fiscal_year", &other.fiscal_year(), rule));
    }
    let reporting = plan_rates.reporting();
    if reporting != period_rates.reporting() {
        return Err(ForecastError::CurrencyMismatch {
            expected: reporting.to_string(),
            found: period_rates.reporting().to_string(),
        });
    }
    let (planned, posted) = (plan.amounts()?, other.amounts()?);
    let keys: BTreeSet<&LineKey> =
        planned.keys().chain(posted.keys()).copied().filter(|key| periods.contains(key.period)).collect();
    let lines = keys.into_iter().map(|key| {
        let (planned, posted) = (planned.get(key).copied(), posted.get(key).copied());
        let plan_rate = plan_rates.rate(key.currency)?;
        let convert = |amount: Option<Decimal>, rate: Decimal| {
            times(amount.unwrap_or_default(), rate, "converted amount").map(|amount| reporting.round(amount))
        };
        let actual = match posted {
            Some(_) => convert(posted, period_rates.rate(key.currency, key.period)?)?,
            None => Decimal::ZERO,
        };
        let totals = ComparisonTotals {
            plan: convert(planned, plan_rate)?,
            at_plan_rates: convert(posted, plan_rate)?,
            actual,
        };
        Ok(ComparisonLine { key: key.clone(), planned, posted, totals })
    });
    Ok(Comparison { reporting, lines: lines.collect::<Result<_>>()? })
}

impl Comparison {
    /// The sum of a view.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if it does not fit.
    pub fn total(&self, view: MoneyView) -> Result<ComparisonTotals> {
        let mut total = ComparisonTotals::default();
        for line in self.lines.iter().filter(|line| line.key.view == view) {
            total.add(&line.totals)?;
        }
        Ok(total)
    }

    /// Added up by some dimensions, in their order. Lines are rounded and sums are not, so that every roll-up foots
    /// to every other.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a dimension that is named twice or views that would be added to each other,
    /// [`ForecastError::OutOfRange`] if a sum does not fit.
    pub fn roll_up(
        &self,
        dimensions: &[Dimension],
    ) -> Result<BTreeMap<Vec<DimensionValue>, ComparisonTotals>> {
        check_dimensions(self.lines.iter().map(|line| &line.key), dimensions)?;
        let mut groups: BTreeMap<Vec<DimensionValue>, ComparisonTotals> = BTreeMap::new();
        for line in &self.lines {
            let group = dimensions.iter().map(|dimension| line.key.value(*dimension)).collect();
            groups.entry(group).or_default().add(&line.totals)?;
        }
        Ok(groups)
    }
}
