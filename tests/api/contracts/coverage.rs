//! Lists of support contracts, and the assets that they cover.

use ::support::on_both_engines;
use serde_json::json;

use super::{
    a_vendor, shown,
    support::{a_contract, servers, sign},
    with,
};

#[test]
fn assets_are_covered_and_uncovered_each_by_itself() {
    on_both_engines(async |app| {
        let (vendor, assets) = (a_vendor(app, "CARE").await, servers(app, 3).await);
        let contract = sign(app, a_contract("S1", &vendor, &assets[..1])).await;
        let nothing = "asset_00000000000000000000000000000000".to_owned();
        let cover = "mutation($contract: ID!, $assets: [ID!]!) {
            coverAssets(contract: $contract, assets: $assets, fromOn: \"2026-03-01\") {
                index coverage { fromOn asset { tag } } error { code field message }
            }
        }";
        let given = [&assets[0], &assets[1], &nothing, &assets[2], &assets[1]];
        let variables = json!({ "contract": contract, "assets": given });
        let data = app.director().query_with(cover, variables).await;
        insta::assert_snapshot!(shown(&data["coverAssets"]), @r#"
        coverage: null
        error: {"code":"CONFLICT","field":null,"message":"the contract S1 covers the asset already"}
        index: 0

        coverage: {"asset":{"tag":"T1"},"fromOn":"2026-03-01"}
        error: null
        index: 1

        coverage: null
        error: {"code":"NOT_FOUND","field":null,"message":"no asset with id asset_00000000000000000000000000000000"}
        index: 2

        coverage: {"asset":{"tag":"T2"},"fromOn":"2026-03-01"}
        error: null
        index: 3

        coverage: null
        error: {"code":"CONFLICT","field":null,"message":"the contract S1 covers the asset already"}
        index: 4
        "#);

        let uncover = "mutation($contract: ID!, $assets: [ID!]!) {
            uncoverAssets(contract: $contract, assets: $assets) { index coverage { asset { tag } } error { code } }
        }";
        let variables = json!({ "contract": contract, "assets": [assets[2], nothing, assets[0]] });
        let data = app.director().query_with(uncover, variables).await;
        assert_eq!(
            data["uncoverAssets"],
            json!([
                { "index": 0, "coverage": { "asset": { "tag": "T2" } }, "error": null },
                { "index": 1, "coverage": null, "error": { "code": "NOT_FOUND" } },
                { "index": 2, "coverage": { "asset": { "tag": "T0" } }, "error": null },
            ])
        );
        let text = "query($id: ID!) { supportContract(id: $id) { coverage { nodes { asset { tag } } } } }";
        let data = app.director().query_with(text, json!({ "id": contract })).await;
        assert_eq!(data["supportContract"]["coverage"]["nodes"], json!([{ "asset": { "tag": "T1" } }]));

        for (assets, code) in [(json!([]), "INVALID"), (json!(vec![nothing; 1_001]), "LIMIT_EXCEEDED")] {
            let variables = json!({ "contract": contract, "assets": assets });
            app.director().expect_error_with(cover, variables, code).await;
        }
        let early = "mutation($contract: ID!, $assets: [ID!]!) {
            coverAssets(contract: $contract, assets: $assets, fromOn: \"2025-03-01\") { index }
        }";
        let variables = json!({ "contract": contract, "assets": assets });
        let refusal = app.director().expect_error_with(early, variables, "INVALID").await;
        assert_eq!(refusal.message, "fromOn: 2025-03-01 lies before the contract starts on 2026-01-01");
    });
}

#[test]
fn support_contracts_are_filtered_and_ordered() {
    on_both_engines(async |app| {
        let (first, second) = (a_vendor(app, "ALPHA").await, a_vendor(app, "BETA").await);
        let assets = servers(app, 2).await;
        let rows = [
            ("A", &first, &assets[..1], json!({ "details": { "level": "NBD" } })),
            ("B", &first, &assets[..], json!({ "endsOn": "2027-12-31", "billingFrequency": "YEARLY" })),
            (
                "C",
                &second,
                &[],
                json!({ "currency": "EUR", "startsOn": "2025-01-01", "details": { "owner": null,
                "renewal": { "automatic": true, "months": 12 } } }),
            ),
        ];
        for (number, vendor, assets, change) in rows {
            sign(app, with(a_contract(number, vendor, assets), &change)).await;
        }
        let numbers = async |arguments: &str| {
            let text = format!("{{ supportContracts({arguments}) {{ nodes {{ number }} }} }}");
            let data = app.architect().query(&text).await;
            let nodes = data["supportContracts"]["nodes"].as_array().unwrap().iter();
            nodes.map(|node| node["number"].as_str().unwrap().to_owned()).collect::<String>()
        };
        for (filter, expected) in [
            (r#"number: { startsWith: "a" }"#, "A"),
            (r#"vendor: { code: { eq: "ALPHA" } }"#, "AB"),
            (r#"asset: { tag: { eq: "T1" } }"#, "B"),
            (r#"level: { isNull: true }"#, "BC"),
            (r#"currency: { ne: "USD" }"#, "C"),
            (r#"startsOn: { lt: "2026-01-01" }"#, "C"),
            (r#"endsOn: { gt: "2026-12-31" }"#, "B"),
            ("billingFrequency: { eq: YEARLY }", "B"),
            ("renewsAutomatically: { eq: true }", "C"),
            ("noticeGivenOn: { isNull: false }", ""),
            ("owner: { isNull: true }", "C"),
            (r#"not: { vendor: { code: { eq: "ALPHA" } } }"#, "C"),
            (r#"or: [{ level: { eq: "NBD" } }, { currency: { eq: "EUR" } }]"#, "AC"),
            (r#"and: [{ asset: { tag: { eq: "T0" } } }, { endsOn: { gt: "2027-01-01" } }]"#, "B"),
        ] {
            let found = numbers(&format!("filter: {{ {filter} }}, orderBy: [{{ field: NUMBER }}]")).await;
            assert_eq!(found, expected, "{filter}");
        }
        for (order, expected) in [
            ("{ field: NUMBER, direction: DESC }", "CBA"),
            ("{ field: STARTS_ON }, { field: NUMBER, direction: DESC }", "CBA"),
            ("{ field: ENDS_ON, direction: DESC }, { field: NUMBER }", "BAC"),
            ("{ field: OWNER }, { field: NUMBER }", "ABC"),
            ("{ field: CREATED_AT }, { field: NUMBER }", "ABC"),
        ] {
            assert_eq!(numbers(&format!("orderBy: [{order}]")).await, expected, "{order}");
        }
        let covered = r#"{ supportContract(number: "B") { coverage(filter: { asset: { tag: { eq: "T1" } } }) {
            totalCount nodes { asset { tag } }
        } } }"#;
        let data = app.architect().query(covered).await;
        assert_eq!(
            data["supportContract"]["coverage"],
            json!({ "totalCount": 1, "nodes": [{ "asset": { "tag": "T1" } }] })
        );
    });
}

#[test]
fn statements_do_not_grow_with_support_contracts_or_assets() {
    on_both_engines(async |app| {
        let (vendor, assets) = (a_vendor(app, "CARE").await, servers(app, 20).await);
        let contracts = "{ supportContracts { nodes {
            number vendor { code } annualCost { cost { amount } } notice { deadline } findings { field }
            coverage(first: 3) { totalCount nodes { asset { tag supportContracts { number } } } }
        } } }";
        let covered = "{ assets(filter: { tag: { startsWith: \"t\" } }) { nodes { tag supportContracts { number vendor { code } } } } }";
        sign(app, a_contract("S0", &vendor, &assets[..1])).await;
        let one = (app.director().statements(contracts).await, app.director().statements(covered).await);
        for number in 1..20 {
            sign(app, a_contract(&format!("S{number}"), &vendor, &assets)).await;
        }
        let twenty = (app.director().statements(contracts).await, app.director().statements(covered).await);
        assert_eq!(one, twenty);
        insta::assert_snapshot!(format!("{twenty:?}"), @"(7, 4)");
    });
}
