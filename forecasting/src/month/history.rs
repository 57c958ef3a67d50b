//! Fiscal years of an organisation that changed its calendar, and the short year in between.

use super::{FiscalCalendar, Month};
use crate::error::{ForecastError, Result};

/// The calendars of an organisation, one after the other. The year that a change cuts off is short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiscalHistory {
    first: FiscalCalendar,
    /// From when on each later calendar holds, ascending.
    changes: Vec<(Month, FiscalCalendar)>,
}

/// The nominal months of a fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiscalSpan {
    /// Label of the fiscal year.
    pub fiscal_year: i32,
    /// First month.
    pub from: Month,
    /// Last month.
    pub to: Month,
}

impl FiscalSpan {
    /// Months, 1 to 12.
    pub fn months(&self) -> u32 {
        self.to.since(self.from).unsigned_abs() + 1
    }

    /// Whether a change of calendar cut it short.
    pub fn is_short(&self) -> bool {
        self.months() < 12
    }
}

impl FiscalHistory {
    /// A first calendar, and the months from which others hold instead.
    ///
    /// # Errors
    ///
    /// As [`FiscalCalendar::check`]; [`ForecastError::Invalid`] if changes do not ascend, one does not begin with a
    /// fiscal year of its calendar, or the year that begins would be labelled no later than the one it cuts short.
    pub fn new(first: FiscalCalendar, changes: Vec<(Month, FiscalCalendar)>) -> Result<Self> {
        first.check()?;
        let mut history = Self { first, changes: Vec::new() };
        for (from, calendar) in changes {
            calendar.check()?;
            let year = calendar.fiscal_year_of(from);
            let refuse = |rule| Err(ForecastError::invalid("changes.from", &from, rule));
            if history.changes.last().is_some_and(|(before, _)| *before >= from) {
                return refuse("changes of the calendar ascend and do not repeat");
            }
            if calendar.first_month(year) != from {
                return refuse("a calendar begins with the first month of one of its fiscal years");
            }
            if year <= history.year_of(from.plus(-1)).fiscal_year {
                return refuse("the year that begins has a later label than the one before");
            }
            history.changes.push((from, calendar));
        }
        Ok(history)
    }

    /// The calendar that holds in a month.
    pub fn calendar(&self, month: Month) -> &FiscalCalendar {
        let later = self.changes.iter().rev().find(|(from, _)| *from <= month);
        later.map_or(&self.first, |(_, calendar)| calendar)
    }

    /// The fiscal year a month belongs to.
    pub fn year_of(&self, month: Month) -> FiscalSpan {
        let calendar = self.calendar(month);
        let fiscal_year = calendar.fiscal_year_of(month);
        let from = calendar.first_month(fiscal_year);
        let next = self.changes.iter().map(|(change, _)| *change).find(|change| *change > month);
        let to = next.map_or(from.plus(11), |change| from.plus(11).min(change.plus(-1)));
        FiscalSpan { fiscal_year, from, to }
    }

    /// The fiscal years from that of `from` to that of `to`, whole.
    pub fn years(&self, from: Month, to: Month) -> Vec<FiscalSpan> {
        let mut years = Vec::new();
        let mut month = from;
        while month <= to {
            let year = self.year_of(month);
            years.push(year);
            if year.to == year.to.next() {
                break;
            }
            month = year.to.next();
        }
        years
    }
}
