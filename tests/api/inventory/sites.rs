//! Sites: what is refused, and in which order.

use serde_json::json;
use support::on_both_engines;

use super::{Estate, open_site};

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
