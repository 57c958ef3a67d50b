//! Observations, their peaks, and the line through them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{NaiveDate, NaiveDateTime};
use forecasting::capacity::observations::{
    COMPLETE_SHARE, DailyPeak, Finding, Kind, Observation, Series, complete_points, monthly_peaks, percentile,
};
use forecasting::capacity::quantity;
use forecasting::capacity::regression::{Point, Reason, Seasonality, Shape, Trend, Z90, ordered};
use forecasting::month::Month;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn observed(values: &[(&str, i64)]) -> Vec<Observation> {
    values.iter().map(|(instant, value)| Observation { at: at(instant), value: (*value).into() }).collect()
}

fn message<T: std::fmt::Debug>(result: forecasting::Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn instants_are_sorted_and_counted_once() {
    let values = observed(&[("2026-03-02 10:00", 5), ("2026-03-01 10:00", 7), ("2026-03-01 10:00", 7)]);
    let series = Series::new(values, Kind::Gauge, None).unwrap();
    let instants: Vec<_> = series.observations().iter().map(|observation| observation.at).collect();
    assert_eq!(instants, [at("2026-03-01 10:00"), at("2026-03-02 10:00")]);
    let repeated = Finding::Repeated { at: at("2026-03-01 10:00"), times: 2 };
    assert_eq!(series.findings(), [Finding::OutOfOrder { observations: 1 }, repeated]);
}

#[test]
fn contradictions_are_refused_by_name_and_the_rest_is_kept() {
    let values = observed(&[
        ("2026-03-01 10:00", 7),
        ("2026-03-01 10:00", 8),
        ("2026-03-01 11:00", -4),
        ("2026-03-02 10:00", 5),
    ]);
    let refused = message(Series::new(values.clone(), Kind::Gauge, None));
    assert!(refused.starts_with("value "), "{refused}");
    let accepted = Series::accept(values, Kind::Gauge, None).unwrap();
    assert_eq!(accepted.series.observations().len(), 1);
    let texts: Vec<_> = accepted.refused.iter().map(ToString::to_string).collect();
    assert!(texts[0].contains("-4 at 2026-03-01 11:00:00"), "{texts:?}");
    assert!(texts[1].contains("7 and 8 at 2026-03-01 10:00:00"), "{texts:?}");
    assert!(message(Series::accept(Vec::new(), Kind::Gauge, Some(Decimal::NEGATIVE_ONE))).contains("-1"));
    assert!(Series::new(Vec::new(), Kind::Gauge, None).unwrap().daily_peaks().unwrap().is_empty());
}

#[test]
fn floats_that_are_no_numbers_are_refused() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e40] {
        let refused = message(Observation::from_float(at("2026-03-01 10:00"), value));
        assert!(refused.starts_with("value ") && refused.contains("quantity"), "{refused}");
    }
    assert_eq!(Observation::from_float(at("2026-03-01 10:00"), 12.5).unwrap().value, number("12.5"));
    assert_eq!(quantity(-0.0, "value").unwrap(), Decimal::ZERO);
}

#[test]
fn a_gauge_above_its_capacity_and_zeros_between_values_are_flagged() {
    let values = observed(&[
        ("2026-03-01 10:00", 0),
        ("2026-03-01 11:00", 9),
        ("2026-03-01 12:00", 0),
        ("2026-03-01 13:00", 0),
        ("2026-03-01 14:00", 12),
    ]);
    let series = Series::new(values, Kind::Gauge, Some(Decimal::TEN)).unwrap();
    let codes: Vec<_> = series.findings().iter().map(Finding::code).collect();
    assert_eq!(codes, ["ZEROS_BETWEEN", "ABOVE_CAPACITY"]);
    let zeros = Finding::ZerosBetween { at: at("2026-03-01 12:00"), observations: 2 };
    assert_eq!(series.findings()[0], zeros);
    assert_eq!(series.findings()[1].to_string(), "12 used at 2026-03-01 14:00:00 of a capacity of 10");
}

#[test]
fn a_counter_that_begins_again_is_told_and_counted_from_there() {
    let values = observed(&[
        ("2026-03-01 10:00", 100),
        ("2026-03-01 20:00", 150),
        ("2026-03-02 10:00", 20),
        ("2026-03-02 20:00", 25),
    ]);
    let series = Series::new(values.clone(), Kind::Counter, None).unwrap();
    let reset = Finding::CounterReset { at: at("2026-03-02 10:00"), before: 150.into(), after: 20.into() };
    assert_eq!(series.findings(), [reset]);
    let grown: Vec<_> = series.increases().unwrap().iter().map(|grown| grown.value).collect();
    assert_eq!(grown, [50.into(), 20.into(), 5.into()]);
    let days: Vec<_> = series.daily_peaks().unwrap().iter().map(|peak| (peak.day, peak.value)).collect();
    assert_eq!(days, [(day("2026-03-01"), 50.into()), (day("2026-03-02"), 25.into())]);
    assert!(Series::new(values, Kind::Gauge, None).unwrap().increases().unwrap().is_empty());
}

#[test]
fn the_peak_of_a_month_is_the_95th_percentile_of_its_days() {
    // 21 days of a February with the peaks 0 to 20, two observations each: rank 0.95 × 20 is 19.
    let instants = (1..=21).flat_map(|day| [(day, 3), (day, 15)]);
    let values = instants.map(|(day, hour)| Observation {
        at: NaiveDate::from_ymd_opt(2026, 2, day).unwrap().and_hms_opt(hour, 0, 0).unwrap(),
        value: Decimal::from(if hour == 3 { 0 } else { day - 1 }),
    });
    let series = Series::new(values.collect(), Kind::Gauge, None).unwrap();
    let days = series.daily_peaks().unwrap();
    assert_eq!((days.len(), days[20].value, days[20].observations), (21, 20.into(), 2));
    let months = series.monthly_peaks(number("0.75")).unwrap();
    assert_eq!((months[0].value, months[0].days, months[0].complete), (19.into(), 21, true));
    // 21 of 28 days are 75 %, and not 80 %.
    let months = series.monthly_peaks(COMPLETE_SHARE).unwrap();
    assert!(!months[0].complete);
    assert!(complete_points(&months).is_empty());
    let between = percentile(vec![10.into(), 20.into(), 40.into()], number("0.95")).unwrap();
    assert_eq!(between, Decimal::from(38));
    assert!(message(percentile(Vec::new(), Decimal::ONE)).contains("missing"));
    assert!(percentile(vec![Decimal::ONE], Decimal::TWO).is_err());
}

#[test]
fn missing_days_and_months_stay_missing() {
    let peak = |text: &str, value: i64| DailyPeak { day: day(text), value: value.into(), observations: 1 };
    let months = monthly_peaks(&[peak("2026-04-30", 5), peak("2026-01-01", 7)], Decimal::ZERO).unwrap();
    let found: Vec<_> = months.iter().map(|peak| (peak.month.to_string(), peak.days)).collect();
    assert_eq!(found, [("2026-01".to_owned(), 1), ("2026-04".to_owned(), 1)]);
    let twice = [peak("2026-01-01", 7), peak("2026-01-01", 8)];
    assert!(message(monthly_peaks(&twice, Decimal::ZERO)).contains("2026-01-01"));
    assert!(message(monthly_peaks(&[], Decimal::TEN)).starts_with("complete_share"));
}

fn points(values: impl IntoIterator<Item = Decimal>) -> Vec<Point> {
    let first = Month::new(2024, 1).unwrap();
    (0..).zip(values).map(|(months, value)| Point { month: first.plus(months), value }).collect()
}

fn fitted(points: &[Point], seasonality: Seasonality) -> Result<Trend, Reason> {
    Trend::fit(points, seasonality).unwrap()
}

#[test]
fn a_line_goes_through_points_that_lie_on_one() {
    let exact = points((0..10).map(|x| Decimal::from(100 + 3 * x)));
    let trend = fitted(&exact, Seasonality::default()).unwrap();
    assert_eq!(trend.slope(), Decimal::from(3));
    assert_eq!((trend.intercept(), trend.deviation()), (Some(97.into()), Decimal::ZERO));
    let month = trend.last().plus(10);
    assert_eq!(trend.quantile(month, Z90).unwrap(), trend.value(month).unwrap());
    // A gap keeps its place: the months before and after it are as far apart as they are.
    let with_gap: Vec<Point> =
        exact.iter().enumerate().filter(|(place, _)| *place != 4).map(|(_, p)| *p).collect();
    assert_eq!(fitted(&with_gap, Seasonality::default()).unwrap().slope(), Decimal::from(3));
    let mut turned = with_gap.clone();
    turned.reverse();
    assert_eq!(Trend::fit(&turned, Seasonality::default()), Trend::fit(&with_gap, Seasonality::default()));
}

#[test]
fn scale_changes_nothing_but_scale() {
    let wave =
        |scale: &str| points([3, 5, 4, 8, 7, 9, 12, 10].map(|value| Decimal::from(value) * number(scale)));
    let plain = fitted(&wave("1"), Seasonality::Never).unwrap();
    for scale in ["0.000000001", "1000", "10000000000000000"] {
        let scaled = fitted(&wave(scale), Seasonality::Never).unwrap();
        let ratio = scaled.deviation() / number(scale);
        assert!((ratio - plain.deviation()).abs() < number("0.0000001"), "{scale}: {ratio}");
        let ratio = scaled.slope() / number(scale);
        assert!((ratio - plain.slope()).abs() < number("0.0000001"), "{scale}: {ratio}");
    }
    let zeros = fitted(&points([Decimal::ZERO; 8]), Seasonality::Never).unwrap();
    assert_eq!((zeros.slope(), zeros.deviation()), (Decimal::ZERO, Decimal::ZERO));
}

#[test]
fn what_cannot_be_fitted_says_why() {
    let line = |count: i64| points((0..count).map(Decimal::from));
    let few = Reason::TooFewPoints { points: 5, needed: 6 };
    assert_eq!(fitted(&line(5), Seasonality::default()), Err(few));
    assert_eq!(fitted(&[], Seasonality::default()), Err(Reason::TooFewPoints { points: 0, needed: 6 }));
    let always = fitted(&line(23), Seasonality::Always);
    assert_eq!(always, Err(Reason::TooFewPoints { points: 23, needed: 24 }));
    let sparse: Vec<Point> = line(16).into_iter().step_by(2).collect();
    assert_eq!(fitted(&sparse, Seasonality::default()), Err(Reason::Gaps { points: 8, months: 15 }));
    let no_march: Vec<Point> = line(36).into_iter().filter(|point| point.month.number() != 3).collect();
    assert_eq!(fitted(&no_march, Seasonality::Always), Err(Reason::MonthOfYearMissing { month: 3 }));
    assert_eq!(fitted(&no_march, Seasonality::WhereItHelps).unwrap().shape(), Shape::Line);
    assert_eq!(few.to_string(), "5 months are observed, and a trend needs 6");
    let first = line(1)[0];
    let twice = [first, Point { value: Decimal::TEN, ..first }];
    assert!(message(ordered(&twice)).contains("0 and 10 in 2024-01"));
}

#[test]
fn months_of_the_year_have_levels_where_that_helps() {
    // 2 a month, and 50 more each December.
    let seasonal = points((0..30).map(|x| Decimal::from(100 + 2 * x + if x % 12 == 11 { 50 } else { 0 })));
    let trend = fitted(&seasonal, Seasonality::default()).unwrap();
    assert_eq!((trend.shape(), trend.intercept()), (Shape::SameMonth, None));
    assert_eq!(trend.slope().round_dp(10), Decimal::TWO);
    let december = Month::new(2027, 12).unwrap();
    assert_eq!(trend.value(december).unwrap().round_dp(10), Decimal::from(100 + 2 * 47 + 50));
    assert_eq!(trend.value(december.next()).unwrap().round_dp(10), Decimal::from(100 + 2 * 48));
    assert_eq!(trend.crossing(Decimal::from(200), Z90, 36).unwrap(), None);
    assert_eq!(fitted(&seasonal, Seasonality::Never).unwrap().shape(), Shape::Line);
    // A line gains nothing from levels.
    let line = points((0..30).map(|x| Decimal::from(100 + 2 * x)));
    assert_eq!(fitted(&line, Seasonality::default()).unwrap().shape(), Shape::Line);
}
