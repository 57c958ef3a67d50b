//! Heights of racks, which count only where they are contiguous.

use rust_decimal::Decimal;

use super::Layers;
use crate::error::{ForecastError, Result};

/// Consecutive half units of a rack, counted from the floor: U1 is the half units 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The lowest half unit.
    pub lowest: u32,
    /// How many.
    pub height: u32,
}

impl Span {
    /// The first half unit above.
    fn end(self) -> u64 {
        u64::from(self.lowest) + u64::from(self.height)
    }

    /// Its height in units.
    pub fn units(self) -> Decimal {
        Decimal::new(i64::from(self.height) * 5, 1)
    }
}

/// The layers of the height of a rack, in units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RackLayers {
    /// Raw, usable and plannable are its height; allocated and used what is taken.
    pub layers: Layers,
    /// What is free, from the floor up.
    pub runs: Vec<Span>,
    /// The highest thing that still fits, in units.
    pub largest_run: Decimal,
}

/// The height of a rack and what is free of it, given what is taken. Spans on both faces of a rack may be given as
/// they are: a half unit is free if nothing takes it on either.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a span that reaches above the rack, and for a rack without height.
pub fn rack_layers(height: u32, taken: &[Span]) -> Result<RackLayers> {
    if height == 0 {
        return Err(ForecastError::invalid("height", &height, "a rack has at least half a unit"));
    }
    let whole = Span { lowest: 0, height };
    let mut taken = taken.to_vec();
    taken.sort_unstable();
    if let Some(beyond) = taken.iter().find(|span| span.end() > whole.end()) {
        let value = format!("{} half units from {}", beyond.height, beyond.lowest);
        return Err(ForecastError::invalid("span", &value, "what stands in a rack ends within its height"));
    }
    let mut runs = Vec::new();
    let mut next = 0_u32;
    for span in taken {
        if span.lowest > next {
            runs.push(Span { lowest: next, height: span.lowest - next });
        }
        next = next.max(span.lowest + span.height);
    }
    if next < height {
        runs.push(Span { lowest: next, height: height - next });
    }
    let free: Decimal = runs.iter().map(|run| run.units()).sum();
    let used = Some(whole.units() - free);
    Ok(RackLayers {
        layers: Layers::new(whole.units(), whole.units(), whole.units())?.with_use(None, used, used)?,
        largest_run: runs.iter().map(|run| run.units()).max().unwrap_or_default(),
        runs,
    })
}
