//! The words that answers about budgets share.

use async_graphql::{Enum, InputObject, OneofObject, SimpleObject};
use forecasting::{
    budget::{
        Dimension, DimensionValue, Flag, LineRule, Materiality, Orientation, PostingRule, Tolerance,
        Variance as Computed,
    },
    money::Currency,
};
use rust_decimal::Decimal;

use crate::{
    error::Result,
    finance::{budget_findings::Rule, values, variances},
    schema::scalar::{Money, plain},
};

/// What rows of an answer about budgets are kept apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BudgetDimension {
    /// The cost centre, by its code.
    CostCentre,
    /// The account, by its code.
    Account,
    /// The tower, by its code.
    Tower,
    /// The site, by its code.
    Site,
    /// The period of the fiscal year.
    Period,
}

impl From<BudgetDimension> for Dimension {
    fn from(dimension: BudgetDimension) -> Self {
        match dimension {
            BudgetDimension::CostCentre => Self::CostCentre,
            BudgetDimension::Account => Self::Account,
            BudgetDimension::Tower => Self::Tower,
            BudgetDimension::Site => Self::Site,
            BudgetDimension::Period => Self::Period,
        }
    }
}

/// Dimensions without repetitions, as the domain takes them.
pub(super) fn distinct(given: Vec<BudgetDimension>) -> Vec<Dimension> {
    let mut distinct: Vec<Dimension> = Vec::new();
    for dimension in given.into_iter().map(Dimension::from) {
        if !distinct.contains(&dimension) {
            distinct.push(dimension);
        }
    }
    distinct
}

/// What a row has in one dimension.
#[derive(Clone, Debug, SimpleObject)]
pub struct BudgetGroupValue {
    /// The dimension.
    dimension: BudgetDimension,
    /// The code of the cost centre, account, tower or site, or the number of the period. Null where a line is
    /// assigned to none.
    value: Option<String>,
}

/// The values of a row, in the order of the dimensions.
pub(super) fn group(dimensions: &[Dimension], values: &[DimensionValue]) -> Vec<BudgetGroupValue> {
    let pairs = dimensions.iter().zip(values).filter_map(|(dimension, value)| {
        let dimension = match dimension {
            Dimension::CostCentre => BudgetDimension::CostCentre,
            Dimension::Account => BudgetDimension::Account,
            Dimension::Tower => BudgetDimension::Tower,
            Dimension::Site => BudgetDimension::Site,
            Dimension::Period => BudgetDimension::Period,
            Dimension::View | Dimension::Currency => return None,
        };
        let value = match value {
            DimensionValue::Name(name) => Some(name.clone()),
            DimensionValue::Period(period) => Some(period.to_string()),
            DimensionValue::Currency(currency) => Some(currency.to_string()),
            DimensionValue::Unassigned | DimensionValue::View(_) => None,
        };
        Some(BudgetGroupValue { dimension, value })
    });
    pairs.collect()
}

/// Whether lines are costs or sales, which decides what is favourable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Orientation")]
pub enum BudgetOrientation {
    /// Costs: less than planned is favourable.
    Cost,
    /// Sales: more than planned is favourable.
    Sales,
}

/// How far from plan is still on plan. One of both.
#[derive(Clone, Debug, OneofObject)]
pub enum VarianceTolerance {
    /// An amount of the currency of the plan.
    Amount(Decimal),
    /// A fraction of the plan: 0.02 is 2 %.
    Rate(Decimal),
}

/// A tolerance as the domain takes it; only what is exactly on plan is on plan where none is given.
pub(super) fn tolerance(given: Option<&VarianceTolerance>) -> Result<Tolerance> {
    variances::tolerance(given.map(|given| match given {
        VarianceTolerance::Amount(value) => Tolerance::Amount(*value),
        VarianceTolerance::Rate(value) => Tolerance::Rate(*value),
    }))
}

/// From which size on a variance has to be explained: both have to be reached.
#[derive(Clone, Debug, InputObject)]
pub struct VarianceMateriality {
    /// Fraction of the plan; 0.05 when left out, which is 5 %.
    #[graphql(default_with = "Decimal::new(5, 2)")]
    pub rate: Decimal,
    /// Amount of the currency of the plan; 0 when left out.
    #[graphql(default_with = "Decimal::ZERO")]
    pub amount: Decimal,
}

/// A materiality as the domain takes it.
pub(super) fn materiality(given: Option<VarianceMateriality>) -> Result<Materiality> {
    let (rate, amount) = given.map(|given| (given.rate, given.amount)).unzip();
    variances::materiality(rate, amount)
}

/// What is done with lines of codes that another took the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "values::Reorganisation")]
pub enum Reorganisation {
    /// They stay where they were recorded.
    AsRecorded,
    /// Those of periods that begin on that day or later go to the successor.
    FromDay,
    /// All of them go to the successor, as if it had always been there.
    Restated,
}

/// On which side of the plan a figure lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum VarianceFlag {
    /// Favourable: better than plan by more than the tolerance.
    F,
    /// Unfavourable: worse than plan by more than the tolerance.
    U,
    /// Within the tolerance.
    On,
}

impl From<Flag> for VarianceFlag {
    fn from(flag: Flag) -> Self {
        match flag {
            Flag::Favourable => Self::F,
            Flag::Unfavourable => Self::U,
            Flag::OnPlan => Self::On,
        }
    }
}

/// How a figure differs from its plan.
#[derive(Clone, Debug, SimpleObject)]
pub struct BudgetVariance {
    /// The difference; positive is favourable. Null where it would tell a single price, and where the plan is not known.
    amount: Option<Money>,
    /// The difference as a fraction of the plan, to four decimals. Null where nothing was planned.
    rate: Option<Decimal>,
    /// Its side of the plan. Null where the plan is not known.
    flag: Option<VarianceFlag>,
}

impl BudgetVariance {
    /// A variance as it is shown; without its amount and rate where those are hidden.
    pub(super) fn new(variance: &Computed, is_hidden: bool) -> Self {
        Self {
            amount: (!is_hidden).then(|| money(variance.amount, variance.currency)),
            rate: variance.rate.filter(|_| !is_hidden).map(|rate| rate.round_dp(4)),
            flag: Some(variance.flag.into()),
        }
    }

    /// The variance from a plan that is not known.
    pub(super) fn unknown() -> Self {
        Self { amount: None, rate: None, flag: None }
    }
}

/// An amount as it is shown, rounded to the minor unit.
pub(super) fn money(amount: Decimal, currency: Currency) -> Money {
    Money { amount: plain(currency.round(amount)), currency: currency.code().to_owned() }
}

/// A rule that lines of budgets or postings break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum BudgetRule {
    /// About a thousand times as much, or as little, as in the other version: one of them is in thousands.
    LoadedInThousands,
    /// The other version has the opposite sign.
    ReversedSign,
    /// Recorded after its period had been closed.
    PostedToClosedPeriod,
    /// The same posting as another line.
    Duplicate,
    /// Below zero: a credit, or a sign that is reversed.
    NegativeAmount,
    /// The period does not exist in the fiscal calendar, or has other days there.
    PeriodOfAnotherCalendar,
    /// Two systems have the same bill, such as the ledger and a file of the cloud provider: keep one as the truth.
    BilledTwice,
    /// An accrual that is taken back in the next period: only both periods together say what was spent.
    AccrualReversed,
    /// An order below zero.
    NegativeOrder,
    /// The day of the document lies in another period, such as a calendar month posted to a period of weeks.
    DayInAnotherPeriod,
    /// Below zero, and neither a credit note nor a reversal.
    UnexpectedCredit,
}

impl From<Rule> for BudgetRule {
    fn from(rule: Rule) -> Self {
        match rule {
            Rule::Line(LineRule::LoadedInThousands) => Self::LoadedInThousands,
            Rule::Line(LineRule::ReversedSign) => Self::ReversedSign,
            Rule::Line(LineRule::PostedToClosedPeriod) => Self::PostedToClosedPeriod,
            Rule::Line(LineRule::Duplicate) => Self::Duplicate,
            Rule::Line(LineRule::NegativeAmount) => Self::NegativeAmount,
            Rule::Line(LineRule::PeriodOfAnotherCalendar) => Self::PeriodOfAnotherCalendar,
            Rule::Posting(PostingRule::BilledTwice) => Self::BilledTwice,
            Rule::Posting(PostingRule::AccrualReversed) => Self::AccrualReversed,
            Rule::Posting(PostingRule::NegativeOrder) => Self::NegativeOrder,
            Rule::Posting(PostingRule::DayInAnotherPeriod) => Self::DayInAnotherPeriod,
            Rule::Posting(PostingRule::UnexpectedCredit) => Self::UnexpectedCredit,
        }
    }
}
