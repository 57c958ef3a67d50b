//! What a thing draws, and whether a place stays up when one of its feeds is lost.

use rust_decimal::Decimal;

use crate::capacity::figures::{fraction, not_negative, plus, positive, times, whole_times};
use crate::colocation::Feed;
use crate::error::{ForecastError, Result};

/// Which figure a draw is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PowerBasis {
    /// The peak that was measured, with a margin.
    Measured,
    /// What the maker calls typical.
    Model,
    /// The nameplate, derated: a supply of 500 W feeds equipment that draws 150 to 250 W.
    Nameplate,
}

/// What is known of a draw, in kW.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draw {
    /// The peak that was measured.
    pub measured_peak: Option<Decimal>,
    /// What the maker calls typical.
    pub typical: Option<Decimal>,
    /// The nameplate of the supply.
    pub nameplate: Option<Decimal>,
    /// What is added to a measured peak, as a fraction of it.
    pub margin: Decimal,
    /// The fraction of the nameplate that is taken to be drawn.
    pub derate: Decimal,
}

/// What to plan for a thing, in kW, by the best that is known: measured peak × (1 + margin), else the typical draw
/// of the model, else nameplate × derate.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative draw or margin, or a derate outside 0 to 1;
/// [`ForecastError::Missing`] where nothing is known.
pub fn draw(known: &Draw) -> Result<(Decimal, PowerBasis)> {
    not_negative(known.margin, "margin")?;
    fraction(known.derate, "derate")?;
    if let Some(peak) = known.measured_peak {
        let factor = plus(Decimal::ONE, known.margin, "margin")?;
        return Ok((times(not_negative(peak, "measured_peak")?, factor, "draw")?, PowerBasis::Measured));
    }
    if let Some(typical) = known.typical {
        return Ok((not_negative(typical, "typical")?, PowerBasis::Model));
    }
    let reason = "a place for it needs a measured peak, a typical draw or a nameplate";
    let nameplate = known.nameplate.ok_or(ForecastError::Missing { field: "draw", reason })?;
    Ok((times(not_negative(nameplate, "nameplate")?, known.derate, "draw")?, PowerBasis::Nameplate))
}

/// Which feeds a thing hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cords {
    /// Both: either carries all of it.
    Both,
    /// One: it is lost with its feed.
    Only(Feed),
}

/// The feeds of a place, in kW.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedState {
    /// What feed A can carry for long.
    pub capacity_a: Decimal,
    /// What feed B can carry for long.
    pub capacity_b: Decimal,
    /// What things on both feeds draw together.
    pub load_on_both: Decimal,
    /// What things on feed A alone draw.
    pub load_on_a: Decimal,
    /// What things on feed B alone draw.
    pub load_on_b: Decimal,
}

/// What the feed that is left carries, in kW.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedLoad {
    /// It carries everything.
    Carried {
        /// What it could carry beside.
        spare: Decimal,
    },
    /// It does not, and goes down too.
    Overloaded {
        /// What is too much.
        by: Decimal,
    },
}

/// What the loss of a feed does to a place with new things in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedLoss {
    /// The feed that is lost.
    pub lost: Feed,
    /// What the other has to carry, in kW.
    pub load: Decimal,
    /// Whether it does.
    pub left: FeedLoad,
    /// How many of the new things go down, with their own feed or with an overloaded one.
    pub units_down: u64,
}

impl FeedLoss {
    /// Whether all of the new things stay up.
    pub fn survives(&self) -> bool {
        self.units_down == 0
    }
}

impl FeedState {
    /// What the loss of each feed, A first, does with a number of new things that draw so much each.
    ///
    /// When a feed is lost the other carries what hangs on both and what hangs on it alone.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for negative quantities and beyond their range.
    pub fn losses(&self, units: u64, draw: Decimal, cords: Cords) -> Result<[FeedLoss; 2]> {
        self.check()?;
        let added = times(not_negative(draw, "draw")?, Decimal::from(units), "draw")?;
        let loss = |lost: Feed| {
            let (capacity, alone, other) = self.left_by(lost);
            let mut load = plus(self.load_on_both, alone, "load")?;
            let on_lost = cords == Cords::Only(lost);
            if cords == Cords::Both || cords == Cords::Only(other) {
                load = plus(load, added, "load")?;
            }
            let left = if load <= capacity {
                FeedLoad::Carried { spare: capacity - load }
            } else {
                FeedLoad::Overloaded { by: load - capacity }
            };
            let down = on_lost || matches!(left, FeedLoad::Overloaded { .. });
            Ok(FeedLoss { lost, load, left, units_down: if down { units } else { 0 } })
        };
        Ok([loss(Feed::A)?, loss(Feed::B)?])
    }

    /// How many new things may be placed so that all stay up whichever feed is lost: none with a single cord, and
    /// none where the feeds do not even carry what is there.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for negative quantities, and a draw that is not above zero.
    pub fn most_that_survive(&self, draw: Decimal, cords: Cords) -> Result<u64> {
        self.check()?;
        positive(draw, "draw")?;
        if cords != Cords::Both {
            return Ok(0);
        }
        let mut most = u64::MAX;
        for lost in [Feed::A, Feed::B] {
            let (capacity, alone, _) = self.left_by(lost);
            let spare = capacity - plus(self.load_on_both, alone, "load")?;
            most = most.min(whole_times(spare.max(Decimal::ZERO), draw, "draw")?);
        }
        Ok(most)
    }

    /// Capacity of the feed that is left, what hangs on it alone, and which it is.
    fn left_by(&self, lost: Feed) -> (Decimal, Decimal, Feed) {
        match lost {
            Feed::A => (self.capacity_b, self.load_on_b, Feed::B),
            Feed::B => (self.capacity_a, self.load_on_a, Feed::A),
        }
    }

    fn check(&self) -> Result<()> {
        let figures = [
            ("capacity_a", self.capacity_a),
            ("capacity_b", self.capacity_b),
            ("load_on_both", self.load_on_both),
            ("load_on_a", self.load_on_a),
            ("load_on_b", self.load_on_b),
        ];
        figures.into_iter().try_for_each(|(field, value)| not_negative(value, field).map(drop))
    }
}
