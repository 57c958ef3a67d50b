//! Power of racks with two feeds.

use rust_decimal::Decimal;

use super::{Layers, of_feeds};
use crate::capacity::figures::{bounded, fraction, not_negative, plus, times};
use crate::colocation::{Absence, CabinetPower, Figure};
use crate::error::Result;

/// The layers of the power of racks, in kVA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerLayers {
    /// Raw is the nameplate of all circuits, usable what the lesser feed of each rack can carry alone.
    pub layers: Layers,
    /// The sum of all feeds: what overstates redundant pairs, for comparison.
    pub sum_of_feeds: Decimal,
}

/// How much of its power a rack uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerUse {
    /// Load over what is protected. Absent where nothing is.
    pub of_protected: Option<Decimal>,
    /// Load over the sum of all feeds: half of the truth for a redundant pair.
    pub of_sum: Option<Decimal>,
}

impl PowerLayers {
    /// The layers of racks with their circuits. Of two feeds that back each other up the lesser counts, rack by
    /// rack, and never their sum: what is protected in one rack does not help the next. A rack with a single feed
    /// protects nothing.
    ///
    /// Where the feed of a circuit is not known, so is what is protected, and the answer is why.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a limit outside 0 to 1 and beyond the range of quantities.
    pub fn of(racks: &[CabinetPower], planning_limit: Decimal) -> Result<std::result::Result<Self, Absence>> {
        fraction(planning_limit, "planning_limit")?;
        if racks.is_empty() {
            return Ok(Err(Absence::NoCircuits));
        }
        let (mut raw, mut usable, mut sum) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        for rack in racks {
            let protected = match rack.protected {
                Figure::Known(protected) => protected,
                Figure::Absent(absence) => return Ok(Err(absence)),
            };
            raw = plus(raw, bounded(rack.nameplate, "nameplate")?, "nameplate")?;
            usable = plus(usable, bounded(protected, "protected")?, "protected")?;
            sum = plus(sum, bounded(rack.usable, "usable")?, "usable")?;
        }
        let plannable = times(usable, planning_limit, "plannable")?;
        Ok(Ok(Self { layers: Layers::new(raw, usable, plannable)?, sum_of_feeds: sum }))
    }

    /// How much of the power a load in kVA uses.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a negative load.
    pub fn use_of(&self, load: Decimal) -> Result<PowerUse> {
        of_feeds(load, self.layers.usable, Some(self.sum_of_feeds))
    }
}

/// What counts for cooling, weight, ports and all else that is limited by one number, up to a planning limit.
///
/// # Errors
///
/// [`ForecastError::Invalid`](crate::ForecastError::Invalid) for a negative limit, or a planning limit outside 0 to 1.
pub fn simple_layers(raw: Decimal, planning_limit: Decimal) -> Result<Layers> {
    let raw = not_negative(raw, "raw")?;
    let plannable = times(raw, fraction(planning_limit, "planning_limit")?, "plannable")?;
    Layers::new(raw, raw, plannable)
}
