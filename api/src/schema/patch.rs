//! From inputs to columns: left out means unchanged, null means cleared.

use async_graphql::MaybeUndefined;
use sea_orm::{ActiveModelTrait, ActiveValue, EntityTrait, Iterable, Value};

use crate::error::Result;

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

/// Writes a column that always has a value when one was given.
pub fn patch_required<T: Into<Value>, U: Into<T>>(column: &mut ActiveValue<T>, given: Option<U>) {
    if let Some(value) = given {
        *column = ActiveValue::Set(value.into());
    }
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
