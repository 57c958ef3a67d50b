//! The GraphiQL page, carried in the binary.

use actix_web::{HttpResponse, http::header, web};

use super::App;

const PAGE: &str = include_str!("../../graphiql/index.html");

const FILES: [(&str, &str, &[u8]); 4] = [
    ("react.js", "text/javascript", include_bytes!(concat!(env!("OUT_DIR"), "/react.js"))),
    ("react-dom.js", "text/javascript", include_bytes!(concat!(env!("OUT_DIR"), "/react-dom.js"))),
    ("graphiql.js", "text/javascript", include_bytes!(concat!(env!("OUT_DIR"), "/graphiql.js"))),
    ("graphiql.css", "text/css", include_bytes!(concat!(env!("OUT_DIR"), "/graphiql.css"))),
];

/// The page, where it is offered.
pub async fn page(app: web::Data<App>) -> HttpResponse {
    if !app.graphiql {
        return HttpResponse::NotFound()
            .body("this server offers no page; send GraphQL requests to /graphql\n");
    }
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(PAGE)
}

/// One of the files of the page.
pub async fn file(app: web::Data<App>, name: web::Path<String>) -> HttpResponse {
    let found = FILES.iter().find(|(known, _, _)| app.graphiql && *known == name.as_str());
    match found {
        Some((_, kind, bytes)) if !bytes.is_empty() => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, format!("{kind}; charset=utf-8")))
            .insert_header((header::CACHE_CONTROL, "max-age=86400"))
            .body(*bytes),
        _ if name.as_str() == "start.js" && app.graphiql => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/javascript; charset=utf-8"))
            .body(include_str!("../../graphiql/start.js")),
        _ => HttpResponse::NotFound().finish(),
    }
}

/// Whether the files of the page were there when the binary was built.
#[must_use]
pub fn is_complete() -> bool {
    FILES.iter().all(|(_, _, bytes)| !bytes.is_empty())
}
