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
    error::{Error, Result},
    inventory::racks,
    schema::{
        patch::{overlay, patch, patch_required},
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
    /// Room, hall or cage.
    pub room: MaybeUndefined<String>,
    /// Power that may be drawn with redundancy kept, in watts.
    pub protected_power_watts: MaybeUndefined<i32>,
    /// Load it may carry, in grams.
    pub weight_limit_grams: MaybeUndefined<i64>,
    /// Heat that its room carries off, in watts.
    pub cooling_watts: MaybeUndefined<i32>,
    /// Network ports for what stands in it, taken and free.
    pub network_ports: MaybeUndefined<i32>,
}

/// What of a rack may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RackChanges {
    /// Name; no two racks of a site share one.
    pub name: MaybeUndefined<String>,
    /// Usable height in rack units. All that is mounted has to fit, and so has what placements hold.
    pub height_units: MaybeUndefined<i32>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: RackDetails,
}

impl RackDetails {
    fn apply(self, row: &mut rack::ActiveModel) -> Result<()> {
        patch(&mut row.room, self.room);
        patch(&mut row.protected_power_watts, self.protected_power_watts);
        patch(&mut row.weight_limit_grams, self.weight_limit_grams);
        patch(&mut row.cooling_watts, self.cooling_watts);
        patch(&mut row.network_ports, self.network_ports);
        Ok(())
    }
}

impl RackChanges {
    fn apply(self, row: &mut rack::ActiveModel) -> Result<()> {
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.height_units, self.height_units, "heightUnits")?;
        self.details.apply(row)
    }
}

impl TryFrom<NewRack> for rack::ActiveModel {
    type Error = Error;

    fn try_from(new: NewRack) -> Result<Self> {
        let status = if new.planned { rack::RackStatus::Planned } else { rack::RackStatus::Active };
        let mut row = Self { site_id: Set(new.site.0), status: Set(status), ..Default::default() };
        new.details.apply(&mut row)?;
        row.name = Set(new.name);
        row.height_units = Set(new.height_units);
        Ok(row)
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
        #[graphql(desc = "What is to be recorded.")] input: NewRack,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Rack> {
        let rack = change(ctx, Permission::EditInventory, async |tx| {
            let install = async || racks::install(tx, input.clone().try_into()?).await;
            tx.once("installRack", idempotency_key, &input, install).await
        })
        .await?;
        Ok(Record::whole(rack).into())
    }

    /// Changes what is known of a rack.
    async fn update_rack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RackId>,
        #[graphql(desc = "What is to change.")] changes: RackChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Rack> {
        let rack = change(ctx, Permission::EditInventory, async |tx| {
            let mut columns = rack::ActiveModel::default();
            changes.apply(&mut columns)?;
            racks::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(rack).into())
    }

    /// Puts a planned rack to use.
    async fn activate_rack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RackId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Rack> {
        let rack = change(ctx, Permission::EditInventory, async |tx| {
            racks::activate(tx, *id, expected_version).await
        })
        .await?;
        Ok(Record::whole(rack).into())
    }

    /// Takes a rack out of use that nothing is mounted in any more, and that holds no places.
    async fn retire_rack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RackId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Rack> {
        let rack =
            change(ctx, Permission::EditInventory, async |tx| racks::retire(tx, *id, expected_version).await)
                .await?;
        Ok(Record::whole(rack).into())
    }

    /// Brings a retired rack back as if it had not been retired, with the status that it had: what needs it rests on it again.
    async fn reinstate_rack(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RackId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Rack> {
        let rack = change(ctx, Permission::EditInventory, async |tx| {
            racks::reinstate(tx, *id, expected_version).await
        });
        Ok(Record::whole(rack.await?).into())
    }
}
