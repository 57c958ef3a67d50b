//! Refresh plans under caps.

use serde_json::{Map, Value, json};
use support::{TestApp, on_both_engines};

use super::plan::golden;
use crate::roadmap::send;

/// The worked example: six cohorts of one unit each, in thousands of dollars, of which A and D have to happen, for
/// their vendor ends its support a year after they fall due.
async fn six(app: &TestApp) {
    let site = json!({ "code": "FRA1", "name": "F", "kind": "OFFICE", "timeZone": "Europe/Berlin" });
    let site = send(app, "openSite", "NewSite!", site).await;
    let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Acme" })).await;
    let rule = json!({ "name": "five years", "lifeMonths": 60 });
    send(app, "createDepreciationRule", "NewDepreciationRule!", rule).await;
    let policy = json!({
        "name": "all", "priority": 1, "currency": "USD",
        "rules": { "ageMonths": 60, "supportMarginMonths": 12 },
    });
    send(app, "createRefreshPolicy", "NewRefreshPolicy!", policy).await;
    for (name, thousands, year, mandatory) in [
        ("A", 420, 2027, true),
        ("B", 380, 2027, false),
        ("C", 350, 2027, false),
        ("D", 300, 2028, true),
        ("E", 450, 2028, false),
        ("F", 250, 2029, false),
    ] {
        let price = json!({ "amount": (thousands * 1_000).to_string(), "currency": "USD" });
        let mut model = json!({
            "manufacturer": maker, "name": name, "kind": "SERVER",
            "details": { "listPrice": { "price": price, "on": "2026-01-01" } },
        });
        if mandatory {
            let last = format!("{}-01-10", year + 1);
            model["details"]["milestones"] =
                json!({ "lastDateOfSupportOn": last, "dateQuality": "PUBLISHED" });
        }
        let model = send(app, "registerHardwareModel", "NewHardwareModel!", model).await;
        let asset = json!({
            "tag": name, "model": model, "status": "IN_SERVICE", "placement": { "site": site },
            "details": { "inServiceOn": format!("{}-01-15", year - 5) },
        });
        send(app, "registerAsset", "NewAsset!", asset).await;
    }
}

fn caps(thousands: i64) -> String {
    let cap = |year| format!("{{ fiscalYear: {year}, amount: \"{thousands}000\", currency: \"USD\" }}");
    format!("caps: [{}]", [2027, 2028, 2029].map(cap).join(", "))
}

const PLAN: &str = "spend total placementCount leftUndoneCount costs { asPlanned priceRise extendedSupport
    expectedOutageLoss capitalBenefit waiting leftUndone total }
    placements { cohort { model { name } } due orderedBefore ordered inService deferredMonths cost waiting { total } }
    leftUndone { cohort { model { name } } missesDeadline counted { dearestPrice extendedSupport expectedOutageLoss total } }";

async fn levelled(app: &TestApp, arguments: &str) -> Value {
    let text = format!(
        "{{ levelRefreshPlan(from: \"2027-01\", asOf: \"2027-01-01\", {arguments}) {{ outcome currency
            greedy {{ {PLAN} }} optimised {{ {PLAN} }} gainOverGreedy lowerBound provenGap
            greedyInfeasible {{ cohort {{ model {{ name }} }} fiscalYear shortfalls {{ limit short }} }}
            limits(step: \"50000\") {{ label fiscalYear month amount unusedGreedy unusedOptimised shadowPrice
            saving {{ step currency amount atMost words }} }}
            conflict {{ cohorts {{ model {{ name }} mandatoryReason }} limits irreducible words }}
            explain {{ formula assumptions }} }} }}"
    );
    app.director().query(&text).await["levelRefreshPlan"].clone()
}

/// The year of each cohort, what is left of each year in thousands, what is infeasible in which year, and what is
/// carried on, as the worked example tells it.
fn told(found: &Value) -> Value {
    let name = |one: &Value| one["cohort"]["model"]["name"].as_str().unwrap().to_owned();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let year = |month: &Value| month.as_str().unwrap()[..4].parse::<i64>().unwrap() - 2026;
    let placed: Map<String, Value> = list(&found["greedy"]["placements"])
        .iter()
        .map(|one| (name(one), json!(year(&one["ordered"]))))
        .collect();
    let left: Map<String, Value> = (1..)
        .zip(list(&found["limits"]))
        .map(|(year, limit)| {
            let unused: f64 = limit["unusedGreedy"].as_str().unwrap().parse().unwrap();
            (format!("{year}"), json!((unused / 1_000.0).round() as i64))
        })
        .collect();
    let infeasible: Vec<Value> = list(&found["greedyInfeasible"])
        .iter()
        .map(|one| json!([name(one), one["fiscalYear"].as_i64().unwrap() - 2026]))
        .collect();
    let refused: Vec<String> = list(&found["greedyInfeasible"]).iter().map(name).collect();
    let carried: Vec<String> = list(&found["greedy"]["leftUndone"])
        .iter()
        .map(name)
        .filter(|name| !refused.contains(name))
        .collect();
    json!([placed, left, infeasible, carried])
}

#[test]
fn the_worked_example_is_levelled_year_by_year() {
    on_both_engines(async |app| {
        let golden = golden();
        six(app).await;
        for (id, cap, outcome) in [("2.level", 1_000, "PLANNED"), ("2.level_cap700", 700, "INFEASIBLE")] {
            let found = levelled(app, &caps(cap)).await;
            assert_eq!(told(&found), golden[id], "{id}");
            assert_eq!(found["outcome"], outcome, "{id}");
        }
        // 680 of the second year are taken when C has to fit, and it is said rather than slipped.
        let found = levelled(app, &caps(700)).await;
        assert_eq!(found["greedyInfeasible"][0]["shortfalls"][0]["short"], "330000.00");
        // A, B and C are due in a year that holds one of them, and the next one holds no two: that is why.
        let names: Vec<&Value> = found["conflict"]["cohorts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["model"]["name"])
            .collect();
        assert_eq!(names, ["A", "B", "C"]);
        assert_eq!(found["conflict"]["irreducible"], true);
        // The plan beside it leaves one of those that may be left.
        let left = found["optimised"]["leftUndone"].as_array().unwrap();
        let missed: Vec<&Value> = left.iter().filter(|one| one["missesDeadline"] == true).collect();
        assert_eq!(missed.len(), 1, "{left:?}");
        assert!(["B", "C"].contains(&missed[0]["cohort"]["model"]["name"].as_str().unwrap()), "{missed:?}");
        assert_eq!(found["gainOverGreedy"], Value::Null);
    });
}

#[test]
fn the_plan_that_costs_least_stands_beside_with_its_proof() {
    on_both_engines(async |app| {
        six(app).await;
        let found = levelled(app, &caps(1_000)).await;
        let amount = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
        let (greedy, best) = (amount(&found["greedy"]["total"]), amount(&found["optimised"]["total"]));
        assert!(best <= greedy, "{best} {greedy}");
        assert!((greedy - best - amount(&found["gainOverGreedy"])).abs() < 0.005);
        assert!(amount(&found["lowerBound"]) <= best);
        assert!(amount(&found["provenGap"]) < 0.001, "{}", found["provenGap"]);
        for limit in found["limits"].as_array().unwrap() {
            assert!(amount(&limit["unusedOptimised"]) >= 0.0, "{limit}");
            assert!(limit["shadowPrice"].is_string(), "{limit}");
            let saving = &limit["saving"];
            assert!(amount(&saving["amount"]) >= 0.0, "{limit}");
            assert!(amount(&saving["amount"]) <= amount(&saving["atMost"]), "{limit}");
            let words = saving["words"].as_str().unwrap();
            assert!(words.starts_with("50,000.00 USD more in FY2"), "{words}");
        }
        assert_eq!(found["limits"][0]["label"], "cap of 1000000 USD on the fiscal year 2027");
        let again = levelled(app, &caps(1_000)).await;
        assert_eq!(found, again);
        // Without a cap nothing has to move, and where waiting earns nothing, nothing does.
        let free = levelled(app, "waiting: { capitalRate: \"0\", extendedSupportPerUnit: \"900\" }").await;
        let moved = |one: &Value| one["deferredMonths"] != 0;
        let placements = free["optimised"]["placements"].as_array().unwrap();
        assert_eq!(placements.len(), 6);
        assert!(!placements.iter().any(moved), "{placements:?}");
        assert_eq!(free["optimised"]["spend"], "2150000.00");
    });
}

/// A plan under a cap that not everything fits under says so, and what it counts for what it leaves.
#[test]
fn what_stays_undone_is_said_counted_and_priced() {
    on_both_engines(async |app| {
        six(app).await;
        let found = levelled(app, &format!("{}, deferMonths: 0", caps(700))).await;
        assert_eq!(found["outcome"], "INFEASIBLE");
        let best = &found["optimised"];
        let left = best["leftUndone"].as_array().unwrap();
        assert_eq!(best["leftUndoneCount"], left.len());
        assert!(!left.is_empty());
        let amount = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
        let counted: f64 = left.iter().map(|one| amount(&one["counted"]["total"])).sum();
        assert!((counted - amount(&best["costs"]["leftUndone"])).abs() < 0.005, "{best}");
        for one in left {
            // Nothing says what support costs, and no hour without service has a price.
            assert_eq!(one["counted"]["dearestPrice"], one["counted"]["total"]);
            assert_eq!(one["counted"]["extendedSupport"], Value::Null);
            assert_eq!(one["counted"]["expectedOutageLoss"], Value::Null);
        }
        assert_eq!(best["costs"]["total"], best["total"]);
        let assumptions = found["explain"]["assumptions"].to_string();
        assert!(
            assumptions.contains("2 cohorts are left undone that cannot wait until after the last month"),
            "{assumptions}"
        );
        // Without a plan that orders everything nobody knows what more of a cap would save.
        assert_eq!(found["limits"][0]["saving"], Value::Null);
        assert_eq!(found["limits"][0]["shadowPrice"], Value::Null);
        // What may wait until after the last month is no reason: then there is a plan with a rest.
        let found = levelled(app, &format!("{}, deferMonths: 36", caps(700))).await;
        assert_eq!(found["outcome"], "PLANNED_WITH_REST");
        for one in found["optimised"]["leftUndone"].as_array().unwrap() {
            assert_eq!(one["missesDeadline"], false, "{one}");
        }
    });
}

#[test]
fn what_cannot_be_met_is_told_by_the_smallest_set_of_reasons() {
    on_both_engines(async |app| {
        six(app).await;
        let found = levelled(
            app,
            "caps: [{ fiscalYear: 2027, amount: \"400000\", currency: \"USD\" }], mandatoryDeferMonths: 0",
        )
        .await;
        assert_eq!(found["outcome"], "INFEASIBLE");
        let left = &found["optimised"]["leftUndone"][0];
        assert_eq!((&left["cohort"]["model"]["name"], &left["missesDeadline"]), (&json!("A"), &json!(true)));
        assert_eq!((&found["optimised"]["leftUndoneCount"], &found["provenGap"]), (&json!(1), &json!("0")));
        let conflict = &found["conflict"];
        assert_eq!(
            conflict["cohorts"],
            json!([{ "model": { "name": "A" }, "mandatoryReason": "the vendor ends its support" }])
        );
        assert_eq!(conflict["limits"], json!(["cap of 400000 USD on the fiscal year 2027"]));
        assert_eq!(conflict["irreducible"], true);
        assert!(conflict["words"].as_str().unwrap().contains("FRA1 A 2027-01"), "{conflict}");
        // Until the last date of support there is time for it: in the next year, or the month after.
        let found =
            levelled(app, "caps: [{ fiscalYear: 2027, amount: \"400000\", currency: \"USD\" }]").await;
        assert_eq!(found["outcome"], "PLANNED");
        // One installation a month: of three that are due in one month two have to move.
        let found = levelled(app, "monthlyLimits: { installs: 1 }, waiting: { capitalRate: \"0\" }").await;
        let months: Vec<&Value> = found["optimised"]["placements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["inService"])
            .collect();
        for (at, month) in months.iter().enumerate() {
            assert!(!months[at + 1..].contains(month), "{months:?}");
        }
    });
}

#[test]
fn caps_that_cannot_be_kept_to_are_refused() {
    on_both_engines(async |app| {
        six(app).await;
        let cap = |year: i32, amount: &str, currency: &str| {
            format!("caps: [{{ fiscalYear: {year}, amount: \"{amount}\", currency: \"{currency}\" }}]")
        };
        for (arguments, field, word) in [
            (cap(2027, "1", "CHF"), "caps[0].currency", "rate from CHF to USD"),
            (cap(2027, "1", "XXX9"), "caps[0].currency", "XXX9"),
            (cap(2040, "1", "USD"), "caps[0].fiscalYear", "no month of the fiscal year 2040"),
            (cap(2027, "-1", "USD"), "caps[0].amount", "-1 is below 0"),
            (
                "caps: [{ fiscalYear: 2027, amount: \"1\", currency: \"USD\" }, { fiscalYear: 2027, amount: \"2\", currency: \"USD\" }]".to_owned(),
                "caps[1].fiscalYear",
                "has a cap in USD already",
            ),
            ("monthlyLimits: { installs: -1 }".to_owned(), "monthlyLimits.installs", "-1 is below 0"),
            ("monthlyLimits: { spend: \"-1\" }".to_owned(), "monthlyLimits.spend", "-1 is below 0"),
            ("deferMonths: -1".to_owned(), "deferMonths", "-1 is not between 0 and 120"),
            ("pullForwardMonths: -2".to_owned(), "pullForwardMonths", "-2 is not between 0 and 120"),
            ("mandatoryDeferMonths: -3".to_owned(), "mandatoryDeferMonths", "-3 is not between 0 and 120"),
            ("deferMonths: 121".to_owned(), "deferMonths", "121 is not between 0 and 120"),
            ("mandatoryDeferMonths: 121".to_owned(), "mandatoryDeferMonths", "121 is not between 0 and 120"),
            ("pullForwardMonths: 121".to_owned(), "pullForwardMonths", "121 is not between 0 and 120"),
            ("waiting: { redundancyFactor: \"15\" }".to_owned(), "waiting.redundancyFactor", "0.15"),
        ] {
            let text = format!(
                "{{ levelRefreshPlan(from: \"2027-01\", asOf: \"2027-01-01\", {arguments}) {{ currency }} }}"
            );
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!(refusal.field, field, "{arguments}: {}", refusal.message);
            assert!(refusal.message.contains(word), "{arguments}: {}", refusal.message);
        }
        let text = format!(
            "{{ levelRefreshPlan(from: \"2027-01\", asOf: \"2027-01-01\", {}) {{ limits(step: \"0\") {{ saving {{ amount }} }} }} }}",
            "caps: [{ fiscalYear: 2027, amount: \"1000000\", currency: \"USD\" }]"
        );
        let refusal = app.director().expect_error(&text, "INVALID").await;
        assert_eq!((refusal.field.as_str(), refusal.message.contains("0 is not above 0")), ("step", true));
        let text = "{ levelRefreshPlan(from: \"2027-01\", asOf: \"2027-02-01\") { currency } }";
        let refusal = app.director().expect_error(text, "INVALID").await;
        assert_eq!(refusal.field, "from");
        assert!(refusal.message.contains("2027-01 lies before 2027-02-01"), "{}", refusal.message);
    });
}

#[test]
fn levelling_is_for_those_who_see_totals_and_hides_single_prices() {
    on_both_engines(async |app| {
        six(app).await;
        let text = format!(
            "{{ levelRefreshPlan(from: \"2027-01\", asOf: \"2027-01-01\", {}) {{ outcome greedy {{ total \
             placements {{ cost waiting {{ total }} }} }} limits {{ unusedGreedy }} }} }}",
            caps(1_000)
        );
        app.viewer().expect_error(&text, "FORBIDDEN").await;
        app.architect().expect_error(&text, "FORBIDDEN").await;
        let found = &app.planner().query(&text).await["levelRefreshPlan"];
        assert!(found["greedy"]["total"].is_string());
        for placement in found["greedy"]["placements"].as_array().unwrap() {
            assert_eq!(placement, &json!({ "cost": null, "waiting": null }));
        }
        let statements = app.director().statements(&text).await;
        let more = "mutation { openSite(input: { code: \"S1\", name: \"S\", kind: OFFICE, timeZone: \"Europe/Berlin\" }) { id } }";
        app.director().query(more).await;
        assert_eq!(app.director().statements(&text).await, statements);
    });
}

/// A cap counts what is ordered in its year before the plan begins, and it is said.
#[test]
fn orders_before_the_plan_count_against_the_caps_of_their_year() {
    on_both_engines(async |app| {
        six(app).await;
        let text = |cap: &str| {
            format!(
                "{{ levelRefreshPlan(from: \"2027-07\", asOf: \"2027-01-01\", caps: [{{ fiscalYear: 2027, amount: \"{cap}\", \
                 currency: \"USD\" }}]) {{ outcome earlier {{ cohortCount assetCount overdueCount cost }}
                 conflict {{ words cohorts {{ label }} }}
                 limits {{ label amount currency takenEarlier unusedOptimised }} explain {{ assumptions }} }} }}"
            )
        };
        let found = &app.director().query(&text("1200000")).await["levelRefreshPlan"];
        assert_eq!(
            found["earlier"],
            json!({ "cohortCount": 3, "assetCount": 3, "overdueCount": 0, "cost": "1150000.00" })
        );
        let limit = &found["limits"][0];
        assert_eq!((&limit["amount"], &limit["currency"]), (&json!("1200000"), &json!("USD")));
        assert_eq!(
            (&limit["takenEarlier"], &limit["unusedOptimised"]),
            (&json!("1150000.00"), &json!("50000"))
        );
        let said = found["explain"]["assumptions"].to_string();
        assert!(said.contains("3 assets are ordered before 2027-07"), "{said}");
        // An overrun is shown as one.
        let found = &app.director().query(&text("500000")).await["levelRefreshPlan"];
        assert_eq!(found["limits"][0]["unusedOptimised"], "-650000");
        assert_eq!(found["outcome"], "INFEASIBLE");
        let words = found["conflict"]["words"].as_str().unwrap();
        assert!(words.contains("are ordered before 2027-07, above the cap of 500000 USD"), "{words}");
        assert_eq!(found["conflict"]["cohorts"].as_array().unwrap().len(), 2, "A and B by themselves");
    });
}

/// One cap for each currency, each of which counts what is paid in it.
#[test]
fn caps_stand_side_by_side_in_their_currencies() {
    on_both_engines(async |app| {
        six(app).await;
        let rate =
            json!({ "base": "EUR", "quote": "USD", "on": "2026-01-01", "kind": "PLAN", "rate": "1.25" });
        send(app, "recordExchangeRate", "NewExchangeRate!", rate).await;
        let cap = |amount: &str, currency: &str| {
            format!("{{ fiscalYear: 2027, amount: \"{amount}\", currency: \"{currency}\" }}")
        };
        let both = format!("caps: [{}, {}]", cap("1200000", "USD"), cap("1", "EUR"));
        let found = levelled(app, &both).await;
        assert_eq!(found["outcome"], "PLANNED");
        assert_eq!(found["limits"][1]["label"], "cap of 1 EUR on the fiscal year 2027");
        assert_eq!(found["limits"][1]["unusedOptimised"], "1");
        let said = found["explain"]["assumptions"].to_string();
        assert!(said.contains("nothing is paid in EUR"), "{said}");
        let found = levelled(app, &format!("caps: [{}]", cap("1", "EUR"))).await;
        let said = found["explain"]["assumptions"].to_string();
        assert!(said.contains("what is paid in USD is under no cap"), "{said}");
    });
}

/// The price of waiting is the same whether one cohort is deferred or all are levelled.
#[test]
fn waiting_costs_the_same_in_both_questions() {
    on_both_engines(async |app| {
        six(app).await;
        let waiting = "waiting: { extendedSupportPerUnit: \"900\", outageCostPerHour: \"4000\" }";
        let cap = "caps: [{ fiscalYear: 2027, amount: \"800000\", currency: \"USD\" }]";
        let found = levelled(app, &format!("{waiting}, {cap}")).await;
        let placements = found["optimised"]["placements"].as_array().unwrap();
        let moved = placements.iter().find(|one| one["deferredMonths"].as_i64().unwrap() > 0).unwrap();
        let months = &moved["deferredMonths"];
        let text = format!(
            "{{ refreshPlan(from: \"2027-01\", asOf: \"2027-01-01\") {{ cohorts {{ model {{ name }}
                deferral(months: {months}, {waiting}) {{ netCost expectedOutageLoss }} }} }} }}"
        );
        let plan = app.director().query(&text).await;
        let cohorts = plan["refreshPlan"]["cohorts"].as_array().unwrap();
        let same =
            cohorts.iter().find(|one| one["model"]["name"] == moved["cohort"]["model"]["name"]).unwrap();
        let amount = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
        let alone = amount(&same["deferral"]["netCost"]) + amount(&same["deferral"]["expectedOutageLoss"]);
        assert!((alone - amount(&moved["waiting"]["total"])).abs() < 0.005, "{alone} {moved}");
    });
}
