//! Figures of the books: the schedule of an asset, what assets are worth on a day, and how the books got from one
//! balance to the next.

use std::collections::{BTreeMap, HashMap, hash_map::Entry as Place};

use chrono::NaiveDate;
use entity::{
    id::{AssetId, SiteId},
    inventory::site,
    lifecycle::depreciation_rule,
};
use forecasting::{
    ForecastError,
    depreciation::{Balance, Entry, Event, Holdings, Ledger, Movements},
    money::Currency,
    month::Month,
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, QuerySelect};

use super::books::{self, Absence, Books, Holding, Terms};
use crate::{
    error::{Error, Result},
    rules::require_plausible,
    store::Read,
};

/// The most months that one roll-forward spans.
const LONGEST: i32 = 600;

/// What the rows of a roll-forward are kept apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// What the model is for.
    Kind,
    /// The site, by its code.
    Site,
    /// The rule, or the class of property, by which it is written off.
    Rule,
    /// Who answers for it.
    Owner,
    /// What it is charged to.
    CostCentre,
}

/// The values of the dimensions, in their order.
pub type Key = Vec<Option<String>>;

/// An asset that a list names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Which one.
    pub id: AssetId,
    /// Its tag.
    pub tag: String,
}

/// Which assets stand behind a figure, and which do not and why.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// How many stand behind it.
    pub covered: usize,
    /// Those that do not, by reason, the commonest first.
    pub absences: Vec<(Absence, Vec<Named>)>,
}

impl Coverage {
    /// How many assets should stand behind the figure and do not.
    #[must_use]
    pub fn gaps(&self) -> usize {
        let gaps = self.absences.iter().filter(|(absence, _)| matches!(absence, Absence::Gap(_)));
        gaps.map(|(_, assets)| assets.len()).sum()
    }

    /// What was left out, counted by reason.
    #[must_use]
    pub fn excluded(&self) -> Vec<String> {
        let absences = self.absences.iter();
        absences.map(|(absence, assets)| format!("{}: {}", assets.len(), absence.reason())).collect()
    }
}

/// What assets in one currency are worth in the books.
#[derive(Clone, Debug)]
pub struct Worth {
    /// The currency.
    pub currency: Currency,
    /// How many assets.
    pub count: u64,
    /// Cost, depreciation and impairment.
    pub balance: Balance,
}

/// A row of a roll-forward.
#[derive(Clone, Debug)]
pub struct Row {
    /// What its assets have in common.
    pub key: Key,
    /// The currency of its amounts.
    pub currency: Currency,
    /// How many assets.
    pub count: u64,
    /// From the opening to the closing balance.
    pub movements: Movements,
}

/// The depreciation of one asset.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// What was entered.
    pub entry: Entry,
    /// The name of the rule or of the class of property.
    pub rule: String,
    /// Balances and charges.
    pub ledger: Ledger,
}

/// An asset with its depreciation.
#[derive(Clone, Debug)]
pub struct Scheduled {
    /// The asset.
    pub asset: Holding,
    /// How it is written off, or why it is not.
    pub schedule: std::result::Result<Schedule, Absence>,
}

/// The assets in the books, those that are alike together.
struct Entered {
    holdings: HashMap<Currency, Holdings<usize>>,
    keys: Vec<Key>,
    coverage: Coverage,
}

fn enter(
    books: &Books,
    assets: Vec<Holding>,
    until: NaiveDate,
    key: impl Fn(&Holding) -> Key,
) -> Result<Entered> {
    let mut entered = Entered { holdings: HashMap::new(), keys: Vec::new(), coverage: Coverage::default() };
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut absences: BTreeMap<Absence, Vec<Named>> = BTreeMap::new();
    for asset in assets {
        let outcome = match books.entry(&asset, until) {
            Ok(entry) => {
                let currency = entry.cost.currency;
                let place = places.len();
                let place = *places.entry(key(&asset)).or_insert(place);
                let holdings = match entered.holdings.entry(currency) {
                    Place::Occupied(known) => known.into_mut(),
                    Place::Vacant(new) => {
                        new.insert(Holdings::new(books.terms(currency)).map_err(Error::internal)?)
                    }
                };
                let outcome = holdings.enter(place, entry);
                outcome.map_err(|cause| Absence::Gap(cause.to_string()))
            }
            Err(absence) => Err(absence),
        };
        match outcome {
            Ok(()) => entered.coverage.covered += 1,
            Err(absence) => {
                absences.entry(absence).or_default().push(Named { id: asset.id, tag: asset.tag });
            }
        }
    }
    let mut keys: Vec<_> = places.into_iter().collect();
    keys.sort_by_key(|(_, place)| *place);
    entered.keys = keys.into_iter().map(|(key, _)| key).collect();
    entered.coverage.absences = absences.into_iter().collect();
    entered.coverage.absences.sort_by_key(|(_, assets)| std::cmp::Reverse(assets.len()));
    Ok(entered)
}

/// What the assets under a condition are worth in the books on a day, by currency.
///
/// # Errors
/// `Invalid` for a day that nobody keeps books for.
pub async fn worth(
    db: &impl Read,
    books: &Books,
    condition: Condition,
    on: NaiveDate,
) -> Result<(Vec<Worth>, Coverage)> {
    require_plausible("on", Some(on))?;
    let condition = Condition::all().add(condition).add(books::still_there(on));
    let mut assets = books::read(db, condition).await?;
    assets.retain(|asset| asset.left_on.is_none_or(|day| day > on));
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    tokio::task::block_in_place(|| {
        let entered = enter(books, assets, on, |_| Vec::new())?;
        let mut worth: Vec<Worth> = Vec::new();
        for (currency, holdings) in &entered.holdings {
            let counts = holdings.counts();
            for (class, balance) in holdings.balances(on) {
                let count = counts.get(&class).copied().unwrap_or_default();
                worth.push(Worth { currency: *currency, count, balance });
            }
        }
        worth.sort_by_key(|one| one.currency.code());
        Ok((worth, entered.coverage))
    })
}

/// How the books got from the balance before `from` to that after `to`, by what assets have in common.
///
/// # Errors
/// `Invalid` for months that nobody keeps books for, or that end before they begin.
pub async fn roll_forward(
    db: &impl Read,
    books: &Books,
    condition: Condition,
    (from, to): (Month, Month),
    by: &[Dimension],
) -> Result<(Vec<Row>, Coverage)> {
    require_plausible("from", Some(from.first_day()))?;
    require_plausible("to", Some(to.last_day()))?;
    if to < from {
        return Err(Error::invalid("to", format!("{to} lies before {from}")));
    }
    if to.since(from) >= LONGEST {
        return Err(Error::invalid("to", format!("{to} is more than {LONGEST} months after {from}")));
    }
    let condition = Condition::all().add(condition).add(books::still_there(from.first_day()));
    let mut assets = books::read(db, condition).await?;
    assets.retain(|asset| asset.left_on.is_none_or(|day| day >= from.first_day()));
    let sites = if by.contains(&Dimension::Site) { site_codes(db).await? } else { HashMap::new() };
    tokio::task::block_in_place(|| {
        let key = |asset: &Holding| by.iter().map(|one| value(books, &sites, asset, *one)).collect();
        let entered = enter(books, assets, to.last_day(), key)?;
        let mut rows = Vec::new();
        for (currency, holdings) in &entered.holdings {
            let counts = holdings.counts();
            for (place, movements) in holdings.roll_forward(from, to) {
                let key = entered.keys.get(place).cloned().unwrap_or_default();
                let count = counts.get(&place).copied().unwrap_or_default();
                rows.push(Row { key, currency: *currency, count, movements });
            }
        }
        rows.sort_by(|one, other| (&one.key, one.currency).cmp(&(&other.key, other.currency)));
        Ok((rows, entered.coverage))
    })
}

/// The sums of all rows, one for each currency.
#[must_use]
pub fn totals(rows: &[Row]) -> Vec<Row> {
    let mut totals: BTreeMap<Currency, Row> = BTreeMap::new();
    for row in rows {
        let total = totals.entry(row.currency).or_insert_with(|| Row {
            key: Vec::new(),
            currency: row.currency,
            count: 0,
            movements: Movements::default(),
        });
        total.count += row.count;
        total.movements += row.movements;
    }
    totals.into_values().collect()
}

fn value(
    books: &Books,
    sites: &HashMap<SiteId, String>,
    asset: &Holding,
    dimension: Dimension,
) -> Option<String> {
    match dimension {
        Dimension::Kind => Some(asset.kind.to_value()),
        Dimension::Site => sites.get(&asset.site).cloned(),
        Dimension::Rule => books.terms_of(asset.kind).map(name),
        Dimension::Owner => asset.owner.clone(),
        Dimension::CostCentre => asset.cost_centre.clone(),
    }
}

/// What people call the way in which something is written off.
fn name(terms: Terms<'_>) -> String {
    match terms {
        Terms::Rule(depreciation_rule::Model { name, .. }) => name.clone(),
        Terms::Class(class) => format!("{class:?}"),
    }
}

/// The codes of all sites.
///
/// # Errors
/// Those of the database.
pub async fn site_codes(db: &impl Read) -> Result<HashMap<SiteId, String>> {
    let query = site::Entity::find().select_only().columns([site::Column::Id, site::Column::Code]);
    let codes: Vec<(SiteId, String)> = query.into_tuple().all(db).await?;
    Ok(codes.into_iter().collect())
}

/// The depreciation of one asset, with events that are assumed to happen to it besides those on record.
///
/// # Errors
/// `NotFound` for an asset that is not there, `Invalid` for an event that cannot be. An asset that does not stand in
/// the books is no error: the reason is the answer.
pub async fn schedule(
    db: &impl Read,
    books: &Books,
    id: AssetId,
    assumed: Vec<Event>,
) -> Result<std::result::Result<Schedule, Absence>> {
    let asset = books::read(db, Condition::all().add(entity::inventory::asset::Column::Id.eq(id))).await?;
    let asset = asset.into_iter().next().ok_or_else(|| Error::not_found("asset", id))?;
    let mut entry = match books.entry(&asset, NaiveDate::MAX) {
        Ok(entry) => entry,
        Err(absence) => return Ok(Err(absence)),
    };
    let has_assumed = !assumed.is_empty();
    entry.events.extend(assumed);
    let rule = books.terms_of(asset.kind).map(name).unwrap_or_default();
    match Ledger::new(&books.terms(entry.cost.currency), &entry) {
        Ok(ledger) => Ok(Ok(Schedule { entry, rule, ledger })),
        Err(cause) if has_assumed => Err(refused("assuming", &cause)),
        Err(cause) => Ok(Err(Absence::Gap(cause.to_string()))),
    }
}

/// The depreciation of each of some assets, in the order of their tags, or why it stands in no books.
///
/// # Errors
/// Those of the database.
pub async fn schedules(db: &impl Read, books: &Books, condition: Condition) -> Result<Vec<Scheduled>> {
    let mut assets = books::read(db, condition).await?;
    assets.sort_by(|one, other| one.tag.cmp(&other.tag));
    let schedule = |asset: Holding| {
        let schedule = books.entry(&asset, NaiveDate::MAX).and_then(|entry| {
            let rule = books.terms_of(asset.kind).map(name).unwrap_or_default();
            match Ledger::new(&books.terms(entry.cost.currency), &entry) {
                Ok(ledger) => Ok(Schedule { entry, rule, ledger }),
                Err(cause) => Err(Absence::Gap(cause.to_string())),
            }
        });
        Scheduled { asset, schedule }
    };
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    Ok(tokio::task::block_in_place(|| assets.into_iter().map(schedule).collect()))
}

/// The refusal of an input that a calculation does not take, under the name that it has in the API.
pub(super) fn refused(field: &str, cause: &ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { field: inner, value, rule } => {
            let inner = inner.strip_prefix("event.").unwrap_or(inner);
            Error::invalid(format!("{field}.{}", camel(inner)), format!("{value}: {rule}"))
        }
        other => Error::invalid(field, other),
    }
}

/// A name as the API spells it.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        text + &initial.to_ascii_uppercase() + rest
    })
}
