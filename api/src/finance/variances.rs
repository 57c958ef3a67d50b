//! Plan against actual: how far apart, by which causes, and what people said about it.

use chrono::NaiveDate;
use entity::{
    finance::{
        budget_line::BudgetView,
        budget_version::{self, VersionKind},
        exchange_rate::RateKind,
        variance_explanation::{self, VarianceDriver},
    },
    id::{BudgetVersionId, VarianceExplanationId},
    money::Amount,
};
use forecasting::{
    budget::{
        Attribution, Dimension, DimensionValue, Driver, LineKey, Materiality, Orientation, PeriodRange,
        Report, ReportQuestion, TimingImbalance, Tolerance, report, timing_imbalances,
    },
    money::Currency,
    roadmap::MoneyView,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    budget_versions,
    places::{Names, PERIODS, Places, refused},
    values::{self, Figure, Figures, Reorganisation, Spot, period_rates, require_alike},
};
use crate::{
    error::{Error, Result},
    rules::{draft, expect_version, require_plausible, require_range, require_text},
    store::{Read, Tx},
};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// What was planned.
    pub plan: BudgetVersionId,
    /// What it is held against.
    pub actual: BudgetVersionId,
    /// The first period.
    pub from: i32,
    /// The last period; of actual figures the last closed one where left out, of others the last of the year.
    pub through: Option<i32>,
    /// The view.
    pub view: BudgetView,
    /// What rows are kept apart by.
    pub dimensions: Vec<Dimension>,
    /// Whether the lines are costs or sales.
    pub orientation: Orientation,
    /// What is still on plan.
    pub tolerance: Tolerance,
    /// What has to be explained.
    pub materiality: Materiality,
    /// Which recorded rates actual figures are converted with.
    pub rate_kind: RateKind,
    /// What is done with codes that another took the place of.
    pub reorganisation: Reorganisation,
    /// The day from which it is seen.
    pub as_of: NaiveDate,
}

/// Something that a person said, with where it belongs in codes.
#[derive(Clone, Debug)]
pub struct Explained {
    /// As it was recorded.
    pub row: variance_explanation::Model,
    /// Where it belongs.
    pub key: LineKey,
}

/// A line without its period, over whose periods timing has to cancel out.
pub type TimedLine = (String, String, Option<String>, Option<String>);

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was planned.
    pub plan: budget_version::Model,
    /// What it is held against.
    pub actual: budget_version::Model,
    /// The first and the last period.
    pub periods: (i32, i32),
    /// The rows and their total.
    pub report: Report,
    /// What rows are kept apart by.
    pub dimensions: Vec<Dimension>,
    /// What people said about it.
    pub explained: Vec<Explained>,
    /// Lines whose variances of timing do not cancel out within the year.
    pub timing: Vec<TimingImbalance<TimedLine>>,
    /// What was taken for granted; each is a sentence.
    pub assumptions: Vec<String>,
}

impl Answer {
    /// What people said about a row.
    pub fn explained_of<'a>(&'a self, group: &'a [DimensionValue]) -> impl Iterator<Item = &'a Explained> {
        let (first, last) = self.periods;
        self.explained.iter().filter(move |explained| {
            let values = self.dimensions.iter().map(|dimension| explained.key.value(*dimension));
            (first..=last).contains(&explained.row.period)
                && (group.is_empty() || values.eq(group.iter().cloned()))
        })
    }
}

/// Holds a version against the plan.
///
/// # Errors
/// `NotFound` for a version that is not there; `Invalid` for versions of different years or calendars, periods that
/// are none, or a currency without a rate.
pub async fn ask(db: &impl Read, question: &Question) -> Result<Answer> {
    require_plausible("asOf", Some(question.as_of))?;
    let found = values::read(db, &[question.plan, question.actual], question.reorganisation).await?;
    let [mut plan, actual] = <[Figures; 2]>::try_from(found).map_err(|_| Error::internal("two versions"))?;
    require_alike(&plan.places.version, &actual.places.version, "actual")?;
    let (first, last) = periods(question, &actual)?;
    let explained = explanations(db, question, &mut plan).await?;
    let view = values::view(question.view);
    let plan_rates = plan.plan_rates()?;
    let range = range(first, last)?;
    let used: Vec<&Figure> =
        actual.of_view(view).filter(|figure| range.contains(figure.key.period)).collect();
    let rates = period_rates(db, plan_rates.reporting(), &actual, &used, question.rate_kind).await?;
    let attributions: Vec<_> = explained.iter().map(|one| attribution(one, &plan)).collect();
    let asked = ReportQuestion {
        fiscal_year: plan.places.version.fiscal_year,
        periods: range,
        dimensions: &question.dimensions,
        orientation: question.orientation,
        tolerance: question.tolerance,
        materiality: question.materiality,
        plan_rates: &plan_rates,
        period_rates: &rates,
    };
    let report = report(&plan.report_lines(view), &actual.report_lines(view), &attributions, &asked)
        .map_err(|cause| refused("plan", cause))?;
    let timed: Vec<_> = attributions.into_iter().map(timed).collect();
    let timing = timing_imbalances(&timed, &plan.places.calendar, question.as_of)
        .map_err(|cause| refused("plan", cause))?;
    let assumptions = assumptions(question, &plan, &actual);
    Ok(Answer {
        plan: plan.places.version,
        actual: actual.places.version,
        periods: (first, last),
        report,
        dimensions: question.dimensions.clone(),
        explained,
        timing,
        assumptions,
    })
}

/// The first and the last period that are looked at.
fn periods(question: &Question, actual: &Figures) -> Result<(i32, i32)> {
    require_range("fromPeriod", question.from, 1, PERIODS)?;
    let last = match question.through {
        Some(through) => through,
        None if actual.places.version.kind != VersionKind::Actual => PERIODS,
        None => last_closed(&actual.places)?,
    };
    require_range("throughPeriod", last, question.from, PERIODS)?;
    Ok((question.from, last))
}

/// The last period of a fiscal year that is closed.
///
/// # Errors
/// `Invalid` where none is.
pub fn last_closed(places: &Places) -> Result<i32> {
    let last = places.closed.keys().last().copied();
    last.ok_or_else(|| {
        let message = format!(
            "no period of {} is closed yet, so say through which period figures are complete",
            places.version.fiscal_year
        );
        Error::invalid("throughPeriod", message)
    })
}

/// Periods as the arithmetic takes them.
///
/// # Errors
/// `Invalid` for periods that are none.
pub fn range(first: i32, last: i32) -> Result<PeriodRange> {
    let [first, last] = [first, last].map(|period| u32::try_from(period).unwrap_or_default());
    PeriodRange::new(first, last).map_err(|cause| refused("throughPeriod", cause))
}

async fn explanations(db: &impl Read, question: &Question, plan: &mut Figures) -> Result<Vec<Explained>> {
    use variance_explanation::Column as C;
    let rows = variance_explanation::Entity::find()
        .filter(C::VersionId.eq(question.plan))
        .filter(C::ActualId.eq(question.actual))
        .filter(C::View.eq(question.view))
        .order_by_asc(C::Id)
        .all(db)
        .await?;
    let reporting = plan.places.version.currency.clone();
    let explained = rows.into_iter().map(|row| {
        let spot = Spot {
            cost_centre: row.cost_centre_id,
            account: row.account_id,
            tower: row.tower_id,
            site: row.site_id,
            period: row.period,
            view: row.view,
        };
        Ok(Explained { key: plan.key(spot, &reporting, question.reorganisation)?, row })
    });
    explained.collect()
}

fn attribution(explained: &Explained, plan: &Figures) -> Attribution<LineKey> {
    let places = &plan.places;
    Attribution {
        line: explained.key.clone(),
        month: places.calendar.first_month(places.version.fiscal_year).plus(explained.row.period - 1),
        driver: driver(explained.row.driver),
        amount: explained.row.amount.to_decimal(),
        note: explained.row.note.clone(),
    }
}

fn timed(attribution: Attribution<LineKey>) -> Attribution<TimedLine> {
    let key = attribution.line;
    Attribution {
        line: (key.cost_centre, key.account, key.tower, key.site),
        month: attribution.month,
        driver: attribution.driver,
        amount: attribution.amount,
        note: attribution.note,
    }
}

fn assumptions(question: &Question, plan: &Figures, actual: &Figures) -> Vec<String> {
    let mut said: Vec<String> = plan.moved.union(&actual.moved).cloned().collect();
    said.push(format!(
        "the plan is converted at the fixed rates of {}, and what operations answer for is as well",
        plan.places.version.name
    ));
    if actual.places.version.kind == VersionKind::Actual {
        let kind = super::exchange_rates::spoken(question.rate_kind);
        said.push(format!("actual figures are converted at the {kind} rate of their period"));
        said.push("a line that nothing was posted to in these periods has cost nothing".to_owned());
    } else {
        let name = &actual.places.version.name;
        said.push(format!("{name} is converted at its own fixed rates"));
    }
    said
}

/// A driver as the arithmetic takes it.
#[must_use]
pub fn driver(driver: VarianceDriver) -> Driver {
    match driver {
        VarianceDriver::Volume => Driver::Volume,
        VarianceDriver::Price => Driver::Price,
        VarianceDriver::Fx => Driver::ForeignExchange,
        VarianceDriver::Timing => Driver::Timing,
        VarianceDriver::Scope => Driver::Scope,
        VarianceDriver::OneOff => Driver::OneOff,
        VarianceDriver::Error => Driver::Error,
    }
}

/// An explanation as it comes in.
#[derive(Clone, Debug)]
pub struct Given {
    /// What was planned.
    pub plan: BudgetVersionId,
    /// What it is held against.
    pub actual: BudgetVersionId,
    /// Where the variance is.
    pub names: Names,
    /// In which view.
    pub view: BudgetView,
    /// What it is due to.
    pub driver: VarianceDriver,
    /// How much of it; positive is favourable.
    pub amount: Amount,
    /// What there is to say.
    pub note: String,
}

/// Records why part of a variance came about. The plan may be frozen: what is said about it is no part of it.
///
/// # Errors
/// `NotFound` for a version that is not there, `Invalid` for versions that cannot be compared, codes that are not
/// there, an amount of zero or a blank note.
pub async fn explain(tx: &Tx, given: Given) -> Result<variance_explanation::Model> {
    let places = Places::of(tx, given.plan).await?;
    let actual = budget_versions::find(tx, given.actual).await?;
    require_alike(&places.version, &actual, "actual")?;
    require_text("note", &given.note, 1_000)?;
    if given.amount == Amount::ZERO {
        return Err(Error::invalid("amount", "0 explains nothing"));
    }
    let place = places.resolve(&given.names)?;
    let row = variance_explanation::ActiveModel {
        id: Set(tx.new_id()),
        version_id: Set(given.plan),
        actual_id: Set(given.actual),
        cost_centre_id: Set(place.cost_centre),
        account_id: Set(place.account),
        tower_id: Set(place.tower),
        site_id: Set(place.site),
        period: Set(place.period),
        view: Set(given.view),
        driver: Set(given.driver),
        amount: Set(given.amount),
        note: Set(given.note),
        author: Set(tx.caller().name.clone()),
        ..Default::default()
    };
    draft(&row)?;
    tx.insert(row).await
}

/// Takes an explanation back.
///
/// # Errors
/// `NotFound` when there is none, `Conflict` for a stale version.
pub async fn withdraw(
    tx: &Tx,
    id: VarianceExplanationId,
    expected_version: Option<i32>,
) -> Result<variance_explanation::Model> {
    let found = variance_explanation::Entity::find_by_id(id).one(tx).await?;
    let row = found.ok_or_else(|| Error::not_found("variance explanation", id))?;
    expect_version("variance explanation", row.version, expected_version)?;
    tx.delete(row.clone()).await?;
    Ok(row)
}

/// The sum of what a version has in a view, at its fixed rates, and of how many lines.
///
/// # Errors
/// `Invalid` for a currency without a rate or a sum that does not fit.
pub fn total(figures: &Figures, view: MoneyView) -> Result<(Currency, rust_decimal::Decimal, usize)> {
    let rates = figures.plan_rates()?;
    let version = figures.version(|figure| figure.key.view == view)?;
    let sums = version.roll_up(&rates, &[]).map_err(|cause| refused("planRates", cause))?;
    let sum = sums.into_values().next().unwrap_or_default();
    Ok((rates.reporting(), sum, version.lines().len()))
}
