//! Pools of cost divided among those who cause them, by drivers, so that nothing is lost.
//!
//! Pools go to towers, towers to services, services to consumers; which of them a name stands for is data, not
//! code. Pools that serve each other are either taken in a declared order, each closed once it has been divided,
//! or all at once by linear equations.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use rust_decimal::Decimal;

use super::equations::{Equations, Flow, solve};
use super::not_negative;
use super::remainder::round_to_total;
use crate::error::{ForecastError, Result};
use crate::money::{Currency, Money, bounded, proportion, split};

/// Decimal places beyond the minor unit up to which simultaneous shares are looked at.
const SETTLED_PLACES: u32 = 8;

/// How much of a driver a target uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverVolume<K> {
    /// Who uses it: a receiver, or a pool with a rule of its own.
    pub target: K,
    /// How much; a share, a number of units, a percentage: only proportions matter.
    pub volume: Decimal,
}

/// How the cost of a pool is divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationRule<K> {
    /// The pool.
    pub source: K,
    /// What it is divided by, for a person to read: used TB, tickets, kW.
    pub driver: String,
    /// How much of it each target uses; each target once.
    pub targets: Vec<DriverVolume<K>>,
    /// The volume that stands for the whole pool. What the targets leave of it is unallocated. `None` where they
    /// stand for the whole.
    pub whole: Option<Decimal>,
}

impl<K: Display> AllocationRule<K> {
    /// The volume of the whole and what the targets leave of it.
    fn volumes(&self) -> Result<(Decimal, Decimal)> {
        let mut used = Decimal::ZERO;
        for target in &self.targets {
            used = bounded(used + not_negative(target.volume, "driver volume")?, "driver volume")?;
        }
        let whole = self.whole.map_or(Ok(used), |whole| not_negative(whole, "whole volume"))?;
        if used > whole {
            let rule = "the targets of a rule use no more than the whole";
            return Err(ForecastError::invalid("whole volume", &format!("{whole} of {}", self.source), rule));
        }
        Ok((whole, whole - used))
    }
}

/// Costs, who receives them in the end, and how pools are divided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationModel<K> {
    /// Currency of the costs.
    pub currency: Currency,
    /// Cost by pool, or of a receiver directly. The same name may occur several times. Each is rounded to the
    /// minor unit first, and their sum is what is conserved.
    pub costs: Vec<(K, Decimal)>,
    /// Those who give nothing on. A cost that is neither theirs nor that of a pool with a rule is unallocated.
    pub receivers: BTreeSet<K>,
    /// One rule for each pool.
    pub rules: Vec<AllocationRule<K>>,
}

/// An amount that a pool gave to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllocationFlow<K> {
    /// The pool.
    pub source: K,
    /// To whom; `None` for what stays unallocated.
    pub target: Option<K>,
    /// How much.
    pub amount: Decimal,
}

/// Costs after their allocation, in minor units exactly. `received` and `unallocated` sum to `total`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allocation<K> {
    /// What each receiver bears, with its direct cost.
    pub received: BTreeMap<K, Decimal>,
    /// What nobody bears.
    pub unallocated: Decimal,
    /// What each pool had to give: its own cost and what it received. Sums to more than the total, for a cost is
    /// counted in every pool that it passes.
    pub pools: BTreeMap<K, Decimal>,
    /// Who gave what to whom: by steps in their order, or by pools where all were divided at once. What a target is
    /// given and its own cost add up to what it has in the end.
    pub flows: Vec<AllocationFlow<K>>,
    /// All costs.
    pub total: Decimal,
}

impl<K> Allocation<K> {
    /// What receivers bear of the total, as a fraction; `None` where there are no costs.
    pub fn allocated_rate(&self) -> Option<Decimal> {
        (self.total - self.unallocated).checked_div(self.total)
    }
}

/// Costs as given, checked and added up.
struct Start<'a, K> {
    costs: BTreeMap<&'a K, Decimal>,
    rules: BTreeMap<&'a K, &'a AllocationRule<K>>,
    unallocated: Decimal,
    total: Decimal,
}

impl<K: Ord + Clone + Display> AllocationModel<K> {
    /// Divides the pools one after the other. Each is closed once it has been divided, so what it gives goes to
    /// receivers and to pools that come later in the order.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for pools that serve each other in a circle, which is named; for an order that
    /// lacks a pool, has one twice, or has one after a pool it gives to; for a rule that occurs twice, whose
    /// target is unknown or occurs twice, or whose volumes are negative or more than the whole.
    /// [`ForecastError::OutOfRange`] for amounts that do not fit.
    pub fn step_down(&self, order: &[K]) -> Result<Allocation<K>> {
        let mut start = self.start()?;
        if let Some(circle) = self.circle(&start) {
            let rule = "pools that serve each other are divided at once, or one of them gives nothing back";
            return Err(ForecastError::invalid("allocation circle", &circle, rule));
        }
        self.check_order(order, &start)?;
        let mut pools = BTreeMap::new();
        let mut flows = Vec::new();
        for source in order {
            let Some(rule) = start.rules.get(source) else { continue };
            let amount = start.costs.remove(source).unwrap_or_default();
            pools.insert(source.clone(), amount);
            let (parts, left) = self.divide(rule, amount)?;
            for (target, part) in rule.targets.iter().zip(parts) {
                let sum = start.costs.entry(&target.target).or_default();
                *sum = bounded(*sum + part, "allocated amount")?;
                let target = Some(target.target.clone());
                flows.push(AllocationFlow { source: source.clone(), target, amount: part });
            }
            if !left.is_zero() {
                flows.push(AllocationFlow { source: source.clone(), target: None, amount: left });
                start.unallocated = bounded(start.unallocated + left, "unallocated amount")?;
            }
        }
        let received = self.receivers.iter().map(|receiver| {
            let amount = start.costs.get(receiver).copied().unwrap_or_default();
            (receiver.clone(), amount)
        });
        let received = received.collect();
        Ok(Allocation { received, unallocated: start.unallocated, pools, flows, total: start.total })
    }

    /// Divides all pools at once, each giving also what it receives from others: the solution of
    /// `pool = own cost + Σ share × pool`, for every pool. What the receivers bear is rounded in the end, by the
    /// largest remainder, so that the total is conserved to the minor unit.
    ///
    /// # Errors
    ///
    /// As [`step_down`](Self::step_down), without an order; circles are solved, save those from which nothing
    /// ever leaves, which are named.
    pub fn simultaneous(&self) -> Result<Allocation<K>> {
        let start = self.start()?;
        let sources: Vec<&K> = start.rules.keys().copied().collect();
        let places: BTreeMap<&K, usize> =
            sources.iter().enumerate().map(|(place, source)| (*source, place)).collect();
        self.check_ways_out(&start, &places)?;
        let mut equations = Equations::new(sources.len());
        for (place, source) in sources.iter().enumerate() {
            let rule = start.rules[source];
            let (whole, _) = rule.volumes()?;
            let flows = rule.targets.iter().filter_map(|target| {
                let to = places.get(&target.target)?;
                Some(Flow { to: *to, volume: target.volume })
            });
            let own = start.costs.get(source).copied().unwrap_or_default();
            equations.pool(place, own, whole, flows);
        }
        let amounts = solve(&equations)?;
        let (receivers, exact) = self.exact_receipts(&start, &sources, &amounts)?;
        let mut rounded = round_to_total(&exact, start.total, self.currency, "allocated amount")?;
        let unallocated = rounded.pop().unwrap_or_default();
        let pools = sources.iter().zip(&amounts);
        let mut allocation = Allocation {
            received: receivers.into_iter().cloned().zip(rounded).collect(),
            unallocated,
            pools: pools.map(|(source, amount)| ((*source).clone(), self.currency.round(*amount))).collect(),
            flows: self.exact_flows(&start, &sources, &amounts)?,
            total: start.total,
        };
        self.round_flows(&start, &mut allocation)?;
        Ok(allocation)
    }

    /// What each pool gives to each of its targets, and what nobody takes, unrounded.
    fn exact_flows(
        &self,
        start: &Start<'_, K>,
        sources: &[&K],
        amounts: &[Decimal],
    ) -> Result<Vec<AllocationFlow<K>>> {
        let mut flows = Vec::new();
        for (source, amount) in sources.iter().zip(amounts) {
            let rule = start.rules[source];
            let (whole, left) = rule.volumes()?;
            let part = |volume: Decimal| {
                if whole.is_zero() {
                    return Decimal::ZERO;
                }
                self.settle(proportion(*amount, volume, whole))
            };
            for target in &rule.targets {
                let (source, target, amount) =
                    ((*source).clone(), Some(target.target.clone()), part(target.volume));
                flows.push(AllocationFlow { source, target, amount });
            }
            let left = if whole.is_zero() { self.settle(*amount) } else { part(left) };
            if !left.is_zero() {
                flows.push(AllocationFlow { source: (*source).clone(), target: None, amount: left });
            }
        }
        Ok(flows)
    }

    /// Rounds flows by the largest remainder, so that what a target is given is what it has beside its own cost.
    fn round_flows(&self, start: &Start<'_, K>, allocation: &mut Allocation<K>) -> Result<()> {
        let mut places: BTreeMap<Option<K>, Vec<usize>> = BTreeMap::new();
        for (place, flow) in allocation.flows.iter().enumerate() {
            places.entry(flow.target.clone()).or_default().push(place);
        }
        for (target, places) in places {
            let given = match &target {
                None => allocation.unallocated - start.unallocated,
                Some(name) => {
                    let end = allocation.received.get(name).or_else(|| allocation.pools.get(name));
                    let own = start.costs.get(name).copied().unwrap_or_default();
                    end.copied().unwrap_or_default() - own
                }
            };
            let exact: Vec<Decimal> = places.iter().map(|place| allocation.flows[*place].amount).collect();
            let rounded = round_to_total(&exact, given, self.currency, "allocated amount")?;
            for (place, amount) in places.into_iter().zip(rounded) {
                allocation.flows[place].amount = amount;
            }
        }
        Ok(())
    }

    /// Far below the minor unit only the noise of divisions is left, which must not decide who gets a cent.
    fn settle(&self, amount: Decimal) -> Decimal {
        amount.round_dp(self.currency.minor_units() + SETTLED_PLACES)
    }

    /// What each receiver bears, and in the end what nobody does, unrounded.
    fn exact_receipts<'a>(
        &'a self,
        start: &Start<'a, K>,
        sources: &[&'a K],
        amounts: &[Decimal],
    ) -> Result<(Vec<&'a K>, Vec<Decimal>)> {
        let mut received: BTreeMap<&K, Decimal> = BTreeMap::new();
        for receiver in &self.receivers {
            received.insert(receiver, start.costs.get(receiver).copied().unwrap_or_default());
        }
        let mut unallocated = start.unallocated;
        for (source, amount) in sources.iter().zip(amounts) {
            let rule = start.rules[source];
            let (whole, left) = rule.volumes()?;
            for target in &rule.targets {
                if let Some(sum) = received.get_mut(&target.target) {
                    let part = proportion(*amount, target.volume, whole);
                    *sum = bounded(*sum + part, "allocated amount")?;
                }
            }
            let part = if whole.is_zero() { *amount } else { proportion(*amount, left, whole) };
            unallocated = bounded(unallocated + part, "unallocated amount")?;
        }
        let (receivers, mut exact): (Vec<&K>, Vec<Decimal>) =
            received.into_iter().map(|(receiver, amount)| (receiver, self.settle(amount))).unzip();
        exact.push(self.settle(unallocated));
        Ok((receivers, exact))
    }

    /// The parts of an amount for the targets of a rule, and what is left.
    fn divide(&self, rule: &AllocationRule<K>, amount: Decimal) -> Result<(Vec<Decimal>, Decimal)> {
        let (whole, left) = rule.volumes()?;
        if whole.is_zero() {
            return Ok((vec![Decimal::ZERO; rule.targets.len()], amount));
        }
        let volumes: Vec<Decimal> =
            rule.targets.iter().map(|target| target.volume).chain(std::iter::once(left)).collect();
        let parts = split(Money::new(amount, self.currency), &volumes)?;
        let mut parts: Vec<Decimal> = parts.into_iter().map(|part| part.amount).collect();
        let left = parts.pop().unwrap_or_default();
        Ok((parts, left))
    }

    fn start(&self) -> Result<Start<'_, K>> {
        let mut rules = BTreeMap::new();
        for rule in &self.rules {
            if self.receivers.contains(&rule.source) {
                let message = "a receiver gives nothing on: it has no rule";
                return Err(ForecastError::invalid("source", &rule.source.to_string(), message));
            }
            if rules.insert(&rule.source, rule).is_some() {
                let message = "a pool has one rule";
                return Err(ForecastError::invalid("source", &rule.source.to_string(), message));
            }
            rule.volumes()?;
        }
        for rule in &self.rules {
            let mut seen = BTreeSet::new();
            for target in &rule.targets {
                let known = self.receivers.contains(&target.target) || rules.contains_key(&target.target);
                let message = match (known, seen.insert(&target.target)) {
                    (true, true) => continue,
                    (false, _) => "a target is a receiver or a pool with a rule",
                    (true, false) => "a rule names each target once",
                };
                return Err(ForecastError::invalid("target", &target.target.to_string(), message));
            }
        }
        let mut start =
            Start { costs: BTreeMap::new(), rules, unallocated: Decimal::ZERO, total: Decimal::ZERO };
        for (name, cost) in &self.costs {
            let cost = self.currency.round(bounded(*cost, "cost")?);
            start.total = bounded(start.total + cost, "total")?;
            let sum = if self.receivers.contains(name) || start.rules.contains_key(name) {
                start.costs.entry(name).or_default()
            } else {
                &mut start.unallocated
            };
            *sum = bounded(*sum + cost, "cost")?;
        }
        Ok(start)
    }

    fn check_order(&self, order: &[K], start: &Start<'_, K>) -> Result<()> {
        let refuse = |name: &K, rule| Err(ForecastError::invalid("order", &name.to_string(), rule));
        let mut closed = BTreeSet::new();
        for source in order {
            let Some(rule) = start.rules.get(source) else {
                return refuse(source, "what is in the order is a pool with a rule");
            };
            if !closed.insert(source) {
                return refuse(source, "a pool is in the order once");
            }
            let backwards = |target: &&DriverVolume<K>| {
                !target.volume.is_zero() && target.target != *source && closed.contains(&target.target)
            };
            if let Some(target) = rule.targets.iter().find(backwards) {
                return refuse(&target.target, "a pool comes after all that give to it");
            }
        }
        match start.rules.keys().find(|source| !closed.contains(*source)) {
            Some(source) => refuse(source, "the order has every pool"),
            None => Ok(()),
        }
    }

    /// Pools that serve each other in a circle, by name.
    fn circle(&self, start: &Start<'_, K>) -> Option<String> {
        let mut given: BTreeMap<&K, Vec<&K>> =
            start.rules.keys().map(|source| (*source, Vec::new())).collect();
        for (source, rule) in &start.rules {
            for target in rule.targets.iter().filter(|target| !target.volume.is_zero()) {
                if let Some(givers) = given.get_mut(&target.target) {
                    givers.push(source);
                }
            }
        }
        let mut left: BTreeSet<&K> = given.keys().copied().collect();
        // Pools to whom nobody gives are no part of a circle, and without them others become such.
        loop {
            let free = |pool: &&K| !given[pool].iter().any(|giver| left.contains(giver));
            let free: Vec<&K> = left.iter().copied().filter(free).collect();
            if free.is_empty() {
                break;
            }
            free.iter().for_each(|pool| {
                left.remove(pool);
            });
        }
        // Everyone left has a giver who is left, so going from giver to giver must meet somebody again.
        let mut way = vec![*left.first()?];
        loop {
            let last = way.last()?;
            let giver = given[last].iter().copied().find(|giver| left.contains(giver))?;
            if let Some(met) = way.iter().position(|pool| *pool == giver) {
                let names = way[met..].iter().rev().chain(way.last()).map(ToString::to_string);
                return Some(names.collect::<Vec<_>>().join(" -> "));
            }
            way.push(giver);
        }
    }

    /// That from every pool something reaches a receiver, or is left unallocated, in the end.
    fn check_ways_out(&self, start: &Start<'_, K>, places: &BTreeMap<&K, usize>) -> Result<()> {
        let mut open: BTreeSet<&K> = BTreeSet::new();
        loop {
            let before = open.len();
            for (source, rule) in &start.rules {
                let (whole, left) = rule.volumes()?;
                let leaves = whole.is_zero() || !left.is_zero();
                let reaches = |target: &DriverVolume<K>| {
                    let is_out = !places.contains_key(&target.target) || open.contains(&target.target);
                    !target.volume.is_zero() && is_out
                };
                if leaves || rule.targets.iter().any(reaches) {
                    open.insert(source);
                }
            }
            if open.len() == before {
                break;
            }
        }
        let stuck: Vec<String> =
            places.keys().filter(|pool| !open.contains(*pool)).map(ToString::to_string).collect();
        if stuck.is_empty() {
            return Ok(());
        }
        let rule = "something of pools that serve each other has to leave them";
        Err(ForecastError::invalid("allocation circle", &stuck.join(", "), rule))
    }
}
