//! What was drawn and billed: counted once, expected where it is due, and unknown where a price is.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{a_contract, a_site, a_vendor, deployments, id, sign, with};

/// Signs a contract with charges and answers with its id and its charges.
async fn sold(app: &TestApp, charges: Value) -> (String, Value) {
    let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
    let changed = json!({ "charges": charges, "details": { "disputeWindowDays": 90 } });
    let contract = sign(app, with(a_contract("M", &vendor, &[&site]), &changed)).await;
    let text = "query($id: ID!) { colocationContract(id: $id) { charges { id position } } }";
    let data = app.director().query_with(text, json!({ "id": contract })).await;
    (contract, data["colocationContract"]["charges"].clone())
}

fn space(kilowatts: &str, price: &str, details: &Value) -> Value {
    json!({ "kind": "SPACE_KW", "unitPrice": price, "quantity": kilowatts, "details": details })
}

fn metered(details: &Value) -> Value {
    let metering =
        json!({ "metering": { "averageKilowatts": "50", "powerUsageEffectivenessContractual": "1.35" } });
    json!({ "kind": "POWER_METERED", "unitPrice": "0.085", "details": with(metering, details) })
}

fn overage() -> Value {
    json!({ "overage": { "bufferRate": "0.05", "multiplier": "1.5" } })
}

/// A deployment that was read for all of January.
async fn read_january(app: &TestApp, contract: &str, name: &str, energy: &str, peak: Option<&str>) -> String {
    let deployment = deployments::a_deployment(app, contract, name).await;
    let january = json!({ "deployment": deployment, "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2026-02-01T00:00:00Z",
        "kilowattHours": energy, "peakKilowatts": peak });
    deployments::read(app, january).await;
    deployment
}

const MONTH: &str = r#"{ colocationContract(number: "M") { powerMonth(month: "2026-01") { figures {
    committedCost { amount } total { amount }
    energy { charge { position } billedKilowattHours cost { amount } divided }
    overage { charge { position } committedKilowatts peakKilowatts cost { amount } } explain { estimated assumptions } } } } }"#;

async fn month(app: &TestApp) -> Value {
    app.finance().query(MONTH).await["colocationContract"]["powerMonth"]["figures"].clone()
}

const RECORD: &str = "mutation($input: NewInvoice!) { recordInvoice(input: $input) { id } }";

/// Records an invoice of a month with lines of a charge, a month of service and an amount.
async fn bill(
    app: &TestApp,
    contract: &str,
    month: &str,
    number: &str,
    lines: &[(&Value, &str, &str)],
) -> String {
    let lines = lines.iter().map(|(charge, service, amount)| {
        json!({ "description": "x", "amount": amount, "charge": charge["id"], "serviceMonth": service })
    });
    let input = json!({ "contract": contract, "number": number, "dated": format!("{month}-10"), "month": month,
        "total": "1", "lines": lines.collect::<Vec<_>>() });
    id(&app.director().query_with(RECORD, json!({ "input": input })).await["recordInvoice"])
}

const CHECK: &str = r#"query($id: ID!, $rate: Decimal) { invoice(id: $id) { check(asOf: "2026-07-01", assumedIndexRate: $rate) {
    lines { charge { position } service lines expected { amount } billed { amount } verdict reason estimated }
    expected { amount } disputable { amount } doubleBilling { line repeats earlierInvoice reason }
    findings { field value rule } } } }"#;

async fn check(app: &TestApp, invoice: &str, rate: Option<&str>) -> Value {
    let arguments = json!({ "id": invoice, "rate": rate });
    app.finance().query_with(CHECK, arguments).await["invoice"]["check"].clone()
}

/// `charge service expected verdict: reason` of every line.
fn said(check: &Value) -> Vec<String> {
    let line = |line: &Value| {
        format!(
            "{} {} {} {}{}: {}",
            line["charge"]["position"],
            line["service"],
            line["expected"]["amount"],
            line["verdict"],
            if line["estimated"] == true { " (estimated)" } else { "" },
            line["reason"]
        )
        .replace('"', "")
    };
    check["lines"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn overage_that_was_read_is_expected_once() {
    on_both_engines(async |app| {
        let arrears = json!({ "billing": "ARREARS" });
        let charges = json!([space("100", "110", &overage()), metered(&arrears)]);
        let (contract, charges) = sold(app, charges).await;
        read_january(app, &contract, "CAGE", "46128", Some("112")).await;
        assert_eq!(month(app).await["total"]["amount"], "17448.19");
        let (space, meter) = (&charges[0], &charges[1]);
        let lines =
            [(space, "2026-02", "11000.00"), (meter, "2026-01", "5293.19"), (space, "2026-01", "1155.00")];
        let found = check(app, &bill(app, &contract, "2026-02", "1", &lines).await, None).await;
        insta::assert_snapshot!(said(&found).join("\n"), @r"
        1 2026-01 1155.00 MATCHES: 1155.00 is billed and 1155.00 expected, 1155.00 of it overage, within the tolerance
        1 2026-02 11000.00 MATCHES: 11000.00 is billed and 11000.00 expected, within the tolerance
        2 2026-01 5293.19 MATCHES: 5293.19 is billed and 5293.19 expected, within the tolerance
        ");
        assert_eq!(found["expected"]["amount"], "17448.19");
        assert_eq!(found["disputable"]["amount"], "0.00");
        // Once billed it is due no more.
        let found = check(app, &bill(app, &contract, "2026-02", "2", &lines[2..]).await, None).await;
        insta::assert_snapshot!(said(&found).join("\n"), @r"
        1 2026-01 0.00 REPEATED: 1155.00 is billed, and the invoice 1 billed it before: 1155.00 too much
        1 2026-02 11000.00 NOT_BILLED: 11000.00 is expected and nothing is billed
        2 2026-01 5293.19 NOT_BILLED: 5293.19 is expected and nothing is billed
        ");
        assert_eq!(found["disputable"]["amount"], "1155.00");
        // Months to come are without it, and say so.
        let text = r#"{ colocationContract(number: "M") { monthlyCost(from: "2026-01", months: 1) {
            explain { assumptions } months { lines { explain { assumptions } } } } } }"#;
        let cost = app.finance().query(text).await["colocationContract"]["monthlyCost"].clone();
        insta::assert_snapshot!(cost["explain"]["assumptions"], @r#"["charge 1: overage is not counted: it follows from the peak that is read in each month","metered power is expected at its average draw"]"#);
        assert!(cost["months"][0]["lines"][0].to_string().contains("overage is not counted"), "{cost}");
        // Invoices that are not recorded are checked alike.
        let text = r#"{ colocationContract(number: "M") { invoiceCheck(invoice: { number: "X", dated: "2026-02-10", month: "2026-02",
            lines: [{ text: "overage", charge: 1, service: "2026-01", amount: "1155" }] }) {
                lines { expected { amount } verdict } } } }"#;
        let found = app.finance().query(text).await["colocationContract"]["invoiceCheck"]["lines"].clone();
        assert_eq!(found[0], json!({ "expected": { "amount": "1155.00" }, "verdict": "MATCHES" }));
    });
}

#[test]
fn what_several_charges_commit_to_is_passed_once() {
    on_both_engines(async |app| {
        let charges = json!([space("60", "165", &overage()), space("40", "165", &overage())]);
        let (contract, _) = sold(app, charges).await;
        read_january(app, &contract, "CAGE", "46128", Some("112")).await;
        insta::assert_snapshot!(month(app).await["overage"], @r#"[{"charge":{"position":1},"committedKilowatts":"60","cost":{"amount":"1039.50"},"peakKilowatts":"67.2"},{"charge":{"position":2},"committedKilowatts":"40","cost":{"amount":"693.00"},"peakKilowatts":"44.8"}]"#);
    });
}

#[test]
fn what_several_meters_read_is_billed_once() {
    on_both_engines(async |app| {
        let (first, second) = (metered(&json!({})), metered(&json!({})));
        // One that does not bill in January has nothing of it.
        let later = metered(&json!({ "fromOn": "2026-03-01", "toOn": "2026-03-31" }));
        let (contract, charges) = sold(app, json!([first, second, later])).await;
        let north = read_january(app, &contract, "NORTH", "23064", None).await;
        read_january(app, &contract, "SOUTH", "23064", None).await;
        let found = month(app).await;
        insta::assert_snapshot!(found["energy"], @r#"[{"billedKilowattHours":"23064","charge":{"position":1},"cost":{"amount":"2646.59"},"divided":true},{"billedKilowattHours":"23064","charge":{"position":2},"cost":{"amount":"2646.59"},"divided":true}]"#);
        assert_eq!(found["total"]["amount"], "5293.18");
        assert_eq!(found["explain"]["estimated"], true);
        let lines = [(&charges[0], "2026-01", "2646.59"), (&charges[1], "2026-01", "2646.59")];
        let invoice = bill(app, &contract, "2026-01", "1", &lines).await;
        insta::assert_snapshot!(said(&check(app, &invoice, None).await).join("\n"), @r"
        1 2026-01 2646.59 MATCHES (estimated): 2646.59 is billed and 2646.59 expected, within the tolerance
        2 2026-01 2646.59 MATCHES (estimated): 2646.59 is billed and 2646.59 expected, within the tolerance
        ");
        // A circuit says whose meter it is.
        let circuit = deployments::a_circuit(app, &north, "A1", "A").await;
        let text = "mutation($id: ID!, $charge: ID!) { updateColocationCircuit(id: $id, changes: { charge: $charge }) { id } }";
        app.director().query_with(text, json!({ "id": circuit, "charge": charges[1]["id"] })).await;
        let found = month(app).await;
        assert_eq!(found["energy"][0]["divided"], false);
        assert_eq!(found["explain"]["estimated"], false);
        let billed = |place: usize| found["energy"][place]["billedKilowattHours"].clone();
        assert_eq!((billed(0), billed(1)), (json!("23064"), json!("23064")));
    });
}

#[test]
fn the_peak_that_was_read_is_billed() {
    on_both_engines(async |app| {
        let charge = space("100", "165", &json!({ "peakKilowatts": "100", "billing": "ARREARS" }));
        let (contract, charges) = sold(app, json!([charge])).await;
        read_january(app, &contract, "CAGE", "46128", Some("112")).await;
        assert_eq!(month(app).await["committedCost"]["amount"], "18480.00");
        let invoice = bill(app, &contract, "2026-02", "1", &[(&charges[0], "2026-01", "18480.00")]).await;
        insta::assert_snapshot!(said(&check(app, &invoice, None).await).join("\n"), @"1 2026-01 18480.00 MATCHES: 18480.00 is billed and 18480.00 expected, within the tolerance");
    });
}

#[test]
fn a_bill_that_was_paid_before_is_disputable_whole() {
    on_both_engines(async |app| {
        let (contract, charges) = sold(app, json!([space("100", "165", &json!({}))])).await;
        let lines = [(&charges[0], "2026-01", "16500.00")];
        let first = bill(app, &contract, "2026-01", "INV-1", &lines).await;
        assert_eq!(check(app, &first, None).await["disputable"]["amount"], "0.00");
        let again = bill(app, &contract, "2026-01", "INV-2", &lines).await;
        let found = check(app, &again, None).await;
        insta::assert_snapshot!(said(&found).join("\n"), @"1 2026-01 0.00 REPEATED: 16500.00 is billed, and the invoice INV-1 billed it before: 16500.00 too much");
        assert_eq!(found["disputable"]["amount"], "16500.00");
        insta::assert_snapshot!(found["doubleBilling"], @r#"[{"earlierInvoice":"INV-1","line":1,"reason":"EARLIER_INVOICE","repeats":null}]"#);
    });
}

/// A charge that follows an index from July on, of which nothing is published.
fn indexed() -> Value {
    let escalator = json!({ "kind": "CPI", "series": "CPI", "anchor": "EXPLICIT", "firstOn": "2026-07-01" });
    json!({ "kind": "SPACE_CAGE", "unitPrice": "1000", "quantity": "1", "details": { "escalator": escalator } })
}

#[test]
fn a_price_that_is_not_known_hides_no_other() {
    on_both_engines(async |app| {
        let (contract, charges) = sold(app, json!([space("100", "165", &json!({})), indexed()])).await;
        let text = r#"query($view: MoneyView!) { colocationContract(number: "M") { costSchedule(from: "2026-05", months: 4, view: $view) {
            months { month amount { amount } } total { amount } reason explain { excluded } straightLine { month { amount } } } } }"#;
        for view in ["PNL", "CASH"] {
            let data = app.finance().query_with(text, json!({ "view": view })).await;
            let schedule = &data["colocationContract"]["costSchedule"];
            let amounts: Vec<_> =
                (0..4).map(|place| schedule["months"][place]["amount"]["amount"].clone()).collect();
            assert_eq!(amounts, [json!("17500.00"), json!("17500.00"), Value::Null, Value::Null], "{view}");
            assert_eq!(schedule["total"], Value::Null);
            insta::assert_snapshot!(schedule["reason"], @r#""price index is missing: the months a step refers to are not published and no yearly rate is assumed""#);
            assert_eq!(schedule["explain"]["excluded"][0], schedule["reason"]);
        }
        let lines = [(&charges[0], "2026-08", "16500.00"), (&charges[1], "2026-08", "1030.00")];
        let invoice = bill(app, &contract, "2026-08", "1", &lines).await;
        let found = check(app, &invoice, None).await;
        insta::assert_snapshot!(said(&found).join("\n"), @r"
        1 2026-08 16500.00 MATCHES: 16500.00 is billed and 16500.00 expected, within the tolerance
        2 2026-08 null UNKNOWN: 1030.00 is billed and what is expected is not known: the months a step refers to are not published and no yearly rate is assumed
        ");
        assert_eq!((&found["expected"], &found["disputable"]["amount"]), (&Value::Null, &json!("0.00")));
        let found = check(app, &invoice, Some("0.03")).await;
        assert_eq!(found["lines"][1]["verdict"], "MATCHES");
        // What leaving costs says which argument is lacking.
        let leave = r#"{ colocationContract(number: "M") { earlyTermination(on: "2026-03-31", rule: { remainingCharges: { share: "0.5" } }) {
            fee { amount } } } }"#;
        let refusal = app.finance().expect_error(leave, "INVALID").await;
        assert_eq!(refusal.field, "assumedIndexRate");
    });
}

#[test]
fn metered_power_at_an_assumed_index_is_an_estimate() {
    on_both_engines(async |app| {
        let escalator =
            json!({ "kind": "CPI", "series": "CPI", "anchor": "EXPLICIT", "firstOn": "2026-01-02" });
        let (contract, charges) = sold(app, json!([metered(&json!({ "escalator": escalator }))])).await;
        read_january(app, &contract, "CAGE", "46128", None).await;
        let text = MONTH.replace("month: \"2026-01\"", "month: \"2026-01\", assumedIndexRate: \"0.03\"");
        let data = app.finance().query(&text).await;
        let figures = &data["colocationContract"]["powerMonth"]["figures"];
        assert_eq!(figures["explain"]["estimated"], true, "{figures}");
        let invoice = bill(app, &contract, "2026-01", "1", &[(&charges[0], "2026-01", "5448.27")]).await;
        let found = check(app, &invoice, Some("0.03")).await;
        assert_eq!(found["lines"][0]["estimated"], true, "{found}");
    });
}

#[test]
fn invoices_that_contradict_themselves_are_refused_and_odd_ones_are_flagged() {
    on_both_engines(async |app| {
        let (contract, charges) = sold(app, json!([space("100", "165", &json!({}))])).await;
        let line = json!({ "description": "x", "amount": "500", "charge": charges[0]["id"], "quantity": "5", "unitPrice": "100" });
        let sound = json!({ "contract": contract, "number": "IK-1", "dated": "2026-06-10", "month": "2026-06", "total": "500",
            "receivedOn": "2026-06-12", "lines": [line] });
        let mut refused = Vec::new();
        let of_line = |change: Value| json!({ "lines": [with(line.clone(), &change)] });
        for change in [
            json!({ "receivedOn": "2026-06-09" }),
            json!({ "total": "16500.005" }),
            of_line(json!({ "amount": "500.005" })),
            of_line(json!({ "amount": "6.00" })),
        ] {
            let input = json!({ "input": with(sound.clone(), &change) });
            refused.push(app.director().expect_error_with(RECORD, input, "INVALID").await.message);
        }
        insta::assert_snapshot!(refused.join("\n"), @r"
        receivedOn: 2026-06-09 lies before the date of the invoice on 2026-06-10
        total: 16500.005 has more than 2 decimals, which is all that USD has
        lines[0].amount: 500.005 has more than 2 decimals, which is all that USD has
        lines[0].amount: 6 is neither 5 x 100 nor that for some days of a month
        ");
        app.director().query_with(RECORD, json!({ "input": sound })).await;
        let odd = json!({ "number": "ik-1", "dated": "2026-12-24", "receivedOn": null, "lines": [
            with(line.clone(), &json!({ "kind": "BANDWIDTH", "serviceMonth": "2019-06" })),
            with(line.clone(), &json!({ "serviceMonth": "2026-07", "quantity": null })) ] });
        let input = json!({ "input": with(sound, &odd) });
        let invoice = id(&app.director().query_with(RECORD, input).await["recordInvoice"]);
        let found = check(app, &invoice, None).await;
        let flagged = found["findings"].as_array().unwrap().iter();
        let flagged: Vec<String> = flagged
            .map(|it| format!("{} {}: {}", it["field"], it["value"], it["rule"]).replace('"', ""))
            .collect();
        insta::assert_snapshot!(flagged.join("\n"), @"
        dated 2026-12-24: lies after 2026-07-01
        number ik-1: the same as IK-1 of 2026-06-10, but for its spelling
        lines[0].serviceMonth 2019-06: lies before the contract is billed from 2026-01-01
        lines[0].kind BANDWIDTH: the charge that it bills is SPACE_KW
        lines[1].serviceMonth 2026-07: lies after the month of the invoice, 2026-06
        ");
    });
}
