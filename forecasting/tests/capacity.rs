//! Units, layers and placement.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use forecasting::capacity::layers::{
    BindingModel, Cluster, ClusterShare, Headroom, Host, HostShare, Known, LayerFinding, Layers, LicenceRule,
    LicensedHost, Machine, Model, Protection, Storage, Verdict, effective, left, licences, of_feeds,
    plannable, takeover_gap, whole,
};
use forecasting::capacity::placement::{
    Cords, Draw, FeedLoad, FeedState, Free, Need, PowerBasis, Rack, Resource, draw, fit, place,
};
use forecasting::capacity::units::{Unit, convert, one_unit};
use forecasting::colocation::Feed;
use rust_decimal::Decimal;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
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

fn cluster(hosts: Vec<Host>) -> Cluster {
    Cluster {
        hosts,
        failures: 1,
        processor_ratio: Decimal::from(4),
        memory_ratio: Decimal::ONE,
        memory_overhead: Decimal::from(32),
        buffer: number("0.1"),
        planning_limit: number("0.8"),
    }
}

fn message<T: std::fmt::Debug>(result: forecasting::Result<T>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn units_are_converted_where_asked_and_never_mixed() {
    let converted = |value: &str, from, to| convert(number(value), from, to, None).unwrap();
    assert_eq!(converted("1", Unit::Tebibytes, Unit::Gibibytes), Decimal::from(1024));
    assert_eq!(converted("1500", Unit::Gigabytes, Unit::Terabytes), number("1.5"));
    assert_eq!(converted("7", Unit::Ports, Unit::Ports), Decimal::from(7));
    let factor = Some(number("0.95"));
    assert_eq!(convert(Decimal::TEN, Unit::KilovoltAmperes, Unit::Kilowatts, factor).unwrap(), number("9.5"));
    assert_eq!(convert(number("9.5"), Unit::Kilowatts, Unit::KilovoltAmperes, factor).unwrap(), Decimal::TEN);
    assert!(
        Unit::Megabytes.converts_to(Unit::Tebibytes) && !Unit::Cores.converts_to(Unit::VirtualProcessors)
    );

    let refused = message(convert(Decimal::TEN, Unit::KilovoltAmperes, Unit::Kilowatts, None));
    assert!(refused.starts_with("power_factor is missing"), "{refused}");
    let refused = message(convert(Decimal::TEN, Unit::Kilowatts, Unit::KilovoltAmperes, Some(Decimal::TWO)));
    assert!(refused.contains("power_factor") && refused.contains('2'), "{refused}");
    let refused = message(convert(Decimal::TEN, Unit::Terabytes, Unit::Kilowatts, None));
    assert!(refused.contains("TB to kW"), "{refused}");

    for unit in Unit::ALL {
        assert_eq!(unit.symbol().parse::<Unit>().unwrap(), unit);
    }
    assert!(message("Mb".parse::<Unit>()).contains("\"Mb\""));
    assert_eq!(one_unit([("a", Unit::Mebibytes), ("b", Unit::Mebibytes)]).unwrap(), Unit::Mebibytes);
    let refused = message(one_unit([("console 1", Unit::Mebibytes), ("console 2", Unit::Megabytes)]));
    assert!(refused.contains("MiB of console 1 beside MB of console 2"), "{refused}");
    assert!(one_unit([]).is_err());
}

#[test]
fn each_resource_loses_its_own_largest_hosts() {
    // The host with the most cores is not the one with the most memory.
    let hosts = vec![host("wide", 64, 512), host("deep", 16, 2048), host("even", 32, 1024)];
    let layers = cluster(hosts).layers().unwrap();
    assert_eq!(layers.surviving_cores, Decimal::from(48));
    assert_eq!(layers.processors.usable, number("172.8"));
    assert_eq!(layers.memory.usable, number("1324.8"));
    assert_eq!(layers.memory.plannable, number("1059.84"));
    assert!(layers.explanation.inputs.iter().any(|input| input.value == "48"));
}

#[test]
fn hosts_in_maintenance_are_installed_and_not_usable() {
    let mut hosts: Vec<Host> = (0..4).map(|place| host(&format!("host {place}"), 32, 768)).collect();
    hosts[3].in_maintenance = true;
    let layers = cluster(hosts.clone()).layers().unwrap();
    assert_eq!(layers.processors.raw, Decimal::from(128));
    assert_eq!(layers.surviving_cores, Decimal::from(64));
    assert_eq!(layers.utilisation_ceiling.unwrap().round_dp(4), number("0.6667"));
    assert!(layers.explanation.assumptions.iter().any(|text| text.contains("host 3")));
    // As many failures as hosts leave nothing, and no host no ceiling.
    let all = Cluster { failures: 9, ..cluster(hosts) }.layers().unwrap();
    assert_eq!((all.processors.usable, all.utilisation_ceiling), (Decimal::ZERO, Some(Decimal::ZERO)));
    assert_eq!(cluster(Vec::new()).layers().unwrap().utilisation_ceiling, None);
}

#[test]
fn clusters_refuse_what_cannot_be() {
    let refused = |change: fn(&mut Cluster)| {
        let mut cluster = cluster(vec![host("one", 32, 768), host("two", 32, 768)]);
        change(&mut cluster);
        message(cluster.layers())
    };
    assert!(refused(|cluster| cluster.hosts[1].name = "one".to_owned()).contains("\"one\""));
    assert!(refused(|cluster| cluster.hosts[0].cores = Decimal::ZERO).starts_with("cores"));
    assert!(refused(|cluster| cluster.hosts[0].memory = Decimal::from(16)).contains("16 GiB of one"));
    assert!(refused(|cluster| cluster.hosts[0].memory_nodes = 0).starts_with("memory_nodes"));
    assert!(refused(|cluster| cluster.buffer = Decimal::from(10)).starts_with("buffer \"10\""));
    assert!(refused(|cluster| cluster.processor_ratio = Decimal::ZERO).starts_with("processor_ratio"));
    assert!(refused(|cluster| cluster.memory_ratio = Decimal::NEGATIVE_ONE).starts_with("memory_ratio"));
    assert!(refused(|cluster| cluster.planning_limit = Decimal::TWO).starts_with("planning_limit"));
}

#[test]
fn a_large_machine_needs_a_host_and_not_a_total() {
    let hosts = vec![host("a", 32, 768), host("b", 32, 768), host("c", 64, 1536)];
    let fit = |processors: i64, memory: i64| {
        let (processors, memory) = (Decimal::from(processors), Decimal::from(memory));
        cluster(hosts.clone()).fit(&Machine { name: "erp".to_owned(), processors, memory }).unwrap()
    };
    let small = fit(16, 128);
    assert_eq!((small.verdict, small.hosts.len(), small.within_a_node.len()), (Verdict::Fits, 3, 3));
    // It needs more than a node has of its own memory.
    assert_eq!(fit(16, 500).within_a_node, ["c"]);
    // Only the host that may fail is large enough.
    let only = fit(48, 256);
    assert_eq!((only.verdict, only.hosts), (Verdict::NotAfterFailures, vec!["c".to_owned()]));
    // 96 of 230.4 vCPU, and no host has so many cores.
    assert_eq!(fit(96, 256).verdict, Verdict::OnlyInTotal);
    assert_eq!(fit(400, 256).verdict, Verdict::TooLarge);
    let none = Machine { name: "none".to_owned(), processors: Decimal::ZERO, memory: Decimal::ONE };
    assert!(cluster(hosts).fit(&none).is_err());
}

#[test]
fn the_lesser_of_both_models_binds() {
    let model = |capacity: i64, taken: i64| Model { capacity: capacity.into(), taken: taken.into() };
    let headroom = Headroom::of(model(1000, 800), model(250, 225)).unwrap();
    assert_eq!((headroom.allocation, headroom.demand), (number("0.2"), number("0.1")));
    assert_eq!((headroom.binding, headroom.remaining), (BindingModel::Demand, Decimal::ONE_HUNDRED));
    // More is configured than the ratio allows: nothing remains, although little is consumed.
    let headroom = Headroom::of(model(1000, 1200), model(250, 100)).unwrap();
    assert_eq!((headroom.binding, headroom.remaining), (BindingModel::Allocation, Decimal::ZERO));
    assert_eq!(Headroom::of(model(10, 5), model(20, 10)).unwrap().binding, BindingModel::Both);
    assert!(message(Headroom::of(model(0, 0), model(1, 0))).starts_with("allocation"));
    assert!(message(Headroom::of(model(1, 0), model(1, -1))).starts_with("demand"));
    assert_eq!(takeover_gap(100.into(), 60.into(), 55.into()).unwrap(), Decimal::from(15));
    assert_eq!(takeover_gap(100.into(), 30.into(), 55.into()).unwrap(), Decimal::ZERO);
}

#[test]
fn layers_say_what_is_odd_and_never_take_absent_for_zero() {
    let layers = Layers::new(Decimal::from(480), Decimal::from(300), Decimal::from(240)).unwrap();
    assert_eq!(layers.free().unwrap(), None);
    let full = layers.with_use(Some(20.into()), Some(230.into()), Some(310.into())).unwrap();
    assert_eq!(full.free().unwrap(), Some(Decimal::from(-10)));
    let codes: Vec<_> = full.findings().unwrap().into_iter().map(LayerFinding::code).collect();
    assert_eq!(codes, ["USED_ABOVE_USABLE", "COMMITTED_ABOVE_PLANNABLE", "USED_ABOVE_ALLOCATED"]);
    assert_eq!(full.findings().unwrap()[0].to_string(), "310 used is above 300 usable");
    assert!(message(Layers::new(1.into(), 1.into(), 2.into())).starts_with("plannable \"2\""));
    assert!(message(Layers::new((-1).into(), 1.into(), 1.into())).starts_with("raw \"-1\""));
    assert!(layers.with_use(None, Some(Decimal::NEGATIVE_ONE), None).is_err());
}

#[test]
fn storage_shows_reduction_apart() {
    let storage = Storage {
        raw: Decimal::ONE_HUNDRED,
        protection: Protection::Copies(2),
        reserve: number("0.1"),
        reduction: None,
        planning_limit: Decimal::ONE,
    };
    let plain = storage.layers().unwrap();
    assert_eq!((plain.layers.usable, plain.effective), (Decimal::from(45), None));
    let reduced = Storage { reduction: Some(number("3")), ..storage }.layers().unwrap();
    assert_eq!((reduced.layers, reduced.effective), (plain.layers, Some(Decimal::from(135))));
    for protection in [
        Protection::Copies(0),
        Protection::Parity { data: 0, parity: 2 },
        Protection::Kept(Decimal::ZERO),
        Protection::Kept(Decimal::TWO),
    ] {
        assert!(message(Storage { protection, ..storage }.layers()).starts_with("protection"));
    }
    assert!(Storage { reduction: Some(Decimal::ZERO), ..storage }.layers().is_err());
    assert!(Storage { raw: Decimal::NEGATIVE_ONE, ..storage }.layers().is_err());
}

#[test]
fn licences_have_floors() {
    let host = |name: &str, processors: &[u32]| LicensedHost {
        name: name.to_owned(),
        processors: processors.to_vec(),
    };
    let rule = LicenceRule { processor_floor: 8, host_floor: 16, cores_per_licence: 2 };
    let hosts = [host("small", &[6]), host("odd", &[12, 12, 7]), host("large", &[32, 32])];
    let need = licences(&hosts, &rule).unwrap();
    assert_eq!(need.by_host, [8, 16, 32]);
    assert_eq!((need.cores, need.licensed_cores, need.licences), (101, 112, 56));
    assert_eq!(need.paid_unused, [("small".to_owned(), 10), ("odd".to_owned(), 1)]);
    assert!(licences(&hosts, &LicenceRule { cores_per_licence: 0, ..rule }).is_err());
    assert!(message(licences(&[host("empty", &[])], &rule)).contains("\"empty\""));
    let even = LicensedHost::even("even".to_owned(), 33, 4).unwrap();
    assert_eq!(even, host("even", &[9, 8, 8, 8]));
    assert!(message(LicensedHost::even("none".to_owned(), 8, 0)).starts_with("processors \"0\""));
    assert!(message(LicensedHost::even("few".to_owned(), 1, 2)).contains("1 cores of few"));
    let most = licences(&[host("huge", &[u32::MAX; 4])], &rule).unwrap();
    assert_eq!(most.cores, 4 * u64::from(u32::MAX));
}

fn units_and_power(units: &str, power: &str) -> [(Resource, Decimal); 2] {
    [(Resource::RackUnits, number(units)), (Resource::Power, number(power))]
}

#[test]
fn a_thing_needs_its_units_in_one_run() {
    let need = Need::new(units_and_power("4", "0.5")).unwrap();
    let free = Free::new([(Resource::Power, Decimal::TEN)]).unwrap();
    let unknown = fit(&free, &need).unwrap();
    assert_eq!((unknown.units, unknown.at_most), (None, Some(20)));
    assert_eq!(unknown.unknown, BTreeSet::from([Resource::RackUnits]));
    assert!(unknown.stranded.is_empty());
    // 13 units in runs of 3, 7.5 and 2.5 hold one, not three.
    let runs = free.with_runs(vec![number("3"), number("7.5"), number("2.5")]).unwrap();
    let held = fit(&runs, &need).unwrap();
    assert_eq!((held.units, held.binding), (Some(1), BTreeSet::from([Resource::RackUnits])));
    assert_eq!(held.stranded[&Resource::RackUnits], Decimal::from(9));
    assert_eq!(held.stranded[&Resource::Power], number("9.5"));
    let other = Free::new([(Resource::RackUnits, Decimal::TEN)]).unwrap();
    assert!(message(other.with_runs(vec![Decimal::TWO])).contains("2 beside 10 free units"));
    assert!(Need::new([(Resource::Ports, Decimal::ZERO)]).is_err());
    assert!(message(Free::new([(Resource::Ports, Decimal::NEGATIVE_ONE)])).starts_with("free \"PORTS -1\""));
    assert!(message(Need::new([(Resource::Ports, Decimal::NEGATIVE_ONE)])).starts_with("need \"PORTS -1\""));
    let twice = [(Resource::Ports, Decimal::ONE), (Resource::Ports, Decimal::TWO)];
    assert!(message(Free::new(twice)).starts_with("free \"PORTS\""));
    assert!(message(Need::new(twice)).starts_with("need \"PORTS\""));
}

#[test]
fn a_place_survives_a_feed_or_says_what_goes_down() {
    let feeds = FeedState {
        capacity_a: Decimal::from(5),
        capacity_b: Decimal::from(4),
        load_on_both: Decimal::TWO,
        load_on_a: number("0.5"),
        load_on_b: Decimal::ONE,
    };
    let half = number("0.5");
    assert_eq!(feeds.most_that_survive(half, Cords::Both).unwrap(), 2);
    let [of_a, of_b] = feeds.losses(2, half, Cords::Both).unwrap();
    assert_eq!((of_a.load, of_a.left), (Decimal::from(4), FeedLoad::Carried { spare: Decimal::ZERO }));
    assert!(of_a.survives() && of_b.survives());
    let [of_a, of_b] = feeds.losses(3, half, Cords::Both).unwrap();
    assert_eq!((of_a.lost, of_a.left, of_a.units_down), (Feed::A, FeedLoad::Overloaded { by: half }, 3));
    assert_eq!(of_b.left, FeedLoad::Carried { spare: Decimal::ONE });
    // Things on feed A alone do not burden B, and go down with A.
    let [of_a, of_b] = feeds.losses(3, half, Cords::Only(Feed::A)).unwrap();
    assert_eq!((of_a.load, of_a.units_down), (Decimal::from(3), 3));
    assert_eq!((of_b.load, of_b.units_down), (Decimal::from(4), 0));
    assert_eq!(feeds.most_that_survive(half, Cords::Only(Feed::A)).unwrap(), 0);
    let overloaded = FeedState { load_on_both: Decimal::TEN, ..feeds };
    assert_eq!(overloaded.most_that_survive(half, Cords::Both).unwrap(), 0);
    assert!(feeds.most_that_survive(Decimal::ZERO, Cords::Both).is_err());
    let negative = FeedState { load_on_b: Decimal::NEGATIVE_ONE, ..feeds };
    assert!(message(negative.losses(1, half, Cords::Both)).starts_with("load_on_b"));
}

#[test]
fn a_draw_is_taken_from_the_best_that_is_known() {
    let known = Draw {
        measured_peak: Some(number("0.2")),
        typical: Some(number("0.3")),
        nameplate: Some(number("0.5")),
        margin: number("0.25"),
        derate: number("0.6"),
    };
    assert_eq!(draw(&known).unwrap(), (number("0.25"), PowerBasis::Measured));
    let known = Draw { measured_peak: None, ..known };
    assert_eq!(draw(&known).unwrap(), (number("0.3"), PowerBasis::Model));
    let known = Draw { typical: None, ..known };
    assert_eq!(draw(&known).unwrap(), (number("0.3"), PowerBasis::Nameplate));
    assert!(message(draw(&Draw { nameplate: None, ..known })).starts_with("draw is missing"));
    assert!(message(draw(&Draw { derate: Decimal::TWO, ..known })).starts_with("derate"));
}

fn rack(name: &str, units: &str, power: &str) -> Rack {
    Rack { name: name.to_owned(), free: Free::new(units_and_power(units, power)).unwrap(), feeds: None }
}

#[test]
fn things_go_where_they_leave_the_least() {
    let need = Need::new(units_and_power("1", "0.5")).unwrap();
    let racks = [rack("large", "20", "10"), rack("exact", "6", "3"), rack("hot", "10", "0.4")];
    let placed = place(6, &need, &racks, None).unwrap();
    assert_eq!(placed.allotments.len(), 1);
    assert_eq!((placed.allotments[0].rack.as_str(), placed.allotments[0].units), ("exact", 6));
    assert!(placed.allotments[0].left.values().all(Decimal::is_zero));
    assert_eq!((placed.capacity, placed.missing), (26, 0));
    assert_eq!(placed.unplaced[0].binding, BTreeSet::from([Resource::Power]));
    assert_eq!(placed.binding[&Resource::Power], 3);
    let many = place(40, &need, &racks, None).unwrap();
    let names: Vec<_> = many.allotments.iter().map(|part| (part.rack.as_str(), part.units)).collect();
    assert_eq!(names, [("large", 20), ("exact", 6)]);
    assert_eq!((many.placed, many.missing), (26, 14));
    // The order in which racks are offered changes nothing.
    let mut turned = racks.to_vec();
    turned.reverse();
    assert_eq!(place(40, &need, &turned, None).unwrap().allotments, many.allotments);
    assert!(place(0, &need, &racks, None).is_err());
    assert!(message(place(1, &need, &[racks[0].clone(), racks[0].clone()], None)).contains("\"large\""));
}

#[test]
fn things_that_have_to_stay_up_go_where_they_do() {
    let need = Need::new(units_and_power("1", "0.5")).unwrap();
    let feeds = FeedState {
        capacity_a: Decimal::from(4),
        capacity_b: Decimal::from(4),
        load_on_both: Decimal::TWO,
        load_on_a: Decimal::ZERO,
        load_on_b: Decimal::ZERO,
    };
    let racks = [Rack { feeds: Some(feeds), ..rack("fed", "20", "10") }, rack("unknown", "20", "10")];
    let placed = place(40, &need, &racks, Some(Cords::Both)).unwrap();
    assert_eq!((placed.placed, placed.missing, placed.capacity), (4, 36, 4));
    assert_eq!((placed.unplaced[0].rack.as_str(), placed.unplaced[0].feeds), ("unknown", true));
    assert_eq!(place(40, &need, &racks, Some(Cords::Only(Feed::A))).unwrap().placed, 0);
}

#[test]
fn one_resource_of_a_cluster_has_the_layers_that_the_whole_has() {
    let mut hosts: Vec<Host> = (0..6).map(|place| host(&format!("h{place}"), 32, 768)).collect();
    hosts.extend([host("big", 64, 1536), Host { in_maintenance: true, ..host("resting", 64, 1536) }]);
    let whole = cluster(hosts.clone());
    let layers = whole.layers().unwrap();
    let share = |of: fn(&Host) -> Decimal, ratio, overhead| ClusterShare {
        hosts: hosts
            .iter()
            .map(|host| HostShare {
                name: host.name.clone(),
                quantity: of(host),
                in_maintenance: host.in_maintenance,
            })
            .collect(),
        failures: whole.failures,
        ratio,
        overhead,
        buffer: whole.buffer,
        planning_limit: whole.planning_limit,
    };
    let cores = share(|host| host.cores, whole.processor_ratio, Decimal::ZERO);
    let processors = cores.layers().unwrap();
    assert_eq!((processors.layers, processors.surviving), (layers.processors, layers.surviving_cores));
    assert_eq!((processors.available, processors.utilisation_ceiling), (7, layers.utilisation_ceiling));
    assert_eq!(processors.without_overcommit * whole.processor_ratio, processors.layers.plannable);
    let memory = share(|host| host.memory, whole.memory_ratio, whole.memory_overhead);
    assert_eq!(memory.layers().unwrap().layers, layers.memory);
    let none = ClusterShare { failures: 9, ..cores.clone() }.layers().unwrap();
    assert_eq!((none.layers.usable, none.utilisation_ceiling), (Decimal::ZERO, Some(Decimal::ZERO)));
    let twice = ClusterShare { hosts: [&cores.hosts[..], &cores.hosts[..1]].concat(), ..cores.clone() };
    assert!(message(twice.layers()).starts_with("host \"h0\""));
    let heavy = ClusterShare { overhead: Decimal::from(33), ..cores };
    assert!(message(heavy.layers()).starts_with("quantity \"32 of h0\""));
}

#[test]
fn what_is_planned_with_follows_from_what_is_usable() {
    let limited = plannable(Decimal::from(345), Some(number("0.8"))).unwrap();
    assert_eq!((limited.quantity, limited.explanation.inputs.len()), (Decimal::from(276), 2));
    let all = plannable(Decimal::from(345), None).unwrap();
    assert_eq!((all.quantity, all.explanation.assumptions.len()), (Decimal::from(345), 1));
    assert!(message(plannable(Decimal::ONE, Some(Decimal::TWO))).starts_with("planning_limit"));
    assert!(message(plannable(Decimal::NEGATIVE_ONE, None)).starts_with("usable"));
    assert_eq!(whole(Decimal::from(48)).unwrap().quantity, Decimal::from(48));
    assert!(whole(Decimal::NEGATIVE_ONE).is_err());
    assert_eq!(effective(Decimal::from(345), Decimal::TWO).unwrap().quantity, Decimal::from(690));
    assert!(message(effective(Decimal::ONE, Decimal::ZERO)).starts_with("reduction"));
    let used = of_feeds(Decimal::from(42), Decimal::from(50), Some(Decimal::from(100))).unwrap();
    assert_eq!((used.of_protected, used.of_sum), (Some(number("0.84")), Some(number("0.42"))));
    assert_eq!(of_feeds(Decimal::ONE, Decimal::ZERO, None).unwrap().of_protected, None);
    let taken = Model { capacity: Decimal::TEN, taken: Decimal::from(12) };
    assert_eq!(left(taken, "capacity").unwrap(), Decimal::ZERO);
}

#[test]
fn findings_say_nothing_of_what_is_not_known() {
    assert_eq!(Known::default().findings().unwrap(), []);
    let some = |value: i64| Some(Decimal::from(value));
    let known = Known {
        raw: some(480),
        used: some(500),
        plannable: some(300),
        reserved: some(301),
        ..Known::default()
    };
    let found = known.findings().unwrap();
    let codes: Vec<_> = found.iter().map(|finding| finding.code()).collect();
    assert_eq!(codes, ["USED_ABOVE_RAW", "RESERVED_ABOVE_PLANNABLE"]);
    assert_eq!(found[0].to_string(), "500 used is above 480 raw");
    assert_eq!(found[1].to_string(), "301 reserved is above 300 plannable");
    // Once it is known what is usable, that is what counts.
    let usable = Known { usable: some(600), allocated: some(0), ..known };
    let codes: Vec<_> = usable.findings().unwrap().into_iter().map(LayerFinding::code).collect();
    assert_eq!(codes, ["COMMITTED_ABOVE_PLANNABLE", "USED_ABOVE_ALLOCATED"]);
}
