//! A report as a workbook: a sheet of rows for each sheet of the report, and one that says what it is about.
//!
//! Equal reports give equal bytes: the moment of creation is the day from which the future is seen.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::{Cell, Column, Report, Row, Sheet};
use crate::error::{Error, Result};

/// The first number with more digits than the format keeps.
const TOO_LONG: u128 = 1_000_000_000_000_000;

/// Letters that a cell of text holds at most, with some to spare.
const MOST_LETTERS: usize = 32_000;

/// Rows that a sheet holds at most, with its header.
const MOST_ROWS: usize = 1_048_576;

/// The size of paper, as the format numbers it.
const A4: u8 = 9;

/// Widths of columns, in letters.
const WIDTHS: std::ops::RangeInclusive<usize> = 8..=60;

/// The workbook.
///
/// # Errors
/// `TooMuch` for more rows than a sheet holds, `Internal` when it cannot be written.
pub fn written(report: &Report) -> Result<Vec<u8>> {
    if let Some(sheet) = report.sheets.iter().find(|sheet| sheet.rows.len() >= MOST_ROWS) {
        let message = format!("{} has {} rows, and a workbook holds 1,048,575", sheet.name, sheet.rows.len());
        return Err(Error::TooMuch { field: "format".to_owned(), message });
    }
    workbook(report).map_err(Error::internal)
}

fn workbook(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = date(report.as_of).unwrap_or_default();
    let properties = DocProperties::new().set_title(report.title).set_author("Plinth");
    book.set_properties(&properties.set_creation_datetime(&made));
    for sheet in &report.sheets {
        let place = book.add_worksheet();
        place.set_name(sheet.name)?;
        rows(place, report, sheet)?;
    }
    about(book.add_worksheet(), report)?;
    book.save_to_buffer()
}

/// How a value is shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    Plain,
    Money(u32, &'static str),
    Day,
    Month,
}

impl Shape {
    fn of(cell: &Cell) -> Self {
        match cell {
            Cell::Money(money) => {
                let decimals = money.amount.scale().max(money.currency.minor_units());
                Self::Money(decimals, money.currency.code())
            }
            Cell::Date(_) => Self::Day,
            Cell::Month(_) => Self::Month,
            _ => Self::Plain,
        }
    }

    fn shown(self, format: Format) -> Format {
        match self {
            Self::Plain => format,
            Self::Money(decimals, code) => format.set_num_format(pattern(decimals, code)),
            Self::Day => format.set_num_format("yyyy-mm-dd"),
            Self::Month => format.set_num_format("yyyy-mm"),
        }
    }
}

/// The formats of rows, each made once.
#[derive(Default)]
struct Formats(HashMap<(Shape, bool), Format>);

impl Formats {
    fn of(&mut self, cell: &Cell, is_total: bool) -> &Format {
        let shape = Shape::of(cell);
        self.0.entry((shape, is_total)).or_insert_with(|| {
            let plain = Format::new();
            shape.shown(if is_total { plain.set_bold() } else { plain })
        })
    }
}

fn rows(place: &mut Worksheet, report: &Report, sheet: &Sheet) -> Result<(), XlsxError> {
    let heading = heading();
    let mut widths: Vec<usize> = Vec::new();
    for (at, column) in (0_u16..).zip(&report.columns) {
        match column {
            Column::Month(month) => {
                let cell = Cell::Month(*month);
                write(place, (0, at), &cell, &Shape::Month.shown(heading.clone()))?;
            }
            other => {
                place.write_string_with_format(0, at, other.heading(), &heading)?;
            }
        }
        widths.push(column.heading().chars().count() + 3);
    }
    let remarks = u16::try_from(report.columns.len()).unwrap_or(u16::MAX);
    place.write_string_with_format(0, remarks, "Remarks", &heading)?;
    widths.push("Remarks".len());
    let mut formats = Formats::default();
    for (line, row) in (1_u32..).zip(&sheet.rows) {
        for (at, cell) in (0_u16..).zip(&row.cells) {
            write(place, (line, at), cell, formats.of(cell, row.is_total))?;
        }
        let why = Cell::Text(row.remarks().join("; "));
        write(place, (line, remarks), &why, formats.of(&why, row.is_total))?;
        measure(&mut widths, row);
    }
    for (at, width) in (0_u16..).zip(widths) {
        let width = u16::try_from(width.clamp(*WIDTHS.start(), *WIDTHS.end())).unwrap_or_default();
        place.set_column_width(at, width)?;
    }
    let lines = sheet.rows.iter().take_while(|row| !row.is_total).count();
    place.autofilter(0, 0, u32::try_from(lines).unwrap_or_default(), remarks)?;
    place.set_freeze_panes(1, 0)?;
    place.set_landscape().set_paper_size(A4).set_repeat_rows(0, 0)?;
    print(place, report)
}

/// Makes printed pages readable by themselves: a table of periods says on every page what its lines are, any other
/// is as wide as a page.
fn print(place: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    let labels = report.columns.iter().take_while(|column| matches!(column, Column::Field(_))).count();
    match u16::try_from(labels).unwrap_or_default().checked_sub(1) {
        Some(last) if labels < report.columns.len() => place.set_repeat_columns(0, last).map(drop),
        _ => {
            place.set_print_fit_to_pages(1, 0);
            Ok(())
        }
    }
}

/// Notes how wide the cells of a row want to be.
fn measure(widths: &mut [usize], row: &Row) {
    for (width, cell) in widths.iter_mut().zip(&row.cells) {
        let letters = cell.plain().chars().count();
        // Thousands are kept apart, and the currency is written behind.
        let wanted = if matches!(cell, Cell::Money(_)) { letters + letters / 3 + 5 } else { letters + 1 };
        *width = (*width).max(wanted);
    }
    if let Some(last) = widths.last_mut() {
        *last = (*last).max(row.remarks().iter().map(|remark| remark.chars().count() + 2).sum());
    }
}

/// What the report is about: what was asked, the day, the fingerprint, how figures came about.
fn about(place: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    place.set_name("About")?;
    let bold = Format::new().set_bold().set_align(FormatAlign::Top);
    let plain = Format::new().set_align(FormatAlign::Left);
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let mut lines: Vec<(String, Cell)> = vec![
        ("Report".to_owned(), Cell::text(report.title)),
        ("As of".to_owned(), Cell::Date(report.as_of)),
        ("Fingerprint".to_owned(), Cell::text(&report.fingerprint)),
    ];
    lines.extend(report.question.iter().map(|(name, cell)| ((*name).to_owned(), cell.clone())));
    let said = [
        ("How it came about", &report.formulas),
        ("Assumed", &report.assumptions),
        ("Left out", &report.excluded),
    ];
    for (what, sentences) in said {
        for sentence in sentences {
            let parts = pieces(sentence);
            lines.extend(parts.into_iter().map(|part| (what.to_owned(), Cell::Text(part))));
        }
        if sentences.is_empty() {
            lines.push((what.to_owned(), Cell::text("nothing")));
        }
    }
    for (line, (name, cell)) in (0_u32..).zip(&lines) {
        place.write_string_with_format(line, 0, name, &bold)?;
        let format = if matches!(cell, Cell::Text(_)) { &wrapped } else { &plain };
        write(place, (line, 1), cell, &Shape::of(cell).shown(format.clone()))?;
    }
    place.set_column_width(0, 24)?.set_column_width(1, 110)?;
    Ok(())
}

/// A sentence in pieces that a cell holds each.
fn pieces(sentence: &str) -> Vec<String> {
    let letters: Vec<char> = sentence.chars().collect();
    letters.chunks(MOST_LETTERS).map(|part| part.iter().collect()).collect()
}

type Place = (u32, u16);

fn write(place: &mut Worksheet, at: Place, cell: &Cell, format: &Format) -> Result<(), XlsxError> {
    let (line, column) = at;
    match cell {
        Cell::Money(money) => write_number(place, at, money.amount, format),
        Cell::Number(number) => write_number(place, at, *number, format),
        Cell::Whole(number) => write_number(place, at, Decimal::from(*number), format),
        Cell::Date(day) => write_day(place, at, *day, cell, format),
        Cell::Month(month) => write_day(place, at, month.first_day(), cell, format),
        Cell::Flag(flag) => place.write_boolean_with_format(line, column, *flag, format).map(drop),
        Cell::Text(text) if text.is_empty() => place.write_blank(line, column, format).map(drop),
        Cell::Text(text) => write_text(place, at, text, format),
        Cell::Blank(_) => place.write_blank(line, column, format).map(drop),
    }
}

fn write_number(
    place: &mut Worksheet,
    (line, column): Place,
    number: Decimal,
    format: &Format,
) -> Result<(), XlsxError> {
    match exact(number) {
        Some(number) => place.write_number_with_format(line, column, number, format).map(drop),
        None => place.write_string_with_format(line, column, number.to_string(), format).map(drop),
    }
}

fn write_day(
    place: &mut Worksheet,
    (line, column): Place,
    day: NaiveDate,
    cell: &Cell,
    format: &Format,
) -> Result<(), XlsxError> {
    match date(day) {
        Some(day) => place.write_datetime_with_format(line, column, &day, format).map(drop),
        None => place.write_string_with_format(line, column, cell.plain(), format).map(drop),
    }
}

/// Text as text, whatever it looks like: a string of this format is never run as a formula.
fn write_text(
    place: &mut Worksheet,
    (line, column): Place,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    let mut parts = pieces(text).into_iter();
    let mut first = parts.next().unwrap_or_default();
    if parts.next().is_some() {
        first.push_str(" … (cut: a cell holds no more letters)");
    }
    place.write_string_with_format(line, column, first, format).map(drop)
}

/// The one place where an amount becomes a binary number, for the format has no other. Up to 15 digits come back as
/// they were; what has more is written as text.
fn exact(number: Decimal) -> Option<f64> {
    let number = number.normalize();
    if number.mantissa().unsigned_abs() >= TOO_LONG {
        return None;
    }
    number.to_string().parse().ok()
}

fn date(day: NaiveDate) -> Option<ExcelDateTime> {
    let (year, month) = (u16::try_from(day.year()).ok()?, u8::try_from(day.month()).ok()?);
    ExcelDateTime::from_ymd(year, month, u8::try_from(day.day()).ok()?).ok()
}

/// How an amount is shown: thousands apart, so many decimals, and the currency behind.
fn pattern(decimals: u32, code: &str) -> String {
    let zeros = "0".repeat(decimals as usize);
    let point = if decimals > 0 { "." } else { "" };
    format!("#,##0{point}{zeros} [${code}]")
}

fn heading() -> Format {
    Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00E7_E6E6))
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::Left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifteen_digits_are_numbers_and_more_are_text() {
        let number = |text: &str| exact(text.parse().unwrap());
        assert_eq!(number("1234567890123.45"), Some(1_234_567_890_123.45));
        assert_eq!(number("999999999999999"), Some(999_999_999_999_999.0));
        assert_eq!(number("-0.10"), Some(-0.1));
        assert_eq!(number("12345678901234.56"), None);
        assert_eq!(number("1000000000000000"), None);
        assert_eq!(number("1234.560000000000000"), Some(1_234.56), "zeros at the end are no digits to keep");
        assert_eq!(number("1000000000000001"), None);
    }

    #[test]
    fn amounts_are_shown_with_the_decimals_of_their_currency() {
        assert_eq!(pattern(2, "USD"), "#,##0.00 [$USD]");
        assert_eq!(pattern(0, "JPY"), "#,##0 [$JPY]");
        assert_eq!(pattern(3, "KWD"), "#,##0.000 [$KWD]");
    }

    #[test]
    fn long_sentences_are_told_in_pieces() {
        assert_eq!(pieces("abc"), ["abc"]);
        let parts = pieces(&"ä".repeat(MOST_LETTERS + 1));
        assert_eq!(parts.iter().map(|part| part.chars().count()).collect::<Vec<_>>(), [MOST_LETTERS, 1]);
    }
}
