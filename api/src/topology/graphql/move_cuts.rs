//! Where a group that is too large can be cut, as clients see it.

use async_graphql::SimpleObject;

use super::{
    moves::{MoveEdge, shown},
    things::ConfigurationItem,
};
use crate::{
    access::Caller,
    topology::{
        items::Thing,
        moves::{Edge, GroupCut, GroupSplit},
        said::Said,
    },
};

/// Things and edges of one list that are shown at most.
const MOST: usize = 100;

/// A way to cut a group in two.
#[derive(SimpleObject)]
pub struct MoveCut {
    /// What the cut edges weigh: one each and one more for each gigabyte a day, a hundred times that where much is
    /// written.
    weight: u64,
    /// Whether no cut is cheaper; otherwise it is a good one that was found fast.
    is_proven: bool,
    /// The edges that are cut, at most 100 of them.
    edges: Vec<MoveEdge>,
    /// How many edges are cut.
    edge_count: usize,
    /// The smaller part, at most 100 of it.
    part: Vec<ConfigurationItem>,
    /// How many things the smaller part is.
    part_count: usize,
}

/// Parts that a group falls into.
#[derive(SimpleObject)]
pub struct MoveSplit {
    /// What the cut edges weigh, as that of a cut.
    weight: u64,
    /// The edges that are cut, at most 100 of them.
    edges: Vec<MoveEdge>,
    /// How many edges are cut.
    edge_count: usize,
    /// The parts, the largest first; at most 100 of them.
    parts: Vec<MovePart>,
    /// How many parts there are.
    part_count: usize,
}

/// A part of a group.
#[derive(SimpleObject)]
pub struct MovePart {
    /// How many members it has.
    size: usize,
    /// Its members, services first, then by criticality and name; at most 100 of them.
    members: Vec<ConfigurationItem>,
}

impl MoveCut {
    pub(super) fn new(cut: &GroupCut, said: &Said, caller: &Caller) -> Self {
        Self {
            weight: cut.weight,
            is_proven: cut.is_proven,
            edges: edges(&cut.edges, said, caller),
            edge_count: cut.edges.len(),
            part: things(&cut.part, said, caller),
            part_count: cut.part.len(),
        }
    }
}

impl MoveSplit {
    pub(super) fn new(split: &GroupSplit, said: &Said, caller: &Caller) -> Self {
        let part = |part: &Vec<Thing>| MovePart { size: part.len(), members: things(part, said, caller) };
        Self {
            weight: split.weight,
            edges: edges(&split.edges, said, caller),
            edge_count: split.edges.len(),
            parts: split.parts.iter().take(MOST).map(part).collect(),
            part_count: split.parts.len(),
        }
    }
}

fn edges(edges: &[Edge], said: &Said, caller: &Caller) -> Vec<MoveEdge> {
    edges.iter().take(MOST).map(|edge| MoveEdge::new(edge, said, caller)).collect()
}

fn things(things: &[Thing], said: &Said, caller: &Caller) -> Vec<ConfigurationItem> {
    things.iter().filter_map(|thing| shown(*thing, said, caller)).take(MOST).collect()
}
