//! Pools and what belongs to them, in files: they move to another database and lose nothing.

use api::{
    access::Role,
    export::{csv, labels::Labels, rows},
    import::{
        CsvOptions, Format, Severity, Source,
        apply::{Options, apply},
        csv::Noun,
        parse,
    },
};
use serde_json::json;
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    layers::{a_cluster, files},
    observe,
};
use crate::import::{counts, errors, import};

const NOUNS: [Noun; 8] = [
    Noun::CapacityPool,
    Noun::CapacityPoolMember,
    Noun::CapacityObservation,
    Noun::CapacityReservation,
    Noun::CapacityEvent,
    Noun::CapacityPurchaseRule,
    Noun::CapacityPlacement,
    Noun::CapacityPlacementRack,
];

/// Places that are held in two racks of the site.
const HELD: [(&str, &str); 3] = [
    ("racks.csv", "site,name,height_units\nFRA1,A01,42\nFRA1,A02,42\n"),
    (
        "capacity_placements.csv",
        "purpose,from_on,to_on,pieces,height_units,power_watts,ports,weight_kilograms,cords,probability\n\
         Wave 3,2026-09-01,2027-03-31,3,1.5,600,,21.9,A,0.8\nWave 3,2027-04-01,,1,,,2,,,\n",
    ),
    (
        "capacity_placement_racks.csv",
        "purpose,from_on,site,rack,pieces\nWave 3,2026-09-01,FRA1,A01,2\nWave 3,2026-09-01,FRA1,A02,1\n\
         Wave 3,2027-04-01,FRA1,A01,1\n",
    ),
];

/// Of three placements two cannot be, and none of what racks hold is of the other.
const WRONGLY_HELD: [(&str, &str); 3] = [
    ("racks.csv", "site,name,height_units\nFRA1,A01,42\n"),
    (
        "capacity_placements.csv",
        "purpose,from_on,pieces,height_units\nWave 3,2026-09-01,2,2\nNothing,2026-09-01,2,\n\
         Many,2026-09-01,10001,2\n",
    ),
    (
        "capacity_placement_racks.csv",
        "purpose,from_on,site,rack,pieces\nWave 3,2026-09-01,FRA1,A01,3\nNothing,2026-09-01,FRA1,A01,1\n\
         Wave 3,2026-09-01,FRA1,A09,1\n",
    ),
];

async fn exported(app: &TestApp, noun: Noun) -> String {
    let reader = rows::open(app.store(), &app.caller(Role::Director), noun).unwrap();
    let (mut labels, mut after, mut lines) = (Labels::default(), None, Vec::new());
    loop {
        // Pages of two rows: none is lost between them.
        let page = rows::page(&reader, noun, after, 2, &mut labels).await.unwrap();
        lines.extend(page.lines);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let header = noun.columns().iter().map(|column| column.name);
    csv::table(header, lines.into_iter().map(|line| line.into_iter().map(|(_, cell)| cell)))
}

#[test]
fn what_is_on_record_of_pools_moves_to_another_database() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        let more = [
            (
                "capacity_reservations.csv",
                "pool,from_on,purpose,quantity,to_on,probability\nMemory,2026-09-01,Wave 3,100.5,2026-12-31,0.8\n",
            ),
            (
                "capacity_events.csv",
                "pool,happens_on,name,quantity\nMemory,2027-03-01,Wave 3,18\nMemory,2027-04-01,Archive goes,-4.25\n",
            ),
            (
                "capacity_observations.csv",
                "pool,at,unit,value\nMemory,2026-06-01T00:00:00Z,MEBIBYTE,102400\nMemory,2026-06-01T00:00:00.000001Z,GIBIBYTE,7\n\
                 Memory,2026-06-02T00:00:00Z,GIBIBYTE,8\nProcessors,2026-06-02T00:00:00Z,VCPU,9\n",
            ),
            (
                "capacity_purchase_rules.csv",
                "pool,item,hardware_kind,quantity,lot,cover_months,demand,price_amount,currency,priced_on,price_valid_until,\
                 price_index,freight_rate,install_per_piece,support_rate,support_months,life_months,note\n\
                 Memory,Host,SERVER,512.5,2,6,P50,18500.25,USD,2026-01-01,2026-03-31,2026:0.18|2027:0.08,0.09,650,0.12,60,48,\
                 as quoted\nProcessors,Host,SERVER,64,,,,18500,USD,2026-01-01,,,,,,,,\n",
            ),
        ];
        files(app, &more).await;
        files(app, &HELD).await;
        let held = r#"{ capacityPlacements(orderBy: [{ field: FROM_ON, direction: ASC }]) { nodes {
            purpose fromOn toOn pieces u kw ports weightKg cords probability racks { pieces rack { name } } } } }"#;
        let first = app.viewer().query(held).await["capacityPlacements"]["nodes"][0].clone();
        assert_eq!(
            [&first["u"], &first["kw"], &first["weightKg"], &first["cords"], &first["probability"]],
            [&json!("1.5"), &json!("0.6"), &json!("21.9"), &json!("A"), &json!("0.8")]
        );
        assert_eq!(first["racks"].as_array().unwrap().len(), 2);
        let retired = a_pool(app, "Old", "PORTS", "PORT", json!({ "raw": "48" })).await;
        observe(app, &retired, "PORT", &[("2026-06-01T00:00:00Z", "3")]).await;
        let retire = format!(r#"mutation {{ retireCapacityPool(id: "{retired}") {{ id }} }}"#);
        app.planner().query(&retire).await;

        let other = TestApp::start(app.engine()).await;
        let mut sources = Vec::new();
        for noun in Noun::ALL.into_iter().filter(|noun| *noun != Noun::User) {
            let name = format!("{}.csv", noun.plural());
            sources.push(Source { name, bytes: exported(app, noun).await.into_bytes() });
        }
        for round in 0..2 {
            let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
            let caller = other.caller(Role::Director);
            let report = apply(other.store(), &caller, parsed, Options::default()).await.unwrap();
            assert_eq!(errors(&report), [""; 0]);
            // The second time everything is there already.
            assert_eq!(report.written, round == 0);
        }
        for noun in NOUNS {
            let there = exported(&other, noun).await;
            assert_eq!(there, exported(app, noun).await, "{noun}");
            assert!(there.lines().count() > 1, "{there}");
        }
        assert_eq!(other.viewer().query(held).await, app.viewer().query(held).await);
        let days = r#"{ capacityPool(name: "Memory") { days(from: "2026-06-01", to: "2026-06-02") { day peak count } } }"#;
        assert_eq!(other.viewer().query(days).await, app.viewer().query(days).await);
        other.stop().await;
    });
}

#[test]
fn rows_of_pools_are_refused_one_by_one() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        let made = [
            (
                "capacity_pools.csv",
                "name,resource,unit,basis,overcommit_ratio\nOther,VCPU,VCPU,,\nWrong,VCPU,PORT,,\nMemory,STORAGE,,,\n\
                 Ports,PORTS,PORT,INVENTORY,\n",
            ),
            (
                "capacity_pool_members.csv",
                "pool,item_kind,item\nOther,ASSET,H-1\nOther,SITE,MUC1\nNowhere,SITE,MUC1\nOther,ASSET,H-99\n",
            ),
            (
                "capacity_observations.csv",
                "pool,at,unit,value\nMemory,2026-06-01T00:00:00Z,GIBIBYTE,1\nMemory,2026-06-01T00:00:00Z,GIBIBYTE,1\n\
                 Memory,2026-06-01T00:00:00Z,GIBIBYTE,2\nMemory,2026-06-02T00:00:00Z,PORT,1\n\
                 Memory,2027-06-02T00:00:00Z,GIBIBYTE,1\nMemory,2026-06-03T00:00:00Z,GIBIBYTE,3\n",
            ),
            ("capacity_events.csv", "pool,happens_on,name,quantity\nMemory,2027-03-01,Nothing,0\n"),
            (
                "capacity_purchase_rules.csv",
                "pool,item,hardware_kind,quantity,price_amount,currency,priced_on,support_rate\n\
                 Memory,Host,SERVER,0,1,USD,2026-01-01,\nProcessors,Host,SERVER,64,1,USD,2026-01-01,0.12\n\
                 Nowhere,Host,SERVER,64,1,USD,2026-01-01,\n",
            ),
        ];
        let report = import(app, &[&made[..], &WRONGLY_HELD].concat()).await;
        let told = errors(&report);
        for expected in [
            "PORT does not measure VCPU, which is counted in VCPU",
            "stays what it is: members and observations are of it",
            "of PORTS the inventory records nothing",
            "H-1 is in Processors already, in part or with what holds it",
            "'Nowhere' is neither in the database nor among the rows that were taken",
            "'H-99' is no asset of the database or among the rows that were taken",
            "2 at 2026-06-01T00:00:00Z, for which 1 was given before",
            "PORT cannot be turned into GIBIBYTE, the unit of the pool",
            "2027-06-02T00:00:00Z has not come yet",
            "0 changes nothing",
            "a piece that adds nothing is not bought",
            "0 months cannot be paid in advance",
            "need height, power, cooling, ports or weight, and have none",
            "10001 is not between 1 and 10000",
            "3 is not between 1 and the 2 of Wave 3",
        ] {
            assert!(told.iter().any(|text| text.contains(expected)), "{expected}: {told:#?}");
        }
        assert_eq!(
            counts(&report),
            [
                "rack 1/0/0/0",
                "capacity_pool 1/0/0/3",
                "capacity_pool_member 1/0/0/3",
                "capacity_observation 2/0/1/3",
                "capacity_event 0/0/0/1",
                "capacity_purchase_rule 0/0/0/3",
                "capacity_placement 1/0/0/2",
                "capacity_placement_rack 0/0/0/3",
            ]
        );
    });
}

#[test]
fn an_observation_that_stands_twice_counts_once_and_is_no_error() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        // The second row is the first again, the third says the same in another unit, the fifth contradicts the fourth.
        let rows = "pool,at,unit,value\nMemory,2026-06-01T00:00:00Z,GIBIBYTE,100\nMemory,2026-06-01T00:00:00Z,GIBIBYTE,100\n\
                    Memory,2026-06-01T00:00:00Z,MEBIBYTE,102400\nMemory,2026-06-02T00:00:00Z,GIBIBYTE,7\n\
                    Memory,2026-06-02T00:00:00Z,GIBIBYTE,8\nMemory,1970-01-01T00:00:00Z,GIBIBYTE,8\n";
        let files = [("capacity_observations.csv", rows)];
        let report = import(app, &files).await;
        assert_eq!(counts(&report), ["capacity_observation 2/0/2/2"]);
        let told = errors(&report);
        assert_eq!(told.len(), 2, "{told:?}");
        let early = "1970-01-01T00:00:00Z lies before 2000-01-01: no plausible instant";
        assert!(told[1].contains(early), "{told:?}");
        let refused = "capacity_observations.csv:6: error: value: ";
        assert!(
            told[0].starts_with(refused)
                && told[0].contains("8 at 2026-06-02T00:00:00Z, for which 7 was given before"),
            "{told:?}"
        );
        let days = r#"{ capacityPool(name: "Memory") { days(from: "2026-06-01", to: "2026-06-02") { peak count } } }"#;
        let days = app.viewer().query(days).await["capacityPool"]["days"].clone();
        assert_eq!(days, json!([{ "peak": "100", "count": 1 }, { "peak": "7", "count": 1 }]));
    });
}

#[test]
fn rows_in_several_units_are_converted_and_doubted() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        let rows = "pool,at,unit,value\nMemory,2026-06-01T00:00:00Z,MEBIBYTE,102400\nMemory,2026-06-02T00:00:00Z,GIBIBYTE,7\n\
                    Processors,2026-06-02T00:00:00Z,VCPU,9\n";
        let report = import(app, &[("capacity_observations.csv", rows)]).await;
        assert_eq!(counts(&report), ["capacity_observation 3/0/0/0"]);
        let doubts: Vec<String> = report.problems_of(Severity::Warning).map(ToString::to_string).collect();
        assert_eq!(doubts.len(), 1, "{doubts:?}");
        let message = "rows of Memory are in GIBIBYTE, MEBIBYTE: each is converted to the unit of the pool";
        assert!(doubts[0].contains(message), "{doubts:?}");
        // 102,400 MiB are 100 GiB.
        let days =
            r#"{ capacityPool(name: "Memory") { days(from: "2026-06-01", to: "2026-06-02") { peak } } }"#;
        let days = app.viewer().query(days).await["capacityPool"]["days"].clone();
        assert_eq!(days, json!([{ "peak": "100" }, { "peak": "7" }]));
    });
}
