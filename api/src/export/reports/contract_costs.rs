//! What colocation contracts cost as a report: a sheet for each view, with a line for each contract and a sum for each
//! currency, and one with what is billed, charge by charge.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use entity::contracts::{colocation_charge, colocation_contract};
use forecasting::{
    money::Currency,
    month::Month,
    roadmap::{MoneyView, Window},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Kind, Parameter, Parameters, SCENARIO, under, views};
use crate::{
    contracts::{
        colocation_charges, colocation_contracts,
        costs::{self, MOST_MONTHS, require_index_rate},
        decisions::Priced,
    },
    error::{Error, Result},
    export::report::{Cell, Column, Report, Row, Sheet},
    finance::price_index_values::PublishedIndices,
    roadmap::words::view_code,
    rules::{require_plausible, require_range},
    scenarios::{Exit, Overlay},
    schema::scalar::shown,
    store::Read,
};

/// What the costs of contracts are asked.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "from", flag: "from", meaning: "First month; that of asOf when left out" },
    Parameter { name: "months", flag: "months", meaning: "Number of months, 1 to 600; 36 when left out" },
    Parameter {
        name: "contracts",
        flag: "contracts",
        meaning: "Which contracts, by number; all when left out",
    },
    Parameter {
        name: "view",
        flag: "view",
        meaning: "Views of money: COMMITMENT, CASH, PNL; all when left out",
    },
    Parameter { name: "asOf", flag: "as-of", meaning: "The day that the file is of; today when left out" },
    Parameter {
        name: "assumedIndexRate",
        flag: "assumed-index-rate",
        meaning: "How much price indices rise a year: 0.03 is 3 %; what follows one is blank when left out",
    },
    SCENARIO,
];

const WORDS: [&str; 6] = ["row", "view", "contract", "charge", "charge_kind", "currency"];

/// A contract with its price sheet, and how the scenario leaves it.
type Agreed = (colocation_contract::Model, Vec<colocation_charge::Model>, Exit);

struct Page {
    contracts: Vec<Agreed>,
    published: PublishedIndices,
    from: Month,
    months: i32,
    rate: Option<Decimal>,
    scenario: Arc<Overlay>,
    assumptions: BTreeSet<String>,
    formulas: BTreeSet<String>,
    excluded: Vec<String>,
}

pub(super) async fn report(db: &impl Read, asked: &Parameters) -> Result<Report> {
    let as_of = asked.as_of()?;
    require_plausible("asOf", Some(as_of))?;
    let from = asked.month("from")?.unwrap_or(Month::of(as_of));
    require_plausible("from", Some(from.first_day()))?;
    let months = asked.months()?.unwrap_or(36);
    require_range("months", months, 1, MOST_MONTHS)?;
    let rate = asked.rate("assumedIndexRate")?;
    require_index_rate(rate)?;
    let mut views_asked = asked.words("view", &views())?;
    if views_asked.is_empty() {
        views_asked.extend(MoneyView::ALL);
    }
    let scenario = asked.scenario(db).await?;
    let mut contracts = contracts(db, &asked.list("contracts")?).await?;
    let sites = match scenario.leaves_a_site() {
        true => {
            let ids = contracts.iter().map(|(contract, ..)| contract.id).collect();
            colocation_contracts::sites_of(db, ids).await?
        }
        false => HashMap::new(),
    };
    for (contract, charges, exit) in &mut contracts {
        scenario.notice(contract, charges, as_of);
        let sites = sites.get(&contract.id).map_or(&[][..], Vec::as_slice);
        *exit = scenario.exit(contract, charges, sites, as_of)?;
    }
    let series = contracts.iter().flat_map(|(contract, charges, _)| costs::series(contract, charges));
    let published = PublishedIndices::read(db, series, as_of).await?;
    let mut page = Page {
        contracts,
        published,
        from,
        months,
        rate,
        scenario,
        assumptions: BTreeSet::new(),
        formulas: BTreeSet::new(),
        excluded: Vec::new(),
    };
    let mut sheets = Vec::new();
    for view in &views_asked {
        sheets.push(page.sheet(*view)?);
    }
    sheets.push(page.charges()?);
    let window = Window::new(from, months.unsigned_abs()).map_err(|cause| Error::invalid("months", cause))?;
    let columns = WORDS.iter().map(|name| Column::Field(name)).chain(window.iter().map(Column::Month));
    let codes: Vec<&str> = views_asked.iter().map(|view| view_code(*view)).collect();
    let mut question = vec![
        ("from", Cell::Month(from)),
        ("to", Cell::Month(window.last())),
        ("months", Cell::count(months)),
        ("contracts", Cell::text(asked.text("contracts").unwrap_or("all"))),
        ("view", Cell::text(codes.join(", "))),
        ("assumedIndexRate", Cell::any(rate, Cell::Number)),
    ];
    question.extend(under(&page.scenario));
    let report = Report {
        question,
        columns: columns.chain([Column::Field("total")]).collect(),
        sheets,
        formulas: page.formulas.into_iter().collect(),
        assumptions: page.assumptions.into_iter().collect(),
        excluded: page.excluded,
        ..Kind::ContractCosts.empty(as_of)
    };
    Ok(report.fingerprinted())
}

/// Contracts by number with their price sheets, by two statements.
async fn contracts(db: &impl Read, numbers: &[&str]) -> Result<Vec<Agreed>> {
    let mut query = colocation_contract::Entity::find().order_by_asc(colocation_contract::Column::Number);
    if !numbers.is_empty() {
        query = query.filter(colocation_contract::Column::Number.is_in(numbers.iter().copied()));
    }
    let found = query.all(db).await?;
    if let Some(number) = numbers.iter().find(|number| !found.iter().any(|one| one.number == **number)) {
        let message = format!("there is no colocation contract with the number {}", shown(number));
        return Err(Error::invalid("contracts", message));
    }
    let ids = found.iter().map(|contract| contract.id).collect();
    let mut sheets = colocation_charges::of_contracts(db, ids).await?;
    Ok(found
        .into_iter()
        .map(|contract| {
            let charges = sheets.remove(&contract.id).unwrap_or_default();
            (contract, charges, Exit::default())
        })
        .collect())
}

impl Page {
    /// What the contracts cost in a view.
    fn sheet(&mut self, view: MoneyView) -> Result<Sheet> {
        let mut rows = Vec::new();
        let mut sums = Sums::default();
        for (contract, charges, exit) in &self.contracts {
            let currency = currency(&contract.currency)?;
            let schedule = Priced::new(contract, charges, &self.published, self.rate, &self.scenario)
                .and_then(|priced| {
                    priced.with_exit(exit.clone()).schedule(self.from, self.months, view, None)
                });
            let mut cells = head("contract", Some(view), &contract.number, currency);
            match schedule {
                Ok(schedule) => {
                    let amounts: Vec<Option<Decimal>> = schedule.months.iter().map(|(_, it)| *it).collect();
                    let reason = schedule.reason.as_deref();
                    cells.extend(amounts.iter().map(|of_month| amount(*of_month, reason, currency)));
                    cells.push(amount(schedule.total, reason, currency));
                    self.assumptions.extend(schedule.explanation.assumptions);
                    self.formulas.extend(
                        Some(schedule.explanation.formula.to_owned()).filter(|formula| !formula.is_empty()),
                    );
                    if let Some(reason) = reason {
                        note(&mut self.excluded, format!("contract {}: {reason}", contract.number));
                    }
                    sums.add(currency, &amounts);
                }
                Err(cause @ (Error::Internal(_) | Error::Unavailable(_))) => return Err(cause),
                Err(cause) => {
                    let reason = format!("contract {}: {cause}", contract.number);
                    note(&mut self.excluded, reason.clone());
                    cells.resize(self.width(), Cell::Blank(reason.into()));
                    sums.add(currency, &vec![None; usize::try_from(self.months).unwrap_or_default()]);
                }
            }
            rows.push(Row::line(cells));
        }
        for (currency, sum) in sums.0 {
            let mut cells = head("total", Some(view), "", currency);
            let reason = Some("a contract could not be computed");
            cells.extend(sum.iter().map(|of_month| amount(*of_month, reason, currency)));
            cells.push(amount(sum.iter().copied().sum(), reason, currency));
            rows.push(Row::total(cells));
        }
        Ok(Sheet { name: view_code(view), rows })
    }

    /// What is billed, charge by charge.
    fn charges(&mut self) -> Result<Sheet> {
        let mut rows = Vec::new();
        for (contract, charges, exit) in &self.contracts {
            let currency = currency(&contract.currency)?;
            let span = (self.from, self.months);
            let cost =
                costs::monthly(contract, charges, span, &self.published, self.rate, &self.scenario, exit);
            let cost = match cost {
                Ok(cost) => cost,
                Err(cause @ (Error::Internal(_) | Error::Unavailable(_))) => return Err(cause),
                Err(cause) => {
                    let mut cells = head("contract", None, &contract.number, currency);
                    cells.resize(self.width(), Cell::Blank(cause.to_string().into()));
                    rows.push(Row::line(cells));
                    continue;
                }
            };
            for (place, charge) in charges.iter().enumerate() {
                let lines: Vec<&costs::CostLine> =
                    cost.months.iter().filter_map(|month| month.lines.get(place)).collect();
                let mut cells = head("charge", None, &contract.number, currency);
                if let [_, _, _, text, kind, ..] = cells.as_mut_slice() {
                    *text = Cell::text(charge.description.clone().unwrap_or_else(|| (place + 1).to_string()));
                    *kind = Cell::text(charge.kind.to_value());
                }
                cells.extend(lines.iter().map(|line| amount(line.amount, line.reason.as_deref(), currency)));
                let total: Option<Decimal> = lines.iter().map(|line| line.amount).sum();
                let reason = lines.iter().find_map(|line| line.reason.as_deref());
                cells.push(amount(total, reason, currency));
                rows.push(Row::line(cells));
            }
            let mut cells = head("contract", None, &contract.number, currency);
            let reason = "a charge could not be computed";
            cells.extend(cost.months.iter().map(|month| amount(month.total, Some(reason), currency)));
            cells.push(amount(cost.total, Some(reason), currency));
            rows.push(Row::line(cells));
            self.assumptions.extend(cost.explanation.assumptions);
        }
        Ok(Sheet { name: "CHARGES", rows })
    }

    fn width(&self) -> usize {
        WORDS.len() + usize::try_from(self.months).unwrap_or_default() + 1
    }
}

/// Notes once what could not be computed.
fn note(excluded: &mut Vec<String>, reason: String) {
    if !excluded.contains(&reason) {
        excluded.push(reason);
    }
}

fn currency(code: &str) -> Result<Currency> {
    Currency::from_code(code).map_err(|cause| Error::invalid("contracts", cause))
}

fn amount(amount: Option<Decimal>, reason: Option<&str>, currency: Currency) -> Cell {
    match amount {
        Some(amount) => Cell::money(amount, currency),
        None => Cell::Blank(reason.unwrap_or("an input is missing").to_owned().into()),
    }
}

fn head(row: &'static str, view: Option<MoneyView>, contract: &str, currency: Currency) -> Vec<Cell> {
    vec![
        Cell::text(row),
        Cell::text(view.map_or("BILLED", view_code)),
        Cell::any(Some(contract).filter(|number| !number.is_empty()), Cell::text),
        Cell::none(),
        Cell::none(),
        Cell::text(currency.code()),
    ]
}

/// Months by currency; nothing where a contract of it could not be computed.
#[derive(Default)]
struct Sums(BTreeMap<Currency, Vec<Option<Decimal>>>);

impl Sums {
    fn add(&mut self, currency: Currency, amounts: &[Option<Decimal>]) {
        match self.0.get_mut(&currency) {
            None => {
                self.0.insert(currency, amounts.to_vec());
            }
            Some(sums) => {
                for (sum, amount) in sums.iter_mut().zip(amounts) {
                    *sum = sum.zip(*amount).map(|(sum, amount)| sum + amount);
                }
            }
        }
    }
}
