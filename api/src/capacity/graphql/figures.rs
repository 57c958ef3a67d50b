//! Layers of pools, and what was used of them by day and by month, as clients see them.

use async_graphql::SimpleObject;
use chrono::NaiveDate;
use entity::capacity::{Quantity, capacity_day};
use forecasting::{capacity::layers::LayerFinding, quantity::millionths};
use rust_decimal::Decimal;

use super::words::CapacityFindingCode;
use crate::{
    capacity::{
        days::MonthFigures,
        layers::{Layer, Reserved},
        oddities::{Finding, Oddity},
    },
    schema::{
        explain::{Explanation, ExplanationInput},
        scalar::{Date, Moment, Month},
    },
};

/// A layer of a pool: a quantity in the unit of the pool, or why there is none. Never 0 for what is not known.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityLayer {
    /// How much, in the unit of the pool. Null where it is not known.
    quantity: Option<Decimal>,
    /// Why there is no quantity. Null where there is one.
    reason: Option<String>,
    /// The day that it is of, where it is of one.
    on: Option<Date>,
    /// How it came about.
    explanation: Explanation,
}

impl From<&Layer> for CapacityLayer {
    fn from(layer: &Layer) -> Self {
        let explanation = Explanation::from(layer.explanation.clone()).without(layer.excluded.clone());
        Self { quantity: layer.quantity, reason: layer.reason.clone(), on: None, explanation }
    }
}

fn input(name: &str, value: &impl ToString) -> ExplanationInput {
    ExplanationInput { name: name.to_owned(), value: value.to_string() }
}

impl CapacityLayer {
    fn unknown(reason: String) -> Self {
        Self { quantity: None, reason: Some(reason), on: None, explanation: Explanation::default() }
    }

    /// What is reserved on a day: nothing is 0, as reservations are recorded here and nowhere else.
    pub(super) fn reserved(reserved: Reserved, on: NaiveDate) -> Self {
        let explanation = Explanation {
            formula: "sum of the reservations in force and of what placements hold".to_owned(),
            inputs: vec![
                input("reservations", &reserved.count),
                input("placements", &reserved.placements),
                input("on", &on),
            ],
            assumptions: vec![
                "each counts whole, however likely it is to be needed".to_owned(),
                "a placement counts for racks that are members, or stand at sites that are".to_owned(),
            ],
            ..Explanation::default()
        };
        let quantity = Some(reserved.quantity.normalize());
        Self { quantity, reason: None, on: Some(Date(on)), explanation }
    }

    /// What was used on the last day with an observation.
    pub(super) fn used(day: Option<&capacity_day::Model>, on: NaiveDate) -> Self {
        let Some(day) = day else { return Self::unknown(format!("nothing was observed until {on}")) };
        let explanation = Explanation {
            formula: "peak of the last day with an observation".to_owned(),
            inputs: vec![input("observations of the day", &day.count)],
            assumptions: vec!["days are those of UTC".to_owned()],
            ..Explanation::default()
        };
        let quantity = Some(day.peak.to_decimal());
        Self { quantity, reason: None, on: Some(Date(day.day)), explanation }
    }

    pub(super) fn known(&self) -> Option<Decimal> {
        self.quantity
    }
}

/// What was used on a day. Days without an observation are left out: they are not 0.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityDay {
    /// The day, in UTC.
    day: Date,
    /// The highest observation.
    peak: Decimal,
    /// All observations added up.
    sum: Decimal,
    /// How many observations there are.
    count: i32,
    /// The first of them.
    first_at: Moment,
    /// The last of them.
    last_at: Moment,
}

impl From<&capacity_day::Model> for CapacityDay {
    fn from(day: &capacity_day::Model) -> Self {
        Self {
            day: Date(day.day),
            peak: day.peak.to_decimal(),
            sum: day.sum.to_decimal(),
            count: day.count,
            first_at: day.first_at,
            last_at: day.last_at,
        }
    }
}

/// What was used in a month.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityMonth {
    /// The month.
    month: Month,
    /// The highest observation. Null where there is none.
    peak: Option<Decimal>,
    /// The 95th percentile of the daily peaks, which stands for the month in trends: of n days with an observation,
    /// ordered by their peaks from 0, what lies at place (n - 1) × 0.95, between two days in proportion. Days without an
    /// observation take no part. Null where there is none.
    p95: Option<Decimal>,
    /// Whether at least 80 % of its days have an observation: trends leave other months out. Null where none has.
    is_complete: Option<bool>,
    /// Days with an observation.
    days_observed: u32,
    /// Days that have begun and have no observation. They stay missing.
    days_missing: u32,
    /// Whether the month was not over on `asOf`.
    is_partial: bool,
}

impl From<MonthFigures> for CapacityMonth {
    fn from(figures: MonthFigures) -> Self {
        Self {
            month: Month(figures.month),
            peak: figures.peak.map(Quantity::to_decimal),
            p95: figures.monthly.as_ref().map(|monthly| millionths(monthly.value).normalize()),
            is_complete: figures.monthly.map(|monthly| monthly.complete),
            days_observed: figures.observed,
            days_missing: figures.missing,
            is_partial: figures.is_partial,
        }
    }
}

/// Something that is odd about a pool.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityFinding {
    /// What.
    code: CapacityFindingCode,
    /// The values and the rule, in a sentence.
    message: String,
}

impl From<&Finding> for CapacityFinding {
    fn from(finding: &Finding) -> Self {
        let code = match finding.code {
            Oddity::CounterReset => CapacityFindingCode::CounterReset,
            Oddity::UsedAboveCapacity => CapacityFindingCode::UsedAboveCapacity,
            Oddity::ZerosBetween => CapacityFindingCode::ZerosBetween,
        };
        Self { code, message: finding.message.clone() }
    }
}

impl CapacityFinding {
    /// What is odd about supply over time.
    pub(super) fn of_supply(message: &str) -> Self {
        Self { code: CapacityFindingCode::SupplyUncertain, message: message.to_owned() }
    }

    /// What is odd about demand from what stands in racks.
    pub(super) fn of_demand(message: &str) -> Self {
        Self { code: CapacityFindingCode::DemandUncertain, message: message.to_owned() }
    }
}

impl From<LayerFinding> for CapacityFinding {
    fn from(finding: LayerFinding) -> Self {
        let code = match finding {
            LayerFinding::UsedAboveUsable { .. } => CapacityFindingCode::UsedAboveUsable,
            LayerFinding::UsedAboveRaw { .. } => CapacityFindingCode::UsedAboveRaw,
            LayerFinding::CommittedAbovePlannable { .. } => CapacityFindingCode::CommittedAbovePlannable,
            LayerFinding::ReservedAbovePlannable { .. } => CapacityFindingCode::ReservedAbovePlannable,
            LayerFinding::UsedAboveAllocated { .. } => CapacityFindingCode::UsedAboveAllocated,
        };
        Self { code, message: finding.to_string() }
    }
}
