//! What is odd about what was observed of pools, by name.

use chrono::{NaiveDate, NaiveTime};
use entity::capacity::{Quantity, capacity_pool};
use forecasting::{
    capacity::{
        observations::{self, Kind, Observation, Series},
        projection::{Projection, in_months},
    },
    forecast::Warning,
    month::Month,
};
use rust_decimal::Decimal;

use super::{
    contents,
    days::{self, MonthFigures},
    forecasts::first_whole,
    supplies::Supplied,
};

/// Months whose use is held against what there is today.
const YEAR: i32 = 12;

/// What is odd about what was observed of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// What was used began anew, as a counter does.
    CounterReset,
    /// More was used than there is.
    UsedAboveCapacity,
    /// Days without any use stand between days with it.
    ZerosBetween,
}

/// What is odd about a pool, with the figures in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub code: Oddity,
    /// The values and the rule.
    pub message: String,
}

/// Counters that began anew.
pub(super) fn resets(projection: &Projection) -> Vec<Finding> {
    let Some(first) = projection.first else { return Vec::new() };
    let resets = projection.warnings.iter().filter(|warning| matches!(warning, Warning::Reset { .. }));
    let finding = |warning| Finding { code: Oddity::CounterReset, message: in_months(warning, first) };
    resets.map(finding).collect()
}

/// Days without any use between days with it.
pub(super) fn zeros(days: &[days::Peak]) -> Option<Finding> {
    let at = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    let peaks = days.iter().map(|(day, peak)| Observation { at: at(*day), value: peak.to_decimal() });
    let series = Series::accept(peaks.collect(), Kind::Gauge, None).ok()?.series;
    series.findings().iter().find_map(|finding| match finding {
        observations::Finding::ZerosBetween { at, observations } => {
            let message = format!(
                "on {observations} days, the first of them {}, nothing was used, and before and after something was: \
                 some sources write 0 where they measured nothing",
                at.date()
            );
            Some(Finding { code: Oddity::ZerosBetween, message })
        }
        _ => None,
    })
}

/// The months of the last year in which more was used than there is today, the last by name. What there was in months
/// before, and before the pool follows its pattern of today, is not known.
pub(super) fn above(
    pool: &capacity_pool::Model,
    supplied: &Supplied,
    months: &[MonthFigures],
    as_of: NaiveDate,
) -> Option<Finding> {
    let usable = if supplied.layers.ratio.is_some() { "usable without overcommitment" } else { "usable" };
    // Cores are not what virtual processors are counted in.
    let raw = supplied.layers.raw.quantity.filter(|_| !contents::is_of_hosts(pool.resource));
    let known = [(usable, supplied.layers.usable_once()), ("raw", raw)];
    let (layer, most) = known.into_iter().find_map(|(name, quantity)| Some((name, quantity?)))?;
    let year = Month::of(as_of).plus(-YEAR);
    let from = pool.fit_from.map_or(year, |day| year.max(first_whole(day)));
    let peak = |figures: &MonthFigures| figures.peak.map(Quantity::to_decimal).filter(|peak| *peak > most);
    let counting = months.iter().filter(|figures| figures.month >= from);
    let above: Vec<(Month, Decimal)> =
        counting.filter_map(|figures| Some((figures.month, peak(figures)?))).collect();
    let (month, peak) = above.last()?;
    let so = if above.len() > 1 { format!("; so it was in {} months", above.len()) } else { String::new() };
    let message = format!("{peak} was used in {month}, more than {layer}, {most}{so}");
    Some(Finding { code: Oddity::UsedAboveCapacity, message })
}
