//! What came of an import.

use std::sync::Arc;

use crate::import::csv::Noun;
use crate::import::{Problem, Problems, Severity};

/// What came of one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A new row.
    Created,
    /// A row that the file says something else about than was known.
    Updated,
    /// A row that is as the file says already.
    Unchanged,
    /// Left out; the problems say why.
    Refused,
}

/// How many records of a noun had which outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub noun: Noun,
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    pub refused: usize,
}

impl Counts {
    pub(super) fn of(noun: Noun) -> Self {
        Self { noun, created: 0, updated: 0, unchanged: 0, refused: 0 }
    }

    pub(super) fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused => self.refused += 1,
        }
    }
}

/// A row that was created or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub noun: Noun,
    /// The natural key, its parts joined by ` / `.
    pub key: String,
    pub outcome: Outcome,
    pub file: Arc<str>,
    pub row: u64,
    /// What an existing row says now instead; none for a new row.
    pub fields: Vec<FieldChange>,
}

/// A value that changed, in the spelling of our own CSV.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub column: String,
    /// Empty where there was none, and where the caller may not see prices.
    pub before: String,
    pub after: String,
}

/// What came of an import.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Report {
    /// Whether it was only tried.
    pub dry_run: bool,
    /// Whether anything lasts: not after a trial, nor when one bad record was to stop all.
    pub written: bool,
    /// Only nouns that records were read of, in the order in which they were applied.
    pub nouns: Vec<Counts>,
    /// Lines and files that could not be read as records.
    pub unreadable: usize,
    pub problems: Problems,
    /// The first of them, at most [`Report::CHANGES_KEPT`].
    pub changes: Vec<Change>,
}

impl Report {
    /// How many changes are kept.
    pub const CHANGES_KEPT: usize = 10_000;

    /// How many lines, files and records were left out.
    pub fn refused(&self) -> usize {
        self.unreadable + self.nouns.iter().map(|counts| counts.refused).sum::<usize>()
    }

    /// How many records there are with an outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        let of = |counts: &Counts| match outcome {
            Outcome::Created => counts.created,
            Outcome::Updated => counts.updated,
            Outcome::Unchanged => counts.unchanged,
            Outcome::Refused => counts.refused,
        };
        self.nouns.iter().map(of).sum()
    }

    /// Takes in what came of another part of the same import.
    pub fn join(&mut self, other: Report) {
        self.written |= other.written;
        self.unreadable += other.unreadable;
        self.nouns.extend(other.nouns);
        self.changes.extend(other.changes);
        self.changes.truncate(Report::CHANGES_KEPT);
        for problem in other.problems {
            self.problems.push(problem);
        }
    }

    pub(super) fn keep_change(&mut self, change: Change) {
        if self.changes.len() < Report::CHANGES_KEPT {
            self.changes.push(change);
        }
    }

    pub(super) fn add_problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The problems of one severity.
    pub fn problems_of(&self, severity: Severity) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(move |problem| problem.severity == severity)
    }
}
