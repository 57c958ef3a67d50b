//! Changes of hardware models.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use entity::{
    id::{HardwareModelId, ManufacturerId},
    inventory::hardware_model,
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{DateQuality, HardwareKind, HardwareModel, PriceSource};
use crate::{
    access::Permission,
    error::Result,
    inventory::{graphql::units::half_units, models},
    schema::{
        patch::{patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, MoneyInput, rate},
    },
};

/// A hardware model to register.
#[derive(Clone, Debug, InputObject)]
pub struct NewHardwareModel {
    /// Who makes it.
    pub manufacturer: Id<ManufacturerId>,
    /// Name; no two models of a manufacturer share one.
    pub name: String,
    /// What it is for.
    pub kind: HardwareKind,
    /// What else is known of it.
    #[graphql(default)]
    pub details: HardwareModelDetails,
}

/// What may be known of a hardware model. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct HardwareModelDetails {
    /// Order number.
    pub part_number: MaybeUndefined<String>,
    /// Its body.
    #[graphql(default)]
    pub dimensions: DimensionsInput,
    /// What it draws.
    #[graphql(default)]
    pub power: ModelPowerInput,
    /// Data that one unit holds after redundancy and before reduction, in terabytes of 10¹² bytes; 0 for what holds
    /// none of its own.
    pub usable_terabytes: MaybeUndefined<Decimal>,
    /// Cores, not threads of one unit.
    pub cores: MaybeUndefined<i32>,
    /// Main memory, in gibibytes of 2³⁰ bytes of one unit.
    pub memory_gibibytes: MaybeUndefined<Decimal>,
    /// How long it is meant to serve, in months.
    pub useful_life_months: MaybeUndefined<i32>,
    /// What one unit costs by list, replaced as a whole.
    pub list_price: MaybeUndefined<ListPriceInput>,
    /// The days that the maker has set.
    #[graphql(default)]
    pub milestones: MilestonesInput,
    /// The model to buy in its place.
    pub successor: MaybeUndefined<Id<HardwareModelId>>,
    /// How many of these one successor replaces.
    pub consolidation_ratio: MaybeUndefined<Decimal>,
}

/// What of a hardware model may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct HardwareModelChanges {
    /// Name; no two models of a manufacturer share one.
    pub name: MaybeUndefined<String>,
    /// What it is for.
    pub kind: MaybeUndefined<HardwareKind>,
    /// What else is known of it.
    #[graphql(flatten)]
    pub details: HardwareModelDetails,
}

/// The body of a hardware model. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DimensionsInput {
    /// Height in rack units, halves are possible. 0 mounts beside the units.
    pub height_units: MaybeUndefined<f64>,
    /// Whether it takes both faces of its units; it does unless said otherwise.
    pub full_depth: MaybeUndefined<bool>,
    /// Weight, in grams.
    pub weight_grams: MaybeUndefined<i64>,
}

/// What a hardware model draws. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ModelPowerInput {
    /// Draw under usual load, in watts.
    pub typical_draw_watts: MaybeUndefined<i32>,
    /// Draw on the nameplate, in watts.
    pub maximum_draw_watts: MaybeUndefined<i32>,
}

/// What one unit of a hardware model costs by list.
#[derive(Clone, Debug, InputObject)]
pub struct ListPriceInput {
    /// The price of one unit.
    pub price: MoneyInput,
    /// Day the price was true.
    pub on: Date,
    /// Last day the price can be ordered at.
    pub valid_until: Option<Date>,
    /// How the price is known.
    pub source: Option<PriceSource>,
}

/// The days that the maker has set for a hardware model. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct MilestonesInput {
    /// First day the maker sold it.
    pub released_on: MaybeUndefined<Date>,
    /// Day the maker announced the end of sale.
    pub end_of_sale_announced_on: MaybeUndefined<Date>,
    /// Last day it can be ordered.
    pub end_of_sale_on: MaybeUndefined<Date>,
    /// Last day the maker ships it.
    pub last_ship_on: MaybeUndefined<Date>,
    /// Last day of bug fixes.
    pub end_of_software_maintenance_on: MaybeUndefined<Date>,
    /// Last day of security fixes.
    pub end_of_security_support_on: MaybeUndefined<Date>,
    /// Last day of any support.
    pub last_date_of_support_on: MaybeUndefined<Date>,
    /// How well the days are known.
    pub date_quality: MaybeUndefined<DateQuality>,
}

impl MilestonesInput {
    fn apply(self, row: &mut hardware_model::ActiveModel) -> Result<()> {
        patch(&mut row.released_on, self.released_on);
        patch(&mut row.end_of_sale_announced_on, self.end_of_sale_announced_on);
        patch(&mut row.end_of_sale_on, self.end_of_sale_on);
        patch(&mut row.last_ship_on, self.last_ship_on);
        patch(&mut row.end_of_software_maintenance_on, self.end_of_software_maintenance_on);
        patch(&mut row.end_of_security_support_on, self.end_of_security_support_on);
        patch(&mut row.last_date_of_support_on, self.last_date_of_support_on);
        patch_required(&mut row.date_quality, self.date_quality, "milestones.dateQuality")
    }
}

impl HardwareModelDetails {
    /// The columns that the details name, checked as far as the database could not hold them.
    fn columns(self) -> Result<hardware_model::ActiveModel> {
        let mut row = hardware_model::ActiveModel::default();
        patch(&mut row.part_number, self.part_number);
        let height = self.dimensions.height_units;
        let height = height.map_value(|height| half_units(height, "dimensions.heightUnits"));
        patch(&mut row.height_half_units, height.transpose()?);
        patch_required(&mut row.full_depth, self.dimensions.full_depth, "dimensions.fullDepth")?;
        patch(&mut row.weight_grams, self.dimensions.weight_grams);
        patch(&mut row.typical_draw_watts, self.power.typical_draw_watts);
        patch(&mut row.maximum_draw_watts, self.power.maximum_draw_watts);
        let terabytes = self.usable_terabytes.map_value(|size| rate(size, "usableTerabytes"));
        patch(&mut row.usable_terabytes, terabytes.transpose()?);
        patch(&mut row.cores, self.cores);
        patch_with(&mut row.memory_gibibytes, self.memory_gibibytes, |size| rate(size, "memoryGibibytes"))?;
        patch(&mut row.useful_life_months, self.useful_life_months);
        match self.list_price {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => price(&mut row, None)?,
            MaybeUndefined::Value(list_price) => price(&mut row, Some(list_price))?,
        }
        self.milestones.apply(&mut row)?;
        patch(&mut row.successor_id, self.successor.map_value(|id| id.0));
        let ratio = self.consolidation_ratio.map_value(|ratio| rate(ratio, "consolidationRatio"));
        patch(&mut row.consolidation_ratio, ratio.transpose()?);
        Ok(row)
    }
}

impl HardwareModelChanges {
    /// The columns that the changes name.
    fn columns(self) -> Result<hardware_model::ActiveModel> {
        let mut row = self.details.columns()?;
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.kind, self.kind, "kind")?;
        Ok(row)
    }
}

/// Writes the list price, or clears it.
fn price(row: &mut hardware_model::ActiveModel, given: Option<ListPriceInput>) -> Result<()> {
    let columns = given.as_ref().map(|given| given.price.columns("listPrice.price")).transpose()?;
    let (amount, currency) = columns.unzip();
    row.list_price_amount = Set(amount);
    row.list_price_currency = Set(currency);
    row.list_price_on = Set(given.as_ref().map(|given| given.on.0));
    row.list_price_valid_until = Set(given.as_ref().and_then(|given| given.valid_until).map(|day| day.0));
    row.list_price_source = Set(given.and_then(|given| given.source).map(Into::into));
    Ok(())
}

/// Changes of hardware models.
#[derive(Default)]
pub struct HardwareModelMutation;

/// Changes of hardware models.
#[Object]
impl HardwareModelMutation {
    /// Registers a hardware model. Sent again with the same idempotency key it answers with the first one.
    async fn register_hardware_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewHardwareModel,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<HardwareModel> {
        let model = change(ctx, Permission::EditInventory, async |tx| {
            let register = async || {
                let mut row = input.details.clone().columns()?;
                row.manufacturer_id = Set(input.manufacturer.0);
                row.name = Set(input.name.clone());
                row.kind = Set(input.kind.into());
                models::register(tx, row).await
            };
            tx.once("registerHardwareModel", idempotency_key, &input, register).await
        })
        .await?;
        Ok(Record::whole(model).into())
    }

    /// Changes what is known of a hardware model. Its height and depth can be changed as long as all that is
    /// mounted still fits.
    async fn update_hardware_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<HardwareModelId>,
        #[graphql(desc = "What is to change.")] changes: HardwareModelChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<HardwareModel> {
        let model = change(ctx, Permission::EditInventory, async |tx| {
            let columns = changes.columns()?;
            models::update(tx, *id, expected_version, |row| crate::schema::patch::overlay(row, &columns))
                .await
        })
        .await?;
        Ok(Record::whole(model).into())
    }
}
