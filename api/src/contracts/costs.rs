//! What a colocation contract costs month by month, with the way every figure came about.

use entity::contracts::{
    colocation_charge,
    colocation_contract::{self, RenewalPriceRule},
};
use forecasting::{
    colocation::{BusinessDays, ChargeSchedule, Contract, Index, Indices, schedule},
    explain::Explanation,
    month::Month,
};
use rust_decimal::Decimal;

use super::terms;
use crate::{
    error::{Error, Result},
    finance::price_index_values::PublishedIndices,
    rules::require_range,
    scenarios::{Exit, Overlay},
};

/// The longest list of months that is given at once.
pub const MOST_MONTHS: i32 = 600;

/// What costs of months to come leave out of charges with overage terms.
pub const NO_OVERAGE: &str = "overage is not counted: it follows from the peak that is read in each month";

/// What months of charges leave out of a contract that is left early.
const NO_FEE: &str =
    "what leaving early costs is no charge of a month, and is not among them: `costSchedule` has it";

/// What a contract costs in consecutive months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthlyCost {
    /// The months in order.
    pub months: Vec<MonthCost>,
    /// The sum of the months. None where a line could not be computed.
    pub total: Option<Decimal>,
    /// How the total came about, and what was assumed.
    pub explanation: Explanation,
    /// What could not be computed, and why.
    pub excluded: Vec<String>,
}

/// What a contract costs in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthCost {
    /// The month.
    pub month: Month,
    /// One line per charge, in the order of the price sheet.
    pub lines: Vec<CostLine>,
    /// The sum of the lines. None where a line could not be computed.
    pub total: Option<Decimal>,
}

/// What a charge costs in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CostLine {
    /// Position of the charge in the price sheet.
    pub charge: usize,
    /// The cost, rounded to the minor unit. None where an input is missing.
    pub amount: Option<Decimal>,
    /// How it came about.
    pub explanation: Explanation,
    /// Why there is no cost.
    pub reason: Option<String>,
}

/// The months of a contract. Beyond what is published, indices that prices follow rise by `assumed_index_rate` a year,
/// where given.
///
/// # Errors
/// `Invalid` for a number of months that is not given at once, and for terms that cannot be computed.
pub fn monthly(
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
    (from, months): (Month, i32),
    published: &PublishedIndices,
    assumed_index_rate: Option<Decimal>,
    scenario: &Overlay,
    exit: &Exit,
) -> Result<MonthlyCost> {
    require_range("months", months, 1, MOST_MONTHS)?;
    require_index_rate(assumed_index_rate)?;
    let months = months.unsigned_abs();
    let recorded = indices(contract, charges, published, assumed_index_rate);
    let mut indices = recorded.clone();
    scenario.indices(&mut indices);
    let mut value = terms::colocation(contract, charges)?;
    scenario.prices(&mut value, charges);
    if let Some(leaving) = &exit.leaving {
        let begins = value.billing_start;
        value.charges =
            value.charges.into_iter().map(|charge| leaving.served_charge(charge, begins)).collect();
    }
    let schedules = value.charges.iter().map(|charge| {
        // One by one, so that a charge without an index does not hide the others.
        let alone = Contract { charges: vec![charge.clone()], ..value.clone() };
        Scheduled::of(&alone, from, months, &indices)
    });
    let mut cost = assemble(from, months, &schedules.collect::<Vec<_>>());
    let touched = scenario.touching(&value, charges, contract, (&recorded, &indices));
    cost.explanation.assumptions.extend(touched.into_iter().chain(exit.said.iter().cloned()));
    if exit.leaving.is_some() {
        cost.explanation.assumptions.insert(NO_FEE.to_owned());
    }
    for place in terms::overages(charges).into_keys() {
        let number = place.saturating_add(1);
        cost.explanation.assumptions.insert(format!("charge {number}: {NO_OVERAGE}"));
        let of_charge = cost.months.iter_mut().filter_map(|month| month.lines.get_mut(place));
        for line in of_charge.filter(|line| line.amount.is_some()) {
            line.explanation.assumptions.insert(NO_OVERAGE.to_owned());
        }
    }
    Ok(cost)
}

/// Refuses a yearly rise that cannot be meant as a fraction.
///
/// # Errors
/// `Invalid` for `assumedIndexRate`.
pub fn require_index_rate(rate: Option<Decimal>) -> Result<()> {
    match rate {
        Some(rate) if rate.abs() >= Decimal::ONE => {
            let message = format!("{rate} is refused: a rate is a fraction: 0.03 is 3 %");
            Err(Error::invalid("assumedIndexRate", message))
        }
        _ => Ok(()),
    }
}

/// What is known of a charge: its first months, and why the others are not.
struct Scheduled {
    schedule: Option<ChargeSchedule>,
    /// How many of the first months can be computed.
    known: u32,
    /// Why the others cannot.
    reason: Option<String>,
}

impl Scheduled {
    /// The months of a contract with a single charge. What is missing in a month, such as an index that is not
    /// published, is missing in every later one and in none before.
    fn of(alone: &Contract, from: Month, months: u32, indices: &Indices) -> Self {
        let first = |months| {
            let schedules = schedule(alone, from, months, indices, &BusinessDays::default());
            schedules.map(|list| list.into_iter().next())
        };
        let cause = match first(months) {
            Ok(schedule) => return Self { schedule, known: months, reason: None },
            Err(cause) => cause,
        };
        let (mut known, mut unknown) = (0, months);
        let mut schedule = None;
        while unknown - known > 1 {
            let middle = known.midpoint(unknown);
            match first(middle) {
                Ok(of_first) => (known, schedule) = (middle, of_first),
                Err(_) => unknown = middle,
            }
        }
        Self { schedule, known, reason: Some(cause.to_string()) }
    }
}

fn assemble(from: Month, months: u32, schedules: &[Scheduled]) -> MonthlyCost {
    let months: Vec<_> = from
        .range(months)
        .enumerate()
        .map(|(place, month)| {
            let lines: Vec<_> =
                schedules.iter().enumerate().map(|(charge, one)| line(charge, one, place)).collect();
            let total = lines.iter().map(|line| line.amount).sum();
            MonthCost { month, lines, total }
        })
        .collect();
    let mut explanation = Explanation::new("sum of the lines of all months, each rounded once");
    let mut excluded = Vec::new();
    for (charge, one) in schedules.iter().enumerate() {
        if let Some(schedule) = &one.schedule {
            explanation.estimated |= schedule.explanation.estimated;
            explanation.assumptions.extend(schedule.explanation.assumptions.iter().cloned());
        }
        excluded.extend(one.reason.iter().map(|reason| format!("charges[{charge}]: {reason}")));
    }
    let explanation = explanation.input("charges", schedules.len()).input("months", months.len());
    MonthlyCost { total: months.iter().map(|month| month.total).sum(), months, explanation, excluded }
}

fn line(charge: usize, scheduled: &Scheduled, place: usize) -> CostLine {
    if place < scheduled.known as usize {
        let line = scheduled.schedule.as_ref().and_then(|schedule| schedule.months.get(place));
        let explanation = line.map(forecasting::colocation::MonthLine::explain).unwrap_or_default();
        return CostLine { charge, amount: line.map(|line| line.amount), explanation, reason: None };
    }
    CostLine { charge, amount: None, explanation: Explanation::default(), reason: scheduled.reason.clone() }
}

/// The price indices that a contract and its charges name.
pub fn series<'c>(
    contract: &'c colocation_contract::Model,
    charges: &'c [colocation_charge::Model],
) -> impl Iterator<Item = String> + 'c {
    let of_renewal = contract
        .renewal_index
        .as_ref()
        .filter(|_| contract.renewal_price_rule == RenewalPriceRule::Cpi)
        .map(|index| index.series.clone());
    let of_charges =
        charges.iter().filter_map(|charge| charge.escalator.as_ref().and_then(|terms| terms.series.clone()));
    of_charges.chain(of_renewal)
}

/// The indices that the contract names: what was published of them, and the rise to assume where nothing was. Every
/// price that follows an index passes through here.
#[must_use]
pub fn indices(
    contract: &colocation_contract::Model,
    charges: &[colocation_charge::Model],
    published: &PublishedIndices,
    assumed_rate: Option<Decimal>,
) -> Indices {
    let index = |series: String| {
        let index = Index { published: published.of(&series), assumed_rate, ..Index::default() };
        (series, index)
    };
    Indices(series(contract, charges).map(index).collect())
}
