//! The days that pools are asked about, and what asking costs.

use async_graphql::Context;
use chrono::NaiveDate;

use crate::{
    error::Result,
    schema::{request::caller, scalar::Date},
};

/// Today, where a client names no day.
pub(super) fn day(ctx: &Context<'_>, given: Option<Date>) -> Result<NaiveDate> {
    Ok(given.map_or(caller(ctx)?.now.date_naive(), |day| day.0))
}

/// Each day may be a row.
pub(super) fn days_cost(from: Date, to: Date, row: usize) -> usize {
    let days = (to.0 - from.0).num_days().saturating_add(1);
    usize::try_from(days).unwrap_or_default().saturating_mul(row).saturating_add(1)
}

/// What months cost: each as much as what is asked of it.
pub(super) fn months_cost(months: Option<i32>, row: usize) -> usize {
    usize::try_from(months.unwrap_or(12)).unwrap_or_default().saturating_mul(row).saturating_add(1)
}
