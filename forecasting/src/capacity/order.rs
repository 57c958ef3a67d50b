//! By when to order, and what would push the day out.

use std::cmp::Reverse;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::exhaustion::{Exhaustion, Fan, exhaustion};
use super::figures::{minus, positive};
use super::supply::{Supply, SupplyChange};
use crate::error::{ForecastError, Result};
use crate::month::Month;

/// The days of a procurement, from the decision to the first day of use; they follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct LeadTime {
    /// From the order to the delivery.
    pub lead_days: u32,
    /// From the delivery to the first day of use.
    pub install_days: u32,
    /// From the request to the order.
    pub approval_days: u32,
    /// Kept for what goes wrong.
    pub buffer_days: u32,
}

impl LeadTime {
    /// All of it.
    pub fn days(self) -> u64 {
        [self.lead_days, self.install_days, self.approval_days, self.buffer_days]
            .into_iter()
            .map(u64::from)
            .sum()
    }

    /// The day that comes these days before another.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] where no such day exists.
    pub fn before(self, day: NaiveDate) -> Result<NaiveDate> {
        day.checked_sub_days(Days::new(self.days())).ok_or_else(|| self.refuse())
    }

    /// The day that comes these days after another.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] where no such day exists.
    pub fn after(self, day: NaiveDate) -> Result<NaiveDate> {
        day.checked_add_days(Days::new(self.days())).ok_or_else(|| self.refuse())
    }

    fn refuse(self) -> ForecastError {
        ForecastError::invalid(
            "lead_time",
            &self.days(),
            "the days of a procurement stay within the calendar",
        )
    }
}

/// By when to order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderBy {
    /// By this day, which has not passed.
    Due(NaiveDate),
    /// By a day that has passed.
    Overdue {
        /// The day.
        date: NaiveDate,
        /// How long ago it was.
        days: i64,
    },
    /// There is no such day.
    None {
        /// What is said of exhaustion in its place.
        reason: Exhaustion,
    },
}

impl OrderBy {
    /// Its name in capitals.
    pub fn code(self) -> &'static str {
        match self {
            Self::Due(_) => "DUE",
            Self::Overdue { .. } => "OVERDUE",
            Self::None { .. } => "NONE",
        }
    }
}

/// By when to order, worked back from the first day of the month of exhaustion through the whole procurement: day −
/// (lead + install + approval + buffer). Ask with the exhaustion of the P90 demand: 180 days before 2027-06-01 is
/// 2026-12-03.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for days that reach out of the calendar.
pub fn order_by(exhaustion: Exhaustion, lead: LeadTime, as_of: NaiveDate) -> Result<OrderBy> {
    let Some(month) = exhaustion.month() else { return Ok(OrderBy::None { reason: exhaustion }) };
    let date = lead.before(month.first_day())?;
    let days = (as_of - date).num_days();
    Ok(if days > 0 { OrderBy::Overdue { date, days } } else { OrderBy::Due(date) })
}

/// What can be done about a pool that runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Get back what nobody needs.
    Reclaim,
    /// Take load to another pool.
    Move,
    /// Replace what there is by something larger, sooner.
    Refresh,
    /// Buy more.
    Order,
}

impl Action {
    /// Its name in capitals.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reclaim => "RECLAIM",
            Self::Move => "MOVE",
            Self::Refresh => "REFRESH",
            Self::Order => "ORDER",
        }
    }
}

/// Something that could be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it is.
    pub name: String,
    /// Of which kind.
    pub action: Action,
    /// What it gives: supply that is added, or demand that goes away.
    pub quantity: Decimal,
    /// The first day it helps, with all that has to be done before.
    pub available: NaiveDate,
    /// The first day it helps no more, as what it gives would have come by then without it; for good where absent.
    pub until: Option<NaiveDate>,
}

impl Candidate {
    /// The first day that it counts from. A reservation that has not begun is held on no day of its first month.
    fn counts_from(&self, as_of: NaiveDate) -> NaiveDate {
        let is_ahead = self.action == Action::Reclaim && self.available > as_of;
        if is_ahead { Month::of(self.available).first_day() } else { self.available }
    }

    /// The first day that it counts no more. A reservation counts as demand to the end of its last month.
    fn counts_until(&self) -> Option<NaiveDate> {
        let until = self.until?;
        Some(if self.action == Action::Reclaim { whole_month(until).first_day() } else { until })
    }
}

/// The first month of which every day is on or after a day.
fn whole_month(day: NaiveDate) -> Month {
    let month = Month::of(day);
    if month.first_day() == day { month } else { month.next() }
}

/// What a candidate does to the day on which the pool runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The candidate.
    pub candidate: Candidate,
    /// When the P50 of demand then reaches supply.
    pub p50: Exhaustion,
    /// When the P90 of demand then reaches supply.
    pub p90_demand: Exhaustion,
    /// When it does from the first whole month on in which the candidate helps: after a shortage that it comes too late
    /// for, when the pool is short again.
    pub p90_once_helping: Exhaustion,
    /// Whether either quantile reaches supply later from that month on than it would without: it pushes the day out, or
    /// ends a shortage that has begun by then.
    pub helps: bool,
    /// By how many months the P90 is pushed out; absent where it is pushed beyond the horizon, or had not been
    /// reached within it.
    pub months: Option<i32>,
    /// Whether it helps before the pool runs out.
    pub in_time: bool,
}

/// What each candidate alone gives, the best first: what pushes the P90 furthest, then the P50, then when the pool is
/// short again once the candidate helps; of equal ones what helps sooner, then what needs less, then in the order of
/// actions (reclaim before an order) and names.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a quantity that is not above zero, and for a candidate that helps from a day
/// before `as_of`: what was done already is part of the supply; and for one that ends before it begins.
pub fn push_out(
    fan: &Fan,
    supply: &Supply,
    as_of: NaiveDate,
    candidates: &[Candidate],
) -> Result<Vec<Pushed>> {
    let before = exhaustion(fan, supply, as_of).p90_demand;
    let mut pushed = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        positive(candidate.quantity, "quantity")?;
        if candidate.available < as_of {
            let text = format!("{} of {}", candidate.available, candidate.name);
            let rule = "what was there before is part of the supply, and nothing that can still be done";
            return Err(ForecastError::invalid("available", &text, rule));
        }
        if let Some(until) = candidate.until.filter(|until| *until <= candidate.available) {
            let text = format!("{} to {until} of {}", candidate.available, candidate.name);
            return Err(ForecastError::invalid("until", &text, "it helps for a day at least"));
        }
        let added = SupplyChange {
            name: candidate.name.clone(),
            on: candidate.counts_from(as_of),
            quantity: candidate.quantity,
        };
        let from = whole_month(added.on);
        let in_time = before.month().is_none_or(|month| added.on <= month.first_day());
        let ended = candidate.counts_until().map(|until| SupplyChange {
            name: candidate.name.clone(),
            on: until,
            quantity: -candidate.quantity,
        });
        let with = supply.with([added].into_iter().chain(ended))?;
        let after = exhaustion(fan, &with, as_of);
        let (was, is) = (before.month(), after.p90_demand.month());
        let helping = Fan::new(fan.points().iter().filter(|point| point.month >= from).copied().collect())?;
        let (without, once) = (exhaustion(&helping, supply, as_of), exhaustion(&helping, &with, as_of));
        pushed.push(Pushed {
            candidate: candidate.clone(),
            p50: after.p50,
            p90_demand: after.p90_demand,
            p90_once_helping: once.p90_demand,
            helps: rank(once.p90_demand) > rank(without.p90_demand) || rank(once.p50) > rank(without.p50),
            months: was.zip(is).map(|(was, is)| is.since(was)),
            in_time,
        });
    }
    pushed.sort_by_key(|pushed| {
        let candidate = &pushed.candidate;
        let latest = (
            Reverse(rank(pushed.p90_demand)),
            Reverse(rank(pushed.p50)),
            Reverse(rank(pushed.p90_once_helping)),
        );
        (latest, candidate.available, candidate.quantity, candidate.action, candidate.name.clone())
    });
    Ok(pushed)
}

/// What has to be added from a month on, in whole units, so that the P90 of demand stays below supply to the end of
/// what is known; `None` where nothing has to be.
///
/// # Errors
///
/// [`ForecastError::Invalid`] beyond the range of quantities.
pub fn shortage(fan: &Fan, supply: &Supply, from: Month) -> Result<Option<Decimal>> {
    let mut most: Option<Decimal> = None;
    for point in fan.points().iter().filter(|point| point.month >= from) {
        let lacking = minus(point.p90, supply.in_month(point.month), "shortage")?;
        most = Some(most.map_or(lacking, |most| most.max(lacking)));
    }
    // Demand that is equal to supply has reached it.
    Ok(most.filter(|most| *most >= Decimal::ZERO).map(|most| most.floor() + Decimal::ONE))
}

/// What may be given away from a month on without the P90 of demand reaching supply in what is known; `None` where
/// nothing may be.
///
/// # Errors
///
/// [`ForecastError::Invalid`] beyond the range of quantities.
pub fn headroom(fan: &Fan, supply: &Supply, from: Month) -> Result<Option<Decimal>> {
    let mut least: Option<Decimal> = None;
    for point in fan.points().iter().filter(|point| point.month >= from) {
        let left = minus(supply.in_month(point.month), point.p90, "headroom")?;
        least = Some(least.map_or(left, |least| least.min(left)));
    }
    Ok(least.filter(|least| *least > Decimal::ZERO))
}

/// Later is more; what is not reached is the most, and what cannot be said the least.
fn rank(exhaustion: Exhaustion) -> (u8, Option<Month>) {
    match exhaustion {
        Exhaustion::NotComputable { .. } => (0, None),
        Exhaustion::AlreadyReached(month) | Exhaustion::Reached(month) => (1, Some(month)),
        Exhaustion::NotWithinHorizon(_) => (2, None),
    }
}
