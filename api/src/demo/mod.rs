//! The demo estate: a food company that does not exist, with 4,200 people at nine sites, the same on every run
//! down to its ids.
//!
//! It is made of *divisions*. The standard estate is one, of 3,000 assets: 1,800 that people use and 1,200 in
//! racks. A larger estate has more divisions, each with nine sites, contracts and racks of its own; what the
//! company has once (users, calendars, policies, the cloud) it has once in any size.
//!
//! What is of one kind is in a table of `data/`; a file of Rust makes the rows of an area from it. Milestones,
//! draws and prices of products are there to look at, not to rely on. Some records are wrong on purpose:
//! The module `faults` says which.

mod access;
mod assets;
mod books;
mod budgets;
mod capacity;
mod cloud;
mod contracts;
mod data;
mod dice;
mod economics;
mod equipment;
mod estate;
mod faults;
mod finance;
mod hardware;
mod lifecycle;
mod power;
mod racks;
mod recovery;
mod scenarios;
mod sites;
mod support;
mod topology;

use std::{
    task::Poll,
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use entity::{
    access::user,
    finance::{currency, fiscal_calendar},
    inventory::{manufacturer, site, vendor},
};
use futures_util::stream;
use sea_orm::{EntityTrait, PaginatorTrait};
use tokio::sync::mpsc;

use self::{
    assets::Made,
    dice::{Sequence, shares},
    estate::Estate,
};
use crate::{
    access::{Caller, Permission, Role},
    error::{Error, Result},
    store::{Ids, Read, Store, Tx},
};

/// What the records of the estate name as their source, and the change log as the reason.
const SOURCE: &str = "demo estate";
/// Assets of the standard estate, and of a division.
pub const STANDARD_ASSETS: u32 = 3_000;
/// The smallest and the largest estate.
pub const ASSETS: std::ops::RangeInclusive<u32> = 100..=1_000_000;
/// The day that the estate was made on: what has passed and what is due is seen from here.
pub const TODAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 11, 2) {
    Some(day) => day,
    None => NaiveDate::MIN,
};
/// Rows of a chunk of what refers to assets.
const LINKS: usize = 5_000;

/// How large an estate is, and which of all possible ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Assets in all.
    pub assets: u32,
    /// Another seed gives other assets at the same sites.
    pub seed: u64,
}

impl Default for Scale {
    /// The standard estate.
    fn default() -> Self {
        Self { assets: STANDARD_ASSETS, seed: 1 }
    }
}

impl Scale {
    /// How many divisions the company has: as many as come nearest to the standard size.
    #[must_use]
    pub fn divisions(self) -> u32 {
        ((self.assets + STANDARD_ASSETS / 2) / STANDARD_ASSETS).max(1)
    }

    /// The assets of each of so many divisions.
    fn assets_of(self, divisions: u32) -> Vec<u32> {
        shares(self.assets, &vec![1; divisions as usize])
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Sites.
    pub sites: u64,
    /// Assets.
    pub assets: u64,
    /// Rows of all tables, change records left out.
    pub rows: u64,
    /// How long the assets took.
    pub assets_took: Duration,
    /// How long all of it took.
    pub took: Duration,
}

/// Writes the estate into an empty database, in one transaction: all of it or nothing. `progress` is told how
/// many assets have been written so far.
///
/// # Errors
/// `Conflict` when the database holds something already; `Invalid` for a size out of range; `Unavailable` when
/// the database goes away.
pub async fn load(store: &Store, scale: Scale, progress: impl Fn(u64) + Send + Sync) -> Result<Summary> {
    load_divided(store, scale, scale.divisions(), progress).await
}

/// As [`load`], in so many divisions: one has nine sites, however large it is.
///
/// # Errors
/// As [`load`], and `Invalid` for more divisions than a hundred assets each.
pub async fn load_divided(
    store: &Store,
    scale: Scale,
    divisions: u32,
    progress: impl Fn(u64) + Send + Sync,
) -> Result<Summary> {
    if !ASSETS.contains(&scale.assets) {
        let message = format!("{} is not between {} and {}", scale.assets, ASSETS.start(), ASSETS.end());
        return Err(Error::invalid("assets", message));
    }
    let most = scale.assets / ASSETS.start();
    if !(1..=most).contains(&divisions) {
        let message =
            format!("{divisions} is not between 1 and {most}, for a division has 100 assets at least");
        return Err(Error::invalid("divisions", message));
    }
    let started = Instant::now();
    // Change records have ids of their own source, for they are made between the others.
    let store = store.with_ids(Ids::seeded(!scale.seed));
    let caller = Caller::system(Role::Director, noon());
    let written = store
        .change(&caller, Permission::EditInventory, async |tx| {
            if let Some(found) = count(tx).await? {
                let message = format!("the database already holds {found}; the demo wants an empty one");
                return Err(Error::Conflict(message));
            }
            write(tx, scale, divisions, progress).await
        })
        .await?;
    Ok(Summary { took: started.elapsed(), ..written })
}

/// What the database holds of that which the estate would meet, in words; nothing when it is empty.
///
/// # Errors
/// Those of the database.
pub async fn contents(store: &Store) -> Result<Option<String>> {
    let caller = Caller::system(Role::Director, noon());
    count(&store.read(&caller, Permission::ViewInventory)?).await
}

async fn count(db: &impl Read) -> Result<Option<String>> {
    let counts = [
        (site::Entity::find().count(db).await?, "site"),
        (vendor::Entity::find().count(db).await?, "vendor"),
        (manufacturer::Entity::find().count(db).await?, "manufacturer"),
        (currency::Entity::find().count(db).await?, "currency row"),
        (fiscal_calendar::Entity::find().count(db).await?, "fiscal calendar"),
        (user::Entity::find().count(db).await?, "user"),
    ];
    let found = counts.into_iter().find(|(count, _)| *count > 0);
    Ok(found.map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" })))
}

async fn write(tx: &Tx, scale: Scale, divisions: u32, progress: impl Fn(u64)) -> Result<Summary> {
    let sizes = scale.assets_of(divisions);
    let (mut estate, first, mut ids) = Estate::plan(scale.seed, &sizes)?;
    let (support, support_rows) = support::plan(&sizes, &estate.vendors, &mut ids)?;
    let (lifecycle, cycles) = lifecycle::plan(&estate, &mut ids)?;
    (estate.support, estate.cycles) = (support, cycles);

    let sites = first.sites.len() as u64;
    let mut rows = write_company(tx, scale, &mut ids).await?;
    rows += tx.insert_many(first.vendors, SOURCE).await?;
    rows += tx.insert_many(first.manufacturers, SOURCE).await?;
    rows += tx.insert_many(first.models, SOURCE).await?;
    rows += tx.insert_many(first.sites, SOURCE).await?;
    rows += tx.insert_many(first.racks, SOURCE).await?;
    rows += tx.insert_many(support_rows, SOURCE).await?;
    rows += tx.insert_many(lifecycle.depreciation_rules, SOURCE).await?;
    rows += tx.insert_many(lifecycle.policies, SOURCE).await?;
    rows += tx.insert_many(lifecycle.cycles, SOURCE).await?;
    rows += tx.insert_many(lifecycle.releases, SOURCE).await?;
    rows += write_contracts(tx, divisions, &estate, &mut ids).await?;
    rows += write_cloud(tx, &estate, &mut ids).await?;

    let began = Instant::now();
    let (assets, made) = write_assets(tx, estate, ids, progress).await?;
    let assets_took = began.elapsed();
    rows += assets + write_links(tx, scale, made).await?;
    Ok(Summary { sites, assets, rows, assets_took, took: Duration::ZERO })
}

/// What the company has once, in any size.
async fn write_company(tx: &Tx, scale: Scale, ids: &mut Sequence) -> Result<u64> {
    let mut rows = tx.insert_many(finance::currencies(ids), SOURCE).await?;
    rows += tx.insert_many(finance::rates(scale.seed, ids), SOURCE).await?;
    rows += tx.insert_many(finance::calendars(ids), SOURCE).await?;
    rows += tx.insert_many(access::users(ids)?, SOURCE).await?;
    Ok(rows)
}

async fn write_contracts(tx: &Tx, divisions: u32, estate: &Estate, ids: &mut Sequence) -> Result<u64> {
    let contracts = contracts::plan(divisions, estate, ids)?;
    let mut rows = tx.insert_many(contracts.contracts, SOURCE).await?;
    rows += tx.insert_many(contracts.charges, SOURCE).await?;
    rows += tx.insert_many(contracts.sites, SOURCE).await?;
    Ok(rows)
}

async fn write_cloud(tx: &Tx, estate: &Estate, ids: &mut Sequence) -> Result<u64> {
    let cloud = cloud::plan(estate, ids)?;
    let mut rows = tx.insert_many(cloud.accounts, SOURCE).await?;
    rows += tx.insert_many(cloud.workloads, SOURCE).await?;
    rows += tx.insert_many(cloud.costs, SOURCE).await?;
    rows += tx.insert_many(cloud.growth, SOURCE).await?;
    Ok(rows)
}

/// Makes the assets on another thread while the database takes those that are made.
async fn write_assets(tx: &Tx, estate: Estate, ids: Sequence, progress: impl Fn(u64)) -> Result<(u64, Made)> {
    let (outlet, mut inlet) = mpsc::channel(2);
    let making = tokio::task::spawn_blocking(move || {
        equipment::make(&estate, ids, &mut |chunk| {
            outlet.blocking_send(chunk).map_err(|_| Error::internal("the assets were not wanted"))
        })
    });
    let mut written = 0;
    let chunks = stream::poll_fn(|context| {
        progress(written);
        let chunk = inlet.poll_recv(context);
        if let Poll::Ready(Some(chunk)) = &chunk {
            written += Vec::len(chunk) as u64;
        }
        chunk
    });
    let count = tx.insert_chunks(chunks, SOURCE).await?;
    let made = making.await.map_err(Error::internal)??;
    Ok((count, made))
}

/// What refers to assets: coverage by contracts, replacement by cycles; and what cost is divided by.
async fn write_links(tx: &Tx, scale: Scale, made: Made) -> Result<u64> {
    let Made { covered, replaced, mut ids } = made;
    let replaced: Vec<_> =
        replaced.into_iter().map(|(cycle, asset)| lifecycle::row(&mut ids, cycle, asset)).collect();
    let mut rows = tx.insert_many(replaced, SOURCE).await?;
    let covered = covered.chunks(LINKS).map(|chunk| {
        chunk.iter().map(|(contract, asset)| support::row(ids.next(), *contract, *asset)).collect()
    });
    rows += tx.insert_chunks(stream::iter(covered), SOURCE).await?;
    rows += write_economics(tx, scale, &mut ids).await?;
    rows += scenarios::write(tx, &mut ids).await?;
    rows += budgets::write(tx, &mut ids).await?;
    rows += power::write(tx, &mut ids).await?;
    let (written, mut named) = topology::write(tx, &mut ids).await?;
    rows += written + recovery::write(tx, &mut ids, &mut named).await?;
    rows += tx.insert_many(economics::bearers(&mut ids), SOURCE).await?;
    rows += books::write(tx).await?;
    Ok(rows + capacity::write(tx, scale.seed).await?)
}

async fn write_economics(tx: &Tx, scale: Scale, ids: &mut Sequence) -> Result<u64> {
    let mut rows = tx.insert_many(economics::volumes(ids, scale.divisions())?, SOURCE).await?;
    rows += tx.insert_many(economics::parts(ids), SOURCE).await?;
    rows += tx.insert_many(vec![economics::allocation(ids)?], SOURCE).await?;
    let (initiatives, claims) = economics::savings(ids)?;
    rows += tx.insert_many(initiatives, SOURCE).await?;
    rows += tx.insert_many(claims, SOURCE).await?;
    Ok(rows)
}

/// The moment at which all rows were made.
fn noon() -> DateTime<Utc> {
    TODAY.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(12)
}

/// The moment of the first id: an hour is enough for more ids than there are.
fn eleven() -> DateTime<Utc> {
    noon() - TimeDelta::hours(1)
}
