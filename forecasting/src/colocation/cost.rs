//! What one charge costs in one month.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::contract::{Charge, ChargeKind, Contract, NewPrice, Proration, RenewalPrice};
use super::escalation::{Factor, Indices, whole};
use super::meter::{billed_energy, minimum_energy};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::growth::compound;
use crate::money::{bounded, times};
use crate::month::{Month, add_months, months_between};

/// The cost of one charge in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthLine {
    /// The month.
    pub month: Month,
    /// The cost, rounded to the minor unit.
    pub amount: Decimal,
    /// The same before rounding.
    pub exact: Decimal,
    /// Runs of days with one price and one quantity; empty where nothing is due.
    pub segments: Vec<Segment>,
    /// Days a full price is divided by; 1 where the price is not by time.
    pub of_days: u32,
    /// Whether a price or a quantity is an estimate.
    pub estimated: bool,
    /// Whether a price is an estimate, whatever the quantity is.
    pub price_estimated: bool,
}

/// A run of days with one price and one quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// First day.
    pub first: NaiveDate,
    /// Last day, inclusive.
    pub last: NaiveDate,
    /// Units; billed kWh including power usage effectiveness where metered.
    pub quantity: Decimal,
    /// Price of a unit after escalation.
    pub unit_price: Decimal,
    /// Share that is paid: 1 less abatements.
    pub paid_share: Decimal,
    /// Days that count; 1 where the price is not by time.
    pub days: u32,
    /// The energy that is billed, where metered.
    pub energy: Option<BilledEnergy>,
}

/// Metered energy that is billed for a run of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BilledEnergy {
    /// Average power in kW.
    pub average: Decimal,
    /// Hours of the run.
    pub hours: Decimal,
    /// What is drawn in them, in kWh.
    pub drawn: Decimal,
    /// The minimum take in kWh, where one is agreed.
    pub minimum: Option<Decimal>,
    /// What is billed before power usage effectiveness, in kWh: the larger of the two.
    pub billed: Decimal,
    /// Power usage effectiveness that is billed.
    pub pue: Decimal,
}

impl BilledEnergy {
    /// What it is worked out from, in order.
    pub(super) fn explain(&self, explanation: Explanation) -> Explanation {
        let shown = |value: Decimal| value.round_dp(3).normalize();
        let mut explanation = explanation
            .input("average kW", shown(self.average))
            .input("hours", self.hours)
            .input("drawn kWh", shown(self.drawn));
        if let Some(minimum) = self.minimum {
            explanation = explanation.input("minimum take kWh", shown(minimum));
        }
        explanation
            .input("billed kWh", shown(self.billed))
            .input("power usage effectiveness", self.pue.normalize())
    }
}

impl MonthLine {
    fn empty(month: Month) -> Self {
        Self {
            month,
            amount: Decimal::ZERO,
            exact: Decimal::ZERO,
            segments: Vec::new(),
            of_days: 1,
            estimated: false,
            price_estimated: false,
        }
    }

    /// The formula and its inputs, segment by segment.
    pub fn explain(&self) -> Explanation {
        let formula = if self.segments.iter().any(|segment| segment.energy.is_some()) {
            "sum over runs of days of billed kWh x power usage effectiveness x price of a kWh x paid share, rounded \
             once; billed kWh = the larger of average kW x hours and the minimum take"
        } else {
            "sum over the days of quantity x escalated price x paid share / days of the month, rounded once"
        };
        let mut explanation = Explanation::new(formula);
        for segment in &self.segments {
            if let Some(energy) = &segment.energy {
                explanation = energy.explain(explanation.input("segment from", segment.first));
                explanation = explanation.input("price of a kWh", segment.unit_price.normalize());
                if segment.paid_share != Decimal::ONE {
                    explanation = explanation.input("paid share", segment.paid_share.normalize());
                }
                continue;
            }
            let value = format!(
                "{} x {} x {} x {}/{}",
                segment.quantity.normalize(),
                segment.unit_price.normalize(),
                segment.paid_share.normalize(),
                segment.days,
                self.of_days
            );
            explanation = explanation.input("segment from", segment.first).input("segment", value);
        }
        if self.estimated {
            explanation = explanation.estimate("the price or the quantity of this month is an estimate");
        }
        explanation
    }
}

/// The cost of a charge of a contract in a month.
///
/// The days of the month in which the charge runs are cut where the quantity or the price changes. Each piece
/// costs quantity × price × paid share × days / days of the month, and the sum is rounded once. `last_day` is
/// the last day the contract runs, `None` while it renews without end ([`Contract::end`]).
///
/// # Errors
///
/// [`ForecastError::Missing`] for metered power without metering terms or an index without values;
/// [`ForecastError::Invalid`] and [`ForecastError::OutOfRange`] for impossible terms.
pub fn month_cost(
    contract: &Contract,
    charge: &Charge,
    month: Month,
    last_day: Option<NaiveDate>,
    indices: &Indices,
) -> Result<MonthLine> {
    if charge.kind == ChargeKind::NonRecurring {
        return once(contract, charge, month);
    }
    let (span_first, span_last) = billed_span(contract, month);
    let first = span_first.max(contract.billing_start).max(charge.from.unwrap_or(contract.billing_start));
    let mut last = span_last;
    for limit in [charge.to, last_day].into_iter().flatten() {
        last = last.min(limit);
    }
    if first > last {
        return Ok(MonthLine::empty(month));
    }
    let metered = charge.kind == ChargeKind::PowerMetered;
    let mut line = MonthLine::empty(month);
    if !metered {
        line.of_days = days_between(span_first, span_last);
    }
    let mut sum = Decimal::ZERO;
    let starts = change_dates(contract, charge, first, last);
    for (index, start) in starts.iter().enumerate() {
        let end = starts.get(index + 1).and_then(NaiveDate::pred_opt).unwrap_or(last);
        let price = price_on(contract, charge, *start, indices)?;
        line.estimated |= price.estimated || metered;
        line.price_estimated |= price.estimated;
        let days = days_between(*start, end);
        let energy = if metered { Some(metered_energy(contract, charge, *start, days)?) } else { None };
        let (quantity, counted) = match &energy {
            Some(energy) => (times(energy.billed, energy.pue, "energy")?, 1),
            None => (billed_quantity(contract, charge, *start), days),
        };
        let unit_price = price.value;
        let paid_share = paid_share(contract, charge, *start)?;
        let price = times(times(quantity, unit_price, "charge")?, paid_share, "charge")?;
        sum = bounded(sum + times(price, Decimal::from(counted), "charge")?, "charge")?;
        line.segments.push(Segment {
            first: *start,
            last: end,
            quantity,
            unit_price,
            paid_share,
            days: counted,
            energy,
        });
    }
    line.exact = signed(charge, sum / Decimal::from(line.of_days));
    line.amount = contract.currency.round(line.exact);
    Ok(line)
}

/// A charge that is due once, in the month of its first day.
fn once(contract: &Contract, charge: &Charge, month: Month) -> Result<MonthLine> {
    let day = charge.from.unwrap_or(contract.billing_start);
    let mut line = MonthLine::empty(month);
    if Month::of(day) != month {
        return Ok(line);
    }
    line.exact = times(charge.unit_price, charge.quantity, "charge")?;
    line.amount = contract.currency.round(line.exact);
    line.segments.push(Segment {
        first: day,
        last: day,
        quantity: charge.quantity,
        unit_price: charge.unit_price,
        paid_share: Decimal::ONE,
        days: 1,
        energy: None,
    });
    Ok(line)
}

fn signed(charge: &Charge, amount: Decimal) -> Decimal {
    if charge.kind == ChargeKind::Credit { -amount } else { amount }
}

/// The days whose cost is placed in a month: the month itself, or the contract month that begins in it.
pub(super) fn billed_span(contract: &Contract, month: Month) -> (NaiveDate, NaiveDate) {
    match contract.proration {
        Proration::ActualDaysCalendar => (month.first_day(), month.last_day()),
        Proration::ContractMonth => {
            let number = month.since(Month::of(contract.billing_start));
            let start = add_months(contract.billing_start, number);
            let next = add_months(contract.billing_start, number + 1);
            (start, next.pred_opt().unwrap_or(next))
        }
    }
}

pub(super) fn days_between(first: NaiveDate, last: NaiveDate) -> u32 {
    u32::try_from((last - first).num_days() + 1).unwrap_or(0)
}

/// The first day and every later day of a span on which quantity or price may change.
fn change_dates(contract: &Contract, charge: &Charge, first: NaiveDate, last: NaiveDate) -> Vec<NaiveDate> {
    let mut dates = vec![first];
    let start = contract.billing_start;
    // Ramps, abatements, anniversaries and renewals all fall on the start of a contract month.
    let mut number = months_between(start, first) + 1;
    let mut day = add_months(start, number);
    while day <= last && number < i32::MAX {
        dates.push(day);
        number += 1;
        let next = add_months(start, number);
        if next <= day {
            break;
        }
        day = next;
    }
    if let Some(escalator) = &charge.escalator {
        dates.extend(escalator.changes(start, first, last));
    }
    let anew = charge.repriced.all().iter().map(|anew| anew.from);
    dates.extend(anew.filter(|from| (first..=last).contains(from)));
    dates.sort_unstable();
    dates.dedup();
    dates
}

fn contract_month(contract: &Contract, date: NaiveDate) -> u32 {
    months_between(contract.billing_start, date).max(0).unsigned_abs()
}

/// The quantity of a day by the ramp.
pub(super) fn committed_quantity(contract: &Contract, charge: &Charge, date: NaiveDate) -> Decimal {
    let number = contract_month(contract, date);
    let reached = charge.ramp.iter().filter(|step| step.from_contract_month <= number);
    match reached.max_by_key(|step| step.from_contract_month) {
        Some(step) => step.quantity,
        None if charge.ramp.is_empty() => charge.quantity,
        None => Decimal::ZERO,
    }
}

/// The committed quantity of a day, or the peak where that is higher and counts.
fn billed_quantity(contract: &Contract, charge: &Charge, date: NaiveDate) -> Decimal {
    let quantity = committed_quantity(contract, charge, date);
    charge.peak.map_or(quantity, |peak| quantity.max(peak))
}

/// The kW that are billed on a day whether they are drawn or not: the quantities of all charges by committed kW that
/// are due on it, those in kVA times their power factors. `None` where no charge of the contract is by committed kW.
///
/// # Errors
///
/// [`ForecastError::OutOfRange`] if the quantities do not fit, [`ForecastError::Invalid`] for a power factor that is not
/// above 0 and at most 1.
pub fn committed_kilowatts(contract: &Contract, date: NaiveDate) -> Result<Option<Decimal>> {
    let mut sum = None;
    for charge in contract.charges.iter().filter(|charge| charge.kind == ChargeKind::SpaceKw) {
        let first = charge.from.map_or(contract.billing_start, |from| from.max(contract.billing_start));
        let is_due = first <= date && charge.to.is_none_or(|to| date <= to);
        let quantity = if is_due { committed_quantity(contract, charge, date) } else { Decimal::ZERO };
        let quantity = bounded(charge.kilowatts(bounded(quantity, "commitment")?)?, "commitment")?;
        sum = Some(bounded(sum.unwrap_or(Decimal::ZERO) + quantity, "commitment")?);
    }
    Ok(sum)
}

/// A day on which what is committed changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitmentStep {
    /// The first day of it.
    pub on: NaiveDate,
    /// The kW that are committed from then on.
    pub kilowatts: Decimal,
    /// By how many they rise; below zero where they fall.
    pub change: Decimal,
}

/// The days after one and up to another on which the committed kW change: at the steps of ramps, where charges begin and
/// end, and after the last day of the contract, where it has one.
///
/// # Errors
///
/// As [`committed_kilowatts`].
pub fn commitment_steps(
    contract: &Contract,
    after: NaiveDate,
    until: NaiveDate,
    last_day: Option<NaiveDate>,
) -> Result<Vec<CommitmentStep>> {
    let mut days = vec![contract.billing_start];
    for charge in contract.charges.iter().filter(|charge| charge.kind == ChargeKind::SpaceKw) {
        let steps = charge.ramp.iter().filter_map(|step| i32::try_from(step.from_contract_month).ok());
        days.extend(steps.map(|months| add_months(contract.billing_start, months)));
        days.extend(charge.from);
        days.extend(charge.to.and_then(|to| to.succ_opt()));
    }
    days.extend(last_day.and_then(|last| last.succ_opt()));
    days.retain(|day| *day > after && *day <= until);
    days.sort_unstable();
    days.dedup();
    let on = |day: NaiveDate| {
        let runs = last_day.is_none_or(|last| day <= last);
        Ok(committed_kilowatts(contract, day)?.filter(|_| runs).unwrap_or_default())
    };
    let mut before = on(after)?;
    let mut steps = Vec::new();
    for day in days {
        let now = on(day)?;
        if now != before {
            steps.push(CommitmentStep { on: day, kilowatts: now, change: now - before });
        }
        before = now;
    }
    Ok(steps)
}

/// What is billed by a meter for a number of days.
fn metered_energy(contract: &Contract, charge: &Charge, date: NaiveDate, days: u32) -> Result<BilledEnergy> {
    let metering = charge.metering.ok_or(ForecastError::Missing {
        field: "metering",
        reason: "metered power needs a power usage effectiveness and a commitment",
    })?;
    let hours = Decimal::from(days) * Decimal::from(24);
    let average = billed_quantity(contract, charge, date);
    let drawn = times(average, hours, "energy")?;
    let least = |share| minimum_energy(hours, metering.commitment, share);
    Ok(BilledEnergy {
        average,
        hours,
        drawn,
        minimum: metering.minimum_take.map(least).transpose()?,
        billed: billed_energy(drawn, hours, metering.commitment, metering.minimum_take)?,
        pue: metering.pue.billed(metering.measured_pue)?,
    })
}

fn paid_share(contract: &Contract, charge: &Charge, date: NaiveDate) -> Result<Decimal> {
    let number = contract_month(contract, date);
    let mut waived = Decimal::ZERO;
    for abatement in &charge.abatements {
        let begun = number >= abatement.from_contract_month;
        if begun && number - abatement.from_contract_month < abatement.months {
            waived = bounded(waived + bounded(abatement.rate, "abatement")?, "abatement")?;
        }
    }
    Ok((Decimal::ONE - waived).max(Decimal::ZERO))
}

/// The price of a unit on a day, which may be one that was agreed anew.
fn price_on(contract: &Contract, charge: &Charge, date: NaiveDate, indices: &Indices) -> Result<Factor> {
    let factor = price_factor(contract, charge, date, indices)?;
    let agreed = times(charge.unit_price, factor.value, "unit price")?;
    let Some(anew) = charge.repriced.on(date) else {
        return Ok(Factor { value: agreed, ..factor });
    };
    match anew.price {
        NewPrice::Factor(by) => Ok(Factor { value: times(agreed, by, "unit price")?, ..factor }),
        NewPrice::Unit(price) => {
            let before = price_factor(contract, charge, anew.from, indices)?;
            let rise = factor.value.checked_div(before.value);
            let rise = rise.ok_or(ForecastError::OutOfRange { field: "unit price" })?;
            Ok(Factor { value: times(price, rise, "unit price")?, ..factor })
        }
    }
}

/// What the base price of a charge is multiplied with on a day: its escalator in the initial term, then the
/// price rule of the renewals.
fn price_factor(contract: &Contract, charge: &Charge, date: NaiveDate, indices: &Indices) -> Result<Factor> {
    let renewals = contract.term_number(date);
    let start = contract.billing_start;
    let until = if renewals == 0 { date } else { contract.initial_end() };
    let mut factor = match &charge.escalator {
        Some(escalator) => escalator.factor(start, until, indices)?,
        None => Factor::ONE,
    };
    let Some(renewal) = contract.renewal.as_ref().filter(|_| renewals > 0) else {
        return Ok(factor);
    };
    match &renewal.price {
        RenewalPrice::FixedUplift(rate) => {
            let rate = charge.renewal_uplift.unwrap_or(*rate);
            factor.value = times(factor.value, compound(rate, renewals)?, "renewal price")?;
        }
        RenewalPrice::Cpi(terms) => {
            let mut term_months = contract.initial_term_months.min(12);
            let mut months = contract.initial_term_months;
            for _ in 0..renewals {
                let step = indices.step(terms, add_months(start, whole(months)), term_months)?;
                let rise = Decimal::ONE + bounded(step.value, "renewal price")?;
                factor.value = times(factor.value, rise, "renewal price")?;
                factor.estimated |= step.estimated;
                term_months = renewal.term_months;
                months = months.saturating_add(renewal.term_months);
            }
        }
        RenewalPrice::ThenCurrent | RenewalPrice::Market => factor.estimated = true,
    }
    Ok(factor)
}
