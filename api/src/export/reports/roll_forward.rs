//! The roll-forward of the books as a report: opening, what came, what was charged, what left, closing.

use forecasting::{depreciation::Balance, month::Month};
use rust_decimal::Decimal;
use sea_orm::Condition;

use super::{
    HIDDEN, Kind, Parameter, Parameters, SCENARIO,
    depreciation::{BONUS, BOOK, CALENDAR, RECORDED_BY, TAX_CLASS, books},
    under,
};
use crate::{
    access::Permission,
    error::Result,
    export::report::{Cell, Column, Report, Row, Sheet},
    lifecycle::{
        book_figures::{self, Dimension, Row as Moved},
        book_masks::{FEWEST_SUMMED, hidden},
    },
    rules::require_plausible,
    store::Read,
};

/// What a roll-forward is asked.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "from", flag: "from", meaning: "First month; that of asOf when left out" },
    Parameter { name: "to", flag: "to", meaning: "Last month; eleven months after the first when left out" },
    BOOK,
    Parameter {
        name: "groupBy",
        flag: "group-by",
        meaning: "What rows are kept apart by: KIND, SITE, RULE, OWNER, COST_CENTRE, or NONE; KIND when left out",
    },
    CALENDAR,
    TAX_CLASS,
    BONUS,
    Parameter { name: "asOf", flag: "as-of", meaning: "The day that the file is of; today when left out" },
    RECORDED_BY,
    SCENARIO,
];

const DIMENSIONS: [(&str, Option<Dimension>); 7] = [
    ("KIND", Some(Dimension::Kind)),
    ("SITE", Some(Dimension::Site)),
    ("RULE", Some(Dimension::Rule)),
    ("OWNER", Some(Dimension::Owner)),
    ("COST_CENTRE", Some(Dimension::CostCentre)),
    ("CLASS", Some(Dimension::Class)),
    ("NONE", None),
];

const AMOUNTS: [&str; 21] = [
    "cost_opening",
    "cost_added",
    "cost_transferred",
    "cost_removed",
    "cost_closing",
    "accumulated_opening",
    "accumulated_added",
    "accumulated_charged",
    "accumulated_caught_up",
    "accumulated_transferred",
    "accumulated_removed",
    "accumulated_closing",
    "impairment_opening",
    "impairment_added",
    "impairment_charged",
    "impairment_caught_up",
    "impairment_transferred",
    "impairment_removed",
    "impairment_closing",
    "book_value_opening",
    "book_value_closing",
];

pub(super) async fn report(db: &impl Read, asked: &Parameters) -> Result<Report> {
    let as_of = asked.as_of()?;
    require_plausible("asOf", Some(as_of))?;
    let from = asked.month("from")?.unwrap_or(Month::of(as_of));
    require_plausible("from", Some(from.first_day()))?;
    let to = asked.month("to")?.unwrap_or(from.plus(11));
    let mut by = asked.words("groupBy", &DIMENSIONS)?;
    if by.is_empty() {
        by.push(Some(Dimension::Kind));
    }
    let by: Vec<Dimension> = by.into_iter().flatten().collect();
    let (books, about) = books(db, asked).await?;
    let scenario = asked.scenario(db).await?;
    let span = (from, to);
    let (rows, coverage) = book_figures::roll_forward(db, &books, Condition::all(), span, &by).await?;
    let shows_prices = db.caller().may(Permission::ViewPrices);
    let masks = hidden(&rows);
    let mut lines: Vec<Row> = rows
        .iter()
        .zip(masks)
        .map(|(row, is_hidden)| Row::line(cells("row", row, by.len(), is_hidden && !shows_prices)))
        .collect();
    lines.extend(book_figures::totals(&rows).iter().map(|total| {
        let is_hidden = total.count < FEWEST_SUMMED && !shows_prices;
        Row::total(cells("total", total, by.len(), is_hidden))
    }));
    let mut question = vec![("from", Cell::Month(from)), ("to", Cell::Month(to))];
    let names: Vec<&str> = by.iter().map(|one| column(*one)).collect();
    question.push(("groupBy", Cell::text(names.join(", "))));
    question.extend(about);
    question.extend(under(&scenario));
    question.push(("assets", Cell::count(coverage.covered)));
    let columns = ["row"].into_iter().chain(names).chain(["currency", "assets"]).chain(AMOUNTS);
    let mut assumptions = books.assumptions();
    assumptions.extend(scenario.of_books(false));
    assumptions.push("A row that is hidden is part of the totals.".to_owned());
    let report = Report {
        question,
        columns: columns.map(Column::Field).collect(),
        sheets: vec![Sheet { name: "Roll-forward", rows: lines }],
        formulas: vec![
            "closing = opening + added + charged + transferred - removed; book value = cost - accumulated - impairment"
                .to_owned(),
            "caught up is the part of what was charged that makes good of closed months".to_owned(),
        ],
        assumptions,
        excluded: coverage.excluded(),
        ..Kind::RollForward.empty(as_of)
    };
    Ok(report.fingerprinted())
}

fn column(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Kind => "kind",
        Dimension::Site => "site",
        Dimension::Rule => "rule",
        Dimension::Owner => "owner",
        Dimension::CostCentre => "cost_centre",
        Dimension::Class => "class",
    }
}

fn cells(word: &str, row: &Moved, dimensions: usize, is_hidden: bool) -> Vec<Cell> {
    let mut cells = vec![Cell::text(word)];
    cells.extend(row.key.iter().map(|value| Cell::any(value.as_deref(), Cell::text)));
    cells.resize(dimensions + 1, Cell::none());
    cells.extend([Cell::text(row.currency.code()), Cell::count(row.count)]);
    let amount = |amount: Decimal| {
        if is_hidden { Cell::Blank(HIDDEN.into()) } else { Cell::money(amount, row.currency) }
    };
    cells.extend(amounts(row).into_iter().map(amount));
    cells
}

fn amounts(row: &Moved) -> Vec<Decimal> {
    let (moved, closing) = (&row.movements, row.movements.closing());
    let movement = |of: fn(&Balance) -> Decimal, charged: Option<Decimal>| {
        let caught_up = charged.map(|_| of(&moved.caught_up));
        let before = [Some(of(&moved.opening)), Some(of(&moved.added)), charged, caught_up];
        let after = [of(&moved.transferred), of(&moved.removed), of(&closing)];
        before.into_iter().flatten().chain(after).collect::<Vec<_>>()
    };
    let mut amounts = movement(|balance| balance.cost, None);
    amounts.extend(movement(|balance| balance.accumulated, Some(moved.charge)));
    amounts.extend(movement(|balance| balance.impairment, Some(moved.impairment)));
    amounts.extend([moved.opening.book_value(), closing.book_value()]);
    amounts
}
