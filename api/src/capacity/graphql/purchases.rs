//! What has to be bought for pools, and where it comes too late, as clients see it.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{Context, Object, SimpleObject};
use chrono::NaiveDate;
use entity::{
    capacity::capacity_pool,
    id::{CapacityPoolId, ScenarioId},
};
use forecasting::{
    capacity::purchases::{Purchase, Shortage},
    month,
    roadmap::GrowthOrder,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::{overbooked::OverbookedRacks, pool_queries::CapacityPoolFilter, pools::CapacityPool};
use crate::{
    access::Permission,
    capacity::{
        days::require_months,
        purchases::{self, Which},
        risks::{Risk, Unjudged},
    },
    error::{Error, Result},
    roadmap::growing::{self, Grown, Risks},
    scenarios::Overlay,
    schema::{
        explain::{Explanation, ExplanationInput},
        filter::Filter,
        record::{columns_of, select},
        request::{caller, read},
        scalar::{Date, Id, Money, Month, plain},
    },
};

/// An order of what is bought for a pool.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityPurchase {
    /// The day to decide on it so that it is there in time.
    order_by: Date,
    /// The day it is decided on: `orderBy` or, where that has passed, the day from which the future is seen.
    decided_on: Date,
    /// The day the order is placed, after its approval. What it commits to is committed then, and at the price of then.
    ordered_on: Date,
    /// The day it is delivered and invoiced.
    delivered_on: Date,
    /// The day it is paid.
    paid_on: Date,
    /// The day it is installed, from which on it is written off.
    installed_on: Date,
    /// The first day it can be used for certain: what is kept in hand has passed.
    usable_on: Date,
    /// The month it is needed in.
    needed_in: Month,
    /// The first whole month it can be used in; later than `neededIn` where it comes too late.
    usable_in: Month,
    /// Whether it comes too late.
    is_late: bool,
    /// Pieces, in whole lots.
    pieces: u64,
    /// What they add, in the unit of the pool.
    quantity: Decimal,
    /// The price of a piece on the day of the order. Null when the caller may not see prices.
    unit_price: Option<Money>,
    /// Whether the price was promised for a time that has passed by then: a new quote is needed.
    price_expired: bool,
    /// What it costs, part by part. Null when the caller may not see prices.
    cost: Option<CapacityPurchaseCost>,
}

/// What an order costs, part by part.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityPurchaseCost {
    /// Pieces at their price.
    hardware: Money,
    /// Freight and taxes.
    freight_tax: Money,
    /// Installation.
    install: Money,
    /// Support, paid in advance.
    support: Money,
    /// What the order commits to, as the roadmap shows it: hardware, freight and taxes, installation and support.
    commitment: Money,
    /// Planned for the unforeseen, and in no view of the roadmap.
    contingency: Money,
    /// All parts with the contingency: `commitment` and `contingency` together.
    total: Money,
}

impl CapacityPurchase {
    fn new((purchase, order): &(Purchase, GrowthOrder), shows_prices: bool) -> Self {
        let cost = &order.cohort.cost;
        let money =
            |amount: Decimal| Money { amount: plain(amount), currency: cost.currency.code().to_owned() };
        Self {
            order_by: Date(purchase.order_by),
            decided_on: Date(purchase.decided_on),
            ordered_on: Date(purchase.ordered_on),
            delivered_on: Date(purchase.delivered_on),
            paid_on: Date(order.cohort.paid),
            installed_on: Date(purchase.installed_on),
            usable_on: Date(purchase.usable_on),
            needed_in: Month(purchase.needed_in),
            usable_in: Month(purchase.usable_in),
            is_late: purchase.usable_in > purchase.needed_in,
            pieces: purchase.pieces,
            quantity: purchase.quantity.normalize(),
            unit_price: shows_prices.then(|| money(order.price.price.amount)),
            price_expired: order.price.expired,
            cost: shows_prices.then(|| CapacityPurchaseCost {
                hardware: money(cost.hardware),
                freight_tax: money(cost.freight_tax),
                install: money(cost.install),
                support: money(cost.support),
                commitment: money(cost.commitment()),
                contingency: money(cost.contingency),
                total: money(cost.total()),
            }),
        }
    }
}

/// A time in which a pool has run out and no order can help, or is not known to.
#[derive(Clone)]
pub struct CapacityRisk {
    pool: CapacityPool,
    risk: Risk,
    as_of: NaiveDate,
}

impl CapacityRisk {
    /// How long, how much and how late; none where that is not known.
    fn shortage(&self) -> Option<&Shortage> {
        self.risk.shortage.as_ref().ok()
    }
}

/// A time in which a pool has run out and no order can help, or is not known to.
#[Object]
impl CapacityRisk {
    /// The pool.
    async fn pool(&self) -> &CapacityPool {
        &self.pool
    }

    /// The first month in which demand is no longer below what may be planned with: of a pool that has run out by `asOf`,
    /// and has been so since, the month in which it did, as `capacityForecast` has it.
    #[graphql(name = "from")]
    async fn first_month(&self) -> Month {
        Month(self.risk.from)
    }

    /// How many months it lasts, from `from` on. What was observed last goes before what is forecast of the month of
    /// `asOf`. Null where that is not known, as `reason` says.
    async fn months(&self) -> Option<u32> {
        Some(self.shortage()?.months)
    }

    /// The most that is missing from `asOf` on, in the unit of the pool: demand less what may be planned with. 0 where
    /// demand is just what there is. Null where that is not known, as `reason` says.
    async fn worst(&self) -> Option<Decimal> {
        Some(self.shortage()?.worst.round_dp(6).normalize())
    }

    /// In which month the most is missing. Null where that is not known, as `reason` says.
    async fn worst_in(&self) -> Option<Month> {
        Some(Month(self.shortage()?.worst_month))
    }

    /// The first month in which an order of today would help. Null where that is not known, as `reason` says.
    async fn relief(&self) -> Option<Month> {
        Some(Month(self.shortage()?.relief))
    }

    /// The day by which more had to be ordered for the first month. Null where that is not known, as `reason` says.
    async fn order_by(&self) -> Option<Date> {
        Some(Date(self.shortage()?.order_by))
    }

    /// How many days ago that was. Null where that is not known, as `reason` says.
    async fn overdue_days(&self) -> Option<i64> {
        Some(self.shortage()?.overdue_days)
    }

    /// Why no more is known of a pool that has run out. Null where it is.
    async fn reason(&self) -> Option<&str> {
        self.risk.shortage.as_ref().err().map(String::as_str)
    }

    /// All of it in a sentence.
    async fn message(&self) -> String {
        self.risk.sentence(self.as_of)
    }
}

/// A pool of which nobody can tell whether it runs out before an order can help.
#[derive(Clone, SimpleObject)]
pub struct CapacityUnjudged {
    /// The pool.
    pool: CapacityPool,
    /// Why.
    reason: String,
}

impl CapacityUnjudged {
    /// Such pools, read by one statement and only where there are any.
    ///
    /// # Errors
    /// Those of the database; `Forbidden` for those who may not see the inventory.
    pub async fn all(ctx: &Context<'_>, unknown: &[Unjudged]) -> Result<Vec<Self>> {
        let pools = pools(ctx, unknown.iter().map(|it| it.pool).collect()).await?;
        let known = unknown
            .iter()
            .filter_map(|it| Some(Self { pool: pools.get(&it.pool)?.clone(), reason: it.reason.clone() }));
        Ok(known.collect())
    }
}

/// Where pools in use have run out and no order can help, and the pools of which nobody can tell.
pub struct CapacityRisks {
    found: Risks,
    as_of: NaiveDate,
    of_scenario: Vec<String>,
}

/// Where pools in use have run out and no order can help, and the pools of which nobody can tell.
#[Object]
impl CapacityRisks {
    /// How many pools were looked at.
    async fn pools(&self) -> usize {
        self.found.pools
    }

    /// Times in which a pool has run out and no order can help, the most urgent first; and pools that have run out already
    /// of which it is not known when one would.
    async fn risks(&self, ctx: &Context<'_>) -> Result<Vec<CapacityRisk>> {
        CapacityRisk::all(ctx, &self.found.risks, self.as_of).await
    }

    /// Of how many pools nobody can tell.
    async fn unknown_count(&self) -> usize {
        self.found.unknown.len()
    }

    /// The pools of which nobody can tell, each with the reason, in the order of their names. What has run out already is
    /// in `risks`.
    async fn unknown(&self, ctx: &Context<'_>) -> Result<Vec<CapacityUnjudged>> {
        CapacityUnjudged::all(ctx, &self.found.unknown).await
    }

    /// Racks in which places are held that find no room any more, whatever pools they are part of.
    #[graphql(complexity = "500 + child_complexity")]
    async fn overbooked(&self, ctx: &Context<'_>) -> Result<OverbookedRacks> {
        let reader = read(ctx, Permission::ViewInventory)?;
        OverbookedRacks::read(&reader, Condition::all(), self.as_of).await
    }

    /// What is taken for granted; each is a sentence.
    async fn assumptions(&self) -> Vec<&str> {
        self.of_scenario.iter().chain(&self.found.said).map(String::as_str).collect()
    }
}

impl CapacityRisk {
    /// Risks with their pools, read by one statement and only where there are any. `field` is what is asked of risks.
    ///
    /// # Errors
    /// Those of the database; `Forbidden` for those who may not see the inventory.
    pub async fn all(ctx: &Context<'_>, risks: &[Risk], as_of: NaiveDate) -> Result<Vec<Self>> {
        let pools = pools(ctx, risks.iter().map(|risk| risk.pool).collect()).await?;
        let known = risks.iter().filter_map(|risk| {
            Some(Self { pool: pools.get(&risk.pool)?.clone(), risk: risk.clone(), as_of })
        });
        Ok(known.collect())
    }
}

/// Pools by id, with the columns that the field `pool` of the answer asks for.
async fn pools(
    ctx: &Context<'_>,
    ids: BTreeSet<CapacityPoolId>,
) -> Result<HashMap<CapacityPoolId, CapacityPool>> {
    let reader = read(ctx, Permission::ViewInventory)?;
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let field = ctx.field().selection_set().find(|field| field.name() == "pool");
    let columns = field.map_or_else(
        || vec![capacity_pool::Column::Id],
        |field| columns_of::<CapacityPool>(field, &[capacity_pool::Column::Id]),
    );
    let wanted = Condition::all().add(capacity_pool::Column::Id.is_in(ids));
    let found = select::<CapacityPool>(&reader, wanted, &[], &columns).await?;
    found.into_iter().map(|record| Ok((record.get(capacity_pool::Column::Id)?, record.into()))).collect()
}

/// What has to be bought for a pool so that it does not run out.
#[derive(Clone, SimpleObject)]
pub struct CapacityPoolPurchases {
    /// The pool.
    pool: CapacityPool,
    /// The orders that are placed within the months, in the order of need.
    orders: Vec<CapacityPurchase>,
    /// Why that cannot be said. Null where it can.
    reason: Option<String>,
    /// Whether amounts are hidden from the caller's role.
    prices_hidden: bool,
    /// How it came about.
    explanation: Explanation,
}

impl CapacityPoolPurchases {
    fn new(
        pool: CapacityPool,
        growing: &purchases::Growing,
        grown: Result<Grown, String>,
        last: month::Month,
        shows_prices: bool,
    ) -> Self {
        let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
        let mut explanation = Explanation {
            formula: "for the first month with demand >= supply, the fewest lots with which demand of the months that \
                      an order covers stays below it; ordered so long before as delivery, installation, approval and \
                      what is kept in hand take"
                .to_owned(),
            estimated: true,
            ..Explanation::default()
        };
        if let Some(rule) = &growing.rule {
            explanation.inputs = vec![
                input("demand", sea_orm::ActiveEnum::to_value(&rule.demand)),
                input("quantity of a piece", rule.quantity.to_string()),
                input("lot", rule.lot.to_string()),
                input("months that an order covers", rule.cover_months.to_string()),
            ];
        }
        let (orders, reason) = match grown {
            Ok(grown) => {
                explanation.assumptions.extend(grown.asked.said);
                let seen = grown.orders.iter().filter(|(_, it)| month::Month::of(it.ordered()) <= last);
                (seen.map(|order| CapacityPurchase::new(order, shows_prices)).collect(), None)
            }
            Err(reason) => (Vec::new(), Some(reason)),
        };
        Self { pool, orders, reason, prices_hidden: !shows_prices, explanation }
    }
}

/// Queries of what has to be bought.
#[derive(Default)]
pub struct PurchaseQuery;

/// Queries of what has to be bought.
#[Object]
impl PurchaseQuery {
    /// What has to be bought for the pools in use that something is bought for, in the order of their names: the orders
    /// that the roadmap has.
    #[graphql(complexity = "5_000 + 50 * child_complexity")]
    async fn capacity_purchases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pools. Left out: all.")] filter: Option<CapacityPoolFilter>,
        #[graphql(desc = "The day from which the future is seen.")] as_of: Date,
        #[graphql(default = 36, desc = "How many months from that of `asOf` on, 1 to 120.")] months: i32,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<Vec<CapacityPoolPurchases>> {
        let reader = read(ctx, Permission::ViewLifecycle)?;
        let last = last_month(as_of.0, months)?;
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let overlay = Overlay::load(&reader, scenario.map(|id| id.0)).await?;
        let found = growing::of(&reader, (condition, Which::Bought), as_of.0, &overlay).await?;
        let pools = pools(ctx, found.iter().map(|(growing, _)| growing.pool).collect()).await?;
        let shows_prices = caller(ctx)?.may(Permission::ViewPrices);
        let answers = found.into_iter().filter_map(|(growing, grown)| {
            let pool = pools.get(&growing.pool)?.clone();
            Some(CapacityPoolPurchases::new(pool, &growing, grown, last, shows_prices))
        });
        Ok(answers.collect())
    }

    /// Where pools in use have run out and no order can help, and the pools of which nobody can tell.
    #[graphql(complexity = "5_000 + 50 * child_complexity")]
    async fn capacity_risks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pools. Left out: all.")] filter: Option<CapacityPoolFilter>,
        #[graphql(desc = "The day from which the future is seen.")] as_of: Date,
        #[graphql(default = 36, desc = "How many months from that of `asOf` on they begin in, 1 to 120.")]
        months: i32,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<CapacityRisks> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let last = last_month(as_of.0, months)?;
        let condition = filter.unwrap_or_default().condition(caller(ctx)?)?;
        let overlay = Overlay::load_without_prices(&reader, scenario.map(|id| id.0)).await?;
        let found = growing::risks(&reader, condition, (as_of.0, last), &overlay).await?;
        let of_scenario = overlay.assumptions_for(caller(ctx)?);
        Ok(CapacityRisks { found, as_of: as_of.0, of_scenario })
    }
}

fn last_month(as_of: NaiveDate, months: i32) -> Result<month::Month> {
    let first = month::Month::of(as_of);
    first.range(require_months(months)?).last().ok_or_else(|| Error::internal("no month"))
}
