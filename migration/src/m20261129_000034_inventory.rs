//! Columns of `inventory`: how much data models of equipment hold, and single pieces where they differ.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

use crate::table::at_least;

/// Billionths of a terabyte, as all quantities are kept.
const COLUMN: &str = "usable_terabytes";

const TABLES: [&str; 2] = ["hardware_model", "asset"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let added = big_integer_null(COLUMN).check(at_least(table, COLUMN, 0)).take();
            manager.alter_table(Table::alter().table(table).add_column(added).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager.alter_table(Table::alter().table(table).drop_column(COLUMN).take()).await?;
        }
        Ok(())
    }
}
