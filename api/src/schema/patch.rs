//! From inputs to columns: left out means unchanged, null means cleared.

use async_graphql::MaybeUndefined;
use sea_orm::{ActiveModelTrait, ActiveValue, EntityTrait, Iterable, Value};

use crate::error::{Error, Result};

/// Writes an optional column when a value or null was given.
pub fn patch<T, U: Into<T>>(column: &mut ActiveValue<Option<T>>, given: MaybeUndefined<U>)
where
    Option<T>: Into<Value>,
{
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *column = ActiveValue::Set(None),
        MaybeUndefined::Value(value) => *column = ActiveValue::Set(Some(value.into())),
    }
}

/// What was given for a field that always has a value, so that null would change nothing.
///
/// # Errors
/// `Invalid` naming `field` for null.
pub fn kept<T>(given: MaybeUndefined<T>, field: &str) -> Result<Option<T>> {
    match given {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => {
            Err(Error::invalid(field, "null is refused: this cannot be cleared, leave it out to keep it"))
        }
        MaybeUndefined::Value(value) => Ok(Some(value)),
    }
}

/// Writes a column that always has a value when one was given.
///
/// # Errors
/// As [`kept`].
pub fn patch_required<T: Into<Value>, U: Into<T>>(
    column: &mut ActiveValue<T>,
    given: MaybeUndefined<U>,
    field: &str,
) -> Result<()> {
    if let Some(value) = kept(given, field)? {
        *column = ActiveValue::Set(value.into());
    }
    Ok(())
}

/// Writes the columns that are set in `given` over those of `row`.
pub fn overlay<A: ActiveModelTrait>(row: &mut A, given: &A) {
    for column in <A::Entity as EntityTrait>::Column::iter() {
        if let ActiveValue::Set(value) = given.get(column) {
            row.set(column, value);
        }
    }
}

/// Writes an optional column when a value, which may not fit it, or null was given.
///
/// # Errors
/// Those of `convert`.
pub fn patch_with<T, U>(
    column: &mut ActiveValue<Option<T>>,
    given: MaybeUndefined<U>,
    convert: impl FnOnce(U) -> Result<T>,
) -> Result<()>
where
    Option<T>: Into<Value>,
{
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *column = ActiveValue::Set(None),
        MaybeUndefined::Value(value) => *column = ActiveValue::Set(Some(convert(value)?)),
    }
    Ok(())
}
