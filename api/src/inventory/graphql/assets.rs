//! Assets, as clients see them.

mod changes;
mod filter;
mod retirement;

pub use changes::{AssetMutation, NewAsset, PlacementInput};
pub use filter::{AssetFilter, AssetOrderField};
pub use retirement::AssetRetirementMutation;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    contracts::{support_contract, support_coverage},
    id::{AssetId, HardwareModelId, ScenarioId},
    inventory::{asset, environment},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, Order as SqlOrder};

use super::{models::HardwareModel, racks::Rack, sites::Site, units::units, vendors::Vendor};
use crate::{
    access::Permission,
    contracts::graphql::support_contracts::SupportContract,
    error::{Error, Result},
    inventory::{models, usage},
    lifecycle::graphql::refreshes::{self, AssetRefresh},
    schema::{
        filter::{Filter, Order},
        page::{Connection, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, priced, read},
        scalar::{Date, Id, Moment, Money, plain},
    },
};

/// One piece of hardware that the company answers for.
#[derive(Clone)]
pub struct Asset(Record<asset::Entity>);

impl From<Record<asset::Entity>> for Asset {
    fn from(record: Record<asset::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for Asset {
    type Entity = asset::Entity;
    type Id = AssetId;
    const VIEW: Permission = Permission::ViewInventory;
    const ID: asset::Column = asset::Column::Id;
    const PLAIN: &'static [&'static str] = &[
        "id",
        "version",
        "tag",
        "name",
        "serial",
        "status",
        "inServiceOn",
        "warrantyEndsOn",
        "leaseReturnOn",
        "retiredOn",
        "disposedOn",
        "owner",
        "tier",
        "environment",
        "costCentre",
        "source",
    ];

    fn columns(field: &str) -> &'static [asset::Column] {
        use asset::Column as C;
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "tag" => &[C::Tag],
            "name" => &[C::Name],
            "serial" => &[C::Serial],
            "model" => &[C::ModelId],
            "status" => &[C::Status],
            "placement" => &[C::SiteId, C::RackId, C::PositionHalfUnits, C::Face, C::ParentId],
            "purchase" => {
                &[C::PurchaseAmount, C::PurchaseCurrency, C::PurchasedOn, C::PurchaseOrder, C::VendorId]
            }
            "inServiceOn" => &[C::InServiceOn],
            "warrantyEndsOn" => &[C::WarrantyEndsOn],
            "leaseReturnOn" => &[C::LeaseReturnOn],
            "expectedOn" => &[C::ExpectedOn],
            "retirementPlannedOn" => &[C::RetirementPlannedOn],
            "retiredOn" => &[C::RetiredOn],
            "disposedOn" => &[C::DisposedOn],
            "owner" => &[C::Owner],
            "tier" => &[C::Tier],
            "environment" => &[C::Environment],
            "power" => &[C::PowerBasis, C::MeasuredDrawWatts, C::ModelId],
            "usableTerabytes" => &[C::UsableTerabytes],
            "cores" => &[C::Cores],
            "memoryGibibytes" => &[C::MemoryGibibytes],
            "costCentre" => &[C::CostCentre],
            "children" => &[C::Id],
            "refresh" => refreshes::COLUMNS,
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

/// Where an asset stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "asset::AssetStatus")]
pub enum AssetStatus {
    /// Foreseen, not ordered.
    Planned,
    /// Ordered, not received.
    Ordered,
    /// Received, not in service.
    InStock,
    /// Doing its work.
    InService,
    /// Out of service for repair or change, to return.
    Maintenance,
    /// Out of service for good, still here.
    Retired,
    /// Gone: sold, returned, recycled.
    Disposed,
}

/// A side of a rack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "asset::RackFace")]
pub enum RackFace {
    /// The cold side.
    Front,
    /// The hot side.
    Rear,
}

/// Which figure an asset's draw is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "asset::PowerBasis")]
pub enum PowerBasis {
    /// Its own measurement.
    Measured,
    /// The usual draw of its model.
    Model,
    /// The draw on the nameplate of its model.
    Nameplate,
}

/// What an asset or a workload is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "environment::Environment")]
pub enum Environment {
    /// Work that customers and staff depend on.
    Production,
    /// Takes over from production.
    DisasterRecovery,
    /// Rehearses production.
    Staging,
    /// Tests.
    Test,
    /// Development.
    Development,
}

/// Where an asset is.
pub struct Placement(Record<asset::Entity>);

/// Where an asset is.
#[Object]
impl Placement {
    /// The site.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        self.0.one(ctx, asset::Column::SiteId).await
    }

    /// The rack that it is mounted in.
    async fn rack(&self, ctx: &Context<'_>) -> Result<Option<Rack>> {
        self.0.one(ctx, asset::Column::RackId).await
    }

    /// The lowest unit that it takes, counted from the floor: the lowest is 1, its upper half 1.5. Null for
    /// what mounts beside the units, lives in a chassis or stands at a unit that is not known.
    async fn unit(&self) -> Result<Option<f64>> {
        Ok(self.0.get::<Option<i32>>(asset::Column::PositionHalfUnits)?.map(units))
    }

    /// The side of the rack that it is mounted on.
    async fn face(&self) -> Result<Option<RackFace>> {
        Ok(self.0.get::<Option<asset::RackFace>>(asset::Column::Face)?.map(Into::into))
    }

    /// The chassis that it lives in.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Asset>> {
        self.0.one(ctx, asset::Column::ParentId).await
    }
}

/// How an asset was bought.
pub struct Purchase(Record<asset::Entity>);

/// How an asset was bought.
#[Object]
impl Purchase {
    /// What was paid for it. Null when it is not known, or when the caller may not see prices.
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        priced(ctx, || {
            let amount = self.0.get::<Option<Amount>>(asset::Column::PurchaseAmount)?;
            let currency = self.0.get::<Option<String>>(asset::Column::PurchaseCurrency)?;
            Ok(amount.zip(currency).map(|(amount, currency)| Money::of(amount, &currency)))
        })
    }

    /// Whether the price is hidden from the caller's role.
    async fn price_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// Day of purchase.
    async fn on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(asset::Column::PurchasedOn)?.map(Date))
    }

    /// Whom it was bought or leased from.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, asset::Column::VendorId).await
    }

    /// Number of the purchase order.
    async fn order(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::PurchaseOrder)
    }
}

/// What an asset draws.
#[derive(Clone, Debug, SimpleObject)]
pub struct AssetPower {
    /// Which figure the draw is taken from.
    basis: PowerBasis,
    /// The asset's own measurement, in watts.
    measured_draw_watts: Option<i32>,
    /// The draw by the basis, in watts. Null when the basis has no figure: nothing is guessed from another.
    draw_watts: Option<i32>,
}

/// One piece of hardware that the company answers for.
#[Object]
impl Asset {
    /// The id of the asset.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<AssetId>(self.0.get(asset::Column::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(asset::Column::Version)
    }

    /// When the asset was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(asset::Column::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(asset::Column::UpdatedAt)
    }

    /// Inventory tag; no two assets share one.
    async fn tag(&self) -> Result<String> {
        self.0.get(asset::Column::Tag)
    }

    /// Host name or the like.
    async fn name(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::Name)
    }

    /// Serial number of the maker.
    async fn serial(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::Serial)
    }

    /// What it is an instance of.
    async fn model(&self, ctx: &Context<'_>) -> Result<Option<HardwareModel>> {
        self.0.one(ctx, asset::Column::ModelId).await
    }

    /// Where it stands in its life.
    async fn status(&self) -> Result<AssetStatus> {
        Ok(self.0.get::<asset::AssetStatus>(asset::Column::Status)?.into())
    }

    /// Where it is.
    async fn placement(&self) -> Placement {
        Placement(self.0.clone())
    }

    /// How it was bought.
    async fn purchase(&self) -> Purchase {
        Purchase(self.0.clone())
    }

    /// First day of service; age and depreciation count from here.
    async fn in_service_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(asset::Column::InServiceOn)?.map(Date))
    }

    /// Last day of the maker's warranty.
    async fn warranty_ends_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(asset::Column::WarrantyEndsOn)?.map(Date))
    }

    /// Day on which a leased asset is due back.
    async fn lease_return_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(asset::Column::LeaseReturnOn)?.map(Date))
    }

    /// Day on which it is expected to be in service, of what is not yet.
    async fn expected_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(asset::Column::ExpectedOn)?.map(Date))
    }

    /// Day on which it is meant to leave service, of what has not yet.
    async fn retirement_planned_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(asset::Column::RetirementPlannedOn)?.map(Date))
    }

    /// Day on which it left service.
    async fn retired_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(asset::Column::RetiredOn)?.map(Date))
    }

    /// Day on which it left the company.
    async fn disposed_on(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(asset::Column::DisposedOn)?.map(Date))
    }

    /// Team or person who answers for it.
    async fn owner(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::Owner)
    }

    /// Criticality: 0 is the most critical, 3 the least.
    async fn tier(&self) -> Result<Option<i32>> {
        self.0.get(asset::Column::Tier)
    }

    /// What it is used for.
    async fn environment(&self) -> Result<Environment> {
        Ok(self.0.get::<environment::Environment>(asset::Column::Environment)?.into())
    }

    /// What it draws.
    async fn power(&self, ctx: &Context<'_>) -> Result<AssetPower> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let load = async || {
            let ids = self.0.column_of_siblings::<HardwareModelId>(asset::Column::ModelId)?;
            models::power_of(&reader, ids).await
        };
        let of_models = self.0.shared("power of models".to_owned(), load).await?;
        let basis: asset::PowerBasis = self.0.get(asset::Column::PowerBasis)?;
        let measured_draw_watts = self.0.get(asset::Column::MeasuredDrawWatts)?;
        let of_model = of_models.get(&self.0.get(asset::Column::ModelId)?);
        let draw_watts = of_model.and_then(|it| {
            usage::draw(it.kind, basis, measured_draw_watts, (it.typical_draw_watts, it.maximum_draw_watts))
        });
        Ok(AssetPower { basis: basis.into(), measured_draw_watts, draw_watts })
    }

    /// Data that it holds, in terabytes of 10¹² bytes, where it differs from its model. Null where it holds what the model
    /// does.
    async fn usable_terabytes(&self) -> Result<Option<Decimal>> {
        let terabytes: Option<Rate> = self.0.get(asset::Column::UsableTerabytes)?;
        Ok(terabytes.map(|terabytes| plain(terabytes.to_decimal())))
    }

    /// Cores, not threads, where they differ from its model. Null where it has those of the model.
    async fn cores(&self) -> Result<Option<i32>> {
        self.0.get(asset::Column::Cores)
    }

    /// Main memory, in gibibytes of 2³⁰ bytes, where it differs from its model. Null where it has that of the model.
    async fn memory_gibibytes(&self) -> Result<Option<Decimal>> {
        let memory: Option<Rate> = self.0.get(asset::Column::MemoryGibibytes)?;
        Ok(memory.map(|memory| plain(memory.to_decimal())))
    }

    /// What lives in it, where it is a chassis.
    #[graphql(complexity = "20 * child_complexity + 1")]
    async fn children(&self, ctx: &Context<'_>) -> Result<Vec<Asset>> {
        let order = [(asset::Column::Tag, sea_orm::Order::Asc)];
        self.0.many(ctx, asset::Column::Id, asset::Column::ParentId, &order).await
    }

    /// When its replacement is due, seen on a day: with the rules of the refresh policy that it falls under.
    async fn refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day from which the future is seen.")] as_of: Date,
        #[graphql(default = 36, desc = "How many months ahead to look.")] horizon_months: i32,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<AssetRefresh> {
        refreshes::of_asset(ctx, &self.0, as_of, horizon_months, scenario.map(|id| id.0)).await
    }

    /// The support contracts that cover it, the last to end first. Needs the right to see contracts.
    async fn support_contracts(&self, ctx: &Context<'_>) -> Result<Option<Vec<SupportContract>>> {
        use support_contract::Column as Contract;
        use support_coverage::{Column as Link, Entity};
        let order = [(Contract::EndsOn, SqlOrder::Desc), (Contract::Number, SqlOrder::Asc)];
        let ends = (Link::AssetId, Link::ContractId);
        self.0.linked::<SupportContract, Entity>(ctx, asset::Column::Id, ends, &order).await.map(Some)
    }

    /// The cost centre that it is charged to.
    async fn cost_centre(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::CostCentre)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::Source)
    }
}

/// Queries of assets.
#[derive(Default)]
pub struct AssetQuery;

/// Queries of assets.
#[Object]
impl AssetQuery {
    /// One asset by id or by tag.
    async fn asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<Id<AssetId>>,
        #[graphql(desc = "Its inventory tag.")] tag: Option<String>,
    ) -> Result<Option<Asset>> {
        match (id, tag) {
            (Some(id), None) => by_id(ctx, id).await,
            (None, Some(tag)) => by_condition(ctx, Condition::all().add(asset::Column::Tag.eq(tag))).await,
            _ => Err(Error::invalid("id", "give either an id or a tag")),
        }
    }

    /// The assets.
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
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
