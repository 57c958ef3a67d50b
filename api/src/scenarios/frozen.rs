//! Frozen scenarios: kept with what they were drawn from and what came out, so that the same comes out again.

use std::{
    fmt::Write as _,
    io::{Read as _, Write as _},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    id::{EntityId, ScenarioId},
    scenarios::{
        frozen_scenario,
        scenario::{self, ScenarioStatus},
        scenario_change::Terms,
    },
};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use forecasting::{
    money::Currency,
    month::Month,
    roadmap::{MoneyView, Window},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    changes,
    overlay::{Change, Named, Overlay},
    scenarios,
};
use crate::{
    error::{Error, Result},
    finance::fiscal_calendars,
    roadmap::{
        Dimension, Plan, Question, cohorts,
        plan::Rows,
        stored::{self, Ids},
    },
    store::{Read, Tx, hex},
};

/// The program that draws.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What was asked when a scenario was frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// First day of the first month.
    pub from: NaiveDate,
    /// Number of months.
    pub months: u32,
    /// Currency of the answer; none was the only one.
    pub currency: Option<String>,
    /// Name of the fiscal calendar that was asked for; none was the default one.
    pub calendar: Option<String>,
    /// The day from which the future was seen.
    pub as_of: NaiveDate,
    /// How much price indices were taken to rise a year.
    pub assumed_index_rate: Option<Decimal>,
    /// What lines were kept apart by.
    pub dimensions: Vec<Dimension>,
}

impl Asked {
    fn of(question: &Question, rows: &Rows) -> Self {
        Self {
            from: question.from.first_day(),
            months: question.months,
            currency: question.currency.map(|currency| currency.code().to_owned()),
            calendar: question.calendar.and(rows.calendar_name()).map(str::to_owned),
            as_of: question.as_of,
            assumed_index_rate: question.assumed_index_rate.map(|rate| rate.normalize()),
            dimensions: question.dimensions.clone(),
        }
    }

    fn question(&self, scenario: Overlay) -> Result<Question> {
        let currency = self.currency.as_deref().map(Currency::from_code).transpose();
        Ok(Question {
            from: Month::of(self.from),
            months: self.months,
            currency: currency.map_err(Error::internal)?,
            // The calendar is kept with the rows.
            calendar: None,
            as_of: self.as_of,
            assumed_index_rate: self.assumed_index_rate,
            dimensions: self.dimensions.clone(),
            uncertainty: None,
            scenario: Arc::new(scenario),
        })
    }
}

/// What comes out when a frozen scenario is drawn again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whether the same came out.
    pub reproduced: bool,
    /// SHA-256 of what came out now.
    pub result_hash: String,
    /// SHA-256 of the rows that were kept, worked out anew.
    pub inputs_hash: String,
    /// SHA-256 of what the changes that were kept say, worked out anew.
    pub changes_hash: String,
    /// SHA-256 of the question that was kept, worked out anew.
    pub question_hash: String,
    /// What is not held against a hash of when it was frozen; each is a sentence.
    pub unverified: Vec<String>,
    /// Whether what is recorded today would be other rows.
    pub baseline_changed: bool,
    /// SHA-256 of the rows that are recorded today.
    pub baseline_hash: String,
}

/// What was kept of a frozen scenario.
///
/// # Errors
/// Those of the database.
pub async fn of(db: &impl Read, id: ScenarioId) -> Result<Option<frozen_scenario::Model>> {
    let kept = frozen_scenario::Entity::find().filter(frozen_scenario::Column::ScenarioId.eq(id));
    Ok(kept.one(db).await?)
}

/// Freezes a draft: keeps its changes, the question, the rows that it was drawn from and what came out.
///
/// # Errors
/// As [`scenarios::require_draft`] and [`Rows::draw`].
pub async fn freeze(
    tx: &Tx,
    id: ScenarioId,
    expected_version: Option<i32>,
    question: &Question,
) -> Result<scenario::Model> {
    let draft = scenarios::require_draft(tx, id, expected_version).await?;
    let named = Named::from(draft.clone());
    let overlay = Overlay::of(named, changes::named(tx, &[id]).await?);
    overlay.require_prices(tx.caller())?;
    let rows = Rows::read(tx, question, overlay.currencies()).await?;
    let asked = Asked::of(question, &rows);
    // Nothing is waited for from here on: others may have this thread's place meanwhile.
    let (inputs, growing, changes, result) = tokio::task::block_in_place(|| {
        let (inputs, ids) = stored::to_text(&rows)?;
        let changes = canonical_changes(&rows, question, &overlay, &ids)?;
        let growing = stored::growing_to_text(&rows, &overlay, &ids)?;
        let result = result(&inputs, growing.as_deref(), &asked, &changes)?;
        Ok::<_, Error>((inputs, growing, changes, result))
    })?;
    let question_text = serde_json::to_string(&asked).map_err(Error::internal)?;
    let row = frozen_scenario::ActiveModel {
        id: Set(tx.new_id()),
        scenario_id: Set(id),
        frozen_by: Set(tx.caller().name.clone()),
        program_version: Set(PROGRAM.to_owned()),
        changes: Set(serde_json::to_string(&changes).map_err(Error::internal)?),
        changes_hash: Set(Some(hash(&said(&changes)?))),
        question_hash: Set(Some(hash(&question_text))),
        question: Set(question_text),
        inputs_hash: Set(hash(&inputs)),
        inputs: Set(packed(&inputs)?),
        growing: Set(growing.map(|growing| packed(&growing)).transpose()?),
        result_hash: Set(hash(&result)),
        result: Set(result),
        ..Default::default()
    };
    tx.insert(row).await?;
    tx.update(draft, |row: &mut scenario::ActiveModel| row.status = Set(ScenarioStatus::Frozen)).await
}

/// Draws a frozen scenario again from what was kept, and looks whether the same comes out, and whether what is
/// recorded has changed since.
///
/// # Errors
/// `Internal` for kept rows that cannot be read.
pub async fn verify(db: &impl Read, kept: &frozen_scenario::Model) -> Result<Verified> {
    let changes: Vec<Change> = serde_json::from_str(&kept.changes).map_err(Error::internal)?;
    let asked = asked(kept)?;
    let overlay = Overlay::of(nameless(), changes.clone());
    overlay.require_prices(db.caller())?;
    let mut question = asked.question(Overlay::default())?;
    if let Some(name) = &asked.calendar {
        question.calendar = fiscal_calendars::find_named(db, name).await?.map(|calendar| calendar.id);
    }
    let today = Rows::read(db, &question, overlay.currencies()).await?;
    tokio::task::block_in_place(|| {
        let inputs = unpacked(&kept.inputs)?;
        let growing = kept.growing.as_deref().map(unpacked).transpose()?;
        let result_hash = hash(&result(&inputs, growing.as_deref(), &asked, &changes)?);
        let inputs_hash = hash(&inputs);
        let (changes_hash, question_hash) = (hash(&said(&changes)?), hash(&kept.question));
        let baseline_hash = hash(&stored::to_text(&today)?.0);
        let asked_alike =
            is_same(&kept.changes_hash, &changes_hash) && is_same(&kept.question_hash, &question_hash);
        let unhashed = [("changes", &kept.changes_hash), ("question", &kept.question_hash)];
        let unhashed = unhashed.into_iter().filter(|(_, hash)| hash.is_none());
        Ok(Verified {
            reproduced: asked_alike && result_hash == kept.result_hash && inputs_hash == kept.inputs_hash,
            changes_hash,
            question_hash,
            unverified: unhashed
                .map(|(what, _)| {
                    format!("its {what}: it was frozen by a version that kept no hash of that, only rows and result are held against theirs")
                })
                .collect(),
            baseline_changed: baseline_hash != kept.inputs_hash,
            result_hash,
            inputs_hash,
            baseline_hash,
        })
    })
}

/// What was asked when a scenario was frozen.
///
/// # Errors
/// `Internal` for text that is no question.
pub fn asked(kept: &frozen_scenario::Model) -> Result<Asked> {
    serde_json::from_str(&kept.question).map_err(Error::internal)
}

/// Whether a hash is that of when it was frozen, where there was one.
fn is_same(kept: &Option<String>, now: &String) -> bool {
    kept.as_ref().is_none_or(|kept| kept == now)
}

/// What changes say, as canonical text: what they are about by ids that follow from natural keys, in their order,
/// without what only tells rows of a database apart.
fn said(changes: &[Change]) -> Result<String> {
    let mut list = Vec::with_capacity(changes.len());
    for change in changes {
        let mut row = serde_json::to_value(&change.row).map_err(Error::internal)?;
        if let Some(columns) = row.as_object_mut() {
            for column in ["id", "scenario_id", "version", "created_at", "updated_at"] {
                columns.remove(column);
            }
        }
        list.push(row);
    }
    Ok(serde_json::Value::Array(list).to_string())
}

fn nameless() -> Named {
    Named { id: ScenarioId::from_uuid(uuid::Uuid::nil()), name: String::new(), row: None }
}

/// Changes with ids that follow from natural keys, and with what names cohorts by those.
fn canonical_changes(rows: &Rows, question: &Question, overlay: &Overlay, ids: &Ids) -> Result<Vec<Change>> {
    let keys = cohort_keys(rows, question, overlay, ids)?;
    let mut changes = Vec::new();
    for (position, change) in (0_i32..).zip(overlay.changes()) {
        let value = serde_json::to_value(change).map_err(Error::internal)?;
        let mut change: Change = serde_json::from_value(ids.canonical(value)).map_err(Error::internal)?;
        change.row.position = position;
        if let Terms::CohortMoved { key, .. } = &mut change.row.terms
            && let Some((_, other)) = keys.iter().find(|(known, _)| known == key)
        {
            key.clone_from(other);
        }
        changes.push(change);
    }
    Ok(changes)
}

/// What names the cohorts that are moved, as recorded and by ids that follow from natural keys.
fn cohort_keys(
    rows: &Rows,
    question: &Question,
    overlay: &Overlay,
    ids: &Ids,
) -> Result<Vec<(String, String)>> {
    if overlay.moved().is_empty() {
        return Ok(Vec::new());
    }
    let (estate, assets) = rows.under(overlay, question.as_of);
    let window = Window::new(question.from, question.months).map_err(Error::internal)?;
    let known = cohorts::nameable(&estate, assets, question.as_of, window, overlay);
    let keys = known.into_iter();
    Ok(keys.map(|(key, cohort)| (key, cohort.key_as(&estate, |id| ids.of(id)))).collect())
}

/// What comes out of rows that were kept, with capacity pools as the changes have them where that is otherwise: totals and
/// lines of every view, as text.
fn result(inputs: &str, growing: Option<&str>, asked: &Asked, changes: &[Change]) -> Result<String> {
    let question = asked.question(Overlay::of(nameless(), changes.to_vec()))?;
    let rows = stored::of_text(inputs, growing, &question)?;
    Ok(written(&rows.draw(&question)?))
}

fn written(plan: &Plan) -> String {
    let amounts = |amounts: &[Decimal]| {
        let texts: Vec<String> = amounts.iter().map(|amount| amount.normalize().to_string()).collect();
        texts.join(" ")
    };
    let mut text = format!("{}\n", plan.roadmap.currency());
    for view in MoneyView::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{view:?} total {}", amounts(&plan.roadmap.months(view)));
        for (category, key, line) in plan.roadmap.lines(view) {
            let _ = writeln!(text, "{view:?} {category:?} {key:?} {}", amounts(&line.amounts()));
        }
    }
    text
}

fn hash(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn packed(text: &str) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).map_err(Error::internal)?;
    encoder.finish().map_err(Error::internal)
}

fn unpacked(bytes: &[u8]) -> Result<String> {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).map_err(Error::internal)?;
    Ok(text)
}
