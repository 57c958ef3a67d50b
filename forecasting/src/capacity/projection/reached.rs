//! When demand that was carried on reaches supply: by its months, and by the last that were observed.

use chrono::NaiveDate;

use super::{Projection, Question};
use crate::capacity::exhaustion::{Exhaustion, Exhaustions, Fan, FanPoint, both, exhaustion};
use crate::capacity::regression::{COVERAGE_MIN_PERCENT, POINTS_MIN, Point, Reason};
use crate::capacity::supply::Supply;
use crate::error::Result;
use crate::month::Month;

impl Question {
    /// When demand that was carried on for the same points reaches the supply of this question, with its events: nothing is
    /// fitted anew, so that many supplies can be asked about. What is assumed of growth does not count, as in a question
    /// without any.
    ///
    /// # Errors
    ///
    /// As [`answer`](Self::answer).
    pub fn reached(&self, carried_on: &Projection) -> Result<Exhaustions> {
        let (Some(last), false) = (carried_on.last, carried_on.points.is_empty()) else {
            return Ok(carried_on.exhaustions);
        };
        let fan = carried_on.points.iter().map(|it| FanPoint { month: it.month, p50: it.p50, p90: it.p90 });
        let fan = self.events.over(&Fan::new(fan.collect())?, last.last_day())?.fan;
        Ok(self.exhaustions(&self.counting()?, &fan, last.last_day(), carried_on.rises))
    }

    pub(super) fn exhaustions(
        &self,
        points: &[Point],
        fan: &Fan,
        observed_until: NaiveDate,
        rises: bool,
    ) -> Exhaustions {
        let Some(supply) = &self.supply else {
            return both(Exhaustion::NotComputable { reason: Reason::SupplyUnknown });
        };
        let now = Month::of(self.as_of);
        let reached = |point: &&Point| point.value >= supply.in_month(point.month);
        if let Some(last) = points.last().filter(reached)
            && last.value >= supply.in_month(now)
        {
            let since = points.iter().rev().take_while(reached).last().map_or(last.month, |it| it.month);
            return both(Exhaustion::AlreadyReached(since));
        }
        if let Some(reason) = too_little(points) {
            let fallen = points.last().and_then(|last| since_fall(last, supply, now));
            return both(fallen.unwrap_or(Exhaustion::NotComputable { reason }));
        }
        let moves = self.events.add_after(observed_until) || supply.falls_after(observed_until);
        if fan.points().is_empty() || (!rises && !moves) {
            let end = self.until.map_or(self.wanted(), |until| until.min(self.wanted()));
            return both(Exhaustion::NotWithinHorizon(end));
        }
        exhaustion(fan, supply, self.as_of)
    }
}

/// Since when what was used last is no longer below what there is, up to a month, where it was below it in its own: supply
/// has fallen since.
fn since_fall(last: &Point, supply: &Supply, now: Month) -> Option<Exhaustion> {
    let reached = |month: &Month| last.value >= supply.in_month(*month);
    let months = u32::try_from(now.since(last.month)).unwrap_or_default();
    let months: Vec<Month> = last.month.next().range(months).collect();
    let since = months.into_iter().rev().take_while(reached).last()?;
    Some(if since < now { Exhaustion::AlreadyReached(since) } else { Exhaustion::Reached(since) })
}

/// Why points say nothing of a date.
fn too_little(points: &[Point]) -> Option<Reason> {
    if points.len() < POINTS_MIN {
        return Some(Reason::TooFewPoints { points: points.len(), needed: POINTS_MIN });
    }
    let (first, last) = (points.first()?.month, points.last()?.month);
    let months = last.since(first) as usize + 1;
    (points.len() * 100 < months * COVERAGE_MIN_PERCENT)
        .then_some(Reason::Gaps { points: points.len(), months })
}
