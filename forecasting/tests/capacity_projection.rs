//! Demand carried on by any method, what would push the day out, and how far forecasts were from what came.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use forecasting::capacity::events::{Events, Reservation, Step};
use forecasting::capacity::exhaustion::{Exhaustion, Fan, FanPoint};
use forecasting::capacity::order::{Action, Candidate, headroom, push_out, shortage};
use forecasting::capacity::projection::{Projection, Question};
use forecasting::capacity::regression::{Point, Reason};
use forecasting::capacity::scores::{Band, Scored, by_band, score};
use forecasting::capacity::supply::{Supply, SupplyChange};
use forecasting::forecast::Method;
use forecasting::month::Month;
use forecasting::roadmap::GrowthWindow;
use rust_decimal::Decimal;

const PEAKS: [i64; 12] = [208, 221, 214, 229, 222, 238, 229, 243, 251, 240, 259, 256];

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn points(first: &str, values: &[i64]) -> Vec<Point> {
    let first = month(first);
    let each = values.iter().enumerate();
    each.map(|(place, value)| Point { month: first.plus(place as i32), value: (*value).into() }).collect()
}

fn question(values: &[i64], supply: i64, method: Method) -> Question {
    Question {
        points: points("2025-11", values),
        fit_from: None,
        method,
        growth: Vec::new(),
        events: Events::default(),
        supply: Some(Supply::level(supply.into()).unwrap()),
        until: None,
        as_of: day("2026-11-20"),
        months: 36,
    }
}

fn answer(question: &Question) -> Projection {
    question.answer().unwrap()
}

#[test]
fn another_supply_is_reached_as_if_it_had_been_asked_about() {
    let fallen = [208; 12];
    for method in [Method::Auto, Method::OrdinaryLeastSquares] {
        for values in [&PEAKS, &fallen] {
            let carried_on = answer(&question(values, 300, method));
            for supply in [100, 240, 260, 300, 400, 10_000] {
                let mut other = question(values, supply, method);
                let change =
                    SupplyChange { name: "left".to_owned(), on: day("2027-03-15"), quantity: (-60).into() };
                let falls = other.supply.clone().unwrap().with([change]).unwrap();
                for supply in [other.supply.clone(), Some(falls), None] {
                    other.supply = supply;
                    assert_eq!(other.reached(&carried_on).unwrap(), answer(&other).exhaustions, "{other:?}");
                }
            }
        }
    }
}

#[test]
fn the_line_by_name_is_that_of_the_regression() {
    let line = answer(&question(&PEAKS, 300, Method::OrdinaryLeastSquares));
    assert_eq!(line.method, Some(Method::OrdinaryLeastSquares));
    assert_eq!(line.exhaustions.p50, Exhaustion::Reached(month("2027-08")));
    assert_eq!(line.exhaustions.p90_demand, Exhaustion::Reached(month("2027-06")));
    assert_eq!((line.trained_on, line.last), (12, Some(month("2026-10"))));
    let at = |text: &str| line.points.iter().find(|point| point.month == month(text)).unwrap();
    assert_eq!(at("2027-08").p50.round_dp(3), Decimal::new(300_069, 3));
    assert_eq!(at("2027-06").p90.round_dp(3), Decimal::new(303_769, 3));
    let said = |name: &str| {
        let found = line.explanation.inputs.iter().find(|input| input.name == name);
        found.map(|input| input.value.clone()).unwrap_or_default()
    };
    assert_eq!(said("slope b a month"), "4.251748");
    assert_eq!(said("x at which the line reaches the supply of today"), "21.9838");
    assert_eq!(said("x at which its P90 does"), "19.2037");
    // The 95 % interval is wider on both sides, and the forecast lies between.
    assert!(line.points.iter().all(|it| it.lo95 < it.p10 && it.p10 < it.p50 && it.p90 < it.hi95));
}

#[test]
fn every_method_carries_on_from_the_month_after_the_last() {
    for method in Method::ALL {
        let answer = answer(&question(&PEAKS, 300, method));
        assert_eq!(answer.points.first().map(|point| point.month), Some(month("2026-11")), "{method}");
        assert_eq!(answer.points.last().map(|point| point.month), Some(month("2029-11")), "{method}");
        assert!(answer.method.is_some_and(|used| used != Method::Auto));
        assert!(answer.points.iter().all(|it| it.lo95 <= it.p10 && it.p10 <= it.p50 && it.p50 <= it.p90));
        let (p50, p90) = (answer.exhaustions.p50.month(), answer.exhaustions.p90_demand.month());
        assert!(p50.is_none_or(|p50| p90.is_some_and(|p90| p90 <= p50)), "{method}");
    }
}

#[test]
fn too_few_points_give_a_forecast_and_no_date() {
    let few = answer(&question(&PEAKS[..5], 300, Method::Auto));
    let reason = Reason::TooFewPoints { points: 5, needed: 6 };
    assert_eq!(few.exhaustions.p50, Exhaustion::NotComputable { reason });
    assert!(few.fan.is_some_and(|fan| !fan.points().is_empty()));
    let none = answer(&question(&[], 300, Method::Auto));
    assert_eq!((none.fan.is_none(), none.method, none.trained_on), (true, None, 0));
    assert_eq!(none.exhaustions.p50.code(), "NOT_COMPUTABLE");
    // What has reached supply has run out, however little is known.
    let over = answer(&question(&PEAKS[..5], 214, Method::Auto));
    assert_eq!(over.exhaustions.p50, Exhaustion::AlreadyReached(month("2025-12")));
    let unknown = Question { supply: None, ..question(&PEAKS, 300, Method::Auto) };
    assert_eq!(answer(&unknown).exhaustions.p50, Exhaustion::NotComputable { reason: Reason::SupplyUnknown });
    let mut gaps = question(&PEAKS, 300, Method::Auto);
    gaps.points.retain(|point| point.month.number() % 2 == 1);
    gaps.points.extend(points("2025-01", &[200, 200]));
    assert!(matches!(
        answer(&gaps).exhaustions.p50,
        Exhaustion::NotComputable { reason: Reason::Gaps { points: 8, months: 21 } }
    ));
    let stale = Question { as_of: day("2040-01-01"), ..question(&PEAKS, 300, Method::Auto) };
    assert!(answer(&stale).fan.is_none());
    for months in [121, 10_000] {
        assert!(Question { months, ..question(&PEAKS, 300, Method::Auto) }.answer().is_err());
    }
}

#[test]
fn what_was_before_another_pattern_is_left_out() {
    let mut values = vec![900; 12];
    values.extend(PEAKS);
    let mut asked = question(&values, 300, Method::OrdinaryLeastSquares);
    asked.points = points("2024-11", &values);
    asked.fit_from = Some(month("2025-11"));
    let fitted = answer(&asked);
    assert_eq!(fitted.exhaustions.p50, Exhaustion::Reached(month("2027-08")));
    assert!(fitted.explanation.assumptions.iter().any(|said| said == "what was before 2025-11 is left out"));
}

#[test]
fn events_after_the_last_point_move_demand_and_others_are_history() {
    let step = |name: &str, on: &str| Step {
        name: name.to_owned(),
        on: day(on),
        quantity: 18.into(),
        probability: None,
    };
    let held = Reservation {
        name: "held".to_owned(),
        from: day("2027-01-01"),
        to: Some(day("2027-01-31")),
        quantity: 5.into(),
    };
    let mut asked = question(&PEAKS, 300, Method::OrdinaryLeastSquares);
    asked.events =
        Events::new(vec![step("past", "2026-10-31"), step("wave", "2027-03-01")], vec![held]).unwrap();
    let moved = answer(&asked);
    assert_eq!(moved.exhaustions.p50, Exhaustion::Reached(month("2027-04")));
    assert_eq!(moved.exhaustions.p90_demand, Exhaustion::Reached(month("2027-03")));
    assert_eq!(moved.history, ["past"]);
    assert!(moved.notes.iter().any(|note| note.starts_with("past is history")));
    let fan = moved.fan.unwrap();
    let added = |text: &str| {
        let with = fan.points().iter().find(|point| point.month == month(text)).unwrap().p50;
        with - moved.points.iter().find(|point| point.month == month(text)).unwrap().p50
    };
    assert_eq!((added("2026-12"), added("2027-01"), added("2027-02")), (0.into(), 5.into(), 0.into()));
    assert_eq!(added("2027-03"), 18.into());
    let demand = answer(&asked).demand();
    let both: Vec<_> = demand.iter().map(|it| (it.month, it.p50, it.p90)).collect();
    assert_eq!(both, fan.points().iter().map(|it| (it.month, it.p50, it.p90)).collect::<Vec<_>>());
    assert!(demand.iter().all(|it| it.p10 <= it.p50));
}

#[test]
fn assumed_growth_takes_the_place_of_the_method() {
    let mut asked = question(&PEAKS, 1_000, Method::Naive);
    let window =
        GrowthWindow { from: month("2026-12"), to: Some(month("2027-01")), monthly_rate: Decimal::new(1, 1) };
    asked.growth = vec![window];
    let grown = answer(&asked);
    let at =
        |text: &str| grown.points.iter().find(|point| point.month == month(text)).unwrap().p50.round_dp(6);
    assert_eq!(at("2026-11"), 256.into());
    assert_eq!(at("2026-12"), Decimal::new(2816, 1));
    assert_eq!(at("2027-01"), Decimal::new(30976, 2));
    assert_eq!(at("2027-02"), Decimal::new(30976, 2));
    assert!(grown.explanation.estimated);
}

#[test]
fn nothing_is_said_of_a_pool_that_is_gone() {
    let asked =
        Question { until: Some(month("2027-05")), ..question(&PEAKS, 300, Method::OrdinaryLeastSquares) };
    let gone = answer(&asked);
    assert_eq!(gone.points.last().map(|point| point.month), Some(month("2027-05")));
    assert_eq!(gone.exhaustions.p90_demand, Exhaustion::NotWithinHorizon(month("2027-05")));
    let over = Question { until: Some(month("2026-09")), ..asked };
    assert_eq!(answer(&over).exhaustions.p50, Exhaustion::NotWithinHorizon(month("2026-09")));
}

#[test]
fn a_line_that_falls_reaches_nothing_by_itself() {
    let falling: Vec<i64> = PEAKS.iter().rev().copied().collect();
    let mut asked = question(&falling, 300, Method::OrdinaryLeastSquares);
    let line = answer(&asked);
    assert_eq!(line.exhaustions.p90_demand, Exhaustion::NotWithinHorizon(month("2029-11")));
    assert!(line.notes.iter().any(|note| note.starts_with("demand does not rise")));
    let retired = SupplyChange { name: "array".to_owned(), on: day("2027-02-01"), quantity: (-200).into() };
    asked.supply = Some(Supply::new(300.into(), vec![retired]).unwrap());
    assert_eq!(answer(&asked).exhaustions.p50, Exhaustion::Reached(month("2027-02")));
}

fn fan(values: &[i64]) -> Fan {
    let each = points("2027-01", values).into_iter();
    Fan::new(each.map(|it| FanPoint { month: it.month, p50: it.value, p90: it.value }).collect()).unwrap()
}

#[test]
fn what_lacks_and_what_is_left_are_two_sides() {
    let (demand, supply) = (fan(&[80, 95, 110, 130]), Supply::level(110.into()).unwrap());
    assert_eq!(shortage(&demand, &supply, month("2027-01")).unwrap(), Some(21.into()));
    assert_eq!(headroom(&demand, &supply, month("2027-01")).unwrap(), None);
    let (demand, from) = (fan(&[80, 95, 90]), month("2027-02"));
    assert_eq!(shortage(&demand, &supply, from).unwrap(), None);
    assert_eq!(headroom(&demand, &supply, from).unwrap(), Some(15.into()));
    // Demand that equals supply has reached it.
    assert_eq!(shortage(&fan(&[110]), &supply, month("2027-01")).unwrap(), Some(1.into()));
    assert_eq!(headroom(&fan(&[110]), &supply, month("2027-01")).unwrap(), None);
}

#[test]
fn what_would_have_come_anyway_helps_until_then() {
    let later = SupplyChange { name: "successor".to_owned(), on: day("2027-04-01"), quantity: 30.into() };
    let supply = Supply::new(100.into(), vec![later]).unwrap();
    let demand = fan(&[90, 101, 105, 110, 120, 131]);
    let sooner = Candidate {
        name: "successor".to_owned(),
        action: Action::Refresh,
        quantity: 30.into(),
        available: day("2027-01-15"),
        until: Some(day("2027-04-01")),
    };
    let pushed = push_out(&demand, &supply, day("2027-01-01"), std::slice::from_ref(&sooner)).unwrap();
    assert_eq!(pushed[0].p50, Exhaustion::Reached(month("2027-06")));
    assert!(pushed[0].in_time);
    let backwards = Candidate { until: Some(day("2027-01-15")), ..sooner };
    assert!(push_out(&demand, &supply, day("2027-01-01"), &[backwards]).is_err());
}

#[test]
fn scores_are_those_of_the_worked_example() {
    let month = |ahead, p50: i64, actual: i64| Scored {
        ahead,
        p10: (p50 - 9).into(),
        p50: p50.into(),
        p90: (p50 + 9).into(),
        actual: actual.into(),
    };
    let months = [month(1, 100, 108), month(3, 110, 104), month(4, 120, 131)];
    let all = score(&months).unwrap();
    // Forecast 100, 110, 120 and actual 108, 104, 131: the WAPE is 7.29 %, and 330 were said of 343.
    assert_eq!(all.wape.map(|it| it.round_dp(4)), Some(Decimal::new(729, 4)));
    assert_eq!(all.bias.map(|it| it.round_dp(4)), Some(Decimal::new(-379, 4)));
    assert_eq!(all.coverage80.map(|it| it.round_dp(4)), Some(Decimal::new(6667, 4)));
    let bands = by_band(&months).unwrap();
    let counts: Vec<usize> = bands.iter().map(|(_, score)| score.count).collect();
    assert_eq!(counts, [2, 1, 0, 0, 0, 0]);
    assert_eq!(bands[2].1.wape, None);
    let nothing = score(&[month(1, 5, 0)]).unwrap();
    assert_eq!((nothing.count, nothing.wape, nothing.coverage80), (1, None, Some(Decimal::ONE)));
    assert!(score(&[month(0, 1, 1)]).is_err());
    assert!(score(&[month(1, 1, -1)]).is_err());
    assert_eq!(
        [1, 3, 4, 6, 7, 12, 13, 24, 25, 36, 37].map(|ahead| Band::of(ahead).months().0),
        [1, 1, 4, 4, 7, 7, 13, 13, 25, 25, 37]
    );
}

fn change(name: &str, on: &str, quantity: i64) -> SupplyChange {
    SupplyChange { name: name.to_owned(), on: day(on), quantity: quantity.into() }
}

#[test]
fn demand_that_is_equal_to_supply_has_reached_it() {
    let values: Vec<i64> = (0..12).map(|place| 200 + 4 * place).collect();
    for (place, supply) in (0..25).map(|place| (place, 248 + 4 * i64::from(place))) {
        let line = answer(&question(&values, supply, Method::StraightLine));
        let of_month = month("2026-11").plus(place);
        assert_eq!(line.exhaustions.p50, Exhaustion::Reached(of_month), "{supply}");
        let point = line.points.iter().find(|point| point.month == of_month).unwrap();
        assert_eq!(point.p50, supply.into());
    }
}

#[test]
fn months_that_are_over_are_held_against_what_there_was_then() {
    // 384 were there until the middle of November, and 128 are left.
    let mut asked = question(&[200; 12], 384, Method::Auto);
    let leaves = change("four hosts", "2026-11-15", -256);
    asked.supply = Some(Supply::new(384.into(), vec![leaves]).unwrap());
    for (on, expected) in [
        ("2026-11-29", Exhaustion::Reached(month("2026-11"))),
        ("2027-02-10", Exhaustion::AlreadyReached(month("2026-11"))),
    ] {
        asked.as_of = day(on);
        let exhaustions = answer(&asked).exhaustions;
        assert_eq!((exhaustions.p50, exhaustions.p90_demand), (expected, expected), "{on}");
    }
    // 192 were too few in the first months, 256 enough from June on, and 192 are too few again since September.
    let changes = vec![change("one comes", "2026-05-20", 64), change("one goes", "2026-09-10", -64)];
    asked.supply = Some(Supply::new(192.into(), changes).unwrap());
    asked.as_of = day("2026-11-20");
    assert_eq!(answer(&asked).exhaustions.p90_demand, Exhaustion::AlreadyReached(month("2026-09")));
}

#[test]
fn few_points_tell_of_a_pool_whose_supply_fell_below_them() {
    let mut asked = question(&[200; 3], 384, Method::Auto);
    asked.points = points("2026-07", &[200; 3]);
    let two_months = Exhaustion::AlreadyReached(month("2026-10"));
    for (on, expected) in [("2026-10-15", two_months), ("2026-11-15", Exhaustion::Reached(month("2026-11")))]
    {
        let leaves = change("four hosts", on, -256);
        asked.supply = Some(Supply::new(384.into(), vec![leaves]).unwrap());
        assert_eq!(answer(&asked).exhaustions.p90_demand, expected, "{on}");
    }
    asked.supply = Some(Supply::level(384.into()).unwrap());
    let unknown = Exhaustion::NotComputable { reason: Reason::TooFewPoints { points: 3, needed: 6 } };
    assert_eq!(answer(&asked).exhaustions.p90_demand, unknown);
}
