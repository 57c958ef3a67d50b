//! Lists of the inventory: filters, orders, pages, and how many statements they take.

use serde_json::{Value, json};
use support::{Client, on_both_engines};

use super::{Estate, install_rack, open_site, register_asset, register_model};

/// Five assets: two servers in a rack, one in stock, two laptops elsewhere.
async fn fill(estate: &Estate) {
    let planner = &estate.planner;
    estate.asset("A-1", "IN_SERVICE", json!({ "rack": estate.rack, "unit": 1 }), json!({ "tier": 0 })).await;
    let bought = json!({ "tier": 2, "owner": "Web", "purchase": {
        "price": { "amount": "900", "currency": "EUR" }, "vendor": estate.vendor, "on": "2024-02-02",
    } });
    estate.asset("A-2", "IN_SERVICE", json!({ "rack": estate.rack, "unit": 5 }), bought).await;
    estate.asset("A-3", "IN_STOCK", json!({ "site": estate.site }), json!({})).await;
    let office = open_site(planner, "OFF1").await;
    let ends = json!({ "milestones": { "lastDateOfSupportOn": "2027-01-01" } });
    let laptop = register_model(planner, &estate.maker, "L-14", "LAPTOP", ends).await;
    for tag in ["L-1", "L-2"] {
        let price = json!({ "purchase": { "price": { "amount": "1200", "currency": "EUR" } } });
        register_asset(planner, tag, &laptop, "IN_SERVICE", json!({ "site": office }), price).await;
    }
}

async fn tags(client: &Client, arguments: &str) -> Vec<String> {
    let answer = client.query(&format!("{{ assets({arguments}) {{ nodes {{ tag }} }} }}")).await;
    let nodes = answer["assets"]["nodes"].as_array().unwrap().clone();
    nodes.iter().map(|node| super::text_of(&node["tag"])).collect()
}

#[test]
fn assets_are_filtered_through_what_they_are_related_to() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        fill(&estate).await;
        let director = app.director();
        for (filter, expected) in [
            ("model: { kind: { eq: LAPTOP } }", vec!["L-1", "L-2"]),
            (
                "model: { manufacturer: { name: { eq: \"Acme\" } }, kind: { ne: LAPTOP } }",
                vec!["A-1", "A-2", "A-3"],
            ),
            ("model: { lastDateOfSupportOn: { lt: \"2028-01-01\" } }", vec!["L-1", "L-2"]),
            ("rack: { name: { eq: \"R01\" } }", vec!["A-1", "A-2"]),
            ("rack: { site: { code: { eq: \"OFF1\" } } }", vec![]),
            ("racked: false", vec!["A-3", "L-1", "L-2"]),
            ("site: { code: { startsWith: \"off\" } }", vec!["L-1", "L-2"]),
            ("vendor: { code: { eq: \"CDW\" } }", vec!["A-2"]),
            ("price: { gte: \"1000\" }", vec!["L-1", "L-2"]),
            ("price: { isNull: true }", vec!["A-1", "A-3"]),
            ("tier: { in: [0, 2] }, not: { owner: { eq: \"Web\" } }", vec!["A-1"]),
            (
                "or: [{ tag: { eq: \"A-1\" } }, { model: { name: { contains: \"14\" } } }]",
                vec!["A-1", "L-1", "L-2"],
            ),
            ("and: [{ status: { eq: IN_SERVICE } }, { racked: true }, { tier: { gt: 0 } }]", vec!["A-2"]),
            ("purchasedOn: { gte: \"2024-01-01\" }", vec!["A-2"]),
        ] {
            let found = tags(&director, &format!("filter: {{ {filter} }}, orderBy: {{ field: TAG }}")).await;
            assert_eq!(found, expected, "{filter}");
        }
    });
}

#[test]
fn prices_are_no_way_to_hidden_prices() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        fill(&estate).await;
        for hidden in [
            "{ assets(filter: { price: { gt: \"1\" } }) { totalCount } }",
            "{ assets(filter: { not: { price: { gt: \"1\" } } }) { totalCount } }",
            "{ assets(orderBy: { field: PRICE }) { nodes { tag } } }",
            "{ sites(first: 1) { nodes { assets(orderBy: { field: PRICE }) { nodes { tag } } } } }",
            "{ assets(filter: { model: { listPrice: { gt: \"1\" } } }) { totalCount } }",
            "{ hardwareModels(filter: { listPrice: { gt: \"1\" } }) { totalCount } }",
            "{ inventoryFindings(kinds: [ZERO_PRICE]) { count } }",
            "{ inventoryFindings(kinds: [ZERO_LIST_PRICE]) { count } }",
        ] {
            estate.planner.expect_error(hidden, "FORBIDDEN").await;
            app.director().query(hidden).await;
        }
        let order = "orderBy: [{ field: PRICE, direction: DESC }, { field: TAG }]";
        assert_eq!(tags(&app.director(), order).await, ["L-1", "L-2", "A-2", "A-1", "A-3"]);
        app.admin().expect_error("{ assets { totalCount } }", "FORBIDDEN").await;
    });
}

#[test]
fn pages_go_both_ways_and_rows_without_a_value_come_last() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        fill(&estate).await;
        for (order, expected) in [
            ("[{ field: TIER }, { field: TAG }]", ["A-1", "A-2", "A-3", "L-1", "L-2"]),
            ("[{ field: TIER, direction: DESC }, { field: TAG }]", ["A-2", "A-1", "A-3", "L-1", "L-2"]),
            ("[{ field: UNIT }, { field: TAG, direction: DESC }]", ["A-1", "A-2", "L-2", "L-1", "A-3"]),
        ] {
            for (size, cursor, place) in [("first", "after", "endCursor"), ("last", "before", "startCursor")]
            {
                let mut seen: Vec<String> = Vec::new();
                let mut from = String::new();
                loop {
                    let text = format!(
                        "{{ assets(orderBy: {order}, {size}: 2{from}) {{
                            nodes {{ tag }} totalCount
                            pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
                        }} }}"
                    );
                    let answer = estate.planner.query(&text).await;
                    let page = &answer["assets"];
                    assert_eq!(page["totalCount"], 5);
                    let nodes = page["nodes"].as_array().unwrap().iter();
                    let tags: Vec<String> = nodes.map(|node| super::text_of(&node["tag"])).collect();
                    if size == "first" {
                        seen.extend(tags);
                    } else {
                        seen.splice(0..0, tags);
                    }
                    let more = if size == "first" { "hasNextPage" } else { "hasPreviousPage" };
                    if page["pageInfo"][more] == json!(false) {
                        break;
                    }
                    from = format!(", {cursor}: {}", page["pageInfo"][place]);
                }
                assert_eq!(seen, expected, "{order} {size}");
            }
        }
        let answer = estate.planner.query("{ vendors { pageInfo { endCursor } } }").await;
        let text =
            format!("{{ assets(after: {}) {{ totalCount }} }}", answer["vendors"]["pageInfo"]["endCursor"]);
        let refusal = estate.planner.expect_error(&text, "INVALID").await;
        assert_eq!(refusal.message, "after: is a cursor of another list, so it has no place in this one");
        let refusal =
            estate.planner.expect_error("{ assets(first: 10001) { totalCount } }", "LIMIT_EXCEEDED").await;
        assert!(refusal.message.contains("10001"), "{}", refusal.message);
    });
}

const NESTED: &str = "{ assets(first: 40) { nodes {
    tag power { drawWatts } children { tag }
    model { name manufacturer { name } successor { name } }
    placement { site { code } rack { name usage { unitsFree allocatedDrawWatts } } parent { tag } }
    purchase { vendor { code } }
} } }";

const DOWNWARD: &str = "{
    sites { nodes { code racks { totalCount nodes {
        name usage { unitsFree reasons { gap } } assets(first: 3) { totalCount nodes { tag } }
    } } } }
    manufacturers { nodes { models { nodes { name assets(first: 2) { totalCount nodes { tag } } } } } }
    vendors { nodes { assets { nodes { tag } } } }
}";

#[test]
fn statements_do_not_grow_with_rows() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let row = |number: usize, rack: &str| {
            let parent = format!("P-{number}");
            (parent, json!({ "rack": rack, "unit": 1 }))
        };
        let mut counts: Vec<(u64, u64)> = Vec::new();
        for round in 0..20 {
            let rack = install_rack(&estate.planner, &estate.site, &format!("X{round}"), json!({})).await;
            let details = json!({ "successor": estate.server });
            let name = format!("M-{round}");
            let model = register_model(&estate.planner, &estate.maker, &name, "SERVER", details).await;
            let body = json!({ "dimensions": { "heightUnits": 1 } });
            let text = "mutation($id: ID!, $details: HardwareModelChanges!) {
                updateHardwareModel(id: $id, changes: $details) { id } }";
            estate.planner.query_with(text, json!({ "id": model, "details": body })).await;
            let (tag, place) = row(round, &rack);
            let bought = json!({ "purchase": { "vendor": estate.vendor } });
            let parent = register_asset(&estate.planner, &tag, &model, "IN_SERVICE", place, bought).await;
            let child = json!({ "parent": parent });
            estate.asset(&format!("C-{round}"), "IN_SERVICE", child, json!({})).await;
            if round == 0 || round == 19 {
                counts.push((
                    estate.planner.statements(NESTED).await,
                    estate.planner.statements(DOWNWARD).await,
                ));
            }
        }
        assert_eq!(counts.first(), counts.last());
    });
}

#[test]
fn makers_models_racks_and_sites_are_filtered_and_ordered() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        fill(&estate).await;
        let other = open_site(&estate.planner, "BER1").await;
        let limits = json!({ "protectedPowerWatts": 4000, "room": "DH2" });
        install_rack(&estate.planner, &other, "R02", limits).await;
        let names = async |text: &str| {
            let answer: Value = estate.planner.query(text).await;
            let list =
                answer.as_object().unwrap().values().next().unwrap()["nodes"].as_array().unwrap().clone();
            list.iter().map(|node| super::text_of(&node["name"])).collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("racks(filter: { site: { code: { eq: \"BER1\" } } })", vec!["R02"]),
            ("racks(filter: { protectedPowerWatts: { gte: 4000 }, room: { eq: \"DH2\" } })", vec!["R02"]),
            ("racks(orderBy: [{ field: PROTECTED_POWER_WATTS }])", vec!["R02", "R01"]),
            ("racks(filter: { status: { eq: RETIRED } })", vec![]),
            ("hardwareModels(orderBy: { field: LAST_DATE_OF_SUPPORT_ON })", vec!["L-14", "S-200"]),
            ("hardwareModels(filter: { lastDateOfSupportOn: { isNull: true } })", vec!["S-200"]),
            (
                "hardwareModels(filter: { typicalDrawWatts: { gt: 300 }, fullDepth: { eq: true } })",
                vec!["S-200"],
            ),
            ("manufacturers(filter: { not: { name: { eq: \"Acme\" } } })", vec![]),
            ("vendors(filter: { paymentTermsDays: { lte: 30 } })", vec!["CDW GmbH"]),
        ] {
            assert_eq!(names(&format!("{{ {text} {{ nodes {{ name }} }} }}")).await, expected, "{text}");
        }
    });
}

/// A page of plain columns is written without resolvers, a page that asks for anything else with them: both show the
/// same, by any name, inside a fragment, and to every role.
#[test]
fn plain_pages_show_what_resolved_ones_do() {
    const FIELDS: &str = "id version label: tag name serial status inServiceOn warrantyEndsOn leaseReturnOn \
                          retiredOn disposedOn owner tier environment costCentre source";
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        fill(&estate).await;
        let odd = json!({ "owner": "Zoë \"Q\" \\ Ltd", "costCentre": "4\u{2028}7/\u{7f00}" });
        estate.asset("A-9", "IN_STOCK", json!({ "site": estate.site }), odd).await;
        for client in [app.viewer(), app.architect(), app.director()] {
            let ask = async |selection: &str| {
                let query = format!("{{ assets(orderBy: {{ field: TAG }}) {{ nodes {{ {selection} }} }} }}");
                client.query(&query).await["assets"]["nodes"].clone()
            };
            let written = ask(FIELDS).await;
            assert_eq!(written.as_array().unwrap().len(), 6);
            assert_eq!(written, ask(&format!("... on Asset {{ {FIELDS} }}")).await);
            let mut resolved = ask(&format!("__typename {FIELDS}")).await;
            for node in resolved.as_array_mut().unwrap() {
                assert_eq!(node.as_object_mut().unwrap().remove("__typename"), Some(json!("Asset")));
            }
            assert_eq!(written, resolved);
            let mut mixed = ask(&format!("{FIELDS} model {{ name }} createdAt")).await;
            for node in mixed.as_array_mut().unwrap() {
                assert!(node.as_object_mut().unwrap().remove("model").unwrap()["name"].is_string());
                node.as_object_mut().unwrap().remove("createdAt").unwrap();
            }
            assert_eq!(written, mixed);
        }
    });
}
