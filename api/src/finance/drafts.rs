//! Lines of a budget from the roadmap, so that nobody has to type what is known already.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, btree_map::Entry},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::{
        budget_line::{self, BudgetView},
        budget_version,
        ledger_code::CodeKind,
    },
    id::BudgetVersionId,
    money::Amount,
};
use forecasting::roadmap::{Category, MoneyView};
use rust_decimal::Decimal;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition};

use super::{
    budget_lines::{self, Given, check, require_lines},
    budget_versions, ledger_codes,
    places::{Names, PERIODS, Places, currency},
    values,
};
use crate::{
    error::{Error, Result},
    roadmap::{self, Dimension, Plan},
    rules::draft,
    scenarios::Overlay,
    store::{Read, Tx},
};

/// What lines that were drafted are told by.
pub const SOURCE: &str = "roadmap";

/// Where a category of the roadmap is budgeted.
#[derive(Clone, Debug)]
pub struct Target {
    /// The category.
    pub category: Category,
    /// Code of the account.
    pub account: String,
    /// Code of the tower, if any.
    pub tower: Option<String>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The draft that gets the lines.
    pub version: BudgetVersionId,
    /// The views that are taken over; each line states its own.
    pub views: Vec<BudgetView>,
    /// Where categories are budgeted; one that is not named goes to the account of its own name.
    pub targets: Vec<Target>,
    /// Code of the cost centre of what the roadmap knows none for.
    pub cost_centre: Option<String>,
    /// How much price indices of contracts are taken to rise a year.
    pub assumed_index_rate: Option<Decimal>,
    /// What is laid over the rows that are read.
    pub scenario: Arc<Overlay>,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
}

/// What was drafted.
#[derive(Clone, Debug)]
pub struct Drafted {
    /// The version as it is now.
    pub version: budget_version::Model,
    /// Lines that were written.
    pub written: usize,
    /// Lines of an earlier draft that gave way.
    pub replaced: u64,
    /// Why records of the estate are in no line, with how many of each.
    pub excluded: BTreeMap<String, usize>,
    /// What the roadmap took for granted.
    pub assumptions: Vec<String>,
}

/// The roadmap of the fiscal year of a version, from before the change begins: drawing it takes a while.
///
/// # Errors
/// `NotFound` for a version that is not there, `Conflict` for one that is frozen, and those of the roadmap.
pub async fn draw(db: &impl Read, question: &Question) -> Result<Plan> {
    let places = Places::of(db, question.version).await?;
    require_lines(&places.version)?;
    let from = places.calendar.first_month(places.version.fiscal_year);
    let asked = roadmap::Question {
        from,
        months: PERIODS.unsigned_abs(),
        currency: Some(currency(&places.version.currency)?),
        calendar: Some(places.version.calendar_id),
        as_of: question.as_of,
        assumed_index_rate: question.assumed_index_rate,
        dimensions: vec![Dimension::Site, Dimension::CostCentre],
        uncertainty: None,
        scenario: Arc::clone(&question.scenario),
    };
    roadmap::draw(db, &asked).await
}

/// Writes the lines of a roadmap into a version, in place of those that were drafted before. Lines that people set
/// stay.
///
/// # Errors
/// `Conflict` for a frozen version or a line that somebody set in the same place; `Invalid` for a cost centre or an
/// account that is not there.
pub async fn write(tx: &Tx, question: &Question, plan: &Plan) -> Result<Drafted> {
    budget_versions::hold_one(tx, question.version).await?;
    let places = Places::of(tx, question.version).await?;
    require_lines(&places.version)?;
    let mut drawn = Vec::new();
    for view in &question.views {
        drawn.push(added_up(lines(question, plan, &places, *view)?)?);
    }
    require_codes(question, &places, drawn.iter().flatten())?;
    let mut rows = Vec::new();
    for mut of_view in drawn {
        of_view.extend(nothing_due(&of_view, &places));
        for given in of_view {
            let mut row = budget_lines::row(given, &places)?;
            row.id = Set(tx.new_id());
            check(&draft(&row)?, &places)?;
            rows.push(row.reset_all());
        }
    }
    refuse_set(tx, question.version, &rows).await?;
    let drafted = Condition::all()
        .add(budget_line::Column::VersionId.eq(question.version))
        .add(budget_line::Column::Source.eq(SOURCE));
    let reason = format!("draft of the budget {} from the roadmap", places.version.name);
    let replaced = tx.delete_many::<budget_line::Entity>(drafted, &reason).await?;
    let written = rows.len();
    if written > 0 {
        tx.insert_many(rows, &reason).await?;
    }
    let mut excluded: BTreeMap<String, usize> = BTreeMap::new();
    for exclusion in plan.roadmap.exclusions() {
        *excluded.entry(exclusion.reason.clone()).or_default() += 1;
    }
    Ok(Drafted {
        version: places.version,
        written,
        replaced,
        excluded,
        assumptions: plan.roadmap.assumptions().iter().cloned().collect(),
    })
}

/// Refuses lines of codes that the ledger does not have, all of them at once.
fn require_codes<'a>(
    question: &Question,
    places: &Places,
    lines: impl Iterator<Item = &'a Given>,
) -> Result<()> {
    let mut missing: BTreeMap<(CodeKind, bool), BTreeSet<&str>> = BTreeMap::new();
    for line in lines {
        let names = &line.names;
        let centre = names.cost_centre.as_str();
        let is_carried = question.cost_centre.as_deref() != Some(centre);
        let is_named = question.targets.iter().any(|target| target.account == names.account);
        let tower = names.tower.as_deref().map(|tower| (CodeKind::Tower, false, tower));
        let codes =
            [(CodeKind::CostCentre, is_carried, centre), (CodeKind::Account, !is_named, &names.account)];
        for (kind, is_by_itself, code) in codes.into_iter().chain(tower) {
            if !places.directory.has(kind, code) {
                missing.entry((kind, is_by_itself)).or_default().insert(code);
            }
        }
    }
    let said = missing.iter().map(|((kind, is_by_itself), codes)| {
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        let why = match kind {
            CodeKind::CostCentre if *is_by_itself => ", which records carry",
            CodeKind::Account if *is_by_itself => ", the name of a category that no target is given for",
            _ => "",
        };
        format!("there is no {} {}{why}", ledger_codes::spoken(*kind), codes.join(", "))
    });
    let said: Vec<String> = said.collect();
    let field = match missing.keys().next() {
        None => return Ok(()),
        Some((CodeKind::CostCentre, _)) => "costCentre",
        Some((CodeKind::Account, _)) => "account",
        Some((CodeKind::Tower, _)) => "tower",
    };
    Err(Error::invalid(field, said.join("; ")))
}

/// Refuses to write over a line that a person set.
async fn refuse_set(tx: &Tx, version: BudgetVersionId, rows: &[budget_line::ActiveModel]) -> Result<()> {
    let kept = budget_lines::of_version(tx, version).await?;
    let kept: HashMap<String, budget_line::Model> = kept
        .into_iter()
        .filter(|line| line.source.as_deref() != Some(SOURCE))
        .map(|line| (line.cell.clone(), line))
        .collect();
    let mut seen = HashSet::new();
    for row in rows {
        let cell = row.cell.as_ref();
        if let Some(line) = kept.get(cell) {
            let message = format!(
                "somebody set a line of {} {} for `{}` in period {}; remove it to have it drafted",
                line.amount, line.currency, line.item, line.period
            );
            return Err(Error::Conflict(message));
        }
        if !seen.insert(cell.clone()) {
            return Err(Error::internal(format!("two lines of the roadmap in one place: {cell}")));
        }
    }
    Ok(())
}

/// Lines of one place as one: what the roadmap has of no cost centre may go where it has something of one already.
fn added_up(lines: Vec<Given>) -> Result<Vec<Given>> {
    type Place = (String, String, Option<String>, Option<String>, i32, String);
    let mut sums: BTreeMap<Place, Given> = BTreeMap::new();
    for line in lines {
        let names = &line.names;
        let place = (
            names.cost_centre.clone(),
            names.account.clone(),
            names.tower.clone(),
            names.site.clone(),
            names.period,
            line.item.clone(),
        );
        match sums.entry(place) {
            Entry::Vacant(place) => {
                place.insert(line);
            }
            Entry::Occupied(mut sum) => {
                let amounts = [sum.get().amount, line.amount].into_iter().flatten();
                let amount = amounts.map(Amount::to_decimal).sum();
                let amount =
                    Amount::try_from_decimal(amount).map_err(|cause| Error::invalid("amount", cause))?;
                sum.get_mut().amount = Some(amount);
            }
        }
    }
    Ok(sums.into_values().collect())
}

/// A line of zero for each period that nothing of the roadmap falls in: what was looked at and is nothing is known, and
/// is not a gap. It stands at the first place of the view that may be charged then.
fn nothing_due(lines: &[Given], places: &Places) -> Vec<Given> {
    let known: HashSet<i32> = lines.iter().map(|line| line.names.period).collect();
    let empty = (1..=PERIODS).filter(|period| !known.contains(period));
    let at = |period| {
        lines.iter().find_map(|line| {
            let names = Names { period, ..line.names.clone() };
            places.resolve(&names).ok()?;
            let description = Some("the roadmap has nothing in this period".to_owned());
            Some(Given { names, amount: Some(Amount::ZERO), description, ..line.clone() })
        })
    };
    empty.filter_map(at).collect()
}

/// The lines of one view, period by period.
fn lines(question: &Question, plan: &Plan, places: &Places, view: BudgetView) -> Result<Vec<Given>> {
    let of_view: MoneyView = values::view(view);
    let value = |key: &roadmap::Key, dimension| {
        let place = plan.position(dimension)?;
        key.get(place)?.as_deref().map(str::to_owned)
    };
    let mut lines = Vec::new();
    for (category, key, row) in plan.roadmap.lines(of_view) {
        let target = question.targets.iter().find(|target| target.category == category);
        let centre = value(key, Dimension::CostCentre).or_else(|| question.cost_centre.clone());
        let centre = centre.ok_or_else(|| {
            let message = format!(
                "the roadmap has {} of no cost centre, so say which one it is budgeted at",
                spoken(category)
            );
            Error::invalid("costCentre", message)
        })?;
        for (amount, period) in row.amounts().into_iter().zip(1..) {
            if amount.is_zero() {
                continue;
            }
            lines.push(Given {
                names: Names {
                    cost_centre: centre.clone(),
                    account: target
                        .map_or_else(|| spoken(category).to_owned(), |target| target.account.clone()),
                    tower: target.and_then(|target| target.tower.clone()),
                    site: value(key, Dimension::Site),
                    period,
                },
                view,
                currency: places.version.currency.clone(),
                item: spoken(category).to_owned(),
                amount: Some(
                    Amount::try_from_decimal(amount).map_err(|cause| Error::invalid("amount", cause))?,
                ),
                quantity: None,
                unit_price: None,
                description: None,
                source: Some(SOURCE.to_owned()),
            });
        }
    }
    Ok(lines)
}

/// A category as the API spells it.
#[must_use]
pub fn spoken(category: Category) -> &'static str {
    match category {
        Category::Colocation => "COLOCATION",
        Category::Cloud => "CLOUD",
        Category::Depreciation => "DEPRECIATION",
        Category::Impairment => "IMPAIRMENT",
        Category::Support => "SUPPORT",
        Category::RefreshCapital => "REFRESH_CAPITAL",
        Category::Disposal => "DISPOSAL",
        Category::Growth => "GROWTH",
    }
}
