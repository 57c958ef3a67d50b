//! Demand carried on by any method, and when it reaches supply.
//!
//! [`exhaustion::Question`] answers by the straight line; this module takes any method of
//! [`forecast`](crate::forecast) and gives the line to that one, so that both are asked alike.
//!
//! Points of complete months go in with their gaps. A date of exhaustion is told from six points on, of which three
//! in four of the months between the first and the last are there, whatever the method: less says how high demand is
//! and not where it goes. What has reached supply by its last peak has run out, however few points there are.

mod reached;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::events::Events;
use super::exhaustion::{self, Exhaustion, Exhaustions, Fan, FanPoint, HORIZON_MAX, both};
use super::figures::{quantity, times};
use super::regression::{POINTS_MIN, Point, Reason, Seasonality, Trend, Z90, ordered};
use super::supply::Supply;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::forecast::{Accuracy, Forecast, ForecastInput, Method, Warning, forecast};
use crate::month::Month;
use crate::quantity::millionths;
use crate::roadmap::GrowthWindow;

/// Between minus this and this lie 95 % of a standard normal variable.
const Z95: Decimal = Decimal::from_parts(2_419_770_661, 4, 0, false, 10);

/// Months that recur after a year.
const YEAR: usize = 12;

/// What was observed of a pool, how it is carried on, and what is known of its future.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The peaks of complete months; those that are not there are gaps.
    pub points: Vec<Point>,
    /// The first month that counts: what was before follows another pattern.
    pub fit_from: Option<Month>,
    /// The method, or [`Method::Auto`]. [`Method::OrdinaryLeastSquares`] is the line of the regression, without
    /// levels by month of the year.
    pub method: Method,
    /// Months in which demand is assumed to grow at a rate, in place of what the method says. Of windows that share a
    /// month the last counts.
    pub growth: Vec<GrowthWindow>,
    /// Steps and reservations.
    pub events: Events,
    /// What may be planned with, and could be in the months that were observed; absent where that is not known.
    pub supply: Option<Supply>,
    /// The last month in which the pool is there; without end where absent.
    pub until: Option<Month>,
    /// The day it is asked on.
    pub as_of: NaiveDate,
    /// How many months after that of `as_of` are looked at beside it, up to [`HORIZON_MAX`].
    pub months: u32,
}

/// What is used in a month to come, before any event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// The month.
    pub month: Month,
    /// What one in ten values stays below.
    pub p10: Decimal,
    /// The forecast.
    pub p50: Decimal,
    /// What nine in ten values stay below.
    pub p90: Decimal,
    /// Lower end of what holds 95 % of values.
    pub lo95: Decimal,
    /// Upper end of what holds 95 % of values.
    pub hi95: Decimal,
}

/// Demand carried on, and when it reaches supply.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The method that was used; absent where nothing was observed.
    pub method: Option<Method>,
    /// Why this method and what it assumes, or why there is no forecast.
    pub reason: String,
    /// Points that it was fitted to.
    pub trained_on: usize,
    /// Whether demand rises by itself: a line that does not reaches nothing but by what is known to come.
    pub rises: bool,
    /// The first month that was observed and counts.
    pub first: Option<Month>,
    /// The last month that it was fitted to.
    pub last: Option<Month>,
    /// What is used in the months after the last observed one.
    pub points: Vec<Ahead>,
    /// How far to trust it, from forecasts of what is known.
    pub accuracy: Accuracy,
    /// What the series had that had to be allowed for.
    pub warnings: Vec<Warning>,
    /// What else to know before the figures are used; each is a sentence.
    pub notes: Vec<String>,
    /// Demand with its events; absent where nothing was observed.
    pub fan: Option<Fan>,
    /// What steps and reservations add in the months of the fan.
    pub added: Vec<Point>,
    /// Supply in the months of the fan, where it is known.
    pub supply: Vec<Point>,
    /// Steps that were left out, because what was observed has them already.
    pub history: Vec<String>,
    /// When demand reaches supply.
    pub exhaustions: Exhaustions,
    /// How the figures came about.
    pub explanation: Explanation,
}

impl Ahead {
    /// To six decimals, as it is told: demand is compared as it is shown.
    fn rounded(self) -> Self {
        let [p10, p50, p90, lo95, hi95] =
            [self.p10, self.p50, self.p90, self.lo95, self.hi95].map(millionths);
        Self { month: self.month, p10, p50, p90, lo95, hi95 }
    }
}

impl Question {
    /// Carries demand on.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a horizon beyond [`HORIZON_MAX`], a month that comes twice, and beyond
    /// the range of quantities.
    pub fn answer(&self) -> Result<Projection> {
        if self.months > HORIZON_MAX {
            let rule = "a forecast looks at most 120 months ahead";
            return Err(ForecastError::invalid("months", &self.months, rule));
        }
        let points = self.counting()?;
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return Ok(Projection::nothing(Reason::TooFewPoints { points: 0, needed: POINTS_MIN }));
        };
        let age = Month::of(self.as_of).since(last.month);
        if age > HORIZON_MAX as i32 {
            return Ok(Projection::nothing(Reason::Stale { months: age }));
        }
        let steps = self.wanted().since(last.month).max(1) as usize;
        let forecast = forecast(&self.input(&points, first.month, last.month, steps))?;
        let line = match self.method {
            Method::OrdinaryLeastSquares => Trend::fit(&points, Seasonality::Never)?.ok(),
            _ => None,
        };
        let ahead = match &line {
            Some(trend) => line_ahead(trend, steps)?,
            None => ahead(&forecast, last.month)?,
        };
        let ahead: Vec<Ahead> = self.grown(ahead, *last)?.into_iter().map(Ahead::rounded).collect();
        let ahead = self.within(ahead);
        self.projected(forecast, ahead, &points, line.as_ref())
    }

    /// The points that count, in the order of months.
    fn counting(&self) -> Result<Vec<Point>> {
        let counts = |point: &Point| self.fit_from.is_none_or(|from| point.month >= from);
        Ok(ordered(&self.points)?.into_iter().filter(counts).collect())
    }

    /// The last month that is asked for.
    fn wanted(&self) -> Month {
        Month::of(self.as_of).plus(self.months as i32)
    }

    fn input(&self, points: &[Point], first: Month, last: Month, steps: usize) -> ForecastInput {
        use rust_decimal::prelude::ToPrimitive;
        let mut observations = vec![None; last.since(first) as usize + 1];
        for point in points {
            observations[point.month.since(first) as usize] = point.value.to_f64();
        }
        ForecastInput::monthly(observations, steps).with_periods(vec![YEAR]).with_method(self.method)
    }

    /// The months in which the pool is there.
    fn within(&self, ahead: Vec<Ahead>) -> Vec<Ahead> {
        ahead.into_iter().filter(|point| self.until.is_none_or(|last| point.month <= last)).collect()
    }

    /// The same with the growth that is assumed: see [`factors`].
    fn grown(&self, ahead: Vec<Ahead>, last: Point) -> Result<Vec<Ahead>> {
        let months: Vec<Point> =
            ahead.iter().map(|point| Point { month: point.month, value: point.p50 }).collect();
        let factors = factors(&months, last.value, &self.growth)?;
        let grown = ahead.into_iter().zip(factors).map(|(point, factor)| {
            let scaled = |value| times(value, factor, "demand");
            Ok(Ahead {
                month: point.month,
                p10: scaled(point.p10)?,
                p50: scaled(point.p50)?,
                p90: scaled(point.p90)?,
                lo95: scaled(point.lo95)?,
                hi95: scaled(point.hi95)?,
            })
        });
        grown.collect()
    }

    fn projected(
        &self,
        forecast: Forecast,
        ahead: Vec<Ahead>,
        points: &[Point],
        line: Option<&Trend>,
    ) -> Result<Projection> {
        let last = points.last().map(|point| point.month);
        let observed_until = last.map_or(self.as_of, Month::last_day);
        let fan = ahead.iter().map(|it| FanPoint { month: it.month, p50: it.p50, p90: it.p90 });
        let with_events = self.events.over(&Fan::new(fan.collect())?, observed_until)?;
        let fan = with_events.fan;
        let added = fan.points().iter().map(|point| {
            let value = self.events.in_month(point.month, observed_until)?;
            Ok(Point { month: point.month, value })
        });
        let added = added.collect::<Result<Vec<Point>>>()?;
        let supply = self.supply.as_ref().map_or_else(Vec::new, |supply| {
            let months = fan.points().iter().map(|point| point.month);
            months.map(|month| Point { month, value: supply.in_month(month) }).collect()
        });
        let rises = line.is_none_or(|trend| trend.slope() > Decimal::ZERO);
        Ok(Projection {
            exhaustions: self.exhaustions(points, &fan, observed_until, rises),
            notes: self.notes(last, rises, &with_events.history),
            explanation: self.explain(points, &forecast, line),
            method: Some(if line.is_some() { Method::OrdinaryLeastSquares } else { forecast.method }),
            reason: forecast.reason,
            rises,
            first: points.first().map(|point| point.month),
            trained_on: line.map_or(forecast.trained_on, Trend::points),
            last,
            points: ahead,
            accuracy: forecast.accuracy,
            warnings: forecast.warnings,
            fan: Some(fan),
            added,
            supply,
            history: with_events.history,
        })
    }

    fn notes(&self, last: Option<Month>, rises: bool, history: &[String]) -> Vec<String> {
        let mut notes = Vec::new();
        let age = last.map_or(0, |last| Month::of(self.as_of).since(last));
        if let Some(last) = last.filter(|_| age > 2) {
            notes.push(format!("the last complete month, {last}, is {age} months old"));
        }
        if !rises {
            notes.push("demand does not rise: only what is known to come can exhaust the pool".to_owned());
        }
        if let Some(until) = self.until {
            notes.push(format!("the pool is there until {until}, and nothing is said of later months"));
        }
        notes.extend(
            history.iter().map(|name| format!("{name} is history: what was observed has it already")),
        );
        notes
    }

    fn explain(&self, points: &[Point], forecast: &Forecast, line: Option<&Trend>) -> Explanation {
        let formula = if line.is_some() { exhaustion::FORMULA } else { FORMULA };
        let mut explanation = Explanation::new(formula)
            .input("complete months", points.len())
            .input("method", if line.is_some() { Method::OrdinaryLeastSquares } else { forecast.method });
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            explanation = explanation.input("first month", first.month).input("last month", last.month);
        }
        if let Some(trend) = line {
            explanation = explanation
                .input("intercept a", trend.intercept().unwrap_or_default().round_dp(6))
                .input("slope b a month", trend.slope().round_dp(6))
                .input("deviation s", trend.deviation().round_dp(6))
                .input("mean of x", trend.mean_position().unwrap_or_default().round_dp(6))
                .input("Sxx", trend.sum_of_squares().round_dp(6))
                .input("z", Z90);
            explanation = self.crossings(trend, explanation);
        }
        for window in &self.growth {
            explanation = explanation.estimate(grows(window));
        }
        if let Some(from) = self.fit_from {
            explanation = explanation.assume(format!("what was before {from} is left out"));
        }
        explanation
            .assume("demand goes on as it went: what changes it on a known day is an event")
            .assume("a month of which fewer than 80 % of the days were observed is a gap")
    }

    /// Where the line itself crosses what there is now, to the fraction of a month.
    fn crossings(&self, trend: &Trend, explanation: Explanation) -> Explanation {
        let Some(supply) = &self.supply else { return explanation };
        let (limit, months) = (supply.in_month(Month::of(self.as_of)), self.months.saturating_mul(2));
        let crossing = |z| trend.crossing(limit, z, months).ok().flatten();
        let mut explanation = explanation;
        if let Some(x) = crossing(Decimal::ZERO) {
            explanation = explanation.input("x at which the line reaches the supply of today", x.round_dp(4));
        }
        if let Some(x) = crossing(Z90) {
            explanation = explanation.input("x at which its P90 does", x.round_dp(4));
        }
        explanation
    }
}

/// What is assumed of growth, in a sentence: it is in the explanation for each window.
#[must_use]
pub fn grows(window: &GrowthWindow) -> String {
    let to = window.to.map_or_else(|| "on".to_owned(), |to| format!("to {to}"));
    let rate = window.monthly_rate.normalize();
    format!("demand grows by {rate} a month from {} {to}, not as it did", window.from)
}

/// Demand in a month: what is used and what its events add. Below zero it never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// The month.
    pub month: Month,
    /// What one in ten values stays below.
    pub p10: Decimal,
    /// What it is below as likely as not.
    pub p50: Decimal,
    /// What nine in ten values stay below.
    pub p90: Decimal,
    /// What steps and reservations add.
    pub added: Decimal,
}

impl Projection {
    /// Demand with its events, month by month.
    #[must_use]
    pub fn demand(&self) -> Vec<Demand> {
        let months = self.points.iter().zip(&self.added);
        let each = months.map(|(point, added)| {
            let with = |value: Decimal| (value + added.value).max(Decimal::ZERO);
            Demand {
                month: point.month,
                p10: with(point.p10),
                p50: with(point.p50),
                p90: with(point.p90),
                added: added.value,
            }
        });
        each.collect()
    }

    /// What is said where nothing can be carried on, for a reason.
    #[must_use]
    pub fn nothing(reason: Reason) -> Self {
        Self {
            method: None,
            reason: reason.to_string(),
            trained_on: 0,
            rises: false,
            first: None,
            last: None,
            points: Vec::new(),
            accuracy: Accuracy::default(),
            warnings: Vec::new(),
            notes: Vec::new(),
            fan: None,
            added: Vec::new(),
            supply: Vec::new(),
            history: Vec::new(),
            exhaustions: both(Exhaustion::NotComputable { reason }),
            explanation: Explanation::new(FORMULA),
        }
    }
}

/// By what the demand of months is multiplied where growth is assumed. In the months of a window it grows by its rate over
/// the month before; after them it goes on from there as the forecast has it, in proportion. `last` is what was used in
/// the month before the first; of windows that share a month the last counts.
///
/// # Errors
///
/// [`ForecastError::Invalid`] beyond the range of quantities.
pub fn factors(months: &[Point], last: Decimal, growth: &[GrowthWindow]) -> Result<Vec<Decimal>> {
    let mut before = last;
    let mut factor = Decimal::ONE;
    let mut factors = Vec::with_capacity(months.len());
    for point in months {
        let holds = |window: &&GrowthWindow| {
            window.from <= point.month && window.to.is_none_or(|to| point.month <= to)
        };
        if let Some(window) = growth.iter().rev().find(holds) {
            let wanted = times(before, Decimal::ONE + window.monthly_rate, "demand")?;
            factor = wanted.checked_div(point.value).unwrap_or(factor);
        }
        before = times(point.value, factor, "demand")?;
        factors.push(factor);
    }
    Ok(factors)
}

/// What a warning says, with months in the place of steps; `first` is the month of the first step.
#[must_use]
pub fn in_months(warning: &Warning, first: Month) -> String {
    let month = |step: usize| first.plus(step as i32 - 1);
    match warning {
        Warning::Gaps { count } => {
            format!("{count} months have no figure: filled from their neighbours to fit, left out when tried")
        }
        Warning::Stale { count } => {
            format!("the last {count} months have no figure: the forecast begins further ahead of the data")
        }
        Warning::Spikes { steps } => {
            let months: Vec<String> = steps.iter().map(|step| month(*step).to_string()).collect();
            format!("single values far from their surroundings were set aside: {}", months.join(", "))
        }
        Warning::Shift { step, before, after } => format!(
            "the level changed in {}, from about {before} to {after}: earlier values were taken to the new level",
            month(*step)
        ),
        Warning::Reset { step, used } => {
            let used =
                if *used { "only what came after was used" } else { "too late to use only what came after" };
            format!("what was used began anew in {}, as a counter does: {used}", month(*step))
        }
        Warning::Joined { step, .. } | Warning::DroppedOut { step } => {
            warning.to_string().replace(&format!("step {step}"), &month(*step).to_string())
        }
        Warning::Began { step } => {
            format!("all figures before {} are zero: only those from there on were used", month(*step))
        }
        Warning::Ended { step } => format!(
            "all figures from {} on are zero, as where use has ended: zero goes on, and the 95 % interval reaches up to \
             what there was before",
            month(*step)
        ),
        Warning::Short { .. } => warning.to_string().replace("points", "months"),
        other => other.to_string(),
    }
}

const FORMULA: &str = "demand = forecast of the 95th percentiles of daily peaks by month + steps × probability + \
                       reservations; exhausted in the first month with demand >= supply";

/// The steps of a forecast, as months.
fn ahead(forecast: &Forecast, last: Month) -> Result<Vec<Ahead>> {
    let months = forecast.points.iter().map(|point| {
        let p50 = quantity(point.p50, "p50")?;
        let (p10, p90) = (quantity(point.p10, "p10")?.min(p50), quantity(point.p90, "p90")?.max(p50));
        Ok(Ahead {
            month: last.plus(point.step as i32),
            p10,
            p50,
            p90,
            lo95: quantity(point.lo95, "lo95")?.min(p10),
            hi95: quantity(point.hi95, "hi95")?.max(p90),
        })
    });
    months.collect()
}

/// The line and its quantiles. A line that does not rise keeps the width of its first month.
fn line_ahead(trend: &Trend, steps: usize) -> Result<Vec<Ahead>> {
    let first = trend.last().next();
    let rises = trend.slope() > Decimal::ZERO;
    let months = first.range(steps as u32).map(|month| {
        let centre = trend.value(month)?;
        let width = |z| {
            let from = if rises { month } else { first };
            Ok(trend.quantile(from, z)? - trend.value(from)?)
        };
        let (inner, outer): (Decimal, Decimal) = (width(Z90)?, width(Z95)?);
        // A line that falls ends at nothing, not below it.
        let held = |value: Decimal| value.max(Decimal::ZERO);
        Ok(Ahead {
            month,
            p10: held(centre - inner),
            p50: held(centre),
            p90: held(centre + inner),
            lo95: held(centre - outer),
            hi95: held(centre + outer),
        })
    });
    months.collect()
}
