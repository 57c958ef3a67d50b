//! A report as one value of typed cells, which three writers write: CSV, XLSX and JSON.
//!
//! A report is built once, from one snapshot, with all that is hidden from its reader left out already. The writers
//! decide nothing: whatever a reader takes out of one file is in the others, to the cent.

pub mod csv;
pub mod json;
pub mod xlsx;

use std::borrow::Cow;

use chrono::NaiveDate;
pub use forecasting::money::Currency;
use forecasting::{money::Money, month::Month};
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::store::hex;

/// A value of a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words, never a formula.
    Text(String),
    /// An amount, exactly as it is written.
    Money(Money),
    /// A ratio or a quantity.
    Number(Decimal),
    /// A whole number.
    Whole(i64),
    /// A day.
    Date(NaiveDate),
    /// A month.
    Month(Month),
    /// Yes or no.
    Flag(bool),
    /// Nothing, and why; without a reason where there is nothing to be expected.
    Blank(Cow<'static, str>),
}

impl Cell {
    /// Nothing, where nothing is to be expected.
    #[must_use]
    pub fn none() -> Self {
        Self::Blank(Cow::Borrowed(""))
    }

    /// Words.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// An amount with the decimals of its currency, and more where it has more.
    #[must_use]
    pub fn money(amount: Decimal, currency: Currency) -> Self {
        Self::Money(Money::new(amount, currency).in_minor_units())
    }

    /// A number of things.
    #[must_use]
    pub fn count(number: impl TryInto<i64>) -> Self {
        Self::Whole(number.try_into().unwrap_or(i64::MAX))
    }

    /// What is there, or nothing.
    #[must_use]
    pub fn any<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or_else(Self::none, cell)
    }

    /// Why there is nothing, where something could be expected.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Blank(reason) if !reason.is_empty() => Some(reason),
            _ => None,
        }
    }

    /// The value as text, exactly.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Money(money) => money.amount.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Month(month) => month.to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Blank(_) => String::new(),
        }
    }
}

/// What the cells below one another are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// A property, by its name for programs: `order_by`.
    Field(&'static str),
    /// A period, by its name: `FY27 Q1`.
    Period(String),
    /// A month.
    Month(Month),
}

impl Column {
    /// The name, as CSV and JSON have it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Field(name) => (*name).to_owned(),
            Self::Period(name) => name.clone(),
            Self::Month(month) => month.to_string(),
        }
    }

    /// The name for people: `Order by`.
    #[must_use]
    pub fn heading(&self) -> String {
        let name = self.name();
        match self {
            Self::Field(_) => {
                let words = name.replace('_', " ");
                let (first, rest) = words.split_at(words.len().min(1));
                first.to_uppercase() + rest
            }
            Self::Period(_) | Self::Month(_) => name,
        }
    }
}

/// A line of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whether it is a sum of others, which stands below them.
    pub is_total: bool,
    /// A cell for each column of the report.
    pub cells: Vec<Cell>,
}

impl Row {
    /// A line of its own.
    #[must_use]
    pub fn line(cells: Vec<Cell>) -> Self {
        Self { is_total: false, cells }
    }

    /// A sum of others.
    #[must_use]
    pub fn total(cells: Vec<Cell>) -> Self {
        Self { is_total: true, cells }
    }

    /// Why cells are blank, each reason once.
    #[must_use]
    pub fn remarks(&self) -> Vec<&str> {
        let mut remarks: Vec<&str> = Vec::new();
        for reason in self.cells.iter().filter_map(Cell::reason) {
            if !remarks.contains(&reason) {
                remarks.push(reason);
            }
        }
        remarks
    }
}

/// Rows that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What they are, in at most 31 letters.
    pub name: &'static str,
    /// The rows, sums last.
    pub rows: Vec<Row>,
}

/// A report, whatever it is written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Its name for programs, with which its files begin.
    pub name: &'static str,
    /// What it is.
    pub title: &'static str,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// Equal for equal inputs.
    pub fingerprint: String,
    /// What was asked, whether it was said or taken for granted.
    pub question: Vec<(&'static str, Cell)>,
    /// The columns of all sheets.
    pub columns: Vec<Column>,
    /// The rows, sheet by sheet.
    pub sheets: Vec<Sheet>,
    /// How the figures came about.
    pub formulas: Vec<String>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What was left out, and why.
    pub excluded: Vec<String>,
}

impl Report {
    /// The same with a fingerprint of all that it says.
    #[must_use]
    pub fn fingerprinted(mut self) -> Self {
        self.fingerprint = String::new();
        let said = json::written(&self).unwrap_or_default();
        self.fingerprint = hex(&Sha256::digest(said));
        self
    }

    /// What to call a file of it, without its ending.
    #[must_use]
    pub fn file_stem(&self) -> String {
        format!("{}-{}", self.name, self.as_of)
    }

    /// How many rows all sheets have.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.sheets.iter().map(|sheet| sheet.rows.len()).sum()
    }
}
