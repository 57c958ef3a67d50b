//! What fails when items fail: down, degraded or at risk, and why.
//!
//! An item is up exactly if it has not failed itself, everything it needs hard is up, and of each of its groups enough
//! is up. On circles that leaves open, say, whether two items that need each other are both up or both down; here all
//! is up that can be (the greatest fixpoint): an item is down only if a chain of failures brought it down.

use std::collections::HashMap;

use crate::error::Result;
use crate::graph::{Entry, Graph, GroupNode, MANY, Node, PAGE, Tolerance};
use crate::marks::{Marks, in_order, is_wide};

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

impl Cause {
    /// The item whose going down brought it down; `None` where it went down by itself.
    pub(crate) fn item(self) -> Option<Node> {
        match self {
            Self::Need(node) | Self::Group(_, node) => Some(node),
            Self::Failed | Self::Unmet(_) => None,
        }
    }
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
/// Each edge of what fails is looked at a few times, so the work grows with the answer and not with the graph.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph does not have.
pub fn impact(graph: &Graph, failed: &[Node]) -> Result<Impact> {
    graph.known(failed)?;
    let mut cascade = Cascade::begin(graph);
    let before = cascade.pass_on();
    let after = cascade.fail(failed);
    let mut reasons = Reasons::new(graph);
    let down_before = reasons.explain_unmet(&before);
    let down = reasons.explain(&after, |_| Cause::Failed);
    let hurt = hurt(graph, &down, &cascade.is_down);
    Ok(Impact { down, down_before, hurt })
}

/// What a failure of these items brings down, themselves first, nearest first.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a node that the graph does not have.
pub fn brought_down(graph: &Graph, failed: &[Node]) -> Result<Vec<Node>> {
    graph.known(failed)?;
    let mut cascade = Cascade::begin(graph);
    cascade.pass_on();
    Ok(cascade.fail(failed).nodes)
}

/// What is down though nothing has failed, each after what keeps it down.
pub(crate) fn never_up(graph: &Graph) -> Vec<Down> {
    let before = Cascade::begin(graph).pass_on();
    Reasons::new(graph).explain_unmet(&before)
}

/// Items that went down, and how many of them had gone after each step.
#[derive(Default)]
struct Fallen {
    nodes: Vec<Node>,
    ends: Vec<usize>,
}

/// Failures on their way through a graph.
struct Cascade<'a> {
    graph: &'a Graph,
    is_down: Marks,
    losses: Losses<'a>,
    /// What is down and has not been passed on.
    ring: Vec<Node>,
}

impl<'a> Cascade<'a> {
    /// As things stand before anything fails.
    fn begin(graph: &'a Graph) -> Self {
        let mut is_down = Marks::new(graph.items());
        let owners = graph.unmet().filter_map(|group| graph.owner(group));
        let ring = owners.filter(|owner| is_down.add(owner.0)).collect();
        Self { graph, is_down, losses: Losses::of(graph), ring }
    }

    fn fail(&mut self, failed: &[Node]) -> Fallen {
        let is_down = &mut self.is_down;
        self.ring.extend(failed.iter().filter(|node| is_down.add(node.0)));
        self.pass_on()
    }

    /// Brings down what needs what is down, nearest first.
    fn pass_on(&mut self) -> Fallen {
        let Self { graph, is_down, losses, ring } = self;
        let mut nodes = std::mem::take(ring);
        let mut ends = Vec::new();
        // What a wide ring brings down, which comes out in order: the next ring is read as it lies in memory.
        let mut outer: Option<Marks> = None;
        let mut begin = 0;
        while begin < nodes.len() {
            let end = nodes.len();
            ends.push(end);
            if is_wide(end - begin, graph.items()) {
                let outer = outer.get_or_insert_with(|| Marks::new(graph.items()));
                let ring = &mut nodes[begin..end];
                in_order(ring, outer);
                graph.all_needed_by(ring, |run| run.entries.iter().for_each(|item| outer.set(*item)));
                losses.take_all(ring, |owner| outer.set(owner));
                outer.pour_into(is_down, |item| nodes.push(Node(item)));
            } else {
                for position in begin..end {
                    let lost = nodes[position];
                    let mut tell = |item| {
                        if is_down.add(item) {
                            nodes.push(Node(item));
                        }
                    };
                    graph.each_needed_by(lost.0, &mut tell);
                    losses.take(lost, &mut tell);
                }
            }
            begin = end;
        }
        Fallen { nodes, ends }
    }
}

/// What groups have lost.
struct Losses<'a> {
    graph: &'a Graph,
    /// In how many losses each group is missed, by page; a page is copied once a group of it loses something.
    pages: Vec<Option<Box<[u8]>>>,
    /// The same of all groups, once that many lose something that pages would only be in the way.
    all: Vec<u8>,
    /// What the groups still tolerate whose losses are not counted there.
    tolerances: HashMap<u32, Tolerance>,
    /// The groups that a wide ring leaves without enough.
    missed: Option<Marks>,
}

impl<'a> Losses<'a> {
    fn of(graph: &'a Graph) -> Self {
        let pages = vec![None; (graph.groups() as usize).div_ceil(PAGE)];
        Self { graph, pages, all: Vec::new(), tolerances: HashMap::new(), missed: None }
    }

    /// Takes an item from the groups that it is a member of, and tells owners of groups that are missed now.
    fn take(&mut self, lost: Node, mut tell: impl FnMut(u32)) {
        let graph = self.graph;
        graph.each_membership(lost.0, |group| {
            let left = match self.all.get_mut(group as usize) {
                Some(left) => left,
                None => {
                    let (page, slot) = (group as usize / PAGE, group as usize % PAGE);
                    &mut self.pages[page].get_or_insert_with(|| graph.losses_page(page).into())[slot]
                }
            };
            let before = *left;
            *left = counted(before);
            let tolerances = &mut self.tolerances;
            if before == 1 || before == MANY && take_much(graph, tolerances, group, lost) {
                tell(graph.tolerance(group).owner());
            }
        });
    }

    /// Takes many items from their groups, in an order in which what is near in memory is looked at together. Whether a
    /// group is missed is hard to foresee, so nothing is decided by it for each of its members.
    fn take_all(&mut self, lost: &[Node], mut tell: impl FnMut(u32)) {
        let graph = self.graph;
        if self.all.is_empty() {
            self.all.reserve_exact(graph.groups() as usize + PAGE);
            for (page, own) in self.pages.iter().enumerate() {
                self.all.extend_from_slice(own.as_deref().unwrap_or(graph.losses_page(page)));
            }
        }
        let (all, tolerances) = (&mut self.all[..], &mut self.tolerances);
        let missed = self.missed.get_or_insert_with(|| Marks::new(graph.groups()));
        graph.all_memberships(lost, |run| {
            for (entry, group) in run.entries.iter().enumerate() {
                let left = &mut all[*group as usize];
                let before = *left;
                *left = counted(before);
                missed.set_if(before == 1, *group);
                if before == MANY {
                    let lost = Node(run.position(entry));
                    missed.set_if(take_much(graph, tolerances, *group, lost), *group);
                }
            }
        });
        missed.drain(|group| tell(graph.tolerance(group).owner()));
    }
}

/// One loss fewer, of those that are counted.
#[inline]
fn counted(left: u8) -> u8 {
    if left == MANY { MANY } else { left.saturating_sub(1) }
}

/// Takes a member from a group in which members count by capacity, or are very many; whether it is missed now.
#[cold]
fn take_much(graph: &Graph, tolerances: &mut HashMap<u32, Tolerance>, group: u32, lost: Node) -> bool {
    let left = tolerances.entry(group).or_insert_with(|| graph.tolerance(group));
    let weight = graph.weight(group, *left, lost.0);
    left.take(weight)
}

/// Finds what brought items down.
struct Reasons<'a> {
    graph: &'a Graph,
    /// What is down since the step before.
    last: Marks,
    /// What was down before that.
    earlier: Marks,
}

impl<'a> Reasons<'a> {
    fn new(graph: &'a Graph) -> Self {
        Self { graph, last: Marks::new(graph.items()), earlier: Marks::new(graph.items()) }
    }

    /// Explains what is down before anything fails.
    fn explain_unmet(&mut self, fallen: &Fallen) -> Vec<Down> {
        let graph = self.graph;
        let unmet = |node| graph.groups_of(node).find(|group| graph.slack(*group).is_none());
        self.explain(fallen, |node| unmet(node).map_or(Cause::Failed, Cause::Unmet))
    }

    /// Explains what went down, the first step by `first`.
    fn explain(&mut self, fallen: &Fallen, first: impl Fn(Node) -> Cause) -> Vec<Down> {
        let mut found = Vec::with_capacity(fallen.nodes.len());
        let (mut begin, mut before): (usize, &[Node]) = (0, &[]);
        for (steps, end) in fallen.ends.iter().enumerate() {
            let ring = &fallen.nodes[begin..*end];
            found.extend(ring.iter().map(|node| {
                let cause = if steps == 0 { first(*node) } else { self.cause(*node) };
                Down { node: *node, cause, steps: steps as u32 }
            }));
            self.settle(before);
            ring.iter().for_each(|node| self.last.set(node.0));
            (begin, before) = (*end, ring);
        }
        self.settle(before);
        found
    }

    fn settle(&mut self, ring: &[Node]) {
        for node in ring {
            self.last.remove(node.0);
            self.earlier.set(node.0);
        }
    }

    /// What brought an item down in the step after the last.
    fn cause(&self, node: Node) -> Cause {
        let cause = self.graph.needs_row(node.0).iter().find_map(|entry| match Entry::of(*entry) {
            Entry::Item(need) => self.last.has(need).then_some(Cause::Need(Node(need))),
            Entry::Group(group) => self.one_too_many(group),
        });
        // There is always one: what falls after the first step falls with something of the step before.
        cause.unwrap_or(Cause::Failed)
    }

    /// The group, if it is missed since the last step, with the member whose loss was one too many.
    fn one_too_many(&self, group: u32) -> Option<Cause> {
        let tolerance = self.graph.tolerance(group);
        let members = || self.graph.weighed_members(group, tolerance);
        let mut left = tolerance.slack;
        for (_, weight) in members().filter(|(member, _)| self.earlier.has(*member)) {
            left = left.checked_sub(weight)?;
        }
        for (member, weight) in members().filter(|(member, _)| self.last.has(*member)) {
            match left.checked_sub(weight) {
                Some(rest) => left = rest,
                None => return Some(Cause::Group(self.graph.name(group), Node(member))),
            }
        }
        None
    }
}

/// What is up and lost a soft need, or a member of a group, to what is down.
fn hurt(graph: &Graph, down: &[Down], is_down: &Marks) -> Vec<Hurt> {
    let mut losses: Vec<(Node, Loss)> = Vec::new();
    for Down { node, .. } in down {
        for degraded in graph.soft_needed_by(*node).filter(|degraded| !is_down.has(degraded.0)) {
            losses.push((degraded, Loss::Soft(*node)));
        }
        graph.each_membership(node.0, |group| {
            let owner = graph.tolerance(group).owner();
            if !is_down.has(owner) {
                losses.push((Node(owner), Loss::Member(graph.name(group))));
            }
        });
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
            next = down.cause.item();
        }
        chain
    }

    fn find(&self, node: Node) -> Option<Down> {
        self.down.iter().chain(&self.down_before).find(|down| down.node == node).copied()
    }
}
