//! What another life of assets does to depreciation.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
};

use chrono::NaiveDate;
use forecasting::{
    ForecastError,
    depreciation::{Change, Event, Ledger, Path, Plan},
    money::Currency,
};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    as_known,
    book_figures::{Coverage, Entered, enter, refused},
    books::{Books, Stated},
    holdings::Holding,
};
use crate::{error::Result, store::Read};

/// What a fiscal year is charged with the lives of today and with another one.
#[derive(Clone, Debug)]
pub struct ChangedYear {
    /// The fiscal year.
    pub fiscal_year: i32,
    /// The currency.
    pub currency: Currency,
    /// What is charged as things are.
    pub before: Decimal,
    /// What would be charged.
    pub after: Decimal,
    /// The second less the first.
    pub difference: Decimal,
}

/// What another life of assets does to depreciation.
#[derive(Clone, Debug)]
pub struct LifeEffect {
    /// By fiscal year and currency.
    pub years: Vec<ChangedYear>,
    /// Assets by currency.
    pub counts: BTreeMap<Currency, u64>,
    /// Assets whose charges change.
    pub changed: u64,
    /// Assets that the change does not concern.
    pub unchanged: u64,
    /// Which assets stand behind it.
    pub coverage: Coverage,
}

/// Refuses a life that no asset can have: it is a slip, and not a change without an effect.
fn require_possible(changed: u64, refusal: Option<ForecastError>) -> Result<()> {
    match refusal.filter(|cause| changed == 0 && is_of_life(cause)) {
        Some(cause) => Err(refused("lifeChange", &cause)),
        None => Ok(()),
    }
}

/// Whether it is the new life that cannot be, and not the day of the change or what it concerns.
fn is_of_life(cause: &ForecastError) -> bool {
    matches!(cause, ForecastError::Invalid { field, .. } if field.contains("life") || field.contains("months"))
}

/// What it does to depreciation over some fiscal years if the assets under a condition have another life from a day on.
///
/// # Errors
/// Those of the database.
pub async fn effect(
    db: &impl Read,
    books: &Books,
    condition: Condition,
    (on, change): (NaiveDate, Change),
    (first, years): (i32, u32),
) -> Result<LifeEffect> {
    let start = books.calendar.first_month(first);
    let months = years.saturating_mul(12);
    let last = start.plus(i32::try_from(months).unwrap_or(i32::MAX) - 1).last_day();
    let (assets, recorded) = as_known::in_books(db, books, condition, start.first_day()).await?;
    tokio::task::block_in_place(|| {
        let span = (start.first_day(), last);
        let path = |_: &Holding, _: &Stated| Path::from(Vec::new());
        let before = enter(books, (assets.clone(), &recorded), span, |_| {}, path)?;
        let (changed, unchanged) = (Cell::new(0_u64), Cell::new(0_u64));
        let refusal: RefCell<Option<ForecastError>> = RefCell::new(None);
        let posted_from = books.caught_up(on);
        let alter = |stated: &mut Vec<Stated>| {
            let mut is_changed = false;
            for one in stated {
                let mut entry = one.entry.clone();
                entry.events.push(Event { date: on, posted_from, change });
                let terms = books.terms(entry.cost.currency);
                // What has left, is not there yet or is written off by tables stays as it is.
                match Ledger::new(&terms, &entry) {
                    Ok(_) => {
                        is_changed = true;
                        one.entry = entry;
                    }
                    // Tables know no other life, whichever it is.
                    Err(cause) if matches!(one.entry.plan, Plan::Rule(_)) => {
                        *refusal.borrow_mut() = Some(cause);
                    }
                    Err(_) => {}
                }
            }
            let count = if is_changed { &changed } else { &unchanged };
            count.set(count.get() + 1);
        };
        let after = enter(books, (assets, &recorded), span, alter, path)?;
        require_possible(changed.get(), refusal.into_inner())?;
        let mut counts: BTreeMap<Currency, u64> = BTreeMap::new();
        for ((currency, _), count) in &before.counts {
            *counts.entry(*currency).or_default() += count;
        }
        let mut rows = Vec::new();
        for currency in counts.keys() {
            let of = |entered: &Entered| {
                entered.holdings.get(currency).map(|all| all.yearly(first, years)).unwrap_or_default()
            };
            for (before, after) in of(&before).into_iter().zip(of(&after)) {
                rows.push(ChangedYear {
                    fiscal_year: before.0,
                    currency: *currency,
                    before: before.1,
                    after: after.1,
                    difference: after.1 - before.1,
                });
            }
        }
        rows.sort_by_key(|row| (row.fiscal_year, row.currency));
        let (changed, unchanged) = (changed.get(), unchanged.get());
        Ok(LifeEffect { years: rows, counts, changed, unchanged, coverage: before.coverage })
    })
}
