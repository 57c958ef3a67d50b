//! Answers say which scenario they were made with, and which of its changes touched them, from what to what.

use serde_json::{Value, json};
use support::{
    TestApp,
    http::{Server, token_of},
    on_both_engines,
};

use super::{a_scenario, a_setting, cents};
use crate::roadmap::send;
use api::{access::Role, config::Limits};

async fn a_support_contract(app: &TestApp) -> String {
    let vendor = send(app, "registerVendor", "NewVendor!", json!({ "code": "CARE", "name": "Care" })).await;
    let contract = json!({
        "number": "S-1", "vendor": vendor, "currency": "USD", "startsOn": "2026-01-01",
        "endsOn": "2026-12-31", "charge": "1200", "billingFrequency": "YEARLY",
        "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0" },
                     "noticeDays": 60 },
    });
    send(app, "signSupportContract", "NewSupportContract!", contract).await
}

#[test]
fn a_support_contract_costs_what_a_scenario_makes_of_it_month_by_month() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let contract = a_support_contract(app).await;
        let price =
            json!({ "renegotiatedPrice": { "support": contract, "unitPrice": "600", "from": "2027-01-01" } });
        let cheaper = a_scenario(app, "Cheaper", &[price]).await;
        let ended = a_scenario(app, "Out", &[json!({ "contractNotRenewed": { "support": contract } })]).await;
        let asked = async |view: &str, scenario: &str| {
            let text = format!(
                "{{ supportContract(number: \"S-1\") {{ costSchedule(from: \"2026-11\", months: 4, view: {view},
                    asOf: \"2026-07-01\" {scenario}) {{
                    view months {{ month amount {{ amount currency }} }} total {{ amount }}
                    explain {{ assumptions }} }} }} }}"
            );
            app.director().query(&text).await["supportContract"]["costSchedule"].clone()
        };
        let amounts = |answer: &Value| -> Vec<i64> {
            let months = answer["months"].as_array().unwrap().iter();
            months.map(|month| cents(&month["amount"]["amount"])).collect()
        };
        let recorded = asked("PNL", "").await;
        assert_eq!(amounts(&recorded), [10_000; 4]);
        assert_eq!([&recorded["view"], &recorded["total"]["amount"]], ["PNL", "400.00"]);
        assert_eq!(recorded["months"][0]["month"], "2026-11");
        let laid = asked("PNL", &format!(", scenario: \"{cheaper}\"")).await;
        assert_eq!(amounts(&laid), [10_000, 10_000, 5_000, 5_000]);
        let said = laid["explain"]["assumptions"].to_string();
        assert!(
            said.contains("scenario Cheaper, change 1: ") && said.contains("1200 -> 600 a year"),
            "{said}"
        );
        let laid = asked("CASH", &format!(", scenario: \"{ended}\"")).await;
        assert_eq!(amounts(&laid), [0; 4], "the renewal of January is not paid");
        let said = laid["explain"]["assumptions"].to_string();
        assert!(said.contains("renews by itself -> ends on 2026-12-31"), "{said}");
        assert_eq!(amounts(&asked("CASH", "").await), [0, 0, 120_000, 0]);

        let text =
            "{ supportContract(number: \"S-1\") { costSchedule(from: \"2026-11\") { total { amount } } } }";
        app.viewer().expect_error(text, "FORBIDDEN").await;
        let refused =
            app.director().expect_error(&text.replace("2026-11\"", "2026-11\", months: 0"), "INVALID").await;
        assert_eq!(refused.message, "months: 0 is not between 1 and 600");
    });
}

#[test]
fn figures_of_contracts_name_the_changes_that_touch_them_and_no_others() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let changes = [
            json!({ "contractNotRenewed": { "colocation": setting.renewing } }),
            json!({ "renegotiatedPrice": { "colocation": setting.renewing, "factor": "0.5", "from": "2026-10-01" } }),
            json!({ "cpiCurve": { "series": "US-CPI", "rates": [{ "year": 2027, "rate": "0.04" }] } }),
        ];
        let id = a_scenario(app, "Board", &changes).await;
        let said = async |number: &str| {
            let text = format!(
                "{{ colocationContract(number: \"{number}\") {{
                    monthlyCost(from: \"2026-09\", months: 5, asOf: \"2026-07-01\", assumedIndexRate: \"0.02\",
                        scenario: \"{id}\") {{ explain {{ assumptions }} }}
                    costSchedule(from: \"2026-09\", months: 5, asOf: \"2026-07-01\", assumedIndexRate: \"0.02\",
                        scenario: \"{id}\") {{ explain {{ assumptions }} }} }} }}"
            );
            let answer = app.director().query(&text).await["colocationContract"].clone();
            let of = |field: &str| -> Vec<String> {
                let said = answer[field]["explain"]["assumptions"].as_array().unwrap().iter();
                let said = said.map(|one| one.as_str().unwrap().to_owned());
                said.filter(|one| one.starts_with("scenario ")).collect()
            };
            assert_eq!(of("monthlyCost"), of("costSchedule"));
            of("monthlyCost")
        };
        assert_eq!(
            said("REN-1").await,
            [
                "scenario Board, change 1: the colocation contract REN-1 is not renewed after the term that runs: \
                 renews by itself -> ends on 2026-12-31",
                "scenario Board, change 2: the price of the colocation contract REN-1 is agreed anew by the factor 0.5 \
                 from 2026-10-01: charge 1 100 -> 50 a unit, before rises that follow",
            ]
        );
        assert_eq!(
            said("CPI-1").await,
            [
                "scenario Board, change 3: the price index US-CPI rises by 0.04 in 2027: US-CPI in 2027 0.02 -> 0.04 \
              where nothing is published"
            ]
        );
    });
}

#[test]
fn roadmap_and_refresh_plan_say_what_is_recorded_and_what_is_instead() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let changes = [
            json!({ "policyLife": { "policy": setting.estate.policy, "ageMonths": 48 } }),
            json!({ "priceIndex": { "policy": setting.estate.policy,
                "rates": [{ "year": 2027, "rate": "0.2" }, { "year": 2030, "rate": "0.1" }] } }),
            json!({ "siteExit": { "site": setting.estate.site, "on": "2029-06-30" } }),
        ];
        let id = a_scenario(app, "Board", &changes).await;
        let text = format!(
            "{{ roadmap(from: \"2026-07\", asOf: \"2026-07-01\", scenario: \"{id}\") {{ assumptions }}
                refreshPlan(from: \"2026-07\", asOf: \"2026-07-01\", scenario: \"{id}\") {{ explain {{ assumptions }} }}
                levelRefreshPlan(from: \"2026-07\", asOf: \"2026-07-01\", scenario: \"{id}\") {{ scenario {{ name }} }}
                contractCalendar(from: \"2026-07-01\", to: \"2027-07-01\", asOf: \"2026-07-01\", scenario: \"{id}\") {{ scenario {{ name }} }}
                without: contractCalendar(from: \"2026-07-01\", to: \"2027-07-01\", asOf: \"2026-07-01\") {{ scenario {{ name }} }} }}"
        );
        let answer = app.director().query(&text).await;
        for said in [&answer["roadmap"]["assumptions"], &answer["refreshPlan"]["explain"]["assumptions"]] {
            let said = said.to_string();
            for words in [
                "change 1: the policy servers replaces at an age of 48 months: 60 -> 48 months",
                ": 0.08 -> 0.2 in 2027, none -> 0.1 in 2030",
                "change 3: the site FRA1 is left on 2029-06-30: not planned -> 2029-06-30",
            ] {
                assert!(said.contains(words), "{words}: {said}");
            }
        }
        assert_eq!(answer["levelRefreshPlan"]["scenario"]["name"], "Board");
        assert_eq!(answer["contractCalendar"]["scenario"]["name"], "Board");
        assert_eq!(answer["without"]["scenario"], Value::Null);
    });
}

#[test]
fn savings_are_converted_at_the_plan_rates_of_a_scenario() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let rate = json!({ "base": "EUR", "quote": "USD", "on": "2026-01-01", "kind": "PLAN", "rate": "1" });
        send(app, "recordExchangeRate", "NewExchangeRate!", rate).await;
        let initiative = json!({
            "code": "S-1", "name": "Renegotiated", "lever": "renegotiation", "kind": "HARD", "currency": "EUR",
            "baseline": { "amount": "2400000", "from": "2025-01", "months": 12, "method": "invoices",
                          "fixedOn": "2026-01-15" },
            "startsOn": "2026-01-01", "claimed": "1000", "owner": "Infrastructure", "evidence": ["contract"],
        });
        send(app, "identifySavingsInitiative", "NewSavingsInitiative!", initiative).await;
        let change =
            json!({ "exchangeRate": { "base": "EUR", "quote": "USD", "rate": "1.5", "from": "2026-01-01" } });
        let id = a_scenario(app, "Weak dollar", &[change]).await;
        let asked = async |scenario: &str| {
            let text = format!(
                "{{ savings(fiscalYear: 2026, budget: {{ amount: \"12000\", currency: \"USD\" }}, asOf: \"2026-07-01\" {scenario}) {{
                    scenario {{ name }} initiatives {{ claimed {{ runRate }} }} }} }}"
            );
            app.director().query(&text).await["savings"].clone()
        };
        let (before, after) = (asked("").await, asked(&format!(", scenario: \"{id}\"")).await);
        assert_eq!(before["initiatives"][0]["claimed"]["runRate"], "1000.00");
        assert_eq!(after["initiatives"][0]["claimed"]["runRate"], "1500.00");
        assert_eq!((&before["scenario"], &after["scenario"]["name"]), (&Value::Null, &json!("Weak dollar")));
    });
}

#[test]
fn a_scenario_is_created_with_its_changes_and_compared_by_its_name() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let create = |name: &str, rate: &str, to: &str| {
            format!(
                "mutation {{ createScenario(input: {{ name: \"{name}\", changes: [
                    {{ note: \"as asked\", change: {{ growthRate: {{ monthlyRate: \"{rate}\", from: \"2026-08\" }} }} }},
                    {{ change: {{ capChanged: {{ fiscalYear: 2027, cap: {{ amount: \"{to}\", currency: \"USD\" }} }} }} }}
                ] }}) {{ version changes {{ note words }} }} }}"
            )
        };
        let made = app.director().query(&create("Faster", "0.05", "1000")).await["createScenario"].clone();
        assert_eq!(made["changes"][0]["note"], "as asked");
        assert_eq!(made["changes"].as_array().unwrap().len(), 2);
        let refused = app.director().expect_error(&create("Wrong", "0.9", "1000"), "INVALID").await;
        assert!(refused.message.starts_with("changes[0].growthRate.monthlyRate: "), "{}", refused.message);
        let refused = app.director().expect_error(&create("Wrong", "0.01", "-1"), "INVALID").await;
        assert!(refused.message.starts_with("changes[1].capChanged.cap.amount: "), "{}", refused.message);
        let none = "{ scenario(name: \"Wrong\") { id } }";
        assert_eq!(app.director().query(none).await["scenario"], Value::Null, "all of it or nothing");

        let compare = |names: &str| {
            format!(
                "{{ compareScenarios({names} from: \"2026-07\", asOf: \"2026-07-01\", months: 12) {{
                    scenarios {{ scenario {{ name }} steps {{ place words difference {{ total }} }} }} }} }}"
            )
        };
        let found = app.director().query(&compare("names: [\"Faster\"],")).await["compareScenarios"].clone();
        let compared = &found["scenarios"][0];
        assert_eq!(compared["scenario"]["name"], "Faster");
        assert!(cents(&compared["steps"][0]["difference"]["total"]) > 0);
        let refused = app.director().expect_error(&compare("names: [\"Slower\"],"), "NOT_FOUND").await;
        assert_eq!(refused.message, "no scenario with id Slower");
        let refused = app.director().expect_error(&compare(""), "INVALID").await;
        assert_eq!(refused.message, "ids: names no scenario");
    });
}

#[test]
fn the_feed_of_the_calendar_follows_a_scenario() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let id =
            a_scenario(app, "Out", &[json!({ "contractNotRenewed": { "colocation": setting.renewing } })])
                .await;
        let server = Server::start(app.store(), Limits::default()).await;
        let feed = async |scenario: &str, role: Role| {
            server.get(&format!("/calendar.ics?token={}{scenario}", token_of(role))).await
        };
        let recorded = feed("", Role::Finance).await.text.replace("\r\n ", "");
        let laid = feed(&format!("&scenario={id}"), Role::Finance).await.text.replace("\r\n ", "");
        let renewals = |text: &str| text.matches("Last day of notice: colocation contract REN-1").count();
        assert!(renewals(&recorded) > 0, "{recorded}");
        assert!(renewals(&laid) < renewals(&recorded), "{laid}");
        let named = feed("&scenario=Out", Role::Finance).await.text.replace("\r\n ", "");
        assert_eq!(renewals(&named), renewals(&laid), "{named}");
        let nonsense = feed("&scenario=Nowhere", Role::Finance).await;
        assert_eq!(nonsense.status.as_u16(), 400, "{}", nonsense.text);
        let hidden = feed(&format!("&scenario={id}"), Role::Architect).await;
        assert_eq!(hidden.status.as_u16(), 403, "it tells a price: {}", hidden.text);
        server.stop().await;
    });
}
