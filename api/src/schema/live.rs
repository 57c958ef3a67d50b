//! What a subscription is given beside its arguments: a clock, since it outlives the moment at which it began, and
//! a say in what of its answers is sent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::Context;
use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;

use crate::{
    access::Caller,
    error::{Error, Result},
};

/// What goes with a subscription.
#[derive(Clone, Debug)]
pub struct Live {
    clock: fn() -> DateTime<Utc>,
    patience: Duration,
    turns: Arc<Semaphore>,
    only_news: Arc<AtomicBool>,
}

impl Live {
    /// For a subscription of a server with a clock, whose answers take no longer than `patience`, and are worked out
    /// anew in one of so many turns as all subscriptions have together.
    #[must_use]
    pub fn new(clock: fn() -> DateTime<Utc>, patience: Duration, turns: Arc<Semaphore>) -> Self {
        Self { clock, patience, turns, only_news: Arc::default() }
    }

    /// What goes with the subscription of this request.
    ///
    /// # Errors
    /// `Invalid` when it did not come over a connection on which answers can follow.
    pub fn of<'a>(ctx: &Context<'a>) -> Result<&'a Self> {
        ctx.data_opt::<Self>().ok_or_else(|| {
            Error::invalid("", "subscriptions come over a WebSocket (graphql-transport-ws) at /graphql")
        })
    }

    /// The same caller at this moment.
    #[must_use]
    pub fn again(&self, caller: &Caller) -> Caller {
        Caller { now: (self.clock)(), ..caller.clone() }
    }

    /// From now on an answer is sent only if it differs from the one before.
    pub fn send_only_news(&self) {
        self.only_news.store(true, Ordering::Relaxed);
    }

    /// Whether only answers are sent that differ from the one before.
    #[must_use]
    pub fn sends_only_news(&self) -> bool {
        self.only_news.load(Ordering::Relaxed)
    }

    /// Works something out, as long as it does not take longer than a request may.
    ///
    /// # Errors
    /// Those of `work`; `LimitExceeded` when it takes too long.
    pub async fn bounded<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        match tokio::time::timeout(self.patience, work).await {
            Ok(done) => done,
            Err(_) => {
                let seconds = self.patience.as_secs();
                Err(Error::LimitExceeded(format!("the answer took longer than {seconds} seconds")))
            }
        }
    }

    /// As [`Live::bounded`], in turn with all other subscriptions of the server, which take at most half of the time:
    /// queries and changes have the other half.
    ///
    /// # Errors
    /// As [`Live::bounded`].
    pub async fn in_turn<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(Error::internal)?;
        let started = Instant::now();
        let done = self.bounded(work).await;
        let rest = started.elapsed();
        tokio::spawn(async move {
            tokio::time::sleep(rest).await;
            drop(turn);
        });
        done
    }
}
