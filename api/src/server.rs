//! The HTTP server: turns a token into a caller, a body into a GraphQL request, and counts what it does.
//!
//! The only file that knows actix, with its parts in `server/`, and with the command line the only one that
//! reads the clock.

mod graphiql;
mod health;
mod metrics;
mod requests;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{App as ActixApp, HttpServer, middleware::Compress, web};
use anyhow::Context as _;
use chrono::{DateTime, Utc};

use crate::{
    access::token::Verifier,
    config::Limits,
    schema::{self, PlinthSchema},
    store::Store,
};

pub use metrics::Metrics;

/// How long a stopping server waits for what it has begun, in seconds.
const SHUTDOWN_SECONDS: u64 = 30;

/// What every request needs.
pub struct App {
    schema: PlinthSchema,
    store: Store,
    verifier: Verifier,
    limits: Limits,
    graphiql: bool,
    metrics: Metrics,
    clock: fn() -> DateTime<Utc>,
}

impl App {
    /// An application on a store.
    ///
    /// # Errors
    /// When the metrics cannot be registered.
    pub fn new(store: Store, verifier: Verifier, limits: Limits, graphiql: bool) -> anyhow::Result<Self> {
        let schema = schema::build(Some(store.clone()), &limits);
        Ok(Self { schema, store, verifier, limits, graphiql, metrics: Metrics::new()?, clock: now })
    }

    /// The same with another clock, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: fn() -> DateTime<Utc>) -> Self {
        self.clock = clock;
        self
    }
}

/// The clock of the server.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one clock of a request is read here")]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Serves until the process is told to stop, then finishes what was begun.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(app: App, bind: SocketAddr) -> anyhow::Result<()> {
    let (server, address) = start(app, bind, true)?;
    tracing::info!(%address, "serving");
    server.await.context("the server stopped unexpectedly")
}

/// Binds and starts; the second part of the answer is the address, with the port that was free.
///
/// # Errors
/// When the address cannot be bound.
pub fn start(
    app: App,
    bind: SocketAddr,
    signals: bool,
) -> anyhow::Result<(actix_web::dev::Server, SocketAddr)> {
    let app = web::Data::from(Arc::new(app));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .wrap(Compress::default())
            .route("/graphql", web::post().to(requests::graphql))
            .route("/graphql", web::get().to(requests::only_post))
            .route("/healthz", web::get().to(health::alive))
            .route("/readyz", web::get().to(health::ready))
            .route("/metrics", web::get().to(metrics::show))
            .route("/", web::get().to(graphiql::page))
            .route("/graphiql/{file}", web::get().to(graphiql::file))
    });
    let server = if signals { server } else { server.disable_signals() };
    let server = server
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .client_request_timeout(Duration::from_secs(10))
        .bind(bind)
        .with_context(|| format!("cannot listen on {bind}"))?;
    let address = server.addrs().first().copied().unwrap_or(bind);
    let running = server.run();
    Ok((running, address))
}
