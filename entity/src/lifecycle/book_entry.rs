//! What a set of books says of one asset, or of a component of it, in place of what a rule would give.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::depreciation_rule::{Book, Convention, DepreciationMethod, ScheduleRounding};
use crate::id::{AssetId, BookEntryId};
use crate::money::{Amount, Rate};

/// A row of `book_entry`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "book_entry")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BookEntryId,
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
    /// The name of a component that has a life of its own; empty is the asset itself. Unique with the asset and the
    /// book.
    pub component: String,
    /// The class it is reported in; none is that of its kind.
    pub class: Option<String>,
    /// Capitalised cost.
    pub cost_amount: Amount,
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// What is expected to be left; none is what the rule says.
    pub salvage_amount: Option<Amount>,
    /// The rule that its terms were taken from when the books were closed.
    pub rule_name: Option<String>,
    /// How cost is spread; none is as the rule says.
    pub method: Option<DepreciationMethod>,
    /// Whether a declining method changes to straight line; none is as the rule says.
    pub switch_to_straight_line: Option<bool>,
    /// Life, in months; none is as the rule says.
    pub life_months: Option<i32>,
    /// Which part of the first and last month counts; none is as the rule says.
    pub convention: Option<Convention>,
    /// Where rounding differences go; none is as the rule says.
    pub rounding: Option<ScheduleRounding>,
    /// Class of property for income tax in the United States, in the book `TAX` only.
    pub tax_class: Option<TaxClass>,
    /// Share of the cost that is deducted at once.
    pub bonus_rate: Option<Rate>,
    /// Whether it follows the mid-quarter convention of tax; none is what the test of its year says.
    pub mid_quarter: Option<bool>,
    /// First day of service; none is the asset's.
    pub in_service_on: Option<Date>,
    /// The day depreciation starts, where that is later.
    pub depreciable_from: Option<Date>,
    /// What was depreciated before it came into these books.
    pub opening_amount: Option<Amount>,
    /// First day of the first month that these books charge after that.
    pub opening_from: Option<Date>,
    /// First day of the month that was the first open one when it was entered, where it belongs to earlier ones.
    pub posted_from: Option<Date>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// A class of property for income tax in the United States.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TaxClass {
    /// Three years.
    ThreeYears,
    /// Five years.
    FiveYears,
    /// Seven years.
    SevenYears,
    /// Ten years.
    TenYears,
    /// Fifteen years.
    FifteenYears,
    /// Twenty years.
    TwentyYears,
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
}

impl ActiveModelBehavior for ActiveModel {}
