//! `plinth roadmap`: the table that goes into a board paper.

mod picture;
mod sheet;
mod spread;

use std::{io::Write, path::PathBuf, sync::Arc};

use chrono::NaiveDate;
use clap::Args;
use entity::id::FiscalCalendarId;
use forecasting::{money::Currency, month::Month, roadmap::MoneyView, uncertainty::Sampling};
use rust_decimal::Decimal;
use serde_json::Value;

use self::sheet::Sheet;
use super::{DatabaseSettings, Failure, Ids, Role, connect_existing, output, target::Target};
use crate::{
    access::{Caller, Permission},
    error::Error,
    export::charts,
    finance::fiscal_calendars,
    roadmap::{Dimension, Plan, Question, draw, periods::Grain, plan::LONGEST, uncertainty::Uncertainty},
    scenarios::{Overlay, scenarios},
    server,
    store::Read,
};

#[derive(Debug, Args)]
pub(super) struct RoadmapArguments {
    /// First month, such as 2027-01; the month of --as-of when left out.
    #[arg(long)]
    from: Option<Month>,
    /// Number of months, 1 to 120.
    #[arg(long, default_value_t = 36, value_parser = clap::value_parser!(u32).range(1..=i64::from(LONGEST)))]
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
    /// Name of the fiscal calendar of quarters and years; the default one when left out.
    #[arg(long, value_name = "NAME")]
    fiscal_calendar: Option<String>,
    /// How much the price indices of contracts are taken to rise a year: 0.03 is 3 %. They stay when left out.
    #[arg(long, value_name = "RATE", allow_negative_numbers = true)]
    assumed_index_rate: Option<Decimal>,
    /// Name of the scenario that is laid over what is recorded; none when left out.
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Columns of the table.
    #[arg(long, value_enum, default_value_t = Columns::Years)]
    columns: Columns,
    /// What lines are kept apart by, besides their category: one word or several, with commas between.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WORDS")]
    group_by: Vec<GroupBy>,
    /// Draw what the roadmap takes for granted so many times, and print what it may turn out to cost.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: Option<u32>,
    /// Where draws begin: the same seed gives the same figures.
    #[arg(long, default_value_t = 1, requires = "runs")]
    seed: u64,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// File for a picture (SVG) of the spend of fiscal quarters by category, beside what is printed; a file that is
    /// there is replaced. `-` is standard output, and nothing else is printed then.
    #[arg(long, value_name = "FILE")]
    chart: Option<PathBuf>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum GroupBy {
    /// The site, by its code.
    Site,
    /// The kind of hardware.
    HardwareKind,
    /// The environment.
    Environment,
    /// The criticality tier.
    Tier,
    /// The owner.
    Owner,
    /// The cost centre.
    CostCentre,
    /// The rule that makes a refresh due.
    BindingRule,
    /// The cloud provider.
    Provider,
}

impl GroupBy {
    fn dimension(self) -> Dimension {
        match self {
            Self::Site => Dimension::Site,
            Self::HardwareKind => Dimension::HardwareKind,
            Self::Environment => Dimension::Environment,
            Self::Tier => Dimension::Tier,
            Self::Owner => Dimension::Owner,
            Self::CostCentre => Dimension::CostCentre,
            Self::BindingRule => Dimension::BindingRule,
            Self::Provider => Dimension::Provider,
        }
    }
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
    let mut dimensions: Vec<Dimension> = Vec::new();
    for word in &arguments.group_by {
        let dimension = word.dimension();
        if !dimensions.contains(&dimension) {
            dimensions.push(dimension);
        }
    }
    let store = connect_existing(database, Ids::random()).await?;
    super::require_migrated(&store).await?;
    let now = server::now();
    let as_of = arguments.as_of.unwrap_or_else(|| now.date_naive());
    let reader = store.read(&Caller::system(Role::Director, now), Permission::ViewTotals)?;
    let view = match arguments.view {
        View::Commitment => MoneyView::Commitment,
        View::Cash => MoneyView::Cash,
        View::Pnl => MoneyView::Pnl,
    };
    let question = Question {
        from: arguments.from.unwrap_or_else(|| Month::of(as_of)),
        months: arguments.months,
        currency: arguments.currency,
        calendar: calendar(&reader, arguments.fiscal_calendar.as_deref()).await?,
        as_of,
        assumed_index_rate: arguments.assumed_index_rate,
        dimensions,
        uncertainty: arguments.runs.map(|runs| {
            let sampling = Sampling { runs, seed: arguments.seed };
            Uncertainty::usual(view, sampling)
        }),
        scenario: scenario(&reader, arguments.scenario.as_deref()).await?,
    };
    let plan = draw(&reader, &question).await.map_err(refused)?;
    store.close().await;
    let columns = match arguments.columns {
        Columns::Years => Grain::Years,
        Columns::Quarters => Grain::Quarters,
        Columns::Months => Grain::Months,
    };
    if let Some(file) = &arguments.chart {
        let picture = charts::stack(&picture::stack(&plan, view))?;
        if file.as_os_str() == "-" {
            return Ok(output::print(&picture)?);
        }
        let mut target = Target::file(file)?;
        target.write_all(picture.as_bytes())?;
        target.whole()?;
    }
    write(&plan, &Sheet::of(&plan, view, columns), arguments.format)
}

fn write(plan: &Plan, sheet: &Sheet, format: Format) -> Result<(), Failure> {
    match format {
        Format::Table => {
            output::print(&sheet.table(plan))?;
            if let Some(outcome) = &plan.outcome {
                output::print(&spread::table(outcome))?;
            }
        }
        Format::Csv => {
            // A spreadsheet has no place for sentences, and whoever runs the command has to see them.
            sheet.remarks(plan).iter().for_each(|remark| output::tell(remark));
            output::print(&sheet.csv(plan))?;
        }
        Format::Json => {
            let mut answer = sheet.json(plan);
            if let (Some(outcome), Value::Object(members)) = (&plan.outcome, &mut answer) {
                members.insert("uncertainty".to_owned(), spread::json(plan, outcome));
            }
            let text = serde_json::to_string_pretty(&answer).map_err(Error::internal)?;
            output::print(&format!("{text}\n"))?;
        }
    }
    Ok(())
}

async fn calendar(db: &impl Read, name: Option<&str>) -> Result<Option<FiscalCalendarId>, Failure> {
    let Some(name) = name else { return Ok(None) };
    match fiscal_calendars::find_named(db, name).await? {
        Some(calendar) => Ok(Some(calendar.id)),
        None => Err(Failure::Usage(vec![format!("--fiscal-calendar `{name}`: there is no such calendar")])),
    }
}

async fn scenario(db: &impl Read, name: Option<&str>) -> Result<Arc<Overlay>, Failure> {
    let Some(name) = name else { return Ok(Overlay::none()) };
    match scenarios::find_named(db, name).await? {
        Some(scenario) => Ok(Overlay::load(db, Some(scenario.id)).await?),
        None => Err(Failure::Usage(vec![format!("--scenario `{name}`: there is no such scenario")])),
    }
}

/// What the roadmap says of its question, in the words of the command line.
fn refused(error: Error) -> Failure {
    let flag = match error.field() {
        Some("from") => "--from",
        Some("months") => "--months",
        Some("asOf") => "--as-of",
        Some("currency") => "--currency",
        Some("scenario") => "--scenario",
        _ => return error.into(),
    };
    match error {
        Error::Invalid { message, .. } => Failure::Usage(vec![format!("{flag}: {message}")]),
        other => other.into(),
    }
}

fn parse_currency(code: &str) -> Result<Currency, String> {
    Currency::from_code(code).map_err(|cause| cause.to_string())
}
