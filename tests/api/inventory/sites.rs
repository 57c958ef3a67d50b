//! Sites: what is refused, and in which order.

use serde_json::json;
use support::{TestApp, on_both_engines};

use super::{Estate, open_site};
use crate::import::{errors, import};

const UPDATE: &str =
    "mutation($id: ID!, $details: SiteChanges!) { updateSite(id: $id, changes: $details) { version } }";

#[test]
fn a_site_is_held_to_its_rules_before_it_is_written() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let id = open_site(&planner, "FRA1").await;
        for (details, message) in [
            (json!({ "country": "Germany" }), "country: `Germany` is not a country code of two capitals"),
            (json!({ "headcount": -1 }), "headcount: -1 is below zero"),
        ] {
            let update = json!({ "id": id, "details": details });
            let error = planner.expect_error_with(UPDATE, update, "INVALID").await;
            assert_eq!(error.message, message);
            assert_eq!(Some(error.field.as_str()), message.split(": ").next());
            let open =
                "mutation($details: SiteDetails!) { openSite(input: { code: \"B\", name: \"B\", kind: OFFICE,
                timeZone: \"UTC\", details: $details }) { id } }";
            let error = planner.expect_error_with(open, json!({ "details": details }), "INVALID").await;
            assert_eq!(error.message, message);
        }
        let sites = planner.query("{ sites { totalCount } }").await;
        assert_eq!(sites["sites"]["totalCount"], 1);
    });
}

#[test]
fn a_stale_version_is_said_before_anything_else() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let asset = estate.at_unit("A-1", 1.0).await;
        for (verb, id, more) in [
            ("closeSite", &estate.site, ""),
            ("reopenSite", &estate.site, ""),
            ("retireRack", &estate.rack, ""),
            ("reinstateRack", &estate.rack, ""),
            ("activateRack", &estate.rack, ""),
            ("commissionAsset", &asset, ", on: \"2030-01-01\""),
            ("retireAsset", &asset, ", on: \"2030-01-01\""),
            ("disposeAsset", &asset, ", on: \"2030-01-01\""),
        ] {
            let text = format!("mutation {{ {verb}(id: \"{id}\", expectedVersion: 99{more}) {{ id }} }}");
            let error = estate.planner.expect_error(&text, "CONFLICT").await;
            assert!(
                error.message.ends_with("the change expected version 99; read it again"),
                "{}",
                error.message
            );
        }
    });
}

#[test]
fn what_cannot_be_cleared_is_not_set_to_null_and_nothing_is_given_twice() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let asset = estate.at_unit("A-1", 1.0).await;
        for (change, field) in [
            (format!("updateSite(id: \"{}\", changes: {{ timeZone: null }})", estate.site), "timeZone"),
            (format!("updateRack(id: \"{}\", changes: {{ name: null }})", estate.rack), "name"),
            (
                format!("updateVendor(id: \"{}\", changes: {{ paymentTermsDays: null }})", estate.vendor),
                "paymentTermsDays",
            ),
            (format!("updateAsset(id: \"{asset}\", changes: {{ tag: null }})"), "tag"),
            (format!("updateAsset(id: \"{asset}\", changes: {{ power: {{ basis: null }} }})"), "power.basis"),
            (
                format!(
                    "updateHardwareModel(id: \"{}\", changes: {{ milestones: {{ dateQuality: null }} }})",
                    estate.server
                ),
                "milestones.dateQuality",
            ),
        ] {
            let text = format!("mutation {{ {change} {{ version }} }}");
            let error = estate.planner.expect_error(&text, "INVALID").await;
            let message = "null is refused: this cannot be cleared, leave it out to keep it";
            assert_eq!((error.field.as_str(), error.message), (field, format!("{field}: {message}")));
        }
        let twice = "mutation { openSite(input: { code: \"A\", name: \"A\", kind: OFFICE, timeZone: \"UTC\",
            details: { name: \"B\" } }) { id } }";
        let error = estate.planner.expect_error(twice, "INVALID").await;
        assert!(
            error.message.starts_with("name: is not one of the fields street, city"),
            "{}",
            error.message
        );
    });
}

#[test]
fn no_site_was_left_while_assets_are_in_service_there() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let plan = |on: &str| {
            format!("mutation {{ planSiteExit(id: \"{}\", on: \"{on}\") {{ exit {{ on }} }} }}", estate.site)
        };
        let planned = async |on: &str| {
            let data = estate.planner.query(&plan(on)).await;
            assert_eq!(data["planSiteExit"]["exit"]["on"], on);
        };
        // An empty site was left some day.
        planned("2020-01-01").await;
        let asset = estate.at_unit("A-1", 1.0).await;
        for day in ["2020-01-01", "2026-06-30"] {
            let refusal = estate.planner.expect_error(&plan(day), "INVALID").await;
            assert_eq!(refusal.field, "on");
            assert_eq!(
                refusal.message,
                format!(
                    "on: {day} has passed: no site is left before 2026-07-01 while assets are in service there, \
                     and FRA1 has 1"
                )
            );
        }
        planned("2026-07-01").await;
        planned("2027-12-31").await;
        let none = format!("mutation {{ planSiteExit(id: \"{}\") {{ exit {{ on }} }} }}", estate.site);
        assert!(estate.planner.query(&none).await["planSiteExit"]["exit"].is_null());
        let retire = format!("mutation {{ retireAsset(id: \"{asset}\", on: \"2026-06-30\") {{ id }} }}");
        estate.planner.query(&retire).await;
        planned("2026-06-30").await;
    });
}

/// Takes a step and tells the status that it leads to.
async fn turned(app: &TestApp, verb: &str, id: &str) -> String {
    let text = format!("mutation {{ {verb}(id: \"{id}\") {{ status }} }}");
    app.director().query(&text).await[verb]["status"].as_str().unwrap().to_owned()
}

async fn id_of(app: &TestApp, list: &str, name: &str) -> String {
    let field = if list == "sites" { "code" } else { "name" };
    let text = format!("{{ {list}(filter: {{ {field}: {{ eq: \"{name}\" }} }}) {{ nodes {{ id }} }} }}");
    app.viewer().query(&text).await[list]["nodes"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_brought_back_has_the_status_that_it_had() {
    on_both_engines(async |app| {
        let estate = [
            (
                "sites.csv",
                "code,name,kind,time_zone,status\nFRA1,Frankfurt,COLOCATION,UTC,ACTIVE\n\
                 MUC1,Munich,DATA_CENTER,UTC,PLANNED\nOLD1,Old,OFFICE,UTC,CLOSED\n",
            ),
            (
                "racks.csv",
                "site,name,height_units,status\nFRA1,R1,42,ACTIVE\nFRA1,R2,42,PLANNED\nFRA1,R3,42,PLANNED\n\
                 FRA1,R4,42,RETIRED\n",
            ),
        ];
        assert_eq!(errors(&import(app, &estate).await), [""; 0]);
        for (code, status) in [("FRA1", "ACTIVE"), ("MUC1", "PLANNED")] {
            let site = id_of(app, "sites", code).await;
            assert_eq!(turned(app, "closeSite", &site).await, "CLOSED");
            assert_eq!(turned(app, "reopenSite", &site).await, status, "{code}");
        }
        for (name, status) in [("R1", "ACTIVE"), ("R2", "PLANNED")] {
            let rack = id_of(app, "racks", name).await;
            assert_eq!(turned(app, "retireRack", &rack).await, "RETIRED");
            // What is changed of it in the meantime is not what retired it.
            let text =
                format!("mutation {{ updateRack(id: \"{rack}\", changes: {{ room: \"DH1\" }}) {{ room }} }}");
            app.director().query(&text).await;
            assert_eq!(turned(app, "reinstateRack", &rack).await, status, "{name}");
        }
        // It is the last time that counts, whoever retired it.
        let second = id_of(app, "racks", "R2").await;
        assert_eq!(turned(app, "activateRack", &second).await, "ACTIVE");
        assert_eq!(turned(app, "retireRack", &second).await, "RETIRED");
        assert_eq!(turned(app, "reinstateRack", &second).await, "ACTIVE");
        let of_file = [("racks.csv", "site,name,status\nFRA1,R3,RETIRED\n")];
        assert_eq!(errors(&import(app, &of_file).await), [""; 0]);
        let third = id_of(app, "racks", "R3").await;
        assert_eq!(turned(app, "reinstateRack", &third).await, "PLANNED");
        // What was never anything else on record is taken to have been in use.
        let old = id_of(app, "sites", "OLD1").await;
        assert_eq!(turned(app, "reopenSite", &old).await, "ACTIVE");
        let fourth = id_of(app, "racks", "R4").await;
        assert_eq!(turned(app, "reinstateRack", &fourth).await, "ACTIVE");
    });
}
