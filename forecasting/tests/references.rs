//! Methods that others are held against: by name they are what the literature has, whatever the series has.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forecasting::forecast::accuracy::{mase, smape};
use forecasting::forecast::{Forecast, ForecastInput, Method, Warning, forecast, naive2};

fn by(method: Method, observations: Vec<Option<f64>>, period: usize, horizon: usize) -> Forecast {
    let input = ForecastInput::monthly(observations, horizon).with_periods(vec![period]).with_method(method);
    forecast(&input).unwrap()
}

fn plain(values: &[f64]) -> Vec<Option<f64>> {
    values.iter().copied().map(Some).collect()
}

#[track_caller]
fn assert_says(answer: &Forecast, expected: &[f64]) {
    assert_eq!(answer.points.len(), expected.len());
    for (point, expected) in answer.points.iter().zip(expected) {
        assert!((point.p50 - expected).abs() <= 1e-9 * expected.abs(), "{point:?} is not {expected}");
        assert!(point.lo95 <= point.lo80 && point.hi80 <= point.hi95, "{point:?}");
    }
}

/// Months with a season, a spike, a shift of level and a fall, all of which other methods allow for.
fn eventful() -> Vec<f64> {
    let month = |place: i32| 100.0 + f64::from((place * 5) % 12) + if place < 40 { 0.0 } else { 150.0 };
    let mut values: Vec<f64> = (0..72).map(month).collect();
    values[69] *= 10.0;
    values
}

#[test]
fn nothing_is_set_aside_for_a_reference() {
    let values = eventful();
    let naive = by(Method::Naive, plain(&values), 12, 4);
    assert_says(&naive, &[values[71]; 4]);
    let seasonal = by(Method::SeasonalNaive, plain(&values), 12, 14);
    let year: Vec<f64> = (0..14).map(|step| values[60 + step % 12]).collect();
    assert_says(&seasonal, &year);
    assert!(year[9] > 2_000.0, "the spike is part of the year");
    let adjusted = by(Method::Naive2, plain(&values), 12, 14);
    assert_says(&adjusted, &naive2(&values, 12, 14));
    for answer in [naive, seasonal, adjusted] {
        assert_eq!((answer.warnings.as_slice(), answer.trained_on), ([].as_slice(), 72));
        assert!(answer.reason.contains("from all observations as they are"), "{}", answer.reason);
    }
    // Beside it, what is no reference does allow for them.
    let theta = by(Method::Theta, plain(&values), 12, 4);
    assert!(theta.warnings.contains(&Warning::Spikes { steps: vec![70] }), "{:?}", theta.warnings);
}

#[test]
fn a_reference_takes_what_lies_far_back_and_zeros_too() {
    // Older than what other methods use, and what makes the season of Naive2.
    let season = |place: usize| if place.is_multiple_of(7) { 30.0 } else { 10.0 };
    let mut long: Vec<f64> = (0..2_100).map(season).collect();
    long[..400].iter_mut().for_each(|value| *value *= 3.0);
    let answer = by(Method::Naive2, plain(&long), 7, 9);
    assert_says(&answer, &naive2(&long, 7, 9));
    assert_eq!((answer.warnings.as_slice(), answer.trained_on), ([].as_slice(), 2_100));
    // A beginning and an end of zeros, and a counter that begins anew.
    let zeros = [vec![0.0; 8], (1..=20).map(f64::from).collect(), vec![0.0; 8]].concat();
    let reset: Vec<f64> = (1..=30).chain(1..=9).map(f64::from).collect();
    for values in [zeros, reset] {
        let last = values[values.len() - 1];
        for method in [Method::Naive, Method::SeasonalNaive, Method::Naive2, Method::OrdinaryLeastSquares] {
            let answer = by(method, plain(&values), 1, 2);
            assert_eq!((answer.warnings.as_slice(), answer.trained_on), ([].as_slice(), values.len()));
            assert_eq!(answer.method, method);
            if method != Method::OrdinaryLeastSquares {
                assert_says(&answer, &[last; 2]);
            }
        }
    }
}

#[test]
fn gaps_of_a_reference_are_filled_and_said() {
    let mut observations = plain(&(0..48).map(|place| 100.0 + f64::from(place % 12)).collect::<Vec<f64>>());
    observations[40] = None;
    observations[47] = None;
    let naive = by(Method::Naive, observations.clone(), 12, 3);
    assert_says(&naive, &[110.0; 3]);
    assert_eq!(naive.warnings, [Warning::Gaps { count: 1 }, Warning::Stale { count: 1 }]);
    let seasonal = by(Method::SeasonalNaive, observations, 12, 12);
    // The season of what is there fills the gap of the last year, up to how sure it is.
    let filled = seasonal.points[4].p50;
    assert!((filled - 104.0).abs() < 0.5, "{filled}");
    assert_says(&Forecast { points: seasonal.points[..3].to_vec(), ..seasonal }, &[100.0, 101.0, 102.0]);
}

#[test]
fn what_is_said_of_the_season_of_a_reference_is_what_it_does() {
    let reason = |method| by(method, plain(&eventful()), 12, 12).reason;
    for (method, season) in [
        (Method::Naive, "no season is carried on"),
        (Method::SeasonalNaive, "the last period goes on as it was"),
        (Method::Naive2, "the season goes on where it passes the test of the M4 competition"),
    ] {
        assert!(reason(method).contains(&format!("; {season}; ")), "{}", reason(method));
    }
}

#[test]
fn naive2_of_values_that_no_season_multiplies_is_the_last_one() {
    let below: Vec<f64> = (0..48).map(|place| f64::from(place % 12) - 3.0).collect();
    assert_says(&by(Method::Naive2, plain(&below), 12, 3), &[8.0; 3]);
}

/// sMAPE and MASE of what is said over a file of the competition, of what came before, a period and so many steps; `None`
/// where the file is not beside the workspace.
fn over(name: &str, say: impl Fn(&[f64], usize, usize) -> Vec<f64>) -> Option<(f64, f64)> {
    let path = format!("{}/../../shared/data/m4/{name}.csv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).ok().or_else(|| {
        eprintln!("{path} is not there: the official figures were not compared");
        None
    })?;
    let values = |field: &str| field.split(';').map(|value| value.parse().unwrap()).collect::<Vec<f64>>();
    let (mut sum, mut count) = ((0.0, 0.0), 0.0);
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let (period, train, test) = (fields[1].parse().unwrap(), values(fields[3]), values(fields[4]));
        let said = say(&train, period, test.len());
        sum.0 += smape(&test, &said);
        sum.1 += mase(&train, period, &test, &said).unwrap();
        count += 1.0;
    }
    Some((sum.0 / count, sum.1 / count))
}

/// What Naive2 says when it is asked for by name.
fn by_name(train: &[f64], period: usize, steps: usize) -> Vec<f64> {
    by(Method::Naive2, plain(train), period, steps).points.iter().map(|point| point.p50).collect()
}

#[test]
fn naive2_has_the_official_figures_of_the_competition_by_name_too() {
    for (name, official) in [("m4_hourly", (18.383, 2.395)), ("m4_weekly", (9.161, 2.777))] {
        for found in [over(name, naive2), over(name, by_name)].into_iter().flatten() {
            let close = (found.0 - official.0).abs() < 5e-4 && (found.1 - official.1).abs() < 5e-4;
            assert!(close, "{name}: {found:?}, officially {official:?}");
        }
    }
}
