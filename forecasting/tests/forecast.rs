//! Forecasts of series: what is promised of every answer, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod series;

use forecasting::ForecastError;
use forecasting::forecast::{Forecast, ForecastInput, Method, Regression, Warning, forecast, naive2};
use proptest::prelude::*;
use series::{capacity_shapes, edge_cases, noisy, spike, step_up};

const HORIZON: usize = 36;

fn plain(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

fn monthly(observations: Vec<Option<f64>>) -> Forecast {
    forecast(&ForecastInput::monthly(observations, HORIZON)).unwrap()
}

fn sound(answer: &Forecast) {
    assert!(!answer.reason.is_empty());
    assert_ne!(answer.method, Method::Auto);
    for point in &answer.points {
        let ends = [point.lo95, point.lo80, point.p50, point.hi80, point.hi95];
        assert!(ends.iter().all(|value| value.is_finite()), "{point:?}");
        assert!(ends.is_sorted(), "{point:?}");
        assert_eq!((point.p10, point.p90), (point.lo80, point.hi80));
    }
}

#[test]
fn every_edge_case_is_answered_or_refused_by_name() {
    for case in edge_cases() {
        let answer = forecast(&ForecastInput::monthly(case.observations, HORIZON));
        match (case.name, answer) {
            ("empty" | "all missing", answer) => {
                assert!(matches!(answer, Err(ForecastError::Missing { field: "observations", .. })));
            }
            (name, answer) => {
                let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(answer.points.len(), HORIZON, "{name}");
                sound(&answer);
            }
        }
    }
}

#[test]
fn what_cannot_be_answered_is_refused_with_the_field() {
    let refused = |input: ForecastInput| match forecast(&input) {
        Err(ForecastError::Invalid { field, value, .. }) => (field, value),
        other => panic!("{other:?}"),
    };
    let some = || plain(&[1.0, 2.0, 3.0]);
    assert_eq!(refused(ForecastInput::monthly(some(), 0)), ("horizon", "0".to_owned()));
    assert_eq!(refused(ForecastInput::monthly(some(), 10_000)), ("horizon", "10000".to_owned()));
    let broken = |value| ForecastInput::monthly(plain(&[1.0, value, 3.0]), 3);
    assert_eq!(refused(broken(f64::NAN)), ("observations", "NaN".to_owned()));
    assert_eq!(refused(broken(f64::INFINITY)), ("observations", "inf".to_owned()));
    assert_eq!(refused(ForecastInput::monthly(some(), 3).with_periods(vec![0])), ("period", "0".to_owned()));
    assert!("prophet".parse::<Method>().is_err());
    for method in Method::ALL {
        assert_eq!(method.name().parse::<Method>(), Ok(method));
    }
}

#[test]
fn constants_and_zeros_go_on() {
    for value in [0.0, 7.5, -3.0] {
        let answer = monthly(vec![Some(value); 36]);
        assert!(answer.points.iter().all(|point| point.lo95 == value && point.hi95 == value));
        assert!(answer.warnings.contains(&Warning::Constant));
    }
}

/// What holds of every answer to a series of one or two values, whichever method is asked for.
fn hardly_known(observations: &[Option<f64>], points: &str, count: usize) {
    let last = observations.iter().rev().flatten().next().copied().unwrap();
    for method in Method::ALL {
        let input = ForecastInput::monthly(observations.to_vec(), HORIZON).with_method(method);
        let answer = forecast(&input).unwrap();
        sound(&answer);
        assert_eq!((answer.method, answer.trained_on), (Method::Naive, count), "{method}");
        assert!(answer.reason.starts_with(points), "{method}: {}", answer.reason);
        assert!(answer.warnings.contains(&Warning::UnknownVariation), "{method}: {:?}", answer.warnings);
        assert!(!answer.warnings.contains(&Warning::Constant), "{method}: {:?}", answer.warnings);
        let spikes = |warning: &Warning| matches!(warning, Warning::Spikes { .. });
        assert!(!answer.warnings.iter().any(spikes), "{method}: {:?}", answer.warnings);
        let first = &answer.points[0];
        assert!((first.p50 / last - 1.0).abs() < 1e-9, "{method}: {first:?}");
        assert!(first.p10 < 0.95 * last && first.p90 > 1.05 * last, "{method}: {first:?}");
        assert!(answer.points[HORIZON - 1].p90 > first.p90, "{method}");
    }
}

#[test]
fn one_or_two_points_are_never_certain() {
    hardly_known(&plain(&[7.5]), "1 point shows", 1);
    hardly_known(&plain(&[7.5, 7.5]), "2 points show", 2);
    hardly_known(&plain(&[10.0, 20.0]), "2 points show", 2);
    let apart = |gaps, first, last| [vec![Some(first)], vec![None; gaps], vec![Some(last)]].concat();
    hardly_known(&apart(33, 100.0, 100.0), "2 points show", 2);
    hardly_known(&apart(9, 13.0, 3.0), "2 points show", 2);
}

#[test]
fn two_points_left_of_many_are_not_certain_either() {
    let since_reset = [plain(&[10.0, 20.0, 30.0, 40.0, 5.0]), vec![None; 6], plain(&[5.0])].concat();
    let since_cut = [plain(&[4.0, 5.0, 6.0]), vec![None; 2_000], plain(&[5.0])].concat();
    for (observations, points) in [(since_reset, "2 points show"), (since_cut, "1 point shows")] {
        let answer = monthly(observations);
        assert!(answer.reason.starts_with(points), "{}", answer.reason);
        assert!(answer.points[0].p10 < 4.75 && answer.points[0].p90 > 5.25, "{:?}", answer.points[0]);
    }
}

#[test]
fn a_counter_may_begin_anew_several_times() {
    let resets = |values: &[f64]| {
        let answer = monthly(plain(values));
        let told = answer.warnings.iter().filter_map(|warning| match warning {
            Warning::Reset { step, used } => Some((*step, *used)),
            _ => None,
        });
        (told.collect::<Vec<_>>(), answer.points[0].p50)
    };
    let run = |count: usize, step: f64| (1..=count).map(move |place| place as f64 * step);
    let twice: Vec<f64> = run(9, 40.0).chain(run(7, 30.0)).chain(run(8, 4.0)).collect();
    let (told, next) = resets(&twice);
    assert_eq!(told, [(10, true), (17, true)]);
    assert!((20.0..60.0).contains(&next), "{next} carries on the last run");
    // Too little came after the last one: told, and nothing is left out.
    let late: Vec<f64> = run(9, 40.0).chain(run(7, 30.0)).chain(run(3, 4.0)).collect();
    assert_eq!(resets(&late).0, [(10, false), (17, false)]);
    // What falls back every year is a season, and what comes and goes is no counter.
    let yearly: Vec<f64> = run(12, 10.0).chain(run(12, 10.0)).chain(run(12, 10.0)).collect();
    assert_eq!(resets(&yearly).0, []);
    let rare: Vec<f64> = (0..24).map(|step| if step % 5 == 4 { 6.0 } else { 0.0 }).collect();
    assert_eq!(resets(&rare).0, []);
}

#[test]
fn intermittent_demand_has_its_own_method() {
    let case = edge_cases().into_iter().find(|case| case.name == "intermittent").unwrap();
    let answer = monthly(case.observations);
    assert_eq!(answer.method, Method::Intermittent);
    assert!(answer.points[0].p50 > 0.3 && answer.points[0].p50 < 4.0);
    assert!(answer.points[0].lo80 == 0.0);
}

#[test]
fn intermittent_demand_is_fitted_to_all_that_was_seen() {
    let rare = |step: usize| if step.is_multiple_of(4) { 5.0 } else { 0.0 };
    let mut long: Vec<Option<f64>> = (0..2_000).map(|step| Some(rare(step))).collect();
    long[1_801] = None;
    let answer = monthly(long);
    assert_eq!((answer.method, answer.trained_on), (Method::Intermittent, 1_999));
    assert!(answer.warnings.contains(&Warning::Gaps { count: 1 }), "{:?}", answer.warnings);
    let cut = |warning: &Warning| matches!(warning, Warning::Cut { .. });
    assert!(!answer.warnings.iter().any(cut), "{:?}", answer.warnings);
}

/// So many zeros.
fn zeros(count: usize) -> Vec<f64> {
    vec![0.0; count]
}

#[test]
fn zeros_before_the_first_demand_are_a_beginning() {
    let rising: Vec<f64> = (0..20).map(|step| 50.0 + 2.0 * f64::from(step)).collect();
    let steady: Vec<f64> = (0..20).map(|step| 50.0 + f64::from(step * 7 % 5) - 2.0).collect();
    for (count, demand) in [(10, &rising), (40, &steady), (3, &rising)] {
        let answer = monthly(plain(&[&zeros(count), demand.as_slice()].concat()));
        sound(&answer);
        assert!(answer.warnings.contains(&Warning::Began { step: count + 1 }), "{:?}", answer.warnings);
        // As if nothing had been said of the time before.
        let alone = monthly(plain(demand));
        assert_eq!((answer.method, answer.trained_on), (alone.method, 20));
        assert_eq!(answer.points, alone.points);
    }
    let gaps = [plain(&zeros(8)), vec![None; 2], plain(&rising)].concat();
    let answer = monthly(gaps);
    assert_eq!(answer.warnings[0], Warning::Began { step: 11 });
    assert!(answer.points[11].p50 > 90.0, "{:?}", answer.points[11]);
    let named =
        ForecastInput::monthly(plain(&[zeros(10), rising].concat()), 3).with_method(Method::DampedTrend);
    assert_eq!(forecast(&named).unwrap().trained_on, 20);
}

#[test]
fn zeros_since_the_last_demand_are_an_end() {
    let steady: Vec<f64> = (0..30).map(|step| 45.0 + f64::from(step % 5)).collect();
    let rising: Vec<f64> = (1..=30).map(f64::from).collect();
    for (before, demand, after, level) in
        [(0, &steady, 14, 47.5), (0, &rising, 6, 24.5), (9, &steady, 14, 47.5)]
    {
        let values = [&zeros(before), demand.as_slice(), &zeros(after)].concat();
        let answer = monthly(plain(&values));
        sound(&answer);
        assert_eq!((answer.method, answer.trained_on), (Method::Naive, after));
        let began = (before > 0).then_some(Warning::Began { step: before + 1 });
        let told: Vec<Warning> = began.into_iter().chain([Warning::Ended { step: before + 31 }]).collect();
        assert_eq!(answer.warnings, told);
        for point in &answer.points {
            assert_eq!([point.lo95, point.lo80, point.p50, point.hi80], [0.0; 4]);
            assert!((point.hi95 - level).abs() < 1e-9, "{point:?}");
        }
    }
}

#[test]
fn zeros_that_alternate_with_demand_are_intermittent_wherever_they_lie() {
    let rare: Vec<f64> = (0..30).map(|step| if step % 3 == 0 { 6.0 } else { 0.0 }).collect();
    let few = [5.0, 6.0, 7.0];
    let on_and_off = [[50.0; 6], [0.0; 6], [50.0; 6], [0.0; 6]].concat();
    let series = [
        ([zeros(12), rare.clone()].concat(), 42),
        ([rare, zeros(12)].concat(), 42),
        ([zeros(10), few.to_vec()].concat(), 13),
        ([few.to_vec(), zeros(10)].concat(), 13),
        (on_and_off, 24),
    ];
    for (values, points) in series {
        let answer = monthly(plain(&values));
        assert_eq!((answer.method, answer.trained_on), (Method::Intermittent, points), "{values:?}");
        let blocks = |warning: &Warning| matches!(warning, Warning::Began { .. } | Warning::Ended { .. });
        assert!(!answer.warnings.iter().any(blocks), "{:?}", answer.warnings);
    }
    // Rate and interval of a single demand, as they were: 1/48 of 3 fades for 40 steps, and for 7 after it.
    let single = monthly(plain(&[zeros(40), vec![3.0], zeros(7)].concat()));
    let chance = (1.0 / 48.0 * 0.9_f64.powi(41) + 0.1) * 0.9_f64.powi(7);
    assert!((single.points[0].p50 - 3.0 * chance).abs() < 1e-9, "{:?}", single.points[0]);
}

#[test]
fn a_spike_is_set_aside() {
    for (length, seed) in [(36, 1), (60, 2), (96, 3)] {
        let answer = monthly(spike(length, seed));
        assert!((answer.points[HORIZON - 1].p50 / 100.0 - 1.0).abs() < 0.1, "{answer:?}");
        let named = Warning::Spikes { steps: vec![length - 2] };
        assert!(answer.warnings.contains(&named), "{:?}", answer.warnings);
    }
}

#[test]
fn a_spike_is_no_counter_that_began_anew() {
    let rising: Vec<f64> = (100..160).map(f64::from).collect();
    for (mut values, last) in [(rising.clone(), 159.0), (vec![100.0; 60], 100.0)] {
        values[52] *= 10.0;
        let answer = monthly(plain(&values));
        assert_eq!(answer.trained_on, 60, "{:?}", answer.warnings);
        assert!(answer.warnings.contains(&Warning::Spikes { steps: vec![53] }), "{:?}", answer.warnings);
        let reset = |warning: &Warning| matches!(warning, Warning::Reset { .. });
        assert!(!answer.warnings.iter().any(reset), "{:?}", answer.warnings);
        assert!((answer.points[0].p50 / last - 1.0).abs() < 0.02, "{:?}", answer.points[0]);
    }
    // A counter with a spike in it still begins anew, also from just after one.
    let counter = |spike: usize| {
        let mut values: Vec<f64> = (1..=40).chain(1..=20).map(|count| 10.0 * f64::from(count)).collect();
        values[spike] *= 10.0;
        monthly(plain(&values))
    };
    for spike in [30, 39] {
        let answer = counter(spike);
        assert!(answer.warnings.contains(&Warning::Reset { step: 41, used: true }), "{:?}", answer.warnings);
        assert_eq!(answer.trained_on, 20);
    }
}

#[test]
fn what_values_pass_on_their_way_is_no_spike() {
    let falling = (0..11).map(|step| 140.0 - 10.0 * f64::from(step));
    let leaving: Vec<f64> = std::iter::repeat_n(150.0, 49).chain(falling).collect();
    let arriving: Vec<f64> = leaving.iter().map(|value| 10_000.0 / value).collect();
    let sudden = [vec![150.0; 57], vec![90.0, 50.0]].concat();
    for values in [leaving, arriving, sudden] {
        let answer = monthly(plain(&values));
        sound(&answer);
        let spikes = |warning: &Warning| matches!(warning, Warning::Spikes { .. });
        assert!(!answer.warnings.iter().any(spikes), "{:?}", answer.warnings);
    }
    // Of a spike of two values none is passed.
    let mut twice = noisy(60, 4, |_| 100.0);
    (twice[40], twice[41]) = (Some(990.0), Some(1_010.0));
    let answer = monthly(twice);
    assert!(answer.warnings.contains(&Warning::Spikes { steps: vec![41, 42] }), "{:?}", answer.warnings);
}

#[test]
fn a_step_is_followed() {
    for (length, seed) in [(36, 1), (60, 2), (96, 3)] {
        let answer = monthly(step_up(length, seed));
        assert!((answer.points[HORIZON - 1].p50 / 200.0 - 1.0).abs() < 0.05, "{answer:?}");
        let shifted =
            |warning: &Warning| matches!(warning, Warning::Shift { step, .. } if *step == length - 19);
        assert!(answer.warnings.iter().any(shifted), "{:?}", answer.warnings);
    }
}

#[test]
fn the_last_step_of_stairs_is_within_every_interval() {
    let stairs: Vec<f64> = (0..60).map(|month| 100.0 + 50.0 * f64::from(month / 12)).collect();
    let answer = monthly(plain(&stairs));
    sound(&answer);
    for point in &answer.points {
        assert!(point.lo80 <= 300.0 && point.hi80 >= 300.0, "{point:?}");
    }
    // Where the last values differ, nothing is widened: of two changes nobody knows what will come of them.
    let ends = |last: f64| {
        let mut values: Vec<f64> = (0..60).map(|month| 100.0 + 100.0 * f64::from(month / 24)).collect();
        values[58] = last;
        monthly(plain(&values)).points[0].lo80
    };
    assert_eq!(ends(300.0), 300.0);
    assert!(ends(300.1) > 300.0, "{}", ends(300.1));
}

#[test]
fn growth_is_no_shift_and_no_spike() {
    let answer = monthly(noisy(60, 4, |step| 100.0 * 1.02_f64.powf(step)));
    assert!(answer.warnings.is_empty(), "{:?}", answer.warnings);
    assert!(answer.points[HORIZON - 1].p50 > 100.0 * 1.02_f64.powf(60.0));
}

#[test]
fn shapes_of_capacity_are_followed() {
    for (name, values) in capacity_shapes(7) {
        let (train, test) = values.split_at(60);
        let answer = monthly(train.to_vec());
        sound(&answer);
        let errors = answer.points.iter().zip(test.iter().flatten());
        let (error, size) = errors.fold((0.0, 0.0), |sum, (point, actual)| {
            (sum.0 + (point.p50 - actual).abs(), sum.1 + actual.abs())
        });
        assert!(error < 0.2 * size, "{name}: {}", error / size);
    }
}

#[test]
fn gaps_are_gaps() {
    let mut observations = noisy(60, 5, |_| 100.0);
    observations[10] = None;
    observations[58] = None;
    observations[59] = None;
    let answer = monthly(observations);
    assert!(answer.warnings.contains(&Warning::Gaps { count: 1 }));
    assert!(answer.warnings.contains(&Warning::Stale { count: 2 }));
    // Of 58 steps up to the last value, the one that was filled is none that was observed.
    assert_eq!((answer.points.len(), answer.trained_on), (HORIZON, 57));
}

#[test]
fn what_is_said_of_growth_is_what_the_methods_do() {
    let growing = noisy(60, 4, |step| 100.0 + 2.0 * step);
    let said = |method| {
        let input = ForecastInput::monthly(growing.clone(), HORIZON).with_method(method);
        forecast(&input).unwrap().reason
    };
    let in_part = "growth fades in part: a damped trend is one of the methods";
    for (method, growth) in [
        (Method::Auto, in_part),
        (Method::Combination, in_part),
        (Method::DampedTrend, "growth fades by at least 2 % a step"),
        (Method::Arima, "growth fades by at least 5 % a step"),
        (Method::Theta, "growth goes on as Theta has it"),
        (Method::SeasonalArima, "growth goes on as seasonal differences have it"),
        (Method::StraightLine, "growth goes on as it was"),
        (Method::Naive, "no growth is carried on"),
        (Method::SeasonalNaive, "no growth is carried on"),
        (Method::Naive2, "no growth is carried on"),
    ] {
        let reason = said(method);
        assert!(reason.contains(&format!("; {growth}; ")), "{method}: {reason}");
        assert_eq!(reason.matches("growth").count(), 1, "{method}: {reason}");
    }
}

#[test]
fn a_damped_trend_fades_and_theta_need_not() {
    let growing: Vec<f64> = (0..60).map(|step| 1_000.0 + 50.0 * f64::from(step)).collect();
    let ahead = |method| {
        let input = ForecastInput::monthly(plain(&growing), HORIZON).with_method(method);
        forecast(&input).unwrap().points.iter().map(|point| point.p50).collect::<Vec<f64>>()
    };
    // What is left of the growth of the second step at the last one, in logarithms as the methods have it.
    for (method, left) in [(Method::DampedTrend, 0.98_f64), (Method::Arima, 0.95)] {
        let points = ahead(method);
        let growth = |step: usize| (points[step] / points[step - 1]).ln();
        assert!(growth(35) <= left.powi(34) * growth(1) + 1e-9, "{method}: {points:?}");
    }
    let theta = ahead(Method::Theta);
    assert!(theta[35] - theta[34] > 0.9 * (theta[1] - theta[0]) && theta[1] > theta[0], "{theta:?}");
}

#[test]
fn equal_input_gives_equal_output() {
    let input = ForecastInput::monthly(noisy(72, 6, |step| 100.0 + step), HORIZON);
    assert_eq!(forecast(&input), forecast(&input));
}

#[test]
fn the_straight_line_has_the_figures_of_the_worked_example() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/design/golden.json");
    let text = std::fs::read_to_string(path).expect("the worked examples are expected beside the workspace");
    let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
    let figure = |id: &str, name: &str| golden[id][name].as_f64().unwrap();
    let peaks = [208, 221, 214, 229, 222, 238, 229, 243, 251, 240, 259, 256].map(f64::from);
    let line = Regression::of_values(&peaks);
    let close =
        |found: f64, wanted: f64, within: f64| assert!((found - wanted).abs() <= within, "{found} {wanted}");
    close(line.intercept, figure("6.ols", "intercept"), 5e-7);
    close(line.slope, figure("6.ols", "slope"), 5e-7);
    close(line.error, figure("6.ols", "s"), 5e-7);
    close(line.squares_x, figure("6.ols", "Sxx"), 1e-9);
    close(line.mean_x, figure("6.ols", "xbar"), 1e-9);
    for (name, x) in [("up20", 20.0), ("up21", 21.0), ("up22", 22.0)] {
        close(line.upper90(x), figure("6.fit_values", name), 5e-4);
    }
    let input = ForecastInput::monthly(plain(&peaks), 24).with_method(Method::OrdinaryLeastSquares);
    let answer = forecast(&input).unwrap();
    close(answer.points[9].p50, figure("6.fit_values", "y22"), 5e-4);
    close(answer.points[10].p50, figure("6.fit_values", "y23"), 5e-4);
    close(answer.points[8].p90, figure("6.fit_values", "up21"), 5e-4);
    let first = |of: fn(&forecasting::forecast::Point) -> f64| {
        answer.points.iter().position(|point| of(point) >= 300.0).unwrap() as u64 + 13
    };
    assert_eq!(Some(first(|point| point.p50)), golden["6.ols.first_month_p50"].as_u64());
    assert_eq!(Some(first(|point| point.p90)), golden["6.ols.first_month_p90"].as_u64());
}

#[test]
fn naive2_repeats_the_season_of_a_seasonal_series() {
    let values: Vec<f64> = (0..48).map(|place| if place % 12 == 0 { 200.0 } else { 100.0 }).collect();
    let ahead = naive2(&values, 12, 12);
    assert!((ahead[0] - 200.0).abs() < 1e-9 && (ahead[1] - 100.0).abs() < 1e-9, "{ahead:?}");
    assert_eq!(naive2(&[1.0, 2.0, 5.0], 12, 2), vec![5.0, 5.0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_comes_is_answered_soundly(
        values in prop::collection::vec(prop::option::weighted(0.9, -1e6..1e6_f64), 1..90),
        horizon in 1..60_usize,
    ) {
        prop_assume!(values.iter().any(Option::is_some));
        let answer = forecast(&ForecastInput::monthly(values, horizon)).unwrap();
        prop_assert_eq!(answer.points.len(), horizon);
        sound(&answer);
    }

    #[test]
    fn positive_series_stay_positive_and_scale(
        values in prop::collection::vec(1.0..1e3_f64, 3..90),
    ) {
        let answer = monthly(plain(&values));
        let scaled: Vec<f64> = values.iter().map(|value| value * 1_000.0).collect();
        let larger = monthly(plain(&scaled));
        prop_assert_eq!(answer.method, larger.method);
        for (point, larger) in answer.points.iter().zip(&larger.points) {
            prop_assert!(point.lo95 > 0.0, "{:?}", point);
            prop_assert!((point.p50 * 1_000.0 / larger.p50 - 1.0).abs() < 1e-3, "{:?} {:?}", point, larger);
        }
    }
}
