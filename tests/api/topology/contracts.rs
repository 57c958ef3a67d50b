//! What hangs on contracts and on the vendors behind them.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::setting::{a_service, a_setting, a_site, impact, names, needs, told};
use crate::roadmap::send;

const ANSWER: &str = "affected(first: 100) { totalCount nodes { item { name } status steps
        savedBy { name isDerived requiredCount membersLost } reason { item { name } link group } } }
    alreadyDownCount alreadyDown { item { name } reason { item { name } link group } }
    rollUp { contractCount contracts { contract { name } isAffected } }";

pub async fn a_vendor(app: &TestApp, code: &str) -> String {
    send(app, "registerVendor", "NewVendor!", json!({ "code": code, "name": code })).await
}

/// A colocation contract of twelve months that does not renew.
pub async fn a_contract(
    app: &TestApp,
    number: &str,
    (vendor, site): (&str, &str),
    begins: &str,
    details: Value,
) -> String {
    let contract = json!({
        "number": number, "vendor": vendor, "currency": "USD", "sites": [site],
        "term": { "signedOn": "2025-01-01", "billingStartsOn": begins, "months": 12 },
        "details": details, "notice": { "minimum": 30 },
        "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }],
    });
    send(app, "signColocationContract", "NewColocationContract!", contract).await
}

async fn fails(client: &Client, of: &str, as_of: &str) -> Value {
    impact(client, &[of], &format!(", asOf: \"{as_of}\""), ANSWER).await
}

fn affected(answer: &Value) -> Vec<&str> {
    names(&answer["affected"]["nodes"])
}

fn status<'a>(answer: &'a Value, name: &str) -> Option<&'a str> {
    let rows = answer["affected"]["nodes"].as_array().unwrap();
    rows.iter().find(|row| row["item"]["name"] == name).and_then(|row| row["status"].as_str())
}

#[test]
fn a_site_is_down_once_its_last_contract_is_over() {
    on_both_engines(async |app| {
        let (setting, director) = (a_setting(app).await, app.director());
        let vendor = a_vendor(app, "COLO").await;
        let server = setting.loose(app, "SRV-1").await;
        let shop = a_service(app, "Shop", json!({})).await;
        needs(app, &shop, &server, json!({})).await;
        let first = a_contract(app, "C-1", (&vendor, &setting.site), "2026-01-01", json!({})).await;
        // Nothing changes on the day after its last one for who asks what falls with it.
        let during = fails(&director, &first, "2026-12-31").await;
        assert_eq!(status(&during, "Shop"), Some("DOWN"));
        for day in ["2027-01-01", "2031-01-01"] {
            let after = fails(&director, &first, day).await;
            assert_eq!(affected(&after), affected(&during), "{day}");
            assert_eq!(after["alreadyDownCount"], 0, "{day}");
        }
        // For who asks something else, all of it was down before.
        assert_eq!(fails(&director, &server, "2026-12-31").await["alreadyDownCount"], 0);
        let later = fails(&director, &server, "2027-01-01").await;
        let before = later["alreadyDown"].as_array().unwrap();
        let site = before.iter().find(|row| row["item"]["name"] == "FRA1").unwrap();
        assert_eq!(told(&site["reason"]), "FRA1 HARD, C-1 UNMET term that ended on 2026-12-31");
        assert_eq!(later["alreadyDownCount"].as_u64().unwrap(), affected(&during).len() as u64);
        let points =
            "{ singlePointsOfFailure(asOf: \"2027-01-01\") { services { service { name } isNeverUp } } }";
        let points = director.query(points).await;
        assert_eq!(points["singlePointsOfFailure"]["services"][0]["isNeverUp"], true);
        // What follows from contracts can be left out.
        let recorded = ", asOf: \"2027-01-01\", include: { derived: false }";
        let recorded = impact(&director, &[&server], recorded, ANSWER).await;
        assert_eq!((affected(&recorded), &recorded["alreadyDownCount"]), (vec!["SRV-1", "Shop"], &json!(0)));
        // Another contract takes its place.
        a_contract(app, "C-2", (&vendor, &setting.site), "2027-01-01", json!({})).await;
        let kept = fails(&director, &first, "2027-06-01").await;
        assert_eq!((affected(&kept), &kept["alreadyDownCount"]), (vec!["C-1"], &json!(0)));
        // Who has agreed what staying costs may stay, and still hangs on the contract.
        let other = a_site(app, "MUC1").await;
        let stays = json!({ "holdoverMultiplier": "1.5" });
        let held = a_contract(app, "H-1", (&vendor, &other), "2026-01-01", stays).await;
        assert_eq!(fails(&director, &server, "2027-06-01").await["alreadyDownCount"], 0);
        assert_eq!(affected(&fails(&director, &held, "2027-06-01").await), ["H-1", "MUC1"]);
    });
}

#[test]
fn a_vendor_is_behind_its_contract_in_holdover_too() {
    on_both_engines(async |app| {
        let (setting, director) = (a_setting(app).await, app.director());
        let (vendor, next) = (a_vendor(app, "COLO").await, a_vendor(app, "NEXT").await);
        let server = setting.loose(app, "SRV-1").await;
        let shop = a_service(app, "Shop", json!({})).await;
        needs(app, &shop, &server, json!({})).await;
        let stays = json!({
            "holdoverMultiplier": "1.5", "renewal": { "automatic": true, "months": 12, "uplift": "0" },
        });
        let held = a_contract(app, "H-1", (&vendor, &setting.site), "2026-01-01", stays).await;
        let notice = "mutation($contract: ID!) {
            recordNotice(id: $contract, on: \"2026-06-30\") { id } }";
        director.query_with(notice, json!({ "contract": held })).await;
        for day in ["2026-12-31", "2027-01-01", "2031-01-01"] {
            let answer = fails(&director, &vendor, day).await;
            for name in ["H-1", "FRA1", "Shop"] {
                assert_eq!(status(&answer, name), Some("DOWN"), "{name} on {day}");
            }
            assert_eq!(answer["alreadyDownCount"], 0, "{day}");
        }
        let points = format!(
            "{{ singlePointsOfFailure(service: \"{shop}\", asOf: \"2027-01-01\") {{
                services {{ points(first: 100) {{ item {{ name }} }} }} }} }}"
        );
        let points = director.query(&points).await["singlePointsOfFailure"]["services"][0]["points"].clone();
        assert!(names(&points).contains(&"COLO"), "{points}");
        // Once another contract keeps the site, nothing stays on under the old one.
        a_contract(app, "C-2", (&next, &setting.site), "2027-01-01", json!({})).await;
        assert_eq!(affected(&fails(&director, &vendor, "2027-06-01").await), ["COLO"]);
        assert_eq!(status(&fails(&director, &next, "2027-06-01").await, "Shop"), Some("DOWN"));
    });
}

#[test]
fn one_of_several_contracts_keeps_a_site() {
    on_both_engines(async |app| {
        let (setting, director) = (a_setting(app).await, app.director());
        let vendor = a_vendor(app, "COLO").await;
        let site = (vendor.as_str(), setting.site.as_str());
        let one = a_contract(app, "C-1", site, "2026-01-01", json!({})).await;
        let two = a_contract(app, "C-2", site, "2026-03-01", json!({})).await;
        let answer = fails(&director, &one, "2026-07-01").await;
        assert_eq!(affected(&answer), ["C-1", "FRA1"]);
        let row = &answer["affected"]["nodes"][1];
        assert_eq!(row["status"], "AT_RISK");
        let saved = json!([{
            "name": "colocation contracts", "isDerived": true, "requiredCount": 1, "membersLost": 1,
        }]);
        assert_eq!(row["savedBy"], saved);
        let both = impact(&director, &[&one, &two], ", asOf: \"2026-07-01\"", ANSWER).await;
        assert_eq!(status(&both, "FRA1"), Some("DOWN"));
        // Before the second begins, and after the first has ended, there is one alone.
        for (contract, day) in [(&one, "2026-02-28"), (&two, "2027-01-01")] {
            assert_eq!(status(&fails(&director, contract, day).await, "FRA1"), Some("DOWN"), "{day}");
        }
        // Both come from the same vendor, so that is what they rest on together.
        let causes = "{ commonCauses(asOf: \"2026-07-01\") { causes { item { name } group { name } } } }";
        let causes = director.query(causes).await["commonCauses"]["causes"].clone();
        let expected = json!({ "item": { "name": "COLO" }, "group": { "name": "colocation contracts" } });
        assert!(causes.as_array().unwrap().contains(&expected), "{causes}");
    });
}

#[test]
fn a_vendor_takes_its_contracts_and_what_it_runs_with_it() {
    on_both_engines(async |app| {
        let (setting, director) = (a_setting(app).await, app.director());
        let (vendor, other) = (a_vendor(app, "COLO").await, a_vendor(app, "OTHER").await);
        let service = async |name: &str, kind: &str, vendor: &str| {
            let service = json!({ "name": name, "kind": kind, "details": { "vendor": vendor } });
            send(app, "registerService", "NewService!", service).await
        };
        service("Payment", "EXTERNAL", &vendor).await;
        service("Line", "CARRIER", &vendor).await;
        let books = service("Books", "APPLICATION", &vendor).await;
        a_contract(app, "C-1", (&vendor, &setting.site), "2026-01-01", json!({})).await;
        let support = |number: &str, starts: &str, ends: &str| {
            json!({ "number": number, "vendor": vendor, "currency": "USD", "startsOn": starts, "endsOn": ends,
                "charge": "1200", "billingFrequency": "YEARLY" })
        };
        for contract in
            [support("S-1", "2026-01-01", "2026-12-31"), support("S-0", "2020-01-01", "2020-12-31")]
        {
            send(app, "signSupportContract", "NewSupportContract!", contract).await;
        }
        let answer = fails(&director, &vendor, "2026-07-01").await;
        for (name, expected) in [
            ("COLO", Some("DOWN")),
            ("Payment", Some("DOWN")),
            ("Line", Some("DOWN")),
            ("Books", Some("DEGRADED")),
            ("C-1", Some("DOWN")),
            ("S-1", Some("DOWN")),
            ("FRA1", Some("DOWN")),
            // It is over, so nothing is owed under it.
            ("S-0", None),
        ] {
            assert_eq!(status(&answer, name), expected, "{name}");
        }
        assert_eq!(answer["rollUp"]["contractCount"], 2);
        let contracts = answer["rollUp"]["contracts"].as_array().unwrap();
        assert!(contracts.iter().all(|row| row["isAffected"] == true), "{contracts:?}");
        let hard = ", asOf: \"2026-07-01\", include: { soft: false }";
        assert_eq!(status(&impact(&director, &[&vendor], hard, ANSWER).await, "Books"), None);
        let recorded = ", asOf: \"2026-07-01\", include: { derived: false }";
        assert_eq!(affected(&impact(&director, &[&vendor], recorded, ANSWER).await), ["COLO"]);
        // Another vendor is in the next answer.
        let update = "mutation($id: ID!, $vendor: ID!) {
            updateService(id: $id, changes: { vendor: $vendor }) { id } }";
        director.query_with(update, json!({ "id": books, "vendor": other })).await;
        assert_eq!(status(&fails(&director, &vendor, "2026-07-01").await, "Books"), None);
        assert_eq!(affected(&fails(&director, &other, "2026-07-01").await), ["OTHER", "Books"]);
    });
}

#[test]
fn what_does_not_run_yet_is_affected_and_not_added_up() {
    on_both_engines(async |app| {
        let (setting, director) = (a_setting(app).await, app.director());
        setting.loose(app, "SRV-1").await;
        for (tag, status) in [("NEW-1", "ORDERED"), ("NEW-2", "PLANNED"), ("NEW-3", "IN_STOCK")] {
            let asset = json!({
                "tag": tag, "model": setting.model, "status": status, "placement": { "site": setting.site },
                "details": { "purchase": { "price": { "amount": "9000", "currency": "EUR" } } },
            });
            send(app, "registerAsset", "NewAsset!", asset).await;
        }
        let selection = "affected { totalCount } rollUp { assetsNotRunning total { all }
            assets { status count kilowatts purchases { amounts { amount } unknown } }
            sites { counts { down } } } explain { excluded }";
        let found = impact(&director, &[&setting.site], "", selection).await;
        assert_eq!(found["affected"]["totalCount"], 8);
        let roll_up = &found["rollUp"];
        assert_eq!(roll_up["assetsNotRunning"], 3);
        assert_eq!(roll_up["total"]["all"], 5);
        assert_eq!(roll_up["sites"], json!([{ "counts": { "down": 5 } }]));
        let assets = json!([{ "status": "DOWN", "count": 1, "kilowatts": "0.4",
            "purchases": { "amounts": null, "unknown": 1 } }]);
        assert_eq!(roll_up["assets"], assets);
        assert!(found["explain"]["excluded"][0].as_str().unwrap().starts_with("3 affected assets"));
    });
}

#[test]
fn what_nobody_knows_the_draw_of_draws_no_zero() {
    on_both_engines(async |app| {
        let (setting, director) = (a_setting(app).await, app.director());
        let maker = json!({ "name": "Bare" });
        let maker = send(app, "registerManufacturer", "NewManufacturer!", maker).await;
        let model = json!({ "manufacturer": maker, "name": "B1", "kind": "SERVER" });
        let model = send(app, "registerHardwareModel", "NewHardwareModel!", model).await;
        let asset = json!({
            "tag": "BARE-1", "model": model, "status": "IN_SERVICE", "placement": { "site": setting.site },
        });
        send(app, "registerAsset", "NewAsset!", asset).await;
        let selection = "rollUp { assets { count kilowatts withoutDraw } }";
        let ask =
            async || impact(&director, &[&setting.site], "", selection).await["rollUp"]["assets"].clone();
        assert_eq!(ask().await, json!([{ "count": 1, "kilowatts": null, "withoutDraw": 1 }]));
        setting.loose(app, "SRV-1").await;
        assert_eq!(ask().await, json!([{ "count": 2, "kilowatts": "0.4", "withoutDraw": 1 }]));
    });
}
