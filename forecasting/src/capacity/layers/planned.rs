//! What may be planned with, of what is usable.

use rust_decimal::Decimal;

use crate::capacity::figures::{fraction, not_negative, over, positive, times};
use crate::error::Result;
use crate::explain::Explanation;

/// A quantity and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reckoned {
    /// How much.
    pub quantity: Decimal,
    /// How it came about.
    pub explanation: Explanation,
}

/// How much of its power a rack, or several, use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerUse {
    /// Load over what is protected. Absent where nothing is.
    pub of_protected: Option<Decimal>,
    /// Load over the sum of all feeds: half of the truth for a redundant pair.
    pub of_sum: Option<Decimal>,
}

/// What may be planned with: usable × planning limit, and all of it where no limit is known, which is said.
///
/// # Errors
///
/// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a negative quantity, or a limit outside 0 to 1.
pub fn plannable(usable: Decimal, limit: Option<Decimal>) -> Result<Reckoned> {
    let usable = not_negative(usable, "usable")?;
    let explanation =
        Explanation::new("plannable = usable × planning limit").input("usable", usable.normalize());
    let Some(limit) = limit else {
        let explanation =
            explanation.assume("no planning limit is known: all that is usable is planned with");
        return Ok(Reckoned { quantity: usable, explanation });
    };
    let quantity = times(usable, fraction(limit, "planning_limit")?, "plannable")?;
    Ok(Reckoned { quantity, explanation: explanation.input("planning limit", limit.normalize()) })
}

/// What is usable where nothing is lost between the two: of heights, ports, cooling, rights.
///
/// # Errors
///
/// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a negative quantity.
pub fn whole(raw: Decimal) -> Result<Reckoned> {
    let quantity = not_negative(raw, "raw")?;
    let explanation = Explanation::new("usable = raw")
        .input("raw", quantity.normalize())
        .assume("nothing of this resource goes to protection or overhead");
    Ok(Reckoned { quantity, explanation })
}

/// Data that fits if it can be reduced as is taken for granted: usable × reduction.
///
/// # Errors
///
/// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a negative quantity, or a reduction not above 0.
pub fn effective(usable: Decimal, reduction: Decimal) -> Result<Reckoned> {
    let usable = not_negative(usable, "usable")?;
    let quantity = times(usable, positive(reduction, "reduction")?, "effective")?;
    let explanation = Explanation::new("effective = usable × reduction")
        .input("usable", usable.normalize())
        .input("reduction", reduction.normalize())
        .assume("reduction is an assumption: usable and plannable do not count on it");
    Ok(Reckoned { quantity, explanation })
}

/// How much of power a load uses: of what is protected, and of the sum of all feeds, which is half of the truth for a
/// redundant pair.
///
/// # Errors
///
/// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a negative load.
pub fn of_feeds(load: Decimal, protected: Decimal, sum_of_feeds: Option<Decimal>) -> Result<PowerUse> {
    not_negative(load, "load")?;
    let of_sum = sum_of_feeds.and_then(|sum| over(load, sum));
    Ok(PowerUse { of_protected: over(load, protected), of_sum })
}
