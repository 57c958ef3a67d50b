//! The most memory that forecasting takes, in processes of their own.

use std::hint::black_box;
use std::process::Command;

use forecasting::forecast::{ForecastInput, forecast};

use crate::series::capacity_shapes;
use crate::targets::Targets;

/// The word that makes a process forecast so many series and say what it took.
pub const WORD: &str = "memory";
/// Series of the smaller process.
const SERIES: usize = 1_000;
/// How many times as many the larger one has.
const TIMES: usize = 4;
/// What the larger one may take, in times of the smaller.
const MOST: f64 = 1.1;
const HORIZON: usize = 36;

/// Forecasts so many series one after the other, and prints the most kilobytes that were resident.
pub fn child(count: usize) {
    let all = (0_u64..).flat_map(|seed| capacity_shapes(10 * seed));
    for (_, values) in all.take(count) {
        black_box(forecast(&ForecastInput::monthly(values, HORIZON)).unwrap());
    }
    println!("{}", peak().unwrap_or_default());
}

/// The most kilobytes that were resident; `None` where the system does not tell.
fn peak() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What a process takes that forecasts so many series.
fn of(count: usize) -> Option<usize> {
    let program = std::env::current_exe().ok()?;
    let output = Command::new(program).args([WORD, &count.to_string()]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok().filter(|kilobytes| *kilobytes > 0)
}

/// Whether memory grows with the number of series.
pub fn measure(targets: &mut Targets) {
    let (Some(few), Some(many)) = (of(SERIES), of(TIMES * SERIES)) else {
        println!(
            "  this system does not tell: {}",
            targets.at_most("memory of four times as many series, in times", f64::INFINITY, MOST)
        );
        return;
    };
    println!(
        "  at most {:.1} MB resident for {SERIES} series, {:.1} MB for {}: {}",
        few as f64 / 1e3,
        many as f64 / 1e3,
        TIMES * SERIES,
        targets.at_most("memory of four times as many series, in times", many as f64 / few as f64, MOST)
    );
}
