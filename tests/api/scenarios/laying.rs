//! What each kind of change does to the figures.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{a_scenario, a_setting, cents, send, years};

async fn under(app: &TestApp, category: &str, changes: &[Value]) -> (Vec<i64>, Vec<i64>) {
    let name = format!("of {category} {}", changes[0]);
    let id = a_scenario(app, &name.chars().take(150).collect::<String>(), changes).await;
    let before = years(&app.director(), "view: CASH", category).await;
    let after = years(&app.director(), &format!("view: CASH, scenario: \"{id}\""), category).await;
    (before, after)
}

#[test]
fn a_contract_that_is_not_renewed_ends_with_its_term() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let change = json!({ "contractNotRenewed": { "colocation": setting.renewing } });
        let (before, after) = under(app, "COLOCATION", &[change]).await;
        // A thousand a month, from the second year on.
        let saved: Vec<i64> = before.iter().zip(&after).map(|(one, other)| one - other).collect();
        assert_eq!(saved, [0, 1_200_000, 1_200_000, 1_200_000], "{before:?} {after:?}");
        let later =
            json!({ "contractNotRenewed": { "colocation": setting.renewing, "endsOn": "2027-12-31" } });
        let (before, after) = under(app, "COLOCATION", &[later]).await;
        let saved: Vec<i64> = before.iter().zip(&after).map(|(one, other)| one - other).collect();
        assert_eq!(saved, [0, 0, 1_200_000, 1_200_000]);
    });
}

#[test]
fn a_price_agreed_anew_is_paid_from_its_day() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let price = |more: Value| {
            let mut price = json!({ "from": "2027-07-01" });
            price.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "renegotiatedPrice": price })
        };
        let whole = price(json!({ "colocation": setting.renewing, "factor": "0.8" }));
        let (before, after) = under(app, "COLOCATION", &[whole]).await;
        let saved: Vec<i64> = before.iter().zip(&after).map(|(one, other)| one - other).collect();
        assert_eq!(saved, [0, 120_000, 240_000, 240_000]);
        let text = format!("{{ colocationContract(id: \"{}\") {{ charges {{ id }} }} }}", setting.renewing);
        let charge = app.director().query(&text).await["colocationContract"]["charges"][0]["id"].clone();
        let unit = price(json!({ "charge": charge, "unitPrice": "90" }));
        let (before, after) = under(app, "COLOCATION", &[unit]).await;
        let saved: Vec<i64> = before.iter().zip(&after).map(|(one, other)| one - other).collect();
        assert_eq!(saved, [0, 60_000, 120_000, 120_000]);
    });
}

#[test]
fn a_curve_moves_prices_that_follow_an_index_year_by_year() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let curve = |series: Value| {
            json!({ "cpiCurve": { "series": series, "rates": [
                { "year": 2027, "rate": "0.04" }, { "year": 2028, "rate": "0.10" },
            ] } })
        };
        let (before, after) = under(app, "COLOCATION", &[curve(Value::Null)]).await;
        let more: Vec<i64> = after.iter().zip(&before).map(|(one, other)| one - other).collect();
        // 1,000 a month: 4 % more in the second year, 14.4 % in the third.
        assert_eq!(more, [0, 48_000, 172_800, 172_800]);
        let (before, after) = under(app, "COLOCATION", &[curve(json!("US-CPI"))]).await;
        let of_it: Vec<i64> = after.iter().zip(&before).map(|(one, other)| one - other).collect();
        assert_eq!(of_it, more, "it is the only index");
    });
}

#[test]
fn cloud_spend_grows_as_the_scenario_has_it() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let growth = |of: Value| {
            let mut growth = json!({ "monthlyRate": "0", "from": "2026-02" });
            growth.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
            json!({ "growthRate": growth })
        };
        for of in [json!({}), json!({ "workload": setting.estate.workload })] {
            let (before, after) = under(app, "CLOUD", &[growth(of)]).await;
            assert_eq!(after, [50_400_000; 4], "42,000 a month");
            assert!(before[1] > after[1]);
        }
    });
}

#[test]
fn a_site_that_is_left_is_not_refreshed_and_a_longer_life_refreshes_later() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2026-07-31" } });
        let policy = &setting.estate.policy;
        let tolerant = format!(
            "mutation {{ updateRefreshPolicy(id: \"{policy}\", changes: {{ exitToleranceDays: 31 }}) {{ id }} }}"
        );
        app.director().query(&tolerant).await;
        let (before, after) = under(app, "REFRESH_CAPITAL", &[exit]).await;
        assert!(before[0] > 0);
        assert_eq!(after, [0, 0, 0, 0]);
        let life = json!({ "policyLife": { "policy": setting.estate.policy, "ageMonths": 84 } });
        let (before, same) = under(app, "REFRESH_CAPITAL", &[life]).await;
        assert_eq!(before, same, "the end of support and of the warranty still make due");
    });
}

#[test]
fn the_contracts_of_a_site_that_is_left_end_with_it_or_run_on_and_say_so() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let set = "mutation($id: ID!, $rule: EarlyTerminationRuleInput!) {
            setTerminationRule(contract: $id, rule: $rule) { id } }";
        let rule = json!({ "remainingCharges": { "share": "0.5" } });
        app.director().query_with(set, json!({ "id": setting.indexed, "rule": rule })).await;
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2026-12-31" } });
        let (before, after) = under(app, "COLOCATION", std::slice::from_ref(&exit)).await;
        let saved: Vec<i64> = before.iter().zip(&after).map(|(one, other)| one - other).collect();
        // Half of the two years that are left of one contract is due at once; it and another cost a thousand a month
        // from then on, and a third runs on.
        assert_eq!(saved, [-1_200_000, 2_400_000, 2_400_000, 2_400_000], "{before:?} {after:?}");
        let id = a_scenario(app, "Empty", &[exit]).await;
        let asked = format!(
            "{{ roadmap(from: \"2026-01\", asOf: \"2026-07-01\", months: 48, scenario: \"{id}\") {{ assumptions }} }}"
        );
        let said = app.director().query(&asked).await["roadmap"]["assumptions"].to_string();
        for words in [
            "the colocation contract CPI-1 ends on 2026-12-31 with its site instead of 2028-12-31: leaving early costs \
             12000.00 USD by its rule",
            "the colocation contract C1 has no termination rule on record: it runs on until 2029-01-14, and costs ",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
        assert!(!said.contains("REN-1"), "it ends with its term, on the day of the exit: {said}");
        // The contract by itself says what the roadmap does.
        let months = async |scenario: &str, field: &str| {
            let text = format!(
                "{{ colocationContract(number: \"CPI-1\") {{ schedule: {field}(from: \"2026-11\", months: 4,
                    asOf: \"2026-07-01\", assumedIndexRate: \"0\" {scenario}) {{
                        total {{ amount }} explain {{ assumptions }} }} }} }}"
            );
            app.director().query(&text).await["colocationContract"]["schedule"].clone()
        };
        let laid = format!(", scenario: \"{id}\"");
        assert_eq!(months("", "costSchedule").await["total"]["amount"], "4000.00");
        let left = months(&laid, "costSchedule").await;
        assert_eq!(left["total"]["amount"], "14000.00", "two months and the fee");
        let said = left["explain"]["assumptions"].to_string();
        assert!(said.contains("the contract is left on 2026-12-31, by its termination rule"), "{said}");
        let billed = months(&laid, "monthlyCost").await;
        assert_eq!(billed["total"]["amount"], "2000.00", "two months, and the fee is no charge");
        assert!(billed["explain"]["assumptions"].to_string().contains("`costSchedule` has it"), "{billed}");
        // What is for another site too runs on, whatever its rule.
        let other =
            json!({ "code": "DUB1", "name": "Dublin 1", "kind": "COLOCATION", "timeZone": "Europe/Dublin" });
        let other = send(app, "openSite", "NewSite!", other).await;
        let assign = format!(
            "mutation {{ assignContractSite(contract: \"{}\", site: \"{other}\") {{ id }} }}",
            setting.indexed
        );
        app.director().query(&assign).await;
        let said = app.director().query(&asked).await["roadmap"]["assumptions"].to_string();
        let words = "the colocation contract CPI-1 is for other sites too: it runs on, and costs ";
        assert!(said.contains(words), "{said}");
        app.planner().expect_error(&asked, "FORBIDDEN").await;
    });
}

#[test]
fn hardware_prices_move_by_policy_over_kind_over_all() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let rates = |rate: &str| json!([{ "year": 2026, "rate": rate }]);
        let all = json!({ "priceIndex": { "rates": rates("0") } });
        let kind = json!({ "priceIndex": { "hardwareKind": "SERVER", "rates": rates("0.5") } });
        let policy = json!({ "priceIndex": { "policy": setting.estate.policy, "rates": rates("1") } });
        let other = json!({ "priceIndex": { "hardwareKind": "STORAGE", "rates": rates("1") } });
        let (before, flat) = under(app, "REFRESH_CAPITAL", std::slice::from_ref(&all)).await;
        assert!(flat[0] < before[0], "{flat:?} {before:?}");
        let (_, steeper) = under(app, "REFRESH_CAPITAL", &[kind.clone(), all.clone()]).await;
        assert!(steeper[0] > before[0]);
        let (_, steepest) = under(app, "REFRESH_CAPITAL", &[policy, kind, all]).await;
        assert!(steepest[0] > steeper[0]);
        let (_, same) = under(app, "REFRESH_CAPITAL", &[other]).await;
        assert_eq!(same, before, "no storage is bought");
    });
}

#[test]
fn a_cohort_that_is_moved_is_ordered_in_its_month_in_plan_and_roadmap() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let plan = async |arguments: &str| {
            let text = format!(
                "{{ refreshPlan(from: \"2026-07\", asOf: \"2026-07-01\", {arguments}) {{
                    scenario {{ name }} explain {{ assumptions }}
                    cohorts {{ key label orderedOn inServiceOn }} total {{ cohortCount }} }} }}"
            );
            app.director().query(&text).await["refreshPlan"].clone()
        };
        let before = plan("months: 36").await;
        let cohort = &before["cohorts"][0];
        let change = json!({ "cohortMoved": { "key": cohort["key"], "to": "2027-03" } });
        let id = a_scenario(app, "Later", &[change]).await;
        let after = plan(&format!("months: 36, scenario: \"{id}\"")).await;
        assert_eq!(after["scenario"]["name"], "Later");
        assert_eq!(after["cohorts"][0]["key"], cohort["key"]);
        assert_eq!(after["cohorts"][0]["orderedOn"], "2027-03-01");
        assert_eq!(cohort["orderedOn"], "2026-07-01");
        let said = after["explain"]["assumptions"].to_string();
        let sentence =
            format!("scenario Later, change 1: the refresh of {}", cohort["label"].as_str().unwrap());
        assert!(said.contains(&sentence), "{said}");
        let cash = years(&app.director(), "view: COMMITMENT", "REFRESH_CAPITAL").await;
        let moved = format!("view: COMMITMENT, scenario: \"{id}\"");
        let moved = years(&app.director(), &moved, "REFRESH_CAPITAL").await;
        assert!(cash[0] > 0 && cash[1] == 0, "{cash:?}");
        assert!(moved[0] == 0 && moved[1] > cash[0], "a year dearer: {moved:?}");
    });
}

#[test]
fn levelling_keeps_to_the_cap_of_a_scenario() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let cap = json!({ "amount": "1000", "currency": "USD" });
        let change = json!({ "capChanged": { "fiscalYear": 2026, "cap": cap } });
        let id = a_scenario(app, "Tight", &[change]).await;
        let text = format!(
            "{{ levelRefreshPlan(from: \"2026-07\", months: 24, asOf: \"2026-07-01\", deferMonths: 12,
                caps: [{{ fiscalYear: 2026, amount: \"90000000\", currency: \"USD\" }}], scenario: \"{id}\") {{
                limits {{ label amount }} explain {{ assumptions }} }} }}"
        );
        let answer = app.director().query(&text).await;
        let said = answer.to_string();
        assert!(said.contains("1000") && !said.contains("90000000"), "{said}");
        assert!(said.contains("capped at 1000 USD"), "{said}");
    });
}

#[test]
fn a_rate_of_a_scenario_converts_what_is_in_another_currency() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let rate =
            json!({ "base": "USD", "quote": "EUR", "on": "2026-01-01", "kind": "PLAN", "rate": "0.5" });
        send(app, "recordExchangeRate", "NewExchangeRate!", rate).await;
        let change = json!({ "exchangeRate": {
            "base": "USD", "quote": "EUR", "rate": "0.25", "from": "2027-01-01" } });
        let id = a_scenario(app, "Weak dollar", &[change]).await;
        let before = years(&app.director(), "view: CASH, currency: \"EUR\"", "CLOUD").await;
        let arguments = format!("view: CASH, currency: \"EUR\", scenario: \"{id}\"");
        let after = years(&app.director(), &arguments, "CLOUD").await;
        assert_eq!(after[0], before[0]);
        assert!((after[1] * 2 - before[1]).abs() <= 12, "half of it: {before:?} {after:?}");
    });
}

#[test]
fn the_calendar_and_the_figures_of_contracts_follow_a_scenario() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let changes = [
            json!({ "contractNotRenewed": { "colocation": setting.renewing } }),
            json!({ "renegotiatedPrice": {
                "colocation": setting.renewing, "factor": "0.5", "from": "2026-10-01" } }),
        ];
        let id = a_scenario(app, "Out", &changes).await;
        let text = |scenario: &str| {
            format!(
                "{{ contractCalendar(from: \"2026-09-01\", to: \"2027-12-31\", asOf: \"2026-07-01\" {scenario}) {{
                    events {{ kind contractNumber date }} explain {{ assumptions }} }}
                  colocationContract(id: \"{}\") {{
                    costOfSilence(asOf: \"2026-07-01\" {scenario}) {{ outcome reason }}
                    monthlyCost(from: \"2026-09\", months: 5 {scenario}) {{ total {{ amount }} months {{ total {{ amount }} }} }}
                    costSchedule(from: \"2026-09\", months: 5 {scenario}) {{ total {{ amount }} }} }} }}",
                setting.renewing
            )
        };
        let before = app.director().query(&text("")).await;
        let after = app.director().query(&text(&format!(", scenario: \"{id}\""))).await;
        assert_eq!(before["colocationContract"]["costOfSilence"]["outcome"], "RENEWS");
        assert_eq!(after["colocationContract"]["costOfSilence"]["outcome"], "NOTHING", "{after}");
        let total =
            |answer: &Value, field: &str| cents(&answer["colocationContract"][field]["total"]["amount"]);
        // September whole, three months at half the price, and nothing in January.
        assert_eq!(total(&before, "monthlyCost"), 500_000);
        assert_eq!(total(&after, "monthlyCost"), 250_000);
        assert_eq!(total(&after, "costSchedule"), 250_000);
        let renewals = |answer: &Value| {
            let events = answer["contractCalendar"]["events"].as_array().unwrap().clone();
            events
                .iter()
                .filter(|one| one["contractNumber"] == "REN-1" && one["kind"] == "AUTO_RENEWED")
                .count()
        };
        assert_eq!((renewals(&before), renewals(&after)), (1, 0), "{after}");
        let said = after["contractCalendar"]["explain"]["assumptions"].to_string();
        assert!(said.contains("the colocation contract REN-1 is not renewed"), "{said}");
    });
}

#[test]
fn a_scenario_without_changes_is_the_baseline() {
    on_both_engines(async |app| {
        a_setting(app).await;
        let id = a_scenario(app, "Nothing", &[]).await;
        let text = |scenario: &str| {
            format!(
                "{{ roadmap(from: \"2026-01\", asOf: \"2026-07-01\", view: PNL {scenario}) {{
                    fingerprint scenario {{ id name }} }} }}"
            )
        };
        let before = app.director().query(&text("")).await;
        let after = app.director().query(&text(&format!(", scenario: \"{id}\""))).await;
        assert_eq!(before["roadmap"]["scenario"], Value::Null);
        assert_eq!(after["roadmap"]["scenario"], json!({ "id": id, "name": "Nothing" }));
        assert_eq!(before["roadmap"]["fingerprint"], after["roadmap"]["fingerprint"]);
        let few = app.director().statements(&text("")).await;
        let more = app.director().statements(&text(&format!(", scenario: \"{id}\""))).await;
        assert_eq!(more, few + 2, "the scenario and its list");
    });
}

#[test]
fn simulations_reports_and_unit_costs_are_of_the_scenario() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let changes = [
            json!({ "contractNotRenewed": { "colocation": setting.renewing } }),
            json!({ "cpiCurve": { "rates": [{ "year": 2027, "rate": "0.04" }, { "year": 2028, "rate": "0.1" }] } }),
            json!({ "growthRate": { "monthlyRate": "0.02", "from": "2026-08" } }),
        ];
        let id = a_scenario(app, "Board", &changes).await;
        let question = "from: \"2026-01\", asOf: \"2026-07-01\", months: 48, currency: \"USD\"";
        let drawn = async |scenario: &str| {
            let text = format!(
                "{{ roadmap({question}, groupBy: [], view: PNL, uncertainty: {{ runs: 50, seed: 1 }} {scenario}) {{
                    totals {{ total }} uncertainty {{ total {{ point p10 p50 p90 }} }} }} }}"
            );
            app.director().query(&text).await["roadmap"].clone()
        };
        let scenario = format!(", scenario: \"{id}\"");
        let (baseline, laid) = (drawn("").await, drawn(&scenario).await);
        for one in [&baseline, &laid] {
            assert_eq!(one["uncertainty"]["total"]["point"], one["totals"]["total"]);
        }
        for figure in ["point", "p10", "p50", "p90"] {
            assert_ne!(baseline["uncertainty"]["total"][figure], laid["uncertainty"]["total"][figure]);
        }
        let unit_cost = async |scenario: &str| {
            let text = format!(
                "{{ unitCost(metric: PER_KW, {question} {scenario}) {{ scenario {{ name }} \
                 explain {{ assumptions }} }} }}"
            );
            app.director().query(&text).await["unitCost"].clone()
        };
        assert_eq!(unit_cost("").await["scenario"], Value::Null);
        let found = unit_cost(&scenario).await;
        assert_eq!(found["scenario"]["name"], "Board");
    });
}

#[test]
fn a_support_contract_ends_with_the_sites_of_what_it_covers() {
    on_both_engines(async |app| {
        let setting = a_setting(app).await;
        let vendor =
            send(app, "registerVendor", "NewVendor!", json!({ "code": "CARE", "name": "Care" })).await;
        let other =
            json!({ "code": "DUB1", "name": "Dublin 1", "kind": "COLOCATION", "timeZone": "Europe/Dublin" });
        let other = send(app, "openSite", "NewSite!", other).await;
        let asset = async |tag: &str, site: &str| {
            let input = json!({ "tag": tag, "model": setting.estate.model, "status": "IN_STOCK",
                "placement": { "site": site } });
            send(app, "registerAsset", "NewAsset!", input).await
        };
        let (here, there) = (asset("S-1", &setting.estate.site).await, asset("S-2", &other).await);
        for (number, assets) in
            [("HERE", vec![&here]), ("BOTH", vec![&here, &there]), ("THERE", vec![&there])]
        {
            let input = json!({ "number": number, "vendor": vendor, "currency": "USD", "startsOn": "2026-01-01",
                "endsOn": "2026-12-31", "charge": "250", "billingFrequency": "MONTHLY", "assets": assets,
                "details": { "noticeDays": 30, "renewal": { "automatic": true, "months": 12 } } });
            send(app, "signSupportContract", "NewSupportContract!", input).await;
        }
        let exit = json!({ "siteExit": { "site": setting.estate.site, "on": "2026-11-30" } });
        let id = a_scenario(app, "Empty", &[exit]).await;
        let schedules = async |scenario: &str| {
            let text = format!(
                "{{ supportContracts(filter: {{ number: {{ in: [\"HERE\", \"BOTH\", \"THERE\"] }} }},
                    orderBy: {{ field: NUMBER }}) {{ nodes {{ costSchedule(from: \"2026-11\", months: 4,
                        asOf: \"2026-07-01\" {scenario}) {{ total {{ amount }} explain {{ assumptions }} }} }} }} }}"
            );
            let data = app.director().query(&text).await["supportContracts"]["nodes"].clone();
            let schedules = data.as_array().unwrap().iter();
            schedules.map(|node| node["costSchedule"].clone()).collect::<Vec<_>>()
        };
        let totals = |schedules: &[Value]| -> Vec<Value> {
            schedules.iter().map(|schedule| schedule["total"]["amount"].clone()).collect()
        };
        // By number: what covers assets at both sites, here alone, and there alone.
        assert_eq!(totals(&schedules("").await), ["1000.00", "1000.00", "1000.00"]);
        let left = schedules(&format!(", scenario: \"{id}\"")).await;
        assert_eq!(
            totals(&left),
            ["1000.00", "500.00", "1000.00"],
            "it ends with its term, after two months"
        );
        let said = |place: usize| left[place]["explain"]["assumptions"].to_string();
        assert!(
            said(0).contains("the contract covers assets at other sites too: it renews by itself"),
            "{}",
            said(0)
        );
        assert!(
            said(1).contains("the contract covers nothing elsewhere: it ends on 2026-12-31"),
            "{}",
            said(1)
        );
        assert!(!said(2).contains("is left on"), "{}", said(2));
    });
}
