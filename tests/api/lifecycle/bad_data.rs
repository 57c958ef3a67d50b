//! What registers and inventories get wrong: each thing is refused by its field, or taken and flagged with the amount
//! that it affects.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    Estate,
    books::{bought, retire, rule},
    entries,
};

/// An inventory with whatever goes wrong in inventories; the id of the one asset that nothing is wrong with.
async fn a_bad_inventory(app: &TestApp) -> String {
    let estate = Estate::build(app).await;
    rule(app, "R", "").await;
    let text = format!(
        r#"mutation {{ updateHardwareModel(id: "{}", changes: {{ milestones: {{ releasedOn: "2020-01-01" }} }}) {{ id }} }}"#,
        estate.model
    );
    app.director().query(&text).await;
    let usual = bought(app, &estate.model, &estate.site, "USUAL", "2024-01-10", "8000").await;
    bought(app, &estate.model, &estate.site, "CENTS", "2024-02-10", "800000").await;
    bought(app, &estate.model, &estate.site, "FREE", "2024-03-10", "0").await;
    bought(app, &estate.model, &estate.site, "EARLY", "2019-12-31", "100").await;
    bought(app, &estate.model, &estate.site, "UNLISTED", "2024-04-10", "300").await;
    let ghost = bought(app, &estate.model, &estate.site, "GHOST", "2024-05-10", "6000").await;
    let of = |tag: &str, more: &str| {
        format!(
            r#"mutation {{ registerAsset(input: {{ tag: "{tag}", model: "{}", status: IN_SERVICE,
                placement: {{ site: "{}" }}, details: {{ inServiceOn: "2024-01-01", {more} }} }}) {{ id }} }}"#,
            estate.model, estate.site
        )
    };
    let price =
        |on: &str| format!(r#"purchase: {{ price: {{ amount: "70", currency: "USD" }}, on: "{on}" }}"#);
    for (tag, more) in [
        ("WARRANTY", format!(r#"warrantyEndsOn: "2024-06-01", {}"#, price("2025-06-01"))),
        ("NONE", format!(r#"serial: "N/A", {}"#, price("2023-06-02"))),
        ("MAKER", format!(r#"serial: "To be filled by O.E.M.", {}"#, price("2023-06-03"))),
        ("TWIN1", format!(r#"serial: "S-1", {}"#, price("2023-06-04"))),
        ("TWIN2", format!(r#"serial: "S-1", {}"#, price("2023-06-05"))),
    ] {
        app.director().query(&of(tag, &more)).await;
    }
    for number in 0..10 {
        app.director().query(&of(&format!("D{number}"), &price("2025-05-05"))).await;
    }
    let text = format!(
        r#"mutation {{ updateAsset(id: "{ghost}", changes: {{ power: {{ measuredDrawWatts: 80 }} }}) {{ id }} }}"#
    );
    app.director().query(&text).await;
    retire(app, &ghost, "2026-01-31").await;
    usual
}

/// Flagged in the inventory, with what the assets cost.
async fn flagged_in_the_inventory(app: &TestApp) {
    let text = "{ inventoryFindings { kind count amounts { amount currency } } }";
    let found = app.director().query(text).await["inventoryFindings"].clone();
    let flagged = |kind: &str| -> Value {
        let mut all = found.as_array().unwrap().iter();
        let one = all.find(|one| one["kind"] == kind).unwrap_or_else(|| panic!("{kind}"));
        json!([one["count"], one["amounts"]])
    };
    for (kind, count, amount) in [
        ("DUPLICATE_SERIAL", 2, "140.00"),
        ("PLACEHOLDER_SERIAL", 2, "140.00"),
        ("IN_SERVICE_BEFORE_RELEASE", 1, "100.00"),
        ("WARRANTY_BEFORE_PURCHASE", 1, "70.00"),
        ("DEFAULT_PURCHASE_DATE", 10, "700.00"),
        ("RETIRED_DRAWING_POWER", 1, "6000.00"),
        ("ZERO_PRICE", 1, "0.00"),
    ] {
        assert_eq!(flagged(kind), json!([count, [{ "amount": amount, "currency": "USD" }]]), "{kind}");
    }
    // 8,000 is a hundred times what the cheapest cost; so much cheaper ones are doubtful companions.
    assert_eq!(flagged("PRICE_IN_CENTS")[0], 3);
    let viewer = app.viewer().query("{ inventoryFindings { kind amounts { amount } } }").await;
    let seen = viewer["inventoryFindings"].as_array().unwrap();
    assert!(seen.iter().all(|one| one["amounts"].is_null()));
    assert!(seen.iter().all(|one| one["kind"] != "PRICE_IN_CENTS" && one["kind"] != "ZERO_PRICE"));
}

/// Flagged in the register, line by line and against the racks.
async fn flagged_in_the_register(app: &TestApp) {
    let csv = "tag;serial;quantity;cost;salvage;accumulated;life_months;in_service_on;depreciable_from;retired_on\n\
               R1;;1;1000;0;1200;60;2020-02-01;;\n\
               R2;;1;1000;-50;0;60;2020-02-01;;\n\
               R3;;1;1200;0;0;5;2020-02-01;;\n\
               R4;;1;600;0;0;60;2020-03-01;2020-01-01;\n\
               R5;S-9;4;1000;0;0;60;2020-02-01;;\n\
               R6;;1;0;0;0;60;2020-02-01;;\n\
               R7;;1;1000;0;400;60;2020-02-01;;2026-01-01\n\
               GHOST;;1;6000;0;2000;60;2024-05-10;;\n\
               USUAL;;1;8000;0;0;60;2024-01-10;;\n";
    let text = r#"query($csv: String!) { registerReconciliation(csv: $csv, currency: "USD", asOf: "2026-06-30") {
        totals { mismatch count amount { amount } }
        findings(first: 50) { line column rule severity amount { amount } } problems { message } } }"#;
    let found = app.finance().query_with(text, json!({ "csv": csv })).await["registerReconciliation"].clone();
    assert_eq!(found["problems"], json!([]));
    let findings = found["findings"].as_array().unwrap();
    for (line, column, severity, amount) in [
        (2, "accumulated", "ERROR", json!("200.00")),
        (3, "salvage", "ERROR", json!("50.00")),
        (4, "life_months", "WARNING", json!("960.00")),
        (5, "depreciable_from", "ERROR", json!("20.00")),
        (6, "quantity", "WARNING", json!("750.00")),
        (7, "cost", "WARNING", Value::Null),
        (8, "retired_on", "WARNING", json!("600.00")),
    ] {
        let one = findings.iter().find(|one| one["line"] == line && one["column"] == column);
        let one = one.unwrap_or_else(|| panic!("{line} {column}: {findings:?}"));
        assert_eq!(json!([one["severity"], one["amount"]["amount"]]), json!([severity, amount]), "{one}");
    }
    let total = |mismatch: &str| {
        let mut all = found["totals"].as_array().unwrap().iter();
        all.find(|one| one["mismatch"] == mismatch).unwrap_or_else(|| panic!("{mismatch}: {found}")).clone()
    };
    assert_eq!(total("RETIRED_WITH_VALUE")["amount"]["amount"], "4000.00", "the ghost");
    assert_eq!(total("ONLY_IN_REGISTER")["count"], 7);
    assert!(total("ONLY_IN_INVENTORY")["count"].as_i64().unwrap() > 0);
}

/// Refused where it would be written.
async fn refused_in_the_books(app: &TestApp, usual: &str) {
    for (details, field) in [
        (json!({ "salvage": "-50" }), "salvage"),
        (json!({ "lifeMonths": 5 }), "lifeMonths"),
        (json!({ "depreciableFrom": "2023-12-31" }), "depreciableFrom"),
        (json!({ "opening": { "accumulated": "1200", "from": "2025-01" } }), "opening.accumulated"),
    ] {
        let input =
            json!({ "asset": usual, "cost": { "amount": "1000", "currency": "USD" }, "details": details });
        let refusal =
            app.finance().expect_error_with(entries::RECORD, json!({ "input": input }), "INVALID").await;
        assert_eq!(refusal.field, field, "{}", refusal.message);
    }
    let text = r#"mutation($input: NewBookEvent!) { recordBookEvent(input: $input) { id } }"#;
    let input = json!({ "asset": usual, "on": "2025-01-01", "disposal": { "quantity": 3, "of": 2 } });
    let refusal = app.finance().expect_error_with(text, json!({ "input": input }), "INVALID").await;
    assert_eq!(refusal.field, "disposal.quantity", "more pieces than there are");
}

#[test]
fn whatever_is_wrong_is_refused_or_flagged() {
    on_both_engines(async |app| {
        let usual = a_bad_inventory(app).await;
        flagged_in_the_inventory(app).await;
        flagged_in_the_register(app).await;
        refused_in_the_books(app, &usual).await;
    });
}
