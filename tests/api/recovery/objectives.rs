//! Recovery objectives: recorded once for an item, changed, found, and questioned where they are odd.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{a_service, codes, id, objective};

#[test]
fn an_objective_is_recorded_changed_found_and_removed() {
    on_both_engines(async |app| {
        let web = a_service(app, "web").await;
        let made = objective(
            app,
            &web,
            r#"timeMinutes: 240, pointMinutes: 30, ownMinutes: 20, failoverMinutes: 5, bearsData: true,
               availabilityTarget: "0.999", observedAvailability: "0.9985", changedOn: "2026-03-01", note: "Gold",
               source: "Workshop""#,
        )
        .await;
        assert_eq!(
            made,
            json!({
                "id": made["id"], "version": 1, "item": { "id": web, "name": "web" }, "timeMinutes": 240,
                "pointMinutes": 30, "ownMinutes": 20, "failoverMinutes": 5, "bearsData": true,
                "availabilityTarget": "0.999", "observedAvailability": "0.9985", "changedOn": "2026-03-01",
                "note": "Gold", "source": "Workshop", "findings": [],
            })
        );
        let own = id(&made);
        let update = format!(
            r#"mutation {{ updateRecoveryObjective(
                id: "{own}", changes: {{ timeMinutes: 120, note: null }}, expectedVersion: 1
            ) {{ version timeMinutes pointMinutes note }} }}"#
        );
        let changed = app.architect().query(&update).await["updateRecoveryObjective"].clone();
        assert_eq!(
            changed,
            json!({ "version": 2, "timeMinutes": 120, "pointMinutes": 30, "note": Value::Null })
        );
        app.architect().expect_error(&update, "CONFLICT").await;

        let db = a_service(app, "db").await;
        objective(app, &db, "timeMinutes: 60, ownMinutes: 30").await;
        for (filter, count) in [
            (format!(r#"item: "{web}""#), 1),
            ("timeMinutes: { lte: 60 }".to_owned(), 1),
            ("bearsData: { eq: false }".to_owned(), 1),
            (r#"availabilityTarget: { gte: "0.9" }"#.to_owned(), 1),
            ("pointMinutes: { isNull: true }".to_owned(), 1),
            (r#"source: { eq: "Workshop" }, ownMinutes: { lt: 30 }"#.to_owned(), 1),
        ] {
            let text = format!("{{ recoveryObjectives(filter: {{ {filter} }}) {{ totalCount }} }}");
            assert_eq!(
                app.viewer().query(&text).await["recoveryObjectives"]["totalCount"],
                count,
                "{filter}"
            );
        }
        let ordered =
            "{ recoveryObjectives(orderBy: [{ field: TIME_MINUTES }]) { nodes { item { name } } } }";
        let ordered = app.viewer().query(ordered).await["recoveryObjectives"]["nodes"].clone();
        assert_eq!(ordered, json!([{ "item": { "name": "db" } }, { "item": { "name": "web" } }]));
        let one = format!(r#"{{ recoveryObjective(id: "{own}") {{ id }} node(id: "{own}") {{ id }} }}"#);
        let one = app.viewer().query(&one).await;
        assert_eq!([&one["recoveryObjective"]["id"], &one["node"]["id"]], [&made["id"], &made["id"]]);
        let changes = format!(r#"{{ changesOf(id: "{own}") {{ nodes {{ action }} }} }}"#);
        assert_eq!(app.director().query(&changes).await["changesOf"]["nodes"].as_array().unwrap().len(), 2);

        let remove = format!(r#"mutation {{ removeRecoveryObjective(id: "{own}", expectedVersion: 2) }}"#);
        assert_eq!(app.architect().query(&remove).await["removeRecoveryObjective"], made["id"]);
        app.architect().expect_error(&remove, "NOT_FOUND").await;
    });
}

#[test]
fn an_objective_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let web = a_service(app, "web").await;
        let text = |item: &str, details: &str| {
            format!(
                r#"mutation {{ recordRecoveryObjective(input: {{ item: "{item}", details: {{ {details} }} }}) {{ id }} }}"#
            )
        };
        for (details, field, message) in [
            ("timeMinutes: -1", "timeMinutes", "timeMinutes: -1 is not between 0 and 525600"),
            ("pointMinutes: 525601", "pointMinutes", "pointMinutes: 525601 is not between 0 and 525600"),
            (
                "failoverMinutes: 5",
                "failoverMinutes",
                "failoverMinutes: 5 comes on top of ownMinutes, which is missing",
            ),
            (
                r#"availabilityTarget: "99.9""#,
                "availabilityTarget",
                "availabilityTarget: 99.9 is more than 1; this is a fraction, so 99.9 % is 0.999",
            ),
            (
                r#"observedAvailability: "-0.1""#,
                "observedAvailability",
                "observedAvailability: -0.1 is less than 0",
            ),
            (r#"changedOn: "1900-01-01""#, "changedOn", "changedOn: 1900-01-01 is not between 1970 and 2199"),
            (
                r#"changedOn: "2026-07-02""#,
                "changedOn",
                "changedOn: 2026-07-02 lies ahead: today is 2026-07-01",
            ),
            (r#"note: " ""#, "note", "note: is blank"),
            (
                "bearsData: null",
                "bearsData",
                "bearsData: null is refused: this cannot be cleared, leave it out to keep it",
            ),
        ] {
            let refusal = app.director().expect_error(&text(&web, details), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message), "{details}");
        }
        let stranger = format!("service_{}", "0".repeat(32));
        app.director().expect_error(&text(&stranger, ""), "NOT_FOUND").await;
        let user = format!("user_{}", "0".repeat(32));
        assert_eq!(app.director().expect_error(&text(&user, ""), "INVALID").await.field, "item");

        let own = id(&objective(app, &web, "timeMinutes: 60, ownMinutes: 30").await);
        let again = app.director().expect_error(&text(&web, "timeMinutes: 30"), "INVALID").await;
        assert_eq!(again.message, format!("item: has the recovery objective {own} already; change that one"));
        for client in [app.viewer(), app.finance()] {
            client.expect_error(&text(&web, "timeMinutes: 60"), "FORBIDDEN").await;
        }
        app.admin().expect_error("{ recoveryObjectives { totalCount } }", "FORBIDDEN").await;
    });
}

#[test]
fn odd_objectives_are_found_and_left_to_a_person() {
    on_both_engines(async |app| {
        for (name, details, expected) in [
            ("hours", "timeMinutes: 4, ownMinutes: 195", "HOURS_AS_MINUTES"),
            ("own", "timeMinutes: 100, ownMinutes: 6001", "OWN_TIME_ABOVE_OBJECTIVE"),
            ("by hand", "timeMinutes: 4", "NO_FAILOVER"),
            ("seconds", "timeMinutes: 86400", "IMPLAUSIBLY_LONG"),
        ] {
            let item = a_service(app, name).await;
            let made = objective(app, &item, details).await;
            assert_eq!(codes(&made["findings"]), [expected], "{name}");
        }
        let mut fine = Vec::new();
        for (name, details) in [
            ("fine", "timeMinutes: 240, ownMinutes: 195"),
            ("nothing", ""),
            ("fails over", "timeMinutes: 4, ownMinutes: 1, failoverMinutes: 2"),
        ] {
            let item = a_service(app, name).await;
            fine.extend(
                codes(&objective(app, &item, details).await["findings"]).into_iter().map(str::to_owned),
            );
        }
        assert!(fine.is_empty(), "{fine:?}");
    });
}

#[test]
fn many_objectives_are_recorded_each_by_itself() {
    on_both_engines(async |app| {
        let (web, db) = (a_service(app, "web").await, a_service(app, "db").await);
        let text = format!(
            r#"mutation {{ recordRecoveryObjectives(inputs: [
                {{ item: "{web}", details: {{ timeMinutes: 60 }} }},
                {{ item: "{web}", details: {{ timeMinutes: 30 }} }},
                {{ item: "{db}", details: {{ timeMinutes: -5 }} }},
                {{ item: "{db}", details: {{ timeMinutes: 30 }} }}
            ]) {{ index recoveryObjective {{ item {{ name }} }} error {{ code field }} }} }}"#
        );
        let rows = app.director().query(&text).await["recordRecoveryObjectives"].clone();
        let named = |name: &str| json!({ "item": { "name": name } });
        let refused = |field: &str| json!({ "code": "INVALID", "field": field });
        assert_eq!(
            rows,
            json!([
                { "index": 0, "recoveryObjective": named("web"), "error": null },
                { "index": 1, "recoveryObjective": null, "error": refused("item") },
                { "index": 2, "recoveryObjective": null, "error": refused("timeMinutes") },
                { "index": 3, "recoveryObjective": named("db"), "error": null },
            ])
        );
    });
}
