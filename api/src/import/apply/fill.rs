//! From what a file says to the columns of a row.

use entity::money::{Amount, Rate};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ActiveValue, Value};

use super::known::Known;
use crate::error::{Error, Result};

/// What a record is filled from besides itself, and what had to be assumed or left out.
#[derive(Debug)]
pub struct Filling<'a> {
    pub known: &'a Known,
    /// Columns that the file says nothing about, and the value they have got.
    pub assumed: Vec<(&'static str, String)>,
    /// Things worth knowing about this one record.
    pub remarks: Vec<(&'static str, String)>,
    /// Things about it that are taken, but probably wrong.
    pub doubts: Vec<(&'static str, String)>,
}

impl<'a> Filling<'a> {
    pub fn new(known: &'a Known) -> Self {
        Self { known, assumed: Vec::new(), remarks: Vec::new(), doubts: Vec::new() }
    }

    /// Gives a column of a new row a value that the file should have given, and says so.
    pub fn assume<T>(&mut self, name: &'static str, column: &mut ActiveValue<T>, value: T)
    where
        T: Into<Value> + ActiveEnum<Value = String>,
    {
        if column.is_not_set() {
            self.assumed.push((name, value.to_value()));
            *column = ActiveValue::Set(value);
        }
    }

    /// [`Filling::assume`] for a text.
    pub fn assume_text(&mut self, name: &'static str, column: &mut ActiveValue<String>, value: &str) {
        if column.is_not_set() {
            self.assumed.push((name, value.to_owned()));
            *column = ActiveValue::Set(value.to_owned());
        }
    }
}

/// Writes a column that always has a value, where the file has one.
pub fn put<T: Into<Value> + PartialEq>(column: &mut ActiveValue<T>, given: Option<T>) {
    if let Some(value) = given {
        column.set_if_not_equals(value);
    }
}

/// Writes a column that may be empty, where the file has a value.
pub fn put_any<T>(column: &mut ActiveValue<Option<T>>, given: Option<T>)
where
    Option<T>: Into<Value> + PartialEq,
{
    if given.is_some() {
        column.set_if_not_equals(given);
    }
}

/// Gives a column of a new row the value that it usually has.
pub fn usual<T: Into<Value>>(column: &mut ActiveValue<T>, value: T) {
    if column.is_not_set() {
        *column = ActiveValue::Set(value);
    }
}

/// A choice, which the parser has held to the spellings.
///
/// # Errors
/// `Invalid` for another spelling.
pub fn choice<T: ActiveEnum<Value = String>>(column: &str, given: Option<&String>) -> Result<Option<T>> {
    let known = |text: &String| {
        T::try_from_value(text).map_err(|_| Error::invalid(column, format!("'{text}' is not a choice")))
    };
    given.map(known).transpose()
}

/// Choices of a list.
///
/// # Errors
/// As [`choice`].
pub fn choices<T: ActiveEnum<Value = String>>(column: &str, given: &[String]) -> Result<Vec<T>> {
    given.iter().filter_map(|text| choice(column, Some(text)).transpose()).collect()
}

/// An amount of money.
///
/// # Errors
/// `Invalid` for one that the store cannot hold.
pub fn amount(column: &str, given: Option<Decimal>) -> Result<Option<Amount>> {
    given.map(Amount::try_from_decimal).transpose().map_err(|cause| Error::invalid(column, cause))
}

/// A ratio or a quantity.
///
/// # Errors
/// `Invalid` for one that the store cannot hold.
pub fn rate(column: &str, given: Option<Decimal>) -> Result<Option<Rate>> {
    given.map(Rate::try_from_decimal).transpose().map_err(|cause| Error::invalid(column, cause))
}
