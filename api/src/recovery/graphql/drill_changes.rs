//! Changes of recovery drills.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use entity::{
    id::{ConfigurationItemId, RecoveryDrillId},
    recovery::recovery_drill,
};
use sea_orm::ActiveValue::Set;

use super::{drills::RecoveryDrill, words::DrillKind};
use crate::{
    access::Permission,
    error::Result,
    recovery::{drills, things},
    schema::{
        patch::{kept, overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Date, Id, Moment},
    },
    store::Tx,
};

/// What may be said of a recovery drill, beside what it has to have. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RecoveryDrillDetails {
    /// When the outage was declared; together with `restoredAt` it says how long it took.
    pub declared_at: MaybeUndefined<Moment>,
    /// When what it was about was usable again.
    pub restored_at: MaybeUndefined<Moment>,
    /// Minutes from the declaration to being usable again (RTA).
    pub achieved_time_minutes: MaybeUndefined<i32>,
    /// Minutes between the last good data and the outage (RPA).
    pub achieved_point_minutes: MaybeUndefined<i32>,
    /// What went wrong.
    pub issues: MaybeUndefined<String>,
    /// Who accepted the result.
    pub signed_off_by: MaybeUndefined<String>,
    /// Where the record of it is kept: without one it proves nothing.
    pub evidence: MaybeUndefined<String>,
    /// Where the record comes from.
    pub source: MaybeUndefined<String>,
}

impl RecoveryDrillDetails {
    fn write(self, row: &mut recovery_drill::ActiveModel) -> Result<()> {
        patch(&mut row.declared_at, self.declared_at);
        patch(&mut row.restored_at, self.restored_at);
        patch(&mut row.achieved_time_minutes, self.achieved_time_minutes);
        patch(&mut row.achieved_point_minutes, self.achieved_point_minutes);
        patch(&mut row.issues, self.issues);
        patch(&mut row.signed_off_by, self.signed_off_by);
        patch(&mut row.evidence, self.evidence);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

/// A test of recovery.
#[derive(Clone, Debug, InputObject)]
pub struct NewRecoveryDrill {
    /// What it was about: ids of services, assets or whatever they are, at most 1,000.
    pub scope: Vec<ID>,
    /// What people call it; no two drills share one.
    pub name: String,
    /// How real it was.
    pub kind: DrillKind,
    /// Day it was held. Not in the future.
    pub held_on: Date,
    /// What else is to be said.
    #[graphql(default)]
    pub details: RecoveryDrillDetails,
}

impl NewRecoveryDrill {
    fn row(self) -> Result<recovery_drill::ActiveModel> {
        let mut row = recovery_drill::ActiveModel {
            name: Set(self.name.clone()),
            kind: Set(self.kind.into()),
            held_on: Set(self.held_on.0),
            ..Default::default()
        };
        self.details.write(&mut row)?;
        Ok(row)
    }
}

/// What of a recovery drill may be changed. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct RecoveryDrillChanges {
    /// What it was about, in place of what was said before.
    pub scope: MaybeUndefined<Vec<ID>>,
    /// What people call it; no two drills share one.
    pub name: MaybeUndefined<String>,
    /// How real it was.
    pub kind: MaybeUndefined<DrillKind>,
    /// Day it was held. Not in the future.
    pub held_on: MaybeUndefined<Date>,
    /// What else is to be said.
    #[graphql(flatten)]
    pub details: RecoveryDrillDetails,
}

impl RecoveryDrillChanges {
    fn row(self) -> Result<recovery_drill::ActiveModel> {
        let mut row = recovery_drill::ActiveModel::default();
        patch_required(&mut row.name, self.name, "name")?;
        patch_required(&mut row.kind, self.kind, "kind")?;
        patch_required(&mut row.held_on, self.held_on, "heldOn")?;
        self.details.write(&mut row)?;
        Ok(row)
    }
}

/// The items of ids that a client gave.
async fn items(tx: &Tx, ids: &[ID]) -> Result<Vec<ConfigurationItemId>> {
    drills::require_some(ids.len())?;
    let mut items = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        items.push(things::item(tx, &format!("scope[{index}]"), id).await?);
    }
    Ok(items)
}

/// Changes of recovery drills.
#[derive(Default)]
pub struct DrillMutation;

/// Changes of recovery drills.
#[Object]
impl DrillMutation {
    /// Records a recovery drill. It proves something only of the items of its scope.
    async fn record_recovery_drill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewRecoveryDrill,
    ) -> Result<RecoveryDrill> {
        let recorded = change(ctx, Permission::EditTopology, async |tx| {
            let scope = items(tx, &input.scope).await?;
            drills::record(tx, input.row()?, &scope).await
        });
        Ok(Record::whole(recorded.await?).into())
    }

    /// Changes a recovery drill, such as when it was signed off.
    async fn update_recovery_drill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RecoveryDrillId>,
        #[graphql(desc = "What is to change.")] changes: RecoveryDrillChanges,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<RecoveryDrill> {
        let changed = change(ctx, Permission::EditTopology, async |tx| {
            let scope = match kept(changes.scope.clone(), "scope")? {
                Some(scope) => Some(items(tx, &scope).await?),
                None => None,
            };
            let given = changes.row()?;
            drills::update(tx, *id, expected_version, |row| overlay(row, &given), scope.as_deref()).await
        });
        Ok(Record::whole(changed.await?).into())
    }

    /// Removes a recovery drill and answers with its id: it shows nothing any more.
    async fn remove_recovery_drill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<RecoveryDrillId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditTopology, async |tx| drills::remove(tx, *id, expected_version).await)
            .await?;
        Ok(id.into())
    }
}
