//! Which part of the months of entry and exit counts.

use chrono::{Datelike, NaiveDate};

use crate::month::{FiscalCalendar, Month};

/// The pair of rules for the month an asset enters service and the month it leaves.
///
/// Where a convention counts time from before the asset was in service, the charge for that time is posted in
/// the month of entry: nothing is posted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Convention {
    /// The month of entry counts whole, the month of exit not at all.
    #[default]
    FullMonth,
    /// Counting starts with the month after entry and includes the month of exit.
    NextMonth,
    /// Half of the month of entry and half of the month of exit count.
    MidMonth,
    /// Entry to the 15th counts the month whole, later not at all; exit to the 15th counts nothing of the
    /// month, later all of it.
    MidMonthFirst,
    /// Entry and exit count from and to the middle of the fiscal quarter.
    MidQuarter,
    /// Entry and exit count from and to the middle of the fiscal year.
    HalfYear,
    /// Days in service; the day of entry counts, the day of exit does not.
    ActualDays,
}

impl Convention {
    /// A date that stands for `in_service`: assets of one rule with equal stand-ins have the same schedule per
    /// unit of cost, so their costs may be added first.
    pub fn representative(self, in_service: NaiveDate) -> NaiveDate {
        match self {
            Self::ActualDays => in_service,
            Self::MidMonthFirst if in_service.day() > 15 => Month::of(in_service).day_clamped(16),
            _ => Month::of(in_service).first_day(),
        }
    }

    /// Half months from the first day of the month of entry to the point counting starts.
    pub(super) fn entry(self, in_service: NaiveDate, calendar: &FiscalCalendar) -> i64 {
        let month = Month::of(in_service);
        match self {
            Self::FullMonth | Self::ActualDays => 0,
            Self::NextMonth => 2,
            Self::MidMonth => 1,
            Self::MidMonthFirst => late_half(in_service),
            Self::MidQuarter => 2 * i64::from(quarter_start(month, calendar).since(month)) + 3,
            Self::HalfYear => 2 * i64::from(year_start(month, calendar).since(month)) + 12,
        }
    }

    /// Half months from the first day of the month of *entry* to the point counting stops.
    pub(super) fn exit(self, in_service: NaiveDate, disposed: NaiveDate, calendar: &FiscalCalendar) -> i64 {
        let month = Month::of(disposed);
        let start = 2 * i64::from(month.since(Month::of(in_service)));
        start
            + match self {
                Self::FullMonth | Self::ActualDays => 0,
                Self::NextMonth => 2,
                Self::MidMonth => 1,
                Self::MidMonthFirst => late_half(disposed),
                Self::MidQuarter => 2 * i64::from(quarter_start(month, calendar).since(month)) + 3,
                Self::HalfYear => 2 * i64::from(year_start(month, calendar).since(month)) + 12,
            }
    }
}

/// Two half months, a whole one, for a date after the 15th.
fn late_half(date: NaiveDate) -> i64 {
    if date.day() > 15 { 2 } else { 0 }
}

fn year_start(month: Month, calendar: &FiscalCalendar) -> Month {
    calendar.first_month(calendar.fiscal_year_of(month))
}

fn quarter_start(month: Month, calendar: &FiscalCalendar) -> Month {
    let (_, quarter) = calendar.fiscal_quarter_of(month);
    year_start(month, calendar).plus(3 * (quarter as i32 - 1))
}
