//! The baseline and scenarios side by side, with the change that makes each difference.

use std::sync::Arc;

use entity::{
    id::ScenarioId,
    scenarios::scenario::{self, Column},
};
use forecasting::roadmap::{Category, Line, MoneyView};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{
    changes,
    overlay::{Change, Named, Overlay},
};
use crate::{
    error::{Error, Result},
    roadmap::{Key, Plan, Question, plan::Rows, records},
    store::Read,
};

/// The most roadmaps that one comparison draws: one for the baseline, and one for each change.
pub const MOST_DRAWN: usize = 60;

/// A comparison.
pub struct Comparison {
    /// The roadmap of what is recorded.
    pub baseline: Arc<Plan>,
    /// The scenarios, in the order in which they were asked for.
    pub scenarios: Vec<Compared>,
}

/// A scenario beside the baseline.
pub struct Compared {
    /// Which.
    pub scenario: Named,
    /// Its roadmap.
    pub plan: Arc<Plan>,
    /// How it differs from the baseline, line by line.
    pub lines: Vec<Difference>,
    /// What each change adds to the difference, in their order.
    pub steps: Vec<Step>,
}

/// What a change adds to the difference of a scenario.
pub struct Step {
    /// The change.
    pub change: Change,
    /// How the roadmap with it differs from the one without it and all that follow, line by line.
    pub lines: Vec<Difference>,
    /// The difference of all lines, month by month.
    pub total: Vec<Decimal>,
}

/// By how much a line differs.
#[derive(Clone)]
pub struct Difference {
    /// What the line is for.
    pub category: Category,
    /// The values of the dimensions.
    pub key: Key,
    /// As it was, month by month.
    pub before: Vec<Decimal>,
    /// As it is, month by month.
    pub after: Vec<Decimal>,
    /// How much more there is, month by month.
    pub amounts: Vec<Decimal>,
    /// How many records are behind it, before or after, whichever are more.
    pub records: usize,
}

/// Compares scenarios with the baseline: rows are read once, by a number of statements that does not depend on how many
/// scenarios and changes there are. Changes are laid on one after another, and the difference that each makes is
/// that change's, so that they add up to the whole difference, line by line.
///
/// # Errors
/// As [`Rows::read`] and [`Rows::draw`]; `NotFound` for a scenario that is not there, `Invalid` for one that is named
/// twice, `LimitExceeded` for more changes than are drawn at once.
pub async fn compare(
    db: &impl Read,
    ids: &[ScenarioId],
    view: MoneyView,
    question: &Question,
) -> Result<Comparison> {
    let overlays = overlays(db, ids).await?;
    let also: Vec<String> = overlays.iter().flat_map(Overlay::currencies).collect();
    let rows = Rows::read(db, question, also.into_iter()).await?;
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    tokio::task::block_in_place(|| {
        let baseline = Arc::new(rows.draw(&Question { scenario: Overlay::none(), ..question.clone() })?);
        let compared = overlays.iter().map(|overlay| lay_on(&rows, &baseline, overlay, view, question));
        Ok(Comparison { scenarios: compared.collect::<Result<_>>()?, baseline })
    })
}

/// The overlays of scenarios, by two statements.
async fn overlays(db: &impl Read, ids: &[ScenarioId]) -> Result<Vec<Overlay>> {
    if ids.is_empty() {
        return Err(Error::invalid("ids", "names no scenario"));
    }
    if ids.len() > MOST_DRAWN {
        let message = format!("{} scenarios are named, at most {MOST_DRAWN} are compared", ids.len());
        return Err(Error::TooMuch { field: "ids".to_owned(), message });
    }
    let found = scenario::Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let changes = changes::named(db, ids).await?;
    let drawn = changes.len() + 1;
    if drawn > MOST_DRAWN {
        let message = format!(
            "the scenarios have {} changes, which takes {drawn} roadmaps; at most {MOST_DRAWN} are drawn at once",
            changes.len()
        );
        return Err(Error::TooMuch { field: "ids".to_owned(), message });
    }
    let mut overlays: Vec<Overlay> = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let row = found.iter().find(|row| row.id == *id).ok_or_else(|| Error::not_found("scenario", id))?;
        if ids.iter().take(place).any(|earlier| earlier == id) {
            return Err(Error::invalid(format!("ids[{place}]"), format!("{} is named twice", row.name)));
        }
        let own = changes.iter().filter(|change| change.row.scenario_id == *id).cloned().collect();
        let overlay = Overlay::of(row.clone().into(), own);
        overlay.require_prices(db.caller())?;
        overlays.push(overlay);
    }
    Ok(overlays)
}

fn lay_on(
    rows: &Rows,
    baseline: &Arc<Plan>,
    overlay: &Overlay,
    view: MoneyView,
    question: &Question,
) -> Result<Compared> {
    let scenario = overlay.scenario().cloned().ok_or_else(|| Error::internal("an overlay without a name"))?;
    let mut plan = Arc::clone(baseline);
    let mut steps = Vec::with_capacity(overlay.changes().len());
    for (place, change) in overlay.changes().iter().enumerate() {
        let scenario = Arc::new(overlay.first(place + 1));
        let next = Arc::new(rows.draw(&Question { scenario, ..question.clone() })?);
        let lines = differences(&plan, &next, view)?;
        let total = total(&plan, &lines);
        steps.push(Step { change: change.clone(), lines, total });
        plan = next;
    }
    let lines = differences(baseline, &plan, view)?;
    Ok(Compared { scenario, plan, lines, steps })
}

fn differences(before: &Plan, after: &Plan, view: MoneyView) -> Result<Vec<Difference>> {
    let found = after.roadmap.differences(&before.roadmap, view).map_err(Error::internal)?;
    let months = after.roadmap.window().months() as usize;
    let nothing = || vec![Decimal::ZERO; months];
    let of = found.into_iter().map(|one| Difference {
        category: one.category,
        key: one.key.clone(),
        before: one.before.map_or_else(nothing, Line::amounts),
        after: one.after.map_or_else(nothing, Line::amounts),
        amounts: one.amounts,
        records: {
            let was = one.before.map_or(0, |line| records::count(before, &line.records));
            was.max(one.after.map_or(0, |line| records::count(after, &line.records)))
        },
    });
    Ok(of.collect())
}

/// The sum of differences, month by month.
#[must_use]
pub fn total(plan: &Plan, lines: &[Difference]) -> Vec<Decimal> {
    let months = 0..plan.roadmap.window().months() as usize;
    months.map(|at| lines.iter().map(|line| line.amounts[at]).sum()).collect()
}
