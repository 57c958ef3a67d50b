//! Building a graph at once, from items in any order.

use super::numbering::numbered;
use super::pairs::{by_key, in_order, turned};
use super::{Fans, GROUP, Graph, Node, Rows, Tolerance};
use crate::error::{Result, TopologyError};

/// Items and groups beyond which a graph is not built: positions need a bit of their own beside them.
const MOST: usize = (1 << 30) - 1;

/// Members of a group that are compared with each other, where sorting them would cost more.
const FEW: usize = 16;

/// How much of a group has to be up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Threshold {
    /// So many members.
    Count(u32),
    /// Members whose capacities come to so much, in whole units that the caller chooses (watts, say).
    Capacity(u32),
}

/// A member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Member {
    /// The item, by its position in the draft.
    pub node: u32,
    /// What it carries, in the units of the threshold; of no account where members are counted.
    pub capacity: u32,
}

/// Items of which so many have to be up for their owner to be up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The item that needs them, by its position in the draft.
    pub owner: u32,
    /// How many, or how much.
    pub threshold: Threshold,
    /// Of which.
    pub members: Vec<Member>,
}

impl Group {
    /// How much may be lost before the threshold is missed; `None` where it is missed with all members up.
    ///
    /// # Errors
    ///
    /// [`TopologyError::Invalid`] for a threshold of zero, an item that is a member twice, and capacities whose sum
    /// is beyond 4,294,967,295.
    pub fn slack(&self) -> Result<Option<u32>> {
        let (needed, available) = match self.threshold {
            Threshold::Count(needed) => (needed, u32::try_from(self.members.len()).ok()),
            Threshold::Capacity(needed) => {
                (needed, self.members.iter().try_fold(0_u32, |sum, member| sum.checked_add(member.capacity)))
            }
        };
        if needed == 0 {
            return Err(TopologyError::invalid(
                "group threshold",
                &0,
                "at least one member, or some capacity",
            ));
        }
        let rule = "the capacities of a group come to at most 4,294,967,295 units";
        let available =
            available.ok_or_else(|| TopologyError::invalid("group capacity", &self.members.len(), rule))?;
        match self.twice() {
            Some(twice) => Err(TopologyError::invalid("group member", &twice, "an item is a member once")),
            None => Ok(available.checked_sub(needed)),
        }
    }

    /// An item that is a member twice. Nearly all groups are small, and those need no list of their own.
    fn twice(&self) -> Option<u32> {
        if self.members.len() <= FEW {
            let again = |(place, member): (usize, &Member)| {
                let earlier = self.members[..place].iter();
                earlier.map(|other| other.node).find(|node| *node == member.node)
            };
            return self.members.iter().enumerate().find_map(again);
        }
        let mut nodes: Vec<_> = self.members.iter().map(|member| member.node).collect();
        nodes.sort_unstable();
        nodes.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }
}

/// What a graph is built from. Positions are the caller's, from zero to the number of items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    pub(super) items: u32,
    pub(super) hard: Vec<(u32, u32)>,
    pub(super) soft: Vec<(u32, u32)>,
    pub(super) groups: Vec<Group>,
}

impl Draft {
    /// A draft of so many items that need nothing.
    pub fn new(items: u32) -> Self {
        Self { items, ..Self::default() }
    }

    /// `from` is down without `to`. An item that needs itself, or another twice, is as if it did so not at all, or once.
    pub fn hard(&mut self, from: u32, to: u32) {
        self.hard.push((from, to));
    }

    /// `from` is degraded without `to`.
    pub fn soft(&mut self, from: u32, to: u32) {
        self.soft.push((from, to));
    }

    /// An item needs so many of a group. Its position among the groups is the answer.
    pub fn group(&mut self, group: Group) -> u32 {
        self.groups.push(group);
        self.groups.len() as u32 - 1
    }

    /// Adds what is in a draft of the same items, behind what is in this one.
    pub fn append(&mut self, other: Self) {
        self.hard.extend(other.hard);
        self.soft.extend(other.soft);
        self.groups.extend(other.groups);
    }

    /// The graph, with its items numbered anew: the second answer has the position in the draft of each node.
    /// Groups keep their positions.
    ///
    /// # Errors
    ///
    /// [`TopologyError::Invalid`] for a position that no item has, 2^30 items or groups or more, and as
    /// [`Group::slack`].
    pub fn build(mut self) -> Result<(Graph, Vec<u32>)> {
        self.check()?;
        for edges in [&mut self.hard, &mut self.soft] {
            edges.retain(|(from, to)| from != to);
        }
        let items = self.items as usize;
        let order = numbered(&self);
        let mut place = vec![0_u32; items];
        for (position, original) in order.iter().enumerate() {
            place[*original as usize] = position as u32;
        }
        let renumber = |edges: Vec<(u32, u32)>| -> Vec<(u32, u32)> {
            let mut edges = edges;
            for (from, to) in &mut edges {
                (*from, *to) = (place[*from as usize], place[*to as usize]);
            }
            let mut edges = in_order(items, &edges);
            edges.dedup();
            edges
        };
        let mut graph = Graph { items: self.items, ..Graph::default() };
        let soft = renumber(self.soft);
        graph.soft_needs = Rows::from_pairs(items, soft.iter().copied());
        graph.soft_needed_by = Fans::from_pairs(items, turned(&soft));
        let mut needs = renumber(self.hard);
        graph.needed_by = Fans::from_pairs(items, turned(&needs));
        let mut below = needs.clone();
        let (mut members, mut listed) = (Vec::new(), Vec::new());
        let mut capacities = Vec::new();
        // Groups are numbered in the order of their owners, so that what is looked at together is together.
        let owned = self.groups.iter().map(|group| place[group.owner as usize]).zip(0_u32..);
        let owned = by_key(items, &owned.collect::<Vec<_>>(), |(owner, _)| *owner);
        let mut numbers = vec![0_u32; owned.len()];
        for (number, (owner, position)) in (0_u32..).zip(owned) {
            let group = &self.groups[position as usize];
            numbers[position as usize] = number;
            let slack = group.slack()?;
            if slack.is_none() {
                graph.unmet.push(number);
            }
            graph.push(Tolerance::of(owner, slack, group.threshold), position);
            needs.push((owner, GROUP | number));
            let begin = members.len();
            list_members(&mut listed, &group.members, |node| place[node as usize]);
            for member in &listed {
                members.push((number, member.node));
                if let Threshold::Capacity(_) = group.threshold {
                    capacities.push((number, member.capacity));
                }
            }
            below.extend(members[begin..].iter().map(|(_, node)| (owner, *node)));
        }
        numbers.into_iter().for_each(|number| graph.numbers.push(number));
        (graph.below, graph.above) = rayon::join(
            || {
                let below = in_order(items, &below);
                (Rows::from_pairs(items, below.iter().copied()), Fans::from_pairs(items, turned(&below)))
            },
            || {
                graph.needs = Rows::from_pairs(items, needs.iter().copied());
                graph.member_of = Fans::from_pairs(items, turned(&members));
                graph.members = Rows::from_pairs(self.groups.len(), members.iter().copied());
                graph.capacities = Rows::from_pairs(self.groups.len(), capacities.iter().copied());
            },
        )
        .0;
        Ok((graph, order))
    }

    fn check(&self) -> Result<()> {
        if self.items as usize > MOST || self.groups.len() > MOST {
            let rule = "a graph has at most 1,073,741,823 items and as many groups";
            return Err(TopologyError::invalid("items", &self.items.max(self.groups.len() as u32), rule));
        }
        let edges = self.hard.iter().chain(&self.soft).flat_map(|(from, to)| [*from, *to]);
        let groups = self.groups.iter().flat_map(|group| {
            group.members.iter().map(|member| member.node).chain(std::iter::once(group.owner))
        });
        match edges.chain(groups).find(|position| *position >= self.items) {
            Some(position) => Err(TopologyError::invalid("node", &position, "no item has this position")),
            None => Ok(()),
        }
    }
}

/// Lists the members of a group with other numbers, in the order of those.
pub(super) fn list_members(list: &mut Vec<Member>, members: &[Member], number: impl Fn(u32) -> u32) {
    list.clear();
    let members = members.iter();
    list.extend(members.map(|member| Member { node: number(member.node), capacity: member.capacity }));
    list.sort_unstable_by_key(|member| member.node);
}

impl From<Node> for u32 {
    fn from(node: Node) -> Self {
        node.0
    }
}
