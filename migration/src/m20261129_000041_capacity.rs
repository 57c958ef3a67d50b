//! Columns of `capacity_pool`: what turns what is installed into what is usable, of clusters and of storage.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer_null, integer_null};

use crate::table::at_least;

const POOL: &str = "capacity_pool";

/// Whole numbers, with the least of each.
const COUNTS: [(&str, i64); 3] =
    [("failures_tolerated", 0), ("protection_data", 1), ("protection_parity", 0)];

/// Shares and ratios in billionths, and a quantity in millionths, with the least and the most of each.
const NUMBERS: [(&str, i64, i64); 6] = [
    ("overcommit_ratio", 1, 1_000_000_000_000),
    ("buffer_share", 0, 999_999_999),
    ("host_overhead", 0, i64::MAX),
    ("protection_share", 1, 1_000_000_000),
    ("reserve_share", 0, 999_999_999),
    ("reduction_ratio", 1, 1_000_000_000_000),
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, least) in COUNTS {
            let column = integer_null(name).check(at_least(POOL, name, least)).take();
            manager.alter_table(Table::alter().table(POOL).add_column(column).take()).await?;
        }
        for (name, least, most) in NUMBERS {
            let range = Check::named(format!("ck_{POOL}_{name}"), Expr::col(name).between(least, most));
            let column = big_integer_null(name).check(range).take();
            manager.alter_table(Table::alter().table(POOL).add_column(column).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let names = COUNTS.iter().map(|(name, _)| *name).chain(NUMBERS.iter().map(|(name, ..)| *name));
        for name in names {
            manager.alter_table(Table::alter().table(POOL).drop_column(name).take()).await?;
        }
        Ok(())
    }
}
