//! What is wrong with a record of a fixed-asset register, all of it at once, with the amount each finding affects.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::schedule::LONGEST_LIFE;
use crate::money::{LIMIT, proportion};
use crate::month::{Month, months_between};

/// Lives below this many months are taken for years: what serves less than a year is not capitalised.
const YEAR: u32 = 12;
/// Lives above this many months are doubted for equipment: forty years.
const DOUBTED_LIFE: u32 = 480;
/// Months after which what was bought and never put into service is asked about.
const LONG_UNDER_CONSTRUCTION: i32 = 12;

/// A record as a register states it, whether or not it makes sense. All amounts are in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterRecord {
    /// Capitalised cost.
    pub cost: Decimal,
    /// What is expected to be left.
    pub salvage: Decimal,
    /// Useful life, in months if the record is right.
    pub life_months: u32,
    /// The day it was bought or received, if known.
    pub acquired: Option<NaiveDate>,
    /// The day it entered service; `None` while it is under construction.
    pub in_service: Option<NaiveDate>,
    /// The day depreciation starts, if stated.
    pub depreciable_from: Option<NaiveDate>,
    /// Depreciation accumulated, if stated.
    pub accumulated: Option<Decimal>,
    /// Impairment losses so far.
    pub impairment: Decimal,
    /// Book value, if stated.
    pub book_value: Option<Decimal>,
    /// The day it was retired, by the register or by the inventory.
    pub retired: Option<NaiveDate>,
    /// How many pieces it stands for, if stated.
    pub pieces: Option<u32>,
    /// Whether it has a serial number.
    pub has_serial: bool,
}

/// One thing wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The field.
    pub field: &'static str,
    /// Its value.
    pub value: String,
    /// The rule it breaks.
    pub rule: &'static str,
    /// Whether the record can be used nevertheless.
    pub severity: Severity,
    /// The amount it affects, in the currency of the record; `None` where it cannot be told.
    pub amount: Option<Decimal>,
}

/// Whether a finding keeps a record from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; the record can be computed.
    Warning,
    /// The record cannot be computed.
    Error,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {:?}: {}", self.field, self.value, self.rule)
    }
}

/// Everything that is wrong with a record as of a day; empty for a sound one.
pub fn findings(record: &RegisterRecord, as_of: NaiveDate) -> Vec<Finding> {
    let mut findings = Findings::default();
    if amounts(record, &mut findings) {
        life(record, &mut findings);
        pieces(record, &mut findings);
        accumulated(record, &mut findings);
        dates(record, as_of, &mut findings);
        book_value(record, as_of, &mut findings);
    }
    findings.list
}

impl RegisterRecord {
    /// The book value as far as the record tells it: as it follows from depreciation, or as stated, or else the cost
    /// less impairment, for nothing says that any of it was depreciated.
    pub fn book_value_or_cost(&self) -> Decimal {
        self.computed_book_value().unwrap_or(self.cost - self.impairment)
    }

    /// Cost less accumulated depreciation less impairment, or the stated book value where no depreciation is stated.
    fn computed_book_value(&self) -> Option<Decimal> {
        match self.accumulated {
            Some(accumulated) => Some(self.cost - accumulated - self.impairment),
            None => self.book_value,
        }
    }

    fn depreciable(&self) -> Decimal {
        (self.cost - self.salvage).max(Decimal::ZERO)
    }
}

#[derive(Default)]
struct Findings {
    list: Vec<Finding>,
}

impl Findings {
    fn error(
        &mut self,
        field: &'static str,
        value: &dyn fmt::Display,
        rule: &'static str,
        amount: Option<Decimal>,
    ) {
        let severity = Severity::Error;
        self.list.push(Finding { field, value: value.to_string(), rule, severity, amount });
    }

    fn warn(
        &mut self,
        field: &'static str,
        value: &dyn fmt::Display,
        rule: &'static str,
        amount: Option<Decimal>,
    ) {
        let severity = Severity::Warning;
        self.list.push(Finding { field, value: value.to_string(), rule, severity, amount });
    }
}

/// Whether all amounts are small enough to be computed with.
fn amounts(record: &RegisterRecord, findings: &mut Findings) -> bool {
    let stated = [
        ("cost", Some(record.cost)),
        ("salvage", Some(record.salvage)),
        ("accumulated", record.accumulated),
        ("impairment", Some(record.impairment)),
        ("book_value", record.book_value),
    ];
    for (field, amount) in stated {
        if let Some(amount) = amount.filter(|amount| amount.abs() > LIMIT) {
            findings.error(field, &amount, "no such amount exists", None);
        }
    }
    if !findings.list.is_empty() {
        return false;
    }
    for (field, amount) in stated {
        if let Some(amount) = amount.filter(|amount| *amount < Decimal::ZERO) {
            findings.error(field, &amount, "not negative", Some(-amount));
        }
    }
    if record.cost.is_zero() {
        findings.warn("cost", &record.cost, "an asset without cost has nothing to depreciate", None);
    }
    if record.salvage > record.cost {
        let excess = record.salvage - record.cost;
        findings.error("salvage", &record.salvage, "salvage is not above cost", Some(excess));
    }
    true
}

fn life(record: &RegisterRecord, findings: &mut Findings) {
    let life = record.life_months;
    if !(1..=LONGEST_LIFE).contains(&life) {
        let rule = "a life is 1 to 1,200 months";
        findings.error("life_months", &life, rule, Some(record.depreciable()));
    } else if life < YEAR {
        // What the first year charges too much if years were meant: all of it instead of one part.
        let right = proportion(record.depreciable(), Decimal::ONE, Decimal::from(life));
        let amount = Some(record.depreciable() - right).filter(|amount| !amount.is_zero());
        findings.warn("life_months", &life, "below a year: years were meant, 5 for 60 months", amount);
    } else if life > DOUBTED_LIFE {
        let rule = "above forty years: is it in months?";
        findings.warn("life_months", &life, rule, Some(record.depreciable()));
    }
}

fn pieces(record: &RegisterRecord, findings: &mut Findings) {
    let Some(pieces) = record.pieces else { return };
    if pieces == 0 {
        findings.error("quantity", &pieces, "an entry stands for one piece at least", Some(record.cost));
    } else if pieces > 1 && record.has_serial {
        // All pieces but the one that the serial number is of.
        let one = proportion(record.cost, Decimal::ONE, Decimal::from(pieces));
        let rule = "several pieces have several serial numbers";
        findings.warn("quantity", &pieces, rule, Some(record.cost - one));
    }
}

fn accumulated(record: &RegisterRecord, findings: &mut Findings) {
    let Some(accumulated) = record.accumulated else { return };
    let written_off = accumulated + record.impairment;
    if written_off > record.cost {
        let rule = "accumulated depreciation and impairment are not above cost";
        findings.error("accumulated", &accumulated, rule, Some(written_off - record.cost));
    } else if written_off > record.cost - record.salvage && record.salvage <= record.cost {
        let rule = "depreciation stops at salvage";
        let excess = written_off - (record.cost - record.salvage);
        findings.warn("accumulated", &accumulated, rule, Some(excess));
    }
}

fn dates(record: &RegisterRecord, as_of: NaiveDate, findings: &mut Findings) {
    let accumulated = record.accumulated.filter(|accumulated| !accumulated.is_zero());
    let stated = [
        ("acquired", record.acquired),
        ("in_service", record.in_service),
        ("depreciable_from", record.depreciable_from),
        ("retired", record.retired),
    ];
    for (field, date) in stated {
        if let Some(date) = date.filter(|date| stands_for_nothing(*date)) {
            findings.warn(field, &date, "a date that stands for a missing one", Some(record.cost));
        }
    }
    let Some(in_service) = record.in_service else {
        if let Some(accumulated) = accumulated {
            let rule = "nothing is depreciated before it is in service";
            findings.error("in_service", &"none", rule, Some(accumulated));
        }
        if let Some(acquired) = record.acquired
            && months_between(acquired, as_of) >= LONG_UNDER_CONSTRUCTION
            && record.retired.is_none()
        {
            let rule = "bought over a year ago and never put into service";
            findings.warn("in_service", &"none", rule, Some(record.cost));
        }
        return;
    };
    if let Some(from) = record.depreciable_from.filter(|from| *from < in_service) {
        let months = Month::of(in_service).since(Month::of(from)).unsigned_abs();
        let life = record.life_months.max(1);
        let early = proportion(record.depreciable(), Decimal::from(months.min(life)), Decimal::from(life));
        let amount = Some(early).filter(|early| !early.is_zero());
        findings.error("depreciable_from", &from, "nothing is depreciated before it is in service", amount);
    }
    if let Some(accumulated) = accumulated.filter(|_| in_service > as_of) {
        let rule = "nothing is depreciated before it is in service";
        findings.error("in_service", &in_service, rule, Some(accumulated));
    }
    if let Some(retired) = record.retired.filter(|retired| *retired < in_service) {
        findings.error("retired", &retired, "nothing is retired before it is in service", Some(record.cost));
    }
}

fn book_value(record: &RegisterRecord, as_of: NaiveDate, findings: &mut Findings) {
    let computed = record.computed_book_value();
    if let (Some(stated), Some(_), Some(computed)) = (record.book_value, record.accumulated, computed)
        && stated != computed
    {
        let rule = "the book value is cost less accumulated depreciation less impairment";
        findings.warn("book_value", &stated, rule, Some(stated - computed));
    }
    if let (Some(retired), Some(value)) = (record.retired, computed)
        && retired <= as_of
        && value > Decimal::ZERO
    {
        let rule = "retired with a book value left: it is to be written off";
        findings.warn("retired", &retired, rule, Some(value));
    }
}

/// Dates that programs write where none is known.
fn stands_for_nothing(date: NaiveDate) -> bool {
    let (year, month, day) = (date.year(), date.month(), date.day());
    matches!((year, month, day), (1899, 12, 30 | 31) | (1900 | 1970, 1, 1)) || !(1900..9999).contains(&year)
}
