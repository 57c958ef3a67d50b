//! Who is at the other end, and whether their token still holds.

use std::{
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use super::super::{App, requests::holder};
use crate::{
    access::Caller,
    error::{Error, Result},
};

/// Nothing is sent by a token that was not looked at for longer.
const FRESH: Duration = Duration::from_secs(1);

/// A token with whom it lets in.
#[derive(Clone)]
pub(super) struct Token {
    /// As it was shown.
    pub(super) text: String,
    /// Who holds it.
    pub(super) caller: Caller,
}

/// Who is at the other end.
pub(super) struct Standing {
    pub(super) app: Arc<App>,
    pub(super) request_id: String,
    held: std::sync::Mutex<Option<Held>>,
}

#[derive(Clone)]
struct Held {
    token: Token,
    checked: Instant,
}

impl Standing {
    /// Nobody is known yet.
    pub(super) fn new(app: Arc<App>, request_id: String) -> Self {
        Self { app, request_id, held: std::sync::Mutex::default() }
    }

    /// Lets the holder of a token in.
    pub(super) fn admit(&self, token: Token) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Held { token, checked: Instant::now() });
    }

    /// The token that a text is.
    pub(super) async fn token(&self, text: String) -> Result<Token> {
        let caller = holder(&text, &self.app, (self.app.clock)(), &self.request_id).await?;
        Ok(Token { text, caller })
    }

    /// Who has been let in, at this moment.
    pub(super) fn caller(&self) -> Option<Caller> {
        let held = self.held()?;
        Some(Caller { now: (self.app.clock)(), ..held.token.caller })
    }

    fn held(&self) -> Option<Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the token still holds, as it was found a moment ago.
    pub(super) async fn holds(&self) -> Result<()> {
        match self.held() {
            Some(held) if held.checked.elapsed() < FRESH => Ok(()),
            Some(held) => self.check(held).await,
            None => Ok(()),
        }
    }

    /// Whether the token still holds, looked at anew.
    pub(super) async fn check_now(&self) -> Result<()> {
        match self.held() {
            Some(held) => self.check(held).await,
            None => Ok(()),
        }
    }

    async fn check(&self, held: Held) -> Result<()> {
        let before = &held.token.caller;
        let now = match self.token(held.token.text.clone()).await {
            Ok(now) => now,
            Err(Error::Unauthenticated(reason)) => return Err(Error::Unauthenticated(reason)),
            // A database that is away says nothing about the token. Nothing can be read for it either.
            Err(cause) => {
                tracing::warn!(request_id = self.request_id, %cause, "a token was not looked at again");
                return Ok(());
            }
        };
        if (now.caller.role, &now.caller.subject) != (before.role, &before.subject) {
            let reason = "the role of the token's holder has changed: connect again";
            return Err(Error::Unauthenticated(reason.to_owned()));
        }
        self.admit(now);
        Ok(())
    }
}
