//! What people call things, and what matters of them to whoever depends on them.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{
    cloud::{provider_account, workload},
    contracts::{colocation_contract, support_contract},
    id::SiteId,
    inventory::{asset, rack, site, vendor},
    topology::{power_feed, service},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    about::is_out,
    items::{IDS_AT_ONCE, Thing, ThingKind},
};
use crate::{error::Result, inventory::usage::status_on, store::Read};

/// What people call a thing, and what matters of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// Its name: the tag of an asset, the code of a site or a vendor, the number of a contract.
    pub name: String,
    /// Criticality: 0 is the most critical, 3 the least.
    pub tier: Option<i32>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Where it is.
    pub site: Option<SiteId>,
    /// Whether it is out of use for good. Contracts never are: they end by their terms.
    pub is_retired: bool,
}

/// Labels of things by thing, with one statement for each sort and 10,000 things. What is not there has none.
///
/// # Errors
/// Those of the database.
pub async fn labels(db: &impl Read, things: &[Thing]) -> Result<HashMap<Thing, Label>> {
    let mut found = HashMap::with_capacity(things.len());
    for kind in ThingKind::ALL {
        let ids = things.iter().filter(|thing| thing.kind() == kind).map(|thing| thing.uuid());
        let ids: Vec<Uuid> = ids.collect::<BTreeSet<_>>().into_iter().collect();
        for ids in ids.chunks(IDS_AT_ONCE) {
            let labels = read(db, kind, ids).await?;
            found.extend(labels.into_iter().map(|(id, label)| (kind.thing(id), label)));
        }
    }
    Ok(found)
}

type Found = Vec<(Uuid, Label)>;

async fn read(db: &impl Read, kind: ThingKind, ids: &[Uuid]) -> Result<Found> {
    match kind {
        ThingKind::Service => services(db, ids).await,
        ThingKind::Asset => assets(db, ids).await,
        ThingKind::Workload => workloads(db, ids).await,
        ThingKind::Rack => racks(db, ids).await,
        ThingKind::PowerFeed => power_feeds(db, ids).await,
        ThingKind::Site => sites(db, ids).await,
        ThingKind::Vendor | ThingKind::ProviderAccount => parties(db, kind, ids).await,
        ThingKind::ColocationContract | ThingKind::SupportContract => contracts(db, kind, ids).await,
        // They are in no table; the index knows what they are called.
        ThingKind::PowerPanel | ThingKind::CloudRegion => Ok(Vec::new()),
    }
}

async fn services(db: &impl Read, ids: &[Uuid]) -> Result<Found> {
    use service::Column as C;
    type Row = (Uuid, String, Option<i32>, Option<String>, service::ServiceStatus);
    let query = service::Entity::find().select_only().columns([C::Id, C::Name, C::Tier, C::Owner, C::Status]);
    let rows: Vec<Row> = query.filter(C::Id.is_in(ids.iter().copied())).into_tuple().all(db).await?;
    let label = |(id, name, tier, owner, status): Row| {
        let is_retired = status == service::ServiceStatus::Retired;
        (id, Label { name, tier, owner, site: None, is_retired })
    };
    Ok(rows.into_iter().map(label).collect())
}

/// Assets are retired from the day on which they were, as the caller's calendar has it.
async fn assets(db: &impl Read, ids: &[Uuid]) -> Result<Found> {
    use asset::{AssetStatus, Column as C};
    type Row = (Uuid, String, Option<i32>, Option<String>, SiteId, AssetStatus, Option<NaiveDate>);
    let today = db.caller().now.date_naive();
    let columns = [C::Id, C::Tag, C::Tier, C::Owner, C::SiteId, C::Status, C::RetiredOn];
    let query = asset::Entity::find().select_only().columns(columns);
    let rows: Vec<Row> = query.filter(C::Id.is_in(ids.iter().copied())).into_tuple().all(db).await?;
    let label = |(id, name, tier, owner, site, status, retired_on): Row| {
        let is_retired = is_out(status_on(status, retired_on, today));
        (id, Label { name, tier, owner, site: Some(site), is_retired })
    };
    Ok(rows.into_iter().map(label).collect())
}

/// Workloads are retired from the day after their last one, as the caller's calendar has it.
async fn workloads(db: &impl Read, ids: &[Uuid]) -> Result<Found> {
    use workload::Column as C;
    type Row = (Uuid, String, Option<i32>, Option<String>, Option<SiteId>, Option<NaiveDate>);
    let today = db.caller().now.date_naive();
    let columns = [C::Id, C::Name, C::Tier, C::Owner, C::SiteId, C::RetiresOn];
    let query = workload::Entity::find().select_only().columns(columns);
    let rows: Vec<Row> = query.filter(C::Id.is_in(ids.iter().copied())).into_tuple().all(db).await?;
    let label = |(id, name, tier, owner, site, retires_on): Row| {
        let is_retired = retires_on.is_some_and(|last| last < today);
        (id, Label { name, tier, owner, site, is_retired })
    };
    Ok(rows.into_iter().map(label).collect())
}

async fn racks(db: &impl Read, ids: &[Uuid]) -> Result<Found> {
    use rack::{Column as C, RackStatus};
    type Row = (Uuid, String, SiteId, RackStatus);
    let query = rack::Entity::find().select_only().columns([C::Id, C::Name, C::SiteId, C::Status]);
    let rows: Vec<Row> = query.filter(C::Id.is_in(ids.iter().copied())).into_tuple().all(db).await?;
    let label = |(id, name, site, status): Row| {
        let is_retired = status == RackStatus::Retired;
        (id, Label { name, site: Some(site), is_retired, ..Label::default() })
    };
    Ok(rows.into_iter().map(label).collect())
}

async fn power_feeds(db: &impl Read, ids: &[Uuid]) -> Result<Found> {
    use power_feed::{Column as C, FeedStatus};
    type Row = (Uuid, String, SiteId, FeedStatus);
    let query = power_feed::Entity::find().select_only().columns([C::Id, C::Name, C::SiteId, C::Status]);
    let rows: Vec<Row> = query.filter(C::Id.is_in(ids.iter().copied())).into_tuple().all(db).await?;
    let label = |(id, name, site, status): Row| {
        let is_retired = status == FeedStatus::Retired;
        (id, Label { name, site: Some(site), is_retired, ..Label::default() })
    };
    Ok(rows.into_iter().map(label).collect())
}

async fn sites(db: &impl Read, ids: &[Uuid]) -> Result<Found> {
    use site::{Column as C, SiteStatus};
    type Row = (Uuid, String, SiteStatus);
    let query = site::Entity::find().select_only().columns([C::Id, C::Code, C::Status]);
    let rows: Vec<Row> = query.filter(C::Id.is_in(ids.iter().copied())).into_tuple().all(db).await?;
    let label = |(id, name, status): Row| {
        let is_retired = status == SiteStatus::Closed;
        (id, Label { name, site: Some(SiteId(id)), is_retired, ..Label::default() })
    };
    Ok(rows.into_iter().map(label).collect())
}

/// Vendors and accounts with cloud providers.
async fn parties(db: &impl Read, kind: ThingKind, ids: &[Uuid]) -> Result<Found> {
    let ids = ids.iter().copied();
    if kind == ThingKind::Vendor {
        use vendor::Column as C;
        let query = vendor::Entity::find().select_only().columns([C::Id, C::Code]).filter(C::Id.is_in(ids));
        let rows: Vec<(Uuid, String)> = query.into_tuple().all(db).await?;
        return Ok(rows.into_iter().map(|(id, name)| (id, Label { name, ..Label::default() })).collect());
    }
    use provider_account::Column as C;
    let query = provider_account::Entity::find().select_only().columns([C::Id, C::Name, C::Owner]);
    owned(query.filter(C::Id.is_in(ids)).into_tuple().all(db).await?)
}

async fn contracts(db: &impl Read, kind: ThingKind, ids: &[Uuid]) -> Result<Found> {
    let ids = ids.iter().copied();
    if kind == ThingKind::ColocationContract {
        use colocation_contract::Column as C;
        let query = colocation_contract::Entity::find().select_only().columns([C::Id, C::Number, C::Owner]);
        return owned(query.filter(C::Id.is_in(ids)).into_tuple().all(db).await?);
    }
    use support_contract::Column as C;
    let query = support_contract::Entity::find().select_only().columns([C::Id, C::Number, C::Owner]);
    owned(query.filter(C::Id.is_in(ids)).into_tuple().all(db).await?)
}

fn owned(rows: Vec<(Uuid, String, Option<String>)>) -> Result<Found> {
    let label = |(id, name, owner)| (id, Label { name, owner, ..Label::default() });
    Ok(rows.into_iter().map(label).collect())
}
