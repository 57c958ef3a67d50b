//! Tables of `lifecycle`: what the books say of single assets, what happened to them, and which months are closed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean_null, date, date_null, integer_null, json_binary_null, text,
    text_null, uuid, uuid_null,
};

use crate::table::{
    at_least, between, create, drop, index, length, not_before, one_of, refers_to, requires, table, unique,
    unique_as,
};

const BOOKS: [&str; 3] = ["BOOK", "TAX", "IFRS"];
const METHODS: [&str; 4] = ["STRAIGHT_LINE", "SUM_OF_YEARS_DIGITS", "DOUBLE_DECLINING", "DECLINING_150"];
const CONVENTIONS: [&str; 7] =
    ["FULL_MONTH", "NEXT_MONTH", "MID_MONTH", "MID_MONTH_FIRST", "MID_QUARTER", "HALF_YEAR", "ACTUAL_DAYS"];
const ROUNDINGS: [&str; 2] = ["CUMULATIVE", "LAST_PERIOD"];
const TAX_CLASSES: [&str; 6] =
    ["THREE_YEARS", "FIVE_YEARS", "SEVEN_YEARS", "TEN_YEARS", "FIFTEEN_YEARS", "TWENTY_YEARS"];
const EVENTS: [&str; 4] = ["IMPAIRMENT", "LIFE_CHANGE", "DISPOSAL", "TRANSFER"];

const POLICY_COLUMNS: [&str; 2] = ["failure_rates", "demand"];

/// A whole, in billionths.
const WHOLE: i32 = 1_000_000_000;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, vec![book_entry(), book_event(), closed_period()], indexes()).await?;
        // One by one, for SQLite alters one column at a time.
        for column in POLICY_COLUMNS {
            let added = json_binary_null(column);
            manager.alter_table(Table::alter().table("refresh_policy").add_column(added).take()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in POLICY_COLUMNS {
            manager.alter_table(Table::alter().table("refresh_policy").drop_column(column).take()).await?;
        }
        drop(manager, &["closed_period", "book_event", "book_entry"]).await
    }
}

fn book_entry() -> TableCreateStatement {
    table("book_entry")
        .col(uuid("asset_id"))
        .col(text("book"))
        .col(text("component").default(""))
        .col(text_null("class"))
        .col(big_integer("cost_amount"))
        .col(text("currency"))
        .col(big_integer_null("salvage_amount"))
        .col(text_null("rule_name"))
        .col(text_null("method"))
        .col(boolean_null("switch_to_straight_line"))
        .col(integer_null("life_months"))
        .col(text_null("convention"))
        .col(text_null("rounding"))
        .col(text_null("tax_class"))
        .col(big_integer_null("bonus_rate"))
        .col(boolean_null("mid_quarter"))
        .col(date_null("in_service_on"))
        .col(date_null("depreciable_from"))
        .col(big_integer_null("opening_amount"))
        .col(date_null("opening_from"))
        .col(date_null("posted_from"))
        .col(text_null("source"))
        .check(one_of("book_entry", "book", &BOOKS))
        .check(at_least("book_entry", "cost_amount", 0))
        .check(length("book_entry", "currency", 3))
        .check(at_least("book_entry", "salvage_amount", 0))
        .check(one_of("book_entry", "method", &METHODS))
        .check(at_least("book_entry", "life_months", 1))
        .check(one_of("book_entry", "convention", &CONVENTIONS))
        .check(one_of("book_entry", "rounding", &ROUNDINGS))
        .check(one_of("book_entry", "tax_class", &TAX_CLASSES))
        .check(between("book_entry", "bonus_rate", 0, WHOLE))
        .check(requires("book_entry", "bonus_rate", "tax_class"))
        .check(requires("book_entry", "mid_quarter", "tax_class"))
        .check(not_before("book_entry", "depreciable_after_service", "in_service_on", "depreciable_from"))
        .check(at_least("book_entry", "opening_amount", 0))
        .check(requires("book_entry", "opening_amount", "opening_from"))
        .check(requires("book_entry", "opening_from", "opening_amount"))
        .foreign_key(&mut refers_to("book_entry", "asset_id", "asset"))
        .take()
}

fn book_event() -> TableCreateStatement {
    table("book_event")
        .col(uuid("asset_id"))
        .col(text("book"))
        .col(text("component").default(""))
        .col(text("kind"))
        .col(date("happened_on"))
        .col(date_null("posted_from"))
        .col(big_integer_null("recoverable_amount"))
        .col(integer_null("life_months"))
        .col(integer_null("added_months"))
        .col(integer_null("remaining_months"))
        .col(big_integer_null("salvage_amount"))
        .col(big_integer_null("proceeds_amount"))
        .col(big_integer_null("sale_cost_amount"))
        .col(big_integer_null("disposed_amount"))
        .col(big_integer_null("disposed_share"))
        .col(integer_null("disposed_quantity"))
        .col(integer_null("held_quantity"))
        .col(uuid_null("from_site_id"))
        .col(uuid_null("to_site_id"))
        .col(text_null("from_cost_centre"))
        .col(text_null("to_cost_centre"))
        .col(text_null("from_class"))
        .col(text_null("to_class"))
        .col(text_null("notes"))
        .check(one_of("book_event", "book", &BOOKS))
        .check(one_of("book_event", "kind", &EVENTS))
        .check(at_least("book_event", "recoverable_amount", 0))
        .check(at_least("book_event", "life_months", 1))
        .check(at_least("book_event", "remaining_months", 1))
        .check(at_least("book_event", "salvage_amount", 0))
        .check(at_least("book_event", "proceeds_amount", 0))
        .check(at_least("book_event", "sale_cost_amount", 0))
        .check(at_least("book_event", "disposed_amount", 1))
        .check(between("book_event", "disposed_share", 1, WHOLE))
        .check(at_least("book_event", "disposed_quantity", 1))
        .check(requires("book_event", "disposed_quantity", "held_quantity"))
        .check(requires("book_event", "held_quantity", "disposed_quantity"))
        .foreign_key(&mut refers_to("book_event", "asset_id", "asset"))
        .foreign_key(&mut refers_to("book_event", "from_site_id", "site"))
        .foreign_key(&mut refers_to("book_event", "to_site_id", "site"))
        .take()
}

fn closed_period() -> TableCreateStatement {
    table("closed_period")
        .col(text("book"))
        .col(date("through_on"))
        .col(uuid_null("fiscal_calendar_id"))
        .check(one_of("closed_period", "book", &BOOKS))
        .foreign_key(&mut refers_to("closed_period", "fiscal_calendar_id", "fiscal_calendar"))
        .take()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("book_entry", &["asset_id", "book", "component"]),
        index("book_entry", &["book"]),
        unique_as(
            "uq_book_event_asset_book_component_day_kind",
            "book_event",
            &["asset_id", "book", "component", "happened_on", "kind"],
        ),
        index("book_event", &["book"]),
        index("book_event", &["from_site_id"]),
        index("book_event", &["to_site_id"]),
        unique("closed_period", &["book", "through_on"]),
        index("closed_period", &["fiscal_calendar_id"]),
    ]
}
