//! How many of something fit where, what binds, and what is stranded.
//!
//! Of each resource `fit = ⌊free / need⌋`; as many fit as the least of these, and the resources that have it bind.
//! What is left of the others is stranded: it is there and cannot be used, because another resource is exhausted.

mod feeds;
mod racks;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

pub use feeds::{Cords, FeedLoad, FeedLoss, FeedState, draw};
pub use feeds::{Draw, PowerBasis};
pub use racks::{Allotment, Limit, Rack, RackPlacement, Unplaced, place, place_within};

use super::figures::{bounded, minus, not_negative, plus, times, whole_times};
use crate::error::{ForecastError, Result};

/// What a place has and a thing needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Height in units, contiguous for each thing.
    RackUnits,
    /// Protected power, in kW.
    Power,
    /// Cooling, in kW.
    Cooling,
    /// Weight, in kg.
    Weight,
    /// Ports of the network.
    Ports,
    /// Outlets of power.
    Outlets,
}

impl Resource {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::RackUnits, Self::Power, Self::Cooling, Self::Weight, Self::Ports, Self::Outlets];

    /// Its name in capitals.
    pub fn code(self) -> &'static str {
        match self {
            Self::RackUnits => "RACK_UNITS",
            Self::Power => "POWER",
            Self::Cooling => "COOLING",
            Self::Weight => "WEIGHT",
            Self::Ports => "PORTS",
            Self::Outlets => "OUTLETS",
        }
    }
}

/// What one thing needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    amounts: BTreeMap<Resource, Decimal>,
}

impl Need {
    /// The amounts that one thing needs; what is not named, or zero, is not needed.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative amount, a resource that comes twice, and a thing that needs nothing.
    pub fn new(amounts: impl IntoIterator<Item = (Resource, Decimal)>) -> Result<Self> {
        let needed = named(amounts, "need")?;
        let needed: BTreeMap<_, _> = needed.into_iter().filter(|(_, amount)| !amount.is_zero()).collect();
        if needed.is_empty() {
            return Err(ForecastError::invalid("need", &0, "a thing that is placed needs something"));
        }
        Ok(Self { amounts: needed })
    }

    /// How much of a resource one thing needs.
    pub fn of(&self, resource: Resource) -> Decimal {
        self.amounts.get(&resource).copied().unwrap_or_default()
    }
}

/// What is free in a place. A resource that is not named is not known, which is not the same as none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Free {
    amounts: BTreeMap<Resource, Decimal>,
    /// Heights of the free runs of units, where they are known.
    runs: Option<Vec<Decimal>>,
}

impl Free {
    /// What is free of each resource.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative amount (nothing is free where too much is taken) and for a resource
    /// that comes twice.
    pub fn new(amounts: impl IntoIterator<Item = (Resource, Decimal)>) -> Result<Self> {
        Ok(Self { amounts: named(amounts, "free")?, runs: None })
    }

    /// With the heights of the free runs of units, whose sum is what is free: a thing needs its units in one run.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative height, or where another sum of free units was given.
    pub fn with_runs(mut self, runs: Vec<Decimal>) -> Result<Self> {
        let mut sum = Decimal::ZERO;
        for run in &runs {
            sum = plus(sum, not_negative(*run, "run")?, "runs")?;
        }
        if let Some(units) = self.amounts.insert(Resource::RackUnits, sum).filter(|units| *units != sum) {
            let text = format!("{sum} beside {units} free units");
            return Err(ForecastError::invalid("runs", &text, "the runs add up to what is free"));
        }
        self.runs = Some(runs);
        Ok(self)
    }

    /// How much of a resource is free, where it is known.
    pub fn of(&self, resource: Resource) -> Option<Decimal> {
        self.amounts.get(&resource).copied()
    }

    /// What is left once a number of things have taken what they need, and what they lack of it.
    ///
    /// Where runs of units are known, each thing takes its units from the shortest run that is high enough, so that
    /// long runs stay whole as long as they can. What is not known stays unknown.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] where so many things need more than can be counted.
    pub fn less(&self, need: &Need, things: u64) -> Result<Taken> {
        let mut taken = Taken { left: self.clone(), short: BTreeMap::new() };
        for (resource, amount) in &need.amounts {
            let Some(free) = self.of(*resource) else { continue };
            let wanted = times(*amount, Decimal::from(things), resource.code())?;
            let (left, short) = match taken.left.runs.as_mut().filter(|_| *resource == Resource::RackUnits) {
                Some(runs) => {
                    let missing = take_runs(runs, *amount, things)?;
                    (runs.iter().sum(), times(*amount, Decimal::from(missing), resource.code())?)
                }
                None => {
                    let rest = minus(free, wanted, resource.code())?;
                    (rest.max(Decimal::ZERO), (-rest).max(Decimal::ZERO))
                }
            };
            taken.left.amounts.insert(*resource, left);
            if !short.is_zero() {
                taken.short.insert(*resource, short);
            }
        }
        Ok(taken)
    }

    /// What is free whichever of some days it is: the least of each resource, and of runs of units those in which the
    /// fewest things find theirs. What is not known on one of the days is not known.
    ///
    /// # Errors
    ///
    /// As [`fit`].
    pub fn on_all(days: &[Self], need: &Need) -> Result<Self> {
        let Some((first, others)) = days.split_first() else { return Ok(Self::default()) };
        let mut least = first.clone();
        for day in others {
            let height = need.of(Resource::RackUnits);
            let count = |free: &Self| {
                if height.is_zero() { Ok(None) } else { free.count(Resource::RackUnits, height) }
            };
            let is_fewer =
                (count(day)?, day.of(Resource::RackUnits)) < (count(&least)?, least.of(Resource::RackUnits));
            let units = if is_fewer { day } else { &least };
            let (runs, height) = (units.runs.clone(), units.of(Resource::RackUnits));
            let known = least.amounts.into_iter().filter_map(|(resource, amount)| match resource {
                Resource::RackUnits => Some((resource, height?)),
                _ => Some((resource, amount.min(day.of(resource)?))),
            });
            least = Self { amounts: known.collect(), runs };
        }
        Ok(least)
    }

    /// How many things find what they need of one resource.
    fn count(&self, resource: Resource, need: Decimal) -> Result<Option<u64>> {
        match (&self.runs, resource) {
            (Some(runs), Resource::RackUnits) => {
                let mut count = 0_u64;
                for run in runs {
                    count = count.saturating_add(whole_times(*run, need, resource.code())?);
                }
                Ok(Some(count))
            }
            _ => self.of(resource).map(|free| whole_times(free, need, resource.code())).transpose(),
        }
    }
}

/// What is left of a place, and what was lacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// What is left.
    pub left: Free,
    /// What was needed beyond what was free, by resource; empty where all found their place.
    pub short: BTreeMap<Resource, Decimal>,
}

/// Takes units for a number of things out of runs, the shortest that are high enough first, and says how many things
/// find none.
fn take_runs(runs: &mut [Decimal], height: Decimal, things: u64) -> Result<u64> {
    runs.sort_unstable();
    let mut missing = things;
    for run in runs {
        let here = whole_times(*run, height, "run")?.min(missing);
        *run = minus(*run, times(height, Decimal::from(here), "run")?, "run")?;
        missing -= here;
    }
    Ok(missing)
}

/// Amounts by resource, each named once and not negative.
fn named(
    amounts: impl IntoIterator<Item = (Resource, Decimal)>,
    field: &'static str,
) -> Result<BTreeMap<Resource, Decimal>> {
    let mut by_resource = BTreeMap::new();
    for (resource, amount) in amounts {
        if amount < Decimal::ZERO {
            let text = format!("{} {}", resource.code(), amount);
            return Err(ForecastError::invalid(field, &text, "an amount of a resource is not negative"));
        }
        if by_resource.insert(resource, bounded(amount, field)?).is_some() {
            return Err(ForecastError::invalid(field, resource.code(), "a resource is named once"));
        }
    }
    Ok(by_resource)
}

/// How many of a thing fit in a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// How many by each resource that is needed and known.
    pub by_resource: BTreeMap<Resource, u64>,
    /// How many: the least of these. Absent where a needed resource is not known.
    pub units: Option<u64>,
    /// The least of those that are known: no more fit than these.
    pub at_most: Option<u64>,
    /// All resources that have the least.
    pub binding: BTreeSet<Resource>,
    /// What is left of each known resource with so many placed, and can be used for no more of them. Empty where it
    /// is not known how many fit.
    pub stranded: BTreeMap<Resource, Decimal>,
    /// Needed resources of which it is not known how much is free.
    pub unknown: BTreeSet<Resource>,
}

/// How many of a thing fit in a place.
///
/// # Errors
///
/// [`ForecastError::Invalid`] where a need is so small that what fits cannot be counted.
pub fn fit(free: &Free, need: &Need) -> Result<Fit> {
    let mut by_resource = BTreeMap::new();
    let mut unknown = BTreeSet::new();
    for (resource, amount) in &need.amounts {
        match free.count(*resource, *amount)? {
            Some(count) => {
                by_resource.insert(*resource, count);
            }
            None => {
                unknown.insert(*resource);
            }
        }
    }
    let at_most = by_resource.values().min().copied();
    let units = at_most.filter(|_| unknown.is_empty());
    let binds = |(_, count): &(&Resource, &u64)| Some(**count) == at_most;
    let binding = by_resource.iter().filter(binds).map(|(resource, _)| *resource).collect();
    let stranded = units.map_or(Ok(BTreeMap::new()), |units| left(free, need, units))?;
    Ok(Fit { by_resource, units, at_most, binding, stranded, unknown })
}

/// What is left of each known resource after a number of things are placed.
fn left(free: &Free, need: &Need, units: u64) -> Result<BTreeMap<Resource, Decimal>> {
    let rest = |(resource, amount): (&Resource, &Decimal)| {
        let taken = times(need.of(*resource), Decimal::from(units), resource.code())?;
        Ok((*resource, minus(*amount, taken, resource.code())?))
    };
    free.amounts.iter().map(rest).collect()
}
