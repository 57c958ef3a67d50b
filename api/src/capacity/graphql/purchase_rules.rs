//! What is bought for pools, as clients see and say it.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use chrono::NaiveDate;
use entity::{
    capacity::{
        Quantity,
        capacity_purchase_rule::{self, Column as C},
    },
    id::{CapacityPoolId, CapacityPurchaseRuleId, DepreciationRuleId, VendorId},
    inventory::hardware_model,
    lifecycle::refresh_policy,
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{pools::CapacityPool, words::CapacityDemand};
use crate::{
    access::{Caller, Permission},
    capacity::purchase_rules,
    error::Result,
    inventory::graphql::{models::HardwareKind, vendors::Vendor},
    lifecycle::graphql::{
        depreciation_rules::DepreciationRule,
        refresh_policies::{YearRate, YearRateInput},
    },
    schema::{
        filter::{EnumFilter, Filter, IdFilter, Order, StringFilter},
        page::{Connection, Sortable, Window, page, page_cost},
        record::{Noun, Record},
        request::{by_condition, caller, change, priced},
        scalar::{Date, Id, Moment, Money, MoneyInput, amount, rate},
    },
};

/// What is bought for a pool that runs out, and what that costs.
#[derive(Clone)]
pub struct CapacityPurchaseRule(Record<capacity_purchase_rule::Entity>);

impl From<Record<capacity_purchase_rule::Entity>> for CapacityPurchaseRule {
    fn from(record: Record<capacity_purchase_rule::Entity>) -> Self {
        Self(record)
    }
}

impl Noun for CapacityPurchaseRule {
    type Entity = capacity_purchase_rule::Entity;
    type Id = CapacityPurchaseRuleId;
    const VIEW: Permission = Permission::ViewLifecycle;
    const ID: capacity_purchase_rule::Column = C::Id;

    fn columns(field: &str) -> &'static [capacity_purchase_rule::Column] {
        match field {
            "version" => &[C::Version],
            "createdAt" => &[C::CreatedAt],
            "updatedAt" => &[C::UpdatedAt],
            "pool" => &[C::PoolId],
            "item" => &[C::Item],
            "hardwareKind" => &[C::HardwareKind],
            "quantity" => &[C::Quantity],
            "lot" => &[C::Lot],
            "coverMonths" => &[C::CoverMonths],
            "demand" => &[C::Demand],
            "price" => &[C::PriceAmount, C::Currency],
            "pricedOn" => &[C::PriceOn],
            "priceValidUntil" => &[C::PriceValidUntilOn],
            "priceIndex" => &[C::PriceIndex],
            "freightRate" => &[C::FreightRate],
            "installPerPiece" => &[C::InstallAmount, C::Currency],
            "supportRate" => &[C::SupportRate],
            "supportMonths" => &[C::SupportMonths],
            "contingencyRate" => &[C::ContingencyRate],
            "paymentTermsDays" => &[C::PaymentTermsDays],
            "depreciationRule" => &[C::DepreciationRuleId],
            "lifeMonths" => &[C::LifeMonths],
            "vendor" => &[C::VendorId],
            "note" => &[C::Note],
            "source" => &[C::Source],
            _ => &[],
        }
    }
}

impl CapacityPurchaseRule {
    fn money(&self, ctx: &Context<'_>, column: capacity_purchase_rule::Column) -> Result<Option<Money>> {
        priced(ctx, || {
            let currency: String = self.0.get(C::Currency)?;
            Ok(Some(Money::of(self.0.get::<Amount>(column)?, &currency)))
        })
    }

    fn fraction(&self, column: capacity_purchase_rule::Column) -> Result<Decimal> {
        Ok(self.0.get::<Rate>(column)?.to_decimal())
    }
}

/// What is bought for a pool that runs out, and what that costs.
#[Object]
impl CapacityPurchaseRule {
    /// The id of what is bought.
    pub(crate) async fn id(&self) -> Result<ID> {
        Ok(Id::<CapacityPurchaseRuleId>(self.0.get(C::Id)?).into())
    }

    /// Rises with every change; give it as `expectedVersion` to change what you have read.
    async fn version(&self) -> Result<i32> {
        self.0.get(C::Version)
    }

    /// When it was recorded.
    async fn created_at(&self) -> Result<Moment> {
        self.0.get(C::CreatedAt)
    }

    /// When the record was last changed.
    async fn updated_at(&self) -> Result<Moment> {
        self.0.get(C::UpdatedAt)
    }

    /// The pool that it is bought for.
    async fn pool(&self, ctx: &Context<'_>) -> Result<Option<CapacityPool>> {
        self.0.one(ctx, C::PoolId).await
    }

    /// What is bought.
    async fn item(&self) -> Result<String> {
        self.0.get(C::Item)
    }

    /// Of which kind it is: by that its price moves in scenarios, and it is written off where nothing else is said.
    async fn hardware_kind(&self) -> Result<HardwareKind> {
        Ok(self.0.get::<hardware_model::HardwareKind>(C::HardwareKind)?.into())
    }

    /// What one piece adds to what may be planned with, in the unit of the pool.
    async fn quantity(&self) -> Result<Decimal> {
        Ok(self.0.get::<Quantity>(C::Quantity)?.to_decimal())
    }

    /// Pieces come in whole lots of this many.
    async fn lot(&self) -> Result<i32> {
        self.0.get(C::Lot)
    }

    /// How many months of demand an order covers: with 12, one order a year.
    async fn cover_months(&self) -> Result<i32> {
        self.0.get(C::CoverMonths)
    }

    /// Which demand is bought for.
    async fn demand(&self) -> Result<CapacityDemand> {
        Ok(self.0.get::<capacity_purchase_rule::DemandQuantile>(C::Demand)?.into())
    }

    /// The price of a piece. Null when the caller may not see prices.
    async fn price(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, C::PriceAmount)
    }

    /// Whether amounts are hidden from the caller's role.
    async fn prices_hidden(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!caller(ctx)?.may(Permission::ViewPrices))
    }

    /// The day on which the price was stated.
    async fn priced_on(&self) -> Result<Date> {
        Ok(Date(self.0.get::<NaiveDate>(C::PriceOn)?))
    }

    /// Last day on which it can be ordered at the price. Null where nobody promised one: it moves from its day on.
    async fn price_valid_until(&self) -> Result<Option<Date>> {
        Ok(self.0.get::<Option<NaiveDate>>(C::PriceValidUntilOn)?.map(Date))
    }

    /// How the price moves, year by year. In years that are not listed it stands still.
    async fn price_index(&self) -> Result<Vec<YearRate>> {
        let index: refresh_policy::PriceIndex = self.0.get(C::PriceIndex)?;
        Ok(index.0.into_iter().map(YearRate::from).collect())
    }

    /// Freight and duty, as a fraction of the price.
    async fn freight_rate(&self) -> Result<Decimal> {
        self.fraction(C::FreightRate)
    }

    /// Installation of one piece. Null when the caller may not see prices.
    async fn install_per_piece(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        self.money(ctx, C::InstallAmount)
    }

    /// Prepaid support for all its months, as a fraction of the price.
    async fn support_rate(&self) -> Result<Decimal> {
        self.fraction(C::SupportRate)
    }

    /// Months that the prepaid support covers.
    async fn support_months(&self) -> Result<i32> {
        self.0.get(C::SupportMonths)
    }

    /// Contingency, as a fraction of the price.
    async fn contingency_rate(&self) -> Result<Decimal> {
        self.fraction(C::ContingencyRate)
    }

    /// From invoice, on delivery, to payment, in days.
    async fn payment_terms_days(&self) -> Result<i32> {
        self.0.get(C::PaymentTermsDays)
    }

    /// How it is written off. Null: evenly over `lifeMonths`, or else by the rule of its kind.
    async fn depreciation_rule(&self, ctx: &Context<'_>) -> Result<Option<DepreciationRule>> {
        self.0.one(ctx, C::DepreciationRuleId).await
    }

    /// The months over which it is written off evenly, in place of a rule.
    async fn life_months(&self) -> Result<Option<i32>> {
        self.0.get(C::LifeMonths)
    }

    /// Who sells it.
    async fn vendor(&self, ctx: &Context<'_>) -> Result<Option<Vendor>> {
        self.0.one(ctx, C::VendorId).await
    }

    /// What else is to be said.
    async fn note(&self) -> Result<Option<String>> {
        self.0.get(C::Note)
    }

    /// Where the record came from.
    async fn source(&self) -> Result<Option<String>> {
        self.0.get(C::Source)
    }
}

/// Which of what is bought. All tests have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CapacityPurchaseRuleFilter {
    /// All of these as well.
    pub and: Option<Vec<CapacityPurchaseRuleFilter>>,
    /// At least one of these as well.
    pub or: Option<Vec<CapacityPurchaseRuleFilter>>,
    /// And not this.
    pub not: Option<Box<CapacityPurchaseRuleFilter>>,
    /// By id.
    pub id: Option<IdFilter<CapacityPurchaseRuleId>>,
    /// By the id of the pool.
    pub pool: Option<IdFilter<CapacityPoolId>>,
    /// By what is bought.
    pub item: Option<StringFilter>,
    /// By its kind.
    pub hardware_kind: Option<EnumFilter<HardwareKind>>,
    /// By the id of who sells it.
    pub vendor: Option<IdFilter<VendorId>>,
}

impl Filter for CapacityPurchaseRuleFilter {
    fn own(&self, _caller: &Caller) -> Result<Condition> {
        Ok(Condition::all()
            .add_option(self.id.as_ref().map(|test| test.on(C::Id)))
            .add_option(self.pool.as_ref().map(|test| test.on(C::PoolId)))
            .add_option(self.item.as_ref().map(|test| test.on(C::Item)))
            .add_option(
                self.hardware_kind
                    .as_ref()
                    .map(|test| test.on::<hardware_model::HardwareKind>(C::HardwareKind)),
            )
            .add_option(self.vendor.as_ref().map(|test| test.on(C::VendorId))))
    }

    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>) {
        (&self.and, &self.or, self.not.as_deref())
    }
}

/// What to order by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityPurchaseRuleOrderField {
    /// By what is bought.
    Item,
    /// By the day on which the price was stated.
    PricedOn,
    /// By the moment it was recorded.
    CreatedAt,
}

impl Sortable for CapacityPurchaseRuleOrderField {
    type Noun = CapacityPurchaseRule;

    fn column(self) -> capacity_purchase_rule::Column {
        match self {
            Self::Item => C::Item,
            Self::PricedOn => C::PriceOn,
            Self::CreatedAt => C::CreatedAt,
        }
    }
}

/// Queries of what is bought for pools.
#[derive(Default)]
pub struct PurchaseRuleQuery;

/// Queries of what is bought for pools.
#[Object]
impl PurchaseRuleQuery {
    /// What is bought for a pool. Null where that was never said.
    async fn capacity_purchase_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the pool.")] pool: Id<CapacityPoolId>,
    ) -> Result<Option<CapacityPurchaseRule>> {
        by_condition(ctx, Condition::all().add(C::PoolId.eq(pool.0))).await
    }

    /// What is bought for pools.
    #[graphql(complexity = "page_cost(first, last, child_complexity)")]
    async fn capacity_purchase_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them. Left out: all.")] filter: Option<CapacityPurchaseRuleFilter>,
        #[graphql(desc = "In which order. Left out: as they were recorded.")] order_by: Option<
            Vec<Order<CapacityPurchaseRuleOrderField>>,
        >,
        #[graphql(desc = "At most so many of the first; 50 when left out.")] first: Option<i32>,
        #[graphql(desc = "Begin behind this cursor.")] after: Option<String>,
        #[graphql(desc = "At most so many of the last, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Connection<CapacityPurchaseRule>> {
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        page(ctx, condition, order_by, Window::new(first, after, last, before)).await
    }
}

/// What is bought for a pool that runs out, and what that costs: all of it, in place of what was said before.
#[derive(Clone, Debug, InputObject)]
pub struct CapacityPurchaseRuleInput {
    /// What is bought.
    pub item: String,
    /// Of which kind it is: by that its price moves in scenarios, and it is written off where nothing else is said.
    pub hardware_kind: HardwareKind,
    /// What one piece adds to what may be planned with, in the unit of the pool.
    pub quantity: Decimal,
    /// Pieces come in whole lots of this many.
    #[graphql(default = 1)]
    pub lot: i32,
    /// How many months of demand an order covers, 1 to 120: with 12, one order a year.
    #[graphql(default = 12)]
    pub cover_months: i32,
    /// Which demand is bought for.
    #[graphql(default_with = "CapacityDemand::P90")]
    pub demand: CapacityDemand,
    /// The price of a piece; its currency is that of all amounts here.
    pub price: MoneyInput,
    /// The day on which the price was stated.
    pub priced_on: Date,
    /// Last day on which it can be ordered at the price. Left out: it moves from its day on.
    pub price_valid_until: Option<Date>,
    /// How the price moves, year by year. In years that are not listed it stands still.
    #[graphql(default)]
    pub price_index: Vec<YearRateInput>,
    /// Freight and duty, as a fraction of the price: 0.09 for 9 %. Left out: 0.
    pub freight_rate: Option<Decimal>,
    /// Installation of one piece. Left out: 0.
    pub install_per_piece: Option<Decimal>,
    /// Prepaid support for all its months, as a fraction of the price. Left out: 0.
    pub support_rate: Option<Decimal>,
    /// Months that the prepaid support covers.
    #[graphql(default = 0)]
    pub support_months: i32,
    /// Contingency, as a fraction of the price. Left out: 0.
    pub contingency_rate: Option<Decimal>,
    /// From invoice, on delivery, to payment, in days.
    #[graphql(default = 30)]
    pub payment_terms_days: i32,
    /// The id of the depreciation rule by which it is written off. Left out: evenly over `lifeMonths`, or else by the rule
    /// of its kind.
    pub depreciation_rule: Option<Id<DepreciationRuleId>>,
    /// The months over which it is written off evenly, in place of a rule.
    pub life_months: Option<i32>,
    /// The id of who sells it.
    pub vendor: Option<Id<VendorId>>,
    /// What else is to be said.
    pub note: Option<String>,
    /// Where the record comes from.
    pub source: Option<String>,
}

impl CapacityPurchaseRuleInput {
    fn row(self) -> Result<capacity_purchase_rule::ActiveModel> {
        let (price, currency) = self.price.columns("price")?;
        let fraction =
            |given: Option<Decimal>, field| given.map_or(Ok(Rate::ZERO), |value| rate(value, field));
        let install = self.install_per_piece;
        let index = self.price_index.into_iter();
        Ok(capacity_purchase_rule::ActiveModel {
            item: Set(self.item),
            hardware_kind: Set(self.hardware_kind.into()),
            quantity: Set(amount(self.quantity, "quantity")?),
            lot: Set(self.lot),
            cover_months: Set(self.cover_months),
            demand: Set(self.demand.into()),
            price_amount: Set(price),
            currency: Set(currency),
            price_on: Set(self.priced_on.0),
            price_valid_until_on: Set(self.price_valid_until.map(|day| day.0)),
            price_index: Set(refresh_policy::PriceIndex(
                index.map(|step| refresh_policy::YearRate { year: step.year, rate: step.rate }).collect(),
            )),
            freight_rate: Set(fraction(self.freight_rate, "freightRate")?),
            install_amount: Set(install.map_or(Ok(Amount::ZERO), |value| amount(value, "installPerPiece"))?),
            support_rate: Set(fraction(self.support_rate, "supportRate")?),
            support_months: Set(self.support_months),
            contingency_rate: Set(fraction(self.contingency_rate, "contingencyRate")?),
            payment_terms_days: Set(self.payment_terms_days),
            depreciation_rule_id: Set(self.depreciation_rule.map(|id| *id)),
            life_months: Set(self.life_months),
            vendor_id: Set(self.vendor.map(|id| *id)),
            note: Set(self.note),
            source: Set(self.source),
            ..Default::default()
        })
    }
}

/// Changes of what is bought for pools.
#[derive(Default)]
pub struct PurchaseRuleMutation;

/// Changes of what is bought for pools.
#[Object]
impl PurchaseRuleMutation {
    /// Says what is bought for a pool that runs out, and what that costs, in place of what was said before. The roadmap has
    /// its orders from then on.
    async fn set_capacity_purchase_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the pool.")] pool: Id<CapacityPoolId>,
        #[graphql(desc = "What is bought.")] input: CapacityPurchaseRuleInput,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<CapacityPurchaseRule> {
        let said = change(ctx, Permission::EditLifecycle, async |tx| {
            purchase_rules::set(tx, *pool, expected_version, input.row()?).await
        });
        Ok(Record::whole(said.await?).into())
    }

    /// Says that nothing is bought for a pool, and answers with the id of the pool: the roadmap has no orders for it.
    async fn remove_capacity_purchase_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the pool.")] pool: Id<CapacityPoolId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditLifecycle, async |tx| {
            purchase_rules::remove(tx, *pool, expected_version).await
        })
        .await?;
        Ok(pool.into())
    }
}
