//! What things need, what needs them, and what lies around them.

use serde_json::{Value, json};
use support::on_both_engines;

use super::setting::{Setting, a_group, a_service, a_setting, names, needs, told};

const ITEMS: &str =
    "items(first: 100) { item { name kind } steps via { name } link group } totalCount hidden deepest isCut";

fn row<'a>(reach: &'a Value, name: &str) -> &'a Value {
    let rows = reach["items"].as_array().unwrap();
    rows.iter().find(|row| row["item"]["name"] == name).unwrap_or_else(|| panic!("{name}: {rows:?}"))
}

/// Shop → two of which one is needed → a server in the rack; and a circle of Shop and Desk.
async fn a_shop(app: &support::TestApp) -> (Setting, String, [String; 2]) {
    let setting = a_setting(app).await;
    let shop = a_service(app, "Shop", json!({ "tier": 0 })).await;
    let desk = a_service(app, "Desk", json!({ "tier": 1 })).await;
    let server = setting.server(app, "SRV-1", 1).await;
    let apps = [a_service(app, "App 1", json!({})).await, a_service(app, "App 2", json!({})).await];
    let members = [(apps[0].as_str(), json!({})), (apps[1].as_str(), json!({}))];
    a_group(app, &shop, json!({ "name": "apps", "requiredCount": 1 }), &members).await;
    for one in &apps {
        needs(app, one, &server, json!({})).await;
    }
    needs(app, &shop, &desk, json!({ "hardness": "SOFT" })).await;
    needs(app, &desk, &shop, json!({})).await;
    (setting, shop, [server, desk])
}

#[test]
fn what_a_service_needs_is_listed_with_its_steps() {
    on_both_engines(async |app| {
        let (setting, shop, [server, desk]) = a_shop(app).await;
        let ask = async |query: &str, of: &str, arguments: &str, selection: &str| {
            let text = format!("{{ {query}(of: \"{of}\" {arguments}) {{ {selection} }} }}");
            app.viewer().query(&text).await[query].clone()
        };
        let found = ask("requirements", &shop, "", ITEMS).await;
        // Two apps and the desk; the server; its site, rack and two feeds.
        assert_eq!((&found["totalCount"], &found["isCut"]), (&json!(8), &json!(false)));
        assert_eq!(found["deepest"], 3);
        let one = row(&found, "App 1");
        assert_eq!(
            (&one["steps"], &one["link"], &one["group"]),
            (&json!(1), &json!("GROUP"), &json!("apps"))
        );
        assert_eq!(row(&found, "Desk")["link"], "SOFT");
        assert_eq!(row(&found, "PA")["group"], "power of rack R1");
        assert_eq!(
            (&row(&found, "R1")["steps"], &row(&found, "R1")["via"]["name"]),
            (&json!(3), &json!("SRV-1"))
        );
        // As far as the caller wants to, who is told.
        let near = ask("requirements", &shop, ", depth: 1", ITEMS).await;
        assert_eq!((&near["totalCount"], &near["isCut"]), (&json!(3), &json!(true)));
        let none = ask("requirements", &shop, ", depth: 0", ITEMS).await;
        assert_eq!((&none["totalCount"], &none["isCut"]), (&json!(0), &json!(true)));
        let far = ask("requirements", &shop, ", depth: 1000000", ITEMS).await;
        assert_eq!(far, found);
        let hard = ask("requirements", &shop, ", include: { soft: false, derived: false }", ITEMS).await;
        assert_eq!(names(&hard["items"]).len(), 3);
        // From the other end.
        let above = ask("dependants", &server, "", ITEMS).await;
        assert_eq!(row(&above, "Shop")["steps"], 2);
        assert_eq!(row(&above, "Desk")["steps"], 3);
        let site = ask("dependants", &setting.site, "", ITEMS).await;
        assert_eq!(row(&site, "SRV-1")["steps"], 1);
        assert_eq!(ask("dependants", &desk, ", depth: 1", ITEMS).await["items"][0]["item"]["name"], "Shop");
    });
}

#[test]
fn a_tree_unfolds_everything_once() {
    on_both_engines(async |app| {
        let (_, shop, _) = a_shop(app).await;
        let text = |first: i32| {
            format!(
                "{{ requirements(of: \"{shop}\") {{ tree(first: {first}) {{ isCut rows {{ place parent depth
                    item {{ name }} link group isRepeated }} }} }} }}"
            )
        };
        let tree = app.viewer().query(&text(100)).await["requirements"]["tree"].clone();
        let rows = tree["rows"].as_array().unwrap();
        assert_eq!(tree["isCut"], false);
        assert_eq!(
            (&rows[0]["item"]["name"], &rows[0]["parent"], &rows[0]["link"]),
            (&json!("Shop"), &Value::Null, &Value::Null)
        );
        for (place, row) in rows.iter().enumerate().skip(1) {
            let parent = &rows[usize::try_from(row["parent"].as_u64().unwrap()).unwrap()];
            assert_eq!(row["place"], place);
            assert_eq!(row["depth"].as_u64().unwrap(), parent["depth"].as_u64().unwrap() + 1);
            assert_eq!(parent["isRepeated"], false);
        }
        let of = |name: &str, is_repeated: bool| {
            rows.iter().filter(|row| row["item"]["name"] == name && row["isRepeated"] == is_repeated).count()
        };
        // The server is unfolded below one app and named below the other; the circle ends where it began.
        assert_eq!((of("SRV-1", false), of("SRV-1", true)), (1, 1));
        assert_eq!((of("Shop", false), of("Shop", true)), (1, 1));
        let cut = app.viewer().query(&text(3)).await["requirements"]["tree"].clone();
        assert_eq!((cut["rows"].as_array().unwrap().len(), &cut["isCut"]), (3, &json!(true)));
    });
}

#[test]
fn what_lies_around_is_ready_to_draw() {
    on_both_engines(async |app| {
        let (_, shop, [server, _]) = a_shop(app).await;
        let ask = async |of: &str, arguments: &str| {
            let text = format!(
                "{{ neighbourhood(of: \"{of}\" {arguments}) {{ items {{ item {{ id name }} steps }} leftOut hidden isCut
                    edges {{ from to kind link group isDerived dependency }} graph {{ nodes edges }} }} }}"
            );
            app.viewer().query(&text).await["neighbourhood"].clone()
        };
        let around = ask(&server, "").await;
        let mut found = names(&around["items"]);
        found.sort_unstable();
        assert_eq!(found, ["App 1", "App 2", "FRA1", "PA", "PB", "R1", "SRV-1"]);
        assert_eq!(around["isCut"], true);
        let edges = around["edges"].as_array().unwrap();
        // Two apps need the server; it needs its site, its rack and both feeds; these three need the site, and the rack
        // both feeds.
        assert_eq!(edges.len(), 11);
        let recorded: Vec<_> = edges.iter().filter(|edge| edge["isDerived"] == false).collect();
        assert_eq!(recorded.len(), 2);
        assert!(recorded.iter().all(|edge| edge["to"] == *server && edge["kind"] == "USES"));
        assert!(recorded.iter().all(|edge| edge["dependency"].as_str().unwrap().starts_with("dependency_")));
        assert!(edges.iter().any(|edge| edge["kind"] == "POWERED_BY" && edge["link"] == "GROUP"));
        let small = ask(&shop, ", depth: 5, limit: 4").await;
        assert_eq!((names(&small["items"]).len(), &small["leftOut"]), (4, &json!(5)));
        assert_eq!(small["items"][0]["steps"], 0);
        for (arguments, field) in
            [(", depth: -1", "depth"), (", limit: 0", "limit"), (", limit: 2001", "limit")]
        {
            let text = format!("{{ neighbourhood(of: \"{shop}\" {arguments}) {{ leftOut }} }}");
            assert_eq!(app.viewer().expect_error(&text, "INVALID").await.field, field);
        }
    });
}

#[test]
fn shortest_ways_are_found_and_counted() {
    on_both_engines(async |app| {
        let (setting, shop, [server, desk]) = a_shop(app).await;
        let ask = async |from: &str, to: &str, arguments: &str| {
            let text = format!(
                "{{ dependencyPath(from: \"{from}\", to: \"{to}\" {arguments}) {{ isNeeded length count
                    ways {{ steps {{ item {{ name }} link group }} }} }} }}"
            );
            app.viewer().query(&text).await["dependencyPath"].clone()
        };
        let one = ask(&shop, &setting.rack, "").await;
        assert_eq!(
            (&one["isNeeded"], &one["length"], &one["count"]),
            (&json!(true), &json!(3), &Value::Null)
        );
        let way = told(&one["ways"][0]["steps"]);
        assert!(
            way.starts_with("Shop GROUP apps, App ") && way.ends_with(" HARD, SRV-1 HARD, R1 END"),
            "{way}"
        );
        let text = format!(
            "{{ dependencyPath(from: \"{shop}\", to: \"{}\") {{ ways {{ steps(first: 2, skip: 2) {{ item {{ name }} }} }} }} }}",
            setting.rack
        );
        let part = app.viewer().query(&text).await["dependencyPath"]["ways"][0]["steps"].clone();
        assert_eq!(part, json!([{ "item": { "name": "SRV-1" } }, { "item": { "name": "R1" } }]));
        let text = text.replace("skip: 2", "skip: -1");
        assert_eq!(app.viewer().expect_error(&text, "INVALID").await.field, "skip");
        let all = ask(&shop, &server, ", all: true").await;
        assert_eq!((&all["count"], all["ways"].as_array().unwrap().len()), (&json!(2), 2));
        let some = ask(&shop, &server, ", all: true, limit: 1").await;
        assert_eq!((&some["count"], some["ways"].as_array().unwrap().len()), (&json!(2), 1));
        let none = ask(&server, &shop, "").await;
        assert_eq!(
            (&none["isNeeded"], &none["length"], &none["count"]),
            (&json!(false), &Value::Null, &json!(0))
        );
        let same = ask(&shop, &shop, "").await;
        assert_eq!((&same["isNeeded"], &same["length"]), (&json!(true), &json!(0)));
        assert_eq!(told(&ask(&shop, &desk, "").await["ways"][0]["steps"]), "Shop SOFT, Desk END");
        assert_eq!(ask(&shop, &desk, ", include: { soft: false }").await["isNeeded"], false);
        for (arguments, field) in [
            (format!("from: \"{shop}\", to: \"{server}\", limit: 0"), "limit"),
            (format!("from: \"{shop}\", to: \"{server}\", limit: 101"), "limit"),
            (format!("from: \"{}\", to: \"{server}\"", setting.model), "from"),
            (format!("from: \"{shop}\", to: \"x\""), "to"),
        ] {
            let text = format!("{{ dependencyPath({arguments}) {{ isNeeded }} }}");
            assert_eq!(app.viewer().expect_error(&text, "INVALID").await.field, field, "{arguments}");
        }
    });
}

#[test]
fn impossible_questions_of_needs_are_refused_and_statements_are_constant() {
    on_both_engines(async |app| {
        let (setting, shop, _) = a_shop(app).await;
        for query in ["requirements", "dependants"] {
            let text = format!("{{ {query}(of: \"{shop}\", depth: -1) {{ isCut }} }}");
            let refusal = app.viewer().expect_error(&text, "INVALID").await;
            assert_eq!(refusal.field, "depth");
            assert!(refusal.message.contains("-1 is below zero"), "{}", refusal.message);
            let text = format!("{{ {query}(of: \"{}\") {{ isCut }} }}", setting.model);
            assert_eq!(app.viewer().expect_error(&text, "INVALID").await.field, "of");
            let text = format!("{{ {query}(of: \"service_00000000000000000000000000000001\") {{ isCut }} }}");
            app.viewer().expect_error(&text, "NOT_FOUND").await;
            let text = format!("{{ {query}(of: \"{shop}\") {{ isCut }} }}");
            app.admin().expect_error(&text, "FORBIDDEN").await;
        }
        let texts = [
            format!("{{ requirements(of: \"{shop}\") {{ {ITEMS} tree {{ rows {{ item {{ name }} }} }} }} }}"),
            format!(
                "{{ neighbourhood(of: \"{shop}\", depth: 9) {{ items {{ item {{ name }} }} edges {{ to }} }} }}"
            ),
            format!(
                "{{ dependencyPath(from: \"{shop}\", to: \"{}\", all: true) {{ count }} }}",
                setting.site
            ),
        ];
        let mut few = Vec::new();
        for text in &texts {
            few.push(app.viewer().statements_again(text).await);
        }
        for number in 0..10 {
            let server = setting.loose(app, &format!("MORE-{number}")).await;
            needs(app, &shop, &server, json!({})).await;
        }
        for (text, few) in texts.iter().zip(few) {
            assert_eq!(app.viewer().statements_again(text).await, few, "{text}");
        }
    });
}
