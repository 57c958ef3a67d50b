//! The depreciation of single assets, month by month.

use chrono::NaiveDate;
use entity::id::AssetId;
use forecasting::depreciation::{Entry, Event, Ledger};
use sea_orm::{ColumnTrait, Condition};

use super::{
    as_known,
    book_figures::refused,
    books::{Absence, Books, Stated},
    holdings::{self, Holding},
    recorded::Recorded,
};
use crate::{
    error::{Error, Result},
    store::Read,
};

/// The depreciation of one asset.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// What was entered.
    pub entry: Entry,
    /// The name of the rule or of the class of property.
    pub rule: String,
    /// Whether its entry is on record by itself, and not by the rule of its kind.
    pub is_own: bool,
    /// How many of its events are on record: those of the books, and the day on which the inventory has it leave.
    pub recorded: usize,
    /// Balances and charges.
    pub ledger: Ledger,
}

impl Schedule {
    /// The day from which another first day of service is known, and that day.
    #[must_use]
    pub fn corrected(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.entry.service_known()
    }
}

/// An asset, or a component of it, with its depreciation.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The asset.
    pub asset: Holding,
    /// The name of the component; empty is the asset itself.
    pub component: String,
    /// How it is written off, or why it is not.
    pub schedule: std::result::Result<Schedule, Absence>,
}

/// The depreciation of one asset or of one of its components, with events that are assumed to happen to it besides
/// those on record.
///
/// # Errors
/// `NotFound` for an asset that is not there, `Invalid` for a component that is not on record and for an event that
/// cannot be. An asset that does not stand in the books is no error: the reason is the answer.
pub async fn schedule(
    db: &impl Read,
    books: &Books,
    id: AssetId,
    component: &str,
    assumed: Vec<Event>,
) -> Result<std::result::Result<Schedule, Absence>> {
    let condition = Condition::all().add(entity::inventory::asset::Column::Id.eq(id));
    let (assets, recorded) = as_known::whole(db, books.known, books.book, condition).await?;
    let own = recorded.of_asset(id);
    let Some(asset) = assets.into_iter().next() else {
        // What is not there at all is refused; what was not there yet has no schedule.
        holdings::find(db, id).await?;
        return Ok(Err(Absence::Outside("not recorded yet")));
    };
    if !component.is_empty() && own.entries.iter().all(|row| row.component != component) {
        let message = format!("`{component}` is no component of {} in this book", asset.tag);
        return Err(Error::invalid("component", message));
    }
    let stated = match books.entries(&asset, own, NaiveDate::MAX) {
        Ok(stated) => stated,
        Err(absence) => return Ok(Err(absence)),
    };
    let Some(Stated { mut entry, terms: rule, is_own, .. }) =
        stated.into_iter().find(|one| one.component == component)
    else {
        return Ok(Err(Absence::Outside("only components of it stand in these books")));
    };
    let recorded = entry.events.len();
    let terms = books.terms(entry.cost.currency);
    entry.events.extend(assumed.iter().copied());
    let cause = match Ledger::new(&terms, &entry) {
        Ok(ledger) => return Ok(Ok(Schedule { entry, rule, is_own, recorded, ledger })),
        Err(cause) => cause,
    };
    if assumed.is_empty() {
        return Ok(Err(Absence::Gap(cause.to_string())));
    }
    // The first that cannot be together with those before it is the one to blame.
    for place in 0..assumed.len() {
        entry.events.truncate(recorded);
        entry.events.extend(assumed[..=place].iter().copied());
        if let Err(cause) = Ledger::new(&terms, &entry) {
            return Err(refused(&format!("assuming[{place}]"), &cause));
        }
    }
    Err(refused("assuming", &cause))
}

/// The depreciation of each of some assets and of its components, in the order of their tags, or why it stands in no
/// books.
///
/// # Errors
/// Those of the database.
pub async fn schedules(db: &impl Read, books: &Books, condition: Condition) -> Result<Vec<Scheduled>> {
    let recorded = Recorded::load(db, books.book, Some(&condition)).await?;
    let mut assets = holdings::read(db, condition).await?;
    assets.sort_by(|one, other| one.tag.cmp(&other.tag));
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    Ok(tokio::task::block_in_place(|| {
        assets.into_iter().flat_map(|asset| of_asset(books, asset, &recorded)).collect()
    }))
}

fn of_asset(books: &Books, asset: Holding, recorded: &Recorded) -> Vec<Scheduled> {
    let stated = match books.entries(&asset, recorded.of_asset(asset.id), NaiveDate::MAX) {
        Ok(stated) => stated,
        Err(absence) => return vec![Scheduled { asset, component: String::new(), schedule: Err(absence) }],
    };
    let schedules = stated.into_iter().map(|Stated { component, entry, terms: rule, is_own, .. }| {
        let recorded = entry.events.len();
        let schedule = match Ledger::new(&books.terms(entry.cost.currency), &entry) {
            Ok(ledger) => Ok(Schedule { entry, rule, is_own, recorded, ledger }),
            Err(cause) => Err(Absence::Gap(cause.to_string())),
        };
        Scheduled { asset: asset.clone(), component, schedule }
    });
    schedules.collect()
}
