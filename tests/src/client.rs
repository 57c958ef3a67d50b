//! Asking the application something as somebody.

use std::{fmt::Write as _, panic::Location};

use api::{access::Caller, schema::PlinthSchema, store::Store};
use async_graphql::{Request, Variables};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// One caller, asking.
#[derive(Clone)]
pub struct Client {
    schema: PlinthSchema,
    store: Store,
    caller: Option<Caller>,
}

/// An error that a request was answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// From the closed list: `NOT_FOUND`, `INVALID`, …
    pub code: String,
    /// What people read.
    pub message: String,
    /// The input field at fault, empty where there is none.
    pub field: String,
}

impl Client {
    pub(crate) fn new(schema: PlinthSchema, store: Store, caller: Option<Caller>) -> Self {
        Self { schema, store, caller }
    }

    /// The same caller at another moment.
    #[must_use]
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        if let Some(caller) = &mut self.caller {
            caller.now = now;
        }
        self
    }

    /// Asks, and returns `data`.
    ///
    /// # Panics
    /// When the answer has errors, with all of them.
    #[track_caller]
    pub fn query(&self, text: &str) -> impl Future<Output = Value> {
        self.query_with(text, json!({}))
    }

    /// Asks with variables, and returns `data`.
    ///
    /// # Panics
    /// When the answer has errors, with all of them.
    #[track_caller]
    pub fn query_with(&self, text: &str, variables: Value) -> impl Future<Output = Value> {
        let asked_at = Location::caller();
        async move {
            let mut answer = self.answer(text, variables).await;
            if let Some(errors) = answer["errors"].as_array() {
                panic!("{asked_at}: this was refused:\n{text}{}", describe(errors));
            }
            answer["data"].take()
        }
    }

    /// Asks, and returns the one error with the code `code`.
    ///
    /// # Panics
    /// When there is no error, others beside it, or one with another code.
    #[track_caller]
    pub fn expect_error(&self, text: &str, code: &str) -> impl Future<Output = Refusal> {
        self.expect_error_with(text, json!({}), code)
    }

    /// As [`Client::expect_error`], with variables.
    ///
    /// # Panics
    /// As [`Client::expect_error`].
    #[track_caller]
    pub fn expect_error_with(
        &self,
        text: &str,
        variables: Value,
        code: &str,
    ) -> impl Future<Output = Refusal> {
        let asked_at = Location::caller();
        async move {
            let answer = self.answer(text, variables).await;
            let errors = answer["errors"].as_array().map_or(&[][..], Vec::as_slice);
            match errors {
                [error] if error["extensions"]["code"] == code => Refusal {
                    code: code.to_owned(),
                    message: error["message"].as_str().unwrap_or_default().to_owned(),
                    field: error["extensions"]["field"].as_str().unwrap_or_default().to_owned(),
                },
                [] => panic!("{asked_at}: expected {code}, got an answer:\n{text}\n{answer:#}"),
                _ => panic!("{asked_at}: expected {code}, got:\n{text}{}", describe(errors)),
            }
        }
    }

    /// Asks, and returns how many SQL statements the answer took. The test must ask nothing else meanwhile.
    ///
    /// # Panics
    /// When the answer has errors, with all of them.
    pub async fn statements(&self, text: &str) -> u64 {
        let before = self.store.statements();
        self.query(text).await;
        self.store.statements() - before
    }

    /// As [`Client::statements`], once the server has read what it keeps between questions: asks twice, and counts the
    /// second time.
    ///
    /// # Panics
    /// When the answer has errors, with all of them.
    pub async fn statements_again(&self, text: &str) -> u64 {
        self.query(text).await;
        self.statements(text).await
    }

    /// Subscribes where no answer can follow, and returns the first one.
    ///
    /// # Panics
    /// When there is none.
    pub async fn first_answer(&self, text: &str) -> Value {
        let mut request = Request::new(text);
        if let Some(caller) = &self.caller {
            request = request.data(caller.clone());
        }
        let response = match self.schema.open(request) {
            Ok(operation) => operation.first_answer().await.expect("something is answered"),
            Err(refusal) => *refusal,
        };
        serde_json::to_value(response).expect("an answer is JSON")
    }

    /// Asks, and returns the whole answer with `data`, `errors` and `extensions`, as it goes over the wire.
    pub async fn answer(&self, text: &str, variables: Value) -> Value {
        let mut request = Request::new(text).variables(Variables::from_json(variables));
        if let Some(caller) = &self.caller {
            request = request.data(caller.clone());
        }
        let response = self.schema.execute(request).await;
        serde_json::to_value(response).expect("an answer is JSON")
    }
}

fn describe(errors: &[Value]) -> String {
    errors.iter().fold(String::new(), |mut lines, error| {
        let _ = write!(lines, "\n{} {}", error["message"], error["extensions"]);
        lines
    })
}
