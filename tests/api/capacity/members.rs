//! What pools are made of, and what is counted from it.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_pool, seen, told};
use crate::roadmap::send;

const SET: &str = "mutation($id: ID!, $members: [ID!]!) {
    setCapacityPoolMembers(id: $id, members: $members) { members { id name kind } } }";

async fn set(app: &TestApp, pool: &str, members: &[&str]) -> Value {
    let asked = json!({ "id": pool, "members": members });
    app.planner().query_with(SET, asked).await["setCapacityPoolMembers"]["members"].clone()
}

async fn refused(app: &TestApp, pool: &str, members: &[&str], code: &str) -> (String, String) {
    let asked = json!({ "id": pool, "members": members });
    let refusal = app.planner().expect_error_with(SET, asked, code).await;
    let (field, message) = told(&refusal);
    (field.to_owned(), message.to_owned())
}

async fn a_site(app: &TestApp, code: &str) -> String {
    let site = json!({ "code": code, "name": code, "kind": "COLOCATION", "timeZone": "Europe/Berlin" });
    send(app, "openSite", "NewSite!", site).await
}

async fn a_rack(app: &TestApp, site: &str, name: &str) -> String {
    send(app, "installRack", "NewRack!", json!({ "site": site, "name": name, "heightUnits": 42 })).await
}

async fn an_array(app: &TestApp, rack: &str, tag: &str, unit: i32, model: &str) -> String {
    let array = json!({
        "tag": tag, "model": model, "status": "IN_SERVICE", "placement": { "rack": rack, "unit": unit },
    });
    send(app, "registerAsset", "NewAsset!", array).await
}

async fn a_model(app: &TestApp, maker: &str, name: &str, kind: &str, details: Value) -> String {
    let model = json!({ "manufacturer": maker, "name": name, "kind": kind, "details": details });
    send(app, "registerHardwareModel", "NewHardwareModel!", model).await
}

#[test]
fn what_a_pool_has_is_counted() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let racks = [a_rack(app, &site, "R1").await, a_rack(app, &site, "R2").await];
        let units = a_pool(app, "Units", "RACK_UNITS", "RACK_UNIT", json!({ "basis": "INVENTORY" })).await;
        let fields = "raw { quantity reason explanation { inputs { name value } excluded } }";
        let none = seen(app, &units, fields).await;
        assert_eq!(none["raw"]["quantity"], Value::Null);
        assert_eq!(none["raw"]["reason"], "none of its members is or has a rack in use");
        let members = set(app, &units, &[&site]).await;
        assert_eq!(members, json!([{ "id": site, "name": "FRA1", "kind": "SITE" }]));
        assert_eq!(seen(app, &units, fields).await["raw"]["quantity"], "84");
        set(app, &units, &[&racks[0]]).await;
        assert_eq!(seen(app, &units, fields).await["raw"]["quantity"], "42");

        let usable = "usable { quantity reason explanation { inputs { name value } excluded } }";
        let power = a_pool(app, "Power", "POWER", "KILOWATT", json!({ "basis": "INVENTORY" })).await;
        set(app, &power, &[&racks[0]]).await;
        let unknown = seen(app, &power, usable).await;
        assert_eq!(unknown["usable"]["reason"], "1 of 1 have no figure: R1");
        for (name, side, watts) in [("A1", "A", 3_000), ("A2", "A", 4_000), ("B1", "B", 5_500)] {
            let details =
                json!({ "side": side, "rack": racks[0], "capacityWatts": watts, "status": "ACTIVE" });
            let feed = json!({ "site": site, "name": name, "details": details });
            send(app, "registerPowerFeed", "NewPowerFeed!", feed).await;
        }
        assert_eq!(seen(app, &power, usable).await["usable"]["quantity"], "5.5");
        // A feed that nobody knows the side of may stand behind either; a side without a feed carries nothing.
        set(app, &power, &[&racks[1]]).await;
        let feed = json!({ "rack": racks[1], "capacityWatts": 3_000, "status": "ACTIVE" });
        let feed = json!({ "site": site, "name": "X1", "details": feed });
        let feed = send(app, "registerPowerFeed", "NewPowerFeed!", feed).await;
        assert_eq!(seen(app, &power, usable).await["usable"]["reason"], "1 of 1 have no figure: R2");
        let side = "mutation($id: ID!) { updatePowerFeed(id: $id, changes: { side: A }) { id } }";
        app.planner().query_with(side, json!({ "id": feed })).await;
        assert_eq!(seen(app, &power, usable).await["usable"]["quantity"], "0");

        let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Acme" })).await;
        let dimensions = json!({ "heightUnits": 2 });
        let array = json!({ "dimensions": dimensions, "usableTerabytes": "120.5" });
        let array = a_model(app, &maker, "A1", "STORAGE", array).await;
        let server = a_model(app, &maker, "S1", "SERVER", json!({ "dimensions": dimensions })).await;
        an_array(app, &racks[0], "STO-1", 1, &array).await;
        an_array(app, &racks[0], "STO-2", 5, &array).await;
        let without = an_array(app, &racks[0], "SRV-1", 9, &server).await;
        let storage = a_pool(app, "Data", "STORAGE", "GIGABYTE", json!({ "basis": "INVENTORY" })).await;
        set(app, &storage, &[&racks[0]]).await;
        let counted = seen(app, &storage, usable).await;
        assert_eq!(counted["usable"]["quantity"], "241000");
        assert_eq!(
            counted["usable"]["explanation"]["excluded"],
            json!(["1 assets in racks and sites, of which no usable terabytes are recorded"])
        );
        set(app, &storage, &[&without]).await;
        let unknown = seen(app, &storage, usable).await;
        assert_eq!(unknown["usable"]["reason"], "1 of 1 have no figure: SRV-1");
    });
}

#[test]
fn nothing_is_in_two_pools_of_one_resource() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let rack = a_rack(app, &site, "R1").await;
        let one = a_pool(app, "One", "RACK_UNITS", "RACK_UNIT", json!({})).await;
        let two = a_pool(app, "Two", "RACK_UNITS", "RACK_UNIT", json!({})).await;
        let power = a_pool(app, "Power", "POWER", "WATT", json!({})).await;
        set(app, &one, &[&rack]).await;
        set(app, &power, &[&rack]).await;
        let (field, message) = refused(app, &two, &[&rack], "INVALID").await;
        assert_eq!(field, "members[0]");
        assert_eq!(
            message,
            "R1 is in the pool One already, wholly or in part: nothing is in two pools of RACK_UNITS"
        );
        let (_, message) = refused(app, &two, &[&site], "INVALID").await;
        assert!(message.starts_with("FRA1 is in the pool One already"), "{message}");
        set(app, &one, &[]).await;
        set(app, &two, &[&site]).await;
        let (_, message) = refused(app, &one, &[&rack], "INVALID").await;
        assert!(message.starts_with("R1 is in the pool Two already"), "{message}");
        let (_, message) = refused(app, &two, &[&site, &rack], "INVALID").await;
        assert_eq!(message, "R1 stands in FRA1, which is a member as well");

        let (_, message) = refused(app, &one, &[&one], "INVALID").await;
        assert!(message.contains("which nothing can depend on"), "{message}");
        let missing = "rack_0199a3f47c1e7b529d0a2f6e8c4b1a37";
        let (_, message) = refused(app, &one, &[missing], "NOT_FOUND").await;
        assert_eq!(message, format!("no member with id {missing}"));

        // What a retired pool had is free for another.
        let retire = format!(r#"mutation {{ retireCapacityPool(id: "{two}") {{ members {{ id }} }} }}"#);
        assert_eq!(app.planner().query(&retire).await["retireCapacityPool"]["members"], json!([]));
        set(app, &one, &[&rack]).await;
        let (_, message) = refused(app, &two, &[&site], "INVALID").await;
        assert_eq!(message, "Two is retired");
        let asked = json!({ "id": one, "members": [] });
        app.viewer().expect_error_with(SET, asked, "FORBIDDEN").await;
    });
}

#[test]
fn who_read_an_earlier_pool_does_not_replace_its_members() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let racks = [a_rack(app, &site, "R1").await, a_rack(app, &site, "R2").await];
        let pool = a_pool(app, "Units", "RACK_UNITS", "RACK_UNIT", json!({ "basis": "INVENTORY" })).await;
        let text = "mutation($id: ID!, $members: [ID!]!) {
            setCapacityPoolMembers(id: $id, members: $members, expectedVersion: 1) { version } }";
        let set = |rack: &str| json!({ "id": pool, "members": [rack] });
        let made = app.planner().query_with(text, set(&racks[0])).await;
        assert_eq!(made["setCapacityPoolMembers"]["version"], 2);
        app.planner().expect_error_with(text, set(&racks[1]), "CONFLICT").await;
        assert_eq!(seen(app, &pool, "members { name }").await["members"], json!([{ "name": "R1" }]));
    });
}

#[test]
fn two_who_set_members_at_once_do_not_count_the_same_twice() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let rack = a_rack(app, &site, "R1").await;
        for round in 0..8 {
            let one = a_pool(app, &format!("One {round}"), "RACK_UNITS", "RACK_UNIT", json!({})).await;
            let two = a_pool(app, &format!("Two {round}"), "RACK_UNITS", "RACK_UNIT", json!({})).await;
            // The rack stands in the site: no index sees that, so whoever comes later has to.
            let requests = [(&one, &rack), (&two, &site)].map(|(pool, member)| {
                let asked = json!({ "id": pool, "members": [member] });
                let planner = app.planner();
                tokio::spawn(async move { planner.answer(SET, asked).await })
            });
            let mut codes = Vec::new();
            for request in requests {
                codes.push(request.await.unwrap()["errors"][0]["extensions"]["code"].clone());
            }
            codes.sort_by_key(ToString::to_string);
            assert_eq!(codes, [json!("INVALID"), json!(null)], "round {round}");
            for pool in [&one, &two] {
                set(app, pool, &[]).await;
            }
        }
    });
}

#[test]
fn members_take_as_many_statements_however_many_others_there_are() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let rack = a_rack(app, &site, "R1").await;
        let pool = a_pool(app, "Units", "RACK_UNITS", "RACK_UNIT", json!({})).await;
        let text = format!(
            r#"mutation {{ setCapacityPoolMembers(id: "{pool}", members: ["{rack}"]) {{ members {{ id }} }} }}"#
        );
        app.planner().query(&text).await;
        let before = app.planner().statements(&text).await;
        for number in 2..9 {
            let name = format!("R{number}");
            let other = a_rack(app, &site, &name).await;
            let others = a_pool(app, &name, "RACK_UNITS", "RACK_UNIT", json!({})).await;
            set(app, &others, &[&other]).await;
        }
        assert_eq!(app.planner().statements(&text).await, before);
        let (_, message) = refused(app, &pool, &[&site], "INVALID").await;
        assert!(message.starts_with("FRA1 is in the pool R"), "{message}");
    });
}

#[test]
fn a_rack_is_bound_by_the_pool_that_has_its_whole_site() {
    on_both_engines(async |app| {
        let (site, elsewhere) = (a_site(app, "FRA1").await, a_site(app, "MUC1").await);
        for name in ["R1", "R2"] {
            a_rack(app, &site, name).await;
        }
        a_rack(app, &elsewhere, "R3").await;
        let gone = a_rack(app, &site, "R4").await;
        let retire = "mutation($id: ID!) { retireRack(id: $id) { status } }";
        app.director().query_with(retire, json!({ "id": gone })).await;
        let pool = a_pool(app, "Sockets", "PORTS", "PORT", json!({ "plannable": "40" })).await;
        set(app, &pool, &[&site]).await;
        let text = "{ capacityOutlook { racks { place { name } pools notComputable } few: racks(first: 1) { pools } } }";
        let seen = app.viewer().query(text).await["capacityOutlook"].clone();
        let mut racks = seen["racks"].as_array().unwrap().clone();
        racks.sort_by_key(|rack| rack["place"]["name"].to_string());
        // No pool names a rack or what stands in it. What is retired, and what is at another site, is bound by none.
        let row = |name: &str| json!({ "place": { "name": name }, "pools": 1, "notComputable": 1 });
        assert_eq!(racks, [row("R1"), row("R2")]);
        assert_eq!(seen["few"], json!([{ "pools": 1 }]));
        // More racks take no more statements.
        let before = app.viewer().statements_again(text).await;
        a_rack(app, &site, "R5").await;
        assert_eq!(app.viewer().statements_again(text).await, before);
    });
}
