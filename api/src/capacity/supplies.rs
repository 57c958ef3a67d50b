//! What may be planned with of pools, as it changes: what comes, what goes, what is replaced and what contracts say.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    capacity::capacity_pool::{self, CapacityBasis},
    id::{CapacityPoolId, SiteId},
};
use forecasting::{
    capacity::{
        layers::{HostShare, RunningShare},
        supply::{Supply, SupplyChange},
    },
    month::Month,
    quantity::millionths,
};
use rust_decimal::Decimal;

use super::{
    assumed::Leaving,
    causes::{self, Cause, Known},
    contents::{self, Contents, Item, Since, State, is_of_hosts},
    demands::{self, Demanded},
    grounds::Grounds,
    holdings::Holdings,
    layers::{self, PoolLayers},
    past_supplies,
};
use crate::{
    error::Result,
    roadmap::{
        assets::{self, Asset},
        estate::Estate,
    },
    scenarios::overlay::Overlay,
    store::Read,
    topology::items::Thing,
};

/// Names that a sentence has before it stops.
const MOST_NAMES: usize = 5;

/// What supplies are asked for.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The day that it is seen on: what the layers say holds on it, with what is planned until then where it has yet to
    /// come.
    pub as_of: NaiveDate,
    /// What a scenario changes.
    pub overlay: &'a Overlay,
    /// The last month whose changes are told.
    pub last: Month,
}

/// What there is of a pool to plan with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Supplied {
    /// Day by day; none where it is not known.
    pub supply: Option<Supply>,
    /// The same with what there was in the months before that of the day it is seen on, as far as that is on record.
    pub through: Option<Supply>,
    /// Why it is not known.
    pub reason: Option<String>,
    /// What changes it, in the order of days.
    pub changes: Vec<Change>,
    /// What is odd, or would change it and is not known, in sentences.
    pub findings: Vec<String>,
    /// What is taken for granted, in sentences.
    pub assumptions: Vec<String>,
    /// What it starts from.
    pub layers: PoolLayers,
}

impl Supplied {
    /// What of it is there once, where it is handed out more than once: what is used is held against that.
    fn once(self) -> Self {
        let share = self.layers.share_once();
        if share >= Decimal::ONE {
            return self;
        }
        let Some(supply) = &self.supply else { return self };
        match supply.part(share) {
            Ok(supply) => {
                // The changes of a supply are in the order of these.
                let parts = supply.changes().iter().map(|change| change.quantity);
                let changes = self.changes.into_iter().zip(parts);
                let changes = changes.map(|(change, quantity)| Change { quantity, ..change }).collect();
                let through = self.through.as_ref().and_then(|through| through.part(share).ok());
                Self {
                    through: through.or_else(|| Some(supply.clone())),
                    supply: Some(supply),
                    changes,
                    ..self
                }
            }
            Err(cause) => Self { supply: None, through: None, reason: Some(cause.to_string()), ..self },
        }
    }
}

/// Something that changes what there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is, in words.
    pub name: String,
    /// The first day on which it counts.
    pub on: NaiveDate,
    /// By how much plannable capacity changes, in the unit of the pool; below zero where it falls.
    pub quantity: Decimal,
    /// What sort of change it is.
    pub kind: ChangeKind,
    /// The thing that comes, goes or changes, where it is one.
    pub thing: Option<Thing>,
}

/// What changes what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Something is delivered.
    Delivery,
    /// Something leaves service.
    Retirement,
    /// Something is replaced.
    Refresh,
    /// A contract commits to another quantity.
    Contract,
    /// A scenario changes it.
    Scenario,
}

/// What there is of some pools to plan with, by pool: a bounded number of statements, however many there are.
///
/// # Errors
/// Those of the database.
pub async fn of(
    db: &impl Read,
    pools: &[capacity_pool::Model],
    question: &Question<'_>,
) -> Result<HashMap<CapacityPoolId, Supplied>> {
    Ok(Recorded::read(db, pools, question, None).await?.supplied(pools, question))
}

/// What is on record of some pools and changes what there is of them, and what is taken, as a scenario has it.
pub struct Recorded {
    held: Arc<Holdings>,
    grounds: Arc<Grounds>,
    known: Known,
    /// What is there is that of today: what is planned from then on comes before a later day that is asked about.
    today: NaiveDate,
    /// Since when what came into pools and left them is put back; none where what there was does not matter.
    since: Option<NaiveDate>,
}

impl Recorded {
    /// Reads it: a bounded number of statements, however many pools there are. What changes demand is read where days are
    /// given, since which what left service counts.
    ///
    /// # Errors
    /// Those of the database, and of [`Recorded::under`].
    pub async fn read(
        db: &impl Read,
        pools: &[capacity_pool::Model],
        question: &Question<'_>,
        left_since: Option<Since>,
    ) -> Result<Self> {
        let wanted = match left_since {
            Some(since) => contents::wanted_with_demand(pools, since),
            None => contents::wanted(pools),
        };
        let held = Arc::new(Holdings::read(db, &wanted).await?);
        let grounds = Arc::new(Grounds::read(db, pools, &held).await?);
        let estate = match grounds.shifts(question.overlay) {
            true => Some(Box::pin(estate(db, &grounds, question.as_of)).await?),
            false => None,
        };
        let known = tokio::task::block_in_place(|| {
            let estate = estate.as_ref().map(|(estate, assets)| (estate, assets.as_slice()));
            Known::under(&grounds, question, estate)
        })?;
        let since = left_since.and_then(|since| since.equipment);
        Ok(Self { held, grounds, known, today: db.caller().now.date_naive(), since })
    }

    /// The same as another scenario has it, for the same day: nothing is read. `estate` is what refresh cohorts follow from,
    /// with assets that know nothing of what is due by capacity; it is not needed where the scenario shifts none.
    ///
    /// # Errors
    /// `Invalid` for `scenario` where it moves a cohort that is not there any more.
    pub fn under(&self, question: &Question<'_>, estate: Option<(&Estate, &[Asset])>) -> Result<Self> {
        Ok(Self {
            held: Arc::clone(&self.held),
            known: Known::under(&self.grounds, question, estate)?,
            grounds: Arc::clone(&self.grounds),
            ..*self
        })
    }

    /// What there is of the pools to plan with, by pool.
    #[must_use]
    pub fn supplied(
        &self,
        pools: &[capacity_pool::Model],
        question: &Question<'_>,
    ) -> HashMap<CapacityPoolId, Supplied> {
        let from = self.from(question);
        let each = pools.iter().map(|pool| {
            let mut supplied = supplied(pool, &self.held, &self.known, (&from, question.as_of));
            self.put_back(pool, &mut supplied, question.as_of);
            (pool.id, supplied)
        });
        each.collect()
    }

    /// The same before anything is handed out more than once: what demand is held against.
    #[must_use]
    pub fn supplied_once(
        &self,
        pools: &[capacity_pool::Model],
        question: &Question<'_>,
    ) -> HashMap<CapacityPoolId, Supplied> {
        self.supplied(pools, question).into_iter().map(|(pool, supplied)| (pool, supplied.once())).collect()
    }

    /// Puts back what came into a pool and left it in the months that are over.
    fn put_back(&self, pool: &capacity_pool::Model, supplied: &mut Supplied, as_of: NaiveDate) {
        let (Some(since), Some(opening)) = (self.since, supplied.layers.plannable.quantity) else { return };
        let past = past_supplies::changes(pool, &self.held, opening, (since, self.today));
        let Some(through) = supplied.through.take() else { return };
        supplied.through = Some(past_supplies::put_back(&through, past, as_of).unwrap_or(through));
    }

    /// The sites that are to be left, by when they are empty.
    #[must_use]
    pub fn leaving(&self, as_of: NaiveDate) -> Leaving {
        self.known.leaving(as_of)
    }

    /// What is taken of a pool in its racks as that changes after the last day observed.
    #[must_use]
    pub fn demanded(
        &self,
        pool: &capacity_pool::Model,
        question: &Question<'_>,
        observed_until: Option<NaiveDate>,
    ) -> Demanded {
        demands::of(pool, (&self.held, &self.known), &self.from(question), observed_until)
    }

    /// The question as it is asked of what is there.
    fn from<'a>(&self, question: &Question<'a>) -> Question<'a> {
        Question { as_of: question.as_of.min(self.today), ..*question }
    }
}

/// The estate with its assets, as they are on record.
async fn estate(db: &impl Read, grounds: &Grounds, as_of: NaiveDate) -> Result<(Estate, Vec<Asset>)> {
    let estate = Estate::read(db, &grounds.contracts.ends_by_notice()).await?;
    let (assets, _) = assets::read_with_closed(db, (&estate, None), &[], as_of).await?;
    Ok((estate, assets))
}

/// What is said where a scenario has refreshes that no cycle on record has.
const ASSUMED_REFRESHES: &str = "what falls into a cohort that is moved goes when its successor is in service, though no refresh \
    cycle on record says so; other refreshes are those on record";

/// What is said where a scenario assumes the life of a policy.
const ASSUMED_LIVES: &str = "a life that is assumed of a policy moves the refresh cycles on record that leave their day to the \
    policy; what no cycle has is refreshed neither with the scenario nor without it";

fn supplied(
    pool: &capacity_pool::Model,
    held: &Holdings,
    known: &Known,
    (from, as_of): (&Question<'_>, NaiveDate),
) -> Supplied {
    let layers = layers::of_pool(pool, held);
    let Some(opening) = layers.plannable.quantity else {
        return Supplied { reason: layers.plannable.reason.clone(), layers, ..Supplied::default() };
    };
    let contents =
        if contents::is_recorded(pool.resource) { Contents::of(pool, held) } else { Contents::default() };
    let (mut causes, mut findings) = causes::of(pool, &contents, held, known, from);
    // On the day on which a site is left its contract commits to nothing more: that is the same change.
    let order = |cause: &Cause| (cause.on, cause.kind == ChangeKind::Contract);
    causes.sort_by(|one, other| order(one).cmp(&order(other)).then_with(|| one.name.cmp(&other.name)));
    let mut running = Running::new(pool, &contents, opening);
    let changes = causes.into_iter().filter_map(|cause| running.apply(cause));
    let (before, changes): (Vec<Change>, Vec<Change>) = changes.partition(|change| change.on <= as_of);
    findings.append(&mut running.findings);
    let supply =
        Supply::new(opening, steps(&before)).and_then(|until| Supply::new(until.on(as_of), steps(&changes)));
    let reason = supply.as_ref().err().map(ToString::to_string);
    // What is planned until the day it is seen on was not there in the months before.
    let through = Supply::new(opening, past_supplies::until(steps(&before), as_of))
        .and_then(|until| until.with(steps(&changes)));
    let through = if supply.is_ok() { through.ok() } else { None };
    let is_assumed = changes.iter().any(|change| known.is_assumed(&change.name));
    let assumes_lives = known.assumes_lives && contents::is_of_equipment(pool.resource);
    let said = [(is_assumed, ASSUMED_REFRESHES), (assumes_lives, ASSUMED_LIVES)];
    let said = said.into_iter().filter(|(is_so, _)| *is_so).map(|(_, said)| said.to_owned());
    let assumptions = taken_to_happen(&before, as_of).into_iter().chain(said).collect();
    Supplied { supply: supply.ok(), through, reason, changes, findings, assumptions, layers }
}

fn steps(changes: &[Change]) -> Vec<SupplyChange> {
    let step = |change: &Change| SupplyChange {
        name: change.name.clone(),
        on: change.on,
        quantity: change.quantity,
    };
    changes.iter().map(step).collect()
}

/// What is said of changes that have yet to come, and are past on the day that is asked about.
fn taken_to_happen(before: &[Change], as_of: NaiveDate) -> Option<String> {
    let named = before.iter().take(MOST_NAMES).map(|change| format!("{} on {}", change.name, change.on));
    let named = named.collect::<Vec<_>>().join(", ");
    let more = if before.len() > MOST_NAMES { " and others" } else { "" };
    let text =
        format!("what is planned until {as_of} is taken to happen and is there by then: {named}{more}");
    (!before.is_empty()).then_some(text)
}

/// A pool on its way through the changes, day by day.
pub(super) struct Running<'a> {
    pool: &'a capacity_pool::Model,
    contents: &'a Contents,
    /// Which of the contents are there, by place.
    there: BTreeSet<usize>,
    /// What its hosts come to, once one came or went; why that is not known.
    cluster: Option<Result<RunningShare, String>>,
    /// Sites that were left.
    left: BTreeSet<SiteId>,
    level: Decimal,
    findings: Vec<String>,
}

impl<'a> Running<'a> {
    pub(super) fn new(pool: &'a capacity_pool::Model, contents: &'a Contents, opening: Decimal) -> Self {
        let there = contents.items.iter().enumerate().filter(|(_, item)| item.state != State::ToCome);
        Self {
            pool,
            contents,
            there: there.map(|(place, _)| place).collect(),
            cluster: None,
            left: BTreeSet::new(),
            level: opening,
            findings: Vec::new(),
        }
    }

    /// What a cause changes; none where nothing is left for it to change, or where that is not known.
    fn apply(&mut self, cause: Cause) -> Option<Change> {
        let needs_sites = !cause.sites.is_empty();
        if needs_sites && cause.sites.iter().all(|site| self.left.contains(site)) {
            return None;
        }
        let quantity = match self.change(&cause) {
            Ok(quantity) => quantity,
            Err(reason) => {
                self.findings.push(format!(
                    "{} on {}, and what that changes is not known: {reason}",
                    cause.name, cause.on
                ));
                return None;
            }
        };
        self.left.extend(cause.leaves);
        self.level += quantity;
        let change =
            Change { name: cause.name, on: cause.on, quantity, kind: cause.kind, thing: cause.thing };
        (!quantity.is_zero()).then_some(change)
    }

    /// By how much a cause changes what there is.
    ///
    /// # Errors
    /// In words, why that is not known.
    pub(super) fn change(&mut self, cause: &Cause) -> Result<Decimal, String> {
        if cause.takes_all {
            return Ok(-self.level);
        }
        if let Some(stated) = cause.stated {
            return signed(self.pool, stated);
        }
        let going: Vec<usize> =
            cause.out.iter().copied().filter(|place| self.there.contains(place)).collect();
        let coming: Vec<usize> =
            cause.into.iter().copied().filter(|place| !self.there.contains(place)).collect();
        let unknown = going.iter().chain(&coming).map(|place| &self.contents.items[*place]);
        let unknown: Vec<&str> = unknown
            .chain(&cause.new)
            .filter(|item| item.quantity.is_none())
            .map(|item| item.name.as_str())
            .collect();
        if !unknown.is_empty() {
            return Err(format!("no figure is on record of {}", unknown.join(", ")));
        }
        if is_of_hosts(self.pool.resource) {
            return self.of_cluster(&going, &coming, &cause.new);
        }
        let sum = |places: &[usize]| -> Decimal {
            places.iter().filter_map(|place| self.contents.items[*place].quantity).sum()
        };
        let new: Decimal = cause.new.iter().filter_map(|item| item.quantity).sum();
        let change = signed(self.pool, sum(&coming) + new - sum(&going))?;
        self.moved(&going, &coming);
        Ok(change)
    }

    /// Hosts count together: those with the most are taken to fail, whoever comes and goes.
    fn of_cluster(&mut self, going: &[usize], coming: &[usize], new: &[Item]) -> Result<Decimal, String> {
        let of = |places: &[usize]| -> Vec<HostShare> {
            places.iter().filter_map(|place| layers::host(&self.contents.items[*place])).collect()
        };
        let (leaving, mut arriving) = (of(going), of(coming));
        arriving.extend(new.iter().filter_map(layers::host));
        let cluster = self.cluster.take().unwrap_or_else(|| self.opening_cluster());
        let cluster = self.cluster.insert(cluster).as_mut().map_err(|reason| reason.clone())?;
        let before = millionths(cluster.plannable());
        cluster.change(&leaving, &arriving).map_err(|cause| cause.to_string())?;
        let change = (millionths(cluster.plannable()) - before).normalize();
        self.moved(going, coming);
        Ok(change)
    }

    /// The cluster as it is before the first change.
    fn opening_cluster(&self) -> Result<RunningShare, String> {
        let hosts: Vec<&Item> = self.there.iter().map(|place| &self.contents.items[*place]).collect();
        RunningShare::new(layers::share(self.pool, &hosts)?).map_err(|cause| cause.to_string())
    }

    fn moved(&mut self, going: &[usize], coming: &[usize]) {
        for place in going {
            self.there.remove(place);
        }
        self.there.extend(coming);
    }
}

/// What a quantity that comes, or goes where it is below zero, is of what may be planned with.
fn signed(pool: &capacity_pool::Model, quantity: Decimal) -> Result<Decimal, String> {
    let part = layers::plannable_part(pool, quantity.abs())?;
    Ok(if quantity < Decimal::ZERO { -part } else { part })
}

/// Whether what a pool has is stated, and not counted.
pub(super) fn is_declared(pool: &capacity_pool::Model) -> bool {
    pool.basis == CapacityBasis::Declared
}
