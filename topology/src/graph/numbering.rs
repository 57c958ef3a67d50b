//! Numbers for items, so that what is near in the graph is near in memory: by layer, and within a layer depth first.

use super::build::Draft;

/// The items in the order in which they are numbered: those that need nothing first, then those that need only
/// them, and so on; within a layer in the order in which a walk from what is needed to what needs it meets them.
pub(super) fn numbered(draft: &Draft) -> Vec<u32> {
    let items = draft.items as usize;
    let (starts, needed_by) = turned(draft);
    let dependants =
        |node: u32| &needed_by[starts[node as usize] as usize..starts[node as usize + 1] as usize];
    let layers = layers(draft, &dependants);
    let met = depth_first(items, &layers, &dependants);
    let mut order: Vec<u32> = (0..items as u32).collect();
    order.sort_unstable_by_key(|node| (layers[*node as usize], met[*node as usize], *node));
    order
}

/// Who needs whom: where each item's list begins, and the lists. Groups count as edges from owner to member.
fn turned(draft: &Draft) -> (Vec<u32>, Vec<u32>) {
    let items = draft.items as usize;
    let mut starts = vec![0_u32; items + 1];
    let memberships = || {
        draft.groups.iter().flat_map(|group| group.members.iter().map(|member| (group.owner, member.node)))
    };
    for (_, to) in draft.hard.iter().copied().chain(memberships()) {
        starts[to as usize + 1] += 1;
    }
    for item in 0..items {
        starts[item + 1] += starts[item];
    }
    let mut next = starts.clone();
    let mut lists = vec![0_u32; starts[items] as usize];
    for (from, to) in draft.hard.iter().copied().chain(memberships()) {
        lists[next[to as usize] as usize] = from;
        next[to as usize] += 1;
    }
    (starts, lists)
}

/// The layer of each item: one above the highest it needs. What stands on a circle comes last.
fn layers<'a>(draft: &Draft, dependants: &impl Fn(u32) -> &'a [u32]) -> Vec<u32> {
    let items = draft.items as usize;
    let mut waiting = vec![0_u32; items];
    for node in 0..items as u32 {
        for dependant in dependants(node) {
            waiting[*dependant as usize] += 1;
        }
    }
    let mut layers = vec![u32::MAX; items];
    let mut ready: Vec<u32> = (0..items as u32).filter(|node| waiting[*node as usize] == 0).collect();
    for node in &ready {
        layers[*node as usize] = 0;
    }
    let mut next = 0;
    while let Some(node) = ready.get(next).copied() {
        next += 1;
        for dependant in dependants(node) {
            let left = &mut waiting[*dependant as usize];
            *left -= 1;
            if *left == 0 {
                layers[*dependant as usize] = layers[node as usize] + 1;
                ready.push(*dependant);
            }
        }
    }
    layers
}

/// When a depth-first walk meets each item, begun at those that need nothing.
fn depth_first<'a>(items: usize, layers: &[u32], dependants: &impl Fn(u32) -> &'a [u32]) -> Vec<u32> {
    let mut met = vec![u32::MAX; items];
    let mut moment = 0;
    let (bottom, others): (Vec<u32>, Vec<u32>) =
        (0..items as u32).partition(|node| layers[*node as usize] == 0);
    let mut stack = Vec::new();
    for start in bottom.into_iter().chain(others) {
        stack.push(start);
        while let Some(node) = stack.pop() {
            if met[node as usize] == u32::MAX {
                met[node as usize] = moment;
                moment += 1;
                let unmet = dependants(node).iter().rev().filter(|next| met[**next as usize] == u32::MAX);
                stack.extend(unmet);
            }
        }
    }
    met
}
