//! Backup records: record, change and remove them.

use entity::{id::BackupRecordId, recovery::backup_record};
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_plausible, require_text_if_any},
    store::{Read, Tx},
    topology::items,
};

/// One record of a backup.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: BackupRecordId) -> Result<backup_record::Model> {
    let found = backup_record::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("backup record", id))
}

/// Records a backup.
///
/// # Errors
/// `Invalid` when a rule of [`check`] is broken, and for a second one of an item, kind and moment.
pub async fn record(tx: &Tx, given: backup_record::ActiveModel) -> Result<backup_record::Model> {
    let row = backup_record::ActiveModel { id: Set(tx.new_id()), ..given };
    let new = draft(&row)?;
    check(tx, &new)?;
    require_single(tx, &new).await?;
    tx.insert(row).await
}

/// Changes the record of a backup, such as after a test of restoring it.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: BackupRecordId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut backup_record::ActiveModel),
) -> Result<backup_record::Model> {
    let before = find(tx, id).await?;
    expect_version("backup record", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(tx, &after)?;
    require_single(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes the record of a backup that is kept no longer.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: BackupRecordId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("backup record", row.version, expected_version)?;
    let item = row.item_id;
    tx.delete::<_, backup_record::ActiveModel>(row).await?;
    items::forget_unnamed(tx, [item]).await
}

/// Refuses a second record of the same backup.
async fn require_single(db: &impl Read, row: &backup_record::Model) -> Result<()> {
    use backup_record::Column as C;
    let of_item = backup_record::Entity::find().filter(C::ItemId.eq(row.item_id)).filter(C::Id.ne(row.id));
    let others = of_item.filter(C::Kind.eq(row.kind)).filter(C::CompletedAt.eq(row.completed_at));
    if others.count(db).await? == 0 {
        return Ok(());
    }
    let (kind, completed) = (row.kind.to_value(), row.completed_at.to_rfc3339());
    let message = format!(
        "a backup of the item of the kind {kind} that was complete at {completed} is recorded already"
    );
    Err(Error::invalid("completedAt", message))
}

/// The rules of a backup, whoever records it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(db: &impl Read, row: &backup_record::Model) -> Result<()> {
    let completed = row.completed_at;
    require_plausible("completedAt", Some(completed.date_naive()))?;
    if completed > db.caller().now {
        return Err(Error::invalid("completedAt", format!("{} has not come yet", completed.to_rfc3339())));
    }
    if let Some(started) = row.started_at.filter(|started| completed < *started) {
        let message = format!("{} lies before startedAt, {}", completed.to_rfc3339(), started.to_rfc3339());
        return Err(Error::invalid("completedAt", message));
    }
    if let Some(tested) = row.restore_tested_on {
        let (completed, today) = (completed.date_naive(), db.caller().now.date_naive());
        if tested < completed {
            let message = format!("{tested} lies before the backup was complete on {completed}");
            return Err(Error::invalid("restoreTestedOn", message));
        }
        if tested > today {
            return Err(Error::invalid("restoreTestedOn", format!("{tested} has not come yet")));
        }
        if !row.is_good {
            let message = format!("{tested}: what was restored is a good backup; say isGood as well");
            return Err(Error::invalid("restoreTestedOn", message));
        }
    }
    require_text_if_any("destination", row.destination.as_deref(), 200)?;
    require_text_if_any("source", row.source.as_deref(), 200)
}
