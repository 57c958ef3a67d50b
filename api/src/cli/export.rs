//! `plinth export`: reports, templates for imports, and what the database holds.

mod reports;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;

use super::{DatabaseSettings, Failure, Ids, Role, connect_existing, target::Target};
use crate::{
    access::Caller,
    export::{csv, labels::Labels, line::Line, rows, template},
    import::{csv::Noun, rights},
    server,
    store::Store,
};

#[derive(Debug, Args)]
#[command(subcommand_negates_reqs = true)]
pub(super) struct ExportArguments {
    /// A report to write.
    #[command(subcommand)]
    report: Option<reports::Asked>,
    /// What to write: csv-template (a header and an example), csv (what the import reads back) or json.
    #[arg(long, required = true)]
    format: Option<ExportFormat>,
    /// One noun only, such as asset or exchange-rate.
    #[arg(long, value_parser = |text: &str| text.parse::<Noun>())]
    noun: Option<Noun>,
    /// Folder to write files into, one for each noun; made where it is missing. Without it, standard output.
    /// Needed for CSV of all nouns.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum ExportFormat {
    CsvTemplate,
    Csv,
    Json,
}

/// Writes what was asked for.
pub(super) async fn run(arguments: &ExportArguments, database: &DatabaseSettings) -> Result<(), Failure> {
    if let Some(report) = &arguments.report {
        if arguments.format.is_some() || arguments.noun.is_some() || arguments.out.is_some() {
            let message = format!("put the flags of the report behind its name: {}", report.name());
            return Err(Failure::Usage(vec![message]));
        }
        return reports::write(report, database).await;
    }
    let nouns = arguments.noun.map_or_else(|| Noun::ALL.to_vec(), |noun| vec![noun]);
    if arguments.noun.is_none() && arguments.out.is_none() && arguments.format != Some(ExportFormat::Json) {
        let known: Vec<_> = nouns.iter().map(|noun| noun.singular()).collect();
        let message = format!("give --out DIR for all nouns, or --noun with one of {}", known.join(", "));
        return Err(Failure::Usage(vec![message]));
    }
    let folder = arguments.out.as_deref();
    let mut files = Vec::new();
    if arguments.format == Some(ExportFormat::CsvTemplate) {
        for noun in nouns {
            let mut file = Target::within(folder, &format!("{}.csv", noun.plural()))?;
            file.write_all(template::template(noun).as_bytes())?;
            files.push(file);
        }
        return files.into_iter().try_for_each(Target::whole);
    }
    let store = connect_existing(database, Ids::random()).await?;
    super::require_migrated(&store).await?;
    if arguments.format == Some(ExportFormat::Csv) {
        for noun in nouns {
            let mut file = Target::within(folder, &format!("{}.csv", noun.plural()))?;
            write_csv(&store, noun, &mut file).await?;
            files.push(file);
        }
    } else {
        let mut file = Target::within(folder, "plinth.json")?;
        write_json(&store, &nouns, &mut file).await?;
        files.push(file);
    }
    store.close().await;
    // All of them or none: half an export would be taken for a whole one.
    files.into_iter().try_for_each(Target::whole)
}

async fn write_csv(store: &Store, noun: Noun, file: &mut Target) -> Result<(), Failure> {
    file.write_all(csv::line(noun.columns().iter().map(|column| column.name)).as_bytes())?;
    let mut write = |line: Line| file.write_all(csv::line(line.iter().map(|(_, cell)| cell)).as_bytes());
    each_row(store, noun, &mut write).await
}

/// An object of a list of objects for each noun. Empty cells are left out.
async fn write_json(store: &Store, nouns: &[Noun], file: &mut Target) -> Result<(), Failure> {
    for (place, noun) in nouns.iter().enumerate() {
        let before = if place == 0 { "{" } else { "," };
        write!(file, "{before}\n\"{}\": [", noun.plural())?;
        let mut is_first = true;
        let mut write = |line: Line| {
            let cells = line.into_iter().filter(|(_, cell)| !cell.is_empty());
            let object: serde_json::Map<_, _> =
                cells.map(|(name, cell)| (name.to_owned(), cell.into())).collect();
            let comma = if is_first { "" } else { "," };
            is_first = false;
            write!(file, "{comma}\n  {}", serde_json::Value::Object(object))
        };
        each_row(store, *noun, &mut write).await?;
        write!(file, "\n]")?;
    }
    writeln!(file, "\n}}")?;
    Ok(())
}

/// Goes through the rows of a noun, as whoever may see them.
async fn each_row(
    store: &Store,
    noun: Noun,
    write: &mut impl FnMut(Line) -> io::Result<()>,
) -> Result<(), Failure> {
    let is_director = rights::view(noun)
        .into_iter()
        .all(|permission| Caller::system(Role::Director, server::now()).may(permission));
    let role = if is_director { Role::Director } else { Role::Admin };
    let reader = rows::open(store, &Caller::system(role, server::now()), noun)?;
    let mut labels = Labels::default();
    let mut after = None;
    loop {
        let page = rows::page(&reader, noun, after, rows::PAGE, &mut labels).await?;
        for line in page.lines {
            write(line)?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
