//! A secret that lets a program call as a user; only its hash is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ApiTokenId, UserId};

/// A row of `api_token`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiTokenId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Whom it calls as.
    pub user_id: UserId,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the secret, in hexadecimal; unique. Left out wherever the row is written down, such as in
    /// the change log.
    #[serde(skip)]
    pub token_hash: String,
    /// First characters of the secret, to tell tokens apart.
    pub token_prefix: String,
    /// When it stops working; none is never.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was withdrawn.
    pub revoked_at: Option<DateTimeUtc>,
    /// When it last let a caller in.
    pub last_used_at: Option<DateTimeUtc>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::user::Entity",
        from = "Column::UserId",
        to = "super::user::Column::Id",
        on_delete = "Cascade"
    )]
    User,
}

impl ActiveModelBehavior for ActiveModel {}
