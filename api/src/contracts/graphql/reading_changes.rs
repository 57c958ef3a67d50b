//! Changes of readings of power.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    contracts::colocation_reading,
    id::{ColocationCircuitId, ColocationDeploymentId, ColocationReadingId},
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::colocation_readings::ColocationReading;
use crate::{
    access::Permission,
    contracts::colocation_readings,
    error::{Error, Result},
    schema::{
        bulk::{self, RowError, each, require_rows},
        patch::{patch, patch_with},
        record::Record,
        request::change,
        scalar::{Id, Moment, rate},
    },
    store::Tx,
};

/// A reading to record.
#[derive(Clone, Debug, InputObject)]
pub struct NewColocationReading {
    /// The deployment.
    pub deployment: Id<ColocationDeploymentId>,
    /// The circuit. Null: the deployment as a whole, metered at one moment over all its circuits.
    pub circuit: Option<Id<ColocationCircuitId>>,
    /// The moment at which the period begins.
    pub starts_at: Moment,
    /// The moment at which the period ends.
    pub ends_at: Moment,
    /// The highest draw within the period, in kilowatts. Peaks of single circuits are never added up: they may not be at one moment.
    pub peak_kilowatts: Option<Decimal>,
    /// The average draw over the period, in kilowatts.
    pub average_kilowatts: Option<Decimal>,
    /// The energy over the period, in kilowatt-hours.
    pub kilowatt_hours: Option<Decimal>,
    /// Where the record came from, such as the file of an import.
    pub source: Option<String>,
}

impl TryFrom<NewColocationReading> for colocation_reading::ActiveModel {
    type Error = Error;

    fn try_from(new: NewColocationReading) -> Result<Self> {
        Ok(Self {
            deployment_id: Set(*new.deployment),
            circuit_id: Set(new.circuit.map(|id| *id)),
            starts_at: Set(entity::moment(new.starts_at)),
            ends_at: Set(entity::moment(new.ends_at)),
            peak_kilowatts: Set(new.peak_kilowatts.map(|value| rate(value, "peakKilowatts")).transpose()?),
            average_kilowatts: Set(new
                .average_kilowatts
                .map(|value| rate(value, "averageKilowatts"))
                .transpose()?),
            kilowatt_hours: Set(new.kilowatt_hours.map(|value| rate(value, "kilowattHours")).transpose()?),
            source: Set(new.source),
            ..Default::default()
        })
    }
}

/// What of a power reading may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ColocationReadingChanges {
    /// The highest draw within the period, in kilowatts. Peaks of single circuits are never added up: they may not be at one moment.
    pub peak_kilowatts: MaybeUndefined<Decimal>,
    /// The average draw over the period, in kilowatts.
    pub average_kilowatts: MaybeUndefined<Decimal>,
    /// The energy over the period, in kilowatt-hours.
    pub kilowatt_hours: MaybeUndefined<Decimal>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

impl ColocationReadingChanges {
    fn apply(self, row: &mut colocation_reading::ActiveModel) -> Result<()> {
        patch_with(&mut row.peak_kilowatts, self.peak_kilowatts, |value| rate(value, "peakKilowatts"))?;
        patch_with(&mut row.average_kilowatts, self.average_kilowatts, |value| {
            rate(value, "averageKilowatts")
        })?;
        patch_with(&mut row.kilowatt_hours, self.kilowatt_hours, |value| rate(value, "kilowattHours"))?;
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// What became of one row of power readings.
#[derive(SimpleObject)]
pub struct RecordedColocationReading {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The power reading as it is recorded now.
    colocation_reading: Option<ColocationReading>,
    /// Why it was refused.
    error: Option<RowError>,
}

async fn record_one(tx: &Tx, new: NewColocationReading) -> Result<colocation_reading::Model> {
    colocation_readings::record(tx, new.try_into()?).await
}

/// Changes of power readings.
#[derive(Default)]
pub struct ColocationReadingMutation;

/// Changes of power readings.
#[Object]
impl ColocationReadingMutation {
    /// Records what was drawn over a period.
    async fn record_colocation_reading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewColocationReading,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<ColocationReading> {
        let recorded = change(ctx, Permission::EditContracts, async |tx| {
            tx.once("recordColocationReading", idempotency_key, &input, async || {
                colocation_readings::record(tx, input.clone().try_into()?).await
            })
            .await
        })
        .await?;
        Ok(Record::whole(recorded).into())
    }

    /// Records many readings, each by itself: what is refused undoes only its own row.
    async fn record_colocation_readings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewColocationReading>,
    ) -> Result<Vec<RecordedColocationReading>> {
        let outcomes = change(ctx, Permission::EditContracts, async |tx| {
            require_rows("inputs", inputs.len())?;
            each(tx, inputs, record_one).await
        })
        .await?;
        let rows = bulk::rows::<ColocationReading>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows
            .map(|(index, colocation_reading, error)| RecordedColocationReading {
                index,
                colocation_reading,
                error,
            })
            .collect())
    }

    /// Corrects a reading.
    async fn correct_colocation_reading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationReadingId>,
        #[graphql(desc = "What is to change.")] changes: ColocationReadingChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ColocationReading> {
        let changed = change(ctx, Permission::EditContracts, async |tx| {
            colocation_readings::update(tx, *id, expected_version, |row| changes.apply(row)).await
        })
        .await?;
        Ok(Record::whole(changed).into())
    }

    /// Removes a reading that should never have been recorded, and answers with its id.
    async fn remove_colocation_reading(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<ColocationReadingId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditContracts, async |tx| {
            colocation_readings::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
