//! Everything that was said to depend on something, read whole: a constant number of statements.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{
    id::ConfigurationItemId,
    topology::{
        dependency::{self, DependencyKind},
        redundancy_group,
    },
};
use sea_orm::{EntityTrait, QueryOrder};

use super::{
    items::{Label, Thing, labels},
    recorded::items,
};
use crate::{error::Result, store::Read};

/// Everything that was said to depend on something.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// What was said, in the order in which it was.
    pub dependencies: Vec<dependency::Model>,
    /// Groups of things that stand in for each other.
    pub groups: Vec<redundancy_group::Model>,
    /// What each item stands for.
    pub things: HashMap<ConfigurationItemId, Thing>,
    /// What things are called.
    pub labels: HashMap<Thing, Label>,
}

/// Reads all that was first seen up to a day, or whose first day is not known.
///
/// # Errors
/// Those of the database.
pub async fn said(db: &impl Read, as_of: NaiveDate) -> Result<Said> {
    let things = items(db).await?;
    let dependencies = dependency::Entity::find().order_by_asc(dependency::Column::Id).all(db).await?;
    let groups = redundancy_group::Entity::find().order_by_asc(redundancy_group::Column::Id).all(db).await?;
    let all: Vec<Thing> = things.values().copied().collect();
    let labels = labels(db, &all).await?;
    let is_there = |row: &dependency::Model| row.first_seen_on.is_none_or(|first| first <= as_of);
    let dependencies = dependencies.into_iter().filter(is_there).collect();
    Ok(Said { dependencies, groups, things, labels })
}

impl Said {
    /// The ends of a dependency: what needs, and what is needed.
    #[must_use]
    pub fn ends(&self, row: &dependency::Model) -> Option<(Thing, Thing)> {
        self.things.get(&row.from_id).copied().zip(self.things.get(&row.to_id).copied())
    }

    /// Whether a thing is out of use for good.
    #[must_use]
    pub fn is_retired(&self, thing: Thing) -> bool {
        self.labels.get(&thing).is_some_and(|label| label.is_retired)
    }

    /// What a thing is called; its id where it is not there.
    #[must_use]
    pub fn name(&self, thing: Thing) -> String {
        self.labels.get(&thing).map_or_else(|| thing.id(), |label| label.name.clone())
    }
}

/// Whether a dependency is a need: copies of data and backups are none.
#[must_use]
pub fn is_need(kind: DependencyKind) -> bool {
    !matches!(kind, DependencyKind::ReplicatesTo | DependencyKind::BacksUpTo)
}
