//! Levels that stay and change at once: more changes come, or none any more.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "other tests use the rest")]
mod series;
#[path = "series/stairs.rs"]
mod shapes;

use forecasting::forecast::{Forecast, ForecastInput, Method, Warning, forecast, naive2};
use series::{Numbers, capacity_shapes, noisy};
use shapes::{LENGTH, Stairs};

const HORIZON: usize = 36;

fn monthly(observations: Vec<Option<f64>>) -> Forecast {
    forecast(&ForecastInput::monthly(observations, HORIZON)).unwrap()
}

/// Yearly stairs from 100 to 300 and, after the last change, so many months in all.
fn yearly(since: usize) -> Vec<Option<f64>> {
    (0..48 + since)
        .map(|month| Some(100.0 + 50.0 * f64::from(u32::try_from(month / 12).unwrap().min(4))))
        .collect()
}

/// Chance that stairs go on, where the series is held for any.
fn goes_on(answer: &Forecast) -> Option<f64> {
    answer.warnings.iter().find_map(|warning| match warning {
        Warning::Stairs { goes_on, .. } => Some(*goes_on),
        _ => None,
    })
}

#[test]
fn stairs_go_on_as_far_as_that_is_likely() {
    let answer = monthly(yearly(12));
    let [Warning::Stairs { changes: 4, size, every, since: 12, goes_on }] = answer.warnings[..] else {
        panic!("{:?}", answer.warnings)
    };
    assert!((size - 50.0).abs() < 1e-9 && (every - 12.0).abs() < 1e-9, "{size} {every}");
    // A fifth that the last was the last, and half of the others would have come: 4/5 · 1/2 of 3/5.
    assert!((goes_on - 2.0 / 3.0).abs() < 1e-9, "{goes_on}");
    assert_eq!(answer.method, Method::Combination);
    assert!(answer.reason.starts_with("levels stay and change at once"), "{}", answer.reason);
    let said = answer.warnings[0].to_string();
    assert!(said.contains("4 changes of about 50, one in about 12 steps, the last 12 steps ago"), "{said}");
    assert!(said.contains("chance of 67 %"), "{said}");
    // Three more by then, two thirds of which are expected.
    assert!((answer.points[HORIZON - 1].p50 - 400.0).abs() < 1.0, "{:?}", answer.points[HORIZON - 1]);
    for point in &answer.points {
        assert!(point.lo80 <= 300.0 && point.hi80 >= 300.0, "{point:?}");
    }
    assert!(answer.points[HORIZON - 1].hi80 >= 450.0, "{:?}", answer.points[HORIZON - 1]);
}

#[test]
fn growth_ends_where_no_change_has_come_for_longer_than_usual() {
    let after = |since: usize| {
        let answer = monthly(yearly(since));
        (goes_on(&answer).unwrap(), answer.points[HORIZON - 1].p50)
    };
    let months = [1, 6, 11, 13, 15, 18, 24, 36];
    let chances: Vec<f64> = months.iter().map(|since| after(*since).0).collect();
    assert!(chances.windows(2).all(|pair| pair[1] < pair[0]), "{chances:?}");
    assert!(chances[1] > 0.75 && chances[5] < 0.3 && chances[6] < 0.02, "{chances:?}");
    for since in [24, 36] {
        let (_, last) = after(since);
        assert!((300.0..303.0).contains(&last), "{since} months: {last}");
    }
    // What changes irregularly may still come after a while.
    let irregular = |since: usize| {
        let starts = [9, 14, 29, 37, 55];
        let level =
            |month: usize| 100.0 + 40.0 * starts.iter().filter(|start| **start <= month).count() as f64;
        goes_on(&monthly((0..55 + since).map(|month| Some(level(month))).collect())).unwrap()
    };
    assert!(
        irregular(18) > after(18).0 && irregular(18) < irregular(6),
        "{} {}",
        irregular(18),
        irregular(6)
    );
}

#[test]
fn stairs_may_go_down() {
    let down: Vec<Option<f64>> =
        yearly(12).into_iter().map(|value| value.map(|value| 700.0 - value)).collect();
    let answer = monthly(down);
    assert!(matches!(answer.warnings[..], [Warning::Stairs { size, .. }] if (size + 50.0).abs() < 1e-9));
    let last = &answer.points[HORIZON - 1];
    // Each of three changes takes 50 of 450 of what is left, and two thirds of that are expected.
    let going_on = 400.0 * (400.0_f64 / 450.0).powi(3);
    assert!((last.p50 - (400.0 - (400.0 - going_on) * 2.0 / 3.0)).abs() < 1.0, "{last:?}");
    assert!(last.lo80 <= going_on && last.hi80 >= 400.0, "{last:?}");
}

#[test]
fn stairs_that_go_down_never_reach_zero() {
    let down = |month: u32| Some(450.0 - 100.0 * f64::from(month / 10));
    let answer = monthly((0..46).map(down).collect());
    assert!(goes_on(&answer).is_some_and(|chance| chance > 0.5), "{:?}", answer.warnings);
    assert!(answer.points.iter().all(|point| point.lo95 > 0.0 && point.p50 < 51.0), "{answer:?}");
}

#[test]
fn what_is_asked_for_by_name_has_no_stairs() {
    for method in [Method::Combination, Method::Theta, Method::Naive, Method::StraightLine] {
        let input = ForecastInput::monthly(yearly(12), HORIZON).with_method(method);
        let answer = forecast(&input).unwrap();
        assert_eq!((goes_on(&answer), answer.method), (None, method));
    }
}

#[test]
fn what_grows_or_wanders_is_no_stairs() {
    for seed in 0..40 {
        let mut numbers = Numbers(seed);
        let mut level = 100.0;
        let wandering = (0..72).map(|_| {
            level += 3.0 * numbers.noise();
            Some(level)
        });
        let wandering: Vec<Option<f64>> = wandering.collect();
        let growing = noisy(72, seed, |step| 100.0 + 2.0 * step);
        for observations in [wandering, growing] {
            assert_eq!(goes_on(&monthly(observations)), None, "seed {seed}");
        }
        for (name, values) in capacity_shapes(100 * seed) {
            let found = goes_on(&monthly(values[..60].to_vec()));
            assert!(found.is_none() || name == "stairs", "{name}, seed {seed}");
        }
    }
}

#[test]
fn stairs_of_many_kinds_are_followed() {
    for stairs in Stairs::ALL {
        let (mut error, mut naive, mut held, mut count) = (0.0, 0.0, 0.0, 0.0);
        for seed in 0..20 {
            let values = stairs.values(seed);
            let (train, test) = values.split_at(LENGTH - HORIZON);
            let known: Vec<f64> = train.iter().flatten().copied().collect();
            let answer = monthly(train.to_vec());
            for ((point, plain), came) in
                answer.points.iter().zip(naive2(&known, 12, HORIZON)).zip(test.iter().flatten())
            {
                assert!(point.lo95 <= point.lo80 && point.hi80 <= point.hi95, "{point:?}");
                error += (point.p50 - came).abs();
                naive += (plain - came).abs();
                held += f64::from(u8::from((point.lo80..=point.hi80).contains(came)));
                count += 1.0;
            }
        }
        assert!(error <= 0.75 * naive + 0.01 * 100.0 * count, "{}: {error} of {naive}", stairs.name);
        assert!(held >= 0.7 * count, "{}: {held} of {count}", stairs.name);
    }
}
