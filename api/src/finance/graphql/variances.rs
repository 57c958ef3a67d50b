//! Plan against actual, as clients see it.

use std::collections::BTreeSet;

use async_graphql::{Context, Object, SimpleObject};
use entity::id::BudgetVersionId;
use forecasting::{
    budget::{Bridge, ReportRow, TimingImbalance, TimingState},
    money::Currency,
};

use super::{
    budget_versions::BudgetVersion,
    budget_words::{
        BudgetDimension, BudgetGroupValue, BudgetOrientation, BudgetVariance, Reorganisation,
        VarianceMateriality, VarianceTolerance, distinct, group, materiality, money, tolerance,
    },
    exchange_rates::RateKind,
    variance_explanations::{VarianceDriver, VarianceExplanation},
};
use crate::{
    access::Permission,
    error::Result,
    finance::variances::{self, Answer, Question, TimedLine},
    roadmap::graphql::MoneyView,
    schema::{
        explain::Explanation,
        record::Record,
        request::{caller, read},
        rows::Items,
        scalar::{Date, Id, Money},
    },
};

/// A variance by its causes. The parts add up to it exactly.
#[derive(Clone, SimpleObject)]
pub struct VarianceBridge {
    /// Due to another quantity, at planned prices and rates.
    volume: Option<Money>,
    /// Due to other prices, for the actual quantity at planned rates.
    price: Option<Money>,
    /// Due to other exchange rates.
    exchange: Option<Money>,
    /// Of lines that cannot be told apart by volume and price, without exchange.
    undivided: Option<Money>,
    /// Why those cannot.
    reasons: Vec<VarianceBridgeReason>,
}

/// Why variances of some lines are not told apart by volume and price.
#[derive(Clone, SimpleObject)]
pub struct VarianceBridgeReason {
    /// Why.
    reason: String,
    /// Of how many lines.
    lines: usize,
}

/// Part of a variance that a driver explains.
#[derive(Clone, SimpleObject)]
pub struct VarianceDriverSum {
    /// What it is due to.
    driver: VarianceDriver,
    /// How much of the variance; positive is favourable. Null where it would tell a single price.
    amount: Option<Money>,
}

/// One row of a variance.
#[derive(Clone, SimpleObject)]
pub struct VarianceRow {
    /// What it has in each dimension; nothing in the total.
    group: Vec<BudgetGroupValue>,
    /// What was planned, at the fixed rates of the plan. Null where it would tell a single price, and where the plan has
    /// no line in the view: `unplanned` of the report says so.
    plan: Option<Money>,
    /// What came about, at the rates of its periods.
    actual: Option<Money>,
    /// What came about as if the rates of the plan had held.
    actual_at_plan_rates: Option<Money>,
    /// All of the variance: plan less actual for costs.
    variance: BudgetVariance,
    /// What operations answer for: the variance as if the rates of the plan had held.
    operating: BudgetVariance,
    /// All of the variance by its causes.
    bridge: VarianceBridge,
    /// Whether the variance is so large that it has to be explained, whether operations or currencies caused it.
    material: bool,
    /// Whether an explanation is due and incomplete.
    explanation_due: bool,
    /// The variance by the drivers that people named; `FX` is what they say of currencies.
    drivers: Vec<VarianceDriverSum>,
    /// What of the variance no driver explains yet.
    unexplained: Option<Money>,
    /// Whether people explained more than there is, or the other way: what is left takes back some of it.
    over_explained: bool,
    /// What people said.
    explanations: Vec<VarianceExplanation>,
    /// How many lines and postings are behind it.
    lines: usize,
    /// Whether amounts are hidden, because they would tell a single price.
    hidden: bool,
}

/// A line whose variances of timing do not cancel out within the fiscal year.
#[derive(Clone, SimpleObject)]
pub struct VarianceTimingImbalance {
    /// Code of the cost centre.
    cost_centre: String,
    /// Code of the account.
    account: String,
    /// Code of the tower.
    tower: Option<String>,
    /// Code of the site.
    site: Option<String>,
    /// What is left of them; positive is favourable so far. Null when the caller may not see prices.
    net: Option<Money>,
    /// Whether the fiscal year is over, so that it was no matter of timing.
    unresolved: bool,
}

/// What was posted to period 13 of a fiscal year: adjustments of the year as a whole, which are of no month.
#[derive(Clone, SimpleObject)]
pub struct VarianceAdjustments {
    /// How much, at the rates of the last period. Null where it would tell a single price.
    amount: Option<Money>,
    /// How many postings it is of.
    postings: usize,
    /// Whether rows and total have them, as they do where they are asked for through period 13.
    counted: bool,
}

/// A plan held against what came about. The rows add up to the total in every column.
pub struct VarianceAnswer {
    answer: Answer,
    view: MoneyView,
    as_of: Date,
    rows: Vec<VarianceRow>,
    total: VarianceRow,
    sees_prices: bool,
}

/// A plan held against what came about. The rows add up to the total in every column.
#[Object(name = "BudgetVarianceReport")]
impl VarianceAnswer {
    /// What was planned.
    async fn plan(&self) -> BudgetVersion {
        Record::whole(self.answer.plan.clone()).into()
    }

    /// What it is held against.
    async fn actual(&self) -> BudgetVersion {
        Record::whole(self.answer.actual.clone()).into()
    }

    /// The first period.
    async fn from_period(&self) -> i32 {
        self.answer.periods.0
    }

    /// The last period.
    async fn through_period(&self) -> i32 {
        self.answer.periods.1
    }

    /// Why nothing is known of what was planned, so that plan, variance and bridge are null. Null where the plan has lines
    /// in the view.
    async fn unplanned(&self) -> Option<&str> {
        self.answer.unplanned.as_deref()
    }

    /// The open periods that nothing is posted in yet: no amount has any part of them. In a closed one nothing was
    /// spent.
    async fn unposted_periods(&self) -> &BTreeSet<u32> {
        &self.answer.report.unposted
    }

    /// Period 13, the adjustments of the year as a whole.
    async fn adjustments(&self) -> VarianceAdjustments {
        let (amount, postings) = self.answer.report.adjustments;
        let is_shown = self.sees_prices || postings != 1;
        VarianceAdjustments {
            amount: is_shown.then(|| money(amount, self.answer.report.reporting)),
            postings,
            counted: self.answer.counts_adjustments(),
        }
    }

    /// The view of all amounts.
    async fn view(&self) -> MoneyView {
        self.view
    }

    /// The currency of all amounts, which is that of the plan.
    async fn currency(&self) -> &'static str {
        self.answer.report.reporting.code()
    }

    /// The day from which it is seen.
    async fn as_of(&self) -> Date {
        self.as_of
    }

    /// One for each group, in the order of their values.
    async fn rows(&self) -> Items<VarianceRow> {
        Items(self.rows.clone())
    }

    /// All rows together.
    async fn total(&self) -> &VarianceRow {
        &self.total
    }

    /// Lines whose variances of timing do not cancel out: before the year is over they still can.
    async fn timing(&self) -> Vec<VarianceTimingImbalance> {
        let currency = self.answer.report.reporting;
        self.answer.timing.iter().map(|one| imbalance(one, currency, self.sees_prices)).collect()
    }

    /// How the total came about.
    async fn explain(&self) -> Explanation {
        let report = &self.answer.report;
        let mut explanation = Explanation::from(report.total.total.explain());
        if self.total.hidden || self.answer.unplanned.is_some() {
            explanation.inputs.clear();
        }
        explanation.assumptions.extend(self.answer.assumptions.iter().cloned());
        explanation.without(self.answer.excluded())
    }
}

fn imbalance(one: &TimingImbalance<TimedLine>, currency: Currency, sees: bool) -> VarianceTimingImbalance {
    let (cost_centre, account, tower, site) = one.line.clone();
    VarianceTimingImbalance {
        cost_centre,
        account,
        tower,
        site,
        net: sees.then(|| money(one.net, currency)),
        unresolved: one.state == TimingState::Unresolved,
    }
}

fn bridge(bridge: &Bridge, currency: Currency, is_hidden: bool) -> VarianceBridge {
    let shown = |amount| (!is_hidden).then(|| money(amount, currency));
    let reasons = bridge.gaps.iter();
    VarianceBridge {
        volume: shown(bridge.volume),
        price: shown(bridge.price),
        exchange: shown(bridge.exchange),
        undivided: shown(bridge.undivided),
        reasons: reasons
            .map(|(gap, lines)| VarianceBridgeReason { reason: gap.reason().to_owned(), lines: *lines })
            .collect(),
    }
}

fn row(answer: &Answer, row: &ReportRow, said: &[VarianceExplanation], is_hidden: bool) -> VarianceRow {
    let currency = answer.report.reporting;
    let shown = |amount| (!is_hidden).then(|| money(amount, currency));
    let is_planned = answer.unplanned.is_none();
    let against = |amount| shown(amount).filter(|_| is_planned);
    let variance = |variance| match is_planned {
        true => BudgetVariance::new(variance, is_hidden),
        false => BudgetVariance::unknown(),
    };
    let drivers = row.review.drivers.iter().map(|(driver, amount)| VarianceDriverSum {
        driver: VarianceDriver::from(*driver),
        amount: shown(*amount),
    });
    let places: Vec<_> = answer.explained_of(&row.group).map(|explained| explained.row.id).collect();
    let explanations = answer
        .explained
        .iter()
        .zip(said)
        .filter(|(explained, _)| places.contains(&explained.row.id))
        .map(|(_, said)| said.clone());
    VarianceRow {
        group: group(&answer.dimensions, &row.group),
        plan: against(row.totals.plan),
        actual: shown(row.totals.actual),
        actual_at_plan_rates: shown(row.totals.at_plan_rates),
        variance: variance(&row.total),
        operating: variance(&row.operating),
        bridge: bridge(&row.bridge, currency, is_hidden || !is_planned),
        material: is_planned && row.review.material,
        explanation_due: is_planned && row.review.is_open(),
        drivers: drivers.collect(),
        unexplained: against(row.review.unexplained),
        over_explained: is_planned && row.review.is_over_explained(),
        explanations: explanations.collect(),
        lines: row.planned + row.posted,
        hidden: is_hidden,
    }
}

/// Queries of variances.
#[derive(Default)]
pub struct VarianceQuery;

/// Queries of variances.
#[Object]
impl VarianceQuery {
    /// Holds a version of a budget against the plan over some periods: how far apart they are, by which causes, and
    /// what people said about it. Needs the right to see sums.
    #[graphql(complexity = "1_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn budget_variance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was planned, by its id.")] plan: Id<BudgetVersionId>,
        #[graphql(desc = "What it is held against, by its id: actual figures, a forecast, a scenario.")]
        actual: Id<BudgetVersionId>,
        #[graphql(default = 1, desc = "The first period, 1 to 12; 13 are the adjustments.")] from_period: i32,
        #[graphql(
            desc = "The last period; 13 for the year with its adjustments. Left out: of actual figures the last closed one, of \
                    others the last of the year."
        )]
        through_period: Option<i32>,
        #[graphql(default_with = "MoneyView::Pnl", desc = "The view: views are never added to each other.")]
        view: MoneyView,
        #[graphql(desc = "What rows are kept apart by; cost centre and account when left out.")]
        group_by: Option<Vec<BudgetDimension>>,
        #[graphql(default_with = "BudgetOrientation::Cost", desc = "Whether the lines are costs or sales.")]
        orientation: BudgetOrientation,
        #[graphql(name = "tolerance", desc = "How far from plan is still on plan; nothing when left out.")]
        tolerated: Option<VarianceTolerance>,
        #[graphql(
            name = "materiality",
            desc = "From which size on a variance has to be explained; 5 % of the plan when left out."
        )]
        thresholds: Option<VarianceMateriality>,
        #[graphql(
            default_with = "RateKind::Average",
            desc = "Which recorded rates actual figures are converted with."
        )]
        rate_kind: RateKind,
        #[graphql(
            default_with = "Reorganisation::FromDay",
            desc = "What is done with lines of codes that another took the place of."
        )]
        reorganisation: Reorganisation,
        #[graphql(desc = "The day from which it is seen; today when left out.")] as_of: Option<Date>,
    ) -> Result<VarianceAnswer> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let caller = caller(ctx)?;
        let as_of = as_of.unwrap_or(Date(caller.now.date_naive()));
        let dimensions =
            group_by.unwrap_or_else(|| vec![BudgetDimension::CostCentre, BudgetDimension::Account]);
        let question = Question {
            plan: *plan,
            actual: *actual,
            from: from_period,
            through: through_period,
            view: view.into(),
            dimensions: distinct(dimensions),
            orientation: orientation.into(),
            tolerance: tolerance(tolerated.as_ref())?,
            materiality: materiality(thresholds)?,
            rate_kind: rate_kind.into(),
            reorganisation: reorganisation.into(),
            as_of: as_of.0,
        };
        let answer = variances::ask(&reader, &question).await?;
        let sees_prices = caller.may(Permission::ViewPrices);
        Ok(shown(answer, view, as_of, sees_prices))
    }
}

fn shown(answer: Answer, view: MoneyView, as_of: Date, sees_prices: bool) -> VarianceAnswer {
    let (masks, is_single) = answer.masks(sees_prices);
    let models = answer.explained.iter().map(|explained| explained.row.clone()).collect();
    let said: Vec<VarianceExplanation> =
        Record::all_whole(models).into_iter().map(VarianceExplanation::from).collect();
    let rows = answer.report.rows.iter().zip(masks).map(|(one, mask)| row(&answer, one, &said, mask));
    let rows = rows.collect();
    let total = row(&answer, &answer.report.total, &said, is_single);
    VarianceAnswer { rows, total, answer, view, as_of, sees_prices }
}
