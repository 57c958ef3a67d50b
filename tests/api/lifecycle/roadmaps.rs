//! The roadmap writes off what the books have on record as the books do, and what became known late is caught up.

use serde_json::{Value, json};
use support::{TestApp, on_both_engines};

use super::{
    Estate,
    books::{bought, cents, examples, retire, rule},
    entries::{RECORD, entry},
    events::{event, server},
    id,
};

/// What the schedules of all assets charge in the months of the roadmap, and what each loses by impairment.
async fn scheduled(app: &TestApp, assets: &[(&str, String)]) -> Vec<(String, Vec<i64>)> {
    let mut found = Vec::new();
    for (tag, asset) in assets {
        let mut charges = vec![0; 24];
        for component in ["", r#", component: "drives""#] {
            if !component.is_empty() && *tag != "COMPONENTS" {
                continue;
            }
            let text = format!(
                r#"{{ depreciationSchedule(asset: "{asset}", from: "2026-01", months: 24 {component}) {{
                    reason months {{ charge }} }} }}"#
            );
            let schedule = app.director().query(&text).await["depreciationSchedule"].clone();
            let months = schedule["months"].as_array().unwrap_or_else(|| panic!("{tag}: {schedule}")).clone();
            for (sum, month) in charges.iter_mut().zip(months) {
                *sum += cents(&month["charge"]);
            }
        }
        found.push(((*tag).to_owned(), charges));
    }
    found
}

/// The depreciation lines of the roadmap by owner.
async fn drawn(app: &TestApp, group: &str) -> Vec<(Value, Vec<i64>)> {
    let text = format!(
        r#"{{ roadmap(from: "2026-01", months: 24, asOf: "2026-07-01", view: PNL, groupBy: [{group}]) {{
            lines {{ category keys {{ value }} amounts {{ months {{ amount }} }} }} }} }}"#
    );
    let lines = app.director().query(&text).await["roadmap"]["lines"].as_array().unwrap().clone();
    let lines = lines.into_iter().filter(|line| line["category"] == "DEPRECIATION").map(|line| {
        let months = line["amounts"]["months"].as_array().unwrap().iter();
        (line["keys"][0]["value"].clone(), months.map(|month| cents(&month["amount"])).collect())
    });
    lines.collect()
}

async fn an_asset(app: &TestApp, estate: &Estate, tag: &str, in_service: &str, price: &str) -> String {
    let asset = bought(app, &estate.model, &estate.site, tag, in_service, price).await;
    let text =
        format!(r#"mutation {{ updateAsset(id: "{asset}", changes: {{ owner: "{tag}" }}) {{ id }} }}"#);
    app.director().query(&text).await;
    asset
}

/// Assets of which the books have more on record than their rule says, one of each kind, and one that has nothing.
async fn an_estate(app: &TestApp) -> (Estate, Vec<(&'static str, String)>) {
    let estate = Estate::build(app).await;
    rule(app, "R", r#"salvageRate: "0.1""#).await;
    let mut assets = Vec::new();
    for (tag, in_service, price) in [
        ("PLAIN", "2025-03-10", "10000"),
        ("OWN", "2025-02-10", "9999"),
        ("COMPONENTS", "2025-01-10", "7000"),
        ("IMPAIRED", "2025-01-20", "12000"),
        ("LONGER", "2024-04-10", "12000"),
        ("PART", "2025-05-05", "8000"),
        ("SOLD", "2025-06-05", "8000"),
        ("GONE", "2024-08-05", "8000"),
        ("MOVED", "2025-07-05", "6000"),
    ] {
        assets.push((tag, an_asset(app, &estate, tag, in_service, price).await));
    }
    let of = |tag: &str| assets.iter().find(|(known, _)| *known == tag).unwrap().1.clone();
    entry(app, &of("OWN"), "8888", json!({ "lifeMonths": 37 })).await;
    let drives = json!({ "asset": of("COMPONENTS"), "component": "drives", "details": { "lifeMonths": 17 },
        "cost": { "amount": "1000", "currency": "USD" } });
    app.finance().query_with(RECORD, json!({ "input": drives })).await;
    let impairment = json!({ "impairment": { "recoverable": "3333", "salvage": "33" } });
    event(app, &of("IMPAIRED"), "2026-05-03", impairment).await;
    event(app, &of("LONGER"), "2026-08-01", json!({ "lifeChange": { "addedMonths": 13 } })).await;
    event(app, &of("PART"), "2026-09-09", json!({ "disposal": { "share": "0.3", "proceeds": "100" } })).await;
    event(app, &of("SOLD"), "2026-10-09", json!({ "disposal": { "proceeds": "3000", "costOfSale": "150" } }))
        .await;
    let transfer = json!({ "transfer": { "toSite": estate.other_site } });
    event(app, &of("MOVED"), "2026-04-01", transfer).await;
    retire(app, &of("GONE"), "2026-03-10").await;
    (estate, assets)
}

#[test]
fn the_roadmap_charges_what_the_schedules_do() {
    on_both_engines(async |app| {
        let (estate, assets) = an_estate(app).await;
        let check = async |when: &str| {
            let scheduled = scheduled(app, &assets).await;
            let lines = drawn(app, "OWNER").await;
            for (tag, charges) in &scheduled {
                let line = lines.iter().find(|(owner, _)| owner == tag);
                let drawn = line.unwrap_or_else(|| panic!("{when}: {tag} is not drawn")).1.clone();
                assert_eq!(&drawn, charges, "{when}: {tag}");
            }
            let total = |of: Vec<&Vec<i64>>| -> Vec<i64> {
                (0..24).map(|month| of.iter().map(|row| row[month]).sum()).collect()
            };
            let sum = total(scheduled.iter().map(|(_, row)| row).collect());
            assert_eq!(total(lines.iter().map(|(_, row)| row).collect()), sum, "{when}");
            let sites = drawn(app, "SITE").await;
            assert_eq!(total(sites.iter().map(|(_, row)| row).collect()), sum, "{when}, by site");
            sites
        };
        let sites = check("open").await;
        // What was transferred in April is charged to its new site from then on.
        let moved = sites.iter().find(|(site, _)| site == "AMS1").unwrap();
        assert_eq!((moved.1[2], moved.1[3]), (0, 9_000));
        let text = r#"mutation { closePeriod(through: "2026-05") { entriesRecorded } }"#;
        app.finance().query(text).await;
        check("closed").await;
        // What becomes known late of closed months is caught up in the roadmap too.
        let late = an_asset(app, &estate, "LATE", "2026-02-01", "6000").await;
        let mut assets = assets.clone();
        let longer = json!({ "lifeChange": { "lifeMonths": 72 } });
        event(app, &assets[0].1, "2026-02-01", longer).await;
        assets.push(("LATE", late));
        let found = scheduled(app, &assets).await;
        let lines = drawn(app, "OWNER").await;
        for (tag, charges) in &found {
            let line = lines.iter().find(|(owner, _)| owner == tag).unwrap();
            assert_eq!(&line.1, charges, "caught up: {tag}");
        }
        let late = &found.last().unwrap().1;
        assert_eq!((late[4], late[5], late[6]), (0, 5 * 9_000, 9_000), "February to June at once");
    });
}

#[test]
fn the_roadmap_loses_what_the_books_lose() {
    on_both_engines(async |app| {
        let (estate, _) = an_estate(app).await;
        let text = r#"{ roadmap(from: "2026-01", months: 24, asOf: "2026-07-01", view: PNL, groupBy: []) {
            categories { category amounts { months { amount } } } explain { assumptions } } }"#;
        let roadmap = app.director().query(text).await["roadmap"].clone();
        let months = |category: &str| -> Vec<i64> {
            let categories = roadmap["categories"].as_array().unwrap();
            let found = categories.iter().find(|one| one["category"] == category).unwrap();
            found["amounts"]["months"].as_array().unwrap().iter().map(|one| cents(&one["amount"])).collect()
        };
        // 12,000 less 16 months at 180 is 9,120; 3,333 are left of it.
        assert_eq!(months("IMPAIRMENT")[4], 912_000 - 333_300);
        assert_eq!(months("IMPAIRMENT").iter().filter(|loss| **loss != 0).count(), 1);
        // 8,000 less 16 months at 120 is 6,080; it brings 2,850.
        assert_eq!(months("DISPOSAL")[9], 608_000 - 285_000);
        assert!(
            roadmap["explain"]["assumptions"]
                .to_string()
                .contains("as the books have them on record: 7 assets")
        );
        // As many statements with as without.
        let before = app.director().statements(text).await;
        for number in 0..4 {
            let asset =
                bought(app, &estate.model, &estate.site, &format!("N{number}"), "2026-01-01", "999").await;
            entry(app, &asset, "500", json!({ "lifeMonths": 20 })).await;
            event(app, &asset, "2026-06-01", json!({ "lifeChange": { "addedMonths": 13 } })).await;
        }
        assert_eq!(app.director().statements(text).await, before);
    });
}

#[test]
fn a_late_impairment_is_caught_up_and_says_so() {
    on_both_engines(async |app| {
        let (_, asset) = server(app).await;
        let expected = examples()["3.impair"].clone();
        let impairment =
            json!({ "date": "2028-01-01", "impairment": { "recoverable": "5000", "salvage": "500" } });
        let mut late = impairment.clone();
        late["postedFrom"] = "2028-04".into();
        let text = "query($asset: ID!, $assuming: [BookEventInput!]!) {
            depreciationSchedule(asset: $asset, from: \"2028-01\", months: 6, assuming: $assuming) {
                months { month charge caughtUp impairment bookValue } explain { inputs { name value } } } }";
        let ask = async |event: &Value| {
            let variables = json!({ "asset": asset, "assuming": [event] });
            app.director().query_with(text, variables).await["depreciationSchedule"].clone()
        };
        let (in_time, late) = (ask(&impairment).await, ask(&late).await);
        assert_eq!(in_time["months"][0]["charge"], expected["new_month"]);
        assert_eq!(in_time["months"][0]["caughtUp"], "0.00");
        for month in 0..3 {
            assert_eq!(late["months"][month]["charge"], "180.00", "closed months stay");
        }
        assert_eq!(
            late["months"][3],
            json!({ "month": "2028-04", "charge": "-78.46", "caughtUp": "-193.85", "impairment": expected["loss"],
                    "bookValue": in_time["months"][3]["bookValue"] })
        );
        assert_eq!(late["months"][4], in_time["months"][4]);
        let inputs = late["explain"]["inputs"].to_string();
        assert!(inputs.contains("depreciation of closed months caught up in 2028-04"), "{inputs}");
        assert!(inputs.contains("-193.85") && inputs.contains("3220.00"), "{inputs}");
        assert!(!in_time["explain"]["inputs"].to_string().contains("caught up"));
    });
}

const PERIODS: &str = "from to totals { accumulated { charged } } periods { period { period firstOn lastOn weeks }
    charge chargePerWeek lastYear { fiscalYear weeks } lastYearCharge difference comparable change amountsHidden }";

#[test]
fn a_roll_forward_by_fiscal_periods_compares_the_year_before() {
    on_both_engines(async |app| {
        let (estate, _) = server(app).await;
        let text = r#"mutation { createFiscalCalendar(input: { name: "Weeks", details: {
            startMonth: 2, pattern: W445, labelBy: START_YEAR, anchorOn: "2026-02-01", leapWeekYears: [2027] } }) { id } }"#;
        let calendar = id(&app.finance().query(text).await["createFiscalCalendar"]);
        let ask = |span: &str| {
            format!(r#"{{ rollForward({span}, fiscalCalendar: "{calendar}") {{ {PERIODS} }} }}"#)
        };
        let by_periods = "periods: { fiscalYear: 2027, first: 11, last: 12 }";
        let found = app.director().query(&ask(by_periods)).await["rollForward"].clone();
        let by_months = ask(r#"from: "2027-12", to: "2028-01""#);
        let months = app.director().query(&by_months).await["rollForward"].clone();
        assert_eq!(json!([found["from"], found["to"]]), json!(["2027-12", "2028-01"]));
        assert_eq!(found["totals"], months["totals"]);
        assert_eq!(months["periods"], Value::Null, "months were asked for");
        let [eleventh, last] = found["periods"].as_array().unwrap().as_slice() else { panic!("{found}") };
        assert_eq!(json!([eleventh["comparable"], eleventh["difference"]]), json!([true, "0.00"]));
        // Six weeks after five: the same amount is less a week.
        assert_eq!(json!([last["period"]["weeks"], last["lastYear"]["weeks"]]), json!([6, 5]));
        assert_eq!(json!([last["charge"], last["lastYearCharge"]]), json!(["180.00", "180.00"]));
        assert_eq!(last["comparable"], false);
        assert_eq!(cents(&last["chargePerWeek"]), 3_000);
        assert_eq!(last["change"], "-0.1667");
        // One asset behind it would tell its price.
        let hidden = app.planner().query(&ask(by_periods)).await["rollForward"]["periods"][0].clone();
        assert_eq!(json!([hidden["charge"], hidden["amountsHidden"]]), json!([null, true]));
        for number in 0..4 {
            bought(app, &estate.model, &estate.site, &format!("P{number}"), "2026-02-01", "600").await;
        }
        let shown = app.planner().query(&ask(by_periods)).await["rollForward"]["periods"][0].clone();
        assert_eq!(json!([shown["charge"], shown["amountsHidden"]]), json!(["216.00", false]));
        app.architect().expect_error(&ask(by_periods), "FORBIDDEN").await;
        for (span, message) in [
            (
                "periods: { fiscalYear: 2027, first: 5, last: 4 }",
                "periods.last: 4 lies before the first period, 5",
            ),
            ("periods: { fiscalYear: 2027, first: 0 }", "periods.first"),
            ("periods: { fiscalYear: 9999 }", "periods.fiscalYear"),
            (r#"from: "2026-01""#, "periods: is needed, or else from with to, and not both"),
            (r#"from: "2026-01", periods: { fiscalYear: 2027 }"#, "periods: is needed"),
        ] {
            let refusal = app.director().expect_error(&ask(span), "INVALID").await;
            assert!(refusal.message.contains(message), "{}", refusal.message);
        }
    });
}

#[test]
fn the_books_follow_a_scenario_where_it_alters_them_and_say_where_not() {
    on_both_engines(async |app| {
        let (estate, asset) = server(app).await;
        let add = "mutation($scenario: ID!, $change: ScenarioChangeInput!) {
            addScenarioChange(scenario: $scenario, change: $change) { id } }";
        let text = r#"mutation { createScenario(input: { name: "Weak dollar" }) { id }
            recordExchangeRate(input: { base: "USD", quote: "EUR", on: "2026-01-01", kind: PLAN, rate: "0.5" }) { id } }"#;
        let scenario = id(&app.director().query(text).await["createScenario"]);
        for change in [
            json!({ "exchangeRate": { "base": "USD", "quote": "EUR", "rate": "0.25", "from": "2027-01-01" } }),
            json!({ "siteExit": { "site": estate.site, "on": "2027-01-01" } }),
        ] {
            app.director().query_with(add, json!({ "scenario": scenario, "change": change })).await;
        }
        let ask = |scenario: &str| {
            format!(
                r#"{{ bookValue(on: "2027-12-31", currency: "EUR" {scenario}) {{ total {{ amount }} scenario {{ name }}
                        explain {{ assumptions }} }}
                    rollForward(from: "2027-01", to: "2027-12" {scenario}) {{ totals {{ closingBookValue }}
                        scenario {{ name }} explain {{ assumptions }} }}
                    depreciationSchedule(asset: "{asset}" {scenario}) {{ months {{ charge }} scenario {{ name }}
                        explain {{ assumptions }} }} }}"#
            )
        };
        let before = app.director().query(&ask("")).await;
        let after = app.director().query(&ask(&format!(r#", scenario: "{scenario}""#))).await;
        assert_eq!(before["bookValue"]["scenario"], Value::Null);
        assert_eq!(cents(&before["bookValue"]["total"]["amount"]), 411_000, "half of 8,220");
        assert_eq!(cents(&after["bookValue"]["total"]["amount"]), 205_500, "a quarter");
        assert_eq!(after["rollForward"]["totals"], before["rollForward"]["totals"]);
        assert_eq!(after["depreciationSchedule"]["months"], before["depreciationSchedule"]["months"]);
        for (field, unfollowed) in [("bookValue", 1), ("rollForward", 2), ("depreciationSchedule", 2)] {
            assert_eq!(after[field]["scenario"]["name"], "Weak dollar", "{field}");
            let said = after[field]["explain"]["assumptions"].to_string();
            assert_eq!(said.matches("the books are the same").count(), unfollowed, "{field}: {said}");
        }
    });
}
