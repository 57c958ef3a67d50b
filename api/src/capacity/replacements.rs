//! What refresh cycles put in the place of what they replace.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use entity::{
    capacity::capacity_pool,
    id::{HardwareModelId, SiteId},
};
use forecasting::refresh::{by_ratio, divide_planned};
use rust_decimal::Decimal;

use super::{
    causes::{Cause, Cycle, Known},
    contents::{self, Contents, Item, State},
    held_models::ModelHeld,
    holdings::{Holdings, PieceDays},
    supplies::ChangeKind,
};
use crate::topology::items::Thing;

/// New units that one cycle brings to a pool.
const MOST_UNITS: u32 = 10_000;

/// Names that a sentence has before it stops.
const MOST_NAMES: usize = 5;

/// Days after the new was to be in service on which what is on order may still be delivered for a cycle.
const DELIVERED_WITHIN: u64 = 90;

/// What is on order in a pool, as far as cycles brought it: what is delivered counts by itself, so a cycle adds only what
/// it brings beyond that.
pub(super) struct Ordered<'a> {
    contents: &'a Contents,
    held: &'a Holdings,
    /// What is to come of each model, by its place.
    to_come: HashMap<HardwareModelId, Vec<usize>>,
    /// What is not delivered after this day counts nowhere, so it stands for nothing.
    after: NaiveDate,
    /// What stands for a new unit of a cycle already, by its place.
    taken: BTreeSet<usize>,
    /// What was found, in sentences.
    pub(super) said: Vec<String>,
}

impl<'a> Ordered<'a> {
    pub(super) fn new(contents: &'a Contents, held: &'a Holdings, after: NaiveDate) -> Self {
        let mut to_come: HashMap<HardwareModelId, Vec<usize>> = HashMap::new();
        for (place, item) in contents.items.iter().enumerate() {
            if item.state == State::ToCome
                && item.quantity.is_some()
                && let Some(model) = held.model_of(item.thing)
            {
                to_come.entry(model).or_default().push(place);
            }
        }
        Self { contents, held, to_come, after, taken: BTreeSet::new(), said: Vec::new() }
    }

    /// How many of the units of a model that a cycle brings to some sites are on record of their own.
    fn take(
        &mut self,
        (name, on): (&str, NaiveDate),
        sites: &[SiteId],
        (bought, model): (HardwareModelId, &str),
        units: u32,
    ) -> u32 {
        if on <= self.after {
            return 0;
        }
        let until = on.checked_add_days(Days::new(DELIVERED_WITHIN)).unwrap_or(on);
        let is_for = |item: &Item| {
            let day = item.days.expected.or(item.days.in_service);
            day.is_some_and(|day| day > self.after && day <= until) && sites.contains(&item.site)
        };
        let all = self.to_come.get(&bought).into_iter().flatten().copied();
        let found = all.filter(|place| !self.taken.contains(place) && is_for(&self.contents.items[*place]));
        let found: Vec<usize> = found.take(units as usize).collect();
        if !found.is_empty() {
            let named = found.iter().take(MOST_NAMES).map(|place| self.contents.items[*place].name.as_str());
            let named = named.collect::<Vec<_>>().join(", ");
            let more = if found.len() > MOST_NAMES { " and others" } else { "" };
            self.said.push(format!(
                "{name} brings {units} of {model}, {} of which are on order and count as they are delivered: {named}{more}",
                found.len(),
            ));
        }
        let count = u32::try_from(found.len()).unwrap_or(units);
        self.taken.extend(found);
        count
    }
}

/// The change that a cycle makes to a pool: what it replaces goes on the day on which the new comes.
///
/// # Errors
/// In words, what of it is not known.
pub(super) fn cause(
    pool: &capacity_pool::Model,
    cycle: &Cycle,
    out: &[usize],
    ordered: &mut Ordered<'_>,
    known: &Known,
) -> Result<Cause, String> {
    let (contents, held) = (ordered.contents, ordered.held);
    let on = cycle.in_service_on.ok_or("nobody says when the new is in service")?;
    let mut of_model: BTreeMap<HardwareModelId, (u32, Option<HardwareModelId>)> = BTreeMap::new();
    for place in out {
        let model = held.model_of(contents.items[*place].thing).ok_or("a model is not on record")?;
        let successor = held.models.get(&model).and_then(|model| model.successor);
        of_model.entry(model).or_insert((0, cycle.model.or(successor))).0 += 1;
    }
    let inside: Vec<(HardwareModelId, u32)> =
        of_model.iter().map(|(model, (count, _))| (*model, *count)).collect();
    let planned = planned(cycle, &inside)?;
    let mut sites: Vec<SiteId> = out.iter().map(|place| contents.items[*place].site).collect();
    sites.sort_unstable();
    sites.dedup();
    let mut brought = Vec::new();
    for (index, (old, (count, bought))) in of_model.into_iter().enumerate() {
        let bought = bought.ok_or_else(|| format!("nobody says what replaces {}", name_of(held, old)))?;
        let model = known.models.get(&bought).or_else(|| held.models.get(&bought));
        let model = model.ok_or("a model is not on record")?;
        let units = match &planned {
            Some(parts) => parts.get(index).copied().unwrap_or_default(),
            None => in_ratio(held, old, bought, count)?,
        };
        if units > MOST_UNITS {
            return Err(format!("it buys {units}, more than {MOST_UNITS}"));
        }
        let figure = contents::figure(pool.resource, &model.figures);
        let quantity = figure.and_then(|figure| contents::within(pool, figure));
        let quantity =
            quantity.ok_or_else(|| format!("of {}, which it buys, no figure is on record", model.name))?;
        brought.push((old, bought, model.name.as_str(), units, quantity));
    }
    let mut new = Vec::new();
    for (old, bought, model, units, quantity) in brought {
        let standing = ordered.take((&cycle.name, on), &sites, (bought, model), units);
        new.extend((standing + 1..=units).map(|number| Item {
            name: format!("{model} of {} for {}, {number}", cycle.name, name_of(held, old)),
            thing: contents.items[out[0]].thing,
            site: contents.items[out[0]].site,
            quantity: Some(quantity),
            state: State::InUse,
            days: PieceDays::default(),
        }));
    }
    let thing = match out {
        [only] => Some(contents.items[*only].thing),
        _ => None,
    };
    let cause = Cause::new(cycle.name.clone(), on, ChangeKind::Refresh);
    Ok(Cause { thing, out: out.to_vec(), new, sites, ..cause })
}

fn name_of(held: &Holdings, model: HardwareModelId) -> &str {
    held.models.get(&model).map_or("a model", |model: &ModelHeld| model.name.as_str())
}

/// The new units of a cycle for each model in the pool, of those that it buys for all that it replaces.
fn planned(cycle: &Cycle, inside: &[(HardwareModelId, u32)]) -> Result<Option<Vec<u32>>, String> {
    let Some(quantity) = cycle.quantity else { return Ok(None) };
    let count: u32 = inside.iter().map(|(_, count)| *count).sum();
    let all = u32::try_from(cycle.assets.len()).unwrap_or(u32::MAX);
    let mut parts: Vec<u32> = inside.iter().map(|(_, count)| *count).collect();
    parts.extend((all > count).then(|| all - count));
    divide_planned(quantity, &parts).map(Some).map_err(|cause| cause.to_string())
}

/// The new units that replace a number of old ones, by how many of these one successor replaces.
fn in_ratio(
    held: &Holdings,
    old: HardwareModelId,
    bought: HardwareModelId,
    count: u32,
) -> Result<u32, String> {
    let model = held.models.get(&old);
    let name = name_of(held, old);
    let ratio = model.and_then(|model| model.consolidation);
    let ratio = ratio.ok_or_else(|| {
        format!("nobody says how many replace {name}: the cycle has no `quantity`, the model no `consolidationRatio`")
    })?;
    // A ratio is that of one successor, and says nothing of another.
    if model.is_none_or(|model| model.successor != Some(bought)) {
        return Err(format!(
            "the `consolidationRatio` of {name} is that of its `successor`, and what is bought is not named as that: name \
             it, or state the `quantity` of the cycle"
        ));
    }
    by_ratio(count, ratio, Decimal::ZERO).map_err(|cause| cause.to_string())
}

impl Holdings {
    /// The model of a piece of equipment.
    pub(super) fn model_of(&self, thing: Thing) -> Option<HardwareModelId> {
        match thing {
            Thing::Asset(id) => self.piece(id).map(|piece| piece.model),
            _ => None,
        }
    }
}
