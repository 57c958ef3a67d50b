//! What is saved in a fiscal year, against what was to be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use entity::{
    finance::{
        exchange_rate::RateKind,
        savings_claim,
        savings_initiative::{self, Recurrence, SavingsKind},
    },
    id::{FiscalCalendarId, SavingsInitiativeId},
    money::Amount,
};
use forecasting::{
    ForecastError,
    budget::{self, Baseline, Initiative, SavingsAmounts, SavingsSummary, TargetBand, summarise},
    money::{Currency, Money},
    month::{FiscalCalendar, Month},
};
use rust_decimal::Decimal;
use sea_orm::{EntityTrait, QueryOrder};

use super::{rates::Rates, savings_claims::Codes, savings_initiatives::stage};
use crate::{
    error::{Error, Result},
    roadmap,
    rules::{require_fraction, require_plausible, require_range},
    scenarios::Overlay,
    store::Read,
};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The fiscal year, by its label.
    pub fiscal_year: i32,
    /// The budget that a part of is to be saved.
    pub budget: Decimal,
    /// Currency of the budget and of the answer.
    pub currency: Currency,
    /// The part that is to be saved, at least and at most expected; 5 to 10 % where left out.
    pub target: Option<(Decimal, Decimal)>,
    /// Fiscal calendar; the default one when left out.
    pub calendar: Option<FiscalCalendarId>,
    /// The day from which it is seen.
    pub as_of: NaiveDate,
    /// What is laid over what is recorded: plan rates convert the amounts.
    pub scenario: Arc<Overlay>,
}

/// Names an initiative by its code, which is unique.
pub type Named = Initiative<String, Line>;

/// A line of the ledger as text: cost centre and account as they are called in the end, month, document.
pub type Line = [String; 4];

/// The answer.
pub struct Answer {
    /// The initiatives, by code, as rows.
    pub rows: BTreeMap<String, savings_initiative::Model>,
    /// What each is in the fiscal year: as claimed, and as confirmed.
    pub amounts: BTreeMap<String, (SavingsAmounts, Option<SavingsAmounts>)>,
    /// All together.
    pub summary: SavingsSummary<String, Line>,
    /// The band.
    pub band: TargetBand,
    /// Name of the fiscal calendar.
    pub calendar_name: String,
    /// First and last day of the fiscal year; one of weeks begins and ends within months.
    pub days: (NaiveDate, NaiveDate),
    /// First nominal month of the fiscal year.
    pub first_month: Month,
    /// Initiatives that were left out, with the reason.
    pub excluded: Vec<String>,
    /// Whether an amount was converted.
    pub is_converted: bool,
}

impl Answer {
    /// Whether its sums would tell a single saving: some group has just one.
    #[must_use]
    pub fn tells_a_price(&self) -> bool {
        let summary = &self.summary;
        let sums = [summary.claimed, summary.confirmed, summary.contested, summary.unproven];
        sums.iter().chain(summary.pipeline.values()).any(|amounts| amounts.count == 1)
    }
}

/// Adds up what is saved in a fiscal year, with six statements.
///
/// # Errors
/// `Invalid` for a year, a budget or a target that cannot be; `NotFound` for a calendar that is not there.
pub async fn answer(db: &impl Read, question: &Question) -> Result<Answer> {
    require_range("fiscalYear", question.fiscal_year, 1970, 2199)?;
    require_plausible("asOf", Some(question.as_of))?;
    if question.budget < Decimal::ZERO {
        return Err(Error::invalid("budget.amount", format!("{} is below zero", question.budget)));
    }
    let band = question.target.map_or_else(TargetBand::default, |(low, high)| TargetBand { low, high });
    require_fraction("target.low", band.low, Decimal::ZERO, Decimal::ONE)?;
    require_fraction("target.high", band.high, Decimal::ZERO, Decimal::ONE)?;
    if band.low > band.high {
        let message = format!("{} is above the upper end, {}", band.low, band.high);
        return Err(Error::invalid("target.low", message));
    }
    let (calendar, calendar_name) = roadmap::calendar(db, question.calendar).await?;
    let days = (calendar.first_day(question.fiscal_year), calendar.last_day(question.fiscal_year));
    let rows =
        savings_initiative::Entity::find().order_by_asc(savings_initiative::Column::Code).all(db).await?;
    let claims = savings_claim::Entity::find().all(db).await?;
    let ledger = Codes::read(db).await?;
    let codes = rows.iter().map(|row| row.currency.clone()).chain([question.currency.code().to_owned()]);
    let codes = codes.chain(question.scenario.currencies());
    let rates = Rates::load(db, &codes.collect(), RateKind::Plan, (days.0, days.0)).await?;
    let rates = question.scenario.rates(&rates);
    let claims = claims.iter().map(|claim| (claim.initiative_id, ledger.line(claim)));
    let initiatives = initiatives(&rows, claims, &rates, question, days.0);
    let (initiatives, excluded): (Vec<_>, Vec<_>) = initiatives.into_iter().partition(Result::is_ok);
    let initiatives: Vec<Named> = initiatives.into_iter().filter_map(Result::ok).collect();
    let summary = summarise(
        &initiatives,
        question.currency,
        &calendar,
        question.fiscal_year,
        question.budget,
        band,
        question.as_of,
    );
    Ok(Answer {
        amounts: amounts(&initiatives, question, &calendar)?,
        summary: summary.map_err(refused)?,
        band,
        calendar_name,
        days,
        first_month: calendar.first_month(question.fiscal_year),
        excluded: excluded.into_iter().filter_map(Result::err).collect(),
        is_converted: rows.iter().any(|row| row.currency != question.currency.code()),
        rows: rows.into_iter().map(|row| (row.code.clone(), row)).collect(),
    })
}

fn amounts(
    initiatives: &[Named],
    question: &Question,
    calendar: &FiscalCalendar,
) -> Result<BTreeMap<String, (SavingsAmounts, Option<SavingsAmounts>)>> {
    let of = |one: &Named, annualised: Decimal| {
        one.amounts(annualised, question.currency, calendar, question.fiscal_year).map_err(refused)
    };
    let amounts = initiatives.iter().map(|one| {
        let confirmed = one.confirmed.map(|confirmed| of(one, confirmed)).transpose()?;
        Ok((one.id.clone(), (of(one, one.annualised)?, confirmed)))
    });
    amounts.collect()
}

/// The initiatives in the currency of the answer, or why one cannot be told in it.
fn initiatives(
    rows: &[savings_initiative::Model],
    claims: impl Iterator<Item = (SavingsInitiativeId, Line)>,
    rates: &Rates,
    question: &Question,
    on: NaiveDate,
) -> Vec<Result<Named, String>> {
    let mut lines: BTreeMap<SavingsInitiativeId, BTreeSet<Line>> = BTreeMap::new();
    for (initiative, line) in claims {
        lines.entry(initiative).or_default().insert(line);
    }
    let initiatives = rows.iter().map(|row| {
        let convert = |amount: Amount| -> Result<Decimal> {
            let own =
                Currency::from_code(&row.currency).map_err(|cause| Error::invalid("currency", cause))?;
            let money = Money::new(amount.to_decimal(), own);
            Ok(rates.convert(money, question.currency, on)?.amount)
        };
        let lines = lines.remove(&row.id).unwrap_or_default();
        let told = initiative(row, lines, convert);
        told.map_err(|cause| format!("{}: {}", row.code, cause.into_message()))
    });
    initiatives.collect()
}

fn initiative(
    row: &savings_initiative::Model,
    ledger_lines: BTreeSet<Line>,
    convert: impl Fn(Amount) -> Result<Decimal>,
) -> Result<Named> {
    let months = row.baseline_months.unsigned_abs();
    Ok(Initiative {
        id: row.code.clone(),
        lever: row.lever.clone(),
        baseline: Baseline {
            yearly_amount: Baseline::yearly(convert(row.baseline_amount)?, months).map_err(refused)?,
            method: row.baseline_method.clone(),
            fixed_on: row.baseline_fixed_on,
        },
        kind: match row.kind {
            SavingsKind::Hard => budget::SavingsKind::Hard,
            SavingsKind::Avoidance => budget::SavingsKind::Avoidance,
        },
        stage: stage(row.stage),
        start: row.starts_on,
        annualised: convert(row.claimed_amount)?,
        confirmed: row.confirmed_amount.map(&convert).transpose()?,
        recurrence: match row.recurrence {
            Recurrence::Recurring => budget::Recurrence::Recurring { until: row.ends_on },
            Recurrence::OneOff => budget::Recurrence::OneOff,
        },
        ledger_lines,
    })
}

fn refused(cause: ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { field, value, rule } => Error::invalid(field, format!("{value}: {rule}")),
        other => Error::invalid("budget", other),
    }
}
