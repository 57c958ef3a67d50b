//! Licences that are sold by the core, for the hosts of pools.

use entity::capacity::capacity_pool;
use forecasting::capacity::layers::{LicenceNeed, LicenceRule, LicensedHost, licences};
use rust_decimal::prelude::ToPrimitive;

use super::{headroom, holdings::Holdings};

/// How licences of a product are counted on hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Processors of each host, among which its cores are divided evenly.
    pub processors: u32,
    /// What a processor, a host and a licence are at least.
    pub rule: LicenceRule,
}

/// What a host needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostNeed {
    /// Its tag.
    pub host: String,
    /// Its cores.
    pub cores: u64,
    /// Licences for it.
    pub licences: u64,
}

/// What the hosts of a pool need, by tag; those in maintenance are installed and need theirs too.
///
/// # Errors
/// In words, what is not known, or what cannot be asked.
pub fn of(
    pool: &capacity_pool::Model,
    held: &Holdings,
    asked: &Rule,
) -> Result<(LicenceNeed, Vec<HostNeed>), String> {
    let pieces = headroom::hosts(pool, held)?;
    let unknown: Vec<&str> =
        pieces.iter().filter(|piece| piece.figures.cores.is_none()).map(|piece| piece.tag.as_str()).collect();
    if !unknown.is_empty() {
        return Err(format!("cores are not on record of {}", unknown.join(", ")));
    }
    if pieces.is_empty() {
        return Err(headroom::NO_HOST.to_owned());
    }
    let mut hosts = Vec::new();
    for piece in pieces {
        let cores = piece.figures.cores.and_then(|cores| cores.to_u32()).unwrap_or_default();
        let host = LicensedHost::even(piece.tag.clone(), cores, asked.processors);
        hosts.push(host.map_err(|cause| cause.to_string())?);
    }
    let need = licences(&hosts, &asked.rule).map_err(|cause| cause.to_string())?;
    let each = hosts.iter().zip(&need.by_host).map(|(host, licences)| HostNeed {
        host: host.name.clone(),
        cores: host.processors.iter().copied().map(u64::from).sum(),
        licences: *licences,
    });
    let each = each.collect();
    Ok((need, each))
}
