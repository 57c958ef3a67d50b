//! Whether a pool carries the load of another beside its own, when that one is lost.

use chrono::NaiveDate;
use entity::{capacity::capacity_pool, id::CapacityPoolId};
use forecasting::{capacity::layers::takeover_gap, explain::Explanation, quantity::millionths};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::{days, layers::PoolLayers, pools, units};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// A pool whose load is taken over.
#[derive(Clone, Debug)]
pub struct Load {
    /// The pool.
    pub pool: capacity_pool::Model,
    /// What was used of it, in its unit; none where nothing was observed.
    pub used: Option<Decimal>,
}

/// What a pool carries when it takes over the load of another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takeover {
    /// What may be planned with, before anything is handed out more than once.
    pub capacity: Option<Decimal>,
    /// What is used of it.
    pub own: Option<Decimal>,
    /// What is used of the other, in the unit of the pool.
    pub taken_over: Option<Decimal>,
    /// What is missing to carry both.
    pub gap: Option<Decimal>,
    /// What of it is not known.
    pub reason: Option<String>,
    /// How it came about.
    pub explanation: Explanation,
}

/// The load of a pool as it was seen by the end of a day: two statements.
///
/// # Errors
/// `NotFound` when there is no such pool.
pub async fn load(db: &impl Read, id: CapacityPoolId, on: NaiveDate) -> Result<Load> {
    let pool = pools::find(db, id).await?;
    let used = days::last(db, vec![id], on).await?.remove(&id).map(|day| day.peak.to_decimal());
    Ok(Load { pool, used })
}

/// Whether a pool carries its own load and the whole of another's.
///
/// # Errors
/// `Invalid` for the pool itself, and for one of another resource.
pub fn takeover(
    pool: &capacity_pool::Model,
    layers: &PoolLayers,
    own: Option<Decimal>,
    load: &Load,
) -> Result<Takeover> {
    let other = &load.pool;
    if other.id == pool.id {
        return Err(Error::invalid("of", format!("{} takes over the load of another pool", pool.name)));
    }
    if other.resource != pool.resource {
        let (theirs, ours) = (other.resource.to_value(), pool.resource.to_value());
        let message = format!("{} has {theirs}, and {} has {ours}", other.name, pool.name);
        return Err(Error::invalid("of", message));
    }
    let converted = load.used.map(|used| units::converted("of", used, other.unit, pool.unit)).transpose()?;
    let taken_over = converted.map(|quantity| millionths(quantity).normalize());
    let capacity = layers.plannable_once();
    let why = layers.plannable.reason.as_deref().unwrap_or_default();
    let missing = [
        capacity.is_none().then(|| format!("what may be planned with is not known: {why}")),
        own.is_none().then(|| format!("nothing was observed of {}", pool.name)),
        taken_over.is_none().then(|| format!("nothing was observed of {}", other.name)),
    ];
    let missing: Vec<String> = missing.into_iter().flatten().collect();
    let seen = Takeover {
        capacity,
        own,
        taken_over,
        reason: (!missing.is_empty()).then(|| missing.join(", and ")),
        ..Takeover::default()
    };
    let (Some(capacity), Some(own), Some(taken_over)) = (capacity, own, taken_over) else { return Ok(seen) };
    let gap = takeover_gap(capacity, own, taken_over).map_err(|cause| Error::invalid("of", cause))?;
    let explanation = Explanation::new("gap = max(0, own load + load taken over - capacity)")
        .input("capacity", capacity)
        .input("own load", own)
        .input("load taken over", taken_over)
        .assume("all of the load of the other moves, and none of its own gives way")
        .assume("what is used cannot be handed out more than once");
    Ok(Takeover { gap: Some(gap.normalize()), explanation, ..seen })
}
