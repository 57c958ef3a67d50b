//! What months of power cost where several charges share what was read.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use forecasting::colocation::{
    Absence, BusinessDays, Charge, ChargeKind, Contract, Figure, Indices, MeteredPart, Metering,
    MonthReading, MonthUse, OverageBasis, OverageTerms, PowerMonth, Proration, PueRule, RampStep,
    Recognition, Severity, commitment_steps, committed_kilowatts, power_month, validate,
};
use forecasting::money::Currency;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn contract(charges: Vec<Charge>) -> Contract {
    Contract {
        currency: Currency::USD,
        signed: None,
        billing_start: date("2026-01-01"),
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

fn space(kilowatts: i64) -> Charge {
    Charge::new(ChargeKind::SpaceKw, Decimal::from(165), Decimal::from(kilowatts))
}

/// A kWh for 0.085, by 1.35, where a draw is expected.
fn metered(expected: i64) -> Charge {
    let metering = Metering {
        pue: PueRule::Contractual(number("1.35")),
        measured_pue: None,
        minimum_take: None,
        commitment: Decimal::ZERO,
    };
    let charge = Charge::new(ChargeKind::PowerMetered, number("0.085"), Decimal::from(expected));
    Charge { metering: Some(metering), ..charge }
}

/// January as read: 62 kW on average.
fn january(peak: Figure) -> MonthUse {
    let (hours, average) = (Decimal::from(744), Decimal::from(62));
    let month = "2026-01".parse().unwrap();
    MonthReading { month, hours, energy: hours * average, average, peak }.into()
}

fn cost(charges: Vec<Charge>, used: MonthUse, overage: &BTreeMap<usize, OverageTerms>) -> PowerMonth {
    power_month(&contract(charges), used, overage, &Indices::default(), &BusinessDays::default()).unwrap()
}

fn terms() -> OverageTerms {
    OverageTerms { buffer: number("0.05"), multiplier: number("1.5"), basis: OverageBasis::AboveBuffer }
}

const PEAK: Figure = Figure::Known(Decimal::from_parts(112, 0, 0, false, 0));

#[test]
fn overage_is_counted_once_however_many_charges_commit() {
    let overages = |charges: Vec<Charge>, with_terms: &[usize]| {
        let terms = with_terms.iter().map(|position| (*position, terms())).collect();
        let found = cost(charges, january(PEAK), &terms).overage;
        found.into_iter().map(|it| (it.charge, it.cost)).collect::<Vec<_>>()
    };
    // 7 kW above 105, at 165 and half as much again, are 1,732.50: whoever commits to the 100.
    assert_eq!(overages(vec![space(100)], &[0]), [(0, number("1732.50"))]);
    let both = [(0, number("1039.50")), (1, number("693.00"))];
    assert_eq!(overages(vec![space(60), space(40)], &[0, 1]), both);
    // What is committed without terms is committed all the same.
    assert_eq!(overages(vec![space(60), space(40)], &[0]), [(0, number("1039.50"))]);
    // One that ended before another took its place is not passed once more.
    let before = Charge { to: Some(date("2026-01-14")), ..space(100) };
    let after = Charge { from: Some(date("2026-01-15")), ..space(100) };
    assert_eq!(overages(vec![before, after], &[0, 1]), [(1, number("1732.50"))]);
}

#[test]
fn energy_is_counted_once_however_many_charges_meter() {
    let energy = |charges: Vec<Charge>, used: MonthUse| {
        let found = cost(charges, used, &BTreeMap::new());
        let of_charge = found.energy.iter();
        let of_charge =
            of_charge.map(|it| (it.charge, it.billed_energy.round_dp(6).normalize(), it.cost, it.divided));
        (of_charge.collect::<Vec<_>>(), found.explanation.estimated)
    };
    let whole = number("46128");
    assert_eq!(energy(vec![metered(50)], january(PEAK)), (vec![(0, whole, number("5293.19"), false)], false));
    let half = (number("23064"), number("2646.59"), true);
    assert_eq!(
        energy(vec![metered(50), metered(50)], january(PEAK)),
        (vec![(0, half.0, half.1, half.2), (1, half.0, half.1, half.2)], true)
    );
    // By expected draw; where none is expected, alike.
    let (found, _) = energy(vec![metered(30), metered(10)], january(PEAK));
    assert_eq!((found[0].1, found[1].1), (number("34596"), number("11532")));
    let (found, _) = energy(vec![metered(0), metered(0)], january(PEAK));
    assert_eq!((found[0].1, found[1].1), (number("23064"), number("23064")));
    // As it is known whose it is.
    let part = |charge: usize, average: i64| MeteredPart {
        charges: BTreeSet::from([charge]),
        average: Decimal::from(average),
    };
    let told = MonthUse { parts: vec![part(1, 40), part(0, 12), part(1, 10)], ..january(PEAK) };
    let (found, estimated) = energy(vec![metered(50), metered(50)], told);
    assert_eq!((found[0].1, found[1].1, estimated), (number("8928"), number("37200"), false));
}

#[test]
fn energy_follows_the_days_on_which_charges_are_billed() {
    let billed = |charges: Vec<Charge>| {
        let found = cost(charges, january(PEAK), &BTreeMap::new()).energy;
        found.iter().map(|it| (it.charge, it.billed_energy.round_dp(6).normalize())).collect::<Vec<_>>()
    };
    let until = |day: &str| Charge { to: Some(date(day)), ..metered(50) };
    let since = |day: &str| Charge { from: Some(date(day)), ..metered(50) };
    // One that has ended is not billed at all.
    assert_eq!(billed(vec![until("2025-12-31"), metered(50)]), [(1, number("46128"))]);
    // 14 days and 17 days of 62 kW.
    let followed = [(0, number("20832")), (1, number("25296"))];
    assert_eq!(billed(vec![until("2026-01-14"), since("2026-01-15")]), followed);
    // 14 of 31 days beside one of the whole month: 14 to 31.
    let sum: Decimal = billed(vec![until("2026-01-14"), metered(50)]).iter().map(|(_, it)| *it).sum();
    assert_eq!(sum, number("46128"));
}

#[test]
fn the_peak_that_was_read_takes_the_place_of_the_expected_one() {
    let by_peak = |kilowatts: i64| Charge { peak: Some(Decimal::from(kilowatts)), ..space(kilowatts) };
    let none = BTreeMap::new();
    assert_eq!(cost(vec![by_peak(100)], january(PEAK), &none).committed_cost, number("18480.00"));
    let two = cost(vec![by_peak(60), by_peak(40)], january(PEAK), &none);
    assert_eq!(two.committed_cost, number("18480.00"), "112 kW once, by commitment");
    let low = january(Figure::Known(Decimal::from(80)));
    assert_eq!(cost(vec![by_peak(100)], low, &none).committed_cost, number("16500.00"));
    let unread = january(Figure::Absent(Absence::PeaksNotCoincident));
    let found = cost(vec![by_peak(120)], unread, &none);
    assert_eq!(found.committed_cost, number("19800.00"));
    assert!(found.explanation.estimated, "the peak is the expected one");
    // A ramp that has not begun commits to nothing, and the peak is somebody's nevertheless.
    let steps = vec![RampStep { from_contract_month: 6, quantity: Decimal::from(100) }];
    let ramped = Charge { ramp: steps, ..by_peak(100) };
    assert_eq!(cost(vec![ramped], january(PEAK), &none).committed_cost, number("18480.00"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_was_read_is_billed_once(expected in prop::collection::vec((0..90_i64, 1..=31_u32, 1..=31_u32), 1..5)) {
        let day = |day: u32| NaiveDate::from_ymd_opt(2026, 1, day);
        let charges = expected.iter().map(|(draw, from, to)| Charge {
            from: day(*from.min(to)),
            to: day(*from.max(to)),
            ..metered(*draw)
        });
        // One of them runs all month, so that every day is billed by somebody.
        let charges: Vec<Charge> = charges.chain([metered(7)]).collect();
        let found = cost(charges, january(PEAK), &BTreeMap::new());
        let sum: Decimal = found.energy.iter().map(|it| it.billed_energy).sum();
        prop_assert_eq!(sum.round_dp(9), Decimal::from(46_128));
    }
}

#[test]
fn kilovolt_amperes_are_priced_as_they_are_and_held_against_kilowatts() {
    let apparent = |factor: &str| Charge {
        power_factor: Some(number(factor)),
        ..Charge::new(ChargeKind::SpaceKw, Decimal::from(132), Decimal::from(125))
    };
    // 125 kVA at 0.8 are 100 kW, and 132 a kVA 165 a kW.
    let terms = BTreeMap::from([(0, terms())]);
    let (stated, real) = (apparent("0.8"), space(100));
    let [stated, real] = [stated, real].map(|charge| cost(vec![charge], january(PEAK), &terms));
    assert_eq!((stated.committed_cost, stated.total), (real.committed_cost, real.total));
    assert_eq!((&stated.overage, stated.commitment), (&real.overage, real.commitment));
    let higher = Charge { peak: Some(Decimal::ONE), ..apparent("0.8") };
    let billed = cost(vec![higher], january(PEAK), &BTreeMap::new());
    assert_eq!(billed.committed_cost, number("18480"), "112 kW are 140 kVA");

    let both = contract(vec![apparent("0.8"), space(20)]);
    assert_eq!(committed_kilowatts(&both, date("2026-01-31")).unwrap(), Some(Decimal::from(120)));
    for (factor, is_refused) in [("0", true), ("-0.8", true), ("1.1", true), ("1", false)] {
        let contract = contract(vec![apparent(factor)]);
        let problems = validate(&contract);
        let named = problems
            .iter()
            .any(|problem| problem.severity == Severity::Error && problem.field.ends_with("power_factor"));
        assert_eq!(named, is_refused, "{factor}: {problems:?}");
        assert_eq!(committed_kilowatts(&contract, date("2026-01-31")).is_err(), is_refused);
    }
}

#[test]
fn what_is_committed_steps_with_ramps_charges_and_the_end() {
    let ramp = [(0, 40), (3, 70)].map(|(from_contract_month, kilowatts)| RampStep {
        from_contract_month,
        quantity: Decimal::from(kilowatts),
    });
    let ramped = Charge { ramp: ramp.to_vec(), ..space(0) };
    let later = Charge { from: Some(date("2026-05-10")), to: Some(date("2026-06-30")), ..space(5) };
    let contract = contract(vec![ramped, later, metered(3)]);
    let steps = |after: &str, last: Option<&str>| -> Vec<(String, Decimal)> {
        let steps = commitment_steps(&contract, date(after), date("2030-01-01"), last.map(date)).unwrap();
        steps.into_iter().map(|step| (step.on.to_string(), step.change)).collect()
    };
    let expected = |rows: &[(&str, i64)]| -> Vec<(String, Decimal)> {
        rows.iter().map(|(on, change)| ((*on).to_owned(), Decimal::from(*change))).collect()
    };
    let all = [("2026-01-01", 40), ("2026-04-01", 30), ("2026-05-10", 5), ("2026-07-01", -5)];
    assert_eq!(steps("2025-12-01", None), expected(&all));
    assert_eq!(steps("2026-05-10", Some("2028-12-31")), expected(&[("2026-07-01", -5), ("2029-01-01", -70)]));
    assert_eq!(steps("2029-01-01", Some("2028-12-31")), []);
}
