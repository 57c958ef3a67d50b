//! The command line. Each command is a file of `cli/` once it is longer than a screen.

mod demo;
mod export;
mod import;
mod roadmap;
mod serve;
mod tokens;

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use sea_orm::DatabaseConnection;

use crate::{
    access::Role,
    config::{self, DatabaseSettings, LogFormat, LogSettings, ServeSettings, TokenSettings},
    error::Error,
    schema,
    store::{Ids, Store},
};

/// Inventory and capacity planning of infrastructure, over GraphQL.
#[derive(Debug, Parser)]
#[command(
    name = "plinth",
    version,
    after_help = "Exit codes: 0 done; 1 failed; 2 wrong use or settings; 3 an import with rows that were \
                  refused; 4 the database does not answer.\nSettings can also be given as environment \
                  variables; a flag wins."
)]
struct Arguments {
    #[command(flatten)]
    database: DatabaseSettings,
    #[command(flatten)]
    log: LogSettings,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the GraphQL API.
    Serve(Box<ServeSettings>),
    /// Change the tables of the database to what this version expects, or back.
    #[command(subcommand)]
    Migrate(Migrate),
    /// Print what the estate will cost, as a table, CSV or JSON.
    Roadmap(roadmap::RoadmapArguments),
    /// Read files of other systems or our own CSV into the database.
    Import(import::ImportArguments),
    /// Write templates for imports, or what the database holds.
    Export(export::ExportArguments),
    /// Fill an empty database with the demo estate.
    Demo(demo::DemoArguments),
    /// Print one signed token on standard output.
    Token(tokens::TokenArguments),
    /// Print the GraphQL schema.
    Schema,
}

#[derive(Debug, Subcommand)]
enum Migrate {
    /// Apply the migrations that are outstanding.
    Up {
        /// At most so many.
        #[arg(long)]
        steps: Option<u32>,
    },
    /// Undo migrations, the newest first. Loses what their tables hold.
    Down {
        /// So many; without it, all.
        #[arg(long)]
        steps: Option<u32>,
        /// Undo without asking. Needed, for data is lost.
        #[arg(long)]
        yes: bool,
    },
    /// List the migrations and which are applied.
    Status,
}

/// What a command ends with when it did not succeed.
enum Failure {
    /// The command line or the settings are wrong.
    Usage(Vec<String>),
    /// The command failed.
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(cause: E) -> Self {
        Self::Failed(cause.into())
    }
}

/// Runs the command that the process was started with.
pub async fn run() -> ExitCode {
    let (arguments, mut mistakes) = match config::read::<Arguments>() {
        Ok(read) => read,
        Err(refusal) => refusal.exit(),
    };
    if let Err(mistake) = start_log(&arguments.log) {
        mistakes.push(mistake);
    }
    match dispatch(arguments, mistakes).await {
        Ok(code) => code,
        Err(Failure::Usage(mistakes)) => {
            for mistake in mistakes {
                eprintln!("plinth: {mistake}");
            }
            ExitCode::from(2)
        }
        Err(Failure::Failed(cause)) => {
            eprintln!("plinth: {cause:#}");
            let away = cause.downcast_ref::<Error>().is_some_and(|error| error.code() == "UNAVAILABLE");
            ExitCode::from(if away { 4 } else { 1 })
        }
    }
}

async fn dispatch(arguments: Arguments, mut mistakes: Vec<String>) -> Result<ExitCode, Failure> {
    let database = &arguments.database;
    match arguments.command {
        Command::Serve(settings) => serve::run(*settings, database, mistakes).await?,
        _ if !mistakes.is_empty() => {
            mistakes.extend(database.mistakes());
            return Err(Failure::Usage(mistakes));
        }
        Command::Migrate(command) => migrate(command, database).await?,
        Command::Roadmap(question) => roadmap::print(&question, database).await?,
        Command::Import(arguments) => return import::run(arguments, database).await,
        Command::Export(arguments) => export::run(&arguments, database).await?,
        Command::Demo(arguments) => demo::run(&arguments, database).await?,
        Command::Token(token) => tokens::print(&token)?,
        Command::Schema => print!("{}", schema::sdl()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Connects, after the settings were checked.
async fn connect(database: &DatabaseSettings, ids: Ids) -> Result<Store, Failure> {
    let mistakes = database.mistakes();
    if !mistakes.is_empty() {
        return Err(Failure::Usage(mistakes));
    }
    Ok(Store::connect(&database.database_url, database.database_connections, ids).await?)
}

/// Refuses a database that lacks tables or columns of this version.
async fn require_migrated(store: &Store) -> Result<(), Failure> {
    let steps = migration::status(store.pool()).await?;
    let outstanding = steps.iter().filter(|step| !step.applied).count();
    if outstanding == 0 {
        return Ok(());
    }
    let message = format!("{outstanding} migrations are outstanding: run `plinth migrate up` first");
    Err(Failure::Usage(vec![message]))
}

async fn migrate(command: Migrate, database: &DatabaseSettings) -> Result<(), Failure> {
    let store = connect(database, Ids::random()).await?;
    let db: &DatabaseConnection = store.pool();
    match command {
        Migrate::Up { steps } => migration::up(db, steps).await?,
        Migrate::Down { yes: false, .. } => {
            return Err(Failure::Usage(vec![
                "undoing migrations loses what their tables hold; add --yes to do it".to_owned(),
            ]));
        }
        Migrate::Down { steps, yes: true } => migration::down(db, steps).await?,
        Migrate::Status => {}
    }
    for step in migration::status(db).await? {
        println!("{}  {}", if step.applied { "applied    " } else { "outstanding" }, step.name);
    }
    Ok(())
}

fn start_log(settings: &LogSettings) -> Result<(), String> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)
        .map_err(|cause| format!("PLINTH_LOG `{}` is not a log filter: {cause}", settings.log))?;
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    match settings.log_format {
        LogFormat::Json => log.json().flatten_event(true).init(),
        LogFormat::Text => log.init(),
    }
    Ok(())
}
