//! Layers of pools, when they run out, by when to order, where things fit.

use std::collections::BTreeSet;

use forecasting::capacity::events::{Events, Reservation, Step};
use forecasting::capacity::exhaustion::{Answer, Exhaustion, Question};
use forecasting::capacity::layers::{Cluster, Host, Protection, Storage, of_feeds};
use forecasting::capacity::order::{LeadTime, OrderBy, order_by};
use forecasting::capacity::placement::{Free, Need, Resource, fit};
use forecasting::capacity::regression::{Point, Seasonality, Trend, Z90};
use forecasting::capacity::supply::Supply;
use forecasting::capacity::units::{Unit, convert};
use forecasting::colocation::{CabinetPower, Circuit, Feed, Phases};
use forecasting::month::Month;
use rust_decimal::Decimal;

use super::{Examples, date, decimal, number};

/// The peaks from November 2025 to October 2026 that the examples are about.
const PEAKS: [i64; 12] = [208, 221, 214, 229, 222, 238, 229, 243, 251, 240, 259, 256];

/// Clusters, storage, power and units.
pub fn layers(examples: &Examples) {
    let cluster = cluster().layers().unwrap();
    let expected = examples.value("6.cluster");
    assert_eq!(cluster.processors.raw, decimal(&expected["raw_cores"]));
    assert_eq!(cluster.processors.usable, decimal(&expected["usable_vcpu"]));
    assert_eq!(cluster.memory.raw, decimal(&expected["raw_gb"]));
    assert_eq!(cluster.memory.usable, decimal(&expected["usable_gb"]));

    let ceiling = |hosts: usize, failures| {
        let hosts = (0..hosts).map(|place| host(&format!("host {place}"), 32, 768)).collect();
        let cluster = Cluster { hosts, failures, ..self::cluster() };
        cluster.layers().unwrap().utilisation_ceiling.unwrap().round_dp(4)
    };
    assert_eq!(vec![ceiling(8, 1), ceiling(12, 2)], examples.decimals("6.ha_util_ceiling"));

    let storage = Storage {
        raw: Decimal::from(480),
        protection: Protection::Parity { data: 8, parity: 2 },
        reserve: number("0.1"),
        reduction: Some(Decimal::TWO),
        planning_limit: number("0.8"),
    };
    let storage = storage.layers().unwrap();
    let expected = examples.value("6.storage");
    assert_eq!(storage.protected, decimal(&expected["after_raid"]));
    assert_eq!(storage.layers.usable, decimal(&expected["after_reserve"]));
    assert_eq!(storage.effective, Some(decimal(&expected["effective_at2"])));
    assert_eq!(storage.layers.plannable, decimal(&expected["plan_limit_80"]));

    let circuit = |name: &str, feed| Circuit {
        name: name.to_owned(),
        cabinet: "7".to_owned(),
        feed: Some(feed),
        voltage: Decimal::from(208),
        amps: Decimal::from(30),
        phases: Phases::One,
        derate: number("0.8"),
    };
    let racks = CabinetPower::of(&[circuit("A1", Feed::A), circuit("B1", Feed::B)]).unwrap();
    let (protected, sum) = (racks[0].protected.value().unwrap(), racks[0].usable);
    let power = of_feeds(number("4.2"), protected, Some(sum)).unwrap();
    let percent = |share: Option<Decimal>| (share.unwrap() * Decimal::ONE_HUNDRED).round_dp(1);
    let expected = examples.value("6.rackpower");
    assert_eq!(percent(power.of_protected), decimal(&expected["protected_pct"]));
    assert_eq!(percent(power.of_sum), decimal(&expected["netbox_pct"]));

    let tebibytes = convert(Decimal::ONE, Unit::Terabytes, Unit::Tebibytes, None).unwrap();
    assert_eq!(tebibytes.round_dp(6), examples.decimal("6.tib"));
    let gibibytes = convert(Decimal::from(102_400), Unit::Mebibytes, Unit::Gibibytes, None).unwrap();
    assert_eq!(gibibytes, examples.decimal("6.mib_102400_gib"));
}

/// The line, when it reaches the limit, and by when to order.
pub fn exhaustion(examples: &Examples) {
    let trend = Trend::fit(&peaks(), Seasonality::default()).unwrap().unwrap();
    let expected = examples.value("6.ols");
    assert_eq!(trend.intercept().unwrap().round_dp(6), decimal(&expected["intercept"]));
    assert_eq!(trend.slope().round_dp(6), decimal(&expected["slope"]));
    assert_eq!(trend.deviation().round_dp(6), decimal(&expected["s"]));
    assert_eq!(trend.sum_of_squares(), decimal(&expected["Sxx"]));
    assert_eq!(trend.mean_position(), Some(decimal(&expected["xbar"])));
    let limit = Decimal::from(300);
    let crossing = |z| trend.crossing(limit, z, 36).unwrap().unwrap();
    assert_eq!(crossing(Decimal::ZERO).round_dp(4), decimal(&expected["p50_x"]));
    assert_eq!(crossing(Z90).round_dp(4), decimal(&expected["p90_x"]));
    assert_eq!(crossing(Decimal::ZERO).ceil(), examples.decimal("6.ols.first_month_p50"));
    assert_eq!(crossing(Z90).ceil(), examples.decimal("6.ols.first_month_p90"));

    let month = |x: i32| trend.first().plus(x - 1);
    let value = |x, z| trend.quantile(month(x), z).unwrap().round_dp(3);
    let expected = examples.value("6.fit_values");
    for (name, x) in [("y22", 22), ("y23", 23)] {
        assert_eq!(value(x, Decimal::ZERO), decimal(&expected[name]), "{name}");
    }
    for (name, x) in [("up20", 20), ("up21", 21), ("up22", 22)] {
        assert_eq!(value(x, Z90), decimal(&expected[name]), "{name}");
    }

    assert_months(&question().answer().unwrap(), examples.value("6.exhaust"));
    let step = Step {
        name: "wave 3".to_owned(),
        on: date("2027-03-10"),
        quantity: Decimal::from(18),
        probability: None,
    };
    let events = Events::new(vec![step.clone()], Vec::new()).unwrap();
    let with_step = Question { events, ..question() }.answer().unwrap();
    assert_months(&with_step, examples.value("6.step18"));
    // The same as a reservation from that month on, and as a step that is twice as large and half as likely.
    let held = Reservation { name: step.name.clone(), from: step.on, to: None, quantity: step.quantity };
    let events = Events::new(Vec::new(), vec![held]).unwrap();
    assert_months(&Question { events, ..question() }.answer().unwrap(), examples.value("6.step18"));
    let likely = Step { quantity: Decimal::from(36), probability: Some(number("0.5")), ..step };
    let events = Events::new(vec![likely], Vec::new()).unwrap();
    assert_months(&Question { events, ..question() }.answer().unwrap(), examples.value("6.step18"));

    let expected = examples.value("6.orderby");
    let exhausted = date(expected["exhaust"].as_str().unwrap());
    let answer = question().answer().unwrap().exhaustions.p90_demand;
    assert_eq!(answer, Exhaustion::Reached(Month::of(exhausted)));
    let lead = LeadTime { lead_days: 120, install_days: 30, approval_days: 20, buffer_days: 10 };
    let due = date(expected["order_by"].as_str().unwrap());
    assert_eq!(order_by(answer, lead, date("2026-11-29")).unwrap(), OrderBy::Due(due));
    let late = OrderBy::Overdue { date: due, days: 7 };
    assert_eq!(order_by(answer, lead, date("2026-12-10")).unwrap(), late);
}

/// What fits into a rack, and what is stranded.
pub fn placement(examples: &Examples) {
    let resources = |units, power, cooling, ports| {
        [
            (Resource::RackUnits, number(units)),
            (Resource::Power, number(power)),
            (Resource::Cooling, number(cooling)),
            (Resource::Ports, number(ports)),
        ]
    };
    let free = Free::new(resources("14", "2.1", "3.0", "8")).unwrap();
    let fit = fit(&free, &Need::new(resources("1", "0.45", "0.45", "2")).unwrap()).unwrap();
    let expected = examples.value("6.stranded");
    let names = [
        ("u", Resource::RackUnits),
        ("kw", Resource::Power),
        ("cool", Resource::Cooling),
        ("ports", Resource::Ports),
    ];
    for (name, resource) in names {
        assert_eq!(Decimal::from(fit.by_resource[&resource]), decimal(&expected["fit"][name]), "{name}");
        assert_eq!(fit.stranded[&resource], decimal(&expected["stranded"][name]), "{name}");
    }
    assert_eq!(Decimal::from(fit.units.unwrap()), decimal(&expected["units"]));
    let binding: BTreeSet<Resource> = names
        .into_iter()
        .filter(|(name, _)| expected["binding"].as_array().unwrap().iter().any(|bound| bound == name))
        .map(|(_, resource)| resource)
        .collect();
    assert_eq!(fit.binding, binding);
}

fn assert_months(answer: &Answer, expected: &serde_json::Value) {
    let month = |name: &str| Exhaustion::Reached(expected[name].as_str().unwrap().parse().unwrap());
    assert_eq!(answer.exhaustions.p50, month("p50"));
    assert_eq!(answer.exhaustions.p90_demand, month("p90demand"));
}

fn question() -> Question {
    Question {
        points: peaks(),
        last_observed: None,
        fit_from: None,
        seasonality: Seasonality::default(),
        events: Events::default(),
        supply: Some(Supply::level(Decimal::from(300)).unwrap()),
        as_of: date("2026-11-29"),
        months: 36,
    }
}

fn peaks() -> Vec<Point> {
    let first = Month::new(2025, 11).unwrap();
    let point = |(months, peak)| Point { month: first.plus(months), value: Decimal::from(peak) };
    (0..).zip(PEAKS).map(point).collect()
}

fn cluster() -> Cluster {
    let small = (0..6).map(|place| host(&format!("small {place}"), 32, 768));
    let large = (0..2).map(|place| host(&format!("large {place}"), 64, 1536));
    Cluster {
        hosts: small.chain(large).collect(),
        failures: 1,
        processor_ratio: Decimal::from(4),
        memory_ratio: Decimal::ONE,
        memory_overhead: Decimal::from(32),
        buffer: number("0.1"),
        planning_limit: Decimal::ONE,
    }
}

fn host(name: &str, cores: i64, memory: i64) -> Host {
    Host {
        name: name.to_owned(),
        cores: Decimal::from(cores),
        memory: Decimal::from(memory),
        memory_nodes: 2,
        in_maintenance: false,
    }
}
