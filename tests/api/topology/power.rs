//! Whether racks and sites stay up when one side of their power fails.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{application, estate, feed, rack, record, site, text};
use crate::{roadmap::send, scenarios::a_scenario};

const REDUNDANCY: &str = "query($site: ID) { powerRedundancy(site: $site, asOf: \"2026-07-01\") {
    asOf racks redundantRacks exposedRacks
    sites { site { code }
        supply { drawWatts isRedundant a { carriesAlone reason } b { carriesAlone reason } }
        racks { rack { name } supply {
            drawWatts withoutDraw isRedundant sharedFeeds { name } sharedPanels
            a { side capacityWatts spareWatts carriesAlone reason feeds { name } }
            b { capacityWatts spareWatts carriesAlone reason shortFeeds { name } }
        } } }
    explain { formula assumptions }
} }";

const ALL: &str = "{ powerRedundancy { sites { racks { supply { a { reason feeds { name } } } } } } }";

#[test]
fn a_side_carries_what_it_has_the_capacity_for() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let (one, two) = (rack(app, &fra, "R01").await, rack(app, &fra, "R02").await);
        rack(app, &fra, "R03").await;
        for (tag, unit) in [("S1", 1.0), ("S2", 2.0)] {
            estate::server(&director, &model, tag, json!({ "rack": one, "unit": unit })).await;
        }
        let alone = director.statements_again(ALL).await;
        let main = feed(&director, &fra, "MAIN", json!({ "capacityWatts": 5000 })).await;
        for (name, rack, side, watts, upstream) in [
            ("R01-A", &one, "A", 1000, Value::Null),
            ("R01-B", &one, "B", 500, Value::Null),
            ("R02-A", &two, "A", 1000, json!(main)),
            ("R02-B", &two, "B", 1000, json!(main)),
        ] {
            let details = json!({ "rack": rack, "side": side, "capacityWatts": watts, "upstream": upstream });
            feed(&director, &fra, name, details).await;
        }
        let answer = director.query_with(REDUNDANCY, json!({ "site": fra })).await;
        let answer = &answer["powerRedundancy"];
        assert_eq!(answer["asOf"], "2026-07-01");
        let counts = [&answer["racks"], &answer["redundantRacks"], &answer["exposedRacks"]];
        assert_eq!(counts.map(Value::clone), [json!(3), json!(0), json!(3)]);
        let racks = &answer["sites"][0]["racks"];
        assert_eq!(
            racks[0],
            json!({ "rack": { "name": "R01" }, "supply": {
                "drawWatts": 800, "withoutDraw": 0, "isRedundant": false, "sharedFeeds": [],
                "sharedPanels": [],
                "a": { "side": "A", "capacityWatts": 1000, "spareWatts": 200, "carriesAlone": true,
                    "reason": null, "feeds": [{ "name": "R01-A" }] },
                "b": { "capacityWatts": 500, "spareWatts": -300, "carriesAlone": false, "reason": "TOO_SMALL",
                    "shortFeeds": [] },
            } })
        );
        let shared = &racks[1]["supply"];
        assert_eq!(shared["sharedFeeds"], json!([{ "name": "MAIN" }]));
        assert_eq!([&shared["a"]["reason"], &shared["b"]["reason"]], ["SHARED_FEED", "SHARED_FEED"]);
        assert_eq!(racks[2]["supply"]["a"]["reason"], "NO_FEED");
        let supply = json!({ "drawWatts": 800, "isRedundant": null,
            "a": { "carriesAlone": null, "reason": "SIDE_UNKNOWN" },
            "b": { "carriesAlone": null, "reason": "SIDE_UNKNOWN" } });
        assert_eq!(answer["sites"][0]["supply"], supply, "nobody said which side the main feed is on");
        let now = director.statements_again(ALL).await;
        assert_eq!(alone, now, "statements do not grow with feeds");
        let part = "{ powerRedundancy { sites { rackCount racks(first: 1, skip: 1) { rack { name } } } } }";
        let part = director.query(part).await["powerRedundancy"]["sites"][0].clone();
        assert_eq!(part, json!({ "rackCount": 3, "racks": [{ "rack": { "name": "R02" } }] }));
        let below = "{ powerRedundancy { sites { racks(first: -1) { rack { name } } } } }";
        assert_eq!(director.expect_error(below, "INVALID").await.message, "first: -1 is below zero");
    });
}

#[test]
fn what_is_not_known_is_null_with_a_reason() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::model_without_draw(app).await);
        let one = rack(app, &fra, "R01").await;
        let placement = json!({ "rack": one, "unit": 1.0 });
        estate::server(&director, &model, "S1", placement).await;
        feed(&director, &fra, "R01-A", json!({ "rack": one, "side": "A" })).await;
        feed(&director, &fra, "R01-B", json!({ "rack": one, "side": "B", "capacityWatts": 900 })).await;
        let answer = director.query_with(REDUNDANCY, json!({})).await;
        let site = &answer["powerRedundancy"]["sites"][0];
        let supply = &site["racks"][0]["supply"];
        assert_eq!((&supply["drawWatts"], &supply["withoutDraw"]), (&Value::Null, &json!(1)));
        assert_eq!([&supply["a"]["reason"], &supply["b"]["reason"]], ["CAPACITY_UNKNOWN", "DRAW_UNKNOWN"]);
        assert_eq!(site["supply"]["a"]["reason"], "SUPPLY_UNKNOWN");
    });
}

#[test]
fn power_is_refused_for_what_is_not_there_and_for_whom_it_is_not() {
    on_both_engines(async |app| {
        let unknown = json!({ "site": "site_0199a3f47c1e7b529d0a2f6e8c4b1a37" });
        let refusal = app.director().expect_error_with(REDUNDANCY, unknown, "NOT_FOUND").await;
        assert_eq!(refusal.message, "no site with id site_0199a3f47c1e7b529d0a2f6e8c4b1a37");
        app.admin().expect_error_with(REDUNDANCY, json!({}), "FORBIDDEN").await;
    });
}

/// The supply of the only rack, and what the failure of a feed brings down.
async fn supply(app: &TestApp) -> Value {
    let answer = app.director().query_with(REDUNDANCY, json!({})).await;
    answer["powerRedundancy"]["sites"][0]["racks"][0]["supply"].clone()
}

/// A rack that draws 800 W.
async fn drawing(app: &TestApp, site: &str, name: &str, model: &str) -> String {
    let rack = rack(app, site, name).await;
    for unit in [1.0, 2.0] {
        let tag = format!("{name}-{unit}");
        estate::server(&app.director(), model, &tag, json!({ "rack": rack, "unit": unit })).await;
    }
    rack
}

/// Two feeds of a rack.
async fn pair(app: &TestApp, site: &str, rack: &str, [a, b]: [Value; 2]) -> [String; 2] {
    let made = async |side: &str, details: Value| {
        let mut all = json!({ "rack": rack, "side": side, "capacityWatts": 5000 });
        all.as_object_mut().unwrap().extend(details.as_object().unwrap().clone());
        feed(&app.director(), site, &format!("{side}-{}", &rack[rack.len() - 4..]), all).await
    };
    [made("A", a).await, made("B", b).await]
}

#[test]
fn a_side_that_hangs_on_the_other_is_no_side_of_its_own() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let one = drawing(app, &fra, "R01", &model).await;
        let a = feed(&director, &fra, "A", json!({ "rack": one, "side": "A", "capacityWatts": 5000 })).await;
        let b = json!({ "rack": one, "side": "B", "capacityWatts": 5000, "upstream": a });
        feed(&director, &fra, "B", b).await;
        let supply = supply(app).await;
        assert_eq!(supply["isRedundant"], false);
        assert_eq!(supply["sharedFeeds"], json!([{ "name": "A" }]));
        // Without B there is still A, and not the other way round.
        assert_eq!((&supply["a"]["carriesAlone"], &supply["a"]["reason"]), (&json!(true), &Value::Null));
        assert_eq!(
            (&supply["b"]["carriesAlone"], &supply["b"]["reason"]),
            (&json!(false), &json!("SHARED_FEED"))
        );
        let impact = "query($of: [ID!]!) { impact(of: $of) { affected { nodes { item { name } status } } } }";
        let down = director.query_with(impact, json!({ "of": [a] })).await;
        let down = down["impact"]["affected"]["nodes"].as_array().unwrap().clone();
        let is_down =
            |name: &str| down.iter().any(|row| row["item"]["name"] == name && row["status"] == "DOWN");
        assert!(is_down("B") && is_down("R01-1"), "{down:?}");
    });
}

#[test]
fn what_feeds_hang_on_carries_all_racks_below_it() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let one = drawing(app, &fra, "R01", &model).await;
        let above = async |name: &str, watts: Value| {
            feed(&director, &fra, name, json!({ "capacityWatts": watts })).await
        };
        let (ups_a, ups_b) = (above("UPS-A", json!(100)).await, above("UPS-B", json!(1000)).await);
        pair(app, &fra, &one, [json!({ "upstream": ups_a }), json!({ "upstream": ups_b })]).await;
        let found = supply(app).await;
        let told = |side: &str| {
            let side = &found[side];
            (side["carriesAlone"].clone(), side["reason"].clone(), side["spareWatts"].clone())
        };
        assert_eq!(told("a"), (json!(false), json!("UPSTREAM_TOO_SMALL"), json!(-700)));
        assert_eq!(told("b"), (json!(true), Value::Null, json!(200)), "the feed above is the narrower");
        assert_eq!(found["b"]["shortFeeds"], json!([]));
        // Another rack that has only B draws from it whatever fails; one that has only A is dark without A.
        let two = drawing(app, &fra, "R02", &model).await;
        let only = json!({ "rack": two, "side": "A", "capacityWatts": 5000, "upstream": ups_a });
        let only = feed(&director, &fra, "ONLY", only).await;
        assert_eq!(supply(app).await["b"]["carriesAlone"], true);
        let turn = "mutation($id: ID!, $up: ID!) { updatePowerFeed(id: $id, changes: { side: B, upstream: $up }) { id } }";
        director.query_with(turn, json!({ "id": only, "up": ups_b })).await;
        let found = supply(app).await;
        assert_eq!(
            (&found["b"]["reason"], &found["b"]["spareWatts"]),
            (&json!("UPSTREAM_TOO_SMALL"), &json!(-600))
        );
        assert_eq!(found["b"]["shortFeeds"], json!([{ "name": "UPS-B" }]));
        // What is not known of it is no yes.
        let forget =
            "mutation($id: ID!) { updatePowerFeed(id: $id, changes: { capacityWatts: null }) { id } }";
        director.query_with(forget, json!({ "id": ups_b })).await;
        let found = supply(app).await;
        let b = (&found["b"]["carriesAlone"], &found["b"]["reason"], &found["b"]["spareWatts"]);
        assert_eq!(b, (&Value::Null, &json!("CAPACITY_UNKNOWN"), &Value::Null));
    });
}

#[test]
fn a_feed_of_a_rack_carries_the_racks_that_hang_on_it_besides_its_own() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let (one, two) = (drawing(app, &fra, "R01", &model).await, drawing(app, &fra, "R02", &model).await);
        let first = json!({ "rack": one, "side": "A", "capacityWatts": 1000 });
        let first = feed(&director, &fra, "F1", first).await;
        let second = json!({ "rack": two, "side": "A", "capacityWatts": 5000, "upstream": first });
        feed(&director, &fra, "F2", second).await;
        let text =
            "{ powerRedundancy { sites { racks { rack { name } supply { a { carriesAlone reason spareWatts
            shortFeeds { name } } } } } } }";
        let found = director.query(text).await["powerRedundancy"]["sites"][0]["racks"].clone();
        for rack in found.as_array().unwrap() {
            let side = json!({ "carriesAlone": false, "reason": "UPSTREAM_TOO_SMALL", "spareWatts": -600,
                "shortFeeds": [{ "name": "F1" }] });
            assert_eq!(rack["supply"]["a"], side, "two racks of 800 W on 1,000 W: {rack}");
        }
        assert_eq!(found.as_array().map(Vec::len), Some(2));
    });
}

#[test]
fn two_feeds_of_one_panel_fail_with_it() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let one = drawing(app, &fra, "R01", &model).await;
        pair(app, &fra, &one, [json!({ "panel": "P1" }), json!({ "panel": "p1" })]).await;
        // A panel of that name at another site is another one.
        let ber = site(app, "BER1").await;
        feed(&director, &ber, "ELSEWHERE", json!({ "panel": "P1" })).await;
        let found = director.query_with(REDUNDANCY, json!({ "site": fra })).await;
        let found = &found["powerRedundancy"]["sites"][0]["racks"][0]["supply"];
        assert_eq!((&found["isRedundant"], &found["sharedPanels"]), (&json!(false), &json!(["P1"])));
        assert_eq!([&found["a"]["reason"], &found["b"]["reason"]], ["SHARED_PANEL", "SHARED_PANEL"]);
        let causes =
            "{ commonCauses(first: 20) { causes { item { id name kind } isSinglePoint group { name } } } }";
        let causes = director.query(causes).await["commonCauses"]["causes"].clone();
        let panel = causes.as_array().unwrap().iter().find(|cause| cause["item"]["kind"] == "POWER_PANEL");
        let panel = panel.unwrap_or_else(|| panic!("{causes}")).clone();
        assert_eq!((&panel["item"]["name"], &panel["isSinglePoint"]), (&json!("P1"), &json!(true)));
        assert_eq!(panel["group"]["name"], "power of rack R01");
        // It can be failed, and nothing can be recorded of it.
        let panel = text(&panel["item"]["id"]);
        let impact = format!(
            "{{ impact(of: [\"{panel}\"]) {{ affected {{ nodes {{ item {{ name }} status }} }} }} }}"
        );
        let down = app.viewer().query(&impact).await["impact"]["affected"]["nodes"].clone();
        let servers = down.as_array().unwrap().iter().filter(|row| row["status"] == "DOWN");
        let servers: Vec<_> = servers.map(|row| row["item"]["name"].as_str().unwrap()).collect();
        assert!(servers.contains(&"R01-1") && !servers.contains(&"ELSEWHERE"), "{down}");
        let shop = application(&director, "shop").await;
        let edge = json!({ "from": shop, "to": panel, "kind": "USES" });
        let (field, message) = super::refused(&director, super::RECORD, edge, "INVALID").await;
        assert_eq!(field, "to");
        assert!(message.ends_with("nothing is recorded of it"), "{message}");
        let server = director.query("{ assets(first: 1) { nodes { id } } }").await;
        record(&director, &shop, &text(&server["assets"]["nodes"][0]["id"]), "RUNS_ON", json!({})).await;
    });
}

#[test]
fn the_day_decides_which_feeds_and_which_equipment_are_there() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let one = rack(app, &fra, "R01").await;
        for (tag, unit, since) in [("OLD", 1.0, "2025-01-01"), ("NEW", 2.0, "2026-03-01")] {
            let server = json!({ "tag": tag, "model": model, "status": "IN_SERVICE",
                "placement": { "rack": one, "unit": unit }, "details": { "inServiceOn": since } });
            send(app, "registerAsset", "NewAsset!", server).await;
        }
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "COLO", "name": "Colo" })).await;
        let contract = json!({ "number": "C-1", "vendor": vendor, "currency": "USD", "sites": [fra],
            "term": { "signedOn": "2025-01-01", "billingStartsOn": "2025-01-01", "months": 36 },
            "notice": { "minimum": 30 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }] });
        let contract = send(app, "signColocationContract", "NewColocationContract!", contract).await;
        let deployment = json!({ "contract": contract, "name": "CAGE" });
        let deployment = send(app, "addColocationDeployment", "NewColocationDeployment!", deployment).await;
        let circuit = json!({ "deployment": deployment, "reference": "CKT-1", "cabinet": "R01", "volts": "230",
            "amperes": "32", "derate": "0.8", "returnedOn": "2026-10-01" });
        let circuit = send(app, "addColocationCircuit", "NewColocationCircuit!", circuit).await;
        pair(app, &fra, &one, [json!({ "capacityWatts": 500 }), json!({ "circuit": circuit })]).await;
        let on = async |day: &str| {
            let query = REDUNDANCY.replace("2026-07-01", day);
            let answer = director.query_with(&query, json!({})).await;
            let supply = &answer["powerRedundancy"]["sites"][0]["racks"][0]["supply"];
            let told = [
                &supply["drawWatts"],
                &supply["isRedundant"],
                &supply["a"]["reason"],
                &supply["b"]["reason"],
            ];
            told.map(Value::clone)
        };
        let null = Value::Null;
        assert_eq!(on("2026-02-28").await, [json!(400), json!(true), null.clone(), null.clone()]);
        assert_eq!(on("2026-03-01").await, [json!(800), json!(false), json!("TOO_SMALL"), null.clone()]);
        assert_eq!(on("2026-10-01").await, [json!(800), json!(false), json!("TOO_SMALL"), json!("NO_FEED")]);
        // Before the contract there was no circuit of it.
        assert_eq!(on("2024-12-31").await[3], json!("NO_FEED"));
        let retire = "mutation { retireAsset(id: \"ID\", on: \"2026-06-15\") { id } }";
        let old = director.query("{ assets(filter: { tag: { eq: \"OLD\" } }) { nodes { id } } }").await;
        let old = text(&old["assets"]["nodes"][0]["id"]);
        director.query(&retire.replace("ID", &old)).await;
        assert_eq!(on("2026-06-14").await[0], json!(800), "what was retired later still drew");
        assert_eq!(on("2026-06-15").await[0], json!(400));
        for day in ["1900-01-01", "9999-12-31"] {
            let query = REDUNDANCY.replace("2026-07-01", day);
            let refusal = director.expect_error_with(&query, json!({}), "INVALID").await;
            assert_eq!(refusal.message, format!("asOf: {day} is not between 1970 and 2199"));
        }
    });
}

/// A site with a rack whose side A hangs on a feed of a contract, which a scenario lets end, and another that is left.
#[test]
fn a_scenario_takes_sites_and_feeds_away() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, ber) = (site(app, "FRA1").await, site(app, "BER1").await);
        let (one, _) = (rack(app, &fra, "R01").await, rack(app, &ber, "R02").await);
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "COLO", "name": "Colo" })).await;
        let signed = async |number: &str| {
            let contract = json!({ "number": number, "vendor": vendor, "currency": "USD", "sites": [fra],
                "term": { "signedOn": "2025-01-01", "billingStartsOn": "2025-01-01", "months": 36 },
                "notice": { "minimum": 30 },
                "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }],
                "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0.03" } } });
            send(app, "signColocationContract", "NewColocationContract!", contract).await
        };
        // The other one keeps the site.
        let (contract, _) = (signed("C-1").await, signed("C-2").await);
        let deployment = json!({ "contract": contract, "name": "CAGE" });
        let deployment = send(app, "addColocationDeployment", "NewColocationDeployment!", deployment).await;
        let circuit = json!({ "deployment": deployment, "reference": "CKT-1", "cabinet": "R01", "volts": "230",
            "amperes": "32", "derate": "0.8" });
        let circuit = send(app, "addColocationCircuit", "NewColocationCircuit!", circuit).await;
        let above = feed(&director, &fra, "MAIN", json!({ "circuit": circuit })).await;
        pair(app, &fra, &one, [json!({ "upstream": above }), json!({})]).await;
        let changes = [
            json!({ "contractNotRenewed": { "colocation": contract } }),
            json!({ "siteExit": { "site": ber, "on": "2027-03-31" } }),
        ];
        let scenario = a_scenario(app, "Leave", &changes).await;
        let on = async |day: &str, scenario: &Value| {
            let query =
                "query($scenario: ID, $day: Date) { powerRedundancy(asOf: $day, scenario: $scenario) {
                sites { site { code } racks { supply { a { reason feeds { name } } b { reason } } } }
                graph { thingsGone } } }";
            let variables = json!({ "scenario": scenario, "day": day });
            director.query_with(query, variables).await["powerRedundancy"].clone()
        };
        let scenario = json!(scenario);
        assert_eq!(on("2027-03-30", &scenario).await, on("2027-03-30", &Value::Null).await);
        let left = on("2027-03-31", &scenario).await;
        let codes = |answer: &Value| -> Vec<String> {
            answer["sites"].as_array().unwrap().iter().map(|row| text(&row["site"]["code"])).collect()
        };
        assert_eq!(codes(&left), ["FRA1"]);
        assert_eq!(codes(&on("2027-03-31", &Value::Null).await), ["BER1", "FRA1"]);
        // The last term of the contract ends with the year.
        let reasons = |answer: &Value| {
            let supply = &answer["sites"][0]["racks"][0]["supply"];
            [supply["a"]["reason"].clone(), supply["b"]["reason"].clone()]
        };
        let before = reasons(&on("2027-12-31", &scenario).await);
        assert_ne!(before[0], "NO_FEED");
        assert_eq!(reasons(&on("2028-01-01", &scenario).await), [json!("NO_FEED"), before[1].clone()]);
        let unknown = format!("{{ powerRedundancy(scenario: \"scenario_{:032}\") {{ racks }} }}", 0);
        director.expect_error(&unknown, "NOT_FOUND").await;
    });
}

/// A rack is no longer fed by what was handed back: the other side stands alone, and what hangs on it is dark.
#[test]
fn a_circuit_that_was_handed_back_feeds_nothing_in_the_graph_either() {
    on_both_engines(async |app| {
        let director = app.director();
        let (fra, model) = (site(app, "FRA1").await, estate::server_model(app).await);
        let one = drawing(app, &fra, "R01", &model).await;
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "COLO", "name": "Colo" })).await;
        let contract = json!({ "number": "C-1", "vendor": vendor, "currency": "USD", "sites": [fra],
            "term": { "signedOn": "2025-01-01", "billingStartsOn": "2025-01-01", "months": 36 },
            "notice": { "minimum": 30 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }] });
        let contract = send(app, "signColocationContract", "NewColocationContract!", contract).await;
        let deployment = json!({ "contract": contract, "name": "CAGE" });
        let deployment = send(app, "addColocationDeployment", "NewColocationDeployment!", deployment).await;
        let circuit = json!({ "deployment": deployment, "reference": "CKT-1", "cabinet": "R01", "volts": "230",
            "amperes": "32", "derate": "0.8" });
        let circuit = send(app, "addColocationCircuit", "NewColocationCircuit!", circuit).await;
        let [a, _] = pair(app, &fra, &one, [json!({}), json!({ "circuit": circuit })]).await;
        let status = async |day: &str| {
            let question = format!(
                "{{ impact(of: [\"{a}\"], asOf: \"{day}\") {{
                    affected {{ nodes {{ item {{ name }} status }} }} graph {{ fingerprint }} }} }}"
            );
            let found = director.query(&question).await["impact"].clone();
            let rows = found["affected"]["nodes"].as_array().unwrap();
            let row = rows.iter().find(|row| row["item"]["name"] == "R01-1");
            (row.map(|row| text(&row["status"])), found["graph"]["fingerprint"].clone())
        };
        let before = status("2026-10-01").await;
        assert_eq!(before.0.as_deref(), Some("AT_RISK"), "side B stands in for side A");
        let change = async |on: Value| {
            let mutation = "mutation($id: ID!, $on: Date) {
                updateColocationCircuit(id: $id, changes: { returnedOn: $on }) { id } }";
            director.query_with(mutation, json!({ "id": circuit, "on": on })).await;
        };
        change(json!("2026-10-01")).await;
        assert_eq!(status("2026-10-01").await.0.as_deref(), Some("DOWN"));
        assert_eq!(status("2026-09-30").await.0.as_deref(), Some("AT_RISK"));
        change(Value::Null).await;
        assert_eq!(status("2026-10-01").await, before, "as it was");
    });
}
