//! Assets, as clients see them.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    id::AssetId,
    inventory::{asset, environment, site},
    money::Amount,
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::sites::{Site, SiteFilter};
use crate::{
    access::{Caller, Permission},
    error::{Error, Result},
    schema::{
        filter::{
            Comparison, DateFilter, EnumFilter, Filter, IdFilter, IntFilter, Order, StringFilter, through,
        },
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, by_id, caller, priced},
        scalar::{Date, Id, Moment, Money},
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
            "retiredOn" => &[C::RetiredOn],
            "disposedOn" => &[C::DisposedOn],
            "owner" => &[C::Owner],
            "tier" => &[C::Tier],
            "environment" => &[C::Environment],
            "power" => &[C::PowerBasis, C::MeasuredDrawWatts, C::ModelId],
            "costCentre" => &[C::CostCentre],
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

    /// The lowest unit that it takes, counted from the floor; halves are possible.
    async fn unit(&self) -> Result<Option<f64>> {
        Ok(self.0.get::<Option<i32>>(asset::Column::PositionHalfUnits)?.map(|halves| f64::from(halves) / 2.0))
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

    /// Number of the purchase order.
    async fn order(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::PurchaseOrder)
    }
}

/// One piece of hardware that the company answers for.
#[Object]
impl Asset {
    /// The id of the asset.
    async fn id(&self) -> Result<ID> {
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

    /// The cost centre that it is charged to.
    async fn cost_centre(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::CostCentre)
    }

    /// Where the record came from, such as the file of an import.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(asset::Column::Source)
    }
}

/// Which assets. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AssetFilter {
    /// All of these as well.
    pub and: Option<Vec<AssetFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<AssetFilter>>,
    /// And not this.
    pub not: Option<Box<AssetFilter>>,
    /// By id.
    pub id: Option<IdFilter<AssetId>>,
    /// By tag.
    pub tag: Option<StringFilter>,
    /// By name.
    pub name: Option<StringFilter>,
    /// By serial number.
    pub serial: Option<StringFilter>,
    /// By status.
    pub status: Option<EnumFilter<AssetStatus>>,
    /// By the site that it stands at.
    pub site: Option<SiteFilter>,
    /// By environment.
    pub environment: Option<EnumFilter<Environment>>,
    /// By criticality.
    pub tier: Option<IntFilter>,
    /// By owner.
    pub owner: Option<StringFilter>,
    /// By cost centre.
    pub cost_centre: Option<StringFilter>,
    /// By first day of service.
    pub in_service_on: Option<DateFilter>,
    /// By last day of the warranty.
    pub warranty_ends_on: Option<DateFilter>,
    /// By day of purchase.
    pub purchased_on: Option<DateFilter>,
    /// By price, in units of its currency. Needs the right to see prices.
    pub price: Option<Comparison<Decimal>>,
}

impl Filter for AssetFilter {
    fn own(&self, caller: &Caller) -> Result<Condition> {
        use asset::Column as C;
        if self.price.is_some() && !caller.may(Permission::ViewPrices) {
            // An answer would tell the price by halving.
            return Err(Error::Forbidden { permission: Permission::ViewPrices, role: caller.role });
        }
        let site = match &self.site {
            Some(site) => Some(through::<site::Entity>(C::SiteId, site::Column::Id, site.condition(caller)?)),
            None => None,
        };
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.tag.as_ref().map(|test| test.on(C::Tag)))
            .add_option(self.name.as_ref().map(|test| test.on(C::Name)))
            .add_option(self.serial.as_ref().map(|test| test.on(C::Serial)))
            .add_option(self.status.as_ref().map(|test| test.on::<asset::AssetStatus>(C::Status)))
            .add_option(site)
            .add_option(
                self.environment.as_ref().map(|test| test.on::<environment::Environment>(C::Environment)),
            )
            .add_option(self.tier.as_ref().map(|test| test.on(C::Tier)).transpose()?)
            .add_option(self.owner.as_ref().map(|test| test.on(C::Owner)))
            .add_option(self.cost_centre.as_ref().map(|test| test.on(C::CostCentre)))
            .add_option(self.in_service_on.as_ref().map(|test| test.on(C::InServiceOn)).transpose()?)
            .add_option(self.warranty_ends_on.as_ref().map(|test| test.on(C::WarrantyEndsOn)).transpose()?)
            .add_option(self.purchased_on.as_ref().map(|test| test.on(C::PurchasedOn)).transpose()?)
            .add_option(self.price.as_ref().map(|test| test.on(C::PurchaseAmount)).transpose()?))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order assets by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AssetOrderField {
    /// By tag.
    Tag,
    /// By name.
    Name,
    /// By status.
    Status,
    /// By first day of service.
    InServiceOn,
    /// By last day of the warranty.
    WarrantyEndsOn,
    /// By criticality.
    Tier,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for AssetOrderField {
    type Noun = Asset;

    fn column(self) -> asset::Column {
        match self {
            Self::Tag => asset::Column::Tag,
            Self::Name => asset::Column::Name,
            Self::Status => asset::Column::Status,
            Self::InServiceOn => asset::Column::InServiceOn,
            Self::WarrantyEndsOn => asset::Column::WarrantyEndsOn,
            Self::Tier => asset::Column::Tier,
            Self::CreatedAt => asset::Column::CreatedAt,
        }
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
        id: Option<Id<AssetId>>,
        tag: Option<String>,
    ) -> Result<Option<Asset>> {
        use sea_orm::ColumnTrait;
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
        filter: Option<AssetFilter>,
        order_by: Option<Vec<Order<AssetOrderField>>>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Asset>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}
