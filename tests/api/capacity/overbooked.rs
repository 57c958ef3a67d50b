//! What is recorded of a rack is taken for what it is, though places are held there: they are told as overbooked. What is
//! planned against them is refused.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    layers::files,
    places::{a_feed, a_model, a_rack, a_site, an_asset, placed},
    told,
};
use crate::{
    import::{errors, import},
    roadmap::send,
};

const OVERBOOKED: &str =
    "{ overbookedRacks { racksAsked totalCount racks { reason rack { name site { code } }
    resources { resource held lacking on message placements { purpose } } } } }";

/// A rack of ten units in which one asset stands and places are held for three more, with what they leave: three units,
/// 300 W of power and of cooling, and no port.
struct Held {
    site: String,
    rack: String,
    model: String,
    asset: String,
    placement: String,
}

impl Held {
    async fn of(app: &TestApp) -> Self {
        let site = a_site(app, "FRA1").await;
        let limits = json!({ "protectedPowerWatts": 2_100, "coolingWatts": 2_100, "networkPorts": 8 });
        let rack = a_rack(app, &site, "R1", 10, limits).await;
        let power = json!({ "typicalDrawWatts": 450, "maximumDrawWatts": 1_000 });
        let model = a_model(app, "S1", json!({ "heightUnits": 1, "networkPorts": 2 }), power).await;
        let asset = an_asset(app, "SRV-1", &model, &rack, 1).await;
        let need = json!({ "u": "2", "kw": "0.45", "coolingKw": "0.45", "ports": 2, "count": 3 });
        let placement = hold(app, "wave 3", &rack, need).await;
        Self { site, rack, model, asset, placement }
    }
}

async fn hold(app: &TestApp, purpose: &str, rack: &str, need: Value) -> String {
    let input =
        json!({ "purpose": purpose, "fromOn": "2026-08-01", "need": need, "in": { "racks": [rack] } });
    send(app, "reservePlacement", "NewCapacityPlacement!", input).await
}

async fn change(app: &TestApp, verb: &str, id: &str, changes: &str) {
    let text = format!("mutation {{ {verb}(id: \"{id}\", changes: {{ {changes} }}) {{ id }} }}");
    app.director().query(&text).await;
}

/// What finds no room in the only rack: each resource with how much.
async fn lacking(app: &TestApp) -> Value {
    let found = app.viewer().query(OVERBOOKED).await["overbookedRacks"].clone();
    assert_eq!(found["racksAsked"], 1);
    let resources = found["racks"][0]["resources"].as_array().cloned().unwrap_or_default();
    assert_eq!(found["totalCount"], i32::from(!resources.is_empty()), "{found}");
    // The answer to a question of places says the same.
    let answer = placed(app, json!({ "need": { "u": "0.5" }, "until": "2030-01-01" })).await;
    let named: Vec<Value> = resources.iter().map(|it| it["resource"].clone()).collect();
    assert_eq!(answer["racks"][0]["overbooked"], json!(named));
    resources.iter().map(|it| json!([it["resource"], it["lacking"]])).collect()
}

#[test]
fn what_is_measured_or_corrected_is_taken_and_what_is_held_is_told_as_overbooked() {
    on_both_engines(async |app| {
        let held = Held::of(app).await;
        assert_eq!(lacking(app).await, json!([]));
        let both = |lacking: &str| json!([["POWER", lacking], ["COOLING", lacking]]);
        let back = "power: { basis: MODEL, measuredDrawWatts: null }";
        for (verb, id, done, undone, expected) in [
            (
                "updateAsset",
                &held.asset,
                "power: { basis: MEASURED, measuredDrawWatts: 900 }",
                back,
                both("0.15"),
            ),
            ("updateAsset", &held.asset, "power: { basis: NAMEPLATE }", back, both("0.25")),
            (
                "updateHardwareModel",
                &held.model,
                "power: { typicalDrawWatts: 800 }",
                "power: { typicalDrawWatts: 450 }",
                both("0.05"),
            ),
            (
                "updateHardwareModel",
                &held.model,
                "dimensions: { heightUnits: 5 }",
                "dimensions: { heightUnits: 1 }",
                json!([["RACK_UNITS", "2"]]),
            ),
            (
                "updateHardwareModel",
                &held.model,
                "dimensions: { networkPorts: 5 }",
                "dimensions: { networkPorts: 2 }",
                json!([["PORTS", "3"]]),
            ),
            (
                "updateRack",
                &held.rack,
                "protectedPowerWatts: 1700, coolingWatts: 1000, networkPorts: 7",
                "protectedPowerWatts: 2100, coolingWatts: 2100, networkPorts: 8",
                json!([["POWER", "0.1"], ["COOLING", "0.8"], ["PORTS", "1"]]),
            ),
            // No more is lacking than is held.
            (
                "updateRack",
                &held.rack,
                "protectedPowerWatts: 100",
                "protectedPowerWatts: 2100",
                json!([["POWER", "1.35"]]),
            ),
        ] {
            change(app, verb, id, done).await;
            assert_eq!(lacking(app).await, expected, "{verb} {done}");
            change(app, verb, id, undone).await;
            assert_eq!(lacking(app).await, json!([]), "{verb} {undone}");
        }
    });
}

#[test]
fn a_feed_that_carries_less_is_recorded_and_told() {
    on_both_engines(async |app| {
        let held = Held::of(app).await;
        let mut feeds = Vec::new();
        for side in ["A", "B"] {
            let details = json!({ "side": side, "rack": held.rack, "capacityWatts": 3_000 });
            feeds.push(a_feed(app, &held.site, &format!("{side}1"), details).await);
        }
        assert_eq!(lacking(app).await, json!([]));
        change(app, "updatePowerFeed", &feeds[1], "capacityWatts: 1500").await;
        assert_eq!(lacking(app).await, json!([["POWER", "0.3"]]));
        let of_file = "site,name,capacity_watts\nFRA1,B1,1700\n";
        files(app, &[("power_feeds.csv", of_file)]).await;
        assert_eq!(lacking(app).await, json!([["POWER", "0.1"]]));
        change(app, "updatePowerFeed", &feeds[1], "status: RETIRED").await;
        assert_eq!(lacking(app).await, json!([["POWER", "1.35"]]));
        change(app, "updatePowerFeed", &feeds[1], "status: ACTIVE, capacityWatts: 3000").await;
        assert_eq!(lacking(app).await, json!([]));
    });
}

#[test]
fn files_say_what_is_there_and_are_taken_as_the_interface_takes_it() {
    on_both_engines(async |app| {
        Held::of(app).await;
        let maker = "Maker of S1";
        let model = |columns: &str, values: &str| {
            format!("manufacturer,name,kind,{columns}\n{maker},S1,SERVER,{values}\n")
        };
        let both = |lacking: &str| json!([["POWER", lacking], ["COOLING", lacking]]);
        for (file, done, undone, expected) in [
            (
                "assets.csv",
                "tag,power_basis,measured_draw_watts\nSRV-1,MEASURED,900\n".to_owned(),
                "tag,power_basis\nSRV-1,MODEL\n".to_owned(),
                both("0.15"),
            ),
            (
                "hardware_models.csv",
                model("typical_draw_watts,network_ports", "800,3"),
                model("typical_draw_watts,network_ports", "450,2"),
                json!([["POWER", "0.05"], ["COOLING", "0.05"], ["PORTS", "1"]]),
            ),
            (
                "hardware_models.csv",
                model("height_units", "5"),
                model("height_units", "1"),
                json!([["RACK_UNITS", "2"]]),
            ),
            (
                "racks.csv",
                "site,name,protected_power_watts,cooling_watts\nFRA1,R1,1700,1000\n".to_owned(),
                "site,name,protected_power_watts,cooling_watts\nFRA1,R1,2100,2100\n".to_owned(),
                json!([["POWER", "0.1"], ["COOLING", "0.8"]]),
            ),
        ] {
            files(app, &[(file, &done)]).await;
            assert_eq!(lacking(app).await, expected, "{done}");
            files(app, &[(file, &undone)]).await;
            assert_eq!(lacking(app).await, json!([]), "{undone}");
        }
    });
}

#[test]
fn what_is_overbooked_is_told_with_the_day_the_placements_and_a_sentence() {
    on_both_engines(async |app| {
        let held = Held::of(app).await;
        hold(app, "wave 4", &held.rack, json!({ "kw": "0.2" })).await;
        change(app, "updateRack", &held.rack, "protectedPowerWatts: 1700").await;
        let message =
            "0.3 of the 1.55 kW of power that R1 holds on 2026-08-01 for wave 3, wave 4 find no room";
        let power = json!({
            "resource": "POWER", "held": "1.55", "lacking": "0.3", "on": "2026-08-01", "message": message,
            "placements": [{ "purpose": "wave 3" }, { "purpose": "wave 4" }],
        });
        let found = app.viewer().query(OVERBOOKED).await["overbookedRacks"].clone();
        let rack = json!({ "name": "R1", "site": { "code": "FRA1" } });
        assert_eq!(found["racks"], json!([{ "reason": null, "rack": rack, "resources": [power] }]));
        // The placement tells it too, and so do the risks; what only others hold is not its own.
        let own = format!(
            "{{ capacityPlacement(id: \"{}\") {{ racks {{ overbooked {{ resource lacking }} }} }} }}",
            held.placement
        );
        let own = app.viewer().query(&own).await["capacityPlacement"]["racks"].clone();
        assert_eq!(own, json!([{ "overbooked": [{ "resource": "POWER", "lacking": "0.3" }] }]));
        let risks = r#"{ capacityRisks(asOf: "2026-07-01", months: 12) { overbooked { totalCount racks { rack { name } } } } }"#;
        let risks = app.viewer().query(risks).await["capacityRisks"]["overbooked"].clone();
        assert_eq!(risks, json!({ "totalCount": 1, "racks": [{ "rack": { "name": "R1" } }] }));
        let answer = "{ placement(need: { u: \"1\" }, until: \"2030-01-01\") { racks { overbookedBy { resource quantity } } } }";
        let answer = app.viewer().query(answer).await["placement"]["racks"][0]["overbookedBy"].clone();
        assert_eq!(answer, json!([{ "resource": "POWER", "quantity": "0.3" }]));
        // Racks are chosen, and what was held until before a day is past.
        let none = "{ overbookedRacks(filter: { name: { eq: \"R2\" } }) { racksAsked totalCount } }";
        let none = app.viewer().query(none).await["overbookedRacks"].clone();
        assert_eq!(none, json!({ "racksAsked": 0, "totalCount": 0 }));
        app.nobody().expect_error(OVERBOOKED, "UNAUTHENTICATED").await;
        // A site that is left before its time takes nothing either.
        change(app, "updateRack", &held.rack, "protectedPowerWatts: 2100").await;
        change(app, "updateRack", &held.rack, "coolingWatts: 3000").await;
        let leave =
            format!("mutation {{ planSiteExit(id: \"{}\", on: \"2026-12-31\") {{ id }} }}", held.site);
        app.planner().query(&leave).await;
        let found = app.viewer().query(OVERBOOKED).await["overbookedRacks"]["racks"][0].clone();
        assert_eq!(found["reason"], "FRA1 is left on 2026-12-31, and R1 holds places there for wave 3");
        assert_eq!(found["resources"], json!([]));
    });
}

#[test]
fn a_rack_is_not_lowered_below_what_is_held() {
    on_both_engines(async |app| {
        let held = Held::of(app).await;
        let lower = |units: i32| {
            format!(
                "mutation {{ updateRack(id: \"{}\", changes: {{ heightUnits: {units} }}) {{ id }} }}",
                held.rack
            )
        };
        let message = "6 is too low for what the rack R1 holds for wave 3 on 2026-08-01: 2 units would be missing, \
                       release that first";
        let refusal = app.director().expect_error(&lower(6), "INVALID").await;
        assert_eq!(told(&refusal), ("heightUnits", message));
        let report = import(app, &[("racks.csv", "site,name,height_units\nFRA1,R1,6\n")]).await;
        let refused = errors(&report);
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].contains("height_units") && refused[0].contains(message), "{refused:?}");
        // One unit is taken and six are held.
        app.director().query(&lower(7)).await;
        assert_eq!(lacking(app).await, json!([]));
        // What finds no room already is no reason against a height with which it finds no less.
        change(app, "updateHardwareModel", &held.model, "dimensions: { heightUnits: 2 }").await;
        assert_eq!(lacking(app).await, json!([["RACK_UNITS", "2"]]));
        app.director().query(&lower(6)).await;
        app.director().expect_error(&lower(5), "INVALID").await;
        let release = format!("mutation {{ releasePlacement(id: \"{}\") }}", held.placement);
        app.planner().query(&release).await;
        app.director().query(&lower(5)).await;
    });
}

#[test]
fn what_holds_places_is_neither_retired_nor_closed() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let rack = a_rack(app, &site, "R1", 10, json!({})).await;
        let placement = hold(app, "wave 3", &rack, json!({ "u": "2" })).await;
        let message = "the rack R1 holds places for wave 3, release them first";
        for (verb, id, file, rows) in [
            ("retireRack", &rack, "racks.csv", "site,name,status\nFRA1,R1,RETIRED\n"),
            ("closeSite", &site, "sites.csv", "code,status\nFRA1,CLOSED\n"),
        ] {
            let text = format!("mutation {{ {verb}(id: \"{id}\") {{ id }} }}");
            assert_eq!(app.director().expect_error(&text, "CONFLICT").await.message, message, "{verb}");
            let refused = errors(&import(app, &[(file, rows)]).await);
            assert_eq!(refused.len(), 1, "{refused:?}");
            assert!(refused[0].contains("status: ") && refused[0].contains(message), "{refused:?}");
        }
        let release = format!("mutation {{ releasePlacement(id: \"{placement}\") }}");
        app.planner().query(&release).await;
        files(app, &[("racks.csv", "site,name,status\nFRA1,R1,RETIRED\n")]).await;
        files(app, &[("sites.csv", "code,status\nFRA1,CLOSED\n")]).await;
    });
}

#[test]
fn what_is_retired_does_not_come_back_to_what_is_held() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let rack = a_rack(app, &site, "R1", 10, json!({ "protectedPowerWatts": 1_000 })).await;
        let other = a_rack(app, &site, "R2", 10, json!({ "protectedPowerWatts": 1_000 })).await;
        let model = a_model(app, "S1", json!({ "heightUnits": 1 }), json!({ "typicalDrawWatts": 450 })).await;
        let asset = an_asset(app, "SRV-1", &model, &rack, 1).await;
        let retire = format!("mutation {{ retireAsset(id: \"{asset}\", on: \"2026-06-30\") {{ id }} }}");
        app.director().query(&retire).await;
        let placement = hold(app, "wave 3", &rack, json!({ "kw": "0.8" })).await;
        let withdraw = |to: &str| format!("mutation {{ withdrawAsset(id: \"{asset}\"{to}) {{ id }} }}");
        let message = "it takes 0.45 kW of power of the rack R1, and of the 0.8 held there for wave 3 on 2026-08-01 only \
                       0.55 would be left: release that first";
        let refusal = app.director().expect_error(&withdraw(""), "INVALID").await;
        assert_eq!(told(&refusal), ("id", message));
        let here = format!(", to: {{ rack: \"{rack}\", unit: 3 }}");
        let refusal = app.director().expect_error(&withdraw(&here), "INVALID").await;
        assert_eq!(told(&refusal), ("to.rack", message));
        let reinstate = format!("mutation {{ reinstateAsset(id: \"{asset}\") {{ status }} }}");
        let refusal = app.director().expect_error(&reinstate, "INVALID").await;
        assert_eq!(told(&refusal), ("id", message));
        let retired = format!("{{ asset(id: \"{asset}\") {{ status }} }}");
        assert_eq!(app.viewer().query(&retired).await["asset"]["status"], "RETIRED");
        app.director().query(&withdraw(&format!(", to: {{ rack: \"{other}\", unit: 3 }}"))).await;
        // Where nothing is held it comes back, and where what was held is released.
        app.director().query(&retire).await;
        assert_eq!(app.director().query(&reinstate).await["reinstateAsset"]["status"], "IN_STOCK");
        let back = format!(
            "mutation {{ moveAsset(id: \"{asset}\", to: {{ rack: \"{rack}\", unit: 3 }}) {{ id }} }}"
        );
        app.director().expect_error(&back, "INVALID").await;
        app.planner().query(&format!("mutation {{ releasePlacement(id: \"{placement}\") }}")).await;
        app.director().query(&back).await;
        app.director().query(&retire).await;
        assert_eq!(app.director().query(&reinstate).await["reinstateAsset"]["status"], "IN_STOCK");
    });
}

#[test]
fn a_model_is_corrected_with_as_many_statements_however_many_there_are_of_it() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let power = json!({ "typicalDrawWatts": 450 });
        let model = a_model(app, "S1", json!({ "heightUnits": 1 }), power).await;
        let (mut corrected, mut asked) = (Vec::new(), Vec::new());
        for round in 0..2 {
            for number in 0..(1 + 3 * round) {
                let limits = json!({ "protectedPowerWatts": 3_000 });
                let rack = a_rack(app, &site, &format!("R{round}{number}"), 10, limits).await;
                for unit in 1..=(1 + round) {
                    an_asset(app, &format!("S{round}{number}{unit}"), &model, &rack, unit * 2).await;
                }
                hold(app, &format!("wave {round}{number}"), &rack, json!({ "u": "4", "kw": "1.5" })).await;
            }
            let text = format!(
                "mutation {{ updateHardwareModel(id: \"{model}\", changes: {{
                    dimensions: {{ heightUnits: 1.5 }}, power: {{ typicalDrawWatts: {} }} }}) {{ id }} }}",
                2_000 + round
            );
            corrected.push(app.director().statements(&text).await);
            let list = "{ capacityPlacements { nodes { purpose racks { overbooked { resource placements { purpose } } } } } }";
            asked.push([app.viewer().statements(OVERBOOKED).await, app.viewer().statements(list).await]);
            let found = app.viewer().query(OVERBOOKED).await["overbookedRacks"]["totalCount"].clone();
            assert_eq!(found, if round == 0 { 1 } else { 5 });
            change(
                app,
                "updateHardwareModel",
                &model,
                "dimensions: { heightUnits: 1 }, power: { typicalDrawWatts: 450 }",
            )
            .await;
        }
        assert_eq!(corrected[0], corrected[1]);
        assert_eq!(asked[0], asked[1]);
    });
}
