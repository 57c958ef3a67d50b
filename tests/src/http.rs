//! The server of one test, spoken to over HTTP.

use std::net::SocketAddr;

use api::{
    access::{
        Role,
        token::{self, Claims, Verifier},
    },
    config::{Limits, SocketSettings},
    server::{self, App, Stopper},
    store::Store,
};
use chrono::Duration;
use reqwest::{RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use crate::{app::now, socket::Socket};

/// What the tokens of tests are signed with.
pub const SECRET: &[u8] = b"a secret of tests, longer than thirty-two bytes";

/// The issuer and the audience that tokens of tests name.
pub const PARTIES: (&str, &str) = ("plinth", "plinth");

/// A server in this process, on a port that was free.
pub struct Server {
    address: SocketAddr,
    stopper: Stopper,
    http: reqwest::Client,
}

/// What came back over the wire.
#[derive(Debug)]
pub struct Answer {
    /// Of the response, not of the GraphQL answer in it.
    pub status: StatusCode,
    /// Of the response.
    pub headers: HeaderMap,
    /// As it was sent.
    pub text: String,
}

impl Server {
    /// Serves a database that trusts [`SECRET`], with GraphiQL, at the moment of tests.
    pub async fn start(store: &Store, limits: Limits) -> Self {
        let verifier = Verifier::new(PARTIES.0, PARTIES.1).trust_secret(SECRET);
        Self::start_with(store, verifier, limits, true).await
    }

    /// Serves a database with keys and a page of the test's choice.
    pub async fn start_with(store: &Store, verifier: Verifier, limits: Limits, graphiql: bool) -> Self {
        let app = App::new(store.clone(), verifier, limits, graphiql).expect("the application starts");
        Self::serve(app.with_clock(now))
    }

    /// Serves a database that trusts [`SECRET`], with settings of the test's own for WebSocket connections.
    pub async fn start_with_sockets(store: &Store, limits: Limits, sockets: SocketSettings) -> Self {
        let verifier = Verifier::new(PARTIES.0, PARTIES.1).trust_secret(SECRET);
        let app = App::new(store.clone(), verifier, limits, false).expect("the application starts");
        Self::serve(app.with_sockets(sockets).with_clock(now))
    }

    /// Serves an application of the test's own.
    pub fn serve(app: App) -> Self {
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let running = server::start(app, anywhere).expect("a port is free");
        let (address, stopper) = (running.address(), running.stopper());
        tokio::spawn(running.finished());
        Self { address, stopper, http: reqwest::Client::new() }
    }

    /// Stops without waiting for idle connections.
    pub async fn stop(self) {
        drop(self.http);
        self.stopper.abandon().await;
    }

    /// Stops once everything that was begun is over.
    pub async fn finish(self) {
        drop(self.http);
        self.stopper.finish().await;
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens a WebSocket connection with a token.
    pub async fn connect(&self, token: &str) -> Socket {
        Socket::connect(self.address, token).await
    }

    /// A request that has not been sent yet.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("http://{}{path}", self.address))
    }

    /// A request for a page that has not been sent yet.
    pub fn request(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("http://{}{path}", self.address))
    }

    /// Asks for a page.
    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(path)).await
    }

    /// Sends a query with a token.
    pub async fn query(&self, token: &str, text: &str) -> Answer {
        self.query_with(token, text, json!({})).await
    }

    /// Sends a query with a token and variables.
    pub async fn query_with(&self, token: &str, text: &str, variables: Value) -> Answer {
        let body = json!({ "query": text, "variables": variables });
        answer(self.post("/graphql").bearer_auth(token).json(&body)).await
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is something else.
    #[must_use]
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|cause| panic!("{cause} in {}:\n{}", self.status, self.text))
    }

    /// The code of the one error; empty when there is none, or more than one.
    #[must_use]
    #[track_caller]
    pub fn code(&self) -> String {
        self.error("/extensions/code")
    }

    /// The message of the one error; empty when there is none, or more than one.
    #[must_use]
    #[track_caller]
    pub fn message(&self) -> String {
        self.error("/message")
    }

    #[track_caller]
    fn error(&self, pointer: &str) -> String {
        let body = self.json();
        match body["errors"].as_array().map(Vec::as_slice) {
            Some([error]) => error.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned(),
            _ => String::new(),
        }
    }
}

/// Sends a request.
///
/// # Panics
/// When the connection breaks off.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("the answer is text");
    Answer { status, headers, text }
}

/// Claims that [`Server::start`] accepts for an hour.
#[must_use]
pub fn claims(role: Role) -> Claims {
    token::claims(role, "somebody", PARTIES, now(), Duration::hours(1))
}

/// A token that [`Server::start`] accepts for an hour.
#[must_use]
pub fn token_of(role: Role) -> String {
    token::sign(SECRET, &claims(role)).expect("a token is signed")
}
