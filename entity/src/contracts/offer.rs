//! A price that a vendor holds for a while.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ColocationContractId, OfferId, SupportContractId, VendorId};
use crate::money::Amount;

/// A row of `offer`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "offer")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OfferId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Who offers.
    pub vendor_id: VendorId,
    /// The vendor's reference, unique with the vendor.
    pub reference: String,
    /// The colocation contract it is about, if it is about one.
    pub colocation_contract_id: Option<ColocationContractId>,
    /// The support contract it is about, if it is about one.
    pub support_contract_id: Option<SupportContractId>,
    /// What is offered.
    pub subject: String,
    /// The price.
    pub amount: Amount,
    /// ISO 4217 code of the price.
    pub currency: String,
    /// Day of the offer.
    pub quoted_on: Date,
    /// Last day the price is held.
    pub valid_until_on: Date,
    /// What became of it.
    pub status: OfferStatus,
    /// Day it was accepted or declined.
    pub decided_on: Option<Date>,
    /// Anything else worth knowing.
    pub note: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OfferStatus {
    /// Not decided yet.
    Open,
    /// Accepted.
    Accepted,
    /// Declined.
    Declined,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "crate::inventory::vendor::Entity",
        from = "Column::VendorId",
        to = "crate::inventory::vendor::Column::Id",
        on_delete = "Restrict"
    )]
    Vendor,
    #[sea_orm(
        belongs_to = "super::colocation_contract::Entity",
        from = "Column::ColocationContractId",
        to = "super::colocation_contract::Column::Id",
        on_delete = "Restrict"
    )]
    ColocationContract,
    #[sea_orm(
        belongs_to = "super::support_contract::Entity",
        from = "Column::SupportContractId",
        to = "super::support_contract::Column::Id",
        on_delete = "Restrict"
    )]
    SupportContract,
}

impl ActiveModelBehavior for ActiveModel {}
