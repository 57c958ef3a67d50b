//! What a failed statement means for the caller.

use entity::id::KINDS;
use sea_orm::{DbErr, RuntimeErr, SqlErr, SqlxError};

use crate::error::Error;

/// What SQLite and PostgreSQL call the removal of a row that others refer to, where the reference forbids it.
const RESTRICTED: [&str; 2] = ["1811", "23001"];

/// The code by which PostgreSQL says that it gave a statement up.
const GIVEN_UP: &str = "57014";

/// Translates a failure of the database: broken rules of tables name their columns, a database that is away
/// is `Unavailable`, the rest is a fault of ours.
#[must_use]
pub fn database_error(cause: DbErr) -> Error {
    if is_away(&cause) {
        return Error::Unavailable(cause);
    }
    if code(&cause).as_deref() == Some(GIVEN_UP) {
        return Error::LimitExceeded("a statement of the request took too long and was given up".into());
    }
    match cause.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(message)) => taken(&cause, &message),
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => left_behind(),
        _ if code(&cause).is_some_and(|code| RESTRICTED.contains(&code.as_str())) => left_behind(),
        _ => match constraint(&cause) {
            Some((_, rule)) if rule.starts_with("ck_") => broken(&rule),
            _ => Error::Internal(cause.into()),
        },
    }
}

/// A row that others refer to, and that stays for them.
fn left_behind() -> Error {
    Error::Conflict("the change would leave a reference to a row that is not there".into())
}

/// A broken check. Its name has the table and then the column, or the rule where it is about several.
fn broken(name: &str) -> Error {
    let name = name.trim_start_matches("ck_");
    let tables = KINDS.iter().filter_map(|kind| Some((*kind, name.strip_prefix(kind)?.strip_prefix('_')?)));
    let (table, rule) = tables.max_by_key(|(kind, _)| kind.len()).unwrap_or(("row", name));
    let column = ["_has_", "_requires_"].iter().find_map(|joint| Some(rule.split_once(joint)?.0));
    let column = column.unwrap_or_else(|| rule.trim_end_matches("_length"));
    let rule = rule.replace('_', " ");
    Error::invalid(field(column), format!("breaks the rule `{rule}` of every {}", table.replace('_', " ")))
}

/// The field of a column: that of an id or an amount is named without saying so.
fn field(column: &str) -> String {
    camel_case(column.trim_end_matches("_id").trim_end_matches("_amount"))
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
    Error::invalid(field(&columns), format!("another {} already has it", table.replace('_', " ")))
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
    let failure = failure_of_driver(cause)?.as_database_error()?;
    if let Some(rule) = failure.constraint() {
        return Some((failure.table().unwrap_or_default().to_owned(), rule.to_owned()));
    }
    let rule = failure.message().strip_prefix("CHECK constraint failed: ")?;
    Some((String::new(), rule.to_owned()))
}

/// Whether the database cannot be reached, or undid the work for reasons of its own: the same may succeed later.
fn is_away(cause: &DbErr) -> bool {
    if matches!(cause, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
        return true;
    }
    let Some(inner) = failure_of_driver(cause) else { return false };
    match code(cause) {
        Some(code) => is_code_of_absence(&code),
        None => matches!(
            inner,
            SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed
        ),
    }
}

fn is_code_of_absence(code: &str) -> bool {
    if code.len() == 5 {
        // PostgreSQL, by class: 08 connection lost, 40 undone because of others, 57P shutting down; 25P03 idle in
        // a transaction for too long, 53300 too many connections.
        return ["08", "40", "57P", "25P03", "53300"].iter().any(|class| code.starts_with(class));
    }
    // SQLite keeps its primary code in the lowest byte: 5 busy, 6 locked.
    code.parse::<u32>().is_ok_and(|number| matches!(number & 0xFF, 5 | 6))
}

/// The code that the database gave the failure, where it was the database that failed.
fn code(cause: &DbErr) -> Option<String> {
    Some(failure_of_driver(cause)?.as_database_error()?.code()?.into_owned())
}

fn failure_of_driver(cause: &DbErr) -> Option<&SqlxError> {
    match cause {
        DbErr::Exec(RuntimeErr::SqlxError(inner)) | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_check_names_the_field_that_it_is_about() {
        for (name, message) in [
            ("ck_site_country_length", "country: breaks the rule `country length` of every site"),
            ("ck_refresh_cycle_tier", "tier: breaks the rule `tier` of every refresh cycle"),
            (
                "ck_support_contract_charge_amount",
                "charge: breaks the rule `charge amount` of every support contract",
            ),
            (
                "ck_asset_measured_draw_watts_requires_name",
                "measuredDrawWatts: breaks the rule `measured draw watts requires name` of every asset",
            ),
            ("ck_elsewhere", "elsewhere: breaks the rule `elsewhere` of every row"),
        ] {
            assert_eq!(broken(name).to_string(), message);
        }
    }
}
