//! What racks hold, as clients see it.

use async_graphql::{Context, Enum, Object, SimpleObject};
use entity::{
    id::RackId,
    inventory::{asset, rack},
};

use crate::{
    access::Permission,
    error::Result,
    inventory::{
        graphql::{assets::RackFace, units::units},
        usage::{self, Block, Usage},
    },
    schema::{record::Record, request::read},
};

/// What a rack holds, and how much more it could. What has been disposed of does not count; what is planned
/// for it does.
pub struct RackUsage {
    height_units: i32,
    protected_power_watts: Option<i32>,
    weight_limit_grams: Option<i64>,
    usage: Usage,
}

/// What a rack holds, worked out for all of its siblings at once.
pub(super) async fn of(ctx: &Context<'_>, rack: &Record<rack::Entity>) -> Result<RackUsage> {
    let reader = read(ctx, Permission::ViewInventory)?;
    let load = async || usage::of_racks(&reader, rack.column_of_siblings::<RackId>(rack::Column::Id)?).await;
    let mounted = rack.shared("usage".to_owned(), load).await?;
    let height_units = rack.get(rack::Column::HeightUnits)?;
    let assets = mounted.get(&rack.get(rack::Column::Id)?).map_or(&[][..], Vec::as_slice);
    Ok(RackUsage {
        height_units,
        protected_power_watts: rack.get(rack::Column::ProtectedPowerWatts)?,
        weight_limit_grams: rack.get(rack::Column::WeightLimitGrams)?,
        usage: Usage::of(height_units, assets),
    })
}

/// What is not known, so that figures are null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UsageGap {
    /// Assets take units, and it is not known which or how many: `unitsUsed`, `unitsFree`, `freeBlocks` and
    /// `largestFreeBlock` are null.
    Unit,
    /// Assets lack the draw of their power basis: `allocatedDrawWatts` is null.
    Draw,
    /// Models lack their weight: `weightGrams` is null.
    Weight,
    /// The rack lacks its limit of power: `protectedPowerWatts` and `freePowerWatts` are null.
    PowerLimit,
    /// The rack lacks its limit of weight: `weightLimitGrams` is null.
    WeightLimit,
}

/// A figure that is not known.
#[derive(Clone, Debug, SimpleObject)]
pub struct UsageReason {
    /// Why.
    gap: UsageGap,
    /// How many assets of the rack lack what is needed. 0 when the rack itself lacks it.
    assets: i64,
}

/// Units that lie on top of each other.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitBlock {
    /// The lowest unit, counted from the floor; halves are possible.
    unit: f64,
    /// How many units.
    height: f64,
}

impl From<&Block> for UnitBlock {
    fn from(block: &Block) -> Self {
        Self { unit: units(block.from), height: units(block.height) }
    }
}

/// What a rack holds, and how much more it could. What has been disposed of does not count; what is planned
/// for it does.
#[Object]
impl RackUsage {
    /// Units that are taken, on one face or both.
    async fn units_used(&self) -> Option<f64> {
        self.usage.used_half_units.map(units)
    }

    /// Units that are free on both faces.
    async fn units_free(&self) -> Option<f64> {
        self.usage.used_half_units.map(|used| units(self.height_units.saturating_mul(2).saturating_sub(used)))
    }

    /// Units that lie on top of each other and are free: on one face, or on both when none is given.
    async fn free_blocks(
        &self,
        #[graphql(desc = "Of this face only. Left out: of both.")] face: Option<RackFace>,
    ) -> Option<Vec<UnitBlock>> {
        let blocks = self.usage.free(face.map(asset::RackFace::from))?;
        Some(blocks.iter().map(UnitBlock::from).collect())
    }

    /// The most units on top of each other that are free: on one face, or on both when none is given.
    async fn largest_free_block(
        &self,
        #[graphql(desc = "Of this face only. Left out: of both.")] face: Option<RackFace>,
    ) -> Option<f64> {
        let blocks = self.usage.free(face.map(asset::RackFace::from))?;
        Some(units(blocks.iter().map(|block| block.height).max().unwrap_or_default()))
    }

    /// What is drawn by all that is not retired, planned equipment included, each asset by its power basis,
    /// in watts.
    async fn allocated_draw_watts(&self) -> Option<i64> {
        self.usage.draw_watts
    }

    /// Power that may be drawn with redundancy kept, in watts.
    async fn protected_power_watts(&self) -> Option<i32> {
        self.protected_power_watts
    }

    /// Power that may still be allocated with redundancy kept, in watts. Below zero when too much is.
    async fn free_power_watts(&self) -> Option<i64> {
        Some(i64::from(self.protected_power_watts?) - self.usage.draw_watts?)
    }

    /// The weight of all that stands in it, retired equipment included, in grams.
    async fn weight_grams(&self) -> Option<i64> {
        self.usage.weight_grams
    }

    /// Load it may carry, in grams.
    async fn weight_limit_grams(&self) -> Option<i64> {
        self.weight_limit_grams
    }

    /// Why figures are null.
    async fn reasons(&self) -> Vec<UsageReason> {
        let of_assets = [
            (UsageGap::Unit, self.usage.without_unit),
            (UsageGap::Draw, self.usage.without_draw),
            (UsageGap::Weight, self.usage.without_weight),
        ];
        let of_rack = [
            (UsageGap::PowerLimit, self.protected_power_watts.is_none()),
            (UsageGap::WeightLimit, self.weight_limit_grams.is_none()),
        ];
        let of_assets = of_assets.into_iter().filter(|(_, assets)| *assets > 0);
        let of_rack = of_rack.into_iter().filter(|(_, lacks)| *lacks).map(|(gap, _)| (gap, 0));
        of_assets.chain(of_rack).map(|(gap, assets)| UsageReason { gap, assets }).collect()
    }
}
