//! Level expense of contracts, and what-ifs of what they commit to.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{
    a_contract, a_site, a_vendor,
    decisions::sign_renewing_c1,
    golden::{cents, cents_of, examples, sign_c1},
    id, shown, sign, with,
};

const LEVEL: &str = r#"query($view: MoneyView! = PNL, $level: Boolean) { colocationContract(number: "C1") {
    costSchedule(from: "2026-01", months: 37, view: $view, straightLine: $level) {
        months { month amount { amount } } total { amount }
        straightLine { month { amount currency } total { amount }
            months { month invoiced { amount } expense { amount } deferred { amount } }
            explain { formula assumptions estimated inputs { name value } } }
        explain { assumptions }
    } } }"#;

async fn schedule(app: &TestApp, arguments: Value) -> Value {
    app.finance().query_with(LEVEL, arguments).await["colocationContract"]["costSchedule"].clone()
}

#[test]
fn level_months_of_c1_are_those_of_the_worked_example() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let golden = examples()["1.C1.straight_line_month"].clone();
        let level = schedule(app, json!({ "level": true })).await;
        let line = &level["straightLine"];
        assert_eq!(line["month"], json!({ "amount": golden, "currency": "USD" }));
        let months = line["months"].as_array().unwrap();
        assert_eq!(months.len(), 37);
        for month in &months[1..36] {
            assert_eq!(month["expense"]["amount"], golden, "{month}");
        }
        assert_eq!(
            months[0],
            json!({ "month": "2026-01", "invoiced": { "amount": "987.10" }, "expense": { "amount": "9480.12" },
                    "deferred": { "amount": "8493.02" } }),
            "17 of 31 days"
        );
        assert_eq!(months[1]["deferred"]["amount"], "23980.30", "free months are owed to later ones");
        assert_eq!(months[36]["deferred"]["amount"], "0.00");
        let sum = |name: &str| months.iter().map(|month| cents(&month[name])).sum::<i64>();
        assert_eq!((sum("invoiced"), sum("expense")), (62_226_769, 62_226_769));
        assert_eq!(
            (&line["total"]["amount"], &level["total"]["amount"]),
            (&json!("622267.69"), &json!("622267.69"))
        );
        let shown_months = level["months"].as_array().unwrap();
        for (month, expected) in shown_months.iter().zip(months) {
            assert_eq!(month["amount"], expected["expense"]);
        }
        assert_eq!(
            shown(&line["explain"]["inputs"])
                .lines()
                .filter(|line| line.starts_with("value"))
                .collect::<Vec<_>>(),
            [
                r#"value: "17287.28""#,
                r#"value: "36""#,
                r#"value: "2026-01-15""#,
                r#"value: "2029-01-14""#,
                r#"value: "622267.69""#
            ]
        );
        assert_eq!(line["explain"]["estimated"], false);

        let invoiced = schedule(app, json!({})).await;
        assert_eq!(invoiced["straightLine"], Value::Null, "nobody has said that it is a lease");
        assert_eq!(invoiced["months"][1]["amount"]["amount"], "1800.00");
        let text = r#"{ colocationContract(number: "C1") { costSchedule(from: "2027-01", months: 2, straightLine: true) {
            straightLine { months { month deferred { amount } } } } } }"#;
        let part = app.finance().query(text).await;
        let part = &part["colocationContract"]["costSchedule"]["straightLine"]["months"];
        assert_eq!(part[0]["deferred"], months[12]["deferred"], "counted from the beginning of the term");
        app.architect().expect_error_with(LEVEL, json!({ "level": true }), "FORBIDDEN").await;
        let cash = json!({ "view": "CASH", "level": true });
        let refusal = app.finance().expect_error_with(LEVEL, cash, "INVALID").await;
        assert_eq!(
            refusal.message,
            "straightLine: true is refused: only expense is levelled, so ask for the view PNL"
        );
    });
}

const CLASSIFY: &str = "mutation($id: ID!, $as: ContractClassification!) {
    updateColocationContract(id: $id, changes: { classification: $as }) { classification } }";

#[test]
fn a_contract_that_is_an_operating_lease_is_level_everywhere() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let golden = examples()["1.C1.straight_line_month"].clone();
        let roadmap = async |view: &str| {
            let text = format!(
                r#"{{ roadmap(from: "2026-01", asOf: "2026-01-01", months: 37, view: {view}) {{
                    totals {{ total months {{ month amount }} }} }} }}"#
            );
            app.finance().query(&text).await["roadmap"].clone()
        };
        let before = (roadmap("PNL").await, roadmap("CASH").await);
        app.director().query_with(CLASSIFY, json!({ "id": contract, "as": "LEASE_OPERATING" })).await;
        let level = schedule(app, json!({})).await;
        assert_eq!(level["months"][1]["amount"]["amount"], golden);
        let after = (roadmap("PNL").await, roadmap("CASH").await);
        assert_eq!(after.0["totals"]["months"][1]["amount"], golden);
        assert_eq!(
            after.0["totals"]["total"], before.0["totals"]["total"],
            "expense moves and adds up to the same"
        );
        assert_eq!(after.1["totals"], before.1["totals"], "nothing is paid on another day");
        let cash = schedule(app, json!({ "view": "CASH" })).await;
        assert_eq!(cash["straightLine"], Value::Null);
        let plain = schedule(app, json!({ "level": false })).await;
        assert_eq!(plain["months"][1]["amount"]["amount"], "1800.00");

        app.director().query_with(CLASSIFY, json!({ "id": contract, "as": "LEASE_FINANCE" })).await;
        let finance = schedule(app, json!({})).await;
        assert_eq!(finance["straightLine"], Value::Null);
        let assumptions = finance["explain"]["assumptions"].as_array().unwrap();
        assert!(
            assumptions.iter().any(|it| it.as_str().unwrap().contains("finance lease")),
            "{assumptions:?}"
        );
    });
}

#[test]
fn metered_power_and_what_is_charged_once_are_not_levelled() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let charges = json!([
            { "kind": "SPACE_CABINET", "unitPrice": "1200", "quantity": "1",
              "details": { "abatements": [{ "fromContractMonth": 0, "months": 6, "rate": "1" }] } },
            { "kind": "NON_RECURRING", "unitPrice": "500", "quantity": "1" },
            { "kind": "POWER_METERED", "unitPrice": "0.1", "details": { "metering": {
                "averageKilowatts": "10", "powerUsageEffectivenessContractual": "1.5",
                "minimumTakeRate": "0.5", "commitKilowatts": "40" } } },
        ]);
        let input = with(
            a_contract("C1", &vendor, &[&site]),
            &json!({ "charges": charges, "details": { "proration": "CONTRACT_MONTH" } }),
        );
        sign(app, input).await;
        let text = r#"{ colocationContract(number: "C1") {
            costSchedule(from: "2026-01", months: 12, straightLine: true) {
                months { amount { amount } } straightLine { month { amount } total { amount } }
                explain { assumptions inputs { name value } } }
            monthlyCost(from: "2026-01", months: 1) { months { lines { explain { formula inputs { name value } } } } }
        } }"#;
        let data = app.finance().query(text).await;
        let level = &data["colocationContract"]["costSchedule"];
        assert_eq!(
            level["straightLine"],
            json!({ "month": { "amount": "600.00" }, "total": { "amount": "7200.00" } })
        );
        // 20 kW are taken at least: 744 hours, times 1.5, times 0.1.
        assert_eq!(
            level["months"][0]["amount"]["amount"], "3332.00",
            "600 level, 500 once, 2,232 by the meter"
        );
        assert_eq!(level["months"][6]["amount"]["amount"], "2832.00");
        let named = |explain: &Value, name: &str| {
            let inputs = explain["inputs"].as_array().unwrap();
            inputs.iter().find(|input| input["name"] == name).map(|input| input["value"].clone())
        };
        for (name, value) in [
            ("power usage effectiveness", "1.5"),
            ("minimum take, a share of the committed kWh", "0.5"),
            ("committed kW of the minimum take", "40"),
        ] {
            assert_eq!(named(&level["explain"], name), Some(json!(value)), "{name}");
        }
        let line = &data["colocationContract"]["monthlyCost"]["months"][0]["lines"][2]["explain"];
        for (name, value) in [
            ("average kW", "10"),
            ("hours", "744"),
            ("drawn kWh", "7440"),
            ("minimum take kWh", "14880"),
            ("billed kWh", "14880"),
            ("power usage effectiveness", "1.5"),
            ("price of a kWh", "0.1"),
        ] {
            assert_eq!(named(line, name), Some(json!(value)), "{name}");
        }
        assert!(line["formula"].as_str().unwrap().contains("billed kWh"), "{line}");
    });
}

const TOGETHER: &str = r#"query($contracts: [ID!]!, $endsOn: Date!, $noticeOn: Date, $rate: Decimal) {
    coTermination(contracts: $contracts, endsOn: $endsOn, noticeOn: $noticeOn, assumedIndexRate: $rate) {
        endsOn noticeOn
        changes { contract { number } boundUntil months days cost { amount currency } explain { formula assumptions } }
        costs { amount currency }
    } }"#;

#[test]
fn contracts_are_brought_to_one_end() {
    on_both_engines(async |app| {
        let long = sign_c1(app).await;
        let (vendor, site) = (a_vendor(app, "OTHER").await, a_site(app, "AMS1").await);
        let short = sign(app, a_contract("SHORT", &vendor, &[&site])).await;
        let euro = with(a_contract("EURO", &vendor, &[&site]), &json!({ "currency": "EUR" }));
        let euro = sign(app, euro).await;
        let all = json!([long, short, euro]);
        let arguments = json!({ "contracts": all, "endsOn": "2027-07-14" });
        let data = app.finance().query_with(TOGETHER, arguments.clone()).await;
        let found = &data["coTermination"];
        assert_eq!(found["noticeOn"], "2026-07-01", "the day of the question");
        let changes = found["changes"].as_array().unwrap();
        // What would have remained of C1 by contract months, and a cent more by the invoices.
        let saved = examples()["1.etf.remaining"].as_str().unwrap().to_owned();
        assert_eq!(cents(&changes[0]["cost"]) + cents_of(&saved), -1);
        assert_eq!((&changes[0]["months"], &changes[0]["days"]), (&json!(-18), &json!(0)));
        assert_eq!(changes[1]["boundUntil"], "2026-12-31");
        assert_eq!((&changes[1]["months"], &changes[1]["days"]), (&json!(6), &json!(14)));
        assert_eq!(changes[1]["cost"]["amount"], "6451.61", "six months, and 14 of 31 days");
        assert_eq!(
            found["costs"],
            json!([{ "amount": "6451.61", "currency": "EUR" }, { "amount": "-340730.60", "currency": "USD" }])
        );
        assert_eq!(
            changes[0]["explain"]["assumptions"],
            json!([
                "it is what invoices by the days of calendar months change by",
                "the earlier end is agreed: no fee for leaving early is added",
            ])
        );
        app.architect().expect_error_with(TOGETHER, arguments.clone(), "FORBIDDEN").await;

        let count = async |ids: &[&str]| {
            let ids = ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
            let text = format!(
                "{{ coTermination(contracts: [{ids}], endsOn: \"2027-07-14\") {{ costs {{ amount }} }} }}"
            );
            app.finance().statements(&text).await
        };
        assert_eq!(count(&[&long, &short]).await, count(&[&long, &short, &euro]).await);
    });
}

#[test]
fn a_common_end_costs_what_the_invoices_change_by() {
    on_both_engines(async |app| {
        let long = sign_c1(app).await;
        let (vendor, site) = (a_vendor(app, "OTHER").await, a_site(app, "AMS1").await);
        let short = sign(app, a_contract("SHORT", &vendor, &[&site])).await;
        let together = async || {
            let arguments = json!({ "contracts": [long, short], "endsOn": "2028-06-30" });
            let data = app.finance().query_with(TOGETHER, arguments).await;
            data["coTermination"]["changes"][0].clone()
        };
        let invoiced = async |from: &str, months: i32| {
            let text = format!(
                r#"{{ colocationContract(number: "C1") {{
                    costSchedule(from: "{from}", months: {months}) {{ total {{ amount }} }} }} }}"#
            );
            let data = app.finance().query(&text).await;
            cents(&data["colocationContract"]["costSchedule"]["total"])
        };
        // Six months of 19,489.35, and 14 of the 31 days of January.
        let change = together().await;
        assert_eq!(change["cost"]["amount"], "-125737.75");
        assert_eq!(cents(&change["cost"]), -invoiced("2028-07", 7).await);
        // 14 of the 30 days of the contract month that began on 15 June, and the six months after it.
        let by_months = "mutation($id: ID!) { updateColocationContract(id: $id, changes: { proration: CONTRACT_MONTH }) { id } }";
        app.director().query_with(by_months, json!({ "id": long })).await;
        let change = together().await;
        assert_eq!(change["cost"]["amount"], "-126031.13");
        let told = shown(&change["explain"]);
        assert!(told.contains("it is what invoices by contract months change by"), "{told}");
    });
}

#[test]
fn an_end_that_contracts_cannot_share_is_refused() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let (vendor, site) = (a_vendor(app, "OTHER").await, a_site(app, "AMS1").await);
        let short = sign(app, a_contract("SHORT", &vendor, &[&site])).await;
        let indexed = json!({ "charges": [{ "kind": "SPACE_CABINET", "unitPrice": "1000", "quantity": "1",
            "details": { "escalator": { "kind": "CPI", "series": "CPI-U" } } }],
            "term": { "signedOn": "2025-12-01", "billingStartsOn": "2026-01-01", "months": 36 } });
        let indexed = sign(app, with(a_contract("INDEXED", &vendor, &[&site]), &indexed)).await;
        let both = json!([contract, short]);
        let mut found = Vec::new();
        for (contracts, ends_on, notice_on) in [
            (json!([contract]), "2027-07-14", None),
            (json!([contract, contract]), "2027-07-14", None),
            (both.clone(), "2025-12-31", None),
            (both.clone(), "2027-07-14", Some("2027-01-05")),
            (both.clone(), "2999-07-14", None),
        ] {
            let arguments = json!({ "contracts": contracts, "endsOn": ends_on, "noticeOn": notice_on });
            let refusal = app.finance().expect_error_with(TOGETHER, arguments, "INVALID").await;
            found.push(refusal.message.replace(&contract, "<id>"));
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        contracts: names 1: from 2 to 50 are brought to one end
        contracts[1]: <id> is named twice
        endsOn: 2025-12-31 lies before billing of the contract C1 begins on 2026-01-15
        noticeOn: 2027-01-05 lies after the contract SHORT is over on 2026-12-31
        endsOn: 2999-07-14 is not between 1970 and 2199
        ");
        let unrated = json!({ "contracts": [contract, indexed], "endsOn": "2027-07-14" });
        let refusal = app.finance().expect_error_with(TOGETHER, unrated, "INVALID").await;
        assert_eq!(refusal.field, "assumedIndexRate", "{}", refusal.message);
        let nobody = "colocation_contract_00000000000070008000000000000000";
        let unknown = json!({ "contracts": [contract, nobody], "endsOn": "2027-07-14" });
        app.finance().expect_error_with(TOGETHER, unknown, "NOT_FOUND").await;
        let rated = json!({ "contracts": [contract, indexed], "endsOn": "2027-07-14", "rate": "0.03" });
        let data = app.finance().query_with(TOGETHER, rated).await;
        assert_eq!(data["coTermination"]["changes"][1]["contract"]["number"], "INDEXED");
    });
}

const STEP: &str = r#"query($charge: ID!, $month: Int!, $quantity: Decimal!, $asOf: Date) { colocationContract(number: "C1") {
    stepDown(charge: $charge, fromContractMonth: $month, quantity: $quantity, asOf: $asOf) {
        charge { kind } startsOn givenBack saving { amount currency }
        ramp { fromContractMonth kilowatts } explain { formula assumptions estimated inputs { name value } } } } }"#;

#[test]
fn a_commitment_that_steps_down_saves_what_is_given_back() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let add = "mutation($id: ID!) { addColocationCharge(contract: $id, input: {
            kind: NON_RECURRING, unitPrice: \"500\", quantity: \"1\" }) { id } }";
        let once =
            id(&app.director().query_with(add, json!({ "id": contract })).await["addColocationCharge"]);
        let data =
            app.finance().query(r#"{ colocationContract(number: "C1") { charges { id kind } } }"#).await;
        let space = id(&data["colocationContract"]["charges"][0]);
        let arguments = json!({ "charge": space, "month": 24, "quantity": "80" });
        let data = app.finance().query_with(STEP, arguments.clone()).await;
        // 20 kW at 175.0485 for twelve months.
        let step = &data["colocationContract"]["stepDown"];
        assert_eq!(step["saving"], json!({ "amount": "42011.64", "currency": "USD" }));
        assert_eq!((&step["startsOn"], &step["givenBack"]), (&json!("2028-01-15"), &json!("20")));
        assert_eq!(step["charge"]["kind"], "SPACE_KW");
        let ramp: Vec<_> =
            step["ramp"].as_array().unwrap().iter().map(|it| it["kilowatts"].clone()).collect();
        assert_eq!(ramp, ["40", "70", "100", "80"]);
        let inputs = step["explain"]["inputs"].as_array().unwrap();
        let values: Vec<_> = inputs.iter().map(|input| input["value"].clone()).collect();
        assert_eq!(values, ["2028-01-15", "2029-01-14", "100", "80", "233872.20", "191860.56"]);
        let after = app
            .finance()
            .query(r#"{ colocationContract(number: "C1") { charges { ramp { kilowatts } } } }"#)
            .await;
        assert_eq!(
            after["colocationContract"]["charges"][0]["ramp"].as_array().unwrap().len(),
            3,
            "nothing is recorded"
        );

        let mut found = Vec::new();
        for (charge, month, quantity) in [
            (&space, 36, "80"),
            (&space, -1, "80"),
            (&space, 24, "100"),
            (&space, 24, "-1"),
            (&space, 3, "20"),
            (&once, 24, "0"),
        ] {
            let arguments = json!({ "charge": charge, "month": month, "quantity": quantity });
            found.push(app.finance().expect_error_with(STEP, arguments, "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        fromContractMonth: 36 is refused: a step lies within the initial term
        fromContractMonth: -1 is negative
        quantity: 100 is refused: a commitment steps down to less than it is, and not below 0
        quantity: -1 is refused: a commitment steps down to less than it is, and not below 0
        fromContractMonth: 3 begins on 2026-04-15, before 2026-07-01: what is over cannot step down
        charge: it is refused: metered power and what is charged once commit to no quantity that could step down
        ");
        let before = json!({ "charge": space, "month": 3, "quantity": "20", "asOf": "2026-01-01" });
        let data = app.finance().query_with(STEP, before).await;
        assert_eq!(data["colocationContract"]["stepDown"]["startsOn"], "2026-04-15");
        let other = json!({ "charge": contract, "month": 24, "quantity": "80" });
        let refusal = app.finance().expect_error_with(STEP, other, "INVALID").await;
        assert!(refusal.message.starts_with("charge: "), "{}", refusal.message);
        app.architect().expect_error_with(STEP, arguments, "FORBIDDEN").await;
    });
}

#[test]
fn months_are_added_from_the_day_they_count_from() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let from =
            |day: &str| json!({ "term": { "signedOn": "2024-01-02", "billingStartsOn": day, "months": 12 } });
        sign(app, with(a_contract("C1", &vendor, &[&site]), &from("2028-01-31"))).await;
        sign(app, with(a_contract("LEAP", &vendor, &[&site]), &from("2024-02-29"))).await;
        let text = r#"{ colocationContract(number: "C1") { charges { id } }
            leap: colocationContract(number: "LEAP") { term { endsOn } } }"#;
        let data = app.finance().query(text).await;
        let golden = examples();
        assert_eq!(data["leap"]["term"]["endsOn"], golden["1.date.start_2024_02_29_12m_end"]);
        let charge = &data["colocationContract"]["charges"][0]["id"];
        let step = json!({ "charge": charge, "month": 1, "quantity": "0.5" });
        let data = app.finance().query_with(STEP, step).await;
        assert_eq!(data["colocationContract"]["stepDown"]["startsOn"], golden["1.date.jan31_plus_1m"]);
    });
}

#[test]
fn notice_that_was_withdrawn_stood_until_then() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let director = app.director();
        let give = "mutation($id: ID!, $on: Date!) { recordNotice(id: $id, on: $on) { id } }";
        let withdraw = "mutation($id: ID!) { withdrawNotice(id: $id) { id } }";
        let text = r#"query($asOf: Date) { colocationContract(number: "C1") {
            noticeInForce(asOf: $asOf) noticeHistory { on action recordedAt } } }"#;
        let found = async |as_of: &str| {
            let data = app.architect().query_with(text, json!({ "asOf": as_of })).await;
            data["colocationContract"].clone()
        };
        assert_eq!(found("2026-07-01").await, json!({ "noticeInForce": null, "noticeHistory": [] }));
        director.query_with(give, json!({ "id": contract, "on": "2026-06-20" })).await;
        director.query_with(withdraw, json!({ "id": contract })).await;
        assert_eq!(found("2026-06-30").await["noticeInForce"], "2026-06-20");
        assert_eq!(found("2026-07-01").await["noticeInForce"], Value::Null);
        director.query_with(give, json!({ "id": contract, "on": "2026-06-30" })).await;
        assert_eq!(found("2026-06-19").await["noticeInForce"], Value::Null);
        assert_eq!(found("2026-06-25").await["noticeInForce"], "2026-06-20");
        let now = found("2026-07-01").await;
        assert_eq!(now["noticeInForce"], "2026-06-30");
        let history = now["noticeHistory"].as_array().unwrap();
        let said: Vec<_> = history.iter().map(|it| format!("{} {}", it["on"], it["action"])).collect();
        // What was given anew on the 30th had been withdrawn by then.
        assert_eq!(
            said,
            [r#""2026-06-20" "GIVEN""#, r#""2026-06-30" "WITHDRAWN""#, r#""2026-06-30" "GIVEN""#]
        );
        app.viewer().expect_error_with(text, json!({}), "FORBIDDEN").await;
    });
}

#[test]
fn what_remains_and_what_silence_costs_differ_by_rounding_alone_and_say_so() {
    on_both_engines(async |app| {
        sign_renewing_c1(app).await;
        // The deadline was on 2028-10-16: given a day later, notice ends the renewal.
        let text = r#"{ colocationContract(number: "C1") {
            earlyTermination(on: "2029-01-14", noticeOn: "2028-10-17", rule: { fixed: "0" }) {
                noticeOn boundUntil remaining { amount } explain { assumptions inputs { name value } } }
            usual: earlyTermination(on: "2029-01-14", rule: { fixed: "0" }) { noticeOn }
            costOfSilence(asOf: "2028-06-01") { renewal { endsOn cost { amount } explain { formula assumptions } } }
        } }"#;
        let data = app.finance().query(text).await;
        let (leave, silence) = (
            &data["colocationContract"]["earlyTermination"],
            &data["colocationContract"]["costOfSilence"]["renewal"],
        );
        assert_eq!((&leave["noticeOn"], &leave["boundUntil"]), (&json!("2028-10-17"), &silence["endsOn"]));
        assert_eq!(data["colocationContract"]["usual"]["noticeOn"], "2029-01-14");
        assert_eq!(silence["cost"]["amount"], examples()["1.autorenew.exposure12"]);
        // Twelve months of 18,030.00 where 18,029.9955 is exact, and of 2,083.73 where 2,083.725 is.
        assert_eq!(cents(&leave["remaining"]) - cents_of(silence["cost"]["amount"].as_str().unwrap()), 11);
        let told = shown(&leave["explain"]);
        assert!(told.contains("rounded and then added up") && told.contains("notice given on"), "{told}");
        assert!(told.contains("invoices go by the days of calendar months"), "{told}");
        let told = shown(&silence["explain"]);
        assert!(told.contains("added up unrounded and rounded once"), "{told}");
    });
}
