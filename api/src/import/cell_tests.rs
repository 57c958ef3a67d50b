use super::*;

const COMMAS: Style = Style { decimal_comma: None, date_format: None, semicolons: false };
const SEMICOLONS: Style = Style { semicolons: true, ..COMMAS };
const DECIMAL_COMMA: Style = Style { decimal_comma: Some(true), ..COMMAS };
const DECIMAL_POINT: Style = Style { decimal_comma: Some(false), ..SEMICOLONS };

const AMBIGUOUS: &str =
    "is ambiguous: declare the decimal comma or the decimal point to tell thousands from decimals";

#[test]
fn numbers_are_read_in_every_unambiguous_way() {
    for (text, style, expected) in [
        ("12", COMMAS, "12"),
        ("-12.50", COMMAS, "-12.50"),
        ("−3", COMMAS, "-3"),
        ("+3", COMMAS, "3"),
        (".5", COMMAS, "0.5"),
        ("1.234", COMMAS, "1.234"),
        ("1,234.56", COMMAS, "1234.56"),
        ("1.234,56", COMMAS, "1234.56"),
        ("1,234,567", COMMAS, "1234567"),
        ("1.234.567", COMMAS, "1234567"),
        ("1'234'567.8", COMMAS, "1234567.8"),
        ("1\u{202f}234", COMMAS, "1234"),
        ("1,5", SEMICOLONS, "1.5"),
        ("1.5", SEMICOLONS, "1.5"),
        ("0,085", SEMICOLONS, "0.085"),
        ("0.085", SEMICOLONS, "0.085"),
        ("1234,567", SEMICOLONS, "1234.567"),
        ("1.234,56", SEMICOLONS, "1234.56"),
        ("1 234,5", SEMICOLONS, "1234.5"),
        ("1,234", DECIMAL_COMMA, "1.234"),
        ("1.234", DECIMAL_COMMA, "1234"),
        ("1,234", DECIMAL_POINT, "1234"),
        ("1.234", DECIMAL_POINT, "1.234"),
    ] {
        assert_eq!(decimal(text, style).map(|number| number.to_string()), Ok(expected.to_owned()), "{text}");
    }
}

#[test]
fn numbers_are_refused_with_the_rule() {
    let undeclared = "has a decimal comma, which is read only between semicolons or when it is declared";
    let scientific = "is in scientific notation, which hides digits: format the column as text";
    for (text, style, expected) in [
        ("1,234", COMMAS, AMBIGUOUS),
        ("1,234", SEMICOLONS, AMBIGUOUS),
        ("1.234", SEMICOLONS, AMBIGUOUS),
        ("1,5", COMMAS, undeclared),
        ("3 %", COMMAS, "has a percent sign: a ratio is written as a fraction, 0.03 for 3 %"),
        ("1.23E+11", COMMAS, scientific),
        ("1e5", COMMAS, scientific),
        ("1,234.5", DECIMAL_COMMA, "does not fit the declared decimal comma"),
        ("1.234,5", DECIMAL_POINT, "does not fit the declared decimal dot"),
        ("1,23,456", COMMAS, "is not a number"),
        ("1.2.3,4", COMMAS, "is not a number"),
        ("12,34.5", COMMAS, "is not a number"),
        ("5.", COMMAS, "is not a number"),
        ("€ 5", COMMAS, "is not a number"),
        ("--5", COMMAS, "is not a number"),
        ("(5)", COMMAS, "is not a number"),
        ("=1+1", COMMAS, "is not a number"),
        ("99999999999999999999999999999999", COMMAS, "has more digits than can be kept"),
    ] {
        assert_eq!(decimal(text, style), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn whole_numbers_have_bounds() {
    assert_eq!(integer("42", COMMAS, 0, 100), Ok(42));
    assert_eq!(integer("42.0", COMMAS, 0, 100), Ok(42));
    assert_eq!(integer("42.5", COMMAS, 0, 100), Err("is not a whole number".into()));
    assert_eq!(integer("101", COMMAS, 0, 100), Err("is not between 0 and 100".into()));
    assert_eq!(integer("99999999999", COMMAS, 0, 100), Err("is not between 0 and 100".into()));
}

#[test]
fn dates_are_iso_or_declared() {
    let declared = |date_format| Style { date_format: Some(date_format), ..COMMAS };
    let day = NaiveDate::from_ymd_opt(2026, 4, 3).expect("a day");
    for (text, style) in [
        ("2026-04-03", COMMAS),
        ("2026-04-03T00:00:00Z", COMMAS),
        ("2026-04-03 00:00:00", COMMAS),
        ("2026-04-03", declared(DateFormat::DayMonthYear)),
        ("3/4/2026", declared(DateFormat::DayMonthYear)),
        ("03.04.2026", declared(DateFormat::DayMonthYear)),
        ("4/3/2026", declared(DateFormat::MonthDayYear)),
        ("2026/4/3", declared(DateFormat::YearMonthDay)),
        ("2026.04.03.", declared(DateFormat::YearMonthDay)),
    ] {
        assert_eq!(date(text, style), Ok(day), "{text}");
    }
    let undeclared = "is not a date like 2027-01-31: other dates are read only with a declared format";
    for (text, style, expected) in [
        ("3/4/2026", COMMAS, undeclared),
        ("2026-04-03T17:00:00Z", COMMAS, undeclared),
        ("46115", COMMAS, "looks like a day counted by a spreadsheet: write it as 2027-01-31"),
        ("2026-02-30", COMMAS, "is not a day of the calendar"),
        ("0026-02-03", COMMAS, "is not between the years 1950 and 2200"),
        ("3/4/26", declared(DateFormat::DayMonthYear), "has a year of other than four digits"),
        ("4/13/2026", declared(DateFormat::DayMonthYear), "does not fit the declared date format"),
        ("2026", declared(DateFormat::DayMonthYear), "does not fit the declared date format"),
    ] {
        assert_eq!(date(text, style), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn months_are_their_first_day() {
    let first = NaiveDate::from_ymd_opt(2026, 4, 1);
    assert_eq!(month("2026-04", COMMAS).ok(), first);
    assert_eq!(month("2026-04-30", COMMAS).ok(), first);
    assert_eq!(
        month("April", COMMAS),
        Err("is not a month like 2027-01: other dates are read only with a declared format".into())
    );
}

#[test]
fn words_for_nothing_are_known() {
    for text in ["null", "NULL", "N/A", "None", "-", "\\N"] {
        assert!(is_placeholder(text), "{text}");
    }
    // Namibia, and a site that somebody called zero.
    assert!(!is_placeholder("NA") && !is_placeholder("0"));
    assert!(is_placeholder_serial("To Be Filled By O.E.M."));
    assert!(is_formula_error("#REF!"));
}

#[test]
fn shortened_numbers_are_told_from_serials() {
    for (text, expected) in
        [("1.23E+11", true), ("1,23E+11", true), ("4E-7", true), ("5E3", false), ("E5", false)]
    {
        assert_eq!(is_shortened_number(text), expected, "{text}");
    }
    assert!(!is_shortened_number("SN1.2E+3") && !is_shortened_number("FCH2104E-12"));
}

#[test]
fn booleans_have_two_sides() {
    assert_eq!(boolean("Yes"), Ok(true));
    assert_eq!(boolean("f"), Ok(false));
    assert_eq!(boolean("maybe"), Err("is neither true nor false".into()));
}
