//! Columns of `lifecycle`: what refresh policies expect old units to sell for by age, how their storage media are wiped,
//! and how they score the risk of keeping them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{json_binary_null, text};

use crate::table::one_of;

const TABLE: &str = "refresh_policy";

const WIPINGS: [&str; 2] = ["ERASED", "SHREDDED"];

const COLUMNS: [&str; 3] = ["residual_curve", "wiping", "risk"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let wiping = text("wiping").default("ERASED").check(one_of(TABLE, "wiping", &WIPINGS)).take();
        // One by one, for SQLite alters one column at a time.
        for added in [json_binary_null("residual_curve"), wiping, json_binary_null("risk")] {
            manager.alter_table(Table::alter().table(TABLE).add_column(added).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table(TABLE).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
