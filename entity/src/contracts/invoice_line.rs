//! A line of an invoice.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use super::colocation_charge;
use crate::id::{ColocationChargeId, InvoiceId, InvoiceLineId};
use crate::money::{Amount, Rate};

/// A row of `invoice_line`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "invoice_line")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvoiceLineId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// The invoice it is on.
    pub invoice_id: InvoiceId,
    /// Number of the line, from 1.
    pub position: i32,
    /// The charge that it bills; none where it bills none of them.
    pub charge_id: Option<ColocationChargeId>,
    /// The month of service; none is that of the invoice.
    pub service_month: Option<Date>,
    /// What kind of charge it says it is; none where it says nothing.
    pub kind: Option<colocation_charge::ChargeKind>,
    /// What it says.
    pub description: String,
    /// How much; negative for a credit.
    pub amount: Amount,
    /// How many units it bills.
    pub quantity: Option<Rate>,
    /// Price of a unit as it states it.
    pub unit_price_amount: Option<Amount>,
    /// Energy it states, in kilowatt-hours.
    pub metered_kilowatt_hours: Option<Rate>,
    /// Peak it states, in kilowatts.
    pub metered_peak_kilowatts: Option<Rate>,
}

/// The rows this one refers to.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    #[sea_orm(
        belongs_to = "super::invoice::Entity",
        from = "Column::InvoiceId",
        to = "super::invoice::Column::Id",
        on_delete = "Restrict"
    )]
    Invoice,
    #[sea_orm(
        belongs_to = "super::colocation_charge::Entity",
        from = "Column::ChargeId",
        to = "super::colocation_charge::Column::Id",
        on_delete = "Restrict"
    )]
    Charge,
}

impl ActiveModelBehavior for ActiveModel {}
