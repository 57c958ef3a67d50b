//! What is odd about budgets, as clients see it.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::BudgetVersionId;

use super::budget_words::{BudgetRule, money};
use crate::{
    access::Permission,
    error::Result,
    finance::{budget_findings, values::Origin},
    schema::{
        request::read,
        scalar::{Id, Money},
    },
};

/// Lines or postings that break a rule. They are named and left to a person.
#[derive(Clone, SimpleObject)]
pub struct BudgetFinding {
    /// Which rule.
    rule: BudgetRule,
    /// What was found.
    detail: String,
    /// The amounts that are in doubt, one for each currency.
    amounts: Vec<Money>,
    /// The lines and postings, by their ids.
    records: Vec<ID>,
}

/// Queries of what is odd about budgets.
#[derive(Default)]
pub struct BudgetFindingQuery;

/// Queries of what is odd about budgets.
#[Object]
impl BudgetFindingQuery {
    /// Everything that is odd about the lines of a version or the postings of actual figures, by rule: figures in
    /// thousands, signs turned round, bills from two systems, accruals taken back, days of another period. Needs the
    /// right to see prices.
    #[graphql(complexity = "500 + 20 * child_complexity")]
    async fn budget_findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version, by its id.")] version: Id<BudgetVersionId>,
        #[graphql(desc = "Another version of the year that it is held against, by its id.")] against: Option<
            Id<BudgetVersionId>,
        >,
    ) -> Result<Vec<BudgetFinding>> {
        let reader = read(ctx, Permission::ViewPrices)?;
        let found = budget_findings::of(&reader, *version, against.map(|id| *id)).await?;
        let findings = found.into_iter().map(|finding| BudgetFinding {
            rule: finding.rule.into(),
            detail: finding.detail,
            amounts: finding.amounts.into_iter().map(|(currency, amount)| money(amount, currency)).collect(),
            records: finding
                .origins
                .into_iter()
                .map(|origin| match origin {
                    Origin::Line(id) => ID::from(Id(id)),
                    Origin::Posting(id) => ID::from(Id(id)),
                })
                .collect(),
        });
        Ok(findings.collect())
    }
}
