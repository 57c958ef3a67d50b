//! Whether drills have shown that an objective is kept.

use serde_json::json;
use support::{TestApp, on_both_engines};

use super::{a_service, drill, id, needs, objective, recovery};

async fn verdict(app: &TestApp, item: &str, as_of: &str) -> (String, String) {
    let found = recovery(app, item, &format!(r#", asOf: "{as_of}""#), "verdict verdictReason").await;
    let text = |field: &str| found[field].as_str().unwrap().to_owned();
    (text("verdict"), text("verdictReason"))
}

const TODAY: &str = "2026-07-01";
const PASSED: &str = r#"achievedTimeMinutes: 100, achievedPointMinutes: 10, evidence: "DR""#;

#[test]
fn what_nobody_has_tried_is_unproven() {
    on_both_engines(async |app| {
        let web = a_service(app, "web").await;
        let reason = async |expected: &str, reason: &str| {
            let (found, why) = verdict(app, &web, TODAY).await;
            assert_eq!((found.as_str(), why.as_str()), (expected, reason));
        };
        reason("UNPROVEN", "it has no recovery objective that could be proven").await;
        objective(app, &web, "timeMinutes: 240, pointMinutes: 30").await;
        reason("UNPROVEN", "no drill was about it").await;
        drill(app, "talk", "TABLETOP", "2026-01-10", &[&web], r#"evidence: "Minutes""#).await;
        reason("UNPROVEN", "at a tabletop nothing is recovered, so it proves nothing").await;
        drill(app, "steps", "WALKTHROUGH", "2026-01-11", &[&web], r#"evidence: "Minutes""#).await;
        reason("UNPROVEN", "nobody measured how long it took in `steps`").await;
        drill(
            app,
            "half",
            "FUNCTIONAL",
            "2026-01-12",
            &[&web],
            r#"achievedTimeMinutes: 100, evidence: "DR""#,
        )
        .await;
        reason("UNPROVEN", "nobody measured how much data was lost in `half`").await;
        let no_evidence = "achievedTimeMinutes: 100, achievedPointMinutes: 10";
        drill(app, "no record", "FUNCTIONAL", "2026-01-13", &[&web], no_evidence).await;
        reason("UNPROVEN", "`no record` has no evidence, so nobody can look up what happened").await;
        drill(app, "all", "FUNCTIONAL", "2026-01-14", &[&web], PASSED).await;
        reason("PROVEN", "`all` on 2026-01-14 has shown it").await;
        // A later talk takes nothing of that away; a later failure does.
        drill(app, "another talk", "TABLETOP", "2026-01-15", &[&web], "").await;
        reason("PROVEN", "`all` on 2026-01-14 has shown it").await;
        drill(app, "slow", "PARALLEL", "2026-01-16", &[&web], "achievedTimeMinutes: 300").await;
        reason(
            "FAILED",
            "`slow` on 2026-01-16: a recovery time of 300 minutes is more than the 240 promised",
        )
        .await;
        // On the day before, nobody knew.
        assert_eq!(verdict(app, &web, "2026-01-15").await.0, "PROVEN");
        assert_eq!(verdict(app, &web, "2026-01-09").await.0, "UNPROVEN");
    });
}

#[test]
fn what_was_shown_grows_stale_with_time_and_with_changes() {
    on_both_engines(async |app| {
        let web = a_service(app, "web").await;
        let own = id(&objective(app, &web, "timeMinutes: 240, pointMinutes: 30").await);
        drill(app, "all", "FULL_FAILOVER", "2026-01-14", &[&web], PASSED).await;
        assert_eq!(verdict(app, &web, "2027-01-14").await.0, "PROVEN");
        let (stale, reason) = verdict(app, &web, "2027-01-15").await;
        assert_eq!(
            (stale.as_str(), reason.as_str()),
            ("STALE", "`all` on 2026-01-14 is 366 days old, more than 365")
        );
        let change = format!(
            r#"mutation {{ updateRecoveryObjective(id: "{own}", changes: {{ changedOn: "2026-03-01" }}) {{ version }} }}"#
        );
        app.director().query(&change).await;
        let (stale, reason) = verdict(app, &web, TODAY).await;
        assert_eq!(
            (stale.as_str(), reason.as_str()),
            ("STALE", "`all` was held on 2026-01-14, before the last material change on 2026-03-01")
        );
        // Before that change it was as good as new.
        assert_eq!(verdict(app, &web, "2026-02-28").await.0, "PROVEN");
        drill(app, "again", "FUNCTIONAL", "2026-03-01", &[&web], PASSED).await;
        assert_eq!(verdict(app, &web, TODAY).await.0, "PROVEN");
        // What it needs changes as well: a database was put under it since.
        let db = a_service(app, "db").await;
        let need = format!(
            r#"mutation {{ recordDependency(input: {{
                from: "{web}", to: "{db}", kind: DEPENDS_ON, details: {{ firstSeenOn: "2026-04-01" }}
            }}) {{ id }} }}"#
        );
        app.director().query(&need).await;
        let (stale, reason) = verdict(app, &web, TODAY).await;
        assert_eq!(
            (stale.as_str(), reason.as_str()),
            ("STALE", "`again` was held on 2026-03-01, before the last material change on 2026-04-01")
        );
        let text = format!(
            r#"{{ recoveryAssessment(asOf: "{TODAY}") {{
                summary {{ services proven unproven failed stale unreachable withoutObjective }}
                services(verdicts: [STALE]) {{ item {{ name }} }}
            }} }}"#
        );
        let found = app.viewer().query(&text).await["recoveryAssessment"].clone();
        assert_eq!(
            found["summary"],
            json!({
                "services": 2, "proven": 0, "unproven": 1, "failed": 0, "stale": 1, "unreachable": 0,
                "withoutObjective": 1,
            })
        );
        assert_eq!(found["services"], json!([{ "item": { "name": "web" } }]));
    });
}

#[test]
fn a_drill_about_parts_shows_only_those() {
    on_both_engines(async |app| {
        let (web, db) = (a_service(app, "web").await, a_service(app, "db").await);
        needs(app, &web, &db).await;
        objective(app, &web, "timeMinutes: 240").await;
        objective(app, &db, "timeMinutes: 60").await;
        drill(app, "front", "FUNCTIONAL", "2026-05-01", &[&web], PASSED).await;
        let found = recovery(app, &web, "", "verdict verdictReason untested { name }").await;
        assert_eq!(found["verdict"], "UNPROVEN");
        assert_eq!(
            found["verdictReason"],
            "a drill shows something only of its scope, and none of the last 365 days was about 1 of the things it \
             needs, such as `db`"
        );
        assert_eq!(found["untested"], json!([{ "name": "db" }]));
        assert_eq!(verdict(app, &db, TODAY).await.0, "UNPROVEN");
        // The clock of a drill about both runs until both are usable: that says nothing against the database alone.
        drill(app, "both", "FULL_FAILOVER", "2026-05-02", &[&web, &db], PASSED).await;
        assert_eq!(verdict(app, &web, TODAY).await.0, "PROVEN");
        let (inner, reason) = verdict(app, &db, TODAY).await;
        assert_eq!(
            (inner.as_str(), reason.as_str()),
            (
                "UNPROVEN",
                "`both` on 2026-05-02: a recovery time of 100 minutes is more than the 60 promised; but that was for \
                 all it was about, not for this alone"
            )
        );
        drill(app, "back", "FUNCTIONAL", "2026-05-03", &[&db], PASSED).await;
        assert_eq!(verdict(app, &db, TODAY).await.0, "FAILED");
    });
}
