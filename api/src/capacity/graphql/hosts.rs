//! What hosts of pools need and what pools take over, as clients see it.

use async_graphql::{InputObject, SimpleObject};
use forecasting::capacity::layers::{LicenceNeed, LicenceRule};
use rust_decimal::Decimal;

use crate::{
    capacity::{
        licence_needs::{HostNeed, Rule},
        takeovers::Takeover,
    },
    error::{Error, Result},
    rules::require_range,
    schema::explain::Explanation,
};

/// Parts that the memory of a host is divided into, and processors that it has.
const MOST_PARTS: i32 = 64;

/// Cores that a floor may be of, and that a licence may be for.
const MOST_CORES: i32 = 1_000;

/// A number that was asked about, within its range.
fn counted(field: &str, value: i32, (least, most): (i32, i32)) -> Result<u32> {
    require_range(field, value, least, most)?;
    u32::try_from(value).map_err(|cause| Error::invalid(field, cause))
}

/// Parts of memory near processors; one where nobody says.
pub(super) fn memory_nodes(given: Option<i32>) -> Result<u32> {
    counted("memoryNodes", given.unwrap_or(1), (1, MOST_PARTS))
}

/// How licences of a product are counted on hosts.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct CapacityLicenceRule {
    /// Processors of each host, among which its cores are divided evenly; 1 to 64.
    processors_per_host: i32,
    /// The least number of cores that is licensed for each processor, however few it has; at most 1,000.
    #[graphql(default)]
    processor_floor: i32,
    /// The least number of cores that is licensed for each host; at most 1,000.
    #[graphql(default)]
    host_floor: i32,
    /// Cores to a licence: each host needs whole ones; 1 to 1,000.
    #[graphql(default = 1)]
    cores_per_licence: i32,
}

impl CapacityLicenceRule {
    pub(super) fn checked(self) -> Result<Rule> {
        let floor = (0, MOST_CORES);
        Ok(Rule {
            processors: counted("rule.processorsPerHost", self.processors_per_host, (1, MOST_PARTS))?,
            rule: LicenceRule {
                processor_floor: counted("rule.processorFloor", self.processor_floor, floor)?,
                host_floor: counted("rule.hostFloor", self.host_floor, floor)?,
                cores_per_licence: counted("rule.coresPerLicence", self.cores_per_licence, (1, MOST_CORES))?,
            },
        })
    }
}

/// How many licences the hosts of a pool need that are sold by the core.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct CapacityLicenceNeed {
    /// Cores that there are. Null where it is not known.
    cores: Option<u64>,
    /// Cores to license, with all floors, in whole licences. Null where it is not known.
    licensed_cores: Option<u64>,
    /// Licences. Null where it is not known.
    licences: Option<u64>,
    /// What each host needs, by tag.
    hosts: Vec<CapacityHostLicences>,
    /// Why it is not known.
    reason: Option<String>,
    /// How it came about.
    explanation: Explanation,
}

/// What a host needs.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityHostLicences {
    /// The tag of the host.
    host: String,
    /// Its cores.
    cores: u64,
    /// Licences for it.
    licences: u64,
}

impl From<HostNeed> for CapacityHostLicences {
    fn from(need: HostNeed) -> Self {
        Self { host: need.host, cores: need.cores, licences: need.licences }
    }
}

impl CapacityLicenceNeed {
    pub(super) fn of(found: std::result::Result<(LicenceNeed, Vec<HostNeed>), String>, asked: &Rule) -> Self {
        let (need, hosts) = match found {
            Ok(found) => found,
            Err(reason) => return Self { reason: Some(reason), ..Self::default() },
        };
        let explanation = forecasting::explain::Explanation::new(
            "of each host max(host floor, sum of max(processor floor, cores of the processor)), rounded up to licences",
        )
        .input("processors of a host", asked.processors)
        .input("floor of a processor", asked.rule.processor_floor)
        .input("floor of a host", asked.rule.host_floor)
        .input("cores to a licence", asked.rule.cores_per_licence)
        .assume("the cores of a host are divided evenly among its processors")
        .assume("hosts in maintenance are installed, and need licences");
        Self {
            cores: Some(need.cores),
            licensed_cores: Some(need.licensed_cores),
            licences: Some(need.licences),
            hosts: hosts.into_iter().map(CapacityHostLicences::from).collect(),
            reason: None,
            explanation: explanation.into(),
        }
    }
}

/// Whether a pool carries the load of another beside its own, when that one is lost.
#[derive(Clone, Debug, Default, SimpleObject)]
pub struct CapacityTakeover {
    /// What may be planned with, before anything is handed out more than once, in the unit of the pool. Null where it is
    /// not known.
    capacity: Option<Decimal>,
    /// What was used of the pool on the last day with an observation. Null where nothing was observed.
    own_load: Option<Decimal>,
    /// What was used of the other on its last day with an observation, in the unit of this pool. Null where nothing was
    /// observed.
    load_taken_over: Option<Decimal>,
    /// What is missing to carry both; 0 where it carries them. Null where it is not known.
    gap: Option<Decimal>,
    /// Whether it carries both. Null where it is not known.
    is_enough: Option<bool>,
    /// What is not known.
    reason: Option<String>,
    /// How it came about.
    explanation: Explanation,
}

impl From<Takeover> for CapacityTakeover {
    fn from(seen: Takeover) -> Self {
        Self {
            capacity: seen.capacity,
            own_load: seen.own,
            load_taken_over: seen.taken_over,
            gap: seen.gap,
            is_enough: seen.gap.map(|gap| gap.is_zero()),
            reason: seen.reason,
            explanation: seen.explanation.into(),
        }
    }
}
