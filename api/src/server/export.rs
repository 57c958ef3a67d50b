//! Reports as files, for browsers and spreadsheets, which ask with `GET`.

use std::time::Instant;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};

use super::{
    App, on_runtime,
    requests::{Refusal, linked, request_id},
};
use crate::{
    error::{Error, Result},
    export::reports,
};

/// The name under which the metrics count reports.
const OPERATION: &str = "export";

/// A file on its way out.
struct Attachment {
    name: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

/// Answers with the report that the address names, in the format of its ending.
pub async fn report(http: HttpRequest, file: web::Path<String>, app: web::Data<App>) -> HttpResponse {
    let started = Instant::now();
    let now = (app.clock)();
    let request_id = request_id(&http, now);
    let limit = app.limits.timeout();
    let answer = match tokio::time::timeout(limit, attachment(&http, &file, &app, now, &request_id)).await {
        Ok(answer) => answer.map_err(Refusal::from),
        Err(_) => Err(Refusal::too_slow(limit)),
    };
    let status = match &answer {
        Ok(_) => StatusCode::OK,
        Err(Refusal { error: Error::LimitExceeded(_), .. }) => StatusCode::SERVICE_UNAVAILABLE,
        Err(Refusal { error: Error::NotFound { .. }, .. }) => StatusCode::NOT_FOUND,
        Err(refusal) => refusal.status,
    };
    let codes: Vec<String> =
        answer.as_ref().err().map(|refusal| refusal.error.code().to_owned()).into_iter().collect();
    let elapsed = started.elapsed();
    app.metrics.record(OPERATION, elapsed, &codes);
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
    response.insert_header(("x-request-id", request_id.clone()));
    match answer {
        Ok(Attachment { name, media_type, bytes }) => {
            let disposition = format!("attachment; filename=\"{name}\"");
            response.insert_header((header::CONTENT_TYPE, media_type));
            response.insert_header((header::CONTENT_DISPOSITION, disposition)).body(bytes)
        }
        Err(refusal) => response.json(refusal.response(&request_id)),
    }
}

async fn attachment(
    http: &HttpRequest,
    file: &str,
    app: &App,
    now: chrono::DateTime<chrono::Utc>,
    request_id: &str,
) -> Result<Attachment> {
    let query = web::Query::<Vec<(String, String)>>::from_query(http.query_string());
    let mut given = query.map_err(|cause| Error::invalid("", format!("the address: {cause}")))?.into_inner();
    let token = given.iter().position(|(name, _)| name == "token").map(|place| given.remove(place).1);
    let caller = linked(http, token, app, now, request_id).await?;
    let (kind, format) = reports::file(file)?;
    let store = app.store.clone();
    let work = async move {
        let report = reports::build(&store, &caller, kind, given).await?;
        // Writing takes as long as it takes: others may have this thread's place meanwhile.
        let bytes = tokio::task::block_in_place(|| format.write(&report))?;
        let name = format!("{}.{}", report.file_stem(), format.ending());
        Ok::<_, Error>(Attachment { name, media_type: format.media_type(), bytes })
    };
    on_runtime(app, work).await.map_err(Error::internal)?
}
