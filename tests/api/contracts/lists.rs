//! Lists of contracts: filters, orders, pages, and how many statements they take.

use ::support::{TestApp, on_both_engines};
use serde_json::{Value, json};

use super::{a_contract, a_site, a_vendor, sign, with};

/// Four contracts with two vendors at two sites; the third has no owner.
async fn four_contracts(app: &TestApp) {
    let (first, second) = (a_vendor(app, "ALPHA").await, a_vendor(app, "BETA").await);
    let (fra, ber) = (a_site(app, "FRA1").await, a_site(app, "BER1").await);
    let rows: [(&str, &str, &[&str], Value); 4] = [
        ("A", &first, &[&fra], json!({ "details": { "owner": "Network" } })),
        ("B", &first, &[&fra, &ber], json!({ "term": { "months": 24, "statedEndOn": "2027-12-31" } })),
        (
            "C",
            &second,
            &[&ber],
            json!({ "currency": "EUR", "details": { "owner": null, "classification": "SERVICE" } }),
        ),
        (
            "D",
            &second,
            &[&ber],
            json!({
                "term": { "signedOn": "2024-01-01" },
                "details": { "owner": "network", "renewal": { "automatic": true, "months": 12, "uplift": "0.03" } },
            }),
        ),
    ];
    for (number, vendor, sites, change) in rows {
        sign(app, with(a_contract(number, vendor, sites), &change)).await;
    }
}

/// The numbers of the contracts that a list gives.
async fn numbers(app: &TestApp, arguments: &str) -> String {
    let text = format!("{{ colocationContracts({arguments}) {{ nodes {{ number }} }} }}");
    let data = app.architect().query(&text).await;
    let nodes = data["colocationContracts"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["number"].as_str().unwrap()).collect()
}

#[test]
fn contracts_are_filtered_by_their_own_fields_and_through_relations() {
    on_both_engines(async |app| {
        four_contracts(app).await;
        for (filter, expected) in [
            (r#"number: { in: ["A", "D"] }"#, "AD"),
            (r#"vendor: { code: { eq: "BETA" } }"#, "CD"),
            (r#"site: { code: { eq: "FRA1" } }"#, "AB"),
            (r#"site: { code: { eq: "BER1" } }, vendor: { code: { eq: "ALPHA" } }"#, "B"),
            (r#"currency: { eq: "EUR" }"#, "C"),
            (r#"signedOn: { lt: "2025-01-01" }"#, "D"),
            (r#"billingStartsOn: { gte: "2026-01-02" }"#, ""),
            ("termMonths: { gt: 12 }", "B"),
            ("statedEndOn: { isNull: false }", "B"),
            ("renewsAutomatically: { eq: true }", "D"),
            ("noticeGivenOn: { isNull: true }", "ABCD"),
            ("classification: { eq: SERVICE }", "C"),
            (r#"owner: { contains: "NET" }"#, "AD"),
            ("owner: { isNull: true }", "C"),
            (r#"masterAgreement: { isNull: false }"#, ""),
            (r#"or: [{ number: { eq: "A" } }, { currency: { eq: "EUR" } }]"#, "AC"),
            (r#"not: { owner: { eq: "Network" } }"#, "BCD"),
            (
                r#"and: [{ site: { code: { eq: "BER1" } } }, { not: { vendor: { code: { eq: "BETA" } } } }]"#,
                "B",
            ),
        ] {
            let found =
                numbers(app, &format!("filter: {{ {filter} }}, orderBy: [{{ field: NUMBER }}]")).await;
            assert_eq!(found, expected, "{filter}");
        }
        let refusal = app
            .architect()
            .expect_error("{ colocationContracts(filter: { or: [] }) { totalCount } }", "INVALID")
            .await;
        assert!(refusal.message.contains("filter.or"), "{}", refusal.message);
    });
}

#[test]
fn contracts_are_ordered_with_those_without_a_value_last() {
    on_both_engines(async |app| {
        four_contracts(app).await;
        for (order, expected) in [
            ("{ field: NUMBER, direction: DESC }", "DCBA"),
            ("{ field: SIGNED_ON }, { field: NUMBER, direction: DESC }", "DCBA"),
            ("{ field: STATED_END_ON }, { field: NUMBER }", "BACD"),
            ("{ field: STATED_END_ON, direction: DESC }, { field: NUMBER }", "BACD"),
            ("{ field: BILLING_STARTS_ON }, { field: NUMBER }", "ABCD"),
            ("{ field: OWNER }, { field: NUMBER }", "BADC"),
            ("{ field: CREATED_AT }, { field: NUMBER }", "ABCD"),
        ] {
            assert_eq!(numbers(app, &format!("orderBy: [{order}]")).await, expected, "{order}");
        }
    });
}

#[test]
fn pages_follow_each_other_in_both_directions() {
    on_both_engines(async |app| {
        four_contracts(app).await;
        let order = "orderBy: [{ field: STATED_END_ON }, { field: NUMBER }]";
        let page = async |arguments: &str| {
            let text = format!(
                "{{ colocationContracts({order}, {arguments}) {{
                    totalCount edges {{ cursor node {{ number }} }}
                    pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }}
                }} }}"
            );
            app.architect().query(&text).await["colocationContracts"].clone()
        };
        let names = |page: &Value| {
            let edges = page["edges"].as_array().unwrap().iter();
            edges.map(|edge| edge["node"]["number"].as_str().unwrap()).collect::<String>()
        };
        let first = page("first: 2").await;
        assert_eq!((names(&first).as_str(), &first["totalCount"]), ("BA", &json!(4)));
        assert_eq!(first["pageInfo"]["hasNextPage"], true);
        let end = first["pageInfo"]["endCursor"].as_str().unwrap();
        let second = page(&format!("first: 2, after: \"{end}\"")).await;
        assert_eq!(names(&second), "CD");
        assert_eq!(second["pageInfo"]["hasNextPage"], false);
        let start = second["pageInfo"]["startCursor"].as_str().unwrap();
        let back = page(&format!("last: 1, before: \"{start}\"")).await;
        assert_eq!(names(&back), "A");
        assert_eq!(back["pageInfo"]["hasPreviousPage"], true);

        let foreign = format!("{{ sites(after: \"{end}\") {{ totalCount }} }}");
        let refusal = app.architect().expect_error(&foreign, "INVALID").await;
        assert_eq!(refusal.message, "after: is a cursor of another list, so it has no place in this one");
    });
}

#[test]
fn statements_do_not_grow_with_contracts() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let text = r#"{ colocationContracts { nodes {
            number vendor { code } sites { code colocationContracts { number } }
            term { endsOn } notice { deadline } findings { field }
            charges { kind unitPrice { amount } site { code } contract { number } }
            monthlyCost(from: "2026-01", months: 2) { total { amount } }
        } } }"#;
        sign(app, a_contract("N0", &vendor, &[&site])).await;
        let one = app.director().statements(text).await;
        for number in 1..20 {
            sign(app, a_contract(&format!("N{number}"), &vendor, &[&site])).await;
        }
        let twenty = app.director().statements(text).await;
        assert_eq!(one, twenty);
        insta::assert_snapshot!(twenty, @"13");
    });
}
