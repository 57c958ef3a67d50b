//! What pieces of equipment need of a rack: how it is given, kept and reckoned with.

use entity::capacity::capacity_placement::{self, PlacementCords};
use forecasting::{
    capacity::placement::{Cords, Need, Resource},
    colocation::Feed,
};
use rust_decimal::Decimal;

use crate::error::{Error, Result};

/// Pieces that one question may be about.
pub const MOST_PIECES: i32 = 10_000;

/// What one piece needs; none is not needed, and not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Height, in half rack units.
    pub half_units: Option<i32>,
    /// Power, in watts.
    pub power_watts: Option<i32>,
    /// Heat to be carried off, in watts.
    pub cooling_watts: Option<i32>,
    /// Network ports.
    pub ports: Option<i32>,
    /// Weight, in grams.
    pub weight_grams: Option<i64>,
    /// Which feeds it hangs on.
    pub cords: PlacementCords,
}

/// What one piece needs, as people give it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// Height, in rack units.
    pub u: Option<Decimal>,
    /// Power, in kW.
    pub kw: Option<Decimal>,
    /// Heat to be carried off, in kW.
    pub cooling_kw: Option<Decimal>,
    /// Network ports.
    pub ports: Option<i32>,
    /// Weight, in kg.
    pub weight_kg: Option<Decimal>,
    /// Which feeds it hangs on.
    pub cords: PlacementCords,
}

/// A quantity in the steps that it is kept in: none for 0, which is no need.
fn steps(field: &str, value: Option<Decimal>, per_unit: i64, most: i64, step: &str) -> Result<Option<i64>> {
    let Some(value) = value.filter(|value| !value.is_zero()) else { return Ok(None) };
    let field = format!("need.{field}");
    if value < Decimal::ZERO {
        return Err(Error::invalid(field, format!("{value} is below 0")));
    }
    if value > Decimal::from(most) {
        return Err(Error::invalid(field, format!("{value} is more than {most}")));
    }
    let steps = value.checked_mul(Decimal::from(per_unit)).map(|steps| steps.normalize());
    match steps.filter(Decimal::is_integer).map(i64::try_from) {
        Some(Ok(steps)) => Ok(Some(steps)),
        _ => Err(Error::invalid(field, format!("{value} is finer than {step}"))),
    }
}

fn small(steps: Option<i64>) -> Option<i32> {
    steps.and_then(|steps| i32::try_from(steps).ok())
}

impl Piece {
    /// What one piece needs, in the steps that are kept.
    ///
    /// # Errors
    /// `Invalid` naming what is below zero, too much or too fine, and a piece that needs nothing.
    pub fn parse(given: &Given) -> Result<Self> {
        let ports = given.ports.map(Decimal::from);
        let piece = Self {
            half_units: small(steps("u", given.u, 2, 100, "half a rack unit")?),
            power_watts: small(steps("kw", given.kw, 1_000, 1_000, "a watt")?),
            cooling_watts: small(steps("coolingKw", given.cooling_kw, 1_000, 1_000, "a watt")?),
            ports: small(steps("ports", ports, 1, 10_000, "a port")?),
            weight_grams: steps("weightKg", given.weight_kg, 1_000, 10_000, "a gram")?,
            cords: given.cords,
        };
        if piece.amounts().is_empty() {
            let message =
                "a piece that needs nothing fits anywhere; give u, kw, coolingKw, ports or weightKg";
            return Err(Error::invalid("need", message));
        }
        Ok(piece)
    }

    /// What a recorded piece needs.
    #[must_use]
    pub fn recorded(row: &capacity_placement::Model) -> Self {
        Self {
            half_units: row.half_units,
            power_watts: row.power_watts,
            cooling_watts: row.cooling_watts,
            ports: row.ports,
            weight_grams: row.weight_grams,
            cords: row.cords,
        }
    }

    /// What it needs of each resource, in rack units, kW, ports and kg.
    #[must_use]
    pub fn amounts(&self) -> Vec<(Resource, Decimal)> {
        let needed = [
            (Resource::RackUnits, self.half_units.map(units)),
            (Resource::Power, self.power_watts.map(|watts| thousandth(i64::from(watts)))),
            (Resource::Cooling, self.cooling_watts.map(|watts| thousandth(i64::from(watts)))),
            (Resource::Ports, self.ports.map(Decimal::from)),
            (Resource::Weight, self.weight_grams.map(thousandth)),
        ];
        needed.into_iter().filter_map(|(resource, amount)| Some((resource, amount?))).collect()
    }

    /// The same, as it is reckoned with.
    ///
    /// # Errors
    /// `Internal` for a piece that needs nothing, which none that was parsed does.
    pub fn need(&self) -> Result<Need> {
        Need::new(self.amounts()).map_err(Error::internal)
    }

    /// The same but for power, which feeds are asked about; none where nothing else is needed.
    pub(super) fn need_without_power(&self) -> Option<Need> {
        Need::new(self.amounts().into_iter().filter(|(resource, _)| *resource != Resource::Power)).ok()
    }

    /// Which feeds it hangs on, as it is reckoned with.
    #[must_use]
    pub fn cords(&self) -> Cords {
        match self.cords {
            PlacementCords::Both => Cords::Both,
            PlacementCords::A => Cords::Only(Feed::A),
            PlacementCords::B => Cords::Only(Feed::B),
        }
    }
}

/// Half units in units.
#[must_use]
pub fn units(half_units: i32) -> Decimal {
    Decimal::new(i64::from(half_units).saturating_mul(5), 1).normalize()
}

/// Watts in kW, grams in kg.
#[must_use]
pub fn thousandth(steps: i64) -> Decimal {
    Decimal::new(steps, 3).normalize()
}

/// How many pieces are meant.
///
/// # Errors
/// `Invalid` for none, `LimitExceeded` for too many.
pub fn require_pieces(count: i32) -> Result<u64> {
    if count > MOST_PIECES {
        let message = format!("{count} pieces are more than the {MOST_PIECES} of one question");
        return Err(Error::TooMuch { field: "need.count".to_owned(), message });
    }
    match u64::try_from(count) {
        Ok(pieces @ 1..) => Ok(pieces),
        Ok(0) | Err(_) => Err(Error::invalid("need.count", format!("{count} is fewer than 1"))),
    }
}
