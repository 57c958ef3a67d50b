//! Recording what was used, as clients do.

use std::collections::BTreeMap;

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{capacity::capacity_pool, id::CapacityPoolId};
use rust_decimal::Decimal;

use super::{pools::CapacityPool, words::CapacityUnit};
use crate::{
    access::Permission,
    capacity::{
        observations::{self, Given, Outcome, Refused, Sifted},
        prometheus,
    },
    error::{Error, Result},
    schema::{
        record::Record,
        request::change,
        scalar::{Id, Lenient, Moment},
    },
    store::Tx,
};

/// What was used at an instant.
#[derive(Clone, Debug, InputObject)]
pub struct CapacityObservationInput {
    /// When, kept to the microsecond. Not before 2000 and not in the future. Each has one: null, or left out, is refused.
    pub at: Lenient<Moment>,
    /// How much, not below 0. Kept to six decimals of the unit of the pool, half a millionth rounded up. Each has one: null,
    /// or left out, is refused.
    pub value: Lenient<Decimal>,
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
    /// How many observations were left out because they are bad, where the good ones are kept.
    refused_count: usize,
    /// The first 100 of them, each with its instant and the rule. Not told again for a request that arrives again.
    refused: Vec<RefusedCapacityObservation>,
    /// What is odd about the good ones where these are kept without the others, such as zeros between values: some
    /// sources write 0 where they measured nothing.
    findings: Vec<String>,
}

/// An observation that was left out while the rest was kept.
#[derive(SimpleObject)]
pub struct RefusedCapacityObservation {
    /// When. Null where that is no instant.
    at: Option<Moment>,
    /// The values and the rule.
    message: String,
}

/// Bad observations that are told.
const MOST_REFUSED: usize = 100;

impl RecordedCapacityObservations {
    fn new(pool: capacity_pool::Model, sifted: Sifted) -> Self {
        let Sifted { outcome, refused, findings } = sifted;
        let refused_count = refused.len();
        let told = refused.into_iter().take(MOST_REFUSED);
        Self {
            pool: Record::whole(pool).into(),
            recorded: outcome.recorded,
            repeated: outcome.repeated,
            gaps: 0,
            warnings: Vec::new(),
            refused_count,
            refused: told.map(|Refused { at, message }| RefusedCapacityObservation { at, message }).collect(),
            findings,
        }
    }
}

/// Records under a key, or says that all was there already.
async fn record(
    tx: &Tx,
    pool: CapacityPoolId,
    unit: CapacityUnit,
    given: &[Given],
    (field, key): (&str, Option<String>),
) -> Result<(capacity_pool::Model, Outcome)> {
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

/// Records those that are good under a key, or says that all was there already.
async fn record_good(
    tx: &Tx,
    pool: CapacityPoolId,
    unit: CapacityUnit,
    given: &[Given],
    key: Option<String>,
) -> Result<(capacity_pool::Model, Sifted)> {
    let outcome = Outcome { recorded: 0, repeated: given.len() };
    let mut sifted = Sifted { outcome, ..Sifted::default() };
    let input = (pool, unit, given);
    let pool = tx
        .once("recordGoodCapacityObservations", key, &input, async || {
            let (pool, recorded) = observations::record_good(tx, pool, unit.into(), given).await?;
            sifted = recorded;
            Ok(pool)
        })
        .await?;
    Ok((pool, sifted))
}

/// Changes of observations.
#[derive(Default)]
pub struct ObservationMutation;

/// Changes of observations.
#[Object]
impl ObservationMutation {
    /// Records what was used of a pool, all or nothing unless `keepGood` says otherwise. An instant that has the same value
    /// already is taken once; one that has another value is refused.
    async fn record_capacity_observations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id of the pool.")] pool: Id<CapacityPoolId>,
        #[graphql(
            desc = "What the values are counted in; turned into the unit of the pool by the exact factor."
        )]
        unit: CapacityUnit,
        #[graphql(desc = "The observations, at most 10,000.")] observations: Vec<CapacityObservationInput>,
        #[graphql(
            default = false,
            desc = "Whether the good ones are kept where some are bad; these are told in `refused`."
        )]
        keep_good: bool,
        #[graphql(desc = "Of the caller's choosing: a request that arrives again under it changes nothing.")]
        idempotency_key: Option<String>,
    ) -> Result<RecordedCapacityObservations> {
        let (pool, sifted) = change(ctx, Permission::EditInventory, async |tx| {
            require_some(observations.len())?;
            let (given, mut refused) = read_rows(&observations, keep_good)?;
            if keep_good {
                let (pool, mut sifted) = record_good(tx, *pool, unit, &given, idempotency_key).await?;
                sifted.refused.append(&mut refused);
                sifted.refused.sort_by_key(|refused| refused.at);
                return Ok((pool, sifted));
            }
            let field = ("observations", idempotency_key);
            let (pool, outcome) = record(tx, *pool, unit, &given, field).await?;
            Ok((pool, Sifted { outcome, ..Sifted::default() }))
        })
        .await?;
        Ok(RecordedCapacityObservations::new(pool, sifted))
    }

    /// Records what Prometheus answers to `query_range`. Points that are bad are left out and told in `refused`, the rest is
    /// kept.
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
        let (pool, sifted, answered) = change(ctx, Permission::EditInventory, async |tx| {
            let mut answered = prometheus::read(&json, &labels)?;
            let given = &answered.observations;
            let (pool, mut sifted) = record_good(tx, *pool, unit, given, idempotency_key).await?;
            sifted.refused.append(&mut answered.refused);
            sifted.refused.sort_by_key(|refused| refused.at);
            Ok((pool, sifted, answered))
        })
        .await?;
        let told = RecordedCapacityObservations::new(pool, sifted);
        Ok(RecordedCapacityObservations { gaps: answered.gaps, warnings: answered.warnings, ..told })
    }
}

/// The rows that can be read, and the others where the good ones are kept without them.
fn read_rows(
    observations: &[CapacityObservationInput],
    keep_good: bool,
) -> Result<(Vec<Given>, Vec<Refused>)> {
    let (mut given, mut refused) = (Vec::with_capacity(observations.len()), Vec::new());
    for (index, row) in observations.iter().enumerate() {
        let (field, rule) = match (&row.at.0, &row.value.0) {
            (Ok(at), Ok(value)) => {
                given.push(Given { at: *at, value: *value });
                continue;
            }
            (Err(rule), _) => ("at", rule),
            (Ok(_), Err(rule)) => ("value", rule),
        };
        let field = format!("observations[{index}].{field}");
        if !keep_good {
            return Err(Error::invalid(field, rule));
        }
        refused.push(Refused { at: row.at.0.as_ref().ok().copied(), message: format!("{field}: {rule}") });
    }
    Ok((given, refused))
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
