//! Amounts over time.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::{Object, SimpleObject};
use rust_decimal::Decimal;

use crate::{
    roadmap::plan::Plan,
    schema::{rows::Items, scalar::Month},
};

/// An amount of one month.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoadmapMonth {
    /// The month.
    pub(super) month: Month,
    /// The amount, in the currency of the roadmap. Costs are positive.
    pub(super) amount: Decimal,
}

/// An amount of one fiscal quarter.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoadmapQuarter {
    /// The fiscal year, by its label.
    fiscal_year: i32,
    /// The quarter of it, 1 to 4.
    quarter: u32,
    /// Its name: `FY27 Q1`.
    label: String,
    /// The amount, in the currency of the roadmap. Costs are positive.
    amount: Decimal,
    /// Whether some of its months lie outside the roadmap.
    partial: bool,
}

/// An amount of one fiscal year.
#[derive(Clone, Debug, SimpleObject)]
pub struct RoadmapYear {
    /// The fiscal year, by its label.
    fiscal_year: i32,
    /// Its name: `FY27`.
    label: String,
    /// The amount, in the currency of the roadmap. Costs are positive.
    amount: Decimal,
    /// Whether some of its months lie outside the roadmap.
    partial: bool,
}

/// Amounts month by month, and what they add up to.
pub struct Series {
    pub plan: Arc<Plan>,
    pub amounts: Vec<Decimal>,
}

/// Amounts month by month, and what they add up to.
#[Object(name = "RoadmapSeries")]
impl Series {
    /// By month.
    async fn months(&self) -> Items<RoadmapMonth> {
        let months = self.plan.roadmap.window().iter().zip(&self.amounts);
        let months = months
            .map(|(month, amount)| RoadmapMonth { month: Month(month), amount: self.plan.shown(*amount) });
        Items(months.collect())
    }

    /// By fiscal quarter.
    async fn quarters(&self) -> Vec<RoadmapQuarter> {
        let plan = &self.plan;
        let sums = plan.roadmap.quarters(&self.amounts, &plan.calendar);
        let counts = plan.months_by(|month| plan.calendar.fiscal_quarter_of(month));
        let quarters = sums.into_iter().map(|((fiscal_year, quarter), amount)| RoadmapQuarter {
            fiscal_year,
            quarter,
            label: format!("{} Q{quarter}", year_label(fiscal_year)),
            amount: plan.shown(amount),
            partial: counts.get(&(fiscal_year, quarter)) != Some(&3),
        });
        quarters.collect()
    }

    /// By fiscal year.
    async fn years(&self) -> Vec<RoadmapYear> {
        let plan = &self.plan;
        let sums = plan.roadmap.years(&self.amounts, &plan.calendar);
        let counts = plan.months_by(|month| plan.calendar.fiscal_year_of(month));
        let years = sums.into_iter().map(|(fiscal_year, amount)| RoadmapYear {
            fiscal_year,
            label: year_label(fiscal_year),
            amount: plan.shown(amount),
            partial: counts.get(&fiscal_year) != Some(&12),
        });
        years.collect()
    }

    /// All months together.
    async fn total(&self) -> Decimal {
        self.plan.shown(self.amounts.iter().sum())
    }
}

/// The name of a fiscal year: `FY27`.
#[must_use]
pub fn year_label(fiscal_year: i32) -> String {
    format!("FY{:02}", fiscal_year.rem_euclid(100))
}

impl Plan {
    /// An amount with the decimals of the currency.
    #[must_use]
    pub fn shown(&self, amount: Decimal) -> Decimal {
        let mut amount = amount;
        amount.rescale(self.roadmap.currency().minor_units());
        amount
    }

    fn months_by<P: Ord>(&self, period: impl Fn(forecasting::month::Month) -> P) -> BTreeMap<P, u32> {
        let mut counts = BTreeMap::new();
        for month in self.roadmap.window().iter() {
            *counts.entry(period(month)).or_default() += 1;
        }
        counts
    }
}
