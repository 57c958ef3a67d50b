//! Posts an entry month by month, as a bookkeeper would: what is posted stays, and what happens later changes later
//! months only.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::convention::Convention;
use super::entry::{BookTerms, Change, Entry, Event, Plan};
use super::ledger::{Balance, DisposalPosting, Move, Posted};
use super::macrs::MacrsSchedule;
use super::method::Curve;
use super::schedule::{Basis, DepreciationRule, Disposal, LONGEST_LIFE};
use super::timeline::Timeline;
use super::weeks::share_by_weeks;
use crate::error::{ForecastError, Result};
use crate::money::{Rounding, bounded, proportion};
use crate::month::Month;

/// Posts an entry; the amounts are accumulated depreciation at the end of each month.
pub(super) fn post(terms: &BookTerms, entry: &Entry, basis: &Basis, by_weeks: bool) -> Result<Posted> {
    let open = entry.open();
    let mut poster = Poster::new(terms, entry, basis)?;
    let first = entry.opening.map_or(Month::of(entry.in_service), |opening| opening.month);
    let mut amounts = poster.run(entry, first, open)?;
    // Months that were closed when the entry was made stay as they are: all of it stands in the first open one.
    let closed = (open.since(first).max(0) as usize).min(amounts.len() - 1);
    amounts.drain(..closed);
    if by_weeks {
        let mut alone: BTreeSet<Month> =
            poster.moves.iter().skip(1).map(|step| Month::of(step.date)).collect();
        if open > first || poster.begins_unevenly(entry) {
            alone.insert(open);
        }
        let before = entry.opening.map_or(Decimal::ZERO, |_| poster.moves[0].added.accumulated);
        share_by_weeks(terms, open, before, &alone, &mut amounts)?;
    }
    Ok(Posted { first: open, amounts, moves: poster.moves, disposals: poster.disposals })
}

/// Where accumulated depreciation is heading, before any of the asset left.
enum Pace {
    Rule(RulePace),
    Macrs(MacrsSchedule),
}

/// A rule over what was left of a life when it was last reconsidered.
struct RulePace {
    timeline: Timeline,
    rule: DepreciationRule,
    curve: Curve,
    /// Accumulated before.
    base: Decimal,
    /// Life that had passed by then, and life that was left.
    start: i64,
    left: i64,
}

impl RulePace {
    fn at(&self, passed: i64) -> Decimal {
        let over = passed > 0 && passed >= self.left;
        self.base + if over { self.curve.at_end() } else { self.curve.accumulated(passed, self.left) }
    }

    fn passed(&self, month: Month) -> i64 {
        if month < self.timeline.first { 0 } else { self.timeline.counted(month) - self.start }
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
}

impl<'a> Poster<'a> {
    fn new(terms: &'a BookTerms, entry: &Entry, basis: &Basis) -> Result<Self> {
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
        };
        if let Some(opening) = entry.opening {
            poster.accumulated = terms.currency.round(opening.accumulated);
            addition.added.accumulated = poster.accumulated;
            poster.reconsider(opening.month.plus(-1), None);
        }
        poster.moves.push(addition);
        Ok(poster)
    }

    /// Accumulated depreciation at the end of each month from `first` to the last charge or event.
    fn run(&mut self, entry: &Entry, first: Month, open: Month) -> Result<Vec<Decimal>> {
        let mut events: Vec<(NaiveDate, &Event)> =
            entry.events.iter().map(|event| (event.effective(open), event)).collect();
        events.sort_by_key(|(effective, event)| (*effective, event.date, event.change.rank()));
        let mut events = events.into_iter().peekable();
        let mut amounts = Vec::new();
        let mut month = first;
        loop {
            let mut late = Vec::new();
            while let Some((effective, event)) = events.next_if(|(date, _)| Month::of(*date) <= month) {
                let disposal = matches!(event.change, Change::Disposal { .. });
                if effective == month.last_day() && !disposal {
                    late.push((effective, event));
                } else {
                    self.apply(event, effective, month.plus(-1))?;
                }
            }
            self.accumulated = self.target(month);
            for (effective, event) in late {
                self.apply(event, effective, month)?;
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
    fn apply(&mut self, event: &Event, effective: NaiveDate, upto: Month) -> Result<()> {
        if self.is_gone() {
            let rule = "nothing happens after all was disposed of";
            return Err(ForecastError::invalid("event.date", &event.date, rule));
        }
        match event.change {
            Change::Disposal { portion, sale } => {
                let leaving = portion.cost_of(self.cost, self.terms.currency)?;
                self.dispose(event.date, effective, leaving, &sale);
                Ok(())
            }
            Change::Impairment { recoverable, salvage } => {
                self.refuse_by_tables("event.impairment", &recoverable)?;
                let recoverable = self.terms.currency.round(bounded(recoverable, "recoverable")?);
                let loss = self.book_value() - recoverable;
                if recoverable < Decimal::ZERO || loss <= Decimal::ZERO {
                    let rule = "an impairment leaves something between zero and less than the book value";
                    return Err(ForecastError::invalid("event.recoverable", &recoverable, rule));
                }
                self.impairment += loss;
                self.moves.push(Move { impairment: loss, ..Move::new(effective) });
                self.change_salvage(salvage)?;
                self.reconsider(upto, None);
                Ok(())
            }
            Change::LifeChange { life_months, salvage } => {
                self.refuse_by_tables("event.life_months", &life_months)?;
                if !(1..=LONGEST_LIFE).contains(&life_months) {
                    let rule = "a life is 1 to 1,200 months";
                    return Err(ForecastError::invalid("event.life_months", &life_months, rule));
                }
                self.change_salvage(salvage)?;
                self.reconsider(upto, Some(life_months));
                Ok(())
            }
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

    fn change_salvage(&mut self, salvage: Option<Decimal>) -> Result<()> {
        let salvage = match salvage {
            Some(salvage) => self.terms.currency.round(bounded(salvage, "salvage")?),
            None => self.salvage,
        };
        if salvage < Decimal::ZERO || salvage > self.book_value() {
            let rule = "salvage is between zero and the book value";
            return Err(ForecastError::invalid("event.salvage", &salvage, rule));
        }
        self.salvage = salvage;
        Ok(())
    }

    /// Spreads the book value over what is left of life after a month.
    fn reconsider(&mut self, upto: Month, life_months: Option<u32>) {
        let book_value = self.book_value();
        let Pace::Rule(pace) = &mut self.pace else { return };
        if let Some(life_months) = life_months {
            pace.rule.life_months = life_months;
        }
        let life = pace.rule.life_months;
        let whole = pace.timeline.whole(life).max(1);
        let passed = if upto < pace.timeline.first { 0 } else { pace.timeline.counted(upto).max(0) };
        pace.start = passed;
        pace.left = (whole - passed).max(0);
        let months = (u64::try_from(pace.left).unwrap_or(0) * u64::from(life)).div_ceil(whole.unsigned_abs());
        pace.curve = Curve::remaining(pace.rule.method, book_value, self.salvage, months as u32, life);
        pace.base = self.accumulated;
        self.paced_cost = self.cost;
    }

    fn dispose(&mut self, date: NaiveDate, effective: NaiveDate, leaving: Decimal, sale: &Disposal) {
        let currency = self.terms.currency;
        let (cost, all) = (self.cost, leaving == self.cost);
        let share =
            |amount: Decimal| if all { amount } else { currency.round(proportion(amount, leaving, cost)) };
        let (impairment, salvage) = (share(self.impairment), share(self.salvage));
        // No cent may be left over or missing where the parts are rounded one by one.
        let most = leaving - impairment - salvage;
        let written_off = self.accumulated == self.most();
        let counted = share(currency.round(self.exact_at_exit(date))).min(most);
        let least_carried = self.accumulated - (self.most() - most);
        let carried = if written_off { most } else { share(self.accumulated).max(least_carried) };
        let removed =
            Balance { cost: leaving, accumulated: if written_off { most } else { counted }, impairment };
        self.salvage -= salvage;
        self.cost -= leaving;
        self.accumulated -= carried;
        self.impairment -= impairment;
        let gain = sale.proceeds.saturating_sub(sale.cost_of_sale).saturating_sub(removed.book_value());
        self.moves.push(Move { removed, carried, ..Move::new(effective) });
        self.disposals.push(DisposalPosting { date, month: Month::of(effective), removed, gain });
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
                Pace::Rule(pace) => month >= pace.timeline.first && pace.passed(month) >= pace.left,
                Pace::Macrs(schedule) => schedule.is_over(month),
            }
    }

    /// What shall have been posted by the end of a month.
    fn target(&self, month: Month) -> Decimal {
        let currency = self.terms.currency;
        let end = match &self.pace {
            // A declining balance that never switches leaves something.
            Pace::Rule(pace) if !pace.curve.writes_off(currency) => {
                currency.round(self.kept(pace.base + pace.curve.at_end())).min(self.most())
            }
            Pace::Rule(_) | Pace::Macrs(_) => self.most(),
        };
        if self.is_over(month) {
            return end;
        }
        let exact = self.exact(month);
        let target = match self.rounding {
            Rounding::Cumulative => currency.round(exact),
            Rounding::LastPeriod => self.accumulated + currency.round(exact - self.exact(month.plus(-1))),
        };
        target.min(end)
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

    /// The part that what is still there has in an amount.
    fn kept(&self, amount: Decimal) -> Decimal {
        proportion(amount, self.cost, self.paced_cost)
    }

    /// Whether the first month is charged for more time than itself.
    fn begins_unevenly(&self, entry: &Entry) -> bool {
        match &entry.plan {
            Plan::Rule(rule) => matches!(rule.convention, Convention::MidQuarter | Convention::HalfYear),
            Plan::Macrs(macrs) => !macrs.bonus_rate.is_zero(),
        }
    }
}

fn rule_pace(rule: &DepreciationRule, basis: &Basis, terms: &BookTerms) -> RulePace {
    let timeline = Timeline::new(basis.in_service, rule.convention, &terms.calendar);
    let left = timeline.whole(rule.life_months);
    let curve = Curve::new(rule.method, basis.cost.amount, basis.salvage, rule.life_months);
    RulePace { timeline, rule: *rule, curve, base: Decimal::ZERO, start: 0, left }
}
