//! A version of a graph made from another: only the pages that change are copied.

use super::{GROUP, Graph, Group, GroupNode, Node, Threshold, Tolerance};
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
                let position = self.groups();
                self.push(Tolerance::GONE, position);
                self.numbers.push(position);
                self.set_group(position, group)?;
            }
            Change::SetGroup(position, group) => {
                let number = self.known_group(*position)?;
                self.remove_group(number);
                self.set_group(number, group)?;
            }
            Change::RemoveGroup(position) => {
                let number = self.known_group(*position)?;
                self.remove_group(number);
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

    /// One more group at a position. Its number is what comes next.
    fn push(&mut self, tolerance: Tolerance, position: u32) {
        self.names.push(position);
        self.tolerances.push(tolerance);
        self.losses.push(tolerance.losses());
    }

    fn tolerate(&mut self, number: u32, tolerance: Tolerance) {
        self.tolerances.set(number as usize, tolerance);
        self.losses.set(number as usize, tolerance.losses());
    }

    fn set_group(&mut self, number: u32, group: &Group) -> Result<()> {
        let slack = group.slack()?;
        let members = group.drafted().renumbered(|node| node);
        let nodes: Vec<_> = members.iter().map(|member| member.node).collect();
        self.known(&[Node(group.owner)])?;
        self.known(&nodes.iter().copied().map(Node).collect::<Vec<_>>())?;
        self.tolerate(number, Tolerance::of(group.owner, slack, group.threshold));
        if slack.is_none() {
            self.unmet.push(number);
        }
        self.needs.insert(group.owner, GROUP | number);
        for member in &nodes {
            self.member_of.insert(*member, number);
            self.join(group.owner, *member);
        }
        self.members.set(number, &nodes);
        if let Threshold::Capacity(_) = group.threshold {
            let capacities: Vec<_> = members.iter().map(|member| member.capacity).collect();
            self.capacities.set(number, &capacities);
        }
        Ok(())
    }

    fn remove_group(&mut self, number: u32) {
        let tolerance = self.tolerance(number);
        if tolerance.is_gone() {
            return;
        }
        self.needs.remove(tolerance.owner(), GROUP | number);
        for member in self.members.row(number).to_vec() {
            self.member_of.remove(member, number);
            self.part(tolerance.owner(), member);
        }
        self.members.set(number, &[]);
        if tolerance.is_weighed() {
            self.capacities.set(number, &[]);
        }
        self.unmet.retain(|unmet| *unmet != number);
        self.tolerate(number, Tolerance::GONE);
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
            self.needs.remove(dependant, node);
            self.below.remove(dependant, node);
        }
        for group in self.member_of.entries_of(node).collect::<Vec<_>>() {
            self.leave(group, node);
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
        let upward = [&mut self.needed_by, &mut self.member_of, &mut self.above, &mut self.soft_needed_by];
        for fans in upward {
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
        self.tolerate(group, tolerance.with(slack));
    }

    pub(crate) fn known(&self, nodes: &[Node]) -> Result<()> {
        match nodes.iter().find(|node| node.0 >= self.items) {
            Some(node) => Err(TopologyError::invalid("node", &node.0, "no item has this position")),
            None => Ok(()),
        }
    }

    /// The number of a group.
    fn known_group(&self, group: GroupNode) -> Result<u32> {
        let rule = "no group has this position";
        self.number(group).ok_or_else(|| TopologyError::invalid("group", &group.0, rule))
    }
}
