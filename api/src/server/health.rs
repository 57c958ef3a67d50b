//! Whether the server lives, and whether it is ready to answer.

use actix_web::{HttpResponse, web};
use migration::Step;

use super::App;

/// The process runs.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "alive" }))
}

/// The database answers, and is migrated to what this server expects.
pub async fn ready(app: web::Data<App>) -> HttpResponse {
    let waiting = match app.store.ping().await {
        Ok(()) => match migration::status(app.store.pool()).await {
            Ok(steps) => outstanding(&steps),
            Err(cause) => vec![format!("the state of the migrations is not known: {cause}")],
        },
        Err(_) => vec!["the database does not answer".to_owned()],
    };
    if waiting.is_empty() {
        return HttpResponse::Ok().json(serde_json::json!({ "status": "ready" }));
    }
    HttpResponse::ServiceUnavailable().json(serde_json::json!({ "status": "not ready", "reasons": waiting }))
}

fn outstanding(steps: &[Step]) -> Vec<String> {
    let outstanding = steps.iter().filter(|step| !step.applied);
    outstanding.map(|step| format!("migration {} is not applied", step.name)).collect()
}
