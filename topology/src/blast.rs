//! How bad an outage is, as one number to rank outages by.

use crate::error::{Result, TopologyError};

/// What became of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Harm {
    /// It is down.
    Down,
    /// It is up and does less than it should.
    Degraded,
    /// It is up and has less to fall back on.
    AtRisk,
}

/// Weights of the tiers from 0, the most important, to 3.
const WEIGHTS: [u32; 4] = [8, 4, 2, 1];

/// The score of an outage in quarters of a point: the weight of each service's tier, whole if it is down, half if it
/// is degraded, a quarter if it is at risk. Tiers are from 0, the most important, to 3.
///
/// # Errors
///
/// [`TopologyError::Invalid`] for a tier beyond 3.
pub fn blast_quarters(services: impl IntoIterator<Item = (u8, Harm)>) -> Result<u64> {
    services.into_iter().try_fold(0, |sum, (tier, harm)| {
        let weight = WEIGHTS
            .get(usize::from(tier))
            .ok_or_else(|| TopologyError::invalid("tier", &tier, "tiers are from 0 to 3"))?;
        let quarters = match harm {
            Harm::Down => 4,
            Harm::Degraded => 2,
            Harm::AtRisk => 1,
        };
        Ok(sum + u64::from(weight * quarters))
    })
}
