//! From bytes of a client to messages, none larger than it may be.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_http::ws::{Codec, Frame, Item, ProtocolError};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::StreamExt;
use tokio::sync::mpsc::Sender;
use tokio_util::codec::Decoder;

/// Bytes of a message before it is known who sends it.
const FIRST_MESSAGE_BYTES: usize = 16_384;

/// What came from a client.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message.
    Text(Bytes),
    /// It asks whether we are there, and gets its own words back.
    Ping(Bytes),
    /// It is there.
    Pong,
    /// It says good-bye, or is gone.
    Gone,
    /// A message that is larger than so many bytes.
    TooLarge(usize),
    /// What is no message of the protocol: why not.
    Broken(&'static str),
}

/// How many bytes a message may have.
#[derive(Clone)]
pub(super) struct Limit(Arc<AtomicUsize>);

impl Limit {
    /// As long as nobody knows who sends them.
    pub(super) fn before_init() -> Self {
        Self(Arc::new(AtomicUsize::new(FIRST_MESSAGE_BYTES)))
    }

    /// From now on so many.
    pub(super) fn set(&self, bytes: usize) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// Reads until the client is gone or nobody wants to hear it any more.
pub(super) async fn read(mut payload: Payload, limit: Limit, sender: Sender<Incoming>) {
    let mut frames = Frames { codec: Codec::new(), buffer: BytesMut::new(), begun: None, limit };
    loop {
        while let Some(incoming) = frames.next() {
            let is_last = matches!(incoming, Incoming::Gone | Incoming::TooLarge(_) | Incoming::Broken(_));
            if sender.send(incoming).await.is_err() || is_last {
                return;
            }
        }
        let bytes = tokio::select! {
            bytes = payload.next() => bytes,
            () = sender.closed() => return,
        };
        match bytes {
            Some(Ok(bytes)) => frames.buffer.extend_from_slice(&bytes),
            _ => {
                // Whoever would hear it may be gone as well.
                let _ = sender.send(Incoming::Gone).await;
                return;
            }
        }
    }
}

struct Frames {
    codec: Codec,
    buffer: BytesMut,
    /// The beginning of a message that comes in several frames.
    begun: Option<BytesMut>,
    limit: Limit,
}

impl Frames {
    /// The next of what has come; nothing while more has to come.
    fn next(&mut self) -> Option<Incoming> {
        loop {
            let limit = self.limit.get();
            let codec = std::mem::take(&mut self.codec);
            self.codec = codec.max_size(limit);
            let frame = match self.codec.decode(&mut self.buffer) {
                Ok(frame) => frame?,
                Err(ProtocolError::Overflow) => return Some(Incoming::TooLarge(limit)),
                Err(_) => return Some(Incoming::Broken("the frames are not those of a WebSocket")),
            };
            match frame {
                Frame::Text(text) => return Some(Incoming::Text(text)),
                Frame::Ping(words) => return Some(Incoming::Ping(words)),
                Frame::Pong(_) => return Some(Incoming::Pong),
                Frame::Close(_) => return Some(Incoming::Gone),
                Frame::Continuation(item) => {
                    if let Some(incoming) = self.part(item, limit) {
                        return Some(incoming);
                    }
                }
                Frame::Binary(_) => {
                    return Some(Incoming::Broken("messages are text, and this one is binary"));
                }
            }
        }
    }

    fn part(&mut self, item: Item, limit: usize) -> Option<Incoming> {
        let (part, is_last) = match item {
            Item::FirstText(part) => {
                self.begun = Some(BytesMut::new());
                (part, false)
            }
            Item::Continue(part) => (part, false),
            Item::Last(part) => (part, true),
            Item::FirstBinary(_) => {
                return Some(Incoming::Broken("messages are text, and this one is binary"));
            }
        };
        let whole = self.begun.as_mut()?;
        if whole.len() + part.len() > limit {
            return Some(Incoming::TooLarge(limit));
        }
        whole.extend_from_slice(&part);
        if !is_last {
            return None;
        }
        self.begun.take().map(|whole| Incoming::Text(whole.freeze()))
    }
}
