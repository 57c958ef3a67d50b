//! A contract for space, power and connections in someone else's data center.

use rust_decimal::Decimal;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{ColocationContractId, VendorId};
use crate::money::Rate;

/// A row of `colocation_contract`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "colocation_contract")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ColocationContractId,
    /// Rises by one with every change.
    pub version: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row was last changed.
    pub updated_at: DateTimeUtc,
    /// Contract number; unique.
    pub number: String,
    /// The provider.
    pub vendor_id: VendorId,
    /// The agreement it hangs under.
    pub master_agreement: Option<String>,
    /// ISO 4217 code of every price in it.
    pub currency: String,
    /// Day of signature.
    pub signed_on: Date,
    /// Day the initial term and the billing begin.
    pub billing_starts_on: Date,
    /// Length of the initial term, in months.
    pub initial_term_months: i32,
    /// Last day of the initial term as the contract states it, where it does.
    pub stated_end_on: Option<Date>,
    /// Whether it renews unless notice is given.
    pub auto_renew: bool,
    /// Length of each renewal, in months.
    pub renewal_term_months: Option<i32>,
    /// How often it renews by itself; none is without end.
    pub maximum_renewals: Option<i32>,
    /// How a renewal is priced.
    pub renewal_price_rule: RenewalPriceRule,
    /// What a renewal adds to the price, as a fraction.
    pub renewal_uplift: Option<Rate>,
    /// The index that a renewal follows, where it is priced by one.
    #[sea_orm(column_type = "JsonBinary")]
    pub renewal_index: Option<IndexTerms>,
    /// Latest notice before the end of term, in the notice unit.
    pub notice_minimum: i32,
    /// Earliest notice before the end of term, in the notice unit.
    pub notice_maximum: Option<i32>,
    /// What notice is counted in.
    pub notice_unit: NoticeUnit,
    /// How and to whom notice must be given.
    pub notice_method: Option<String>,
    /// Day notice was given.
    pub notice_given_on: Option<Date>,
    /// Proof that it was.
    pub notice_evidence: Option<String>,
    /// Price after the end without renewal, as a multiple of the last.
    pub holdover_multiplier: Option<Rate>,
    /// How part of a month is billed.
    pub proration: Proration,
    /// Days in which an invoice may be disputed.
    pub dispute_window_days: Option<i32>,
    /// What it is in the books.
    pub classification: Classification,
    /// Days a decision is due before the notice deadline; none is the company's usual lead.
    pub decision_lead_days: Option<i32>,
    /// Days proposals are asked for before the decision is due; none is not at all.
    pub proposal_lead_days: Option<i32>,
    /// Days that moving out takes; none is not planned.
    pub migration_days: Option<i32>,
    /// Days between the last move and the last day.
    pub decommission_buffer_days: Option<i32>,
    /// What leaving early costs; none is not agreed or not known.
    #[sea_orm(column_type = "JsonBinary")]
    pub termination_rule: Option<TerminationRule>,
    /// Team or person who answers for it.
    pub owner: Option<String>,
    /// Where the record came from.
    pub source: Option<String>,
}

/// How a renewal is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RenewalPriceRule {
    /// The last price plus the stated uplift.
    FixedUplift,
    /// The last price moved by a consumer price index.
    Cpi,
    /// The provider's list price of the day.
    ThenCurrent,
    /// To be agreed.
    Market,
}

/// How a price follows a price index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct IndexTerms {
    /// Name of the index.
    pub series: String,
    /// How many months before the rise the index is read.
    #[serde(default)]
    pub lag_months: i32,
    /// Least rise, as a fraction.
    #[serde(default)]
    pub floor: Option<Decimal>,
    /// Greatest rise, as a fraction.
    #[serde(default)]
    pub cap: Option<Decimal>,
    /// Whether a falling index leaves the price as it is.
    #[serde(default)]
    pub no_decrease: bool,
}

/// What leaving early costs: a share of what is still contracted with what was advanced and a fixed fee, or a table,
/// or a fixed fee alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(deny_unknown_fields)]
pub struct TerminationRule {
    /// Share of the remaining monthly charges, as a fraction.
    #[serde(default)]
    pub share: Option<Decimal>,
    /// What was advanced at the start.
    #[serde(default)]
    pub advances: Vec<TerminationAdvance>,
    /// The fee by contract months that are over, in order.
    #[serde(default)]
    pub table: Vec<TerminationStep>,
    /// A fixed fee, in the contract's currency.
    #[serde(default)]
    pub fixed: Option<Decimal>,
}

/// What one side advanced at the start of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminationAdvance {
    /// How much, in the contract's currency.
    pub amount: Decimal,
    /// First day of the months it is written off over.
    pub from_on: Date,
    /// Over how many months.
    pub months: i32,
}

/// The fee from a number of contract months on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TerminationStep {
    /// Contract months that are over.
    pub from_contract_month: i32,
    /// The fee, in the contract's currency.
    pub fee: Decimal,
}

/// What a notice period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum NoticeUnit {
    /// Every day.
    CalendarDays,
    /// Monday to Friday.
    BusinessDays,
    /// Calendar months.
    Months,
}

/// How part of a month is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Proration {
    /// Days used over days of the calendar month.
    ActualDaysCalendar,
    /// Days used over days of the month counted from the billing day.
    ContractMonth,
}

/// What a contract is in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Classification {
    /// A service, spent as it is received.
    Service,
    /// An operating lease.
    LeaseOperating,
    /// A finance lease.
    LeaseFinance,
    /// Not yet judged.
    Undetermined,
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
