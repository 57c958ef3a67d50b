//! Users, roles and API tokens.

use api::{
    access::{Role, keys},
    error::Error,
};
use chrono::TimeDelta;
use serde_json::{Value, json};
use support::{Client, TestApp, now, on_both_engines};

const NEW_USER: &str = "mutation($email: String!, $role: Role!, $key: String) {
    createUser(input: { email: $email, name: \"Ann\", role: $role }, idempotencyKey: $key) {
        id version createdAt updatedAt email name role active
        apiTokens { id }
    }
}";

const NEW_TOKEN: &str = "mutation($user: ID!, $expires: DateTime) {
    createApiToken(user: $user, name: \"nightly import\", expiresAt: $expires) {
        secret
        apiToken {
            id version createdAt updatedAt name prefix expiresAt revokedAt lastUsedAt
            user { email }
        }
    }
}";

async fn user(admin: &Client, email: &str, role: &str) -> String {
    let data = admin.query_with(NEW_USER, json!({ "email": email, "role": role })).await;
    text(&data["createUser"]["id"])
}

async fn token(admin: &Client, user: &str) -> (String, String) {
    let data = admin.query_with(NEW_TOKEN, json!({ "user": user })).await;
    let made = &data["createApiToken"];
    (text(&made["apiToken"]["id"]), text(&made["secret"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn refusal(app: &TestApp, secret: &str, hours: i64) -> String {
    let at = now() + TimeDelta::hours(hours);
    match keys::authenticate(app.store(), secret, at, "r1".into()).await {
        Err(Error::Unauthenticated(reason)) => reason,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[test]
fn everybody_learns_who_they_are() {
    on_both_engines(async |app| {
        let me = app.viewer().query("{ me { subject name role permissions } }").await;
        assert_eq!(
            me["me"],
            json!({
                "subject": "viewer@plinth.test", "name": "viewer", "role": "VIEWER",
                "permissions": ["VIEW_INVENTORY", "VIEW_LIFECYCLE", "VIEW_CLOUD", "VIEW_TOPOLOGY"],
            })
        );
        let roles = app.admin().query("{ roles { role permissions } }").await;
        assert_eq!(roles["roles"].as_array().unwrap().len(), 8);
        assert_eq!(roles["roles"][7], json!({ "role": "ADMIN", "permissions": ["MANAGE_USERS"] }));
        app.director().expect_error("{ roles { role } }", "FORBIDDEN").await;
    });
}

#[test]
fn a_user_is_created_once_under_an_address_in_small_letters() {
    on_both_engines(async |app| {
        let admin = app.admin();
        let input = json!({ "email": " Ann@Example.com", "role": "PLANNER", "key": "k1" });
        let first = admin.query_with(NEW_USER, input.clone()).await;
        let made = &first["createUser"];
        assert_eq!(made["email"], "ann@example.com");
        assert_eq!(made["role"], "PLANNER");
        assert_eq!(made["active"], true);
        assert_eq!(made["version"], 1);
        assert_eq!(made["apiTokens"], json!([]));
        assert_eq!(admin.query_with(NEW_USER, input).await, first);

        let again = json!({ "email": "ANN@example.com", "role": "VIEWER" });
        let error = admin.expect_error_with(NEW_USER, again, "INVALID").await;
        assert_eq!(
            (error.field.as_str(), error.message.as_str()),
            ("email", "email: another user already has it")
        );
        for bad in ["ann", "@example.com", "ann@", "a nn@example.com", "ann@b@c", " "] {
            let input = json!({ "email": bad, "role": "VIEWER" });
            let error = admin.expect_error_with(NEW_USER, input, "INVALID").await;
            assert_eq!(error.field, "email", "{bad}");
        }
        let found = admin.query("{ user(email: \"ANN@example.com\") { name } }").await;
        assert_eq!(found["user"]["name"], "Ann");
        assert_eq!(admin.query("{ users { totalCount } }").await["users"]["totalCount"], 1);
    });
}

#[test]
fn only_administrators_see_users_and_tokens() {
    on_both_engines(async |app| {
        let ann = user(&app.admin(), "ann@example.com", "PLANNER").await;
        for role in [Role::Viewer, Role::Finance, Role::Director, Role::Auditor] {
            let client = app.as_role(role);
            client.expect_error("{ users { nodes { email } } }", "FORBIDDEN").await;
            client.expect_error("{ apiTokens { nodes { prefix } } }", "FORBIDDEN").await;
            client.expect_error(&format!("{{ user(id: \"{ann}\") {{ email }} }}"), "FORBIDDEN").await;
            client.expect_error_with(NEW_TOKEN, json!({ "user": ann }), "FORBIDDEN").await;
        }
    });
}

#[test]
fn users_are_renamed_filtered_and_paged() {
    on_both_engines(async |app| {
        let admin = app.admin();
        let ann = user(&admin, "ann@example.com", "PLANNER").await;
        user(&admin, "ben@example.com", "VIEWER").await;
        user(&admin, "cleo@example.com", "VIEWER").await;
        let rename = "mutation($id: ID!, $version: Int, $name: String!) {
            renameUser(id: $id, name: $name, expectedVersion: $version) { version name } }";
        let input = json!({ "id": ann, "name": "Ann Lee", "version": 1 });
        let renamed = admin.query_with(rename, input.clone()).await;
        assert_eq!(renamed["renameUser"], json!({ "version": 2, "name": "Ann Lee" }));
        admin.expect_error_with(rename, input, "CONFLICT").await;
        let blank = admin.expect_error_with(rename, json!({ "id": ann, "name": " " }), "INVALID").await;
        assert_eq!(blank.field, "name");

        let viewers = "{ users(filter: { role: { eq: VIEWER }, active: { eq: true } },
            orderBy: { field: EMAIL, direction: DESC }, first: 1) {
            nodes { email } pageInfo { hasNextPage endCursor } totalCount } }";
        let page = admin.query(viewers).await;
        assert_eq!(page["users"]["nodes"][0]["email"], "cleo@example.com");
        assert_eq!(page["users"]["totalCount"], 2);
        let cursor = text(&page["users"]["pageInfo"]["endCursor"]);
        let next = viewers.replace("first: 1", &format!("first: 1, after: \"{cursor}\""));
        assert_eq!(admin.query(&next).await["users"]["nodes"][0]["email"], "ben@example.com");
        let other = format!("{{ apiTokens(after: \"{cursor}\") {{ nodes {{ id }} }} }}");
        assert_eq!(admin.expect_error(&other, "INVALID").await.field, "after");
    });
}

#[test]
fn nobody_changes_their_own_role_and_one_administrator_is_left() {
    on_both_engines(async |app| {
        let admin = app.admin();
        let own = user(&admin, "admin@plinth.test", "ADMIN").await;
        let change = "mutation($id: ID!, $role: Role!) { changeUserRole(id: $id, role: $role) { role } }";
        let stop = "mutation($id: ID!) { deactivateUser(id: $id) { active } }";
        let error =
            admin.expect_error_with(change, json!({ "id": own, "role": "DIRECTOR" }), "CONFLICT").await;
        assert_eq!(error.message, "nobody changes their own role, ask another administrator");
        let error = admin.expect_error_with(stop, json!({ "id": own }), "CONFLICT").await;
        assert_eq!(error.message, "nobody deactivates themselves, ask another administrator");

        // Two more: the first of them may go, and then `own` is not the last either.
        let ben = user(&admin, "ben@example.com", "ADMIN").await;
        let data = admin.query_with(change, json!({ "id": ben, "role": "VIEWER" })).await;
        assert_eq!(data["changeUserRole"]["role"], "VIEWER");

        // An administrator whom nobody recorded finds `own` to be the last one.
        let caller = api::access::Caller { subject: "sso".into(), ..app.caller(Role::Admin) };
        let outcome = app
            .store()
            .change(&caller, api::access::Permission::ManageUsers, async |tx| {
                let id = api::schema::scalar::Id::parse(&own).unwrap().0;
                api::access::users::deactivate(tx, id, None).await
            })
            .await;
        assert_eq!(outcome.unwrap_err().to_string(), "admin@plinth.test is the last active administrator");
    });
}

#[test]
fn a_secret_lets_its_holder_in_and_is_shown_once() {
    on_both_engines(async |app| {
        let admin = app.admin();
        let ann = user(&admin, "ann@example.com", "FINANCE").await;
        let data =
            admin.query_with(NEW_TOKEN, json!({ "user": ann, "expires": "2026-07-01T12:00:00Z" })).await;
        let made = &data["createApiToken"];
        let secret = text(&made["secret"]);
        assert!(secret.starts_with("plinth_") && secret.len() == 50, "{secret}");
        assert_eq!(text(&made["apiToken"]["prefix"]), secret[..13]);
        assert_eq!(made["apiToken"]["user"]["email"], "ann@example.com");

        let before = app.store().statements();
        let caller = keys::authenticate(app.store(), &secret, now(), "r1".into()).await.unwrap();
        assert_eq!(app.store().statements() - before, 2, "one lookup, one note of the use");
        assert_eq!((caller.subject.as_str(), caller.role), ("ann@example.com", Role::Finance));
        assert_eq!(caller.name, "Ann (nightly import)");
        let later = now() + TimeDelta::minutes(59);
        keys::authenticate(app.store(), &secret, later, "r2".into()).await.unwrap();
        assert_eq!(app.store().statements() - before, 3, "the use is noted once an hour");

        assert_eq!(refusal(app, &secret, 3).await, "the API token expired on 2026-07-01");
        assert_eq!(refusal(app, "plinth_unknown", 0).await, "the API token is not known here");
        let seen = admin.query("{ apiTokens { nodes { version lastUsedAt } } }").await;
        assert_eq!(
            seen["apiTokens"]["nodes"],
            json!([{ "version": 1, "lastUsedAt": "2026-07-01T09:00:00+00:00" }])
        );
    });
}

#[test]
fn revoked_tokens_and_inactive_users_are_refused() {
    on_both_engines(async |app| {
        let admin = app.admin();
        let ann = user(&admin, "ann@example.com", "FINANCE").await;
        let (id, secret) = token(&admin, &ann).await;
        let revoke = "mutation($id: ID!) { revokeApiToken(id: $id) { version revokedAt } }";
        let revoked = admin.query_with(revoke, json!({ "id": id })).await;
        assert_eq!(revoked["revokeApiToken"]["version"], 2);
        assert_eq!(admin.query_with(revoke, json!({ "id": id })).await, revoked, "again changes nothing");
        assert_eq!(refusal(app, &secret, 0).await, "the API token was revoked on 2026-07-01");

        let (_, secret) = token(&admin, &ann).await;
        let stop = "mutation($id: ID!) { deactivateUser(id: $id) { active apiTokens { revokedAt } } }";
        let stopped = admin.query_with(stop, json!({ "id": ann })).await;
        assert_eq!(stopped["deactivateUser"]["active"], false);
        let tokens = stopped["deactivateUser"]["apiTokens"].as_array().unwrap();
        assert!(tokens.len() == 2 && tokens.iter().all(|token| !token["revokedAt"].is_null()));
        let start = "mutation($id: ID!) { reactivateUser(id: $id) { active } }";
        let error = admin.expect_error_with(NEW_TOKEN, json!({ "user": ann }), "CONFLICT").await;
        assert_eq!(error.message, "ann@example.com is not active, reactivate them first");
        admin.query_with(start, json!({ "id": ann })).await;
        assert_eq!(refusal(app, &secret, 0).await, "the API token was revoked on 2026-07-01");
    });
}

#[test]
fn bad_tokens_are_not_made() {
    on_both_engines(async |app| {
        let admin = app.admin();
        let ann = user(&admin, "ann@example.com", "FINANCE").await;
        let past = json!({ "user": ann, "expires": "2026-06-30T00:00:00Z" });
        let error = admin.expect_error_with(NEW_TOKEN, past, "INVALID").await;
        assert_eq!(error.message, "expiresAt: 2026-06-30 00:00:00 UTC is not in the future");
        let far = json!({ "user": ann, "expires": "2027-07-01T09:00:01Z" });
        let error = admin.expect_error_with(NEW_TOKEN, far, "INVALID").await;
        assert_eq!(error.message, "expiresAt: 2027-07-01 09:00:01 UTC is more than 365 days from now");
        let longest = json!({ "user": ann, "expires": "2027-07-01T09:00:00Z" });
        admin.query_with(NEW_TOKEN, longest).await;
        let usual = admin.query_with(NEW_TOKEN, json!({ "user": ann })).await;
        let end = &usual["createApiToken"]["apiToken"]["expiresAt"];
        assert_eq!(end, "2026-09-29T09:00:00+00:00");
        let ghost = json!({ "user": "user_00000000000000000000000000000000" });
        let error = admin.expect_error_with(NEW_TOKEN, ghost, "NOT_FOUND").await;
        assert_eq!(error.message, "no user with id user_00000000000000000000000000000000");
        let wrong = json!({ "user": ann.replace("user_", "site_") });
        let error = admin.expect_error_with(NEW_TOKEN, wrong, "INVALID").await;
        assert!(error.message.ends_with("is the id of a site, not of a user"), "{}", error.message);
        assert_eq!(error.field, "user");
    });
}

#[test]
fn neither_the_secret_nor_its_hash_is_written_down() {
    on_both_engines(async |app| {
        let admin = app.admin();
        let ann = user(&admin, "ann@example.com", "FINANCE").await;
        let (_, secret) = token(&admin, &ann).await;
        let log =
            app.as_role(Role::Auditor).query("{ changes { nodes { before after } } }").await.to_string();
        assert!(log.contains("nightly import"), "{log}");
        assert!(!log.contains(&secret) && !log.contains("token_hash"), "{log}");
        let sdl = api::schema::sdl().to_lowercase();
        let mut names = sdl.lines().filter_map(|line| line.trim().split_once([':', '(']));
        // Of what is frozen, not of what is secret.
        let of_content =
            ["contenthash", "changeshash", "questionhash", "inputshash", "resulthash", "baselinehash"];
        let is_known =
            |name: &str| name.contains(' ') || !name.contains("hash") || of_content.contains(&name);
        assert!(names.all(|(name, _)| is_known(name)), "no field shows the hash of a secret");
    });
}

#[test]
fn the_number_of_statements_does_not_grow_with_users() {
    on_both_engines(async |app| {
        let admin = app.admin();
        let query = "{ users { nodes { email apiTokens { name user { email } } } } }";
        let first = user(&admin, "u0@example.com", "VIEWER").await;
        token(&admin, &first).await;
        let one = admin.statements(query).await;
        for index in 1..20 {
            let id = user(&admin, &format!("u{index}@example.com"), "VIEWER").await;
            token(&admin, &id).await;
        }
        assert_eq!(admin.statements(query).await, one);
        assert_eq!(one, 3);
    });
}
