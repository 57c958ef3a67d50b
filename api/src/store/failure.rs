//! What a failed statement means for the caller.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

use crate::error::Error;

/// Translates a failure of the database: broken rules of tables name their columns, a database that is away
/// is `Unavailable`, the rest is a fault of ours.
#[must_use]
pub fn database_error(cause: DbErr) -> Error {
    if is_away(&cause) {
        return Error::Unavailable(cause);
    }
    match cause.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(message)) => taken(&cause, &message),
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => {
            Error::Conflict("the change would leave a reference to a row that is not there".into())
        }
        _ => match constraint(&cause) {
            Some((_, rule)) if rule.starts_with("ck_") => Error::invalid(
                "",
                format!("breaks the rule {}", rule.trim_start_matches("ck_").replace('_', " ")),
            ),
            _ => Error::Internal(cause.into()),
        },
    }
}

/// A natural key that is taken: PostgreSQL names the constraint, SQLite the columns.
fn taken(cause: &DbErr, message: &str) -> Error {
    let (table, columns) = match constraint(cause) {
        Some((table, rule)) if !table.is_empty() => {
            let columns =
                rule.trim_start_matches("uq_").trim_start_matches(&table).trim_matches('_').to_owned();
            (table, columns)
        }
        _ => columns_of_sqlite(message),
    };
    let field = camel_case(columns.trim_end_matches("_id"));
    Error::invalid(field, format!("another {} already has it", table.replace('_', " ")))
}

fn columns_of_sqlite(message: &str) -> (String, String) {
    let list = message.rsplit("failed: ").next().unwrap_or_default();
    let mut table = String::new();
    let mut columns = Vec::new();
    for part in list.split(", ") {
        let (owner, column) = part.trim().split_once('.').unwrap_or(("row", part));
        owner.clone_into(&mut table);
        columns.push(column.to_owned());
    }
    (table, columns.join("_"))
}

/// The last word of a key is the one that tells rows apart: `site_id_name` is about `name`.
fn camel_case(columns: &str) -> String {
    let own = columns.rsplit("_id_").next().unwrap_or(columns);
    let mut words = own.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |mut name, word| {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
        name
    })
}

fn constraint(cause: &DbErr) -> Option<(String, String)> {
    let (DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner))) = cause
    else {
        return None;
    };
    let failure = inner.as_database_error()?;
    if let Some(rule) = failure.constraint() {
        return Some((failure.table().unwrap_or_default().to_owned(), rule.to_owned()));
    }
    let rule = failure.message().strip_prefix("CHECK constraint failed: ")?;
    Some((String::new(), rule.to_owned()))
}

fn is_away(cause: &DbErr) -> bool {
    match cause {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => {
            let Some(failure) = inner.as_database_error() else {
                let words = inner.to_string();
                return ["error communicating", "pool", "closed", "worker"]
                    .iter()
                    .any(|word| words.contains(word));
            };
            // PostgreSQL: class 08 lost connections, class 57 shutdown, 53300 too many connections, 40 retry.
            // SQLite: 5 busy, 6 locked.
            let code = failure.code().unwrap_or_default().into_owned();
            code.starts_with("08")
                || code.starts_with("57P")
                || code == "53300"
                || code.starts_with("400")
                || code == "5"
                || code == "6"
                || code == "517"
        }
        _ => false,
    }
}
