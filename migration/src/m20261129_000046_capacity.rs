//! Tables of `capacity`: places in racks that are held for equipment to come.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, date, date_null, integer, integer_null, text, text_null, uuid,
};

use crate::table::{
    at_least, create, drop, index, not_before, one_of, part_of, refers_to, table, unique, unique_as,
};

const PLACEMENT: &str = "capacity_placement";
const RACK: &str = "capacity_placement_rack";

/// All of it, in billionths.
const ONE: i64 = 1_000_000_000;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![
            unique_as("uq_capacity_placement_key", PLACEMENT, &["purpose", "from_on"]),
            index(PLACEMENT, &["to_on"]),
            unique(RACK, &["placement_id", "rack_id"]),
            index(RACK, &["rack_id"]),
        ];
        create(manager, vec![placement(), rack()], indexes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &[RACK, PLACEMENT]).await
    }
}

fn placement() -> TableCreateStatement {
    let something = Expr::col("half_units")
        .is_not_null()
        .or(Expr::col("power_watts").is_not_null())
        .or(Expr::col("cooling_watts").is_not_null())
        .or(Expr::col("ports").is_not_null())
        .or(Expr::col("weight_grams").is_not_null());
    let share = Expr::col("probability").between(1_i64, ONE);
    table(PLACEMENT)
        .col(text("purpose"))
        .col(date("from_on"))
        .col(date_null("to_on"))
        .col(integer("pieces"))
        .col(integer_null("half_units"))
        .col(integer_null("power_watts"))
        .col(integer_null("cooling_watts"))
        .col(integer_null("ports"))
        .col(big_integer_null("weight_grams"))
        .col(text("cords"))
        .col(big_integer("probability"))
        .col(text_null("source"))
        .check(at_least(PLACEMENT, "pieces", 1))
        .check(at_least(PLACEMENT, "half_units", 1))
        .check(at_least(PLACEMENT, "power_watts", 1))
        .check(at_least(PLACEMENT, "cooling_watts", 1))
        .check(at_least(PLACEMENT, "ports", 1))
        .check(at_least(PLACEMENT, "weight_grams", 1))
        .check(one_of(PLACEMENT, "cords", &["BOTH", "A", "B"]))
        .check(Check::named(format!("ck_{PLACEMENT}_needs_something"), something))
        .check(Check::named(format!("ck_{PLACEMENT}_probability"), share))
        .check(not_before(PLACEMENT, "ends_after_start", "from_on", "to_on"))
        .take()
}

fn rack() -> TableCreateStatement {
    table(RACK)
        .col(uuid("placement_id"))
        .col(uuid("rack_id"))
        .col(integer("pieces"))
        .check(at_least(RACK, "pieces", 1))
        .foreign_key(&mut part_of(RACK, "placement_id", PLACEMENT))
        .foreign_key(&mut refers_to(RACK, "rack_id", "rack"))
        .take()
}
