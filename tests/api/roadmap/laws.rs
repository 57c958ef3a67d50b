//! What holds for every roadmap, whatever is asked.

use api::demo::{self, Scale};
use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{send, the_example};

const VIEWS: [&str; 3] = ["COMMITMENT", "CASH", "PNL"];

async fn an_estate(app: &TestApp) {
    demo::load(app.store(), Scale { assets: 600, seed: 3 }, |_| {}).await.unwrap();
}

async fn drawn(asker: &Client, arguments: &str, selection: &str) -> Value {
    let text = format!(
        "{{ roadmap(from: \"2027-01\", currency: \"USD\", asOf: \"2026-12-01\", {arguments}) {{ {selection} }} }}"
    );
    asker.query(&text).await["roadmap"].clone()
}

#[test]
fn the_total_does_not_depend_on_what_lines_are_kept_apart_by() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let selection = "categories { category amounts { months { amount } } }";
        for view in VIEWS {
            let whole = drawn(&app.director(), &format!("view: {view}, groupBy: []"), selection).await;
            for dimensions in [
                "SITE",
                "TIER",
                "ENVIRONMENT",
                "OWNER",
                "COST_CENTRE",
                "HARDWARE_KIND, BINDING_RULE",
                "SITE, OWNER, PROVIDER, TIER",
            ] {
                let arguments = format!("view: {view}, groupBy: [{dimensions}]");
                assert!(
                    drawn(&app.director(), &arguments, selection).await == whole,
                    "{view} by {dimensions}"
                );
            }
        }
    });
}

#[test]
fn a_month_does_not_depend_on_how_many_follow() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let selection = "categories { category amounts { months { amount } } }";
        for view in VIEWS {
            let arguments = |months: u32| format!("view: {view}, groupBy: [], months: {months}");
            let long = drawn(&app.director(), &arguments(60), selection).await;
            for months in [1_u32, 7, 12, 36] {
                let short = drawn(&app.director(), &arguments(months), selection).await;
                for category in short["categories"].as_array().unwrap() {
                    let mut of = long["categories"].as_array().unwrap().iter();
                    let same = of.find(|other| other["category"] == category["category"]).unwrap();
                    let all = same["amounts"]["months"].as_array().unwrap();
                    let shared = Value::from(all[..months as usize].to_vec());
                    assert_eq!(
                        category["amounts"]["months"], shared,
                        "{view} {months} {}",
                        category["category"]
                    );
                }
            }
        }
    });
}

#[test]
fn prices_that_follow_an_index_rise_by_the_rate_that_is_assumed() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "DUB", "name": "Dublin Colo" })).await;
        let contract = json!({
            "number": "CPI-1", "vendor": vendor, "currency": "USD", "sites": [estate.site],
            "term": { "signedOn": "2026-01-01", "billingStartsOn": "2026-01-01", "months": 36 },
            "notice": { "minimum": 90 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10",
                          "details": { "escalator": { "kind": "CPI", "series": "US-CPI" } } }],
        });
        send(app, "signColocationContract", "NewColocationContract!", contract).await;
        let selection = "assumptions excluded { reason } lines { category estimated: explain { estimated }
            amounts { years { amount } } }";
        let cents = |roadmap: &Value| {
            let mut lines = roadmap["lines"].as_array().unwrap().iter();
            let line = lines.find(|line| line["category"] == "COLOCATION").unwrap().clone();
            assert_eq!(line["estimated"]["estimated"], true);
            line["amounts"]["years"][1]["amount"].as_str().unwrap().replace('.', "").parse::<i64>().unwrap()
        };
        let stays = super::ask(app, "view: PNL, groupBy: []", selection).await;
        assert!(stays["assumptions"].to_string().contains("price indices rise by 0 a year"), "{stays}");
        let rises = super::ask(app, "view: PNL, groupBy: [], assumedIndexRate: \"0.05\"", selection).await;
        assert!(rises["assumptions"].to_string().contains("price indices rise by 0.05 a year"), "{rises}");
        // Ten kilowatts at 100 a month, five percent more for the whole of the second year.
        assert_eq!(cents(&rises) - cents(&stays), 60_000, "{rises} {stays}");
        let refused =
            "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", assumedIndexRate: 5) { currency } }";
        let refusal = app.director().expect_error(refused, "INVALID").await;
        assert_eq!(refusal.message, "assumedIndexRate: 5 is refused: a rate is a fraction: 0.03 is 3 %");
    });
}

#[test]
fn what_is_in_a_currency_without_a_rate_is_left_out_by_name() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let selection = "totals { total } excluded { subject reason count records { label } }";
        let before = super::ask(app, "view: PNL", selection).await;
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "ZRH", "name": "Zürich" })).await;
        let contract = json!({
            "number": "ZRH-1", "vendor": vendor, "currency": "CHF", "sites": [estate.site],
            "term": { "signedOn": "2026-01-01", "billingStartsOn": "2026-01-01", "months": 36 },
            "notice": { "minimum": 90 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }],
        });
        send(app, "signColocationContract", "NewColocationContract!", contract).await;
        let after = super::ask(app, "view: PNL, currency: \"USD\"", selection).await;
        assert_eq!(after["totals"], before["totals"]);
        let excluded = after["excluded"].as_array().unwrap();
        let contract = excluded.iter().find(|one| one["subject"] == "COLOCATION_CONTRACT").unwrap();
        let reason = contract["reason"].as_str().unwrap();
        assert!(reason.starts_with("no PLAN rate from CHF to USD on or before 2026-01-01"), "{reason}");
        assert_eq!(contract["records"], json!([{ "label": "ZRH-1" }]));
    });
}

#[test]
fn a_line_of_one_record_hides_its_amounts_from_those_who_see_no_prices() {
    on_both_engines(async |app| {
        the_example(app).await;
        let selection = "lines { category recordCount amountsHidden total amounts { total } }";
        let text = format!(
            "{{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", view: PNL, groupBy: []) {{ {selection} }} }}"
        );
        let seen = app.planner().query(&text).await["roadmap"]["lines"].take();
        let line = |category: &str| {
            let mut lines = seen.as_array().unwrap().iter();
            lines.find(|line| line["category"] == category).unwrap()
        };
        let hidden = json!({ "category": "COLOCATION", "recordCount": 1, "amountsHidden": true,
            "total": null, "amounts": null });
        assert_eq!(*line("COLOCATION"), hidden);
        assert_eq!(line("DEPRECIATION")["amountsHidden"], false);
        for client in [app.director(), app.finance()] {
            let seen = client.query(&text).await["roadmap"]["lines"].take();
            assert!(seen.as_array().unwrap().iter().all(|line| line["amountsHidden"] == false));
        }
    });
}

#[test]
fn what_is_not_in_service_and_what_comes_due_twice_is_said() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        for (tag, status) in [("NEW-1", "ORDERED"), ("NEW-2", "ORDERED"), ("NEW-3", "PLANNED")] {
            let input = json!({ "tag": tag, "model": estate.model, "status": status,
                "placement": { "site": estate.site } });
            send(app, "registerAsset", "NewAsset!", input).await;
        }
        let roadmap = super::ask(app, "view: PNL, months: 120", "assumptions").await;
        let said = roadmap["assumptions"].to_string();
        assert!(said.contains("nothing is spent on what is not in service: 2 assets ordered"), "{said}");
        assert!(said.contains("nothing is spent on what is not in service: 1 assets planned"), "{said}");
        assert!(said.contains("not replaced a second time within these months"), "{said}");
        let roadmap = super::ask(app, "view: PNL", "assumptions").await;
        assert!(!roadmap["assumptions"].to_string().contains("a second time"), "{roadmap}");
    });
}
