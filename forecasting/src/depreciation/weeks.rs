//! Charges in proportion to the weeks of fiscal periods.

use rust_decimal::Decimal;

use super::entry::BookTerms;
use crate::error::Result;
use crate::money::{Money, proportion, split};
use crate::month::Month;

/// Divides what the rest of a fiscal year charges among its months by the weeks of their periods: each month weighs
/// what it would charge by itself times its weeks, which for equal charges is the same amount a week. `exact` are
/// those charges, of consecutive months from `first` to the end of the year.
pub(super) fn share_by_weeks(
    terms: &BookTerms,
    first: Month,
    exact: &[Decimal],
    total: Decimal,
) -> Result<Vec<Decimal>> {
    let year = terms.calendar.fiscal_year_of(first);
    let periods = terms.calendar.periods(year);
    let before = first.since(terms.calendar.first_month(year)).max(0) as usize;
    let whole: Decimal = exact.iter().sum();
    if whole.is_zero() {
        // Nothing to go by: what is left to charge is charged at once.
        let rest = std::iter::repeat_n(Decimal::ZERO, exact.len().saturating_sub(1));
        return Ok(std::iter::once(total).chain(rest).collect());
    }
    let weeks = periods.iter().skip(before).map(|period| Decimal::from(period.weeks.unwrap_or(1)));
    let weights: Vec<Decimal> =
        exact.iter().zip(weeks).map(|(charge, weeks)| proportion(weeks, *charge, whole)).collect();
    let shares = split(Money::new(total, terms.currency), &weights)?;
    Ok(shares.into_iter().map(|share| share.amount).collect())
}
