//! Scenarios and their changes: out to files, in again, and over to another database.

use api::{
    access::{Permission, Role},
    error::Error,
    export::rows,
    import::{
        CsvOptions, Format, Source,
        apply::{Options, apply},
        csv::Noun,
        parse,
    },
};
use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::exporting::exported;
use super::*;
use crate::scenarios::{a_scenario, a_setting};

const HEADER: &str = "scenario,place,kind,note,colocation_contract,charge,support_contract,refresh_policy,site,provider,\
    account_number,workload,hardware_kind,series,rates,monthly_rate,from_month,to_month,age_months,\
    support_margin_months,ends_on,factor,unit_price,from_on,exit_on,cohort,cohort_key,order_month,fiscal_year,\
    cap_amount,cap_currency,base,quote,rate";

const ERRORS: [&str; 9] = [
    "scenario_changes.csv:3: error: change: change 1 (the price of the colocation contract REN-1 is agreed anew by the factor 0.8 from 2027-01-01) and change 2 (the price of charge 1 of the colocation contract REN-1 is agreed anew from 2027-01-01) cannot both be: both say what the same charge costs from 2027-01-01",
    "scenario_changes.csv:4: error: factor is given, and a change of the kind SITE_EXIT has none",
    "scenario_changes.csv:5: error: site: name the site that is left",
    "scenario_changes.csv:6: error: site: 'GONE' is neither in the database nor among the rows that were taken",
    "scenario_changes.csv:7: error: rates: 2027 has a rate already",
    "scenario_changes.csv:8: error: rates: is empty, and a change of this kind needs it",
    "scenario_changes.csv:9: error: cohort: 'no such' is no refresh cohort under the scenario",
    "scenario_changes.csv:11: error: cap_currency: XAU has no PLAN rate, the scenario states none, and no refresh policy is in it: record a rate first, or add an exchangeRate before the cap",
    "scenario_changes.csv:12: error: scenario: 'Gone' is neither in the database nor among the rows that were taken",
];

/// A row of changes: what stands in the columns that are named, and nothing in the others.
fn row(cells: &[(&str, &str)]) -> String {
    let names: Vec<&str> = HEADER.split(',').map(str::trim).collect();
    for (name, _) in cells {
        assert!(names.contains(name), "{name}");
    }
    let of = |name: &&str| cells.iter().find(|(known, _)| known == name).map_or("", |(_, cell)| *cell);
    names.iter().map(of).collect::<Vec<_>>().join(",")
}

fn file(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

/// What every change says, in words.
async fn words(app: &TestApp, name: &str) -> Vec<String> {
    let text = format!("{{ scenario(name: \"{name}\") {{ changes {{ words note }} }} }}");
    let answer = app.director().query(&text).await;
    let changes = answer["scenario"]["changes"].as_array().unwrap().clone();
    let text = |change: &Value| format!("{} {}", change["words"].as_str().unwrap(), change["note"]);
    changes.iter().map(text).collect()
}

/// A scenario with a change of every kind.
async fn of_every_kind(app: &TestApp) -> String {
    let setting = a_setting(app).await;
    let support = json!({
        "number": "SUP-1", "vendor": vendor(app).await, "currency": "USD", "startsOn": "2026-01-01",
        "endsOn": "2026-12-31", "billingFrequency": "YEARLY",
        "charge": "12000",
        "details": { "renewal": { "automatic": true, "months": 12 },
                     "noticeDays": 60 },
    });
    let support = crate::roadmap::send(app, "signSupportContract", "NewSupportContract!", support).await;
    let site = "{ sites { nodes { id } } colocationContract(number: \"CPI-1\") { charges { id } }
                  providerAccounts { nodes { id } } }";
    let found = app.director().query(site).await;
    let charge = &found["colocationContract"]["charges"][0]["id"];
    let plan = "{ refreshPlan(from: \"2026-07\", asOf: \"2026-07-01\") { cohorts { key } } }";
    let key = app.director().query(plan).await["refreshPlan"]["cohorts"][0]["key"].clone();
    let changes = [
        json!({ "priceIndex": { "policy": policy(app).await, "rates": [{ "year": 2027, "rate": "0.25" }] } }),
        json!({ "priceIndex": { "hardwareKind": "STORAGE", "rates": [{ "year": 2027, "rate": "-0.1" },
                                                                     { "year": 2028, "rate": "0.05" }] } }),
        json!({ "cpiCurve": { "series": "US-CPI", "rates": [{ "year": 2027, "rate": "0.04" }] } }),
        json!({ "growthRate": { "workload": workload(app).await, "monthlyRate": "0.02", "from": "2027-01", "to": "2027-12" } }),
        json!({ "growthRate": { "account": found["providerAccounts"]["nodes"][0]["id"], "monthlyRate": "-0.01", "from": "2028-01" } }),
        json!({ "contractNotRenewed": { "support": support } }),
        json!({ "renegotiatedPrice": { "charge": charge, "unitPrice": "91.5", "from": "2027-01-01" } }),
        json!({ "renegotiatedPrice": { "colocation": setting.renewing, "factor": "1.2", "from": "2027-01-01" } }),
        json!({ "cohortMoved": { "key": key, "to": "2027-02" } }),
        json!({ "siteExit": { "site": found["sites"]["nodes"][0]["id"], "on": "2029-06-30" } }),
        json!({ "capChanged": { "fiscalYear": 2027, "cap": { "amount": "250000", "currency": "USD" } } }),
        json!({ "exchangeRate": { "base": "EUR", "quote": "USD", "rate": "1.2", "from": "2027-01-01" } }),
    ];
    a_scenario(app, "Everything", &changes).await
}

async fn id_of(app: &TestApp, list: &str) -> Value {
    let found = app.director().query(&format!("{{ {list} {{ nodes {{ id }} }} }}")).await;
    found[list]["nodes"][0]["id"].clone()
}

async fn vendor(app: &TestApp) -> Value {
    id_of(app, "vendors").await
}

async fn policy(app: &TestApp) -> Value {
    id_of(app, "refreshPolicies").await
}

async fn workload(app: &TestApp) -> Value {
    id_of(app, "workloads").await
}

async fn take(app: &TestApp, sources: &[Source]) -> Report {
    let parsed = parse(Format::Csv(None), sources, &CsvOptions::default());
    apply(app.store(), &app.caller(Role::Director), parsed, Options::default()).await.unwrap()
}

#[test]
fn every_kind_of_change_goes_out_and_comes_in_again() {
    on_both_engines(async |app| {
        of_every_kind(app).await;
        let mut sources = Vec::new();
        for noun in Noun::ALL.into_iter().filter(|noun| *noun != Noun::User) {
            sources.push(exported(app, noun).await);
        }
        let before = dump(app).await;
        let again = take(app, &sources).await;
        assert_eq!((again.written, errors(&again)), (false, Vec::new()), "{:?}", changes(&again));
        assert!(dump(app).await == before);

        let other = TestApp::start(app.engine()).await;
        let report = take(&other, &sources).await;
        assert_eq!(errors(&report), [""; 0]);
        let of_changes = counts(&report).pop().unwrap();
        assert_eq!(of_changes, "scenario_change 12/0/0/0");
        let said = words(&other, "Everything").await;
        assert_eq!(said.len(), 12);
        assert_eq!(said, words(app, "Everything").await);
        // Keys of cohorts are made of ids; the one that is moved is found by what people call it.
        let roadmap = |scenario: &str| {
            format!(
                "{{ roadmap(from: \"2026-07\", asOf: \"2026-07-01\", currency: \"USD\", months: 48, view: PNL,
                     scenario: \"{scenario}\") {{ totals {{ months {{ amount }} }} }} }}"
            )
        };
        let mut totals = Vec::new();
        for one in [app, &other] {
            let id = one.director().query("{ scenario(name: \"Everything\") { id } }").await;
            let id = id["scenario"]["id"].as_str().unwrap().to_owned();
            totals.push(one.director().query(&roadmap(&id)).await);
        }
        assert_eq!(totals[0], totals[1]);
        other.stop().await;
    });
}

#[test]
fn changes_of_a_file_are_held_to_the_rules_of_changes() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let change = |place: &'static str, kind: &'static str, cells: &[(&'static str, &'static str)]| {
            let mut all = vec![("scenario", "Cheaper"), ("place", place), ("kind", kind)];
            all.extend_from_slice(cells);
            row(&all)
        };
        let renewed = [("colocation_contract", "REN-1"), ("factor", "0.8"), ("from_on", "2027-01-01")];
        let both = [
            ("colocation_contract", "REN-1"),
            ("charge", "1"),
            ("unit_price", "80"),
            ("from_on", "2027-01-01"),
        ];
        let rows = [
            change("1", "RENEGOTIATED_PRICE", &renewed),
            change("2", "RENEGOTIATED_PRICE", &both),
            change("3", "SITE_EXIT", &[("site", "FRA1"), ("exit_on", "2028-01-01"), ("factor", "2")]),
            change("4", "SITE_EXIT", &[("exit_on", "2028-01-01")]),
            change("5", "SITE_EXIT", &[("site", "GONE"), ("exit_on", "2028-01-01")]),
            change("6", "CPI_CURVE", &[("rates", "2027:0.04|2027:0.05")]),
            change("7", "CPI_CURVE", &[]),
            change("8", "COHORT_MOVED", &[("cohort", "no such"), ("order_month", "2027-01")]),
            change("9", "POLICY_LIFE", &[("refresh_policy", "servers"), ("age_months", "48")]),
            change(
                "10",
                "CAP_CHANGED",
                &[("fiscal_year", "2027"), ("cap_amount", "1"), ("cap_currency", "XAU")],
            ),
            row(&[("scenario", "Gone"), ("place", "1"), ("kind", "CPI_CURVE"), ("rates", "2027:0.04")]),
        ];
        let scenarios = "name,description,owner\nCheaper,if prices fall,Platform\n";
        let report =
            import(app, &[("scenarios.csv", scenarios), ("scenario_changes.csv", &file(&rows))]).await;
        assert_eq!(errors(&report), ERRORS, "{:#?}", errors(&report));
        assert_eq!(counts(&report), ["scenario 1/0/0/0", "scenario_change 2/0/0/8"]);
        assert_eq!(
            words(app, "Cheaper").await,
            [
                "the price of the colocation contract REN-1 is agreed anew by the factor 0.8 from 2027-01-01 null",
                "the policy servers replaces at an age of 48 months null",
            ]
        );
    });
}

#[test]
fn a_file_changes_drafts_and_leaves_frozen_ones_alone() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let scenarios = "name,description,owner\nBoard,,\n";
        let first = row(&[
            ("scenario", "Board"),
            ("place", "1"),
            ("kind", "RENEGOTIATED_PRICE"),
            ("note", "asked"),
            ("colocation_contract", "REN-1"),
            ("factor", "0.8"),
            ("from_on", "2027-01-01"),
        ]);
        import(app, &[("scenarios.csv", scenarios), ("scenario_changes.csv", &file(&[first]))]).await;
        let version = "{ scenario(name: \"Board\") { id version } }";
        let before = app.director().query(version).await["scenario"].clone();

        // What a file is silent about stays; another kind takes the place of all that was said.
        let dearer = "scenario,place,kind,factor\nBoard,1,RENEGOTIATED_PRICE,1.1\n";
        let report = import(app, &[("scenario_changes.csv", dearer)]).await;
        assert_eq!(changes(&report), ["Board / 1 factor: 0.8 -> 1.1"]);
        let after = app.director().query(version).await["scenario"].clone();
        assert!(after["version"].as_i64() > before["version"].as_i64(), "{before} {after}");
        let exit = "scenario,place,kind,site,exit_on\nBoard,1,SITE_EXIT,FRA1,2029-01-01\n";
        let report = import(app, &[("scenario_changes.csv", exit)]).await;
        assert_eq!(errors(&report), [""; 0]);
        assert_eq!(words(app, "Board").await, ["the site FRA1 is left on 2029-01-01 \"asked\""]);

        let freeze = format!(
            "mutation {{ freezeScenario(id: {}, question: {{ from: \"2026-07\", asOf: \"2026-07-01\", currency: \"USD\" }}) {{ id }} }}",
            after["id"]
        );
        app.director().query(&freeze).await;
        let again = import(app, &[("scenarios.csv", scenarios), ("scenario_changes.csv", exit)]).await;
        assert_eq!((again.written, errors(&again)), (false, Vec::new()));
        let later = exit.replace("2029", "2030");
        let renamed = "name,owner\nBoard,Someone\n";
        let report = import(app, &[("scenarios.csv", renamed), ("scenario_changes.csv", &later)]).await;
        assert_eq!(
            errors(&report),
            [
                "scenarios.csv:2: error: the scenario Board is frozen and changes no more; copy it, and change the copy",
                "scenario_changes.csv:2: error: the scenario Board is frozen and changes no more; copy it, and change the copy",
            ]
        );
    });
}

#[test]
fn whoever_may_not_change_scenarios_imports_none_and_prices_stay_with_those_who_see_them() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let sources = sources(&[("scenarios.csv", "name\nMine\n")]);
        let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
        let refused = apply(app.store(), &app.caller(Role::Auditor), parsed, Options::default()).await;
        assert!(
            matches!(refused, Err(Error::Forbidden { permission: Permission::EditScenarios, .. })),
            "{refused:?}"
        );
        assert!(rows::open(app.store(), &app.caller(Role::Planner), Noun::Scenario).is_ok());
        let refused = rows::open(app.store(), &app.caller(Role::Planner), Noun::ScenarioChange);
        assert!(matches!(refused, Err(Error::Forbidden { permission: Permission::ViewPrices, .. })));
    });
}
