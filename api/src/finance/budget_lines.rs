//! Lines of budgets: set, which replaces what stands in the same place, and remove.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use entity::{
    finance::{
        budget_line::{self, BudgetView},
        budget_version::{self, VersionKind},
    },
    id::{BudgetLineId, BudgetVersionId, EntityId},
    money::{Amount, Rate},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use super::{
    budget_versions,
    places::{ADJUSTMENTS, Names, Place, Places, Priced, amount, require_draft, spoken},
};
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// A line as it comes in.
#[derive(Clone, Debug)]
pub struct Given {
    /// Where it belongs.
    pub names: Names,
    /// Which event places it there.
    pub view: BudgetView,
    /// ISO 4217 code.
    pub currency: String,
    /// Tells lines of one place apart; empty where there is one.
    pub item: String,
    /// How much; left out where quantity and unit price say so.
    pub amount: Option<Amount>,
    /// How many units.
    pub quantity: Option<Rate>,
    /// Price of a unit.
    pub unit_price: Option<Amount>,
    /// Free text.
    pub description: Option<String>,
    /// Where it came from.
    pub source: Option<String>,
}

/// The version that lines are set in, and the lines it has, read at once for many.
#[derive(Debug)]
pub struct Known {
    /// The version and what its lines are held against.
    pub places: Places,
    /// By cell; those that are set meanwhile come in, for one request may name a cell twice.
    lines: Mutex<HashMap<String, BudgetLineId>>,
}

impl Known {
    /// Reads a version with its lines.
    ///
    /// # Errors
    /// `NotFound` when there is none, `Conflict` for one that is frozen, `Invalid` for actual figures.
    pub async fn of(tx: &Tx, id: BudgetVersionId) -> Result<Self> {
        budget_versions::hold_one(tx, id).await?;
        let places = Places::of(tx, id).await?;
        require_lines(&places.version)?;
        let lines = of_version(tx, id).await?;
        let lines = lines.into_iter().map(|line| (line.cell, line.id)).collect();
        Ok(Self { places, lines: Mutex::new(lines) })
    }
}

/// All lines of a version.
///
/// # Errors
/// Those of the database.
pub async fn of_version(db: &impl Read, id: BudgetVersionId) -> Result<Vec<budget_line::Model>> {
    let of_it = budget_line::Column::VersionId.eq(id);
    Ok(budget_line::Entity::find().filter(of_it).all(db).await?)
}

/// A version whose lines may be set.
///
/// # Errors
/// `Conflict` for one that is frozen, `Invalid` for actual figures.
pub fn require_lines(version: &budget_version::Model) -> Result<()> {
    require_draft(version)?;
    if version.kind == VersionKind::Actual {
        let message = format!("{} has actual figures, which are posted from documents", version.name);
        return Err(Error::invalid("version", message));
    }
    Ok(())
}

/// What tells a line from the others of its version.
#[must_use]
pub fn cell(place: &Place, view: BudgetView, currency: &str, item: &str) -> String {
    fn part<I: EntityId>(id: Option<I>) -> String {
        id.map_or_else(|| "-".to_owned(), |id| id.uuid().simple().to_string())
    }
    let of_place = [
        part(Some(place.cost_centre)),
        part(Some(place.account)),
        part(place.tower),
        part(place.site),
        place.period.to_string(),
    ];
    format!("{}/{}/{currency}/{item}", of_place.join("/"), spoken(view))
}

/// Sets a line. A line of the same place, view, currency and item is replaced; the same figures change nothing.
///
/// # Errors
/// `Invalid` for codes or sites that are not there, or when a rule of [`check`] is broken.
pub async fn set(tx: &Tx, given: Given, known: &Known) -> Result<budget_line::Model> {
    let row = row(given, &known.places)?;
    let new = draft(&budget_line::ActiveModel { id: Set(tx.new_id()), ..row.clone() })?;
    check(&new, &known.places)?;
    let known_id = known.lines.lock().unwrap_or_else(PoisonError::into_inner).get(&new.cell).copied();
    let Some(before) = known_id else {
        let made = tx.insert(budget_line::ActiveModel { id: Set(new.id), ..row }).await?;
        known.lines.lock().unwrap_or_else(PoisonError::into_inner).insert(new.cell, made.id);
        return Ok(made);
    };
    let before = find(tx, before).await?;
    tx.update(before, |line: &mut budget_line::ActiveModel| {
        line.amount.set_if_not_equals(new.amount);
        line.quantity.set_if_not_equals(new.quantity);
        line.unit_price.set_if_not_equals(new.unit_price);
        if new.description.is_some() {
            line.description.set_if_not_equals(new.description);
        }
        if new.source.is_some() {
            line.source.set_if_not_equals(new.source);
        }
    })
    .await
}

/// A line as a row without its id.
///
/// # Errors
/// As [`Places::resolve`].
pub fn row(given: Given, places: &Places) -> Result<budget_line::ActiveModel> {
    if given.names.period == ADJUSTMENTS {
        let message =
            format!("{ADJUSTMENTS} are the adjustments of a year, which are posted and not planned");
        return Err(Error::invalid("period", message));
    }
    let place = places.resolve(&given.names)?;
    let amount = amount(given.amount, given.quantity, given.unit_price, &given.currency)?;
    Ok(budget_line::ActiveModel {
        version_id: Set(places.version.id),
        cost_centre_id: Set(place.cost_centre),
        account_id: Set(place.account),
        tower_id: Set(place.tower),
        site_id: Set(place.site),
        period: Set(place.period),
        view: Set(given.view),
        cell: Set(cell(&place, given.view, &given.currency, &given.item)),
        item: Set(given.item),
        currency: Set(given.currency),
        amount: Set(amount),
        quantity: Set(given.quantity),
        unit_price: Set(given.unit_price),
        description: Set(given.description),
        source: Set(given.source),
        ..Default::default()
    })
}

/// One line.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: BudgetLineId) -> Result<budget_line::Model> {
    let found = budget_line::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("budget line", id))
}

/// Changes the figures of a line; where it belongs is what it is.
///
/// # Errors
/// `Conflict` for a stale version or a frozen budget, `Invalid` when a rule of [`check`] is broken.
pub async fn update(
    tx: &Tx,
    id: BudgetLineId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut budget_line::ActiveModel),
) -> Result<budget_line::Model> {
    let before = find(tx, id).await?;
    expect_version("budget line", before.version, expected_version)?;
    budget_versions::hold_one(tx, before.version_id).await?;
    let places = Places::of(tx, before.version_id).await?;
    let (row, after) = edited(&before, edit)?;
    check(&after, &places)?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes a line of a draft.
///
/// # Errors
/// `Conflict` for a stale version or a frozen budget.
pub async fn remove(tx: &Tx, id: BudgetLineId, expected_version: Option<i32>) -> Result<budget_line::Model> {
    let line = find(tx, id).await?;
    expect_version("budget line", line.version, expected_version)?;
    budget_versions::hold_one(tx, line.version_id).await?;
    require_lines(&budget_versions::find(tx, line.version_id).await?)?;
    tx.delete(line.clone()).await?;
    Ok(line)
}

/// The rules of a line, whoever writes it.
///
/// # Errors
/// `Conflict` for a frozen budget; `Invalid` with the field, the value and the rule.
pub fn check(line: &budget_line::Model, places: &Places) -> Result<()> {
    require_lines(&places.version)?;
    // A line may be the only one of its place, and then needs no name.
    if !line.item.is_empty() {
        require_text("item", &line.item, 100)?;
    }
    require_text_if_any("description", line.description.as_deref(), 500)?;
    require_text_if_any("source", line.source.as_deref(), 200)?;
    places.check_amount(Priced {
        currency: &line.currency,
        amount: line.amount,
        quantity: line.quantity,
        unit_price: line.unit_price,
    })
}
