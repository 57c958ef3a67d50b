//! Changes of racks.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use entity::{
    id::{RackId, SiteId},
    inventory::rack,
};
use sea_orm::ActiveValue::Set;

use super::Rack;
use crate::{
    access::Permission,
    error::Result,
    inventory::racks,
    schema::{
        patch::{patch, patch_required},
        record::Record,
        request::change,
        scalar::Id,
    },
};

/// A rack to install.
#[derive(Clone, Debug, InputObject)]
pub struct NewRack {
    /// The site that it stands at.
    pub site: Id<SiteId>,
    /// Name; no two racks of a site share one.
    pub name: String,
    /// Usable height in rack units.
    pub height_units: i32,
    /// Whether it is not yet standing.
    #[graphql(default)]
    pub planned: bool,
    /// What else is known of it.
    #[graphql(default)]
    pub details: RackDetails,
}

/// What may be known of a rack. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RackDetails {
    /// Name; no two racks of a site share one.
    pub name: Option<String>,
    /// Room, hall or cage.
    pub room: MaybeUndefined<String>,
    /// Usable height in rack units. All that is mounted has to fit.
    pub height_units: Option<i32>,
    /// Power that may be drawn with redundancy kept, in watts.
    pub protected_power_watts: MaybeUndefined<i32>,
    /// Load it may carry, in grams.
    pub weight_limit_grams: MaybeUndefined<i64>,
}

impl RackDetails {
    fn apply(self, row: &mut rack::ActiveModel) {
        patch_required(&mut row.name, self.name);
        patch(&mut row.room, self.room);
        patch_required(&mut row.height_units, self.height_units);
        patch(&mut row.protected_power_watts, self.protected_power_watts);
        patch(&mut row.weight_limit_grams, self.weight_limit_grams);
    }
}

impl From<NewRack> for rack::ActiveModel {
    fn from(new: NewRack) -> Self {
        let status = if new.planned { rack::RackStatus::Planned } else { rack::RackStatus::Active };
        let mut row = Self { site_id: Set(new.site.0), status: Set(status), ..Default::default() };
        new.details.apply(&mut row);
        row.name = Set(new.name);
        row.height_units = Set(new.height_units);
        row
    }
}

/// Changes of racks.
#[derive(Default)]
pub struct RackMutation;

/// Changes of racks.
#[Object]
impl RackMutation {
    /// Installs a rack at a site. Sent again with the same idempotency key it answers with the first rack.
    async fn install_rack(
        &self,
        ctx: &Context<'_>,
        input: NewRack,
        idempotency_key: Option<String>,
    ) -> Result<Rack> {
        let rack = change(ctx, Permission::EditInventory, async |tx| {
            let install = async || racks::install(tx, input.clone().into()).await;
            tx.once("installRack", idempotency_key, &input, install).await
        })
        .await?;
        Ok(Record::whole(rack).into())
    }

    /// Changes what is known of a rack.
    async fn update_rack(
        &self,
        ctx: &Context<'_>,
        id: Id<RackId>,
        details: RackDetails,
        expected_version: Option<i32>,
    ) -> Result<Rack> {
        let rack = change(ctx, Permission::EditInventory, async |tx| {
            racks::update(tx, *id, expected_version, |row| details.apply(row)).await
        })
        .await?;
        Ok(Record::whole(rack).into())
    }

    /// Puts a planned rack to use.
    async fn activate_rack(
        &self,
        ctx: &Context<'_>,
        id: Id<RackId>,
        expected_version: Option<i32>,
    ) -> Result<Rack> {
        let rack = change(ctx, Permission::EditInventory, async |tx| {
            racks::activate(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(rack).into())
    }

    /// Takes a rack out of use that nothing is mounted in any more.
    async fn retire_rack(
        &self,
        ctx: &Context<'_>,
        id: Id<RackId>,
        expected_version: Option<i32>,
    ) -> Result<Rack> {
        let rack =
            change(ctx, Permission::EditInventory, async |tx| racks::retire(tx, *id, expected_version).await)
                .await?;
        Ok(Record::whole(rack).into())
    }
}
