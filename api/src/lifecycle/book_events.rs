//! What happens to assets in the books: record, correct, remove.

use entity::{
    id::{BookEventId, SiteId},
    inventory::site,
    lifecycle::{
        book_entry,
        book_event::{self, BookEventKind},
    },
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ActiveValue::Set, EntityTrait};

use super::{
    book_entries::{Facts, require_in_keeping},
    closed_periods,
    recorded::{self, Transfers, posted_in},
};
use crate::{
    error::{Error, Result},
    rules::{
        draft, edited, expect_version, require_fraction, require_least, require_plausible,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// One event.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: BookEventId) -> Result<book_event::Model> {
    let found = book_event::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("book event", id))
}

/// Records what happened. What happened in a closed month is posted in the first open one.
///
/// # Errors
/// `Invalid` when it is impossible, out of order, or of a rule that is broken; `NotFound` for an asset or a site that
/// is not there.
pub async fn record(tx: &Tx, mut row: book_event::ActiveModel) -> Result<book_event::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    let mut facts = Facts::load(tx, new.asset_id, new.book).await?;
    require_sites(tx, &new).await?;
    let new = settled(&facts, new)?;
    require_another_service(&facts, &new)?;
    facts.events.push(new.clone());
    require_possible(&facts, &new)?;
    row.posted_from = Set(new.posted_from);
    row.from_site_id = Set(new.from_site_id);
    row.from_cost_centre = Set(new.from_cost_centre);
    row.from_class = Set(new.from_class);
    tx.insert(row).await
}

/// Corrects an event that was not posted in a closed month.
///
/// # Errors
/// `Conflict` for a stale version and for what is closed, otherwise as [`record`].
pub async fn correct(
    tx: &Tx,
    id: BookEventId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut book_event::ActiveModel),
) -> Result<book_event::Model> {
    let before = find(tx, id).await?;
    expect_version("book event", before.version, expected_version)?;
    let mut facts = Facts::load(tx, before.asset_id, before.book).await?;
    facts.require_open(posted_in(&before))?;
    let (mut row, after) = edited(&before, edit)?;
    check(&after)?;
    require_sites(tx, &after).await?;
    facts.events.retain(|event| event.id != id);
    let after = settled(&facts, after)?;
    require_another_service(&facts, &after)?;
    facts.events.push(after.clone());
    require_possible(&facts, &after)?;
    row.posted_from.set_if_not_equals(after.posted_from);
    row.from_site_id.set_if_not_equals(after.from_site_id);
    row.from_cost_centre.set_if_not_equals(after.from_cost_centre);
    row.from_class.set_if_not_equals(after.from_class);
    tx.update(before, |changed| *changed = row).await
}

/// Removes an event that was not posted in a closed month.
///
/// # Errors
/// `Conflict` for a stale version, for what is closed, and where later events rest on it.
pub async fn remove(tx: &Tx, id: BookEventId, expected_version: Option<i32>) -> Result<book_event::Model> {
    let row = find(tx, id).await?;
    expect_version("book event", row.version, expected_version)?;
    let mut facts = Facts::load(tx, row.asset_id, row.book).await?;
    facts.require_open(posted_in(&row))?;
    facts.events.retain(|event| event.id != id);
    if let Err(cause) = facts.require_possible(&row.component) {
        let message = format!("later events of {} rest on it: remove those first ({cause})", facts.asset.tag);
        return Err(Error::Conflict(message));
    }
    tx.delete(row.clone()).await?;
    Ok(row)
}

/// An event with what follows from others: the month it is posted in, and where a transfer goes out from.
///
/// # Errors
/// `Invalid` for a transfer that goes nowhere.
pub fn settled(facts: &Facts, mut row: book_event::Model) -> Result<book_event::Model> {
    row.posted_from = facts.caught_up(row.happened_on);
    if row.kind != BookEventKind::Transfer {
        return Ok(row);
    }
    let transfers = Transfers::of(&facts.events, &row.component, chrono::NaiveDate::MAX);
    let month = Some(posted_in(&row));
    let entry = facts.entries.iter().find(|entry| entry.component == row.component);
    let class = entry.and_then(|entry: &book_entry::Model| entry.class.clone());
    let class = class.unwrap_or_else(|| facts.asset.kind.to_value());
    if row.to_site_id.is_some() && row.from_site_id.is_none() {
        let now = Some(facts.asset.site);
        row.from_site_id = transfers.at(month, |event| (event.from_site_id, event.to_site_id), now);
    }
    if row.to_cost_centre.is_some() && row.from_cost_centre.is_none() {
        let ends = |event: &book_event::Model| (event.from_cost_centre.clone(), event.to_cost_centre.clone());
        row.from_cost_centre = transfers.at(month, ends, facts.asset.cost_centre.clone());
    }
    if row.to_class.is_some() && row.from_class.is_none() {
        let ends = |event: &book_event::Model| {
            let own = event.component == row.component;
            (event.from_class.clone(), event.to_class.clone().filter(|_| own))
        };
        row.from_class = transfers.at(month, ends, Some(class));
    }
    let nowhere = |field: &str, what: &str| {
        Err(Error::invalid(format!("transfer.{field}"), format!("{what} is where it is already")))
    };
    if row.to_site_id.is_some() && row.to_site_id == row.from_site_id {
        let message = "it is at this site already; if it has moved since, say fromSite";
        return Err(Error::invalid("transfer.toSite", message));
    }
    if let Some(centre) =
        row.to_cost_centre.as_deref().filter(|to| Some(*to) == row.from_cost_centre.as_deref())
    {
        return nowhere("toCostCentre", centre);
    }
    if let Some(class) = row.to_class.as_deref().filter(|to| Some(*to) == row.from_class.as_deref()) {
        return nowhere("toClass", class);
    }
    Ok(row)
}

/// Holds an event among the others to what a ledger takes, and to the day on which the asset left.
///
/// # Errors
/// `Invalid` naming the field, the value and the rule.
pub fn require_possible(facts: &Facts, row: &book_event::Model) -> Result<()> {
    let same = facts.events.iter().filter(|other| {
        other.component == row.component && other.kind == row.kind && other.happened_on == row.happened_on
    });
    if same.count() > 1 {
        let message = format!("{} has such an event in this book already", row.happened_on);
        return Err(Error::invalid("on", message));
    }
    facts.require_possible(&row.component)?;
    if row.kind == BookEventKind::Transfer {
        let gone = facts.events.iter().filter(|other| other.component == row.component);
        let gone =
            gone.filter(|other| recorded::event(other).is_some_and(|event| event.change.disposes_of_all()));
        let gone = gone.map(|other| other.happened_on).chain(facts.asset.left_on).min();
        if let Some(gone) = gone.filter(|gone| row.happened_on >= *gone) {
            let message = format!("{}: nothing happens after all was disposed of on {gone}", row.happened_on);
            return Err(Error::invalid("on", message));
        }
        if let Some(service) = facts.asset.in_service_on.filter(|service| row.happened_on < *service) {
            let message = format!("{}: nothing happens before service on {service}", row.happened_on);
            return Err(Error::invalid("on", message));
        }
    }
    Ok(())
}

/// Refuses another first day of service that is none, that the inventory contradicts, or that follows the inventory by
/// itself because a closing fixed the entry.
fn require_another_service(facts: &Facts, row: &book_event::Model) -> Result<()> {
    let Some(day) = row.in_service_on else { return Ok(()) };
    let tag = &facts.asset.tag;
    let entry = facts.entries.iter().find(|entry| entry.component == row.component);
    let Some(entry) = entry.filter(|entry| !closed_periods::is_fixed(entry)) else {
        let message = format!(
            "{day}: the day of {tag} follows the inventory: correct inServiceOn of the asset, and what is closed is \
             caught up"
        );
        return Err(Error::invalid("service.inServiceOn", message));
    };
    let known = recorded::service(&facts.events, &row.component);
    if known.or(entry.in_service_on).or(facts.asset.in_service_on) == Some(day) {
        let message = format!("{day}: {tag} is in the books since that day already");
        return Err(Error::invalid("service.inServiceOn", message));
    }
    let stated = book_entry::Model { in_service_on: Some(day), ..entry.clone() };
    require_in_keeping(facts, &stated).map_err(|cause| cause.under("service"))
}

async fn require_sites(tx: &Tx, row: &book_event::Model) -> Result<()> {
    for site in [row.from_site_id, row.to_site_id].into_iter().flatten() {
        let id: SiteId = site;
        if site::Entity::find_by_id(id).one(tx).await?.is_none() {
            return Err(Error::not_found("site", id));
        }
    }
    Ok(())
}

/// The rules of an event, whoever writes it, as far as they need nothing else.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(row: &book_event::Model) -> Result<()> {
    require_plausible("on", Some(row.happened_on))?;
    require_text_if_any("notes", row.notes.as_deref(), 2_000)?;
    require_least("salvage", row.salvage_amount, Amount::ZERO)?;
    let given = [
        ("impairment", BookEventKind::Impairment, row.recoverable_amount.is_some()),
        (
            "lifeChange",
            BookEventKind::LifeChange,
            row.life_months.is_some() || row.added_months.is_some() || row.remaining_months.is_some(),
        ),
        ("disposal", BookEventKind::Disposal, says_disposal(row)),
        ("transfer", BookEventKind::Transfer, says_transfer(row)),
        ("service", BookEventKind::Service, row.in_service_on.is_some()),
    ];
    if let Some((part, ..)) = given.iter().find(|(_, kind, given)| *given && *kind != row.kind) {
        return Err(Error::invalid(*part, format!("has no meaning for {}", row.kind.to_value())));
    }
    match row.kind {
        BookEventKind::Impairment => match row.recoverable_amount {
            None => Err(Error::invalid("impairment.recoverable", "is missing")),
            recoverable => require_least("impairment.recoverable", recoverable, Amount::ZERO),
        },
        BookEventKind::LifeChange => check_life(row),
        BookEventKind::Disposal => check_disposal(row),
        BookEventKind::Transfer => check_transfer(row),
        BookEventKind::Service => match row.in_service_on {
            None => Err(Error::invalid("service.inServiceOn", "is missing")),
            day => require_plausible("service.inServiceOn", day),
        },
    }
}

fn says_disposal(row: &book_event::Model) -> bool {
    row.proceeds_amount.is_some() || row.sale_cost_amount.is_some() || is_partial(row)
}

fn is_partial(row: &book_event::Model) -> bool {
    row.disposed_amount.is_some() || row.disposed_share.is_some() || row.disposed_quantity.is_some()
}

fn says_transfer(row: &book_event::Model) -> bool {
    row.to_site_id.is_some() || row.to_cost_centre.is_some() || row.to_class.is_some()
}

fn check_life(row: &book_event::Model) -> Result<()> {
    let given = [row.life_months, row.added_months, row.remaining_months];
    if given.iter().flatten().count() != 1 {
        let message = "is exactly one of lifeMonths, addedMonths and remainingMonths";
        return Err(Error::invalid("lifeChange", message));
    }
    if let Some(months) = row.life_months {
        super::depreciation_rules::require_life("lifeChange.lifeMonths", months)?;
    }
    if let Some(months) = row.added_months {
        crate::rules::require_range("lifeChange.addedMonths", months, -600, 600)?;
        if months == 0 {
            return Err(Error::invalid("lifeChange.addedMonths", "0 changes nothing"));
        }
    }
    row.remaining_months
        .map_or(Ok(()), |months| crate::rules::require_range("lifeChange.remainingMonths", months, 1, 600))
}

fn check_disposal(row: &book_event::Model) -> Result<()> {
    require_least("disposal.proceeds", row.proceeds_amount, Amount::ZERO)?;
    require_least("disposal.costOfSale", row.sale_cost_amount, Amount::ZERO)?;
    let parts = [
        row.disposed_amount.is_some(),
        row.disposed_share.is_some(),
        row.disposed_quantity.is_some() || row.held_quantity.is_some(),
    ];
    if parts.iter().filter(|given| **given).count() > 1 {
        let message = "is at most one of cost, share, and quantity with of";
        return Err(Error::invalid("disposal", message));
    }
    if let Some(share) = row.disposed_share.map(Rate::to_decimal) {
        require_fraction("disposal.share", share, Decimal::ZERO, Decimal::ONE)?;
        if share.is_zero() {
            return Err(Error::invalid("disposal.share", "0 disposes of nothing"));
        }
    }
    match (row.disposed_quantity, row.held_quantity) {
        (Some(_), None) => Err(Error::invalid("disposal.of", "is missing: pieces there were before")),
        (None, Some(_)) => Err(Error::invalid("disposal.quantity", "is missing: pieces that leave")),
        (Some(quantity), Some(of)) if quantity < 1 || quantity > of => {
            let message = format!("{quantity} is not between 1 and the {of} that there are");
            Err(Error::invalid("disposal.quantity", message))
        }
        _ => Ok(()),
    }
}

fn check_transfer(row: &book_event::Model) -> Result<()> {
    for (field, text) in [
        ("transfer.toCostCentre", &row.to_cost_centre),
        ("transfer.fromCostCentre", &row.from_cost_centre),
        ("transfer.toClass", &row.to_class),
        ("transfer.fromClass", &row.from_class),
    ] {
        require_text_if_any(field, text.as_deref(), 100)?;
    }
    if says_transfer(row) {
        return Ok(());
    }
    Err(Error::invalid("transfer", "goes nowhere: give toSite, toCostCentre or toClass"))
}
