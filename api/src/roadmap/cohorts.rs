//! Which assets are refreshed together, and when.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{Datelike, Days, NaiveDate};
use entity::{
    id::{AssetId, EntityId, HardwareModelId, RefreshCycleId, SiteId},
    lifecycle::refresh_policy::{self, CohortPeriod},
};
use forecasting::{
    month::Month,
    refresh::{Candidate, DateQuality, DueRule, divide_planned},
    roadmap::Window,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    assets::Asset,
    deciding::{Deciding, Decision},
    estate::Estate,
    keys::Dimension,
    shares::{self, Member, Share},
};
use crate::{error::Result, lifecycle::terms, scenarios::Overlay, store::hex};

/// Assets that are refreshed together.
#[derive(Clone, Debug)]
pub struct Cohort {
    /// Position of the policy.
    pub policy: usize,
    /// Where they stand.
    pub site: SiteId,
    /// The model that they are of.
    pub model: HardwareModelId,
    /// The refresh cycle that they are planned in, where they are.
    pub cycle: Option<RefreshCycleId>,
    /// The first month of the period in which they fall due, unless they are planned in a cycle.
    pub period: Option<Month>,
    /// The earliest day on which one of them falls due.
    pub due: Deadline,
    /// The last day to order, so that the new units are in service when due.
    pub order_by: NaiveDate,
    /// The day of the order.
    pub ordered: NaiveDate,
    /// Whether the last day to order had passed already.
    pub is_overdue: bool,
    /// First day of service of the new units, on which the old leave.
    pub in_service: NaiveDate,
    /// Positions of the assets, each with the rule that makes its refresh due.
    pub members: Vec<(u32, DueRule)>,
    /// How many of its assets are leased: they go back to their lessor, and are neither sold nor disposed of.
    pub leased: u32,
    /// How many of its assets go with what holds them, which is replaced before they would be.
    pub held: u32,
    /// How many of its assets would go with what holds them, and do not: a scenario orders this cohort in a month of its
    /// own.
    pub apart: u32,
    /// How many new units are planned for it: its part of what its cycle says.
    pub planned: Option<u32>,
}

impl Cohort {
    /// Names it: equal in every plan that has it.
    #[must_use]
    pub fn key(&self, estate: &Estate) -> String {
        self.key_as(estate, |id| id)
    }

    /// [`Cohort::key`] where ids are others.
    pub fn key_as(&self, estate: &Estate, other: impl Fn(Uuid) -> Uuid) -> String {
        let group = match (self.cycle, self.period) {
            (Some(cycle), _) => other(cycle.uuid()).to_string(),
            (None, period) => period.map(|month| month.to_string()).unwrap_or_default(),
        };
        let policy = other(estate.policies[self.policy].id.uuid());
        let text = format!("{policy} {} {} {group}", other(self.site.uuid()), other(self.model.uuid()));
        hex(&Sha256::digest(text)[..16])
    }

    /// What people call it.
    #[must_use]
    pub fn label(&self, estate: &Estate) -> String {
        let site = estate.sites.get(&self.site).map_or("", |site| &*site.code);
        let model = estate.models.get(&self.model).map_or("", |model| model.name.as_str());
        let cycle = self.cycle.and_then(|id| estate.cycles.get(&id));
        let period = self.period.unwrap_or_else(|| Month::of(self.due.date));
        let group = match (cycle, estate.policies[self.policy].cohort_period) {
            (Some(cycle), _) => cycle.name.clone(),
            (None, CohortPeriod::Month) => period.to_string(),
            (None, CohortPeriod::Quarter) => format!("{} Q{}", period.year(), period.number().div_ceil(3)),
            (None, CohortPeriod::Year) => period.year().to_string(),
        };
        format!("{site} {model} {group}")
    }

    /// Orders it in another month, on the same day of the month; it is in service as long after as before.
    fn order_in(&mut self, month: Month) {
        let until_service = self.in_service - self.ordered;
        self.ordered = month.day_clamped(self.ordered.day());
        self.in_service = self.ordered.checked_add_signed(until_service).unwrap_or(self.ordered);
        self.is_overdue = false;
    }

    /// The day for which its order replaces its assets, so that what they hold goes with them: what a cycle plans, and
    /// otherwise the day by which an order of that day is meant to be done.
    fn replaces_on(&self, policy: &refresh_policy::Model) -> NaiveDate {
        let buffer = match self.cycle {
            Some(_) => 0,
            None => u64::from(terms::lead_times(policy).buffer_days),
        };
        self.in_service.checked_add_days(Days::new(buffer)).unwrap_or(self.in_service)
    }

    fn group(&self) -> Group {
        let Self { policy, site, model, cycle, period, .. } = *self;
        Group { policy, site, model, cycle, period }
    }

    /// How many assets it has.
    #[must_use]
    pub fn size(&self) -> u32 {
        u32::try_from(self.members.len()).unwrap_or(u32::MAX)
    }

    /// The cohort, as it belongs to the lines of its assets.
    #[must_use]
    pub fn shares(&self, assets: &[Asset], dimensions: &[Dimension]) -> Vec<Share> {
        let by_rule = dimensions.contains(&Dimension::BindingRule);
        let members = self.members.iter().filter_map(|(position, rule)| {
            let properties = &assets.get(*position as usize)?.properties;
            let rule = by_rule.then_some(*rule);
            Some(Member { position: *position, properties, rule, weight: 1 })
        });
        shares::divide(dimensions, members)
    }
}

/// A day on which assets fall due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// The day.
    pub date: NaiveDate,
    /// The rule that decides it.
    pub rule: DueRule,
    /// How well it is known.
    pub quality: DateQuality,
    /// Whether it is that of what holds the asset.
    pub is_of_holder: bool,
}

impl Deadline {
    /// The earlier of two; of equals the one whose rule wins ties.
    fn earlier(self, other: Self) -> Self {
        if (other.date, other.rule) < (self.date, self.rule) { other } else { self }
    }
}

/// Something to say of one asset.
pub struct Note {
    /// Position of the asset.
    pub asset: u32,
    /// Position of the policy that it falls under, where there is one and it matters.
    pub policy: Option<usize>,
    /// What.
    pub reason: String,
    /// Whether an input is missing, rather than a decision taken.
    pub is_gap: bool,
}

/// The cohorts, and what is to say of the other assets.
pub struct Grouped {
    /// The cohorts, those that are ordered after the window among them.
    pub cohorts: Vec<Cohort>,
    /// What is to say.
    pub notes: Vec<Note>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Group {
    policy: usize,
    site: SiteId,
    model: HardwareModelId,
    cycle: Option<RefreshCycleId>,
    /// The first month of the period in which they fall due; of a cycle, its members are all there is to say.
    period: Option<Month>,
}

/// The assets of a group.
struct Members {
    due: Deadline,
    all: Vec<(u32, DueRule)>,
    held: u32,
    apart: u32,
}

impl Members {
    fn none(due: Deadline) -> Self {
        Self { due, all: Vec::new(), held: 0, apart: 0 }
    }
}

/// Assets of cohorts that a scenario orders in months of their own, by position.
#[derive(Default)]
pub(super) struct Settled(HashMap<u32, Place>);

/// Where an asset is settled.
#[derive(PartialEq, Eq)]
struct Place {
    group: Group,
    due: Deadline,
    replaced: Candidate,
}

impl Settled {
    /// The day on which an asset is replaced, where its cohort is ordered in a month of its own.
    pub(super) fn replaced(&self, at: u32) -> Option<Candidate> {
        self.0.get(&at).map(|place| place.replaced)
    }

    /// Whether an asset stays in its cohort although what holds it is replaced on another day.
    fn is_apart(&self, asset: &Asset, place: &Place) -> bool {
        let holder = asset.parent.and_then(|at| self.0.get(&at));
        place.due.is_of_holder && holder.is_none_or(|holder| holder.group != place.group)
    }
}

/// Groups the assets that fall due, whenever that is: what is refreshed together must not depend on where a
/// window ends. The scenario may order some of them in other months; what they hold goes with them, unless it is due
/// before, or ordered in a month of its own.
///
/// # Errors
/// `Invalid` for `scenario` where it moves a cohort that is not there.
pub fn group(
    estate: &Estate,
    assets: &[Asset],
    as_of: NaiveDate,
    window: Window,
    scenario: &Overlay,
) -> Result<Grouped> {
    let mut met = BTreeSet::new();
    let (grouped, _) = settled(estate, assets, (as_of, window), scenario, |key, _| {
        met.insert(key);
    });
    scenario.require_moved(&met)?;
    Ok(grouped)
}

/// The cohorts that a scenario can name: those that are there before it moves any, and those that come about as what is
/// held goes with what it moves.
#[must_use]
pub fn nameable(
    estate: &Estate,
    assets: &[Asset],
    as_of: NaiveDate,
    window: Window,
    scenario: &Overlay,
) -> HashMap<String, Cohort> {
    let mut found = HashMap::new();
    let (grouped, _) = settled(estate, assets, (as_of, window), scenario, |key, cohort| {
        found.entry(key).or_insert_with(|| cohort.clone());
    });
    for cohort in grouped.cohorts {
        found.entry(cohort.key(estate)).or_insert(cohort);
    }
    found
}

/// The cohorts as a scenario has them, with the names of all that it could have moved.
#[must_use]
pub fn under(
    estate: &Estate,
    assets: &[Asset],
    as_of: NaiveDate,
    window: Window,
    scenario: &Overlay,
) -> (Vec<Cohort>, BTreeSet<String>) {
    let mut met = BTreeSet::new();
    let (grouped, _) = settled(estate, assets, (as_of, window), scenario, |key, _| {
        met.insert(key);
    });
    (grouped.cohorts, met)
}

/// What a scenario settles of one asset by ordering its cohort in a month of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnMonth {
    /// When it falls due, as before.
    pub due: Deadline,
    /// The day on which it is replaced.
    pub replaced: Candidate,
}

/// The assets of the cohorts that a scenario orders in months of their own.
#[must_use]
pub fn in_own_months(
    estate: &Estate,
    assets: &[Asset],
    as_of: NaiveDate,
    window: Window,
    scenario: &Overlay,
) -> HashMap<AssetId, OwnMonth> {
    let (_, settled) = settled(estate, assets, (as_of, window), scenario, |_, _| {});
    let of = |(at, place): (u32, Place)| {
        let asset = assets.get(at as usize)?;
        Some((asset.id, OwnMonth { due: place.due, replaced: place.replaced }))
    };
    settled.0.into_iter().filter_map(of).collect()
}

/// Groups until nothing more goes with what the scenario moves; `meet` is told of the cohorts on the way, where it
/// moves any.
fn settled(
    estate: &Estate,
    assets: &[Asset],
    (as_of, window): (NaiveDate, Window),
    scenario: &Overlay,
    mut meet: impl FnMut(String, &Cohort),
) -> (Grouped, Settled) {
    let moved = scenario.moved();
    let mut settled = Settled::default();
    let holders: HashSet<u32> = match moved.is_empty() {
        true => HashSet::new(),
        false => assets.iter().filter(|asset| asset.is_in_use()).filter_map(|asset| asset.parent).collect(),
    };
    loop {
        let mut dues = HashMap::new();
        // A million assets are not noted where nobody asks for them.
        let note = (!moved.is_empty()).then_some(&mut dues);
        let mut grouped = once(estate, assets, (as_of, window), &settled, note);
        let mut drags = false;
        for cohort in grouped.cohorts.iter_mut().filter(|_| !moved.is_empty()) {
            let key = cohort.key(estate);
            let month = moved.get(key.as_str());
            meet(key, cohort);
            let Some(month) = month else { continue };
            cohort.order_in(*month);
            for (at, _) in &cohort.members {
                let Some(due) = dues.get(at) else { continue };
                let date = cohort.replaces_on(&estate.policies[cohort.policy]);
                let replaced = Candidate { rule: due.rule, date, quality: due.quality };
                let place = Place { group: cohort.group(), due: *due, replaced };
                drags |= holders.contains(at) && settled.0.get(at) != Some(&place);
                settled.0.insert(*at, place);
            }
        }
        if drags {
            continue;
        }
        // Hashing has no order; the roadmap has one.
        grouped
            .cohorts
            .sort_by(|one, other| (one.ordered, &one.members).cmp(&(other.ordered, &other.members)));
        divide_planned_quantities(estate, &mut grouped.cohorts);
        return (grouped, settled);
    }
}

/// Groups the assets, those that are settled where they are, and notes the days on which they fall due, by position.
fn once(
    estate: &Estate,
    assets: &[Asset],
    (as_of, window): (NaiveDate, Window),
    settled: &Settled,
    mut dues: Option<&mut HashMap<u32, Deadline>>,
) -> Grouped {
    let mut deciding = Deciding::new(estate, assets, as_of, window, settled);
    let mut groups: HashMap<Group, Members> = HashMap::new();
    let mut notes = Vec::new();
    for (position, asset) in (0_u32..).zip(assets).filter(|(_, asset)| asset.is_in_use()) {
        let (group, due, is_apart) = match settled.0.get(&position) {
            Some(place) => (place.group.clone(), place.due, settled.is_apart(asset, place)),
            None => match deciding.decide(asset) {
                Decision::Refresh { policy, due, cycle } => {
                    let period = cycle.is_none().then(|| period(&estate.policies[policy], due.date));
                    let group = Group { policy, site: asset.site, model: asset.model, cycle, period };
                    (group, due, false)
                }
                Decision::Gap { policy, reason } => {
                    notes.push(Note { asset: position, policy, reason, is_gap: true });
                    continue;
                }
                Decision::Spared { policy, reason } => {
                    notes.push(Note { asset: position, policy, reason, is_gap: false });
                    continue;
                }
                Decision::Silent => continue,
            },
        };
        let found = groups.entry(group).or_insert_with(|| Members::none(due));
        found.due = found.due.earlier(due);
        found.held += u32::from(due.is_of_holder && !is_apart);
        found.apart += u32::from(is_apart);
        found.all.push((position, due.rule));
        if let Some(dues) = &mut dues {
            dues.insert(position, due);
        }
    }
    let cohorts = groups.into_iter().map(|(group, members)| cohort(estate, assets, &group, members, as_of));
    Grouped { cohorts: cohorts.collect(), notes }
}

/// A cycle says once how many units are bought, for all the sites and models of its assets.
fn divide_planned_quantities(estate: &Estate, cohorts: &mut [Cohort]) {
    let mut of_cycle: HashMap<RefreshCycleId, Vec<usize>> = HashMap::new();
    for (place, cohort) in cohorts.iter().enumerate() {
        if let Some(cycle) = cohort.cycle {
            of_cycle.entry(cycle).or_default().push(place);
        }
    }
    for (cycle, places) in of_cycle {
        let quantity = estate.cycles.get(&cycle).and_then(|cycle| cycle.quantity);
        let Some(quantity) = quantity.and_then(|quantity| u32::try_from(quantity).ok()) else { continue };
        let sizes: Vec<u32> = places.iter().map(|place| cohorts[*place].size()).collect();
        // No cohort is without assets, so there is always something to divide by.
        let parts = divide_planned(quantity, &sizes).unwrap_or_default();
        for (place, part) in places.into_iter().zip(parts) {
            cohorts[place].planned = Some(part);
        }
    }
}

fn period(policy: &refresh_policy::Model, due: NaiveDate) -> Month {
    let month = Month::of(due);
    let into = match policy.cohort_period {
        CohortPeriod::Month => 0,
        CohortPeriod::Quarter => due.month0() % 3,
        CohortPeriod::Year => due.month0(),
    };
    month.plus(-i32::try_from(into).unwrap_or_default())
}

fn cohort(
    estate: &Estate,
    assets: &[Asset],
    group: &Group,
    Members { due, all: members, held, apart }: Members,
    as_of: NaiveDate,
) -> Cohort {
    let policy = &estate.policies[group.policy];
    let times = terms::lead_times(policy);
    let cycle = group.cycle.and_then(|id| estate.cycles.get(&id));
    let order_by = times.order_by(due.date);
    let planned = cycle.and_then(|cycle| cycle.order_on);
    let ordered = planned.unwrap_or_else(|| order_by.max(as_of));
    let until_service = Days::new(u64::from(times.lead_days) + u64::from(times.install_days));
    let in_service = cycle
        .and_then(|cycle| cycle.in_service_on)
        .unwrap_or_else(|| ordered.checked_add_days(until_service).unwrap_or(ordered));
    let is_leased = |at: u32| assets.get(at as usize).is_some_and(Asset::is_leased);
    let leased = members.iter().filter(|(at, _)| is_leased(*at)).count();
    Cohort {
        leased: u32::try_from(leased).unwrap_or(u32::MAX),
        held,
        apart,
        policy: group.policy,
        site: group.site,
        model: group.model,
        cycle: group.cycle,
        period: group.period,
        due,
        order_by,
        ordered,
        is_overdue: planned.is_none() && order_by < as_of,
        in_service,
        members,
        planned: None,
    }
}
