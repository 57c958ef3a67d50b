//! API tokens: make, revoke, and let their holders in.
//!
//! The secret is shown once and never kept; what is kept is its hash. A secret has 256 random bits, so a plain
//! hash is as safe as a slow one, and one lookup by it tells nothing to those who measure time.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    access::{api_token, user},
    id::{ApiTokenId, UserId},
};
use rand::Rng;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect,
    RelationTrait,
};
use sha2::{Digest, Sha256};

use super::{Caller, Permission, Role, users};
use crate::{
    error::{Error, Result},
    rules::{expect_version, require_text},
    store::{Read, Store, Tx, hex},
};

/// What every secret begins with, so that people and scanners of leaked secrets know it.
pub const PREFIX: &str = "plinth_";

/// Characters of the secret that are shown for good: the prefix and six more.
const SHOWN: usize = PREFIX.len() + 6;

/// How long a token works when nobody says until when.
pub const USUAL_LIFE: TimeDelta = TimeDelta::days(90);

/// How long a token may work at most: what is never renewed is never looked at either.
pub const LONGEST_LIFE: TimeDelta = TimeDelta::days(365);

/// The use of a token is noted at most so often.
const NOTED_EVERY: TimeDelta = TimeDelta::hours(1);

/// What the holder of an API token sends. It is never written to a log.
pub struct Secret(String);

impl Secret {
    /// The text, to be shown once to whoever asked for it.
    #[must_use]
    pub fn reveal(self) -> String {
        self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

/// One API token.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: ApiTokenId) -> Result<api_token::Model> {
    api_token::Entity::find_by_id(id).one(db).await?.ok_or_else(|| Error::not_found("API token", id))
}

/// Makes an API token for a user, with its secret. It ends after [`USUAL_LIFE`] unless another end is given.
///
/// # Errors
/// `Invalid` for a blank name, an end in the past or one after more than [`LONGEST_LIFE`], `Conflict` for a user who is not active.
pub async fn create(
    tx: &Tx,
    user_id: UserId,
    name: String,
    expires_at: Option<DateTime<Utc>>,
) -> Result<(api_token::Model, Secret)> {
    let user = users::find(tx, user_id).await?;
    if !user.active {
        return Err(Error::Conflict(format!("{} is not active, reactivate them first", user.email)));
    }
    require_text("name", &name, 100)?;
    let now = tx.caller().now;
    let end = expires_at.unwrap_or(now + USUAL_LIFE);
    if end <= now {
        return Err(Error::invalid("expiresAt", format!("{end} is not in the future")));
    }
    if end > now + LONGEST_LIFE {
        let message = format!("{end} is more than {} days from now", LONGEST_LIFE.num_days());
        return Err(Error::invalid("expiresAt", message));
    }
    let secret = new_secret();
    let row = api_token::ActiveModel {
        id: Set(tx.new_id()),
        user_id: Set(user_id),
        name: Set(name),
        token_hash: Set(hash(&secret.0)),
        token_prefix: Set(secret.0.chars().take(SHOWN).collect()),
        expires_at: Set(Some(entity::moment(end))),
        ..Default::default()
    };
    Ok((tx.insert(row).await?, secret))
}

/// Makes an API token useless from now on. One that is revoked already stays as it is.
///
/// # Errors
/// `Conflict` for a stale version.
pub async fn revoke(tx: &Tx, id: ApiTokenId, expected_version: Option<i32>) -> Result<api_token::Model> {
    let token = find(tx, id).await?;
    expect_version("API token", token.version, expected_version)?;
    revoke_row(tx, token).await
}

pub(super) async fn revoke_row(tx: &Tx, token: api_token::Model) -> Result<api_token::Model> {
    if token.revoked_at.is_some() {
        return Ok(token);
    }
    let now = entity::moment(tx.caller().now);
    tx.update(token, |row: &mut api_token::ActiveModel| row.revoked_at = Set(Some(now))).await
}

/// Whether a bearer token claims to be the secret of an API token, and not one that somebody signed.
#[must_use]
pub fn is_secret(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// The caller who holds the secret `token`, with one statement. Once an hour a second notes the use.
///
/// # Errors
/// `Unauthenticated` for a secret that is not known, expired or revoked, and for a user who is not active;
/// `Unavailable` when the database is away.
pub async fn authenticate(
    store: &Store,
    token: &str,
    now: DateTime<Utc>,
    request_id: String,
) -> Result<Caller> {
    let refuse = |reason: String| Error::Unauthenticated(format!("the API token {reason}"));
    let door = store.read(&Caller::system(Role::Admin, now), Permission::ManageUsers)?;
    let held = holder(&door, &hash(token)).await?.ok_or_else(|| refuse("is not known here".into()))?;
    if let Some(moment) = held.revoked_at {
        return Err(refuse(format!("was revoked on {}", moment.date_naive())));
    }
    if let Some(end) = held.expires_at.filter(|end| *end <= now) {
        return Err(refuse(format!("expired on {}", end.date_naive())));
    }
    if !held.active {
        return Err(refuse("belongs to a user who is not active".into()));
    }
    if held.last_used_at.is_none_or(|last| now - last >= NOTED_EVERY)
        && let Err(cause) = store.note_use(held.id, now).await
    {
        // Who holds a good token is let in, even while the database takes no writes.
        tracing::warn!(%cause, request_id, "the use of an API token was not noted");
    }
    let name = format!("{} ({})", held.user_name, held.name);
    Ok(Caller { subject: held.email, name, role: held.role, now, request_id })
}

/// An API token with the user it calls as.
#[derive(FromQueryResult)]
struct Held {
    id: ApiTokenId,
    name: String,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    email: String,
    user_name: String,
    role: Role,
    active: bool,
}

async fn holder(db: &impl Read, hash: &str) -> Result<Option<Held>> {
    use api_token::Column as C;
    let query = api_token::Entity::find()
        .select_only()
        .columns([C::Id, C::Name, C::ExpiresAt, C::RevokedAt, C::LastUsedAt])
        .column(user::Column::Email)
        .column_as(user::Column::Name, "user_name")
        .column(user::Column::Role)
        .column(user::Column::Active)
        .join(JoinType::InnerJoin, api_token::Relation::User.def())
        .filter(C::TokenHash.eq(hash));
    Ok(query.into_model::<Held>().one(db).await?)
}

fn new_secret() -> Secret {
    let mut bits = [0_u8; 32];
    rand::rng().fill_bytes(&mut bits);
    Secret(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bits)))
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_new_each_time_and_not_shown_by_debug() {
        let secret = new_secret();
        assert_eq!(format!("{secret:?}"), "Secret(hidden)");
        let text = secret.reveal();
        assert_eq!(text.len(), PREFIX.len() + 43);
        assert!(is_secret(&text));
        assert_ne!(text, new_secret().reveal());
    }

    #[test]
    fn the_hash_is_the_usual_one() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
