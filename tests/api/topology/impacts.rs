//! What fails when things fail.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::setting::{a_group, a_service, a_setting, a_site, examples, impact, names, needs, retire, told};
use crate::roadmap::send;

const CHAIN: &str = "item { name } link group";

fn affected() -> String {
    format!(
        "affected(first: 100) {{ totalCount nodes {{ item {{ id kind name }} status steps reason {{ {CHAIN} }}
            lost {{ name }} savedBy {{ name isDerived requiredCount requiredCapacity capacityUnit membersLost
            membersLeft lost {{ name }} }} }} }} hidden alreadyDownCount"
    )
}

fn find<'a>(impact: &'a Value, name: &str) -> &'a Value {
    let rows = impact["affected"]["nodes"].as_array().unwrap();
    let found = rows.iter().find(|row| row["item"]["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not affected: {rows:?}"))
}

fn is_affected(impact: &Value, name: &str) -> bool {
    names(&impact["affected"]["nodes"]).contains(&name)
}

#[test]
fn an_outage_is_as_bad_as_the_worked_example_says() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let san = setting.loose(app, "SAN").await;
        let service = async |name: &str, tier: i32, users: i32| {
            let revenue = json!({ "amount": "1000.50", "currency": "EUR" });
            a_service(app, name, json!({ "tier": tier, "users": users, "revenuePerHour": revenue })).await
        };
        let (shop, desk) = (service("Shop", 0, 900).await, service("Desk", 1, 40).await);
        let books = service("Books", 1, 10).await;
        let wiki = a_service(app, "Wiki", json!({ "tier": 3 })).await;
        for from in [&shop, &desk, &books, &wiki] {
            needs(app, from, &san, json!({})).await;
        }
        let report = service("Report", 3, 7).await;
        needs(app, &report, &desk, json!({ "hardness": "SOFT" })).await;
        let selection = format!(
            "{} rollUp {{ blastRadius servicesWithoutTier services {{ tier status count }}
                users {{ status users servicesWithoutUsers }}
                revenuePerHour {{ amounts {{ amount currency }} reason unknown }} deepestChain {{ {CHAIN} }} }}
                explain {{ formula inputs {{ name value }} excluded }}",
            affected()
        );
        let found = impact(&app.director(), &[&san], "", &selection).await;
        let roll_up = &found["rollUp"];
        let score: f64 = roll_up["blastRadius"].as_str().unwrap().parse().unwrap();
        assert!((score - examples()["7.blast"]["san"].as_f64().unwrap()).abs() < 1e-9);
        assert_eq!(
            roll_up["services"],
            json!([
                { "tier": 0, "status": "DOWN", "count": 1 },
                { "tier": 1, "status": "DOWN", "count": 2 },
                { "tier": 3, "status": "DOWN", "count": 1 },
                { "tier": 3, "status": "DEGRADED", "count": 1 },
            ])
        );
        assert_eq!(
            roll_up["users"],
            json!([
                { "status": "DOWN", "users": 950, "servicesWithoutUsers": 1 },
                { "status": "DEGRADED", "users": 7, "servicesWithoutUsers": 0 },
            ])
        );
        assert_eq!(
            roll_up["revenuePerHour"],
            json!({ "amounts": [{ "amount": "3001.50", "currency": "EUR" }], "reason": null, "unknown": 1 })
        );
        assert_eq!(found["affected"]["totalCount"], 6);
        assert_eq!(find(&found, "SAN")["steps"], 0);
        assert_eq!(told(&find(&found, "SAN")["reason"]), "SAN FAILED");
        assert_eq!(told(&find(&found, "Shop")["reason"]), "Shop HARD, SAN FAILED");
        let report = find(&found, "Report");
        assert_eq!((&report["status"], &report["steps"]), (&json!("DEGRADED"), &json!(2)));
        assert_eq!(told(&report["reason"]), "Report SOFT, Desk HARD, SAN FAILED");
        assert_eq!(report["lost"], json!([{ "name": "Desk" }]));
        // Without soft needs, nothing is degraded.
        let hard = impact(&app.director(), &[&san], ", include: { soft: false }", &affected()).await;
        assert!(!is_affected(&hard, "Report"));
        // Who sees no prices is told why there are none.
        let text = "rollUp { blastRadius revenuePerHour { amounts { amount } reason unknown } }";
        let seen = impact(&app.viewer(), &[&san], "", text).await;
        assert_eq!(seen["rollUp"]["blastRadius"], roll_up["blastRadius"]);
        assert_eq!(seen["rollUp"]["revenuePerHour"]["amounts"], Value::Null);
        assert!(seen["rollUp"]["revenuePerHour"]["reason"].as_str().unwrap().contains("prices"));
        // A service that nobody gave a revenue.
        let seen = impact(&app.director(), &[&wiki], "", text).await;
        assert_eq!(seen["rollUp"]["revenuePerHour"]["unknown"], 1);
        assert!(seen["rollUp"]["revenuePerHour"]["reason"].as_str().unwrap().contains("on record"));
    });
}

#[test]
fn one_feed_puts_at_risk_and_two_bring_down() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let server = setting.server(app, "SRV-1", 1).await;
        let shop = a_service(app, "Shop", json!({ "tier": 0 })).await;
        needs(app, &shop, &server, json!({})).await;
        let [a, b] = [setting.feeds[0].as_str(), setting.feeds[1].as_str()];
        let one = impact(&app.viewer(), &[a], "", &affected()).await;
        let hit = find(&one, "SRV-1");
        assert_eq!((&hit["status"], &hit["steps"]), (&json!("AT_RISK"), &json!(1)));
        assert_eq!(told(&hit["reason"]), "SRV-1 GROUP power of rack R1, PA FAILED");
        assert_eq!(
            hit["savedBy"],
            json!([{
                "name": "power of rack R1", "isDerived": true, "requiredCount": 1, "requiredCapacity": null,
                "capacityUnit": null, "membersLost": 1, "membersLeft": 1, "lost": [{ "name": "PA" }],
            }])
        );
        assert!(!is_affected(&one, "Shop"));
        let selection = format!(
            "{} rollUp {{ assets {{ status count kilowatts withoutDraw rackUnits
                purchases {{ amounts {{ amount currency }} reason unknown }} }}
                sites {{ site {{ name }} counts {{ down all }} }} owners {{ owner counts {{ down }} }}
                ownerCount beyond: owners(skip: 1) {{ owner }} withoutOwner {{ down }} total {{ down degraded atRisk all }} deepestChain {{ {CHAIN} }} }}",
            affected()
        );
        let both = impact(&app.director(), &[a, b], "", &selection).await;
        assert_eq!(find(&both, "SRV-1")["status"], "DOWN");
        assert!(
            told(&find(&both, "Shop")["reason"]).starts_with("Shop HARD, SRV-1 GROUP power of rack R1, P")
        );
        let roll_up = &both["rollUp"];
        assert_eq!(
            roll_up["assets"],
            json!([{
                "status": "DOWN", "count": 1, "kilowatts": "0.4", "withoutDraw": 0, "rackUnits": "2",
                "purchases": {
                    "amounts": [{ "amount": "9000.00", "currency": "EUR" }], "reason": null, "unknown": 0,
                },
            }])
        );
        assert_eq!(roll_up["total"], json!({ "down": 5, "degraded": 0, "atRisk": 0, "all": 5 }));
        assert_eq!(
            roll_up["sites"],
            json!([
                { "site": { "name": "FRA1" }, "counts": { "down": 4, "all": 4 } },
                { "site": null, "counts": { "down": 1, "all": 1 } },
            ])
        );
        assert_eq!(roll_up["owners"], json!([{ "owner": "Platform", "counts": { "down": 1 } }]));
        assert_eq!([&roll_up["ownerCount"], &roll_up["beyond"]], [&json!(1), &json!([])]);
        assert_eq!(roll_up["withoutOwner"], json!({ "down": 4 }));
        assert_eq!(roll_up["deepestChain"].as_array().unwrap().len(), 3);
        // What follows from inventory can be left out.
        let recorded = impact(&app.director(), &[a, b], ", include: { derived: false }", &affected()).await;
        assert_eq!(recorded["affected"]["totalCount"], 2);
        // The whole site, by its rack and by itself.
        for of in [&setting.rack, &setting.site] {
            let found = impact(&app.director(), &[of], "", &affected()).await;
            assert_eq!(find(&found, "Shop")["status"], "DOWN");
        }
    });
}

#[test]
fn groups_count_members_and_capacities() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let shop = a_service(app, "Shop", json!({ "tier": 1 })).await;
        let mut chillers = Vec::new();
        for name in ["C1", "C2", "C3"] {
            chillers.push(setting.loose(app, name).await);
        }
        let carries = |kilowatts: &str| json!({ "capacity": kilowatts });
        let members = [
            (chillers[0].as_str(), carries("30")),
            (chillers[1].as_str(), carries("20")),
            (chillers[2].as_str(), carries("20.5")),
        ];
        let terms = json!({
            "name": "cooling", "requiredCount": 1, "requiredCapacity": "40.5", "capacityUnit": "kW",
        });
        a_group(app, &shop, terms, &members).await;
        // 70.5 less 30 is exactly enough.
        let one = impact(&app.director(), &[&chillers[0]], "", &affected()).await;
        let hit = find(&one, "Shop");
        assert_eq!(hit["status"], "AT_RISK");
        // It needs a number and a capacity, and is told once, with both.
        assert_eq!(
            hit["savedBy"],
            json!([{
                "name": "cooling", "isDerived": false, "requiredCount": 1, "requiredCapacity": "40.5",
                "capacityUnit": "kW", "membersLost": 1, "membersLeft": 2, "lost": [{ "name": "C1" }],
            }])
        );
        let two = impact(&app.director(), &[&chillers[0], &chillers[1]], "", &affected()).await;
        assert_eq!(find(&two, "Shop")["status"], "DOWN");
        assert!(told(&find(&two, "Shop")["reason"]).starts_with("Shop GROUP cooling, C"));
        // In a group of one, nothing stands in for it.
        let lonely = a_service(app, "Lonely", json!({ "tier": 2 })).await;
        let terms = json!({ "name": "one", "requiredCount": 1 });
        a_group(app, &lonely, terms, &[(&chillers[2], json!({}))]).await;
        let after = impact(&app.director(), &[&chillers[2]], "", &affected()).await;
        assert_eq!(find(&after, "Lonely")["status"], "DOWN");
        assert_eq!(after["alreadyDownCount"], 0);
    });
}

#[test]
fn what_can_never_be_up_is_told_apart() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let disks = [setting.loose(app, "D1").await, setting.loose(app, "D2").await];
        let store = a_service(app, "Store", json!({ "tier": 1 })).await;
        let terms = json!({ "name": "disks", "requiredCount": 2 });
        a_group(app, &store, terms, &[(&disks[0], json!({})), (&disks[1], json!({}))]).await;
        retire(app, &disks[1]).await;
        let selection = format!(
            "alreadyDown {{ item {{ name }} reason {{ {CHAIN} }} }} {}
             graph {{ asOf nodes edges thingsLeftOut edgesLeftOut fingerprint }}",
            affected()
        );
        let found = impact(&app.viewer(), &[&disks[0]], ", asOf: \"2026-07-01\"", &selection).await;
        assert_eq!(told(&found["alreadyDown"][0]["reason"]), "Store UNMET disks");
        assert_eq!(found["alreadyDownCount"], 1);
        assert!(!is_affected(&found, "Store"));
        let graph = &found["graph"];
        assert_eq!((&graph["asOf"], &graph["thingsLeftOut"]), (&json!("2026-07-01"), &json!(1)));
        assert!(graph["edgesLeftOut"].as_u64().unwrap() >= 1);
        let again = impact(&app.viewer(), &[&disks[0]], "", "graph { fingerprint }").await;
        assert_eq!(again["graph"]["fingerprint"], graph["fingerprint"]);
        needs(app, &store, &setting.site, json!({})).await;
        let changed = impact(&app.viewer(), &[&disks[0]], "", "graph { fingerprint }").await;
        assert_ne!(changed["graph"]["fingerprint"], graph["fingerprint"]);
    });
}

/// A colocation contract for a site, from 2026 on for a year that renews.
async fn a_contract(app: &TestApp, site: &str) -> String {
    let vendor = send(app, "registerVendor", "NewVendor!", json!({ "code": "COLO", "name": "Colo" })).await;
    let contract = json!({
        "number": "C-1", "vendor": vendor, "currency": "USD", "sites": [site],
        "term": { "signedOn": "2026-01-01", "billingStartsOn": "2026-01-01", "months": 12 },
        "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0" } },
        "notice": { "minimum": 90 },
        "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }],
    });
    send(app, "signColocationContract", "NewColocationContract!", contract).await
}

#[test]
fn what_a_caller_may_not_see_takes_part_and_is_counted() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let contract = a_contract(app, &setting.site).await;
        let text = format!(
            "{} rollUp {{ contracts {{ contract {{ name }} isAffected sites }} contractCount hiddenContracts }}",
            affected()
        );
        let seen = impact(&app.director(), &[&contract], "", &text).await;
        assert_eq!(told(&find(&seen, "FRA1")["reason"]), "FRA1 HARD, C-1 FAILED");
        assert_eq!(seen["hidden"], 0);
        assert_eq!(
            seen["rollUp"]["contracts"],
            json!([{ "contract": { "name": "C-1" }, "isAffected": true, "sites": 1 }])
        );
        // A service that a contract hangs on, and one that hangs on the contract.
        let (portal, desk) =
            (a_service(app, "Portal", json!({})).await, a_service(app, "Desk", json!({})).await);
        needs(app, &contract, &portal, json!({})).await;
        needs(app, &desk, &contract, json!({})).await;
        let seen = impact(&app.viewer(), &[&portal], "", &text).await;
        assert_eq!(told(&find(&seen, "Desk")["reason"]), "Desk HARD, ? HARD, Portal FAILED");
        assert_eq!((&seen["hidden"], &seen["rollUp"]["hiddenContracts"]), (&json!(1), &json!(1)));
        assert_eq!(seen["rollUp"]["contractCount"], 0);
        assert!(!is_affected(&seen, "C-1"));
        // Before the contract begins, the site needs none.
        let early = impact(&app.director(), &[&contract], ", asOf: \"2025-12-31\"", &affected()).await;
        assert!(!is_affected(&early, "FRA1"));
        // Who may not see it is told what is told of what is not there.
        let text = "query($of: [ID!]!) { impact(of: $of) { hidden } }";
        let hidden = app.viewer().expect_error_with(text, json!({ "of": [contract] }), "NOT_FOUND").await;
        let unknown = "colocation_contract_00000000000000000000000000000001";
        let absent = app.viewer().expect_error_with(text, json!({ "of": [unknown] }), "NOT_FOUND").await;
        assert_eq!(hidden.message.replace(&contract, "it"), absent.message.replace(unknown, "it"));
    });
}

#[test]
fn a_scenario_lets_sites_and_contracts_fail_in_addition() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let other = a_site(app, "MUC1").await;
        let contract = a_contract(app, &other).await;
        let server = setting.loose(app, "SRV-1").await;
        let change =
            async |name: &str, change: Value| crate::scenarios::a_scenario(app, name, &[change]).await;
        let exit = change("Leave", json!({ "siteExit": { "site": setting.site, "on": "2027-03-31" } })).await;
        let ended = change("End", json!({ "contractNotRenewed": { "colocation": contract } })).await;
        let under = async |scenario: &str, as_of: &str| {
            let arguments = format!(", asOf: \"{as_of}\", scenario: \"{scenario}\"");
            impact(&app.director(), &[&server], &arguments, &affected()).await
        };
        assert!(!is_affected(&under(&exit, "2027-03-30").await, "FRA1"));
        assert!(is_affected(&under(&exit, "2027-03-31").await, "FRA1"));
        assert!(!is_affected(&under(&ended, "2026-12-31").await, "MUC1"));
        assert!(is_affected(&under(&ended, "2027-01-01").await, "MUC1"));
        // No price shows, so whoever may ask may ask of any scenario; names stay with those who may see them.
        let text = |scenario: &str| {
            format!(
                "{{ impact(of: [\"{server}\"], asOf: \"2027-03-31\", scenario: \"{scenario}\") {{
                    hidden affected {{ totalCount }} explain {{ assumptions }} }} }}"
            )
        };
        for client in [app.planner(), app.architect(), app.viewer()] {
            let left = client.query(&text(&exit)).await["impact"].clone();
            assert_eq!(left["affected"]["totalCount"], 5, "the site, its rack and feeds, and the server");
            client.query(&text(&ended)).await;
        }
        let ends = app.viewer().query(&text(&ended)).await["impact"].clone();
        assert_eq!(ends["hidden"], 1);
        let said = ends["explain"]["assumptions"].to_string();
        assert!(said.contains("something that you may not see is gone since 2027-01-01"), "{said}");
        assert!(!said.contains("C-1"), "{said}");
    });
}

#[test]
fn what_is_affected_comes_in_pages() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        for number in 0..7 {
            setting.loose(app, &format!("SRV-{number}")).await;
        }
        let page = async |first: i32, after: Option<&str>| {
            let after = after.map(|after| format!(", after: \"{after}\"")).unwrap_or_default();
            let selection = format!(
                "affected(first: {first}{after}) {{ totalCount nodes {{ item {{ id }} }}
                    pageInfo {{ hasNextPage hasPreviousPage endCursor }} }}"
            );
            impact(&app.viewer(), &[&setting.site], "", &selection).await["affected"].clone()
        };
        let whole = page(100, None).await;
        // The site, its rack and two feeds, and seven servers.
        assert_eq!(whole["totalCount"], 11);
        assert_eq!(whole["pageInfo"]["hasNextPage"], false);
        let mut nodes = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let part = page(4, after.as_deref()).await;
            nodes.extend(part["nodes"].as_array().unwrap().clone());
            after = part["pageInfo"]["endCursor"].as_str().map(str::to_owned);
            if part["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(json!(nodes), whole["nodes"]);
        let text = format!(
            "{{ impact(of: [\"{}\"]) {{ affected(after: \"DOWN.x\") {{ totalCount }} }} }}",
            setting.site
        );
        let refusal = app.viewer().expect_error(&text, "INVALID").await;
        assert_eq!(refusal.field, "after");
    });
}

#[test]
fn impossible_questions_of_impact_are_refused() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let text = "query($of: [ID!]!, $asOf: Date) { impact(of: $of, asOf: $asOf) { hidden } }";
        let model = setting.model.as_str();
        for (of, word) in [
            (json!([]), "names no item"),
            (json!(["nonsense"]), "is not an id"),
            (json!(["site_xyz"]), "is not an id"),
            (json!([model]), "is the id of a hardware model"),
        ] {
            let refusal = app.viewer().expect_error_with(text, json!({ "of": of }), "INVALID").await;
            assert_eq!(refusal.field, "of", "{}", refusal.message);
            assert!(refusal.message.contains(word), "{}", refusal.message);
        }
        let many: Vec<_> = (0..10_001).map(|_| setting.site.clone()).collect();
        let refusal = app.viewer().expect_error_with(text, json!({ "of": many }), "LIMIT_EXCEEDED").await;
        assert!(refusal.message.contains("10001 items are more than 10000"), "{}", refusal.message);
        let most: Vec<_> = many.iter().take(10_000).collect();
        app.viewer().query_with(text, json!({ "of": most })).await;
        let unknown = "site_00000000000000000000000000000001";
        app.viewer().expect_error_with(text, json!({ "of": [unknown] }), "NOT_FOUND").await;
        let server = setting.loose(app, "SRV-1").await;
        retire(app, &server).await;
        let refusal = app.viewer().expect_error_with(text, json!({ "of": [server] }), "INVALID").await;
        assert!(refusal.message.contains("`SRV-1`"), "{}", refusal.message);
        app.admin().expect_error_with(text, json!({ "of": [setting.site] }), "FORBIDDEN").await;
        let text =
            format!("{{ impact(of: [\"{}\"]) {{ affected(first: -1) {{ totalCount }} }} }}", setting.site);
        let refusal = app.viewer().expect_error(&text, "INVALID").await;
        assert!(refusal.message.contains("-1 is below zero"), "{}", refusal.message);
    });
}

#[test]
fn statements_of_impact_do_not_grow_with_the_estate() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let shop = a_service(app, "Shop", json!({ "tier": 0 })).await;
        let server = setting.server(app, "SRV-1", 1).await;
        needs(app, &shop, &server, json!({})).await;
        let text = format!(
            "{{ impact(of: [\"{}\"]) {{ {} rollUp {{ blastRadius contracts {{ contract {{ name }} }}
                sites {{ site {{ name }} }} owners {{ owner }} assets {{ count }} }} }} }}",
            setting.site,
            affected()
        );
        let few = app.director().statements_again(&text).await;
        for number in 2..12 {
            let server = setting.server(app, &format!("SRV-{number}"), number * 2).await;
            needs(app, &shop, &server, json!({})).await;
            let service = a_service(app, &format!("Service {number}"), json!({ "tier": 2 })).await;
            needs(app, &service, &shop, json!({})).await;
        }
        assert_eq!(app.director().statements_again(&text).await, few);
    });
}

#[test]
fn an_outage_takes_of_what_services_may_be_down() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let server = setting.loose(app, "SRV-1").await;
        let target = async |name: &str, tier: i32, target: Option<&str>| {
            let service = a_service(app, name, json!({ "tier": tier })).await;
            if let Some(target) = target {
                let details = json!({ "availabilityTarget": target });
                let objective = json!({ "item": service, "details": details });
                send(app, "recordRecoveryObjective", "NewRecoveryObjective!", objective).await;
            }
            service
        };
        let (shop, desk) = (target("Shop", 1, Some("0.999")).await, target("Desk", 2, Some("0.9")).await);
        let (always, wiki) = (target("Always", 0, Some("1")).await, target("Wiki", 0, None).await);
        target("Elsewhere", 0, Some("0.95")).await;
        for from in [&shop, &always, &wiki] {
            needs(app, from, &server, json!({})).await;
        }
        needs(app, &desk, &shop, json!({ "hardness": "SOFT" })).await;
        let selection =
            "rollUp { serviceLevelCount hiddenServiceLevels serviceLevels { service { name } status
            availabilityTarget allowedMinutesIn30Days allowedMinutesIn365Days takenPerHourOf30Days
            takenPerHourOf365Days } beyond: serviceLevels(first: 1, skip: 2) { service { name } } }";
        let found = impact(&app.viewer(), &[&server], "", selection).await["rollUp"].clone();
        let level = |name: &str, status: &str, figures: [Option<&str>; 5]| {
            let [target, month, year, of_month, of_year] = figures;
            json!({
                "service": { "name": name }, "status": status, "availabilityTarget": target,
                "allowedMinutesIn30Days": month, "allowedMinutesIn365Days": year,
                "takenPerHourOf30Days": of_month, "takenPerHourOf365Days": of_year,
            })
        };
        // Nothing of 60 minutes is allowed; 60 of 43.2 and of 525.6; what is degraded takes nothing.
        let expected = [
            level("Always", "DOWN", [Some("1"), Some("0"), Some("0"), None, None]),
            level(
                "Shop",
                "DOWN",
                [Some("0.999"), Some("43.2"), Some("525.6"), Some("1.3889"), Some("0.1142")],
            ),
            level("Desk", "DEGRADED", [Some("0.9"), Some("4320"), Some("52560"), None, None]),
        ];
        assert_eq!(found["serviceLevels"], json!(expected));
        assert_eq!([&found["serviceLevelCount"], &found["hiddenServiceLevels"]], [3, 0]);
        assert_eq!(found["beyond"], json!([{ "service": { "name": "Desk" } }]));
        // All three fields are one statement, however many services are affected.
        let text = format!("{{ impact(of: [\"{server}\"]) {{ {selection} }} }}");
        let few = app.director().statements_again(&text).await;
        for number in 0..5 {
            let service = target(&format!("S {number}"), 3, Some("0.99")).await;
            needs(app, &service, &server, json!({})).await;
        }
        assert_eq!(app.director().statements_again(&text).await, few);
        // No service, no target.
        let none = impact(&app.viewer(), &[&setting.feeds[0]], "", "rollUp { serviceLevelCount }").await;
        assert_eq!(none["rollUp"]["serviceLevelCount"], 0);
    });
}
