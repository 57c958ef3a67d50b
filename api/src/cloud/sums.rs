//! Exact sums of money in SQL, the same on both engines.
//!
//! A sum of amounts can leave the eight bytes of an amount, where one engine fails and the other widens. So the
//! whole units and the millionths are added apart, and put together in a decimal.

use entity::money::Amount;
use rust_decimal::Decimal;
use sea_orm::{
    QueryResult,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use crate::error::Result;

const MILLIONTHS: i64 = 1_000_000;

/// Adds the two columns of a sum to a query that groups.
pub fn select(query: &mut SelectStatement, amount: &Expr, name: &str) {
    let (units, rest) = names(name);
    query.expr_as(amount.clone().div(MILLIONTHS).sum().cast_as("bigint"), units);
    query.expr_as(amount.clone().modulo(MILLIONTHS).sum().cast_as("bigint"), rest);
}

/// The sum that [`select`] added under `name`.
///
/// # Errors
/// `Internal` when the row has no such sum.
pub fn read(row: &QueryResult, name: &str) -> Result<Decimal> {
    let (units, rest) = names(name);
    let units = Decimal::from(row.try_get_by::<i64, _>(units.as_str())?);
    Ok(units + Decimal::new(row.try_get_by(rest.as_str())?, Amount::DECIMALS))
}

fn names(name: &str) -> (String, String) {
    (format!("{name}_units"), format!("{name}_millionths"))
}
