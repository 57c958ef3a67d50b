//! What of the power that is paid for can be used, and what is wrong between a contract and its use.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use forecasting::colocation::{
    Absence, Binding, CabinetPower, Capacity, Charge, ChargeKind, Circuit, Contract, CrossConnect,
    Deployment, Draw, Feed, Figure, Limit, Metering, Phases, Proration, PueRule, RampStep, Reading,
    Recognition, Severity, Usage, commitment_steps, committed_kilowatts, duplicate_orders, validate,
    validate_usage,
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

fn hour(number: i64) -> NaiveDateTime {
    date("2026-11-01").and_hms_opt(0, 0, 0).unwrap() + TimeDelta::hours(number)
}

/// 208 V and 30 A on one phase at 80 %: 4.992 kVA.
fn circuit(cabinet: &str, feed: Option<Feed>) -> Circuit {
    Circuit {
        name: format!("{cabinet} {feed:?}"),
        cabinet: cabinet.to_owned(),
        feed,
        voltage: Decimal::from(208),
        amps: Decimal::from(30),
        phases: Phases::One,
        derate: number("0.8"),
    }
}

fn reading(circuit: &Circuit, at: i64, kilowatts: &str) -> Reading {
    Reading { circuit: circuit.name.clone(), interval: hour(at), kilowatts: number(kilowatts) }
}

/// Two cabinets, each with two feeds.
fn deployment() -> Deployment {
    let circuits = ["C01", "C02"].map(|cabinet| [Feed::A, Feed::B].map(|feed| circuit(cabinet, Some(feed))));
    Deployment {
        circuits: circuits.concat(),
        draw_cap: Limit::Of(Decimal::from(9)),
        cooling: Limit::Of(number("9.5")),
        power_factor: Some(number("0.95")),
        commitment: Some(Decimal::from(8)),
    }
}

fn draw(deployment: &Deployment) -> Draw {
    let [first, second, ..] = deployment.circuits.as_slice() else { panic!() };
    let rest = deployment.circuits[2..]
        .iter()
        .flat_map(|circuit| [reading(circuit, 0, "1"), reading(circuit, 1, "1")]);
    let mut readings = vec![
        reading(first, 0, "3"),
        reading(first, 1, "1"),
        reading(second, 0, "0.5"),
        reading(second, 1, "2.7"),
    ];
    readings.extend(rest);
    Draw::of(&deployment.circuits, &readings).unwrap()
}

fn capacity(deployment: &Deployment) -> Capacity {
    deployment.capacity(&draw(deployment)).unwrap()
}

#[test]
fn the_numbers_called_capacity_are_kept_apart() {
    let capacity = capacity(&deployment());
    let known = |text: &str| Figure::Known(number(text));
    assert_eq!(capacity.nameplate, known("24.96"));
    assert_eq!(capacity.usable, known("19.968"));
    assert_eq!(capacity.protected, known("9.984"));
    assert_eq!(capacity.draw_cap, known("9"));
    assert_eq!(capacity.committed, known("8"));
    assert_eq!(
        capacity.drawn,
        known("5.7"),
        "5.5 and 5.7 at one moment, not 7.7 for peaks at different ones"
    );
    assert_eq!((capacity.effective_limit, capacity.binding), (known("9"), Some(Binding::DrawCap)));
    assert_eq!(capacity.headroom, known("3"), "9 kVA less 5.7 kW at 0.95");
    assert_eq!(capacity.paid_unused, known("2.4"));
    assert!(!capacity.explanation.estimated);
}

#[test]
fn the_least_limit_binds() {
    let binding = |deployment: Deployment| capacity(&deployment).binding.unwrap();
    let no_cap = Deployment { draw_cap: Limit::Unlimited, ..deployment() };
    assert_eq!(binding(no_cap.clone()), Binding::Protected, "9.984 against 10 kVA of cooling");
    assert_eq!(binding(Deployment { cooling: Limit::Unlimited, ..no_cap.clone() }), Binding::Protected);
    assert_eq!(binding(Deployment { cooling: Limit::Of(number("9.4")), ..no_cap }), Binding::Cooling);
    let tie = Deployment { draw_cap: Limit::Of(number("9.984")), ..deployment() };
    assert_eq!(binding(tie), Binding::Protected);
}

#[test]
fn what_is_missing_is_named_and_never_zero() {
    let with = |change: fn(&mut Deployment)| {
        let mut changed = deployment();
        change(&mut changed);
        capacity(&changed)
    };
    let absent = Figure::Absent;
    let unknown = with(|deployment| deployment.cooling = Limit::Unknown);
    assert_eq!(unknown.effective_limit, absent(Absence::CoolingUnknown));
    assert_eq!((unknown.headroom, unknown.binding), (absent(Absence::CoolingUnknown), None));
    assert_eq!(unknown.at_most, Some(Decimal::from(9)), "the limit is not above what is known");
    let unknown = with(|deployment| deployment.draw_cap = Limit::Unknown);
    assert_eq!(unknown.effective_limit, absent(Absence::DrawCapUnknown));
    let unknown = with(|deployment| deployment.power_factor = None);
    assert_eq!(unknown.headroom, absent(Absence::PowerFactorUnknown));
    let unknown = with(|deployment| deployment.commitment = None);
    assert_eq!(unknown.paid_unused, absent(Absence::NoCommitment));
    let unknown = with(|deployment| deployment.circuits[3].feed = None);
    assert_eq!(unknown.protected, absent(Absence::FeedUnknown));
    assert_eq!(unknown.usable, Figure::Known(number("19.968")));
    let none = Draw::of(&deployment().circuits, &[]).unwrap();
    let unknown = deployment().capacity(&none).unwrap();
    assert_eq!(unknown.drawn, absent(Absence::NoReadings));
    assert_eq!(unknown.headroom, absent(Absence::NoReadings));
    assert_eq!(unknown.paid_unused.reason().unwrap().code(), "NO_READINGS");
    let empty = Deployment { circuits: Vec::new(), ..deployment() };
    let unknown = empty.capacity(&none).unwrap();
    assert_eq!(unknown.protected, absent(Absence::NoCircuits));
    assert_eq!(unknown.nameplate.value(), None);
}

#[test]
fn a_single_feed_protects_nothing() {
    let single = [circuit("C01", Some(Feed::A))];
    let cabinet = CabinetPower::of(&single).unwrap().remove(0);
    assert_eq!(cabinet.protected, Figure::Known(Decimal::ZERO));
    assert_eq!(cabinet.steady_amps(&single[0]).unwrap(), Figure::Known(Decimal::ZERO));
    let unknown = [circuit("C01", None)];
    let cabinet = CabinetPower::of(&unknown).unwrap().remove(0);
    assert_eq!(cabinet.steady_amps(&unknown[0]).unwrap(), Figure::Absent(Absence::FeedUnknown));
    let unequal =
        [circuit("C01", Some(Feed::A)), Circuit { amps: Decimal::from(20), ..circuit("C01", Some(Feed::B)) }];
    let cabinet = CabinetPower::of(&unequal).unwrap().remove(0);
    let amps = unequal.each_ref().map(|circuit| cabinet.steady_amps(circuit).unwrap());
    assert_eq!(amps, [Figure::Known(Decimal::from(8)); 2], "the lesser breaker decides for both");
}

#[test]
fn gaps_in_the_readings_are_counted() {
    let pair = [Feed::A, Feed::B].map(|feed| circuit("C01", Some(feed)));
    let readings = [
        reading(&pair[0], 0, "1"),
        reading(&pair[1], 0, "1"),
        reading(&pair[0], 1, "3"),
        // Told twice: the higher counts.
        reading(&pair[1], 0, "2"),
    ];
    let draw = Draw::of(&pair, &readings).unwrap();
    assert_eq!((draw.intervals, draw.complete), (2, 1));
    assert_eq!(draw.peak, Figure::Known(Decimal::from(3)));
    assert_eq!(draw.average, Figure::Known(Decimal::from(3)));
    let draw = Draw::of(&pair, &readings[2..3]).unwrap();
    assert_eq!(draw.average, Figure::Absent(Absence::NoCompleteInterval));
    let capacity = Deployment { circuits: pair.to_vec(), ..deployment() }.capacity(&draw).unwrap();
    assert!(capacity.explanation.estimated);
    let negative = Draw::of(&pair, &[reading(&pair[0], 0, "-1")]).unwrap_err();
    assert_eq!(negative.to_string(), "kilowatts \"-1\" is not usable: what is drawn is not negative");
}

#[test]
fn impossible_power_is_refused() {
    let circuit = circuit("C01", Some(Feed::A));
    let error = |circuit: Circuit| circuit.usable_kva().unwrap_err().to_string();
    let rule = "a derate is a fraction above 0 and at most 1: 0.8 is 80 %";
    let percent = Circuit { derate: Decimal::from(80), ..circuit.clone() };
    assert_eq!(error(percent), format!("derate \"80\" is not usable: {rule}"));
    let rule = "a circuit has volts and amperes above 0";
    let none = Circuit { voltage: Decimal::ZERO, ..circuit.clone() };
    assert_eq!(error(none), format!("voltage \"0\" is not usable: {rule}"));
    let enormous = Circuit { voltage: Decimal::MAX, amps: Decimal::MAX, phases: Phases::Three, ..circuit };
    assert_eq!(error(enormous), "power is beyond 1000000000000000000: no such amount of money exists");
    let refused = |deployment: Deployment| deployment.capacity(&draw(&deployment)).unwrap_err().to_string();
    let cap = Deployment { draw_cap: Limit::Of(Decimal::NEGATIVE_ONE), ..deployment() };
    assert_eq!(refused(cap), "draw_cap \"-1\" is not usable: a limit is not negative");
    let factor = Deployment { power_factor: Some(Decimal::from(95)), ..deployment() };
    assert_eq!(refused(factor), "power_factor \"95\" is not usable: a power factor is above 0 and at most 1");
}

/// 36 months from 2026-01-01; 40 kW, and 70 from the fourth month on.
fn contract() -> Contract {
    let ramp = [(0, 40), (3, 70)].map(|(from_contract_month, kilowatts)| RampStep {
        from_contract_month,
        quantity: Decimal::from(kilowatts),
    });
    let space =
        Charge { ramp: ramp.to_vec(), ..Charge::new(ChargeKind::SpaceKw, Decimal::from(165), Decimal::ZERO) };
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
        charges: vec![space],
    }
}

fn usage() -> Usage {
    let circuits = deployment().circuits;
    Usage {
        as_of: date("2026-11-28"),
        readings: circuits.iter().map(|circuit| reading(circuit, 0, "1")).collect(),
        circuits,
        whole: Vec::new(),
        power_factor: Some(Decimal::ONE),
        monthly_draw: BTreeMap::new(),
        cross_connects: vec![CrossConnect { name: "X-1".to_owned(), decommissioned: None }],
        returned_cabinets: BTreeSet::new(),
    }
}

fn found(contract: &Contract, usage: &Usage) -> Vec<String> {
    validate_usage(contract, usage).iter().map(ToString::to_string).collect()
}

#[test]
fn commitments_follow_the_ramp() {
    let on = |day: &str| committed_kilowatts(&contract(), date(day)).unwrap();
    assert_eq!(on("2026-03-31"), Some(Decimal::from(40)));
    assert_eq!(on("2026-04-01"), Some(Decimal::from(70)));
    assert_eq!(on("2025-12-31"), Some(Decimal::ZERO));
    let none = Contract { charges: Vec::new(), ..contract() };
    assert_eq!(committed_kilowatts(&none, date("2026-04-01")).unwrap(), None);

    let steps = |after: &str, last: Option<&str>| -> Vec<(NaiveDate, Decimal)> {
        let steps = commitment_steps(&contract(), date(after), date("2030-01-01"), last.map(date)).unwrap();
        steps.into_iter().map(|step| (step.on, step.change)).collect()
    };
    let (forty, thirty) = (Decimal::from(40), Decimal::from(30));
    assert_eq!(steps("2025-12-01", None), [(date("2026-01-01"), forty), (date("2026-04-01"), thirty)]);
    assert_eq!(
        steps("2026-01-01", Some("2028-12-31")),
        [(date("2026-04-01"), thirty), (date("2029-01-01"), Decimal::from(-70))]
    );
}

#[test]
fn every_mistake_of_use_is_named() {
    assert_eq!(found(&contract(), &usage()), Vec::<String>::new());
    let mut wrong = usage();
    wrong.circuits[0].derate = Decimal::from(80);
    wrong.circuits[1].feed = None;
    wrong.circuits[2].cabinet = "C09".to_owned();
    wrong.circuits[3].name = wrong.circuits[2].name.clone();
    wrong.returned_cabinets.insert("C09".to_owned());
    wrong.readings[1].kilowatts = number("6.3");
    wrong.readings[2].kilowatts = number("5");
    wrong.readings[3].kilowatts = number("-1");
    wrong.readings.push(Reading { circuit: "C77".to_owned(), interval: hour(0), kilowatts: Decimal::ONE });
    wrong.cross_connects[0].decommissioned = Some(date("2026-11-28"));
    assert_eq!(
        found(&contract(), &wrong),
        [
            "circuits[0].derate \"80\": a derate is a fraction above 0 and at most 1: 0.8 is 80 %",
            "circuits[1].feed \"none\": without its feed it is not known what is protected",
            "circuits[2].cabinet \"C09\": the cabinet was given back and the circuit is billed",
            "circuits[3].name \"C02 Some(A)\": names of circuits do not repeat",
            "readings[3].kilowatts \"-1\": what is drawn is not negative",
            "readings[1].kilowatts \"6.3\": more is drawn than the breaker of the circuit lets pass",
            "readings[2].kilowatts \"5\": more is drawn than may be used of the circuit for long",
            "readings[4].circuit \"C77\": power is drawn on a circuit that is not recorded",
            "cross_connects[0].decommissioned \"2026-11-28\": the device at its end is out of service and the \
             connection is billed",
        ]
    );
    let errors = validate_usage(&contract(), &wrong);
    assert_eq!(errors.iter().filter(|problem| problem.severity == Severity::Error).count(), 3);
    let factor = Usage { power_factor: Some(Decimal::from(95)), ..usage() };
    assert_eq!(found(&contract(), &factor), ["power_factor \"95\": a power factor is above 0 and at most 1"]);
}

#[test]
fn what_all_circuits_draw_together_is_held_against_all_of_them() {
    let with = |kilowatts: &str| {
        let reading = Reading { circuit: "CAGE".to_owned(), interval: hour(0), kilowatts: number(kilowatts) };
        let lower = Reading { kilowatts: Decimal::ONE, ..reading.clone() };
        found(&contract(), &Usage { whole: vec![lower, reading], ..usage() })
    };
    // Four circuits of 6.24 kVA, of which 80 % may be used for long.
    assert_eq!(with("19.9"), Vec::<String>::new());
    assert_eq!(
        with("20"),
        ["whole[1].kilowatts \"20\": more is drawn than may be used of all circuits for long"]
    );
    assert_eq!(
        with("25"),
        ["whole[1].kilowatts \"25\": more is drawn than the breakers of all circuits let pass together"]
    );
    let none = Usage { circuits: Vec::new(), readings: Vec::new(), ..usage() };
    let whole = vec![Reading { circuit: "CAGE".to_owned(), interval: hour(0), kilowatts: number("25") }];
    assert_eq!(found(&contract(), &Usage { whole, ..none }), Vec::<String>::new());
}

#[test]
fn three_months_above_the_commitment_are_no_accident() {
    let with = |draws: &[(&str, i64)]| {
        let monthly_draw =
            draws.iter().map(|(month, drawn)| (month.parse().unwrap(), Decimal::from(*drawn))).collect();
        found(&contract(), &Usage { monthly_draw, ..usage() })
    };
    let rule = "more is drawn than committed for three months in a row";
    assert_eq!(
        with(&[("2026-01", 41), ("2026-02", 42), ("2026-03", 43)]),
        [format!("monthly_draw[2026-03] \"43\": {rule}")]
    );
    assert_eq!(with(&[("2026-02", 45), ("2026-03", 45), ("2026-04", 70)]), Vec::<String>::new());
    assert_eq!(
        with(&[("2026-01", 45), ("2026-03", 45), ("2026-05", 80)]),
        Vec::<String>::new(),
        "gaps break a row"
    );
    let four = with(&[("2026-05", 80), ("2026-06", 80), ("2026-07", 80), ("2026-08", 80)]);
    assert_eq!(four.len(), 1, "said once for a row");
    let unmetered = Usage {
        circuits: Vec::new(),
        readings: Vec::new(),
        monthly_draw: [("2026-01".parse().unwrap(), Decimal::ONE)].into(),
        ..usage()
    };
    assert_eq!(
        found(&contract(), &unmetered),
        ["monthly_draw[2026-01] \"1\": power is drawn and no circuit is recorded"]
    );
}

#[test]
fn power_by_circuit_and_by_meter_is_billed_twice_on_the_same_days_only() {
    let charge = |kind, from: Option<&str>, to: Option<&str>| Charge {
        from: from.map(date),
        to: to.map(date),
        ..Charge::new(kind, Decimal::TEN, Decimal::ONE)
    };
    let twice = |circuit_to: Option<&str>, meter_from: Option<&str>| {
        let charges = vec![
            charge(ChargeKind::PowerCircuit, None, circuit_to),
            charge(ChargeKind::PowerMetered, meter_from, None),
        ];
        let problems = validate(&Contract { charges, ..contract() });
        problems.iter().any(|problem| problem.rule.contains("billed twice"))
    };
    assert!(twice(None, None));
    assert!(twice(Some("2026-06-30"), Some("2026-06-30")));
    assert!(!twice(Some("2026-06-30"), Some("2026-07-01")), "the meter took the place of the circuit");
}

#[test]
fn a_minimum_take_beside_the_metered_energy_is_flagged() {
    let metered = |minimum_take: Option<Decimal>, from: Option<&str>| {
        let pue = PueRule::Contractual(number("1.3"));
        let metering = Metering { pue, measured_pue: None, minimum_take, commitment: Decimal::TEN };
        let charge = Charge::new(ChargeKind::PowerMetered, number("0.1"), Decimal::ONE);
        Charge { metering: Some(metering), from: from.map(date), ..charge }
    };
    let flagged = |one: Charge, other: Charge| {
        let problems = validate(&Contract { charges: vec![one, other], ..contract() });
        problems.iter().any(|problem| problem.rule.contains("minimum take"))
    };
    let ended = |charge: Charge| Charge { to: Some(date("2026-06-30")), ..charge };
    assert!(flagged(metered(Some(Decimal::ONE), None), metered(None, None)));
    assert!(!flagged(metered(Some(Decimal::ONE), None), metered(Some(Decimal::ONE), None)), "two meters");
    assert!(!flagged(ended(metered(Some(Decimal::ONE), None)), metered(None, Some("2026-07-01"))));
}

#[test]
fn order_numbers_with_a_suffix_are_the_same_order() {
    let fields = |numbers: &[&str]| -> Vec<String> {
        duplicate_orders(numbers).iter().map(ToString::to_string).collect()
    };
    let rule = "the same number as another order, but for a suffix";
    assert_eq!(
        fields(&[
            "ORD-1001",
            "ORD-1002",
            "ord-1001-A",
            "ORD-10010",
            "ORD 1002",
            "",
            "TWOM",
            "TWOMIN",
            "ORD-1002b"
        ]),
        [
            format!("orders[2].number \"ord-1001-A\": {rule}"),
            // Spaces and capitals do not count, separators do; a word that follows directly is no suffix.
            format!("orders[8].number \"ORD-1002b\": {rule}"),
        ]
    );
    assert_eq!(fields(&["PO-7/2", "PO-7", " po-7"]).len(), 2);
    assert_eq!(fields(&["", "", "PO-7"]), Vec::<String>::new());
}

fn circuits() -> impl Strategy<Value = Vec<Circuit>> {
    let feed = prop_oneof![Just(Some(Feed::A)), Just(Some(Feed::B))];
    let one = (0..4_u32, feed, 100..480_i64, 10..64_i64, any::<bool>(), 50..=100_i64);
    prop::collection::vec(one, 1..12).prop_map(|circuits| {
        let named = circuits.into_iter().enumerate();
        named
            .map(|(position, (cabinet, feed, voltage, amps, three, derate))| Circuit {
                name: position.to_string(),
                cabinet: cabinet.to_string(),
                feed,
                voltage: Decimal::from(voltage),
                amps: Decimal::from(amps),
                phases: if three { Phases::Three } else { Phases::One },
                derate: Decimal::new(derate, 2),
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn a_limit_is_the_least_and_is_one_of_them(
        circuits in circuits(), cap in 0..200_i64, cooling in 0..200_i64, factor in 50..=100_i64,
        draws in prop::collection::vec((0..12_usize, 0..24_i64, 0..20_000_i64), 0..60),
    ) {
        let readings: Vec<Reading> = draws
            .iter()
            .map(|(circuit, at, watts)| Reading {
                circuit: circuit.to_string(),
                interval: hour(*at),
                kilowatts: Decimal::new(*watts, 3),
            })
            .collect();
        let draw = Draw::of(&circuits, &readings).unwrap();
        let factor = Decimal::new(factor, 2);
        let deployment = Deployment {
            circuits,
            draw_cap: Limit::Of(Decimal::from(cap)),
            cooling: Limit::Of(Decimal::from(cooling)),
            power_factor: Some(factor),
            commitment: None,
        };
        let capacity = deployment.capacity(&draw).unwrap();
        let protected = capacity.protected.value().unwrap();
        let usable = capacity.usable.value().unwrap();
        prop_assert!(protected * Decimal::TWO <= usable && usable <= capacity.nameplate.value().unwrap());
        let limits = [
            (protected, Binding::Protected),
            (Decimal::from(cap), Binding::DrawCap),
            (Decimal::from(cooling) / factor, Binding::Cooling),
        ];
        let limit = capacity.effective_limit.value().unwrap();
        prop_assert!(limits.iter().all(|(other, _)| limit <= *other));
        prop_assert!(limits.contains(&(limit, capacity.binding.unwrap())));
        prop_assert_eq!(capacity.at_most, Some(limit));

        // The peak of all is not below the highest of one, and not above the sum of the highest.
        let mut highest: BTreeMap<&str, Decimal> = BTreeMap::new();
        for reading in &readings {
            let known = highest.entry(&reading.circuit).or_default();
            *known = reading.kilowatts.max(*known);
        }
        match draw.peak.value() {
            Some(peak) => {
                prop_assert!(peak <= highest.values().sum::<Decimal>());
                prop_assert!(highest.values().all(|highest| peak >= *highest));
                let headroom = capacity.headroom.value().unwrap();
                prop_assert_eq!((headroom + peak / factor - limit).round_dp(20), Decimal::ZERO);
                if let Some(average) = draw.average.value() {
                    prop_assert!(average <= peak);
                }
            }
            None => prop_assert!(draw.complete == 0 && capacity.headroom.value().is_none()),
        }
    }

    #[test]
    fn steady_load_moves_to_one_feed(circuits in circuits()) {
        for cabinet in CabinetPower::of(&circuits).unwrap() {
            let protected = cabinet.protected.value().unwrap();
            let mut loads = [Decimal::ZERO; 2];
            for circuit in circuits.iter().filter(|circuit| circuit.cabinet == cabinet.cabinet) {
                let amps = cabinet.steady_amps(circuit).unwrap().value().unwrap();
                prop_assert!(amps.round_dp(20) <= circuit.amps * circuit.derate / Decimal::TWO);
                let load = circuit.nameplate_kva().unwrap() * amps / circuit.amps;
                loads[usize::from(circuit.feed == Some(Feed::B))] += load;
            }
            let total: Decimal = loads.iter().sum();
            prop_assert_eq!((total - protected).round_dp(18), Decimal::ZERO);
        }
    }
}
