//! What every table is made of: the columns all have, and rules and indexes named by one pattern.
//!
//! `SQLite` takes checks and foreign keys only when a table is made, so all of them are parts of the
//! table's statement.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{integer, pk_uuid, timestamp_with_time_zone};

/// A table with its id, version and both dates.
pub fn table(name: &'static str) -> TableCreateStatement {
    bare_table(name)
        .col(integer("version").default(1))
        .col(timestamp_with_time_zone("created_at"))
        .col(timestamp_with_time_zone("updated_at"))
        .take()
}

/// A table with nothing but its id, for rows that are written once.
pub fn bare_table(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).col(pk_uuid("id")).take()
}

/// The column holds one of the words of an enum, or nothing.
pub fn one_of(table: &str, column: &'static str, words: &[&'static str]) -> Check {
    check(table, column, Expr::col(column).is_in(words.iter().copied()))
}

/// The column is no less than `least`, or empty. Amounts and rates count in millionths and billionths.
pub fn at_least(table: &str, column: &'static str, least: i64) -> Check {
    check(table, column, Expr::col(column).gte(least))
}

/// The column lies between the two, both included, or is empty.
pub fn between(table: &str, column: &'static str, least: i32, most: i32) -> Check {
    check(table, column, Expr::col(column).between(least, most))
}

/// The text has exactly so many characters, or is empty.
pub fn length(table: &str, column: &'static str, characters: i32) -> Check {
    check(table, &format!("{column}_length"), Func::char_length(Expr::col(column)).eq(characters))
}

/// An amount has a currency, and a currency an amount.
pub fn both_or_neither(table: &str, amount: &'static str, currency: &'static str) -> Check {
    let rule = format!("{amount}_has_{currency}");
    check(table, &rule, Expr::col(amount).is_null().eq(Expr::col(currency).is_null()))
}

/// The column is empty unless the other is filled.
pub fn requires(table: &str, column: &'static str, other: &'static str) -> Check {
    let rule = format!("{column}_requires_{other}");
    check(table, &rule, Expr::col(column).is_null().or(Expr::col(other).is_not_null()))
}

/// The second column does not come before the first, where both are filled.
pub fn not_before(table: &str, rule: &str, first: &'static str, second: &'static str) -> Check {
    check(table, rule, Expr::col(second).gte(Expr::col(first)))
}

/// A reference to the id of a row that stays as long as it is referred to.
pub fn refers_to(
    table: &'static str,
    column: &'static str,
    other: &'static str,
) -> ForeignKeyCreateStatement {
    foreign_key(table, column, other).on_delete(ForeignKeyAction::Restrict).take()
}

/// A reference to the id of the whole that a row is part of, and with which it goes.
pub fn part_of(table: &'static str, column: &'static str, whole: &'static str) -> ForeignKeyCreateStatement {
    foreign_key(table, column, whole).on_delete(ForeignKeyAction::Cascade).take()
}

/// An index for looking up and ordering.
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named_index(format!("ix_{table}_{}", columns.join("_")), table, columns)
}

/// No two rows have the same in all of the columns.
pub fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    unique_as(&format!("uq_{table}_{}", columns.join("_")), table, columns)
}

/// [`unique`] with a name of its own: PostgreSQL cuts names after 63 characters.
pub fn unique_as(name: &str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    named_index(name.to_owned(), table, columns).unique().take()
}

/// At most one row has `true` in the column.
pub fn at_most_one(table: &'static str, column: &'static str) -> IndexCreateStatement {
    unique(table, &[column]).and_where(Expr::col(column).eq(true)).take()
}

/// Makes the tables, in this order, and then the indexes.
pub async fn create(
    manager: &SchemaManager<'_>,
    tables: Vec<TableCreateStatement>,
    indexes: Vec<IndexCreateStatement>,
) -> Result<(), DbErr> {
    for table in tables {
        manager.create_table(table).await?;
    }
    for index in indexes {
        manager.create_index(index).await?;
    }
    Ok(())
}

/// Drops the tables, in this order, and their indexes with them.
pub async fn drop(manager: &SchemaManager<'_>, tables: &[&'static str]) -> Result<(), DbErr> {
    for table in tables {
        manager.drop_table(Table::drop().table(*table).take()).await?;
    }
    Ok(())
}

fn check(table: &str, rule: &str, expression: Expr) -> Check {
    Check::named(format!("ck_{table}_{rule}"), expression)
}

fn named_index(name: String, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}

fn foreign_key(table: &'static str, column: &'static str, other: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk_{table}_{column}")).from(table, column).to(other, "id").take()
}
