//! What is recorded, changed and refused.

use serde_json::{Value, json};
use support::{Client, on_both_engines};

use super::{ASSUME, OPEN, RECORD, REGISTER, account, figures, text, with, workload};

async fn refused(client: &Client, query: &str, input: Value, code: &str) -> (String, String) {
    let error = client.expect_error_with(query, json!({ "input": input }), code).await;
    (error.field, error.message)
}

#[test]
fn every_field_of_the_cloud_can_be_read() {
    on_both_engines(async |app| {
        let director = app.director();
        let site = "mutation { openSite(input: { code: \"DUB\", name: \"Ireland\", kind: CLOUD_REGION,
            timeZone: \"Europe/Dublin\" }) { id } }";
        let site = text(&director.query(site).await["openSite"]["id"]);
        let account = account(&director, "1").await;
        let details = json!({ "site": site, "vcpu": "4", "memoryGib": "15.5", "storageGib": "200",
            "owner": "Shop", "environment": "STAGING", "tier": 1, "startedOn": "2025-01-01", "retiresOn": "2027-06-30" });
        let workload = workload(&director, &account, "shop", details).await;
        let cost =
            with(figures(("workload", &workload), "2026-06", "42000"), json!({ "source": "june.csv" }));
        director.query_with(RECORD, json!({ "input": cost })).await;
        let growth = json!({ "workload": workload, "monthlyRate": "0.015", "fromMonth": "2026-01",
            "toMonth": "2026-12", "basis": "two new shops" });
        director.query_with(ASSUME, json!({ "input": growth })).await;

        let data = director
            .query(
                "{ providerAccounts(first: 2) { totalCount nodes {
                    id version createdAt updatedAt provider accountNumber name currency owner source vendor { code }
                    growth { id monthlyRate workload { name } account { name } }
                    costs(from: \"2026-01\", to: \"2026-12\") { month }
                    workloads(first: 2) { totalCount nodes {
                        id version createdAt updatedAt name service region vcpu memoryGib storageGib owner
                        environment tier startedOn retiresOn source
                        account { name } site { code }
                        costs(from: \"2026-01\", to: \"2026-12\") {
                            id version createdAt updatedAt month service chargeCategory currency source
                            billed { amount currency } effective { amount } list { amount } contracted { amount }
                            costsHidden account { name } workload { name }
                        }
                        growth { id version createdAt updatedAt monthlyRate fromMonth toMonth basis }
                    } }
                } } }",
            )
            .await;
        let read = &data["providerAccounts"]["nodes"][0];
        assert_eq!(read["provider"], "AWS");
        assert_eq!(read["owner"], "Platform");
        assert_eq!(read["growth"][0]["workload"]["name"], "shop");
        assert_eq!(read["costs"], json!([]), "the cost is the workload's");
        let shop = &read["workloads"]["nodes"][0];
        assert_eq!(shop["memoryGib"], "15.5");
        assert_eq!(shop["environment"], "STAGING");
        assert_eq!(shop["site"]["code"], "DUB");
        assert_eq!(shop["retiresOn"], "2027-06-30");
        let cost = &shop["costs"][0];
        assert_eq!(cost["month"], "2026-06");
        assert_eq!(cost["chargeCategory"], "USAGE");
        assert_eq!(cost["billed"], json!({ "amount": "42000.00", "currency": "USD" }));
        assert_eq!(cost["costsHidden"], false);
        assert_eq!(cost["workload"]["name"], "shop");
        let growth = &shop["growth"][0];
        assert_eq!(growth["monthlyRate"], "0.015");
        assert_eq!((&growth["fromMonth"], &growth["toMonth"]), (&json!("2026-01"), &json!("2026-12")));
    });
}

#[test]
fn accounts_are_opened_once_changed_and_kept_in_their_currency() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let input = json!({ "provider": "GCP", "accountNumber": "p-1", "name": "Data", "currency": "EUR" });
        let first = planner.query_with(OPEN, json!({ "input": input, "key": "k" })).await;
        assert_eq!(planner.query_with(OPEN, json!({ "input": input, "key": "k" })).await, first);
        let id = text(&first["openProviderAccount"]["id"]);
        let taken = refused(&planner, OPEN, input.clone(), "INVALID").await;
        assert!(taken.1.ends_with("another provider account already has it"), "{}", taken.1);
        let gold = with(input.clone(), json!({ "currency": "EURO", "accountNumber": "p-2" }));
        let (field, message) = refused(&planner, OPEN, gold, "INVALID").await;
        assert_eq!(
            (field.as_str(), message.as_str()),
            ("currency", "currency: `EURO` is not a currency of ISO 4217")
        );
        let ghost = json!({ "vendor": "vendor_00000000000000000000000000000000" });
        let ghost = with(input.clone(), json!({ "accountNumber": "p-3", "details": ghost }));
        assert!(refused(&planner, OPEN, ghost, "NOT_FOUND").await.1.starts_with("no vendor with id"));

        let update = "mutation($id: ID!, $details: ProviderAccountChanges!, $version: Int) {
            updateProviderAccount(id: $id, changes: $details, expectedVersion: $version) { version name currency owner } }";
        let change = json!({ "id": id, "version": 1, "details": { "name": "Data 2", "currency": "USD", "owner": "BI" } });
        let changed = planner.query_with(update, change.clone()).await;
        assert_eq!(
            changed["updateProviderAccount"],
            json!({ "version": 2, "name": "Data 2", "currency": "USD", "owner": "BI" })
        );
        planner.expect_error_with(update, change, "CONFLICT").await;
        planner.query_with(RECORD, json!({ "input": figures(("account", &id), "2026-01", "1") })).await;
        let error = planner
            .expect_error_with(update, json!({ "id": id, "details": { "currency": "EUR" } }), "CONFLICT")
            .await;
        assert_eq!(error.message, "1 costs of the account are recorded in USD, so it stays in USD");
        let found =
            planner.query("{ providerAccount(provider: GCP, accountNumber: \"p-1\") { name } }").await;
        assert_eq!(found["providerAccount"]["name"], "Data 2");
        let half = planner.expect_error("{ providerAccount(provider: GCP) { name } }", "INVALID").await;
        assert_eq!(half.field, "id");
    });
}

#[test]
fn what_cannot_be_a_workload_is_refused() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let account = account(&planner, "1").await;
        let base = json!({ "account": account, "name": "w", "service": "EC2", "region": "eu-west-1" });
        for (details, field, message) in [
            (
                json!({ "vcpu": "2", "memoryGib": "8192" }),
                "memoryGib",
                "8192 GiB for 2 vCPU is more than 512 GiB each; memory is in GiB, not MiB",
            ),
            (json!({ "vcpu": "-1" }), "vcpu", "-1 is not between 0 and 100000"),
            (
                json!({ "storageGib": "2000000000" }),
                "storageGib",
                "2000000000 is not between 0 and 1000000000",
            ),
            (json!({ "vcpu": "0.0000000001" }), "vcpu", "0.0000000001 has more than 9 decimals"),
            (json!({ "tier": 4 }), "tier", "4 is not between 0 and 3"),
            (
                json!({ "startedOn": "2026-02-01", "retiresOn": "2026-01-31" }),
                "retiresOn",
                "2026-01-31 lies before the start on 2026-02-01",
            ),
            (json!({ "startedOn": "1900-01-01" }), "startedOn", "1900-01-01 is not between 1970 and 2199"),
        ] {
            let input = with(base.clone(), json!({ "details": details }));
            let refusal = refused(&planner, REGISTER, input, "INVALID").await;
            assert_eq!(refusal, (field.to_owned(), format!("{field}: {message}")));
        }
        let blank =
            refused(&planner, REGISTER, with(base.clone(), json!({ "region": " " })), "INVALID").await;
        assert_eq!(blank.1, "region: is blank");
        let ghost = json!({ "account": "provider_account_00000000000000000000000000000000" });
        let ghost = refused(&planner, REGISTER, with(base.clone(), ghost), "NOT_FOUND").await;
        assert!(ghost.1.starts_with("no provider account with id"), "{}", ghost.1);
        let site = json!({ "details": { "site": "site_00000000000000000000000000000000" } });
        let site = refused(&planner, REGISTER, with(base.clone(), site), "NOT_FOUND").await;
        assert!(site.1.starts_with("no site with id"), "{}", site.1);
        planner.query_with(REGISTER, json!({ "input": base })).await;
        let (field, message) = refused(&planner, REGISTER, base, "INVALID").await;
        assert_eq!((field.as_str(), message.as_str()), ("name", "name: another workload already has it"));
        app.viewer()
            .expect_error(
                "mutation { retireWorkload(id: \"workload_00000000000000000000000000000000\") { id } }",
                "FORBIDDEN",
            )
            .await;
    });
}

#[test]
fn workloads_are_registered_in_bulk_changed_and_retired() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let account = account(&planner, "1").await;
        let new = |name: &str, details: Value| json!({ "account": account, "name": name, "service": "EC2", "region": "eu-west-1", "details": details });
        let bulk = "mutation($input: [NewWorkload!]!) {
            registerWorkloads(inputs: $input) { index workload { name account { name } } error { code field message } } }";
        let rows = json!([
            new("a", json!({})),
            new("a", json!({})),
            new("b", json!({ "tier": 9 })),
            new("c", json!({}))
        ]);
        let data = planner.query_with(bulk, json!({ "input": rows })).await;
        assert_eq!(
            data["registerWorkloads"],
            json!([
                { "index": 0, "workload": { "name": "a", "account": { "name": "Main" } }, "error": null },
                { "index": 1, "workload": null,
                  "error": { "code": "INVALID", "field": "name", "message": "another workload already has it" } },
                { "index": 2, "workload": null,
                  "error": { "code": "INVALID", "field": "tier", "message": "9 is not between 0 and 3" } },
                { "index": 3, "workload": { "name": "c", "account": { "name": "Main" } }, "error": null },
            ])
        );
        let id = text(
            &planner.query("{ workloads(filter: { name: { eq: \"c\" } }) { nodes { id } } }").await["workloads"]
                ["nodes"][0]["id"],
        );
        let update = "mutation($id: ID!, $version: Int) { updateWorkload(id: $id, expectedVersion: $version,
            changes: { vcpu: \"8\", owner: null, environment: TEST }) { version vcpu owner environment } }";
        let changed = planner.query_with(update, json!({ "id": id, "version": 1 })).await;
        assert_eq!(
            changed["updateWorkload"],
            json!({ "version": 2, "vcpu": "8", "owner": null, "environment": "TEST" })
        );
        planner.expect_error_with(update, json!({ "id": id, "version": 1 }), "CONFLICT").await;
        let retire = "mutation($id: ID!, $on: Date) { retireWorkload(id: $id, on: $on) { retiresOn } }";
        let retired = planner.query_with(retire, json!({ "id": id, "on": "2026-12-31" })).await;
        assert_eq!(retired["retireWorkload"]["retiresOn"], "2026-12-31");
        let kept = planner.query_with(retire, json!({ "id": id })).await;
        assert_eq!(kept["retireWorkload"]["retiresOn"], Value::Null);
        let missing = json!({ "id": "workload_00000000000000000000000000000000" });
        planner.expect_error_with(retire, missing, "NOT_FOUND").await;
    });
}

#[test]
fn figures_of_a_month_replace_what_was_known() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let account = account(&finance, "1").await;
        let shop = workload(&finance, &account, "shop", json!({})).await;
        let first = figures(("workload", &shop), "2026-06", "100.25");
        let made = finance.query_with(RECORD, json!({ "input": first })).await["recordCost"].take();
        let again = finance.query_with(RECORD, json!({ "input": first })).await["recordCost"].take();
        assert_eq!(again, made, "the same figures change nothing");
        let corrected = with(first.clone(), json!({ "billed": "99.5", "source": "final.csv" }));
        let replaced = finance.query_with(RECORD, json!({ "input": corrected })).await["recordCost"].take();
        assert_eq!(replaced["id"], made["id"]);
        assert_eq!(replaced["version"], 2);
        assert_eq!(replaced["billed"]["amount"], "99.50");
        assert_eq!(replaced["source"], "final.csv");
        // The account as a whole, the tax and another month have figures of their own.
        for other in [
            figures(("account", &account), "2026-06", "1"),
            figures(("account", &account), "2026-06", "2"),
            with(first.clone(), json!({ "chargeCategory": "TAX" })),
            with(first.clone(), json!({ "month": "2026-07" })),
        ] {
            finance.query_with(RECORD, json!({ "input": other })).await;
        }
        let data = finance.query("{ costRecords { totalCount nodes { id } } }").await;
        assert_eq!(data["costRecords"]["totalCount"], 4);
        let remove = "mutation($id: ID!) { removeCostRecord(id: $id) { month } }";
        let removed = finance.query_with(remove, json!({ "id": made["id"] })).await;
        assert_eq!(removed["removeCostRecord"]["month"], "2026-06");
        finance.expect_error_with(remove, json!({ "id": made["id"] }), "NOT_FOUND").await;
    });
}

#[test]
fn wrong_figures_are_refused_row_by_row() {
    on_both_engines(async |app| {
        let finance = app.finance();
        let account = account(&finance, "1").await;
        let other = super::account(&finance, "2").await;
        let shop = workload(&finance, &account, "shop", json!({})).await;
        let good = figures(("workload", &shop), "2026-06", "1");
        let rows = json!([
            good,
            with(good.clone(), json!({ "currency": "EUR" })),
            with(good.clone(), json!({ "account": other })),
            with(figures(("account", &account), "2026-06", "1"), json!({ "service": null })),
            with(good.clone(), json!({ "workload": null })),
            with(good.clone(), json!({ "workload": "workload_00000000000000000000000000000000" })),
            with(good.clone(), json!({ "chargeCategory": "CREDIT" })),
            with(good.clone(), json!({ "chargeCategory": "PURCHASE", "list": "-5" })),
            with(good.clone(), json!({ "billed": "0.0000001" })),
            with(good.clone(), json!({ "month": "2026-05", "service": null })),
        ]);
        let bulk = "mutation($input: [CostInput!]!) {
            recordCosts(inputs: $input) { index costRecord { service } error { code field message } } }";
        let data = finance.query_with(bulk, json!({ "input": rows })).await;
        let outcomes: Vec<String> = data["recordCosts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                let error = &row["error"];
                if error.is_null() {
                    return format!("recorded {}", row["costRecord"]["service"]);
                }
                format!("{} {} {}", error["code"], error["field"], error["message"]).replace('"', "")
            })
            .collect();
        assert_eq!(
            outcomes,
            [
                "recorded \"EC2\"",
                "INVALID currency `EUR` is not USD, in which the account is billed",
                "INVALID workload the workload shop runs in another account than the one given",
                "INVALID service is needed for a cost of a whole account",
                "INVALID account give an account or a workload",
                "NOT_FOUND null no workload with id workload_00000000000000000000000000000000",
                "INVALID billed 1: a credit lowers the cost: zero or below",
                "INVALID list -5: a purchase is not below zero; a refund is an ADJUSTMENT",
                "INVALID billed 0.0000001 has more than 6 decimals",
                "recorded \"EC2\"",
            ]
        );
        let none = finance.expect_error_with(bulk, json!({ "input": [] }), "INVALID").await;
        assert_eq!(none.message, "inputs: has no rows");
        let month = finance
            .expect_error_with(
                RECORD,
                json!({ "input": with(good, json!({ "month": "2026-13" })) }),
                "INVALID",
            )
            .await;
        assert!(month.message.contains("`2026-13` is not a month such as 2027-01"), "{}", month.message);
    });
}

fn growth(target: (&str, &str), from: &str, to: Option<&str>, rate: &str) -> Value {
    json!({ target.0: target.1, "monthlyRate": rate, "fromMonth": from, "toMonth": to })
}

#[test]
fn growth_is_a_fraction_and_never_overlaps() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let account = account(&planner, "1").await;
        let shop = workload(&planner, &account, "shop", json!({})).await;
        let of_shop = ("workload", shop.as_str());
        let refusal = refused(&planner, ASSUME, growth(of_shop, "2026-01", None, "1.5"), "INVALID").await;
        assert_eq!(
            refusal,
            (
                "monthlyRate".into(),
                "monthlyRate: 1.5 is not between -0.5 and 0.5 a month; growth is a fraction: 1.5 % is 0.015"
                    .into()
            )
        );
        let refusal =
            refused(&planner, ASSUME, growth(of_shop, "2026-02", Some("2026-01"), "0.01"), "INVALID").await;
        assert_eq!(refusal.1, "toMonth: 2026-01 lies before the first month 2026-02");

        planner
            .query_with(ASSUME, json!({ "input": growth(of_shop, "2026-01", Some("2026-06"), "0.015") }))
            .await;
        let refusal = refused(&planner, ASSUME, growth(of_shop, "2026-06", None, "0.02"), "INVALID").await;
        assert_eq!(
            refusal.1,
            "fromMonth: 2026-06 and after overlaps the assumption of 0.015 a month for 2026-01 to 2026-06"
        );
        planner.query_with(ASSUME, json!({ "input": growth(of_shop, "2026-07", None, "-0.02") })).await;
        // The rest of the account and another workload have windows of their own.
        planner
            .query_with(ASSUME, json!({ "input": growth(("account", &account), "2026-01", None, "0") }))
            .await;
        let cart = workload(&planner, &account, "cart", json!({})).await;
        planner
            .query_with(ASSUME, json!({ "input": growth(("workload", &cart), "2026-01", None, "0.1") }))
            .await;
        let count = planner.query("{ growthAssumptions { totalCount } }").await;
        assert_eq!(count["growthAssumptions"]["totalCount"], 4);
    });
}

#[test]
fn growth_is_ended_and_withdrawn() {
    on_both_engines(async |app| {
        let planner = app.planner();
        let account = account(&planner, "1").await;
        let shop = workload(&planner, &account, "shop", json!({})).await;
        let of_shop = ("workload", shop.as_str());
        let first = growth(of_shop, "2026-01", Some("2026-06"), "0.015");
        planner.query_with(ASSUME, json!({ "input": first })).await;
        let next = growth(of_shop, "2026-07", None, "-0.02");
        let next = planner.query_with(ASSUME, json!({ "input": next })).await;

        let end = "mutation($id: ID!, $to: Month, $version: Int) {
            endGrowth(id: $id, toMonth: $to, expectedVersion: $version) { version toMonth } }";
        let id = text(&next["assumeGrowth"]["id"]);
        let ended = planner.query_with(end, json!({ "id": id, "to": "2026-12", "version": 1 })).await;
        assert_eq!(ended["endGrowth"], json!({ "version": 2, "toMonth": "2026-12" }));
        planner.expect_error_with(end, json!({ "id": id, "to": "2027-12", "version": 1 }), "CONFLICT").await;
        let early = planner.expect_error_with(end, json!({ "id": id, "to": "2026-06" }), "INVALID").await;
        assert_eq!(early.message, "toMonth: 2026-06 lies before the first month 2026-07");
        let first = planner
            .query(
                "{ growthAssumptions(filter: { monthlyRate: { gte: \"0.015\", lte: \"0.02\" } })
            { nodes { id } } }",
            )
            .await;
        let first = text(&first["growthAssumptions"]["nodes"][0]["id"]);
        let late = planner.expect_error_with(end, json!({ "id": first }), "INVALID").await;
        assert_eq!(
            late.message,
            "toMonth: 2026-01 and after overlaps the assumption of -0.02 a month for 2026-07 to 2026-12"
        );
        let withdraw = "mutation($id: ID!) { withdrawGrowth(id: $id) { monthlyRate } }";
        let gone = planner.query_with(withdraw, json!({ "id": id })).await;
        assert_eq!(gone["withdrawGrowth"]["monthlyRate"], "-0.02");
        planner.query_with(end, json!({ "id": first })).await;
        let read = planner.query(&format!("{{ growthAssumption(id: \"{first}\") {{ toMonth }} }}")).await;
        assert_eq!(read["growthAssumption"]["toMonth"], Value::Null);
    });
}
