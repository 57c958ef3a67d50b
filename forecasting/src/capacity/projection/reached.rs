//! What the last months observed say of when a pool is out, or that they say nothing.

use crate::capacity::exhaustion::Exhaustion;
use crate::capacity::regression::{COVERAGE_MIN_PERCENT, POINTS_MIN, Point, Reason};
use crate::capacity::supply::Supply;
use crate::month::Month;

/// Since when what was used last is no longer below what there is, up to a month, where it was below it in its own: supply
/// has fallen since.
pub(super) fn since_fall(last: &Point, supply: &Supply, now: Month) -> Option<Exhaustion> {
    let reached = |month: &Month| last.value >= supply.in_month(*month);
    let months = u32::try_from(now.since(last.month)).unwrap_or_default();
    let months: Vec<Month> = last.month.next().range(months).collect();
    let since = months.into_iter().rev().take_while(reached).last()?;
    Some(if since < now { Exhaustion::AlreadyReached(since) } else { Exhaustion::Reached(since) })
}

/// Why points say nothing of a date.
pub(super) fn too_little(points: &[Point]) -> Option<Reason> {
    if points.len() < POINTS_MIN {
        return Some(Reason::TooFewPoints { points: points.len(), needed: POINTS_MIN });
    }
    let (first, last) = (points.first()?.month, points.last()?.month);
    let months = last.since(first) as usize + 1;
    (points.len() * 100 < months * COVERAGE_MIN_PERCENT)
        .then_some(Reason::Gaps { points: points.len(), months })
}
