//! Reports as files: read back as whoever opens them reads them, and held against what GraphQL answers.

mod answers;
mod chargeback;
mod charts;
mod commands;
mod formats;
mod refusals;
mod snapshots;
mod variance;

use std::{collections::BTreeMap, io::Cursor};

use ::support::{
    TestApp,
    http::{Server, token_of},
};
use api::{access::Role, config::Limits};
use calamine::{Data, Reader, Xlsx};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::roadmap::{Estate, send, the_example};

/// A row by the names of its columns; what is blank is empty.
type Row = BTreeMap<String, String>;

/// A report, read back from its three files.
struct Files {
    csv: Vec<Row>,
    xlsx: Vec<(String, Vec<Row>)>,
    json: Value,
}

impl Files {
    /// Asks for the three files of a report over HTTP.
    async fn ask(app: &TestApp, role: Role, report: &str, query: &str) -> Self {
        let server = Server::start(app.store(), Limits::default()).await;
        let mut files = Vec::new();
        for ending in ["csv", "xlsx", "json"] {
            let path = format!("/export/{report}.{ending}?{query}");
            let answer = server.request(&path).bearer_auth(token_of(role)).send().await.unwrap();
            let status = answer.status();
            let bytes = answer.bytes().await.unwrap().to_vec();
            assert_eq!(status.as_u16(), 200, "{path}: {}", String::from_utf8_lossy(&bytes));
            files.push(bytes);
        }
        server.stop().await;
        Self {
            csv: read_csv(&String::from_utf8(files[0].clone()).unwrap()),
            xlsx: read_xlsx(&files[1]),
            json: serde_json::from_slice(&files[2]).unwrap(),
        }
    }

    /// The rows of the JSON, as the other files have them.
    fn rows(&self) -> Vec<Row> {
        let sheets = self.json["sheets"].as_array().unwrap();
        sheets.iter().flat_map(|sheet| sheet["rows"].as_array().unwrap()).map(row_of_json).collect()
    }

    /// The same rows in all three files, cell by cell.
    #[track_caller]
    fn assert_alike(&self) {
        let rows = self.rows();
        assert!(!rows.is_empty());
        let workbook: Vec<&Row> =
            self.xlsx.iter().filter(|(name, _)| name != "About").flat_map(|(_, rows)| rows).collect();
        assert_eq!((self.csv.len(), workbook.len()), (rows.len(), rows.len()));
        for ((row, csv), xlsx) in rows.iter().zip(&self.csv).zip(workbook) {
            for (name, value) in row {
                assert_eq!(plain(&csv[name]), plain(value), "CSV {name}: {row:?}");
                assert_eq!(plain(xlsx.get(&heading(name)).unwrap()), plain(value), "XLSX {name}: {row:?}");
            }
        }
        for row in &self.csv {
            assert_eq!(row["as_of"], self.json["asOf"].as_str().unwrap());
            assert_eq!(row["fingerprint"], self.json["fingerprint"].as_str().unwrap());
        }
    }

    /// The one row under some conditions, in each of the three files, all alike.
    #[track_caller]
    fn row(&self, conditions: &[(&str, &str)]) -> Row {
        let rows = self.rows();
        let holds = |row: &&Row| conditions.iter().all(|(name, value)| row[*name] == *value);
        let found: Vec<&Row> = rows.iter().filter(holds).collect();
        assert_eq!(found.len(), 1, "{conditions:?}: {found:?}");
        found[0].clone()
    }
}

fn row_of_json(row: &Value) -> Row {
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(remarks) => {
            remarks.iter().map(|remark| remark.as_str().unwrap()).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    };
    row.as_object().unwrap().iter().map(|(name, value)| (name.clone(), cell(value))).collect()
}

/// Numbers without zeros at their ends, and months as their first days, so that what is the same looks the same.
fn plain(text: &str) -> String {
    if is_month(text) {
        return format!("{text}-01");
    }
    text.parse::<Decimal>().map_or_else(|_| text.to_owned(), |number| number.normalize().to_string())
}

fn is_month(text: &str) -> bool {
    text.len() == 7
        && text.parse::<Decimal>().is_err()
        && format!("{text}-01").parse::<chrono::NaiveDate>().is_ok()
}

/// The name of a column in a workbook.
fn heading(name: &str) -> String {
    if is_month(name) || name.starts_with("FY") {
        return plain(name);
    }
    let words = name.replace('_', " ");
    words[..1].to_uppercase() + &words[1..]
}

fn read_csv(text: &str) -> Vec<Row> {
    let rows = crate::commands::read_csv(text);
    let (header, lines) = rows.split_first().unwrap();
    lines
        .iter()
        .map(|line| {
            assert_eq!(line.len(), header.len());
            header.iter().cloned().zip(line.iter().cloned()).collect()
        })
        .collect()
}

fn workbook(bytes: &[u8]) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(bytes.to_vec())).unwrap()
}

fn read_xlsx(bytes: &[u8]) -> Vec<(String, Vec<Row>)> {
    let mut book = workbook(bytes);
    let names = book.sheet_names();
    let sheet = |name: String| {
        let range = book.worksheet_range(&name).unwrap();
        let mut rows = range.rows();
        let header: Vec<String> = rows.next().unwrap().iter().map(shown).collect();
        let lines = rows.map(|row| header.iter().cloned().zip(row.iter().map(shown)).collect());
        (name, lines.collect())
    };
    names.into_iter().map(sheet).collect()
}

/// A cell as a reader sees it: the first of a month stands for the month in columns of months.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Bool(flag) => flag.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Int(number) => number.to_string(),
        Data::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => panic!("{other:?} is nothing that a report writes"),
    }
}

/// The example with what makes it harder: a lone asset elsewhere, an asset without a price, owners.
async fn an_estate(app: &TestApp) -> Estate {
    let estate = the_example(app).await;
    let site = json!({ "code": "AMS1", "name": "A", "kind": "OFFICE", "timeZone": "Europe/Amsterdam" });
    let site = send(app, "openSite", "NewSite!", site).await;
    let asset = json!({
        "tag": "ALONE", "model": estate.model, "status": "IN_SERVICE", "placement": { "site": site },
        "details": {
            "inServiceOn": "2021-07-01", "warrantyEndsOn": "2026-06-30", "owner": "Ops",
            "purchase": { "price": { "amount": "7777.77", "currency": "USD" }, "on": "2021-06-01" },
        },
    });
    send(app, "registerAsset", "NewAsset!", asset).await;
    let asset = json!({
        "tag": "NO-PRICE", "model": estate.model, "status": "IN_SERVICE", "placement": { "site": site },
        "details": { "inServiceOn": "2024-01-01" },
    });
    send(app, "registerAsset", "NewAsset!", asset).await;
    estate
}
