//! What decisions about a contract cost: silence, renewals, leaving early, staying too long, disputing an invoice.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{
    a_contract, a_site, a_vendor,
    golden::{examples, sign_c1},
    shown, sign, with,
};

/// C1 renewing for 12 months: 3 % more, and 5 % for its cross-connects.
pub async fn sign_renewing_c1(app: &TestApp) -> String {
    let contract = sign_c1(app).await;
    let director = app.director();
    let text = r#"mutation($id: ID!) { updateColocationContract(id: $id, changes: {
        renewal: { automatic: true, months: 12, uplift: "0.03" }
    }) { charges { id kind } } }"#;
    let data = director.query_with(text, json!({ "id": contract })).await;
    let charges = data["updateColocationContract"]["charges"].as_array().unwrap();
    let cross_connects = charges.iter().find(|charge| charge["kind"] == "CROSS_CONNECT").unwrap();
    let text = r#"mutation($id: ID!) {
        updateColocationCharge(id: $id, changes: { renewalUplift: "0.05" }) { renewalUplift }
    }"#;
    director.query_with(text, json!({ "id": cross_connects["id"] })).await;
    contract
}

const SILENCE: &str = r#"query($asOf: Date) { colocationContract(number: "C1") { costOfSilence(asOf: $asOf) {
    asOf outcome reason renewal {
        number startsOn endsOn noticeDeadline daysLeft alert bound cost { amount currency } costHidden
        estimated reason explain { formula assumptions excluded }
    }
} } }"#;

#[test]
fn silence_costs_what_the_worked_example_says() {
    on_both_engines(async |app| {
        sign_renewing_c1(app).await;
        let on = json!({ "asOf": "2028-06-01" });
        let data = app.finance().query_with(SILENCE, on.clone()).await;
        let silence = &data["colocationContract"]["costOfSilence"];
        let cost = &silence["renewal"]["cost"];
        assert_eq!(cost["amount"], examples()["1.autorenew.exposure12"]);
        insta::assert_snapshot!(shown(&silence["renewal"]), @r#"
        alert: "WITHIN_180_DAYS"
        bound: false
        cost: {"amount":"241364.65","currency":"USD"}
        costHidden: false
        daysLeft: 137
        endsOn: "2030-01-14"
        estimated: false
        explain: {"assumptions":["metered power is left out: it follows what is drawn","the contract months are added up unrounded and rounded once: their invoices, each rounded, may come to some cents more or less"],"excluded":[],"formula":"sum over the contract months of the renewal of all monthly charges, rounded once"}
        noticeDeadline: "2028-10-16"
        number: 1
        reason: null
        startsOn: "2029-01-15"
        "#);
        assert_eq!((&silence["outcome"], &silence["reason"]), (&json!("RENEWS"), &Value::Null));

        let data = app.architect().query_with(SILENCE, on).await;
        let hidden = &data["colocationContract"]["costOfSilence"]["renewal"];
        assert_eq!((&hidden["cost"], &hidden["costHidden"]), (&Value::Null, &json!(true)));
        assert_eq!(hidden["noticeDeadline"], "2028-10-16");
        app.viewer().expect_error(r#"{ colocationContract(number: "C1") { id } }"#, "FORBIDDEN").await;
    });
}

#[test]
fn silence_costs_nothing_where_nothing_renews() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let reason = async |as_of: &str| {
            let data = app.finance().query_with(SILENCE, json!({ "asOf": as_of })).await;
            let silence = &data["colocationContract"]["costOfSilence"];
            assert_eq!((&silence["outcome"], &silence["renewal"]), (&json!("NOTHING"), &Value::Null));
            silence["reason"].as_str().unwrap().to_owned()
        };
        assert_eq!(reason("2028-06-01").await, "NOT_AGREED");
        assert_eq!(reason("2030-01-01").await, "ENDED");
        let text = r#"mutation($id: ID!) { updateColocationContract(id: $id, changes: {
            renewal: { automatic: true, months: 12, uplift: "0.03" }
        }) { id } recordNotice(id: $id, on: "2026-06-30") { id } }"#;
        app.director().query_with(text, json!({ "id": contract })).await;
        assert_eq!(reason("2028-06-01").await, "NOTICE_GIVEN");
    });
}

#[test]
fn renewals_follow_each_other_until_they_are_stopped() {
    on_both_engines(async |app| {
        sign_renewing_c1(app).await;
        let text = r#"query($most: Int!) { colocationContract(number: "C1") {
            renewals(asOf: "2028-12-01", most: $most) { number startsOn endsOn bound alert daysLeft }
        } }"#;
        let data = app.architect().query_with(text, json!({ "most": 2 })).await;
        let expected = json!([
            { "number": 1, "startsOn": "2029-01-15", "endsOn": "2030-01-14", "bound": true,
              "alert": "PASSED", "daysLeft": -46 },
            { "number": 2, "startsOn": "2030-01-15", "endsOn": "2031-01-14", "bound": false,
              "alert": "WITHIN_365_DAYS", "daysLeft": 319 },
        ]);
        assert_eq!(data["colocationContract"]["renewals"], expected);
        for most in [0, 21] {
            let refusal = app.architect().expect_error_with(text, json!({ "most": most }), "INVALID").await;
            assert!(refusal.message.starts_with("most: "), "{}", refusal.message);
        }
    });
}

#[test]
fn a_price_that_is_not_known_hides_no_deadline() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let change = json!({ "details": { "renewal": {
            "automatic": true, "months": 12, "priceRule": "CPI", "index": { "series": "CPI-U" },
        } } });
        sign(app, with(a_contract("C1", &vendor, &[&site]), &change)).await;
        let data = app.finance().query_with(SILENCE, json!({ "asOf": "2026-11-01" })).await;
        let renewal = &data["colocationContract"]["costOfSilence"]["renewal"];
        assert_eq!((&renewal["cost"], &renewal["noticeDeadline"]), (&Value::Null, &json!("2026-12-01")));
        assert_ne!(renewal["reason"], Value::Null);
        let text = r#"{ colocationContract(number: "C1") {
            costOfSilence(asOf: "2026-11-01", assumedIndexRate: "0.04") { renewal { cost { amount } estimated } }
        } }"#;
        let data = app.finance().query(text).await;
        let renewal = &data["colocationContract"]["costOfSilence"]["renewal"];
        assert_eq!(renewal["estimated"], true);
        assert_eq!(renewal["cost"]["amount"], "12480.00");
    });
}

const LEAVE: &str = r#"query($on: Date!, $noticeOn: Date, $rule: EarlyTerminationRuleInput!) {
    colocationContract(number: "C1") { earlyTermination(on: $on, noticeOn: $noticeOn, rule: $rule) {
        boundUntil remaining { amount } onRemaining { amount } unamortised { amount } fixed { amount }
        fee { amount currency } explain { formula assumptions inputs { name value } }
    } } }"#;

#[test]
fn leaving_early_costs_what_the_worked_example_says() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let rule = json!({ "remainingCharges": {
            "share": "0.75", "advances": [{ "amount": "24000", "months": 36 }],
        } });
        let arguments = json!({ "on": "2027-07-14", "rule": rule });
        let data = app.finance().query_with(LEAVE, arguments.clone()).await;
        let termination = &data["colocationContract"]["earlyTermination"];
        assert_eq!(termination["remaining"]["amount"], examples()["1.etf.remaining"]);
        assert_eq!(termination["fee"]["amount"], examples()["1.etf.75pct_plus_nrc"]);
        assert_eq!(termination["unamortised"]["amount"], "12000.00");
        assert_eq!(termination["boundUntil"], "2029-01-14");

        let fee = async |rule: Value, on: &str| {
            let data = app.finance().query_with(LEAVE, json!({ "on": on, "rule": rule })).await;
            data["colocationContract"]["earlyTermination"]["fee"]["amount"].as_str().unwrap().to_owned()
        };
        let table = json!({ "table": [
            { "fromContractMonth": 0, "fee": "90000" }, { "fromContractMonth": 18, "fee": "45000" },
        ] });
        assert_eq!(fee(table.clone(), "2027-06-14").await, "90000.00");
        assert_eq!(fee(table, "2027-07-14").await, "45000.00");
        assert_eq!(fee(json!({ "fixed": "1000" }), "2027-07-14").await, "1000.00");
        assert_eq!(fee(json!({ "fixed": "1000" }), "2029-01-14").await, "0.00", "it is not early to leave");
        app.architect().expect_error_with(LEAVE, arguments, "FORBIDDEN").await;
    });
}

#[test]
fn a_rule_that_cannot_be_applied_is_refused() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let mut found = Vec::new();
        let fixed = json!({ "fixed": "1" });
        for (on, notice_on, rule) in [
            ("2027-07-14", None, json!({})),
            ("2027-07-14", None, json!({ "fixed": "1", "table": [] })),
            ("2027-07-14", None, json!({ "fixed": "-1" })),
            ("2027-07-14", None, json!({ "remainingCharges": { "share": "75" } })),
            ("2027-07-14", None, json!({ "table": [{ "fromContractMonth": -1, "fee": "1" }] })),
            ("2027-07-14", None, json!({ "table": [{ "fromContractMonth": 30, "fee": "1" }] })),
            (
                "2027-07-14",
                None,
                json!({ "remainingCharges": {
                "share": "1", "advances": [{ "amount": "1", "months": -1 }] } }),
            ),
            ("2026-01-01", None, fixed.clone()),
            ("2027-07-14", Some("2027-07-15"), fixed),
        ] {
            let arguments = json!({ "on": on, "noticeOn": notice_on, "rule": rule });
            found.push(app.finance().expect_error_with(LEAVE, arguments, "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r#"
        rule: give just one of remainingCharges, table and fixed
        rule: give just one of remainingCharges, table and fixed
        rule: fee "-1" is not usable: a fee is not negative
        rule: share "75" is not usable: a share is a fraction between 0 and 1: 0.75 is 75 %
        rule.table[0].fromContractMonth: -1 is negative
        rule: fee is missing: the table of termination fees begins later than the day of leaving
        rule.remainingCharges.advances[0].months: -1 is negative
        on: 2026-01-01 lies before billing begins on 2026-01-15
        noticeOn: 2027-07-15 lies after the last day, 2027-07-14
        "#);
    });
}

#[test]
fn staying_beyond_the_end_costs_a_multiple() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let text = r#"query($multiplier: Decimal, $until: Date!) { colocationContract(number: "C1") {
            holdover(until: $until, multiplier: $multiplier) {
                endsOn days months { month amount { amount } } cost { amount currency } explain { formula }
            }
        } }"#;
        let until = json!({ "until": "2029-02-28" });
        let refusal = app.finance().expect_error_with(text, until.clone(), "INVALID").await;
        let missing = "multiplier: is missing: the contract states no multiplier, so give one to assume";
        assert_eq!(refusal.message, missing);
        let far = json!({ "until": "2129-02-28", "multiplier": "1.5" });
        let refusal = app.finance().expect_error_with(text, far, "INVALID").await;
        assert!(refusal.message.starts_with("until: 2129-02-28 is more than"), "{}", refusal.message);
        let change = r#"mutation($id: ID!) {
            updateColocationContract(id: $id, changes: { holdoverMultiplier: "1.5" }) { id }
        }"#;
        app.director().query_with(change, json!({ "id": contract })).await;
        let data = app.finance().query_with(text, until.clone()).await;
        // 19,489.35 a month on the last day, half as much again: 17/31 of January and all of February.
        let stay = &data["colocationContract"]["holdover"];
        assert_eq!((&stay["endsOn"], &stay["days"]), (&json!("2029-01-14"), &json!(45)));
        assert_eq!(stay["months"][1]["amount"]["amount"], "29234.03");
        app.architect().expect_error_with(text, until, "FORBIDDEN").await;
    });
}

#[test]
fn a_schedule_of_costs_has_a_view() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let text = r#"query($view: MoneyView!) { colocationContract(number: "C1") {
            costSchedule(from: "2025-11", months: 39, view: $view) { view months { month amount { amount } }
                total { amount } explain { formula } }
        } }"#;
        let schedule = async |view: &str| {
            let data = app.finance().query_with(text, json!({ "view": view })).await;
            data["colocationContract"]["costSchedule"].clone()
        };
        let expense = schedule("PNL").await;
        assert_eq!(expense["total"]["amount"], "622267.69");
        assert_eq!(expense["months"][5], json!({ "month": "2026-04", "amount": { "amount": "11040.00" } }));
        let committed = schedule("COMMITMENT").await;
        assert_eq!(committed["months"][0]["amount"]["amount"], "622267.69", "in the month of signature");
        assert_eq!(schedule("CASH").await["total"]["amount"], "622267.69");
        app.architect().expect_error_with(text, json!({ "view": "CASH" }), "FORBIDDEN").await;
    });
}

const CHECK: &str = r#"query($invoice: ContractInvoice!) { colocationContract(number: "C1") {
    invoiceCheck(invoice: $invoice) {
        lines { charge { kind } service lines expected { amount } billed { amount } difference { amount }
            tolerance { amount } verdict estimated }
        doubleBilling { line repeats reason }
        expected { amount } billed { amount } disputable { amount currency } disputeDeadline
    } } }"#;

#[test]
fn an_invoice_is_held_against_the_contract() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let change = r#"mutation($id: ID!) {
            updateColocationContract(id: $id, changes: { disputeWindowDays: 90 }) { id }
        }"#;
        app.director().query_with(change, json!({ "id": contract })).await;
        let invoice = json!({
            "number": "R-7", "dated": "2026-07-01", "month": "2026-07",
            "lines": [
                { "text": "space and power", "charge": 1, "amount": "16500.00" },
                { "text": "cross-connects", "charge": 2, "amount": "1804.00" },
                { "text": "remote hands", "amount": "250.00" },
            ],
        });
        let data = app.finance().query_with(CHECK, json!({ "invoice": invoice })).await;
        let check = &data["colocationContract"]["invoiceCheck"];
        insta::assert_snapshot!(shown(&check["lines"]), @r#"
        billed: {"amount":"16500.00"}
        charge: {"kind":"SPACE_KW"}
        difference: {"amount":"2235.48"}
        estimated: false
        expected: {"amount":"14264.52"}
        lines: [1]
        service: "2026-07"
        tolerance: {"amount":"71.32"}
        verdict: "OVER"

        billed: {"amount":"1804.00"}
        charge: {"kind":"CROSS_CONNECT"}
        difference: {"amount":"4.00"}
        estimated: false
        expected: {"amount":"1800.00"}
        lines: [2]
        service: "2026-07"
        tolerance: {"amount":"9.00"}
        verdict: "MATCHES"

        billed: {"amount":"250.00"}
        charge: null
        difference: {"amount":"250.00"}
        estimated: false
        expected: {"amount":"0.00"}
        lines: [3]
        service: "2026-07"
        tolerance: {"amount":"5.00"}
        verdict: "NOT_EXPECTED"
        "#);
        let sums = ["expected", "billed", "disputable"].map(|sum| check[sum]["amount"].clone());
        assert_eq!(json!(sums), json!(["16064.52", "18554.00", "2485.48"]));
        assert_eq!(check["disputeDeadline"], "2026-09-29");
        assert_eq!(check["doubleBilling"], json!([]));
        app.architect().expect_error_with(CHECK, json!({ "invoice": invoice }), "FORBIDDEN").await;
    });
}

#[test]
fn an_invoice_that_makes_no_sense_is_refused() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let invoice = json!({ "number": "R-7", "dated": "2026-07-01", "month": "2026-07", "lines": [] });
        let mut found = Vec::new();
        for change in [
            json!({ "number": " " }),
            json!({ "dated": "0026-07-01" }),
            json!({ "currency": "EUR" }),
            json!({ "currency": "QQQ" }),
            json!({ "tolerance": { "share": "5", "least": "0" } }),
            json!({ "tolerance": { "share": "0", "least": "-1" } }),
            json!({ "lines": [{ "text": "a", "charge": 0, "amount": "1" }] }),
            json!({ "lines": [{ "text": "a", "charge": 3, "amount": "1" }] }),
        ] {
            let invoice = json!({ "invoice": with(invoice.clone(), &change) });
            found.push(app.finance().expect_error_with(CHECK, invoice, "INVALID").await.message);
        }
        let line = json!({ "text": "a", "amount": "1" });
        let many = json!({ "invoice": with(invoice, &json!({ "lines": vec![line; 1_001] })) });
        found.push(app.finance().expect_error_with(CHECK, many, "LIMIT_EXCEEDED").await.message);
        insta::assert_snapshot!(found.join("\n"), @r#"
        invoice.number: is blank
        invoice.dated: 0026-07-01 is not between 1970 and 2199
        invoice.currency: currency EUR cannot be added to USD: convert it first
        invoice.currency: currency "QQQ" is not an ISO 4217 code with a minor unit
        invoice.tolerance.share: 5 is more than 1; this is a fraction, so 5 % is 0.05
        invoice.tolerance.least: -1 is below 0
        invoice.lines[0].charge: 0 is below 1
        invoice.lines[0].charge: 3 is no number of a charge, the price sheet has 2 of them
        invoice.lines: 1001 lines are given, at most 1000 are checked
        "#);
    });
}
