//! What old units sell for by their age, and which risk makes them due.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{Estate, id};
use crate::roadmap::{send, the_example};

/// Halves of the curve are told apart by where the ages of the worked example lie: 59 months as planned, 71 a year later.
const CURVE: &str = r#"residualPerUnit: 0, residualCurve: [{ ageMonths: 60, share: "0.10" }, { ageMonths: 24, share: "0.35" }]"#;

async fn change(app: &TestApp, policy: &str, changes: &str) {
    let text =
        format!("mutation {{ updateRefreshPolicy(id: \"{policy}\", changes: {{ {changes} }}) {{ id }} }}");
    app.director().query(&text).await;
}

async fn plan(app: &TestApp, arguments: &str, selection: &str) -> Value {
    let text =
        format!("{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\" {arguments}) {{ {selection} }} }}");
    app.director().query(&text).await["refreshPlan"].clone()
}

async fn disposal(app: &TestApp) -> String {
    let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", view: CASH) {
            categories { category amounts { years { amount } } } } }";
    let roadmap = app.director().query(text).await["roadmap"].clone();
    let categories = roadmap["categories"].as_array().unwrap();
    let found = categories.iter().find(|one| one["category"] == "DISPOSAL").unwrap();
    found["amounts"]["years"][0]["amount"].as_str().unwrap().to_owned()
}

#[test]
fn old_units_sell_for_less_the_later_they_are_replaced() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let selection = "cohorts { inServiceOn cost { proceeds proceedsReason total }
            deferral(months: 12) { now { proceeds } later { proceeds } explain { assumptions } }
            stated: deferral(months: 12, residualPerUnitLater: \"7\") { later { proceeds } }
            explain { assumptions excluded } }";
        let before = plan(app, "", selection).await["cohorts"][0].clone();
        assert_eq!(
            before["cost"],
            json!({ "proceeds": "12000.00", "proceedsReason": null, "total": "403094.47" })
        );
        change(app, &estate.policy, &format!("costs: {{ {CURVE} }}")).await;
        let after = plan(app, "", selection).await["cohorts"][0].clone();
        assert_eq!(after["inServiceOn"], "2026-06-16");
        // 40 x 12,000 at 59 months: 0.35 - 0.25 x 35 / 36.
        assert_eq!(
            after["cost"],
            json!({ "proceeds": "51333.33", "proceedsReason": null, "total": "363761.14" })
        );
        assert_eq!(after["deferral"]["now"]["proceeds"], "51333.33");
        assert_eq!(after["deferral"]["later"]["proceeds"], "48000.00", "past the last point it stays");
        assert_eq!(after["stated"]["later"]["proceeds"], "280.00");
        let said = "what is owned sells under servers for a share of its purchase price by its age on the day on which \
                    the new units enter service: 0.35 at 24 months, 0.1 at 60 months";
        for explained in [&after["explain"], &after["deferral"]["explain"]] {
            assert!(explained["assumptions"].as_array().unwrap().contains(&json!(said)), "{explained}");
        }
        assert_eq!(after["explain"]["excluded"], json!([]));
        assert!(!after["deferral"]["explain"].to_string().contains("for what they sell for now"));
        // Disposal is 40 x 45, and the rest of the roadmap has the proceeds on the day on which they leave.
        assert_eq!(disposal(app).await, "-49533.33");
        change(app, &estate.policy, "costs: { wiping: SHREDDED }").await;
        let shredded = plan(app, "", selection).await["cohorts"][0].clone();
        assert_eq!(shredded["cost"]["proceeds"], "0.00");
        assert_eq!(shredded["cost"]["proceedsReason"], Value::Null);
        assert!(
            shredded["explain"]["assumptions"]
                .as_array()
                .unwrap()
                .contains(&json!("nothing is sold under servers, for storage media are shredded"))
        );
        assert_eq!(disposal(app).await, "1800.00");
        // An amount for each is worth nothing either where media are shredded.
        change(app, &estate.policy, "costs: { residualCurve: null, residualPerUnit: 300 }").await;
        assert_eq!(plan(app, "", selection).await["cohorts"][0]["cost"]["proceeds"], "0.00");
    });
}

#[test]
fn levelling_takes_the_age_of_the_month_it_orders_in() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let costs = |more: &str| format!("costs: {{ supportRate: 0, supportMonths: 60, {more} }}");
        let ask = "{ levelRefreshPlan(from: \"2026-01\", asOf: \"2026-01-01\", deferMonths: 24, mandatoryDeferMonths: 24,
            waiting: { capitalRate: \"0\" },
            caps: [{ fiscalYear: 2026, amount: \"1\", currency: \"USD\" }]) {
            outcome optimised { placements { ordered waiting { priceRise } } } } }";
        let mut rises = Vec::new();
        for residual in ["residualPerUnit: 300", CURVE] {
            change(app, &estate.policy, &costs(residual)).await;
            let found = app.director().query(ask).await["levelRefreshPlan"].clone();
            let placed = found["optimised"]["placements"][0].clone();
            assert_eq!(placed["ordered"], "2027-01", "{found}");
            rises.push(placed["waiting"]["priceRise"].as_str().unwrap().parse::<f64>().unwrap());
        }
        // Eleven months later the units are 70 months old: 48,000.00 in place of 51,333.33.
        assert!((rises[1] - rises[0] - 3_333.33).abs() < 0.005, "{rises:?}");
    });
}

#[test]
fn what_an_old_unit_sells_for_is_not_known_without_its_price() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        change(app, &estate.policy, &format!("costs: {{ {CURVE} }}")).await;
        let other = json!({ "code": "AMS1", "name": "A", "kind": "OFFICE", "timeZone": "Europe/Amsterdam" });
        let other = send(app, "openSite", "NewSite!", other).await;
        for (tag, site, more) in [
            ("NO-PRICE", &estate.site, json!({})),
            ("LEASED", &estate.site, json!({ "leaseReturnOn": "2026-06-30" })),
            ("ALONE", &other, json!({})),
        ] {
            let mut details = json!({ "inServiceOn": "2021-07-01", "warrantyEndsOn": "2026-06-30" });
            details.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let asset = json!({
                "tag": tag, "model": estate.model, "status": "IN_SERVICE", "placement": { "site": site },
                "details": details,
            });
            send(app, "registerAsset", "NewAsset!", asset).await;
        }
        let selection =
            "cohorts { site { code } assetCount cost { proceeds proceedsReason } explain { excluded } }
            total { cost { proceeds proceedsReason } } excluded { reason missingInput count assets { tag } }
            coverage { coveredCount totalCount }";
        let found = plan(app, "", selection).await;
        let at = |code: &str| {
            let cohorts = found["cohorts"].as_array().unwrap();
            cohorts.iter().find(|one| one["site"]["code"] == code).unwrap().clone()
        };
        let reason = |count: usize| {
            format!(
                "what {count} old assets sell for is not known: they have no purchase price or no in-service date for \
                 the residual curve"
            )
        };
        let frankfurt = at("FRA1");
        assert_eq!(frankfurt["assetCount"], 42);
        assert_eq!(frankfurt["cost"], json!({ "proceeds": "51333.33", "proceedsReason": reason(1) }));
        assert_eq!(frankfurt["explain"]["excluded"], json!([reason(1)]));
        assert_eq!(at("AMS1")["cost"], json!({ "proceeds": null, "proceedsReason": reason(1) }));
        assert_eq!(found["total"]["cost"], json!({ "proceeds": "51333.33", "proceedsReason": reason(2) }));
        let gap = found["excluded"].as_array().unwrap().iter().find(|one| one["count"] == 2).unwrap();
        assert_eq!(gap["reason"], "proceeds: no purchase price, of which the residual curve takes a share");
        assert_eq!(gap["missingInput"], true);
        assert_eq!(found["coverage"], json!({ "coveredCount": 41, "totalCount": 43 }));
        let text = "{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", view: CASH) {
            notes: explain { excluded } } }";
        let roadmap = app.director().query(text).await["roadmap"]["notes"]["excluded"].to_string();
        assert!(roadmap.contains("proceeds: no purchase price"), "{roadmap}");
    });
}

#[test]
fn a_single_price_behind_the_proceeds_is_hidden() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        change(app, &estate.policy, &format!("costs: {{ {CURVE} }}")).await;
        let other = json!({ "code": "AMS1", "name": "A", "kind": "OFFICE", "timeZone": "Europe/Amsterdam" });
        let other = send(app, "openSite", "NewSite!", other).await;
        for (tag, purchase) in [
            ("ONE", json!({ "price": { "amount": "9000", "currency": "USD" }, "on": "2021-06-01" })),
            ("TWO", json!({})),
        ] {
            let asset = json!({
                "tag": tag, "model": estate.model, "status": "IN_SERVICE", "placement": { "site": other },
                "details": { "inServiceOn": "2021-07-01", "warrantyEndsOn": "2026-06-30", "purchase": purchase },
            });
            send(app, "registerAsset", "NewAsset!", asset).await;
        }
        let ask = format!(
            "{{ refreshPlan(from: \"2026-01\", asOf: \"2026-01-01\", filter: {{ sites: [\"{other}\"] }}) {{
                cohorts {{ assetCount costHidden cost {{ proceeds }} }} total {{ costHidden }} }} }}"
        );
        let found = &app.planner().query(&ask).await["refreshPlan"];
        assert_eq!(found["cohorts"], json!([{ "assetCount": 2, "costHidden": true, "cost": null }]));
        assert_eq!(found["total"]["costHidden"], true);
        let found = &app.finance().query(&ask).await["refreshPlan"];
        assert!(found["cohorts"][0]["cost"]["proceeds"].is_string(), "{found}");
    });
}

const RISK: &str = r#"threshold: 60, ages: [{ fromAgeMonths: 36, score: 20 }, { fromAgeMonths: 60, score: 40 }],
    outOfWarranty: 25, unsupported: 30, tiers: [{ tier: 0, factor: "1.5" }]"#;

#[test]
fn risk_makes_due_and_says_how() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        estate.server(app, "SRV-1", "").await;
        estate.server(app, "SRV-0", ", tier: 0").await;
        let unknown = json!({
            "tag": "SRV-X", "model": estate.model, "status": "IN_SERVICE", "placement": { "site": estate.site },
            "details": { "inServiceOn": "2021-07-01" },
        });
        send(app, "registerAsset", "NewAsset!", unknown).await;
        let create = format!(
            r#"mutation {{ createRefreshPolicy(input: {{ name: "Risk", priority: 1, currency: "USD",
                rules: {{ risk: {{ {RISK} }} }}, details: {{ times: {{ leadDays: 30 }} }}
            }}) {{ id rules {{ ageMonths risk {{ threshold ages {{ fromAgeMonths score }} outOfWarranty unsupported
                tiers {{ tier factor }} }} }} }} }}"#
        );
        let made = app.planner().query(&create).await["createRefreshPolicy"].clone();
        assert_eq!(
            made["rules"],
            json!({ "ageMonths": null, "risk": {
                "threshold": "60", "outOfWarranty": "25", "unsupported": "30", "tiers": [{ "tier": 0, "factor": "1.5" }],
                "ages": [{ "fromAgeMonths": 36, "score": "20" }, { "fromAgeMonths": 60, "score": "40" }] } })
        );
        let ask = async |tag: &str| {
            let text = format!(
                "{{ asset(tag: \"{tag}\") {{ refresh(asOf: \"2026-01-01\") {{ due {{ date reason }} bindingRule quality
                    orderBy withoutInput withParent {{ tag }} risk {{ threshold missing
                    steps {{ from score age outOfWarranty unsupported factor }} }} }} }} }}"
            );
            app.viewer().query(&text).await["asset"]["refresh"].clone()
        };
        let found = ask("SRV-1").await;
        assert_eq!(found["due"], json!({ "date": "2026-07-01", "reason": null }));
        assert_eq!((&found["bindingRule"], &found["quality"]), (&json!("RISK"), &json!("ESTIMATED")));
        assert_eq!((&found["orderBy"], &found["withParent"]), (&json!("2026-06-01"), &Value::Null));
        let step = |from: &str, score: &str, age: &str, warranty: &str, support: &str, factor: &str| {
            json!({ "from": from, "score": score, "age": age, "outOfWarranty": warranty, "unsupported": support,
                    "factor": factor })
        };
        let steps = json!([
            step("2021-07-01", "0", "0", "0", "0", "1"),
            step("2024-07-01", "20", "20", "0", "0", "1"),
            step("2026-07-01", "65", "40", "25", "0", "1"),
            step("2027-01-01", "95", "40", "25", "30", "1"),
        ]);
        assert_eq!(found["risk"], json!({ "threshold": "60", "missing": [], "steps": steps }));
        let found = ask("SRV-0").await;
        assert_eq!(found["risk"]["steps"][2], step("2026-07-01", "97.5", "40", "25", "0", "1.5"));
        // Without the end of its warranty it is due once the others reach the threshold, and not known where they do not.
        let found = ask("SRV-X").await;
        assert_eq!(found["due"]["date"], "2027-01-01");
        assert_eq!(found["risk"]["missing"], json!(["WARRANTY_END"]));
        change(
            app,
            &id(&made),
            &format!("rules: {{ risk: {{ {} }} }}", RISK.replace(": 60, ages", ": 80, ages")),
        )
        .await;
        let found = ask("SRV-X").await;
        assert_eq!(
            found["due"],
            json!({ "date": null, "reason": "no input for any enabled rule: risk score" })
        );
        assert_eq!(found["withoutInput"], json!(["RISK"]));
        assert_eq!(ask("SRV-1").await["due"]["date"], "2027-01-01");
        change(app, &id(&made), "rules: { ageMonths: 60, risk: null }").await;
        let found = ask("SRV-1").await;
        assert_eq!((&found["bindingRule"], &found["risk"]), (&json!("AGE"), &Value::Null));
    });
}

#[test]
fn the_plan_is_due_by_risk_as_its_assets_are() {
    on_both_engines(async |app| {
        let estate = the_example(app).await;
        let rules = format!(
            "rules: {{ ageMonths: null, supportMarginMonths: null, warranty: false, risk: {{ {RISK} }} }}"
        );
        change(app, &estate.policy, &rules).await;
        let selection = "cohorts { dueOn bindingRule dateQuality assetCount mandatory
            assets(first: 1) { refresh(asOf: \"2026-01-01\") { due { date } bindingRule } } }";
        let found = plan(app, "", selection).await;
        assert_eq!(
            found["cohorts"],
            json!([{ "dueOn": "2026-07-01", "bindingRule": "RISK", "dateQuality": "ESTIMATED", "assetCount": 40,
                     "mandatory": false,
                     "assets": [{ "refresh": { "due": { "date": "2026-07-01" }, "bindingRule": "RISK" } }] }])
        );
    });
}

/// Rules and costs that are wrong, the field that is to blame, and what is said of it.
const REFUSED: &[(&str, &str, &str, &str)] = &[
    (
        "ageMonths: 60",
        r#"residualPerUnit: 300, residualCurve: [{ ageMonths: 24, share: "0.3" }]"#,
        "costs.residualCurve",
        "is given beside residualPerUnit 300: old units sell for one or the other, so one of them is cleared or 0",
    ),
    ("ageMonths: 60", "residualCurve: []", "costs.residualCurve", "is empty: a curve has at least one point"),
    (
        "ageMonths: 60",
        r#"residualCurve: [{ ageMonths: 24, share: "35" }]"#,
        "costs.residualCurve[0].share",
        "35 is more than 1; this is a fraction, so 35 % is 0.35",
    ),
    (
        "ageMonths: 60",
        r#"residualCurve: [{ ageMonths: 24, share: "-0.1" }]"#,
        "costs.residualCurve[0].share",
        "-0.1 is less than 0",
    ),
    (
        "ageMonths: 60",
        r#"residualCurve: [{ ageMonths: 36, share: "0.3" }, { ageMonths: 12, share: "0.2" }]"#,
        "costs.residualCurve[0].share",
        "0.3 at 36 months is more than 0.2 at 12 months; hardware gains no value with age",
    ),
    (
        "ageMonths: 60",
        r#"residualCurve: [{ ageMonths: 24, share: "0.3" }, { ageMonths: 24, share: "0.3" }]"#,
        "costs.residualCurve[1].ageMonths",
        "24 is given twice",
    ),
    (
        "ageMonths: 60",
        r#"residualCurve: [{ ageMonths: -1, share: "0.3" }]"#,
        "costs.residualCurve[0].ageMonths",
        "-1 is not between 0 and 1200",
    ),
    ("ageMonths: 60", "wiping: null", "costs.wiping", "cannot be cleared"),
    (
        "risk: { threshold: 0, unsupported: 1 }",
        "",
        "rules.risk.threshold",
        "0 is not above 0 and at most 1000000",
    ),
    (
        "risk: { threshold: 10, unsupported: 1, ages: [{ fromAgeMonths: 0, score: 3 }], tiers: [{ tier: 0, factor: 2 }] }",
        "",
        "rules.risk.threshold",
        "risk threshold \"10\" is not usable: no asset could ever reach it",
    ),
    (
        "risk: { threshold: 1, unsupported: -1 }",
        "",
        "rules.risk.unsupported",
        "-1 is not between 0 and 1000000",
    ),
    (
        "risk: { threshold: 1, outOfWarranty: -1 }",
        "",
        "rules.risk.outOfWarranty",
        "-1 is not between 0 and 1000000",
    ),
    (
        "risk: { threshold: 1, ages: [{ fromAgeMonths: 60, score: 1 }, { fromAgeMonths: 60, score: 2 }] }",
        "",
        "rules.risk.ages[1].fromAgeMonths",
        "60 is given twice",
    ),
    (
        "risk: { threshold: 1, ages: [{ fromAgeMonths: 60, score: -1 }] }",
        "",
        "rules.risk.ages[0].score",
        "-1 is not between 0 and 1000000",
    ),
    (
        "risk: { threshold: 1, unsupported: 1, tiers: [{ tier: 4, factor: 1 }] }",
        "",
        "rules.risk.tiers[0].tier",
        "4 is not between 0 and 3",
    ),
    (
        "risk: { threshold: 1, unsupported: 1, tiers: [{ tier: 0, factor: 1 }, { tier: 0, factor: 2 }] }",
        "",
        "rules.risk.tiers[1].tier",
        "0 is given twice",
    ),
    (
        "risk: { threshold: 1, unsupported: 1, tiers: [{ tier: 0, factor: -1 }] }",
        "",
        "rules.risk.tiers[0].factor",
        "-1 is not between 0 and 1000",
    ),
];

#[test]
fn wear_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        for (rules, costs, field, message) in REFUSED {
            let create = format!(
                r#"mutation {{ createRefreshPolicy(input: {{ name: "P", priority: 1, currency: "USD",
                    rules: {{ {rules} }}, details: {{ costs: {{ {costs} }} }} }}) {{ id }} }}"#
            );
            let refusal = app.planner().expect_error(&create, "INVALID").await;
            assert_eq!(refusal.field.as_str(), *field, "{}", refusal.message);
            assert!(refusal.message.contains(message), "{}", refusal.message);
            app.finance().expect_error(&create, "FORBIDDEN").await;
        }
    });
}
