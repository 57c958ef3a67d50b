//! Where a year will end, as clients see it.

use std::collections::BTreeSet;

use async_graphql::{Context, Object, SimpleObject};
use entity::id::BudgetVersionId;
use forecasting::{
    budget::{OutlookGap, YearRow},
    explain,
    money::Currency,
};
use rust_decimal::Decimal;

use super::{
    actual_postings::ActualPosting,
    budget_versions::BudgetVersion,
    budget_words::{
        BudgetDimension, BudgetGroupValue, BudgetVariance, Reorganisation, VarianceTolerance, distinct,
        group, money, tolerance,
    },
    exchange_rates::RateKind,
};
use crate::{
    access::Permission,
    error::{Error, Result},
    finance::{
        outlooks::{self, Answer, Question},
        places::refused,
    },
    roadmap::{graphql::MoneyView, masking::hidden},
    schema::{
        explain::Explanation,
        record::Record,
        request::{caller, read},
        rows::Items,
        scalar::{Date, Id, Money},
    },
};

/// Where a group ends. What is not known is null, with the reason in `gaps`.
#[derive(Clone, SimpleObject)]
pub struct BudgetOutlookRow {
    /// What it has in each dimension; nothing in the total.
    group: Vec<BudgetGroupValue>,
    /// Plan of the whole year.
    plan: Option<Money>,
    /// What the periods that are over came to, without those that nothing is posted in yet.
    actual: Option<Money>,
    /// What was posted to period 13, the adjustments of the year: part of the outlook, and of no run rate.
    adjustments: Option<Money>,
    /// Part of it that happened once. Null where it would tell a single price.
    one_off: Option<Money>,
    /// Forecast of the periods to come, and of those that nothing is posted in yet.
    remaining_forecast: Option<Money>,
    /// The periods so far that something is posted in, stretched over the whole year.
    run_rate: Option<Money>,
    /// The same without what happened once: the level that the year runs at.
    normalised_run_rate: Option<Money>,
    /// What the periods so far came to, the forecast of the others and the adjustments: the figure to report.
    outlook: Option<Money>,
    /// The outlook against the plan.
    variance: Option<BudgetVariance>,
    /// What is not known; each is a sentence.
    gaps: Vec<String>,
    /// How many lines and postings are behind it.
    lines: usize,
    /// Whether amounts are hidden, because they would tell a single price.
    hidden: bool,
}

/// What is promised in a fiscal year already.
#[derive(Clone, SimpleObject)]
pub struct BudgetCommitted {
    /// How much, at the rates of the plan. Null where nothing is recorded, or where it would tell a single price.
    amount: Option<Money>,
    /// Postings in the view of commitment.
    postings: usize,
    /// Why there is no amount.
    reason: Option<String>,
}

/// What spending a fraction less than planned would take.
#[derive(Clone, SimpleObject)]
pub struct BudgetCut {
    /// What the year may come to.
    target: Money,
    /// How far the outlook is above it; not above zero where the year ends below it anyway.
    to_save: Money,
    /// That as a fraction of what is still to come, to four decimals; null where nothing is. Above one, no cut of
    /// what is to come is enough.
    share_of_remaining: Option<Decimal>,
}

/// Where a fiscal year will end: run rate, run rate without what happened once, and outlook side by side.
pub struct OutlookAnswer {
    answer: Answer,
    dimensions: Vec<forecasting::budget::Dimension>,
    view: MoneyView,
    as_of: Date,
    sees_prices: bool,
}

impl OutlookAnswer {
    fn total_hidden(&self) -> bool {
        !self.sees_prices && self.answer.report.total.fewest() < 2
    }

    /// Whether what happened once in a row is shown: to those who see prices, or where it tells none.
    fn shows_once(&self, row: &YearRow) -> bool {
        let is_total = row.group.is_empty() && self.answer.one_offs.len() > 1;
        self.sees_prices || self.answer.one_offs.is_empty() || is_total
    }

    fn row(&self, row: &YearRow, is_hidden: bool) -> BudgetOutlookRow {
        let currency = self.answer.report.reporting;
        let shown =
            |amount: Option<Decimal>| amount.filter(|_| !is_hidden).map(|amount| money(amount, currency));
        let outlook = &row.outlook;
        // What happened once may be a single posting.
        let once = |amount: Option<Decimal>| shown(amount.filter(|_| self.shows_once(row)));
        BudgetOutlookRow {
            group: group(&self.dimensions, &row.group),
            plan: shown(row.plan),
            actual: shown(row.actual),
            adjustments: shown(Some(row.adjustments)),
            one_off: once(Some(row.one_off)),
            remaining_forecast: shown(row.remaining),
            run_rate: shown(outlook.run_rate),
            normalised_run_rate: once(outlook.normalised_run_rate),
            outlook: shown(outlook.outlook),
            variance: outlook.variance.as_ref().map(|variance| BudgetVariance::new(variance, is_hidden)),
            gaps: outlook.gaps.iter().map(gap).collect(),
            lines: row.lines.into_iter().sum(),
            hidden: is_hidden,
        }
    }
}

fn gap(gap: &OutlookGap) -> String {
    let of = |what: &str, month: &Option<forecasting::month::Month>| match month {
        Some(month) => format!("the month {month} has no {what}"),
        None => format!("there is no {what}"),
    };
    match gap {
        OutlookGap::NothingElapsed => "no period is over yet, so there is no run rate".to_owned(),
        OutlookGap::Plan(month) => of("plan", month),
        OutlookGap::Actual(month) => of("actual figure", month),
        OutlookGap::Forecast(month) => of("forecast", month),
        OutlookGap::Unposted(month) => format!(
            "nothing is posted in the month {month} yet: run rates leave it out, and the outlook has its forecast"
        ),
    }
}

/// Where a fiscal year will end: run rate, run rate without what happened once, and outlook side by side.
#[Object(name = "BudgetOutlook")]
impl OutlookAnswer {
    /// What was approved.
    async fn plan(&self) -> BudgetVersion {
        Record::whole(self.answer.plan.clone()).into()
    }

    /// What came about.
    async fn actual(&self) -> BudgetVersion {
        Record::whole(self.answer.actual.clone()).into()
    }

    /// What is expected of the periods to come.
    async fn forecast(&self) -> BudgetVersion {
        Record::whole(self.answer.forecast.clone()).into()
    }

    /// The last period that is over; 0 for none.
    async fn through_period(&self) -> i32 {
        self.answer.through
    }

    /// The periods that are over and that nothing is posted in yet: run rates leave them out, and the outlook has their
    /// forecast.
    async fn unposted_periods(&self) -> &BTreeSet<u32> {
        &self.answer.report.unposted
    }

    /// The view of all amounts, but for what is committed.
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
    async fn rows(&self) -> Items<BudgetOutlookRow> {
        let rows = &self.answer.report.rows;
        let counts: Vec<usize> = rows.iter().map(YearRow::fewest).collect();
        let masks = if self.sees_prices { vec![false; counts.len()] } else { hidden(&counts) };
        Items(rows.iter().zip(masks).map(|(row, mask)| self.row(row, mask)).collect())
    }

    /// All rows together.
    async fn total(&self) -> BudgetOutlookRow {
        self.row(&self.answer.report.total, self.total_hidden())
    }

    /// What is promised in the fiscal year already: the actual figures in the view of commitment.
    async fn committed(&self) -> BudgetCommitted {
        let currency: Currency = self.answer.report.reporting;
        match self.answer.committed {
            Some((amount, postings)) => BudgetCommitted {
                amount: (self.sees_prices || postings > 1).then(|| money(amount, currency)),
                postings,
                reason: None,
            },
            None => BudgetCommitted {
                amount: None,
                postings: 0,
                reason: Some("no posting is in the view of commitment".to_owned()),
            },
        }
    }

    /// Postings of these periods that happened once, in the order in which they were recorded.
    async fn one_offs(&self) -> Vec<ActualPosting> {
        Record::all_whole(self.answer.one_offs.clone()).into_iter().map(ActualPosting::from).collect()
    }

    /// What it would take to spend a fraction less than planned. Null where plan, outlook or forecast are not known.
    async fn cut(
        &self,
        #[graphql(desc = "The fraction: 0.07 is 7 %.")] rate: Decimal,
    ) -> Result<Option<BudgetCut>> {
        let report = &self.answer.report;
        let cut = report.total.cut(rate, report.reporting).map_err(|cause| refused("rate", cause))?;
        Ok(cut.filter(|_| !self.total_hidden()).map(|cut| BudgetCut {
            target: money(cut.target, report.reporting),
            to_save: money(cut.to_save, report.reporting),
            share_of_remaining: cut.share_of_remaining.map(|share| share.round_dp(4)),
        }))
    }

    /// How the total came about.
    async fn explain(&self) -> Explanation {
        let total = &self.answer.report.total;
        let told = |amount: Option<Decimal>| {
            amount.map_or_else(|| "unknown".to_owned(), |amount| amount.normalize().to_string())
        };
        let mut explanation = explain::Explanation::new(
            "actual of the periods that are over + forecast of the others + adjustments; run rate = actual / periods \
             that something is posted in x 12",
        )
        .input("periods that are over", self.answer.through);
        if !self.total_hidden() {
            explanation = explanation
                .input("actual", told(total.actual))
                .input("adjustments of the year", told(Some(total.adjustments)))
                .input("remaining forecast", told(total.remaining))
                .input("plan of the year", told(total.plan));
        }
        if !self.total_hidden() && self.shows_once(total) {
            explanation = explanation.input("one-off part of what came about", told(Some(total.one_off)));
        }
        for assumption in &self.answer.assumptions {
            explanation = explanation.assume(assumption.clone());
        }
        Explanation::from(explanation.estimate("periods to come are forecast"))
            .without(total.outlook.gaps.iter().map(gap))
    }
}

/// Queries of outlooks.
#[derive(Default)]
pub struct OutlookQuery;

/// Queries of outlooks.
#[Object]
impl OutlookQuery {
    /// Where a fiscal year will end. Needs the right to see sums. It goes by what was posted and by versions of budgets,
    /// and computes nothing anew, so that it takes no scenario: one comes in by a version of the kind SCENARIO that
    /// `draftBudgetFromRoadmap` drafts under it, as `forecast`.
    #[graphql(complexity = "1_000 + child_complexity")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn budget_outlook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was approved, by its id.")] plan: Id<BudgetVersionId>,
        #[graphql(desc = "The actual figures, by the id of their version.")] actual: Id<BudgetVersionId>,
        #[graphql(
            desc = "What is expected of the periods to come, by its id: a forecast, a scenario or another plan; the plan when left out."
        )]
        forecast: Option<Id<BudgetVersionId>>,
        #[graphql(desc = "The last period that is over, 0 to 12; the last closed one when left out.")]
        through_period: Option<i32>,
        #[graphql(default_with = "MoneyView::Pnl", desc = "The view: views are never added to each other.")]
        view: MoneyView,
        #[graphql(desc = "What rows are kept apart by; the cost centre when left out.")] group_by: Option<
            Vec<BudgetDimension>,
        >,
        #[graphql(name = "tolerance", desc = "How far from plan is still on plan; nothing when left out.")]
        tolerated: Option<VarianceTolerance>,
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
    ) -> Result<OutlookAnswer> {
        let reader = read(ctx, Permission::ViewTotals)?;
        let caller = caller(ctx)?;
        let as_of = as_of.unwrap_or(Date(caller.now.date_naive()));
        let by = group_by.unwrap_or_else(|| vec![BudgetDimension::CostCentre]);
        if by.contains(&BudgetDimension::Period) {
            return Err(Error::invalid("groupBy", "a year is not looked ahead to period by period"));
        }
        let question = Question {
            plan: *plan,
            actual: *actual,
            forecast: forecast.map(|id| *id),
            through: through_period,
            view: view.into(),
            dimensions: distinct(by),
            tolerance: tolerance(tolerated.as_ref())?,
            rate_kind: rate_kind.into(),
            reorganisation: reorganisation.into(),
            as_of: as_of.0,
        };
        let answer = outlooks::ask(&reader, &question).await?;
        let sees_prices = caller.may(Permission::ViewPrices);
        Ok(OutlookAnswer { answer, dimensions: question.dimensions, view, as_of, sees_prices })
    }
}
