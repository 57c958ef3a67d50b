//! `plinth roadmap`: the table that goes into a board paper.

mod sheet;

use std::sync::Arc;

use chrono::NaiveDate;
use clap::Args;
use entity::id::FiscalCalendarId;
use forecasting::{money::Currency, month::Month, roadmap::MoneyView};
use rust_decimal::Decimal;

use self::sheet::Sheet;
use super::{DatabaseSettings, Failure, Ids, Role, connect_existing, output};
use crate::{
    access::{Caller, Permission},
    error::Error,
    finance::fiscal_calendars,
    roadmap::{Dimension, Question, draw, plan::LONGEST},
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
    let question = Question {
        from: arguments.from.unwrap_or_else(|| Month::of(as_of)),
        months: arguments.months,
        currency: arguments.currency,
        calendar: calendar(&reader, arguments.fiscal_calendar.as_deref()).await?,
        as_of,
        assumed_index_rate: arguments.assumed_index_rate,
        dimensions,
        scenario: scenario(&reader, arguments.scenario.as_deref()).await?,
    };
    let plan = draw(&reader, &question).await.map_err(refused)?;
    store.close().await;
    let view = match arguments.view {
        View::Commitment => MoneyView::Commitment,
        View::Cash => MoneyView::Cash,
        View::Pnl => MoneyView::Pnl,
    };
    let sheet = Sheet::of(&plan, view, arguments.columns);
    match arguments.format {
        Format::Table => output::print(&sheet.table(&plan))?,
        Format::Csv => {
            // A spreadsheet has no place for sentences, and whoever runs the command has to see them.
            sheet.remarks(&plan).iter().for_each(|remark| output::tell(remark));
            output::print(&sheet.csv(&plan))?;
        }
        Format::Json => {
            let text = serde_json::to_string_pretty(&sheet.json(&plan)).map_err(Error::internal)?;
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
