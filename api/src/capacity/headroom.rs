//! What is left of pools: by what is handed out and by what is used, and whether the largest machine still fits.

use entity::{
    capacity::{
        Quantity,
        capacity_pool::{self, CapacityResource as Resource},
    },
    inventory::asset::AssetStatus,
    money::Rate,
};
use forecasting::{
    capacity::layers::{
        Cluster, Headroom, Host, Known, LayerFinding, Machine, MachineFit, Model, PowerUse, left, of_feeds,
    },
    explain::Explanation,
};
use rust_decimal::Decimal;

use super::{
    contents::{is_host, is_of_hosts},
    holdings::{Holdings, Piece},
    layers::{self, PoolLayers},
};
use crate::error::{Error, Result as Outcome};

/// What is taken of a pool, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Promised.
    pub reserved: Decimal,
    /// Handed out.
    pub allocated: Option<Decimal>,
    /// The peak of what is consumed.
    pub used: Option<Decimal>,
}

/// What both models leave of a pool.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// What allocation leaves, as a share.
    pub allocation: Option<Decimal>,
    /// What demand leaves, as a share.
    pub demand: Option<Decimal>,
    /// Both together, where both are known.
    pub both: Option<Headroom>,
    /// What of it is not known, and why.
    pub reason: Option<String>,
    /// How it came about.
    pub explanation: Explanation,
}

/// What is left by allocation and by demand. What runs needs what there is, once, so demand is held against what may be
/// planned with before anything is handed out more than once.
#[must_use]
pub fn headroom(layers: &PoolLayers, taken: &Taken) -> Left {
    let Some(plannable) = layers.plannable.quantity else {
        let why = layers.plannable.reason.clone().unwrap_or_default();
        return Left {
            reason: Some(format!("what may be planned with is not known: {why}")),
            ..Left::default()
        };
    };
    let once = layers.plannable_once().unwrap_or(plannable);
    let allocation =
        taken.allocated.map(|allocated| Model { capacity: plannable, taken: allocated + taken.reserved });
    let demand = taken.used.map(|used| Model { capacity: once, taken: used });
    let missing: Vec<&str> = [
        allocation.is_none().then_some("nobody states what is allocated"),
        demand.is_none().then_some("nothing was observed"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let explanation = Explanation::new("share left = (capacity - taken) / capacity; the lesser binds")
        .input("capacity of allocation", plannable)
        .input("capacity of demand", once.normalize())
        .assume("what is reserved counts as allocated")
        .assume("what is used cannot be handed out more than once");
    let reckoned = |model: Option<Model>| model.map(|model| left(model, "capacity")).transpose();
    let both = match (allocation, demand) {
        (Some(allocation), Some(demand)) => Headroom::of(allocation, demand).map(Some),
        _ => Ok(None),
    };
    match (reckoned(allocation), reckoned(demand), both) {
        (Ok(allocation), Ok(demand), Ok(both)) => Left {
            allocation,
            demand,
            both,
            reason: (!missing.is_empty()).then(|| missing.join(", and ")),
            explanation,
        },
        (Err(cause), ..) | (_, Err(cause), _) | (_, _, Err(cause)) => {
            Left { reason: Some(cause.to_string()), explanation, ..Left::default() }
        }
    }
}

/// How much of what is usable is used, before anything is handed out more than once, and of the sum of all feeds
/// where the pool is power.
///
/// # Errors
/// In words, what is not known.
pub fn utilisation(layers: &PoolLayers, used: Option<Decimal>) -> Result<PowerUse, String> {
    let used = used.ok_or("nothing was observed")?;
    let usable = layers.usable_once().ok_or_else(|| {
        let why = layers.usable.reason.as_deref().unwrap_or_default();
        format!("what is usable is not known: {why}")
    })?;
    of_feeds(used, usable, layers.sum_of_feeds).map_err(|cause| cause.to_string())
}

/// Whether a virtual machine fits on the hosts of a pool, each of which has its memory near its processors in so many
/// parts.
///
/// # Errors
/// In words, what is not known, or what cannot be asked.
pub fn machine_fit(
    pool: &capacity_pool::Model,
    held: &Holdings,
    (processors, memory): (Decimal, Decimal),
    memory_nodes: u32,
) -> Result<MachineFit, String> {
    let cluster = cluster(pool, held, memory_nodes)?;
    let machine = Machine { name: "the machine".to_owned(), processors, memory };
    cluster.fit(&machine).map_err(|cause| cause.to_string())
}

/// What is said of a pool of hosts that has none.
pub(super) const NO_HOST: &str = "none of its members is or has a server or blade in use";

/// The hosts of a pool that are there, in maintenance or not, by tag.
///
/// # Errors
/// In words, that the pool is of something else.
pub(super) fn hosts<'a>(pool: &capacity_pool::Model, held: &'a Holdings) -> Result<Vec<&'a Piece>, String> {
    if !is_of_hosts(pool.resource) {
        return Err("only pools of VCPU and MEMORY have hosts".to_owned());
    }
    let is_there = |piece: &Piece| matches!(piece.status, AssetStatus::InService | AssetStatus::Maintenance);
    let all = held.pieces(pool.id).into_iter();
    let hosts = all.filter(|(piece, is_member)| (*is_member || is_host(piece.kind)) && is_there(piece));
    Ok(hosts.map(|(piece, _)| piece).collect())
}

/// The hosts of a pool with all that they have: the other resource is taken as it is.
fn cluster(pool: &capacity_pool::Model, held: &Holdings, memory_nodes: u32) -> Result<Cluster, String> {
    let pieces = hosts(pool, held)?;
    let failures = pool.failures_tolerated.and_then(|failures| u32::try_from(failures).ok());
    let failures = failures.ok_or("not on record of the cluster: failuresTolerated")?;
    let ratio = layers::ratio(pool).ok_or("not on record of the cluster: overcommitRatio")?;
    let mut hosts = Vec::new();
    let mut unknown = Vec::new();
    for piece in pieces {
        let (Some(cores), Some(memory)) = (piece.figures.cores, piece.figures.gibibytes) else {
            unknown.push(piece.tag.clone());
            continue;
        };
        let in_maintenance = piece.status == AssetStatus::Maintenance;
        hosts.push(Host { name: piece.tag.clone(), cores, memory, memory_nodes, in_maintenance });
    }
    if !unknown.is_empty() {
        return Err(format!("cores or memory are not on record of {}", unknown.join(", ")));
    }
    if hosts.is_empty() {
        return Err(NO_HOST.to_owned());
    }
    let is_memory = pool.resource == Resource::Memory;
    let overhead = pool.host_overhead.filter(|_| is_memory).map(Quantity::to_decimal);
    let overhead = overhead.and_then(|overhead| in_gibibytes(pool, overhead));
    let (processor_ratio, memory_ratio) =
        if is_memory { (Decimal::ONE, ratio) } else { (ratio, Decimal::ONE) };
    Ok(Cluster {
        hosts,
        failures,
        processor_ratio,
        memory_ratio,
        memory_overhead: overhead.unwrap_or_default(),
        buffer: pool.buffer_share.map(Rate::to_decimal).unwrap_or_default(),
        planning_limit: pool.planning_limit.map_or(Decimal::ONE, Rate::to_decimal),
    })
}

fn in_gibibytes(pool: &capacity_pool::Model, quantity: Decimal) -> Option<Decimal> {
    let kept = capacity_pool::CapacityUnit::Gibibyte;
    super::units::converted("hostOverhead", quantity, pool.unit, kept).ok()
}

/// What is odd about a pool.
///
/// # Errors
/// `Invalid` for quantities beyond what can be reckoned with.
pub fn findings(resource: Resource, layers: &PoolLayers, taken: &Taken) -> Outcome<Vec<LayerFinding>> {
    let known = Known {
        // Cores are not what virtual processors are counted in.
        raw: layers.raw.quantity.filter(|_| !is_of_hosts(resource)),
        // What is used cannot be handed out more than once.
        usable: layers.usable_once(),
        plannable: layers.plannable.quantity,
        reserved: Some(taken.reserved),
        allocated: taken.allocated,
        used: taken.used,
    };
    known.findings().map_err(|cause| Error::invalid("findings", cause))
}
