//! Connections to the database that end while the server is up.

use std::pin::pin;

use api::{access::Role, config::Limits};
use sea_orm::ConnectionTrait;
use support::{
    Engine,
    http::{Server, token_of},
    on_engine,
};

use super::{COUNT, OPEN, count, hold_writers, somebody_waits};

#[test]
fn connections_that_the_server_of_the_database_ends_are_replaced() {
    on_engine(Engine::Postgres, async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let token = token_of(Role::Director);
        let other = app.database().connect().await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        for _ in 0..3 {
            server.query(&token, COUNT).await;
            other.execute_unprepared(end).await.unwrap();
            let answers = [server.query(&token, COUNT).await, server.query(&token, COUNT).await];
            let codes = answers.map(|answer| answer.code());
            assert!(codes.iter().all(|code| ["", "UNAVAILABLE"].contains(&code.as_str())), "{codes:?}");
        }
        let holder = hold_writers(app.database()).await;
        let mut met = 0;
        let answer = loop {
            let mut asked = pin!(server.query(&token, OPEN));
            tokio::select! {
                // A connection that was ended above, and that nobody has met since.
                answer = &mut asked => {
                    assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.text);
                    met += 1;
                    assert!(met < 100, "no connection is replaced");
                }
                () = somebody_waits(&holder, Engine::Postgres) => {
                    holder.execute_unprepared(&format!("{end} AND wait_event_type = 'Lock'")).await.unwrap();
                    break asked.await;
                }
            }
        };
        assert_eq!(answer.code(), "UNAVAILABLE", "{}", answer.text);
        holder.rollback().await.unwrap();
        assert_eq!(count(app).await, 0);
        assert_eq!(server.query(&token, OPEN).await.code(), "");
        other.close().await.unwrap();
        server.stop().await;
    });
}
