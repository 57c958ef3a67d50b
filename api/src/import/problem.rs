//! What is wrong with a file, in a form that a person can act on.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::Origin;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing: something was taken in a way that the file does not spell out.
    Note,
    /// Taken, but probably wrong or incomplete.
    Warning,
    /// Not taken: the line, or where no line is named the file, is left out.
    Error,
}

impl Severity {
    /// As it stands before a message.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the file as it was given.
    pub file: Arc<str>,
    /// Line in the file, from 1; in JSON, the place of the object in its list. Absent for the file as a whole.
    pub row: Option<u64>,
    pub column: Option<String>,
    /// What stands there, cut to a readable length.
    pub value: Option<String>,
    /// Lower case, without a full stop; names the rule.
    pub message: String,
    pub severity: Severity,
}

/// The problems of an import. Of each severity only the first ten thousand are kept, since a large file of the wrong
/// kind has millions; the others are counted, and a last problem says how many there are.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Problems {
    kept: Vec<Problem>,
    /// How many there are, kept or not: notes, warnings and errors.
    counts: [usize; 3],
}

impl Problems {
    /// How many problems of a severity are kept.
    pub const KEPT: usize = 10_000;

    pub(super) fn push(&mut self, problem: Problem) {
        let count = &mut self.counts[problem.severity as usize];
        *count += 1;
        if *count <= Problems::KEPT {
            self.kept.push(problem);
        }
    }

    /// Puts the problems in the order of their lines; the files stay in the order in which they first occur.
    pub(super) fn sort(&mut self) {
        let mut places: HashMap<Arc<str>, usize> = HashMap::new();
        for problem in &self.kept {
            let next = places.len();
            places.entry(problem.file.clone()).or_insert(next);
        }
        self.kept.sort_by_key(|problem| (places.get(&problem.file).copied(), problem.row));
    }

    /// How many problems of a severity there are, those that are not kept included.
    pub fn count(&self, severity: Severity) -> usize {
        self.counts[severity as usize]
    }

    /// Puts the problems in the order of their files and lines, and says how many are missing.
    pub(super) fn finish(&mut self, place_of_file: impl Fn(&Problem) -> Option<usize>) {
        self.kept.sort_by_key(|problem| (place_of_file(problem), problem.row));
        let names = [(Severity::Error, "errors"), (Severity::Warning, "warnings"), (Severity::Note, "notes")];
        let missing =
            names.map(|(severity, name)| (severity, self.count(severity).saturating_sub(Self::KEPT), name));
        let mut missing = missing.into_iter().filter(|(_, count, _)| *count > 0).peekable();
        let (Some((severity, _, _)), Some(last)) = (missing.peek().copied(), self.kept.last()) else {
            return;
        };
        let counts: Vec<_> = missing.map(|(_, count, name)| format!("{count} more {name}")).collect();
        let message = format!("{} are not listed", counts.join(" and "));
        self.kept.push(Problem::of_file(&last.file.clone(), severity, message));
    }
}

impl Deref for Problems {
    type Target = [Problem];

    fn deref(&self) -> &[Problem] {
        &self.kept
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter()
    }
}

/// Longest value that is quoted back, in characters.
const VALUE_LENGTH: usize = 80;

impl Problem {
    /// A problem of a whole file.
    pub(super) fn of_file(file: &Arc<str>, severity: Severity, message: impl Into<String>) -> Self {
        Problem {
            file: file.clone(),
            row: None,
            column: None,
            value: None,
            message: message.into(),
            severity,
        }
    }

    /// A problem of a line.
    pub(super) fn of_row(origin: &Origin, severity: Severity, message: impl Into<String>) -> Self {
        Problem { row: Some(origin.row), ..Problem::of_file(&origin.file, severity, message) }
    }

    /// The same problem, said of one cell.
    pub(super) fn at(self, column: &str, value: &str) -> Self {
        Problem { column: Some(column.to_owned()), value: Some(shortened(value)), ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(formatter, ":{row}")?;
        }
        write!(formatter, ": {}: ", self.severity.word())?;
        if let Some(column) = &self.column {
            write!(formatter, "{column}: ")?;
        }
        if let Some(value) = &self.value {
            write!(formatter, "'{value}' ")?;
        }
        formatter.write_str(&self.message)
    }
}

/// A value that fits on a line: control characters shown as spaces, the end cut.
fn shortened(value: &str) -> String {
    let mut characters = value.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut short: String = characters.by_ref().take(VALUE_LENGTH).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_one_line() {
        let origin = Origin { file: "assets.csv".into(), row: 7 };
        let problem = Problem::of_row(&origin, Severity::Error, "is not a number").at("tier", "one\ntwo");
        assert_eq!(problem.to_string(), "assets.csv:7: error: tier: 'one two' is not a number");
        let problem = Problem::of_file(&origin.file, Severity::Note, "file is empty");
        assert_eq!(problem.to_string(), "assets.csv: note: file is empty");
    }

    #[test]
    fn problems_beyond_ten_thousand_are_counted() {
        let mut problems = Problems::default();
        let of = |row, severity| Problem::of_row(&Origin { file: "t.csv".into(), row }, severity, "is odd");
        for row in (1..=10_003).rev() {
            problems.push(of(row, Severity::Error));
        }
        problems.push(of(5, Severity::Note));
        problems.finish(|_| Some(0));
        assert_eq!(problems.len(), 10_002);
        assert_eq!((problems.count(Severity::Error), problems.count(Severity::Note)), (10_003, 1));
        assert_eq!(problems[0].row, Some(4));
        let last = problems.last().map(ToString::to_string);
        assert_eq!(last.as_deref(), Some("t.csv: error: 3 more errors are not listed"));
    }

    #[test]
    fn a_long_value_is_cut() {
        assert_eq!(shortened(&"ä".repeat(100)), format!("{}…", "ä".repeat(80)));
        assert_eq!(shortened(&"ä".repeat(80)), "ä".repeat(80));
    }
}
