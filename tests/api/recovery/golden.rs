//! The worked examples of recovery and availability, by id.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_service, codes, drill, examples, needs, needs_some, objective, recovery};

/// A web shop that needs two of three application servers, one of two name servers, a database and its storage.
pub async fn a_web_shop(app: &TestApp) -> String {
    let web = a_service(app, "web").await;
    let (db, san) = (a_service(app, "db").await, a_service(app, "san").await);
    let (first, second, third) =
        (a_service(app, "app 1").await, a_service(app, "app 2").await, a_service(app, "app 3").await);
    let (one, other) = (a_service(app, "dns 1").await, a_service(app, "dns 2").await);
    needs(app, &db, &san).await;
    for server in [&first, &second, &third] {
        needs(app, server, &db).await;
    }
    needs_some(app, &web, "app", 2, &[&first, &second, &third]).await;
    needs_some(app, &web, "dns", 1, &[&one, &other]).await;
    for (item, details) in [
        (
            &web,
            r#"ownMinutes: 15, timeMinutes: 120, pointMinutes: 5, bearsData: true, observedAvailability: "0.999",
               availabilityTarget: "0.9995""#,
        ),
        (&san, r#"ownMinutes: 60, pointMinutes: 60, bearsData: true, observedAvailability: "0.9995""#),
        (&db, r#"ownMinutes: 45, pointMinutes: 15, bearsData: true, observedAvailability: "0.999""#),
        (&first, r#"ownMinutes: 20, observedAvailability: "0.995""#),
        (&second, r#"ownMinutes: 25, observedAvailability: "0.995""#),
        (&third, r#"ownMinutes: 90, observedAvailability: "0.995""#),
        (&one, r#"ownMinutes: 10, observedAvailability: "0.99""#),
        (&other, r#"ownMinutes: 10, observedAvailability: "0.99""#),
    ] {
        objective(app, item, details).await;
    }
    web
}

fn number(value: &Value) -> f64 {
    value.as_str().unwrap().parse().unwrap()
}

/// Whether a share agrees with an example to the last decimal that the example shows.
fn agrees(found: &Value, example: &Value, decimals: i32) -> bool {
    (number(found) - example.as_f64().unwrap()).abs() < 0.6 * 10_f64.powi(-decimals)
}

#[test]
fn effective_times_and_losses_are_those_of_the_worked_example() {
    on_both_engines(async |app| {
        let web = a_web_shop(app).await;
        let examples = examples();
        let found = recovery(
            app,
            &web,
            "",
            "effectiveTimeMinutes isTimeLowerBound timeGapMinutes effectivePointMinutes isPointLowerBound
             pointFrom { name } objective { timeMinutes }
             chain { item { name } ownMinutes upAfterMinutes } findings { code message items { name } }",
        )
        .await;
        let times = &examples["7.ert"];
        assert_eq!(found["effectiveTimeMinutes"], times["web"]);
        assert_eq!(found["timeGapMinutes"], times["gap"]);
        assert_eq!(found["objective"]["timeMinutes"], times["rto"]);
        assert_eq!(found["isTimeLowerBound"], false);
        assert_eq!(
            found["chain"],
            json!([
                { "item": { "name": "web" }, "ownMinutes": 15, "upAfterMinutes": times["web"] },
                { "item": { "name": "app 2" }, "ownMinutes": 25, "upAfterMinutes": times["app_2of3"] },
                { "item": { "name": "db" }, "ownMinutes": 45, "upAfterMinutes": times["db"] },
                { "item": { "name": "san" }, "ownMinutes": 60, "upAfterMinutes": times["san"] },
            ])
        );
        assert_eq!(found["effectivePointMinutes"], examples["7.erpo"]);
        assert_eq!(found["isPointLowerBound"], false);
        assert_eq!(found["pointFrom"]["name"], "san");
        let findings = codes(&found["findings"]);
        assert!(
            findings.contains(&"RTO_UNREACHABLE") && findings.contains(&"RPO_UNREACHABLE"),
            "{findings:?}"
        );
        assert_eq!(
            found["findings"][0]["message"],
            "`web` is up after 145 minutes at the soonest, 25 later than the 120 promised; it waits for `app 2`, which \
             waits for `db`, which waits for `san`"
        );
    });
}

#[test]
fn availability_along_the_graph_is_that_of_the_worked_example() {
    on_both_engines(async |app| {
        let web = a_web_shop(app).await;
        let example = &examples()["7.avail"];
        let found = recovery(
            app,
            &web,
            "",
            "availability {
                share target meetsTarget downtimeMinutesIn30Days allowedMinutesIn30Days isExact uncertain draws
                standardError isUpperBound unknownCount unknown { name }
                explain { formula inputs { name value } assumptions excluded estimated }
            }",
        )
        .await;
        let found = &found["availability"];
        assert!(agrees(&found["share"], &example["service"], 8), "{found}");
        assert!(agrees(&found["downtimeMinutesIn30Days"], &example["downtime_min_30d"], 2), "{found}");
        assert!(agrees(&found["allowedMinutesIn30Days"], &examples()["11.downtime_9995_30d"], 1), "{found}");
        assert_eq!(
            [&found["isExact"], &found["uncertain"], &found["draws"], &found["standardError"]],
            [&json!(true), &json!(5), &Value::Null, &Value::Null]
        );
        assert_eq!([&found["meetsTarget"], &found["isUpperBound"]], [&json!(false), &json!(false)]);
        assert_eq!(found["explain"]["estimated"], false);
        // The parts of the example, each as a service of its own.
        for (name, count, of, share, part) in
            [("two of three", 2, 3, "0.995", "app2of3"), ("one of two", 1, 2, "0.99", "dns1of2")]
        {
            let owner = a_service(app, name).await;
            let mut members = Vec::new();
            for member in 0..of {
                let member = a_service(app, &format!("{name} {member}")).await;
                objective(app, &member, &format!(r#"observedAvailability: "{share}""#)).await;
                members.push(member);
            }
            let members: Vec<&str> = members.iter().map(String::as_str).collect();
            needs_some(app, &owner, "all", count, &members).await;
            let found =
                recovery(app, &owner, "", "availability { share isUpperBound unknown { name } }").await;
            assert!(agrees(&found["availability"]["share"], &example[part], 8), "{found}");
            assert_eq!(found["availability"]["unknown"], json!([{ "name": name }]));
            assert_eq!(found["availability"]["isUpperBound"], true);
        }
    });
}

#[test]
fn nothing_known_is_no_availability() {
    on_both_engines(async |app| {
        let shop = a_service(app, "shop").await;
        objective(app, &shop, r#"availabilityTarget: "0.999""#).await;
        let part = a_service(app, "part").await;
        needs(app, &shop, &part).await;
        let fields = "share shareReason meetsTarget downtimeMinutesIn30Days isUpperBound";
        for basis in ["OBSERVED", "TARGET"] {
            let found =
                recovery(app, &shop, "", &format!("availability(basis: {basis}) {{ {fields} }}")).await;
            let found = &found["availability"];
            assert_eq!(
                [&found["share"], &found["meetsTarget"], &found["downtimeMinutesIn30Days"]],
                [&Value::Null; 3],
                "{found}"
            );
            assert!(found["shareReason"].as_str().unwrap().starts_with("of none of the "), "{found}");
            assert_eq!(found["isUpperBound"], true);
        }
        // With one of the two there is a bound: a yes cannot be told from it, and a no can.
        objective(app, &part, r#"observedAvailability: "0.9999""#).await;
        let found = recovery(app, &shop, "", &format!("availability {{ {fields} }}")).await;
        let found = &found["availability"];
        assert_eq!(
            [&found["share"], &found["shareReason"], &found["meetsTarget"]],
            [&json!("0.9999"), &Value::Null, &Value::Null]
        );
        let worse = a_service(app, "worse").await;
        objective(app, &worse, r#"observedAvailability: "0.99""#).await;
        needs(app, &shop, &worse).await;
        let found = recovery(app, &shop, "", &format!("availability {{ {fields} }}")).await;
        assert_eq!(found["availability"]["meetsTarget"], false);
    });
}

#[test]
fn promised_availabilities_multiply_as_published() {
    on_both_engines(async |app| {
        let shop = a_service(app, "shop").await;
        objective(app, &shop, r#"availabilityTarget: "0.999""#).await;
        for (name, target) in
            [("front door", "0.9998"), ("app service", "0.9995"), ("queue", "0.998"), ("database", "0.9999")]
        {
            let part = a_service(app, name).await;
            objective(app, &part, &format!(r#"availabilityTarget: "{target}""#)).await;
            needs(app, &shop, &part).await;
        }
        let fields = "availability(basis: TARGET) { share meetsTarget isUpperBound }";
        let found = recovery(app, &shop, "", fields).await;
        let found = &found["availability"];
        assert!(agrees(&found["share"], &examples()["7.composite_contoso"], 6), "{found}");
        assert_eq!([&found["meetsTarget"], &found["isUpperBound"]], [&json!(false), &json!(false)]);
    });
}

#[test]
fn a_drill_passes_and_fails_as_the_worked_example_says() {
    on_both_engines(async |app| {
        let example = &examples()["11.dr"];
        let erp = a_service(app, "erp").await;
        objective(app, &erp, &format!("timeMinutes: {}, pointMinutes: {}", example["rto"], example["rpo"]))
            .await;
        let details = format!(
            r#"achievedTimeMinutes: {}, achievedPointMinutes: {}, evidence: "DR-2026-05", signedOffBy: "CIO""#,
            example["rta"], example["rpa"]
        );
        drill(app, "May", "FULL_FAILOVER", "2026-05-30", &[&erp], &details).await;
        let found = recovery(
            app,
            &erp,
            "",
            "verdict verdictReason drill {
                drill { name kind } achievedTimeMinutes promisedTimeMinutes isTimeMet achievedPointMinutes
                promisedPointMinutes isPointMet ageDays
            }",
        )
        .await;
        assert_eq!(
            found,
            json!({
                "verdict": "FAILED",
                "verdictReason": "`May` on 2026-05-30: a loss of data of 38 minutes is more than the 30 promised",
                "drill": {
                    "drill": { "name": "May", "kind": "FULL_FAILOVER" },
                    "achievedTimeMinutes": example["rta"],
                    "promisedTimeMinutes": example["rto"],
                    "isTimeMet": example["pass_"],
                    "achievedPointMinutes": example["rpa"],
                    "promisedPointMinutes": example["rpo"],
                    "isPointMet": example["rpo_pass"],
                    "ageDays": 32,
                },
            })
        );
    });
}

#[test]
fn every_worked_example_of_the_graph_is_asked_for_by_its_id() {
    let examples = examples();
    let is_of_the_graph = |id: &&String| id.starts_with("7.") || id.starts_with("11.dr");
    let ids: Vec<&String> = examples.as_object().unwrap().keys().filter(is_of_the_graph).collect();
    assert!(ids.len() >= 6, "{ids:?}");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("api");
    let mut asked = String::new();
    for area in ["topology", "recovery"] {
        for file in std::fs::read_dir(folder.join(area)).unwrap() {
            asked += &std::fs::read_to_string(file.unwrap().path()).unwrap();
        }
    }
    let missing: Vec<_> = ids.into_iter().filter(|id| !asked.contains(&format!("[\"{id}\"]"))).collect();
    assert!(missing.is_empty(), "no test through GraphQL asks for {missing:?}");
}
