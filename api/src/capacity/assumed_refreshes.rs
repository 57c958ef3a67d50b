//! Refreshes as a scenario has them: by lives that it assumes of policies, and in months to which it moves cohorts.
//!
//! What is on record are refresh cycles, so a scenario changes the days of those that it touches, and adds what it refreshes
//! without one. What it does not touch stays as it is on record.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::id::{AssetId, RefreshCycleId, SiteId};
use forecasting::{month::Month, roadmap::Window};

use super::{causes::Cycle, supplies::Question};
use crate::{
    error::{Error, Result},
    roadmap::{
        assets::{self, Asset},
        cohorts::{self, Cohort},
        estate::Estate,
        purchases,
    },
    scenarios::Overlay,
    store::Read,
};

/// Refresh cycles with what a scenario has otherwise. `noticed` are the sites that are left by notice, as recorded and as
/// the scenario has them. The whole estate is read, as a cohort is what falls due together in all of it; what is due by
/// capacity is not looked at, for that rests on forecasts itself.
///
/// # Errors
/// `Invalid` for `scenario` where it moves a cohort that is not there any more.
pub(super) async fn laid_over(
    db: &impl Read,
    cycles: Vec<Cycle>,
    question: &Question<'_>,
    noticed: &(HashMap<SiteId, NaiveDate>, HashMap<SiteId, NaiveDate>),
) -> Result<Vec<Cycle>> {
    let (recorded, assumed) = noticed;
    let (as_of, overlay) = (question.as_of, question.overlay);
    let estate = Estate::read(db, recorded).await?;
    let (assets, _) = assets::read_with_closed(db, (&estate, None), &[], as_of).await?;
    let window = Window::new(Month::of(as_of), 1).map_err(Error::internal)?;
    tokio::task::block_in_place(|| {
        let (before, _) = cohorts::under(&estate, &assets, as_of, window, &Overlay::none());
        let changed = overlay.estate(&estate, || assumed.clone());
        let (after, met) = cohorts::under(&changed, &assets, as_of, window, overlay);
        if !estate.is_due_by_capacity() {
            overlay.require_moved(&met)?;
        }
        let refreshes = Refreshes::new(&assets, &before, &after);
        Ok(refreshes.laid_over(cycles, &changed))
    })
}

/// What a scenario has otherwise.
struct Refreshes<'a> {
    assets: &'a [Asset],
    /// Cohorts of refresh cycles some of whose days are others.
    of_cycles: BTreeMap<RefreshCycleId, Vec<&'a Cohort>>,
    /// Cohorts without a cycle, with those of their assets whose days are others.
    added: Vec<(&'a Cohort, BTreeSet<AssetId>)>,
    /// The days on which assets are replaced without the scenario.
    before: HashMap<AssetId, NaiveDate>,
}

impl<'a> Refreshes<'a> {
    fn new(assets: &'a [Asset], before: &[Cohort], after: &'a [Cohort]) -> Self {
        let mut found =
            Self { assets, of_cycles: BTreeMap::new(), added: Vec::new(), before: HashMap::new() };
        for cohort in before {
            let ids: Vec<AssetId> = found.members(cohort).collect();
            found.before.extend(ids.into_iter().map(|id| (id, cohort.in_service)));
        }
        let mut touched = BTreeSet::new();
        for cohort in after {
            let moved = found.moved(cohort);
            match cohort.cycle {
                _ if moved.is_empty() => {}
                Some(cycle) => drop(touched.insert(cycle)),
                None => found.added.push((cohort, moved)),
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

    /// Those of a cohort that are replaced on another day than without the scenario.
    fn moved(&self, cohort: &Cohort) -> BTreeSet<AssetId> {
        self.members(cohort).filter(|id| self.before.get(id) != Some(&cohort.in_service)).collect()
    }

    fn laid_over(&self, cycles: Vec<Cycle>, estate: &Estate) -> Vec<Cycle> {
        let mut all = Vec::with_capacity(cycles.len() + self.added.len());
        for cycle in cycles {
            match cycle.id.and_then(|id| self.of_cycles.get(&id)) {
                Some(cohorts) => all.extend(self.divided(cycle, cohorts)),
                None => all.push(cycle),
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
            let on = if self.moved(cohort).is_empty() { rest.in_service_on } else { Some(cohort.in_service) };
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
