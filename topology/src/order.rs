//! An order in which groups move, so that what a group needs has moved before it.

use std::collections::BTreeSet;

use crate::components::components;
use crate::error::Result;
use crate::graph::{Draft, Node};

/// Groups that move at the same time: one, or several that need each other in a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// The groups, by position.
    pub groups: Vec<u32>,
    /// Stages that must have been reached before any of these: the longest chain of needs below them.
    pub wave: u32,
}

/// An order of so many groups of which some need others (`from` needs `to`): every stage comes after what it needs.
/// Circles become one stage.
///
/// # Errors
///
/// [`TopologyError::Invalid`](crate::TopologyError::Invalid) for a position that no group has.
pub fn order(groups: u32, needs: &[(u32, u32)]) -> Result<Vec<Stage>> {
    let mut draft = Draft::new(groups);
    for (from, to) in needs {
        draft.hard(*from, *to);
    }
    let (graph, names) = draft.build()?;
    let components = components(&graph);
    let mut waves: Vec<u32> = Vec::with_capacity(components.len());
    let mut stages = Vec::with_capacity(components.len());
    for members in components.iter() {
        let below: BTreeSet<u32> = members
            .iter()
            .flat_map(|node| graph.hard_needs(*node))
            .map(|need: Node| components.of(need))
            .filter(|component| (*component as usize) < waves.len())
            .collect();
        let wave = below.iter().map(|component| waves[*component as usize] + 1).max().unwrap_or(0);
        waves.push(wave);
        let mut groups: Vec<_> = members.iter().map(|node| names[node.index()]).collect();
        groups.sort_unstable();
        stages.push(Stage { groups, wave });
    }
    stages.sort_by(|one, other| (one.wave, &one.groups).cmp(&(other.wave, &other.groups)));
    Ok(stages)
}
