//! From what is installed to what may be planned with, and what is left of it.
//!
//! *Usable* is what protection, tolerated failures, overhead and reserve leave of what is installed; *plannable* is
//! usable up to the planning limit. Demand is held against what is plannable.

mod cluster;
mod licences;
mod planned;
mod running;
mod share;
mod storage;

use std::fmt;

use rust_decimal::Decimal;

pub use cluster::{Cluster, ClusterLayers, Host, Machine, MachineFit, Verdict};
pub use licences::{LicenceNeed, LicenceRule, LicensedHost, licences};
pub use planned::{PowerUse, Reckoned, effective, of_feeds, plannable, whole};
pub use running::RunningShare;
pub use share::{ClusterShare, HostShare, ShareLayers};
pub use storage::{Protection, Storage, StorageLayers};

use super::figures::{minus, not_negative, over, plus};
use crate::error::{ForecastError, Result};

/// The layers of a pool, in its unit. What is not known is absent, never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layers {
    /// What is installed, in the unit it is installed in: cores for a pool of vCPU.
    pub raw: Decimal,
    /// What protection, failures, overhead and reserve leave.
    pub usable: Decimal,
    /// Usable up to the planning limit.
    pub plannable: Decimal,
    /// Promised and not there yet.
    pub reserved: Option<Decimal>,
    /// Handed out.
    pub allocated: Option<Decimal>,
    /// The peak of what is consumed.
    pub used: Option<Decimal>,
}

/// What is odd about the layers of a pool; the figures are kept as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerFinding {
    /// More is used than is usable: the records of one of them are wrong, or protection is being eaten.
    UsedAboveUsable {
        /// The peak of what is consumed.
        used: Decimal,
        /// What is usable.
        usable: Decimal,
    },
    /// More is used than is installed, and what of it is usable is not known.
    UsedAboveRaw {
        /// The peak of what is consumed.
        used: Decimal,
        /// What is installed.
        raw: Decimal,
    },
    /// More is allocated and reserved than may be planned with.
    CommittedAbovePlannable {
        /// What is allocated and reserved.
        committed: Decimal,
        /// What may be planned with.
        plannable: Decimal,
    },
    /// More is reserved than may be planned with, and what is allocated is not known.
    ReservedAbovePlannable {
        /// What is reserved.
        reserved: Decimal,
        /// What may be planned with.
        plannable: Decimal,
    },
    /// More is used than was handed out.
    UsedAboveAllocated {
        /// The peak of what is consumed.
        used: Decimal,
        /// What was handed out.
        allocated: Decimal,
    },
}

impl LayerFinding {
    /// Its name in capitals.
    pub fn code(self) -> &'static str {
        match self {
            Self::UsedAboveUsable { .. } => "USED_ABOVE_USABLE",
            Self::UsedAboveRaw { .. } => "USED_ABOVE_RAW",
            Self::CommittedAbovePlannable { .. } => "COMMITTED_ABOVE_PLANNABLE",
            Self::ReservedAbovePlannable { .. } => "RESERVED_ABOVE_PLANNABLE",
            Self::UsedAboveAllocated { .. } => "USED_ABOVE_ALLOCATED",
        }
    }
}

impl fmt::Display for LayerFinding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, value, limit, of) = match self {
            Self::UsedAboveUsable { used, usable } => ("used", used, "usable", usable),
            Self::UsedAboveRaw { used, raw } => ("used", used, "raw", raw),
            Self::CommittedAbovePlannable { committed, plannable } => {
                ("allocated and reserved", committed, "plannable", plannable)
            }
            Self::ReservedAbovePlannable { reserved, plannable } => {
                ("reserved", reserved, "plannable", plannable)
            }
            Self::UsedAboveAllocated { used, allocated } => ("used", used, "allocated", allocated),
        };
        write!(formatter, "{} {what} is above {} {limit}", value.normalize(), of.normalize())
    }
}

impl Layers {
    /// The layers of a pool of which nothing is handed out yet.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative layer, or more that is plannable than usable.
    pub fn new(raw: Decimal, usable: Decimal, plannable: Decimal) -> Result<Self> {
        not_negative(raw, "raw")?;
        not_negative(usable, "usable")?;
        not_negative(plannable, "plannable")?;
        if plannable > usable {
            let rule = "what may be planned with is not above what is usable";
            return Err(ForecastError::invalid("plannable", &plannable, rule));
        }
        Ok(Self { raw, usable, plannable, reserved: None, allocated: None, used: None })
    }

    /// With what is reserved, allocated and used, as far as it is known.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative quantity.
    pub fn with_use(
        self,
        reserved: Option<Decimal>,
        allocated: Option<Decimal>,
        used: Option<Decimal>,
    ) -> Result<Self> {
        let checked =
            |value: Option<Decimal>, field| value.map(|value| not_negative(value, field)).transpose();
        Ok(Self {
            reserved: checked(reserved, "reserved")?,
            allocated: checked(allocated, "allocated")?,
            used: checked(used, "used")?,
            ..self
        })
    }

    /// What may still be handed out: plannable − reserved − allocated, and negative where too much was. Absent
    /// while it is not known what is allocated; what is not reserved counts as nothing.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn free(&self) -> Result<Option<Decimal>> {
        self.committed()?.map(|committed| minus(self.plannable, committed, "free")).transpose()
    }

    /// What is odd about the layers.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn findings(&self) -> Result<Vec<LayerFinding>> {
        Known {
            raw: None,
            usable: Some(self.usable),
            plannable: Some(self.plannable),
            reserved: self.reserved,
            allocated: self.allocated,
            used: self.used,
        }
        .findings()
    }

    fn committed(&self) -> Result<Option<Decimal>> {
        let reserved = self.reserved.unwrap_or_default();
        self.allocated.map(|allocated| plus(allocated, reserved, "committed")).transpose()
    }
}

/// The layers of a pool as far as they are known, to be held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// What is installed, where it is in the unit of what is used.
    pub raw: Option<Decimal>,
    /// What protection, failures, overhead and reserve leave.
    pub usable: Option<Decimal>,
    /// Usable up to the planning limit.
    pub plannable: Option<Decimal>,
    /// Promised and not there yet.
    pub reserved: Option<Decimal>,
    /// Handed out.
    pub allocated: Option<Decimal>,
    /// The peak of what is consumed.
    pub used: Option<Decimal>,
}

impl Known {
    /// What is odd about the layers: nothing is said of those that are not known.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn findings(&self) -> Result<Vec<LayerFinding>> {
        let mut findings = Vec::new();
        if let (Some(used), Some(usable)) = (self.used, self.usable)
            && used > usable
        {
            findings.push(LayerFinding::UsedAboveUsable { used, usable });
        }
        if let (Some(used), Some(raw), None) = (self.used, self.raw, self.usable)
            && used > raw
        {
            findings.push(LayerFinding::UsedAboveRaw { used, raw });
        }
        if let Some(plannable) = self.plannable {
            findings.extend(self.promised(plannable)?);
        }
        if let (Some(used), Some(allocated)) = (self.used, self.allocated)
            && used > allocated
        {
            findings.push(LayerFinding::UsedAboveAllocated { used, allocated });
        }
        Ok(findings)
    }

    fn promised(&self, plannable: Decimal) -> Result<Option<LayerFinding>> {
        let reserved = self.reserved.unwrap_or_default();
        let Some(allocated) = self.allocated else {
            let above = LayerFinding::ReservedAbovePlannable { reserved, plannable };
            return Ok((reserved > plannable).then_some(above));
        };
        let committed = plus(allocated, reserved, "committed")?;
        let above = LayerFinding::CommittedAbovePlannable { committed, plannable };
        Ok((committed > plannable).then_some(above))
    }
}

/// One way to count what is left: a capacity and what is taken of it, in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// What there is.
    pub capacity: Decimal,
    /// What is taken: configured sizes in the model of allocation; consumption in the model of demand, with what
    /// was asked for and not served.
    pub taken: Decimal,
}

/// Which model leaves less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BindingModel {
    /// What is configured.
    Allocation,
    /// What is consumed.
    Demand,
    /// Both leave the same.
    Both,
}

/// What both models leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headroom {
    /// What allocation leaves, as a share of its capacity; zero where more is configured than the ratio allows.
    pub allocation: Decimal,
    /// What demand leaves, as a share of its capacity.
    pub demand: Decimal,
    /// The lesser of both shares, in the unit of allocation.
    pub remaining: Decimal,
    /// Which of them that is.
    pub binding: BindingModel,
}

impl Headroom {
    /// What is left by allocation and by demand: `max(0, capacity − taken) / capacity` each, and the lesser binds.
    ///
    /// A ratio of 4 vCPU to a core takes for granted that each runs a quarter of the time. Where they run more,
    /// demand binds although allocation has room. Thinly provisioned storage is the same: what is provisioned is
    /// allocation, what is written, with snapshots, is demand.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative quantity or no capacity.
    pub fn of(allocation: Model, demand: Model) -> Result<Self> {
        let of_allocation = left(allocation, "allocation")?;
        let of_demand = left(demand, "demand")?;
        let binding = match of_allocation.cmp(&of_demand) {
            std::cmp::Ordering::Less => BindingModel::Allocation,
            std::cmp::Ordering::Greater => BindingModel::Demand,
            std::cmp::Ordering::Equal => BindingModel::Both,
        };
        let remaining = match binding {
            BindingModel::Demand => super::figures::times(of_demand, allocation.capacity, "remaining")?,
            _ => minus(allocation.capacity, allocation.taken, "remaining")?.max(Decimal::ZERO),
        };
        Ok(Self { allocation: of_allocation, demand: of_demand, remaining, binding })
    }
}

/// The share of a capacity that is left, and zero where more is taken than there is.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative quantity or no capacity.
pub fn left(model: Model, field: &'static str) -> Result<Decimal> {
    not_negative(model.taken, field)?;
    not_negative(model.capacity, field)?;
    let rule = "a share is taken of a capacity above zero";
    let refuse = || ForecastError::invalid(field, &model.capacity, rule);
    let left = minus(model.capacity, model.taken, field)?.max(Decimal::ZERO);
    over(left, model.capacity).ok_or_else(refuse)
}

/// What a pool lacks to carry its own load and the whole of another's, which it takes over when that one is lost;
/// zero where it can.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative quantity.
pub fn takeover_gap(plannable: Decimal, own_load: Decimal, load_taken_over: Decimal) -> Result<Decimal> {
    not_negative(plannable, "plannable")?;
    let load = plus(not_negative(own_load, "own_load")?, not_negative(load_taken_over, "load")?, "load")?;
    Ok(minus(load, plannable, "gap")?.max(Decimal::ZERO))
}
