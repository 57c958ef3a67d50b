//! What recovers together, to one point in time.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::*;

const DEFINE: &str = "mutation($input: NewConsistencyGroup!) { defineConsistencyGroup(input: $input) {
    id version name toleranceMinutes note source hidden members { name } } }";

const FIELDS: &str = "group { name } members { name } hidden effectivePointMinutes isPointLowerBound
    pointFrom { name } commonPointAt ageMinutes isWithinObjective findings { code message items { name } }";

async fn define(app: &TestApp, name: &str, members: &[&str], details: Value) -> Value {
    let input = json!({ "name": name, "members": members, "details": details });
    app.architect().query_with(DEFINE, json!({ "input": input })).await["defineConsistencyGroup"].clone()
}

async fn refused(app: &TestApp, input: Value) -> (String, String) {
    let error = app.architect().expect_error_with(DEFINE, json!({ "input": input }), "INVALID").await;
    (error.field, error.message)
}

/// Records a good full copy of an item.
async fn copy(app: &TestApp, item: &str, at: &str) {
    let text = format!(
        "mutation {{ recordBackup(input: {{ item: \"{item}\", kind: FULL, completedAt: \"{at}\" }}) {{ id }} }}"
    );
    app.director().query(&text).await;
}

/// The groups of what a service needs.
async fn groups(app: &TestApp, of: &str) -> Value {
    let text = format!("{{ recoveryAssessment(service: \"{of}\") {{ consistencyGroups {{ {FIELDS} }} }} }}");
    app.viewer().query(&text).await["recoveryAssessment"]["consistencyGroups"].clone()
}

/// A shop that needs orders, of which 15 minutes may be lost, and that recover together with shipments, of which 60 may.
async fn a_shop(app: &TestApp) -> [String; 3] {
    let shop = a_service(app, "Shop").await;
    let orders = a_service(app, "Orders").await;
    let shipments = a_service(app, "Shipments").await;
    needs(app, &shop, &orders).await;
    objective(app, &shop, "timeMinutes: 60, pointMinutes: 30").await;
    objective(app, &orders, "timeMinutes: 60, ownMinutes: 10, pointMinutes: 15, bearsData: true").await;
    objective(app, &shipments, "timeMinutes: 60, ownMinutes: 10, pointMinutes: 60, bearsData: true").await;
    [shop, orders, shipments]
}

#[test]
fn a_group_loses_what_its_worst_member_does() {
    on_both_engines(async |app| {
        let [shop, orders, shipments] = a_shop(app).await;
        let fields = "effectivePointMinutes isPointLowerBound pointFrom { name } findings { code message }";
        let alone = recovery(app, &shop, "", fields).await;
        assert_eq!(
            (&alone["effectivePointMinutes"], &alone["pointFrom"]["name"]),
            (&json!(15), &json!("Orders"))
        );
        assert_eq!(groups(app, &shop).await, json!([]));
        define(app, "Ledger", &[&orders, &shipments], json!({})).await;
        let together = recovery(app, &shop, "", fields).await;
        assert_eq!(
            (
                &together["effectivePointMinutes"],
                &together["pointFrom"]["name"],
                &together["isPointLowerBound"]
            ),
            (&json!(60), &json!("Shipments"), &json!(false))
        );
        let findings = codes(&together["findings"]);
        assert!(
            findings.contains(&"RPO_UNREACHABLE") && findings.contains(&"GROUP_RPO_DIFFERS"),
            "{findings:?}"
        );
        let group = groups(app, &shop).await[0].clone();
        assert_eq!(
            (&group["effectivePointMinutes"], &group["pointFrom"]["name"], &group["isWithinObjective"]),
            (&json!(60), &json!("Shipments"), &json!(false))
        );
        let differs = &group["findings"][0];
        assert_eq!(
            (&differs["code"], &differs["message"]),
            (
                &json!("GROUP_RPO_DIFFERS"),
                &json!(
                    "`Orders` promises to lose at most 15 minutes and recovers together with `Shipments`, which may lose 60"
                )
            )
        );
        // A member of which nobody said anything makes it a lower bound.
        let stock = a_service(app, "Stock").await;
        let text = "mutation($id: ID!, $changes: ConsistencyGroupChanges!) {
            updateConsistencyGroup(id: $id, changes: $changes) { version members { name } } }";
        let list = "{ consistencyGroups { nodes { id } } }";
        let id = app.viewer().query(list).await["consistencyGroups"]["nodes"][0]["id"].clone();
        let asked = json!({ "id": id, "changes": { "members": [orders, shipments, stock] } });
        app.architect().query_with(text, asked).await;
        let wider = recovery(app, &shop, "", fields).await;
        assert_eq!(wider["isPointLowerBound"], true);
        assert!(codes(&groups(app, &shop).await[0]["findings"]).contains(&"RPO_UNKNOWN"));
    });
}

#[test]
fn all_of_a_group_go_back_to_one_moment() {
    on_both_engines(async |app| {
        let [shop, orders, shipments] = a_shop(app).await;
        let group = define(app, "Ledger", &[&orders, &shipments], json!({ "toleranceMinutes": 5 })).await;
        let none = groups(app, &shop).await[0].clone();
        assert_eq!((&none["commonPointAt"], &none["ageMinutes"]), (&Value::Null, &Value::Null));
        let message = "2 of the members of `Ledger` have no good backup of the last 35 days";
        assert!(none["findings"].to_string().contains(message), "{none}");

        copy(app, &orders, "2026-07-01T02:00:00Z").await;
        copy(app, &orders, "2026-07-01T08:30:00Z").await;
        copy(app, &shipments, "2026-07-01T05:00:00Z").await;
        let apart = groups(app, &shop).await[0].clone();
        assert_eq!(apart["commonPointAt"], Value::Null);
        let found = codes(&apart["findings"]);
        assert!(
            found.contains(&"NO_COMMON_POINT") && found.contains(&"BACKUP_SCHEDULES_DIFFER"),
            "{found:?}"
        );

        // Four minutes apart is one moment, and the earlier of them is what is gone back to.
        copy(app, &shipments, "2026-07-01T08:26:00Z").await;
        let near = groups(app, &shop).await[0].clone();
        assert_eq!(near["commonPointAt"], "2026-07-01T08:26:00+00:00");
        assert_eq!((&near["ageMinutes"], &near["isWithinObjective"]), (&json!(34), &json!(true)));
        let message = "the members of `Ledger` are not backed up together: within 5 minutes of 1 of the 2 of `Orders`, 1 of \
             the 2 of `Shipments` of the last 35 days there is no copy of every other";
        let differ =
            near["findings"].as_array().unwrap().iter().find(|it| it["code"] == "BACKUP_SCHEDULES_DIFFER");
        assert_eq!(differ.unwrap()["message"], message);

        // With less tolerance the newest common moment is too old.
        let text = "mutation($id: ID!) { updateConsistencyGroup(id: $id, changes: { toleranceMinutes: 0 }) { version } }";
        app.architect().query_with(text, json!({ "id": group["id"] })).await;
        copy(app, &shipments, "2026-07-01T02:00:00Z").await;
        let exact = groups(app, &shop).await[0].clone();
        assert_eq!((&exact["ageMinutes"], &exact["isWithinObjective"]), (&json!(420), &json!(false)));
        assert!(codes(&exact["findings"]).contains(&"COMMON_POINT_TOO_OLD"));
        // Seen from the day before, nothing was there to go back to.
        let text = format!(
            "{{ recoveryAssessment(service: \"{shop}\", asOf: \"2026-06-30\") {{ consistencyGroups {{ commonPointAt }} }} }}"
        );
        let found = app.viewer().query(&text).await["recoveryAssessment"]["consistencyGroups"].clone();
        assert_eq!(found, json!([{ "commonPointAt": null }]));
    });
}

#[test]
fn groups_are_kept_like_everything_else() {
    on_both_engines(async |app| {
        let [_, orders, shipments] = a_shop(app).await;
        let group =
            define(app, "Ledger", &[&orders, &shipments, &orders], json!({ "note": "one ledger" })).await;
        assert_eq!(
            (&group["version"], &group["toleranceMinutes"], &group["note"], &group["hidden"]),
            (&json!(1), &json!(0), &json!("one ledger"), &json!(0))
        );
        assert_eq!(group["members"], json!([{ "name": "Orders" }, { "name": "Shipments" }]));
        let stock = a_service(app, "Stock").await;
        for (input, field, part) in [
            (json!({ "name": "New", "members": [stock] }), "members", "1 is fewer than 2"),
            (json!({ "name": "New", "members": [stock, stock] }), "members", "1 is fewer than 2"),
            (json!({ "name": " ", "members": [stock, orders] }), "name", "is blank"),
            (
                json!({ "name": "New", "members": [stock, orders] }),
                "members[1]",
                "Orders is in the consistency group Ledger already",
            ),
            (
                json!({ "name": "New", "members": [stock, orders], "details": { "toleranceMinutes": 1441 } }),
                "toleranceMinutes",
                "1441 is not between 0 and 1440",
            ),
            (
                json!({ "name": "New", "members": [stock, "change_1"] }),
                "members[1]",
                "`change_1` is not an id",
            ),
        ] {
            let (found, message) = refused(app, input).await;
            assert_eq!(found, field, "{message}");
            assert!(message.contains(part), "{message}");
        }
        let taken = a_service(app, "Taken").await;
        let (_, message) = refused(app, json!({ "name": "Ledger", "members": [stock, taken] })).await;
        assert!(message.ends_with("another consistency group already has it"), "{message}");
        let unknown =
            json!({ "name": "New", "members": [stock, "service_00000000000000000000000000000001"] });
        app.architect().expect_error_with(DEFINE, json!({ "input": unknown }), "NOT_FOUND").await;
        let input = json!({ "name": "New", "members": [stock, taken] });
        app.viewer().expect_error_with(DEFINE, json!({ "input": input }), "FORBIDDEN").await;
        app.admin().expect_error("{ consistencyGroups { totalCount } }", "FORBIDDEN").await;

        let by = async |filter: &str| {
            let text = format!("{{ consistencyGroups(filter: {filter}) {{ totalCount }} }}");
            app.viewer().query(&text).await["consistencyGroups"]["totalCount"].clone()
        };
        assert_eq!(by(&format!("{{ member: \"{orders}\" }}")).await, 1);
        assert_eq!(by(&format!("{{ member: \"{stock}\" }}")).await, 0);
        assert_eq!(by("{ name: { startsWith: \"Led\" }, toleranceMinutes: { lte: 0 } }").await, 1);
        let id = group["id"].as_str().unwrap();
        let text =
            format!("{{ consistencyGroup(id: \"{id}\") {{ name }} node(id: \"{id}\") {{ __typename }} }}");
        let found = app.viewer().query(&text).await;
        assert_eq!(
            (&found["consistencyGroup"]["name"], &found["node"]["__typename"]),
            (&json!("Ledger"), &json!("ConsistencyGroup"))
        );
        let stale = format!("mutation {{ removeConsistencyGroup(id: \"{id}\", expectedVersion: 7) }}");
        app.architect().expect_error(&stale, "CONFLICT").await;
        let remove = format!("mutation {{ removeConsistencyGroup(id: \"{id}\") }}");
        assert_eq!(app.architect().query(&remove).await["removeConsistencyGroup"], id);
        // Then its members may be in another.
        define(app, "New", &[&stock, &orders], json!({})).await;
    });
}

#[test]
fn statements_do_not_grow_with_members_and_copies() {
    on_both_engines(async |app| {
        let [shop, orders, shipments] = a_shop(app).await;
        define(app, "Ledger", &[&orders, &shipments], json!({})).await;
        let texts = [
            format!("{{ recoveryAssessment(service: \"{shop}\") {{ consistencyGroups {{ {FIELDS} }} }} }}"),
            "{ consistencyGroups { nodes { name hidden members { name } } } }".to_owned(),
        ];
        let mut few = Vec::new();
        for text in &texts {
            few.push(app.viewer().statements_again(text).await);
        }
        for number in 0..4 {
            let pair = [
                a_service(app, &format!("One {number}")).await,
                a_service(app, &format!("Two {number}")).await,
            ];
            needs(app, &shop, &pair[0]).await;
            copy(app, &pair[0], "2026-06-30T02:00:00Z").await;
            define(app, &format!("Group {number}"), &[&pair[0], &pair[1]], json!({})).await;
        }
        for (text, few) in texts.iter().zip(few) {
            assert_eq!(app.viewer().statements_again(text).await, few, "{text}");
        }
    });
}
