//! Journals of chargeback as files: the lines of the query, debits beside credits.

use api::{access::Role, config::Limits};
use serde_json::{Value, json};
use support::{
    TestApp,
    http::{Server, answer, token_of},
    on_both_engines,
};

use super::{Files, an_estate, plain};
use crate::finance::{
    allocations::{a_model, create, node, rule},
    books::Books,
};

async fn a_shared_hall(app: &TestApp) -> String {
    let nodes = json!([
        { "name": "Halls", "level": "POOL", "categories": ["COLOCATION"] }, node("4711", "CONSUMER"),
        node("Board", "CONSUMER"),
    ]);
    let rules = json!([rule("Halls", "seats", &[("4711", "2"), ("Board", "1")])]);
    create(app, a_model("Shared", &nodes, &rules, &json!(["Halls"]))).await
}

const QUERY: &str = "model=Shared&from=2026-03&months=3&account=6100&currency=USD&asOf=2026-07-01";

#[test]
fn the_files_have_the_lines_of_the_query() {
    on_both_engines(async |app| {
        an_estate(app).await;
        Books::open(app).await;
        let model = a_shared_hall(app).await;
        let files = Files::ask(app, Role::Finance, "chargeback", QUERY).await;
        files.assert_alike();
        let text = format!(
            r#"{{ allocation(model: "{model}", currency: "USD", roadmap: {{ from: "2026-03", months: 3, asOf: "2026-07-01" }}) {{
                journals(account: "6100") {{ month total lines {{ side node counterpart costCentre amount text }} }} }} }}"#
        );
        let found = app.finance().query(&text).await;
        let journals = found["allocation"]["journals"].as_array().unwrap();
        assert_eq!(journals.len(), 3);
        let mut lines = 0;
        for journal in journals {
            let month = journal["month"].as_str().unwrap();
            let total = files.row(&[("row", "total"), ("month", month)]);
            assert_eq!(
                (total["debit"].as_str(), total["credit"].as_str()),
                (text_of(&journal["total"]), text_of(&journal["total"]))
            );
            for line in journal["lines"].as_array().unwrap() {
                let names = [
                    ("row", "line"),
                    ("month", month),
                    ("side", text_of(&line["side"])),
                    ("node", text_of(&line["node"])),
                    ("counterpart", text_of(&line["counterpart"])),
                ];
                let cells = files.row(&names);
                let (with, without) =
                    if line["side"] == "DEBIT" { ("debit", "credit") } else { ("credit", "debit") };
                assert_eq!(plain(&cells[with]), plain(text_of(&line["amount"])));
                assert_eq!(cells[without], "");
                assert_eq!(
                    (cells["account"].as_str(), cells["text"].as_str()),
                    ("6100", text_of(&line["text"]))
                );
                assert_eq!(cells["cost_centre"], text_of(&line["costCentre"]));
                lines += 1;
            }
        }
        assert_eq!((lines, files.csv.len()), (12, 15));
        let board = files.csv.iter().find(|row| row["node"] == "Board").unwrap();
        assert!(board["remarks"].contains("no cost centre has"), "{board:?}");
    });
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn a_chargeback_is_for_those_who_see_prices_and_refused_by_name() {
    on_both_engines(async |app| {
        an_estate(app).await;
        Books::open(app).await;
        a_shared_hall(app).await;
        let server = Server::start(app.store(), Limits::default()).await;
        let get = async |role: Role, query: &str| {
            answer(server.request(&format!("/export/chargeback.json?{query}")).bearer_auth(token_of(role)))
                .await
        };
        for role in [Role::Viewer, Role::Architect, Role::Planner, Role::Admin] {
            assert_eq!(get(role, QUERY).await.code(), "FORBIDDEN", "{role:?}");
        }
        for (query, field, word) in [
            ("from=2026-03", "model", "is needed"),
            ("model=Dream", "model", "no allocation model named `Dream`"),
            ("model=Shared&from=2025-01&currency=USD", "from", "before the model Shared holds"),
            ("model=Shared&from=2026-01&months=121&currency=USD", "months", "121 is not between 1 and 120"),
            ("model=Shared&from=2026-01&currency=USD&account=9999", "account", "there is no account `9999`"),
        ] {
            let found = get(Role::Finance, query).await;
            assert_eq!(
                (found.status.as_u16(), found.code().as_str()),
                (400, "INVALID"),
                "{query}: {}",
                found.text
            );
            assert_eq!(found.json()["errors"][0]["extensions"]["field"], field, "{query}");
            assert!(found.message().contains(word), "{query}: {}", found.message());
        }
        server.stop().await;
    });
}
