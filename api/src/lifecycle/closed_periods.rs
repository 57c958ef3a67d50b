//! Closed periods: up to which month the books are closed, and what closing fixes.
//!
//! What has been posted in a closed month never changes. So closing puts on record, for every asset that stands in the
//! books by a rule, the entry that the rule gave, and for what the inventory had leave, its disposal: whatever becomes
//! of rules and inventory afterwards, the past stays. What belongs to a closed month and becomes known later is caught
//! up in the first open one.

use chrono::NaiveDate;
use entity::{
    id::ClosedPeriodId,
    lifecycle::{
        book_entry, book_event,
        book_event::BookEventKind,
        closed_period,
        depreciation_rule::{self, Book},
    },
    money::{Amount, Rate},
};
use forecasting::{
    depreciation::{Change, Entry, MacrsConvention, Plan},
    month::Month,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{
    as_known::Known,
    books::{Asked, Books, Stated, Terms},
    holdings::{self, Holding},
    recorded::{self, OfAsset, Recorded},
    terms,
};
use crate::{
    error::{Error, Result},
    rules::require_plausible,
    store::{Read, Tx},
};

/// The source of what a closing put on record.
const CLOSING: &str = "closing of the books";

/// A closing, and what it put on record.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The period that is closed now.
    pub period: closed_period::Model,
    /// Entries that rules had given and that are on record from now on.
    pub entries: u64,
    /// Disposals that the inventory had and that are on record from now on.
    pub disposals: u64,
    /// Other first days of service that the inventory had, caught up in what is closed and on record from now on.
    pub corrections: u64,
}

/// Whether a closing put an entry on record.
#[must_use]
pub fn is_fixed(row: &book_entry::Model) -> bool {
    row.source.as_deref() == Some(CLOSING)
}

/// The last day through which a set of books is closed, or was as far as was known, where some of it is. Closings are
/// for good: none is changed or removed.
///
/// # Errors
/// Those of the database.
pub async fn closed_through(db: &impl Read, book: Book, known: Known) -> Result<Option<NaiveDate>> {
    let latest = closed_period::Entity::find()
        .filter(closed_period::Column::Book.eq(book))
        .filter(Condition::all().add_option(known.end().map(|end| closed_period::Column::CreatedAt.lt(end))))
        .order_by_desc(closed_period::Column::ThroughOn)
        .one(db)
        .await?;
    Ok(latest.map(|period| period.through_on))
}

/// Closes a set of books through a month.
///
/// # Errors
/// `Conflict` for a month that is closed already, `Invalid` for one that has not ended, and those of [`Books::load`].
pub async fn close(tx: &Tx, asked: Asked, through: Month) -> Result<Closing> {
    require_ended(tx, through)?;
    let (last, calendar) = (through.last_day(), asked.calendar);
    let books = Books::load(tx, asked).await?;
    if let Some(closed) = books.closed.filter(|closed| *closed >= last) {
        let message = format!("through: {through} is closed already: the books are closed through {closed}");
        return Err(Error::Conflict(message));
    }
    let Fixed { entries, disposals, corrections } = fix(tx, &books, last).await?;
    let period = closed_period::ActiveModel {
        id: Set(tx.new_id()),
        book: Set(books.book),
        through_on: Set(last),
        fiscal_calendar_id: Set(calendar),
        ..Default::default()
    };
    Ok(Closing { period: tx.insert(period).await?, entries, disposals, corrections })
}

/// Refuses to close a month that has not ended.
///
/// # Errors
/// `Invalid` naming the month and the day.
pub fn require_ended(tx: &Tx, through: Month) -> Result<()> {
    let last = through.last_day();
    require_plausible("through", Some(last))?;
    let today = tx.caller().now.date_naive();
    if last >= today {
        return Err(Error::invalid("through", format!("{through} has not ended on {today}")));
    }
    Ok(())
}

/// How much a closing put on record.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fixed {
    entries: u64,
    disposals: u64,
    corrections: u64,
}

/// Puts on record what rules and the inventory say of the months up to a day, and how much that was.
///
/// # Errors
/// Those of the database.
pub async fn fix(tx: &Tx, books: &Books, last: NaiveDate) -> Result<Fixed> {
    let recorded = Recorded::load(tx, books.book, None).await?;
    let assets = holdings::read(tx, Condition::all()).await?;
    let (mut entries, mut disposals, mut corrections) = (Vec::new(), Vec::new(), Vec::new());
    for asset in &assets {
        let own = recorded.of_asset(asset.id);
        if own.entries.iter().all(|row| !row.component.is_empty())
            && let Ok((terms, entry)) = books.by_rule(asset, last)
        {
            entries.push(fixed_entry(tx, books, asset, terms, &entry)?);
        }
        let left = asset.left_on.filter(|left| *left <= last && asset.has_left());
        if let (Some(left), Ok(stated)) = (left, books.entries(asset, own, last)) {
            let gone = stated.into_iter().filter(|one| one.entry.left().is_some_and(|day| day <= last));
            let known =
                |one: &Stated| own.events.iter().any(|row| row.component == one.component && is_whole(row));
            let new = gone.filter(|one| !known(one));
            disposals.extend(new.map(|one| fixed_disposal(tx, books, asset, one.component, left)));
        }
        if own.entries.iter().any(is_fixed) {
            corrections.extend(fixed_services(tx, books, asset, own, last));
        }
    }
    let reason = format!("the books are closed through {last}");
    let entries = if entries.is_empty() { 0 } else { tx.insert_many(entries, &reason).await? };
    let disposals = if disposals.is_empty() { 0 } else { tx.insert_many(disposals, &reason).await? };
    let corrections = if corrections.is_empty() { 0 } else { tx.insert_many(corrections, &reason).await? };
    fix_conventions(tx, books, &assets, &recorded, last).await?;
    Ok(Fixed { entries, disposals, corrections })
}

/// The first days of service that are caught up in the months that are closed now and not on record yet, as rows.
fn fixed_services(
    tx: &Tx,
    books: &Books,
    asset: &Holding,
    own: OfAsset<'_>,
    last: NaiveDate,
) -> Vec<book_event::ActiveModel> {
    let mut rows = Vec::new();
    for one in books.entries(asset, own, last).unwrap_or_default() {
        let known = recorded::service(own.events, &one.component);
        let mut days = one.entry.events.iter().filter_map(|event| match event.change {
            Change::Service { in_service } => Some((event.date, in_service)),
            _ => None,
        });
        let Some((on, in_service)) = days.next_back().filter(|(_, day)| Some(*day) != known) else {
            continue;
        };
        rows.push(book_event::ActiveModel {
            id: Set(tx.new_id()),
            asset_id: Set(asset.id),
            book: Set(books.book),
            component: Set(one.component),
            kind: Set(BookEventKind::Service),
            happened_on: Set(on),
            in_service_on: Set(Some(in_service)),
            notes: Set(Some("as the inventory had it when the books were closed".to_owned())),
            ..Default::default()
        });
    }
    rows
}

/// Whether an event disposes of all that is left.
fn is_whole(row: &book_event::Model) -> bool {
    recorded::event(row).is_some_and(|event| event.change.disposes_of_all())
}

/// The entry that a rule or a class of property gave, as a row.
fn fixed_entry(
    tx: &Tx,
    books: &Books,
    asset: &Holding,
    terms: Terms<'_>,
    entry: &Entry,
) -> Result<book_entry::ActiveModel> {
    let amount = |amount| Amount::try_from_decimal(amount).map_err(Error::internal);
    let currency = entry.cost.currency;
    let mut row = book_entry::ActiveModel {
        id: Set(tx.new_id()),
        asset_id: Set(asset.id),
        book: Set(books.book),
        component: Set(String::new()),
        class: Set(None),
        cost_amount: Set(amount(entry.cost.amount)?),
        currency: Set(currency.code().to_owned()),
        salvage_amount: Set(Some(amount(currency.round(entry.salvage))?)),
        rule_name: Set(None),
        method: Set(None),
        switch_to_straight_line: Set(None),
        life_months: Set(None),
        convention: Set(None),
        rounding: Set(None),
        tax_class: Set(None),
        bonus_rate: Set(None),
        mid_quarter: Set(None),
        in_service_on: Set(Some(entry.in_service)),
        depreciable_from: Set(None),
        opening_amount: Set(None),
        opening_from: Set(None),
        posted_from: Set(entry.posted_from.map(Month::first_day)),
        source: Set(Some(CLOSING.to_owned())),
        ..Default::default()
    };
    match (terms, entry.plan) {
        (Terms::Rule(rule), _) => fix_rule(&mut row, rule),
        (Terms::Class(class), Plan::Macrs(macrs)) => {
            row.tax_class = Set(Some(terms::kept_class(class)));
            row.bonus_rate = Set(Some(Rate::try_from_decimal(macrs.bonus_rate).map_err(Error::internal)?));
            row.mid_quarter = Set(Some(macrs.convention == MacrsConvention::MidQuarter));
        }
        (Terms::Class(_), Plan::Rule(_)) => {}
    }
    Ok(row)
}

fn fix_rule(row: &mut book_entry::ActiveModel, rule: &depreciation_rule::Model) {
    row.rule_name = Set(Some(rule.name.clone()));
    row.method = Set(Some(rule.method));
    row.switch_to_straight_line = Set(Some(rule.switch_to_straight_line));
    row.life_months = Set(Some(rule.life_months));
    row.convention = Set(Some(rule.convention));
    row.rounding = Set(Some(rule.rounding));
}

fn fixed_disposal(
    tx: &Tx,
    books: &Books,
    asset: &Holding,
    component: String,
    left: NaiveDate,
) -> book_event::ActiveModel {
    book_event::ActiveModel {
        id: Set(tx.new_id()),
        asset_id: Set(asset.id),
        book: Set(books.book),
        component: Set(component),
        kind: Set(BookEventKind::Disposal),
        happened_on: Set(left),
        posted_from: Set(books.caught_up(left).map(Month::first_day)),
        notes: Set(Some("as the inventory had it when the books were closed".to_owned())),
        ..Default::default()
    }
}

/// Puts the outcome of the mid-quarter test, and what else own entries leave to rules that may change, on record.
async fn fix_conventions(
    tx: &Tx,
    books: &Books,
    assets: &[Holding],
    recorded: &Recorded,
    last: NaiveDate,
) -> Result<()> {
    for asset in assets {
        let own = recorded.of_asset(asset.id);
        let Ok(stated) = books.entries(asset, own, last) else { continue };
        for one in stated.iter().filter(|one| one.is_own) {
            let Some(row) = own.entries.iter().find(|row| row.component == one.component) else { continue };
            let fixed = fixed_own(row, one, books.rule_of(asset.kind))?;
            if let Some(fixed) = fixed {
                tx.update(row.clone(), |changed| *changed = fixed).await?;
            }
        }
    }
    Ok(())
}

/// What an own entry left to others, where it left anything.
fn fixed_own(
    row: &book_entry::Model,
    stated: &Stated,
    rule: Option<&depreciation_rule::Model>,
) -> Result<Option<book_entry::ActiveModel>> {
    use sea_orm::IntoActiveModel;
    let mut changed = row.clone().into_active_model();
    let mut is_changed = false;
    if row.in_service_on.is_none() {
        changed.in_service_on = Set(Some(stated.entry.in_service));
        is_changed = true;
    }
    match &stated.entry.plan {
        Plan::Macrs(macrs) if row.mid_quarter.is_none() => {
            changed.tax_class = Set(Some(terms::kept_class(macrs.class)));
            changed.bonus_rate =
                Set(Some(Rate::try_from_decimal(macrs.bonus_rate).map_err(Error::internal)?));
            changed.mid_quarter = Set(Some(macrs.convention == MacrsConvention::MidQuarter));
            is_changed = true;
        }
        Plan::Rule(_) if leaves_terms(row) => {
            let terms = terms::whole_terms(row, rule);
            if row.method.is_none() && row.life_months.is_none() {
                changed.rule_name = Set(rule.map(|rule| rule.name.clone()));
            }
            changed.method = Set(Some(terms.method));
            changed.switch_to_straight_line = Set(Some(terms.switch_to_straight_line));
            changed.life_months = Set(terms.life_months);
            changed.convention = Set(Some(terms.convention));
            changed.rounding = Set(Some(terms.rounding));
            let salvage = stated.entry.cost.currency.round(stated.entry.salvage);
            changed.salvage_amount = Set(Some(Amount::try_from_decimal(salvage).map_err(Error::internal)?));
            is_changed = true;
        }
        Plan::Macrs(_) | Plan::Rule(_) => {}
    }
    Ok(is_changed.then_some(changed))
}

/// Whether an own entry leaves something to the rule of its kind.
fn leaves_terms(row: &book_entry::Model) -> bool {
    row.life_months.is_none()
        || row.salvage_amount.is_none()
        || row.method.is_none()
        || row.convention.is_none()
        || row.rounding.is_none()
}

/// One closed period.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ClosedPeriodId) -> Result<closed_period::Model> {
    let found = closed_period::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("closed period", id))
}

/// The rules of a closed period, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(period: &closed_period::Model) -> Result<()> {
    require_plausible("through", Some(period.through_on))?;
    if period.through_on != Month::of(period.through_on).last_day() {
        let message = format!("{} is not the last day of a month", period.through_on);
        return Err(Error::invalid("through", message));
    }
    Ok(())
}

/// In what an entry that a closing fixed differs from the inventory as it is now. `open` is the first open month.
pub(super) fn differs(asset: &Holding, own: OfAsset<'_>, open: Option<Month>) -> Option<String> {
    let fixed = own.entries.iter().find(|row| row.component.is_empty() && is_fixed(row))?;
    let mut parts = Vec::new();
    let known = recorded::service(own.events, "").or(fixed.in_service_on);
    if let Some((entered, now)) = known.zip(asset.in_service_on).filter(|(one, two)| one != two) {
        let open = open.map_or_else(String::new, |open| format!(": {open} catches up, unless it has left"));
        parts.push(format!(
            "it is in the books since {entered}, and the inventory has it in service since {now}{open}"
        ));
    }
    if let Some((amount, currency)) = &asset.price
        && (*amount, currency) != (fixed.cost_amount, &fixed.currency)
    {
        let entered = format!("{} {}", fixed.cost_amount, fixed.currency);
        parts.push(format!("it entered the books with {entered}, and the inventory has {amount} {currency}"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}
