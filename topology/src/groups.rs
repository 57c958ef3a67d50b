//! What moves together: items joined by ties that must not be stretched across sites.

use std::collections::BTreeMap;

use crate::cut::{Cut, cheapest_cut};
use crate::error::{Result, TopologyError};
use crate::split::{Split, split};

/// Ties of an item beyond which it counts as a hub where nothing else is said.
pub const HUB_DEGREE: u32 = 20;

/// A tie between two items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tie {
    /// One of them, by position.
    pub one: u32,
    /// The other.
    pub other: u32,
    /// Whether it must not be stretched: a shared database that is written to, a cluster, a latency budget, an address.
    pub is_strong: bool,
    /// How dear it is to cut, on the caller's scale.
    pub weight: u64,
}

/// What groups are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estate {
    /// How many items there are.
    pub items: u32,
    /// The ties between them.
    pub ties: Vec<Tie>,
    /// Items that everything uses (directory, name service, backup): they tie nothing together and are in no group.
    pub hubs: Vec<u32>,
    /// Strong and weak ties of an item beyond which it is a hub too; `None` for [`HUB_DEGREE`].
    pub hub_degree: Option<u32>,
    /// Items of a group beyond which it is shown how to cut it.
    pub largest: Option<u32>,
}

/// Items that move together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoveGroup {
    /// The items, by position.
    pub members: Vec<u32>,
    /// Ties that lead out of the group, to other groups and to hubs: stretched if it moves alone. By position among the
    /// ties.
    pub stretched: Vec<u32>,
    /// The cheapest way to cut the group in two, where it is larger than allowed.
    pub cut: Option<Cut>,
    /// How it falls into parts that are not larger than allowed, where it is larger itself; `None` too beyond four million
    /// items times the largest part.
    pub split: Option<Split>,
}

/// All groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoveGroups {
    /// Every item that is no hub is in one of them; largest first, then by the first member.
    pub groups: Vec<MoveGroup>,
    /// What was left out as a hub, by position.
    pub hubs: Vec<u32>,
}

/// The groups of an estate: items joined by strong ties, hubs left out.
///
/// # Errors
///
/// [`TopologyError::Invalid`] for a position that no item has, and for a largest size or degree of zero.
pub fn move_groups(estate: &Estate) -> Result<MoveGroups> {
    check(estate)?;
    let hubs = hubs(estate);
    let mut sets = Sets::new(estate.items);
    let is_inner = |tie: &Tie| !hubs[tie.one as usize] && !hubs[tie.other as usize];
    for tie in estate.ties.iter().filter(|tie| tie.is_strong && is_inner(tie)) {
        sets.join(tie.one, tie.other);
    }
    let mut by_root: BTreeMap<u32, MoveGroup> = BTreeMap::new();
    for item in (0..estate.items).filter(|item| !hubs[*item as usize]) {
        by_root.entry(sets.root(item)).or_default().members.push(item);
    }
    let mut inner: BTreeMap<u32, Vec<Tie>> = BTreeMap::new();
    for (position, tie) in estate.ties.iter().enumerate() {
        let ends = [tie.one, tie.other].map(|end| (!hubs[end as usize]).then(|| sets.root(end)));
        match ends {
            [Some(one), Some(other)] if one == other => inner.entry(one).or_default().push(*tie),
            ends => {
                for root in ends.into_iter().flatten() {
                    by_root.entry(root).or_default().stretched.push(position as u32);
                }
            }
        }
    }
    if let Some(largest) = estate.largest {
        for (root, group) in by_root.iter_mut().filter(|(_, group)| group.members.len() > largest as usize) {
            let ties = inner.get(root).map_or(&[][..], Vec::as_slice);
            group.cut = cheapest_cut(&group.members, ties);
            group.split = split(&group.members, ties, largest as usize);
        }
    }
    let mut groups: Vec<_> = by_root.into_values().collect();
    groups.sort_by_key(|group| (std::cmp::Reverse(group.members.len()), group.members.first().copied()));
    let hubs = (0..estate.items).filter(|item| hubs[*item as usize]).collect();
    Ok(MoveGroups { groups, hubs })
}

fn check(estate: &Estate) -> Result<()> {
    let ends = estate.ties.iter().flat_map(|tie| [tie.one, tie.other]).chain(estate.hubs.iter().copied());
    if let Some(position) = ends.into_iter().find(|position| *position >= estate.items) {
        return Err(TopologyError::invalid("item", &position, "no item has this position"));
    }
    if estate.largest == Some(0) {
        return Err(TopologyError::invalid("largest", &0, "a group has at least one item"));
    }
    if estate.hub_degree == Some(0) {
        return Err(TopologyError::invalid("hub degree", &0, "then every item with a tie would be a hub"));
    }
    Ok(())
}

fn hubs(estate: &Estate) -> Vec<bool> {
    let mut degrees = vec![0_u32; estate.items as usize];
    for tie in &estate.ties {
        for end in [tie.one, tie.other] {
            degrees[end as usize] = degrees[end as usize].saturating_add(1);
        }
    }
    let most = estate.hub_degree.unwrap_or(HUB_DEGREE);
    let mut hubs: Vec<_> = degrees.iter().map(|degree| *degree > most).collect();
    for hub in &estate.hubs {
        hubs[*hub as usize] = true;
    }
    hubs
}

/// Sets that are joined: each has a root (R. Tarjan, Efficiency of a good but not linear set union algorithm, 1975).
struct Sets {
    above: Vec<u32>,
}

impl Sets {
    fn new(items: u32) -> Self {
        Self { above: (0..items).collect() }
    }

    fn root(&mut self, item: u32) -> u32 {
        let mut root = item;
        while self.above[root as usize] != root {
            let above = self.above[root as usize];
            self.above[root as usize] = self.above[above as usize];
            root = above;
        }
        root
    }

    /// The lower root becomes the root of both, so that roots do not depend on the order of the ties.
    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.above[one.max(other) as usize] = one.min(other);
    }
}
