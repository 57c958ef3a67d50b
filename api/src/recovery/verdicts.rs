//! Whether drills have shown that an objective is kept. What nobody has tried is not green.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use entity::{
    id::{ConfigurationItemId, RecoveryDrillId},
    recovery::{
        recovery_drill::{self, DrillKind},
        recovery_drill_item, recovery_objective,
    },
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{error::Result, store::Read};

/// Days for which a drill shows anything.
pub const FRESH_DAYS: i64 = 365;

/// Whether drills have shown that an objective is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// A drill has shown it, not too long ago, and nothing has changed since.
    Proven,
    /// No drill has shown it.
    Unproven,
    /// The last drill that measured it has shown the opposite.
    Failed,
    /// A drill has shown it too long ago, or before the last material change.
    Stale,
}

/// A verdict with its reason and the drill it rests on.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The verdict.
    pub verdict: Verdict,
    /// Why, in a sentence.
    pub reason: String,
    /// The drill it rests on.
    pub drill: Option<recovery_drill::Model>,
}

impl Proof {
    fn new(verdict: Verdict, reason: String, drill: Option<&recovery_drill::Model>) -> Self {
        Self { verdict, reason, drill: drill.cloned() }
    }
}

/// A drill with all it was about.
#[derive(Clone, Debug)]
pub struct Held {
    /// The drill.
    pub drill: recovery_drill::Model,
    /// What it was about.
    pub scope: Vec<ConfigurationItemId>,
}

/// Drills, the newest first, and which of them were about what.
#[derive(Clone, Debug, Default)]
pub struct Drills {
    held: Vec<Held>,
    by_item: HashMap<ConfigurationItemId, Vec<usize>>,
}

impl Drills {
    /// Reads the drills that were held by a day, with two statements.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(db: &impl Read, as_of: NaiveDate) -> Result<Self> {
        use recovery_drill::Column as C;
        let held = recovery_drill::Entity::find().filter(C::HeldOn.lte(as_of));
        let held = held.order_by_desc(C::HeldOn).order_by_desc(C::Id).all(db).await?;
        let mut about: HashMap<RecoveryDrillId, Vec<ConfigurationItemId>> = HashMap::new();
        for row in recovery_drill_item::Entity::find().all(db).await? {
            about.entry(row.drill_id).or_default().push(row.item_id);
        }
        let mut drills = Self::default();
        for (place, drill) in held.into_iter().enumerate() {
            let scope = about.remove(&drill.id).unwrap_or_default();
            for item in &scope {
                drills.by_item.entry(*item).or_default().push(place);
            }
            drills.held.push(Held { drill, scope });
        }
        Ok(drills)
    }

    /// The drills that were about an item, the newest first.
    pub fn about(&self, item: ConfigurationItemId) -> impl Iterator<Item = &Held> {
        self.by_item.get(&item).into_iter().flatten().filter_map(|place| self.held.get(*place))
    }

    /// What drills have shown of the objective of one item by a day. `changed_on` is when what it needs last
    /// changed; `is_inner` says whether something among others needs the item: then the clock of a drill ran for more
    /// than the item, and that it ran too long says nothing about it.
    #[must_use]
    pub fn proof(
        &self,
        objective: &recovery_objective::Model,
        changed_on: Option<NaiveDate>,
        as_of: NaiveDate,
        is_inner: impl Fn(&[ConfigurationItemId]) -> bool,
    ) -> Proof {
        let unproven = |reason: String, drill| Proof::new(Verdict::Unproven, reason, drill);
        let Some(newest) = self.about(objective.item_id).next() else {
            return unproven("no drill was about it".to_owned(), None);
        };
        let mut inconclusive = None;
        for held in self.about(objective.item_id).filter(|held| measures(&held.drill)) {
            let drill = &held.drill;
            if let Some(reason) = failure(drill, objective) {
                if is_inner(&held.scope) {
                    let reason = format!("{reason}; but that was for all it was about, not for this alone");
                    inconclusive.get_or_insert_with(|| unproven(reason, Some(drill)));
                    continue;
                }
                return Proof::new(Verdict::Failed, reason, Some(drill));
            }
            if let Some(reason) = gap(drill, objective) {
                return unproven(reason, Some(drill));
            }
            if let Some(reason) = staleness(drill, changed_on, as_of) {
                return Proof::new(Verdict::Stale, reason, Some(drill));
            }
            let reason = format!("`{}` on {} has shown it", drill.name, drill.held_on);
            return Proof::new(Verdict::Proven, reason, Some(drill));
        }
        inconclusive.unwrap_or_else(|| {
            let reason = match newest.drill.kind {
                DrillKind::Tabletop => "at a tabletop nothing is recovered, so it proves nothing".to_owned(),
                _ => format!("nobody measured how long it took in `{}`", newest.drill.name),
            };
            unproven(reason, Some(&newest.drill))
        })
    }
}

/// Whether a drill shows, on a day, that what it was about can be brought up at all.
#[must_use]
pub fn shows(held: &Held, changed_on: Option<NaiveDate>, as_of: NaiveDate) -> bool {
    let drill = &held.drill;
    measures(drill) && drill.evidence.is_some() && staleness(drill, changed_on, as_of).is_none()
}

/// Whether a drill measured how long it took.
fn measures(drill: &recovery_drill::Model) -> bool {
    drill.kind != DrillKind::Tabletop && drill.achieved_time_minutes.is_some()
}

/// Whether what was achieved keeps what was promised; nothing where either is missing.
#[must_use]
pub fn is_met(achieved: Option<i32>, promised: Option<i32>) -> Option<bool> {
    Some(achieved? <= promised?)
}

fn failure(drill: &recovery_drill::Model, objective: &recovery_objective::Model) -> Option<String> {
    let missed = |what: &str, achieved: Option<i32>, promised: Option<i32>| {
        let (achieved, promised) = achieved.zip(promised)?;
        (achieved > promised)
            .then(|| format!("{what} of {achieved} minutes is more than the {promised} promised"))
    };
    let time = missed("a recovery time", drill.achieved_time_minutes, objective.time_minutes);
    let point = missed("a loss of data", drill.achieved_point_minutes, objective.point_minutes);
    let missed: Vec<String> = [time, point].into_iter().flatten().collect();
    (!missed.is_empty()).then(|| format!("`{}` on {}: {}", drill.name, drill.held_on, missed.join(", and ")))
}

/// What keeps a drill that did not fail from proving the objective.
fn gap(drill: &recovery_drill::Model, objective: &recovery_objective::Model) -> Option<String> {
    let name = &drill.name;
    if objective.time_minutes.is_none() {
        return Some("it has no recovery time objective that could be proven".to_owned());
    }
    if objective.point_minutes.is_some() && drill.achieved_point_minutes.is_none() {
        return Some(format!("nobody measured how much data was lost in `{name}`"));
    }
    drill.evidence.is_none().then(|| format!("`{name}` has no evidence, so nobody can look up what happened"))
}

fn staleness(
    drill: &recovery_drill::Model,
    changed_on: Option<NaiveDate>,
    as_of: NaiveDate,
) -> Option<String> {
    if let Some(changed_on) = changed_on.filter(|changed_on| *changed_on > drill.held_on) {
        let (name, held_on) = (&drill.name, drill.held_on);
        return Some(format!(
            "`{name}` was held on {held_on}, before the last material change on {changed_on}"
        ));
    }
    let age = as_of - drill.held_on;
    (age > TimeDelta::days(FRESH_DAYS)).then(|| {
        let days = age.num_days();
        format!("`{}` on {} is {days} days old, more than {FRESH_DAYS}", drill.name, drill.held_on)
    })
}
