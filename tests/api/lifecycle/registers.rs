//! The register of fixed assets against the inventory.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::Estate;

const ASK: &str = "query($csv: String!, $currency: String! = \"USD\", $comma: Boolean, $on: Date! = \"2026-06-30\", $first: Int! = 100) {
    registerReconciliation(csv: $csv, currency: $currency, asOf: $on, decimalComma: $comma) {
        asOf lineCount assetCount matchedCount findingCount
        totals { mismatch count amount { amount currency } unknownAmounts }
        discrepancies(first: $first) { mismatch key amount { amount }
            lines { line tag serial component cost bookValue } assets { tag } }
        ghosts: discrepancies(mismatch: RETIRED_WITH_VALUE) { assets { asset tag } }
        findings(first: $first) { line column value rule severity amount { amount } }
        problems { row column value message severity }
        explain { formula inputs { name value } assumptions excluded }
    } }";

async fn reconciled(app: &TestApp, csv: &str) -> Value {
    app.finance().query_with(ASK, json!({ "csv": csv })).await["registerReconciliation"].clone()
}

/// Servers in the racks: one that cost what the register says, one that cost something else, one retired, one that no
/// register knows, one whose price nobody knows.
async fn an_inventory(app: &TestApp) -> Estate {
    let estate = Estate::build(app).await;
    let price = |amount: &str, currency: &str| {
        format!(
            r#", purchase: {{ price: {{ amount: "{amount}", currency: "{currency}" }}, on: "2021-06-01" }}"#
        )
    };
    estate.server(app, "A-001", &price("1000", "USD")).await;
    estate.server(app, "A-002", &price("2000", "USD")).await;
    let gone = estate.server(app, "A-003", &price("3000", "USD")).await;
    estate.server(app, "A-004", &price("4000", "USD")).await;
    estate.server(app, "A-005", "").await;
    estate.server(app, "A-006", &price("6000", "EUR")).await;
    let text = format!(r#"mutation {{ retireAsset(id: "{gone}", on: "2026-01-31") {{ id }} }}"#);
    app.director().query(&text).await;
    estate
}

#[test]
fn register_and_inventory_are_compared_both_ways() {
    on_both_engines(async |app| {
        an_inventory(app).await;
        let csv = "tag,component,cost,book value,disposed\n\
                   a 001,,1000,500,\n\
                   A-002,,2500,100,no\n\
                   A-003,,3000,750,no\n\
                   A-005,,10,1,yes\n\
                   A-005,,10,1,\n\
                   A-005,,20,2,\n\
                   A-006,,7,7,\n\
                   Z-9,,99,42.50,\n\
                   ,,5,5,\n";
        let found = reconciled(app, csv).await;
        assert_eq!(
            json!([found["lineCount"], found["assetCount"], found["matchedCount"], found["asOf"]]),
            json!([9, 6, 7, "2026-06-30"])
        );
        let total = |mismatch: &str, count: usize, amount: &str, unknown: usize| {
            json!({ "mismatch": mismatch, "count": count, "unknownAmounts": unknown,
                    "amount": { "amount": amount, "currency": "USD" } })
        };
        assert_eq!(
            found["totals"],
            json!([
                total("RETIRED_WITH_VALUE", 1, "750.00", 0),
                total("ONLY_IN_REGISTER", 1, "42.50", 0),
                total("ONLY_IN_INVENTORY", 1, "4000.00", 0),
                total("DISPOSED_BUT_PRESENT", 1, "10.00", 0),
                total("DUPLICATE_IN_REGISTER", 1, "20.00", 0),
                total("NO_KEY", 1, "5.00", 0),
                total("COST_DIFFERS", 1, "500.00", 0),
            ])
        );
        let discrepancies = found["discrepancies"].as_array().unwrap();
        assert_eq!(
            discrepancies[0],
            json!({ "mismatch": "RETIRED_WITH_VALUE", "key": "A003", "amount": { "amount": "750.00" },
                    "lines": [{ "line": 4, "tag": "A-003", "serial": null, "component": null,
                                "cost": "3000.00", "bookValue": "750.00" }],
                    "assets": [{ "tag": "A-003" }] })
        );
        assert_eq!(found["ghosts"].as_array().unwrap().len(), 1);
        assert!(found["ghosts"][0]["assets"][0]["asset"].as_str().unwrap().starts_with("asset_"));
        assert_eq!(discrepancies[2]["assets"], json!([{ "tag": "A-004" }]));
        assert_eq!(
            found["explain"]["excluded"],
            json!(["1 assets: cost not compared, bought in another currency"])
        );
        assert_eq!(found["problems"], json!([]));
    });
}

#[test]
fn lines_that_make_no_sense_are_found_with_their_amounts() {
    on_both_engines(async |app| {
        an_inventory(app).await;
        let csv = "tag;cost;salvage;accumulated;book_value;life_months;acquired_on;in_service_on;depreciable_from;retired_on\n\
                   R1;1000;0;1200;;60;2020-01-01;2020-02-01;;\n\
                   R2;1000;0;100;;60;2026-07-01;2026-08-01;;\n\
                   R3;1000;-50;0;;60;2020-01-01;2020-02-01;;\n\
                   R4;1000;0;0;;5;2020-01-01;2020-02-01;;\n\
                   R5;1000;0;400;;60;2020-01-01;2020-02-01;;2026-01-01\n\
                   R6;1000;0;400;700;60;2020-01-01;2020-02-01;;\n\
                   R7;600;0;0;;60;2020-01-01;2020-03-01;2020-01-01;\n\
                   R8;1000;0;500;500;60;2020-01-01;2020-02-01;;\n";
        let found = reconciled(app, csv).await;
        let findings = found["findings"].as_array().unwrap();
        let short: Vec<_> = findings
            .iter()
            .map(|it| json!([it["line"], it["column"], it["severity"], it["amount"]["amount"]]))
            .collect();
        assert_eq!(
            json!(short),
            json!([
                [2, "accumulated", "ERROR", "200.00"],
                [3, "in_service_on", "ERROR", "100.00"],
                [4, "salvage", "ERROR", "50.00"],
                [5, "life_months", "WARNING", "800.00"],
                [6, "retired_on", "WARNING", "600.00"],
                [7, "book_value", "WARNING", "100.00"],
                [8, "depreciable_from", "ERROR", "20.00"],
            ])
        );
        assert_eq!(found["findingCount"], 7);
        assert!(findings.iter().all(|finding| finding["rule"] != "" && finding["value"] != ""));
        let without = reconciled(app, "tag,cost,accumulated\nR1,10,5\n").await;
        assert_eq!(without["findings"], json!([]), "nothing is said of service, on no line");
    });
}

#[test]
fn a_register_that_cannot_be_read_says_where() {
    on_both_engines(async |app| {
        an_inventory(app).await;
        let csv = "tag,cost,colour\nA-001,1000,red\nA-002,x,\nA-003\n";
        let found = reconciled(app, csv).await;
        assert_eq!(found["lineCount"], 1);
        let problems: Vec<_> = found["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| json!([it["row"], it["column"], it["message"], it["severity"]]))
            .collect();
        assert_eq!(
            json!(problems),
            json!([
                [1, null, "column 'colour' is not read", "NOTE"],
                [4, null, "has 1 cells where the header has 3", "ERROR"],
                [3, "cost", "is not a number", "ERROR"],
            ])
        );
        let comma = json!({ "csv": "tag;cost\nA-001;1.000,50\n", "comma": true });
        let found = app.finance().query_with(ASK, comma).await["registerReconciliation"].clone();
        assert_eq!(found["totals"][1]["amount"]["amount"], "0.50");

        let one = "tag,cost\nA-001,1000\n";
        for (variables, message) in [
            (
                json!({ "csv": one, "currency": "ABC" }),
                "currency: currency \"ABC\" is not an ISO 4217 code with a minor unit",
            ),
            (json!({ "csv": one, "on": "1066-01-01" }), "asOf: 1066-01-01 is not between 1970 and 2199"),
            (json!({ "csv": one, "first": 1001 }), "first: 1001 is not between 0 and 1000"),
            (
                json!({ "csv": "tag,cost\nA-001,99999999999999999999\n" }),
                "csv: cost is beyond 1000000000000000000: no such amount of money exists",
            ),
        ] {
            let answer = app.finance().answer(ASK, variables).await;
            assert_eq!(answer["errors"][0]["message"], message);
            assert_eq!(answer["errors"][0]["extensions"]["code"], "INVALID");
        }
        let text = "{ registerReconciliation(csv: \"tag,cost\", currency: \"USD\", asOf: \"2026-01-01\") { lineCount } }";
        app.planner().expect_error(text, "FORBIDDEN").await;
        app.viewer().expect_error(text, "FORBIDDEN").await;
    });
}
