//! The words of unit costs, and periods of them, as clients see them.

use async_graphql::{Enum, SimpleObject};
use forecasting::budget::{MonthStatus, PeriodUnitCost, UnitCost as Cost, UnitCostGap as Gap};
use rust_decimal::Decimal;

use crate::{
    finance::{denominators::Origin, unit_costs::Terabytes},
    schema::{explain::ExplanationInput, scalar::plain},
};

/// Decimals that the cost of a unit is shown with.
pub(super) const SHOWN_DECIMALS: u32 = 4;

/// Which terabytes cost is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Terabytes")]
pub enum TerabyteBasis {
    /// In use, without backups.
    Used,
    /// After protection and overhead.
    Usable,
    /// As bought.
    Raw,
}

/// Whether a month has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "MonthStatus")]
pub enum UnitCostStatus {
    /// Its period is closed, and its cost is what was posted.
    Posted,
    /// It lies before the month of `asOf`, and its cost is what was due by the records, not what was posted.
    Estimated,
    /// It is the month of `asOf` or a later one.
    Forecast,
}

/// Where a volume is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Origin")]
pub enum VolumeOrigin {
    /// It was measured.
    Measured,
    /// It is known from the inventory or from contracts.
    Known,
    /// It is the last known one, grown by an assumption.
    Forecast,
}

/// Why there is no unit cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UnitCostGap {
    /// Nothing on record costs anything of the kind.
    NoCost,
    /// A part of the cost is not known.
    CostMissing,
    /// The volume is not known.
    VolumeMissing,
    /// The volume is zero: there is nothing to divide by.
    VolumeZero,
    /// There are no months.
    NoMonths,
}

impl From<&Gap> for UnitCostGap {
    fn from(gap: &Gap) -> Self {
        match gap {
            Gap::NoCost => Self::NoCost,
            Gap::CostMissing(_) => Self::CostMissing,
            Gap::VolumeMissing => Self::VolumeMissing,
            Gap::VolumeZero => Self::VolumeZero,
            Gap::NoMonths => Self::NoMonths,
        }
    }
}

/// Why there is no unit cost, in words.
pub(super) fn reason(gap: &Gap) -> String {
    match gap {
        Gap::NoCost => "nothing on record costs anything of the kind".into(),
        Gap::CostMissing(part) => format!("the cost of {part} is not known"),
        Gap::VolumeMissing => "no volume is recorded".into(),
        Gap::VolumeZero => "the volume is zero: there is nothing to divide by".into(),
        Gap::NoMonths => "there are no months".into(),
    }
}

/// The cost of a unit as it is shown.
pub(super) fn shown(cost: &Cost) -> Option<Decimal> {
    cost.value().map(|value| plain(value.round_dp(SHOWN_DECIMALS)))
}

/// The unit cost of several months: their cost over their average volume.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitCostPeriod {
    /// Number of months.
    months: u32,
    /// What is divided. Null where it is not known or hidden.
    cost: Option<Decimal>,
    /// The mean of the volumes of the months. Null where one is not known.
    average_volume: Option<Decimal>,
    /// Cost of a unit over all of the months. Null where there is none, or where it is hidden.
    per_period: Option<Decimal>,
    /// Cost of a unit in a month of them; for tickets this is the cost of a ticket. Null likewise.
    per_month: Option<Decimal>,
    /// Why there is none. Null where there is one.
    gap: Option<UnitCostGap>,
    /// The same in words.
    reason: Option<String>,
}

impl UnitCostPeriod {
    pub(super) fn new(period: &PeriodUnitCost, is_hidden: bool) -> Self {
        let gap = period.per_period.gap();
        Self {
            months: period.months,
            cost: period.cost.filter(|_| !is_hidden).map(plain),
            average_volume: period.average_volume.map(|volume| volume.round_dp(SHOWN_DECIMALS).normalize()),
            per_period: shown(&period.per_period).filter(|_| !is_hidden),
            per_month: shown(&period.per_month).filter(|_| !is_hidden),
            gap: gap.map(Into::into),
            reason: gap.map(reason),
        }
    }
}

/// An input of an explanation.
pub(super) fn input(name: &str, value: impl std::fmt::Display) -> ExplanationInput {
    ExplanationInput { name: name.to_owned(), value: value.to_string() }
}
