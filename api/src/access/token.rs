//! JSON web tokens: each key speaks one algorithm, and every claim that limits a token is checked.

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey, Header, Validation,
    errors::ErrorKind,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use serde::{Deserialize, Serialize};

use sea_orm::{ActiveEnum, Iterable};

use super::{Caller, Role};
use crate::{
    error::{Error, Result},
    rules::require_text,
};

/// The shortest secret that HS256 is safe with, in bytes.
pub const SHORTEST_SECRET: usize = 32;

/// The shortest RSA modulus that is trusted, in bytes: 2,048 bits.
const SHORTEST_RSA_BYTES: usize = 256;

/// A point on P-256: a mark and two coordinates of 32 bytes.
const P256_POINT_BYTES: usize = 65;

/// The longest subject and name of a token, in characters. They go into every change record.
const LONGEST_NAME: usize = 200;

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
    /// For which services.
    pub aud: Audience,
    /// Made at, in seconds since 1970.
    #[serde(default)]
    pub iat: Option<i64>,
    /// Not valid before, in seconds since 1970.
    #[serde(default)]
    pub nbf: Option<i64>,
    /// Not valid from then on, in seconds since 1970.
    pub exp: i64,
}

/// The services that a token is meant for: one, or a list with any number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Audience {
    /// One service.
    One(String),
    /// Each of these services.
    Many(Vec<String>),
}

impl Audience {
    fn names(&self, service: &str) -> bool {
        match self {
            Self::One(name) => name == service,
            Self::Many(names) => names.iter().any(|name| name == service),
        }
    }
}

impl std::fmt::Display for Audience {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::One(name) => formatter.write_str(name),
            Self::Many(names) => formatter.write_str(&names.join(", ")),
        }
    }
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
        if String::from_utf8_lossy(pem).contains("PRIVATE KEY") {
            return Err("holds a private key; give the server the public one alone".into());
        }
        let (algorithm, key) = match DecodingKey::from_rsa_pem(pem) {
            Ok(key) => (Algorithm::RS256, key),
            Err(_) => match DecodingKey::from_ec_pem(pem) {
                Ok(key) => (Algorithm::ES256, key),
                Err(_) => return Err("holds neither an RSA nor a P-256 public key in PEM".into()),
            },
        };
        check_size(&key)?;
        self.keys.push(Key { id: None, algorithm, key });
        Ok(self)
    }

    /// Trusts the RS256 and ES256 keys of a JSON web key set, and passes over keys for other uses.
    ///
    /// # Errors
    /// A sentence when the set cannot be read, or holds no usable key or one that is too weak.
    pub fn trust_jwks(mut self, json: &[u8]) -> Result<Self, String> {
        let set: JwkSet =
            serde_json::from_slice(json).map_err(|cause| format!("is not a key set: {cause}"))?;
        let before = self.keys.len();
        for jwk in &set.keys {
            let Some(algorithm) = algorithm_of(jwk) else { continue };
            let key = DecodingKey::from_jwk(jwk)
                .map_err(|cause| format!("holds a key that cannot be used: {cause}"))?;
            check_size(&key)?;
            self.keys.push(Key { id: jwk.common.key_id.clone(), algorithm, key });
        }
        if self.keys.len() == before {
            return Err("holds no RSA or P-256 key that signs with RS256 or ES256".into());
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
        if header.crit.is_some() {
            return Err(refuse("demands an extension that this server does not know".into()));
        }
        let claims = self.signed(token, &header).map_err(refuse)?;
        let seconds = now.timestamp();
        if claims.iss != self.issuer {
            return Err(refuse(format!("was issued by `{}`, not by `{}`", claims.iss, self.issuer)));
        }
        if !claims.aud.names(&self.audience) {
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

    /// The claims of a token that a trusted key signed. Only the signature is checked: times are held against
    /// the clock of the request, not of the machine.
    fn signed(&self, token: &str, header: &Header) -> Result<Claims, String> {
        let speaks = |key: &&Key| key.algorithm == header.alg;
        let is_meant = |key: &&Key| header.kid.is_none() || key.id.is_none() || key.id == header.kid;
        let mut validation = Validation::new(header.alg);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        for key in self.keys.iter().filter(speaks).filter(is_meant) {
            match jsonwebtoken::decode::<Claims>(token, &key.key, &validation) {
                Ok(data) => return Ok(data.claims),
                Err(cause) => {
                    if let ErrorKind::Json(cause) = cause.kind() {
                        let words = cause.to_string();
                        let words = words.split(" at line ").next().unwrap_or_default();
                        return Err(format!("does not say what it has to: {words}"));
                    }
                }
            }
        }
        let known = self.keys.iter().filter(speaks).any(|key| is_meant(&key));
        match &header.kid {
            Some(id) if !known => Err(format!("names the key `{id}`, which this server does not trust")),
            _ => Err("is not signed by a key that this server trusts".into()),
        }
    }
}

/// The algorithm of a key that signs, where it is one of ours.
fn algorithm_of(jwk: &Jwk) -> Option<Algorithm> {
    let (algorithm, name) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let signs = !matches!(&jwk.common.public_key_use, Some(usage) if *usage != PublicKeyUse::Signature);
    let is_ours = jwk.common.key_algorithm.as_ref().is_none_or(|stated| *stated == name);
    (signs && is_ours).then_some(algorithm)
}

/// Refuses RSA keys that can be broken and curves that ES256 is not made for.
fn check_size(key: &DecodingKey) -> Result<(), String> {
    let too_weak = match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, .. } => n.len() < SHORTEST_RSA_BYTES,
        DecodingKeyKind::SecretOrDer(bytes) if key.family() == AlgorithmFamily::Rsa => {
            bytes.len() < SHORTEST_RSA_BYTES
        }
        DecodingKeyKind::SecretOrDer(point) => point.len() != P256_POINT_BYTES,
    };
    if too_weak {
        Err("holds a key that is neither RSA of 2,048 bits or more nor P-256".into())
    } else {
        Ok(())
    }
}

/// The caller that valid claims describe.
///
/// # Errors
/// `Unauthenticated` when the role is not one of ours, or the subject is blank or too long.
pub fn caller(claims: Claims, now: DateTime<Utc>, request_id: String) -> Result<Caller> {
    let role = parse_role(&claims.role).ok_or_else(|| {
        Error::Unauthenticated(format!("the token names the role `{}`, which does not exist", claims.role))
    })?;
    let name = claims.name.as_ref().unwrap_or(&claims.sub).trim().to_owned();
    for (claim, text) in [("sub", &claims.sub), ("name", &name)] {
        require_text(claim, text, LONGEST_NAME)
            .map_err(|cause| Error::Unauthenticated(format!("the token is not usable: {cause}")))?;
    }
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
        aud: Audience::One(audience.to_owned()),
        iat: Some(now.timestamp()),
        nbf: Some(now.timestamp()),
        exp: (now + valid).timestamp(),
    }
}
