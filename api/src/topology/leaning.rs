//! Racks that one side of their power saved in an outage, and whether that side carries them.
//!
//! In the graph one feed of two is enough, whatever it carries. Whether it is, is what [`power::redundancy`] computes.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use entity::{
    contracts::colocation_circuit::Feed,
    id::{RackId, SiteId},
};

use topology::graph::GroupNode;

use super::{
    impacts::{Affected, Answer},
    items::{IDS_AT_ONCE, Thing},
    power::{self, Carries, Failing, Question, RackPower, Side},
};
use crate::{error::Result, store::Read};

/// Racks that a sentence names.
const MOST_NAMED: usize = 20;

/// Racks that one side of their power saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaning {
    /// How many there are.
    pub saved: usize,
    /// Those that the side does not carry alone, by site and name, each with the side.
    pub short: Vec<(RackPower, Feed)>,
    /// How many there are of which nobody knows.
    pub unknown: usize,
}

/// Racks that one side of their power saved in an outage, and whether that side carries all that they draw: the
/// statements of [`power::redundancy`], and none where there is no such rack.
///
/// # Errors
/// As [`power::redundancy`].
pub async fn leaning(db: &impl Read, answer: &Answer) -> Result<Leaning> {
    let left: BTreeMap<RackId, Feed> =
        answer.affected.iter().filter_map(|affected| answer.side_left(affected)).collect();
    let mut leaning = Leaning { saved: left.len(), ..Leaning::default() };
    if left.is_empty() {
        return Ok(leaning);
    }
    let racks = &answer.estate.recorded.racks;
    let sites: BTreeSet<SiteId> =
        left.keys().filter_map(|id| racks.get(id).map(|rack| rack.site_id)).collect();
    let sites: Vec<SiteId> = sites.into_iter().collect();
    let only = (sites.len() <= IDS_AT_ONCE).then_some(&*sites);
    // What failed feeds none of the sides that are left.
    let gone = HashSet::new();
    let question = Question { only, as_of: answer.estate.options.as_of, gone: &gone };
    let powered = power::redundancy(db, &answer.estate.recorded, &question).await?;
    for rack in powered.into_iter().flat_map(|site| site.racks) {
        let Some(feed) = left.get(&rack.rack.id).copied() else { continue };
        let sides = &rack.supply.sides;
        match sides.iter().find(|side| side.side == feed).and_then(carries) {
            Some(true) => {}
            Some(false) => leaning.short.push((rack, feed)),
            None => leaning.unknown += 1,
        }
    }
    Ok(leaning)
}

/// Whether a side carries the draw, whatever it shares with the other; none where nobody knows.
fn carries(side: &Side) -> Option<bool> {
    let is_short = !side.short.is_empty()
        || matches!(side.carries, Carries::No(Failing::TooSmall | Failing::UpstreamTooSmall));
    if is_short { Some(false) } else { side.spare_watts.map(|spare| spare >= 0) }
}

impl Answer {
    /// The power that saved a rack, or what stands in one: only that follows from what is on record as a group of theirs.
    fn power_saved(&self, affected: &Affected) -> Option<GroupNode> {
        let groups = affected.hurt.iter().flat_map(|hurt| &hurt.saved_by);
        let follows = |group| self.estate.group(group).is_some_and(|group| group.id.is_none());
        groups.copied().find(|group| follows(*group))
    }

    /// The side that saved a rack, where its feeds of the other side are all down.
    fn side_left(&self, affected: &Affected) -> Option<(RackId, Feed)> {
        let Thing::Rack(rack) = affected.thing else { return None };
        let graph = &self.estate.graph;
        let power = self.power_saved(affected)?;
        let left = graph.members(power).filter(|member| !self.downs.has(*member));
        let feeds = left.filter_map(|node| match self.estate.thing(node)? {
            Thing::PowerFeed(id) => self.estate.recorded.feeds.get(&id),
            _ => None,
        });
        let sides: Vec<Feed> = feeds.filter_map(|feed| feed.side).collect();
        let first = *sides.first()?;
        sides.iter().all(|side| *side == first).then_some((rack, first))
    }
}

impl Leaning {
    /// The power of the rack that an affected thing is, or stands in, where one side of it saved the thing although it does
    /// not carry the rack alone.
    #[must_use]
    pub fn below(&self, answer: &Answer, affected: &Affected) -> Option<&RackPower> {
        let rack = match affected.thing {
            Thing::Rack(rack) => rack,
            Thing::Asset(asset) => answer.estate.recorded.assets.get(&asset)?.place.rack_id?,
            _ => return None,
        };
        answer.power_saved(affected)?;
        self.short.iter().map(|(power, _)| power).find(|power| power.rack.id == rack)
    }

    /// What that says of an outage, in sentences; nothing where nothing was saved by a side of its power.
    #[must_use]
    pub fn told(&self) -> Vec<String> {
        if self.saved == 0 {
            return Vec::new();
        }
        let mut told = vec![format!(
            "{} racks are up on one side of their power, which is taken to carry what they draw, with what stands in them",
            self.saved
        )];
        told.extend(self.short.iter().take(MOST_NAMED).map(|(rack, side)| not_carried(rack, *side)));
        if let Some(more) = self.short.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
            told.push(format!("{more} more racks are not carried by the side that is left"));
        }
        if self.unknown > 0 {
            told.push(format!(
                "of {} of these racks nobody knows whether the side that is left carries them: a draw or a capacity is \
                 not on record",
                self.unknown
            ));
        }
        told
    }
}

fn not_carried(rack: &RackPower, feed: Feed) -> String {
    let watts =
        |watts: Option<i64>| watts.map_or_else(|| "nobody knows what".to_owned(), |it| format!("{it} W"));
    let side = rack.supply.sides.iter().find(|side| side.side == feed);
    let letter = match feed {
        Feed::A => "A",
        Feed::B => "B",
    };
    let above: Vec<String> = side
        .iter()
        .flat_map(|side| &side.short)
        .map(|feed| format!("{}, of {}", feed.name, watts(feed.capacity_watts.map(i64::from))))
        .collect();
    let above = match above.is_empty() {
        true => String::new(),
        false => format!("; further up there is too little for all that draws from it: {}", above.join("; ")),
    };
    format!(
        "rack {} may go down all the same: side {letter} does not carry it alone; it draws {}, and the feeds of that side \
         carry {}{above}",
        rack.rack.name,
        watts(rack.supply.draw_watts),
        watts(side.and_then(|side| side.capacity_watts)),
    )
}
