//! What growth of capacity does to the roadmap: risks, scenarios, frozen ones, and refreshes by capacity.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use support::on_both_engines;

use super::purchases::{a_site, bought, roadmap, servers, set, seventeen, steady, step, with, years};
use crate::{roadmap::the_example, scenarios::a_scenario};

#[test]
fn what_comes_too_late_is_a_risk_of_the_roadmap() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let late = steady(app, "Late", &site, "950").await;
        step(app, &late, "wave 3", "100", "2026-03-15").await;
        set(app, &late, servers()).await;
        // Nothing is bought for this one, so that the roadmap does not know it.
        let bare = steady(app, "Bare", &site, "900").await;
        let risk = "pool { name } from months worst worstIn relief orderBy overdueDays message";
        let text = format!("{{ capacityRisks(asOf: \"2026-01-10\") {{ {risk} }} }}");
        let found = app.viewer().query(&text).await["capacityRisks"].clone();
        let expected = json!({
            "pool": { "name": "Late" }, "from": "2026-03", "months": 4, "worst": "50", "worstIn": "2026-03",
            "relief": "2026-07", "orderBy": "2025-10-04", "overdueDays": 98,
            "message": "Late runs out in 2026-03, for 4 months: an order of 2026-01-10 helps from 2026-07 on, and is 98 \
                        days late",
        });
        assert_eq!(found.as_array().unwrap().len(), 2, "{found}");
        assert_eq!((&found[0]["pool"]["name"], &found[0]["from"]), (&json!("Bare"), &json!("2026-01")));
        assert_eq!(found[0]["worst"], "0", "demand is just what there is");
        assert_eq!(found[1], expected);
        let drawn = roadmap(app, "view: CASH", &format!("risks {{ {risk} }} assumptions")).await;
        assert_eq!(drawn["risks"], json!([expected]));
        let said = drawn["assumptions"].to_string();
        assert!(said.contains("ordered at once and there later than needed: 1 orders of capacity"), "{said}");
        let order = bought(app, "").await[0]["orders"][0].clone();
        assert_eq!((&order["isLate"], &order["decidedOn"]), (&json!(true), &json!("2026-01-10")));
        assert_eq!((&order["neededIn"], &order["usableIn"]), (&json!("2026-03"), &json!("2026-07")));
        // Only of some pools, and only those that begin soon enough.
        let some = format!(
            "{{ capacityRisks(asOf: \"2026-01-10\", months: 2,
            filter: {{ id: {{ in: [\"{late}\", \"{bare}\"] }} }}) {{ pool {{ name }} }} }}"
        );
        assert_eq!(app.viewer().query(&some).await["capacityRisks"], json!([{ "pool": { "name": "Bare" } }]));
        // Days that nobody recorded are not zero: nothing is ordered, and the reason is told.
        let update = format!(
            "mutation {{ updateCapacityPool(id: \"{late}\", changes: {{ leadDays: null }}) {{ id }} }}"
        );
        app.director().query(&update).await;
        let reason = bought(app, "").await[0]["reason"].clone();
        assert_eq!(reason, "the days from an order to its delivery are not recorded");
        let selection = "excluded { subject reason records { label } }";
        let excluded = roadmap(app, "view: CASH", selection).await["excluded"].clone();
        assert_eq!(excluded[0]["subject"], "CAPACITY_POOL");
        assert_eq!(excluded[0]["reason"], format!("growth: {}", reason.as_str().unwrap()));
        assert_eq!(excluded[0]["records"], json!([{ "label": "Late" }]));
    });
}

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
                scenarios {{ lines {{ category difference {{ total }} }} roadmap {{ assumptions }} }} }} }}"
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
        let drawn = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-10\", view: CASH) { totals { total } risks { from } } }";
        let without = app.director().statements(drawn).await;
        let bare = steady(app, "Bare", &site, "1000").await;
        assert_eq!(app.director().statements(drawn).await, without + 1, "nothing is bought for it");
        step(app, &bare, "wave 3", "265", "2026-07-01").await;
        set(app, &bare, servers()).await;
        let listed = "{ capacityPurchases(asOf: \"2026-01-10\") { pool { name } orders { pieces } } }";
        let risks = "{ capacityRisks(asOf: \"2026-01-10\") { pool { name } months } }";
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

#[test]
fn assets_of_a_pool_that_runs_out_are_due_in_time() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let refresh = async |tag: &str| {
            let fields =
                "due { state date reason } bindingRule withoutInput candidates { rule date quality }";
            let text =
                format!("{{ asset(tag: \"{tag}\") {{ id refresh(asOf: \"2026-01-10\") {{ {fields} }} }} }}");
            app.viewer().query(&text).await["asset"].clone()
        };
        let member = refresh("SRV-001").await["id"].clone();
        let pool = steady(app, "Compute", &estate.site, "1000").await;
        step(app, &pool, "wave 3", "265", "2026-07-01").await;
        let put = async |members: Value| {
            let text = "mutation($id: ID!, $members: [ID!]!) { setCapacityPoolMembers(id: $id, members: $members) { id } }";
            app.director().query_with(text, json!({ "id": pool, "members": members })).await;
        };
        put(json!([member])).await;
        let before = app
            .viewer()
            .statements("{ asset(tag: \"SRV-001\") { refresh(asOf: \"2026-01-10\") { bindingRule } } }")
            .await;
        assert_eq!(refresh("SRV-001").await["refresh"]["bindingRule"], "SUPPORT", "the rule is not enabled");
        let change = async |rules: &str| {
            let text = format!(
                "mutation {{ updateRefreshPolicy(id: \"{}\", changes: {{ rules: {{ {rules} }} }}) {{
                rules {{ capacity }} }} }}",
                estate.policy
            );
            app.director().query(&text).await["updateRefreshPolicy"]["rules"]["capacity"].clone()
        };
        assert_eq!(change("capacity: true").await, true);
        let due = refresh("SRV-001").await["refresh"].clone();
        assert_eq!((&due["due"]["date"], &due["bindingRule"]), (&json!("2026-02-03"), &json!("CAPACITY")));
        let candidate = json!({ "rule": "CAPACITY", "date": "2026-02-03", "quality": "ESTIMATED" });
        assert!(due["candidates"].as_array().unwrap().contains(&candidate), "{due}");
        let other = refresh("SRV-002").await["refresh"].clone();
        assert_eq!(
            (&other["bindingRule"], &other["withoutInput"]),
            (&json!("SUPPORT"), &json!([])),
            "{other}"
        );
        let after = app
            .viewer()
            .statements("{ asset(tag: \"SRV-001\") { refresh(asOf: \"2026-01-10\") { bindingRule } } }")
            .await;
        assert!(after > before, "forecasts are read only where a policy goes by them");

        // The roadmap and the plan of refreshes say so too.
        let keys =
            roadmap(app, "view: CASH, groupBy: [BINDING_RULE]", "lines { category keys { value } }").await;
        let is_one = |line: &Value, rule: &str| {
            line["category"] == "REFRESH_CAPITAL" && line["keys"] == json!([{ "value": rule }])
        };
        for rule in ["CAPACITY", "SUPPORT"] {
            assert!(
                keys["lines"].as_array().unwrap().iter().any(|line| is_one(line, rule)),
                "{rule}: {keys}"
            );
        }
        let text = "{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-10\") { cohorts { bindingRule dueOn assetCount } } }";
        let cohorts = app.director().query(text).await["refreshPlan"]["cohorts"].clone();
        let early = json!({ "bindingRule": "CAPACITY", "dueOn": "2026-02-03", "assetCount": 1 });
        assert!(cohorts.as_array().unwrap().contains(&early), "{cohorts}");

        // A pool of the whole site has all servers in it, for virtual processors are what they supply.
        put(json!([estate.site])).await;
        assert_eq!(refresh("SRV-002").await["refresh"]["bindingRule"], "CAPACITY");
        // Of a pool that lasts nothing is due, and of one that nobody knows the day of, the rule lacks its input.
        let alone = "ageMonths: null, supportMarginMonths: null, warranty: false, capacity: true";
        assert_eq!(change(alone).await, true);
        let lasting =
            "mutation($id: ID!) { updateCapacityPool(id: $id, changes: { plannable: \"5000\" }) { id } }";
        app.director().query_with(lasting, json!({ "id": pool })).await;
        let due = refresh("SRV-002").await["refresh"].clone();
        assert_eq!(due["due"]["state"], "NOT_COMPUTABLE");
        let reason = due["due"]["reason"].as_str().unwrap();
        assert!(reason.contains("do not run out up to 2036-01"), "{reason}");
        let unknown =
            "mutation($id: ID!) { updateCapacityPool(id: $id, changes: { plannable: null }) { id } }";
        app.director().query_with(unknown, json!({ "id": pool })).await;
        let due = refresh("SRV-002").await["refresh"].clone();
        assert_eq!(due["withoutInput"], json!(["CAPACITY"]), "{due}");
        let nothing = format!(
            "mutation {{ updateRefreshPolicy(id: \"{}\", changes: {{ rules: {{ capacity: false }} }}) {{ id }} }}",
            estate.policy
        );
        let refusal = app.director().expect_error(&nothing, "INVALID").await;
        assert!(refusal.message.contains("capacity or lease"), "{}", refusal.message);
    });
}
