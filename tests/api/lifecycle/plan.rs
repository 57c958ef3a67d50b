//! The refresh plan: the worked example to the cent, the roadmap's totals, what is hidden, what is refused.

use std::path::Path;

use api::demo::{self, Scale};
use serde_json::{Value, json};
use support::{Engine, TestApp, on_both_engines, on_engine};

use crate::roadmap::{send, the_example};

/// The figures of the worked example.
pub(super) fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    let text = std::fs::read_to_string(&path);
    let text = text.unwrap_or_else(|cause| panic!("{} is needed: {cause}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// A figure of the worked example with two decimals, without its sign.
fn cents(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let (whole, part) = text.trim_start_matches('-').split_once('.').map_or_else(
        || (text.trim_start_matches('-').to_owned(), String::new()),
        |(whole, part)| (whole.to_owned(), part.to_owned()),
    );
    format!("{whole}.{part:0<2}")
}

async fn plan(app: &TestApp, arguments: &str, selection: &str) -> Value {
    let text =
        format!("{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\" {arguments}) {{ {selection} }} }}");
    app.director().query(&text).await["refreshPlan"].clone()
}

#[test]
fn the_worked_example_is_one_cohort() {
    on_both_engines(async |app| {
        let golden = golden();
        let estate = the_example(app).await;
        let selection = "cohortCount currency fiscalCalendar cohorts {
            label site { code } policy { name } model { name } successor { name } withoutSuccessor
            assetCount dueOn bindingRule dateQuality mandatory mandatoryReason orderBy overdue overdueDays
            orderedOn inServiceOn fiscalYear months { commitment cash profitAndLoss }
            quantity { units oldUnits rule ratio sparesRate planned formula }
            unitPrice { price { amount } base { amount } baseOn movedByIndex expired }
            cost { hardware freight installation capital prepaidSupport disposal commitment proceeds contingency total }
            assets(first: 1) { tag refresh(asOf: \"2026-01-01\") { candidates { rule date } } }
            explain { formula inputs { name value } } }";
        let plan = plan(app, "", selection).await;
        assert_eq!(plan["cohortCount"], 1);
        let one = &plan["cohorts"][0];
        assert_eq!(one["dueOn"], golden["2.due.binding"]);
        assert_eq!(one["bindingRule"], "SUPPORT");
        assert_eq!(one["dateQuality"], "PUBLISHED");
        assert_eq!(one["orderBy"], golden["2.orderby"]);
        assert_eq!((&one["overdue"], &one["overdueDays"]), (&json!(false), &Value::Null));
        let candidates = &one["assets"][0]["refresh"]["candidates"];
        let dated = |rule: &str| {
            let found = candidates.as_array().unwrap().iter().find(|one| one["rule"] == rule);
            found.unwrap()["date"].clone()
        };
        assert_eq!(dated("AGE"), golden["2.due.age"]);
        assert_eq!(dated("SUPPORT"), golden["2.due.eos_minus6"]);
        assert_eq!(dated("WARRANTY"), golden["2.due.warranty"]);
        assert_eq!(one["assets"][0]["tag"], "SRV-001");
        assert_eq!(one["label"], "FRA1 Server 1 2026-06");
        assert_eq!(one["successor"]["name"], "Server 2");
        assert_eq!(one["site"]["code"], "FRA1");
        assert_eq!(one["policy"]["name"], "servers");
        assert_eq!(one["months"]["commitment"], "2026-02");
        assert_eq!(one["quantity"]["units"], golden["2.qty.ratio_spares5"]);
        let formula = one["quantity"]["formula"].as_str().unwrap();
        assert_eq!(formula, "ceil(ceil(40 / 2.5) x (1 + 0.05)) = 17");
        assert_eq!(one["unitPrice"]["price"]["amount"], golden["2.price.2026-02-03"]);
        assert_eq!(one["unitPrice"]["base"]["amount"], "18500.00");
        let expected = &golden["2.proj"];
        for (field, part) in [
            ("hardware", "hardware"),
            ("freight", "freight_tax"),
            ("installation", "install"),
            ("prepaidSupport", "support"),
            ("disposal", "disposal"),
            ("proceeds", "residual"),
            ("contingency", "contingency"),
            ("total", "total"),
        ] {
            assert_eq!(one["cost"][field], cents(&expected[part]), "2.proj {part}");
        }
        let text = "mutation($id: ID!) { updateRefreshPolicy(id: $id, changes: { quantity: { sparesRate: null } }) { id } }";
        app.director().query_with(text, json!({ "id": estate.policy })).await;
        let without_spares = self::plan(app, "", "cohorts { quantity { units } }").await;
        assert_eq!(without_spares["cohorts"][0]["quantity"]["units"], golden["2.qty.ratio"]);
    });
}

#[test]
fn waiting_costs_what_the_worked_example_says() {
    on_both_engines(async |app| {
        let golden = golden();
        the_example(app).await;
        let selection = "cohorts { deferral(months: 12, residualPerUnitLater: \"220\", waiting: {
            extendedSupportPerUnit: \"900\", extendedSupportShare: \"0.4\", capitalRate: \"0.08\",
            failureRate: \"0.09\", outageHours: \"6\", outageCostPerHour: \"4000\", redundancyFactor: \"0.15\" }) {
            orderedOn now { total } later { total hardware } unitPriceLater { amount } priceIncrease extendedSupport
            capitalBenefit netCost expectedOutageLoss explain { formula assumptions } explainOutages { estimated }
        } }";
        let plan_of = plan(app, "", selection).await;
        let found = &plan_of["cohorts"][0]["deferral"];
        assert_eq!(found["orderedOn"], "2027-02-03");
        assert_eq!(found["unitPriceLater"]["amount"], golden["2.price.2027-02-03"]);
        let expected = &golden["2.defer"];
        assert_eq!(found["later"]["total"], cents(&expected["total_if_2027"]));
        assert_eq!(found["priceIncrease"], cents(&expected["price_increase"]));
        assert_eq!(found["extendedSupport"], cents(&expected["tpm_12m"]));
        assert_eq!(found["capitalBenefit"], cents(&expected["benefit_capital_8pct"]));
        assert_eq!(found["netCost"], cents(&expected["net_cost_of_deferral"]));
        assert_eq!(found["expectedOutageLoss"], cents(&golden["2.defer.expected_outage"]));
        assert_eq!(found["explainOutages"]["estimated"], true);
        // Left out, the terms are the defaults, and each is named.
        let selection =
            "cohorts { deferral(months: 12) { extendedSupport expectedOutageLoss explain { assumptions } } }";
        let plan = plan(app, "", selection).await;
        let found = &plan["cohorts"][0]["deferral"];
        // 38,309.00 of prepaid support for 17 units and five years are 450.69 a year for each.
        assert_eq!(found["extendedSupport"], "7211.04");
        assert_eq!(found["expectedOutageLoss"], Value::Null);
        let said = found["explain"]["assumptions"].to_string();
        for word in ["0.08", "0.4", "outages are not priced", "sell later for what they sell for now"] {
            assert!(said.contains(word), "{word}: {said}");
        }
    });
}

/// What a roadmap commits to for refreshes, and what the plan of the same question does, in cents.
async fn both(app: &TestApp, arguments: &str) -> (Vec<i64>, Vec<i64>) {
    let text = format!(
        "{{ roadmap({arguments}, view: COMMITMENT, groupBy: [BINDING_RULE]) {{ lines {{ keys {{ value }}
            amounts {{ years {{ amount }} }} }} }}
            refreshPlan({arguments}) {{ years {{ label sum {{ cost {{ commitment }} }} }}
            total {{ cost {{ commitment }} }} }} }}"
    );
    let data = app.director().query(&text).await;
    let cent = |amount: &Value| amount.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let years = data["refreshPlan"]["years"].as_array().unwrap();
    let planned: Vec<i64> = years.iter().map(|year| cent(&year["sum"]["cost"]["commitment"])).collect();
    assert_eq!(planned.iter().sum::<i64>(), cent(&data["refreshPlan"]["total"]["cost"]["commitment"]));
    let mut drawn = vec![0; planned.len()];
    for line in data["roadmap"]["lines"].as_array().unwrap() {
        // Only refreshes have a rule that makes them due.
        if !line["keys"][0]["value"].is_null() {
            let amounts = line["amounts"]["years"].as_array().unwrap();
            drawn.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += cent(&amount["amount"]));
        }
    }
    (drawn, planned)
}

#[test]
fn the_plan_commits_to_what_the_roadmap_does() {
    on_both_engines(async |app| {
        the_example(app).await;
        let (drawn, planned) = both(app, "from: \"2026-01\", asOf: \"2026-01-01\"").await;
        assert_eq!(drawn, planned);
        assert!(planned[0] > 0);
    });
    on_engine(Engine::Sqlite, async |app| {
        demo::load(app.store(), Scale { assets: 2_000, seed: 1 }, |_| {}).await.unwrap();
        for currency in ["USD", "EUR"] {
            let arguments = format!("from: \"2027-01\", asOf: \"2026-12-01\", currency: \"{currency}\"");
            let (drawn, planned) = both(app, &arguments).await;
            assert_eq!(drawn, planned, "{currency}");
            assert!(planned.iter().all(|amount| *amount > 0));
        }
    });
}

#[test]
fn what_should_have_been_ordered_is_overdue_by_so_many_days() {
    on_both_engines(async |app| {
        the_example(app).await;
        let text = "{ refreshPlan(from: \"2026-07\", asOf: \"2026-07-01\") { cohorts { overdue overdueDays orderedOn } \
                    explain { assumptions } } }";
        let plan = &app.director().query(text).await["refreshPlan"];
        assert_eq!(
            plan["cohorts"][0],
            json!({ "overdue": true, "overdueDays": 148, "orderedOn": "2026-07-01" })
        );
        assert!(plan["explain"]["assumptions"].to_string().contains("has passed: 40 assets"));
        // Ordered at once, which is before the plan begins: in no sum of it, and not forgotten.
        let text = "{ refreshPlan(from: \"2026-08\", asOf: \"2026-07-01\") { cohortCount earlier { assetCount } \
                    earlierCohorts { overdueDays } total { cost { total } } } }";
        let plan = &app.director().query(text).await["refreshPlan"];
        assert_eq!(plan["cohortCount"], 0);
        assert_eq!(plan["earlier"]["assetCount"], 40);
        assert_eq!(plan["earlierCohorts"], json!([{ "overdueDays": 148 }]));
        assert_eq!(plan["total"]["cost"]["total"], "0.00");
    });
}

#[test]
fn what_is_left_out_is_named_and_counted() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Bolt" })).await;
        let model = json!({ "manufacturer": maker, "name": "Bare", "kind": "SERVER" });
        let model = send(app, "registerHardwareModel", "NewHardwareModel!", model).await;
        let asset = json!({
            "tag": "NO-PRICE", "model": model, "status": "IN_SERVICE", "placement": { "site": estate.site },
            "details": { "inServiceOn": "2021-07-01" },
        });
        send(app, "registerAsset", "NewAsset!", asset).await;
        let selection = "excluded { reason missingInput count assets { tag } }
            coverage { coveredCount totalCount countRatio withoutValue } cohortCount laterAssetCount";
        let found = plan(app, "", selection).await;
        let reason = "refresh: no list price with a date for Bare, which replaces it";
        let expected = json!([{ "reason": reason, "missingInput": true, "count": 1, "assets": [{ "tag": "NO-PRICE" }] }]);
        assert_eq!(found["excluded"], expected);
        assert_eq!(
            found["coverage"],
            json!({ "coveredCount": 40, "totalCount": 41, "countRatio": "0.9756", "withoutValue": 1 })
        );
        // A filter chooses among cohorts and changes none of them.
        let of_model = format!(", filter: {{ models: [\"{model}\"] }}");
        let found = plan(app, &of_model, selection).await;
        assert_eq!((&found["cohortCount"], &found["coverage"]["totalCount"]), (&json!(0), &json!(1)));
        let of_policy = format!(
            ", filter: {{ policies: [\"{}\"], sites: [\"{}\"], kinds: [SERVER] }}",
            estate.policy, estate.site
        );
        assert_eq!(plan(app, &of_policy, selection).await["cohortCount"], 1);
        assert_eq!(plan(app, ", filter: { kinds: [STORAGE] }", selection).await["cohortCount"], 0);
        assert_eq!(plan(app, ", months: 1", selection).await["laterAssetCount"], 41);
    });
}

#[test]
fn impossible_plans_name_the_field_and_the_rule() {
    on_both_engines(async |app| {
        the_example(app).await;
        for (arguments, field, word) in [
            ("months: 0", "months", "between 1 and 120"),
            ("months: 121", "months", "between 1 and 120"),
            ("currency: \"XXX9\"", "currency", "XXX9"),
            ("currency: \"EUR\"", "currency", "rate from USD to EUR"),
            ("fiscalCalendar: \"site_01\"", "fiscalCalendar", "site"),
            (
                "filter: { sites: [\"site_00000000000000000000000000000001\"] }",
                "filter.sites",
                "there is no site with the id site_00000000000000000000000000000001",
            ),
        ] {
            let text = format!(
                "{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\", {arguments}) {{ currency }} }}"
            );
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!(refusal.field, field, "{arguments}: {}", refusal.message);
            assert!(refusal.message.contains(word), "{arguments}: {}", refusal.message);
        }
        for (arguments, field, word) in [
            ("months: 0", "months", "0 is not between 1 and 120"),
            ("months: -1", "months", "-1 is not between 1 and 120"),
            ("months: 12, residualPerUnitLater: \"-1\"", "residualPerUnitLater", "-1 is below 0"),
            ("months: 12, waiting: { capitalRate: \"8\" }", "waiting.capitalRate", "0.08"),
            (
                "months: 12, waiting: { outageCostPerHour: \"-1\" }",
                "waiting.outageCostPerHour",
                "-1 is below 0",
            ),
            ("months: 12, waiting: { failureRate: \"9\" }", "waiting.failureRate", "0.09"),
        ] {
            let text = format!(
                "{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\") {{ cohorts {{ deferral({arguments}) {{ netCost }} }} }} }}"
            );
            let refusal = app.director().expect_error(&text, "INVALID").await;
            assert_eq!(refusal.field, field, "{arguments}: {}", refusal.message);
            assert!(refusal.message.contains(word), "{arguments}: {}", refusal.message);
        }
        let text =
            "{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\") { cohorts(first: 1001) { key } } }";
        let refusal = app.director().expect_error(text, "LIMIT_EXCEEDED").await;
        assert!(refusal.message.contains("first: 1001"), "{}", refusal.message);
    });
}

#[test]
fn prices_are_hidden_from_those_who_see_only_sums() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let site = json!({ "code": "AMS1", "name": "A", "kind": "OFFICE", "timeZone": "Europe/Amsterdam" });
        let site = send(app, "openSite", "NewSite!", site).await;
        let asset = json!({
            "tag": "ALONE", "model": estate.model, "status": "IN_SERVICE", "placement": { "site": site },
            "details": { "inServiceOn": "2021-07-01", "warrantyEndsOn": "2026-06-30" },
        });
        send(app, "registerAsset", "NewAsset!", asset).await;
        let ask = |filter: &str| {
            format!(
                "{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\" {filter}) {{ cohorts {{ assetCount costHidden \
                 cost {{ capital hardware }} unitPrice {{ expired }} deferral(months: 6) {{ netCost }} }} \
                 years {{ sum {{ cost {{ capital hardware }} costHidden }} }} total {{ cost {{ capital }} costHidden }} \
                 }} }}"
            )
        };
        let all = &app.planner().query(&ask("")).await["refreshPlan"];
        // The one that is alone takes the other with it, for the sum of the year is shown.
        for cohort in all["cohorts"].as_array().unwrap() {
            assert_eq!(cohort["costHidden"], true);
            for field in ["cost", "unitPrice", "deferral"] {
                assert!(cohort[field].is_null(), "{field}: {cohort}");
            }
        }
        assert!(all["years"][0]["sum"]["cost"]["capital"].is_string());
        assert!(all["years"][0]["sum"]["cost"]["hardware"].is_null());
        let alone = ask(&format!(", filter: {{ sites: [\"{site}\"] }}"));
        let found = &app.planner().query(&alone).await["refreshPlan"];
        assert_eq!(found["total"], json!({ "cost": null, "costHidden": true }));
        assert_eq!(found["years"][0]["sum"]["costHidden"], true);
        let found = &app.finance().query(&alone).await["refreshPlan"];
        assert!(found["total"]["cost"]["capital"].is_string());
        assert!(found["cohorts"][0]["deferral"]["netCost"].is_string());
        app.viewer().expect_error(&ask(""), "FORBIDDEN").await;
        app.architect().expect_error(&ask(""), "FORBIDDEN").await;
        app.admin().expect_error(&ask(""), "FORBIDDEN").await;
    });
}

#[test]
fn statements_do_not_grow_with_the_plan() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let text = "{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\") { cohorts { key site { name } \
                    policy { name } model { name manufacturer { name } } successor { name } cycle { name } \
                    assets(first: 5) { tag } deferral(months: 6) { netCost } } \
                    excluded { assets { tag } } years { label sum { assetCount } } } }";
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

/// What a cycle says is to be bought is bought once, however many sites its assets stand at: each site buys by how
/// many of them it has.
#[test]
fn the_quantity_of_a_cycle_is_divided_among_its_sites() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let other = json!({
            "code": "FRA2", "name": "Frankfurt 2", "kind": "COLOCATION", "timeZone": "Europe/Berlin"
        });
        let other = send(app, "openSite", "NewSite!", other).await;
        let servers = app.director().query("{ assets(first: 4) { nodes { id } } }").await;
        let servers: Vec<_> =
            servers["assets"]["nodes"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        let text = format!(
            "mutation {{ moveAsset(id: {}, to: {{ site: \"{other}\" }}) {{ placement {{ site {{ code }} }} }} }}",
            servers[3]
        );
        app.director().query(&text).await;
        let cycle = json!({
            "name": "Frankfurt 2026", "policy": estate.policy, "assets": servers,
            "details": { "orderOn": "2026-02-03", "quantity": 6 },
        });
        send(app, "planRefreshCycle", "NewRefreshCycle!", cycle).await;
        let selection = "cohorts { site { code } cycle { name } quantity { units oldUnits planned } }";
        let plan = plan(app, "", selection).await;
        let planned: Vec<_> =
            plan["cohorts"].as_array().unwrap().iter().filter(|one| !one["cycle"].is_null()).collect();
        let by_site =
            |code: &str| planned.iter().find(|one| one["site"]["code"] == code).unwrap()["quantity"].clone();
        assert_eq!(planned.len(), 2);
        // Three quarters of six is four and a half: of equal remainders the first cohort has the larger part.
        assert_eq!(by_site("FRA1"), json!({ "units": 5, "oldUnits": 3, "planned": true }));
        assert_eq!(by_site("FRA2"), json!({ "units": 1, "oldUnits": 1, "planned": true }));
    });
}
