//! Everything that was said to depend on something, as the index has it.

use std::{collections::HashSet, sync::Arc};

use chrono::NaiveDate;
use entity::topology::dependency::DependencyKind;

use super::{about::About, items::Thing, recorded::Recorded, rows::DependencyRow};

/// Everything that was said to depend on something, as it is seen from a day.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// What is on record.
    pub recorded: Arc<Recorded>,
    /// The day that it is seen from.
    pub as_of: NaiveDate,
    /// What a scenario has taken away by that day, and what is down because of that.
    pub gone: Arc<HashSet<Thing>>,
}

impl Said {
    /// What was first seen up to the day, or whose first day is not known, in the order in which it was said.
    pub fn dependencies(&self) -> impl Iterator<Item = &DependencyRow> {
        let as_of = self.as_of;
        let rows = self.recorded.dependencies.values();
        rows.filter(move |row| row.detail.first_seen_on.is_none_or(|first| first <= as_of))
    }

    /// The ends of a dependency: what needs, and what is needed.
    #[must_use]
    pub fn ends(&self, row: &DependencyRow) -> Option<(Thing, Thing)> {
        let items = &self.recorded.items;
        items.get(&row.from_id).copied().zip(items.get(&row.to_id).copied())
    }

    /// What is said of a thing.
    #[must_use]
    pub fn about(&self, thing: Thing) -> Option<About<'_>> {
        self.recorded.about(thing, self.as_of)
    }

    /// Whether a thing is out of use for good by that day, or gone.
    #[must_use]
    pub fn is_retired(&self, thing: Thing) -> bool {
        self.gone.contains(&thing) || self.about(thing).is_some_and(|about| about.is_retired)
    }

    /// What a thing is called; its id where it is not there.
    #[must_use]
    pub fn name(&self, thing: Thing) -> String {
        self.about(thing).map_or_else(|| thing.id(), |about| about.name.to_owned())
    }
}

/// Whether a dependency is a need: copies of data and backups are none.
#[must_use]
pub fn is_need(kind: DependencyKind) -> bool {
    !matches!(kind, DependencyKind::ReplicatesTo | DependencyKind::BacksUpTo)
}
