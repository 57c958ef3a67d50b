//! What `scenarios` keeps of a frozen scenario: capacity pools as its changes have them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::binary_null;

const TABLE: &str = "frozen_scenario";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// What is frozen already was drawn from pools as they are on record.
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = binary_null("growing");
        manager.alter_table(Table::alter().table(TABLE).add_column(added).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(TABLE).drop_column("growing").take()).await
    }
}
