//! Places that are held: taken from the next question, given back, counted in pools, and never twice.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    a_pool,
    layers::files,
    places::{a_model, a_rack, a_site, an_asset, placed},
    seen, told,
};
use crate::roadmap::send;

const RESERVE: &str = "mutation($input: NewCapacityPlacement!) { reservePlacement(input: $input) {
    id version purpose fromOn toOn pieces u kw coolingKw ports weightKg cords probability
    racks { pieces rack { name } } } }";

#[expect(clippy::needless_pass_by_value, reason = "each is made for this order")]
fn order(purpose: &str, days: (&str, Value), need: Value) -> Value {
    json!({ "input": { "purpose": purpose, "fromOn": days.0, "toOn": days.1, "need": need } })
}

async fn reserve(app: &TestApp, asked: Value) -> Value {
    app.planner().query_with(RESERVE, asked).await["reservePlacement"].clone()
}

async fn refused(app: &TestApp, asked: Value) -> (String, String) {
    let refusal = app.planner().expect_error_with(RESERVE, asked, "INVALID").await;
    let (field, message) = told(&refusal);
    (field.to_owned(), message.to_owned())
}

/// How many pieces of two units fit on a day.
async fn free(app: &TestApp, day: &str) -> u64 {
    let answer = placed(app, json!({ "need": { "u": "2" }, "asOf": day })).await;
    answer["fits"].as_u64().unwrap()
}

async fn two_racks(app: &TestApp) -> [String; 2] {
    let site = a_site(app, "FRA1").await;
    let details = json!({ "protectedPowerWatts": 4_000, "coolingWatts": 4_000, "networkPorts": 10 });
    [a_rack(app, &site, "R1", 10, details.clone()).await, a_rack(app, &site, "R2", 6, details).await]
}

#[test]
fn what_is_held_is_taken_until_it_is_released() {
    on_both_engines(async |app| {
        let racks = two_racks(app).await;
        assert_eq!(free(app, "2026-07-01").await, 8);
        let need = json!({ "u": "2", "kw": "1.3", "ports": 1, "count": 4, "cords": "BOTH" });
        let held = reserve(app, order("wave 3", ("2026-07-01", json!("2026-09-30")), need)).await;
        let id = held["id"].as_str().unwrap().to_owned();
        // The rack in which the least is left over is filled first.
        assert_eq!(
            held["racks"],
            json!([{ "pieces": 3, "rack": { "name": "R2" } }, { "pieces": 1, "rack": { "name": "R1" } }])
        );
        assert_eq!(
            [
                &held["u"],
                &held["kw"],
                &held["coolingKw"],
                &held["ports"],
                &held["toOn"],
                &held["probability"]
            ],
            [&json!("2"), &json!("1.3"), &json!(null), &json!(1), &json!("2026-09-30"), &json!("1")]
        );
        for (day, fits) in [("2026-06-30", 8), ("2026-07-01", 4), ("2026-09-30", 4), ("2026-10-01", 8)] {
            assert_eq!(free(app, day).await, fits, "{day}");
        }
        let answer = placed(
            app,
            json!({ "need": { "ports": 1 }, "in": { "racks": [racks[1]] }, "asOf": "2026-08-01" }),
        )
        .await;
        let rack = &answer["racks"][0];
        assert_eq!(
            [&rack["heldPieces"], &rack["fits"], &rack["overbooked"]],
            [&json!(3), &json!(7), &json!([])]
        );
        // What lasts into the time of what is held finds what is left then.
        let through = json!({ "need": { "u": "2" }, "asOf": "2026-06-01", "until": "2026-07-15" });
        assert_eq!(placed(app, through).await["fits"], 4);

        let list = r#"{ capacityPlacements(filter: { rack: { name: { eq: "R2" } } }, orderBy: [{ field: FROM_ON, direction: ASC }]) {
            totalCount nodes { purpose pieces racks { rack { name } } } } }"#;
        let list = app.viewer().query(list).await["capacityPlacements"].clone();
        assert_eq!(list["totalCount"], 1);
        assert_eq!(list["nodes"][0]["racks"].as_array().unwrap().len(), 2);
        let node = format!(r#"{{ node(id: "{id}") {{ id }} capacityPlacement(id: "{id}") {{ purpose }} }}"#);
        assert_eq!(app.viewer().query(&node).await["capacityPlacement"]["purpose"], "wave 3");

        let release = format!(r#"mutation {{ releasePlacement(id: "{id}", expectedVersion: 1) }}"#);
        let stale = format!(r#"mutation {{ releasePlacement(id: "{id}", expectedVersion: 7) }}"#);
        app.viewer().expect_error(&release, "FORBIDDEN").await;
        app.planner().expect_error(&stale, "CONFLICT").await;
        assert_eq!(app.planner().query(&release).await["releasePlacement"], json!(id));
        app.planner().expect_error(&release, "NOT_FOUND").await;
        assert_eq!(free(app, "2026-08-01").await, 8);
    });
}

#[test]
fn what_does_not_fit_on_every_day_is_not_held() {
    on_both_engines(async |app| {
        two_racks(app).await;
        let pieces = |count: i32| json!({ "u": "2", "count": count });
        reserve(app, order("spring", ("2027-03-01", json!("2027-05-31")), pieces(5))).await;
        reserve(app, order("autumn", ("2027-09-01", json!("2027-11-30")), pieces(6))).await;
        // Both are never there together: of eight places three are free in spring, two in autumn, and all in summer.
        let year = ("2027-01-01", json!("2027-12-31"));
        let (field, message) = refused(app, order("all year", year.clone(), pieces(3))).await;
        assert_eq!((field.as_str(), message.as_str()), ("need.count", "2 of 3 find a place"));
        reserve(app, order("all year", year, pieces(2))).await;
        let summer = ("2027-06-01", json!("2027-08-31"));
        reserve(app, order("summer", summer.clone(), pieces(6))).await;
        let (_, message) = refused(app, order("more", summer.clone(), pieces(1))).await;
        assert_eq!(message, "0 of 1 find a place");
        let (_, message) = refused(app, order("for good", ("2027-12-15", json!(null)), pieces(8))).await;
        assert_eq!(message, "6 of 8 find a place");
        reserve(app, order("for good", ("2028-01-01", json!(null)), pieces(8))).await;
        assert_eq!(free(app, "2040-01-01").await, 0);

        let asked = |change: Value| {
            let mut input = order("other", ("2030-01-01", json!(null)), json!({ "ports": 1 }));
            input["input"].as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            input
        };
        for (change, field, message) in [
            (json!({ "toOn": "2029-12-31" }), "toOn", "2029-12-31 lies before fromOn on 2030-01-01"),
            (json!({ "probability": "0" }), "probability", "0 is less than 0.000000001"),
            (json!({ "purpose": "" }), "purpose", ""),
            (
                json!({ "purpose": "for good", "fromOn": "2028-01-01" }),
                "purpose",
                "for good has its places from 2028-01-01 already",
            ),
            (json!({ "need": { "count": 3 } }), "need", ""),
            (json!({ "need": { "weightKg": "5" } }), "need.count", ""),
        ] {
            let refusal = refused(app, asked(change)).await;
            assert_eq!(refusal.0, field, "{refusal:?}");
            if !message.is_empty() {
                assert_eq!(refusal.1, message);
            }
        }
        let unknown = refused(app, asked(json!({ "need": { "weightKg": "5" } }))).await;
        assert!(
            unknown.1.starts_with("0 of 1 find a place; 2 racks are not known: the weight that R"),
            "{unknown:?}"
        );
        app.viewer().expect_error_with(RESERVE, asked(json!({})), "FORBIDDEN").await;
    });
}

#[test]
fn places_that_are_held_count_in_the_pools_of_their_racks() {
    on_both_engines(async |app| {
        let racks = two_racks(app).await;
        let set = "mutation($id: ID!, $members: [ID!]!) { setCapacityPoolMembers(id: $id, members: $members) { members { id } } }";
        let mut pools = Vec::new();
        for (name, resource, unit) in [
            ("Units", "RACK_UNITS", "RACK_UNIT"),
            ("Power", "POWER", "WATT"),
            ("Cooling", "COOLING", "KILOWATT"),
            ("Ports", "PORTS", "PORT"),
        ] {
            let pool = a_pool(app, name, resource, unit, json!({})).await;
            app.planner().query_with(set, json!({ "id": pool, "members": racks })).await;
            pools.push(pool);
        }
        let need = json!({ "u": "1.5", "kw": "0.4", "coolingKw": "0.4", "ports": 2, "count": 6 });
        let held = reserve(app, order("wave 3", ("2026-07-01", json!("2026-09-30")), need)).await;
        assert_eq!(held["racks"].as_array().unwrap().len(), 2);
        let fields = r#"reserved(on: "2026-08-01") { quantity explanation { inputs { name value } } }"#;
        for (pool, quantity) in pools.iter().zip(["9", "2400", "2.4", "12"]) {
            let reserved = seen(app, pool, fields).await["reserved"].clone();
            assert_eq!(reserved["quantity"], quantity);
            assert_eq!(reserved["explanation"]["inputs"][1], json!({ "name": "placements", "value": "1" }));
        }
        // With what is reserved of the pool as such.
        let other = json!({ "pool": pools[0], "quantity": "3", "fromOn": "2026-08-01", "purpose": "spares" });
        send(app, "recordCapacityReservation", "NewCapacityReservation!", other).await;
        assert_eq!(seen(app, &pools[0], fields).await["reserved"]["quantity"], "12");
        let before = seen(app, &pools[0], r#"reserved(on: "2026-06-30") { quantity }"#).await;
        assert_eq!(before["reserved"]["quantity"], "0");
        // A pool of the site has what its racks hold; one of nothing has none.
        app.planner().query_with(set, json!({ "id": pools[3], "members": [] })).await;
        assert_eq!(seen(app, &pools[3], fields).await["reserved"]["quantity"], "0");
        let site = app.viewer().query("{ sites { nodes { id } } }").await["sites"]["nodes"][0]["id"].clone();
        app.planner().query_with(set, json!({ "id": pools[3], "members": [site] })).await;
        assert_eq!(seen(app, &pools[3], fields).await["reserved"]["quantity"], "12");
    });
}

#[test]
fn a_rack_with_held_places_stays_and_tells_when_it_is_overbooked() {
    on_both_engines(async |app| {
        let racks = two_racks(app).await;
        let only = json!({ "purpose": "wave 3", "fromOn": "2026-07-01", "need": { "u": "2", "count": 5 }, "in": { "racks": [racks[0]] } });
        let held = reserve(app, json!({ "input": only })).await;
        let retire = format!(r#"mutation {{ retireRack(id: "{}") {{ id }} }}"#, racks[0]);
        let refusal = app.planner().expect_error(&retire, "CONFLICT").await;
        assert_eq!(refusal.message, "the rack R1 holds places for wave 3, release them first");
        let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Acme" })).await;
        let model = json!({ "manufacturer": maker, "name": "S1", "kind": "SERVER", "details": { "dimensions": { "heightUnits": 2 } } });
        let model = send(app, "registerHardwareModel", "NewHardwareModel!", model).await;
        let asset = |tag: &str, rack: &str| json!({ "input": { "tag": tag, "model": model, "status": "IN_SERVICE", "placement": { "rack": rack, "unit": 1 } } });
        let register = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
        let taken = app.director().expect_error_with(register, asset("SRV-0", &racks[0]), "INVALID").await;
        let (field, message) = told(&taken);
        assert_eq!(field, "placement.unit");
        assert!(message.starts_with("U1 (2 high, "), "{message}");
        assert!(
            message.ends_with(") of the rack R1 is held for wave 3 on 2026-07-01, release that first"),
            "{message}"
        );
        // Nor does anything move there; in a rack where nothing is held it stands, and may move within it.
        let free =
            app.director().query_with(register, asset("SRV-0", &racks[1])).await["registerAsset"].clone();
        let go = "mutation($id: ID!, $to: PlacementInput!) { moveAsset(id: $id, to: $to) { id } }";
        let to = |rack: &str, unit: i32| json!({ "id": free["id"], "to": { "rack": rack, "unit": unit } });
        let taken = app.director().expect_error_with(go, to(&racks[0], 9), "INVALID").await;
        assert_eq!(told(&taken).0, "to.unit");
        app.director().query_with(go, to(&racks[1], 3)).await;
        // What a file says stands there is taken as it is, and the next answer says so.
        let there =
            "tag,manufacturer,model,site,rack,position_units,status\nSRV-1,Acme,S1,FRA1,R1,1,IN_SERVICE\n";
        files(app, &[("assets.csv", there)]).await;
        let answer = placed(app, json!({ "need": { "u": "1" }, "in": { "racks": [racks[0]] } })).await;
        assert_eq!([&answer["racks"][0]["overbooked"], &answer["fits"]], [&json!(["RACK_UNITS"]), &json!(0)]);
        let release = format!(r#"mutation {{ releasePlacement(id: "{}") }}"#, held["id"].as_str().unwrap());
        app.planner().query(&release).await;
        let answer = placed(app, json!({ "need": { "u": "1" }, "in": { "racks": [racks[0]] } })).await;
        assert_eq!([&answer["racks"][0]["overbooked"], &answer["fits"]], [&json!([]), &json!(8)]);
    });
}

#[test]
fn two_who_reserve_at_once_do_not_hold_the_same_places() {
    on_both_engines(async |app| {
        two_racks(app).await;
        let requests = (0..6).map(|number| {
            let asked = order(
                &format!("wave {number}"),
                ("2026-07-01", json!(null)),
                json!({ "u": "2", "count": 3 }),
            );
            let planner = app.planner();
            tokio::spawn(async move { planner.answer(RESERVE, asked).await })
        });
        let mut codes = Vec::new();
        for request in requests.collect::<Vec<_>>() {
            codes.push(request.await.unwrap()["errors"][0]["extensions"]["code"].clone());
        }
        // Of eight places two times three are held, and each of the others is told why it has none.
        codes.sort_by_key(ToString::to_string);
        let invalid = json!("INVALID");
        assert_eq!(
            codes,
            [invalid.clone(), invalid.clone(), invalid.clone(), invalid, json!(null), json!(null)]
        );
        assert_eq!(free(app, "2026-07-01").await, 2);
    });
}

#[test]
fn pools_take_as_many_statements_however_much_belongs_to_them() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let query = r#"{ capacityPools { nodes { name members { id } raw { quantity } reserved(on: "2026-08-01") { quantity }
            used { quantity } reservations { purpose } events { name } findings { message } } } }"#;
        let set = "mutation($id: ID!, $members: [ID!]!) { setCapacityPoolMembers(id: $id, members: $members) { members { id } } }";
        let mut found = Vec::new();
        for round in 0..2 {
            for number in 0..(1 + 4 * round) {
                let name = format!("P{round}{number}");
                let rack = a_rack(app, &site, &name, 10, json!({})).await;
                let pool =
                    a_pool(app, &name, "RACK_UNITS", "RACK_UNIT", json!({ "basis": "INVENTORY" })).await;
                app.planner().query_with(set, json!({ "id": pool, "members": [rack] })).await;
                for day in 1..=(1 + round) {
                    let on = format!("2026-08-0{day}");
                    let held = json!({ "pool": pool, "quantity": "1", "fromOn": on, "purpose": "p" });
                    send(app, "recordCapacityReservation", "NewCapacityReservation!", held).await;
                    let event = json!({ "pool": pool, "name": "e", "quantity": "1", "happensOn": on });
                    send(app, "recordCapacityEvent", "NewCapacityEvent!", event).await;
                }
                let held = json!({ "purpose": name, "fromOn": "2026-07-01", "need": { "u": "1" }, "in": { "racks": [rack] } });
                reserve(app, json!({ "input": held })).await;
            }
            found.push(app.viewer().statements(query).await);
        }
        assert_eq!(found[0], found[1]);
    });
}

#[test]
fn power_cooling_and_ports_that_are_held_are_taken_by_no_asset() {
    on_both_engines(async |app| {
        let [one, two] = two_racks(app).await;
        // Each of the racks has 4 kW of power and of cooling and 10 ports.
        let only = json!({
            "purpose": "wave 3", "fromOn": "2026-08-01", "in": { "racks": [one] },
            "need": { "kw": "1.3", "coolingKw": "0.5", "ports": 3, "count": 2 },
        });
        let held = reserve(app, json!({ "input": only })).await;
        let model = async |name: &str, watts: i32, ports: i32| {
            let maker = json!({ "name": format!("Maker of {name}") });
            let maker = send(app, "registerManufacturer", "NewManufacturer!", maker).await;
            let dimensions = json!({ "heightUnits": 1, "networkPorts": ports });
            let details = json!({ "dimensions": dimensions, "power": { "typicalDrawWatts": watts } });
            let model = json!({ "manufacturer": maker, "name": name, "kind": "SERVER", "details": details });
            send(app, "registerHardwareModel", "NewHardwareModel!", model).await
        };
        let (hot, wide, fair) =
            (model("Hot", 1_500, 1).await, model("Wide", 100, 5).await, model("Fair", 700, 2).await);
        let asset = |tag: &str, model: &str, placement: Value| json!({ "input": { "tag": tag, "model": model, "status": "PLANNED", "placement": placement } });
        let register = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
        let at = |rack: &str, unit: i32| json!({ "rack": rack, "unit": unit });
        // 1.4 kW are free beside 2.6 held, and 4 ports beside 6; without a unit as with one.
        let power = "it takes 1.5 kW of power of the rack R1, and of the 2.6 held there for wave 3 on 2026-08-01 only 2.5 \
                     would be left: release that first";
        let ports = "it takes 5 ports of the rack R1, and of the 6 held there for wave 3 on 2026-08-01 only 5 would be \
                     left: release that first";
        for (model, placement, message) in
            [(&hot, at(&one, 1), power), (&hot, json!({ "rack": one }), power), (&wide, at(&one, 1), ports)]
        {
            let refusal =
                app.director().expect_error_with(register, asset("A-1", model, placement), "INVALID").await;
            assert_eq!(told(&refusal), ("placement.rack", message));
        }
        // Two take all that is left; they may move within the rack, and a third finds nothing.
        for (tag, unit) in [("A-1", 1), ("A-2", 2)] {
            app.director().query_with(register, asset(tag, &fair, at(&one, unit))).await;
        }
        let other = app.director().query_with(register, asset("A-3", &fair, at(&two, 1))).await;
        let go = "mutation($id: ID!, $to: PlacementInput!) { moveAsset(id: $id, to: $to) { id } }";
        let other = other["registerAsset"]["id"].clone();
        let asked = json!({ "id": other, "to": at(&one, 5) });
        let refusal = app.director().expect_error_with(go, asked.clone(), "INVALID").await;
        let nothing = "it takes 0.7 kW of power of the rack R1, and of the 2.6 held there for wave 3 on 2026-08-01 only 1.9 \
                       would be left: release that first";
        assert_eq!(told(&refusal), ("to.rack", nothing));
        let first =
            app.viewer().query(r#"{ assets(filter: { tag: { eq: "A-1" } }) { nodes { id } } }"#).await;
        let first = first["assets"]["nodes"][0]["id"].clone();
        app.director().query_with(go, json!({ "id": first, "to": at(&one, 7) })).await;
        // Nor does it become another model that takes more.
        let update =
            "mutation($id: ID!, $model: ID!) { updateAsset(id: $id, changes: { model: $model }) { id } }";
        let refusal =
            app.director().expect_error_with(update, json!({ "id": first, "model": hot }), "INVALID").await;
        assert!(refusal.message.contains("it takes 0.8 kW of power of the rack R1"), "{}", refusal.message);
        // What is released may be taken.
        let release = format!(r#"mutation {{ releasePlacement(id: "{}") }}"#, held["id"].as_str().unwrap());
        app.planner().query(&release).await;
        app.director().query_with(go, asked).await;
    });
}

#[test]
fn what_is_held_for_several_is_told_by_name_on_the_day_of_the_most() {
    on_both_engines(async |app| {
        let [one, _] = two_racks(app).await;
        for (purpose, from, to, kilowatts) in [
            ("wave 3", "2026-08-01", json!("2026-12-31"), "1"),
            ("wave 4", "2026-10-01", json!(null), "2"),
            ("wave 5", "2027-02-01", json!(null), "0.5"),
        ] {
            let input = json!({
                "purpose": purpose, "fromOn": from, "toOn": to, "in": { "racks": [one] }, "need": { "coolingKw": kilowatts },
            });
            reserve(app, json!({ "input": input })).await;
        }
        let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Acme" })).await;
        let power = json!({ "typicalDrawWatts": 900, "maximumDrawWatts": 1_200 });
        let details = json!({ "dimensions": { "heightUnits": 1 }, "power": power });
        let model = json!({ "manufacturer": maker, "name": "S1", "kind": "SERVER", "details": details });
        let model = send(app, "registerHardwareModel", "NewHardwareModel!", model).await;
        let register = "mutation($input: NewAsset!) { registerAsset(input: $input) { id } }";
        let asset = |basis: &str| {
            json!({ "input": { "tag": "A-1", "model": model, "status": "IN_SERVICE",
                "placement": { "rack": one, "unit": 1 }, "details": { "power": { "basis": basis } } } })
        };
        // 3 of 4 kW are held from October to December, and 2.5 from February on.
        let refusal = app.director().expect_error_with(register, asset("NAMEPLATE"), "INVALID").await;
        let message = "it takes 1.2 kW of cooling of the rack R1, and of the 3 held there for wave 3 (1), wave 4 (2) on \
                       2026-10-01 only 2.8 would be left: release that first";
        assert_eq!(told(&refusal), ("placement.rack", message));
        app.director().query_with(register, asset("MODEL")).await;
    });
}

#[test]
fn places_are_given_back_piece_by_piece() {
    on_both_engines(async |app| {
        let racks = two_racks(app).await;
        // Three go to R2, one to R1.
        let held =
            reserve(app, order("wave 3", ("2026-07-01", json!(null)), json!({ "u": "2", "count": 4 }))).await;
        assert_eq!(free(app, "2026-07-01").await, 4);
        let release = "mutation($id: ID!, $racks: [PlacementPieces!]!, $version: Int) {
            releasePlacementPieces(id: $id, racks: $racks, expectedVersion: $version) {
                version pieces racks { pieces rack { name } } } }";
        let asked =
            |racks: Value, version: Value| json!({ "id": held["id"], "racks": racks, "version": version });
        let of = |rack: &str, pieces: i32| json!({ "rack": rack, "pieces": pieces });
        for (given, field, message) in [
            (json!([]), "racks", "names none; releasePlacement gives all of them back"),
            (json!([of(&racks[1], 4)]), "racks[0].pieces", "4 is not between 1 and 3"),
            (json!([of(&racks[1], 0)]), "racks[0].pieces", "0 is not between 1 and 3"),
            (json!([of(&racks[1], 1), of(&racks[1], 1)]), "racks[1].rack", "is named twice"),
        ] {
            let refusal =
                app.planner().expect_error_with(release, asked(given, json!(null)), "INVALID").await;
            assert_eq!(told(&refusal), (field, message));
        }
        let two = asked(json!([of(&racks[1], 2)]), json!(1));
        app.viewer().expect_error_with(release, two.clone(), "FORBIDDEN").await;
        app.planner()
            .expect_error_with(release, asked(json!([of(&racks[1], 2)]), json!(7)), "CONFLICT")
            .await;
        let left = app.planner().query_with(release, two).await["releasePlacementPieces"].clone();
        let one = |name: &str| json!({ "pieces": 1, "rack": { "name": name } });
        assert_eq!(left, json!({ "version": 2, "pieces": 2, "racks": [one("R2"), one("R1")] }));
        assert_eq!(free(app, "2026-07-01").await, 6);
        // A rack of which all is given back holds nothing; with the last piece nothing is held.
        let back = asked(json!([of(&racks[1], 1)]), json!(null));
        let left = app.planner().query_with(release, back.clone()).await["releasePlacementPieces"].clone();
        assert_eq!(left, json!({ "version": 3, "pieces": 1, "racks": [one("R1")] }));
        let refusal = app.planner().expect_error_with(release, back, "INVALID").await;
        assert_eq!(told(&refusal), ("racks[0].rack", "R2 holds no places for wave 3"));
        let last = asked(json!([of(&racks[0], 1)]), json!(null));
        let left = app.planner().query_with(release, last.clone()).await["releasePlacementPieces"].clone();
        assert_eq!((left, free(app, "2026-07-01").await), (json!(null), 8));
        app.planner().expect_error_with(release, last, "NOT_FOUND").await;
    });
}

#[test]
fn power_that_is_held_beyond_what_a_rack_carries_is_named() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let details = json!({ "protectedPowerWatts": 2_100, "coolingWatts": 3_000, "networkPorts": 8 });
        let rack = a_rack(app, &site, "R1", 14, details).await;
        let power = json!({ "typicalDrawWatts": 450, "maximumDrawWatts": 500 });
        let model = a_model(app, "S1", json!({ "heightUnits": 1 }), power).await;
        let asset = an_asset(app, "SRV-1", &model, &rack, 1).await;
        let measured = async |watts: u32| {
            let text = format!(
                "mutation {{ updateAsset(id: \"{asset}\", changes: {{ power: {{
                    basis: MEASURED, measuredDrawWatts: {watts} }} }}) {{ id }} }}"
            );
            app.director().query(&text).await;
        };
        measured(450).await;
        let only = json!({
            "purpose": "wave 3", "fromOn": "2026-07-01", "need": { "u": "1", "kw": "0.45", "count": 3 },
            "in": { "racks": [rack] },
        });
        reserve(app, json!({ "input": only })).await;
        let overbooked = async || {
            let answer =
                placed(app, json!({ "need": { "u": "1", "kw": "0.1" }, "in": { "racks": [rack] } })).await;
            let resources = answer["racks"][0]["resources"].as_array().unwrap();
            let power = resources.iter().find(|it| it["resource"] == "POWER").unwrap();
            json!([answer["racks"][0]["overbooked"], power["free"]])
        };
        // 450 are drawn and 1,350 held of 2,100; then 900 are drawn, which leaves 150 too few.
        assert_eq!(overbooked().await, json!([[], "0.3"]));
        measured(900).await;
        assert_eq!(overbooked().await, json!([["POWER"], "0"]));
        measured(450).await;
        let less = format!(
            "mutation {{ updateRack(id: \"{rack}\", changes: {{ protectedPowerWatts: 1000 }}) {{ id }} }}"
        );
        app.director().query(&less).await;
        assert_eq!(overbooked().await, json!([["POWER"], "0"]));
    });
}
