//! Columns of `contracts`: the earliest notice of support contracts, and what the company plans with for each.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::integer_null;

use crate::table::between;

const TABLE: &str = "support_contract";

/// Days of ten years: nobody plans a single step for longer.
const MOST_DAYS: i32 = 3_650;

const COLUMNS: [&str; 5] = [
    "notice_days_maximum",
    "decision_lead_days",
    "proposal_lead_days",
    "migration_days",
    "decommission_buffer_days",
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One by one, for SQLite alters one column at a time.
        for column in COLUMNS {
            let rule = between(TABLE, column, 0, MOST_DAYS);
            let added = integer_null(column).check(rule).take();
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
