//! Columns of `inventory`: the heat that racks get rid of, and the ports that racks have and models of equipment take.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::integer_null;

use crate::table::at_least;

const COLUMNS: [(&str, &str); 3] =
    [("rack", "cooling_watts"), ("rack", "network_ports"), ("hardware_model", "network_ports")];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            let added = integer_null(column).check(at_least(table, column, 0)).take();
            manager.alter_table(Table::alter().table(table).add_column(added).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
