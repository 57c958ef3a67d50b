//! The command line. Each command is a file of `cli/` once it is longer than a screen.

mod demo;
mod serve;
mod tokens;

use std::{io::IsTerminal, process::ExitCode};

use clap::{Parser, Subcommand};
use sea_orm::DatabaseConnection;

use crate::{
    access::Role,
    config::{DatabaseSettings, ServeSettings, TokenSettings},
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
    /// What to log: error, warn, info, debug, trace, or rules such as `api=debug,sqlx=warn`.
    #[arg(
        long,
        env = "PLINTH_LOG",
        default_value = "info,sea_orm_migration=warn,sqlx=warn,actix_server=warn",
        global = true
    )]
    log: String,
    /// How to log: `text` for people, `json` for programs.
    #[arg(long, env = "PLINTH_LOG_FORMAT", default_value = "text", global = true)]
    log_format: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the GraphQL API.
    Serve(Box<ServeSettings>),
    /// Change the tables of the database to what this version expects, or back.
    #[command(subcommand)]
    Migrate(Migrate),
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
    let arguments = Arguments::parse();
    if let Err(mistake) = start_log(&arguments) {
        eprintln!("plinth: {mistake}");
        return ExitCode::from(2);
    }
    match dispatch(arguments).await {
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

async fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let database = &arguments.database;
    match arguments.command {
        Command::Serve(settings) => serve::run(*settings, database).await?,
        Command::Migrate(command) => migrate(command, database).await?,
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

async fn migrate(command: Migrate, database: &DatabaseSettings) -> Result<(), Failure> {
    let store = connect(database, Ids::Random).await?;
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

fn start_log(arguments: &Arguments) -> Result<(), String> {
    let filter = tracing_subscriber::EnvFilter::try_new(&arguments.log)
        .map_err(|cause| format!("PLINTH_LOG `{}` is not a log filter: {cause}", arguments.log))?;
    let log =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let log = log.with_ansi(std::io::stderr().is_terminal());
    match arguments.log_format {
        LogFormat::Json => log.json().flatten_event(true).init(),
        LogFormat::Text => log.init(),
    }
    Ok(())
}
