//! The straight line through the peaks of months, by ordinary least squares, with upper quantiles.
//!
//! With x counted in months from 1 at the first point: y = a + b·x, s = √(SSE / (n − 2)), and the quantile q of a
//! new month is a + b·x + z·s·√(1 + 1/n + (x − x̄)² / Sxx), z being the one-sided quantile of the normal
//! distribution (Hyndman and Athanasopoulos, *Forecasting: Principles and Practice*).
//!
//! From 24 points on, each month of the year may have a level of its own beside the common slope: the regression
//! of each month on the same month of other years, with one slope for all. That is the line with an indicator for
//! each month of the year; s then has n − 13 degrees of freedom, and n, x̄ are those of the month of the year.
//!
//! Everything is in decimals: values are brought to at most 1 before they are squared, so that neither huge nor
//! tiny ones overflow or vanish.

use std::collections::BTreeMap;
use std::fmt;

use rust_decimal::Decimal;

use super::figures::{bounded, square_root};
use crate::error::{ForecastError, Result};
use crate::month::Month;

/// The one-sided 90 % quantile of the normal distribution.
pub const Z90: Decimal = Decimal::from_parts(4_225_581_063, 2, 0, false, 10);

/// Points that a line needs at least.
pub const POINTS_MIN: usize = 6;
/// Points that levels by month of the year need at least.
pub const SEASONAL_POINTS_MIN: usize = 24;
/// The share of the months from the first to the last point that has a point at least, in percent.
pub const COVERAGE_MIN_PERCENT: usize = 75;

/// The peak of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    /// The month.
    pub month: Month,
    /// Its peak, in the unit of the pool.
    pub value: Decimal,
}

/// What is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shape {
    /// A straight line.
    #[default]
    Line,
    /// A common slope with a level for each month of the year.
    SameMonth,
}

/// Whether months of the year get levels of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Seasonality {
    /// If there are 24 points, each month of the year has two, and the spread around them is less than around the
    /// line.
    #[default]
    WhereItHelps,
    /// No: the plain line.
    Never,
    /// Yes, or nothing.
    Always,
}

/// Why nothing could be fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There are too few points.
    TooFewPoints {
        /// How many there are.
        points: usize,
        /// How many are needed.
        needed: usize,
    },
    /// Too many months between the first and the last point have none.
    Gaps {
        /// How many have one.
        points: usize,
        /// Months from the first to the last.
        months: usize,
    },
    /// A month of the year was seen less than twice.
    MonthOfYearMissing {
        /// Its number.
        month: u32,
    },
    /// What was observed is too old to say anything about what comes.
    Stale {
        /// How many months ago the last was observed.
        months: i32,
    },
    /// There is no demand to look at.
    NoDemand,
    /// It is not known what there is.
    SupplyUnknown,
}

impl Reason {
    /// Its name in capitals.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooFewPoints { .. } => "TOO_FEW_POINTS",
            Self::Gaps { .. } => "GAPS",
            Self::MonthOfYearMissing { .. } => "MONTH_OF_YEAR_MISSING",
            Self::Stale { .. } => "STALE",
            Self::NoDemand => "NO_DEMAND",
            Self::SupplyUnknown => "SUPPLY_UNKNOWN",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewPoints { points, needed } => {
                write!(formatter, "{points} months are observed, and a trend needs {needed}")
            }
            Self::Gaps { points, months } => {
                write!(formatter, "only {points} of {months} months are observed, and a trend needs 75 %")
            }
            Self::MonthOfYearMissing { month } => {
                write!(formatter, "month {month} of the year is observed less than twice")
            }
            Self::Stale { months } => {
                write!(
                    formatter,
                    "the last observation is {months} months before the day that is asked about, and a trend holds for 120"
                )
            }
            Self::NoDemand => formatter.write_str("no demand is known for any month asked for"),
            Self::SupplyUnknown => formatter.write_str("it is not known what there is"),
        }
    }
}

/// A fitted trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    shape: Shape,
    first: Month,
    last: Month,
    points: usize,
    slope: Decimal,
    deviation: Decimal,
    squares: Decimal,
    /// Means by month of the year, or under 0 for all.
    levels: BTreeMap<u32, Level>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Level {
    points: usize,
    x_mean: Decimal,
    y_mean: Decimal,
}

/// The points of months in order, each once.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a month that comes twice, and beyond the range of quantities.
pub fn ordered(points: &[Point]) -> Result<Vec<Point>> {
    let mut by_month = BTreeMap::new();
    for point in points {
        bounded(point.value, "value")?;
        if let Some(other) = by_month.insert(point.month, point.value) {
            let text = format!("{other} and {} in {}", point.value, point.month);
            return Err(ForecastError::invalid("value", &text, "a month has one value"));
        }
    }
    Ok(by_month.into_iter().map(|(month, value)| Point { month, value }).collect())
}

impl Trend {
    /// The trend through the points of months, which may come in any order and with gaps; or why there is none.
    ///
    /// # Errors
    ///
    /// As [`ordered`].
    pub fn fit(points: &[Point], seasonality: Seasonality) -> Result<std::result::Result<Self, Reason>> {
        let points = ordered(points)?;
        Ok(Self::fitted(&points, seasonality))
    }

    fn fitted(points: &[Point], seasonality: Seasonality) -> std::result::Result<Self, Reason> {
        let few = |needed| Reason::TooFewPoints { points: points.len(), needed };
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Err(few(POINTS_MIN)) };
        if points.len() < POINTS_MIN {
            return Err(few(POINTS_MIN));
        }
        let months = last.month.since(first.month) as usize + 1;
        if points.len() * 100 < months * COVERAGE_MIN_PERCENT {
            return Err(Reason::Gaps { points: points.len(), months });
        }
        let seasonal = || {
            if points.len() < SEASONAL_POINTS_MIN {
                return Err(few(SEASONAL_POINTS_MIN));
            }
            let seen = |month: &u32| points.iter().filter(|point| point.month.number() == *month).count();
            match (1..=12).find(|month| seen(month) < 2) {
                Some(month) => Err(Reason::MonthOfYearMissing { month }),
                None => Ok(Self::with_levels(points, first.month, last.month, Shape::SameMonth)),
            }
        };
        let line = Self::with_levels(points, first.month, last.month, Shape::Line);
        match seasonality {
            Seasonality::Never => Ok(line),
            Seasonality::Always => seasonal(),
            Seasonality::WhereItHelps => match seasonal() {
                Ok(seasonal) if seasonal.deviation < line.deviation => Ok(seasonal),
                _ => Ok(line),
            },
        }
    }

    /// The least squares of at least six points of different months.
    fn with_levels(points: &[Point], first: Month, last: Month, shape: Shape) -> Self {
        let scale = magnitude(points);
        let key = |month: Month| level_key(shape, month);
        let x = |point: &Point| position(first, point.month);
        let mut levels: BTreeMap<u32, Level> = BTreeMap::new();
        for point in points {
            let level = levels.entry(key(point.month)).or_default();
            level.points += 1;
            level.x_mean += x(point);
            level.y_mean += point.value / scale;
        }
        for level in levels.values_mut() {
            let count = Decimal::from(level.points);
            level.x_mean /= count;
            level.y_mean /= count;
        }
        let centred = |point: &Point| {
            let level = levels.get(&key(point.month)).copied().unwrap_or_default();
            (x(point) - level.x_mean, point.value / scale - level.y_mean)
        };
        let (mut squares, mut products) = (Decimal::ZERO, Decimal::ZERO);
        for (x, y) in points.iter().map(centred) {
            squares += x * x;
            products += x * y;
        }
        let slope = products.checked_div(squares).unwrap_or_default();
        let errors: Decimal = points
            .iter()
            .map(centred)
            .map(|(x, y)| {
                let error = y - slope * x;
                error * error
            })
            .sum();
        let freedom = points.len().saturating_sub(levels.len() + 1).max(1);
        let deviation = square_root(errors / Decimal::from(freedom));
        levels.values_mut().for_each(|level| level.y_mean *= scale);
        Self {
            shape,
            first,
            last,
            points: points.len(),
            slope: slope * scale,
            deviation: deviation * scale,
            squares,
            levels,
        }
    }

    /// What was fitted.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How many points it was fitted to.
    pub fn points(&self) -> usize {
        self.points
    }

    /// The month of the first point, at which x is 1.
    pub fn first(&self) -> Month {
        self.first
    }

    /// The month of the last point.
    pub fn last(&self) -> Month {
        self.last
    }

    /// The growth of a month, b.
    pub fn slope(&self) -> Decimal {
        self.slope
    }

    /// The value at x = 0, a; of a line only.
    pub fn intercept(&self) -> Option<Decimal> {
        let level = self.levels.get(&0)?;
        self.slope.checked_mul(level.x_mean).and_then(|product| level.y_mean.checked_sub(product))
    }

    /// The standard deviation of the points around the trend, s.
    pub fn deviation(&self) -> Decimal {
        self.deviation
    }

    /// Σ (x − x̄)², Sxx.
    pub fn sum_of_squares(&self) -> Decimal {
        self.squares
    }

    /// The mean of x, x̄; of a line only.
    pub fn mean_position(&self) -> Option<Decimal> {
        self.levels.get(&0).map(|level| level.x_mean)
    }

    /// The value of the trend in a month.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn value(&self, month: Month) -> Result<Decimal> {
        self.quantile(month, Decimal::ZERO)
    }

    /// The value that a month stays below with the probability whose one-sided normal quantile is `z`; [`Z90`] for
    /// 90 %.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn quantile(&self, month: Month, z: Decimal) -> Result<Decimal> {
        let level = self.levels.get(&level_key(self.shape, month)).copied().unwrap_or_default();
        self.at(position(self.first, month), level, z)
    }

    /// The first x, with its fraction of a month, at which the quantile of the line reaches a limit, from the last
    /// point on and within a number of months; `None` where it does not, and for levels by month of the year, which
    /// have no line.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn crossing(&self, limit: Decimal, z: Decimal, months: u32) -> Result<Option<Decimal>> {
        let Some(level) = self.levels.get(&0).copied() else { return Ok(None) };
        let start = position(self.first, self.last);
        for month in 0..=months {
            let mut high = start + Decimal::from(month);
            if self.at(high, level, z)? < limit {
                continue;
            }
            if month == 0 {
                return Ok(Some(high));
            }
            let mut low = high - Decimal::ONE;
            for _ in 0..60 {
                let middle = low + (high - low) / Decimal::TWO;
                if self.at(middle, level, z)? < limit {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            return Ok(Some(high));
        }
        Ok(None)
    }

    fn at(&self, x: Decimal, level: Level, z: Decimal) -> Result<Decimal> {
        let rule = "a trend is followed as far as its values stay within 10^18";
        let refuse = || ForecastError::invalid("month", &x, rule);
        let distance = x - level.x_mean;
        let value = self.slope.checked_mul(distance).and_then(|rise| level.y_mean.checked_add(rise));
        let above = if z.is_zero() { Some(Decimal::ZERO) } else { self.width(distance, level, z) };
        let sum = value.zip(above).and_then(|(value, above)| value.checked_add(above)).ok_or_else(refuse)?;
        bounded(sum, "demand")
    }

    /// What a quantile lies above the trend at a distance from the mean.
    fn width(&self, distance: Decimal, level: Level, z: Decimal) -> Option<Decimal> {
        let count = Decimal::from(level.points.max(1));
        let far = (distance * distance).checked_div(self.squares).unwrap_or_default();
        let width = square_root(Decimal::ONE + Decimal::ONE / count + far);
        width.checked_mul(z)?.checked_mul(self.deviation)
    }
}

/// Months from 1 at the first.
fn position(first: Month, month: Month) -> Decimal {
    Decimal::from(month.since(first)) + Decimal::ONE
}

fn level_key(shape: Shape, month: Month) -> u32 {
    match shape {
        Shape::Line => 0,
        Shape::SameMonth => month.number(),
    }
}

/// A power of ten that brings the largest value between 0.1 and 1; 1 where all are zero.
fn magnitude(points: &[Point]) -> Decimal {
    let largest = points.iter().map(|point| point.value.abs()).max().unwrap_or_default();
    if largest.is_zero() {
        return Decimal::ONE;
    }
    let mut scale = Decimal::ONE;
    while largest / scale > Decimal::ONE {
        scale *= Decimal::TEN;
    }
    let least = Decimal::new(1, 18);
    while scale > least && largest / scale <= Decimal::new(1, 1) {
        scale /= Decimal::TEN;
    }
    scale
}
