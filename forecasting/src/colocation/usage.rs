//! What is wrong between a contract and what is used under it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::capacity::Reading;
use super::contract::Contract;
use super::cost::committed_kilowatts;
use super::power::Circuit;
use super::validation::{Problem, Problems};
use crate::money::bounded;
use crate::month::Month;
use crate::quantity::kilovolt_amperes;

/// Months of drawing more than is committed after which it is no accident.
const MONTHS_ABOVE_COMMITMENT: usize = 3;
/// The longest addition to an order number that is taken for a suffix.
const LONGEST_SUFFIX: usize = 4;

/// What is used under a contract, as far as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The day it is looked at.
    pub as_of: NaiveDate,
    /// Circuits.
    pub circuits: Vec<Circuit>,
    /// What was measured on them.
    pub readings: Vec<Reading>,
    /// What was measured of all of them together; the circuit of a reading is a name for the whole.
    pub whole: Vec<Reading>,
    /// Real over apparent power; readings are taken as kVA where it is not known, which lets more pass.
    pub power_factor: Option<Decimal>,
    /// Drawn power per month in kW, average or peak as the contract counts its commitment.
    pub monthly_draw: BTreeMap<Month, Decimal>,
    /// Cross-connects that are billed.
    pub cross_connects: Vec<CrossConnect>,
    /// Cabinets that were given back.
    pub returned_cabinets: BTreeSet<String>,
}

/// A cross-connect that is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrossConnect {
    /// Its name.
    pub name: String,
    /// The day the device at its end was taken out of service, if it was.
    pub decommissioned: Option<NaiveDate>,
}

/// Everything that is wrong between a contract and its use; empty where they agree.
///
/// What makes a figure of power impossible is an error; the rest is worth a look.
pub fn validate_usage(contract: &Contract, usage: &Usage) -> Vec<Problem> {
    let mut problems = Problems::default();
    circuits(usage, &mut problems);
    readings(usage, &mut problems);
    whole(usage, &mut problems);
    draw(contract, usage, &mut problems);
    for (position, connect) in usage.cross_connects.iter().enumerate() {
        if let Some(day) = connect.decommissioned.filter(|day| *day <= usage.as_of) {
            let field = format!("cross_connects[{position}].decommissioned");
            problems.warn(
                &field,
                &day,
                "the device at its end is out of service and the connection is billed",
            );
        }
    }
    problems.list
}

fn circuits(usage: &Usage, problems: &mut Problems) {
    let mut names = BTreeSet::new();
    for (position, circuit) in usage.circuits.iter().enumerate() {
        problems.prefix = format!("circuits[{position}].");
        problems.check(names.insert(&circuit.name), "name", &circuit.name, "names of circuits do not repeat");
        for (field, value) in [("voltage", circuit.voltage), ("amps", circuit.amps)] {
            problems.check(value > Decimal::ZERO, field, &value, "a circuit has volts and amperes above 0");
        }
        let fraction = circuit.derate > Decimal::ZERO && circuit.derate <= Decimal::ONE;
        let rule = "a derate is a fraction above 0 and at most 1: 0.8 is 80 %";
        problems.check(fraction, "derate", &circuit.derate, rule);
        if circuit.feed.is_none() {
            problems.warn("feed", &"none", "without its feed it is not known what is protected");
        }
        if usage.returned_cabinets.contains(&circuit.cabinet) {
            problems.warn(
                "cabinet",
                &circuit.cabinet,
                "the cabinet was given back and the circuit is billed",
            );
        }
    }
    problems.prefix.clear();
    if let Some(factor) = usage.power_factor {
        let fraction = factor > Decimal::ZERO && factor <= Decimal::ONE;
        problems.check(fraction, "power_factor", &factor, "a power factor is above 0 and at most 1");
    }
}

/// The highest reading of every circuit against what the circuit can carry.
fn readings(usage: &Usage, problems: &mut Problems) {
    let mut highest: BTreeMap<&str, (usize, Decimal)> = BTreeMap::new();
    for (position, reading) in usage.readings.iter().enumerate() {
        let known = highest.entry(reading.circuit.as_str()).or_insert((position, reading.kilowatts));
        if reading.kilowatts > known.1 {
            *known = (position, reading.kilowatts);
        }
        let field = format!("readings[{position}].kilowatts");
        let holds = reading.kilowatts >= Decimal::ZERO;
        problems.check(holds, &field, &reading.kilowatts, "what is drawn is not negative");
    }
    let circuits: BTreeMap<&str, &Circuit> =
        usage.circuits.iter().map(|circuit| (circuit.name.as_str(), circuit)).collect();
    for (name, (position, kilowatts)) in highest {
        let Some(circuit) = circuits.get(name) else {
            if kilowatts > Decimal::ZERO {
                let field = format!("readings[{position}].circuit");
                problems.warn(&field, &name, "power is drawn on a circuit that is not recorded");
            }
            continue;
        };
        let factor = usage.power_factor.unwrap_or(Decimal::ONE);
        // A circuit or a factor that is not usable has its own problem above.
        let (Ok(drawn), Ok(nameplate), Ok(usable)) =
            (kilovolt_amperes(kilowatts, factor), circuit.nameplate_kva(), circuit.usable_kva())
        else {
            continue;
        };
        let field = format!("readings[{position}].kilowatts");
        if drawn > nameplate {
            problems.warn(&field, &kilowatts, "more is drawn than the breaker of the circuit lets pass");
        } else if drawn > usable {
            problems.warn(&field, &kilowatts, "more is drawn than may be used of the circuit for long");
        }
    }
}

/// The highest reading of all circuits together against what they can carry together.
fn whole(usage: &Usage, problems: &mut Problems) {
    let highest = usage.whole.iter().enumerate();
    let Some((position, reading)) =
        highest.max_by_key(|(position, reading)| (reading.kilowatts, std::cmp::Reverse(*position)))
    else {
        return;
    };
    if usage.circuits.is_empty() {
        return;
    }
    let sum = |power: fn(&Circuit) -> crate::error::Result<Decimal>| {
        usage.circuits.iter().try_fold(Decimal::ZERO, |sum, circuit| bounded(sum + power(circuit)?, "power"))
    };
    let factor = usage.power_factor.unwrap_or(Decimal::ONE);
    // A circuit or a factor that is not usable has its own problem.
    let (Ok(drawn), Ok(nameplate), Ok(usable)) =
        (kilovolt_amperes(reading.kilowatts, factor), sum(Circuit::nameplate_kva), sum(Circuit::usable_kva))
    else {
        return;
    };
    let field = format!("whole[{position}].kilowatts");
    if drawn > nameplate {
        let rule = "more is drawn than the breakers of all circuits let pass together";
        problems.warn(&field, &reading.kilowatts, rule);
    } else if drawn > usable {
        let rule = "more is drawn than may be used of all circuits for long";
        problems.warn(&field, &reading.kilowatts, rule);
    }
}

/// Months in a row in which more is drawn than committed.
fn draw(contract: &Contract, usage: &Usage, problems: &mut Problems) {
    let unmetered = usage.circuits.is_empty() && usage.readings.is_empty();
    let mut row: Vec<Month> = Vec::new();
    for (month, drawn) in &usage.monthly_draw {
        let field = format!("monthly_draw[{month}]");
        if *drawn < Decimal::ZERO {
            problems.error(&field, drawn, "what is drawn is not negative");
        }
        if *drawn > Decimal::ZERO && unmetered {
            problems.warn(&field, drawn, "power is drawn and no circuit is recorded");
        }
        // A commitment that changes within the month counts as it is at its end.
        let committed = committed_kilowatts(contract, month.last_day()).ok().flatten();
        let is_above = committed.is_some_and(|committed| *drawn > committed);
        let follows = row.last().is_none_or(|last| last.next() == *month);
        if !is_above || !follows {
            row.clear();
        }
        if is_above {
            row.push(*month);
        }
        // Said once for every row, in the month in which it becomes too long.
        if row.len() == MONTHS_ABOVE_COMMITMENT {
            problems.warn(&field, drawn, "more is drawn than committed for three months in a row");
        }
    }
}

/// Orders that seem to be recorded twice: numbers that are equal but for capitals and spaces, or where one is
/// another with a suffix, such as `ORD-1001` and `ORD-1001-A` or `ORD-1001A`. Digits and words that follow directly are
/// no suffix.
pub fn duplicate_orders(numbers: &[&str]) -> Vec<Problem> {
    let mut problems = Problems::default();
    let plain: Vec<String> = numbers
        .iter()
        .map(|number| {
            number.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase()
        })
        .collect();
    for (position, number) in plain.iter().enumerate() {
        let is_other = |other: &&String| {
            [other.strip_prefix(number.as_str()), number.strip_prefix(other.as_str())]
                .into_iter()
                .flatten()
                .any(is_suffix)
        };
        let earlier = plain.iter().take(position);
        if !number.is_empty() && earlier.filter(|other| !other.is_empty()).any(|other| is_other(&other)) {
            let value = numbers.get(position).copied().unwrap_or_default();
            let field = format!("orders[{position}].number");
            problems.warn(&field, &value, "the same number as another order, but for a suffix");
        }
    }
    problems.list
}

/// Whether what follows an order number leaves it the same order: nothing, a letter, or a separator and a little.
fn is_suffix(rest: &str) -> bool {
    let mut letters = rest.chars();
    match (letters.next(), letters.count()) {
        (None, _) => true,
        (Some(first), 0) if first.is_alphabetic() => true,
        (Some(first), more) => !first.is_alphanumeric() && more < LONGEST_SUFFIX,
    }
}
