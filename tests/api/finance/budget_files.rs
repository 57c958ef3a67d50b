//! Budgets come and go as CSV, and the same file again changes nothing.

use api::{
    access::Role,
    import::{
        CsvOptions, Format, Severity, Source,
        apply::{Options, Report, apply},
        parse,
    },
};
use serde_json::json;
use support::{TestApp, on_both_engines};

use super::books::{Books, close};

const CODES: &str = "kind,code,name,category,superseded_by,superseded_from_on\n\
    COST_CENTRE,4711,Infrastructure,,4712,2026-04-01\nCOST_CENTRE,4712,Platform,,,\n\
    ACCOUNT,6100,Power,Facilities,,\nTOWER,compute,Compute,,,\n";
const CALENDARS: &str = "name,start_month,label_by,pattern,is_default\nYears,1,END_YEAR,MONTHS,true\n";
const VERSIONS: &str = "name,kind,label,fiscal_year,calendar,currency,plan_rates\n\
    Plan,PLAN,,2026,Years,USD,EUR:1.1|GBP:1.3\nActual,ACTUAL,,2026,Years,USD,EUR:1.1\n";
const LINES: &str = "budget,cost_centre,account,tower,site,period,view,currency,item,amount,quantity,unit_price\n\
    Plan,4711,6100,compute,,1,PNL,EUR,power,,100,150\nPlan,4711,6100,,,2,PNL,USD,,200.50,,\n";
const POSTINGS: &str = "budget,source,document,document_line,cost_centre,account,period,currency,amount,supplier\n\
    Actual,ERP,INV-1,1,4711,6100,1,USD,100,Equinix\nActual,ERP,INV-1,2,4711,6100,2,EUR,50,Equinix\n";

pub(super) async fn import(app: &TestApp, files: &[(&str, &str)]) -> Report {
    let sources: Vec<Source> = files
        .iter()
        .map(|(name, text)| Source { name: (*name).into(), bytes: text.as_bytes().to_vec() })
        .collect();
    let parsed = parse(Format::Csv(None), &sources, &CsvOptions::default());
    apply(app.store(), &app.caller(Role::Finance), parsed, Options::default()).await.unwrap()
}

fn counts(report: &Report) -> Vec<String> {
    let count = |it: &api::import::apply::Counts| {
        format!("{} {}/{}/{}/{}", it.noun, it.created, it.updated, it.unchanged, it.refused)
    };
    report.nouns.iter().map(count).collect()
}

pub(super) fn errors(report: &Report) -> Vec<String> {
    report.problems_of(Severity::Error).map(ToString::to_string).collect()
}

async fn export(app: &TestApp, noun: &str) -> String {
    let found = app.finance().query(&format!("{{ exportCsv(noun: {noun}) {{ text }} }}")).await;
    found["exportCsv"]["text"].as_str().unwrap().to_owned()
}

const FILES: [(&str, &str); 5] = [
    ("fiscal_calendars.csv", CALENDARS),
    ("ledger_codes.csv", CODES),
    ("budget_versions.csv", VERSIONS),
    ("budget_lines.csv", LINES),
    ("actual_postings.csv", POSTINGS),
];

#[test]
fn a_budget_comes_once_and_goes_as_it_came() {
    on_both_engines(async |app| {
        let report = import(app, &FILES).await;
        assert_eq!(errors(&report), [""; 0]);
        assert_eq!(
            counts(&report),
            [
                "fiscal_calendar 1/0/0/0",
                "ledger_code 4/0/0/0",
                "budget_version 2/0/0/0",
                "budget_line 2/0/0/0",
                "actual_posting 2/0/0/0",
            ]
        );
        let again = import(app, &FILES).await;
        assert_eq!(errors(&again), [""; 0]);
        assert!(!again.written, "{:?}", counts(&again));
        let found = app
            .finance()
            .query(
                r#"{ ledgerCode(kind: COST_CENTRE, code: "4711") { supersededBy { code } supersededFromOn }
                       budgetVersion(name: "Plan") { totals { amount { amount } } } }"#,
            )
            .await;
        assert_eq!(
            found["ledgerCode"],
            json!({ "supersededBy": { "code": "4712" }, "supersededFromOn": "2026-04-01" })
        );
        // 15,000 euro at 1.1, and 200.50.
        assert_eq!(found["budgetVersion"]["totals"], json!([{ "amount": { "amount": "16700.50" } }]));
        assert_eq!(
            export(app, "BUDGET_LINE").await,
            "budget,cost_centre,account,tower,site,period,view,currency,item,amount,quantity,unit_price,description,source\r\n\
             Plan,4711,6100,compute,,1,PNL,EUR,power,15000,100,150,,\r\n\
             Plan,4711,6100,,,2,PNL,USD,,200.5,,,,\r\n"
        );
        let files: Vec<(&str, String)> = vec![
            ("ledger_codes.csv", export(app, "LEDGER_CODE").await),
            ("budget_versions.csv", export(app, "BUDGET_VERSION").await),
            ("budget_lines.csv", export(app, "BUDGET_LINE").await),
            ("actual_postings.csv", export(app, "ACTUAL_POSTING").await),
        ];
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let back = import(app, &files).await;
        assert_eq!((errors(&back), back.written), (Vec::new(), false), "{:?}", counts(&back));
    });
}

#[test]
fn files_are_held_to_the_rules_of_budgets() {
    on_both_engines(async |app| {
        import(app, &FILES).await;
        let lines = "budget,cost_centre,account,period,view,currency,amount\n\
            Plan,4711,9999,1,PNL,USD,1\nNowhere,4711,6100,1,PNL,USD,1\nActual,4711,6100,1,PNL,USD,1\n\
            Plan,4711,6100,3,PNL,JPY,1\nPlan,4711,6100,2,PNL,USD,210\n";
        let report = import(app, &[("budget_lines.csv", lines)]).await;
        assert_eq!(counts(&report), ["budget_line 0/1/0/4"]);
        assert_eq!(
            errors(&report),
            [
                "budget_lines.csv:2: error: account: there is no account `9999`",
                "budget_lines.csv:3: error: budget: 'Nowhere' is neither in the database nor among the rows that were taken",
                "budget_lines.csv:4: error: version: Actual has actual figures, which are posted from documents",
                "budget_lines.csv:5: error: currency: JPY has no plan rate in the budget Plan, which is kept in USD",
            ]
        );
        let versions = "name,kind,fiscal_year,calendar,currency\nPlan,PLAN,2027,Years,USD\n";
        let report = import(app, &[("budget_versions.csv", versions)]).await;
        assert_eq!(
            errors(&report),
            [
                "budget_versions.csv:2: error: fiscal_year: is what the lines of Plan are in, and stays; make another version"
            ]
        );
        let calendars = "name,start_month\nYears,7\n";
        let report = import(app, &[("fiscal_calendars.csv", calendars)]).await;
        assert!(
            errors(&report)[0].contains("the budget Plan of 2026 stands in the periods of Years"),
            "{:?}",
            errors(&report)
        );
        let circle = "kind,code,superseded_by,superseded_from_on\nCOST_CENTRE,4712,4711,2026-05-01\n";
        let report = import(app, &[("ledger_codes.csv", circle)]).await;
        assert_eq!(
            errors(&report),
            ["ledger_codes.csv:2: error: superseded_by: the cost centre 4712 would take its own place"]
        );
    });
}

#[test]
fn other_figures_for_a_document_are_a_correction_or_a_mistake() {
    on_both_engines(async |app| {
        import(app, &FILES).await;
        let header = "budget,source,document,document_line,amount,correction\n";
        let row = |rest: &str| format!("{header}Actual,ERP,INV-1,1,{rest}\n");
        let report = import(app, &[("actual_postings.csv", &row("120,"))]).await;
        assert_eq!(
            errors(&report),
            [
                "actual_postings.csv:2: error: ERP INV-1/1 is posted already with 100 USD in period 1, not 120 USD in period 1; \
              say that it is a correction to replace it"
            ]
        );
        let report = import(app, &[("actual_postings.csv", &row("120,true"))]).await;
        assert_eq!(
            (errors(&report), counts(&report)),
            (Vec::new(), vec!["actual_posting 0/1/0/0".to_owned()])
        );
    });
}

#[test]
fn files_post_nothing_to_what_is_closed_or_frozen() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        close(&finance, &books.calendar, 1).await;
        let header = "budget,source,document,document_line,cost_centre,account,period,currency,amount\n";
        let rows =
            format!("{header}Actual 2026,ERP,A,1,4711,6100,1,USD,1\nActual 2026,ERP,A,2,4711,6100,2,USD,1\n");
        let report = import(app, &[("actual_postings.csv", &rows)]).await;
        assert_eq!(counts(&report), ["actual_posting 1/0/0/1"]);
        assert_eq!(
            errors(&report),
            [
                "actual_postings.csv:2: error: period 1 of 2026 was closed on 2026-07-01, so ERP A/1 goes to a period that is open"
            ]
        );
        finance
            .query_with(
                "mutation($id: ID!) { freezeBudgetVersion(id: $id) { status } }",
                json!({ "id": books.actual }),
            )
            .await;
        let more = format!("{header}Actual 2026,ERP,B,1,4711,6100,2,USD,1\n");
        let report = import(app, &[("actual_postings.csv", &more)]).await;
        assert!(errors(&report)[0].contains("the budget Actual 2026 is frozen"), "{:?}", errors(&report));
        let version = "name,notes\nActual 2026,changed\n";
        let report = import(app, &[("budget_versions.csv", version)]).await;
        assert!(errors(&report)[0].contains("the budget Actual 2026 is frozen"), "{:?}", errors(&report));
    });
}

const CLOSES: &str = "calendar,fiscal_year,period,closed_on,closed_by\n\
    Years,2026,2,2026-03-04,Controlling\nYears,2026,1,2026-02-03,Controlling\n";
const SAID: &str = "budget,against,cost_centre,account,period,view,driver,note,amount,author\n\
    Plan,Actual,4711,6100,2,PNL,PRICE,\"indexed, as agreed\",-3.5,Ada\nPlan,Actual,4711,6100,13,PNL,ERROR,audit,2,\n";

#[test]
fn closed_periods_and_explanations_come_once_and_go_as_they_came() {
    on_both_engines(async |app| {
        import(app, &FILES).await;
        let audit = "budget,source,document,document_line,cost_centre,account,period,currency,amount\n\
            Actual,ERP,AUDIT,1,4711,6100,13,USD,-2\n";
        assert_eq!(errors(&import(app, &[("actual_postings.csv", audit)]).await), [""; 0]);
        let files =
            [&FILES[..], &[("period_closes.csv", CLOSES), ("variance_explanations.csv", SAID)]].concat();
        let report = import(app, &files).await;
        assert_eq!(errors(&report), [""; 0]);
        assert_eq!(counts(&report)[5..], ["period_close 2/0/0/0", "variance_explanation 2/0/0/0"]);
        let closes = export(app, "PERIOD_CLOSE").await;
        assert_eq!(
            closes,
            "calendar,fiscal_year,period,closed_on,closed_by\r\n\
             Years,2026,1,2026-02-03,Controlling\r\nYears,2026,2,2026-03-04,Controlling\r\n"
        );
        let said = export(app, "VARIANCE_EXPLANATION").await;
        assert_eq!(
            said,
            "budget,against,cost_centre,account,tower,site,period,view,driver,note,amount,author\r\n\
             Plan,Actual,4711,6100,,,2,PNL,PRICE,\"indexed, as agreed\",-3.5,Ada\r\n\
             Plan,Actual,4711,6100,,,13,PNL,ERROR,audit,2,finance\r\n"
        );
        let both = [("period_closes.csv", closes.as_str()), ("variance_explanations.csv", said.as_str())];
        let again = import(app, &both).await;
        assert_eq!((errors(&again), again.written), (Vec::new(), false), "{:?}", counts(&again));
        let changed = said.replace("-3.5", "-4");
        let report = import(app, &[("variance_explanations.csv", &changed)]).await;
        assert_eq!(counts(&report), ["variance_explanation 0/1/1/0"]);
    });
}

#[test]
fn files_close_nothing_out_of_order_and_explain_nothing_with_nothing() {
    on_both_engines(async |app| {
        let files = [&FILES[..], &[("period_closes.csv", CLOSES)]].concat();
        import(app, &files).await;
        let header = "calendar,fiscal_year,period,closed_on,closed_by\n";
        let rows = "Years,2026,4,,\nYears,2026,1,2026-02-04,\nYears,2026,3,2026-03-31,\nDecades,2026,1,,\n";
        let report = import(app, &[("period_closes.csv", &format!("{header}{rows}"))]).await;
        assert_eq!(
            errors(&report),
            [
                "period_closes.csv:2: error: period 3 of 2026 is open, close it first",
                "period_closes.csv:3: error: period 1 of 2026 was closed on 2026-02-03 by Controlling",
                "period_closes.csv:4: error: closed_on: 2026-03-31 is not between the end of the period and today, \
                 2026-07-01",
                "period_closes.csv:5: error: calendar: 'Decades' is neither in the database nor among the rows that \
                 were taken",
            ]
        );
        let closed =
            import(app, &[("period_closes.csv", &format!("{header}Years,2026,3,,\nYears,2026,8,,\n"))]).await;
        assert_eq!(counts(&closed), ["period_close 1/0/0/1"]);
        let posted = "budget,source,document,document_line,cost_centre,account,period,currency,amount\n\
                      Actual,ERP,LATE,1,4711,6100,3,USD,1\n";
        let report = import(app, &[("actual_postings.csv", posted)]).await;
        assert!(
            errors(&report)[0].contains("period 3 of 2026 was closed on 2026-07-01"),
            "{:?}",
            errors(&report)
        );
        let said = "budget,against,cost_centre,account,period,view,driver,note,amount\n\
            Plan,Actual,4711,6100,2,PNL,PRICE,nothing,0\nPlan,Nowhere,4711,6100,2,PNL,PRICE,x,1\n\
            Plan,Actual,9999,6100,2,PNL,PRICE,x,1\nPlan,Actual,4711,6100,2,PNL,PRICE,unknown,\n";
        let report = import(app, &[("variance_explanations.csv", said)]).await;
        assert_eq!(
            errors(&report),
            [
                "variance_explanations.csv:2: error: amount: 0 explains nothing",
                "variance_explanations.csv:3: error: against: 'Nowhere' is neither in the database nor among the rows \
                 that were taken",
                "variance_explanations.csv:4: error: cost_centre: there is no cost centre `9999`",
                "variance_explanations.csv:5: error: amount: is empty, and a new row needs it",
            ]
        );
    });
}

#[test]
fn a_correction_may_take_a_quantity_away() {
    on_both_engines(async |app| {
        import(app, &FILES).await;
        let header = "budget,source,document,document_line,cost_centre,account,period,currency,amount,quantity,unit_price,supplier,correction\n";
        let row = |rest: &str| format!("{header}Actual,ERP,INV-9,1,4711,6100,1,USD,{rest}\n");
        let import_row = async |rest: &str| {
            let text = row(rest);
            errors(&import(app, &[("actual_postings.csv", text.as_str())]).await)
        };
        assert_eq!(import_row("1210,110,11,Equinix,").await, [""; 0]);
        // What a file does not say stays, unless it corrects.
        assert_eq!(import_row("1210,,,,").await, [""; 0]);
        assert_eq!(import_row("1300,,,,true").await, [""; 0]);
        let text = "{ actualPostings(filter: { document: { eq: \"INV-9\" } }) { nodes { amount { amount } quantity unitPrice { amount } supplier } } }";
        let found = app.finance().query(text).await["actualPostings"]["nodes"][0].clone();
        assert_eq!(
            found,
            json!({ "amount": { "amount": "1300.00" }, "quantity": null, "unitPrice": null, "supplier": "Equinix" })
        );
    });
}
