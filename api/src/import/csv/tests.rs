use std::collections::BTreeSet;

use super::*;
use crate::export::{csv, template};
use crate::import::cell::DateFormat;
use crate::import::columns::Kind;
use crate::import::records::{ModelKey, RackKey};
use crate::import::{Format, Records, parse};

fn read(name: &str, text: &str, options: &CsvOptions) -> (Records, Vec<String>) {
    let source = Source { name: name.into(), bytes: text.as_bytes().to_vec() };
    let parsed = parse(Format::Csv(None), &[source], options);
    (parsed.records, parsed.problems.iter().map(ToString::to_string).collect())
}

fn read_plainly(name: &str, text: &str) -> (Records, Vec<String>) {
    read(name, text, &CsvOptions::default())
}

#[test]
fn every_template_is_read_without_a_problem() {
    for noun in Noun::ALL {
        let (records, problems) = read_plainly(&format!("{}.csv", noun.plural()), &template::template(noun));
        assert_eq!(problems, Vec::<String>::new(), "{noun}");
        assert_eq!(records.len(), 1, "{noun}");
    }
}

/// Something that a cell of a kind may hold.
fn filled(kind: Kind) -> String {
    match kind {
        Kind::Boolean => "true".to_owned(),
        Kind::Date => "2027-01-31".to_owned(),
        Kind::Month => "2027-01".to_owned(),
        Kind::Choice(words) => words[0].to_owned(),
        Kind::Currency => "USD".to_owned(),
        Kind::Integer { least, .. } => least.max(1).to_string(),
        Kind::Tuples(kinds) => kinds.iter().map(|kind| filled(*kind)).collect::<Vec<_>>().join(":"),
        Kind::Text | Kind::Identifier => "A-1".to_owned(),
        _ => "1".to_owned(),
    }
}

#[test]
fn every_column_reaches_the_record() {
    for noun in Noun::ALL {
        let mut cells = Cells::new(Origin::default(), noun.columns());
        for column in noun.columns() {
            // Where others exclude a column, the row of examples leaves it empty.
            let text =
                if column.example.is_empty() { filled(column.kind) } else { column.example.to_owned() };
            match column.read(&text, Style::default()) {
                Ok(Cell::Given(value)) => cells.put(column, Some(value)),
                other => panic!("`{text}` in {noun} {} is {other:?}", column.name),
            }
        }
        noun.read(&mut cells, &mut Records::default());
        assert_eq!(cells.left(), Vec::<&str>::new(), "{noun} does not take");
        assert_eq!(cells.unknown, Vec::<String>::new(), "{noun} has no such column");
    }
}

#[test]
fn columns_have_names_that_headers_are_compared_with() {
    for noun in Noun::ALL {
        let mut names = BTreeSet::new();
        for column in noun.columns() {
            assert_eq!(crate::import::table::normal(column.name), column.name);
            assert!(names.insert(column.name), "{noun} has {} twice", column.name);
        }
        assert_eq!(noun.columns()[0].need, Need::Key, "{noun}");
    }
}

#[test]
fn a_template_without_a_name_is_told_by_its_header() {
    for noun in Noun::ALL {
        let header: Vec<_> = noun.columns().iter().map(|column| column.name.to_owned()).collect();
        assert_eq!(Noun::of_header(&header), Some(noun));
        assert_eq!(noun.to_string().parse(), Ok(noun));
        assert_eq!(Noun::named(noun.plural()), Some(noun));
    }
    let (_, problems) = read_plainly("data.csv", "one,two\n1,2");
    let message = "data.csv: error: neither the file's name nor its header tells what it holds: name it like assets.csv";
    assert_eq!(problems, [message]);
}

#[test]
fn an_asset_is_read_with_its_references() {
    let text = "\u{feff}Asset Tag;Tag;Manufacturer;Model;Site;Rack;Position Units;Purchase Amount;Purchase-Currency;Purchased On\r\n\
                x;A-1;Dell;R650;FRA1;A01;12,5;1.234,50;eur;31.01.2026\r\n";
    let options = CsvOptions { date_format: Some(DateFormat::DayMonthYear), ..CsvOptions::default() };
    let (records, problems) = read("assets.csv", text, &options);
    assert_eq!(
        problems,
        ["assets.csv:1: warning: column 'asset_tag' is not known for assets and is not read"]
    );
    let asset = &records.assets[0];
    assert_eq!(asset.tag, "A-1");
    assert_eq!(asset.model, Some(ModelKey { manufacturer: "Dell".into(), name: "R650".into() }));
    assert_eq!(asset.rack, Some(RackKey { site: "FRA1".into(), name: "A01".into() }));
    assert_eq!(asset.position_half_units, Some(25));
    assert_eq!(asset.purchase_amount.map(|amount| amount.to_string()).as_deref(), Some("1234.5"));
    assert_eq!(asset.purchase_currency.as_deref(), Some("EUR"));
    assert_eq!(asset.purchased_on.map(|day| day.to_string()).as_deref(), Some("2026-01-31"));
    assert_eq!(asset.status, None);
    assert_eq!(asset.origin.row, 2);
}

#[test]
fn every_error_has_row_column_and_value_and_costs_its_row_only() {
    let text = "contract,position,kind,escalator_kind,escalator_rate,from_on\n\
                C1,1,SPACE_KW,FIXED,3,2026-13-01\n\
                C1,2,SPACE,FIXED,3 %,\n\
                C1,3,SPACE_KW,FIXED,0.03,2026-01-15\n\
                ,4,SPACE_KW,,,\n\
                C1,3,SPACE_KW,,,\n\
                C1,5,SPACE_KW,,0.03,\n\
                C1,6\n";
    let (records, problems) = read_plainly("colocation_charges.csv", text);
    assert_eq!(records.colocation_charges.len(), 1);
    assert_eq!(records.colocation_charges[0].position, 3);
    let kinds = match Noun::ColocationCharge.columns().iter().find(|column| column.name == "kind") {
        Some(Column { kind: Kind::Choice(kinds), .. }) => kinds.join(", "),
        _ => panic!("a charge has a kind"),
    };
    let file = "colocation_charges.csv";
    assert_eq!(
        problems,
        [
            format!("{file}:2: error: from_on: '2026-13-01' is not a day of the calendar"),
            format!("{file}:2: error: escalator_rate: '3' is not between -1 and 1: a ratio is written as a fraction, 0.03 for 3 %"),
            format!("{file}:3: error: kind: 'SPACE' is not one of {kinds}"),
            format!("{file}:3: error: escalator_rate: '3 %' has a percent sign: a ratio is written as a fraction, 0.03 for 3 %"),
            format!("{file}:5: error: contract: '' is part of the key and may not be empty"),
            format!("{file}:6: error: repeats line 4 of {file}"),
            format!("{file}:7: error: escalator_rate is given without escalator_kind"),
            format!("{file}:8: error: has 2 cells where the header has 6"),
        ]
        .map(|line| line.to_string())
        .into_iter()
        .collect::<Vec<_>>()
    );
}

#[test]
fn headers_that_cannot_be_used_are_refused() {
    for (text, expected) in [
        ("name\nFrankfurt", "sites.csv:1: error: column 'code' is missing"),
        ("code,Code\na,b", "sites.csv:1: error: column 'code' stands twice"),
    ] {
        let (records, problems) = read_plainly("sites.csv", text);
        assert_eq!(problems, [expected]);
        assert!(records.is_empty());
    }
    let (records, problems) = read_plainly("sites.csv", "code,,colour\nFRA1,,red");
    assert_eq!(records.sites.len(), 1);
    assert_eq!(
        problems,
        [
            "sites.csv:1: warning: column 2 has no name and is not read",
            "sites.csv:1: warning: column 'colour' is not known for sites and is not read",
        ]
    );
}

#[test]
fn a_word_for_nothing_is_not_given_and_noted() {
    let (records, problems) = read_plainly("assets.csv", "tag,serial,tier\nA-1,N/A,null\nA-2,,0\n");
    assert_eq!((records.assets[0].serial.clone(), records.assets[0].tier), (None, None));
    assert_eq!(records.assets[1].tier, Some(0));
    assert_eq!(
        problems,
        [
            "assets.csv:2: note: serial: 'N/A' is read as not given",
            "assets.csv:2: note: tier: 'null' is read as not given",
        ]
    );
}

#[test]
fn an_exported_formula_comes_back_as_it_was() {
    for name in ["=HYPERLINK(1)", "-x, \"y\"", "'=1", "''-5", "@A1", "'s-Gravenhage"] {
        let (records, _) = read_plainly("sites.csv", &csv::table(["code", "name"], [["FRA1", name]]));
        assert_eq!(records.sites[0].name.as_deref(), Some(name));
    }
    // Spaces around a cell are nobody's intent.
    let (records, _) = read_plainly("sites.csv", &csv::table(["code", "name"], [["FRA1", " @ A1"]]));
    assert_eq!(records.sites[0].name.as_deref(), Some("@ A1"));
}

#[test]
fn a_milestone_and_its_day_agree() {
    let text =
        "product,cycle,end_of_life,end_of_life_on\na,1,,2027-01-31\na,2,REACHED,\na,3,REACHED,2027-01-31\n";
    let (records, problems) = read_plainly("software_releases.csv", text);
    let states: Vec<_> =
        records.software_releases.iter().map(|release| release.end_of_life.as_deref()).collect();
    assert_eq!(states, [Some("DATED"), Some("REACHED")]);
    let message = "end_of_life is REACHED, and only DATED goes with end_of_life_on";
    assert_eq!(problems, [format!("software_releases.csv:4: error: {message}")]);
}

#[test]
fn an_unknown_delimiter_is_refused() {
    let options = CsvOptions { delimiter: Some('"'), ..CsvOptions::default() };
    let (_, problems) = read("sites.csv", "code\nFRA1", &options);
    assert_eq!(problems, ["sites.csv: error: delimiter '\"' is not one of , ; | and tab"]);
}
