//! Circles of items that need each other, and an order in which what is needed comes first.
//!
//! R. Tarjan, Depth-first search and linear graph algorithms, SIAM Journal on Computing 1 (1972), without recursion.

use crate::graph::{Entry, Graph, Node};

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

    /// The sets of more than one item: circles.
    pub fn circles(&self) -> impl Iterator<Item = &[Node]> {
        self.iter().filter(|members| members.len() > 1)
    }
}

/// The circles of a graph and an order of its items. A group counts as a need of each of its members.
pub fn components(graph: &Graph) -> Components {
    let mut search = Search::new(graph);
    for node in graph.nodes() {
        if search.met[node.index()] == NOT_MET {
            search.from(node.0);
        }
    }
    Components { order: search.order, ends: search.ends, component_of: search.component_of }
}

const NOT_MET: u32 = 0;

/// The same for one item and all it needs, directly or not; nothing else is looked at.
pub(crate) fn components_below(graph: &Graph, node: Node) -> Components {
    let mut search = Search::new(graph);
    search.from(node.0);
    Components { order: search.order, ends: search.ends, component_of: search.component_of }
}

/// Where a walk stands at an item: the next entry of its row, and within a group the next member.
struct Frame {
    node: u32,
    entry: u32,
    member: u32,
}

struct Search<'a> {
    graph: &'a Graph,
    /// When an item was met, from one; then the earliest moment that can be reached from it.
    met: Vec<u32>,
    moment: u32,
    stack: Vec<u32>,
    frames: Vec<Frame>,
    order: Vec<Node>,
    ends: Vec<u32>,
    component_of: Vec<u32>,
}

/// The set of an item that has none yet. Sets are counted from one here, for zeroed memory costs nothing.
const OPEN: u32 = 0;

impl<'a> Search<'a> {
    fn new(graph: &'a Graph) -> Self {
        let items = graph.items() as usize;
        Self {
            graph,
            met: vec![NOT_MET; items],
            moment: 0,
            stack: Vec::new(),
            frames: Vec::new(),
            order: Vec::new(),
            ends: Vec::new(),
            component_of: vec![OPEN; items],
        }
    }

    fn from(&mut self, start: u32) {
        self.enter(start);
        // The moment at which each item of the walk was met, which `met` loses to lower ones.
        let mut entered = vec![self.moment];
        while let Some(frame) = self.frames.last_mut() {
            let node = frame.node;
            if let Some(next) = next(self.graph, frame) {
                if self.met[next as usize] == NOT_MET {
                    self.enter(next);
                    entered.push(self.moment);
                } else if self.component_of[next as usize] == OPEN {
                    let earlier = self.met[next as usize];
                    let low = &mut self.met[node as usize];
                    *low = (*low).min(earlier);
                }
                continue;
            }
            self.frames.pop();
            let moment = entered.pop().unwrap_or_default();
            if self.met[node as usize] == moment {
                self.close(node);
            }
            if let Some(above) = self.frames.last() {
                let low = self.met[node as usize];
                if self.component_of[node as usize] == OPEN {
                    let above = &mut self.met[above.node as usize];
                    *above = (*above).min(low);
                }
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.moment += 1;
        self.met[node as usize] = self.moment;
        self.stack.push(node);
        self.frames.push(Frame { node, entry: 0, member: 0 });
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

/// The next item that a walk has to look at from where it stands.
fn next(graph: &Graph, frame: &mut Frame) -> Option<u32> {
    let row = graph.needs_row(frame.node);
    while let Some(entry) = row.get(frame.entry as usize) {
        match Entry::of(*entry) {
            Entry::Item(item) => {
                frame.entry += 1;
                return Some(item);
            }
            Entry::Group(group) => {
                if let Some(member) = graph.members_row(group).get(frame.member as usize) {
                    frame.member += 1;
                    return Some(*member);
                }
                frame.entry += 1;
                frame.member = 0;
            }
        }
    }
    None
}
