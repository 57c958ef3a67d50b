//! What would push the day out on which a pool runs out: get back, move, refresh sooner, order.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{Days, NaiveDate};
use entity::{
    capacity::capacity_pool::{self, CapacityResource},
    id::CapacityPoolId,
};
use forecasting::{
    capacity::{
        exhaustion::{Exhaustion, Fan},
        order::{self, Candidate, Pushed, push_out},
        supply::Supply,
    },
    month::Month,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    demands::StepKind,
    forecasts::{self, PoolForecast, Question},
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
const MOST_PEERS: u64 = 500;

/// What could be done about a pool, the best first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Actions {
    /// What pushes the day out.
    pub pushed: Vec<Pushed>,
    /// The pools that load is moved to, by the name of the action.
    pub targets: HashMap<String, CapacityPoolId>,
    /// What was thought of and does not help, in sentences.
    pub left_out: Vec<String>,
}

/// What could be done about some pools, in their order: two questions about other pools, however many there are.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, forecasts: &[PoolForecast], question: &Question<'_>) -> Result<Vec<Actions>> {
    let running_out = forecasts.iter().filter(|forecast| forecast.exhaustions.p90_demand.month().is_some());
    let resources: BTreeSet<String> = running_out.map(|it| it.pool.resource.to_value()).collect();
    let others = peers(db, forecasts, resources, question).await?;
    let all: Vec<&PoolForecast> = forecasts.iter().chain(&others).collect();
    let mut by_resource: HashMap<CapacityResource, Vec<&PoolForecast>> = HashMap::new();
    for forecast in all {
        by_resource.entry(forecast.pool.resource).or_default().push(forecast);
    }
    let of = |forecast: &PoolForecast| {
        let peers = by_resource.get(&forecast.pool.resource).map_or(&[][..], Vec::as_slice);
        about(forecast, peers, question.as_of)
    };
    tokio::task::block_in_place(|| forecasts.iter().map(of).collect())
}

/// Forecasts of the pools of some resources that are not among those at hand.
async fn peers(
    db: &impl Read,
    known: &[PoolForecast],
    resources: BTreeSet<String>,
    question: &Question<'_>,
) -> Result<Vec<PoolForecast>> {
    use capacity_pool::Column as C;
    if resources.is_empty() {
        return Ok(Vec::new());
    }
    let active =
        capacity_pool::Entity::find().filter(C::IsActive.eq(true)).filter(C::Resource.is_in(resources));
    let pools = active.order_by_asc(C::Id).limit(MOST_PEERS).all(db).await?;
    let at_hand: HashSet<CapacityPoolId> = known.iter().map(|forecast| forecast.pool.id).collect();
    let others: Vec<_> = pools.into_iter().filter(|pool| !at_hand.contains(&pool.id)).collect();
    forecasts::of(db, &others, question).await
}

/// A pool that runs out, with what is known of it.
struct Case<'a> {
    forecast: &'a PoolForecast,
    fan: &'a Fan,
    supply: &'a Supply,
    as_of: NaiveDate,
    candidates: Vec<Candidate>,
    actions: Actions,
}

fn about(forecast: &PoolForecast, peers: &[&PoolForecast], as_of: NaiveDate) -> Result<Actions> {
    let (Some(fan), Some(supply)) = (&forecast.fan, &forecast.supplied.supply) else {
        return Ok(Actions::default());
    };
    if forecast.exhaustions.p90_demand.month().is_none() {
        return Ok(Actions::default());
    }
    let (candidates, actions) = (Vec::new(), Actions::default());
    let mut case = Case { forecast, fan, supply, as_of, candidates, actions };
    case.reclaim();
    case.move_away(peers)?;
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

    /// Reservations are given up: what they hold counts as demand.
    fn reclaim(&mut self) {
        for row in &self.forecast.reservations {
            let available = row.from_on.max(self.as_of);
            let until = row.to_on.and_then(|to| to.checked_add_days(Days::new(1)));
            if available > self.end() || until.is_some_and(|until| until <= available) {
                continue;
            }
            self.candidates.push(Candidate {
                name: format!("release the reservation {} from {}", row.purpose, row.from_on),
                action: order::Action::Reclaim,
                quantity: row.quantity.to_decimal(),
                available,
                until,
            });
        }
        let unused = self.forecast.pool.allocated.zip(self.forecast.observed.last());
        let unused = unused.map(|(allocated, last)| allocated.to_decimal() - last.value);
        if let Some(unused) = unused.filter(|unused| *unused > Decimal::ZERO) {
            self.actions.left_out.push(format!(
                "{} is allocated and not used: to take it back lowers no use that was observed",
                forecasting::quantity::millionths(unused).normalize()
            ));
        }
    }

    /// Load goes to other pools of the resource that have room to the end.
    fn move_away(&mut self, peers: &[&PoolForecast]) -> Result<()> {
        // What is decided today is moved by next month at best.
        let available = Month::of(self.as_of).next().first_day();
        let Some(lacking) = self.lacking(available)? else { return Ok(()) };
        let pool = &self.forecast.pool;
        let mut roomy = Vec::new();
        for peer in peers.iter().filter(|peer| peer.pool.id != pool.id) {
            let (Some(fan), Some(supply)) = (&peer.fan, &peer.supplied.supply) else { continue };
            let is_known = !matches!(peer.exhaustions.p90_demand, Exhaustion::NotComputable { .. });
            let room = order::headroom(fan, supply, Month::of(available)).map_err(Error::internal)?;
            let Some(room) = room.filter(|_| is_known) else { continue };
            let room = units::converted("quantity", room, peer.pool.unit, pool.unit)?;
            let is_near = pool.site_id.is_some() && pool.site_id == peer.pool.site_id;
            roomy.push((is_near, room, &peer.pool));
        }
        roomy.sort_by(|one, other| {
            (other.0, other.1).cmp(&(one.0, one.1)).then_with(|| one.2.name.cmp(&other.2.name))
        });
        for (_, room, target) in roomy.into_iter().take(MOST_TARGETS) {
            let quantity = forecasting::quantity::millionths(room.min(lacking)).normalize();
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
        let planned = planned.map(|change| (&change.name, change.on, change.quantity));
        // What draws or takes less than what it replaces relieves the pool as much as more of it would.
        let relieving = self.forecast.steps.iter().filter(|step| {
            step.kind == StepKind::Refresh && step.quantity < Decimal::ZERO && step.on > available
        });
        let relieving = relieving.map(|step| (&step.name, step.on, -step.quantity));
        let sooner: Vec<Candidate> = planned
            .chain(relieving)
            .map(|(name, on, quantity)| Candidate {
                name: format!("refresh {name} before {on}"),
                action: order::Action::Refresh,
                quantity,
                available,
                until: Some(on),
            })
            .collect();
        if self.forecast.lead.is_some() {
            self.candidates.extend(sooner);
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
        let Some(quantity) = self.lacking(available)? else {
            self.actions.left_out.push(format!(
                "an order of today: it arrives on {available}, and nothing is missing from then to {}",
                Month::of(self.end())
            ));
            return Ok(());
        };
        self.candidates.push(Candidate {
            name: format!("order {quantity} more"),
            action: order::Action::Order,
            quantity,
            available,
            until: None,
        });
        Ok(())
    }

    fn pushed(mut self) -> Result<Actions> {
        let before = self.forecast.exhaustions;
        let pushed =
            push_out(self.fan, self.supply, self.as_of, &self.candidates).map_err(Error::internal)?;
        let is_later = |was: Exhaustion, is: Exhaustion| match (was.month(), is.month()) {
            (Some(was), Some(is)) => is > was,
            (Some(_), None) => true,
            (None, _) => false,
        };
        for pushed in pushed {
            // An order that comes too late ends the shortage all the same.
            let helps = is_later(before.p90_demand, pushed.p90_demand)
                || is_later(before.p50, pushed.p50)
                || pushed.candidate.action == order::Action::Order;
            if helps {
                self.actions.pushed.push(pushed);
            } else {
                self.actions.targets.remove(&pushed.candidate.name);
                let left_out = format!("{}: it does not push the day out by a month", pushed.candidate.name);
                self.actions.left_out.push(left_out);
            }
        }
        Ok(self.actions)
    }
}
