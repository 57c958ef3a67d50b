//! A plan held against what came about, as a report: how far apart, by which causes, and what people said about it.

use entity::finance::{budget_line::BudgetView, exchange_rate::RateKind};
use forecasting::{
    budget::{Dimension, DimensionValue, Driver, Orientation, ReportRow, Tolerance, Variance},
    money::Currency,
    roadmap::MoneyView,
};
use rust_decimal::Decimal;
use sea_orm::ActiveEnum;

use super::{HIDDEN, Kind, Parameter, Parameters};
use crate::{
    access::Permission,
    error::{Error, Result},
    export::report::{Cell, Column, Report, Row, Sheet},
    finance::{
        values::Reorganisation,
        variances::{self, Answer, Question, materiality, tolerance},
    },
    roadmap::words::view_code,
    store::Read,
};

/// What a variance is asked.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "plan", flag: "plan", meaning: "What was planned: a budget version, by name or id" },
    Parameter {
        name: "actual",
        flag: "actual",
        meaning: "What it is held against: actual figures, a forecast or a scenario, by name or id",
    },
    Parameter { name: "fromPeriod", flag: "from-period", meaning: "The first period; 1 when left out" },
    Parameter {
        name: "throughPeriod",
        flag: "through-period",
        meaning: "The last period; of actual figures the last closed one, of others the last of the year, when left out",
    },
    Parameter { name: "view", flag: "view", meaning: "COMMITMENT, CASH or PNL; PNL when left out" },
    Parameter {
        name: "groupBy",
        flag: "group-by",
        meaning: "What rows are kept apart by: COST_CENTRE, ACCOUNT, TOWER, SITE, PERIOD, or NONE; COST_CENTRE,ACCOUNT \
                  when left out",
    },
    Parameter { name: "orientation", flag: "orientation", meaning: "COST or SALES; COST when left out" },
    Parameter {
        name: "toleranceRate",
        flag: "tolerance-rate",
        meaning: "How far from plan is still on plan, as a fraction of it: 0.02 is 2 %",
    },
    Parameter {
        name: "toleranceAmount",
        flag: "tolerance-amount",
        meaning: "The same as an amount, instead of the fraction; nothing when both are left out",
    },
    Parameter {
        name: "materialityRate",
        flag: "materiality-rate",
        meaning: "From which fraction of the plan on a variance has to be explained; 0.05 when left out",
    },
    Parameter {
        name: "materialityAmount",
        flag: "materiality-amount",
        meaning: "From which amount on, as well; any when left out",
    },
    Parameter {
        name: "rateKind",
        flag: "rate-kind",
        meaning: "Which recorded rates actual figures are converted with: PLAN, SPOT, AVERAGE or CONTRACT; AVERAGE when \
                  left out",
    },
    Parameter {
        name: "reorganisation",
        flag: "reorganisation",
        meaning: "What is done with codes that another took the place of: AS_RECORDED, FROM_DAY or RESTATED; FROM_DAY \
                  when left out",
    },
    Parameter { name: "asOf", flag: "as-of", meaning: "The day from which it is seen; today when left out" },
];

const VIEWS: [(&str, BudgetView); 3] =
    [("COMMITMENT", BudgetView::Commitment), ("CASH", BudgetView::Cash), ("PNL", BudgetView::Pnl)];

const DIMENSIONS: [(&str, Option<Dimension>); 6] = [
    ("COST_CENTRE", Some(Dimension::CostCentre)),
    ("ACCOUNT", Some(Dimension::Account)),
    ("TOWER", Some(Dimension::Tower)),
    ("SITE", Some(Dimension::Site)),
    ("PERIOD", Some(Dimension::Period)),
    ("NONE", None),
];

const ORIENTATIONS: [(&str, Orientation); 2] = [("COST", Orientation::Cost), ("SALES", Orientation::Sales)];

const RATES: [(&str, RateKind); 4] = [
    ("PLAN", RateKind::Plan),
    ("SPOT", RateKind::Spot),
    ("AVERAGE", RateKind::Average),
    ("CONTRACT", RateKind::Contract),
];

const REORGANISATIONS: [(&str, Reorganisation); 3] = [
    ("AS_RECORDED", Reorganisation::AsRecorded),
    ("FROM_DAY", Reorganisation::FromDay),
    ("RESTATED", Reorganisation::Restated),
];

const FIGURES: [&str; 29] = [
    "currency",
    "lines",
    "plan",
    "actual",
    "actual_at_plan_rates",
    "variance",
    "variance_rate",
    "flag",
    "operating",
    "operating_rate",
    "operating_flag",
    "volume",
    "price",
    "exchange",
    "undivided",
    "undivided_because",
    "material",
    "explanation_due",
    "drivers",
    "unexplained",
    "over_explained",
    "explained_volume",
    "explained_price",
    "explained_fx",
    "explained_timing",
    "explained_scope",
    "explained_one_off",
    "explained_error",
    "explanations",
];

pub(super) async fn report(db: &impl Read, asked: &Parameters) -> Result<Report> {
    let question = question(db, asked).await?;
    let answer = variances::ask(db, &question).await.map_err(named)?;
    let (masks, hides_total) = answer.masks(db.caller().may(Permission::ViewPrices));
    let mut rows: Vec<Row> = answer
        .report
        .rows
        .iter()
        .zip(masks)
        .map(|(row, is_hidden)| Row::line(cells("row", row, &answer, is_hidden)))
        .collect();
    rows.push(Row::total(cells("total", &answer.report.total, &answer, hides_total)));
    let names: Vec<&str> = question.dimensions.iter().map(|one| column(*one)).collect();
    let columns = ["row"].into_iter().chain(names.iter().copied()).chain(FIGURES);
    let mut assumptions = answer.assumptions.clone();
    assumptions.push("A row that is hidden is part of the total.".to_owned());
    let report = Report {
        question: about(&question, &answer, &names),
        columns: columns.map(Column::Field).collect(),
        sheets: vec![Sheet { name: "Variance", rows }],
        formulas: vec![
            answer.report.total.total.explain().formula.to_owned(),
            "variance = volume + price + exchange + undivided; operating = variance - exchange".to_owned(),
        ],
        assumptions,
        excluded: answer.excluded(),
        ..Kind::Variance.empty(question.as_of)
    };
    Ok(report.fingerprinted())
}

async fn question(db: &impl Read, asked: &Parameters) -> Result<Question> {
    let tolerated = match (asked.rate("toleranceRate")?, asked.amount("toleranceAmount")?) {
        (Some(_), Some(_)) => {
            return Err(Error::invalid("toleranceAmount", "is given beside toleranceRate: give one of both"));
        }
        (Some(rate), None) => Some(Tolerance::Rate(rate)),
        (None, amount) => amount.map(Tolerance::Amount),
    };
    let mut by = asked.words("groupBy", &DIMENSIONS)?;
    if by.is_empty() {
        by = vec![Some(Dimension::CostCentre), Some(Dimension::Account)];
    }
    let within = |error: Error| match (tolerated, error.field()) {
        (Some(Tolerance::Rate(_)), Some("tolerance")) => error.at("toleranceRate"),
        (Some(Tolerance::Amount(_)), Some("tolerance")) => error.at("toleranceAmount"),
        _ => named(error),
    };
    Ok(Question {
        plan: asked.budget(db, "plan").await?,
        actual: asked.budget(db, "actual").await?,
        from: asked.period("fromPeriod")?.unwrap_or(1),
        through: asked.period("throughPeriod")?,
        view: asked.word("view", &VIEWS)?.unwrap_or(BudgetView::Pnl),
        dimensions: by.into_iter().flatten().collect(),
        orientation: asked.word("orientation", &ORIENTATIONS)?.unwrap_or_default(),
        tolerance: tolerance(tolerated).map_err(within)?,
        materiality: materiality(asked.rate("materialityRate")?, asked.amount("materialityAmount")?)
            .map_err(within)?,
        rate_kind: asked.word("rateKind", &RATES)?.unwrap_or(RateKind::Average),
        reorganisation: asked.word("reorganisation", &REORGANISATIONS)?.unwrap_or_default(),
        as_of: asked.as_of()?,
    })
}

/// What is refused, under the names that it has here.
fn named(error: Error) -> Error {
    match error.field() {
        Some("materiality.rate") => error.at("materialityRate"),
        Some("materiality.amount") => error.at("materialityAmount"),
        _ => error,
    }
}

fn about(question: &Question, answer: &Answer, names: &[&str]) -> Vec<(&'static str, Cell)> {
    let (from, through) = answer.periods;
    let view = match question.view {
        BudgetView::Commitment => MoneyView::Commitment,
        BudgetView::Cash => MoneyView::Cash,
        BudgetView::Pnl => MoneyView::Pnl,
    };
    let reorganised = REORGANISATIONS.iter().find(|(_, known)| *known == question.reorganisation);
    let tolerated = match question.tolerance {
        Tolerance::Amount(amount) => ("toleranceAmount", amount),
        Tolerance::Rate(rate) => ("toleranceRate", rate),
    };
    vec![
        ("plan", Cell::text(&answer.plan.name)),
        ("actual", Cell::text(&answer.actual.name)),
        ("fiscalYear", Cell::count(answer.plan.fiscal_year)),
        ("fromPeriod", Cell::count(from)),
        ("throughPeriod", Cell::count(through)),
        ("view", Cell::text(view_code(view))),
        ("groupBy", Cell::text(names.join(", "))),
        ("orientation", Cell::text(if question.orientation == Orientation::Cost { "COST" } else { "SALES" })),
        (tolerated.0, Cell::Number(tolerated.1)),
        ("materialityRate", Cell::Number(question.materiality.rate)),
        ("materialityAmount", Cell::Number(question.materiality.amount)),
        ("rateKind", Cell::text(question.rate_kind.to_value())),
        ("reorganisation", Cell::any(reorganised, |(word, _)| Cell::text(*word))),
    ]
}

fn column(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::CostCentre => "cost_centre",
        Dimension::Account => "account",
        Dimension::Tower => "tower",
        Dimension::Site => "site",
        Dimension::Period => "period",
        Dimension::View => "view",
        Dimension::Currency => "line_currency",
    }
}

fn value(value: &DimensionValue) -> Cell {
    match value {
        DimensionValue::Name(name) => Cell::text(name),
        DimensionValue::Period(period) => Cell::count(*period),
        DimensionValue::Currency(currency) => Cell::text(currency.code()),
        DimensionValue::View(view) => Cell::text(view_code(*view)),
        DimensionValue::Unassigned => Cell::none(),
    }
}

/// The amounts of a row, unless they are hidden.
struct Shown {
    currency: Currency,
    is_hidden: bool,
}

impl Shown {
    fn money(&self, amount: Decimal) -> Cell {
        if self.is_hidden {
            return Cell::Blank(HIDDEN.into());
        }
        Cell::money(self.currency.round(amount), self.currency)
    }

    fn rate(&self, variance: &Variance) -> Cell {
        match variance.rate {
            _ if self.is_hidden => Cell::Blank(HIDDEN.into()),
            Some(rate) => Cell::Number(rate.round_dp(4)),
            None => Cell::Blank("nothing was planned, so there is no rate".into()),
        }
    }
}

fn cells(word: &str, row: &ReportRow, answer: &Answer, is_hidden: bool) -> Vec<Cell> {
    let currency = answer.report.reporting;
    let shown = Shown { currency, is_hidden };
    // What is held against a plan that is not known is not known either.
    let against = |cell: Cell| match &answer.unplanned {
        Some(reason) => Cell::Blank(reason.clone().into()),
        None => cell,
    };
    let mut cells = vec![Cell::text(word)];
    cells.extend(row.group.iter().map(value));
    cells.resize(answer.dimensions.len() + 1, Cell::none());
    cells.extend([Cell::text(currency.code()), Cell::count(row.planned + row.posted)]);
    let totals = &row.totals;
    cells.push(against(shown.money(totals.plan)));
    cells.extend([totals.actual, totals.at_plan_rates].map(|amount| shown.money(amount)));
    for variance in [&row.total, &row.operating] {
        let flag = Cell::text(variance.flag.code());
        cells.extend([shown.money(variance.amount), shown.rate(variance), flag].map(against));
    }
    let bridge = &row.bridge;
    let causes = [bridge.volume, bridge.price, bridge.exchange, bridge.undivided];
    cells.extend(causes.map(|amount| against(shown.money(amount))));
    let reasons = bridge.gaps.iter().map(|(gap, lines)| format!("{lines}: {}", gap.reason()));
    cells.push(joined(reasons));
    cells.extend([Cell::Flag(row.review.material), Cell::Flag(row.review.is_open())].map(against));
    cells.push(joined(row.review.drivers.keys().map(|driver| driver.code().to_owned())));
    cells.push(against(shown.money(row.review.unexplained)));
    cells.push(against(Cell::Flag(row.review.is_over_explained())));
    let by = |driver| row.review.drivers.get(&driver).copied().unwrap_or_default();
    cells.extend(Driver::ALL.map(|driver| shown.money(by(driver))));
    let said = answer.explained_of(&row.group).map(|one| {
        let driver = one.row.driver.to_value();
        format!("{driver} in period {}, {}: {}", one.row.period, one.row.author, one.row.note)
    });
    cells.push(joined(said));
    cells
}

fn joined(parts: impl Iterator<Item = String>) -> Cell {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { Cell::none() } else { Cell::text(parts.join("; ")) }
}
