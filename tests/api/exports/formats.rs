//! What is in the files: types, forms, hostile texts, and the same bytes for the same input.

use api::{
    access::Role,
    config::Limits,
    export::{
        report::{Cell, Column, Report, Row as Line, Sheet},
        reports::Format,
    },
};
use calamine::{Data, Reader};
use serde_json::json;
use support::{
    TestApp,
    http::{Server, token_of},
    on_both_engines,
};

use super::{Files, an_estate, read_csv, send, workbook};

const HOSTILE: [&str; 8] = [
    "=HYPERLINK(\"http://example.com\",\"x\")",
    "+49 30 1234",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\rcmd",
    "\ttab",
    "a,\"b\"\r\nc;d",
];

async fn bytes(app: &TestApp, path: &str) -> (Vec<u8>, String, String) {
    let server = Server::start(app.store(), Limits::default()).await;
    let answer = server.request(path).bearer_auth(token_of(Role::Director)).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let (kind, disposition) = (header("content-type"), header("content-disposition"));
    let bytes = answer.bytes().await.unwrap().to_vec();
    server.stop().await;
    (bytes, kind, disposition)
}

#[test]
fn cells_of_a_workbook_are_typed_and_its_bytes_are_always_the_same() {
    on_both_engines(async |app| {
        an_estate(app).await;
        let path = "/export/roadmap.xlsx?from=2026-07&months=36&view=CASH&currency=USD&asOf=2026-01-01";
        let (first, kind, disposition) = bytes(app, path).await;
        assert_eq!(kind, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        assert_eq!(disposition, "attachment; filename=\"roadmap-2026-01-01.xlsx\"");
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        assert!(bytes(app, path).await.0 == first, "a second later the bytes are others");

        let mut book = workbook(&first);
        assert_eq!(book.sheet_names(), ["CASH", "About"]);
        let titles = book.defined_names().iter().find(|(name, _)| name.contains("Print_Titles")).unwrap();
        assert_eq!(titles.1, "CASH!$A:$F,CASH!$1:$1", "every printed page says what its lines are");
        let sheet = book.worksheet_range("CASH").unwrap();
        let rows: Vec<&[Data]> = sheet.rows().collect();
        assert!(matches!(rows[0][6], Data::DateTime(_)), "months are dates: {:?}", rows[0][6]);
        let last = rows.last().unwrap();
        assert_eq!(last[0], Data::String("total".to_owned()));
        assert!(matches!(last[6], Data::Float(_)), "amounts are numbers: {:?}", last[6]);
        let about = book.worksheet_range("About").unwrap();
        let about: Vec<(String, String)> =
            about.rows().map(|row| (super::shown(&row[0]), super::shown(&row[1]))).collect();
        let said = |name: &str| &about.iter().find(|(known, _)| known == name).unwrap().1;
        assert_eq!(said("As of"), "2026-01-01");
        assert_eq!((said("view").as_str(), said("currency").as_str()), ("CASH", "USD"));
        assert_eq!(said("Fingerprint").len(), 64);
        let (json, ..) = bytes(app, &path.replace(".xlsx", ".json")).await;
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        for (what, field) in
            [("How it came about", "formulas"), ("Assumed", "assumptions"), ("Left out", "excluded")]
        {
            let told: Vec<&str> =
                about.iter().filter(|(name, _)| name == what).map(|(_, text)| text.as_str()).collect();
            let said: Vec<&str> =
                json[field].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
            assert_eq!(told, if said.is_empty() { vec!["nothing"] } else { said }, "{what}");
        }
        assert!(about.iter().any(|(name, text)| name == "Left out" && text.contains("no purchase price")));
        for sheet in book.sheet_names() {
            let formulas = book.worksheet_formula(&sheet).unwrap();
            assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "{sheet}");
        }

        let (plan, ..) = bytes(app, "/export/refresh-plan.xlsx?from=2026-01&asOf=2026-01-01").await;
        let sheet = workbook(&plan).worksheet_range("Refresh plan").unwrap();
        let column = |name: &str| {
            let header = sheet.rows().next().unwrap();
            header.iter().position(|cell| *cell == Data::String(name.to_owned())).unwrap()
        };
        let row = sheet.rows().nth(1).unwrap();
        for name in ["Due on", "Order by", "Cash month"] {
            assert!(matches!(row[column(name)], Data::DateTime(_)), "{name}");
        }
        assert_eq!(row[column("List price expired")], Data::Bool(false));
    });
}

#[test]
fn texts_of_people_stay_texts() {
    on_both_engines(async |app| {
        let estate = an_estate(app).await;
        let (formula, negative) = (HOSTILE[0], HOSTILE[2]);
        let vendor = json!({ "code": "EVIL", "name": formula });
        let vendor = send(app, "registerVendor", "NewVendor!", vendor).await;
        let contract = json!({
            "number": formula, "vendor": vendor, "currency": "USD", "sites": [estate.site],
            "term": { "signedOn": "2025-12-01", "billingStartsOn": "2026-01-01", "months": 24 },
            "notice": { "minimum": 90 },
            "charges": [
                { "kind": "CROSS_CONNECT", "unitPrice": "250", "quantity": "4",
                  "details": { "description": negative } },
                { "kind": "CREDIT", "unitPrice": "12.34", "quantity": "1", "details": { "description": "@credit" } },
            ],
            "details": { "owner": "+owner" },
        });
        send(app, "signColocationContract", "NewColocationContract!", contract).await;
        let query = "from=2026-01&months=3&asOf=2026-01-01";
        let files = Files::ask(app, Role::Finance, "contract-costs", query).await;
        let text = |name: &str, guarded: &str| {
            assert!(files.csv.iter().any(|row| row[name] == guarded), "{guarded}: {:?}", files.csv);
        };
        text("contract", &format!("'{formula}"));
        text("charge", &format!("'{negative}"));
        text("charge", "'@credit");
        let row = files.row(&[("row", "charge"), ("charge", "@credit")]);
        assert_eq!(row["2026-01"], "-12.34");
        let credit = files.csv.iter().find(|row| row["charge"] == "'@credit").unwrap();
        assert_eq!(credit["2026-01"], "-12.34", "negative numbers stay numbers");
        let sheet = &files.xlsx.iter().find(|(name, _)| name == "CHARGES").unwrap().1;
        assert!(sheet.iter().any(|row| row["Contract"] == formula && row["Charge"] == negative));
        assert!(sheet.iter().any(|row| row["Charge"] == "@credit" && row["2026-01-01"] == "-12.34"));

        let query = "from=2026-01-01&asOf=2026-01-01";
        let files = Files::ask(app, Role::Finance, "contract-calendar", query).await;
        assert!(
            files.csv.iter().any(|row| row["owner"] == "'+owner" && row["contract"] == format!("'{formula}"))
        );
    });
}

/// A report of texts that nobody should run, and of amounts that are hard to keep.
fn a_report() -> Report {
    let currency = forecasting_currency("USD");
    let amounts = ["-12.34", "123456789012345.67", "0.10", "9999999999999.99"];
    let lines = HOSTILE.iter().zip(amounts.iter().cycle()).map(|(text, amount)| {
        Line::line(vec![Cell::text(*text), Cell::money(amount.parse().unwrap(), currency), Cell::none()])
    });
    Report {
        name: "hostile",
        title: "Hostile texts",
        as_of: chrono::NaiveDate::from_ymd_opt(2026, 7, 1).unwrap(),
        fingerprint: String::new(),
        question: vec![("owner", Cell::text("=1+1"))],
        columns: vec![Column::Field("name"), Column::Field("amount"), Column::Period("=FY".to_owned())],
        sheets: vec![Sheet { name: "Texts", rows: lines.collect() }],
        formulas: vec!["=1+1".to_owned()],
        assumptions: vec!["@assumed".to_owned()],
        excluded: Vec::new(),
    }
    .fingerprinted()
}

fn forecasting_currency(code: &str) -> api::export::report::Currency {
    api::export::report::Currency::from_code(code).unwrap()
}

#[test]
fn whatever_a_text_begins_with_no_format_makes_a_formula_of_it() {
    let report = a_report();
    let csv = String::from_utf8(Format::Csv.write(&report).unwrap()).unwrap();
    let rows = read_csv(&csv);
    for (row, text) in rows.iter().zip(HOSTILE) {
        let expected = if text.starts_with('a') { text.to_owned() } else { format!("'{text}") };
        assert_eq!(row["name"], expected);
    }
    assert_eq!(rows[1]["amount"], "123456789012345.67");
    assert!(csv.starts_with("as_of,fingerprint,name,amount,'=FY,remarks\r\n"), "{csv}");

    let bytes = Format::Xlsx.write(&report).unwrap();
    let mut book = workbook(&bytes);
    let sheet = book.worksheet_range("Texts").unwrap();
    for (row, text) in sheet.rows().skip(1).zip(HOSTILE) {
        // A reader of XML takes a line break of two characters for one.
        assert_eq!(super::shown(&row[0]).replace("_x000D_", "\r"), text);
    }
    let amounts: Vec<&Data> = sheet.rows().skip(1).map(|row| &row[1]).collect();
    assert_eq!(amounts[0], &Data::Float(-12.34));
    assert_eq!(
        amounts[1],
        &Data::String("123456789012345.67".to_owned()),
        "17 digits are no number of a workbook"
    );
    assert_eq!(amounts[3], &Data::Float(9_999_999_999_999.99), "15 digits are");
    assert!(book.worksheet_formula("Texts").unwrap().used_cells().all(|(_, _, formula)| formula.is_empty()));

    let json: serde_json::Value = serde_json::from_slice(&Format::Json.write(&report).unwrap()).unwrap();
    assert_eq!(json["sheets"][0]["rows"][0]["name"], HOSTILE[0]);
    assert_eq!(json["sheets"][0]["rows"][1]["amount"], "123456789012345.67");
    assert_eq!(a_report().fingerprint, report.fingerprint);
    let mut other = a_report();
    other.sheets[0].rows.pop();
    assert_ne!(other.fingerprinted().fingerprint, report.fingerprint);
}
