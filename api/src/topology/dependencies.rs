//! Dependencies: record, change, remove.

use chrono::NaiveDate;
use entity::{
    id::{ConfigurationItemId, DependencyId, RedundancyGroupId},
    money::Rate,
    topology::{
        dependency::{self, DependencyKind, Hardness, Model},
        redundancy_group,
    },
};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveEnum,
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
};

use super::{
    items::{self, Label, Thing},
    redundancy_groups,
    said::is_need,
};
use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_fraction, require_least, require_not_ahead, require_order,
        require_plausible, require_text_if_any,
    },
    store::{Read, Tx},
};

/// One dependency.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: DependencyId) -> Result<Model> {
    dependency::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("dependency", id))
}

/// Records that one thing needs another.
///
/// # Errors
/// `NotFound` for ends that are not there or hidden and for a group that is not there; `Invalid` for a self edge,
/// an edge from or to what is retired, one that is recorded already, or when a rule of [`check`], [`require_seen`],
/// [`require_agreement`], [`require_use`] or [`require_group`] is broken.
pub async fn record(tx: &Tx, (from, to): (Thing, Thing), mut row: dependency::ActiveModel) -> Result<Model> {
    if from == to {
        return Err(Error::invalid("to", format!("{} cannot depend on itself", to.id())));
    }
    let seen = async |thing, field| items::seen(tx, thing).await.map_err(|error| error.named_by(field));
    require_needy(&seen(from, "from").await?)?;
    require_in_use(&seen(to, "to").await?)?;
    row.id = Set(tx.new_id());
    // Until the change is over nobody else changes what the item needs, so two cannot agree to disagree.
    row.from_id = Set(items::item_of(tx, from).await?);
    row.to_id = Set(match items::known_item(tx, to).await? {
        Some(known) => known,
        None => items::item_of(tx, to).await?,
    });
    usual_hardness(&mut row);
    let new = draft(&row)?;
    check(&new)?;
    require_seen(None, &new, tx.caller().now.date_naive())?;
    require_company(tx, &new).await?;
    tx.insert(row).await
}

/// Changes what is known of a dependency. Its ends and its kind stay.
///
/// # Errors
/// As [`record`]; `Conflict` for a stale version.
pub async fn update(
    tx: &Tx,
    id: DependencyId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut dependency::ActiveModel),
) -> Result<Model> {
    let before = find(tx, id).await?;
    expect_version("dependency", before.version, expected_version)?;
    items::hold(tx, before.from_id).await?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_seen(Some(&before), &after, tx.caller().now.date_naive())?;
    require_company(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a dependency, however much it detaches. Recording it again undoes that.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: DependencyId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("dependency", row.version, expected_version)?;
    let ends = [row.from_id, row.to_id];
    tx.delete(row).await?;
    items::forget_unnamed(tx, ends).await
}

/// The hardness of a dependency of which none was given: a copy or a backup is no need, anything else is hard.
pub fn usual_hardness(row: &mut dependency::ActiveModel) {
    if row.hardness.is_not_set() {
        let is_copy = matches!(&row.kind, Set(kind) | Unchanged(kind) if !is_need(*kind));
        row.hardness = Set(if is_copy { Hardness::Soft } else { Hardness::Hard });
    }
}

/// The rules of a dependency, whoever writes it, as far as they need nothing but its row.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(edge: &Model) -> Result<()> {
    if edge.from_id == edge.to_id {
        return Err(Error::invalid("to", "nothing can depend on itself"));
    }
    if !is_need(edge.kind) {
        let kind = edge.kind.to_value();
        let what = if edge.kind == DependencyKind::BacksUpTo { "backup" } else { "copy" };
        if edge.hardness == Hardness::Hard {
            let message = format!("{kind} is a {what} and no need, so it cannot be HARD");
            return Err(Error::invalid("hardness", message));
        }
        if edge.redundancy_group_id.is_some() {
            let message = format!("{kind} is a {what} and no need, so it cannot be a member of a group");
            return Err(Error::invalid("redundancyGroup", message));
        }
    }
    if let Some(confidence) = edge.confidence {
        require_fraction("confidence", confidence.to_decimal(), Decimal::ZERO, Decimal::ONE)?;
    }
    require_least("capacity", edge.capacity.map(Rate::to_decimal), Decimal::ZERO)?;
    if edge.capacity.is_some() && edge.redundancy_group_id.is_none() {
        return Err(Error::invalid(
            "capacity",
            "is what a member of a redundancy group carries: name the group",
        ));
    }
    require_plausible("firstSeenOn", edge.first_seen_on)?;
    require_plausible("lastSeenOn", edge.last_seen_on)?;
    require_order("lastSeenOn", edge.first_seen_on, edge.last_seen_on, "the first sight")?;
    require_least("latencyBudgetMilliseconds", edge.latency_budget_milliseconds, 0)?;
    require_least("gigabytesPerDay", edge.gigabytes_per_day.map(Rate::to_decimal), Decimal::ZERO)?;
    require_text_if_any("note", edge.note.as_deref(), 2_000)?;
    require_text_if_any("source", edge.source.as_deref(), 200)
}

/// Refuses days on which nothing can have been seen yet. What was on record before stays.
///
/// # Errors
/// `Invalid` with the field, the day and today.
pub fn require_seen(before: Option<&Model>, after: &Model, today: NaiveDate) -> Result<()> {
    let of =
        |day: fn(&Model) -> Option<NaiveDate>| day(after).filter(|new| before.and_then(day) != Some(*new));
    require_not_ahead("firstSeenOn", of(|edge| edge.first_seen_on), today)?;
    require_not_ahead("lastSeenOn", of(|edge| edge.last_seen_on), today)
}

/// Refuses what is out of use for good as something that comes to need anything.
///
/// # Errors
/// `Invalid` naming it.
pub fn require_needy(from: &Label) -> Result<()> {
    if from.is_retired {
        let message = format!("{} is retired and needs nothing any more", from.name);
        return Err(Error::invalid("from", message));
    }
    Ok(())
}

/// Refuses what is out of use for good as something to depend on.
///
/// # Errors
/// `Invalid` naming it.
pub fn require_in_use(to: &Label) -> Result<()> {
    if to.is_retired {
        return Err(Error::invalid(
            "to",
            format!("{} is retired, so nothing can come to depend on it", to.name),
        ));
    }
    Ok(())
}

/// Holds a dependency to the others between the same two items: one for each kind, and no need that is hard by one
/// kind and soft by another.
///
/// # Errors
/// `Invalid` naming the kind of the other.
pub fn require_agreement<'a>(edge: &Model, others: impl IntoIterator<Item = &'a Model>) -> Result<()> {
    for other in others.into_iter().filter(|other| other.id != edge.id) {
        if (other.from_id, other.to_id) != (edge.from_id, edge.to_id) {
            continue;
        }
        let kind = other.kind.to_value();
        if other.kind == edge.kind {
            return Err(Error::invalid("kind", format!("{kind} is recorded between the two already")));
        }
        if is_need(other.kind) && is_need(edge.kind) && other.hardness != edge.hardness {
            let (own, theirs) = (edge.hardness.to_value(), other.hardness.to_value());
            let message = format!("{own} contradicts {kind} between the same two, which is {theirs}");
            return Err(Error::invalid("hardness", message));
        }
    }
    Ok(())
}

/// Refuses a member of a group that is needed hard beside it: whatever stands in for it, its owner is down without it.
///
/// # Errors
/// `Invalid` naming the kind of the other and the group.
pub fn require_use<'a>(
    edge: &Model,
    others: impl IntoIterator<Item = &'a Model>,
    name: impl Fn(RedundancyGroupId) -> Option<String>,
) -> Result<()> {
    let between =
        |other: &&Model| other.id != edge.id && (other.from_id, other.to_id) == (edge.from_id, edge.to_id);
    let is_hard = |edge: &Model| is_need(edge.kind) && edge.hardness == Hardness::Hard;
    for other in others.into_iter().filter(between).filter(|other| is_hard(other) && is_hard(edge)) {
        let (kind, group) = match (edge.redundancy_group_id, other.redundancy_group_id) {
            (Some(group), None) => (other.kind, group),
            (None, Some(group)) => (edge.kind, group),
            _ => continue,
        };
        let group = name(group).unwrap_or_else(|| "of the same owner".to_owned());
        let message = format!(
            "{} between the two is HARD by itself, so nothing could stand in for it as {} in the group {group}",
            kind.to_value(),
            if kind == edge.kind { other.kind.to_value() } else { edge.kind.to_value() },
        );
        return Err(Error::invalid("redundancyGroup", message));
    }
    Ok(())
}

/// Holds a member to its group: of what needs it, hard, and with a capacity where, and only where, the group has a
/// unit for it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn require_group(edge: &Model, group: &redundancy_group::Model) -> Result<()> {
    if group.owner_id != edge.from_id {
        let message =
            format!("{} is a group of something else than what needs: a group has one owner", group.name);
        return Err(Error::invalid("redundancyGroup", message));
    }
    if edge.hardness == Hardness::Soft {
        let message =
            format!("SOFT cannot be a member of the group {}, which its owner is down without", group.name);
        return Err(Error::invalid("hardness", message));
    }
    match (edge.capacity, &group.capacity_unit) {
        (Some(capacity), None) => {
            let message = format!("{capacity} has no unit: the group {} counts its members", group.name);
            Err(Error::invalid("capacity", message))
        }
        (None, Some(unit)) => {
            let message = format!("is missing: the group {} requires a capacity in {unit}", group.name);
            Err(Error::invalid("capacity", message))
        }
        _ => Ok(()),
    }
}

/// Holds a dependency to what is recorded beside it: others between the same two, and its group.
async fn require_company(tx: &Tx, edge: &Model) -> Result<()> {
    let others = between(tx, edge.from_id, edge.to_id).await?;
    require_agreement(edge, &others)?;
    let ids = others.iter().chain([edge]).filter_map(|edge| edge.redundancy_group_id);
    let ids: Vec<RedundancyGroupId> = ids.collect();
    let groups = if ids.is_empty() { Vec::new() } else { redundancy_groups::all(tx, ids).await? };
    let group = |id: RedundancyGroupId| groups.iter().find(|group| group.id == id);
    require_use(edge, &others, |id| group(id).map(|group| group.name.clone()))?;
    let Some(own) = edge.redundancy_group_id else { return Ok(()) };
    let unknown = || Error::not_found("redundancy group", own).named_by("redundancyGroup");
    require_group(edge, group(own).ok_or_else(unknown)?)
}

/// The dependencies of one item on another.
async fn between(db: &impl Read, from: ConfigurationItemId, to: ConfigurationItemId) -> Result<Vec<Model>> {
    use dependency::Column as C;
    let found = dependency::Entity::find().filter(C::FromId.eq(from)).filter(C::ToId.eq(to));
    Ok(found.all(db).await?)
}
