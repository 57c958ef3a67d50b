//! Tables of `recovery`: objectives of configuration items, their backups, and drills with what they were about.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, boolean, date, date_null, integer_null, text, text_null, timestamp_with_time_zone,
    timestamp_with_time_zone_null, uuid,
};

use crate::table::{
    at_least, both_or_neither, create, drop, index, not_before, one_of, part_of, refers_to, table, unique,
};

const OBJECTIVE: &str = "recovery_objective";
const BACKUP: &str = "backup_record";
const DRILL: &str = "recovery_drill";
const DRILL_ITEM: &str = "recovery_drill_item";

const BACKUP_KINDS: [&str; 4] = ["FULL", "INCREMENTAL", "SNAPSHOT", "REPLICA"];
const DRILL_KINDS: [&str; 5] = ["TABLETOP", "WALKTHROUGH", "FUNCTIONAL", "PARALLEL", "FULL_FAILOVER"];

/// All of it, in billionths.
const ONE: i64 = 1_000_000_000;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = vec![recovery_objective(), backup_record(), recovery_drill(), recovery_drill_item()];
        let indexes = vec![
            unique(OBJECTIVE, &["item_id"]),
            unique(BACKUP, &["item_id", "kind", "completed_at"]),
            index(BACKUP, &["completed_at"]),
            unique(DRILL, &["name"]),
            index(DRILL, &["held_on"]),
            unique(DRILL_ITEM, &["drill_id", "item_id"]),
            index(DRILL_ITEM, &["item_id"]),
        ];
        create(manager, tables, indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[DRILL_ITEM, DRILL, BACKUP, OBJECTIVE]).await
    }
}

fn recovery_objective() -> TableCreateStatement {
    table(OBJECTIVE)
        .col(uuid("item_id"))
        .col(integer_null("time_minutes"))
        .col(integer_null("point_minutes"))
        .col(integer_null("own_minutes"))
        .col(integer_null("failover_minutes"))
        .col(boolean("bears_data"))
        .col(big_integer_null("availability_target"))
        .col(big_integer_null("observed_availability"))
        .col(date_null("changed_on"))
        .col(text_null("note"))
        .col(text_null("source"))
        .check(at_least(OBJECTIVE, "time_minutes", 0))
        .check(at_least(OBJECTIVE, "point_minutes", 0))
        .check(at_least(OBJECTIVE, "own_minutes", 0))
        .check(at_least(OBJECTIVE, "failover_minutes", 0))
        .check(share("availability_target"))
        .check(share("observed_availability"))
        .foreign_key(&mut refers_to(OBJECTIVE, "item_id", "configuration_item"))
        .take()
}

/// The column is a share of time.
fn share(column: &'static str) -> Check {
    Check::named(format!("ck_{OBJECTIVE}_{column}"), Expr::col(column).between(0_i64, ONE))
}

fn backup_record() -> TableCreateStatement {
    table(BACKUP)
        .col(uuid("item_id"))
        .col(text("kind"))
        .col(timestamp_with_time_zone_null("started_at"))
        .col(timestamp_with_time_zone("completed_at"))
        .col(boolean("is_good"))
        .col(boolean("is_immutable"))
        .col(text_null("destination"))
        .col(date_null("restore_tested_on"))
        .col(text_null("source"))
        .check(one_of(BACKUP, "kind", &BACKUP_KINDS))
        .check(not_before(BACKUP, "ends_after_start", "started_at", "completed_at"))
        .foreign_key(&mut refers_to(BACKUP, "item_id", "configuration_item"))
        .take()
}

fn recovery_drill() -> TableCreateStatement {
    table(DRILL)
        .col(text("name"))
        .col(text("kind"))
        .col(date("held_on"))
        .col(timestamp_with_time_zone_null("declared_at"))
        .col(timestamp_with_time_zone_null("restored_at"))
        .col(integer_null("achieved_time_minutes"))
        .col(integer_null("achieved_point_minutes"))
        .col(text_null("issues"))
        .col(text_null("signed_off_by"))
        .col(text_null("evidence"))
        .col(text_null("source"))
        .check(one_of(DRILL, "kind", &DRILL_KINDS))
        .check(at_least(DRILL, "achieved_time_minutes", 0))
        .check(at_least(DRILL, "achieved_point_minutes", 0))
        .check(both_or_neither(DRILL, "declared_at", "restored_at"))
        .check(not_before(DRILL, "restored_after_declared", "declared_at", "restored_at"))
        .take()
}

fn recovery_drill_item() -> TableCreateStatement {
    table(DRILL_ITEM)
        .col(uuid("drill_id"))
        .col(uuid("item_id"))
        .foreign_key(&mut part_of(DRILL_ITEM, "drill_id", DRILL))
        .foreign_key(&mut refers_to(DRILL_ITEM, "item_id", "configuration_item"))
        .take()
}
