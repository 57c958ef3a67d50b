//! The initial term, its renewals and the dates that decide about them.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Weekday};

use super::contract::{Contract, Notice, NoticeUnit};
use super::escalation::whole;
use crate::month::{add_months, months_between, term_end};

/// The initial term or one renewal of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// 0 for the initial term, 1 for the first renewal.
    pub number: u32,
    /// First day.
    pub start: NaiveDate,
    /// Last day, inclusive.
    pub end: NaiveDate,
}

/// Which days are worked: all but Saturdays, Sundays and holidays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BusinessDays {
    /// Days of rest beside the weekend.
    pub holidays: BTreeSet<NaiveDate>,
}

impl BusinessDays {
    /// Whether a day is worked.
    pub fn contains(&self, date: NaiveDate) -> bool {
        !matches!(date.weekday(), Weekday::Sat | Weekday::Sun) && !self.holidays.contains(&date)
    }

    /// The day itself if it is worked, else the latest worked day before.
    pub fn on_or_before(&self, date: NaiveDate) -> NaiveDate {
        let mut day = date;
        while !self.contains(day) {
            let Some(before) = day.pred_opt() else { return day };
            day = before;
        }
        day
    }

    /// A number of worked days before a day.
    fn back(&self, date: NaiveDate, days: u32) -> NaiveDate {
        let mut day = date;
        for _ in 0..days {
            let Some(before) = day.pred_opt() else { return day };
            day = self.on_or_before(before);
        }
        day
    }
}

impl Contract {
    /// Last day of the initial term: the start of billing plus the months, less a day.
    pub fn initial_end(&self) -> NaiveDate {
        term_end(self.billing_start, self.initial_term_months)
    }

    /// A term by its number, whether or not the contract gets that far; `None` for a renewal of a contract that
    /// does not renew. All dates count from the start of billing, so that renewals do not drift.
    pub fn term(&self, number: u32) -> Option<Term> {
        if number == 0 {
            return Some(Term { number, start: self.billing_start, end: self.initial_end() });
        }
        let renewal = self.renewal.as_ref().filter(|renewal| renewal.term_months > 0)?;
        if renewal.maximum.is_some_and(|maximum| number > maximum) {
            return None;
        }
        let before = self.initial_term_months.saturating_add(renewal.term_months.saturating_mul(number - 1));
        Some(Term {
            number,
            start: add_months(self.billing_start, whole(before)),
            end: term_end(self.billing_start, before.saturating_add(renewal.term_months)),
        })
    }

    /// The number of the term a day lies in, if the contract renewed that far; 0 before the start too.
    pub fn term_number(&self, date: NaiveDate) -> u32 {
        let months = months_between(self.billing_start, date);
        let beyond = months.saturating_sub(whole(self.initial_term_months));
        match &self.renewal {
            Some(renewal) if beyond >= 0 && renewal.term_months > 0 => {
                beyond.unsigned_abs() / renewal.term_months + 1
            }
            _ => 0,
        }
    }

    /// The last day the contract runs: after the term that valid notice ended, after the last renewal, or after
    /// the initial term. `None` if it goes on renewing.
    ///
    /// Notice given after the deadline of a term ends the following one.
    pub fn end(&self, business_days: &BusinessDays) -> Option<NaiveDate> {
        let Some(renewal) = self.renewal.as_ref().filter(|renewal| renewal.term_months > 0) else {
            return Some(self.initial_end());
        };
        let last = renewal.maximum.and_then(|maximum| self.term(maximum)).map(|term| term.end);
        let Some(given) = self.notice_given else { return last };
        let mut number = self.term_number(given);
        // The deadline of a later term is later, so this ends within a few terms.
        while let Some(term) = self.term(number) {
            if self.notice.is_none_or(|notice| given <= notice.deadline(term.end, business_days)) {
                return Some(term.end);
            }
            // At the end of the calendar terms no longer advance.
            if self.term(number + 1).is_none_or(|next| next.end <= term.end) {
                break;
            }
            number += 1;
        }
        last
    }

    /// Last day on which notice ends the contract with a term; `None` where no notice is agreed.
    pub fn notice_deadline(&self, term: &Term, business_days: &BusinessDays) -> Option<NaiveDate> {
        self.notice.map(|notice| notice.deadline(term.end, business_days))
    }

    /// First day on which notice for the end of a term is accepted; `None` where it always is.
    pub fn notice_window_open(&self, term: &Term, business_days: &BusinessDays) -> Option<NaiveDate> {
        self.notice.and_then(|notice| notice.window_open(term.end, business_days))
    }
}

impl Notice {
    /// The latest day for notice before the last day of a term.
    ///
    /// Counted back from the last day itself: the earlier and safer reading of "before expiry".
    pub fn deadline(&self, end: NaiveDate, business_days: &BusinessDays) -> NaiveDate {
        let day = self.back(end, self.minimum, business_days);
        if self.previous_business_day { business_days.on_or_before(day) } else { day }
    }

    /// The earliest day for notice before the last day of a term.
    pub fn window_open(&self, end: NaiveDate, business_days: &BusinessDays) -> Option<NaiveDate> {
        self.maximum.map(|maximum| self.back(end, maximum, business_days))
    }

    fn back(&self, end: NaiveDate, count: u32, business_days: &BusinessDays) -> NaiveDate {
        match self.unit {
            NoticeUnit::CalendarDays => {
                end.checked_sub_days(Days::new(u64::from(count))).unwrap_or(NaiveDate::MIN)
            }
            NoticeUnit::BusinessDays => business_days.back(end, count),
            NoticeUnit::Months => add_months(end, -whole(count)),
        }
    }
}
