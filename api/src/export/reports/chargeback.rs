//! Journals that charge pools out to those who bear them, as a report: debits and credits, month by month.

use forecasting::{money::Currency, month::Month};
use rust_decimal::Decimal;

use super::{Kind, Parameter, Parameters, SCENARIO, under};
use crate::{
    error::{Error, Result},
    export::report::{Cell, Column, Report, Row, Sheet},
    finance::{
        allocations::{self, Answer, Costs, Months, Question},
        journals::{self, Journal, Line},
    },
    store::Read,
};

/// What a chargeback is asked.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "model", flag: "model", meaning: "The allocation model, by name or id" },
    Parameter { name: "from", flag: "from", meaning: "First month; that of asOf when left out" },
    Parameter { name: "months", flag: "months", meaning: "Number of months, 1 to 120; 12 when left out" },
    Parameter {
        name: "account",
        flag: "account",
        meaning: "Code of the account that all lines are posted to; none when left out",
    },
    Parameter {
        name: "currency",
        flag: "currency",
        meaning: "Currency, by its code; may be left out when everything is in one",
    },
    Parameter {
        name: "assumedIndexRate",
        flag: "assumed-index-rate",
        meaning: "How much price indices of contracts rise a year: 0.03 is 3 %; nothing when left out",
    },
    Parameter {
        name: "asOf",
        flag: "as-of",
        meaning: "The day from which the future is seen; today when left out",
    },
    SCENARIO,
];

const COLUMNS: [&str; 13] = [
    "row",
    "month",
    "fiscal_year",
    "period",
    "side",
    "node",
    "counterpart",
    "cost_centre",
    "account",
    "currency",
    "debit",
    "credit",
    "text",
];

pub(super) async fn report(db: &impl Read, asked: &Parameters) -> Result<Report> {
    let as_of = asked.as_of()?;
    let months = Months {
        from: asked.month("from")?.unwrap_or(Month::of(as_of)),
        months: u32::try_from(asked.months()?.unwrap_or(12)).unwrap_or_default(),
        as_of,
        assumed_index_rate: asked.rate("assumedIndexRate")?,
        scenario: asked.scenario(db).await?,
    };
    let scenario = under(&months.scenario);
    let question = Question {
        model: asked.allocation_model(db).await?,
        costs: Costs::Roadmap(months.clone()),
        currency: asked.currency()?,
    };
    let account = asked.text("account");
    let answer = allocations::answer(db, &question).await.map_err(named)?;
    let journals = journals::of(db, &answer, account).await?;
    let rows = journals.iter().flat_map(|journal| rows(journal, account, answer.currency)).collect();
    let mut about = vec![
        ("model", Cell::text(&answer.model.name)),
        ("from", Cell::Month(months.from)),
        ("months", Cell::count(months.months)),
        ("account", Cell::any(account, Cell::text)),
        ("currency", Cell::text(answer.currency.code())),
        ("assumedIndexRate", Cell::any(months.assumed_index_rate, Cell::Number)),
    ];
    about.extend(scenario);
    let report = Report {
        question: about,
        columns: COLUMNS.map(Column::Field).into(),
        sheets: vec![Sheet { name: "Chargeback", rows }],
        formulas: vec![
            "charge = cost of the pool in the month x what the receiver bears of the pool".to_owned(),
        ],
        assumptions: assumptions(&answer),
        excluded: answer.excluded.iter().cloned().collect(),
        ..Kind::Chargeback.empty(as_of)
    };
    Ok(report.fingerprinted())
}

/// What is refused, under the names that it has here.
fn named(error: Error) -> Error {
    let field = error.field().and_then(|field| field.strip_prefix("roadmap.")).map(str::to_owned);
    match field {
        Some(field) => error.at(&field),
        None => error,
    }
}

fn assumptions(answer: &Answer) -> Vec<String> {
    let said = [
        "Pools are divided to the minor unit by the largest remainder in each month; everybody is charged in all what \
         the allocation of all months says.",
        "What nobody bears stays with its pool, and what somebody costs directly stays there: neither is posted.",
        "A node is posted to the cost centre that has its name as its code, or else as its name.",
        "Computed anew: what was submitted, approved and posted is in `chargebacks`.",
    ];
    answer.assumptions.iter().cloned().chain(said.map(str::to_owned)).collect()
}

fn rows(journal: &Journal, account: Option<&str>, currency: Currency) -> Vec<Row> {
    let when = || {
        [
            Cell::any(journal.month, Cell::Month),
            Cell::any(journal.period, |(year, _)| Cell::count(year)),
            Cell::any(journal.period, |(_, period)| Cell::count(period)),
        ]
    };
    let lines = journal.lines.iter().map(|line| {
        let mut cells = vec![Cell::text("line")];
        cells.extend(when());
        cells.extend(placed(line, account));
        cells.push(Cell::text(currency.code()));
        cells.extend(sides(
            line.is_debit.then_some(line.amount),
            (!line.is_debit).then_some(line.amount),
            currency,
        ));
        cells.push(Cell::text(&line.text));
        Row::line(cells)
    });
    let mut total = vec![Cell::text("total")];
    total.extend(when());
    total.extend(std::iter::repeat_with(Cell::none).take(5));
    total.push(Cell::text(currency.code()));
    total.extend(sides(Some(journal.total), Some(journal.total), currency));
    total.push(Cell::any(journal.closed.as_deref(), |closed| {
        Cell::text(format!("not to be posted: {closed}"))
    }));
    lines.chain([Row::total(total)]).collect()
}

fn placed(line: &Line, account: Option<&str>) -> [Cell; 5] {
    [
        Cell::text(if line.is_debit { "DEBIT" } else { "CREDIT" }),
        Cell::text(&line.node),
        Cell::text(&line.counterpart),
        match &line.cost_centre {
            Ok(code) => Cell::text(code),
            Err(reason) => Cell::Blank(reason.clone().into()),
        },
        Cell::any(account, Cell::text),
    ]
}

fn sides(debit: Option<Decimal>, credit: Option<Decimal>, currency: Currency) -> [Cell; 2] {
    [debit, credit].map(|amount| Cell::any(amount, |amount| Cell::money(amount, currency)))
}
