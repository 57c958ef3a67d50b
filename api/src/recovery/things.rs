//! From ids to configuration items and back, for those who may see them.

use std::collections::HashMap;

use entity::{
    id::ConfigurationItemId,
    recovery::{recovery_drill, recovery_drill_item},
    topology::configuration_item,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::SimpleExpr,
};

use crate::{
    access::Caller,
    error::Result,
    schema::filter::through,
    store::{Read, Tx},
    topology::items::{self, Label, Thing},
};

/// The configuration item of an id that a caller gave.
///
/// # Errors
/// `Invalid` naming `field` for what is no id, or the id of something that nothing depends on; `NotFound` where it is
/// not there, or the caller may not know that it is.
pub async fn item(tx: &Tx, field: &str, text: &str) -> Result<ConfigurationItemId> {
    let thing = Thing::parse(field, text)?;
    items::seen(tx, thing).await.map_err(|error| error.named_by(field))?;
    items::item_of(tx, thing).await
}

/// The condition that a column points at the item of an id that a client gave; one that is hidden is named by no row.
///
/// # Errors
/// As [`Thing::parse`].
pub fn named(caller: &Caller, column: impl ColumnTrait, field: &str, text: &str) -> Result<SimpleExpr> {
    let thing = Thing::parse(field, text)?;
    let condition = match thing.is_shown_to(caller) {
        true => thing.condition(),
        false => Condition::all().add(configuration_item::Column::Id.is_null()),
    };
    Ok(through::<configuration_item::Entity>(column, configuration_item::Column::Id, condition))
}

/// The condition that the item of an id that a client gave is in the scope of a drill.
///
/// # Errors
/// As [`Thing::parse`].
pub fn in_scope(caller: &Caller, field: &str, text: &str) -> Result<SimpleExpr> {
    let about = named(caller, recovery_drill_item::Column::ItemId, field, text)?;
    let drills = recovery_drill_item::Entity::find()
        .select_only()
        .column(recovery_drill_item::Column::DrillId)
        .filter(about)
        .into_query();
    Ok(recovery_drill::Column::Id.in_subquery(drills))
}

/// Whether somebody has to bring a thing up again: a service, an asset, a workload. Sites, racks, feeds, vendors and
/// contracts stand, unless a time is recorded for them.
#[must_use]
pub fn is_brought_up(thing: Thing) -> bool {
    matches!(thing, Thing::Service(_) | Thing::Asset(_) | Thing::Workload(_))
}

/// The things behind items, with what people call them.
///
/// # Errors
/// Those of the database.
pub async fn labelled(
    db: &impl Read,
    ids: impl IntoIterator<Item = ConfigurationItemId>,
) -> Result<HashMap<ConfigurationItemId, (Thing, Label)>> {
    let things = items::things_of(db, ids).await?;
    let all: Vec<Thing> = things.values().copied().collect();
    let labels = items::labels(db, &all).await?;
    let label = |thing| labels.get(&thing).cloned().unwrap_or_default();
    Ok(things.into_iter().map(|(id, thing)| (id, (thing, label(thing)))).collect())
}
