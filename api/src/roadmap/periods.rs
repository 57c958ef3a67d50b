//! The columns of a roadmap: months, fiscal quarters and fiscal years, and what amounts add up to in them.

use std::collections::BTreeMap;

use forecasting::month::Month;
use rust_decimal::Decimal;

use super::{Plan, year_label};

/// How long a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grain {
    /// A month.
    Months,
    /// A fiscal quarter.
    Quarters,
    /// A fiscal year.
    Years,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its name: `2027-01`, `FY27 Q1`, `FY27`.
    pub name: String,
    /// How many of its months the roadmap has, where it does not have all.
    pub months: Option<u32>,
}

impl Period {
    /// The name, which says when it is not whole: three months are not a cheap year.
    #[must_use]
    pub fn heading(&self) -> String {
        match self.months {
            None => self.name.clone(),
            Some(1) => format!("{} (1 month)", self.name),
            Some(months) => format!("{} ({months} months)", self.name),
        }
    }
}

/// The columns, in the order of time.
#[must_use]
pub fn periods(plan: &Plan, grain: Grain) -> Vec<Period> {
    let mut months: BTreeMap<(i32, u32), u32> = BTreeMap::new();
    for month in plan.roadmap.window().iter() {
        *months.entry(period_of(plan, month, grain)).or_default() += 1;
    }
    let whole = match grain {
        Grain::Years => 12,
        Grain::Quarters => 3,
        Grain::Months => 1,
    };
    let period = |((year, part), months): ((i32, u32), u32)| Period {
        name: match grain {
            Grain::Years => year_label(year),
            Grain::Quarters => format!("{} Q{part}", year_label(year)),
            Grain::Months => format!("{year:04}-{part:02}"),
        },
        months: Some(months).filter(|months| *months != whole),
    };
    months.into_iter().map(period).collect()
}

fn period_of(plan: &Plan, month: Month, grain: Grain) -> (i32, u32) {
    match grain {
        Grain::Years => (plan.calendar.fiscal_year_of(month), 0),
        Grain::Quarters => plan.calendar.fiscal_quarter_of(month),
        Grain::Months => (month.year(), month.number()),
    }
}

/// Amounts of months by column, in the order of time.
#[must_use]
pub fn folded(plan: &Plan, amounts: &[Decimal], grain: Grain) -> Vec<Decimal> {
    let roadmap = &plan.roadmap;
    let sums: Vec<Decimal> = match grain {
        Grain::Years => roadmap.years(amounts, &plan.calendar).into_values().collect(),
        Grain::Quarters => roadmap.quarters(amounts, &plan.calendar).into_values().collect(),
        Grain::Months => amounts.to_vec(),
    };
    sums.into_iter().map(|amount| plan.shown(amount)).collect()
}
