//! `plinth serve`: the GraphQL server.

use std::io::IsTerminal;

use chrono::Duration;
use sea_orm::{ActiveEnum, Iterable};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{DatabaseSettings, Failure, Ids, Role, ServeSettings, Store, connect, output};
use crate::{
    access::token,
    server::{self, App, Stopper},
};

/// How long the tokens of the demo are valid, in hours.
const DEMO_TOKEN_HOURS: i64 = 12;

/// Serves until the process is told to stop.
pub(super) async fn run(
    settings: ServeSettings,
    database: &DatabaseSettings,
    mut mistakes: Vec<String>,
) -> Result<(), Failure> {
    let demo_secret = demo_secret();
    let verifier = match settings.checked(database, &demo_secret) {
        Ok(verifier) if mistakes.is_empty() => verifier,
        Ok(_) => return Err(Failure::Usage(mistakes)),
        Err(more) => {
            mistakes.extend(more);
            return Err(Failure::Usage(mistakes));
        }
    };
    if settings.migrate || settings.demo {
        let store = connect(database, Ids::random()).await?;
        migration::up(store.pool(), None).await?;
        if settings.demo {
            super::demo::load_standard(&store).await?;
        }
        store.close().await;
    }
    let longest = Some(settings.limits.timeout());
    let (url, connections) = (&database.database_url, database.database_connections);
    let store = Store::connect_with(url, connections, Ids::random(), longest).await?;
    let app = App::new(store.clone(), verifier, settings.limits, settings.graphiql || settings.demo)?;
    let app = app.with_sockets(settings.sockets.clone());
    let signals = Signals::listen()?;
    let running = server::start(app, settings.bind)?;
    let address = running.address();
    tracing::info!("GraphQL at http://{address}/graphql");
    if settings.graphiql || settings.demo {
        tracing::info!("GraphiQL at http://{address}/");
    }
    if settings.demo {
        let secret = settings.tokens.secret().ok().flatten().unwrap_or(&demo_secret).to_vec();
        announce_tokens(&settings, &secret, &address.to_string())?;
    }
    let stopper = running.stopper();
    let warming = tokio::spawn(running.warm_up());
    tokio::select! {
        finished = running.finished() => finished?,
        () = told_to_stop_at_once(stopper, signals) => {
            tracing::warn!("stopped at once: what was begun is undone");
            return Ok(());
        }
    }
    // Whatever it still reads, nobody will ask for any more.
    warming.abort();
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// The signals by which a person or a system asks the server to stop.
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The first signal lets the server finish what it has begun; ends with the second one, which does not.
async fn told_to_stop_at_once(stopper: Stopper, mut signals: Signals) {
    signals.next().await;
    tracing::info!("stopping: finishing what was begun; a second signal stops at once");
    tokio::spawn(async move { stopper.finish().await });
    // A server that is finishing hears no other command, so whoever waits for it has to stop waiting.
    signals.next().await;
}

/// A secret that lasts as long as the process: tokens of one demo are worthless to the next.
fn demo_secret() -> Vec<u8> {
    (0..3).flat_map(|_| Ids::random().next(server::now()).into_bytes()).collect()
}

fn announce_tokens(settings: &ServeSettings, secret: &[u8], address: &str) -> Result<(), Failure> {
    let parties = (settings.tokens.jwt_issuer.as_str(), settings.tokens.jwt_audience.as_str());
    output::tell(&format!(
        "\nThe demo estate is ready. A token for each role, valid for {DEMO_TOKEN_HOURS} hours:\n"
    ));
    for role in Role::iter() {
        let word = role.to_value().to_lowercase();
        let valid = Duration::hours(DEMO_TOKEN_HOURS);
        let claims = token::claims(role, &format!("demo {word}"), parties, server::now(), valid);
        let signed = token::sign(secret, &claims)?;
        if std::io::stderr().is_terminal() {
            output::tell(&format!("  \u{1b}[1m{word:<10}\u{1b}[0m {signed}"));
        } else {
            output::tell(&format!("  {word:<10} {signed}"));
        }
    }
    output::tell(&format!("\nOpen http://{address}/ and paste one into the field at the top.\n"));
    Ok(())
}
