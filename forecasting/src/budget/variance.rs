//! Plan against actual: the variance, its flag, whether somebody has to explain it, and by what.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::not_negative;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, Money, bounded};
use crate::month::{FiscalCalendar, Month};

/// What kind of line a variance is of, which decides what is favourable. A positive variance always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Orientation {
    /// Costs: plan less actual.
    #[default]
    Cost,
    /// Sales, and savings that were promised: actual less plan.
    Sales,
}

impl Orientation {
    /// The variance of an actual figure from a plan.
    pub(super) fn variance(self, plan: Decimal, actual: Decimal) -> Decimal {
        match self {
            Self::Cost => plan - actual,
            Self::Sales => actual - plan,
        }
    }
}

/// How far from plan is still on plan; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// An amount of the currency.
    Amount(Decimal),
    /// A fraction of the plan: 0.02 is 2 %.
    Rate(Decimal),
}

/// On which side of the plan a figure lies. Others publish variances of costs with the opposite sign, hence a
/// flag beside the amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    /// Better than plan by more than the tolerance.
    Favourable,
    /// Worse than plan by more than the tolerance.
    Unfavourable,
    /// Within the tolerance.
    OnPlan,
}

impl Flag {
    /// `F`, `U` or `ON`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Favourable => "F",
            Self::Unfavourable => "U",
            Self::OnPlan => "ON",
        }
    }
}

/// How an actual figure differs from its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variance {
    /// Currency of the amounts.
    pub currency: Currency,
    /// Whether it is of costs or of sales.
    pub orientation: Orientation,
    /// What was planned.
    pub plan: Decimal,
    /// What came about.
    pub actual: Decimal,
    /// The difference; positive is favourable.
    pub amount: Decimal,
    /// The difference as a fraction of the magnitude of the plan, so that its sign is that of the amount also
    /// where credits were planned; `None` where nothing was planned.
    pub rate: Option<Decimal>,
    /// Its side of the plan.
    pub flag: Flag,
}

impl Variance {
    /// The variance of an actual figure from its plan, at full precision.
    ///
    /// Where nothing was planned, no rate says whether a difference is tolerable: any is outside a
    /// [`Tolerance::Rate`].
    ///
    /// # Errors
    ///
    /// [`ForecastError::CurrencyMismatch`] if the currencies differ, [`ForecastError::Invalid`] for a negative
    /// tolerance, [`ForecastError::OutOfRange`] for an amount that does not fit.
    pub fn new(plan: Money, actual: Money, orientation: Orientation, tolerance: Tolerance) -> Result<Self> {
        if plan.currency != actual.currency {
            return Err(ForecastError::CurrencyMismatch {
                expected: plan.currency.to_string(),
                found: actual.currency.to_string(),
            });
        }
        let (planned, spent) = (bounded(plan.amount, "plan")?, bounded(actual.amount, "actual")?);
        let amount = bounded(orientation.variance(planned, spent), "variance")?;
        let rate = amount.checked_div(planned.abs());
        let beyond = match tolerance {
            Tolerance::Amount(most) => amount.abs() > not_negative(most, "tolerance")?,
            Tolerance::Rate(most) => {
                let most = not_negative(most, "tolerance")?;
                rate.map_or(!amount.is_zero(), |rate| rate.abs() > most)
            }
        };
        let flag = match (beyond, amount > Decimal::ZERO) {
            (false, _) => Flag::OnPlan,
            (true, true) => Flag::Favourable,
            (true, false) => Flag::Unfavourable,
        };
        Ok(Self { currency: plan.currency, orientation, plan: planned, actual: spent, amount, rate, flag })
    }

    /// How the variance comes about.
    pub fn explain(&self) -> Explanation {
        let formula = match self.orientation {
            Orientation::Cost => "plan - actual",
            Orientation::Sales => "actual - plan",
        };
        Explanation::new(formula)
            .input("plan", Money::new(self.plan, self.currency))
            .input("actual", Money::new(self.actual, self.currency))
    }
}

/// From which size on a variance has to be explained: both thresholds must be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Materiality {
    /// Fraction of the plan, 0.05 is 5 %.
    pub rate: Decimal,
    /// Amount of the currency.
    pub amount: Decimal,
}

impl Materiality {
    /// Whether a variance reaches both thresholds. Where nothing was planned, the amount alone decides: an
    /// unplanned amount is beyond any fraction of its plan.
    pub fn is_material(&self, variance: &Variance) -> bool {
        let by_rate = variance.rate.is_none_or(|rate| rate.abs() >= self.rate);
        by_rate && !variance.amount.is_zero() && variance.amount.abs() >= self.amount
    }
}

/// Why an actual figure differs from its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Driver {
    /// More or less of it was used.
    Volume,
    /// It cost more or less apiece.
    Price,
    /// A currency moved.
    ForeignExchange,
    /// It came earlier or later within the year; must cancel out by its end.
    Timing,
    /// Something was added or left out that the plan was not about.
    Scope,
    /// It happened once and will not again.
    OneOff,
    /// It was planned or posted wrongly.
    Error,
}

impl Driver {
    /// All drivers.
    pub const ALL: [Self; 7] = [
        Self::Volume,
        Self::Price,
        Self::ForeignExchange,
        Self::Timing,
        Self::Scope,
        Self::OneOff,
        Self::Error,
    ];

    /// The word that stands for it in files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Volume => "VOLUME",
            Self::Price => "PRICE",
            Self::ForeignExchange => "FX",
            Self::Timing => "TIMING",
            Self::Scope => "SCOPE",
            Self::OneOff => "ONE_OFF",
            Self::Error => "ERROR",
        }
    }
}

/// Part of the variance of a line in a month, explained by a driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribution<K> {
    /// The line of the budget.
    pub line: K,
    /// The month the variance is of.
    pub month: Month,
    /// What it is due to.
    pub driver: Driver,
    /// How much of the variance, with the sign of a variance: positive is favourable.
    pub amount: Decimal,
    /// What a person wrote about it.
    pub note: String,
}

/// What is known about the reasons for a variance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Whether it has to be explained.
    pub material: bool,
    /// The variance by driver.
    pub drivers: BTreeMap<Driver, Decimal>,
    /// What no driver explains.
    pub unexplained: Decimal,
}

impl Review {
    /// Whether an explanation is due and incomplete.
    pub fn is_open(&self) -> bool {
        self.material && !self.unexplained.is_zero()
    }

    /// Whether the drivers explain more than there is, or the other way: what is left of the variance takes back some of
    /// what they explain.
    pub fn is_over_explained(&self) -> bool {
        let explained: Decimal = self.drivers.values().sum();
        let is_same_way = explained.is_sign_negative() == self.unexplained.is_sign_negative();
        !explained.is_zero() && !self.unexplained.is_zero() && !is_same_way
    }
}

/// Adds up what the drivers explain of a variance. Drivers and the unexplained rest sum to it.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] for amounts that do not fit.
pub fn review<'a, K: 'a>(
    variance: &Variance,
    materiality: &Materiality,
    attributions: impl IntoIterator<Item = &'a Attribution<K>>,
) -> Result<Review> {
    let mut drivers = BTreeMap::new();
    let mut unexplained = variance.amount;
    for attribution in attributions {
        let amount = bounded(attribution.amount, "attribution")?;
        let sum: &mut Decimal = drivers.entry(attribution.driver).or_default();
        *sum = bounded(*sum + amount, "attribution")?;
        unexplained = bounded(unexplained - amount, "attribution")?;
    }
    Ok(Review { material: materiality.is_material(variance), drivers, unexplained })
}

/// What it means that variances of timing do not cancel out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TimingState {
    /// The fiscal year is running: the rest has to come back before it ends.
    Outstanding,
    /// The fiscal year is over: it was no matter of timing.
    Unresolved,
}

/// Variances of timing of a line that do not cancel out within a fiscal year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimingImbalance<K> {
    /// The line of the budget.
    pub line: K,
    /// The fiscal year.
    pub fiscal_year: i32,
    /// What is left of them; positive is favourable so far.
    pub net: Decimal,
    /// Whether they still can.
    pub state: TimingState,
}

/// The lines and fiscal years whose variances of timing do not net to zero, as seen on a day.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] for amounts that do not fit.
pub fn timing_imbalances<'a, K: Ord + Clone + 'a>(
    attributions: impl IntoIterator<Item = &'a Attribution<K>>,
    calendar: &FiscalCalendar,
    as_of: NaiveDate,
) -> Result<Vec<TimingImbalance<K>>> {
    let mut nets: BTreeMap<(&K, i32), Decimal> = BTreeMap::new();
    for attribution in attributions.into_iter().filter(|attribution| attribution.driver == Driver::Timing) {
        let year = calendar.fiscal_year_of(attribution.month);
        let net = nets.entry((&attribution.line, year)).or_default();
        *net = bounded(*net + bounded(attribution.amount, "attribution")?, "attribution")?;
    }
    let imbalances = nets.into_iter().filter(|(_, net)| !net.is_zero()).map(|((line, fiscal_year), net)| {
        let over = as_of >= calendar.first_day(fiscal_year.saturating_add(1));
        let state = if over { TimingState::Unresolved } else { TimingState::Outstanding };
        TimingImbalance { line: line.clone(), fiscal_year, net, state }
    });
    Ok(imbalances.collect())
}
