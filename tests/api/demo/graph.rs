//! What the demo estate has to say about its own graph and recovery.

use std::collections::BTreeMap;

use api::demo::{self, Scale};
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

/// The day that the estate was made on.
const ON: &str = "asOf: \"2026-11-02\"";

async fn loaded(app: &TestApp) {
    demo::load(app.store(), Scale::default(), |_| {}).await.unwrap();
}

async fn id_of(app: &TestApp, list: &str, filter: &str) -> String {
    let text = format!("{{ {list}(first: 1, filter: {filter}) {{ nodes {{ id }} }} }}");
    app.director().query(&text).await[list]["nodes"][0]["id"].as_str().unwrap().to_owned()
}

async fn service(app: &TestApp, name: &str) -> String {
    id_of(app, "services", &format!("{{ name: {{ eq: \"{name}\" }} }}")).await
}

#[test]
fn two_name_services_in_one_rack_are_one() {
    on_both_engines(async |app| {
        loaded(app).await;
        let text = format!(
            "{{ singlePointsOfFailure(filter: {{ tier: [0] }}, {ON}, first: 20) {{ totalCount lookedAt services {{
                service {{ name }} isNeverUp points(first: 20) {{ item {{ kind name }} isCommonCause
                    groups {{ name isDerived lost {{ name }} }} }} }} }} }}"
        );
        let found = app.director().query(&text).await["singlePointsOfFailure"].clone();
        let services = found["services"].as_array().unwrap();
        assert!(services.len() >= 10, "{} services have single points", services.len());
        assert!(services.iter().all(|service| service["isNeverUp"] == false));
        for name in ["Order to cash", "Web store", "Warehouse shipping"] {
            let service = services.iter().find(|it| it["service"]["name"] == name).unwrap();
            let points = service["points"].as_array().unwrap();
            let rack =
                points.iter().find(|it| it["item"]["kind"] == "RACK" && it["item"]["name"] == "A08").unwrap();
            let group =
                rack["groups"].as_array().unwrap().iter().find(|it| it["name"] == "name services").unwrap();
            assert_eq!(rack["isCommonCause"], true);
            assert_eq!(
                group["lost"],
                json!([{ "name": "Name service 1" }, { "name": "Name service 2" }]),
                "{name}"
            );
        }
        // A server, a supply and a carrier are none: what they carry is redundant.
        let feed = id_of(app, "powerFeeds", "{ name: { eq: \"UPS-A\" } }").await;
        let text = format!(
            "{{ impact(of: [\"{feed}\"], {ON}) {{ rollUp {{ blastRadius services {{ tier status count }} }}
                affected(first: 1000) {{ totalCount nodes {{ item {{ name kind }} status savedBy {{ name }} }} }} }} }}"
        );
        let found = app.director().query(&text).await["impact"].clone();
        let rows = found["affected"]["nodes"].as_array().unwrap();
        let of = |status: &str| rows.iter().filter(|row| row["status"] == status).count();
        // The rack both of whose sides hang on it goes dark, the others are left with one side.
        assert!(of("DOWN") > 20 && of("AT_RISK") > 300, "{} down, {} at risk", of("DOWN"), of("AT_RISK"));
    });
}

#[test]
fn an_order_is_not_up_again_as_soon_as_is_promised() {
    on_both_engines(async |app| {
        loaded(app).await;
        let text = format!(
            "{{ recoveryAssessment({ON}) {{ summary {{ services proven failed stale unproven unreachable }} services {{
                item {{ name }} effectiveTimeMinutes timeGapMinutes isTimeLowerBound verdict verdictReason
                effectivePointMinutes pointFrom {{ name }} chain {{ item {{ name }} }} findings {{ code message }}
                backups {{ bearData covered immutable restoreTested }} availability {{ share meetsTarget }} }}
                consistencyGroups {{ group {{ name }} commonPointAt isWithinObjective findings {{ code }} }}
                circles {{ items {{ name }} }} }} }}"
        );
        let found = app.director().query(&text).await["recoveryAssessment"].clone();
        let services = found["services"].as_array().unwrap();
        let of = |name: &str| services.iter().find(|it| it["item"]["name"] == name).unwrap();
        let codes = |of: &Value| of["findings"].to_string();
        let order = of("Order to cash");
        assert_eq!(
            (&order["effectiveTimeMinutes"], &order["timeGapMinutes"]),
            (&json!(160), &json!(40)),
            "{order}"
        );
        let chain: Vec<&str> = order["chain"]
            .as_array()
            .unwrap()
            .iter()
            .map(|link| link["item"]["name"].as_str().unwrap())
            .collect();
        assert_eq!(chain[..3], ["Order to cash", "Order desk", "ERP"], "{chain:?}");
        assert!(codes(order).contains("RTO_INVERSION") && codes(order).contains("RTO_UNREACHABLE"));
        assert_eq!(
            (&order["effectivePointMinutes"], &order["pointFrom"]["name"]),
            (&json!(60), &json!("Warehouse database"))
        );
        let verdicts: BTreeMap<&str, &str> = ["Order to cash", "Web store", "Warehouse shipping", "Payroll"]
            .into_iter()
            .map(|name| (name, of(name)["verdict"].as_str().unwrap()))
            .collect();
        assert_eq!(
            verdicts,
            BTreeMap::from([
                ("Order to cash", "FAILED"),
                ("Web store", "PROVEN"),
                ("Warehouse shipping", "STALE"),
                ("Payroll", "UNPROVEN"),
            ]),
            "{} / {}",
            of("Web store")["verdictReason"],
            of("Warehouse shipping")["verdictReason"]
        );
        let group = &found["consistencyGroups"][0];
        assert_eq!(group["group"]["name"], "orders and shipments");
        assert_eq!(
            (&group["commonPointAt"], &group["isWithinObjective"]),
            (&json!("2026-11-01T02:10:00+00:00"), &json!(false))
        );
        for code in ["GROUP_RPO_DIFFERS", "COMMON_POINT_TOO_OLD", "BACKUP_SCHEDULES_DIFFER"] {
            assert!(codes(group).contains(code), "{code}: {group}");
        }
        let objectives =
            "{ recoveryObjectives(first: 100) { totalCount nodes { item { name } findings { code } } } }";
        let said = app.director().query(objectives).await["recoveryObjectives"].to_string();
        assert!(said.contains("HOURS_AS_MINUTES"), "payroll was entered in hours");
    });
}

#[test]
fn the_graph_of_the_demo_has_something_to_find_in_every_question() {
    on_both_engines(async |app| {
        loaded(app).await;
        let text = format!(
            "{{ graphQuality({ON}) {{ dependencies affectedShare findings {{ kind count }} }}
                moveGroups({ON}) {{ groups(first: 50) {{ name size stretchedCount }} hubs {{ service {{ name }} isDeclared }}
                    stages(first: 200) {{ isCircle }} }}
                commonCauses({ON}, first: 200) {{ causes {{ item {{ name }} isSinglePoint group {{ name isDerived }} }} }} }}"
        );
        let found = app.director().query(&text).await;
        let findings = found["graphQuality"]["findings"].as_array().unwrap();
        let counts: BTreeMap<&str, u64> =
            findings.iter().map(|it| (it["kind"].as_str().unwrap(), it["count"].as_u64().unwrap())).collect();
        for kind in [
            "DUPLICATE",
            "RETIRED_END",
            "STALE",
            "ORPHAN",
            "WITHOUT_INFRASTRUCTURE",
            "LOW_CONFIDENCE",
            "GROUP_OF_ONE",
            "ONLY_OBSERVED",
        ] {
            assert!(counts[kind] > 0, "{kind}: {counts:?}");
        }
        assert_eq!((counts["SELF_EDGE"], counts["UNMEETABLE_GROUP"]), (0, 0));
        let powered = id_of(app, "sites", "{ code: { eq: \"ASH-CO1\" } }").await;
        let text =
            format!("{{ powerRedundancy(site: \"{powered}\") {{ racks redundantRacks exposedRacks }} }}");
        let power = app.director().query(&text).await["powerRedundancy"].clone();
        assert_eq!(power, json!({ "racks": 22, "redundantRacks": 20, "exposedRacks": 2 }));
        let groups = found["moveGroups"]["groups"].as_array().unwrap();
        let group = |name: &str| groups.iter().find(|it| it["name"] == name).unwrap();
        assert!(group("Warehouse control")["size"].as_u64().unwrap() >= 5);
        assert!(groups.iter().any(|it| it["stretchedCount"].as_u64().unwrap() > 2));
        assert!(found["moveGroups"]["hubs"].to_string().contains("Directory"));
        let causes = found["commonCauses"]["causes"].as_array().unwrap();
        let is_rack = |it: &&Value| it["item"]["name"] == "A08" && it["group"]["name"] == "name services";
        assert!(causes.iter().any(|it| is_rack(&it) && it["isSinglePoint"] == true));
        // Leaving Columbus takes the warehouse along.
        let site = id_of(app, "sites", "{ code: { eq: \"CMH-DC1\" } }").await;
        let text = format!(
            "{{ moveGroups(filter: {{ site: \"{site}\" }}, {ON}) {{ groups(first: 5) {{ name }} }} }}"
        );
        let found = app.director().query(&text).await["moveGroups"]["groups"].to_string();
        assert!(found.contains("Warehouse control"), "{found}");
        let shop = service(app, "Web store").await;
        let text = format!(
            "{{ requirements(of: \"{shop}\", {ON}) {{ totalCount deepest }} neighbourhood(of: \"{shop}\", {ON}) {{
                items {{ item {{ name }} }} }} }}"
        );
        let found = app.director().query(&text).await;
        assert!(found["requirements"]["deepest"].as_u64().unwrap() >= 4, "{found}");
    });
}

#[test]
fn a_small_estate_has_what_of_the_graph_it_can_hold() {
    on_both_engines(async |app| {
        demo::load(app.store(), Scale { assets: 100, seed: 1 }, |_| {}).await.unwrap();
        let text = "{ graphQuality(asOf: \"2026-11-02\") { dependencies findings { kind count } } }";
        let found = app.director().query(text).await["graphQuality"].clone();
        assert!(found["dependencies"].as_u64().unwrap() > 20);
        let unmeetable =
            found["findings"].as_array().unwrap().iter().find(|it| it["kind"] == "UNMEETABLE_GROUP").unwrap();
        assert_eq!(unmeetable["count"], 0);
    });
}
