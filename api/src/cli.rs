//! The command line. Each command is a file of `cli/` once it is longer than a screen.

mod demo;
mod export;
mod forecast;
mod import;
mod output;
mod roadmap;
mod serve;
mod target;
mod tokens;

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use sea_orm::DatabaseConnection;

use crate::{
    access::Role,
    config::{
        self, CommandLine, DatabaseSettings, LogFormat, LogSettings, Refusal, ServeSettings, TokenSettings,
    },
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
    /// Carry on the series of a file, without a database.
    Forecast(Box<forecast::ForecastArguments>),
    /// Read files of other systems or our own CSV into the database.
    Import(import::ImportArguments),
    /// Write reports, templates for imports, or what the database holds.
    Export(Box<export::ExportArguments>),
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
    let CommandLine { arguments, mut mistakes, flags } = match config::read::<Arguments>() {
        Ok(read) => read,
        Err(Refusal::Asked(refusal)) => refusal.exit(),
        Err(Refusal::Mistakes(mistakes)) => return wrong(&mistakes),
    };
    if let Err(mistake) = start_log(&arguments.log) {
        mistakes.push(mistake);
    }
    match dispatch(arguments, mistakes).await {
        Ok(code) => code,
        Err(Failure::Usage(mistakes)) => {
            wrong(&mistakes.iter().map(|mistake| flags.name(mistake)).collect::<Vec<_>>())
        }
        Err(Failure::Failed(cause)) if output::is_unread(&cause) => ExitCode::SUCCESS,
        Err(Failure::Failed(cause)) => {
            output::tell(&format!("plinth: {cause:#}"));
            let away = cause.downcast_ref::<Error>().is_some_and(|error| error.code() == "UNAVAILABLE");
            ExitCode::from(if away { 4 } else { 1 })
        }
    }
}

/// Ends a process that the machine gives no threads to.
#[must_use]
pub fn not_started(cause: &std::io::Error) -> ExitCode {
    output::tell(&format!("plinth: no threads: {cause}"));
    ExitCode::from(1)
}

/// Ends a command that was not used as it has to be.
fn wrong(mistakes: &[String]) -> ExitCode {
    for mistake in mistakes {
        output::tell(&format!("plinth: {mistake}"));
    }
    ExitCode::from(2)
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
        Command::Forecast(arguments) => forecast::run(&arguments)?,
        Command::Import(arguments) => return import::run(arguments, database).await,
        Command::Export(arguments) => export::run(&arguments, database).await?,
        Command::Demo(arguments) => demo::run(&arguments, database).await?,
        Command::Token(token) => tokens::print(&token)?,
        Command::Schema => output::print(&schema::sdl())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Connects to a database that need not be there yet, after the settings were checked.
async fn connect(database: &DatabaseSettings, ids: Ids) -> Result<Store, Failure> {
    database.require_valid().map_err(Failure::Usage)?;
    Ok(Store::connect(&database.database_url, database.database_connections, ids).await?)
}

/// Connects to a database that has to be there: a mistyped file must not become an empty database.
async fn connect_existing(database: &DatabaseSettings, ids: Ids) -> Result<Store, Failure> {
    database.require_valid().map_err(Failure::Usage)?;
    let (url, connections) = (&database.database_url, database.database_connections);
    match Store::connect_existing(url, connections, ids).await {
        Ok(store) => Ok(store),
        Err(cause) => match Store::missing_file(url) {
            Some(file) => {
                let message = format!(
                    "there is no database at {}: correct --database-url, or run `plinth migrate up` first",
                    file.display()
                );
                Err(Failure::Failed(anyhow::Error::new(cause).context(message)))
            }
            None => Err(cause.into()),
        },
    }
}

/// Refuses a database that lacks tables or columns of this version.
async fn require_migrated(store: &Store) -> Result<(), Failure> {
    let steps = migration::status(store.pool()).await?;
    let outstanding = steps.iter().filter(|step| !step.applied).count();
    if outstanding == 0 {
        return Ok(());
    }
    let message = match outstanding {
        1 => "1 migration is outstanding: run `plinth migrate up` first".to_owned(),
        _ => format!("{outstanding} migrations are outstanding: run `plinth migrate up` first"),
    };
    Err(Failure::Usage(vec![message]))
}

async fn migrate(command: Migrate, database: &DatabaseSettings) -> Result<(), Failure> {
    if let Migrate::Down { yes: false, .. } = command {
        return Err(Failure::Usage(vec![
            "undoing migrations loses what their tables hold; add --yes to do it".to_owned(),
        ]));
    }
    let store = match command {
        Migrate::Up { .. } => connect(database, Ids::random()).await?,
        Migrate::Down { .. } | Migrate::Status => connect_existing(database, Ids::random()).await?,
    };
    let db: &DatabaseConnection = store.pool();
    match command {
        Migrate::Up { steps } => migration::up(db, steps).await?,
        Migrate::Down { steps, .. } => migration::down(db, steps).await?,
        Migrate::Status => {}
    }
    let steps = migration::status(db).await?;
    let lines = steps.iter().map(|step| {
        let state = if step.applied { "applied    " } else { "outstanding" };
        format!("{state}  {}\n", step.name)
    });
    output::print(&lines.collect::<String>())?;
    Ok(())
}

fn start_log(settings: &LogSettings) -> Result<(), String> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)
        .map_err(|cause| format!("PLINTH_LOG `{}` is not a log filter: {cause}", settings.log))?;
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A log that nobody reads any more must not stop what is logged.
    let log = log.with_ansi(std::io::stderr().is_terminal()).log_internal_errors(false);
    match settings.log_format {
        LogFormat::Json => log.json().flatten_event(true).init(),
        LogFormat::Text => log.init(),
    }
    Ok(())
}
