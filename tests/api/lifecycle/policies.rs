//! Refresh policies.

use serde_json::json;
use support::on_both_engines;

use super::{Estate, id};

const WHOLE: &str =
    "id version createdAt updatedAt name priority active currency exitToleranceDays cohortPeriod
    scope { kinds environments tiers sites { code } models { name } }
    rules { ageMonths supportMarginMonths warranty lease }
    times { leadDays installDays bufferDays paymentTermsDays }
    quantity { rule ratio sparesRate }
    priceIndex { year rate }
    costs { freightRate installPerUnit { amount currency } supportRate supportMonths
            disposalPerUnit { amount } residualPerUnit { amount } contingencyRate pricesHidden }
    depreciationRule { name } cycles { totalCount }";

#[test]
fn a_policy_says_all_that_was_said_of_it() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let rule = app
            .finance()
            .query(r#"mutation { createDepreciationRule(input: { name: "five years", lifeMonths: 60 }) { id } }"#)
            .await;
        let rule = id(&rule["createDepreciationRule"]);
        let (site, model) = (&estate.site, &estate.model);
        let create = format!(
            r#"mutation {{ createRefreshPolicy(idempotencyKey: "once", input: {{
                name: "Servers", priority: 10, currency: "USD",
                rules: {{ ageMonths: 60, supportMarginMonths: 6, warranty: true, lease: true }},
                details: {{
                    scope: {{ kinds: [SERVER, BLADE], sites: ["{site}"], models: ["{model}"],
                              environments: [PRODUCTION], tiers: [0, 1] }},
                    times: {{ leadDays: 112, installDays: 21, bufferDays: 14, paymentTermsDays: 45 }},
                    quantity: {{ rule: RATIO, ratio: "2.5", sparesRate: "0.05" }},
                    priceIndex: [{{ year: 2026, rate: "0.18" }}, {{ year: 2027, rate: "0.08" }}],
                    costs: {{ freightRate: "0.09", installPerUnit: "650", supportRate: "0.12", supportMonths: 60,
                              disposalPerUnit: "45", residualPerUnit: "300", contingencyRate: "0.05" }},
                    exitToleranceDays: 90, cohortPeriod: QUARTER, depreciationRule: "{rule}"
                }}
            }}) {{ {WHOLE} }} }}"#
        );
        let made = app.director().query(&create).await["createRefreshPolicy"].clone();
        assert_eq!(
            made["scope"],
            json!({ "kinds": ["SERVER", "BLADE"], "environments": ["PRODUCTION"], "tiers": [0, 1],
                    "sites": [{ "code": "FRA1" }], "models": [{ "name": "R640" }] })
        );
        assert_eq!(
            made["rules"],
            json!({ "ageMonths": 60, "supportMarginMonths": 6, "warranty": true, "lease": true })
        );
        assert_eq!(
            made["times"],
            json!({ "leadDays": 112, "installDays": 21, "bufferDays": 14, "paymentTermsDays": 45 })
        );
        assert_eq!(made["quantity"], json!({ "rule": "RATIO", "ratio": "2.5", "sparesRate": "0.05" }));
        assert_eq!(
            made["priceIndex"],
            json!([{ "year": 2026, "rate": "0.18" }, { "year": 2027, "rate": "0.08" }])
        );
        assert_eq!(
            made["costs"],
            json!({ "freightRate": "0.09", "installPerUnit": { "amount": "650.00", "currency": "USD" },
                    "supportRate": "0.12", "supportMonths": 60, "disposalPerUnit": { "amount": "45.00" },
                    "residualPerUnit": { "amount": "300.00" }, "contingencyRate": "0.05", "pricesHidden": false })
        );
        assert_eq!(made["depreciationRule"]["name"], "five years");
        assert_eq!((&made["exitToleranceDays"], &made["cohortPeriod"]), (&json!(90), &json!("QUARTER")));

        let policy = id(&made);
        let read = format!("{{ refreshPolicy(id: \"{policy}\") {{ {WHOLE} }} }}");
        assert_eq!(app.director().query(&read).await["refreshPolicy"], made);
        let read = format!("{{ refreshPolicy(name: \"Servers\") {{ {WHOLE} }} }}");
        assert_eq!(app.director().query(&read).await["refreshPolicy"], made);
        assert_eq!(app.director().query(&create).await["createRefreshPolicy"], made, "the key was used");

        let hidden = app.planner().query(&read).await["refreshPolicy"]["costs"].clone();
        assert_eq!(hidden["pricesHidden"], true);
        assert_eq!(hidden["freightRate"], "0.09");
        for price in ["installPerUnit", "disposalPerUnit", "residualPerUnit"] {
            assert!(hidden[price].is_null(), "{price}");
        }
    });
}

#[test]
fn a_policy_begins_with_little_and_changes_in_parts() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let made = planner
            .query(&format!(
                r#"mutation {{ createRefreshPolicy(input: {{
                    name: "Laptops", priority: 20, currency: "EUR", rules: {{ ageMonths: 48 }}
                }}) {{ {WHOLE} }} }}"#
            ))
            .await["createRefreshPolicy"]
            .clone();
        assert_eq!(made["active"], true);
        assert_eq!(made["quantity"], json!({ "rule": "LIKE_FOR_LIKE", "ratio": null, "sparesRate": null }));
        assert_eq!(made["times"]["paymentTermsDays"], 30);
        assert_eq!(made["scope"]["sites"], json!([]));
        assert_eq!(made["depreciationRule"], json!(null));

        let update = |version: i32, details: &str| {
            format!(
                "mutation {{ updateRefreshPolicy(id: \"{}\", expectedVersion: {version}, changes: {{ {details} }}) \
                 {{ version active currency rules {{ ageMonths warranty }} times {{ leadDays paymentTermsDays }} \
                    scope {{ kinds }} }} }}",
                id(&made)
            )
        };
        let details =
            "active: false, rules: { warranty: true }, times: { leadDays: 30 }, scope: { kinds: [LAPTOP] }";
        let changed = planner.query(&update(1, details)).await;
        assert_eq!(
            changed["updateRefreshPolicy"],
            json!({ "version": 2, "active": false, "currency": "EUR",
                    "rules": { "ageMonths": 48, "warranty": true },
                    "times": { "leadDays": 30, "paymentTermsDays": 30 }, "scope": { "kinds": ["LAPTOP"] } })
        );
        let refusal = planner.expect_error(&update(1, "active: true"), "CONFLICT").await;
        assert_eq!(
            refusal.message,
            "the refresh policy is at version 2, the change expected version 1; read it again"
        );
        let details = "rules: { ageMonths: null, warranty: false }";
        let refusal = planner.expect_error(&update(2, details), "INVALID").await;
        assert_eq!(
            refusal.message,
            "rules: none is enabled, so nothing would ever fall due: give ageMonths, supportMarginMonths, \
             warranty, risk, capacity or lease"
        );
        app.finance().expect_error(&update(2, "active: true"), "FORBIDDEN").await;
    });
}

/// Details of a policy that are wrong, the field that is to blame, and what is said of it.
const REFUSED_DETAILS: &[(&str, &str, &str)] = &[
    (
        "costs: { freightRate: \"9\" }",
        "costs.freightRate",
        "9 is more than 1; this is a fraction, so 9 % is 0.09",
    ),
    ("costs: { freightRate: \"-0.1\" }", "costs.freightRate", "-0.1 is less than 0"),
    (
        "costs: { contingencyRate: 5 }",
        "costs.contingencyRate",
        "5 is more than 1; this is a fraction, so 5 % is 0.05",
    ),
    (
        "costs: { supportRate: 12, supportMonths: 60 }",
        "costs.supportRate",
        "12 is more than 2; this is a fraction, so 12 % is 0.12",
    ),
    (
        "costs: { supportRate: 0.12 }",
        "costs.supportMonths",
        "0 months cannot be paid in advance; say how many months the support covers",
    ),
    (
        "costs: { supportRate: 0 }",
        "costs.supportMonths",
        "is missing: a support rate of 0 says that support costs nothing for some months; leave the rate out where \
         nothing is known of it",
    ),
    ("costs: { disposalPerUnit: -45 }", "costs.disposalPerUnit", "-45 is below zero"),
    (
        "costs: { installPerUnit: \"0.1234567\" }",
        "costs.installPerUnit",
        "0.1234567 has more than 6 decimals",
    ),
    (
        "quantity: { sparesRate: 18 }",
        "quantity.sparesRate",
        "18 is more than 1; this is a fraction, so 18 % is 0.18",
    ),
    (
        "quantity: { rule: RATIO }",
        "quantity.ratio",
        "is missing: the rule RATIO needs one for models that have none of their own",
    ),
    ("quantity: { ratio: 2 }", "quantity.ratio", "2 has no meaning for the rule LIKE_FOR_LIKE"),
    ("quantity: { rule: RATIO, ratio: 0 }", "quantity.ratio", "0 is not above 0 and at most 1000"),
    (
        "priceIndex: [{ year: 2026, rate: 18 }]",
        "priceIndex[0].rate",
        "18 is more than 2; this is a fraction, so 18 % is 0.18",
    ),
    ("priceIndex: [{ year: 2026, rate: -1 }]", "priceIndex[0].rate", "-1 is less than -0.99"),
    ("priceIndex: [{ year: 26, rate: 0.1 }]", "priceIndex[0].year", "26 is not between 1970 and 2199"),
    (
        "priceIndex: [{ year: 2026, rate: 0.1 }, { year: 2026, rate: 0.2 }]",
        "priceIndex[1].year",
        "2026 is given twice",
    ),
    ("times: { leadDays: -1 }", "times.leadDays", "-1 is not between 0 and 730"),
    ("scope: { tiers: [4] }", "scope.tiers", "4 is not between 0 and 3"),
    ("currency: \"usd\"", "currency", "`usd` is not a currency of ISO 4217"),
    ("exitToleranceDays: -1", "exitToleranceDays", "-1 is not between 0 and 3650"),
];

#[test]
fn a_policy_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let create = |rules: &str, details: &str| {
            format!(
                r#"mutation {{ createRefreshPolicy(input: {{
                    name: "P", priority: 1, currency: "USD", rules: {{ {rules} }}, details: {{ {details} }}
                }}) {{ id }} }}"#
            )
        };
        for (rules, field, message) in [
            (
                "ageMonths: 5",
                "rules.ageMonths",
                "5 is less than 12 months, and less than a year is no life; 5 years are 60",
            ),
            ("ageMonths: 0", "rules.ageMonths", "0 is not between 12 and 600"),
            ("supportMarginMonths: -1", "rules.supportMarginMonths", "-1 is not between 0 and 120"),
        ] {
            let refusal = planner.expect_error(&create(rules, ""), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message), (field, format!("{field}: {message}")));
        }
        for (details, field, message) in REFUSED_DETAILS {
            let create = if details.starts_with("currency") {
                create("ageMonths: 60", "").replace("\"USD\"", "\"usd\"")
            } else {
                create("ageMonths: 60", details)
            };
            let refusal = planner.expect_error(&create, "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message), (*field, format!("{field}: {message}")));
        }
        planner.query(&create("ageMonths: 60", "")).await;
        let refusal = planner.expect_error(&create("ageMonths: 60", ""), "INVALID").await;
        assert_eq!(refusal.message, "name: another refresh policy already has it");
        app.finance().expect_error(&create("ageMonths: 60", ""), "FORBIDDEN").await;
    });
}

#[test]
fn a_policy_refers_to_what_is_there() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let create = |details: &str| {
            format!(
                r#"mutation {{ createRefreshPolicy(input: {{
                    name: "P", priority: 1, currency: "USD", rules: {{ warranty: true }}, details: {{ {details} }}
                }}) {{ id }} }}"#
            )
        };
        let nobody = "00000000000070008000000000000000";
        for (details, kind) in [
            (format!("scope: {{ sites: [\"site_{nobody}\"] }}"), "no site with id"),
            (format!("scope: {{ models: [\"hardware_model_{nobody}\"] }}"), "no hardware model with id"),
            (format!("depreciationRule: \"depreciation_rule_{nobody}\""), "no depreciation rule with id"),
        ] {
            let refusal = planner.expect_error(&create(&details), "NOT_FOUND").await;
            assert!(refusal.message.starts_with(kind), "{}", refusal.message);
        }
        let details = format!("scope: {{ sites: [\"rack_{nobody}\"] }}");
        planner.expect_error(&create(&details), "INVALID").await;
        let rule = app
            .finance()
            .query(
                r#"mutation { createDepreciationRule(input: { name: "old", lifeMonths: 36, details: { active: false } }) { id } }"#,
            )
            .await;
        let details = format!("depreciationRule: \"{}\"", id(&rule["createDepreciationRule"]));
        let refusal = planner.expect_error(&create(&details), "INVALID").await;
        assert_eq!(refusal.message, "depreciationRule: the depreciation rule old is not in use");
    });
}

#[test]
fn policies_are_filtered_ordered_and_paged() {
    on_both_engines(async |app| {
        for (name, priority, details) in
            [("A", 30, ", cohortPeriod: YEAR"), ("B", 10, ""), ("C", 20, ", active: false")]
        {
            Estate::policy(app, name, priority, details).await;
        }
        let viewer = app.viewer();
        let names = async |arguments: &str| {
            let query = format!(
                "{{ refreshPolicies({arguments}) {{ nodes {{ name }} totalCount pageInfo {{ startCursor }} }} }}"
            );
            viewer.query(&query).await["refreshPolicies"].clone()
        };
        let order = "orderBy: [{ field: PRIORITY }]";
        let all = names(order).await;
        assert_eq!(all["nodes"], json!([{ "name": "B" }, { "name": "C" }, { "name": "A" }]));
        let filter = "filter: { or: [{ cohortPeriod: { eq: YEAR } }, { active: { eq: false } }], \
                      not: { priority: { gt: 40 } }, ageMonths: { eq: 60 }, warranty: { eq: true }, \
                      lease: { eq: false }, currency: { eq: \"USD\" }, quantityRule: { eq: LIKE_FOR_LIKE } }";
        let some = names(&format!("{filter}, {order}")).await;
        assert_eq!(some["nodes"], json!([{ "name": "C" }, { "name": "A" }]));
        assert_eq!(some["totalCount"], 2);
        let last = names(&format!("{order}, last: 1")).await;
        let cursor = last["pageInfo"]["startCursor"].as_str().unwrap();
        let before = names(&format!("{order}, last: 1, before: \"{cursor}\"")).await;
        assert_eq!(before["nodes"], json!([{ "name": "C" }]));
        let none = names("filter: { depreciationRule: { name: { eq: \"x\" } } }").await;
        assert_eq!(none["totalCount"], 0);
    });
}

#[test]
fn scopes_are_read_for_all_policies_at_once() {
    on_both_engines(async |app| {
        let estate = Estate::build(app).await;
        let scope = format!(", scope: {{ sites: [\"{}\"], models: [\"{}\"] }}", estate.site, estate.model);
        for number in 0..20 {
            Estate::policy(app, &format!("P{number}"), number, &scope).await;
        }
        let query = |first: i32| {
            format!(
                "{{ refreshPolicies(first: {first}) {{ nodes {{ name scope {{ sites {{ code }} models {{ name }} }} \
                 depreciationRule {{ name }} cycles(first: 1) {{ totalCount nodes {{ name }} }} }} }} }}"
            )
        };
        let viewer = app.viewer();
        let (one, many) = (viewer.statements(&query(1)).await, viewer.statements(&query(20)).await);
        assert_eq!(one, many);
    });
}
