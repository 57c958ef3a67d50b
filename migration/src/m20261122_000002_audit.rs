//! Tables of `audit`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    json_binary_null, text, text_null, timestamp_with_time_zone, uuid, uuid_null,
};

use crate::table::{bare_table, create, drop, index, one_of, unique};

const CHANGE_ACTIONS: [&str; 4] = ["INSERT", "UPDATE", "DELETE", "BULK"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![change(), idempotency_key()], indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["idempotency_key", "change"]).await
    }
}

fn change() -> TableCreateStatement {
    bare_table("change")
        .col(timestamp_with_time_zone("at"))
        .col(text("actor"))
        .col(text("role"))
        .col(text("request_id"))
        .col(text("entity"))
        .col(uuid_null("row_id"))
        .col(text("action"))
        .col(json_binary_null("before"))
        .col(json_binary_null("after"))
        .col(text_null("reason"))
        .check(one_of("change", "action", &CHANGE_ACTIONS))
        .take()
}

fn idempotency_key() -> TableCreateStatement {
    bare_table("idempotency_key")
        .col(timestamp_with_time_zone("created_at"))
        .col(text("actor"))
        .col(text("key"))
        .col(text("operation"))
        .col(text("input_hash"))
        .col(uuid("row_id"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("change", &["entity", "row_id", "at"]),
        index("change", &["actor", "at"]),
        index("change", &["at"]),
        unique("idempotency_key", &["actor", "key"]),
    ]
}
