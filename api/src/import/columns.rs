//! What a column of our own CSV may hold. Reader and template are made from the same columns, so that neither can
//! know one that the other does not.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::cell::{self, Style};
use crate::export::csv;

/// A column of a noun's CSV.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// As in the header: lower case, words joined by `_`.
    pub name: &'static str,
    pub need: Need,
    pub kind: Kind,
    /// What the template shows in it.
    pub example: &'static str,
    /// What it means, where name and kind do not say it; may be empty.
    pub about: &'static str,
}

/// When a column has to be filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always: it is the natural key, or part of it.
    Key,
    /// It is part of the natural key, where "nothing" is an answer.
    KeyPart,
    /// For a row that is new.
    Create,
    Optional,
}

/// What a cell may hold.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// Text that names something and loses its meaning when a spreadsheet shortens it.
    Identifier,
    /// As an identifier, but a damaged or made-up one is read as not given.
    Serial,
    Email,
    Date,
    /// A month, as `2027-01`.
    Month,
    /// A moment in UTC, as `2027-01-31T10:15:00Z`.
    Moment,
    Boolean,
    /// ISO 4217.
    Currency,
    /// ISO 3166 alpha-2.
    Country,
    /// IANA.
    TimeZone,
    Integer {
        least: i32,
        most: i32,
    },
    /// An amount of money, with at most six decimals.
    Money,
    /// A fraction, with at most nine decimals. What is above one or below minus one is a percentage by mistake.
    Rate,
    /// A fraction from zero to one, with at most nine decimals.
    Fraction,
    /// Any other decimal that is not negative, with at most nine decimals.
    Quantity,
    /// A decimal that may be negative, with at most six decimals.
    Signed,
    /// Rack units to the half, kept as half units.
    HalfUnits,
    /// Kilograms to the gram, kept as grams.
    Kilograms,
    /// One of the spellings.
    Choice(&'static [&'static str]),
    /// Items of one kind, joined by `|`.
    List(&'static Kind),
    /// Items joined by `|`, each of these parts joined by `:`.
    Tuples(&'static [Kind]),
}

/// What a cell holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Date(NaiveDate),
    Moment(DateTime<Utc>),
    Boolean(bool),
    Integer(i32),
    Decimal(Decimal),
    Grams(i64),
    List(Vec<Value>),
}

/// What came of reading a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing was given.
    Missing,
    /// Nothing was given, in words that have to be mentioned.
    Placeholder(String),
    /// As `Placeholder`, but something is lost.
    Lost(String),
    Given(Value),
    /// Given, with a remark.
    Doubtful(Value, String),
}

/// Largest amount of money or ratio that the store holds: 64 bits of millionths and of billionths.
const MOST_MONEY: Decimal = Decimal::from_parts(2_077_215_488, 2_147, 0, false, 0);
const MOST_RATIO: Decimal = Decimal::from_parts(633_437_444, 2, 0, false, 0);

impl Column {
    pub const fn key(name: &'static str, kind: Kind, example: &'static str, about: &'static str) -> Column {
        Column { name, need: Need::Key, kind, example, about }
    }

    pub const fn key_part(
        name: &'static str,
        kind: Kind,
        example: &'static str,
        about: &'static str,
    ) -> Column {
        Column { name, need: Need::KeyPart, kind, example, about }
    }

    pub const fn create(
        name: &'static str,
        kind: Kind,
        example: &'static str,
        about: &'static str,
    ) -> Column {
        Column { name, need: Need::Create, kind, example, about }
    }

    pub const fn optional(
        name: &'static str,
        kind: Kind,
        example: &'static str,
        about: &'static str,
    ) -> Column {
        Column { name, need: Need::Optional, kind, example, about }
    }

    /// Reads the text of a cell.
    ///
    /// # Errors
    /// The rule that the text breaks.
    pub fn read(&self, text: &str, style: Style) -> Result<Cell, String> {
        let written = text.trim();
        let text = unneutralised(written);
        if text.is_empty() {
            return Ok(Cell::Missing);
        }
        if cell::is_formula_error(text) {
            return Err("is the error of a formula".into());
        }
        if cell::is_placeholder(text) && !self.kind.allows(text) {
            return Ok(Cell::Placeholder("is read as not given".into()));
        }
        match self.kind {
            Kind::Serial if cell::is_placeholder_serial(text) => {
                Ok(Cell::Placeholder("is no serial number and read as not given".into()))
            }
            Kind::Serial if cell::is_shortened_number(text) => {
                Ok(Cell::Lost("is a number that a spreadsheet has shortened: the serial is left out".into()))
            }
            Kind::Date => match cell::date(text, style)? {
                date if cell::is_placeholder_date(date) => {
                    Ok(Cell::Lost("is a placeholder and read as not given".into()))
                }
                date => Ok(Cell::Given(Value::Date(date))),
            },
            Kind::Text if written.starts_with('=') => {
                Ok(Cell::Doubtful(Value::Text(text.to_owned()), "looks like a formula, kept as text".into()))
            }
            kind => kind.value(text, style).map(Cell::Given),
        }
    }
}

/// The text without the quote that keeps spreadsheets from taking it for a formula; our own exports write it.
fn unneutralised(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if csv::begins_formula(rest) => rest.trim_start(),
        _ => text,
    }
}

impl Kind {
    /// Whether a word for "nothing" is one of the choices.
    fn allows(self, text: &str) -> bool {
        matches!(self, Kind::Choice(choices) if choices.contains(&spelled(text).as_str()))
    }

    fn value(self, text: &str, style: Style) -> Result<Value, String> {
        match self {
            Kind::Identifier if cell::is_shortened_number(text) => {
                Err("is a number that a spreadsheet has shortened: format the column as text".into())
            }
            Kind::Text | Kind::Identifier | Kind::Serial => Ok(Value::Text(text.to_owned())),
            Kind::Email => email(text).map(Value::Text),
            Kind::Date => cell::date(text, style).map(Value::Date),
            Kind::Month => cell::month(text, style).map(Value::Date),
            Kind::Moment => cell::moment(text).map(Value::Moment),
            Kind::Boolean => cell::boolean(text).map(Value::Boolean),
            Kind::Currency => currency(text).map(Value::Text),
            Kind::Country => country(text).map(Value::Text),
            Kind::TimeZone => match text.parse::<chrono_tz::Tz>() {
                Ok(zone) => Ok(Value::Text(zone.name().to_owned())),
                Err(_) => Err("is not a time zone like Europe/Berlin".into()),
            },
            Kind::Integer { least, most } => cell::integer(text, style, least, most).map(Value::Integer),
            Kind::Money | Kind::Signed => bounded(text, style, 6, MOST_MONEY).map(Value::Decimal),
            Kind::Rate => rate(text, style).map(Value::Decimal),
            Kind::Fraction => fraction(text, style).map(Value::Decimal),
            Kind::Quantity => quantity(text, style, 9).map(Value::Decimal),
            Kind::HalfUnits => half_units(text, style).map(Value::Integer),
            Kind::Kilograms => grams(text, style).map(Value::Grams),
            Kind::Choice(choices) => choice(text, choices).map(Value::Text),
            Kind::List(kind) => {
                items(text).map(|item| kind.value(item, style)).collect::<Result<_, _>>().map(Value::List)
            }
            Kind::Tuples(kinds) => {
                items(text).map(|item| tuple(item, kinds, style)).collect::<Result<_, _>>().map(Value::List)
            }
        }
    }

    /// What may be written, in words for people.
    pub fn describe(self) -> String {
        match self {
            Kind::Text | Kind::Identifier | Kind::Serial => "text".into(),
            Kind::Email => "e-mail address".into(),
            Kind::Date => "date as 2027-01-31".into(),
            Kind::Month => "month as 2027-01".into(),
            Kind::Moment => "moment as 2027-01-31T10:15:00Z".into(),
            Kind::Boolean => "true or false".into(),
            Kind::Currency => "ISO 4217 code".into(),
            Kind::Country => "ISO 3166 code of two letters".into(),
            Kind::TimeZone => "IANA time zone".into(),
            Kind::Integer { least, most: i32::MAX } => format!("whole number from {least}"),
            Kind::Integer { least, most } => format!("whole number from {least} to {most}"),
            Kind::Money => "amount with at most 6 decimals".into(),
            Kind::Rate => "fraction: 0.03 is 3 %".into(),
            Kind::Fraction => "fraction from 0 to 1: 0.9 is 90 %".into(),
            Kind::Quantity => "number".into(),
            Kind::Signed => "number, below zero too".into(),
            Kind::HalfUnits => "rack units in steps of 0.5".into(),
            Kind::Kilograms => "kilograms with at most 3 decimals".into(),
            Kind::Choice(choices) => choices.join(", "),
            Kind::List(kind) => format!("list joined by | of: {}", kind.describe()),
            Kind::Tuples(kinds) => {
                let parts: Vec<_> = kinds.iter().map(|kind| kind.describe()).collect();
                format!("list joined by | of parts joined by ':' : {}", parts.join(" : "))
            }
        }
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split('|').map(str::trim).filter(|item| !item.is_empty())
}

fn tuple(item: &str, kinds: &[Kind], style: Style) -> Result<Value, String> {
    // The last part takes what is left, so that only the others cannot have a colon.
    let parts: Vec<&str> = item.splitn(kinds.len(), ':').map(str::trim).collect();
    if parts.len() != kinds.len() || parts.iter().any(|part| part.is_empty()) {
        return Err(format!("has an item '{item}' that is not {} parts joined by ':'", kinds.len()));
    }
    let values = parts.iter().zip(kinds).map(|(part, kind)| {
        kind.value(part, style).map_err(|reason| format!("has a part '{part}' that {reason}"))
    });
    values.collect::<Result<_, _>>().map(Value::List)
}

/// The spelling of the stored enums.
fn spelled(text: &str) -> String {
    text.to_uppercase().replace([' ', '-'], "_")
}

fn choice(text: &str, choices: &[&str]) -> Result<String, String> {
    let spelled = spelled(text);
    if choices.contains(&spelled.as_str()) {
        return Ok(spelled);
    }
    Err(format!("is not one of {}", choices.join(", ")))
}

fn email(text: &str) -> Result<String, String> {
    match text.split_once('@') {
        Some((name, host))
            if !name.is_empty()
                && host.contains('.')
                && !host.contains('@')
                && !text.contains(char::is_whitespace) =>
        {
            Ok(text.to_lowercase())
        }
        _ => Err("is not an e-mail address".into()),
    }
}

fn currency(text: &str) -> Result<String, String> {
    match iso_currency::Currency::from_code(&text.to_ascii_uppercase()) {
        Some(currency) => Ok(currency.code().to_owned()),
        None => Err("is not an ISO 4217 currency code like EUR".into()),
    }
}

fn country(text: &str) -> Result<String, String> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(text.to_ascii_uppercase());
    }
    Err("is not an ISO 3166 country code of two letters like DE".into())
}

fn bounded(text: &str, style: Style, decimals: u32, most: Decimal) -> Result<Decimal, String> {
    let number = cell::decimal(text, style)?.normalize();
    if number.scale() > decimals {
        return Err(format!("has more than {decimals} decimals"));
    }
    if number.abs() > most {
        return Err(format!("is not between -{most} and {most}"));
    }
    Ok(number)
}

fn rate(text: &str, style: Style) -> Result<Decimal, String> {
    let number = bounded(text, style, 9, MOST_RATIO)?;
    if number.abs() > Decimal::ONE {
        return Err("is not between -1 and 1: a ratio is written as a fraction, 0.03 for 3 %".into());
    }
    Ok(number)
}

fn fraction(text: &str, style: Style) -> Result<Decimal, String> {
    let number = bounded(text, style, 9, MOST_RATIO)?;
    if number.is_sign_negative() && !number.is_zero() || number > Decimal::ONE {
        return Err("is not between 0 and 1: a share is written as a fraction, 0.9 for 90 %".into());
    }
    Ok(number)
}

fn quantity(text: &str, style: Style, decimals: u32) -> Result<Decimal, String> {
    let number = bounded(text, style, decimals, MOST_RATIO)?;
    if number.is_sign_negative() && !number.is_zero() {
        return Err("is negative".into());
    }
    Ok(number)
}

fn half_units(text: &str, style: Style) -> Result<i32, String> {
    let halves = quantity(text, style, 9)? * Decimal::TWO;
    if !halves.fract().is_zero() {
        return Err("is not a multiple of 0.5 rack units".into());
    }
    i32::try_from(halves)
        .ok()
        .filter(|halves| *halves <= 400)
        .ok_or_else(|| "is more than 200 rack units".into())
}

fn grams(text: &str, style: Style) -> Result<i64, String> {
    let grams = quantity(text, style, 3).map_err(|reason| {
        if reason.ends_with("decimals") {
            "has more than 3 decimals: a gram is the least".into()
        } else {
            reason
        }
    })? * Decimal::ONE_THOUSAND;
    i64::try_from(grams).map_err(|_| "is too large".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: Kind, text: &str) -> Result<Cell, String> {
        Column::optional("column", kind, "", "").read(text, Style::default())
    }

    fn number(text: &str) -> Value {
        Value::Decimal(text.parse().expect("a number"))
    }

    #[test]
    fn a_given_cell_has_its_kinds_value() {
        let day = NaiveDate::from_ymd_opt(2027, 1, 31).expect("a day");
        let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc();
        let text = |text: &str| Value::Text(text.into());
        for (kind, cell, expected) in [
            (Kind::Text, " Nürnberg ", text("Nürnberg")),
            (Kind::Text, "'=SUM", text("=SUM")),
            (Kind::Text, "'s-Gravenhage", text("'s-Gravenhage")),
            (Kind::Identifier, "007", text("007")),
            (Kind::Email, "Ada@Example.com", text("ada@example.com")),
            (Kind::Date, "2027-01-31", Value::Date(day)),
            (Kind::Moment, "2027-01-31T01:00:00+01:00", Value::Moment(midnight)),
            (Kind::Boolean, "yes", Value::Boolean(true)),
            (Kind::Currency, "eur", text("EUR")),
            (Kind::Country, "na", text("NA")),
            (Kind::TimeZone, "Europe/Berlin", text("Europe/Berlin")),
            (Kind::Integer { least: 0, most: 3 }, "3", Value::Integer(3)),
            (Kind::Money, "1200.500000", number("1200.5")),
            (Kind::Money, "-12", number("-12")),
            (Kind::Rate, "0.03", number("0.03")),
            (Kind::Rate, "1", number("1")),
            (Kind::Fraction, "0.9", number("0.9")),
            (Kind::Fraction, "0", number("0")),
            (Kind::Quantity, "4.5", number("4.5")),
            (Kind::HalfUnits, "1.5", Value::Integer(3)),
            (Kind::Kilograms, "1.234", Value::Grams(1_234)),
            (Kind::Choice(&["DATA_CENTER", "EDGE"]), "data center", text("DATA_CENTER")),
            (Kind::Choice(&["NONE", "CPI"]), "none", text("NONE")),
            (Kind::List(&Kind::Text), "a | b|", Value::List(vec![text("a"), text("b")])),
            (
                Kind::Tuples(&[Kind::Integer { least: 0, most: 9 }, Kind::Text]),
                "3:a:b",
                Value::List(vec![Value::List(vec![Value::Integer(3), text("a:b")])]),
            ),
        ] {
            assert_eq!(read(kind, cell), Ok(Cell::Given(expected)), "{cell}");
        }
    }

    #[test]
    fn what_breaks_a_rule_is_refused_with_it() {
        for (kind, cell, expected) in [
            (Kind::Text, "#REF!", "is the error of a formula"),
            (
                Kind::Identifier,
                "1.23E+11",
                "is a number that a spreadsheet has shortened: format the column as text",
            ),
            (Kind::Email, "ada", "is not an e-mail address"),
            (Kind::Currency, "EURO", "is not an ISO 4217 currency code like EUR"),
            (Kind::Country, "Germany", "is not an ISO 3166 country code of two letters like DE"),
            (Kind::TimeZone, "CET+1", "is not a time zone like Europe/Berlin"),
            (Kind::Money, "0.0000001", "has more than 6 decimals"),
            (Kind::Money, "9300000000000", "is not between -9223372000000 and 9223372000000"),
            (Kind::Rate, "3", "is not between -1 and 1: a ratio is written as a fraction, 0.03 for 3 %"),
            (Kind::Rate, "0.0000000001", "has more than 9 decimals"),
            (Kind::Fraction, "90", "is not between 0 and 1: a share is written as a fraction, 0.9 for 90 %"),
            (
                Kind::Fraction,
                "-0.5",
                "is not between 0 and 1: a share is written as a fraction, 0.9 for 90 %",
            ),
            (Kind::Quantity, "-1", "is negative"),
            (Kind::HalfUnits, "1.25", "is not a multiple of 0.5 rack units"),
            (Kind::HalfUnits, "500", "is more than 200 rack units"),
            (Kind::Kilograms, "1.2345", "has more than 3 decimals: a gram is the least"),
            (Kind::Choice(&["A", "B"]), "C", "is not one of A, B"),
            (Kind::List(&Kind::Integer { least: 0, most: 3 }), "1|9", "is not between 0 and 3"),
            (
                Kind::Tuples(&[Kind::Text, Kind::Text]),
                "a",
                "has an item 'a' that is not 2 parts joined by ':'",
            ),
            (
                Kind::Tuples(&[Kind::Integer { least: 0, most: 3 }, Kind::Text]),
                "x:a",
                "has a part 'x' that is not a number",
            ),
        ] {
            assert_eq!(read(kind, cell), Err(expected.to_owned()), "{cell}");
        }
    }

    #[test]
    fn missing_is_not_zero_and_not_a_word() {
        assert_eq!(read(Kind::Money, "  "), Ok(Cell::Missing));
        assert_eq!(read(Kind::Money, "N/A"), Ok(Cell::Placeholder("is read as not given".into())));
        assert_eq!(
            read(Kind::Serial, "To be filled by O.E.M."),
            Ok(Cell::Placeholder("is no serial number and read as not given".into()))
        );
        assert_eq!(
            read(Kind::Serial, "1.23E+11"),
            Ok(Cell::Lost("is a number that a spreadsheet has shortened: the serial is left out".into()))
        );
        for date in ["9999-12-31", "1900-01-01", "1970-01-01"] {
            let lost = Cell::Lost("is a placeholder and read as not given".into());
            assert_eq!(read(Kind::Date, date), Ok(lost), "{date}");
        }
    }

    #[test]
    fn a_formula_is_kept_as_text_with_a_warning() {
        let doubtful = Cell::Doubtful(Value::Text("=A1".into()), "looks like a formula, kept as text".into());
        assert_eq!(read(Kind::Text, "=A1"), Ok(doubtful));
    }
}
