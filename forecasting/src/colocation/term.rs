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

/// How long anything runs that has a first day, a term, renewals and notice: a contract for space, for support, a
/// commitment to a cloud provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// First day of the initial term.
    pub start: NaiveDate,
    /// Months of the initial term.
    pub initial_months: u32,
    /// How it renews by itself; `None` where it ends with the initial term.
    pub renewal: Option<RenewalTerms>,
    /// Notice that keeps it from renewing.
    pub notice: Option<Notice>,
    /// The day notice was given that still stands.
    pub notice_given: Option<NaiveDate>,
    /// A day after which no renewal starts, such as the last date of support.
    pub until: Option<NaiveDate>,
}

/// The length and the number of automatic renewals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenewalTerms {
    /// Months of each renewal; none renews where this is 0.
    pub months: u32,
    /// How many times it renews; `None` for without limit.
    pub maximum: Option<u32>,
}

impl Terms {
    /// Last day of the initial term: the first day plus the months, less a day.
    pub fn initial_end(&self) -> NaiveDate {
        term_end(self.start, self.initial_months)
    }

    /// A term by its number, whether or not the agreement gets that far; `None` for a renewal it does not have.
    /// All dates count from the first day, so that renewals do not drift.
    pub fn term(&self, number: u32) -> Option<Term> {
        if number == 0 {
            return Some(Term { number, start: self.start, end: self.initial_end() });
        }
        let renewal = self.renewing()?;
        if renewal.maximum.is_some_and(|maximum| number > maximum) {
            return None;
        }
        let before = self.initial_months.saturating_add(renewal.months.saturating_mul(number - 1));
        let start = add_months(self.start, whole(before));
        if self.until.is_some_and(|until| start > until) {
            return None;
        }
        let end = term_end(self.start, before.saturating_add(renewal.months));
        Some(Term { number, start, end })
    }

    /// The number of the term a day lies in, if the agreement renewed that far; 0 before the start too.
    pub fn term_number(&self, date: NaiveDate) -> u32 {
        let months = months_between(self.start, date);
        let beyond = months.saturating_sub(whole(self.initial_months));
        match self.renewing() {
            Some(renewal) if beyond >= 0 => beyond.unsigned_abs() / renewal.months + 1,
            _ => 0,
        }
    }

    /// The last day: after the term that valid notice ended, after the last renewal, or after the initial term.
    /// `None` if it goes on renewing.
    ///
    /// Notice given after the deadline of a term ends the following one.
    pub fn end(&self, business_days: &BusinessDays) -> Option<NaiveDate> {
        let last = self.last_term().map(|term| term.end);
        if self.renewing().is_none() {
            return last;
        }
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

    /// The same with notice given on a day, unless earlier notice already stands.
    #[must_use]
    pub fn noticed(self, given: NaiveDate) -> Self {
        let earliest = self.notice_given.map_or(given, |before| before.min(given));
        Self { notice_given: Some(earliest), ..self }
    }

    /// Last day on which notice ends the agreement with a term; `None` where no notice is agreed.
    pub fn notice_deadline(&self, term: &Term, business_days: &BusinessDays) -> Option<NaiveDate> {
        self.notice.map(|notice| notice.deadline(term.end, business_days))
    }

    /// First day on which notice for the end of a term is accepted; `None` where it always is.
    pub fn notice_window_open(&self, term: &Term, business_days: &BusinessDays) -> Option<NaiveDate> {
        self.notice.and_then(|notice| notice.window_open(term.end, business_days))
    }

    /// The term after another, if there is one and the calendar has room for it.
    pub(super) fn following(&self, term: &Term) -> Option<Term> {
        self.term(term.number.checked_add(1)?).filter(|next| next.end > term.end)
    }

    fn renewing(&self) -> Option<RenewalTerms> {
        self.renewal.filter(|renewal| renewal.months > 0)
    }

    /// The last term there can be without notice; `None` for renewals without limit.
    fn last_term(&self) -> Option<Term> {
        let Some(renewal) = self.renewing() else { return self.term(0) };
        let by_number = renewal.maximum;
        let by_date = self.until.map(|until| self.term_number(until));
        self.term([by_number, by_date].into_iter().flatten().min()?)
    }
}

impl Contract {
    /// How long the contract runs, without its prices.
    pub fn terms(&self) -> Terms {
        Terms {
            start: self.billing_start,
            initial_months: self.initial_term_months,
            renewal: self
                .renewal
                .as_ref()
                .map(|renewal| RenewalTerms { months: renewal.term_months, maximum: renewal.maximum }),
            notice: self.notice,
            notice_given: self.notice_given,
            until: None,
        }
    }

    /// Last day of the initial term: the start of billing plus the months, less a day.
    pub fn initial_end(&self) -> NaiveDate {
        self.terms().initial_end()
    }

    /// A term by its number; see [`Terms::term`].
    pub fn term(&self, number: u32) -> Option<Term> {
        self.terms().term(number)
    }

    /// The number of the term a day lies in; see [`Terms::term_number`].
    pub fn term_number(&self, date: NaiveDate) -> u32 {
        self.terms().term_number(date)
    }

    /// The last day the contract runs; see [`Terms::end`].
    pub fn end(&self, business_days: &BusinessDays) -> Option<NaiveDate> {
        self.terms().end(business_days)
    }

    /// Last day on which notice ends the contract with a term; `None` where no notice is agreed.
    pub fn notice_deadline(&self, term: &Term, business_days: &BusinessDays) -> Option<NaiveDate> {
        self.terms().notice_deadline(term, business_days)
    }

    /// First day on which notice for the end of a term is accepted; `None` where it always is.
    pub fn notice_window_open(&self, term: &Term, business_days: &BusinessDays) -> Option<NaiveDate> {
        self.terms().notice_window_open(term, business_days)
    }
}

/// One entry in the history of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoticeEntry {
    /// The day it was received.
    pub date: NaiveDate,
    /// What was said.
    pub action: NoticeAction,
}

/// What an entry in the history of notice says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeAction {
    /// Notice was given.
    Given,
    /// Notice given before was withdrawn, with the consent of both sides.
    Withdrawn,
}

/// The day of the notice that stands as seen on a day; `None` where none was given or the last was withdrawn. Notice
/// that is repeated stands from its first day.
///
/// The result belongs into [`Contract::notice_given`] or [`Terms::notice_given`]. Entries may come in any order;
/// of those of one day the later in the list counts.
pub fn notice_in_force(history: &[NoticeEntry], as_of: NaiveDate) -> Option<NaiveDate> {
    let mut entries: Vec<&NoticeEntry> = history.iter().filter(|entry| entry.date <= as_of).collect();
    entries.sort_by_key(|entry| entry.date);
    entries.into_iter().fold(None, |standing, entry| match entry.action {
        NoticeAction::Given => standing.or(Some(entry.date)),
        NoticeAction::Withdrawn => None,
    })
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
