//! Journals that charge pools out: balanced in each month, and in all what the allocation says.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    a_vendor,
    allocations::{a_model, create, node, rule, steps},
    books::{Books, a_code, close, millionths},
};

const JOURNALS: &str = "month fiscalYear period total postable
    lines { side node counterpart costCentre account reason amount text }";
const WHOLE: &str = "total unallocated results { name own received bears }";

/// Halls are shared by three, and care by a tower that two of them share, a seventh of it being nobody's.
pub async fn shared(app: &TestApp) -> String {
    let nodes = json!([
        { "name": "Halls", "level": "POOL", "categories": ["COLOCATION"] },
        { "name": "4711", "level": "POOL", "categories": ["SUPPORT"] },
        node("Tower", "TOWER"),
        node("4712", "CONSUMER"), node("Sales", "CONSUMER"), node("Board", "CONSUMER"),
    ]);
    let rules = json!([
        { "source": "4711", "driver": "tickets", "whole": "7", "targets": [
            { "name": "Tower", "volume": "5" }, { "name": "4712", "volume": "1" },
        ] },
        rule("Tower", "seats", &[("4712", "1"), ("Sales", "1"), ("Board", "1")]),
        rule("Halls", "racks", &[("4712", "3"), ("Sales", "3"), ("Board", "1")]),
    ]);
    create(app, a_model("Shared", &nodes, &rules, &json!(["4711", "Tower", "Halls"]))).await
}

pub async fn support(app: &TestApp, charge: &str) {
    let vendor = a_vendor(app, "CARE").await;
    let text = format!(
        r#"mutation {{ signSupportContract(input: {{ number: "S1", vendor: "{vendor}", currency: "USD",
            startsOn: "2026-01-01", endsOn: "2026-12-31", charge: "{charge}", billingFrequency: MONTHLY
        }}) {{ id }} }}"#
    );
    app.director().query(&text).await;
}

fn year(model: &str, rest: &str) -> String {
    format!(
        r#"{{ allocation(model: "{model}", currency: "USD", roadmap: {{ from: "2026-01", months: 12, asOf: "2026-07-01" }}) {{
            {WHOLE} journals{rest} {{ {JOURNALS} }} }} }}"#
    )
}

async fn asked(client: &Client, model: &str, rest: &str) -> Value {
    client.query(&year(model, rest)).await["allocation"].clone()
}

/// What a side of journals comes to, for a node or for all.
fn sum(journals: &Value, side: &str, node: Option<&str>) -> i64 {
    let lines = journals.as_array().unwrap().iter().flat_map(|journal| journal["lines"].as_array().unwrap());
    let lines = lines.filter(|line| line["side"] == side && node.is_none_or(|node| line["node"] == node));
    lines.map(|line| millionths(&line["amount"])).sum()
}

#[test]
fn journals_balance_each_month_and_charge_what_the_allocation_says() {
    on_both_engines(async |app| {
        Books::open(app).await;
        let finance = app.finance();
        a_code(&finance, "COST_CENTRE", "5000", "Sales").await;
        let model = shared(app).await;
        support(app, "1000.01").await;
        let found = asked(&finance, &model, "(account: \"6100\")").await;
        let journals = &found["journals"];
        let each = journals.as_array().unwrap();
        assert_eq!(each.len(), 12);
        assert_eq!(
            [&each[11]["month"], &each[11]["fiscalYear"], &each[11]["period"]],
            [&json!("2026-12"), &json!(2026), &json!(12)]
        );
        for journal in each {
            let one = json!([journal]);
            let (debits, credits) = (sum(&one, "DEBIT", None), sum(&one, "CREDIT", None));
            assert_eq!(
                (debits, credits),
                (millionths(&journal["total"]), millionths(&journal["total"])),
                "{journal}"
            );
            for line in journal["lines"].as_array().unwrap() {
                let amount = millionths(&line["amount"]);
                assert!(amount > 0 && amount % 10_000 == 0, "{line}");
                assert_eq!(line["account"], "6100");
            }
        }
        for node in found["results"].as_array().unwrap().iter().filter(|node| node["bears"] == true) {
            let name = node["name"].as_str().unwrap();
            assert_eq!(sum(journals, "DEBIT", Some(name)), millionths(&node["received"]), "{name}");
        }
        // The pool keeps what nobody bears, and the tower that it passes through is not posted to.
        let borne = millionths(&found["total"]) - millionths(&found["unallocated"]);
        assert_eq!(sum(journals, "CREDIT", Some("4711")), borne);
        assert_eq!(sum(journals, "DEBIT", None), borne);
        assert!(!journals.to_string().contains("\"Tower\""), "{journals}");
        let first = each[0]["lines"].as_array().unwrap();
        let of = |node: &str| first.iter().find(|line| line["node"] == node).unwrap();
        // By its code, by its name, and not at all.
        assert_eq!([&of("4712")["costCentre"], &of("Sales")["costCentre"]], ["4712", "5000"]);
        assert_eq!(of("4712")["text"], "4711 for 4712, 2026-01, by Shared");
        assert_eq!(
            [&of("Board")["costCentre"], &of("Board")["reason"]],
            [&Value::Null, &json!("no cost centre has `Board` as its code or its name")]
        );
        assert_eq!(each[0]["postable"], false);
        a_code(&finance, "COST_CENTRE", "Board", "Directors").await;
        let placed = asked(&finance, &model, "(account: \"6100\")").await;
        assert_eq!(placed["journals"][0]["postable"], true);
        assert_eq!(asked(&finance, &model, "").await["journals"][0]["postable"], false, "no account");
    });
}

#[test]
fn given_amounts_are_one_journal_and_credits_go_the_other_way() {
    on_both_engines(async |app| {
        let model = create(app, steps("Steps")).await;
        let ask = |amounts: &str| {
            format!(
                r#"{{ allocation(model: "{model}", currency: "USD", amounts: [{amounts}]) {{ {WHOLE} journals {{ {JOURNALS} }} }} }}"#
            )
        };
        let costs = r#"{ node: "Data center", amount: "600" }, { node: "Network", amount: "300" },
            { node: "Compute", amount: "900" }, { node: "Storage", amount: "400" }"#;
        let found = app.finance().query(&ask(costs)).await["allocation"].clone();
        let journals = &found["journals"];
        assert_eq!(journals.as_array().unwrap().len(), 1);
        assert_eq!([&journals[0]["month"], &journals[0]["period"]], [&Value::Null, &Value::Null]);
        // 552 of 900 go to compute, and what both cost directly stays where it is.
        assert_eq!(sum(journals, "DEBIT", Some("Compute")), 552_000_000);
        assert_eq!(sum(journals, "DEBIT", Some("Storage")), 348_000_000);
        assert_eq!(sum(journals, "CREDIT", Some("Data center")), 600_000_000);
        assert_eq!(sum(journals, "CREDIT", Some("Network")), 300_000_000);
        assert_eq!(journals[0]["total"], "900.00");

        let back =
            app.finance().query(&ask(r#"{ node: "Network", amount: "-100" }"#)).await["allocation"].clone();
        assert_eq!(sum(&back["journals"], "DEBIT", Some("Network")), 100_000_000);
        assert_eq!(sum(&back["journals"], "CREDIT", Some("Compute")), 60_000_000);
        let nothing = app.finance().query(&ask("")).await["allocation"].clone();
        assert_eq!(nothing["journals"], json!([]));
    });
}

#[test]
fn pools_that_are_divided_at_once_are_charged_out_as_well() {
    on_both_engines(async |app| {
        let mut circle = steps("Circle");
        let rules = circle["rules"].as_array_mut().unwrap();
        rules.push(rule("Compute", "agents", &[("Network", "1"), ("Sales", "9")]));
        circle["nodes"].as_array_mut().unwrap().push(node("Sales", "CONSUMER"));
        circle["method"] = json!("SIMULTANEOUS");
        circle["stepOrder"] = json!([]);
        let model = create(app, circle).await;
        let text = format!(
            r#"{{ allocation(model: "{model}", currency: "USD", amounts: [{{ node: "Data center", amount: "600" }},
                {{ node: "Network", amount: "300" }}, {{ node: "Compute", amount: "900" }}, {{ node: "Storage", amount: "400" }}
            ]) {{ {WHOLE} journals {{ {JOURNALS} }} }} }}"#
        );
        let found = app.finance().query(&text).await["allocation"].clone();
        let journals = &found["journals"];
        assert_eq!(sum(journals, "DEBIT", Some("Sales")), 1_390_210_000);
        assert_eq!(sum(journals, "DEBIT", Some("Storage")), 409_790_000);
        for (pool, cost) in [("Data center", 600), ("Network", 300), ("Compute", 900)] {
            assert_eq!(sum(journals, "CREDIT", Some(pool)), cost * 1_000_000, "{pool}");
        }
    });
}

#[test]
fn journals_are_for_those_who_see_finance_and_prices() {
    on_both_engines(async |app| {
        Books::open(app).await;
        let model = shared(app).await;
        support(app, "700").await;
        let refusal = app.finance().expect_error(&year(&model, "(account: \"9999\")"), "INVALID").await;
        assert_eq!(refusal.message, "account: there is no account `9999`");
        let hidden = asked(&app.planner(), &model, "").await;
        assert_eq!(
            [&hidden["journals"][0]["total"], &hidden["journals"][0]["lines"][0]["amount"]],
            [&Value::Null, &Value::Null]
        );
        app.viewer().expect_error(&year(&model, ""), "FORBIDDEN").await;
        let few = app.finance().statements(&year(&model, "")).await;
        for number in 0..5 {
            a_code(&app.finance(), "COST_CENTRE", &format!("9{number}"), "Board").await;
        }
        assert_eq!(app.finance().statements(&year(&model, "")).await, few);
        let several = asked(&app.finance(), &model, "").await["journals"].to_string();
        assert!(several.contains("5 cost centres are called `Board`"), "{several}");
    });
}

#[test]
fn a_journal_of_a_closed_period_is_not_posted_and_each_driver_has_its_rate() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        for code in ["Sales", "Board"] {
            a_code(&finance, "COST_CENTRE", code, code).await;
        }
        let model = shared(app).await;
        support(app, "700").await;
        close(&finance, &books.calendar, 1).await;
        let text = format!(
            r#"{{ allocation(model: "{model}", currency: "USD", roadmap: {{ from: "2026-01", months: 2, asOf: "2026-07-01" }}) {{
                rateCard {{ source driver volume amount perUnit }}
                journals(account: "6100") {{ period postable reason }} bare: journals {{ reason }} }} }}"#
        );
        let found = finance.query(&text).await["allocation"].clone();
        let closed = "period 1 of 2026 was closed on 2026-07-01 by finance";
        assert_eq!(
            found["journals"],
            json!([{ "period": 1, "postable": false, "reason": closed },
                   { "period": 2, "postable": true, "reason": null }])
        );
        assert_eq!(found["bare"][0]["reason"], format!("{closed}; no account is named"));
        // 1,400 of care by seven tickets, five of which go to the tower that three share.
        assert_eq!(
            found["rateCard"],
            json!([
                { "source": "4711", "driver": "tickets", "volume": "7", "amount": "1400.00", "perUnit": "200.00" },
                { "source": "Tower", "driver": "seats", "volume": "3", "amount": "1000.00", "perUnit": "333.3333" },
                { "source": "Halls", "driver": "racks", "volume": "7", "amount": "0.00", "perUnit": "0.00" },
            ])
        );
    });
}
