//! Commitments to cloud providers: what a renewal at the same commitment costs.

use rust_decimal::Decimal;

use crate::colocation::Term;
use crate::error::Result;
use crate::explain::Explanation;
use crate::money::{Currency, Money, bounded, proportion, times};
use crate::month::months_between;

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promise {
    /// So much for each hour of the term.
    Hourly(Decimal),
    /// So much over the term.
    Total(Decimal),
}

/// A promise to use or to spend over a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commitment {
    /// Of what is promised.
    pub currency: Currency,
    /// What is promised.
    pub promise: Promise,
    /// The term it was made for.
    pub term: Term,
}

impl Commitment {
    /// What another term costs at the same commitment, rounded, and how that came about: the hourly promise times the
    /// hours of the term, or the total by the months of both terms.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`](crate::ForecastError::OutOfRange) if the cost does not fit.
    pub fn renewal_cost(&self, renewal: &Term) -> Result<(Money, Explanation)> {
        let (amount, explanation) = match self.promise {
            Promise::Hourly(hourly) => {
                let hours = hours(renewal);
                let explanation = Explanation::new("hourly commitment x hours of the renewal, rounded once")
                    .input("hourly commitment", hourly.normalize())
                    .input("hours of the renewal", hours);
                (times(bounded(hourly, "commitment")?, hours, "commitment")?, explanation)
            }
            Promise::Total(total) => {
                let (part, whole) = (months(renewal), months(&self.term));
                let explanation = Explanation::new(
                    "commitment of the term x months of the renewal / months of the term, rounded once",
                )
                .input("commitment of the term", total.normalize())
                .input("months of the renewal", part)
                .input("months of the term", whole);
                (proportion(bounded(total, "commitment")?, part, whole), explanation)
            }
        };
        let explanation = explanation
            .input("first day of the renewal", renewal.start)
            .input("last day of the renewal", renewal.end)
            .assume("it renews at the same commitment");
        Ok((Money::new(bounded(amount, "commitment")?, self.currency).round(), explanation))
    }
}

/// Hours of a term.
fn hours(term: &Term) -> Decimal {
    Decimal::from((term.end - term.start).num_days().saturating_add(1).max(0)) * Decimal::from(24)
}

/// Months of a term, a part of a month counting whole.
fn months(term: &Term) -> Decimal {
    let after = term.end.succ_opt().unwrap_or(term.end);
    let whole = months_between(term.start, after).max(0);
    let has_rest = crate::month::add_months(term.start, whole) < after;
    Decimal::from(whole + i32::from(has_rest)).max(Decimal::ONE)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn term(start: &str, end: &str) -> Term {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        Term { number: 0, start: day(start), end: day(end) }
    }

    fn commitment(promise: Promise) -> Commitment {
        Commitment { currency: Currency::USD, promise, term: term("2026-01-01", "2026-12-31") }
    }

    #[test]
    fn an_hourly_commitment_costs_its_hours() {
        let hourly = commitment(Promise::Hourly(Decimal::new(425, 2)));
        // 365 days, and 366 in a leap year.
        let cost = |start, end| hourly.renewal_cost(&term(start, end)).unwrap().0.amount;
        assert_eq!(cost("2027-01-01", "2027-12-31"), Decimal::new(3_723_000, 2));
        assert_eq!(cost("2028-01-01", "2028-12-31"), Decimal::new(3_733_200, 2));
    }

    #[test]
    fn a_total_is_divided_by_months() {
        let total = commitment(Promise::Total(Decimal::from(12_000)));
        let cost = |start, end| total.renewal_cost(&term(start, end)).unwrap().0.amount;
        assert_eq!(cost("2027-01-01", "2027-12-31"), Decimal::from(12_000));
        assert_eq!(cost("2028-01-01", "2028-12-31"), Decimal::from(12_000));
        assert_eq!(cost("2027-01-01", "2027-03-31"), Decimal::from(3_000));
        assert_eq!(cost("2027-01-01", "2027-01-05"), Decimal::from(1_000));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let beyond = commitment(Promise::Hourly(Decimal::MAX));
        assert!(beyond.renewal_cost(&term("2027-01-01", "2027-12-31")).is_err());
        let beyond = commitment(Promise::Total(Decimal::MAX));
        assert!(beyond.renewal_cost(&term("2027-01-01", "2027-12-31")).is_err());
    }
}
