//! What to set aside each month for a refresh that is years away.

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::growth::compound;
use crate::money::{Money, bounded, times};

/// A reserve for a later refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reserve {
    /// What the refresh will cost then, rounded to the minor unit.
    pub future: Money,
    /// An even share of that per month, rounded to the minor unit; the last month takes the remainder, as
    /// [`spread_equal`](crate::money::spread_equal) of `future` divides it.
    pub per_month: Money,
}

/// The reserve for what costs `today` now, rises by `escalation` a year for `years`, and is saved for in `months`.
///
/// `future = today × (1 + escalation)^years`, and that divided by the months. No interest is earned on what was
/// saved.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for no months, a negative cost or an impossible escalation;
/// [`ForecastError::OutOfRange`] if the cost does not fit.
pub fn reserve(today: Money, escalation: Decimal, years: u32, months: u32) -> Result<Reserve> {
    if months == 0 {
        return Err(ForecastError::invalid("months", &months, "a reserve is saved for in at least a month"));
    }
    if bounded(today.amount, "cost")? < Decimal::ZERO {
        return Err(ForecastError::invalid("cost", &today.amount, "a cost is not negative"));
    }
    let future = times(today.amount, compound(escalation, years)?, "future cost")?;
    let future = Money::new(future, today.currency).round();
    let per_month = Money::new(future.amount / Decimal::from(months), today.currency).round();
    Ok(Reserve { future, per_month })
}
