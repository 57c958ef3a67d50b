//! A fall after a spike, a drop-out and a counter that begins anew: which is which.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forecasting::forecast::{Forecast, ForecastInput, Warning, forecast};

fn monthly(values: &[f64]) -> Forecast {
    forecast(&ForecastInput::monthly(values.iter().copied().map(Some).collect(), 12)).unwrap()
}

fn rising(count: usize) -> Vec<f64> {
    (100..).take(count).map(f64::from).collect()
}

fn resets(answer: &Forecast) -> Vec<(usize, bool)> {
    let told = answer.warnings.iter().filter_map(|warning| match warning {
        Warning::Reset { step, used } => Some((*step, *used)),
        _ => None,
    });
    told.collect()
}

/// Whether all points are used, the odd values are named, and the line goes on.
#[track_caller]
fn assert_set_aside(values: &[f64], steps: &[usize]) {
    let answer = monthly(values);
    assert_eq!(resets(&answer), []);
    assert_eq!(answer.trained_on, values.len());
    assert_eq!(answer.warnings, [Warning::Spikes { steps: steps.to_vec() }]);
    let next = 100.0 + f64::from(u32::try_from(values.len()).unwrap());
    assert!((answer.points[0].p50 / next - 1.0).abs() < 0.02, "{:?}", answer.points[0]);
}

#[test]
fn a_spike_of_two_values_is_no_counter_that_began_anew() {
    for (place, length) in [(20, 60), (52, 60), (30, 36), (10, 36)] {
        let mut values = rising(length);
        values[place] *= 10.0;
        values[place + 1] *= 10.0;
        assert_set_aside(&values, &[place + 1, place + 2]);
    }
    // The first of them half as high, as a month of which the spike is a part.
    let mut values = rising(60);
    values[40] *= 5.0;
    values[41] *= 12.0;
    assert_set_aside(&values, &[41, 42]);
}

#[test]
fn values_that_drop_out_are_no_counter_that_began_anew() {
    for (values_out, what) in [(1, 0.0), (2, 0.0), (1, 3.0), (2, 7.0)] {
        let mut values = rising(60);
        values[40..40 + values_out].fill(what);
        let steps: Vec<usize> = (41..41 + values_out).collect();
        assert_set_aside(&values, &steps);
    }
}

#[test]
fn a_counter_that_stays_below_where_it_rose_from_began_anew() {
    let run = |count: i32, step: f64| (1..=count).map(move |place| f64::from(place) * step);
    // Plain, after a spike of two values, and from just after one.
    let plain: Vec<f64> = run(40, 10.0).chain(run(20, 10.0)).collect();
    let mut earlier = plain.clone();
    earlier[20] *= 10.0;
    earlier[21] *= 10.0;
    let mut just_before = plain.clone();
    just_before[38] *= 10.0;
    just_before[39] *= 10.0;
    for values in [plain, earlier, just_before] {
        let answer = monthly(&values);
        assert_eq!(resets(&answer), [(41, true)], "{:?}", answer.warnings);
        assert_eq!(answer.trained_on, 20);
    }
    // It counts up so fast that it is back within a few steps, again and again.
    let fast: Vec<f64> = (0..32).map(|step| 130.0 * f64::from(step % 4 + 1) + f64::from(step)).collect();
    let told = resets(&monthly(&fast));
    assert_eq!(told.len(), 7, "{told:?}");
    // Falls of a counter that idles before it rises.
    let idle = [vec![1.0, 2.0, 2.0], run(20, 50.0).collect(), vec![1.0, 2.0, 2.0], run(6, 50.0).collect()];
    assert_eq!(resets(&monthly(&idle.concat())), [(24, true)]);
}
