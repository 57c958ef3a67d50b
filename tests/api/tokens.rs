//! Which tokens open the server, and which do not.

use std::{path::PathBuf, process::Output};

use api::{
    access::{
        Role,
        token::{Audience, Claims, Verifier},
    },
    config::Limits,
};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use support::{
    Engine, TestApp,
    http::{PARTIES, SECRET, Server, claims, token_of},
    on_engine, plinth,
};

const QUERY: &str = "{ sites { totalCount } }";

/// What the server says to a token: nothing when it lets it in.
async fn verdict(server: &Server, token: &str) -> String {
    let answer = server.query(token, QUERY).await;
    if answer.status == 200 {
        assert_eq!(answer.json()["data"]["sites"]["totalCount"], 0, "{}", answer.text);
        return String::new();
    }
    assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"), "{}", answer.text);
    answer.message()
}

fn signed(header: &Header, claims: &impl serde::Serialize, key: &EncodingKey) -> String {
    jsonwebtoken::encode(header, claims, key).unwrap()
}

fn with_secret(claims: &impl serde::Serialize) -> String {
    signed(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(SECRET))
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(path_of(name)).unwrap()
}

fn path_of(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys").join(name)
}

fn verifier() -> Verifier {
    Verifier::new(PARTIES.0, PARTIES.1)
}

async fn server_with(app: &TestApp, verifier: Verifier) -> Server {
    Server::start_with(app.store(), verifier, Limits::default(), false).await
}

type Edit = fn(&mut Claims);

#[test]
fn every_claim_that_limits_a_token_is_checked() {
    on_engine(Engine::Sqlite, async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let base = claims(Role::Viewer);
        let with = |edit: Edit| {
            let mut claims = base.clone();
            edit(&mut claims);
            with_secret(&claims)
        };
        assert_eq!(verdict(&server, &token_of(Role::Viewer)).await, "");
        assert_eq!(verdict(&server, &with(|claims| claims.nbf = None)).await, "");
        let both = |claims: &mut Claims| claims.aud = Audience::Many(vec!["other".into(), "plinth".into()]);
        assert_eq!(verdict(&server, &with(both)).await, "");

        let cases: [(Edit, &str); 9] = [
            (|claims| claims.exp -= 3_631, "the token has expired"),
            (|claims| claims.exp = i64::MIN, "the token has expired"),
            (|claims| claims.nbf = claims.nbf.map(|start| start + 31), "the token is not valid yet"),
            (|claims| claims.iss = "other".into(), "the token was issued by `other`, not by `plinth`"),
            (
                |claims| claims.aud = Audience::One("other".into()),
                "the token is meant for `other`, not for `plinth`",
            ),
            (|claims| claims.aud = Audience::Many(vec![]), "the token is meant for ``, not for `plinth`"),
            (|claims| claims.role = "owner".into(), "the token names the role `owner`, which does not exist"),
            (|claims| claims.sub = " ".into(), "the token is not usable: sub: is blank"),
            (
                |claims| claims.name = Some("x".repeat(201)),
                "the token is not usable: name: has 201 characters, at most 200 are kept",
            ),
        ];
        for (edit, expected) in cases {
            assert_eq!(verdict(&server, &with(edit)).await, expected);
        }
        for claim in ["exp", "iss", "aud", "sub", "role"] {
            let mut without = serde_json::to_value(&base).unwrap();
            without.as_object_mut().unwrap().remove(claim);
            let message = verdict(&server, &with_secret(&without)).await;
            assert_eq!(message, format!("the token does not say what it has to: missing field `{claim}`"));
        }
        server.stop().await;
    });
}

#[test]
fn signatures_are_checked_with_the_algorithm_of_the_key() {
    on_engine(Engine::Sqlite, async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let claims = claims(Role::Admin);
        let untrusted = "the token is not signed by a key that this server trusts";
        let unreadable = "the token cannot be read, or names no algorithm that is accepted";

        let other = EncodingKey::from_secret(b"another secret of tests, longer than thirty-two bytes");
        assert_eq!(
            verdict(&server, &signed(&Header::new(Algorithm::HS256), &claims, &other)).await,
            untrusted
        );
        let ours = EncodingKey::from_secret(SECRET);
        assert_eq!(
            verdict(&server, &signed(&Header::new(Algorithm::HS512), &claims, &ours)).await,
            untrusted
        );
        let rsa = EncodingKey::from_rsa_pem(&fixture("rsa.pem")).unwrap();
        assert_eq!(verdict(&server, &signed(&Header::new(Algorithm::RS256), &claims, &rsa)).await, untrusted);

        let token = with_secret(&claims);
        let (_, payload) = token.split_once('.').unwrap();
        let (body, signature) = payload.split_once('.').unwrap();
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"; // {"alg":"none","typ":"JWT"}
        for forged in
            [format!("{none}.{body}."), format!("{none}.{body}.{signature}"), format!("{none}.{body}")]
        {
            assert_eq!(verdict(&server, &forged).await, unreadable);
        }
        let mut changed = signature.to_owned();
        changed.replace_range(0..1, if signature.starts_with('A') { "B" } else { "A" });
        assert_eq!(verdict(&server, &token.replace(signature, &changed)).await, untrusted);
        assert_eq!(verdict(&server, &token.replace(signature, "")).await, untrusted);

        let demanding = Header { crit: Some(vec!["b64".into()]), ..Header::new(Algorithm::HS256) };
        let message = verdict(&server, &signed(&demanding, &claims, &ours)).await;
        assert_eq!(message, "the token demands an extension that this server does not know");
        for nonsense in ["x", "a.b.c", "....", "plinth_x", "ey"] {
            assert!(!verdict(&server, nonsense).await.is_empty(), "{nonsense}");
        }
        server.stop().await;
    });
}

#[test]
fn a_public_key_is_no_secret() {
    on_engine(Engine::Sqlite, async |app| {
        let public = fixture("rsa-public.pem");
        let server = server_with(app, verifier().trust_pem(&public).unwrap()).await;
        let claims = claims(Role::Viewer);
        let rsa = EncodingKey::from_rsa_pem(&fixture("rsa.pem")).unwrap();
        assert_eq!(verdict(&server, &signed(&Header::new(Algorithm::RS256), &claims, &rsa)).await, "");

        let header = Header::new(Algorithm::HS256);
        for confused in [&public[..], public.trim_ascii()] {
            let token = signed(&header, &claims, &EncodingKey::from_secret(confused));
            let message = verdict(&server, &token).await;
            assert_eq!(message, "the token is not signed by a key that this server trusts");
        }
        let token = signed(&Header::new(Algorithm::RS512), &claims, &rsa);
        assert_eq!(
            verdict(&server, &token).await,
            "the token is not signed by a key that this server trusts"
        );
        server.stop().await;
    });
}

#[test]
fn curves_and_key_sets_are_trusted_by_their_ids() {
    on_engine(Engine::Sqlite, async |app| {
        let claims = claims(Role::Viewer);
        let curve = EncodingKey::from_ec_pem(&fixture("p256.pem")).unwrap();
        let rsa = EncodingKey::from_rsa_pem(&fixture("rsa.pem")).unwrap();
        let header =
            |algorithm, id: Option<&str>| Header { kid: id.map(str::to_owned), ..Header::new(algorithm) };

        let server = server_with(app, verifier().trust_pem(&fixture("p256-public.pem")).unwrap()).await;
        let token = signed(&header(Algorithm::ES256, None), &claims, &curve);
        assert_eq!(verdict(&server, &token).await, "");
        server.stop().await;

        let server = server_with(app, verifier().trust_jwks(&fixture("jwks.json")).unwrap()).await;
        for (algorithm, id, key) in [
            (Algorithm::ES256, Some("p256"), &curve),
            (Algorithm::ES256, None, &curve),
            (Algorithm::RS256, Some("rsa"), &rsa),
            (Algorithm::RS256, None, &rsa),
        ] {
            assert_eq!(verdict(&server, &signed(&header(algorithm, id), &claims, key)).await, "");
        }
        for (algorithm, id, key) in [
            (Algorithm::ES256, "unknown", &curve),
            (Algorithm::ES256, "rsa", &curve),
            (Algorithm::RS256, "encryption", &rsa),
        ] {
            let message = verdict(&server, &signed(&header(algorithm, Some(id)), &claims, key)).await;
            assert_eq!(message, format!("the token names the key `{id}`, which this server does not trust"));
        }
        server.stop().await;
    });
}

#[test]
fn weak_and_wrong_keys_are_not_trusted() {
    let weak = "holds a key that is neither RSA of 2,048 bits or more nor P-256";
    let refused = |name: &str| verifier().trust_pem(&fixture(name)).unwrap_err();
    assert_eq!(refused("rsa-1024-public.pem"), weak);
    assert_eq!(refused("p384-public.pem"), weak);
    assert_eq!(refused("rsa.pem"), "holds a private key; give the server the public one alone");
    assert_eq!(refused("jwks.json"), "holds neither an RSA nor a P-256 public key in PEM");

    let set =
        |keys: Value| verifier().trust_jwks(json!({ "keys": keys }).to_string().as_bytes()).unwrap_err();
    assert_eq!(set(json!([])), "holds no RSA or P-256 key that signs with RS256 or ES256");
    let secret = json!({ "kty": "oct", "k": "c2VjcmV0", "alg": "HS256" });
    assert_eq!(set(json!([secret])), "holds no RSA or P-256 key that signs with RS256 or ES256");
    assert_eq!(set(json!([{ "kty": "RSA", "n": "AQAB", "e": "AQAB" }])), weak);
    assert!(verifier().trust_jwks(b"{").unwrap_err().starts_with("is not a key set: "));
}

#[test]
fn nobody_gets_in_without_a_token() {
    on_engine(Engine::Sqlite, async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        for text in ["{ serverVersion }", "{ __typename }", "{ __schema { types { name } } }", "nonsense"] {
            let body = json!({ "query": text });
            let answer = support::http::answer(server.post("/graphql").json(&body)).await;
            assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"));
            assert_eq!(answer.message(), "send a token in the header `Authorization: Bearer …`");
            assert!(answer.json()["data"].is_null());
        }
        let basic = server.post("/graphql").basic_auth("a", Some("b")).json(&json!({ "query": QUERY }));
        let answer = support::http::answer(basic).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (401, "UNAUTHENTICATED"));
        server.stop().await;
    });
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } =
        plinth().args(arguments).envs(variables.iter().copied()).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn every_mistake_of_the_settings_is_told_at_once() {
    let variables = [
        ("PLINTH_BIND", "nowhere"),
        ("PLINTH_DATABASE_URL", "mysql://somewhere"),
        ("PLINTH_DATABASE_CONNECTIONS", "0"),
        ("PLINTH_JWT_SECRET", "short"),
        ("PLINTH_JWT_PUBLIC_KEY_FILE", "/does/not/exist"),
        ("PLINTH_MAX_DEPTH", "deep"),
        ("PLINTH_TIMEOUT_SECONDS", "0"),
        ("PLINTH_GRAPHIQL", "perhaps"),
        ("PLINTH_LOG_FORMAT", "xml"),
        ("PLINTH_LOG", "api=loud"),
        ("PLINTH_MAX_SOCKETS", "0"),
        ("PLINTH_SOCKET_ORIGINS", "anywhere"),
    ];
    let (code, _, told) = run(&["serve"], &variables);
    assert_eq!(code, Some(2), "{told}");
    for (name, _) in variables {
        assert!(told.contains(name), "{name} is missing in:\n{told}");
    }
    assert!(told.contains("PLINTH_JWT_SECRET has 5 bytes, it needs at least 32"), "{told}");
    assert_eq!(told.lines().count(), variables.len(), "{told}");

    let (code, _, told) = run(&["serve", "--bind", "nowhere"], &[("PLINTH_MAX_DEPTH", "deep")]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("--bind `nowhere`: ") && told.contains("PLINTH_MAX_DEPTH `deep`: "), "{told}");
    let (code, _, told) = run(&["migrate", "status"], &[("PLINTH_DATABASE_CONNECTIONS", "many")]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("PLINTH_DATABASE_CONNECTIONS `many`"), "{told}");
}

#[test]
fn mistakes_of_flags_are_told_at_once_and_by_their_names() {
    let flags = [
        "serve",
        "--bind",
        "nowhere",
        "--max-depth=deep",
        "--timeout-seconds",
        "-4",
        "--database-url",
        "mysql://somewhere",
        "--database-connections",
        "many",
        "--jwt-secret",
        "short",
        "--jwt-jwks-file",
        "/does/not/exist",
        "--max-page",
        "0",
        "--log-format",
        "xml",
        "--log",
        "api=loud",
    ];
    // A variable that a flag wins over is not at fault, whatever it says.
    let (code, _, told) = run(&flags, &[("PLINTH_BIND", "127.0.0.1:1"), ("PLINTH_MAX_COST", "dear")]);
    assert_eq!(code, Some(2), "{told}");
    let names = flags.iter().filter(|word| word.starts_with("--"));
    for name in names.map(|name| name.split('=').next().unwrap()).chain(["PLINTH_MAX_COST"]) {
        let line = format!("plinth: {name} ");
        assert!(told.lines().any(|told| told.starts_with(&line)), "{name} is missing in:\n{told}");
    }
    assert_eq!(told.lines().count(), 11, "{told}");

    // A value that is needed and makes no sense is one mistake, not two.
    let (code, _, told) = run(&["token", "--role", "king", "--ttl", "long"], &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("--role `king`: ") && told.contains("--ttl `long`: "), "{told}");
    assert_eq!(told.lines().count(), 2, "{told}");
    let (code, _, told) = run(&["token", "--ttl", "long", "--nonsense"], &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("--nonsense"), "{told}");
}

#[test]
fn settings_that_let_nobody_or_everybody_in_are_refused() {
    let (code, _, told) = run(&["serve"], &[]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("no key to check tokens with: set PLINTH_JWT_SECRET"), "{told}");

    for bind in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let (code, _, told) = run(&["serve", "--demo", "--bind", bind], &[]);
        assert_eq!(code, Some(2), "{told}");
        assert!(
            told.contains(&format!("plinth: --bind is {bind}, but the demo listens on loopback only")),
            "{told}"
        );
    }
}

#[test]
fn the_command_line_makes_tokens_and_shows_no_secrets() {
    let secret = "a secret of the command line, long enough";
    let variables = [("PLINTH_JWT_SECRET", secret)];
    let (code, token, _) = run(&["token", "--role", "viewer", "--ttl", "1h"], &variables);
    assert_eq!(code, Some(0));
    assert_eq!((token.lines().count(), token.matches('.').count()), (1, 2));

    let (code, _, told) = run(&["token", "--role", "viewer"], &[("PLINTH_JWT_SECRET", "short")]);
    assert_eq!(code, Some(2), "{told}");
    let (code, _, told) = run(&["token", "--role", "owner"], &variables);
    assert_eq!(code, Some(2), "{told}");
    for ttl in ["0s", "-1h", "367d", "1w", "h", "", "9223372036854775807d"] {
        let (code, _, told) = run(&["token", "--role", "viewer", &format!("--ttl={ttl}")], &variables);
        assert_eq!(code, Some(2), "{ttl}: {told}");
    }

    let url = ("PLINTH_DATABASE_URL", "postgres://user:hidden-password@host/name");
    for arguments in [&["--help"][..], &["serve", "--help"], &["token", "--help"]] {
        let (code, help, _) = run(arguments, &[variables[0], url]);
        assert_eq!(code, Some(0));
        assert!(!help.contains(secret) && !help.contains("hidden-password"), "{help}");
    }
}
