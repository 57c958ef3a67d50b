//! What a unit will cost on a later day.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::growth::compound_fraction;
use crate::money::times;

/// How the price of a category of hardware moves, by calendar year. A fraction: 0.18 is 18 % a year.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceIndex {
    /// The rise within a calendar year.
    pub years: BTreeMap<i32, Decimal>,
    /// The rise in years that are not listed; `None` makes such a year an error.
    pub otherwise: Option<Decimal>,
}

impl PriceIndex {
    /// Prices that do not move.
    pub fn flat() -> Self {
        Self { years: BTreeMap::new(), otherwise: Some(Decimal::ZERO) }
    }
}

/// Prices that move by an index. Remembers what it has worked out, for many units are bought on few days.
#[derive(Debug, Clone)]
pub struct Prices {
    index: PriceIndex,
    /// The rise over a number of days of a calendar year.
    rises: HashMap<(i32, u32), Decimal>,
}

impl Prices {
    /// Prices by an index.
    pub fn new(index: PriceIndex) -> Self {
        Self { index, rises: HashMap::new() }
    }

    /// The price on `date` of what costs `base` on `base_date`, unrounded.
    ///
    /// Each calendar year contributes `(1 + rate)^(days / days of that year)`, with the days of it that lie between
    /// the two dates, so that a whole year raises the price by exactly its rate, leap year or not. A date before
    /// `base_date` takes the price back the same way.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Missing`] for a year without a rate; [`ForecastError::Invalid`] for a negative base or an
    /// impossible rate; [`ForecastError::OutOfRange`] if the price does not fit.
    pub fn at(&mut self, base: Decimal, base_date: NaiveDate, date: NaiveDate) -> Result<Decimal> {
        if base < Decimal::ZERO {
            return Err(ForecastError::invalid("price", &base, "a price is not negative"));
        }
        let (first, last) = (base_date.min(date), base_date.max(date));
        let mut factor = Decimal::ONE;
        for year in first.year()..=last.year() {
            let (Some(start), Some(next)) =
                (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year + 1, 1, 1))
            else {
                return Err(ForecastError::invalid("date", &date, "a date lies in the years 1 to 9999"));
            };
            let days = (last.min(next) - first.max(start)).num_days();
            if days > 0 {
                let length = (next - start).num_days().unsigned_abs() as u32;
                factor = times(factor, self.rise(year, days.unsigned_abs() as u32, length)?, "price")?;
            }
        }
        if date >= base_date {
            return times(base, factor, "price");
        }
        base.checked_div(factor).ok_or(ForecastError::OutOfRange { field: "price" })
    }

    fn rise(&mut self, year: i32, days: u32, length: u32) -> Result<Decimal> {
        if let Some(rise) = self.rises.get(&(year, days)) {
            return Ok(*rise);
        }
        let rate = self.index.years.get(&year).copied().or(self.index.otherwise);
        let rate = rate.ok_or(ForecastError::Missing {
            field: "price index",
            reason: "a year between the quote and the order has no rate",
        })?;
        let rise = compound_fraction(rate, days, length)?;
        self.rises.insert((year, days), rise);
        Ok(rise)
    }
}

/// One price by an index, as [`Prices::at`].
///
/// # Errors
///
/// As [`Prices::at`].
pub fn price_at(base: Decimal, base_date: NaiveDate, index: &PriceIndex, date: NaiveDate) -> Result<Decimal> {
    Prices::new(index.clone()).at(base, base_date, date)
}
