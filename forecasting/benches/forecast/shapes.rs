//! Edge cases, and series shaped as capacity is.

use forecasting::forecast::{Forecast, ForecastInput, forecast};

use crate::series::{capacity_shapes, edge_cases, spike, step_up};
use crate::targets::Targets;

const HORIZON: usize = 36;
const SEEDS: u64 = 20;

/// Every edge case with what is said of it.
pub fn edges(targets: &mut Targets) {
    let mut unsound = 0;
    for case in edge_cases() {
        match forecast(&ForecastInput::monthly(case.observations, HORIZON)) {
            Err(error) => println!("  {:34} refused: {error}", case.name),
            Ok(answer) => {
                let finite = answer.points.iter().all(|point| {
                    [point.lo95, point.lo80, point.p50, point.hi80, point.hi95]
                        .iter()
                        .all(|value| value.is_finite())
                });
                unsound += usize::from(!finite || answer.reason.is_empty());
                print(case.name, &answer);
            }
        }
    }
    println!(
        "  answers that are not finite or not explained: {unsound}, wanted 0: {}",
        targets.at_most("unsound answers", unsound as f64, 0.0)
    );
    let last = |observations| {
        forecast(&ForecastInput::monthly(observations, HORIZON)).unwrap().points[HORIZON - 1].p50
    };
    let worst = |level: f64, of: fn(usize, u64) -> Vec<Option<f64>>| {
        let lengths = [36, 60, 96];
        let all = lengths.iter().flat_map(|length| (0..SEEDS).map(move |seed| (*length, seed)));
        all.map(|(length, seed)| 100.0 * (last(of(length, 100 + seed)) / level - 1.0).abs())
            .fold(0.0, f64::max)
    };
    let (after_spike, after_step) = (worst(100.0, spike), worst(200.0, step_up));
    println!(
        "  month 36 after a spike x10 three points before the end, worst of 60: {after_spike:.1} % off the level, wanted at most 10: {}",
        targets.at_most("after a spike, % off", after_spike, 10.0)
    );
    println!(
        "  month 36 after a step twenty points before the end, worst of 60: {after_step:.1} % off the level, wanted at most 5: {}",
        targets.at_most("after a step, % off", after_step, 5.0)
    );
}

fn print(name: &str, answer: &Forecast) {
    let (first, last) = (&answer.points[0], &answer.points[answer.points.len() - 1]);
    println!(
        "  {name:34} {}: {:.4e} ({:.4e} to {:.4e}) .. {:.4e} ({:.4e} to {:.4e})",
        answer.method, first.p50, first.lo80, first.hi80, last.p50, last.lo80, last.hi80
    );
    answer.warnings.iter().for_each(|warning| println!("  {:34}   {warning}", ""));
}

/// Errors and coverage on shapes that pools have, by shape.
pub fn shapes() {
    let names: Vec<&str> = capacity_shapes(0).iter().map(|(name, _)| *name).collect();
    for (place, name) in names.iter().enumerate() {
        let (mut error, mut signed, mut size, mut held, mut count) = (0.0, 0.0, 0.0, 0, 0);
        for seed in 0..SEEDS {
            let (_, values) = capacity_shapes(1_000 + 10 * seed).swap_remove(place);
            let (train, test) = values.split_at(values.len() - HORIZON);
            let answer = forecast(&ForecastInput::monthly(train.to_vec(), HORIZON)).unwrap();
            for (point, actual) in answer.points.iter().zip(test.iter().flatten()) {
                error += (point.p50 - actual).abs();
                signed += point.p50 - actual;
                size += actual.abs();
                held += usize::from((point.lo80..=point.hi80).contains(actual));
                count += 1;
            }
        }
        println!(
            "  {name:24} WAPE {:5.1} %, bias {:+6.1} %, 80 % intervals held {:.0} %",
            100.0 * error / size,
            100.0 * signed / size,
            100.0 * held as f64 / f64::from(count)
        );
    }
}
