//! An invoice for a colocation contract.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ColocationContractId, InvoiceId, VendorId};
use crate::money::Amount;

/// A row of `invoice`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "invoice")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvoiceId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The contract it is for.
    pub contract_id: ColocationContractId,
    /// The vendor that sent it.
    pub vendor_id: VendorId,
    /// Number of the invoice, unique with its vendor.
    pub number: String,
    /// The date on it.
    pub dated_on: Date,
    /// The month it is for.
    pub month: Date,
    /// ISO 4217 code of its amounts.
    pub currency: String,
    /// What it comes to; negative for a credit note.
    pub total_amount: Amount,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// Last day to dispute it; none where the contract states no window.
    pub dispute_deadline_on: Option<Date>,
    /// Day it was received.
    pub received_on: Option<Date>,
    /// Day it was disputed.
    pub disputed_on: Option<Date>,
    /// Why it is disputed.
    pub dispute_reason: Option<String>,
    /// Anything else worth knowing.
    pub note: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceStatus {
    /// Received, and neither accepted nor disputed.
    Open,
    /// Disputed with the vendor.
    Disputed,
    /// Accepted for payment.
    Accepted,
    /// The vendor gave the disputed amount back.
    Credited,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::colocation_contract::Entity",
        from = "Column::ContractId",
        to = "super::colocation_contract::Column::Id",
        on_delete = "Restrict"
    )]
    Contract,
    #[sea_orm(
        belongs_to = "crate::inventory::vendor::Entity",
        from = "Column::VendorId",
        to = "crate::inventory::vendor::Column::Id",
        on_delete = "Restrict"
    )]
    Vendor,
}

impl ActiveModelBehavior for ActiveModel {}
