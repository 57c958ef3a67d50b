//! Shortest ways from an item to one that it needs.

use topology::{
    graph::Node,
    path::{Link, links, shortest_path, shortest_paths},
};

use super::{
    chains::{Step, StepLink},
    graph::{Estate, refused},
};
use crate::error::Result;

/// The shortest ways from an item to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// Those that are spelled out, each with both ends.
    pub ways: Vec<Vec<Step>>,
    /// How many there are; none where only one was looked for.
    pub count: Option<u64>,
}

/// The shortest way from an item to one that it needs, or all of them, of which at most so many are spelled out.
///
/// # Errors
/// `Invalid` for a node that is none.
pub fn ways(estate: &Estate, (from, to): (Node, Node), all: bool, most: usize) -> Result<Ways> {
    let (graph, soft) = (&estate.graph, estate.options.soft);
    if !all {
        let found = shortest_path(graph, from, to, soft).map_err(refused)?;
        let count = found.is_none().then_some(0);
        return Ok(Ways { ways: found.iter().map(|way| steps(estate, way)).collect(), count });
    }
    let found = shortest_paths(graph, from, to, soft, most).map_err(refused)?;
    let ways = found.paths.iter().map(|way| steps(estate, way)).collect();
    Ok(Ways { ways, count: Some(found.count) })
}

/// A way with what ties each of its items to the next.
fn steps(estate: &Estate, way: &[Node]) -> Vec<Step> {
    let nexts = way.iter().skip(1).map(Some).chain(std::iter::once(None));
    let steps = way.iter().zip(nexts).map(|(node, next)| {
        let link = next.and_then(|next| links(&estate.graph, *node, *next).into_iter().next());
        let link = match link {
            Some(Link::Hard) => StepLink::Hard,
            Some(Link::Group(group)) => StepLink::Group(group),
            Some(Link::Soft) => StepLink::Soft,
            None => StepLink::End,
        };
        Step { node: *node, link }
    });
    steps.collect()
}
