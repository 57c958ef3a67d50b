//! A caller's key for a creation, so that a repeated request makes nothing twice.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::IdempotencyKeyId;

/// A row of `idempotency_key`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: IdempotencyKeyId,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// Who used the key.
    pub actor: String,
    /// The key; unique within its actor.
    pub key: String,
    /// What was asked for.
    pub operation: String,
    /// SHA-256 of the input, in hexadecimal: the same key with another input is refused.
    pub input_hash: String,
    /// The row that was made.
    pub row_id: Uuid,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
