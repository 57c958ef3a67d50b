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
    ForecastError,
    budget::{
        Attribution, Dimension, DimensionValue, Driver, LineKey, Materiality, Orientation, PeriodRange,
        Report, ReportQuestion, ReportRow, TimingImbalance, Tolerance, report, timing_imbalances,
    },
    money::Currency,
    roadmap::MoneyView,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{
    budget_versions,
    places::{self, ADJUSTMENTS, Names, PERIODS, Places, refused, spoken},
    values::{self, Figure, Figures, Reorganisation, Spot, period_rates, require_alike},
};
use crate::{
    error::{Error, Result},
    roadmap::masking::hidden,
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
    /// Why nothing is known of what was planned, where that is so: the plan has no line in the view.
    pub unplanned: Option<String>,
}

impl Answer {
    /// Which rows are hidden from those who see only sums, and whether the total is.
    #[must_use]
    pub fn masks(&self, sees_prices: bool) -> (Vec<bool>, bool) {
        let counts: Vec<usize> = self.report.rows.iter().map(ReportRow::fewest).collect();
        if sees_prices {
            return (vec![false; counts.len()], false);
        }
        (hidden(&counts), self.report.total.fewest() < 2)
    }

    /// Whether adjustments are among the periods that are looked at.
    #[must_use]
    pub fn counts_adjustments(&self) -> bool {
        self.periods.1 == ADJUSTMENTS
    }

    /// What was left out, and what is not told apart; each is a sentence.
    #[must_use]
    pub fn excluded(&self) -> Vec<String> {
        let year = self.actual.fiscal_year;
        let unposted = self.report.unposted.iter().map(|period| {
            format!("period {period} of {year}: nothing is posted in it yet, so its plan is left out as well")
        });
        let gaps = self.report.total.bridge.gaps.iter().map(|(gap, lines)| {
            format!("{lines} lines are not told apart by volume and price: {}", gap.reason())
        });
        let (_, postings) = self.report.adjustments;
        let is_apart = postings > 0 && !self.counts_adjustments();
        let apart = is_apart.then(|| {
            format!("{postings} postings of period {ADJUSTMENTS}, the adjustments of {year}, are shown apart")
        });
        let gaps = gaps.filter(|_| self.unplanned.is_none());
        self.unplanned.iter().cloned().chain(unposted).chain(gaps).chain(apart).collect()
    }

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
    // Adjustments are told apart whether or not they are asked for.
    let is_used = |figure: &&Figure| {
        range.contains(figure.key.period) || i64::from(figure.key.period) == i64::from(ADJUSTMENTS)
    };
    let used: Vec<&Figure> = actual.of_view(view).filter(is_used).collect();
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
        is_posted: actual.places.version.kind == VersionKind::Actual,
        closed: &actual.places.closed_periods(),
    };
    let unplanned = plan.of_view(view).next().is_none().then(|| {
        let name = &plan.places.version.name;
        format!(
            "{name} has no line in the view {}, so what was planned in it is not known",
            spoken(question.view)
        )
    });
    let report = report(&plan.report_lines(view), &actual.report_lines(view), &attributions, &asked)
        .map_err(unreported)?;
    let timed: Vec<_> = attributions.into_iter().map(timed).collect();
    let timing = timing_imbalances(&timed, &plan.places.calendar, question.as_of)
        .map_err(|cause| refused("plan", cause))?;
    let mut assumptions = assumptions(question, &plan, &actual);
    assumptions.extend(actual.closed_empty(view, (first, last)));
    Ok(Answer {
        plan: plan.places.version,
        actual: actual.places.version,
        periods: (first, last),
        report,
        dimensions: question.dimensions.clone(),
        explained,
        timing,
        assumptions,
        unplanned,
    })
}

/// A refusal of the report, at what was asked.
fn unreported(cause: ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { field: "periods", .. } => refused("throughPeriod", cause),
        _ => refused("plan", cause),
    }
}

/// The first and the last period that are looked at.
fn periods(question: &Question, actual: &Figures) -> Result<(i32, i32)> {
    require_range("fromPeriod", question.from, 1, ADJUSTMENTS)?;
    let last = match question.through {
        Some(through) => through,
        None if actual.places.version.kind != VersionKind::Actual => PERIODS,
        None => last_closed(&actual.places)?,
    };
    require_range("throughPeriod", last, question.from, ADJUSTMENTS)?;
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
        month: places
            .calendar
            .first_month(places.version.fiscal_year)
            .plus(explained.row.period.min(PERIODS) - 1),
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
        said.push(
            "a line that nothing was posted to in a period that others were posted to has cost nothing"
                .to_owned(),
        );
    } else {
        let name = &actual.places.version.name;
        said.push(format!("{name} is converted at its own fixed rates"));
    }
    said
}

/// How far from plan is still on plan; only what is exactly on plan where nothing is given.
///
/// # Errors
/// `Invalid` for a limit below zero.
pub fn tolerance(given: Option<Tolerance>) -> Result<Tolerance> {
    let tolerance = given.unwrap_or(Tolerance::Amount(Decimal::ZERO));
    let (Tolerance::Amount(value) | Tolerance::Rate(value)) = tolerance;
    if value < Decimal::ZERO {
        return Err(Error::invalid("tolerance", format!("{value} is below 0")));
    }
    Ok(tolerance)
}

/// From which size on a variance has to be explained: 5 % of the plan where no fraction is given, and any amount
/// where none is.
///
/// # Errors
/// `Invalid` for a threshold below zero.
pub fn materiality(rate: Option<Decimal>, amount: Option<Decimal>) -> Result<Materiality> {
    let rate = rate.unwrap_or(Decimal::new(5, 2));
    let amount = amount.unwrap_or_default();
    for (field, value) in [("materiality.rate", rate), ("materiality.amount", amount)] {
        if value < Decimal::ZERO {
            return Err(Error::invalid(field, format!("{value} is below 0")));
        }
    }
    Ok(Materiality { rate, amount })
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
/// there, a place where neither of them has anything, an amount of zero or a blank note.
pub async fn explain(tx: &Tx, given: Given) -> Result<variance_explanation::Model> {
    let places = Places::of(tx, given.plan).await?;
    let actual = budget_versions::find(tx, given.actual).await?;
    let mut row = row(given, &places, &actual)?;
    row.id = Set(tx.new_id());
    row.author = Set(tx.caller().name.clone());
    let new = draft(&row)?;
    check(&new)?;
    places::require_amounts(tx, &new, &places, &actual).await?;
    tx.insert(row).await
}

/// An explanation as a row without its id and its author.
///
/// # Errors
/// `Invalid` for versions that cannot be compared and for codes that are not there.
pub fn row(
    given: Given,
    places: &Places,
    actual: &budget_version::Model,
) -> Result<variance_explanation::ActiveModel> {
    require_alike(&places.version, actual, "actual")?;
    let place = places.resolve(&given.names)?;
    Ok(variance_explanation::ActiveModel {
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
        ..Default::default()
    })
}

/// The rules of an explanation, whoever writes it.
///
/// # Errors
/// `Invalid` for an amount of zero or a blank note.
pub fn check(explanation: &variance_explanation::Model) -> Result<()> {
    require_text("note", &explanation.note, 1_000)?;
    require_text("author", &explanation.author, 200)?;
    if explanation.amount == Amount::ZERO {
        return Err(Error::invalid("amount", "0 explains nothing"));
    }
    Ok(())
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
pub fn total(figures: &Figures, view: MoneyView) -> Result<(Currency, Decimal, usize)> {
    let rates = figures.plan_rates()?;
    let version = figures.version(|figure| figure.key.view == view)?;
    let sums = version.roll_up(&rates, &[]).map_err(|cause| refused("planRates", cause))?;
    let sum = sums.into_values().next().unwrap_or_default();
    Ok((rates.reporting(), sum, version.lines().len()))
}
