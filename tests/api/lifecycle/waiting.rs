//! What waiting costs where somebody else decides it or nobody knows it: leases, unknown support, years of weeks; and
//! lists that name nothing.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use crate::roadmap::{send, the_example};

async fn plan(app: &TestApp, arguments: &str, selection: &str) -> Value {
    let text =
        format!("{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\" {arguments}) {{ {selection} }} }}");
    app.director().query(&text).await["refreshPlan"].clone()
}

/// What prepaid support of new units the policy of the example buys.
async fn support_of(app: &TestApp, policy: &str, rate: &str, months: u32) {
    let text = format!(
        "mutation {{ updateRefreshPolicy(id: \"{policy}\", changes: {{ costs: {{ supportRate: \"{rate}\", \
         supportMonths: {months} }} }}) {{ id }} }}"
    );
    app.director().query(&text).await;
}

/// Makes some of the forty servers of the example leased ones.
async fn lease(app: &TestApp, count: usize) {
    let found = app.director().query(&format!("{{ assets(first: {count}) {{ nodes {{ id }} }} }}")).await;
    for node in found["assets"]["nodes"].as_array().unwrap() {
        let text = format!(
            "mutation {{ updateAsset(id: {}, changes: {{ leaseReturnOn: \"2026-06-30\" }}) {{ tag }} }}",
            node["id"]
        );
        app.director().query(&text).await;
    }
}

const DEFERRAL: &str =
    "deferral(months: 12) { netCost netCostReason extendedSupport capitalBenefit priceIncrease
    explain { inputs { name value } excluded estimated } }";

#[test]
fn what_is_leased_goes_back_and_is_neither_sold_nor_disposed_of() {
    on_both_engines(async |app| {
        the_example(app).await;
        lease(app, 10).await;
        let selection = format!(
            "cohorts {{ quantity {{ units oldUnits leasedUnits }} cost {{ disposal proceeds }} mandatory \
             explain {{ assumptions }} {DEFERRAL} }} explain {{ assumptions }}"
        );
        let found = plan(app, "", &selection).await;
        let one = &found["cohorts"][0];
        assert_eq!(one["quantity"], json!({ "units": 17, "oldUnits": 40, "leasedUnits": 10 }));
        // Thirty of forty at 45 and at 300.
        assert_eq!(one["cost"], json!({ "disposal": "1350.00", "proceeds": "9000.00" }));
        assert_eq!(one["mandatory"], true);
        for said in [&one["explain"], &found["explain"]] {
            assert!(said["assumptions"].to_string().contains("10 leased assets go back"), "{said}");
        }
        let deferral = &one["deferral"];
        assert_eq!((&deferral["netCost"], &deferral["extendedSupport"]), (&Value::Null, &Value::Null));
        assert!(deferral["netCostReason"].as_str().unwrap().contains("lessor"), "{deferral}");
        let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", view: COMMITMENT) { lines { category
                    amounts { total } } explain { assumptions } } }";
        let drawn = &app.director().query(text).await["roadmap"];
        let lines = drawn["lines"].as_array().unwrap();
        let disposal = lines.iter().find(|line| line["category"] == "DISPOSAL").unwrap();
        assert_eq!(disposal["amounts"]["total"], "1350.00");
        // All of them leased: nothing is left to sell.
        lease(app, 40).await;
        let all = plan(app, "", "cohorts { cost { disposal proceeds } mandatory }").await;
        assert_eq!(all["cohorts"][0]["cost"], json!({ "disposal": "0.00", "proceeds": "0.00" }));
    });
}

#[test]
fn unknown_support_is_not_taken_for_nothing() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let selection = format!("cohorts {{ {DEFERRAL} }}");
        support_of(app, &estate.policy, "0", 0).await;
        let found = plan(app, "", &selection).await;
        let deferral = &found["cohorts"][0]["deferral"];
        assert_eq!((&deferral["netCost"], &deferral["extendedSupport"]), (&Value::Null, &Value::Null));
        assert!(deferral["capitalBenefit"].is_string() && deferral["priceIncrease"].is_string());
        let reason = deferral["netCostReason"].as_str().unwrap();
        assert!(reason.contains("waiting.extendedSupportPerUnit"), "{reason}");
        let explain = &deferral["explain"];
        assert!(explain["excluded"].to_string().contains("extended support: nothing says"), "{explain}");
        assert!(!explain["inputs"].to_string().contains("extended support"), "{explain}");
        assert_eq!(explain["estimated"], true);
        // Months of support that are stated to cost nothing are known to.
        support_of(app, &estate.policy, "0", 60).await;
        let found = plan(app, "", &selection).await;
        let deferral = &found["cohorts"][0]["deferral"];
        assert_eq!(deferral["extendedSupport"], "0.00");
        assert!(deferral["netCost"].is_string() && deferral["netCostReason"].is_null());
    });
}

#[test]
fn without_a_cap_only_what_is_known_to_pay_moves() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let ask = async |waiting: &str| {
            let text = format!(
                "{{ levelRefreshPlan(from: \"2026-01\", asOf: \"2026-01-01\", mandatoryDeferMonths: 12 {waiting}) {{ \
                 outcome optimised {{ total costs {{ asPlanned priceRise extendedSupport expectedOutageLoss \
                 capitalBenefit waiting leftUndone total }} placements {{ deferredMonths waiting {{ total }} }} }} \
                 explain {{ excluded }} }} }}"
            );
            app.director().query(&text).await["levelRefreshPlan"].clone()
        };
        let policy = &estate.policy;
        let text = format!(
            "mutation {{ updateRefreshPolicy(id: \"{policy}\", changes: {{ priceIndex: [{{ year: 2026, rate: \"-0.2\" }}, \
             {{ year: 2027, rate: \"0\" }}] }}) {{ id }} }}"
        );
        app.director().query(&text).await;
        support_of(app, policy, "0", 0).await;
        // Prices fall and capital earns, but nobody knows what the old units cost meanwhile.
        let unknown = ask("").await;
        let best = &unknown["optimised"];
        assert_eq!(best["placements"], json!([{ "deferredMonths": 0, "waiting": { "total": "0.00" } }]));
        assert_eq!(best["costs"]["capitalBenefit"], "0.00");
        assert_eq!((&best["costs"]["asPlanned"], &best["costs"]["total"]), (&best["total"], &best["total"]));
        let excluded = unknown["explain"]["excluded"][0].as_str().unwrap();
        assert!(excluded.starts_with("1 cohorts: nothing says what support"), "{excluded}");
        // Where it is known, what pays is done.
        support_of(app, policy, "0", 60).await;
        let known = ask("").await;
        let best = &known["optimised"];
        assert!(best["placements"][0]["deferredMonths"].as_i64().unwrap() > 0, "{best}");
        let cents = |field: &str| -> i64 {
            best["costs"][field].as_str().unwrap_or("0.00").replace('.', "").parse().unwrap()
        };
        assert!(cents("capitalBenefit") > 0 && cents("priceRise") < 0 && cents("waiting") < 0);
        let sum =
            cents("asPlanned") + cents("priceRise") + cents("extendedSupport") + cents("expectedOutageLoss")
                - cents("capitalBenefit")
                + cents("leftUndone");
        assert_eq!(sum, cents("total"));
        assert_eq!(best["costs"]["total"], best["total"]);
        assert_eq!(known["explain"]["excluded"], json!([]));
    });
}

#[test]
fn an_empty_list_holds_nothing() {
    on_both_engines(async |app| {
        the_example(app).await;
        for list in ["sites", "policies", "models", "kinds"] {
            let arguments = format!(", filter: {{ {list}: [] }}");
            let found = plan(app, &arguments, "cohortCount coverage { totalCount }").await;
            assert_eq!(found, json!({ "cohortCount": 0, "coverage": { "totalCount": 0 } }), "{list}");
        }
        for list in ["sites", "models", "kinds"] {
            let text = format!(
                "{{ supportExposure(from: \"2026-01\", asOf: \"2026-01-01\", quarters: 1, currency: \"USD\", \
                 filter: {{ {list}: [] }}) {{ quarters {{ all {{ inUse {{ count }} }} }} }} }}"
            );
            let found = &app.director().query(&text).await["supportExposure"];
            assert_eq!(found["quarters"][0]["all"]["inUse"]["count"], 0, "{list}");
        }
        // Filters of nouns say it so already.
        let text = "{ bookValue(on: \"2026-01-01\", filter: { tag: { in: [] } }) { coverage { totalCount } }
                    rollForward(from: \"2026-01\", to: \"2026-12\", filter: { tag: { in: [] } }) { coverage { totalCount } }
                    contractCalendar(from: \"2026-01-01\", to: \"2028-12-31\", asOf: \"2026-01-01\",
                    colocation: { number: { in: [] } }) { totalCount } kinds: contractCalendar(from: \"2026-01-01\",
                    to: \"2028-12-31\", asOf: \"2026-01-01\", kinds: []) { totalCount } }";
        let found = app.director().query(text).await;
        for (answer, count) in [
            ("bookValue", &found["bookValue"]["coverage"]["totalCount"]),
            ("rollForward", &found["rollForward"]["coverage"]["totalCount"]),
            ("contractCalendar", &found["contractCalendar"]["totalCount"]),
            ("kinds", &found["kinds"]["totalCount"]),
        ] {
            assert_eq!(*count, 0, "{answer}");
        }
        let plan = plan(app, ", filter: {}", "cohortCount").await;
        assert_eq!(plan["cohortCount"], 1);
    });
}

#[test]
fn the_day_of_the_order_says_its_fiscal_year() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let text = "mutation { createFiscalCalendar(input: { name: \"leap\", details: { startMonth: 2, pattern: W445, \
                    labelBy: START_YEAR, anchorOn: \"2026-02-01\", leapWeekYears: [2026] } }) { id } }";
        let calendar = app.director().query(text).await["createFiscalCalendar"]["id"].clone();
        let servers = app.director().query("{ assets(first: 40) { nodes { id } } }").await;
        let servers: Vec<_> =
            servers["assets"]["nodes"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        let cycle = json!({
            "name": "last day", "policy": estate.policy, "assets": servers,
            "details": { "orderOn": "2027-02-06" },
        });
        send(app, "planRefreshCycle", "NewRefreshCycle!", cycle).await;
        let arguments = format!("from: \"2027-02\", asOf: \"2027-02-01\", fiscalCalendar: {calendar}");
        let text = format!(
            "{{ refreshPlan({arguments}) {{ cohorts {{ orderedOn fiscalYear }} years {{ label sum {{ cohortCount }} }} }} }}"
        );
        let found = &app.director().query(&text).await["refreshPlan"];
        // The year of 53 weeks ends on that day.
        assert_eq!(found["cohorts"], json!([{ "orderedOn": "2027-02-06", "fiscalYear": "FY26" }]));
        assert_eq!(found["years"][0], json!({ "label": "FY26", "sum": { "cohortCount": 1 } }));
        for (year, outcome) in [(2026, "INFEASIBLE"), (2027, "PLANNED")] {
            let text = format!(
                "{{ levelRefreshPlan({arguments}, mandatoryDeferMonths: 0, caps: [{{ fiscalYear: {year}, amount: \"1\", \
                 currency: \"USD\" }}]) {{ outcome greedyInfeasible {{ fiscalYear }} }} }}"
            );
            let found = &app.director().query(&text).await["levelRefreshPlan"];
            assert_eq!(found["outcome"], outcome, "{year}: {found}");
            if year == 2026 {
                assert_eq!(found["greedyInfeasible"], json!([{ "fiscalYear": 2026 }]));
            }
        }
    });
}
