//! What is left of pools, as clients see it.

use async_graphql::SimpleObject;
use forecasting::{
    capacity::layers::{MachineFit, PowerUse},
    quantity::millionths,
};
use rust_decimal::Decimal;

use super::words::{CapacityBindingModel, CapacityMachineVerdict};
use crate::{capacity::headroom::Left, schema::explain::Explanation};

fn shown(value: Decimal) -> Decimal {
    millionths(value).normalize()
}

/// What is left of a pool by what is handed out and by what is used. More than one share tells: where little is used,
/// all may be handed out.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityHeadroom {
    /// What allocation leaves, as a fraction: 0 where more is handed out than there is. Null where it is not known.
    allocation: Option<Decimal>,
    /// What demand leaves, as a fraction. Null where it is not known.
    demand: Option<Decimal>,
    /// What is left in the unit of the pool, by the one that leaves less. Null unless both are known.
    remaining: Option<Decimal>,
    /// Which leaves less. Null unless both are known.
    binding: Option<CapacityBindingModel>,
    /// What is not known, and why.
    reason: Option<String>,
    /// How it came about.
    explanation: Explanation,
}

impl From<Left> for CapacityHeadroom {
    fn from(left: Left) -> Self {
        Self {
            allocation: left.allocation.map(shown),
            demand: left.demand.map(shown),
            remaining: left.both.map(|both| shown(both.remaining)),
            binding: left.both.map(|both| both.binding.into()),
            reason: left.reason,
            explanation: left.explanation.into(),
        }
    }
}

/// How much of a pool is used.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityUtilisation {
    /// What was used over what is usable: of power, over what is left when one of two feeds is lost. Null where one of
    /// them is not known.
    of_usable: Option<Decimal>,
    /// What was used over the sum of all feeds, for comparison: half of the truth for a redundant pair. Null for other
    /// resources than POWER, and where a feed has no figure.
    of_sum_of_feeds: Option<Decimal>,
    /// Why it is not known.
    reason: Option<String>,
}

impl From<Result<PowerUse, String>> for CapacityUtilisation {
    fn from(used: Result<PowerUse, String>) -> Self {
        match used {
            Ok(used) => Self {
                of_usable: used.of_protected.map(shown),
                of_sum_of_feeds: used.of_sum.map(shown),
                reason: used.of_protected.is_none().then(|| "nothing is usable".to_owned()),
            },
            Err(reason) => Self { of_usable: None, of_sum_of_feeds: None, reason: Some(reason) },
        }
    }
}

/// Whether a virtual machine fits on a host.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct CapacityMachineFit {
    /// Whether it does. Null where it is not known.
    verdict: Option<CapacityMachineVerdict>,
    /// Tags of the hosts that are large enough for it when they are empty.
    hosts: Vec<String>,
    /// Tags of those of them on which all of its memory is near its processors, in one of `memoryNodes`.
    hosts_within_node: Vec<String>,
    /// Why it is not known.
    reason: Option<String>,
}

impl From<Result<MachineFit, String>> for CapacityMachineFit {
    fn from(fit: Result<MachineFit, String>) -> Self {
        match fit {
            Ok(fit) => Self {
                verdict: Some(fit.verdict.into()),
                hosts: fit.hosts,
                hosts_within_node: fit.within_a_node,
                reason: None,
            },
            Err(reason) => Self { reason: Some(reason), ..Self::default() },
        }
    }
}
