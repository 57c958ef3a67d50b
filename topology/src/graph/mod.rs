//! What needs what: items, what each of them needs, and groups of which so many have to be up.
//!
//! An edge goes from what needs to what is needed, so failures travel against it. What an item needs is one of
//! three things: a *hard* need, without which it is down; a *soft* need, without which it is degraded; or a *group*
//! of members, of which a number, or a capacity, has to be up. A group belongs to one item.

mod build;
mod change;
mod numbering;
mod pages;
mod rows;

pub use build::{Draft, Group, Member, Threshold};
pub use change::Change;
use pages::Pages;
pub(crate) use rows::Rows;

/// An item of a graph: its position, from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub u32);

/// A group of a graph: its position, from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupNode(pub u32);

impl Node {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// An entry of a row with this bit is a group; without, an item.
pub(crate) const GROUP: u32 = 1 << 31;

/// What an entry of a row leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    Item(u32),
    Group(u32),
}

impl Entry {
    pub fn of(entry: u32) -> Self {
        if entry & GROUP == 0 { Self::Item(entry) } else { Self::Group(entry & !GROUP) }
    }
}

/// What a group tolerates, kept together so that one look finds both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tolerance {
    /// The item the group belongs to; [`NOBODY`] once the group is gone.
    pub owner: u32,
    /// How much of the group may be lost before its owner is down. Members count one each, or their capacity.
    pub slack: u32,
}

/// The owner of groups that are gone.
pub(crate) const NOBODY: u32 = u32::MAX;

/// A graph as it is at one moment. A copy is cheap: versions share what they have in common.
///
/// Items and groups are numbered so that what is near in the graph is near in memory; [`Draft::build`] tells which
/// number an item was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    items: u32,
    /// What an item needs: items without which it is down, then groups.
    needs: Rows,
    /// The items that are down without this one, then the groups it is a member of.
    needed_by: Rows,
    /// What an item is degraded without.
    soft_needs: Rows,
    /// What is degraded without this item.
    soft_needed_by: Rows,
    /// The members of a group.
    members: Rows,
    /// The capacities of the members, in the same order; no row where members are counted.
    capacities: Rows,
    /// Owner and slack by group.
    tolerances: Pages<Tolerance>,
    /// The groups that cannot be met even when every member is up: their owners are never up.
    unmet: Vec<u32>,
}

impl Graph {
    /// How many items there are.
    pub fn items(&self) -> u32 {
        self.items
    }

    /// How many groups were ever made, those included that are gone.
    pub fn groups(&self) -> u32 {
        self.tolerances.len() as u32
    }

    /// How many edges there are: hard needs, memberships and soft needs.
    pub fn edges(&self) -> usize {
        let owned = self.tolerances.iter().filter(|group| group.owner != NOBODY).count();
        self.needs.entries() - owned + self.members.entries() + self.soft_needs.entries()
    }

    /// Bytes the graph holds in memory.
    pub fn bytes(&self) -> usize {
        let rows = [
            &self.needs,
            &self.needed_by,
            &self.soft_needs,
            &self.soft_needed_by,
            &self.members,
            &self.capacities,
        ];
        rows.iter().map(|rows| rows.bytes()).sum::<usize>() + size_of::<Tolerance>() * self.tolerances.len()
    }

    /// All items.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node> + use<> {
        (0..self.items).map(Node)
    }

    /// The items without which this one is down.
    pub fn hard_needs(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        items(self.needs.row(node.0))
    }

    /// The groups of which this item needs so many members.
    pub fn groups_of(&self, node: Node) -> impl Iterator<Item = GroupNode> + '_ {
        groups(self.needs.row(node.0))
    }

    /// The items that are down without this one, whatever else is up.
    pub fn hard_needed_by(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        items(self.needed_by.row(node.0))
    }

    /// The groups this item is a member of.
    pub fn memberships(&self, node: Node) -> impl Iterator<Item = GroupNode> + '_ {
        groups(self.needed_by.row(node.0))
    }

    /// The items without which this one is degraded.
    pub fn soft_needs(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.soft_needs.row(node.0).iter().copied().map(Node)
    }

    /// The items that are degraded without this one.
    pub fn soft_needed_by(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.soft_needed_by.row(node.0).iter().copied().map(Node)
    }

    /// The members of a group.
    pub fn members(&self, group: GroupNode) -> impl ExactSizeIterator<Item = Node> + '_ {
        self.members.row(group.0).iter().copied().map(Node)
    }

    /// The capacity of each member, in the order of [`members`](Self::members): one each where members are counted.
    pub fn capacities(&self, group: GroupNode) -> impl ExactSizeIterator<Item = u32> + '_ {
        let capacities = self.capacities.row(group.0);
        (0..self.members.row(group.0).len()).map(|position| capacities.get(position).copied().unwrap_or(1))
    }

    /// The item a group belongs to; `None` once the group is gone.
    pub fn owner(&self, group: GroupNode) -> Option<Node> {
        let owner = self.known_group(group).ok().map(|()| self.tolerance(group.0).owner)?;
        (owner != NOBODY).then_some(Node(owner))
    }

    /// How much of a group may be lost before its owner is down; `None` where the group cannot be met at all.
    pub fn slack(&self, group: GroupNode) -> Option<u32> {
        let tolerance = self.known_group(group).ok().map(|()| self.tolerance(group.0))?;
        (!self.unmet.contains(&group.0)).then_some(tolerance.slack)
    }

    /// The groups that cannot be met even when every member is up. What owns one is never up.
    pub fn unmet(&self) -> impl Iterator<Item = GroupNode> + '_ {
        self.unmet.iter().copied().map(GroupNode)
    }

    pub(crate) fn tolerance(&self, group: u32) -> Tolerance {
        self.tolerances.get(group as usize)
    }

    /// What an item needs, as entries.
    pub(crate) fn needs_row(&self, node: u32) -> &[u32] {
        self.needs.row(node)
    }

    /// What needs an item, as entries.
    pub(crate) fn needed_by_row(&self, node: u32) -> &[u32] {
        self.needed_by.row(node)
    }

    pub(crate) fn members_row(&self, group: u32) -> &[u32] {
        self.members.row(group)
    }

    /// What a member counts for in a group.
    pub(crate) fn weight(&self, group: u32, member: u32) -> u32 {
        let capacities = self.capacities.row(group);
        if capacities.is_empty() {
            return 1;
        }
        let place = self.members.row(group).iter().position(|found| *found == member);
        place.map_or(0, |place| capacities[place])
    }

    /// Whether the members of a group are counted, one each.
    pub(crate) fn is_counted(&self, group: u32) -> bool {
        self.capacities.row(group).is_empty()
    }
}

fn items(row: &[u32]) -> impl Iterator<Item = Node> + '_ {
    row.iter().filter(|entry| **entry & GROUP == 0).copied().map(Node)
}

fn groups(row: &[u32]) -> impl Iterator<Item = GroupNode> + '_ {
    row.iter().filter(|entry| **entry & GROUP != 0).map(|entry| GroupNode(entry & !GROUP))
}
