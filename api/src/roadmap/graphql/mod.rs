//! The roadmap, as clients see it.

mod lines;
mod series;
mod uncertainty;
mod words;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_graphql::{Context, ID, Object};
use entity::{
    id::{FiscalCalendarId, ScenarioId},
    inventory::site,
};
use forecasting::{
    money::Currency,
    roadmap::{Category as Purpose, MoneyView as View},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};
use tokio::sync::OnceCell;

use super::{
    growing::{self, Risks},
    keys::Dimension,
    plan::{Plan, Question, draw},
    records,
};
use crate::{
    access::Permission,
    capacity::{
        graphql::purchases::{CapacityRisk, CapacityUnjudged},
        risks,
    },
    error::{Error, Result},
    inventory::graphql::sites::Site,
    scenarios::{
        Overlay,
        graphql::scenarios::{self, Scenario},
    },
    schema::{
        record::{columns_of, select},
        request::{caller, read},
        scalar::{Date, Id, Month},
    },
};
use lines::{Coverage, Exclusion, Line, RoadmapExplanation, hide_prices};
pub use lines::{RoadmapKey, RoadmapRecord, listed};
use series::RoadmapMonth;
pub use series::{Series, year_label};
use uncertainty::{RoadmapUncertainty, UncertaintyInput};
pub use words::{Category, MoneyView, RoadmapDimension, RoadmapSubject};

/// A category with its amounts.
pub struct CategoryTotal {
    category: Purpose,
    amounts: Series,
}

/// A category with its amounts.
#[Object(name = "RoadmapCategoryTotal")]
impl CategoryTotal {
    /// What the amounts are for.
    async fn category(&self) -> Category {
        self.category.into()
    }

    /// The amounts.
    async fn amounts(&self) -> &Series {
        &self.amounts
    }
}

/// What the estate will cost, month by month.
pub struct RoadmapAnswer {
    plan: Arc<Plan>,
    view: View,
    overlay: Arc<Overlay>,
    of_others: OnceCell<Risks>,
}

/// What the estate will cost, month by month.
#[Object(name = "Roadmap")]
impl RoadmapAnswer {
    /// First month.
    async fn from(&self) -> Month {
        Month(self.plan.roadmap.window().from())
    }

    /// Number of months.
    async fn months(&self) -> u32 {
        self.plan.roadmap.window().months()
    }

    /// The view of all amounts.
    async fn view(&self) -> MoneyView {
        self.view.into()
    }

    /// The currency of all amounts.
    async fn currency(&self) -> &'static str {
        self.plan.roadmap.currency().code()
    }

    /// The day from which the future is seen.
    async fn as_of(&self) -> Date {
        Date(self.plan.as_of)
    }

    /// Name of the fiscal calendar of quarters and years.
    async fn fiscal_calendar(&self) -> &str {
        &self.plan.calendar_name
    }

    /// The scenario that is laid over what is recorded. Null for the baseline.
    async fn scenario(&self) -> Option<Scenario> {
        self.plan.scenario.as_ref().and_then(scenarios::of)
    }

    /// The lines, by category and dimensions.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<Line>> {
        let sites = self.sites(ctx).await?;
        let lines = self.plan.roadmap.lines(self.view).map(|(category, key, row)| {
            let code = self.plan.position(Dimension::Site).and_then(|position| key.get(position)?.clone());
            let site = code.and_then(|code| sites.get(&*code).cloned());
            let (key, row) = (key.clone(), row.clone());
            Line { plan: Arc::clone(&self.plan), category, key, site, row, is_hidden: false }
        });
        let mut lines: Vec<Line> = lines.collect();
        if !caller(ctx)?.may(Permission::ViewPrices) {
            hide_prices(&self.plan, &mut lines);
        }
        Ok(lines)
    }

    /// The sum of each category.
    async fn categories(&self) -> Vec<CategoryTotal> {
        let roadmap = &self.plan.roadmap;
        let totals = Purpose::ALL.into_iter().map(|category| {
            let amounts = roadmap.category_months(self.view, category);
            CategoryTotal { category, amounts: Series { plan: Arc::clone(&self.plan), amounts } }
        });
        totals.filter(|total| total.amounts.amounts.iter().any(|amount| !amount.is_zero())).collect()
    }

    /// The sum of all lines.
    async fn totals(&self) -> Series {
        Series { plan: Arc::clone(&self.plan), amounts: self.plan.roadmap.months(self.view) }
    }

    /// What is planned for the unforeseen and in no view, by the month of the order.
    async fn contingency(&self) -> Vec<RoadmapMonth> {
        let mut months: BTreeMap<_, Decimal> = BTreeMap::new();
        for ((_, month), amount) in self.plan.roadmap.contingency() {
            *months.entry(*month).or_default() += *amount;
        }
        let months = months.into_iter();
        months
            .map(|(month, amount)| RoadmapMonth { month: Month(month), amount: self.plan.shown(amount) })
            .collect()
    }

    /// Which share of the records had the inputs.
    async fn coverage(&self) -> Vec<Coverage> {
        let coverage = self.plan.roadmap.coverage().iter();
        coverage
            .map(|(subject, counted)| Coverage {
                plan: Arc::clone(&self.plan),
                subject: *subject,
                counted: *counted,
            })
            .collect()
    }

    /// The records that were left out, wholly or of one part, by reason, the commonest first.
    async fn excluded(&self) -> Vec<Exclusion> {
        records::by_reason(&self.plan)
            .into_iter()
            .map(|((subject, reason), records)| Exclusion {
                plan: Arc::clone(&self.plan),
                subject,
                reason,
                records,
            })
            .collect()
    }

    /// Capacity pools that have run out or do before an order can help, the most urgent first, whether more is bought for
    /// them or not.
    async fn risks(&self, ctx: &Context<'_>) -> Result<Vec<CapacityRisk>> {
        let mut found = self.plan.risks.clone();
        found.extend(self.of_others(ctx).await?.risks.iter().cloned());
        risks::sort(&mut found);
        CapacityRisk::all(ctx, &found, self.plan.as_of).await
    }

    /// Capacity pools that nothing is bought for, and of which nobody can tell whether they run out before an order can
    /// help. Those that more is bought for and of which nobody can tell are in `excluded`.
    async fn risks_unknown(&self, ctx: &Context<'_>) -> Result<Vec<CapacityUnjudged>> {
        CapacityUnjudged::all(ctx, &self.of_others(ctx).await?.unknown).await
    }

    /// What the whole roadmap takes for granted.
    async fn assumptions(&self) -> Vec<&str> {
        self.plan.roadmap.assumptions().iter().map(String::as_str).collect()
    }

    /// What it may turn out to cost, where `uncertainty` was asked for.
    async fn uncertainty(&self) -> Option<RoadmapUncertainty> {
        self.plan.outcome.as_ref().map(|outcome| RoadmapUncertainty::new(&self.plan, outcome))
    }

    /// How the totals came about.
    async fn explain(&self) -> RoadmapExplanation {
        let lines: Vec<_> = self.plan.roadmap.lines(self.view).map(|(_, _, line)| line).collect();
        let mut formula: Vec<_> =
            lines.iter().flat_map(|line| &line.formulas).map(|text| (*text).to_owned()).collect();
        formula.sort();
        formula.dedup();
        let sources = lines.iter().flat_map(|line| &line.records).copied().collect();
        let excluded = records::by_reason(&self.plan).into_iter();
        RoadmapExplanation {
            formula,
            inputs: records::counted(&self.plan, &sources),
            assumptions: self.plan.roadmap.assumptions().iter().cloned().collect(),
            estimated: lines.iter().any(|line| line.estimated),
            excluded: excluded.map(|((_, reason), records)| format!("{}: {reason}", records.len())).collect(),
        }
    }

    /// Equal for equal inputs: a hash of the question and of every amount in every view.
    async fn fingerprint(&self) -> String {
        records::fingerprint(&self.plan)
    }
}

impl RoadmapAnswer {
    /// The times in which pools that nothing is bought for have run out: read once, and only where they are asked for.
    async fn of_others(&self, ctx: &Context<'_>) -> Result<&Risks> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let until = (self.plan.as_of, self.plan.roadmap.window().last());
        let load = async || growing::risks_of_others(&reader, &self.plan.others, until, &self.overlay).await;
        self.of_others.get_or_try_init(load).await
    }

    /// The sites of all lines, by code, by one statement and only when they are asked for.
    async fn sites(&self, ctx: &Context<'_>) -> Result<HashMap<String, Site>> {
        let field = ctx.field().selection_set().find(|field| field.name() == "site");
        let (Some(field), Some(position)) = (field, self.plan.position(Dimension::Site)) else {
            return Ok(HashMap::new());
        };
        let reader = read(ctx, Permission::ViewInventory)?;
        let codes =
            self.plan.roadmap.lines(self.view).filter_map(|(_, key, _)| key.get(position)?.as_deref());
        let wanted = Condition::all().add(site::Column::Code.is_in(codes));
        let columns = columns_of::<Site>(field, &[site::Column::Code]);
        let found = select::<Site>(&reader, wanted, &[], &columns).await?;
        found.into_iter().map(|record| Ok((record.get(site::Column::Code)?, Site::from(record)))).collect()
    }
}

/// Queries of the roadmap.
#[derive(Default)]
pub struct RoadmapQuery;

/// Queries of the roadmap.
#[Object]
impl RoadmapQuery {
    /// What the estate will cost, month by month, in one of three views that are never mixed.
    #[graphql(complexity = "5_000 + 5_000 * usize::from(uncertainty.is_some()) + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn roadmap(
        &self,
        ctx: &Context<'_>,
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
            desc = "How much the price indices of contracts are taken to rise a year: 0.03 is 3 %. They stay when left out."
        )]
        assumed_index_rate: Option<Decimal>,
        #[graphql(desc = "What lines are kept apart by, besides their category; the site when left out.")]
        group_by: Option<Vec<RoadmapDimension>>,
        #[graphql(
            desc = "Draws what the roadmap takes for granted from distributions, many times; `{}` takes what is usual."
        )]
        uncertainty: Option<UncertaintyInput>,
        #[graphql(desc = "The scenario that is laid over what is recorded; none when left out.")]
        scenario: Option<Id<ScenarioId>>,
    ) -> Result<RoadmapAnswer> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let dimensions = group_by.unwrap_or_else(|| vec![RoadmapDimension::Site]);
        let calendar = fiscal_calendar.map(|id| Id::<FiscalCalendarId>::parse(&id)).transpose();
        let question = Question {
            from: from.0,
            months: u32::try_from(months).unwrap_or_default(),
            currency: currency.map(|code| parse_currency(&code)).transpose()?,
            calendar: calendar.map_err(|message| Error::invalid("fiscalCalendar", message))?.map(|id| *id),
            as_of: as_of.0,
            assumed_index_rate,
            dimensions: distinct(dimensions),
            uncertainty: uncertainty.map(|asked| asked.value(view.into())).transpose()?,
            scenario: Overlay::load(&reader, scenario.map(|id| id.0)).await?,
        };
        let plan = draw(&reader, &question).await?;
        let (plan, overlay) = (Arc::new(plan), question.scenario);
        Ok(RoadmapAnswer { plan, view: view.into(), overlay, of_others: OnceCell::new() })
    }
}

fn parse_currency(code: &str) -> Result<Currency> {
    Currency::from_code(code).map_err(|cause| Error::invalid("currency", cause))
}

/// Dimensions, each once.
#[must_use]
pub fn distinct(dimensions: Vec<RoadmapDimension>) -> Vec<Dimension> {
    let mut distinct: Vec<Dimension> = Vec::new();
    for dimension in dimensions.into_iter().map(Dimension::from) {
        if !distinct.contains(&dimension) {
            distinct.push(dimension);
        }
    }
    distinct
}
