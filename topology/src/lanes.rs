//! Many failures tried at once: 512 of them, a bit each, pass together through what an item needs.

use crate::components::{Components, components_below};
use crate::graph::{Entry, Graph, Node};

/// How many failures are tried at once.
pub(crate) const LANES: usize = 512;

/// One bit for each of the failures that are tried.
pub(crate) type Lanes = [u64; LANES / 64];

/// No bit.
pub(crate) const NONE: Lanes = [0; LANES / 64];
/// Every bit.
pub(crate) const ALL: Lanes = [u64::MAX; LANES / 64];

/// A group, by positions in [`Upstream`].
struct Gate {
    slack: u32,
    /// Whether it is missed with all members up.
    is_unmet: bool,
    /// Where its members are in `members`.
    begin: u32,
    end: u32,
}

/// An item with everything it needs, what is needed first.
pub(crate) struct Upstream {
    components: Components,
    /// Where each item's hard needs end in `hard`.
    hard_ends: Vec<u32>,
    hard: Vec<u32>,
    /// Where each item's groups end in `gates`.
    gate_ends: Vec<u32>,
    gates: Vec<Gate>,
    /// Members with what they count for.
    members: Vec<(u32, u32)>,
}

impl Upstream {
    pub fn of(graph: &Graph, node: Node) -> Self {
        let components = components_below(graph, node);
        let order = components.needed_first();
        let mut place = vec![0_u32; graph.items() as usize];
        for (position, node) in order.iter().enumerate() {
            place[node.index()] = position as u32;
        }
        let (mut hard_ends, mut hard) = (Vec::with_capacity(order.len()), Vec::new());
        let (mut gate_ends, mut gates) = (Vec::with_capacity(order.len()), Vec::new());
        let mut members = Vec::new();
        for node in order {
            for entry in graph.needs_row(node.0) {
                match Entry::of(*entry) {
                    Entry::Item(item) => hard.push(place[item as usize]),
                    Entry::Group(group) => {
                        let begin = members.len() as u32;
                        let tolerance = graph.tolerance(group);
                        let weighed = graph.weighed_members(group, tolerance);
                        members.extend(weighed.map(|(member, weight)| (place[member as usize], weight)));
                        let (slack, is_unmet) = (tolerance.slack, tolerance.is_unmet());
                        gates.push(Gate { slack, is_unmet, begin, end: members.len() as u32 });
                    }
                }
            }
            hard_ends.push(hard.len() as u32);
            gate_ends.push(gates.len() as u32);
        }
        Self { components, hard_ends, hard, gate_ends, gates, members }
    }

    /// The items, what is needed first; the item asked about is the last.
    pub fn nodes(&self) -> &[Node] {
        self.components.needed_first()
    }

    /// From what fails by itself, to what is down: the bits of an item come to hold those of the failures that bring it
    /// down.
    pub fn propagate(&self, lanes: &mut [Lanes]) {
        let mut begin = 0;
        for component in self.components.iter() {
            let end = begin + component.len();
            // Around a circle failures are passed on until nothing changes; they only ever grow.
            loop {
                let mut has_grown = false;
                for position in begin..end {
                    let mut down = lanes[position];
                    self.add_needs(position, lanes, &mut down);
                    has_grown |= down != lanes[position];
                    lanes[position] = down;
                }
                if !has_grown || component.len() == 1 {
                    break;
                }
            }
            begin = end;
        }
    }

    fn add_needs(&self, position: usize, lanes: &[Lanes], down: &mut Lanes) {
        for need in &self.hard[begin(&self.hard_ends, position)..self.hard_ends[position] as usize] {
            add(down, &lanes[*need as usize]);
        }
        for gate in &self.gates[begin(&self.gate_ends, position)..self.gate_ends[position] as usize] {
            if gate.is_unmet {
                *down = ALL;
                continue;
            }
            add(down, &missed(&self.members[gate.begin as usize..gate.end as usize], gate.slack, lanes));
        }
    }
}

fn begin(ends: &[u32], position: usize) -> usize {
    position.checked_sub(1).map_or(0, |before| ends[before] as usize)
}

fn add(lanes: &mut Lanes, more: &Lanes) {
    for (word, more) in lanes.iter_mut().zip(more) {
        *word |= more;
    }
}

/// The failures in which a group loses more than it tolerates.
fn missed(members: &[(u32, u32)], slack: u32, lanes: &[Lanes]) -> Lanes {
    let least = members.iter().map(|(_, weight)| *weight).min().unwrap_or(0);
    let total: u64 = members.iter().map(|(_, weight)| u64::from(*weight)).sum();
    let any = |lanes: &[Lanes]| {
        members.iter().fold(NONE, |mut any, (member, _)| {
            add(&mut any, &lanes[*member as usize]);
            any
        })
    };
    if least > slack {
        return any(lanes);
    }
    if total - u64::from(least) <= u64::from(slack) {
        return every(members, slack, total, lanes);
    }
    let mut missed = NONE;
    for (place, mut word) in any(lanes).into_iter().enumerate() {
        while word != 0 {
            let bit = word & word.wrapping_neg();
            word &= word - 1;
            let down = members.iter().filter(|(member, _)| lanes[*member as usize][place] & bit != 0);
            let lost: u64 = down.map(|(_, weight)| u64::from(*weight)).sum();
            if lost > u64::from(slack) {
                missed[place] |= bit;
            }
        }
    }
    missed
}

/// The failures in which every member is down, of a group that is missed in no others.
fn every(members: &[(u32, u32)], slack: u32, total: u64, lanes: &[Lanes]) -> Lanes {
    if total <= u64::from(slack) {
        return NONE;
    }
    members.iter().fold(ALL, |mut every, (member, _)| {
        for (word, down) in every.iter_mut().zip(&lanes[*member as usize]) {
            *word &= down;
        }
        every
    })
}
