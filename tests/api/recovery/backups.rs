//! Backup records: recorded, refused for a reason, and set against the data that may be lost.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_service, codes, id, needs, objective, recovery};

async fn backup(app: &TestApp, item: &str, completed: &str, details: &str) -> Value {
    let text = format!(
        r#"mutation {{ recordBackup(input: {{
            item: "{item}", kind: FULL, completedAt: "{completed}", details: {{ {details} }}
        }}) {{
            id version item {{ name }} kind startedAt completedAt isGood isImmutable destination restoreTestedOn source
        }} }}"#
    );
    app.director().query(&text).await["recordBackup"].clone()
}

#[test]
fn a_backup_is_recorded_changed_found_and_removed() {
    on_both_engines(async |app| {
        let db = a_service(app, "db").await;
        let made = backup(
            app,
            &db,
            "2026-06-30T02:00:00Z",
            r#"startedAt: "2026-06-30T01:00:00Z", isImmutable: true, destination: "Vault", source: "Tool""#,
        )
        .await;
        assert_eq!(
            [
                &made["kind"],
                &made["isGood"],
                &made["isImmutable"],
                &made["destination"],
                &made["item"]["name"]
            ],
            [&json!("FULL"), &json!(true), &json!(true), &json!("Vault"), &json!("db")]
        );
        let own = id(&made);
        let update = format!(
            r#"mutation {{ updateBackup(
                id: "{own}", changes: {{ restoreTestedOn: "2026-07-01", destination: null }}, expectedVersion: 1
            ) {{ version restoreTestedOn destination }} }}"#
        );
        let changed = app.architect().query(&update).await["updateBackup"].clone();
        assert_eq!(
            changed,
            json!({ "version": 2, "restoreTestedOn": "2026-07-01", "destination": Value::Null })
        );
        app.architect().expect_error(&update, "CONFLICT").await;
        backup(app, &db, "2026-06-29T02:00:00Z", "isGood: false").await;
        for (filter, count) in [
            (format!(r#"item: "{db}""#), 2),
            ("isGood: { eq: true }".to_owned(), 1),
            ("isImmutable: { eq: false }".to_owned(), 1),
            (r#"completedAt: { gte: "2026-06-30T00:00:00Z" }, kind: { in: [FULL] }"#.to_owned(), 1),
            ("restoreTestedOn: { isNull: false }".to_owned(), 1),
        ] {
            let text = format!("{{ backupRecords(filter: {{ {filter} }}) {{ totalCount }} }}");
            assert_eq!(app.viewer().query(&text).await["backupRecords"]["totalCount"], count, "{filter}");
        }
        let newest = "{ backupRecords(orderBy: [{ field: COMPLETED_AT, direction: DESC }], first: 1) { nodes { id } } }";
        assert_eq!(app.viewer().query(newest).await["backupRecords"]["nodes"][0]["id"], made["id"]);
        let one = format!(r#"{{ backupRecord(id: "{own}") {{ id }} node(id: "{own}") {{ id }} }}"#);
        let one = app.viewer().query(&one).await;
        assert_eq!([&one["backupRecord"]["id"], &one["node"]["id"]], [&made["id"], &made["id"]]);
        let remove = format!(r#"mutation {{ removeBackup(id: "{own}", expectedVersion: 2) }}"#);
        app.viewer().expect_error(&remove, "FORBIDDEN").await;
        assert_eq!(app.architect().query(&remove).await["removeBackup"], made["id"]);
        app.architect().expect_error(&remove, "NOT_FOUND").await;
    });
}

#[test]
fn a_backup_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let db = a_service(app, "db").await;
        let text = |completed: &str, details: &str| {
            format!(
                r#"mutation {{ recordBackup(input: {{
                    item: "{db}", kind: FULL, completedAt: "{completed}", details: {{ {details} }}
                }}) {{ id }} }}"#
            )
        };
        for (completed, details, field, message) in [
            (
                "2026-07-02T00:00:00Z",
                "",
                "completedAt",
                "completedAt: 2026-07-02T00:00:00+00:00 has not come yet",
            ),
            (
                "2026-06-30T02:00:00Z",
                r#"startedAt: "2026-06-30T03:00:00Z""#,
                "completedAt",
                "completedAt: 2026-06-30T02:00:00+00:00 lies before startedAt, 2026-06-30T03:00:00+00:00",
            ),
            (
                "2026-06-30T02:00:00Z",
                r#"restoreTestedOn: "2026-06-29""#,
                "restoreTestedOn",
                "restoreTestedOn: 2026-06-29 lies before the backup was complete on 2026-06-30",
            ),
            (
                "2026-06-30T02:00:00Z",
                r#"restoreTestedOn: "2026-07-02""#,
                "restoreTestedOn",
                "restoreTestedOn: 2026-07-02 has not come yet",
            ),
            (
                "2026-06-30T02:00:00Z",
                r#"restoreTestedOn: "2026-07-01", isGood: false"#,
                "restoreTestedOn",
                "restoreTestedOn: 2026-07-01: what was restored is a good backup; say isGood as well",
            ),
            ("2026-06-30T02:00:00Z", r#"destination: "  ""#, "destination", "destination: is blank"),
        ] {
            let refusal = app.director().expect_error(&text(completed, details), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message), "{details}");
        }
        backup(app, &db, "2026-06-30T02:00:00Z", "").await;
        let twice = app.director().expect_error(&text("2026-06-30T02:00:00Z", ""), "INVALID").await;
        let message = "completedAt: a backup of the item of the kind FULL that was complete at \
                       2026-06-30T02:00:00+00:00 is recorded already";
        assert_eq!((twice.field.as_str(), twice.message.as_str()), ("completedAt", message));
        let many = format!(
            r#"mutation {{ recordBackups(inputs: [
                {{ item: "{db}", kind: SNAPSHOT, completedAt: "2026-06-30T04:00:00Z" }},
                {{ item: "{db}", kind: SNAPSHOT, completedAt: "2026-08-30T04:00:00Z" }}
            ]) {{ index backup {{ kind }} error {{ field }} }} }}"#
        );
        assert_eq!(
            app.director().query(&many).await["recordBackups"],
            json!([
                { "index": 0, "backup": { "kind": "SNAPSHOT" }, "error": null },
                { "index": 1, "backup": null, "error": { "field": "completedAt" } },
            ])
        );
    });
}

#[test]
fn the_newest_good_copy_is_set_against_the_data_that_may_be_lost() {
    on_both_engines(async |app| {
        let (web, db, san) =
            (a_service(app, "web").await, a_service(app, "db").await, a_service(app, "san").await);
        needs(app, &web, &db).await;
        needs(app, &db, &san).await;
        objective(app, &web, "timeMinutes: 240").await;
        objective(app, &db, "pointMinutes: 60, bearsData: true, ownMinutes: 10").await;
        objective(app, &san, "bearsData: true").await;
        let fields = "isPointLowerBound findings { code items { name } } backups {
            bearData covered withinObjective immutable restoreTested
            items { item { name } pointMinutes newest { completedAt } ageMinutes isWithinObjective restoreTestedOn
                newestImmutable { completedAt } }
        }";
        let found = recovery(app, &web, "", fields).await;
        assert_eq!(found["isPointLowerBound"], true);
        assert_eq!([&found["backups"]["bearData"], &found["backups"]["covered"]], [&json!(2), &json!(0)]);
        let findings = codes(&found["findings"]);
        assert_eq!(findings.iter().filter(|code| **code == "NO_GOOD_BACKUP").count(), 2, "{findings:?}");
        assert!(findings.contains(&"RPO_UNKNOWN"), "{findings:?}");

        // An older copy that nobody can change and that was restored, a newer one, and one that went wrong.
        backup(app, &db, "2026-06-30T02:00:00Z", r#"isImmutable: true, restoreTestedOn: "2026-06-30""#).await;
        backup(app, &db, "2026-07-01T08:30:00Z", "").await;
        backup(app, &db, "2026-07-01T08:59:00Z", "isGood: false").await;
        let found = recovery(app, &web, "", fields).await;
        assert_eq!(
            found["backups"]["items"][0],
            json!({
                "item": { "name": "db" }, "pointMinutes": 60,
                "newest": { "completedAt": "2026-07-01T08:30:00+00:00" }, "ageMinutes": 30, "isWithinObjective": true,
                "restoreTestedOn": "2026-06-30", "newestImmutable": { "completedAt": "2026-06-30T02:00:00+00:00" },
            })
        );
        let counts = ["bearData", "covered", "withinObjective", "immutable", "restoreTested"];
        let counts = counts.map(|count| found["backups"][count].clone());
        assert_eq!(counts, [2, 1, 1, 1, 1].map(|count| json!(count)));

        // On the day before, only the older copy was there: at the end of the day it was 22 hours old.
        let found = recovery(app, &web, r#", asOf: "2026-06-30""#, fields).await;
        let own = &found["backups"]["items"][0];
        assert_eq!([&own["ageMinutes"], &own["isWithinObjective"]], [&json!(1320), &json!(false)]);
        assert!(codes(&found["findings"]).contains(&"BACKUP_TOO_OLD"));
        let found = recovery(app, &web, r#", asOf: "2026-06-29""#, fields).await;
        assert_eq!(found["backups"]["covered"], 0);
    });
}

#[test]
fn a_copy_of_the_next_day_is_not_one_of_a_day() {
    on_both_engines(async |app| {
        let db = a_service(app, "db").await;
        objective(app, &db, "pointMinutes: 30, ownMinutes: 1, bearsData: true").await;
        backup(app, &db, "2026-06-20T00:00:00Z", "isImmutable: true, restoreTestedOn: \"2026-06-20\"").await;
        backup(app, &db, "2026-07-01T08:00:00Z", "isGood: true").await;
        let fields = "backups { covered immutable restoreTested items { ageMinutes } }";
        let covered = |count: u32, age: Value| {
            json!({ "covered": count, "immutable": count, "restoreTested": count,
                "items": [{ "ageMinutes": age }] })
        };
        for (day, expected) in
            [("2026-06-19", covered(0, Value::Null)), ("2026-06-20", covered(1, json!(24 * 60)))]
        {
            let found = recovery(app, &db, &format!(", asOf: \"{day}\""), fields).await;
            assert_eq!(found["backups"], expected, "{day}");
        }
    });
}
