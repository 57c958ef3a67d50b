//! Questions and records that are meant to break something.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    GROUP, RECORD, application, made,
    oracle::{World, ids},
    record, refused, service, support_contract,
};

/// Every question that names a thing, with `…` where its id goes.
const QUESTIONS: [&str; 8] = [
    "{ impact(of: [\"…\"]) { hidden } }",
    "{ requirements(of: \"…\") { isCut } }",
    "{ dependants(of: \"…\") { isCut } }",
    "{ neighbourhood(of: \"…\") { isCut } }",
    "{ dependencyPath(from: \"…\", to: \"$\") { isNeeded } }",
    "{ dependencyPath(from: \"$\", to: \"…\") { isNeeded } }",
    "{ recoveryAssessment(service: \"…\") { asOf } }",
    "{ recoveryAssessment(filter: { ids: [\"$\", \"…\"] }) { asOf } }",
];

#[test]
fn what_is_hidden_is_answered_as_what_is_not_there() {
    on_both_engines(async |app| {
        let shop = application(&app.architect(), "shop").await;
        let contract = support_contract(app, "S-1").await;
        let unknown = "support_contract_00000000000000000000000000000001";
        record(&app.architect(), &shop, &contract, "DEPENDS_ON", json!({})).await;
        for question in QUESTIONS {
            let ask = async |id: &str| {
                let text = question.replace('…', id).replace('$', &shop);
                let refusal = app.viewer().expect_error(&text, "NOT_FOUND").await;
                (refusal.message.replace(id, "…"), refusal.field)
            };
            assert_eq!(ask(&contract).await, ask(unknown).await, "{question}");
            // Who may see contracts is answered.
            let text = question.replace('…', &contract).replace('$', &shop);
            app.director().query(&text).await;
        }
        // Lists that are asked for it have nothing, as for what is not there.
        for list in ["recoveryObjectives", "backupRecords"] {
            for id in [contract.as_str(), unknown] {
                let text = format!("{{ {list}(filter: {{ item: \"{id}\" }}) {{ totalCount }} }}");
                assert_eq!(app.viewer().query(&text).await[list]["totalCount"], 0, "{text}");
            }
        }
    });
}

#[test]
fn contracts_that_need_each_other_end_every_walk() {
    on_both_engines(async |app| {
        let director = app.director();
        let first = support_contract(app, "S-1").await;
        let vendor = "{ vendors(first: 1) { nodes { id } } }";
        let vendor = director.query(vendor).await["vendors"]["nodes"][0]["id"].clone();
        let sign = "mutation($input: NewSupportContract!) { signSupportContract(input: $input) { id } }";
        let input = json!({ "number": "S-2", "vendor": vendor, "currency": "USD", "startsOn": "2026-01-01",
            "endsOn": "2026-12-31", "charge": "1200", "billingFrequency": "YEARLY" });
        let second = made(&director, sign, input).await;
        let shop = application(&director, "shop").await;
        record(&director, &shop, &first, "DEPENDS_ON", json!({})).await;
        record(&director, &first, &second, "DEPENDS_ON", json!({})).await;
        record(&director, &second, &first, "DEPENDS_ON", json!({})).await;
        let text =
            "query($of: [ID!]!) { impact(of: $of) { hidden affected { totalCount nodes { item { name } status
            steps } } } }";
        let found = director.query_with(text, json!({ "of": [second] })).await;
        let rows = found["impact"]["affected"]["nodes"].as_array().unwrap();
        let told: Vec<(&str, u64)> = rows
            .iter()
            .map(|row| (row["item"]["name"].as_str().unwrap(), row["steps"].as_u64().unwrap()))
            .collect();
        assert!(rows.iter().all(|row| row["status"] == "DOWN"));
        assert_eq!(told, [("S-2", 0), ("S-1", 1), ("shop", 2)]);
        for depth in ["", ", depth: 1000000", ", depth: 2147483647"] {
            let text =
                format!("{{ requirements(of: \"{shop}\" {depth}) {{ totalCount hidden deepest isCut }} }}");
            let found = director.query(&text).await["requirements"].clone();
            // Both contracts, and their vendor.
            assert_eq!(found, json!({ "totalCount": 3, "hidden": 0, "deepest": 2, "isCut": false }));
            // The contracts count for those who may not see them, and neither is named.
            let found = app.viewer().query(&text).await["requirements"].clone();
            assert_eq!(found, json!({ "totalCount": 1, "hidden": 2, "deepest": 2, "isCut": false }));
        }
        let text = format!(
            "{{ recoveryAssessment(service: \"{shop}\") {{ circles {{ hidden items {{ name }} }}
                services {{ needsCount hidden effectiveTimeMinutes }} }} }}"
        );
        let found = director.query(&text).await["recoveryAssessment"].clone();
        let mut circle: Vec<&str> = found["circles"][0]["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["name"].as_str().unwrap())
            .collect();
        circle.sort_unstable();
        assert_eq!(circle, ["S-1", "S-2"]);
        assert_eq!(found["services"][0]["needsCount"], 3);
        let found = app.viewer().query(&text).await["recoveryAssessment"].clone();
        assert_eq!(found["circles"], json!([{ "hidden": 2, "items": [] }]));
        let points = format!(
            "{{ singlePointsOfFailure(service: \"{shop}\", first: 1) {{ services {{ count hidden }} }} }}"
        );
        let of = |answer: Value| answer["singlePointsOfFailure"]["services"][0].clone();
        assert_eq!(of(director.query(&points).await), json!({ "count": 3, "hidden": 0 }));
        assert_eq!(of(app.viewer().query(&points).await), json!({ "count": 1, "hidden": 2 }));
    });
}

#[test]
fn ten_thousand_roots_fail_at_once() {
    on_both_engines(async |app| {
        let director = app.director();
        let mut world = World::default();
        for number in 0..10_000 {
            world.item("SERVICE", &format!("s {number}"));
        }
        world.import(app).await;
        let mut roots: Vec<String> = ids(app).await.into_values().collect();
        assert_eq!(roots.len(), 10_000);
        let top = application(&director, "top").await;
        record(&director, &top, &roots[9_999], "USES", json!({})).await;
        let text = "query($of: [ID!]!) { impact(of: $of) { affected(first: 1) { totalCount } } }";
        let found = director.query_with(text, json!({ "of": roots })).await;
        assert_eq!(found["impact"]["affected"]["totalCount"], 10_001);
        roots.push(top);
        let refusal = director.expect_error_with(text, json!({ "of": roots }), "LIMIT_EXCEEDED").await;
        assert!(refusal.message.contains("10001 items are more than 10000 at once"), "{}", refusal.message);
    });
}

/// What fails with a thing: names and what becomes of them.
async fn falls(client: &Client, of: &str) -> Value {
    let text = "query($of: [ID!]!) { impact(of: $of) { affected(first: 1000) { totalCount nodes { item { name } status
        steps } } } }";
    client.query_with(text, json!({ "of": [of] })).await["impact"]["affected"].clone()
}

/// Two halves of an estate that one dependency joins.
async fn halves(app: &TestApp) -> (String, String, String) {
    let architect = app.architect();
    let base = application(&architect, "base").await;
    let hub = application(&architect, "hub").await;
    for number in 0..30 {
        let upper = application(&architect, &format!("upper {number}")).await;
        record(&architect, &upper, &hub, "USES", json!({})).await;
    }
    let bridge = json!({ "evidence": "OBSERVED", "confidence": "0.9", "lastSeenOn": "2026-06-30",
        "gigabytesPerDay": "12", "note": "all of it" });
    let joint = record(&architect, &hub, &base, "USES", bridge).await;
    (base, hub, joint)
}

#[test]
fn detaching_half_the_graph_is_allowed_and_audited_and_undone_by_its_inverse() {
    on_both_engines(async |app| {
        let (base, hub, joint) = halves(app).await;
        let architect = app.architect();
        let before = falls(&architect, &base).await;
        assert_eq!(before["totalCount"], 32);
        architect.query(&format!("mutation {{ removeDependency(id: \"{joint}\") }}")).await;
        let apart = falls(&architect, &base).await;
        assert_eq!((&apart["totalCount"], &apart["nodes"][0]["item"]["name"]), (&json!(1), &json!("base")));
        // The change log has the whole row, by whom it went.
        let text = format!("{{ changesOf(id: \"{joint}\") {{ nodes {{ action actor before after }} }} }}");
        let changes = app.director().query(&text).await["changesOf"]["nodes"].clone();
        let last = changes.as_array().unwrap().last().unwrap();
        assert_eq!((&last["action"], &last["actor"]), (&json!("DELETE"), &json!("architect@plinth.test")));
        let lost = &last["before"];
        assert_eq!(
            (&lost["note"], &lost["gigabytes_per_day"]),
            (&json!("all of it"), &json!("12")),
            "{lost}"
        );
        // What the record says is enough to put it back.
        let input = json!({ "from": hub, "to": base, "kind": lost["kind"], "details": {
            "hardness": lost["hardness"], "evidence": lost["evidence"], "confidence": lost["confidence"],
            "lastSeenOn": lost["last_seen_on"], "gigabytesPerDay": lost["gigabytes_per_day"], "note": lost["note"] } });
        made(&architect, RECORD, input).await;
        assert_eq!(falls(&architect, &base).await, before);
    });
}

#[test]
fn a_group_that_cannot_be_met_is_never_up_and_says_so() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let shop = application(&architect, "shop").await;
        let (one, two) = (application(&architect, "one").await, application(&architect, "two").await);
        for count in [0, -1] {
            let group = json!({ "owner": shop, "name": "g", "requiredCount": count });
            let (field, _) = refused(&architect, GROUP, group, "INVALID").await;
            assert_eq!(field, "requiredCount");
        }
        let group = made(&architect, GROUP, json!({ "owner": shop, "name": "g", "requiredCount": 3 })).await;
        for member in [&one, &two] {
            record(&architect, &shop, member, "USES", json!({ "redundancyGroup": group })).await;
        }
        let text = format!(
            "{{ impact(of: [\"{one}\"]) {{ alreadyDownCount alreadyDown {{ item {{ name }} }} }}
                singlePointsOfFailure(service: \"{shop}\", first: 1) {{ services {{ isNeverUp count }} }}
                recoveryAssessment(service: \"{shop}\") {{ services {{ effectiveTimeMinutes findings {{ code }} }} }}
                graphQuality {{ findings(kinds: [UNMEETABLE_GROUP]) {{ count records {{ reason }} }} }} }}"
        );
        let found = app.viewer().query(&text).await;
        assert_eq!(found["impact"]["alreadyDown"], json!([{ "item": { "name": "shop" } }]));
        let points = &found["singlePointsOfFailure"]["services"][0];
        assert_eq!(points, &json!({ "isNeverUp": true, "count": 0 }));
        let recovery = &found["recoveryAssessment"]["services"][0];
        assert_eq!(recovery["effectiveTimeMinutes"], Value::Null);
        assert!(recovery["findings"].to_string().contains("NEVER_UP"));
        let quality = &found["graphQuality"]["findings"][0];
        assert_eq!(quality["records"][0]["reason"], "3 have to be up, and it has 2");
        // Of another owner, nobody becomes a member.
        let other = service(&architect, "other", "APPLICATION", json!({})).await;
        let edge =
            json!({ "from": other, "to": one, "kind": "USES", "details": { "redundancyGroup": group } });
        assert_eq!(refused(&architect, RECORD, edge, "INVALID").await.0, "redundancyGroup");
    });
}
