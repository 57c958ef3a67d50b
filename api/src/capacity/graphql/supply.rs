//! What pools are planned by and what there is of them over time, as clients see it.

use async_graphql::SimpleObject;
use entity::{
    capacity::{
        Quantity,
        capacity_pool::{self, CapacityResource},
    },
    money::Rate,
};
use forecasting::{month::Month as MonthValue, quantity::millionths};
use rust_decimal::Decimal;

use super::words::CapacityChangeKind;
use crate::{
    capacity::{
        contents::is_of_hosts,
        layers::PoolLayers,
        supplies::{Change, Supplied},
    },
    schema::scalar::{Date, Month},
};

fn plain(rate: Option<Rate>) -> Option<Decimal> {
    rate.map(|rate| rate.to_decimal().normalize())
}

/// What a pool is planned by as a cluster of hosts.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityCluster {
    /// Hosts that may fail at once without anything stopping.
    failures_tolerated: Option<i32>,
    /// Virtual processors to a core, or memory handed out to memory there is.
    overcommit_ratio: Option<Decimal>,
    /// Share that is kept free for peaks.
    buffer_share: Option<Decimal>,
    /// What each host needs for itself, in the unit of the pool.
    host_overhead: Option<Decimal>,
    /// Hosts that are not in maintenance. Null where what is usable is not worked out from hosts.
    hosts_available: Option<usize>,
    /// What is left when the hosts with the most have failed, in cores or in the unit of the pool. Null as above.
    surviving: Option<Decimal>,
    /// The most of a cluster of equal hosts that may be used so that the rest can take over: 1 − F/N. Null as above, and
    /// where no host is left.
    utilisation_ceiling: Option<Decimal>,
}

impl CapacityCluster {
    pub(super) fn of(pool: &capacity_pool::Model, layers: &PoolLayers) -> Option<Self> {
        let cluster = layers.cluster.as_ref();
        is_of_hosts(pool.resource).then(|| Self {
            failures_tolerated: pool.failures_tolerated,
            overcommit_ratio: plain(pool.overcommit_ratio),
            buffer_share: plain(pool.buffer_share),
            host_overhead: pool.host_overhead.map(Quantity::to_decimal),
            hosts_available: cluster.map(|cluster| cluster.available),
            surviving: cluster.map(|cluster| cluster.surviving.normalize()),
            utilisation_ceiling: cluster
                .and_then(|cluster| cluster.utilisation_ceiling)
                .map(|ceiling| millionths(ceiling).normalize()),
        })
    }
}

/// What a pool is planned by as storage.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityStorage {
    /// Parts of data in a stripe.
    protection_data: Option<i32>,
    /// Parts of parity in a stripe.
    protection_parity: Option<i32>,
    /// Share that its protection leaves, where it is not said by stripes.
    protection_share: Option<Decimal>,
    /// Share of what protection leaves that is held back.
    reserve_share: Option<Decimal>,
    /// How much data a unit is taken to hold.
    reduction_ratio: Option<Decimal>,
}

impl CapacityStorage {
    pub(super) fn of(pool: &capacity_pool::Model) -> Option<Self> {
        (pool.resource == CapacityResource::Storage).then(|| Self {
            protection_data: pool.protection_data,
            protection_parity: pool.protection_parity,
            protection_share: plain(pool.protection_share),
            reserve_share: plain(pool.reserve_share),
            reduction_ratio: plain(pool.reduction_ratio),
        })
    }
}

/// What there is of a pool to plan with, month by month.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacitySupply {
    /// The months, in their order. Empty where what there is is not known.
    months: Vec<CapacitySupplyMonth>,
    /// Why it is not known.
    reason: Option<String>,
    /// What changes it, in the order of days.
    changes: Vec<CapacitySupplyChange>,
    /// What is odd, or would change it and is not known.
    findings: Vec<String>,
    /// What was taken for granted; each is a sentence.
    assumptions: Vec<String>,
}

/// What there is of a pool in a month.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacitySupplyMonth {
    /// The month.
    month: Month,
    /// The least there is to plan with on any day of it: what comes within the month counts from the next, unless what it
    /// replaces goes on the same day.
    plannable: Decimal,
}

/// Something that changes what there is of a pool.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacitySupplyChange {
    /// What it is, in words.
    name: String,
    /// The first day on which it counts.
    on: Date,
    /// By how much there is more to plan with, in the unit of the pool; below zero where there is less.
    quantity: Decimal,
    /// What sort of change it is.
    kind: CapacityChangeKind,
    /// The id of what it is about, where that is one thing.
    thing: Option<async_graphql::ID>,
}

impl From<&Change> for CapacitySupplyChange {
    fn from(change: &Change) -> Self {
        Self {
            name: change.name.clone(),
            on: Date(change.on),
            quantity: change.quantity.normalize(),
            kind: change.kind.into(),
            thing: change.thing.map(|thing| thing.id().into()),
        }
    }
}

impl CapacitySupply {
    pub(super) fn of(supplied: &Supplied, months: &[MonthValue], mut assumptions: Vec<String>) -> Self {
        let supply = supplied.supply.as_ref();
        let of_month = |month: &MonthValue| {
            let plannable = supply?.in_month(*month).normalize();
            Some(CapacitySupplyMonth { month: Month(*month), plannable })
        };
        assumptions.extend(supplied.assumptions.iter().cloned());
        assumptions.push("what holds today holds until something on record changes it".to_owned());
        Self {
            months: months.iter().filter_map(of_month).collect(),
            reason: supplied.reason.clone(),
            changes: supplied.changes.iter().map(CapacitySupplyChange::from).collect(),
            findings: supplied.findings.clone(),
            assumptions,
        }
    }
}
