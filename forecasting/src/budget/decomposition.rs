//! How much of a variance is volume, price and exchange rate.

use rust_decimal::Decimal;

use super::remainder::round_to_total;
use super::variance::Orientation;
use crate::error::{ForecastError, Result};
use crate::money::{Currency, bounded, times};

/// Decimal places kept inside: amounts up to the limit of money still add up exactly with these.
const PLACES: u32 = 10;

/// A quantity at a price in the currency it is bought in, and the rate of that currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedVolume {
    /// How many units.
    pub quantity: Decimal,
    /// Price of a unit in the currency it is bought in.
    pub price: Decimal,
    /// Units of the reporting currency for one of the currency it is bought in; above zero, 1 where both are
    /// the same.
    pub rate: Decimal,
}

/// A variance by its causes, in the reporting currency. Volume, price and exchange always sum to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decomposition {
    /// Whether the variance is of costs or of sales.
    pub orientation: Orientation,
    /// What was planned.
    pub plan: Decimal,
    /// What came about.
    pub actual: Decimal,
    /// Due to another quantity, at the planned price and rate.
    pub volume: Decimal,
    /// Due to another price, for the actual quantity at the planned rate.
    pub price: Decimal,
    /// Due to another exchange rate, for the actual quantity at the actual price.
    pub exchange: Decimal,
}

impl Decomposition {
    /// The variance.
    pub fn total(&self) -> Decimal {
        self.volume + self.price + self.exchange
    }

    /// Rounded to the minor unit so that everything shown foots: the total is the rounded plan less the rounded
    /// actual figure (the other way round for sales), and the missing units go to the largest remainders.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] if the parts are not those of plan and actual.
    pub fn rounded(&self, currency: Currency) -> Result<Self> {
        let (plan, actual) = (currency.round(self.plan), currency.round(self.actual));
        let parts = round_to_total(
            &[self.volume, self.price, self.exchange],
            self.orientation.variance(plan, actual),
            currency,
            "variance",
        )?;
        Ok(Self { plan, actual, volume: parts[0], price: parts[1], exchange: parts[2], ..*self })
    }
}

/// Decomposes the variance of one row.
///
/// On costs: volume `(q_p - q_a) p_p r_p`, price `q_a (p_p - p_a) r_p`, exchange `q_a p_a (r_p - r_a)`. On sales
/// each with the opposite sign, which is the form in which planning software publishes it. Both are the three
/// steps from the planned to the actual value, taken one factor after the other, so nothing is left over.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for an exchange rate that is not above zero; [`ForecastError::OutOfRange`] for
/// values that do not fit.
pub fn decompose(
    plan: &PricedVolume,
    actual: &PricedVolume,
    orientation: Orientation,
) -> Result<Decomposition> {
    for rate in [plan.rate, actual.rate] {
        if rate <= Decimal::ZERO {
            return Err(ForecastError::invalid("rate", &rate, "an exchange rate is above zero"));
        }
    }
    let planned = value(plan.quantity, plan.price, plan.rate)?;
    let at_plan_price = value(actual.quantity, plan.price, plan.rate)?;
    let at_plan_rate = value(actual.quantity, actual.price, plan.rate)?;
    let spent = value(actual.quantity, actual.price, actual.rate)?;
    Ok(Decomposition {
        orientation,
        plan: planned,
        actual: spent,
        volume: orientation.variance(planned, at_plan_price),
        price: orientation.variance(at_plan_price, at_plan_rate),
        exchange: orientation.variance(at_plan_rate, spent),
    })
}

/// Decomposes row by row and adds up. Averages of prices or rates over rows are never taken: they would move
/// between the causes what is due to the mix of rows.
///
/// # Errors
///
/// As [`decompose`].
pub fn decompose_rows<'a>(
    rows: impl IntoIterator<Item = &'a (PricedVolume, PricedVolume)>,
    orientation: Orientation,
) -> Result<Decomposition> {
    let mut sum = Decomposition { orientation, ..Decomposition::default() };
    for (plan, actual) in rows {
        let row = decompose(plan, actual, orientation)?;
        sum = Decomposition {
            orientation,
            plan: bounded(sum.plan + row.plan, "plan")?,
            actual: bounded(sum.actual + row.actual, "actual")?,
            volume: bounded(sum.volume + row.volume, "volume variance")?,
            price: bounded(sum.price + row.price, "price variance")?,
            exchange: bounded(sum.exchange + row.exchange, "exchange variance")?,
        };
    }
    Ok(sum)
}

/// Quantity times price times rate. Places far below the minor unit are cut so that differences are exact.
fn value(quantity: Decimal, price: Decimal, rate: Decimal) -> Result<Decimal> {
    let value = times(times(quantity, price, "value")?, rate, "value")?;
    Ok(value.round_dp(PLACES))
}
