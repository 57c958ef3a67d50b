//! What one request may ask for, and how a refusal says by how much it was too much.

use std::{fmt::Write as _, time::Instant};

use api::{access::Role, config::Limits};
use serde_json::json;
use support::{
    Engine, TestApp,
    http::{Server, token_of},
    on_both_engines, on_engine,
};

/// Longer than any refusal of a small text takes, even where many tests share a machine.
const QUICKLY_SECONDS: u64 = 5;

async fn refusal(app: &TestApp, text: &str) -> String {
    app.director().expect_error(text, "LIMIT_EXCEEDED").await.message
}

#[test]
fn a_query_that_costs_too_much_hears_by_how_much() {
    on_engine(Engine::Sqlite, async |app| {
        // 1 + 1,000 × (1 nodes + 1 racks + 1,000 × (1 nodes + 1 name))
        let text = "{ sites(first: 1000) { nodes { racks(first: 1000) { nodes { name } } } } }";
        assert_eq!(refusal(app, text).await, "the query costs 2,002,001, at most 100,000 is allowed");

        let text = "query($n: Int) { sites(first: $n) { nodes { racks(first: $n) { nodes { name } } } } }";
        let refused = app.director().expect_error_with(text, json!({ "n": 1000 }), "LIMIT_EXCEEDED").await;
        assert_eq!(refused.message, "the query costs 2,002,001, at most 100,000 is allowed");
        app.director().query_with(text, json!({ "n": 10 })).await;

        let text = text.replace("$n: Int", "$n: Int = 1000");
        assert!(refusal(app, &text).await.contains("2,002,001"));

        // Without a size, the usual page of 50.
        let text = "{ sites { nodes { racks { nodes { assets { nodes { tag } } } } } } }";
        assert_eq!(refusal(app, text).await, "the query costs 255,101, at most 100,000 is allowed");
    });
}

#[test]
fn lists_without_pages_multiply_too() {
    on_engine(Engine::Sqlite, async |app| {
        let mut inner = "tag".to_owned();
        for _ in 0..5 {
            inner = format!("children {{ {inner} }}");
        }
        let message = refusal(app, &format!("{{ assets(first: 1) {{ nodes {{ {inner} }} }} }}")).await;
        assert_eq!(message, "the query costs 111,113, at most 100,000 is allowed");
    });
}

#[test]
fn a_small_text_that_stands_for_an_enormous_query_is_refused_quickly() {
    on_engine(Engine::Sqlite, async |app| {
        let started = Instant::now();
        let pairs = "sites(first:1000){nodes{racks(first:1000){nodes{".repeat(7) + "name" + &"}".repeat(28);
        let message = refusal(app, &format!("{{ {pairs} }}")).await;
        assert!(message.contains("nests 29 fields inside each other, at most 15"), "{message}");

        let pairs = "a:sites(first:1000){nodes{".repeat(30) + "name" + &"}".repeat(60);
        assert!(pairs.len() < 1_700);
        let message = refusal(app, &format!("{{ {pairs} }}")).await;
        assert!(message.contains("at most"), "{message}");

        // Each fragment uses the next one twice: two to the power of sixty fields.
        let mut text = "{ ...f0 ...f0 }".to_owned();
        for number in 0..59 {
            let next = number + 1;
            let _ = write!(text, " fragment f{number} on Query {{ ...f{next} ...f{next} }}");
        }
        text.push_str(" fragment f59 on Query { serverVersion }");
        let message = refusal(app, &text).await;
        assert_eq!(message, "the query costs more than 1,000,000,000,000, at most 100,000 is allowed");
        assert!(started.elapsed().as_secs() < QUICKLY_SECONDS, "took {:?}", started.elapsed());
    });
}

#[test]
fn fragments_that_contain_themselves_or_go_on_for_ever_are_refused() {
    on_engine(Engine::Sqlite, async |app| {
        let text = "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...a ...a }";
        let refused = app.viewer().expect_error(text, "INVALID").await;
        assert_eq!(refused.message, "query: the fragment a contains itself");

        let mut text = "{ ...f0 } ".to_owned();
        for number in 0..5_000 {
            let _ = write!(text, "fragment f{number} on Query {{ ...f{} }} ", number + 1);
        }
        text.push_str("fragment f5000 on Query { serverVersion }");
        let message = refusal(app, &text).await;
        assert!(message.contains("64"), "{message}");
    });
}

#[test]
fn brackets_by_the_hundred_thousand_do_not_reach_the_parser() {
    on_engine(Engine::Sqlite, async |app| {
        let started = Instant::now();
        for bracket in ["{a", "{a(b:[", "query($a:[", "{a(b:{c:"] {
            let message = refusal(app, &bracket.repeat(200_000)).await;
            assert!(message.contains("brackets inside each other, at most 64"), "{message}");
        }
        let text = format!(
            "{{ sites(filter: {{ name: {{ contains: \"{}\" }} }}) {{ totalCount }} }}",
            "{[(".repeat(99)
        );
        app.viewer().query(&text).await;
        assert!(started.elapsed().as_secs() < QUICKLY_SECONDS, "took {:?}", started.elapsed());
    });
}

#[test]
fn aliases_count_again_for_each_use_of_a_fragment() {
    on_engine(Engine::Sqlite, async |app| {
        let aliases = |count: usize| {
            (0..count).fold(String::new(), |mut text, number| {
                let _ = write!(text, "a{number}: serverVersion ");
                text
            })
        };
        app.viewer().query(&format!("{{ {} }}", aliases(30))).await;
        let message = refusal(app, &format!("{{ {} }}", aliases(31))).await;
        assert_eq!(message, "the query has 31 aliases, at most 30 are allowed");

        let text = format!("{{ ...f ...f ...f ...f }} fragment f on Query {{ {} }}", aliases(8));
        assert_eq!(refusal(app, &text).await, "the query has 32 aliases, at most 30 are allowed");
    });
}

#[test]
fn directives_are_counted() {
    on_engine(Engine::Sqlite, async |app| {
        let field = "serverVersion @include(if: true) ";
        app.viewer().query(&format!("{{ {} }}", field.repeat(50))).await;
        let message = refusal(app, &format!("{{ {} }}", field.repeat(51))).await;
        assert_eq!(message, "the query has 51 directives, at most 50 are allowed");
        let message =
            refusal(app, &format!("{{ serverVersion {} }}", "@include(if: true) ".repeat(900))).await;
        assert_eq!(message, "the query has 900 directives, at most 50 are allowed");
    });
}

#[test]
fn tools_may_read_the_schema_but_not_without_end() {
    on_engine(Engine::Sqlite, async |app| {
        let data = app.viewer().query(INTROSPECTION).await;
        assert!(data["__schema"]["types"].as_array().unwrap().len() > 50);
        let text = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
        let message = refusal(app, text).await;
        assert_eq!(message, "the query nests 4 lists of the schema inside each other, at most 3 are allowed");
    });
}

#[test]
fn a_page_is_not_larger_than_the_largest() {
    on_both_engines(async |app| {
        let text = "{ sites(first: 10001) { totalCount } }";
        let message = refusal(app, text).await;
        assert!(message.contains("10001 is more than the largest page of 1000"), "{message}");
        assert_eq!(app.viewer().expect_error(text, "LIMIT_EXCEEDED").await.field, "first");
        let refused = app.viewer().expect_error("{ sites(first: -1) { totalCount } }", "INVALID").await;
        assert_eq!(refused.field, "first");
        app.viewer().query("{ sites(first: 0) { totalCount } }").await;
    });
}

#[test]
fn a_body_has_a_largest_size() {
    on_engine(Engine::Sqlite, async |app| {
        let limits = Limits { max_body_bytes: 2_000, max_upload_bytes: 10_000, ..Limits::default() };
        let server = Server::start(app.store(), limits).await;
        let token = token_of(Role::Viewer);

        let answer = server.query(&token, &format!("{{ serverVersion }} #{}", "x".repeat(2_000))).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (413, "LIMIT_EXCEEDED"));
        assert_eq!(answer.message(), "the body is larger than 2000 bytes");
        assert_eq!(server.query(&token, "{ serverVersion }").await.status, 200);

        let upload = |bytes: usize| {
            let part = |name: &str, content: &str| {
                format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
            };
            let file = "--edge\r\ncontent-disposition: form-data; name=\"0\"; filename=\"a.csv\"\r\n\
                        content-type: text/csv\r\n\r\n";
            let operations = part(
                "operations",
                r#"{"query": "query($f: Upload) { serverVersion }", "variables": {"f": null}}"#,
            );
            let map = part("map", r#"{"0": ["variables.f"]}"#);
            format!("{operations}{map}{file}{}\r\n--edge--\r\n", "x".repeat(bytes))
        };
        let send = async |body: String| {
            let request = server.post("/graphql").bearer_auth(&token);
            let request = request.header("content-type", "multipart/form-data; boundary=edge").body(body);
            support::http::answer(request).await
        };
        let answer = send(upload(11_000)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (413, "LIMIT_EXCEEDED"),
            "{}",
            answer.text
        );
        let answer = send(upload(100_000)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (413, "LIMIT_EXCEEDED"),
            "{}",
            answer.text
        );
        let answer = send(upload(9_000)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        server.stop().await;
    });
}

/// What GraphiQL asks when it starts.
const INTROSPECTION: &str = "
    query IntrospectionQuery {
      __schema {
        queryType { name kind } mutationType { name kind } subscriptionType { name kind }
        types { ...FullType }
        directives { name description locations args(includeDeprecated: true) { ...InputValue } }
      }
    }
    fragment FullType on __Type {
      kind name description
      fields(includeDeprecated: true) {
        name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef }
        isDeprecated deprecationReason
      }
      inputFields(includeDeprecated: true) { ...InputValue }
      interfaces { ...TypeRef }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { ...TypeRef }
    }
    fragment InputValue on __InputValue {
      name description type { ...TypeRef } defaultValue isDeprecated deprecationReason
    }
    fragment TypeRef on __Type {
      kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
      ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } }
    }";
