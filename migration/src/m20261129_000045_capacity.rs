//! What is bought for capacity pools that run out, and refresh policies by which what is in such a pool is due.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, boolean, date, date_null, integer, integer_null, json_binary, text, text_null, uuid,
    uuid_null,
};

use crate::table::{
    at_least, between, create, drop, index, length, not_before, one_of, part_of, refers_to, table,
};

const RULE: &str = "capacity_purchase_rule";
const POLICY: &str = "refresh_policy";
const CAPACITY: &str = "capacity_rule";

const KINDS: [&str; 17] = [
    "SERVER",
    "BLADE",
    "CHASSIS",
    "STORAGE",
    "SWITCH",
    "ROUTER",
    "FIREWALL",
    "LOAD_BALANCER",
    "WIRELESS",
    "POWER",
    "PATCH_PANEL",
    "LAPTOP",
    "DESKTOP",
    "MONITOR",
    "PHONE",
    "PRINTER",
    "OTHER",
];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let indexes = vec![
            crate::table::unique(RULE, &["pool_id"]),
            index(RULE, &["vendor_id"]),
            index(RULE, &["depreciation_rule_id"]),
        ];
        create(manager, vec![rule()], indexes).await?;
        let added = boolean(CAPACITY).default(false).take();
        manager.alter_table(Table::alter().table(POLICY).add_column(added).take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(POLICY).drop_column(CAPACITY).take()).await?;
        drop(manager, &[RULE]).await
    }
}

fn rule() -> TableCreateStatement {
    // A rule of depreciation and a life of one's own are two answers to one question.
    let one_at_most = Expr::col("depreciation_rule_id").is_null().or(Expr::col("life_months").is_null());
    table(RULE)
        .col(uuid("pool_id"))
        .col(text("item"))
        .col(text("hardware_kind"))
        .col(big_integer("quantity"))
        .col(integer("lot"))
        .col(integer("cover_months"))
        .col(text("demand"))
        .col(big_integer("price_amount"))
        .col(text("currency"))
        .col(date("price_on"))
        .col(date_null("price_valid_until_on"))
        .col(json_binary("price_index"))
        .col(big_integer("freight_rate"))
        .col(big_integer("install_amount"))
        .col(big_integer("support_rate"))
        .col(integer("support_months"))
        .col(big_integer("contingency_rate"))
        .col(integer("payment_terms_days"))
        .col(uuid_null("depreciation_rule_id"))
        .col(integer_null("life_months"))
        .col(uuid_null("vendor_id"))
        .col(text_null("note"))
        .col(text_null("source"))
        .check(one_of(RULE, "hardware_kind", &KINDS))
        .check(one_of(RULE, "demand", &["P50", "P90"]))
        .check(at_least(RULE, "quantity", 1))
        .check(at_least(RULE, "lot", 1))
        .check(between(RULE, "cover_months", 1, 120))
        .check(at_least(RULE, "price_amount", 1))
        .check(length(RULE, "currency", 3))
        .check(not_before(RULE, "price_valid_after_it_was_stated", "price_on", "price_valid_until_on"))
        .check(at_least(RULE, "freight_rate", 0))
        .check(at_least(RULE, "install_amount", 0))
        .check(at_least(RULE, "support_rate", 0))
        .check(at_least(RULE, "support_months", 0))
        .check(at_least(RULE, "contingency_rate", 0))
        .check(at_least(RULE, "payment_terms_days", 0))
        .check(at_least(RULE, "life_months", 1))
        .check(Check::named(format!("ck_{RULE}_written_off_one_way"), one_at_most))
        .foreign_key(&mut part_of(RULE, "pool_id", "capacity_pool"))
        .foreign_key(&mut refers_to(RULE, "depreciation_rule_id", "depreciation_rule"))
        .foreign_key(&mut refers_to(RULE, "vendor_id", "vendor"))
        .take()
}
