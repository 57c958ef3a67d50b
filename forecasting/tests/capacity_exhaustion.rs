//! Events, exhaustion, orders and purchases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::NaiveDate;
use forecasting::capacity::events::{Events, Reservation, Step};
use forecasting::capacity::exhaustion::{
    Exhaustion, Exhaustions, Fan, FanPoint, HORIZON_MAX, Quantile, Question, exhaustion,
};
use forecasting::capacity::order::{Action, Candidate, LeadTime, OrderBy, order_by, push_out};
use forecasting::capacity::purchases::{PurchaseRule, purchases};
use forecasting::capacity::regression::{Point, Reason, Seasonality};
use forecasting::capacity::supply::{Supply, SupplyChange};
use forecasting::month::Month;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month(text: &str) -> Month {
    text.parse().unwrap()
}

fn message<T: std::fmt::Debug>(result: forecasting::Result<T>) -> String {
    result.unwrap_err().to_string()
}

fn change(name: &str, on: &str, quantity: i64) -> SupplyChange {
    SupplyChange { name: name.to_owned(), on: day(on), quantity: quantity.into() }
}

fn level(supply: i64) -> Supply {
    Supply::level(supply.into()).unwrap()
}

/// The months of a fan from 2027-01 on, with a P90 that lies 10 above the P50.
fn fan(p50: &[i64]) -> Fan {
    let first = month("2027-01");
    let point = |(months, value): (i32, &i64)| FanPoint {
        month: first.plus(months),
        p50: (*value).into(),
        p90: (*value + 10).into(),
    };
    Fan::new((0..).zip(p50).map(point).collect()).unwrap()
}

#[test]
fn a_supply_of_many_changes_is_that_of_their_sums() {
    // Ten thousand come on each of two days of a month, and half of them go on a third.
    let many = |on: &str, count: i64, quantity: i64| -> Vec<SupplyChange> {
        (0..count).map(|number| change(&format!("{number:05} on {on}"), on, quantity)).collect()
    };
    let mut changes = many("2027-03-31", 10_000, 3);
    changes.extend(many("2027-03-01", 10_000, 2));
    changes.extend(many("2027-03-15", 5_000, -4));
    let supply = Supply::new(100.into(), changes).unwrap();
    let on = |text| supply.on(day(text));
    assert_eq!((on("2027-02-28"), on("2027-03-01")), (100.into(), 20_100.into()));
    assert_eq!(
        (on("2027-03-15"), on("2027-03-30"), on("2027-03-31")),
        (100.into(), 100.into(), 30_100.into())
    );
    let in_month = |text| supply.in_month(month(text));
    assert_eq!(
        (in_month("2027-02"), in_month("2027-03"), in_month("2027-04")),
        (100.into(), 100.into(), 30_100.into())
    );
    assert_eq!(level(7).on(day("2027-03-01")), 7.into());
}

fn question(values: &[i64], supply: i64) -> Question {
    let first = month("2026-01");
    let point = |(months, value): (i32, &i64)| Point { month: first.plus(months), value: (*value).into() };
    Question {
        points: (0..).zip(values).map(point).collect(),
        last_observed: None,
        fit_from: None,
        seasonality: Seasonality::default(),
        events: Events::default(),
        supply: Some(level(supply)),
        as_of: day("2026-12-15"),
        months: 36,
    }
}

/// 100, 110, … 210 over 2026.
fn rising() -> Vec<i64> {
    (0..12).map(|x| 100 + 10 * x).collect()
}

fn step(on: &str, quantity: i64) -> Step {
    Step { name: "wave".to_owned(), on: day(on), quantity: quantity.into(), probability: None }
}

#[test]
fn supply_counts_for_a_month_what_is_there_on_its_worst_day() {
    let supply = Supply::new(
        Decimal::ONE_HUNDRED,
        vec![
            change("successor", "2027-05-15", 40),
            change("shelf", "2027-03-10", 20),
            change("retired", "2027-05-15", -30),
            change("contract", "2027-07-20", -50),
        ],
    )
    .unwrap();
    let in_month = |text| supply.in_month(month(text));
    assert_eq!(in_month("2027-03"), Decimal::ONE_HUNDRED);
    assert_eq!(in_month("2027-04"), Decimal::from(120));
    // What is replaced on one day is never missing.
    assert_eq!((in_month("2027-05"), in_month("2027-06")), (120.into(), 130.into()));
    assert_eq!((in_month("2027-07"), in_month("2027-08")), (80.into(), 80.into()));
    assert_eq!(supply.on(day("2027-03-10")), Decimal::from(120));
    let gone = supply.with([change("sold", "2027-09-01", -90)]);
    assert!(message(gone).contains("-10 after sold on 2027-09-01"));
    assert!(Supply::level(Decimal::NEGATIVE_ONE).is_err());
}

#[test]
fn exhaustion_is_one_of_four_and_never_a_date_far_away() {
    let reached = |fan: &Fan, supply: &Supply| exhaustion(fan, supply, day("2027-01-20"));
    let rising = fan(&[80, 85, 90, 95, 100]);
    let months = |p50: Exhaustion, p90_demand| Exhaustions { p50, p90_demand };
    let expected = months(Exhaustion::Reached(month("2027-05")), Exhaustion::Reached(month("2027-03")));
    assert_eq!(reached(&rising, &level(100)), expected);
    let never = Exhaustion::NotWithinHorizon(month("2027-05"));
    assert_eq!(reached(&rising, &level(1000)), months(never, never));
    assert_eq!(
        exhaustion(&rising, &level(85), day("2027-06-01")).p50,
        Exhaustion::AlreadyReached(month("2027-02"))
    );
    let none = Exhaustion::NotComputable { reason: Reason::NoDemand };
    assert_eq!(reached(&Fan::default(), &level(100)), months(none, none));
    assert_eq!(
        [expected.p50.code(), never.code(), none.code(), Exhaustion::AlreadyReached(month("2027-02")).code()],
        ["DATED", "NOT_WITHIN_HORIZON", "NOT_COMPUTABLE", "ALREADY_PASSED"]
    );
    assert_eq!((never.month(), expected.p50.month()), (None, Some(month("2027-05"))));
    // What was short once and recovered is past.
    let recovered = Supply::new(84.into(), vec![change("shelf", "2027-03-31", 50)]).unwrap();
    assert_eq!(exhaustion(&rising, &recovered, day("2027-02-10")).p50, Exhaustion::Reached(month("2027-02")));
    assert_eq!(
        exhaustion(&rising, &recovered, day("2027-03-10")).p50,
        Exhaustion::AlreadyReached(month("2027-02"))
    );
    assert_eq!(exhaustion(&rising, &recovered, day("2027-04-10")).p50, never);
    // A delivery before the day pushes it out, a retirement pulls it in.
    let delivered = Supply::new(100.into(), vec![change("shelf", "2027-04-30", 50)]).unwrap();
    assert_eq!(reached(&rising, &delivered).p50, never);
    let retired = Supply::new(100.into(), vec![change("array", "2027-02-28", -20)]).unwrap();
    assert_eq!(reached(&rising, &retired).p50, Exhaustion::Reached(month("2027-02")));
}

#[test]
fn fans_are_checked() {
    let point = |text, p50: i64, p90: i64| FanPoint { month: month(text), p50: p50.into(), p90: p90.into() };
    let crossed = Fan::new(vec![point("2027-01", 5, 4)]);
    assert!(message(crossed).contains("4 below the P50 of 5 in 2027-01"));
    assert!(message(Fan::new(vec![point("2027-01", 1, 2), point("2027-01", 1, 3)])).contains("2027-01"));
    let sorted = Fan::new(vec![point("2027-02", 1, 2), point("2027-01", 1, 3)]).unwrap();
    assert_eq!(sorted.points()[0].month, month("2027-01"));
    assert!(message(FanPoint::from_floats(month("2027-01"), 1.0, f64::NAN)).starts_with("p90"));
    assert_eq!(FanPoint::from_floats(month("2027-01"), 1.5, 2.5).unwrap().p50, number("1.5"));
}

#[test]
fn a_step_before_the_last_observation_is_history() {
    let with = |events: Vec<Step>| {
        let events = Events::new(events, Vec::new()).unwrap();
        Question { events, ..question(&rising(), 300) }.answer().unwrap()
    };
    let plain = with(Vec::new());
    assert_eq!(plain.exhaustions.p50, Exhaustion::Reached(month("2027-09")));
    let past = with(vec![step("2026-11-01", 50)]);
    assert_eq!((past.exhaustions, past.fan), (plain.exhaustions, plain.fan.clone()));
    assert_eq!(past.history, ["wave"]);
    assert!(past.warnings.iter().any(|warning| warning.contains("wave is history")));
    let ahead = with(vec![step("2027-03-31", 50)]);
    assert_eq!(ahead.exhaustions.p50, Exhaustion::Reached(month("2027-04")));
    assert!(ahead.history.is_empty());
    // Of the last month, the day decides.
    let events = Events::new(vec![step("2026-12-20", 90)], Vec::new()).unwrap();
    let in_month = Question { events, last_observed: Some(day("2026-12-10")), ..question(&rising(), 300) };
    assert_eq!(in_month.answer().unwrap().exhaustions.p50, Exhaustion::Reached(month("2027-01")));
    let gone = with(vec![step("2027-02-01", -500)]);
    assert_eq!(gone.exhaustions.p50, Exhaustion::NotWithinHorizon(month("2029-12")));
    assert!(gone.fan.points().iter().all(|point| point.p50 >= Decimal::ZERO));
}

#[test]
fn reservations_hold_from_their_first_to_their_last_day() {
    let held = |from: &str, to: Option<&str>| Reservation {
        name: "project".to_owned(),
        from: day(from),
        to: to.map(day),
        quantity: 40.into(),
    };
    let events = Events::new(Vec::new(), vec![held("2027-02-15", Some("2027-03-01"))]).unwrap();
    let in_month = |text| events.in_month(month(text), day("2026-12-31")).unwrap();
    assert_eq!(["2027-01", "2027-02", "2027-03", "2027-04"].map(in_month), [0, 40, 40, 0].map(Decimal::from));
    assert!(
        message(Events::new(Vec::new(), vec![held("2027-02-15", Some("2027-02-14"))])).contains("project")
    );
    let unsure = Step { probability: Some(Decimal::TWO), ..step("2027-01-01", 1) };
    assert!(message(Events::new(vec![unsure], Vec::new())).starts_with("probability"));
}

#[test]
fn a_trend_that_does_not_rise_reaches_nothing_by_itself() {
    let falling: Vec<i64> = (0..12).map(|x| 200 - 3 * x + x % 3).collect();
    let answer = question(&falling, 210).answer().unwrap();
    let never = Exhaustion::NotWithinHorizon(month("2029-12"));
    assert_eq!(answer.exhaustions, Exhaustions { p50: never, p90_demand: never });
    assert!(answer.warnings.iter().any(|warning| warning.contains("does not rise")));
    // A step does, and so does a retirement.
    let events = Events::new(vec![step("2027-02-01", 100)], Vec::new()).unwrap();
    let stepped = Question { events, ..question(&falling, 210) }.answer().unwrap();
    assert_eq!(stepped.exhaustions.p50, Exhaustion::Reached(month("2027-02")));
    let supply = Supply::new(210.into(), vec![change("array", "2027-04-10", -150)]).unwrap();
    let retired = Question { supply: Some(supply), ..question(&falling, 210) }.answer().unwrap();
    assert_eq!(retired.exhaustions.p50, Exhaustion::Reached(month("2027-04")));
}

#[test]
fn what_has_run_out_or_cannot_be_said_is_said() {
    let out = question(&rising(), 195).answer().unwrap();
    let since = Exhaustion::AlreadyReached(month("2026-11"));
    assert_eq!(out.exhaustions, Exhaustions { p50: since, p90_demand: since });
    let few = question(&[1, 2, 3], 10).answer().unwrap();
    let reason = Reason::TooFewPoints { points: 3, needed: 6 };
    assert_eq!(few.exhaustions.p50, Exhaustion::NotComputable { reason });
    assert_eq!(few.warnings, [reason.to_string()]);
    let unknown = Question { supply: None, ..question(&rising(), 0) }.answer().unwrap();
    let reason = Reason::SupplyUnknown;
    assert_eq!(unknown.exhaustions.p50, Exhaustion::NotComputable { reason });
    assert_eq!(unknown.fan.points().len(), 36);
    for months in [0, HORIZON_MAX + 1, 10_000] {
        let refused = message(Question { months, ..question(&rising(), 300) }.answer());
        assert!(refused.starts_with(&format!("months \"{months}\"")), "{refused}");
    }
    let stale = Question { as_of: day("2027-10-01"), ..question(&rising(), 260) }.answer().unwrap();
    assert_eq!(stale.exhaustions.p50, Exhaustion::AlreadyReached(month("2027-05")));
    assert!(stale.warnings.iter().any(|warning| warning.contains("2026-12, is 10 months old")));
    let old = Question { as_of: day("2037-01-01"), ..question(&rising(), 260) }.answer().unwrap();
    let reason = Reason::Stale { months: 121 };
    assert_eq!(old.exhaustions.p50, Exhaustion::NotComputable { reason });
    // What was last seen lies beyond all months asked for.
    let early = Question { as_of: day("2020-01-01"), months: 12, ..question(&rising(), 300) };
    assert_eq!(early.answer().unwrap().exhaustions.p50, Exhaustion::NotWithinHorizon(month("2021-01")));
}

#[test]
fn a_break_is_left_out_by_the_month_to_fit_from() {
    // A migration halved the pool in July; growth before says nothing about growth after.
    let broken = [300, 330, 360, 390, 420, 450, 100, 104, 108, 112, 116, 120];
    let whole = question(&broken, 150).answer().unwrap();
    assert!(whole.trend.unwrap().slope() < Decimal::ZERO);
    let fit_from = Some(month("2026-07"));
    let after = Question { fit_from, ..question(&broken, 150) }.answer().unwrap();
    assert_eq!(after.trend.unwrap().slope().round_dp(10), Decimal::from(4));
    assert_eq!(after.exhaustions.p50, Exhaustion::Reached(month("2027-08")));
    assert!(after.explanation.assumptions.iter().any(|text| text.contains("2026-07")));
}

#[test]
fn orders_are_worked_back_or_say_why_not() {
    let lead = LeadTime { lead_days: 90, install_days: 10, approval_days: 15, buffer_days: 5 };
    let reached = Exhaustion::Reached(month("2027-05"));
    assert_eq!(order_by(reached, lead, day("2027-01-01")).unwrap(), OrderBy::Due(day("2027-01-01")));
    let late = OrderBy::Overdue { date: day("2027-01-01"), days: 31 };
    assert_eq!(order_by(reached, lead, day("2027-02-01")).unwrap(), late);
    assert_eq!(late.code(), "OVERDUE");
    let passed = order_by(Exhaustion::AlreadyReached(month("2027-01")), lead, day("2027-01-20")).unwrap();
    assert!(matches!(passed, OrderBy::Overdue { days: 139, .. }), "{passed:?}");
    let never = Exhaustion::NotWithinHorizon(month("2029-12"));
    assert_eq!(order_by(never, lead, day("2027-01-01")).unwrap(), OrderBy::None { reason: never });
    let endless = LeadTime { lead_days: u32::MAX, install_days: u32::MAX, ..lead };
    assert!(message(order_by(reached, endless, day("2027-01-01"))).starts_with("lead_time"));
}

#[test]
fn candidates_come_best_first() {
    let demand = fan(&[80, 85, 90, 95, 100, 105, 110, 115, 120, 125]);
    let candidate = |name: &str, action, quantity: i64, available: &str| Candidate {
        name: name.to_owned(),
        action,
        quantity: quantity.into(),
        available: day(available),
        until: None,
    };
    let candidates = [
        candidate("late order", Action::Order, 500, "2027-08-01"),
        candidate("small order", Action::Order, 10, "2027-02-01"),
        candidate("reclaim", Action::Reclaim, 10, "2027-02-01"),
        candidate("refresh", Action::Refresh, 100, "2027-03-01"),
        candidate("move", Action::Move, 20, "2027-01-20"),
    ];
    let pushed = push_out(&demand, &level(100), day("2027-01-10"), &candidates).unwrap();
    let names: Vec<_> = pushed.iter().map(|pushed| pushed.candidate.name.as_str()).collect();
    assert_eq!(names, ["refresh", "move", "reclaim", "small order", "late order"]);
    let months: Vec<_> = pushed.iter().map(|pushed| pushed.months).collect();
    // The P90 reaches 100 in March; 500 in August help nobody in March.
    assert_eq!(months, [None, Some(4), Some(2), Some(2), Some(0)]);
    assert_eq!(pushed[0].p90_demand, Exhaustion::NotWithinHorizon(month("2027-10")));
    assert!(pushed[0].in_time && !pushed[4].in_time);
    let past = [candidate("done", Action::Order, 10, "2027-01-09")];
    assert!(message(push_out(&demand, &level(100), day("2027-01-10"), &past)).contains("2027-01-09 of done"));
    let nothing = [candidate("nothing", Action::Order, 0, "2027-02-09")];
    assert!(message(push_out(&demand, &level(100), day("2027-01-10"), &nothing)).starts_with("quantity"));
}

#[test]
fn what_comes_too_late_for_the_day_may_end_the_shortage() {
    // The P90 is above 100 from the month on in which it is asked, the P50 never.
    let demand = fan(&[95, 96, 97, 98, 99]);
    let candidate = |quantity: i64| Candidate {
        name: format!("move {quantity}"),
        action: Action::Move,
        quantity: quantity.into(),
        available: day("2027-02-01"),
        until: None,
    };
    let candidates = [candidate(2), candidate(8), candidate(20)];
    let pushed = push_out(&demand, &level(100), day("2027-01-10"), &candidates).unwrap();
    let told: Vec<_> =
        pushed.iter().map(|it| (it.candidate.name.as_str(), it.helps, it.p90_once_helping)).collect();
    assert_eq!(
        told,
        [
            ("move 20", true, Exhaustion::NotWithinHorizon(month("2027-05"))),
            ("move 8", true, Exhaustion::Reached(month("2027-04"))),
            // 106 in February are more than 102.
            ("move 2", false, Exhaustion::Reached(month("2027-02"))),
        ]
    );
    for pushed in pushed {
        assert_eq!((pushed.p90_demand, pushed.in_time), (Exhaustion::Reached(month("2027-01")), false));
    }
}

#[test]
fn a_reservation_that_is_given_up_counts_in_none_of_its_months() {
    let demand = fan(&[80, 80, 100, 100]);
    let reclaim = Candidate {
        name: "wave".to_owned(),
        action: Action::Reclaim,
        quantity: 20.into(),
        available: day("2027-03-15"),
        until: Some(day("2027-04-16")),
    };
    let pushed =
        push_out(&demand, &level(105), day("2027-01-10"), std::slice::from_ref(&reclaim)).unwrap().remove(0);
    assert_eq!(pushed.p90_demand, Exhaustion::NotWithinHorizon(month("2027-04")));
    assert!(pushed.helps && pushed.in_time);
    // One that holds already is held in this month.
    let held = Candidate { available: day("2027-03-20"), ..reclaim };
    let pushed = push_out(&demand, &level(105), day("2027-03-20"), &[held]).unwrap().remove(0);
    assert_eq!(pushed.p90_demand, Exhaustion::Reached(month("2027-03")));
    assert_eq!(pushed.p90_once_helping, Exhaustion::NotWithinHorizon(month("2027-04")));
    assert!(pushed.helps && !pushed.in_time);
}

#[test]
fn a_part_of_a_supply_ends_where_the_whole_does() {
    let changes = || {
        vec![
            change("more", "2027-02-01", 100),
            change("away", "2027-04-01", -1),
            change("left", "2027-05-01", -399),
        ]
    };
    let supply = Supply::new(300.into(), changes()).unwrap();
    let quarter = supply.part(number("0.25")).unwrap();
    assert_eq!((quarter.opening(), quarter.on(day("2027-03-01"))), (75.into(), 100.into()));
    // A third of 399 is not a whole number of millionths at every step, and the last of it goes all the same.
    let third = supply.part(Decimal::ONE / Decimal::from(3)).unwrap();
    assert_eq!(third.on(day("2027-04-01")), Decimal::from(133));
    assert_eq!(third.on(day("2027-05-01")), Decimal::ZERO);
    assert_eq!(third.changes()[2].name, "left");
    assert!(message(supply.part(Decimal::from(4))).starts_with("share"));
}

fn rule(lead_days: u32) -> PurchaseRule {
    PurchaseRule {
        quantity: Decimal::from(4),
        lot: 2,
        cover_months: 1,
        lead: LeadTime { lead_days, approval_days: 14, ..LeadTime::default() },
    }
}

#[test]
fn purchases_come_in_whole_lots_and_in_time() {
    let demand = fan(&[90, 95, 100, 105, 110, 115]).demand(Quantile::P50);
    let growth = purchases(&demand, &level(100), &rule(31), day("2027-01-01")).unwrap();
    assert!(growth.shortages.is_empty());
    let found: Vec<_> =
        growth.purchases.iter().map(|order| (order.needed_in.to_string(), order.pieces)).collect();
    // 100 is not below 100: a lot of 8 for March, under which 105 fits; another for 110, under which 115 fits.
    let expected = [("2027-03", 2), ("2027-05", 2)].map(|(month, pieces)| (month.to_owned(), pieces));
    assert_eq!(found, expected);
    let first = growth.purchases[0];
    assert_eq!((first.order_by, first.decided_on), (day("2027-01-15"), day("2027-01-15")));
    assert_eq!((first.ordered_on, first.usable_on), (day("2027-01-29"), day("2027-03-01")));
    assert_eq!((first.usable_in, first.quantity), (month("2027-03"), 8.into()));
    let year = PurchaseRule { cover_months: 12, ..rule(31) };
    let once = purchases(&demand, &level(100), &year, day("2027-01-01")).unwrap();
    assert_eq!((once.purchases.len(), once.purchases[0].pieces), (1, 4));
}

#[test]
fn what_runs_out_before_its_order_arrives_is_a_shortage() {
    let demand = fan(&[90, 101, 106, 108, 104, 115]).demand(Quantile::P50);
    // An order of 10 January is usable from 9 May, and all of June.
    let growth = purchases(&demand, &level(105), &rule(105), day("2027-01-10")).unwrap();
    let shortage = growth.shortages[0];
    assert_eq!((shortage.from, shortage.months), (month("2027-03"), 2));
    assert_eq!((shortage.worst, shortage.worst_month), (3.into(), month("2027-04")));
    assert_eq!(shortage.relief, month("2027-06"));
    // May is not short, so that the order for June is not late.
    let order = growth.purchases[0];
    assert_eq!((order.needed_in, order.usable_in, order.pieces), (month("2027-06"), month("2027-06"), 4));

    let demand = fan(&[90, 101, 106, 108, 109, 115]).demand(Quantile::P50);
    let growth = purchases(&demand, &level(105), &rule(105), day("2027-01-10")).unwrap();
    assert_eq!((growth.shortages[0].months, growth.purchases.len()), (3, 1));
    let late = growth.purchases[0];
    assert_eq!((late.needed_in, late.usable_in), (month("2027-03"), month("2027-06")));
    assert_eq!((late.order_by, late.decided_on), (day("2026-11-02"), day("2027-01-10")));
    assert_eq!((late.ordered_on, late.usable_on), (day("2027-01-24"), day("2027-05-09")));
    // What is on its way already is part of the supply.
    let supply = Supply::new(105.into(), vec![change("order 7", "2027-02-15", 20)]).unwrap();
    assert_eq!(purchases(&demand, &supply, &rule(105), day("2027-01-10")).unwrap().purchases, []);
}

#[test]
fn purchases_refuse_what_cannot_be() {
    let demand = fan(&[90, 101]).demand(Quantile::P50);
    let refused = |demand: &[Point], rule: PurchaseRule| {
        message(purchases(demand, &level(100), &rule, day("2027-01-01")))
    };
    assert!(refused(&demand, PurchaseRule { lot: 0, ..rule(1) }).starts_with("lot"));
    assert!(refused(&demand, PurchaseRule { quantity: Decimal::ZERO, ..rule(1) }).starts_with("quantity"));
    assert!(refused(&demand, PurchaseRule { cover_months: 0, ..rule(1) }).starts_with("cover_months"));
    let gap = [demand[0], Point { month: month("2027-03"), ..demand[1] }];
    assert!(refused(&gap, rule(1)).contains("2027-03 after 2027-01"));
    let tiny = PurchaseRule { quantity: number("0.0000000000000000000000000001"), ..rule(1) };
    assert!(refused(&demand, tiny).starts_with("lot"));
    assert_eq!(purchases(&[], &level(100), &rule(1), day("2027-01-01")).unwrap().purchases, []);
}
