//! Changes of power circuits under colocation contracts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    contracts::colocation_circuit,
    id::{ColocationChargeId, ColocationCircuitId, ColocationDeploymentId, RackId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{colocation_circuits::ColocationCircuit, decision_words::PowerFeed};
use crate::{
    access::Permission,
    contracts::colocation_circuits,
    error::{Error, Result},
    schema::{
        bulk::{self, RowError, each, require_rows},
        patch::{kept, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, rate},
    },
    store::Tx,
};

/// A circuit to add to a deployment.
#[derive(Clone, Debug, InputObject)]
pub struct NewColocationCircuit {
    /// The deployment it is part of.
    pub deployment: Id<ColocationDeploymentId>,
    /// The provider's reference, unique within the deployment.
    pub reference: String,
    /// The cabinet it feeds.
    pub cabinet: String,
    /// The pair of circuits that back each other up. Null: all circuits of its cabinet.
    pub pair: Option<String>,
    /// Which feed it hangs on. Null: not known.
    pub feed: Option<PowerFeed>,
    /// Voltage, from line to line where it has three phases.
    pub volts: Decimal,
    /// Amperes its breaker is rated for.
    pub amperes: Decimal,
    /// Phases, 1 or 3.
    #[graphql(default = 1)]
    pub phases: i32,
    /// The share of the rating that may be used for long, as a fraction, by rule of the region or the voltage: 0.8 in most of America and Asia, 1 in Europe.
    pub derate: Decimal,
    /// The rack that it feeds, where the inventory has it.
    pub rack: Option<Id<RackId>>,
    /// The charge of the price sheet that bills it.
    pub charge: Option<Id<ColocationChargeId>>,
    /// First day billed. Null: from the start of billing.
    pub billed_from_on: Option<Date>,
    /// Last day billed. Null: without end.
    pub billed_to_on: Option<Date>,
    /// Day on which its cabinet was given back. Null: in use.
    pub returned_on: Option<Date>,
    /// Where the record came from, such as the file of an import.
    pub source: Option<String>,
}

impl TryFrom<NewColocationCircuit> for colocation_circuit::ActiveModel {
    type Error = Error;

    fn try_from(new: NewColocationCircuit) -> Result<Self> {
        Ok(Self {
            deployment_id: Set(*new.deployment),
            reference: Set(new.reference),
            cabinet: Set(new.cabinet),
            pair: Set(new.pair),
            feed: Set(new.feed.map(Into::into)),
            volts: Set(rate(new.volts, "volts")?),
            amperes: Set(rate(new.amperes, "amperes")?),
            phases: Set(new.phases),
            derate: Set(rate(new.derate, "derate")?),
            rack_id: Set(new.rack.map(|id| *id)),
            charge_id: Set(new.charge.map(|id| *id)),
            billed_from_on: Set(new.billed_from_on.map(|date| date.0)),
            billed_to_on: Set(new.billed_to_on.map(|date| date.0)),
            returned_on: Set(new.returned_on.map(|date| date.0)),
            source: Set(new.source),
            ..Default::default()
        })
    }
}

/// What of a colocation circuit may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationCircuitChanges {
    /// The provider's reference, unique within the deployment.
    pub reference: MaybeUndefined<String>,
    /// The cabinet it feeds.
    pub cabinet: MaybeUndefined<String>,
    /// The pair of circuits that back each other up. Null: all circuits of its cabinet.
    pub pair: MaybeUndefined<String>,
    /// Which feed it hangs on. Null: not known.
    pub feed: MaybeUndefined<PowerFeed>,
    /// Voltage, from line to line where it has three phases.
    pub volts: MaybeUndefined<Decimal>,
    /// Amperes its breaker is rated for.
    pub amperes: MaybeUndefined<Decimal>,
    /// Phases, 1 or 3.
    pub phases: MaybeUndefined<i32>,
    /// The share of the rating that may be used for long, as a fraction, by rule of the region or the voltage: 0.8 in most of America and Asia, 1 in Europe.
    pub derate: MaybeUndefined<Decimal>,
    /// The rack that it feeds, where the inventory has it.
    pub rack: MaybeUndefined<Id<RackId>>,
    /// The charge of the price sheet that bills it.
    pub charge: MaybeUndefined<Id<ColocationChargeId>>,
    /// First day billed. Null: from the start of billing.
    pub billed_from_on: MaybeUndefined<Date>,
    /// Last day billed. Null: without end.
    pub billed_to_on: MaybeUndefined<Date>,
    /// Day on which its cabinet was given back. Null: in use.
    pub returned_on: MaybeUndefined<Date>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

impl ColocationCircuitChanges {
    fn apply(self, row: &mut colocation_circuit::ActiveModel) -> Result<()> {
        patch_required(&mut row.reference, self.reference, "reference")?;
        patch_required(&mut row.cabinet, self.cabinet, "cabinet")?;
        patch(&mut row.pair, self.pair);
        patch(&mut row.feed, self.feed);
        if let Some(value) = kept(self.volts, "volts")? {
            row.volts = Set(rate(value, "volts")?);
        }
        if let Some(value) = kept(self.amperes, "amperes")? {
            row.amperes = Set(rate(value, "amperes")?);
        }
        patch_required(&mut row.phases, self.phases, "phases")?;
        if let Some(value) = kept(self.derate, "derate")? {
            row.derate = Set(rate(value, "derate")?);
        }
        patch_with(&mut row.rack_id, self.rack, |id| Ok(*id))?;
        patch_with(&mut row.charge_id, self.charge, |id| Ok(*id))?;
        patch(&mut row.billed_from_on, self.billed_from_on);
        patch(&mut row.billed_to_on, self.billed_to_on);
        patch(&mut row.returned_on, self.returned_on);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// What became of one row of colocation circuits.
#[derive(SimpleObject)]
pub struct RecordedColocationCircuit {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The colocation circuit as it is recorded now.
    colocation_circuit: Option<ColocationCircuit>,
    /// Why it was refused.
    error: Option<RowError>,
}

async fn record_one(tx: &Tx, new: NewColocationCircuit) -> Result<colocation_circuit::Model> {
    colocation_circuits::record(tx, new.try_into()?).await
}

/// Changes of colocation circuits.
#[derive(Default)]
pub struct ColocationCircuitMutation;

/// Changes of colocation circuits.
#[Object]
impl ColocationCircuitMutation {
    /// Adds a power circuit to a deployment.
    async fn add_colocation_circuit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewColocationCircuit,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<ColocationCircuit> {
        let recorded = change(ctx, Permission::EditContracts, async |tx| {
            tx.once("addColocationCircuit", idempotency_key, &input, async || {
                colocation_circuits::record(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(recorded).into())
    }

    /// Adds many power circuits, each by itself: what is refused undoes only its own row.
    async fn add_colocation_circuits(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewColocationCircuit>,
    ) -> Result<Vec<RecordedColocationCircuit>> {
        let outcomes = change(ctx, Permission::EditContracts, async |tx| {
            require_rows("inputs", inputs.len())?;
            each(tx, inputs, record_one).await
        })
        .await?;
        let rows = bulk::rows::<ColocationCircuit>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows
            .map(|(index, colocation_circuit, error)| RecordedColocationCircuit {
                index,
                colocation_circuit,
                error,
            })
            .collect())
    }

    /// Changes a power circuit: its rating, its cabinet, when it is billed or was returned.
    async fn update_colocation_circuit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationCircuitId>,
        #[graphql(desc = "What is to change.")] changes: ColocationCircuitChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationCircuit> {
        let changed = change(ctx, Permission::EditContracts, async |tx| {
            colocation_circuits::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(changed).into())
    }

    /// Removes a power circuit without readings that was recorded by mistake, and answers with its id. One that was given back is changed instead.
    async fn remove_colocation_circuit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationCircuitId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditContracts, async |tx| {
            colocation_circuits::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
