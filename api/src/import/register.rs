//! The fixed-asset register of the books, as a ledger writes it to CSV: one line for each entry. It is compared and
//! not kept, so it becomes no records.

use std::{collections::HashSet, sync::Arc};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{
    CsvOptions, Origin,
    cell::{self, Style},
    problem::{Problem, Problems, Severity},
    table::{Row, Table},
};

/// The columns that are read, as the header has them. `cost` is needed; the others may be missing.
pub const COLUMNS: &[&str] = &[
    "tag",
    "serial",
    "component",
    "quantity",
    "cost",
    "book_value",
    "accumulated",
    "impairment",
    "salvage",
    "life_months",
    "acquired_on",
    "in_service_on",
    "depreciable_from",
    "retired_on",
    "disposed",
];

/// One line of a register. What is not said is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Line of the file, from 1.
    pub number: u64,
    /// The number on the asset's label.
    pub tag: Option<String>,
    /// The maker's serial number.
    pub serial: Option<String>,
    /// The component that it stands for.
    pub component: Option<String>,
    /// How many pieces it stands for.
    pub quantity: Option<i32>,
    /// Capitalised cost.
    pub cost: Decimal,
    /// Book value as stated.
    pub book_value: Option<Decimal>,
    /// Depreciation accumulated as stated.
    pub accumulated: Option<Decimal>,
    /// Impairment losses as stated.
    pub impairment: Option<Decimal>,
    /// What is expected to be left.
    pub salvage: Option<Decimal>,
    /// Useful life.
    pub life_months: Option<i32>,
    /// The day it was bought.
    pub acquired_on: Option<NaiveDate>,
    /// The day it entered service.
    pub in_service_on: Option<NaiveDate>,
    /// The day depreciation starts.
    pub depreciable_from: Option<NaiveDate>,
    /// The day it was retired.
    pub retired_on: Option<NaiveDate>,
    /// Whether the register has it disposed of.
    pub disposed: bool,
}

/// Reads a register. A line that cannot be read becomes a problem and never costs the others.
#[must_use]
pub fn read(text: &str, options: &CsvOptions) -> (Vec<Line>, Problems) {
    let mut problems = Problems::default();
    let file: Arc<str> = "register".into();
    let Some(table) = Table::open(&file, text, options.delimiter, &mut problems) else {
        if problems.is_empty() {
            problems.push(Problem::of_file(&file, Severity::Error, "has no header"));
        }
        return (Vec::new(), problems);
    };
    if !usable(&table, &mut problems) {
        return (Vec::new(), problems);
    }
    let style = Style {
        decimal_comma: options.decimal_comma,
        date_format: options.date_format,
        semicolons: table.delimiter == ';',
    };
    let places: Vec<Option<usize>> = COLUMNS.iter().map(|name| table.column(name)).collect();
    let mut lines = Vec::new();
    for row in table.rows(&mut problems) {
        let mut cells = Cells { row: &row, places: &places, style, problems: Vec::new() };
        let line = cells.line();
        if cells.problems.is_empty() {
            lines.extend(line);
        }
        for problem in cells.problems {
            problems.push(problem);
        }
    }
    (lines, problems)
}

/// Whether the header has what is needed, and each column once.
fn usable(table: &Table<'_>, problems: &mut Problems) -> bool {
    let mut seen = HashSet::new();
    let mut is_usable = table.has(&["cost"], problems);
    for name in table.header.iter().filter(|name| !name.is_empty()) {
        let (severity, message) = if !COLUMNS.contains(&name.as_str()) {
            (Severity::Note, format!("column '{name}' is not read"))
        } else if !seen.insert(name) {
            is_usable = false;
            (Severity::Error, format!("column '{name}' stands twice"))
        } else {
            continue;
        };
        problems.push(Problem::of_row(&table.header_origin, severity, message));
    }
    is_usable
}

/// The cells of a row, taken by name.
struct Cells<'a> {
    row: &'a Row<'a>,
    places: &'a [Option<usize>],
    style: Style,
    problems: Vec<Problem>,
}

impl Cells<'_> {
    fn line(&mut self) -> Option<Line> {
        let cost = self.value("cost", cell::decimal);
        if cost.is_none() && self.problems.is_empty() {
            self.refuse("cost", "", "is needed".to_owned());
        }
        Some(Line {
            number: self.row.origin.row,
            tag: self.text("tag"),
            serial: self.text("serial"),
            component: self.text("component"),
            quantity: self.value("quantity", |text, style| cell::integer(text, style, 0, i32::MAX)),
            cost: cost.unwrap_or_default(),
            book_value: self.value("book_value", cell::decimal),
            accumulated: self.value("accumulated", cell::decimal),
            impairment: self.value("impairment", cell::decimal),
            salvage: self.value("salvage", cell::decimal),
            life_months: self.value("life_months", |text, style| cell::integer(text, style, 0, i32::MAX)),
            acquired_on: self.value("acquired_on", cell::date),
            in_service_on: self.value("in_service_on", cell::date),
            depreciable_from: self.value("depreciable_from", cell::date),
            retired_on: self.value("retired_on", cell::date),
            disposed: self.value("disposed", |text, _| cell::boolean(text)).unwrap_or_default(),
        })
    }

    fn text(&self, name: &str) -> Option<String> {
        let place = COLUMNS.iter().position(|column| *column == name)?;
        let text = self.row.text(self.places.get(place).copied().flatten());
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn value<T>(&mut self, name: &str, read: impl Fn(&str, Style) -> Result<T, String>) -> Option<T> {
        let text = self.text(name).filter(|text| !cell::is_placeholder(text))?;
        match read(&text, self.style) {
            Ok(value) => Some(value),
            Err(reason) => {
                self.refuse(name, &text, reason);
                None
            }
        }
    }

    fn refuse(&mut self, column: &str, text: &str, reason: String) {
        let origin: &Origin = &self.row.origin;
        self.problems.push(Problem::of_row(origin, Severity::Error, reason).at(column, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_never_costs_the_others() {
        let text = "Tag;Cost;Book value;In-service on;Colour\n\
                    A1;1.000,50;600;2024-01-31;red\nA2;;1;;\nA3;x;1;;\nA4;7;;;\n";
        let options = CsvOptions { decimal_comma: Some(true), ..CsvOptions::default() };
        let (lines, problems) = read(text, &options);
        let read: Vec<_> = lines.iter().map(|line| (line.number, line.tag.as_deref(), line.cost)).collect();
        assert_eq!(read, [(2, Some("A1"), Decimal::new(100_050, 2)), (5, Some("A4"), Decimal::from(7))]);
        assert_eq!(lines[1].book_value, None);
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            problems,
            [
                "register:1: note: column 'colour' is not read",
                "register:3: error: cost: '' is needed",
                "register:4: error: cost: 'x' is not a number",
            ]
        );
    }

    #[test]
    fn a_register_without_cost_is_refused_whole() {
        for (text, message) in [
            ("tag,book_value\nA,1\n", "register:1: error: column 'cost' is missing"),
            ("cost,cost\n1,1\n", "register:1: error: column 'cost' stands twice"),
            ("", "register: error: has no header"),
        ] {
            let (lines, problems) = read(text, &CsvOptions::default());
            assert!(lines.is_empty());
            assert_eq!(problems.iter().map(ToString::to_string).collect::<Vec<_>>(), [message]);
        }
    }
}
