//! The decision calendar as a report: what happens on which day, and what silence costs.

use std::sync::Arc;

use chrono::Months;
use forecasting::colocation::EventKind;
use sea_orm::Condition;

use super::{HIDDEN, Kind, Parameter, Parameters, SCENARIO, under};
use crate::{
    access::Permission,
    contracts::{
        calendar::{self, Agreement, Calendar, Entry, Question},
        decisions::Exposure,
    },
    error::{Error, Result},
    export::report::{Cell, Column, Report, Row, Sheet},
    store::Read,
};

/// What the calendar is asked.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "from", flag: "from", meaning: "First day; that of asOf when left out" },
    Parameter {
        name: "to",
        flag: "to",
        meaning: "Last day, at most 3,660 days later; three years later when left out",
    },
    Parameter {
        name: "asOf",
        flag: "as-of",
        meaning: "The day from which deadlines are counted; today when left out",
    },
    Parameter {
        name: "kinds",
        flag: "kinds",
        meaning: "Which kinds of events, such as NOTICE_DEADLINE; all when left out",
    },
    Parameter {
        name: "contracts",
        flag: "contracts",
        meaning: "What about: COLOCATION and SUPPORT contracts, CLOUD commitments, an OFFER; all when left out",
    },
    Parameter {
        name: "assumedIndexRate",
        flag: "assumed-index-rate",
        meaning: "How much price indices rise a year: 0.03 is 3 %; not assumed when left out",
    },
    SCENARIO,
];

/// What events are about.
const SUBJECTS: [&str; 4] = ["COLOCATION", "SUPPORT", "CLOUD", "OFFER"];

const KINDS: [EventKind; 12] = [
    EventKind::WindowOpen,
    EventKind::RfpStart,
    EventKind::DecisionDue,
    EventKind::NoticeDeadline,
    EventKind::ExitStart,
    EventKind::TermEnd,
    EventKind::AutoRenewed,
    EventKind::Escalation,
    EventKind::RampStep,
    EventKind::AbatementEnd,
    EventKind::DisputeDeadline,
    EventKind::PriceHoldExpiry,
];

const COLUMNS: [&str; 18] = [
    "date",
    "kind",
    "contract",
    "contract_kind",
    "owner",
    "charge",
    "term",
    "notice_deadline",
    "days_left",
    "alert",
    "renewal",
    "renewal_starts_on",
    "renewal_ends_on",
    "currency",
    "cost_of_silence",
    "estimated",
    "bound",
    "reason",
];

pub(super) async fn report(db: &impl Read, asked: &Parameters) -> Result<Report> {
    let as_of = asked.as_of()?;
    let from = asked.date("from")?.unwrap_or(as_of);
    let to = match asked.date("to")? {
        Some(to) => to,
        None => from
            .checked_add_months(Months::new(36))
            .ok_or_else(|| Error::invalid("from", format!("{from} is not a day that is planned for")))?,
    };
    let kinds = asked.words("kinds", &KINDS.map(|kind| (kind.code(), kind)))?;
    let contracts = asked.words("contracts", &SUBJECTS.map(|subject| (subject, subject)))?;
    let wants = |subject| contracts.is_empty() || contracts.contains(&subject);
    let [colocation, support, cloud, offers] = SUBJECTS.map(wants);
    let rate = asked.rate("assumedIndexRate")?;
    let scenario = asked.scenario(db).await?;
    let question = Question {
        from,
        to,
        as_of,
        kinds: Some(kinds).filter(|kinds| !kinds.is_empty()),
        assumed_index_rate: rate,
        colocation: colocation.then(Condition::all),
        support: support.then(Condition::all),
        cloud: cloud && db.caller().may(Permission::ViewCloud),
        offers,
        scenario: Arc::clone(&scenario),
    };
    let calendar = calendar::read(db, question).await?;
    let shows_prices = db.caller().may(Permission::ViewPrices);
    let rows = calendar.entries.iter().map(|entry| row(&calendar, entry, as_of, shows_prices)).collect();
    let mut question = vec![("from", Cell::Date(from)), ("to", Cell::Date(to))];
    for name in ["kinds", "contracts"] {
        question.push((name, Cell::text(asked.text(name).unwrap_or("all"))));
    }
    question.push(("assumedIndexRate", Cell::any(rate, Cell::Number)));
    question.extend(under(&scenario));
    let report = Report {
        question,
        columns: COLUMNS.iter().map(|name| Column::Field(name)).collect(),
        sheets: vec![Sheet { name: "Calendar", rows }],
        formulas: vec![calendar.explanation.formula.to_owned()],
        assumptions: calendar.explanation.assumptions.iter().cloned().collect(),
        excluded: calendar.excluded.clone(),
        ..Kind::ContractCalendar.empty(as_of)
    };
    Ok(report.fingerprinted())
}

fn row(calendar: &Calendar, entry: &Entry, as_of: chrono::NaiveDate, shows_prices: bool) -> Row {
    let (kind, owner) = match entry.agreement {
        Agreement::Colocation(place) => {
            ("COLOCATION", calendar.colocation.get(place).and_then(|one| one.owner.as_deref()))
        }
        Agreement::Support(place) => {
            ("SUPPORT", calendar.support.get(place).and_then(|one| one.owner.as_deref()))
        }
        Agreement::Cloud(place) => ("CLOUD", calendar.cloud.get(place).and_then(|one| one.owner.as_deref())),
        Agreement::None => ("OFFER", None),
    };
    let charge = entry.charge.as_ref();
    let charge =
        charge.map(|charge| charge.description.clone().unwrap_or_else(|| charge.position.to_string()));
    let mut cells = vec![
        Cell::Date(entry.event.date),
        Cell::text(entry.event.kind.code()),
        Cell::text(&entry.label),
        Cell::text(kind),
        Cell::any(owner, Cell::text),
        Cell::any(charge, Cell::text),
        Cell::any(entry.event.term, Cell::count),
        Cell::any(entry.deadline, Cell::Date),
        Cell::any(entry.deadline, |deadline| Cell::Whole((deadline - as_of).num_days())),
        Cell::any(entry.alert, |alert| Cell::text(alert.code())),
    ];
    match &entry.exposure {
        Some(exposure) => cells.extend(silence(exposure, shows_prices)),
        None => cells.resize(COLUMNS.len() - 1, Cell::none()),
    }
    cells.push(Cell::text(&entry.event.reason));
    Row::line(cells)
}

fn silence(exposure: &Exposure, shows_prices: bool) -> [Cell; 7] {
    let term = exposure.renewal.term;
    let cost = match exposure.cost {
        _ if !shows_prices => Cell::Blank(HIDDEN.into()),
        Some(cost) => Cell::money(cost.amount, cost.currency),
        None => {
            let reason = exposure.reason.clone().unwrap_or_else(|| "what it costs is not known".to_owned());
            Cell::Blank(reason.into())
        }
    };
    let currency = exposure.cost.filter(|_| shows_prices).map(|cost| cost.currency.code());
    [
        Cell::count(term.number),
        Cell::Date(term.start),
        Cell::Date(term.end),
        Cell::any(currency, Cell::text),
        cost,
        Cell::Flag(exposure.explanation.estimated),
        Cell::Flag(exposure.renewal.bound),
    ]
}
