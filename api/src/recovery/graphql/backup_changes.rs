//! Changes of backups.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    id::{BackupRecordId, ConfigurationItemId},
    recovery::backup_record,
};
use sea_orm::ActiveValue::Set;

use super::{backups::BackupRecord, words::BackupKind};
use crate::{
    access::Permission,
    error::Result,
    recovery::{backups, things},
    schema::{
        bulk::{self, RowError, each, require_rows},
        patch::{overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Date, Id, Moment},
    },
    store::Tx,
};

/// What may be said of a backup, beside what it has to have. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BackupRecordDetails {
    /// When copying began.
    pub started_at: MaybeUndefined<Moment>,
    /// Whether it ended without an error; yes where it was never said.
    pub is_good: MaybeUndefined<bool>,
    /// Whether nobody can change or delete it before its time; no where it was never said.
    pub is_immutable: MaybeUndefined<bool>,
    /// Where it was written to.
    pub destination: MaybeUndefined<String>,
    /// Day on which it was last restored to see that it can be.
    pub restore_tested_on: MaybeUndefined<Date>,
    /// Where the record comes from, such as the name of a tool.
    pub source: MaybeUndefined<String>,
}

impl BackupRecordDetails {
    fn write(self, row: &mut backup_record::ActiveModel) -> Result<()> {
        patch(&mut row.started_at, self.started_at);
        patch_required(&mut row.is_good, self.is_good, "isGood")?;
        patch_required(&mut row.is_immutable, self.is_immutable, "isImmutable")?;
        patch(&mut row.destination, self.destination);
        patch(&mut row.restore_tested_on, self.restore_tested_on);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// A copy of the data of an item.
#[derive(Clone, Debug, InputObject)]
pub struct NewBackupRecord {
    /// The item, with its id as a service, an asset or whatever it is.
    pub item: ID,
    /// What sort of copy.
    pub kind: BackupKind,
    /// When it was complete: the data are those of this moment. Not in the future.
    pub completed_at: Moment,
    /// What else is to be said.
    #[graphql(default)]
    pub details: BackupRecordDetails,
}

impl NewBackupRecord {
    fn row(self, item: ConfigurationItemId) -> Result<backup_record::ActiveModel> {
        let mut row = backup_record::ActiveModel {
            item_id: Set(item),
            kind: Set(self.kind.into()),
            completed_at: Set(self.completed_at),
            ..Default::default()
        };
        self.details.write(&mut row)?;
        if row.is_good.is_not_set() {
            row.is_good = Set(true);
        }
        if row.is_immutable.is_not_set() {
            row.is_immutable = Set(false);
        }
        Ok(row)
    }
}

/// What of a backup may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct BackupRecordChanges {
    /// What sort of copy.
    pub kind: MaybeUndefined<BackupKind>,
    /// When it was complete: the data are those of this moment. Not in the future.
    pub completed_at: MaybeUndefined<Moment>,
    /// What else is to be said.
    #[graphql(flatten)]
    pub details: BackupRecordDetails,
}

impl BackupRecordChanges {
    fn row(self) -> Result<backup_record::ActiveModel> {
        let mut row = backup_record::ActiveModel::default();
        patch_required(&mut row.kind, self.kind, "kind")?;
        patch_required(&mut row.completed_at, self.completed_at, "completedAt")?;
        self.details.write(&mut row)?;
        Ok(row)
    }
}

async fn record(tx: &Tx, input: NewBackupRecord) -> Result<backup_record::Model> {
    let item = things::item(tx, "item", &input.item).await?;
    backups::record(tx, input.row(item)?).await
}

/// What became of one backup record.
#[derive(SimpleObject)]
pub struct RecordedBackup {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The backup record as it is recorded now.
    backup: Option<BackupRecord>,
    /// Why it was refused.
    error: Option<RowError>,
}

/// Changes of backups.
#[derive(Default)]
pub struct BackupMutation;

/// Changes of backups.
#[Object]
impl BackupMutation {
    /// Records a backup of an item.
    async fn record_backup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewBackupRecord,
    ) -> Result<BackupRecord> {
        let recorded = change(ctx, Permission::EditTopology, async |tx| record(tx, input).await);
        Ok(Record::whole(recorded.await?).into())
    }

    /// Records many backups, each by itself: what is refused undoes only its own row.
    async fn record_backups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewBackupRecord>,
    ) -> Result<Vec<RecordedBackup>> {
        let outcomes = change(ctx, Permission::EditTopology, async |tx| {
            require_rows("inputs", inputs.len())?;
            each(tx, inputs, record).await
        })
        .await?;
        let rows = bulk::rows::<BackupRecord>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, backup, error)| RecordedBackup { index, backup, error }).collect())
    }

    /// Changes the record of a backup, such as after it was restored for a test.
    async fn update_backup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BackupRecordId>,
        #[graphql(desc = "What is to change.")] changes: BackupRecordChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<BackupRecord> {
        let changed = change(ctx, Permission::EditTopology, async |tx| {
            let given = changes.row()?;
            backups::update(tx, *id, expected_version, |row| overlay(row, &given)).await
        });
        Ok(Record::whole(changed.await?).into())
    }

    /// Removes the record of a backup that is kept no longer, and answers with its id.
    async fn remove_backup(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<BackupRecordId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditTopology, async |tx| backups::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
