//! `plinth export roadmap` and its like: reports as files.

use std::{
    io::{self, IsTerminal, Write},
    path::PathBuf,
};

use clap::{Arg, ArgAction, ArgMatches, Command, Error, FromArgMatches, Subcommand, error::ErrorKind};

use crate::{
    access::Caller,
    cli::{DatabaseSettings, Failure, Ids, Role, connect_existing, require_migrated, target::Target},
    error,
    export::reports::{self, Format, Kind, Parameter},
    server,
};

const FORMATS: &str =
    "How to write it: csv, xlsx or json; several, with commas between, are of the same moment";
const OUT: &str = "Folder to write files into, named for the report and its day; made where it is missing. Without \
                   it, standard output";

/// A report to write.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Asked {
    kind: Kind,
    given: Vec<(String, String)>,
    formats: Vec<Format>,
    out: Option<PathBuf>,
}

impl Asked {
    /// The name of the report.
    pub(super) fn name(&self) -> &'static str {
        self.kind.name()
    }
}

/// A command for each report, with a flag for each thing that it can be asked.
impl Subcommand for Asked {
    fn augment_subcommands(command: Command) -> Command {
        Kind::ALL.into_iter().fold(command, |command, kind| command.subcommand(described(kind)))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        Self::augment_subcommands(command)
    }

    fn has_subcommand(name: &str) -> bool {
        Kind::named(name).is_some()
    }
}

fn described(kind: Kind) -> Command {
    let flags = kind
        .parameters()
        .iter()
        .map(|asked| Arg::new(asked.name).long(asked.flag).value_name("VALUE").help(asked.meaning));
    let formats = Arg::new("format").long("format").required(true).value_delimiter(',');
    let formats = formats.value_parser(Format::ALL.map(Format::ending)).action(ArgAction::Append);
    let out = Arg::new("out").long("out").value_name("DIR").value_parser(clap::value_parser!(PathBuf));
    Command::new(kind.name()).about(kind.title()).args(flags).arg(formats.help(FORMATS)).arg(out.help(OUT))
}

impl FromArgMatches for Asked {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let none = || Error::new(ErrorKind::MissingSubcommand);
        let (name, inner) = matches.subcommand().ok_or_else(none)?;
        let kind = Kind::named(name).ok_or_else(none)?;
        let value = |asked: &Parameter| {
            inner.get_one::<String>(asked.name).map(|value| (asked.name.to_owned(), value.clone()))
        };
        let mut formats: Vec<Format> = Vec::new();
        for ending in inner.get_many::<String>("format").into_iter().flatten() {
            formats.extend(Format::with_ending(ending).filter(|format| !formats.contains(format)));
        }
        Ok(Self {
            kind,
            given: kind.parameters().iter().filter_map(value).collect(),
            formats,
            out: inner.get_one::<PathBuf>("out").cloned(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Writes a report in every format that was asked for, all of one moment.
pub(super) async fn write(asked: &Asked, database: &DatabaseSettings) -> Result<(), Failure> {
    if asked.out.is_none() && asked.formats.len() > 1 {
        return Err(Failure::Usage(vec!["give --out DIR for several formats".to_owned()]));
    }
    if asked.out.is_none() && asked.formats == [Format::Xlsx] && io::stdout().is_terminal() {
        let message = "a workbook is nothing to read here: give --out DIR, or send it into a file".to_owned();
        return Err(Failure::Usage(vec![message]));
    }
    let store = connect_existing(database, Ids::random()).await?;
    require_migrated(&store).await?;
    let caller = Caller::system(Role::Director, server::now());
    let report = reports::build(&store, &caller, asked.kind, asked.given.clone()).await;
    let report = report.map_err(|cause| refused(asked.kind, cause))?;
    store.close().await;
    let mut files = Vec::new();
    for format in &asked.formats {
        let bytes = format.write(&report)?;
        let name = format!("{}.{}", report.file_stem(), format.ending());
        let mut file = Target::within(asked.out.as_deref(), &name)?;
        file.write_all(&bytes)?;
        files.push(file);
    }
    files.into_iter().try_for_each(Target::whole)
}

/// What a report says of its question, in the words of the command line.
fn refused(kind: Kind, cause: error::Error) -> Failure {
    let flag =
        kind.parameters().iter().find(|asked| cause.field() == Some(asked.name)).map(|asked| asked.flag);
    match (flag, cause) {
        (Some(flag), error::Error::Invalid { message, .. } | error::Error::TooMuch { message, .. }) => {
            Failure::Usage(vec![format!("--{flag}: {message}")])
        }
        (_, other) => other.into(),
    }
}
