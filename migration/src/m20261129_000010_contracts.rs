//! Tables of `contracts` for power, invoices and offers, and that of commitments to cloud providers, whose terms stand
//! on the same calendar; columns for overage, the far end of a connection and early termination.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, date, date_null, integer, integer_null, json_binary_null, text,
    text_null, timestamp_with_time_zone, uuid, uuid_null,
};

use crate::table::{
    at_least, between, create, drop, index, length, not_before, one_of, refers_to, table, unique, unique_as,
};

const FEEDS: [&str; 2] = ["A", "B"];
const INVOICE_STATUSES: [&str; 4] = ["OPEN", "DISPUTED", "ACCEPTED", "CREDITED"];
const OFFER_STATUSES: [&str; 3] = ["OPEN", "ACCEPTED", "DECLINED"];
const COMMITMENT_KINDS: [&str; 4] =
    ["RESERVED_INSTANCE", "SAVINGS_PLAN", "COMMITTED_USE", "ENTERPRISE_AGREEMENT"];
const CHARGE_KINDS: [&str; 11] = [
    "SPACE_KW",
    "SPACE_CABINET",
    "SPACE_CAGE",
    "POWER_CIRCUIT",
    "POWER_METERED",
    "CROSS_CONNECT",
    "BANDWIDTH",
    "REMOTE_HANDS",
    "TAX",
    "NON_RECURRING",
    "CREDIT",
];

/// The index of the reference that a charge has to an asset.
const ASSET_INDEX: &str = "ix_colocation_charge_asset_id";

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        add(manager, "colocation_contract", json_binary_null("termination_rule").take()).await?;
        add(manager, "colocation_charge", json_binary_null("overage").take()).await?;
        // SQLite takes a foreign key of a new column only as part of the column.
        let asset = uuid_null("asset_id")
            .extra("CONSTRAINT fk_colocation_charge_asset_id REFERENCES asset (id) ON DELETE RESTRICT")
            .take();
        add(manager, "colocation_charge", asset).await?;
        let tables = vec![
            colocation_deployment(),
            colocation_circuit(),
            colocation_reading(),
            invoice(),
            invoice_line(),
            offer(),
            cloud_commitment(),
        ];
        create(manager, tables, indexes()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(
            manager,
            &[
                "cloud_commitment",
                "offer",
                "invoice_line",
                "invoice",
                "colocation_reading",
                "colocation_circuit",
                "colocation_deployment",
            ],
        )
        .await?;
        let mut asset_index = Index::drop();
        asset_index.name(ASSET_INDEX).table("colocation_charge");
        manager.drop_index(asset_index).await?;
        for (table, column) in [
            ("colocation_charge", "asset_id"),
            ("colocation_charge", "overage"),
            ("colocation_contract", "termination_rule"),
        ] {
            manager.alter_table(Table::alter().table(table).drop_column(column).take()).await?;
        }
        Ok(())
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).take()).await
}

fn colocation_deployment() -> TableCreateStatement {
    table("colocation_deployment")
        .col(uuid("contract_id"))
        .col(text("name"))
        .col(big_integer_null("draw_cap_kilovolt_amperes"))
        .col(boolean("draw_is_not_capped"))
        .col(big_integer_null("cooling_kilowatts"))
        .col(boolean("cooling_is_not_limited"))
        .col(big_integer_null("power_factor"))
        .col(big_integer_null("commit_kilowatts"))
        .col(text_null("source"))
        .check(at_least("colocation_deployment", "draw_cap_kilovolt_amperes", 0))
        .check(at_least("colocation_deployment", "cooling_kilowatts", 0))
        .check(at_least("colocation_deployment", "power_factor", 1))
        .check(at_least("colocation_deployment", "commit_kilowatts", 0))
        .foreign_key(&mut refers_to("colocation_deployment", "contract_id", "colocation_contract"))
        .take()
}

fn colocation_circuit() -> TableCreateStatement {
    table("colocation_circuit")
        .col(uuid("deployment_id"))
        .col(text("reference"))
        .col(text("cabinet"))
        .col(text_null("pair"))
        .col(text_null("feed"))
        .col(big_integer("volts"))
        .col(big_integer("amperes"))
        .col(integer("phases"))
        .col(big_integer("derate"))
        .col(uuid_null("rack_id"))
        .col(uuid_null("charge_id"))
        .col(date_null("billed_from_on"))
        .col(date_null("billed_to_on"))
        .col(date_null("returned_on"))
        .col(text_null("source"))
        .check(at_least("colocation_circuit", "volts", 1))
        .check(at_least("colocation_circuit", "amperes", 1))
        .check(at_least("colocation_circuit", "derate", 1))
        .check(one_of("colocation_circuit", "feed", &FEEDS))
        .check(not_before("colocation_circuit", "billed", "billed_from_on", "billed_to_on"))
        .check(between("colocation_circuit", "phases", 1, 3))
        .foreign_key(&mut refers_to("colocation_circuit", "deployment_id", "colocation_deployment"))
        .foreign_key(&mut refers_to("colocation_circuit", "rack_id", "rack"))
        .foreign_key(&mut refers_to("colocation_circuit", "charge_id", "colocation_charge"))
        .take()
}

fn colocation_reading() -> TableCreateStatement {
    table("colocation_reading")
        .col(uuid("deployment_id"))
        .col(uuid_null("circuit_id"))
        .col(timestamp_with_time_zone("starts_at"))
        .col(timestamp_with_time_zone("ends_at"))
        .col(big_integer_null("peak_kilowatts"))
        .col(big_integer_null("average_kilowatts"))
        .col(big_integer_null("kilowatt_hours"))
        .col(text_null("source"))
        .check(at_least("colocation_reading", "peak_kilowatts", 0))
        .check(at_least("colocation_reading", "average_kilowatts", 0))
        .check(at_least("colocation_reading", "kilowatt_hours", 0))
        .check(not_before("colocation_reading", "period", "starts_at", "ends_at"))
        .foreign_key(&mut refers_to("colocation_reading", "deployment_id", "colocation_deployment"))
        .foreign_key(&mut refers_to("colocation_reading", "circuit_id", "colocation_circuit"))
        .take()
}

fn invoice() -> TableCreateStatement {
    table("invoice")
        .col(uuid("contract_id"))
        .col(uuid("vendor_id"))
        .col(text("number"))
        .col(date("dated_on"))
        .col(date("month"))
        .col(text("currency"))
        .col(big_integer("total_amount"))
        .col(text("status"))
        .col(date_null("dispute_deadline_on"))
        .col(date_null("received_on"))
        .col(date_null("disputed_on"))
        .col(text_null("dispute_reason"))
        .col(text_null("note"))
        .col(text_null("source"))
        .check(length("invoice", "currency", 3))
        .check(one_of("invoice", "status", &INVOICE_STATUSES))
        .foreign_key(&mut refers_to("invoice", "contract_id", "colocation_contract"))
        .foreign_key(&mut refers_to("invoice", "vendor_id", "vendor"))
        .take()
}

fn invoice_line() -> TableCreateStatement {
    table("invoice_line")
        .col(uuid("invoice_id"))
        .col(integer("position"))
        .col(uuid_null("charge_id"))
        .col(date_null("service_month"))
        .col(text_null("kind"))
        .col(text("description"))
        .col(big_integer("amount"))
        .col(big_integer_null("quantity"))
        .col(big_integer_null("unit_price_amount"))
        .col(big_integer_null("metered_kilowatt_hours"))
        .col(big_integer_null("metered_peak_kilowatts"))
        .check(at_least("invoice_line", "position", 1))
        .check(one_of("invoice_line", "kind", &CHARGE_KINDS))
        .check(at_least("invoice_line", "metered_kilowatt_hours", 0))
        .check(at_least("invoice_line", "metered_peak_kilowatts", 0))
        .foreign_key(&mut refers_to("invoice_line", "invoice_id", "invoice"))
        .foreign_key(&mut refers_to("invoice_line", "charge_id", "colocation_charge"))
        .take()
}

fn offer() -> TableCreateStatement {
    table("offer")
        .col(uuid("vendor_id"))
        .col(text("reference"))
        .col(uuid_null("colocation_contract_id"))
        .col(uuid_null("support_contract_id"))
        .col(text("subject"))
        .col(big_integer("amount"))
        .col(text("currency"))
        .col(date("quoted_on"))
        .col(date("valid_until_on"))
        .col(text("status"))
        .col(date_null("decided_on"))
        .col(text_null("note"))
        .col(text_null("source"))
        .check(length("offer", "currency", 3))
        .check(at_least("offer", "amount", 0))
        .check(one_of("offer", "status", &OFFER_STATUSES))
        .check(not_before("offer", "validity", "quoted_on", "valid_until_on"))
        .foreign_key(&mut refers_to("offer", "vendor_id", "vendor"))
        .foreign_key(&mut refers_to("offer", "colocation_contract_id", "colocation_contract"))
        .foreign_key(&mut refers_to("offer", "support_contract_id", "support_contract"))
        .take()
}

fn cloud_commitment() -> TableCreateStatement {
    table("cloud_commitment")
        .col(uuid("account_id"))
        .col(text("reference"))
        .col(text("kind"))
        .col(text_null("description"))
        .col(date("starts_on"))
        .col(date("ends_on"))
        .col(text("currency"))
        .col(big_integer_null("hourly_amount"))
        .col(big_integer_null("total_amount"))
        .col(boolean("auto_renews"))
        .col(integer_null("renewal_months"))
        .col(integer_null("notice_days"))
        .col(date_null("notice_given_on"))
        .col(text_null("owner"))
        .col(text_null("source"))
        .check(length("cloud_commitment", "currency", 3))
        .check(one_of("cloud_commitment", "kind", &COMMITMENT_KINDS))
        .check(at_least("cloud_commitment", "hourly_amount", 0))
        .check(at_least("cloud_commitment", "total_amount", 0))
        .check(at_least("cloud_commitment", "renewal_months", 1))
        .check(at_least("cloud_commitment", "notice_days", 0))
        .check(not_before("cloud_commitment", "term", "starts_on", "ends_on"))
        .foreign_key(&mut refers_to("cloud_commitment", "account_id", "provider_account"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("colocation_charge", &["asset_id"]),
        unique("colocation_deployment", &["contract_id", "name"]),
        unique("colocation_circuit", &["deployment_id", "reference"]),
        index("colocation_circuit", &["rack_id"]),
        index("colocation_circuit", &["charge_id"]),
        index("colocation_reading", &["deployment_id", "starts_at"]),
        unique("colocation_reading", &["circuit_id", "starts_at", "ends_at"]),
        // Rows without a circuit are all alike to the index above.
        unique_as(
            "uq_colocation_reading_deployment_id_starts_at_ends_at",
            "colocation_reading",
            &["deployment_id", "starts_at", "ends_at"],
        )
        .and_where(Expr::col("circuit_id").is_null())
        .take(),
        index("invoice", &["contract_id"]),
        unique("invoice", &["vendor_id", "number"]),
        index("invoice", &["status", "dispute_deadline_on"]),
        unique("invoice_line", &["invoice_id", "position"]),
        index("invoice_line", &["charge_id"]),
        unique("offer", &["vendor_id", "reference"]),
        index("offer", &["colocation_contract_id"]),
        index("offer", &["support_contract_id"]),
        unique("cloud_commitment", &["account_id", "reference"]),
    ]
}
