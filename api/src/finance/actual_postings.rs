//! Postings: what documents say was spent, each taken once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use chrono::NaiveDate;
use entity::{
    finance::{
        actual_posting::{self, PostingKind},
        budget_line::BudgetView,
        budget_version::{self, VersionKind},
    },
    id::{ActualPostingId, BudgetVersionId},
    money::{Amount, Rate},
};
use forecasting::budget::posting_key;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};

use super::budget_versions;
use super::places::{Names, Places, Priced, amount, require_draft};
use crate::{
    error::{Error, Result},
    rules::{draft, expect_version, require_plausible, require_text, require_text_if_any},
    store::{Read, Tx},
};

/// The source of what chargebacks post: neither posted by hand nor corrected nor removed, but reversed.
pub const CHARGEBACK: &str = "CHARGEBACK";

/// A posting as it comes in.
#[derive(Clone, Debug)]
pub struct Given {
    /// The system, the document and its line, which together are taken once.
    pub document: Document,
    /// What sort of document it is.
    pub kind: PostingKind,
    /// The day of the document in the ledger.
    pub posted_on: Option<NaiveDate>,
    /// Where it belongs.
    pub names: Names,
    /// Which event places it there.
    pub view: BudgetView,
    /// ISO 4217 code.
    pub currency: String,
    /// How much; left out where quantity and unit price say so.
    pub amount: Option<Amount>,
    /// How many units.
    pub quantity: Option<Rate>,
    /// Price of a unit.
    pub unit_price: Option<Amount>,
    /// Who is paid.
    pub supplier: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether it happened once.
    pub one_off: bool,
}

/// What a posting is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Document {
    /// The system.
    pub source: String,
    /// The document.
    pub number: String,
    /// Its line.
    pub line: String,
}

impl Document {
    /// What the document of a row is.
    #[must_use]
    pub fn of(posting: &actual_posting::Model) -> Self {
        Self {
            source: posting.source.clone(),
            number: posting.document.clone(),
            line: posting.document_line.clone(),
        }
    }

    /// Whether chargebacks post it.
    #[must_use]
    pub fn is_of_chargeback(&self) -> bool {
        self.source.trim().eq_ignore_ascii_case(CHARGEBACK)
    }

    /// What it is told by, however it is spelt.
    #[must_use]
    pub fn key(&self) -> String {
        posting_key(&self.source, &self.number, &self.line)
    }
}

/// In words: `ERP 4711/1`.
impl std::fmt::Display for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}/{}", self.source, self.number, self.line)
    }
}

/// The actual figures that are posted to, with the postings that are there, read at once for many.
#[derive(Debug)]
pub struct Known {
    /// The version and what its postings are held against.
    pub places: Places,
    /// By document; those that are posted meanwhile come in, for one request may name a document twice.
    postings: Mutex<HashMap<Document, ActualPostingId>>,
}

impl Known {
    /// Reads the actual figures with the postings of some documents.
    ///
    /// # Errors
    /// `NotFound` when there is no such version, `Conflict` for one that is frozen, `Invalid` for one that is not of
    /// actual figures.
    pub async fn of(tx: &Tx, id: BudgetVersionId, given: &[Given]) -> Result<Self> {
        use actual_posting::Column as C;
        budget_versions::hold_one(tx, id).await?;
        let places = Places::of(tx, id).await?;
        require_actual(&places.version)?;
        let documents = given.iter().map(|given| given.document.number.as_str());
        let found = actual_posting::Entity::find()
            .filter(C::VersionId.eq(id))
            .filter(C::Document.is_in(documents))
            .all(tx)
            .await?;
        let postings = found.into_iter().map(|posting| (Document::of(&posting), posting.id)).collect();
        Ok(Self { places, postings: Mutex::new(postings) })
    }
}

/// All postings of actual figures.
///
/// # Errors
/// Those of the database.
pub async fn of_version(db: &impl Read, id: BudgetVersionId) -> Result<Vec<actual_posting::Model>> {
    let of_it = actual_posting::Column::VersionId.eq(id);
    Ok(actual_posting::Entity::find().filter(of_it).all(db).await?)
}

/// The documents of other actual figures of a fiscal year, in words, by what each is told by.
///
/// # Errors
/// Those of the database.
pub async fn elsewhere(db: &impl Read, version: &budget_version::Model) -> Result<BTreeMap<String, String>> {
    use actual_posting::Column as C;
    let of_year = Condition::all()
        .add(budget_version::Column::FiscalYear.eq(version.fiscal_year))
        .add(budget_version::Column::Kind.eq(VersionKind::Actual))
        .add(budget_version::Column::Id.ne(version.id));
    let rows: Vec<(String, String, String, String)> = actual_posting::Entity::find()
        .select_only()
        .columns([C::Source, C::Document, C::DocumentLine])
        .column(budget_version::Column::Name)
        .join(JoinType::InnerJoin, actual_posting::Relation::Version.def())
        .filter(of_year)
        .order_by_asc(C::Id)
        .into_tuple()
        .all(db)
        .await?;
    let mut known = BTreeMap::new();
    for (source, number, line, budget) in rows {
        let document = Document { source, number, line };
        known.entry(document.key()).or_insert_with(|| format!("{document} of {budget}"));
    }
    Ok(known)
}

/// A version that may be posted to.
///
/// # Errors
/// `Conflict` for one that is frozen, `Invalid` for one that is not of actual figures.
pub fn require_actual(version: &budget_version::Model) -> Result<()> {
    require_draft(version)?;
    if version.kind != VersionKind::Actual {
        let message = format!("{} is not of actual figures: its lines are set, not posted", version.name);
        return Err(Error::invalid("version", message));
    }
    Ok(())
}

/// Posts a line of a document. Posted again with the same figures it changes nothing; with others it is refused
/// unless it `corrects` what is there.
///
/// # Errors
/// `Conflict` naming the document, for another amount that is no correction and for a closed period; `Invalid` for
/// codes or sites that are not there or closed, or when a rule of [`check`] is broken.
pub async fn post(tx: &Tx, given: Given, corrects: bool, known: &Known) -> Result<actual_posting::Model> {
    let document = given.document.clone();
    let known_id = known.postings.lock().unwrap_or_else(PoisonError::into_inner).get(&document).copied();
    let before = match known_id {
        Some(id) => Some(find(tx, id).await?),
        None => None,
    };
    let Some(before) = before else {
        if document.is_of_chargeback() {
            let message = format!("{CHARGEBACK} is what chargebacks post, which are submitted and approved");
            return Err(Error::invalid("source", message));
        }
        return enter(tx, given, known).await;
    };
    let mut row = row(given, &known.places)?;
    row.id = Set(before.id);
    row.recorded_on = Set(before.recorded_on);
    let after = draft(&row)?;
    if says_the_same(&before, &after) {
        return Ok(before);
    }
    if !corrects {
        return Err(differs(&before, &after));
    }
    check(Some(&before), &after, &known.places)?;
    let id = before.id;
    tx.update(before, |changed: &mut actual_posting::ActiveModel| {
        crate::schema::patch::overlay(changed, &row);
        changed.id = sea_orm::ActiveValue::Unchanged(id);
        changed.recorded_on = Set(tx.caller().now.date_naive());
    })
    .await
}

/// Posts a line of a document that is not there yet.
///
/// # Errors
/// As [`post`].
pub async fn enter(tx: &Tx, given: Given, known: &Known) -> Result<actual_posting::Model> {
    let document = given.document.clone();
    let mut row = row(given, &known.places)?;
    row.id = Set(tx.new_id());
    row.recorded_on = Set(tx.caller().now.date_naive());
    check(None, &draft(&row)?, &known.places)?;
    let made = tx.insert(row).await?;
    known.postings.lock().unwrap_or_else(PoisonError::into_inner).insert(document, made.id);
    Ok(made)
}

/// The refusal of a document that is there with other figures.
#[must_use]
pub fn differs(before: &actual_posting::Model, after: &actual_posting::Model) -> Error {
    let shown = |posting: &actual_posting::Model| {
        format!("{} {} in period {}", posting.amount, posting.currency, posting.period)
    };
    Error::Conflict(format!(
        "{} is posted already with {}, not {}; say that it is a correction to replace it",
        Document::of(before),
        shown(before),
        shown(after)
    ))
}

/// Whether two rows of one document say the same, whenever they were recorded.
#[must_use]
pub fn says_the_same(before: &actual_posting::Model, after: &actual_posting::Model) -> bool {
    let figures = |posting: &actual_posting::Model| actual_posting::Model {
        version: before.version,
        created_at: before.created_at,
        updated_at: before.updated_at,
        recorded_on: before.recorded_on,
        ..posting.clone()
    };
    figures(before) == figures(after)
}

/// A posting as a row without its id and the day on which it was recorded.
///
/// # Errors
/// As [`Places::resolve`].
pub fn row(given: Given, places: &Places) -> Result<actual_posting::ActiveModel> {
    let place = places.resolve(&given.names)?;
    let amount = amount(given.amount, given.quantity, given.unit_price, &given.currency)?;
    Ok(actual_posting::ActiveModel {
        version_id: Set(places.version.id),
        cost_centre_id: Set(place.cost_centre),
        account_id: Set(place.account),
        tower_id: Set(place.tower),
        site_id: Set(place.site),
        period: Set(place.period),
        view: Set(given.view),
        source: Set(given.document.source),
        document: Set(given.document.number),
        document_line: Set(given.document.line),
        kind: Set(given.kind),
        posted_on: Set(given.posted_on),
        currency: Set(given.currency),
        amount: Set(amount),
        quantity: Set(given.quantity),
        unit_price: Set(given.unit_price),
        supplier: Set(given.supplier),
        description: Set(given.description),
        one_off: Set(given.one_off),
        ..Default::default()
    })
}

/// One posting.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ActualPostingId) -> Result<actual_posting::Model> {
    let found = actual_posting::Entity::find_by_id(id).one(db).await?;
    found.ok_or_else(|| Error::not_found("actual posting", id))
}

/// Removes a posting of an open period.
///
/// # Errors
/// `Conflict` for a stale version, frozen figures or a closed period.
pub async fn remove(
    tx: &Tx,
    id: ActualPostingId,
    expected_version: Option<i32>,
) -> Result<actual_posting::Model> {
    let posting = find(tx, id).await?;
    expect_version("actual posting", posting.version, expected_version)?;
    budget_versions::hold_one(tx, posting.version_id).await?;
    let places = Places::of(tx, posting.version_id).await?;
    require_actual(&places.version)?;
    require_own(&posting)?;
    require_open(&posting, &places)?;
    tx.delete(posting.clone()).await?;
    Ok(posting)
}

/// The rules of a posting, whoever writes it. A correction may neither leave nor enter a closed period.
///
/// # Errors
/// `Conflict` for a closed period or frozen figures; `Invalid` with the field, the value and the rule.
pub fn check(
    before: Option<&actual_posting::Model>,
    posting: &actual_posting::Model,
    places: &Places,
) -> Result<()> {
    require_actual(&places.version)?;
    require_text("source", &posting.source, 60)?;
    require_text("document", &posting.document, 100)?;
    require_text("documentLine", &posting.document_line, 40)?;
    require_text_if_any("supplier", posting.supplier.as_deref(), 200)?;
    require_text_if_any("description", posting.description.as_deref(), 500)?;
    require_plausible("postedOn", posting.posted_on)?;
    before.map(require_own).transpose()?;
    for posting in before.into_iter().chain([posting]) {
        require_open(posting, places)?;
    }
    places.check_amount(Priced {
        currency: &posting.currency,
        amount: posting.amount,
        quantity: posting.quantity,
        unit_price: posting.unit_price,
    })
}

/// A posting that people may change: those of chargebacks are reversed.
fn require_own(posting: &actual_posting::Model) -> Result<()> {
    let document = Document::of(posting);
    if document.is_of_chargeback() {
        let message = format!("{document} is of a chargeback, which is reversed and not changed");
        return Err(Error::Conflict(message));
    }
    Ok(())
}

fn require_open(posting: &actual_posting::Model, places: &Places) -> Result<()> {
    match places.closed.get(&posting.period) {
        Some(closed) => Err(Error::Conflict(format!(
            "period {} of {} was closed on {closed}, so {} goes to a period that is open",
            posting.period,
            places.version.fiscal_year,
            Document::of(posting)
        ))),
        None => Ok(()),
    }
}
