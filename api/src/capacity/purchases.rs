//! What has to be bought so that pools do not run out, and where it comes too late.
//!
//! What is read is the same whatever months are asked about: what is ordered in a month must not depend on where a
//! question ends. What a scenario assumes of demand is laid over it afterwards, and so is what it makes of supply where
//! several scenarios are drawn from the same rows (`scenario_supplies.rs`).

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    capacity::{
        capacity_pool,
        capacity_purchase_rule::{self, DemandQuantile},
    },
    id::{CapacityPoolId, SiteId},
};
use forecasting::{
    ForecastError,
    capacity::{
        events::{Events, Reservation, Step},
        exhaustion::{Exhaustion, Fan, FanPoint, HORIZON_MAX, Quantile},
        order::LeadTime,
        projection::factors,
        purchases::{Growth, PurchaseRule, out_since, purchases, shortages},
        regression::Point,
        supply::{Supply, SupplyChange},
    },
    forecast::Method,
    month::Month,
    quantity::millionths,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};

use super::{
    assumed::{self, Place},
    deadlines::{self, Needs},
    forecasts::{self, MOST_POOLS, PoolForecast, once_assumption, part},
    scenario_supplies::{Found, beyond_exits},
};
use crate::{
    error::{Error, Result},
    scenarios::Overlay,
    store::Read,
};

/// Why nothing is said of orders where nobody says how long they take.
const NO_LEAD: &str = "the days from an order to its delivery are not recorded";

/// A change of what there is: name, day and quantity.
type SupplyStep = (String, NaiveDate, Decimal);

/// A pool, with all that decides what is bought for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Growing {
    /// Which.
    pub pool: CapacityPoolId,
    /// What people call it.
    pub name: String,
    /// Where it is said to be.
    pub site: Option<SiteId>,
    /// What it is made of.
    pub place: Place,
    /// What is bought for it; none where that was never said.
    pub rule: Option<capacity_purchase_rule::Model>,
    /// Days of delivery, installation, approval and in hand; none where those of delivery are not recorded.
    lead: Option<[u32; 4]>,
    /// The last month that was observed, by its first day, with its figure.
    observed: Option<(NaiveDate, Decimal)>,
    /// Demand of the months after that, before any event: first day, P50 and P90.
    ahead: Vec<(NaiveDate, Decimal, Decimal)>,
    /// Steps of demand: name, day, quantity and probability.
    steps: Vec<(String, NaiveDate, Decimal, Decimal)>,
    /// What is held: name, first and last day, quantity.
    held: Vec<(String, NaiveDate, Option<NaiveDate>, Decimal)>,
    /// What there is, and what changes it.
    supply: Option<(Decimal, Vec<SupplyStep>)>,
    /// The part of what may be planned with that this is: less where it is handed out more than once.
    #[serde(default = "whole")]
    share: Decimal,
    /// The first month in which the demand that counts was not below what there is, where that is over and it has been so
    /// since: by its first day.
    #[serde(default)]
    out_since: Option<NaiveDate>,
    /// Why nothing can be said of its growth.
    reason: Option<String>,
}

/// What is known of all pools in use.
#[derive(Default)]
pub struct Pools {
    /// Those that something is bought for, by name.
    pub growing: Vec<Growing>,
    /// The others, in the order of their names.
    pub others: Vec<CapacityPoolId>,
    /// By when they ask for more, where that was wanted.
    pub needs: Option<Needs>,
    /// What scenarios are laid over: the forecasts of those that something is bought for.
    pub found: Vec<Found>,
}

/// What a pool asks for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Orders, and times in which none can help.
    pub growth: Growth,
    /// What is taken for granted, in sentences.
    pub said: Vec<String>,
}

/// Reads the pools in use that something is bought for, with what there is of them as a scenario has it; and by when all of
/// them ask for more, where a policy refreshes by that. One statement without pools, two where nothing is bought for any, and a bounded number otherwise.
///
/// # Errors
/// Those of the database, and of [`beyond_exits`].
pub async fn read(
    db: &impl Read,
    as_of: NaiveDate,
    is_due_by_capacity: bool,
    overlay: &Overlay,
) -> Result<Pools> {
    let condition = Condition::all().add(capacity_pool::Column::IsActive.eq(true));
    let mut pools = pools(db, condition).await?;
    if pools.is_empty() {
        return Ok(Pools { needs: is_due_by_capacity.then(Needs::default), ..Pools::default() });
    }
    let mut rules = rules(db, &pools).await?;
    let others = pools.iter().filter(|pool| !rules.contains_key(&pool.id));
    let others = others.map(|pool| pool.id).collect();
    if !is_due_by_capacity {
        pools.retain(|pool| rules.contains_key(&pool.id));
    }
    let mut found = forecast(db, &pools, as_of, overlay).await?;
    let needs = match is_due_by_capacity {
        true => Some(deadlines::of(db, found.iter().flat_map(|found| &found.forecasts)).await?),
        false => None,
    };
    for found in &mut found {
        found.forecasts.retain(|it| rules.contains_key(&it.pool.id));
    }
    Ok(Pools { growing: grown(db, &found, &mut rules).await?, others, needs, found })
}

/// Which pools in use are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that something is bought for.
    Bought,
    /// All of them.
    All,
}

/// Reads pools in use, in the order of their names, with what there is of them as a scenario has it.
///
/// # Errors
/// `LimitExceeded` for more pools than one question may be about; those of the database, and of [`forecasts::of`].
pub async fn among(
    db: &impl Read,
    condition: Condition,
    which: Which,
    (as_of, overlay): (NaiveDate, &Overlay),
) -> Result<Vec<Growing>> {
    use capacity_pool::Column as C;
    let mut condition = condition.add(C::IsActive.eq(true));
    if which == Which::Bought {
        let bought = capacity_purchase_rule::Entity::find().select_only();
        let bought = bought.column(capacity_purchase_rule::Column::PoolId).into_query();
        condition = condition.add(C::Id.in_subquery(bought));
    }
    let one_more = u64::try_from(MOST_POOLS).unwrap_or(u64::MAX).saturating_add(1);
    let pools = capacity_pool::Entity::find().filter(condition).order_by_asc(C::Name).limit(one_more);
    let pools = pools.all(db).await?;
    if pools.len() > MOST_POOLS {
        let message = format!("more pools than the {MOST_POOLS} of one question: ask by site or resource");
        return Err(Error::TooMuch { field: "filter".to_owned(), message });
    }
    if pools.is_empty() {
        return Ok(Vec::new());
    }
    let mut rules = rules(db, &pools).await?;
    let found = forecast(db, &pools, as_of, overlay).await?;
    grown(db, &found, &mut rules).await
}

async fn pools(db: &impl Read, condition: Condition) -> Result<Vec<capacity_pool::Model>> {
    let pools = capacity_pool::Entity::find().filter(condition);
    Ok(pools.order_by_asc(capacity_pool::Column::Name).all(db).await?)
}

type Rules = HashMap<CapacityPoolId, capacity_purchase_rule::Model>;

/// What is bought for pools. Rules are few, so those of other pools are read with them.
async fn rules(db: &impl Read, pools: &[capacity_pool::Model]) -> Result<Rules> {
    let rules = capacity_purchase_rule::Entity::find().all(db).await?;
    let asked: HashSet<CapacityPoolId> = pools.iter().map(|pool| pool.id).collect();
    let rules = rules.into_iter().filter(|rule| asked.contains(&rule.pool_id));
    Ok(rules.map(|rule| (rule.pool_id, rule)).collect())
}

async fn forecast(
    db: &impl Read,
    pools: &[capacity_pool::Model],
    as_of: NaiveDate,
    overlay: &Overlay,
) -> Result<Vec<Found>> {
    let question = forecasts::Question { as_of, months: HORIZON_MAX, overlay, method: Method::Auto };
    let mut found = Vec::new();
    for pools in pools.chunks(MOST_POOLS) {
        // A scenario may leave a site later than is recorded, so that demand is read beyond that.
        found.extend(beyond_exits(db, pools, &question).await?);
    }
    Ok(found)
}

async fn grown(db: &impl Read, found: &[Found], rules: &mut Rules) -> Result<Vec<Growing>> {
    let forecasts = || found.iter().flat_map(|found| &found.forecasts);
    let pools: Vec<capacity_pool::Model> = forecasts().map(|forecast| forecast.pool.clone()).collect();
    if pools.is_empty() {
        return Ok(Vec::new());
    }
    let mut places = assumed::places(db, &pools).await?;
    let growing = forecasts().map(|forecast| {
        let id = forecast.pool.id;
        Growing::new(forecast, rules.remove(&id), places.remove(&id).unwrap_or_default())
    });
    Ok(growing.collect())
}

impl Growing {
    pub(super) fn new(
        forecast: &PoolForecast,
        rule: Option<capacity_purchase_rule::Model>,
        place: Place,
    ) -> Self {
        let exhaustion = match quantile(rule.as_ref()) {
            Quantile::P50 => forecast.exhaustions.p50,
            Quantile::P90 => forecast.exhaustions.p90_demand,
        };
        let out_since = match exhaustion {
            Exhaustion::AlreadyReached(month) => Some(month.first_day()),
            Exhaustion::Reached(_) | Exhaustion::NotWithinHorizon(_) | Exhaustion::NotComputable { .. } => {
                None
            }
        };
        let PoolForecast { pool, share, .. } = forecast;
        let ahead = forecast.projection.points.iter();
        let ahead = ahead.map(|point| (point.month.first_day(), point.p50, point.p90));
        let of_racks = forecast.steps.iter();
        let of_racks = of_racks.map(|step| (step.name.clone(), step.on, step.quantity, Decimal::ONE));
        let steps = forecast.events.iter().map(|event| {
            let (quantity, probability) = (event.quantity.to_decimal(), event.probability.to_decimal());
            (event.name.clone(), event.happens_on, quantity, probability)
        });
        let held = forecast.reservations.iter().map(|row| {
            (row.purpose.clone(), row.from_on, row.to_on, part(row.quantity.to_decimal(), *share))
        });
        let placed = forecast.holds.iter();
        let placed =
            placed.map(|hold| (hold.purpose.clone(), hold.from_on, hold.to_on, part(hold.quantity, *share)));
        let supply = forecast.supplied.supply.as_ref().map(|supply| {
            let changes = supply.changes().iter();
            let changes = changes.map(|change| (change.name.clone(), change.on, change.quantity));
            (supply.opening(), changes.collect())
        });
        Self {
            pool: pool.id,
            name: pool.name.clone(),
            site: pool.site_id,
            place,
            rule,
            lead: forecast.lead.map(|it| [it.lead_days, it.install_days, it.approval_days, it.buffer_days]),
            observed: forecast.observed.last().map(|point| (point.month.first_day(), point.value)),
            ahead: ahead.collect(),
            steps: steps.chain(of_racks).collect(),
            held: held.chain(placed).collect(),
            supply,
            share: *share,
            out_since,
            reason: reason(forecast),
        }
    }

    /// What the pool asks for, seen on the day that it was read for. `left` says when a site is to be empty: a pool
    /// all of whose sites are left is not bought for beyond. A pool without a rule has the times that no order can help
    /// in, by the P90 of demand.
    ///
    /// # Errors
    /// A reason for people why that cannot be said.
    pub fn asked(
        &self,
        as_of: NaiveDate,
        overlay: &Overlay,
        left: impl Fn(SiteId) -> Option<NaiveDate>,
    ) -> Result<Asked, String> {
        if let Some(reason) = &self.reason {
            return Err(reason.clone());
        }
        let words = |cause: ForecastError| cause.to_string();
        let (demand, mut said) = self.demanded(overlay, left)?;
        let supply = self.supply().map_err(words)?;
        said.extend(once_assumption(self.share));
        let growth = match &self.rule {
            Some(rule) => self.bought(rule, &demand, &supply, as_of),
            None => shortages(&demand, &supply, self.lead(), as_of)
                .map(|shortages| Growth { shortages, purchases: Vec::new() }),
        };
        let mut growth = growth.map_err(words)?;
        if let Some(since) = self.out_since.map(Month::of).filter(|_| is_there(&demand, as_of)) {
            let found = std::mem::take(&mut growth.shortages);
            let missing = self.missing(&supply, as_of);
            growth.shortages = out_since(found, since, missing, self.lead(), as_of).map_err(words)?;
        }
        Ok(Asked { growth, said })
    }

    /// The month since which the pool has been out on the day that it was read for, whatever else of it is known; none
    /// where it is not out, or not there any more.
    #[must_use]
    pub fn out(
        &self,
        as_of: NaiveDate,
        overlay: &Overlay,
        left: impl Fn(SiteId) -> Option<NaiveDate>,
    ) -> Option<Month> {
        let since = self.out_since.map(Month::of)?;
        let (demand, _) = self.demanded(overlay, left).ok()?;
        let supply = self.supply().ok()?;
        let now = Month::of(as_of);
        let forecast = demand.iter().find(|point| point.month == now)?.value;
        let is_missing = self.missing(&supply, as_of).is_some_and(|missing| missing >= Decimal::ZERO);
        (is_missing || forecast >= supply.in_month(now)).then_some(since)
    }

    /// Whether the pool is known to last from the day that it was read for up to a month, though nobody says how long an
    /// order takes: it is short in no month.
    #[must_use]
    pub fn lasts(
        &self,
        (as_of, last): (NaiveDate, Month),
        overlay: &Overlay,
        left: impl Fn(SiteId) -> Option<NaiveDate>,
    ) -> bool {
        if self.reason.as_deref() != Some(NO_LEAD) || self.out_since.is_some() {
            return false;
        }
        let (Ok((demand, _)), Ok(supply)) = (self.demanded(overlay, left), self.supply()) else {
            return false;
        };
        let mut asked = demand.iter().filter(|point| point.month >= Month::of(as_of) && point.month <= last);
        asked.all(|point| point.value < supply.in_month(point.month))
    }

    /// What was observed last less what there is in the month of a day.
    fn missing(&self, supply: &Supply, as_of: NaiveDate) -> Option<Decimal> {
        let (_, observed) = self.observed?;
        observed.checked_sub(supply.in_month(Month::of(as_of)))
    }

    /// Demand by the quantile that counts, in the months in which the pool is there, with what is taken for granted.
    fn demanded(
        &self,
        overlay: &Overlay,
        left: impl Fn(SiteId) -> Option<NaiveDate>,
    ) -> Result<(Vec<Point>, Vec<String>), String> {
        let assumed = self.place.assumed(&self.name, overlay, &assumed::left_by(overlay));
        let mut said: Vec<String> = assumed.said;
        let words = |cause: ForecastError| cause.to_string();
        let mut demand = self.fan(&assumed.growth).map_err(words)?.demand(quantile(self.rule.as_ref()));
        let left: Option<Vec<NaiveDate>> = self.place.sites.iter().map(|site| left(*site)).collect();
        if let Some(last) = left.and_then(|left| left.into_iter().max()) {
            let until = Month::of(last);
            demand.retain(|point| point.month < until);
            said.push(format!("nothing is bought for {} from {until} on: it is left on {last}", self.name));
        }
        Ok((demand, said))
    }

    /// Demand with what is assumed of its growth, and with its events.
    fn fan(&self, growth: &[forecasting::roadmap::GrowthWindow]) -> Result<Fan, ForecastError> {
        let month = |day: &NaiveDate| Month::of(*day);
        let (last, level) = self.observed.unwrap_or_default();
        let plain: Vec<Point> =
            self.ahead.iter().map(|(day, p50, _)| Point { month: month(day), value: *p50 }).collect();
        let factors = factors(&plain, level, growth)?;
        let scaled = self.ahead.iter().zip(factors).map(|((day, p50, p90), factor)| {
            // A factor of one leaves demand as it is, to the last digit.
            let times = |value: Decimal| value.checked_mul(factor).map(millionths).ok_or(out_of_range());
            Ok(FanPoint { month: month(day), p50: times(*p50)?, p90: times(*p90)? })
        });
        let fan = Fan::new(scaled.collect::<Result<_, ForecastError>>()?)?;
        let steps = self.steps.iter().map(|(name, on, quantity, probability)| Step {
            name: name.clone(),
            on: *on,
            quantity: *quantity,
            probability: Some(*probability),
        });
        let held = self.held.iter().map(|(name, from, to, quantity)| Reservation {
            name: name.clone(),
            from: *from,
            to: *to,
            quantity: *quantity,
        });
        let events = Events::new(steps.collect(), held.collect())?;
        Ok(events.over(&fan, Month::of(last).last_day())?.fan)
    }

    /// What is bought by a rule. Pieces are told by what they add to what may be planned with, though demand is held
    /// against what of it is there once.
    fn bought(
        &self,
        rule: &capacity_purchase_rule::Model,
        demand: &[Point],
        supply: &Supply,
        as_of: NaiveDate,
    ) -> Result<Growth, ForecastError> {
        let mut growth = purchases(demand, supply, &self.rule(rule), as_of)?;
        for purchase in &mut growth.purchases {
            purchase.quantity = added(rule, purchase.pieces)?;
        }
        Ok(growth)
    }

    fn supply(&self) -> Result<Supply, ForecastError> {
        let (opening, changes) = self.supply.clone().unwrap_or_default();
        let changes = changes.into_iter().map(|(name, on, quantity)| SupplyChange { name, on, quantity });
        Supply::new(opening, changes.collect())
    }

    fn lead(&self) -> LeadTime {
        let [lead_days, install_days, approval_days, buffer_days] = self.lead.unwrap_or_default();
        LeadTime { lead_days, install_days, approval_days, buffer_days }
    }

    fn rule(&self, rule: &capacity_purchase_rule::Model) -> PurchaseRule {
        terms(rule, self.lead(), self.share)
    }
}

/// What a rule says, with the part of what a piece adds that demand is held against.
pub(super) fn terms(rule: &capacity_purchase_rule::Model, lead: LeadTime, share: Decimal) -> PurchaseRule {
    // The rules of the area keep these numbers from being negative.
    let whole = |number: i32| u32::try_from(number).unwrap_or_default();
    PurchaseRule {
        quantity: part(rule.quantity.to_decimal(), share),
        lot: whole(rule.lot),
        cover_months: whole(rule.cover_months),
        lead,
    }
}

/// What pieces add to what may be planned with, in the unit of the pool.
pub(super) fn added(rule: &capacity_purchase_rule::Model, pieces: u64) -> Result<Decimal, ForecastError> {
    rule.quantity.to_decimal().checked_mul(Decimal::from(pieces)).ok_or(out_of_range())
}

/// Whether a pool is there in the month of a day.
fn is_there(demand: &[Point], as_of: NaiveDate) -> bool {
    demand.iter().any(|point| point.month == Month::of(as_of))
}

/// The demand that counts: that of the rule, and the cautious one without a rule.
fn quantile(rule: Option<&capacity_purchase_rule::Model>) -> Quantile {
    match rule.map(|rule| rule.demand) {
        Some(DemandQuantile::P50) => Quantile::P50,
        Some(DemandQuantile::P90) | None => Quantile::P90,
    }
}

/// The share of a pool that was kept when shares were not told.
fn whole() -> Decimal {
    Decimal::ONE
}

fn out_of_range() -> ForecastError {
    ForecastError::OutOfRange { field: "demand" }
}

/// Why nothing can be said of the growth of a pool.
fn reason(forecast: &PoolForecast) -> Option<String> {
    if forecast.fan.is_none() {
        return Some(forecast.reason.clone().unwrap_or_else(|| "nothing was observed of it".to_owned()));
    }
    if forecast.supplied.supply.is_none() {
        let of_supply = forecast.supplied.reason.clone();
        return Some(of_supply.unwrap_or_else(|| "what may be planned with is not known".to_owned()));
    }
    if let Exhaustion::NotComputable { reason } = forecast.exhaustions.p90_demand {
        return Some(reason.to_string());
    }
    forecast.lead.is_none().then(|| NO_LEAD.to_owned())
}
