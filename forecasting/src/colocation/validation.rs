//! What is wrong with a contract, all of it at once.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::contract::{Abatement, Charge, ChargeKind, Contract, NoticeUnit, RenewalPrice};
use super::escalation::{CpiTerms, Escalation, Escalator};
use super::meter::PueRule;
use crate::money::{LIMIT, times};

/// The longest term that is believed: a hundred years.
const LONGEST_TERM: u32 = 1200;
/// The most that a charge is believed to cost in a month.
const MOST_A_MONTH: Decimal = Decimal::from_parts(0xD4A5_1000, 0xE8, 0, false, 0);
/// Hours of the longest month.
const HOURS_OF_MONTH: Decimal = Decimal::from_parts(744, 0, 0, false, 0);
const FALL_RULE: &str = "a price does not fall by all of it or more: a rate is above -1";
const RATE_RULE: &str = "a rate is a fraction: 0.03 is 3 %";
const NOT_NEGATIVE: &str = "not negative";

/// One thing wrong with a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, such as `charges[0].escalator.rate`.
    pub field: String,
    /// Its value.
    pub value: String,
    /// The rule it breaks.
    pub rule: &'static str,
    /// Whether the contract can be used nevertheless.
    pub severity: Severity,
}

/// Whether a problem keeps a contract from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; the contract can be computed.
    Warning,
    /// The contract cannot be computed.
    Error,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?}: {}", self.field, self.value, self.rule)
    }
}

/// Everything that is wrong with a contract; empty for a sound one.
pub fn validate(contract: &Contract) -> Vec<Problem> {
    let mut problems = Problems::default();
    terms(contract, &mut problems);
    notice(contract, &mut problems);
    renewal(contract, &mut problems);
    for (position, charge) in contract.charges.iter().enumerate() {
        problems.prefix = format!("charges[{position}].");
        self::charge(contract, charge, &mut problems);
        if let Some(escalator) = &charge.escalator {
            self::escalator(escalator, &mut problems);
        }
        steps(contract, charge, &mut problems);
        metering(charge, &mut problems);
        free(contract, charge, &mut problems);
    }
    problems.prefix.clear();
    if minimum_billed_twice(contract) {
        problems.warn(
            "charges",
            &"POWER_METERED, POWER_METERED",
            "a minimum take and the metered energy may both be billed, where the larger of them is due",
        );
    }
    if billed_twice(contract) {
        problems.warn(
            "charges",
            &"POWER_CIRCUIT, POWER_METERED",
            "power by circuit and by meter may be billed twice",
        );
    }
    problems.list
}

/// Whether two charges are due on one day.
fn overlap(contract: &Contract, one: &Charge, other: &Charge) -> bool {
    let ends_before = |end: Option<NaiveDate>, from: Option<NaiveDate>| {
        end.is_some_and(|end| end < from.unwrap_or(contract.billing_start))
    };
    !ends_before(one.to, other.from) && !ends_before(other.to, one.from)
}

/// Whether power by circuit and by meter are charged on one day.
fn billed_twice(contract: &Contract) -> bool {
    let of_kind = |kind| contract.charges.iter().filter(move |charge| charge.kind == kind);
    of_kind(ChargeKind::PowerCircuit)
        .any(|circuit| of_kind(ChargeKind::PowerMetered).any(|metered| overlap(contract, circuit, metered)))
}

/// Whether a meter with a minimum take and one without are charged on one day: the minimum as a line of its own.
fn minimum_billed_twice(contract: &Contract) -> bool {
    let with = |has_minimum: bool| {
        contract.charges.iter().filter(move |charge| {
            charge.metering.is_some_and(|terms| terms.minimum_take.is_some() == has_minimum)
        })
    };
    with(true).any(|minimum| with(false).any(|metered| overlap(contract, minimum, metered)))
}

/// Problems as they are found.
#[derive(Default)]
pub(super) struct Problems {
    /// What the field of the next problem stands under.
    pub prefix: String,
    /// Those found so far.
    pub list: Vec<Problem>,
}

impl Problems {
    pub fn error(&mut self, field: &str, value: &dyn fmt::Display, rule: &'static str) {
        self.push(field, value, rule, Severity::Error);
    }

    pub fn warn(&mut self, field: &str, value: &dyn fmt::Display, rule: &'static str) {
        self.push(field, value, rule, Severity::Warning);
    }

    fn push(&mut self, field: &str, value: &dyn fmt::Display, rule: &'static str, severity: Severity) {
        let field = format!("{}{field}", self.prefix);
        self.list.push(Problem { field, value: value.to_string(), rule, severity });
    }

    pub fn check(&mut self, holds: bool, field: &str, value: &dyn fmt::Display, rule: &'static str) {
        if !holds {
            self.error(field, value, rule);
        }
    }

    /// A rise per step: 3 was meant as 3 %.
    fn rate(&mut self, field: &str, rate: Decimal) {
        self.check(rate > Decimal::NEGATIVE_ONE, field, &rate, FALL_RULE);
        self.check(rate < Decimal::ONE, field, &rate, RATE_RULE);
    }

    fn amount(&mut self, field: &str, amount: Decimal) {
        self.check(amount >= Decimal::ZERO, field, &amount, NOT_NEGATIVE);
        self.check(amount <= LIMIT, field, &amount, "no such amount exists");
    }
}

fn terms(contract: &Contract, problems: &mut Problems) {
    let months = contract.initial_term_months;
    let rule = "a term is 1 to 1,200 months";
    problems.check((1..=LONGEST_TERM).contains(&months), "initial_term_months", &months, rule);
    if let Some(stated) = contract.stated_end {
        if stated < contract.billing_start {
            problems.error("stated_end", &stated, "the end is not before the start of billing");
        } else if stated != contract.initial_end() {
            problems.warn("stated_end", &stated, "differs from the start of billing plus the term");
        }
    }
    if let Some(signed) = contract.signed.filter(|signed| *signed > contract.billing_start) {
        problems.warn("signed", &signed, "signed after billing started");
    }
    if let Some(given) = contract.notice_given
        && contract.signed.is_some_and(|signed| given < signed)
    {
        problems.error("notice_given", &given, "notice is not given before the contract is signed");
    }
}

/// Days of notice, rough where months or business days are counted.
fn notice_days(count: u32, unit: NoticeUnit) -> u64 {
    match unit {
        NoticeUnit::CalendarDays => u64::from(count),
        NoticeUnit::BusinessDays => u64::from(count) * 7 / 5,
        NoticeUnit::Months => u64::from(count) * 30,
    }
}

fn notice(contract: &Contract, problems: &mut Problems) {
    let Some(notice) = contract.notice else { return };
    let term_days = (contract.initial_end() - contract.billing_start).num_days().unsigned_abs() + 1;
    let rule = "notice is not longer than the term";
    problems.check(
        notice_days(notice.minimum, notice.unit) <= term_days,
        "notice.minimum",
        &notice.minimum,
        rule,
    );
    if let Some(maximum) = notice.maximum {
        let rule = "the earliest notice is not after the latest";
        problems.check(maximum >= notice.minimum, "notice.maximum", &maximum, rule);
    }
    if let Some(renewal) = &contract.renewal {
        let days = u64::from(renewal.term_months) * 31;
        if notice_days(notice.minimum, notice.unit) > days {
            problems.warn("notice.minimum", &notice.minimum, "notice is longer than a renewal");
        }
    }
}

fn renewal(contract: &Contract, problems: &mut Problems) {
    let Some(renewal) = &contract.renewal else { return };
    let months = renewal.term_months;
    let rule = "a renewal is 1 to 1,200 months";
    problems.check((1..=LONGEST_TERM).contains(&months), "renewal.term_months", &months, rule);
    match &renewal.price {
        RenewalPrice::FixedUplift(rate) => problems.rate("renewal.price.rate", *rate),
        RenewalPrice::Cpi(terms) => cpi("renewal.price", terms, problems),
        RenewalPrice::ThenCurrent | RenewalPrice::Market => {}
    }
}

fn charge(contract: &Contract, charge: &Charge, problems: &mut Problems) {
    problems.amount("unit_price", charge.unit_price);
    problems.amount("quantity", charge.quantity);
    if let Some(peak) = charge.peak {
        problems.amount("peak", peak);
    }
    if let Some(factor) = charge.power_factor {
        let is_factor = factor > Decimal::ZERO && factor <= Decimal::ONE;
        problems.check(is_factor, "power_factor", &factor, "a power factor is above 0 and at most 1");
    }
    let rule = "with its quantity it comes to more than 1,000,000,000,000 a month: no such charge exists";
    problems.check(is_believable(charge), "unit_price", &charge.unit_price, rule);
    if let (Some(from), Some(to)) = (charge.from, charge.to) {
        problems.check(from <= to, "to", &to, "the end is not before the start");
    }
    if charge.kind != ChargeKind::NonRecurring
        && let Some(from) = charge.from
    {
        if from < contract.billing_start {
            problems.warn("from", &from, "nothing is billed before the start of billing");
        }
        if contract.renewal.is_none() && from > contract.initial_end() {
            problems.warn("from", &from, "starts after the contract has ended: never billed");
        }
    }
    if let Some(rate) = charge.renewal_uplift {
        problems.rate("renewal_uplift", rate);
    }
}

/// Whether a month of a charge, at its first price and largest quantity, costs what can be meant.
fn is_believable(charge: &Charge) -> bool {
    let ramp = charge.ramp.iter().map(|step| step.quantity);
    let most = ramp.chain(charge.peak).fold(charge.quantity, Decimal::max);
    // Of metered power a unit is a kWh, and the quantity kW.
    let hours = if charge.kind == ChargeKind::PowerMetered { HOURS_OF_MONTH } else { Decimal::ONE };
    times(charge.unit_price, most, "charge")
        .and_then(|month| times(month, hours, "charge"))
        .is_ok_and(|month| month <= MOST_A_MONTH)
}

fn escalator(escalator: &Escalator, problems: &mut Problems) {
    match &escalator.escalation {
        Escalation::Fixed(rate) => {
            problems.rate("escalator.rate", *rate);
            falling("escalator.rate", *rate, problems);
        }
        Escalation::Cpi(terms) => cpi("escalator.cpi", terms, problems),
        Escalation::Table(table) => {
            let mut before: Option<NaiveDate> = None;
            for (index, (date, rate)) in table.iter().enumerate() {
                problems.rate(&format!("escalator.table[{index}].rate"), *rate);
                falling(&format!("escalator.table[{index}].rate"), *rate, problems);
                let rule = "dates ascend and do not repeat";
                problems.check(before < Some(*date), &format!("escalator.table[{index}].date"), &date, rule);
                before = Some(*date);
            }
            return;
        }
    }
    let every = escalator.every_months;
    problems.check(
        (1..=LONGEST_TERM).contains(&every),
        "escalator.every_months",
        &every,
        "1 to 1,200 months",
    );
}

/// A step that lowers the price: agreed now and then, and as often a slip.
fn falling(field: &str, rate: Decimal, problems: &mut Problems) {
    if rate < Decimal::ZERO && rate > Decimal::NEGATIVE_ONE {
        problems.warn(field, &rate, "a negative rate lowers the price with every step");
    }
}

fn cpi(field: &str, terms: &CpiTerms, problems: &mut Problems) {
    for (name, rate) in [("floor", terms.floor), ("cap", terms.cap)] {
        if let Some(rate) = rate {
            problems.rate(&format!("{field}.{name}"), rate);
        }
    }
    if let (Some(floor), Some(cap)) = (terms.floor, terms.cap) {
        problems.check(floor <= cap, &format!("{field}.floor"), &floor, "the floor is not above the cap");
    }
}

fn steps(contract: &Contract, charge: &Charge, problems: &mut Problems) {
    let term = contract.initial_term_months;
    let mut before: Option<u32> = None;
    for (index, step) in charge.ramp.iter().enumerate() {
        let field = format!("ramp[{index}].from_contract_month");
        let month = step.from_contract_month;
        problems.check(month < term, &field, &month, "a ramp step lies within the term");
        problems.check(before < Some(month), &field, &month, "ramp steps ascend and do not repeat");
        problems.amount(&format!("ramp[{index}].quantity"), step.quantity);
        before = Some(month);
    }
    if let Some(first) = charge.ramp.first().filter(|step| step.from_contract_month > 0) {
        let rule = "the ramp starts later than contract month 0: nothing is billed until then";
        problems.warn("ramp[0].from_contract_month", &first.from_contract_month, rule);
    }
    for (index, abatement) in charge.abatements.iter().enumerate() {
        let field = |name: &str| format!("abatements[{index}].{name}");
        problems.check(abatement.months > 0, &field("months"), &abatement.months, "at least one month");
        let end = abatement.from_contract_month.saturating_add(abatement.months);
        problems.check(end <= term, &field("months"), &abatement.months, "an abatement ends within the term");
        let fraction = (Decimal::ZERO..=Decimal::ONE).contains(&abatement.rate);
        problems.check(fraction, &field("rate"), &abatement.rate, "the waived share is between 0 and 1");
        let begins = abatement.from_contract_month;
        let meets = |other: &Abatement| {
            let over = other.from_contract_month.saturating_add(other.months);
            begins < over && other.from_contract_month < end
        };
        if charge.abatements[..index].iter().any(meets) {
            let rule = "overlaps another: what both waive adds up, to the whole price at most";
            problems.warn(&field("from_contract_month"), &begins, rule);
        }
    }
}

/// A charge that is waived in full for the whole term.
fn free(contract: &Contract, charge: &Charge, problems: &mut Problems) {
    let waived = |month: u32| {
        let of_month = charge.abatements.iter().filter(|abatement| {
            let begun = month >= abatement.from_contract_month;
            begun && month - abatement.from_contract_month < abatement.months
        });
        of_month.map(|abatement| abatement.rate.clamp(Decimal::ZERO, Decimal::ONE)).sum::<Decimal>()
    };
    let months = contract.initial_term_months.min(LONGEST_TERM);
    if months > 0 && !charge.abatements.is_empty() && (0..months).all(|month| waived(month) >= Decimal::ONE) {
        problems.warn("abatements", &"1", "all of the term is free: a discount of 100 %");
    }
}

fn metering(charge: &Charge, problems: &mut Problems) {
    let Some(metering) = charge.metering else {
        let metered = charge.kind == ChargeKind::PowerMetered;
        problems.check(!metered, "metering", &"none", "metered power states how it is billed");
        return;
    };
    problems.amount("metering.commitment", metering.commitment);
    let stated = match metering.pue {
        PueRule::Measured => None,
        PueRule::Contractual(pue) | PueRule::MeasuredCapped(pue) => Some(pue),
    };
    for (field, pue) in [("metering.pue", stated), ("metering.measured_pue", metering.measured_pue)] {
        if let Some(pue) = pue {
            let rule = "a power usage effectiveness is not below 1";
            problems.check(pue >= Decimal::ONE, field, &pue, rule);
        }
    }
    let needs_measure = !matches!(metering.pue, PueRule::Contractual(_));
    if needs_measure && metering.measured_pue.is_none() {
        problems.error("metering.measured_pue", &"none", "the measured power usage effectiveness is billed");
    }
    if let Some(share) = metering.minimum_take {
        let fraction = (Decimal::ZERO..=Decimal::ONE).contains(&share);
        problems.check(fraction, "metering.minimum_take", &share, "a share is between 0 and 1");
    }
}
