//! Recovery objectives, backups, drills, and what recovers to one point in time.

use std::collections::BTreeSet;

use entity::id::{ConfigurationItemId, ConsistencyGroupId, EntityId, RecoveryDrillId};
use entity::recovery::{
    backup_record, consistency_group, consistency_group_member as member, recovery_drill,
    recovery_drill_item as drill_item, recovery_objective,
};
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::engine::Run;
use super::fill::{Filling, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable, Links};
use super::items;
use super::known::{Key, Known, Table, rows_among};
use crate::error::Result;
use crate::export::labels::Kind as LabelKind;
use crate::import::csv::Noun;
use crate::import::records::{BackupRecord, ConsistencyGroup, ItemKey, RecoveryDrill, RecoveryObjective};
use crate::import::{Origin, Records};
use crate::recovery::{backups, consistency_groups, drills, objectives};
use crate::store::{Read, Tx};

fn of_item(item: &ItemKey) -> Key {
    Key::of([item.kind.as_str(), &item.parts.join("|")])
}

fn of_copy(item: &ItemKey, kind: &str, completed_at: chrono::DateTime<chrono::Utc>) -> Key {
    Key::of([item.kind.as_str(), &item.parts.join("|"), kind, &completed_at.to_rfc3339()])
}

/// The items that `column` of a file lists.
fn listed(known: &Known, column: &str, keys: Option<&Vec<ItemKey>>) -> Result<Option<BTreeSet<Uuid>>> {
    let item = |key: &ItemKey| Ok(known.items.named(column, key)?.uuid());
    keys.map(|keys| keys.iter().map(item).collect()).transpose()
}

/// The items among links.
fn ids(links: &BTreeSet<Uuid>) -> Vec<ConfigurationItemId> {
    links.iter().map(|id| ConfigurationItemId::from_uuid(*id)).collect()
}

impl Importable for RecoveryObjective {
    const NOUN: Noun = Noun::RecoveryObjective;
    type Entity = recovery_objective::Entity;
    type Model = recovery_objective::Model;
    type Row = recovery_objective::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.recovery_objectives
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        of_item(&self.item)
    }

    fn table(known: &Known) -> &Table<recovery_objective::Model> {
        &known.recovery_objectives
    }

    fn table_mut(known: &mut Known) -> &mut Table<recovery_objective::Model> {
        &mut known.recovery_objectives
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let named = run.records.recovery_objectives.iter();
        let named = named.filter_map(|record| run.known.items.named("item", &record.item).ok());
        let named: BTreeSet<ConfigurationItemId> = named.collect();
        let column = recovery_objective::Column::ItemId;
        for row in rows_among::<recovery_objective::Entity, _>(run.tx, column, named).await? {
            if let Some(key) = run.known.items.key(row.item_id).map(of_item) {
                run.known.recovery_objectives.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut recovery_objective::ActiveModel,
        _before: Option<&recovery_objective::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.item_id, Some(at.known.items.named("item", &self.item)?));
        put_any(&mut row.time_minutes, self.time_minutes);
        put_any(&mut row.point_minutes, self.point_minutes);
        put_any(&mut row.own_minutes, self.own_minutes);
        put_any(&mut row.failover_minutes, self.failover_minutes);
        put(&mut row.bears_data, self.bears_data);
        put_any(&mut row.availability_target, rate("availability_target", self.availability_target)?);
        put_any(&mut row.observed_availability, rate("observed_availability", self.observed_availability)?);
        put_any(&mut row.changed_on, self.changed_on);
        put_any(&mut row.note, self.note.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.bears_data, false);
        Ok(())
    }

    fn check(row: Candidate<'_, recovery_objective::Model>, _known: &Known) -> Result<()> {
        objectives::check(row.after)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, recovery_objective::Model>) -> Result<()> {
        objectives::require_past(row.before, row.after, run.tx.caller().now.date_naive())?;
        items::make(run, [row.after.item_id]).await
    }
}

impl Importable for BackupRecord {
    const NOUN: Noun = Noun::BackupRecord;
    type Entity = backup_record::Entity;
    type Model = backup_record::Model;
    type Row = backup_record::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.backup_records
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        of_copy(&self.item, &self.kind, self.completed_at)
    }

    fn table(known: &Known) -> &Table<backup_record::Model> {
        &known.backup_records
    }

    fn table_mut(known: &mut Known) -> &mut Table<backup_record::Model> {
        &mut known.backup_records
    }

    /// The copies that the files name, told by their moments and then by item and kind.
    async fn load(run: &mut Run<'_>) -> Result<()> {
        let moments = run.records.backup_records.iter().map(|record| record.completed_at);
        let column = backup_record::Column::CompletedAt;
        for row in rows_among::<backup_record::Entity, _>(run.tx, column, moments).await? {
            if let Some(item) = run.known.items.key(row.item_id) {
                let key = of_copy(item, &row.kind.to_value(), row.completed_at);
                run.known.backup_records.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut backup_record::ActiveModel,
        _before: Option<&backup_record::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.item_id, Some(at.known.items.named("item", &self.item)?));
        put(&mut row.kind, choice("kind", Some(&self.kind))?);
        put(&mut row.completed_at, Some(self.completed_at));
        put_any(&mut row.started_at, self.started_at);
        put(&mut row.is_good, self.is_good);
        put(&mut row.is_immutable, self.is_immutable);
        put_any(&mut row.destination, self.destination.clone());
        put_any(&mut row.restore_tested_on, self.restore_tested_on);
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.is_good, true);
        usual(&mut row.is_immutable, false);
        Ok(())
    }

    /// Its rules need the moment of the import: see `settle`.
    fn check(_row: Candidate<'_, backup_record::Model>, _known: &Known) -> Result<()> {
        Ok(())
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, backup_record::Model>) -> Result<()> {
        backups::check(run.tx, row.after)?;
        items::make(run, [row.after.item_id]).await
    }
}

impl Importable for RecoveryDrill {
    const NOUN: Noun = Noun::RecoveryDrill;
    const LINKS: Option<(&'static str, LabelKind)> = Some(("scope", LabelKind::ItemOfList));
    type Entity = recovery_drill::Entity;
    type Model = recovery_drill::Model;
    type Row = recovery_drill::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.recovery_drills
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<recovery_drill::Model> {
        &known.recovery_drills
    }

    fn table_mut(known: &mut Known) -> &mut Table<recovery_drill::Model> {
        &mut known.recovery_drills
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names = run.records.recovery_drills.iter().map(|record| record.name.clone());
        let column = recovery_drill::Column::Name;
        let rows = rows_among::<recovery_drill::Entity, _>(run.tx, column, names).await?;
        let drills: Vec<RecoveryDrillId> = rows.iter().map(|row| row.id).collect();
        for link in rows_among::<drill_item::Entity, _>(run.tx, drill_item::Column::DrillId, drills).await? {
            run.known.links.entry(link.drill_id.uuid()).or_default().insert(link.item_id.uuid());
        }
        for row in rows {
            run.known.recovery_drills.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut recovery_drill::ActiveModel,
        _before: Option<&recovery_drill::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.kind, choice("kind", self.kind.as_ref())?);
        put(&mut row.held_on, self.held_on);
        put_any(&mut row.declared_at, self.declared_at);
        put_any(&mut row.restored_at, self.restored_at);
        put_any(&mut row.achieved_time_minutes, self.achieved_time_minutes);
        put_any(&mut row.achieved_point_minutes, self.achieved_point_minutes);
        put_any(&mut row.issues, self.issues.clone());
        put_any(&mut row.signed_off_by, self.signed_off_by.clone());
        put_any(&mut row.evidence, self.evidence.clone());
        put_any(&mut row.source, self.source.clone());
        drills::measure(row);
        Ok(())
    }

    fn check(row: Candidate<'_, recovery_drill::Model>, _known: &Known) -> Result<()> {
        drills::require_some(row.links.len())
    }

    /// Its other rules need the day of the import.
    async fn settle(run: &mut Run<'_>, row: Candidate<'_, recovery_drill::Model>) -> Result<()> {
        drills::check(run.tx, row.after)?;
        items::make(run, ids(row.links)).await
    }

    fn links(&self, known: &Known) -> Result<Option<BTreeSet<Uuid>>> {
        listed(known, "scope", self.scope.as_ref())
    }

    async fn link(tx: &Tx, links: Vec<Links>, reason: &str) -> Result<()> {
        let mut rows = Vec::new();
        for link in links {
            let drill = RecoveryDrillId::from_uuid(link.owner);
            rows.extend(link.added.iter().map(|item| drill_item::ActiveModel {
                id: Set(tx.new_id()),
                drill_id: Set(drill),
                item_id: Set(ConfigurationItemId::from_uuid(*item)),
                ..Default::default()
            }));
            if link.removed.is_empty() {
                continue;
            }
            let gone = Condition::all()
                .add(drill_item::Column::DrillId.eq(drill))
                .add(drill_item::Column::ItemId.is_in(link.removed));
            for row in drill_item::Entity::find().filter(gone).all(tx).await? {
                tx.delete(row).await?;
            }
        }
        if !rows.is_empty() {
            tx.insert_many(rows, reason).await?;
        }
        Ok(())
    }
}

impl Importable for ConsistencyGroup {
    const NOUN: Noun = Noun::ConsistencyGroup;
    const LINKS: Option<(&'static str, LabelKind)> = Some(("members", LabelKind::ItemOfList));
    type Entity = consistency_group::Entity;
    type Model = consistency_group::Model;
    type Row = consistency_group::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.consistency_groups
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<consistency_group::Model> {
        &known.consistency_groups
    }

    fn table_mut(known: &mut Known) -> &mut Table<consistency_group::Model> {
        &mut known.consistency_groups
    }

    /// The groups of the files, and those that what they name is in already.
    async fn load(run: &mut Run<'_>) -> Result<()> {
        if run.records.consistency_groups.is_empty() {
            return Ok(());
        }
        let names: BTreeSet<String> =
            run.records.consistency_groups.iter().map(|record| record.name.clone()).collect();
        let column = consistency_group::Column::Name;
        let mut rows = rows_among::<consistency_group::Entity, _>(run.tx, column, names.clone()).await?;
        let named: BTreeSet<ConfigurationItemId> = run.known.items.made().collect();
        let of_others = rows_among::<member::Entity, _>(run.tx, member::Column::ItemId, named).await?;
        let others: BTreeSet<ConsistencyGroupId> = of_others.iter().map(|row| row.group_id).collect();
        let column = consistency_group::Column::Id;
        let others = rows_among::<consistency_group::Entity, _>(run.tx, column, others).await?;
        rows.extend(others.into_iter().filter(|row| !names.contains(&row.name)));
        let groups: BTreeSet<ConsistencyGroupId> = rows.iter().map(|row| row.id).collect();
        for link in rows_among::<member::Entity, _>(run.tx, member::Column::GroupId, groups).await? {
            run.known.links.entry(link.group_id.uuid()).or_default().insert(link.item_id.uuid());
        }
        for row in rows {
            run.known.consistency_groups.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut consistency_group::ActiveModel,
        _before: Option<&consistency_group::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.tolerance_minutes, self.tolerance_minutes);
        put_any(&mut row.note, self.note.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.tolerance_minutes, 0);
        Ok(())
    }

    fn check(row: Candidate<'_, consistency_group::Model>, known: &Known) -> Result<()> {
        consistency_groups::check(row.after)?;
        consistency_groups::require_members(row.links.len())?;
        for other in known.consistency_groups.rows().filter(|other| other.id != row.after.id) {
            let theirs = known.links.get(&other.id.uuid()).into_iter().flatten();
            if let Some(shared) = theirs.into_iter().find(|item| row.links.contains(item)) {
                let label = known.items.label(ConfigurationItemId::from_uuid(*shared));
                let name = label.map_or("one of them", |label| label.name.as_str());
                return Err(consistency_groups::in_another("members", name, &other.name));
            }
        }
        Ok(())
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, consistency_group::Model>) -> Result<()> {
        items::make(run, ids(row.links)).await
    }

    fn links(&self, known: &Known) -> Result<Option<BTreeSet<Uuid>>> {
        listed(known, "members", self.members.as_ref())
    }

    async fn link(tx: &Tx, links: Vec<Links>, reason: &str) -> Result<()> {
        let mut rows = Vec::new();
        for link in links {
            let group = ConsistencyGroupId::from_uuid(link.owner);
            rows.extend(link.added.iter().map(|item| member::ActiveModel {
                id: Set(tx.new_id()),
                group_id: Set(group),
                item_id: Set(ConfigurationItemId::from_uuid(*item)),
                ..Default::default()
            }));
            if link.removed.is_empty() {
                continue;
            }
            let gone = Condition::all()
                .add(member::Column::GroupId.eq(group))
                .add(member::Column::ItemId.is_in(link.removed));
            for row in member::Entity::find().filter(gone).all(tx).await? {
                tx.delete(row).await?;
            }
        }
        if !rows.is_empty() {
            tx.insert_many(rows, reason).await?;
        }
        Ok(())
    }
}
