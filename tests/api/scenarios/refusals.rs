//! What scenarios refuse, and how.

use serde_json::{Value, json};
use support::on_both_engines;

use super::{ADD, a_scenario, a_setting, refused, years};
use crate::roadmap::send;

#[test]
fn what_is_not_there_is_refused_by_field() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let id = a_scenario(app, "S", &[]).await;
        let none = "00000000000000000000000000000000";
        for (change, field) in [
            (
                json!({ "contractNotRenewed": { "colocation": format!("colocation_contract_{none}") } }),
                "contractNotRenewed.colocation",
            ),
            (
                json!({ "contractNotRenewed": { "support": format!("support_contract_{none}") } }),
                "contractNotRenewed.support",
            ),
            (
                json!({ "renegotiatedPrice": { "charge": format!("colocation_charge_{none}"),
                    "factor": "0.9", "from": "2027-01-01" } }),
                "renegotiatedPrice.charge",
            ),
            (json!({ "siteExit": { "site": format!("site_{none}"), "on": "2027-01-01" } }), "siteExit.site"),
            (
                json!({ "policyLife": { "policy": format!("refresh_policy_{none}"), "ageMonths": 60 } }),
                "policyLife.policy",
            ),
            (
                json!({ "growthRate": { "workload": format!("workload_{none}"), "monthlyRate": "0",
                    "from": "2026-01" } }),
                "growthRate.workload",
            ),
            (
                json!({ "growthRate": { "account": format!("provider_account_{none}"), "monthlyRate": "0",
                    "from": "2026-01" } }),
                "growthRate.account",
            ),
            (json!({ "cohortMoved": { "key": "nothing", "to": "2027-01" } }), "cohortMoved.key"),
        ] {
            let refusal = refused(app, &id, change).await;
            assert_eq!(refusal.field, field, "{}", refusal.message);
        }
        let left =
            app.director().query(&format!("{{ scenario(id: \"{id}\") {{ changes {{ id }} }} }}")).await;
        assert_eq!(left["scenario"]["changes"], json!([]));
    });
}

#[test]
fn what_cannot_be_meant_is_refused_by_field_with_the_rule() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let id = a_scenario(app, "S", &[]).await;
        let price = |more: Value| {
            let mut price = json!({ "colocation": setting.renewing, "from": "2027-01-01" });
            price.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "renegotiatedPrice": price })
        };
        let exchange = |rate: &str, quote: &str| json!({ "exchangeRate": { "base": "USD", "quote": quote, "rate": rate, "from": "2027-01-01" } });
        for (change, field, message) in [
            (
                json!({ "cpiCurve": { "rates": [{ "year": 2027, "rate": "3" }] } }),
                "cpiCurve.rates[0].rate",
                "3 is more than 1; this is a fraction, so 3 % is 0.03",
            ),
            (
                json!({ "priceIndex": { "rates": [{ "year": 2027, "rate": "0.1" }, { "year": 2027, "rate": "0.2" }] } }),
                "priceIndex.rates[1].year",
                "2027 has a rate already",
            ),
            (json!({ "priceIndex": { "rates": [] } }), "priceIndex.rates", "0 years are given"),
            (
                json!({ "priceIndex": { "rates": [{ "year": 2027, "rate": "-0.9" }] } }),
                "priceIndex.rates[0].rate",
                "-0.9 is less than -0.5",
            ),
            (
                json!({ "growthRate": { "monthlyRate": "2", "from": "2026-01" } }),
                "growthRate.monthlyRate",
                "2 is more than 0.5; this is a fraction, so 2 % is 0.02",
            ),
            (
                json!({ "growthRate": { "monthlyRate": "0.1", "from": "2026-03", "to": "2026-01" } }),
                "growthRate.to",
                "2026-01-01 lies before from",
            ),
            (
                json!({ "policyLife": { "policy": setting.estate.policy, "ageMonths": 5 } }),
                "policyLife.ageMonths",
                "5 is less than 12 months",
            ),
            (price(json!({ "factor": "0" })), "renegotiatedPrice.factor", "0 is not between 0.01 and 10"),
            (price(json!({ "factor": "-1" })), "renegotiatedPrice.factor", "-1 is not between 0.01 and 10"),
            (price(json!({})), "renegotiatedPrice.factor", "give either a factor or a unit price"),
            (
                price(json!({ "unitPrice": "1" })),
                "renegotiatedPrice.unitPrice",
                "the charges of a contract have",
            ),
            (
                json!({ "capChanged": { "fiscalYear": 2027, "cap": { "amount": "-1", "currency": "USD" } } }),
                "capChanged.cap.amount",
                "-1 is below 0",
            ),
            (exchange("0", "EUR"), "exchangeRate.rate", "0 is not above 0"),
            (exchange("-1", "EUR"), "exchangeRate.rate", "-1 is not above 0"),
            (exchange("1", "USD"), "exchangeRate.quote", "USD is the base as well"),
            (exchange("1", "XYZ"), "exchangeRate.quote", "`XYZ` is not a currency of ISO 4217"),
        ] {
            let refusal = refused(app, &id, change).await;
            assert_eq!(refusal.field, field, "{}", refusal.message);
            assert!(refusal.message.contains(message), "{}", refusal.message);
        }
    });
}

#[test]
fn what_is_over_or_names_nothing_is_refused_by_field() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let id = a_scenario(app, "S", &[]).await;
        for (change, field, message) in [
            (
                json!({ "capChanged": { "fiscalYear": 2027, "cap": { "amount": "1", "currency": "CHF" } } }),
                "capChanged.cap.currency",
                "CHF has no PLAN rate, the scenario states none",
            ),
            (
                json!({ "siteExit": { "site": setting.estate.site, "on": "2020-01-31" } }),
                "siteExit.on",
                "2020-01-31 has passed: no site is left before 2026-07-01",
            ),
            (
                json!({ "contractNotRenewed": { "colocation": setting.renewing, "endsOn": "2027-06-30" } }),
                "contractNotRenewed.endsOn",
                "2027-06-30 is not the last day of a term of the contract REN-1, the nearest ends on 2027-12-31",
            ),
            (json!({ "contractNotRenewed": {} }), "contractNotRenewed", "name the contract"),
        ] {
            let refusal = refused(app, &id, change).await;
            assert_eq!(refusal.field, field, "{}", refusal.message);
            assert!(refusal.message.contains(message), "{}", refusal.message);
        }
    });
}

#[test]
fn a_cap_is_converted_by_a_rate_of_its_own_scenario() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let cap =
            json!({ "capChanged": { "fiscalYear": 2027, "cap": { "amount": "1", "currency": "CHF" } } });
        let id = a_scenario(app, "Francs", &[]).await;
        assert_eq!(refused(app, &id, cap.clone()).await.field, "capChanged.cap.currency");
        let rate =
            json!({ "exchangeRate": { "base": "CHF", "quote": "USD", "rate": "1.1", "from": "2026-01-01" } });
        let id = a_scenario(app, "Francs at a rate", &[rate, cap]).await;
        let text = format!("{{ scenario(id: \"{id}\") {{ changes {{ id }} }} }}");
        let changes = app.director().query(&text).await["scenario"]["changes"].clone();
        assert_eq!(changes.as_array().unwrap().len(), 2);
        // The rate stays as long as the cap needs it.
        let remove = format!("mutation {{ removeScenarioChange(id: {}) {{ id }} }}", changes[0]["id"]);
        let refusal = app.director().expect_error(&remove, "INVALID").await;
        assert_eq!(refusal.field, "capChanged.cap.currency", "{}", refusal.message);
    });
}

#[test]
fn changes_that_cannot_both_be_are_refused_naming_both() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let site = &setting.estate.site;
        let contract = &setting.renewing;
        let ended = json!({ "contractNotRenewed": { "colocation": contract } });
        let priced =
            json!({ "renegotiatedPrice": { "colocation": contract, "factor": "0.9", "from": "2027-02-01" } });
        let exit = json!({ "siteExit": { "site": site, "on": "2028-01-01" } });
        let curve = |year: i32| json!({ "cpiCurve": { "rates": [{ "year": year, "rate": "0.04" }] } });
        let growth = |from: &str| json!({ "growthRate": { "monthlyRate": "0.01", "from": from } });
        let cap =
            json!({ "capChanged": { "fiscalYear": 2027, "cap": { "amount": "1", "currency": "USD" } } });
        let rate =
            json!({ "exchangeRate": { "base": "USD", "quote": "EUR", "rate": "1", "from": "2027-01-01" } });
        let back =
            json!({ "exchangeRate": { "base": "EUR", "quote": "USD", "rate": "1", "from": "2027-01-01" } });
        let life = json!({ "policyLife": { "policy": setting.estate.policy, "ageMonths": 72 } });
        for (place, (first, second, why)) in [
            (ended.clone(), ended.clone(), "a contract ends once"),
            (ended.clone(), priced.clone(), "the contract ends on 2026-12-31, before the new price begins"),
            (priced.clone(), ended, "the contract ends on 2026-12-31, before the new price begins"),
            (priced.clone(), priced, "both say what the same charge costs"),
            (exit.clone(), exit, "a site is left once"),
            (curve(2027), curve(2027), "both have a rate for 2027"),
            (growth("2026-01"), growth("2026-05"), "both say how it grows in 2026-05"),
            (cap.clone(), cap, "a fiscal year has one cap"),
            (rate, back, "both say what one is worth in the other from 2027-01-01"),
            (life.clone(), life, "both say at which age the policy replaces"),
        ]
        .into_iter()
        .enumerate()
        {
            let id = a_scenario(app, &format!("S{place}"), &[first]).await;
            let refusal = refused(app, &id, second).await;
            assert!(refusal.message.contains(why), "{}", refusal.message);
            assert!(refusal.message.contains("change 1 (") && refusal.message.contains("change 2 ("));
        }
        let apart = a_scenario(app, "apart", &[curve(2027), growth("2026-01")]).await;
        let variables = json!({ "scenario": apart, "change": curve(2028) });
        app.director().query_with(ADD, variables).await;
    });
}

#[test]
fn a_cohort_is_not_moved_behind_the_exit_of_its_site() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let text = "{ refreshPlan(from: \"2026-07\", asOf: \"2026-07-01\") { cohorts { key } } }";
        let key = app.director().query(text).await["refreshPlan"]["cohorts"][0]["key"].clone();
        let exit = |on: &str| json!({ "siteExit": { "site": setting.estate.site, "on": on } });
        let moved = json!({ "cohortMoved": { "key": key, "to": "2027-03" } });
        let id = a_scenario(app, "S", &[exit("2027-02-01")]).await;
        let refusal = refused(app, &id, moved.clone()).await;
        let why = "the site is left on 2027-02-01, and nothing is ordered for it from then on";
        assert!(refusal.message.contains(why), "{}", refusal.message);
        let past = refused(app, &id, json!({ "cohortMoved": { "key": key, "to": "2026-01" } })).await;
        assert_eq!(past.field, "cohortMoved.to");
        // A cohort that is gone since is named when the scenario is asked for.
        let id = a_scenario(app, "T", &[moved]).await;
        let assets = app.director().query("{ assets(first: 100) { nodes { id } } }").await;
        let ids: Vec<Value> =
            assets["assets"]["nodes"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        let plan = "mutation($input: NewRefreshCycle!) { planRefreshCycle(input: $input) { id } }";
        let cycle = json!({ "name": "Wave", "policy": setting.estate.policy, "assets": ids });
        app.director().query_with(plan, json!({ "input": cycle })).await;
        let asked = format!(
            "{{ roadmap(from: \"2026-07\", asOf: \"2026-07-01\", scenario: \"{id}\") {{ months }} }}"
        );
        let refusal = app.director().expect_error(&asked, "INVALID").await;
        assert_eq!(refusal.field, "scenario");
        assert!(refusal.message.contains("which is not there any more"), "{}", refusal.message);
    });
}

#[test]
fn what_a_scenario_names_is_not_deleted() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let ended = json!({ "contractNotRenewed": { "colocation": setting.renewing } });
        a_scenario(app, "Out of Dublin", &[ended]).await;
        let delete = format!("mutation {{ removeColocationContract(id: \"{}\") }}", setting.renewing);
        let refusal = app.director().expect_error(&delete, "CONFLICT").await;
        assert_eq!(refusal.message, "the contract REN-1 is named by the scenarios Out of Dublin");
    });
}

#[test]
fn there_are_no_more_changes_than_a_scenario_may_have() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let curve = |year: i32| json!({ "cpiCurve": { "rates": [{ "year": year, "rate": "0.04" }] } });
        let changes: Vec<Value> = (2020..2070).map(curve).collect();
        let id = a_scenario(app, "Long", &changes).await;
        let variables = json!({ "scenario": id, "change": curve(2100) });
        let refusal = app.director().expect_error_with(ADD, variables, "LIMIT_EXCEEDED").await;
        assert_eq!(refusal.message, "change: Long has 50 changes, more are not taken");
        let other = a_scenario(app, "Other", &(2020..2030).map(curve).collect::<Vec<_>>()).await;
        let text = format!(
            "{{ compareScenarios(ids: [\"{id}\", \"{other}\"], from: \"2026-01\", asOf: \"2026-07-01\") {{ months }} }}"
        );
        let refusal = app.director().expect_error(&text, "LIMIT_EXCEEDED").await;
        assert_eq!(refusal.field, "ids");
        assert!(refusal.message.contains("the scenarios have 60 changes"), "{}", refusal.message);
    });
}

#[test]
fn a_price_is_not_agreed_for_days_after_its_contract_ended_with_its_site() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2027-01-31" } });
        let price = |from: &str| json!({ "renegotiatedPrice": { "colocation": setting.renewing, "factor": "0.9", "from": from } });
        let why =
            |end: &str| format!("the contract ends on {end} with its sites, before the new price begins");
        // Without a termination rule it ends with the term in which the site is left.
        for (place, pair) in
            [[exit.clone(), price("2028-01-01")], [price("2028-01-01"), exit.clone()]].into_iter().enumerate()
        {
            let [first, second] = pair;
            let id = a_scenario(app, &format!("S{place}"), &[first]).await;
            let refusal = refused(app, &id, second).await;
            assert!(refusal.message.contains(&why("2027-12-31")), "{}", refusal.message);
            assert!(refusal.message.contains("change 1 (") && refusal.message.contains("change 2 ("));
        }
        a_scenario(app, "in time", &[exit.clone(), price("2027-12-31")]).await;
        let rule = "mutation($id: ID!, $rule: EarlyTerminationRuleInput!) {
            setTerminationRule(contract: $id, rule: $rule) { id } }";
        let free = json!({ "remainingCharges": { "share": "0.5" } });
        app.director().query_with(rule, json!({ "id": setting.renewing, "rule": free })).await;
        let id = a_scenario(app, "early", &[exit]).await;
        let refusal = refused(app, &id, price("2027-06-01")).await;
        assert!(refusal.message.contains(&why("2027-01-31")), "{}", refusal.message);
    });
}

#[test]
fn a_site_is_not_left_after_the_last_contract_that_keeps_it() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let site = json!({ "code": "OUT1", "name": "Out", "kind": "COLOCATION", "timeZone": "UTC" });
        let site = send(app, "openSite", "NewSite!", site).await;
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "OUT", "name": "Out Colo" })).await;
        let signed = async |number: &str, since: &str| {
            let contract = json!({
                "number": number, "vendor": vendor, "currency": "USD", "sites": [site],
                "term": { "signedOn": since, "billingStartsOn": since, "months": 12 },
                "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0" } },
                "notice": { "minimum": 90 },
                "charges": [{ "kind": "SPACE_KW", "unitPrice": "100", "quantity": "10" }],
            });
            send(app, "signColocationContract", "NewColocationContract!", contract).await
        };
        let ended = |contract: &str, on: &str| json!({ "contractNotRenewed": { "colocation": contract, "endsOn": on } });
        let exit = |on: &str| json!({ "siteExit": { "site": site, "on": on } });
        let only = signed("OUT-1", "2026-06-01").await;
        let why = "the contract ends on 2027-05-31, and no other keeps the site after 2027-05-31: \
                   it is left by then, not on 2028-05-31";
        let pairs = [
            [ended(&only, "2027-05-31"), exit("2028-05-31")],
            [exit("2028-05-31"), ended(&only, "2027-05-31")],
            [json!({ "contractNotRenewed": { "colocation": only } }), exit("2028-05-31")],
        ];
        for (place, [first, second]) in pairs.into_iter().enumerate() {
            let id = a_scenario(app, &format!("S{place}"), &[first]).await;
            let refusal = refused(app, &id, second).await;
            assert!(refusal.message.contains(why), "{}", refusal.message);
            assert!(refusal.message.contains("change 1 (") && refusal.message.contains("change 2 ("));
        }
        let at_once = json!({ "input": { "name": "At once", "changes": [
            { "change": ended(&only, "2027-05-31") }, { "change": exit("2027-06-01") },
        ] } });
        let create = "mutation($input: NewScenario!) { createScenario(input: $input) { id } }";
        let refusal = app.director().expect_error_with(create, at_once, "INVALID").await;
        assert!(refusal.message.ends_with("it is left by then, not on 2027-06-01"), "{}", refusal.message);
        a_scenario(app, "in time", &[ended(&only, "2027-05-31"), exit("2027-05-31")]).await;
        a_scenario(app, "before", &[ended(&only, "2027-05-31"), exit("2027-03-31")]).await;
        a_scenario(app, "renewed", &[ended(&only, "2028-05-31"), exit("2028-05-31")]).await;
        // Another contract keeps it, until that is not renewed either.
        let other = signed("OUT-2", "2026-01-01").await;
        let id = a_scenario(app, "kept", &[ended(&only, "2027-05-31"), exit("2028-05-31")]).await;
        let refusal = refused(app, &id, ended(&other, "2027-12-31")).await;
        let why = "no other keeps the site after 2027-12-31: it is left by then, not on 2028-05-31";
        assert!(refusal.message.contains(why), "{}", refusal.message);
        let variables = json!({ "scenario": id, "change": ended(&other, "2028-12-31") });
        app.director().query_with(ADD, variables).await;
    });
}

#[test]
fn a_price_is_agreed_in_stages_but_not_twice_from_one_day() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let price = |from: &str, factor: &str| json!({ "renegotiatedPrice": { "colocation": setting.renewing, "factor": factor, "from": from } });
        let id = a_scenario(app, "Stages", &[price("2027-01-01", "0.9"), price("2028-01-01", "0.5")]).await;
        let refusal = refused(app, &id, price("2028-01-01", "0.8")).await;
        assert!(
            refusal.message.contains("both say what the same charge costs from 2028-01-01"),
            "{}",
            refusal.message
        );
        let before = years(&app.director(), "view: CASH", "COLOCATION").await;
        let after = years(&app.director(), &format!("view: CASH, scenario: \"{id}\""), "COLOCATION").await;
        // 12,000 a year of REN-1, nine tenths of it and then a half.
        let saved: Vec<i64> = before.iter().zip(&after).map(|(before, after)| before - after).collect();
        assert_eq!(saved, [0, 120_000, 600_000, 600_000]);
    });
}

#[test]
fn what_is_gone_or_never_was_is_refused_by_field() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let director = app.director();
        let closed = r#"mutation { openSite(input: { code: "OLD1", name: "Old", kind: OFFICE, timeZone: "UTC" }) { id } }"#;
        let closed = director.query(closed).await["openSite"]["id"].as_str().unwrap().to_owned();
        director.query(&format!("mutation {{ closeSite(id: \"{closed}\") {{ status }} }}")).await;
        let workload = &setting.estate.workload;
        let id = a_scenario(
            app,
            "Grown before",
            &[json!({ "growthRate": { "workload": workload, "monthlyRate": "0.02", "from": "2026-08" } })],
        )
        .await;
        let retire =
            format!("mutation {{ retireWorkload(id: \"{workload}\", on: \"2026-06-30\") {{ id }} }}");
        director.query(&retire).await;
        for (change, field, message) in [
            (
                json!({ "siteExit": { "site": closed, "on": "2027-01-01" } }),
                "siteExit.site",
                "the site OLD1 is closed, so there is nothing to leave",
            ),
            (
                json!({ "growthRate": { "workload": workload, "monthlyRate": "0.02", "from": "2026-08" } }),
                "growthRate.workload",
                "retired on 2026-06-30, so nothing of it grows",
            ),
            (
                json!({ "cpiCurve": { "series": "NOPE", "rates": [{ "year": 2027, "rate": "0.04" }] } }),
                "cpiCurve.series",
                "no contract follows an index `NOPE`: ",
            ),
        ] {
            let refusal = refused(app, &id, change).await;
            assert_eq!(refusal.field, field, "{}", refusal.message);
            assert!(refusal.message.contains(message), "{}", refusal.message);
        }
        // What was there when it was written and is gone since is told.
        let asked = |id: &str| {
            format!(
                "{{ roadmap(from: \"2026-07\", asOf: \"2026-07-01\", currency: \"USD\", scenario: \"{id}\") {{ assumptions }} }}"
            )
        };
        let said = director.query(&asked(&id)).await["roadmap"]["assumptions"].to_string();
        assert!(said.contains("change 1: the workload") && said.contains("; touches nothing"), "{said}");
        let curve =
            json!({ "cpiCurve": { "series": "US-CPI", "rates": [{ "year": 2027, "rate": "0.04" }] } });
        let id = a_scenario(app, "Follows", &[curve]).await;
        let said = director.query(&asked(&id)).await["roadmap"]["assumptions"].to_string();
        assert!(said.contains("; touches 1 contract"), "{said}");
    });
}
