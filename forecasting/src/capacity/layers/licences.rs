//! Licences that are sold by the core, with a floor.

use crate::error::{ForecastError, Result};

/// How licences of a product are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LicenceRule {
    /// The least number of cores that is licensed for each processor, however few it has.
    pub processor_floor: u32,
    /// The least number of cores that is licensed for each host.
    pub host_floor: u32,
    /// Cores to a licence: licences come in whole numbers of this many for each host.
    pub cores_per_licence: u32,
}

/// A host to license.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicensedHost {
    /// Its name.
    pub name: String,
    /// Its processors, by the cores of each.
    pub processors: Vec<u32>,
}

impl LicensedHost {
    /// A host whose cores are divided among its processors as evenly as they can be.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for no processors, and for fewer cores than processors.
    pub fn even(name: String, cores: u32, processors: u32) -> Result<Self> {
        let text = "a host has processors, and each has cores";
        let (Some(each), Some(more)) = (cores.checked_div(processors), cores.checked_rem(processors)) else {
            return Err(ForecastError::invalid("processors", &processors, text));
        };
        if each == 0 {
            let value = format!("{processors} with {cores} cores of {name}");
            return Err(ForecastError::invalid("processors", &value, text));
        }
        let processors = (0..processors).map(|place| each + u32::from(place < more)).collect();
        Ok(Self { name, processors })
    }
}

/// The licences that hosts need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceNeed {
    /// Cores there are.
    pub cores: u64,
    /// Cores to license, with all floors.
    pub licensed_cores: u64,
    /// Licences.
    pub licences: u64,
    /// Licences of each host, in the order given.
    pub by_host: Vec<u64>,
    /// Cores that are paid for and do not exist, by name of the host.
    pub paid_unused: Vec<(String, u64)>,
}

/// The licences of hosts: for each host `max(host floor, Σ max(processor floor, cores of the processor))`, rounded
/// up to whole licences.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a rule without cores to a licence, and for hosts without processors or cores.
pub fn licences(hosts: &[LicensedHost], rule: &LicenceRule) -> Result<LicenceNeed> {
    if rule.cores_per_licence == 0 {
        let text = "a licence is for at least one core";
        return Err(ForecastError::invalid("cores_per_licence", &rule.cores_per_licence, text));
    }
    let mut need = LicenceNeed {
        cores: 0,
        licensed_cores: 0,
        licences: 0,
        by_host: Vec::new(),
        paid_unused: Vec::new(),
    };
    for host in hosts {
        if host.processors.is_empty() || host.processors.contains(&0) {
            let text = "a host has processors, and each has cores";
            return Err(ForecastError::invalid("processors", &host.name, text));
        }
        let cores: u64 = host.processors.iter().map(|cores| u64::from(*cores)).sum();
        let floored: u64 =
            host.processors.iter().map(|cores| u64::from((*cores).max(rule.processor_floor))).sum();
        let licences = floored.max(u64::from(rule.host_floor)).div_ceil(u64::from(rule.cores_per_licence));
        let licensed = licences * u64::from(rule.cores_per_licence);
        need.cores += cores;
        need.licensed_cores += licensed;
        need.licences += licences;
        need.by_host.push(licences);
        if licensed > cores {
            need.paid_unused.push((host.name.clone(), licensed - cores));
        }
    }
    Ok(need)
}
