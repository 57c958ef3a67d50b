//! What an outage takes of the time in which services may be down.

use std::{cmp::Reverse, collections::HashMap};

use entity::{id::ConfigurationItemId, money::Rate, recovery::recovery_objective};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    asked::is_visible,
    graph::Estate,
    impacts::{Answer, Status},
    items::{IDS_AT_ONCE, Thing},
};
use crate::{error::Result, store::Read};

/// Minutes of 30 days.
pub const THIRTY_DAYS: u32 = 43_200;

/// Minutes of 365 days.
pub const YEAR: u32 = 525_600;

const HOUR: u32 = 60;

/// An affected service with an availability target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceLevel {
    /// The service.
    pub service: Thing,
    /// What became of it.
    pub status: Status,
    /// The share of time in which it has to be up.
    pub target: Decimal,
}

impl ServiceLevel {
    /// Minutes of a period of so many in which it may be down.
    #[must_use]
    pub fn allowed(&self, minutes: u32) -> Decimal {
        ((Decimal::ONE - self.target) * Decimal::from(minutes)).max(Decimal::ZERO)
    }

    /// What an hour takes of the minutes that are allowed in a period: one is all of them. None where it is up, and
    /// where nothing is allowed.
    #[must_use]
    pub fn taken_per_hour(&self, minutes: u32) -> Option<Decimal> {
        let is_down = self.status == Status::Down;
        Decimal::from(HOUR).checked_div(self.allowed(minutes)).filter(|_| is_down)
    }
}

/// Affected services in use with an availability target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceLevels {
    /// Those that the caller may see: the worst first, then the most critical, then the highest target.
    pub shown: Vec<ServiceLevel>,
    /// How many there are that the caller may not see.
    pub hidden: u64,
}

/// The availability targets of affected services in use: one statement, and none where no service is affected.
///
/// # Errors
/// Those of the database.
pub async fn service_levels(db: &impl Read, answer: &Answer) -> Result<ServiceLevels> {
    let item_of = |thing: Thing| {
        let recorded = &answer.estate.recorded;
        let is_in_use = matches!(thing, Thing::Service(_)) && recorded.runs(thing);
        recorded.item_of.get(&thing).copied().filter(|_| is_in_use)
    };
    let hidden = answer.hidden_things().filter_map(item_of);
    let hidden: Vec<ConfigurationItemId> = hidden.collect();
    let seen = answer.affected.iter().filter_map(|one| Some((one, item_of(one.thing)?)));
    let seen: Vec<_> = seen.collect();
    let items: Vec<ConfigurationItemId> =
        seen.iter().map(|(_, item)| *item).chain(hidden.iter().copied()).collect();
    let targets = targets(db, &items).await?;
    let mut shown: Vec<ServiceLevel> = seen
        .into_iter()
        .filter_map(|(one, item)| {
            let target = targets.get(&item)?.to_decimal();
            Some(ServiceLevel { service: one.thing, status: one.status, target })
        })
        .collect();
    shown.sort_by_key(|level| place(&answer.estate, level));
    let hidden = hidden.iter().filter(|item| targets.contains_key(item)).count() as u64;
    Ok(ServiceLevels { shown, hidden })
}

fn place(estate: &Estate, level: &ServiceLevel) -> impl Ord + use<> {
    let tier = estate.about(level.service).and_then(|about| about.tier);
    (level.status, tier.is_none(), tier, Reverse(level.target), level.service)
}

/// The targets of items; of more than are asked for by id, all are read.
async fn targets(
    db: &impl Read,
    items: &[ConfigurationItemId],
) -> Result<HashMap<ConfigurationItemId, Rate>> {
    use recovery_objective::Column as C;
    if items.is_empty() {
        return Ok(HashMap::new());
    }
    let mut query = recovery_objective::Entity::find()
        .select_only()
        .columns([C::ItemId, C::AvailabilityTarget])
        .filter(C::AvailabilityTarget.is_not_null());
    if items.len() <= IDS_AT_ONCE {
        query = query.filter(C::ItemId.is_in(items.iter().copied()));
    }
    Ok(query.into_tuple::<(ConfigurationItemId, Rate)>().all(db).await?.into_iter().collect())
}

impl Answer {
    /// What is affected and the caller may not see.
    fn hidden_things(&self) -> impl Iterator<Item = Thing> {
        let things = self.touched().filter_map(|node| self.estate.thing(node));
        things.filter(|thing| !is_visible(&self.caller, *thing))
    }
}
