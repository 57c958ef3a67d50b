//! What changes of scenarios say, as clients see it.

use async_graphql::{SimpleObject, Union};
use entity::scenarios::scenario_change::Terms;
use forecasting::month;
use rust_decimal::Decimal;

use crate::{
    inventory::graphql::models::HardwareKind,
    schema::scalar::{Date, Money, Month, plain},
};

/// The movement of a price over one calendar year.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioYearRate {
    /// The calendar year.
    pub year: i32,
    /// The rise within it, as a fraction: 0.04 is 4 %.
    pub rate: Decimal,
}

/// Hardware prices move by other rates in the years that are named: under a policy, of a kind of hardware, or all.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioPriceIndex {
    /// The kind of hardware. Null: any, or what the policy is for.
    hardware_kind: Option<HardwareKind>,
    /// The rates.
    rates: Vec<ScenarioYearRate>,
}

/// A price index of contracts moves by other rates than are assumed, in the years that are named.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioCpiCurve {
    /// Name of the index. Null: all.
    series: Option<String>,
    /// The rates.
    rates: Vec<ScenarioYearRate>,
}

/// Cloud spend grows by another rate: of a workload, an account or all.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioGrowthRate {
    /// By which fraction each month is above the one before.
    monthly_rate: Decimal,
    /// The first month that is above the one before.
    from: Month,
    /// The last such month. Null: without end.
    to: Option<Month>,
}

/// A refresh policy replaces at another age.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioPolicyLife {
    /// The age in months.
    age_months: i32,
    /// Months before the end of support. Null: the policy's own.
    support_margin_months: Option<i32>,
}

/// A contract ends with a term, as if notice had been given in time.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioContractNotRenewed {
    /// Last day of the term. Null: of the one that runs on the day from which the future is seen.
    ends_on: Option<Date>,
}

/// A price is agreed anew.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioRenegotiatedPrice {
    /// What prices are multiplied with.
    factor: Option<Decimal>,
    /// The new price of a unit, or of a billing period of support, in the currency of the contract. Null when the
    /// caller may not see prices.
    unit_price: Option<Decimal>,
    /// First day of the new price.
    from: Date,
}

/// A site is left: what would fall due there afterwards is not refreshed. Contracts end by changes of their own.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioSiteExit {
    /// The day on which it is empty.
    on: Date,
}

/// A refresh cohort is ordered in another month.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioCohortMoved {
    /// What `refreshPlan` names the cohort by.
    key: String,
    /// What people call it.
    label: String,
    /// The month of the order.
    to: Month,
}

/// Another sum may be ordered in a fiscal year; `levelRefreshPlan` keeps to it.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioCapChanged {
    /// The fiscal year, by the number of its label.
    fiscal_year: i32,
    /// The sum.
    cap: Money,
}

/// One unit of a currency is worth something else in another, in plans.
#[derive(Clone, Debug, SimpleObject)]
pub struct ScenarioExchangeRate {
    /// The ISO 4217 code of the one unit.
    base: String,
    /// The ISO 4217 code of what it is worth.
    quote: String,
    /// Units of the quote for one of the base.
    rate: Decimal,
    /// First day; rates that are recorded for later days do not count.
    from: Date,
}

/// What a change says, by its kind.
#[derive(Clone, Debug, Union)]
pub enum ScenarioTerms {
    PriceIndex(ScenarioPriceIndex),
    CpiCurve(ScenarioCpiCurve),
    GrowthRate(ScenarioGrowthRate),
    PolicyLife(ScenarioPolicyLife),
    ContractNotRenewed(ScenarioContractNotRenewed),
    RenegotiatedPrice(ScenarioRenegotiatedPrice),
    SiteExit(ScenarioSiteExit),
    CohortMoved(ScenarioCohortMoved),
    CapChanged(ScenarioCapChanged),
    ExchangeRate(ScenarioExchangeRate),
}

fn rates(rates: Vec<entity::lifecycle::refresh_policy::YearRate>) -> Vec<ScenarioYearRate> {
    rates.into_iter().map(|step| ScenarioYearRate { year: step.year, rate: step.rate }).collect()
}

fn month(day: chrono::NaiveDate) -> Month {
    Month(month::Month::of(day))
}

impl ScenarioTerms {
    /// Terms as stored, without single prices for those who may not see them.
    pub(super) fn of(terms: Terms, sees_prices: bool) -> Self {
        match terms {
            Terms::PriceIndex { hardware_kind, rates: steps } => Self::PriceIndex(ScenarioPriceIndex {
                hardware_kind: hardware_kind.map(Into::into),
                rates: rates(steps),
            }),
            Terms::CpiCurve { series, rates: steps } => {
                Self::CpiCurve(ScenarioCpiCurve { series, rates: rates(steps) })
            }
            Terms::GrowthRate { monthly_rate, from, to } => Self::GrowthRate(ScenarioGrowthRate {
                monthly_rate: monthly_rate.to_decimal(),
                from: month(from),
                to: to.map(month),
            }),
            Terms::PolicyLife { age_months, support_margin_months } => {
                Self::PolicyLife(ScenarioPolicyLife { age_months, support_margin_months })
            }
            Terms::ContractNotRenewed { ends_on } => {
                Self::ContractNotRenewed(ScenarioContractNotRenewed { ends_on: ends_on.map(Date) })
            }
            Terms::RenegotiatedPrice { factor, unit_price, from } => {
                Self::RenegotiatedPrice(ScenarioRenegotiatedPrice {
                    factor: factor.map(entity::money::Rate::to_decimal),
                    unit_price: unit_price.filter(|_| sees_prices).map(|price| plain(price.to_decimal())),
                    from: Date(from),
                })
            }
            Terms::SiteExit { on } => Self::SiteExit(ScenarioSiteExit { on: Date(on) }),
            Terms::CohortMoved { key, label, to } => {
                Self::CohortMoved(ScenarioCohortMoved { key, label, to: month(to) })
            }
            Terms::CapChanged { fiscal_year, amount, currency } => {
                Self::CapChanged(ScenarioCapChanged { fiscal_year, cap: Money::of(amount, &currency) })
            }
            Terms::ExchangeRate { base, quote, rate, from } => {
                let rate = rate.to_decimal();
                Self::ExchangeRate(ScenarioExchangeRate { base, quote, rate, from: Date(from) })
            }
        }
    }
}
