//! What brings services down alone.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::setting::{Setting, a_feed, a_group, a_rack, a_service, a_setting, names, needs, retire, told};

const POINTS: &str = "totalCount lookedAt services { service { name tier } isNeverUp count hidden
    points(first: 20) { item { name kind } chain { item { name } link group } isCommonCause blastRadius services
        groups { name isDerived requiredCount membersLost membersLeft lost { name } }
        revenuePerHour { amounts { amount currency } reason } } }";

async fn ask(app: &TestApp, arguments: &str) -> Value {
    let text = format!("{{ singlePointsOfFailure({arguments}) {{ {POINTS} }} }}");
    app.director().query(&text).await["singlePointsOfFailure"].clone()
}

fn point<'a>(points: &'a Value, name: &str) -> &'a Value {
    let rows = points["services"][0]["points"].as_array().unwrap();
    rows.iter().find(|row| row["item"]["name"] == name).unwrap_or_else(|| panic!("{name}: {rows:?}"))
}

/// A shop on one of two servers that stand in the same rack, and on a directory of its own.
async fn a_shop(app: &TestApp) -> (Setting, String) {
    let setting = a_setting(app).await;
    let revenue = json!({ "amount": "500", "currency": "EUR" });
    let shop = a_service(app, "Shop", json!({ "tier": 0, "revenuePerHour": revenue })).await;
    let servers = [setting.server(app, "SRV-1", 1).await, setting.server(app, "SRV-2", 5).await];
    let members = [(servers[0].as_str(), json!({})), (servers[1].as_str(), json!({}))];
    a_group(app, &shop, json!({ "name": "servers", "requiredCount": 1 }), &members).await;
    let directory = a_service(app, "Directory", json!({ "tier": 1 })).await;
    needs(app, &shop, &directory, json!({})).await;
    (setting, shop)
}

#[test]
fn a_service_has_its_single_points_with_evidence() {
    on_both_engines(async |app| {
        let (_, shop) = a_shop(app).await;
        let found = ask(app, &format!("service: \"{shop}\", first: 1")).await;
        let service = &found["services"][0];
        assert_eq!((&found["totalCount"], &service["isNeverUp"]), (&json!(1), &json!(false)));
        let mut single = names(&service["points"]);
        single.sort_unstable();
        // The site and the rack hide behind two servers; neither a server nor a feed is one.
        assert_eq!(single, ["Directory", "FRA1", "R1"]);
        // The directory is of a tier itself, so that its failure weighs more.
        assert_eq!(service["points"][0]["item"]["name"], "Directory");
        let directory = point(&found, "Directory");
        assert_eq!(told(&directory["chain"]), "Shop HARD, Directory FAILED");
        assert_eq!((&directory["isCommonCause"], &directory["groups"]), (&json!(false), &json!([])));
        assert_eq!((&directory["blastRadius"], &directory["services"]), (&json!("12"), &json!(2)));
        assert_eq!(
            directory["revenuePerHour"],
            json!({ "amounts": [{ "amount": "500.00", "currency": "EUR" }], "reason": null })
        );
        let rack = point(&found, "R1");
        assert_eq!(rack["isCommonCause"], true);
        let chain = told(&rack["chain"]);
        assert!(
            chain.starts_with("Shop GROUP servers, SRV-") && chain.ends_with("HARD, R1 FAILED"),
            "{chain}"
        );
        assert_eq!(
            rack["groups"],
            json!([{
                "name": "servers", "isDerived": false, "requiredCount": 1, "membersLost": 2, "membersLeft": 0,
                "lost": [{ "name": "SRV-1" }, { "name": "SRV-2" }],
            }])
        );
        let racks = ask(app, &format!("service: \"{shop}\", filter: {{ kind: [RACK] }}, first: 1")).await;
        assert_eq!(names(&racks["services"][0]["points"]), ["R1"]);
        let declared =
            ask(app, &format!("service: \"{shop}\", include: {{ derived: false }}, first: 1")).await;
        assert_eq!(names(&declared["services"][0]["points"]), ["Directory"]);
    });
}

#[test]
fn all_services_are_ranked_by_tier() {
    on_both_engines(async |app| {
        let (setting, shop) = a_shop(app).await;
        let desk = a_service(app, "Desk", json!({ "tier": 2 })).await;
        needs(app, &desk, &shop, json!({})).await;
        let never = a_service(app, "Never", json!({})).await;
        let spare = setting.loose(app, "SPARE").await;
        let both = [(spare.as_str(), json!({})), (shop.as_str(), json!({}))];
        a_group(app, &never, json!({ "name": "two", "requiredCount": 2 }), &both).await;
        retire(app, &spare).await;
        let found = ask(app, "first: 10").await;
        assert_eq!(found["lookedAt"], 4);
        let rows = found["services"].as_array().unwrap();
        let order: Vec<_> = rows.iter().map(|row| row["service"]["name"].as_str().unwrap()).collect();
        // The directory hangs on nothing.
        assert_eq!(order, ["Shop", "Desk", "Never"]);
        assert_eq!((&rows[2]["isNeverUp"], &rows[2]["count"]), (&json!(true), &json!(0)));
        // One service alone has the same single points as among all.
        let alone = ask(app, &format!("service: \"{desk}\", first: 1")).await;
        assert_eq!(alone["services"][0], rows[1]);
        assert_eq!(ask(app, "filter: { tier: [2] }, first: 10").await["services"], json!([rows[1]]));
        assert_eq!(ask(app, "filter: { tier: [] }, first: 10").await["lookedAt"], 0);
    });
}

#[test]
fn common_causes_are_found_for_all_groups() {
    on_both_engines(async |app| {
        let (_, shop) = a_shop(app).await;
        let ask = async |arguments: &str| {
            let text = format!(
                "{{ commonCauses(first: 20 {arguments}) {{ totalCount hidden causes {{ item {{ name }} isSinglePoint
                    group {{ name isDerived membersLost membersLeft lost {{ name }} }} owners {{ name }} ownerCount
                }} }} }}"
            );
            app.viewer().query(&text).await["commonCauses"].clone()
        };
        let found = ask("").await;
        let causes = found["causes"].as_array().unwrap();
        let of = |group: &str| -> Vec<&str> {
            let rows = causes.iter().filter(|cause| cause["group"]["name"] == group);
            rows.map(|cause| cause["item"]["name"].as_str().unwrap()).collect()
        };
        let mut servers = of("servers");
        servers.sort_unstable();
        assert_eq!(servers, ["FRA1", "R1"]);
        // Both feeds stand at the site, for either server and for the rack alike.
        assert_eq!(of("power of rack R1"), ["FRA1"]);
        let feeds = causes.iter().find(|cause| cause["group"]["isDerived"] == true).unwrap();
        assert_eq!((&feeds["ownerCount"], &feeds["isSinglePoint"]), (&json!(3), &json!(true)));
        assert_eq!(causes[0]["owners"], json!([{ "name": "Shop" }]));
        assert_eq!(causes[0]["group"]["membersLost"], 2);
        assert_eq!(ask(", include: { derived: false }").await["totalCount"], 0);
        // One of three that rests elsewhere saves the owner; two still share.
        let cloud = a_service(app, "Cloud", json!({})).await;
        let pair = [a_service(app, "N1", json!({})).await, a_service(app, "N2", json!({})).await];
        let base = a_service(app, "Base", json!({})).await;
        for one in &pair {
            needs(app, one, &base, json!({})).await;
        }
        let members =
            [(pair[0].as_str(), json!({})), (pair[1].as_str(), json!({})), (cloud.as_str(), json!({}))];
        a_group(app, &shop, json!({ "name": "names", "requiredCount": 1 }), &members).await;
        let found = ask(", include: { derived: false }").await;
        assert_eq!(found["totalCount"], 1);
        let cause = &found["causes"][0];
        assert_eq!((&cause["item"]["name"], &cause["isSinglePoint"]), (&json!("Base"), &json!(false)));
        assert_eq!((&cause["group"]["membersLost"], &cause["group"]["membersLeft"]), (&json!(2), &json!(1)));
    });
}

#[test]
fn what_a_caller_may_not_see_is_no_evidence() {
    on_both_engines(async |app| {
        let (setting, shop) = a_shop(app).await;
        let vendor = json!({ "code": "COLO", "name": "Colo" });
        let vendor = crate::roadmap::send(app, "registerVendor", "NewVendor!", vendor).await;
        let contract = json!({
            "number": "C-1", "vendor": vendor, "currency": "USD", "sites": [setting.site],
            "term": { "signedOn": "2026-01-01", "billingStartsOn": "2026-01-01", "months": 12 },
            "notice": { "minimum": 90 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }],
        });
        crate::roadmap::send(app, "signColocationContract", "NewColocationContract!", contract).await;
        let text = format!("{{ singlePointsOfFailure(service: \"{shop}\", first: 1) {{ {POINTS} }} }}");
        let seen = app.viewer().query(&text).await["singlePointsOfFailure"]["services"][0].clone();
        // The vendor behind the contract may be seen, the contract not.
        assert_eq!((&seen["count"], &seen["hidden"]), (&json!(4), &json!(1)));
        assert!(names(&seen["points"]).contains(&"COLO"));
        assert!(!names(&seen["points"]).contains(&"C-1"));
        assert_eq!(seen["points"][0]["revenuePerHour"]["amounts"], Value::Null);
        let seen = app.director().query(&text).await["singlePointsOfFailure"]["services"][0].clone();
        assert_eq!((&seen["count"], &seen["hidden"]), (&json!(5), &json!(0)));
        assert!(names(&seen["points"]).contains(&"C-1"));
    });
}

#[test]
fn impossible_questions_of_single_points_are_refused_and_statements_are_constant() {
    on_both_engines(async |app| {
        let (setting, _) = a_shop(app).await;
        let desk = a_service(app, "Front desk", json!({ "tier": 1 })).await;
        for (arguments, code, field) in [
            (format!("service: \"{}\"", setting.site), "INVALID", "service"),
            (format!("service: \"{desk}\", filter: {{ tier: [3] }}"), "INVALID", "filter.tier"),
            ("service: \"service_00000000000000000000000000000001\"".to_owned(), "NOT_FOUND", "service"),
            ("filter: { tier: [4] }".to_owned(), "INVALID", "filter.tier"),
            ("first: -1".to_owned(), "INVALID", "first"),
        ] {
            let text = format!("{{ singlePointsOfFailure({arguments}) {{ totalCount }} }}");
            let refusal = app.viewer().expect_error(&text, code).await;
            assert_eq!(refusal.field, field, "{}", refusal.message);
        }
        for query in ["singlePointsOfFailure", "commonCauses"] {
            let text = format!("{{ {query} {{ totalCount }} }}");
            app.admin().expect_error(&text, "FORBIDDEN").await;
        }
        let texts = [
            format!("{{ singlePointsOfFailure(first: 5) {{ {POINTS} }} }}"),
            "{ commonCauses(first: 20) { causes { item { name } owners { name } } } }".to_owned(),
        ];
        let mut few = Vec::new();
        for text in &texts {
            few.push(app.director().statements_again(text).await);
        }
        for number in 0..5 {
            let server = setting.loose(app, &format!("MORE-{number}")).await;
            let service = a_service(app, &format!("Service {number}"), json!({ "tier": 1 })).await;
            needs(app, &service, &server, json!({})).await;
        }
        for (text, few) in texts.iter().zip(few) {
            assert_eq!(app.director().statements_again(text).await, few, "{text}");
        }
    });
}

#[test]
fn a_member_that_the_others_need_is_a_common_cause() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let shop = a_service(app, "Shop", json!({ "tier": 0 })).await;
        let pair = [a_service(app, "M1", json!({})).await, a_service(app, "M2", json!({})).await];
        needs(app, &pair[1], &pair[0], json!({})).await;
        let members = [(pair[0].as_str(), json!({})), (pair[1].as_str(), json!({}))];
        a_group(app, &shop, json!({ "name": "pair", "requiredCount": 1 }), &members).await;
        // A rack whose feed B hangs on its feed A.
        let rack = a_rack(app, &setting.site, "R2").await;
        let a = a_feed(app, &setting.site, "QA", json!({ "side": "A", "rack": rack })).await;
        let hung = json!({ "side": "B", "rack": rack, "upstream": a });
        let feeds = [a, a_feed(app, &setting.site, "QB", hung).await];
        let other = Setting { site: setting.site.clone(), rack, feeds, model: setting.model.clone() };
        other.server(app, "SRV-9", 1).await;
        let single = ask(app, &format!("service: \"{shop}\"")).await;
        assert_eq!(point(&single, "M1")["isCommonCause"], true);
        let text = "{ commonCauses(first: 20) { causes { item { name } isSinglePoint
            group { name membersLost membersLeft lost { name } } owners { name } } } }";
        let found = app.viewer().query(text).await["commonCauses"]["causes"].clone();
        let cause = |item: &str, group: &str| {
            let rows = found.as_array().unwrap().iter();
            let mut rows = rows.filter(|row| row["item"]["name"] == item && row["group"]["name"] == group);
            rows.next().unwrap_or_else(|| panic!("{item} of {group}: {found}")).clone()
        };
        assert_eq!(
            cause("M1", "pair"),
            json!({
                "item": { "name": "M1" }, "isSinglePoint": true, "owners": [{ "name": "Shop" }],
                "group": { "name": "pair", "membersLost": 2, "membersLeft": 0,
                    "lost": [{ "name": "M1" }, { "name": "M2" }] },
            })
        );
        let feed = cause("QA", "power of rack R2");
        assert_eq!(feed["group"]["lost"], json!([{ "name": "QA" }, { "name": "QB" }]));
        assert_eq!(feed["owners"], json!([{ "name": "SRV-9" }, { "name": "R2" }]));
        let rows = found.as_array().unwrap();
        assert!(rows.iter().all(|row| row["item"]["name"] != "M2" && row["item"]["name"] != "QB"));
    });
}

#[test]
fn a_group_that_needs_a_number_and_a_capacity_has_its_common_cause_once() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let shop = a_service(app, "Shop", json!({ "tier": 1 })).await;
        let plant = a_service(app, "Plant", json!({})).await;
        let mut chillers = Vec::new();
        for name in ["C1", "C2", "C3"] {
            chillers.push(setting.loose(app, name).await);
        }
        needs(app, &chillers[0], &plant, json!({})).await;
        needs(app, &chillers[1], &plant, json!({})).await;
        let members = [
            (chillers[0].as_str(), json!({ "capacity": "30" })),
            (chillers[1].as_str(), json!({ "capacity": "20" })),
            (chillers[2].as_str(), json!({ "capacity": "20.5" })),
        ];
        let terms = json!({
            "name": "cooling", "requiredCount": 1, "requiredCapacity": "40.5", "capacityUnit": "kW",
        });
        a_group(app, &shop, terms, &members).await;
        let causes = "{ commonCauses(first: 20) { causes { item { name } isSinglePoint group { name } } } }";
        let causes = app.director().query(causes).await["commonCauses"]["causes"].clone();
        let of_plant: Vec<_> =
            causes.as_array().unwrap().iter().filter(|cause| cause["item"]["name"] == "Plant").collect();
        // One member is left, which is enough, but not its 20.5 kW.
        let once =
            json!({ "item": { "name": "Plant" }, "isSinglePoint": true, "group": { "name": "cooling" } });
        assert_eq!(of_plant, [&once], "{causes}");
    });
}
