//! From bytes to answers.

use std::time::{Duration, Instant};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use async_graphql::{
    ParseRequestError, Request, Response, ServerError, Value,
    http::{MultipartOptions, receive_body},
};
use futures_util::{StreamExt, TryStreamExt, io::Cursor};

use super::{App, on_runtime};
use crate::{
    access::{Caller, keys, token},
    error::{Error, Result},
};

/// The longest request id that a client may give, in characters.
const LONGEST_REQUEST_ID: usize = 64;

/// Answers a GraphQL request.
pub async fn graphql(http: HttpRequest, payload: web::Payload, app: web::Data<App>) -> HttpResponse {
    let started = Instant::now();
    let now = (app.clock)();
    let request_id = request_id(&http, now);
    let mut operation = "refused".to_owned();
    let answer = tokio::time::timeout(app.limits.timeout(), async {
        let (request, caller) = read(&http, payload, &app, now, &request_id).await?;
        operation = app.metrics.operation(request.operation_name.as_deref());
        execute(&app, request, caller).await
    });
    let (response, status) = match answer.await {
        Ok(Ok(response)) => (response, StatusCode::OK),
        Ok(Err(refusal)) => (refusal.response(&request_id), refusal.status),
        Err(_) => {
            let refusal = Refusal::too_slow(app.limits.timeout());
            (refusal.response(&request_id), refusal.status)
        }
    };
    let codes = codes(&response.errors);
    let elapsed = started.elapsed();
    app.metrics.record(&operation, elapsed, &codes);
    tracing::info!(
        request_id,
        operation,
        status = status.as_u16(),
        milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        errors = codes.join(","),
        "request"
    );
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-request-id", request_id))
        .json(response)
}

/// Queries come in bodies; an address would end up in logs.
pub async fn only_post() -> HttpResponse {
    HttpResponse::MethodNotAllowed()
        .insert_header((header::ALLOW, "POST"))
        .body("send GraphQL requests with POST; the GraphiQL page is at /\n")
}

/// Why a request is not answered.
pub(super) struct Refusal {
    /// Of the response.
    pub(super) status: StatusCode,
    /// What is said.
    pub(super) error: Error,
}

impl Refusal {
    fn new(status: StatusCode, error: Error) -> Self {
        Self { status, error }
    }

    /// A request that was given up.
    pub(super) fn too_slow(limit: Duration) -> Self {
        let message = format!("the request took longer than {} seconds and was undone", limit.as_secs());
        Self::new(StatusCode::OK, Error::LimitExceeded(message))
    }

    /// The answer that says so.
    pub(super) fn response(&self, request_id: &str) -> Response {
        if let Error::Internal(cause) = &self.error {
            tracing::error!(request_id, ?cause, "internal error");
        }
        let mut error = ServerError::new(self.error.to_string(), None);
        error.extensions.get_or_insert_default().set("code", self.error.code());
        error.extensions.get_or_insert_default().set("requestId", request_id);
        if let Some(field) = self.error.field() {
            error.extensions.get_or_insert_default().set("field", field);
        }
        Response::from_errors(vec![error])
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let status = match &error {
            Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Error::Forbidden { .. } => StatusCode::FORBIDDEN,
            Error::LimitExceeded(_) | Error::TooMuch { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, error }
    }
}

async fn read(
    http: &HttpRequest,
    payload: web::Payload,
    app: &App,
    now: chrono::DateTime<chrono::Utc>,
    request_id: &str,
) -> Result<(Request, Caller), Refusal> {
    let caller = authenticate(http, app, now, request_id).await?;
    let content_type =
        http.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let is_upload = content_type.starts_with("multipart/form-data");
    if !is_upload && !content_type.starts_with("application/json") {
        let message =
            format!("content type `{content_type}` is neither application/json nor multipart/form-data");
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Error::invalid("content-type", message),
        ));
    }
    let limit = if is_upload {
        app.limits.max_upload_bytes + app.limits.max_body_bytes
    } else {
        app.limits.max_body_bytes
    };
    let body = bounded(payload, limit).await?;
    let options = MultipartOptions::default().max_file_size(app.limits.max_upload_bytes).max_num_files(100);
    let request =
        receive_body(Some(content_type), Cursor::new(body), options).await.map_err(|cause| match cause {
            ParseRequestError::PayloadTooLarge => {
                let message = format!("a file is larger than {} bytes", app.limits.max_upload_bytes);
                Error::LimitExceeded(message)
            }
            cause => Error::invalid("body", format!("is not a GraphQL request: {cause}")),
        })?;
    Ok((request, caller))
}

/// The body, as long as it is not larger than the limit.
async fn bounded(mut payload: web::Payload, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|cause| Refusal::from(Error::invalid("body", format!("broke off: {cause}"))))?;
        if body.len() + chunk.len() > limit {
            // Reading on lets the client see the refusal instead of a closed connection.
            payload.take(1_024).try_fold((), |(), _| async { Ok(()) }).await.ok();
            return Err(Error::LimitExceeded(format!("the body is larger than {limit} bytes")).into());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn authenticate(
    http: &HttpRequest,
    app: &App,
    now: chrono::DateTime<chrono::Utc>,
    request_id: &str,
) -> Result<Caller> {
    let Some(token) = bearer(http)? else {
        return Err(Error::Unauthenticated("send a token in the header `Authorization: Bearer …`".into()));
    };
    holder(&token, app, now, request_id).await
}

/// Who follows a link: the token is in the header, or in the address for programs that know no headers.
pub(super) async fn linked(
    http: &HttpRequest,
    in_address: Option<String>,
    app: &App,
    now: chrono::DateTime<chrono::Utc>,
    request_id: &str,
) -> Result<Caller> {
    let Some(token) = bearer(http)?.or(in_address) else {
        let message = "send a token in the header `Authorization: Bearer …` or as `?token=…`";
        return Err(Error::Unauthenticated(message.to_owned()));
    };
    holder(token.trim(), app, now, request_id).await
}

/// The token in the header, where there is one.
pub(super) fn bearer(http: &HttpRequest) -> Result<Option<String>> {
    let header = http.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    header.map(bearer_of).transpose()
}

/// The token in credentials.
pub(super) fn bearer_of(credentials: &str) -> Result<String> {
    match credentials.strip_prefix("Bearer ").map(str::trim) {
        Some(token) => Ok(token.to_owned()),
        None => {
            Err(Error::Unauthenticated("the header `Authorization` does not begin with `Bearer `".into()))
        }
    }
}

/// Who holds a token.
pub(super) async fn holder(
    token: &str,
    app: &App,
    now: chrono::DateTime<chrono::Utc>,
    request_id: &str,
) -> Result<Caller> {
    if keys::is_secret(token) {
        let (store, token, request_id) = (app.store.clone(), token.to_owned(), request_id.to_owned());
        let holder = async move { keys::authenticate(&store, &token, now, request_id).await };
        return on_runtime(app, holder).await.map_err(Error::internal)?;
    }
    token::caller(app.verifier.verify(token, now)?, now, request_id.to_owned())
}

async fn execute(app: &App, request: Request, caller: Caller) -> Result<Response, Refusal> {
    let schema = app.schema.clone();
    let execution = async move { schema.execute(request.data(caller)).await };
    on_runtime(app, execution).await.map_err(|broken| Error::internal(broken).into())
}

/// What the client calls the request, or a name for it.
pub(super) fn request_id(http: &HttpRequest, now: chrono::DateTime<chrono::Utc>) -> String {
    let given = http.headers().get("x-request-id").and_then(|value| value.to_str().ok());
    let is_plain = |id: &&str| {
        !id.is_empty()
            && id.len() <= LONGEST_REQUEST_ID
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    match given.filter(is_plain) {
        Some(id) => id.to_owned(),
        None => crate::store::Ids::random().next(now).simple().to_string(),
    }
}

/// The codes of errors.
pub(super) fn codes(errors: &[ServerError]) -> Vec<String> {
    let codes = errors.iter().map(|error| {
        match error.extensions.as_ref().and_then(|extensions| extensions.get("code")) {
            Some(Value::String(code)) => code.clone(),
            _ => "INTERNAL".to_owned(),
        }
    });
    codes.collect()
}
