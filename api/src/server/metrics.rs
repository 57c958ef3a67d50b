//! What the server counts, in the text format of Prometheus.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use actix_web::{HttpResponse, http::header, web};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};

use super::App;

/// Names of operations come from clients; beyond so many they are counted as one.
const MOST_OPERATIONS: usize = 200;

/// Counters of the WebSocket connections of one server.
#[derive(Clone)]
pub(super) struct SocketMetrics {
    /// Connections that are open.
    pub(super) connections: IntGauge,
    /// Messages sent.
    pub(super) messages: IntCounter,
    /// Connections closed by the server, by code.
    pub(super) closed: IntCounterVec,
    subscriptions: IntGauge,
}

impl SocketMetrics {
    fn new(registry: &Registry) -> anyhow::Result<Self> {
        let connections = IntGauge::new("plinth_socket_connections", "Open WebSocket connections")?;
        let messages = IntCounter::new("plinth_socket_messages_total", "Messages sent over WebSockets")?;
        let closed = IntCounterVec::new(
            Opts::new("plinth_socket_closed_total", "WebSocket connections that were closed, by code"),
            &["code"],
        )?;
        let subscriptions = IntGauge::new("plinth_subscriptions", "Subscriptions that are open")?;
        registry.register(Box::new(connections.clone()))?;
        registry.register(Box::new(messages.clone()))?;
        registry.register(Box::new(closed.clone()))?;
        registry.register(Box::new(subscriptions.clone()))?;
        Ok(Self { connections, messages, closed, subscriptions })
    }

    /// Counts a subscription as open until what is answered is dropped.
    pub(super) fn subscribed(&self) -> Subscribed {
        self.subscriptions.inc();
        Subscribed(self.subscriptions.clone())
    }
}

/// A subscription that is open.
pub(super) struct Subscribed(IntGauge);

impl Drop for Subscribed {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Counters of one server.
pub struct Metrics {
    pub(super) sockets: SocketMetrics,
    registry: Registry,
    requests: IntCounterVec,
    errors: IntCounterVec,
    durations: HistogramVec,
    connections: IntGauge,
    idle: IntGauge,
    statements: IntCounter,
    operations: Mutex<HashSet<String>>,
}

impl Metrics {
    /// Counters at zero.
    ///
    /// # Errors
    /// When two counters had the same name.
    pub fn new() -> anyhow::Result<Self> {
        let registry = Registry::new();
        let sockets = SocketMetrics::new(&registry)?;
        let requests = IntCounterVec::new(
            Opts::new("plinth_requests_total", "GraphQL requests by operation"),
            &["operation"],
        )?;
        let errors = IntCounterVec::new(
            Opts::new("plinth_errors_total", "Errors in answers by operation and code"),
            &["operation", "code"],
        )?;
        let durations = HistogramVec::new(
            HistogramOpts::new("plinth_request_seconds", "Time from request to answer by operation"),
            &["operation"],
        )?;
        let connections = IntGauge::new("plinth_pool_connections", "Open connections to the database")?;
        let idle = IntGauge::new("plinth_pool_idle_connections", "Open connections that are not in use")?;
        let statements = IntCounter::new("plinth_statements_total", "Statements sent to the database")?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(errors.clone()))?;
        registry.register(Box::new(durations.clone()))?;
        registry.register(Box::new(connections.clone()))?;
        registry.register(Box::new(idle.clone()))?;
        registry.register(Box::new(statements.clone()))?;
        Ok(Self {
            sockets,
            registry,
            requests,
            errors,
            durations,
            connections,
            idle,
            statements,
            operations: Mutex::default(),
        })
    }

    /// The label of an operation: its name, as long as there are not too many of them.
    #[must_use]
    pub fn operation(&self, name: Option<&str>) -> String {
        let Some(name) = name.filter(|name| name.len() <= 64) else { return "unnamed".to_owned() };
        let mut known = self.operations.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(name) || known.len() < MOST_OPERATIONS {
            known.insert(name.to_owned());
            return name.to_owned();
        }
        "other".to_owned()
    }

    /// Counts a request that has been answered.
    pub fn record(&self, operation: &str, elapsed: Duration, codes: &[String]) {
        self.requests.with_label_values(&[operation]).inc();
        self.durations.with_label_values(&[operation]).observe(elapsed.as_secs_f64());
        for code in codes {
            self.errors.with_label_values(&[operation, code]).inc();
        }
    }
}

/// Shows the counters.
pub async fn show(app: web::Data<App>) -> HttpResponse {
    let metrics = &app.metrics;
    let (open, idle) = app.store.connections();
    metrics.connections.set(i64::from(open));
    metrics.idle.set(i64::try_from(idle).unwrap_or(i64::MAX));
    metrics.statements.inc_by(app.store.statements().saturating_sub(metrics.statements.get()));
    let mut text = Vec::new();
    match TextEncoder::new().encode(&metrics.registry.gather(), &mut text) {
        Ok(()) => {
            HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4")).body(text)
        }
        Err(cause) => {
            tracing::error!(%cause, "the metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
