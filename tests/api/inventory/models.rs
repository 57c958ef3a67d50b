//! Makers, hardware models and vendors.

use serde_json::json;
use support::on_both_engines;

use super::{Estate, register_model};

const UPDATE: &str = "mutation($id: ID!, $details: HardwareModelChanges!) {
    updateHardwareModel(id: $id, changes: $details) { version dimensions { heightUnits fullDepth } }
}";

#[test]
fn a_model_shows_what_it_was_registered_with() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let details = json!({
            "partNumber": "876-X", "dimensions": { "heightUnits": 1.5, "fullDepth": false, "weightGrams": 9000 },
            "power": { "typicalDrawWatts": 200, "maximumDrawWatts": 350 }, "usefulLifeMonths": 60,
            "usableTerabytes": "184.32",
            "listPrice": {
                "price": { "amount": "18500", "currency": "USD" }, "on": "2026-01-01",
                "validUntil": "2026-12-31", "source": "QUOTE",
            },
            "milestones": {
                "releasedOn": "2020-01-01", "endOfSaleAnnouncedOn": "2025-01-01", "endOfSaleOn": "2025-07-01",
                "lastShipOn": "2025-10-01", "endOfSoftwareMaintenanceOn": "2027-07-01",
                "endOfSecuritySupportOn": "2029-07-01", "lastDateOfSupportOn": "2030-07-01",
                "dateQuality": "PUBLISHED",
            },
            "successor": estate.server, "consolidationRatio": "2.5",
        });
        register_model(&estate.planner, &estate.maker, "S-100", "STORAGE", details.clone()).await;
        let text = "{ hardwareModel(named: { manufacturer: \"Acme\", name: \"S-100\" }) {
            version createdAt updatedAt manufacturer { name models { totalCount } } name partNumber kind
            dimensions { heightUnits fullDepth weightGrams } power { typicalDrawWatts maximumDrawWatts }
            usableTerabytes usefulLifeMonths listPrice { price { amount currency } priceHidden on validUntil source }
            milestones {
                releasedOn endOfSaleAnnouncedOn endOfSaleOn lastShipOn endOfSoftwareMaintenanceOn
                endOfSecuritySupportOn lastDateOfSupportOn dateQuality
            }
            successor { name } consolidationRatio source assets { totalCount }
        } }";
        let answer = app.director().query(text).await;
        let at = "2026-07-01T09:00:00+00:00";
        assert_eq!(
            answer["hardwareModel"],
            json!({
                "version": 1, "createdAt": at, "updatedAt": at,
                "manufacturer": { "name": "Acme", "models": { "totalCount": 2 } },
                "name": "S-100", "partNumber": "876-X", "kind": "STORAGE",
                "dimensions": details["dimensions"], "power": details["power"], "usefulLifeMonths": 60,
                "usableTerabytes": "184.32",
                "listPrice": {
                    "price": { "amount": "18500.00", "currency": "USD" }, "priceHidden": false,
                    "on": "2026-01-01", "validUntil": "2026-12-31", "source": "QUOTE",
                },
                "milestones": details["milestones"], "successor": { "name": "S-200" },
                "consolidationRatio": "2.5", "source": null, "assets": { "totalCount": 0 },
            })
        );
        let answer = app.architect().query(text).await;
        assert_eq!(answer["hardwareModel"]["listPrice"]["price"], json!(null));
        assert_eq!(answer["hardwareModel"]["listPrice"]["priceHidden"], json!(true));
    });
}

#[test]
fn milestones_follow_each_other() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let known = json!({ "milestones": {
            "releasedOn": "2020-01-01", "endOfSaleAnnouncedOn": "2025-01-01", "endOfSaleOn": "2025-07-01",
            "lastShipOn": "2025-10-01", "lastDateOfSupportOn": "2030-07-01",
        } });
        estate.planner.query_with(UPDATE, json!({ "id": estate.server, "details": known })).await;
        for (field, day, message) in [
            ("endOfSaleAnnouncedOn", "2019-12-31", "lies before the release on 2020-01-01"),
            ("endOfSaleOn", "2024-12-31", "lies before the announcement on 2025-01-01"),
            ("lastShipOn", "2025-06-30", "lies before the end of sale on 2025-07-01"),
            ("lastDateOfSupportOn", "2025-09-30", "lies before the last shipping on 2025-10-01"),
            ("endOfSecuritySupportOn", "2019-01-01", "lies before the release on 2020-01-01"),
            ("endOfSaleOn", "9999-12-31", "is not between 1970 and 2199"),
        ] {
            let details = json!({ "milestones": { field: day } });
            let variables = json!({ "id": estate.server, "details": details });
            let refusal = estate.planner.expect_error_with(UPDATE, variables, "INVALID").await;
            assert_eq!(refusal.field, format!("milestones.{field}"));
            assert_eq!(refusal.message, format!("milestones.{field}: {day} {message}"));
        }
        let late = json!({ "milestones": { "endOfSecuritySupportOn": "2031-01-01" } });
        let variables = json!({ "id": estate.server, "details": late });
        let refusal = estate.planner.expect_error_with(UPDATE, variables, "INVALID").await;
        assert_eq!(
            refusal.message,
            "milestones.lastDateOfSupportOn: 2030-07-01 lies before the end of security support on 2031-01-01"
        );
    });
}

#[test]
fn models_are_held_to_their_rules() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let price = |valid: &str| {
            let amount = json!({ "amount": "1", "currency": "EUR" });
            json!({ "listPrice": { "price": amount, "on": "2026-01-01", "validUntil": valid } })
        };
        for (details, message) in [
            (
                json!({ "power": { "typicalDrawWatts": 800 } }),
                "power.typicalDrawWatts: 800 is more than the maximum of 750",
            ),
            (
                json!({ "dimensions": { "heightUnits": 61 } }),
                "dimensions.heightUnits: 61 is not between 0 and 60 units",
            ),
            (
                json!({ "dimensions": { "heightUnits": 1.3 } }),
                "dimensions.heightUnits: 1.3 is not a whole or a half unit",
            ),
            (json!({ "usefulLifeMonths": 0 }), "usefulLifeMonths: 0 is not between 1 and 600"),
            (json!({ "usableTerabytes": "-0.5" }), "usableTerabytes: -0.5 is not between 0 and 1000000"),
            (
                json!({ "consolidationRatio": "0" }),
                "consolidationRatio: 0 is not above 0 and at most 1000 old units for one successor",
            ),
            (
                price("2025-12-31"),
                "listPrice.validUntil: 2025-12-31 lies before the day of the price on 2026-01-01",
            ),
            (
                json!({ "successor": estate.server }),
                "successor: S-200 comes before S-200 already, a circle of successors",
            ),
        ] {
            let variables = json!({ "id": estate.server, "details": details });
            let refusal = estate.planner.expect_error_with(UPDATE, variables, "INVALID").await;
            assert_eq!(refusal.message, message);
        }

        let old = json!({ "successor": estate.server });
        let old = register_model(&estate.planner, &estate.maker, "S-100", "SERVER", old).await;
        let older = json!({ "successor": old });
        let older = register_model(&estate.planner, &estate.maker, "S-50", "SERVER", older).await;
        let circle = json!({ "id": estate.server, "details": { "successor": older } });
        let refusal = estate.planner.expect_error_with(UPDATE, circle, "INVALID").await;
        assert_eq!(refusal.message, "successor: S-200 comes before S-50 already, a circle of successors");
    });
}

#[test]
fn a_model_grows_only_into_free_units() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        estate.at_unit("A", 1.0).await;
        estate.at_unit("B", 4.0).await;
        let height = |height: serde_json::Value| json!({ "id": estate.server, "details": { "dimensions": { "heightUnits": height } } });
        let answer = estate.planner.query_with(UPDATE, height(json!(3))).await;
        assert_eq!(answer["updateHardwareModel"]["dimensions"]["heightUnits"], json!(3.0));
        let refusal = estate.planner.expect_error_with(UPDATE, height(json!(4)), "INVALID").await;
        assert_eq!(
            refusal.message,
            "dimensions: B no longer fits: unit: U4 (4 high, both faces) of the rack R01 is taken by A at U1 (4 \
             high, both faces)"
        );
        let refusal = estate.planner.expect_error_with(UPDATE, height(json!(null)), "INVALID").await;
        assert_eq!(refusal.field, "dimensions.heightUnits");
    });
}

#[test]
fn makers_and_vendors_are_registered_changed_and_shown() {
    on_both_engines(async |app| {
        let estate = Estate::of(app).await;
        let planner = &estate.planner;
        let rename = "mutation($id: ID!, $name: String!, $version: Int) {
            renameManufacturer(id: $id, name: $name, expectedVersion: $version) { id version name createdAt updatedAt }
        }";
        let variables = json!({ "id": estate.maker, "name": "Acme Inc", "version": 1 });
        let answer = planner.query_with(rename, variables.clone()).await;
        assert_eq!(answer["renameManufacturer"]["version"], 2);
        planner.expect_error_with(rename, variables, "CONFLICT").await;
        let answer =
            planner.query("{ manufacturer(name: \"Acme Inc\") { models { nodes { name } } } }").await;
        assert_eq!(answer["manufacturer"]["models"]["nodes"], json!([{ "name": "S-200" }]));

        let update =
            "mutation($id: ID!, $details: VendorChanges!) { updateVendor(id: $id, changes: $details) {
            version code name contactEmail accountNumber paymentTermsDays notes
        } }";
        let details = json!({ "contactEmail": "orders@cdw.example", "accountNumber": "77", "notes": "net 45",
            "paymentTermsDays": 45 });
        let answer = planner.query_with(update, json!({ "id": estate.vendor, "details": details })).await;
        assert_eq!(
            answer["updateVendor"],
            json!({
                "version": 2, "code": "CDW", "name": "CDW GmbH", "contactEmail": "orders@cdw.example",
                "accountNumber": "77", "paymentTermsDays": 45, "notes": "net 45",
            })
        );
        for (details, message) in [
            (json!({ "contactEmail": "nobody" }), "contactEmail: `nobody` is not an e-mail address"),
            (json!({ "paymentTermsDays": -1 }), "paymentTermsDays: -1 is not between 0 and 365"),
            (json!({ "name": "" }), "name: is blank"),
        ] {
            let variables = json!({ "id": estate.vendor, "details": details });
            let refusal = planner.expect_error_with(update, variables, "INVALID").await;
            assert_eq!(refusal.message, message);
        }
        let filter = "{ vendors(filter: { code: { startsWith: \"cd\" } }, orderBy: { field: NAME }) {
            nodes { createdAt updatedAt paymentTermsDays assets { totalCount } } } }";
        let answer = planner.query(filter).await;
        assert_eq!(answer["vendors"]["nodes"][0]["assets"]["totalCount"], 0);
    });
}
