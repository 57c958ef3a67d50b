//! What is to be sent and waits until the client takes it: so much and no more.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use actix_http::ws::{CloseCode, CloseReason, Codec, Message};
use actix_web::web::{Bytes, BytesMut};
use futures_util::{Stream, task::AtomicWaker};
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio_util::codec::Encoder;

use super::super::metrics::SocketMetrics;
use crate::config::SocketSettings;

/// The longest reason that a closing frame has room for, in bytes.
const LONGEST_REASON: usize = 123;

/// Why a connection is closed: codes of the protocol of WebSockets, and those of `graphql-transport-ws`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// The client said good-bye.
    Normal = 1000,
    /// The server stops.
    GoingAway = 1001,
    /// A message is too large.
    TooLarge = 1009,
    /// The client takes too little of what is sent, or does not answer.
    TryAgainLater = 1013,
    /// A message makes no sense.
    BadRequest = 4400,
    /// An operation came before the connection was acknowledged.
    Unauthorized = 4401,
    /// The token is not valid, or no longer.
    Forbidden = 4403,
    /// Nothing came to initialise the connection.
    InitialisationTimeout = 4408,
    /// The id of an operation that is still open was used again.
    SubscriberExists = 4409,
    /// Too many initialisations, or messages.
    TooMany = 4429,
    /// A fault of ours.
    Internal = 4500,
}

/// What waits to be sent.
#[derive(Clone)]
pub(super) struct Outbox(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Whoever sends.
    sender: AtomicWaker,
    /// Told once nothing more can be put in.
    ended: Notify,
    most: usize,
    most_bytes: usize,
    metrics: SocketMetrics,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Message>,
    bytes: usize,
    /// Whether nothing more is taken: a closing frame is the last that waits, or nobody is there to send to.
    is_closed: bool,
}

impl Outbox {
    /// An empty one, and the body that sends what is put in. The place is given back once the body is gone.
    pub(super) fn new(
        settings: &SocketSettings,
        metrics: SocketMetrics,
        place: OwnedSemaphorePermit,
    ) -> (Self, Body) {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            sender: AtomicWaker::new(),
            ended: Notify::new(),
            most: settings.max_unsent,
            most_bytes: settings.max_unsent_bytes,
            metrics,
        });
        shared.metrics.connections.inc();
        (Self(Arc::clone(&shared)), Body { shared, codec: Codec::new(), _place: place })
    }

    /// Puts a message in. A client that has left too many of them is shut out.
    pub(super) fn send(&self, text: String) {
        self.0.metrics.messages.inc();
        self.put(text.len(), Message::Text(text.into()));
    }

    /// Asks whether the client is there.
    pub(super) fn ping(&self) {
        self.put(0, Message::Ping(Bytes::new()));
    }

    /// Answers that we are here.
    pub(super) fn pong(&self, words: Bytes) {
        self.put(words.len(), Message::Pong(words));
    }

    fn put(&self, bytes: usize, message: Message) {
        let mut state = self.0.state();
        if state.is_closed {
            return;
        }
        let unsent = state.waiting.len();
        // One message may be as large as an answer can be, or it could never be sent.
        if unsent >= self.0.most || (unsent > 0 && state.bytes + bytes > self.0.most_bytes) {
            let reason = format!("{unsent} messages of {} bytes wait unread: read faster", state.bytes);
            state.waiting.clear();
            state.close(Closing::TryAgainLater, &reason);
            drop(state);
            return self.0.tell_closed(Closing::TryAgainLater);
        }
        state.bytes += bytes;
        state.waiting.push_back(message);
        drop(state);
        self.0.sender.wake();
    }

    /// Ends the connection once what waits was sent.
    pub(super) fn close(&self, code: Closing, reason: &str) {
        let mut state = self.0.state();
        if state.is_closed {
            return;
        }
        state.close(code, reason);
        drop(state);
        self.0.tell_closed(code);
    }

    /// Waits until nothing more can be sent.
    pub(super) async fn ended(&self) {
        loop {
            let told = self.0.ended.notified();
            let mut told = std::pin::pin!(told);
            told.as_mut().enable();
            if self.0.state().is_closed {
                return;
            }
            told.await;
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_closed(&self, code: Closing) {
        self.metrics.closed.with_label_values(&[(code as u16).to_string().as_str()]).inc();
        self.sender.wake();
        self.ended.notify_waiters();
    }
}

impl State {
    fn close(&mut self, code: Closing, reason: &str) {
        let end = reason.floor_char_boundary(LONGEST_REASON);
        let reason = CloseReason {
            code: CloseCode::from(code as u16),
            description: Some(reason[..end].to_owned()).filter(|reason| !reason.is_empty()),
        };
        self.waiting.push_back(Message::Close(Some(reason)));
        self.is_closed = true;
    }
}

/// What is sent: the frames of what was put in, in that order.
pub(super) struct Body {
    shared: Arc<Shared>,
    codec: Codec,
    _place: OwnedSemaphorePermit,
}

impl Stream for Body {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // Before looking, so that what is put in meanwhile is not overlooked.
        self.shared.sender.register(context.waker());
        let (message, is_closed) = {
            let mut state = self.shared.state();
            let message = state.waiting.pop_front();
            state.bytes = match &message {
                Some(Message::Text(text)) => state.bytes.saturating_sub(text.len()),
                Some(Message::Pong(words)) => state.bytes.saturating_sub(words.len()),
                _ => state.bytes,
            };
            (message, state.is_closed)
        };
        match message {
            Some(message) => {
                let mut frame = BytesMut::new();
                match self.codec.encode(message, &mut frame) {
                    Ok(()) => Poll::Ready(Some(Ok(frame.freeze()))),
                    // Only continuations can be out of order, and none is sent.
                    Err(_) => Poll::Ready(None),
                }
            }
            None if is_closed => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.shared.metrics.connections.dec();
        let mut state = self.shared.state();
        state.waiting.clear();
        state.is_closed = true;
        drop(state);
        self.shared.ended.notify_waiters();
    }
}
