//! How far forecasts were from what came, by how far ahead they looked.
//!
//! With A what came and F the P50 that was forecast: WAPE is Σ|A − F| / ΣA, the bias (ΣF − ΣA) / ΣA, so that it is
//! above zero where forecasts were too high. Coverage is the share of months whose A lies between P10 and P90, both
//! included; four in five are what such an interval promises.

use rust_decimal::Decimal;

use super::figures::{bounded, minus, not_negative, over, plus};
use crate::error::{ForecastError, Result};

/// A month that was forecast and has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scored {
    /// How many months ahead it was forecast, from 1.
    pub ahead: u32,
    /// What one in ten values was to stay below.
    pub p10: Decimal,
    /// The forecast.
    pub p50: Decimal,
    /// What nine in ten values were to stay below.
    pub p90: Decimal,
    /// What came.
    pub actual: Decimal,
}

impl Scored {
    /// Whether what came lies between P10 and P90, both included.
    #[must_use]
    pub fn is_within(&self) -> bool {
        self.p10 <= self.actual && self.actual <= self.p90
    }
}

/// How far ahead a forecast looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Band {
    /// One to three months.
    Quarter,
    /// Four to six.
    HalfYear,
    /// Seven to twelve.
    Year,
    /// Thirteen to twenty-four.
    SecondYear,
    /// Twenty-five to thirty-six.
    ThirdYear,
    /// More than thirty-six.
    Later,
}

impl Band {
    /// All of them, the nearest first.
    pub const ALL: [Self; 6] =
        [Self::Quarter, Self::HalfYear, Self::Year, Self::SecondYear, Self::ThirdYear, Self::Later];

    /// The band of a number of months.
    #[must_use]
    pub const fn of(ahead: u32) -> Self {
        match ahead {
            0..=3 => Self::Quarter,
            4..=6 => Self::HalfYear,
            7..=12 => Self::Year,
            13..=24 => Self::SecondYear,
            25..=36 => Self::ThirdYear,
            _ => Self::Later,
        }
    }

    /// Its first month, and its last where it has one.
    #[must_use]
    pub const fn months(self) -> (u32, Option<u32>) {
        match self {
            Self::Quarter => (1, Some(3)),
            Self::HalfYear => (4, Some(6)),
            Self::Year => (7, Some(12)),
            Self::SecondYear => (13, Some(24)),
            Self::ThirdYear => (25, Some(36)),
            Self::Later => (37, None),
        }
    }
}

/// How far forecasts were from what came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Months that were compared; one that was forecast several times counts as often.
    pub count: usize,
    /// Σ|A − F| / ΣA; absent where nothing was compared or nothing came.
    pub wape: Option<Decimal>,
    /// (ΣF − ΣA) / ΣA, above zero where forecasts were too high; absent as the WAPE is.
    pub bias: Option<Decimal>,
    /// The share of months that lay between P10 and P90; absent where nothing was compared.
    pub coverage80: Option<Decimal>,
}

/// The score of months that were forecast and have come.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a month that was forecast 0 months ahead, for what came and is negative, and beyond
/// the range of quantities.
pub fn score<'a>(months: impl IntoIterator<Item = &'a Scored>) -> Result<Score> {
    let (mut came, mut said, mut wrong) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    let (mut count, mut held) = (0_usize, 0_usize);
    for month in months {
        if month.ahead == 0 {
            return Err(ForecastError::invalid("ahead", &0, "a forecast looks one month ahead at least"));
        }
        let actual = not_negative(month.actual, "actual")?;
        came = plus(came, actual, "actual")?;
        said = plus(said, bounded(month.p50, "p50")?, "p50")?;
        wrong = plus(wrong, minus(actual, month.p50, "error")?.abs(), "error")?;
        count += 1;
        held += usize::from(month.is_within());
    }
    Ok(Score {
        count,
        wape: over(wrong, came),
        bias: over(minus(said, came, "bias")?, came),
        coverage80: over(Decimal::from(held), Decimal::from(count)),
    })
}

/// The scores by how far ahead was looked, the nearest first: every band, with a count of 0 where none has come.
///
/// # Errors
///
/// As [`score`].
pub fn by_band(months: &[Scored]) -> Result<Vec<(Band, Score)>> {
    let of = |band: Band| {
        let own = months.iter().filter(move |month| Band::of(month.ahead) == band);
        Ok((band, score(own)?))
    };
    Band::ALL.into_iter().map(of).collect()
}
