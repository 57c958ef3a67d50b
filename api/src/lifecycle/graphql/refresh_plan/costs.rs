//! What refreshes cost.

use async_graphql::SimpleObject;
use forecasting::refresh::ProjectCost;
use rust_decimal::Decimal;

use crate::{
    lifecycle::refresh_plan::Sum,
    roadmap::{proceeds, year_label},
};

/// What refreshes cost, part by part, in the currency of the plan. Costs are positive.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshPlanCost {
    /// New units. Null when the caller may not see single prices.
    hardware: Option<Decimal>,
    /// Freight and taxes. Null when the caller may not see single prices.
    freight: Option<Decimal>,
    /// Installation. Null when the caller may not see single prices.
    installation: Option<Decimal>,
    /// What is capitalised: hardware, freight and taxes, installation.
    capital: Decimal,
    /// Support that is paid in advance and counts over the months that it covers.
    prepaid_support: Decimal,
    /// Operating expense: disposal of the old units and wiping of their data.
    disposal: Decimal,
    /// What the order commits to, as in the commitment view of the roadmap: capital, support and disposal.
    commitment: Decimal,
    /// What the old units sell for, as a positive amount. Null where nobody knows it of any that would be sold.
    proceeds: Option<Decimal>,
    /// Why the proceeds, or a part of them, are not known, and not in the total. Null where they are.
    proceeds_reason: Option<String>,
    /// Planned for the unforeseen, and in no view of the roadmap.
    contingency: Decimal,
    /// All parts with the contingency, less the proceeds.
    total: Decimal,
}

impl RefreshPlanCost {
    pub(in crate::lifecycle::graphql) fn new(cost: &ProjectCost, unsold: usize, shows_prices: bool) -> Self {
        let shown = |amount: Decimal| {
            let mut amount = amount;
            amount.rescale(cost.currency.minor_units());
            amount
        };
        let single = |amount| shows_prices.then(|| shown(amount));
        Self {
            hardware: single(cost.hardware),
            freight: single(cost.freight_tax),
            installation: single(cost.install),
            capital: shown(cost.capital()),
            prepaid_support: shown(cost.support),
            disposal: shown(cost.disposal),
            commitment: shown(cost.commitment()),
            proceeds: (unsold == 0 || !cost.residual.is_zero()).then(|| shown(cost.residual)),
            proceeds_reason: proceeds::unknown(unsold),
            contingency: shown(cost.contingency),
            total: shown(cost.total()),
        }
    }
}

/// Refreshes added up.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshPlanSum {
    /// How many cohorts.
    cohort_count: usize,
    /// How many assets are in them.
    asset_count: usize,
    /// What they cost. Null where it is hidden.
    cost: Option<RefreshPlanCost>,
    /// Whether the cost is hidden from the caller's role: it would tell the cost of a single asset.
    cost_hidden: bool,
}

impl RefreshPlanSum {
    pub(super) fn new(sum: &Sum, shows_prices: bool, is_hidden: bool) -> Self {
        Self {
            cohort_count: sum.cohorts,
            asset_count: sum.assets,
            cost: (!is_hidden).then(|| RefreshPlanCost::new(&sum.cost, sum.unsold, shows_prices)),
            cost_hidden: is_hidden,
        }
    }
}

/// The refreshes that are ordered in a fiscal year.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshPlanYear {
    /// The fiscal year, by its label.
    fiscal_year: i32,
    /// Its name: `FY27`.
    label: String,
    /// Whether some of its months lie outside the plan.
    partial: bool,
    /// The refreshes added up, category by category.
    sum: RefreshPlanSum,
}

impl RefreshPlanYear {
    pub(super) fn new(fiscal_year: i32, partial: bool, sum: RefreshPlanSum) -> Self {
        Self { fiscal_year, label: year_label(fiscal_year), partial, sum }
    }
}
