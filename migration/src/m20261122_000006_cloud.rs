//! Tables of `cloud`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, date, date_null, integer_null, text, text_null, uuid, uuid_null,
};

use crate::table::{
    at_least, between, create, drop, index, length, not_before, one_of, part_of, refers_to, table, unique,
    unique_as,
};

const PROVIDERS: [&str; 6] = ["AWS", "AZURE", "GCP", "OCI", "IBM", "OTHER"];
const ENVIRONMENTS: [&str; 5] = ["PRODUCTION", "DISASTER_RECOVERY", "STAGING", "TEST", "DEVELOPMENT"];
const CHARGE_CATEGORIES: [&str; 5] = ["USAGE", "PURCHASE", "TAX", "CREDIT", "ADJUSTMENT"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![provider_account(), workload(), cost_record(), growth_assumption()], indexes())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["growth_assumption", "cost_record", "workload", "provider_account"]).await
    }
}

fn provider_account() -> TableCreateStatement {
    table("provider_account")
        .col(text("provider"))
        .col(text("account_number"))
        .col(text("name"))
        .col(text("currency"))
        .col(uuid_null("vendor_id"))
        .col(text_null("owner"))
        .col(text_null("source"))
        .check(one_of("provider_account", "provider", &PROVIDERS))
        .check(length("provider_account", "currency", 3))
        .foreign_key(&mut refers_to("provider_account", "vendor_id", "vendor"))
        .take()
}

fn workload() -> TableCreateStatement {
    table("workload")
        .col(uuid("account_id"))
        .col(text("name"))
        .col(text("service"))
        .col(text("region"))
        .col(uuid_null("site_id"))
        .col(big_integer_null("vcpu"))
        .col(big_integer_null("memory_gib"))
        .col(big_integer_null("storage_gib"))
        .col(text_null("owner"))
        .col(text("environment").default("PRODUCTION"))
        .col(integer_null("tier"))
        .col(date_null("started_on"))
        .col(date_null("retires_on"))
        .col(text_null("source"))
        .check(at_least("workload", "vcpu", 0))
        .check(at_least("workload", "memory_gib", 0))
        .check(at_least("workload", "storage_gib", 0))
        .check(one_of("workload", "environment", &ENVIRONMENTS))
        .check(between("workload", "tier", 0, 3))
        .check(not_before("workload", "period", "started_on", "retires_on"))
        .foreign_key(&mut refers_to("workload", "account_id", "provider_account"))
        .foreign_key(&mut refers_to("workload", "site_id", "site"))
        .take()
}

fn cost_record() -> TableCreateStatement {
    table("cost_record")
        .col(uuid("account_id"))
        .col(uuid_null("workload_id"))
        .col(date("month"))
        .col(text("service"))
        .col(text("charge_category"))
        .col(text("currency"))
        .col(big_integer("billed_amount"))
        .col(big_integer("effective_amount"))
        .col(big_integer("list_amount"))
        .col(big_integer("contracted_amount"))
        .col(text_null("source"))
        .check(one_of("cost_record", "charge_category", &CHARGE_CATEGORIES))
        .check(length("cost_record", "currency", 3))
        .foreign_key(&mut refers_to("cost_record", "account_id", "provider_account"))
        .foreign_key(&mut refers_to("cost_record", "workload_id", "workload"))
        .take()
}

fn growth_assumption() -> TableCreateStatement {
    table("growth_assumption")
        .col(uuid("account_id"))
        .col(uuid_null("workload_id"))
        .col(big_integer("monthly_rate"))
        .col(date("from_month"))
        .col(date_null("to_month"))
        .col(text_null("basis"))
        .check(not_before("growth_assumption", "period", "from_month", "to_month"))
        .foreign_key(&mut part_of("growth_assumption", "account_id", "provider_account"))
        .foreign_key(&mut part_of("growth_assumption", "workload_id", "workload"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("provider_account", &["provider", "account_number"]),
        index("provider_account", &["vendor_id"]),
        unique("workload", &["account_id", "name"]),
        index("workload", &["site_id"]),
        // To a unique index no null equals another, so records of a whole account have one of their own.
        unique_as(
            "uq_cost_record_of_workload",
            "cost_record",
            &["account_id", "workload_id", "month", "service", "charge_category"],
        ),
        unique_as(
            "uq_cost_record_of_account",
            "cost_record",
            &["account_id", "month", "service", "charge_category"],
        )
        .and_where(Expr::col("workload_id").is_null())
        .take(),
        index("cost_record", &["workload_id", "month"]),
        index("cost_record", &["account_id", "month"]),
        index("growth_assumption", &["account_id"]),
        index("growth_assumption", &["workload_id"]),
    ]
}
