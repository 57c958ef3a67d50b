//! Flows of cloud workloads.

use rust_decimal::Decimal;

use super::flows::{Category, Flows, MoneyView, Window};
use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::growth::compound;
use crate::money::{Currency, bounded, times};
use crate::month::{FiscalCalendar, Month};

/// Spend on a workload: an amount in a base month that grows from month to month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudWorkload {
    /// Currency of the amount.
    pub currency: Currency,
    /// First month that counts; amounts grow from here, wherever a window begins.
    pub base_month: Month,
    /// Spend in the base month.
    pub monthly_amount: Decimal,
    /// How it grows; where windows overlap the later entry holds, and where none is it stays.
    pub growth: Vec<GrowthWindow>,
    /// Last month, inclusive, if it ends.
    pub last_month: Option<Month>,
}

/// Growth over some months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrowthWindow {
    /// First month that is larger than the one before. The base month itself never is.
    pub from: Month,
    /// Last month that is, inclusive; `None` for ever.
    pub to: Option<Month>,
    /// Growth over the month before: 0.015 is 1.5 %.
    pub monthly_rate: Decimal,
}

impl CloudWorkload {
    /// What the workload contributes: the same in all three views, as cloud is consumed, billed and recognised
    /// month by month. Every sum of months from the first of a fiscal year, and so the year itself, is the exact
    /// sum rounded once; years are rounded one by one, as a yearly plan states them.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative amount or an impossible rate, [`ForecastError::OutOfRange`] if
    /// the spend does not fit.
    pub fn flows(&self, window: Window, calendar: &FiscalCalendar) -> Result<Flows> {
        if self.monthly_amount < Decimal::ZERO {
            let rule = "spend is not negative";
            return Err(ForecastError::invalid("monthly_amount", &self.monthly_amount, rule));
        }
        let mut flows = Flows::new(window, self.currency);
        let last = self.last_month.map_or(window.last(), |last| last.min(window.last()));
        let mut amount = bounded(self.monthly_amount, "monthly amount")?;
        let (mut exact, mut rounded) = (Decimal::ZERO, Decimal::ZERO);
        let mut month = self.base_month;
        let mut year = calendar.fiscal_year_of(month);
        while month <= last {
            if month > self.base_month {
                amount = times(amount, compound(self.rate(month), 1)?, "cloud spend")?;
            }
            if calendar.fiscal_year_of(month) != year {
                year = calendar.fiscal_year_of(month);
                (exact, rounded) = (Decimal::ZERO, Decimal::ZERO);
            }
            exact = bounded(exact + amount, "cloud spend")?;
            let upto = self.currency.round(exact);
            for view in MoneyView::ALL {
                flows.post(view, Category::Cloud, month, upto - rounded)?;
            }
            rounded = upto;
            if month == month.next() {
                break;
            }
            month = month.next();
        }
        flows.explain(Category::Cloud, self.explain());
        Ok(flows)
    }

    fn rate(&self, month: Month) -> Decimal {
        let holds = |window: &&GrowthWindow| window.from <= month && window.to.is_none_or(|to| month <= to);
        self.growth.iter().rev().find(holds).map_or(Decimal::ZERO, |window| window.monthly_rate)
    }

    fn explain(&self) -> Explanation {
        let mut explanation = Explanation::new("base month x (1 + growth)^months since")
            .input("base month", self.base_month)
            .input("monthly amount", self.monthly_amount);
        for window in &self.growth {
            explanation =
                explanation.input("growth from", window.from).input("growth per month", window.monthly_rate);
        }
        if self.growth.is_empty() {
            return explanation.assume("no growth is assumed");
        }
        explanation
    }
}
