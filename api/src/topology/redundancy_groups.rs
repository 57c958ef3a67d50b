//! Redundancy groups: define, change, remove.

use std::collections::BTreeMap;

use entity::{
    id::{ConfigurationItemId, RedundancyGroupId},
    money::Rate,
    topology::{
        dependency,
        redundancy_group::{self, Model},
    },
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::items::{self, Thing};
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_least, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// One redundancy group.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: RedundancyGroupId) -> Result<Model> {
    let found = redundancy_group::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("redundancy group", id))
}

/// Those of some redundancy groups that are there.
///
/// # Errors
/// Those of the database.
pub async fn all(db: &impl Read, ids: Vec<RedundancyGroupId>) -> Result<Vec<Model>> {
    let among = redundancy_group::Column::Id.is_in(ids);
    Ok(redundancy_group::Entity::find().filter(among).all(db).await?)
}

/// The dependencies that are members of a group.
///
/// # Errors
/// Those of the database.
pub async fn members(db: &impl Read, id: RedundancyGroupId) -> Result<Vec<dependency::Model>> {
    let of_group = dependency::Column::RedundancyGroupId.eq(id);
    Ok(dependency::Entity::find().filter(of_group).all(db).await?)
}

/// Defines a group of an owner. Its members are the dependencies that name it, so it has none yet.
///
/// # Errors
/// `NotFound` for an owner that is not there or hidden, `Invalid` when the owner has a group of that name, is
/// retired, or a rule of [`check`] is broken.
pub async fn define(tx: &Tx, owner: Thing, mut row: redundancy_group::ActiveModel) -> Result<Model> {
    let label = items::seen(tx, owner).await.map_err(|error| error.named_by("owner"))?;
    if label.is_retired {
        return Err(Error::invalid("owner", format!("{} is retired and needs nothing any more", label.name)));
    }
    row.id = Set(tx.new_id());
    row.owner_id = Set(items::item_of(tx, owner).await?);
    check(&draft(&row)?)?;
    tx.insert(row).await
}

/// Changes what a group requires. It stays with its owner.
///
/// # Errors
/// `NotFound` when there is none; `Conflict` for a stale version; `Invalid` when a rule of [`check`] or
/// [`require_reachable`] is broken, and for another unit than its members have.
pub async fn update(
    tx: &Tx,
    id: RedundancyGroupId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut redundancy_group::ActiveModel),
) -> Result<Model> {
    let before = find(tx, id).await?;
    expect_version("redundancy group", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    let members = members(tx, id).await?;
    require_unit(&before, &after, &members)?;
    let is_raised =
        after.required_count != before.required_count || after.required_capacity != before.required_capacity;
    if is_raised {
        require_reachable(&after, &members)?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// Removes a group without members.
///
/// # Errors
/// `NotFound` when there is none; `Conflict` for a stale version and while it has members.
pub async fn remove(tx: &Tx, id: RedundancyGroupId, expected_version: Option<i32>) -> Result<()> {
    let group = find(tx, id).await?;
    expect_version("redundancy group", group.version, expected_version)?;
    let members = members(tx, id).await?.len();
    if members > 0 {
        let message =
            format!("{members} dependencies are members of the group {}: take them out first", group.name);
        return Err(Error::Conflict(message));
    }
    let owner = group.owner_id;
    tx.delete(group).await?;
    items::forget_unnamed(tx, [owner]).await
}

/// The rules of a group, whoever writes it, as far as they need nothing but its row.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(group: &Model) -> Result<()> {
    require_text("name", &group.name, 200)?;
    require_text_if_any("capacityUnit", group.capacity_unit.as_deref(), 20)?;
    require_text_if_any("source", group.source.as_deref(), 200)?;
    require_least("requiredCount", group.required_count, 1)?;
    if let Some(capacity) = group.required_capacity.filter(|capacity| *capacity <= Rate::ZERO) {
        return Err(Error::invalid("requiredCapacity", format!("{capacity} is not above 0")));
    }
    match (group.required_count, group.required_capacity, &group.capacity_unit) {
        (_, Some(_), None) => {
            Err(Error::invalid("capacityUnit", "is missing: a required capacity has a unit, such as kW"))
        }
        (_, None, Some(unit)) => {
            let message =
                format!("{unit} is the unit of no required capacity: give one, or leave the unit out");
            Err(Error::invalid("capacityUnit", message))
        }
        (None, None, None) => {
            Err(Error::invalid("requiredCount", "give how many members have to be up, or which capacity"))
        }
        _ => Ok(()),
    }
}

/// Refuses to require more than all members are: each is one, however many dependencies lead to it, and carries the most
/// that was said of it, as in the graph. A group that has no members yet may require any number.
///
/// # Errors
/// `Invalid` with both numbers.
pub fn require_reachable(group: &Model, members: &[dependency::Model]) -> Result<()> {
    if members.is_empty() {
        return Ok(());
    }
    let mut capacities: BTreeMap<ConfigurationItemId, Rate> = BTreeMap::new();
    for member in members {
        let capacity = member.capacity.unwrap_or(Rate::ZERO);
        let known = capacities.entry(member.to_id).or_insert(capacity);
        *known = capacity.max(*known);
    }
    if let Some(count) = group.required_count
        && usize::try_from(count).is_ok_and(|count| count > capacities.len())
    {
        let message =
            format!("{count} is more than the {} members of the group {}", capacities.len(), group.name);
        return Err(Error::invalid("requiredCount", message));
    }
    if let Some(required) = group.required_capacity {
        let carried: Decimal = capacities.values().copied().map(Rate::to_decimal).sum();
        if required.to_decimal() > carried {
            let unit = group.capacity_unit.as_deref().unwrap_or_default();
            let message =
                format!("{required} {unit} is more than the {carried} {unit} that its members carry");
            return Err(Error::invalid("requiredCapacity", message));
        }
    }
    Ok(())
}

/// Refuses another unit for a group whose members have capacities.
///
/// # Errors
/// `Invalid` with the unit that they are in.
pub fn require_unit(before: &Model, after: &Model, members: &[dependency::Model]) -> Result<()> {
    let carrying = members.iter().filter(|member| member.capacity.is_some()).count();
    if before.capacity_unit == after.capacity_unit || carrying == 0 {
        return Ok(());
    }
    let unit = before.capacity_unit.as_deref().unwrap_or("no unit");
    let message = format!("{carrying} members of the group carry capacities in {unit}, so it stays");
    Err(Error::invalid("capacityUnit", message))
}
