//! Changes of assets.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    id::{AssetId, HardwareModelId, RackId, SiteId, VendorId},
    inventory::asset,
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{Asset, AssetStatus, Environment, PowerBasis, RackFace};
use crate::{
    access::Permission,
    error::Result,
    inventory::{
        assets::{self, Step},
        graphql::units::half_units,
        placement::Place,
    },
    schema::{
        bulk::{self, Row, RowError, require_rows},
        patch::{overlay, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, MoneyInput, rate},
    },
    store::Tx,
};

/// An asset to register.
#[derive(Clone, Debug, InputObject)]
pub struct NewAsset {
    /// Inventory tag; no two assets share one.
    pub tag: String,
    /// What it is an instance of.
    pub model: Id<HardwareModelId>,
    /// Where it stands in its life: PLANNED, ORDERED, IN_STOCK or IN_SERVICE.
    pub status: AssetStatus,
    /// Where it stands.
    pub placement: PlacementInput,
    /// What else is known of it.
    #[graphql(default)]
    pub details: AssetDetails,
}

/// Where an asset is to stand. One of site, rack and parent is needed; the rest follows from it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PlacementInput {
    /// The site. Follows from the rack or the chassis.
    pub site: Option<Id<SiteId>>,
    /// The rack. Follows from the chassis.
    pub rack: Option<Id<RackId>>,
    /// The lowest unit that it takes, counted from the floor: the lowest is 1, its upper half 1.5. Nothing
    /// finer than halves. Left out for what mounts beside the units or lives in a chassis, and where it is
    /// not known.
    pub unit: Option<f64>,
    /// The side of the rack that it is mounted on; the front unless said otherwise.
    pub face: Option<RackFace>,
    /// The chassis that it lives in.
    pub parent: Option<Id<AssetId>>,
}

impl PlacementInput {
    fn place(&self, argument: &str) -> Result<Place> {
        let position = self.unit.map(|unit| half_units(unit, &format!("{argument}.unit"))).transpose()?;
        Ok(Place {
            site: self.site.map(|id| id.0),
            rack: self.rack.map(|id| id.0),
            position_half_units: position,
            face: self.face.map(Into::into),
            parent: self.parent.map(|id| id.0),
        })
    }
}

/// What may be known of an asset. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AssetDetails {
    /// Host name or the like.
    pub name: MaybeUndefined<String>,
    /// Serial number of the maker.
    pub serial: MaybeUndefined<String>,
    /// How it was bought.
    #[graphql(default)]
    pub purchase: PurchaseInput,
    /// First day of service; age and depreciation count from here.
    pub in_service_on: MaybeUndefined<Date>,
    /// Last day of the maker's warranty.
    pub warranty_ends_on: MaybeUndefined<Date>,
    /// Day on which a leased asset is due back.
    pub lease_return_on: MaybeUndefined<Date>,
    /// Day on which it is expected to be in service, of what is not yet.
    pub expected_on: MaybeUndefined<Date>,
    /// Day on which it is meant to leave service, of what has not yet.
    pub retirement_planned_on: MaybeUndefined<Date>,
    /// Day on which it left service, to put the record right.
    pub retired_on: MaybeUndefined<Date>,
    /// Day on which it left the company, to put the record right.
    pub disposed_on: MaybeUndefined<Date>,
    /// Team or person who answers for it.
    pub owner: MaybeUndefined<String>,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: MaybeUndefined<i32>,
    /// What it is used for; production unless said otherwise.
    pub environment: MaybeUndefined<Environment>,
    /// What it draws.
    #[graphql(default)]
    pub power: AssetPowerInput,
    /// Data that it holds, in terabytes of 10¹² bytes, where it differs from its model.
    pub usable_terabytes: MaybeUndefined<Decimal>,
    /// Cores, not threads, where they differ from its model.
    pub cores: MaybeUndefined<i32>,
    /// Main memory, in gibibytes of 2³⁰ bytes, where it differs from its model.
    pub memory_gibibytes: MaybeUndefined<Decimal>,
    /// The cost centre that it is charged to.
    pub cost_centre: MaybeUndefined<String>,
}

/// What of an asset may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AssetChanges {
    /// Inventory tag; no two assets share one.
    pub tag: MaybeUndefined<String>,
    /// What it is an instance of. It has to fit where the asset is mounted.
    pub model: MaybeUndefined<Id<HardwareModelId>>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: AssetDetails,
}

/// How an asset was bought. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PurchaseInput {
    /// What was paid for it.
    pub price: MaybeUndefined<MoneyInput>,
    /// Day of purchase.
    pub on: MaybeUndefined<Date>,
    /// Whom it was bought or leased from.
    pub vendor: MaybeUndefined<Id<VendorId>>,
    /// Number of the purchase order.
    pub order: MaybeUndefined<String>,
}

/// What an asset draws. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AssetPowerInput {
    /// Which figure the draw is taken from; the usual draw of the model unless said otherwise.
    pub basis: MaybeUndefined<PowerBasis>,
    /// The asset's own measurement, in watts.
    pub measured_draw_watts: MaybeUndefined<i32>,
}

impl PurchaseInput {
    fn apply(self, row: &mut asset::ActiveModel) -> Result<()> {
        match self.price {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => {
                (row.purchase_amount, row.purchase_currency) = (Set(None), Set(None));
            }
            MaybeUndefined::Value(price) => {
                let (amount, currency) = price.columns("purchase.price")?;
                (row.purchase_amount, row.purchase_currency) = (Set(Some(amount)), Set(Some(currency)));
            }
        }
        patch(&mut row.purchased_on, self.on);
        patch(&mut row.vendor_id, self.vendor.map_value(|id| id.0));
        patch(&mut row.purchase_order, self.order);
        Ok(())
    }
}

impl AssetDetails {
    /// The columns that the details name.
    fn columns(self) -> Result<asset::ActiveModel> {
        let mut row = asset::ActiveModel::default();
        patch(&mut row.name, self.name);
        patch(&mut row.serial, self.serial);
        self.purchase.apply(&mut row)?;
        patch(&mut row.in_service_on, self.in_service_on);
        patch(&mut row.warranty_ends_on, self.warranty_ends_on);
        patch(&mut row.lease_return_on, self.lease_return_on);
        patch(&mut row.expected_on, self.expected_on);
        patch(&mut row.retirement_planned_on, self.retirement_planned_on);
        patch(&mut row.retired_on, self.retired_on);
        patch(&mut row.disposed_on, self.disposed_on);
        patch(&mut row.owner, self.owner);
        patch(&mut row.tier, self.tier);
        patch_required(&mut row.environment, self.environment, "environment")?;
        patch_required(&mut row.power_basis, self.power.basis, "power.basis")?;
        patch(&mut row.measured_draw_watts, self.power.measured_draw_watts);
        let terabytes = self.usable_terabytes.map_value(|size| rate(size, "usableTerabytes"));
        patch(&mut row.usable_terabytes, terabytes.transpose()?);
        patch(&mut row.cores, self.cores);
        patch_with(&mut row.memory_gibibytes, self.memory_gibibytes, |size| rate(size, "memoryGibibytes"))?;
        patch(&mut row.cost_centre, self.cost_centre);
        Ok(row)
    }
}

impl AssetChanges {
    /// The columns that the changes name.
    fn columns(self) -> Result<asset::ActiveModel> {
        let mut row = self.details.columns()?;
        patch_required(&mut row.tag, self.tag, "tag")?;
        patch_required(&mut row.model_id, self.model.map_value(|id| id.0), "model")?;
        Ok(row)
    }
}

async fn register(tx: &Tx, input: NewAsset) -> Result<asset::Model> {
    let place = input.placement.place("placement")?;
    let mut row = input.details.columns()?;
    row.tag = Set(input.tag);
    row.model_id = Set(input.model.0);
    row.status = Set(input.status.into());
    assets::register(tx, row, &place).await
}

async fn relocate(tx: &Tx, input: AssetMove) -> Result<asset::Model> {
    assets::relocate(tx, *input.id, None, &input.to.place("to")?).await
}

/// What became of one asset of a bulk change.
#[derive(SimpleObject)]
pub struct AssetRow {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The asset as it is now. Null when the row was refused.
    asset: Option<Asset>,
    /// Why the row was refused. Null when it was not.
    error: Option<RowError>,
}

impl From<Row<Asset>> for AssetRow {
    fn from(row: Row<Asset>) -> Self {
        let (index, asset, error) = row.parts();
        Self { index, asset, error }
    }
}

pub(super) fn answer(outcomes: Vec<Result<asset::Model, RowError>>) -> Vec<AssetRow> {
    bulk::rows(outcomes).into_iter().map(AssetRow::from).collect()
}

/// An asset to move, and where to.
#[derive(Clone, Debug, InputObject)]
pub struct AssetMove {
    /// The asset.
    pub id: Id<AssetId>,
    /// Where it is to stand.
    pub to: PlacementInput,
}

/// Changes of assets.
#[derive(Default)]
pub struct AssetMutation;

/// Changes of assets.
#[Object]
impl AssetMutation {
    /// Registers an asset. Sent again with the same idempotency key it answers with the first asset.
    async fn register_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewAsset,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            tx.once("registerAsset", idempotency_key, &input, async || register(tx, input.clone()).await)
                .await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Registers many assets, each by itself: the rows that are refused do not hold up the others.
    #[graphql(complexity = "inputs.len() * (child_complexity + 1)")]
    async fn register_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewAsset>,
    ) -> Result<Vec<AssetRow>> {
        require_rows("inputs", inputs.len())?;
        let outcomes =
            change(ctx, Permission::EditInventory, async |tx| bulk::each(tx, inputs, register).await).await?;
        Ok(answer(outcomes))
    }

    /// Changes what is known of an asset.
    async fn update_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "What is to change.")] changes: AssetChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            let columns = changes.columns()?;
            assets::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Records that a planned asset was ordered. From PLANNED to ORDERED.
    async fn order_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(default, desc = "How it was bought. What is left out stays as it is.")]
        purchase: PurchaseInput,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            let mut columns = asset::ActiveModel::default();
            purchase.apply(&mut columns)?;
            assets::advance(tx, *id, expected_version, Step::Order, |row| overlay(row, &columns)).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Takes an asset in, where it is to be kept. From PLANNED or ORDERED to IN_STOCK.
    async fn receive_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "Where it is to stand. Left out: where it is.")] to: Option<PlacementInput>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            let place = to.map(|to| to.place("to")).transpose()?;
            assets::receive(tx, *id, expected_version, place.as_ref()).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Puts an asset to work on a day. From ORDERED or IN_STOCK to IN_SERVICE. One that has served before
    /// keeps its first day of service.
    async fn commission_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "Its first day of service.")] on: Date,
        #[graphql(desc = "Where it is to stand. Left out: where it is.")] to: Option<PlacementInput>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            let place = to.map(|to| to.place("to")).transpose()?;
            assets::commission(tx, *id, expected_version, on.0, place.as_ref()).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Takes an asset out of service for repair or change. From IN_SERVICE to MAINTENANCE.
    async fn maintain_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            assets::advance(tx, *id, expected_version, Step::Maintain, |_| {}).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Puts an asset back to work after repair or change. From MAINTENANCE to IN_SERVICE.
    async fn resume_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            assets::advance(tx, *id, expected_version, Step::Resume, |_| {}).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Puts an asset back into stock as a spare. From IN_SERVICE, MAINTENANCE or RETIRED to IN_STOCK.
    async fn withdraw_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "Where it is to stand. Left out: where it is.")] to: Option<PlacementInput>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            let place = to.map(|to| to.place("to")).transpose()?;
            assets::withdraw(tx, *id, expected_version, place.as_ref()).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Lets an asset go on a day: sold, returned or recycled. From RETIRED to DISPOSED. It leaves its rack
    /// and its chassis.
    async fn dispose_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "The day on which it left the company.")] on: Date,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            assets::dispose(tx, *id, expected_version, on.0).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Moves an asset and all that lives in it. What is not said of the new place is cleared.
    async fn move_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "Where it is to stand.")] to: PlacementInput,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Asset> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            assets::relocate(tx, *id, expected_version, &to.place("to")?).await
        })
        .await?;
        Ok(Record::whole(asset).into())
    }

    /// Moves many assets in the order given, each by itself: a row may take what an earlier one has left.
    #[graphql(complexity = "inputs.len() * (child_complexity + 1)")]
    async fn move_assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<AssetMove>,
    ) -> Result<Vec<AssetRow>> {
        require_rows("inputs", inputs.len())?;
        let outcomes =
            change(ctx, Permission::EditInventory, async |tx| bulk::each(tx, inputs, relocate).await).await?;
        Ok(answer(outcomes))
    }

    /// Removes an asset that was registered by mistake, and answers with its id. What has been in use is
    /// retired and disposed of instead.
    async fn remove_asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<AssetId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        let asset = change(ctx, Permission::EditInventory, async |tx| {
            assets::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(Id::<AssetId>(asset.id).into())
    }
}
