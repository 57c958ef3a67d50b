//! Entries of assets in the books: record, correct, remove.

use entity::{
    id::{AssetId, BookEntryId},
    inventory::asset,
    lifecycle::{
        book_entry, book_event,
        depreciation_rule::{Book, DepreciationMethod},
    },
    money::{Amount, Rate},
};
use forecasting::{depreciation::Ledger, month::Month};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait};

use super::{
    book_figures::refused,
    books::{Asked, Books},
    depreciation_rules::require_life,
    holdings::{self, Holding},
    recorded::{self, Recorded},
};
use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_fraction, require_least, require_order, require_plausible,
        require_text, require_text_if_any,
    },
    store::{Read, Tx},
};

/// One entry.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: BookEntryId) -> Result<book_entry::Model> {
    let found = book_entry::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("book entry", id))
}

/// What decides whether an entry or an event can be.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The set of books.
    pub books: Books,
    /// The asset.
    pub asset: Holding,
    /// Its entries on record.
    pub entries: Vec<book_entry::Model>,
    /// Its events on record.
    pub events: Vec<book_event::Model>,
}

impl Facts {
    /// Reads them.
    ///
    /// # Errors
    /// `NotFound` for an asset that is not there.
    pub async fn load(db: &impl Read, id: AssetId, book: Book) -> Result<Self> {
        let asset = holdings::find(db, id).await?;
        let condition = Condition::all().add(asset::Column::Id.eq(id));
        let recorded = Recorded::load(db, book, Some(&condition)).await?;
        let own = recorded.of_asset(id);
        let books = Books::load(db, Asked::of(book)).await?;
        Ok(Self { books, asset, entries: own.entries.to_vec(), events: own.events.to_vec() })
    }

    /// Holds the entries and events, as they stand in this value, to what a ledger takes.
    ///
    /// # Errors
    /// `Invalid` naming the field, the value and the rule.
    pub fn require_possible(&self, component: &str) -> Result<()> {
        let recorded = Recorded::of(self.entries.clone(), self.events.clone());
        let own = recorded.of_asset(self.asset.id);
        let outcome = self.books.entries(&self.asset, own, chrono::NaiveDate::MAX);
        let stated = outcome.map_err(|absence| {
            let message = format!("{} does not stand in this book: {}", self.asset.tag, absence.reason());
            Error::invalid("asset", message)
        })?;
        let of_component = stated.into_iter().find(|one| one.component == component).ok_or_else(|| {
            let message = format!("`{component}` is no component of {} in this book", self.asset.tag);
            Error::invalid("component", message)
        })?;
        let terms = self.books.terms(of_component.entry.cost.currency);
        Ledger::new(&terms, &of_component.entry).map_err(|cause| refused("", &cause))?;
        self.require_pieces(component)
    }

    /// Holds what leaves by pieces to the pieces that earlier disposals by pieces left.
    fn require_pieces(&self, component: &str) -> Result<()> {
        let of_component = self.events.iter().filter(|row| row.component == component);
        let mut pieces: Vec<_> = of_component
            .filter_map(|row| {
                Some((recorded::posted_in(row), row.happened_on, row.disposed_quantity?, row.held_quantity?))
            })
            .collect();
        pieces.sort_unstable();
        for pair in pieces.windows(2) {
            let [(_, before, disposed, held), (_, on, _, of)] = pair else { continue };
            let left = held - disposed;
            if *of != left {
                let message =
                    format!("{of}: on {on} {left} are left of the {held}, for {disposed} left on {before}");
                return Err(Error::invalid("disposal.of", message));
            }
        }
        Ok(())
    }

    /// The first day of the first open month, for what belongs to a month before it.
    #[must_use]
    pub fn caught_up(&self, day: chrono::NaiveDate) -> Option<chrono::NaiveDate> {
        self.books.caught_up(day).map(Month::first_day)
    }

    /// Refuses to touch what was posted in a closed month.
    ///
    /// # Errors
    /// `Conflict` naming the month.
    pub fn require_open(&self, posted: Month) -> Result<()> {
        match self.books.open().filter(|open| posted < *open) {
            Some(open) => Err(Error::Conflict(format!(
                "it was posted in {posted}, which is closed and stays as it is; the first open month is {open}"
            ))),
            None => Ok(()),
        }
    }
}

/// Records an entry: it takes the place of what the rule gives.
///
/// # Errors
/// `Invalid` when a rule is broken or the asset has such an entry already, `NotFound` for an asset that is not there.
pub async fn record(tx: &Tx, mut row: book_entry::ActiveModel) -> Result<book_entry::Model> {
    row.id = Set(tx.new_id());
    let mut new = draft(&row)?;
    check(&new)?;
    let mut facts = Facts::load(tx, new.asset_id, new.book).await?;
    if facts.entries.iter().any(|one| one.component == new.component) {
        let what = if new.component.is_empty() { "an entry" } else { "an entry for this component" };
        return Err(Error::Conflict(format!(
            "{} has {what} in this book already: correct it, or record what happened",
            facts.asset.tag
        )));
    }
    require_in_keeping(&facts, &new)?;
    new.posted_from = caught_up(&facts, &new);
    row.posted_from = Set(new.posted_from);
    facts.entries.push(new.clone());
    facts.require_possible(&new.component)?;
    tx.insert(row).await
}

/// Refuses what the inventory contradicts: an entry that costs nothing of an asset that was paid for, and service before
/// the asset is in service. What was taken over in the middle of its life has served elsewhere.
///
/// # Errors
/// `Invalid` naming the field, the value and what the inventory has.
pub fn require_in_keeping(facts: &Facts, row: &book_entry::Model) -> Result<()> {
    let tag = &facts.asset.tag;
    if row.cost_amount == Amount::ZERO {
        let paid = facts.asset.price.as_ref().filter(|(amount, _)| *amount > Amount::ZERO);
        let message = match paid {
            Some((amount, currency)) => {
                format!("0 is not what {tag} cost: {amount} {currency} were paid for it")
            }
            None => "0 is no cost: what cost nothing stands in no books".to_owned(),
        };
        return Err(Error::invalid("cost", message));
    }
    let service = facts.asset.in_service_on.filter(|_| row.opening_amount.is_none());
    if let Some((stated, service)) =
        row.in_service_on.zip(service).filter(|(stated, service)| stated < service)
    {
        let message = format!(
            "{stated}: {tag} is in service since {service}, and nothing is depreciated before; what was taken over with an \
             opening balance may have served before"
        );
        return Err(Error::invalid("inServiceOn", message));
    }
    Ok(())
}

/// The first open month, for an entry of which something belongs to months before it.
fn caught_up(facts: &Facts, row: &book_entry::Model) -> Option<chrono::NaiveDate> {
    let first = row.opening_from.or(row.in_service_on).or(facts.asset.in_service_on)?;
    facts.caught_up(first)
}

/// Corrects an entry of which nothing has been posted in a closed month.
///
/// # Errors
/// `Conflict` for a stale version and for what is closed, `Invalid` when a rule is broken.
pub async fn correct(
    tx: &Tx,
    id: BookEntryId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut book_entry::ActiveModel),
) -> Result<book_entry::Model> {
    let before = find(tx, id).await?;
    expect_version("book entry", before.version, expected_version)?;
    let mut facts = Facts::load(tx, before.asset_id, before.book).await?;
    facts.require_open(first_posted(&facts, &before))?;
    let (mut row, mut after) = edited(&before, edit)?;
    check(&after)?;
    require_in_keeping(&facts, &after)?;
    after.posted_from = caught_up(&facts, &after);
    row.posted_from.set_if_not_equals(after.posted_from);
    facts.entries.retain(|one| one.id != id);
    facts.entries.push(after.clone());
    facts.require_possible(&after.component)?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes an entry of which nothing has been posted in a closed month: what the rule gives takes its place again.
///
/// # Errors
/// `Conflict` for a stale version, for what is closed, and for events of a component that would be without an entry.
pub async fn remove(tx: &Tx, id: BookEntryId, expected_version: Option<i32>) -> Result<book_entry::Model> {
    let row = find(tx, id).await?;
    expect_version("book entry", row.version, expected_version)?;
    let mut facts = Facts::load(tx, row.asset_id, row.book).await?;
    facts.require_open(first_posted(&facts, &row))?;
    let events: Vec<String> = facts
        .events
        .iter()
        .filter(|event| event.component == row.component && recorded::event(event).is_some())
        .map(|event| event.happened_on.to_string())
        .collect();
    facts.entries.retain(|one| one.id != id);
    if !events.is_empty() && (!row.component.is_empty() || facts.require_possible("").is_err()) {
        let message = format!(
            "what happened to {} on {} rests on the entry: remove that first",
            facts.asset.tag,
            events.join(", ")
        );
        return Err(Error::Conflict(message));
    }
    tx.delete(row.clone()).await?;
    Ok(row)
}

/// The month in which an entry is first posted.
#[must_use]
pub fn first_posted(facts: &Facts, row: &book_entry::Model) -> Month {
    let day = row.opening_from.or(row.in_service_on).or(facts.asset.in_service_on);
    let day = [day, row.posted_from].into_iter().flatten().max();
    Month::of(day.unwrap_or(chrono::NaiveDate::MAX))
}

/// The rules of an entry, whoever writes it, as far as they need nothing else.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &book_entry::Model) -> Result<()> {
    if !row.component.is_empty() {
        require_text("component", &row.component, 100)?;
    }
    require_text_if_any("class", row.class.as_deref(), 100)?;
    require_least("cost", Some(row.cost_amount), Amount::ZERO)?;
    require_least("salvage", row.salvage_amount, Amount::ZERO)?;
    if let Some(salvage) = row.salvage_amount.filter(|salvage| *salvage > row.cost_amount) {
        let message = format!("{salvage} is more than the cost of {}", row.cost_amount);
        return Err(Error::invalid("salvage", message));
    }
    crate::schema::scalar::currency(&row.currency, "cost.currency")?;
    if let Some(months) = row.life_months {
        require_life("lifeMonths", months)?;
    }
    check_method(row)?;
    check_tax(row)?;
    check_dates(row)
}

fn check_method(row: &book_entry::Model) -> Result<()> {
    let declines = matches!(
        row.method,
        None | Some(DepreciationMethod::DoubleDeclining | DepreciationMethod::Declining150)
    );
    if row.switch_to_straight_line == Some(true) && !declines {
        let message = "true has no meaning for a method that does not decline by a rate";
        return Err(Error::invalid("switchToStraightLine", message));
    }
    Ok(())
}

fn check_tax(row: &book_entry::Model) -> Result<()> {
    if row.tax_class.is_some() && row.book != Book::Tax {
        return Err(Error::invalid("taxClass", "has a meaning in the book TAX only"));
    }
    if let Some(bonus) = row.bonus_rate.map(Rate::to_decimal) {
        require_fraction("bonusRate", bonus, Decimal::ZERO, Decimal::ONE)?;
        if row.tax_class.is_none() {
            return Err(Error::invalid("bonusRate", format!("{bonus} has no meaning without a taxClass")));
        }
    }
    let states_terms = row.method.is_some() || row.life_months.is_some() || row.convention.is_some();
    // What a closing fixed has none of them.
    if row.tax_class.is_some() && states_terms {
        let message = "is written off by tables: it has neither method nor lifeMonths nor convention";
        return Err(Error::invalid("taxClass", message));
    }
    Ok(())
}

fn check_dates(row: &book_entry::Model) -> Result<()> {
    require_plausible("inServiceOn", row.in_service_on)?;
    require_plausible("depreciableFrom", row.depreciable_from)?;
    require_plausible("opening.from", row.opening_from)?;
    if let (Some(service), Some(from)) = (row.in_service_on, row.depreciable_from)
        && from < service
    {
        let message = format!("{from}: nothing is depreciated before it is in service on {service}");
        return Err(Error::invalid("depreciableFrom", message));
    }
    let month = |day| Month::of(day).first_day();
    require_order("opening.from", row.in_service_on.map(month), row.opening_from.map(month), "service")?;
    require_least("opening.accumulated", row.opening_amount, Amount::ZERO)?;
    if let Some(opening) = row.opening_amount.filter(|opening| *opening > row.cost_amount) {
        let message = format!("{opening} is more than the cost of {}", row.cost_amount);
        return Err(Error::invalid("opening.accumulated", message));
    }
    match (row.opening_amount, row.opening_from) {
        (Some(_), None) => Err(Error::invalid("opening.from", "is missing: an opening balance has a month")),
        (None, Some(_)) => Err(Error::invalid("opening.accumulated", "is missing: a month has a balance")),
        _ => Ok(()),
    }
}
