//! What a roadmap says of itself: lines that foot, records, coverage, and what it leaves out.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{ask, send, the_example};

#[test]
fn rows_foot_to_totals_in_every_view() {
    on_both_engines(async |app| {
        the_example(app).await;
        for view in ["COMMITMENT", "CASH", "PNL"] {
            let selection = "lines { amounts { months { amount } quarters { amount } years { amount } total } } \
                             totals { months { amount } quarters { amount } years { amount } total }";
            let arguments = format!("view: {view}, groupBy: [SITE, HARDWARE_KIND, BINDING_RULE, PROVIDER]");
            let roadmap = ask(app, &arguments, selection).await;
            for period in ["months", "quarters", "years"] {
                let totals = cents(&roadmap["totals"][period]);
                let mut sums = vec![0; totals.len()];
                for line in roadmap["lines"].as_array().unwrap() {
                    let amounts = cents(&line["amounts"][period]);
                    sums.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
                }
                assert_eq!(sums, totals, "{view} {period}");
                assert_eq!(sums.iter().sum::<i64>(), cent(&roadmap["totals"]["total"]), "{view} {period}");
            }
        }
    });
}

#[test]
fn a_line_names_its_site_its_records_and_how_it_came_about() {
    on_both_engines(async |app| {
        the_example(app).await;
        let selection = "lines { category keys { dimension value } site { code name } recordCount \
                         records(first: 3) { id kind label } explain { formula inputs assumptions estimated } }";
        let roadmap = ask(app, "groupBy: [SITE]", selection).await;
        let lines = roadmap["lines"].as_array().unwrap();
        let line = |category: &str| lines.iter().find(|line| line["category"] == category).unwrap();
        let colocation = line("COLOCATION");
        assert_eq!(colocation["site"]["code"], "FRA1");
        assert_eq!(colocation["keys"], json!([{ "dimension": "SITE", "value": "FRA1" }]));
        assert_eq!(colocation["records"][0]["kind"], "colocation contract");
        assert_eq!(colocation["records"][0]["label"], "C1");
        assert_eq!(colocation["recordCount"], 1);
        let disposal = line("DISPOSAL");
        assert_eq!(disposal["records"][0]["kind"], "asset");
        assert_eq!(disposal["records"].as_array().unwrap().len(), 3);
        assert_eq!(line("CLOUD")["site"], Value::Null);
        assert!(!colocation["explain"]["formula"].as_array().unwrap().is_empty());
    });
}

#[test]
fn coverage_counts_what_had_its_inputs_and_names_the_rest() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let input = json!({
            "tag": "NO-PRICE", "model": estate.model, "status": "IN_SERVICE", "placement": { "site": estate.site },
            "details": { "inServiceOn": "2024-01-01" },
        });
        send(app, "registerAsset", "NewAsset!", input).await;
        let selection = "coverage { subject coveredCount totalCount countRatio coveredValue totalValue withoutValue } \
                         excluded { subject reason count records { label } }";
        let roadmap = ask(app, "groupBy: []", selection).await;
        let assets = &roadmap["coverage"][0];
        assert_eq!(assets["subject"], "ASSET");
        assert_eq!(assets["coveredCount"], 40);
        assert_eq!(assets["totalCount"], 41);
        assert_eq!(assets["countRatio"], "0.9756");
        assert_eq!(assets["totalValue"], "480000.00");
        assert_eq!(assets["withoutValue"], 1);
        let excluded = roadmap["excluded"].as_array().unwrap();
        let reason = excluded.iter().find(|one| one["reason"] == "depreciation: no purchase price").unwrap();
        assert_eq!(reason["records"], json!([{ "label": "NO-PRICE" }]));
    });
}

#[test]
fn assets_of_a_site_that_is_left_before_they_fall_due_are_not_refreshed() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let text =
            "mutation($id: ID!) { planSiteExit(id: $id, on: \"2026-06-15\", reason: \"lease\") { id } }";
        // Planned in time: nobody leaves a site on a day that has passed.
        let before = app.director().at("2026-06-01T09:00:00Z".parse().unwrap());
        before.query_with(text, json!({ "id": estate.site })).await;
        let selection = "categories { category } excluded { reason count }";
        let roadmap = ask(app, "view: CASH", selection).await;
        let categories = roadmap["categories"].as_array().unwrap();
        assert!(categories.iter().all(|one| one["category"] != "REFRESH_CAPITAL"), "{categories:?}");
        let reason = &roadmap["excluded"][0];
        assert_eq!(reason["count"], 40);
        assert!(reason["reason"].as_str().unwrap().contains("FRA1 is left on 2026-06-15"), "{reason}");
    });
}

#[test]
fn equal_inputs_have_equal_fingerprints() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let before = ask(app, "view: COMMITMENT", "fingerprint contingency { month amount }").await;
        assert_eq!(before["contingency"][0]["month"], "2026-02");
        let again = ask(app, "view: COMMITMENT", "fingerprint").await;
        assert_eq!(before["fingerprint"], again["fingerprint"]);
        let moved = ask(app, "view: COMMITMENT, months: 35", "fingerprint").await;
        assert_ne!(before["fingerprint"], moved["fingerprint"]);
        assert!(!estate.policy.is_empty() && !estate.workload.is_empty());
    });
}

#[test]
fn statements_do_not_grow_with_the_estate() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\") { lines { category site { name } \
                    records { label } total } excluded { records { label } } totals { total } } }";
        let before = app.director().statements(text).await;
        for number in 0..5 {
            let site = json!({
                "code": format!("S{number}"), "name": "Site", "kind": "OFFICE", "timeZone": "Europe/Berlin"
            });
            let site = send(app, "openSite", "NewSite!", site).await;
            let asset = json!({
                "tag": format!("A-{number}"), "model": estate.model, "status": "IN_SERVICE",
                "placement": { "site": site }, "details": { "inServiceOn": format!("202{number}-03-01") },
            });
            send(app, "registerAsset", "NewAsset!", asset).await;
        }
        assert_eq!(app.director().statements(text).await, before);
    });
}

fn cents(amounts: &Value) -> Vec<i64> {
    amounts.as_array().unwrap().iter().map(|one| cent(&one["amount"])).collect()
}

fn cent(amount: &Value) -> i64 {
    amount.as_str().unwrap().replace('.', "").parse().unwrap()
}
