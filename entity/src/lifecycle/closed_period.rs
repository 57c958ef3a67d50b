//! Up to which month a set of books is closed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::depreciation_rule::Book;
use crate::id::{ClosedPeriodId, FiscalCalendarId};

/// A row of `closed_period`. The latest of a book counts; the others say how it came there.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "closed_period")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClosedPeriodId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The set of books.
    pub book: Book,
    /// Last day that is closed: the last of a month. Unique with the book.
    pub through_on: Date,
    /// The fiscal calendar by which it was closed; none is calendar years.
    pub fiscal_calendar_id: Option<FiscalCalendarId>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::finance::fiscal_calendar::Entity",
        from = "Column::FiscalCalendarId",
        to = "crate::finance::fiscal_calendar::Column::Id",
        on_delete = "Restrict"
    )]
    FiscalCalendar,
}

impl ActiveModelBehavior for ActiveModel {}
