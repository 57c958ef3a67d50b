//! How far the dependency graph can be trusted.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{GROUP, estate, made, record, service, setting, site};

const QUALITY: &str = "{ graphQuality(asOf: \"2026-07-01\") {
    dependencies affectedDependencies affectedShare
    findings { kind count hidden dependencies share records { reason item { name } needs { name } } }
    explain { formula }
} }";

const VENDOR: &str = "mutation($input: NewVendor!) { registerVendor(input: $input) { id } }";

/// One dependency or service of almost every defect.
async fn doubtful(app: &TestApp) {
    let director = app.director();
    let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
    let server = estate::server(&director, &model, "S1", json!({ "site": fra })).await;
    let mut services = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        services.push(service(&director, name, "APPLICATION", json!({})).await);
    }
    let [a, b, _, d, e] = &services[..] else { unreachable!("five were made") };
    record(&director, a, &server, "RUNS_ON", json!({})).await;
    record(&director, a, &server, "DEPENDS_ON", json!({})).await;
    let doubt = json!({ "evidence": "OBSERVED", "confidence": "0.3", "lastSeenOn": "2026-01-01" });
    record(&director, b, a, "USES", doubt).await;
    let group = made(&director, GROUP, json!({ "owner": a, "name": "pair", "requiredCount": 2 })).await;
    record(&director, a, d, "DEPENDS_ON", json!({ "redundancyGroup": group })).await;
    record(&director, d, e, "DEPENDS_ON", json!({})).await;
}

fn finding<'a>(answer: &'a Value, kind: &str) -> &'a Value {
    let findings = answer["graphQuality"]["findings"].as_array().unwrap();
    findings.iter().find(|finding| finding["kind"] == kind).unwrap()
}

#[test]
fn every_defect_is_counted_with_what_rests_on_it() {
    on_both_engines(async |app| {
        doubtful(app).await;
        let answer = app.director().query(QUALITY).await;
        let counts = [
            ("SELF_EDGE", 0, 0),
            ("DUPLICATE", 2, 2),
            ("RETIRED_END", 0, 0),
            ("STALE", 1, 1),
            ("ORPHAN", 1, 0),
            ("WITHOUT_INFRASTRUCTURE", 3, 0),
            ("UNMEETABLE_GROUP", 1, 1),
            ("EMPTY_GROUP", 0, 0),
            ("LOW_CONFIDENCE", 1, 1),
            ("GROUP_OF_ONE", 1, 1),
            ("ONLY_OBSERVED", 1, 1),
        ];
        for (kind, count, dependencies) in counts {
            let found = finding(&answer, kind);
            let expected = (&json!(count), &json!(dependencies));
            assert_eq!((&found["count"], &found["dependencies"]), expected, "{kind}: {found}");
        }
        let stale = json!([{ "reason": "last seen on 2026-01-01, more than 60 days ago",
            "item": { "name": "b" }, "needs": { "name": "a" } }]);
        assert_eq!(finding(&answer, "STALE")["records"], stale);
        assert_eq!(finding(&answer, "ORPHAN")["records"][0]["item"]["name"], "c");
        assert_eq!(finding(&answer, "STALE")["share"], "0.20");
        let reason = &finding(&answer, "UNMEETABLE_GROUP")["records"][0]["reason"];
        assert_eq!(reason, "2 have to be up, and it has 1");
        let quality = &answer["graphQuality"];
        let totals = (&quality["dependencies"], &quality["affectedDependencies"], &quality["affectedShare"]);
        assert_eq!(totals, (&json!(5), &json!(4), &json!("0.80")));
    });
}

#[test]
fn thresholds_are_those_that_are_asked_for() {
    on_both_engines(async |app| {
        doubtful(app).await;
        let query = "{ graphQuality(asOf: \"2026-07-01\", staleAfterDays: 365, minimumConfidence: \"0.2\") {
            findings(kinds: [STALE, LOW_CONFIDENCE]) { kind count } } }";
        let answer = app.director().query(query).await;
        let expected = json!([{ "kind": "STALE", "count": 0 }, { "kind": "LOW_CONFIDENCE", "count": 0 }]);
        assert_eq!(answer["graphQuality"]["findings"], expected);
    });
}

#[test]
fn an_empty_graph_has_no_share_and_no_finding() {
    on_both_engines(async |app| {
        let director = app.director();
        let few = director.statements_again(QUALITY).await;
        let answer = director.query(QUALITY).await;
        assert_eq!(answer["graphQuality"]["affectedShare"], Value::Null);
        let findings = answer["graphQuality"]["findings"].as_array().unwrap();
        assert!(findings.iter().all(|finding| finding["count"] == 0 && finding["share"].is_null()));
        doubtful(app).await;
        let many = director.statements_again(QUALITY).await;
        assert!(many <= few + 2, "one more for each sort of thing, services and assets: {few}, then {many}");
    });
}

#[test]
fn a_confidence_is_a_fraction() {
    on_both_engines(async |app| {
        let query = "{ graphQuality(minimumConfidence: \"1.5\") { dependencies } }";
        let refusal = app.director().expect_error(query, "INVALID").await;
        assert_eq!(refusal.field, "minimumConfidence");
        assert_eq!(refusal.message, "minimumConfidence: 1.5 is not between 0 and 1");
        let query = "{ graphQuality(staleAfterDays: -1) { dependencies } }";
        let refusal = app.director().expect_error(query, "INVALID").await;
        assert_eq!(refusal.message, "staleAfterDays: -1 is below the least, 0");
        app.admin().expect_error("{ graphQuality { dependencies } }", "FORBIDDEN").await;
    });
}

/// The findings of one kind: the names and the reasons.
async fn found(app: &TestApp, kind: &str) -> Vec<(String, String)> {
    let text = format!(
        "{{ graphQuality(asOf: \"2026-07-01\") {{ findings(kinds: [{kind}]) {{
            records {{ item {{ name }} reason }} }} }} }}"
    );
    let answer = app.director().query(&text).await;
    let records = answer["graphQuality"]["findings"][0]["records"].as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    records.iter().map(|record| (text(&record["item"]["name"]), text(&record["reason"]))).collect()
}

#[test]
fn groups_are_judged_by_their_members_in_use_as_the_graph_does() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let mut servers = Vec::new();
        for tag in ["S1", "S2", "S3"] {
            servers.push(estate::server(&director, &model, tag, json!({ "site": fra })).await);
        }
        let store = service(&director, "store", "APPLICATION", json!({})).await;
        let both = json!({ "owner": store, "name": "both", "requiredCount": 2 });
        let both = made(&director, GROUP, both).await;
        let carrying = json!({ "owner": store, "name": "power", "requiredCapacity": "10.0005",
            "capacityUnit": "kW" });
        let carrying = made(&director, GROUP, carrying).await;
        made(&director, GROUP, json!({ "owner": store, "name": "later", "requiredCount": 1 })).await;
        assert!(found(app, "UNMEETABLE_GROUP").await.is_empty());
        let later = ("store".to_owned(), "it has no members yet, and nothing rests on it".to_owned());
        assert_eq!(found(app, "EMPTY_GROUP").await, [later.clone(), later.clone(), later.clone()]);
        let never = async || {
            let text =
                format!("{{ singlePointsOfFailure(service: \"{store}\") {{ services {{ isNeverUp }} }} }}");
            let services = app.director().query(&text).await["singlePointsOfFailure"]["services"].clone();
            services[0]["isNeverUp"] == true
        };
        assert!(!never().await, "a group without members is none yet");
        for server in &servers[..2] {
            record(&director, &store, server, "RUNS_ON", json!({ "redundancyGroup": both })).await;
        }
        assert!(found(app, "UNMEETABLE_GROUP").await.is_empty());
        assert!(!never().await);
        setting::retire(app, &servers[1]).await;
        let unmet = ("store".to_owned(), "2 have to be up, and it has 1, 1 retired".to_owned());
        assert_eq!(found(app, "UNMEETABLE_GROUP").await, std::slice::from_ref(&unmet));
        assert!(never().await);
        let one = ("store".to_owned(), "one member, which nothing stands in for".to_owned());
        assert_eq!(found(app, "GROUP_OF_ONE").await, std::slice::from_ref(&one));
        assert_eq!(found(app, "EMPTY_GROUP").await, [later.clone(), later]);
        let carries = json!({ "redundancyGroup": carrying, "capacity": "10" });
        record(&director, &store, &servers[2], "POWERED_BY", carries).await;
        let weak = "10.0005 kW have to be up, and its members come to 10".to_owned();
        assert_eq!(found(app, "UNMEETABLE_GROUP").await, [unmet, ("store".to_owned(), weak)]);
        // What is retired itself is never up anyway, and not for its groups.
        let text = "mutation($id: ID!) { retireService(id: $id) { status } }";
        director.query_with(text, json!({ "id": store })).await;
        assert!(found(app, "UNMEETABLE_GROUP").await.is_empty());
    });
}

#[test]
fn a_way_through_what_is_retired_leads_to_no_hardware() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let server = estate::server(&director, &model, "S1", json!({ "site": fra })).await;
        let shop = service(&director, "shop", "APPLICATION", json!({})).await;
        let old = service(&director, "old", "APPLICATION", json!({})).await;
        record(&director, &shop, &old, "USES", json!({})).await;
        record(&director, &old, &server, "RUNS_ON", json!({})).await;
        assert!(found(app, "WITHOUT_INFRASTRUCTURE").await.is_empty());
        let text = "mutation($id: ID!) { retireService(id: $id) { status } }";
        director.query_with(text, json!({ "id": old })).await;
        let reason = "nothing that it needs, directly or not, is anything but a service";
        assert_eq!(found(app, "WITHOUT_INFRASTRUCTURE").await, [("shop".to_owned(), reason.to_owned())]);
    });
}

#[test]
fn racks_feeds_sites_and_contracts_are_something_to_run_on() {
    on_both_engines(async |app| {
        let director = app.director();
        let setting = setting::a_setting(app).await;
        let contract = super::support_contract(app, "S-1").await;
        let vendor = json!({ "code": "COLO", "name": "Colo" });
        let vendor = made(&director, VENDOR, vendor).await;
        let carries = [&setting.rack, &setting.feeds[0], &setting.site, &contract, &vendor];
        for (number, thing) in carries.into_iter().enumerate() {
            let under = service(&director, &format!("under {number}"), "PLATFORM", json!({})).await;
            let on = service(&director, &format!("on {number}"), "APPLICATION", json!({})).await;
            record(&director, &on, &under, "USES", json!({})).await;
            let floating = found(app, "WITHOUT_INFRASTRUCTURE").await;
            assert_eq!(floating.len(), 2, "{floating:?}");
            record(&director, &under, thing, "DEPENDS_ON", json!({})).await;
            assert!(found(app, "WITHOUT_INFRASTRUCTURE").await.is_empty(), "{thing}");
        }
        // A rack that is retired carries nothing any more.
        let retired = "mutation($id: ID!) { retireRack(id: $id) { id } }";
        director.query_with(retired, json!({ "id": setting.rack })).await;
        let mut floating: Vec<_> = found(app, "WITHOUT_INFRASTRUCTURE").await;
        floating.sort();
        let names: Vec<&str> = floating.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["on 0", "under 0"]);
    });
}
