//! The single points of failure of all items at once.
//!
//! Each item gets its *derived needs*: what it needs hard, and for each of its groups the nearest items whose failure
//! takes more members than the group tolerates. The single points of an item are then simply all it reaches along
//! derived needs. Items are worked out after what they need, and a circle again and again until nothing is added.

use crate::components::components;
use crate::error::{Result, TopologyError};
use crate::graph::{Entry, Graph, Node};
use crate::impact::impact;

/// What every item is brought down by, in a form that answers for any of them at once.
#[derive(Debug, Clone)]
pub struct AllSinglePoints {
    /// Where each item's derived needs are in `needs`.
    spans: Vec<(u32, u32)>,
    needs: Vec<u32>,
    never_up: Vec<bool>,
}

impl AllSinglePoints {
    /// What, failing alone, brings an item down: itself excluded, nearest first.
    ///
    /// # Errors
    ///
    /// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph did not have.
    pub fn of(&self, node: Node) -> Result<Vec<Node>> {
        if node.index() >= self.spans.len() {
            return Err(TopologyError::invalid("node", &node.0, "no item has this position"));
        }
        if self.never_up[node.index()] {
            return Ok(Vec::new());
        }
        let mut met = std::collections::HashSet::from([node.0]);
        let mut found = vec![node];
        let mut next = 0;
        while let Some(node) = found.get(next).copied() {
            next += 1;
            found.extend(self.derived(node.0).iter().filter(|need| met.insert(**need)).copied().map(Node));
        }
        found.remove(0);
        Ok(found)
    }

    /// Whether an item is down with everything else up, since something it needs can never be met.
    pub fn is_never_up(&self, node: Node) -> bool {
        self.never_up.get(node.index()).copied().unwrap_or(false)
    }

    fn derived(&self, node: u32) -> &[u32] {
        let (begin, end) = self.spans[node as usize];
        &self.needs[begin as usize..end as usize]
    }

    fn set(&mut self, node: u32, needs: &[u32]) {
        let begin = self.needs.len() as u32;
        self.needs.extend_from_slice(needs);
        self.spans[node as usize] = (begin, self.needs.len() as u32);
    }
}

/// The single points of failure of all items. Exact, also on circles.
pub fn all_single_points(graph: &Graph) -> AllSinglePoints {
    let items = graph.items() as usize;
    let mut found =
        AllSinglePoints { spans: vec![(0, 0); items], needs: Vec::new(), never_up: vec![false; items] };
    for down in impact(graph, &[]).unwrap_or_default().down_before {
        found.never_up[down.node.index()] = true;
    }
    let components = components(graph);
    let mut rank = vec![0_u32; items];
    for (position, node) in components.needed_first().iter().enumerate() {
        rank[node.index()] = position as u32;
    }
    let mut work = Work { graph, found, rank, counts: vec![0; items], stamps: vec![0; items], stamp: 0 };
    for members in components.iter() {
        for node in members {
            let hard: Vec<_> = graph.hard_needs(*node).map(|need| need.0).collect();
            work.found.set(node.0, &hard);
        }
        loop {
            let mut has_grown = false;
            for node in members {
                has_grown |= work.derive(node.0);
            }
            if !has_grown || members.len() == 1 {
                break;
            }
        }
    }
    work.found
}

struct Work<'a> {
    graph: &'a Graph,
    found: AllSinglePoints,
    /// The position of each item in an order in which what is needed comes first.
    rank: Vec<u32>,
    /// How much of the group at hand rests on each item.
    counts: Vec<u32>,
    stamps: Vec<u32>,
    stamp: u32,
}

impl Work<'_> {
    /// Adds to an item's derived needs what its groups rest on; whether there was anything to add.
    fn derive(&mut self, node: u32) -> bool {
        let mut more = Vec::new();
        for entry in self.graph.needs_row(node) {
            if let Entry::Group(group) = Entry::of(*entry) {
                let resting = self.resting(group);
                more.extend(self.nearest(resting));
            }
        }
        if more.is_empty() {
            return false;
        }
        self.walk(node);
        more.retain(|need| self.stamps[*need as usize] != self.stamp);
        if more.is_empty() {
            return false;
        }
        more.sort_unstable();
        more.dedup();
        let mut needs = self.found.derived(node).to_vec();
        needs.extend(more);
        self.found.set(node, &needs);
        true
    }

    /// The items on which more of a group rests than it tolerates. Closed: what one of them needs is one too.
    fn resting(&mut self, group: u32) -> Vec<u32> {
        let tolerance = self.graph.tolerance(group);
        let mut touched = Vec::new();
        let mut slack = tolerance.slack;
        for (member, weight) in self.graph.weighed_members(group, tolerance) {
            if self.found.never_up[member as usize] {
                // It is lost already, so the group tolerates so much less.
                slack = slack.saturating_sub(weight);
                continue;
            }
            for reached in self.walk(member) {
                let count = &mut self.counts[reached as usize];
                if *count == 0 {
                    touched.push(reached);
                }
                *count += weight;
            }
        }
        let resting = touched.iter().copied().filter(|item| self.counts[*item as usize] > slack).collect();
        for item in touched {
            self.counts[item as usize] = 0;
        }
        resting
    }

    /// Of a closed set, items from which all the others are reached.
    fn nearest(&mut self, mut set: Vec<u32>) -> Vec<u32> {
        set.sort_unstable_by_key(|item| std::cmp::Reverse(self.rank[*item as usize]));
        self.stamp += 1;
        let stamp = self.stamp;
        let mut nearest = Vec::new();
        for item in set {
            if self.stamps[item as usize] != stamp {
                nearest.push(item);
                self.spread(item);
            }
        }
        nearest
    }

    /// Everything an item reaches along derived needs, itself first.
    fn walk(&mut self, from: u32) -> Vec<u32> {
        self.stamp += 1;
        self.spread(from)
    }

    fn spread(&mut self, from: u32) -> Vec<u32> {
        self.stamps[from as usize] = self.stamp;
        let mut reached = vec![from];
        let mut next = 0;
        while let Some(item) = reached.get(next).copied() {
            next += 1;
            let (begin, end) = self.found.spans[item as usize];
            for need in &self.found.needs[begin as usize..end as usize] {
                let stamp = &mut self.stamps[*need as usize];
                if *stamp != self.stamp {
                    *stamp = self.stamp;
                    reached.push(*need);
                }
            }
        }
        reached
    }
}
