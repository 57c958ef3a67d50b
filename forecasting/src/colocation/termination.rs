//! Leaving early, and staying too long.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::contract::{Charge, ChargeKind, Contract, Proration};
use super::cost::month_cost;
use super::escalation::Indices;
use super::schedule::{between_invoices, monthly_lines, sum_of};
use super::term::BusinessDays;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::{Currency, bounded, proportion, times};
use crate::month::{Month, add_months, months_between};

/// What leaving before the end costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminationRule {
    /// A share of what is still contracted, what was advanced and is not written off yet, and a fixed fee.
    RemainingCharges {
        /// Share of the monthly charges from the day after the last one to the end: 0.75 is 75 %.
        share: Decimal,
        /// What was advanced at the start.
        advances: Vec<Advance>,
        /// Added in any case.
        fixed: Decimal,
    },
    /// A fee by the number of contract months that are over.
    DecliningTable(Vec<TerminationStep>),
    /// The same fee whenever it is.
    Fixed(Decimal),
}

impl TerminationRule {
    /// Refuses a rule that cannot be applied.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a share outside 0 to 1, a negative amount or a table that does not ascend.
    pub fn check(&self) -> Result<()> {
        check(self)
    }

    fn formula(&self) -> &'static str {
        match self {
            Self::RemainingCharges { .. } => {
                "share x remaining monthly charges + advances x months left / months + fixed fee, each rounded"
            }
            Self::DecliningTable(_) => "the fee of the table for the contract months that are over",
            Self::Fixed(_) => "the fixed fee",
        }
    }
}

/// What one side advanced at the start and has back once the term is served: a set-up charge that was waived, a
/// concession, free months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advance {
    /// How much.
    pub amount: Decimal,
    /// First day of the months it is written off over, in equal parts; the start of billing if `None`.
    pub from: Option<NaiveDate>,
    /// Over how many months; those of the initial term if `None`.
    pub months: Option<u32>,
}

/// The fee from a number of contract months on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminationStep {
    /// Contract months that are over.
    pub from_contract_month: u32,
    /// The fee.
    pub fee: Decimal,
}

/// The cost of leaving on a day. All amounts are rounded, so that the parts add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Termination {
    /// The day of the notice that counts: the one that was asked about, or the earlier one that stands.
    pub notice: NaiveDate,
    /// Last day the contract binds to; it is not early to leave on it or after it.
    pub bound_until: NaiveDate,
    /// Monthly charges from the day after the last one until then, without metered power, by contract months.
    pub remaining: Decimal,
    /// The share of them that is due.
    pub on_remaining: Decimal,
    /// What was advanced and is not written off yet.
    pub unamortised: Decimal,
    /// The fixed fee, or that of the table.
    pub fixed: Decimal,
    /// What is due: the three parts together.
    pub fee: Decimal,
    /// Of all amounts.
    pub currency: Currency,
    /// How the fee came about, and what was assumed.
    pub explanation: Explanation,
}

/// What it costs to leave a contract with `last_day` as the last day of service, if notice of it is given on
/// `notice`.
///
/// The contract binds to the end of the term whose deadline that notice meets, or the earlier notice that stands:
/// notice that is late for the running term owes the renewal too. Leaving on that day or later is not early and
/// costs nothing. For a part of a contract, give a contract with the charges of that part.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a share outside 0 to 1, a negative amount or a table that does not ascend;
/// [`ForecastError::Missing`] for a table that begins later than the day; else as [`month_cost`].
pub fn termination(
    contract: &Contract,
    rule: &TerminationRule,
    last_day: NaiveDate,
    notice: NaiveDate,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<Termination> {
    check(rule)?;
    let bound_until = contract.terms().bound_until(notice, business_days);
    let notice = contract.notice_given.map_or(notice, |before| before.min(notice));
    let currency = contract.currency;
    let explanation = Explanation::new(rule.formula())
        .input("last day of service", last_day)
        .input("notice given on", notice)
        .input("bound until", bound_until);
    let mut termination = Termination {
        notice,
        bound_until,
        remaining: Decimal::ZERO,
        on_remaining: Decimal::ZERO,
        unamortised: Decimal::ZERO,
        fixed: Decimal::ZERO,
        fee: Decimal::ZERO,
        currency,
        explanation,
    };
    let Some(first) = last_day.succ_opt().filter(|first| *first <= bound_until) else {
        termination.explanation =
            termination.explanation.assume("the contract has ended by then: it is not early to leave");
        return Ok(termination);
    };
    let lines = monthly_lines(contract, first.max(contract.billing_start), bound_until, indices)?;
    termination.remaining = sum_of(&lines, "remaining charges")?;
    termination.explanation = match between_invoices(contract) {
        None => termination.explanation.assume(
            "every charge and contract month that remains is rounded, as it would be invoiced, and then added up",
        ),
        Some(words) => termination
            .explanation
            .assume("every charge and contract month that remains is rounded and then added up")
            .assume(words),
    };
    if lines.iter().any(|line| line.estimated) {
        termination.explanation = termination.explanation.estimate("prices to come are estimates");
    }
    match rule {
        TerminationRule::RemainingCharges { share, advances, fixed } => {
            termination.on_remaining =
                currency.round(times(*share, termination.remaining, "termination fee")?);
            for advance in advances {
                let left = currency.round(unamortised(contract, advance, first)?);
                termination.unamortised = bounded(termination.unamortised + left, "advances")?;
            }
            termination.fixed = currency.round(*fixed);
            termination.explanation = termination.explanation.input("share", share);
        }
        TerminationRule::DecliningTable(steps) => {
            termination.fixed = currency.round(step_of(contract, steps, first)?);
        }
        TerminationRule::Fixed(fee) => termination.fixed = currency.round(*fee),
    }
    let parts = bounded(termination.on_remaining + termination.unamortised, "termination fee")?;
    termination.fee = bounded(parts + termination.fixed, "termination fee")?;
    termination.explanation = termination
        .explanation
        .input("remaining monthly charges", termination.remaining)
        .input("advances not written off", termination.unamortised)
        .input("fixed fee", termination.fixed);
    Ok(termination)
}

fn check(rule: &TerminationRule) -> Result<()> {
    let amount = |field, amount: Decimal| {
        if amount < Decimal::ZERO {
            return Err(ForecastError::invalid(field, &amount, "a fee is not negative"));
        }
        bounded(amount, field).map(|_| ())
    };
    match rule {
        TerminationRule::RemainingCharges { share, advances, fixed } => {
            if !(Decimal::ZERO..=Decimal::ONE).contains(share) {
                let rule = "a share is a fraction between 0 and 1: 0.75 is 75 %";
                return Err(ForecastError::invalid("share", share, rule));
            }
            for advance in advances {
                amount("advance", advance.amount)?;
            }
            amount("fixed fee", *fixed)
        }
        TerminationRule::DecliningTable(steps) => {
            let mut before = None;
            for step in steps {
                amount("fee", step.fee)?;
                if before >= Some(step.from_contract_month) {
                    let rule = "contract months ascend and do not repeat";
                    return Err(ForecastError::invalid("table", &step.from_contract_month, rule));
                }
                before = Some(step.from_contract_month);
            }
            Ok(())
        }
        TerminationRule::Fixed(fee) => amount("fee", *fee),
    }
}

/// What is left of an advance on a day: the months to come over all months, a month begun counting by its days.
fn unamortised(contract: &Contract, advance: &Advance, first: NaiveDate) -> Result<Decimal> {
    let start = advance.from.unwrap_or(contract.billing_start);
    let months = advance.months.unwrap_or(contract.initial_term_months);
    if months == 0 {
        return Err(ForecastError::invalid(
            "months",
            &months,
            "an advance is written off over a month or more",
        ));
    }
    if first <= start {
        return Ok(advance.amount);
    }
    let over = months_between(start, first);
    let (begun, next) = (add_months(start, over), add_months(start, over.saturating_add(1)));
    let part = proportion(Decimal::ONE, days(begun, first), days(begun, next));
    let left = Decimal::from(months) - Decimal::from(over) - part;
    Ok(proportion(advance.amount, left.max(Decimal::ZERO), Decimal::from(months)))
}

/// Days from one day to another, the second not included.
fn days(from: NaiveDate, to: NaiveDate) -> Decimal {
    Decimal::from((to - from).num_days())
}

/// The fee of a table for the contract months that are over on a day.
fn step_of(contract: &Contract, steps: &[TerminationStep], first: NaiveDate) -> Result<Decimal> {
    let over = months_between(contract.billing_start, first).max(0).unsigned_abs();
    let reached = steps.iter().rev().find(|step| step.from_contract_month <= over);
    reached.map(|step| step.fee).ok_or(ForecastError::Missing {
        field: "fee",
        reason: "the table of termination fees begins later than the day of leaving",
    })
}

/// What all monthly charges but metered power come to for a whole month at the prices and quantities of one day,
/// unrounded, and whether a price is an estimate. Nothing for a day on which the contract does not run.
///
/// # Errors
///
/// As [`month_cost`].
pub fn monthly_rate(
    contract: &Contract,
    date: NaiveDate,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<(Decimal, bool)> {
    let end = contract.end(business_days);
    if end.is_some_and(|end| date > end) {
        return Ok((Decimal::ZERO, false));
    }
    let of_days = Contract { proration: Proration::ActualDaysCalendar, ..contract.clone() };
    let mut rate = Decimal::ZERO;
    let mut estimated = false;
    for charge in contract.charges.iter().filter(|charge| charge.kind.is_monthly()) {
        // Cut to the day, the charge has one segment at most.
        let from = charge.from.map_or(date, |from| from.max(date));
        let to = charge.to.map_or(date, |to| to.min(date));
        let on_day = Charge { from: Some(from), to: Some(to), ..charge.clone() };
        let line = month_cost(&of_days, &on_day, Month::of(date), end, indices)?;
        estimated |= line.estimated;
        for segment in &line.segments {
            let price = times(segment.quantity, segment.unit_price, "monthly rate")?;
            let price = times(price, segment.paid_share, "monthly rate")?;
            let signed = if charge.kind == ChargeKind::Credit { -price } else { price };
            rate = bounded(rate + signed, "monthly rate")?;
        }
    }
    Ok((rate, estimated))
}

/// The cost of days after the end of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdover {
    /// The last day of the contract.
    pub end: NaiveDate,
    /// Days stayed after it.
    pub days: u32,
    /// The monthly charges on the last day, unrounded.
    pub monthly_rate: Decimal,
    /// The cost per calendar month, rounded.
    pub months: Vec<(Month, Decimal)>,
    /// All of it.
    pub cost: Decimal,
    /// Of all amounts.
    pub currency: Currency,
    /// How the cost came about, and what was assumed.
    pub explanation: Explanation,
}

/// What staying until a day costs after the contract has ended: the monthly charges of its last day times a
/// multiplier (1.5 is half as much again), by the days of each calendar month. Metered power comes on top of it.
/// `None` for a contract that goes on renewing, for it has no end to stay beyond.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a negative multiplier; else as [`month_cost`].
pub fn holdover(
    contract: &Contract,
    multiplier: Decimal,
    until: NaiveDate,
    indices: &Indices,
    business_days: &BusinessDays,
) -> Result<Option<Holdover>> {
    if multiplier < Decimal::ZERO {
        return Err(ForecastError::invalid("multiplier", &multiplier, "a multiplier is not negative"));
    }
    let Some(end) = contract.end(business_days) else { return Ok(None) };
    let (monthly_rate, estimated) = monthly_rate(contract, end, indices, business_days)?;
    let price = times(monthly_rate, multiplier, "holdover")?;
    let months = beyond(contract.currency, price, end, until)?;
    let mut explanation =
        Explanation::new("monthly charges of the last day x multiplier x days / days of the calendar month")
            .input("monthly charges of the last day", monthly_rate.normalize())
            .input("multiplier", multiplier)
            .input("end of the contract", end)
            .input("last day stayed", until)
            .assume("metered power is left out: it follows what is drawn");
    if estimated {
        explanation = explanation.estimate("the price of the last day is an estimate");
    }
    Ok(Some(Holdover {
        end,
        days: u32::try_from((until - end).num_days().max(0)).unwrap_or(u32::MAX),
        monthly_rate,
        cost: months.iter().try_fold(Decimal::ZERO, |sum, (_, cost)| bounded(sum + cost, "holdover"))?,
        months,
        currency: contract.currency,
        explanation,
    }))
}

/// A monthly price for the days after one day up to another, by calendar months, each rounded.
pub(super) fn beyond(
    currency: Currency,
    price: Decimal,
    after: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<(Month, Decimal)>> {
    let Some(first) = after.succ_opt().filter(|first| *first <= until) else { return Ok(Vec::new()) };
    let count = u32::try_from(Month::of(until).since(Month::of(first)) + 1).unwrap_or(0);
    let mut months = Vec::new();
    for month in Month::of(first).range(count) {
        let from = month.first_day().max(first);
        let to = month.last_day().min(until);
        // Beyond the last month of the calendar no day counts.
        let stayed = (days(from, to) + Decimal::ONE).max(Decimal::ZERO);
        let cost = proportion(price, stayed, Decimal::from(month.days()));
        months.push((month, currency.round(bounded(cost, "holdover")?)));
    }
    Ok(months)
}
