//! What depends on what: business services down to the servers, arrays, workloads and feeds under them.
//!
//! The name services are redundant on paper and stand in one rack; of the power of two racks the one side is too small,
//! of the other both sides hang on one supply; some dependencies are stale, doubtful, twice there, or lead to what is
//! retired. What a small estate lacks is left out, with the groups that could no longer be met.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    cloud::workload,
    contracts::colocation_circuit::Feed,
    id::{ConfigurationItemId, PowerFeedId, RedundancyGroupId, SiteId},
    inventory::{
        asset::{self, AssetStatus},
        hardware_model::{self, HardwareKind},
        rack, site, vendor,
    },
    money::{Amount, Rate},
    topology::{
        dependency::{self, DependencyKind, Evidence, Hardness},
        power_feed::{self, FeedStatus},
        redundancy_group,
        service::{self, ServiceKind, ServiceStatus},
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Deserialize;

use super::{SOURCE, data, dice::Sequence};
use crate::{error::Result, store::Tx, topology::items::Thing};

const SERVICES: &str = include_str!("data/services.json");
const GROUPS: &str = include_str!("data/groups.json");
const DEPENDENCIES: &str = include_str!("data/dependencies.json");

/// The sites whose equipment services are known to rest on.
const SITES: [&str; 2] = [POWERED, "CMH-DC1"];
/// The site whose racks have their feeds on record.
const POWERED: &str = "ASH-CO1";
/// The rack whose B side is too small.
const TOO_SMALL: &str = "A05";
/// The rack both of whose sides hang on one supply.
const SHARED: &str = "A09";
/// Watts that a feed of a rack carries, and one that is too small.
const RACK_WATTS: (i32, i32) = (11_500, 4_600);
/// Watts that a supply of the site carries.
const SUPPLY_WATTS: i32 = 240_000;
/// The currency of revenue.
const CURRENCY: &str = "USD";

#[derive(Debug, Deserialize)]
struct Service {
    name: String,
    kind: ServiceKind,
    status: ServiceStatus,
    owner: Option<String>,
    tier: Option<i32>,
    is_shared: bool,
    users: Option<i32>,
    revenue: Option<Amount>,
    vendor: Option<String>,
    description: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Group {
    owner: String,
    name: String,
    required_count: Option<i32>,
    required_capacity: Option<Rate>,
    capacity_unit: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    from: String,
    to: String,
    kind: DependencyKind,
    hardness: Hardness,
    group: Option<String>,
    capacity: Option<Rate>,
    evidence: Evidence,
    confidence: Option<Rate>,
    last_seen_on: Option<NaiveDate>,
    latency: Option<i32>,
    gigabytes: Option<Rate>,
    writes: bool,
    note: Option<String>,
}

/// The things that the tables name, and the items that stand for them.
#[derive(Debug, Default)]
pub(super) struct Named {
    things: HashMap<String, Thing>,
    items: BTreeMap<Thing, ConfigurationItemId>,
    /// Those that have no row yet.
    unwritten: BTreeSet<Thing>,
}

impl Named {
    /// The item of what a table names; none where the estate lacks it.
    pub(super) fn item(&mut self, name: &str, ids: &mut Sequence) -> Option<ConfigurationItemId> {
        let thing = *self.things.get(name)?;
        let unwritten = &mut self.unwritten;
        Some(*self.items.entry(thing).or_insert_with(|| {
            unwritten.insert(thing);
            ids.next()
        }))
    }

    /// Writes the items that have no row yet.
    pub(super) async fn write(&mut self, tx: &Tx) -> Result<u64> {
        let fresh = std::mem::take(&mut self.unwritten);
        let rows = fresh.iter().filter_map(|thing| Some(thing.row(*self.items.get(thing)?)));
        tx.insert_many(rows.collect(), SOURCE).await
    }

    fn has(&self, name: &str) -> bool {
        self.things.contains_key(name)
    }
}

/// Writes it all, and returns how many rows that are, and the things by name.
pub(super) async fn write(tx: &Tx, ids: &mut Sequence) -> Result<(u64, Named)> {
    let mut named = Named { things: standing(tx).await?, ..Named::default() };
    let services = services(tx, ids, &mut named.things).await?;
    let mut rows = tx.insert_many(services, SOURCE).await?;
    rows += tx.insert_many(feeds(tx, ids).await?, SOURCE).await?;
    let (groups, edges) = joined(ids, &mut named)?;
    rows += named.write(tx).await?;
    rows += tx.insert_many(groups, SOURCE).await?;
    rows += tx.insert_many(edges, SOURCE).await?;
    Ok((rows, named))
}

/// Equipment by kind, site, rack and place in it, workloads, and vendors.
async fn standing(tx: &Tx) -> Result<HashMap<String, Thing>> {
    let mut things = HashMap::new();
    for workload in workload::Entity::find().order_by_asc(workload::Column::Id).all(tx).await? {
        things.entry(format!("workload:{}", workload.name)).or_insert(Thing::Workload(workload.id));
    }
    for vendor in vendor::Entity::find().all(tx).await? {
        things.insert(format!("vendor:{}", vendor.code), Thing::Vendor(vendor.id));
    }
    for code in SITES {
        let Some(site) = site(tx, code).await? else { continue };
        for (kind, word) in [
            (HardwareKind::Server, "server"),
            (HardwareKind::Storage, "storage"),
            (HardwareKind::Router, "router"),
        ] {
            equipment(tx, (site, code), (kind, word), &mut things).await?;
        }
    }
    Ok(things)
}

async fn site(tx: &Tx, code: &str) -> Result<Option<SiteId>> {
    let found = site::Entity::find().filter(site::Column::Code.eq(code)).one(tx).await?;
    Ok(found.map(|site| site.id))
}

/// The assets of a kind that are in service in racks of a site, numbered in each rack by tag.
async fn equipment(
    tx: &Tx,
    (site, code): (SiteId, &str),
    (kind, word): (HardwareKind, &str),
    things: &mut HashMap<String, Thing>,
) -> Result<()> {
    let models = hardware_model::Entity::find().filter(hardware_model::Column::Kind.eq(kind)).all(tx).await?;
    let found = asset::Entity::find()
        .filter(asset::Column::SiteId.eq(site))
        .filter(asset::Column::Status.eq(AssetStatus::InService))
        .filter(asset::Column::ModelId.is_in(models.into_iter().map(|model| model.id)))
        .order_by_asc(asset::Column::Tag);
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let racks: HashMap<_, _> = racks(tx, site).await?.into_iter().map(|rack| (rack.id, rack.name)).collect();
    for asset in found.all(tx).await? {
        let Some(rack) = asset.rack_id.and_then(|rack| racks.get(&rack)) else { continue };
        let number = numbers.entry(rack.clone()).or_default();
        *number += 1;
        things.insert(format!("{word}:{code}/{rack}/{number}"), Thing::Asset(asset.id));
    }
    Ok(())
}

async fn racks(tx: &Tx, site: SiteId) -> Result<Vec<rack::Model>> {
    let found = rack::Entity::find().filter(rack::Column::SiteId.eq(site));
    Ok(found.order_by_asc(rack::Column::Name).all(tx).await?)
}

async fn services(
    tx: &Tx,
    ids: &mut Sequence,
    things: &mut HashMap<String, Thing>,
) -> Result<Vec<service::ActiveModel>> {
    let vendors = vendor::Entity::find().all(tx).await?;
    let rows = data::rows::<Service>(SERVICES)?.into_iter().map(|own| {
        let id = ids.next();
        things.insert(own.name.clone(), Thing::Service(id));
        let vendor = vendors.iter().find(|vendor| Some(&vendor.code) == own.vendor.as_ref());
        service::ActiveModel {
            id: Set(id),
            name: Set(own.name),
            kind: Set(own.kind),
            status: Set(own.status),
            description: Set(own.description),
            owner: Set(own.owner),
            tier: Set(own.tier),
            is_shared: Set(own.is_shared),
            users: Set(own.users),
            revenue_per_hour_amount: Set(own.revenue),
            revenue_per_hour_currency: Set(own.revenue.map(|_| CURRENCY.to_owned())),
            vendor_id: Set(vendor.map(|vendor| vendor.id)),
            source: Set(Some(SOURCE.to_owned())),
            ..Default::default()
        }
    });
    Ok(rows.collect())
}

/// Two supplies of a site, and two feeds of each of its racks.
async fn feeds(tx: &Tx, ids: &mut Sequence) -> Result<Vec<power_feed::ActiveModel>> {
    let Some(site) = site(tx, POWERED).await? else { return Ok(Vec::new()) };
    let feed = |id: PowerFeedId, name: String, side: Feed, watts: i32| power_feed::ActiveModel {
        id: Set(id),
        site_id: Set(site),
        name: Set(name),
        status: Set(FeedStatus::Active),
        side: Set(Some(side)),
        capacity_watts: Set(Some(watts)),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    };
    let (a, b): (PowerFeedId, PowerFeedId) = (ids.next(), ids.next());
    let mut rows = vec![
        feed(a, "UPS-A".to_owned(), Feed::A, SUPPLY_WATTS),
        feed(b, "UPS-B".to_owned(), Feed::B, SUPPLY_WATTS),
    ];
    for rack in racks(tx, site).await? {
        for (side, word, supply) in [(Feed::A, "A", a), (Feed::B, "B", b)] {
            let is_small = rack.name == TOO_SMALL && side == Feed::B;
            let watts = if is_small { RACK_WATTS.1 } else { RACK_WATTS.0 };
            let supply = if rack.name == SHARED { a } else { supply };
            rows.push(power_feed::ActiveModel {
                rack_id: Set(Some(rack.id)),
                upstream_id: Set(Some(supply)),
                ..feed(ids.next(), format!("{}-{word}", rack.name), side, watts)
            });
        }
    }
    Ok(rows)
}

type Joined = (Vec<redundancy_group::ActiveModel>, Vec<dependency::ActiveModel>);

/// Groups and dependencies.
fn joined(ids: &mut Sequence, named: &mut Named) -> Result<Joined> {
    let mut edges: Vec<Dependency> = data::rows(DEPENDENCIES)?;
    edges.retain(|edge| named.has(&edge.from) && named.has(&edge.to));
    let mut groups: HashMap<(String, String), RedundancyGroupId> = HashMap::new();
    let mut rows = Vec::new();
    for own in data::rows::<Group>(GROUPS)? {
        let members =
            edges.iter().filter(|edge| edge.from == own.owner && edge.group.as_ref() == Some(&own.name));
        let (count, capacity) = members.fold((0, 0), |(count, sum), edge| {
            (count + 1, sum + edge.capacity.map_or(0, |capacity| capacity.0))
        });
        let is_met = own.required_count.is_none_or(|required| count >= required)
            && own.required_capacity.is_none_or(|required| capacity >= required.0);
        let Some(owner) = named.item(&own.owner, ids).filter(|_| is_met) else { continue };
        let id: RedundancyGroupId = ids.next();
        groups.insert((own.owner, own.name.clone()), id);
        rows.push(redundancy_group::ActiveModel {
            id: Set(id),
            owner_id: Set(owner),
            name: Set(own.name),
            required_count: Set(own.required_count),
            required_capacity: Set(own.required_capacity),
            capacity_unit: Set(own.capacity_unit),
            source: Set(Some(SOURCE.to_owned())),
            ..Default::default()
        });
    }
    let mut joined = Vec::new();
    for edge in edges {
        let group = edge.group.clone().map(|group| groups.get(&(edge.from.clone(), group)).copied());
        // What belongs to a group that could not be met is left out with it.
        if group == Some(None) {
            continue;
        }
        let ends = (named.item(&edge.from, ids), named.item(&edge.to, ids));
        if let (Some(from), Some(to)) = ends {
            joined.push(row(ids, edge, (from, to), group.flatten()));
        }
    }
    Ok((rows, joined))
}

fn row(
    ids: &mut Sequence,
    edge: Dependency,
    (from, to): (ConfigurationItemId, ConfigurationItemId),
    group: Option<RedundancyGroupId>,
) -> dependency::ActiveModel {
    dependency::ActiveModel {
        id: Set(ids.next()),
        from_id: Set(from),
        to_id: Set(to),
        kind: Set(edge.kind),
        hardness: Set(edge.hardness),
        redundancy_group_id: Set(group),
        capacity: Set(edge.capacity.filter(|_| group.is_some())),
        evidence: Set(edge.evidence),
        confidence: Set(edge.confidence),
        last_seen_on: Set(edge.last_seen_on),
        latency_budget_milliseconds: Set(edge.latency),
        gigabytes_per_day: Set(edge.gigabytes),
        is_write_heavy: Set(edge.writes),
        note: Set(edge.note),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    }
}
