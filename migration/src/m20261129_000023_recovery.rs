//! Consistency groups of `recovery`: items whose data are only of use as of one moment, and which those are.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, text, text_null, uuid};

use crate::table::{at_least, create, drop, index, part_of, refers_to, table, unique};

const GROUP: &str = "consistency_group";
const MEMBER: &str = "consistency_group_member";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![consistency_group(), consistency_group_member()];
        let indexes =
            vec![unique(GROUP, &["name"]), unique(MEMBER, &["item_id"]), index(MEMBER, &["group_id"])];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[MEMBER, GROUP]).await
    }
}

fn consistency_group() -> TableCreateStatement {
    table(GROUP)
        .col(text("name"))
        .col(integer("tolerance_minutes"))
        .col(text_null("note"))
        .col(text_null("source"))
        .check(at_least(GROUP, "tolerance_minutes", 0))
        .take()
}

fn consistency_group_member() -> TableCreateStatement {
    table(MEMBER)
        .col(uuid("group_id"))
        .col(uuid("item_id"))
        .foreign_key(&mut part_of(MEMBER, "group_id", GROUP))
        .foreign_key(&mut refers_to(MEMBER, "item_id", "configuration_item"))
        .take()
}
