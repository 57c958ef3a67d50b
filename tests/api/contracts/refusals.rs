//! What is refused, with the field, the value and the rule.

use ::support::on_both_engines;
use serde_json::{Value, json};

use super::{SIGN, a_contract, a_site, a_vendor, sign, with};

/// What a contract is changed by, and what it is refused with.
fn bad_contracts() -> Vec<(Value, &'static str)> {
    let renews = |more: Value| json!({ "details": { "renewal": with(json!({ "automatic": true }), &more) } });
    vec![
        (json!({ "number": " " }), "number: is blank"),
        (json!({ "currency": "EURO" }), "currency: `EURO` is not a currency of ISO 4217"),
        (
            json!({ "currency": "XAU" }),
            "currency: XAU is refused: not a currency of ISO 4217 with a minor unit",
        ),
        (json!({ "term": { "months": 0 } }), "term.months: 0 is below 1"),
        (json!({ "term": { "months": 9999 } }), "term.months: 9999 is refused: a term is 1 to 1,200 months"),
        (
            json!({ "term": { "billingStartsOn": "0202-01-01" } }),
            "term.billingStartsOn: 0202-01-01 is not between 1970 and 2199",
        ),
        (
            json!({ "term": { "statedEndOn": "2025-12-31" } }),
            "term.statedEndOn: 2025-12-31 is refused: the end is not before the start of billing",
        ),
        (json!({ "notice": { "minimum": -1 } }), "notice.minimum: -1 is below 0"),
        (
            json!({ "notice": { "minimum": 366 } }),
            "notice.minimum: 366 is refused: notice is not longer than the term",
        ),
        (
            json!({ "notice": { "minimum": 13, "unit": "MONTHS" } }),
            "notice.minimum: 13 is refused: notice is not longer than the term",
        ),
        (
            json!({ "notice": { "maximum": 29 } }),
            "notice.maximum: 29 is less than the latest notice of 30, so no day would be valid",
        ),
        (
            renews(json!({})),
            "renewal.months: is missing: a contract that renews by itself states for how many months",
        ),
        (renews(json!({ "months": 0 })), "renewal.months: 0 is below 1"),
        (
            renews(json!({ "months": 12, "uplift": "3" })),
            "renewal.uplift: 3 is refused: a rate is a fraction: 0.03 is 3 %",
        ),
        (
            renews(json!({ "months": 12, "priceRule": "CPI" })),
            "renewal.index: is missing: a renewal priced by an index names the index",
        ),
        (
            renews(json!({ "months": 12, "priceRule": "CPI",
                           "index": { "series": "CPI-U", "floor": "0.05", "cap": "0.02" } })),
            "renewal.index.floor: 0.05 is refused: the floor is not above the cap",
        ),
        (json!({ "details": { "holdoverMultiplier": "-1" } }), "holdoverMultiplier: -1 is below 0"),
        (json!({ "details": { "disputeWindowDays": -5 } }), "disputeWindowDays: -5 is below 0"),
    ]
}

#[test]
fn bad_terms_are_refused_with_field_value_and_rule() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        for (change, message) in bad_contracts() {
            let input = with(a_contract("A", &vendor, &[&site]), &change);
            let refusal = app.director().expect_error_with(SIGN, json!({ "input": input }), "INVALID").await;
            assert_eq!(refusal.message, message);
            assert_eq!(Some(refusal.field.as_str()), message.split(": ").next());
        }
    });
}

/// What a charge is changed by, and what it is refused with.
fn bad_charges() -> Vec<(Value, &'static str)> {
    [bad_prices(), bad_escalators(), bad_steps(), bad_meters()].concat()
}

fn bad_prices() -> Vec<(Value, &'static str)> {
    vec![
        (json!({ "unitPrice": "-1" }), "unitPrice: -1 is below 0"),
        (json!({ "unitPrice": "0.0000001" }), "unitPrice: 0.0000001 has more than 6 decimals"),
        (json!({ "quantity": "-1" }), "quantity: -1 is below 0"),
        (json!({ "quantity": null }), "quantity: is missing, and neither a ramp nor a meter states it"),
        (
            json!({ "details": { "fromOn": "2026-06-01", "toOn": "2026-05-31" } }),
            "toOn: 2026-05-31 lies before the first day on 2026-06-01",
        ),
    ]
}

fn bad_escalators() -> Vec<(Value, &'static str)> {
    let escalator = |terms: Value| json!({ "details": { "escalator": terms } });
    let descending = json!([{ "on": "2027-01-01", "rate": "0.1" }, { "on": "2026-01-01", "rate": "0.1" }]);
    vec![
        (
            escalator(json!({ "kind": "FIXED", "rate": "3" })),
            "escalator.rate: 3 is refused: a rate is a fraction: 0.03 is 3 %",
        ),
        (escalator(json!({ "kind": "FIXED" })), "escalator.rate: is missing: a FIXED escalator has a rate"),
        (
            escalator(json!({ "kind": "CPI" })),
            "escalator.series: is missing: a CPI escalator names the index that it follows",
        ),
        (escalator(json!({ "kind": "TABLE" })), "escalator.table: is missing: a TABLE escalator has a table"),
        (
            escalator(json!({ "kind": "TABLE", "table": descending })),
            "escalator.table[1].on: 2026-01-01 is refused: dates ascend and do not repeat",
        ),
        (
            escalator(json!({ "kind": "FIXED", "rate": "0.03", "series": "CPI-U" })),
            "escalator.series: given is refused: only a CPI escalator follows an index",
        ),
        (
            escalator(json!({ "kind": "FIXED", "rate": "0.03", "anchor": "EXPLICIT" })),
            "escalator.firstOn: is missing: the anchor EXPLICIT needs the day of the first rise",
        ),
        (
            escalator(json!({ "kind": "FIXED", "rate": "0.03", "firstOn": "2027-01-01" })),
            "escalator.firstOn: 2027-01-01 is refused: only the anchor EXPLICIT has a day of its own",
        ),
        (
            escalator(json!({ "kind": "FIXED", "rate": "0.03", "everyMonths": 0 })),
            "escalator.everyMonths: 0 is refused: 1 to 1,200 months",
        ),
        (
            escalator(json!({ "kind": "CPI", "series": "CPI-U", "floor": "0.05", "cap": "0.02" })),
            "escalator.floor: 0.05 is refused: the floor is not above the cap",
        ),
    ]
}

fn bad_steps() -> Vec<(Value, &'static str)> {
    let ramp = |steps: &[(i32, &str)]| {
        let steps = steps
            .iter()
            .map(|(month, kilowatts)| json!({ "fromContractMonth": month, "kilowatts": kilowatts }));
        json!({ "kind": "SPACE_KW", "details": { "ramp": steps.collect::<Vec<_>>() } })
    };
    let abated = |from: i32, rate: &str| json!({ "details": { "abatements": [{ "fromContractMonth": from, "months": 2, "rate": rate }] } });
    vec![
        (
            json!({ "unitPrice": "9000000000000", "quantity": "9000000000" }),
            "unitPrice: 9000000000000 is refused: with its quantity it comes to more than 1,000,000,000,000 a month: \
             no such charge exists",
        ),
        (ramp(&[(12, "40")]), "ramp[0].fromContractMonth: 12 is refused: a ramp step lies within the term"),
        (
            ramp(&[(3, "40"), (3, "50")]),
            "ramp[1].fromContractMonth: 3 is refused: ramp steps ascend and do not repeat",
        ),
        (ramp(&[(-1, "40")]), "ramp[0].fromContractMonth: -1 is refused: not negative"),
        (ramp(&[(0, "-40")]), "ramp[0].kilowatts: -40 is refused: not negative"),
        (abated(11, "1"), "abatements[0].months: 2 is refused: an abatement ends within the term"),
        (abated(0, "50"), "abatements[0].rate: 50 is refused: the waived share is between 0 and 1"),
    ]
}

fn bad_meters() -> Vec<(Value, &'static str)> {
    let metered = |terms: Value| json!({ "kind": "POWER_METERED", "details": { "metering": terms } });
    vec![
        (
            metered(json!({ "averageKilowatts": "-62", "powerUsageEffectivenessContractual": "1.3" })),
            "metering.averageKilowatts: -62 is below 0",
        ),
        (json!({ "kind": "POWER_METERED" }), "metering: is missing: metered power states how it is billed"),
        (
            json!({ "details": { "metering": { "powerUsageEffectivenessContractual": "1.3" } } }),
            "metering: SPACE_CABINET is refused: only POWER_METERED is billed by a meter",
        ),
        (
            metered(json!({ "powerUsageEffectivenessContractual": "0.9" })),
            "metering.powerUsageEffectivenessContractual: 0.9 is refused: a power usage effectiveness is not below 1",
        ),
        (
            metered(json!({ "powerUsageEffectivenessMeasured": "0.5" })),
            "metering.powerUsageEffectivenessMeasured: 0.5 is refused: a power usage effectiveness is not below 1",
        ),
        (
            metered(json!({ "powerUsageEffectivenessCap": "1.3" })),
            "metering.powerUsageEffectivenessMeasured: is missing: the measured power usage effectiveness is billed",
        ),
        (
            metered(json!({ "powerUsageEffectivenessContractual": "1.3", "minimumTakeRate": "0.7" })),
            "metering.commitKilowatts: is missing: a minimum take is a share of the commitment",
        ),
        (
            metered(json!({ "powerUsageEffectivenessContractual": "1.3", "minimumTakeRate": "70",
                            "commitKilowatts": "100" })),
            "metering.minimumTakeRate: 70 is refused: a share is between 0 and 1",
        ),
    ]
}

#[test]
fn bad_charges_are_refused_with_field_value_and_rule() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let contract = sign(app, a_contract("A", &vendor, &[&site])).await;
        let add = "mutation($contract: ID!, $input: NewColocationCharge!) {
            addColocationCharge(contract: $contract, input: $input) { id }
        }";
        let director = app.director();
        for (change, message) in bad_charges() {
            let sound = json!({ "kind": "SPACE_CABINET", "unitPrice": "1000", "quantity": "1" });
            let input = with(sound, &change);
            let refusal = director
                .expect_error_with(add, json!({ "contract": contract, "input": input }), "INVALID")
                .await;
            assert_eq!(refusal.message, message);

            let whole = with(a_contract("B", &vendor, &[&site]), &json!({ "charges": [input] }));
            let refusal = director.expect_error_with(SIGN, json!({ "input": whole }), "INVALID").await;
            assert_eq!(refusal.message, format!("charges[0].{message}"));
        }
    });
}

#[test]
fn a_term_that_no_longer_holds_its_charges_is_refused() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let charges = json!([{ "kind": "SPACE_KW", "unitPrice": "165", "details": { "ramp": [
            { "fromContractMonth": 0, "kilowatts": "40" }, { "fromContractMonth": 8, "kilowatts": "70" },
        ] } }]);
        let contract =
            sign(app, with(a_contract("A", &vendor, &[&site]), &json!({ "charges": charges }))).await;
        let text = "mutation($id: ID!) {
            updateColocationContract(id: $id, changes: { term: { months: 6 } }) { id }
        }";
        let refusal = app.director().expect_error_with(text, json!({ "id": contract }), "INVALID").await;
        assert_eq!(refusal.field, "charges[0].ramp[1].fromContractMonth");
        let text = "query($id: ID!) { colocationContract(id: $id) { version term { months } } }";
        let data = app.director().query_with(text, json!({ "id": contract })).await;
        assert_eq!(data["colocationContract"], json!({ "version": 1, "term": { "months": 12 } }));
    });
}

#[test]
fn what_a_contract_refers_to_has_to_be_there() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let other = a_site(app, "BER1").await;
        let director = app.director();
        let nothing = "00000000000000000000000000000000";

        let input = a_contract("A", &format!("vendor_{nothing}"), &[&site]);
        let refusal = director.expect_error_with(SIGN, json!({ "input": input }), "NOT_FOUND").await;
        assert!(refusal.message.starts_with("no vendor with id "), "{}", refusal.message);

        let input = a_contract("A", &vendor, &[&site, &format!("site_{nothing}")]);
        let refusal = director.expect_error_with(SIGN, json!({ "input": input }), "NOT_FOUND").await;
        assert!(refusal.message.starts_with("no site with id "), "{}", refusal.message);

        let input = a_contract("A", &vendor, &[&site, &site]);
        let refusal = director.expect_error_with(SIGN, json!({ "input": input }), "INVALID").await;
        assert_eq!(refusal.field, "sites[1]");

        let charge = json!([{ "kind": "SPACE_CAGE", "unitPrice": "1", "quantity": "1",
                              "details": { "site": other } }]);
        let input = with(a_contract("A", &vendor, &[&site]), &json!({ "charges": charge }));
        let refusal = director.expect_error_with(SIGN, json!({ "input": input }), "INVALID").await;
        assert_eq!(refusal.field, "charges[0].site");
        assert!(refusal.message.ends_with("is refused: not a site of the contract"), "{}", refusal.message);

        sign(app, a_contract("A", &vendor, &[&site])).await;
        let again = json!({ "input": a_contract("A", &vendor, &[&site]) });
        let refusal = director.expect_error_with(SIGN, again, "INVALID").await;
        assert_eq!(refusal.message, "number: `A` is the number of another colocation contract already");

        let text = "mutation($id: ID!) { updateColocationContract(id: $id, changes: {}) { id } }";
        let ids = json!({ "id": format!("colocation_contract_{nothing}") });
        director.expect_error_with(text, ids, "NOT_FOUND").await;
        let data = director
            .query(&format!("{{ colocationContract(id: \"colocation_contract_{nothing}\") {{ id }} }}"))
            .await;
        assert_eq!(data, json!({ "colocationContract": null }));
        let both = "{ colocationContract { id } }";
        assert_eq!(director.expect_error(both, "INVALID").await.message, "id: give either an id or a number");
    });
}
