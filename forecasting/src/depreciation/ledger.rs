//! One entry of a book, posted: balances, charges and movements of any month.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::catch_up::post;
use super::entry::{BookTerms, Entry, PeriodSharing, Plan};
use super::movements::Movements;
use super::schedule::{Depreciation, Disposal};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, times};
use crate::month::{FiscalCalendar, Month, Pattern};

/// What stands in the books at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// Capitalised cost.
    pub cost: Decimal,
    /// Depreciation accumulated.
    pub accumulated: Decimal,
    /// Impairment losses.
    pub impairment: Decimal,
}

impl Balance {
    /// Cost less accumulated depreciation less impairment.
    pub fn book_value(&self) -> Decimal {
        self.cost - self.accumulated - self.impairment
    }

    /// What leaving it behind would write off, if a sale brings a share of the book value; rounded to the minor unit.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a share outside 0 to 10.
    pub fn write_off(&self, proceeds_rate: Decimal, currency: Currency) -> Result<WriteOff> {
        if proceeds_rate < Decimal::ZERO || proceeds_rate > Decimal::TEN {
            let rule = "what a sale brings is a share of the book value: 0.1 is 10 %";
            return Err(ForecastError::invalid("proceeds_rate", &proceeds_rate, rule));
        }
        let book_value = self.book_value();
        let proceeds = currency.round(times(book_value, proceeds_rate, "proceeds")?);
        Ok(WriteOff { book_value, proceeds, loss: book_value - proceeds })
    }
}

/// What leaving something behind writes off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOff {
    /// The book value that leaves.
    pub book_value: Decimal,
    /// What a sale is taken to bring.
    pub proceeds: Decimal,
    /// The first less the second; below zero it is a gain.
    pub loss: Decimal,
}

/// What a month does to an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The month.
    pub month: Month,
    /// Depreciation charged. Negative where a disposal takes back what its convention does not count.
    pub charge: Decimal,
    /// Impairment loss.
    pub impairment: Decimal,
    /// What stands in the books at the end of the month.
    pub closing: Balance,
}

/// What an open month makes good of closed ones, for something that became known late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CatchUp {
    /// The open month.
    pub month: Month,
    /// Of the depreciation charged in it, what the closed months would have been charged less what they were charged.
    pub charge: Decimal,
    /// The same of impairment losses.
    pub impairment: Decimal,
}

/// A disposal as it was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisposalPosting {
    /// The day it happened.
    pub date: NaiveDate,
    /// The month it is posted in.
    pub month: Month,
    /// What left the books; its depreciation includes that of the last month.
    pub removed: Balance,
    /// Proceeds less cost of sale less the book value of what left; negative is a loss.
    pub gain: Decimal,
    /// What it brought, and what selling cost.
    pub sale: Disposal,
}

/// Cost, accumulated depreciation or impairment that comes or goes other than by a charge.
#[derive(Debug, Clone, Copy)]
pub(super) struct Move {
    /// The day it takes effect in the book.
    pub(super) date: NaiveDate,
    pub(super) added: Balance,
    pub(super) impairment: Decimal,
    pub(super) removed: Balance,
    /// Of the accumulated depreciation that is removed, what was posted before the month.
    pub(super) carried: Decimal,
    /// Depreciation of closed months that counts from the day.
    pub(super) caught_up: Decimal,
}

impl Move {
    pub(super) fn new(date: NaiveDate) -> Self {
        let none = Balance::default();
        let zero = Decimal::ZERO;
        Self { date, added: none, impairment: zero, removed: none, carried: zero, caught_up: zero }
    }
}

/// Depreciation accumulated by month.
#[derive(Debug, Clone)]
enum Accumulated {
    /// Nothing ever happened to the entry: computed when asked for.
    ByRule(Box<Depreciation>),
    /// At the end of consecutive months.
    Posted { first: Month, amounts: Vec<Decimal> },
}

/// An entry of a book that can answer for any month.
#[derive(Debug, Clone)]
pub struct Ledger {
    accumulated: Accumulated,
    /// By date; the first is the entry itself.
    moves: Vec<Move>,
    disposals: Vec<DisposalPosting>,
    catch_ups: Vec<CatchUp>,
}

/// An entry, posted.
pub(super) struct Posted {
    pub(super) first: Month,
    pub(super) amounts: Vec<Decimal>,
    pub(super) moves: Vec<Move>,
    pub(super) disposals: Vec<DisposalPosting>,
    pub(super) catch_ups: Vec<CatchUp>,
}

impl Posted {
    /// Nothing posted yet.
    pub(super) fn new(first: Month) -> Self {
        Self { first, amounts: Vec::new(), moves: Vec::new(), disposals: Vec::new(), catch_ups: Vec::new() }
    }
}

impl Ledger {
    /// Posts an entry in a book.
    ///
    /// # Errors
    ///
    /// [`ForecastError::CurrencyMismatch`] for a cost in another currency than
    /// the book's. [`ForecastError::Invalid`] for what
    /// [`Depreciation::new`] refuses, a bonus outside a tax book, an opening that does not fit, an event before entry
    /// into service or after all was disposed of, an impairment that is none, a salvage above the book value, more
    /// disposed of than there is, or impairments and changes of life by tax tables, which know neither.
    pub fn new(terms: &BookTerms, entry: &Entry) -> Result<Self> {
        let basis = entry.check(terms)?;
        let by_weeks = terms.sharing == PeriodSharing::Weeks && terms.calendar.pattern != Pattern::Months;
        let plain = entry.events.is_empty()
            && entry.opening.is_none()
            && entry.depreciable_from.is_none()
            && entry.open() == Month::of(entry.in_service)
            && !by_weeks;
        if let (Plan::Rule(rule), true) = (&entry.plan, plain) {
            let depreciation = Depreciation::new(rule, &basis, &terms.calendar)?;
            let mut addition = Move::new(entry.in_service);
            addition.added.cost = basis.cost.amount;
            let accumulated = Accumulated::ByRule(Box::new(depreciation));
            return Ok(Self {
                accumulated,
                moves: vec![addition],
                disposals: Vec::new(),
                catch_ups: Vec::new(),
            });
        }
        let posted = post(terms, entry, &basis, by_weeks)?;
        let accumulated = Accumulated::Posted { first: posted.first, amounts: posted.amounts };
        let Posted { moves, disposals, catch_ups, .. } = posted;
        Ok(Self { accumulated, moves, disposals, catch_ups })
    }

    /// What stands in the books at the end of a month; nothing before the entry and after the disposal of all.
    pub fn balance(&self, month: Month) -> Balance {
        let mut balance = Balance { accumulated: self.accumulated(month), ..Balance::default() };
        for step in self.moves.iter().take_while(|step| Month::of(step.date) <= month) {
            balance.cost += step.added.cost - step.removed.cost;
            balance.impairment += step.added.impairment + step.impairment - step.removed.impairment;
        }
        balance
    }

    /// What stands in the books on a date. Charges are posted on the last day of each month; what comes, goes or is
    /// impaired counts from its day, and what is caught up from the first day of the open month.
    pub fn balance_on(&self, date: NaiveDate) -> Balance {
        let month = Month::of(date);
        if date == month.last_day() {
            return self.balance(month);
        }
        let mut balance =
            if month == month.plus(-1) { Balance::default() } else { self.balance(month.plus(-1)) };
        for step in self.moves.iter().filter(|step| step.date <= date && Month::of(step.date) == month) {
            balance.cost += step.added.cost - step.removed.cost;
            balance.accumulated += step.added.accumulated + step.caught_up - step.carried;
            balance.impairment += step.added.impairment + step.impairment - step.removed.impairment;
        }
        balance
    }

    /// The book value on a date, as [`balance_on`](Self::balance_on) has it.
    pub fn book_value(&self, date: NaiveDate) -> Decimal {
        self.balance_on(date).book_value()
    }

    /// What a month does to the entry.
    pub fn posting(&self, month: Month) -> Posting {
        let movements = self.movements(month, month);
        let closing = self.balance(month);
        Posting { month, charge: movements.charge, impairment: movements.impairment, closing }
    }

    /// Depreciation charged in a month.
    pub fn charge(&self, month: Month) -> Decimal {
        self.movements(month, month).charge
    }

    /// Depreciation charged in consecutive months.
    pub fn charges(&self, from: Month, months: u32) -> Vec<Decimal> {
        match &self.accumulated {
            Accumulated::ByRule(depreciation) => depreciation.charges(from, months),
            Accumulated::Posted { .. } => from.range(months).map(|month| self.charge(month)).collect(),
        }
    }

    /// Impairment losses by month, in order; one that a late event makes smaller is taken back by another below zero.
    pub fn impairments(&self) -> impl Iterator<Item = (Month, Decimal)> {
        let losses = self.moves.iter().filter(|step| !step.impairment.is_zero());
        losses.map(|step| (Month::of(step.date), step.impairment))
    }

    /// Every month from the entry to the last charge or event.
    pub fn schedule(&self) -> Vec<Posting> {
        let (first, months) = match &self.accumulated {
            Accumulated::ByRule(depreciation) => {
                (Month::of(depreciation.basis().in_service), depreciation.schedule().len())
            }
            Accumulated::Posted { first, amounts } => (*first, amounts.len()),
        };
        first.range(months as u32).map(|month| self.posting(month)).collect()
    }

    /// Depreciation charged by fiscal year, from the year of the entry to that of the last charge or event.
    pub fn yearly(&self, calendar: &FiscalCalendar) -> BTreeMap<i32, Decimal> {
        let mut years = BTreeMap::new();
        for posting in self.schedule() {
            *years.entry(calendar.fiscal_year_of(posting.month)).or_default() += posting.charge;
        }
        years
    }

    /// What open months make good of closed ones, in order.
    pub fn catch_ups(&self) -> &[CatchUp] {
        &self.catch_ups
    }

    /// All disposals, by date of posting.
    pub fn disposals(&self) -> &[DisposalPosting] {
        &self.disposals
    }

    /// How the balance at the start of `from` becomes that at the end of `to`.
    pub fn movements(&self, from: Month, to: Month) -> Movements {
        if to < from {
            return Movements::default();
        }
        // Nothing can stand in the books before the first month there is.
        let none_before = from == from.plus(-1);
        let opening = if none_before { Balance::default() } else { self.balance(from.plus(-1)) };
        let mut movements = Movements { opening, ..Movements::default() };
        for step in &self.moves {
            if (from..=to).contains(&Month::of(step.date)) {
                movements.added += step.added;
                movements.removed += step.removed;
                movements.impairment += step.impairment;
            }
        }
        for one in self.catch_ups.iter().filter(|one| (from..=to).contains(&one.month)) {
            movements.caught_up.accumulated += one.charge;
            movements.caught_up.impairment += one.impairment;
        }
        movements.charge = self.accumulated(to) - movements.opening.accumulated - movements.added.accumulated
            + movements.removed.accumulated;
        movements
    }

    fn accumulated(&self, month: Month) -> Decimal {
        match &self.accumulated {
            Accumulated::ByRule(depreciation) => depreciation.accumulated(month),
            Accumulated::Posted { first, amounts } => match usize::try_from(month.since(*first)) {
                Ok(index) => amounts.get(index).or(amounts.last()).copied().unwrap_or_default(),
                Err(_) => Decimal::ZERO,
            },
        }
    }
}
