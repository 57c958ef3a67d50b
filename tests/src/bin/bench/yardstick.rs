//! The yardstick: PostgreSQL makes the JSON, a bare handler sends it; or either engine reads columns, and nobody does
//! anything with them.

use actix_web::{App, HttpResponse, HttpServer, web};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};

const PARTS: &str = "a.tag, a.name, a.serial, a.status, a.in_service_on AS \"inServiceOn\", \
    json_build_object('name', m.name, 'kind', m.kind) AS model, \
    json_build_object('unit', a.position_half_units / 2.0, 'rack', json_build_object('name', r.name), \
    'site', json_build_object('code', s.code, 'name', s.name)) AS placement \
    FROM asset a JOIN hardware_model m ON m.id = a.model_id JOIN site s ON s.id = a.site_id \
    LEFT JOIN rack r ON r.id = a.rack_id";

const FLAT: &str = "SELECT coalesce(json_agg(x), '[]')::text FROM (SELECT a.id, a.tag, a.name, a.serial, a.status, \
    a.owner, a.tier, a.environment, a.in_service_on AS \"inServiceOn\", a.warranty_ends_on AS \"warrantyEndsOn\" \
    FROM asset a ORDER BY a.id LIMIT 1000) x";

const COLUMNS: &str = "SELECT id, model_id, site_id, status, in_service_on, warranty_ends_on, lease_return_on, \
    retired_on, purchase_amount, purchase_currency, environment, tier FROM asset \
    WHERE status IN ('IN_SERVICE', 'MAINTENANCE') OR status IN ('RETIRED', 'DISPOSED') AND retired_on >= '2026-11-01'";

#[derive(serde::Deserialize)]
struct Key {
    key: String,
}

/// Serves until it is stopped.
pub async fn serve(url: &str, port: u16) {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(16).sqlx_logging(false).test_before_acquire(false);
    let db = web::Data::new(Database::connect(options).await.expect("the database answers"));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(db.clone())
            .route("/ready", web::get().to(HttpResponse::Ok))
            .route("/q1", web::get().to(one))
            .route("/q2", web::get().to(page))
            .route("/q3", web::get().to(flat))
            .route("/columns", web::get().to(columns))
    });
    server.bind(("127.0.0.1", port)).expect("the port is free").run().await.expect("the yardstick serves");
}

async fn one(db: web::Data<DatabaseConnection>, key: web::Query<Key>) -> HttpResponse {
    let sql = format!("SELECT row_to_json(x)::text FROM (SELECT {PARTS} WHERE a.id = $1::uuid) x");
    send(&db, &sql, Some(key.into_inner().key)).await
}

async fn page(db: web::Data<DatabaseConnection>, key: web::Query<Key>) -> HttpResponse {
    let sql = format!(
        "SELECT coalesce(json_agg(x), '[]')::text FROM (SELECT {PARTS} WHERE s.code = $1 \
         AND a.status = 'IN_SERVICE' ORDER BY a.id LIMIT 100) x"
    );
    send(&db, &sql, Some(key.into_inner().key)).await
}

async fn flat(db: web::Data<DatabaseConnection>) -> HttpResponse {
    send(&db, FLAT, None).await
}

/// Reads what the roadmap reads of the assets, value by value, and does nothing with it.
async fn columns(db: web::Data<DatabaseConnection>) -> HttpResponse {
    type Row = (
        uuid::Uuid,
        uuid::Uuid,
        uuid::Uuid,
        String,
        Option<chrono::NaiveDate>,
        Option<chrono::NaiveDate>,
        Option<chrono::NaiveDate>,
        Option<chrono::NaiveDate>,
        Option<i64>,
        Option<String>,
        String,
        Option<i32>,
    );
    let statement = Statement::from_string(db.get_database_backend(), COLUMNS);
    let rows = db.query_all_raw(statement).await.expect("the assets");
    let decoded: Vec<Row> = rows.iter().map(|row| row.try_get_many_by_index().expect("a row")).collect();
    HttpResponse::Ok().body(decoded.len().to_string())
}

async fn send(db: &DatabaseConnection, sql: &str, key: Option<String>) -> HttpResponse {
    let values: Vec<sea_orm::Value> = key.into_iter().map(Into::into).collect();
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, values);
    let row = db.query_one_raw(statement).await.expect("an answer").expect("a row");
    let json: String = row.try_get_by_index(0).expect("JSON");
    HttpResponse::Ok().content_type("application/json").body(json)
}
