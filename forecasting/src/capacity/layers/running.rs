//! A resource of a cluster whose hosts come and go: what is left is known after each change without adding up all again.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::share::{ClusterShare, HostShare};
use crate::capacity::figures::bounded;
use crate::error::{ForecastError, Result};

/// A resource of a cluster on its way through changes: at each point what [`ClusterShare::layers`] says of the hosts
/// that are there. A change takes time by how many hosts it is about, not by how many there are.
#[derive(Debug, Clone)]
pub struct RunningShare {
    /// What it is planned by, without hosts.
    plan: ClusterShare,
    /// What all hosts have.
    raw: Decimal,
    /// What is left when the hosts with the most have failed.
    surviving: Decimal,
    /// The hosts with the most: as many as may fail, or all where there are fewer.
    failing: Sizes,
    /// The others that are not in maintenance.
    left: Sizes,
    /// Those in maintenance.
    resting: Sizes,
    plannable: Decimal,
}

impl RunningShare {
    /// Begins with the hosts of a cluster.
    ///
    /// # Errors
    ///
    /// As [`ClusterShare::layers`].
    pub fn new(mut share: ClusterShare) -> Result<Self> {
        let plannable = share.layers()?.layers.plannable;
        let hosts = std::mem::take(&mut share.hosts);
        let mut running = Self {
            raw: Decimal::ZERO,
            surviving: Decimal::ZERO,
            failing: Sizes::default(),
            left: Sizes::default(),
            resting: Sizes::default(),
            plannable,
            plan: share,
        };
        hosts.iter().for_each(|host| running.add(host));
        Ok(running)
    }

    /// What may be planned with.
    #[must_use]
    pub fn plannable(&self) -> Decimal {
        self.plannable
    }

    /// Takes some hosts away and adds others, on one day. Where that is refused, nothing changes.
    ///
    /// # Errors
    ///
    /// As [`ClusterShare::layers`], except that names are not looked at; [`ForecastError::Invalid`] for a host that goes
    /// and is not there.
    pub fn change(&mut self, going: &[HostShare], coming: &[HostShare]) -> Result<()> {
        self.require(going)?;
        coming.iter().try_for_each(|host| self.plan.check_host(host))?;
        going.iter().for_each(|host| self.remove(host));
        coming.iter().for_each(|host| self.add(host));
        match self.reckoned() {
            Ok(plannable) => {
                self.plannable = plannable;
                Ok(())
            }
            Err(cause) => {
                coming.iter().for_each(|host| self.remove(host));
                going.iter().for_each(|host| self.add(host));
                Err(cause)
            }
        }
    }

    fn reckoned(&self) -> Result<Decimal> {
        bounded(self.raw, "quantity")?;
        Ok(self.plan.planned(self.raw, self.surviving)?.0.plannable)
    }

    /// What a host adds before failures.
    fn net(&self, host: &HostShare) -> Decimal {
        host.quantity - self.plan.overhead
    }

    /// Refuses to take away what is not there.
    fn require(&self, going: &[HostShare]) -> Result<()> {
        let mut wanted: BTreeMap<(bool, Decimal), usize> = BTreeMap::new();
        for host in going {
            bounded(host.quantity, "quantity")?;
            let size = (host.in_maintenance, self.net(host));
            let count = wanted.entry(size).or_default();
            *count += 1;
            let there = if host.in_maintenance {
                self.resting.of(size.1)
            } else {
                self.failing.of(size.1) + self.left.of(size.1)
            };
            if *count > there {
                return Err(ForecastError::invalid("host", &host.name, "a host that goes was there"));
            }
        }
        Ok(())
    }

    fn add(&mut self, host: &HostShare) {
        self.raw += host.quantity;
        let net = self.net(host);
        if host.in_maintenance {
            self.resting.add(net);
            return;
        }
        self.failing.add(net);
        if self.failing.count > self.plan.failures as usize
            && let Some(least) = self.failing.take_least()
        {
            self.left.add(least);
            self.surviving += least;
        }
    }

    fn remove(&mut self, host: &HostShare) {
        self.raw -= host.quantity;
        let net = self.net(host);
        if host.in_maintenance {
            self.resting.take(net);
        } else if self.failing.take(net) {
            // The largest of those that were left may now be the one that fails.
            if let Some(most) = self.left.take_most() {
                self.failing.add(most);
                self.surviving -= most;
            }
        } else if self.left.take(net) {
            self.surviving -= net;
        }
    }
}

/// Sizes in order, each with how many hosts have it.
#[derive(Debug, Clone, Default)]
struct Sizes {
    counts: BTreeMap<Decimal, usize>,
    count: usize,
}

impl Sizes {
    fn of(&self, size: Decimal) -> usize {
        self.counts.get(&size).copied().unwrap_or_default()
    }

    fn add(&mut self, size: Decimal) {
        *self.counts.entry(size).or_default() += 1;
        self.count += 1;
    }

    /// Takes one of a size; whether there was one.
    fn take(&mut self, size: Decimal) -> bool {
        let Some(count) = self.counts.get_mut(&size) else { return false };
        *count -= 1;
        if *count == 0 {
            self.counts.remove(&size);
        }
        self.count -= 1;
        true
    }

    fn take_least(&mut self) -> Option<Decimal> {
        let size = *self.counts.first_key_value()?.0;
        self.take(size).then_some(size)
    }

    fn take_most(&mut self) -> Option<Decimal> {
        let size = *self.counts.last_key_value()?.0;
        self.take(size).then_some(size)
    }
}
