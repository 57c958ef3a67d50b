//! Why something is down or hurt: chains of items, each with what ties it to the next.

use std::collections::{HashMap, HashSet};

use topology::{
    graph::{GroupNode, Node},
    impact::{Cause, Down, Hurt, Impact},
};

use super::graph::Estate;

/// What ties an item of a chain to the next one; the last has what began it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepLink {
    /// It is down without the next.
    Hard,
    /// The next is a member of a group that it needs.
    Group(GroupNode),
    /// It is degraded without the next.
    Soft,
    /// It failed itself.
    Failed,
    /// It needs more of this group than there is with everything up.
    Unmet(GroupNode),
    /// Nothing: a way ends here.
    End,
}

/// An item of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// The item.
    pub node: Node,
    /// What ties it to the next.
    pub link: StepLink,
}

/// What is down, by item, so that chains are followed without a search.
#[derive(Clone, Debug, Default)]
pub struct Downs(HashMap<Node, Down>);

/// How a group came through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// The group.
    pub group: GroupNode,
    /// Members that are down.
    pub lost: Vec<Node>,
    /// Members that are up.
    pub left: u32,
}

impl Downs {
    /// Of some consequences: what is down because of them, and what was down before.
    #[must_use]
    pub fn of(impact: &Impact) -> Self {
        let all = impact.down.iter().chain(&impact.down_before);
        Self(all.map(|down| (down.node, *down)).collect())
    }

    /// Whether an item is down.
    #[must_use]
    pub fn has(&self, node: Node) -> bool {
        self.0.contains_key(&node)
    }

    /// Steps from what failed to an item that is down.
    #[must_use]
    pub fn steps(&self, node: Node) -> Option<u32> {
        self.0.get(&node).map(|down| down.steps)
    }

    /// The shortest chain of failures from an item that is down to what failed itself.
    #[must_use]
    pub fn chain(&self, node: Node) -> Vec<Step> {
        let mut chain = Vec::new();
        let mut next = self.0.get(&node);
        // What brought an item down went down before it, so this ends.
        while let Some(down) = next {
            let (link, cause) = match down.cause {
                Cause::Need(cause) => (StepLink::Hard, Some(cause)),
                Cause::Group(group, cause) => (StepLink::Group(group), Some(cause)),
                Cause::Failed => (StepLink::Failed, None),
                Cause::Unmet(group) => (StepLink::Unmet(group), None),
            };
            chain.push(Step { node: down.node, link });
            next = cause.and_then(|cause| self.0.get(&cause));
        }
        chain
    }

    /// How a group came through.
    #[must_use]
    pub fn saved(&self, estate: &Estate, group: GroupNode) -> Saved {
        let mut lost: Vec<Node> = estate.graph.members(group).filter(|member| self.has(*member)).collect();
        lost.sort_by_key(|node| estate.thing(*node));
        let left = estate.graph.members(group).len() - lost.len();
        Saved { group, lost, left: u32::try_from(left).unwrap_or(u32::MAX) }
    }

    /// Whether more of a group is down than its owner can do without.
    fn have_felled(&self, estate: &Estate, group: GroupNode) -> bool {
        let members = estate.graph.members(group).zip(estate.graph.capacities(group));
        let lost = members.filter(|(member, _)| self.has(*member)).map(|(_, capacity)| u64::from(capacity));
        let lost: u64 = lost.sum();
        estate.graph.slack(group).is_some_and(|slack| lost > u64::from(slack))
    }

    /// What hurt an item that is up, nearest first: what it lost, by which link, and how far that is from what failed.
    #[must_use]
    pub fn hurt_by(&self, estate: &Estate, hurt: &Hurt) -> Option<(StepLink, Node, u32)> {
        let soft = hurt.lost.iter().map(|lost| (StepLink::Soft, *lost));
        let members = hurt.saved_by.iter().flat_map(|group| {
            let lost = estate.graph.members(*group).filter(|member| self.has(*member));
            lost.map(|lost| (StepLink::Group(*group), lost))
        });
        let nearest = |(link, lost): (StepLink, Node)| Some((link, lost, self.steps(lost)?));
        let key = |(_, lost, steps): &(StepLink, Node, u32)| (*steps, estate.thing(*lost));
        // What degrades says more than what only takes redundancy.
        soft.filter_map(nearest).min_by_key(key).or_else(|| members.filter_map(nearest).min_by_key(key))
    }

    /// The chain behind an item that is up and hurt.
    #[must_use]
    pub fn hurt_chain(&self, estate: &Estate, hurt: &Hurt) -> Vec<Step> {
        let Some((link, lost, _)) = self.hurt_by(estate, hurt) else { return Vec::new() };
        let mut chain = vec![Step { node: hurt.node, link }];
        chain.extend(self.chain(lost));
        chain
    }
}

/// The groups of what lies on a chain of which too many members fell for their owner, and several of them, so that what
/// looked redundant was not: each with how it went. What else brought the owner down at the same time does not matter.
#[must_use]
pub fn common_groups(estate: &Estate, downs: &Downs, chain: &[Step]) -> Vec<Saved> {
    let mut met = HashSet::new();
    let groups = chain.iter().flat_map(|step| estate.graph.groups_of(step.node));
    let groups = groups.filter(|group| met.insert(*group) && downs.have_felled(estate, *group));
    groups.map(|group| downs.saved(estate, group)).filter(|saved| saved.lost.len() > 1).collect()
}
