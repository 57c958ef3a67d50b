//! A period of a fiscal year that is closed for postings.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{FiscalCalendarId, PeriodCloseId};

/// A row of `period_close`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "period_close")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PeriodCloseId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The calendar.
    pub calendar_id: FiscalCalendarId,
    /// Label of the fiscal year.
    pub fiscal_year: i32,
    /// The period, 1 to 12; 13 for adjustments of the year.
    pub period: i32,
    /// The day on which it was closed.
    pub closed_on: Date,
    /// Who closed it.
    pub closed_by: String,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::fiscal_calendar::Entity",
        from = "Column::CalendarId",
        to = "super::fiscal_calendar::Column::Id",
        on_delete = "Restrict"
    )]
    Calendar,
}

impl ActiveModelBehavior for ActiveModel {}
