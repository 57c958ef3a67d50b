//! One resource of a cluster: its cores, or its memory.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::Layers;
use crate::capacity::figures::{fraction, minus, not_negative, over, plus, positive, times};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;

/// What a host has of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostShare {
    /// Its name.
    pub name: String,
    /// How much it has.
    pub quantity: Decimal,
    /// Whether it is out of use for maintenance: installed, and not usable.
    pub in_maintenance: bool,
}

/// A resource of a cluster, and what it is planned by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterShare {
    /// What its hosts have.
    pub hosts: Vec<HostShare>,
    /// How many hosts may fail at once without anything stopping.
    pub failures: u32,
    /// What is handed out to what there is.
    pub ratio: Decimal,
    /// What each host needs for itself.
    pub overhead: Decimal,
    /// The fraction kept free for peaks.
    pub buffer: Decimal,
    /// The fraction of what is usable that may be planned with.
    pub planning_limit: Decimal,
}

/// The layers of a resource of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareLayers {
    /// Raw of all hosts, usable and plannable of those that are left when the largest fail.
    pub layers: Layers,
    /// What is left for use when the hosts with the most have failed, each without its overhead.
    pub surviving: Decimal,
    /// Hosts that are not in maintenance.
    pub available: usize,
    /// The most of a cluster of equal hosts that may be used so that the rest can take over: 1 − F/N. Absent where
    /// no host is left.
    pub utilisation_ceiling: Option<Decimal>,
    /// What may be planned with where nothing is handed out more than once: plannable ÷ ratio.
    pub without_overcommit: Decimal,
    /// How the figures came about.
    pub explanation: Explanation,
}

impl ClusterShare {
    /// The layers: usable = Σ (quantity − overhead) of the hosts that are left × ratio × (1 − buffer).
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for two hosts of one name, sizes not above 0, an overhead above the size of a host, a
    /// ratio not above 0, and fractions outside 0 to 1.
    pub fn layers(&self) -> Result<ShareLayers> {
        self.check()?;
        let sum = |values: &[Decimal]| {
            values.iter().try_fold(Decimal::ZERO, |sum, value| plus(sum, *value, "quantity"))
        };
        let raw = sum(&self.hosts.iter().map(|host| host.quantity).collect::<Vec<_>>())?;
        let available = self.hosts.iter().filter(|host| !host.in_maintenance);
        let net: Vec<_> = available.map(|host| host.quantity - self.overhead).collect();
        let surviving = sum(&survivors(net.clone(), self.failures))?;
        let (layers, once) = self.planned(raw, surviving)?;
        Ok(ShareLayers {
            layers,
            surviving,
            available: net.len(),
            utilisation_ceiling: ceiling(net.len(), self.failures),
            without_overcommit: times(once, self.planning_limit, "plannable")?,
            explanation: self.explain(net.len(), surviving),
        })
    }

    /// The layers that follow from what is installed and what is left of it, and what is usable of it once.
    pub(super) fn planned(&self, raw: Decimal, surviving: Decimal) -> Result<(Layers, Decimal)> {
        let once = times(surviving, Decimal::ONE - self.buffer, "usable")?;
        let usable = times(once, self.ratio, "usable")?;
        Ok((Layers::new(raw, usable, times(usable, self.planning_limit, "plannable")?)?, once))
    }

    fn check(&self) -> Result<()> {
        positive(self.ratio, "ratio")?;
        fraction(self.buffer, "buffer")?;
        fraction(self.planning_limit, "planning_limit")?;
        not_negative(self.overhead, "overhead")?;
        let mut names = BTreeSet::new();
        for host in &self.hosts {
            if !names.insert(host.name.as_str()) {
                let rule = "a host is counted once, even if two consoles report it";
                return Err(ForecastError::invalid("host", &host.name, rule));
            }
            self.check_host(host)?;
        }
        Ok(())
    }

    pub(super) fn check_host(&self, host: &HostShare) -> Result<()> {
        positive(host.quantity, "quantity")?;
        if minus(host.quantity, self.overhead, "quantity")? < Decimal::ZERO {
            let rule = "a host has more than it needs for itself";
            let value = format!("{} of {}", host.quantity, host.name);
            return Err(ForecastError::invalid("quantity", &value, rule));
        }
        Ok(())
    }

    fn explain(&self, available: usize, surviving: Decimal) -> Explanation {
        let mut explanation = Explanation::new(
            "usable = surviving (quantity - overhead) × ratio × (1 - buffer); plannable = usable × planning limit",
        )
        .input("hosts", self.hosts.len())
        .input("hosts available", available)
        .input("failures tolerated", self.failures)
        .input("surviving", surviving.normalize())
        .input("ratio", self.ratio.normalize())
        .input("overhead of a host", self.overhead.normalize())
        .input("buffer", self.buffer.normalize())
        .assume("the hosts that fail are those with the most");
        for host in self.hosts.iter().filter(|host| host.in_maintenance) {
            explanation = explanation.assume(format!("{} is in maintenance and not usable", host.name));
        }
        explanation
    }
}

/// What is left of a resource when the hosts with the most of it have failed.
pub(super) fn survivors(mut sizes: Vec<Decimal>, failures: u32) -> Vec<Decimal> {
    sizes.sort_unstable_by(|one, other| other.cmp(one));
    sizes.into_iter().skip(failures as usize).collect()
}

/// 1 − F/N.
pub(super) fn ceiling(available: usize, failures: u32) -> Option<Decimal> {
    let lost = over(Decimal::from(failures), Decimal::from(available))?;
    Some((Decimal::ONE - lost).max(Decimal::ZERO))
}
