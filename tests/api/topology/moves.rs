//! What moves together, and in which order.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{estate, made, record, service, site};

const GROUPS: &str = "query($filter: MoveFilter, $largest: Int! = 50) {
    moveGroups(filter: $filter, largest: $largest, asOf: \"2026-07-01\") {
        count
        groups { number name size hidden members { name kind }
            totals { servers applications services kilowatts withoutDraw terabytes tiers { tier members } }
            stretchedCount stretchedGigabytesPerDay leastLatencyBudgetMilliseconds
            stretched { kind bond from { name } to { name } latencyBudgetMilliseconds gigabytesPerDay }
            cut { weight isProven edgeCount partCount } split { weight edgeCount partCount parts { size } } }
        hubs { service { name } degree isDeclared }
        stages { wave groups names isCircle }
        explain { formula }
} }";

/// A shop with a database, a report that reads from it, and a directory that both use. The report runs elsewhere.
async fn shop(app: &TestApp) -> String {
    let director = app.director();
    let (fra, lon) = (site(app, "FRA1").await, site(app, "LON1").await);
    let model = estate::server_model(app).await;
    let shop = service(&director, "shop", "APPLICATION", json!({ "tier": 0 })).await;
    let database = service(&director, "database", "PLATFORM", json!({})).await;
    let report = service(&director, "report", "APPLICATION", json!({ "tier": 2 })).await;
    let directory = service(&director, "directory", "PLATFORM", json!({ "isShared": true })).await;
    let hosts =
        [("S1", &shop, &fra), ("S2", &database, &fra), ("S3", &report, &lon), ("S4", &directory, &fra)];
    for (tag, runs, site) in hosts {
        let server = estate::server(&director, &model, tag, json!({ "site": site })).await;
        record(&director, runs, &server, "RUNS_ON", json!({})).await;
    }
    let heavy = json!({ "isWriteHeavy": true });
    record(&director, &shop, &database, "DEPENDS_ON", heavy).await;
    record(&director, &shop, &directory, "AUTHENTICATES_WITH", json!({})).await;
    record(&director, &report, &directory, "AUTHENTICATES_WITH", json!({})).await;
    let slow = json!({ "latencyBudgetMilliseconds": 40, "gigabytesPerDay": "12.50" });
    record(&director, &report, &shop, "USES", slow).await;
    fra
}

#[test]
fn what_must_not_be_stretched_moves_together() {
    on_both_engines(async |app| {
        shop(app).await;
        let answer = app.director().query_with(GROUPS, json!({})).await;
        let answer = &answer["moveGroups"];
        assert_eq!(answer["count"], 3);
        let first = &answer["groups"][0];
        let names: Vec<_> =
            first["members"].as_array().unwrap().iter().map(|member| &member["name"]).collect();
        assert_eq!(names, ["shop", "database", "S1", "S2"], "services first, then by criticality and name");
        assert_eq!(
            first["totals"],
            json!({ "servers": 2, "applications": 1, "services": 1, "kilowatts": "0.80", "withoutDraw": 0,
                "terabytes": "0.00", "tiers": [{ "tier": 0, "members": 1 }] })
        );
        assert_eq!((&first["name"], &first["cut"]), (&json!("shop"), &Value::Null));
        let report = &answer["groups"][1];
        assert_eq!((&report["name"], &report["size"]), (&json!("report"), &json!(2)));
        assert_eq!(report["stretchedCount"], 2);
        assert_eq!(report["stretchedGigabytesPerDay"], "12.50");
        assert_eq!(report["leastLatencyBudgetMilliseconds"], 40);
        let use_of_shop = json!({ "kind": "USES", "bond": null, "from": { "name": "report" },
            "to": { "name": "shop" }, "latencyBudgetMilliseconds": 40, "gigabytesPerDay": "12.50" });
        assert!(report["stretched"].as_array().unwrap().contains(&use_of_shop), "{report}");
        let hub = json!([{ "service": { "name": "directory" }, "degree": 3, "isDeclared": true }]);
        assert_eq!(answer["hubs"], hub);
        assert_eq!(
            answer["stages"],
            json!([
                { "wave": 0, "groups": [1], "names": ["shop"], "isCircle": false },
                { "wave": 0, "groups": [3], "names": ["S4"], "isCircle": false },
                { "wave": 1, "groups": [2], "names": ["report"], "isCircle": false },
            ])
        );
    });
}

#[test]
fn a_group_that_is_too_large_is_cut_where_that_is_cheapest() {
    on_both_engines(async |app| {
        shop(app).await;
        let answer = app.director().query_with(GROUPS, json!({ "largest": 3 })).await;
        let groups = &answer["moveGroups"]["groups"];
        let cut = json!({ "weight": 1, "isProven": true, "edgeCount": 1, "partCount": 1 });
        assert_eq!(groups[0]["cut"], cut, "a server is cheaper to cut off than the database");
        assert_eq!(groups[1]["cut"], Value::Null);
        let split = &groups[0]["split"];
        let sizes: Vec<u64> =
            split["parts"].as_array().unwrap().iter().map(|part| part["size"].as_u64().unwrap()).collect();
        assert_eq!(sizes.iter().sum::<u64>(), groups[0]["size"].as_u64().unwrap(), "{split}");
        assert!(sizes.is_sorted_by(|one, other| one >= other) && sizes[0] <= 3, "{split}");
        assert_eq!(split["partCount"], sizes.len());
        assert_eq!(groups[1]["split"], Value::Null);
    });
}

#[test]
fn groups_that_need_each_other_move_at_once() {
    on_both_engines(async |app| {
        let director = app.director();
        let one = service(&director, "one", "APPLICATION", json!({})).await;
        let other = service(&director, "other", "APPLICATION", json!({})).await;
        record(&director, &one, &other, "USES", json!({})).await;
        record(&director, &other, &one, "USES", json!({})).await;
        let answer = director.query_with(GROUPS, json!({})).await;
        let stages = &answer["moveGroups"]["stages"];
        assert_eq!(stages.as_array().unwrap().len(), 1);
        assert_eq!((&stages[0]["groups"], &stages[0]["isCircle"]), (&json!([1, 2]), &json!(true)));
    });
}

#[test]
fn a_site_takes_the_services_that_need_it_along() {
    on_both_engines(async |app| {
        let fra = shop(app).await;
        let director = app.director();
        let answer = director.query_with(GROUPS, json!({ "filter": { "site": fra } })).await;
        let groups = answer["moveGroups"]["groups"].as_array().unwrap();
        let report = groups.iter().find(|group| group["name"] == "report").unwrap();
        assert_eq!(report["size"], 1, "its server stands elsewhere");
        assert_eq!(report["stretchedCount"], 3);
        let all = director.statements_again("{ moveGroups { count } }").await;
        let some = format!("{{ moveGroups(filter: {{ site: \"{fra}\" }}) {{ count }} }}");
        let some = director.statements_again(&some).await;
        assert_eq!(all, some, "statements do not hang on the answer");
    });
}

#[test]
fn moves_are_refused_that_make_no_sense() {
    on_both_engines(async |app| {
        let director = app.director();
        for (argument, message) in [
            ("hubDegree: 0", "hubDegree: 0 is below the least, 1"),
            ("hubDegree: -1", "hubDegree: -1 is below the least, 1"),
            ("largest: 0", "largest: 0 is below the least, 1"),
            ("largest: -7", "largest: -7 is below the least, 1"),
            ("latencyMilliseconds: -1", "latencyMilliseconds: -1 is below the least, 0"),
        ] {
            let query = format!("{{ moveGroups({argument}) {{ count }} }}");
            let refusal = director.expect_error(&query, "INVALID").await;
            assert_eq!(
                (refusal.message.as_str(), refusal.field.as_str()),
                (message, message.split(':').next().unwrap())
            );
        }
        app.admin().expect_error("{ moveGroups { count } }", "FORBIDDEN").await;
    });
}

/// A model of Acme of some kind.
async fn a_model(app: &TestApp, name: &str, kind: &str, details: Value) -> String {
    let director = app.director();
    let maker = director.query("{ manufacturer(name: \"Acme\") { id } }").await["manufacturer"]["id"].clone();
    let model = "mutation($input: NewHardwareModel!) { registerHardwareModel(input: $input) { id } }";
    let input = json!({ "manufacturer": maker, "name": name, "kind": kind, "details": details });
    made(&director, model, input).await
}

#[test]
fn what_lives_in_one_chassis_moves_together() {
    on_both_engines(async |app| {
        let director = app.director();
        let fra = site(app, "FRA1").await;
        estate::server_model(app).await;
        let chassis = a_model(app, "C-10", "CHASSIS", json!({})).await;
        let blade = a_model(app, "B-10", "BLADE", json!({})).await;
        let chassis = estate::server(&director, &chassis, "C1", json!({ "site": fra })).await;
        for (tag, name) in [("B1", "one"), ("B2", "two")] {
            let blade = estate::server(&director, &blade, tag, json!({ "parent": chassis })).await;
            let service = service(&director, name, "APPLICATION", json!({})).await;
            record(&director, &service, &blade, "RUNS_ON", json!({})).await;
        }
        // Nothing was ever said of this one, and it lives in the same chassis.
        estate::server(&director, &blade, "B3", json!({ "parent": chassis })).await;
        let text = "{ moveGroups(largest: 4) { count groups { size members { name } stretchedCount
            cut { edgeCount edges { dependency kind bond from { name } to { name } } } } } }";
        let answer = director.query(text).await["moveGroups"].clone();
        assert_eq!(answer["count"], 1, "{answer}");
        let members = answer["groups"][0]["members"].as_array().unwrap();
        let names: Vec<_> = members.iter().map(|member| member["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["one", "two", "B1", "B2", "B3", "C1"]);
        // The cheapest cut is as good as any other here: what joins a blade and its chassis is no record.
        let edges = answer["groups"][0]["cut"]["edges"].as_array().unwrap();
        for edge in edges.iter().filter(|edge| edge["to"]["name"] == "C1") {
            let told = (&edge["dependency"], &edge["kind"], &edge["bond"]);
            assert_eq!(told, (&Value::Null, &json!("CONTAINED_IN"), &json!("HOST")));
        }
    });
}

#[test]
fn terabytes_are_those_of_the_asset_or_else_of_its_model() {
    on_both_engines(async |app| {
        let director = app.director();
        let fra = site(app, "FRA1").await;
        estate::server_model(app).await;
        let array = a_model(app, "A-10", "STORAGE", json!({ "usableTerabytes": "100.5" })).await;
        let data = service(&director, "data", "PLATFORM", json!({})).await;
        let mut arrays = Vec::new();
        for tag in ["A1", "A2"] {
            let array = estate::server(&director, &array, tag, json!({ "site": fra })).await;
            record(&director, &data, &array, "STORES_ON", json!({})).await;
            arrays.push(array);
        }
        let text = "{ moveGroups { groups { totals { storage terabytes withoutSize } } } }";
        let totals = async || director.query(text).await["moveGroups"]["groups"][0]["totals"].clone();
        assert_eq!(totals().await, json!({ "storage": 2, "terabytes": "201.00", "withoutSize": 0 }));
        let change = "mutation($id: ID!, $changes: AssetChanges!) {
            updateAsset(id: $id, changes: $changes) { usableTerabytes model { usableTerabytes } } }";
        let smaller = json!({ "id": arrays[1], "changes": { "usableTerabytes": "20.25" } });
        let answer = director.query_with(change, smaller).await;
        let expected = json!({ "usableTerabytes": "20.25", "model": { "usableTerabytes": "100.50" } });
        assert_eq!(answer["updateAsset"], expected);
        assert_eq!(totals().await, json!({ "storage": 2, "terabytes": "120.75", "withoutSize": 0 }));
        let unknown = a_model(app, "A-11", "STORAGE", json!({})).await;
        let unknown = estate::server(&director, &unknown, "A3", json!({ "site": fra })).await;
        record(&director, &data, &unknown, "STORES_ON", json!({})).await;
        assert_eq!(totals().await, json!({ "storage": 3, "terabytes": null, "withoutSize": 1 }));
    });
}

#[test]
fn lists_of_moves_are_bounded_and_read_to_the_end() {
    on_both_engines(async |app| {
        shop(app).await;
        let director = app.director();
        let unknown = "{ moveGroups(filter: { site: \"site_00000000000000000000000000000001\" }) { count } }";
        let refusal = director.expect_error(unknown, "NOT_FOUND").await;
        assert!(refusal.message.contains("site_00000000000000000000000000000001"), "{}", refusal.message);
        for (list, code, field) in [
            ("groups(first: -1) { number }", "INVALID", "first"),
            ("groups(after: -1) { number }", "INVALID", "after"),
            ("groups(first: 5000) { number }", "LIMIT_EXCEEDED", "first"),
            ("groups { members(skip: -1) { name } }", "INVALID", "skip"),
            ("groups { stretched(first: -1) { kind } }", "INVALID", "first"),
            ("hubs(first: -1) { degree }", "INVALID", "first"),
            ("stages(first: 1001) { wave }", "LIMIT_EXCEEDED", "first"),
        ] {
            let refusal = director.expect_error(&format!("{{ moveGroups {{ {list} }} }}"), code).await;
            assert_eq!(refusal.field, field, "{list}: {}", refusal.message);
        }
        let text = "{ graphQuality { findings { records(first: -1) { reason } } } }";
        assert_eq!(director.expect_error(text, "INVALID").await.field, "first");
        let text = "{ moveGroups { groups(first: 1) {
            all: members { name } two: members(first: 2) { name } rest: members(skip: 2) { name } } } }";
        let group = director.query(text).await["moveGroups"]["groups"][0].clone();
        let mut parts = group["two"].as_array().unwrap().clone();
        parts.extend(group["rest"].as_array().unwrap().clone());
        assert_eq!((&json!(parts), parts.len()), (&group["all"], 4));
    });
}

#[test]
fn a_hub_beyond_the_filter_is_told_where_edges_lead_to_it() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, lon) = (site(app, "FRA1").await, site(app, "LON1").await);
        let model = estate::server_model(app).await;
        let mut hosts = Vec::new();
        for (tag, site) in [("S1", &fra), ("S2", &lon)] {
            hosts.push(estate::server(&director, &model, tag, json!({ "site": site })).await);
        }
        let shop = service(&director, "shop", "APPLICATION", json!({})).await;
        let directory = service(&director, "directory", "PLATFORM", json!({ "isShared": true })).await;
        service(&director, "elsewhere", "PLATFORM", json!({ "isShared": true })).await;
        record(&director, &shop, &hosts[0], "RUNS_ON", json!({})).await;
        record(&director, &directory, &hosts[1], "RUNS_ON", json!({})).await;
        record(&director, &shop, &directory, "AUTHENTICATES_WITH", json!({})).await;
        let found =
            director.query_with(GROUPS, json!({ "filter": { "site": fra } })).await["moveGroups"].clone();
        assert_eq!(found["groups"][0]["stretched"][0]["to"], json!({ "name": "directory" }));
        let hub = json!({ "service": { "name": "directory" }, "degree": 2, "isDeclared": true });
        assert_eq!(found["hubs"], json!([hub]));
    });
}
