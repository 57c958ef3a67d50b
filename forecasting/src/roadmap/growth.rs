//! Flows of what growth of capacity asks for.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::assets::RefreshCohort;
use super::flows::{Category, Flows, Window};
use crate::capacity::purchases::Purchase;
use crate::depreciation::DepreciationRule;
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::money::times;
use crate::month::FiscalCalendar;
use crate::refresh::{CostRates, OrderPrice, Prices, Quote, project_cost};

/// What is paid for the pieces that growth asks for, and how they are written off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrowthTerms {
    /// The price of a piece, as it was stated.
    pub quote: Quote,
    /// Freight and taxes, installation of a piece, prepaid support and contingency. Nothing old leaves: what is said of
    /// that is of no meaning.
    pub rates: CostRates,
    /// Months the prepaid support covers; of no meaning where there is none.
    pub support_months: u32,
    /// Days from the invoice, which comes with the delivery, to its payment.
    pub payment_terms_days: u32,
    /// How pieces are depreciated.
    pub rule: DepreciationRule,
    /// What is expected to be left of their cost at the end of their life, as a share.
    pub salvage_rate: Decimal,
}

/// An order for more capacity, with its price and its days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrowthOrder {
    /// What an order costs and when: a refresh that replaces nothing.
    pub cohort: RefreshCohort,
    /// The price of a piece on the day of the order.
    pub price: OrderPrice,
}

impl GrowthTerms {
    /// What a purchase costs, at the price of the day it is ordered on.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] for more pieces than can be counted and costs that do not fit; as
    /// [`Quote::price_on`]; [`ForecastError::Invalid`] for a payment out of the calendar.
    pub fn order(&self, purchase: &Purchase, prices: &mut Prices) -> Result<GrowthOrder> {
        let pieces =
            u32::try_from(purchase.pieces).map_err(|_| ForecastError::OutOfRange { field: "pieces" })?;
        let price = self.quote.price_on(purchase.ordered_on, prices)?;
        let cost = project_cost(pieces, 0, price.price, &self.rates)?;
        let salvage = times(cost.capital(), self.salvage_rate, "salvage")?;
        let paid = purchase.delivered_on.checked_add_days(Days::new(u64::from(self.payment_terms_days)));
        let paid = paid.ok_or_else(|| {
            let rule = "a payment stays within the calendar";
            ForecastError::invalid("payment_terms_days", &self.payment_terms_days, rule)
        })?;
        let cohort = RefreshCohort {
            cost,
            ordered: purchase.ordered_on,
            paid,
            in_service: purchase.installed_on,
            disposed: purchase.installed_on,
            old_book_value: Decimal::ZERO,
            support_months: self.support_months,
            rule: self.rule,
            salvage,
            contingency_spent: false,
        };
        Ok(GrowthOrder { cohort, price })
    }
}

impl GrowthOrder {
    /// The day of the order.
    pub fn ordered(&self) -> NaiveDate {
        self.cohort.ordered
    }

    /// What the order contributes: all of it in [`Category::Growth`]. Commitment has it on the day of the order, cash when
    /// it is paid; profit and loss has its depreciation and a share of the prepaid support per month.
    ///
    /// # Errors
    ///
    /// As [`RefreshCohort::flows`].
    pub fn flows(&self, window: Window, calendar: &FiscalCalendar) -> Result<Flows> {
        let formula = "pieces x price on the day of the order + freight and tax + installation + prepaid support; in \
                       profit and loss capitalised cost less salvage over the life, and prepaid support / months covered";
        let mut explanation = Explanation::new(formula);
        if !self.cohort.cost.contingency.is_zero() {
            explanation = explanation.assume("contingency is planned and not spent");
        }
        explanation.estimated = true;
        self.cohort.flows(window, calendar)?.gathered(Category::Growth, explanation)
    }
}
