//! The feeds of power in use: what they hang on, what draws from them, and what each side of a supply carries.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::{
    contracts::colocation_circuit::Feed,
    id::{PowerFeedId, PowerPanelId, RackId, SiteId},
    topology::power_feed,
};

use super::{
    implied::panel_of,
    power::{Carries, Failing, Gap, Side, Supply},
};

/// What a rack, or all racks of a site, draw.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draw {
    /// In watts; none where a draw is missing.
    pub watts: Option<i64>,
    /// How many assets lack their draw.
    pub without: i64,
}

/// What draws from a feed that others hang on.
#[derive(Clone, Copy, Debug, Default)]
struct Load {
    /// What is known, in watts.
    watts: i64,
    /// Whether more draws from it than is known.
    is_more: bool,
}

impl Load {
    fn add(&mut self, watts: Option<i64>) {
        match watts {
            Some(watts) => self.watts = self.watts.saturating_add(watts),
            None => self.is_more = true,
        }
    }

    /// Whether a capacity carries it.
    fn on(self, capacity: Option<i64>) -> Carries {
        match capacity {
            None => Carries::Unknown(Gap::Capacity),
            Some(capacity) if self.watts > capacity => Carries::No(Failing::UpstreamTooSmall),
            Some(_) if self.is_more => Carries::Unknown(Gap::Draw),
            Some(_) => Carries::Yes,
        }
    }

    /// What a capacity leaves.
    fn spare(self, capacity: Option<i64>) -> Option<i64> {
        capacity.filter(|_| !self.is_more).map(|capacity| capacity.saturating_sub(self.watts))
    }
}

/// Feeds in use.
pub(crate) struct Feeds {
    by_id: HashMap<PowerFeedId, power_feed::Model>,
    /// Their places in the order of their names.
    places: HashMap<PowerFeedId, usize>,
    of_racks: HashMap<RackId, Vec<PowerFeedId>>,
    /// Those that feed no single rack and hang on no other, by site.
    of_sites: HashMap<SiteId, Vec<PowerFeedId>>,
    /// Those that others hang on.
    holding: HashSet<PowerFeedId>,
    /// What draws from a feed that others hang on when of two sides only this one is left.
    loads: HashMap<(PowerFeedId, Feed), Load>,
}

impl Feeds {
    /// The feeds that are in use: each that passes the test, unless it hangs on one that does not.
    pub fn of(feeds: Vec<power_feed::Model>, is_in_use: impl Fn(&power_feed::Model) -> bool) -> Self {
        let all: HashMap<PowerFeedId, (Option<PowerFeedId>, bool)> =
            feeds.iter().map(|feed| (feed.id, (feed.upstream_id, is_in_use(feed)))).collect();
        let is_alive = |feed: &power_feed::Model| {
            let (mut next, mut steps) = (Some(feed.id), 0);
            while let Some((above, is_in_use)) =
                next.and_then(|id| all.get(&id)).filter(|_| steps <= all.len())
            {
                if !is_in_use {
                    return false;
                }
                (next, steps) = (*above, steps + 1);
            }
            true
        };
        let feeds: Vec<power_feed::Model> = feeds.into_iter().filter(is_alive).collect();
        let places: HashMap<_, _> = feeds.iter().enumerate().map(|(place, feed)| (feed.id, place)).collect();
        let holding = feeds.iter().filter_map(|feed| feed.upstream_id).collect();
        let mut of_racks: HashMap<RackId, Vec<PowerFeedId>> = HashMap::new();
        let mut of_sites: HashMap<SiteId, Vec<PowerFeedId>> = HashMap::new();
        for feed in &feeds {
            let hangs = feed.upstream_id.is_some_and(|above| places.contains_key(&above));
            match feed.rack_id {
                Some(rack) => of_racks.entry(rack).or_default().push(feed.id),
                None if !hangs => of_sites.entry(feed.site_id).or_default().push(feed.id),
                None => {}
            }
        }
        let by_id = feeds.into_iter().map(|feed| (feed.id, feed)).collect();
        Self { by_id, places, of_racks, of_sites, holding, loads: HashMap::new() }
    }

    /// The same with what the racks draw from the feeds that theirs hang on.
    ///
    /// A rack draws from the side that is left, or from feeds of no side where it has none of that; from several by
    /// what they carry. One that has neither is dark then, and draws nothing.
    pub fn loaded(mut self, draws: &HashMap<RackId, Draw>) -> Self {
        let mut loads: HashMap<(PowerFeedId, Feed), Load> = HashMap::new();
        for (rack, draw) in draws {
            let feeds = self.of_rack(*rack);
            for side in [Feed::A, Feed::B] {
                let left = on(&feeds, Some(side));
                let left = if left.is_empty() { on(&feeds, None) } else { left };
                let mut below: BTreeMap<PowerFeedId, Vec<&power_feed::Model>> = BTreeMap::new();
                for feed in &left {
                    // Of a feed that others hang on, what its own rack draws counts with what they do.
                    for above in self.above(&[feed]).into_iter().chain([feed.id]) {
                        below.entry(above).or_default().push(feed);
                    }
                }
                for (above, feeds) in below {
                    loads.entry((above, side)).or_default().add(share(draw.watts, &feeds, &left));
                }
            }
        }
        self.loads = loads;
        self
    }

    /// The feeds that those of a rack hang on, and those of its own that others hang on too, each with the side that they
    /// are of, and with what they can take beyond what draws from them when the other side fails; none where it is not
    /// known.
    pub fn shared_by(&self, rack: RackId) -> Vec<(PowerFeedId, Feed, Option<i64>)> {
        let feeds = self.of_rack(rack);
        let mut shared = Vec::new();
        for side in [Feed::A, Feed::B] {
            let own = on(&feeds, Some(side));
            for id in self.carrying(&own, &self.above(&own)) {
                let Some(feed) = self.by_id.get(&id) else { continue };
                let load = self.loads.get(&(id, side)).copied().unwrap_or_default();
                shared.push((id, side, load.spare(feed.capacity_watts.map(i64::from))));
            }
        }
        shared
    }

    /// Some feeds, by name.
    fn named(&self, ids: &BTreeSet<PowerFeedId>) -> Vec<&power_feed::Model> {
        let mut feeds: Vec<_> = ids.iter().filter_map(|id| self.by_id.get(id)).collect();
        feeds.sort_by_key(|feed| self.places.get(&feed.id));
        feeds
    }

    /// The feeds of a rack, by name.
    pub fn of_rack(&self, rack: RackId) -> Vec<&power_feed::Model> {
        self.of_racks.get(&rack).into_iter().flatten().filter_map(|id| self.by_id.get(id)).collect()
    }

    /// The feeds of a site that hang on no other and feed no single rack, by name.
    pub fn of_site(&self, site: SiteId) -> Vec<&power_feed::Model> {
        self.of_sites.get(&site).into_iter().flatten().filter_map(|id| self.by_id.get(id)).collect()
    }

    /// Whether each of two sides carries a draw alone. `none` is why nobody knows where no feed is on record; without
    /// it, what has no feed has no power.
    pub fn supply(&self, draw: Draw, feeds: &[&power_feed::Model], none: Option<Gap>) -> Supply {
        let own = [on(feeds, Some(Feed::A)), on(feeds, Some(Feed::B))];
        let above = own.each_ref().map(|own| self.above(own));
        let all: [BTreeSet<PowerFeedId>; 2] = [0, 1].map(|side: usize| {
            own[side].iter().map(|feed| feed.id).chain(above[side].iter().copied()).collect()
        });
        let shared: BTreeSet<PowerFeedId> = all[0].intersection(&all[1]).copied().collect();
        let panels = all.each_ref().map(|ids| self.panels(ids));
        let common = panels[0].iter().filter(|(panel, _)| panels[1].contains_key(*panel));
        let mut shared_panels: Vec<String> = common.map(|(_, name)| (*name).to_owned()).collect();
        shared_panels.sort();
        let without_side = on(feeds, None).len();
        let side = |place: usize, side: Feed| {
            let own = &own[place];
            let capacity_watts = capacity(own).filter(|_| !own.is_empty());
            let hangs = self.hangs(&self.carrying(own, &above[place]), side);
            let carries = match (own.is_empty(), none, without_side) {
                (true, _, 1..) => Carries::Unknown(Gap::Side),
                (true, Some(gap), _) if feeds.is_empty() => Carries::Unknown(gap),
                (true, _, _) => Carries::No(Failing::NoFeed),
                // What both hang on takes this side along; what hangs on this side does not.
                (false, _, _) if !above[place].is_disjoint(&shared) => Carries::No(Failing::SharedFeed),
                (false, _, _) if !shared_panels.is_empty() => Carries::No(Failing::SharedPanel),
                (false, _, _) => worst([enough(capacity_watts, draw.watts), hangs.carries]),
            };
            let spare = capacity_watts.zip(draw.watts).map(|(capacity, draw)| capacity.saturating_sub(draw));
            let spare_watts =
                spare.zip(hangs.spare).map(|(own, above)| above.map_or(own, |above| own.min(above)));
            let feeds = own.iter().map(|feed| (*feed).clone()).collect();
            Side { side, feeds, capacity_watts, spare_watts, short: hangs.short, carries }
        };
        let sides = [side(0, Feed::A), side(1, Feed::B)];
        let shared = self.named(&shared).into_iter().cloned().collect();
        let Draw { watts: draw_watts, without: without_draw } = draw;
        Supply { draw_watts, without_draw, without_side, shared, shared_panels, sides }
    }

    /// The feeds above those of a side, and those of its own that feed a rack and others besides.
    fn carrying(&self, own: &[&power_feed::Model], above: &BTreeSet<PowerFeedId>) -> BTreeSet<PowerFeedId> {
        let own = own.iter().filter(|feed| feed.rack_id.is_some() && self.holding.contains(&feed.id));
        own.map(|feed| feed.id).chain(above.iter().copied()).collect()
    }

    /// What the feeds that those of a side hang on carry when the other side fails.
    fn hangs(&self, above: &BTreeSet<PowerFeedId>, side: Feed) -> Hangs {
        let mut hangs = Hangs { carries: Carries::Yes, spare: Some(None), short: Vec::new() };
        for feed in self.named(above) {
            let load = self.loads.get(&(feed.id, side)).copied().unwrap_or_default();
            let capacity = feed.capacity_watts.map(i64::from);
            let carries = load.on(capacity);
            if matches!(carries, Carries::No(_)) {
                hangs.short.push(feed.clone());
            }
            hangs.carries = worst([hangs.carries, carries]);
            let least = hangs.spare.zip(load.spare(capacity));
            hangs.spare = least.map(|(known, own)| Some(known.map_or(own, |known| known.min(own))));
        }
        hangs
    }

    /// The panels that feeds come from, with their names as they are written.
    fn panels(&self, ids: &BTreeSet<PowerFeedId>) -> BTreeMap<PowerPanelId, &str> {
        let feeds = ids.iter().filter_map(|id| self.by_id.get(id));
        feeds.filter_map(|feed| Some((panel_of(feed)?, feed.panel.as_deref()?.trim()))).collect()
    }

    /// Feeds that these hang on, directly or not.
    fn above(&self, feeds: &[&power_feed::Model]) -> BTreeSet<PowerFeedId> {
        let mut above = BTreeSet::new();
        let mut waiting: Vec<PowerFeedId> = feeds.iter().filter_map(|feed| feed.upstream_id).collect();
        while let Some(id) = waiting.pop() {
            if self.by_id.contains_key(&id) && above.insert(id) {
                waiting.extend(self.by_id.get(&id).and_then(|feed| feed.upstream_id));
            }
        }
        above
    }
}

/// What the feeds that those of a side hang on come to.
struct Hangs {
    carries: Carries,
    /// What the fullest of them can take; nothing inside where there is none, none where it is not known.
    spare: Option<Option<i64>>,
    /// Those that carry too little.
    short: Vec<power_feed::Model>,
}

/// Of some feeds those of a side, or of none.
fn on<'a>(feeds: &[&'a power_feed::Model], side: Option<Feed>) -> Vec<&'a power_feed::Model> {
    feeds.iter().copied().filter(|feed| feed.side == side).collect()
}

/// What feeds carry together; none where one of them lacks it.
fn capacity(feeds: &[&power_feed::Model]) -> Option<i64> {
    feeds.iter().map(|feed| feed.capacity_watts.map(i64::from)).sum()
}

/// What a rack draws through some of its feeds: as much of its draw as they carry of all, rounded up.
fn share(draw: Option<i64>, some: &[&power_feed::Model], all: &[&power_feed::Model]) -> Option<i64> {
    let draw = draw?;
    if draw == 0 || some.len() == all.len() {
        return Some(draw);
    }
    let (some, all) = (i128::from(capacity(some)?), i128::from(capacity(all)?));
    // Feeds carry a watt at least.
    let part = i128::from(draw).checked_mul(some)?.checked_add(all.checked_sub(1)?)?.checked_div(all)?;
    i64::try_from(part).ok()
}

fn enough(capacity: Option<i64>, draw: Option<i64>) -> Carries {
    match (capacity, draw) {
        (None, _) => Carries::Unknown(Gap::Capacity),
        (Some(_), None) => Carries::Unknown(Gap::Draw),
        (Some(capacity), Some(draw)) if draw <= capacity => Carries::Yes,
        (Some(_), Some(_)) => Carries::No(Failing::TooSmall),
    }
}

/// Of two answers the one that decides: a no, then what is not known.
fn worst(both: [Carries; 2]) -> Carries {
    let is_no = |carries: &Carries| matches!(carries, Carries::No(_));
    let [first, second] = both;
    both.into_iter().find(is_no).unwrap_or(if first == Carries::Yes { second } else { first })
}
