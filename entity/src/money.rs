//! Exact decimals in eight bytes: sums of money, and rates and quantities.
//!
//! Both are whole numbers in the database, so that PostgreSQL and `SQLite` compare, order and sum them
//! alike and without loss; both are decimal strings in JSON. Arithmetic on money is not done here.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use sea_orm::DeriveValueType;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A sum of money in millionths of its currency's unit; the currency stands in a column beside it.
///
/// Reaches from −9 223 372 036 854.775808 to 9 223 372 036 854.775807.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Amount(pub i64);

/// A ratio, a rate of change or a quantity in billionths: 3 % is `0.03`, which is 30 000 000 billionths.
///
/// Reaches from −9 223 372 036.854775808 to 9 223 372 036.854775807.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct Rate(pub i64);

/// Why a decimal cannot be kept as an [`Amount`] or a [`Rate`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// More decimals than the column keeps; rounding is the caller's decision.
    #[error("{value} has more than {decimals} decimals")]
    TooManyDecimals { value: Decimal, decimals: u32 },
    /// The value does not fit eight bytes.
    #[error("{value} is out of range: at most {limit} either way")]
    OutOfRange { value: Decimal, limit: Decimal },
    /// The text is no decimal number with a point.
    #[error("`{text}` is not a decimal number")]
    NotDecimal { text: String },
}

impl Amount {
    /// How many decimals are kept.
    pub const DECIMALS: u32 = 6;
    /// Nothing owed, nothing due.
    pub const ZERO: Self = Self(0);

    /// Keeps a decimal exactly.
    ///
    /// # Errors
    /// `TooManyDecimals` beyond the sixth, `OutOfRange` beyond the type's limits.
    pub fn try_from_decimal(value: Decimal) -> Result<Self, AmountError> {
        scaled(value, Self::DECIMALS).map(Self)
    }

    /// The sum in whole units of the currency, without trailing zeros.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, Self::DECIMALS).normalize()
    }
}

impl Rate {
    /// How many decimals are kept.
    pub const DECIMALS: u32 = 9;
    /// No change; none of it.
    pub const ZERO: Self = Self(0);
    /// One to one; all of it.
    pub const ONE: Self = Self(1_000_000_000);

    /// Keeps a decimal exactly.
    ///
    /// # Errors
    /// `TooManyDecimals` beyond the ninth, `OutOfRange` beyond the type's limits.
    pub fn try_from_decimal(value: Decimal) -> Result<Self, AmountError> {
        scaled(value, Self::DECIMALS).map(Self)
    }

    /// The value as a fraction or quantity, without trailing zeros.
    #[must_use]
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.0, Self::DECIMALS).normalize()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_decimal().fmt(formatter)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_decimal().fmt(formatter)
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        Self::try_from_decimal(decimal(text)?)
    }
}

impl FromStr for Rate {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        Self::try_from_decimal(decimal(text)?)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

fn decimal(text: &str) -> Result<Decimal, AmountError> {
    // `from_str` would round a 29th digit away in silence; `from_str_exact` refuses it.
    Decimal::from_str_exact(text).map_err(|_| AmountError::NotDecimal { text: text.to_owned() })
}

fn scaled(value: Decimal, decimals: u32) -> Result<i64, AmountError> {
    let value = value.normalize();
    let Some(missing) = decimals.checked_sub(value.scale()) else {
        return Err(AmountError::TooManyDecimals { value, decimals });
    };
    // The mantissa has 96 bits at most and the factor 30, so the product fits.
    i64::try_from(value.mantissa() * 10_i128.pow(missing))
        .map_err(|_| AmountError::OutOfRange { value, limit: Decimal::new(i64::MAX, decimals) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Result<Amount, AmountError> {
        text.parse()
    }

    #[test]
    fn an_amount_round_trips() {
        for (text, millionths) in [
            ("0", 0),
            ("1", 1_000_000),
            ("-12.5", -12_500_000),
            ("0.000001", 1),
            ("-0.000001", -1),
            ("9223372036854.775807", i64::MAX),
            ("-9223372036854.775808", i64::MIN),
        ] {
            let amount = amount(text).unwrap();
            assert_eq!(amount, Amount(millionths), "{text}");
            assert_eq!(amount.to_string(), text);
            assert_eq!(Amount::try_from_decimal(amount.to_decimal()), Ok(amount));
        }
    }

    #[test]
    fn trailing_zeros_are_no_decimals() {
        assert_eq!(amount("1.50000000000"), Ok(Amount(1_500_000)));
        assert_eq!(amount("1.50").unwrap().to_string(), "1.5");
    }

    #[test]
    fn a_seventh_decimal_is_refused() {
        let error = amount("1.2345678").unwrap_err();
        assert_eq!(error.to_string(), "1.2345678 has more than 6 decimals");
    }

    #[test]
    fn beyond_the_limits_is_refused() {
        for text in ["9223372036854.775808", "-9223372036854.775809", "79228162514264337593543950335"] {
            assert!(matches!(amount(text), Err(AmountError::OutOfRange { .. })), "{text}");
        }
        let error = amount("10000000000000").unwrap_err();
        assert_eq!(
            error.to_string(),
            "10000000000000 is out of range: at most 9223372036854.775807 either way"
        );
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for text in ["", "1,5", "1e3", "NaN", "ten", "0.00000000000000000000000000001"] {
            assert!(matches!(amount(text), Err(AmountError::NotDecimal { .. })), "{text}");
        }
    }

    #[test]
    fn a_rate_keeps_nine_decimals() {
        assert_eq!("0.03".parse(), Ok(Rate(30_000_000)));
        assert_eq!("1".parse(), Ok(Rate::ONE));
        assert_eq!("-0.000000001".parse(), Ok(Rate(-1)));
        assert_eq!(Rate(30_000_000).to_string(), "0.03");
        let error = "0.0000000001".parse::<Rate>().unwrap_err();
        assert_eq!(error.to_string(), "0.0000000001 has more than 9 decimals");
    }

    #[test]
    fn json_holds_decimal_strings() {
        assert_eq!(serde_json::to_string(&Amount(-12_500_000)).unwrap(), "\"-12.5\"");
        assert_eq!(serde_json::from_str::<Amount>("\"-12.5\"").unwrap(), Amount(-12_500_000));
        assert_eq!(serde_json::from_str::<Rate>("\"0.03\"").unwrap(), Rate(30_000_000));
        assert!(serde_json::from_str::<Amount>("12.5").is_err());
        assert!(serde_json::from_str::<Rate>("\"0.0000000001\"").is_err());
    }
}
