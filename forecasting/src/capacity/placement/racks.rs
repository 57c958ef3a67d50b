//! A number of things divided among several places.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{Cords, FeedState, Fit, Free, Need, Resource, fit, left};
use crate::capacity::figures::{not_negative, over, whole_times};
use crate::error::{ForecastError, Result};

/// A place that things may go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rack {
    /// Its name.
    pub name: String,
    /// What is free in it.
    pub free: Free,
    /// Its feeds, where they are known.
    pub feeds: Option<FeedState>,
}

/// How many go to one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allotment {
    /// The place.
    pub rack: String,
    /// How many.
    pub units: u64,
    /// What is left there of each resource.
    pub left: BTreeMap<Resource, Decimal>,
}

/// A place that takes none, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unplaced {
    /// The place.
    pub rack: String,
    /// Resources that bind it, where they are known.
    pub binding: BTreeSet<Resource>,
    /// Needed resources of which it is not known how much is free.
    pub unknown: BTreeSet<Resource>,
    /// Whether only the loss of a feed stands against it, or feeds that are not known.
    pub feeds: bool,
}

/// Where a number of things go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RackPlacement {
    /// Places that take some, in the order they were filled.
    pub allotments: Vec<Allotment>,
    /// How many find a place.
    pub placed: u64,
    /// How many do not.
    pub missing: u64,
    /// How many would fit in all places together.
    pub capacity: u64,
    /// How many places each resource binds, of those where it is known how many fit.
    pub binding: BTreeMap<Resource, usize>,
    /// Places that take none because they cannot.
    pub unplaced: Vec<Unplaced>,
}

/// What several places share: a feed that they all hang on carries so much, whatever each could take alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Of what.
    pub resource: Resource,
    /// How much all of them may take together.
    pub free: Decimal,
    /// The names of the places.
    pub racks: BTreeSet<String>,
}

/// Divides a number of things among places: next comes always the place in which the least is left over once it
/// has taken as many as it can (the mean of what is left of each needed resource, as a share of what was free); of
/// equal ones the place that takes more, then the first name.
///
/// With `survive` a place takes only as many as stay up when either of its feeds is lost; one whose feeds are not
/// known takes none.
///
/// # Errors
///
/// As [`fit`] and [`FeedState::most_that_survive`]; [`ForecastError::Invalid`] for no things, and for a place that
/// comes twice.
pub fn place(count: u64, need: &Need, racks: &[Rack], survive: Option<Cords>) -> Result<RackPlacement> {
    place_within(count, need, racks, survive, &[])
}

/// As [`place`], where places take no more together than what they share.
///
/// What all take together is then counted place by place in the order in which they are filled: where one place is
/// under several limits, another order may find room for more, never less than what is said.
///
/// # Errors
///
/// As [`place`], and [`ForecastError::Invalid`] for a limit below zero.
pub fn place_within(
    count: u64,
    need: &Need,
    racks: &[Rack],
    survive: Option<Cords>,
    limits: &[Limit],
) -> Result<RackPlacement> {
    if count == 0 {
        return Err(ForecastError::invalid("count", &count, "at least one thing is placed"));
    }
    let mut shared = Shared::of(limits, need)?;
    let mut names = BTreeSet::new();
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut result = RackPlacement {
        allotments: Vec::new(),
        placed: 0,
        missing: count,
        capacity: 0,
        binding: BTreeMap::new(),
        unplaced: Vec::new(),
    };
    for rack in racks {
        if !names.insert(rack.name.as_str()) {
            return Err(ForecastError::invalid("rack", &rack.name, "a place is offered once"));
        }
        let fit = fit(&rack.free, need)?;
        let most = most(rack, &fit, need, survive)?;
        if fit.units.is_some() {
            fit.binding.iter().for_each(|resource| *result.binding.entry(*resource).or_default() += 1);
        }
        if most > 0 {
            open.push(Open { rack, most, filled: None });
        } else {
            let feeds = fit.units.is_some_and(|units| units > 0);
            let name = rack.name.clone();
            result.unplaced.push(Unplaced { rack: name, binding: fit.binding, unknown: fit.unknown, feeds });
        }
    }
    while result.missing > 0 {
        let Some((chosen, units)) = best(&mut open, need, result.missing, &shared)? else { break };
        let Open { rack, most, .. } = open.swap_remove(chosen);
        result.capacity = result.capacity.saturating_add(shared.take(&rack.name, most));
        let left = left(&rack.free, need, units)?;
        result.allotments.push(Allotment { rack: rack.name.clone(), units, left });
        result.placed += units;
        result.missing -= units;
    }
    open.sort_unstable_by(|one, other| one.rack.name.cmp(&other.rack.name));
    for Open { rack, most, .. } in open {
        result.capacity = result.capacity.saturating_add(shared.take(&rack.name, most));
    }
    Ok(result)
}

/// A place that is not filled yet.
struct Open<'a> {
    rack: &'a Rack,
    most: u64,
    /// What is left of it with the number that it would take, reckoned when that was last asked.
    filled: Option<(u64, Decimal)>,
}

/// How many things each limit has room for, and the limits of each place.
struct Shared<'a> {
    room: Vec<u64>,
    of_racks: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Shared<'a> {
    fn of(limits: &'a [Limit], need: &Need) -> Result<Self> {
        let mut shared = Self { room: Vec::new(), of_racks: BTreeMap::new() };
        for limit in limits {
            let free = not_negative(limit.free, limit.resource.code())?;
            let amount = need.of(limit.resource);
            if amount.is_zero() {
                continue;
            }
            for rack in &limit.racks {
                shared.of_racks.entry(rack).or_default().push(shared.room.len());
            }
            shared.room.push(whole_times(free, amount, limit.resource.code())?);
        }
        Ok(shared)
    }

    fn limits(&self, rack: &str) -> impl Iterator<Item = usize> {
        self.of_racks.get(rack).into_iter().flatten().copied()
    }

    /// How many of so many things the limits of a place have room for.
    fn within(&self, rack: &str, things: u64) -> u64 {
        self.limits(rack).filter_map(|limit| self.room.get(limit)).copied().fold(things, u64::min)
    }

    /// Takes the room of as many of so many things as there is room for, and says how many.
    fn take(&mut self, rack: &str, things: u64) -> u64 {
        let taken = self.within(rack, things);
        for limit in self.limits(rack).collect::<Vec<_>>() {
            if let Some(room) = self.room.get_mut(limit) {
                *room -= taken;
            }
        }
        taken
    }
}

/// How many a place may take.
fn most(rack: &Rack, fit: &Fit, need: &Need, survive: Option<Cords>) -> Result<u64> {
    let units = fit.units.unwrap_or_default();
    let Some(cords) = survive else { return Ok(units) };
    let Some(feeds) = &rack.feeds else { return Ok(0) };
    let draw = need.of(Resource::Power);
    if draw.is_zero() {
        return Ok(if cords == Cords::Both { units } else { 0 });
    }
    Ok(units.min(feeds.most_that_survive(draw, cords)?))
}

/// The place to fill next, and with how many; none where no place takes any more.
fn best(
    open: &mut [Open<'_>],
    need: &Need,
    missing: u64,
    shared: &Shared<'_>,
) -> Result<Option<(usize, u64)>> {
    let mut best: Option<(Decimal, u64, &str, usize)> = None;
    for (place, open) in open.iter_mut().enumerate() {
        let units = shared.within(&open.rack.name, missing.min(open.most));
        if units == 0 {
            continue;
        }
        let share = match open.filled.filter(|(filled, _)| *filled == units) {
            Some((_, share)) => share,
            None => share_left(open.rack, need, units)?,
        };
        open.filled = Some((units, share));
        let better = best.is_none_or(|(least, taken, name, _)| {
            (share, taken, open.rack.name.as_str()) < (least, units, name)
        });
        if better {
            best = Some((share, units, open.rack.name.as_str(), place));
        }
    }
    Ok(best.map(|(_, units, _, place)| (place, units)))
}

/// The mean share that is left of what is needed.
fn share_left(rack: &Rack, need: &Need, units: u64) -> Result<Decimal> {
    let left = left(&rack.free, need, units)?;
    let mut sum = Decimal::ZERO;
    for resource in need.amounts.keys() {
        let rest = left.get(resource).copied().unwrap_or_default();
        sum += rack.free.of(*resource).and_then(|free| over(rest, free)).unwrap_or_default();
    }
    Ok(over(sum, Decimal::from(need.amounts.len())).unwrap_or_default())
}
