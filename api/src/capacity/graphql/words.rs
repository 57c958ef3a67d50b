//! The closed lists of words of capacity.

use async_graphql::Enum;
use entity::capacity::{capacity_pool, capacity_purchase_rule};

use crate::capacity::supplies;

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
    /// It is counted from the members: heights and protected power of racks, usable terabytes of assets, cores and memory
    /// of hosts.
    Inventory,
}

/// What is odd about a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityFindingCode {
    /// More was used than is usable: a record is wrong, or protection is being eaten.
    UsedAboveUsable,
    /// More was used than is installed.
    UsedAboveRaw,
    /// More is allocated and reserved than can be planned with.
    CommittedAbovePlannable,
    /// More is reserved than can be planned with, and what is allocated is not known.
    ReservedAbovePlannable,
    /// More was used than was handed out.
    UsedAboveAllocated,
    /// In months that are over, more was used than there is.
    UsedAboveCapacity,
    /// What was used fell to a fraction, as a counter that begins anew.
    CounterReset,
    /// On days between days with some use none was observed: some sources write 0 where they measured nothing.
    ZerosBetween,
    /// Something would change what may be planned with, and by how much or when is not known.
    SupplyUncertain,
    /// Something in racks would change what is used, and by how much or when is not known.
    DemandUncertain,
}

/// Which way of counting leaves less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "forecasting::capacity::layers::BindingModel")]
pub enum CapacityBindingModel {
    /// What is handed out.
    Allocation,
    /// What is used.
    Demand,
    /// Both leave the same.
    Both,
}

/// Whether a virtual machine fits on one host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "forecasting::capacity::layers::Verdict")]
pub enum CapacityMachineVerdict {
    /// On a host that is left when as many as may fail have failed.
    Fits,
    /// Only on hosts that may be among those that fail: it cannot start again.
    NotAfterFailures,
    /// On no host, although the cluster has enough in total.
    OnlyInTotal,
    /// Not even in total.
    TooLarge,
}

/// What changes what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "supplies::ChangeKind")]
pub enum CapacityChangeKind {
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

/// Which demand of the months to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_purchase_rule::DemandQuantile")]
pub enum CapacityDemand {
    /// What it is below as likely as not.
    P50,
    /// What it is below with a probability of 90 %: the cautious one.
    P90,
}
