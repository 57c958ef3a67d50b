//! The messages of `graphql-transport-ws`.

use async_graphql::{Request, Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromClient {
    /// It begins, and may show a token.
    ConnectionInit {
        /// What it brings.
        payload: Option<Map<String, Value>>,
    },
    /// It asks for something.
    Subscribe {
        /// How it calls the operation.
        id: String,
        /// What it asks.
        payload: Box<Request>,
    },
    /// It wants no more of an operation.
    Complete {
        /// Of which.
        id: String,
    },
    /// It asks whether we are there.
    Ping {},
    /// It is there.
    Pong {},
}

/// What a client is told.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ToClient<'a> {
    /// It may ask.
    ConnectionAck,
    /// An answer of an operation.
    Next {
        /// Of which.
        id: &'a str,
        /// The answer.
        payload: &'a Response,
    },
    /// An operation was refused, or failed as a whole. Nothing of it follows.
    Error {
        /// Which.
        id: &'a str,
        /// Why.
        payload: &'a [ServerError],
    },
    /// Nothing of an operation follows.
    Complete {
        /// Of which.
        id: &'a str,
    },
    /// We are here.
    Pong,
}

impl ToClient<'_> {
    /// As it is sent.
    pub(super) fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// What is wrong with a message, in a few words.
pub(super) fn fault(text: &[u8], cause: &serde_json::Error) -> String {
    let known = ["connection_init", "subscribe", "complete", "ping", "pong"];
    let given = serde_json::from_slice::<Value>(text).ok();
    let word = given.as_ref().and_then(|message| message.get("type")).and_then(Value::as_str);
    match word {
        Some(word) if known.contains(&word) => format!("this is no message `{word}`: {cause}"),
        Some(_) => format!("the type of a message is one of {}", known.join(", ")),
        None => "a message is a JSON object with a `type`".to_owned(),
    }
}

/// The token that the first message brings, where it brings one.
pub(super) fn token(payload: Option<&Map<String, Value>>) -> Option<&str> {
    let mut fields = payload?.iter();
    fields.find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?.1.as_str()
}
