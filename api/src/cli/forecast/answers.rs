//! Forecasts as text.

use comfy_table::{Cell, CellAlignment, Table, presets};
use forecasting::forecast::{Forecast, Point};
use serde_json::{Value, json};

use super::Format;
use crate::export::csv::{self, Guard};

const HEADER: [&str; 8] = ["unique_id", "ds", "p50", "lo80", "hi80", "lo95", "hi95", "method"];

/// What becomes of a series.
pub(super) struct Answer {
    /// Its name, as far as it fits into a sentence.
    pub(super) id: String,
    /// The forecast as it is written, or why there is none.
    pub(super) text: Result<String, String>,
    /// What was allowed for.
    pub(super) remarks: Vec<String>,
}

/// What is written around the forecasts.
pub(super) struct Written {
    format: Format,
    is_first: bool,
}

impl Written {
    pub(super) fn new(format: Format) -> Self {
        Self { format, is_first: true }
    }

    /// The text of a forecast with what comes before it.
    pub(super) fn next(&mut self, forecast: &str) -> String {
        let before = match (self.format, self.is_first) {
            (Format::Csv, true) => csv::line(HEADER),
            (Format::Json, true) => "[\n".to_owned(),
            (Format::Json, false) => ",\n".to_owned(),
            (Format::Csv, false) | (Format::Table, _) => String::new(),
        };
        self.is_first = false;
        before + forecast
    }

    /// What comes after the last.
    pub(super) fn end(&self) -> String {
        match (self.format, self.is_first) {
            (Format::Csv, true) => csv::line(HEADER),
            (Format::Json, true) => "[]\n".to_owned(),
            (Format::Json, false) => "\n]\n".to_owned(),
            (Format::Csv, false) | (Format::Table, _) => String::new(),
        }
    }
}

/// A forecast, its steps with their instants.
pub(super) fn text(id: &str, instants: &[String], forecast: &Forecast, format: Format) -> String {
    let steps = instants.iter().zip(&forecast.points);
    let method = forecast.method.name();
    match format {
        Format::Csv => steps
            .map(|(ds, point)| {
                let numbers = numbers(point).map(|number| number.to_string());
                let cells = [id, ds].into_iter().chain(numbers.iter().map(String::as_str)).chain([method]);
                // Names come back as they were given: this is for programs, and no file of ours.
                csv::guarded_line(cells.map(|cell| (cell, Guard::Keep)))
            })
            .collect(),
        Format::Json => as_json(id, instants, forecast).to_string(),
        Format::Table => {
            let mut table = Table::new();
            table.load_style(presets::ASCII_MARKDOWN);
            let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
            table.set_header(
                [Cell::new("ds")].into_iter().chain(HEADER[2..7].iter().map(|name| right((*name).into()))),
            );
            for (ds, point) in steps {
                let numbers = numbers(point).map(|number| right(number.to_string()));
                table.add_row([Cell::new(ds)].into_iter().chain(numbers));
            }
            let warnings = forecast.warnings.iter().map(|warning| format!("{warning}\n"));
            format!("{id}: {method}\n{table}\n{}\n", warnings.collect::<String>())
        }
    }
}

fn as_json(id: &str, instants: &[String], forecast: &Forecast) -> Value {
    let points = instants.iter().zip(&forecast.points).map(|(ds, point)| {
        let [p50, lo80, hi80, lo95, hi95] = numbers(point);
        let ds = ds.parse::<i64>().map_or_else(|_| json!(ds), |whole| json!(whole));
        json!({ "ds": ds, "p50": p50, "lo80": lo80, "hi80": hi80, "lo95": lo95, "hi95": hi95 })
    });
    let accuracy = &forecast.accuracy;
    json!({
        "unique_id": id,
        "method": forecast.method.name(),
        "reason": forecast.reason,
        "trainedOn": forecast.trained_on,
        "accuracy": {
            "mase": accuracy.mase.map(short),
            "owa": accuracy.owa.map(short),
            "coverage80": accuracy.coverage80.map(short),
            "backtests": accuracy.backtests,
        },
        "warnings": forecast.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "points": points.collect::<Vec<_>>(),
    })
}

fn numbers(point: &Point) -> [f64; 5] {
    [point.p50, point.lo80, point.hi80, point.lo95, point.hi95].map(short)
}

/// A number with ten digits that count: what follows is noise of the arithmetic. Order stays as it is.
fn short(number: f64) -> f64 {
    let short = format!("{number:.9e}").parse().unwrap_or(number);
    // A zero has no sign here.
    if short == 0.0 { 0.0 } else { short }
}
