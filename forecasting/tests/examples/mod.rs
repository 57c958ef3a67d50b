//! Reads the worked examples and remembers which were asserted.

pub mod books;
pub mod budget;
pub mod calendar;
pub mod capacity;
pub mod colocation;
pub mod deferral;
pub mod depreciation;
pub mod levelling;
pub mod refresh;
pub mod roadmap;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;

/// The worked examples by id.
pub struct Examples {
    values: serde_json::Map<String, Value>,
    asserted: RefCell<BTreeSet<String>>,
}

impl Examples {
    /// Reads `golden.json` from the design beside the workspace.
    pub fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/design/golden.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("the worked examples are expected at {}, beside the workspace: {error}", path.display())
        });
        let values = serde_json::from_str(&text).expect("golden.json is an object");
        Self { values, asserted: RefCell::default() }
    }

    /// The value of an id, which thereby counts as asserted.
    pub fn value(&self, id: &str) -> &Value {
        self.asserted.borrow_mut().insert(id.to_owned());
        self.values.get(id).unwrap_or_else(|| panic!("golden.json has no {id}"))
    }

    /// A figure.
    pub fn decimal(&self, id: &str) -> Decimal {
        decimal(self.value(id))
    }

    /// A list of figures.
    pub fn decimals(&self, id: &str) -> Vec<Decimal> {
        self.value(id).as_array().expect("a list").iter().map(decimal).collect()
    }

    /// A date.
    pub fn date(&self, id: &str) -> NaiveDate {
        date(self.value(id).as_str().expect("a date"))
    }

    /// Ids that begin with one of the prefixes and were never asked for.
    pub fn not_asserted(&self, prefixes: &[&str]) -> Vec<&String> {
        let asserted = self.asserted.borrow();
        let concerned = |id: &&String| prefixes.iter().any(|prefix| id.starts_with(prefix));
        self.values.keys().filter(concerned).filter(|id| !asserted.contains(*id)).collect()
    }
}

/// A figure, written as a number or as a string.
pub fn decimal(value: &Value) -> Decimal {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Decimal::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A date, written 2026-01-15.
pub fn date(text: &str) -> NaiveDate {
    NaiveDate::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A decimal, written as such.
pub fn number(text: &str) -> Decimal {
    Decimal::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
