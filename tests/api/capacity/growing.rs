//! What growth does to scenarios, to frozen ones, to statements, and to what is due for a refresh.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::purchases::{a_site, bought, roadmap, servers, set, seventeen, steady, step, with, years};
use crate::{
    roadmap::{Estate, the_example},
    scenarios::a_scenario,
};

#[test]
fn scenarios_move_what_is_bought() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        seventeen(app, &site).await;
        let exit = json!({ "siteExit": { "site": site, "on": "2026-07-20" } });
        let exit = a_scenario(app, "out of Frankfurt", &[exit]).await;
        let dearer = json!({ "priceIndex": { "hardwareKind": "SERVER", "rates": [{ "year": 2026, "rate": "0.40" }] } });
        let dearer = a_scenario(app, "dearer", &[dearer]).await;
        let (left, _) = years(app, &format!("view: CASH, scenario: \"{exit}\"")).await;
        assert_eq!(left, Vec::<String>::new());
        let orders = bought(app, &format!(", scenario: \"{exit}\"")).await[0].clone();
        assert_eq!(orders["orders"], json!([]));
        let said = orders["explanation"]["assumptions"].to_string();
        assert!(
            said.contains("nothing is bought for Compute from 2026-07 on: it is left on 2026-07-20"),
            "{said}"
        );
        let order = bought(app, &format!(", scenario: \"{dearer}\"")).await[0]["orders"][0].clone();
        // 18,500 x 1.4 ^ (33 / 365).
        assert_eq!(order["unitPrice"]["amount"], "19071.43");
        let text = format!(
            "{{ compareScenarios(ids: [\"{exit}\", \"{dearer}\"], from: \"2026-01\", asOf: \"2026-01-10\", view: CASH) {{
                scenarios {{ lines {{ category difference {{ total }} }} assumptions }} }} }}"
        );
        let compared = app.director().query(&text).await["compareScenarios"]["scenarios"].clone();
        let total = |at: usize| compared[at]["lines"][0]["difference"]["total"].clone();
        assert_eq!(compared[0]["lines"][0]["category"], "GROWTH");
        assert_eq!(total(0), "-397332.39");
        assert!(total(1).as_str().unwrap().parse::<Decimal>().unwrap() > Decimal::ZERO, "{compared}");
        let said = compared[1]["assumptions"].to_string();
        assert!(said.contains("touches 1 capacity pool"), "{said}");
        // A site that is to be left as recorded ends it too.
        let close = format!("mutation {{ planSiteExit(id: \"{site}\", on: \"2026-07-20\") {{ id }} }}");
        app.director().query(&close).await;
        assert_eq!(bought(app, "").await[0]["orders"], json!([]));
    });
}

#[test]
fn a_frozen_scenario_keeps_what_growth_asked_for() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let pool = seventeen(app, &site).await;
        let dearer = json!({ "priceIndex": { "rates": [{ "year": 2026, "rate": "0.40" }] } });
        let id = a_scenario(app, "Board", &[dearer]).await;
        let freeze = format!(
            "mutation {{ freezeScenario(id: \"{id}\", question: {{
            from: \"2026-01\", asOf: \"2026-01-10\", currency: \"USD\" }}) {{ status }} }}"
        );
        assert_eq!(app.director().query(&freeze).await["freezeScenario"]["status"], "FROZEN");
        let text = format!(
            "{{ frozenScenario(id: \"{id}\") {{ result verify {{ reproduced baselineChanged }} }} }}"
        );
        let kept = app.director().query(&text).await["frozenScenario"].clone();
        assert_eq!(kept["verify"], json!({ "reproduced": true, "baselineChanged": false }));
        assert!(kept["result"].as_str().unwrap().contains("Growth"), "{}", kept["result"]);
        set(app, &pool, with(servers(), json!({ "lot": 4 }))).await;
        let kept = app.director().query(&text).await["frozenScenario"].clone();
        assert_eq!(kept["verify"], json!({ "reproduced": true, "baselineChanged": true }));
    });
}

#[test]
fn statements_of_growth_do_not_grow_with_pools() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let of = |fields: &str| {
            format!("{{ roadmap(from: \"2026-01\", asOf: \"2026-01-10\", view: CASH) {{ {fields} }} }}")
        };
        let (drawn, plain) = (of("totals { total } risks { from }"), of("totals { total }"));
        let without = app.director().statements(&plain).await;
        assert_eq!(app.director().statements(&drawn).await, without, "without pools risks cost nothing");
        let bare = steady(app, "Bare", &site, "1000").await;
        assert_eq!(app.director().statements(&plain).await, without + 1, "nothing is bought for it");
        let one = app.director().statements(&drawn).await;
        steady(app, "Barer", &site, "1000").await;
        assert_eq!(app.director().statements(&drawn).await, one, "with one more that nothing is bought for");
        let drawn = drawn.as_str();
        step(app, &bare, "wave 3", "265", "2026-07-01").await;
        set(app, &bare, servers()).await;
        let listed = "{ capacityPurchases(asOf: \"2026-01-10\") { pool { name } orders { pieces } } }";
        let risks = "{ capacityRisks(asOf: \"2026-01-10\") { risks { pool { name } months } unknownCount } }";
        let mut few = Vec::new();
        for text in [drawn, listed, risks] {
            few.push(app.director().statements(text).await);
        }
        for number in 1..=3 {
            let pool = steady(app, &format!("More {number}"), &site, "1000").await;
            step(app, &pool, "wave 4", "365", "2026-08-01").await;
            set(app, &pool, servers()).await;
        }
        for (text, few) in [drawn, listed, risks].into_iter().zip(few) {
            assert_eq!(app.director().statements(text).await, few, "{text}");
        }
    });
}

/// When an asset is due for a refresh, and by which rule.
async fn refresh(app: &TestApp, tag: &str) -> Value {
    let fields = "due { state date reason } bindingRule withoutInput candidates { rule date quality }";
    let text = format!("{{ asset(tag: \"{tag}\") {{ id refresh(asOf: \"2026-01-10\") {{ {fields} }} }} }}");
    app.viewer().query(&text).await["asset"].clone()
}

async fn change_rules(app: &TestApp, policy: &str, rules: &str) -> Value {
    let text = format!(
        "mutation {{ updateRefreshPolicy(id: \"{policy}\", changes: {{ rules: {{ {rules} }} }}) {{
            rules {{ capacity }} }} }}"
    );
    app.director().query(&text).await["updateRefreshPolicy"]["rules"]["capacity"].clone()
}

async fn put(app: &TestApp, pool: &str, members: Value) {
    let text =
        "mutation($id: ID!, $members: [ID!]!) { setCapacityPoolMembers(id: $id, members: $members) { id } }";
    app.director().query_with(text, json!({ "id": pool, "members": members })).await;
}

/// The example with a pool that the first server is part of, and that runs out in July 2026.
async fn a_member(app: &TestApp) -> (Estate, String) {
    let estate = the_example(app).await;
    let member = refresh(app, "SRV-001").await["id"].clone();
    let pool = steady(app, "Compute", &estate.site, "1000").await;
    step(app, &pool, "wave 3", "265", "2026-07-01").await;
    put(app, &pool, json!([member])).await;
    (estate, pool)
}

#[test]
fn assets_of_a_pool_that_runs_out_are_due_in_time() {
    on_both_engines(async |app| {
        let (estate, _) = a_member(app).await;
        let asked = "{ asset(tag: \"SRV-001\") { refresh(asOf: \"2026-01-10\") { bindingRule } } }";
        let before = app.viewer().statements(asked).await;
        assert_eq!(refresh(app, "SRV-001").await["refresh"]["bindingRule"], "SUPPORT", "it is not enabled");
        assert_eq!(change_rules(app, &estate.policy, "capacity: true").await, true);
        let due = refresh(app, "SRV-001").await["refresh"].clone();
        assert_eq!((&due["due"]["date"], &due["bindingRule"]), (&json!("2026-02-03"), &json!("CAPACITY")));
        let candidate = json!({ "rule": "CAPACITY", "date": "2026-02-03", "quality": "ESTIMATED" });
        assert!(due["candidates"].as_array().unwrap().contains(&candidate), "{due}");
        let other = refresh(app, "SRV-002").await["refresh"].clone();
        let found = (&other["bindingRule"], &other["withoutInput"]);
        assert_eq!(found, (&json!("SUPPORT"), &json!([])), "it is in no pool");
        let after = app.viewer().statements(asked).await;
        assert!(after > before, "forecasts are read only where a policy goes by them");
        // What ends with its site asks for nothing more.
        let leave = |on: &str| format!("mutation {{ planSiteExit(id: \"{}\" {on}) {{ id }} }}", estate.site);
        app.director().query(&leave(", on: \"2026-07-20\"")).await;
        assert_eq!(refresh(app, "SRV-001").await["refresh"]["bindingRule"], "SUPPORT");
    });
}

#[test]
fn the_roadmap_and_the_plan_refresh_by_capacity() {
    on_both_engines(async |app| {
        let (estate, _) = a_member(app).await;
        assert_eq!(change_rules(app, &estate.policy, "capacity: true").await, true);
        let selection = "lines { category keys { value } }";
        let keys = roadmap(app, "view: CASH, groupBy: [BINDING_RULE]", selection).await;
        let is_one = |line: &Value, rule: &str| {
            line["category"] == "REFRESH_CAPITAL" && line["keys"] == json!([{ "value": rule }])
        };
        for rule in ["CAPACITY", "SUPPORT"] {
            let is_there = keys["lines"].as_array().unwrap().iter().any(|line| is_one(line, rule));
            assert!(is_there, "{rule}: {keys}");
        }
        let text = "{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-10\") { cohorts { bindingRule dueOn assetCount } } }";
        let cohorts = app.director().query(text).await["refreshPlan"]["cohorts"].clone();
        let early = json!({ "bindingRule": "CAPACITY", "dueOn": "2026-02-03", "assetCount": 1 });
        assert!(cohorts.as_array().unwrap().contains(&early), "{cohorts}");
    });
}

#[test]
fn a_pool_that_lasts_makes_nothing_due_and_an_unknown_one_says_so() {
    on_both_engines(async |app| {
        let (estate, pool) = a_member(app).await;
        let alone = "ageMonths: null, supportMarginMonths: null, warranty: false, capacity: true";
        assert_eq!(change_rules(app, &estate.policy, alone).await, true);
        // A pool of the whole site has all servers in it, for virtual processors are what they supply.
        put(app, &pool, json!([estate.site])).await;
        assert_eq!(refresh(app, "SRV-002").await["refresh"]["bindingRule"], "CAPACITY");
        let plannable = async |plannable: Value| {
            let text = "mutation($id: ID!, $plannable: Decimal) {
                updateCapacityPool(id: $id, changes: { plannable: $plannable }) { id } }";
            app.director().query_with(text, json!({ "id": pool, "plannable": plannable })).await;
        };
        plannable(json!("5000")).await;
        let due = refresh(app, "SRV-002").await["refresh"].clone();
        assert_eq!(due["due"]["state"], "NOT_COMPUTABLE");
        let reason = due["due"]["reason"].as_str().unwrap();
        assert!(reason.contains("do not run out up to 2036-01"), "{reason}");
        plannable(Value::Null).await;
        let due = refresh(app, "SRV-002").await["refresh"].clone();
        assert_eq!(due["withoutInput"], json!(["CAPACITY"]), "{due}");
        let nothing = format!(
            "mutation {{ updateRefreshPolicy(id: \"{}\", changes: {{ rules: {{ capacity: false }} }}) {{ id }} }}",
            estate.policy
        );
        let refusal = app.director().expect_error(&nothing, "INVALID").await;
        assert!(refusal.message.contains("capacity or lease"), "{}", refusal.message);
    });
}

#[test]
fn supply_under_a_scenario_is_not_said_to_be_as_on_record() {
    on_both_engines(async |app| {
        let (site, other) = (a_site(app, "FRA1").await, a_site(app, "MUC1").await);
        let pool = seventeen(app, &site).await;
        put(app, &pool, json!([site, other])).await;
        let exit = json!({ "siteExit": { "site": other, "on": "2026-09-30" } });
        let exit = a_scenario(app, "out of Munich", &[exit]).await;
        let said = "1 of the 2 sites of Compute are left: where their demand goes is not known, so it stays";
        let orders = bought(app, &format!(", scenario: \"{exit}\"")).await[0].clone();
        assert!(orders["explanation"]["assumptions"].as_array().unwrap().contains(&json!(said)), "{orders}");
        assert!(!orders.to_string().contains("as it is on record"), "{orders}");
        let risks =
            format!("{{ capacityRisks(asOf: \"2026-01-10\", scenario: \"{exit}\") {{ assumptions }} }}");
        let open = app.director().query(&risks).await["capacityRisks"]["assumptions"].clone();
        assert!(open.to_string().contains("out of Munich"), "{open}");
        let seen = app.viewer().query(&risks).await["capacityRisks"]["assumptions"].clone();
        assert!(seen.as_array().unwrap().contains(&json!(said)), "{seen}");
        assert!(!seen.to_string().contains("out of Munich"), "{seen}");
        let all = bought(app, "").await[0]["explanation"]["assumptions"].clone();
        assert!(!all.as_array().unwrap().contains(&json!(said)), "{all}");
    });
}

#[test]
fn caps_hold_what_growth_orders_before_refreshes() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let level = async |client: &Client, cap: &str, more: &str| {
            let text = format!(
                "{{ levelRefreshPlan(from: \"2026-01\", asOf: \"2026-01-10\", months: 24, deferMonths: 24 {more},
                    caps: [{{ fiscalYear: 2026, amount: \"{cap}\", currency: \"USD\" }}]) {{
                    outcome limits {{ takenByGrowth unusedGreedy unusedOptimised }}
                    conflict {{ words irreducible cohorts {{ key }} }} explain {{ assumptions }} }} }}"
            );
            client.query(&text).await["levelRefreshPlan"].clone()
        };
        let number = |value: &Value| value.as_str().unwrap().parse::<Decimal>().unwrap();
        let director = app.director();
        let before = level(&director, "1000000", "").await;
        assert_eq!(number(&before["limits"][0]["takenByGrowth"]), Decimal::ZERO);
        seventeen(app, &estate.site).await;
        // The commitment of the worked example: 319,241.64 + 28,731.75 + 11,050 + 38,309.
        let growth: Decimal = "397332.39".parse().unwrap();
        let after = level(&director, "1000000", "").await;
        assert_eq!((&after["outcome"], &after["conflict"]), (&before["outcome"], &Value::Null));
        assert_eq!(number(&after["limits"][0]["takenByGrowth"]), growth);
        for unused in ["unusedGreedy", "unusedOptimised"] {
            let (was, is) = (number(&before["limits"][0][unused]), number(&after["limits"][0][unused]));
            assert_eq!(was - is, growth, "{unused}");
        }
        let said = after["explain"]["assumptions"].to_string();
        assert!(said.contains("takes its part of the caps before anything is levelled"), "{said}");
        // A cap that growth alone exceeds is kept by nothing.
        let over = level(&director, "300000", "").await;
        assert_eq!(over["outcome"], "INFEASIBLE");
        let words = over["conflict"]["words"].as_str().unwrap();
        assert!(
            words.starts_with("growth of capacity of 1 pool is ordered above the cap of 300000"),
            "{words}"
        );
        assert_eq!(
            (&over["conflict"]["irreducible"], &over["conflict"]["cohorts"]),
            (&json!(true), &json!([]))
        );
        // The purchases of one pool would tell its price.
        let sums = level(&app.planner(), "1000000", "").await["limits"][0].clone();
        let hidden = json!({ "takenByGrowth": null, "unusedGreedy": null, "unusedOptimised": null });
        assert_eq!(sums, hidden);
        // A plan of other hardware has no growth of servers, and one of single policies has none at all.
        for filter in ["kinds: [STORAGE]".to_owned(), format!("policies: [\"{}\"]", estate.policy)] {
            let found = level(&director, "1000000", &format!(", filter: {{ {filter} }}")).await;
            assert_eq!(number(&found["limits"][0]["takenByGrowth"]), Decimal::ZERO, "{filter}");
        }
    });
}
