//! Rules that rows of every area share.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use sea_orm::{
    ActiveModelTrait, ActiveValue, EntityTrait, IntoActiveModel, Iterable, ModelTrait, TryIntoModel,
};

use crate::error::{Error, Result};

/// Takes a text that is blank for one that is not there.
pub fn blank_is_none(column: &mut ActiveValue<Option<String>>) {
    if column.try_as_ref().and_then(Option::as_deref).is_some_and(|text| text.trim().is_empty()) {
        *column = ActiveValue::Set(None);
    }
}

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

/// The most characters of a text that is one line: names, codes, numbers. Longer ones are prose, and may have lines.
const LONGEST_LINE: usize = 200;

/// Refuses text that is blank or longer than `most` characters. What is one line has neither white space around it nor
/// control characters: files are read without them, so that one name would be two.
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
    if most > LONGEST_LINE {
        return Ok(());
    }
    if text.trim() != text {
        return Err(Error::invalid(field, format!("{text:?} begins or ends with white space")));
    }
    if text.contains(char::is_control) {
        return Err(Error::invalid(
            field,
            format!("{text:?} has a control character, such as a tab or a line break"),
        ));
    }
    Ok(())
}

/// [`require_text`] for text that may be missing: a client clears it with null, not with a blank.
///
/// # Errors
/// `Invalid` naming the field.
pub fn require_text_if_any(field: &str, text: Option<&str>, most: usize) -> Result<()> {
    text.map_or(Ok(()), |text| require_text(field, text, most))
}

/// The row that an insert would write, to hold it to its rules before the database meets it: what was left
/// out is empty. Columns whose default is not empty have to be set.
///
/// # Errors
/// `Internal` when a column that always has a value was left out.
pub fn draft<A>(row: &A) -> Result<<A::Entity as EntityTrait>::Model>
where
    A: ActiveModelTrait + TryIntoModel<<A::Entity as EntityTrait>::Model>,
{
    let mut filled = A::default_values();
    for column in <A::Entity as EntityTrait>::Column::iter() {
        if let ActiveValue::Set(value) | ActiveValue::Unchanged(value) = row.get(column) {
            filled.set(column, value);
        }
    }
    Ok(filled.try_into_model()?)
}

/// An edit of a row, and the row that it would leave, to hold it to its rules before the database meets it.
///
/// # Errors
/// `Internal` when the edit takes a value away.
pub fn edited<M, A>(before: &M, edit: impl FnOnce(&mut A)) -> Result<(A, M)>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait + TryIntoModel<M>,
{
    let mut row = before.clone().into_active_model();
    edit(&mut row);
    let after = row.clone().try_into_model()?;
    Ok((row, after))
}

/// Refuses a number outside of `least..=most`.
///
/// # Errors
/// `Invalid` naming the field, the value and the range.
pub fn require_range<T: PartialOrd + Copy + std::fmt::Display>(
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

/// Refuses a number below `least`, where there is one.
///
/// # Errors
/// `Invalid` naming the field, the value and the limit.
pub fn require_least<T: PartialOrd + Copy + std::fmt::Display>(
    field: &str,
    value: Option<T>,
    least: T,
) -> Result<()> {
    match value {
        Some(value) if value < least => Err(Error::invalid(field, format!("{value} is below {least}"))),
        _ => Ok(()),
    }
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

/// Refuses a day that has not come yet for what is said to have happened on it.
///
/// # Errors
/// `Invalid` naming the field and both days.
pub fn require_not_ahead(field: &str, date: Option<NaiveDate>, today: NaiveDate) -> Result<()> {
    match date {
        Some(date) if date > today => {
            Err(Error::invalid(field, format!("{date} lies ahead: today is {today}")))
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

/// Refuses a fraction outside of `least..=most`. One that is too large is nearly always a percentage: 18 that
/// is meant as 0.18.
///
/// # Errors
/// `Invalid` naming the field, the value and, for a percentage, the fraction that was probably meant.
pub fn require_fraction(field: &str, value: Decimal, least: Decimal, most: Decimal) -> Result<()> {
    if value < least {
        return Err(Error::invalid(field, format!("{value} is less than {least}")));
    }
    if value > most {
        let meant = (value / Decimal::ONE_HUNDRED).normalize();
        let message = format!("{value} is more than {most}; this is a fraction, so {value} % is {meant}");
        return Err(Error::invalid(field, message));
    }
    Ok(())
}
