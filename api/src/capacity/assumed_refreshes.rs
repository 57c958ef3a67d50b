//! Refreshes as a scenario has them: by lives that it assumes of policies, and in months to which it moves cohorts.
//!
//! What is on record are refresh cycles, so a scenario changes the days of those that it touches. A cohort that it moves is
//! planned by that, whether a cycle has it or not. What a policy would refresh and no cycle has is in nothing that is said of
//! pools, and a life that is assumed of the policy does not bring it in: what there is without the scenario has none either.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::id::{AssetId, RefreshCycleId, SiteId};
use forecasting::{month::Month, roadmap::Window};

use super::{causes::Cycle, supplies::Question};
use crate::{
    error::{Error, Result},
    roadmap::{
        assets::Asset,
        cohorts::{self, Cohort},
        estate::Estate,
        purchases,
    },
    scenarios::Overlay,
};

/// Refresh cycles with what a scenario has otherwise, by name. `noticed` are the sites that are left by notice as the scenario
/// has them. The whole estate is looked at, as a cohort is what falls due together in all of it; what is due by capacity is
/// not, for that rests on forecasts itself: `assets` know nothing of it.
///
/// # Errors
/// `Invalid` for `scenario` where it moves a cohort that is not there any more.
pub(super) fn laid_over(
    cycles: &[Cycle],
    question: &Question<'_>,
    noticed: &HashMap<SiteId, NaiveDate>,
    (estate, assets): (&Estate, &[Asset]),
) -> Result<Vec<Cycle>> {
    let (as_of, overlay) = (question.as_of, question.overlay);
    let window = Window::new(Month::of(as_of), 1).map_err(Error::internal)?;
    let (recorded, _) = cohorts::under(estate, assets, as_of, window, &Overlay::none());
    let changed = overlay.estate(estate, || noticed.clone());
    let (unmoved, _) = cohorts::under(&changed, assets, as_of, window, &Overlay::none());
    let (after, met) = cohorts::under(&changed, assets, as_of, window, overlay);
    if !estate.is_due_by_capacity() {
        overlay.require_moved(&met)?;
    }
    let refreshes = Refreshes::new(assets, (&recorded, &unmoved), &after);
    let mut cycles = refreshes.laid_over(cycles, &changed);
    cycles.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(cycles)
}

/// What a scenario has otherwise.
struct Refreshes<'a> {
    assets: &'a [Asset],
    /// Cohorts of refresh cycles some of whose days are others.
    of_cycles: BTreeMap<RefreshCycleId, Vec<&'a Cohort>>,
    /// Cohorts without a cycle that it moves, with those of their assets whose days are others.
    added: Vec<(&'a Cohort, BTreeSet<AssetId>)>,
    /// The days on which assets are replaced without the scenario.
    recorded: Days,
}

/// The days on which assets are replaced.
type Days = HashMap<AssetId, NaiveDate>;

impl<'a> Refreshes<'a> {
    fn new(assets: &'a [Asset], (recorded, unmoved): (&[Cohort], &[Cohort]), after: &'a [Cohort]) -> Self {
        let mut found = Self { assets, of_cycles: BTreeMap::new(), added: Vec::new(), recorded: Days::new() };
        found.recorded = found.days(recorded);
        // With the lives that are assumed, and no cohort in another month.
        let unmoved = found.days(unmoved);
        let mut touched = BTreeSet::new();
        for cohort in after {
            match cohort.cycle {
                Some(cycle) if !found.others(cohort, &found.recorded).is_empty() => {
                    touched.insert(cycle);
                }
                Some(_) => {}
                None => {
                    let moved = found.others(cohort, &unmoved);
                    found.added.extend((!moved.is_empty()).then_some((cohort, moved)));
                }
            }
        }
        for cohort in after {
            if let Some(cycle) = cohort.cycle.filter(|cycle| touched.contains(cycle)) {
                found.of_cycles.entry(cycle).or_default().push(cohort);
            }
        }
        found
    }

    fn members(&self, cohort: &Cohort) -> impl Iterator<Item = AssetId> {
        let places = cohort.members.iter().map(|(place, _)| *place as usize);
        places.filter_map(|place| Some(self.assets.get(place)?.id))
    }

    fn days(&self, cohorts: &[Cohort]) -> Days {
        let of = |cohort| self.members(cohort).map(|id| (id, cohort.in_service)).collect::<Vec<_>>();
        cohorts.iter().flat_map(of).collect()
    }

    /// Those of a cohort that are replaced on another day than some days say.
    fn others(&self, cohort: &Cohort, days: &Days) -> BTreeSet<AssetId> {
        self.members(cohort).filter(|id| days.get(id) != Some(&cohort.in_service)).collect()
    }

    fn laid_over(&self, cycles: &[Cycle], estate: &Estate) -> Vec<Cycle> {
        let mut all = Vec::with_capacity(cycles.len() + self.added.len());
        for cycle in cycles {
            match cycle.id.and_then(|id| self.of_cycles.get(&id)) {
                Some(cohorts) => all.extend(self.divided(cycle.clone(), cohorts)),
                None => all.push(cycle.clone()),
            }
        }
        all.extend(self.added.iter().map(|(cohort, assets)| Cycle {
            id: None,
            name: format!("refresh of {}", cohort.label(estate)),
            in_service_on: Some(cohort.in_service),
            model: None,
            // What its policy buys is for all of a cohort; of a part of it the ratio of the model tells.
            quantity: bought(cohort, estate).filter(|_| assets.len() == cohort.members.len()),
            assets: assets.clone(),
        }));
        all
    }

    /// A cycle cohort by cohort, each on its own day and with its part of what is bought.
    fn divided(&self, cycle: Cycle, cohorts: &[&Cohort]) -> Vec<Cycle> {
        let mut rest = cycle;
        let mut parts = Vec::with_capacity(cohorts.len() + 1);
        for cohort in cohorts {
            let assets: BTreeSet<AssetId> =
                self.members(cohort).filter(|id| rest.assets.contains(id)).collect();
            rest.assets.retain(|id| !assets.contains(id));
            let is_same = self.others(cohort, &self.recorded).is_empty();
            let on = if is_same { rest.in_service_on } else { Some(cohort.in_service) };
            parts.push(Cycle { in_service_on: on, quantity: cohort.planned, assets, ..rest.clone() });
        }
        if !rest.assets.is_empty() {
            // What is bought is divided among what is in use.
            rest.quantity = rest.quantity.map(|_| 0);
            parts.push(rest);
        }
        parts
    }
}

/// How many new units the policy of a cohort buys for it.
fn bought(cohort: &Cohort, estate: &Estate) -> Option<u32> {
    let policy = estate.policies.get(cohort.policy)?;
    let ratio = estate.models.get(&cohort.model)?.consolidation_ratio;
    purchases::units(policy, cohort, ratio).ok()
}
