//! Depreciation by fiscal period, beside the same period of the fiscal year before.
//!
//! In a calendar of weeks a period of five weeks, or of six where a 53rd week was added, is no measure for one of four:
//! the comparison says whether the amounts can be compared as they stand, and by how much the amount a week rose.

use forecasting::{
    depreciation::Path,
    money::Currency,
    month::{FiscalPeriod, Month, PeriodComparison},
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    as_known,
    book_figures::{self, Key},
    book_masks::FEWEST_SUMMED,
    books::{Books, Stated},
    holdings::Holding,
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// What a fiscal period charges, beside the same one a year before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodRow {
    /// The currency of the amounts.
    pub currency: Currency,
    /// Whether so many assets stand behind all of the months that no amount tells a price.
    pub tells_no_price: bool,
    /// The period.
    pub period: FiscalPeriod,
    /// Depreciation charged in it.
    pub charge: Decimal,
    /// The same period of the fiscal year before.
    pub earlier: FiscalPeriod,
    /// Depreciation charged in that.
    pub earlier_charge: Decimal,
    /// What the two have in common.
    pub comparison: PeriodComparison,
}

/// Periods of a fiscal year, 1 to 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Periods {
    /// The label of the fiscal year.
    pub fiscal_year: i32,
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

impl Periods {
    /// Their nominal months.
    ///
    /// # Errors
    /// `Invalid` for periods that are none.
    pub fn months(self, books: &Books) -> Result<(Month, Month)> {
        let months = books.calendar.months_of_periods(self.fiscal_year, self.first, self.last);
        months.map_err(|cause| book_figures::refused("", &cause))
    }
}

/// The charges of periods, by currency and period.
///
/// # Errors
/// As [`Periods::months`], and those of the database.
pub async fn compare(
    db: &impl Read,
    books: &Books,
    condition: Condition,
    periods: Periods,
) -> Result<Vec<PeriodRow>> {
    let (from, to) = periods.months(books)?;
    let start = from.plus(-12);
    let (assets, recorded) = as_known::in_books(db, books, condition, start.first_day()).await?;
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    tokio::task::block_in_place(|| {
        let span = (start.first_day(), to.last_day());
        let stays = |stated: &Stated| {
            stated.entry.first_posted() <= start && stated.entry.left().is_none_or(|left| left > span.1)
        };
        let path = |_: &Holding, stated: &Stated| Path::from(vec![stays(stated).then(|| "stays".to_owned())]);
        let entered = book_figures::enter(books, (assets, &recorded), span, |_| {}, path)?;
        let mut rows = Vec::new();
        for (currency, holdings) in &entered.holdings {
            let staying = entered.keys.iter().position(|key: &Key| key.iter().any(Option::is_some));
            let count = staying.and_then(|place| entered.counts.get(&(*currency, place))).copied();
            let charges = holdings.charges(start, to.since(start).unsigned_abs() + 1);
            rows.extend(of_currency(books, periods, *currency, count.unwrap_or_default(), &charges)?);
        }
        rows.sort_by_key(|row| (row.currency.code(), row.period.period));
        Ok(rows)
    })
}

fn of_currency(
    books: &Books,
    periods: Periods,
    currency: Currency,
    count: u64,
    charges: &[Decimal],
) -> Result<Vec<PeriodRow>> {
    let gone = || Error::internal("a fiscal period that is not there");
    let year = books.calendar.periods(periods.fiscal_year);
    let mut rows = Vec::new();
    for (place, number) in (periods.first..=periods.last).enumerate() {
        let period = *year.get(number as usize - 1).ok_or_else(gone)?;
        let earlier = books.calendar.same_period_last_year(periods.fiscal_year, number).ok_or_else(gone)?;
        let of = |place: usize| charges.get(place).copied().unwrap_or_default();
        let (charge, earlier_charge) = (of(place + 12), of(place));
        rows.push(PeriodRow {
            currency,
            tells_no_price: count >= FEWEST_SUMMED,
            period,
            charge,
            earlier,
            earlier_charge,
            comparison: period.compare(charge, &earlier, earlier_charge),
        });
    }
    Ok(rows)
}
