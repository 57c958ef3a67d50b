//! Clusters of hosts that tolerate failures.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::Layers;
use super::share::{ceiling, survivors};
use crate::capacity::figures::{fraction, minus, not_negative, plus, positive, times};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;

/// A host of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its cores, not threads.
    pub cores: Decimal,
    /// Its memory, in GiB.
    pub memory: Decimal,
    /// Nodes of memory that its cores are divided among; 1 where all memory is near to all cores.
    pub memory_nodes: u32,
    /// Whether it is out of use for maintenance: installed, and not usable.
    pub in_maintenance: bool,
}

/// A cluster, and what it is planned by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its hosts.
    pub hosts: Vec<Host>,
    /// How many hosts may fail at once without anything stopping: 1 is N+1, and 2 is one failure during
    /// maintenance of another.
    pub failures: u32,
    /// vCPU to a core: light loads 4 to 6, mixed 2 to 4, databases 1 to 2, computing at most 1.
    pub processor_ratio: Decimal,
    /// GiB handed out to a GiB there is: 1 where memory is not overcommitted.
    pub memory_ratio: Decimal,
    /// What each host needs for itself, in GiB.
    pub memory_overhead: Decimal,
    /// The fraction kept free for peaks.
    pub buffer: Decimal,
    /// The fraction of what is usable that may be planned with; 1 for all of it.
    pub planning_limit: Decimal,
}

/// The layers of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterLayers {
    /// Processors: raw in cores, the others in vCPU.
    pub processors: Layers,
    /// Memory, in GiB.
    pub memory: Layers,
    /// Cores that are left when the hosts with the most have failed.
    pub surviving_cores: Decimal,
    /// The most of a cluster of equal hosts that may be used so that the rest can take over: 1 − F/N. Absent where
    /// no host is left.
    pub utilisation_ceiling: Option<Decimal>,
    /// How the figures came about.
    pub explanation: Explanation,
}

/// A virtual machine that wants a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// Its virtual processors.
    pub processors: Decimal,
    /// Its memory, in GiB.
    pub memory: Decimal,
}

/// Whether a virtual machine fits on one host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// On a host that is left when as many as may fail have failed.
    Fits,
    /// Only on hosts that may be among those that fail: it cannot start again.
    NotAfterFailures,
    /// On no host, although the cluster has enough in total.
    OnlyInTotal,
    /// Not even in total.
    TooLarge,
}

/// Where a virtual machine fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineFit {
    /// Whether it does.
    pub verdict: Verdict,
    /// Hosts that are large enough for it when they are empty.
    pub hosts: Vec<String>,
    /// Those of them on which it has all its memory near its processors.
    pub within_a_node: Vec<String>,
}

impl Cluster {
    /// The layers of the cluster.
    ///
    /// Of each resource the hosts with the most of it are taken to fail: those with the most cores need not be
    /// those with the most memory. vCPU = Σ cores × ratio × (1 − buffer), GiB = Σ (memory − overhead) × ratio ×
    /// (1 − buffer), over the hosts that are left and not in maintenance.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for two hosts of one name (they may come from two consoles), negative sizes,
    /// an overhead above the memory of a host, ratios not above 0, and fractions outside 0 to 1.
    pub fn layers(&self) -> Result<ClusterLayers> {
        self.check()?;
        let available = || self.hosts.iter().filter(|host| !host.in_maintenance);
        let sum = |values: &[Decimal], field| {
            values.iter().try_fold(Decimal::ZERO, |sum, value| plus(sum, *value, field))
        };
        let all_cores: Vec<_> = self.hosts.iter().map(|host| host.cores).collect();
        let all_memory: Vec<_> = self.hosts.iter().map(|host| host.memory).collect();
        let cores = available().map(|host| host.cores).collect();
        let surviving_cores = sum(&survivors(cores, self.failures), "cores")?;
        let net = available().map(|host| host.memory - self.memory_overhead).collect();
        let surviving_memory = sum(&survivors(net, self.failures), "memory")?;
        let kept = Decimal::ONE - self.buffer;
        let processors = times(times(surviving_cores, self.processor_ratio, "vcpu")?, kept, "vcpu")?;
        let memory = times(times(surviving_memory, self.memory_ratio, "memory")?, kept, "memory")?;
        let count = available().count();
        Ok(ClusterLayers {
            processors: self.planned(sum(&all_cores, "cores")?, processors)?,
            memory: self.planned(sum(&all_memory, "memory")?, memory)?,
            surviving_cores,
            utilisation_ceiling: ceiling(count, self.failures),
            explanation: self.explain(count, surviving_cores, surviving_memory),
        })
    }

    /// Whether a virtual machine fits on a host, empty as it may be: it needs no more vCPU than the host has cores,
    /// and its memory beside what the host needs for itself.
    ///
    /// # Errors
    ///
    /// As [`layers`](Self::layers); [`ForecastError::Invalid`] for a machine without processors or memory.
    pub fn fit(&self, machine: &Machine) -> Result<MachineFit> {
        let layers = self.layers()?;
        positive(machine.processors, "processors")?;
        positive(machine.memory, "memory")?;
        let available = || self.hosts.iter().filter(|host| !host.in_maintenance);
        let large_enough: Vec<&Host> = available().filter(|host| self.holds(host, machine)).collect();
        let in_total =
            machine.processors <= layers.processors.usable && machine.memory <= layers.memory.usable;
        // Whichever hosts fail, one of those that are large enough is left if there are more of them.
        let verdict = match (large_enough.len(), in_total) {
            (count, _) if count > self.failures as usize => Verdict::Fits,
            (1.., _) => Verdict::NotAfterFailures,
            (_, true) => Verdict::OnlyInTotal,
            (_, false) => Verdict::TooLarge,
        };
        let near = large_enough.iter().filter(|host| self.holds_near(host, machine));
        Ok(MachineFit {
            verdict,
            within_a_node: near.map(|host| host.name.clone()).collect(),
            hosts: large_enough.iter().map(|host| host.name.clone()).collect(),
        })
    }

    fn holds(&self, host: &Host, machine: &Machine) -> bool {
        machine.processors <= host.cores && machine.memory <= host.memory - self.memory_overhead
    }

    fn holds_near(&self, host: &Host, machine: &Machine) -> bool {
        let nodes = Decimal::from(host.memory_nodes);
        machine.processors <= host.cores / nodes
            && machine.memory <= (host.memory - self.memory_overhead) / nodes
    }

    fn planned(&self, raw: Decimal, usable: Decimal) -> Result<Layers> {
        Layers::new(raw, usable, times(usable, self.planning_limit, "plannable")?)
    }

    fn check(&self) -> Result<()> {
        positive(self.processor_ratio, "processor_ratio")?;
        positive(self.memory_ratio, "memory_ratio")?;
        fraction(self.buffer, "buffer")?;
        fraction(self.planning_limit, "planning_limit")?;
        not_negative(self.memory_overhead, "memory_overhead")?;
        let mut names = BTreeSet::new();
        for host in &self.hosts {
            if !names.insert(host.name.as_str()) {
                let rule = "a host is counted once, even if two consoles report it";
                return Err(ForecastError::invalid("host", &host.name, rule));
            }
            positive(host.cores, "cores")?;
            positive(host.memory, "memory")?;
            if minus(host.memory, self.memory_overhead, "memory")? < Decimal::ZERO {
                let rule = "a host has more memory than it needs for itself";
                let value = format!("{} GiB of {}", host.memory, host.name);
                return Err(ForecastError::invalid("memory", &value, rule));
            }
            if host.memory_nodes == 0 {
                let rule = "a host has at least one node of memory";
                return Err(ForecastError::invalid("memory_nodes", &host.memory_nodes, rule));
            }
        }
        Ok(())
    }

    fn explain(&self, available: usize, cores: Decimal, memory: Decimal) -> Explanation {
        let mut explanation = Explanation::new(
            "vCPU = surviving cores × ratio × (1 - buffer); GiB = surviving (memory - overhead) × ratio × \
             (1 - buffer); plannable = usable × planning limit",
        )
        .input("hosts", self.hosts.len())
        .input("hosts available", available)
        .input("failures tolerated", self.failures)
        .input("surviving cores", cores.normalize())
        .input("surviving GiB", memory.normalize())
        .input("vCPU to a core", self.processor_ratio)
        .input("GiB to a GiB", self.memory_ratio)
        .input("overhead GiB of a host", self.memory_overhead)
        .input("buffer", self.buffer)
        .input("planning limit", self.planning_limit)
        .assume("the hosts that fail are those with the most of each resource");
        for host in self.hosts.iter().filter(|host| host.in_maintenance) {
            explanation = explanation.assume(format!("{} is in maintenance and not usable", host.name));
        }
        explanation
    }
}
