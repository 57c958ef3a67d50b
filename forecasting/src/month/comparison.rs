//! Figures of fiscal periods side by side, where one may have more weeks than the other.

use rust_decimal::Decimal;

use super::calendar::Month;
use super::fiscal::{FiscalCalendar, FiscalPeriod};
use crate::error::{ForecastError, Result};
use crate::money::proportion;

/// What two periods have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeriodComparison {
    /// The later amount less the earlier one, as they stand.
    pub difference: Decimal,
    /// Whether the amounts may be compared as they stand: both periods have the same number of weeks, or are months.
    pub comparable: bool,
    /// The earlier amount a week; `None` for months.
    pub earlier_per_week: Option<Decimal>,
    /// The later amount a week; `None` for months.
    pub later_per_week: Option<Decimal>,
    /// By what fraction the amount a week rose; for months the amount itself. `None` where the earlier one is zero.
    pub change: Option<Decimal>,
}

impl FiscalPeriod {
    /// An amount of this period a week; `None` for months, which are not made of weeks.
    pub fn per_week(&self, amount: Decimal) -> Option<Decimal> {
        amount.checked_div(Decimal::from(self.weeks?))
    }

    /// Compares an amount of this period with one of an earlier period. In a pattern of weeks a period of five weeks
    /// holds a quarter more than one of four, and a 53rd week adds to the last: only the amounts a week tell a rise.
    pub fn compare(&self, amount: Decimal, earlier: &Self, earlier_amount: Decimal) -> PeriodComparison {
        let (before, after) = (earlier.per_week(earlier_amount), self.per_week(amount));
        let (base, level) = before.zip(after).unwrap_or((earlier_amount, amount));
        // Divided before one is taken away, so that no product can leave the range of a decimal.
        let ratio = (!base.is_zero()).then(|| level.checked_div(base)).flatten();
        PeriodComparison {
            difference: amount.saturating_sub(earlier_amount),
            comparable: self.weeks == earlier.weeks,
            earlier_per_week: before,
            later_per_week: after,
            change: ratio.map(|ratio| ratio.saturating_sub(Decimal::ONE)),
        }
    }
}

impl FiscalCalendar {
    /// The same period of the fiscal year before; `None` for a period that is not 1 to 12.
    pub fn same_period_last_year(&self, fiscal_year: i32, period: u32) -> Option<FiscalPeriod> {
        let index = (period as usize).checked_sub(1)?;
        self.periods(fiscal_year.checked_sub(1)?).get(index).copied()
    }

    /// The nominal months of the periods `first` to `last`, 1 to 12, of a fiscal year, by which books post.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a period that is not 1 to 12 or a last one before the first.
    pub fn months_of_periods(&self, fiscal_year: i32, first: u32, last: u32) -> Result<(Month, Month)> {
        if !(1..=12).contains(&first) || !(first..=12).contains(&last) {
            let rule = "periods are 1 to 12, the first not after the last";
            return Err(ForecastError::invalid("period", &format!("{first}-{last}"), rule));
        }
        let start = self.first_month(fiscal_year);
        Ok((start.plus(first as i32 - 1), start.plus(last as i32 - 1)))
    }

    /// Weeks of a fiscal year, 52 or 53; `None` for months.
    pub fn weeks_of_year(&self, fiscal_year: i32) -> Option<u32> {
        self.periods(fiscal_year).iter().map(|period| period.weeks).sum()
    }

    /// An amount of a fiscal year divided among its periods by their weeks, unrounded; equally among months.
    pub fn by_weeks(&self, fiscal_year: i32, amount: Decimal) -> Vec<(FiscalPeriod, Decimal)> {
        let periods = self.periods(fiscal_year);
        let weight = |period: &FiscalPeriod| Decimal::from(period.weeks.unwrap_or(1));
        let whole: Decimal = periods.iter().map(weight).sum();
        periods.iter().map(|period| (*period, proportion(amount, weight(period), whole))).collect()
    }
}
