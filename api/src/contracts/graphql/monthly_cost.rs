//! The months of a colocation contract, as clients see them.

use async_graphql::SimpleObject;
use entity::contracts::colocation_charge;
use rust_decimal::Decimal;

use super::colocation_charges::ColocationCharge;
use crate::{
    contracts::costs,
    schema::{
        explain::Explanation,
        record::Record,
        scalar::{Money, Month, plain},
    },
};

/// The cost of a list of months: what one month costs, times the months.
pub fn month_cost(months: i32, month: usize) -> usize {
    usize::try_from(months).unwrap_or_default().saturating_mul(month).saturating_add(1)
}

/// What a contract costs in consecutive months.
#[derive(SimpleObject)]
pub struct MonthlyCost {
    /// The months in order.
    months: Vec<CostMonth>,
    /// The sum of the months. Null where a line could not be computed; `explain.excluded` says which and why.
    total: Option<Money>,
    /// How the total came about.
    explain: Explanation,
}

/// What a contract costs in a month.
#[derive(SimpleObject)]
pub struct CostMonth {
    /// The month.
    month: Month,
    /// One line per charge, in the order of the price sheet.
    lines: Vec<CostLine>,
    /// The sum of the lines. Null where a line could not be computed.
    total: Option<Money>,
}

/// What a charge costs in a month.
#[derive(SimpleObject)]
pub struct CostLine {
    /// The charge.
    charge: ColocationCharge,
    /// The cost, rounded to the minor unit. Null where an input is missing.
    amount: Option<Money>,
    /// Why there is no amount.
    reason: Option<String>,
    /// How the amount came about.
    explain: Explanation,
}

impl MonthlyCost {
    /// The months with their money and their charges.
    pub(super) fn new(
        cost: costs::MonthlyCost,
        currency: &str,
        charges: &[colocation_charge::Model],
    ) -> Self {
        let money = |amount: Decimal| Money { amount: plain(amount), currency: currency.to_owned() };
        let charges: Vec<ColocationCharge> =
            Record::all_whole(charges.to_vec()).into_iter().map(Into::into).collect();
        let line = |line: costs::CostLine| {
            Some(CostLine {
                charge: charges.get(line.charge)?.clone(),
                amount: line.amount.map(money),
                explain: Explanation::from(line.explanation).without(line.reason.clone()),
                reason: line.reason,
            })
        };
        let months = cost.months.into_iter().map(|month| CostMonth {
            month: Month(month.month),
            lines: month.lines.into_iter().filter_map(line).collect(),
            total: month.total.map(money),
        });
        Self {
            months: months.collect(),
            total: cost.total.map(money),
            explain: Explanation::from(cost.explanation).without(cost.excluded),
        }
    }
}
