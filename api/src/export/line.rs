//! What every row of an export has: one text for each column of the noun's file, as the import reads it.

use entity::money::{Amount, Rate};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, prelude::Date};

use super::labels::Labels;
use crate::import::csv::Noun;

/// The cells of a row by the name of their column, in the order of the columns.
pub type Line = Vec<(&'static str, String)>;

/// A row that can be exported.
pub trait Exportable {
    const NOUN: Noun;

    /// Its cells. What it refers to is asked of `labels`.
    fn cells(&self, labels: &mut Labels) -> Line;
}

/// A value as the import reads it back.
pub trait Cell {
    fn cell(&self) -> String;
}

/// A text, empty where there is none.
pub fn text(value: &Option<String>) -> String {
    value.clone().unwrap_or_default()
}

/// A value, empty where there is none.
pub fn any<T: Cell>(value: &Option<T>) -> String {
    value.as_ref().map(Cell::cell).unwrap_or_default()
}

/// A choice.
pub fn choice<T: ActiveEnum<Value = String>>(value: &T) -> String {
    value.to_value()
}

/// A choice, empty where there is none.
pub fn any_choice<T: ActiveEnum<Value = String>>(value: &Option<T>) -> String {
    value.as_ref().map(ActiveEnum::to_value).unwrap_or_default()
}

/// Choices of a list.
pub fn choices<T: ActiveEnum<Value = String>>(values: &[T]) -> String {
    list(values.iter().map(ActiveEnum::to_value))
}

/// Items of a list.
pub fn list(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join("|")
}

/// Half units as units: 3 is 1.5.
pub fn units(half_units: i32) -> String {
    Decimal::new(i64::from(half_units) * 5, 1).normalize().to_string()
}

/// Grams as kilograms.
pub fn kilograms(grams: i64) -> String {
    Decimal::new(grams, 3).normalize().to_string()
}

/// A month.
pub fn month(day: Date) -> String {
    day.format("%Y-%m").to_string()
}

impl Cell for Amount {
    fn cell(&self) -> String {
        self.to_string()
    }
}

impl Cell for Rate {
    fn cell(&self) -> String {
        self.to_string()
    }
}

impl Cell for Decimal {
    fn cell(&self) -> String {
        self.normalize().to_string()
    }
}

impl Cell for Date {
    fn cell(&self) -> String {
        self.to_string()
    }
}

impl Cell for i32 {
    fn cell(&self) -> String {
        self.to_string()
    }
}

impl Cell for bool {
    fn cell(&self) -> String {
        self.to_string()
    }
}
