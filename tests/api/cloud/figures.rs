//! What is listed, hidden, added up and carried into forecasts.

use api::access::Role;
use serde_json::{Value, json};
use support::{Client, on_both_engines};

use super::{ASSUME, OPEN, RECORD, account, figures, text, with, workload};

async fn record(client: &Client, input: Value) {
    client.query_with(RECORD, json!({ "input": input })).await;
}

/// The fixture of the published metrics: seven charges of one month.
async fn fixture(client: &Client, account: &str) {
    for (service, category, list, contracted, effective, billed) in [
        ("used", "USAGE", "1000", "900", "600", "0"),
        ("unused", "USAGE", "0", "0", "150", "0"),
        ("eligible", "USAGE", "500", "450", "450", "450"),
        ("other", "USAGE", "200", "180", "180", "180"),
        ("plan", "PURCHASE", "750", "750", "0", "750"),
        ("tax", "TAX", "130", "130", "130", "130"),
        ("credit", "CREDIT", "-50", "-50", "-50", "-50"),
    ] {
        let input = json!({ "account": account, "month": "2026-06", "service": service, "chargeCategory": category,
            "currency": "USD", "list": list, "contracted": contracted, "effective": effective, "billed": billed });
        record(client, input).await;
    }
}

#[test]
fn single_costs_are_hidden_from_those_who_see_sums() {
    on_both_engines(async |app| {
        let director = app.director();
        let account = account(&director, "1").await;
        record(&director, figures(("account", &account), "2026-06", "10")).await;
        for role in [Role::Viewer, Role::Architect, Role::Planner] {
            let client = app.as_role(role);
            let query =
                "{ costRecords { nodes { month currency costsHidden billed { amount } effective { amount }
                list { amount } contracted { amount } } } }";
            assert_eq!(
                client.query(query).await["costRecords"]["nodes"][0],
                json!({ "month": "2026-06", "currency": "USD", "costsHidden": true,
                    "billed": null, "effective": null, "list": null, "contracted": null })
            );
            for guess in [
                "filter: { billed: { gt: \"5\" } }",
                "filter: { not: { effective: { gt: \"5\" } } }",
                "orderBy: { field: BILLED }",
            ] {
                let query = format!("{{ costRecords({guess}) {{ totalCount }} }}");
                client.expect_error(&query, "FORBIDDEN").await;
            }
        }
        for role in [Role::Viewer, Role::Architect] {
            app.as_role(role)
                .expect_error("{ cloudCostSummary(from: \"2026-01\") { from } }", "FORBIDDEN")
                .await;
        }
        let committee = app.as_role(Role::Committee);
        let query = "{ costRecords(filter: { billed: { gt: \"5\" } }, orderBy: { field: EFFECTIVE }) { totalCount } }";
        assert_eq!(committee.query(query).await["costRecords"]["totalCount"], 1);
    });
}

#[test]
fn costs_are_added_up_exactly_by_what_is_asked() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let main = account(&finance, "1").await;
        fixture(&finance, &main).await;
        let query = "{ cloudCostSummary(from: \"2026-06\", months: 1) {
            from to explain { formula assumptions }
            rows { currency records costs { billed { amount } } account { name } service }
            totals { currency records coverageByCount coverageByValue costsHidden
                costs { billed { amount currency } effective { amount } list { amount } contracted { amount } savingsRate } }
        } }";
        let summary = finance.query(query).await["cloudCostSummary"].take();
        assert_eq!((&summary["from"], &summary["to"]), (&json!("2026-06"), &json!("2026-06")));
        assert_eq!(
            summary["rows"],
            json!([{ "currency": "USD", "records": 7, "costs": { "billed": { "amount": "1460.00" } },
                "account": null, "service": null }])
        );
        // (1700 - 1380) / 1700 over usage alone.
        assert_eq!(
            summary["totals"],
            json!([{ "currency": "USD", "records": 7, "coverageByCount": "1", "coverageByValue": "1",
                "costsHidden": false,
                "costs": { "billed": { "amount": "1460.00", "currency": "USD" }, "effective": { "amount": "1460.00" },
                    "list": { "amount": "2530.00" }, "contracted": { "amount": "2360.00" }, "savingsRate": "0.188235" } }])
        );
        let none = finance.query(&query.replace("2026-06", "2026-07")).await;
        assert_eq!(none["cloudCostSummary"]["rows"], json!([]));
        for (months, size) in [(0, "0 is"), (121, "121 is"), (-1, "-1 is")] {
            let query = format!("{{ cloudCostSummary(from: \"2026-06\", months: {months}) {{ from }} }}");
            let error = finance.expect_error(&query, "INVALID").await;
            assert_eq!(error.message, format!("months: {size} not between 1 and 120"));
        }
    });
}

#[test]
fn sums_do_not_overflow() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let main = account(&finance, "1").await;
        for (month, amount) in [
            ("2026-01", "9223372036854.775807"),
            ("2026-02", "9223372036854.775807"),
            ("2026-03", "-0.000001"),
        ] {
            record(&finance, figures(("account", &main), month, amount)).await;
        }
        let query = "{ cloudCostSummary(from: \"2026-01\") { totals { costs { effective { amount } } } } }";
        let data = finance.query(query).await;
        assert_eq!(
            data["cloudCostSummary"]["totals"][0]["costs"]["effective"]["amount"],
            "18446744073709.551613"
        );
    });
}

/// Two accounts in two currencies; of the first, one workload cost 30 in two months and the rest 30 in one.
async fn two_accounts(finance: &Client) {
    let main = account(finance, "1").await;
    let details = json!({ "owner": "Shop", "environment": "TEST" });
    let shop = workload(finance, &main, "shop", details).await;
    let input = json!({ "provider": "GCP", "accountNumber": "9", "name": "Data", "currency": "EUR" });
    let data = finance.query_with(OPEN, json!({ "input": input })).await;
    let data = text(&data["openProviderAccount"]["id"]);
    record(finance, figures(("workload", &shop), "2026-01", "10")).await;
    record(finance, figures(("workload", &shop), "2026-02", "20")).await;
    record(finance, figures(("account", &main), "2026-02", "30")).await;
    let euros = with(figures(("account", &data), "2026-02", "5"), json!({ "currency": "EUR" }));
    record(finance, euros).await;
}

#[test]
fn every_dimension_groups() {
    on_both_engines(async |app| {
        let finance = app.finance();
        two_accounts(&finance).await;
        let query = "{ cloudCostSummary(from: \"2026-01\", months: 2,
            groupBy: [ACCOUNT, WORKLOAD, SERVICE, REGION, ENVIRONMENT, OWNER, PROVIDER, MONTH, CHARGE_CATEGORY, MONTH]) {
            rows { account { name } workload { name } service region environment owner provider month chargeCategory
                currency records costs { effective { amount } } }
            totals { currency records coverageByCount coverageByValue }
        } }";
        let summary = finance.query(query).await["cloudCostSummary"].take();
        let row = |account: Value, workload: Value, rest: Value| {
            let workload = workload.as_str().map(|name| json!({ "name": name }));
            with(
                json!({ "account": { "name": account }, "workload": workload, "service": "EC2",
                    "chargeCategory": "USAGE", "records": 1 }),
                rest,
            )
        };
        assert_eq!(
            summary["rows"],
            json!([
                row(
                    json!("Data"),
                    Value::Null,
                    json!({ "region": null, "environment": null, "owner": null,
                    "provider": "GCP", "month": "2026-02", "currency": "EUR",
                    "costs": { "effective": { "amount": "5.00" } } })
                ),
                row(
                    json!("Main"),
                    json!("shop"),
                    json!({ "region": "eu-west-1", "environment": "TEST",
                    "owner": "Shop", "provider": "AWS", "month": "2026-01", "currency": "USD",
                    "costs": { "effective": { "amount": "10.00" } } })
                ),
                row(
                    json!("Main"),
                    json!("shop"),
                    json!({ "region": "eu-west-1", "environment": "TEST",
                    "owner": "Shop", "provider": "AWS", "month": "2026-02", "currency": "USD",
                    "costs": { "effective": { "amount": "20.00" } } })
                ),
                row(
                    json!("Main"),
                    Value::Null,
                    json!({ "region": null, "environment": null,
                    "owner": "Platform", "provider": "AWS", "month": "2026-02", "currency": "USD",
                    "costs": { "effective": { "amount": "30.00" } } })
                ),
            ])
        );
        assert_eq!(
            summary["totals"],
            json!([
                { "currency": "EUR", "records": 1, "coverageByCount": "0", "coverageByValue": "0" },
                { "currency": "USD", "records": 3, "coverageByCount": "0.666667", "coverageByValue": "0.5" },
            ])
        );
        let filtered =
            "{ cloudCostSummary(from: \"2026-01\", filter: { workload: { environment: { eq: TEST } } }) {
            totals { costs { effective { amount } } } } }";
        let filtered = finance.query(filtered).await;
        assert_eq!(filtered["cloudCostSummary"]["totals"][0]["costs"]["effective"]["amount"], "30.00");
        assert_eq!(finance.statements(query).await, 3, "the sums, the accounts and the workloads");
    });
}

#[test]
fn a_sum_of_one_is_a_price() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let main = account(&finance, "1").await;
        let shop = workload(&finance, &main, "shop", json!({})).await;
        let cart = workload(&finance, &main, "cart", json!({})).await;
        record(&finance, figures(("workload", &cart), "2026-01", "10")).await;
        let query = "{ cloudCostSummary(from: \"2026-01\", groupBy: [WORKLOAD]) {
            rows { workload { name } records costsHidden costs { billed { amount } } }
            totals { records costsHidden coverageByValue costs { billed { amount } } } } }";
        let planner = app.planner();
        let summary = planner.query(query).await["cloudCostSummary"].take();
        assert_eq!(summary["totals"][0]["costs"], Value::Null, "one record is all there is");
        assert_eq!(summary["totals"][0]["costsHidden"], true);

        for month in ["2026-01", "2026-02", "2026-03"] {
            record(&finance, figures(("workload", &shop), month, "20")).await;
            record(&finance, figures(("account", &main), month, "5")).await;
        }
        record(&finance, figures(("account", &main), "2026-04", "5")).await;
        let summary = planner.query(query).await["cloudCostSummary"].take();
        let hidden = |name: &str| {
            let rows = summary["rows"].as_array().unwrap().iter();
            let row = rows.clone().find(|row| row["workload"]["name"].as_str().unwrap_or_default() == name);
            row.unwrap()["costsHidden"].as_bool().unwrap()
        };
        assert!(hidden("cart"), "a single record");
        assert!(hidden("shop"), "or the total would tell the cart");
        assert!(!hidden(""));
        let total = &summary["totals"][0];
        assert_eq!(total["costs"]["billed"]["amount"], "90.00");
        assert_eq!(total["coverageByValue"], Value::Null);
        let open = finance.query(query).await["cloudCostSummary"].take();
        assert!(open["rows"].as_array().unwrap().iter().all(|row| row["costsHidden"] == false));
        assert_eq!(open["totals"][0]["coverageByValue"], "0.777778");
    });
}

const PLAN: &str = "query($view: MoneyView!) {
    roadmap(from: \"2025-10\", asOf: \"2026-01-15\", view: $view, groupBy: [OWNER]) {
        lines { category keys { value } amounts { months { amount } } }
        excluded { subject reason count records { label } }
    }
}";

#[test]
fn the_roadmap_goes_on_from_the_latest_recurring_cost() {
    on_both_engines(async |app| {
        let director = app.director();
        let main = account(&director, "1").await;
        let owned = async |name: &str, details: Value| {
            workload(&director, &main, name, with(details, json!({ "owner": name }))).await
        };
        let shop = owned("shop", json!({})).await;
        let old = owned("old", json!({ "retiresOn": "2025-12-31" })).await;
        let ending = owned("ending", json!({ "retiresOn": "2026-03-01" })).await;
        owned("new", json!({})).await;
        owned("gone", json!({ "retiresOn": "2024-12-31" })).await;
        record(&director, figures(("workload", &shop), "2025-12", "41000")).await;
        for (service, amount) in [("EC2", "40000"), ("S3", "2000")] {
            let input = figures(("workload", &shop), "2026-01", amount);
            record(&director, with(input, json!({ "service": service }))).await;
        }
        let credit = figures(("workload", &shop), "2026-01", "-500");
        record(&director, with(credit, json!({ "chargeCategory": "CREDIT" }))).await;
        record(&director, figures(("workload", &shop), "2026-02", "99999")).await;
        record(&director, figures(("workload", &old), "2025-11", "7")).await;
        let prepaid = figures(("workload", &ending), "2026-01", "10");
        record(&director, with(prepaid, json!({ "billed": "0" }))).await;
        record(&director, figures(("account", &main), "2025-10", "3")).await;
        for input in [
            json!({ "account": main, "monthlyRate": "0.01", "fromMonth": "2026-01" }),
            json!({ "workload": shop, "monthlyRate": "0.015", "fromMonth": "2026-01", "toMonth": "2026-03" }),
        ] {
            director.query_with(ASSUME, json!({ "input": input })).await;
        }

        let plan = director.query_with(PLAN, json!({ "view": "PNL" })).await["roadmap"].take();
        // Costs of later months than January were not known; the credit is not taken to come again; growth is the
        // workload's own until March and the account's from April on.
        let expected = ["0.00", "0.00", "41000.00", "41500.00", "42630.00", "43269.45", "43702.14"];
        assert_eq!(first_months(&plan, "shop"), expected);
        assert_eq!(first_months(&plan, "old")[1..4], ["7.00", "7.00", "0.00"]);
        assert_eq!(first_months(&plan, "ending")[3..], ["10.00", "10.10", "10.20", "0.00"]);
        assert_eq!(first_months(&plan, "Platform"), ["3.00", "3.00", "3.00", "3.03", "3.06", "3.09", "3.12"]);
        assert_eq!(
            plan["excluded"],
            json!([{ "subject": "WORKLOAD", "reason": "no cost is recorded for it", "count": 1,
                     "records": [{ "label": "new" }] }])
        );
        let plan = director.query_with(PLAN, json!({ "view": "CASH" })).await["roadmap"].take();
        assert_eq!(first_months(&plan, "ending")[3..], ["0.00", "10.10", "10.20", "0.00"]);
    });
}

/// The first seven months of the line of an owner.
fn first_months(plan: &Value, owner: &str) -> Vec<String> {
    let line = plan["lines"].as_array().unwrap().iter().find(|line| line["keys"][0]["value"] == owner);
    let months = line.unwrap()["amounts"]["months"].as_array().unwrap();
    months.iter().take(7).map(|month| text(&month["amount"])).collect()
}

#[test]
fn lists_filter_order_page_and_keep_their_number_of_statements() {
    on_both_engines(async |app| {
        let director = app.director();
        let main = account(&director, "0").await;
        let details = json!({ "vcpu": "1", "owner": "A_1" });
        let shop = workload(&director, &main, "w0", details).await;
        record(&director, figures(("workload", &shop), "2026-01", "1")).await;
        let nested = "{ workloads { nodes { name account { name workloads(first: 2) { totalCount nodes { name } } }
            costs(from: \"2026-01\", to: \"2026-06\") { month billed { amount } } growth { monthlyRate } } } }";
        let one = director.statements(nested).await;
        for index in 1..20 {
            let account = account_numbered(&director, index).await;
            let details = if index % 2 == 0 { json!({ "vcpu": index.to_string() }) } else { json!({}) };
            let id = workload(&director, &account, &format!("w{index}"), details).await;
            record(&director, figures(("workload", &id), "2026-01", "1")).await;
        }
        assert_eq!(director.statements(nested).await, one);
        assert_eq!(one, 6);

        let names = async |arguments: &str| {
            let data = director.query(&format!("{{ workloads({arguments}) {{ nodes {{ name }} }} }}")).await;
            let nodes = data["workloads"]["nodes"].as_array().unwrap().iter();
            nodes.map(|node| node["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names("filter: { vcpu: { gte: \"16\" } }, orderBy: { field: VCPU }").await, "w16 w18");
        assert_eq!(names("filter: { owner: { contains: \"_\" } }").await, "w0");
        assert_eq!(names("filter: { account: { accountNumber: { eq: \"3\" } } }").await, "w3");
        assert_eq!(
            names(
                "filter: { or: [{ name: { eq: \"w1\" } }, { and: [{ vcpu: { lte: \"2\" } }] }],
                not: { owner: { isNull: false } } }, orderBy: { field: NAME, direction: DESC }"
            )
            .await,
            "w2 w1"
        );
        // Rows without a value come last in either direction.
        assert_eq!(names("orderBy: { field: VCPU, direction: DESC }, first: 2").await, "w18 w16");
        let page = "{ workloads(orderBy: [{ field: VCPU }], LAST) { nodes { name vcpu }
            pageInfo { startCursor hasPreviousPage } } }";
        let last = director.query(&page.replace("LAST", "last: 3")).await["workloads"].take();
        assert!(last["nodes"].as_array().unwrap().iter().all(|node| node["vcpu"].is_null()));
        let cursor = text(&last["pageInfo"]["startCursor"]);
        let earlier = page.replace("LAST", &format!("last: 8, before: \"{cursor}\""));
        let earlier = director.query(&earlier).await["workloads"].take();
        assert_eq!(earlier["nodes"][0]["name"], "w18", "seven without a value come between");
        let other = format!("{{ costRecords(after: \"{cursor}\") {{ totalCount nodes {{ id }} }} }}");
        let error = director.expect_error(&other, "INVALID").await;
        assert_eq!(error.message, "after: is a cursor of another list, so it has no place in this one");
        let far = "{ workloads { nodes { costs(from: \"2020-01\", to: \"2026-01\") { id } } } }";
        let answer = director.answer(far, json!({})).await;
        let error = &answer["errors"][0];
        assert_eq!(error["message"], "to: from 2020-01 to 2026-01 are 73 months, 60 at most");
        assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED");
    });
}

async fn account_numbered(client: &Client, number: i32) -> String {
    account(client, &number.to_string()).await
}
