//! `plinth serve`: the GraphQL server.

use std::io::IsTerminal;

use chrono::Duration;
use sea_orm::Iterable;

use super::{DatabaseSettings, Failure, Ids, Role, ServeSettings, connect};
use crate::{
    access::token,
    server::{self, App},
};

/// How long the tokens of the demo are valid, in hours.
const DEMO_TOKEN_HOURS: i64 = 12;

/// Serves until the process is told to stop.
pub(super) async fn run(settings: ServeSettings, database: &DatabaseSettings) -> Result<(), Failure> {
    let demo_secret = demo_secret();
    let verifier = settings.checked(database, &demo_secret).map_err(Failure::Usage)?;
    let store = connect(database, Ids::Random).await?;
    if settings.migrate || settings.demo {
        migration::up(store.pool(), None).await?;
    }
    if settings.demo {
        super::demo::load_standard(&store).await?;
    }
    let app = App::new(store.clone(), verifier, settings.limits, settings.graphiql || settings.demo)?;
    let (server, address) = server::start(app, settings.bind, true)?;
    tracing::info!("GraphQL at http://{address}/graphql");
    if settings.graphiql || settings.demo {
        tracing::info!("GraphiQL at http://{address}/");
    }
    if settings.demo {
        let secret = settings.tokens.secret().ok().flatten().unwrap_or(&demo_secret).to_vec();
        announce_tokens(&settings, &secret, &address.to_string())?;
    }
    server.await?;
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// A secret that lasts as long as the process: tokens of one demo are worthless to the next.
fn demo_secret() -> Vec<u8> {
    let ids =
        [Ids::Random.next(server::now()), Ids::Random.next(server::now()), Ids::Random.next(server::now())];
    ids.iter().flat_map(|id| id.into_bytes()).collect()
}

fn announce_tokens(settings: &ServeSettings, secret: &[u8], address: &str) -> Result<(), Failure> {
    let parties = (settings.tokens.jwt_issuer.as_str(), settings.tokens.jwt_audience.as_str());
    eprintln!("\nThe demo estate is ready. A token for each role, valid for {DEMO_TOKEN_HOURS} hours:\n");
    for role in Role::iter() {
        let name = format!("demo {role:?}").to_lowercase();
        let valid = Duration::hours(DEMO_TOKEN_HOURS);
        let claims = token::claims(role, &name, parties, server::now(), valid);
        let signed = token::sign(secret, &claims)?;
        let role = format!("{role:?}").to_lowercase();
        if std::io::stderr().is_terminal() {
            eprintln!("  \u{1b}[1m{role:<10}\u{1b}[0m {signed}");
        } else {
            eprintln!("  {role:<10} {signed}");
        }
    }
    eprintln!("\nOpen http://{address}/ and paste one into the field at the top.\n");
    Ok(())
}
