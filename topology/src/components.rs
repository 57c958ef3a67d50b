//! Circles of items that need each other, and an order in which what is needed comes first.
//!
//! R. Tarjan, Depth-first search and linear graph algorithms, SIAM Journal on Computing 1 (1972), without recursion.

use std::collections::BTreeMap;

use crate::graph::{Graph, Node};

/// The items in sets that need each other in a circle; most sets have one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    /// The items, set by set; a set comes after every set it needs.
    order: Vec<Node>,
    /// Where each set ends in `order`.
    ends: Vec<u32>,
    /// The set of each item.
    component_of: Vec<u32>,
}

impl Components {
    /// The sets, each after what it needs.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &[Node]> + ExactSizeIterator {
        (0..self.ends.len()).map(|component| self.members(component as u32))
    }

    /// How many sets there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no item at all.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The items of a set.
    pub fn members(&self, component: u32) -> &[Node] {
        let begin = component.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.order[begin as usize..self.ends[component as usize] as usize]
    }

    /// The set an item is in: its position in [`iter`](Self::iter).
    pub fn of(&self, node: Node) -> u32 {
        self.component_of[node.index()] - 1
    }

    /// All items, each after what it needs, save within a circle.
    pub fn needed_first(&self) -> &[Node] {
        &self.order
    }

    /// With some circles, found by the first item of each, in the sets that they were opened into.
    pub(crate) fn opened(self, circles: &BTreeMap<Node, Vec<Vec<Node>>>) -> Self {
        if circles.is_empty() {
            return self;
        }
        let (order, ends, component_of) =
            (Vec::with_capacity(self.order.len()), Vec::new(), self.component_of.clone());
        let mut opened = Self { order, ends, component_of };
        for members in self.iter() {
            match members.first().and_then(|first| circles.get(first)) {
                Some(sets) => sets.iter().for_each(|set| opened.push(set)),
                None => opened.push(members),
            }
        }
        opened
    }

    fn push(&mut self, set: &[Node]) {
        self.order.extend_from_slice(set);
        self.ends.push(self.order.len() as u32);
        set.iter().for_each(|node| self.component_of[node.index()] = self.ends.len() as u32);
    }

    /// The sets of more than one item: circles.
    pub fn circles(&self) -> impl Iterator<Item = &[Node]> {
        self.iter().filter(|members| members.len() > 1)
    }
}

/// The circles of a graph and an order of its items. A group counts as a need of each of its members.
pub fn components(graph: &Graph) -> Components {
    components_of(graph.items(), |node| graph.below_row(node).iter().copied())
}

/// The same of so many items, with what each of them needs.
pub(crate) fn components_of<I: Iterator<Item = u32>>(items: u32, below: impl Fn(u32) -> I) -> Components {
    let mut search = Search::new(items, below);
    search.order.reserve(items as usize);
    search.ends.reserve(items as usize);
    for node in 0..items {
        if search.met[node as usize] != NOT_MET {
            continue;
        }
        // Everything before an item has its set already, so an item that needs only such is a set of its own.
        if (search.below)(node).all(|need| need < node) {
            search.alone(node);
        } else {
            search.from(node);
        }
    }
    search.found()
}

const NOT_MET: u32 = 0;

/// The same for one item and all it needs, directly or not; nothing else is looked at.
pub(crate) fn components_below(graph: &Graph, node: Node) -> Components {
    let mut search = Search::new(graph.items(), |node| graph.below_row(node).iter().copied());
    search.from(node.0);
    search.found()
}

/// Where a walk stands at an item: the needs that are still to be looked at.
struct Frame<I> {
    node: u32,
    /// The moment at which the item was met, which `met` loses to lower ones.
    moment: u32,
    rest: I,
}

struct Search<B, I> {
    below: B,
    /// When an item was met, from one; then the earliest moment that can be reached from it.
    met: Vec<u32>,
    moment: u32,
    stack: Vec<u32>,
    frames: Vec<Frame<I>>,
    order: Vec<Node>,
    ends: Vec<u32>,
    component_of: Vec<u32>,
}

/// The set of an item that has none yet. Sets are counted from one here, for zeroed memory costs nothing.
const OPEN: u32 = 0;

impl<B: Fn(u32) -> I, I: Iterator<Item = u32>> Search<B, I> {
    fn new(items: u32, below: B) -> Self {
        Self {
            below,
            met: vec![NOT_MET; items as usize],
            moment: 0,
            stack: Vec::new(),
            frames: Vec::new(),
            order: Vec::new(),
            ends: Vec::new(),
            component_of: vec![OPEN; items as usize],
        }
    }

    fn found(self) -> Components {
        Components { order: self.order, ends: self.ends, component_of: self.component_of }
    }

    /// Makes an item a set of its own.
    fn alone(&mut self, node: u32) {
        self.moment += 1;
        self.met[node as usize] = self.moment;
        self.order.push(Node(node));
        self.ends.push(self.order.len() as u32);
        self.component_of[node as usize] = self.ends.len() as u32;
    }

    fn from(&mut self, start: u32) {
        self.enter(start);
        while let Some(frame) = self.frames.last_mut() {
            let (node, moment) = (frame.node, frame.moment);
            if let Some(next) = frame.rest.next() {
                if self.met[next as usize] == NOT_MET {
                    self.enter(next);
                } else if self.component_of[next as usize] == OPEN {
                    let earlier = self.met[next as usize];
                    let low = &mut self.met[node as usize];
                    *low = (*low).min(earlier);
                }
                continue;
            }
            self.frames.pop();
            let low = self.met[node as usize];
            if low == moment {
                self.close(node);
            } else if let Some(above) = self.frames.last() {
                let above = &mut self.met[above.node as usize];
                *above = (*above).min(low);
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.moment += 1;
        self.met[node as usize] = self.moment;
        self.stack.push(node);
        self.frames.push(Frame { node, moment: self.moment, rest: (self.below)(node) });
    }

    /// Takes the circle that an item closes from the stack.
    fn close(&mut self, node: u32) {
        let component = self.ends.len() as u32 + 1;
        while let Some(member) = self.stack.pop() {
            self.component_of[member as usize] = component;
            self.order.push(Node(member));
            if member == node {
                break;
            }
        }
        self.ends.push(self.order.len() as u32);
    }
}
