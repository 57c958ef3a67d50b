//! The closed lists of words of forecasts, and what becomes of a question for a day.

use async_graphql::{Enum, SimpleObject};
use entity::capacity::capacity_forecast;
use forecasting::capacity::{
    exhaustion::Exhaustion,
    order::{self, OrderBy},
};

use crate::{
    capacity::{demands::StepKind, outlooks},
    schema::scalar::{Date, Month},
};

/// How demand is carried on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_forecast::ForecastMethod")]
pub enum CapacityForecastMethod {
    /// Chosen for each pool by what its own past says.
    Auto,
    /// The mean of Theta, a damped trend and small models of differences.
    Combination,
    /// The dynamic optimised Theta method.
    Theta,
    /// Exponential smoothing with a trend that fades.
    DampedTrend,
    /// A small model of differences, the season taken out before.
    Arima,
    /// A small model of differences, seasonal ones too.
    SeasonalArima,
    /// Demand that is zero most of the time: how often times how much.
    Intermittent,
    /// A straight line through the months without their season.
    StraightLine,
    /// The straight line through all months as they are, with the intervals of the textbook.
    OrdinaryLeastSquares,
    /// The last month goes on.
    Naive,
    /// The last year goes on.
    SeasonalNaive,
    /// The last month without its season goes on.
    #[graphql(name = "NAIVE_2")]
    Naive2,
}

/// What becomes of the question when a pool runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_forecast::ExhaustionCode")]
pub enum CapacityExhaustionCode {
    /// In a month that has not passed.
    Dated,
    /// It has already.
    AlreadyPassed,
    /// Not within the months that are looked at.
    NotWithinHorizon,
    /// That cannot be told; the reason says why.
    NotComputable,
}

/// When demand is no longer below what may be planned with.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityExhaustion {
    /// What becomes of the question.
    pub code: CapacityExhaustionCode,
    /// The month in which demand reaches supply, or since which it has. Null where there is none.
    pub month: Option<Month>,
    /// Why there is no month. Null where there is one.
    pub reason: Option<String>,
}

impl CapacityExhaustion {
    /// An exhaustion with why supply is not known, where that is so.
    pub fn of(exhaustion: Exhaustion, unsupplied: Option<&str>) -> Self {
        let (code, reason) = match exhaustion {
            Exhaustion::Reached(_) => (CapacityExhaustionCode::Dated, None),
            Exhaustion::AlreadyReached(_) => (CapacityExhaustionCode::AlreadyPassed, None),
            Exhaustion::NotWithinHorizon(last) => (
                CapacityExhaustionCode::NotWithinHorizon,
                Some(format!("demand stays below what may be planned with up to {last}")),
            ),
            Exhaustion::NotComputable { reason } => {
                let unsupplied = unsupplied.map(|why| format!("{reason}: {why}"));
                (
                    CapacityExhaustionCode::NotComputable,
                    Some(unsupplied.unwrap_or_else(|| reason.to_string())),
                )
            }
        };
        Self { code, month: exhaustion.month().map(Month), reason }
    }
}

/// When demand is no longer below what may be planned with, as likely as not and to be on the safe side.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityExhaustions {
    /// By the P50 of demand: as likely as not.
    pub p50: CapacityExhaustion,
    /// By the P90 of demand: the month from which there is a chance of one in ten that demand is above. It is never later
    /// than the other.
    pub p90_demand: CapacityExhaustion,
}

/// What becomes of the question by when to order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "capacity_forecast::OrderStatus")]
pub enum CapacityOrderStatus {
    /// By a day that has not passed.
    Due,
    /// By a day that has passed.
    Overdue,
    /// There is no such day, as the pool does not run out within the horizon.
    None,
    /// That cannot be told; the reason says why.
    NotComputable,
}

/// By when to order, worked back from the first day of the month in which the P90 of demand reaches supply through
/// delivery, installation, approval and buffer.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityOrderBy {
    /// What becomes of the question.
    pub status: CapacityOrderStatus,
    /// The day. Null where there is none.
    pub date: Option<Date>,
    /// How many days ago it was. Null unless it is overdue.
    pub days: Option<i64>,
    /// Why there is no day. Null where there is one.
    pub reason: Option<String>,
}

impl CapacityOrderBy {
    /// A day to order by, or why there is none.
    pub fn of(order_by: &Result<OrderBy, String>, unsupplied: Option<&str>) -> Self {
        let without = |status, reason| Self { status, date: None, days: None, reason: Some(reason) };
        match order_by {
            Err(reason) => without(CapacityOrderStatus::NotComputable, reason.clone()),
            Ok(OrderBy::Due(date)) => {
                Self { status: CapacityOrderStatus::Due, date: Some(Date(*date)), days: None, reason: None }
            }
            Ok(OrderBy::Overdue { date, days }) => Self {
                status: CapacityOrderStatus::Overdue,
                date: Some(Date(*date)),
                days: Some(*days),
                reason: None,
            },
            Ok(OrderBy::None { reason }) => {
                let said = CapacityExhaustion::of(*reason, unsupplied).reason.unwrap_or_default();
                match reason {
                    Exhaustion::NotComputable { .. } => without(CapacityOrderStatus::NotComputable, said),
                    _ => without(CapacityOrderStatus::None, said),
                }
            }
        }
    }
}

/// How urgent a pool is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "outlooks::Urgency")]
pub enum CapacityUrgency {
    /// The day to order by has passed, or the pool has run out.
    Overdue,
    /// There is a day to order by.
    Due,
    /// It runs out, and by when to order cannot be told.
    RunsOut,
    /// It does not run out within the months that are looked at.
    NotWithinHorizon,
    /// Whether it runs out cannot be told.
    NotComputable,
}

/// What can be done about a pool that runs out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "order::Action")]
pub enum CapacityActionKind {
    /// Get back what nobody needs.
    Reclaim,
    /// Take load to another pool.
    Move,
    /// Replace what there is by something larger, sooner than planned.
    Refresh,
    /// Buy more.
    Order,
}

/// What a chart is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityChartFormat {
    /// A picture of lines and areas, as text.
    Svg,
}

/// Where a step of demand is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CapacityForecastEventKind {
    /// It is on record for the pool.
    Recorded,
    /// Equipment comes into service in a rack of the pool.
    Delivery,
    /// Equipment in a rack of the pool leaves service.
    Retirement,
    /// Equipment in a rack of the pool is replaced.
    Refresh,
}

impl From<StepKind> for CapacityForecastEventKind {
    fn from(kind: StepKind) -> Self {
        match kind {
            StepKind::Delivery => Self::Delivery,
            StepKind::Retirement => Self::Retirement,
            StepKind::Refresh => Self::Refresh,
        }
    }
}
