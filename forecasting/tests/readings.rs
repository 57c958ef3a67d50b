//! What meters read: the draw of one moment, the energy of a month, and what a month of power costs.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use forecasting::colocation::{
    Absence, BusinessDays, Charge, ChargeKind, Contract, Figure, Indices, MeterReading, Metering,
    OverageBasis, OverageTerms, Proration, PueRule, Recognition, drawn, month_reading, power_month,
};
use forecasting::money::Currency;
use forecasting::month::Month;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn meters(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn reading(meter: &str, from: &str, to: &str) -> MeterReading {
    MeterReading {
        meter: meter.to_owned(),
        from: at(from),
        to: at(to),
        peak: None,
        average: None,
        energy: None,
    }
}

fn hour(meter: &str, hour: u32, kilowatts: &str) -> MeterReading {
    let (from, to) = (format!("2026-01-01T{hour:02}:00:00"), format!("2026-01-01T{:02}:00:00", hour + 1));
    MeterReading { average: Some(number(kilowatts)), ..reading(meter, &from, &to) }
}

#[test]
fn the_peak_is_the_highest_sum_and_not_the_sum_of_peaks() {
    let both = meters(&["a", "b"]);
    let readings =
        [hour("a", 0, "3"), hour("b", 0, "1"), hour("a", 1, "1"), hour("b", 1, "2.5"), hour("a", 2, "2")];
    let draw = drawn(&both, &readings).unwrap();
    assert_eq!(draw.peak, Figure::Known(number("4")));
    // The third hour lacks a circuit, so that it counts for the peak alone.
    assert_eq!(draw.average, Figure::Known(number("3.75")));
    assert_eq!((draw.intervals, draw.complete), (3, 2));
}

#[test]
fn peaks_of_parts_are_never_added_up() {
    let month = |meter: &str| MeterReading {
        peak: Some(number("3")),
        ..reading(meter, "2026-01-01T00:00:00", "2026-02-01T00:00:00")
    };
    let draw = drawn(&meters(&["a", "b"]), &[month("a"), month("b")]).unwrap();
    assert_eq!(draw.peak, Figure::Absent(Absence::PeaksNotCoincident));
    assert_eq!(draw.average, Figure::Absent(Absence::NoCompleteInterval));
    let draw = drawn(&meters(&["a"]), &[month("a")]).unwrap();
    assert_eq!(draw.peak, Figure::Known(number("3")), "a single meter has the peak of one moment");
    let draw = drawn(&meters(&["a"]), &[]).unwrap();
    assert_eq!(
        (draw.peak, draw.average),
        (Figure::Absent(Absence::NoReadings), Figure::Absent(Absence::NoReadings))
    );
}

#[test]
fn energy_and_average_follow_from_each_other() {
    let energy = MeterReading {
        energy: Some(number("30")),
        ..reading("a", "2026-01-01T00:00:00", "2026-01-01T12:00:00")
    };
    assert_eq!(energy.mean().unwrap(), Some(number("2.5")));
    let average = MeterReading { average: Some(number("2.5")), energy: None, ..energy.clone() };
    assert_eq!(average.kilowatt_hours().unwrap(), Some(number("30")));
    let backwards = MeterReading { from: energy.to, to: energy.from, ..energy };
    assert!(backwards.mean().is_err());
}

#[test]
fn a_month_is_read_when_every_meter_was_read_for_all_of_it() {
    let january = Month::new(2026, 1).unwrap();
    let whole = MeterReading {
        energy: Some(number("744")),
        ..reading("a", "2026-01-01T00:00:00", "2026-02-01T00:00:00")
    };
    let days = (1..=31).map(|day| {
        let date = NaiveDate::from_ymd_opt(2026, 1, day).unwrap();
        let midnight = |date: NaiveDate| date.and_time(chrono::NaiveTime::MIN);
        MeterReading {
            meter: "b".to_owned(),
            from: midnight(date),
            to: midnight(date.succ_opt().unwrap()),
            peak: None,
            average: Some(number("2")),
            energy: None,
        }
    });
    let mut readings: Vec<MeterReading> = days.collect();
    readings.push(whole);
    let read = month_reading(&meters(&["a", "b"]), &readings, january).unwrap().unwrap();
    assert_eq!((read.hours, read.energy, read.average), (number("744"), number("2232"), number("3")));
    readings.remove(7);
    assert_eq!(month_reading(&meters(&["a", "b"]), &readings, january).unwrap(), None, "a day is missing");
    assert_eq!(month_reading(&meters(&[]), &readings, january).unwrap(), None);
}

fn contract(charges: Vec<Charge>) -> Contract {
    Contract {
        currency: Currency::USD,
        signed: None,
        billing_start: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap(),
        initial_term_months: 36,
        stated_end: None,
        renewal: None,
        notice: None,
        notice_given: None,
        proration: Proration::ActualDaysCalendar,
        recognition: Recognition::default(),
        charges,
    }
}

#[test]
fn a_month_of_power_is_commitment_energy_and_overage() {
    let metering = Metering {
        pue: PueRule::MeasuredCapped(number("1.35")),
        measured_pue: Some(number("1.42")),
        minimum_take: None,
        commitment: number("100"),
    };
    let contract = contract(vec![
        Charge::new(ChargeKind::SpaceKw, number("110"), number("100")),
        Charge {
            metering: Some(metering),
            ..Charge::new(ChargeKind::PowerMetered, number("0.085"), number("50"))
        },
        Charge::new(ChargeKind::CrossConnect, number("300"), number("6")),
    ]);
    let whole = MeterReading {
        energy: Some(number("46128")),
        peak: Some(number("112")),
        ..reading("a", "2026-01-01T00:00:00", "2026-02-01T00:00:00")
    };
    let read = month_reading(&meters(&["a"]), &[whole], Month::new(2026, 1).unwrap()).unwrap().unwrap();
    let terms =
        OverageTerms { buffer: number("0.05"), multiplier: number("1.5"), basis: OverageBasis::AboveBuffer };
    let cost = |terms: &BTreeMap<usize, OverageTerms>| {
        power_month(&contract, read.clone().into(), terms, &Indices::default(), &BusinessDays::default())
    };
    let without = cost(&BTreeMap::new()).unwrap();
    assert_eq!(without.total, number("16293.19"));
    assert_eq!(without.per_drawn_kw, Some(number("262.79")));
    assert_eq!(without.energy[0].billed_energy, number("46128"));
    let with = cost(&BTreeMap::from([(0, terms)])).unwrap();
    // 7 kW above 105, at 110 and half as much again.
    assert_eq!(with.overage[0].cost, number("1155.00"));
    assert_eq!(with.total, number("17448.19"));
    let percent = OverageTerms { buffer: number("5"), ..terms };
    assert!(cost(&BTreeMap::from([(0, percent)])).is_err());
    let nothing = OverageTerms { multiplier: Decimal::ZERO, ..terms };
    assert!(cost(&BTreeMap::from([(0, nothing)])).is_err());
}

#[test]
fn a_part_that_was_read_says_nothing_of_the_whole() {
    let interval = |meter: &str, from: &str, to: &str, average: &str| MeterReading {
        average: Some(number(average)),
        ..reading(meter, from, to)
    };
    let alone = interval("a", "2026-01-01T00:00:00", "2026-01-01T01:00:00", "2");
    let draw = drawn(&meters(&["a", "b"]), std::slice::from_ref(&alone)).unwrap();
    assert_eq!(draw.peak, Figure::Absent(Absence::NoCompleteInterval));
    assert_eq!(draw.average, Figure::Absent(Absence::NoCompleteInterval));
    // Beside an hour in which both were read it counts, for it is no less than that.
    let both = ["a", "b"].map(|it| interval(it, "2026-01-01T01:00:00", "2026-01-01T02:00:00", "0.5"));
    let all: Vec<MeterReading> = both.into_iter().chain([alone]).collect();
    assert_eq!(drawn(&meters(&["a", "b"]), &all).unwrap().peak, Figure::Known(number("2")));
}

#[test]
fn figures_of_one_period_do_not_contradict_each_other() {
    let hour = reading("a", "2026-01-01T00:00:00", "2026-01-01T01:00:00");
    let given = |peak: Option<&str>, average: Option<&str>, energy: Option<&str>| {
        let [peak, average, energy] = [peak, average, energy].map(|it| it.map(number));
        let found = MeterReading { peak, average, energy, ..hour.clone() }.check();
        found.map_err(|refusal| refusal.to_string())
    };
    assert_eq!(given(Some("9"), Some("3"), Some("3.01")), Ok(()));
    assert_eq!(given(None, Some("9"), None), Ok(()));
    assert_eq!(
        given(None, Some("9"), Some("3")),
        Err("average \"9\" is not usable: the average times the hours is the energy".to_owned())
    );
    assert_eq!(
        given(Some("2"), None, Some("3")),
        Err("peak \"2\" is not usable: a peak is not below what is drawn on average".to_owned())
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let beyond = MeterReading {
        average: Some(Decimal::MAX),
        ..reading("a", "2026-01-01T00:00:00", "2026-02-01T00:00:00")
    };
    assert!(drawn(&meters(&["a"]), std::slice::from_ref(&beyond)).is_err());
    assert!(month_reading(&meters(&["a"]), &[beyond], Month::new(2026, 1).unwrap()).is_err());
}
