//! The terms of a contract and its charges, as values.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::escalation::{CpiTerms, Escalator};
use super::meter::PueRule;
use super::straight_line::Recognition;
use crate::error::Result;
use crate::money::Currency;
use crate::quantity;

/// A colocation contract: its own term, whatever the master agreement above it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Currency of every price in it.
    pub currency: Currency,
    /// When it was signed; its value is committed in that month. `None` takes the start of billing.
    pub signed: Option<NaiveDate>,
    /// First day that is billed; contract months and anniversaries count from here.
    pub billing_start: NaiveDate,
    /// Months of the initial term.
    pub initial_term_months: u32,
    /// The end date as the paper states it. The computed one is used; a difference is reported.
    pub stated_end: Option<NaiveDate>,
    /// How it renews by itself; `None` where it ends with the initial term.
    pub renewal: Option<Renewal>,
    /// Notice that keeps it from renewing.
    pub notice: Option<Notice>,
    /// The day valid notice was given, if it was.
    pub notice_given: Option<NaiveDate>,
    /// How a part of a month is billed.
    pub proration: Proration,
    /// In which months fixed charges are expense.
    pub recognition: Recognition,
    /// What is charged.
    pub charges: Vec<Charge>,
}

/// Automatic renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// Months of each renewal.
    pub term_months: u32,
    /// How many times it renews; `None` for without limit.
    pub maximum: Option<u32>,
    /// What happens to prices. After the initial term this rule alone moves them, once at the start of each
    /// renewal; escalators of charges rest.
    pub price: RenewalPrice,
}

/// What happens to prices at the start of a renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewalPrice {
    /// They rise by a fraction (0.03 is 3 %), unless the charge states its own.
    FixedUplift(Decimal),
    /// They follow a consumer price index.
    Cpi(CpiTerms),
    /// The provider's list price of that day. Unknown, so the last price is held and marked as an estimate.
    ThenCurrent,
    /// The market price of that day. Unknown, so the last price is held and marked as an estimate.
    Market,
}

/// Notice to end the contract at the end of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// The least notice, counted back from the last day of the term.
    pub minimum: u32,
    /// The most notice, before which none is accepted.
    pub maximum: Option<u32>,
    /// What both are counted in.
    pub unit: NoticeUnit,
    /// Whether a deadline on a day of rest moves to the business day before.
    pub previous_business_day: bool,
}

/// What a notice period is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeUnit {
    /// All days.
    CalendarDays,
    /// Days that are neither weekend nor holiday.
    BusinessDays,
    /// Months, clamped to the end of shorter ones.
    Months,
}

/// How a part of a month is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Proration {
    /// By calendar months: each day costs the month's price divided by the days of the calendar month.
    #[default]
    ActualDaysCalendar,
    /// By contract months: whole months from the start of billing, each placed in the calendar month in which
    /// it begins.
    ContractMonth,
}

/// What a charge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChargeKind {
    /// Space by committed kW per month.
    SpaceKw,
    /// Space by cabinets per month.
    SpaceCabinet,
    /// A cage per month.
    SpaceCage,
    /// Power by circuits per month.
    PowerCircuit,
    /// Power by metered kWh.
    PowerMetered,
    /// Cross-connects per month.
    CrossConnect,
    /// Bandwidth per month.
    Bandwidth,
    /// Remote hands, as an expected amount per month.
    RemoteHands,
    /// Taxes, as an amount per month.
    Tax,
    /// An amount charged once, on its first day.
    NonRecurring,
    /// An amount credited per month: stated positive, it lowers the cost.
    Credit,
}

impl ChargeKind {
    /// Whether an agreed amount falls due every month: all kinds but metered power, which follows what is drawn, and
    /// what is charged once.
    pub fn is_monthly(self) -> bool {
        !matches!(self, Self::PowerMetered | Self::NonRecurring)
    }
}

/// When a charge is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Billing {
    /// In the month it is for.
    #[default]
    Advance,
    /// In the month after.
    Arrears,
}

/// One line of the price list of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// What it is for.
    pub kind: ChargeKind,
    /// Price of one unit for a month; of one kWh where metered; of one unit once where non-recurring.
    pub unit_price: Decimal,
    /// Units: kW, cabinets, connections; the expected average draw in kW where metered. A ramp takes its place.
    pub quantity: Decimal,
    /// First day; the start of billing if `None`.
    pub from: Option<NaiveDate>,
    /// Last day, inclusive; the end of the contract if `None`.
    pub to: Option<NaiveDate>,
    /// When it is paid.
    pub billing: Billing,
    /// How its price rises within the initial term.
    pub escalator: Option<Escalator>,
    /// Quantity by contract month.
    pub ramp: Vec<RampStep>,
    /// Where the higher of commitment and peak is billed: the peak, in the unit of the quantity.
    pub peak: Option<Decimal>,
    /// Real over apparent power, where committed power is stated and priced in kVA; `None` where it is in kW.
    pub power_factor: Option<Decimal>,
    /// Free or reduced months.
    pub abatements: Vec<Abatement>,
    /// How metered power is billed; required for [`ChargeKind::PowerMetered`].
    pub metering: Option<Metering>,
    /// Its own rise at each renewal (0.05 is 5 %) where the contract renews with a fixed uplift.
    pub renewal_uplift: Option<Decimal>,
    /// Prices that are agreed anew, if any are.
    pub repriced: Repricings,
}

/// Prices that are agreed anew, one after the other: each holds until the next begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repricings(Vec<Repricing>);

impl Repricings {
    /// Adds one. Of two that begin on the same day the later added holds.
    pub fn agree(&mut self, repricing: Repricing) {
        self.0.retain(|known| known.from != repricing.from);
        self.0.push(repricing);
        self.0.sort_by_key(|known| known.from);
    }

    /// The one that holds on a day.
    pub fn on(&self, date: NaiveDate) -> Option<Repricing> {
        self.0.iter().rev().find(|known| known.from <= date).copied()
    }

    /// All of them, in the order of their days.
    pub fn all(&self) -> &[Repricing] {
        &self.0
    }
}

impl FromIterator<Repricing> for Repricings {
    fn from_iter<I: IntoIterator<Item = Repricing>>(repricings: I) -> Self {
        let mut agreed = Self::default();
        repricings.into_iter().for_each(|repricing| agreed.agree(repricing));
        agreed
    }
}

/// A price that is agreed anew from a day on. Rises after that day come on top of it as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repricing {
    /// The first day of the new price.
    pub from: NaiveDate,
    /// The new price.
    pub price: NewPrice,
}

/// How a new price is stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPrice {
    /// As a factor on what would be paid if nothing were agreed anew: 0.9 is a tenth less.
    Factor(Decimal),
    /// As what a unit costs on the first day of the new price.
    Unit(Decimal),
}

impl Charge {
    /// A quantity in kW: that of a commitment in kVA times its power factor.
    pub(super) fn kilowatts(&self, quantity: Decimal) -> Result<Decimal> {
        match self.power_factor {
            Some(factor) => quantity::kilowatts(quantity, factor),
            None => Ok(quantity),
        }
    }

    /// A real power in the unit in which the quantity is stated.
    pub(super) fn stated(&self, kilowatts: Decimal) -> Result<Decimal> {
        match self.power_factor {
            Some(factor) => quantity::kilovolt_amperes(kilowatts, factor),
            None => Ok(kilowatts),
        }
    }

    /// A charge of so many units at a price, from the start of billing to the end of the contract, paid in
    /// advance, with nothing else agreed.
    pub fn new(kind: ChargeKind, unit_price: Decimal, quantity: Decimal) -> Self {
        Self {
            kind,
            unit_price,
            quantity,
            from: None,
            to: None,
            billing: Billing::Advance,
            escalator: None,
            ramp: Vec::new(),
            peak: None,
            power_factor: None,
            abatements: Vec::new(),
            metering: None,
            renewal_uplift: None,
            repriced: Repricings::default(),
        }
    }
}

/// From a contract month on, the committed quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RampStep {
    /// Contract month, the first being 0.
    pub from_contract_month: u32,
    /// Units from then on.
    pub quantity: Decimal,
}

/// Contract months in which part of the price is waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abatement {
    /// First contract month, counted from 0.
    pub from_contract_month: u32,
    /// For how many months.
    pub months: u32,
    /// The share that is waived: 1 is a free month.
    pub rate: Decimal,
}

/// How metered power is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metering {
    /// Which power usage effectiveness multiplies the energy.
    pub pue: PueRule,
    /// The measured or expected power usage effectiveness.
    pub measured_pue: Option<Decimal>,
    /// Share of the committed energy that is billed in any case.
    pub minimum_take: Option<Decimal>,
    /// Committed kW the minimum take refers to.
    pub commitment: Decimal,
}

impl Metering {
    /// What the bill of a meter is worked out from, by name.
    pub(crate) fn inputs(&self) -> Vec<(&'static str, String)> {
        let mut inputs = Vec::new();
        if let Ok(pue) = self.pue.billed(self.measured_pue) {
            inputs.push(("power usage effectiveness", pue.normalize().to_string()));
        }
        if let Some(share) = self.minimum_take {
            inputs.push(("minimum take, a share of the committed kWh", share.normalize().to_string()));
            inputs.push(("committed kW of the minimum take", self.commitment.normalize().to_string()));
        }
        inputs
    }
}
