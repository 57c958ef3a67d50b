//! Where a fiscal year will end, what is promised already, and what a cut would take.

use chrono::NaiveDate;
use entity::{
    finance::{actual_posting, budget_line::BudgetView, budget_version, exchange_rate::RateKind},
    id::BudgetVersionId,
};
use forecasting::{
    budget::{Dimension, Tolerance, YearQuestion, YearReport, YearVersions, year_report},
    roadmap::MoneyView,
};
use rust_decimal::Decimal;

use super::{
    places::{ADJUSTMENTS, PERIODS, refused},
    values::{self, Figure, Figures, Reorganisation, period_rates, require_alike},
    variances::{last_closed, total},
};
use crate::{
    error::{Error, Result},
    rules::{require_plausible, require_range},
    store::Read,
};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// What was approved.
    pub plan: BudgetVersionId,
    /// What came about.
    pub actual: BudgetVersionId,
    /// What is expected of the periods to come; the plan where left out.
    pub forecast: Option<BudgetVersionId>,
    /// The last period that is over; the last closed one where left out.
    pub through: Option<i32>,
    /// The view.
    pub view: BudgetView,
    /// What rows are kept apart by.
    pub dimensions: Vec<Dimension>,
    /// What is still on plan.
    pub tolerance: Tolerance,
    /// Which recorded rates actual figures are converted with.
    pub rate_kind: RateKind,
    /// What is done with codes that another took the place of.
    pub reorganisation: Reorganisation,
    /// The day from which it is seen.
    pub as_of: NaiveDate,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was approved.
    pub plan: budget_version::Model,
    /// What came about.
    pub actual: budget_version::Model,
    /// What is expected.
    pub forecast: budget_version::Model,
    /// The last period that is over.
    pub through: i32,
    /// The rows and their total.
    pub report: YearReport,
    /// What is promised in the year, at the rates of the plan, with the number of postings; nothing where none is
    /// recorded.
    pub committed: Option<(Decimal, usize)>,
    /// Postings that happened once.
    pub one_offs: Vec<actual_posting::Model>,
    /// What was taken for granted; each is a sentence.
    pub assumptions: Vec<String>,
}

/// Works out where a year will end.
///
/// # Errors
/// `NotFound` for a version that is not there; `Invalid` for versions of different years or calendars, one that is
/// not of actual figures, or a currency without a rate.
pub async fn ask(db: &impl Read, question: &Question) -> Result<Answer> {
    require_plausible("asOf", Some(question.as_of))?;
    let ids = [question.plan, question.actual, question.forecast.unwrap_or(question.plan)];
    let found = values::read(db, &ids, question.reorganisation).await?;
    let [plan, actual, forecast] =
        <[Figures; 3]>::try_from(found).map_err(|_| Error::internal("three versions"))?;
    require_alike(&plan.places.version, &actual.places.version, "actual")?;
    require_alike(&plan.places.version, &forecast.places.version, "forecast")?;
    require_kinds(&plan, &actual, &forecast)?;
    let through = match question.through {
        Some(through) => through,
        None => last_closed(&actual.places)?.min(PERIODS),
    };
    require_range("throughPeriod", through, 0, PERIODS)?;
    let through_period = u32::try_from(through).unwrap_or_default();
    let view = values::view(question.view);
    let plan_rates = plan.plan_rates()?;
    let is_used = |figure: &&Figure| {
        figure.key.period <= through_period || i64::from(figure.key.period) == i64::from(ADJUSTMENTS)
    };
    let used: Vec<&Figure> = actual.of_view(view).filter(is_used).collect();
    let rates = period_rates(db, plan_rates.reporting(), &actual, &used, question.rate_kind).await?;
    let of_view = |figure: &Figure| figure.key.view == view;
    let is_once =
        |figure: &Figure| of_view(figure) && figure.posting.as_ref().is_some_and(|posting| posting.one_off);
    let versions = YearVersions {
        plan: &plan.version(of_view)?,
        actual: &actual.version(of_view)?,
        one_offs: &actual.version(is_once)?,
        forecast: &forecast.version(of_view)?,
    };
    let asked = YearQuestion {
        calendar: &plan.places.calendar,
        through: through_period,
        dimensions: &question.dimensions,
        tolerance: question.tolerance,
        plan_rates: &plan_rates,
        forecast_rates: &forecast.plan_rates()?,
        period_rates: &rates,
        closed: &actual.places.closed_periods(),
        plan_from: plan.complete_from()?,
        forecast_from: forecast.complete_from()?,
    };
    let report = year_report(&versions, &asked).map_err(|cause| refused("plan", cause))?;
    let committed = committed(&plan, &actual)?;
    let mut assumptions = assumptions(question, &plan, &actual, &forecast);
    assumptions.extend(actual.closed_empty(view, (1, through)));
    let once = used.into_iter().filter(|figure| figure.key.period <= through_period && is_once(figure));
    Ok(Answer {
        one_offs: once.filter_map(|figure| figure.posting.clone()).collect(),
        assumptions,
        plan: plan.places.version,
        actual: actual.places.version,
        forecast: forecast.places.version,
        through,
        report,
        committed,
    })
}

fn require_kinds(plan: &Figures, actual: &Figures, forecast: &Figures) -> Result<()> {
    use entity::finance::budget_version::VersionKind as Kind;
    let [plan, actual, forecast] = [plan, actual, forecast].map(|figures| &figures.places.version);
    if actual.kind != Kind::Actual {
        return Err(Error::invalid("actual", format!("{} is not of actual figures", actual.name)));
    }
    for (field, version) in [("plan", plan), ("forecast", forecast)] {
        if version.kind == Kind::Actual {
            let message =
                format!("{} is of actual figures, which say nothing about periods to come", version.name);
            return Err(Error::invalid(field, message));
        }
    }
    if forecast.currency != plan.currency {
        let message = format!("{} is kept in {}, not in {}", forecast.name, forecast.currency, plan.currency);
        return Err(Error::invalid("forecast", message));
    }
    Ok(())
}

/// What is promised in the whole year, at the rates of the plan.
fn committed(plan: &Figures, actual: &Figures) -> Result<Option<(Decimal, usize)>> {
    let at_plan = Figures {
        places: plan.places.clone(),
        figures: actual.figures.clone(),
        moved: std::collections::BTreeSet::new(),
    };
    let (_, sum, count) = total(&at_plan, MoneyView::Commitment)?;
    Ok((count > 0).then_some((sum, count)))
}

fn assumptions(question: &Question, plan: &Figures, actual: &Figures, forecast: &Figures) -> Vec<String> {
    let moved = plan.moved.iter().chain(&actual.moved).chain(&forecast.moved).cloned();
    let mut said: Vec<String> = moved.collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let kind = super::exchange_rates::spoken(question.rate_kind);
    said.push(format!("actual figures are converted at the {kind} rate of their period"));
    let complete = [plan, forecast].into_iter().filter(|figures| figures.is_complete());
    let complete: std::collections::BTreeSet<&str> =
        complete.map(|figures| figures.places.version.name.as_str()).collect();
    said.extend(
        complete
            .into_iter()
            .map(|name| format!("{name} is frozen, so a period that it has no line in has nothing in it")),
    );
    said.push(match question.forecast {
        Some(_) => format!("periods to come are as {} expects them", forecast.places.version.name),
        None => "no forecast is named, so periods to come are taken as planned".to_owned(),
    });
    said
}
