//! What fails when items fail: down, degraded or at risk, and why.
//!
//! An item is up exactly if it has not failed itself, everything it needs hard is up, and of each of its groups enough
//! is up. On circles that leaves open, say, whether two items that need each other are both up or both down; here all
//! is up that can be (the greatest fixpoint): an item is down only if a chain of failures brought it down.

use crate::error::Result;
use crate::graph::{Entry, Graph, GroupNode, Node, PAGE, Tolerance};
use crate::marks::Marks;

/// What brought an item down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// It failed itself.
    Failed,
    /// It needs this item, which is down.
    Need(Node),
    /// It needs more of this group than is left; the item is the member whose loss was one too many.
    Group(GroupNode, Node),
    /// It needs more of this group than there is even with all members up.
    Unmet(GroupNode),
}

/// An item that is down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Down {
    /// The item.
    pub node: Node,
    /// What brought it down. Following the causes back gives a shortest chain of failures.
    pub cause: Cause,
    /// Steps from what failed: zero for that itself.
    pub steps: u32,
}

/// An item that is up, and has lost something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hurt {
    /// The item.
    pub node: Node,
    /// What it is degraded without and which is down; empty where only redundancy was lost.
    pub lost: Vec<Node>,
    /// The groups that lost members and still have enough: what saved it.
    pub saved_by: Vec<GroupNode>,
}

impl Hurt {
    /// Whether it does less than it should; otherwise it only has less to fall back on.
    pub fn is_degraded(&self) -> bool {
        !self.lost.is_empty()
    }
}

/// The consequences of some failures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// What is down, nearest to a failure first; what failed itself leads.
    pub down: Vec<Down>,
    /// What was down before anything failed, for it needs more of a group than there is, or needs something that does.
    pub down_before: Vec<Down>,
    /// What is up and has lost something, by number.
    pub hurt: Vec<Hurt>,
}

/// What a failure of these items, at once, brings down, degrades and puts at risk.
///
/// Each edge of what fails is looked at once, so the work grows with the answer and not with the graph.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph does not have.
pub fn impact(graph: &Graph, failed: &[Node]) -> Result<Impact> {
    graph.known(failed)?;
    let mut cascade = Cascade::begin(graph);
    let before = cascade.down.len();
    cascade.fail(failed);
    let down = cascade.down.split_off(before);
    let mut impact = Impact { down_before: cascade.down, down, hurt: Vec::new() };
    impact.hurt = hurt(graph, &impact.down, &cascade.is_down);
    Ok(impact)
}

/// What a failure of these items brings down, themselves first, in the order in which they go.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph does not have.
pub fn brought_down(graph: &Graph, failed: &[Node]) -> Result<Vec<Down>> {
    graph.known(failed)?;
    let mut cascade = Cascade::begin(graph);
    let before = cascade.down.len();
    cascade.fail(failed);
    Ok(cascade.down.split_off(before))
}

/// Failures on their way through a graph.
struct Cascade<'a> {
    graph: &'a Graph,
    is_down: Marks,
    /// What each group still tolerates, by page; a page is copied once a group of it loses something.
    left: Vec<Option<Box<[Tolerance]>>>,
    down: Vec<Down>,
    /// How many of `down` have been passed on.
    passed: usize,
}

impl<'a> Cascade<'a> {
    /// As things stand before anything fails.
    fn begin(graph: &'a Graph) -> Self {
        let left = vec![None; (graph.groups() as usize).div_ceil(PAGE)];
        let mut cascade =
            Self { graph, is_down: Marks::new(graph.items()), left, down: Vec::new(), passed: 0 };
        for group in graph.unmet() {
            if let Some(owner) = graph.owner(group) {
                cascade.add(owner, Cause::Unmet(group), 0);
            }
        }
        cascade.pass_on();
        cascade
    }

    fn fail(&mut self, failed: &[Node]) {
        for node in failed {
            self.add(*node, Cause::Failed, 0);
        }
        self.pass_on();
    }

    fn add(&mut self, node: Node, cause: Cause, steps: u32) {
        if self.is_down.add(node.0) {
            self.down.push(Down { node, cause, steps });
        }
    }

    /// Brings down what needs what is down, nearest first.
    fn pass_on(&mut self) {
        while let Some(Down { node, steps, .. }) = self.down.get(self.passed).copied() {
            self.passed += 1;
            for part in self.graph.needed_by_parts(node.0) {
                part.iter().for_each(|entry| self.tell(*entry, node, steps + 1));
            }
        }
    }

    /// Tells what needs an item that is down.
    #[inline]
    fn tell(&mut self, entry: u32, lost: Node, steps: u32) {
        match Entry::of(entry) {
            Entry::Item(item) => self.add(Node(item), Cause::Need(lost), steps),
            Entry::Group(group) => {
                let (page, slot) = (group as usize / PAGE, group as usize % PAGE);
                let graph = self.graph;
                let left = self.left[page].get_or_insert_with(|| graph.tolerances_page(page).into());
                let left = &mut left[slot];
                let weight = graph.weight(group, *left, lost.0);
                if left.take(weight) {
                    let owner = Node(left.owner());
                    self.add(owner, Cause::Group(GroupNode(group), lost), steps);
                }
            }
        }
    }
}

/// What is up and lost a soft need, or a member of a group, to what is down.
fn hurt(graph: &Graph, down: &[Down], is_down: &Marks) -> Vec<Hurt> {
    let mut losses: Vec<(Node, Loss)> = Vec::new();
    for Down { node, .. } in down {
        for degraded in graph.soft_needed_by(*node).filter(|degraded| !is_down.has(degraded.0)) {
            losses.push((degraded, Loss::Soft(*node)));
        }
        for group in graph.memberships(*node) {
            if let Some(owner) = graph.owner(group).filter(|owner| !is_down.has(owner.0)) {
                losses.push((owner, Loss::Member(group)));
            }
        }
    }
    losses.sort_unstable();
    losses.dedup();
    let by_node = losses.chunk_by(|one, other| one.0 == other.0);
    by_node.map(|losses| of_node(losses[0].0, losses)).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Loss {
    Soft(Node),
    Member(GroupNode),
}

fn of_node(node: Node, losses: &[(Node, Loss)]) -> Hurt {
    let mut hurt = Hurt { node, lost: Vec::new(), saved_by: Vec::new() };
    for (_, loss) in losses {
        match loss {
            Loss::Soft(lost) => hurt.lost.push(*lost),
            Loss::Member(group) => hurt.saved_by.push(*group),
        }
    }
    hurt
}

impl Impact {
    /// The shortest chain of failures that brought an item down, from the item back to what failed itself. Empty for
    /// an item that is up.
    pub fn chain(&self, node: Node) -> Vec<Down> {
        let mut chain = Vec::new();
        let mut next = Some(node);
        // Circles cannot occur: what brought an item down went down before it.
        while let Some(down) = next.and_then(|node| self.find(node)) {
            chain.push(down);
            next = match down.cause {
                Cause::Need(cause) | Cause::Group(_, cause) => Some(cause),
                Cause::Failed | Cause::Unmet(_) => None,
            };
        }
        chain
    }

    fn find(&self, node: Node) -> Option<Down> {
        self.down.iter().chain(&self.down_before).find(|down| down.node == node).copied()
    }
}
