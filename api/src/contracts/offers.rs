//! Offers of vendors: record, change, accept, decline, remove.

use chrono::NaiveDate;
use entity::{
    contracts::offer::{self, OfferStatus},
    id::OfferId,
    money::Amount,
};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, TryIntoModel};

use super::{colocation_contracts, support_contracts};
use crate::{
    error::{Error, Result},
    inventory::vendors,
    rules::{
        draft, expect_version, require_least, require_order, require_plausible, require_text,
        require_text_if_any,
    },
    store::{Read, Tx},
};

/// One offer.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: OfferId) -> Result<offer::Model> {
    offer::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("offer", id))
}

/// Records an offer.
///
/// # Errors
/// `NotFound` for what it refers to and is not there, `Invalid` when a rule of [`check`] is broken.
pub async fn record(tx: &Tx, mut row: offer::ActiveModel) -> Result<offer::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    check_references(tx, &new).await?;
    tx.insert(row).await
}

/// Changes an offer that is open.
///
/// # Errors
/// `Conflict` for a stale version and for an offer that is decided, otherwise as when it is recorded.
pub async fn update(
    tx: &Tx,
    id: OfferId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut offer::ActiveModel) -> Result<()>,
) -> Result<offer::Model> {
    let before = find(tx, id).await?;
    expect_version("offer", before.version, expected_version)?;
    require_open(&before)?;
    let mut row = before.clone().into_active_model();
    edit(&mut row)?;
    let after = row.clone().try_into_model()?;
    check(&after)?;
    check_references(tx, &after).await?;
    tx.update(before, |changed| *changed = row).await
}

/// Removes an offer that was recorded by mistake.
///
/// # Errors
/// `Conflict` for a stale version.
pub async fn remove(tx: &Tx, id: OfferId, expected_version: Option<i32>) -> Result<()> {
    let row = find(tx, id).await?;
    expect_version("offer", row.version, expected_version)?;
    tx.delete(row).await
}

/// Decides about an offer: accepts it, or declines it.
///
/// # Errors
/// `Conflict` for an offer that is decided already, and for one whose price is no longer held on the day it is
/// accepted; `Invalid` for a day in the future or before the offer.
pub async fn decide(
    tx: &Tx,
    id: OfferId,
    expected_version: Option<i32>,
    on: Option<NaiveDate>,
    status: OfferStatus,
) -> Result<offer::Model> {
    let before = find(tx, id).await?;
    expect_version("offer", before.version, expected_version)?;
    require_open(&before)?;
    let today = tx.caller().now.date_naive();
    let on = on.unwrap_or(today);
    if on > today {
        return Err(Error::invalid("on", format!("{on} lies in the future, today is {today}")));
    }
    require_order("on", Some(before.quoted_on), Some(on), "the day of the offer")?;
    if status == OfferStatus::Accepted && on > before.valid_until_on {
        let until = before.valid_until_on;
        return Err(Error::Conflict(format!(
            "the price of the offer {} was held until {until}",
            before.reference
        )));
    }
    tx.update(before, |row: &mut offer::ActiveModel| {
        row.status = Set(status);
        row.decided_on = Set(Some(on));
    })
    .await
}

fn require_open(offer: &offer::Model) -> Result<()> {
    let what = match offer.status {
        OfferStatus::Open => return Ok(()),
        OfferStatus::Accepted => "accepted",
        OfferStatus::Declined => "declined",
    };
    Err(Error::Conflict(format!("the offer {} is {what} already", offer.reference)))
}

/// The rules of an offer, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(offer: &offer::Model) -> Result<()> {
    require_text("reference", &offer.reference, 100)?;
    require_text("subject", &offer.subject, 500)?;
    require_text_if_any("note", offer.note.as_deref(), 10_000)?;
    require_text_if_any("source", offer.source.as_deref(), 500)?;
    crate::schema::scalar::currency(&offer.currency, "currency")?;
    require_least("amount", Some(offer.amount), Amount::ZERO)?;
    require_plausible("quotedOn", Some(offer.quoted_on))?;
    require_plausible("validUntil", Some(offer.valid_until_on))?;
    require_order("validUntil", Some(offer.quoted_on), Some(offer.valid_until_on), "the day of the offer")?;
    if offer.colocation_contract_id.is_some() && offer.support_contract_id.is_some() {
        let message = "is given, and so is a colocation contract: an offer is about one of them at most";
        return Err(Error::invalid("supportContract", message));
    }
    match (offer.status, offer.decided_on) {
        (OfferStatus::Open, Some(on)) => {
            Err(Error::invalid("decidedOn", format!("{on} is given for an offer that is not decided")))
        }
        (OfferStatus::Accepted | OfferStatus::Declined, None) => {
            Err(Error::invalid("decidedOn", "is missing: a decision has a day"))
        }
        _ => Ok(()),
    }
}

async fn check_references(tx: &Tx, offer: &offer::Model) -> Result<()> {
    vendors::find(tx, offer.vendor_id).await?;
    let mut of = None;
    if let Some(id) = offer.colocation_contract_id {
        let contract = colocation_contracts::find(tx, id).await?;
        of = Some(("colocationContract", contract.number, contract.vendor_id));
    }
    if let Some(id) = offer.support_contract_id {
        let contract = support_contracts::find(tx, id).await?;
        of = Some(("supportContract", contract.number, contract.vendor_id));
    }
    match of {
        Some((field, number, vendor)) if vendor != offer.vendor_id => {
            Err(Error::invalid(field, format!("the contract {number} is with another vendor than the offer")))
        }
        _ => Ok(()),
    }
}
