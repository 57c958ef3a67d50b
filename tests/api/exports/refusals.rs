//! Who may have which file, what is hidden in it, and what cannot be asked.

use api::{access::Role, config::Limits};
use serde_json::{Value, json};
use support::{
    http::{Answer, Server, answer, token_of},
    on_both_engines,
};

use super::{Files, an_estate};

const QUESTION: &str = "from=2026-01&months=30&asOf=2026-01-01&currency=USD";

async fn get(server: &Server, role: Role, path: &str) -> Answer {
    answer(server.request(path).bearer_auth(token_of(role))).await
}

#[test]
fn a_file_is_for_those_who_may_ask_the_query_behind_it() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let server = Server::start(app.store(), Limits::default()).await;
        let (yes, no) = (200, 403);
        for (report, viewer, architect, planner, finance, admin) in [
            ("roadmap", no, no, yes, yes, no),
            ("refresh-plan", no, no, yes, yes, no),
            ("contract-calendar", no, yes, yes, yes, no),
            ("contract-costs", no, no, no, yes, no),
            ("depreciation-schedules", yes, yes, yes, yes, no),
            ("roll-forward", no, no, yes, yes, no),
        ] {
            for (role, status) in [
                (Role::Viewer, viewer),
                (Role::Architect, architect),
                (Role::Planner, planner),
                (Role::Finance, finance),
                (Role::Director, yes),
                (Role::Committee, yes),
                (Role::Auditor, yes),
                (Role::Admin, admin),
            ] {
                let found = get(&server, role, &format!("/export/{report}.json")).await;
                assert_eq!(found.status.as_u16(), status, "{report} {role:?}: {}", found.text);
                if status == no {
                    assert_eq!(found.code(), "FORBIDDEN");
                }
            }
        }
        let none = server.get("/export/roadmap.csv").await;
        assert_eq!((none.status.as_u16(), none.code().as_str()), (401, "UNAUTHENTICATED"));
        let linked = format!("/export/roadmap.csv?{QUESTION}&token={}", token_of(Role::Finance));
        assert_eq!(server.get(&linked).await.status.as_u16(), 200);
        assert_eq!(server.get("/export/roadmap.csv?token=nonsense").await.status.as_u16(), 401);
        server.stop().await;
    });
}

#[test]
fn what_cannot_be_asked_is_refused_as_json_that_names_the_field() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let server = Server::start(app.store(), Limits::default()).await;
        for (path, field, word) in [
            (
                "roadmap.xlsx?form=2026-01",
                "form",
                "is nothing that roadmap is asked; it is asked from, months",
            ),
            ("roadmap.xlsx?from=2026-1", "from", "`2026-1` is not a month such as 2027-01"),
            ("roadmap.xlsx?from=9999-12", "from", "not between 1970 and 2199"),
            ("roadmap.xlsx?months=121", "months", "121 is not between 1 and 120"),
            ("roadmap.xlsx?months=many", "months", "`many` is not a whole number of months"),
            ("roadmap.xlsx?view=CASH&view=PNL", "view", "is given twice"),
            ("roadmap.xlsx?view=CASH,cash", "view", "`cash` is named twice"),
            ("roadmap.xlsx?view=MONEY", "view", "`MONEY` is none of COMMITMENT, CASH, PNL"),
            ("roadmap.xlsx?groupBy=COLOUR", "groupBy", "is none of SITE, HARDWARE_KIND"),
            ("roadmap.xlsx?columns=DAYS", "columns", "is none of MONTHS, QUARTERS, YEARS"),
            ("roadmap.xlsx?currency=XXX9", "currency", "XXX9"),
            ("roadmap.xlsx?currency=EUR", "currency", "rate from USD to EUR"),
            ("roadmap.xlsx?fiscalCalendar=Juli", "fiscalCalendar", "there is no calendar named `Juli`"),
            ("roadmap.xlsx?scenario=Dream", "scenario", "there is no scenario named `Dream`"),
            ("roadmap.xlsx?assumedIndexRate=3", "assumedIndexRate", "0.03 is 3 %"),
            ("roadmap.xlsx?asOf=tomorrow", "asOf", "`tomorrow` is not a date"),
            ("refresh-plan.csv?sites=NOWHERE", "sites", "there is no site with the code `NOWHERE`"),
            ("refresh-plan.csv?policies=site_1", "policies", "site_1"),
            ("refresh-plan.csv?kinds=TOASTER", "kinds", "`TOASTER` is none of"),
            ("contract-calendar.csv?from=2026-01-01&to=2025-01-01", "to", "lies before the first day"),
            ("contract-calendar.csv?kinds=PARTY", "kinds", "is none of WINDOW_OPEN"),
            ("contract-costs.csv?contracts=C9", "contracts", "no colocation contract with the number `C9`"),
            ("contract-costs.csv?months=601", "months", "601"),
            ("depreciation-schedules.csv?assets=NONE", "assets", "no asset with the tag or id `NONE`"),
            ("depreciation-schedules.csv?months=0", "months", "0"),
            ("roll-forward.csv?from=2026-02&to=2026-01", "to", "2026-01 lies before 2026-02"),
            ("roll-forward.csv?taxClass=FIVE_YEARS", "taxClass", "has a meaning in the book TAX only"),
            ("roll-forward.csv?bonusRate=0.1", "bonusRate", "has a meaning with taxClass only"),
            ("roll-forward.csv?book=TAX&taxClass=FIVE_YEARS&bonusRate=2", "bonusRate", "2"),
        ] {
            let found = get(&server, Role::Director, &format!("/export/{path}")).await;
            assert_eq!(
                (found.status.as_u16(), found.code().as_str()),
                (400, "INVALID"),
                "{path}: {}",
                found.text
            );
            assert_eq!(found.json()["errors"][0]["extensions"]["field"], field, "{path}");
            assert!(found.message().contains(word), "{path}: {}", found.message());
            assert_eq!(found.headers["content-type"], "application/json");
        }
        for path in ["roadmap.pdf", "roadmap", "secrets.csv", "roadmap.csv.csv"] {
            let found = get(&server, Role::Director, &format!("/export/{path}")).await;
            assert_eq!((found.status.as_u16(), found.code().as_str()), (404, "NOT_FOUND"), "{path}");
            assert!(found.message().contains("contract-calendar"), "{}", found.message());
        }
        let long =
            get(&server, Role::Director, "/export/contract-calendar.csv?from=2026-01-01&to=2099-01-01").await;
        assert_eq!((long.status.as_u16(), long.code().as_str()), (413, "LIMIT_EXCEEDED"), "{}", long.text);
        assert_eq!(long.json()["errors"][0]["extensions"]["field"], "to");
        server.stop().await;
    });
}

#[test]
fn what_a_query_hides_its_file_hides() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let files = Files::ask(app, Role::Planner, "roadmap", QUESTION).await;
        files.assert_alike();
        let mut hidden = 0;
        for view in ["COMMITMENT", "CASH", "PNL"] {
            let text = format!(
                "{{ roadmap(from: \"2026-01\", months: 30, asOf: \"2026-01-01\", currency: \"USD\", view: {view}) {{ \
                 totals {{ total }} lines {{ category keys {{ value }} total amountsHidden }} }} }}"
            );
            let answer = &app.planner().query(&text).await["roadmap"];
            let total = files.row(&[("row", "total"), ("view", view)]);
            assert_eq!(answer["totals"]["total"], total["total"]);
            for line in answer["lines"].as_array().unwrap() {
                let category = line["category"].as_str().unwrap().to_lowercase().replace('_', " ");
                let site = line["keys"][0]["value"].as_str().unwrap_or_default();
                let row =
                    files.row(&[("view", view), ("row", "line"), ("category", &category), ("site", site)]);
                assert_eq!(row["total"], line["total"].as_str().unwrap_or_default());
                if line["amountsHidden"] == true {
                    hidden += 1;
                    assert_eq!((row["2026-03"].as_str(), row["FY26"].as_str()), ("", ""));
                    assert!(row["remarks"].starts_with("hidden: "), "{row:?}");
                }
            }
        }
        assert!(hidden > 0, "the lone asset would tell its price");

        let files = Files::ask(app, Role::Planner, "refresh-plan", QUESTION).await;
        files.assert_alike();
        let text = "{ refreshPlan(from: \"2026-01\", months: 30, asOf: \"2026-01-01\", currency: \"USD\") { \
                    cohorts { key costHidden cost { capital } } total { cost { capital hardware } } } }";
        let answer = &app.planner().query(text).await["refreshPlan"];
        for cohort in answer["cohorts"].as_array().unwrap() {
            let row = files.row(&[("cohort", cohort["key"].as_str().unwrap())]);
            assert_eq!(cohort["cost"]["capital"].as_str().unwrap_or_default(), row["capital"]);
            assert_eq!((row["unit_price"].as_str(), row["hardware"].as_str()), ("", ""));
        }
        let total = files.row(&[("row", "total")]);
        assert_eq!(answer["total"]["cost"]["capital"], total["capital"]);
        assert_eq!(
            (answer["total"]["cost"]["hardware"].clone(), total["hardware"].as_str()),
            (Value::Null, "")
        );

        for report in ["contract-calendar", "depreciation-schedules"] {
            let files = Files::ask(app, Role::Architect, report, "asOf=2026-01-01").await;
            files.assert_alike();
            for name in ["cost_of_silence", "charge", "book_value"] {
                let is_amount =
                    |row: &super::Row| name != "charge" || report != "contract-calendar" && !row.is_empty();
                let shown = files.csv.iter().filter(|row| is_amount(row)).filter_map(|row| row.get(name));
                assert!(shown.into_iter().all(String::is_empty), "{report} {name}");
            }
        }
        let files =
            Files::ask(app, Role::Planner, "roll-forward", "from=2024-01&to=2024-12&groupBy=SITE").await;
        let text = "{ rollForward(from: \"2024-01\", to: \"2024-12\", groupBy: [SITE]) { rows { keys { value } \
                    amountsHidden closingBookValue } } }";
        let rows = app.planner().query(text).await["rollForward"]["rows"].clone();
        assert!(rows.as_array().unwrap().iter().any(|row| row["amountsHidden"] == true));
        for row in rows.as_array().unwrap() {
            let found = files.row(&[("row", "row"), ("site", row["keys"][0]["value"].as_str().unwrap())]);
            assert_eq!(row["closingBookValue"].as_str().unwrap_or_default(), found["book_value_closing"]);
        }
    });
}

#[test]
fn a_contract_that_cannot_be_computed_is_blank_with_its_reason() {
    on_both_engines(async |app| {
        let estate = an_estate(app).await;
        let vendor = json!({ "code": "IDX", "name": "Index" });
        let vendor = super::send(app, "registerVendor", "NewVendor!", vendor).await;
        let contract = json!({
            "number": "INDEXED", "vendor": vendor, "currency": "USD", "sites": [estate.site],
            "term": { "signedOn": "2024-12-01", "billingStartsOn": "2025-01-01", "months": 60 },
            "notice": { "minimum": 90 },
            "charges": [
                { "kind": "CROSS_CONNECT", "unitPrice": "250", "quantity": "4",
                  "details": { "escalator": { "kind": "CPI", "series": "CPI-U" } } },
                { "kind": "CROSS_CONNECT", "unitPrice": "10", "quantity": "1" },
            ],
        });
        super::send(app, "signColocationContract", "NewColocationContract!", contract).await;
        let query = "from=2026-01&months=12&asOf=2026-01-01&view=PNL";
        let files = Files::ask(app, Role::Finance, "contract-costs", query).await;
        files.assert_alike();
        let row = files.row(&[("row", "contract"), ("view", "PNL"), ("contract", "INDEXED")]);
        assert_eq!(row["total"], "");
        assert!(row["remarks"].contains("price index is missing"), "{row:?}");
        let total = files.row(&[("row", "total"), ("view", "PNL")]);
        assert_eq!(
            (total["total"].as_str(), total["remarks"].as_str()),
            ("", "a contract could not be computed")
        );
        assert!(
            files.row(&[("row", "charge"), ("charge", "2"), ("contract", "INDEXED")])["total"] == "120.00"
        );
        assert_eq!(files.json["excluded"].as_array().unwrap().len(), 1);
        let files =
            Files::ask(app, Role::Finance, "contract-costs", &format!("{query}&assumedIndexRate=0.02")).await;
        assert_ne!(files.row(&[("row", "total"), ("view", "PNL")])["total"], "");
    });
}
