//! Refresh cycles.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{Estate, id};

const WHOLE: &str = "id version createdAt updatedAt name status orderOn inServiceOn quantity notes
    budget { amount currency } budgetHidden policy { name } site { code } model { name }
    assets(orderBy: [{ field: ADDED_AT }]) { totalCount nodes { id addedAt asset { tag } cycle { name } } }";

async fn plan(client: &Client, name: &str, policy: &str, rest: &str) -> Value {
    let mutation = format!(
        "mutation {{ planRefreshCycle(input: {{ name: \"{name}\", policy: \"{policy}\" {rest} }}) {{ id version status }} }}"
    );
    client.query(&mutation).await["planRefreshCycle"].clone()
}

fn step(verb: &str, cycle: &str, arguments: &str) -> String {
    format!("mutation {{ {verb}(id: \"{cycle}\" {arguments}) {{ status version orderOn inServiceOn }} }}")
}

/// A planned cycle with a budget, a day and one asset.
async fn ready(app: &TestApp, estate: &Estate, name: &str) -> (String, String) {
    let policy = Estate::policy(app, &format!("of {name}"), 10, "").await;
    let asset = estate.server(app, &format!("SRV-{name}"), "").await;
    let details = format!(
        ", assets: [\"{asset}\"], details: {{ orderOn: \"2026-02-03\", budget: {{ amount: \"403094.47\", currency: \"USD\" }} }}"
    );
    (id(&plan(&app.director(), name, &policy, &details).await), asset)
}

#[test]
fn a_cycle_says_all_that_was_said_of_it() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let policy = Estate::policy(app, "Servers", 10, "").await;
        let asset = estate.server(app, "SRV-1", "").await;
        let create = format!(
            r#"mutation {{ planRefreshCycle(idempotencyKey: "k", input: {{
                name: "FRA1 2026", policy: "{policy}", assets: ["{asset}"], details: {{
                    site: "{}", model: "{}", orderOn: "2026-02-03", inServiceOn: "2026-06-15", quantity: 17,
                    budget: {{ amount: "403094.47", currency: "USD" }}, notes: "like last year"
                }}
            }}) {{ {WHOLE} }} }}"#,
            estate.site, estate.successor
        );
        let made = app.director().query(&create).await["planRefreshCycle"].clone();
        let member = &made["assets"]["nodes"][0];
        assert_eq!(member["asset"]["tag"], "SRV-1");
        assert_eq!(member["cycle"]["name"], "FRA1 2026");
        let cycle = id(&made);
        let read = format!(
            "{{ refreshCycle(id: \"{cycle}\") {{ {WHOLE} }} byName: refreshCycle(name: \"FRA1 2026\") {{ id }} }}"
        );
        let found = app.director().query(&read).await;
        assert_eq!(found["refreshCycle"], made);
        assert_eq!(found["byName"]["id"], cycle.as_str());
        assert_eq!(app.director().query(&create).await["planRefreshCycle"], made);
        let mut said = made.clone();
        for column in ["id", "version", "createdAt", "updatedAt", "assets"] {
            said.as_object_mut().unwrap().remove(column);
        }
        assert_eq!(
            said,
            json!({ "name": "FRA1 2026", "status": "PLANNED", "orderOn": "2026-02-03", "inServiceOn": "2026-06-15",
                    "quantity": 17, "notes": "like last year", "budgetHidden": false,
                    "budget": { "amount": "403094.47", "currency": "USD" }, "policy": { "name": "Servers" },
                    "site": { "code": "FRA1" }, "model": { "name": "R660" } })
        );
        let hidden = app.planner().query(&read).await["refreshCycle"].clone();
        assert_eq!((&hidden["budget"], &hidden["budgetHidden"]), (&json!(null), &json!(true)));
        let search = "{ refreshCycles(filter: { budget: { gt: 400000 } }) { totalCount } }";
        app.planner().expect_error(search, "FORBIDDEN").await;
        assert_eq!(app.director().query(search).await["refreshCycles"]["totalCount"], 1);
        let of_asset =
            "{ asset(tag: \"SRV-1\") { refresh(asOf: \"2026-01-01\") { cycle { name status } } } }";
        let found = app.viewer().query(of_asset).await;
        assert_eq!(found["asset"]["refresh"]["cycle"], json!({ "name": "FRA1 2026", "status": "PLANNED" }));
    });
}

#[test]
fn a_cycle_goes_through_its_life() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let (cycle, _) = ready(app, &estate, "A").await;
        let planner = app.planner();
        for (verb, arguments, status) in [
            ("approveRefreshCycle", "", "APPROVED"),
            ("withdrawRefreshCycleApproval", "", "PLANNED"),
            ("approveRefreshCycle", "", "APPROVED"),
            ("orderRefreshCycle", ", on: \"2026-02-05\"", "ORDERED"),
            ("completeRefreshCycle", ", on: \"2026-06-15\"", "COMPLETED"),
        ] {
            let after = planner.query(&step(verb, &cycle, arguments)).await;
            assert_eq!(after[verb]["status"], status);
        }
        let query = format!("{{ refreshCycle(id: \"{cycle}\") {{ orderOn inServiceOn version }} }}");
        let found = app.viewer().query(&query).await;
        assert_eq!(
            (&found["refreshCycle"]["orderOn"], &found["refreshCycle"]["inServiceOn"]),
            (&json!("2026-02-05"), &json!("2026-06-15"))
        );
        for (verb, arguments, wanted) in [
            ("approveRefreshCycle", "", "PLANNED"),
            ("withdrawRefreshCycleApproval", "", "APPROVED"),
            ("orderRefreshCycle", ", on: \"2026-02-05\"", "APPROVED"),
            ("completeRefreshCycle", ", on: \"2026-06-15\"", "ORDERED"),
            ("cancelRefreshCycle", "", "PLANNED or APPROVED or ORDERED"),
        ] {
            let refusal = planner.expect_error(&step(verb, &cycle, arguments), "CONFLICT").await;
            assert_eq!(
                refusal.message,
                format!("the refresh cycle A is COMPLETED, this needs one that is {wanted}")
            );
            app.finance().expect_error(&step(verb, &cycle, arguments), "FORBIDDEN").await;
        }
    });
}

#[test]
fn a_step_is_refused_for_what_it_lacks() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let policy = Estate::policy(app, "Servers", 10, "").await;
        let director = app.director();
        let cycle = id(&plan(&director, "bare", &policy, "").await);
        let approve = step("approveRefreshCycle", &cycle, "");
        let update = |details: &str| {
            format!(
                "mutation {{ updateRefreshCycle(id: \"{cycle}\", changes: {{ {details} }}) {{ version }} }}"
            )
        };
        let refusal = director.expect_error(&approve, "INVALID").await;
        assert_eq!(refusal.message, "budget: is missing, and an approval is of a budget");
        director.query(&update("budget: { amount: 1, currency: \"USD\" }")).await;
        let refusal = director.expect_error(&approve, "INVALID").await;
        assert_eq!(refusal.message, "orderOn: is missing, and an approved cycle is ordered by a day");
        director.query(&update("orderOn: \"2026-02-03\"")).await;
        let refusal = director.expect_error(&approve, "INVALID").await;
        assert_eq!(refusal.message, "assets: has none, so there is nothing to replace");
        for (details, message) in [
            ("quantity: 0", "quantity: 0 is not between 1 and 1000000"),
            ("budget: { amount: -1, currency: \"USD\" }", "budget.amount: -1 is below zero"),
            (
                "budget: { amount: 1, currency: \"XXX1\" }",
                "budget.currency: `XXX1` is not a currency of ISO 4217",
            ),
            ("inServiceOn: \"2026-02-02\"", "inServiceOn: 2026-02-02 lies before the order on 2026-02-03"),
            ("orderOn: \"1999-01-01\", name: \" \"", "name: is blank"),
        ] {
            let refusal = director.expect_error(&update(details), "INVALID").await;
            assert_eq!(refusal.message, message);
        }
        let (ready, _) = ready(app, &estate, "B").await;
        let stale = step("approveRefreshCycle", &ready, ", expectedVersion: 1");
        director.expect_error(&stale, "CONFLICT").await;
        director.query(&step("approveRefreshCycle", &ready, ", expectedVersion: 2")).await;
        let refusal = director
            .expect_error(&step("orderRefreshCycle", &ready, ", on: \"2026-07-03\""), "INVALID")
            .await;
        assert_eq!(refusal.message, "on: 2026-07-03 is still to come, today is 2026-07-01");
        director.query(&step("orderRefreshCycle", &ready, ", on: \"2026-06-15\"")).await;
        let refusal = director
            .expect_error(&step("completeRefreshCycle", &ready, ", on: \"2026-06-14\""), "INVALID")
            .await;
        assert_eq!(refusal.message, "on: 2026-06-14 lies before the order on 2026-06-15");
    });
}

#[test]
fn what_was_approved_changes_no_more() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let (cycle, asset) = ready(app, &estate, "A").await;
        let director = app.director();
        director.query(&step("approveRefreshCycle", &cycle, "")).await;
        let update = |details: &str| {
            format!(
                "mutation {{ updateRefreshCycle(id: \"{cycle}\", changes: {{ {details} }}) {{ notes }} }}"
            )
        };
        for (details, field) in [
            ("quantity: 3".to_owned(), "quantity"),
            ("budget: null".to_owned(), "budget"),
            (format!("site: \"{}\"", estate.site), "site"),
            (format!("model: \"{}\"", estate.successor), "model"),
        ] {
            let refusal = director.expect_error(&update(&details), "CONFLICT").await;
            assert_eq!(
                refusal.message,
                format!("the refresh cycle A is APPROVED, so its {field} changes no more")
            );
        }
        for verb in ["addAssetsToRefreshCycle", "removeAssetsFromRefreshCycle"] {
            let mutation = format!("mutation {{ {verb}(id: \"{cycle}\", assets: [\"{asset}\"]) {{ id }} }}");
            let refusal = director.expect_error(&mutation, "CONFLICT").await;
            assert_eq!(refusal.message, "the refresh cycle A is APPROVED, this needs one that is PLANNED");
        }
        director.query(&update("orderOn: \"2026-02-04\", notes: \"later\"")).await;
        director.query(&step("cancelRefreshCycle", &cycle, "")).await;
        let refusal = director.expect_error(&update("orderOn: \"2026-02-05\""), "CONFLICT").await;
        assert_eq!(refusal.message, "the refresh cycle A is CANCELLED, so its orderOn changes no more");
        let noted = director.query(&update("notes: null")).await;
        assert_eq!(noted["updateRefreshCycle"]["notes"], json!(null));
    });
}

#[test]
fn an_asset_is_in_one_open_cycle_at_most() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let (first, one) = ready(app, &estate, "A").await;
        let policy = Estate::policy(app, "Other", 20, "").await;
        let two = estate.server(app, "SRV-2", "").await;
        let planner = app.planner();
        let second = id(&plan(&planner, "Second", &policy, "").await);
        let add = |assets: &str| {
            format!(
                "mutation {{ addAssetsToRefreshCycle(id: \"{second}\", assets: [{assets}]) {{ version assets {{ totalCount }} }} }}"
            )
        };
        let both = format!("\"{one}\", \"{two}\"");
        let refusal = planner.expect_error(&add(&both), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "1 of the assets are already in another open refresh cycle: SRV-A is in A"
        );
        let count = format!("{{ refreshCycle(id: \"{second}\") {{ assets {{ totalCount }} }} }}");
        assert_eq!(planner.query(&count).await["refreshCycle"]["assets"]["totalCount"], 0, "all or none");

        planner.query(&step("cancelRefreshCycle", &first, "")).await;
        let added = planner.query(&add(&both)).await;
        assert_eq!(added["addAssetsToRefreshCycle"], json!({ "version": 2, "assets": { "totalCount": 2 } }));
        let again = planner.query(&add(&both)).await;
        assert_eq!(again["addAssetsToRefreshCycle"]["version"], 2, "nothing changed");
        let remove = format!(
            "mutation {{ removeAssetsFromRefreshCycle(id: \"{second}\", assets: [\"{one}\"]) {{ version assets {{ nodes {{ asset {{ tag }} }} }} }} }}"
        );
        let removed = planner.query(&remove).await;
        assert_eq!(
            removed["removeAssetsFromRefreshCycle"],
            json!({ "version": 3, "assets": { "nodes": [{ "asset": { "tag": "SRV-2" } }] } })
        );
        assert_eq!(planner.query(&remove).await["removeAssetsFromRefreshCycle"]["version"], 3);
    });
}

#[test]
fn assets_that_do_not_fit_a_cycle_are_named() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let policy = Estate::policy(app, "Servers", 10, "").await;
        let here = estate.server(app, "SRV-1", "").await;
        let there = estate.asset(app, "SRV-2", &estate.other_site, "").await;
        let gone = estate.server(app, "SRV-3", "").await;
        let director = app.director();
        director
            .query(&format!("mutation {{ retireAsset(id: \"{gone}\", on: \"2026-06-01\") {{ id }} }}"))
            .await;
        let details = format!(", details: {{ site: \"{}\" }}", estate.site);
        let cycle = id(&plan(&director, "FRA1", &policy, &details).await);
        let add = |assets: &str| {
            format!(
                "mutation {{ addAssetsToRefreshCycle(id: \"{cycle}\", assets: [{assets}]) {{ version }} }}"
            )
        };
        let refusal = director.expect_error(&add(&format!("\"{there}\", \"{here}\"")), "CONFLICT").await;
        assert_eq!(refusal.message, "1 of the assets are at another site than the refresh cycle's: SRV-2");
        let refusal = director.expect_error(&add(&format!("\"{gone}\"")), "CONFLICT").await;
        assert_eq!(refusal.message, "1 of the assets are out of service for good: SRV-3 is RETIRED");
        let missing = "asset_00000000000070008000000000000000";
        let refusal = director.expect_error(&add(&format!("\"{missing}\"")), "NOT_FOUND").await;
        assert_eq!(refusal.message, "no asset with id asset_00000000000070008000000000000000");
        director.expect_error(&add(""), "INVALID").await;
        director.query(&add(&format!("\"{here}\""))).await;
        let elsewhere = format!(
            "mutation {{ updateRefreshCycle(id: \"{cycle}\", changes: {{ site: \"{}\" }}) {{ version }} }}",
            estate.other_site
        );
        let refusal = director.expect_error(&elsewhere, "CONFLICT").await;
        assert_eq!(refusal.message, "1 of the assets are at another site than the refresh cycle's: SRV-1");
        let twice = format!(
            "mutation {{ planRefreshCycle(input: {{ name: \"FRA1\", policy: \"{policy}\" }}) {{ id }} }}"
        );
        let refusal = director.expect_error(&twice, "INVALID").await;
        assert_eq!(refusal.message, "name: another refresh cycle already has it");
    });
}

#[test]
fn cycles_are_filtered_through_their_relations_ordered_and_paged() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let (first, _) = ready(app, &estate, "A").await;
        let policy = Estate::policy(app, "Other", 20, "").await;
        let details = format!(
            ", details: {{ site: \"{}\", model: \"{}\", quantity: 2 }}",
            estate.other_site, estate.successor
        );
        plan(&app.director(), "B", &policy, &details).await;
        plan(&app.director(), "C", &policy, ", details: { orderOn: \"2026-01-01\" }").await;
        app.director().query(&step("approveRefreshCycle", &first, "")).await;
        let viewer = app.viewer();
        let names = async |arguments: &str| {
            let query =
                format!("{{ refreshCycles({arguments}) {{ nodes {{ name }} pageInfo {{ endCursor }} }} }}");
            let found = viewer.query(&query).await["refreshCycles"].clone();
            let nodes = found["nodes"].as_array().unwrap().iter();
            let names: Vec<_> = nodes.map(|node| node["name"].as_str().unwrap().to_owned()).collect();
            (names.join(" "), found["pageInfo"]["endCursor"].as_str().unwrap_or_default().to_owned())
        };
        for (filter, expected) in [
            ("status: { eq: APPROVED }", "A"),
            ("policy: { name: { eq: \"Other\" } }", "B C"),
            ("site: { code: { eq: \"AMS1\" } }", "B"),
            ("model: { name: { eq: \"R660\" } }", "B"),
            ("asset: { tag: { startsWith: \"SRV\" } }", "A"),
            ("orderOn: { isNull: true }", "B"),
            ("or: [{ quantity: { gte: 2 } }, { orderOn: { lt: \"2026-01-02\" } }]", "B C"),
            ("not: { quantity: { gte: 2 } }", "A C"),
            ("and: [{ name: { in: [\"A\", \"B\"] } }, { name: { ne: \"A\" } }]", "B"),
        ] {
            let found = names(&format!("filter: {{ {filter} }}, orderBy: [{{ field: NAME }}]")).await;
            assert_eq!(found.0, expected, "{filter}");
        }
        let order = "orderBy: [{ field: ORDER_ON, direction: DESC }]";
        assert_eq!(names(order).await.0, "A C B", "those without a day come last");
        let (page, cursor) = names(&format!("{order}, first: 2")).await;
        assert_eq!(page, "A C");
        assert_eq!(names(&format!("{order}, first: 2, after: \"{cursor}\"")).await.0, "B");
        let query = format!("{{ refreshPolicies(after: \"{cursor}\") {{ totalCount }} }}");
        viewer.expect_error(&query, "INVALID").await;
        let own = "{ refreshCycle(name: \"A\") { assets(filter: { asset: { tag: { eq: \"SRV-A\" } } }) { totalCount } \
                   none: assets(filter: { not: { asset: { tag: { eq: \"SRV-A\" } } } }) { totalCount } } }";
        let found = viewer.query(own).await["refreshCycle"].clone();
        assert_eq!(found, json!({ "assets": { "totalCount": 1 }, "none": { "totalCount": 0 } }));
    });
}

#[test]
fn cycles_of_a_list_take_as_many_statements_as_one() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let policy = Estate::policy(app, "Servers", 10, "").await;
        for number in 0..20 {
            let asset = estate.server(app, &format!("SRV-{number:02}"), "").await;
            plan(&app.planner(), &format!("C{number:02}"), &policy, &format!(", assets: [\"{asset}\"]"))
                .await;
        }
        let query = |first: i32| {
            format!(
                "{{ refreshCycles(first: {first}) {{ nodes {{ name policy {{ name }} site {{ code }} model {{ name }}
                    assets(first: 2) {{ totalCount nodes {{ asset {{ tag }} }} }} }} }} }}"
            )
        };
        let viewer = app.viewer();
        let (one, many) = (viewer.statements(&query(1)).await, viewer.statements(&query(20)).await);
        assert_eq!(one, many);
    });
}
