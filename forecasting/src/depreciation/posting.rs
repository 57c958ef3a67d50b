//! Posts an entry month by month, as a bookkeeper would: what is posted stays, and what happens later changes later
//! months only.

use std::collections::VecDeque;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::convention::Convention;
use super::entry::{BookTerms, Change, Entry, Event, Plan};
use super::ledger::{Balance, DisposalPosting, Move};
use super::macrs::MacrsSchedule;
use super::method::Curve;
use super::pace::{NewLife, Pace, rule_pace};
use super::schedule::{Basis, Disposal};
use super::weeks::share_by_weeks;
use crate::error::{ForecastError, Result};
use crate::money::{Rounding, bounded, proportion};
use crate::month::Month;

/// An event with the day from which it counts.
#[derive(Clone, Copy)]
pub(super) struct Counted<'a> {
    pub(super) from: NaiveDate,
    pub(super) event: &'a Event,
    /// Whether it was posted already, before something became known that happened earlier: then it may find less to
    /// change than it did, and is no mistake.
    pub(super) was_posted: bool,
}

/// An entry as it would have been posted, had all that is known of it been known in time.
pub(super) struct Run {
    /// The first month.
    pub(super) first: Month,
    /// Accumulated depreciation that it came with.
    pub(super) before: Decimal,
    /// Accumulated depreciation at the end of each month from the first.
    pub(super) amounts: Vec<Decimal>,
    /// The entry itself, and what came or went.
    pub(super) moves: Vec<Move>,
    pub(super) disposals: Vec<DisposalPosting>,
    /// When all of it was gone: the day that it left the book, and the day that it happened.
    pub(super) gone: Option<(NaiveDate, NaiveDate)>,
}

impl Run {
    /// Posts an entry with events.
    pub(super) fn new(
        terms: &BookTerms,
        entry: &Entry,
        basis: &Basis,
        by_weeks: bool,
        mut events: Vec<Counted<'_>>,
    ) -> Result<Self> {
        events.sort_by_key(|one| (one.from, one.event.date, one.event.change.rank()));
        let mut poster = Poster::new(terms, entry, basis, by_weeks)?;
        let (first, before) = (entry.first(), poster.accumulated);
        let amounts = poster.run(events, first)?;
        let Poster { moves, disposals, gone, .. } = poster;
        Ok(Self { first, before, amounts, moves, disposals, gone })
    }

    /// Accumulated depreciation at the end of a month.
    pub(super) fn accumulated(&self, month: Month) -> Decimal {
        match usize::try_from(month.since(self.first)) {
            Ok(index) => self.amounts.get(index).or(self.amounts.last()).copied().unwrap_or_default(),
            Err(_) => self.before,
        }
    }

    /// The month of the last charge or event.
    pub(super) fn last(&self) -> Month {
        self.first.plus(i32::try_from(self.amounts.len()).unwrap_or(i32::MAX).saturating_sub(1))
    }
}

struct Poster<'a> {
    terms: &'a BookTerms,
    pace: Pace,
    rounding: Rounding,
    /// Cost of what is there, and when the pace was set.
    cost: Decimal,
    paced_cost: Decimal,
    salvage: Decimal,
    accumulated: Decimal,
    impairment: Decimal,
    moves: Vec<Move>,
    disposals: Vec<DisposalPosting>,
    gone: Option<(NaiveDate, NaiveDate)>,
    by_weeks: bool,
    /// Shared by weeks: accumulated at the end of the next months, to the end of the fiscal year.
    shared: VecDeque<Decimal>,
    /// A month that is charged for more time than itself and is not shared.
    uneven: Option<Month>,
}

impl<'a> Poster<'a> {
    fn new(terms: &'a BookTerms, entry: &Entry, basis: &Basis, by_weeks: bool) -> Result<Self> {
        let (pace, rounding) = match &entry.plan {
            Plan::Rule(rule) => (Pace::Rule(rule_pace(rule, basis, terms)), rule.rounding),
            Plan::Macrs(macrs) => {
                let schedule = MacrsSchedule::new(macrs, basis.cost, basis.in_service, &terms.calendar)?;
                (Pace::Macrs(schedule), Rounding::Cumulative)
            }
        };
        let open = entry.open();
        let mut addition = Move::new(entry.in_service.max(open.first_day()));
        addition.added.cost = basis.cost.amount;
        let mut poster = Self {
            terms,
            pace,
            rounding,
            cost: basis.cost.amount,
            paced_cost: basis.cost.amount,
            salvage: basis.salvage,
            accumulated: Decimal::ZERO,
            impairment: Decimal::ZERO,
            moves: Vec::new(),
            disposals: Vec::new(),
            gone: None,
            by_weeks,
            shared: VecDeque::new(),
            uneven: begins_unevenly(entry).then(|| Month::of(basis.in_service)),
        };
        if let Some(opening) = entry.opening {
            poster.accumulated = terms.currency.round(opening.accumulated);
            addition.added.accumulated = poster.accumulated;
            poster.reconsider(opening.month.plus(-1), NewLife::Same)?;
        }
        poster.moves.push(addition);
        Ok(poster)
    }

    /// Accumulated depreciation at the end of each month from `first` to the last charge or event.
    fn run(&mut self, events: Vec<Counted<'_>>, first: Month) -> Result<Vec<Decimal>> {
        let mut events = events.into_iter().peekable();
        let mut amounts = Vec::new();
        let mut month = first;
        loop {
            let mut late = Vec::new();
            while let Some(one) = events.next_if(|one| Month::of(one.from) <= month) {
                let disposal = matches!(one.event.change, Change::Disposal { .. });
                if one.from == month.last_day() && !disposal {
                    late.push(one);
                } else {
                    self.apply(one, month.plus(-1))?;
                }
            }
            self.accumulated = self.next(month)?;
            for one in late {
                self.apply(one, month)?;
            }
            amounts.push(self.accumulated);
            let over = self.is_over(month) && events.peek().is_none();
            if over || month == month.next() {
                return Ok(amounts);
            }
            month = month.next();
        }
    }

    /// Applies an event after the charges up to a month.
    fn apply(&mut self, one: Counted<'_>, upto: Month) -> Result<()> {
        let Counted { from: effective, event, was_posted } = one;
        if self.is_gone() {
            return Err(after_all_is_gone(event));
        }
        self.shared.clear();
        match event.change {
            Change::Disposal { portion, sale } => {
                let leaving = portion.cost_of(self.cost, self.terms.currency)?;
                self.dispose(event.date, effective, leaving, &sale, upto);
                self.gone = self.is_gone().then_some((effective, event.date));
                Ok(())
            }
            Change::Impairment { recoverable, salvage } => {
                self.refuse_by_tables("event.impairment", &recoverable)?;
                let recoverable = self.terms.currency.round(bounded(recoverable, "recoverable")?);
                let mut loss = self.book_value() - recoverable;
                if was_posted {
                    loss = loss.max(Decimal::ZERO);
                } else if recoverable < Decimal::ZERO || loss <= Decimal::ZERO {
                    let rule = "an impairment leaves something between zero and less than the book value";
                    return Err(ForecastError::invalid("event.recoverable", &recoverable, rule));
                }
                self.impairment += loss;
                self.moves.push(Move { impairment: loss, ..Move::new(effective) });
                self.change_salvage(salvage, was_posted)?;
                self.reconsider(upto, NewLife::Same)
            }
            Change::LifeChange { life_months, salvage } => {
                self.refuse_by_tables("event.life_months", &life_months)?;
                self.change_salvage(salvage, was_posted)?;
                self.reconsider(upto, NewLife::Whole(life_months))
            }
            Change::AddedLife { months, salvage } => {
                self.refuse_by_tables("event.added_months", &months)?;
                self.change_salvage(salvage, was_posted)?;
                self.reconsider(upto, NewLife::Added(months))
            }
            Change::RemainingLife { months, salvage } => {
                self.refuse_by_tables("event.remaining_months", &months)?;
                self.change_salvage(salvage, was_posted)?;
                self.reconsider(upto, NewLife::Left(months))
            }
            // A posting begins with the day of service that it knows.
            Change::Service { .. } => Ok(()),
        }
    }

    fn refuse_by_tables(&self, field: &'static str, value: &dyn std::fmt::Display) -> Result<()> {
        match self.pace {
            Pace::Rule(_) => Ok(()),
            Pace::Macrs(_) => {
                let rule = "tax tables know neither impairments nor changes of life";
                Err(ForecastError::invalid(field, &value.to_string(), rule))
            }
        }
    }

    fn change_salvage(&mut self, salvage: Option<Decimal>, was_posted: bool) -> Result<()> {
        let mut salvage = match salvage {
            Some(salvage) => self.terms.currency.round(bounded(salvage, "salvage")?),
            None => self.salvage,
        };
        if was_posted {
            salvage = salvage.min(self.book_value());
        }
        if salvage < Decimal::ZERO || salvage > self.book_value() {
            let rule = "salvage is between zero and the book value";
            return Err(ForecastError::invalid("event.salvage", &salvage, rule));
        }
        self.salvage = salvage;
        Ok(())
    }

    /// Spreads the book value over what is left of life after a month.
    fn reconsider(&mut self, upto: Month, life: NewLife) -> Result<()> {
        let book_value = self.book_value();
        let Pace::Rule(pace) = &mut self.pace else { return Ok(()) };
        let passed = if upto < pace.timeline.first { 0 } else { pace.timeline.counted(upto).max(0) };
        pace.relive(life, upto, passed)?;
        let (whole, life) = (pace.whole.max(1), pace.rule.life_months);
        pace.start = passed;
        pace.left = (whole - passed).max(0);
        let months = (u64::try_from(pace.left).unwrap_or(0) * u64::from(life)).div_ceil(whole.unsigned_abs());
        pace.curve = Curve::remaining(pace.rule.method, book_value, self.salvage, months as u32, life);
        pace.base = self.accumulated;
        self.paced_cost = self.cost;
        Ok(())
    }

    fn dispose(
        &mut self,
        date: NaiveDate,
        effective: NaiveDate,
        leaving: Decimal,
        sale: &Disposal,
        upto: Month,
    ) {
        let currency = self.terms.currency;
        let (cost, all) = (self.cost, leaving == self.cost);
        let share =
            |amount: Decimal| if all { amount } else { currency.round(proportion(amount, leaving, cost)) };
        let (impairment, salvage) = (share(self.impairment), share(self.salvage));
        // No cent may be left over or missing where the parts are rounded one by one.
        let most = leaving - impairment - salvage;
        let written_off = self.accumulated == self.most();
        let least_carried = self.accumulated - (self.most() - most);
        let carried = if written_off { most } else { share(self.accumulated).max(least_carried) };
        let (exact, before) = (self.exact_at_exit(date), self.exact(upto));
        let counted = if written_off && exact >= before {
            carried
        } else if self.is_over_at_exit(date) {
            share(self.end())
        } else if self.by_weeks || self.rounding == Rounding::LastPeriod {
            // What was posted differs from the exact figure and stays; only the time since is counted.
            carried + share(currency.round(exact - before))
        } else {
            share(currency.round(exact))
        };
        let removed = Balance { cost: leaving, accumulated: counted.clamp(Decimal::ZERO, most), impairment };
        self.salvage -= salvage;
        self.cost -= leaving;
        self.accumulated -= carried;
        self.impairment -= impairment;
        let gain = sale.proceeds.saturating_sub(sale.cost_of_sale).saturating_sub(removed.book_value());
        self.moves.push(Move { removed, carried, ..Move::new(effective) });
        self.disposals.push(DisposalPosting {
            date,
            month: Month::of(effective),
            removed,
            gain,
            sale: *sale,
        });
    }

    /// The most that can be depreciated of what is there.
    fn most(&self) -> Decimal {
        self.cost - self.impairment - self.salvage
    }

    fn book_value(&self) -> Decimal {
        self.cost - self.accumulated - self.impairment
    }

    /// Whether all of it was disposed of.
    fn is_gone(&self) -> bool {
        self.cost.is_zero() && !self.disposals.is_empty()
    }

    fn is_over(&self, month: Month) -> bool {
        self.is_gone()
            || match &self.pace {
                Pace::Rule(pace) => pace.is_over(pace.passed(month)),
                Pace::Macrs(schedule) => schedule.is_over(month),
            }
    }

    /// Accumulated depreciation at the end of the month after the last one that was posted.
    fn next(&mut self, month: Month) -> Result<Decimal> {
        if !self.by_weeks || self.uneven == Some(month) {
            return Ok(self.target(month, self.accumulated));
        }
        if self.shared.is_empty() {
            let calendar = &self.terms.calendar;
            let end = calendar.first_month(calendar.fiscal_year_of(month)).plus(11).max(month);
            let (mut exact, mut closing) = (Vec::new(), self.accumulated);
            let mut before = self.exact(month.plus(-1));
            for month in month.range(end.since(month).unsigned_abs() + 1) {
                let after = self.exact(month);
                exact.push(after - before);
                before = after;
                closing = self.target(month, closing);
            }
            let mut sum = self.accumulated;
            for charge in share_by_weeks(self.terms, month, &exact, closing - sum)? {
                sum += charge;
                self.shared.push_back(sum);
            }
        }
        Ok(self.shared.pop_front().unwrap_or(self.accumulated))
    }

    /// What shall have been posted by the end of a month, after what was posted before it.
    fn target(&self, month: Month, posted: Decimal) -> Decimal {
        let (currency, end) = (self.terms.currency, self.end());
        if self.is_over(month) {
            return end;
        }
        let exact = self.exact(month);
        let target = match self.rounding {
            Rounding::Cumulative => currency.round(exact),
            Rounding::LastPeriod => posted + currency.round(exact - self.exact(month.plus(-1))),
        };
        target.min(end)
    }

    /// What shall have been posted when life is over.
    fn end(&self) -> Decimal {
        let currency = self.terms.currency;
        match &self.pace {
            // A declining balance that never switches leaves something.
            Pace::Rule(pace) if !pace.curve.writes_off(currency) => {
                currency.round(self.exact_at_end()).min(self.most())
            }
            Pace::Rule(_) | Pace::Macrs(_) => self.most(),
        }
    }

    fn exact_at_end(&self) -> Decimal {
        self.kept(match &self.pace {
            Pace::Rule(pace) => pace.base + pace.curve.at_end(),
            Pace::Macrs(schedule) => schedule.at_end(),
        })
    }

    fn exact(&self, month: Month) -> Decimal {
        self.kept(match &self.pace {
            Pace::Rule(pace) => pace.at(pace.passed(month)),
            Pace::Macrs(schedule) => schedule.exact(month),
        })
    }

    /// What has been depreciated in all of what is there, if it leaves on a date.
    fn exact_at_exit(&self, date: NaiveDate) -> Decimal {
        self.kept(match &self.pace {
            // Nothing is taken back from before the pace was set.
            Pace::Rule(pace) => pace.at(pace.timeline.exit(date, &self.terms.calendar) - pace.start),
            Pace::Macrs(schedule) => schedule.exit(date),
        })
    }

    fn is_over_at_exit(&self, date: NaiveDate) -> bool {
        match &self.pace {
            Pace::Rule(pace) => pace.is_over(pace.timeline.exit(date, &self.terms.calendar) - pace.start),
            Pace::Macrs(schedule) => schedule.exit(date) == schedule.at_end(),
        }
    }

    /// The part that what is still there has in an amount.
    fn kept(&self, amount: Decimal) -> Decimal {
        proportion(amount, self.cost, self.paced_cost)
    }
}

/// The refusal of what happens to nothing.
pub(super) fn after_all_is_gone(event: &Event) -> ForecastError {
    ForecastError::invalid("event.date", &event.date, "nothing happens after all was disposed of")
}

/// Whether the first month is charged for more time than itself.
fn begins_unevenly(entry: &Entry) -> bool {
    match &entry.plan {
        Plan::Rule(rule) => matches!(rule.convention, Convention::MidQuarter | Convention::HalfYear),
        Plan::Macrs(macrs) => !macrs.bonus_rate.is_zero(),
    }
}
