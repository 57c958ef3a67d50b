//! Numbers for items, so that what is near in the graph is near in memory: by layer, and within a layer depth first.

use super::Node;
use super::draft::Draft;
use super::lists::Lists;
use crate::components::components_of;

/// What needs an item.
struct Dependants {
    /// Needs it itself.
    hard: Lists,
    /// Owns a group with it, and may be the item.
    owners: Lists,
}

impl Dependants {
    fn each(&self, item: u32) -> impl Iterator<Item = u32> + '_ {
        self.hard.list(item).iter().chain(self.owners.list(item)).copied()
    }
}

/// The items in the order in which they are numbered: those that need nothing first, then those that need only
/// them, and so on; within a layer in the order in which a walk from what is needed to what needs it meets them. So
/// an item has a higher number than all it needs, save on circles.
pub(super) fn numbered(draft: &Draft) -> Vec<u32> {
    let items = draft.items();
    let (hard, (owners, needs)) = rayon::join(
        || Lists::of(items, draft.all_hard().map(|(from, to)| (to, from))),
        || {
            let groups = draft.all_groups();
            let owners = groups.flat_map(|group| group.members.iter().map(move |of| (of.node, group.owner)));
            (Lists::of(items, owners), needs(draft))
        },
    );
    let dependants = Dependants { hard, owners };
    depth_first(&layers(needs, &dependants), &dependants)
}

/// How many needs each item has: another item once for each way in which it is needed.
fn needs(draft: &Draft) -> Vec<u32> {
    let mut needs = vec![0_u32; draft.items()];
    draft.all_hard().for_each(|(from, _)| needs[from as usize] += 1);
    draft.all_groups().for_each(|group| needs[group.owner as usize] += group.members.len() as u32);
    needs
}

/// The layer of each item: one above the highest it needs. Items on a circle are in one layer.
fn layers(needs: Vec<u32>, dependants: &Dependants) -> Vec<u32> {
    let mut left = needs;
    let mut layers = vec![0_u32; left.len()];
    let mut layer: Vec<u32> = (0..left.len() as u32).filter(|item| left[*item as usize] == 0).collect();
    let (mut height, mut done) = (0, 0);
    let mut next = Vec::new();
    while !layer.is_empty() {
        height += 1;
        done += layer.len();
        for item in layer.drain(..) {
            for dependant in dependants.each(item) {
                let left = &mut left[dependant as usize];
                *left -= 1;
                if *left == 0 {
                    layers[dependant as usize] = height;
                    next.push(dependant);
                }
            }
        }
        std::mem::swap(&mut layer, &mut next);
    }
    if done < left.len() {
        circles(&mut layers, &left, dependants);
    }
    layers
}

/// The layers of what is left, which is on circles or needs what is.
fn circles(layers: &mut [u32], left: &[u32], dependants: &Dependants) {
    let is_left = |item: u32| left[item as usize] > 0;
    for item in (0..left.len() as u32).filter(|item| !is_left(*item)) {
        let layer = layers[item as usize] + 1;
        for dependant in dependants.each(item).filter(|dependant| is_left(*dependant)) {
            let above = &mut layers[dependant as usize];
            *above = layer.max(*above);
        }
    }
    let components =
        components_of(left.len() as u32, |item| dependants.each(item).filter(move |_| is_left(item)));
    // What needs something comes before it here.
    for members in components.iter().rev().filter(|members| is_left(members[0].0)) {
        let layer = members.iter().map(|member| layers[member.index()]).max().unwrap_or(0);
        for member in members {
            layers[member.index()] = layer;
            for dependant in dependants.each(member.0) {
                if components.of(Node(dependant)) != components.of(*member) {
                    let above = &mut layers[dependant as usize];
                    *above = (*above).max(layer + 1);
                }
            }
        }
    }
}

/// The items by layer, and within a layer in the order in which a depth-first walk meets them, begun at those that
/// need nothing.
fn depth_first(layers: &[u32], dependants: &Dependants) -> Vec<u32> {
    let highest = layers.iter().max().map_or(0, |layer| *layer as usize);
    let mut next_of = vec![0_u32; highest + 2];
    layers.iter().for_each(|layer| next_of[*layer as usize + 1] += 1);
    for layer in 0..=highest {
        next_of[layer + 1] += next_of[layer];
    }
    let mut ordered = vec![0_u32; layers.len()];
    let mut is_met = vec![false; layers.len()];
    let mut stack = Vec::new();
    // All others need one of those, directly or not.
    for start in (0..layers.len() as u32).filter(|item| layers[*item as usize] == 0) {
        let mut met = (!is_met[start as usize]).then_some(start);
        loop {
            if let Some(item) = met {
                is_met[item as usize] = true;
                let place = &mut next_of[layers[item as usize] as usize];
                ordered[*place as usize] = item;
                *place += 1;
                stack.push(dependants.each(item));
            }
            let Some(rest) = stack.last_mut() else { break };
            met = rest.find(|next| !is_met[*next as usize]);
            if met.is_none() {
                stack.pop();
            }
        }
    }
    ordered
}
