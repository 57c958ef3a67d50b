//! Notice given and withdrawn, and what is pointed out about contracts.

use ::support::on_both_engines;
use serde_json::json;

use super::{a_contract, a_site, a_vendor, shown, sign, with};

#[test]
fn notice_is_given_and_withdrawn() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let renewal =
            json!({ "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0.03" } } });
        let input = with(a_contract("A", &vendor, &[&site]), &renewal);
        let ids = json!({ "id": sign(app, input).await });
        let record = |on: &str| {
            format!(
                "mutation($id: ID!) {{ recordNotice(id: $id, on: \"{on}\", evidence: \"mail 4711\") {{
                    version term {{ lastDayOn }} notice {{ givenOn evidence deadline }} findings {{ field rule }}
                }} }}"
            )
        };
        let director = app.director();
        let data = director.query_with(&record("2026-06-30"), ids.clone()).await;
        let recorded = json!({
            "version": 2,
            "term": { "lastDayOn": "2026-12-31" },
            "notice": { "givenOn": "2026-06-30", "evidence": "mail 4711", "deadline": "2026-12-01" },
            "findings": [],
        });
        assert_eq!(data["recordNotice"], recorded);
        let again = director.expect_error_with(&record("2026-06-30"), ids.clone(), "CONFLICT").await;
        assert_eq!(again.message, "notice for the contract A is recorded already, on 2026-06-30");

        let withdraw =
            "mutation($id: ID!) { withdrawNotice(id: $id) { term { lastDayOn } notice { givenOn } } }";
        let data = director.query_with(withdraw, ids.clone()).await;
        let withdrawn = json!({ "term": { "lastDayOn": null }, "notice": { "givenOn": null } });
        assert_eq!(data["withdrawNotice"], withdrawn);
        let refusal = director.expect_error_with(withdraw, ids.clone(), "CONFLICT").await;
        assert_eq!(refusal.message, "no notice is recorded for the contract A");

        let refusal = director.expect_error_with(&record("2026-07-02"), ids.clone(), "INVALID").await;
        assert_eq!(refusal.message, "on: 2026-07-02 lies in the future, today is 2026-07-01");
        let refusal = director.expect_error_with(&record("2025-11-30"), ids, "INVALID").await;
        assert_eq!(refusal.message, "on: 2025-11-30 lies before the contract began on 2025-12-01");
    });
}

#[test]
fn late_notice_ends_the_following_term_and_is_pointed_out() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let input = with(
            a_contract("A", &vendor, &[&site]),
            &json!({
                "term": { "signedOn": "2025-06-01", "billingStartsOn": "2025-07-15" },
                "details": { "renewal": { "automatic": true, "months": 12, "uplift": "0.03" } },
            }),
        );
        let text = "mutation($id: ID!) { recordNotice(id: $id, on: \"2026-06-20\") {
            term { endsOn lastDayOn } notice { deadline } findings { field value rule severity }
        } }";
        let data = app.director().query_with(text, json!({ "id": sign(app, input).await })).await;
        insta::assert_snapshot!(shown(&data["recordNotice"]), @r#"
        findings: [{"field":"notice.givenOn","rule":"given after the deadline, so the contract ends on 2027-07-14","severity":"WARNING","value":"2026-06-20"}]
        notice: {"deadline":"2026-06-12"}
        term: {"endsOn":"2026-07-14","lastDayOn":"2027-07-14"}
        "#);
    });
}

#[test]
fn what_is_suspicious_is_kept_and_pointed_out() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let input = with(
            a_contract("A", &vendor, &[&site]),
            &json!({
                "term": { "signedOn": "2026-02-01", "statedEndOn": "2027-01-31" },
                "notice": { "minimum": 120 },
                "charges": [
                    { "kind": "POWER_CIRCUIT", "unitPrice": "400", "quantity": "2",
                      "details": { "fromOn": "2025-12-01" } },
                    { "kind": "POWER_METERED", "unitPrice": "0.1", "quantity": "5",
                      "details": { "metering": { "powerUsageEffectivenessContractual": "1.3" } } },
                ],
                "details": { "owner": null, "renewal": { "automatic": true, "months": 3 } },
            }),
        );
        let text = "query($id: ID!) { colocationContract(id: $id) {
            term { endsOn statedEndOn } findings { field value rule severity }
        } }";
        let data = app.architect().query_with(text, json!({ "id": sign(app, input).await })).await;
        insta::assert_snapshot!(shown(&data["colocationContract"]), @r#"
        findings: [{"field":"term.statedEndOn","rule":"differs from the start of billing plus the term, 2026-12-31","severity":"WARNING","value":"2027-01-31"},{"field":"term.signedOn","rule":"signed after billing started","severity":"WARNING","value":"2026-02-01"},{"field":"notice.minimum","rule":"notice is longer than a renewal","severity":"WARNING","value":"120"},{"field":"charges[0].fromOn","rule":"nothing is billed before the start of billing","severity":"WARNING","value":"2025-12-01"},{"field":"charges","rule":"power by circuit and by meter may be billed twice","severity":"WARNING","value":"POWER_CIRCUIT, POWER_METERED"},{"field":"renewal.uplift","rule":"not known, so the last price is held","severity":"WARNING","value":null},{"field":"owner","rule":"nobody answers for the contract","severity":"WARNING","value":null}]
        term: {"endsOn":"2026-12-31","statedEndOn":"2027-01-31"}
        "#);
    });
}
