//! Plan against actual: the worked examples, causes, explanations, reorganisations, and who sees what.

use serde_json::{Value, json};
use support::{Client, on_both_engines};

use super::books::{
    Books, a_rate, a_version, all_taken, close, examples, half_a_year, id, line, millionths, place, post,
    posting, set,
};

pub(super) const ROW: &str = "group { dimension value } plan { amount } actual { amount } actualAtPlanRates { amount }
    variance { amount { amount currency } rate flag } operating { amount { amount } rate flag }
    bridge { volume { amount } price { amount } exchange { amount } undivided { amount } reasons { reason lines } }
    material explanationDue drivers { driver amount { amount } } unexplained { amount }
    explanations { driver amount note author period costCentre { code } } lines hidden";

pub(super) async fn variance(client: &Client, books: &Books, arguments: &str) -> Value {
    let text = format!(
        "{{ budgetVariance(plan: \"{}\", actual: \"{}\", {arguments}) {{
            fromPeriod throughPeriod currency asOf plan {{ name }} actual {{ name }}
            rows {{ {ROW} }} total {{ {ROW} }} timing {{ costCentre account net {{ amount }} unresolved }}
            explain {{ formula inputs {{ name value }} assumptions excluded estimated }}
        }} }}",
        books.plan, books.actual
    );
    client.query(&text).await["budgetVariance"].clone()
}

#[test]
fn year_to_date_differs_as_the_worked_example_says() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        for period in 1..=6 {
            close(&app.finance(), &books.calendar, period).await;
        }
        let found = variance(&app.finance(), &books, "groupBy: [PERIOD]").await;
        let expected = &examples()["4.var"];
        assert_eq!(found["throughPeriod"], 6, "the last closed one");
        let total = &found["total"];
        assert_eq!(millionths(&total["plan"]), millionths(&expected["ytd_plan"]));
        assert_eq!(millionths(&total["actual"]), millionths(&expected["ytd_actual"]));
        assert_eq!(millionths(&total["variance"]["amount"]), millionths(&expected["variance"]));
        assert_eq!(millionths(&total["variance"]["rate"]), millionths(&expected["pct"]));
        assert_eq!(total["variance"]["flag"], expected["flag"]);
        assert_eq!(total["material"], false, "2.67 % is less than 5 %");
        let rows = found["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 6);
        for column in ["plan", "actual", "actualAtPlanRates"] {
            let sum: i64 = rows.iter().map(|row| millionths(&row[column])).sum();
            assert_eq!(sum, millionths(&total[column]), "{column} foots");
        }
        assert_eq!(rows[5]["variance"]["flag"], "U");
        assert_eq!(rows[5]["material"], true);
        assert_eq!(rows[0]["variance"]["flag"], "ON");
        assert_eq!(found["explain"]["formula"], "plan - actual");
        assert_eq!(
            found["explain"]["inputs"],
            json!([{ "name": "plan", "value": "600 USD" }, { "name": "actual", "value": "616 USD" }])
        );
        let tolerated = variance(&app.finance(), &books, "tolerance: { rate: \"0.03\" }").await;
        assert_eq!(tolerated["total"]["variance"]["flag"], "ON");
        let strict =
            variance(&app.finance(), &books, "materiality: { rate: \"0.02\", amount: \"16\" }").await;
        assert_eq!(
            (&strict["total"]["material"], &strict["total"]["explanationDue"]),
            (&json!(true), &json!(true))
        );
        let large = variance(&app.finance(), &books, "materiality: { rate: \"0.02\", amount: \"17\" }").await;
        assert_eq!(large["total"]["material"], false);
    });
}

#[test]
fn costs_are_told_apart_as_the_worked_example_says() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let planned = json!({ "place": place(1), "currency": "EUR", "quantity": "100", "unitPrice": "150" });
        all_taken(&set(&finance, &books.plan, &[planned]).await);
        // Two invoices at one price: each is taken by itself.
        let invoice = |document: &str, quantity: &str| {
            json!({ "source": "ERP", "document": document, "place": place(1), "currency": "EUR",
                    "quantity": quantity, "unitPrice": "153" })
        };
        let invoices = [invoice("A", "60"), invoice("B", "44")];
        all_taken(&post(&finance, &books.actual, &invoices, false).await);
        a_rate(&finance, "2026-01-01", "AVERAGE", "1.15").await;
        let found = variance(&finance, &books, "throughPeriod: 1").await;
        let expected = &examples()["4.pvx_cost"];
        let (total, bridge) = (&found["total"], &found["total"]["bridge"]);
        assert_eq!(millionths(&total["plan"]), millionths(&expected["plan"]));
        assert_eq!(millionths(&total["actual"]), millionths(&expected["actual"]));
        assert_eq!(millionths(&total["variance"]["amount"]), millionths(&expected["total"]));
        assert_eq!(millionths(&bridge["volume"]), millionths(&expected["volume"]));
        assert_eq!(millionths(&bridge["price"]), millionths(&expected["price"]));
        assert_eq!(millionths(&bridge["exchange"]), millionths(&expected["fx"]));
        assert_eq!(millionths(&bridge["undivided"]), 0);
        // All of it is explained once exchange is, and a variance that is all exchange is as large as any other.
        assert_eq!(total["explanationDue"], true);
        let explain = "mutation($input: VarianceExplanationInput!) { explainVariance(input: $input) { id } }";
        for (driver, amount) in [("VOLUME", "-660"), ("PRICE", "-343.20"), ("FX", "-795.60")] {
            let input = json!({ "plan": books.plan, "actual": books.actual, "place": place(1), "driver": driver,
                                "amount": amount, "note": "as invoiced" });
            finance.query_with(explain, json!({ "input": input })).await;
        }
        let explained = variance(&finance, &books, "throughPeriod: 1").await["total"].clone();
        assert_eq!(millionths(&explained["unexplained"]), 0);
        assert_eq!((&explained["material"], &explained["explanationDue"]), (&json!(true), &json!(false)));
        // What operations answer for leaves the euro out: 16,500.00 against 104 x 153 at 1.10.
        assert_eq!(millionths(&total["actualAtPlanRates"]), millionths(&json!("17503.20")));
        assert_eq!(millionths(&total["operating"]["amount"]), millionths(&json!("-1003.20")));
    });
}

#[test]
fn a_variance_that_is_all_exchange_has_to_be_explained() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let planned = json!({ "place": place(1), "currency": "EUR", "quantity": "100", "unitPrice": "150" });
        all_taken(&set(&finance, &books.plan, &[planned]).await);
        let spent = json!({ "source": "ERP", "document": "E", "place": place(1), "currency": "EUR",
                            "quantity": "100", "unitPrice": "150" });
        all_taken(&post(&finance, &books.actual, &[spent], false).await);
        a_rate(&finance, "2026-01-01", "AVERAGE", "1.25").await;
        let found = variance(&finance, &books, "throughPeriod: 1").await["total"].clone();
        assert_eq!(
            found["variance"],
            json!({ "amount": { "amount": "-2250.00", "currency": "USD" }, "rate": "-0.1364", "flag": "U" })
        );
        assert_eq!(millionths(&found["operating"]["amount"]), 0);
        assert_eq!((&found["material"], &found["explanationDue"]), (&json!(true), &json!(true)));
        assert_eq!(found["unexplained"]["amount"], "-2250.00");
    });
}

#[test]
fn sales_are_told_apart_as_the_published_example_says() {
    on_both_engines(async |app| {
        let mut books = Books::open(app).await;
        let finance = app.finance();
        let rates = json!([{ "currency": "EUR", "rate": "1.48925" }]);
        books.plan =
            a_version(&finance, json!({ "name": "Sales", "kind": "PLAN", "planRates": rates })).await;
        let planned =
            json!({ "place": place(2), "currency": "EUR", "quantity": "23204", "unitPrice": "16.500" });
        all_taken(&set(&finance, &books.plan, &[planned]).await);
        let sold = json!({ "source": "ERP", "document": "S", "place": place(2), "currency": "EUR",
                           "quantity": "23021", "unitPrice": "15.979", "amount": "367852.559" });
        all_taken(&post(&finance, &books.actual, &[sold], false).await);
        a_rate(&finance, "2026-02-01", "AVERAGE", "1.53851").await;
        let found = variance(&finance, &books, "throughPeriod: 2, orientation: SALES").await;
        let expected = &examples()["4.fx_ajb"];
        let (total, bridge) = (&found["total"], &found["total"]["bridge"]);
        // Half away from zero, to whole units.
        let whole = |value: &Value| {
            let exact = millionths(value);
            (exact + exact.signum() * 500_000) / 1_000_000 * 1_000_000
        };
        assert_eq!(whole(&bridge["exchange"]), millionths(&expected["exchange"]));
        assert_eq!(whole(&bridge["price"]), millionths(&expected["price"]));
        assert_eq!(whole(&bridge["volume"]), millionths(&expected["volume"]));
        assert_eq!(whole(&total["variance"]["amount"]), millionths(&expected["total"]));
        assert_eq!(total["variance"]["flag"], "U", "less was sold than planned");
    });
}

#[test]
fn what_cannot_be_told_apart_says_why() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let priced = |account: &str| {
            json!({ "place": { "costCentre": "4711", "account": account, "period": 1 },
                    "currency": "USD", "quantity": "10", "unitPrice": "5" })
        };
        all_taken(&set(&finance, &books.plan, &[priced("6200"), line(1, "30")]).await);
        let mut unpriced = posting("B", 1, "55");
        unpriced["place"]["account"] = json!("6200");
        let mut unplanned = posting("C", 1, "7");
        unplanned["place"]["costCentre"] = json!("4712");
        all_taken(&post(&finance, &books.actual, &[posting("A", 1, "20"), unpriced, unplanned], false).await);
        let found = variance(&finance, &books, "throughPeriod: 1").await;
        let bridge = &found["total"]["bridge"];
        assert_eq!(millionths(&bridge["undivided"]), millionths(&found["total"]["variance"]["amount"]));
        assert_eq!(
            bridge["reasons"],
            json!([
                { "reason": "nothing was planned there, so no planned price is known", "lines": 1 },
                { "reason": "the plan states no quantity and unit price", "lines": 1 },
                { "reason": "what was posted states no quantity and unit price", "lines": 1 },
            ])
        );
        let unplanned = &found["rows"][2];
        assert_eq!(unplanned["variance"]["rate"], Value::Null, "nothing was planned");
        assert_eq!(unplanned["variance"]["flag"], "U");
        assert_eq!(found["explain"]["excluded"].as_array().unwrap().len(), 3);
    });
}

#[test]
fn people_explain_variances_and_timing_has_to_cancel_out() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let finance = app.finance();
        let explain = async |period: i32, driver: &str, amount: &str| {
            let text = "mutation($input: VarianceExplanationInput!) { explainVariance(input: $input) {
                id author plan { name } actual { name } view } }";
            let input = json!({ "plan": books.plan, "actual": books.actual, "place": place(period),
                                "driver": driver, "amount": amount, "note": "as agreed" });
            finance.query_with(text, json!({ "input": input })).await["explainVariance"].clone()
        };
        let made = explain(6, "ONE_OFF", "-8").await;
        assert_eq!(made["author"], "finance");
        explain(6, "TIMING", "-5").await;
        let found = variance(&finance, &books, "groupBy: [PERIOD], throughPeriod: 6").await;
        let sixth = &found["rows"][5];
        assert_eq!((&sixth["material"], &sixth["explanationDue"]), (&json!(true), &json!(true)));
        assert_eq!(
            sixth["drivers"],
            json!([
                { "driver": "TIMING", "amount": { "amount": "-5.00" } },
                { "driver": "ONE_OFF", "amount": { "amount": "-8.00" } },
            ])
        );
        assert_eq!(millionths(&sixth["unexplained"]), -3_000_000);
        assert_eq!(sixth["explanations"].as_array().unwrap().len(), 2);
        assert_eq!(found["rows"][0]["explanations"], json!([]));
        assert_eq!(
            found["timing"],
            json!([{ "costCentre": "4711", "account": "6100", "net": { "amount": "-5.00" }, "unresolved": false }])
        );
        let later = variance(&finance, &books, "throughPeriod: 6, asOf: \"2027-01-01\"").await;
        assert_eq!(later["timing"][0]["unresolved"], true);
        explain(6, "VOLUME", "-3").await;
        explain(7, "TIMING", "5").await;
        let found = variance(&finance, &books, "groupBy: [PERIOD], throughPeriod: 6").await;
        assert_eq!(found["rows"][5]["explanationDue"], false);
        assert_eq!(found["timing"], json!([]), "it comes back in July");

        let withdraw = format!("mutation {{ withdrawVarianceExplanation(id: \"{}\") {{ id }} }}", id(&made));
        app.planner().expect_error(&withdraw, "FORBIDDEN").await;
        let remove = format!("mutation {{ removeBudgetVersion(id: \"{}\") }}", books.plan);
        let refusal = finance.expect_error(&remove, "CONFLICT").await;
        assert_eq!(refusal.message, "4 explanations are about the budget Plan 2026, remove them first");
        finance.query(&withdraw).await;
        finance.expect_error(&withdraw, "NOT_FOUND").await;
    });
}

#[test]
fn a_reorganisation_moves_lines_from_its_day_on() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        all_taken(&set(&finance, &books.plan, &[line(1, "10"), line(2, "10"), line(3, "10")]).await);
        let mut moved = posting("C", 3, "9");
        moved["place"]["costCentre"] = json!("4712");
        all_taken(
            &post(&finance, &books.actual, &[posting("A", 1, "10"), posting("B", 2, "10"), moved], false)
                .await,
        );
        let codes = finance
            .query(r#"{ old: ledgerCode(kind: COST_CENTRE, code: "4711") { id } new: ledgerCode(kind: COST_CENTRE, code: "4712") { id } }"#)
            .await;
        finance
            .query(&format!(
                "mutation {{ supersedeLedgerCode(id: \"{}\", by: \"{}\", from: \"2026-03-01\") {{ id }} }}",
                id(&codes["old"]),
                id(&codes["new"])
            ))
            .await;
        let of = async |how: &str| {
            let found = variance(
                &finance,
                &books,
                &format!("groupBy: [COST_CENTRE], throughPeriod: 3, reorganisation: {how}"),
            )
            .await;
            let rows = found["rows"].as_array().unwrap().clone();
            let shown = rows.iter().map(|row| {
                let told =
                    [&row["group"][0]["value"], &row["plan"]["amount"], &row["variance"]["amount"]["amount"]];
                told.map(|value| value.as_str().unwrap()).join(" ")
            });
            shown.collect::<Vec<_>>()
        };
        assert_eq!(of("AS_RECORDED").await, ["4711 30.00 10.00", "4712 0.00 -9.00"]);
        assert_eq!(of("FROM_DAY").await, ["4711 20.00 0.00", "4712 10.00 1.00"]);
        assert_eq!(of("RESTATED").await, ["4712 30.00 1.00"]);
        let found = variance(&finance, &books, "throughPeriod: 3").await;
        let assumptions = found["explain"]["assumptions"].as_array().unwrap();
        assert!(
            assumptions
                .contains(&json!("the cost centre 4711 is taken as the cost centre 4712 from 2026-03-01 on")),
            "{assumptions:?}"
        );
    });
}

#[test]
fn a_forecast_is_held_against_the_plan_at_its_own_rates() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let euro = |amount: &str| json!({ "place": place(1), "currency": "EUR", "amount": amount });
        all_taken(&set(&finance, &books.plan, &[euro("100")]).await);
        let rates = json!([{ "currency": "EUR", "rate": "1.20" }]);
        let forecast = json!({ "name": "6+6", "kind": "FORECAST", "label": "6+6", "planRates": rates });
        let forecast = a_version(&finance, forecast).await;
        all_taken(&set(&finance, &forecast, &[euro("100")]).await);
        let found = variance(&finance, &Books { actual: forecast, ..books }, "groupBy: []").await;
        assert_eq!(found["throughPeriod"], 12);
        assert_eq!(millionths(&found["total"]["operating"]["amount"]), 0);
        assert_eq!(millionths(&found["total"]["bridge"]["exchange"]), -10_000_000);
    });
}

#[test]
fn a_question_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let euro =
            json!({ "source": "ERP", "document": "E", "place": place(2), "currency": "EUR", "amount": "1" });
        all_taken(&post(&finance, &books.actual, &[euro], false).await);
        a_rate(&finance, "2026-01-01", "AVERAGE", "1.15").await;
        let other =
            a_version(&finance, json!({ "name": "Plan 2027", "kind": "PLAN", "fiscalYear": 2027 })).await;
        let ask = |plan: &str, rest: &str| {
            format!(
                "{{ budgetVariance(plan: \"{plan}\", actual: \"{}\" {rest}) {{ currency }} }}",
                books.actual
            )
        };
        for (text, message) in [
            (
                ask(&books.plan, ""),
                "throughPeriod: no period of 2026 is closed yet, so say through which period figures are complete",
            ),
            (ask(&books.plan, ", throughPeriod: 14"), "throughPeriod: 14 is not between 1 and 13"),
            (
                ask(&books.plan, ", fromPeriod: 3, throughPeriod: 2"),
                "throughPeriod: 2 is not between 3 and 13",
            ),
            (
                ask(&books.plan, ", throughPeriod: 2"),
                "rateKind: no AVERAGE rate from EUR to USD for period 2, 2026-02-01 to 2026-02-28",
            ),
            (
                ask(&other, ", throughPeriod: 1"),
                "actual: Actual 2026 is of the fiscal year 2026, and Plan 2027 of 2027",
            ),
            (
                ask(&books.plan, ", throughPeriod: 1, tolerance: { amount: \"-1\" }"),
                "tolerance: -1 is below 0",
            ),
            (
                ask(&books.plan, ", throughPeriod: 1, materiality: { rate: \"-1\" }"),
                "materiality.rate: -1 is below 0",
            ),
        ] {
            assert_eq!(finance.expect_error(&text, "INVALID").await.message, message, "{text}");
        }
        app.architect().expect_error(&ask(&books.plan, ", throughPeriod: 1"), "FORBIDDEN").await;
    });
}

#[test]
fn who_sees_only_sums_sees_no_single_line() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let mut single = posting("Z", 1, "77");
        single["place"]["costCentre"] = json!("4712");
        all_taken(&post(&app.finance(), &books.actual, &[single], false).await);
        let found = variance(&app.planner(), &books, "groupBy: [COST_CENTRE], throughPeriod: 6").await;
        // The one beside it would tell it by what it lacks to the sum.
        for row in found["rows"].as_array().unwrap() {
            assert_eq!(row["hidden"], true);
            for column in ["plan", "actual", "unexplained"] {
                assert_eq!(row[column], Value::Null);
            }
            assert_eq!(row["bridge"]["undivided"], Value::Null);
            assert_eq!(row["variance"]["rate"], Value::Null);
        }
        assert_eq!(found["total"]["actual"]["amount"], "693.00");
        let seen = variance(&app.finance(), &books, "groupBy: [COST_CENTRE], throughPeriod: 6").await;
        assert_eq!(seen["rows"][1]["actual"]["amount"], "77.00");
    });
}

#[test]
fn the_statements_do_not_depend_on_how_many_lines_there_are() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        all_taken(&set(&finance, &books.plan, &[line(1, "10")]).await);
        all_taken(&post(&finance, &books.actual, &[posting("A", 1, "10")], false).await);
        let text = format!(
            "{{ budgetVariance(plan: \"{}\", actual: \"{}\", throughPeriod: 6) {{
                rows {{ {ROW} }} total {{ lines }} explain {{ formula }} }} }}",
            books.plan, books.actual
        );
        let few = finance.statements(&text).await;
        half_a_year(app, &books).await;
        assert_eq!(finance.statements(&text).await, few);
        assert!(few <= 10, "{few}");
    });
}
