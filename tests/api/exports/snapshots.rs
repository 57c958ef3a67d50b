//! A report is of one moment, and takes as many statements for a large estate as for a small one.

use api::{
    access::{Permission, Role},
    export::reports::{self, Kind},
};
use entity::inventory::site;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::json;
use support::{TestApp, on_both_engines};

use super::{an_estate, send};
use crate::finance::{
    allocations::{a_model, create, node, rule},
    books::{Books, all_taken, half_a_year, line, post, posting, set},
};

#[test]
fn a_snapshot_sees_one_moment_and_changes_nothing() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let caller = app.caller(Role::Director);
        let before = app.store().snapshot(&caller, &[Permission::ViewInventory]).await.unwrap();
        let count = site::Entity::find().count(&before).await.unwrap();
        let site = json!({ "code": "NEW1", "name": "New", "kind": "OFFICE", "timeZone": "Europe/Berlin" });
        send(app, "openSite", "NewSite!", site).await;
        assert_eq!(site::Entity::find().count(&before).await.unwrap(), count);
        assert!(before.execute_unprepared("DELETE FROM site").await.is_err());
        drop(before);
        let after = app.store().snapshot(&caller, &[Permission::ViewInventory]).await.unwrap();
        assert_eq!(site::Entity::find().count(&after).await.unwrap(), count + 1);
        let refused = app.store().snapshot(&app.caller(Role::Viewer), &[Permission::ViewTotals]).await;
        assert_eq!(refused.unwrap_err().code(), "FORBIDDEN");
    });
}

async fn statements(app: &TestApp, kind: Kind) -> u64 {
    let before = app.store().statements();
    let mut given = vec![("asOf".to_owned(), "2026-01-01".to_owned())];
    if kind == Kind::Variance {
        let named = [("plan", "Plan 2026"), ("actual", "Actual 2026"), ("throughPeriod", "6")];
        given.extend(named.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    if kind == Kind::Chargeback {
        given.push(("model".to_owned(), "Shared".to_owned()));
    }
    let report = reports::build(app.store(), &app.caller(Role::Director), kind, given).await.unwrap();
    assert!(report.rows() > 0, "{}", kind.name());
    app.store().statements() - before
}

#[test]
fn statements_of_a_report_do_not_grow_with_the_estate() {
    on_both_engines(async |app| {
        let estate = an_estate(app).await;
        let books = Books::open(app).await;
        all_taken(&set(&app.finance(), &books.plan, &[line(1, "10")]).await);
        all_taken(&post(&app.finance(), &books.actual, &[posting("A", 1, "10")], false).await);
        let nodes = json!([
            { "name": "Halls", "level": "POOL", "categories": ["COLOCATION"] }, node("4711", "CONSUMER"),
            node("4712", "CONSUMER"),
        ]);
        let rules = json!([rule("Halls", "seats", &[("4711", "2"), ("4712", "1")])]);
        create(app, a_model("Shared", &nodes, &rules, &json!(["Halls"]))).await;
        let mut before = Vec::new();
        for kind in Kind::ALL {
            before.push(statements(app, kind).await);
        }
        let text = "{ vendors(first: 1) { nodes { id } } }";
        let vendor = app.director().query(text).await["vendors"]["nodes"][0]["id"].clone();
        for number in 0..4 {
            let asset = json!({
                "tag": format!("A-{number}"), "model": estate.model, "status": "IN_SERVICE",
                "placement": { "site": estate.site },
                "details": {
                    "inServiceOn": format!("202{number}-03-01"),
                    "purchase": { "price": { "amount": "100", "currency": "USD" }, "on": "2020-01-01" },
                },
            });
            send(app, "registerAsset", "NewAsset!", asset).await;
            let contract = json!({
                "number": format!("N-{number}"), "vendor": vendor, "currency": "USD", "sites": [estate.site],
                "term": { "signedOn": "2025-12-01", "billingStartsOn": "2026-01-01", "months": 24 },
                "notice": { "minimum": 90 },
                "charges": [{ "kind": "CROSS_CONNECT", "unitPrice": "250", "quantity": "4" }],
            });
            send(app, "signColocationContract", "NewColocationContract!", contract).await;
        }
        half_a_year(app, &books).await;
        for (kind, expected) in Kind::ALL.into_iter().zip(before) {
            assert_eq!(statements(app, kind).await, expected, "{}", kind.name());
        }
    });
}
