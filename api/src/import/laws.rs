//! What holds for any input: no bytes make a reader fail, and a broken line costs no other.

use proptest::prelude::*;

use super::cell::DateFormat;
use super::csv::Noun;
use super::{CsvOptions, Format, Source, parse};
use crate::export::{csv, template};

fn formats() -> impl Strategy<Value = Format> {
    let nouns = Noun::ALL.into_iter().map(|noun| Format::Csv(Some(noun)));
    let formats: Vec<_> = [Format::Netbox, Format::DeviceTypes, Format::Endoflife, Format::Csv(None)]
        .into_iter()
        .chain(nouns)
        .collect();
    prop::sample::select(formats)
}

fn options() -> impl Strategy<Value = CsvOptions> {
    let dates = [DateFormat::DayMonthYear, DateFormat::MonthDayYear, DateFormat::YearMonthDay];
    (
        prop::option::of(prop::sample::select(vec![',', ';', '\t', '|', '"', '\n', 'é'])),
        any::<Option<bool>>(),
        prop::option::of(prop::sample::select(dates.to_vec())),
    )
        .prop_map(|(delimiter, decimal_comma, date_format)| CsvOptions {
            delimiter,
            decimal_comma,
            date_format,
        })
}

fn names() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "assets.csv",
        "dcim_site.csv",
        "dcim_device.csv",
        "dcim_rack.csv",
        "dcim_powerfeed.csv",
        "virtualization_virtualmachine.csv",
        "dump.json",
        "file",
    ])
    .prop_map(str::to_owned)
}

/// Text that is more likely than any other to trip a reader of CSV or JSON.
fn hostile_text() -> impl Strategy<Value = String> {
    let pieces = vec![
        "\"",
        "\"\"",
        ",",
        ";",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "id",
        "name",
        "code",
        "slug",
        "tag",
        "model",
        "product",
        "cycle",
        "releaseDate",
        "eol",
        "u_height",
        "manufacturer",
        "position",
        "device_type_id",
        "site_id",
        "rack_id",
        "status",
        "1",
        "-1",
        "4.5",
        "1.234,56",
        "99999999999999999999999999999999999",
        "2027-01-31",
        "31/1/27",
        "=1",
        "é",
        "\u{0}",
        "\u{feff}",
        "[",
        "]",
        "{",
        "}",
        ":",
        "|",
        "null",
        "true",
        "%",
        "E+11",
        " ",
        "'",
        "−",
        "９",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..60).prop_map(|pieces| pieces.concat())
}

/// The records of the sites that are read of some lines below a header.
fn sites(lines: &[String]) -> Vec<(String, Option<String>)> {
    let text = format!("code,name\n{}\n", lines.join("\n"));
    let source = Source { name: "sites.csv".into(), bytes: text.into_bytes() };
    let parsed = parse(Format::Csv(Some(Noun::Site)), &[source], &CsvOptions::default());
    parsed.records.sites.into_iter().map(|site| (site.code, site.name)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_bytes_make_a_reader_fail(
        format in formats(),
        options in options(),
        files in prop::collection::vec((names(), prop::collection::vec(any::<u8>(), 0..400)), 0..3),
    ) {
        let sources: Vec<_> = files.into_iter().map(|(name, bytes)| Source { name, bytes }).collect();
        parse(format, &sources, &options);
    }

    #[test]
    fn no_text_makes_a_reader_fail(
        format in formats(),
        options in options(),
        files in prop::collection::vec((names(), hostile_text()), 0..3),
    ) {
        let sources: Vec<_> =
            files.into_iter().map(|(name, text)| Source { name, bytes: text.into_bytes() }).collect();
        parse(format, &sources, &options);
    }

    #[test]
    fn no_cell_of_a_template_makes_a_reader_fail(
        at in 0..Noun::ALL.len(),
        options in options(),
        cell in hostile_text(),
        column in any::<prop::sample::Index>(),
    ) {
        let noun = Noun::ALL[at];
        let columns = noun.columns();
        let column = column.index(columns.len());
        let row = columns.iter().enumerate().map(|(at, known)| if at == column { cell.as_str() } else { known.example });
        let text = csv::table(columns.iter().map(|column| column.name), [row]);
        let source = Source { name: "file.csv".into(), bytes: text.into_bytes() };
        parse(Format::Csv(Some(noun)), &[source], &options);
    }

    #[test]
    fn a_broken_line_costs_no_other(
        good in prop::collection::vec("[a-z]{3}[0-9]{3}", 1..20),
        broken in prop::sample::select(vec!["\"open,x", "a\"b", "only", "one,two,three", "\"x\"y,z", ",nameless", "\"\"\"", "\""]),
        at in any::<prop::sample::Index>(),
    ) {
        let mut lines: Vec<String> = good.iter().map(|code| format!("{code},Site {code}")).collect();
        let expected = sites(&lines);
        lines.insert(at.index(lines.len() + 1), broken.to_owned());
        prop_assert_eq!(sites(&lines), expected);
    }

    #[test]
    fn what_is_exported_is_read_back(name in "\\PC{1,30}", other in "[ -~]{1,30}") {
        let written = csv::table(["code", "name", "city"], [["FRA1", name.as_str(), other.as_str()]]);
        let source = Source { name: "sites.csv".into(), bytes: written.into_bytes() };
        let parsed = parse(Format::Csv(None), &[source], &CsvOptions::default());
        let is_plain = |text: &str| {
            let text = text.trim();
            !text.is_empty() && !text.starts_with(['#', '(', '\\']) && text.len() > 4 && !text.contains('\u{feff}')
        };
        if is_plain(&name) && is_plain(&other) && parsed.errors() == 0 {
            prop_assert_eq!(parsed.records.sites[0].name.as_deref(), Some(name.trim()));
            prop_assert_eq!(parsed.records.sites[0].city.as_deref(), Some(other.trim()));
        }
    }

    #[test]
    fn a_file_read_twice_is_read_the_same(at in 0..Noun::ALL.len()) {
        let noun = Noun::ALL[at];
        let source = Source { name: "file.csv".into(), bytes: template::template(noun).into_bytes() };
        let read = || parse(Format::Csv(Some(noun)), std::slice::from_ref(&source), &CsvOptions::default());
        prop_assert_eq!(read(), read());
    }
}
