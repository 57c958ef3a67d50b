//! Storage behind protection and a reserve.

use rust_decimal::Decimal;

use super::Layers;
use crate::capacity::figures::{fraction, not_negative, over, positive, times};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;

/// How data is protected against the loss of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Stripes of data with parity: 8 and 2 keep 8 of 10.
    Parity {
        /// Parts of data.
        data: u32,
        /// Parts of parity.
        parity: u32,
    },
    /// Whole copies: 2 keep half.
    Copies(u32),
    /// The fraction that is kept.
    Kept(Decimal),
}

impl Protection {
    /// The fraction of raw storage that protection leaves.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for no data, no copy, or a fraction that is not above 0 and at most 1.
    pub fn kept(self) -> Result<Decimal> {
        let (kept, whole) = match self {
            Self::Parity { data, parity } => {
                (Decimal::from(data), Decimal::from(data) + Decimal::from(parity))
            }
            Self::Copies(copies) => (Decimal::ONE, Decimal::from(copies)),
            Self::Kept(kept) => (fraction(kept, "protection")?, Decimal::ONE),
        };
        over(kept, whole).filter(|kept| *kept > Decimal::ZERO).ok_or_else(|| {
            ForecastError::invalid("protection", &format!("{kept} of {whole}"), "protection leaves something")
        })
    }
}

/// A pool of storage, and what it is planned by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storage {
    /// What is installed.
    pub raw: Decimal,
    /// How it is protected.
    pub protection: Protection,
    /// The fraction held back: snapshots, metadata, rebuilding.
    pub reserve: Decimal,
    /// How much data a unit of storage is taken to hold; absent where nobody takes anything for granted.
    pub reduction: Option<Decimal>,
    /// The fraction of what is usable that may be planned with.
    pub planning_limit: Decimal,
}

/// The layers of storage, in the unit of what is installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageLayers {
    /// Raw, usable and plannable; none of them counts on reduction.
    pub layers: Layers,
    /// What protection leaves.
    pub protected: Decimal,
    /// Usable × reduction: data that would fit if it can be reduced as is taken for granted.
    pub effective: Option<Decimal>,
    /// How the figures came about.
    pub explanation: Explanation,
}

impl Storage {
    /// The layers: protected = raw × kept, usable = protected × (1 − reserve), plannable = usable × limit, and
    /// apart from them effective = usable × reduction.
    ///
    /// # Errors
    ///
    /// As [`Protection::kept`]; [`ForecastError::Invalid`] for a negative quantity, a reduction not above 0, or a
    /// fraction outside 0 to 1.
    pub fn layers(&self) -> Result<StorageLayers> {
        let raw = not_negative(self.raw, "raw")?;
        let kept = self.protection.kept()?;
        let protected = times(raw, kept, "protected")?;
        let usable = times(protected, Decimal::ONE - fraction(self.reserve, "reserve")?, "usable")?;
        let plannable = times(usable, fraction(self.planning_limit, "planning_limit")?, "plannable")?;
        let effective = self
            .reduction
            .map(|reduction| times(usable, positive(reduction, "reduction")?, "effective"))
            .transpose()?;
        let mut explanation = Explanation::new(
            "protected = raw × kept; usable = protected × (1 - reserve); plannable = usable × planning limit; \
             effective = usable × reduction",
        )
        .input("raw", raw)
        .input("kept by protection", kept.normalize())
        .input("protected", protected.normalize())
        .input("reserve", self.reserve)
        .input("planning limit", self.planning_limit);
        if let Some(reduction) = self.reduction {
            let assumption = "reduction is an assumption: usable and plannable do not count on it";
            explanation = explanation.input("reduction", reduction).assume(assumption);
        }
        Ok(StorageLayers { layers: Layers::new(raw, usable, plannable)?, protected, effective, explanation })
    }
}
