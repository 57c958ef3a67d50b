//! What a client says, and what becomes of it.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use actix_web::web::Bytes;
use async_graphql::{Request, Response, ServerError, Value};
use futures_util::StreamExt;
use serde_json::Map;
use tokio::{
    sync::mpsc::Receiver,
    task::AbortHandle,
    time::{MissedTickBehavior, interval_at, sleep, timeout},
};

use super::{
    super::requests::{Refusal, bearer_of, codes},
    inbound::{Incoming, Limit},
    messages::{FromClient, ToClient, fault, token},
    outbox::{Closing, Outbox},
    standing::{Standing, Token},
};
use crate::{
    error::Error,
    schema::{Operation, live::Live},
    topology::changes::Slot,
};

/// The longest name of an operation, in bytes.
const LONGEST_ID: usize = 128;

/// Messages of all sorts that may come while one operation may begin.
const MESSAGES_OF_AN_OPERATION: u32 = 4;

/// Goes on, or closes the connection for a reason.
type Flow = ControlFlow<(Closing, String)>;

fn close(code: Closing, reason: impl Into<String>) -> Flow {
    ControlFlow::Break((code, reason.into()))
}

/// One connection.
pub(super) struct Session {
    standing: Arc<Standing>,
    /// What the request showed that opened the connection.
    shown: Option<Token>,
    inbox: Receiver<Incoming>,
    outbox: Outbox,
    limit: Limit,
    operations: Operations,
    pace: Pace,
    is_initialised: bool,
    /// When the client was last heard of.
    heard: Instant,
}

impl Session {
    pub(super) fn new(
        standing: Standing,
        shown: Option<Token>,
        inbox: Receiver<Incoming>,
        outbox: Outbox,
        limit: Limit,
    ) -> Self {
        let pace = Pace::new(standing.app.sockets.settings.socket_operations_per_second);
        Self {
            standing: Arc::new(standing),
            shown,
            inbox,
            outbox,
            limit,
            operations: Operations::default(),
            pace,
            is_initialised: false,
            heard: Instant::now(),
        }
    }

    /// Until the client, the server or a rule ends it. What was begun ends with it.
    pub(super) async fn run(mut self) {
        let started = Instant::now();
        let app = Arc::clone(&self.standing.app);
        let settings = &app.sockets.settings;
        let mut stopping = app.sockets.stopping.subscribe();
        let mut init = std::pin::pin!(sleep(settings.init_timeout()));
        let mut pings = ticks(settings.ping());
        let mut checks = ticks(settings.check());
        let reason = loop {
            let flow = tokio::select! {
                incoming = self.inbox.recv() => self.hear(incoming.unwrap_or(Incoming::Gone)).await,
                () = self.outbox.ended() => break "ended".to_owned(),
                () = async { stopping.wait_for(|is_stopping| *is_stopping).await.ok(); } => {
                    close(Closing::GoingAway, "the server is stopping")
                }
                () = &mut init, if !self.is_initialised => {
                    close(Closing::InitialisationTimeout, "nothing came to initialise the connection")
                }
                _ = pings.tick() => self.keep_alive(settings.ping()),
                _ = checks.tick() => self.check().await,
            };
            if let ControlFlow::Break((code, reason)) = flow {
                self.outbox.close(code, &reason);
                break format!("{} {reason}", code as u16);
            }
        };
        tracing::info!(
            request_id = self.standing.request_id,
            seconds = started.elapsed().as_secs(),
            reason = reason.trim(),
            "socket closed"
        );
    }

    async fn hear(&mut self, incoming: Incoming) -> Flow {
        self.heard = Instant::now();
        if !self.pace.takes_message() {
            return close(Closing::TooMany, "too many messages a second");
        }
        match incoming {
            Incoming::Text(text) => self.message(&text).await,
            Incoming::Ping(words) => {
                self.outbox.pong(words);
                Flow::Continue(())
            }
            Incoming::Pong => Flow::Continue(()),
            Incoming::Gone => close(Closing::Normal, ""),
            Incoming::TooLarge(most) => {
                close(Closing::TooLarge, format!("a message has more than {most} bytes"))
            }
            Incoming::Broken(fault) => close(Closing::BadRequest, fault),
        }
    }

    async fn message(&mut self, text: &Bytes) -> Flow {
        let message = match serde_json::from_slice(text) {
            Ok(message) => message,
            Err(cause) => return close(Closing::BadRequest, fault(text, &cause)),
        };
        match message {
            FromClient::ConnectionInit { .. } if self.is_initialised => {
                close(Closing::TooMany, "Too many initialisation requests")
            }
            FromClient::ConnectionInit { payload } => self.initialise(payload.as_ref()).await,
            FromClient::Subscribe { .. } if !self.is_initialised => {
                close(Closing::Unauthorized, "Unauthorized")
            }
            FromClient::Subscribe { id, payload } => self.subscribe(id, *payload).await,
            FromClient::Complete { id } => {
                self.operations.end(&id);
                Flow::Continue(())
            }
            FromClient::Ping {} => {
                self.say(&ToClient::Pong);
                Flow::Continue(())
            }
            FromClient::Pong {} => Flow::Continue(()),
        }
    }

    /// Lets in who shows a token: with the message, or with the request that opened the connection.
    async fn initialise(&mut self, payload: Option<&Map<String, serde_json::Value>>) -> Flow {
        let found = match token(payload) {
            Some(credentials) => match bearer_of(credentials) {
                Ok(text) => self.standing.token(text).await,
                Err(cause) => Err(cause),
            },
            None => self.shown.take().ok_or_else(|| {
                let message = "send a token as `Authorization` of the payload of connection_init: `Bearer …`";
                Error::Unauthenticated(message.to_owned())
            }),
        };
        match found {
            Ok(token) => {
                self.standing.admit(token);
                self.is_initialised = true;
                self.limit.set(self.standing.app.sockets.settings.max_message_bytes);
                self.say(&ToClient::ConnectionAck);
                Flow::Continue(())
            }
            Err(Error::Unauthenticated(reason)) => close(Closing::Forbidden, reason),
            Err(Error::Unavailable(_)) => close(Closing::TryAgainLater, "the database is not available"),
            Err(cause) => {
                tracing::error!(request_id = self.standing.request_id, ?cause, "internal error");
                close(Closing::Internal, "internal error")
            }
        }
    }

    async fn subscribe(&mut self, id: String, request: Request) -> Flow {
        if id.is_empty() || id.len() > LONGEST_ID {
            let reason = format!("the id of an operation has 1 to {LONGEST_ID} bytes");
            return close(Closing::BadRequest, reason);
        }
        if self.operations.has(&id) {
            return close(Closing::SubscriberExists, format!("Subscriber for {id} already exists"));
        }
        let app = Arc::clone(&self.standing.app);
        let settings = &app.sockets.settings;
        let name = app.metrics.operation(request.operation_name.as_deref());
        let started = Instant::now();
        let most = settings.max_subscriptions;
        let refused = if !self.pace.takes_operation() {
            Some(format!("more than {} operations began in a second", settings.socket_operations_per_second))
        } else if self.operations.count() >= most {
            Some(format!(
                "{most} operations are open on this connection, and that is as many as there may be"
            ))
        } else {
            None
        };
        if let Some(message) = refused {
            let refusal = Refusal::from(Error::LimitExceeded(message));
            self.refuse(&id, &name, started, &refusal.response(&self.standing.request_id));
            return Flow::Continue(());
        }
        if let Err(reason) = self.standing.holds().await {
            return close(Closing::Forbidden, reason.to_string());
        }
        let opened = match self.standing.caller() {
            Some(caller) => app.schema.open(request.data(caller)),
            None => app.schema.open(request),
        };
        let operation = match opened {
            Ok(operation) if operation.is_subscription() => {
                let listening = timeout(app.limits.timeout(), app.sockets.changes.listen()).await;
                match listening.unwrap_or_else(|_| Err(Error::LimitExceeded("nothing was heard".to_owned())))
                {
                    Ok(listener) => operation.with(Slot::from(listener)),
                    Err(cause) => {
                        let response = Refusal::from(cause).response(&self.standing.request_id);
                        self.refuse(&id, &name, started, &response);
                        return Flow::Continue(());
                    }
                }
            }
            Ok(operation) => operation,
            Err(response) => {
                self.refuse(&id, &name, started, &response);
                return Flow::Continue(());
            }
        };
        let (standing, outbox) = (Arc::clone(&self.standing), self.outbox.clone());
        self.operations.begin(id, |entry| {
            tokio::spawn(Answering { standing, outbox, entry, name, started }.run(operation)).abort_handle()
        });
        Flow::Continue(())
    }

    /// Says that an operation was refused before it began.
    fn refuse(&self, id: &str, name: &str, started: Instant, response: &Response) {
        note(&self.standing, name, started, &response.errors);
        self.say(&ToClient::Error { id, payload: &response.errors });
    }

    fn say(&self, message: &ToClient<'_>) {
        say(&self.outbox, message);
    }

    /// Asks whether the client is there, unless it has not been heard of for too long.
    fn keep_alive(&self, every: Duration) -> Flow {
        if self.heard.elapsed() > every * 2 {
            return close(Closing::TryAgainLater, "nothing was heard of the client");
        }
        self.outbox.ping();
        Flow::Continue(())
    }

    async fn check(&self) -> Flow {
        match self.standing.check_now().await {
            Ok(()) => Flow::Continue(()),
            Err(reason) => close(Closing::Forbidden, reason.to_string()),
        }
    }
}

fn ticks(every: Duration) -> tokio::time::Interval {
    let mut ticks = interval_at(tokio::time::Instant::now() + every, every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

fn say(outbox: &Outbox, message: &ToClient<'_>) {
    match message.text() {
        Ok(text) => outbox.send(text),
        Err(cause) => {
            tracing::error!(%cause, "a message could not be written");
            outbox.close(Closing::Internal, "internal error");
        }
    }
}

/// Counts an operation, and writes it to the log.
fn note(standing: &Standing, name: &str, started: Instant, errors: &[ServerError]) {
    let codes = codes(errors);
    let elapsed = started.elapsed();
    standing.app.metrics.record(name, elapsed, &codes);
    tracing::info!(
        request_id = standing.request_id,
        operation = name,
        milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        errors = codes.join(","),
        "socket request"
    );
}

/// An operation that is being answered.
struct Answering {
    standing: Arc<Standing>,
    outbox: Outbox,
    entry: Entry,
    name: String,
    started: Instant,
}

impl Answering {
    async fn run(self, operation: Operation) {
        let app = Arc::clone(&self.standing.app);
        let patience = app.limits.timeout();
        let is_subscription = operation.is_subscription();
        let _open = is_subscription.then(|| app.metrics.sockets.subscribed());
        let live = Live::new(app.clock, patience, Arc::clone(&app.sockets.turns));
        let mut answers = std::pin::pin!(operation.answers(live));
        let mut is_first = true;
        loop {
            let answer = if is_subscription {
                answers.next().await
            } else {
                let given_up = |_| Some(Refusal::too_slow(patience).response(&self.standing.request_id));
                timeout(patience, answers.next()).await.unwrap_or_else(given_up)
            };
            let Some(response) = answer else { break };
            // Nothing is shown by a token that no longer holds.
            if let Err(reason) = self.standing.holds().await {
                return self.outbox.close(Closing::Forbidden, &reason.to_string());
            }
            if is_first || !response.errors.is_empty() {
                note(&self.standing, &self.name, self.started, &response.errors);
            }
            is_first = false;
            let id = self.entry.id.as_str();
            if response.data == Value::Null && !response.errors.is_empty() {
                self.entry.remove();
                return say(&self.outbox, &ToClient::Error { id, payload: &response.errors });
            }
            say(&self.outbox, &ToClient::Next { id, payload: &response });
        }
        self.entry.remove();
        say(&self.outbox, &ToClient::Complete { id: &self.entry.id });
    }
}

type Open = HashMap<String, (u64, AbortHandle)>;

/// The operations that are open.
#[derive(Default)]
struct Operations {
    open: Arc<Mutex<Open>>,
    begun: u64,
}

impl Operations {
    fn has(&self, id: &str) -> bool {
        locked(&self.open).contains_key(id)
    }

    fn count(&self) -> usize {
        locked(&self.open).len()
    }

    fn begin(&mut self, id: String, spawn: impl FnOnce(Entry) -> AbortHandle) {
        self.begun += 1;
        let entry = Entry { open: Arc::clone(&self.open), id: id.clone(), number: self.begun };
        // Held, so that an operation that ends at once finds its entry to remove.
        let mut open = locked(&self.open);
        open.insert(id, (self.begun, spawn(entry)));
    }

    fn end(&self, id: &str) {
        if let Some((_, task)) = locked(&self.open).remove(id) {
            task.abort();
        }
    }
}

impl Drop for Operations {
    fn drop(&mut self) {
        locked(&self.open).drain().for_each(|(_, (_, task))| task.abort());
    }
}

fn locked(open: &Mutex<Open>) -> MutexGuard<'_, Open> {
    open.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The place of an operation among those that are open.
struct Entry {
    open: Arc<Mutex<Open>>,
    id: String,
    number: u64,
}

impl Entry {
    /// Frees the id before the client hears that the operation is over, and may use it again.
    fn remove(&self) {
        let mut open = locked(&self.open);
        if open.get(&self.id).is_some_and(|(number, _)| *number == self.number) {
            open.remove(&self.id);
        }
    }
}

/// How fast a client asks.
struct Pace {
    most: u32,
    since: Instant,
    operations: u32,
    messages: u32,
}

impl Pace {
    fn new(most: u32) -> Self {
        Self { most, since: Instant::now(), operations: 0, messages: 0 }
    }

    fn takes_message(&mut self) -> bool {
        if self.since.elapsed() >= Duration::from_secs(1) {
            *self = Self::new(self.most);
        }
        self.messages = self.messages.saturating_add(1);
        self.messages <= self.most.saturating_mul(MESSAGES_OF_AN_OPERATION)
    }

    fn takes_operation(&mut self) -> bool {
        self.operations = self.operations.saturating_add(1);
        self.operations <= self.most
    }
}
