//! Consistency groups: what recovers together, to one point in time. Define, change and remove them.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::{
    id::{ConfigurationItemId, ConsistencyGroupId},
    recovery::{consistency_group, consistency_group_member as member},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::things;
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_range, require_text, require_text_if_any},
    store::{Read, Tx},
    topology::items::{self, Label, Thing},
};

/// Items that one group may have.
const MOST_MEMBERS: usize = 1_000;

/// The most that copies may lie apart and still be of one moment: a day, in minutes.
const MOST_TOLERANCE: i32 = 1_440;

/// One group.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ConsistencyGroupId) -> Result<consistency_group::Model> {
    let found = consistency_group::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("consistency group", id))
}

/// Defines a group with its members.
///
/// # Errors
/// `Invalid` for fewer than two members, one that is in another group, and when a rule of [`check`] is broken.
pub async fn define(
    tx: &Tx,
    given: consistency_group::ActiveModel,
    members: &[ConfigurationItemId],
) -> Result<consistency_group::Model> {
    let row = consistency_group::ActiveModel { id: Set(tx.new_id()), ..given };
    check(&draft(&row)?)?;
    let members = distinct(members)?;
    let group = tx.insert(row).await?;
    require_free(tx, group.id, &members).await?;
    write_members(tx, group.id, &members).await?;
    Ok(group)
}

/// Changes a group; members that are given take the place of those before.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version, `Invalid` as for [`define`].
pub async fn update(
    tx: &Tx,
    id: ConsistencyGroupId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut consistency_group::ActiveModel),
    members: Option<&[ConfigurationItemId]>,
) -> Result<consistency_group::Model> {
    let before = find(tx, id).await?;
    expect_version("consistency group", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    if let Some(members) = members {
        let members = distinct(members)?;
        require_free(tx, id, &members).await?;
        change_members(tx, id, &members).await?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// Removes a group: its members recover each by itself from then on.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: ConsistencyGroupId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("consistency group", row.version, expected_version)?;
    let mut gone = Vec::new();
    for link in links(tx, vec![id]).await? {
        gone.push(link.item_id);
        tx.delete::<_, member::ActiveModel>(link).await?;
    }
    tx.delete::<_, consistency_group::ActiveModel>(row).await?;
    items::forget_unnamed(tx, gone).await
}

/// The members of groups, by group, in the order they were recorded.
///
/// # Errors
/// Those of the database.
pub async fn members(
    db: &impl Read,
    groups: Vec<ConsistencyGroupId>,
) -> Result<HashMap<ConsistencyGroupId, Vec<(Thing, Label)>>> {
    let rows = links(db, groups).await?;
    let known = things::labelled(db, rows.iter().map(|row| row.item_id)).await?;
    let mut members: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        if let Some(item) = known.get(&row.item_id) {
            members.entry(row.group_id).or_default().push(item.clone());
        }
    }
    Ok(members)
}

async fn links(db: &impl Read, groups: Vec<ConsistencyGroupId>) -> Result<Vec<member::Model>> {
    let own = member::Column::GroupId.is_in(groups);
    Ok(member::Entity::find().filter(own).order_by_asc(member::Column::Id).all(db).await?)
}

/// The rules of a group, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &consistency_group::Model) -> Result<()> {
    require_text("name", &row.name, 200)?;
    require_range("toleranceMinutes", row.tolerance_minutes, 0, MOST_TOLERANCE)?;
    require_text_if_any("note", row.note.as_deref(), 2_000)?;
    require_text_if_any("source", row.source.as_deref(), 200)
}

/// Refuses a group of fewer than two, and one of too many.
///
/// # Errors
/// `Invalid` or `LimitExceeded` naming the members.
pub fn require_members(count: usize) -> Result<()> {
    if count < 2 {
        let message = format!("{count} is fewer than 2: what recovers alone has nobody to agree with");
        return Err(Error::invalid("members", message));
    }
    if count > MOST_MEMBERS {
        let message = format!("{count} members are more than the {MOST_MEMBERS} of one group");
        return Err(Error::TooMuch { field: "members".to_owned(), message });
    }
    Ok(())
}

/// That an item is in another group.
#[must_use]
pub fn in_another(field: &str, item: &str, group: &str) -> Error {
    let message = format!(
        "{item} is in the consistency group {group} already; what belongs to both recovers together, so make them one"
    );
    Error::invalid(field, message)
}

fn distinct(members: &[ConfigurationItemId]) -> Result<Vec<ConfigurationItemId>> {
    let mut seen = HashSet::new();
    let members: Vec<_> = members.iter().copied().filter(|item| seen.insert(*item)).collect();
    require_members(members.len())?;
    Ok(members)
}

/// Refuses members that are in another group.
async fn require_free(tx: &Tx, group: ConsistencyGroupId, members: &[ConfigurationItemId]) -> Result<()> {
    let elsewhere = Condition::all()
        .add(member::Column::ItemId.is_in(members.iter().copied()))
        .add(member::Column::GroupId.ne(group));
    let Some(taken) = member::Entity::find().filter(elsewhere).one(tx).await? else { return Ok(()) };
    let other = find(tx, taken.group_id).await?;
    let place = members.iter().position(|item| *item == taken.item_id).unwrap_or_default();
    let named = things::labelled(tx, [taken.item_id]).await?;
    let name = named.get(&taken.item_id).map_or("one of them", |(_, label)| label.name.as_str());
    Err(in_another(&format!("members[{place}]"), name, &other.name))
}

async fn write_members(tx: &Tx, group: ConsistencyGroupId, members: &[ConfigurationItemId]) -> Result<()> {
    for item in members {
        let row = member::ActiveModel {
            id: Set(tx.new_id()),
            group_id: Set(group),
            item_id: Set(*item),
            ..Default::default()
        };
        tx.insert(row).await?;
    }
    Ok(())
}

/// Only what changes is written, so that the change log tells who came and who went.
async fn change_members(tx: &Tx, group: ConsistencyGroupId, members: &[ConfigurationItemId]) -> Result<()> {
    let mut before: BTreeMap<ConfigurationItemId, member::Model> =
        links(tx, vec![group]).await?.into_iter().map(|row| (row.item_id, row)).collect();
    let mut added = Vec::new();
    for item in members {
        if before.remove(item).is_none() {
            added.push(*item);
        }
    }
    let gone: Vec<ConfigurationItemId> = before.keys().copied().collect();
    for row in before.into_values() {
        tx.delete::<_, member::ActiveModel>(row).await?;
    }
    write_members(tx, group, &added).await?;
    items::forget_unnamed(tx, gone).await
}
