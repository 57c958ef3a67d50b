//! What is recorded of services, feeds, groups and dependencies, read back and changed.

use api::access::Role;
use serde_json::{Value, json};
use support::on_both_engines;

use super::{setting::a_setting, *};
use crate::roadmap::send;

#[test]
fn a_service_is_registered_once_changed_and_retired() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let details = json!({ "description": "orders", "owner": "E-commerce", "tier": 0, "isShared": true,
            "users": 1200, "revenuePerHour": { "amount": "45000", "currency": "EUR" }, "source": "survey" });
        let input = json!({ "name": "Shop", "kind": "BUSINESS_SERVICE", "details": details });
        let asked = json!({ "input": input, "key": "k" });
        let first = architect.query_with(SERVICE, asked.clone()).await;
        assert_eq!(architect.query_with(SERVICE, asked).await, first, "sent again it is the same service");
        let id = text(&first["registerService"]["id"]);

        let read =
            "query($id: ID!) { service(id: $id) { id name kind status description owner tier isShared users
            revenuePerHour { amount currency } revenueHidden vendor { code } source version } }";
        let shown = app.director().query_with(read, json!({ "id": id })).await;
        assert_eq!(
            shown["service"],
            json!({ "id": id, "name": "Shop", "kind": "BUSINESS_SERVICE", "status": "ACTIVE",
                "description": "orders", "owner": "E-commerce", "tier": 0, "isShared": true, "users": 1200,
                "revenuePerHour": { "amount": "45000.00", "currency": "EUR" }, "revenueHidden": false,
                "vendor": null, "source": "survey", "version": 1 })
        );
        let hidden = architect.query_with(read, json!({ "id": id })).await;
        assert_eq!(hidden["service"]["revenuePerHour"], Value::Null);
        assert_eq!(hidden["service"]["revenueHidden"], true);

        let update = "mutation($id: ID!, $changes: ServiceChanges!, $version: Int) {
            updateService(id: $id, changes: $changes, expectedVersion: $version) { version name tier owner } }";
        let changes = json!({ "name": "Web shop", "tier": 1, "owner": null });
        let asked = json!({ "id": id, "changes": changes, "version": 1 });
        let changed = architect.query_with(update, asked.clone()).await;
        let expected = json!({ "version": 2, "name": "Web shop", "tier": 1, "owner": null });
        assert_eq!(changed["updateService"], expected);
        architect.expect_error_with(update, asked, "CONFLICT").await;
        let named = architect.query("{ service(name: \"Web shop\") { id } }").await;
        assert_eq!(named["service"]["id"], id.as_str());
        let node =
            architect.query_with("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(node["node"]["id"], id.as_str());

        let retire = "mutation($id: ID!) { retireService(id: $id) { status version } }";
        let retired = architect.query_with(retire, json!({ "id": id })).await;
        assert_eq!(retired["retireService"], json!({ "status": "RETIRED", "version": 3 }));
        let error = architect.expect_error_with(retire, json!({ "id": id }), "CONFLICT").await;
        assert_eq!(error.message, "the service Web shop is retired already");
    });
}

#[test]
fn a_feed_hangs_on_another_and_feeds_a_rack() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let site = site(app, "FRA1").await;
        let rack = rack(app, &site, "A01").await;
        let above = feed(&planner, &site, "UPS-A", json!({ "capacityWatts": 80000 })).await;
        let details = json!({ "side": "A", "rack": rack, "upstream": above, "capacityWatts": 4992,
            "panel": "Panel 1", "status": "PLANNED", "source": "plan" });
        let below = feed(&planner, &site, "A01-A", details).await;
        let read =
            "query($site: ID!) { powerFeed(site: $site, name: \"A01-A\") { id site { code } name status side
            rack { name } upstream { name } circuit { reference } capacityWatts panel source version } }";
        let shown = app.viewer().query_with(read, json!({ "site": site })).await;
        assert_eq!(
            shown["powerFeed"],
            json!({ "id": below, "site": { "code": "FRA1" }, "name": "A01-A", "status": "PLANNED", "side": "A",
                "rack": { "name": "A01" }, "upstream": { "name": "UPS-A" }, "circuit": null,
                "capacityWatts": 4992, "panel": "Panel 1", "source": "plan", "version": 1 })
        );
        let listed = "{ powerFeeds(filter: { rack: { name: { eq: \"A01\" } }, side: { eq: A } },
            orderBy: { field: CAPACITY_WATTS }) { totalCount nodes { name } } }";
        let listed = app.viewer().query(listed).await;
        assert_eq!(listed["powerFeeds"], json!({ "totalCount": 1, "nodes": [{ "name": "A01-A" }] }));

        let remove = "mutation($id: ID!) { removePowerFeed(id: $id) }";
        let error = planner.expect_error_with(remove, json!({ "id": above }), "CONFLICT").await;
        assert_eq!(error.message, "the power feed UPS-A feeds A01-A");
        let edge = record(&planner, &rack, &below, "POWERED_BY", json!({})).await;
        let error = planner.expect_error_with(remove, json!({ "id": below }), "CONFLICT").await;
        assert_eq!(
            error.message,
            "1 dependencies and 0 redundancy groups name the power feed A01-A: remove them first"
        );
        planner.query_with("mutation($id: ID!) { removeDependency(id: $id) }", json!({ "id": edge })).await;
        let removed = planner.query_with(remove, json!({ "id": below })).await;
        assert_eq!(removed["removePowerFeed"], below.as_str());
        planner.query_with(remove, json!({ "id": above })).await;
    });
}

#[test]
fn dependencies_join_any_two_things_and_are_found_by_their_ends() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let site = site(app, "FRA1").await;
        let rack = rack(app, &site, "A01").await;
        let (shop, web) = (application(&architect, "shop").await, application(&architect, "web").await);
        let group = made(
            &architect,
            GROUP,
            json!({ "owner": shop, "name": "power", "requiredCount": 1, "requiredCapacity": "40",
                "capacityUnit": "kW" }),
        )
        .await;
        let details = json!({ "redundancyGroup": group, "capacity": "20.5", "evidence": "OBSERVED",
            "confidence": "0.9", "firstSeenOn": "2026-01-01", "lastSeenOn": "2026-06-30",
            "latencyBudgetMilliseconds": 5, "gigabytesPerDay": "120.5", "isWriteHeavy": true,
            "note": "seen in traffic", "source": "probe" });
        let edge = record(&architect, &shop, &rack, "RUNS_ON", details).await;
        record(&architect, &web, &shop, "USES", json!({ "hardness": "SOFT" })).await;
        record(&architect, &rack, &site, "CONTAINED_IN", json!({})).await;

        let read = "query($id: ID!) { dependency(id: $id) { id kind hardness capacity evidence confidence firstSeenOn
            lastSeenOn latencyBudgetMilliseconds gigabytesPerDay isWriteHeavy note source
            from { id kind name tier owner isRetired } to { id kind name }
            redundancyGroup { name requiredCount requiredCapacity capacityUnit owner { name } members { id } } } }";
        let shown = app.viewer().query_with(read, json!({ "id": edge })).await;
        assert_eq!(
            shown["dependency"],
            json!({ "id": edge, "kind": "RUNS_ON", "hardness": "HARD", "capacity": "20.5", "evidence": "OBSERVED",
                "confidence": "0.9", "firstSeenOn": "2026-01-01", "lastSeenOn": "2026-06-30",
                "latencyBudgetMilliseconds": 5, "gigabytesPerDay": "120.5", "isWriteHeavy": true,
                "note": "seen in traffic", "source": "probe",
                "from": { "id": shop, "kind": "SERVICE", "name": "shop", "tier": null, "owner": null,
                    "isRetired": false },
                "to": { "id": rack, "kind": "RACK", "name": "A01" },
                "redundancyGroup": { "name": "power", "requiredCount": 1, "requiredCapacity": "40",
                    "capacityUnit": "kW", "owner": { "name": "shop" }, "members": [{ "id": edge }] } })
        );
        let found =
            "query($to: ID!) { dependencies(filter: { to: $to }) { totalCount nodes { from { name } } } }";
        let found_edges = app.viewer().query_with(found, json!({ "to": shop })).await;
        assert_eq!(
            found_edges["dependencies"],
            json!({ "totalCount": 1, "nodes": [{ "from": { "name": "web" } }] })
        );
        let nobody = format!("rack_{:032}", 0);
        let nothing = app.viewer().query_with(found, json!({ "to": nobody })).await;
        assert_eq!(nothing["dependencies"]["totalCount"], 0);
        let wrong = app.viewer().expect_error_with(found, json!({ "to": "rack" }), "INVALID").await;
        assert_eq!(
            (wrong.field.as_str(), wrong.message.as_str()),
            ("filter.to", "filter.to: `rack` is not an id")
        );

        // However many rows there are, their ends are read by one statement for each sort of thing.
        let list = "{ dependencies { nodes { from { name } to { name } redundancyGroup { name } } } }";
        let before = architect.statements(list).await;
        for number in 0..10 {
            let name = format!("part {number}");
            let part = application(&architect, &name).await;
            record(&architect, &shop, &part, "DEPENDS_ON", json!({})).await;
            record(&architect, &part, &rack, "RUNS_ON", json!({})).await;
        }
        assert_eq!(architect.statements(list).await, before);
    });
}

#[test]
fn what_the_role_may_not_see_is_left_out() {
    on_both_engines(async |app| {
        let director = app.director();
        let contract = support_contract(app, "S-1").await;
        let shop = application(&director, "shop").await;
        let edge = record(&director, &shop, &contract, "DEPENDS_ON", json!({})).await;
        let read = "query($id: ID!) { dependency(id: $id) { from { name } to { name } } }";
        let seen = app.architect().query_with(read, json!({ "id": edge })).await;
        assert_eq!(seen["dependency"], json!({ "from": { "name": "shop" }, "to": { "name": "S-1" } }));
        let hidden = app.viewer().query_with(read, json!({ "id": edge })).await;
        assert_eq!(hidden["dependency"], json!({ "from": { "name": "shop" }, "to": null }));
        let found = "query($to: ID!) { dependencies(filter: { to: $to }) { totalCount } }";
        let count = async |client: &Client| {
            let data = client.query_with(found, json!({ "to": contract })).await;
            data["dependencies"]["totalCount"].clone()
        };
        assert_eq!((count(&director).await, count(&app.viewer()).await), (json!(1), json!(0)));
    });
}

#[test]
fn a_removal_is_on_record_and_undone_by_recording_again() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let (shop, base) = (application(&planner, "shop").await, application(&planner, "base").await);
        let edge = record(&planner, &shop, &base, "DEPENDS_ON", json!({ "confidence": "0.5" })).await;
        let remove =
            "mutation($id: ID!, $version: Int) { removeDependency(id: $id, expectedVersion: $version) }";
        planner.expect_error_with(remove, json!({ "id": edge, "version": 2 }), "CONFLICT").await;
        let removed = planner.query_with(remove, json!({ "id": edge, "version": 1 })).await;
        assert_eq!(removed["removeDependency"], edge.as_str());
        planner.expect_error_with(remove, json!({ "id": edge }), "NOT_FOUND").await;
        let changes = app.director().query("{ changes(first: 20) { nodes { entity action before } } }").await;
        let deleted = changes["changes"]["nodes"].as_array().unwrap().iter();
        let deleted = deleted.filter(|it| it["entity"] == "dependency" && it["action"] == "DELETE").count();
        assert_eq!(deleted, 1);
        record(&planner, &shop, &base, "DEPENDS_ON", json!({ "confidence": "0.5" })).await;
        let listed = planner.query("{ dependencies { totalCount nodes { confidence } } }").await;
        assert_eq!(listed["dependencies"], json!({ "totalCount": 1, "nodes": [{ "confidence": "0.5" }] }));
    });
}

#[test]
fn what_is_no_longer_named_can_be_removed() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let site = site(app, "FRA1").await;
        let (shop, feed) = (application(&planner, "shop").await, feed(&planner, &site, "A", json!({})).await);
        let edge = record(&planner, &shop, &feed, "POWERED_BY", json!({})).await;
        let group = made(&planner, GROUP, json!({ "owner": feed, "name": "g", "requiredCount": 1 })).await;
        let remove = "mutation($id: ID!) { removePowerFeed(id: $id) }";
        planner.query_with("mutation($id: ID!) { removeDependency(id: $id) }", json!({ "id": edge })).await;
        planner.expect_error_with(remove, json!({ "id": feed }), "CONFLICT").await;
        planner
            .query_with("mutation($id: ID!) { removeRedundancyGroup(id: $id) }", json!({ "id": group }))
            .await;
        planner.query_with(remove, json!({ "id": feed })).await;
    });
}

#[test]
fn many_dependencies_are_recorded_each_by_itself() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let (shop, base) = (application(&architect, "shop").await, application(&architect, "base").await);
        let many = "mutation($inputs: [NewDependency!]!) { recordDependencies(inputs: $inputs) {
            index dependency { from { name } } error { code field message } } }";
        let edge = |from: &str, to: &str| json!({ "from": from, "to": to, "kind": "USES" });
        let inputs = json!([edge(&shop, &base), edge(&shop, &shop), edge(&shop, &base)]);
        let rows = architect.query_with(many, json!({ "inputs": inputs })).await;
        let rows = rows["recordDependencies"].as_array().unwrap().clone();
        assert_eq!(rows[0]["dependency"]["from"]["name"], "shop");
        assert_eq!(rows[1]["error"]["field"], "to");
        let again = json!({ "code": "INVALID", "field": "kind", "message": "USES is recorded between the two already" });
        assert_eq!(rows[2]["error"], again);
        architect.expect_error_with(many, json!({ "inputs": [] }), "INVALID").await;
    });
}

#[test]
fn everybody_sees_and_few_change() {
    on_both_engines(async |app| {
        let shop = application(&app.director(), "shop").await;
        let input = json!({ "input": { "name": "x", "kind": "PLATFORM" } });
        for role in [Role::Viewer, Role::Finance, Role::Committee, Role::Auditor] {
            let client = app.as_role(role);
            client
                .query("{ services { totalCount } dependencies { totalCount } powerFeeds { totalCount } }")
                .await;
            client.expect_error_with(SERVICE, input.clone(), "FORBIDDEN").await;
            let edge = json!({ "input": { "from": shop, "to": shop, "kind": "USES" } });
            client.expect_error_with(RECORD, edge, "FORBIDDEN").await;
        }
        app.admin().expect_error("{ services { totalCount } }", "FORBIDDEN").await;
    });
}

#[test]
fn a_thing_has_one_name_in_every_answer() {
    on_both_engines(async |app| {
        let director = app.director();
        let setting = a_setting(app).await;
        let site =
            json!({ "code": "MUC1", "name": "Munich", "kind": "DATA_CENTER", "timeZone": "Europe/Berlin" });
        let site = send(app, "openSite", "NewSite!", site).await;
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "HPE", "name": "Hewlett" })).await;
        let asset = json!({
            "tag": "KB-0000093", "model": setting.model, "status": "IN_SERVICE", "placement": { "site": site },
            "details": { "name": "muc1-a01-01" },
        });
        let asset = send(app, "registerAsset", "NewAsset!", asset).await;
        let shop = application(&director, "shop").await;
        for (to, name) in [(&asset, "KB-0000093"), (&site, "MUC1"), (&vendor, "HPE")] {
            record(&director, &shop, to, "DEPENDS_ON", json!({})).await;
            let text = format!(
                "{{ dependencies(filter: {{ to: \"{to}\" }}) {{ nodes {{ to {{ name }} }} }}
                    dependencyPath(from: \"{shop}\", to: \"{to}\") {{ ways {{ steps {{ item {{ name }} }} }} }}
                    requirements(of: \"{to}\") {{ item {{ name }} }}
                    impact(of: [\"{to}\"]) {{ affected(first: 1) {{ nodes {{ item {{ name }} }} }} }}
                    recoveryAssessment(service: \"{to}\") {{ services {{ item {{ name }} }} }} }}"
            );
            let found = director.query(&text).await;
            let told = [
                &found["dependencies"]["nodes"][0]["to"]["name"],
                &found["dependencyPath"]["ways"][0]["steps"][1]["item"]["name"],
                &found["requirements"]["item"]["name"],
                &found["impact"]["affected"]["nodes"][0]["item"]["name"],
                &found["recoveryAssessment"]["services"][0]["item"]["name"],
            ];
            assert_eq!(told, [name; 5]);
        }
    });
}
