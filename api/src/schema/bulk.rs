//! Changes of many rows in one request, with a result for each.

use async_graphql::SimpleObject;

use super::record::{Noun, Record};
use crate::{
    error::{Error, Result},
    store::Tx,
};

/// Rows that one request may change.
pub const MOST_ROWS: usize = 1_000;

/// Why one row of a bulk change was refused. The other rows are not touched by it.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct RowError {
    /// The code, from the same list as the codes of whole requests.
    pub code: String,
    /// The input field at fault, where there is one.
    pub field: Option<String>,
    /// The value and the rule.
    pub message: String,
}

impl From<Error> for RowError {
    fn from(error: Error) -> Self {
        let field = error.field().map(str::to_owned);
        let message = match &error {
            Error::Invalid { message, .. } | Error::TooMuch { message, .. } => message.clone(),
            other => other.to_string(),
        };
        Self { code: error.code().to_owned(), field, message }
    }
}

/// What became of one row: areas turn it into a type that names their noun.
pub struct Row<N> {
    /// The place of the row in the input, from 0.
    pub index: i32,
    /// The row as it is now, or why it was refused.
    pub outcome: Result<N, RowError>,
}

impl<N> Row<N> {
    /// The index, the object where the row was written, and the error where it was not.
    pub fn parts(self) -> (i32, Option<N>, Option<RowError>) {
        match self.outcome {
            Ok(object) => (self.index, Some(object), None),
            Err(error) => (self.index, None, Some(error)),
        }
    }
}

/// Refuses an empty list of rows, and one that is longer than a request may change.
///
/// # Errors
/// `Invalid` for no rows, `LimitExceeded` for too many.
pub fn require_rows(field: &str, count: usize) -> Result<()> {
    if count == 0 {
        return Err(Error::invalid(field, "has no rows"));
    }
    if count > MOST_ROWS {
        let message = format!("{count} rows are more than the {MOST_ROWS} of one request");
        return Err(Error::TooMuch { field: field.to_owned(), message });
    }
    Ok(())
}

/// Runs `work` for every input by itself: what is refused undoes only its own row.
///
/// # Errors
/// A fault of ours or of the database ends the whole change; then nothing has changed.
pub async fn each<I, M>(
    tx: &Tx,
    inputs: Vec<I>,
    work: impl AsyncFn(&Tx, I) -> Result<M>,
) -> Result<Vec<Result<M, RowError>>> {
    let mut outcomes = Vec::with_capacity(inputs.len());
    for input in inputs {
        outcomes.push(match tx.attempt(async |tx| work(tx, input).await).await {
            Ok(model) => Ok(model),
            Err(fault @ (Error::Unavailable(_) | Error::Internal(_))) => return Err(fault),
            Err(refusal) => Err(refusal.into()),
        });
    }
    Ok(outcomes)
}

/// The outcomes as objects that read what they are related to together.
pub fn rows<N: Noun>(
    outcomes: Vec<Result<<N::Entity as sea_orm::EntityTrait>::Model, RowError>>,
) -> Vec<Row<N>> {
    let mut models = Vec::new();
    let mut refusals = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        refusals.push(outcome.map(|model| models.push(model)).err());
    }
    let mut records = Record::all_whole(models).into_iter();
    let rows = refusals.into_iter().zip(0..).filter_map(|(refusal, index)| {
        let outcome = match refusal {
            Some(error) => Err(error),
            None => Ok(N::from(records.next()?)),
        };
        Some(Row { index, outcome })
    });
    rows.collect()
}
