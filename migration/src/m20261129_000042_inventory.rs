//! Columns of `inventory`: cores and memory of models of equipment, and of single pieces where they differ; and when
//! pieces are to come and to go.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, date_null, integer_null};

use crate::table::at_least;

const CORES: &str = "cores";

/// Billionths of a gibibyte, as all quantities are kept.
const MEMORY: &str = "memory_gibibytes";

/// Days of single pieces.
const DAYS: [&str; 2] = ["expected_on", "retirement_planned_on"];

const TABLES: [&str; 2] = ["hardware_model", "asset"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let cores = integer_null(CORES).check(at_least(table, CORES, 1)).take();
            let memory = big_integer_null(MEMORY).check(at_least(table, MEMORY, 1)).take();
            for column in [cores, memory] {
                manager.alter_table(Table::alter().table(table).add_column(column).take()).await?;
            }
        }
        for day in DAYS {
            manager.alter_table(Table::alter().table("asset").add_column(date_null(day)).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for day in DAYS {
            manager.alter_table(Table::alter().table("asset").drop_column(day).take()).await?;
        }
        for table in TABLES {
            for column in [MEMORY, CORES] {
                manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
            }
        }
        Ok(())
    }
}
