//! Recovery drills: record, change and remove them, with the items they were about.

use std::collections::{HashMap, HashSet};

use entity::{
    id::{ConfigurationItemId, RecoveryDrillId},
    recovery::{
        recovery_drill::{self, DrillKind},
        recovery_drill_item,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::things;
use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_plausible, require_range, require_text, require_text_if_any,
    },
    store::{Read, Tx},
    topology::items::{self, Label, Thing},
};

/// Items that a drill may be about.
const MOST_ITEMS: usize = 1_000;

/// The longest recovery that a drill measures: a year, in minutes.
const MOST_MINUTES: i32 = 525_600;

/// One drill.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: RecoveryDrillId) -> Result<recovery_drill::Model> {
    let found = recovery_drill::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("recovery drill", id))
}

/// Records a drill with its scope.
///
/// # Errors
/// `Invalid` for a scope without items, and when a rule of [`check`] is broken.
pub async fn record(
    tx: &Tx,
    given: recovery_drill::ActiveModel,
    scope: &[ConfigurationItemId],
) -> Result<recovery_drill::Model> {
    let mut row = recovery_drill::ActiveModel { id: Set(tx.new_id()), ..given };
    measure(&mut row);
    check(tx, &draft(&row)?)?;
    let scope = distinct(scope)?;
    let drill = tx.insert(row).await?;
    write_scope(tx, drill.id, &scope).await?;
    Ok(drill)
}

/// Changes a drill; a scope that is given takes the place of the one before.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version, `Invalid` as for [`record`].
pub async fn update(
    tx: &Tx,
    id: RecoveryDrillId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut recovery_drill::ActiveModel),
    scope: Option<&[ConfigurationItemId]>,
) -> Result<recovery_drill::Model> {
    let before = find(tx, id).await?;
    expect_version("recovery drill", before.version, expected_version)?;
    let (mut row, _) = edited(&before, edit)?;
    measure(&mut row);
    check(tx, &draft(&row)?)?;
    if let Some(scope) = scope {
        let scope = distinct(scope)?;
        let gone = clear_scope(tx, id).await?;
        write_scope(tx, id, &scope).await?;
        items::forget_unnamed(tx, gone).await?;
    }
    tx.update(before, |changed| *changed = row).await
}

/// Removes a drill with its scope: it shows nothing any more.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: RecoveryDrillId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("recovery drill", row.version, expected_version)?;
    let gone = clear_scope(tx, id).await?;
    tx.delete::<_, recovery_drill::ActiveModel>(row).await?;
    items::forget_unnamed(tx, gone).await
}

/// What drills were about, by drill, in the order it was recorded.
///
/// # Errors
/// Those of the database.
pub async fn scopes(
    db: &impl Read,
    drills: Vec<RecoveryDrillId>,
) -> Result<HashMap<RecoveryDrillId, Vec<(Thing, Label)>>> {
    let own = recovery_drill_item::Column::DrillId.is_in(drills);
    let order = recovery_drill_item::Column::Id;
    let rows = recovery_drill_item::Entity::find().filter(own).order_by_asc(order).all(db).await?;
    let items = things::labelled(db, rows.iter().map(|row| row.item_id)).await?;
    let mut scopes: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        if let Some(item) = items.get(&row.item_id) {
            scopes.entry(row.drill_id).or_default().push(item.clone());
        }
    }
    Ok(scopes)
}

/// Both clocks say how long it took, where nobody else did: begun minutes count as whole ones.
pub fn measure(row: &mut recovery_drill::ActiveModel) {
    let declared = row.declared_at.try_as_ref().copied().flatten();
    let restored = row.restored_at.try_as_ref().copied().flatten();
    let said = row.achieved_time_minutes.try_as_ref().copied().flatten();
    if let (Some(declared), Some(restored), None) = (declared, restored, said) {
        row.achieved_time_minutes = Set(minutes_between(declared, restored));
    }
}

fn minutes_between<T: chrono::TimeZone>(from: chrono::DateTime<T>, to: chrono::DateTime<T>) -> Option<i32> {
    let seconds = (to - from).num_seconds();
    i32::try_from(seconds / 60 + i64::from(seconds % 60 > 0)).ok().filter(|minutes| *minutes >= 0)
}

/// Refuses a scope without items, and one of too many.
///
/// # Errors
/// `Invalid` or `LimitExceeded` naming the scope.
pub fn require_some(items: usize) -> Result<()> {
    if items == 0 {
        return Err(Error::invalid(
            "scope",
            "has no items: a drill shows something only of what it was about",
        ));
    }
    if items > MOST_ITEMS {
        let message = format!("{items} items are more than the {MOST_ITEMS} of one drill");
        return Err(Error::TooMuch { field: "scope".to_owned(), message });
    }
    Ok(())
}

fn distinct(scope: &[ConfigurationItemId]) -> Result<Vec<ConfigurationItemId>> {
    require_some(scope.len())?;
    let mut seen = HashSet::new();
    Ok(scope.iter().copied().filter(|item| seen.insert(*item)).collect())
}

async fn write_scope(tx: &Tx, drill: RecoveryDrillId, scope: &[ConfigurationItemId]) -> Result<()> {
    for item in scope {
        let row = recovery_drill_item::ActiveModel {
            id: Set(tx.new_id()),
            drill_id: Set(drill),
            item_id: Set(*item),
            ..Default::default()
        };
        tx.insert(row).await?;
    }
    Ok(())
}

/// Empties the scope, and answers what was in it.
async fn clear_scope(tx: &Tx, drill: RecoveryDrillId) -> Result<Vec<ConfigurationItemId>> {
    let own = recovery_drill_item::Column::DrillId.eq(drill);
    let mut gone = Vec::new();
    for row in recovery_drill_item::Entity::find().filter(own).all(tx).await? {
        gone.push(row.item_id);
        tx.delete::<_, recovery_drill_item::ActiveModel>(row).await?;
    }
    Ok(gone)
}

/// The rules of a drill, whoever records it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(db: &impl Read, row: &recovery_drill::Model) -> Result<()> {
    require_text("name", &row.name, 200)?;
    require_plausible("heldOn", Some(row.held_on))?;
    if row.held_on > db.caller().now.date_naive() {
        return Err(Error::invalid("heldOn", format!("{} has not come yet", row.held_on)));
    }
    check_clocks(row)?;
    for (field, minutes) in [
        ("achievedTimeMinutes", row.achieved_time_minutes),
        ("achievedPointMinutes", row.achieved_point_minutes),
    ] {
        let Some(minutes) = minutes else { continue };
        require_range(field, minutes, 0, MOST_MINUTES)?;
        if row.kind == DrillKind::Tabletop {
            let message = format!("{minutes}: at a tabletop nothing is recovered, so nothing is measured");
            return Err(Error::invalid(field, message));
        }
    }
    require_text_if_any("issues", row.issues.as_deref(), 10_000)?;
    require_text_if_any("signedOffBy", row.signed_off_by.as_deref(), 200)?;
    require_text_if_any("evidence", row.evidence.as_deref(), 1_000)?;
    require_text_if_any("source", row.source.as_deref(), 200)
}

/// The two clocks stand together, in order, on the day of the drill, and agree with the minutes that are said.
fn check_clocks(row: &recovery_drill::Model) -> Result<()> {
    let (declared, restored) = match (row.declared_at, row.restored_at) {
        (None, None) => return Ok(()),
        (Some(declared), Some(restored)) => (declared, restored),
        (Some(declared), None) => {
            let message = format!("is missing beside declaredAt, {}", declared.to_rfc3339());
            return Err(Error::invalid("restoredAt", message));
        }
        (None, Some(restored)) => {
            let message = format!("is missing beside restoredAt, {}", restored.to_rfc3339());
            return Err(Error::invalid("declaredAt", message));
        }
    };
    if restored < declared {
        let message = format!("{} lies before declaredAt, {}", restored.to_rfc3339(), declared.to_rfc3339());
        return Err(Error::invalid("restoredAt", message));
    }
    // A day is that of the place, which may be a day before or after the one of the clock.
    if (declared.date_naive() - row.held_on).num_days().abs() > 1 {
        let message = format!("{} is not on {}, when the drill was held", declared.to_rfc3339(), row.held_on);
        return Err(Error::invalid("declaredAt", message));
    }
    match (minutes_between(declared, restored), row.achieved_time_minutes) {
        (Some(measured), Some(said)) if measured != said => {
            let message = format!("{said}: from declaredAt to restoredAt there are {measured} minutes");
            Err(Error::invalid("achievedTimeMinutes", message))
        }
        _ => Ok(()),
    }
}
