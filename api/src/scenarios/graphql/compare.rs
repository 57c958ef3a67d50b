//! Scenarios side by side, as clients see them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::{FiscalCalendarId, ScenarioId};
use forecasting::{
    money::Currency,
    roadmap::{Category as Purpose, MoneyView as View},
};
use rust_decimal::Decimal;

use super::scenarios::{self, Scenario};
use crate::{
    access::Permission,
    error::{Error, Result},
    roadmap::{
        Plan, Question,
        graphql::{Category, MoneyView, RoadmapDimension, RoadmapKey, Series, distinct},
        masking,
    },
    scenarios::{
        Overlay,
        compare::{Compared, Comparison, Difference, Step, compare, total},
        scenarios::all_named,
        sentences,
    },
    schema::{
        request::{caller, read},
        scalar::{Date, Id, Month},
    },
};

/// By how much a line of a scenario differs.
#[derive(SimpleObject)]
pub struct ScenarioLineDifference {
    /// What the amounts are for.
    category: Category,
    /// The values of the dimensions, in the order in which they were asked for.
    keys: Vec<RoadmapKey>,
    /// The amounts without it. Null where they are hidden.
    before: Option<Series>,
    /// The amounts with it. Null where they are hidden.
    after: Option<Series>,
    /// How much more there is. Null where it is hidden.
    difference: Option<Series>,
    /// Whether the amounts are hidden, for they would tell a single price to a role that sees only sums.
    amounts_hidden: bool,
}

/// What a change of a scenario makes of the difference.
#[derive(SimpleObject)]
pub struct ScenarioStep {
    /// Place of the change in the list, from 1.
    place: usize,
    /// Id of the change.
    change_id: ID,
    /// The change in a sentence.
    words: String,
    /// Why it is in the list.
    note: Option<String>,
    /// How much more there is with it than with the changes before it.
    difference: Series,
    /// The same, line by line; lines that it leaves as they are, are left out.
    lines: Vec<ScenarioLineDifference>,
}

/// A scenario beside the baseline.
#[derive(SimpleObject)]
pub struct ComparedScenario {
    /// Which scenario.
    scenario: Option<Scenario>,
    /// The sum of all lines.
    totals: Series,
    /// How much more there is than in the baseline.
    difference: Series,
    /// The same, line by line; lines that are as in the baseline are left out.
    lines: Vec<ScenarioLineDifference>,
    /// What each change makes of the difference, in the order in which they are laid on: they add up to it, line by
    /// line. A change whose effect another one takes away or brings about is counted where it stands in the list.
    steps: Vec<ScenarioStep>,
    /// What it takes for granted.
    assumptions: Vec<String>,
}

/// The baseline and scenarios side by side.
pub struct ScenarioComparison {
    comparison: Comparison,
    view: View,
    sees_prices: bool,
}

/// The baseline and scenarios side by side, drawn from rows that were read once.
#[Object]
impl ScenarioComparison {
    /// First month.
    async fn from(&self) -> Month {
        Month(self.comparison.baseline.roadmap.window().from())
    }

    /// Number of months.
    async fn months(&self) -> u32 {
        self.comparison.baseline.roadmap.window().months()
    }

    /// The view of all amounts.
    async fn view(&self) -> MoneyView {
        self.view.into()
    }

    /// The currency of all amounts.
    async fn currency(&self) -> &'static str {
        self.comparison.baseline.roadmap.currency().code()
    }

    /// The day from which the future is seen.
    async fn as_of(&self) -> Date {
        Date(self.comparison.baseline.as_of)
    }

    /// Name of the fiscal calendar of quarters and years.
    async fn fiscal_calendar(&self) -> &str {
        &self.comparison.baseline.calendar_name
    }

    /// The sum of all lines of what is recorded.
    async fn baseline(&self) -> Series {
        totals(&self.comparison.baseline, self.view)
    }

    /// What the baseline takes for granted, and all scenarios with it.
    async fn assumptions(&self) -> Vec<&str> {
        self.comparison.baseline.roadmap.assumptions().iter().map(String::as_str).collect()
    }

    /// The scenarios, in the order in which they were asked for.
    async fn scenarios(&self) -> Vec<ComparedScenario> {
        self.comparison.scenarios.iter().map(|one| self.compared(one)).collect()
    }
}

impl ScenarioComparison {
    fn compared(&self, one: &Compared) -> ComparedScenario {
        let plan = &one.plan;
        ComparedScenario {
            scenario: scenarios::of(&one.scenario),
            totals: totals(plan, self.view),
            difference: series(plan, total(plan, &one.lines)),
            lines: self.lines(plan, &one.lines),
            steps: one.steps.iter().enumerate().map(|(place, step)| self.step(plan, place, step)).collect(),
            assumptions: plan.roadmap.assumptions().iter().cloned().collect(),
        }
    }

    fn step(&self, plan: &Arc<Plan>, place: usize, step: &Step) -> ScenarioStep {
        ScenarioStep {
            place: place + 1,
            change_id: Id(step.change.row.id).into(),
            words: sentences::of(&step.change, true),
            note: step.change.row.note.clone(),
            difference: series(plan, step.total.clone()),
            lines: self.lines(plan, &step.lines),
        }
    }

    fn lines(&self, plan: &Arc<Plan>, lines: &[Difference]) -> Vec<ScenarioLineDifference> {
        let mut hidden = vec![false; lines.len()];
        if !self.sees_prices {
            for category in Purpose::ALL {
                let of: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].category == category).collect();
                let counts: Vec<usize> = of.iter().map(|at| lines[*at].records).collect();
                for (at, is_hidden) in of.into_iter().zip(masking::hidden(&counts)) {
                    hidden[at] = is_hidden;
                }
            }
        }
        let shown = lines.iter().zip(hidden).map(|(line, is_hidden)| {
            let amounts = |amounts: &Vec<Decimal>| (!is_hidden).then(|| series(plan, amounts.clone()));
            ScenarioLineDifference {
                category: line.category.into(),
                keys: RoadmapKey::all(plan, &line.key),
                before: amounts(&line.before),
                after: amounts(&line.after),
                difference: amounts(&line.amounts),
                amounts_hidden: is_hidden,
            }
        });
        shown.collect()
    }
}

fn totals(plan: &Arc<Plan>, view: View) -> Series {
    series(plan, plan.roadmap.months(view))
}

fn series(plan: &Arc<Plan>, amounts: Vec<Decimal>) -> Series {
    Series { plan: Arc::clone(plan), amounts }
}

/// Queries that compare scenarios.
#[derive(Default)]
pub struct CompareScenariosQuery;

/// Queries that compare scenarios.
#[Object]
impl CompareScenariosQuery {
    /// The roadmap of what is recorded and those of scenarios side by side, with the differences by line, and which
    /// change of which scenario makes them.
    #[graphql(complexity = "20_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn compare_scenarios(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Ids of the scenarios; at most 59 changes together.")] ids: Option<
            Vec<Id<ScenarioId>>,
        >,
        #[graphql(desc = "Names of scenarios, instead of ids or behind them.")] names: Option<Vec<String>>,
        #[graphql(desc = "First month.")] from: Month,
        #[graphql(default = 36, desc = "Number of months, 1 to 120.")] months: i32,
        #[graphql(default_with = "MoneyView::Pnl", desc = "Which event places an amount in a month.")]
        view: MoneyView,
        #[graphql(desc = "Currency of the answer, by its code; may be left out when everything is in one.")]
        currency: Option<String>,
        #[graphql(desc = "Fiscal calendar of quarters and years; the default one when left out.")]
        fiscal_calendar: Option<ID>,
        #[graphql(desc = "The day from which the future is seen.")] as_of: Date,
        #[graphql(
            desc = "How much the price indices of contracts are taken to rise a year where a scenario says nothing else: 0.03 is 3 %. They stay when left out."
        )]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "What lines are kept apart by, besides their category; the site when left out.")]
        group_by: Option<Vec<RoadmapDimension>>,
    ) -> Result<ScenarioComparison> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let sees_prices = caller(ctx)?.may(Permission::ViewPrices);
        let currency = currency.map(|code| Currency::from_code(&code)).transpose();
        let calendar = fiscal_calendar.map(|id| Id::<FiscalCalendarId>::parse(&id)).transpose();
        let question = Question {
            from: from.0,
            months: u32::try_from(months).unwrap_or_default(),
            currency: currency.map_err(|cause| Error::invalid("currency", cause))?,
            calendar: calendar.map_err(|message| Error::invalid("fiscalCalendar", message))?.map(|id| *id),
            as_of: as_of.0,
            assumed_index_rate,
            dimensions: distinct(group_by.unwrap_or_else(|| vec![RoadmapDimension::Site])),
            uncertainty: None,
            scenario: Overlay::none(),
        };
        let mut ids: Vec<ScenarioId> = ids.into_iter().flatten().map(|id| id.0).collect();
        ids.extend(all_named(&reader, &names.unwrap_or_default()).await?);
        let comparison = compare(&reader, &ids, view.into(), &question).await?;
        Ok(ScenarioComparison { comparison, view: view.into(), sees_prices })
    }
}
