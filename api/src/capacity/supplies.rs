//! What may be planned with of pools, as it changes.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{capacity::capacity_pool, id::CapacityPoolId};
use forecasting::{capacity::supply::Supply, month::Month};
use rust_decimal::Decimal;

use super::layers::{self, PoolLayers};
use crate::{
    error::{Error, Result},
    scenarios::overlay::Overlay,
    store::Read,
    topology::items::Thing,
};

/// What supplies are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The day that it is seen on: what the layers say holds on it.
    pub as_of: NaiveDate,
    /// What a scenario changes.
    pub overlay: &'a Overlay,
    /// The last month whose changes are told.
    pub last: Month,
}

/// What there is of a pool to plan with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Supplied {
    /// Day by day; none where it is not known.
    pub supply: Option<Supply>,
    /// Why it is not known.
    pub reason: Option<String>,
    /// What changes it, in the order of days.
    pub changes: Vec<Change>,
    /// What is odd, or would change it and is not known, in sentences.
    pub findings: Vec<String>,
    /// What it starts from.
    pub layers: PoolLayers,
}

/// Something that changes what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is, by name.
    pub name: String,
    /// The first day on which it counts.
    pub on: NaiveDate,
    /// By how much plannable capacity changes, in the unit of the pool; below zero where it falls.
    pub quantity: Decimal,
    /// What sort of change it is.
    pub kind: ChangeKind,
    /// The thing that comes, goes or changes.
    pub thing: Option<Thing>,
}

/// What changes what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Something is delivered.
    Delivery,
    /// Something leaves service.
    Retirement,
    /// Something is replaced.
    Refresh,
    /// A contract commits to another quantity.
    Contract,
    /// A scenario changes it.
    Scenario,
}

/// What there is of some pools to plan with, by pool: a bounded number of statements, however many there are.
///
/// # Errors
/// Those of the database.
pub async fn of(
    db: &impl Read,
    pools: &[capacity_pool::Model],
    question: &Question<'_>,
) -> Result<HashMap<CapacityPoolId, Supplied>> {
    let _ = (question.as_of, question.overlay, question.last);
    let mut layers = layers::of(db, pools).await?;
    let supplied = pools.iter().map(|pool| {
        let layers = layers.remove(&pool.id).unwrap_or_default();
        let supply = layers.plannable.quantity.map(Supply::level).transpose();
        let supply = supply.map_err(|cause| Error::invalid("plannable", cause))?;
        let reason = layers.plannable.reason.clone();
        Ok((pool.id, Supplied { supply, reason, layers, ..Supplied::default() }))
    });
    supplied.collect()
}
