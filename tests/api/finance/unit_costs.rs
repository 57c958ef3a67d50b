//! What one unit costs: cost of the roadmap over volumes, month by month, with a reason where there is none.

use api::import::csv::Noun;
use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    a_site, a_vendor, examples, id,
    volumes::{export, import, record},
};

/// A year of support from 2026-01-01 at a charge a month: the only cost there is.
async fn support(app: &TestApp, number: &str, charge: &str) {
    let vendor = a_vendor(app, &format!("V-{number}")).await;
    let text = format!(
        r#"mutation {{ signSupportContract(input: {{
            number: "{number}", vendor: "{vendor}", currency: "USD", startsOn: "2026-01-01",
            endsOn: "2026-12-31", charge: "{charge}", billingFrequency: MONTHLY
        }}) {{ id }} }}"#
    );
    app.director().query(&text).await;
}

/// The unit costs of 2026, seen from 2026-07-01.
async fn unit_cost(client: &Client, metric: &str, arguments: &str, selection: &str) -> Value {
    let text = format!(
        r#"{{ unitCost(metric: {metric}, from: "2026-01", months: 12, asOf: "2026-07-01" {arguments}) {{ {selection} }} }}"#
    );
    client.query(&text).await["unitCost"].clone()
}

const MONTHS: &str = "amountsHidden currency series { measure months {
    month status cost volume volumeOrigin grownFrom volumeIds unitCost gap reason } }";

async fn declare(app: &TestApp, metric: &str, parts: &str) -> Value {
    let text = format!(
        "mutation {{ declareUnitCostBasis(metric: {metric}, parts: [{parts}]) {{ metric declared parts {{ category share kinds }} }} }}"
    );
    app.finance().query(&text).await["declareUnitCostBasis"].clone()
}

#[test]
fn an_endpoint_and_a_terabyte_cost_what_the_worked_example_says() {
    on_both_engines(async |app| {
        // 1.89 million a year over 4,200 endpoints.
        support(app, "S", "157500").await;
        for month in ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-07"] {
            record(app, "ENDPOINTS", month, r#"average: "4200""#).await;
        }
        let of_year =
            "series { years { fiscalYear label partial months cost averageVolume perPeriod perMonth gap }
            months { unitCost volumeOrigin } explain { formula estimated assumptions inputs { name value } } }
            explain { formula excluded assumptions estimated }";
        let found = unit_cost(&app.finance(), "PER_ENDPOINT", "", of_year).await;
        let (series, golden) = (&found["series"][0], &examples()["4.unit"]);
        let year = &series["years"][0];
        assert_eq!(year["perPeriod"], golden["per_endpoint_year"]);
        assert_eq!(year["perMonth"], golden["per_endpoint_month"]);
        assert_eq!(
            [&year["fiscalYear"], &year["label"], &year["partial"], &year["cost"], &year["averageVolume"]],
            [&json!(2026), &json!("FY26"), &json!(false), &json!("1890000.00"), &json!("4200")]
        );
        let months = series["months"].as_array().unwrap();
        assert!(months.iter().all(|month| month["unitCost"] == golden["per_endpoint_month"]), "{months:?}");
        let origins: Vec<_> = months.iter().map(|month| month["volumeOrigin"].as_str().unwrap()).collect();
        assert_eq!(origins[5..8], ["MEASURED", "MEASURED", "FORECAST"]);
        assert_eq!(series["explain"]["estimated"], true);
        let assumptions = series["explain"]["assumptions"].to_string();
        assert!(assumptions.contains("grown by 0 a month"), "{assumptions}");
        assert!(found["explain"]["excluded"].to_string().contains("capital"), "{found}");

        let given = r#"{
            endpoints: givenUnitCost(cost: { amount: "1890000", currency: "USD" }, averageVolume: "4200") {
                perPeriod { amount currency } perMonth { amount } gap }
            terabytes: givenUnitCost(cost: { amount: "984000", currency: "USD" }, opening: "800", closing: "840") {
                averageVolume perMonth { amount } explain { formula inputs { name value } } }
            none: givenUnitCost(cost: { amount: "1", currency: "USD" }, averageVolume: "0") { perMonth { amount } gap reason }
            unknown: givenUnitCost(cost: { amount: "1", currency: "USD" }) { perPeriod { amount } gap reason }
        }"#;
        let given = app.architect().query(given).await;
        assert_eq!(given["endpoints"]["perPeriod"]["amount"], golden["per_endpoint_year"]);
        assert_eq!(given["endpoints"]["perMonth"]["amount"], golden["per_endpoint_month"]);
        assert_eq!(given["terabytes"]["perMonth"]["amount"], golden["per_tb_month"]);
        let average: f64 = given["terabytes"]["averageVolume"].as_str().unwrap().parse().unwrap();
        assert_eq!(json!(average), golden["avg_den"]);
        assert_eq!([&given["none"]["gap"], &given["unknown"]["gap"]], ["VOLUME_ZERO", "VOLUME_MISSING"]);
        assert_eq!(given["none"]["perMonth"], Value::Null);
    });
}

#[test]
fn a_terabyte_costs_by_the_average_of_opening_and_closing() {
    on_both_engines(async |app| {
        support(app, "S", "82000").await;
        declare(app, "PER_TB", "{ category: SUPPORT }").await;
        record(app, "USED_TERABYTES", "2026-07", r#"opening: "800", closing: "840""#).await;
        record(app, "RAW_TERABYTES", "2026-07", r#"average: "1640""#).await;
        let found = unit_cost(&app.finance(), "PER_TB", "", MONTHS).await;
        let months = &found["series"][0]["months"];
        assert_eq!(found["series"][0]["measure"], "USED_TERABYTES");
        assert_eq!(months[6]["unitCost"], examples()["4.unit"]["per_tb_month"]);
        assert_eq!([&months[6]["volume"], &months[6]["volumeOrigin"]], ["820", "MEASURED"]);
        assert_eq!(months[6]["volumeIds"].as_array().unwrap().len(), 1);
        // What was not recorded is not known, and no later volume tells it.
        assert_eq!(
            [&months[5]["unitCost"], &months[5]["volume"], &months[5]["gap"], &months[5]["reason"]],
            [&Value::Null, &Value::Null, &json!("VOLUME_MISSING"), &json!("no volume is recorded")]
        );
        assert_eq!([&months[5]["status"], &months[6]["status"]], ["ESTIMATED", "FORECAST"]);
        assert_eq!(months[5]["cost"], "82000.00");
        let raw = unit_cost(&app.finance(), "PER_TB", ", terabytes: RAW", MONTHS).await;
        assert_eq!(raw["series"][0]["months"][6]["unitCost"], "50.00");
        let usable = unit_cost(&app.finance(), "PER_TB", ", terabytes: USABLE", MONTHS).await;
        assert_eq!(usable["series"][0]["months"][6]["gap"], "VOLUME_MISSING");

        let grown = unit_cost(&app.finance(), "PER_TB", r#", monthlyGrowth: "0.1""#, MONTHS).await;
        let months = &grown["series"][0]["months"];
        // 820 x 1.1 x 1.1
        assert_eq!([&months[8]["volume"], &months[8]["grownFrom"]], ["992.2", "2026-07"]);
        assert_eq!(months[8]["unitCost"], "82.6446");
        record(app, "USED_TERABYTES", "2026-07", r#"average: "0""#).await;
        let zero = unit_cost(&app.finance(), "PER_TB", "", MONTHS).await;
        assert_eq!(zero["series"][0]["months"][6]["gap"], "VOLUME_ZERO");
        assert_eq!(zero["series"][0]["months"][6]["unitCost"], Value::Null);
        let whole = unit_cost(&app.finance(), "PER_TB", "", "series { whole { perPeriod gap } }").await;
        assert_eq!(whole["series"][0]["whole"], json!({ "perPeriod": null, "gap": "VOLUME_MISSING" }));
    });
}

#[test]
fn the_company_has_its_own_volume_or_that_of_its_sites() {
    on_both_engines(async |app| {
        let (fra, ams) = (a_site(app, "FRA1").await, a_site(app, "AMS1").await);
        support(app, "S", "1000").await;
        let at = |site: &str, volume: &str| format!(r#"site: "{site}", average: "{volume}""#);
        for (month, site, volume) in [
            ("2026-01", &fra, "60"),
            ("2026-01", &ams, "40"),
            ("2026-02", &fra, "60"),
            ("2026-03", &fra, "60"),
            ("2026-03", &ams, "65"),
        ] {
            record(app, "SEATS", month, &at(site, volume)).await;
        }
        record(app, "SEATS", "2026-03", r#"average: "200""#).await;
        // Later than the day from which the future is seen: not looked at.
        record(app, "SEATS", "2026-08", r#"average: "1""#).await;
        let found = unit_cost(&app.finance(), "PER_SEAT", "", MONTHS).await;
        let months = &found["series"][0]["months"];
        assert_eq!([&months[0]["volume"], &months[0]["unitCost"]], ["100", "10.00"]);
        assert_eq!(months[0]["volumeIds"].as_array().unwrap().len(), 2);
        assert_eq!(months[1]["reason"], "no volume of AMS1 is recorded");
        assert_eq!([&months[2]["volume"], &months[2]["unitCost"]], ["200", "5.00"]);
        assert_eq!([&months[7]["volume"], &months[7]["volumeOrigin"]], ["200", "FORECAST"]);
        let of_site = unit_cost(&app.finance(), "PER_SEAT", &format!(r#", site: "{fra}""#), MONTHS).await;
        let months = &of_site["series"][0]["months"];
        // Support that covers nothing belongs to no site: no cost is not a cost of zero.
        assert_eq!([&months[0]["volume"], &months[0]["gap"]], ["60", "NO_COST"]);
        let explain = unit_cost(
            &app.finance(),
            "PER_SEAT",
            &format!(r#", site: "{fra}""#),
            "siteCode explain { excluded }",
        )
        .await;
        assert_eq!(explain["siteCode"], "FRA1");
        assert!(
            explain["explain"]["excluded"].to_string().contains("belongs to no single site"),
            "{explain}"
        );
    });
}

#[test]
fn kilowatts_and_servers_are_known_without_being_measured() {
    on_both_engines(async |app| {
        let (vendor, site) = (a_vendor(app, "COLO").await, a_site(app, "FRA1").await);
        let text =
            "mutation($input: NewColocationContract!) { signColocationContract(input: $input) { id } }";
        let input = json!({
            "number": "C", "vendor": vendor, "currency": "USD", "sites": [site],
            "term": { "signedOn": "2025-12-01", "billingStartsOn": "2026-01-01", "months": 36 },
            "notice": { "minimum": 30 },
            "charges": [{ "kind": "SPACE_KW", "unitPrice": "165", "quantity": "100" }],
        });
        app.director().query_with(text, json!({ "input": input })).await;
        record(app, "DRAWN_KILOWATTS", "2026-07", r#"average: "50""#).await;
        let found = unit_cost(&app.finance(), "PER_KW", "", MONTHS).await;
        let measures: Vec<_> =
            found["series"].as_array().unwrap().iter().map(|one| &one["measure"]).collect();
        assert_eq!(measures, ["DRAWN_KILOWATTS", "COMMITTED_KILOWATTS"]);
        let (drawn, committed) = (&found["series"][0]["months"], &found["series"][1]["months"]);
        assert_eq!([&drawn[6]["unitCost"], &drawn[5]["gap"]], ["330.00", "VOLUME_MISSING"]);
        for month in [0, 6, 11] {
            assert_eq!(
                [
                    &committed[month]["volume"],
                    &committed[month]["volumeOrigin"],
                    &committed[month]["unitCost"]
                ],
                ["100", "KNOWN", "165.00"]
            );
        }
        // What was measured goes before what is known.
        record(app, "COMMITTED_KILOWATTS", "2026-02", r#"average: "110""#).await;
        let found = unit_cost(&app.finance(), "PER_KW", "", MONTHS).await;
        assert_eq!(
            [&found["series"][1]["months"][1]["volume"], &found["series"][1]["months"][1]["unitCost"]],
            ["110", "150.00"]
        );

        let director = app.director();
        let maker =
            director.query(r#"mutation { registerManufacturer(input: { name: "Dell" }) { id } }"#).await;
        let maker = id(&maker["registerManufacturer"]);
        let text = format!(
            r#"mutation {{ registerHardwareModel(input: {{ manufacturer: "{maker}", name: "R", kind: SERVER }}) {{ id }} }}"#
        );
        let model = id(&director.query(&text).await["registerHardwareModel"]);
        let register = async |tag: &str, details: &str| {
            let text = format!(
                r#"mutation {{ registerAsset(input: {{ tag: "{tag}", model: "{model}", status: IN_SERVICE,
                    placement: {{ site: "{site}" }}, details: {{ {details} }} }}) {{ id }} }}"#
            );
            id(&app.director().query(&text).await["registerAsset"])
        };
        register("A", r#"inServiceOn: "2020-01-01""#).await;
        register("B", r#"inServiceOn: "2026-03-02""#).await;
        let c = register("C", r#"inServiceOn: "2020-01-01""#).await;
        register("D", "").await;
        director.query(&format!(r#"mutation {{ retireAsset(id: "{c}", on: "2026-05-01") {{ id }} }}"#)).await;
        let selection = format!("{MONTHS} series {{ explain {{ excluded assumptions }} }}");
        let found = unit_cost(&app.finance(), "PER_SERVER", "", &selection).await;
        let volumes: Vec<_> =
            found["series"][0]["months"].as_array().unwrap().iter().map(|month| &month["volume"]).collect();
        // Two, a third on the second of March, and two again from the first of May on.
        assert_eq!(volumes[..8], ["2", "2", "2.5", "3", "2", "2", "2", "2"]);
        assert_eq!(found["series"][0]["months"][7]["volumeOrigin"], "FORECAST");
        let excluded = found["series"][0]["explain"]["excluded"].to_string();
        assert!(excluded.contains("1 servers: the days of their service are not known"), "{excluded}");
    });
}

#[test]
fn what_goes_into_a_unit_cost_is_declared_and_shown() {
    on_both_engines(async |app| {
        support(app, "S", "1000").await;
        record(app, "ENDPOINTS", "2026-07", r#"average: "10""#).await;
        let bases = app
            .architect()
            .query("{ unitCostBases { metric declared parts { category share kinds } } }")
            .await;
        assert_eq!(bases["unitCostBases"].as_array().unwrap().len(), 8);
        assert_eq!(
            bases["unitCostBases"][1],
            json!({ "metric": "PER_TB", "declared": false, "parts": [
                { "category": "DEPRECIATION", "share": "1", "kinds": ["STORAGE"] },
                { "category": "DISPOSAL", "share": "1", "kinds": ["STORAGE"] },
            ] })
        );
        let parts =
            r#"{ category: SUPPORT, share: "0.25" }, { category: DEPRECIATION, kinds: [LAPTOP, DESKTOP] }"#;
        let declared = declare(app, "PER_ENDPOINT", parts).await;
        assert_eq!(declared["declared"], true);
        assert_eq!(declared["parts"][1], json!({ "category": "SUPPORT", "share": "0.25", "kinds": [] }));
        let selection = "basis { declared parts { category share } } series { months { cost unitCost } }
            parts { category share kinds recordCount total months { amount } explain { formula inputs { name value } } }
            explain { excluded }";
        let found = unit_cost(&app.finance(), "PER_ENDPOINT", "", selection).await;
        assert_eq!(found["series"][0]["months"][6], json!({ "cost": "250.00", "unitCost": "25.00" }));
        assert_eq!(found["basis"]["declared"], true);
        assert_eq!(
            [&found["parts"][1]["recordCount"], &found["parts"][1]["total"]],
            [&json!(1), &json!("3000.00")]
        );
        let excluded = found["explain"]["excluded"].to_string();
        for left_out in ["CLOUD: not counted", "DEPRECIATION of other kinds than LAPTOP, DESKTOP"] {
            assert!(excluded.contains(left_out), "{excluded}");
        }
        // Declared again in part: what is not named any more does not count.
        assert_eq!(
            declare(app, "PER_ENDPOINT", "{ category: SUPPORT }").await["parts"].as_array().unwrap().len(),
            1
        );
        let file = export(app, Noun::UnitCostPart).await;
        assert_eq!(file, "metric,category,share,kinds\r\nPER_ENDPOINT,SUPPORT,1,\r\n");
        let (counts, problems) = import(app, &[("unit_cost_parts.csv", &file)]).await;
        assert_eq!((counts, problems), (vec!["unit_cost_part 0/0/1/0".to_owned()], vec![]));
        let reset = "mutation { resetUnitCostBasis(metric: PER_ENDPOINT) { declared } }";
        assert_eq!(app.finance().query(reset).await["resetUnitCostBasis"]["declared"], false);
        app.finance().expect_error(reset, "CONFLICT").await;
        app.planner().expect_error(reset, "FORBIDDEN").await;
    });
}

#[test]
fn what_cannot_be_declared_or_asked_is_refused_for_a_reason() {
    on_both_engines(async |app| {
        let declare = |parts: &str| {
            format!("mutation {{ declareUnitCostBasis(metric: PER_TB, parts: [{parts}]) {{ declared }} }}")
        };
        for (parts, field, message) in [
            ("", "parts", "parts: is empty: a unit cost is made of at least one cost"),
            (
                r#"{ category: SUPPORT, share: "25" }"#,
                "parts[0].share",
                "parts[0].share: 25 is more than 1; this is a fraction, so 25 % is 0.25",
            ),
            (
                r#"{ category: SUPPORT, share: "0" }"#,
                "parts[0].share",
                "parts[0].share: 0 counts nothing: leave the category out",
            ),
            (
                "{ category: CLOUD }, { category: CLOUD }",
                "parts[1].category",
                "parts[1].category: CLOUD is named twice",
            ),
            (
                "{ category: SUPPORT, kinds: [STORAGE] }",
                "parts[0].kinds",
                "parts[0].kinds: SUPPORT is not known by kind of hardware; only DEPRECIATION and DISPOSAL are, \
                 declare a share of it",
            ),
            (
                "{ category: DISPOSAL, kinds: [STORAGE, STORAGE] }",
                "parts[0].kinds",
                "parts[0].kinds: names a kind twice",
            ),
        ] {
            let refusal = app.finance().expect_error(&declare(parts), "INVALID").await;
            assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, message), "{parts}");
        }
        let ask = |arguments: &str| {
            format!(
                r#"{{ unitCost(metric: PER_TB, from: "2026-01", asOf: "2026-07-01", {arguments}) {{ currency }} }}"#
            )
        };
        for (arguments, field) in [
            ("months: 0", "months"),
            ("months: 121", "months"),
            (r#"monthlyGrowth: "5""#, "monthlyGrowth"),
            (r#"monthlyGrowth: "-1""#, "monthlyGrowth"),
            (r#"currency: "DOLLAR""#, "currency"),
            (r#"fiscalCalendar: "site_1""#, "fiscalCalendar"),
            (r#"assumedIndexRate: "3""#, "assumedIndexRate"),
        ] {
            let refusal = app.finance().expect_error(&ask(arguments), "INVALID").await;
            assert_eq!(refusal.field, field, "{arguments}: {}", refusal.message);
        }
        app.finance()
            .expect_error(&ask(r#"site: "site_00000000000000000000000000000000""#), "NOT_FOUND")
            .await;
        let both = r#"{ givenUnitCost(cost: { amount: "1", currency: "USD" }, averageVolume: "1", opening: "2") { gap } }"#;
        assert_eq!(app.finance().expect_error(both, "INVALID").await.field, "averageVolume");
        app.architect().expect_error(&ask("months: 12"), "FORBIDDEN").await;
    });
}

#[test]
fn a_price_is_not_told_by_a_unit_cost() {
    on_both_engines(async |app| {
        record(app, "ENDPOINTS", "2026-07", r#"average: "10""#).await;
        let selection = "amountsHidden parts { total months { amount } }
            series { months { cost volume unitCost } years { cost perMonth } whole { cost perPeriod } }";
        support(app, "S1", "1000").await;
        let hidden = unit_cost(&app.planner(), "PER_ENDPOINT", "", selection).await;
        assert_eq!(hidden["amountsHidden"], true);
        assert_eq!(
            hidden["series"][0]["months"][6],
            json!({ "cost": null, "volume": "10", "unitCost": null })
        );
        assert_eq!(hidden["series"][0]["whole"], json!({ "cost": null, "perPeriod": null }));
        assert_eq!(hidden["parts"][3], json!({ "total": null, "months": null }));
        let shown = unit_cost(&app.finance(), "PER_ENDPOINT", "", selection).await;
        assert_eq!(shown["series"][0]["months"][6]["unitCost"], "100.00");
        support(app, "S2", "500").await;
        let sum = unit_cost(&app.planner(), "PER_ENDPOINT", "", selection).await;
        assert_eq!(
            [&sum["amountsHidden"], &sum["series"][0]["months"][6]["unitCost"]],
            [&json!(false), &json!("150.00")]
        );
    });
}

#[test]
fn unit_costs_take_as_many_statements_however_much_there_is() {
    on_both_engines(async |app| {
        let query = |metric: &str| {
            format!(
                r#"{{ unitCost(metric: {metric}, from: "2026-01", months: 36, asOf: "2026-07-01") {{ {MONTHS}
                    parts {{ total }} explain {{ formula }} }} }}"#
            )
        };
        support(app, "S0", "1000").await;
        record(app, "SEATS", "2026-01", r#"average: "10""#).await;
        let metrics = ["PER_SEAT", "PER_SERVER", "PER_KW"];
        let mut before = Vec::new();
        for metric in metrics {
            before.push(app.finance().statements(&query(metric)).await);
        }
        for number in 1..6 {
            support(app, &format!("S{number}"), "1000").await;
            let site = a_site(app, &format!("SITE{number}")).await;
            record(app, "SEATS", "2026-02", &format!(r#"site: "{site}", average: "10""#)).await;
        }
        for (metric, before) in metrics.into_iter().zip(before) {
            assert_eq!(app.finance().statements(&query(metric)).await, before, "{metric}");
        }
    });
}

#[test]
fn the_month_that_runs_is_grown_as_those_to_come_are_and_records_are_listed() {
    on_both_engines(async |app| {
        support(app, "S", "1800").await;
        record(app, "ENDPOINTS", "2026-04", r#"average: "1000""#).await;
        let found = unit_cost(&app.finance(), "PER_ENDPOINT", r#", monthlyGrowth: "0.1""#, MONTHS).await;
        let months = &found["series"][0]["months"];
        // It was seen on the first of July: 1,000 x 1.1 x 1.1 x 1.1.
        assert_eq!(
            [&months[6]["month"], &months[6]["status"], &months[6]["volume"], &months[6]["grownFrom"]],
            ["2026-07", "FORECAST", "1331", "2026-04"]
        );
        assert_eq!([&months[5]["volume"], &months[5]["gap"]], [&Value::Null, &json!("VOLUME_MISSING")]);
        let behind = "parts { category recordCount records { id kind label } }";
        let parts = unit_cost(&app.finance(), "PER_ENDPOINT", "", behind).await["parts"].clone();
        let part = parts.as_array().unwrap().iter().find(|part| part["category"] == "SUPPORT").unwrap();
        assert_eq!(part["recordCount"], 1);
        assert!(part["records"][0]["label"].as_str().unwrap().contains('S'), "{part}");
        assert_eq!(part["records"].as_array().unwrap().len(), 1);
    });
}
