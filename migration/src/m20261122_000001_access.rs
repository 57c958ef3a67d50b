//! Tables of `access`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, text, timestamp_with_time_zone_null, uuid};

use crate::table::{create, drop, index, one_of, part_of, table, unique};

const ROLES: [&str; 8] =
    ["VIEWER", "ARCHITECT", "PLANNER", "FINANCE", "DIRECTOR", "COMMITTEE", "AUDITOR", "ADMIN"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![user(), api_token()], indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["api_token", "user"]).await
    }
}

fn user() -> TableCreateStatement {
    table("user")
        .col(text("email"))
        .col(text("name"))
        .col(text("role"))
        .col(boolean("active").default(true))
        .check(one_of("user", "role", &ROLES))
        .take()
}

fn api_token() -> TableCreateStatement {
    table("api_token")
        .col(uuid("user_id"))
        .col(text("name"))
        .col(text("token_hash"))
        .col(text("token_prefix"))
        .col(timestamp_with_time_zone_null("expires_at"))
        .col(timestamp_with_time_zone_null("revoked_at"))
        .col(timestamp_with_time_zone_null("last_used_at"))
        .foreign_key(&mut part_of("api_token", "user_id", "user"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![unique("user", &["email"]), unique("api_token", &["token_hash"]), index("api_token", &["user_id"])]
}
