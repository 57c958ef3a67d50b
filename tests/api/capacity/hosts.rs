//! What hosts need and carry: licences by the core, machines near their memory, and the load of a pool that is lost.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    layers::{a_cluster, files},
    observe, seen, told,
};

async fn of(app: &TestApp, name: &str, field: &str) -> Value {
    let text = format!(r#"{{ capacityPool(name: "{name}") {{ answer: {field} }} }}"#);
    app.viewer().query(&text).await["capacityPool"]["answer"].clone()
}

const NEED: &str = "cores licensedCores licences hosts { host cores licences } reason";

#[test]
fn licences_by_the_core_have_floors() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        // Hosts of two times 16 cores count as two times 18, the others as they are: 6 × 36 + 2 × 64, in pairs.
        let rule = "processorsPerHost: 2, processorFloor: 18, coresPerLicence: 2";
        let need = of(app, "Processors", &format!("licenceNeed(rule: {{ {rule} }}) {{ {NEED} }}")).await;
        assert_eq!(
            [&need["cores"], &need["licensedCores"], &need["licences"], &need["reason"]],
            [&json!(320), &json!(344), &json!(172), &Value::Null]
        );
        let hosts = need["hosts"].as_array().unwrap();
        assert_eq!(hosts.len(), 8);
        assert_eq!(hosts[0], json!({ "host": "H-1", "cores": 32, "licences": 18 }));
        assert_eq!(hosts[7], json!({ "host": "H-8", "cores": 64, "licences": 32 }));
        // What is in maintenance needs its licences; a floor of the host lifts the smaller ones.
        files(app, &[("assets.csv", "tag,status\nH-8,MAINTENANCE\n")]).await;
        let floor = "licenceNeed(rule: { processorsPerHost: 1, hostFloor: 40 }) { licences explanation { assumptions } }";
        let need = of(app, "Memory", floor).await;
        assert_eq!(need["licences"], 6 * 40 + 2 * 64);
        let said = json!("hosts in maintenance are installed, and need licences");
        assert!(need["explanation"]["assumptions"].as_array().unwrap().contains(&said), "{need}");
        let many =
            of(app, "Processors", &format!("licenceNeed(rule: {{ processorsPerHost: 64 }}) {{ {NEED} }}"))
                .await;
        assert_eq!(many["licences"], Value::Null);
        assert!(many["reason"].as_str().unwrap().contains("64 with 32 cores of H-1"), "{many}");
        let ports = a_pool(app, "Ports", "PORTS", "PORT", json!({ "raw": "48" })).await;
        let field = "licenceNeed(rule: { processorsPerHost: 2 }) { licences reason }";
        assert_eq!(
            seen(app, &ports, field).await["licenceNeed"],
            json!({ "licences": null, "reason": "only pools of VCPU and MEMORY have hosts" })
        );
        a_pool(app, "Bare", "VCPU", "VCPU", json!({ "basis": "INVENTORY" })).await;
        let bare = of(app, "Bare", field).await;
        assert_eq!(bare["reason"], "none of its members is or has a server or blade in use");
        files(app, &[("assets.csv", "tag,manufacturer,model,site,status\nH-9,Dell,Bare,FRA1,IN_SERVICE\n")])
            .await;
        assert_eq!(of(app, "Processors", field).await["reason"], "cores are not on record of H-9");
        for (rule, field) in [
            ("processorsPerHost: 0", "rule.processorsPerHost"),
            ("processorsPerHost: 2, processorFloor: -1", "rule.processorFloor"),
            ("processorsPerHost: 2, hostFloor: 1001", "rule.hostFloor"),
            ("processorsPerHost: 2, coresPerLicence: 0", "rule.coresPerLicence"),
        ] {
            let text = format!(
                r#"{{ capacityPool(name: "Processors") {{ licenceNeed(rule: {{ {rule} }}) {{ licences }} }} }}"#
            );
            let refusal = app.viewer().expect_error(&text, "INVALID").await;
            assert_eq!(told(&refusal).0, field);
        }
    });
}

#[test]
fn a_machine_may_fit_on_a_host_and_not_near_its_memory() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        let fit = async |nodes: &str| {
            let field = format!(
                "machineFit(processors: \"24\", gibibytes: \"600\"{nodes}) {{ verdict hosts hostsWithinNode }}"
            );
            of(app, "Memory", &field).await
        };
        let whole = fit("").await;
        assert_eq!(whole["hosts"].as_array().unwrap().len(), 8);
        assert_eq!(whole["hosts"], whole["hostsWithinNode"]);
        // Half of 32 cores is too few, and of 736 GiB too little; half of 64 and of 1,504 is enough.
        let halves = fit(", memoryNodes: 2").await;
        assert_eq!(halves["verdict"], "FITS");
        assert_eq!(halves["hosts"], whole["hosts"]);
        assert_eq!(halves["hostsWithinNode"], json!(["H-7", "H-8"]));
        assert_eq!(fit(", memoryNodes: 4").await["hostsWithinNode"], json!([]));
        let text = r#"{ capacityPool(name: "Memory") {
            machineFit(processors: "1", gibibytes: "1", memoryNodes: 0) { verdict } } }"#;
        let refusal = app.viewer().expect_error(text, "INVALID").await;
        assert_eq!(told(&refusal), ("memoryNodes", "0 is not between 1 and 64"));
    });
}

#[test]
fn a_pool_that_takes_over_carries_both_loads() {
    on_both_engines(async |app| {
        let spare = a_pool(app, "Spare", "STORAGE", "TERABYTE", json!({ "plannable": "100" })).await;
        let main = a_pool(app, "Main", "STORAGE", "GIGABYTE", json!({ "plannable": "90000" })).await;
        let field = format!(
            r#"takeover(of: "{main}") {{ capacity ownLoad loadTakenOver gap isEnough reason
                explanation {{ formula }} }}"#
        );
        let unknown = of(app, "Spare", &field).await;
        assert_eq!([&unknown["gap"], &unknown["isEnough"]], [&Value::Null; 2]);
        let reason = "nothing was observed of Spare, and nothing was observed of Main";
        assert_eq!(unknown["reason"], reason);
        observe(app, &spare, "TERABYTE", &[("2026-06-30T00:00:00Z", "40")]).await;
        observe(app, &main, "GIGABYTE", &[("2026-06-30T00:00:00Z", "75000")]).await;
        // 40 of its own and 75 of the other are 15 more than 100.
        let both = of(app, "Spare", &field).await;
        assert_eq!(
            both,
            json!({
                "capacity": "100", "ownLoad": "40", "loadTakenOver": "75", "gap": "15", "isEnough": false,
                "reason": null,
                "explanation": { "formula": "gap = max(0, own load + load taken over - capacity)" },
            })
        );
        let more =
            r#"mutation($id: ID!) { updateCapacityPool(id: $id, changes: { plannable: "115" }) { id } }"#;
        app.planner().query_with(more, json!({ "id": spare })).await;
        let enough = of(app, "Spare", &field).await;
        assert_eq!([&enough["gap"], &enough["isEnough"]], [&json!("0"), &json!(true)]);
        let before = field.replace("\") {", "\", asOf: \"2026-06-29\") {");
        assert_eq!(of(app, "Spare", &before).await["reason"], reason);
        let ports = a_pool(app, "Ports", "PORTS", "PORT", json!({ "raw": "48" })).await;
        for (of, message) in [
            (&spare, "Spare takes over the load of another pool"),
            (&ports, "Ports has PORTS, and Spare has STORAGE"),
        ] {
            let text = format!(r#"{{ capacityPool(name: "Spare") {{ takeover(of: "{of}") {{ gap }} }} }}"#);
            let refusal = app.viewer().expect_error(&text, "INVALID").await;
            assert_eq!(told(&refusal), ("of", message));
        }
        let nobody = r#"{ capacityPool(name: "Spare") {
            takeover(of: "capacity_pool_00000000000000000000000000000001") { gap } } }"#;
        app.viewer().expect_error(nobody, "NOT_FOUND").await;
        // However many take over, the load is read once.
        let list = |filter: &str| {
            format!(
                r#"{{ capacityPools(filter: {{ name: {{ {filter} }} }}) {{ nodes {{ takeover(of: "{main}") {{ gap }} }} }} }}"#
            )
        };
        a_pool(app, "Spare 2", "STORAGE", "TERABYTE", json!({ "plannable": "200" })).await;
        let one = app.viewer().statements(&list(r#"eq: "Spare""#)).await;
        let two = app.viewer().statements(&list(r#"startsWith: "Spare""#)).await;
        assert_eq!(one, two);
    });
}

#[test]
fn memory_is_handed_out_once_where_nobody_says_otherwise() {
    on_both_engines(async |app| {
        a_cluster(app).await;
        let fields = "usable { quantity reason explanation { assumptions } }";
        let clear = async |name: &str, term: &str| {
            let id = of(app, name, "id").await;
            let update = format!(
                "mutation($id: ID!) {{ updateCapacityPool(id: $id, changes: {{ cluster: {{ {term}: null }} }}) {{ id }} }}"
            );
            app.planner().query_with(&update, json!({ "id": id })).await;
        };
        let said = json!("no overcommit ratio is on record: memory is handed out once, by the default of 1");
        let assumed = |layer: &Value| layer["explanation"]["assumptions"].as_array().unwrap().contains(&said);
        let stated = of(app, "Memory", fields).await;
        clear("Memory", "overcommitRatio").await;
        let memory = of(app, "Memory", fields).await;
        assert_eq!(memory["quantity"], stated["quantity"]);
        assert_eq!([assumed(&stated), assumed(&memory)], [false, true], "{memory}");
        let fit = "machineFit(processors: \"32\", gibibytes: \"700\") { verdict reason }";
        assert_eq!(of(app, "Memory", fit).await, json!({ "verdict": "FITS", "reason": null }));
        // How often cores are handed out depends on what runs on them: there is no ratio that nobody states.
        clear("Processors", "overcommitRatio").await;
        let cores = of(app, "Processors", fields).await;
        let reason = "not on record of the cluster: overcommitRatio";
        assert_eq!([&cores["quantity"], &cores["reason"]], [&Value::Null, &json!(reason)]);
        // Nor is there a number of hosts that may fail.
        clear("Memory", "failuresTolerated").await;
        let reason = "not on record of the cluster: failuresTolerated";
        assert_eq!(of(app, "Memory", fields).await["reason"], reason);
    });
}
