//! A company that things are bought, leased or rented from.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::VendorId;

/// A row of `vendor`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "vendor")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VendorId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Short code that imports and people use; unique.
    pub code: String,
    /// Legal or trade name.
    pub name: String,
    /// Where orders and notices go.
    pub contact_email: Option<String>,
    /// Our account with the vendor.
    pub account_number: Option<String>,
    /// Days from invoice to payment.
    pub payment_terms_days: i32,
    /// Free text.
    pub notes: Option<String>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
