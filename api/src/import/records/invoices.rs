//! Records of what vendors bill and offer.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::Origin;

/// An invoice, without its lines. Key: `contract` and `number`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Invoice {
    pub origin: Origin,
    /// Number of the contract.
    pub contract: String,
    pub number: String,
    pub dated_on: Option<NaiveDate>,
    /// First day of the month.
    pub month: Option<NaiveDate>,
    pub total_amount: Option<Decimal>,
    pub currency: Option<String>,
    /// `OPEN`, `DISPUTED`, `ACCEPTED` or `CREDITED`.
    pub status: Option<String>,
    pub dispute_deadline_on: Option<NaiveDate>,
    pub received_on: Option<NaiveDate>,
    pub disputed_on: Option<NaiveDate>,
    pub dispute_reason: Option<String>,
    pub note: Option<String>,
    pub source: Option<String>,
}

/// A line of an invoice. Key: `contract`, `invoice` and `line`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct InvoiceLine {
    pub origin: Origin,
    /// Number of the contract.
    pub contract: String,
    /// Number of the invoice.
    pub invoice: String,
    /// From 1.
    pub line: i32,
    pub amount: Option<Decimal>,
    pub description: Option<String>,
    /// The date on the invoice, for one that is new.
    pub dated_on: Option<NaiveDate>,
    /// First day of the month that the invoice is for, for one that is new.
    pub month: Option<NaiveDate>,
    /// Position of the charge in the price sheet, from 1.
    pub charge: Option<i32>,
    /// First day of the month.
    pub service_month: Option<NaiveDate>,
    pub kind: Option<String>,
    pub quantity: Option<Decimal>,
    pub unit_price_amount: Option<Decimal>,
    pub metered_kilowatt_hours: Option<Decimal>,
    pub metered_peak_kilowatts: Option<Decimal>,
}

/// A price that is held. Key: `vendor` and `reference`.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Offer {
    pub origin: Origin,
    /// Code of the vendor.
    pub vendor: String,
    pub reference: String,
    pub subject: Option<String>,
    pub amount: Option<Decimal>,
    pub currency: Option<String>,
    pub quoted_on: Option<NaiveDate>,
    pub valid_until_on: Option<NaiveDate>,
    /// Number of the contract.
    pub colocation_contract: Option<String>,
    /// Number of the contract.
    pub support_contract: Option<String>,
    /// `OPEN`, `ACCEPTED` or `DECLINED`.
    pub status: Option<String>,
    pub decided_on: Option<NaiveDate>,
    pub note: Option<String>,
    pub source: Option<String>,
}
