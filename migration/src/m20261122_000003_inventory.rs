//! Tables of `inventory`.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer_null, boolean, date_null, integer, integer_null, text, text_null, uuid, uuid_null,
};

use crate::table::{
    at_least, between, both_or_neither, create, drop, index, length, one_of, refers_to, requires, table,
    unique,
};

const SITE_KINDS: [&str; 5] = ["DATA_CENTER", "COLOCATION", "OFFICE", "CLOUD_REGION", "EDGE"];
const SITE_STATUSES: [&str; 3] = ["PLANNED", "ACTIVE", "CLOSED"];
const RACK_STATUSES: [&str; 3] = ["PLANNED", "ACTIVE", "RETIRED"];
const HARDWARE_KINDS: [&str; 17] = [
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
const PRICE_SOURCES: [&str; 3] = ["QUOTE", "CATALOG", "INDEXED"];
const DATE_QUALITIES: [&str; 4] = ["PUBLISHED", "CONTRACT", "ESTIMATED", "UNKNOWN"];
const RACK_FACES: [&str; 2] = ["FRONT", "REAR"];
const ASSET_STATUSES: [&str; 7] =
    ["PLANNED", "ORDERED", "IN_STOCK", "IN_SERVICE", "MAINTENANCE", "RETIRED", "DISPOSED"];
const ENVIRONMENTS: [&str; 5] = ["PRODUCTION", "DISASTER_RECOVERY", "STAGING", "TEST", "DEVELOPMENT"];
const POWER_BASES: [&str; 3] = ["MEASURED", "MODEL", "NAMEPLATE"];

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![manufacturer(), vendor(), site(), rack(), hardware_model(), asset()], indexes())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop(manager, &["asset", "hardware_model", "rack", "site", "vendor", "manufacturer"]).await
    }
}

fn manufacturer() -> TableCreateStatement {
    table("manufacturer").col(text("name")).take()
}

fn vendor() -> TableCreateStatement {
    table("vendor")
        .col(text("code"))
        .col(text("name"))
        .col(text_null("contact_email"))
        .col(text_null("account_number"))
        .col(integer("payment_terms_days").default(30))
        .col(text_null("notes"))
        .check(at_least("vendor", "payment_terms_days", 0))
        .take()
}

fn site() -> TableCreateStatement {
    table("site")
        .col(text("code"))
        .col(text("name"))
        .col(text("kind"))
        .col(text("status"))
        .col(text("time_zone"))
        .col(text_null("street"))
        .col(text_null("city"))
        .col(text_null("region"))
        .col(text_null("postal_code"))
        .col(text_null("country"))
        .col(date_null("opened_on"))
        .col(date_null("exit_on"))
        .col(text_null("exit_reason"))
        .col(integer_null("headcount"))
        .col(text_null("source"))
        .check(one_of("site", "kind", &SITE_KINDS))
        .check(one_of("site", "status", &SITE_STATUSES))
        .check(length("site", "country", 2))
        .check(at_least("site", "headcount", 0))
        .take()
}

fn rack() -> TableCreateStatement {
    table("rack")
        .col(uuid("site_id"))
        .col(text("name"))
        .col(text_null("room"))
        .col(text("status"))
        .col(integer("height_units"))
        .col(integer_null("protected_power_watts"))
        .col(big_integer_null("weight_limit_grams"))
        .col(text_null("source"))
        .check(one_of("rack", "status", &RACK_STATUSES))
        .check(at_least("rack", "height_units", 1))
        .check(at_least("rack", "protected_power_watts", 0))
        .check(at_least("rack", "weight_limit_grams", 0))
        .foreign_key(&mut refers_to("rack", "site_id", "site"))
        .take()
}

fn hardware_model() -> TableCreateStatement {
    table("hardware_model")
        .col(uuid("manufacturer_id"))
        .col(text("name"))
        .col(text_null("part_number"))
        .col(text("kind"))
        .col(integer_null("height_half_units"))
        .col(boolean("full_depth").default(true))
        .col(integer_null("typical_draw_watts"))
        .col(integer_null("maximum_draw_watts"))
        .col(big_integer_null("weight_grams"))
        .col(integer_null("useful_life_months"))
        .col(big_integer_null("list_price_amount"))
        .col(text_null("list_price_currency"))
        .col(date_null("list_price_on"))
        .col(date_null("list_price_valid_until"))
        .col(text_null("list_price_source"))
        .col(date_null("released_on"))
        .col(date_null("end_of_sale_announced_on"))
        .col(date_null("end_of_sale_on"))
        .col(date_null("last_ship_on"))
        .col(date_null("end_of_software_maintenance_on"))
        .col(date_null("end_of_security_support_on"))
        .col(date_null("last_date_of_support_on"))
        .col(text("date_quality").default("UNKNOWN"))
        .col(uuid_null("successor_id"))
        .col(big_integer_null("consolidation_ratio"))
        .col(text_null("source"))
        .check(one_of("hardware_model", "kind", &HARDWARE_KINDS))
        .check(at_least("hardware_model", "height_half_units", 0))
        .check(at_least("hardware_model", "typical_draw_watts", 0))
        .check(at_least("hardware_model", "maximum_draw_watts", 0))
        .check(at_least("hardware_model", "weight_grams", 0))
        .check(at_least("hardware_model", "useful_life_months", 1))
        .check(at_least("hardware_model", "list_price_amount", 0))
        .check(both_or_neither("hardware_model", "list_price_amount", "list_price_currency"))
        .check(length("hardware_model", "list_price_currency", 3))
        .check(one_of("hardware_model", "list_price_source", &PRICE_SOURCES))
        .check(one_of("hardware_model", "date_quality", &DATE_QUALITIES))
        .check(at_least("hardware_model", "consolidation_ratio", 1))
        .foreign_key(&mut refers_to("hardware_model", "manufacturer_id", "manufacturer"))
        .foreign_key(&mut refers_to("hardware_model", "successor_id", "hardware_model"))
        .take()
}

fn asset() -> TableCreateStatement {
    table("asset")
        .col(text("tag"))
        .col(text_null("name"))
        .col(text_null("serial"))
        .col(uuid("model_id"))
        .col(uuid("site_id"))
        .col(uuid_null("rack_id"))
        .col(integer_null("position_half_units"))
        .col(text_null("face"))
        .col(uuid_null("parent_id"))
        .col(text("status"))
        .col(uuid_null("vendor_id"))
        .col(big_integer_null("purchase_amount"))
        .col(text_null("purchase_currency"))
        .col(date_null("purchased_on"))
        .col(text_null("purchase_order"))
        .col(date_null("in_service_on"))
        .col(date_null("warranty_ends_on"))
        .col(date_null("lease_return_on"))
        .col(date_null("retired_on"))
        .col(date_null("disposed_on"))
        .col(text_null("owner"))
        .col(integer_null("tier"))
        .col(text("environment").default("PRODUCTION"))
        .col(text("power_basis").default("MODEL"))
        .col(integer_null("measured_draw_watts"))
        .col(text_null("cost_centre"))
        .col(text_null("source"))
        .check(at_least("asset", "position_half_units", 2))
        .check(one_of("asset", "face", &RACK_FACES))
        .check(one_of("asset", "status", &ASSET_STATUSES))
        .check(at_least("asset", "purchase_amount", 0))
        .check(both_or_neither("asset", "purchase_amount", "purchase_currency"))
        .check(length("asset", "purchase_currency", 3))
        .check(between("asset", "tier", 0, 3))
        .check(one_of("asset", "environment", &ENVIRONMENTS))
        .check(one_of("asset", "power_basis", &POWER_BASES))
        .check(at_least("asset", "measured_draw_watts", 0))
        .check(requires("asset", "position_half_units", "rack_id"))
        .check(requires("asset", "face", "rack_id"))
        .foreign_key(&mut refers_to("asset", "model_id", "hardware_model"))
        .foreign_key(&mut refers_to("asset", "site_id", "site"))
        .foreign_key(&mut refers_to("asset", "rack_id", "rack"))
        .foreign_key(&mut refers_to("asset", "parent_id", "asset"))
        .foreign_key(&mut refers_to("asset", "vendor_id", "vendor"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("manufacturer", &["name"]),
        unique("vendor", &["code"]),
        unique("site", &["code"]),
        unique("rack", &["site_id", "name"]),
        unique("hardware_model", &["manufacturer_id", "name"]),
        index("hardware_model", &["successor_id"]),
        unique("asset", &["tag"]),
        index("asset", &["site_id", "status", "tag"]),
        index("asset", &["serial"]),
        index("asset", &["model_id"]),
        index("asset", &["rack_id"]),
        index("asset", &["parent_id"]),
        index("asset", &["vendor_id"]),
    ]
}
