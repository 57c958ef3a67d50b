//! Rules that rows of every area share.

use chrono::{Datelike, NaiveDate};

use crate::error::{Error, Result};

/// Refuses a change that was made against an older version of the row.
///
/// # Errors
/// `Conflict` with both versions.
pub fn expect_version(noun: &str, actual: i32, expected: Option<i32>) -> Result<()> {
    match expected {
        Some(expected) if expected != actual => Err(Error::Conflict(format!(
            "the {noun} is at version {actual}, the change expected version {expected}; read it again"
        ))),
        _ => Ok(()),
    }
}

/// Refuses text that is blank or longer than `most` characters.
///
/// # Errors
/// `Invalid` naming the field.
pub fn require_text(field: &str, text: &str, most: usize) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::invalid(field, "is blank"));
    }
    let length = text.chars().count();
    if length > most {
        return Err(Error::invalid(field, format!("has {length} characters, at most {most} are kept")));
    }
    Ok(())
}

/// Refuses a number outside of `least..=most`.
///
/// # Errors
/// `Invalid` naming the field, the value and the range.
pub fn require_range<T: PartialOrd + std::fmt::Display>(
    field: &str,
    value: T,
    least: T,
    most: T,
) -> Result<()> {
    if value < least || value > most {
        return Err(Error::invalid(field, format!("{value} is not between {least} and {most}")));
    }
    Ok(())
}

/// Refuses dates that only a default or a slip of the keyboard gives: before 1970 or after 2199.
///
/// # Errors
/// `Invalid` naming the field and the date.
pub fn require_plausible(field: &str, date: Option<NaiveDate>) -> Result<()> {
    match date {
        Some(date) if !(1970..2200).contains(&date.year()) => {
            Err(Error::invalid(field, format!("{date} is not between 1970 and 2199")))
        }
        _ => Ok(()),
    }
}

/// Refuses an end that lies before its start.
///
/// # Errors
/// `Invalid` naming the field of the end and both dates.
pub fn require_order(
    field: &str,
    start: Option<NaiveDate>,
    end: Option<NaiveDate>,
    start_name: &str,
) -> Result<()> {
    match (start, end) {
        (Some(start), Some(end)) if end < start => {
            Err(Error::invalid(field, format!("{end} lies before {start_name} on {start}")))
        }
        _ => Ok(()),
    }
}
