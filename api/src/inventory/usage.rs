//! What racks hold, and how much more they could.

use chrono::NaiveDate;
use entity::{
    id::RackId,
    inventory::{
        asset::{AssetStatus, PowerBasis, RackFace},
        hardware_model::HardwareKind,
    },
};
use std::collections::HashMap;

use super::placement::{Mounted, Span, mounted};
use crate::{error::Result, store::Read};

/// What stands in each of the racks, read with one statement.
///
/// # Errors
/// Those of the database.
pub async fn of_racks(db: &impl Read, racks: Vec<RackId>) -> Result<HashMap<RackId, Vec<Mounted>>> {
    let mut by_rack: HashMap<RackId, Vec<Mounted>> = HashMap::new();
    for asset in mounted(db, racks).await? {
        by_rack.entry(asset.rack_id).or_default().push(asset);
    }
    Ok(by_rack)
}

/// Free units that lie on top of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The lowest half unit.
    pub from: i32,
    /// How many half units.
    pub height: i32,
}

/// What a rack holds. A figure is missing when one of the assets lacks what it is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Half units that are taken on one face or both.
    pub used_half_units: Option<i32>,
    /// What is free on the front.
    pub free_front: Option<Vec<Block>>,
    /// What is free at the rear.
    pub free_rear: Option<Vec<Block>>,
    /// What is free on both faces.
    pub free_both: Option<Vec<Block>>,
    /// The draw of all that is not retired, each by its own power basis.
    pub draw_watts: Option<i64>,
    /// The weight of all that stands in it.
    pub weight_grams: Option<i64>,
    /// Assets that stand at no known unit although they take one.
    pub without_unit: i64,
    /// Assets whose draw is not known.
    pub without_draw: i64,
    /// Assets whose weight is not known.
    pub without_weight: i64,
}

impl Usage {
    /// What a rack of so many units holds with these assets in it.
    #[must_use]
    pub fn of(height_units: i32, assets: &[Mounted]) -> Self {
        let without_unit = count(assets, |asset| takes_a_unit(asset) && asset.span().is_none());
        let mut usage = Self { without_unit, ..Self::default() };
        if without_unit == 0 {
            usage.count_units(height_units, assets);
        }
        let drawing = assets.iter().filter(|asset| asset.status != AssetStatus::Retired);
        let draws: Vec<Option<i64>> = drawing.map(|asset| draw_of(asset).map(i64::from)).collect();
        usage.without_draw = missing(&draws);
        usage.draw_watts = draws.into_iter().sum();
        let weights: Vec<Option<i64>> = assets.iter().map(|asset| asset.weight_grams).collect();
        usage.without_weight = missing(&weights);
        usage.weight_grams = weights.into_iter().sum();
        usage
    }

    fn count_units(&mut self, height_units: i32, assets: &[Mounted]) {
        let half_units = height_units.saturating_mul(2);
        let taken = |half_unit: i32, face: RackFace| {
            let taken_here = |asset: &Mounted| {
                asset.span().is_some_and(|span| {
                    (span.from..span.end()).contains(&half_unit) && span.face.is_none_or(|own| own == face)
                })
            };
            assets.iter().any(taken_here)
        };
        let (mut front, mut rear, mut both) = (Vec::new(), Vec::new(), Vec::new());
        let mut used = 0;
        for half_unit in 2..half_units.saturating_add(2) {
            let (in_front, at_rear) = (taken(half_unit, RackFace::Front), taken(half_unit, RackFace::Rear));
            used += i32::from(in_front || at_rear);
            for (blocks, is_taken) in
                [(&mut front, in_front), (&mut rear, at_rear), (&mut both, in_front || at_rear)]
            {
                if !is_taken {
                    extend(blocks, half_unit);
                }
            }
        }
        self.used_half_units = Some(used);
        (self.free_front, self.free_rear, self.free_both) = (Some(front), Some(rear), Some(both));
    }

    /// The free blocks on one face, or on both at once.
    #[must_use]
    pub fn free(&self, face: Option<RackFace>) -> Option<&[Block]> {
        let blocks = match face {
            Some(RackFace::Front) => &self.free_front,
            Some(RackFace::Rear) => &self.free_rear,
            None => &self.free_both,
        };
        blocks.as_deref()
    }
}

impl Block {
    /// Half units of it below some units and above them.
    fn beside(self, taken: Span) -> [i32; 2] {
        let top = self.from.saturating_add(self.height);
        let below = taken.from.min(top).saturating_sub(self.from);
        [below, top.saturating_sub(taken.end().max(self.from))]
    }
}

/// How many half units lie free on top of each other on both faces of a rack, from the floor up, once more is taken. None
/// where what stands in it takes units that are not on record.
#[must_use]
pub fn free_heights(height_units: i32, assets: &[Mounted], more: Option<Span>) -> Option<Vec<i32>> {
    let usage = Usage::of(height_units, assets);
    let blocks = usage.free(None)?.iter();
    let Some(more) = more else { return Some(blocks.map(|block| block.height).collect()) };
    let left = blocks.flat_map(|block| block.beside(more));
    Some(left.filter(|height| *height > 0).collect())
}

/// What an asset draws by its power basis, in watts. Passive panels draw nothing; nothing else is guessed.
#[must_use]
pub fn draw(
    kind: HardwareKind,
    basis: PowerBasis,
    measured: Option<i32>,
    (typical, maximum): (Option<i32>, Option<i32>),
) -> Option<i32> {
    match basis {
        PowerBasis::Measured => measured,
        _ if kind == HardwareKind::PatchPanel => Some(0),
        PowerBasis::Model => typical,
        PowerBasis::Nameplate => maximum,
    }
}

/// The status of an asset on a day: what was retired later was in service still. What was retired on no recorded day
/// is retired on every day.
#[must_use]
pub fn status_on(status: AssetStatus, retired_on: Option<NaiveDate>, on: NaiveDate) -> AssetStatus {
    let is_out = matches!(status, AssetStatus::Retired | AssetStatus::Disposed);
    if is_out && retired_on.is_some_and(|retired_on| retired_on > on) {
        AssetStatus::InService
    } else {
        status
    }
}

fn draw_of(asset: &Mounted) -> Option<i32> {
    let of_model = (asset.typical_draw_watts, asset.maximum_draw_watts);
    draw(asset.kind, asset.power_basis, asset.measured_draw_watts, of_model)
}

/// What lives in a chassis takes none of the rack's units, nor does what mounts beside them.
fn takes_a_unit(asset: &Mounted) -> bool {
    asset.parent_id.is_none() && asset.height_half_units != Some(0)
}

fn extend(blocks: &mut Vec<Block>, half_unit: i32) {
    match blocks.last_mut() {
        Some(block) if block.from + block.height == half_unit => block.height += 1,
        _ => blocks.push(Block { from: half_unit, height: 1 }),
    }
}

fn count(assets: &[Mounted], test: impl Fn(&Mounted) -> bool) -> i64 {
    i64::try_from(assets.iter().filter(|asset| test(asset)).count()).unwrap_or(i64::MAX)
}

fn missing(values: &[Option<i64>]) -> i64 {
    i64::try_from(values.iter().filter(|value| value.is_none()).count()).unwrap_or(i64::MAX)
}
