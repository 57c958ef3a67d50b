//! A version of a graph made from another: only the pages that change are copied.

use super::build::{Group, Threshold};
use super::{GROUP, Graph, GroupNode, NOBODY, Node, Tolerance};
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
                if from != to {
                    self.needs.insert(from.0, to.0);
                    self.needed_by.insert(to.0, from.0);
                }
            }
            Change::RemoveHard(from, to) => {
                self.needs.remove(from.0, to.0);
                self.needed_by.remove(to.0, from.0);
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
                self.tolerances.push(Tolerance { owner: NOBODY, slack: 0 });
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

    fn set_group(&mut self, position: u32, group: &Group) -> Result<()> {
        let slack = group.slack()?;
        let nodes: Vec<_> = group.members.iter().map(|member| Node(member.node)).collect();
        self.known(&nodes)?;
        self.known(&[Node(group.owner)])?;
        self.tolerances.set(position as usize, Tolerance { owner: group.owner, slack: slack.unwrap_or(0) });
        if slack.is_none() {
            self.unmet.push(position);
        }
        self.needs.insert(group.owner, GROUP | position);
        let members: Vec<_> = group.members.iter().map(|member| member.node).collect();
        for member in &members {
            self.needed_by.insert(*member, GROUP | position);
        }
        self.members.set(position, &members);
        if let Threshold::Capacity(_) = group.threshold {
            let capacities: Vec<_> = group.members.iter().map(|member| member.capacity).collect();
            self.capacities.set(position, &capacities);
        }
        Ok(())
    }

    fn remove_group(&mut self, position: u32) {
        let owner = self.tolerance(position).owner;
        if owner == NOBODY {
            return;
        }
        self.needs.remove(owner, GROUP | position);
        for member in self.members.row(position).to_vec() {
            self.needed_by.remove(member, GROUP | position);
        }
        self.members.set(position, &[]);
        if !self.is_counted(position) {
            self.capacities.set(position, &[]);
        }
        self.unmet.retain(|unmet| *unmet != position);
        self.tolerances.set(position as usize, Tolerance { owner: NOBODY, slack: 0 });
    }

    /// A member that goes takes its share of each group along: what the group tolerates shrinks by it.
    fn detach(&mut self, node: u32) {
        for need in self.needs.row(node).to_vec() {
            if need & GROUP != 0 {
                self.remove_group(need & !GROUP);
            } else {
                self.needed_by.remove(need, node);
            }
        }
        for dependant in self.needed_by.row(node).to_vec() {
            if dependant & GROUP != 0 {
                self.leave(dependant & !GROUP, node);
            } else {
                self.needs.remove(dependant, node);
            }
        }
        for need in self.soft_needs.row(node).to_vec() {
            self.soft_needed_by.remove(need, node);
        }
        for dependant in self.soft_needed_by.row(node).to_vec() {
            self.soft_needs.remove(dependant, node);
        }
        for rows in [&mut self.needs, &mut self.needed_by, &mut self.soft_needs, &mut self.soft_needed_by] {
            if !rows.row(node).is_empty() {
                rows.set(node, &[]);
            }
        }
    }

    fn leave(&mut self, group: u32, member: u32) {
        let weight = self.weight(group, member);
        let place = self.members.row(group).iter().position(|found| *found == member);
        if let Some(place) = place {
            let mut capacities = self.capacities.row(group).to_vec();
            if !capacities.is_empty() {
                capacities.remove(place);
                self.capacities.set(group, &capacities);
            }
        }
        self.members.remove(group, member);
        let tolerance = self.tolerance(group);
        let slack = tolerance.slack.checked_sub(weight);
        self.tolerances.set(group as usize, Tolerance { slack: slack.unwrap_or(0), ..tolerance });
        if slack.is_none() && !self.unmet.contains(&group) {
            self.unmet.push(group);
        }
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
