//! The closed lists of words of capacity.

use async_graphql::Enum;
use entity::capacity::{capacity_pool, capacity_purchase_rule};

/// What a pool is a supply of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_pool::CapacityResource")]
pub enum CapacityResource {
    /// Virtual processors.
    Vcpu,
    /// Main memory.
    Memory,
    /// Room for data.
    Storage,
    /// Reads and writes in a second.
    Iops,
    /// Height in racks.
    RackUnits,
    /// Electric power.
    Power,
    /// Heat that can be carried off.
    Cooling,
    /// Network ports.
    Ports,
    /// Rights to use software.
    Licences,
    /// Data carried in a second.
    Bandwidth,
}

/// What quantities are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_pool::CapacityUnit")]
pub enum CapacityUnit {
    /// Virtual processors.
    Vcpu,
    /// 10⁶ bytes.
    Megabyte,
    /// 10⁹ bytes.
    Gigabyte,
    /// 10¹² bytes.
    Terabyte,
    /// 2²⁰ bytes.
    Mebibyte,
    /// 2³⁰ bytes.
    Gibibyte,
    /// 2⁴⁰ bytes.
    Tebibyte,
    /// Reads and writes in a second.
    Iops,
    /// Height units of racks.
    RackUnit,
    /// Watts.
    Watt,
    /// Kilowatts.
    Kilowatt,
    /// Network ports.
    Port,
    /// Rights to use software.
    Licence,
    /// 10⁶ bits in a second.
    MegabitPerSecond,
    /// 10⁹ bits in a second.
    GigabitPerSecond,
}

/// Where the raw quantity of a pool comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_pool::CapacityBasis")]
pub enum CapacityBasis {
    /// Somebody states it.
    Declared,
    /// It is counted from the members: heights of racks, usable terabytes of assets, protected power of racks.
    Inventory,
}

/// What is odd about a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityFindingCode {
    /// More was used than the pool has.
    UsedAboveCapacity,
    /// More is reserved than can be planned with.
    ReservedAbovePlannable,
}

/// Which demand of the months to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_purchase_rule::DemandQuantile")]
pub enum CapacityDemand {
    /// What it is below as likely as not.
    P50,
    /// What it is below with a probability of 90 %: the cautious one.
    P90,
}
