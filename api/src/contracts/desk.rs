//! What lies on the desk: invoices that can still be disputed, and offers whose prices are held.

use std::collections::HashSet;

use chrono::NaiveDate;
use entity::{
    contracts::{
        invoice::{self, InvoiceStatus},
        offer::{self, OfferStatus},
    },
    id::{ColocationContractId, SupportContractId},
};
use forecasting::colocation::{Event, EventKind};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use crate::{error::Result, store::Read};

/// Open invoices of contracts whose last day to dispute them lies between two days, by that day.
///
/// # Errors
/// Those of the database.
pub async fn invoices(
    db: &impl Read,
    contracts: &HashSet<ColocationContractId>,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<invoice::Model>> {
    use invoice::Column as C;
    if contracts.is_empty() {
        return Ok(Vec::new());
    }
    let open = invoice::Entity::find()
        .filter(C::Status.eq(InvoiceStatus::Open))
        .filter(C::DisputeDeadlineOn.between(from, to))
        .order_by_asc(C::DisputeDeadlineOn)
        .all(db)
        .await?;
    Ok(open.into_iter().filter(|invoice| contracts.contains(&invoice.contract_id)).collect())
}

/// Which offers are asked for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those about these colocation contracts.
    pub colocation: HashSet<ColocationContractId>,
    /// Those about these support contracts.
    pub support: HashSet<SupportContractId>,
    /// Those about no contract.
    pub loose: bool,
}

impl Wanted {
    fn has(&self, offer: &offer::Model) -> bool {
        match (offer.colocation_contract_id, offer.support_contract_id) {
            (Some(contract), _) => self.colocation.contains(&contract),
            (None, Some(contract)) => self.support.contains(&contract),
            (None, None) => self.loose,
        }
    }
}

/// Open offers whose prices are held until a day between two days, by that day.
///
/// # Errors
/// Those of the database.
pub async fn offers(
    db: &impl Read,
    wanted: &Wanted,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<Vec<offer::Model>> {
    use offer::Column as C;
    let open = Condition::all().add(C::Status.eq(OfferStatus::Open)).add(C::ValidUntilOn.between(from, to));
    let open = offer::Entity::find().filter(open).order_by_asc(C::ValidUntilOn).all(db).await?;
    Ok(open.into_iter().filter(|offer| wanted.has(offer)).collect())
}

/// The last day to dispute an invoice, as an event.
#[must_use]
pub fn dispute(invoice: &invoice::Model) -> Option<Event> {
    let date = invoice.dispute_deadline_on?;
    let reason = format!("last day to dispute the invoice {} of {}", invoice.number, invoice.dated_on);
    Some(Event { date, kind: EventKind::DisputeDeadline, term: None, charge: None, reason })
}

/// The last day on which the price of an offer is held, as an event.
#[must_use]
pub fn expiry(offer: &offer::Model) -> Event {
    let reason = format!("the price of the offer {} is held until then: {}", offer.reference, offer.subject);
    Event { date: offer.valid_until_on, kind: EventKind::PriceHoldExpiry, term: None, charge: None, reason }
}
