//! What lies on the desk: offers, invoices and commitments on the calendar, and stored rules of leaving early.

use ::support::{TestApp, on_both_engines};
use api::{
    access::{Permission, Role},
    contracts::feed,
    scenarios::Overlay,
};
use serde_json::{Value, json};

use super::{
    a_contract, a_site, a_vendor,
    golden::{examples, sign_c1},
    id, sign, with,
};

const CALENDAR: &str = r#"query($contracts: [ContractKind!], $kinds: [ContractEventKind!], $asOf: Date) {
    contractCalendar(from: "2026-06-01", to: "2027-06-30", asOf: $asOf, contracts: $contracts, kinds: $kinds) {
        events { date kind contractNumber owner noticeDeadline daysLeft alert reason
            silence { startsOn endsOn cost { amount currency } explain { formula assumptions } }
            colocationContract { number } cloudCommitment { reference kind } invoice { number } offer { reference } }
        explain { excluded inputs { name value } }
    } }"#;

fn lines(data: &Value) -> String {
    let events = data["contractCalendar"]["events"].as_array().unwrap().iter();
    let line = |event: &Value| {
        format!(
            "{} {} {} {} {}",
            event["date"], event["kind"], event["contractNumber"], event["alert"], event["daysLeft"]
        )
    };
    events.map(line).collect::<Vec<_>>().join("\n").replace('"', "")
}

const OFFER: &str =
    "mutation($input: NewOffer!) { recordOffer(input: $input) { id status amount { amount currency } } }";

fn an_offer(vendor: &str, reference: &str) -> Value {
    json!({ "vendor": vendor, "reference": reference, "subject": "100 kW for 36 months", "amount": "158",
        "currency": "USD", "quotedOn": "2026-06-01", "validUntil": "2026-08-31" })
}

#[test]
fn what_lies_on_the_desk_is_on_the_calendar() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let details = json!({ "details": { "disputeWindowDays": 45 } });
        let contract = sign(app, with(a_contract("C", &vendor, &[&site]), &details)).await;
        let about = with(an_offer(&vendor, "Q-1"), &json!({ "colocationContract": contract }));
        let offer = app.director().query_with(OFFER, json!({ "input": about })).await["recordOffer"].clone();
        assert_eq!(offer["status"], "OPEN");
        app.director().query_with(OFFER, json!({ "input": an_offer(&vendor, "Q-2") })).await;
        let declined = app.director().query_with(OFFER, json!({ "input": an_offer(&vendor, "Q-3") })).await;
        let decline = "mutation($id: ID!) { declineOffer(id: $id) { status decidedOn } }";
        let data = app.director().query_with(decline, json!({ "id": id(&declined["recordOffer"]) })).await;
        assert_eq!(data["declineOffer"], json!({ "status": "DECLINED", "decidedOn": "2026-07-01" }));
        let invoice = "mutation($input: NewInvoice!) { recordInvoice(input: $input) { id } }";
        let input = json!({ "contract": contract, "number": "INV-1", "dated": "2026-06-01", "month": "2026-06",
            "total": "1000" });
        app.director().query_with(invoice, json!({ "input": input })).await;

        let kinds = json!({ "kinds": ["DISPUTE_DEADLINE", "PRICE_HOLD_EXPIRY"], "asOf": "2026-07-01" });
        let data = app.finance().query_with(CALENDAR, kinds).await;
        insta::assert_snapshot!(lines(&data), @r"
        2026-07-16 DISPUTE_DEADLINE C WITHIN_30_DAYS 15
        2026-08-31 PRICE_HOLD_EXPIRY C WITHIN_90_DAYS 61
        2026-08-31 PRICE_HOLD_EXPIRY Q-2 WITHIN_90_DAYS 61
        ");
        let events = &data["contractCalendar"]["events"];
        assert_eq!(events[0]["invoice"]["number"], "INV-1");
        assert_eq!(events[0]["colocationContract"]["number"], "C");
        assert_eq!(events[1]["offer"]["reference"], "Q-1");
        let only = json!({ "contracts": ["COLOCATION"], "kinds": ["PRICE_HOLD_EXPIRY"] });
        assert_eq!(lines(&app.finance().query_with(CALENDAR, only).await).lines().count(), 1);
        // What was decided has no deadline any more.
        let accept = "mutation($id: ID!) { acceptOffer(id: $id) { status } }";
        app.director().query_with(accept, json!({ "id": id(&offer) })).await;
        let text = "{ invoices { nodes { id } } }";
        let invoice = app.director().query(text).await["invoices"]["nodes"][0]["id"].clone();
        app.director()
            .query_with("mutation($id: ID!) { acceptInvoice(id: $id) { id } }", json!({ "id": invoice }))
            .await;
        let kinds = json!({ "kinds": ["DISPUTE_DEADLINE", "PRICE_HOLD_EXPIRY"] });
        assert_eq!(lines(&app.finance().query_with(CALENDAR, kinds).await).lines().count(), 1);
    });
}

#[test]
fn offers_that_cannot_be_are_refused() {
    on_both_engines(async |app| {
        let (vendor, other, site) =
            (a_vendor(app, "COLO").await, a_vendor(app, "ELSE").await, a_site(app, "FRA1").await);
        let contract = sign(app, a_contract("C", &vendor, &[&site])).await;
        let sound = an_offer(&vendor, "Q-1");
        let offer = id(&app.director().query_with(OFFER, json!({ "input": sound })).await["recordOffer"]);
        let mut found = Vec::new();
        for change in [
            json!({}),
            json!({ "reference": "X", "subject": " " }),
            json!({ "reference": "X", "amount": "-1" }),
            json!({ "reference": "X", "currency": "ZZZ" }),
            json!({ "reference": "X", "validUntil": "2026-05-31" }),
            json!({ "reference": "X", "vendor": other, "colocationContract": contract }),
        ] {
            let input = json!({ "input": with(sound.clone(), &change) });
            found.push(app.director().expect_error_with(OFFER, input, "INVALID").await.message);
        }
        let accept = "mutation($id: ID!, $on: Date) { acceptOffer(id: $id, on: $on) { status } }";
        for (on, code) in [("2026-07-02", "INVALID"), ("2026-05-31", "INVALID")] {
            let arguments = json!({ "id": offer, "on": on });
            found.push(app.director().expect_error_with(accept, arguments, code).await.message);
        }
        let later = app.director().at("2026-09-01T09:00:00Z".parse().unwrap());
        found.push(later.expect_error_with(accept, json!({ "id": offer }), "CONFLICT").await.message);
        let text = r#"query($id: ID!) { offer(id: $id) { now: status then: status(asOf: "2026-09-01") } }"#;
        let data = app.finance().query_with(text, json!({ "id": offer })).await;
        assert_eq!(data["offer"], json!({ "now": "OPEN", "then": "EXPIRED" }));
        app.director().query_with(accept, json!({ "id": offer })).await;
        found
            .push(app.director().expect_error_with(accept, json!({ "id": offer }), "CONFLICT").await.message);
        let update = r#"mutation($id: ID!) { updateOffer(id: $id, changes: { amount: "1" }) { id } }"#;
        found
            .push(app.director().expect_error_with(update, json!({ "id": offer }), "CONFLICT").await.message);
        insta::assert_snapshot!(found.join("\n"), @r"
        reference: another offer already has it
        subject: is blank
        amount: -1 is below 0
        currency: `ZZZ` is not a currency of ISO 4217
        validUntil: 2026-05-31 lies before the day of the offer on 2026-06-01
        colocationContract: the contract C is with another vendor than the offer
        on: 2026-07-02 lies in the future, today is 2026-07-01
        on: 2026-05-31 lies before the day of the offer on 2026-06-01
        the price of the offer Q-1 was held until 2026-08-31
        the offer Q-1 is accepted already
        the offer Q-1 is accepted already
        ");
        app.viewer().expect_error_with(accept, json!({ "id": offer }), "FORBIDDEN").await;
        let page = "{ offers(filter: { vendor: { code: { eq: \"COLO\" } } }) { nodes { amount { amount } amountsHidden } } }";
        let hidden = app.architect().query(page).await["offers"]["nodes"][0].clone();
        assert_eq!(hidden, json!({ "amount": null, "amountsHidden": true }));
    });
}

const COMMIT: &str = "mutation($input: NewCloudCommitment!) { recordCloudCommitment(input: $input) { id } }";

async fn an_account(app: &TestApp) -> String {
    let text = "mutation($input: NewProviderAccount!) { openProviderAccount(input: $input) { id } }";
    let input = json!({ "provider": "AWS", "accountNumber": "1", "name": "Production", "currency": "USD" });
    id(&app.director().query_with(text, json!({ "input": input })).await["openProviderAccount"])
}

fn a_commitment(account: &str, reference: &str) -> Value {
    json!({ "account": account, "reference": reference, "kind": "SAVINGS_PLAN", "currency": "USD",
        "startsOn": "2026-01-01", "endsOn": "2026-12-31", "hourly": "4.25", "owner": "Platform" })
}

#[test]
fn commitments_to_clouds_are_on_the_calendar() {
    on_both_engines(async |app| {
        let account = an_account(app).await;
        app.director().query_with(COMMIT, json!({ "input": a_commitment(&account, "SP-1") })).await;
        let renewing = with(
            a_commitment(&account, "EA-1"),
            &json!({ "kind": "ENTERPRISE_AGREEMENT", "hourly": null,
            "total": "120000", "autoRenews": true, "noticeDays": 60 }),
        );
        let agreement = id(
            &app.director().query_with(COMMIT, json!({ "input": renewing })).await["recordCloudCommitment"],
        );
        let asked = json!({ "contracts": ["CLOUD"], "asOf": "2026-07-01" });
        let data = app.finance().query_with(CALENDAR, asked.clone()).await;
        insta::assert_snapshot!(lines(&data), @r"
        2026-08-31 DECISION_DUE EA-1 WITHIN_180_DAYS 121
        2026-10-30 NOTICE_DEADLINE EA-1 WITHIN_180_DAYS 121
        2026-11-01 DECISION_DUE SP-1 WITHIN_365_DAYS 183
        2026-12-31 TERM_END EA-1 WITHIN_180_DAYS 121
        2026-12-31 TERM_END SP-1 WITHIN_365_DAYS 183
        2027-01-01 AUTO_RENEWED EA-1 NOT_YET 488
        2027-01-01 ESCALATION SP-1 WITHIN_365_DAYS 183
        ");
        let events = data["contractCalendar"]["events"].as_array().unwrap();
        let deadline = events.iter().find(|event| event["kind"] == "NOTICE_DEADLINE").unwrap();
        assert_eq!(
            deadline["cloudCommitment"],
            json!({ "reference": "EA-1", "kind": "ENTERPRISE_AGREEMENT" })
        );
        assert_eq!(deadline["silence"]["cost"], json!({ "amount": "120000.00", "currency": "USD" }));
        assert_eq!(deadline["silence"]["endsOn"], "2027-12-31");
        assert_eq!(
            app.architect().query_with(CALENDAR, asked.clone()).await["contractCalendar"]["events"][0]["silence"],
            Value::Null
        );
        // Notice ends it, and nothing is left to decide.
        let text = r#"mutation($id: ID!) { updateCloudCommitment(id: $id, changes: { noticeGivenOn: "2026-06-15" }) { noticeGivenOn } }"#;
        app.director().query_with(text, json!({ "id": agreement })).await;
        let data = app.finance().query_with(CALENDAR, asked).await;
        assert!(!lines(&data).contains("AUTO_RENEWED"), "{}", lines(&data));
    });
}

#[test]
fn commitments_to_clouds_are_planned_as_contracts_are() {
    on_both_engines(async |app| {
        let account = an_account(app).await;
        let planned = with(
            a_commitment(&account, "EA-1"),
            &json!({ "autoRenews": true, "noticeDays": 60, "noticeDaysMaximum": 120, "planning": {
                "decisionLeadDays": 30, "proposalLeadDays": 20, "migrationDays": 30, "decommissionBufferDays": 10 } }),
        );
        let agreement = id(
            &app.director().query_with(COMMIT, json!({ "input": planned.clone() })).await["recordCloudCommitment"],
        );
        let asked = json!({ "contracts": ["CLOUD"], "asOf": "2026-07-01" });
        let data = app.finance().query_with(CALENDAR, asked.clone()).await;
        let days = lines(&data);
        for line in [
            "2026-09-02 WINDOW_OPEN EA-1 ",
            "2026-09-10 RFP_START EA-1 ",
            "2026-09-30 DECISION_DUE EA-1 ",
            "2026-10-30 NOTICE_DEADLINE EA-1 ",
            "2026-11-21 EXIT_START EA-1 ",
        ] {
            assert!(days.contains(line), "{line}: {days}");
        }
        assert!(!days.contains("ESCALATION"), "its price renews as it is: {days}");
        // Without a renewal the prices end with it, and the decision comes before the move.
        let text = "mutation($id: ID!, $changes: CloudCommitmentChanges!) {
            updateCloudCommitment(id: $id, changes: $changes) { noticeDaysMaximum planning {
                decisionLeadDays proposalLeadDays migrationDays decommissionBufferDays } } }";
        let changes = json!({ "autoRenews": false, "noticeDaysMaximum": null, "planning": { "proposalLeadDays": null } });
        let changed = app.director().query_with(text, json!({ "id": agreement, "changes": changes })).await;
        assert_eq!(
            changed["updateCloudCommitment"],
            json!({ "noticeDaysMaximum": null, "planning": { "decisionLeadDays": 30, "proposalLeadDays": null,
                "migrationDays": 30, "decommissionBufferDays": 10 } })
        );
        let data = app.finance().query_with(CALENDAR, asked).await;
        let days = lines(&data);
        let kinds: Vec<_> =
            days.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            kinds,
            [
                "2026-10-22 DECISION_DUE",
                "2026-11-21 EXIT_START",
                "2026-12-31 TERM_END",
                "2027-01-01 ESCALATION"
            ]
        );
        let last = &data["contractCalendar"]["events"][3];
        let reason = "the prices of the commitment end on 2026-12-31: usage is at list prices from then on";
        assert_eq!(last["reason"], reason);
        let mut found = Vec::new();
        for change in [
            json!({ "noticeDays": null }),
            json!({ "noticeDaysMaximum": 59 }),
            json!({ "planning": { "migrationDays": -1 } }),
            json!({ "planning": { "decisionLeadDays": 3651 } }),
        ] {
            let input = with(with(planned.clone(), &json!({ "reference": "X" })), &change);
            let input = json!({ "input": input });
            found.push(app.director().expect_error_with(COMMIT, input, "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        noticeDaysMaximum: 120 is refused: no latest notice is agreed
        noticeDaysMaximum: 59 is less than the latest notice of 60, so no day would be valid
        planning.migrationDays: -1 is not between 0 and 3650
        planning.decisionLeadDays: 3651 is not between 0 and 3650
        ");
    });
}

#[test]
fn commitments_that_cannot_be_are_refused() {
    on_both_engines(async |app| {
        let account = an_account(app).await;
        app.director().query_with(COMMIT, json!({ "input": a_commitment(&account, "SP-1") })).await;
        let mut found = Vec::new();
        for change in [
            json!({}),
            json!({ "reference": "X", "total": "1" }),
            json!({ "reference": "X", "hourly": null }),
            json!({ "reference": "X", "hourly": "-1" }),
            json!({ "reference": "X", "currency": "EUR" }),
            json!({ "reference": "X", "endsOn": "2025-12-31" }),
            json!({ "reference": "X", "noticeDays": 366 }),
            json!({ "reference": "X", "renewalMonths": 0 }),
        ] {
            let input = json!({ "input": with(a_commitment(&account, "SP-1"), &change) });
            found.push(app.director().expect_error_with(COMMIT, input, "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        reference: another cloud commitment already has it
        hourly: give either what is committed for each hour or the total
        hourly: give either what is committed for each hour or the total
        hourly: -1 is below 0
        currency: EUR is not USD, in which the account is billed
        endsOn: 2025-12-31 lies before the first day on 2026-01-01
        noticeDays: 366 is refused: notice is not longer than the term
        renewalMonths: 0 is below 1
        ");
        app.viewer()
            .expect_error_with(COMMIT, json!({ "input": a_commitment(&account, "Y") }), "FORBIDDEN")
            .await;
        let page = r#"{ cloudCommitments(filter: { kind: { eq: SAVINGS_PLAN } }) { nodes { reference hourly { amount } account { name } } } }"#;
        let list = app.finance().query(page).await["cloudCommitments"]["nodes"].clone();
        assert_eq!(
            list,
            json!([{ "reference": "SP-1", "hourly": { "amount": "4.25" }, "account": { "name": "Production" } }])
        );
    });
}

#[test]
fn the_feed_has_what_lies_on_the_desk() {
    on_both_engines(async |app| {
        let account = an_account(app).await;
        app.director().query_with(COMMIT, json!({ "input": a_commitment(&account, "SP-1") })).await;
        let vendor = a_vendor(app, "COLO").await;
        app.director().query_with(OFFER, json!({ "input": an_offer(&vendor, "Q-2") })).await;
        let caller = app.caller(Role::Finance);
        let reader = app.store().read(&caller, Permission::ViewContracts).unwrap();
        let feed = feed::of(&reader, &caller, Overlay::none()).await.unwrap().replace("\r\n ", "");
        assert!(feed.contains("SUMMARY:Offer expires: offer Q-2"), "{feed}");
        assert!(feed.contains("SUMMARY:Term ends: cloud commitment SP-1"), "{feed}");
    });
}

const SET: &str = "mutation($id: ID!, $rule: EarlyTerminationRuleInput!) {
    setTerminationRule(contract: $id, rule: $rule) { terminationRule {
        remainingCharges { share advances { amount { amount } from months } fixed { amount } }
        table { fromContractMonth fee { amount } } fixed { amount } } } }";

#[test]
fn leaving_early_costs_what_the_stored_rule_says() {
    on_both_engines(async |app| {
        let contract = sign_c1(app).await;
        let leave = r#"{ colocationContract(number: "C1") { earlyTermination(on: "2027-07-14") {
            remaining { amount } fee { amount } } } }"#;
        let refusal = app.finance().expect_error(leave, "INVALID").await;
        assert_eq!(refusal.message, "rule: is missing: the contract states no rule, so pass one or set it");
        let rule = json!({ "remainingCharges": { "share": "0.75", "advances": [{ "amount": "24000" }] } });
        let data = app.director().query_with(SET, json!({ "id": contract, "rule": rule })).await;
        insta::assert_snapshot!(data["setTerminationRule"]["terminationRule"], @r#"{"fixed":null,"remainingCharges":{"advances":[{"amount":{"amount":"24000.00"},"from":"2026-01-15","months":36}],"fixed":{"amount":"0.00"},"share":"0.75"},"table":null}"#);
        let data = app.finance().query(leave).await;
        let found = &data["colocationContract"]["earlyTermination"];
        assert_eq!(found["remaining"]["amount"], examples()["1.etf.remaining"]);
        assert_eq!(found["fee"]["amount"], examples()["1.etf.75pct_plus_nrc"]);
        let table = json!({ "table": [{ "fromContractMonth": 0, "fee": "90000" }, { "fromContractMonth": 18, "fee": "45000" }] });
        app.director().query_with(SET, json!({ "id": contract, "rule": table })).await;
        let fee = app.finance().query(leave).await["colocationContract"]["earlyTermination"]["fee"].clone();
        assert_eq!(fee["amount"], "45000.00");

        let mut found = Vec::new();
        for rule in [
            json!({}),
            json!({ "fixed": "-1" }),
            json!({ "remainingCharges": { "share": "75" } }),
            json!({ "remainingCharges": { "share": "1", "advances": [{ "amount": "1", "months": -1 }] } }),
            json!({ "table": [{ "fromContractMonth": 12, "fee": "1" }, { "fromContractMonth": 0, "fee": "2" }] }),
        ] {
            let arguments = json!({ "id": contract, "rule": rule });
            found.push(app.director().expect_error_with(SET, arguments, "INVALID").await.message);
        }
        insta::assert_snapshot!(found.join("\n"), @r"
        rule: give just one of remainingCharges, table and fixed
        terminationRule.fee: -1 is refused: a fee is not negative
        terminationRule.share: 75 is refused: a share is a fraction between 0 and 1: 0.75 is 75 %
        terminationRule.advances[0].months: -1 is refused: not negative
        terminationRule.table: 0 is refused: contract months ascend and do not repeat
        ");
        let hidden = r#"{ colocationContract(number: "C1") { terminationRule { fixed { amount } } } }"#;
        assert_eq!(app.architect().query(hidden).await["colocationContract"]["terminationRule"], Value::Null);
        let remove = "mutation($id: ID!) { removeTerminationRule(contract: $id) { terminationRule { fixed { amount } } } }";
        let data = app.director().query_with(remove, json!({ "id": contract })).await;
        assert_eq!(data["removeTerminationRule"]["terminationRule"], Value::Null);
        app.finance().expect_error(leave, "INVALID").await;
        app.architect().expect_error_with(remove, json!({ "id": contract }), "FORBIDDEN").await;
    });
}

#[test]
fn renewal_by_itself_costs_what_the_worked_example_says() {
    on_both_engines(async |app| {
        super::decisions::sign_renewing_c1(app).await;
        let text = r#"query($asOf: Date) { colocationContract(number: "C1") {
            autoRenewExposure(asOf: $asOf) { startsOn cost { amount } } } }"#;
        let data = app.finance().query_with(text, json!({ "asOf": "2028-06-01" })).await;
        let exposure = &data["colocationContract"]["autoRenewExposure"];
        assert_eq!(exposure["cost"]["amount"], examples()["1.autorenew.exposure12"]);
        let id = app.director().query(r#"{ colocationContract(number: "C1") { id } }"#).await["colocationContract"]["id"].clone();
        let notice = r#"mutation($id: ID!) { recordNotice(id: $id, on: "2026-06-30") { id } }"#;
        app.director().query_with(notice, json!({ "id": id })).await;
        let data = app.finance().query_with(text, json!({ "asOf": "2028-06-01" })).await;
        assert_eq!(data["colocationContract"]["autoRenewExposure"], Value::Null);
    });
}
