//! How the records of any noun become rows: the same way for all.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use sea_orm::{
    ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    PrimaryKeyToColumn, TryIntoModel,
};
use uuid::Uuid;

use super::describe::{column_of, differences, spoken};
use super::fill::Filling;
use super::importable::{Candidate, Importable, Links};
use super::known::{Key, Known, id_of};
use super::report::{Change, Counts, FieldChange, Outcome, Report};
use crate::error::{Error, Result};
use crate::export::labels::Labels;
use crate::export::line::Exportable;
use crate::import::csv::Noun;
use crate::import::{Origin, Problem, Records, Severity};
use crate::rules::draft;
use crate::store::{Read, Tx};

/// A chain of rows of one noun that is longer than this is taken for a circle.
const LONGEST_CHAIN: usize = 64;

/// Files that the change log names.
const FILES_NAMED: usize = 5;

/// An import that is under way.
pub struct Run<'a> {
    pub tx: &'a Tx,
    pub records: &'a Records,
    pub known: Known,
    pub report: Report,
    /// How often a column of a noun got a value that no file gave.
    assumed: BTreeMap<(Arc<str>, Noun, &'static str, String), usize>,
    progress: &'a (dyn Fn(usize) + Sync),
}

impl<'a> Run<'a> {
    pub fn new(
        tx: &'a Tx,
        records: &'a Records,
        report: Report,
        progress: &'a (dyn Fn(usize) + Sync),
    ) -> Self {
        let known = Known {
            sites_with_racks: records.racks.iter().map(|rack| rack.key.site.clone()).collect(),
            ..Known::default()
        };
        Self { tx, records, known, report, assumed: BTreeMap::new(), progress }
    }

    /// The report, with one note for each column that had to be assumed.
    pub fn finish(mut self) -> Report {
        for ((file, noun, column, value), count) in self.assumed {
            let message = match count {
                1 => format!("1 new {noun} has no {column} and is taken as {value}"),
                _ => format!("{count} new {} have no {column} and are taken as {value}", noun.plural()),
            };
            self.report.add_problem(Problem::of_file(&file, Severity::Note, message.replace('_', " ")));
        }
        self.report.problems.sort();
        self.report
    }

    /// Tells that some more records are done.
    pub fn progress(&self, records: usize) {
        (self.progress)(records);
    }

    /// Says something about a row of a file.
    pub fn remark(&mut self, origin: &Origin, severity: Severity, column: Option<&str>, message: String) {
        let mut problem = Problem::of_row(origin, severity, message);
        problem.column = column.map(str::to_owned);
        self.report.add_problem(problem);
    }

    /// Says why a row of a file was refused.
    pub fn refuse(&mut self, noun: Noun, origin: &Origin, error: &Error) {
        let (column, message) = match error {
            Error::Invalid { field, message } => match column_of(noun, field) {
                Some(column) => (Some(column), message.clone()),
                None if field.is_empty() => (None, message.clone()),
                None => (None, format!("{field}: {message}")),
            },
            other => (None, other.to_string()),
        };
        self.remark(origin, Severity::Error, column, message);
    }

    fn note(&mut self, noun: Noun, origin: &Origin, said: Said) {
        for (column, value) in said.assumed {
            *self.assumed.entry((origin.file.clone(), noun, column, value)).or_default() += 1;
        }
        for (column, message) in said.remarks {
            self.remark(origin, Severity::Note, Some(column), message);
        }
        for (column, message) in said.doubts {
            self.remark(origin, Severity::Warning, Some(column), message);
        }
    }
}

/// What filling a row had to say.
struct Said {
    assumed: Vec<(&'static str, String)>,
    remarks: Vec<(&'static str, String)>,
    doubts: Vec<(&'static str, String)>,
}

/// Applies the records of a noun, and reads the rows of it that other records refer to.
pub async fn apply<R: Importable>(run: &mut Run<'_>) -> Result<()> {
    R::load(run).await?;
    let records = R::all(run.records);
    if records.is_empty() {
        return Ok(());
    }
    let mut stage = Stage::<R>::new(records);
    for record in in_order(records) {
        stage.take(run, record).await?;
    }
    stage.flush(run).await?;
    stage.describe(run).await?;
    run.report.nouns.push(stage.counts);
    Ok(())
}

/// Records in an order in which none needs a later one; in the order of the files otherwise.
fn in_order<R: Importable>(records: &[R]) -> Vec<&R> {
    let mut ordered: Vec<(usize, &R)> = records.iter().map(|record| (0, record)).collect();
    let needs: HashMap<Key, Key> =
        records.iter().filter_map(|record| Some((record.key(), record.needs()?))).collect();
    if !needs.is_empty() {
        for (depth, record) in &mut ordered {
            let mut needed = record.needs();
            while let Some(key) = needed.filter(|_| *depth < LONGEST_CHAIN) {
                *depth += 1;
                needed = needs.get(&key).cloned();
            }
        }
        ordered.sort_by_key(|(depth, _)| *depth);
    }
    ordered.into_iter().map(|(_, record)| record).collect()
}

/// A row that is to be written.
struct Fresh<R: Importable> {
    key: Key,
    origin: Origin,
    row: R::Model,
}

/// A row that was changed.
struct Changed<R: Importable> {
    key: Key,
    origin: Origin,
    before: R::Model,
    after: R::Model,
    /// What it was linked with and is now, where that changed.
    links: Option<(BTreeSet<Uuid>, BTreeSet<Uuid>)>,
}

/// The records of one noun, on their way.
struct Stage<R: Importable> {
    counts: Counts,
    /// What the change log says.
    reason: String,
    /// Where each record was read that was taken: what repeats a refused one is the first of its key.
    taken: HashMap<Key, Origin>,
    fresh: Vec<Fresh<R>>,
    links: Vec<Links>,
    changed: Vec<Changed<R>>,
}

impl<R: Importable> Stage<R> {
    fn new(records: &[R]) -> Self {
        let files: BTreeSet<&str> = records.iter().map(|record| record.origin().file.as_ref()).collect();
        let named: Vec<&str> = files.iter().take(FILES_NAMED).copied().collect();
        let reason = match files.len() - named.len() {
            0 => format!("import of {}", named.join(", ")),
            more => format!("import of {} and {more} more files", named.join(", ")),
        };
        Self {
            counts: Counts::of(R::NOUN),
            reason,
            taken: HashMap::new(),
            fresh: Vec::new(),
            links: Vec::new(),
            changed: Vec::new(),
        }
    }

    async fn take(&mut self, run: &mut Run<'_>, record: &R) -> Result<()> {
        (run.progress)(1);
        let key = record.key();
        let outcome = match self.taken.get(&key) {
            None => self.decide(run, record, key.clone()).await,
            Some(first) if R::NOUN.is_compared_when_taken() => Err(first.repeated()),
            Some(_) => Err(Error::Conflict(format!("repeats the {} '{key}'", spoken(R::NOUN)))),
        };
        if outcome.is_ok() {
            self.taken.insert(key, record.origin().clone());
        }
        match outcome {
            // A new row is counted when it has been written.
            Ok(Outcome::Created) => {}
            Ok(outcome) => self.counts.add(outcome),
            Err(error) if is_refusal(&error) => {
                run.refuse(R::NOUN, record.origin(), &error);
                self.counts.add(Outcome::Refused);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    async fn decide(&mut self, run: &mut Run<'_>, record: &R, key: Key) -> Result<Outcome> {
        let before = R::table(&run.known).get(&key).cloned();
        let mut row = match &before {
            Some(before) => before.clone().into_active_model(),
            None => <R::Row as ActiveModelTrait>::default(),
        };
        let mut filling = Filling::new(&run.known);
        record.fill(&mut row, before.as_ref(), &mut filling)?;
        let Filling { assumed, remarks, doubts, .. } = filling;
        let said = Said { assumed, remarks, doubts };
        let links = record.links(&run.known)?;
        match before {
            None => self.create(run, record, key, row, links, said).await,
            Some(before) => self.change(run, record, key, (before, row), links, said).await,
        }
    }

    async fn create(
        &mut self,
        run: &mut Run<'_>,
        record: &R,
        key: Key,
        mut row: R::Row,
        links: Option<BTreeSet<Uuid>>,
        said: Said,
    ) -> Result<Outcome> {
        let id = run.tx.new_uuid();
        for key_column in <R::Entity as EntityTrait>::PrimaryKey::iter() {
            row.set(key_column.into_column(), id.into());
        }
        require_whole::<R>(&row)?;
        let after = draft(&row)?;
        let links = links.unwrap_or_default();
        let candidate = Candidate { before: None, after: &after, links: &links };
        R::check(candidate, &run.known)?;
        R::settle(run, candidate).await?;
        run.note(R::NOUN, record.origin(), said);
        R::taken(&mut run.known, None, &after);
        R::table_mut(&mut run.known).put(key.clone(), after.clone());
        if !links.is_empty() {
            let added = links.iter().copied().collect();
            self.links.push(Links { owner: id, added, removed: Vec::new() });
            run.known.links.insert(id, links);
        }
        self.fresh.push(Fresh { key, origin: record.origin().clone(), row: after });
        Ok(Outcome::Created)
    }

    async fn change(
        &mut self,
        run: &mut Run<'_>,
        record: &R,
        key: Key,
        (before, row): (R::Model, R::Row),
        links: Option<BTreeSet<Uuid>>,
        said: Said,
    ) -> Result<Outcome> {
        let id = id_of(&before).ok_or_else(|| Error::internal("a row without an id"))?;
        let linked = run.known.links.get(&id).cloned().unwrap_or_default();
        let links = links.filter(|links| *links != linked);
        if !row.is_changed() && links.is_none() {
            return Ok(Outcome::Unchanged);
        }
        let after = row.clone().try_into_model()?;
        let candidate =
            Candidate { before: Some(&before), after: &after, links: links.as_ref().unwrap_or(&linked) };
        R::check(candidate, &run.known)?;
        if R::refers_anew(&before, &after) {
            self.flush(run).await?;
        }
        R::settle(run, candidate).await?;
        let after = R::write(run, before.clone(), row).await?;
        run.note(R::NOUN, record.origin(), said);
        R::taken(&mut run.known, Some(&before), &after);
        R::table_mut(&mut run.known).put(key.clone(), after.clone());
        if let Some(links) = &links {
            let added = links.difference(&linked).copied().collect();
            let removed = linked.difference(links).copied().collect();
            self.links.push(Links { owner: id, added, removed });
            run.known.links.insert(id, links.clone());
        }
        let links = links.map(|links| (linked, links));
        self.changed.push(Changed { key, origin: record.origin().clone(), before, after, links });
        Ok(Outcome::Updated)
    }

    /// Writes the new rows, and the links of new and of changed rows.
    async fn flush(&mut self, run: &mut Run<'_>) -> Result<()> {
        let fresh = std::mem::take(&mut self.fresh);
        let mut parts: Vec<&[Fresh<R>]> = vec![&fresh];
        while let Some(part) = parts.pop() {
            let rows: Vec<R::Row> =
                part.iter().map(|fresh| fresh.row.clone().into_active_model().reset_all()).collect();
            if rows.is_empty() {
                continue;
            }
            let reason = &self.reason;
            match run.tx.attempt(async |tx| tx.insert_many(rows, reason).await).await {
                Ok(_) => part.iter().for_each(|fresh| self.created(run, fresh)),
                // A rule that only the tables know: the halves are tried until the row that breaks it is alone.
                Err(error) if is_refusal(&error) => match part {
                    [fresh] => {
                        run.refuse(R::NOUN, &fresh.origin, &error);
                        R::table_mut(&mut run.known).forget(&fresh.key);
                        self.taken.remove(&fresh.key);
                        self.counts.add(Outcome::Refused);
                        let id = id_of(&fresh.row);
                        self.links.retain(|links| Some(links.owner) != id);
                    }
                    _ => {
                        let (first, second) = part.split_at(part.len() / 2);
                        parts.extend([second, first]);
                    }
                },
                Err(error) => return Err(error),
            }
        }
        let links = std::mem::take(&mut self.links);
        if links.is_empty() { Ok(()) } else { R::link(run.tx, links, &self.reason).await }
    }

    fn created(&mut self, run: &mut Run<'_>, fresh: &Fresh<R>) {
        self.counts.add(Outcome::Created);
        run.report.keep_change(Change {
            noun: R::NOUN,
            key: fresh.key.to_string(),
            outcome: Outcome::Created,
            file: fresh.origin.file.clone(),
            row: fresh.origin.row,
            fields: Vec::new(),
        });
    }

    /// Adds to the report what changed, in the spelling of our own CSV.
    async fn describe(&mut self, run: &mut Run<'_>) -> Result<()> {
        let room = Report::CHANGES_KEPT.saturating_sub(run.report.changes.len());
        self.changed.truncate(room);
        let mut labels = Labels::default();
        for pass in 0..2 {
            for changed in &self.changed {
                let [before, after] = [&changed.before, &changed.after].map(|row| row.cells(&mut labels));
                let mut fields = differences(R::NOUN, run.tx.caller(), before, after);
                if let (Some((column, kind)), Some((before, after))) = (R::LINKS, &changed.links) {
                    let mut names = |ids: &BTreeSet<Uuid>| {
                        let mut names: Vec<_> = ids.iter().map(|id| labels.text(kind, *id)).collect();
                        names.sort();
                        names.join("|")
                    };
                    let (before, after) = (names(before), names(after));
                    fields.retain(|field| field.column != column);
                    fields.push(FieldChange { column: column.to_owned(), before, after });
                }
                if pass == 1 {
                    run.report.keep_change(Change {
                        noun: R::NOUN,
                        key: changed.key.to_string(),
                        outcome: Outcome::Updated,
                        file: changed.origin.file.clone(),
                        row: changed.origin.row,
                        fields,
                    });
                }
            }
            // The first pass finds out which other rows are named.
            labels.load(run.tx).await?;
        }
        Ok(())
    }
}

/// Refuses a new row that lacks what the file should have given.
fn require_whole<R: Importable>(row: &R::Row) -> Result<()> {
    let stamped = ["version", "created_at", "updated_at"];
    let missing: Vec<&str> = <R::Entity as EntityTrait>::Column::iter()
        .filter(|column| !column.def().is_null() && !stamped.contains(&column.as_str()))
        .filter(|column| matches!(row.get(*column), ActiveValue::NotSet))
        .map(|column| {
            let name: &'static str = column.as_str();
            name.trim_end_matches("_id")
        })
        .collect();
    let Some(first) = missing.first() else { return Ok(()) };
    let message = match missing.len() {
        1 => format!("is empty, and a new {} needs it", spoken(R::NOUN)),
        _ => format!("is empty, and a new {} needs {}", spoken(R::NOUN), missing.join(", ")),
    };
    Err(Error::invalid(*first, message))
}

/// Whether an error is about the row, and not about us or the database.
fn is_refusal(error: &Error) -> bool {
    matches!(error, Error::Invalid { .. } | Error::NotFound { .. } | Error::Conflict(_))
}
