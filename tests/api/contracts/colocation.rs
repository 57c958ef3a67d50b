//! Colocation contracts: all their fields, their changes, who may see and do what.

use ::support::on_both_engines;
use serde_json::{Value, json};

use super::{SIGN, a_contract, a_site, a_vendor, golden::sign_c1, shown, sign, with};

#[test]
fn every_field_of_a_contract_is_shown() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let text = r#"{ colocationContract(number: "C1") {
            version createdAt updatedAt number masterAgreement currency vendor { code }
            term { signedOn billingStartsOn months endsOn statedEndOn lastDayOn }
            renewal { automatic months maximum priceRule uplift index { series lagMonths floor cap noDecrease } }
            notice { minimum maximum unit method deadline windowOpensOn givenOn evidence }
            holdoverMultiplier proration disputeWindowDays classification owner source
            sites { code colocationContracts { number } } charges { kind }
            findings { field value rule severity }
        } }"#;
        let data = app.director().query(text).await;
        insta::assert_snapshot!(shown(&data["colocationContract"]), @r#"
        charges: [{"kind":"SPACE_KW"},{"kind":"CROSS_CONNECT"}]
        classification: "UNDETERMINED"
        createdAt: "2026-07-01T09:00:00+00:00"
        currency: "USD"
        disputeWindowDays: null
        findings: []
        holdoverMultiplier: null
        masterAgreement: null
        notice: {"deadline":"2028-10-16","evidence":null,"givenOn":null,"maximum":180,"method":null,"minimum":90,"unit":"CALENDAR_DAYS","windowOpensOn":"2028-07-18"}
        number: "C1"
        owner: "Infrastructure"
        proration: "ACTUAL_DAYS_CALENDAR"
        renewal: {"automatic":false,"index":null,"maximum":null,"months":null,"priceRule":"FIXED_UPLIFT","uplift":null}
        sites: [{"code":"FRA1","colocationContracts":[{"number":"C1"}]}]
        source: null
        term: {"billingStartsOn":"2026-01-15","endsOn":"2029-01-14","lastDayOn":"2029-01-14","months":36,"signedOn":"2025-11-03","statedEndOn":"2029-01-14"}
        updatedAt: "2026-07-01T09:00:00+00:00"
        vendor: {"code":"COLO"}
        version: 1
        "#);
    });
}

#[test]
fn every_field_of_a_charge_is_shown() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let text = r#"{ colocationContract(number: "C1") { charges {
            version createdAt updatedAt position kind description quantity fromOn toOn billing
            contract { number } site { code } unitPrice { amount currency } unitPriceHidden
            escalator {
                kind rate firstOn everyMonths anchor compounding series lagMonths floor cap noDecrease
                table { on rate }
            }
            ramp { fromContractMonth kilowatts } peakKilowatts
            abatements { fromContractMonth months rate }
            metering {
                averageKilowatts powerUsageEffectivenessMeasured powerUsageEffectivenessContractual
                powerUsageEffectivenessCap minimumTakeRate commitKilowatts
            }
            renewalUplift
        } } }"#;
        let data = app.director().query(text).await;
        insta::assert_snapshot!(shown(&data["colocationContract"]["charges"]), @r#"
        abatements: [{"fromContractMonth":0,"months":2,"rate":"1"}]
        billing: "ADVANCE"
        contract: {"number":"C1"}
        createdAt: "2026-07-01T09:00:00+00:00"
        description: null
        escalator: {"anchor":"ANNIVERSARY","cap":null,"compounding":true,"everyMonths":12,"firstOn":null,"floor":null,"kind":"FIXED","lagMonths":null,"noDecrease":null,"rate":"0.03","series":null,"table":null}
        fromOn: null
        kind: "SPACE_KW"
        metering: null
        peakKilowatts: null
        position: 1
        quantity: "100"
        ramp: [{"fromContractMonth":0,"kilowatts":"40"},{"fromContractMonth":3,"kilowatts":"70"},{"fromContractMonth":6,"kilowatts":"100"}]
        renewalUplift: null
        site: {"code":"FRA1"}
        toOn: null
        unitPrice: {"amount":"165.00","currency":"USD"}
        unitPriceHidden: false
        updatedAt: "2026-07-01T09:00:00+00:00"
        version: 1

        abatements: []
        billing: "ADVANCE"
        contract: {"number":"C1"}
        createdAt: "2026-07-01T09:00:00+00:00"
        description: null
        escalator: {"anchor":"ANNIVERSARY","cap":null,"compounding":true,"everyMonths":12,"firstOn":null,"floor":null,"kind":"FIXED","lagMonths":null,"noDecrease":null,"rate":"0.05","series":null,"table":null}
        fromOn: null
        kind: "CROSS_CONNECT"
        metering: null
        peakKilowatts: null
        position: 2
        quantity: "6"
        ramp: []
        renewalUplift: null
        site: null
        toOn: null
        unitPrice: {"amount":"300.00","currency":"USD"}
        unitPriceHidden: false
        updatedAt: "2026-07-01T09:00:00+00:00"
        version: 1
        "#);
    });
}

#[test]
fn terms_are_changed_one_by_one_and_cleared_with_null() {
    on_both_engines(async |app| {
        let id = sign_c1(app).await;
        let text = r#"mutation($id: ID!) { updateColocationContract(id: $id, expectedVersion: 1, changes: {
            masterAgreement: "MSA-7", holdoverMultiplier: "1.5", disputeWindowDays: 90,
            classification: SERVICE, owner: null, term: { statedEndOn: null },
            renewal: {
                automatic: true, months: 12, maximum: 2, priceRule: CPI,
                index: { series: "CPI-U", lagMonths: 3, floor: "0.02", cap: "0.05", noDecrease: true }
            },
            notice: { unit: MONTHS, minimum: 3, maximum: 6, method: "by registered mail" }
        }) {
            version masterAgreement holdoverMultiplier disputeWindowDays classification owner
            term { months statedEndOn lastDayOn }
            renewal { automatic months maximum priceRule uplift index { series lagMonths floor cap noDecrease } }
            notice { minimum maximum unit method deadline windowOpensOn }
            findings { field value rule severity }
        } }"#;
        let data = app.director().query_with(text, json!({ "id": id })).await;
        insta::assert_snapshot!(shown(&data["updateColocationContract"]), @r#"
        classification: "SERVICE"
        disputeWindowDays: 90
        findings: [{"field":"owner","rule":"nobody answers for the contract","severity":"WARNING","value":null}]
        holdoverMultiplier: "1.5"
        masterAgreement: "MSA-7"
        notice: {"deadline":"2028-10-13","maximum":6,"method":"by registered mail","minimum":3,"unit":"MONTHS","windowOpensOn":"2028-07-14"}
        owner: null
        renewal: {"automatic":true,"index":{"cap":"0.05","floor":"0.02","lagMonths":3,"noDecrease":true,"series":"CPI-U"},"maximum":2,"months":12,"priceRule":"CPI","uplift":null}
        term: {"lastDayOn":"2031-01-14","months":36,"statedEndOn":null}
        version: 2
        "#);

        let stale = app.director().expect_error_with(text, json!({ "id": id }), "CONFLICT").await;
        assert_eq!(
            stale.message,
            "the colocation contract is at version 2, the change expected version 1; read it again"
        );
    });
}

#[test]
fn signing_twice_with_one_key_signs_once() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let text = "mutation($input: NewColocationContract!) {
            signColocationContract(input: $input, idempotencyKey: \"k\") { id }
        }";
        let input = a_contract("A", &vendor, &[&site]);
        let first = app.director().query_with(text, json!({ "input": input })).await;
        let again = app.director().query_with(text, json!({ "input": input })).await;
        assert_eq!(first, again);
        let other = json!({ "input": a_contract("B", &vendor, &[&site]) });
        let refusal = app.director().expect_error_with(text, other, "CONFLICT").await;
        assert_eq!(refusal.message, "the idempotency key `k` was used for another input");
        let count = app.director().query("{ colocationContracts { totalCount } }").await;
        assert_eq!(count["colocationContracts"]["totalCount"], 1);
    });
}

#[test]
fn a_contract_that_is_refused_leaves_nothing_behind() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let charges = json!([
            { "kind": "SPACE_CABINET", "unitPrice": "1000", "quantity": "1" },
            { "kind": "BANDWIDTH", "unitPrice": "10", "quantity": "-1" },
        ]);
        let input = with(a_contract("A", &vendor, &[&site]), &json!({ "charges": charges }));
        let refusal = app.director().expect_error_with(SIGN, json!({ "input": input }), "INVALID").await;
        assert_eq!(refusal.message, "charges[1].quantity: -1 is below 0");
        let data = app.director().query("{ colocationContracts { totalCount } }").await;
        assert_eq!(data["colocationContracts"]["totalCount"], 0);
    });
}

#[test]
fn sites_are_assigned_and_withdrawn() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let second = a_site(app, "BER1").await;
        let contract = sign(app, a_contract("A", &vendor, &[&site])).await;
        let ids = json!({ "contract": contract, "site": second });
        let assign = "mutation($contract: ID!, $site: ID!) {
            assignContractSite(contract: $contract, site: $site) { sites { code } }
        }";
        let withdraw = "mutation($contract: ID!, $site: ID!) {
            withdrawContractSite(contract: $contract, site: $site) { sites { code } }
        }";
        let director = app.director();
        let data = director.query_with(assign, ids.clone()).await;
        assert_eq!(data["assignContractSite"]["sites"], json!([{ "code": "BER1" }, { "code": "FRA1" }]));
        let refusal = director.expect_error_with(assign, ids.clone(), "CONFLICT").await;
        assert_eq!(refusal.message, "the contract A is for that site already");

        let add = "mutation($contract: ID!, $site: ID!) { addColocationCharge(contract: $contract, input: {
            kind: REMOTE_HANDS, unitPrice: \"150\", quantity: \"2\", details: { site: $site }
        }) { id position } }";
        let charge = director.query_with(add, ids.clone()).await;
        assert_eq!(charge["addColocationCharge"]["position"], 2);
        let refusal = director.expect_error_with(withdraw, ids.clone(), "CONFLICT").await;
        assert_eq!(refusal.message, "1 charges of the contract are for that site, change or remove them");

        let remove = "mutation($id: ID!) { removeColocationCharge(id: $id) { charges { kind } } }";
        let data = director.query_with(remove, json!({ "id": charge["addColocationCharge"]["id"] })).await;
        assert_eq!(data["removeColocationCharge"]["charges"], json!([{ "kind": "SPACE_CABINET" }]));
        let data = director.query_with(withdraw, ids.clone()).await;
        assert_eq!(data["withdrawContractSite"]["sites"], json!([{ "code": "FRA1" }]));
        director.expect_error_with(withdraw, ids, "NOT_FOUND").await;
    });
}

#[test]
fn prices_are_for_those_who_may_see_them() {
    on_both_engines(async |app| {
        sign_c1(app).await;
        let prices = r#"{ colocationContract(number: "C1") {
            charges { unitPrice { amount } unitPriceHidden quantity }
        } }"#;
        let data = app.architect().query(prices).await;
        assert_eq!(
            data["colocationContract"]["charges"][1],
            json!({ "unitPrice": null, "unitPriceHidden": true, "quantity": "6" })
        );
        let data = app.finance().query(prices).await;
        assert_eq!(
            data["colocationContract"]["charges"][1],
            json!({ "unitPrice": { "amount": "300.00" }, "unitPriceHidden": false, "quantity": "6" })
        );

        let cost = r#"{ colocationContract(number: "C1") { number monthlyCost(from: "2026-01") { total { amount } } } }"#;
        let answer = app.architect().answer(cost, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(answer["data"]["colocationContract"]["number"], "C1", "the rest of the answer stays");
        assert_eq!(answer["data"]["colocationContract"]["monthlyCost"], Value::Null);
    });
}

#[test]
fn contracts_are_seen_and_changed_by_those_who_may() {
    on_both_engines(async |app| {
        let id = sign_c1(app).await;
        let list = "{ colocationContracts { totalCount } }";
        app.viewer().expect_error(list, "FORBIDDEN").await;
        app.admin().expect_error(list, "FORBIDDEN").await;
        app.nobody().expect_error(list, "UNAUTHENTICATED").await;
        for client in [app.architect(), app.planner(), app.finance(), app.director()] {
            client.query(list).await;
        }
        let delete = "mutation($id: ID!) { removeColocationContract(id: $id) }";
        for client in [app.viewer(), app.architect(), app.planner(), app.finance(), app.admin()] {
            client.expect_error_with(delete, json!({ "id": id }), "FORBIDDEN").await;
        }

        let through_site = r#"{ site(code: "FRA1") { code colocationContracts { number } } }"#;
        let answer = app.viewer().answer(through_site, json!({})).await;
        assert_eq!(answer["data"]["site"]["code"], "FRA1", "the rest of the answer stays");
        assert_eq!(answer["data"]["site"]["colocationContracts"], Value::Null);
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    });
}

#[test]
fn a_contract_is_deleted_with_its_parts_and_leaves_their_change_records() {
    on_both_engines(async |app| {
        let id = sign_c1(app).await;
        let delete = "mutation($id: ID!, $version: Int) { removeColocationContract(id: $id, expectedVersion: $version) }";
        let director = app.director();
        director.expect_error_with(delete, json!({ "id": id, "version": 7 }), "CONFLICT").await;
        let data = director.query_with(delete, json!({ "id": id })).await;
        assert_eq!(data["removeColocationContract"], Value::from(id.clone()));
        let data = director.query(r#"{ colocationContract(number: "C1") { id } site(code: "FRA1") { colocationContracts { id } } }"#).await;
        assert_eq!(data, json!({ "colocationContract": null, "site": { "colocationContracts": [] } }));
        let refusal = director.expect_error_with(delete, json!({ "id": id }), "NOT_FOUND").await;
        assert!(refusal.message.starts_with("no colocation contract with id "), "{}", refusal.message);
    });
}
