//! What to order so that a pool does not run out, and where an order comes too late.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::figures::{minus, plus, positive, times, whole_times};
use super::order::LeadTime;
use super::regression::{Point, ordered};
use super::supply::Supply;
use crate::error::{ForecastError, Result};
use crate::month::Month;

/// What is bought for a pool, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurchaseRule {
    /// What one piece adds to what may be planned with.
    pub quantity: Decimal,
    /// Pieces come in whole lots of this many.
    pub lot: u32,
    /// How many months of demand an order covers, 1 or more: with 12, one order a year.
    pub cover_months: u32,
    /// The days of the procurement.
    pub lead: LeadTime,
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// The day to decide on it so that it is there in time: work on it begins.
    pub order_by: NaiveDate,
    /// The day it is decided on, `order_by` or, if that has passed, the day it is asked on.
    pub decided_on: NaiveDate,
    /// The day the order is placed, after approval.
    pub ordered_on: NaiveDate,
    /// The day it is delivered.
    pub delivered_on: NaiveDate,
    /// The day it is installed: what is kept for what goes wrong is not counted.
    pub installed_on: NaiveDate,
    /// The first day it can be used for certain.
    pub usable_on: NaiveDate,
    /// The month it is needed in.
    pub needed_in: Month,
    /// The first whole month it can be used in; later than `needed_in` where it comes too late.
    pub usable_in: Month,
    /// Pieces.
    pub pieces: u64,
    /// What they add.
    pub quantity: Decimal,
}

/// A time in which a pool has run out and no order can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// The day by which more had to be ordered for its first month.
    pub order_by: NaiveDate,
    /// How many days ago that was; zero for the day itself.
    pub overdue_days: i64,
    /// Its first month.
    pub from: Month,
    /// How many months it lasts: the gap.
    pub months: u32,
    /// The first month an order of today would help in.
    pub relief: Month,
    /// The most that is missing: demand less supply. Zero where demand is just what there is.
    pub worst: Decimal,
    /// In which month.
    pub worst_month: Month,
}

/// What growth asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Growth {
    /// Orders in the order of need.
    pub purchases: Vec<Purchase>,
    /// Where no order can help in time.
    pub shortages: Vec<Shortage>,
}

/// The orders that keep supply above demand in every month, as few pieces as whole lots allow and none before it is
/// needed; and the months for which it is too late.
///
/// A month is short if its demand is not below its supply, as in [`exhaustion`](super::exhaustion::exhaustion). What
/// is bought for it: the least number of lots with which it, and the months that an order covers, are not. Months
/// before that of `as_of` are left out. Demand has every month from the first to the last.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for pieces that add nothing, an empty lot, orders that cover no month, a gap in the
/// months of demand, days out of the calendar, and beyond the range of quantities.
pub fn purchases(demand: &[Point], supply: &Supply, rule: &PurchaseRule, as_of: NaiveDate) -> Result<Growth> {
    check(rule)?;
    let ahead = ahead(demand, as_of)?;
    let earliest = whole_month(rule.lead.after(as_of)?);
    let shortages = short_runs(&ahead, supply, rule.lead, as_of)?;
    let mut growth = Growth { shortages, purchases: Vec::new() };
    let mut bought = Decimal::ZERO;
    let late =
        growth.shortages.last().filter(|shortage| shortage.from.plus(shortage.months as i32) == earliest);
    let mut late_since = late.map(|shortage| shortage.from);
    for (place, point) in ahead.iter().enumerate().skip_while(|(_, point)| point.month < earliest) {
        let there = |month| plus(supply.in_month(month), bought, "supply");
        let needed_in = late_since.take().unwrap_or(point.month);
        if point.value < there(point.month)? {
            continue;
        }
        let covered = ahead[place..].iter().take(rule.cover_months as usize);
        let mut missing = Decimal::ZERO;
        for covered in covered {
            missing = missing.max(minus(covered.value, there(covered.month)?, "shortage")?);
        }
        let lot = times(rule.quantity, Decimal::from(rule.lot), "lot")?;
        // One more than goes into what is missing, for demand has to stay below supply.
        let lots = whole_times(missing, lot, "lots")?.saturating_add(1);
        let pieces = lots.saturating_mul(u64::from(rule.lot));
        let quantity = times(rule.quantity, Decimal::from(pieces), "quantity")?;
        bought = plus(bought, quantity, "supply")?;
        growth.purchases.push(purchase(rule, needed_in, point.month, as_of)?.of(pieces, quantity));
    }
    Ok(growth)
}

/// The months for which it is too late to order, as [`purchases`] tells them: those that are short before the first
/// whole month in which an order of today could be used. What would be bought does not matter for them.
///
/// # Errors
///
/// As [`purchases`].
pub fn shortages(
    demand: &[Point],
    supply: &Supply,
    lead: LeadTime,
    as_of: NaiveDate,
) -> Result<Vec<Shortage>> {
    short_runs(&ahead(demand, as_of)?, supply, lead, as_of)
}

/// The same of a pool that has run out by the day it is asked on and has been out since an earlier month: it is so
/// since then, and an order is as late as one for that month is. `missing` is what was observed last less what there is
/// in the month of `as_of`; where that is not below zero the pool is out in that month too, however low its demand is
/// forecast, for what was observed goes before what is forecast. Nothing changes where an order of `as_of` helps in
/// that month.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for days out of the calendar.
pub fn out_since(
    mut shortages: Vec<Shortage>,
    since: Month,
    missing: Option<Decimal>,
    lead: LeadTime,
    as_of: NaiveDate,
) -> Result<Vec<Shortage>> {
    let now = Month::of(as_of);
    let relief = whole_month(lead.after(as_of)?);
    if since >= now || relief <= now {
        return Ok(shortages);
    }
    let order_by = lead.before(since.first_day())?;
    let overdue_days = (as_of - order_by).num_days().max(0);
    let is_forecast = shortages.first().is_some_and(|first| first.from == now);
    let observed = missing.filter(|missing| !is_forecast && *missing >= Decimal::ZERO);
    if let Some(worst) = observed {
        let follows = shortages.first().is_some_and(|first| first.from == now.next());
        let next = if follows { Some(shortages.remove(0)) } else { None };
        let alone =
            Shortage { order_by, overdue_days, from: now, months: 1, relief, worst, worst_month: now };
        shortages.insert(0, next.map_or(alone, |next| followed(alone, next)));
    }
    if let Some(first) = shortages.first_mut().filter(|first| first.from == now) {
        (first.order_by, first.overdue_days) = (order_by, overdue_days);
        let before = u32::try_from(now.since(since)).unwrap_or_default();
        first.months = first.months.saturating_add(before);
        first.from = since;
    }
    Ok(shortages)
}

/// A shortage with the one of the months right after it.
fn followed(one: Shortage, next: Shortage) -> Shortage {
    let (worst, worst_month) =
        if next.worst > one.worst { (next.worst, next.worst_month) } else { (one.worst, one.worst_month) };
    Shortage { months: one.months.saturating_add(next.months), worst, worst_month, ..one }
}

impl Purchase {
    fn of(self, pieces: u64, quantity: Decimal) -> Self {
        Self { pieces, quantity, ..self }
    }
}

/// The days of an order for a month, which helps from another on.
fn purchase(rule: &PurchaseRule, needed_in: Month, usable_in: Month, as_of: NaiveDate) -> Result<Purchase> {
    let order_by = rule.lead.before(needed_in.first_day())?;
    let decided_on = order_by.max(as_of);
    let approval = LeadTime { approval_days: rule.lead.approval_days, ..LeadTime::default() };
    let delivery = LeadTime { lead_days: rule.lead.lead_days, ..approval };
    Ok(Purchase {
        order_by,
        decided_on,
        ordered_on: approval.after(decided_on)?,
        delivered_on: delivery.after(decided_on)?,
        installed_on: LeadTime { buffer_days: 0, ..rule.lead }.after(decided_on)?,
        usable_on: rule.lead.after(decided_on)?,
        needed_in,
        usable_in,
        pieces: 0,
        quantity: Decimal::ZERO,
    })
}

fn check(rule: &PurchaseRule) -> Result<()> {
    positive(rule.quantity, "quantity")?;
    if rule.lot == 0 {
        return Err(ForecastError::invalid("lot", &rule.lot, "a lot has at least one piece"));
    }
    if rule.cover_months == 0 {
        let text = "an order covers at least one month";
        return Err(ForecastError::invalid("cover_months", &rule.cover_months, text));
    }
    Ok(())
}

/// The demand of the month of a day and of all that follow.
fn ahead(demand: &[Point], as_of: NaiveDate) -> Result<Vec<Point>> {
    let demand = ordered(demand)?;
    if let Some(pair) = demand.windows(2).find(|pair| pair[0].month.next() != pair[1].month) {
        let text = format!("{} after {}", pair[1].month, pair[0].month);
        return Err(ForecastError::invalid("month", &text, "demand is known for every month between"));
    }
    let now = Month::of(as_of);
    Ok(demand.into_iter().filter(|point| point.month >= now).collect())
}

/// The first month of which every day is on or after a day.
fn whole_month(day: NaiveDate) -> Month {
    let month = Month::of(day);
    if month.first_day() == day { month } else { month.next() }
}

/// Runs of short months before the first that an order of today helps in.
fn short_runs(demand: &[Point], supply: &Supply, lead: LeadTime, as_of: NaiveDate) -> Result<Vec<Shortage>> {
    let earliest = whole_month(lead.after(as_of)?);
    let mut runs: Vec<Shortage> = Vec::new();
    for point in demand.iter().take_while(|point| point.month < earliest) {
        let missing = minus(point.value, supply.in_month(point.month), "shortage")?;
        if missing < Decimal::ZERO {
            continue;
        }
        match runs.last_mut().filter(|run| run.from.plus(run.months as i32) == point.month) {
            Some(run) => {
                run.months += 1;
                if missing > run.worst {
                    (run.worst, run.worst_month) = (missing, point.month);
                }
            }
            None => {
                let order_by = lead.before(point.month.first_day())?;
                runs.push(Shortage {
                    order_by,
                    overdue_days: (as_of - order_by).num_days().max(0),
                    from: point.month,
                    months: 1,
                    relief: earliest,
                    worst: missing,
                    worst_month: point.month,
                });
            }
        }
    }
    Ok(runs)
}
