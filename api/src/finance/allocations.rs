//! Cost divided among those who cause it: of amounts that are given, or of the roadmap.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::{
        allocation_model::{self, Level},
        unit_cost_part::CostCategory,
    },
    id::AllocationModelId,
};
use forecasting::{
    budget::{Allocation, ratio, unit_cost},
    money::Currency,
    month::{FiscalCalendar, Month},
    roadmap::MoneyView,
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, Iterable};

use super::{
    allocation_models::{self, divide, require_effective},
    unit_cost_parts::of_roadmap,
};
use crate::{
    error::{Error, Result},
    roadmap::{self, Source, record_count},
    scenarios::Overlay,
    store::Read,
};

/// Months of the roadmap whose cost is divided.
#[derive(Clone, Debug)]
pub struct Months {
    /// First month.
    pub from: Month,
    /// Number of months.
    pub months: u32,
    /// The day from which the future is seen.
    pub as_of: NaiveDate,
    /// How much price indices of contracts are taken to rise a year.
    pub assumed_index_rate: Option<Decimal>,
    /// What is laid over the rows that are read.
    pub scenario: Arc<Overlay>,
}

/// What is divided.
#[derive(Clone, Debug)]
pub enum Costs {
    /// Amounts by node, in a currency.
    Given(Vec<(String, Decimal)>),
    /// Cost of the roadmap in profit and loss, by category.
    Roadmap(Months),
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// By which model.
    pub model: AllocationModelId,
    /// What.
    pub costs: Costs,
    /// Currency of the answer; may be left out where the roadmap is in one.
    pub currency: Option<Currency>,
}

/// The answer.
#[derive(Debug)]
pub struct Answer {
    /// The model.
    pub model: allocation_model::Model,
    /// Currency of the amounts.
    pub currency: Currency,
    /// What each node costs by itself.
    pub own: BTreeMap<String, Decimal>,
    /// Where it went.
    pub allocation: Allocation<String>,
    /// When it comes up.
    pub spread: Spread,
    /// What was taken for granted.
    pub assumptions: BTreeSet<String>,
    /// What was left out.
    pub excluded: BTreeSet<String>,
    /// Whether any of it is an estimate.
    pub is_estimated: bool,
    /// Whether it would tell a single price: a category is the cost of one record.
    pub tells_a_price: bool,
}

/// Costs by the months in which they come up.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    /// The months; none where amounts are given, which are of no month.
    pub months: Vec<Month>,
    /// The calendar that months are periods of.
    pub calendar: Option<FiscalCalendar>,
    /// Costs of nodes, month by month and unrounded; one amount each where they are of no month.
    pub costs: Vec<(String, Vec<Decimal>)>,
}

impl Spread {
    /// The fiscal year that a month is in, and the period of it that it is.
    #[must_use]
    pub fn period(&self, month: Month) -> Option<(i32, u32)> {
        let calendar = self.calendar.as_ref()?;
        let year = calendar.fiscal_year_of(month);
        let place = month.since(calendar.first_month(year)) + 1;
        Some((year, u32::try_from(place).ok()?))
    }
}

/// What a node has in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeResult {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub level: Level,
    /// What it costs by itself.
    pub own: Decimal,
    /// What others gave it.
    pub received: Decimal,
    /// Both together: what it gives on, or bears.
    pub total: Decimal,
    /// Whether cost ends with it.
    pub bears: bool,
}

/// What one node gave to another, and by which volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// Who gave it.
    pub source: String,
    /// By what it was divided.
    pub driver: String,
    /// How much of that the receiver has.
    pub volume: Decimal,
    /// The amount.
    pub amount: Decimal,
    /// The amount for one unit of the driver; none for no units.
    pub per_unit: Option<Decimal>,
    /// The part of all that the source gave; none of nothing.
    pub share: Option<Decimal>,
}

/// What a unit of the driver of a node costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverRate {
    /// Who gives.
    pub source: String,
    /// By what it is divided.
    pub driver: String,
    /// How much of that there is.
    pub volume: Decimal,
    /// What is given: its own cost and what it received.
    pub amount: Decimal,
    /// The amount for one unit of the driver; none for no units.
    pub per_unit: Option<Decimal>,
}

/// Divides cost. The roadmap is drawn once, and only where its cost is divided.
///
/// # Errors
/// `NotFound` for a model that is not there; `Invalid` for amounts of nodes that the model does not have, months on
/// which it does not hold, and a missing currency.
pub async fn answer(db: &impl Read, question: &Question) -> Result<Answer> {
    let model = allocation_models::find(db, question.model).await?;
    match &question.costs {
        Costs::Given(amounts) => {
            let currency = question.currency;
            let currency =
                currency.ok_or_else(|| Error::invalid("currency", "is needed for given amounts"))?;
            for (place, (node, _)) in amounts.iter().enumerate() {
                if !model.nodes.0.iter().any(|known| known.name == *node) {
                    let message = format!("`{node}` is no node of the model {}", model.name);
                    return Err(Error::invalid(format!("amounts[{place}].node"), message));
                }
            }
            let costs = amounts.iter().map(|(node, amount)| (node.clone(), vec![*amount]));
            let spread = Spread { costs: costs.collect(), ..Spread::default() };
            whole(model, currency, spread, Drawn::default())
        }
        Costs::Roadmap(months) => of_roadmap_months(db, model, months, question.currency).await,
    }
}

/// What else there is to say of costs.
#[derive(Default)]
struct Drawn {
    assumptions: BTreeSet<String>,
    excluded: BTreeSet<String>,
    is_estimated: bool,
    tells_a_price: bool,
}

async fn of_roadmap_months(
    db: &impl Read,
    model: allocation_model::Model,
    months: &Months,
    currency: Option<Currency>,
) -> Result<Answer> {
    let question = roadmap::Question {
        from: months.from,
        months: months.months,
        currency,
        calendar: None,
        as_of: months.as_of,
        assumed_index_rate: months.assumed_index_rate,
        dimensions: Vec::new(),
        uncertainty: None,
        scenario: Arc::clone(&months.scenario),
    };
    let plan = roadmap::draw(db, &question).await.map_err(|error| match error.field() {
        Some("currency") => error,
        _ => error.under("roadmap"),
    })?;
    let window = plan.roadmap.window();
    require_effective(&model, "roadmap.from", (window.from().first_day(), window.last().last_day()))?;
    let mut drawn = Drawn { assumptions: plan.roadmap.assumptions().clone(), ..Drawn::default() };
    let mut costs = Vec::new();
    for category in CostCategory::iter() {
        let of = of_roadmap(category);
        let mut sources: BTreeSet<Source> = BTreeSet::new();
        let mut by_month = vec![Decimal::ZERO; window.months() as usize];
        for (_, _, line) in plan.roadmap.lines(MoneyView::Pnl).filter(|(found, _, _)| of.contains(found)) {
            sources.extend(&line.records);
            for (sum, amount) in by_month.iter_mut().zip(line.amounts()) {
                *sum += amount;
            }
            drawn.is_estimated |= line.estimated;
        }
        if sources.is_empty() {
            continue;
        }
        drawn.tells_a_price |= record_count(&plan, &sources) == 1;
        let owner = model.nodes.0.iter().find(|node| node.categories.contains(&category));
        let name = match owner {
            Some(node) => node.name.clone(),
            None => {
                let word = category.to_value();
                drawn.excluded.insert(format!("{word}: no node has it as its cost, so it stays unallocated"));
                // No node can be called so: names have no colon.
                format!("category:{word}")
            }
        };
        costs.push((name, by_month));
    }
    for exclusion in plan.roadmap.exclusions() {
        drawn.excluded.insert(format!("not in the roadmap: {}", exclusion.reason));
    }
    let spread = Spread { months: window.iter().collect(), calendar: Some(plan.calendar.clone()), costs };
    whole(model, plan.roadmap.currency(), spread, drawn)
}

fn whole(model: allocation_model::Model, currency: Currency, spread: Spread, drawn: Drawn) -> Result<Answer> {
    let costs = spread.costs.iter().map(|(name, months)| (name.clone(), months.iter().sum()));
    let costs: Vec<(String, Decimal)> = costs.collect();
    let mut own: BTreeMap<String, Decimal> = BTreeMap::new();
    for (name, cost) in &costs {
        *own.entry(name.clone()).or_default() += currency.round(*cost);
    }
    let allocation = divide(&model, currency, costs)?;
    let Drawn { assumptions, excluded, is_estimated, tells_a_price } = drawn;
    Ok(Answer {
        model,
        currency,
        own,
        allocation,
        spread,
        assumptions,
        excluded,
        is_estimated,
        tells_a_price,
    })
}

impl Answer {
    /// What each node has in the end, in the order of the model.
    #[must_use]
    pub fn results(&self) -> Vec<NodeResult> {
        let results = self.model.nodes.0.iter().map(|node| {
            let own = self.own.get(&node.name).copied().unwrap_or_default();
            let bears = allocation_models::receives(&self.model, node);
            let ends = if bears { &self.allocation.received } else { &self.allocation.pools };
            let total = ends.get(&node.name).copied().unwrap_or(own);
            NodeResult {
                name: node.name.clone(),
                level: node.level,
                own,
                received: total - own,
                total,
                bears,
            }
        });
        results.collect()
    }

    /// The rate card: what a unit of each driver costs, in the order of the rules.
    #[must_use]
    pub fn rates(&self) -> Vec<DriverRate> {
        let rates = self.model.rules.0.iter().map(|rule| {
            let used = rule.targets.iter().map(|target| target.volume.to_decimal()).sum();
            let volume = rule.whole.map_or(used, entity::money::Rate::to_decimal);
            let amount = self.allocation.pools.get(&rule.source).copied().unwrap_or_default();
            DriverRate {
                source: rule.source.clone(),
                driver: rule.driver.clone(),
                volume,
                amount,
                per_unit: unit_cost(amount, Some(volume)).ok().and_then(|cost| cost.value()),
            }
        });
        rates.collect()
    }

    /// What a node bears, charge by charge. They and its own cost add up to what it bears.
    ///
    /// # Errors
    /// `Invalid` for a name that is no node of the model with whom cost ends.
    pub fn charges(&self, consumer: &str) -> Result<(NodeResult, Vec<Charge>)> {
        let result = self.results().into_iter().find(|node| node.name == consumer && node.bears);
        let result = result.ok_or_else(|| {
            let bearing: Vec<_> = self.results().into_iter().filter(|node| node.bears).collect();
            let names: Vec<&str> = bearing.iter().map(|node| node.name.as_str()).collect();
            let message = format!(
                "`{consumer}` bears nothing in the model {}: {} do",
                self.model.name,
                names.join(", ")
            );
            Error::invalid("consumer", message)
        })?;
        let flows = self.allocation.flows.iter().filter(|flow| flow.target.as_deref() == Some(consumer));
        let charges = flows.map(|flow| {
            let rule = self.model.rules.0.iter().find(|rule| rule.source == flow.source);
            let target = rule.and_then(|rule| rule.targets.iter().find(|target| target.name == consumer));
            let volume = target.map(|target| target.volume.to_decimal()).unwrap_or_default();
            let given = self.allocation.pools.get(&flow.source).copied().unwrap_or_default();
            let per_unit = unit_cost(flow.amount, Some(volume));
            Charge {
                source: flow.source.clone(),
                driver: rule.map(|rule| rule.driver.clone()).unwrap_or_default(),
                volume,
                amount: flow.amount,
                per_unit: per_unit.ok().and_then(|cost| cost.value()),
                share: ratio(flow.amount, given),
            }
        });
        Ok((result, charges.collect()))
    }
}
