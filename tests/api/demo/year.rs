//! The fiscal year of the demo estate: plans, postings and variances, invoices, readings and events in the books.

use api::demo::{self, Scale};
use serde_json::{Value, json};
use support::on_both_engines;

use super::{load, now};

#[test]
fn the_year_has_a_plan_postings_and_variances_worth_a_look() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let finance = app.finance().at(now());
        let found = finance
            .query(
                "{ plan: budgetVersion(name: \"Plan 2026\") { id status approvedBy }
                   next: budgetVersion(name: \"Plan 2027\") { status }
                   forecast: budgetVersion(name: \"Forecast 2026\") { id label }
                   actual: budgetVersion(name: \"Actual 2026\") { id } }",
            )
            .await;
        assert_eq!(
            (&found["plan"]["status"], &found["next"]["status"]),
            (&json!("FROZEN"), &json!("FROZEN"))
        );
        let id = |name: &str| found[name]["id"].as_str().unwrap().to_owned();
        let between = format!("plan: \"{}\", actual: \"{}\"", id("plan"), id("actual"));
        let text = format!(
            "{{ budgetVariance({between}, throughPeriod: 10, groupBy: [ACCOUNT]) {{ unpostedPeriods rows {{ group {{ value }}
                bridge {{ volume {{ amount }} price {{ amount }} exchange {{ amount }} }} drivers {{ driver }} }}
                total {{ plan {{ amount }} variance {{ flag }} }} }} }}"
        );
        let variance = finance.query(&text).await["budgetVariance"].clone();
        assert_eq!(variance["unpostedPeriods"], json!([10]));
        assert_eq!(variance["total"]["variance"]["flag"], "U");
        let rows = variance["rows"].as_array().unwrap();
        let of = |account: &str| rows.iter().find(|row| row["group"][0]["value"] == account).unwrap();
        assert_eq!(of("6110")["bridge"]["price"]["amount"], "-22080.00", "320 kW, 11.50 more in six months");
        assert_eq!(of("6500")["bridge"]["volume"]["amount"], "-12470.00", "215 seats more in four months");
        assert!(of("6110")["bridge"]["exchange"]["amount"].as_str().unwrap().starts_with('-'));
        let text = format!(
            "{{ budgetOutlook({between}, forecast: \"{}\") {{ throughPeriod oneOffs {{ description }}
                total {{ plan {{ amount }} outlook {{ amount }} gaps }} committed {{ postings }} }}
               budgetFindings(version: \"{}\") {{ rule }} }}",
            id("forecast"),
            id("actual")
        );
        let answer = finance.query(&text).await;
        let outlook = &answer["budgetOutlook"];
        assert_eq!((&outlook["throughPeriod"], &outlook["total"]["gaps"]), (&json!(9), &json!([])));
        let plan: f64 = outlook["total"]["plan"]["amount"].as_str().unwrap().parse().unwrap();
        assert!((12_000_000.0..15_000_000.0).contains(&plan), "{plan}");
        assert_eq!(outlook["oneOffs"], json!([{ "description": "Moving a cage in Ashburn" }]));
        assert_eq!(answer["budgetFindings"], json!([{ "rule": "BILLED_TWICE" }]));
    });
}

#[test]
fn one_of_two_invoices_is_wrong_and_two_assets_have_a_history_in_the_books() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let finance = app.finance().at(now());
        let text = format!(
            "{{ invoices(first: 5, orderBy: [{{ field: DATED }}]) {{ nodes {{ number check(asOf: \"{}\") {{
                disputable {{ amount }} totalDifference {{ amount }} }} }} }}
               colocationReadings(first: 20) {{ totalCount }} colocationCircuits(first: 20) {{ totalCount }}
               bookEvents(first: 5) {{ nodes {{ kind }} }} }}",
            demo::TODAY
        );
        let found = finance.query(&text).await;
        let invoices = found["invoices"]["nodes"].as_array().unwrap();
        let in_doubt: Vec<&Value> =
            invoices.iter().map(|one| &one["check"]["disputable"]["amount"]).collect();
        assert_eq!(
            in_doubt,
            ["0.00", "1380.00"],
            "a dearer price of space and two cross-connects: {found:#}"
        );
        assert!(invoices.iter().all(|one| one["check"]["totalDifference"]["amount"] == "0.00"), "{found:#}");
        assert_eq!(found["colocationReadings"]["totalCount"], 10);
        assert_eq!(found["colocationCircuits"]["totalCount"], 16);
        assert_eq!(found["bookEvents"]["nodes"].as_array().unwrap().len(), 2);
    });
}

#[test]
fn old_servers_and_laptops_sell_for_a_share_of_what_was_paid_that_falls_with_their_age() {
    on_both_engines(async |app| {
        load(app, Scale::default()).await;
        let director = app.director().at(now());
        let text =
            "{ refreshPolicies(first: 20) { nodes { name costs { residualCurve { ageMonths share } } } } }";
        let policies = director.query(text).await["refreshPolicies"]["nodes"].clone();
        let policies = policies.as_array().unwrap();
        for (policy, points, kind) in [("Servers", 6, "SERVER"), ("Endpoints", 5, "LAPTOP")] {
            let costs = &policies.iter().find(|one| one["name"] == policy).unwrap()["costs"];
            assert_eq!(costs["residualCurve"].as_array().unwrap().len(), points, "{policy}");
            let text = format!(
                "{{ refreshPlan(from: \"2027-01\", months: 36, currency: \"USD\", asOf: \"{}\",
                    filter: {{ kinds: [{kind}] }}) {{ cohorts(first: 20) {{ cost {{ proceeds }} }} }} }}",
                demo::TODAY
            );
            let found = director.query(&text).await["refreshPlan"]["cohorts"].clone();
            let mut amounts =
                found.as_array().unwrap().iter().filter_map(|one| one["cost"]["proceeds"].as_str());
            assert!(amounts.any(|amount| amount.parse::<f64>().unwrap() > 0.0), "{policy}: {found:#}");
        }
    });
}
