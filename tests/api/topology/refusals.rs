//! What is refused, in which words.

use serde_json::json;
use support::on_both_engines;

use super::*;

#[test]
fn services_that_cannot_be_are_refused() {
    on_both_engines(async |app| {
        let architect = app.architect();
        application(&architect, "shop").await;
        for (details, field, message) in [
            (json!({ "tier": 4 }), "tier", "tier: 4 is not between 0 and 3"),
            (json!({ "users": -1 }), "users", "users: -1 is below 0"),
            (json!({ "owner": " " }), "owner", "owner: is blank"),
            (
                json!({ "revenuePerHour": { "amount": "-1", "currency": "EUR" } }),
                "revenuePerHour.amount",
                "revenuePerHour.amount: -1 is below 0",
            ),
            (
                json!({ "revenuePerHour": { "amount": "1", "currency": "EURO" } }),
                "revenuePerHour.currency",
                "revenuePerHour.currency: `EURO` is not a currency of ISO 4217",
            ),
        ] {
            let input = json!({ "name": "new", "kind": "PLATFORM", "details": details });
            let found = refused(&architect, SERVICE, input, "INVALID").await;
            assert_eq!(found, (field.to_owned(), message.to_owned()));
        }
        let taken = json!({ "name": "shop", "kind": "PLATFORM" });
        let (_, message) = refused(&architect, SERVICE, taken, "INVALID").await;
        assert!(message.ends_with("another service already has it"), "{message}");
        let vendor = json!({ "vendor": "vendor_00000000000000000000000000000000" });
        let input = json!({ "name": "new", "kind": "EXTERNAL", "details": vendor });
        refused(&architect, SERVICE, input, "NOT_FOUND").await;
        let both = architect.expect_error("{ service { name } }", "INVALID").await;
        assert_eq!(both.field, "id");
    });
}

#[test]
fn feeds_stay_at_their_site_and_never_feed_themselves() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let (here, there) = (site(app, "FRA1").await, site(app, "AMS1").await);
        let (rack, other) = (rack(app, &there, "B01").await, feed(&planner, &there, "UPS", json!({})).await);
        let new = |details: Value| json!({ "site": here, "name": "A", "details": details });
        for (details, field, message) in [
            (json!({ "rack": rack }), "rack", "rack: B01 stands at another site than the feed A"),
            (json!({ "upstream": other }), "upstream", "upstream: UPS is at another site than A"),
            (json!({ "capacityWatts": 0 }), "capacityWatts", "capacityWatts: 0 is below 1"),
        ] {
            let found = refused(&planner, FEED, new(details), "INVALID").await;
            assert_eq!(found, (field.to_owned(), message.to_owned()));
        }
        let a = feed(&planner, &here, "A", json!({})).await;
        let b = feed(&planner, &here, "B", json!({ "upstream": a })).await;
        let update = "mutation($id: ID!, $changes: PowerFeedChanges!) {
            updatePowerFeed(id: $id, changes: $changes) { id } }";
        for (above, message) in [
            (&a, "upstream: A cannot feed itself"),
            (&b, "upstream: A would feed itself through the feeds it hangs on"),
        ] {
            let asked = json!({ "id": a, "changes": { "upstream": above } });
            assert_eq!(planner.expect_error_with(update, asked, "INVALID").await.message, message);
        }
        let nowhere = json!({ "site": "site_00000000000000000000000000000000", "name": "C" });
        refused(&planner, FEED, nowhere, "NOT_FOUND").await;
    });
}

#[test]
fn unknown_and_hidden_ends_are_answered_alike() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let shop = application(&architect, "shop").await;
        let gone = format!("asset_{:032}", 0);
        let edge = |to: &str| json!({ "from": shop, "to": to, "kind": "USES" });
        let (_, message) = refused(&architect, RECORD, edge(&gone), "NOT_FOUND").await;
        assert_eq!(message, format!("no configuration item with id {gone}"));
        let (field, message) = refused(&architect, RECORD, edge("change_1"), "INVALID").await;
        assert_eq!((field.as_str(), message.as_str()), ("to", "to: `change_1` is not an id"));
        let user = format!("user_{:032}", 0);
        let (field, message) = refused(&architect, RECORD, edge(&user), "INVALID").await;
        let expected = format!("to: `{user}` is the id of a user, which nothing can depend on");
        assert_eq!((field.as_str(), message), ("to", expected));
    });
}

#[test]
fn edges_that_cannot_be_are_refused() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let (shop, base) = (application(&architect, "shop").await, application(&architect, "base").await);
        let old = service(&architect, "old", "PLATFORM", json!({ "status": "RETIRED" })).await;
        let edge = |to: &str, kind: &str, details: Value| json!({ "from": shop, "to": to, "kind": kind, "details": details });
        let plain = |details: Value| edge(&base, "USES", details);
        for (input, field, message) in [
            (edge(&shop, "USES", json!({})), "to", format!("{shop} cannot depend on itself")),
            (
                edge(&old, "USES", json!({})),
                "to",
                "old is retired, so nothing can come to depend on it".to_owned(),
            ),
            (plain(json!({ "confidence": "-0.1" })), "confidence", "-0.1 is less than 0".to_owned()),
            (
                plain(json!({ "confidence": "90" })),
                "confidence",
                "90 is more than 1; this is a fraction, so 90 % is 0.9".to_owned(),
            ),
            (
                plain(json!({ "firstSeenOn": "2026-02-01", "lastSeenOn": "2026-01-31" })),
                "lastSeenOn",
                "2026-01-31 lies before the first sight on 2026-02-01".to_owned(),
            ),
            (
                plain(json!({ "capacity": "10" })),
                "capacity",
                "is what a member of a redundancy group carries: name the group".to_owned(),
            ),
            (
                plain(json!({ "latencyBudgetMilliseconds": -1 })),
                "latencyBudgetMilliseconds",
                "-1 is below 0".to_owned(),
            ),
            (
                edge(&base, "REPLICATES_TO", json!({ "hardness": "HARD" })),
                "hardness",
                "REPLICATES_TO is a copy and no need, so it cannot be HARD".to_owned(),
            ),
        ] {
            let (found, said) = refused(&architect, RECORD, input, "INVALID").await;
            assert_eq!((found.as_str(), said), (field, format!("{field}: {message}")));
        }

        record(&architect, &shop, &base, "USES", json!({})).await;
        let again = refused(&architect, RECORD, plain(json!({})), "INVALID").await;
        assert_eq!(again.1, "kind: USES is recorded between the two already");
        let soft = edge(&base, "DEPENDS_ON", json!({ "hardness": "SOFT" }));
        let (_, message) = refused(&architect, RECORD, soft, "INVALID").await;
        assert_eq!(message, "hardness: SOFT contradicts USES between the same two, which is HARD");
        // A copy is no need, so it contradicts none; and the other direction is another edge.
        record(&architect, &shop, &base, "REPLICATES_TO", json!({})).await;
        record(&architect, &base, &shop, "USES", json!({ "hardness": "SOFT" })).await;
    });
}

#[test]
fn groups_hold_their_members_to_what_they_are() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let (shop, base) = (application(&architect, "shop").await, application(&architect, "base").await);
        let spare = application(&architect, "spare").await;
        let old = service(&architect, "old", "PLATFORM", json!({ "status": "RETIRED" })).await;
        for (input, field, message) in [
            (json!({ "requiredCount": 0 }), "requiredCount", "0 is below 1"),
            (json!({}), "requiredCount", "give how many members have to be up, or which capacity"),
            (
                json!({ "requiredCapacity": "0", "capacityUnit": "kW" }),
                "requiredCapacity",
                "0 is not above 0",
            ),
            (
                json!({ "requiredCapacity": "40" }),
                "capacityUnit",
                "is missing: a required capacity has a unit, such as kW",
            ),
            (
                json!({ "requiredCount": 1, "capacityUnit": "kW" }),
                "capacityUnit",
                "kW is the unit of no required capacity: give one, or leave the unit out",
            ),
        ] {
            let mut group = json!({ "owner": shop, "name": "g" });
            for (name, value) in input.as_object().unwrap() {
                group[name.as_str()] = value.clone();
            }
            let (found, said) = refused(&architect, GROUP, group, "INVALID").await;
            assert_eq!((found.as_str(), said), (field, format!("{field}: {message}")));
        }
        let retired = json!({ "owner": old, "name": "g", "requiredCount": 1 });
        let (_, message) = refused(&architect, GROUP, retired, "INVALID").await;
        assert_eq!(message, "owner: old is retired and needs nothing any more");

        let group = json!({ "owner": shop, "name": "sites", "requiredCount": 2 });
        let counting = made(&architect, GROUP, group).await;
        let group = json!({ "owner": shop, "name": "power", "requiredCapacity": "40", "capacityUnit": "kW" });
        let carrying = made(&architect, GROUP, group).await;
        let edge = |from: &str, details: Value| json!({ "from": from, "to": spare, "kind": "USES", "details": details });
        for (input, field, message) in [
            (
                edge(&base, json!({ "redundancyGroup": counting })),
                "redundancyGroup",
                "sites is a group of something else than what needs: a group has one owner",
            ),
            (
                edge(&shop, json!({ "redundancyGroup": counting, "capacity": "1" })),
                "capacity",
                "1 has no unit: the group sites counts its members",
            ),
            (
                edge(&shop, json!({ "redundancyGroup": carrying })),
                "capacity",
                "is missing: the group power requires a capacity in kW",
            ),
            (
                edge(&shop, json!({ "redundancyGroup": counting, "hardness": "SOFT" })),
                "hardness",
                "SOFT cannot be a member of the group sites, which its owner is down without",
            ),
        ] {
            let (found, said) = refused(&architect, RECORD, input, "INVALID").await;
            assert_eq!((found.as_str(), said), (field, format!("{field}: {message}")));
        }
        let unknown = json!({ "redundancyGroup": format!("redundancy_group_{:032}", 0) });
        let (field, _) = refused(&architect, RECORD, edge(&shop, unknown), "NOT_FOUND").await;
        assert_eq!(field, "redundancyGroup");
    });
}

#[test]
fn a_group_requires_no_more_than_its_members_are() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let (shop, base) = (application(&architect, "shop").await, application(&architect, "base").await);
        let group = json!({ "owner": shop, "name": "power", "requiredCapacity": "10", "capacityUnit": "kW" });
        let group = made(&architect, GROUP, group).await;
        let details = json!({ "redundancyGroup": group, "capacity": "20" });
        record(&architect, &shop, &base, "POWERED_BY", details).await;
        let update = "mutation($id: ID!, $changes: RedundancyGroupChanges!) {
            updateRedundancyGroup(id: $id, changes: $changes) { requiredCount requiredCapacity version } }";
        for (changes, field, message) in [
            (
                json!({ "requiredCount": 2 }),
                "requiredCount",
                "2 is more than the 1 members of the group power",
            ),
            (
                json!({ "requiredCapacity": "21" }),
                "requiredCapacity",
                "21 kW is more than the 20 kW that its members carry",
            ),
            (
                json!({ "capacityUnit": "A" }),
                "capacityUnit",
                "1 members of the group carry capacities in kW, so it stays",
            ),
        ] {
            let asked = json!({ "id": group, "changes": changes });
            let error = architect.expect_error_with(update, asked, "INVALID").await;
            assert_eq!((error.field.as_str(), error.message), (field, format!("{field}: {message}")));
        }
        let asked = json!({ "id": group, "changes": { "requiredCount": 1, "requiredCapacity": "20" } });
        let changed = architect.query_with(update, asked).await;
        let expected = json!({ "requiredCount": 1, "requiredCapacity": "20", "version": 2 });
        assert_eq!(changed["updateRedundancyGroup"], expected);
        let remove = "mutation($id: ID!) { removeRedundancyGroup(id: $id) }";
        let error = architect.expect_error_with(remove, json!({ "id": group }), "CONFLICT").await;
        assert_eq!(error.message, "1 dependencies are members of the group power: take them out first");
    });
}

#[test]
fn a_backup_is_no_need_and_no_member() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let (shop, tape) = (application(&architect, "shop").await, application(&architect, "tape").await);
        record(&architect, &shop, &tape, "USES", json!({})).await;
        // It comes back soft, and contradicts no need between the same two.
        let backup = json!({ "from": shop, "to": tape, "kind": "BACKS_UP_TO" });
        let backup =
            architect.query_with(RECORD, json!({ "input": backup })).await["recordDependency"].clone();
        assert_eq!(backup["hardness"], "SOFT");
        let group = made(&architect, GROUP, json!({ "owner": shop, "name": "g", "requiredCount": 1 })).await;
        let other = application(&architect, "other").await;
        let member = json!({ "from": shop, "to": other, "kind": "BACKS_UP_TO",
            "details": { "redundancyGroup": group } });
        let (field, message) = refused(&architect, RECORD, member, "INVALID").await;
        let expected =
            "redundancyGroup: BACKS_UP_TO is a backup and no need, so it cannot be a member of a group";
        assert_eq!((field.as_str(), message.as_str()), ("redundancyGroup", expected));
        let update = "mutation($id: ID!, $changes: DependencyDetails!) {
            updateDependency(id: $id, changes: $changes) { hardness } }";
        let harder = json!({ "id": backup["id"], "changes": { "hardness": "HARD" } });
        let error = architect.expect_error_with(update, harder, "INVALID").await;
        assert_eq!(error.message, "hardness: BACKS_UP_TO is a backup and no need, so it cannot be HARD");
    });
}

#[test]
fn what_is_needed_hard_is_no_member_beside_it() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let (shop, base) = (application(&architect, "shop").await, application(&architect, "base").await);
        let other = application(&architect, "other").await;
        let group =
            made(&architect, GROUP, json!({ "owner": shop, "name": "pair", "requiredCount": 1 })).await;
        let member = json!({ "redundancyGroup": group });
        let edge = |to: &str, kind: &str, details: Value| json!({ "from": shop, "to": to, "kind": kind, "details": details });
        let expected = "redundancyGroup: USES between the two is HARD by itself, so nothing could stand in for it as \
                        DEPENDS_ON in the group pair";
        record(&architect, &shop, &base, "USES", json!({})).await;
        let said = refused(&architect, RECORD, edge(&base, "DEPENDS_ON", member.clone()), "INVALID").await;
        assert_eq!(said, ("redundancyGroup".to_owned(), expected.to_owned()));
        // The same where the member is recorded first, and where it joins later.
        record(&architect, &shop, &other, "DEPENDS_ON", member.clone()).await;
        let said = refused(&architect, RECORD, edge(&other, "USES", json!({})), "INVALID").await;
        assert_eq!(said, ("redundancyGroup".to_owned(), expected.to_owned()));
        let both = record(&architect, &shop, &base, "DEPENDS_ON", json!({})).await;
        let update = "mutation($id: ID!, $changes: DependencyDetails!) {
            updateDependency(id: $id, changes: $changes) { id } }";
        let joins = json!({ "id": both, "changes": member });
        assert_eq!(architect.expect_error_with(update, joins, "INVALID").await.message, expected);
        // A member of two groups is one of both.
        let second =
            made(&architect, GROUP, json!({ "owner": shop, "name": "two", "requiredCount": 1 })).await;
        record(&architect, &shop, &other, "STORES_ON", json!({ "redundancyGroup": second })).await;
    });
}

#[test]
fn what_cannot_be_yet_or_any_more_is_refused() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let (shop, base) = (application(&architect, "shop").await, application(&architect, "base").await);
        let old = service(&architect, "old", "PLATFORM", json!({ "status": "RETIRED" })).await;
        let edge = |to: &str, kind: &str, details: Value| json!({ "from": shop, "to": to, "kind": kind, "details": details });
        let plain = |details: Value| edge(&base, "USES", details);
        for (input, field, message) in [
            (
                edge(&base, "BACKS_UP_TO", json!({ "hardness": "HARD" })),
                "hardness",
                "BACKS_UP_TO is a backup and no need, so it cannot be HARD".to_owned(),
            ),
            (
                plain(json!({ "firstSeenOn": "2026-07-02" })),
                "firstSeenOn",
                "2026-07-02 lies ahead: today is 2026-07-01".to_owned(),
            ),
            (
                plain(json!({ "lastSeenOn": "2031-01-01" })),
                "lastSeenOn",
                "2031-01-01 lies ahead: today is 2026-07-01".to_owned(),
            ),
            (
                json!({ "from": old, "to": base, "kind": "USES" }),
                "from",
                "old is retired and needs nothing any more".to_owned(),
            ),
        ] {
            let (found, said) = refused(&architect, RECORD, input, "INVALID").await;
            assert_eq!((found.as_str(), said), (field, format!("{field}: {message}")));
        }
        // Today has come, and what was seen can be seen again.
        let seen = json!({ "firstSeenOn": "2026-07-01", "lastSeenOn": "2026-07-01" });
        record(&architect, &shop, &base, "USES", seen).await;
    });
}

#[test]
fn what_half_the_graph_rests_on_is_taken_away_and_brought_back() {
    on_both_engines(async |app| {
        let director = app.director();
        let site = site(app, "FRA1").await;
        let rack = rack(app, &site, "R1").await;
        let shop = application(&director, "shop").await;
        record(&director, &shop, &rack, "RUNS_ON", json!({})).await;
        let graph = async || {
            let text = "{ graph { nodes edges fingerprint } }";
            app.director().query(text).await["graph"].clone()
        };
        let turn = async |verb: &str, id: &str| {
            let text = format!("mutation {{ {verb}(id: \"{id}\") {{ status }} }}");
            app.director().query(&text).await[verb]["status"].clone()
        };
        let refused = async |verb: &str, id: &str| {
            let text = format!("mutation {{ {verb}(id: \"{id}\") {{ status }} }}");
            app.architect().expect_error(&text, "FORBIDDEN").await;
            app.director().expect_error(&text, "CONFLICT").await.message
        };
        let before = graph().await;
        assert_eq!(refused("reinstateRack", &rack).await, "the rack R1 is not retired");
        assert_eq!(refused("reopenSite", &site).await, "the site FRA1 is not closed");
        assert_eq!(turn("retireRack", &rack).await, "RETIRED");
        assert_eq!(turn("closeSite", &site).await, "CLOSED");
        let gone = graph().await;
        assert_eq!((&gone["nodes"], &gone["edges"]), (&json!(1), &json!(0)));
        let message = refused("reinstateRack", &rack).await;
        assert_eq!(message, "the site FRA1 is closed, reopen it first");
        assert_eq!(turn("reopenSite", &site).await, "ACTIVE");
        assert_eq!(turn("reinstateRack", &rack).await, "ACTIVE");
        assert_eq!(graph().await, before);
        // It was made, taken away and brought back, each on record.
        for kind in ["rack", "site"] {
            let text = format!("{{ changes(filter: {{ entity: {{ eq: \"{kind}\" }} }}) {{ totalCount }} }}");
            assert_eq!(director.query(&text).await["changes"]["totalCount"], 3, "{kind}");
        }
    });
}

#[test]
fn a_member_counts_once_however_many_dependencies_lead_to_it() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let shop = application(&architect, "shop").await;
        let (one, two) = (application(&architect, "one").await, application(&architect, "two").await);
        let group = json!({ "owner": shop, "name": "power", "requiredCapacity": "10", "capacityUnit": "kW" });
        let group = made(&architect, GROUP, group).await;
        for (member, kind, capacity) in [(&one, "USES", "30"), (&one, "RUNS_ON", "25"), (&two, "USES", "20")]
        {
            let details = json!({ "redundancyGroup": group, "capacity": capacity });
            record(&architect, &shop, member, kind, details).await;
        }
        let update = "mutation($id: ID!, $changes: RedundancyGroupChanges!) {
            updateRedundancyGroup(id: $id, changes: $changes) { requiredCount requiredCapacity } }";
        for (changes, field, message) in [
            (
                json!({ "requiredCount": 3 }),
                "requiredCount",
                "3 is more than the 2 members of the group power",
            ),
            (
                json!({ "requiredCapacity": "50.5" }),
                "requiredCapacity",
                "50.5 kW is more than the 50 kW that its members carry",
            ),
        ] {
            let asked = json!({ "id": group, "changes": changes });
            let refusal = architect.expect_error_with(update, asked, "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message), (field, format!("{field}: {message}")));
        }
        let most = json!({ "id": group, "changes": { "requiredCount": 2, "requiredCapacity": "50" } });
        architect.query_with(update, most).await;
        let found = architect.query("{ graphQuality { findings { kind count } } }").await;
        let findings = found["graphQuality"]["findings"].as_array().unwrap().clone();
        let unmeetable = findings.iter().find(|finding| finding["kind"] == "UNMEETABLE_GROUP").unwrap();
        assert_eq!(unmeetable["count"], 0, "what is allowed can be met");
    });
}

#[test]
fn what_is_not_there_is_refused_by_the_field_that_names_it() {
    on_both_engines(async |app| {
        let architect = app.architect();
        let (shop, base) = (application(&architect, "shop").await, application(&architect, "base").await);
        let fra = site(app, "FRA1").await;
        let unknown = |kind: &str| format!("{kind}_00000000000000000000000000000001");
        let edge = |from: &str, to: &str| json!({ "from": from, "to": to, "kind": "USES" });
        let gone = unknown("service");
        let feed = |details: Value| json!({ "site": fra, "name": "PA", "details": details });
        let objective =
            "mutation($input: NewRecoveryObjective!) { recordRecoveryObjective(input: $input) { id } }";
        let drill = "mutation($input: NewRecoveryDrill!) { recordRecoveryDrill(input: $input) { id } }";
        for (query, input, field) in [
            (RECORD, edge(&gone, &base), "from"),
            (RECORD, edge(&shop, &gone), "to"),
            (GROUP, json!({ "owner": gone, "name": "pair", "requiredCount": 1 }), "owner"),
            (FEED, json!({ "site": unknown("site"), "name": "PA" }), "site"),
            (FEED, feed(json!({ "rack": unknown("rack") })), "rack"),
            (FEED, feed(json!({ "upstream": unknown("power_feed") })), "upstream"),
            (FEED, feed(json!({ "circuit": unknown("colocation_circuit") })), "circuit"),
            (
                SERVICE,
                json!({ "name": "new", "kind": "EXTERNAL", "details": { "vendor": unknown("vendor") } }),
                "vendor",
            ),
            (objective, json!({ "item": gone, "details": { "timeMinutes": 60 } }), "item"),
            (
                drill,
                json!({ "name": "May", "kind": "TABLETOP", "heldOn": "2026-05-01", "scope": [shop, gone] }),
                "scope[1]",
            ),
        ] {
            let (found, message) = refused(&app.director(), query, input, "NOT_FOUND").await;
            assert_eq!(found, field, "{message}");
        }
        let many = "mutation($inputs: [NewDependency!]!) {
            recordDependencies(inputs: $inputs) { index error { code field } } }";
        let inputs = json!({ "inputs": [edge(&shop, &base), edge(&shop, &gone)] });
        let rows = architect.query_with(many, inputs).await["recordDependencies"].clone();
        assert_eq!(rows[1], json!({ "index": 1, "error": { "code": "NOT_FOUND", "field": "to" } }));
    });
}
