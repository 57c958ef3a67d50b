//! What has to be decided about a contract, and what each decision costs: silence, renewals, leaving early, staying
//! too long, and whether an invoice is right.

use chrono::NaiveDate;
use entity::contracts::{
    colocation_charge,
    colocation_contract::{self, Classification},
};
use forecasting::{
    ForecastError,
    colocation::{
        AlertTier, BusinessDays, Capacity, Contract, CostOfSilence, Deployment, Draw, Expectation, Holdover,
        Indices, Invoice, InvoiceCheck, NoRenewal, RampStep, Recognition, RenewalExposure, StepDown,
        StraightLine, Termination, TerminationRule, Tolerance, UpcomingRenewal, check_invoice,
        committed_kilowatts, cost_of_silence, exposure_of_renewal, holdover, step_down, straight_line,
        termination,
    },
    explain::Explanation,
    money::Money,
    month::Month,
    roadmap::{Category, Leaving, MoneyView, Window, known_flows},
};
use rust_decimal::Decimal;

use super::{
    costs::{self, MOST_MONTHS, require_index_rate},
    power::{self, Installed},
    terms,
};
use crate::{
    error::{Error, Result},
    finance::price_index_values::PublishedIndices,
    rules::require_range,
    scenarios::{Exit, Overlay},
};

/// The most renewals that are given at once.
pub const MOST_RENEWALS: i32 = 20;

/// Renewals that are looked through for the first that can still be avoided.
const MOST_LOOKED_THROUGH: u32 = 1_200;

/// The longest stay beyond the end that is priced, in days.
const LONGEST_STAY: i64 = 3_660;

/// What saying nothing leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The contract renews.
    Renews(Exposure),
    /// It costs nothing.
    Nothing(NoRenewal),
}

/// A renewal, and what it costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// The renewal, with the deadline that avoids it.
    pub renewal: UpcomingRenewal,
    /// All its monthly charges but metered power, rounded once. None where an input is missing.
    pub cost: Option<Money>,
    /// How the cost came about, and what was assumed.
    pub explanation: Explanation,
    /// Why there is no cost.
    pub reason: Option<String>,
}

impl Exposure {
    fn unknown(renewal: UpcomingRenewal, cause: &ForecastError) -> Self {
        Self { renewal, cost: None, explanation: Explanation::default(), reason: Some(cause.to_string()) }
    }
}

impl From<RenewalExposure> for Exposure {
    fn from(exposure: RenewalExposure) -> Self {
        let RenewalExposure { renewal, cost, explanation, .. } = exposure;
        Self { renewal, cost: Some(cost), explanation, reason: None }
    }
}

/// A contract with its price sheet, and what its price indices are assumed to do.
pub struct Priced<'c> {
    value: Contract,
    indices: Indices,
    row: &'c colocation_contract::Model,
    /// What a scenario changes about it, in words.
    touched: Vec<String>,
    /// How a scenario leaves it with its sites, if it does.
    leaving: Option<Leaving>,
}

impl<'c> Priced<'c> {
    /// The contract of a row, at the prices of the scenario. Its end is that of the row.
    ///
    /// # Errors
    /// `Invalid` for terms that cannot be computed, and for a rise of indices that cannot be meant.
    pub fn new(
        row: &'c colocation_contract::Model,
        charges: &[colocation_charge::Model],
        published: &PublishedIndices,
        assumed_index_rate: Option<Decimal>,
        scenario: &Overlay,
    ) -> Result<Self> {
        require_index_rate(assumed_index_rate)?;
        let recorded = costs::indices(row, charges, published, assumed_index_rate);
        let mut indices = recorded.clone();
        scenario.indices(&mut indices);
        let mut value = terms::colocation(row, charges)?;
        scenario.prices(&mut value, charges);
        let touched = scenario.touching(&value, charges, row, (&recorded, &indices));
        Ok(Self { value, indices, row, touched, leaving: None })
    }

    /// The same, left with its sites as a scenario has it.
    #[must_use]
    pub fn with_exit(mut self, exit: Exit) -> Self {
        self.touched.extend(exit.said);
        self.leaving = exit.leaving;
        self
    }

    /// What saying nothing leads to, as seen on a day.
    #[must_use]
    pub fn silence(&self, as_of: NaiveDate) -> Silence {
        let days = BusinessDays::default();
        match cost_of_silence(&self.value, as_of, &self.indices, &days) {
            Ok(CostOfSilence::Renews(exposure)) => Silence::Renews(self.explained(exposure.into())),
            Ok(CostOfSilence::Nothing(why)) => Silence::Nothing(why),
            // Only a price can be lacking here, so that there is a renewal, and its dates are known.
            Err(cause) => {
                let upcoming = self.value.terms().upcoming_renewals(as_of, MOST_LOOKED_THROUGH, &days);
                match upcoming.into_iter().find(|renewal| !renewal.bound) {
                    Some(renewal) => Silence::Renews(Exposure::unknown(renewal, &cause)),
                    None => Silence::Nothing(NoRenewal::LastRenewal),
                }
            }
        }
    }

    /// What the next renewals cost, at most so many.
    ///
    /// # Errors
    /// `Invalid` for more than are given at once.
    pub fn renewals(&self, as_of: NaiveDate, most: i32) -> Result<Vec<Exposure>> {
        require_range("most", most, 1, MOST_RENEWALS)?;
        let days = BusinessDays::default();
        let upcoming = self.value.terms().upcoming_renewals(as_of, most.unsigned_abs(), &days);
        Ok(upcoming.into_iter().map(|renewal| self.exposure(renewal, as_of)).collect())
    }

    /// What the renewal costs that the notice deadline of a term avoids. None for a renewal that there is not.
    #[must_use]
    pub fn exposure_after(&self, term: u32, as_of: NaiveDate) -> Option<Exposure> {
        let days = BusinessDays::default();
        let (before, next) = (self.value.term(term)?, self.value.term(term.checked_add(1)?)?);
        let deadline = self.value.notice_deadline(&before, &days).unwrap_or(before.end);
        let alert = AlertTier::of(deadline, as_of);
        Some(self.exposure(UpcomingRenewal { term: next, deadline, alert, bound: deadline < as_of }, as_of))
    }

    fn exposure(&self, renewal: UpcomingRenewal, as_of: NaiveDate) -> Exposure {
        let number = renewal.term.number;
        match exposure_of_renewal(&self.value, number, as_of, &self.indices, &BusinessDays::default()) {
            Ok(Some(exposure)) => self.explained(exposure.into()),
            Ok(None) => Exposure { renewal, cost: None, explanation: Explanation::default(), reason: None },
            Err(cause) => Exposure::unknown(renewal, &cause),
        }
    }

    /// With what a scenario changes about the contract.
    fn explained(&self, mut exposure: Exposure) -> Exposure {
        exposure.explanation.assumptions.extend(self.touched.iter().cloned());
        exposure
    }

    /// The numbers called capacity of circuits under the contract, on a day, given what was drawn.
    ///
    /// # Errors
    /// `Invalid` for a circuit, a limit or a draw that cannot be.
    pub fn capacity(&self, on: NaiveDate, mut deployment: Deployment, draw: &Draw) -> Result<Capacity> {
        deployment.commitment = committed_kilowatts(&self.value, on).map_err(refused("on"))?;
        deployment.capacity(draw).map_err(refused("deployment"))
    }

    /// What its price indices are, and are assumed to do.
    #[must_use]
    pub fn indices(&self) -> &Indices {
        &self.indices
    }

    /// The contract as a value.
    #[must_use]
    pub fn value(&self) -> &Contract {
        &self.value
    }

    /// What it costs to leave with a last day of service, if notice of it is given on a day.
    ///
    /// # Errors
    /// `Invalid` for a day before billing begins, for notice after the last day, and for a rule that cannot be
    /// applied.
    pub fn early_termination(
        &self,
        on: NaiveDate,
        notice_on: NaiveDate,
        rule: &TerminationRule,
    ) -> Result<Termination> {
        if on < self.row.billing_starts_on {
            let begins = self.row.billing_starts_on;
            return Err(Error::invalid("on", format!("{on} lies before billing begins on {begins}")));
        }
        if notice_on > on {
            return Err(Error::invalid("noticeOn", format!("{notice_on} lies after the last day, {on}")));
        }
        let days = BusinessDays::default();
        let mut left =
            termination(&self.value, rule, on, notice_on, &self.indices, &days).map_err(refused("rule"))?;
        left.explanation.assumptions.extend(self.touched.iter().cloned());
        Ok(left)
    }

    /// What staying until a day costs after the contract has ended. None for one that goes on renewing.
    ///
    /// # Errors
    /// `Invalid` without a multiplier, and for a stay that is longer than anybody plans.
    pub fn holdover(&self, until: NaiveDate, multiplier: Option<Decimal>) -> Result<Option<Holdover>> {
        let agreed = self.row.holdover_multiplier.map(entity::money::Rate::to_decimal);
        let Some(multiplier) = multiplier.or(agreed) else {
            let message = "is missing: the contract states no multiplier, so give one to assume";
            return Err(Error::invalid("multiplier", message));
        };
        let end = self.value.end(&BusinessDays::default());
        if end.is_some_and(|end| (until - end).num_days() > LONGEST_STAY) {
            let message = format!("{until} is more than {LONGEST_STAY} days after the end of the contract");
            return Err(Error::invalid("until", message));
        }
        let stay = holdover(&self.value, multiplier, until, &self.indices, &BusinessDays::default());
        let mut stay = stay.map_err(refused("multiplier"))?;
        if let Some(stay) = &mut stay {
            stay.explanation.assumptions.extend(self.touched.iter().cloned());
        }
        Ok(stay)
    }

    /// What the contract contributes to consecutive months in one view of money, with the way it came about. Expense is
    /// level or as invoiced as the contract is classified, unless told. Months that need a price index which is not
    /// known are not known, nor are later ones.
    ///
    /// # Errors
    /// `Invalid` for a number of months that is not given at once, and for level months that are no expense.
    pub fn schedule(
        &self,
        from: Month,
        months: i32,
        view: MoneyView,
        is_level: Option<bool>,
    ) -> Result<CostSchedule> {
        require_range("months", months, 1, MOST_MONTHS)?;
        if is_level == Some(true) && view != MoneyView::Pnl {
            let message = "true is refused: only expense is levelled, so ask for the view PNL";
            return Err(Error::invalid("straightLine", message));
        }
        let recognition = match is_level {
            Some(true) => Recognition::StraightLine,
            Some(false) => Recognition::AsInvoiced,
            None => self.value.recognition,
        };
        let value = Contract { recognition, ..self.value.clone() };
        let window = Window::new(from, months.unsigned_abs()).map_err(refused("months"))?;
        let days = BusinessDays::default();
        let known = known_flows(&value, self.leaving.as_ref(), (window, view), &self.indices, &days)
            .map_err(refused("months"))?;
        let amounts = known.amounts(view, Category::Colocation, window);
        let explanation = known.flows.as_ref().and_then(|flows| flows.explanation(Category::Colocation));
        let mut explanation = self.recognised(explanation.cloned().unwrap_or_default(), view, recognition);
        explanation.assumptions.extend(self.touched.iter().cloned());
        let is_level = recognition == Recognition::StraightLine && view == MoneyView::Pnl;
        let level = if is_level { self.level(value, window)? } else { None };
        Ok(CostSchedule {
            total: amounts.iter().copied().sum(),
            months: window.iter().zip(amounts).collect(),
            explanation,
            level,
            reason: known.unknown.map(|cause| cause.to_string()),
        })
    }

    /// The level months of the fixed charges, as far as they lie in a window. None where a price is not known.
    fn level(&self, value: Contract, window: Window) -> Result<Option<StraightLine>> {
        let served = match &self.leaving {
            Some(leaving) => leaving.served(value),
            None => value,
        };
        let mut level = match straight_line(&served, &self.indices) {
            Ok(level) => level,
            Err(ForecastError::Missing { .. }) => return Ok(None),
            Err(cause) => return Err(refused("straightLine")(cause)),
        };
        level.months.retain(|month| window.position(month.month).is_some());
        Ok(Some(level))
    }

    /// What is to be said of the books beside the months.
    fn recognised(&self, explanation: Explanation, view: MoneyView, recognition: Recognition) -> Explanation {
        let is_expense = view == MoneyView::Pnl && recognition == Recognition::AsInvoiced;
        if is_expense && self.row.classification == Classification::LeaseFinance {
            return explanation.assume(
                "the contract is classified as a finance lease: its depreciation and interest are not worked out \
                 here, months are as they are invoiced",
            );
        }
        explanation
    }

    /// What is saved if the commitment of a charge steps down from a contract month on.
    ///
    /// # Errors
    /// `Invalid` for a charge that commits to nothing, a month that is no month of the initial term or begins before
    /// the day it is seen from, and a commitment that is not lower.
    pub fn step_down(&self, charge: usize, step: RampStep, as_of: NaiveDate) -> Result<StepDown> {
        let stepped = step_down(&self.value, charge, step, &self.indices).map_err(|cause| match cause {
            ForecastError::Missing { .. } => Error::invalid("assumedIndexRate", cause),
            ForecastError::Invalid { field, value, rule } => {
                let field = if field == "from_contract_month" { "fromContractMonth" } else { field };
                // The position of a charge says nothing to who named it.
                let value = if field == "charge" { String::from("it") } else { value };
                Error::invalid(field, format!("{value} is refused: {rule}"))
            }
            other => Error::invalid("quantity", other),
        })?;
        if stepped.from < as_of {
            let (month, from) = (step.from_contract_month, stepped.from);
            let message = format!("{month} begins on {from}, before {as_of}: what is over cannot step down");
            return Err(Error::invalid("fromContractMonth", message));
        }
        Ok(stepped)
    }

    /// What an invoice bills against what the contract lets expect, with power as it was read.
    ///
    /// # Errors
    /// `Invalid` for an invoice in another currency, and for a line of a charge that the contract does not have.
    pub fn check_invoice(
        &self,
        invoice: &Invoice,
        tolerance: &Tolerance,
        charges: &[colocation_charge::Model],
        installed: &[Installed],
    ) -> Result<InvoiceCheck> {
        let count = self.value.charges.len();
        for (place, line) in invoice.lines.iter().enumerate() {
            if let Some(charge) = line.charge.filter(|charge| *charge >= count) {
                let number = charge.saturating_add(1);
                let message =
                    format!("{number} is no number of a charge, the price sheet has {count} of them");
                return Err(Error::invalid(format!("invoice.lines[{place}].charge"), message));
            }
        }
        let by = Expectation {
            contract: &self.value,
            used: &power::uses(installed, charges, [invoice.month.plus(-1), invoice.month])?,
            overage: &terms::overages(charges),
            indices: &self.indices,
            tolerance,
            dispute_window_days: self.row.dispute_window_days.and_then(|days| u32::try_from(days).ok()),
        };
        check_invoice(&by, invoice, &[], &BusinessDays::default()).map_err(refused("invoice"))
    }
}

/// Amounts of consecutive months.
pub struct CostSchedule {
    /// The months, in order, each rounded. None where a price is not known.
    pub months: Vec<(Month, Option<Decimal>)>,
    /// Their sum. None where a month is not known.
    pub total: Option<Decimal>,
    /// How they came about.
    pub explanation: Explanation,
    /// The level months behind them, as far as they were asked for. None where expense is as invoiced.
    pub level: Option<StraightLine>,
    /// Why months are not known.
    pub reason: Option<String>,
}

/// What cannot be computed, under the argument that it follows from.
fn refused(argument: &str) -> impl Fn(ForecastError) -> Error {
    move |cause| match cause {
        // A table of fees that begins too late is no matter of indices.
        ForecastError::Missing { field, .. } if field != "fee" => Error::invalid("assumedIndexRate", cause),
        ForecastError::CurrencyMismatch { .. } => Error::invalid(format!("{argument}.currency"), cause),
        cause => Error::invalid(argument, cause),
    }
}
