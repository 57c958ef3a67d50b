//! Why what there is of pools changes: what is on record of deliveries, retirements, refreshes, contracts and exits.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    capacity::capacity_pool::{self, CapacityResource as Resource, CapacityUnit as Unit},
    id::{AssetId, HardwareModelId, RefreshCycleId, SiteId},
};
use forecasting::colocation::{BusinessDays, commitment_steps};
use rust_decimal::Decimal;

use super::{
    assumed::Leaving,
    assumed_refreshes,
    contents::{Contents, Item, State, is_of_hosts},
    grounds::{Grounds, SiteRow},
    held_models::ModelHeld,
    holdings::Holdings,
    replacements::{self, Ordered},
    supplies::{ChangeKind, Question, is_declared},
    units,
};
use crate::{
    contracts::terms,
    error::Result,
    roadmap::{
        assets::Asset,
        contracts::Colocation,
        estate::{Estate, first_empty},
    },
    topology::items::Thing,
};

/// Names that a sentence has before it stops.
const MOST_NAMES: usize = 5;

/// Why what there is changes on a day.
#[derive(Clone, Debug)]
pub struct Cause {
    /// What it is, in words.
    pub name: String,
    /// The first day on which it counts.
    pub on: NaiveDate,
    /// What sort of change it is.
    pub kind: ChangeKind,
    /// What it is about, where that is one thing.
    pub thing: Option<Thing>,
    /// What goes, by its place in the contents.
    pub out: Vec<usize>,
    /// What comes, by its place in the contents.
    pub into: Vec<usize>,
    /// What comes and is on no record yet.
    pub new: Vec<Item>,
    /// By how much more there is, in the unit of the pool, where that is stated.
    pub stated: Option<Decimal>,
    /// Whether all that is left goes.
    pub takes_all: bool,
    /// Sites that it needs: it does not happen once all of them were left.
    pub sites: Vec<SiteId>,
    /// The site that is left.
    pub leaves: Option<SiteId>,
}

impl Cause {
    pub(super) fn new(name: String, on: NaiveDate, kind: ChangeKind) -> Self {
        Self {
            name,
            on,
            kind,
            thing: None,
            out: Vec::new(),
            into: Vec::new(),
            new: Vec::new(),
            stated: None,
            takes_all: false,
            sites: Vec::new(),
            leaves: None,
        }
    }
}

/// A site that is to be left.
#[derive(Clone, Debug)]
struct Exit {
    name: String,
    on: NaiveDate,
    kind: ChangeKind,
}

/// A refresh cycle that is not done, or refreshes as a scenario has them, with what is replaced.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// Which; none where only a scenario has it.
    pub id: Option<RefreshCycleId>,
    /// What people call it.
    pub name: String,
    /// Day the new units are in service.
    pub in_service_on: Option<NaiveDate>,
    /// The model to be bought; none is each asset's successor.
    pub model: Option<HardwareModelId>,
    /// New units to buy.
    pub quantity: Option<u32>,
    /// What it replaces.
    pub assets: BTreeSet<AssetId>,
}

/// What is on record that changes pools, with what a scenario has otherwise.
pub struct Known {
    exits: HashMap<SiteId, Exit>,
    contracts: Vec<Colocation>,
    /// Refresh cycles, by name, with the lives of policies and the months of cohorts that a scenario assumes.
    pub cycles: Vec<Cycle>,
    /// Where in `cycles` those are that replace an asset.
    cycles_of: HashMap<AssetId, Vec<usize>>,
    /// Models that cycles buy.
    pub models: Arc<HashMap<HardwareModelId, ModelHeld>>,
    /// Whether a scenario assumes the life of a policy.
    pub assumes_lives: bool,
}

impl Known {
    /// What is on record as a scenario has it; `estate` is what refresh cohorts follow from, where the scenario shifts any.
    ///
    /// # Errors
    /// `Invalid` for `scenario` where it moves a cohort that is not there any more.
    pub fn under(
        grounds: &Grounds,
        question: &Question<'_>,
        estate: Option<(&Estate, &[Asset])>,
    ) -> Result<Self> {
        let overlay = question.overlay;
        let contracts = overlay.contracts(&grounds.contracts, question.as_of);
        let noticed = (grounds.contracts.ends_by_notice(), contracts.ends_by_notice());
        let exits = exits(&grounds.sites, &noticed, question);
        let contracts = contracts.into_owned();
        let cycles = match estate.filter(|_| grounds.shifts(overlay)) {
            Some(estate) => assumed_refreshes::laid_over(&grounds.cycles, question, &noticed.1, estate)?,
            None => grounds.cycles.clone(),
        };
        let mut cycles_of: HashMap<AssetId, Vec<usize>> = HashMap::new();
        for (place, cycle) in cycles.iter().enumerate() {
            for asset in &cycle.assets {
                cycles_of.entry(*asset).or_default().push(place);
            }
        }
        Ok(Self {
            exits,
            contracts: contracts.colocation,
            cycles,
            cycles_of,
            models: Arc::clone(&grounds.models),
            assumes_lives: grounds.is_refreshed && overlay.assumes_lives(),
        })
    }

    /// The code of a site that is left, and the day.
    #[must_use]
    pub fn exit(&self, site: SiteId) -> Option<(&str, NaiveDate)> {
        self.exits.get(&site).map(|exit| (exit.name.as_str(), exit.on))
    }
}

impl Known {
    /// Whether only a scenario has a refresh of this name.
    #[must_use]
    pub fn is_assumed(&self, name: &str) -> bool {
        self.cycles.iter().any(|cycle| cycle.id.is_none() && cycle.name == name)
    }

    /// The sites that are to be left, by when they are empty. What was to be left by now and is not stays.
    #[must_use]
    pub fn leaving(&self, as_of: NaiveDate) -> Leaving {
        let is_ahead = |exit: &Exit| exit.on > as_of || exit.kind == ChangeKind::Scenario;
        let ahead = self.exits.iter().filter(|(_, exit)| is_ahead(exit));
        ahead.map(|(site, exit)| (*site, (exit.on, exit.kind == ChangeKind::Scenario))).collect()
    }
}

/// The sites that are to be left: as recorded, as notice of their contracts has it, and as a scenario does. Contracts keep a
/// site on their last day too.
fn exits(
    sites: &[SiteRow],
    (recorded, assumed): &(HashMap<SiteId, NaiveDate>, HashMap<SiteId, NaiveDate>),
    question: &Question<'_>,
) -> HashMap<SiteId, Exit> {
    let mut of_scenario = HashMap::new();
    question.overlay.exits(&mut of_scenario);
    let exits = sites.iter().filter_map(|(id, code, planned)| {
        let first = |noticed: Option<&NaiveDate>| first_empty(*planned, noticed.copied());
        let as_recorded = first(recorded.get(id));
        let on = of_scenario.get(id).copied().or_else(|| first(assumed.get(id)))?;
        let kind = if Some(on) == as_recorded { ChangeKind::Retirement } else { ChangeKind::Scenario };
        Some((*id, Exit { name: code.clone(), on, kind }))
    });
    exits.collect()
}

/// Why what there is of a pool changes, and what would change it and is not known.
#[must_use]
pub fn of(
    pool: &capacity_pool::Model,
    contents: &Contents,
    held: &Holdings,
    known: &Known,
    question: &Question<'_>,
) -> (Vec<Cause>, Vec<String>) {
    let mut found = Found { question, causes: Vec::new(), findings: Vec::new() };
    found.deliveries(contents);
    let replaced = found.refreshes(pool, contents, held, known);
    found.retirements(contents, &replaced);
    found.exits(pool, contents, known);
    if pool.resource == Resource::Power {
        found.commitments(pool, held, known);
    }
    if is_of_hosts(pool.resource) {
        let resting = contents.items.iter().filter(|item| item.state == State::InMaintenance);
        found.tell(resting.map(|item| item.name.as_str()), "in maintenance, and count when they are back");
    }
    (found.causes, found.findings)
}

/// What was found so far.
pub(super) struct Found<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) causes: Vec<Cause>,
    pub(super) findings: Vec<String>,
}

impl Found<'_> {
    /// Adds a finding that some things share, with the names of the first.
    pub(super) fn tell<'n>(&mut self, names: impl Iterator<Item = &'n str>, what: &str) {
        let names: Vec<&str> = names.collect();
        if !names.is_empty() {
            let named = names.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
            let more = if names.len() > MOST_NAMES { " and others" } else { "" };
            self.findings.push(format!("{} are {what}: {named}{more}", names.len()));
        }
    }

    /// Adds a cause, if its day is neither past nor beyond what is asked for.
    pub(super) fn add(&mut self, cause: Cause) {
        if cause.on > self.question.as_of && cause.on <= self.question.last.last_day() {
            self.causes.push(cause);
        }
    }

    pub(super) fn deliveries(&mut self, contents: &Contents) {
        let (mut undated, mut late) = (Vec::new(), Vec::new());
        for (place, item) in contents.items.iter().enumerate() {
            if item.state != State::ToCome {
                continue;
            }
            let Some(on) = item.days.expected.or(item.days.in_service) else {
                undated.push(item.name.as_str());
                continue;
            };
            if on <= self.question.as_of {
                late.push(item.name.as_str());
            }
            let cause = Cause::new(format!("{} comes into service", item.name), on, ChangeKind::Delivery);
            self.add(Cause { thing: Some(item.thing), into: vec![place], sites: vec![item.site], ..cause });
        }
        self.tell(undated.into_iter(), "to come, and nobody says when");
        self.tell(late.into_iter(), "to be in service by now, and not there");
    }

    /// What leaves by itself: of what a cycle replaces, what does so before.
    pub(super) fn retirements(&mut self, contents: &Contents, replaced: &HashMap<usize, NaiveDate>) {
        let mut late = Vec::new();
        for (place, item) in contents.items.iter().enumerate() {
            let days = [(item.days.leaves, "leaves service"), (item.days.due_back, "is due back")];
            let first = days.into_iter().filter_map(|(day, what)| Some((day?, what))).min();
            let before = |on: NaiveDate| replaced.get(&place).is_none_or(|replaced| on < *replaced);
            let Some((on, what)) = first.filter(|(on, _)| before(*on)) else { continue };
            if on <= self.question.as_of && item.state != State::ToCome {
                late.push(item.name.as_str());
            }
            let cause = Cause::new(format!("{} {what}", item.name), on, ChangeKind::Retirement);
            self.add(Cause { thing: Some(item.thing), out: vec![place], ..cause });
        }
        self.tell(late.into_iter(), "to be gone by now, and still in service");
    }

    pub(super) fn refreshes(
        &mut self,
        pool: &capacity_pool::Model,
        contents: &Contents,
        held: &Holdings,
        known: &Known,
    ) -> HashMap<usize, NaiveDate> {
        let mut replaced: HashMap<usize, NaiveDate> = HashMap::new();
        let mut within: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, item) in contents.items.iter().enumerate() {
            let Thing::Asset(id) = item.thing else { continue };
            for cycle in known.cycles_of.get(&id).into_iter().flatten() {
                within.entry(*cycle).or_default().push(place);
            }
        }
        let mut ordered = Ordered::new(contents, held, self.question.as_of);
        for (cycle, out) in within {
            let Some(cycle) = known.cycles.get(cycle) else { continue };
            match replacements::cause(pool, cycle, &out, &mut ordered, known) {
                Ok(cause) if cause.on > self.question.as_of => {
                    for place in &cause.out {
                        let on = replaced.entry(*place).or_insert(cause.on);
                        *on = cause.on.min(*on);
                    }
                    self.add(cause);
                }
                Ok(cause) => {
                    let name = &cycle.name;
                    let text = format!("{name} was to be in service on {}, and is not done", cause.on);
                    self.findings.push(text);
                }
                Err(reason) => {
                    let name = &cycle.name;
                    self.findings.push(format!("{name} replaces members, and {reason}"));
                }
            }
        }
        self.findings.append(&mut ordered.said);
        replaced
    }

    fn exits(&mut self, pool: &capacity_pool::Model, contents: &Contents, known: &Known) {
        let mut of_site: BTreeMap<SiteId, Vec<usize>> = BTreeMap::new();
        for (place, item) in contents.items.iter().enumerate() {
            of_site.entry(item.site).or_default().push(place);
        }
        // What is stated of a pool at a site goes with the site, whatever is on record of what it is made of.
        let whole = pool.site_id.filter(|_| is_declared(pool));
        of_site.extend(whole.filter(|site| !of_site.contains_key(site)).map(|site| (site, Vec::new())));
        for (site, out) in of_site {
            let Some(exit) = known.exits.get(&site) else { continue };
            if exit.on <= self.question.as_of {
                self.findings.push(format!("{} was to be left on {}, and is not", exit.name, exit.on));
            }
            let cause = Cause::new(format!("{} is left", exit.name), exit.on, exit.kind);
            self.add(Cause {
                thing: Some(Thing::Site(site)),
                out,
                takes_all: whole == Some(site),
                leaves: Some(site),
                ..cause
            });
        }
    }

    /// What contracts commit to, of pools whose power is stated: what is counted of racks does not follow it.
    fn commitments(&mut self, pool: &capacity_pool::Model, held: &Holdings, known: &Known) {
        let sites: BTreeSet<SiteId> = held
            .members(pool.id)
            .iter()
            .filter_map(|member| match member {
                Thing::Site(id) => Some(*id),
                _ => None,
            })
            .collect();
        for contract in &known.contracts {
            for (site, charges) in contract.by_site() {
                let number = &contract.contract.number;
                let Some(site) = site else {
                    if contract.all_sites().any(|site| sites.contains(&site)) && commits(&charges) {
                        let text =
                            format!("{number} commits to power for several sites together: it changes none");
                        self.findings.push(text);
                    }
                    continue;
                };
                if sites.contains(&site) {
                    let steps = steps(contract, &charges, self.question);
                    self.commitment(pool, contract, site, steps);
                }
            }
        }
    }

    fn commitment(
        &mut self,
        pool: &capacity_pool::Model,
        contract: &Colocation,
        site: SiteId,
        steps: Result<Vec<forecasting::colocation::CommitmentStep>, String>,
    ) {
        let number = &contract.contract.number;
        let steps = match steps {
            Ok(steps) => steps,
            Err(reason) => {
                self.findings.push(format!("what {number} commits to is not known: {reason}"));
                return;
            }
        };
        for step in steps {
            let kilowatts = step.kilowatts.normalize();
            let name = format!("{number} commits to {kilowatts} kW");
            if !is_declared(pool) {
                let on = step.on;
                self.findings.push(format!("{name} from {on}, which the power of racks does not follow"));
                continue;
            }
            let change = units::converted("change", step.change, Unit::Kilowatt, pool.unit);
            let cause = Cause::new(name, step.on, ChangeKind::Contract);
            let thing = Some(Thing::ColocationContract(contract.contract.id));
            self.add(Cause { thing, stated: change.ok(), sites: vec![site], ..cause });
        }
    }
}

fn commits(charges: &[entity::contracts::colocation_charge::Model]) -> bool {
    charges.iter().any(|charge| charge.kind == entity::contracts::colocation_charge::ChargeKind::SpaceKw)
}

fn steps(
    contract: &Colocation,
    charges: &[entity::contracts::colocation_charge::Model],
    question: &Question<'_>,
) -> Result<Vec<forecasting::colocation::CommitmentStep>, String> {
    let value = terms::colocation(&contract.contract, charges);
    let value = value.map_err(|cause| crate::error::Error::from(cause).into_message())?;
    let end = value.end(&BusinessDays::default());
    let steps = commitment_steps(&value, question.as_of, question.last.last_day(), end);
    steps.map_err(|cause| cause.to_string())
}
