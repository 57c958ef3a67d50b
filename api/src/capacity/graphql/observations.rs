//! Recording what was used, as clients do.

use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::id::CapacityPoolId;
use rust_decimal::Decimal;

use super::{pools::CapacityPool, words::CapacityUnit};
use crate::{
    access::Permission,
    capacity::{
        observations::{self, Given, Outcome},
        prometheus,
    },
    error::{Error, Result},
    schema::{
        record::Record,
        request::change,
        scalar::{Id, Moment},
    },
    store::Tx,
};

/// What was used at an instant.
#[derive(Clone, Debug, InputObject)]
pub struct CapacityObservationInput {
    /// When, kept to the microsecond. Not in the future.
    pub at: Moment,
    /// How much, not below 0. Kept to six decimals of the unit of the pool, half a millionth rounded up.
    pub value: Decimal,
}

/// A label of a series.
#[derive(Clone, Debug, InputObject)]
pub struct PrometheusLabel {
    /// Its name, such as `instance`.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// What came of recording observations.
#[derive(SimpleObject)]
pub struct RecordedCapacityObservations {
    /// The pool.
    pool: CapacityPool,
    /// Observations that were new.
    recorded: usize,
    /// Observations that were there already with the same value, or were given twice.
    repeated: usize,
    /// Points that were no number: gaps stay gaps, and are never 0.
    gaps: usize,
    /// What the source warned of, in its words.
    warnings: Vec<String>,
}

/// Records under a key, or says that all was there already.
async fn record(
    tx: &Tx,
    pool: CapacityPoolId,
    unit: CapacityUnit,
    given: &[Given],
    (field, key): (&str, Option<String>),
) -> Result<(entity::capacity::capacity_pool::Model, Outcome)> {
    let mut outcome = Outcome { recorded: 0, repeated: given.len() };
    let input = (pool, unit, given);
    let pool = tx
        .once("recordCapacityObservations", key, &input, async || {
            let (pool, recorded) = observations::record(tx, pool, unit.into(), given, field).await?;
            outcome = recorded;
            Ok(pool)
        })
        .await?;
    Ok((pool, outcome))
}

/// Changes of observations.
#[derive(Default)]
pub struct ObservationMutation;

/// Changes of observations.
#[Object]
impl ObservationMutation {
    /// Records what was used of a pool, all or nothing. An instant that has the same value already is taken once; one that
    /// has another value is refused.
    async fn record_capacity_observations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the pool.")] pool: Id<CapacityPoolId>,
        #[graphql(
            desc = "What the values are counted in; turned into the unit of the pool by the exact factor."
        )]
        unit: CapacityUnit,
        #[graphql(desc = "The observations, at most 10,000.")] observations: Vec<CapacityObservationInput>,
        #[graphql(desc = "Of the caller's choosing: a request that arrives again under it changes nothing.")]
        idempotency_key: Option<String>,
    ) -> Result<RecordedCapacityObservations> {
        let (pool, outcome) = change(ctx, Permission::EditInventory, async |tx| {
            require_some(observations.len())?;
            let given = observations.iter().map(|given| Given { at: given.at, value: given.value });
            let given: Vec<Given> = given.collect();
            record(tx, *pool, unit, &given, ("observations", idempotency_key)).await
        })
        .await?;
        let (pool, Outcome { recorded, repeated }) = (Record::whole(pool).into(), outcome);
        Ok(RecordedCapacityObservations { pool, recorded, repeated, gaps: 0, warnings: Vec::new() })
    }

    /// Records what Prometheus answers to `query_range`, all or nothing, as `recordCapacityObservations` does.
    async fn import_prometheus(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the pool.")] pool: Id<CapacityPoolId>,
        #[graphql(
            desc = "What the values are counted in; turned into the unit of the pool by the exact factor."
        )]
        unit: CapacityUnit,
        #[graphql(desc = "The answer of Prometheus as it came, with one matrix of at most 11,000 points.")]
        json: String,
        #[graphql(desc = "Labels of the series that is meant, where the answer has several.")] labels: Option<
            Vec<PrometheusLabel>,
        >,
        #[graphql(desc = "Of the caller's choosing: a request that arrives again under it changes nothing.")]
        idempotency_key: Option<String>,
    ) -> Result<RecordedCapacityObservations> {
        let labels = labels.unwrap_or_default().into_iter().map(|label| (label.name, label.value));
        let labels: BTreeMap<String, String> = labels.collect();
        let (pool, outcome, answered) = change(ctx, Permission::EditInventory, async |tx| {
            let answered = prometheus::read(&json, &labels)?;
            let field = ("json.values", idempotency_key);
            let (pool, outcome) = record(tx, *pool, unit, &answered.observations, field).await?;
            Ok((pool, outcome, answered))
        })
        .await?;
        Ok(RecordedCapacityObservations {
            pool: Record::whole(pool).into(),
            recorded: outcome.recorded,
            repeated: outcome.repeated,
            gaps: answered.gaps,
            warnings: answered.warnings,
        })
    }
}

fn require_some(count: usize) -> Result<()> {
    if count == 0 {
        return Err(Error::invalid("observations", "has no rows"));
    }
    if count > observations::MOST {
        let message = format!("{count} observations are more than the {} of one request", observations::MOST);
        return Err(Error::TooMuch { field: "observations".to_owned(), message });
    }
    Ok(())
}
