//! Whether racks and sites stay up when one side of their power fails.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{
    contracts::colocation_circuit::Feed,
    id::{RackId, SiteId},
    inventory::{
        asset::AssetStatus,
        rack::{self, RackStatus},
        site::{self, SiteStatus},
    },
    topology::power_feed::{self, FeedStatus},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    items::Thing,
    recorded::{Recorded, in_force},
    supplies::{Draw, Feeds},
};
use crate::{
    error::{Error, Result},
    inventory::{
        placement::Mounted,
        usage::{self, Usage},
    },
    rules::require_plausible,
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
    /// It hangs on a feed that the other side is or hangs on too.
    SharedFeed,
    /// It comes from a panel that the other side comes from too.
    SharedPanel,
    /// A feed that it hangs on carries less than all that draws from it then.
    UpstreamTooSmall,
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
    /// What can be drawn beyond the draw before a feed of the side, or one that they hang on, is full; below zero where
    /// one is too small. None where a draw or a capacity is missing.
    pub spare_watts: Option<i64>,
    /// Feeds that those of the side hang on, and that carry less than what draws from them when the other side fails.
    pub short: Vec<power_feed::Model>,
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
    /// Feeds that both sides are or hang on.
    pub shared: Vec<power_feed::Model>,
    /// Panels that both sides come from.
    pub shared_panels: Vec<String>,
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

/// Which power is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// That of these sites; that of all sites in use where absent.
    pub only: Option<&'a [SiteId]>,
    /// The day on which it has to be there.
    pub as_of: NaiveDate,
    /// What a scenario has taken away by that day, and what is down because of that.
    pub gone: &'a HashSet<Thing>,
}

/// Whether the racks of some sites, or of all sites in use, stay up when one side fails on a day: four statements. Sites
/// that a scenario has left are left out, and its feeds carry nothing.
///
/// # Errors
/// `Invalid` for a day beyond all plans; `NotFound` for a site that is not there; those of the database.
pub async fn redundancy(
    db: &impl Read,
    recorded: &Recorded,
    question: &Question<'_>,
) -> Result<Vec<SitePower>> {
    let Question { only, as_of, gone } = *question;
    require_plausible("asOf", Some(as_of))?;
    let mut sites = site::Entity::find().order_by_asc(site::Column::Code);
    let mut racks = rack::Entity::find()
        .filter(rack::Column::Status.eq(RackStatus::Active))
        .order_by_asc(rack::Column::Name);
    let mut feeds = power_feed::Entity::find()
        .filter(power_feed::Column::Status.eq(FeedStatus::Active))
        .order_by_asc(power_feed::Column::Name);
    if let Some(only) = only {
        let among = || only.iter().copied();
        sites = sites.filter(site::Column::Id.is_in(among()));
        racks = racks.filter(rack::Column::SiteId.is_in(among()));
        feeds = feeds.filter(power_feed::Column::SiteId.is_in(among()));
    } else {
        sites = sites.filter(site::Column::Status.ne(SiteStatus::Closed));
    }
    let mut sites = sites.all(db).await?;
    let is_there = |id: &&SiteId| sites.iter().any(|site| site.id == **id);
    if let Some(unknown) = only.into_iter().flatten().find(|id| !is_there(id)) {
        return Err(Error::not_found("site", unknown));
    }
    let mut racks = racks.all(db).await?;
    sites.retain(|site| !gone.contains(&Thing::Site(site.id)));
    racks.retain(|rack| !gone.contains(&Thing::Site(rack.site_id)));
    let ids: Vec<RackId> = racks.iter().map(|rack| rack.id).collect();
    let is_there = |feed: &power_feed::Model| {
        !gone.contains(&Thing::PowerFeed(feed.id)) && is_paid_for(recorded, feed, as_of)
    };
    let feeds = Feeds::of(feeds.all(db).await?, is_there);
    let draws: HashMap<RackId, Draw> = {
        let mut mounted = usage::of_racks(db, ids).await?;
        let draw = |rack: &rack::Model| {
            let there = there_on(mounted.remove(&rack.id).unwrap_or_default(), as_of);
            let usage = Usage::of(rack.height_units, &there);
            (rack.id, Draw { watts: usage.draw_watts, without: usage.without_draw })
        };
        racks.iter().map(draw).collect()
    };
    let feeds = feeds.loaded(&draws);
    let mut by_site: HashMap<SiteId, Vec<RackPower>> = HashMap::new();
    for rack in racks {
        let draw = draws.get(&rack.id).copied().unwrap_or_default();
        let supply = feeds.supply(draw, &feeds.of_rack(rack.id), None);
        by_site.entry(rack.site_id).or_default().push(RackPower { rack, supply });
    }
    let powered = sites.into_iter().map(|site| {
        let racks = by_site.remove(&site.id).unwrap_or_default();
        let watts: Option<i64> = racks.iter().map(|rack| rack.supply.draw_watts).sum();
        let without = racks.iter().map(|rack| rack.supply.without_draw).sum();
        let supply = feeds.supply(Draw { watts, without }, &feeds.of_site(site.id), Some(Gap::Supply));
        SitePower { site, supply, racks }
    });
    Ok(powered.collect())
}

/// Whether a feed is still paid for on a day: the circuit that it is was not handed back, and its contract is in force,
/// or over with a right to stay, as in the graph.
fn is_paid_for(recorded: &Recorded, feed: &power_feed::Model, as_of: NaiveDate) -> bool {
    let Some(circuit) = feed.circuit_id else { return true };
    let contract = recorded.contract_of(circuit).and_then(|id| recorded.colocation.get(&id));
    recorded.returned(circuit, as_of).is_none()
        && contract.is_none_or(|row| {
            let may_stay = row.holdover_multiplier.is_some() && row.billing_starts_on <= as_of;
            may_stay || in_force(row, as_of)
        })
}

/// What stood in a rack on a day: what came into service later did not yet, and what was retired later still did.
fn there_on(mounted: Vec<Mounted>, as_of: NaiveDate) -> Vec<Mounted> {
    let there = mounted.into_iter().filter_map(|mut asset| {
        asset.status = usage::status_on(asset.status, asset.retired_on, as_of);
        let is_running = matches!(asset.status, AssetStatus::InService | AssetStatus::Maintenance);
        let comes_later = is_running && asset.in_service_on.is_some_and(|on| on > as_of);
        (!comes_later).then_some(asset)
    });
    there.collect()
}
