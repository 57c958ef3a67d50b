//! A report as JSON: amounts are text, as in GraphQL, and cells keep the order of the columns.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Cell, Column, Report, Row, Sheet};
use crate::error::{Error, Result};

/// The whole report.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn written(report: &Report) -> Result<String> {
    let names: Vec<String> = report.columns.iter().map(Column::name).collect();
    let whole = Whole {
        report: report.name,
        title: report.title,
        as_of: report.as_of.to_string(),
        fingerprint: &report.fingerprint,
        question: Question(&report.question),
        columns: &names,
        sheets: report.sheets.iter().map(|sheet| Part { sheet, names: &names }).collect(),
        formulas: &report.formulas,
        assumptions: &report.assumptions,
        excluded: &report.excluded,
    };
    let mut text = serde_json::to_string_pretty(&whole).map_err(Error::internal)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Whole<'a> {
    report: &'a str,
    title: &'a str,
    as_of: String,
    fingerprint: &'a str,
    question: Question<'a>,
    columns: &'a [String],
    sheets: Vec<Part<'a>>,
    formulas: &'a [String],
    assumptions: &'a [String],
    excluded: &'a [String],
}

struct Question<'a>(&'a [(&'static str, Cell)]);

impl Serialize for Question<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, cell)| (name, cell)))
    }
}

struct Part<'a> {
    sheet: &'a Sheet,
    names: &'a [String],
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let rows: Vec<_> = self.sheet.rows.iter().map(|row| Line { row, names: self.names }).collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("name", self.sheet.name)?;
        map.serialize_entry("rows", &rows)?;
        map.end()
    }
}

struct Line<'a> {
    row: &'a Row,
    names: &'a [String],
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, cell) in self.names.iter().zip(&self.row.cells) {
            map.serialize_entry(name, cell)?;
        }
        let remarks = self.row.remarks();
        if !remarks.is_empty() {
            map.serialize_entry("remarks", &remarks)?;
        }
        map.end()
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Blank(_) => serializer.serialize_none(),
            other => serializer.serialize_str(&other.plain()),
        }
    }
}
