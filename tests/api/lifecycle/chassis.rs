//! What lives in a chassis goes with it.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use crate::{
    roadmap::{Estate, send, the_example},
    scenarios::a_scenario,
};

struct Models {
    chassis: String,
    blade: String,
    card: String,
}

/// A chassis, blades and cards at list prices, and a policy for each but the cards. Chassis are due with their warranty.
async fn models(app: &TestApp) -> Models {
    let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Bolt" })).await;
    let model = async |name: &str, kind: &str| {
        let price = json!({ "price": { "amount": "5000", "currency": "USD" }, "on": "2026-01-01" });
        let model =
            json!({ "manufacturer": maker, "name": name, "kind": kind, "details": { "listPrice": price } });
        send(app, "registerHardwareModel", "NewHardwareModel!", model).await
    };
    for (name, kind, rules) in
        [("chassis", "CHASSIS", json!({ "warranty": true })), ("blades", "BLADE", json!({ "ageMonths": 60 }))]
    {
        let policy = json!({
            "name": name, "priority": 2, "currency": "USD", "rules": rules,
            "details": { "scope": { "kinds": [kind] }, "times": { "leadDays": 60, "bufferDays": 10 } },
        });
        send(app, "createRefreshPolicy", "NewRefreshPolicy!", policy).await;
    }
    Models {
        chassis: model("Chassis", "CHASSIS").await,
        blade: model("Blade", "BLADE").await,
        card: model("Card", "STORAGE").await,
    }
}

async fn place(app: &TestApp, tag: &str, model: &str, placement: Value, since: &str, status: &str) -> String {
    let asset = json!({
        "tag": tag, "model": model, "status": status, "placement": placement,
        "details": { "inServiceOn": since, "warrantyEndsOn": "2026-09-15" },
    });
    send(app, "registerAsset", "NewAsset!", asset).await
}

/// A chassis due on 2026-09-15 with blades that would be due before, on that day, and after, one that knows no day, and a
/// card in a blade.
async fn furnished(app: &TestApp) -> (Estate, Models, String) {
    let estate = the_example(app).await;
    let models = models(app).await;
    let site = json!({ "site": estate.site });
    let chassis = place(app, "C-1", &models.chassis, site, "2021-09-16", "IN_SERVICE").await;
    let inside = json!({ "parent": chassis });
    let late = place(app, "B-LATE", &models.blade, inside.clone(), "2024-03-01", "IN_SERVICE").await;
    place(app, "B-EARLY", &models.blade, inside.clone(), "2021-03-01", "IN_SERVICE").await;
    place(app, "B-SAME", &models.blade, inside.clone(), "2021-09-15", "IN_SERVICE").await;
    place(app, "B-CARD", &models.card, json!({ "parent": late }), "2024-03-01", "IN_SERVICE").await;
    let unknown = json!({
        "tag": "B-UNKNOWN", "model": models.blade, "status": "IN_SERVICE", "placement": inside, "details": {},
    });
    send(app, "registerAsset", "NewAsset!", unknown).await;
    (estate, models, chassis)
}

async fn refresh(app: &TestApp, tag: &str) -> Value {
    let text = format!(
        "{{ asset(tag: \"{tag}\") {{ refresh(asOf: \"2026-01-01\") {{ due {{ date }} bindingRule withParent {{ tag }}
            candidates {{ rule date }} policy {{ name }} }} }} }}"
    );
    app.viewer().query(&text).await["asset"]["refresh"].clone()
}

async fn cohorts(app: &TestApp, model: &str) -> Value {
    let text = format!(
        "{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\", months: 60, filter: {{ models: [\"{model}\"] }}) {{
            cohorts {{ dueOn bindingRule orderBy withParentCount assets {{ tag }} explain {{ assumptions }} }}
            excluded {{ reason assets {{ tag }} }} }} }}"
    );
    app.director().query(&text).await["refreshPlan"].clone()
}

fn tags(cohort: &Value) -> Vec<&str> {
    let mut tags: Vec<_> =
        cohort["assets"].as_array().unwrap().iter().map(|one| one["tag"].as_str().unwrap()).collect();
    tags.sort_unstable();
    tags
}

#[test]
fn blades_go_with_their_chassis_unless_they_are_due_before() {
    on_both_engines(async |app| {
        let (_, models, _) = furnished(app).await;
        let found = cohorts(app, &models.blade).await;
        let [early, with] = found["cohorts"].as_array().unwrap().as_slice() else { panic!("{found}") };
        assert_eq!((&early["dueOn"], tags(early)), (&json!("2026-03-01"), vec!["B-EARLY"]));
        assert_eq!((&early["bindingRule"], &early["withParentCount"]), (&json!("AGE"), &json!(0)));
        // The one that is due on the same day by its own rule is not dragged; the warranty wins the tie of their cohort.
        assert_eq!(
            (&with["dueOn"], tags(with)),
            (&json!("2026-09-15"), vec!["B-LATE", "B-SAME", "B-UNKNOWN"])
        );
        assert_eq!((&with["bindingRule"], &with["withParentCount"]), (&json!("WARRANTY"), &json!(2)));
        assert_eq!(with["orderBy"], "2026-07-07", "by the times of its own policy");
        let said = "2 assets go with what holds them, which is replaced before they fall due";
        assert!(with["explain"]["assumptions"].as_array().unwrap().contains(&json!(said)), "{with}");
        // Without a policy of its own it cannot be priced.
        let card = cohorts(app, &models.card).await;
        assert_eq!(
            card["excluded"],
            json!([{ "reason": "no refresh policy applies to it", "assets": [{ "tag": "B-CARD" }] }])
        );
        let late = refresh(app, "B-LATE").await;
        assert_eq!(
            late,
            json!({ "due": { "date": "2026-09-15" }, "bindingRule": "WARRANTY", "withParent": { "tag": "C-1" },
                    "candidates": [{ "rule": "AGE", "date": "2029-03-01" }], "policy": { "name": "blades" } })
        );
        for tag in ["B-EARLY", "B-SAME", "C-1"] {
            assert_eq!(refresh(app, tag).await["withParent"], Value::Null, "{tag}");
        }
        assert_eq!(refresh(app, "B-UNKNOWN").await["due"]["date"], "2026-09-15");
        let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", view: CASH, groupBy: [BINDING_RULE]) {
            explain { assumptions } lines { category keys { value } } } }";
        let roadmap = app.director().query(text).await["roadmap"].clone();
        assert!(roadmap["explain"]["assumptions"].as_array().unwrap().contains(&json!(said)), "{roadmap}");
    });
}

#[test]
fn what_is_nested_goes_with_the_top() {
    on_both_engines(async |app| {
        let (_, models, _) = furnished(app).await;
        let policy = json!({
            "name": "cards", "priority": 3, "currency": "USD", "rules": { "ageMonths": 84 },
            "details": { "scope": { "kinds": ["STORAGE"] }, "times": { "leadDays": 60 } },
        });
        send(app, "createRefreshPolicy", "NewRefreshPolicy!", policy).await;
        let card = refresh(app, "B-CARD").await;
        assert_eq!((&card["due"]["date"], &card["bindingRule"]), (&json!("2026-09-15"), &json!("WARRANTY")));
        assert_eq!(card["withParent"]["tag"], "B-LATE");
        let found = cohorts(app, &models.card).await;
        assert_eq!(
            (&found["cohorts"][0]["dueOn"], &found["cohorts"][0]["withParentCount"]),
            (&json!("2026-09-15"), &json!(1))
        );
    });
}

#[test]
fn blades_follow_what_is_planned_for_their_chassis() {
    on_both_engines(async |app| {
        let (estate, models, chassis) = furnished(app).await;
        // Planned later than it is due: what it holds goes with it on the day that is planned.
        let policy = "{ refreshPolicy(name: \"chassis\") { id } }";
        let policy = app.director().query(policy).await["refreshPolicy"]["id"].clone();
        let cycle = json!({
            "name": "Chassis 2027", "policy": policy, "assets": [chassis],
            "details": { "orderOn": "2027-01-04", "inServiceOn": "2027-03-05" },
        });
        let cycle = send(app, "planRefreshCycle", "NewRefreshCycle!", cycle).await;
        let found = cohorts(app, &models.blade).await;
        let last = found["cohorts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["dueOn"], tags(&last)), (&json!("2027-03-05"), vec!["B-LATE", "B-UNKNOWN"]));
        let cancel = format!("mutation {{ cancelRefreshCycle(id: \"{cycle}\") {{ id }} }}");
        app.director().query(&cancel).await;
        let found = cohorts(app, &models.blade).await;
        let last = found["cohorts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["dueOn"], &last["withParentCount"]), (&json!("2026-09-15"), &json!(2)));
        // A chassis that is not replaced, for its site is left, leaves its blades to their own days.
        let text = format!(
            "mutation {{ updateRefreshPolicy(id: {policy}, changes: {{ exitToleranceDays: 90 }}) {{ id }}
                planSiteExit(id: \"{}\", on: \"2026-12-01\") {{ id }} }}",
            estate.site
        );
        app.director().query(&text).await;
        let found = cohorts(app, &models.blade).await;
        let reasons = found["excluded"].to_string();
        assert!(reasons.contains("due date: no input for any enabled rule: in-service date"), "{found}");
        assert_eq!(refresh(app, "B-LATE").await["withParent"], Value::Null);
    });
}

#[test]
fn statements_do_not_grow_with_what_is_held() {
    on_both_engines(async |app| {
        let (estate, models, _) = furnished(app).await;
        let text = "{ assets(first: 100) { nodes { tag refresh(asOf: \"2026-01-01\") { due { date } withParent { tag } } } } }";
        let before = app.director().statements(text).await;
        for number in 0..4 {
            let site = json!({ "site": estate.site });
            let chassis =
                place(app, &format!("D-{number}"), &models.chassis, site, "2021-09-16", "IN_SERVICE").await;
            let inside = json!({ "parent": chassis });
            place(app, &format!("E-{number}"), &models.blade, inside, "2024-03-01", "IN_SERVICE").await;
        }
        assert_eq!(app.director().statements(text).await, before);
    });
}

#[test]
fn a_frozen_scenario_keeps_what_holds_what() {
    on_both_engines(async |app| {
        let (estate, _, _) = furnished(app).await;
        let change = json!({ "growthRate": { "workload": estate.workload, "monthlyRate": "0.02", "from": "2026-08" } });
        let scenario = json!({ "name": "Board", "changes": [{ "change": change }] });
        let scenario = send(app, "createScenario", "NewScenario!", scenario).await;
        let question = "from: \"2026-01\", months: 60, asOf: \"2026-01-01\", currency: \"USD\"";
        let drawn = format!(
            "{{ roadmap({question}, view: COMMITMENT, scenario: \"{scenario}\") {{ totals {{ total }} }} }}"
        );
        let drawn = app.director().query(&drawn).await["roadmap"]["totals"]["total"].clone();
        let text = format!(
            "mutation {{ freezeScenario(id: \"{scenario}\", question: {{ {question} }}) {{ status }} }}"
        );
        app.director().query(&text).await;
        let kept = format!(
            "{{ frozenScenario(id: \"{scenario}\") {{ result verify {{ reproduced baselineChanged }} }} }}"
        );
        let kept = app.director().query(&kept).await["frozenScenario"].clone();
        assert_eq!(kept["verify"], json!({ "reproduced": true, "baselineChanged": false }));
        let result = kept["result"].as_str().unwrap();
        let line = result.lines().find(|line| line.starts_with("Commitment total")).unwrap();
        let total: f64 = line.split(' ').skip(2).map(|month| month.parse::<f64>().unwrap()).sum();
        // Blades that no chassis dragged would be bought outside of these months, or in others at other prices.
        assert!((total - drawn.as_str().unwrap().parse::<f64>().unwrap()).abs() < 0.005, "{total} {drawn}");
    });
}

/// What a refresh plan of one model says under a scenario, seen on the day of the tests.
async fn plan(app: &TestApp, model: &str, scenario: Option<&str>) -> Value {
    let scenario = scenario.map(|id| format!(", scenario: \"{id}\"")).unwrap_or_default();
    let text = format!(
        "{{ refreshPlan(from: \"2026-07\", asOf: \"2026-07-01\", months: 60, filter: {{ models: [\"{model}\"] }} {scenario}) {{
            cohorts {{ key dueOn orderedOn withParentCount assets {{ tag }} explain {{ assumptions }} }}
            explain {{ assumptions }} }} }}"
    );
    app.director().query(&text).await["refreshPlan"].clone()
}

async fn due_under(app: &TestApp, tag: &str, scenario: &str) -> Value {
    let text = format!(
        "{{ asset(tag: \"{tag}\") {{ refresh(asOf: \"2026-07-01\", scenario: \"{scenario}\") {{
            due {{ date }} withParent {{ tag }} }} }} }}"
    );
    let found = app.director().query(&text).await["asset"]["refresh"].clone();
    json!([found["due"]["date"], found["withParent"]["tag"]])
}

fn moved(cohort: &Value, to: &str) -> Value {
    json!({ "cohortMoved": { "key": cohort["key"], "to": to } })
}

#[test]
fn blades_follow_a_chassis_that_a_scenario_moves() {
    on_both_engines(async |app| {
        let (_, models, _) = furnished(app).await;
        let chassis = plan(app, &models.chassis, None).await["cohorts"][0].clone();
        assert_eq!((&chassis["dueOn"], &chassis["orderedOn"]), (&json!("2026-09-15"), &json!("2026-07-07")));
        let id = a_scenario(app, "Later", &[moved(&chassis, "2027-01")]).await;
        let found = plan(app, &models.chassis, Some(&id)).await;
        let only = &found["cohorts"][0];
        assert_eq!((&only["dueOn"], &only["orderedOn"]), (&json!("2026-09-15"), &json!("2027-01-07")));
        // 60 days of delivery and 10 of buffer after its order; the blade that is due by itself on 2026-09-15 stays.
        let found = plan(app, &models.blade, Some(&id)).await;
        let [_, same, with] = found["cohorts"].as_array().unwrap().as_slice() else { panic!("{found}") };
        assert_eq!((&same["dueOn"], tags(same)), (&json!("2026-09-15"), vec!["B-SAME"]));
        assert_eq!((&with["dueOn"], tags(with)), (&json!("2027-03-18"), vec!["B-LATE", "B-UNKNOWN"]));
        assert_eq!((&with["orderedOn"], &with["withParentCount"]), (&json!("2027-01-07"), &json!(2)));
        assert_eq!(due_under(app, "B-LATE", &id).await, json!(["2027-03-18", "C-1"]));
        assert_eq!(due_under(app, "B-UNKNOWN", &id).await, json!(["2027-03-18", "C-1"]));
        assert_eq!(due_under(app, "B-SAME", &id).await, json!(["2026-09-15", null]));
        assert_eq!(due_under(app, "C-1", &id).await, json!(["2026-09-15", null]));
        // An order in its own month changes nothing.
        let before = plan(app, &models.blade, None).await["cohorts"].clone();
        let id = a_scenario(app, "As it is", &[moved(&chassis, "2026-07")]).await;
        assert_eq!(plan(app, &models.blade, Some(&id)).await["cohorts"], before);
    });
}

#[test]
fn blades_that_a_scenario_moves_themselves_stay_in_their_month() {
    on_both_engines(async |app| {
        let (_, models, _) = furnished(app).await;
        let chassis = plan(app, &models.chassis, None).await["cohorts"][0].clone();
        let blades =
            plan(app, &models.blade, None).await["cohorts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(tags(&blades), ["B-LATE", "B-SAME", "B-UNKNOWN"]);
        let changes = [moved(&chassis, "2027-01"), moved(&blades, "2027-05")];
        let id = a_scenario(app, "Apart", &changes).await;
        let found = plan(app, &models.blade, Some(&id)).await;
        let last = found["cohorts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["key"], &last["orderedOn"]), (&blades["key"], &json!("2027-05-07")));
        assert_eq!((tags(&last), &last["withParentCount"]), (tags(&blades), &json!(0)));
        let said =
            "2 assets are ordered in the month that the scenario has for them, and not with what holds them";
        for explained in [&last, &found] {
            let assumptions = explained["explain"]["assumptions"].as_array().unwrap();
            assert!(assumptions.contains(&json!(said)), "{explained}");
        }
        assert_eq!(due_under(app, "B-LATE", &id).await, json!(["2026-09-15", "C-1"]));
    });
}

#[test]
fn what_comes_about_by_a_move_can_be_moved_in_turn() {
    on_both_engines(async |app| {
        let (_, models, _) = furnished(app).await;
        let chassis = plan(app, &models.chassis, None).await["cohorts"][0].clone();
        let id = a_scenario(app, "Later", &[moved(&chassis, "2027-01")]).await;
        let dragged = plan(app, &models.blade, Some(&id)).await["cohorts"][2].clone();
        assert_eq!(tags(&dragged), ["B-LATE", "B-UNKNOWN"]);
        let add = "mutation($scenario: ID!, $change: ScenarioChangeInput!) {
            addScenarioChange(scenario: $scenario, change: $change) { id } }";
        let change = json!({ "scenario": id, "change": moved(&dragged, "2027-06") });
        app.director().query_with(add, change).await;
        let found = plan(app, &models.blade, Some(&id)).await["cohorts"][2].clone();
        assert_eq!((&found["key"], &found["orderedOn"]), (&dragged["key"], &json!("2027-06-07")));
        assert_eq!((&found["dueOn"], &found["withParentCount"]), (&json!("2027-03-18"), &json!(0)));
        // Without the first move it is not there, and the second names nothing.
        let text = format!("{{ scenario(id: \"{id}\") {{ changes {{ id }} }} }}");
        let first = app.director().query(&text).await["scenario"]["changes"][0]["id"].clone();
        let remove = format!("mutation {{ removeScenarioChange(id: {first}) {{ id }} }}");
        let refusal = app.director().expect_error(&remove, "INVALID").await;
        assert_eq!(refusal.field, "cohortMoved.key");
    });
}

#[test]
fn an_asset_says_of_its_holder_s_cycle_what_the_plan_does() {
    on_both_engines(async |app| {
        let (_, models, chassis) = furnished(app).await;
        let policy = "{ refreshPolicy(name: \"chassis\") { id } }";
        let policy = app.director().query(policy).await["refreshPolicy"]["id"].clone();
        let cycle = json!({
            "name": "Chassis 2027", "policy": policy, "assets": [chassis],
            "details": { "orderOn": "2026-06-01", "budget": { "amount": "1", "currency": "USD" } },
        });
        let cycle = send(app, "planRefreshCycle", "NewRefreshCycle!", cycle).await;
        // 60 days of delivery after the order, without the buffer.
        let found = cohorts(app, &models.blade).await;
        let last = found["cohorts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&last["dueOn"], tags(&last)),
            (&json!("2026-07-31"), vec!["B-LATE", "B-SAME", "B-UNKNOWN"])
        );
        for tag in ["B-LATE", "B-SAME", "B-UNKNOWN"] {
            let found = refresh(app, tag).await;
            assert_eq!(
                (&found["due"]["date"], &found["withParent"]["tag"]),
                (&json!("2026-07-31"), &json!("C-1"))
            );
        }
        assert_eq!(refresh(app, "C-1").await["due"]["date"], "2026-09-15");
        // Once the chassis is replaced by its cycle, nothing else replaces it, and its blades go by their own days.
        for step in ["approveRefreshCycle", "orderRefreshCycle", "completeRefreshCycle"] {
            let on = match step {
                "approveRefreshCycle" => "",
                "orderRefreshCycle" => ", on: \"2026-06-01\"",
                _ => ", on: \"2026-06-15\"",
            };
            app.director().query(&format!("mutation {{ {step}(id: \"{cycle}\" {on}) {{ id }} }}")).await;
        }
        let text = "{ asset(tag: \"C-1\") { refresh(asOf: \"2026-01-01\") { due { state reason } } } }";
        let found = app.viewer().query(text).await["asset"]["refresh"]["due"].clone();
        let done = "its refresh cycle is completed";
        assert_eq!(found, json!({ "state": "NOT_COMPUTABLE", "reason": done }));
        let excluded = cohorts(app, &models.chassis).await["excluded"].clone();
        assert_eq!(excluded, json!([{ "reason": done, "assets": [{ "tag": "C-1" }] }]));
        let late = refresh(app, "B-LATE").await;
        assert_eq!((&late["due"]["date"], &late["withParent"]), (&json!("2029-03-01"), &Value::Null));
        let found = cohorts(app, &models.blade).await;
        let last = found["cohorts"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["dueOn"], tags(&last)), (&json!("2029-03-01"), vec!["B-LATE"]));
    });
}
