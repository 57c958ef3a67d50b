//! What one endpoint, terabyte or kW costs, month by month.
//!
//! The numerator is what the services of the month cost in the view of profit and loss, from named parts; the
//! denominator is the average volume of the month, declared once. Benchmarks divide the same way: total cost of
//! a tower by its total volume.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, bounded, times};
use crate::month::Month;
use crate::roadmap::MoneyView;

/// What a cost is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Denominator {
    /// Endpoints under management, active within 30 days; neither employees nor licences.
    ManagedEndpoints,
    /// Terabytes in use, without backups: the usual choice for storage.
    UsedTerabytes,
    /// Terabytes after protection and overhead.
    UsableTerabytes,
    /// Terabytes as bought.
    RawTerabytes,
    /// Servers in service, as they stand in racks.
    PhysicalServers,
    /// Logical servers that are powered on.
    LogicalServers,
    /// Average kW drawn.
    DrawnKilowatts,
    /// kW committed by contract.
    CommittedKilowatts,
    /// Contacts of the service desk.
    Contacts,
    /// Seats.
    Seats,
    /// Workloads that carry a tag.
    TaggedWorkloads,
}

impl Denominator {
    /// Power is always shown by both: by what is drawn, and by what is paid for whether drawn or not.
    pub const KILOWATTS: [Self; 2] = [Self::DrawnKilowatts, Self::CommittedKilowatts];

    /// What it counts, for a person to read.
    pub fn describe(self) -> &'static str {
        match self {
            Self::ManagedEndpoints => "managed endpoints, active within 30 days",
            Self::UsedTerabytes => "used TB without backups",
            Self::UsableTerabytes => "usable TB",
            Self::RawTerabytes => "raw TB",
            Self::PhysicalServers => "servers in service",
            Self::LogicalServers => "logical servers powered on",
            Self::DrawnKilowatts => "average kW drawn",
            Self::CommittedKilowatts => "kW committed",
            Self::Contacts => "contacts of the service desk",
            Self::Seats => "seats",
            Self::TaggedWorkloads => "tagged workloads",
        }
    }
}

/// One part of the cost of a month, such as depreciation, support, a share of labour or facilities, cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostPart {
    /// What it is.
    pub name: String,
    /// The view it was taken in; only profit and loss may be divided.
    pub view: MoneyView,
    /// The amount, if it is known.
    pub amount: Option<Decimal>,
}

/// The fraction of a cost that is counted, rounded to the minor unit.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a share outside of 0 to 1, [`ForecastError::OutOfRange`] for a cost that does not
/// fit.
pub fn counted_share(cost: Decimal, share: Decimal, currency: Currency) -> Result<Decimal> {
    if share < Decimal::ZERO || share > Decimal::ONE {
        return Err(ForecastError::invalid(
            "share",
            &share,
            "a share is a fraction from 0 to 1: 0.5 is 50 %",
        ));
    }
    Ok(currency.round(times(cost, share, "cost")?))
}

/// Whether a month has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MonthStatus {
    /// It is closed, and its cost is what was posted.
    Posted,
    /// It has happened, and its cost is what contracts and the estate say, not what was posted.
    Estimated,
    /// Expected.
    Forecast,
}

/// The cost of a month by its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostMonth {
    /// The month.
    pub month: Month,
    /// Whether it has happened.
    pub status: MonthStatus,
    /// What its cost is made of.
    pub parts: Vec<CostPart>,
}

impl CostMonth {
    /// The sum of the parts, or the name of the first part whose amount is not known.
    fn cost(&self) -> Result<std::result::Result<Decimal, UnitCostGap>> {
        if self.parts.is_empty() {
            return Ok(Err(UnitCostGap::NoCost));
        }
        let mut sum = Decimal::ZERO;
        for part in &self.parts {
            if part.view != MoneyView::Pnl {
                return Err(ForecastError::invalid(
                    "cost part",
                    &part.name,
                    "unit costs divide the view of profit and loss: neither cash nor commitments",
                ));
            }
            let Some(amount) = part.amount else {
                return Ok(Err(UnitCostGap::CostMissing(part.name.clone())));
            };
            sum = bounded(sum + bounded(amount, "cost part")?, "cost")?;
        }
        Ok(Ok(sum))
    }
}

/// Why there is no unit cost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitCostGap {
    /// The cost has no parts at all.
    NoCost,
    /// The amount of the named part is not known.
    CostMissing(String),
    /// The volume is not known.
    VolumeMissing,
    /// The volume is zero: there is nothing to divide by.
    VolumeZero,
    /// The period has no months.
    NoMonths,
}

/// Cost of one unit, unrounded, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitCost {
    /// In units of the currency.
    Known(Decimal),
    /// Not computable.
    Unknown(UnitCostGap),
}

impl UnitCost {
    /// The cost of a unit, if there is one.
    pub fn value(&self) -> Option<Decimal> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Unknown(_) => None,
        }
    }

    /// Why there is none.
    pub fn gap(&self) -> Option<&UnitCostGap> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(gap) => Some(gap),
        }
    }
}

/// `cost / volume`, unrounded.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative volume, [`ForecastError::OutOfRange`] if the cost of a unit does
/// not fit.
pub fn unit_cost(cost: Decimal, volume: Option<Decimal>) -> Result<UnitCost> {
    let Some(volume) = volume else { return Ok(UnitCost::Unknown(UnitCostGap::VolumeMissing)) };
    if volume < Decimal::ZERO {
        return Err(ForecastError::invalid("volume", &volume, "a volume is not negative"));
    }
    if volume.is_zero() {
        return Ok(UnitCost::Unknown(UnitCostGap::VolumeZero));
    }
    let share =
        bounded(cost, "cost")?.checked_div(volume).ok_or(ForecastError::OutOfRange { field: "unit cost" })?;
    Ok(UnitCost::Known(bounded(share, "unit cost")?))
}

/// One month of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCostPoint {
    /// The month.
    pub month: Month,
    /// Whether it has happened.
    pub status: MonthStatus,
    /// Cost of the month, if all of its parts are known.
    pub cost: Option<Decimal>,
    /// Average volume of the month, if it is known.
    pub volume: Option<Decimal>,
    /// The one divided by the other.
    pub unit_cost: UnitCost,
}

/// Unit costs by one denominator over months, history and forecast alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCostSeries {
    /// Currency of the costs.
    pub currency: Currency,
    /// What the cost is divided by.
    pub denominator: Denominator,
    /// The months in order.
    pub points: Vec<UnitCostPoint>,
}

/// Unit cost over several months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodUnitCost {
    /// Number of months.
    pub months: u32,
    /// Cost of all of them, if each is known.
    pub cost: Option<Decimal>,
    /// The mean of the months' volumes, if each is known.
    pub average_volume: Option<Decimal>,
    /// Cost of a unit over the whole period.
    pub per_period: UnitCost,
    /// Cost of a unit in a month of it.
    pub per_month: UnitCost,
}

impl UnitCostSeries {
    /// The cost of a unit over the months from `from` to `to`: their whole cost by their average volume. Dividing
    /// first and averaging then would weigh small months as large ones.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] for figures that do not fit.
    pub fn over(&self, from: Month, to: Month) -> Result<PeriodUnitCost> {
        let inside = |point: &&UnitCostPoint| (from..=to).contains(&point.month);
        let points: Vec<&UnitCostPoint> = self.points.iter().filter(inside).collect();
        let months = points.len() as u32;
        let wanted = u32::try_from(to.since(from).saturating_add(1)).unwrap_or(0);
        // A month that is outside the series has no cost, which is not a cost of zero.
        let whole = months > 0 && months == wanted;
        let cost = total(points.iter().map(|point| point.cost), "cost")?.filter(|_| whole);
        let volume = total(points.iter().map(|point| point.volume), "volume")?.filter(|_| whole);
        let average_volume = volume.and_then(|volume| volume.checked_div(Decimal::from(months)));
        let mut gaps = points.iter().filter_map(|point| point.unit_cost.gap());
        let per_period = match cost {
            // A month without volume does not keep the others from being divided.
            Some(cost) => unit_cost(cost, average_volume)?,
            None if wanted == 0 => UnitCost::Unknown(UnitCostGap::NoMonths),
            None => {
                let cost_is_absent = |gap: &&UnitCostGap| matches!(gap, UnitCostGap::CostMissing(_));
                let gap = gaps.find(cost_is_absent).cloned();
                UnitCost::Unknown(gap.unwrap_or(UnitCostGap::NoCost))
            }
        };
        let per_month = match &per_period {
            UnitCost::Known(cost) => unit_cost(*cost, Some(Decimal::from(months)))?,
            unknown @ UnitCost::Unknown(_) => unknown.clone(),
        };
        Ok(PeriodUnitCost { months, cost, average_volume, per_period, per_month })
    }

    /// How the figures come about.
    pub fn explain(&self) -> Explanation {
        let known = self.points.iter().filter(|point| point.unit_cost.value().is_some()).count();
        let explanation =
            Explanation::new("cost of the month in profit and loss / average volume of the month")
                .input("denominator", self.denominator.describe())
                .input("months with a unit cost", format!("{known} of {}", self.points.len()));
        let has = |status| self.points.iter().any(|point| point.status == status);
        let explanation = if has(MonthStatus::Posted) {
            explanation.assume("cost of closed months is what was posted")
        } else {
            explanation
        };
        let explanation = if has(MonthStatus::Estimated) {
            explanation
                .estimate("cost of months that are over is what was due by the records, not what was posted")
        } else {
            explanation
        };
        if has(MonthStatus::Forecast) {
            return explanation.estimate("months to come are forecast in cost and volume");
        }
        explanation
    }
}

/// Unit costs of the same months by each of several denominators, such as [`Denominator::KILOWATTS`].
///
/// # Errors
///
/// [`ForecastError::Invalid`] for months out of order or twice, a part of another view than profit and loss, or
/// a negative volume; [`ForecastError::OutOfRange`] for figures that do not fit.
pub fn unit_cost_series(
    currency: Currency,
    months: &[CostMonth],
    denominators: &[Denominator],
    volumes: &BTreeMap<(Denominator, Month), Decimal>,
) -> Result<Vec<UnitCostSeries>> {
    if let Some(pair) = months.windows(2).find(|pair| pair[0].month >= pair[1].month) {
        return Err(ForecastError::invalid("month", &pair[1].month, "months are in order and each is once"));
    }
    let costs = months.iter().map(CostMonth::cost).collect::<Result<Vec<_>>>()?;
    let series = denominators.iter().map(|denominator| {
        let points = months.iter().zip(&costs).map(|(month, cost)| {
            let volume = volumes.get(&(*denominator, month.month)).copied();
            let volume = volume.map(|volume| bounded(volume, "volume")).transpose()?;
            let unit_cost = match cost {
                Ok(cost) => unit_cost(*cost, volume)?,
                Err(gap) => UnitCost::Unknown(gap.clone()),
            };
            let cost = cost.as_ref().ok().copied();
            Ok(UnitCostPoint { month: month.month, status: month.status, cost, volume, unit_cost })
        });
        let points = points.collect::<Result<Vec<_>>>()?;
        Ok(UnitCostSeries { currency, denominator: *denominator, points })
    });
    series.collect()
}

/// The sum of figures; `None` where any is absent.
fn total(mut figures: impl Iterator<Item = Option<Decimal>>, field: &'static str) -> Result<Option<Decimal>> {
    figures.try_fold(Some(Decimal::ZERO), |sum, figure| match (sum, figure) {
        (Some(sum), Some(figure)) => bounded(sum + figure, field).map(Some),
        _ => Ok(None),
    })
}
