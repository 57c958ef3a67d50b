//! Few points, where nothing can be tried on the points themselves: centres stay near, and intervals never vanish.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forecasting::forecast::{Forecast, ForecastInput, Method, Point, Warning, forecast};
use proptest::prelude::*;

const HORIZON: usize = 36;

fn monthly(values: &[f64]) -> Forecast {
    by(Method::Auto, values)
}

fn by(method: Method, values: &[f64]) -> Forecast {
    let observations = values.iter().copied().map(Some).collect();
    forecast(&ForecastInput::monthly(observations, HORIZON).with_method(method)).unwrap()
}

fn range(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// That points are finite and in order, and no interval is narrower than one before it.
#[track_caller]
fn assert_sound(answer: &Forecast) {
    assert_eq!(answer.points.len(), HORIZON);
    for point in &answer.points {
        let ends = [point.lo95, point.lo80, point.p50, point.hi80, point.hi95];
        assert!(ends.iter().all(|value| value.is_finite()) && ends.is_sorted(), "{point:?}");
    }
    let widths: [fn(&Point) -> f64; 2] = [|point| point.hi80 - point.lo80, |point| point.hi95 - point.lo95];
    for width in widths {
        for pair in answer.points.windows(2) {
            let size = pair[0].hi95.abs().max(pair[0].lo95.abs());
            assert!(width(&pair[1]) >= width(&pair[0]) - 1e-9 * size, "{pair:?}");
        }
    }
}

/// That the centre stays within what was seen, widened by its own length, and intervals hold what was seen.
#[track_caller]
fn assert_near(answer: &Forecast, values: &[f64]) {
    let (low, high) = range(values);
    let (length, slack) = (high - low, 1e-9 * high.abs().max(low.abs()));
    let recent = range(&values[values.len().saturating_sub(6)..]);
    for point in &answer.points {
        assert!(
            point.p50 >= low - length - slack && point.p50 <= high + length + slack,
            "{values:?} {point:?}"
        );
        assert!(point.lo95 <= low + slack && point.hi95 >= high - slack, "{values:?} {point:?}");
        assert!(point.lo80 <= recent.0 + slack && point.hi80 >= recent.1 - slack, "{values:?} {point:?}");
    }
}

#[test]
fn few_points_stay_near_what_was_seen() {
    let growing: Vec<f64> = (0..6).map(|month| 100.0 * 1.2_f64.powi(month)).collect();
    // What the last step comes to at most: the trend once more over as many steps as it was seen for.
    for (values, within) in [
        (vec![10.0, 20.0, 30.0], 40.0..=50.0),
        (vec![1.0, 2.0, 3.0, 4.0, 5.0], 7.0..=9.0),
        (vec![100.0, 101.0, 150.0], 150.0..=200.0),
        (vec![7.0, 9.0, 8.0], 7.9..=8.1),
        (growing, 300.0..=400.0),
        (vec![30.0, 20.0, 10.0], 1.0..=5.0),
        (vec![-10.0, -20.0, -30.0], -50.0..=-40.0),
    ] {
        let answer = monthly(&values);
        assert_sound(&answer);
        assert_near(&answer, &values);
        let last = answer.points[HORIZON - 1];
        assert!(within.contains(&last.p50), "{values:?} {last:?}");
        assert!(last.hi80 > last.p50 && last.lo80 < last.p50, "{values:?} {last:?}");
        assert!(last.hi95 > last.hi80, "{values:?} {last:?}");
        assert!(last.hi80 - last.lo80 > answer.points[0].hi80 - answer.points[0].lo80, "{values:?}");
        assert_eq!(answer.method, Method::DampedTrend);
        assert!(answer.warnings.contains(&Warning::Short { points: values.len() }), "{:?}", answer.warnings);
        assert!(!answer.warnings.contains(&Warning::Bounded), "{:?}", answer.warnings);
    }
}

#[test]
fn the_trend_of_few_points_fades_over_as_many_steps() {
    // 30 and 10 a step, of which two thirds are left each time: 30 + 20 / 3, then 30 + 20 / 3 + 40 / 9, up to 50.
    let answer = monthly(&[10.0, 20.0, 30.0]);
    for (step, expected) in [(0, 30.0 + 20.0 / 3.0), (1, 30.0 + 100.0 / 9.0), (HORIZON - 1, 50.0)] {
        assert!((answer.points[step].p50 - expected).abs() < 1e-4, "{:?}", answer.points[step]);
    }
    assert!(answer.reason.contains("fades over about 3 steps"), "{}", answer.reason);
    // Values that only rose are not expected to turn round at once.
    assert!(monthly(&[100.0, 101.0, 150.0]).points[0].p50 > 150.0);
    // A fall of what is positive never reaches zero: a half each step, of which two thirds are left each time.
    let falling = monthly(&[40.0, 20.0, 10.0]);
    let expected = 10.0 * 0.5_f64.powf(2.0 / 3.0);
    assert!((falling.points[0].p50 - expected).abs() < 1e-4, "{:?}", falling.points[0]);
    assert!(falling.points.iter().all(|point| point.lo95 > 0.0));
    let none = monthly(&[7.0, 9.0, 8.0]);
    assert!(none.points.iter().all(|point| (point.p50 - 8.0).abs() < 1e-6));
    assert!(none.reason.contains("no trend stands out"), "{}", none.reason);
}

#[test]
fn low_ends_of_growth_do_not_jump() {
    let growing: Vec<f64> = (0..6).map(|month| 100.0 * 1.2_f64.powi(month)).collect();
    let answer = monthly(&growing);
    for pair in answer.points.windows(2) {
        for (one, next) in [(pair[0].lo80, pair[1].lo80), (pair[0].lo95, pair[1].lo95)] {
            assert!((next - one).abs() < 0.2 * growing[5], "{pair:?}");
        }
        assert!(pair[1].hi80 > pair[0].hi80 && pair[1].hi95 > pair[0].hi95, "{pair:?}");
    }
}

#[test]
fn a_season_that_few_points_show_goes_on() {
    let values = [10.0, 20.0, 30.0, 11.0, 21.0, 31.0, 10.0, 20.0, 30.0, 11.0];
    let input =
        ForecastInput::monthly(values.iter().copied().map(Some).collect(), HORIZON).with_periods(vec![3]);
    let answer = forecast(&input).unwrap();
    assert_sound(&answer);
    let [second, third, first] = [0, 1, 2].map(|step: usize| answer.points[step].p50);
    assert!(first < second && second < third, "{:?}", answer.points);
    assert!(answer.reason.contains("what recurs is carried on"), "{}", answer.reason);
}

#[test]
fn what_is_asked_for_by_name_has_intervals_that_are_never_squeezed() {
    let values = [100.0, 101.0, 150.0];
    for method in [Method::Theta, Method::DampedTrend, Method::Arima, Method::StraightLine, Method::Naive] {
        let answer = by(method, &values);
        assert_sound(&answer);
        assert_eq!(answer.method, method);
        for point in &answer.points {
            assert!(point.hi95 > point.hi80 && point.hi80 > point.lo80, "{method} {point:?}");
            assert!(point.lo80 <= 100.0 && point.hi80 >= 150.0, "{method} {point:?}");
        }
    }
    let answer = by(Method::Combination, &values);
    assert_eq!((answer.method, &answer.points), (Method::DampedTrend, &monthly(&values).points));
    let replaced =
        |warning: &Warning| matches!(warning, Warning::Replaced { method: Method::Combination, .. });
    assert!(answer.warnings.iter().any(replaced), "{:?}", answer.warnings);
}

#[test]
fn twelve_points_are_tried_on_themselves() {
    let noisy = |count: i32| (0..count).map(|place| 100.0 + f64::from(place * 7 % 12)).collect::<Vec<f64>>();
    let short =
        |answer: &Forecast| answer.warnings.iter().any(|warning| matches!(warning, Warning::Short { .. }));
    assert!(short(&monthly(&noisy(11))) && !short(&monthly(&noisy(12))));
    assert_eq!(monthly(&noisy(12)).method, Method::Combination);
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    let sizes = prop_oneof![
        -1e6..1e6_f64,
        0.0..100.0_f64,
        (-30..30_i32, 1.0..10.0_f64).prop_map(|(power, value)| value * 10_f64.powi(power)),
        (0..5_i32).prop_map(f64::from),
    ];
    let mixed = prop::collection::vec(sizes, 3..12);
    let positive = prop::collection::vec(1.0..1e3_f64, 3..12);
    let one_way = prop::collection::vec(0.0..50.0_f64, 3..12).prop_map(|moves| {
        moves
            .iter()
            .scan(1.0, |level, moved| {
                *level += moved;
                Some(*level)
            })
            .collect()
    });
    prop_oneof![mixed, positive, one_way]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn few_points_of_any_size_are_answered_soundly(values in values(), backwards in any::<bool>()) {
        let values: Vec<f64> = if backwards { values.into_iter().rev().collect() } else { values };
        let answer = monthly(&values);
        assert_sound(&answer);
        let reset = |warning: &Warning| matches!(warning, Warning::Reset { .. });
        let aside = |warning: &Warning| matches!(warning, Warning::Spikes { .. } | Warning::Began { .. });
        // A counter goes on from a run that was lowered, which is not what was seen.
        if answer.warnings.iter().any(reset) {
            return Ok(());
        }
        if answer.method == Method::DampedTrend && !answer.warnings.iter().any(aside) {
            assert_near(&answer, &values);
        }
        let (low, high) = range(&values);
        let slack = 1e-9 * high.abs().max(low.abs());
        for point in &answer.points {
            prop_assert!(point.p50 >= low - (high - low) - slack && point.p50 <= high + (high - low) + slack);
        }
    }

    #[test]
    fn few_points_by_any_method_are_answered_soundly(values in values(), method in 0..Method::ALL.len()) {
        let method = Method::ALL[method];
        // The line by name is what the textbook has, whose intervals are those of its own errors.
        prop_assume!(method != Method::OrdinaryLeastSquares);
        assert_sound(&by(method, &values));
    }
}

#[test]
fn a_counter_that_just_began_anew_goes_on_upward() {
    let run = |count: i32, step: i32| (1..=count).map(move |place| f64::from(place * step));
    let late: Vec<f64> = run(57, 10).chain([0.0, 10.0, 20.0]).collect();
    let few: Vec<f64> = run(7, 100).chain([10.0, 110.0, 210.0, 310.0, 410.0]).collect();
    let fewest: Vec<f64> = run(6, 100).chain([5.0, 105.0, 205.0]).collect();
    let last: Vec<f64> = run(30, 10).chain([0.0]).collect();
    // The run before joins by its step: 570 is lowered to -10, 700 to -90, 600 to -95, 300 to -10.
    for (values, reset, by, step) in
        [(late, 58, 580.0, 10.0), (few, 8, 790.0, 100.0), (fewest, 7, 695.0, 100.0), (last, 31, 310.0, 10.0)]
    {
        let answer = monthly(&values);
        assert_eq!(answer.warnings[0], Warning::Reset { step: reset, used: false });
        assert!(answer.warnings.contains(&Warning::Joined { step: reset, by }), "{:?}", answer.warnings);
        assert_eq!(answer.trained_on, values.len());
        let (end, first) = (values[values.len() - 1], answer.points[0]);
        assert!(first.p50 > end + 0.7 * step && first.p50 < end + 1.3 * step, "{first:?}");
        assert!(answer.points.windows(2).all(|pair| pair[1].p50 > pair[0].p50), "{:?}", answer.points);
        assert!(answer.points.iter().all(|point| point.lo95 >= 0.0));
    }
}

#[test]
fn what_a_joined_counter_was_lowered_by_takes_no_interval_to_zero() {
    let few = vec![1.0, 1.0, 1.0, 574.7, 752.9, 970.7, 1.0, 396.5];
    let many: Vec<f64> = (1..=40).map(|place| f64::from(place * place)).chain([1.0, 90.0]).collect();
    for values in [few, many] {
        let answer = monthly(&values);
        assert!(answer.warnings.iter().any(|warning| matches!(warning, Warning::Joined { .. })));
        assert!(answer.points.iter().all(|point| point.lo95 > 0.0), "{:?}", answer.points);
    }
}

#[test]
fn only_the_run_before_joins_what_came_since_a_counter_began_anew() {
    let run = |count: i32| (1..=count).map(|place| f64::from(place * 10));
    let told = |values: &[f64]| {
        let answer = monthly(values);
        let joined = |warning: &Warning| matches!(warning, Warning::Joined { .. });
        (answer.warnings.iter().any(joined), answer.trained_on)
    };
    let twice: Vec<f64> = run(20).chain(run(15)).chain(run(3)).collect();
    assert_eq!(told(&twice), (true, 18));
    // None of the runs went on for longer than four steps, and what stays at zero may have dropped out.
    let fast: Vec<f64> = (0..32).map(|step| 130.0 * f64::from(step % 4 + 1) + f64::from(step)).collect();
    assert_eq!(told(&fast), (false, 32));
    let stays: Vec<f64> = run(30).chain([0.0, 0.0]).collect();
    assert_eq!(told(&stays), (false, 30));
}

#[test]
fn two_zeros_at_the_end_are_a_drop_out_and_told() {
    let about: Vec<f64> = (0..30).map(|place| 100.0 + f64::from(place * 7 % 11)).collect();
    let ends = |zeros: usize| [about.clone(), vec![0.0; zeros]].concat();
    let answer = monthly(&ends(2));
    assert_eq!(answer.warnings, [Warning::DroppedOut { step: 31 }]);
    assert_eq!(answer.trained_on, 30);
    let known =
        forecast(&ForecastInput::monthly(about.iter().copied().map(Some).collect(), HORIZON + 2)).unwrap();
    for (point, known) in answer.points.iter().zip(&known.points[2..]) {
        assert_eq!((point.p50, point.lo80, point.hi95), (known.p50, known.lo80, known.hi95));
        assert_eq!(point.lo95, 0.0);
    }
    // Six are the end of demand, and what falls to nothing step by step is no drop-out; nor is anything by a reference.
    assert_eq!(monthly(&ends(6)).warnings, [Warning::Ended { step: 31 }]);
    let falling: Vec<f64> = (0..30).map(|place| 100.0 * 0.8_f64.powi(place)).chain([0.0, 0.0]).collect();
    let told = |answer: &Forecast| {
        answer.warnings.iter().any(|warning| matches!(warning, Warning::DroppedOut { .. }))
    };
    assert!(!told(&monthly(&falling)) && !told(&by(Method::Naive, &ends(2))));
}
