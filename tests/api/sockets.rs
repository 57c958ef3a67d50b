//! GraphQL over WebSocket: who may connect, what is said, and how much of it.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use api::{
    access::{Role, token::Verifier},
    config::{Limits, SocketSettings},
    server::App,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use support::{
    Engine, Process, TestApp,
    http::{PARTIES, SECRET, Server, answer, token_of},
    now, on_both_engines, on_engine,
    socket::Socket,
};

use crate::server::token_from_the_command_line;

const COUNT: &str = "{ sites { totalCount } }";
const FOLLOW: &str = "subscription { dependencyChanged { subject action } }";

async fn start(app: &TestApp, sockets: SocketSettings) -> Server {
    Server::start_with_sockets(app.store(), Limits::default(), sockets).await
}

async fn open(server: &Server) -> Socket {
    Socket::open(server.address(), &[]).await.unwrap()
}

async fn connect(server: &Server) -> Socket {
    server.connect(&token_of(Role::Viewer)).await
}

/// The value of a line of the metrics.
async fn metric(server: &Server, name: &str) -> f64 {
    let text = server.get("/metrics").await.text;
    let line = text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    line.map_or(0.0, |value| value.parse().unwrap())
}

/// Waits until a line of the metrics has a value.
async fn until(server: &Server, name: &str, value: f64) {
    for _ in 0..600 {
        if (metric(server, name).await - value).abs() < 0.5 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{name} does not become {value}");
}

#[test]
fn queries_changes_and_subscriptions_are_answered() {
    on_both_engines(async |app| {
        let server = start(app, SocketSettings::default()).await;
        let mut socket = server.connect(&token_of(Role::Director)).await;
        socket.subscribe("1", COUNT, json!({})).await;
        assert_eq!(socket.data("1").await, json!({ "sites": { "totalCount": 0 } }));
        assert_eq!(socket.next().await, json!({ "type": "complete", "id": "1" }));
        // The id is free again, and what is changed is there for others.
        let text = "mutation($code: String!) { openSite(input: { code: $code, name: \"B\", kind: OFFICE,
            timeZone: \"UTC\" }) { code } }";
        socket.subscribe("1", text, json!({ "code": "B1" })).await;
        assert_eq!(socket.data("1").await, json!({ "openSite": { "code": "B1" } }));
        assert_eq!(socket.next().await["type"], "complete");
        assert_eq!(app.viewer().query(COUNT).await["sites"]["totalCount"], 1);
        // Refused in the words and with the codes of queries.
        for (text, code) in
            [("{ nonsense }", "INVALID"), ("{ sites(", "INVALID"), ("{ users { totalCount } }", "FORBIDDEN")]
        {
            let expected = app.director().expect_error(text, code).await;
            socket.subscribe("2", text, json!({})).await;
            assert_eq!(socket.refusal("2").await, (expected.code, expected.message), "{text}");
        }
        // What is ended is not answered any more, whether it is there or not.
        socket.subscribe("3", FOLLOW, json!({})).await;
        for _ in 0..2 {
            socket.send(json!({ "type": "complete", "id": "3" })).await;
        }
        socket.settle().await;
        socket.subscribe("3", FOLLOW, json!({})).await;
        socket.send(json!({ "type": "pong", "payload": { "any": "thing" } })).await;
        socket.settle().await;
        socket.expect_silence().await;
        socket.close().await;
        server.stop().await;
    });
}

#[test]
fn whoever_is_not_known_may_not_ask() {
    on_engine(Engine::Sqlite, async |app| {
        let server = start(app, SocketSettings::default()).await;
        // In the header of the request, and then in no message.
        let bearer = format!("Bearer {}", token_of(Role::Viewer));
        let mut socket = Socket::open(server.address(), &[("authorization", &bearer)]).await.unwrap();
        socket.send(json!({ "type": "connection_init" })).await;
        assert_eq!(socket.next().await["type"], "connection_ack");
        socket.subscribe("1", COUNT, json!({})).await;
        assert_eq!(socket.data("1").await["sites"]["totalCount"], 0);
        socket.close().await;
        // A token of no worth in the header opens nothing.
        let (status, text) =
            Socket::open(server.address(), &[("authorization", "Bearer x")]).await.err().unwrap();
        assert_eq!(status, 401);
        assert!(text.contains("UNAUTHENTICATED") && text.contains("the token cannot be read"), "{text}");

        let init = |payload: Value| json!({ "type": "connection_init", "payload": payload });
        for (message, code, reason) in [
            (init(json!({ "Authorization": "Bearer x" })), 4403, "the token cannot be read"),
            (init(json!({ "authorization": "x" })), 4403, "does not begin with `Bearer `"),
            (init(json!({})), 4403, "send a token as `Authorization`"),
            (json!({ "type": "connection_init" }), 4403, "send a token as `Authorization`"),
            (json!({ "type": "subscribe", "id": "1", "payload": { "query": COUNT } }), 4401, "Unauthorized"),
        ] {
            let mut socket = open(&server).await;
            socket.send(message).await;
            let (found, told) = socket.closed().await;
            assert!(found == code && told.contains(reason), "{found} {told}");
        }
        server.stop().await;
    });
}

#[test]
fn what_is_no_message_ends_the_connection() {
    on_engine(Engine::Sqlite, async |app| {
        let server = start(app, SocketSettings::default()).await;
        let init = json!({ "type": "connection_init" }).to_string();
        let subscribe =
            |id: &str| json!({ "type": "subscribe", "id": id, "payload": { "query": FOLLOW } }).to_string();
        for (messages, code, reason) in [
            (vec!["nonsense".to_owned()], 4400, "a message is a JSON object with a `type`"),
            (vec!["[]".to_owned()], 4400, "a message is a JSON object with a `type`"),
            (vec![r#"{"type":"start","id":"1"}"#.to_owned()], 4400, "the type of a message is one of"),
            (
                vec![r#"{"type":"subscribe","id":"1"}"#.to_owned()],
                4400,
                "no message `subscribe`: missing field",
            ),
            (vec![r#"{"type":"complete"}"#.to_owned()], 4400, "no message `complete`: missing field `id`"),
            (vec![subscribe("")], 4400, "the id of an operation has 1 to 128 bytes"),
            (vec![subscribe(&"x".repeat(129))], 4400, "the id of an operation has 1 to 128 bytes"),
            (vec![subscribe("a"), subscribe("a")], 4409, "Subscriber for a already exists"),
            (vec![init], 4429, "Too many initialisation requests"),
        ] {
            let mut socket = connect(&server).await;
            for message in messages {
                socket.send_text(message).await;
            }
            let (found, told) = socket.closed().await;
            assert!(found == code && told.contains(reason), "{found} {told}, not {code} {reason}");
        }
        let mut socket = connect(&server).await;
        socket.send_binary(b"{}").await;
        assert_eq!(socket.closed().await, (4400, "messages are text, and this one is binary".to_owned()));
        // Nothing is left of any of them.
        until(&server, "plinth_socket_connections", 0.0).await;
        until(&server, "plinth_subscriptions", 0.0).await;
        assert!(metric(&server, "plinth_socket_closed_total{code=\"4409\"}").await > 0.5);
        server.stop().await;
    });
}

#[test]
fn silence_ends_a_connection() {
    on_engine(Engine::Sqlite, async |app| {
        let settings =
            SocketSettings { socket_init_seconds: 1, socket_ping_seconds: 1, ..SocketSettings::default() };
        let server = start(app, settings).await;
        let mut socket = open(&server).await;
        assert_eq!(socket.closed().await, (4408, "nothing came to initialise the connection".to_owned()));
        // Whoever does not answer pings is gone. This client answers when it reads.
        let silent = connect(&server).await;
        let mut lively = connect(&server).await;
        tokio::join!(until(&server, "plinth_socket_closed_total{code=\"1013\"}", 1.0), async {
            for _ in 0..10 {
                lively.expect_silence().await;
            }
        });
        assert_eq!(silent.closed_unanswered(), (1013, "nothing was heard of the client".to_owned()));
        lively.settle().await;
        server.stop().await;
    });
}

#[test]
fn a_connection_is_opened_by_who_speaks_the_protocol_from_our_own_pages() {
    on_engine(Engine::Sqlite, async |app| {
        let allowed = vec!["https://plinth.example.com".to_owned()];
        let server =
            start(app, SocketSettings { socket_origins: allowed, ..SocketSettings::default() }).await;
        let address = server.address();
        let refused = async |header: (&str, &str)| Socket::open(address, &[header]).await.err();
        for protocol in ["graphql-ws", "x, y"] {
            let (status, text) = refused(("sec-websocket-protocol", protocol)).await.unwrap();
            assert!(status == 400 && text.contains("graphql-transport-ws"), "{status} {text}");
        }
        for origin in ["https://elsewhere.example.com", "null", "http://", "https://plinth.example.com:8443"]
        {
            let (status, text) = refused(("origin", origin)).await.unwrap();
            assert!(status == 403 && text.contains("PLINTH_SOCKET_ORIGINS"), "{status} {text}");
        }
        for origin in [format!("http://{address}"), "https://plinth.example.com".to_owned()] {
            assert!(refused(("origin", &origin)).await.is_none(), "{origin}");
        }
        // Without the rest of an opening, and without any.
        let request = server.request("/graphql").header("upgrade", "websocket");
        let answered = answer(request.header("connection", "upgrade")).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (400, "INVALID"));
        assert_eq!(server.get("/graphql").await.status, 405);
        // Subscriptions need a connection on which answers can follow.
        let answered = server.query(&token_of(Role::Viewer), FOLLOW).await;
        assert_eq!(answered.code(), "INVALID");
        server.stop().await;
    });
}

#[test]
fn a_connection_does_no_more_than_it_may() {
    on_engine(Engine::Sqlite, async |app| {
        let settings =
            SocketSettings { max_subscriptions: 2, max_message_bytes: 20_000, ..SocketSettings::default() };
        let limits = Limits { max_cost: 50, ..Limits::default() };
        let server = Server::start_with_sockets(app.store(), limits, settings).await;
        let mut socket = connect(&server).await;
        for id in ["1", "2", "3"] {
            socket.subscribe(id, FOLLOW, json!({})).await;
        }
        let (code, message) = socket.refusal("3").await;
        assert_eq!(code, "LIMIT_EXCEEDED");
        assert!(message.starts_with("2 operations are open on this connection"), "{message}");
        until(&server, "plinth_subscriptions", 2.0).await;
        socket.send(json!({ "type": "complete", "id": "1" })).await;
        socket.subscribe("3", FOLLOW, json!({})).await;
        socket.settle().await;
        socket.expect_silence().await;
        socket.send(json!({ "type": "complete", "id": "3" })).await;
        // Subscriptions cost what queries cost, and are one field.
        let dear = "subscription { impactChanged(of: [\"x\"]) { affected(first: 100) { nodes { steps } } } }";
        let double = "subscription { a: dependencyChanged { action } b: dependencyChanged { action } }";
        let hidden = "subscription { ...f } fragment f on Subscription { dependencyChanged { action } }";
        for (text, code, words) in [
            (dear, "LIMIT_EXCEEDED", "the query costs"),
            (double, "INVALID", "a subscription asks for one field"),
            (hidden, "INVALID", "a subscription asks for one field"),
        ] {
            socket.subscribe("4", text, json!({})).await;
            let (found, message) = socket.refusal("4").await;
            assert!(found == code && message.contains(words), "{found} {message}");
        }
        // A message may be larger once it is known who sends it.
        let padded =
            |bytes: usize| format!("{{\"type\":\"ping\",\"payload\":{{\"x\":\"{}\"}}}}", "x".repeat(bytes));
        socket.send_text(padded(19_000)).await;
        assert_eq!(socket.next().await["type"], "pong");
        socket.send_text(padded(20_000)).await;
        assert_eq!(socket.closed().await, (1009, "a message has more than 20000 bytes".to_owned()));
        let mut unknown = open(&server).await;
        unknown.send_text(padded(19_000)).await;
        assert_eq!(unknown.closed().await.0, 1009);
        server.stop().await;
    });
}

#[test]
fn a_flood_is_stopped() {
    on_engine(Engine::Sqlite, async |app| {
        let settings = SocketSettings {
            max_sockets: 2,
            max_subscriptions: 100,
            socket_operations_per_second: 5,
            ..SocketSettings::default()
        };
        let server = start(app, settings).await;
        let mut socket = connect(&server).await;
        for id in 0..12 {
            socket.subscribe(&id.to_string(), FOLLOW, json!({})).await;
        }
        let refused = socket.next().await;
        assert_eq!(refused["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED");
        assert_eq!(refused["payload"][0]["message"], "more than 5 operations began in a second");
        // As many connections as there may be.
        let mut other = connect(&server).await;
        let (status, text) = Socket::open(server.address(), &[]).await.err().unwrap();
        assert!(status == 503 && text.contains("2 WebSocket connections are open"), "{status} {text}");
        for _ in 0..60 {
            other.send(json!({ "type": "ping" })).await;
        }
        assert_eq!(other.closed().await, (4429, "too many messages a second".to_owned()));
        until(&server, "plinth_socket_connections", 1.0).await;
        connect(&server).await.close().await;
        server.stop().await;
    });
}

#[test]
fn who_reads_too_slowly_is_disconnected() {
    on_engine(Engine::Sqlite, async |app| {
        let settings = SocketSettings {
            max_subscriptions: 1_000,
            socket_operations_per_second: 10_000,
            max_unsent: 10,
            max_unsent_bytes: 2_000_000,
            ..SocketSettings::default()
        };
        let server = start(app, settings).await;
        let mut socket = Socket::open_narrow(server.address()).await;
        socket.initialise(&token_of(Role::Viewer)).await;
        let large = "{ __schema { types { name description fields { name description } } } }";
        for id in 0..80 {
            socket.subscribe(&id.to_string(), large, json!({})).await;
        }
        until(&server, "plinth_socket_closed_total{code=\"1013\"}", 1.0).await;
        let (code, reason) = socket.closed().await;
        assert!(code == 1013 && reason.ends_with("wait unread: read faster"), "{code} {reason}");
        until(&server, "plinth_socket_connections", 0.0).await;
        server.stop().await;
    });
}

/// A user with an API token: the id of the user, the id of the token, and its secret.
async fn a_token(app: &TestApp, email: &str) -> [String; 3] {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let new = "mutation($email: String!) { createUser(input: { email: $email, name: \"Ann\", role: VIEWER }) { id } }";
    let user = text(&app.admin().query_with(new, json!({ "email": email })).await["createUser"]["id"]);
    let new =
        "mutation($user: ID!) { createApiToken(user: $user, name: \"page\") { secret apiToken { id } } }";
    let made = app.admin().query_with(new, json!({ "user": user })).await;
    let made = &made["createApiToken"];
    [user, text(&made["apiToken"]["id"]), text(&made["secret"])]
}

#[test]
fn a_token_that_is_revoked_ends_its_connections() {
    on_both_engines(async |app| {
        let server =
            start(app, SocketSettings { socket_check_seconds: 1, ..SocketSettings::default() }).await;
        let [_, revoked, secret] = a_token(app, "ann@example.com").await;
        let [user, _, other] = a_token(app, "ben@example.com").await;
        let mut first = server.connect(&secret).await;
        let mut second = server.connect(&other).await;
        let mut third = connect(&server).await;
        for socket in [&mut first, &mut second, &mut third] {
            socket.subscribe("1", FOLLOW, json!({})).await;
            socket.settle().await;
        }
        let revoke = "mutation($id: ID!) { revokeApiToken(id: $id) { id } }";
        app.admin().query_with(revoke, json!({ "id": revoked })).await;
        let (code, reason) = first.closed().await;
        assert!(code == 4403 && reason.contains("was revoked"), "{code} {reason}");
        let change = "mutation($id: ID!) { changeUserRole(id: $id, role: PLANNER) { id } }";
        app.admin().query_with(change, json!({ "id": user })).await;
        let (code, reason) = second.closed().await;
        assert!(code == 4403 && reason.contains("role of the token's holder has changed"), "{code} {reason}");
        third.settle().await;
        third.expect_silence().await;
        server.stop().await;
    });
}

/// By how much the clock of one test is ahead, in seconds.
static AHEAD: AtomicI64 = AtomicI64::new(0);

fn moving() -> DateTime<Utc> {
    now() + TimeDelta::seconds(AHEAD.load(Ordering::Relaxed))
}

#[test]
fn a_token_that_expires_ends_its_connections() {
    on_engine(Engine::Sqlite, async |app| {
        let verifier = Verifier::new(PARTIES.0, PARTIES.1).trust_secret(SECRET);
        let settings = SocketSettings { socket_check_seconds: 1, ..SocketSettings::default() };
        let served = App::new(app.store().clone(), verifier, Limits::default(), false).unwrap();
        let server = Server::serve(served.with_sockets(settings).with_clock(moving));
        let mut socket = connect(&server).await;
        socket.subscribe("1", FOLLOW, json!({})).await;
        socket.settle().await;
        AHEAD.store(3_700, Ordering::Relaxed);
        let (code, reason) = socket.closed().await;
        assert!(code == 4403 && reason.contains("the token has expired"), "{code} {reason}");
        server.stop().await;
    });
}

#[test]
fn a_server_that_stops_says_good_bye() {
    on_both_engines(async |app| {
        let server = start(app, SocketSettings::default()).await;
        let mut sockets = Vec::new();
        for _ in 0..3 {
            let mut socket = connect(&server).await;
            socket.subscribe("1", FOLLOW, json!({})).await;
            socket.settle().await;
            sockets.push(socket);
        }
        let ((), ()) = tokio::join!(server.finish(), async {
            for socket in &mut sockets {
                assert_eq!(socket.closed().await, (1001, "the server is stopping".to_owned()));
            }
        });
    });
}

#[test]
fn a_process_that_is_told_to_stop_says_good_bye_and_ends() {
    on_both_engines(async |app| {
        let mut process = Process::serve(app.database().url(), &[]);
        process.wait_for("the dependency graph is read");
        let address = process.address().parse().unwrap();
        let token = token_from_the_command_line("viewer");
        let mut sockets = Vec::new();
        for _ in 0..3 {
            let mut socket = Socket::connect(address, &token).await;
            socket.subscribe("1", FOLLOW, json!({})).await;
            socket.settle().await;
            sockets.push(socket);
        }
        process.signal("TERM");
        for socket in &mut sockets {
            assert_eq!(socket.closed().await, (1001, "the server is stopping".to_owned()));
        }
        assert_eq!(process.ended().code(), Some(0));
    });
}
