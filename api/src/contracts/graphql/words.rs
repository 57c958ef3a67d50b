//! The closed lists of words of contracts, and their findings.

use async_graphql::{Enum, SimpleObject};
use entity::contracts::{colocation_charge, colocation_contract, support_contract};

use crate::{
    contracts::findings,
    schema::scalar::{Money, plain},
};

/// How a renewal is priced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_contract::RenewalPriceRule")]
pub enum RenewalPriceRule {
    /// The last price plus the stated uplift.
    FixedUplift,
    /// The last price moved by a price index.
    Cpi,
    /// The provider's list price of the day.
    ThenCurrent,
    /// To be agreed.
    Market,
}

/// What a notice period is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_contract::NoticeUnit")]
pub enum NoticeUnit {
    /// Every day.
    CalendarDays,
    /// Monday to Friday.
    BusinessDays,
    /// Calendar months.
    Months,
}

/// How part of a month is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_contract::Proration")]
pub enum Proration {
    /// Days used over days of the calendar month.
    ActualDaysCalendar,
    /// Days used over days of the month counted from the billing day.
    ContractMonth,
}

/// What a contract is in the books. The accountants judge it; nothing is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_contract::Classification")]
pub enum ContractClassification {
    /// A service, spent as it is received.
    Service,
    /// An operating lease.
    LeaseOperating,
    /// A finance lease.
    LeaseFinance,
    /// Not yet judged.
    Undetermined,
}

/// What a colocation charge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_charge::ChargeKind")]
pub enum ChargeKind {
    /// Space by committed kilowatts.
    SpaceKw,
    /// Space by cabinets.
    SpaceCabinet,
    /// A cage.
    SpaceCage,
    /// A circuit, used or not.
    PowerCircuit,
    /// Energy by the meter: the price is for a kilowatt-hour.
    PowerMetered,
    /// A cable to another tenant or a carrier.
    CrossConnect,
    /// Internet or transport.
    Bandwidth,
    /// Work by the provider's staff.
    RemoteHands,
    /// Tax that cannot be reclaimed.
    Tax,
    /// Charged once, on its first day.
    NonRecurring,
    /// Given back every month; stated positive.
    Credit,
}

/// What a commitment of power is stated in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_charge::PowerUnit")]
pub enum PowerUnit {
    /// Real power, in kilowatts.
    Kilowatt,
    /// Apparent power, in kilovolt-amperes: times the power factor it is the real one.
    KilovoltAmpere,
}

/// When a charge is billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_charge::Billing")]
pub enum ChargeBilling {
    /// Before the month it is for.
    Advance,
    /// After the month it is for.
    Arrears,
}

/// What moves an escalated price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_charge::EscalatorKind")]
pub enum EscalatorKind {
    /// A fixed rate.
    Fixed,
    /// A price index.
    Cpi,
    /// A table of rates.
    Table,
    /// Nothing.
    None,
}

/// Which day the rises of an escalator are counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "colocation_charge::EscalatorAnchor")]
pub enum EscalatorAnchor {
    /// The start of billing.
    Anniversary,
    /// The first of January.
    CalendarJanuary,
    /// The day stated.
    Explicit,
}

/// How long the billing period of a support contract is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "support_contract::BillingFrequency")]
pub enum BillingFrequency {
    /// A month.
    Monthly,
    /// Three months.
    Quarterly,
    /// A year.
    Yearly,
    /// The whole term, paid at its start.
    Prepaid,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FindingSeverity {
    /// The contract cannot be computed.
    Error,
    /// Worth a look; the contract is computed nevertheless.
    Warning,
}

/// One thing about a contract that should not be so.
#[derive(Clone, Debug, SimpleObject)]
pub struct ContractFinding {
    /// The field, by its path from the contract: `charges[0].escalator.rate`.
    field: String,
    /// Its value. Null where it is missing, and where it is a price that the caller may not see.
    value: Option<String>,
    /// The rule that it breaks.
    rule: String,
    /// How bad it is.
    severity: FindingSeverity,
    /// What is billed each month at the prices of the day for what it is about: a charge by its list price, the power
    /// that is paid for, or all of the contract. Null where that cannot be told, and when the caller may not see
    /// prices.
    affects: Option<Money>,
}

impl ContractFinding {
    /// A finding, with its value hidden from those who may not see prices where it is one.
    pub(super) fn new(finding: findings::Finding, currency: &str, sees_prices: bool) -> Self {
        let is_price = finding.field.ends_with("unitPrice") || finding.field == "charge";
        Self {
            field: finding.field,
            value: finding.value.filter(|_| sees_prices || !is_price),
            rule: finding.rule,
            severity: if finding.is_error { FindingSeverity::Error } else { FindingSeverity::Warning },
            affects: finding
                .affects
                .filter(|_| sees_prices)
                .map(|amount| Money { amount: plain(amount), currency: currency.to_owned() }),
        }
    }
}
