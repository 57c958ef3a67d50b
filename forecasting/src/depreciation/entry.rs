//! What is written into a book about an asset: its plan and what happened to it.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::convention::Convention;
use super::macrs::Macrs;
use super::method::Method;
use super::schedule::{Basis, DepreciationRule, Disposal, LONGEST_LIFE, check};
use crate::error::{ForecastError, Result};
use crate::money::{Currency, Money, Rounding, bounded, proportion};
use crate::month::{FiscalCalendar, Month};

/// Whom a book is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BookKind {
    /// The organisation's own accounts.
    Book,
    /// The tax authority.
    Tax,
    /// Reports by international standards.
    Ifrs,
}

/// How the charge of a fiscal year falls on periods of unequal length, in a pattern of weeks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PeriodSharing {
    /// A period is charged what its nominal month is: for the straight line, a twelfth of the year.
    #[default]
    EqualPeriods,
    /// In proportion to the weeks of the period, so that a week costs the same all year.
    Weeks,
}

/// What all entries of a book have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookTerms {
    /// Whom it is kept for.
    pub kind: BookKind,
    /// The currency it is kept in.
    pub currency: Currency,
    /// Its fiscal years.
    pub calendar: FiscalCalendar,
    /// How a year's charge falls on unequal periods.
    pub sharing: PeriodSharing,
}

/// How an asset is written off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plan {
    /// By method, life and convention.
    Rule(DepreciationRule),
    /// By the tables of income tax in the United States, over the fiscal years of the book.
    Macrs(Macrs),
}

/// An asset in a book, or a component of one: what has a life of its own is entered by itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// How it is written off.
    pub plan: Plan,
    /// Capitalised cost, in the currency of the book.
    pub cost: Money,
    /// What is expected to be left at the end of life; tax tables ignore it.
    pub salvage: Decimal,
    /// The day it entered service.
    pub in_service: NaiveDate,
    /// The day its depreciation starts, where that is later than entry into service. Tax tables know no such day.
    pub depreciable_from: Option<NaiveDate>,
    /// What was depreciated before it came into this book, for an asset taken over in the middle of its life.
    pub opening: Option<Opening>,
    /// The first open month when it was entered. What belonged to months that were closed by then is caught up in
    /// this one.
    pub posted_from: Option<Month>,
    /// What happened to it, in any order. On one day impairments come first and disposals last.
    pub events: Vec<Event>,
}

/// The balance an asset came into a book with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Opening {
    /// The first month this book charges.
    pub month: Month,
    /// Depreciation accumulated before it.
    pub accumulated: Decimal,
}

/// Something that changes what is charged from then on, and never what was charged in a month that is closed. What
/// would have been charged otherwise since it happened is caught up in the first open month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// The day it happened. On the last day of a month it follows the charge of the month, on any other day it
    /// comes before it; disposals follow their convention instead.
    pub date: NaiveDate,
    /// The first open month when it became known, if that is later. An impairment or another life counts from its own
    /// day all the same, and what the months since then would have been charged otherwise stands in this one. What
    /// leaves late leaves in this one.
    pub posted_from: Option<Month>,
    /// What happened.
    pub change: Change,
}

/// What can happen to an asset in a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Change {
    /// It is worth less than its book value. The difference is a loss at once, and what remains is written off over
    /// what remains of its life.
    Impairment {
        /// What it is still worth, below its book value.
        recoverable: Decimal,
        /// The new salvage, if it changes too.
        salvage: Option<Decimal>,
    },
    /// It is expected to serve longer or shorter. The book value is written off over the new remaining life; a life
    /// that is already over is charged in the next month.
    LifeChange {
        /// The new whole life in months, counted from entry into service; 1 to 1,200.
        life_months: u32,
        /// The new salvage, if it changes too.
        salvage: Option<Decimal>,
    },
    /// It is expected to serve so much longer than its life so far, or shorter.
    AddedLife {
        /// Months by which the whole life becomes longer; below zero it becomes shorter.
        months: i32,
        /// The new salvage, if it changes too.
        salvage: Option<Decimal>,
    },
    /// It is expected to serve so many more months, counted from the first one that is not charged yet.
    RemainingLife {
        /// The months, at least one.
        months: u32,
        /// The new salvage, if it changes too.
        salvage: Option<Decimal>,
    },
    /// It turns out to have been in service since another day. Life is counted from that day, and what closed months
    /// would have been charged by it, less what they were, is caught up in the month in which the event is known. The
    /// cost stays where it was entered.
    Service {
        /// The day.
        in_service: NaiveDate,
    },
    /// All or part of it leaves the books.
    Disposal {
        /// How much of it.
        portion: Portion,
        /// What it brings.
        sale: Disposal,
    },
}

/// How much of an asset is disposed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Portion {
    /// All that is left.
    All,
    /// Some pieces of those that are left.
    Quantity {
        /// Pieces that leave, at least one.
        disposed: u32,
        /// Pieces before they leave.
        held: u32,
    },
    /// A part of the cost, in units of the currency.
    Cost(Decimal),
    /// A share of what is left, above 0 and at most 1.
    Share(Decimal),
}

impl Change {
    /// Whether nothing is left afterwards, whatever there was.
    pub fn disposes_of_all(&self) -> bool {
        matches!(self, Self::Disposal { portion: Portion::All, .. })
    }

    /// The order of what happens on one day.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Service { .. } | Self::Impairment { .. } => 0,
            Self::LifeChange { .. } | Self::AddedLife { .. } | Self::RemainingLife { .. } => 1,
            Self::Disposal { .. } => 2,
        }
    }
}

impl Portion {
    /// The cost that leaves, of the cost that is there.
    pub(super) fn cost_of(self, cost: Decimal, currency: Currency) -> Result<Decimal> {
        match self {
            Self::All => Ok(cost),
            Self::Quantity { disposed, held } => {
                if disposed == 0 || disposed > held {
                    let rule = "at least one piece leaves and no more than are held";
                    return Err(ForecastError::invalid("portion.disposed", &disposed, rule));
                }
                Ok(currency.round(proportion(cost, Decimal::from(disposed), Decimal::from(held))))
            }
            Self::Share(share) => {
                if share <= Decimal::ZERO || share > Decimal::ONE {
                    let rule = "the share that leaves is above 0 and at most 1: 0.25 is a quarter";
                    return Err(ForecastError::invalid("portion.share", &share, rule));
                }
                Ok(currency.round(proportion(cost, share, Decimal::ONE)))
            }
            Self::Cost(leaving) => {
                let leaving = currency.round(bounded(leaving, "portion.cost")?);
                if leaving <= Decimal::ZERO || leaving > cost {
                    let rule = "the cost that leaves is above zero and not above what is there";
                    return Err(ForecastError::invalid("portion.cost", &leaving, rule));
                }
                Ok(leaving)
            }
        }
    }
}

impl Event {
    /// The day from which it is posted: the day itself, or the first of the month that catches up.
    pub fn posted_on(&self) -> NaiveDate {
        self.posted_from.map_or(self.date, |month| self.date.max(month.first_day()))
    }

    /// The day it takes effect in a book that is open from a month on.
    pub(super) fn effective(&self, open: Month) -> NaiveDate {
        let open = self.posted_from.map_or(open, |month| month.max(open));
        self.date.max(open.first_day())
    }
}

impl Entry {
    /// The first month this book charges, had the asset been entered in time.
    pub(super) fn first(&self) -> Month {
        self.opening.map_or(Month::of(self.in_service), |opening| opening.month)
    }

    /// The first month this book has the asset in.
    pub(super) fn open(&self) -> Month {
        let first = self.first();
        self.posted_from.map_or(first, |month| month.max(first))
    }

    /// The entry as its first day of service is known in a month; none where no event says another one by then.
    pub(super) fn corrected(&self, known: Month) -> Option<Self> {
        let days = self.services().filter(|(effective, ..)| Month::of(*effective) <= known);
        let (.., in_service) = days.max()?;
        let depreciable_from = self.depreciable_from.map(|from| from.max(in_service));
        Some(Self { in_service, depreciable_from, events: Vec::new(), ..self.clone() })
    }

    /// When each other first day of service takes effect, when it became known, and the day.
    fn services(&self) -> impl Iterator<Item = (NaiveDate, NaiveDate, NaiveDate)> {
        let open = self.open();
        self.events.iter().filter_map(move |event| match event.change {
            Change::Service { in_service } => Some((event.effective(open), event.date, in_service)),
            _ => None,
        })
    }

    /// The other first day of service that counts in the end, with the day from which it does; none where the entry's
    /// own does.
    pub fn service_known(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.services().max().map(|(effective, _, in_service)| (effective, in_service))
    }

    /// The day on which all of it has left the book, as far as disposals of all that is left say so.
    pub fn left(&self) -> Option<NaiveDate> {
        let open = self.open();
        let all = self.events.iter().filter(|event| event.change.disposes_of_all());
        all.map(|event| event.effective(open)).min()
    }

    /// The first month in which anything of it is posted.
    pub fn first_posted(&self) -> Month {
        self.open()
    }

    /// Cost and salvage rounded to the minor unit, if all fields fit each other and the book.
    pub(super) fn check(&self, terms: &BookTerms) -> Result<Basis> {
        if self.cost.currency != terms.currency {
            return Err(ForecastError::CurrencyMismatch {
                expected: terms.currency.to_string(),
                found: self.cost.currency.to_string(),
            });
        }
        terms.calendar.check()?;
        let salvage = match self.plan {
            Plan::Rule(_) => self.salvage,
            Plan::Macrs(_) => Decimal::ZERO,
        };
        let in_service = self.starts()?;
        let basis = Basis { cost: self.cost, salvage, in_service, disposed: None };
        check(&self.rule(), &basis)?;
        if let Plan::Macrs(macrs) = &self.plan
            && !macrs.bonus_rate.is_zero()
            && terms.kind != BookKind::Tax
        {
            let rule = "only a tax book deducts a bonus";
            return Err(ForecastError::invalid("bonus_rate", &macrs.bonus_rate, rule));
        }
        let basis = Basis { cost: basis.cost.round(), salvage: terms.currency.round(basis.salvage), ..basis };
        self.check_opening(&basis)?;
        match self.events.iter().find(|event| event.date < self.in_service) {
            Some(event) => Err(ForecastError::invalid(
                "event.date",
                &event.date,
                "nothing happens before entry into service",
            )),
            None => Ok(basis),
        }
    }

    /// The day from which life is counted.
    fn starts(&self) -> Result<NaiveDate> {
        let Some(from) = self.depreciable_from else { return Ok(self.in_service) };
        if from < self.in_service {
            let rule = "nothing is depreciated before it is in service";
            return Err(ForecastError::invalid("depreciable_from", &from, rule));
        }
        if let Plan::Macrs(_) = self.plan {
            let rule = "tax tables begin with the day of entry into service";
            return Err(ForecastError::invalid("depreciable_from", &from, rule));
        }
        Ok(from)
    }

    /// The rule; one that is always sound where the plan has none.
    fn rule(&self) -> DepreciationRule {
        match self.plan {
            Plan::Rule(rule) => rule,
            Plan::Macrs(_) => DepreciationRule {
                method: Method::default(),
                life_months: LONGEST_LIFE,
                convention: Convention::default(),
                rounding: Rounding::default(),
            },
        }
    }

    fn check_opening(&self, basis: &Basis) -> Result<()> {
        let Some(opening) = self.opening else { return Ok(()) };
        if let Plan::Macrs(_) = self.plan {
            let rule = "tax tables begin with the day of entry into service";
            return Err(ForecastError::invalid("opening.accumulated", &opening.accumulated, rule));
        }
        if opening.month < Month::of(self.in_service) {
            let rule = "a book charges nothing before entry into service";
            return Err(ForecastError::invalid("opening.month", &opening.month, rule));
        }
        if !(Decimal::ZERO..=basis.cost.amount - basis.salvage).contains(&opening.accumulated) {
            let rule = "what was depreciated is between zero and cost less salvage";
            return Err(ForecastError::invalid("opening.accumulated", &opening.accumulated, rule));
        }
        Ok(())
    }
}
