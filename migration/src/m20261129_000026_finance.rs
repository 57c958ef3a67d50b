//! What `scenarios` keeps of a frozen scenario, which finance is shown: hashes of its changes and of its question.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

const COLUMNS: [&str; 2] = ["changes_hash", "question_hash"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// Nothing is worked out for what is frozen already: the text of its changes has ids of this database.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One by one, for SQLite alters one column at a time.
        for column in COLUMNS {
            let added = text_null(column);
            manager.alter_table(Table::alter().table("frozen_scenario").add_column(added).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("frozen_scenario").drop_column(column).take()).await?;
        }
        Ok(())
    }
}
