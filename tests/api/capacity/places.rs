//! Where equipment fits: what binds, what is stranded, what is not known, and what the loss of a feed does.

use std::path::Path;

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_pool, told};
use crate::roadmap::send;

/// The worked examples by id.
fn examples() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub const PLACEMENT: &str = "query($need: PlacementNeed!, $in: PlacementChoice, $asOf: Date, $until: Date,
    $survives: Boolean = false, $terms: PlacementTerms) {
    placement(need: $need, in: $in, asOf: $asOf, until: $until, survivesFeedLoss: $survives, terms: $terms) {
        asOf count placed isEnough reason fits racksAsked racksUnknown
        binding { resource racks } stranded { resource quantity }
        feedLosses { lost survives piecesDown reason }
        racks {
            rack { name } pieces fits reason binding heldPieces overbooked
            powerBasis { measured model nameplate }
            resources { resource need free fits left stranded reason }
            feedLosses { lost survives piecesDown loadKw spareKw reason }
        }
        explain { formula inputs { name value } assumptions excluded }
    } }";

/// Where pieces fit, as a viewer sees it.
pub async fn placed(app: &TestApp, asked: Value) -> Value {
    app.viewer().query_with(PLACEMENT, asked).await["placement"].clone()
}

pub async fn a_site(app: &TestApp, code: &str) -> String {
    let site = json!({ "code": code, "name": code, "kind": "COLOCATION", "timeZone": "Europe/Berlin" });
    send(app, "openSite", "NewSite!", site).await
}

pub async fn a_rack(app: &TestApp, site: &str, name: &str, units: i32, details: Value) -> String {
    let rack = json!({ "site": site, "name": name, "heightUnits": units, "details": details });
    send(app, "installRack", "NewRack!", rack).await
}

pub async fn a_feed(app: &TestApp, site: &str, name: &str, details: Value) -> String {
    let mut details = details;
    details["status"] = json!("ACTIVE");
    let feed = json!({ "site": site, "name": name, "details": details });
    send(app, "registerPowerFeed", "NewPowerFeed!", feed).await
}

pub async fn a_model(app: &TestApp, name: &str, dimensions: Value, power: Value) -> String {
    let maker = json!({ "name": format!("Maker of {name}") });
    let maker = send(app, "registerManufacturer", "NewManufacturer!", maker).await;
    let details = json!({ "dimensions": dimensions, "power": power });
    let model = json!({ "manufacturer": maker, "name": name, "kind": "SERVER", "details": details });
    send(app, "registerHardwareModel", "NewHardwareModel!", model).await
}

pub async fn an_asset(app: &TestApp, tag: &str, model: &str, rack: &str, unit: i32) -> String {
    let asset = json!({
        "tag": tag, "model": model, "status": "IN_SERVICE", "placement": { "rack": rack, "unit": unit },
    });
    send(app, "registerAsset", "NewAsset!", asset).await
}

/// What a rack of an answer has of a resource.
fn of<'a>(rack: &'a Value, resource: &str) -> &'a Value {
    rack["resources"].as_array().unwrap().iter().find(|it| it["resource"] == resource).unwrap()
}

fn plain(value: &Value) -> String {
    let text = value.to_string();
    text.trim_matches('"').to_owned()
}

#[test]
fn what_is_stranded_is_what_the_worked_example_says() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let details = json!({ "coolingWatts": 3_000, "networkPorts": 8 });
        let rack = a_rack(app, &site, "R1", 14, details).await;
        for (name, side, watts) in [("A1", "A", 2_100), ("B1", "B", 2_500)] {
            a_feed(app, &site, name, json!({ "side": side, "rack": rack, "capacityWatts": watts })).await;
        }
        let need = json!({ "u": "1", "kw": "0.45", "coolingKw": "0.45", "ports": 2, "count": 4 });
        let answer = placed(app, json!({ "need": need, "in": { "racks": [rack] } })).await;
        assert_eq!([&answer["asOf"], &answer["count"]], [&json!("2026-07-01"), &json!(4)]);
        let expected = examples()["6.stranded"].clone();
        let names = [("u", "RACK_UNITS"), ("kw", "POWER"), ("cool", "COOLING"), ("ports", "PORTS")];
        let rack = &answer["racks"][0];
        for (short, resource) in names {
            let found = of(rack, resource);
            assert_eq!(found["fits"], expected["fit"][short], "{resource}");
            assert_eq!(plain(&found["stranded"]), plain(&expected["stranded"][short]), "{resource}");
        }
        assert_eq!(rack["fits"], expected["units"]);
        assert_eq!(answer["fits"], expected["units"]);
        let binding: Vec<&str> = names
            .into_iter()
            .filter(|(short, _)| expected["binding"].as_array().unwrap().contains(&json!(short)))
            .map(|(_, resource)| resource)
            .collect();
        assert_eq!(rack["binding"], json!(binding));
        assert_eq!(
            answer["stranded"],
            json!([
                { "resource": "RACK_UNITS", "quantity": "10" }, { "resource": "POWER", "quantity": "0.3" },
                { "resource": "COOLING", "quantity": "1.2" }, { "resource": "PORTS", "quantity": "0" },
            ])
        );
        assert_eq!(
            [&answer["placed"], &answer["isEnough"], &answer["reason"]],
            [&json!(4), &json!(true), &json!(null)]
        );
        // Either feed carries the 1.8 kW of four alone.
        assert_eq!(
            rack["feedLosses"],
            json!([
                { "lost": "A", "survives": true, "piecesDown": 0, "loadKw": "1.8", "spareKw": "0.7", "reason": null },
                { "lost": "B", "survives": true, "piecesDown": 0, "loadKw": "1.8", "spareKw": "0.3", "reason": null },
            ])
        );
        let five = json!({ "u": "1", "kw": "0.45", "coolingKw": "0.45", "ports": 2, "count": 5 });
        let answer = placed(app, json!({ "need": five })).await;
        assert_eq!([&answer["placed"], &answer["isEnough"]], [&json!(4), &json!(false)]);
        assert_eq!(answer["reason"], "4 of 5 find a place");
    });
}

#[test]
fn units_count_where_they_lie_together_and_draws_by_their_basis() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let details = json!({ "protectedPowerWatts": 4_000, "coolingWatts": 5_000, "networkPorts": 20, "weightLimitGrams": 200_000 });
        let rack = a_rack(app, &site, "R1", 10, details).await;
        let body = json!({ "heightUnits": 2, "networkPorts": 4, "weightGrams": 30_000 });
        let model =
            a_model(app, "S1", body, json!({ "typicalDrawWatts": 500, "maximumDrawWatts": 800 })).await;
        let asset = an_asset(app, "SRV-1", &model, &rack, 5).await;
        let answer = placed(app, json!({ "need": { "u": "3", "weightKg": "50" } })).await;
        let found = &answer["racks"][0];
        // Eight units are free, four below and four above: one piece of three in each.
        assert_eq!(of(found, "RACK_UNITS")["free"], "8");
        assert_eq!([&of(found, "RACK_UNITS")["fits"], &found["fits"]], [&json!(2), &json!(2)]);
        assert_eq!(of(found, "WEIGHT")["free"], "170");
        assert_eq!(of(found, "PORTS")["free"], "16");
        assert_eq!(
            [&of(found, "POWER")["free"], &of(found, "COOLING")["free"]],
            [&json!("3.5"), &json!("4.5")]
        );
        assert_eq!(found["powerBasis"], json!({ "measured": 0, "model": 1, "nameplate": 0 }));
        let change = |changes: Value| json!({ "id": asset, "changes": changes });
        let update =
            "mutation($id: ID!, $changes: AssetChanges!) { updateAsset(id: $id, changes: $changes) { id } }";
        app.planner().query_with(update, change(json!({ "power": { "basis": "NAMEPLATE" } }))).await;
        let terms = json!({ "nameplateDerate": "0.6", "measuredMargin": "0.1" });
        let answer = placed(app, json!({ "need": { "kw": "0.1" }, "terms": terms })).await;
        assert_eq!(of(&answer["racks"][0], "POWER")["free"], "3.52");
        let measured = json!({ "power": { "basis": "MEASURED", "measuredDrawWatts": 401 } });
        app.planner().query_with(update, change(measured)).await;
        let answer = placed(app, json!({ "need": { "kw": "0.1" }, "terms": terms })).await;
        // 401 W and a tenth are 441.1 W, and 442 W as a whole number of watts.
        assert_eq!(of(&answer["racks"][0], "POWER")["free"], "3.558");
        assert_eq!(answer["racks"][0]["powerBasis"], json!({ "measured": 1, "model": 0, "nameplate": 0 }));
    });
}

#[test]
fn the_loss_of_a_feed_is_told_and_may_be_ruled_out() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let racks = [
            a_rack(app, &site, "BOTH", 42, json!({})).await,
            a_rack(app, &site, "PANEL", 42, json!({})).await,
            a_rack(app, &site, "STATED", 42, json!({ "protectedPowerWatts": 3_000 })).await,
            a_rack(app, &site, "SINGLE", 42, json!({})).await,
        ];
        for (name, side, rack, panel) in [
            ("A1", "A", 0, Value::Null),
            ("B1", "B", 0, Value::Null),
            ("A2", "A", 1, json!("P1")),
            ("B2", "B", 1, json!("P1")),
            ("A3", "A", 3, Value::Null),
        ] {
            let details =
                json!({ "side": side, "rack": racks[rack], "capacityWatts": 3_000, "panel": panel });
            a_feed(app, &site, name, details).await;
        }
        let need = |cords: &str| json!({ "u": "1", "kw": "1", "cords": cords, "count": 20 });
        let answer = placed(app, json!({ "need": need("BOTH") })).await;
        assert_eq!([&answer["placed"], &answer["fits"]], [&json!(9), &json!(9)]);
        // What is behind one panel goes down with it, what is stated says nothing of feeds, one feed protects nothing.
        let of_rack = |answer: &Value, name: &str| {
            let racks = answer["racks"].as_array().unwrap().clone();
            racks.into_iter().find(|it| it["rack"]["name"] == name).unwrap()
        };
        assert_eq!(of_rack(&answer, "BOTH")["feedLosses"][0]["survives"], true);
        let panel = of_rack(&answer, "PANEL")["feedLosses"][0].clone();
        assert_eq!([&panel["survives"], &panel["piecesDown"]], [&json!(false), &json!(3)]);
        assert!(panel["reason"].as_str().unwrap().starts_with("both sides of PANEL hang on one feed"));
        assert_eq!(of_rack(&answer, "STATED")["feedLosses"][0]["survives"], Value::Null);
        assert_eq!(of_rack(&answer, "SINGLE")["fits"], 0);
        assert_eq!(answer["feedLosses"][0]["survives"], Value::Null);

        let answer = placed(app, json!({ "need": need("BOTH"), "survives": true })).await;
        assert_eq!(
            [&answer["placed"], &answer["isEnough"], &answer["racksUnknown"]],
            [&json!(3), &json!(null), &json!(1)]
        );
        assert_eq!(answer["feedLosses"][0]["survives"], true);
        let stated = of_rack(&answer, "STATED");
        assert_eq!([&stated["fits"], &stated["binding"]], [&Value::Null, &json!([])]);
        assert_eq!(
            answer["reason"],
            "3 of 20 find a place; 1 racks are not known: what each feed of STATED carries is not known"
        );
        // A piece with one cord stays up only when the other feed is lost.
        let answer = placed(app, json!({ "need": need("A"), "in": { "racks": [racks[0]] } })).await;
        assert_eq!(
            answer["racks"][0]["feedLosses"],
            json!([
                {
                    "lost": "A", "survives": false, "piecesDown": 3, "loadKw": "0", "spareKw": "3",
                    "reason": "they hang on feed A alone",
                },
                { "lost": "B", "survives": true, "piecesDown": 0, "loadKw": "3", "spareKw": "0", "reason": null },
            ])
        );
        let answer = placed(app, json!({ "need": need("A"), "survives": true })).await;
        assert_eq!(answer["placed"], 0);
        // Of nothing neither is said that it stays up nor that it goes down.
        let of_nothing = |lost: &str| {
            let reason = "no piece finds a place";
            json!({ "lost": lost, "survives": null, "piecesDown": null, "reason": reason })
        };
        assert_eq!(answer["feedLosses"], json!([of_nothing("A"), of_nothing("B")]));
    });
}

#[test]
fn feeds_that_racks_share_are_given_out_once() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let racks =
            [a_rack(app, &site, "R1", 42, json!({})).await, a_rack(app, &site, "R2", 42, json!({})).await];
        for side in ["A", "B"] {
            let top = json!({ "side": side, "capacityWatts": 5_000 });
            let top = a_feed(app, &site, &format!("{side}0"), top).await;
            for (index, rack) in racks.iter().enumerate() {
                let own = json!({ "side": side, "rack": rack, "capacityWatts": 4_000, "upstream": top });
                a_feed(app, &site, &format!("{side}{}", index + 1), own).await;
            }
        }
        let answer = placed(app, json!({ "need": { "kw": "1", "count": 8 } })).await;
        // Each takes four alone, and both together what the feed above them carries.
        assert_eq!([&answer["racks"][0]["fits"], &answer["racks"][1]["fits"]], [&json!(4), &json!(4)]);
        assert_eq!(
            [&answer["placed"], &answer["fits"], &answer["isEnough"]],
            [&json!(5), &json!(5), &json!(false)]
        );
    });
}

#[test]
fn what_is_not_known_is_named_and_never_taken_for_none() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        let bare = a_rack(app, &site, "R1", 10, json!({})).await;
        let need = json!({ "u": "1", "kw": "1", "coolingKw": "1", "ports": 1, "weightKg": "10" });
        let answer = placed(app, json!({ "need": need })).await;
        let rack = &answer["racks"][0];
        assert_eq!(
            [&answer["placed"], &answer["isEnough"], &answer["racksUnknown"]],
            [&json!(0), &json!(null), &json!(1)]
        );
        assert_eq!([&rack["fits"], &rack["pieces"]], [&json!(null), &json!(0)]);
        // Ten pieces find height, and what runs out before that is not known: nothing is said to bind.
        assert_eq!([&rack["binding"], &answer["binding"]], [&json!([]); 2]);
        let reasons = [
            ("POWER", "neither feeds nor the protected power of R1 are on record"),
            ("COOLING", "the cooling of R1 is not on record"),
            ("PORTS", "the network ports of R1 are not on record"),
            ("WEIGHT", "the weight that R1 may carry is not on record"),
        ];
        for (resource, reason) in reasons {
            let found = of(rack, resource);
            assert_eq!([&found["free"], &found["fits"], &found["stranded"]], [&json!(null); 3], "{resource}");
            assert_eq!(found["reason"], reason);
        }
        for (_, reason) in reasons {
            assert!(rack["reason"].as_str().unwrap().contains(reason), "{rack}");
        }
        // What is not needed is not asked for.
        let answer = placed(app, json!({ "need": { "u": "10" } })).await;
        assert_eq!([&answer["placed"], &answer["isEnough"]], [&json!(1), &json!(true)]);
        // Equipment of which nothing is known hides what is free; where one resource rules all out, that is known.
        let model = a_model(app, "S1", json!({}), json!({})).await;
        let asset =
            json!({ "tag": "SRV-1", "model": model, "status": "IN_SERVICE", "placement": { "rack": bare } });
        send(app, "registerAsset", "NewAsset!", asset).await;
        let answer = placed(app, json!({ "need": { "u": "1" } })).await;
        assert_eq!(answer["racks"][0]["reason"], "1 assets of R1 take units that are not on record");
        let ports = "mutation($id: ID!) { updateRack(id: $id, changes: { protectedPowerWatts: 500, networkPorts: 4 }) { networkPorts coolingWatts } }";
        let made = app.planner().query_with(ports, json!({ "id": bare })).await;
        assert_eq!(made["updateRack"], json!({ "networkPorts": 4, "coolingWatts": null }));
        let answer = placed(app, json!({ "need": { "kw": "0.2", "ports": 1 } })).await;
        assert_eq!(
            answer["racks"][0]["reason"],
            "1 assets of R1 lack the draw of their power basis; the models of 1 assets of R1 lack the network ports that they take"
        );
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of refusals")]
fn a_question_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let site = a_site(app, "FRA1").await;
        a_rack(app, &site, "R1", 10, json!({})).await;
        let planned = json!({ "site": site, "name": "R2", "heightUnits": 10, "planned": true });
        let planned = send(app, "installRack", "NewRack!", planned).await;
        let nobody = "rack_0199a3f47c1e7b529d0a2f6e8c4b1a37";
        let need = json!({ "u": "1" });
        for (asked, code, field, message) in [
            (json!({ "need": { "u": "1", "count": 0 } }), "INVALID", "need.count", "0 is fewer than 1"),
            (json!({ "need": { "u": "1", "count": -2 } }), "INVALID", "need.count", "-2 is fewer than 1"),
            (
                json!({ "need": { "u": "1", "count": 10_001 } }),
                "LIMIT_EXCEEDED",
                "need.count",
                "10001 pieces are more than the 10000 of one question",
            ),
            (
                json!({ "need": { "count": 3 } }),
                "INVALID",
                "need",
                "a piece that needs nothing fits anywhere; give u, kw, coolingKw, ports or weightKg",
            ),
            (
                json!({ "need": { "kw": "0", "ports": 0 } }),
                "INVALID",
                "need",
                "a piece that needs nothing fits anywhere; give u, kw, coolingKw, ports or weightKg",
            ),
            (json!({ "need": { "u": "-1" } }), "INVALID", "need.u", "-1 is below 0"),
            (json!({ "need": { "ports": -1 } }), "INVALID", "need.ports", "-1 is below 0"),
            (json!({ "need": { "u": "0.3" } }), "INVALID", "need.u", "0.3 is finer than half a rack unit"),
            (json!({ "need": { "u": "101" } }), "INVALID", "need.u", "101 is more than 100"),
            (json!({ "need": { "kw": "0.4505" } }), "INVALID", "need.kw", "0.4505 is finer than a watt"),
            (json!({ "need": { "coolingKw": "-0.1" } }), "INVALID", "need.coolingKw", "-0.1 is below 0"),
            (
                json!({ "need": { "weightKg": "0.0001" } }),
                "INVALID",
                "need.weightKg",
                "0.0001 is finer than a gram",
            ),
            (
                json!({ "need": need, "in": { "racks": [] } }),
                "INVALID",
                "in.racks",
                "names none; leave it out to mean all",
            ),
            (
                json!({ "need": need, "in": { "racks": [planned] } }),
                "INVALID",
                "in.racks[0]",
                "R2 is PLANNED; only a rack that is ACTIVE takes equipment",
            ),
            (json!({ "need": need, "in": { "racks": [nobody] } }), "NOT_FOUND", "", ""),
            (
                json!({ "need": need, "in": { "sites": ["site_0199a3f47c1e7b529d0a2f6e8c4b1a37"] } }),
                "NOT_FOUND",
                "",
                "",
            ),
            (
                json!({ "need": need, "in": { "pools": ["capacity_pool_0199a3f47c1e7b529d0a2f6e8c4b1a37"] } }),
                "NOT_FOUND",
                "",
                "",
            ),
            (
                json!({ "need": need, "asOf": "2027-01-01", "until": "2026-01-01" }),
                "INVALID",
                "until",
                "2026-01-01 lies before asOf on 2027-01-01",
            ),
            (
                json!({ "need": need, "terms": { "nameplateDerate": "60" } }),
                "INVALID",
                "terms.nameplateDerate",
                "60 is more than 1; this is a fraction, so 60 % is 0.6",
            ),
        ] {
            let refusal = app.viewer().expect_error_with(PLACEMENT, asked.clone(), code).await;
            if code != "NOT_FOUND" {
                assert_eq!(told(&refusal), (field, message), "{asked}");
            }
        }
        app.nobody().expect_error_with(PLACEMENT, json!({ "need": need }), "UNAUTHENTICATED").await;
    });
}

#[test]
fn racks_are_chosen_by_site_pool_and_filter() {
    on_both_engines(async |app| {
        let sites = [a_site(app, "FRA1").await, a_site(app, "AMS1").await];
        for (site, name, room) in [(0, "R1", "cage 2"), (0, "R2", "cage 1"), (1, "R1", "cage 2")] {
            a_rack(app, &sites[site], name, 10, json!({ "room": room })).await;
        }
        let pool = a_pool(app, "Units", "RACK_UNITS", "RACK_UNIT", json!({ "basis": "INVENTORY" })).await;
        let set = "mutation($id: ID!, $members: [ID!]!) { setCapacityPoolMembers(id: $id, members: $members) { id } }";
        app.planner().query_with(set, json!({ "id": pool, "members": [sites[0]] })).await;
        for (choice, racks) in [
            (json!(null), 3),
            (json!({ "sites": [sites[0]] }), 2),
            (json!({ "pools": [pool] }), 2),
            (json!({ "pools": [pool], "filter": { "room": { "eq": "cage 2" } } }), 1),
            (json!({ "filter": { "room": { "eq": "cage 3" } } }), 0),
        ] {
            let answer = placed(app, json!({ "need": { "u": "10", "count": 9 }, "in": choice })).await;
            assert_eq!(
                [&answer["racksAsked"], &answer["placed"]],
                [&json!(racks), &json!(racks)],
                "{choice}"
            );
        }
        // What stands at a site that is left by then takes nothing from that day on.
        let leave =
            "mutation($id: ID!) { planSiteExit(id: $id, on: \"2027-06-30\", reason: \"lease\") { id } }";
        app.planner().query_with(leave, json!({ "id": sites[0] })).await;
        for (day, racks) in [("2027-06-29", 3), ("2027-06-30", 1)] {
            let answer = placed(app, json!({ "need": { "u": "10", "count": 9 }, "asOf": day })).await;
            assert_eq!(answer["racksAsked"], racks, "{day}");
        }
        let paged =
            "{ placement(need: { u: \"10\" }) { racks(first: 1, skip: 1) { rack { name } pieces } } }";
        let paged = app.viewer().query(paged).await["placement"]["racks"].clone();
        assert_eq!(paged.as_array().unwrap().len(), 1);
        let refused = "{ placement(need: { u: \"10\" }) { racks(first: -1) { pieces } } }";
        assert_eq!(told(&app.viewer().expect_error(refused, "INVALID").await), ("first", "-1 is below zero"));
    });
}

#[test]
fn a_placement_takes_as_many_statements_however_many_racks_there_are() {
    on_both_engines(async |app| {
        let query = "{ placement(need: { u: \"1\", kw: \"1\", count: 40 }) {
            placed racks { rack { name site { code } } fits resources { free } } } }";
        let mut found = Vec::new();
        for round in 0..2 {
            let site = a_site(app, &format!("S{round}")).await;
            let top = a_feed(app, &site, "A0", json!({ "side": "A", "capacityWatts": 9_000 })).await;
            for number in 0..(1 + 5 * round) {
                let rack = a_rack(app, &site, &format!("R{number}"), 42, json!({})).await;
                for (side, above) in [("A", json!(top)), ("B", Value::Null)] {
                    let feed =
                        json!({ "side": side, "rack": rack, "capacityWatts": 3_000, "upstream": above });
                    a_feed(app, &site, &format!("{side}-{number}"), feed).await;
                }
            }
            found.push(app.viewer().statements(query).await);
        }
        // Racks of every rack in the answer are rows of their own, so each asks for its site.
        assert!(found[0] <= 9, "{found:?}");
        assert_eq!(found[0], found[1]);
    });
}
