//! `plinth import`: files into the database.

use std::{
    fs::File,
    io::{IsTerminal, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{DatabaseSettings, Failure, Ids, Role, connect_existing, output};
use crate::{
    access::Caller,
    import::{
        self, CsvOptions, Format, Parsed, SIZE_LIMIT, Severity, Source,
        apply::{self, Mode, Options, Report},
        cell::DateFormat,
    },
    server,
    store::Store,
};

/// The exit code of an import with rows that were refused.
const SOME_REFUSED: u8 = 3;

/// Problems of a severity that are printed.
const PROBLEMS_SHOWN: usize = 200;

#[derive(Debug, Args)]
pub(super) struct ImportArguments {
    /// What the files are: netbox, device-types, endoflife, csv (the noun is told from the name or the header of
    /// each file), or csv:NOUN such as csv:asset.
    #[arg(long, value_parser = |text: &str| text.parse::<Format>())]
    format: Format,
    /// Report what would happen, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Write nothing when any row is refused, instead of leaving that row out.
    #[arg(long)]
    all_or_nothing: bool,
    /// Between the cells of CSV: one of , ; | or `tab`. Told from the header when not given.
    #[arg(long, value_parser = parse_delimiter)]
    delimiter: Option<char>,
    /// Read 1,234 as less than two.
    #[arg(long)]
    decimal_comma: bool,
    /// How dates are written that are not as 2027-01-31: DMY, MDY or YMD.
    #[arg(long, value_parser = |text: &str| text.parse::<DateFormat>())]
    date_format: Option<DateFormat>,
    /// Changed rows to list.
    #[arg(long, default_value_t = 20)]
    changes: usize,
    /// Files, and folders of which every .csv and .csv.gz is taken.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Imports, prints the report, and answers with the exit code.
pub(super) async fn run(
    arguments: ImportArguments,
    database: &DatabaseSettings,
) -> Result<ExitCode, Failure> {
    let sources = sources(&arguments.files)?;
    let store = connect_existing(database, Ids::random()).await?;
    super::require_migrated(&store).await?;
    let options = CsvOptions {
        delimiter: arguments.delimiter,
        decimal_comma: arguments.decimal_comma.then_some(true),
        date_format: arguments.date_format,
    };
    let parsed = import::parse(arguments.format, &sources, &options);
    drop(sources);
    let report = apply_all(&store, parsed, &arguments).await?;
    store.close().await;
    tell_problems(&report);
    output::print(&told(&report, &arguments).iter().map(|line| format!("{line}\n")).collect::<String>())?;
    Ok(if report.refused() > 0 { ExitCode::from(SOME_REFUSED) } else { ExitCode::SUCCESS })
}

/// Applies users as an administrator and everything else as a director, for no role may do both.
async fn apply_all(
    store: &Store,
    mut parsed: Parsed,
    arguments: &ImportArguments,
) -> Result<Report, Failure> {
    let bar = progress(parsed.records.len());
    let advance = |records: usize| bar.inc(u64::try_from(records).unwrap_or(u64::MAX));
    let mode = if arguments.all_or_nothing { Mode::AllOrNothing } else { Mode::Partial };
    let mut options = Options { dry_run: arguments.dry_run, mode, progress: &advance };
    let now = server::now();
    let (director, admin) = (Caller::system(Role::Director, now), Caller::system(Role::Admin, now));
    let mut users = Parsed::default();
    std::mem::swap(&mut users.records.users, &mut parsed.records.users);
    if users.records.is_empty() {
        return Ok(apply::apply(store, &director, parsed, options).await?);
    }
    if mode == Mode::AllOrNothing && !arguments.dry_run {
        // Tried first, for the two parts are two transactions.
        let trial = Options { dry_run: true, progress: &|_| {}, ..options };
        let tried = apply::apply(store, &admin, users.clone(), trial).await?;
        options.dry_run = tried.refused() > 0 || parsed.errors() > 0;
    }
    let mut report = apply::apply(store, &director, parsed, options).await?;
    if mode == Mode::AllOrNothing && report.refused() > 0 {
        options.dry_run = true;
    }
    report.join(apply::apply(store, &admin, users, options).await?);
    report.dry_run = arguments.dry_run;
    bar.finish_and_clear();
    Ok(report)
}

fn progress(records: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(records).unwrap_or(u64::MAX));
    if !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {eta} left") {
        bar.set_style(style);
    }
    bar
}

/// Says what was wrong with the files.
fn tell_problems(report: &Report) {
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        for problem in report.problems_of(severity).take(PROBLEMS_SHOWN) {
            output::tell(&problem.to_string());
        }
        let more = report.problems.count(severity).saturating_sub(PROBLEMS_SHOWN);
        if more > 0 {
            output::tell(&format!("{more} more of severity {}", severity.word()));
        }
    }
}

/// What became of the rows, a line each.
fn told(report: &Report, arguments: &ImportArguments) -> Vec<String> {
    let mut lines = Vec::new();
    let mut table = Table::new();
    table.load_style(presets::ASCII_BORDERS_ONLY_CONDENSED);
    table.set_header(["", "created", "updated", "unchanged", "refused"]);
    for counts in &report.nouns {
        let numbers = [counts.created, counts.updated, counts.unchanged, counts.refused];
        let cells = std::iter::once(counts.noun.plural().replace('_', " "));
        table.add_row(cells.chain(numbers.map(|number| number.to_string())));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    if !report.nouns.is_empty() {
        lines.push(table.to_string());
    }
    lines.extend(changes(report, arguments.changes));
    match report.unreadable {
        0 => {}
        1 => lines.push("1 line or file could not be read".to_owned()),
        many => lines.push(format!("{many} lines or files could not be read")),
    }
    if arguments.dry_run {
        lines.push("dry run: nothing was written".to_owned());
    } else if !report.written && arguments.all_or_nothing && report.refused() > 0 {
        lines.push("rows were refused, so nothing was written".to_owned());
    } else if !report.written {
        lines.push("nothing to write".to_owned());
    }
    lines
}

fn changes(report: &Report, most: usize) -> Vec<String> {
    let changed: Vec<_> = report.changes.iter().filter(|change| !change.fields.is_empty()).collect();
    let listed = changed.iter().take(most).map(|change| {
        let fields = change
            .fields
            .iter()
            .map(|field| format!("{} '{}' -> '{}'", field.column, field.before, field.after));
        let fields: Vec<_> = fields.collect();
        format!("{} {}: {}", change.noun.singular().replace('_', " "), change.key, fields.join(", "))
    });
    let mut lines: Vec<_> = listed.collect();
    match changed.len().saturating_sub(most) {
        more if more == 0 || most == 0 => {}
        1 => lines.push("and 1 more changed row".to_owned()),
        more => lines.push(format!("and {more} more changed rows")),
    }
    lines
}

/// Reads the files that were named, and those of the folders that were.
fn sources(paths: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut inside = Vec::new();
            for entry in std::fs::read_dir(path).map_err(|cause| unreadable(path, &cause))? {
                let file = entry.map_err(|cause| unreadable(path, &cause))?.path();
                let name = file.to_string_lossy().to_lowercase();
                if name.ends_with(".csv") || name.ends_with(".csv.gz") {
                    inside.push(file);
                }
            }
            if inside.is_empty() {
                let message = format!("{} has no .csv files", path.display());
                return Err(Failure::Usage(vec![message]));
            }
            inside.sort();
            files.append(&mut inside);
        } else {
            files.push(path.clone());
        }
    }
    files.iter().map(|file| read(file)).collect()
}

/// A file, of which no more is read than shows that it is too large.
fn read(path: &Path) -> Result<Source, Failure> {
    let most = u64::try_from(SIZE_LIMIT).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(|cause| unreadable(path, &cause))?;
    Ok(Source { name: path.display().to_string(), bytes })
}

fn unreadable(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::Failed(anyhow::anyhow!("{}: {cause}", path.display()))
}

fn parse_delimiter(text: &str) -> Result<char, String> {
    match text {
        "," => Ok(','),
        ";" => Ok(';'),
        "|" => Ok('|'),
        "tab" | "\t" | "\\t" => Ok('\t'),
        _ => Err("is not one of , ; | and tab".to_owned()),
    }
}
