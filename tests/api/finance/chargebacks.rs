//! Chargebacks: submitted by one, approved by another, posted once, reversed in an open period.

use serde_json::{Value, json};
use support::{Client, TestApp, on_both_engines};

use super::{
    a_vendor,
    books::{Books, a_code, a_version, close, millionths, post, posting, refusals},
    budget_files::{errors, import},
    journals::{shared, support},
};

const SUBMIT: &str = "mutation($input: NewChargeback!, $key: String) {
    submitChargeback(input: $input, idempotencyKey: $key) { id version status } }";
const APPROVE: &str = "mutation($id: ID!, $version: Int) {
    approveChargeback(id: $id, expectedVersion: $version) { status version approvedBy approvedAt } }";
const REJECT: &str = "mutation($id: ID!, $reason: String!) {
    rejectChargeback(id: $id, reason: $reason) { status rejectedBy rejectionReason } }";
const POST: &str = "mutation($id: ID!) { postChargeback(id: $id) { status postedBy document } }";
const REVERSE: &str = "mutation($id: ID!, $period: Int!, $version: ID) {
    reverseChargeback(id: $id, period: $period, targetVersion: $version) {
        status reversedBy reversalPeriod reversalDocument reversalVersion { name } } }";
const LIST: &str = "query($filter: ChargebackFilter) {
    chargebacks(filter: $filter, orderBy: [{ field: MONTH }]) { totalCount nodes {
        id month currency period status total { amount currency } submittedBy inputsHash resultHash
        model { name } targetVersion { name } account { code }
        question { from months asOf assumedIndexRate }
        rateCard { source driver volume amount perUnit }
        lines { position side node counterpart costCentre { code } amount text }
        explain { formula inputs { name value } assumptions excluded estimated }
    } } }";

/// Books of 2026, a cost centre for everybody, the model, and care of 700 a month.
async fn open(app: &TestApp) -> (Books, String) {
    let books = Books::open(app).await;
    for code in ["Sales", "Board"] {
        a_code(&app.finance(), "COST_CENTRE", code, code).await;
    }
    let model = shared(app).await;
    support(app, "700").await;
    (books, model)
}

fn of(model: &str, version: &str, month: &str) -> Value {
    json!({
        "model": model, "currency": "USD", "account": "6100", "month": month, "targetVersion": version,
        "roadmap": { "from": "2026-01", "months": 3, "asOf": "2026-07-01" },
    })
}

async fn submit(client: &Client, input: Value) -> String {
    let made = client.query_with(SUBMIT, json!({ "input": input })).await["submitChargeback"].clone();
    assert_eq!([&made["status"], &made["version"]], [&json!("SUBMITTED"), &json!(1)]);
    made["id"].as_str().unwrap().to_owned()
}

async fn refused(client: &Client, text: &str, variables: Value, code: &str) -> String {
    let refusal = client.expect_error_with(text, variables, code).await;
    refusal.message
}

async fn list(client: &Client, filter: Value) -> Value {
    client.query_with(LIST, json!({ "filter": filter })).await["chargebacks"].clone()
}

/// What is posted by chargebacks: cost centre, period, amount, document and line.
async fn posted(app: &TestApp) -> Vec<(String, i64, i64, String, String)> {
    let text = r#"{ actualPostings(filter: { source: { eq: "CHARGEBACK" } }) { nodes {
        costCentre { code } account { code } period kind view document documentLine amount { amount currency } } } }"#;
    let found = app.finance().query(text).await["actualPostings"]["nodes"].clone();
    let rows = found.as_array().unwrap().iter().map(|row| {
        assert_eq!(
            [&row["account"]["code"], &row["kind"], &row["view"], &row["amount"]["currency"]],
            ["6100", "JOURNAL", "PNL", "USD"]
        );
        let text = |field: &str| row[field].as_str().unwrap().to_owned();
        let centre = row["costCentre"]["code"].as_str().unwrap().to_owned();
        let amount = millionths(&row["amount"]);
        (centre, row["period"].as_i64().unwrap(), amount, text("document"), text("documentLine"))
    });
    rows.collect()
}

#[test]
fn what_one_submits_another_approves_and_it_is_posted_once_and_reversed() {
    on_both_engines(async |app| {
        let (books, model) = open(app).await;
        let (finance, director) = (app.finance(), app.director());
        let id = submit(&finance, of(&model, &books.actual, "2026-02")).await;
        let own = refused(&finance, APPROVE, json!({ "id": id }), "CONFLICT").await;
        assert_eq!(
            own,
            "finance submitted the chargeback of 2026-02 by Shared in USD, so somebody else approves it"
        );
        let early = refused(&director, POST, json!({ "id": id }), "CONFLICT").await;
        assert_eq!(
            early,
            "the chargeback of 2026-02 by Shared in USD is SUBMITTED, and only what is APPROVED is posted"
        );
        refused(&director, APPROVE, json!({ "id": id, "version": 7 }), "CONFLICT").await;
        let approved = director.query_with(APPROVE, json!({ "id": id, "version": 1 })).await;
        assert_eq!(approved["approveChargeback"]["status"], "APPROVED");
        assert_eq!(approved["approveChargeback"]["approvedBy"], "director");
        assert!(approved["approveChargeback"]["approvedAt"].is_string());
        assert_eq!(posted(app).await, []);
        let done = finance.query_with(POST, json!({ "id": id })).await["postChargeback"].clone();
        assert_eq!([&done["status"], &done["postedBy"]], ["POSTED", "finance"]);
        let rows = posted(app).await;
        // Three are charged, one of them by two ways that are one pool, and their pool is relieved of it.
        assert_eq!(rows.len(), 6);
        assert!(rows.iter().all(|row| row.1 == 2 && done["document"] == row.3.as_str()), "{rows:?}");
        let sum = |centre: &str, rows: &[(String, i64, i64, String, String)]| -> i64 {
            rows.iter().filter(|row| row.0 == centre).map(|row| row.2).sum()
        };
        assert_eq!(sum("4711", &rows), -600_000_000);
        assert_eq!(rows.iter().map(|row| row.2).sum::<i64>(), 0);
        assert!(sum("4712", &rows) > sum("Sales", &rows) && sum("Board", &rows) > 0);
        let again = refused(&finance, POST, json!({ "id": id }), "CONFLICT").await;
        assert_eq!(
            again,
            "the chargeback of 2026-02 by Shared in USD is POSTED, and only what is APPROVED is posted"
        );
        let back = json!({ "id": id, "period": 5 });
        let back = director.query_with(REVERSE, back).await["reverseChargeback"].clone();
        assert_eq!(
            [&back["status"], &back["reversedBy"], &back["reversalVersion"]["name"]],
            ["REVERSED", "director", "Actual 2026"]
        );
        assert_eq!(back["reversalPeriod"], 5);
        let rows = posted(app).await;
        assert_eq!(rows.len(), 12);
        for centre in ["4711", "4712", "Sales", "Board"] {
            assert_eq!(sum(centre, &rows), 0, "{centre}");
        }
        assert!(rows.iter().filter(|row| row.1 == 5).all(|row| back["reversalDocument"] == row.3.as_str()));
        refused(&director, REVERSE, json!({ "id": id, "period": 5 }), "CONFLICT").await;
        // What was reversed is out of the way.
        submit(&finance, of(&model, &books.actual, "2026-02")).await;
        let of_it = list(&finance, json!({ "status": { "eq": "REVERSED" } })).await;
        assert_eq!([&of_it["totalCount"], &of_it["nodes"][0]["id"]], [&json!(1), &json!(id)]);
    });
}

#[test]
fn a_chargeback_is_kept_as_it_was_computed() {
    on_both_engines(async |app| {
        let (books, model) = open(app).await;
        let finance = app.finance();
        let id = submit(&finance, of(&model, &books.actual, "2026-02")).await;
        let found = list(&finance, json!({ "month": { "eq": "2026-02" }, "model": { "eq": model } })).await;
        assert_eq!(found["totalCount"], 1);
        let row = &found["nodes"][0];
        assert_eq!(row["total"], json!({ "amount": "600.00", "currency": "USD" }));
        assert_eq!(
            [
                &row["model"]["name"],
                &row["targetVersion"]["name"],
                &row["account"]["code"],
                &row["submittedBy"]
            ],
            ["Shared", "Actual 2026", "6100", "finance"]
        );
        assert_eq!(
            row["question"],
            json!({ "from": "2026-01", "months": 3, "asOf": "2026-07-01", "assumedIndexRate": null })
        );
        assert_eq!(
            row["rateCard"][0],
            json!({ "source": "4711", "driver": "tickets", "volume": "7", "amount": "2100.00", "perUnit": "300.00" })
        );
        let lines = row["lines"].as_array().unwrap();
        assert_eq!(lines.len(), 6);
        for (pair, position) in lines.chunks(2).zip([1, 3, 5]) {
            let sides = [&pair[0]["side"], &pair[1]["side"], &pair[0]["counterpart"]];
            assert_eq!(sides, [&json!("DEBIT"), &json!("CREDIT"), &pair[1]["node"]]);
            assert_eq!([&pair[0]["amount"], &pair[0]["position"]], [&pair[1]["amount"], &json!(position)]);
        }
        assert_eq!(lines[0]["text"], "4711 for 4712, 2026-02, by Shared");
        assert_eq!(row["explain"]["inputs"][1], json!({ "name": "months", "value": "3" }));
        let check = format!("{{ chargebackCheck(id: \"{id}\") {{ stale inputsHash resultHash }} }}");
        let checked = finance.query(&check).await["chargebackCheck"].clone();
        assert_eq!(
            checked,
            json!({ "stale": false, "inputsHash": row["inputsHash"], "resultHash": row["resultHash"] })
        );
        let node = format!("{{ node(id: \"{id}\") {{ id ... on Chargeback {{ status }} }} }}");
        assert_eq!(finance.query(&node).await["node"]["status"], "SUBMITTED");
        // A director doubles what care costs: the lines stay, and the check says so.
        let contract = app.director().query("{ supportContracts { nodes { id } } }").await;
        let contract = contract["supportContracts"]["nodes"][0]["id"].as_str().unwrap().to_owned();
        let more = format!(
            "mutation {{ updateSupportContract(id: \"{contract}\", changes: {{ charge: \"1400\" }}) {{ id }} }}"
        );
        app.director().query(&more).await;
        assert_eq!(list(&finance, Value::Null).await["nodes"][0]["lines"], row["lines"]);
        let checked = finance.query(&check).await["chargebackCheck"].clone();
        assert_eq!(checked["stale"], true);
        assert_ne!(checked["inputsHash"], row["inputsHash"]);
        // Another month beside it costs no more statements.
        let few = finance.statements(LIST).await;
        let checking = finance.statements_again(&check).await;
        submit(&finance, of(&model, &books.actual, "2026-03")).await;
        assert_eq!(finance.statements(LIST).await, few);
        for number in 2..6 {
            let text = format!(
                r#"mutation {{ signSupportContract(input: {{ number: "S{number}", vendor: "{}", currency: "USD",
                    startsOn: "2026-01-01", endsOn: "2026-12-31", charge: "10", billingFrequency: MONTHLY
                }}) {{ id }} }}"#,
                a_vendor(app, &format!("CARE{number}")).await
            );
            app.director().query(&text).await;
        }
        assert_eq!(finance.statements_again(&check).await, checking, "however many contracts there are");
    });
}

/// Though it was approved.
async fn what_can_no_longer_be_posted_is_rejected(finance: &Client, march: &str) {
    let blank = json!({ "id": march, "reason": " " });
    assert!(refused(finance, REJECT, blank, "INVALID").await.starts_with("reason: "));
    let late = json!({ "id": march, "reason": "too late" });
    let gone = finance.query_with(REJECT, late.clone()).await["rejectChargeback"].clone();
    assert_eq!(gone, json!({ "status": "REJECTED", "rejectedBy": "finance", "rejectionReason": "too late" }));
    assert_eq!(
        refused(finance, REJECT, late, "CONFLICT").await,
        "the chargeback of 2026-03 by Shared in USD is REJECTED, and only what is SUBMITTED or APPROVED is rejected"
    );
}

/// Neither a model nor a version nor a code that a chargeback rests on is removed.
async fn what_a_chargeback_rests_on_stays(finance: &Client, model: &str, actual: &str) {
    let board = finance.query(r#"{ ledgerCodes(filter: { code: { eq: "Board" } }) { nodes { id } } }"#).await;
    let board = board["ledgerCodes"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    for (text, message) in [
        (format!("removeAllocationModel(id: \"{model}\")"), "the allocation model Shared"),
        (format!("removeBudgetVersion(id: \"{actual}\")"), "the budget Actual 2026"),
        (format!("removeLedgerCode(id: \"{board}\")"), "the cost centre Board"),
    ] {
        let refusal = refused(finance, &format!("mutation {{ {text} }}"), json!({}), "CONFLICT").await;
        assert!(refusal.contains("the chargeback of 2026-0"), "{refusal}");
        let said = format!("rests on {message}");
        assert!(refusal.to_lowercase().contains(&said.to_lowercase()), "{refusal}");
    }
}

#[test]
fn what_cannot_be_charged_is_refused_by_name() {
    on_both_engines(async |app| {
        let (books, model) = open(app).await;
        let finance = app.finance();
        let refuse = async |change: Value, code: &str| {
            let mut input = of(&model, &books.actual, "2026-02");
            for (key, value) in change.as_object().unwrap() {
                input[key] = value.clone();
            }
            refused(&finance, SUBMIT, json!({ "input": input }), code).await
        };
        let next =
            a_version(&finance, json!({ "name": "Actual 2027", "kind": "ACTUAL", "fiscalYear": 2027 })).await;
        assert_eq!(
            refuse(json!({ "targetVersion": books.plan }), "INVALID").await,
            "targetVersion: Plan 2026 is not of actual figures: its lines are set, not posted"
        );
        assert_eq!(
            refuse(json!({ "targetVersion": next }), "INVALID").await,
            "targetVersion: Actual 2027 is of the fiscal year 2027, and 2026-02 is period 2 of 2026"
        );
        assert_eq!(
            refuse(json!({ "month": "2026-04" }), "INVALID").await,
            "month: 2026-04 is not among the months that are divided"
        );
        assert_eq!(
            refuse(json!({ "account": "9999" }), "INVALID").await,
            "account: there is no account `9999`"
        );
        let empty = json!({ "name": "Idle", "taxonomyVersion": "5.0", "effectiveFrom": "2026-01-01", "nodes": [
            { "name": "Clouds", "level": "POOL", "categories": ["CLOUD"] }, { "name": "Sales", "level": "CONSUMER" },
        ], "rules": [{ "source": "Clouds", "driver": "seats", "targets": [{ "name": "Sales", "volume": "1" }] }],
            "stepOrder": ["Clouds"] });
        let idle = super::allocations::create(app, empty).await;
        assert_eq!(
            refuse(json!({ "model": idle }), "INVALID").await,
            "month: Idle charges nobody anything in 2026-02"
        );
        submit(&finance, of(&model, &books.actual, "2026-02")).await;
        assert_eq!(
            refuse(json!({}), "CONFLICT").await,
            "the chargeback of 2026-02 by Shared in USD is SUBMITTED already, submitted by finance: reject or reverse \
             it first"
        );
        let march = submit(&finance, of(&model, &books.actual, "2026-03")).await;
        app.director().query_with(APPROVE, json!({ "id": march })).await;
        for period in 1..=3 {
            close(&finance, &books.calendar, period).await;
        }
        assert_eq!(
            refuse(json!({ "month": "2026-01" }), "CONFLICT").await,
            "the chargeback of 2026-01 by Shared in USD cannot be submitted: period 1 of 2026 was closed on \
             2026-07-01 by finance"
        );
        assert_eq!(
            refused(&finance, POST, json!({ "id": march }), "CONFLICT").await,
            "period 3 of 2026 was closed on 2026-07-01, so the chargeback of 2026-03 by Shared in USD is not posted \
             there"
        );
        assert_eq!(posted(app).await, []);
        what_can_no_longer_be_posted_is_rejected(&finance, &march).await;
        what_a_chargeback_rests_on_stays(&finance, &model, &books.actual).await;
    });
}

#[test]
fn a_journal_without_a_cost_centre_is_not_submitted_and_postings_of_one_are_not_changed_by_hand() {
    on_both_engines(async |app| {
        let books = Books::open(app).await;
        let finance = app.finance();
        a_code(&finance, "COST_CENTRE", "5000", "Sales").await;
        let model = shared(app).await;
        support(app, "700").await;
        let input = of(&model, &books.actual, "2026-02");
        assert_eq!(
            refused(&finance, SUBMIT, json!({ "input": input }), "CONFLICT").await,
            "the chargeback of 2026-02 by Shared in USD cannot be submitted: 1 lines have no cost centre"
        );
        a_code(&finance, "COST_CENTRE", "5001", "Board").await;
        let text = json!({ "input": input, "key": "once" });
        let first = finance.query_with(SUBMIT, text.clone()).await["submitChargeback"]["id"].clone();
        assert_eq!(finance.query_with(SUBMIT, text).await["submitChargeback"]["id"], first);
        app.director().query_with(APPROVE, json!({ "id": first })).await;
        let done = finance.query_with(POST, json!({ "id": first })).await["postChargeback"].clone();
        let mut by_hand = posting(done["document"].as_str().unwrap(), 2, "1");
        by_hand["source"] = json!("CHARGEBACK");
        by_hand["documentLine"] = json!("1");
        let changed = post(&finance, &books.actual, &[by_hand.clone()], true).await;
        assert!(
            refusals(&changed)[0].contains("is of a chargeback, which is reversed and not changed"),
            "{changed}"
        );
        by_hand["document"] = json!("mine");
        assert_eq!(
            refusals(&post(&finance, &books.actual, &[by_hand], false).await),
            ["INVALID source: CHARGEBACK is what chargebacks post, which are submitted and approved"]
        );
        let row = finance.query("{ actualPostings(first: 1) { nodes { id } } }").await;
        let row = row["actualPostings"]["nodes"][0]["id"].as_str().unwrap().to_owned();
        let remove = format!("mutation {{ removeActualPosting(id: \"{row}\") {{ id }} }}");
        let refusal = refused(&finance, &remove, json!({}), "CONFLICT").await;
        assert!(refusal.contains("is reversed and not changed"), "{refusal}");
        // A closed period is not reversed into, and neither is a plan.
        for period in 1..=2 {
            close(&finance, &books.calendar, period).await;
        }
        assert_eq!(
            refused(&finance, REVERSE, json!({ "id": first, "period": 2 }), "CONFLICT").await,
            "period 2 of 2026 was closed on 2026-07-01, so the chargeback of 2026-02 by Shared in USD is not reversed \
             there"
        );
        let plan = json!({ "id": first, "period": 3, "version": books.plan });
        assert_eq!(
            refused(&finance, REVERSE, plan, "INVALID").await,
            "targetVersion: Plan 2026 is not of actual figures: its lines are set, not posted"
        );
        refused(&finance, REVERSE, json!({ "id": first, "period": 14 }), "INVALID").await;
        let later =
            a_version(&finance, json!({ "name": "Actual 2027", "kind": "ACTUAL", "fiscalYear": 2027 })).await;
        let back = json!({ "id": first, "period": 1, "version": later });
        let back = finance.query_with(REVERSE, back).await["reverseChargeback"].clone();
        assert_eq!(back["reversalVersion"]["name"], "Actual 2027");
        assert_eq!(posted(app).await.iter().map(|row| row.2).sum::<i64>(), 0);
    });
}

#[test]
fn chargebacks_are_changed_by_those_who_edit_finance_and_amounts_seen_by_those_who_see_prices() {
    on_both_engines(async |app| {
        let (books, model) = open(app).await;
        let input = of(&model, &books.actual, "2026-02");
        for client in [app.planner(), app.architect(), app.viewer()] {
            client.expect_error_with(SUBMIT, json!({ "input": input }), "FORBIDDEN").await;
        }
        let id = submit(&app.finance(), input).await;
        for text in [APPROVE, POST] {
            app.planner().expect_error_with(text, json!({ "id": id }), "FORBIDDEN").await;
        }
        app.planner().expect_error_with(REJECT, json!({ "id": id, "reason": "no" }), "FORBIDDEN").await;
        app.planner().expect_error_with(REVERSE, json!({ "id": id, "period": 3 }), "FORBIDDEN").await;
        let row = list(&app.planner(), Value::Null).await["nodes"][0].clone();
        assert_eq!(
            [
                &row["total"],
                &row["lines"][0]["amount"],
                &row["rateCard"][0]["amount"],
                &row["rateCard"][0]["perUnit"],
                &row["inputsHash"],
                &row["resultHash"],
            ],
            [&Value::Null; 6]
        );
        let check = format!("{{ chargebackCheck(id: \"{id}\") {{ stale inputsHash resultHash }} }}");
        let checked = app.planner().query(&check).await["chargebackCheck"].clone();
        assert_eq!(checked, json!({ "stale": false, "inputsHash": null, "resultHash": null }));
        assert_eq!(row["lines"][0]["costCentre"]["code"], "4712");
        let dear = json!({ "filter": { "total": { "gt": "500" } } });
        app.planner().expect_error_with(LIST, dear, "FORBIDDEN").await;
        app.viewer().expect_error(LIST, "FORBIDDEN").await;
        let check = format!("{{ chargebackCheck(id: \"{id}\") {{ stale }} }}");
        app.viewer().expect_error(&check, "FORBIDDEN").await;
    });
}

#[test]
fn no_file_posts_what_is_not_approved() {
    on_both_engines(async |app| {
        let (books, model) = open(app).await;
        let id = submit(&app.finance(), of(&model, &books.actual, "2026-02")).await;
        let document = id.split('_').next_back().and_then(|id| uuid::Uuid::try_parse(id).ok()).unwrap();
        for document in [document.to_string(), format!("{document} reversed")] {
            let text = format!(
                "budget,source,document,document_line,cost_centre,account,period,currency,amount\n\
                 Actual 2026,Chargeback,{document},1,4712,6100,2,USD,100\n"
            );
            let report = import(app, &[("actual_postings.csv", &text)]).await;
            let refused = errors(&report);
            assert!(
                refused.len() == 1
                    && refused[0].contains("is of a chargeback of this database, which posts it"),
                "{refused:?}"
            );
        }
        assert_eq!(posted(app).await, []);
    });
}
