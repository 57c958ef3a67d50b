//! How far the dependency graph can be trusted.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{GROUP, estate, made, record, service, site};

const QUALITY: &str = "{ graphQuality(asOf: \"2026-07-01\") {
    dependencies affectedDependencies affectedShare
    findings { kind count hidden dependencies share records { reason item { name } needs { name } } }
    explain { formula }
} }";

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
