//! From the text of a cell to a value, or to the reason why there is none.
//!
//! A number or a date that can be read in two ways is refused with the rule that would decide it: a wrong guess
//! is a factor of a thousand, or a month.

use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_decimal::Decimal;

/// The order of the parts of dates that are not ISO 8601. The parts are separated by `/`, `.`, `-` or a space, and
/// the year has four digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateFormat {
    DayMonthYear,
    MonthDayYear,
    YearMonthDay,
}

impl FromStr for DateFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.to_ascii_uppercase().as_str() {
            "DMY" => Ok(DateFormat::DayMonthYear),
            "MDY" => Ok(DateFormat::MonthDayYear),
            "YMD" => Ok(DateFormat::YearMonthDay),
            _ => Err(format!("date format '{text}' is not one of DMY, MDY, YMD")),
        }
    }
}

/// What is known of how the numbers and dates of a file are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// As declared.
    pub decimal_comma: Option<bool>,
    /// As declared.
    pub date_format: Option<DateFormat>,
    /// Files with `;` between cells come from where the comma is in the numbers.
    pub semicolons: bool,
}

/// A decimal number.
pub fn decimal(text: &str, style: Style) -> Result<Decimal, String> {
    if text.contains('%') {
        return Err("has a percent sign: a ratio is written as a fraction, 0.03 for 3 %".into());
    }
    if is_scientific(text) {
        return Err("is in scientific notation, which hides digits: format the column as text".into());
    }
    let (negative, unsigned) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (integer, fraction) = match decimal_mark(unsigned, style)? {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let mut digits = String::from(if negative { "-" } else { "" });
    digits.push_str(&ungrouped(integer).ok_or("is not a number")?);
    if let Some(fraction) = fraction {
        if fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("is not a number".into());
        }
        digits.push('.');
        digits.push_str(fraction);
    }
    Decimal::from_str_exact(&digits).map_err(|_| "has more digits than can be kept".into())
}

/// Where the decimal mark stands, if there is one.
fn decimal_mark(text: &str, style: Style) -> Result<Option<usize>, String> {
    let (dots, commas) = (text.matches('.').count(), text.matches(',').count());
    let comma_is_decimal = match (dots, commas) {
        (0, 0) => return Ok(None),
        (1.., 1..) => text.rfind(',') > text.rfind('.'),
        // A mark that stands twice groups thousands.
        (2.., 0) => true,
        (0, 2..) => false,
        _ => lone_mark(text, commas == 1, style)?,
    };
    if style.decimal_comma.is_some_and(|declared| declared != comma_is_decimal) {
        let declared = if comma_is_decimal { "dot" } else { "comma" };
        return Err(format!("does not fit the declared decimal {declared}"));
    }
    let mark = if comma_is_decimal { ',' } else { '.' };
    if text.matches(mark).count() > 1 {
        return Err("is not a number".into());
    }
    Ok(text.find(mark))
}

/// Whether the comma is the decimal mark of a number that has one mark only.
fn lone_mark(text: &str, is_comma: bool, style: Style) -> Result<bool, String> {
    if let Some(declared) = style.decimal_comma {
        return Ok(declared);
    }
    let (before, after) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let may_group = after.len() == 3 && (1..=3).contains(&before.len()) && !before.starts_with('0');
    match (is_comma, style.semicolons, may_group) {
        (true, _, true) | (false, true, true) => Err(
            "is ambiguous: declare the decimal comma or the decimal point to tell thousands from decimals"
                .into(),
        ),
        (true, true, false) => Ok(true),
        (true, false, false) => {
            Err("has a decimal comma, which is read only between semicolons or when it is declared".into())
        }
        (false, _, _) => Ok(false),
    }
}

/// The digits of a whole number whose thousands may be grouped, in one way all through.
fn ungrouped(text: &str) -> Option<String> {
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(text) {
        return Some(if text.is_empty() { "0".to_owned() } else { text.to_owned() });
    }
    let mark = text.chars().find(|c| !c.is_ascii_digit())?;
    if !matches!(mark, '.' | ',' | '\'' | '’' | ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}') {
        return None;
    }
    let mut groups = text.split(mark);
    let first = groups.next()?;
    let fits = (1..=3).contains(&first.len())
        && is_digits(first)
        && groups.clone().all(|group| group.len() == 3 && is_digits(group));
    fits.then(|| groups.fold(first.to_owned(), |digits, group| digits + group))
}

/// A whole number between two bounds.
pub fn integer(text: &str, style: Style, least: i32, most: i32) -> Result<i32, String> {
    let number = decimal(text, style)?;
    if !number.fract().is_zero() {
        return Err("is not a whole number".into());
    }
    let whole = i32::try_from(number.trunc()).ok().filter(|whole| (least..=most).contains(whole));
    whole.ok_or_else(|| format!("is not between {least} and {most}"))
}

/// Yes or no.
pub fn boolean(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "1" => Ok(true),
        "false" | "f" | "no" | "n" | "0" => Ok(false),
        _ => Err("is neither true nor false".into()),
    }
}

/// A day: ISO 8601, or as declared.
pub fn date(text: &str, style: Style) -> Result<NaiveDate, String> {
    // A time of midnight is how spreadsheets and databases write a day.
    let day = text
        .split_once(['T', ' '])
        .filter(|(_, time)| {
            matches!(*time, "00:00" | "00:00:00" | "00:00:00Z" | "00:00:00.000" | "00:00:00.000Z")
        })
        .map_or(text, |(day, _)| day);
    let date = match iso_date(day) {
        Some(date) => date?,
        None => declared_date(day, style)?,
    };
    if is_placeholder_date(date) || (1950..=2200).contains(&date.year()) {
        Ok(date)
    } else {
        Err("is not between the years 1950 and 2200".into())
    }
}

/// The day, if the text has the shape of an ISO 8601 day.
fn iso_date(text: &str) -> Option<Result<NaiveDate, String>> {
    let shape = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    shape.eq(*b"0000-00-00").then(|| text.parse().map_err(|_| "is not a day of the calendar".into()))
}

fn declared_date(text: &str, style: Style) -> Result<NaiveDate, String> {
    if text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("looks like a day counted by a spreadsheet: write it as 2027-01-31".into());
    }
    let Some(format) = style.date_format else {
        return Err("is not a date like 2027-01-31: other dates are read only with a declared format".into());
    };
    let parts: Vec<&str> = text.trim_end_matches('.').split(['/', '.', '-', ' ']).collect();
    let ((DateFormat::DayMonthYear, [day, month, year])
    | (DateFormat::MonthDayYear, [month, day, year])
    | (DateFormat::YearMonthDay, [year, month, day])) = (format, parts.as_slice())
    else {
        return Err("does not fit the declared date format".into());
    };
    if year.len() != 4 {
        return Err("has a year of other than four digits".into());
    }
    let date = match (year.parse(), month.parse(), day.parse()) {
        (Ok(year), Ok(month), Ok(day)) => NaiveDate::from_ymd_opt(year, month, day),
        _ => None,
    };
    date.ok_or_else(|| "does not fit the declared date format".into())
}

/// A month, as its first day: `2027-01`, or any day of it.
pub fn month(text: &str, style: Style) -> Result<NaiveDate, String> {
    let shape = text.bytes().map(|byte| if byte.is_ascii_digit() { b'0' } else { byte });
    let day = if shape.eq(*b"0000-00") { date(&format!("{text}-01"), style) } else { date(text, style) };
    let day = day.map_err(|reason| reason.replace("a date like 2027-01-31", "a month like 2027-01"))?;
    day.with_day(1).ok_or_else(|| "is not a month".into())
}

/// A moment with its zone, as RFC 3339 has it.
pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let moment = DateTime::parse_from_rfc3339(text)
        .map_err(|_| "is not a moment like 2027-01-31T10:15:00Z, with its zone".to_owned())?;
    if (1950..=2200).contains(&moment.year()) {
        Ok(entity::moment(moment.to_utc()))
    } else {
        Err("is not between the years 1950 and 2200".into())
    }
}

/// Words for "there is nothing here".
pub fn is_placeholder(text: &str) -> bool {
    const WORDS: &[&str] =
        &["null", "(null)", "\\n", "n/a", "#n/a", "none", "(none)", "nil", "-", "--", "tbd", "not available"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// What makers and tools write where a serial number should stand.
pub fn is_placeholder_serial(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "to be filled by o.e.m.",
        "default string",
        "not specified",
        "not applicable",
        "system serial number",
        "unknown",
        "na",
        "0",
        "00000000",
        "123456789",
        "0123456789",
        "xxxxxxxx",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Days that stand for no day: what systems write where a date is asked for and none is known.
pub fn is_placeholder_date(date: NaiveDate) -> bool {
    date.year() == 9999 || matches!((date.year(), date.ordinal()), (1900 | 1970, 1) | (0 | 1, _))
}

/// The result of a formula that failed, as spreadsheets write it.
pub fn is_formula_error(text: &str) -> bool {
    matches!(text, "#REF!" | "#VALUE!" | "#NAME?" | "#DIV/0!" | "#NUM!" | "#NULL!" | "#SPILL!" | "#CALC!")
}

/// A number such as `1.23E+11`, which a spreadsheet makes of a long one.
pub fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return false };
    let mantissa = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(exponent)
        && mantissa.split(['.', ',']).all(is_digits)
        && mantissa.split(['.', ',']).count() <= 2
}

/// A long number that a spreadsheet has shortened beyond repair: `1.23E+11`, but not the serial `5E3`.
pub fn is_shortened_number(text: &str) -> bool {
    is_scientific(text) && text.contains(['+', '-', '.', ','])
}

#[cfg(test)]
#[path = "cell_tests.rs"]
mod tests;
