//! A plan on its way to a client: what is hidden of it, and the rows that its cohorts refer to, read once for all.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::Context;
use entity::{
    id::{AssetId, EntityId, HardwareModelId, RefreshCycleId},
    inventory::{asset, hardware_model, site},
    lifecycle::{refresh_cycle, refresh_policy},
};
use sea_orm::{ColumnTrait, Condition};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{
    access::Permission,
    error::{Error, Result},
    inventory::graphql::{assets::Asset, sites::Site},
    lifecycle::{
        plan_masks::Masks,
        refresh_plan::{Planned, RefreshPlan},
    },
    schema::{
        page::LARGEST_PAGE,
        record::{Noun, Record, Table, columns_of, names, select},
        request::{caller, read},
    },
};

/// Ids that one statement may carry, below the limits of both engines.
const CHUNK: usize = 20_000;

/// A plan with what is hidden of it.
pub struct Book {
    pub(in crate::lifecycle::graphql) plan: RefreshPlan,
    pub(in crate::lifecycle::graphql) masks: Masks,
    /// Whether the caller may see single prices.
    pub(in crate::lifecycle::graphql) shows_prices: bool,
    pub(super) policies: Vec<Record<refresh_policy::Entity>>,
    pub(super) models: HashMap<HardwareModelId, Record<hardware_model::Entity>>,
    pub(super) cycles: HashMap<RefreshCycleId, Record<refresh_cycle::Entity>>,
}

impl Book {
    /// What of a plan the caller of a request may see.
    ///
    /// # Errors
    /// `Unauthenticated` without credentials, `Internal` when amounts do not fit.
    pub(in crate::lifecycle::graphql) fn new(ctx: &Context<'_>, plan: RefreshPlan) -> Result<Arc<Self>> {
        let shows_prices = caller(ctx)?.may(Permission::ViewPrices);
        let all = || plan.cohorts.iter().chain(&plan.earlier);
        let models: BTreeSet<HardwareModelId> =
            all().flat_map(|one| [one.cohort.model, one.priced.purchase.successor]).collect();
        let models = models.iter().filter_map(|id| plan.estate.models.get(id)).cloned().collect::<Vec<_>>();
        let cycles: BTreeSet<RefreshCycleId> = all().filter_map(|one| one.cohort.cycle).collect();
        let cycles = cycles.iter().filter_map(|id| plan.estate.cycles.get(id)).cloned().collect::<Vec<_>>();
        let (model_ids, cycle_ids): (Vec<_>, Vec<_>) =
            (models.iter().map(|one| one.id).collect(), cycles.iter().map(|one| one.id).collect());
        Ok(Arc::new(Self {
            masks: if shows_prices { Masks::default() } else { Masks::of(&plan)? },
            shows_prices,
            policies: Record::all_whole(plan.estate.policies.clone()),
            models: model_ids.into_iter().zip(Record::all_whole(models)).collect(),
            cycles: cycle_ids.into_iter().zip(Record::all_whole(cycles)).collect(),
            plan,
        }))
    }

    /// One of the cohorts.
    pub(in crate::lifecycle::graphql) fn planned(&self, place: Place) -> &Planned {
        let list = if place.is_earlier { &self.plan.earlier } else { &self.plan.cohorts };
        &list[place.at]
    }

    /// Whether the amounts of a cohort are hidden.
    pub(in crate::lifecycle::graphql) fn hides(&self, place: Place) -> bool {
        self.masks.hides(place.is_earlier, place.at)
    }
}

/// Where a cohort stands in its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Whether it is ordered before the months of the plan.
    pub(in crate::lifecycle::graphql) is_earlier: bool,
    /// Its position among those.
    pub(in crate::lifecycle::graphql) at: usize,
}

/// Which part of a list is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slice {
    first: usize,
    skip: usize,
}

impl Slice {
    /// So many after so many others.
    ///
    /// # Errors
    /// `Invalid` below zero, `LimitExceeded` for more than the largest page.
    pub(in crate::lifecycle::graphql) fn new(first: i32, skip: i32) -> Result<Self> {
        let whole = |field, number: i32| {
            usize::try_from(number).map_err(|_| Error::invalid(field, format!("{number} is below zero")))
        };
        let slice = Self { first: whole("first", first)?, skip: whole("skip", skip)? };
        if slice.first as u64 > LARGEST_PAGE {
            let message = format!("{first} is more than the largest page of {LARGEST_PAGE}");
            return Err(Error::TooMuch { field: "first".to_owned(), message });
        }
        Ok(slice)
    }

    /// That part of something.
    pub(in crate::lifecycle::graphql) fn of<T>(
        self,
        list: impl Iterator<Item = T>,
    ) -> impl Iterator<Item = T> {
        list.skip(self.skip).take(self.first)
    }
}

/// Rows by id, read once under a key that says with which columns and which of them.
struct Cells<E: Table>(Mutex<HashMap<String, Arc<Cell<E>>>>);

type ById<E> = HashMap<Uuid, Record<E>>;
type Cell<E> = OnceCell<Arc<ById<E>>>;

impl<E: Table> Default for Cells<E> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<E: Table> Cells<E> {
    async fn get<N: Noun<Entity = E>>(
        &self,
        ctx: &Context<'_>,
        which: &str,
        ids: impl FnOnce() -> BTreeSet<Uuid>,
    ) -> Result<Arc<ById<E>>> {
        let reader = read(ctx, N::VIEW)?;
        let columns = columns_of::<N>(ctx.field(), &[]);
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(cells.entry(format!("{which} {}", names::<N>(&columns).join(","))).or_default())
        };
        let load = async || {
            let mut found = HashMap::new();
            let ids: Vec<Uuid> = ids().into_iter().collect();
            for chunk in ids.chunks(CHUNK) {
                let among = Condition::all().add(N::ID.is_in(chunk.iter().copied()));
                for record in select::<N>(&reader, among, &[], &columns).await? {
                    found.insert(record.get::<Uuid>(N::ID)?, record);
                }
            }
            Ok::<_, Error>(Arc::new(found))
        };
        cell.get_or_try_init(load).await.cloned()
    }
}

/// Lists of assets that are shown together, each of which is asked for the same part.
#[derive(Default)]
pub struct AssetLists {
    lists: Vec<Vec<AssetId>>,
    cells: Cells<asset::Entity>,
}

impl AssetLists {
    pub(in crate::lifecycle::graphql) fn new(lists: Vec<Vec<AssetId>>) -> Self {
        Self { lists, cells: Cells::default() }
    }

    /// A part of one of the lists, read together with the same part of the others.
    pub(in crate::lifecycle::graphql) async fn get(
        &self,
        ctx: &Context<'_>,
        list: usize,
        slice: Slice,
    ) -> Result<Vec<Asset>> {
        let all = || {
            let wanted = self.lists.iter().flat_map(|ids| slice.of(ids.iter()));
            wanted.map(|id| id.uuid()).collect()
        };
        let rows = self.cells.get::<Asset>(ctx, &format!("{slice:?}"), all).await?;
        let wanted = slice.of(self.lists.get(list).into_iter().flatten());
        Ok(wanted.filter_map(|id| rows.get(&id.uuid()).cloned()).map(Asset::from).collect())
    }
}

/// Cohorts that are shown together.
pub struct Page {
    pub(in crate::lifecycle::graphql) book: Arc<Book>,
    shown: Vec<Place>,
    sites: Cells<site::Entity>,
    assets: AssetLists,
}

impl Page {
    pub(in crate::lifecycle::graphql) fn new(book: &Arc<Book>, shown: Vec<Place>) -> Arc<Self> {
        let members = |place: &Place| book.plan.members(&book.planned(*place).cohort).collect();
        let assets = AssetLists::new(shown.iter().map(members).collect());
        Arc::new(Self { book: Arc::clone(book), shown, sites: Cells::default(), assets })
    }

    /// The cohort at a position of the page.
    pub(super) fn place(&self, at: usize) -> Place {
        self.shown[at]
    }

    /// How many cohorts are shown.
    pub(in crate::lifecycle::graphql) fn len(&self) -> usize {
        self.shown.len()
    }

    /// The site of the cohort at a position.
    pub(super) async fn site(&self, ctx: &Context<'_>, at: usize) -> Result<Option<Site>> {
        let site = |place: &Place| self.book.planned(*place).cohort.site.uuid();
        let all = || self.shown.iter().map(site).collect();
        let rows = self.sites.get::<Site>(ctx, "sites", all).await?;
        Ok(rows.get(&site(&self.shown[at])).cloned().map(Site::from))
    }

    /// Some of the assets of the cohort at a position.
    pub(super) async fn assets(&self, ctx: &Context<'_>, at: usize, slice: Slice) -> Result<Vec<Asset>> {
        self.assets.get(ctx, at, slice).await
    }
}
