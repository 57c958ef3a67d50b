//! `plinth roadmap`: the table that goes into a board paper.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use clap::Args;
use comfy_table::{Cell, CellAlignment, Table, presets};
use forecasting::{
    money::Currency,
    month::Month,
    roadmap::{Category, MoneyView},
};
use rust_decimal::Decimal;

use super::{DatabaseSettings, Failure, Ids, Role, connect};
use crate::{
    access::{Caller, Permission},
    error::Error,
    roadmap::{Dimension, Plan, Question, draw, year_label},
    server,
};

#[derive(Debug, Args)]
pub(super) struct RoadmapArguments {
    /// First month, such as 2027-01; the month of --as-of when left out.
    #[arg(long)]
    from: Option<Month>,
    /// Number of months, 1 to 120.
    #[arg(long, default_value_t = 36)]
    months: u32,
    /// Which event places an amount in a month.
    #[arg(long, value_enum, default_value_t = View::Pnl)]
    view: View,
    /// Currency of the answer; may be left out when everything is in one.
    #[arg(long, value_parser = parse_currency)]
    currency: Option<Currency>,
    /// The day from which the future is seen; today when left out.
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// Columns of the table.
    #[arg(long, value_enum, default_value_t = Columns::Years)]
    columns: Columns,
    /// Keep lines apart by site as well.
    #[arg(long)]
    by_site: bool,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum View {
    /// When it is committed.
    Commitment,
    /// When it is paid.
    Cash,
    /// When it is recognised as expense.
    Pnl,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Columns {
    /// A column for each fiscal year.
    Years,
    /// A column for each fiscal quarter.
    Quarters,
    /// A column for each month.
    Months,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Format {
    /// For people.
    Table,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

/// Prints the roadmap.
pub(super) async fn print(arguments: &RoadmapArguments, database: &DatabaseSettings) -> Result<(), Failure> {
    let store = connect(database, Ids::random()).await?;
    let now = server::now();
    let as_of = arguments.as_of.unwrap_or_else(|| now.date_naive());
    let reader = store.read(&Caller::system(Role::Director, now), Permission::ViewTotals)?;
    let question = Question {
        from: arguments.from.unwrap_or_else(|| Month::of(as_of)),
        months: arguments.months,
        currency: arguments.currency,
        calendar: None,
        as_of,
        assumed_index_rate: None,
        dimensions: if arguments.by_site { vec![Dimension::Site] } else { Vec::new() },
    };
    let plan = draw(&reader, &question).await?;
    let view = match arguments.view {
        View::Commitment => MoneyView::Commitment,
        View::Cash => MoneyView::Cash,
        View::Pnl => MoneyView::Pnl,
    };
    let sheet = Sheet::of(&plan, view, arguments.columns);
    match arguments.format {
        Format::Table => print_table(&plan, view, &sheet),
        Format::Csv => println!("{}", sheet.csv()?),
        Format::Json => {
            println!("{}", serde_json::to_string_pretty(&sheet.json(&plan, view)).map_err(Error::internal)?);
        }
    }
    Ok(())
}

fn parse_currency(code: &str) -> Result<Currency, String> {
    Currency::from_code(code).map_err(|cause| cause.to_string())
}

/// Rows and columns of text and amounts, whatever they are printed as.
struct Sheet {
    periods: Vec<String>,
    rows: Vec<Row>,
    totals: Vec<Decimal>,
}

struct Row {
    category: &'static str,
    site: Option<String>,
    amounts: Vec<Decimal>,
}

impl Sheet {
    fn of(plan: &Plan, view: MoneyView, columns: Columns) -> Self {
        let periods = folded(plan, &plan.roadmap.months(view), columns);
        let rows = plan.roadmap.lines(view).map(|(category, key, line)| Row {
            category: spoken(category),
            site: plan
                .position(Dimension::Site)
                .map(|place| key.get(place).and_then(Option::as_deref).unwrap_or("shared").to_owned()),
            amounts: folded(plan, &line.amounts, columns).into_values().map(|(_, amount)| amount).collect(),
        });
        let rows = rows.collect();
        let (names, totals) = periods.into_values().unzip();
        Self { periods: names, rows, totals }
    }

    fn csv(&self) -> Result<String, Failure> {
        let mut lines = vec![self.header().join(",")];
        for row in &self.rows {
            let site = row.site.iter().map(String::as_str);
            let amounts: Vec<_> = row.amounts.iter().map(ToString::to_string).collect();
            let mut cells: Vec<&str> = std::iter::once(row.category).chain(site).collect();
            cells.extend(amounts.iter().map(String::as_str));
            lines.push(crate::export::csv::line(&cells));
        }
        Ok(lines.join("\n"))
    }

    fn header(&self) -> Vec<String> {
        let site = self.has_sites().then(|| "site".to_owned());
        std::iter::once("category".to_owned()).chain(site).chain(self.periods.iter().cloned()).collect()
    }

    fn has_sites(&self) -> bool {
        self.rows.iter().any(|row| row.site.is_some())
    }

    fn json(&self, plan: &Plan, view: MoneyView) -> serde_json::Value {
        let amounts = |amounts: &[Decimal]| -> serde_json::Map<String, serde_json::Value> {
            let pairs = self.periods.iter().zip(amounts);
            pairs.map(|(period, amount)| (period.clone(), amount.to_string().into())).collect()
        };
        let rows: Vec<_> = self
            .rows
            .iter()
            .map(|row| serde_json::json!({ "category": row.category, "site": row.site, "amounts": amounts(&row.amounts) }))
            .collect();
        serde_json::json!({
            "asOf": plan.as_of.to_string(),
            "view": format!("{view:?}").to_uppercase(),
            "currency": plan.roadmap.currency().code(),
            "fiscalCalendar": plan.calendar_name,
            "lines": rows,
            "totals": amounts(&self.totals),
            "assumptions": plan.roadmap.assumptions(),
        })
    }
}

/// Amounts by period, in the order of time, with the name of the period.
fn folded(plan: &Plan, amounts: &[Decimal], columns: Columns) -> BTreeMap<(i32, u32), (String, Decimal)> {
    let roadmap = &plan.roadmap;
    match columns {
        Columns::Years => {
            let years = roadmap.years(amounts, &plan.calendar).into_iter();
            years.map(|(year, amount)| ((year, 0), (year_label(year), plan.shown(amount)))).collect()
        }
        Columns::Quarters => {
            let quarters = roadmap.quarters(amounts, &plan.calendar).into_iter();
            let name = |(year, quarter): (i32, u32)| format!("{} Q{quarter}", year_label(year));
            quarters.map(|(period, amount)| (period, (name(period), plan.shown(amount)))).collect()
        }
        Columns::Months => {
            let months = roadmap.window().iter().zip(amounts);
            months
                .map(|(month, amount)| {
                    ((month.year(), month.number()), (month.to_string(), plan.shown(*amount)))
                })
                .collect()
        }
    }
}

fn print_table(plan: &Plan, view: MoneyView, sheet: &Sheet) {
    let window = plan.roadmap.window();
    let spoken_view = match view {
        MoneyView::Commitment => "commitment",
        MoneyView::Cash => "cash",
        MoneyView::Pnl => "profit and loss",
    };
    println!(
        "Infrastructure roadmap {} to {}, {spoken_view}, {}, as of {}",
        window.from(),
        window.last(),
        plan.roadmap.currency(),
        plan.as_of
    );
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let heads = sheet.header().into_iter().enumerate();
    let texts = 1 + usize::from(sheet.has_sites());
    table.set_header(
        heads
            .map(|(place, head)| if place < texts { Cell::new(head) } else { right(head) })
            .chain([right("total".into())]),
    );
    for row in &sheet.rows {
        let site = row.site.clone().map(Cell::new);
        let amounts = row.amounts.iter().map(|amount| right(grouped(*amount)));
        let total = right(grouped(row.amounts.iter().sum()));
        table.add_row(std::iter::once(Cell::new(row.category)).chain(site).chain(amounts).chain([total]));
    }
    let blank = sheet.has_sites().then(|| Cell::new(""));
    let totals = sheet.totals.iter().map(|amount| right(grouped(*amount)));
    let total = right(grouped(sheet.totals.iter().sum()));
    table.add_row(std::iter::once(Cell::new("total")).chain(blank).chain(totals).chain([total]));
    println!("{table}");
    for (subject, coverage) in plan.roadmap.coverage() {
        let share = coverage.count_ratio().unwrap_or_default() * Decimal::ONE_HUNDRED;
        println!(
            "{}: {} of {} with all inputs ({} %)",
            format!("{subject:?}").to_lowercase(),
            coverage.covered_count,
            coverage.total_count,
            share.round_dp(1)
        );
    }
    for assumption in plan.roadmap.assumptions() {
        println!("assumed: {assumption}");
    }
}

fn spoken(category: Category) -> &'static str {
    match category {
        Category::Colocation => "colocation",
        Category::Cloud => "cloud",
        Category::Depreciation => "depreciation",
        Category::Support => "support",
        Category::RefreshCapital => "refresh capital",
        Category::Disposal => "disposal",
    }
}

/// An amount as people read it: without decimals, thousands apart.
fn grouped(amount: Decimal) -> String {
    let whole = amount.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    let digits = whole.abs().to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if whole.is_sign_negative() && !whole.is_zero() { format!("-{text}") } else { text }
}
