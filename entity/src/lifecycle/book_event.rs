//! What happened to an asset in a set of books.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::depreciation_rule::Book;
use crate::id::{AssetId, BookEventId, SiteId};
use crate::money::{Amount, Rate};

/// A row of `book_event`. Amounts are in the currency of the asset in the books.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "book_event")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BookEventId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The asset.
    pub asset_id: AssetId,
    /// The set of books.
    pub book: Book,
    /// The component it happened to; empty is the asset itself.
    pub component: String,
    /// What happened.
    pub kind: BookEventKind,
    /// The day. Unique with the asset, the book, the component and the kind.
    pub happened_on: Date,
    /// First day of the month that was the first open one when it was recorded, where it happened before.
    pub posted_from: Option<Date>,
    /// Of an impairment: what it is still worth.
    pub recoverable_amount: Option<Amount>,
    /// Of a change of life: the new whole life, in months.
    pub life_months: Option<i32>,
    /// Of a change of life: months by which it becomes longer, or shorter below zero.
    pub added_months: Option<i32>,
    /// Of a change of life: months that are left.
    pub remaining_months: Option<i32>,
    /// Of an impairment or a change of life: the new salvage, where it changes too.
    pub salvage_amount: Option<Amount>,
    /// Of a disposal: what it brought.
    pub proceeds_amount: Option<Amount>,
    /// Of a disposal: what selling cost.
    pub sale_cost_amount: Option<Amount>,
    /// Of a disposal in part: the cost that left.
    pub disposed_amount: Option<Amount>,
    /// Of a disposal in part: the share that left of what was there.
    pub disposed_share: Option<Rate>,
    /// Of a disposal in part: the pieces that left.
    pub disposed_quantity: Option<i32>,
    /// Of a disposal in part: the pieces there were before.
    pub held_quantity: Option<i32>,
    /// Of another first day of service: the day.
    pub in_service_on: Option<Date>,
    /// Of a transfer: the site it was at.
    pub from_site_id: Option<SiteId>,
    /// Of a transfer: the site it is at from then on.
    pub to_site_id: Option<SiteId>,
    /// Of a transfer: what it was charged to.
    pub from_cost_centre: Option<String>,
    /// Of a transfer: what it is charged to from then on.
    pub to_cost_centre: Option<String>,
    /// Of a transfer: the class it was reported in.
    pub from_class: Option<String>,
    /// Of a transfer: the class it is reported in from then on.
    pub to_class: Option<String>,
    /// Anything else.
    pub notes: Option<String>,
}

/// What can happen to an asset in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BookEventKind {
    /// It is worth less than its book value.
    Impairment,
    /// It serves longer or shorter.
    LifeChange,
    /// All or part of it leaves.
    Disposal,
    /// It goes to another site, cost centre or class.
    Transfer,
    /// It turns out to have been in service since another day.
    Service,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::inventory::asset::Entity",
        from = "Column::AssetId",
        to = "crate::inventory::asset::Column::Id",
        on_delete = "Restrict"
    )]
    Asset,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::FromSiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    FromSite,
    #[sea_orm(
        belongs_to = "crate::inventory::site::Entity",
        from = "Column::ToSiteId",
        to = "crate::inventory::site::Column::Id",
        on_delete = "Restrict"
    )]
    ToSite,
}

impl ActiveModelBehavior for ActiveModel {}
