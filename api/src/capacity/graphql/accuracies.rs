//! How far published forecasts were from what came, as clients see it.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::capacity::capacity_pool;
use forecasting::{
    capacity::scores::{Band, Score},
    month::Month as CalendarMonth,
};
use rust_decimal::Decimal;

use super::{pool_queries::CapacityPoolFilter, pools::CapacityPool};
use crate::{
    access::Permission,
    capacity::accuracies::{self, Accuracies, PoolScores, Question, Scores},
    error::Result,
    schema::{
        explain::{Explanation, ExplanationInput},
        filter::Filter,
        record::Record,
        request::{caller, read},
        scalar::{Date, Month},
    },
};

/// Months that are scored unless others are asked for.
const USUAL: i32 = 12;

/// Months from one to another.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct CapacityPeriod {
    /// The first month; eleven before the last when left out.
    from: Option<Month>,
    /// The last month; the last that is over when left out.
    to: Option<Month>,
}

/// How far forecasts were from what came.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityScore {
    /// Months that were compared; one that was forecast several times counts as often.
    months: u32,
    /// Sum of absolute errors over the sum of what came: 0.12 is 12 %. Null where nothing was compared or nothing came.
    wape: Option<Decimal>,
    /// What was forecast over what came, less one: above zero where forecasts were too high. Null as the WAPE is.
    bias: Option<Decimal>,
    /// Share of months that came to lie between P10 and P90; 0.8 is what that interval promises. Null where nothing was
    /// compared.
    coverage80: Option<Decimal>,
    /// Why something is null. Null where nothing is.
    reason: Option<String>,
}

/// How far forecasts that looked equally far ahead were from what came.
#[derive(Clone, Debug, SimpleObject)]
pub struct CapacityBandScore {
    /// The least months ahead.
    from_months_ahead: u32,
    /// The most months ahead. Null: without end.
    to_months_ahead: Option<u32>,
    /// How they did.
    score: CapacityScore,
}

fn shown(value: Decimal) -> Decimal {
    value.round_dp(6).normalize()
}

impl CapacityScore {
    fn of(score: Score, reason: Option<&str>) -> Self {
        let without_sums = score.wape.is_none();
        let own = match score.count {
            0 => "no month that was forecast so far ahead is complete",
            _ => "nothing was used in these months, so errors are no share of anything",
        };
        let reason = without_sums.then(|| reason.unwrap_or(own).to_owned());
        Self {
            months: u32::try_from(score.count).unwrap_or(u32::MAX),
            wape: score.wape.map(shown),
            bias: score.bias.map(shown),
            coverage80: score.coverage80.map(shown),
            reason,
        }
    }

    fn bands(scores: &Scores, reason: Option<&str>) -> Vec<CapacityBandScore> {
        let each = scores.bands.iter().map(|(band, score)| {
            let (from, to) = Band::months(*band);
            // What is said of all together is no reason of a band that has nothing to compare.
            let reason = reason.filter(|_| score.count > 0);
            CapacityBandScore {
                from_months_ahead: from,
                to_months_ahead: to,
                score: Self::of(*score, reason),
            }
        });
        each.collect()
    }
}

/// How far the forecasts of a pool were from what came.
pub struct CapacityPoolAccuracy {
    pool: Record<capacity_pool::Entity>,
    forecasts: usize,
    scores: Scores,
    reason: Option<String>,
}

/// How far the forecasts of a pool were from what came.
#[Object]
impl CapacityPoolAccuracy {
    /// The pool.
    async fn pool(&self) -> CapacityPool {
        self.pool.clone().into()
    }

    /// How many published forecasts have a month among those that are scored.
    async fn forecasts(&self) -> usize {
        self.forecasts
    }

    /// How they did in all.
    async fn score(&self) -> CapacityScore {
        CapacityScore::of(self.scores.all, self.reason.as_deref())
    }

    /// How they did by how far ahead they looked, the nearest first.
    async fn bands(&self) -> Vec<CapacityBandScore> {
        CapacityScore::bands(&self.scores, None)
    }
}

/// How far published forecasts were from what came.
pub struct ForecastAccuracy {
    question: Question,
    all: Scores,
    reason: Option<String>,
    pools: Vec<CapacityPoolAccuracy>,
}

impl ForecastAccuracy {
    fn new(found: Accuracies, question: Question) -> Self {
        let records = Record::all_whole(found.pools.iter().map(|it| it.pool.clone()).collect());
        let pools = found.pools.into_iter().zip(records).map(|(it, pool)| {
            let PoolScores { forecasts, scores, reason, .. } = it;
            CapacityPoolAccuracy { pool, forecasts, scores, reason }
        });
        Self { question, all: found.all, reason: found.reason, pools: pools.collect() }
    }
}

/// How far published forecasts were from what came.
#[Object]
impl ForecastAccuracy {
    /// The first month that is scored.
    async fn from(&self) -> Month {
        Month(self.question.from)
    }

    /// The last month that is scored.
    async fn to(&self) -> Month {
        Month(self.question.to)
    }

    /// The day it was asked on.
    async fn as_of(&self) -> Date {
        Date(self.question.as_of)
    }

    /// How forecasts of all pools together did. Errors of quantities in different units do not add up; coverage does.
    async fn score(&self) -> CapacityScore {
        CapacityScore::of(self.all.all, self.reason.as_deref())
    }

    /// How they did by how far ahead they looked, the nearest first.
    async fn bands(&self) -> Vec<CapacityBandScore> {
        CapacityScore::bands(&self.all, self.reason.as_deref())
    }

    /// Pool by pool, in the order of names.
    async fn pools(&self) -> &[CapacityPoolAccuracy] {
        &self.pools
    }

    /// How the figures came about.
    async fn explain(&self) -> Explanation {
        let input = |name: &str, value: String| ExplanationInput { name: name.to_owned(), value };
        let forecasts: usize = self.pools.iter().map(|pool| pool.forecasts).sum();
        Explanation {
            formula: "WAPE = Σ|came - P50| / Σ came; bias = Σ(P50 - came) / Σ came; coverage = share of months with \
                      P10 <= came <= P90"
                .to_owned(),
            inputs: vec![
                input("published forecasts", forecasts.to_string()),
                input("months compared", self.all.all.count.to_string()),
            ],
            assumptions: vec![
                "what came is the 95th percentile of the daily peaks of a month that is over and has an observation on 80 % \
                 of its days"
                    .to_owned(),
                "of several forecasts of one pool, day and method the first that was published counts".to_owned(),
            ],
            excluded: vec!["months that were over on the day from which a forecast saw the future".to_owned()],
            estimated: false,
        }
    }
}

/// Queries of accuracy.
#[derive(Default)]
pub struct AccuracyQuery;

/// Queries of accuracy.
#[Object]
impl AccuracyQuery {
    /// How far published forecasts were from what came, so that one can say how far to trust them.
    #[graphql(complexity = "1_000 + child_complexity")]
    async fn forecast_accuracy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which pools. Left out: all.")] filter: Option<CapacityPoolFilter>,
        #[graphql(
            desc = "The months that are scored, at most 120. Left out: the last twelve that are over."
        )]
        period: Option<CapacityPeriod>,
        #[graphql(desc = "What was observed or published later does not count; today when left out.")]
        as_of: Option<Date>,
    ) -> Result<ForecastAccuracy> {
        let reader = read(ctx, Permission::ViewInventory)?;
        let caller = caller(ctx)?;
        let as_of = as_of.map_or(caller.now.date_naive(), |day| day.0);
        crate::rules::require_plausible("asOf", Some(as_of))?;
        let period = period.unwrap_or_default();
        let to = period.to.map_or_else(|| CalendarMonth::of(as_of).plus(-1), |month| month.0);
        let from = period.from.map_or_else(|| to.plus(1 - USUAL), |month| month.0);
        let question = Question { from, to, as_of };
        let among = filter.unwrap_or_default().condition(caller)?;
        let found = accuracies::of(&reader, among, question).await?;
        Ok(ForecastAccuracy::new(found, question))
    }
}
