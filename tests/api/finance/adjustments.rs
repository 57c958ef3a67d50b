//! Periods that nothing is posted in, and the adjustments of a year, in variances and outlooks.

use serde_json::{Value, json};
use support::on_both_engines;

use super::books::{
    Books, a_rate, all_taken, close, half_a_year, line, millionths, place, post, posting, set,
};

/// Why the variance of three lines in dollars is not told apart.
const NOT_DIVIDED: [&str; 1] =
    ["3 lines are not told apart by volume and price: the plan states no quantity and unit price"];

#[test]
fn a_period_that_nothing_is_posted_in_is_named_and_left_out() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        let lines: Vec<Value> = (1..=12).map(|period| line(period, "100")).collect();
        all_taken(&set(&finance, &books.plan, &lines).await);
        let ask = format!(
            "{{ budgetVariance(plan: \"{}\", actual: \"{}\", throughPeriod: 3) {{ currency }} }}",
            books.plan, books.actual
        );
        assert_eq!(
            finance.expect_error(&ask, "INVALID").await.message,
            "throughPeriod: 1, 2, 3: nothing was posted in these periods yet, so there is nothing to hold against \
             their plan"
        );
        // The second month is open and nothing is posted in it: that makes no saving of it.
        all_taken(
            &post(&finance, &books.actual, &[posting("A", 1, "90"), posting("C", 3, "95")], false).await,
        );
        close(&finance, &books.calendar, 1).await;
        let asked =
            "unpostedPeriods total { plan { amount } actual { amount } variance { amount { amount } } }
                     explain { excluded assumptions }";
        let text = ask.replace("currency", asked);
        let found = finance.query(&text).await["budgetVariance"].clone();
        assert_eq!(found["unpostedPeriods"], json!([2]));
        assert_eq!(millionths(&found["total"]["plan"]), 200_000_000);
        assert_eq!(millionths(&found["total"]["variance"]["amount"]), 15_000_000);
        assert_eq!(
            found["explain"]["excluded"][0],
            "period 2 of 2026: nothing is posted in it yet, so its plan is left out as well"
        );
        let outlook = format!(
            "{{ budgetOutlook(plan: \"{}\", actual: \"{}\", throughPeriod: 3) {{ unpostedPeriods
                total {{ actual {{ amount }} runRate {{ amount }} remainingForecast {{ amount }} outlook {{ amount }} gaps }}
            }} }}",
            books.plan, books.actual
        );
        let found = finance.query(&outlook).await["budgetOutlook"].clone();
        assert_eq!(found["unpostedPeriods"], json!([2]));
        let total = &found["total"];
        // Of two months, and with the plan of the second and of nine to come.
        assert_eq!(
            (millionths(&total["actual"]), millionths(&total["runRate"])),
            (185_000_000, 1_110_000_000)
        );
        assert_eq!(millionths(&total["remainingForecast"]), 1_000_000_000);
        assert_eq!(millionths(&total["outlook"]), 1_185_000_000);
        let gap = "nothing is posted in the month 2026-02 yet: run rates leave it out, and the outlook has its forecast";
        assert_eq!(total["gaps"], json!([gap]));

        // Once it is closed it is complete: nothing was spent in it, whoever asks.
        close(&finance, &books.calendar, 2).await;
        let found = finance.query(&text).await["budgetVariance"].clone();
        assert_eq!(
            (&found["unpostedPeriods"], &found["explain"]["excluded"]),
            (&json!([]), &json!(NOT_DIVIDED))
        );
        assert_eq!(millionths(&found["total"]["plan"]), 300_000_000);
        assert_eq!(millionths(&found["total"]["variance"]["amount"]), 115_000_000);
        let said = "period 2 of 2026 is closed with nothing posted in it, so it cost nothing";
        assert!(found["explain"]["assumptions"].as_array().unwrap().contains(&json!(said)), "{found}");
        let found = finance.query(&outlook).await["budgetOutlook"].clone();
        let total = &found["total"];
        assert_eq!((&found["unpostedPeriods"], &total["gaps"]), (&json!([]), &json!([])));
        assert_eq!((millionths(&total["actual"]), millionths(&total["runRate"])), (185_000_000, 740_000_000));
        assert_eq!(millionths(&total["outlook"]), 1_085_000_000);
    });
}

#[test]
fn adjustments_of_a_year_are_posted_to_period_thirteen_and_shown_apart() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        half_a_year(app, &books).await;
        let finance = app.finance();
        let mut dated = posting("ADJ-2", 13, "-4");
        dated["kind"] = json!("CREDIT_NOTE");
        dated["postedOn"] = json!("2027-01-20");
        let euro = json!({ "source": "ERP", "document": "ADJ-3", "place": place(13), "currency": "EUR", "amount": "10" });
        all_taken(&post(&finance, &books.actual, &[posting("ADJ-1", 13, "24"), dated, euro], false).await);
        a_rate(&finance, "2026-12-01", "AVERAGE", "1.20").await;
        let of = async |through: i32| {
            let text = format!(
                "{{ budgetVariance(plan: \"{}\", actual: \"{}\", throughPeriod: {through}, groupBy: [PERIOD]) {{
                    rows {{ group {{ value }} plan {{ amount }} actual {{ amount }} }} total {{ actual {{ amount }} }}
                    adjustments {{ amount {{ amount }} postings counted }} explain {{ excluded }} }} }}",
                books.plan, books.actual
            );
            finance.query(&text).await["budgetVariance"].clone()
        };
        let half = of(6).await;
        assert_eq!(millionths(&half["total"]["actual"]), 616_000_000);
        // 24 less 4, and 10 euro at the rate of December.
        let apart = json!({ "amount": { "amount": "32.00" }, "postings": 3, "counted": false });
        assert_eq!(half["adjustments"], apart);
        let said = "3 postings of period 13, the adjustments of 2026, are shown apart";
        assert!(half["explain"]["excluded"].as_array().unwrap().contains(&json!(said)), "{half}");
        let year = of(13).await;
        assert_eq!(millionths(&year["total"]["actual"]), 648_000_000);
        assert_eq!(year["adjustments"]["counted"], true);
        let last = year["rows"].as_array().unwrap().last().unwrap();
        assert_eq!(last["group"], json!([{ "value": "13" }]));
        assert_eq!((millionths(&last["plan"]), millionths(&last["actual"])), (0, 32_000_000));

        let outlook = format!(
            "{{ budgetOutlook(plan: \"{}\", actual: \"{}\", throughPeriod: 6) {{ total {{
                actual {{ amount }} adjustments {{ amount }} runRate {{ amount }} outlook {{ amount }} }} }} }}",
            books.plan, books.actual
        );
        let total = finance.query(&outlook).await["budgetOutlook"]["total"].clone();
        assert_eq!(millionths(&total["actual"]), 616_000_000);
        assert_eq!(millionths(&total["adjustments"]), 32_000_000);
        assert_eq!(millionths(&total["runRate"]), 1_232_000_000, "nothing of it is spread over months");
        assert_eq!(millionths(&total["outlook"]), 1_248_000_000);

        let findings = format!("{{ budgetFindings(version: \"{}\") {{ rule }} }}", books.actual);
        assert_eq!(
            finance.query(&findings).await["budgetFindings"],
            json!([]),
            "a day of the next year is fine"
        );
        for period in 1..=6 {
            close(&finance, &books.calendar, period).await;
        }
        let close_it = |period: i32| {
            format!(
                "mutation {{ closeBudgetPeriod(fiscalCalendar: \"{}\", fiscalYear: 2026, period: {period}) {{ period }} }}",
                books.calendar
            )
        };
        let refusal = finance.expect_error(&close_it(13), "CONFLICT").await;
        assert_eq!(refusal.message, "period 7 of 2026 is open, close it first");
        let refusal = finance.expect_error(&close_it(14), "INVALID").await;
        assert_eq!(refusal.message, "period: 14 is not between 1 and 13");
    });
}
