//! From the bytes of a CSV to its rows, one at a time.

use std::{
    borrow::Cow,
    fmt,
    io::{self, BufRead, Read},
};

/// Bytes of a row at most: a quote that is never closed would take in the whole file.
const LONGEST: u64 = 1 << 20;
/// The columns that are read.
const COLUMNS: [&str; 3] = ["unique_id", "ds", "y"];

/// Why a file cannot be read.
#[derive(Debug)]
pub(super) enum Malformed {
    /// What is in a line.
    Line(u64, String),
    /// What is in the file.
    File(String),
    /// It cannot be read at all.
    Unread(io::Error),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line, message) => write!(f, "line {line}: {message}"),
            Self::File(message) => f.write_str(message),
            Self::Unread(cause) => cause.fmt(f),
        }
    }
}

impl std::error::Error for Malformed {}

impl From<io::Error> for Malformed {
    fn from(cause: io::Error) -> Self {
        Self::Unread(cause)
    }
}

/// The cells of a row that are read, as they are written.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// Its line in the file, from 1.
    pub(super) line: u64,
    pub(super) id: Cow<'a, str>,
    pub(super) ds: Cow<'a, str>,
    pub(super) y: Cow<'a, str>,
}

/// A file that is read row by row.
pub(super) struct Rows<R> {
    input: R,
    buffer: Vec<u8>,
    /// Lines that were read.
    lines: u64,
    /// Cells of a row.
    count: usize,
    /// The place of each column that is read.
    places: [usize; 3],
    /// Columns that are not.
    pub(super) unused: Vec<String>,
}

impl<R: BufRead> Rows<R> {
    /// Reads the header.
    pub(super) fn new(input: R) -> Result<Self, Malformed> {
        let (buffer, unused) = (Vec::new(), Vec::new());
        let mut rows = Self { input, buffer, lines: 0, count: 0, places: [0; 3], unused };
        let needed = "a header with unique_id, ds and y is needed";
        let Some(line) = rows.advance()? else {
            return Err(Malformed::File(format!("the file is empty: {needed}")));
        };
        let text = text(&rows.buffer, line)?;
        let header: Vec<String> = cells(text.trim_start_matches('\u{FEFF}'), line)?
            .into_iter()
            .map(|cell| cell.trim().to_owned())
            .collect();
        for (place, name) in rows.places.iter_mut().zip(COLUMNS) {
            let mut found = header.iter().enumerate().filter(|(_, cell)| *cell == name).map(|(at, _)| at);
            *place = found
                .next()
                .ok_or_else(|| Malformed::Line(line, format!("there is no column `{name}`: {needed}")))?;
            if found.next().is_some() {
                return Err(Malformed::Line(line, format!("the column `{name}` is there twice")));
            }
        }
        rows.count = header.len();
        rows.unused = header.into_iter().filter(|name| !COLUMNS.contains(&name.as_str())).collect();
        Ok(rows)
    }

    /// The next row; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Row<'_>>, Malformed> {
        let Some(line) = self.advance()? else { return Ok(None) };
        let mut cells = cells(text(&self.buffer, line)?, line)?;
        if cells.len() != self.count {
            let message = format!("{} cells, where the header has {}", cells.len(), self.count);
            return Err(Malformed::Line(line, message));
        }
        let [id, ds, y] = self.places.map(|place| std::mem::take(&mut cells[place]));
        Ok(Some(Row { line, id, ds, y }))
    }

    /// Reads the next line that is not blank, and those that its quotes take in; answers with its number.
    fn advance(&mut self) -> Result<Option<u64>, Malformed> {
        loop {
            self.buffer.clear();
            let first = self.lines + 1;
            loop {
                let room = LONGEST - self.buffer.len() as u64;
                let read = self.input.by_ref().take(room).read_until(b'\n', &mut self.buffer)?;
                let is_open = self.buffer.iter().filter(|byte| **byte == b'"').count() % 2 == 1;
                if read > 0 {
                    self.lines += 1;
                }
                if self.buffer.len() as u64 >= LONGEST {
                    let message = "a row of more than a megabyte, or a quote that is not closed".to_owned();
                    return Err(Malformed::Line(first, message));
                }
                if read == 0 && is_open {
                    return Err(Malformed::Line(first, "a quote is not closed".to_owned()));
                }
                if read == 0 && self.buffer.is_empty() {
                    return Ok(None);
                }
                if read == 0 || !is_open {
                    break;
                }
            }
            while self.buffer.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                self.buffer.pop();
            }
            if !self.buffer.is_empty() {
                return Ok(Some(first));
            }
        }
    }
}

fn text(bytes: &[u8], line: u64) -> Result<&str, Malformed> {
    str::from_utf8(bytes).map_err(|_| Malformed::Line(line, "is not UTF-8".to_owned()))
}

/// The cells of a row by RFC 4180.
fn cells(text: &str, line: u64) -> Result<Vec<Cow<'_, str>>, Malformed> {
    if !text.contains('"') {
        return Ok(text.split(',').map(Cow::Borrowed).collect());
    }
    let wrong = |message: &str| Malformed::Line(line, message.to_owned());
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (cell, after) = unquoted(quoted).ok_or_else(|| wrong("a quote is not closed"))?;
            cells.push(cell);
            rest = after;
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            if rest[..end].contains('"') {
                return Err(wrong("a quote within a cell that does not begin with one"));
            }
            cells.push(Cow::Borrowed(&rest[..end]));
            rest = &rest[end..];
        }
        if rest.is_empty() {
            return Ok(cells);
        }
        rest =
            rest.strip_prefix(',').ok_or_else(|| wrong("something follows the quote that closes a cell"))?;
    }
}

/// The cell behind an opening quote, and what follows the closing one.
fn unquoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut from = 0;
    let mut has_quotes = false;
    loop {
        let at = from + text[from..].find('"')?;
        if !text[at + 1..].starts_with('"') {
            let cell = &text[..at];
            let cell = if has_quotes { Cow::Owned(cell.replace("\"\"", "\"")) } else { Cow::Borrowed(cell) };
            return Some((cell, &text[at + 1..]));
        }
        has_quotes = true;
        from = at + 2;
    }
}
