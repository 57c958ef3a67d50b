//! Values on the wire: ids that carry their kind, dates, months and money.

use std::{fmt, ops::Deref};

use async_graphql::{
    InputObject, InputType, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
    registry::Registry,
};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    id::EntityId,
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::error::{Error, Result};

/// An id on the wire: the kind, an underscore and 32 hexadecimal digits, so that a wrong kind is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Id<I>(pub I);

impl<I: EntityId> Id<I> {
    /// Reads an id, refusing those of another kind.
    ///
    /// # Errors
    /// A sentence that names the value and the kind that was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, digits) = text.rsplit_once('_').ok_or_else(|| format!("`{text}` is not an id"))?;
        if kind != I::KIND {
            return Err(format!("`{text}` is the id of {}, not of {}", one(kind), one(I::KIND)));
        }
        let uuid = Uuid::try_parse(digits).map_err(|_| format!("`{text}` is not an id"))?;
        Ok(Self(I::from_uuid(uuid)))
    }
}

/// A kind of row in words, with its article: `an exchange rate`.
#[must_use]
pub fn one(kind: &str) -> String {
    let sounds_open = kind.starts_with(['a', 'e', 'i', 'o']);
    format!("{} {}", if sounds_open { "an" } else { "a" }, kind.replace('_', " "))
}

impl<I: EntityId> fmt::Display for Id<I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}_{}", I::KIND, self.0.uuid().simple())
    }
}

impl<I> Deref for Id<I> {
    type Target = I;
    fn deref(&self) -> &I {
        &self.0
    }
}

impl<I: EntityId> From<I> for Id<I> {
    fn from(id: I) -> Self {
        Self(id)
    }
}

impl<I: EntityId> InputType for Id<I> {
    type RawValueType = Self;
    fn type_name() -> std::borrow::Cow<'static, str> {
        "ID".into()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        <async_graphql::ID as InputType>::create_type_info(registry)
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            Some(Value::String(text)) => Self::parse(&text).map_err(InputValueError::custom),
            other => Err(InputValueError::expected_type(other.unwrap_or_default())),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// What text is that should be a date.
const NO_DATE: &str = "is not a date such as 2027-01-31";

/// What text is that should be a month.
const NO_MONTH: &str = "is not a month such as 2027-01";

/// What is wrong with leaving out what is needed.
pub(super) const MISSING: &str = "is missing";

/// What is wrong with null where something is needed.
pub(super) const NULL: &str = "is null, and cannot be";

/// The longest value that is repeated in a message.
const LONGEST_SHOWN: usize = 100;

/// A value as messages show it.
#[must_use]
pub fn shown(text: &str) -> String {
    let mut letters = text.chars();
    let beginning: String = letters.by_ref().take(LONGEST_SHOWN).collect();
    if letters.next().is_some() { format!("`{beginning}…`") } else { format!("`{beginning}`") }
}

/// Whether a number is written with underscores between its digits, which is not how numbers are sent.
fn is_grouped(value: &Value) -> bool {
    matches!(value, Value::String(text) if text.contains('_'))
}

/// A scalar of a list, whose other rows may be good where this one is not: what is wrong with it is kept for whoever asks.
/// The schema lets it be null or left out, as it would refuse all rows otherwise; neither is good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lenient<T>(pub Result<T, String>);

impl<T: InputType> InputType for Lenient<T> {
    type RawValueType = Self;
    fn type_name() -> std::borrow::Cow<'static, str> {
        T::type_name()
    }
    fn qualified_type_name() -> String {
        T::type_name().into_owned()
    }
    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry);
        Self::qualified_type_name()
    }
    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let read = match value {
            None => Err(MISSING.to_owned()),
            Some(Value::Null) => Err(NULL.to_owned()),
            Some(value) => match rule_of(&T::type_name(), &value) {
                Some(rule) => Err(rule),
                None => T::parse(Some(value)).map_err(|_| "cannot be read".to_owned()),
            },
        };
        Ok(Self(read))
    }
    fn to_value(&self) -> Value {
        self.0.as_ref().map(InputType::to_value).unwrap_or_default()
    }
    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// What is wrong with a value that is given for a scalar of this name; nothing when the scalar takes it.
#[must_use]
pub fn rule_of(scalar: &str, value: &Value) -> Option<String> {
    let (is_one, rule) = match scalar {
        "Date" => (<Date as ScalarType>::parse(value.clone()).is_ok(), NO_DATE),
        "Month" => (<Month as ScalarType>::parse(value.clone()).is_ok(), NO_MONTH),
        "DateTime" => (
            <Moment as ScalarType>::parse(value.clone()).is_ok(),
            "is not a moment such as 2027-01-31T09:00:00Z",
        ),
        "Decimal" => (
            <Decimal as ScalarType>::parse(value.clone()).is_ok() && !is_grouped(value),
            "is not a decimal number such as \"1234.56\", of at most 28 digits",
        ),
        "Int" => (<i32 as ScalarType>::parse(value.clone()).is_ok(), "is not a whole number of 32 bits"),
        "Boolean" => (matches!(value, Value::Boolean(_)), "is neither true nor false"),
        "String" => (matches!(value, Value::String(_)), "is not text in quotes"),
        "ID" => (matches!(value, Value::String(_)), "is not an id, which is text"),
        _ => (true, ""),
    };
    let given = match value {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    };
    (!is_one).then(|| format!("{given} {rule}"))
}

/// A calendar date without a time zone: `"2027-01-31"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub NaiveDate);

/// A calendar date without a time zone, as `"2027-01-31"`.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .filter(|_| text.len() == 10)
            .map(Self)
            .ok_or_else(|| InputValueError::custom(format!("{} {NO_DATE}", shown(text))))
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A calendar month: `"2027-01"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub forecasting::month::Month);

/// A calendar month, as `"2027-01"`.
#[Scalar]
impl ScalarType for Month {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        text.parse().map(Self).map_err(|_| InputValueError::custom(format!("{} {NO_MONTH}", shown(text))))
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

impl From<Date> for NaiveDate {
    fn from(date: Date) -> Self {
        date.0
    }
}

impl From<NaiveDate> for Date {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

/// An amount of money: a decimal number and its currency. Never a float.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct Money {
    /// The amount in units of the currency, as a string: `"18778.92"`.
    pub amount: Decimal,
    /// The ISO 4217 code of the currency: `"USD"`.
    pub currency: String,
}

impl Money {
    /// Money from the column pair of a row.
    #[must_use]
    pub fn of(amount: Amount, currency: &str) -> Self {
        Self { amount: plain(amount.to_decimal()), currency: currency.to_owned() }
    }
}

/// Drops zeros behind the second decimal, so that 42000.000000 reads 42000.00 and 0.085 stays.
#[must_use]
pub fn plain(amount: Decimal) -> Decimal {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount
}

/// An amount of money given by a client.
#[derive(Clone, Debug, InputObject)]
pub struct MoneyInput {
    /// The amount in units of the currency, with at most six decimals.
    pub amount: Decimal,
    /// The ISO 4217 code of the currency: `"USD"`.
    pub currency: String,
}

impl MoneyInput {
    /// The column pair, checked.
    ///
    /// # Errors
    /// `Invalid` for more than six decimals, an amount out of range or a currency that is not one.
    pub fn columns(&self, field: &str) -> Result<(Amount, String)> {
        Ok((
            amount(self.amount, &format!("{field}.amount"))?,
            currency(&self.currency, &format!("{field}.currency"))?,
        ))
    }
}

/// A decimal as a money column holds it.
///
/// # Errors
/// `Invalid` naming `field` for more than six decimals or an amount out of range.
pub fn amount(value: Decimal, field: &str) -> Result<Amount> {
    Amount::try_from_decimal(value).map_err(|cause| Error::invalid(field, cause))
}

/// A decimal as a ratio column holds it.
///
/// # Errors
/// `Invalid` naming `field` for more than nine decimals or a number out of range.
pub fn rate(value: Decimal, field: &str) -> Result<Rate> {
    Rate::try_from_decimal(value).map_err(|cause| Error::invalid(field, cause))
}

/// A currency code, checked against ISO 4217.
///
/// # Errors
/// `Invalid` naming `field` and the value.
pub fn currency(code: &str, field: &str) -> Result<String> {
    match iso_currency::Currency::from_code(code) {
        Some(currency) => Ok(currency.code().to_owned()),
        None => Err(Error::invalid(field, format!("`{code}` is not a currency of ISO 4217"))),
    }
}

/// A moment on the wire.
pub type Moment = DateTime<Utc>;
