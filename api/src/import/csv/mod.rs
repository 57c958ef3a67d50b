//! Our own CSV: one file per noun, whose columns are those of the template.

mod access;
mod books;
mod budgets;
mod capacity;
mod capacity_placements;
mod capacity_purchases;
mod cells;
mod cloud;
mod contracts;
mod finance;
mod inventory;
mod invoices;
mod lifecycle;
mod noun;
mod power;
mod recovery;
mod scenarios;
mod topology;

use std::collections::HashMap;
use std::sync::Arc;

use super::cell::Style;
use super::columns::{Cell, Column, Need, Value};
use super::problem::{Problem, Problems, Severity};
use super::table::{Row, Table};
use super::{CsvOptions, Origin, Parsed, Source, text};
use cells::Cells;
pub use noun::Noun;

/// Reads files of one noun, or of the noun that the name or else the header of each tells.
pub(super) fn parse(noun: Option<Noun>, sources: &[Source], options: &CsvOptions) -> Parsed {
    let mut reading = Reading { options: *options, parsed: Parsed::default(), seen: HashMap::new() };
    for source in sources {
        reading.file(noun, source);
    }
    reading.parsed
}

/// The natural key of a record: the noun and the texts of the key's cells.
type Key = (Noun, Vec<String>);

struct Reading {
    options: CsvOptions,
    parsed: Parsed,
    /// Where each natural key was read first.
    seen: HashMap<Key, Origin>,
}

impl Reading {
    fn file(&mut self, noun: Option<Noun>, source: &Source) {
        let problems = &mut self.parsed.problems;
        let file: Arc<str> = source.name.as_str().into();
        if let Some(delimiter) = self.options.delimiter.filter(|c| !matches!(c, ',' | ';' | '\t' | '|')) {
            let message = format!("delimiter '{delimiter}' is not one of , ; | and tab");
            problems.push(Problem::of_file(&file, Severity::Error, message));
            return;
        }
        let Some(text) = text::decode(source, problems) else { return };
        let Some(table) = Table::open(&file, &text, self.options.delimiter, problems) else { return };
        let noun = noun.or_else(|| Noun::named(&source.stem())).or_else(|| Noun::of_header(&table.header));
        let Some(noun) = noun else {
            let message =
                "neither the file's name nor its header tells what it holds: name it like assets.csv";
            problems.push(Problem::of_file(&file, Severity::Error, message));
            return;
        };
        let Some(places) = places(noun, &table, problems) else { return };
        let style = Style {
            decimal_comma: self.options.decimal_comma,
            date_format: self.options.date_format,
            semicolons: table.delimiter == ';',
        };
        for row in table.rows(problems) {
            self.row(noun, &places, &row, style);
        }
    }

    fn row(&mut self, noun: Noun, places: &[Option<usize>], row: &Row<'_>, style: Style) {
        let mut cells = typed(noun.columns(), places, row, style);
        let key = (noun, cells.key_texts());
        if !cells.is_refused()
            && let Some(first) = self.seen.get(&key)
            // The whole row is the key, so nothing of it differs: it is counted where it is written, as in GraphQL.
            && noun != Noun::CapacityObservation
            && !noun.is_compared_when_taken()
        {
            cells.refuse(first.repeated().to_string());
        }
        if !cells.is_refused() {
            noun.read(&mut cells, &mut self.parsed.records);
        }
        if !cells.is_refused() {
            self.seen.entry(key).or_insert_with(|| row.origin.clone());
        }
        if cells.is_refused() && noun == Noun::InvoiceLine {
            let unread = invoices::invoice_line(&mut cells);
            self.parsed.records.unread_invoice_lines.push(unread);
        }
        for problem in cells.problems {
            self.parsed.problems.push(problem);
        }
    }
}

/// Where in a row each column of the noun is, or nothing when the header cannot be used.
fn places(noun: Noun, table: &Table<'_>, problems: &mut Problems) -> Option<Vec<Option<usize>>> {
    let columns = noun.columns();
    let mut usable = true;
    for (at, name) in table.header.iter().enumerate() {
        let known = columns.iter().any(|column| column.name == name);
        let (severity, message) = if name.is_empty() {
            (Severity::Warning, format!("column {} has no name and is not read", at + 1))
        } else if !known {
            (Severity::Warning, format!("column '{name}' is not known for {} and is not read", noun.plural()))
        } else if table.column(name) != Some(at) {
            usable = false;
            (Severity::Error, format!("column '{name}' stands twice"))
        } else {
            continue;
        };
        problems.push(Problem::of_row(&table.header_origin, severity, message));
    }
    let needed: Vec<_> =
        columns.iter().filter(|column| column.need == Need::Key).map(|column| column.name).collect();
    usable &= table.has(&needed, problems);
    usable.then(|| columns.iter().map(|column| table.column(column.name)).collect())
}

/// The values of a row, by column.
fn typed(columns: &'static [Column], places: &[Option<usize>], row: &Row<'_>, style: Style) -> Cells {
    let mut cells = Cells::new(row.origin.clone(), columns);
    for (column, place) in columns.iter().zip(places) {
        let text = row.text(*place);
        let value = match column.read(text, style) {
            Ok(cell) => remarked(&mut cells, column, text, cell),
            Err(reason) => {
                cells.remark(Severity::Error, column, text, reason);
                continue;
            }
        };
        if value.is_none() && column.need == Need::Key {
            cells.remark(Severity::Error, column, text, "is part of the key and may not be empty".into());
        }
        cells.put(column, value);
    }
    cells
}

/// The value of a cell, whose remark goes to the problems.
fn remarked(cells: &mut Cells, column: &Column, text: &str, cell: Cell) -> Option<Value> {
    let (severity, remark, value) = match cell {
        Cell::Missing => return None,
        Cell::Given(value) => return Some(value),
        Cell::Placeholder(remark) => (Severity::Note, remark, None),
        Cell::Lost(remark) => (Severity::Warning, remark, None),
        Cell::Doubtful(value, remark) => (Severity::Warning, remark, Some(value)),
    };
    cells.remark(severity, column, text, remark);
    value
}

#[cfg(test)]
mod tests;
