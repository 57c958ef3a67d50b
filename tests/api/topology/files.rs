//! Services, feeds, groups and dependencies as files.

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
use support::{TestApp, on_both_engines};

const PLACES: [(&str, &str); 2] = [
    ("sites.csv", "code,name,kind,time_zone\nFRA1,Frankfurt,DATA_CENTER,Europe/Berlin\n"),
    ("racks.csv", "site,name,height_units\nFRA1,A01,42\n"),
];

const FILES: [(&str, &str); 4] = [
    (
        "services.csv",
        "name,kind,status,owner,tier,is_shared,users,revenue_per_hour_amount,revenue_per_hour_currency\n\
         shop,BUSINESS_SERVICE,,E-commerce,0,,1200,45000,EUR\ndirectory,PLATFORM,,,1,true,,,\n\
         web,APPLICATION,,,0,,,,\ncluster,PLATFORM,,,1,,,,\nold,PLATFORM,RETIRED,,,,,,\n",
    ),
    (
        "power_feeds.csv",
        "site,name,side,rack,upstream,capacity_watts,panel\nFRA1,A01-A,A,A01,UPS-A,4992,Panel 1\n\
         FRA1,A01-B,B,A01,,4992,\nFRA1,UPS-A,,,,80000,\n",
    ),
    (
        "redundancy_groups.csv",
        "owner_kind,owner,name,required_count,required_capacity,capacity_unit\n\
         RACK,FRA1|A01,feeds,1,4,kW\n",
    ),
    (
        "dependencies.csv",
        "from_kind,from,to_kind,to,kind,hardness,redundancy_group,capacity,confidence,last_seen_on\n\
         SERVICE,shop,SERVICE,web,Depends on::Used by,,,,0.9,2026-06-30\n\
         SERVICE,directory,SERVICE,web,Used by::Uses,,,,,\n\
         RACK,FRA1|A01,SERVICE,web,Contains::Contained by,,,,,\n\
         SERVICE,web,SERVICE,cluster,Runs on::Runs/Hosts,,,,,\n\
         SERVICE,directory,SERVICE,shop,Sends data to::Receives data from,,,,,\n\
         RACK,FRA1|A01,POWER_FEED,FRA1|A01-A,POWERED_BY,,feeds,4.9,,\n\
         RACK,FRA1|A01,POWER_FEED,FRA1|A01-B,POWERED_BY,,feeds,4.9,,\n\
         SERVICE,cluster,SERVICE,directory,REPLICATES_TO,,,,,\n",
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

/// The file of a noun, without its header.
async fn exported(app: &TestApp, noun: Noun) -> Vec<Vec<String>> {
    let reader = rows::open(app.store(), &app.caller(Role::Director), noun).unwrap();
    let page = rows::page(&reader, noun, None, rows::PAGE, &mut Labels::default()).await.unwrap();
    let names: Vec<&str> = noun.columns().iter().map(|column| column.name).collect();
    for line in &page.lines {
        assert_eq!(line.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names, "{noun}");
    }
    page.lines.into_iter().map(|line| line.into_iter().map(|(_, cell)| cell).collect()).collect()
}

#[test]
fn files_come_in_once_by_type_and_not_by_word() {
    on_both_engines(async |app| {
        assert_eq!(errors(&import(app, &PLACES).await), [""; 0]);
        let report = import(app, &FILES).await;
        assert_eq!(errors(&report), [""; 0]);
        assert_eq!(
            counts(&report),
            ["service 5/0/0/0", "power_feed 3/0/0/0", "redundancy_group 1/0/0/0", "dependency 8/0/0/0"]
        );
        let again = import(app, &FILES).await;
        assert_eq!((errors(&again), again.written), (Vec::<String>::new(), false));
        assert_eq!(counts(&again)[3], "dependency 0/0/8/0");

        let edges = exported(app, Noun::Dependency).await;
        let mut edges: Vec<String> = edges.iter().map(|cells| cells[..7].join(",")).collect();
        edges.sort();
        assert_eq!(
            edges,
            [
                "RACK,FRA1|A01,POWER_FEED,FRA1|A01-A,POWERED_BY,HARD,feeds",
                "RACK,FRA1|A01,POWER_FEED,FRA1|A01-B,POWERED_BY,HARD,feeds",
                "SERVICE,cluster,SERVICE,directory,REPLICATES_TO,SOFT,",
                "SERVICE,shop,SERVICE,directory,USES,SOFT,",
                "SERVICE,shop,SERVICE,web,DEPENDS_ON,HARD,",
                "SERVICE,web,RACK,FRA1|A01,CONTAINED_IN,HARD,",
                "SERVICE,web,SERVICE,cluster,RUNS_ON,HARD,",
                "SERVICE,web,SERVICE,directory,USES,HARD,",
            ]
        );
    });
}

#[test]
fn what_cannot_be_is_refused_row_by_row() {
    on_both_engines(async |app| {
        assert_eq!(errors(&import(app, &PLACES).await), [""; 0]);
        assert_eq!(errors(&import(app, &FILES).await), [""; 0]);
        let bad = "from_kind,from,to_kind,to,kind,hardness,confidence,redundancy_group,capacity\n\
            SERVICE,shop,SERVICE,shop,USES,,,,\nSERVICE,shop,SERVICE,nowhere,USES,,,,\n\
            SERVICE,shop,SERVICE,old,USES,,,,\nSERVICE,shop,SERVICE,web,USES,SOFT,,,\n\
            SERVICE,shop,SERVICE,cluster,Manages::Managed by,,,,\nSERVICE,shop,SERVICE,cluster,USES,,,feeds,1\n\
            SERVICE,shop,SERVICE,cluster,STORES_ON,,-0.5,,\n";
        let report = import(app, &[("dependencies.csv", bad)]).await;
        assert_eq!(
            errors(&report),
            [
                "dependencies.csv:2: error: to: nothing can depend on itself",
                "dependencies.csv:3: error: to: 'nowhere' is no service of the database or among the rows that were taken",
                "dependencies.csv:4: error: to: old is retired, so nothing can come to depend on it",
                "dependencies.csv:5: error: hardness: SOFT contradicts DEPENDS_ON between the same two, which is HARD",
                "dependencies.csv:6: error: kind: 'Manages::Managed by' is no known kind of dependency",
                "dependencies.csv:7: error: redundancy_group: 'SERVICE / shop / feeds' is neither in the database nor among the rows that were taken",
                "dependencies.csv:8: error: confidence: '-0.5' is not between 0 and 1: a share is written as a fraction, 0.9 for 90 %",
            ]
        );
        assert_eq!(counts(&report), ["dependency 0/0/0/5"]);
        let circle = "site,name,upstream\nFRA1,UPS-A,A01-A\n";
        let report = import(app, &[("power_feeds.csv", circle)]).await;
        assert_eq!(
            errors(&report),
            ["power_feeds.csv:2: error: upstream: UPS-A would feed itself through the feeds it hangs on"]
        );
    });
}

#[test]
fn what_was_exported_builds_the_same_elsewhere() {
    on_both_engines(async |app| {
        assert_eq!(errors(&import(app, &PLACES).await), [""; 0]);
        assert_eq!(errors(&import(app, &FILES).await), [""; 0]);
        let other = TestApp::start(app.engine()).await;
        assert_eq!(errors(&import(&other, &PLACES).await), [""; 0]);
        let nouns = [Noun::Service, Noun::PowerFeed, Noun::RedundancyGroup, Noun::Dependency];
        let mut sources = Vec::new();
        for noun in nouns {
            let lines = exported(app, noun).await;
            let header: Vec<&str> = noun.columns().iter().map(|column| column.name).collect();
            let text = csv::table(header, lines.iter().map(|line| line.iter().map(String::as_str)));
            sources.push(Source { name: format!("{}.csv", noun.plural()), bytes: text.into_bytes() });
        }
        let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
        let caller = other.caller(Role::Architect);
        let report = apply(other.store(), &caller, parsed, Options::default()).await.unwrap();
        assert_eq!(errors(&report), [""; 0]);
        for noun in nouns {
            let (here, there) = (exported(app, noun).await, exported(&other, noun).await);
            let sorted = |mut lines: Vec<Vec<String>>| {
                lines.sort();
                lines
            };
            assert_eq!(sorted(here), sorted(there), "{noun}");
        }
        other.stop().await;
    });
}

#[test]
fn what_cannot_be_yet_or_any_more_is_refused_in_files_too() {
    on_both_engines(async |app| {
        assert_eq!(errors(&import(app, &PLACES).await), Vec::<String>::new());
        assert_eq!(errors(&import(app, &FILES).await), Vec::<String>::new());
        let header = "from_kind,from,to_kind,to,kind,hardness,redundancy_group,first_seen_on,last_seen_on\n";
        for (row, message) in [
            ("SERVICE,shop,SERVICE,cluster,USES,,,2026-07-02,", "2026-07-02 lies ahead: today is 2026-07-01"),
            ("SERVICE,shop,SERVICE,cluster,USES,,,,2031-01-01", "2031-01-01 lies ahead: today is 2026-07-01"),
            ("SERVICE,old,SERVICE,cluster,USES,,,,", "old is retired and needs nothing any more"),
            (
                "SERVICE,shop,SERVICE,cluster,BACKS_UP_TO,HARD,,,",
                "BACKS_UP_TO is a backup and no need, so it cannot be HARD",
            ),
            (
                "RACK,FRA1|A01,POWER_FEED,FRA1|A01-A,USES,,,,",
                "USES between the two is HARD by itself, so nothing could stand in for it as POWERED_BY in the group \
                 feeds",
            ),
        ] {
            let text = format!("{header}{row}\n");
            let found = errors(&import(app, &[("dependencies.csv", &text)]).await);
            assert!(found.len() == 1 && found[0].contains(message), "{row}: {found:?}");
        }
        let objective = "item_kind,item,changed_on\nSERVICE,shop,2031-01-01\n";
        let found = errors(&import(app, &[("recovery_objectives.csv", objective)]).await);
        assert!(found.len() == 1 && found[0].contains("2031-01-01 lies ahead"), "{found:?}");
    });
}

#[test]
fn what_was_refused_is_repeated_by_nothing() {
    on_both_engines(async |app| {
        assert_eq!(errors(&import(app, &PLACES).await), [""; 0]);
        assert_eq!(errors(&import(app, &FILES).await), [""; 0]);
        let text = "from_kind,from,to_kind,to,kind,hardness,confidence\n\
            SERVICE,shop,SERVICE,web,USES,SOFT,\nSERVICE,shop,SERVICE,web,USES,HARD,\n\
            SERVICE,shop,SERVICE,web,USES,HARD,0.5\nSERVICE,shop,SERVICE,cluster,USES,HARD,1.5\n\
            SERVICE,shop,SERVICE,cluster,USES,HARD,0.5\n";
        let report = import(app, &[("dependencies.csv", text)]).await;
        assert_eq!(
            errors(&report),
            [
                "dependencies.csv:2: error: hardness: SOFT contradicts DEPENDS_ON between the same two, which is HARD",
                "dependencies.csv:4: error: repeats line 3 of dependencies.csv",
                "dependencies.csv:5: error: confidence: '1.5' is not between 0 and 1: a share is written as a fraction, 0.9 for 90 %",
            ]
        );
        // Of the lines that could be read, two are new, and the first and the repeated one refused.
        assert_eq!(counts(&report), ["dependency 2/0/0/2"]);
    });
}
