//! Hardware models, as clients see them.

mod changes;
mod filter;

pub use changes::{HardwareModelDetails, HardwareModelMutation, NewHardwareModel};
pub use filter::{HardwareModelFilter, HardwareModelOrderField};

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    id::HardwareModelId,
    inventory::{asset, hardware_model},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    assets::{Asset, AssetFilter, AssetOrderField},
    manufacturers::Manufacturer,
    units::units,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    schema::{
        filter::{Filter, Order},
        page::{Connection, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, priced},
        scalar::{Date, Id, Moment, Money, plain},
    },
};

/// A product that assets are instances of.
#[derive(Clone)]
pub struct HardwareModel(Record<hardware_model::Entity>);

impl From<Record<hardware_model::Entity>> for HardwareModel {
    fn from(record: Record<hardware_model::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for HardwareModel {
    type Entity = hardware_model::Entity;
    type Id = HardwareModelId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: hardware_model::Column = hardware_model::Column::Id;

    fn columns(field: &str) -> &'static [hardware_model::Column] {
        use hardware_model::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "manufacturer" => &[C::ManufacturerId],
            "name" => &[C::Name],
            "partNumber" => &[C::PartNumber],
            "kind" => &[C::Kind],
            "dimensions" => &[C::HeightHalfUnits, C::FullDepth, C::WeightGrams],
            "power" => &[C::TypicalDrawWatts, C::MaximumDrawWatts],
            "usableTerabytes" => &[C::UsableTerabytes],
            "cores" => &[C::Cores],
            "memoryGibibytes" => &[C::MemoryGibibytes],
            "usefulLifeMonths" => &[C::UsefulLifeMonths],
            "listPrice" => &[
                C::ListPriceAmount,
                C::ListPriceCurrency,
                C::ListPriceOn,
                C::ListPriceValidUntil,
                C::ListPriceSource,
            ],
            "milestones" => &[
                C::ReleasedOn,
                C::EndOfSaleAnnouncedOn,
                C::EndOfSaleOn,
                C::LastShipOn,
                C::EndOfSoftwareMaintenanceOn,
                C::EndOfSecuritySupportOn,
                C::LastDateOfSupportOn,
                C::DateQuality,
            ],
            "successor" => &[C::SuccessorId],
            "consolidationRatio" => &[C::ConsolidationRatio],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// What a hardware model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "hardware_model::HardwareKind")]
pub enum HardwareKind {
    /// A computer that stands on its own in a rack.
    Server,
    /// A computer that lives in a chassis.
    Blade,
    /// An enclosure that blades live in.
    Chassis,
    /// A storage array or shelf.
    Storage,
    /// A network switch.
    Switch,
    /// A network router.
    Router,
    /// A firewall.
    Firewall,
    /// A load balancer.
    LoadBalancer,
    /// A wireless access point or controller.
    Wireless,
    /// A power distribution unit or uninterruptible supply.
    Power,
    /// A passive panel; draws nothing.
    PatchPanel,
    /// A portable computer of one person.
    Laptop,
    /// A stationary computer of one person.
    Desktop,
    /// A screen.
    Monitor,
    /// A desk or mobile telephone.
    Phone,
    /// A printer or multifunction device.
    Printer,
    /// Anything else.
    Other,
}

/// How a list price is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "hardware_model::PriceSource")]
pub enum PriceSource {
    /// A vendor's quote.
    Quote,
    /// A published price list.
    Catalog,
    /// An older price carried forward by an index.
    Indexed,
}

/// How well dates are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "hardware_model::DateQuality")]
pub enum DateQuality {
    /// The maker publishes them.
    Published,
    /// A contract states them.
    Contract,
    /// Someone's estimate.
    Estimated,
    /// Nobody has said.
    Unknown,
}

/// The body of a hardware model.
#[derive(Clone, Debug, SimpleObject)]
pub struct Dimensions {
    /// Height in rack units, halves are possible. 0 mounts beside the units; null is not known, or not for a
    /// rack.
    height_units: Option<f64>,
    /// Whether it takes both faces of its units.
    full_depth: bool,
    /// Weight, in grams.
    weight_grams: Option<i64>,
}

/// What a hardware model draws.
#[derive(Clone, Debug, SimpleObject)]
pub struct ModelPower {
    /// Draw under usual load, in watts.
    typical_draw_watts: Option<i32>,
    /// Draw on the nameplate, in watts.
    maximum_draw_watts: Option<i32>,
}

/// The days that the maker has set for a hardware model.
#[derive(Clone, Debug, SimpleObject)]
pub struct Milestones {
    /// First day the maker sold it.
    released_on: Option<Date>,
    /// Day the maker announced the end of sale.
    end_of_sale_announced_on: Option<Date>,
    /// Last day it can be ordered.
    end_of_sale_on: Option<Date>,
    /// Last day the maker ships it.
    last_ship_on: Option<Date>,
    /// Last day of bug fixes.
    end_of_software_maintenance_on: Option<Date>,
    /// Last day of security fixes.
    end_of_security_support_on: Option<Date>,
    /// Last day of any support.
    last_date_of_support_on: Option<Date>,
    /// How well the days are known.
    date_quality: DateQuality,
}

/// What one unit of a hardware model costs by list.
pub struct ListPrice(Record<hardware_model::Entity>);

/// What one unit of a hardware model costs by list.
#[Object]
impl ListPrice {
    /// The price of one unit. Null when it is not known, or when the caller may not see prices.
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let amount = self.0.get::<Option<Amount>>(hardware_model::Column::ListPriceAmount)?;
            let currency = self.0.get::<Option<String>>(hardware_model::Column::ListPriceCurrency)?;
            Ok(amount.zip(currency).map(|(amount, currency)| Money::of(amount, &currency)))
        })
    }

    /// Whether the price is hidden from the caller's role.
    async fn price_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// Day the price was true.
    async fn on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(hardware_model::Column::ListPriceOn)?.map(Date))
    }

    /// Last day the price can be ordered at.
    async fn valid_until(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(hardware_model::Column::ListPriceValidUntil)?.map(Date))
    }

    /// How the price is known.
    async fn source(&self) -> Result<Option<PriceSource>> {
        let source =
            self.0.get::<Option<hardware_model::PriceSource>>(hardware_model::Column::ListPriceSource)?;
        Ok(source.map(Into::into))
    }
}

/// A product that assets are instances of.
#[Object]
impl HardwareModel {
    /// The id of the model.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<HardwareModelId>(self.0.get(hardware_model::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(hardware_model::Column::Version)
    }

    /// When the model was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(hardware_model::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(hardware_model::Column::UpdatedAt)
    }

    /// Who makes it.
    async fn manufacturer(&self, ctx: &Context<'_>) -> Result<Option<Manufacturer>> {
        self.0.one(ctx, hardware_model::Column::ManufacturerId).await
    }

    /// Name; no two models of a manufacturer share one.
    async fn name(&self) -> Result<String> {
        self.0.get(hardware_model::Column::Name)
    }

    /// Order number.
    async fn part_number(&self) -> Result<Option<String>> {
        self.0.get(hardware_model::Column::PartNumber)
    }

    /// What it is for.
    async fn kind(&self) -> Result<HardwareKind> {
        Ok(self.0.get::<hardware_model::HardwareKind>(hardware_model::Column::Kind)?.into())
    }

    /// Its body.
    async fn dimensions(&self) -> Result<Dimensions> {
        let height: Option<i32> = self.0.get(hardware_model::Column::HeightHalfUnits)?;
        Ok(Dimensions {
            height_units: height.map(units),
            full_depth: self.0.get(hardware_model::Column::FullDepth)?,
            weight_grams: self.0.get(hardware_model::Column::WeightGrams)?,
        })
    }

    /// What it draws.
    async fn power(&self) -> Result<ModelPower> {
        Ok(ModelPower {
            typical_draw_watts: self.0.get(hardware_model::Column::TypicalDrawWatts)?,
            maximum_draw_watts: self.0.get(hardware_model::Column::MaximumDrawWatts)?,
        })
    }

    /// Data that one unit holds after redundancy and before reduction, in terabytes of 10¹² bytes. Null where nobody
    /// said.
    async fn usable_terabytes(&self) -> Result<Option<Decimal>> {
        let terabytes: Option<Rate> = self.0.get(hardware_model::Column::UsableTerabytes)?;
        Ok(terabytes.map(|terabytes| plain(terabytes.to_decimal())))
    }

    /// Cores, not threads of one unit. Null where nobody said.
    async fn cores(&self) -> Result<Option<i32>> {
        self.0.get(hardware_model::Column::Cores)
    }

    /// Main memory, in gibibytes of 2³⁰ bytes of one unit. Null where nobody said.
    async fn memory_gibibytes(&self) -> Result<Option<Decimal>> {
        let memory: Option<Rate> = self.0.get(hardware_model::Column::MemoryGibibytes)?;
        Ok(memory.map(|memory| plain(memory.to_decimal())))
    }

    /// How long it is meant to serve, in months.
    async fn useful_life_months(&self) -> Result<Option<i32>> {
        self.0.get(hardware_model::Column::UsefulLifeMonths)
    }

    /// What one unit costs by list.
    async fn list_price(&self) -> ListPrice {
        ListPrice(self.0.clone())
    }

    /// The days that the maker has set.
    async fn milestones(&self) -> Result<Milestones> {
        use hardware_model::Column as C;
        let day = |column| Ok::<_, Error>(self.0.get::<Option<NaiveDate>>(column)?.map(Date));
        Ok(Milestones {
            released_on: day(C::ReleasedOn)?,
            end_of_sale_announced_on: day(C::EndOfSaleAnnouncedOn)?,
            end_of_sale_on: day(C::EndOfSaleOn)?,
            last_ship_on: day(C::LastShipOn)?,
            end_of_software_maintenance_on: day(C::EndOfSoftwareMaintenanceOn)?,
            end_of_security_support_on: day(C::EndOfSecuritySupportOn)?,
            last_date_of_support_on: day(C::LastDateOfSupportOn)?,
            date_quality: self.0.get::<hardware_model::DateQuality>(C::DateQuality)?.into(),
        })
    }

    /// The model to buy in its place.
    async fn successor(&self, ctx: &Context<'_>) -> Result<Option<HardwareModel>> {
        self.0.one(ctx, hardware_model::Column::SuccessorId).await
    }

    /// How many of these one successor replaces.
    async fn consolidation_ratio(&self) -> Result<Option<Decimal>> {
        Ok(self.0.get::<Option<Rate>>(hardware_model::Column::ConsolidationRatio)?.map(Rate::to_decimal))
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(hardware_model::Column::Source)
    }

    /// The assets of this model.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<AssetFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<AssetOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<Asset>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let window = Window::new(first, after, last, before);
        let columns = (hardware_model::Column::Id, asset::Column::ModelId);
        self.0.page(ctx, columns, condition, order_by, window).await
    }
}

/// A model by the name of its maker and its own.
#[derive(Clone, Debug, async_graphql::InputObject)]
pub struct ModelName {
    /// Name of the manufacturer.
    pub manufacturer: String,
    /// Name of the model.
    pub name: String,
}

/// Queries of hardware models.
#[derive(Default)]
pub struct HardwareModelQuery;

/// Queries of hardware models.
#[Object]
impl HardwareModelQuery {
    /// One hardware model by id or by name.
    async fn hardware_model(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<HardwareModelId>>,
        #[graphql(desc = "Its manufacturer and name.")] named: Option<ModelName>,
    ) -> Result<Option<HardwareModel>> {
        match (id, named) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(named)) => by_condition(ctx, filter::named(&named)).await,
            _ => Err(Error::invalid("id", "give either an id or a name")),
        }
    }

    /// The hardware models.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn hardware_models(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<HardwareModelFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<HardwareModelOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<HardwareModel>> {
        let condition: Condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
