//! The labour of a unit cost, as clients ask for it and see it.

use async_graphql::{InputObject, SimpleObject};
use entity::id::BudgetVersionId;
use rust_decimal::Decimal;

use super::exchange_rates::RateKind;
use crate::{
    finance::{
        unit_cost_labour::Asked,
        unit_costs::{Answer, Question},
    },
    schema::scalar::{Id, Month},
};

/// Which amounts of budgets are the labour of a unit cost.
#[derive(Clone, Debug, InputObject)]
pub struct UnitCostLabourInput {
    /// Versions of budgets, by their ids, 1 to 24: for a fiscal year actual figures, which closed months are taken from,
    /// one other version, which other months are taken from, or both.
    pub versions: Vec<Id<BudgetVersionId>>,
    /// Codes of the accounts that labour is on, 1 to 100.
    pub accounts: Vec<String>,
    /// Which fraction of it counts, above 0 up to 1.
    #[graphql(default_with = "Decimal::ONE")]
    pub share: Decimal,
    /// Which recorded rates postings in other currencies are converted with.
    #[graphql(default_with = "RateKind::Average")]
    pub rate_kind: RateKind,
}

impl From<UnitCostLabourInput> for Asked {
    fn from(asked: UnitCostLabourInput) -> Self {
        Self {
            versions: asked.versions.into_iter().map(|id| id.0).collect(),
            accounts: asked.accounts,
            share: asked.share,
            rate_kind: asked.rate_kind.into(),
        }
    }
}

/// What labour costs in a month.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitCostLabourMonth {
    /// The month.
    month: Month,
    /// What counts of it. Null where no version says it, or where it is hidden.
    amount: Option<Decimal>,
}

/// The labour that is divided beside the parts.
#[derive(Clone, Debug, SimpleObject)]
pub struct UnitCostLabour {
    /// The accounts that it is on.
    accounts: Vec<String>,
    /// Which fraction of it counts.
    share: Decimal,
    /// How many lines and postings are behind it.
    figure_count: usize,
    /// Month by month.
    months: Vec<UnitCostLabourMonth>,
    /// All months together. Null where some month is not known, or where it is hidden.
    total: Option<Decimal>,
}

impl UnitCostLabour {
    /// The labour of an answer; none where none was asked for.
    pub(super) fn of(answer: &Answer, question: &Question, is_hidden: bool) -> Option<Self> {
        let (labour, asked) = answer.labour.as_ref().zip(question.labour.as_ref())?;
        let amount = |month| labour.months.get(&month).copied().filter(|_| !is_hidden);
        let window = answer.plan.roadmap.window();
        let total: Option<Decimal> = window.iter().map(amount).sum();
        let months = window.iter().map(|month| UnitCostLabourMonth {
            month: Month(month),
            amount: amount(month).map(|amount| answer.plan.shown(amount)),
        });
        Some(Self {
            accounts: asked.accounts.clone(),
            share: asked.share.normalize(),
            figure_count: labour.figures,
            months: months.collect(),
            total: total.map(|total| answer.plan.shown(total)),
        })
    }
}
