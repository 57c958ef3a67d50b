//! Tables of `capacity`: forecasts as they were published, to be held against what came.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, date, date_null, integer, text, uuid};

use crate::table::{at_least, create, drop, index, length, one_of, part_of, refers_to, table, unique_as};

const FORECAST: &str = "capacity_forecast";
const POINT: &str = "capacity_forecast_point";

const METHODS: [&str; 12] = [
    "AUTO",
    "COMBINATION",
    "THETA",
    "DAMPED_TREND",
    "ARIMA",
    "SEASONAL_ARIMA",
    "INTERMITTENT",
    "STRAIGHT_LINE",
    "ORDINARY_LEAST_SQUARES",
    "NAIVE",
    "SEASONAL_NAIVE",
    "NAIVE_2",
];
const CODES: [&str; 4] = ["DATED", "ALREADY_PASSED", "NOT_WITHIN_HORIZON", "NOT_COMPUTABLE"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![
            unique_as("uq_capacity_forecast_key", FORECAST, &["pool_id", "as_of", "inputs_hash"]),
            index(POINT, &["month"]),
        ];
        create(manager, vec![forecast(), point()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[POINT, FORECAST]).await
    }
}

fn forecast() -> TableCreateStatement {
    table(FORECAST)
        .col(uuid("pool_id"))
        .col(date("as_of"))
        .col(integer("months"))
        .col(text("asked"))
        .col(text("used"))
        .col(text("reason"))
        .col(integer("trained_on"))
        .col(date("observed_until"))
        .col(text("p50_code"))
        .col(date_null("p50_month"))
        .col(text("p90_code"))
        .col(date_null("p90_month"))
        .col(text("order_status"))
        .col(date_null("order_by"))
        .col(text("inputs_hash"))
        .col(text("published_by"))
        .check(at_least(FORECAST, "months", 1))
        .check(one_of(FORECAST, "asked", &METHODS))
        .check(one_of(FORECAST, "used", &METHODS))
        .check(at_least(FORECAST, "trained_on", 1))
        .check(one_of(FORECAST, "p50_code", &CODES))
        .check(one_of(FORECAST, "p90_code", &CODES))
        .check(one_of(FORECAST, "order_status", &["DUE", "OVERDUE", "NONE", "NOT_COMPUTABLE"]))
        .check(length(FORECAST, "inputs_hash", 64))
        .foreign_key(&mut refers_to(FORECAST, "pool_id", "capacity_pool"))
        .take()
}

fn point() -> TableCreateStatement {
    Table::create()
        .table(POINT)
        .col(uuid("forecast_id"))
        .col(date("month"))
        .col(integer("ahead"))
        .col(big_integer("p10"))
        .col(big_integer("p50"))
        .col(big_integer("p90"))
        .col(big_integer_null("supply"))
        .primary_key(Index::create().name("pk_capacity_forecast_point").col("forecast_id").col("month"))
        .check(at_least(POINT, "ahead", 1))
        .check(Check::named(
            format!("ck_{POINT}_p50_within"),
            Expr::col("p50").between(Expr::col("p10"), Expr::col("p90")),
        ))
        .foreign_key(&mut part_of(POINT, "forecast_id", FORECAST))
        .take()
}
