//! Every setting, its environment variable, its flag and its default, in one place.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, builder::BoolishValueParser};

pub use self::line::{CommandLine, Flags, Refusal, read};
use crate::access::token::{SHORTEST_SECRET, Verifier};

mod line;

/// Under which help lists what every command takes.
const SHARED: &str = "Settings of every command";

/// What is logged, and how.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = SHARED)]
pub struct LogSettings {
    /// What to log: error, warn, info, debug, trace, or rules such as `api=debug,sqlx=warn`.
    #[arg(
        long,
        env = "PLINTH_LOG",
        default_value = "info,sea_orm_migration=warn,sqlx=warn,actix_server=warn",
        global = true
    )]
    pub log: String,
    /// How to log: `text` for people, `json` for programs.
    #[arg(long, env = "PLINTH_LOG_FORMAT", default_value = "text", global = true)]
    pub log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where the database is.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = SHARED)]
pub struct DatabaseSettings {
    /// Address of the database: `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    #[arg(
        long,
        env = "PLINTH_DATABASE_URL",
        hide_env_values = true,
        default_value = "sqlite://plinth.sqlite",
        global = true
    )]
    pub database_url: String,
    /// Connections to the database at most.
    #[arg(long, env = "PLINTH_DATABASE_CONNECTIONS", default_value_t = 16, global = true)]
    pub database_connections: u32,
}

/// Who signs tokens, and for whom.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Tokens")]
pub struct TokenSettings {
    /// Secret that signs and checks HS256 tokens, at least 32 bytes.
    #[arg(long, env = "PLINTH_JWT_SECRET", hide_env_values = true)]
    pub jwt_secret: Option<String>,
    /// Issuer that a token has to name.
    #[arg(long, env = "PLINTH_JWT_ISSUER", default_value = "plinth")]
    pub jwt_issuer: String,
    /// Audience that a token has to name.
    #[arg(long, env = "PLINTH_JWT_AUDIENCE", default_value = "plinth")]
    pub jwt_audience: String,
}

/// How the server serves.
#[derive(Args, Clone, Debug)]
pub struct ServeSettings {
    /// Address and port to listen on.
    #[arg(long, env = "PLINTH_BIND", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,
    /// Serve the demo estate with a ready-made token for each role. Listens on loopback only.
    #[arg(long, env = "PLINTH_DEMO", value_parser = BoolishValueParser::new())]
    pub demo: bool,
    /// Offer the GraphiQL page at `/`. The demo always does.
    #[arg(long, env = "PLINTH_GRAPHIQL", value_parser = BoolishValueParser::new())]
    pub graphiql: bool,
    /// Apply outstanding migrations before serving. The demo always does.
    #[arg(long, env = "PLINTH_MIGRATE", value_parser = BoolishValueParser::new())]
    pub migrate: bool,
    #[command(flatten)]
    pub tokens: TokenSettings,
    /// File with a public key in PEM that checks RS256 or ES256 tokens.
    #[arg(long, env = "PLINTH_JWT_PUBLIC_KEY_FILE", value_name = "FILE", help_heading = "Tokens")]
    pub jwt_public_key_file: Option<PathBuf>,
    /// File with a JSON web key set that checks RS256 or ES256 tokens.
    #[arg(long, env = "PLINTH_JWT_JWKS_FILE", value_name = "FILE", help_heading = "Tokens")]
    pub jwt_jwks_file: Option<PathBuf>,
    #[command(flatten)]
    pub limits: Limits,
    #[command(flatten)]
    pub sockets: SocketSettings,
}

/// What one request may ask for.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Fields inside fields at most.
    #[arg(long, env = "PLINTH_MAX_DEPTH", default_value_t = 15)]
    pub max_depth: usize,
    /// Cost of a query at most: one for each field, times the rows that its lists may return. A list that has no
    /// pages counts as ten rows.
    #[arg(long, env = "PLINTH_MAX_COST", default_value_t = 100_000)]
    pub max_cost: usize,
    /// Aliases in a query at most, again for each use of a fragment.
    #[arg(long, env = "PLINTH_MAX_ALIASES", default_value_t = 30)]
    pub max_aliases: usize,
    /// Rows of a page at most.
    #[arg(long, env = "PLINTH_MAX_PAGE", default_value_t = 1_000)]
    pub max_page: u64,
    /// Bytes of a request at most, uploads excepted.
    #[arg(long, env = "PLINTH_MAX_BODY_BYTES", default_value_t = 1_048_576)]
    pub max_body_bytes: usize,
    /// Bytes of an uploaded file at most.
    #[arg(long, env = "PLINTH_MAX_UPLOAD_BYTES", default_value_t = 67_108_864)]
    pub max_upload_bytes: usize,
    /// Seconds that a request may take.
    #[arg(long, env = "PLINTH_TIMEOUT_SECONDS", default_value_t = 30)]
    pub timeout_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 15,
            max_cost: 100_000,
            max_aliases: 30,
            max_page: 1_000,
            max_body_bytes: 1_048_576,
            max_upload_bytes: 67_108_864,
            timeout_seconds: 30,
        }
    }
}

impl Limits {
    /// The longest time that a request may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds)
    }

    fn mistakes(&self) -> Vec<String> {
        let numbers = [
            ("PLINTH_MAX_DEPTH", self.max_depth),
            ("PLINTH_MAX_COST", self.max_cost),
            ("PLINTH_MAX_PAGE", usize::try_from(self.max_page).unwrap_or(usize::MAX)),
            ("PLINTH_MAX_BODY_BYTES", self.max_body_bytes),
            ("PLINTH_MAX_UPLOAD_BYTES", self.max_upload_bytes),
            ("PLINTH_TIMEOUT_SECONDS", usize::try_from(self.timeout_seconds).unwrap_or(usize::MAX)),
        ];
        let zeros = numbers.iter().filter(|(_, number)| *number == 0);
        zeros.map(|(name, _)| format!("{name} is 0, so nothing could be asked for")).collect()
    }
}

/// What one WebSocket connection may do, and how many there may be.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Subscriptions")]
pub struct SocketSettings {
    /// WebSocket connections at most.
    #[arg(long, env = "PLINTH_MAX_SOCKETS", default_value_t = 1_000)]
    pub max_sockets: usize,
    /// Operations that may be open at once on a WebSocket connection.
    #[arg(long, env = "PLINTH_MAX_SUBSCRIPTIONS", default_value_t = 20)]
    pub max_subscriptions: usize,
    /// Operations that may begin in a second on a WebSocket connection.
    #[arg(long, env = "PLINTH_SOCKET_OPERATIONS_PER_SECOND", default_value_t = 50)]
    pub socket_operations_per_second: u32,
    /// Bytes of a message from a client at most.
    #[arg(long, env = "PLINTH_MAX_MESSAGE_BYTES", default_value_t = 524_288)]
    pub max_message_bytes: usize,
    /// Messages that may wait for a client that reads slowly; beyond that it is disconnected.
    #[arg(long, env = "PLINTH_MAX_UNSENT", default_value_t = 100)]
    pub max_unsent: usize,
    /// Bytes of messages that may wait for a client that reads slowly, where more than one waits.
    #[arg(long, env = "PLINTH_MAX_UNSENT_BYTES", default_value_t = 1_048_576)]
    pub max_unsent_bytes: usize,
    /// Seconds in which a client has to initialise its connection.
    #[arg(long, env = "PLINTH_SOCKET_INIT_SECONDS", default_value_t = 10)]
    pub socket_init_seconds: u64,
    /// Seconds between two pings; a client that is silent for two of them is disconnected.
    #[arg(long, env = "PLINTH_SOCKET_PING_SECONDS", default_value_t = 20)]
    pub socket_ping_seconds: u64,
    /// Seconds after which the token of an open connection is looked at again.
    #[arg(long, env = "PLINTH_SOCKET_CHECK_SECONDS", default_value_t = 10)]
    pub socket_check_seconds: u64,
    /// Origins whose pages may connect beside our own, such as `https://plinth.example.com`, with commas between.
    #[arg(long, env = "PLINTH_SOCKET_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    pub socket_origins: Vec<String>,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            max_sockets: 1_000,
            max_subscriptions: 20,
            socket_operations_per_second: 50,
            max_message_bytes: 524_288,
            max_unsent: 100,
            max_unsent_bytes: 1_048_576,
            socket_init_seconds: 10,
            socket_ping_seconds: 20,
            socket_check_seconds: 10,
            socket_origins: Vec::new(),
        }
    }
}

impl SocketSettings {
    /// How long a client may take to initialise its connection.
    #[must_use]
    pub fn init_timeout(&self) -> Duration {
        Duration::from_secs(self.socket_init_seconds)
    }

    /// How long it is from one ping to the next.
    #[must_use]
    pub fn ping(&self) -> Duration {
        Duration::from_secs(self.socket_ping_seconds)
    }

    /// After how long a token is looked at again.
    #[must_use]
    pub fn check(&self) -> Duration {
        Duration::from_secs(self.socket_check_seconds)
    }

    fn mistakes(&self) -> Vec<String> {
        let seconds = |seconds: u64| usize::try_from(seconds).unwrap_or(usize::MAX);
        let operations = usize::try_from(self.socket_operations_per_second).unwrap_or(usize::MAX);
        let numbers = [
            ("PLINTH_MAX_SOCKETS", self.max_sockets),
            ("PLINTH_MAX_SUBSCRIPTIONS", self.max_subscriptions),
            ("PLINTH_SOCKET_OPERATIONS_PER_SECOND", operations),
            ("PLINTH_MAX_MESSAGE_BYTES", self.max_message_bytes),
            ("PLINTH_MAX_UNSENT", self.max_unsent),
            ("PLINTH_MAX_UNSENT_BYTES", self.max_unsent_bytes),
            ("PLINTH_SOCKET_INIT_SECONDS", seconds(self.socket_init_seconds)),
            ("PLINTH_SOCKET_PING_SECONDS", seconds(self.socket_ping_seconds)),
            ("PLINTH_SOCKET_CHECK_SECONDS", seconds(self.socket_check_seconds)),
        ];
        let zeros = numbers.iter().filter(|(_, number)| *number == 0);
        let zeros = zeros.map(|(name, _)| format!("{name} is 0, so nothing could be subscribed to"));
        let is_origin = |origin: &str| {
            let site = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            site.is_some_and(|site| !site.is_empty() && !site.contains(['/', '*', ' ']))
        };
        let odd = self.socket_origins.iter().filter(|origin| !origin.is_empty() && !is_origin(origin));
        let odd = odd.map(|origin| {
            format!(
                "PLINTH_SOCKET_ORIGINS has `{origin}`, which is no origin such as https://plinth.example.com"
            )
        });
        zeros.chain(odd).collect()
    }
}

impl DatabaseSettings {
    /// What is wrong with the address, if anything.
    #[must_use]
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|scheme| self.database_url.starts_with(scheme)) {
            mistakes.push("PLINTH_DATABASE_URL begins with neither sqlite: nor postgres://".to_owned());
        }
        if self.database_connections == 0 {
            mistakes.push("PLINTH_DATABASE_CONNECTIONS is 0, so no statement could run".to_owned());
        }
        mistakes
    }

    /// Refuses an address that cannot be one.
    ///
    /// # Errors
    /// Every mistake, a sentence each.
    pub fn require_valid(&self) -> Result<(), Vec<String>> {
        let mistakes = self.mistakes();
        if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
    }
}

impl TokenSettings {
    /// The signing secret, when it is long enough.
    ///
    /// # Errors
    /// A sentence that names the setting and the rule.
    pub fn secret(&self) -> Result<Option<&[u8]>, String> {
        match &self.jwt_secret {
            Some(secret) if secret.len() < SHORTEST_SECRET => Err(format!(
                "PLINTH_JWT_SECRET has {} bytes, it needs at least {SHORTEST_SECRET}",
                secret.len()
            )),
            Some(secret) => Ok(Some(secret.as_bytes())),
            None => Ok(None),
        }
    }
}

impl ServeSettings {
    /// The keys that tokens are checked with, after all settings were checked.
    ///
    /// # Errors
    /// Every mistake of the settings, a sentence each.
    pub fn checked(&self, database: &DatabaseSettings, demo_secret: &[u8]) -> Result<Verifier, Vec<String>> {
        let mut mistakes = database.mistakes();
        mistakes.extend(self.limits.mistakes());
        mistakes.extend(self.sockets.mistakes());
        if self.demo && !self.bind.ip().is_loopback() {
            mistakes.push(format!("PLINTH_BIND is {}, but the demo listens on loopback only", self.bind));
        }
        let mut verifier = Verifier::new(&self.tokens.jwt_issuer, &self.tokens.jwt_audience);
        match self.tokens.secret() {
            Ok(Some(secret)) => verifier = verifier.trust_secret(secret),
            Ok(None) if self.demo => verifier = verifier.trust_secret(demo_secret),
            Ok(None) if self.jwt_public_key_file.is_none() && self.jwt_jwks_file.is_none() => mistakes.push(
                "no key to check tokens with: set PLINTH_JWT_SECRET, PLINTH_JWT_PUBLIC_KEY_FILE or \
                 PLINTH_JWT_JWKS_FILE"
                    .to_owned(),
            ),
            Ok(None) => {}
            Err(mistake) => mistakes.push(mistake),
        }
        let files = [
            ("PLINTH_JWT_PUBLIC_KEY_FILE", &self.jwt_public_key_file, Verifier::trust_pem as Trust),
            ("PLINTH_JWT_JWKS_FILE", &self.jwt_jwks_file, Verifier::trust_jwks as Trust),
        ];
        for (name, file, trust) in files {
            let Some(file) = file else { continue };
            let empty = Verifier::new(&self.tokens.jwt_issuer, &self.tokens.jwt_audience);
            let current = std::mem::replace(&mut verifier, empty);
            match std::fs::read(file)
                .map_err(|cause| cause.to_string())
                .and_then(|bytes| trust(current, &bytes))
            {
                Ok(trusting) => verifier = trusting,
                Err(mistake) => mistakes.push(format!("{name} {}: {mistake}", file.display())),
            }
        }
        if mistakes.is_empty() { Ok(verifier) } else { Err(mistakes) }
    }
}

type Trust = fn(Verifier, &[u8]) -> Result<Verifier, String>;
