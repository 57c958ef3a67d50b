//! Columns of `contracts` and `cloud`: commitments of power in kilovolt-amperes, and what the company plans with for
//! commitments to cloud providers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, integer_null, text_null};

use crate::table::{at_least, between, one_of};

const CHARGE: &str = "colocation_charge";
const DEPLOYMENT: &str = "colocation_deployment";
const COMMITMENT: &str = "cloud_commitment";

/// Days of ten years: nobody plans a single step for longer.
const MOST_DAYS: i32 = 3_650;

const DAYS: [&str; 5] = [
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
        let unit = text_null("power_unit")
            .check(one_of(CHARGE, "power_unit", &["KILOWATT", "KILOVOLT_AMPERE"]))
            .take();
        let factor = big_integer_null("power_factor").check(at_least(CHARGE, "power_factor", 1)).take();
        for added in [unit, factor] {
            manager.alter_table(Table::alter().table(CHARGE).add_column(added).take()).await?;
        }
        let column = "commit_kilovolt_amperes";
        let added = big_integer_null(column).check(at_least(DEPLOYMENT, column, 0)).take();
        manager.alter_table(Table::alter().table(DEPLOYMENT).add_column(added).take()).await?;
        for column in DAYS {
            let rule = between(COMMITMENT, column, 0, MOST_DAYS);
            let added = integer_null(column).check(rule).take();
            manager.alter_table(Table::alter().table(COMMITMENT).add_column(added).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns =
            [(CHARGE, "power_unit"), (CHARGE, "power_factor"), (DEPLOYMENT, "commit_kilovolt_amperes")];
        for (table, column) in columns.into_iter().chain(DAYS.map(|column| (COMMITMENT, column))) {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}
