//! Objectives, backups, drills and consistency groups as files.

use api::{
    access::Role,
    export::{csv, labels::Labels, rows},
    import::{
        CsvOptions, Format, Severity, Source,
        apply::{Options, Report, apply},
        csv::Noun,
        parse,
    },
};
use serde_json::json;
use support::{TestApp, on_both_engines};

const NOUNS: [Noun; 4] =
    [Noun::RecoveryObjective, Noun::BackupRecord, Noun::RecoveryDrill, Noun::ConsistencyGroup];

const THINGS: [(&str, &str); 3] = [
    ("sites.csv", "code,name,kind,time_zone\nFRA1,Frankfurt,DATA_CENTER,Europe/Berlin\n"),
    ("racks.csv", "site,name,height_units\nFRA1,A01,42\n"),
    (
        "services.csv",
        "name,kind\nshop,BUSINESS_SERVICE\norders: all of them,PLATFORM\nshipments,PLATFORM\nmail,PLATFORM\n",
    ),
];

const FILES: [(&str, &str); 4] = [
    (
        "recovery_objectives.csv",
        "item_kind,item,time_minutes,point_minutes,own_minutes,failover_minutes,bears_data,availability_target,\
         observed_availability,changed_on,note\n\
         SERVICE,shop,240,30,15,5,,0.9995,0.999,2026-03-01,agreed\n\
         SERVICE,orders: all of them,60,15,,,true,,,,\nRACK,FRA1|A01,,,30,,,,,,\n",
    ),
    (
        "backup_records.csv",
        "item_kind,item,kind,completed_at,started_at,is_good,is_immutable,destination,restore_tested_on\n\
         SERVICE,orders: all of them,FULL,2026-06-30T02:40:00Z,2026-06-30T02:00:00Z,,true,vault 2,2026-06-30\n\
         SERVICE,orders: all of them,FULL,2026-06-29T02:40:00Z,,false,,,\n\
         SERVICE,shipments,SNAPSHOT,2026-06-30T02:40:00Z,,,,,\n",
    ),
    (
        "recovery_drills.csv",
        "name,kind,held_on,scope,declared_at,restored_at,achieved_point_minutes,issues,signed_off_by,evidence\n\
         Spring,FULL_FAILOVER,2026-04-18,SERVICE:shop|SERVICE:orders: all of them|rack:FRA1:A01,\
         2026-04-18T08:00:00Z,2026-04-18T11:15:00Z,38,none,Operations,DR-1\n\
         Paper,TABLETOP,2026-05-01,SERVICE:mail,,,,,,\n",
    ),
    (
        "consistency_groups.csv",
        "name,members,tolerance_minutes,note\nledger,SERVICE:orders: all of them|SERVICE:shipments,5,one ledger\n",
    ),
];

async fn import(app: &TestApp, files: &[(&str, &str)]) -> Report {
    let source =
        |(name, text): &(&str, &str)| Source { name: (*name).into(), bytes: text.as_bytes().to_vec() };
    let sources: Vec<Source> = files.iter().map(source).collect();
    let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
    apply(app.store(), &app.caller(Role::Director), parsed, Options::default()).await.unwrap()
}

fn errors(report: &Report) -> Vec<String> {
    report.problems_of(Severity::Error).map(ToString::to_string).collect()
}

fn counts(report: &Report) -> Vec<String> {
    let count = |it: &api::import::apply::Counts| {
        format!("{} {}/{}/{}/{}", it.noun, it.created, it.updated, it.unchanged, it.refused)
    };
    report.nouns.iter().map(count).collect()
}

/// The file of a noun, as it is exported.
async fn exported(app: &TestApp, noun: Noun) -> String {
    let reader = rows::open(app.store(), &app.caller(Role::Director), noun).unwrap();
    let page = rows::page(&reader, noun, None, rows::PAGE, &mut Labels::default()).await.unwrap();
    let names: Vec<&str> = noun.columns().iter().map(|column| column.name).collect();
    let lines = page.lines.iter().map(|line| line.iter().map(|(_, cell)| cell.as_str()));
    csv::table(names, lines)
}

async fn furnish(app: &TestApp) {
    assert_eq!(errors(&import(app, &THINGS).await), [""; 0]);
    assert_eq!(errors(&import(app, &FILES).await), [""; 0]);
}

#[test]
fn files_come_in_once_and_change_what_they_say_otherwise() {
    on_both_engines(async |app| {
        assert_eq!(errors(&import(app, &THINGS).await), [""; 0]);
        let report = import(app, &FILES).await;
        assert_eq!(errors(&report), [""; 0]);
        assert_eq!(
            counts(&report),
            [
                "recovery_objective 3/0/0/0",
                "backup_record 3/0/0/0",
                "recovery_drill 2/0/0/0",
                "consistency_group 1/0/0/0"
            ]
        );
        let again = import(app, &FILES).await;
        assert_eq!((errors(&again), again.written), (Vec::<String>::new(), false));
        // Both clocks gave the minutes.
        let text = "{ recoveryDrills(orderBy: [{ field: NAME }]) { nodes { name achievedTimeMinutes scope { name } } } }";
        let drills = app.viewer().query(text).await["recoveryDrills"]["nodes"].clone();
        assert_eq!((&drills[1]["name"], &drills[1]["achievedTimeMinutes"]), (&json!("Spring"), &json!(195)));
        assert_eq!(drills[1]["scope"].as_array().unwrap().len(), 3);

        let changed = [
            ("recovery_objectives.csv", "item_kind,item,time_minutes\nSERVICE,shop,120\n"),
            ("recovery_drills.csv", "name,scope\nPaper,SERVICE:mail|SERVICE:shop\n"),
            (
                "consistency_groups.csv",
                "name,members\nledger,SERVICE:orders: all of them|SERVICE:shipments|SERVICE:mail\n",
            ),
        ];
        let report = import(app, &changed).await;
        assert_eq!(errors(&report), [""; 0]);
        let fields = report.changes.iter().flat_map(|change| {
            let told = |it: &api::import::apply::FieldChange| {
                format!("{} {}: {} -> {}", change.key, it.column, it.before, it.after)
            };
            change.fields.iter().map(told).collect::<Vec<_>>()
        });
        assert_eq!(
            fields.collect::<Vec<_>>(),
            [
                "SERVICE / shop time_minutes: 240 -> 120",
                "Paper scope: SERVICE:mail -> SERVICE:mail|SERVICE:shop",
                "ledger members: SERVICE:orders: all of them|SERVICE:shipments -> \
                 SERVICE:mail|SERVICE:orders: all of them|SERVICE:shipments",
            ]
        );
    });
}

#[test]
fn what_cannot_be_is_refused_row_by_row() {
    on_both_engines(async |app| {
        furnish(app).await;
        let bad = [
            (
                "recovery_objectives.csv",
                "item_kind,item,time_minutes,own_minutes,failover_minutes\nSERVICE,nowhere,1,,\nSERVICE,mail,-1,,\n\
                 SERVICE,mail,10,,5\n",
            ),
            (
                "backup_records.csv",
                "item_kind,item,kind,completed_at,started_at\nSERVICE,mail,FULL,2027-01-01T00:00:00Z,\n\
                 SERVICE,mail,FULL,2026-06-01T00:00:00Z,2026-06-02T00:00:00Z\n",
            ),
            (
                "recovery_drills.csv",
                "name,kind,held_on,scope,achieved_time_minutes\nNew,FUNCTIONAL,2026-06-01,,\n\
                 Far,FUNCTIONAL,2026-08-01,SERVICE:mail,\nTalk,TABLETOP,2026-06-01,SERVICE:mail,12\n\
                 Odd,FUNCTIONAL,2026-06-01,mail,\nLost,FUNCTIONAL,2026-06-01,SERVICE:nowhere,\n",
            ),
            (
                "consistency_groups.csv",
                "name,members\nalone,SERVICE:mail\ntaken,SERVICE:mail|SERVICE:shipments\n",
            ),
        ];
        let report = import(app, &bad).await;
        let mut found = errors(&report);
        found.sort();
        assert_eq!(
            found,
            [
                "backup_records.csv:2: error: completed_at: 2027-01-01T00:00:00+00:00 has not come yet",
                "backup_records.csv:3: error: completed_at: 2026-06-01T00:00:00+00:00 lies before startedAt, 2026-06-02T00:00:00+00:00",
                "consistency_groups.csv:2: error: members: 1 is fewer than 2: what recovers alone has nobody to agree with",
                "consistency_groups.csv:3: error: members: shipments is in the consistency group ledger already; what belongs to both recovers together, so make them one",
                "recovery_drills.csv:2: error: scope: has no items: a drill shows something only of what it was about",
                "recovery_drills.csv:3: error: held_on: 2026-08-01 has not come yet",
                "recovery_drills.csv:4: error: achieved_time_minutes: 12: at a tabletop nothing is recovered, so nothing is measured",
                "recovery_drills.csv:5: error: scope: 'mail' is not a sort and a key, as SERVICE:Web shop",
                "recovery_drills.csv:6: error: scope: 'nowhere' is no service of the database or among the rows that were taken",
                "recovery_objectives.csv:2: error: item: 'nowhere' is no service of the database or among the rows that were taken",
                "recovery_objectives.csv:3: error: time_minutes: '-1' is not between 0 and 525600",
                "recovery_objectives.csv:4: error: failover_minutes: 5 comes on top of ownMinutes, which is missing",
            ]
        );
        assert!(!report.written);
        let parsed = parse(Format::Csv(None), &[], &CsvOptions::default());
        assert!(parsed.records.is_empty());
        let source = Source { name: FILES[0].0.into(), bytes: FILES[0].1.as_bytes().to_vec() };
        let parsed = parse(Format::Csv(None), &[source], &CsvOptions::default());
        let refused = apply(app.store(), &app.caller(Role::Viewer), parsed, Options::default()).await;
        assert!(matches!(refused, Err(api::error::Error::Forbidden { .. })), "{refused:?}");
    });
}

#[test]
fn what_was_exported_builds_the_same_elsewhere() {
    on_both_engines(async |app| {
        furnish(app).await;
        let other = TestApp::start(app.engine()).await;
        assert_eq!(errors(&import(&other, &THINGS).await), [""; 0]);
        let mut files = Vec::new();
        for noun in NOUNS {
            files.push((format!("{}.csv", noun.plural()), exported(app, noun).await));
        }
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(errors(&import(&other, &files).await), [""; 0]);
        for (noun, (_, text)) in NOUNS.into_iter().zip(&files) {
            let sorted = |text: &str| {
                let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            assert!(text.lines().count() > 1, "{noun} has nothing");
            assert_eq!(sorted(&exported(&other, noun).await), sorted(text), "{noun}");
        }
        let again = import(app, &files).await;
        assert_eq!((errors(&again), again.written), (Vec::<String>::new(), false));
        other.stop().await;
    });
}
