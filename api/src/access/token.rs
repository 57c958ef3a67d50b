//! JSON web tokens: each key speaks one algorithm, and every claim that limits a token is checked.

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, jwk::JwkSet};
use serde::{Deserialize, Serialize};

use sea_orm::{ActiveEnum, Iterable};

use super::{Caller, Role};
use crate::error::{Error, Result};

/// The shortest secret that HS256 is safe with, in bytes.
pub const SHORTEST_SECRET: usize = 32;

/// Clocks of issuer and server may differ by so much, in seconds.
const LEEWAY_SECONDS: i64 = 30;

/// What a token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// Who: a user id, an e-mail address or the name of a program.
    pub sub: String,
    /// Name for people.
    #[serde(default)]
    pub name: Option<String>,
    /// The role, as in the table of permissions.
    pub role: String,
    /// Who made the token.
    pub iss: String,
    /// For which service.
    pub aud: String,
    /// Made at, in seconds since 1970.
    pub iat: i64,
    /// Not valid before, in seconds since 1970.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// Not valid from then on, in seconds since 1970.
    pub exp: i64,
}

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// The keys that this server trusts, and the issuer and audience that it demands.
pub struct Verifier {
    keys: Vec<Key>,
    issuer: String,
    audience: String,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Verifier").field("keys", &self.keys.len()).finish_non_exhaustive()
    }
}

impl Verifier {
    /// A verifier without keys: it refuses every token.
    #[must_use]
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self { keys: Vec::new(), issuer: issuer.to_owned(), audience: audience.to_owned() }
    }

    /// Trusts tokens signed with a shared secret (HS256).
    #[must_use]
    pub fn trust_secret(mut self, secret: &[u8]) -> Self {
        self.keys.push(Key { id: None, algorithm: Algorithm::HS256, key: DecodingKey::from_secret(secret) });
        self
    }

    /// Trusts tokens signed with the private half of a public key in PEM: RSA (RS256) or P-256 (ES256).
    ///
    /// # Errors
    /// A sentence when the file holds no such key.
    pub fn trust_pem(mut self, pem: &[u8]) -> Result<Self, String> {
        let (algorithm, key) = match DecodingKey::from_rsa_pem(pem) {
            Ok(key) => (Algorithm::RS256, key),
            Err(_) => match DecodingKey::from_ec_pem(pem) {
                Ok(key) => (Algorithm::ES256, key),
                Err(_) => return Err("holds neither an RSA nor a P-256 public key in PEM".into()),
            },
        };
        self.keys.push(Key { id: None, algorithm, key });
        Ok(self)
    }

    /// Trusts the RS256 and ES256 keys of a JSON web key set.
    ///
    /// # Errors
    /// A sentence when the set cannot be read or holds no usable key.
    pub fn trust_jwks(mut self, json: &[u8]) -> Result<Self, String> {
        let set: JwkSet =
            serde_json::from_slice(json).map_err(|cause| format!("is not a key set: {cause}"))?;
        let before = self.keys.len();
        for jwk in &set.keys {
            let algorithm = match &jwk.algorithm {
                jsonwebtoken::jwk::AlgorithmParameters::RSA(_) => Algorithm::RS256,
                jsonwebtoken::jwk::AlgorithmParameters::EllipticCurve(_) => Algorithm::ES256,
                _ => continue,
            };
            let key = DecodingKey::from_jwk(jwk)
                .map_err(|cause| format!("holds a key that cannot be used: {cause}"))?;
            self.keys.push(Key { id: jwk.common.key_id.clone(), algorithm, key });
        }
        if self.keys.len() == before {
            return Err("holds no RSA or elliptic curve key".into());
        }
        Ok(self)
    }

    /// The claims of a token, when a trusted key signed it and it is valid at `now`.
    ///
    /// # Errors
    /// `Unauthenticated` with the reason.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        let refuse = |reason: String| Error::Unauthenticated(format!("the token {reason}"));
        let header = jsonwebtoken::decode_header(token)
            .map_err(|_| refuse("cannot be read, or names no algorithm that is accepted".into()))?;
        let mut candidates = self.keys.iter().filter(|key| {
            key.algorithm == header.alg && (header.kid.is_none() || key.id.is_none() || key.id == header.kid)
        });
        let claims = candidates.find_map(|key| self.signed_by(key, token));
        let claims = claims.ok_or_else(|| refuse("is not signed by a key that this server trusts".into()))?;
        let seconds = now.timestamp();
        if claims.iss != self.issuer {
            return Err(refuse(format!("was issued by `{}`, not by `{}`", claims.iss, self.issuer)));
        }
        if claims.aud != self.audience {
            return Err(refuse(format!("is meant for `{}`, not for `{}`", claims.aud, self.audience)));
        }
        if claims.exp <= seconds - LEEWAY_SECONDS {
            return Err(refuse("has expired".into()));
        }
        if claims.nbf.is_some_and(|start| start > seconds + LEEWAY_SECONDS) {
            return Err(refuse("is not valid yet".into()));
        }
        Ok(claims)
    }

    /// Only the signature: the times are checked against the clock of the request, not of the machine.
    fn signed_by(&self, key: &Key, token: &str) -> Option<Claims> {
        let mut validation = Validation::new(key.algorithm);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        jsonwebtoken::decode::<Claims>(token, &key.key, &validation).ok().map(|data| data.claims)
    }
}

/// The caller that valid claims describe.
///
/// # Errors
/// `Unauthenticated` when the role is not one of ours.
pub fn caller(claims: Claims, now: DateTime<Utc>, request_id: String) -> Result<Caller> {
    let role = parse_role(&claims.role).ok_or_else(|| {
        Error::Unauthenticated(format!("the token names the role `{}`, which does not exist", claims.role))
    })?;
    let name = claims.name.unwrap_or_else(|| claims.sub.clone());
    Ok(Caller { subject: claims.sub, name, role, now, request_id })
}

/// A role by its name, in capitals or not.
#[must_use]
pub fn parse_role(name: &str) -> Option<Role> {
    Role::iter().find(|role| role.to_value().eq_ignore_ascii_case(name))
}

/// Signs a token with a shared secret.
///
/// # Errors
/// `Internal` when signing fails.
pub fn sign(secret: &[u8], claims: &Claims) -> Result<String> {
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret))
        .map_err(Error::internal)
}

/// The claims of a new token for a role.
#[must_use]
pub fn claims(
    role: Role,
    name: &str,
    (issuer, audience): (&str, &str),
    now: DateTime<Utc>,
    valid: Duration,
) -> Claims {
    Claims {
        sub: name.to_owned(),
        name: Some(name.to_owned()),
        role: role.to_value(),
        iss: issuer.to_owned(),
        aud: audience.to_owned(),
        iat: now.timestamp(),
        nbf: Some(now.timestamp()),
        exp: (now + valid).timestamp(),
    }
}
