//! Typed operators per field, and how they become conditions.

use async_graphql::{Enum, InputObject, InputType};
use chrono::NaiveDate;
use entity::money::{Amount, Rate};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, IntoSimpleExpr, QueryFilter, QuerySelect, QueryTrait, Value,
    sea_query::{Expr, ExprTrait, Func, LikeExpr, SimpleExpr},
};

pub use super::generic::{EnumFilter, IdFilter, Order};
use super::scalar::{Date, Moment, Month};
use crate::error::{Error, Result};

/// A direction of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum Direction {
    /// Smallest first; rows without a value last.
    #[default]
    Asc,
    /// Largest first; rows without a value last.
    Desc,
}

/// A value that a client compares with, as a column holds it.
pub trait Operand: InputType + Clone {
    /// The value of the column.
    ///
    /// # Errors
    /// `Invalid` when the column could not hold it.
    fn value(&self) -> Result<Value>;
}

impl Operand for i32 {
    fn value(&self) -> Result<Value> {
        Ok((*self).into())
    }
}

impl Operand for Date {
    fn value(&self) -> Result<Value> {
        Ok(self.0.into())
    }
}

impl Operand for Month {
    fn value(&self) -> Result<Value> {
        let first: NaiveDate = self.0.first_day();
        Ok(first.into())
    }
}

impl Operand for Moment {
    fn value(&self) -> Result<Value> {
        Ok((*self).into())
    }
}

/// A decimal compared with a column of money.
impl Operand for Decimal {
    fn value(&self) -> Result<Value> {
        Ok(Amount::try_from_decimal(*self)?.into())
    }
}

/// Tests for whole numbers.
pub type IntFilter = Comparison<i32>;
/// Tests for dates.
pub type DateFilter = Comparison<Date>;
/// Tests for months.
pub type MonthFilter = Comparison<Month>;
/// Tests for moments.
pub type MomentFilter = Comparison<Moment>;
/// Tests for amounts of money, in units of their currency.
pub type AmountFilter = Comparison<Decimal>;

/// A comparison of a column with a value.
type Test = fn(SimpleExpr, Value) -> SimpleExpr;

/// Tests for values that have an order. Tests of one filter all have to hold.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(
    concrete(name = "IntFilter", params(i32)),
    concrete(name = "DateFilter", params(Date)),
    concrete(name = "MonthFilter", params(Month)),
    concrete(name = "DateTimeFilter", params(Moment)),
    concrete(name = "AmountFilter", params(Decimal))
)]
pub struct Comparison<T: Operand> {
    /// Equal to.
    pub eq: Option<T>,
    /// Other than.
    pub ne: Option<T>,
    /// One of.
    #[graphql(name = "in")]
    pub any_of: Option<Vec<T>>,
    /// Greater than.
    pub gt: Option<T>,
    /// Greater than or equal to.
    pub gte: Option<T>,
    /// Less than.
    pub lt: Option<T>,
    /// Less than or equal to.
    pub lte: Option<T>,
    /// True: has no value. False: has a value.
    pub is_null: Option<bool>,
}

impl<T: Operand> Comparison<T> {
    /// The condition on a column.
    ///
    /// # Errors
    /// `Invalid` when a value does not fit the column.
    pub fn on(&self, column: impl ColumnTrait) -> Result<Condition> {
        self.tests(column).map_err(|error| error.at("filter"))
    }

    fn tests(&self, column: impl ColumnTrait) -> Result<Condition> {
        let mut all = Condition::all().add_option(null_test(column, self.is_null));
        if let Some(values) = &self.any_of {
            let values = values.iter().map(Operand::value).collect::<Result<Vec<_>>>()?;
            all = all.add(column.is_in(values));
        }
        let tests: [(&Option<T>, Test); 6] = [
            (&self.eq, |left, right| left.eq(right)),
            (&self.ne, |left, right| left.ne(right)),
            (&self.gt, |left, right| left.gt(right)),
            (&self.gte, |left, right| left.gte(right)),
            (&self.lt, |left, right| left.lt(right)),
            (&self.lte, |left, right| left.lte(right)),
        ];
        for (operand, test) in tests {
            if let Some(operand) = operand {
                all = all.add(test(column.into_simple_expr(), operand.value()?));
            }
        }
        Ok(all)
    }
}

/// A decimal compared with a column of ratios or quantities.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RatioFilter {
    /// Greater than or equal to.
    pub gte: Option<Decimal>,
    /// Less than or equal to.
    pub lte: Option<Decimal>,
    /// True: has no value. False: has a value.
    pub is_null: Option<bool>,
}

impl RatioFilter {
    /// The condition on a column.
    ///
    /// # Errors
    /// `Invalid` when a value does not fit the column.
    pub fn on(&self, column: impl ColumnTrait) -> Result<Condition> {
        self.tests(column).map_err(|error| error.at("filter"))
    }

    fn tests(&self, column: impl ColumnTrait) -> Result<Condition> {
        let mut all = Condition::all().add_option(null_test(column, self.is_null));
        if let Some(least) = self.gte {
            all = all.add(column.gte(Rate::try_from_decimal(least)?));
        }
        if let Some(most) = self.lte {
            all = all.add(column.lte(Rate::try_from_decimal(most)?));
        }
        Ok(all)
    }
}

/// Tests for text. Tests of one filter all have to hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct StringFilter {
    /// Equal to, letter by letter.
    pub eq: Option<String>,
    /// Other than.
    pub ne: Option<String>,
    /// One of.
    #[graphql(name = "in")]
    pub any_of: Option<Vec<String>>,
    /// Has this in it, in capitals or not.
    pub contains: Option<String>,
    /// Begins with this, in capitals or not.
    pub starts_with: Option<String>,
    /// True: has no value. False: has a value.
    pub is_null: Option<bool>,
}

impl StringFilter {
    /// The condition on a column.
    #[must_use]
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        let like = |pattern: String| {
            Expr::expr(Func::lower(column.into_simple_expr())).like(LikeExpr::new(pattern).escape('\\'))
        };
        Condition::all()
            .add_option(null_test(column, self.is_null))
            .add_option(self.eq.as_ref().map(|text| column.eq(text.as_str())))
            .add_option(self.ne.as_ref().map(|text| column.ne(text.as_str())))
            .add_option(self.any_of.as_ref().map(|texts| column.is_in(texts.iter().map(String::as_str))))
            .add_option(self.contains.as_ref().map(|text| like(format!("%{}%", literal(text)))))
            .add_option(self.starts_with.as_ref().map(|text| like(format!("{}%", literal(text)))))
    }
}

/// Tests for true and false.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct BooleanFilter {
    /// Equal to.
    pub eq: Option<bool>,
}

impl BooleanFilter {
    /// The condition on a column.
    #[must_use]
    pub fn on(&self, column: impl ColumnTrait) -> Condition {
        Condition::all().add_option(self.eq.map(|value| column.eq(value)))
    }
}

/// A filter of a whole noun: its tests joined by `and`, `or` and `not`.
pub trait Filter: Sized {
    /// The tests of this filter's own fields.
    ///
    /// # Errors
    /// `Invalid` when a value does not fit its column, `Forbidden` for a field that the caller may not see.
    fn own(&self, caller: &crate::access::Caller) -> Result<Condition>;

    /// The `and`, `or` and `not` of this filter.
    fn joined(&self) -> (&Option<Vec<Self>>, &Option<Vec<Self>>, Option<&Self>);

    /// The whole condition.
    ///
    /// # Errors
    /// As [`Filter::own`].
    fn condition(&self, caller: &crate::access::Caller) -> Result<Condition> {
        let (and, or, not) = self.joined();
        let mut all = self.own(caller)?;
        for filter in and.iter().flatten() {
            all = all.add(filter.condition(caller)?);
        }
        if let Some(filters) = or {
            if filters.is_empty() {
                return Err(Error::invalid("filter.or", "is empty, so nothing could match; leave it out"));
            }
            let mut any = Condition::any();
            for filter in filters {
                any = any.add(filter.condition(caller)?);
            }
            all = all.add(any);
        }
        if let Some(filter) = not {
            // A test of a missing value is neither true nor false; `not` takes it as false.
            let is_true = Expr::case(filter.condition(caller)?, 1).finally(0);
            all = all.add(Expr::expr(is_true).eq(0));
        }
        Ok(all)
    }
}

/// The condition that `column` points at a row of `E` for which `condition` holds.
pub fn through<E: EntityTrait>(column: impl ColumnTrait, id: E::Column, condition: Condition) -> SimpleExpr {
    column.in_subquery(E::find().select_only().column(id).filter(condition).into_query())
}

pub(super) fn null_test(column: impl ColumnTrait, wanted: Option<bool>) -> Option<SimpleExpr> {
    wanted.map(|is_null| if is_null { column.is_null() } else { column.is_not_null() })
}

/// Text with the signs of a pattern taken literally.
fn literal(text: &str) -> String {
    let text = text.to_lowercase();
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}
