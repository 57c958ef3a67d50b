//! The figures of the files are those of the queries behind them, to the cent.

use api::access::Role;
use serde_json::{Value, json};
use support::on_both_engines;

use super::{Files, Row, an_estate};
use crate::roadmap::send;

const QUESTION: &str = "from=2026-01&months=30&asOf=2026-01-01&currency=USD";

#[track_caller]
fn assert_amounts(row: &Row, amounts: &Value, period: impl Fn(&Value) -> String) {
    for one in amounts.as_array().unwrap() {
        let name = period(one);
        assert_eq!(one["amount"], row[&name], "{name}");
    }
}

#[test]
fn the_roadmap_has_the_totals_of_the_query_in_every_view() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let files = Files::ask(app, Role::Director, "roadmap", QUESTION).await;
        files.assert_alike();
        let series =
            "months { month amount } quarters { label amount partial } years { label amount partial } total";
        for view in ["COMMITMENT", "CASH", "PNL"] {
            let text = format!(
                "{{ roadmap(from: \"2026-01\", months: 30, asOf: \"2026-01-01\", currency: \"USD\", view: {view}) {{ \
                 fingerprint totals {{ {series} }} categories {{ category amounts {{ {series} }} }} \
                 lines {{ category keys {{ value }} total recordCount amounts {{ {series} }} }} }} }}"
            );
            let answer = &app.director().query(&text).await["roadmap"];
            assert_eq!(files.json["fingerprint"], answer["fingerprint"]);
            let named = |one: &Value| {
                let label = one["label"].as_str().unwrap();
                // Thirty months are two years and a half.
                if one["partial"] == true { format!("{label} (6 months)") } else { label.to_owned() }
            };
            let check = |row: &Row, amounts: &Value| {
                assert_amounts(row, &amounts["months"], |one| one["month"].as_str().unwrap().to_owned());
                assert_amounts(row, &amounts["quarters"], named);
                assert_amounts(row, &amounts["years"], named);
                assert_eq!(row["total"], amounts["total"].as_str().unwrap());
            };
            let total = files.row(&[("row", "total"), ("view", view)]);
            check(&total, &answer["totals"]);
            assert_ne!(total["total"], "0.00", "{view}");
            let words = |code: &Value| code.as_str().unwrap().to_lowercase().replace('_', " ");
            for category in answer["categories"].as_array().unwrap() {
                let word = words(&category["category"]);
                let row = files.row(&[("row", "category"), ("view", view), ("category", &word)]);
                check(&row, &category["amounts"]);
            }
            let lines = answer["lines"].as_array().unwrap();
            assert!(lines.len() > 2);
            for line in lines {
                let site = line["keys"][0]["value"].as_str().unwrap_or_default();
                let word = words(&line["category"]);
                let row = files.row(&[("row", "line"), ("view", view), ("category", &word), ("site", site)]);
                check(&row, &line["amounts"]);
                assert_eq!(row["records"], line["recordCount"].to_string());
            }
        }
        let names: Vec<&str> = files.xlsx.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["COMMITMENT", "CASH", "PNL", "CONTINGENCY", "About"]);
    });
}

#[test]
fn a_roadmap_keeps_apart_what_it_is_asked_to() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let query = format!("{QUESTION}&view=CASH&groupBy=OWNER,HARDWARE_KIND&columns=YEARS");
        let files = Files::ask(app, Role::Director, "roadmap", &query).await;
        files.assert_alike();
        let columns = json!([
            "row",
            "view",
            "category",
            "owner",
            "hardware_kind",
            "currency",
            "records",
            "FY26",
            "FY27",
            "FY28 (6 months)",
            "total"
        ]);
        assert_eq!(files.json["columns"], columns);
        let none = Files::ask(app, Role::Director, "roadmap", &format!("{query}&fiscalCalendar=")).await;
        assert_eq!(none.json["sheets"], files.json["sheets"], "an empty parameter is none");
        assert!(files.csv.iter().any(|row| row["owner"] == "Ops" && row["hardware_kind"] == "SERVER"));
        let excluded = files.json["excluded"].as_array().unwrap();
        assert!(excluded.iter().any(|one| one == "1 asset: depreciation: no purchase price"), "{excluded:?}");
    });
}

#[test]
fn a_report_under_a_scenario_has_the_totals_of_the_query_under_it() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let baseline = Files::ask(app, Role::Director, "roadmap", &format!("{QUESTION}&view=CASH")).await;
        let id = send(app, "createScenario", "NewScenario!", json!({ "name": "No growth" })).await;
        let add = "mutation($scenario: ID!, $change: ScenarioChangeInput!) {
            addScenarioChange(scenario: $scenario, change: $change) { id } }";
        let change = json!({ "growthRate": { "monthlyRate": "-0.5", "from": "2026-02" } });
        app.director().query_with(add, json!({ "scenario": id, "change": change })).await;
        let text = format!(
            "{{ roadmap(from: \"2026-01\", months: 30, asOf: \"2026-01-01\", currency: \"USD\", view: CASH, \
             scenario: \"{id}\") {{ totals {{ total }} }} }}"
        );
        let total = app.director().query(&text).await["roadmap"]["totals"]["total"].clone();
        for scenario in ["No%20growth", &id] {
            let query = format!("{QUESTION}&view=CASH&scenario={scenario}");
            let files = Files::ask(app, Role::Director, "roadmap", &query).await;
            files.assert_alike();
            assert_eq!(total, files.row(&[("row", "total"), ("view", "CASH")])["total"]);
            assert_ne!(files.json["sheets"], baseline.json["sheets"]);
        }
        // The books have what is on record, and say that they are the same.
        for report in ["depreciation-schedules", "roll-forward"] {
            let asked = "from=2026-01&asOf=2026-01-01";
            let recorded = Files::ask(app, Role::Director, report, asked).await;
            let files =
                Files::ask(app, Role::Director, report, &format!("{asked}&scenario=No%20growth")).await;
            files.assert_alike();
            assert_eq!(files.json["sheets"], recorded.json["sheets"], "{report}");
            assert_eq!(files.json["question"]["scenario"], "No growth", "{report}");
            let said = files.json["assumptions"].to_string();
            assert!(said.contains("the books are the same"), "{said}");
        }
    });
}

#[test]
fn the_refresh_plan_has_every_cohort_with_its_days_and_its_cost() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let files = Files::ask(app, Role::Director, "refresh-plan", QUESTION).await;
        files.assert_alike();
        let cost = "cost { hardware freight installation capital prepaidSupport disposal commitment proceeds \
                    contingency total }";
        let text = format!(
            "{{ refreshPlan(from: \"2026-01\", months: 30, asOf: \"2026-01-01\", currency: \"USD\") {{ cohortCount \
             cohorts {{ key assetCount dueOn orderBy orderedOn inServiceOn fiscalYear bindingRule \
             quantity {{ units }} unitPrice {{ price {{ amount }} }} {cost} }} \
             years {{ label sum {{ {cost} }} }} total {{ assetCount {cost} }} }} }}"
        );
        let answer = &app.director().query(&text).await["refreshPlan"];
        let parts = |row: &Row, cost: &Value| {
            for (name, field) in [("hardware", "hardware"), ("capital", "capital"), ("total", "total")]
                .into_iter()
                .chain([("freight", "freight"), ("installation", "installation"), ("proceeds", "proceeds")])
                .chain([("prepaid_support", "prepaidSupport"), ("disposal", "disposal")])
                .chain([("commitment", "commitment"), ("contingency", "contingency")])
            {
                assert_eq!(cost[field], row[name], "{name}");
            }
        };
        let cohorts = answer["cohorts"].as_array().unwrap();
        assert!(cohorts.len() >= 2, "{cohorts:?}");
        for cohort in cohorts {
            let row = files.row(&[("row", "cohort"), ("cohort", cohort["key"].as_str().unwrap())]);
            for (name, value) in [
                ("due_on", &cohort["dueOn"]),
                ("order_by", &cohort["orderBy"]),
                ("ordered_on", &cohort["orderedOn"]),
                ("in_service_on", &cohort["inServiceOn"]),
                ("fiscal_year", &cohort["fiscalYear"]),
                ("binding_rule", &cohort["bindingRule"]),
                ("unit_price", &cohort["unitPrice"]["price"]["amount"]),
            ] {
                assert_eq!(value, &row[name], "{name}");
            }
            assert_eq!(row["assets"], cohort["assetCount"].to_string());
            assert_eq!(row["new_units"], cohort["quantity"]["units"].to_string());
            parts(&row, &cohort["cost"]);
        }
        for year in answer["years"].as_array().unwrap() {
            let label = year["label"].as_str().unwrap();
            let row = files.row(&[("row", "fiscal year"), ("fiscal_year", label)]);
            parts(&row, &year["sum"]["cost"]);
        }
        parts(&files.row(&[("row", "total")]), &answer["total"]["cost"]);
        let filtered = format!("{QUESTION}&sites=AMS1&kinds=SERVER");
        let files = Files::ask(app, Role::Director, "refresh-plan", &filtered).await;
        assert!(files.csv.iter().all(|row| row["row"] != "cohort" || row["site"] == "AMS1"));
    });
}

#[test]
fn the_contract_calendar_has_what_silence_costs() {
    on_both_engines(async |app| {
        an_estate(app).await;
        renewing(app).await;
        let query = "from=2026-01-01&to=2029-12-31&asOf=2026-01-01";
        let files = Files::ask(app, Role::Finance, "contract-calendar", query).await;
        files.assert_alike();
        let text = "{ contractCalendar(from: \"2026-01-01\", to: \"2029-12-31\", asOf: \"2026-01-01\", first: 500) { \
                    totalCount events { date kind contractNumber daysLeft alert silence { cost { amount } } } } }";
        let answer = &app.finance().query(text).await["contractCalendar"];
        let events = answer["events"].as_array().unwrap();
        assert_eq!(events.len(), files.csv.len());
        let mut costs = 0;
        for (event, row) in events.iter().zip(files.rows()) {
            assert_eq!(event["date"], row["date"]);
            assert_eq!(event["kind"], row["kind"]);
            assert_eq!(event["contractNumber"], row["contract"]);
            assert_eq!(event["alert"].as_str().unwrap_or_default(), row["alert"]);
            let cost = event["silence"]["cost"]["amount"].as_str().unwrap_or_default();
            assert_eq!(cost, row["cost_of_silence"]);
            costs += usize::from(!cost.is_empty());
        }
        assert!(costs > 0);
        let query = format!("{query}&kinds=NOTICE_DEADLINE&contracts=COLOCATION");
        let files = Files::ask(app, Role::Finance, "contract-calendar", &query).await;
        let is_asked = |row: &Row| row["kind"] == "NOTICE_DEADLINE" && row["contract_kind"] == "COLOCATION";
        assert!(!files.csv.is_empty() && files.csv.iter().all(is_asked));
    });
}

/// A contract that renews by itself.
async fn renewing(app: &support::TestApp) {
    let text = "{ vendors(first: 1) { nodes { id } } sites(first: 1) { nodes { id } } }";
    let data = app.director().query(text).await;
    let input = json!({
        "number": "R-1", "vendor": data["vendors"]["nodes"][0]["id"], "currency": "USD",
        "sites": [data["sites"]["nodes"][0]["id"]],
        "term": { "signedOn": "2025-12-01", "billingStartsOn": "2026-01-01", "months": 24 },
        "notice": { "minimum": 90 },
        "charges": [{ "kind": "CROSS_CONNECT", "unitPrice": "250", "quantity": "4" }],
        "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0.03" } },
    });
    send(app, "signColocationContract", "NewColocationContract!", input).await;
}

#[test]
fn contract_costs_are_those_of_the_contract_in_each_view_and_charge_by_charge() {
    on_both_engines(async |app| {
        an_estate(app).await;
        renewing(app).await;
        let query = "from=2026-01&months=24&asOf=2026-01-01";
        let files = Files::ask(app, Role::Finance, "contract-costs", query).await;
        files.assert_alike();
        for view in ["COMMITMENT", "CASH", "PNL"] {
            let text = format!(
                "{{ colocationContracts(first: 10) {{ nodes {{ number costSchedule(from: \"2026-01\", months: 24, \
                 view: {view}) {{ months {{ month amount {{ amount }} }} total {{ amount }} }} }} }} }}"
            );
            let answer = app.finance().query(&text).await;
            let mut sum = rust_decimal::Decimal::ZERO;
            for contract in answer["colocationContracts"]["nodes"].as_array().unwrap() {
                let number = contract["number"].as_str().unwrap();
                let row = files.row(&[("row", "contract"), ("view", view), ("contract", number)]);
                let schedule = &contract["costSchedule"];
                for month in schedule["months"].as_array().unwrap() {
                    assert_eq!(month["amount"]["amount"], row[month["month"].as_str().unwrap()]);
                }
                assert_eq!(schedule["total"]["amount"], row["total"]);
                sum += row["total"].parse::<rust_decimal::Decimal>().unwrap();
            }
            let total = files.row(&[("row", "total"), ("view", view)]);
            assert_eq!(total["total"].parse::<rust_decimal::Decimal>().unwrap(), sum, "{view}");
        }
        let text = "{ colocationContract(number: \"C1\") { monthlyCost(from: \"2026-01\", months: 24) { \
                    total { amount } months { month lines { amount { amount } } } } } }";
        let cost = &app.finance().query(text).await["colocationContract"]["monthlyCost"];
        let row = files.row(&[("row", "contract"), ("view", "BILLED"), ("contract", "C1")]);
        assert_eq!(cost["total"]["amount"], row["total"]);
        for (place, kind) in ["SPACE_KW", "CROSS_CONNECT"].into_iter().enumerate() {
            let row = files.row(&[("row", "charge"), ("contract", "C1"), ("charge_kind", kind)]);
            for month in cost["months"].as_array().unwrap() {
                assert_eq!(month["lines"][place]["amount"]["amount"], row[month["month"].as_str().unwrap()]);
            }
        }
    });
}

#[test]
fn schedules_of_assets_are_those_of_the_query_and_charge_what_the_books_do() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let query = "from=2024-01&months=24&asOf=2026-01-01";
        let files = Files::ask(app, Role::Finance, "depreciation-schedules", query).await;
        files.assert_alike();
        let text = "{ assets(first: 1, filter: { tag: { eq: \"ALONE\" } }) { nodes { id } } }";
        let id = app.finance().query(text).await["assets"]["nodes"][0]["id"].clone();
        let text = "query($id: ID!) { depreciationSchedule(asset: $id, from: \"2024-01\", months: 24) { \
                    months { month charge bookValue accumulated cost } } }";
        let answer = app.finance().query_with(text, json!({ "id": id })).await;
        for month in answer["depreciationSchedule"]["months"].as_array().unwrap() {
            let row = files.row(&[("asset", "ALONE"), ("month", month["month"].as_str().unwrap())]);
            for (field, name) in [("charge", "charge"), ("bookValue", "book_value"), ("cost", "cost")] {
                assert_eq!(month[field], row[name], "{name}");
            }
        }
        let text = "{ rollForward(from: \"2024-01\", to: \"2025-12\", groupBy: []) { totals { \
                    accumulated { charged closing } } } }";
        let books = &app.finance().query(text).await["rollForward"]["totals"][0]["accumulated"];
        let totals = files.csv.iter().filter(|row| row["row"] == "total");
        let charged: rust_decimal::Decimal =
            totals.map(|row| row["charge"].parse::<rust_decimal::Decimal>().unwrap()).sum();
        assert_eq!(books["charged"], charged.to_string());
        let last = files.row(&[("row", "total"), ("month", "2025-12")]);
        assert_eq!(books["closing"], last["accumulated"]);
        let alone =
            Files::ask(app, Role::Finance, "depreciation-schedules", "assets=ALONE&asOf=2026-01-01").await;
        alone.assert_alike();
        let text = "query($id: ID!) { depreciationSchedule(asset: $id) { months { month charge } } }";
        let whole = app.finance().query_with(text, json!({ "id": id })).await;
        let months = whole["depreciationSchedule"]["months"].as_array().unwrap().clone();
        let lines: Vec<Row> = alone.rows().into_iter().filter(|row| row["row"] == "asset").collect();
        assert_eq!(lines.len(), months.len());
        for (line, month) in lines.iter().zip(&months) {
            assert_eq!((&month["month"], &month["charge"]), (&json!(line["month"]), &json!(line["charge"])));
        }
        let total = alone.rows().pop().unwrap();
        assert_eq!(total["book_value"], "", "a sum of balances would lack the assets that are written off");
        assert!(total["remarks"].contains("give from and months"), "{total:?}");
        let excluded = files.json["excluded"].as_array().unwrap();
        assert!(excluded.iter().any(|one| one == "1 asset: no purchase price"), "{excluded:?}");
    });
}

#[test]
fn a_roll_forward_has_the_movements_of_the_query() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let query = "from=2024-01&to=2024-12&groupBy=SITE,OWNER&asOf=2026-01-01";
        let files = Files::ask(app, Role::Finance, "roll-forward", query).await;
        files.assert_alike();
        let movement = "opening added charged transferred removed closing";
        let text = format!(
            "{{ rollForward(from: \"2024-01\", to: \"2024-12\", groupBy: [SITE, OWNER]) {{ totals {{ \
             cost {{ {movement} }} accumulated {{ {movement} }} openingBookValue closingBookValue }} \
             rows {{ keys {{ value }} count closingBookValue }} }} }}"
        );
        let answer = &app.finance().query(&text).await["rollForward"];
        let (total, found) = (&answer["totals"][0], files.row(&[("row", "total")]));
        for part in ["opening", "added", "transferred", "removed", "closing"] {
            assert_eq!(total["cost"][part], found[&format!("cost_{part}")], "{part}");
        }
        for part in ["opening", "added", "charged", "transferred", "removed", "closing"] {
            assert_eq!(total["accumulated"][part], found[&format!("accumulated_{part}")], "{part}");
        }
        assert_eq!(total["openingBookValue"], found["book_value_opening"]);
        assert_eq!(total["closingBookValue"], found["book_value_closing"]);
        for row in answer["rows"].as_array().unwrap() {
            let key = |at: usize| row["keys"][at]["value"].as_str().unwrap_or_default();
            let found = files.row(&[("row", "row"), ("site", key(0)), ("owner", key(1))]);
            assert_eq!(row["closingBookValue"], found["book_value_closing"]);
            assert_eq!(found["assets"], row["count"].to_string());
        }
        let tax = "from=2024-01&to=2024-12&groupBy=NONE&book=TAX&taxClass=FIVE_YEARS&bonusRate=0.4";
        let files = Files::ask(app, Role::Finance, "roll-forward", tax).await;
        let text = "{ rollForward(from: \"2024-01\", to: \"2024-12\", groupBy: [], book: TAX, tax: { bonusRate: \
                    \"0.4\" }) { totals { accumulated { charged } } } }";
        let answer = app.finance().query(text).await;
        let charged = &answer["rollForward"]["totals"][0]["accumulated"]["charged"];
        assert_eq!(charged, &files.row(&[("row", "total")])["accumulated_charged"]);
    });
}
