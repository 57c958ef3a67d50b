//! Numbers for items, so that what is near in the graph is near in memory: by layer, and within a layer depth first.

use super::build::Draft;
use super::pairs::by_key;
use crate::components::components_of;

/// Lists of items, one behind the other.
struct Lists {
    starts: Vec<u32>,
    entries: Vec<u32>,
}

impl Lists {
    /// From pairs of an item and an entry of its list.
    fn of(items: usize, pairs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0_u32; items + 1];
        for (item, _) in pairs.clone() {
            starts[item as usize + 1] += 1;
        }
        for item in 0..items {
            starts[item + 1] += starts[item];
        }
        let mut next = starts.clone();
        let mut entries = vec![0_u32; starts[items] as usize];
        for (item, entry) in pairs {
            entries[next[item as usize] as usize] = entry;
            next[item as usize] += 1;
        }
        Self { starts, entries }
    }

    fn list(&self, item: u32) -> &[u32] {
        &self.entries[self.starts[item as usize] as usize..self.starts[item as usize + 1] as usize]
    }
}

/// The items in the order in which they are numbered: those that need nothing first, then those that need only
/// them, and so on; within a layer in the order in which a walk from what is needed to what needs it meets them. So
/// an item has a higher number than all it needs, save on circles.
pub(super) fn numbered(draft: &Draft) -> Vec<u32> {
    let items = draft.items as usize;
    let needs = || {
        let members = draft.groups.iter();
        let members = members.flat_map(|group| group.members.iter().map(|member| (group.owner, member.node)));
        draft.hard.iter().copied().chain(members)
    };
    let (layers, dependants) = rayon::join(
        || layers(items, &Lists::of(items, needs())),
        || Lists::of(items, needs().map(|(from, to)| (to, from))),
    );
    let met = depth_first(items, &layers, &|node| dependants.list(node));
    let highest = layers.iter().max().map_or(0, |layer| *layer as usize);
    by_key(highest + 1, &met, |node| layers[*node as usize])
}

/// The layer of each item: one above the highest it needs. Items on a circle are in one layer.
fn layers(items: usize, needs: &Lists) -> Vec<u32> {
    let components = components_of(items as u32, |node| needs.list(node));
    let mut layers = vec![0_u32; items];
    for members in components.iter() {
        let below = members.iter().flat_map(|member| needs.list(member.0));
        let outside = below.filter(|need| components.of(super::Node(**need)) != components.of(members[0]));
        let layer = outside.map(|need| layers[*need as usize] + 1).max().unwrap_or(0);
        for member in members {
            layers[member.index()] = layer;
        }
    }
    layers
}

/// The items in the order in which a depth-first walk meets them, begun at those that need nothing.
fn depth_first<'a>(items: usize, layers: &[u32], dependants: &impl Fn(u32) -> &'a [u32]) -> Vec<u32> {
    let mut is_met = vec![false; items];
    let mut met = Vec::with_capacity(items);
    let (bottom, others): (Vec<u32>, Vec<u32>) =
        (0..items as u32).partition(|node| layers[*node as usize] == 0);
    let mut stack = Vec::new();
    for start in bottom.into_iter().chain(others) {
        stack.push(start);
        while let Some(node) = stack.pop() {
            if !std::mem::replace(&mut is_met[node as usize], true) {
                met.push(node);
                let unmet = dependants(node).iter().rev().filter(|next| !is_met[**next as usize]);
                stack.extend(unmet);
            }
        }
    }
    met
}
