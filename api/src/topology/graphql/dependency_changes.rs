//! Recording, changing and removing dependencies, as clients ask for it.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use entity::{
    id::{DependencyId, RedundancyGroupId},
    topology::dependency,
};
use rust_decimal::Decimal;
use sea_orm::ActiveValue::Set;

use super::{
    dependencies::{Dependency, DependencyEvidence, DependencyKind, Hardness},
    quantity,
};
use crate::{
    access::Permission,
    error::Result,
    schema::{
        bulk::{self, RowError, each, require_rows},
        patch::{overlay, patch, patch_required},
        record::Record,
        request::change,
        scalar::{Date, Id},
    },
    store::Tx,
    topology::{dependencies, items::Thing},
};

/// A dependency to record.
#[derive(Clone, Debug, InputObject)]
pub struct NewDependency {
    /// The id of what needs: of a service, an asset, a workload, a rack, a power feed, a site, a vendor, a contract or a cloud account.
    pub from: ID,
    /// The id of what is needed, of the same sorts.
    pub to: ID,
    /// In what way.
    pub kind: DependencyKind,
    /// What else is known of it.
    #[graphql(default)]
    pub details: DependencyDetails,
}

/// What may be known of a dependency. Left out: unchanged. Null: cleared.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DependencyDetails {
    /// What becomes of what needs when what is needed fails; hard for a new one. A copy (REPLICATES_TO) is no need and cannot be hard.
    pub hardness: MaybeUndefined<Hardness>,
    /// The group of what needs in which others can take its place.
    pub redundancy_group: MaybeUndefined<Id<RedundancyGroupId>>,
    /// What it carries in its group, in the group's unit.
    pub capacity: MaybeUndefined<Decimal>,
    /// How it is known; declared for a new one.
    pub evidence: MaybeUndefined<DependencyEvidence>,
    /// How sure it is, from 0 to 1.
    pub confidence: MaybeUndefined<Decimal>,
    /// First day it was seen.
    pub first_seen_on: MaybeUndefined<Date>,
    /// Last day it was seen.
    pub last_seen_on: MaybeUndefined<Date>,
    /// Milliseconds that a round trip may take.
    pub latency_budget_milliseconds: MaybeUndefined<i32>,
    /// Data that passes, in gigabytes a day.
    pub gigabytes_per_day: MaybeUndefined<Decimal>,
    /// Whether so much is written that the two must not be far apart; false for a new one.
    pub is_write_heavy: MaybeUndefined<bool>,
    /// What else is to be said.
    pub note: MaybeUndefined<String>,
    /// Where the record came from, such as the file of an import.
    pub source: MaybeUndefined<String>,
}

impl DependencyDetails {
    fn apply(self, row: &mut dependency::ActiveModel) -> Result<()> {
        patch_required(&mut row.hardness, self.hardness, "hardness")?;
        patch(&mut row.redundancy_group_id, self.redundancy_group.map_value(|id| id.0));
        patch(&mut row.capacity, quantity(self.capacity, "capacity")?);
        patch_required(&mut row.evidence, self.evidence, "evidence")?;
        patch(&mut row.confidence, quantity(self.confidence, "confidence")?);
        patch(&mut row.first_seen_on, self.first_seen_on);
        patch(&mut row.last_seen_on, self.last_seen_on);
        patch(&mut row.latency_budget_milliseconds, self.latency_budget_milliseconds);
        patch(&mut row.gigabytes_per_day, quantity(self.gigabytes_per_day, "gigabytesPerDay")?);
        patch_required(&mut row.is_write_heavy, self.is_write_heavy, "isWriteHeavy")?;
        patch(&mut row.note, self.note);
        patch(&mut row.source, self.source);
        Ok(())
    }
}

impl NewDependency {
    fn parts(self) -> Result<((Thing, Thing), dependency::ActiveModel)> {
        let ends = (Thing::parse("from", &self.from)?, Thing::parse("to", &self.to)?);
        let mut row = dependency::ActiveModel {
            kind: Set(self.kind.into()),
            evidence: Set(dependency::Evidence::Declared),
            is_write_heavy: Set(false),
            ..Default::default()
        };
        self.details.apply(&mut row)?;
        Ok((ends, row))
    }
}

/// What became of one row of new dependencies.
#[derive(SimpleObject)]
pub struct RecordedDependency {
    /// The place of the row in the input, from 0.
    index: i32,
    /// The dependency.
    dependency: Option<Dependency>,
    /// Why it was refused.
    error: Option<RowError>,
}

async fn record_one(tx: &Tx, new: NewDependency) -> Result<dependency::Model> {
    let (ends, row) = new.parts()?;
    dependencies::record(tx, ends, row).await
}

/// Changes of dependencies.
#[derive(Default)]
pub struct DependencyMutation;

/// Changes of dependencies.
#[Object]
impl DependencyMutation {
    /// Records that one thing needs another. Sent again with the same idempotency key it answers with the first dependency.
    async fn record_dependency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be recorded.")] input: NewDependency,
        #[graphql(desc = "Sent again with it, this answers as before.")] idempotency_key: Option<String>,
    ) -> Result<Dependency> {
        let recorded = change(ctx, Permission::EditTopology, async |tx| {
            tx.once("recordDependency", idempotency_key, &input, async || record_one(tx, input.clone()).await)
                .await
        });
        Ok(Record::whole(recorded.await?).into())
    }

    /// Records many dependencies, each by itself: what is refused undoes only its own row.
    async fn record_dependencies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows, at most 1,000, each by itself.")] inputs: Vec<NewDependency>,
    ) -> Result<Vec<RecordedDependency>> {
        let outcomes = change(ctx, Permission::EditTopology, async |tx| {
            require_rows("inputs", inputs.len())?;
            each(tx, inputs, record_one).await
        })
        .await?;
        let rows = bulk::rows::<Dependency>(outcomes).into_iter().map(bulk::Row::parts);
        Ok(rows.map(|(index, dependency, error)| RecordedDependency { index, dependency, error }).collect())
    }

    /// Changes what is known of a dependency. Its ends and its kind stay: another need is another dependency.
    async fn update_dependency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<DependencyId>,
        #[graphql(desc = "What is to change.")] changes: DependencyDetails,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<Dependency> {
        let changed = change(ctx, Permission::EditTopology, async |tx| {
            let mut columns = dependency::ActiveModel::default();
            changes.apply(&mut columns)?;
            dependencies::update(tx, *id, expected_version, |row| overlay(row, &columns)).await
        });
        Ok(Record::whole(changed.await?).into())
    }

    /// Removes a dependency, however much it detaches, and answers with its id. Recording it again undoes that.
    async fn remove_dependency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id<DependencyId>,
        #[graphql(desc = "The version that you have read; left out: any.")] expected_version: Option<i32>,
    ) -> Result<ID> {
        change(ctx, Permission::EditTopology, async |tx| {
            dependencies::remove(tx, *id, expected_version).await
        })
        .await?;
        Ok(id.into())
    }
}
