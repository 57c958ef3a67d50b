//! What became known too late for its months: closed months stay as they were posted, and the first open one makes
//! good what they lack.
//!
//! An entry is posted once with what was known at first, and once more for each open month in which something became
//! known of closed ones, each time as if that had been known in time. A month takes its balance from the posting that
//! had all that was known in it; so the difference between two postings lands in the month that begins with the later.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::entry::{BookTerms, Change, Entry, Event};
use super::ledger::{CatchUp, DisposalPosting, Move, Posted};
use super::posting::{Counted, Run, after_all_is_gone};
use super::schedule::Basis;
use crate::error::Result;
use crate::month::Month;

/// Posts an entry; the amounts are accumulated depreciation at the end of each month from the first open one.
pub(super) fn post(terms: &BookTerms, entry: &Entry, basis: &Basis, by_weeks: bool) -> Result<Posted> {
    let open = entry.open();
    let late = entry.events.iter().filter(|event| is_late(entry, event));
    let mut known: Vec<Month> = late.map(|event| known_in(entry, event)).collect();
    known.push(open);
    known.sort_unstable();
    known.dedup();
    let mut stitched = Stitched { posted: Posted::new(open), accumulated: Decimal::ZERO, upto: open };
    let mut last = None;
    for (position, from) in known.iter().enumerate() {
        let next = known.get(position + 1).copied();
        let events = |first| counted(entry, (*from, next), first);
        let run = match entry.corrected(*from) {
            None => Run::new(terms, entry, basis, by_weeks, events(entry.first()))?,
            Some(known) => {
                let basis = known.check(terms)?;
                Run::new(terms, &known, &basis, by_weeks, events(known.first()))?
            }
        };
        stitched.add(&run, *from, next);
        last = Some(run);
    }
    if let Some((left, happened)) = last.and_then(|run| run.gone) {
        let is_after = |event: &&Event| match event.change {
            Change::Disposal { .. } => false,
            Change::Service { .. } => event.effective(open) > left,
            _ => (event.effective(open), event.date) > (left, happened),
        };
        if let Some(event) = entry.events.iter().find(is_after) {
            return Err(after_all_is_gone(event));
        }
    }
    Ok(stitched.posted)
}

/// The events that count in months from `from` on and before `next`. What happens later is for the next posting, which
/// knows more. Nothing happens before the first month that is charged; another first day of service is no event of the
/// posting, which begins with it.
fn counted(entry: &Entry, (from, next): (Month, Option<Month>), first: Month) -> Vec<Counted<'_>> {
    let is_first = from == entry.open();
    let events = entry.events.iter().filter(|event| !matches!(event.change, Change::Service { .. }));
    let events = events.filter(|event| known_in(entry, event) <= from || !is_late(entry, event));
    let events = events.map(|event| Counted {
        from: counts_from(entry, event, first),
        event,
        was_posted: !is_first && known_in(entry, event) < from,
    });
    events.filter(|one| next.is_none_or(|next| Month::of(one.from) < next)).collect()
}

/// The month in which an event is posted.
fn known_in(entry: &Entry, event: &Event) -> Month {
    Month::of(event.effective(entry.open()))
}

/// The day from which an event counts: its own, however late it became known. What leaves late leaves when that is
/// known, for what was sold cannot leave a closed month.
fn counts_from(entry: &Entry, event: &Event, first: Month) -> NaiveDate {
    match event.change {
        Change::Disposal { .. } => event.effective(entry.open()),
        Change::Service { .. } => first.first_day(),
        _ => event.date.max(first.first_day()),
    }
}

/// Whether an event belongs to months that were closed when it became known, and that had been posted without it.
fn is_late(entry: &Entry, event: &Event) -> bool {
    let known = known_in(entry, event);
    known > entry.open() && Month::of(counts_from(entry, event, entry.first())) < known
}

/// What has been posted so far.
struct Stitched {
    posted: Posted,
    /// Accumulated at the end of the month before `upto`.
    accumulated: Decimal,
    /// The first month that is not posted yet.
    upto: Month,
}

impl Stitched {
    /// Goes on with another posting, to the month before the next one begins.
    fn add(&mut self, run: &Run, from: Month, next: Option<Month>) {
        let is_here = |month: Month| month >= from && next.is_none_or(|next| month < next);
        let mut moves = run.moves.iter();
        let mut catching_up = Move::new(from.first_day());
        // The first move is the entry itself, and it came once.
        let came = moves.next().copied();
        if self.posted.moves.is_empty() {
            catching_up = came.unwrap_or(catching_up);
            self.accumulated = run.before;
        }
        let impaired: Decimal =
            run.moves.iter().filter(|step| Month::of(step.date) < from).map(impairment).sum();
        catching_up.caught_up = run.accumulated(from.plus(-1)) - self.accumulated;
        catching_up.impairment = impaired - self.posted.moves.iter().map(impairment).sum::<Decimal>();
        let found =
            CatchUp { month: from, charge: catching_up.caught_up, impairment: catching_up.impairment };
        if !found.charge.is_zero() || !found.impairment.is_zero() {
            self.posted.catch_ups.push(found);
        }
        self.posted.moves.push(catching_up);
        self.posted.moves.extend(moves.filter(|step| is_here(Month::of(step.date))));
        let disposals = run.disposals.iter().filter(|disposal| is_here(disposal.month));
        self.posted.disposals.extend(disposals.copied().collect::<Vec<DisposalPosting>>());
        let end = next.map_or_else(|| run.last().max(from), |next| next.plus(-1));
        while self.upto <= end {
            self.accumulated = run.accumulated(self.upto);
            self.posted.amounts.push(self.accumulated);
            if self.upto == self.upto.next() {
                break;
            }
            self.upto = self.upto.next();
        }
    }
}

fn impairment(step: &Move) -> Decimal {
    step.added.impairment + step.impairment - step.removed.impairment
}
