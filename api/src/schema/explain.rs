//! How a computed figure came about.

use async_graphql::SimpleObject;
use forecasting::explain;

/// How a computed figure came about, in words that a reader can check.
#[derive(Clone, Debug, Default, PartialEq, Eq, SimpleObject)]
pub struct Explanation {
    /// The formula.
    pub formula: String,
    /// What went into the formula, in its order.
    pub inputs: Vec<ExplanationInput>,
    /// What was taken for granted; each is a sentence.
    pub assumptions: Vec<String>,
    /// What was left out, and why.
    pub excluded: Vec<String>,
    /// Whether anything in it is an estimate, such as an index that is not published yet.
    pub estimated: bool,
}

/// One input of a computed figure.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct ExplanationInput {
    /// What it is, with its unit.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Explanation {
    /// The same, with what was left out.
    #[must_use]
    pub fn without(mut self, excluded: impl IntoIterator<Item = String>) -> Self {
        self.excluded.extend(excluded);
        self
    }
}

impl From<explain::Explanation> for Explanation {
    fn from(explanation: explain::Explanation) -> Self {
        let inputs = explanation.inputs.into_iter();
        Self {
            formula: explanation.formula.to_owned(),
            inputs: inputs
                .map(|input| ExplanationInput { name: input.name.to_owned(), value: input.value })
                .collect(),
            assumptions: explanation.assumptions.into_iter().collect(),
            excluded: Vec::new(),
            estimated: explanation.estimated,
        }
    }
}
