//! Cost divided among those who cause it, as clients see it.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::id::{AllocationModelId, ScenarioId};
use rust_decimal::Decimal;

use super::{
    allocation_models::{AllocationLevel, AllocationModel},
    journals::AllocationJournal,
    unit_cost_words::input,
    unit_costs::known_currency,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::{
        allocation_models::UNALLOCATED,
        allocations::{self, Answer, Costs, Months, NodeResult, Question},
        journals,
    },
    scenarios::Overlay,
    schema::{
        explain::Explanation,
        record::Record,
        request::{caller, read},
        scalar::{Date, Id, Month, plain},
    },
};

/// The cost of a node, as it is given.
#[derive(Clone, Debug, InputObject)]
pub struct AllocationAmountInput {
    /// Name of the node.
    pub node: String,
    /// Its cost, in the currency of the answer.
    pub amount: Decimal,
}

/// Months of the roadmap whose cost in profit and loss is divided.
#[derive(Clone, Debug, InputObject)]
pub struct AllocationMonthsInput {
    /// First month.
    pub from: Month,
    /// Number of months, 1 to 120.
    #[graphql(default = 12)]
    pub months: i32,
    /// The day from which the future is seen.
    pub as_of: Date,
    /// How much the price indices of contracts are taken to rise a year: 0.03 is 3 %. They stay when left out.
    pub assumed_index_rate: Option<Decimal>,
    /// The scenario that is laid over what is recorded; none when left out.
    pub scenario: Option<Id<ScenarioId>>,
}

/// What a node gave to another.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllocationFlow {
    /// Who gave it.
    source: String,
    /// Who received it; `UNALLOCATED` for what nobody did.
    target: String,
    /// How much. Null where it is hidden.
    amount: Option<Decimal>,
}

/// What a node has in the end. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllocationResult {
    /// Its name.
    name: String,
    /// Where it stands.
    level: AllocationLevel,
    /// What it costs by itself.
    own: Option<Decimal>,
    /// What others gave it.
    received: Option<Decimal>,
    /// Both together: what it gives on, or bears.
    total: Option<Decimal>,
    /// Whether cost ends with it. The totals of those who bear, and what is unallocated, are all of the cost.
    bears: bool,
}

/// What one unit of a driver costs. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct AllocationRate {
    /// Who gives.
    source: String,
    /// By what it is divided.
    driver: String,
    /// How much of that there is in all.
    volume: Decimal,
    /// What is given: its own cost and what it received.
    amount: Option<Decimal>,
    /// What one unit costs, to four decimals. Null for no units.
    per_unit: Option<Decimal>,
}

/// Cost divided among those who cause it.
pub struct AllocationAnswer {
    answer: Arc<Answer>,
    is_hidden: bool,
}

impl AllocationAnswer {
    fn shown(&self, amount: Decimal) -> Option<Decimal> {
        (!self.is_hidden).then(|| plain(amount))
    }

    fn result(&self, node: NodeResult) -> AllocationResult {
        AllocationResult {
            name: node.name,
            level: node.level.into(),
            own: self.shown(node.own),
            received: self.shown(node.received),
            total: self.shown(node.total),
            bears: node.bears,
        }
    }
}

/// Cost divided among those who cause it.
#[Object(name = "Allocation")]
impl AllocationAnswer {
    /// The model.
    async fn model(&self) -> AllocationModel {
        Record::whole(self.answer.model.clone()).into()
    }

    /// The currency of all amounts.
    async fn currency(&self) -> &'static str {
        self.answer.currency.code()
    }

    /// What each node has in the end, in the order of the model.
    async fn results(&self) -> Vec<AllocationResult> {
        self.answer.results().into_iter().map(|node| self.result(node)).collect()
    }

    /// Who gave what to whom: step by step, or pool by pool where all were divided at once. What a node is given and
    /// its own cost add up to its total.
    async fn flows(&self) -> Vec<AllocationFlow> {
        let flows = self.answer.allocation.flows.iter().map(|flow| AllocationFlow {
            source: flow.source.clone(),
            target: flow.target.clone().unwrap_or_else(|| UNALLOCATED.to_owned()),
            amount: self.shown(flow.amount),
        });
        flows.collect()
    }

    /// What is posted to charge pools out to those who bear them, a journal for each month: every pool is relieved of
    /// its own cost that somebody bears, everybody is charged what others gave them, and debits and credits balance
    /// to the cent in each. Nothing is posted by asking: `submitChargeback` takes one of them to the actual figures.
    /// Amounts are null for roles that may not see prices. Needs the right to see finance.
    #[graphql(complexity = "1_000 + 12 * child_complexity")]
    async fn journals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Code of the account that all lines are posted to; none when left out.")]
        account: Option<String>,
    ) -> Result<Vec<AllocationJournal>> {
        let reader = read(ctx, Permission::ViewFinance)?;
        let is_hidden = self.is_hidden || !caller(ctx)?.may(Permission::ViewPrices);
        let journals = journals::of(&reader, &self.answer, account.as_deref()).await?;
        let shown = |journal| AllocationJournal::new(journal, account.as_deref(), is_hidden);
        Ok(journals.into_iter().map(shown).collect())
    }

    /// The rate card: what one unit of each driver costs, which is what those who bear cost are charged for each.
    async fn rate_card(&self) -> Vec<AllocationRate> {
        let rates = self.answer.rates().into_iter().map(|rate| AllocationRate {
            source: rate.source,
            driver: rate.driver,
            volume: rate.volume.normalize(),
            amount: self.shown(rate.amount),
            per_unit: rate.per_unit.and_then(|cost| self.shown(cost.round_dp(4))),
        });
        rates.collect()
    }

    /// What nobody bears. Null where it is hidden.
    async fn unallocated(&self) -> Option<Decimal> {
        self.shown(self.answer.allocation.unallocated)
    }

    /// All cost: what is borne and what nobody bears. Null where it is hidden.
    async fn total(&self) -> Option<Decimal> {
        self.shown(self.answer.allocation.total)
    }

    /// What is borne of all cost, as a fraction. Null where there is none, or where it is hidden.
    async fn allocated_rate(&self) -> Option<Decimal> {
        let rate = self.answer.allocation.allocated_rate().filter(|_| !self.is_hidden);
        rate.map(|rate| rate.round_dp(6).normalize())
    }

    /// Whether amounts are hidden from the caller's role: a category is the cost of a single record, whose price
    /// the role may not see.
    async fn amounts_hidden(&self) -> bool {
        self.is_hidden
    }

    /// How the figures came about.
    async fn explain(&self) -> Explanation {
        explained(&self.answer)
    }
}

fn explained(answer: &Answer) -> Explanation {
    let rounding = "Amounts are divided to the minor unit by the largest remainder, so that they add up.";
    Explanation {
        formula: "given = (own cost + received) x volume of the target / volume of the whole".into(),
        inputs: vec![
            input("nodes", answer.model.nodes.0.len()),
            input("rules", answer.model.rules.0.len()),
            input("taxonomy", &answer.model.taxonomy_version),
        ],
        assumptions: answer.assumptions.iter().cloned().chain([rounding.to_owned()]).collect(),
        excluded: answer.excluded.iter().cloned().collect(),
        estimated: answer.is_estimated,
    }
}

/// What one consumer bears of what a node gave. Amounts are null where they are hidden.
#[derive(Clone, Debug, SimpleObject)]
pub struct ShowbackLine {
    /// Who gave it.
    source: String,
    /// By what it was divided.
    driver: String,
    /// How much of that the consumer has.
    volume: Decimal,
    /// What one unit of the driver costs. Null for no units.
    per_unit: Option<Decimal>,
    /// The consumer's part of all that the source gave, as a fraction. Null of nothing.
    share: Option<Decimal>,
    /// What the consumer bears of it.
    amount: Option<Decimal>,
}

/// What one consumer bears. A report: nothing is posted. Amounts are null where they are hidden.
#[derive(SimpleObject)]
pub struct Showback {
    /// The consumer.
    consumer: String,
    /// The currency of all amounts.
    currency: String,
    /// What it costs by itself.
    own: Option<Decimal>,
    /// What others gave it, line by line. They and what it costs by itself add up to the total.
    lines: Option<Vec<ShowbackLine>>,
    /// All that it bears.
    total: Option<Decimal>,
    /// The same as a fraction of all cost. Null of nothing.
    share_of_all: Option<Decimal>,
    /// Whether amounts are hidden from the caller's role.
    amounts_hidden: bool,
    /// How the figures came about.
    explain: Explanation,
}

/// Queries of allocated cost.
#[derive(Default)]
pub struct AllocationQuery;

async fn divided(
    ctx: &Context<'_>,
    model: Id<AllocationModelId>,
    amounts: Option<Vec<AllocationAmountInput>>,
    roadmap: Option<AllocationMonthsInput>,
    currency: Option<String>,
) -> Result<AllocationAnswer> {
    let reader = read(ctx, Permission::ViewTotals)?;
    let costs = match (amounts, roadmap) {
        (Some(amounts), None) => {
            Costs::Given(amounts.into_iter().map(|one| (one.node, one.amount)).collect())
        }
        (None, Some(months)) => Costs::Roadmap(Months {
            from: months.from.0,
            months: u32::try_from(months.months).unwrap_or_default(),
            as_of: months.as_of.0,
            assumed_index_rate: months.assumed_index_rate,
            scenario: Overlay::load(&reader, months.scenario.map(|id| id.0)).await?,
        }),
        _ => return Err(Error::invalid("amounts", "give either amounts or months of the roadmap")),
    };
    let currency = currency.map(|code| known_currency(&code, "currency")).transpose()?;
    let answer = allocations::answer(&reader, &Question { model: *model, costs, currency }).await?;
    let is_hidden = answer.tells_a_price && !caller(ctx)?.may(Permission::ViewPrices);
    Ok(AllocationAnswer { answer: Arc::new(answer), is_hidden })
}

/// Queries of allocated cost.
#[Object]
impl AllocationQuery {
    /// Divides cost by a model among those who cause it: amounts that are given, or the cost of months of the
    /// roadmap by category.
    #[graphql(complexity = "5_000 + child_complexity")]
    async fn allocation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The model, by its id.")] model: Id<AllocationModelId>,
        #[graphql(desc = "Amounts by node.")] amounts: Option<Vec<AllocationAmountInput>>,
        #[graphql(desc = "Months of the roadmap, instead of amounts.")] roadmap: Option<
            AllocationMonthsInput,
        >,
        #[graphql(desc = "Currency of all amounts, by its code; needed where they are given.")]
        currency: Option<String>,
    ) -> Result<AllocationAnswer> {
        divided(ctx, model, amounts, roadmap, currency).await
    }

    /// What one of those who bear cost bears, and why. A report: nothing is posted.
    #[graphql(complexity = "5_000 + child_complexity")]
    async fn showback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The model, by its id.")] model: Id<AllocationModelId>,
        #[graphql(desc = "Who bears it, by the name of the node.")] consumer: String,
        #[graphql(desc = "Amounts by node.")] amounts: Option<Vec<AllocationAmountInput>>,
        #[graphql(desc = "Months of the roadmap, instead of amounts.")] roadmap: Option<
            AllocationMonthsInput,
        >,
        #[graphql(desc = "Currency of all amounts, by its code; needed where they are given.")]
        currency: Option<String>,
    ) -> Result<Showback> {
        let divided = divided(ctx, model, amounts, roadmap, currency).await?;
        let (node, charges) = divided.answer.charges(&consumer)?;
        let ratio = |part, whole| {
            let ratio = forecasting::budget::ratio(part, whole).filter(|_| !divided.is_hidden);
            ratio.map(|ratio| ratio.round_dp(6).normalize())
        };
        let lines = charges.into_iter().map(|charge| ShowbackLine {
            source: charge.source,
            driver: charge.driver,
            volume: charge.volume,
            per_unit: charge.per_unit.and_then(|cost| divided.shown(cost.round_dp(4))),
            share: charge.share.map(|share| share.round_dp(6).normalize()).filter(|_| !divided.is_hidden),
            amount: divided.shown(charge.amount),
        });
        Ok(Showback {
            consumer,
            currency: divided.answer.currency.code().to_owned(),
            own: divided.shown(node.own),
            lines: Some(lines.collect()),
            total: divided.shown(node.total),
            share_of_all: ratio(node.total, divided.answer.allocation.total),
            amounts_hidden: divided.is_hidden,
            explain: explained(&divided.answer),
        })
    }
}
