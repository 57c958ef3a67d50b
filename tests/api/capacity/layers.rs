//! From what is installed to what may be planned with, held to the worked examples.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_pool, observe, seen, told};
use crate::{
    contracts::golden::examples,
    import::{errors, import},
};

const SITE: (&str, &str) =
    ("sites.csv", "code,name,kind,time_zone\nFRA1,Frankfurt,COLOCATION,UTC\nMUC1,Munich,DATA_CENTER,UTC\n");

pub(super) async fn files(app: &TestApp, files: &[(&str, &str)]) {
    let report = import(app, files).await;
    assert_eq!(errors(&report), [""; 0]);
}

/// Six hosts of 32 cores and 768 GiB, and two of 64 and 1,536.
pub(super) async fn a_cluster(app: &TestApp) {
    let models = "manufacturer,name,kind,cores,memory_gibibytes\nDell,R650,SERVER,32,768\nDell,R960,SERVER,64,1536\n\
                  Dell,Bare,SERVER,,\n";
    let mut assets = "tag,manufacturer,model,site,status\n".to_owned();
    for number in 1..=6 {
        assets += &format!("H-{number},Dell,R650,FRA1,IN_SERVICE\n");
    }
    assets += "H-7,Dell,R960,FRA1,IN_SERVICE\nH-8,Dell,R960,FRA1,IN_SERVICE\n";
    let made = [
        SITE,
        ("manufacturers.csv", "name\nDell\n"),
        ("hardware_models.csv", models),
        ("assets.csv", &assets),
        (
            "capacity_pools.csv",
            "name,resource,unit,basis,failures_tolerated,overcommit_ratio,buffer_share,host_overhead\n\
             Processors,VCPU,VCPU,INVENTORY,1,4,0.1,\nMemory,MEMORY,GIBIBYTE,INVENTORY,1,1,0.1,32\n",
        ),
        ("capacity_pool_members.csv", "pool,item_kind,item\nProcessors,SITE,FRA1\nMemory,SITE,FRA1\n"),
    ];
    files(app, &made).await;
}

async fn named(app: &TestApp, name: &str, fields: &str) -> Value {
    let text = format!(r#"{{ capacityPool(name: "{name}") {{ id {fields} }} }}"#);
    app.viewer().query(&text).await["capacityPool"].clone()
}

fn number(value: &Value) -> f64 {
    value.as_str().map_or_else(|| value.as_f64().unwrap(), |text| text.parse().unwrap())
}

#[test]
fn a_cluster_has_what_is_left_when_its_largest_hosts_fail() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        let golden = &examples()["6.cluster"];
        let fields = "raw { quantity } usable { quantity explanation { formula inputs { name value } } }
            plannable { quantity explanation { assumptions } } cluster { hostsAvailable surviving utilisationCeiling }";
        let processors = named(app, "Processors", fields).await;
        assert_eq!(number(&processors["raw"]["quantity"]), number(&golden["raw_cores"]));
        assert_eq!(number(&processors["usable"]["quantity"]), number(&golden["usable_vcpu"]));
        assert_eq!(number(&processors["plannable"]["quantity"]), number(&golden["usable_vcpu"]));
        let assumed = "no planning limit is known: all that is usable is planned with";
        assert_eq!(processors["plannable"]["explanation"]["assumptions"], json!([assumed]));
        let ceilings = examples()["6.ha_util_ceiling"].clone();
        let expected = json!({ "hostsAvailable": 8, "surviving": "256", "utilisationCeiling": "0.875" });
        assert_eq!(processors["cluster"], expected);
        assert_eq!(number(&processors["cluster"]["utilisationCeiling"]), number(&ceilings[0]));
        let memory = named(app, "Memory", fields).await;
        assert_eq!(number(&memory["raw"]["quantity"]), number(&golden["raw_gb"]));
        assert_eq!(number(&memory["usable"]["quantity"]), number(&golden["usable_gb"]));

        // What is in maintenance is installed and named, and not usable; four more make twelve, of which two may fail.
        let more = "tag,manufacturer,model,site,status\nH-8,Dell,R960,FRA1,MAINTENANCE\n";
        files(app, &[("assets.csv", more)]).await;
        let without =
            named(app, "Processors", "raw { quantity } usable { quantity explanation { assumptions } }")
                .await;
        assert_eq!(without["raw"]["quantity"], "320");
        // 6 × 32 are left of 7 hosts: 192 × 4 × 0.9.
        assert_eq!(without["usable"]["quantity"], "691.2");
        let assumptions = without["usable"]["explanation"]["assumptions"].as_array().unwrap();
        assert!(assumptions.contains(&json!("H-8 is in maintenance and not usable")), "{assumptions:?}");
        let more = "tag,manufacturer,model,site,status\nH-8,Dell,R960,FRA1,IN_SERVICE\nH-9,Dell,R650,FRA1,IN_SERVICE\n\
                    H-10,Dell,R650,FRA1,IN_SERVICE\nH-11,Dell,R650,FRA1,IN_SERVICE\nH-12,Dell,R650,FRA1,IN_SERVICE\n";
        let two = "name,failures_tolerated\nProcessors,2\n";
        files(app, &[("assets.csv", more), ("capacity_pools.csv", two)]).await;
        let twelve = named(app, "Processors", "cluster { utilisationCeiling }").await;
        let ceiling = number(&twelve["cluster"]["utilisationCeiling"]);
        assert!((ceiling - number(&ceilings[1])).abs() < 5e-5, "{ceiling}");

        // A host without a figure leaves the whole without one, and is named.
        let bare = "tag,manufacturer,model,site,status\nH-13,Dell,Bare,FRA1,IN_SERVICE\n";
        files(app, &[("assets.csv", bare)]).await;
        let unknown = named(app, "Processors", "raw { quantity reason } plannable { quantity reason }").await;
        assert_eq!(unknown["raw"], json!({ "quantity": null, "reason": "1 of 13 have no figure: H-13" }));
        assert_eq!(unknown["plannable"]["quantity"], Value::Null);
        // Its own figures go before those of its model.
        let own = "tag,cores,memory_gibibytes\nH-13,16,256.5\n";
        files(app, &[("assets.csv", own)]).await;
        assert_eq!(named(app, "Processors", "raw { quantity }").await["raw"]["quantity"], "464");
        assert_eq!(named(app, "Memory", "raw { quantity }").await["raw"]["quantity"], "11008.5");
        let asset =
            app.viewer().query(r#"{ asset(tag: "H-13") { cores memoryGibibytes model { cores } } }"#).await;
        assert_eq!(
            asset["asset"],
            json!({ "cores": 16, "memoryGibibytes": "256.50", "model": { "cores": null } })
        );
    });
}

#[test]
fn the_lesser_of_what_is_handed_out_and_what_is_used_binds() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        let fields = r#"headroom(asOf: "2026-06-30") { allocation demand remaining binding reason }"#;
        let before = named(app, "Processors", fields).await;
        let reason = "nobody states what is allocated, and nothing was observed";
        let none = json!({ "allocation": null, "demand": null, "remaining": null, "binding": null, "reason": reason });
        assert_eq!(before["headroom"], none);
        files(app, &[("capacity_pools.csv", "name,allocated\nProcessors,460.8\n")]).await;
        let pool = before["id"].as_str().unwrap();
        observe(app, pool, "VCPU", &[("2026-06-30T00:00:00Z", "207.36")]).await;
        // Half is handed out, and of the 230.4 cores that all of it runs on nine tenths are in use.
        assert_eq!(
            named(app, "Processors", fields).await["headroom"],
            json!({ "allocation": "0.5", "demand": "0.1", "remaining": "92.16", "binding": "DEMAND", "reason": null })
        );
        let fits = |processors: u32, memory: u32| {
            format!(
                "machineFit(processors: \"{processors}\", gibibytes: \"{memory}\") {{ verdict hosts reason }}"
            )
        };
        for (processors, memory, verdict, hosts) in [
            (32, 700, "FITS", 8),
            (64, 1_400, "FITS", 2),
            (65, 1_400, "ONLY_IN_TOTAL", 0),
            (10_000, 10, "TOO_LARGE", 0),
        ] {
            let fit = named(app, "Memory", &fits(processors, memory)).await["machineFit"].clone();
            assert_eq!(fit["hosts"].as_array().unwrap().len(), hosts, "{processors} {memory}");
            assert_eq!(fit["verdict"], verdict, "{processors} {memory}");
        }
        files(app, &[("capacity_pools.csv", "name,failures_tolerated\nMemory,2\n")]).await;
        let fit = named(app, "Memory", &fits(64, 1_400)).await["machineFit"].clone();
        assert_eq!(fit["verdict"], "NOT_AFTER_FAILURES");
        let ports = a_pool(app, "Ports", "PORTS", "PORT", json!({ "raw": "48" })).await;
        let fit = seen(app, &ports, &fits(1, 1)).await["machineFit"].clone();
        assert_eq!(fit["reason"], "only pools of VCPU and MEMORY have hosts");
        let whole =
            seen(app, &ports, "usable { quantity } plannable { quantity } cluster { surviving }").await;
        assert_eq!(
            whole,
            json!({ "usable": { "quantity": "48" }, "plannable": { "quantity": "48" }, "cluster": null })
        );
    });
}

#[test]
fn storage_is_what_protection_and_reserve_leave() {
    on_both_engines(async |app| {
        let golden = &examples()["6.storage"];
        let details = json!({
            "raw": "480", "planningLimit": "0.8",
            "storage": { "protectionData": 8, "protectionParity": 2, "reserveShare": "0.1", "reductionRatio": "2" },
        });
        let pool = a_pool(app, "Storage", "STORAGE", "TERABYTE", details).await;
        let fields = "usable { quantity explanation { inputs { name value } } } effective { quantity
            explanation { assumptions } } plannable { quantity } storage { protectionData protectionShare reductionRatio }";
        let storage = seen(app, &pool, fields).await;
        let inputs = storage["usable"]["explanation"]["inputs"].as_array().unwrap();
        let protected = inputs.iter().find(|input| input["name"] == "protected").unwrap();
        assert_eq!(number(&protected["value"]), number(&golden["after_raid"]));
        assert_eq!(number(&storage["usable"]["quantity"]), number(&golden["after_reserve"]));
        assert_eq!(number(&storage["effective"]["quantity"]), number(&golden["effective_at2"]));
        assert_eq!(number(&storage["plannable"]["quantity"]), number(&golden["plan_limit_80"]));
        let assumed = "reduction is an assumption: usable and plannable do not count on it";
        assert_eq!(storage["effective"]["explanation"]["assumptions"], json!([assumed]));
        assert_eq!(
            storage["storage"],
            json!({ "protectionData": 8, "protectionShare": null, "reductionRatio": "2" })
        );
        let bare = a_pool(app, "Bare", "STORAGE", "TERABYTE", json!({ "raw": "480" })).await;
        let bare = seen(app, &bare, "usable { reason } effective { reason } plannable { quantity }").await;
        let reason = "usable was never stated, and neither was how the storage is protected";
        assert_eq!(bare["usable"]["reason"], reason);
        assert_eq!(bare["effective"]["reason"], "nobody takes a reduction of data for granted");
        assert_eq!(bare["plannable"]["quantity"], Value::Null);
    });
}

#[test]
fn an_array_without_a_figure_is_not_left_out() {
    on_both_engines(async |app| {
        let made = [
            SITE,
            ("manufacturers.csv", "name\nPure\n"),
            (
                "hardware_models.csv",
                "manufacturer,name,kind,usable_terabytes\nPure,X,STORAGE,100\nPure,Y,STORAGE,\nPure,S,SERVER,\n",
            ),
            (
                "assets.csv",
                "tag,manufacturer,model,site,status\nSTO-1,Pure,X,FRA1,IN_SERVICE\nSTO-2,Pure,Y,FRA1,IN_SERVICE\n\
                 SRV-1,Pure,S,FRA1,IN_SERVICE\n",
            ),
            ("capacity_pools.csv", "name,resource,unit,basis\nData,STORAGE,TERABYTE,INVENTORY\n"),
            ("capacity_pool_members.csv", "pool,item_kind,item\nData,SITE,FRA1\n"),
        ];
        files(app, &made).await;
        let data = named(app, "Data", "raw { reason } usable { quantity reason }").await;
        let raw = "the inventory records what arrays hold after redundancy, not what is installed";
        assert_eq!(data["raw"]["reason"], raw);
        assert_eq!(data["usable"], json!({ "quantity": null, "reason": "1 of 2 have no figure: STO-2" }));
        files(app, &[("assets.csv", "tag,usable_terabytes\nSTO-2,50\n")]).await;
        let fields = "usable { quantity explanation { excluded assumptions } }";
        let data = named(app, "Data", fields).await["usable"].clone();
        assert_eq!(data["quantity"], "150");
        let excluded = json!(["1 assets in racks and sites, of which no usable terabytes are recorded"]);
        assert_eq!(data["explanation"]["excluded"], excluded);
        files(app, &[("capacity_pools.csv", "name,reserve_share\nData,0.1\n")]).await;
        assert_eq!(named(app, "Data", "usable { quantity }").await["usable"]["quantity"], "135");
    });
}

#[test]
fn a_pair_of_feeds_is_worth_the_lesser() {
    on_both_engines(async |app| {
        let golden = &examples()["6.rackpower"];
        let made = [
            SITE,
            ("racks.csv", "site,name,height_units\nFRA1,R1,42\n"),
            (
                "power_feeds.csv",
                "site,name,status,side,rack,capacity_watts\nFRA1,A1,ACTIVE,A,R1,4992\nFRA1,B1,ACTIVE,B,R1,4992\n",
            ),
            ("capacity_pools.csv", "name,resource,unit,basis\nPower,POWER,WATT,INVENTORY\n"),
            ("capacity_pool_members.csv", "pool,item_kind,item\nPower,RACK,FRA1|R1\n"),
        ];
        files(app, &made).await;
        let fields =
            r#"usable { quantity } utilisation(asOf: "2026-06-30") { ofUsable ofSumOfFeeds reason }"#;
        let before = named(app, "Power", fields).await;
        assert_eq!(before["usable"]["quantity"], "4992");
        let none = json!({ "ofUsable": null, "ofSumOfFeeds": null, "reason": "nothing was observed" });
        assert_eq!(before["utilisation"], none);
        observe(app, before["id"].as_str().unwrap(), "WATT", &[("2026-06-30T00:00:00Z", "4200")]).await;
        let used = named(app, "Power", fields).await["utilisation"].clone();
        let percent = |name: &str| (number(&used[name]) * 1_000.0).round() / 10.0;
        assert_eq!(percent("ofUsable"), number(&golden["protected_pct"]));
        assert_eq!(percent("ofSumOfFeeds"), number(&golden["netbox_pct"]));
    });
}

#[test]
fn units_are_turned_into_each_other_exactly() {
    on_both_engines(async |app| {
        let tebibytes = a_pool(app, "Data", "STORAGE", "TEBIBYTE", json!({})).await;
        observe(app, &tebibytes, "TERABYTE", &[("2026-06-30T00:00:00Z", "1")]).await;
        let used = seen(app, &tebibytes, "used { quantity }").await["used"]["quantity"].clone();
        assert_eq!(number(&used), number(&examples()["6.tib"]));
        let gibibytes = a_pool(app, "Memory", "MEMORY", "GIBIBYTE", json!({})).await;
        observe(app, &gibibytes, "MEBIBYTE", &[("2026-06-30T00:00:00Z", "102400")]).await;
        let used = seen(app, &gibibytes, "used { quantity }").await["used"]["quantity"].clone();
        assert_eq!(number(&used), number(&examples()["6.mib_102400_gib"]));
    });
}

#[test]
fn what_a_pool_is_planned_by_fits_its_resource() {
    const CREATE: &str = "mutation($input: NewCapacityPool!) { createCapacityPool(input: $input) { id } }";
    on_both_engines(async |app| {
        let input = |resource: &str, unit: &str, details: Value| json!({ "input": { "name": "P", "resource": resource, "unit": unit, "details": details } });
        let storage = |details: Value| input("STORAGE", "TERABYTE", json!({ "storage": details }));
        for (asked, field, message) in [
            (
                input("PORTS", "PORT", json!({ "cluster": { "failuresTolerated": 1 } })),
                "cluster.failuresTolerated",
                "is said of VCPU and MEMORY, and not of PORTS",
            ),
            (
                input("VCPU", "VCPU", json!({ "cluster": { "hostOverhead": "1" } })),
                "cluster.hostOverhead",
                "is said of MEMORY, and not of VCPU",
            ),
            (
                input("VCPU", "VCPU", json!({ "cluster": { "overcommitRatio": "0" } })),
                "cluster.overcommitRatio",
                "0 is not above 0 and at most 1000",
            ),
            (
                input("VCPU", "VCPU", json!({ "storage": { "reserveShare": "0.1" } })),
                "storage.reserveShare",
                "is said of STORAGE, and not of VCPU",
            ),
            (
                storage(json!({ "protectionData": 8 })),
                "storage.protectionData",
                "is given without the other of protectionData and protectionParity",
            ),
            (
                storage(json!({ "protectionData": 8, "protectionParity": 2, "protectionShare": "0.8" })),
                "storage.protectionShare",
                "is given beside protectionData and protectionParity: give one of them",
            ),
            (
                input(
                    "STORAGE",
                    "TERABYTE",
                    json!({ "basis": "INVENTORY", "storage": { "protectionShare": "0.8" } }),
                ),
                "storage.protectionShare",
                "is given, and the basis INVENTORY counts what arrays hold after redundancy; leave one out",
            ),
            (
                storage(json!({ "reserveShare": "10" })),
                "storage.reserveShare",
                "10 is more than 0.999999999; this is a fraction, so 10 % is 0.1",
            ),
        ] {
            let refusal = app.planner().expect_error_with(CREATE, asked, "INVALID").await;
            assert_eq!(told(&refusal), (field, message));
        }
    });
}
