//! What there was of pools in months that are over: what came and went by the days on record is put back.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::capacity::capacity_pool;
use forecasting::{
    ForecastError,
    capacity::supply::{Supply, SupplyChange},
    month::Month,
};
use rust_decimal::Decimal;

use super::{
    causes::Cause,
    contents::{self, Contents, State},
    holdings::Holdings,
    supplies::{ChangeKind, Running, is_declared},
};

/// What came into a pool and left it after a day and until another, by what is on record of its equipment now. It ends at
/// the last day before which it is not known what there was. What is stated of a pool does not follow its equipment, and of
/// racks no such days are on record.
pub(super) fn changes(
    pool: &capacity_pool::Model,
    held: &Holdings,
    opening: Decimal,
    (since, until): (NaiveDate, NaiveDate),
) -> Vec<SupplyChange> {
    let is_stated = is_declared(pool) || pool.usable.is_some() || pool.plannable.is_some();
    if is_stated || !contents::is_of_equipment(pool.resource) {
        return Vec::new();
    }
    let contents = Contents::with_gone(pool, held);
    let mut running = Running::new(pool, &contents, opening);
    let (mut level, mut changes) = (opening, Vec::new());
    for (on, cause) in undone(&contents, (since, until)).into_iter().rev() {
        let Ok(put_back) = running.change(&cause) else { break };
        level += put_back;
        if level < Decimal::ZERO {
            break;
        }
        changes.push(SupplyChange { name: cause.name, on, quantity: -put_back });
    }
    changes
}

/// What undoes the changes of each day: what came goes, and what left comes back.
fn undone(contents: &Contents, (since, until): (NaiveDate, NaiveDate)) -> BTreeMap<NaiveDate, Cause> {
    let mut days: BTreeMap<NaiveDate, Cause> = BTreeMap::new();
    for (place, item) in contents.items.iter().enumerate() {
        let is_there = item.state != State::ToCome;
        let left = item.days.left.filter(|_| !is_there);
        // What is to come has neither come nor left.
        if !is_there && left.is_none() {
            continue;
        }
        let came = item.days.in_service.filter(|came| left.is_none_or(|left| *came < left));
        for (day, has_come) in [(came, true), (left, false)] {
            let Some(on) = day.filter(|on| *on > since && *on <= until) else { continue };
            let name = || format!("what came and left on {on}");
            let cause = days.entry(on).or_insert_with(|| Cause::new(name(), on, ChangeKind::Delivery));
            let places = if has_come { &mut cause.out } else { &mut cause.into };
            places.push(place);
        }
    }
    days
}

/// A supply with what changed it before: it is what it was from the month of a day on.
///
/// # Errors
/// [`ForecastError::Invalid`] beyond the range of quantities.
pub(super) fn put_back(
    supply: &Supply,
    past: Vec<SupplyChange>,
    as_of: NaiveDate,
) -> Result<Supply, ForecastError> {
    let gained: Decimal = past.iter().map(|change| change.quantity).sum();
    let changes = until(past, as_of).into_iter().chain(supply.changes().iter().cloned());
    Supply::new(supply.opening() - gained, changes.collect())
}

/// Changes as those of the months before that of a day: what changed in that month counts from its first day, for the
/// month is held against what there is on the day.
pub(super) fn until(mut changes: Vec<SupplyChange>, as_of: NaiveDate) -> Vec<SupplyChange> {
    let first = Month::of(as_of).first_day();
    for change in &mut changes {
        change.on = change.on.min(first);
    }
    changes
}
