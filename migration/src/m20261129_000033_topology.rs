//! Backups that `topology` has as hard or as members of groups: they never were needs, and count as none.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = "UPDATE dependency SET hardness = 'SOFT', redundancy_group_id = NULL, capacity = NULL \
                    WHERE kind = 'BACKS_UP_TO' AND (hardness = 'HARD' OR redundancy_group_id IS NOT NULL)";
        manager.get_connection().execute_unprepared(text).await.map(drop)
    }

    /// What they were said to be is not known any more, and changed nothing.
    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
