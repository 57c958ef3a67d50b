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
    money::Rate,
};
use forecasting::{
    ForecastError,
    capacity::layers::{
        ClusterShare, HostShare, Protection, Reckoned, ShareLayers, Storage, effective, plannable, whole,
    },
    explain::Explanation,
    quantity::millionths,
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::{
    contents::{self, Contents, Item, State, is_of_hosts},
    holdings::Holdings,
    pool_holds,
    rack_holds::Period,
};
use crate::{error::Result, store::Read};

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
    /// Data that fits if it can be reduced as is taken for granted.
    pub effective: Layer,
    /// What is left of what is usable up to the planning limit.
    pub plannable: Layer,
    /// What its hosts come to, where it is that of a cluster.
    pub cluster: Option<ShareLayers>,
    /// How often its hosts are handed out, where that is more than once.
    pub ratio: Option<Decimal>,
    /// What all feeds of its racks carry together, where it is power and all of them are known.
    pub sum_of_feeds: Option<Decimal>,
}

impl PoolLayers {
    /// What may be planned with before anything is handed out more than once: what runs needs what there is, once.
    #[must_use]
    pub fn plannable_once(&self) -> Option<Decimal> {
        self.once(&self.plannable, self.cluster.as_ref().map(|cluster| cluster.without_overcommit))
    }

    /// What is usable before anything is handed out more than once.
    #[must_use]
    pub fn usable_once(&self) -> Option<Decimal> {
        let of_hosts = self.cluster.as_ref().zip(self.ratio);
        self.once(&self.usable, of_hosts.and_then(|(it, ratio)| once(it.layers.usable, ratio)))
    }

    /// The part of what may be planned with that is there once; all of it where nothing is handed out more than once.
    #[must_use]
    pub fn share_once(&self) -> Decimal {
        let (Some(ratio), Some(all)) = (self.ratio, self.plannable.quantity) else { return Decimal::ONE };
        let share = self.plannable_once().filter(|_| !all.is_zero()).and_then(|once| once.checked_div(all));
        share.or_else(|| once(Decimal::ONE, ratio)).unwrap_or(Decimal::ONE).min(Decimal::ONE)
    }

    fn once(&self, layer: &Layer, of_hosts: Option<Decimal>) -> Option<Decimal> {
        let (all, Some(ratio)) = (layer.quantity?, self.ratio) else { return layer.quantity };
        let part = of_hosts.or_else(|| once(all, ratio))?;
        Some(millionths(part.min(all)).normalize())
    }
}

fn once(quantity: Decimal, ratio: Decimal) -> Option<Decimal> {
    quantity.checked_div(ratio)
}

impl Layer {
    /// A layer that is not known.
    pub(super) fn unknown(reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::default() }
    }

    /// A layer that somebody states.
    pub(super) fn stated(name: &str, quantity: Option<Quantity>) -> Self {
        let Some(quantity) = quantity else { return Self::unknown(format!("{name} was never stated")) };
        let explanation = Explanation::new("as stated");
        Self { quantity: Some(quantity.to_decimal()), explanation, ..Self::default() }
    }

    fn of(quantity: Decimal, explanation: Explanation) -> Self {
        Self { quantity: Some(millionths(quantity).normalize()), explanation, ..Self::default() }
    }

    /// A layer that was reckoned, or why it could not be.
    fn reckoned(reckoned: Result<Reckoned, ForecastError>) -> Self {
        match reckoned {
            Ok(reckoned) => Self::of(reckoned.quantity, reckoned.explanation),
            Err(cause) => Self::unknown(cause.to_string()),
        }
    }

    fn without(self, excluded: &[String]) -> Self {
        Self { excluded: excluded.to_vec(), ..self }
    }

    fn why(&self) -> &str {
        self.reason.as_deref().unwrap_or_default()
    }
}

/// Some pools with what they hold and what there is of them.
#[derive(Default)]
pub struct Pools {
    /// The pools.
    pub pools: HashMap<CapacityPoolId, capacity_pool::Model>,
    /// What those that are counted hold.
    pub held: Holdings,
    /// What there is of each.
    pub layers: HashMap<CapacityPoolId, PoolLayers>,
}

/// What there is of some pools: a few statements, however many there are.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, ids: Vec<CapacityPoolId>) -> Result<Pools> {
    let pools = capacity_pool::Entity::find().filter(capacity_pool::Column::Id.is_in(ids)).all(db).await?;
    let counted: Vec<_> =
        pools.iter().filter(|pool| pool.basis == CapacityBasis::Inventory).cloned().collect();
    let held = Holdings::read(db, &contents::wanted(&counted)).await?;
    let layers = pools.iter().map(|pool| (pool.id, of_pool(pool, &held))).collect();
    Ok(Pools { pools: pools.into_iter().map(|pool| (pool.id, pool)).collect(), held, layers })
}

/// What there is of a pool, from what it holds.
#[must_use]
pub fn of_pool(pool: &capacity_pool::Model, held: &Holdings) -> PoolLayers {
    let counted = pool.basis == CapacityBasis::Inventory;
    let mut layers = if counted { counted_of(pool, held) } else { declared(pool) };
    if pool.usable.is_some() {
        layers.usable = Layer::stated("usable", pool.usable);
    }
    layers.ratio = decimal(pool.overcommit_ratio).filter(|ratio| *ratio > Decimal::ONE);
    layers.effective = effective_of(pool, &layers.usable);
    layers.plannable = match (pool.plannable, layers.usable.quantity) {
        (Some(_), _) => Layer::stated("plannable", pool.plannable),
        (None, Some(usable)) => Layer::reckoned(plannable(usable, decimal(pool.planning_limit))),
        (None, None) => Layer::unknown(format!(
            "plannable was never stated, and what is usable is not known: {}",
            layers.usable.why()
        )),
    };
    layers
}

fn decimal(rate: Option<Rate>) -> Option<Decimal> {
    rate.map(Rate::to_decimal)
}

/// Raw and usable of a pool whose raw quantity is stated.
fn declared(pool: &capacity_pool::Model) -> PoolLayers {
    let raw = Layer::stated("raw", pool.raw);
    let usable = match (pool.resource, raw.quantity) {
        (_, None) => Layer::unknown(format!("usable was never stated, and {}", raw.why())),
        (Resource::Storage, Some(raw)) => stored(pool, raw, protection(pool)),
        (Resource::Vcpu | Resource::Memory, Some(_)) => Layer::unknown(
            "usable was never stated, and the hosts that may fail are known where the basis is INVENTORY",
        ),
        (Resource::Power, Some(_)) => Layer::unknown(
            "usable was never stated: what is protected does not follow from what is installed",
        ),
        (_, Some(raw)) => Layer::reckoned(whole(raw)),
    };
    PoolLayers { raw, usable, ..PoolLayers::default() }
}

/// Raw and usable of a pool that is counted.
fn counted_of(pool: &capacity_pool::Model, held: &Holdings) -> PoolLayers {
    let contents = Contents::of(pool, held);
    let mut layers = match contents.unknown(pool.resource) {
        Some(reason) => PoolLayers {
            raw: Layer::unknown(reason.clone()),
            usable: Layer::unknown(reason),
            ..PoolLayers::default()
        },
        None if is_of_hosts(pool.resource) => of_hosts(pool, &contents),
        None => of_sum(pool, &contents),
    };
    if pool.resource == Resource::Power {
        let sum: Option<Decimal> =
            held.racks(pool.id).into_iter().map(|rack| held.watts_of_feeds(rack)).sum();
        layers.sum_of_feeds = sum.and_then(|sum| contents::within(pool, sum));
    }
    if let Some(reason) = no_raw(pool.resource) {
        layers.raw = Layer::unknown(reason);
    }
    layers.raw = layers.raw.without(&contents.excluded);
    layers.usable = layers.usable.without(&contents.excluded);
    layers
}

/// Why what is installed is not known, where the inventory records what is usable.
fn no_raw(resource: Resource) -> Option<&'static str> {
    match resource {
        Resource::Storage => {
            Some("the inventory records what arrays hold after redundancy, not what is installed")
        }
        Resource::Power => Some("the inventory records what feeds may carry for long, not their nameplates"),
        _ => None,
    }
}

fn of_sum(pool: &capacity_pool::Model, contents: &Contents) -> PoolLayers {
    let sum: Decimal = contents.there().filter_map(|item| item.quantity).sum();
    let explanation = Explanation::new("sum over the members")
        .input("racks or assets counted", contents.there().count())
        .assume(match pool.resource {
            Resource::Storage => "assets in service and in maintenance count",
            Resource::Power => {
                "the power of a rack is the lesser of what its active feeds of side A and of side B carry, or its \
                 protected power where it has no feed on record"
            }
            _ => "racks that are active count",
        });
    let raw = Layer::of(sum, explanation.clone());
    let usable = match pool.resource {
        Resource::Storage => stored(pool, sum, Some(Protection::Kept(Decimal::ONE))),
        Resource::Power => raw.clone(),
        _ => Layer::reckoned(whole(sum)),
    };
    PoolLayers { raw, usable, ..PoolLayers::default() }
}

/// What is usable of storage, before its planning limit.
fn stored(pool: &capacity_pool::Model, raw: Decimal, protection: Option<Protection>) -> Layer {
    let Some(protection) = protection else {
        return Layer::unknown("usable was never stated, and neither was how the storage is protected");
    };
    let reserve = decimal(pool.reserve_share);
    let storage = Storage {
        raw,
        protection,
        reserve: reserve.unwrap_or_default(),
        reduction: decimal(pool.reduction_ratio),
        planning_limit: decimal(pool.planning_limit).unwrap_or(Decimal::ONE),
    };
    let reckoned = storage.layers().map(|layers| {
        let mut explanation = layers.explanation;
        if pool.basis == CapacityBasis::Inventory {
            explanation = explanation.assume("what arrays hold is recorded after redundancy");
        }
        if reserve.is_none() {
            explanation = explanation.assume("no reserve is on record: nothing is held back");
        }
        Reckoned { quantity: layers.layers.usable, explanation }
    });
    Layer::reckoned(reckoned)
}

/// How storage is protected, as the pool says.
fn protection(pool: &capacity_pool::Model) -> Option<Protection> {
    let parts = |count: Option<i32>| count.and_then(|count| u32::try_from(count).ok());
    match (parts(pool.protection_data), parts(pool.protection_parity), pool.protection_share) {
        (Some(data), Some(parity), _) => Some(Protection::Parity { data, parity }),
        (_, _, Some(share)) => Some(Protection::Kept(share.to_decimal())),
        _ => None,
    }
}

fn effective_of(pool: &capacity_pool::Model, usable: &Layer) -> Layer {
    if pool.resource != Resource::Storage {
        return Layer::unknown("only data can be reduced");
    }
    match (usable.quantity, decimal(pool.reduction_ratio)) {
        (Some(usable), Some(reduction)) => Layer::reckoned(effective(usable, reduction)),
        (_, None) => Layer::unknown("nobody takes a reduction of data for granted"),
        (None, _) => Layer::unknown(format!("what is usable is not known: {}", usable.why())),
    }
}

fn of_hosts(pool: &capacity_pool::Model, contents: &Contents) -> PoolLayers {
    let all: Vec<&Item> = contents.there().collect();
    let installed: Decimal = all.iter().filter_map(|item| item.quantity).sum();
    let explanation = Explanation::new("sum over the hosts")
        .input("hosts", all.len())
        .assume("hosts in maintenance are installed, and count");
    let raw = Layer::of(installed, explanation);
    let shares = share(pool, &all).and_then(|share| share.layers().map_err(|cause| cause.to_string()));
    let usable = match &shares {
        Ok(shares) => Layer::of(shares.layers.usable, assumed(pool, shares.explanation.clone())),
        Err(reason) => Layer::unknown(reason.clone()),
    };
    PoolLayers { raw, usable, cluster: shares.ok(), ..PoolLayers::default() }
}

fn assumed(pool: &capacity_pool::Model, mut explanation: Explanation) -> Explanation {
    if pool.buffer_share.is_none() {
        explanation = explanation.assume("no buffer is on record: nothing is kept free");
    }
    if pool.resource == Resource::Memory && pool.overcommit_ratio.is_none() {
        explanation = explanation
            .assume("no overcommit ratio is on record: memory is handed out once, by the default of 1");
    }
    if pool.resource == Resource::Memory && pool.host_overhead.is_none() {
        explanation = explanation.assume("no overhead is on record: hosts need no memory for themselves");
    }
    explanation
}

/// How often the hosts of a pool are handed out: memory once where nobody says otherwise. There is no such default of cores,
/// as it depends on what runs on them.
pub(super) fn ratio(pool: &capacity_pool::Model) -> Option<Decimal> {
    let default = (pool.resource == Resource::Memory).then_some(Decimal::ONE);
    decimal(pool.overcommit_ratio).or(default)
}

/// The cluster that hosts make, or what of it is not on record.
///
/// # Errors
/// In words, what is missing.
pub(super) fn share(pool: &capacity_pool::Model, hosts: &[&Item]) -> Result<ClusterShare, String> {
    let failures = pool.failures_tolerated.and_then(|failures| u32::try_from(failures).ok());
    let (Some(failures), Some(ratio)) = (failures, ratio(pool)) else {
        let missing = [
            ("failuresTolerated", pool.failures_tolerated.is_none()),
            ("overcommitRatio", ratio(pool).is_none()),
        ];
        let named: Vec<&str> = missing.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        return Err(format!("not on record of the cluster: {}", named.join(", ")));
    };
    Ok(ClusterShare {
        hosts: hosts.iter().filter_map(|item| host(item)).collect(),
        failures,
        ratio,
        overhead: pool.host_overhead.map(Quantity::to_decimal).unwrap_or_default(),
        buffer: decimal(pool.buffer_share).unwrap_or_default(),
        planning_limit: decimal(pool.planning_limit).unwrap_or(Decimal::ONE),
    })
}

/// A host of a cluster: none where its figure is not known. What is to come is in use once it is there.
pub(super) fn host(item: &Item) -> Option<HostShare> {
    let in_maintenance = item.state == State::InMaintenance;
    Some(HostShare { name: item.name.clone(), quantity: item.quantity?, in_maintenance })
}

/// What a quantity that comes or goes is of what may be planned with; not of clusters, whose hosts count together.
///
/// # Errors
/// In words, a quantity that cannot be reckoned with.
pub(super) fn plannable_part(pool: &capacity_pool::Model, quantity: Decimal) -> Result<Decimal, String> {
    let usable = match pool.resource {
        Resource::Storage => {
            let stored = stored(pool, quantity, Some(Protection::Kept(Decimal::ONE)));
            stored.quantity.ok_or_else(|| stored.why().to_owned())?
        }
        _ => quantity,
    };
    let part = plannable(usable, decimal(pool.planning_limit)).map_err(|cause| cause.to_string())?;
    Ok(millionths(part.quantity).normalize())
}

/// What is reserved on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    /// All that is held, however likely it is to be needed.
    pub quantity: Decimal,
    /// By how many reservations.
    pub count: usize,
    /// By how many placements in racks that are members, or stand at sites that are.
    pub placements: usize,
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
        .add(C::PoolId.is_in(pools.clone()))
        .add(C::FromOn.lte(on))
        .add(Condition::any().add(C::ToOn.is_null()).add(C::ToOn.gte(on)));
    let query = reservation::Entity::find().select_only().columns([C::PoolId, C::Quantity]).filter(in_force);
    let mut reserved: HashMap<_, Reserved> = HashMap::new();
    for (pool, quantity) in query.into_tuple::<(CapacityPoolId, Quantity)>().all(db).await? {
        let sum = reserved.entry(pool).or_default();
        sum.quantity += quantity.to_decimal();
        sum.count += 1;
    }
    for (pool, holds) in pool_holds::of(db, pools, Period { from: on, until: Some(on) }).await? {
        let sum = reserved.entry(pool).or_default();
        sum.quantity += holds.iter().map(|hold| hold.quantity).sum::<Decimal>();
        sum.placements += holds.len();
    }
    Ok(reserved)
}
