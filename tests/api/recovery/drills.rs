//! Recovery drills: recorded with their scope, refused for a reason, and questioned where they show nothing.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{a_service, codes, drill, id};

#[test]
fn a_drill_is_recorded_changed_found_and_removed() {
    on_both_engines(async |app| {
        let (web, db) = (a_service(app, "web").await, a_service(app, "db").await);
        let made = drill(
            app,
            "May",
            "FULL_FAILOVER",
            "2026-05-30",
            &[&web, &db, &web],
            r#"declaredAt: "2026-05-30T08:00:00Z", restoredAt: "2026-05-30T11:14:01Z", achievedPointMinutes: 38,
               issues: "Names pointed to the old site", signedOffBy: "CIO", evidence: "DR-2026-05""#,
        )
        .await;
        // Begun minutes count as whole ones.
        assert_eq!(
            [&made["achievedTimeMinutes"], &made["achievedPointMinutes"], &made["findings"]],
            [&json!(195), &json!(38), &json!([])]
        );
        assert_eq!(made["scope"], json!([{ "id": web, "name": "web" }, { "id": db, "name": "db" }]));
        let own = id(&made);
        let update = format!(
            r#"mutation {{ updateRecoveryDrill(
                id: "{own}", changes: {{ scope: ["{db}"], evidence: null }}, expectedVersion: 1
            ) {{ version evidence scope {{ name }} findings {{ code }} }} }}"#
        );
        let changed = app.architect().query(&update).await["updateRecoveryDrill"].clone();
        assert_eq!(
            changed,
            json!({
                "version": 2, "evidence": Value::Null, "scope": [{ "name": "db" }],
                "findings": [{ "code": "EVIDENCE_MISSING" }],
            })
        );
        app.architect().expect_error(&update, "CONFLICT").await;
        drill(app, "March", "TABLETOP", "2026-03-02", &[&web], "").await;
        for (filter, count) in [
            (format!(r#"about: "{db}""#), 1),
            (format!(r#"about: "{web}""#), 1),
            ("kind: { in: [TABLETOP] }".to_owned(), 1),
            (r#"heldOn: { gte: "2026-05-01" }, achievedTimeMinutes: { gt: 100 }"#.to_owned(), 1),
            ("evidence: { isNull: true }".to_owned(), 2),
            (r#"signedOffBy: { eq: "CIO" }, name: { startsWith: "ma" }"#.to_owned(), 1),
        ] {
            let text = format!("{{ recoveryDrills(filter: {{ {filter} }}) {{ totalCount }} }}");
            assert_eq!(app.viewer().query(&text).await["recoveryDrills"]["totalCount"], count, "{filter}");
        }
        let ordered = "{ recoveryDrills(orderBy: [{ field: HELD_ON }]) { nodes { name scope { name } } } }";
        let ordered = app.viewer().query(ordered).await["recoveryDrills"]["nodes"].clone();
        assert_eq!(
            ordered,
            json!([
                { "name": "March", "scope": [{ "name": "web" }] },
                { "name": "May", "scope": [{ "name": "db" }] },
            ])
        );
        let one = format!(r#"{{ recoveryDrill(id: "{own}") {{ id }} node(id: "{own}") {{ id }} }}"#);
        let one = app.viewer().query(&one).await;
        assert_eq!([&one["recoveryDrill"]["id"], &one["node"]["id"]], [&made["id"], &made["id"]]);
        let remove = format!(r#"mutation {{ removeRecoveryDrill(id: "{own}", expectedVersion: 2) }}"#);
        app.finance().expect_error(&remove, "FORBIDDEN").await;
        assert_eq!(app.architect().query(&remove).await["removeRecoveryDrill"], made["id"]);
        app.architect().expect_error(&remove, "NOT_FOUND").await;
    });
}

fn recording(kind: &str, on: &str, scope: &str, details: &str) -> String {
    format!(
        r#"mutation {{ recordRecoveryDrill(input: {{
            name: "May", kind: {kind}, heldOn: "{on}", scope: [{scope}], details: {{ {details} }}
        }}) {{ id }} }}"#
    )
}

#[test]
fn a_drill_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let web = a_service(app, "web").await;
        let own = format!("\"{web}\"");
        for (kind, on, scope, details, field, message) in [
            (
                "FUNCTIONAL",
                "2026-05-30",
                "",
                "",
                "scope",
                "scope: has no items: a drill shows something only of what it was about",
            ),
            ("FUNCTIONAL", "2026-07-02", own.as_str(), "", "heldOn", "heldOn: 2026-07-02 has not come yet"),
            (
                "TABLETOP",
                "2026-05-30",
                own.as_str(),
                "achievedTimeMinutes: 60",
                "achievedTimeMinutes",
                "achievedTimeMinutes: 60: at a tabletop nothing is recovered, so nothing is measured",
            ),
            (
                "FUNCTIONAL",
                "2026-05-30",
                own.as_str(),
                "achievedPointMinutes: -1",
                "achievedPointMinutes",
                "achievedPointMinutes: -1 is not between 0 and 525600",
            ),
            ("FUNCTIONAL", "2026-05-30", own.as_str(), r#"evidence: " ""#, "evidence", "evidence: is blank"),
        ] {
            let text = recording(kind, on, scope, details);
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message), "{details}");
        }
        let of = |scope: &str| recording("FUNCTIONAL", "2026-05-30", scope, "");
        let stranger = format!("\"service_{}\"", "0".repeat(32));
        app.director().expect_error(&of(&stranger), "NOT_FOUND").await;
        let no_id = app.director().expect_error(&of("\"web\""), "INVALID").await;
        assert_eq!(no_id.field, "scope[0]");
        drill(app, "May", "FUNCTIONAL", "2026-05-30", &[&web], "").await;
        app.director().expect_error(&of(&own), "INVALID").await;
    });
}

#[test]
fn the_moments_of_a_drill_fit_each_other() {
    on_both_engines(async |app| {
        let own = format!("\"{}\"", a_service(app, "web").await);
        let later = r#"declaredAt: "2026-05-30T08:00:00Z", restoredAt: "2026-05-30T10:00:00Z""#;
        let said = format!("{later}, achievedTimeMinutes: 60");
        for (kind, on, scope, details, field, message) in [
            (
                "FUNCTIONAL",
                "2026-05-30",
                own.as_str(),
                r#"declaredAt: "2026-05-30T08:00:00Z", restoredAt: "2026-05-30T07:00:00Z""#,
                "restoredAt",
                "restoredAt: 2026-05-30T07:00:00+00:00 lies before declaredAt, 2026-05-30T08:00:00+00:00",
            ),
            (
                "FUNCTIONAL",
                "2026-05-30",
                own.as_str(),
                r#"declaredAt: "2026-05-30T08:00:00Z""#,
                "restoredAt",
                "restoredAt: is missing beside declaredAt, 2026-05-30T08:00:00+00:00",
            ),
            (
                "FUNCTIONAL",
                "2026-05-30",
                own.as_str(),
                r#"restoredAt: "2026-05-30T08:00:00Z""#,
                "declaredAt",
                "declaredAt: is missing beside restoredAt, 2026-05-30T08:00:00+00:00",
            ),
            (
                "FUNCTIONAL",
                "2026-05-20",
                own.as_str(),
                later,
                "declaredAt",
                "declaredAt: 2026-05-30T08:00:00+00:00 is not on 2026-05-20, when the drill was held",
            ),
            (
                "FUNCTIONAL",
                "2026-05-30",
                own.as_str(),
                said.as_str(),
                "achievedTimeMinutes",
                "achievedTimeMinutes: 60: from declaredAt to restoredAt there are 120 minutes",
            ),
        ] {
            let text = recording(kind, on, scope, details);
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message), "{details}");
        }
    });
}

#[test]
fn what_is_missing_of_a_drill_is_found() {
    on_both_engines(async |app| {
        let web = a_service(app, "web").await;
        let bare = drill(app, "bare", "PARALLEL", "2026-05-30", &[&web], "").await;
        assert_eq!(codes(&bare["findings"]), ["EVIDENCE_MISSING", "SIGN_OFF_MISSING", "TIME_NOT_MEASURED"]);
        let talked = r#"evidence: "Minutes", signedOffBy: "CIO""#;
        let talked = drill(app, "talked", "TABLETOP", "2026-05-30", &[&web], talked).await;
        assert_eq!(talked["findings"], json!([]));
    });
}
