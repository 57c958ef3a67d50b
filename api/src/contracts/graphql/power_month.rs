//! What a month of power costs, as clients see it.

use async_graphql::SimpleObject;
use entity::contracts::colocation_charge;
use forecasting::{colocation::PowerMonth, month};
use rust_decimal::Decimal;

use super::{capacity::PowerFigure, colocation_charges::ColocationCharge, decisions::money};
use crate::schema::{
    explain::Explanation,
    record::Record,
    scalar::{Money, Month},
};

/// What a month of power costs by what was read: committed power, metered energy and overage.
#[derive(SimpleObject)]
pub struct ContractPowerMonth {
    /// The month.
    month: Month,
    /// What was read, and what it costs. Null where a meter was not read for all of the month.
    figures: Option<PowerMonthFigures>,
    /// Why there is nothing.
    reason: Option<String>,
}

/// What was read in a month, and what it costs.
#[derive(SimpleObject)]
pub struct PowerMonthFigures {
    /// Hours of the month.
    hours: Decimal,
    /// Energy that was drawn, in kilowatt-hours.
    drawn_kilowatt_hours: Decimal,
    /// The same over the hours, in kilowatts.
    average_kilowatts: Decimal,
    /// The highest draw at one moment, in kilowatts.
    peak: PowerFigure,
    /// What is committed on the last day, in kilowatts. Null where nothing is sold by the kilowatt.
    committed_kilowatts: Option<Decimal>,
    /// Committed power.
    committed_cost: Money,
    /// Metered energy, charge by charge, of those that are billed in the month.
    energy: Vec<MeteredEnergy>,
    /// Overage, of the charges that have terms of it.
    overage: Vec<PowerOverage>,
    /// All of it.
    total: Money,
    /// The total for each committed kilowatt.
    per_committed_kilowatt: Option<Money>,
    /// The total for each kilowatt that was drawn on average.
    per_drawn_kilowatt: Option<Money>,
    /// How it came about.
    explain: Explanation,
}

/// What metered energy costs in a month.
#[derive(SimpleObject)]
pub struct MeteredEnergy {
    /// The charge.
    charge: Option<ColocationCharge>,
    /// Energy that is billed, in kilowatt-hours: what was drawn, or the minimum take if that is more.
    billed_kilowatt_hours: Decimal,
    /// The power usage effectiveness that is billed.
    power_usage_effectiveness: Decimal,
    /// The cost.
    cost: Money,
    /// Whether the energy is a share by expected draw: several charges are billed by meters, and no circuit says whose
    /// it is.
    divided: bool,
}

/// What drawing more than is committed costs in a month.
#[derive(SimpleObject)]
pub struct PowerOverage {
    /// The charge.
    charge: Option<ColocationCharge>,
    /// What is committed, in kilowatts.
    committed_kilowatts: Decimal,
    /// What of the peak is the charge's, in kilowatts: its share of all that is committed by the kilowatt.
    peak_kilowatts: Decimal,
    /// The cost.
    cost: Money,
}

impl ContractPowerMonth {
    /// A month with its charges; without figures where a meter was not read for all of it.
    pub(super) fn new(
        month: month::Month,
        cost: Option<PowerMonth>,
        is_metered: bool,
        charges: &[colocation_charge::Model],
    ) -> Self {
        let reason = match (&cost, is_metered) {
            (Some(_), _) => None,
            (None, true) => Some("a meter was not read for all of the month".to_owned()),
            (None, false) => Some("no deployment is recorded under the contract".to_owned()),
        };
        let figures = cost.map(|cost| PowerMonthFigures::new(cost, charges));
        Self { month: Month(month), figures, reason }
    }
}

impl PowerMonthFigures {
    fn new(cost: PowerMonth, charges: &[colocation_charge::Model]) -> Self {
        let money = |amount| money(amount, cost.currency);
        let charges: Vec<ColocationCharge> =
            Record::all_whole(charges.to_vec()).into_iter().map(Into::into).collect();
        let round = |value: Decimal| value.round_dp(3).normalize();
        let energy = cost.energy.into_iter().map(|it| MeteredEnergy {
            charge: charges.get(it.charge).cloned(),
            billed_kilowatt_hours: round(it.billed_energy),
            power_usage_effectiveness: it.pue.normalize(),
            cost: money(it.cost),
            divided: it.divided,
        });
        let overage = cost.overage.into_iter().map(|it| PowerOverage {
            charge: charges.get(it.charge).cloned(),
            committed_kilowatts: round(it.commitment),
            peak_kilowatts: round(it.peak),
            cost: money(it.cost),
        });
        Self {
            hours: cost.reading.hours,
            drawn_kilowatt_hours: round(cost.reading.energy),
            average_kilowatts: round(cost.reading.average),
            peak: cost.reading.peak.into(),
            committed_kilowatts: cost.commitment.map(round),
            committed_cost: money(cost.committed_cost),
            energy: energy.collect(),
            overage: overage.collect(),
            total: money(cost.total),
            per_committed_kilowatt: cost.per_committed_kw.map(money),
            per_drawn_kilowatt: cost.per_drawn_kw.map(money),
            explain: cost.explanation.into(),
        }
    }
}
