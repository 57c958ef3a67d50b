//! When demand is no longer below supply.
//!
//! Two months are told, and the second is the earlier one: `p50`, in which demand has reached supply as likely as
//! not, and `p90_demand`, in which there is a chance of one in ten that it has.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::events::Events;
use super::figures::{bounded, quantity};
use super::regression::{Point, Reason, Seasonality, Shape, Trend, Z90, ordered};
use super::supply::Supply;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::month::Month;
use crate::quantity::millionths;

/// The furthest that anything is looked for, in months: ten years.
pub const HORIZON_MAX: u32 = 120;

/// When demand reaches supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exhaustion {
    /// In this month, which has not passed.
    Reached(Month),
    /// It has already, since this month at the latest.
    AlreadyReached(Month),
    /// Not up to this month, the last that was looked at.
    NotWithinHorizon(Month),
    /// That cannot be said.
    NotComputable {
        /// Why.
        reason: Reason,
    },
}

impl Exhaustion {
    /// Its name in capitals.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reached(_) => "DATED",
            Self::AlreadyReached(_) => "ALREADY_PASSED",
            Self::NotWithinHorizon(_) => "NOT_WITHIN_HORIZON",
            Self::NotComputable { .. } => "NOT_COMPUTABLE",
        }
    }

    /// The month, where there is one.
    pub fn month(self) -> Option<Month> {
        match self {
            Self::Reached(month) | Self::AlreadyReached(month) => Some(month),
            Self::NotWithinHorizon(_) | Self::NotComputable { .. } => None,
        }
    }
}

impl fmt::Display for Exhaustion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached(month) => write!(formatter, "{month}"),
            Self::AlreadyReached(month) => write!(formatter, "since {month}"),
            Self::NotWithinHorizon(last) => write!(formatter, "not up to {last}"),
            Self::NotComputable { reason } => reason.fmt(formatter),
        }
    }
}

/// The demand of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FanPoint {
    /// The month.
    pub month: Month,
    /// What demand is below as likely as not.
    pub p50: Decimal,
    /// What demand is below with a probability of 90 %.
    pub p90: Decimal,
}

impl FanPoint {
    /// The demand of a month whose quantiles come as floats.
    ///
    /// # Errors
    ///
    /// As [`quantity`]: what is not a number or infinite is refused.
    pub fn from_floats(month: Month, p50: f64, p90: f64) -> Result<Self> {
        Ok(Self { month, p50: quantity(p50, "p50")?, p90: quantity(p90, "p90")? })
    }
}

/// The demand of months to come, by whatever method it was forecast.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fan {
    points: Vec<FanPoint>,
}

impl Fan {
    /// The demand of months, in any order.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a month that comes twice, a P90 below the P50, and beyond the range of
    /// quantities.
    pub fn new(mut points: Vec<FanPoint>) -> Result<Self> {
        points.sort_by_key(|point| point.month);
        if let Some(pair) = points.windows(2).find(|pair| pair[0].month == pair[1].month) {
            return Err(ForecastError::invalid("month", &pair[0].month, "a fan has each month once"));
        }
        for point in &points {
            bounded(point.p50, "p50")?;
            bounded(point.p90, "p90")?;
            if point.p90 < point.p50 {
                let text = format!("{} below the P50 of {} in {}", point.p90, point.p50, point.month);
                return Err(ForecastError::invalid("p90", &text, "the P90 is not below the P50"));
            }
        }
        Ok(Self { points })
    }

    /// The demand of months in their order.
    pub fn points(&self) -> &[FanPoint] {
        &self.points
    }

    /// One quantile, month by month.
    pub fn demand(&self, quantile: Quantile) -> Vec<Point> {
        let value = |point: &FanPoint| match quantile {
            Quantile::P50 => point.p50,
            Quantile::P90 => point.p90,
        };
        self.points.iter().map(|point| Point { month: point.month, value: value(point) }).collect()
    }
}

/// Which demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantile {
    /// What it is below as likely as not.
    P50,
    /// What it is below with a probability of 90 %: the cautious one.
    P90,
}

/// When both quantiles of demand reach supply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhaustions {
    /// The first month of which the P50 is not below supply.
    pub p50: Exhaustion,
    /// The first month of which the P90 is not below supply. It is never later than the other.
    pub p90_demand: Exhaustion,
}

/// The first months in which a demand is not below supply.
///
/// Months before that of `as_of` count only as far as demand has not been below supply since: that is
/// [`Exhaustion::AlreadyReached`], and what was short once and recovered is past. Observed months may come before
/// those that are forecast, as points whose quantiles are equal.
pub fn exhaustion(fan: &Fan, supply: &Supply, as_of: NaiveDate) -> Exhaustions {
    let now = Month::of(as_of);
    let first = |quantile| first_reached(&fan.demand(quantile), supply, now);
    Exhaustions { p50: first(Quantile::P50), p90_demand: first(Quantile::P90) }
}

fn first_reached(demand: &[Point], supply: &Supply, now: Month) -> Exhaustion {
    let Some(last) = demand.last() else {
        return Exhaustion::NotComputable { reason: Reason::NoDemand };
    };
    let reached = |point: &Point| point.value >= supply.in_month(point.month);
    // The months before the one it is asked in, and from that one on.
    let (past, ahead) = demand.split_at(demand.partition_point(|point| point.month < now));
    if ahead.first().is_none_or(reached)
        && let Some(since) = past.iter().rev().take_while(|point| reached(point)).last()
    {
        return Exhaustion::AlreadyReached(since.month);
    }
    match ahead.iter().find(|point| reached(point)) {
        Some(point) => Exhaustion::Reached(point.month),
        None => Exhaustion::NotWithinHorizon(last.month),
    }
}

/// What was observed of a pool, and what is known of its future.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The peaks of months.
    pub points: Vec<Point>,
    /// The last day observed; the last of the last month where absent.
    pub last_observed: Option<NaiveDate>,
    /// The first month that the trend is fitted to: what was before a migration or a clean-up says nothing about
    /// what comes. From the first point where absent.
    pub fit_from: Option<Month>,
    /// Whether months of the year get levels of their own.
    pub seasonality: Seasonality,
    /// Steps and reservations.
    pub events: Events,
    /// What may be planned with; absent where that is not known.
    pub supply: Option<Supply>,
    /// The day it is asked on.
    pub as_of: NaiveDate,
    /// How many months after that of `as_of` are looked at, 1 to [`HORIZON_MAX`].
    pub months: u32,
}

/// When a pool runs out by its trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The first months in which demand is not below supply.
    pub exhaustions: Exhaustions,
    /// The trend, where there is one.
    pub trend: Option<Trend>,
    /// Demand with its events, from the month after the last observed on.
    pub fan: Fan,
    /// Supply in the months of the fan, where it is known.
    pub supply: Vec<Point>,
    /// Steps that were left out, because what was observed has them already.
    pub history: Vec<String>,
    /// What to know before the figures are used; each is a sentence.
    pub warnings: Vec<String>,
    /// How the figures came about.
    pub explanation: Explanation,
}

impl Question {
    /// When demand reaches supply, by the trend through the peaks of months and what is known to come.
    ///
    /// A pool whose last peak is not below what there was in that month has run out already. A trend that does not
    /// rise reaches nothing by itself, however wide its quantiles get: unless a step, a reservation or a fall of
    /// supply lies ahead the answer is [`Exhaustion::NotWithinHorizon`], and where one does, the quantiles keep the
    /// width that they have in the first month.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a horizon of 0 or beyond [`HORIZON_MAX`], a month that comes twice, and beyond
    /// the range of quantities.
    pub fn answer(&self) -> Result<Answer> {
        if self.months == 0 || self.months > HORIZON_MAX {
            let rule = "a forecast looks 1 to 120 months ahead";
            return Err(ForecastError::invalid("months", &self.months, rule));
        }
        let all = ordered(&self.points)?;
        let fitted: Vec<Point> = all
            .iter()
            .filter(|point| self.fit_from.is_none_or(|from| point.month >= from))
            .copied()
            .collect();
        let trend = match Trend::fit(&fitted, self.seasonality)? {
            Ok(trend) => trend,
            Err(reason) => return Ok(self.without_trend(reason)),
        };
        let age = Month::of(self.as_of).since(trend.last());
        if age > HORIZON_MAX as i32 {
            return Ok(self.without_trend(Reason::Stale { months: age }));
        }
        let last_observed = self.last_observed.unwrap_or(trend.last().last_day());
        let plain = self.fan(&trend)?;
        let with_events = self.events.over(&plain, last_observed)?;
        let exhaustions = match &self.supply {
            None => both(Exhaustion::NotComputable { reason: Reason::SupplyUnknown }),
            Some(supply) => self.reached(&trend, &all, supply, &with_events.fan, last_observed),
        };
        let in_month = |point: &FanPoint| {
            let supply = self.supply.as_ref()?;
            Some(Point { month: point.month, value: supply.in_month(point.month) })
        };
        Ok(Answer {
            exhaustions,
            supply: with_events.fan.points().iter().filter_map(in_month).collect(),
            warnings: self.warnings(&trend, &with_events.history),
            explanation: self.explain(&trend),
            trend: Some(trend),
            fan: with_events.fan,
            history: with_events.history,
        })
    }

    fn end(&self) -> Month {
        Month::of(self.as_of).plus(self.months as i32)
    }

    /// The trend and its P90, from the month after the last observed to the end of the horizon.
    fn fan(&self, trend: &Trend) -> Result<Fan> {
        let first = trend.last().next();
        let months = u32::try_from(self.end().since(first) + 1).unwrap_or_default();
        let rises = trend.slope() > Decimal::ZERO;
        let width = trend.quantile(first, Z90)? - trend.value(first)?;
        let point = |month| {
            let p50 = trend.value(month)?;
            let p90 = if rises { trend.quantile(month, Z90)? } else { p50 + width };
            // A trend that falls ends at nothing, not below it.
            let told = |demand: Decimal| millionths(demand.max(Decimal::ZERO));
            Ok(FanPoint { month, p50: told(p50), p90: told(p90) })
        };
        Fan::new(first.range(months).map(point).collect::<Result<_>>()?)
    }

    fn reached(
        &self,
        trend: &Trend,
        observed: &[Point],
        supply: &Supply,
        fan: &Fan,
        last_observed: NaiveDate,
    ) -> Exhaustions {
        if let Some(last) = observed.last()
            && last.value >= supply.in_month(last.month)
        {
            let still = |point: &&Point| point.value >= supply.in_month(point.month);
            let since =
                observed.iter().rev().take_while(still).last().map_or(last.month, |point| point.month);
            return both(Exhaustion::AlreadyReached(since));
        }
        let moves = self.events.add_after(last_observed) || supply.falls_after(last_observed);
        if trend.slope() <= Decimal::ZERO && !moves {
            return both(Exhaustion::NotWithinHorizon(self.end()));
        }
        if fan.points().is_empty() {
            return both(Exhaustion::NotWithinHorizon(self.end()));
        }
        exhaustion(fan, supply, self.as_of)
    }

    fn without_trend(&self, reason: Reason) -> Answer {
        Answer {
            exhaustions: both(Exhaustion::NotComputable { reason }),
            trend: None,
            fan: Fan::default(),
            supply: Vec::new(),
            history: self.last_observed.map(|day| self.events.history(day)).unwrap_or_default(),
            warnings: vec![reason.to_string()],
            explanation: Explanation::new(FORMULA),
        }
    }

    fn warnings(&self, trend: &Trend, history: &[String]) -> Vec<String> {
        let mut warnings = Vec::new();
        let months = trend.last().since(trend.first()) as usize + 1;
        if trend.points() < months {
            warnings.push(format!("{} of {months} months are observed", trend.points()));
        }
        let stale = Month::of(self.as_of).since(trend.last());
        if stale > 2 {
            warnings.push(format!("the last month observed, {}, is {stale} months old", trend.last()));
        }
        if trend.slope() <= Decimal::ZERO {
            warnings.push("demand does not rise: only what is known to come can exhaust the pool".to_owned());
        }
        let step = |name: &String| format!("{name} is history: what was observed has it already");
        warnings.extend(history.iter().map(step));
        warnings
    }

    fn explain(&self, trend: &Trend) -> Explanation {
        let mut explanation = Explanation::new(FORMULA)
            .input("points", trend.points())
            .input("first month", trend.first())
            .input("last month", trend.last())
            .input("slope b a month", trend.slope().round_dp(6))
            .input("deviation s", trend.deviation().round_dp(6))
            .input("z", Z90)
            .assume("demand goes on as it went: what changes it on a known day is a step");
        if let Some(intercept) = trend.intercept() {
            explanation = explanation.input("intercept a", intercept.round_dp(6));
        }
        if trend.shape() == Shape::SameMonth {
            explanation = explanation.assume("each month of the year has a level of its own");
        }
        if let Some(from) = self.fit_from {
            explanation = explanation.assume(format!("what was before {from} is left out"));
        }
        explanation
    }
}

pub(super) const FORMULA: &str = "demand(x) = a + b·x + steps × probability + reservations; P90 = demand + \
                       z·s·√(1 + 1/n + (x - x̄)²/Sxx); exhausted in the first month with demand >= supply";

pub(super) fn both(exhaustion: Exhaustion) -> Exhaustions {
    Exhaustions { p50: exhaustion, p90_demand: exhaustion }
}
