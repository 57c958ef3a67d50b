//! Assets in numbers.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{Estate, open_site, register_asset, register_model};

fn bought(amount: &str, currency: &str, on: &str) -> Value {
    json!({ "purchase": { "price": { "amount": amount, "currency": currency }, "on": on } })
}

async fn fill(estate: &Estate) {
    let site = || json!({ "site": estate.site });
    for number in 0..5 {
        let details = bought("1000.10", "EUR", "2024-03-01");
        estate.asset(&format!("A-{number}"), "IN_SERVICE", site(), details).await;
    }
    estate.asset("A-5", "IN_SERVICE", site(), bought("7.5", "USD", "2025-03-01")).await;
    estate.asset("A-6", "IN_STOCK", site(), json!({ "tier": 1, "owner": "Web" })).await;
    let office = open_site(&estate.planner, "OFF1").await;
    let ends = json!({ "milestones": { "lastDateOfSupportOn": "2027-01-01" } });
    let laptop = register_model(&estate.planner, &estate.maker, "L-14", "LAPTOP", ends).await;
    let details = bought("0.000001", "EUR", "2025-01-01");
    register_asset(&estate.planner, "L-1", &laptop, "IN_SERVICE", json!({ "site": office }), details).await;
}

#[test]
fn assets_are_counted_and_summed_by_what_they_have_in_common() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        fill(&estate).await;
        let director = app.director();
        let text = "{ assetSummary(groupBy: [SITE, KIND, MANUFACTURER]) {
            site { code } kind manufacturer { name } model { name } count withPurchasePrice
            purchaseTotals { amount currency } purchaseTotalsHidden
        } }";
        assert_eq!(
            director.query(text).await["assetSummary"],
            json!([
                {
                    "site": { "code": "FRA1" }, "kind": "SERVER", "manufacturer": { "name": "Acme" },
                    "model": null, "count": 7, "withPurchasePrice": 6, "purchaseTotalsHidden": false,
                    "purchaseTotals": [
                        { "amount": "5000.50", "currency": "EUR" }, { "amount": "7.50", "currency": "USD" },
                    ],
                },
                {
                    "site": { "code": "OFF1" }, "kind": "LAPTOP", "manufacturer": { "name": "Acme" },
                    "model": null, "count": 1, "withPurchasePrice": 1, "purchaseTotalsHidden": false,
                    "purchaseTotals": [{ "amount": "0.000001", "currency": "EUR" }],
                },
            ])
        );
        let text = "{ assetSummary(
            filter: { site: { code: { eq: \"FRA1\" } } },
            groupBy: [STATUS, PURCHASE_YEAR, OWNER, TIER, ENVIRONMENT, MODEL, VENDOR, COST_CENTRE, SERVICE_YEAR,
                SUPPORT_YEAR]
        ) {
            status purchaseYear owner tier environment model { name } vendor { name } costCentre serviceYear
            supportYear count
        } }";
        let answer = director.query(text).await;
        let group = |status: &str, year: Value, owner: Value, tier: Value, count: i32| {
            json!({
                "status": status, "purchaseYear": year, "owner": owner, "tier": tier,
                "environment": "PRODUCTION", "model": { "name": "S-200" }, "vendor": null, "costCentre": null,
                "serviceYear": null, "supportYear": null, "count": count,
            })
        };
        assert_eq!(
            answer["assetSummary"],
            json!([
                group("IN_SERVICE", json!(2024), json!(null), json!(null), 5),
                group("IN_SERVICE", json!(2025), json!(null), json!(null), 1),
                group("IN_STOCK", json!(null), json!("Web"), json!(1), 1),
            ])
        );
        let refusal =
            director.expect_error("{ assetSummary(groupBy: [SITE, SITE]) { count } }", "INVALID").await;
        assert_eq!(refusal.message, "groupBy: Site is named twice");
    });
}

#[test]
fn sums_are_hidden_where_they_would_tell_prices() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        fill(&estate).await;
        let text = "{ assetSummary(groupBy: [PURCHASE_YEAR]) {
            purchaseYear withPurchasePrice purchaseTotals { amount } purchaseTotalsHidden
        } }";
        let group = |year: Value, priced: i32, totals: Value| {
            let hidden = totals.is_null();
            json!({
                "purchaseYear": year, "withPurchasePrice": priced, "purchaseTotals": totals,
                "purchaseTotalsHidden": hidden,
            })
        };
        let answer = estate.planner.query(text).await;
        let sum = json!([{ "amount": "5000.50" }]);
        let expected = [
            group(json!(2024), 5, sum),
            group(json!(2025), 2, json!(null)),
            group(json!(null), 0, json!([])),
        ];
        assert_eq!(answer["assetSummary"], json!(expected));
        let answer = app.architect().query(text).await;
        let hidden = [
            group(json!(2024), 5, json!(null)),
            group(json!(2025), 2, json!(null)),
            group(json!(null), 0, json!(null)),
        ];
        assert_eq!(answer["assetSummary"], json!(hidden));
        app.admin().expect_error(text, "FORBIDDEN").await;
    });
}

#[test]
fn sums_pass_the_largest_number_of_the_engine_exactly() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        for tag in ["A-1", "A-2", "A-3"] {
            let details = bought("9223372036854.775807", "IDR", "2025-01-01");
            estate.asset(tag, "IN_SERVICE", json!({ "site": estate.site }), details).await;
        }
        let answer =
            app.director().query("{ assetSummary { count purchaseTotals { amount currency } } }").await;
        assert_eq!(
            answer["assetSummary"],
            json!([{ "count": 3, "purchaseTotals": [{ "amount": "27670116110564.327421", "currency": "IDR" }] }])
        );
    });
}

#[test]
fn a_summary_takes_as_many_statements_for_many_groups_as_for_one() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let text = "{ assetSummary(groupBy: [SITE, MODEL, MANUFACTURER, VENDOR]) {
            site { code } model { name } manufacturer { name } vendor { name } count
        } }";
        let mut counts = Vec::new();
        for round in 0..6 {
            let site = open_site(&estate.planner, &format!("S{round}")).await;
            let name = format!("M-{round}");
            let model = register_model(&estate.planner, &estate.maker, &name, "SERVER", json!({})).await;
            let details = json!({ "purchase": { "vendor": estate.vendor } });
            let place = json!({ "site": site });
            register_asset(&estate.planner, &name, &model, "PLANNED", place, details).await;
            counts.push(estate.planner.statements(text).await);
        }
        assert_eq!(counts, [5; 6]);
    });
}
