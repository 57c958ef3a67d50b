//! That an initiative shows in a line of the ledger, which no other may claim.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{SavingsClaimId, SavingsInitiativeId};

/// A row of `savings_claim`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "savings_claim")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SavingsClaimId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The initiative that claims it.
    pub initiative_id: SavingsInitiativeId,
    /// Cost centre of the line.
    pub cost_centre: String,
    /// Account of the line.
    pub account: String,
    /// Month of the line, as its first day.
    pub month: Date,
    /// Document of the line; empty where all of cost centre, account and month is claimed.
    pub document: String,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::savings_initiative::Entity",
        from = "Column::InitiativeId",
        to = "super::savings_initiative::Column::Id",
        on_delete = "Restrict"
    )]
    Initiative,
}

impl ActiveModelBehavior for ActiveModel {}
