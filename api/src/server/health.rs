//! Whether the server lives, and whether it is ready to answer.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use migration::Step;

use super::{App, on_runtime};
use crate::{
    access::{Caller, Role},
    store::Store,
    topology::index::Index,
};

/// How long the database may take to answer before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process runs.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// The database answers, and is migrated to what this server expects.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    let store = app.store.clone();
    let found = tokio::time::timeout(PATIENCE, on_runtime(&app, async move { reasons(&store).await }));
    let mut reasons = match found.await {
        Ok(Ok(reasons)) => reasons,
        Ok(Err(_)) | Err(_) => vec!["the database does not answer".to_owned()],
    };
    if let Some(index) = app.schema.index().cloned().filter(|_| reasons.is_empty()) {
        reasons.extend(behind(&app, index).await);
    }
    if reasons.is_empty() {
        return HttpResponse::Ok().json(serde_json::json!({ "status": "ready" }));
    }
    HttpResponse::ServiceUnavailable().json(serde_json::json!({ "status": "not ready", "reasons": reasons }))
}

/// Why the server cannot answer yet. The cause stays in the log: whoever asks here has shown no token.
async fn reasons(store: &Store) -> Vec<String> {
    if let Err(cause) = store.ping().await {
        tracing::warn!(%cause, "not ready: the database does not answer");
        return vec!["the database does not answer".to_owned()];
    }
    match migration::status(store.pool()).await {
        Ok(steps) => outstanding(&steps),
        Err(cause) => {
            tracing::warn!(%cause, "not ready: the state of the migrations is not known");
            vec!["the state of the migrations is not known".to_owned()]
        }
    }
}

/// Why the dependency graph is not up to date; nothing where it is. It is brought up to date each time, which is one
/// small statement where nothing changed: whoever is sent no requests, because it is not ready, would not try otherwise,
/// and nobody else would notice that it cannot be done. What takes longer than the answer goes on behind it, or a graph
/// that takes long to read would never be there. The cause stays in the log.
async fn behind(app: &App, index: Index) -> Option<String> {
    let late = || Some("the dependency graph is still being brought up to date".to_owned());
    // One at a time: who asks while it takes long waits here, and leaves nothing behind that goes on waiting.
    let Ok(turn) = tokio::time::timeout(PATIENCE, index.turn()).await else { return late() };
    let caller = Caller::system(Role::Viewer, (app.clock)());
    let refreshed = app.runtime.spawn(async move {
        let _turn = turn;
        index.refresh(&caller).await
    });
    match tokio::time::timeout(PATIENCE, refreshed).await {
        Ok(Ok(Ok(()))) => None,
        Ok(_) => Some("the dependency graph cannot be brought up to date".to_owned()),
        Err(_) => late(),
    }
}

fn outstanding(steps: &[Step]) -> Vec<String> {
    let outstanding = steps.iter().filter(|step| !step.applied);
    outstanding.map(|step| format!("migration {} is not applied", step.name)).collect()
}
