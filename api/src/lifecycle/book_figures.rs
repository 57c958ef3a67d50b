//! Figures of the books: what assets are worth on a day, and how the books got from one balance to the next.

use std::collections::{BTreeMap, BTreeSet, HashMap, hash_map::Entry as Place};

use chrono::NaiveDate;
use entity::{
    id::{AssetId, SiteId},
    inventory::site,
    lifecycle::book_event,
};
use forecasting::{
    ForecastError,
    depreciation::{Balance, Holdings, Ledger, Movements, Path},
    money::Currency,
    month::Month,
};
use sea_orm::{ActiveEnum, Condition, EntityTrait, QuerySelect};

use super::{
    as_known,
    books::{Absence, Books, Stated},
    closed_periods::differs,
    holdings::Holding,
    recorded::{Recorded, Transfers},
};
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
    /// The class it is reported in: its own, or else its kind.
    Class,
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
    /// Those whose entry a closing fixed with another day of service or cost than the inventory has now, with what differs.
    pub differing: Vec<(Named, String)>,
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

/// The assets in the books, those that are alike together.
pub(super) struct Entered {
    pub(super) holdings: HashMap<Currency, Holdings<usize>>,
    /// Assets by currency and place.
    pub(super) counts: HashMap<(Currency, usize), u64>,
    pub(super) keys: Vec<Key>,
    pub(super) coverage: Coverage,
}

impl Entered {
    fn count(&self, currency: Currency, place: usize) -> u64 {
        self.counts.get(&(currency, place)).copied().unwrap_or_default()
    }
}

/// Enters assets, by what keeps them apart from month to month. What had left before `from` is left out, and `alter` has
/// its way with the others.
pub(super) fn enter(
    books: &Books,
    (assets, recorded): (Vec<Holding>, &Recorded),
    (from, until): (NaiveDate, NaiveDate),
    alter: impl Fn(&mut Vec<Stated>),
    path: impl Fn(&Holding, &Stated) -> Path<Key>,
) -> Result<Entered> {
    let mut entered = Entered {
        holdings: HashMap::new(),
        counts: HashMap::new(),
        keys: Vec::new(),
        coverage: Coverage::default(),
    };
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut absences: BTreeMap<Absence, Vec<Named>> = BTreeMap::new();
    for asset in assets {
        if let Some(difference) = differs(&asset, recorded.of_asset(asset.id), books.open()) {
            let named = Named { id: asset.id, tag: asset.tag.clone() };
            entered.coverage.differing.push((named, difference));
        }
        let outcome = match books.entries(&asset, recorded.of_asset(asset.id), until) {
            Ok(mut stated) => {
                stated.retain(|one| one.entry.left().is_none_or(|left| left >= from));
                if stated.is_empty() {
                    continue;
                }
                alter(&mut stated);
                enter_one(books, &asset, stated, &mut entered, &mut places, &path)?
            }
            // It has left, whatever it lacked.
            Err(_) if asset.left_on.is_some_and(|left| left < from) => continue,
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

/// Enters an asset with its components, all or nothing.
fn enter_one(
    books: &Books,
    asset: &Holding,
    stated: Vec<Stated>,
    entered: &mut Entered,
    places: &mut HashMap<Key, usize>,
    path: &impl Fn(&Holding, &Stated) -> Path<Key>,
) -> Result<std::result::Result<(), Absence>> {
    // An entry of a rule is sound unless entering it fails, and alone; only several could be entered in part.
    if stated.len() > 1 {
        for one in &stated {
            if let Err(cause) = Ledger::new(&books.terms(one.entry.cost.currency), &one.entry) {
                return Ok(Err(Absence::Gap(cause.to_string())));
            }
        }
    }
    let mut counted: BTreeSet<(Currency, usize)> = BTreeSet::new();
    for one in stated {
        let currency = one.entry.cost.currency;
        let keys = path(asset, &one);
        let mut place = |key: Key| {
            let next = places.len();
            *places.entry(key).or_insert(next)
        };
        let first = place(keys.first);
        let later = keys.later.into_iter().map(|(month, key)| (month, place(key))).collect();
        let path = Path { first, later };
        let holdings = match entered.holdings.entry(currency) {
            Place::Occupied(known) => known.into_mut(),
            Place::Vacant(new) => new.insert(Holdings::new(books.terms(currency)).map_err(Error::internal)?),
        };
        let seen: Vec<_> = path.classes().map(|place| (currency, *place)).collect();
        if let Err(cause) = holdings.enter(path, one.entry) {
            return Ok(Err(Absence::Gap(cause.to_string())));
        }
        counted.extend(seen);
    }
    for place in counted {
        *entered.counts.entry(place).or_default() += 1;
    }
    Ok(Ok(()))
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
    let (assets, recorded) = as_known::in_books(db, books, condition, on).await?;
    // What leaves on the day is not there at its end.
    let from = on.succ_opt().unwrap_or(on);
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    tokio::task::block_in_place(|| {
        let entered = enter(books, (assets, &recorded), (from, on), |_| {}, |_, _| Path::from(Vec::new()))?;
        let mut worth: Vec<Worth> = Vec::new();
        for (currency, holdings) in &entered.holdings {
            for (class, balance) in holdings.balances(on) {
                let count = entered.count(*currency, class);
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
    let first = from.first_day();
    let (assets, recorded) = as_known::in_books(db, books, condition, first).await?;
    let sites = if by.contains(&Dimension::Site) { site_codes(db).await? } else { HashMap::new() };
    tokio::task::block_in_place(|| {
        let path = |asset: &Holding, stated: &Stated| {
            let events = recorded.of_asset(asset.id).events;
            let transfers = Transfers::of(events, &stated.component, to.last_day());
            let key = |month: Option<Month>| -> Key {
                by.iter().map(|one| value(&sites, (asset, stated, &transfers), *one, month)).collect()
            };
            let first = key(transfers.months().first().map(|month| month.plus(-1)));
            let later = transfers.months().into_iter().map(|month| (month, key(Some(month)))).collect();
            Path { first, later }
        };
        let entered = enter(books, (assets, &recorded), (first, to.last_day()), |_| {}, path)?;
        let mut rows = Vec::new();
        for (currency, holdings) in &entered.holdings {
            for (place, movements) in holdings.roll_forward(from, to) {
                let key = entered.keys.get(place).cloned().unwrap_or_default();
                rows.push(Row {
                    key,
                    currency: *currency,
                    count: entered.count(*currency, place),
                    movements,
                });
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
    sites: &HashMap<SiteId, String>,
    (asset, stated, transfers): (&Holding, &Stated, &Transfers<'_>),
    dimension: Dimension,
    month: Option<Month>,
) -> Option<String> {
    match dimension {
        Dimension::Kind => Some(asset.kind.to_value()),
        Dimension::Site => {
            let site = transfers.at(month, |event| (event.from_site_id, event.to_site_id), Some(asset.site));
            site.and_then(|site| sites.get(&site).cloned())
        }
        Dimension::Rule => Some(stated.terms.clone()),
        Dimension::Owner => asset.owner.clone(),
        Dimension::CostCentre => transfers.at(
            month,
            |event| (event.from_cost_centre.clone(), event.to_cost_centre.clone()),
            asset.cost_centre.clone(),
        ),
        Dimension::Class => {
            let own = |event: &book_event::Model| {
                let is_own = event.component == stated.component;
                let to = event.to_class.clone().filter(|_| is_own);
                (event.from_class.clone(), to)
            };
            let now = stated.class.clone().unwrap_or_else(|| asset.kind.to_value());
            transfers.at(month, own, Some(now))
        }
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

/// The refusal of an input that a calculation does not take, under the name that it has in the API.
pub(super) fn refused(field: &str, cause: &ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { field: inner, value, rule } => {
            let inner = match inner.strip_prefix("event.").unwrap_or(inner) {
                // The API calls it the month from which the books charge.
                "opening.month" => "opening.from".to_owned(),
                other => camel(other),
            };
            let field = if field.is_empty() { inner } else { format!("{field}.{inner}") };
            Error::invalid(field, format!("{value}: {rule}"))
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
