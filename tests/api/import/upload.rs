//! Files over HTTP, in a multipart request.

use api::{access::Role, config::Limits};
use serde_json::json;
use support::{
    http::{Answer, Server, answer, token_of},
    on_both_engines,
};

use super::SURROUNDINGS;

const IMPORT: &str = "mutation($files: [Upload!]!) { importFiles(format: CSV, files: $files) {
    written nouns { noun created } problems { file message } } }";

/// The files as a request of the GraphQL multipart convention.
async fn upload(server: &Server, role: Role, files: &[(&str, &str)]) -> Answer {
    let variables = json!({ "files": vec![serde_json::Value::Null; files.len()] });
    let map: serde_json::Map<_, _> =
        (0..files.len()).map(|at| (at.to_string(), json!([format!("variables.files.{at}")]))).collect();
    let part = |name: &str, text: &str| {
        format!("--BOUNDARY\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    let operations = json!({ "query": IMPORT, "variables": variables }).to_string();
    let mut body = part("operations", &operations) + &part("map", &json!(map).to_string());
    for (at, (name, text)) in files.iter().enumerate() {
        body.push_str(&format!(
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"{at}\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n{text}\r\n"
        ));
    }
    body.push_str("--BOUNDARY--\r\n");
    let request = server.post("/graphql").bearer_auth(token_of(role));
    answer(request.header("content-type", "multipart/form-data; boundary=BOUNDARY").body(body)).await
}

#[test]
fn files_come_with_the_request() {
    on_both_engines(async |app| {
        let server = Server::start(app.store(), Limits::default()).await;
        let done = upload(&server, Role::Planner, &SURROUNDINGS).await;
        assert_eq!(
            done.json()["data"]["importFiles"],
            json!({
                "written": true, "problems": [],
                "nouns": [
                    { "noun": "VENDOR", "created": 1 }, { "noun": "MANUFACTURER", "created": 1 },
                    { "noun": "SITE", "created": 2 }, { "noun": "RACK", "created": 2 },
                    { "noun": "HARDWARE_MODEL", "created": 3 },
                ],
            }),
            "{}",
            done.text
        );
        let refused = upload(&server, Role::Viewer, &SURROUNDINGS).await;
        assert_eq!(refused.code(), "FORBIDDEN");
        server.stop().await;
    });
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    on_both_engines(async |app| {
        let limits = Limits { max_upload_bytes: 10_000, max_body_bytes: 10_000, ..Limits::default() };
        let server = Server::start(app.store(), limits).await;
        let large = "x".repeat(15_000);
        let refused = upload(&server, Role::Planner, &[("sites.csv", &large)]).await;
        assert!(refused.status.is_client_error(), "{}", refused.text);
        assert_eq!(app.viewer().query("{ sites { totalCount } }").await["sites"]["totalCount"], 0);
        server.stop().await;
    });
}
