//! How soon an item has to be up again, how soon it is by itself, and how often it is up.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ConfigurationItemId, RecoveryObjectiveId};
use crate::money::Rate;

/// A row of `recovery_objective`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recovery_objective")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecoveryObjectiveId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The item; each has at most one objective.
    pub item_id: ConfigurationItemId,
    /// Recovery time objective: minutes in which it has to be up again.
    pub time_minutes: Option<i32>,
    /// Recovery point objective: minutes of data that may be lost.
    pub point_minutes: Option<i32>,
    /// Minutes it takes by itself, once all it needs is up.
    pub own_minutes: Option<i32>,
    /// Minutes that switching over to a passive twin takes on top of its own.
    pub failover_minutes: Option<i32>,
    /// Whether it holds data of its own.
    pub bears_data: bool,
    /// Share of time it has to be up, from 0 to 1.
    pub availability_target: Option<Rate>,
    /// Share of time it was up by itself, from 0 to 1; what it needs does not count.
    pub observed_availability: Option<Rate>,
    /// Day of its last material change: what was shown before shows nothing any more.
    pub changed_on: Option<Date>,
    /// What else is to be said.
    pub note: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
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
