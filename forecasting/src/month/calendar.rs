//! Calendar months and the arithmetic of contract terms.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, NaiveDate};

use crate::error::{ForecastError, Result};

/// Last month that can be written with four digits of the year.
const LAST_INDEX: i32 = 9999 * 12 + 11;

/// A month of a year, such as 2027-01. Arithmetic stops at the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Months since January of the year 0.
    index: i32,
}

impl Month {
    /// The month of a year.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] if the month is not 1 to 12 or the year not 1 to 9999.
    pub fn new(year: i32, month: u32) -> Result<Self> {
        if (1..=9999).contains(&year) && (1..=12).contains(&month) {
            return Ok(Self { index: year * 12 + month as i32 - 1 });
        }
        Err(ForecastError::invalid("month", &format!("{year}-{month}"), "a month is written 2027-01"))
    }

    /// The month a date lies in.
    pub fn of(date: NaiveDate) -> Self {
        Self::clamped(date.year().saturating_mul(12).saturating_add(date.month0() as i32))
    }

    /// Calendar year.
    pub fn year(self) -> i32 {
        self.index / 12
    }

    /// Month of the year, 1 to 12.
    pub fn number(self) -> u32 {
        (self.index % 12) as u32 + 1
    }

    /// The month a number of months later, or earlier if negative.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self::clamped(self.index.saturating_add(months))
    }

    /// The following month.
    #[must_use]
    pub fn next(self) -> Self {
        self.plus(1)
    }

    /// Months from `earlier` to this one; negative if this one comes first.
    pub fn since(self, earlier: Self) -> i32 {
        self.index - earlier.index
    }

    /// First day.
    pub fn first_day(self) -> NaiveDate {
        // Always Some: the index is kept within the years chrono can hold.
        NaiveDate::from_ymd_opt(self.year(), self.number(), 1).unwrap_or_default()
    }

    /// Last day.
    pub fn last_day(self) -> NaiveDate {
        self.first_day() + Days::new(u64::from(self.days()) - 1)
    }

    /// Days in the month, 28 to 31.
    pub fn days(self) -> u32 {
        let year = self.year();
        match self.number() {
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            _ => 31,
        }
    }

    /// The given day of the month, or its last day where the month is shorter.
    pub fn day_clamped(self, day: u32) -> NaiveDate {
        self.first_day() + Days::new(u64::from(day.clamp(1, self.days()) - 1))
    }

    /// A number of consecutive months beginning with this one.
    pub fn range(self, months: u32) -> Months {
        Months { next: self, left: months }
    }

    fn clamped(index: i32) -> Self {
        Self { index: index.clamp(12, LAST_INDEX) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.year(), self.number())
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for Month {
    type Err = ForecastError;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = || ForecastError::invalid("month", text, "a month is written 2027-01");
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let (year, month) = text.split_once('-').ok_or_else(refuse)?;
        if !digits(year, 4) || !digits(month, 2) {
            return Err(refuse());
        }
        Self::new(year.parse().map_err(|_| refuse())?, month.parse().map_err(|_| refuse())?)
            .map_err(|_| refuse())
    }
}

/// Consecutive months; see [`Month::range`].
#[derive(Debug, Clone)]
pub struct Months {
    next: Month,
    left: u32,
}

impl Iterator for Months {
    type Item = Month;

    fn next(&mut self) -> Option<Month> {
        self.left = self.left.checked_sub(1)?;
        let month = self.next;
        self.next = month.next();
        Some(month)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Months {}

/// The same day of the month a number of months later (earlier if negative), or the last day of a shorter month.
///
/// 2028-01-31 plus one month is 2028-02-29. Always count from the anchor: repeated steps of one month would
/// drift to the 28th.
pub fn add_months(date: NaiveDate, months: i32) -> NaiveDate {
    Month::of(date).plus(months).day_clamped(date.day())
}

/// Last day, inclusive, of a term of whole months: the day before `add_months(start, months)`.
///
/// Twelve months from 2024-02-29 end on 2025-02-27.
pub fn term_end(start: NaiveDate, months: u32) -> NaiveDate {
    let after = add_months(start, i32::try_from(months).unwrap_or(i32::MAX));
    after.pred_opt().unwrap_or(after)
}

/// Whole months from `start` to `date`: the largest n with `add_months(start, n) <= date`, negative before the
/// start.
pub fn months_between(start: NaiveDate, date: NaiveDate) -> i32 {
    let months = Month::of(date).since(Month::of(start));
    if add_months(start, months) > date { months - 1 } else { months }
}
