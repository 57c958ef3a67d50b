//! `plinth forecast`: series of a file carried on, without a database.
//!
//! A file is read twice: once to know that it can be read at all and how its series lie, and once to forecast them
//! in batches. What is held in memory is a batch, however many series there are, unless the rows of a series are
//! scattered over the file.

mod answers;
mod batches;
mod instants;
mod rows;
mod series;
mod survey;

use std::{
    fs::{self, File},
    io::{self, IsTerminal, Seek, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use forecasting::forecast::{HORIZON_MAX, Method, PERIOD_MAX};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use rayon::prelude::*;

use self::{
    answers::{Answer, Written},
    batches::Batches,
    survey::Order,
};
use super::{Failure, output, target::Target};

/// What was allowed for in a series is said of so many series, and counted for the others.
const REMARKS: u64 = 20;
/// Periods at most.
const PERIODS: usize = 4;

#[derive(Debug, Args)]
pub(super) struct ForecastArguments {
    /// CSV with the columns unique_id, ds (a date or a whole number) and y, in any order; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Steps ahead, 1 to 1,000.
    #[arg(long, default_value_t = 36, value_name = "STEPS", value_parser = horizon, allow_negative_numbers = true)]
    horizon: usize,
    /// Steps after which something may recur; several, with commas between. What is usual for the steps of a series
    /// when left out: 12 for months and for whole numbers, 4 for quarters, 52 for weeks, 7 for days, 24 for hours.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "STEPS",
        value_parser = period,
        allow_negative_numbers = true
    )]
    period: Vec<usize>,
    /// How series are carried on: auto, or a name that docs/forecasts.md lists.
    #[arg(long, default_value_t = Method::Auto, value_name = "NAME", value_parser = method)]
    method: Method,
    /// How to write it.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// File to write to; one that is there is replaced. Without it, standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line for each step: unique_id,ds,p50,lo80,hi80,lo95,hi95,method.
    Csv,
    /// An object for each series, with the reason for its method, its accuracy and warnings.
    Json,
    /// For people.
    Table,
}

/// How every series of a file is carried on.
struct Task {
    horizon: usize,
    /// None for what is usual.
    periods: Vec<usize>,
    method: Method,
    format: Format,
}

/// Forecasts the series of a file.
pub(super) fn run(arguments: &ForecastArguments) -> Result<(), Failure> {
    if arguments.period.len() > PERIODS {
        let count = arguments.period.len();
        return Err(Failure::Usage(vec![format!(
            "--period: {count} are more than the {PERIODS} that can be told apart"
        )]));
    }
    let name = arguments.file.display().to_string();
    let named = |cause: &dyn std::fmt::Display| Failure::Failed(anyhow::anyhow!("{name}: {cause}"));
    let mut file = opened(&arguments.file).map_err(|cause| named(&cause))?;
    let survey = survey::of(&mut file).map_err(|cause| named(&cause))?;
    if survey.rows == 0 {
        return Err(named(&"there is no row below the header"));
    }
    if let [column, others @ ..] = survey.unused.as_slice() {
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        output::tell(&format!("plinth: columns that are not used: `{column}`{more}"));
    }
    if survey.order == Order::Scattered {
        output::tell("plinth: rows of a series are not together, so the whole file is held in memory");
    }
    let task = Task {
        horizon: arguments.horizon,
        periods: arguments.period.clone(),
        method: arguments.method,
        format: arguments.format,
    };
    file.rewind()?;
    let batches = Batches::new(&file, &survey, task.horizon).map_err(|cause| named(&cause))?;
    let mut target = target(arguments)?;
    let counted = write(batches, &task, survey.rows, &mut target)?;
    if counted.forecast == 0 {
        // On standard output there is the header then, in a file nothing.
        target.flush()?;
        counted.tell();
        return Err(Failure::Failed(anyhow::anyhow!("{name}: no series could be forecast")));
    }
    target.whole()?;
    counted.tell();
    Ok(())
}

/// Writes the answers in the order of the file.
fn write(batches: Batches<'_>, task: &Task, rows: u64, target: &mut impl Write) -> Result<Counted, Failure> {
    let bar = bar(rows);
    let mut counted = Counted::default();
    let mut written = Written::new(task.format);
    for batch in batches {
        let batch = batch?;
        let answers: Vec<Answer> = batch.series.par_iter().map(|series| series.answer(task)).collect();
        for answer in answers {
            bar.suspend(|| counted.add(&answer));
            if let Ok(text) = &answer.text {
                target.write_all(written.next(text).as_bytes())?;
            }
        }
        bar.set_position(batch.read);
    }
    target.write_all(written.end().as_bytes())?;
    bar.finish_and_clear();
    Ok(counted)
}

/// What became of the series.
#[derive(Default)]
struct Counted {
    forecast: u64,
    refused: u64,
    remarked: u64,
}

impl Counted {
    /// Counts a series, and says what whoever reads the answer has to know of it.
    fn add(&mut self, answer: &Answer) {
        let id = &answer.id;
        match &answer.text {
            Ok(_) => self.forecast += 1,
            Err(reason) => {
                self.refused += 1;
                output::tell(&format!("plinth: series `{id}` is not forecast: {reason}"));
            }
        }
        for remark in &answer.remarks {
            self.remarked += 1;
            if self.remarked <= REMARKS {
                output::tell(&format!("plinth: series `{id}`: {remark}"));
            }
        }
    }

    fn tell(&self) {
        let unsaid = self.remarked.saturating_sub(REMARKS);
        if unsaid > 0 {
            output::tell(&format!("plinth: the like of other series: {}", HumanCount(unsaid)));
        }
        if self.refused > 0 {
            let (forecast, refused) = (HumanCount(self.forecast), HumanCount(self.refused));
            output::tell(&format!("plinth: series forecast: {forecast}; left out: {refused}"));
        }
    }
}

/// A file that can be read twice. What comes through a pipe is put into a file without a name first.
fn opened(path: &Path) -> io::Result<File> {
    let mut piped: Box<dyn io::Read> = if path.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::Error::other("a folder has no rows"));
        }
        if about.is_file() {
            return Ok(file);
        }
        Box::new(file)
    };
    let mut kept = tempfile::tempfile()?;
    io::copy(&mut piped, &mut kept)?;
    kept.rewind()?;
    Ok(kept)
}

fn target(arguments: &ForecastArguments) -> Result<Target, Failure> {
    let Some(path) = &arguments.out else { return Ok(Target::standard_output()) };
    let is_same = fs::canonicalize(path)
        .is_ok_and(|one| fs::canonicalize(&arguments.file).is_ok_and(|other| one == other));
    if is_same {
        return Err(Failure::Usage(vec![format!("--out: {} is the file that is read", path.display())]));
    }
    Target::file(path)
}

fn bar(rows: u64) -> ProgressBar {
    let bar = if io::stderr().is_terminal() { ProgressBar::new(rows) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows, {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn horizon(text: &str) -> Result<usize, String> {
    let within = |steps: &usize| (1..=HORIZON_MAX).contains(steps);
    text.parse().ok().filter(within).ok_or_else(|| "between 1 and 1,000 steps can be forecast".to_owned())
}

fn period(text: &str) -> Result<usize, String> {
    let within = |steps: &usize| (1..=PERIOD_MAX).contains(steps);
    text.parse().ok().filter(within).ok_or_else(|| "a period has between 1 and 10,000 steps".to_owned())
}

fn method(text: &str) -> Result<Method, String> {
    text.parse().map_err(|cause: forecasting::ForecastError| cause.to_string())
}
