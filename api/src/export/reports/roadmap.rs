//! The roadmap as a report: a sheet for each view, with months, fiscal quarters and fiscal years side by side.

use std::collections::BTreeMap;

use forecasting::{
    month::Month,
    roadmap::{MoneyView, Subject},
};
use rust_decimal::Decimal;

use super::{HIDDEN, Kind, Parameter, Parameters, SCENARIO, under, views};
use crate::{
    access::Permission,
    error::Result,
    export::report::{Cell, Column, Report, Row, Sheet},
    roadmap::{
        Dimension, Plan, Question, by_reason, draw, fingerprint,
        masking::hidden_lines,
        periods::{Grain, folded, periods},
        record_count,
        words::{category_word, dimension_column, subject_words, view_code},
    },
    store::Read,
};

/// What the roadmap is asked.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "from", flag: "from", meaning: "First month; that of asOf when left out" },
    Parameter { name: "months", flag: "months", meaning: "Number of months, 1 to 120; 36 when left out" },
    Parameter {
        name: "view",
        flag: "view",
        meaning: "Views of money: COMMITMENT, CASH, PNL; all when left out",
    },
    Parameter {
        name: "currency",
        flag: "currency",
        meaning: "Currency, by its code; may be left out when everything is in one",
    },
    Parameter {
        name: "fiscalCalendar",
        flag: "fiscal-calendar",
        meaning: "Calendar of quarters and years, by name or id; the default one when left out",
    },
    Parameter {
        name: "asOf",
        flag: "as-of",
        meaning: "The day from which the future is seen; today when left out",
    },
    Parameter {
        name: "assumedIndexRate",
        flag: "assumed-index-rate",
        meaning: "How much price indices of contracts rise a year: 0.03 is 3 %; nothing when left out",
    },
    Parameter {
        name: "groupBy",
        flag: "group-by",
        meaning: "What lines are kept apart by: SITE, HARDWARE_KIND, ENVIRONMENT, TIER, OWNER, COST_CENTRE, \
                  BINDING_RULE, PROVIDER, or NONE; SITE when left out",
    },
    Parameter {
        name: "columns",
        flag: "columns",
        meaning: "Which columns: MONTHS, QUARTERS, YEARS; all when left out",
    },
    SCENARIO,
];

const GRAINS: [(&str, Grain); 3] =
    [("MONTHS", Grain::Months), ("QUARTERS", Grain::Quarters), ("YEARS", Grain::Years)];

const DIMENSIONS: [(&str, Option<Dimension>); 9] = [
    ("SITE", Some(Dimension::Site)),
    ("HARDWARE_KIND", Some(Dimension::HardwareKind)),
    ("ENVIRONMENT", Some(Dimension::Environment)),
    ("TIER", Some(Dimension::Tier)),
    ("OWNER", Some(Dimension::Owner)),
    ("COST_CENTRE", Some(Dimension::CostCentre)),
    ("BINDING_RULE", Some(Dimension::BindingRule)),
    ("PROVIDER", Some(Dimension::Provider)),
    ("NONE", None),
];

pub(super) async fn report(db: &impl Read, asked: &Parameters) -> Result<Report> {
    let as_of = asked.as_of()?;
    let months = asked.months()?.unwrap_or(36);
    let mut views_asked = asked.words("view", &views())?;
    if views_asked.is_empty() {
        views_asked.extend(MoneyView::ALL);
    }
    let mut grains = asked.words("columns", &GRAINS)?;
    if grains.is_empty() {
        grains.extend(GRAINS.map(|(_, grain)| grain));
    }
    let mut dimensions = asked.words("groupBy", &DIMENSIONS)?;
    if dimensions.is_empty() {
        dimensions.push(Some(Dimension::Site));
    }
    let question = Question {
        from: asked.month("from")?.unwrap_or(Month::of(as_of)),
        months: u32::try_from(months).unwrap_or_default(),
        currency: asked.currency()?,
        calendar: asked.calendar(db).await?,
        as_of,
        assumed_index_rate: asked.rate("assumedIndexRate")?,
        dimensions: dimensions.into_iter().flatten().collect(),
        uncertainty: None,
        scenario: asked.scenario(db).await?,
    };
    let plan = draw(db, &question).await?;
    let page = Page { plan: &plan, grains, shows_prices: db.caller().may(Permission::ViewPrices) };
    let mut sheets: Vec<Sheet> = views_asked.iter().map(|view| page.sheet(*view)).collect();
    sheets.extend(page.contingency());
    let formulas: std::collections::BTreeSet<&str> = views_asked
        .iter()
        .flat_map(|view| plan.roadmap.lines(*view))
        .flat_map(|(_, _, line)| line.formulas.iter().copied())
        .collect();
    Ok(Report {
        fingerprint: fingerprint(&plan),
        question: about(&plan, &question, &views_asked),
        columns: page.columns(),
        sheets,
        formulas: formulas.into_iter().map(str::to_owned).collect(),
        assumptions: plan.roadmap.assumptions().iter().cloned().collect(),
        excluded: left_out(&plan),
        ..Kind::Roadmap.empty(as_of)
    })
}

fn about(plan: &Plan, question: &Question, views: &[MoneyView]) -> Vec<(&'static str, Cell)> {
    let window = plan.roadmap.window();
    let names = |codes: Vec<&str>| Cell::text(codes.join(", "));
    let mut about = vec![
        ("from", Cell::Month(window.from())),
        ("to", Cell::Month(window.last())),
        ("months", Cell::count(window.months())),
        ("view", names(views.iter().map(|view| view_code(*view)).collect())),
        ("currency", Cell::text(plan.roadmap.currency().code())),
        ("fiscalCalendar", Cell::text(&plan.calendar_name)),
        ("groupBy", names(plan.dimensions.iter().map(|one| dimension_column(*one)).collect())),
        ("assumedIndexRate", Cell::any(question.assumed_index_rate, Cell::Number)),
    ];
    about.extend(under(&question.scenario));
    about.extend(plan.roadmap.coverage().iter().map(|(subject, counted)| {
        let (covered, total) = (counted.covered_count, counted.total_count);
        (
            coverage_of(*subject),
            Cell::text(format!("{covered} of {total} {} with all inputs", subject_words(*subject, 2))),
        )
    }));
    about
}

/// Under which name a report says how many records had their inputs.
fn coverage_of(subject: Subject) -> &'static str {
    match subject {
        Subject::Asset => "coverageOfAssets",
        Subject::ColocationContract => "coverageOfColocationContracts",
        Subject::SupportContract => "coverageOfSupportContracts",
        Subject::Workload => "coverageOfWorkloads",
        Subject::CapacityPool => "coverageOfCapacityPools",
    }
}

fn left_out(plan: &Plan) -> Vec<String> {
    let reasons = by_reason(plan).into_iter();
    let sentence = |((subject, reason), records): ((_, String), Vec<_>)| {
        format!("{} {}: {reason}", records.len(), subject_words(subject, records.len()))
    };
    reasons.map(sentence).collect()
}

/// A plan on its way to its sheets.
struct Page<'a> {
    plan: &'a Plan,
    grains: Vec<Grain>,
    shows_prices: bool,
}

impl Page<'_> {
    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::Field("row"), Column::Field("view"), Column::Field("category")];
        columns.extend(self.plan.dimensions.iter().map(|one| Column::Field(dimension_column(*one))));
        columns.extend([Column::Field("currency"), Column::Field("records")]);
        for grain in &self.grains {
            match grain {
                Grain::Months => columns.extend(self.plan.roadmap.window().iter().map(Column::Month)),
                other => {
                    let periods = periods(self.plan, *other).into_iter();
                    columns.extend(periods.map(|period| Column::Period(period.heading())));
                }
            }
        }
        columns.push(Column::Field("total"));
        columns
    }

    fn sheet(&self, view: MoneyView) -> Sheet {
        let plan = self.plan;
        let code = view_code(view);
        let lines: Vec<_> = plan.roadmap.lines(view).collect();
        let hidden = if self.shows_prices {
            vec![false; lines.len()]
        } else {
            hidden_lines(plan, lines.iter().map(|(category, _, line)| (*category, &line.records)))
        };
        let mut rows = Vec::new();
        for ((category, key, line), is_hidden) in lines.into_iter().zip(hidden) {
            let keys = key.iter().map(|value| Cell::any(value.as_deref(), Cell::text)).collect();
            let head = self.head("line", code, category_word(category), keys);
            let amounts = (!is_hidden).then(|| line.amounts());
            let records = Cell::count(record_count(plan, &line.records));
            rows.push(Row::line(self.cells(head, records, amounts.as_deref())));
        }
        for category in forecasting::roadmap::Category::ALL {
            let amounts = plan.roadmap.category_months(view, category);
            if amounts.iter().any(|amount| !amount.is_zero()) {
                let head = self.head("category", code, category_word(category), Vec::new());
                rows.push(Row::total(self.cells(head, Cell::none(), Some(&amounts))));
            }
        }
        let head = self.head("total", code, "", Vec::new());
        rows.push(Row::total(self.cells(head, Cell::none(), Some(&plan.roadmap.months(view)))));
        Sheet { name: code, rows }
    }

    /// What is planned for the unforeseen, by the month of the order: it is in no view.
    fn contingency(&self) -> Option<Sheet> {
        let mut months: BTreeMap<Month, Decimal> = BTreeMap::new();
        for ((_, month), amount) in self.plan.roadmap.contingency() {
            *months.entry(*month).or_default() += *amount;
        }
        if months.is_empty() {
            return None;
        }
        let window = self.plan.roadmap.window();
        let amounts: Vec<Decimal> =
            window.iter().map(|month| months.get(&month).copied().unwrap_or_default()).collect();
        let head = self.head("contingency", "", "", Vec::new());
        let row = Row::total(self.cells(head, Cell::none(), Some(&amounts)));
        Some(Sheet { name: "CONTINGENCY", rows: vec![row] })
    }

    fn head(&self, row: &str, view: &str, category: &str, keys: Vec<Cell>) -> Vec<Cell> {
        let word = |word: &str| if word.is_empty() { Cell::none() } else { Cell::text(word) };
        let mut head = vec![word(row), word(view), word(category)];
        head.extend(keys);
        head.resize(self.plan.dimensions.len() + 3, Cell::none());
        head
    }

    fn cells(&self, mut head: Vec<Cell>, records: Cell, amounts: Option<&[Decimal]>) -> Vec<Cell> {
        let currency = self.plan.roadmap.currency();
        head.extend([Cell::text(currency.code()), records]);
        let money = |amount: Decimal| Cell::money(self.plan.shown(amount), currency);
        let Some(amounts) = amounts else {
            head.resize(self.columns().len(), Cell::Blank(HIDDEN.into()));
            return head;
        };
        for grain in &self.grains {
            head.extend(folded(self.plan, amounts, *grain).into_iter().map(money));
        }
        head.push(money(amounts.iter().sum()));
        head
    }
}
