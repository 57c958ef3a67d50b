//! The roadmap as its users see it.

mod answers;
mod laws;
mod refusals;
mod uncertainty;
mod worked_example;

use ::support::TestApp;
use serde_json::{Value, json};

/// An estate as the worked example has it: contract C1, forty servers that fall due on 2026-06-30, a policy, and
/// a cloud workload of 42,000 a month that grows.
pub(crate) async fn the_example(app: &TestApp) -> Estate {
    let site = send(
        app,
        "openSite",
        "NewSite!",
        json!({
            "code": "FRA1", "name": "Frankfurt 1", "kind": "COLOCATION", "timeZone": "Europe/Berlin"
        }),
    )
    .await;
    let vendor =
        send(app, "registerVendor", "NewVendor!", json!({ "code": "COLO", "name": "Colo Inc." })).await;
    send(app, "signColocationContract", "NewColocationContract!", c1(&vendor, &site)).await;
    let model = a_model(app).await;
    servers(app, &model, &site).await;
    let policy = a_policy(app).await;
    let workload = a_workload(app).await;
    Estate { site, model, policy, workload }
}

/// Ids that tests go on with.
pub(crate) struct Estate {
    pub(crate) site: String,
    pub(crate) model: String,
    pub(crate) policy: String,
    pub(crate) workload: String,
}

fn c1(vendor: &str, site: &str) -> Value {
    json!({
        "number": "C1", "vendor": vendor, "currency": "USD", "sites": [site],
        "term": { "signedOn": "2025-11-03", "billingStartsOn": "2026-01-15", "months": 36 },
        "notice": { "minimum": 90 },
        "charges": [
            { "kind": "SPACE_KW", "unitPrice": "165", "details": {
                "site": site,
                "ramp": [
                    { "fromContractMonth": 0, "kilowatts": "40" },
                    { "fromContractMonth": 3, "kilowatts": "70" },
                    { "fromContractMonth": 6, "kilowatts": "100" },
                ],
                "abatements": [{ "fromContractMonth": 0, "months": 2, "rate": "1" }],
                "escalator": { "kind": "FIXED", "rate": "0.03" },
            } },
            { "kind": "CROSS_CONNECT", "unitPrice": "300", "quantity": "6",
              "details": { "escalator": { "kind": "FIXED", "rate": "0.05" } } },
        ],
    })
}

async fn a_model(app: &TestApp) -> String {
    let maker = send(app, "registerManufacturer", "NewManufacturer!", json!({ "name": "Acme" })).await;
    let successor = json!({
        "manufacturer": maker, "name": "Server 2", "kind": "SERVER",
        "details": { "listPrice": { "price": { "amount": "18500", "currency": "USD" }, "on": "2026-01-01" } },
    });
    let successor = send(app, "registerHardwareModel", "NewHardwareModel!", successor).await;
    let model = json!({
        "manufacturer": maker, "name": "Server 1", "kind": "SERVER",
        "details": {
            "successor": successor, "consolidationRatio": "2.5",
            "milestones": { "lastDateOfSupportOn": "2026-12-31", "dateQuality": "PUBLISHED" },
        },
    });
    send(app, "registerHardwareModel", "NewHardwareModel!", model).await
}

async fn servers(app: &TestApp, model: &str, site: &str) {
    let inputs: Vec<_> = (1..=40)
        .map(|number| {
            json!({
                "tag": format!("SRV-{number:03}"), "model": model, "status": "IN_SERVICE",
                "placement": { "site": site },
                "details": {
                    "inServiceOn": "2021-07-01", "warrantyEndsOn": "2026-06-30",
                    "purchase": { "price": { "amount": "12000", "currency": "USD" }, "on": "2021-06-01" },
                },
            })
        })
        .collect();
    let text =
        "mutation($inputs: [NewAsset!]!) { registerAssets(inputs: $inputs) { error { field message } } }";
    let data = app.director().query_with(text, json!({ "inputs": inputs })).await;
    let rows = data["registerAssets"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["error"].is_null()), "{rows:?}");
}

async fn a_policy(app: &TestApp) -> String {
    let old = json!({ "name": "servers, four years", "lifeMonths": 48, "details": { "kinds": ["SERVER"] } });
    send(app, "createDepreciationRule", "NewDepreciationRule!", old).await;
    let new = json!({ "name": "five years", "lifeMonths": 60 });
    let rule = send(app, "createDepreciationRule", "NewDepreciationRule!", new).await;
    let policy = json!({
        "name": "servers", "priority": 1, "currency": "USD",
        "rules": { "ageMonths": 60, "supportMarginMonths": 6, "warranty": true },
        "details": {
            "scope": { "kinds": ["SERVER"] },
            "times": { "leadDays": 112, "installDays": 21, "bufferDays": 14, "paymentTermsDays": 30 },
            "quantity": { "rule": "RATIO", "ratio": "2.5", "sparesRate": "0.05" },
            "priceIndex": [{ "year": 2026, "rate": "0.18" }, { "year": 2027, "rate": "0.08" }],
            "costs": {
                "freightRate": "0.09", "installPerUnit": "650", "supportRate": "0.12", "supportMonths": 60,
                "disposalPerUnit": "45", "residualPerUnit": "300", "contingencyRate": "0.05",
            },
            "depreciationRule": rule,
        },
    });
    send(app, "createRefreshPolicy", "NewRefreshPolicy!", policy).await
}

async fn a_workload(app: &TestApp) -> String {
    let account = json!({ "provider": "AWS", "accountNumber": "1", "name": "Main", "currency": "USD" });
    let account = send(app, "openProviderAccount", "NewProviderAccount!", account).await;
    let workload = json!({ "account": account, "name": "shop", "service": "EC2", "region": "eu-central-1" });
    let workload = send(app, "registerWorkload", "NewWorkload!", workload).await;
    let cost = json!({
        "workload": workload, "month": "2026-01", "currency": "USD",
        "billed": "42000", "effective": "42000", "list": "42000", "contracted": "42000",
    });
    send(app, "recordCost", "CostInput!", cost).await;
    let growth = json!({ "workload": workload, "monthlyRate": "0.015", "fromMonth": "2026-01" });
    send(app, "assumeGrowth", "NewGrowthAssumption!", growth).await;
    workload
}

/// Sends one change as the director, and returns the id of what it made.
pub(crate) async fn send(app: &TestApp, mutation: &str, of_type: &str, input: Value) -> String {
    let text = format!("mutation($input: {of_type}) {{ {mutation}(input: $input) {{ id }} }}");
    let data = app.director().query_with(&text, json!({ "input": input })).await;
    data[mutation]["id"].as_str().unwrap().to_owned()
}

/// Asks for the roadmap of the example with more arguments and a selection.
async fn ask(app: &TestApp, arguments: &str, selection: &str) -> Value {
    let text =
        format!("{{ roadmap(from: \"2026-01\", asOf: \"2026-01-01\", {arguments}) {{ {selection} }} }}");
    app.director().query(&text).await["roadmap"].clone()
}
