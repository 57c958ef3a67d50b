//! Whether racks and sites stay up when one side of their power fails.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    contracts::colocation_circuit::Feed,
    id::{PowerFeedId, RackId, SiteId},
    inventory::{
        rack::{self, RackStatus},
        site::{self, SiteStatus},
    },
    topology::power_feed::{self, FeedStatus},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    error::{Error, Result},
    inventory::usage::{self, Usage},
    store::Read,
};

/// What one side can do when the other fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carries {
    /// It carries the draw.
    Yes,
    /// It does not.
    No(Failing),
    /// Nobody knows.
    Unknown(Gap),
}

/// Why a side does not carry the draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// There is no feed on it.
    NoFeed,
    /// Its capacity is below the draw.
    TooSmall,
    /// It hangs on a feed that the other side hangs on too.
    SharedFeed,
}

/// What is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The draw: equipment lacks the draw of its power basis.
    Draw,
    /// The capacity of a feed on the side.
    Capacity,
    /// Which side a feed is on.
    Side,
    /// What feeds the racks of a site: no feed above those of its racks is on record.
    Supply,
}

/// One side of a rack or of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Which.
    pub side: Feed,
    /// Its feeds.
    pub feeds: Vec<power_feed::Model>,
    /// What they carry together, in watts; none where one of them lacks it, or there is none.
    pub capacity_watts: Option<i64>,
    /// Whether it carries the draw alone.
    pub carries: Carries,
}

/// The power of a rack, or of all racks of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// What all that is not retired draws, in watts; none where a draw is missing.
    pub draw_watts: Option<i64>,
    /// How many assets lack their draw.
    pub without_draw: i64,
    /// Feeds without a side.
    pub without_side: usize,
    /// Feeds that both sides hang on.
    pub shared: Vec<power_feed::Model>,
    /// A, then B.
    pub sides: [Side; 2],
}

/// A rack with its power.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RackPower {
    /// The rack.
    pub rack: rack::Model,
    /// Its power.
    pub supply: Supply,
}

/// A site with its power.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitePower {
    /// The site.
    pub site: site::Model,
    /// What feeds its racks, all together.
    pub supply: Supply,
    /// Its racks by name.
    pub racks: Vec<RackPower>,
}

/// Whether the racks of a site, or of all sites in use, stay up when one side fails: four statements.
///
/// # Errors
/// `NotFound` for a site that is not there; those of the database.
pub async fn redundancy(db: &impl Read, only: Option<SiteId>) -> Result<Vec<SitePower>> {
    let mut sites = site::Entity::find().order_by_asc(site::Column::Code);
    let mut racks = rack::Entity::find()
        .filter(rack::Column::Status.eq(RackStatus::Active))
        .order_by_asc(rack::Column::Name);
    let mut feeds = power_feed::Entity::find()
        .filter(power_feed::Column::Status.eq(FeedStatus::Active))
        .order_by_asc(power_feed::Column::Name);
    if let Some(only) = only {
        sites = sites.filter(site::Column::Id.eq(only));
        racks = racks.filter(rack::Column::SiteId.eq(only));
        feeds = feeds.filter(power_feed::Column::SiteId.eq(only));
    } else {
        sites = sites.filter(site::Column::Status.ne(SiteStatus::Closed));
    }
    let sites = sites.all(db).await?;
    if let Some(only) = only.filter(|_| sites.is_empty()) {
        return Err(Error::not_found("site", only));
    }
    let racks = racks.all(db).await?;
    let feeds = feeds.all(db).await?;
    let mut mounted = usage::of_racks(db, racks.iter().map(|rack| rack.id).collect()).await?;
    let feeds = Feeds::of(feeds);
    let mut by_site: HashMap<SiteId, Vec<RackPower>> = HashMap::new();
    for rack in racks {
        let usage = Usage::of(rack.height_units, &mounted.remove(&rack.id).unwrap_or_default());
        let supply = feeds.supply((usage.draw_watts, usage.without_draw), &feeds.of_rack(rack.id), None);
        by_site.entry(rack.site_id).or_default().push(RackPower { rack, supply });
    }
    let powered = sites.into_iter().map(|site| {
        let racks = by_site.remove(&site.id).unwrap_or_default();
        let draw: Option<i64> = racks.iter().map(|rack| rack.supply.draw_watts).sum();
        let without_draw = racks.iter().map(|rack| rack.supply.without_draw).sum();
        let supply = feeds.supply((draw, without_draw), &feeds.of_site(site.id), Some(Gap::Supply));
        SitePower { site, supply, racks }
    });
    Ok(powered.collect())
}

/// Feeds in use, by id, and the ids in the order of their names.
struct Feeds {
    by_id: BTreeMap<PowerFeedId, power_feed::Model>,
    order: Vec<PowerFeedId>,
    of_racks: HashMap<RackId, Vec<PowerFeedId>>,
}

impl Feeds {
    fn of(feeds: Vec<power_feed::Model>) -> Self {
        let order = feeds.iter().map(|feed| feed.id).collect();
        let mut of_racks: HashMap<RackId, Vec<PowerFeedId>> = HashMap::new();
        for feed in &feeds {
            if let Some(rack) = feed.rack_id {
                of_racks.entry(rack).or_default().push(feed.id);
            }
        }
        Self { by_id: feeds.into_iter().map(|feed| (feed.id, feed)).collect(), order, of_racks }
    }

    fn named(&self) -> impl Iterator<Item = &power_feed::Model> {
        self.order.iter().filter_map(|id| self.by_id.get(id))
    }

    fn of_rack(&self, rack: RackId) -> Vec<&power_feed::Model> {
        self.of_racks.get(&rack).into_iter().flatten().filter_map(|id| self.by_id.get(id)).collect()
    }

    /// The feeds of a site that hang on no other and feed no single rack.
    fn of_site(&self, site: SiteId) -> Vec<&power_feed::Model> {
        let is_top = |feed: &&power_feed::Model| {
            let hangs = feed.upstream_id.is_some_and(|above| self.by_id.contains_key(&above));
            feed.site_id == site && feed.rack_id.is_none() && !hangs
        };
        self.named().filter(is_top).collect()
    }

    /// Whether each of two sides carries a draw alone. `none` is why nobody knows where no feed is on record; without
    /// it, what has no feed has no power.
    fn supply(
        &self,
        (draw_watts, without_draw): (Option<i64>, i64),
        feeds: &[&power_feed::Model],
        none: Option<Gap>,
    ) -> Supply {
        let on =
            |side: Feed| feeds.iter().copied().filter(|feed| feed.side == Some(side)).collect::<Vec<_>>();
        let (first, second) = (on(Feed::A), on(Feed::B));
        let shared: Vec<PowerFeedId> =
            self.above(&first).intersection(&self.above(&second)).copied().collect();
        let without_side = feeds.iter().filter(|feed| feed.side.is_none()).count();
        let side = |side: Feed, own: &[&power_feed::Model]| {
            let capacities = own.iter().map(|feed| feed.capacity_watts.map(i64::from));
            let capacity_watts = capacities.sum::<Option<i64>>().filter(|_| !own.is_empty());
            let carries = match (own.is_empty(), none, without_side) {
                (true, _, 1..) => Carries::Unknown(Gap::Side),
                (true, Some(gap), _) if feeds.is_empty() => Carries::Unknown(gap),
                (true, _, _) => Carries::No(Failing::NoFeed),
                (false, _, _) if !shared.is_empty() => Carries::No(Failing::SharedFeed),
                (false, _, _) => enough(capacity_watts, draw_watts),
            };
            Side { side, feeds: own.iter().map(|feed| (*feed).clone()).collect(), capacity_watts, carries }
        };
        let sides = [side(Feed::A, &first), side(Feed::B, &second)];
        let shared = shared.iter().filter_map(|id| self.by_id.get(id)).cloned().collect();
        Supply { draw_watts, without_draw, without_side, shared, sides }
    }

    /// Feeds that these hang on, directly or not.
    fn above(&self, feeds: &[&power_feed::Model]) -> BTreeSet<PowerFeedId> {
        let mut above = BTreeSet::new();
        let mut waiting: Vec<PowerFeedId> = feeds.iter().filter_map(|feed| feed.upstream_id).collect();
        while let Some(id) = waiting.pop() {
            if above.insert(id) {
                waiting.extend(self.by_id.get(&id).and_then(|feed| feed.upstream_id));
            }
        }
        above
    }
}

fn enough(capacity: Option<i64>, draw: Option<i64>) -> Carries {
    match (capacity, draw) {
        (None, _) => Carries::Unknown(Gap::Capacity),
        (Some(_), None) => Carries::Unknown(Gap::Draw),
        (Some(capacity), Some(draw)) if draw <= capacity => Carries::Yes,
        (Some(_), Some(_)) => Carries::No(Failing::TooSmall),
    }
}
