//! Changes of recovery objectives.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    id::{ConfigurationItemId, RecoveryObjectiveId},
    recovery::recovery_objective,
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::objectives::RecoveryObjective;
use crate::{
    access::Permission,
    error::Result,
    recovery::{objectives, things},
    schema::{
        bulk::{self, RowError, each, require_rows},
        patch::{overlay, patch, patch_required, patch_with},
        record::Record,
        request::change,
        scalar::{Date, Id, rate},
    },
    store::Tx,
};

/// What may be said of a recovery objective, beside what it has to have. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RecoveryObjectiveDetails {
    /// Recovery time objective (RTO): minutes in which it has to be up again, at most 525,600.
    pub time_minutes: MaybeUndefined<i32>,
    /// Recovery point objective (RPO): minutes of data that may be lost.
    pub point_minutes: MaybeUndefined<i32>,
    /// Minutes it takes by itself, once all it needs is up.
    pub own_minutes: MaybeUndefined<i32>,
    /// Minutes that switching over to a passive twin takes on top of its own.
    pub failover_minutes: MaybeUndefined<i32>,
    /// Whether it holds data of its own; no where it was never said.
    pub bears_data: MaybeUndefined<bool>,
    /// Share of time it has to be up, from 0 to 1: 0.999.
    pub availability_target: MaybeUndefined<Decimal>,
    /// Share of time it was up by itself, from 0 to 1; outages of what it needs do not count.
    pub observed_availability: MaybeUndefined<Decimal>,
    /// Day of its last material change: a drill before it shows nothing any more.
    pub changed_on: MaybeUndefined<Date>,
    /// What else is to be said.
    pub note: MaybeUndefined<String>,
    /// Where the record comes from.
    pub source: MaybeUndefined<String>,
}

impl RecoveryObjectiveDetails {
    fn write(self, row: &mut recovery_objective::ActiveModel) -> Result<()> {
        patch(&mut row.time_minutes, self.time_minutes);
        patch(&mut row.point_minutes, self.point_minutes);
        patch(&mut row.own_minutes, self.own_minutes);
        patch(&mut row.failover_minutes, self.failover_minutes);
        patch_required(&mut row.bears_data, self.bears_data, "bearsData")?;
        patch_with(&mut row.availability_target, self.availability_target, |share| {
            rate(share, "availabilityTarget")
        })?;
        patch_with(&mut row.observed_availability, self.observed_availability, |share| {
            rate(share, "observedAvailability")
        })?;
        patch(&mut row.changed_on, self.changed_on);
        patch(&mut row.note, self.note);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// The recovery objective of an item; an item has one at most.
#[derive(Clone, Debug, InputObject)]
pub struct NewRecoveryObjective {
    /// The item, with its id as a service, an asset or whatever it is.
    pub item: ID,
    /// What else is to be said.
    #[graphql(default)]
    pub details: RecoveryObjectiveDetails,
}

impl NewRecoveryObjective {
    fn row(self, item: ConfigurationItemId) -> Result<recovery_objective::ActiveModel> {
        let mut row = recovery_objective::ActiveModel { item_id: Set(item), ..Default::default() };
        self.details.write(&mut row)?;
        if row.bears_data.is_not_set() {
            row.bears_data = Set(false);
        }
        Ok(row)
    }
}

/// What of a recovery objective may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RecoveryObjectiveChanges {
    /// What else is to be said.
    #[graphql(flatten)]
    pub details: RecoveryObjectiveDetails,
}

impl RecoveryObjectiveChanges {
    fn row(self) -> Result<recovery_objective::ActiveModel> {
        let mut row = recovery_objective::ActiveModel::default();
        self.details.write(&mut row)?;
        Ok(row)
    }
}

async fn record(tx: &Tx, input: NewRecoveryObjective) -> Result<recovery_objective::Model> {
    let item = things::item(tx, "item", &input.item).await?;
    objectives::record(tx, input.row(item)?).await
}

/// What became of one recovery objective.
#[derive(SimpleObject)]
pub struct RecordedRecoveryObjective {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The recovery objective as it is recorded now.
    recovery_objective: Option<RecoveryObjective>,
    /// Why it was refused.
    error: Option<RowError>,
}

/// Changes of recovery objectives.
#[derive(Default)]
pub struct ObjectiveMutation;

/// Changes of recovery objectives.
#[Object]
impl ObjectiveMutation {
    /// Records the recovery objective of an item: a service, an asset, a workload, or whatever can be depended on.
    async fn record_recovery_objective(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewRecoveryObjective,
    ) -> Result<RecoveryObjective> {
        let recorded = change(ctx, Permission::EditTopology, async |tx| record(tx, input).await);
        Ok(Record::whole(recorded.await?).into())
    }

    /// Records many recovery objectives, each by itself: what is refused undoes only its own row.
    async fn record_recovery_objectives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewRecoveryObjective>,
    ) -> Result<Vec<RecordedRecoveryObjective>> {
        let outcomes = change(ctx, Permission::EditTopology, async |tx| {
            require_rows("inputs", inputs.len())?;
            each(tx, inputs, record).await
        })
        .await?;
        let rows = bulk::rows::<RecoveryObjective>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows
            .map(|(index, recovery_objective, error)| RecordedRecoveryObjective {
                index,
                recovery_objective,
                error,
            })
            .collect())
    }

    /// Changes a recovery objective.
    async fn update_recovery_objective(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RecoveryObjectiveId>,
        #[graphql(desc = "What is to change.")] changes: RecoveryObjectiveChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RecoveryObjective> {
        let changed = change(ctx, Permission::EditTopology, async |tx| {
            let given = changes.row()?;
            objectives::update(tx, *id, expected_version, |row| overlay(row, &given)).await
        });
        Ok(Record::whole(changed.await?).into())
    }

    /// Removes a recovery objective and answers with its id: the item promises nothing any more.
    async fn remove_recovery_objective(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RecoveryObjectiveId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditTopology, async |tx| objectives::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
