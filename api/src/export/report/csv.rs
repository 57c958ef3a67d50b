//! A report as one CSV table: every line says its day and its fingerprint, so that lines can be taken out and put
//! together with others.

use super::{Cell, Report, Row};
use crate::export::csv::{self, Guard};

/// The whole table, sheet after sheet. What is blank says why in the last column.
#[must_use]
pub fn written(report: &Report) -> String {
    let names = report.columns.iter().map(super::Column::name);
    let header = ["as_of", "fingerprint"].map(str::to_owned).into_iter().chain(names);
    let mut text = csv::line(header.chain(["remarks".to_owned()]));
    let about = [report.as_of.to_string(), report.fingerprint.clone()];
    for row in report.sheets.iter().flat_map(|sheet| &sheet.rows) {
        text.push_str(&line(&about, row));
    }
    text
}

fn line(about: &[String; 2], row: &Row) -> String {
    let about = about.iter().map(|text| (text.clone(), Guard::Keep));
    let cells = row.cells.iter().map(|cell| match cell {
        Cell::Text(text) => (text.clone(), Guard::Neutralise),
        other => (other.plain(), Guard::Keep),
    });
    let remarks = (row.remarks().join("; "), Guard::Neutralise);
    csv::guarded_line(about.chain(cells).chain([remarks]))
}
