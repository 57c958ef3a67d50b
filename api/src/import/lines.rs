//! The lines of a CSV text: RFC 4180 with any delimiter, made to lose nothing.
//!
//! A reader that trusts quotes reads an unclosed one to the end of the file and loses every line after it. Here
//! a line whose quotes do not add up is reported as broken, and reading goes on with the next physical line.

use std::borrow::Cow;

/// A cell, and whether it stood in quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    pub text: Cow<'a, str>,
    pub quoted: bool,
}

/// One line of the table: it spans several lines of the file where a quoted cell does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Line of the file on which it begins, from 1.
    pub number: u64,
    /// The cells, or why they cannot be told apart.
    pub cells: Result<Vec<Cell<'a>>, &'static str>,
}

/// Longest quoted cell, in bytes: what is longer is an unclosed quote.
const CELL_LIMIT: usize = 1024 * 1024;

const UNCLOSED: &str = "a quoted cell is not closed";
const JUNK: &str = "a quoted cell is followed by more text: a quote within a cell is written twice";

/// All lines but the blank ones.
pub(super) fn lines(text: &str, delimiter: char) -> Lines<'_> {
    Lines { rest: text, number: 1, delimiter }
}

pub(super) struct Lines<'a> {
    rest: &'a str,
    number: u64,
    delimiter: char,
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        while let Some(blank) = self.blank_line() {
            self.skip(blank);
        }
        if self.rest.is_empty() {
            return None;
        }
        let number = self.number;
        match record(self.rest, self.delimiter) {
            Ok((cells, length)) => {
                self.skip(length);
                Some(Line { number, cells: Ok(cells) })
            }
            Err(message) => {
                self.skip(line_length(self.rest));
                Some(Line { number, cells: Err(message) })
            }
        }
    }
}

impl Lines<'_> {
    /// Counts the lines from another number, where some were read before.
    pub fn start_at(&mut self, number: u64) {
        self.number = number;
    }

    /// Length of the next line if there is nothing on it.
    fn blank_line(&self) -> Option<usize> {
        let length = line_length(self.rest);
        let line = self.rest.get(..length)?;
        let nothing = line.chars().all(|c| c.is_whitespace() && c != self.delimiter || c == '\u{1a}');
        (length > 0 && nothing).then_some(length)
    }

    fn skip(&mut self, length: usize) {
        let (skipped, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.number += line_breaks(skipped);
        self.rest = rest;
    }
}

/// Length of the first physical line with its line break.
fn line_length(text: &str) -> usize {
    match text.find(['\n', '\r']) {
        Some(at) => at + break_length(&text[at..]),
        None => text.len(),
    }
}

/// Length of the line break at the beginning of the text: CRLF is one, and so is a lone CR.
fn break_length(text: &str) -> usize {
    if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with(['\n', '\r'])) }
}

fn line_breaks(text: &str) -> u64 {
    let mut count = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '\r']) {
        count += 1;
        rest = &rest[at + break_length(&rest[at..])..];
    }
    count
}

/// The cells of the first record, and its length with its line break.
fn record(text: &str, delimiter: char) -> Result<(Vec<Cell<'_>>, usize), &'static str> {
    let mut cells = vec![];
    let mut at = 0;
    loop {
        let (cell, length) = cell(&text[at..], delimiter)?;
        cells.push(cell);
        at += length;
        let rest = &text[at..];
        if rest.starts_with(delimiter) {
            at += delimiter.len_utf8();
        } else {
            return Ok((cells, at + break_length(rest)));
        }
    }
}

/// The first cell and its length, which ends before a delimiter, a line break or the end of the text.
fn cell(text: &str, delimiter: char) -> Result<(Cell<'_>, usize), &'static str> {
    let end = |c: char| c == delimiter || c == '\n' || c == '\r';
    // Spaces before an opening quote are common in files written by hand.
    let opening = text.len() - text.trim_start_matches(|c| c == ' ' && c != delimiter).len();
    let Some(inner) = text[opening..].strip_prefix('"') else {
        let length = text.find(end).unwrap_or(text.len());
        return Ok((Cell { text: Cow::Borrowed(&text[..length]), quoted: false }, length));
    };
    let closing = closing_quote(inner).ok_or(UNCLOSED)?;
    let after = opening + 1 + closing + 1;
    let junk = text[after..].find(end).unwrap_or(text.len() - after);
    if !text[after..after + junk].trim().is_empty() {
        return Err(JUNK);
    }
    let content = &inner[..closing];
    let content = if content.contains('"') {
        Cow::Owned(content.replace("\"\"", "\""))
    } else {
        Cow::Borrowed(content)
    };
    Ok((Cell { text: content, quoted: true }, after + junk))
}

/// Where a quoted cell ends, of the text after its opening quote.
fn closing_quote(inner: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        at += inner[at..].find('"')?;
        if at > CELL_LIMIT {
            return None;
        }
        if !inner[at + 1..].starts_with('"') {
            return Some(at);
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        lines(text, ',')
            .map(|line| {
                let cells =
                    line.cells.map(|cells| cells.into_iter().map(|cell| cell.text.into_owned()).collect());
                (line.number, cells)
            })
            .collect()
    }

    fn check(text: &str, expected: &[(u64, &[&str])]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(number, cells)| (*number, Ok(cells.iter().map(ToString::to_string).collect())))
            .collect();
        assert_eq!(read(text), expected, "{text:?}");
    }

    #[test]
    fn cells_and_line_numbers_are_told() {
        check("a,b\n1,2\n", &[(1, &["a", "b"]), (2, &["1", "2"])]);
        check("a,b\r\n\r\n1,2", &[(1, &["a", "b"]), (3, &["1", "2"])]);
        check("a\r1\r2", &[(1, &["a"]), (2, &["1"]), (3, &["2"])]);
        check("\n\n  \na", &[(4, &["a"])]);
        check("a,", &[(1, &["a", ""])]);
        check(",\n", &[(1, &["", ""])]);
        check("\"a,b\",\"say \"\"hi\"\"\"", &[(1, &["a,b", "say \"hi\""])]);
        check("\"two\r\nlines\",1\n2,3", &[(1, &["two\r\nlines", "1"]), (3, &["2", "3"])]);
        check("1, \"a,b\" ,2", &[(1, &["1", "a,b", "2"])]);
        check("6\" disk,1", &[(1, &["6\" disk", "1"])]);
        check("\"\",\"\"", &[(1, &["", ""])]);
    }

    #[test]
    fn broken_quotes_cost_their_line_only() {
        let cells = |cells: &[&str]| Ok(cells.iter().map(ToString::to_string).collect());
        assert_eq!(
            read("a,b\n\"x,1\ny,2\nz,3"),
            [(1, cells(&["a", "b"])), (2, Err(UNCLOSED)), (3, cells(&["y", "2"])), (4, cells(&["z", "3"]))]
        );
        assert_eq!(
            read("\"x,1\n\"y\",2\nz,3"),
            [(1, Err(JUNK)), (2, cells(&["y", "2"])), (3, cells(&["z", "3"]))]
        );
        assert_eq!(read("\"x\" y,1\nz,2"), [(1, Err(JUNK)), (2, cells(&["z", "2"]))]);
    }

    #[test]
    fn a_cell_of_a_megabyte_is_an_unclosed_quote() {
        let text = format!("\"{}\",1\nz,2", "a".repeat(CELL_LIMIT + 1));
        assert_eq!(read(&text)[0], (1, Err(UNCLOSED)));
        assert_eq!(read(&text).len(), 2);
    }
}
