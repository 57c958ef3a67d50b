//! What becomes of a record: a row, a change of one, nothing, or a refusal.

use api::{
    access::{Permission, Role},
    import::{
        CsvOptions, Format,
        apply::{Options, apply},
        parse,
    },
};
use support::on_both_engines;

use super::*;

const ASSETS: &str = "tag,name,manufacturer,model,site,rack,position_units,purchase_amount,purchase_currency,owner\n\
    A-1,db-01,Dell,R650,FRA1,A01,1,7950.00,USD,Databases\n\
    A-2,db-02,Dell,R650,FRA1,A01,2,,,\n\
    A-3,laptop,Dell,R650,HQ,,,,,Anna\n";

#[test]
fn the_same_files_again_change_nothing() {
    on_both_engines(async |app| {
        let first = import(app, &SURROUNDINGS).await;
        assert_eq!(
            counts(&first),
            [
                "vendor 1/0/0/0",
                "manufacturer 1/0/0/0",
                "site 2/0/0/0",
                "rack 2/0/0/0",
                "hardware_model 3/0/0/0"
            ]
        );
        assert!(first.written);
        assert_eq!(problems(&first), [""; 0]);
        let assets = import(app, &[("assets.csv", ASSETS)]).await;
        assert_eq!((counts(&assets), errors(&assets)), (vec!["asset 3/0/0/0".to_owned()], vec![]));

        let before = dump(app).await;
        let again = import(app, &SURROUNDINGS).await;
        assert_eq!(
            counts(&again),
            [
                "vendor 0/0/1/0",
                "manufacturer 0/0/1/0",
                "site 0/0/2/0",
                "rack 0/0/2/0",
                "hardware_model 0/0/3/0"
            ]
        );
        assert!(!again.written);
        assert_eq!(counts(&import(app, &[("assets.csv", ASSETS)]).await), ["asset 0/0/3/0"]);
        assert_eq!(dump(app).await, before);
    });
}

#[test]
fn a_change_names_what_changed_and_leaves_the_rest() {
    on_both_engines(async |app| {
        furnish(app).await;
        import(app, &[("assets.csv", ASSETS)]).await;
        let file = "tag,owner,site,rack,position_units,purchase_amount,purchase_currency\n\
            A-1,Platform,FRA1,A01,5,8000,USD\nA-2,,,,,,\n";
        let report = import(app, &[("assets.csv", file)]).await;
        assert_eq!(counts(&report), ["asset 0/1/1/0"]);
        assert_eq!(
            changes(&report),
            [
                "A-1 position_units: 1 -> 5",
                "A-1 purchase_amount: 7950 -> 8000",
                "A-1 owner: Databases -> Platform"
            ]
        );
        let director = app.director();
        let data = director.query(
            "{ asset(tag: \"A-1\") { version name owner placement { unit } } change: changes(
               filter: { entity: { eq: \"asset\" }, action: { eq: UPDATE } }) { nodes { actor before after } } }",
        ).await;
        assert_eq!(data["asset"]["version"], 2);
        assert_eq!(data["asset"]["name"], "db-01");
        assert_eq!(data["change"]["nodes"][0]["before"]["owner"], "Databases");
        assert_eq!(data["change"]["nodes"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_new_estate_is_one_change_record_for_each_noun() {
    on_both_engines(async |app| {
        furnish(app).await;
        let data = app
            .director()
            .query("{ changes(orderBy: { field: AT }) { nodes { entity action after reason } } }")
            .await;
        let records = data["changes"]["nodes"].as_array().unwrap();
        assert_eq!(records.len(), 5);
        let model = records.iter().find(|record| record["entity"] == "hardware_model").unwrap();
        assert_eq!(model["action"], "BULK");
        assert_eq!(model["reason"], "import of hardware_models.csv");
        assert_eq!(model["after"]["rows"], 3);
    });
}

#[test]
fn a_trial_reports_the_same_and_changes_nothing() {
    on_both_engines(async |app| {
        furnish(app).await;
        import(app, &[("assets.csv", ASSETS)]).await;
        let before = dump(app).await;
        let file =
            "tag,manufacturer,model,site,owner\nA-1,,,,Platform\nA-9,Dell,R650,HQ,\nA-8,Dell,R999,HQ,\n";
        let mut tried = dry_run(app, &[("assets.csv", file)]).await;
        assert!(tried.dry_run && !tried.written);
        assert_eq!(dump(app).await, before);
        let done = import(app, &[("assets.csv", file)]).await;
        assert!(done.written);
        (tried.dry_run, tried.written) = (false, true);
        assert_eq!(tried, done);
        assert_eq!(counts(&done), ["asset 1/1/0/1"]);
    });
}

#[test]
fn one_refused_row_stops_all_where_that_is_asked_for() {
    on_both_engines(async |app| {
        furnish(app).await;
        let before = dump(app).await;
        let file = "tag,manufacturer,model,site\nA-1,Dell,R650,HQ\nA-2,Dell,R999,HQ\n";
        let report = all_or_nothing(app, &[("assets.csv", file)]).await;
        assert!(!report.written);
        assert_eq!(counts(&report), ["asset 1/0/0/1"]);
        assert_eq!(dump(app).await, before);
        // A line that cannot be read counts as well.
        let file = "tag,manufacturer,model,site\nA-1,Dell,R650,HQ\nA-2,Dell\n";
        let report = all_or_nothing(app, &[("assets.csv", file)]).await;
        assert_eq!((report.written, report.unreadable), (false, 1));
        assert_eq!(dump(app).await, before);
    });
}

#[test]
fn what_no_file_says_is_assumed_and_mentioned() {
    on_both_engines(async |app| {
        let files = [
            ("sites.csv", "code,name\nDC1,One\nHQ,Two\n"),
            ("racks.csv", "site,name,height_units\nDC1,R1,42\n"),
            ("manufacturers.csv", "name\nAcme\n"),
            ("hardware_models.csv", "manufacturer,name\nAcme,Box\nAcme,Crate\n"),
        ];
        let report = import(app, &files).await;
        assert_eq!(report.refused(), 0);
        assert_eq!(
            problems(&report),
            [
                "hardware_models.csv: note: 2 new hardware models have no kind and are taken as OTHER",
                "sites.csv: note: 1 new site has no kind and is taken as DATA CENTER",
                "sites.csv: note: 1 new site has no kind and is taken as OFFICE",
                "sites.csv: note: 2 new sites have no time zone and are taken as UTC",
            ]
        );
        let again = import(app, &files).await;
        assert_eq!((again.written, problems(&again)), (false, vec![]));
    });
}

#[test]
fn an_import_needs_every_area_that_its_files_are_about() {
    on_both_engines(async |app| {
        let files = [SURROUNDINGS[0], ("currencies.csv", "code,name,minor_units\nEUR,Euro,2\n")];
        for (role, lacks) in [
            (Role::Viewer, Permission::EditFinance),
            (Role::Planner, Permission::EditFinance),
            (Role::Finance, Permission::EditInventory),
            (Role::Admin, Permission::EditFinance),
        ] {
            let parsed = parse(Format::Csv(None), &sources(&files), &CsvOptions::default());
            let refused = apply(app.store(), &app.caller(role), parsed, Options::default()).await;
            match refused {
                Err(api::error::Error::Forbidden { permission, .. }) => assert_eq!(permission, lacks),
                other => panic!("expected a refusal, got {other:?}"),
            }
        }
        assert_eq!(counts(&import(app, &files).await), ["currency 1/0/0/0", "site 2/0/0/0"]);
    });
}

#[test]
fn old_prices_are_not_told_to_those_who_may_not_see_them() {
    on_both_engines(async |app| {
        furnish(app).await;
        import(app, &[("assets.csv", ASSETS)]).await;
        let file = "tag,purchase_amount,purchase_currency\nA-1,1,USD\n";
        let parsed = parse(Format::Csv(None), &sources(&[("assets.csv", file)]), &CsvOptions::default());
        let options = Options { dry_run: true, ..Options::default() };
        let report = apply(app.store(), &app.caller(Role::Planner), parsed, options).await.unwrap();
        assert_eq!(changes(&report), ["A-1 purchase_amount:  -> 1"]);
    });
}

#[test]
fn many_assets_come_in_quickly_and_with_few_statements() {
    on_both_engines(async |app| {
        furnish(app).await;
        let mut file = String::from("tag,manufacturer,model,site,owner\n");
        for number in 0..10_000 {
            file.push_str(&format!("B-{number},Dell,R650,HQ,Team {}\n", number % 50));
        }
        let before = app.store().statements();
        let report = import(app, &[("assets.csv", &file)]).await;
        let first = app.store().statements() - before;
        assert_eq!(counts(&report), ["asset 10000/0/0/0"]);
        assert!(first < 60, "{first} statements");
        let before = app.store().statements();
        let report = import(app, &[("assets.csv", &file)]).await;
        let second = app.store().statements() - before;
        assert_eq!(counts(&report), ["asset 0/0/10000/0"]);
        assert!(second < 25, "{second} statements");
    });
}
