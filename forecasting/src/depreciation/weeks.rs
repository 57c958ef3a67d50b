//! Charges in proportion to the weeks of fiscal periods.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::entry::BookTerms;
use crate::error::Result;
use crate::money::{Money, split};
use crate::month::Month;

/// Moves charges within each fiscal year so that they fall on its periods by weeks: each nominal month weighs its
/// charge times the weeks of its period, which for equal charges is the same amount a week. What a year, or the part
/// of it between two events, is charged stays what it was. Months that stand `alone` keep their charge.
pub(super) fn share_by_weeks(
    terms: &BookTerms,
    first: Month,
    before: Decimal,
    alone: &BTreeSet<Month>,
    accumulated: &mut [Decimal],
) -> Result<()> {
    let mut from = 0;
    let mut opening = before;
    while from < accumulated.len() {
        let month = first.plus(from as i32);
        let year = terms.calendar.fiscal_year_of(month);
        let mut to = from + 1;
        let together = |index: usize| {
            let next = first.plus(index as i32);
            terms.calendar.fiscal_year_of(next) == year && !alone.contains(&next)
        };
        while !alone.contains(&month) && to < accumulated.len() && together(to) {
            to += 1;
        }
        let closing = accumulated[to - 1];
        share(terms, month, opening, &mut accumulated[from..to])?;
        opening = closing;
        from = to;
    }
    Ok(())
}

fn share(terms: &BookTerms, first: Month, opening: Decimal, accumulated: &mut [Decimal]) -> Result<()> {
    let year = terms.calendar.fiscal_year_of(first);
    let start = terms.calendar.first_month(year);
    let periods = terms.calendar.periods(year);
    let mut before = opening;
    let mut weights = Vec::with_capacity(accumulated.len());
    for (month, after) in first.range(accumulated.len() as u32).zip(accumulated.iter()) {
        let period = periods.get(month.since(start).max(0) as usize);
        let weeks = period.and_then(|period| period.weeks).unwrap_or(1);
        weights.push((*after - before) * Decimal::from(weeks));
        before = *after;
    }
    let total = before - opening;
    let uneven = weights.iter().any(|weight| *weight < Decimal::ZERO);
    if accumulated.len() < 2 || total.is_zero() || uneven {
        return Ok(());
    }
    let mut sum = opening;
    for (after, charge) in accumulated.iter_mut().zip(split(Money::new(total, terms.currency), &weights)?) {
        sum += charge.amount;
        *after = sum;
    }
    Ok(())
}
