//! The HTTP server: turns a token into a caller, a body into a GraphQL request, and counts what it does.
//!
//! The only file that knows actix, with its parts in `server/`, and with the command line the only one that
//! reads the clock.

mod calendar;
mod export;
mod graphiql;
mod health;
mod metrics;
mod requests;
mod sockets;

use std::{future::Future, net::SocketAddr, sync::Arc, time::Duration};

use actix_web::{
    App as ActixApp, HttpServer,
    dev::{Server, ServerHandle},
    guard,
    middleware::{Compress, DefaultHeaders},
    web,
};
use anyhow::Context as _;
use chrono::{DateTime, Utc};
use tokio::{runtime::Handle, task::JoinError};

use crate::{
    access::{Caller, Role, token::Verifier},
    config::{Limits, SocketSettings},
    schema::{self, PlinthSchema},
    store::Store,
    topology::changes::Changes,
};

pub use graphiql::is_complete as has_graphiql;
pub use metrics::Metrics;

use self::sockets::Sockets;

/// How long a stopping server waits for what it has begun beyond the time that a request may take.
const SHUTDOWN_MARGIN: Duration = Duration::from_secs(5);

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// What every request needs.
pub struct App {
    schema: PlinthSchema,
    store: Store,
    verifier: Verifier,
    limits: Limits,
    graphiql: bool,
    metrics: Metrics,
    clock: fn() -> DateTime<Utc>,
    runtime: Handle,
    sockets: Sockets,
}

impl App {
    /// An application on a store.
    ///
    /// # Errors
    /// When the metrics cannot be registered, or outside of a runtime.
    pub fn new(store: Store, verifier: Verifier, limits: Limits, graphiql: bool) -> anyhow::Result<Self> {
        let schema = schema::build(Some(store.clone()), &limits);
        let runtime = Handle::try_current().context("an application needs a runtime")?;
        let metrics = Metrics::new()?;
        let sockets = Sockets::new(SocketSettings::default(), Changes::of(store.clone()));
        Ok(Self { schema, store, verifier, limits, graphiql, metrics, clock: now, runtime, sockets })
    }

    /// The same with settings of its own for WebSocket connections.
    #[must_use]
    pub fn with_sockets(mut self, settings: SocketSettings) -> Self {
        self.sockets = Sockets::new(settings, Changes::of(self.store.clone()));
        self
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

/// A server that answers requests.
pub struct Running {
    server: Server,
    address: SocketAddr,
    app: Arc<App>,
}

/// Stops a server from elsewhere.
#[derive(Clone)]
pub struct Stopper {
    server: ServerHandle,
    app: Arc<App>,
}

/// Binds and starts.
///
/// # Errors
/// When the address cannot be bound.
pub fn start(app: App, bind: SocketAddr) -> anyhow::Result<Running> {
    let patience = app.limits.timeout() + SHUTDOWN_MARGIN;
    let shared = Arc::new(app);
    let app = web::Data::from(Arc::clone(&shared));
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .wrap(Compress::default())
            .wrap(DefaultHeaders::new().add(("x-content-type-options", "nosniff")))
            .service(
                web::resource("/graphql")
                    .route(web::post().to(requests::graphql))
                    .route(web::get().guard(guard::fn_guard(sockets::is_upgrade)).to(sockets::open))
                    .default_service(web::to(requests::only_post)),
            )
            .route("/calendar.ics", web::get().to(calendar::feed))
            .route("/export/{file}", web::get().to(export::report))
            .route("/healthz", web::get().to(health::alive))
            .route("/readyz", web::get().to(health::ready))
            .route("/metrics", web::get().to(metrics::show))
            .route("/", web::get().to(graphiql::page))
            .route("/graphiql/{file}", web::get().to(graphiql::file))
    });
    let server = server
        .disable_signals()
        .shutdown_timeout(patience.as_secs())
        .client_request_timeout(HEAD_TIMEOUT)
        .bind(bind)
        .with_context(|| format!("cannot listen on {bind}"))?;
    let address = server.addrs().first().copied().unwrap_or(bind);
    Ok(Running { server: server.run(), address, app: shared })
}

impl Running {
    /// Where it listens, with the port that was free when none was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Reads the dependency graph, so that the first question about it need not wait for that. A failure is not one of
    /// the server: whoever asks tries again, and `/readyz` says so until then.
    pub fn warm_up(&self) -> impl Future<Output = ()> + Send + 'static {
        let app = Arc::clone(&self.app);
        async move {
            let Some(index) = app.schema.index() else { return };
            let now = (app.clock)();
            if index.warm_up(&Caller::system(Role::Viewer, now), now.date_naive()).await.is_ok() {
                tracing::info!("the dependency graph is read");
            }
        }
    }

    /// What stops it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        Stopper { server: self.server.handle(), app: Arc::clone(&self.app) }
    }

    /// Ends when the server has stopped.
    ///
    /// # Errors
    /// When it could not go on.
    pub async fn finished(self) -> anyhow::Result<()> {
        self.server.await.context("the server stopped unexpectedly")
    }
}

impl Stopper {
    /// Takes no new requests, and ends when those that were begun are answered.
    pub async fn finish(&self) {
        // Connections that stay open until somebody closes them would be waited for in vain.
        self.app.sockets.stop();
        self.server.stop(true).await;
    }

    /// Ends at once. What was begun is undone.
    pub async fn abandon(&self) {
        self.app.sockets.stop();
        self.server.stop(false).await;
    }
}

/// Runs `work` on the runtime that the connections to the database belong to, and stops it when it is no
/// longer waited for.
///
/// Each of the threads that speak HTTP has a runtime of its own, which ends when that thread has nothing to
/// do; a connection that was opened on it would end with it, under the feet of the other threads.
async fn on_runtime<T: Send + 'static>(
    app: &App,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, JoinError> {
    let task = app.runtime.spawn(work);
    let _stopped_when_dropped = AbortOnDrop(task.abort_handle());
    match task.await {
        // Only the end of the program stops what is still waited for. An answer would say that it failed, and nobody
        // knows that of work that was cut off.
        Err(ended) if ended.is_cancelled() => std::future::pending().await,
        outcome => outcome,
    }
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
