//! Amounts of money: a decimal and an ISO 4217 currency, never a binary float.
//!
//! Amounts keep their full precision inside a calculation and are rounded, half away from zero, only where a
//! person would be invoiced or would post. Three ways of dividing are offered, and each conserves the total
//! to the last minor unit: [`spread_equal`], [`spread_cumulative`] and [`split`].

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

use crate::error::{ForecastError, Result};

/// The largest magnitude an amount may have, in units of its currency: far above any real estate, and low
/// enough that a thousand million amounts still add up exactly.
pub const LIMIT: Decimal = Decimal::from_parts(0xA764_0000, 0x0DE0_B6B3, 0, false, 0);

/// A currency of ISO 4217 that has a minor unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self(iso_currency::Currency::USD);
    /// Euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);
    /// Japanese yen, which has no minor unit in use.
    pub const JPY: Self = Self(iso_currency::Currency::JPY);

    /// The currency with a three-letter code in capitals.
    ///
    /// # Errors
    ///
    /// [`ForecastError::UnknownCurrency`] if the code is unknown or has no minor unit.
    pub fn from_code(code: &str) -> Result<Self> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| ForecastError::UnknownCurrency { code: code.to_owned() })
    }

    /// The three-letter code, such as `USD`.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimal places of the minor unit: 2 for USD, 0 for JPY, 3 for BHD.
    pub fn minor_units(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }

    /// Rounds half away from zero to the minor unit.
    pub fn round(self, amount: Decimal) -> Decimal {
        amount.round_dp_with_strategy(self.minor_units(), RoundingStrategy::MidpointAwayFromZero)
    }

    /// An amount in whole minor units, such as cents, rounded as by [`round`](Self::round). Sums of very many
    /// amounts are taken in these, for they cost a tenth of what decimals do.
    pub(crate) fn to_minor(self, amount: Decimal) -> i128 {
        let places = self.minor_units();
        let rounded = if amount.scale() > places { self.round(amount) } else { amount };
        rounded.mantissa() * 10_i128.pow(places.saturating_sub(rounded.scale()))
    }

    /// The amount that a number of minor units is.
    #[expect(
        clippy::wrong_self_convention,
        reason = "it is the way back from `to_minor`, in the same currency"
    )]
    pub(crate) fn from_minor(self, minor: i128) -> Decimal {
        Decimal::from_i128_with_scale(minor, self.minor_units())
    }

    /// A number of minor units, if it is within [`LIMIT`].
    pub(crate) fn bounded_minor(self, minor: i128, field: &'static str) -> Result<i128> {
        let limit = LIMIT.mantissa() * 10_i128.pow(self.minor_units());
        if minor.abs() > limit { Err(ForecastError::OutOfRange { field }) } else { Ok(minor) }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = ForecastError;

    fn from_str(code: &str) -> Result<Self> {
        Self::from_code(code)
    }
}

/// An amount in units (not minor units) of a currency. Costs are positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much, in units of the currency.
    pub amount: Decimal,
    /// Of what.
    pub currency: Currency,
}

impl Money {
    /// An amount of a currency.
    pub fn new(amount: Decimal, currency: Currency) -> Self {
        Self { amount, currency }
    }

    /// Nothing, in a currency.
    pub fn zero(currency: Currency) -> Self {
        Self::new(Decimal::ZERO, currency)
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    ///
    /// [`ForecastError::CurrencyMismatch`] if the currencies differ, [`ForecastError::OutOfRange`] beyond
    /// [`LIMIT`].
    pub fn checked_add(self, other: Self) -> Result<Self> {
        if self.currency != other.currency {
            return Err(ForecastError::CurrencyMismatch {
                expected: self.currency.to_string(),
                found: other.currency.to_string(),
            });
        }
        let sum = self.amount.checked_add(other.amount).ok_or(ForecastError::OutOfRange { field: "sum" })?;
        Ok(Self::new(bounded(sum, "sum")?, self.currency))
    }

    /// The amount rounded half away from zero to the minor unit.
    pub fn round(self) -> Self {
        Self::new(self.currency.round(self.amount), self.currency)
    }

    /// The same amount with as many decimals as its currency has, and more where it needs more: 5 USD read 5.00.
    #[must_use]
    pub fn in_minor_units(self) -> Self {
        let mut amount = self.amount.normalize();
        if amount.scale() < self.currency.minor_units() {
            amount.rescale(self.currency.minor_units());
        }
        Self::new(amount, self.currency)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.amount, self.currency)
    }
}

/// How a total is divided among the rounded periods of a schedule. Both sum to the rounded total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Rounding {
    /// Each period is rounded by itself and the last takes the remainder.
    LastPeriod,
    /// Each period is the rounded sum so far less the one before, so that every prefix is the exact figure
    /// rounded once: year totals come out as if they had been computed directly.
    #[default]
    Cumulative,
}

/// Divides a total into `periods` equal rounded amounts; the last takes the remainder.
///
/// 10,000.00 over 36 is 35 times 277.78 and once 277.70. No period overshoots what is left, so the amounts
/// never change sign even where the total is smaller than one minor unit per period. An empty vector for no
/// periods.
pub fn spread_equal(total: Money, periods: u32) -> Vec<Money> {
    let whole = total.round().amount;
    let currency = total.currency;
    let Some(share) = whole.checked_div(Decimal::from(periods)).map(|share| currency.round(share)) else {
        return Vec::new();
    };
    let mut left = whole;
    let mut amounts = Vec::with_capacity(periods as usize);
    for _ in 1..periods {
        let amount = if share.abs() > left.abs() { left } else { share };
        left -= amount;
        amounts.push(Money::new(amount, currency));
    }
    amounts.push(Money::new(left, currency));
    amounts
}

/// Divides a total into `periods` amounts so that the first k of them sum to the exact share k/n, rounded once.
///
/// An empty vector for no periods.
pub fn spread_cumulative(total: Money, periods: u32) -> Vec<Money> {
    let whole = total.round().amount;
    let count = Decimal::from(periods);
    let mut before = Decimal::ZERO;
    (1..=periods)
        .map(|period| {
            let upto = total.currency.round(proportion(whole, Decimal::from(period), count));
            let amount = upto - before;
            before = upto;
            Money::new(amount, total.currency)
        })
        .collect()
}

/// Splits a total by weights with the largest remainder method: every share is cut down to the minor unit and
/// the missing units go to the largest cut-off fractions, on a tie to the lower index.
///
/// 100,000.00 by 3 : 3 : 1 is 42,857.14, 42,857.14 and 14,285.72.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for no weights, a negative weight or weights that are all zero;
/// [`ForecastError::OutOfRange`] for a total or weights beyond [`LIMIT`].
pub fn split(total: Money, weights: &[Decimal]) -> Result<Vec<Money>> {
    let whole = bounded(total.round().amount, "total")?;
    let mut sum = Decimal::ZERO;
    for weight in weights {
        if weight.is_sign_negative() && !weight.is_zero() {
            return Err(ForecastError::invalid("weight", weight, "a weight is not negative"));
        }
        sum = bounded(sum + bounded(*weight, "weight")?, "sum of weights")?;
    }
    if sum.is_zero() {
        return Err(ForecastError::invalid("weights", &weights.len(), "at least one weight is above zero"));
    }
    let places = total.currency.minor_units();
    let mut left = whole;
    let mut shares = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let exact = proportion(whole, *weight, sum);
        let cut = exact.round_dp_with_strategy(places, RoundingStrategy::ToZero);
        left -= cut;
        shares.push((index, cut, (exact - cut).abs()));
    }
    let unit = Decimal::new(if whole.is_sign_negative() { -1 } else { 1 }, places);
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|a, b| shares[*b].2.cmp(&shares[*a].2).then(a.cmp(b)));
    for index in order {
        if left.is_zero() {
            break;
        }
        shares[index].1 += unit;
        left -= unit;
    }
    Ok(shares.into_iter().map(|(_, amount, _)| Money::new(amount, total.currency)).collect())
}

/// `total × part / whole`, which is exact where part equals whole; zero where whole is.
pub(crate) fn proportion(total: Decimal, part: Decimal, whole: Decimal) -> Decimal {
    if part == whole {
        return if whole.is_zero() { Decimal::ZERO } else { total };
    }
    match total.checked_mul(part).and_then(|product| product.checked_div(whole)) {
        Some(share) => share,
        // The product left the range of a decimal: divide first and lose digits far below the minor unit.
        None => part.checked_div(whole).map_or(Decimal::ZERO, |ratio| total * ratio),
    }
}

/// The amount itself if its magnitude is within [`LIMIT`].
pub(crate) fn bounded(amount: Decimal, field: &'static str) -> Result<Decimal> {
    if amount.abs() > LIMIT { Err(ForecastError::OutOfRange { field }) } else { Ok(amount) }
}

/// The product of two figures, within [`LIMIT`].
pub(crate) fn times(left: Decimal, right: Decimal, field: &'static str) -> Result<Decimal> {
    bounded(left.checked_mul(right).ok_or(ForecastError::OutOfRange { field })?, field)
}
