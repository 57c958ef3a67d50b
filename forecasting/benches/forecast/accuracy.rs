//! Errors on hold-outs, beside Naive2, and how long that takes.

use std::time::{Duration, Instant};

use forecasting::forecast::accuracy::{mase, owa, smape};
use forecasting::forecast::{Forecast, forecast, naive2};

use crate::clock;
use crate::data::{Series, question};
use crate::targets::Targets;

/// Mean sMAPE and MASE of forecasts of all series.
fn errors(series: &[Series], said: &[Vec<f64>]) -> (f64, f64) {
    let count = series.len() as f64;
    let each = series.iter().zip(said).map(|(series, said)| {
        let scaled = mase(&series.train, series.period, &series.test, said).unwrap_or(0.0);
        (smape(&series.test, said), scaled)
    });
    each.fold((0.0, 0.0), |sum, each| (sum.0 + each.0 / count, sum.1 + each.1 / count))
}

fn naive(series: &[Series]) -> Vec<Vec<f64>> {
    series.iter().map(|series| naive2(&series.train, series.period, series.test.len())).collect()
}

fn answer(series: &Series) -> Forecast {
    forecast(&question(&series.train, series.period, series.test.len())).unwrap()
}

/// Whether the measures are those of the competition: Naive2 has official figures.
pub fn reference(name: &str, series: &[Series], official: (f64, f64), targets: &mut Targets) {
    let (smape, mase) = errors(series, &naive(series));
    let label = format!("Naive2 on {name}");
    let both = ((smape - official.0).abs()).max((mase - official.1).abs());
    let met = targets.at_most(&format!("{label}, away from the official figures"), both, 0.0005);
    println!(
        "  {label:40} sMAPE {smape:.3}, MASE {mase:.3}; official {} / {}: {met}",
        official.0, official.1
    );
}

/// The OWA of a population.
pub fn population(name: &str, series: &[Series]) -> f64 {
    let said: Vec<Vec<f64>> =
        series.iter().map(|series| answer(series).points.iter().map(|point| point.p50).collect()).collect();
    let (own, other) = (errors(series, &said), errors(series, &naive(series)));
    let overall = owa(own, other).unwrap_or(f64::NAN);
    println!(
        "  {name:28} {:5} series: sMAPE {:.3}, MASE {:.3}, OWA {overall:.4}",
        series.len(),
        own.0,
        own.1
    );
    overall
}

/// Series per second of one processor, with intervals, on one thread and on two.
pub fn speed(series: &[Series], targets: &mut Targets) {
    let of = |used: Duration| series.len() as f64 / used.as_secs_f64();
    let all = |series: &[Series]| series.iter().map(|series| answer(series).points.len()).sum::<usize>();
    let one = of(clock::least(3, || all(series)));
    let (first, second) = series.split_at(series.len() / 2);
    let begin = Instant::now();
    let both = || {
        std::thread::scope(|scope| {
            let other = scope.spawn(|| all(second));
            all(first) + other.join().unwrap()
        })
    };
    let two = of(clock::least(3, both));
    let wall = begin.elapsed() / 3;
    println!(
        "  one thread: {one:.0} series per CPU-second: {}",
        targets.at_least("series per CPU-second", one, 1_000.0)
    );
    println!(
        "  two threads: {two:.0} series per CPU-second ({:.0} per second of the clock, on whatever else runs here): {}",
        of(wall),
        targets.at_least("series per CPU-second on two threads, of one", two / one, 0.85)
    );
}
