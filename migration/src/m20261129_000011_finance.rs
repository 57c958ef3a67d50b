//! Table of `finance` for what price indices were published to be.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, date, date_null, text, text_null};

use crate::table::{at_least, create, drop, table, unique};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![unique("price_index_value", &["series", "month"])];
        create(manager, vec![price_index_value()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["price_index_value"]).await
    }
}

fn price_index_value() -> TableCreateStatement {
    table("price_index_value")
        .col(text("series"))
        .col(date("month"))
        .col(big_integer("value"))
        .col(date_null("published_on"))
        .col(text_null("source"))
        .check(at_least("price_index_value", "value", 1))
        .take()
}
