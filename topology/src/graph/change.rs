//! A version of a graph made from another: only the pages that change are copied.

use super::build::{Group, Threshold, in_order};
use super::{GROUP, Graph, GroupNode, Node, Tolerance};
use crate::error::{Result, TopologyError};

/// One thing that is different in the next version. Positions are those of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// One more item, at the next position, which needs nothing.
    AddItem,
    /// The first is down without the second.
    AddHard(Node, Node),
    /// It no longer is.
    RemoveHard(Node, Node),
    /// The first is degraded without the second.
    AddSoft(Node, Node),
    /// It no longer is.
    RemoveSoft(Node, Node),
    /// One more group, at the next position.
    AddGroup(Group),
    /// A group as it is from now on, with the same owner or another.
    SetGroup(GroupNode, Group),
    /// A group is gone.
    RemoveGroup(GroupNode),
    /// Nothing needs the item any longer, and it needs nothing. Its position stays.
    Detach(Node),
}

impl Graph {
    /// The graph after some changes, in their order. This one stays as it is.
    ///
    /// # Errors
    ///
    /// [`TopologyError::Invalid`] for a position that nothing has, and as [`Group::slack`]; then nothing is changed.
    pub fn changed(&self, changes: &[Change]) -> Result<Self> {
        let mut graph = self.clone();
        for change in changes {
            graph.apply(change)?;
        }
        Ok(graph)
    }

    fn apply(&mut self, change: &Change) -> Result<()> {
        match change {
            Change::AddItem => self.items += 1,
            Change::AddHard(from, to) => {
                self.known(&[*from, *to])?;
                if from != to && self.needs.insert(from.0, to.0) {
                    self.needed_by.insert(to.0, from.0);
                    self.join(from.0, to.0);
                }
            }
            Change::RemoveHard(from, to) => {
                if self.needs.remove(from.0, to.0) {
                    self.needed_by.remove(to.0, from.0);
                    self.part(from.0, to.0);
                }
            }
            Change::AddSoft(from, to) => {
                self.known(&[*from, *to])?;
                if from != to {
                    self.soft_needs.insert(from.0, to.0);
                    self.soft_needed_by.insert(to.0, from.0);
                }
            }
            Change::RemoveSoft(from, to) => {
                self.soft_needs.remove(from.0, to.0);
                self.soft_needed_by.remove(to.0, from.0);
            }
            Change::AddGroup(group) => {
                self.tolerances.push(Tolerance::GONE);
                self.set_group(self.tolerances.len() as u32 - 1, group)?;
            }
            Change::SetGroup(position, group) => {
                self.known_group(*position)?;
                self.remove_group(position.0);
                self.set_group(position.0, group)?;
            }
            Change::RemoveGroup(position) => {
                self.known_group(*position)?;
                self.remove_group(position.0);
            }
            Change::Detach(node) => {
                self.known(&[*node])?;
                self.detach(node.0);
            }
        }
        Ok(())
    }

    /// One more way in which an item needs another.
    fn join(&mut self, from: u32, to: u32) {
        self.below.insert_again(from, to);
        self.above.insert_again(to, from);
    }

    /// One way fewer.
    fn part(&mut self, from: u32, to: u32) {
        self.below.remove(from, to);
        self.above.remove(to, from);
    }

    fn set_group(&mut self, position: u32, group: &Group) -> Result<()> {
        let slack = group.slack()?;
        let members = in_order(&group.members, |node| node);
        let nodes: Vec<_> = members.iter().map(|member| member.node).collect();
        self.known(&[Node(group.owner)])?;
        self.known(&nodes.iter().copied().map(Node).collect::<Vec<_>>())?;
        self.tolerances.set(position as usize, Tolerance::of(group.owner, slack, group.threshold));
        if slack.is_none() {
            self.unmet.push(position);
        }
        self.needs.insert(group.owner, GROUP | position);
        for member in &nodes {
            self.needed_by.insert(*member, GROUP | position);
            self.join(group.owner, *member);
        }
        self.members.set(position, &nodes);
        if let Threshold::Capacity(_) = group.threshold {
            let capacities: Vec<_> = members.iter().map(|member| member.capacity).collect();
            self.capacities.set(position, &capacities);
        }
        Ok(())
    }

    fn remove_group(&mut self, position: u32) {
        let tolerance = self.tolerance(position);
        if tolerance.is_gone() {
            return;
        }
        self.needs.remove(tolerance.owner(), GROUP | position);
        for member in self.members.row(position).to_vec() {
            self.needed_by.remove(member, GROUP | position);
            self.part(tolerance.owner(), member);
        }
        self.members.set(position, &[]);
        if tolerance.is_weighed() {
            self.capacities.set(position, &[]);
        }
        self.unmet.retain(|unmet| *unmet != position);
        self.tolerances.set(position as usize, Tolerance::GONE);
    }

    /// A member that goes takes its share of each group along: what the group tolerates shrinks by it.
    fn detach(&mut self, node: u32) {
        for need in self.needs.row(node).to_vec() {
            if need & GROUP != 0 {
                self.remove_group(need & !GROUP);
            } else {
                self.needed_by.remove(need, node);
                self.part(node, need);
            }
        }
        for dependant in self.needed_by.entries_of(node).collect::<Vec<_>>() {
            if dependant & GROUP != 0 {
                self.leave(dependant & !GROUP, node);
            } else {
                self.needs.remove(dependant, node);
                self.below.remove(dependant, node);
            }
        }
        for need in self.soft_needs.row(node).to_vec() {
            self.soft_needed_by.remove(need, node);
        }
        for dependant in self.soft_needed_by.entries_of(node).collect::<Vec<_>>() {
            self.soft_needs.remove(dependant, node);
        }
        for rows in [&mut self.needs, &mut self.below, &mut self.soft_needs] {
            if !rows.row(node).is_empty() {
                rows.set(node, &[]);
            }
        }
        for fans in [&mut self.needed_by, &mut self.above, &mut self.soft_needed_by] {
            fans.clear(node);
        }
    }

    fn leave(&mut self, group: u32, member: u32) {
        let tolerance = self.tolerance(group);
        let weight = self.weight(group, tolerance, member);
        if tolerance.is_weighed()
            && let Ok(place) = self.members.row(group).binary_search(&member)
        {
            let mut capacities = self.capacities.row(group).to_vec();
            capacities.remove(place);
            self.capacities.set(group, &capacities);
        }
        self.members.remove(group, member);
        self.below.remove(tolerance.owner(), member);
        let slack = tolerance.slack.checked_sub(weight).filter(|_| !tolerance.is_unmet());
        if slack.is_none() && !tolerance.is_unmet() {
            self.unmet.push(group);
        }
        self.tolerances.set(group as usize, tolerance.with(slack));
    }

    pub(crate) fn known(&self, nodes: &[Node]) -> Result<()> {
        match nodes.iter().find(|node| node.0 >= self.items) {
            Some(node) => Err(TopologyError::invalid("node", &node.0, "no item has this position")),
            None => Ok(()),
        }
    }

    pub(crate) fn known_group(&self, group: GroupNode) -> Result<()> {
        if group.0 < self.groups() {
            return Ok(());
        }
        Err(TopologyError::invalid("group", &group.0, "no group has this position"))
    }
}
