//! A copy of the data of an item.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{BackupRecordId, ConfigurationItemId};

/// A row of `backup_record`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "backup_record")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BackupRecordId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Whose data.
    pub item_id: ConfigurationItemId,
    /// What sort of copy.
    pub kind: BackupKind,
    /// When copying began.
    pub started_at: Option<DateTimeUtc>,
    /// When it was complete: the data are those of this moment.
    pub completed_at: DateTimeUtc,
    /// Whether it ended without an error.
    pub is_good: bool,
    /// Whether nobody can change or delete it before its time.
    pub is_immutable: bool,
    /// Where it was written to.
    pub destination: Option<String>,
    /// Day on which it was last restored to see that it can be.
    pub restore_tested_on: Option<Date>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Sorts of copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BackupKind {
    /// All of it.
    Full,
    /// What changed since the last copy.
    Incremental,
    /// A state that the storage keeps.
    Snapshot,
    /// A copy that follows, as of a moment.
    Replica,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::topology::configuration_item::Entity",
        from = "Column::ItemId",
        to = "crate::topology::configuration_item::Column::Id",
        on_delete = "Restrict"
    )]
    Item,
}

impl ActiveModelBehavior for ActiveModel {}
