//! Layers of pools: what there is, what may be planned with, and what is reserved of it.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    capacity::{
        Quantity,
        capacity_pool::{self, CapacityBasis, CapacityResource as Resource},
        capacity_reservation as reservation,
    },
    id::CapacityPoolId,
};
use forecasting::{
    capacity::layers::{Reckoned, plannable, whole},
    explain::Explanation,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::inventories::{self, Counted};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// A layer of a pool, in its unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    /// How much; none where it is not known.
    pub quantity: Option<Decimal>,
    /// Why it is not known.
    pub reason: Option<String>,
    /// How it came about.
    pub explanation: Explanation,
    /// What was left out, in sentences.
    pub excluded: Vec<String>,
}

/// What there is of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PoolLayers {
    /// All that is installed.
    pub raw: Layer,
    /// What is left of it after protection and overhead.
    pub usable: Layer,
    /// What is left of that up to the planning limit.
    pub plannable: Layer,
}

impl Layer {
    /// A layer that is not known.
    pub(super) fn unknown(reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::default() }
    }

    /// A layer that somebody states.
    fn stated(quantity: Quantity) -> Self {
        let explanation = Explanation::new("as stated");
        Self { quantity: Some(quantity.to_decimal()), explanation, ..Self::default() }
    }

    fn reckoned(reckoned: Reckoned) -> Self {
        let quantity = Some(forecasting::quantity::millionths(reckoned.quantity).normalize());
        Self { quantity, explanation: reckoned.explanation, ..Self::default() }
    }
}

/// What there is of some pools, by pool: a few statements, however many there are.
///
/// # Errors
/// Those of the database.
pub async fn of(
    db: &impl Read,
    pools: &[capacity_pool::Model],
) -> Result<HashMap<CapacityPoolId, PoolLayers>> {
    let counted = pools.iter().filter(|pool| pool.basis == CapacityBasis::Inventory);
    let asked: Vec<inventories::Pool> = counted
        .map(|pool| inventories::Pool { id: pool.id, resource: pool.resource, unit: pool.unit })
        .collect();
    let counted = inventories::count(db, &asked).await?;
    pools.iter().map(|pool| Ok((pool.id, layers(pool, counted.get(&pool.id))?))).collect()
}

fn layers(pool: &capacity_pool::Model, counted: Option<&Counted>) -> Result<PoolLayers> {
    let (raw, usable) = match counted {
        Some(counted) if is_usable(pool.resource) => {
            (Layer::unknown(no_raw(pool.resource)), Some(Layer::counted(counted)))
        }
        Some(counted) => (Layer::counted(counted), None),
        None => (stated("raw", pool.raw), None),
    };
    let usable = match (pool.usable, usable) {
        (Some(usable), _) => Layer::stated(usable),
        (None, Some(usable)) => usable,
        (None, None) => left(pool.resource, &raw)?,
    };
    let plannable = match (pool.plannable, usable.quantity) {
        (Some(plannable), _) => Layer::stated(plannable),
        (None, Some(usable)) => {
            let limit = pool.planning_limit.map(|limit| limit.to_decimal());
            Layer::reckoned(plannable(usable, limit).map_err(|cause| Error::invalid("plannable", cause))?)
        }
        (None, None) => Layer::unknown(format!(
            "plannable was never stated, and what is usable is not known: {}",
            usable.reason.as_deref().unwrap_or_default()
        )),
    };
    Ok(PoolLayers { raw, usable, plannable })
}

fn stated(name: &str, quantity: Option<Quantity>) -> Layer {
    quantity.map_or_else(|| Layer::unknown(format!("{name} was never stated")), Layer::stated)
}

/// Whether what the inventory records of a resource is what is usable of it.
fn is_usable(resource: Resource) -> bool {
    matches!(resource, Resource::Storage | Resource::Power)
}

fn no_raw(resource: Resource) -> &'static str {
    match resource {
        Resource::Storage => "the inventory records what arrays hold after protection, not what is installed",
        _ => "the inventory records what feeds may carry for long, not what is installed",
    }
}

/// What is usable of what there is, where nobody states it.
fn left(resource: Resource, raw: &Layer) -> Result<Layer> {
    let Some(quantity) = raw.quantity else {
        return Ok(Layer::unknown(format!(
            "usable was never stated, and what is installed is not known: {}",
            raw.reason.as_deref().unwrap_or_default()
        )));
    };
    if matches!(resource, Resource::Vcpu | Resource::Memory | Resource::Storage | Resource::Power) {
        return Ok(Layer::unknown("usable was never stated, and protection and overhead are not known"));
    }
    Ok(Layer::reckoned(whole(quantity).map_err(|cause| Error::invalid("usable", cause))?))
}

impl Layer {
    /// A layer that is counted from members.
    fn counted(counted: &Counted) -> Self {
        let explanation = Explanation::new("sum over the members")
            .input("racks or assets counted", counted.count)
            .assume(
                "racks are active, assets in service or in maintenance; the power of a rack is the lesser of what its \
                 active feeds of side A and of side B carry, or its protected power where it has no feed on record",
            );
        Self {
            quantity: counted.quantity,
            reason: counted.reason.clone(),
            explanation,
            excluded: counted.excluded.clone(),
        }
    }
}

/// What is reserved on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    /// All that is held, however likely it is to be needed.
    pub quantity: Decimal,
    /// By how many reservations.
    pub count: usize,
}

/// What is reserved of some pools on a day, by pool; those of which nothing is are left out.
///
/// # Errors
/// Those of the database.
pub async fn reserved(
    db: &impl Read,
    pools: Vec<CapacityPoolId>,
    on: NaiveDate,
) -> Result<HashMap<CapacityPoolId, Reserved>> {
    use reservation::Column as C;
    let in_force = Condition::all()
        .add(C::PoolId.is_in(pools))
        .add(C::FromOn.lte(on))
        .add(Condition::any().add(C::ToOn.is_null()).add(C::ToOn.gte(on)));
    let query = reservation::Entity::find().select_only().columns([C::PoolId, C::Quantity]).filter(in_force);
    let mut reserved: HashMap<_, Reserved> = HashMap::new();
    for (pool, quantity) in query.into_tuple::<(CapacityPoolId, Quantity)>().all(db).await? {
        let sum = reserved.entry(pool).or_default();
        sum.quantity += quantity.to_decimal();
        sum.count += 1;
    }
    Ok(reserved)
}
