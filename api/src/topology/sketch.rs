//! The graph before it is built: what all things need, by the places of what is needed.

use std::collections::HashMap;

use entity::id::AssetId;
use rayon::prelude::*;
use topology::graph::Draft;

use super::{
    items::Thing,
    outgoing::{Outgoing, Source, Tie},
};

/// Things whose needs are worked out by one processor at a time.
const AT_ONCE: usize = 8_192;

/// By identities, which are as good as random already.
type ById<K> = HashMap<K, u32, foldhash::fast::FixedState>;

/// Where things are in the draft. Assets are by themselves: there are many, and what they need is mostly none of them,
/// and is found sooner where it is among few.
pub struct Places {
    assets: ById<AssetId>,
    others: ById<Thing>,
}

impl Places {
    /// Of things in their order.
    #[must_use]
    pub fn of(things: &[Thing]) -> Self {
        let placed = || things.iter().copied().zip(0..);
        let asset = |(thing, place)| if let Thing::Asset(id) = thing { Some((id, place)) } else { None };
        let (assets, others) = rayon::join(
            || placed().filter_map(asset).collect(),
            || placed().filter(|(thing, _)| !matches!(thing, Thing::Asset(_))).collect(),
        );
        Self { assets, others }
    }

    /// The place of a thing; none where it is not among them.
    #[must_use]
    pub fn get(&self, thing: Thing) -> Option<u32> {
        match thing {
            Thing::Asset(id) => self.assets.get(&id).copied(),
            other => self.others.get(&other).copied(),
        }
    }
}

/// A part of the graph before it is built, with the positions of its things.
pub struct Sketch {
    /// What is needed.
    pub draft: Draft,
    /// Needs that are left out, for one of the two is retired.
    pub left_out: u64,
}

/// What things need, of which those in use are part of the graph: in parts, in their order.
#[must_use]
pub fn sketched(source: Source<'_>, things: &[(Thing, bool)], places: &Places) -> Vec<Sketch> {
    things.par_chunks(AT_ONCE).map(|things| Sketch::of(source, things, places)).collect()
}

impl Sketch {
    fn of(mut source: Source<'_>, things: &[(Thing, bool)], places: &Places) -> Self {
        let mut sketch = Self { draft: Draft::default(), left_out: 0 };
        let mut outgoing = Outgoing::default();
        for (thing, is_live) in things {
            outgoing.become_of(&mut source, (*thing, *is_live), |thing| places.get(thing));
            sketch.left_out += outgoing.left_out;
            if let Some(place) = places.get(*thing).filter(|_| *is_live) {
                sketch.add(place, &outgoing);
            }
        }
        sketch
    }

    /// What a thing needs.
    fn add(&mut self, from: u32, outgoing: &Outgoing) {
        for group in 0..outgoing.groups.len() {
            let (threshold, members) = outgoing.reckoned(group);
            self.draft.group_of(from, threshold, members);
        }
        for need in outgoing.needs.iter().filter(|need| need.place != from) {
            match need.tie {
                Tie::Hard => self.draft.hard(from, need.place),
                Tie::Soft => self.draft.soft(from, need.place),
                Tie::Group(_) => {}
            }
        }
    }
}
