//! How much of its life an asset has behind it.

use chrono::NaiveDate;

use super::convention::Convention;
use crate::month::{FiscalCalendar, Month, add_months};

/// Counts the life of an asset by its convention: in half months, or in days where days are counted.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    pub(super) first: Month,
    in_service: NaiveDate,
    convention: Convention,
    /// Where counting starts, in half months from the first day of the month of entry.
    entry: i64,
}

impl Timeline {
    pub(super) fn new(in_service: NaiveDate, convention: Convention, calendar: &FiscalCalendar) -> Self {
        let entry = convention.entry(in_service, calendar);
        Self { first: Month::of(in_service), in_service, convention, entry }
    }

    /// The whole of a life.
    pub(super) fn whole(&self, life_months: u32) -> i64 {
        if self.convention == Convention::ActualDays {
            (add_months(self.in_service, life_months as i32) - self.in_service).num_days()
        } else {
            2 * i64::from(life_months)
        }
    }

    /// So many months after the end of a month.
    pub(super) fn length(&self, upto: Month, months: u32) -> i64 {
        if self.convention == Convention::ActualDays {
            let start = upto.next().first_day();
            (add_months(start, months.min(i32::MAX.unsigned_abs()) as i32) - start).num_days()
        } else {
            2 * i64::from(months)
        }
    }

    /// What has been counted at the end of a month, were there no end of life; negative before the start.
    #[inline]
    pub(super) fn counted(&self, month: Month) -> i64 {
        if self.convention == Convention::ActualDays {
            (month.last_day() - self.in_service).num_days() + 1
        } else {
            2 * (i64::from(month.since(self.first)) + 1) - self.entry
        }
    }

    /// Where counting stops if the asset leaves on a date.
    pub(super) fn exit(&self, disposed: NaiveDate, calendar: &FiscalCalendar) -> i64 {
        if self.convention == Convention::ActualDays {
            (disposed - self.in_service).num_days()
        } else {
            self.convention.exit(self.in_service, disposed, calendar) - self.entry
        }
    }
}
