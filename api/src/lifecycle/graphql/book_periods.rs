//! Depreciation by fiscal period, as clients see it.

use async_graphql::{InputObject, SimpleObject};
use forecasting::month::FiscalPeriod;
use rust_decimal::Decimal;

use crate::{
    error::{Error, Result},
    lifecycle::{
        book_periods::{PeriodRow, Periods},
        books::Books,
    },
    rules::require_range,
    schema::scalar::{Date, Month, plain},
};

/// Consecutive periods of a fiscal year.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct FiscalPeriodsInput {
    /// The fiscal year, as its calendar counts it.
    fiscal_year: i32,
    /// The first period, 1 to 12.
    #[graphql(default = 1)]
    first: i32,
    /// The last period, 1 to 12.
    #[graphql(default = 12)]
    last: i32,
}

impl FiscalPeriodsInput {
    fn periods(self) -> Result<Periods> {
        require_range("periods.fiscalYear", self.fiscal_year, 1970, 2199)?;
        require_range("periods.first", self.first, 1, 12)?;
        require_range("periods.last", self.last, 1, 12)?;
        if self.last < self.first {
            let message = format!("{} lies before the first period, {}", self.last, self.first);
            return Err(Error::invalid("periods.last", message));
        }
        let (first, last) = (self.first.unsigned_abs(), self.last.unsigned_abs());
        Ok(Periods { fiscal_year: self.fiscal_year, first, last })
    }
}

/// The months that are asked for: by themselves, or as periods of a fiscal year.
pub fn span(
    books: &Books,
    months: (Option<Month>, Option<Month>),
    periods: Option<FiscalPeriodsInput>,
) -> Result<((Month, Month), Option<Periods>)> {
    match (months, periods) {
        ((Some(from), Some(to)), None) => Ok(((from, to), None)),
        ((None, None), Some(periods)) => {
            let periods = periods.periods()?;
            let (from, to) = periods.months(books)?;
            Ok(((Month(from), Month(to)), Some(periods)))
        }
        _ => Err(Error::invalid("periods", "is needed, or else from with to, and not both")),
    }
}

/// A fiscal period.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookPeriod {
    /// The fiscal year, as its calendar counts it.
    fiscal_year: i32,
    /// The period, 1 to 12.
    period: u32,
    /// First day.
    first_on: Date,
    /// Last day.
    last_on: Date,
    /// Its weeks, in a calendar of weeks. Null in one of months.
    weeks: Option<u32>,
}

impl From<FiscalPeriod> for BookPeriod {
    fn from(period: FiscalPeriod) -> Self {
        Self {
            fiscal_year: period.fiscal_year,
            period: period.period,
            first_on: Date(period.first_day),
            last_on: Date(period.last_day),
            weeks: period.weeks,
        }
    }
}

/// What a fiscal period charges, beside the same one of the fiscal year before. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct BookPeriodComparison {
    /// The currency of the amounts.
    currency: String,
    /// The period.
    period: BookPeriod,
    /// Depreciation charged in it.
    charge: Option<Decimal>,
    /// The same a week, in a calendar of weeks.
    charge_per_week: Option<Decimal>,
    /// The same period of the fiscal year before.
    last_year: BookPeriod,
    /// Depreciation charged in that.
    last_year_charge: Option<Decimal>,
    /// The same a week, in a calendar of weeks.
    last_year_charge_per_week: Option<Decimal>,
    /// The charge less that of the year before, as they stand.
    difference: Option<Decimal>,
    /// Whether the two can be compared as they stand: they have as many weeks, or are months.
    comparable: bool,
    /// By what fraction the charge rose; in a calendar of weeks the charge a week. Null where there was none before.
    change: Option<Decimal>,
    /// Whether amounts are hidden from the caller's role: fewer than five assets stand behind all of the months.
    amounts_hidden: bool,
}

impl BookPeriodComparison {
    /// A row, with its amounts where the caller may see them.
    pub(super) fn new(row: &PeriodRow, may: bool) -> Self {
        let is_shown = may || row.tells_no_price;
        let shown = |amount: Decimal| is_shown.then(|| plain(amount));
        let rounded = |amount: Option<Decimal>| amount.filter(|_| is_shown).map(|amount| amount.round_dp(4));
        let found = row.comparison;
        Self {
            currency: row.currency.code().to_owned(),
            period: row.period.into(),
            charge: shown(row.charge),
            charge_per_week: rounded(found.later_per_week),
            last_year: row.earlier.into(),
            last_year_charge: shown(row.earlier_charge),
            last_year_charge_per_week: rounded(found.earlier_per_week),
            difference: shown(found.difference),
            comparable: found.comparable,
            change: rounded(found.change),
            amounts_hidden: !is_shown,
        }
    }
}
