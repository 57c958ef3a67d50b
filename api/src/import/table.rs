//! A CSV text as a header and rows, whatever it is about.

use std::sync::Arc;

use super::Origin;
use super::lines::{Cell, Line, Lines, lines};
use super::problem::{Problem, Problems, Severity};

/// A CSV text whose header has been read.
pub(super) struct Table<'a> {
    pub file: Arc<str>,
    pub delimiter: char,
    /// Names as [`normal`] has them; empty where the header is.
    pub header: Vec<String>,
    /// Line of the header.
    pub header_origin: Origin,
    lines: Lines<'a>,
}

/// The cells of a line, one for each column of the header.
pub(super) struct Row<'a> {
    pub origin: Origin,
    pub cells: Vec<Cell<'a>>,
}

impl Row<'_> {
    /// The trimmed text of a cell; empty where the column is not there.
    pub fn text(&self, column: Option<usize>) -> &str {
        column.and_then(|at| self.cells.get(at)).map_or("", |cell| cell.text.trim())
    }
}

/// A header cell as it is compared: lower case, with `_` for spaces and hyphens.
pub(super) fn normal(name: &str) -> String {
    let words = name.trim().trim_matches('\u{feff}').to_lowercase();
    words.split([' ', '_', '-', '\u{a0}']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

impl<'a> Table<'a> {
    /// Reads the header. There is no table when the first line is broken; the problems then say so.
    pub fn open(
        file: &Arc<str>,
        text: &'a str,
        delimiter: Option<char>,
        problems: &mut Problems,
    ) -> Option<Table<'a>> {
        let (text, stated, offset) = without_separator_line(text);
        let delimiter = delimiter.or(stated).unwrap_or_else(|| likely_delimiter(text));
        let mut lines = lines(text, delimiter);
        lines.start_at(offset + 1);
        let first = lines.next()?;
        let header_origin = Origin { file: file.clone(), row: first.number };
        match first.cells {
            Ok(cells) => {
                let header = cells.iter().map(|cell| normal(&cell.text)).collect();
                Some(Table { file: file.clone(), delimiter, header, header_origin, lines })
            }
            Err(message) => {
                problems.push(Problem::of_row(&header_origin, Severity::Error, message));
                None
            }
        }
    }

    /// Where a column is, by its normal name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// Whether these columns are there; those that are not become one error each.
    pub fn has(&self, columns: &[&str], problems: &mut Problems) -> bool {
        let missing: Vec<_> = columns.iter().filter(|name| self.column(name).is_none()).collect();
        for name in &missing {
            let message = format!("column '{name}' is missing");
            problems.push(Problem::of_row(&self.header_origin, Severity::Error, message));
        }
        missing.is_empty()
    }

    /// The rows that fit the header. The others become problems, and rows without any content are passed over.
    pub fn rows(self, problems: &mut Problems) -> Vec<Row<'a>> {
        let (file, width) = (self.file, self.header.len());
        self.lines.filter_map(|line| row(&file, width, line, problems)).collect()
    }
}

fn row<'a>(file: &Arc<str>, width: usize, line: Line<'a>, problems: &mut Problems) -> Option<Row<'a>> {
    let origin = Origin { file: file.clone(), row: line.number };
    let mut refuse = |message: String| problems.push(Problem::of_row(&origin, Severity::Error, message));
    let mut cells = match line.cells {
        Ok(cells) => cells,
        Err(message) => {
            refuse(message.to_owned());
            return None;
        }
    };
    if cells.iter().all(|cell| cell.text.trim().is_empty()) {
        return None;
    }
    // Spreadsheets end lines with empty cells that no column belongs to.
    while cells.len() > width && cells.last().is_some_and(|cell| cell.text.trim().is_empty()) {
        cells.pop();
    }
    if cells.len() != width {
        refuse(format!("has {} cells where the header has {width}", cells.len()));
        return None;
    }
    Some(Row { origin, cells })
}

/// The text without a first line `sep=;`, which spreadsheets write, what that line says, and its number of lines.
fn without_separator_line(text: &str) -> (&str, Option<char>, u64) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let stated = first.trim_end_matches('\r').strip_prefix("sep=").and_then(|stated| {
        let mut characters = stated.chars();
        characters.next().filter(|_| characters.next().is_none())
    });
    match stated {
        Some(delimiter) => (rest, Some(delimiter), 1),
        None => (text, None, 0),
    }
}

/// The one of `,` `;` and tab that stands most often in the first line, outside of quotes.
fn likely_delimiter(text: &str) -> char {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let bare: String = line.split('"').step_by(2).collect();
    let count = |delimiter: char| bare.matches(delimiter).count();
    [';', '\t'].into_iter().fold(',', |best, next| if count(next) > count(best) { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<Vec<String>>, Vec<String>) {
        let mut problems = Problems::default();
        let Some(table) = Table::open(&"t.csv".into(), text, None, &mut problems) else {
            return (vec![], vec![], problems.iter().map(ToString::to_string).collect());
        };
        let header = table.header.clone();
        let rows = table.rows(&mut problems);
        let rows = rows
            .iter()
            .map(|row| {
                let cells = row.cells.iter().map(|cell| cell.text.to_string());
                std::iter::once(row.origin.row.to_string()).chain(cells).collect()
            })
            .collect();
        (header, rows, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_delimiter_is_told_from_the_header() {
        for text in
            ["a,b\n1,2", "a;b\n1;2", "a\tb\n1\t2", "sep=;\na;b\n1;2", "\"x,y,\" ;b\n1;2", "a,b\r\n1,2\r\n"]
        {
            let (header, rows, problems) = read(text);
            assert_eq!(header.len(), 2, "{text}");
            assert_eq!(rows[0][1..], ["1", "2"], "{text}");
            assert!(problems.is_empty(), "{text}");
        }
        assert_eq!(read("sep=;\na;b\n1;2").1[0][0], "3");
    }

    #[test]
    fn headers_are_compared_without_case_and_spaces() {
        for (written, expected) in
            [(" Asset  Tag ", "asset_tag"), ("ASSET_TAG", "asset_tag"), ("asset-tag", "asset_tag"), ("", "")]
        {
            assert_eq!(normal(written), expected);
        }
    }

    #[test]
    fn a_ragged_row_is_refused_and_the_others_stay() {
        let (_, rows, problems) = read("a,b\n1\n2,3\n4,5,6\n7,8,,\n,\n\"x,9\n10,11\n");
        assert_eq!(rows, [["3", "2", "3"], ["5", "7", "8"], ["8", "10", "11"]]);
        assert_eq!(
            problems,
            [
                "t.csv:2: error: has 1 cells where the header has 2",
                "t.csv:4: error: has 3 cells where the header has 2",
                "t.csv:7: error: a quoted cell is not closed",
            ]
        );
    }

    #[test]
    fn a_broken_header_is_an_error() {
        assert_eq!(read("\"a,b\n1,2").2, ["t.csv:1: error: a quoted cell is not closed"]);
    }

    #[test]
    fn missing_columns_are_named() {
        let mut problems = Problems::default();
        let table = Table::open(&"t.csv".into(), "id,name\n", None, &mut problems).expect("a table");
        assert!(!table.has(&["id", "slug", "status"], &mut problems));
        let messages: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            ["t.csv:1: error: column 'slug' is missing", "t.csv:1: error: column 'status' is missing"]
        );
    }
}
