//! How a figure came about, in words a reader can check.

use std::collections::BTreeSet;
use std::fmt::Display;

/// The formula, the inputs and the assumptions behind a figure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    /// The formula in words or symbols.
    pub formula: &'static str,
    /// The inputs by name, in the order of the formula.
    pub inputs: Vec<Input>,
    /// What was taken for granted; each is a sentence.
    pub assumptions: BTreeSet<String>,
    /// Whether any input is an estimate, such as an index that is not published yet.
    pub estimated: bool,
}

/// One input of a figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// What it is, with its unit.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

impl Explanation {
    /// An explanation that has its formula only.
    pub fn new(formula: &'static str) -> Self {
        Self { formula, ..Self::default() }
    }

    /// With one more input.
    #[must_use]
    pub fn input(mut self, name: &'static str, value: impl Display) -> Self {
        self.inputs.push(Input { name, value: value.to_string() });
        self
    }

    /// With one more assumption.
    #[must_use]
    pub fn assume(mut self, assumption: impl Into<String>) -> Self {
        self.assumptions.insert(assumption.into());
        self
    }

    /// With one more assumption that makes the figure an estimate.
    #[must_use]
    pub fn estimate(mut self, assumption: impl Into<String>) -> Self {
        self.estimated = true;
        self.assume(assumption)
    }
}
