//! Tables of `scenarios`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{binary, integer, json_binary, text, text_null, uuid, uuid_null};

use crate::table::{at_least, create, drop, index, length, one_of, part_of, refers_to, table, unique};

const CHANGE: &str = "scenario_change";
const FROZEN: &str = "frozen_scenario";

const STATUSES: [&str; 2] = ["DRAFT", "FROZEN"];

/// What a change may be about: the column, and the table it refers to.
const TARGETS: [(&str, &str); 7] = [
    ("colocation_contract_id", "colocation_contract"),
    ("colocation_charge_id", "colocation_charge"),
    ("support_contract_id", "support_contract"),
    ("refresh_policy_id", "refresh_policy"),
    ("site_id", "site"),
    ("workload_id", "workload"),
    ("provider_account_id", "provider_account"),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![scenario(), scenario_change(), frozen_scenario()], indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[FROZEN, CHANGE, "scenario"]).await
    }
}

fn scenario() -> TableCreateStatement {
    table("scenario")
        .col(text("name"))
        .col(text_null("description"))
        .col(text_null("owner"))
        .col(text("status"))
        .check(one_of("scenario", "status", &STATUSES))
        .take()
}

fn scenario_change() -> TableCreateStatement {
    let mut change = table(CHANGE);
    change.col(uuid("scenario_id")).col(integer("position")).col(text_null("note"));
    change.foreign_key(&mut part_of(CHANGE, "scenario_id", "scenario"));
    for (column, other) in TARGETS {
        change.col(uuid_null(column)).foreign_key(&mut refers_to(CHANGE, column, other));
    }
    change.col(json_binary("terms")).check(at_least(CHANGE, "position", 0)).take()
}

fn frozen_scenario() -> TableCreateStatement {
    table(FROZEN)
        .col(uuid("scenario_id"))
        .col(text("frozen_by"))
        .col(text("program_version"))
        .col(text("changes"))
        .col(text("question"))
        .col(binary("inputs"))
        .col(text("inputs_hash"))
        .col(text("result"))
        .col(text("result_hash"))
        .check(length(FROZEN, "inputs_hash", 64))
        .check(length(FROZEN, "result_hash", 64))
        .foreign_key(&mut refers_to(FROZEN, "scenario_id", "scenario"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    let mut indexes = vec![
        unique("scenario", &["name"]),
        index(CHANGE, &["scenario_id", "position"]),
        unique(FROZEN, &["scenario_id"]),
    ];
    indexes.extend(TARGETS.map(|(column, _)| index(CHANGE, &[column])));
    indexes
}
