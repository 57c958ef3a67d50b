//! What a support contract costs month by month.

use chrono::NaiveDate;
use entity::{contracts::support_contract, id::SiteId};
use forecasting::{
    month::Month,
    roadmap::{Category, MoneyView, Window},
};
use rust_decimal::Decimal;

use super::{costs::MOST_MONTHS, decisions::CostSchedule, terms};
use crate::{
    error::{Error, Result},
    rules::require_range,
    scenarios::Overlay,
};

/// What the contract contributes to consecutive months in one view of money, with the notice and the price that a
/// scenario has otherwise, and with the exits of the sites of what it covers: `sites`, each with its assets.
///
/// # Errors
/// `Invalid` for a number of months that is not given at once, and for terms that cannot be computed.
pub fn schedule(
    contract: &support_contract::Model,
    (from, months): (Month, i32),
    view: MoneyView,
    as_of: NaiveDate,
    scenario: &Overlay,
    sites: &[(SiteId, i64)],
) -> Result<CostSchedule> {
    require_range("months", months, 1, MOST_MONTHS)?;
    let window = Window::new(from, months.unsigned_abs()).map_err(|cause| Error::invalid("months", cause))?;
    let mut laid = contract.clone();
    scenario.support_notice(&mut laid, as_of);
    let left = scenario.support_exit(&mut laid, sites, as_of);
    let mut value = terms::support(&laid)?;
    let touched = scenario.touching_support(&value, &laid);
    scenario.support_price(&mut value, &laid);
    let flows = value.flows(window).map_err(|cause| Error::invalid("months", cause))?;
    let amounts = flows.amounts(view, Category::Support);
    let amounts = amounts.unwrap_or_else(|| vec![Decimal::ZERO; window.iter().count()]);
    let mut explanation = flows.explanation(Category::Support).cloned().unwrap_or_default();
    explanation.assumptions.extend(touched.into_iter().chain(left));
    Ok(CostSchedule {
        total: Some(flows.total(view)),
        months: window.iter().zip(amounts.into_iter().map(Some)).collect(),
        explanation,
        level: None,
        reason: None,
    })
}

/// What a contract costs in the month of a day. None where its terms cannot be computed.
#[must_use]
pub fn month(contract: &support_contract::Model, on: NaiveDate) -> Option<Decimal> {
    let month = (Month::of(on), 1);
    schedule(contract, month, MoneyView::Pnl, on, &Overlay::none(), &[]).ok()?.total
}
