//! An account, subscription or project with a cloud provider.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ProviderAccountId, VendorId};

/// A row of `provider_account`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "provider_account")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProviderAccountId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The provider.
    pub provider: Provider,
    /// The provider's number for it; unique within the provider.
    pub account_number: String,
    /// Name for people.
    pub name: String,
    /// ISO 4217 code it is billed in.
    pub currency: String,
    /// The vendor that is paid.
    pub vendor_id: Option<VendorId>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// A cloud provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Provider {
    /// Amazon Web Services.
    Aws,
    /// Microsoft Azure.
    Azure,
    /// Google Cloud.
    Gcp,
    /// Oracle Cloud Infrastructure.
    Oci,
    /// IBM Cloud.
    Ibm,
    /// Any other.
    Other,
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
}

impl ActiveModelBehavior for ActiveModel {}
