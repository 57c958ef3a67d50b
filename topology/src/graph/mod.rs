//! What needs what: items, what each of them needs, and groups of which so many have to be up.
//!
//! An edge goes from what needs to what is needed, so failures travel against it. What an item needs is one of
//! three things: a *hard* need, without which it is down; a *soft* need, without which it is degraded; or a *group*
//! of members, of which a number, or a capacity, has to be up. A group belongs to one item.

mod build;
mod change;
mod draft;
mod fans;
mod lists;
mod numbering;
mod pages;
mod rows;

pub use change::Change;
pub use draft::{Draft, Group, Member, Threshold};
use fans::Fans;
pub(crate) use pages::PAGE;
use pages::Pages;
use rows::{Rows, Run};

/// An item of a graph: its position, from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node(pub u32);

/// A group of a graph: its position, from zero. Inside, groups have other numbers, in the order of their owners, and
/// those are never a `GroupNode`.
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

/// What a group tolerates, kept together so that one look finds all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tolerance {
    /// The item the group belongs to, with [`WEIGHED`] and [`UNMET`]; [`NOBODY`] once the group is gone.
    owner: u32,
    /// How much of the group may be lost before its owner is down. Members count one each, or their capacity.
    pub slack: u32,
}

/// Stands for a number of losses that is not kept as one.
pub(crate) const MANY: u8 = u8::MAX;

/// The owner of groups that are gone.
const NOBODY: u32 = u32::MAX;
/// Beside the owner of a group whose members count by capacity. Items are below 2^30.
const WEIGHED: u32 = 1 << 31;
/// Beside the owner of a group that cannot be met with all members up.
const UNMET: u32 = 1 << 30;

impl Tolerance {
    /// Of a group that is gone.
    const GONE: Self = Self { owner: NOBODY, slack: 0 };

    /// `slack` is none where the group cannot be met.
    fn of(owner: u32, slack: Option<u32>, threshold: Threshold) -> Self {
        let weighed = if matches!(threshold, Threshold::Capacity(_)) { WEIGHED } else { 0 };
        let unmet = if slack.is_none() { UNMET } else { 0 };
        Self { owner: owner | weighed | unmet, slack: slack.unwrap_or(0) }
    }

    /// In how many losses the group is missed, of which each takes one: from 1 to 254, and [`MANY`] where losses have
    /// to be added up otherwise, or count for nothing.
    fn losses(self) -> u8 {
        let plain = !self.is_weighed() && !self.is_unmet() && !self.is_gone();
        let losses = u8::try_from(self.slack.saturating_add(1)).unwrap_or(MANY);
        if plain { losses } else { MANY }
    }

    /// Takes some of what may be lost; whether it is just now too much.
    #[inline]
    pub fn take(&mut self, weight: u32) -> bool {
        match self.slack.checked_sub(weight) {
            Some(left) => {
                self.slack = left;
                false
            }
            None => {
                let is_first = !self.is_unmet();
                self.owner |= UNMET;
                is_first
            }
        }
    }

    /// The same group with another slack.
    fn with(self, slack: Option<u32>) -> Self {
        let unmet = if slack.is_none() { UNMET } else { 0 };
        Self { owner: self.owner & !UNMET | unmet, slack: slack.unwrap_or(0) }
    }

    /// The owner of a group that is there.
    #[inline]
    pub fn owner(self) -> u32 {
        self.owner & !(WEIGHED | UNMET)
    }

    fn is_gone(self) -> bool {
        self.owner == NOBODY
    }

    #[inline]
    fn is_weighed(self) -> bool {
        self.owner & WEIGHED != 0 && !self.is_gone()
    }

    #[inline]
    pub fn is_unmet(self) -> bool {
        self.owner & UNMET != 0
    }
}

/// A graph as it is at one moment. A copy is cheap: versions share what they have in common.
///
/// Items and groups are numbered so that what is near in the graph is near in memory; [`Draft::build`] tells which
/// number an item was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    items: u32,
    /// What an item needs: items without which it is down, then groups.
    needs: Rows,
    /// The items that are down without this one.
    needed_by: Fans,
    /// The groups it is a member of.
    member_of: Fans,
    /// One step down: what an item needs hard and the members of its groups, once for each way it needs them.
    below: Rows,
    /// One step up, likewise. A walk along it does not look at groups.
    above: Fans,
    /// What an item is degraded without.
    soft_needs: Rows,
    /// What is degraded without this item.
    soft_needed_by: Fans,
    /// The members of a group.
    members: Rows,
    /// The capacities of the members, in the same order; no row where members are counted.
    capacities: Rows,
    /// Owner and slack by group.
    tolerances: Pages<Tolerance>,
    /// In how many losses a group is missed; see [`Tolerance::losses`]. So small that those of a million groups stay
    /// near the processor.
    losses: Pages<u8>,
    /// The number of each group, by its position.
    numbers: Pages<u32>,
    /// The position of each group, by its number.
    names: Pages<u32>,
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
        let owned = self.tolerances.iter().filter(|group| !group.is_gone()).count();
        self.needs.entries() - owned + self.members.entries() + self.soft_needs.entries()
    }

    /// Bytes the graph holds in memory.
    pub fn bytes(&self) -> usize {
        let rows = [&self.needs, &self.below, &self.soft_needs, &self.members, &self.capacities];
        let fans = [&self.needed_by, &self.member_of, &self.above, &self.soft_needed_by];
        let tolerances =
            (size_of::<Tolerance>() + size_of::<u8>() + 2 * size_of::<u32>()) * self.tolerances.len();
        rows.map(Rows::bytes).iter().chain(&fans.map(Fans::bytes)).sum::<usize>() + tolerances
    }

    /// All items.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = Node> + use<> {
        (0..self.items).map(Node)
    }

    /// The items without which this one is down.
    pub fn hard_needs(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.needs.row(node.0).iter().filter(|entry| **entry & GROUP == 0).copied().map(Node)
    }

    /// The groups of which this item needs so many members.
    pub fn groups_of(&self, node: Node) -> impl Iterator<Item = GroupNode> + '_ {
        let groups = self.needs.row(node.0).iter().filter(|entry| **entry & GROUP != 0);
        groups.map(|entry| self.name(entry & !GROUP))
    }

    /// The items that are down without this one, whatever else is up.
    pub fn hard_needed_by(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.needed_by.entries_of(node.0).map(Node)
    }

    /// The groups this item is a member of.
    pub fn memberships(&self, node: Node) -> impl Iterator<Item = GroupNode> + '_ {
        self.member_of.entries_of(node.0).map(|group| self.name(group))
    }

    /// The items without which this one is degraded.
    pub fn soft_needs(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.soft_needs.row(node.0).iter().copied().map(Node)
    }

    /// The items that are degraded without this one.
    pub fn soft_needed_by(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        self.soft_needed_by.entries_of(node.0).map(Node)
    }

    /// The members of a group.
    pub fn members(&self, group: GroupNode) -> impl ExactSizeIterator<Item = Node> + '_ {
        let row = self.number(group).map_or(&[][..], |group| self.members.row(group));
        row.iter().copied().map(Node)
    }

    /// The capacity of each member, in the order of [`members`](Self::members): one each where members are counted.
    pub fn capacities(&self, group: GroupNode) -> impl ExactSizeIterator<Item = u32> + '_ {
        let (members, capacities) = match self.number(group) {
            Some(group) => (self.members.row(group).len(), self.capacities.row(group)),
            None => (0, &[][..]),
        };
        (0..members).map(|position| capacities.get(position).copied().unwrap_or(1))
    }

    /// The item a group belongs to; `None` once the group is gone.
    pub fn owner(&self, group: GroupNode) -> Option<Node> {
        let tolerance = self.tolerance(self.number(group)?);
        (!tolerance.is_gone()).then(|| Node(tolerance.owner()))
    }

    /// How much of a group may be lost before its owner is down; `None` where the group cannot be met at all.
    pub fn slack(&self, group: GroupNode) -> Option<u32> {
        let tolerance = self.tolerance(self.number(group)?);
        (tolerance.is_gone() || !tolerance.is_unmet()).then_some(tolerance.slack)
    }

    /// The groups that cannot be met even when every member is up. What owns one is never up.
    pub fn unmet(&self) -> impl Iterator<Item = GroupNode> + '_ {
        self.unmet.iter().map(|group| self.name(*group))
    }

    /// The number of a group.
    fn number(&self, group: GroupNode) -> Option<u32> {
        ((group.0 as usize) < self.numbers.len()).then(|| self.numbers.get(group.0 as usize))
    }

    /// The position of the group with a number.
    pub(crate) fn name(&self, group: u32) -> GroupNode {
        GroupNode(self.names.get(group as usize))
    }

    /// Of the group with a number, as all that follows.
    #[inline]
    pub(crate) fn tolerance(&self, group: u32) -> Tolerance {
        self.tolerances.get(group as usize)
    }

    /// In how many losses the groups of a page are missed; see [`PAGE`].
    #[inline]
    pub(crate) fn losses_page(&self, page: usize) -> &[u8] {
        self.losses.page(page)
    }

    /// What an item needs, as entries.
    pub(crate) fn needs_row(&self, node: u32) -> &[u32] {
        self.needs.row(node)
    }

    /// Tells what is down without an item.
    #[inline]
    pub(crate) fn each_needed_by(&self, node: u32, tell: impl FnMut(u32)) {
        self.needed_by.each(node, tell);
    }

    /// Tells the groups that an item is a member of.
    #[inline]
    pub(crate) fn each_membership(&self, node: u32, tell: impl FnMut(u32)) {
        self.member_of.each(node, tell);
    }

    /// Tells what is down without some items, in runs of those that follow each other.
    #[inline]
    pub(crate) fn all_needed_by<'a>(&'a self, nodes: &[Node], tell: impl FnMut(Run<'a>)) {
        self.needed_by.each_run(nodes, tell);
    }

    /// Tells the groups that some items are members of, likewise.
    #[inline]
    pub(crate) fn all_memberships<'a>(&'a self, nodes: &[Node], tell: impl FnMut(Run<'a>)) {
        self.member_of.each_run(nodes, tell);
    }

    /// What an item needs, members of its groups included; an item once for each way.
    #[inline]
    pub(crate) fn below_row(&self, node: u32) -> &[u32] {
        self.below.row(node)
    }

    /// Tells what needs some items, likewise, in runs of those that follow each other.
    #[inline]
    pub(crate) fn all_above<'a>(&'a self, nodes: &[Node], tell: impl FnMut(Run<'a>)) {
        self.above.each_run(nodes, tell);
    }

    /// Tells what needs an item, owners of its groups included; an item once for each way.
    #[inline]
    pub(crate) fn each_above(&self, node: u32, tell: impl FnMut(u32)) {
        self.above.each(node, tell);
    }

    pub(crate) fn members_row(&self, group: u32) -> &[u32] {
        self.members.row(group)
    }

    /// What the members of a group count for, in their order; empty where they are counted, one each.
    #[inline]
    pub(crate) fn capacities_row(&self, group: u32, tolerance: Tolerance) -> &[u32] {
        if tolerance.is_weighed() { self.capacities.row(group) } else { &[] }
    }

    /// The members of a group, each with what it counts for.
    pub(crate) fn weighed_members(
        &self,
        group: u32,
        tolerance: Tolerance,
    ) -> impl Iterator<Item = (u32, u32)> + '_ {
        let capacities = self.capacities_row(group, tolerance);
        let weight = move |place| capacities.get(place).copied().unwrap_or(1);
        self.members.row(group).iter().enumerate().map(move |(place, member)| (*member, weight(place)))
    }

    /// What a member counts for in a group.
    #[inline]
    pub(crate) fn weight(&self, group: u32, tolerance: Tolerance, member: u32) -> u32 {
        if !tolerance.is_weighed() {
            return 1;
        }
        let place = self.members.row(group).binary_search(&member);
        place.map_or(0, |place| self.capacities.row(group).get(place).copied().unwrap_or(0))
    }
}
