//! Which assets are refreshed together, and when.

use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate};
use entity::{
    id::{EntityId, HardwareModelId, RefreshCycleId, SiteId},
    lifecycle::refresh_policy::{self, CohortPeriod},
};
use forecasting::{
    month::Month,
    refresh::{DateQuality, DueRule, divide_planned},
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
}

impl Members {
    fn none(due: Deadline) -> Self {
        Self { due, all: Vec::new(), held: 0 }
    }
}

/// Groups the assets that fall due, whenever that is: what is refreshed together must not depend on where a
/// window ends. The scenario may order some of them in other months.
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
    let mut deciding = Deciding::new(estate, assets, as_of, window);
    let mut groups: HashMap<Group, Members> = HashMap::new();
    let mut notes = Vec::new();
    for (position, asset) in (0_u32..).zip(assets).filter(|(_, asset)| asset.is_in_use()) {
        match deciding.decide(asset) {
            Decision::Refresh { policy, due, cycle } => {
                let period = cycle.is_none().then(|| period(&estate.policies[policy], due.date));
                let group = Group { policy, site: asset.site, model: asset.model, cycle, period };
                let found = groups.entry(group).or_insert_with(|| Members::none(due));
                found.due = found.due.earlier(due);
                found.held += u32::from(due.is_of_holder);
                found.all.push((position, due.rule));
            }
            Decision::Gap { policy, reason } => {
                notes.push(Note { asset: position, policy, reason, is_gap: true });
            }
            Decision::Spared { policy, reason } => {
                notes.push(Note { asset: position, policy, reason, is_gap: false });
            }
            Decision::Silent => {}
        }
    }
    let mut cohorts: Vec<_> =
        groups.into_iter().map(|(group, members)| cohort(estate, assets, &group, members, as_of)).collect();
    reorder(estate, &mut cohorts, scenario)?;
    // Hashing has no order; the roadmap has one.
    cohorts.sort_by(|one, other| (one.ordered, &one.members).cmp(&(other.ordered, &other.members)));
    divide_planned_quantities(estate, &mut cohorts);
    Ok(Grouped { cohorts, notes })
}

/// Orders cohorts in the months that a scenario has for them.
fn reorder(estate: &Estate, cohorts: &mut [Cohort], scenario: &Overlay) -> Result<()> {
    let moved = scenario.moved();
    if moved.is_empty() {
        return Ok(());
    }
    let mut found = Vec::new();
    for cohort in cohorts {
        let key = cohort.key(estate);
        if let Some(month) = moved.get(key.as_str()) {
            cohort.order_in(*month);
            found.push(key);
        }
    }
    scenario.require_moved(&found)
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
    Members { due, all: members, held }: Members,
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
