//! The values of one row, taken out by column.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::import::Origin;
use crate::import::columns::{Column, Need, Value};
use crate::import::problem::{Problem, Severity};

/// The values of a row that is becoming a record, and what is wrong with it.
pub(super) struct Cells {
    pub origin: Origin,
    columns: &'static [Column],
    values: Vec<(&'static str, Value)>,
    pub problems: Vec<Problem>,
    /// Columns that were asked for although the noun has none of that name.
    #[cfg(test)]
    pub unknown: Vec<String>,
}

impl Cells {
    pub fn new(origin: Origin, columns: &'static [Column]) -> Self {
        Cells {
            origin,
            columns,
            values: Vec::new(),
            problems: Vec::new(),
            #[cfg(test)]
            unknown: Vec::new(),
        }
    }

    pub fn put(&mut self, column: &Column, value: Option<Value>) {
        if let Some(value) = value {
            self.values.push((column.name, value));
        }
    }

    /// A problem of one cell.
    pub fn remark(&mut self, severity: Severity, column: &Column, text: &str, message: String) {
        self.problems.push(Problem::of_row(&self.origin, severity, message).at(column.name, text));
    }

    /// Leaves the row out for what stands in a column.
    pub fn refuse_cell(&mut self, column: &str, text: &str, message: &str) {
        self.problems.push(Problem::of_row(&self.origin, Severity::Error, message).at(column, text));
    }

    /// Leaves the row out.
    pub fn refuse(&mut self, message: String) {
        self.problems.push(Problem::of_row(&self.origin, Severity::Error, message));
    }

    pub fn is_refused(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// The natural key as texts that are equal when the keys are.
    pub fn key_texts(&self) -> Vec<String> {
        let keys = self.columns.iter().filter(|column| matches!(column.need, Need::Key | Need::KeyPart));
        keys.map(|column| match self.values.iter().find(|(name, _)| *name == column.name) {
            Some((_, value)) => format!("{value:?}"),
            None => String::new(),
        })
        .collect()
    }

    /// Whether a column is filled.
    pub fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(column, _)| *column == name)
    }

    /// Leaves the row out when a column is filled and the one it makes no sense without is not.
    pub fn needs(&mut self, name: &str, other: &str) {
        if self.has(name) && !self.has(other) {
            self.refuse(format!("{name} is given without {other}"));
        }
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        #[cfg(test)]
        if !self.columns.iter().any(|column| column.name == name) {
            self.unknown.push(name.to_owned());
        }
        let at = self.values.iter().position(|(column, _)| *column == name)?;
        Some(self.values.swap_remove(at).1)
    }

    /// Names of the columns that no record has taken.
    #[cfg(test)]
    pub fn left(&self) -> Vec<&'static str> {
        self.values.iter().map(|(name, _)| *name).collect()
    }

    /// A text of the natural key, which is known to be there.
    pub fn key(&mut self, name: &str) -> String {
        self.text(name).unwrap_or_default()
    }

    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn date(&mut self, name: &str) -> Option<NaiveDate> {
        match self.take(name)? {
            Value::Date(date) => Some(date),
            _ => None,
        }
    }

    pub fn moment(&mut self, name: &str) -> Option<DateTime<Utc>> {
        match self.take(name)? {
            Value::Moment(moment) => Some(moment),
            _ => None,
        }
    }

    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Value::Boolean(boolean) => Some(boolean),
            _ => None,
        }
    }

    pub fn integer(&mut self, name: &str) -> Option<i32> {
        match self.take(name)? {
            Value::Integer(integer) => Some(integer),
            _ => None,
        }
    }

    pub fn decimal(&mut self, name: &str) -> Option<Decimal> {
        match self.take(name)? {
            Value::Decimal(decimal) => Some(decimal),
            _ => None,
        }
    }

    pub fn grams(&mut self, name: &str) -> Option<i64> {
        match self.take(name)? {
            Value::Grams(grams) => Some(grams),
            _ => None,
        }
    }

    /// The items of a list; those that `item` does not know are passed over, which the column's kind excludes.
    pub fn list<T>(&mut self, name: &str, item: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
        match self.take(name)? {
            Value::List(items) => Some(items.iter().filter_map(item).collect()),
            _ => None,
        }
    }

    pub fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        self.list(name, |item| match item {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        })
    }

    pub fn integers(&mut self, name: &str) -> Option<Vec<i32>> {
        self.list(name, |item| match item {
            Value::Integer(integer) => Some(*integer),
            _ => None,
        })
    }
}

/// The parts of an item of [`Kind::Tuples`](crate::import::columns::Kind::Tuples).
pub(super) fn parts(item: &Value) -> &[Value] {
    match item {
        Value::List(parts) => parts,
        _ => &[],
    }
}
