//! Invoices as they are stored: recorded, checked, disputed, accepted.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{a_contract, a_site, a_vendor, deployments, id, sign, with};

/// A contract of 100 kW for 165, a cabinet for 1,000 in advance and metered energy in arrears, with 90 days to dispute.
async fn sign_invoiced(app: &TestApp, number: &str) -> (String, Value) {
    let vendor = a_vendor(app, &format!("V-{number}")).await;
    let site = a_site(app, &format!("S-{number}")).await;
    let charges = json!([
        { "kind": "SPACE_KW", "unitPrice": "165", "quantity": "100" },
        { "kind": "SPACE_CABINET", "unitPrice": "1000", "quantity": "1" },
        { "kind": "POWER_METERED", "unitPrice": "0.085", "details": { "billing": "ARREARS", "metering": {
            "averageKilowatts": "50", "powerUsageEffectivenessMeasured": "1.42",
            "powerUsageEffectivenessCap": "1.35" } } },
    ]);
    let details = json!({ "disputeWindowDays": 90 });
    let input =
        with(a_contract(number, &vendor, &[&site]), &json!({ "charges": charges, "details": details }));
    let contract = sign(app, input).await;
    let text = "query($id: ID!) { colocationContract(id: $id) { charges { id } } }";
    let data = app.director().query_with(text, json!({ "id": contract })).await;
    (contract, data["colocationContract"]["charges"].clone())
}

const RECORD: &str = "mutation($input: NewInvoice!) { recordInvoice(input: $input) {
    id status currency vendor { code } contract { number } disputeDeadlineOn
    lines { position amount { amount currency } charge { kind } } } }";

fn an_invoice(contract: &str, number: &str, charges: &Value) -> Value {
    json!({ "contract": contract, "number": number, "dated": "2026-06-01", "month": "2026-06", "total": "24043.19",
        "lines": [
            { "description": "Committed power", "amount": "17250.00", "charge": charges[0]["id"] },
            { "description": "Cabinet", "amount": "1000.00", "charge": charges[1]["id"] },
            { "description": "Energy", "amount": "5293.19", "charge": charges[2]["id"] },
            { "description": "Handling", "amount": "500.00" },
        ] })
}

async fn record(app: &TestApp, input: Value) -> Value {
    app.director().query_with(RECORD, json!({ "input": input })).await["recordInvoice"].clone()
}

const CHECK: &str = r#"query($id: ID!) { invoice(id: $id) { check(asOf: "2026-07-01") {
    lines { charge { kind } service lines expected { amount } billed { amount } difference { amount }
        tolerance { amount } verdict reason estimated }
    expected { amount } billed { amount } disputable { amount } total { amount } totalDifference { amount }
    disputeDeadline daysLeft doubleBilling { line reason } } } }"#;

async fn check(app: &TestApp, id: &str) -> Value {
    app.finance().query_with(CHECK, json!({ "id": id })).await["invoice"]["check"].clone()
}

#[test]
fn an_invoice_is_checked_with_what_was_metered() {
    on_both_engines(async |app| {
        let (contract, charges) = sign_invoiced(app, "C").await;
        let invoice = record(app, an_invoice(&contract, "INV-1", &charges)).await;
        assert_eq!((&invoice["status"], &invoice["currency"]), (&json!("OPEN"), &json!("USD")));
        assert_eq!(invoice["disputeDeadlineOn"], "2026-08-30");
        assert_eq!(invoice["lines"][2]["charge"]["kind"], "POWER_METERED");
        let invoice = id(&invoice);

        let before = check(app, &invoice).await;
        assert_eq!(before["lines"][2]["estimated"], true, "nothing was read");
        let deployment = deployments::a_deployment(app, &contract, "CAGE").await;
        // 62 kW over the 744 hours of May.
        let may = json!({ "deployment": deployment, "startsAt": "2026-05-01T00:00:00Z", "endsAt": "2026-06-01T00:00:00Z",
            "kilowattHours": "46128" });
        deployments::read(app, may).await;
        let found = check(app, &invoice).await;
        let lines: Vec<_> = found["lines"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| {
                format!(
                    "{} {} {} {} {}: {}",
                    line["charge"]["kind"],
                    line["service"],
                    line["expected"]["amount"],
                    line["billed"]["amount"],
                    line["verdict"],
                    line["reason"]
                )
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        "SPACE_KW" "2026-06" "16500.00" "17250.00" "OVER": "17250.00 is billed and 16500.00 expected: 750.00 too much"
        "SPACE_CABINET" "2026-06" "1000.00" "1000.00" "MATCHES": "1000.00 is billed and 1000.00 expected, within the tolerance"
        "POWER_METERED" "2026-05" "5293.19" "5293.19" "MATCHES": "5293.19 is billed and 5293.19 expected, within the tolerance"
        null "2026-06" "0.00" "500.00" "NOT_EXPECTED": "500.00 is billed for no charge of the contract"
        "#);
        assert_eq!(found["lines"][2]["estimated"], false);
        assert_eq!((&found["disputeDeadline"], &found["daysLeft"]), (&json!("2026-08-30"), &json!(60)));
        assert_eq!(found["disputable"]["amount"], "1250.00");
        assert_eq!(
            (&found["total"]["amount"], &found["totalDifference"]["amount"]),
            (&json!("24043.19"), &json!("0.00"))
        );

        // What an earlier invoice billed is found again.
        let again = with(
            an_invoice(&contract, "INV-2", &charges),
            &json!({ "dated": "2026-06-02", "total": "24000" }),
        );
        let again = id(&record(app, again).await);
        let found = check(app, &again).await;
        assert_eq!(found["doubleBilling"][0]["reason"], "EARLIER_INVOICE");
        assert_eq!(found["totalDifference"]["amount"], "-43.19");
        app.architect().expect_error_with(CHECK, json!({ "id": invoice }), "FORBIDDEN").await;
        let page =
            "{ invoices { nodes { number total { amount } amountsHidden lines { amount { amount } } } } }";
        let hidden = app.architect().query(page).await["invoices"]["nodes"][0].clone();
        assert_eq!((&hidden["total"], &hidden["amountsHidden"]), (&Value::Null, &json!(true)));
        assert_eq!(hidden["lines"][0]["amount"], Value::Null);
    });
}

#[test]
fn an_invoice_is_disputed_accepted_or_credited() {
    on_both_engines(async |app| {
        let (contract, charges) = sign_invoiced(app, "C").await;
        let mut ids = Vec::new();
        for number in ["1", "2", "3"] {
            ids.push(id(&record(app, an_invoice(&contract, number, &charges)).await));
        }
        let dispute = "mutation($id: ID!, $on: Date, $reason: String!) {
            disputeInvoice(id: $id, on: $on, reason: $reason) { status disputedOn disputeReason version } }";
        let arguments = |id: &str, on: Value, reason: &str| json!({ "id": id, "on": on, "reason": reason });
        let data = app.director().query_with(dispute, arguments(&ids[0], Value::Null, "overbilled")).await;
        insta::assert_snapshot!(data["disputeInvoice"], @r#"{"disputeReason":"overbilled","disputedOn":"2026-07-01","status":"DISPUTED","version":2}"#);
        let mut found = Vec::new();
        for (id, on, reason, code) in [
            (&ids[0], json!(null), "again", "CONFLICT"),
            (&ids[1], json!("2026-07-02"), "later", "INVALID"),
            (&ids[1], json!("2026-05-31"), "before", "INVALID"),
            (&ids[1], json!(null), " ", "INVALID"),
        ] {
            found.push(
                app.director().expect_error_with(dispute, arguments(id, on, reason), code).await.message,
            );
        }
        let later = app.director().at("2026-09-01T09:00:00Z".parse().unwrap());
        found.push(
            later
                .expect_error_with(dispute, arguments(&ids[1], json!(null), "late"), "CONFLICT")
                .await
                .message,
        );
        let accept = "mutation($id: ID!) { acceptInvoice(id: $id) { status } }";
        let credit = "mutation($id: ID!) { creditInvoice(id: $id) { status } }";
        let remove = "mutation($id: ID!) { removeInvoice(id: $id) }";
        found.push(
            app.director().expect_error_with(credit, json!({ "id": ids[1] }), "CONFLICT").await.message,
        );
        let data = app.director().query_with(credit, json!({ "id": ids[0] })).await;
        assert_eq!(data["creditInvoice"]["status"], "CREDITED");
        let data = app.director().query_with(accept, json!({ "id": ids[1] })).await;
        assert_eq!(data["acceptInvoice"]["status"], "ACCEPTED");
        found.push(
            app.director().expect_error_with(accept, json!({ "id": ids[1] }), "CONFLICT").await.message,
        );
        found.push(
            app.director().expect_error_with(remove, json!({ "id": ids[1] }), "CONFLICT").await.message,
        );
        let update = r#"mutation($id: ID!) { updateInvoice(id: $id, changes: { total: "1" }) { id } }"#;
        found.push(
            app.director().expect_error_with(update, json!({ "id": ids[1] }), "CONFLICT").await.message,
        );
        app.director().query_with(remove, json!({ "id": ids[2] })).await;
        insta::assert_snapshot!(found.join("\n"), @r"
        the invoice 1 is disputed, so it cannot be disputed
        on: 2026-07-02 lies in the future, today is 2026-07-01
        on: 2026-05-31 lies before the date of the invoice on 2026-06-01
        reason: is blank
        the invoice 2 could be disputed until 2026-08-30, not on 2026-09-01
        the invoice 2 is open, so it cannot be credited
        the invoice 2 is accepted, so it cannot be accepted
        the invoice 2 is accepted, so it cannot be removed
        the invoice 2 is accepted, so it cannot be changed
        ");
        let page = r#"{ invoices(filter: { status: { eq: CREDITED }, contract: { number: { eq: "C" } },
            disputeDeadlineOn: { lte: "2026-08-30" } }) { totalCount nodes { number } } }"#;
        let list = app.architect().query(page).await["invoices"].clone();
        assert_eq!(list, json!({ "totalCount": 1, "nodes": [{ "number": "1" }] }));
        app.architect().expect_error_with(accept, json!({ "id": ids[1] }), "FORBIDDEN").await;
    });
}

#[test]
fn invoices_that_cannot_be_are_refused() {
    on_both_engines(async |app| {
        let (contract, charges) = sign_invoiced(app, "C").await;
        let (_, foreign) = sign_invoiced(app, "D").await;
        let sound = an_invoice(&contract, "INV-1", &charges);
        record(app, sound.clone()).await;
        let mut found = Vec::new();
        for change in [
            json!({}),
            json!({ "number": "" }),
            json!({ "number": "X", "currency": "EUR" }),
            json!({ "number": "X", "dated": "1066-01-01" }),
            json!({ "number": "X", "disputeDeadlineOn": "2026-05-01" }),
            json!({ "number": "X", "lines": [{ "description": "", "amount": "1" }] }),
            json!({ "number": "X", "lines": [{ "description": "x", "amount": "0.0000001" }] }),
            json!({ "number": "X", "lines": [{ "description": "x", "amount": "1", "charge": foreign[0]["id"] }] }),
        ] {
            let input = json!({ "input": with(sound.clone(), &change) });
            let refusal = app.director().expect_error_with(RECORD, input, "INVALID").await;
            found.push(
                refusal.message.replace(
                    foreign[0]["id"].as_str().unwrap().trim_start_matches("colocation_charge_"),
                    "…",
                ),
            );
        }
        let text = found.join("\n");
        let text: String = text
            .lines()
            .map(|line| if line.contains("is not a charge") { "lines[0].charge: …" } else { line })
            .collect::<Vec<_>>()
            .join("\n");
        insta::assert_snapshot!(text, @r"
        number: `INV-1` is the number of an invoice of 2026-06-01 already
        number: is blank
        currency: EUR is not USD, the currency of the contract C
        dated: 1066-01-01 is not between 1970 and 2199
        disputeDeadlineOn: 2026-05-01 lies before the date of the invoice on 2026-06-01
        lines[0].description: is blank
        lines[0].amount: 0.0000001 has more than 6 decimals
        lines[0].charge: …
        ");
        // A credit note is an invoice of less than nothing.
        let note = json!({ "number": "CN-1", "total": "-1250", "lines": [
            { "description": "Credit", "amount": "-1250", "charge": charges[0]["id"] }] });
        let note = record(app, with(sound.clone(), &note)).await;
        assert_eq!(note["lines"][0]["amount"]["amount"], "-1250.00");
        let page = "{ invoices { totalCount } invoiceLines { totalCount } }";
        let counts = app.director().query(page).await;
        assert_eq!(counts, json!({ "invoices": { "totalCount": 2 }, "invoiceLines": { "totalCount": 5 } }));
        // A charge that is billed stays.
        let remove = "mutation($id: ID!) { removeColocationCharge(id: $id) { id } }";
        let refusal =
            app.director().expect_error_with(remove, json!({ "id": charges[0]["id"] }), "CONFLICT").await;
        insta::assert_snapshot!(refusal.message, @"2 lines of invoices and 0 circuits refer to the charge; end it instead, or change those first");
    });
}

#[test]
fn a_line_finds_its_charge_later_and_deadlines_move_with_the_window() {
    on_both_engines(async |app| {
        let (contract, charges) = sign_invoiced(app, "C").await;
        let lines = json!({ "lines": [{ "description": "Space", "amount": "1000" }], "total": "1000" });
        let invoice = record(app, with(an_invoice(&contract, "1", &charges), &lines)).await;
        let line = app.director().query("{ invoiceLines { nodes { id } } }").await["invoiceLines"]["nodes"]
            [0]
        .clone();
        let text = "mutation($id: ID!, $charge: ID!) {
            updateInvoiceLine(id: $id, changes: { charge: $charge }) { charge { kind } invoice { number } } }";
        let arguments = json!({ "id": line["id"], "charge": charges[1]["id"] });
        let data = app.director().query_with(text, arguments).await;
        assert_eq!(
            data["updateInvoiceLine"],
            json!({ "charge": { "kind": "SPACE_CABINET" }, "invoice": { "number": "1" } })
        );
        let window = "mutation($id: ID!) { updateColocationContract(id: $id, changes: { disputeWindowDays: 30 }) { id } }";
        app.director().query_with(window, json!({ "id": contract })).await;
        let text = "query($id: ID!) { invoice(id: $id) { disputeDeadlineOn } }";
        let data = app.director().query_with(text, json!({ "id": id(&invoice) })).await;
        assert_eq!(data["invoice"]["disputeDeadlineOn"], "2026-07-01");
    });
}

#[test]
fn checks_take_as_many_statements_for_one_invoice_as_for_ten() {
    on_both_engines(async |app| {
        let text =
            r#"{ invoices { nodes { number lines { amount { amount } } check { total { amount } } } } }"#;
        let mut counts = Vec::new();
        for number in 0..10 {
            let (contract, charges) = sign_invoiced(app, &format!("C{number}")).await;
            record(app, an_invoice(&contract, "1", &charges)).await;
            deployments::a_deployment(app, &contract, "CAGE").await;
            if number == 0 || number == 9 {
                counts.push(app.director().statements(text).await);
            }
        }
        assert_eq!(counts[0], counts[1]);
        insta::assert_snapshot!(counts[0], @"10");
    });
}
