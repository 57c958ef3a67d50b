//! What would push the day out on which a pool runs out: get back, move, refresh sooner, order.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{Days, NaiveDate};
use entity::{
    capacity::{
        capacity_pool::{self, CapacityResource},
        capacity_purchase_rule::{self, DemandQuantile},
    },
    id::{CapacityPoolId, SiteId},
};
use forecasting::{
    capacity::{
        exhaustion::{Exhaustion, Fan, FanPoint, Quantile},
        order::{self, Candidate, Pushed, push_out},
        supply::Supply,
    },
    month::Month,
    quantity::millionths,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    demands::StepKind,
    forecasts::{self, PoolForecast, Question, part},
    purchases,
    supplies::ChangeKind,
    units,
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// Pools of one answer that load may be moved to, at most: those at the same site first, then the roomiest.
const MOST_TARGETS: usize = 3;

/// Other pools that are looked at, at most.
const MOST_PEERS: usize = 500;

/// What could be done about a pool, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actions {
    /// What pushes the day out.
    pub pushed: Vec<Pushed>,
    /// The pools that load is moved to, by the name of the action.
    pub targets: HashMap<String, CapacityPoolId>,
    /// What was thought of and does not help, in sentences.
    pub left_out: Vec<String>,
    /// What is asked for of what may be planned with, where that is handed out more than once.
    planned: HashMap<Told, Decimal>,
}

/// What tells a candidate: its name, its first day and what it gives.
type Told = (String, NaiveDate, Decimal);

impl Actions {
    /// How much something is in the unit of the pool: of what may be planned with, as orders and reservations have it; of
    /// load, what is used.
    #[must_use]
    pub fn quantity(&self, candidate: &Candidate) -> Decimal {
        self.planned.get(&told(candidate)).copied().unwrap_or(candidate.quantity)
    }
}

fn told(candidate: &Candidate) -> Told {
    (candidate.name.clone(), candidate.available, candidate.quantity)
}

/// What could be done about some pools, in their order: three questions about other pools and what is bought,
/// however many there are.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, forecasts: &[PoolForecast], question: &Question<'_>) -> Result<Vec<Actions>> {
    let running_out = forecasts.iter().filter(|forecast| forecast.exhaustions.p90_demand.month().is_some());
    let resources: BTreeSet<String> = running_out.map(|it| it.pool.resource.to_value()).collect();
    let others = peers(db, forecasts, resources, question).await?;
    let rules = rules(db, forecasts).await?;
    let (others, left_out) = (others.forecasts, others.left_out);
    let all: Vec<&PoolForecast> = forecasts.iter().chain(&others).collect();
    let mut by_resource: HashMap<CapacityResource, Vec<&PoolForecast>> = HashMap::new();
    for forecast in all {
        by_resource.entry(forecast.pool.resource).or_default().push(forecast);
    }
    let of = |forecast: &PoolForecast| {
        let peers = by_resource.get(&forecast.pool.resource).map_or(&[][..], Vec::as_slice);
        let left_out = left_out.get(&forecast.pool.resource).copied().unwrap_or_default();
        about(forecast, (peers, left_out), rules.get(&forecast.pool.id), question.as_of)
    };
    tokio::task::block_in_place(|| forecasts.iter().map(of).collect())
}

/// Pools that load may be moved to.
#[derive(Default)]
struct Peers {
    /// Their forecasts.
    forecasts: Vec<PoolForecast>,
    /// How many more there are of a resource.
    left_out: HashMap<CapacityResource, usize>,
}

/// The pools of some resources that are not among those at hand: at the sites of these first.
async fn peers(
    db: &impl Read,
    known: &[PoolForecast],
    resources: BTreeSet<String>,
    question: &Question<'_>,
) -> Result<Peers> {
    use capacity_pool::Column as C;
    if resources.is_empty() {
        return Ok(Peers::default());
    }
    let active =
        capacity_pool::Entity::find().filter(C::IsActive.eq(true)).filter(C::Resource.is_in(resources));
    let pools = active.order_by_asc(C::Id).all(db).await?;
    let at_hand: HashSet<CapacityPoolId> = known.iter().map(|forecast| forecast.pool.id).collect();
    let sites: HashSet<SiteId> = known.iter().filter_map(|forecast| forecast.pool.site_id).collect();
    let mut others: Vec<_> = pools.into_iter().filter(|pool| !at_hand.contains(&pool.id)).collect();
    others.sort_by_key(|pool| !pool.site_id.is_some_and(|site| sites.contains(&site)));
    let mut left_out: HashMap<_, usize> = HashMap::new();
    for pool in others.iter().skip(MOST_PEERS) {
        *left_out.entry(pool.resource).or_default() += 1;
    }
    others.truncate(MOST_PEERS);
    Ok(Peers { forecasts: forecasts::of(db, &others, question).await?, left_out })
}

/// The most that leaves demand below supply where so much more would reach it: whole units, and less than one to the
/// millionth.
fn below(room: Decimal) -> Decimal {
    let whole = room.ceil() - Decimal::ONE;
    if whole > Decimal::ZERO { whole } else { millionths(room) - Decimal::new(1, 6) }
}

type Rules = HashMap<CapacityPoolId, capacity_purchase_rule::Model>;

/// What is bought for pools that run out, where that is on record.
async fn rules(db: &impl Read, forecasts: &[PoolForecast]) -> Result<Rules> {
    let running_out = forecasts.iter().filter(|forecast| forecast.exhaustions.p90_demand.month().is_some());
    let ids: Vec<CapacityPoolId> = running_out.map(|forecast| forecast.pool.id).collect();
    if ids.is_empty() {
        return Ok(Rules::new());
    }
    let own = capacity_purchase_rule::Column::PoolId.is_in(ids);
    let rules = capacity_purchase_rule::Entity::find().filter(own).all(db).await?;
    Ok(rules.into_iter().map(|rule| (rule.pool_id, rule)).collect())
}

/// A pool that runs out, with what is known of it.
struct Case<'a> {
    forecast: &'a PoolForecast,
    fan: &'a Fan,
    supply: &'a Supply,
    /// What is bought for it, where that is on record.
    rule: Option<&'a capacity_purchase_rule::Model>,
    as_of: NaiveDate,
    candidates: Vec<Candidate>,
    actions: Actions,
}

/// What is ordered.
struct Ordered {
    name: String,
    /// What it adds to what may be planned with.
    planned: Decimal,
    /// What of that is there once.
    once: Decimal,
}

fn about(
    forecast: &PoolForecast,
    (peers, not_looked_at): (&[&PoolForecast], usize),
    rule: Option<&capacity_purchase_rule::Model>,
    as_of: NaiveDate,
) -> Result<Actions> {
    let (Some(fan), Some(supply)) = (&forecast.fan, &forecast.supplied.through) else {
        return Ok(Actions::default());
    };
    if forecast.exhaustions.p90_demand.month().is_none() {
        return Ok(Actions::default());
    }
    let (candidates, actions) = (Vec::new(), Actions::default());
    let mut case = Case { forecast, fan, supply, rule, as_of, candidates, actions };
    case.reclaim();
    case.move_away(peers)?;
    if not_looked_at > 0 {
        let resource = forecast.pool.resource.to_value();
        let text =
            format!("load of it on {not_looked_at} other pools of {resource}: they were not looked at");
        case.actions.left_out.push(text);
    }
    case.refresh()?;
    case.order()?;
    case.pushed()
}

impl Case<'_> {
    /// The last day of what is looked at.
    fn end(&self) -> NaiveDate {
        self.fan.points().last().map_or(self.as_of, |point| point.month.last_day())
    }

    /// The first month all of which something helps.
    fn from(available: NaiveDate) -> Month {
        let month = Month::of(available);
        if month.first_day() == available { month } else { month.next() }
    }

    fn lacking(&self, available: NaiveDate) -> Result<Option<Decimal>> {
        order::shortage(self.fan, self.supply, Self::from(available)).map_err(Error::internal)
    }

    /// What of a quantity of what may be planned with is there once: demand is held against that.
    fn once(&self, planned: Decimal) -> Decimal {
        part(planned, self.forecast.share)
    }

    /// What has to be planned with for a quantity that is there once, where that is handed out more than once.
    fn planned(&self, once: Decimal) -> Result<Decimal> {
        let share = self.forecast.share;
        if share >= Decimal::ONE {
            return Ok(once);
        }
        let planned = once.checked_div(share).ok_or_else(|| {
            Error::invalid("pool", format!("{once} of {} is out of range", self.forecast.pool.name))
        })?;
        Ok(millionths(planned).normalize())
    }

    /// Something that is known by what may be planned with. What comes to nothing once helps nobody.
    fn offer(&mut self, candidate: Candidate, planned: Decimal) {
        if candidate.quantity <= Decimal::ZERO {
            return;
        }
        self.actions.planned.insert(told(&candidate), planned);
        self.candidates.push(candidate);
    }

    /// Reservations are given up: what of them is there once counts as demand.
    fn reclaim(&mut self) {
        for row in &self.forecast.reservations {
            let available = row.from_on.max(self.as_of);
            let until = row.to_on.and_then(|to| to.checked_add_days(Days::new(1)));
            if available > self.end() || until.is_some_and(|until| until <= available) {
                continue;
            }
            let planned = row.quantity.to_decimal();
            let name = format!("release the reservation {} from {}", row.purpose, row.from_on);
            let (action, quantity) = (order::Action::Reclaim, self.once(planned));
            self.offer(Candidate { name, action, quantity, available, until }, planned.normalize());
        }
        let unused = self.forecast.pool.allocated.zip(self.forecast.observed.last());
        let unused = unused.map(|(allocated, last)| allocated.to_decimal() - last.value);
        if let Some(unused) = unused.filter(|unused| *unused > Decimal::ZERO) {
            self.actions.left_out.push(format!(
                "{} is allocated and not used: to take it back lowers no use that was observed",
                millionths(unused).normalize()
            ));
        }
    }

    /// Load goes to other pools of the resource that have room to the end: what is used, so what there is once of each.
    fn move_away(&mut self, peers: &[&PoolForecast]) -> Result<()> {
        // What is decided today is moved by next month at best.
        let available = Month::of(self.as_of).next().first_day();
        let Some(lacking) = self.lacking(available)? else { return Ok(()) };
        let pool = &self.forecast.pool;
        let (mut roomy, mut leaving) = (Vec::new(), Vec::new());
        for peer in peers.iter().filter(|peer| peer.pool.id != pool.id) {
            let (Some(fan), Some(supply)) = (&peer.fan, &peer.supplied.supply) else { continue };
            if fan.points().last().is_some_and(|point| point.month < Month::of(self.end())) {
                leaving.push(peer.pool.name.as_str());
                continue;
            }
            // What is out, or will be, is relieved and not loaded.
            let lasts = matches!(peer.exhaustions.p90_demand, Exhaustion::NotWithinHorizon(_));
            let room = order::headroom(fan, supply, Month::of(available)).map_err(Error::internal)?;
            let Some(room) = room.filter(|_| lasts) else { continue };
            let room = below(units::converted("quantity", room, peer.pool.unit, pool.unit)?);
            let is_near = pool.site_id.is_some() && pool.site_id == peer.pool.site_id;
            roomy.push((is_near, room, &peer.pool));
        }
        if !leaving.is_empty() {
            let more = if leaving.len() > MOST_TARGETS { " and others" } else { "" };
            leaving.truncate(MOST_TARGETS);
            let names = leaving.join(", ");
            self.actions
                .left_out
                .push(format!("load of it on {names}{more}: they end with their sites by then"));
        }
        roomy.sort_by(|one, other| {
            (other.0, other.1).cmp(&(one.0, one.1)).then_with(|| one.2.name.cmp(&other.2.name))
        });
        for (_, room, target) in roomy.into_iter().take(MOST_TARGETS) {
            let quantity = millionths(room.min(lacking)).normalize();
            if quantity <= Decimal::ZERO {
                continue;
            }
            let name = format!("move load to {}", target.name);
            self.actions.targets.insert(name.clone(), target.id);
            let action = order::Action::Move;
            self.candidates.push(Candidate { name, action, quantity, available, until: None });
        }
        Ok(())
    }

    /// Successors that are planned come sooner: what they add is added until then.
    fn refresh(&mut self) -> Result<()> {
        let lead = self.forecast.lead.unwrap_or_default();
        let available = lead.after(self.as_of).map_err(|cause| Error::invalid("pool", cause))?;
        let planned = self.forecast.supplied.changes.iter().filter(|change| {
            change.kind == ChangeKind::Refresh && change.quantity > Decimal::ZERO && change.on > available
        });
        let planned = planned.map(|change| (&change.name, change.on, change.quantity, true));
        // What draws or takes less than what it replaces relieves the pool as much as more of it would.
        let relieving = self.forecast.steps.iter().filter(|step| {
            step.kind == StepKind::Refresh && step.quantity < Decimal::ZERO && step.on > available
        });
        let relieving = relieving.map(|step| (&step.name, step.on, -step.quantity, false));
        let sooner = planned.chain(relieving).map(|(name, on, quantity, is_supply)| {
            let (name, action) = (format!("refresh {name} before {on}"), order::Action::Refresh);
            let candidate = Candidate { name, action, quantity, available, until: Some(on) };
            // What there is changes by more than is there once; what racks have to bear does not.
            Ok((candidate, if is_supply { self.planned(quantity)? } else { quantity }))
        });
        let sooner: Vec<(Candidate, Decimal)> = sooner.collect::<Result<_>>()?;
        if self.forecast.lead.is_some() {
            sooner.into_iter().for_each(|(candidate, planned)| self.offer(candidate, planned));
        } else if !sooner.is_empty() {
            self.actions
                .left_out
                .push("when a refresh could come sooner: no days of delivery are recorded".into());
        }
        Ok(())
    }

    /// What is missing to the end is ordered today.
    fn order(&mut self) -> Result<()> {
        let Some(lead) = self.forecast.lead else {
            self.actions.left_out.push("when an order would arrive: no days of delivery are recorded".into());
            return Ok(());
        };
        let available = lead.after(self.as_of).map_err(|cause| Error::invalid("pool", cause))?;
        let ordered = match self.rule {
            Some(rule) => self.bought(rule)?,
            None => self.missing(available)?,
        };
        let Some(Ordered { name, planned, once }) = ordered else {
            let by = if self.rule.is_some() { ", by the rule of its purchases" } else { "" };
            self.actions.left_out.push(format!(
                "an order of today: it arrives on {available}, and nothing is missing from then to {}{by}",
                Month::of(self.end())
            ));
            return Ok(());
        };
        let action = order::Action::Order;
        self.offer(Candidate { name, action, quantity: once, available, until: None }, planned);
        Ok(())
    }

    /// What is missing from a day on, in whole units of what may be planned with.
    fn missing(&self, available: NaiveDate) -> Result<Option<Ordered>> {
        let Some(lacking) = self.lacking(available)? else { return Ok(None) };
        let planned = self.planned(lacking)?.ceil();
        Ok(Some(Ordered { name: format!("order {planned} more"), planned, once: self.once(planned) }))
    }

    /// The next order by the rule of its purchases: what its pieces add to what may be planned with, and what of that is
    /// there once.
    fn bought(&self, rule: &capacity_purchase_rule::Model) -> Result<Option<Ordered>> {
        let quantile = match rule.demand {
            DemandQuantile::P50 => Quantile::P50,
            DemandQuantile::P90 => Quantile::P90,
        };
        let (lead, share) = (self.forecast.lead.unwrap_or_default(), self.forecast.share);
        let terms = purchases::terms(rule, lead, share);
        let growth = forecasting::capacity::purchases::purchases(
            &self.fan.demand(quantile),
            self.supply,
            &terms,
            self.as_of,
        );
        let growth = growth.map_err(|cause| Error::invalid("pool", cause))?;
        let Some(next) = growth.purchases.into_iter().next() else { return Ok(None) };
        let planned = purchases::added(rule, next.pieces).map_err(|cause| Error::invalid("pool", cause))?;
        let name = format!("order {} of {}", next.pieces, rule.item);
        Ok(Some(Ordered { name, planned: planned.normalize(), once: next.quantity }))
    }

    /// Demand from what was observed on: what has run out stays so until something is done, whatever the trend.
    fn demand(&self) -> Result<Fan> {
        let is_out = matches!(self.forecast.exhaustions.p90_demand, Exhaustion::AlreadyReached(_));
        let seen = self.forecast.observed.iter().filter(|_| is_out);
        let seen = seen.map(|point| FanPoint { month: point.month, p50: point.value, p90: point.value });
        let last = self.forecast.observed.last().filter(|_| is_out).map(|point| point.value);
        let now = Month::of(self.as_of);
        let ahead = self.fan.points().iter().map(|point| match last.filter(|_| point.month <= now) {
            Some(last) => FanPoint { p50: point.p50.max(last), p90: point.p90.max(last), ..*point },
            None => *point,
        });
        Fan::new(seen.chain(ahead).collect()).map_err(Error::internal)
    }

    fn pushed(mut self) -> Result<Actions> {
        let pushed = push_out(&self.demand()?, self.supply, self.as_of, &self.candidates);
        for pushed in pushed.map_err(Error::internal)? {
            if pushed.helps {
                self.actions.pushed.push(pushed);
            } else {
                self.actions.targets.remove(&pushed.candidate.name);
                self.actions.left_out.push(format!(
                    "{}: it neither pushes the day out by a month nor ends the shortage",
                    pushed.candidate.name
                ));
            }
        }
        Ok(self.actions)
    }
}
