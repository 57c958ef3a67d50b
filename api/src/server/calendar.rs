//! The decision calendar for calendar programs, which ask with `GET` and know no headers.

use std::time::Instant;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use serde::Deserialize;

use super::{
    App, on_runtime,
    requests::{Refusal, linked, request_id},
};
use crate::{
    access::Permission,
    contracts::feed,
    error::{Error, Result},
    scenarios::{Overlay, scenarios},
};

/// The name under which the metrics count the feed.
const OPERATION: &str = "calendar.ics";

/// What the address may carry.
#[derive(Deserialize)]
pub struct Credentials {
    token: Option<String>,
    /// Id or name of the scenario that is laid over the contracts.
    scenario: Option<String>,
}

/// Answers with the events of the contracts that the caller may see.
pub async fn feed(
    http: HttpRequest,
    credentials: web::Query<Credentials>,
    app: web::Data<App>,
) -> HttpResponse {
    let started = Instant::now();
    let now = (app.clock)();
    let request_id = request_id(&http, now);
    let answer = tokio::time::timeout(app.limits.timeout(), async {
        let Credentials { token, scenario } = credentials.into_inner();
        let caller = linked(&http, token, &app, now, &request_id).await?;
        let store = app.store.clone();
        let work = async move {
            let reader = store.read(&caller, Permission::ViewContracts)?;
            let scenario = match &scenario {
                Some(asked) => Some(scenarios::find_asked(&reader, asked).await?),
                None => None,
            };
            let overlay = Overlay::load(&reader, scenario).await?;
            feed::of(&reader, &caller, overlay).await
        };
        on_runtime(&app, work).await.map_err(Error::internal)?
    });
    let answer: Result<String, Refusal> = match answer.await {
        Ok(answer) => answer.map_err(Refusal::from),
        Err(_) => Err(Refusal::too_slow(app.limits.timeout())),
    };
    let codes = answer.as_ref().err().map(|refusal| refusal.error.code().to_owned());
    let codes: Vec<String> = codes.into_iter().collect();
    let elapsed = started.elapsed();
    app.metrics.record(OPERATION, elapsed, &codes);
    let status = match &answer {
        Ok(_) => StatusCode::OK,
        Err(Refusal { error: Error::LimitExceeded(_), .. }) => StatusCode::SERVICE_UNAVAILABLE,
        Err(refusal) => refusal.status,
    };
    tracing::info!(
        request_id,
        operation = OPERATION,
        status = status.as_u16(),
        milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        errors = codes.join(","),
        "request"
    );
    let mut response = HttpResponse::build(status);
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    match answer {
        Ok(text) => {
            response.insert_header((header::CONTENT_TYPE, "text/calendar; charset=utf-8"));
            response.insert_header(("x-request-id", request_id)).body(text)
        }
        Err(refusal) => {
            if let Error::Internal(cause) = &refusal.error {
                tracing::error!(request_id, ?cause, "internal error");
            }
            response.insert_header((header::CONTENT_TYPE, "text/plain; charset=utf-8"));
            response.insert_header(("x-request-id", request_id)).body(format!("{}\n", refusal.error))
        }
    }
}
