//! GraphQL over WebSocket, by the protocol `graphql-transport-ws`: subscriptions, and queries and changes as well.
//!
//! A connection has three parts. What the client sends is read on the thread that speaks HTTP ([`inbound`]). What it
//! asks is answered on the runtime of the database ([`session`]). What is sent waits in an [`outbox`] until the client
//! takes it. Each is bounded.

mod inbound;
mod messages;
mod outbox;
mod session;
mod standing;

use std::sync::Arc;

use actix_http::ws;
use actix_web::{
    HttpRequest, HttpResponse,
    guard::GuardContext,
    http::{StatusCode, header},
    web,
};
use chrono::{DateTime, Utc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use self::{
    outbox::Outbox,
    session::Session,
    standing::{Standing, Token},
};
use super::{
    App,
    requests::{Refusal, bearer, holder, request_id},
};
use crate::{config::SocketSettings, error::Error, topology::changes::Changes};

/// The protocol that is spoken.
const PROTOCOL: &str = "graphql-transport-ws";

/// Frames of a client that wait to be looked at; beyond that the client has to wait.
const MOST_UNREAD: usize = 8;

/// Subscriptions that are worked out anew at the same moment.
const TURNS: usize = 1;

/// What all connections of a server share.
pub(super) struct Sockets {
    settings: SocketSettings,
    /// One for each connection that may still be opened.
    places: Arc<Semaphore>,
    /// One for each subscription that may be worked out anew at the moment.
    turns: Arc<Semaphore>,
    changes: Changes,
    stopping: watch::Sender<bool>,
}

impl Sockets {
    pub(super) fn new(settings: SocketSettings, changes: Changes) -> Self {
        let places = Arc::new(Semaphore::new(settings.max_sockets.min(Semaphore::MAX_PERMITS)));
        let turns = Arc::new(Semaphore::new(TURNS));
        Self { settings, places, turns, changes, stopping: watch::Sender::new(false) }
    }

    /// Closes all connections, and takes no new ones.
    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Room for one more connection.
    fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let refuse = |message: String| Refusal {
            status: StatusCode::SERVICE_UNAVAILABLE,
            error: Error::LimitExceeded(message),
        };
        if *self.stopping.borrow() {
            return Err(refuse("the server is stopping".to_owned()));
        }
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| {
            let most = self.settings.max_sockets;
            refuse(format!("{most} WebSocket connections are open, and that is as many as there may be"))
        })
    }
}

/// Whether a request asks for a WebSocket.
pub(super) fn is_upgrade(request: &GuardContext<'_>) -> bool {
    let upgrade = request.head().headers().get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.trim().eq_ignore_ascii_case("websocket"))
}

/// Opens a connection, or says why not.
pub(super) async fn open(http: HttpRequest, payload: web::Payload, app: web::Data<App>) -> HttpResponse {
    let now = (app.clock)();
    let request_id = request_id(&http, now);
    match upgrade(&http, payload, &app, now, &request_id).await {
        Ok(response) => response,
        Err(refusal) => {
            app.metrics.record("refused", std::time::Duration::ZERO, &[refusal.error.code().to_owned()]);
            tracing::info!(
                request_id,
                operation = "socket",
                status = refusal.status.as_u16(),
                errors = refusal.error.code(),
                "request"
            );
            HttpResponse::build(refusal.status)
                .insert_header((header::CACHE_CONTROL, "no-store"))
                .insert_header(("x-request-id", request_id.clone()))
                .json(refusal.response(&request_id))
        }
    }
}

async fn upgrade(
    http: &HttpRequest,
    payload: web::Payload,
    app: &web::Data<App>,
    now: DateTime<Utc>,
    request_id: &str,
) -> Result<HttpResponse, Refusal> {
    ws::verify_handshake(http.head())
        .map_err(|cause| Error::invalid("", format!("this is no opening of a WebSocket: {cause}")))?;
    let key = http.headers().get(header::SEC_WEBSOCKET_KEY).map(|key| ws::hash_key(key.as_bytes()));
    let key = key.ok_or_else(|| Error::invalid("", "this is no opening of a WebSocket: it has no key"))?;
    require_protocol(http)?;
    require_origin(http, &app.sockets.settings.socket_origins)?;
    // Whoever has no token in the header has to bring one in the first message.
    let token = match bearer(http)? {
        Some(token) => Some(Token { caller: holder(&token, app, now, request_id).await?, text: token }),
        None => None,
    };
    let place = app.sockets.place()?;
    let settings = &app.sockets.settings;
    let (outbox, body) = Outbox::new(settings, app.metrics.sockets.clone(), place);
    let (sender, inbox) = mpsc::channel(MOST_UNREAD);
    let limit = inbound::Limit::before_init();
    let standing = Standing::new(app.clone().into_inner(), request_id.to_owned());
    let session = Session::new(standing, token, inbox, outbox, limit.clone());
    app.runtime.spawn(session.run());
    actix_web::rt::spawn(inbound::read(payload, limit, sender));
    let mut response = HttpResponse::SwitchingProtocols();
    Ok(response
        .upgrade("websocket")
        .insert_header((header::SEC_WEBSOCKET_ACCEPT, &key[..]))
        .insert_header((header::SEC_WEBSOCKET_PROTOCOL, PROTOCOL))
        .insert_header(("x-request-id", request_id))
        .streaming(body))
}

/// Refuses clients that speak something else.
fn require_protocol(http: &HttpRequest) -> Result<(), Refusal> {
    let offered = http.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let offered = offered.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    if offered.map(str::trim).any(|offer| offer == PROTOCOL) {
        return Ok(());
    }
    let message = format!("offer the protocol `{PROTOCOL}` in the header `Sec-WebSocket-Protocol`");
    Err(Error::invalid("sec-websocket-protocol", message).into())
}

/// Refuses pages of other sites: browsers let any page open a connection to anywhere, other than for the requests
/// with which it would ask over HTTP. What is no browser names no origin.
fn require_origin(http: &HttpRequest, allowed: &[String]) -> Result<(), Refusal> {
    let Some(origin) = http.headers().get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let host = http.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let of_same_site =
        origin.split_once("://").is_some_and(|(_, site)| !site.is_empty() && site.eq_ignore_ascii_case(host));
    if of_same_site || allowed.iter().any(|known| known.eq_ignore_ascii_case(origin)) {
        return Ok(());
    }
    let message =
        "pages of this origin may not connect: PLINTH_SOCKET_ORIGINS lists those that may beside our own";
    Err(Refusal { status: StatusCode::FORBIDDEN, error: Error::invalid("origin", message) })
}
