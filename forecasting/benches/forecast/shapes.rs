//! Edge cases, and series shaped as capacity is.

use forecasting::forecast::{Forecast, ForecastInput, forecast, naive2};

use crate::series::{capacity_shapes, edge_cases, spike, step_up};
use crate::stairs::Stairs;
use crate::targets::Targets;

const HORIZON: usize = 36;
/// What the error on all shapes of capacity together may be, of that of Naive2; on none of them it may be more than that.
const OF_NAIVE: f64 = 0.55;
/// Percent of what came that intervals of 80 % on these shapes are to hold at least: what is drawn up here is smoother than
/// what monitoring delivers, so that they may hold more.
const HELD: f64 = 77.0;
/// How often each shape is tried.
pub const SEEDS: u64 = 20;
/// How often each kind of stairs is tried.
pub const STAIRS: u64 = 200;

/// Every edge case with what is said of it.
pub fn edges(targets: &mut Targets) {
    let mut unsound = 0;
    let cases = edge_cases();
    println!("  {} cases: {}", cases.len(), targets.at_least("edge cases", cases.len() as f64, 25.0));
    for case in cases {
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

/// What came of forecasts of some series, added up.
#[derive(Clone, Copy, Default)]
struct Sums {
    error: f64,
    naive: f64,
    signed: f64,
    size: f64,
    held: f64,
    count: f64,
}

impl Sums {
    /// Of a series with what came after it, beside Naive2.
    fn of(values: &[Option<f64>]) -> Self {
        let (train, test) = values.split_at(values.len() - HORIZON);
        let answer = forecast(&ForecastInput::monthly(train.to_vec(), HORIZON)).unwrap();
        let known: Vec<f64> = train.iter().flatten().copied().collect();
        let naive = naive2(&known, 12, HORIZON);
        let mut sums = Self::default();
        for ((point, naive), actual) in answer.points.iter().zip(naive).zip(test.iter().flatten()) {
            let held = (point.lo80..=point.hi80).contains(actual);
            sums = sums.with(Self {
                error: (point.p50 - actual).abs(),
                naive: (naive - actual).abs(),
                signed: point.p50 - actual,
                size: actual.abs(),
                held: f64::from(u8::from(held)),
                count: 1.0,
            });
        }
        sums
    }

    fn with(self, other: Self) -> Self {
        Self {
            error: self.error + other.error,
            naive: self.naive + other.naive,
            signed: self.signed + other.signed,
            size: self.size + other.size,
            held: self.held + other.held,
            count: self.count + other.count,
        }
    }

    fn print(self, name: &str) {
        println!(
            "  {name:24} WAPE {:5.1} % (Naive2 {:5.1} %), bias {:+6.1} %, 80 % intervals held {:.0} %",
            100.0 * self.error / self.size,
            100.0 * self.naive / self.size,
            100.0 * self.signed / self.size,
            100.0 * self.held / self.count
        );
    }
}

/// Errors and coverage on shapes that pools have, by shape.
pub fn shapes(targets: &mut Targets) {
    let names: Vec<&str> = capacity_shapes(0).iter().map(|(name, _)| *name).collect();
    let mut total = Sums::default();
    for (place, name) in names.iter().enumerate() {
        let seeds = (0..SEEDS).map(|seed| capacity_shapes(1_000 + 10 * seed).swap_remove(place).1);
        let sums = seeds.map(|values| Sums::of(&values)).fold(Sums::default(), Sums::with);
        sums.print(name);
        targets.at_most(&format!("{name}, of the error of Naive2"), sums.error / sums.naive, 1.0);
        total = total.with(sums);
    }
    total.print("all of them");
    let (of_naive, held) = (total.error / total.naive, 100.0 * total.held / total.count);
    println!(
        "  of the error of Naive2 {of_naive:.3}, wanted at most {OF_NAIVE}: {}",
        targets.at_most("capacity shapes, of the error of Naive2", of_naive, OF_NAIVE)
    );
    println!(
        "  80 % intervals held {held:.1} %, wanted at least {HELD}: {}",
        targets.at_least("capacity shapes, 80 % intervals held", held, HELD)
    );
}

/// Errors and coverage on stairs of many kinds.
pub fn stairs(targets: &mut Targets) {
    let mut total = Sums::default();
    for stairs in Stairs::ALL {
        let sums = (0..STAIRS).map(|seed| Sums::of(&stairs.values(seed))).fold(Sums::default(), Sums::with);
        sums.print(stairs.name);
        total = total.with(sums);
    }
    total.print("all of them");
    let (of_naive, held) = (total.error / total.naive, 100.0 * total.held / total.count);
    println!(
        "  of the error of Naive2 {of_naive:.3}, wanted at most {OF_NAIVE}: {}",
        targets.at_most("stairs of many kinds, of the error of Naive2", of_naive, OF_NAIVE)
    );
    println!(
        "  80 % intervals held {held:.1} %, wanted at least {HELD}: {}",
        targets.at_least("stairs of many kinds, 80 % intervals held", held, HELD)
    );
}
