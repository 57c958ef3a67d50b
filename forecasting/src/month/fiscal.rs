//! Fiscal calendars: twelve calendar months, or weeks in a 4-4-5 pattern.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate};

use super::{Month, add_months};
use crate::error::{ForecastError, Result};

/// Which calendar year names a fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LabelBy {
    /// The year its first month lies in.
    StartYear,
    /// The year its last month lies in.
    #[default]
    EndYear,
}

/// How a fiscal year is cut into twelve periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pattern {
    /// Calendar months.
    #[default]
    Months,
    /// Quarters of four, four and five weeks.
    Weeks445,
    /// Quarters of four, five and four weeks.
    Weeks454,
    /// Quarters of five, four and four weeks.
    Weeks544,
}

impl Pattern {
    fn weeks(self, period: u32) -> Option<u32> {
        let quarter: [u32; 3] = match self {
            Self::Months => return None,
            Self::Weeks445 => [4, 4, 5],
            Self::Weeks454 => [4, 5, 4],
            Self::Weeks544 => [5, 4, 4],
        };
        Some(quarter[(period as usize + 2) % 3])
    }
}

/// How an organisation divides time for its books.
///
/// In a pattern of weeks, year totals of monthly figures use the twelve nominal months from `start_month`: a
/// month belongs to the fiscal year whose nominal months hold it, so each year has exactly twelve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FiscalCalendar {
    /// First month of the fiscal year, 1 to 12.
    pub start_month: u32,
    /// Which calendar year names the fiscal year.
    pub label_by: LabelBy,
    /// Months or weeks.
    pub pattern: Pattern,
    /// Patterns of weeks: the first day of some fiscal year, the one whose nominal start is nearest.
    pub anchor: Option<NaiveDate>,
    /// Patterns of weeks: fiscal years that have 53 weeks; the extra week goes to the last period.
    pub weeks53_years: BTreeSet<i32>,
}

/// One of the twelve periods of a fiscal year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiscalPeriod {
    /// Label of the fiscal year.
    pub fiscal_year: i32,
    /// 1 to 12.
    pub period: u32,
    /// First day.
    pub first_day: NaiveDate,
    /// Last day, inclusive.
    pub last_day: NaiveDate,
    /// Weeks, in a pattern of weeks.
    pub weeks: Option<u32>,
}

impl Default for FiscalCalendar {
    fn default() -> Self {
        Self::calendar_years()
    }
}

impl FiscalCalendar {
    /// Fiscal years that are calendar years.
    pub fn calendar_years() -> Self {
        Self {
            start_month: 1,
            label_by: LabelBy::EndYear,
            pattern: Pattern::Months,
            anchor: None,
            weeks53_years: BTreeSet::new(),
        }
    }

    /// Twelve calendar months from a start month.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] if the month is not 1 to 12.
    pub fn months(start_month: u32, label_by: LabelBy) -> Result<Self> {
        let calendar = Self { start_month, label_by, ..Self::calendar_years() };
        calendar.check()?;
        Ok(calendar)
    }

    /// A pattern of weeks, with the first day of one fiscal year and the years that have 53 weeks.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check).
    pub fn weeks(
        start_month: u32,
        label_by: LabelBy,
        pattern: Pattern,
        anchor: NaiveDate,
        weeks53_years: BTreeSet<i32>,
    ) -> Result<Self> {
        let calendar = Self { start_month, label_by, pattern, anchor: Some(anchor), weeks53_years };
        calendar.check()?;
        Ok(calendar)
    }

    /// Whether the fields fit each other.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a start month outside 1 to 12 or an anchor more than 20 days from the
    /// first of the start month, [`ForecastError::Missing`] for a pattern of weeks without an anchor.
    pub fn check(&self) -> Result<()> {
        if !(1..=12).contains(&self.start_month) {
            return Err(ForecastError::invalid(
                "start_month",
                &self.start_month,
                "a fiscal year starts in month 1 to 12",
            ));
        }
        if self.pattern == Pattern::Months {
            return Ok(());
        }
        let anchor = self.anchor.ok_or(ForecastError::Missing {
            field: "anchor",
            reason: "a pattern of weeks needs a first day",
        })?;
        let distance = anchor.signed_duration_since(self.nominal_start(anchor).first_day()).num_days();
        if distance.abs() > 20 {
            let rule = "the first day of a fiscal year is within 20 days of the first of its start month";
            return Err(ForecastError::invalid("anchor", &anchor, rule));
        }
        Ok(())
    }

    /// The fiscal year and the period, 1 to 12, of a day.
    pub fn period_of(&self, date: NaiveDate) -> (i32, u32) {
        let month = Month::of(date);
        let nominal = self.fiscal_year_of(month);
        if self.pattern == Pattern::Months || self.anchor.is_none() {
            return (nominal, self.nominal_period(month));
        }
        let year = self.fiscal_year_of_day(date);
        let period = self.periods(year).into_iter().find(|period| date <= period.last_day);
        (year, period.map_or(12, |period| period.period))
    }

    /// The fiscal year of a day. Years of weeks begin and end within months, so that a month does not say it.
    pub fn fiscal_year_of_day(&self, date: NaiveDate) -> i32 {
        let mut year = self.fiscal_year_of(Month::of(date));
        if self.pattern == Pattern::Months || self.anchor.is_none() {
            return year;
        }
        // A fiscal year of weeks begins some days beside its nominal start; more if leap weeks were missed.
        while date < self.first_day(year) {
            year -= 1;
        }
        while date >= self.first_day(year + 1) {
            year += 1;
        }
        year
    }

    /// The twelve periods of a fiscal year.
    pub fn periods(&self, fiscal_year: i32) -> Vec<FiscalPeriod> {
        let mut first_day = self.first_day(fiscal_year);
        (1..=12)
            .map(|period| {
                let extra = u32::from(period == 12 && self.weeks53_years.contains(&fiscal_year));
                let weeks = self.pattern.weeks(period).map(|weeks| weeks + extra);
                let next = match weeks {
                    Some(weeks) => first_day + Days::new(u64::from(weeks) * 7),
                    None => add_months(first_day, 1),
                };
                let last_day = next.pred_opt().unwrap_or(next);
                let period = FiscalPeriod { fiscal_year, period, first_day, last_day, weeks };
                first_day = next;
                period
            })
            .collect()
    }

    /// First day of a fiscal year.
    pub fn first_day(&self, fiscal_year: i32) -> NaiveDate {
        let nominal = self.first_month(fiscal_year);
        let (Some(anchor), false) = (self.anchor, self.pattern == Pattern::Months) else {
            return nominal.first_day();
        };
        let anchor_year = self.fiscal_year_of(self.nominal_start(anchor));
        let span = anchor_year.min(fiscal_year)..anchor_year.max(fiscal_year);
        let leap_weeks = self.weeks53_years.range(span.clone()).count() as i64;
        let weeks = i64::from(span.end - span.start) * 52 + leap_weeks;
        let days = chrono::TimeDelta::days(weeks * 7);
        let moved = if fiscal_year >= anchor_year {
            anchor.checked_add_signed(days)
        } else {
            anchor.checked_sub_signed(days)
        };
        moved.unwrap_or_else(|| nominal.first_day())
    }

    /// Last day of a fiscal year, inclusive. Years of weeks end within a month.
    pub fn last_day(&self, fiscal_year: i32) -> NaiveDate {
        let nominal = self.first_month(fiscal_year).plus(11).last_day();
        if self.pattern == Pattern::Months || self.anchor.is_none() {
            return nominal;
        }
        self.periods(fiscal_year).last().map_or(nominal, |period| period.last_day)
    }

    /// First nominal month of a fiscal year.
    pub fn first_month(&self, fiscal_year: i32) -> Month {
        let year = if self.label_by == LabelBy::EndYear && self.start_month > 1 {
            fiscal_year - 1
        } else {
            fiscal_year
        };
        let january = Month::new(year.clamp(1, 9999), 1).unwrap_or_else(|_| Month::of(NaiveDate::default()));
        january.plus(self.start_offset())
    }

    /// The fiscal year a month belongs to.
    pub fn fiscal_year_of(&self, month: Month) -> i32 {
        let start_year = month.plus(-self.start_offset()).year();
        if self.label_by == LabelBy::EndYear && self.start_month > 1 { start_year + 1 } else { start_year }
    }

    /// The fiscal year and the quarter, 1 to 4, a month belongs to.
    pub fn fiscal_quarter_of(&self, month: Month) -> (i32, u32) {
        (self.fiscal_year_of(month), (self.nominal_period(month) - 1) / 3 + 1)
    }

    fn nominal_period(&self, month: Month) -> u32 {
        (month.number() + 12 - (self.start_offset() as u32 + 1)) % 12 + 1
    }

    fn start_offset(&self) -> i32 {
        self.start_month.clamp(1, 12) as i32 - 1
    }

    /// The start month nearest to a first day: 2010-01-03 and 2009-12-28 both stand for January 2010.
    fn nominal_start(&self, first_day: NaiveDate) -> Month {
        let month = Month::of(first_day);
        let behind = self.nominal_period(month) as i32 - 1;
        let start = month.plus(-behind);
        // Past the middle of the fiscal year the next start is nearer.
        if behind > 6 || (behind == 6 && first_day.day() > 15) { start.plus(12) } else { start }
    }
}
