//! What the roadmap may turn out to cost, as it is printed below it.

use comfy_table::{Cell, CellAlignment, Table, presets};
use forecasting::uncertainty::{Outcome, Spread};
use serde_json::{Value, json};

use super::sheet::grouped;
use crate::roadmap::{Plan, year_label};

/// The quarters and the whole, each with its point figure and its percentiles, and what was drawn.
pub(super) fn table(outcome: &Outcome) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let names = ["as planned", "P10", "P50", "P90"].map(|name| right(name.to_owned()));
    table.set_header(std::iter::once(Cell::new("quarter")).chain(names));
    for (name, spread) in rows(outcome) {
        let Spread { point, p10, p50, p90 } = spread;
        let amounts = [point, p10, p50, p90].map(|amount| right(grouped(amount)));
        table.add_row(std::iter::once(Cell::new(name)).chain(amounts));
    }
    let sampling = outcome.sampling;
    let title = format!("What it may turn out to cost: {} runs, seed {}", sampling.runs, sampling.seed);
    let drawn = outcome.assumptions.iter().map(|assumption| format!("drawn: {assumption}"));
    let lines = [String::new(), title, table.to_string()].into_iter().chain(drawn);
    lines.map(|line| format!("{line}\n")).collect()
}

/// The same for programs.
pub(super) fn json(plan: &Plan, outcome: &Outcome) -> Value {
    let amounts = |spread: Spread| {
        let text = |amount| plan.shown(amount).to_string();
        json!({
            "point": text(spread.point),
            "p10": text(spread.p10),
            "p50": text(spread.p50),
            "p90": text(spread.p90),
        })
    };
    let quarters = outcome.quarters.iter().map(|quarter| {
        let name = format!("{} Q{}", year_label(quarter.fiscal_year), quarter.quarter);
        json!({ "quarter": name, "amounts": amounts(quarter.spread) })
    });
    json!({
        "runs": outcome.sampling.runs,
        "seed": outcome.sampling.seed,
        "quarters": quarters.collect::<Vec<_>>(),
        "total": amounts(outcome.total),
        "drawn": outcome.assumptions.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}

fn rows(outcome: &Outcome) -> impl Iterator<Item = (String, Spread)> {
    let quarters = outcome
        .quarters
        .iter()
        .map(|quarter| (format!("{} Q{}", year_label(quarter.fiscal_year), quarter.quarter), quarter.spread));
    quarters.chain([("total".to_owned(), outcome.total)])
}
