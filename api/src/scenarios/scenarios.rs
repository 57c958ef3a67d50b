//! Scenarios: create, describe, copy, remove.

use entity::{
    id::{ScenarioChangeId, ScenarioId},
    scenarios::{
        scenario::{self, ScenarioStatus},
        scenario_change,
    },
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::changes;
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_text, require_text_if_any},
    schema::scalar::{Id, shown},
    store::{Read, Tx},
};

/// One scenario.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ScenarioId) -> Result<scenario::Model> {
    scenario::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("scenario", id))
}

/// One scenario by its name.
///
/// # Errors
/// Those of the database.
pub async fn find_named(db: &impl Read, name: &str) -> Result<Option<scenario::Model>> {
    Ok(scenario::Entity::find().filter(scenario::Column::Name.eq(name)).one(db).await?)
}

/// The id of a scenario that is asked for by its id or its name.
///
/// # Errors
/// `Invalid` for a name that no scenario has.
pub async fn find_asked(db: &impl Read, asked: &str) -> Result<ScenarioId> {
    if let Ok(id) = Id::<ScenarioId>::parse(asked) {
        return Ok(id.0);
    }
    let found = find_named(db, asked).await?.map(|scenario| scenario.id);
    let missing = || Error::invalid("scenario", format!("there is no scenario named {}", shown(asked)));
    found.ok_or_else(missing)
}

/// The ids of scenarios by their names, in their order: one statement, or none.
///
/// # Errors
/// `NotFound` for a name that no scenario has.
pub async fn all_named(db: &impl Read, names: &[String]) -> Result<Vec<ScenarioId>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let among = scenario::Column::Name.is_in(names.iter().cloned());
    let found = scenario::Entity::find().filter(among).all(db).await?;
    let of = |name: &String| {
        let row = found.iter().find(|row| row.name == *name);
        row.map(|row| row.id).ok_or_else(|| Error::not_found("scenario", name))
    };
    names.iter().map(of).collect()
}

/// Creates a scenario without changes.
///
/// # Errors
/// `Invalid` when the name is taken or a rule of [`check`] is broken.
pub async fn create(tx: &Tx, mut row: scenario::ActiveModel) -> Result<scenario::Model> {
    row.id = Set(tx.new_id());
    row.status = Set(ScenarioStatus::Draft);
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Renames or describes a scenario that is a draft.
///
/// # Errors
/// `Conflict` for a stale version or a frozen scenario, and as [`create`].
pub async fn update(
    tx: &Tx,
    id: ScenarioId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut scenario::ActiveModel),
) -> Result<scenario::Model> {
    let before = require_draft(tx, id, expected_version).await?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    tx.update(before, |edit| *edit = row).await
}

/// Copies a scenario with its changes: the copy is a draft, whatever it is a copy of.
///
/// # Errors
/// `NotFound` when there is none, and as [`create`].
pub async fn copy(tx: &Tx, id: ScenarioId, name: String) -> Result<scenario::Model> {
    let original = find(tx, id).await?;
    let row = scenario::ActiveModel {
        name: Set(name),
        description: Set(original.description),
        owner: Set(original.owner),
        ..Default::default()
    };
    let copied = create(tx, row).await?;
    for change in changes::of(tx, id).await? {
        let new: ScenarioChangeId = tx.new_id();
        let mut row = change.into_active_model().reset_all();
        row.id = Set(new);
        row.scenario_id = Set(copied.id);
        tx.insert(row).await?;
    }
    Ok(copied)
}

/// Removes a draft with its changes.
///
/// # Errors
/// `Conflict` for a stale version or a frozen scenario.
pub async fn remove(tx: &Tx, id: ScenarioId, expected_version: Option<i32>) -> Result<scenario::Model> {
    let scenario = require_draft(tx, id, expected_version).await?;
    // One by one: what the database deletes by itself leaves no change record.
    for change in changes::of(tx, id).await? {
        tx.delete::<_, scenario_change::ActiveModel>(change).await?;
    }
    tx.delete(scenario.clone()).await?;
    Ok(scenario)
}

/// A scenario that may still change.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version or a frozen scenario, by name.
pub async fn require_draft(
    tx: &Tx,
    id: ScenarioId,
    expected_version: Option<i32>,
) -> Result<scenario::Model> {
    let scenario = find(tx, id).await?;
    refuse_frozen(&scenario)?;
    expect_version("scenario", scenario.version, expected_version)?;
    Ok(scenario)
}

/// Refuses a scenario that changes no more.
///
/// # Errors
/// `Conflict`, by name.
pub(crate) fn refuse_frozen(scenario: &scenario::Model) -> Result<()> {
    if scenario.status == ScenarioStatus::Frozen {
        return Err(Error::Conflict(format!(
            "the scenario {} is frozen and changes no more; copy it, and change the copy",
            scenario.name
        )));
    }
    Ok(())
}

/// A scenario with another list is another scenario to whoever read it.
pub(crate) async fn touch(tx: &Tx, scenario: scenario::Model) -> Result<scenario::Model> {
    let now = entity::moment(tx.caller().now);
    tx.update(scenario, |row: &mut scenario::ActiveModel| row.updated_at = Set(now)).await
}

/// The rules of a scenario, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(scenario: &scenario::Model) -> Result<()> {
    require_text("name", &scenario.name, 200)?;
    require_text_if_any("description", scenario.description.as_deref(), 2_000)?;
    require_text_if_any("owner", scenario.owner.as_deref(), 200)
}
