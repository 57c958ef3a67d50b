//! The integrated example of three years: entered by GraphQL, to the cent, in two views, on both engines.

use std::path::Path;

use serde_json::Value;
use support::on_both_engines;

use super::{ask, the_example};

/// The figures of the worked example.
fn figures() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|cause| panic!("{} is needed: {cause}", path.display()));
    serde_json::from_str::<Value>(&text).unwrap()
}

#[test]
fn three_years_come_out_to_the_cent() {
    on_both_engines(async |app| {
        the_example(app).await;
        let golden = figures();
        let expected = &golden["13.roadmap"];
        let selection = "categories { category amounts { years { label amount partial } } } \
                         totals { years { label amount } months { month amount } }";
        let pnl = ask(app, "view: PNL", selection).await;
        assert_eq!(years(&pnl["totals"]), strings(&expected["pl"]));
        assert_eq!(category(&pnl, "CLOUD"), strings(&expected["cloud"]));
        assert_eq!(category(&pnl, "DEPRECIATION"), strings(&expected["dep"]));
        assert_eq!(category(&pnl, "SUPPORT"), strings(&expected["support"]));
        let colocation = ["1.C1.cal2026", "1.C1.cal2027", "1.C1.cal2028"].map(|id| text(&golden[id]));
        assert_eq!(category(&pnl, "COLOCATION"), colocation);
        assert_eq!(category(&pnl, "DISPOSAL"), ["-10200.00", "0.00", "0.00"]);

        let cash = ask(app, "view: CASH", selection).await;
        assert_eq!(years(&cash["totals"]), strings(&expected["cash"]));
        assert_eq!(category(&cash, "REFRESH_CAPITAL")[0], text(&expected["capex"]));
    });
}

fn category(roadmap: &Value, name: &str) -> Vec<String> {
    let categories = roadmap["categories"].as_array().unwrap();
    let found = categories.iter().find(|category| category["category"] == name);
    years(&found.unwrap_or_else(|| panic!("no {name} in {categories:?}"))["amounts"])
}

fn years(series: &Value) -> Vec<String> {
    series["years"].as_array().unwrap().iter().map(|year| text(&year["amount"])).collect()
}

fn strings(values: &Value) -> Vec<String> {
    values.as_array().unwrap().iter().map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
