//! A record of one change: who, when, what, before and after. Written once, never changed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::ChangeId;

/// A row of `change`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChangeId,
    /// When it was made.
    pub at: DateTimeUtc,
    /// Who made it.
    pub actor: String,
    /// The role they had.
    pub role: String,
    /// The request it was made in.
    pub request_id: String,
    /// The table that changed.
    pub entity: String,
    /// The row that changed; none for a bulk change.
    pub row_id: Option<Uuid>,
    /// What was done.
    pub action: ChangeAction,
    /// The row before, where there was one.
    #[sea_orm(column_type = "JsonBinary")]
    pub before: Option<Json>,
    /// The row after, where there is one, or the summary of a bulk change.
    #[sea_orm(column_type = "JsonBinary")]
    pub after: Option<Json>,
    /// Why, where the caller said.
    pub reason: Option<String>,
}

/// What was done to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChangeAction {
    /// It was made.
    Insert,
    /// It was changed.
    Update,
    /// It was removed.
    Delete,
    /// Many rows at once, summed up in one record.
    Bulk,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
