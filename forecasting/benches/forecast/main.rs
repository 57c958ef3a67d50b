//! Forecasts on real series with hold-outs: accuracy, coverage, speed, and sense, beside what they are to be.
//!
//! `cargo bench -p forecasting --bench forecast` measures; with `-- learn` it learns the calibration from both
//! populations and prints the file `forecasting/src/forecast/calibration.rs`. It fails where a target is missed, once all
//! of them were measured.
#![expect(clippy::unwrap_used, reason = "a bench fails by panicking")]

mod accuracy;
mod clock;
mod coverage;
mod data;
mod learn;
mod memory;
mod peers;
#[path = "../../tests/series/mod.rs"]
mod series;
mod shapes;
#[path = "../../tests/series/stairs.rs"]
mod stairs;
mod targets;
mod write;

use std::process::ExitCode;

use data::{Series, load};
use learn::{Case, learn, learned_cases};
use targets::Targets;

/// Lengths of history that calibrations are learned from.
const LEARNED: [usize; 6] = [24, 36, 48, 60, 96, 120];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some(place) = words.iter().position(|word| word == memory::WORD) {
        memory::child(words[place + 1].parse().unwrap());
        return ExitCode::SUCCESS;
    }
    let files = ["m1_monthly", "m4_monthly_tail36_dev1143", "m4_hourly", "m4_weekly"].map(load);
    let [Some(m1), Some(m4), Some(hourly), Some(weekly)] = files else {
        eprintln!(
            "forecast: the series are expected in ../shared/data/m4 beside the workspace, and are not there"
        );
        return ExitCode::FAILURE;
    };
    if words.iter().any(|word| word == "learn") {
        let all: Vec<Case> =
            learned_cases(&m1, &LEARNED).into_iter().chain(learned_cases(&m4, &LEARNED)).collect();
        write::print(&learn(&all));
        return ExitCode::SUCCESS;
    }
    let mut targets = Targets::default();
    println!("Reference");
    accuracy::reference("m4_hourly", &hourly, (18.383, 2.395), &mut targets);
    accuracy::reference("m4_weekly", &weekly, (9.161, 2.777), &mut targets);
    println!("\nAccuracy of the median on hold-outs");
    let overall =
        (accuracy::population("m1_monthly", &m1) + accuracy::population("m4_monthly_tail36", &m4)) / 2.0;
    println!(
        "  mean OWA {overall:.4}, wanted at most 0.885: {}",
        targets.at_most("mean OWA", overall, 0.885)
    );
    accuracy::population("m4_hourly", &hourly);
    accuracy::population("m4_weekly", &weekly);
    measure_coverage(&m1, &m4, &mut targets);
    println!("\nSpeed, at 36 months with intervals");
    accuracy::speed(&m4, &mut targets);
    println!("\nMemory, at 36 months with intervals");
    memory::measure(&mut targets);
    println!("\nEdge cases");
    shapes::edges(&mut targets);
    println!("\nSeries shaped as capacity is: 60 months, 36 ahead, {} seeds each", shapes::SEEDS);
    shapes::shapes(&mut targets);
    println!("\nStairs: 60 months, 36 ahead, {} seeds each", shapes::STAIRS);
    shapes::stairs(&mut targets);
    peers::print();
    if targets.print() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Each population is judged by what was learned from the other one alone; then by what comes with the crate.
fn measure_coverage(m1: &[Series], m4: &[Series], targets: &mut Targets) {
    println!("\nCoverage of the 80 % and the 95 % intervals, wanted 77 to 83 and 93 to 97; * is outside");
    let (from_m1, from_m4) = (learned_cases(m1, &LEARNED), learned_cases(m4, &LEARNED));
    coverage::judge("learned on M1, judged on M4", &learn(&from_m1), m4, Some(targets));
    coverage::judge("learned on M4, judged on M1", &learn(&from_m4), m1, Some(targets));
    let both: Vec<Case> = from_m1.into_iter().chain(from_m4).collect();
    let shipped = learn(&both);
    coverage::judge("learned on both, judged on M4", &shipped, m4, None);
    coverage::judge("learned on both, judged on M1", &shipped, m1, None);
}
