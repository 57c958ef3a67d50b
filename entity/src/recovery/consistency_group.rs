//! Items that recover together, to one point in time.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::ConsistencyGroupId;

/// A row of `consistency_group`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "consistency_group")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsistencyGroupId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Name; unique.
    pub name: String,
    /// Minutes that copies of its members may lie apart and still be of one moment.
    pub tolerance_minutes: i32,
    /// What else is to be said.
    pub note: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
