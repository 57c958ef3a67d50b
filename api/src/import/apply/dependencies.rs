//! Redundancy groups, and what depends on what.

use std::collections::BTreeSet;

use entity::id::ConfigurationItemId;
use entity::topology::dependency::Evidence;
use entity::topology::{dependency, redundancy_group};
use sea_orm::ActiveEnum;

use super::engine::Run;
use super::fill::{Filling, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::items;
use super::known::{Key, Known, Table, rows_among};
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{Dependency, ItemKey, RedundancyGroup};
use crate::import::{Origin, Records};
use crate::store::Read;
use crate::topology::{dependencies, redundancy_groups};

/// The key of something that belongs to an item.
fn under(item: &ItemKey, name: &str) -> Key {
    Key::of([item.kind.as_str(), &item.parts.join("|"), name])
}

fn between(from: &ItemKey, to: &ItemKey, kind: &str) -> Key {
    Key::of([from.kind.as_str(), &from.parts.join("|"), to.kind.as_str(), &to.parts.join("|"), kind])
}

impl Importable for RedundancyGroup {
    const NOUN: Noun = Noun::RedundancyGroup;
    type Entity = redundancy_group::Entity;
    type Model = redundancy_group::Model;
    type Row = redundancy_group::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.redundancy_groups
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        under(&self.owner, &self.name)
    }

    fn table(known: &Known) -> &Table<redundancy_group::Model> {
        &known.redundancy_groups
    }

    fn table_mut(known: &mut Known) -> &mut Table<redundancy_group::Model> {
        &mut known.redundancy_groups
    }

    /// The things come with the groups, which are read first.
    async fn load(run: &mut Run<'_>) -> Result<()> {
        items::load(run).await?;
        let owners: BTreeSet<ConfigurationItemId> = run.known.items.made().collect();
        let column = redundancy_group::Column::OwnerId;
        for row in rows_among::<redundancy_group::Entity, _>(run.tx, column, owners).await? {
            if let Some(key) = run.known.items.key(row.owner_id).map(|owner| under(owner, &row.name)) {
                run.known.redundancy_groups.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut redundancy_group::ActiveModel,
        before: Option<&redundancy_group::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let owner = at.known.items.named("owner", &self.owner)?;
        if let Some(label) = at.known.items.label(owner).filter(|label| label.is_retired && before.is_none())
        {
            let message = format!("{} is retired and needs nothing any more", label.name);
            return Err(Error::invalid("owner", message));
        }
        put(&mut row.owner_id, Some(owner));
        put(&mut row.name, Some(self.name.clone()));
        put_any(&mut row.required_count, self.required_count);
        put_any(&mut row.required_capacity, rate("required_capacity", self.required_capacity)?);
        put_any(&mut row.capacity_unit, self.capacity_unit.clone());
        put_any(&mut row.source, self.source.clone());
        Ok(())
    }

    fn check(row: Candidate<'_, redundancy_group::Model>, _known: &Known) -> Result<()> {
        redundancy_groups::check(row.after)
    }

    /// A file may give a group a higher number first and the members for it afterwards, so only the unit is held.
    async fn settle(run: &mut Run<'_>, row: Candidate<'_, redundancy_group::Model>) -> Result<()> {
        if let Some(before) = row.before.filter(|before| before.capacity_unit != row.after.capacity_unit) {
            let members = redundancy_groups::members(run.tx, before.id).await?;
            redundancy_groups::require_unit(before, row.after, &members)?;
        }
        items::make(run, [row.after.owner_id]).await
    }
}

impl Importable for Dependency {
    const NOUN: Noun = Noun::Dependency;
    type Entity = dependency::Entity;
    type Model = dependency::Model;
    type Row = dependency::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.dependencies
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        between(&self.from, &self.to, &self.kind)
    }

    fn table(known: &Known) -> &Table<dependency::Model> {
        &known.dependencies
    }

    fn table_mut(known: &mut Known) -> &mut Table<dependency::Model> {
        &mut known.dependencies
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let named = run.records.dependencies.iter();
        let named = named.filter_map(|record| run.known.items.named("from", &record.from).ok());
        let from: BTreeSet<ConfigurationItemId> = named.collect();
        for row in rows_among::<dependency::Entity, _>(run.tx, dependency::Column::FromId, from).await? {
            run.known.items.note(&row);
            let ends = (run.known.items.key(row.from_id), run.known.items.key(row.to_id));
            if let (Some(from), Some(to)) = ends {
                let key = between(from, to, &row.kind.to_value());
                run.known.dependencies.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut dependency::ActiveModel,
        before: Option<&dependency::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let from = at.known.items.named("from", &self.from)?;
        if let (None, Some(label)) = (before, at.known.items.label(from)) {
            dependencies::require_needy(label)?;
        }
        put(&mut row.from_id, Some(from));
        let to = at.known.items.named("to", &self.to)?;
        if let (None, Some(label)) = (before, at.known.items.label(to)) {
            dependencies::require_in_use(label)?;
        }
        put(&mut row.to_id, Some(to));
        put(&mut row.kind, choice("kind", Some(&self.kind))?);
        put(&mut row.hardness, choice("hardness", self.hardness.as_ref())?);
        let group = self.redundancy_group.as_ref().map(|name| under(&self.from, name));
        let group =
            group.map(|key| at.known.redundancy_groups.named("redundancy_group", &key)).transpose()?;
        put_any(&mut row.redundancy_group_id, group.map(|group| group.id));
        put_any(&mut row.capacity, rate("capacity", self.capacity)?);
        put(&mut row.evidence, choice("evidence", self.evidence.as_ref())?);
        put_any(&mut row.confidence, rate("confidence", self.confidence)?);
        put_any(&mut row.first_seen_on, self.first_seen_on);
        put_any(&mut row.last_seen_on, self.last_seen_on);
        put_any(&mut row.latency_budget_milliseconds, self.latency_budget_milliseconds);
        put_any(&mut row.gigabytes_per_day, rate("gigabytes_per_day", self.gigabytes_per_day)?);
        put(&mut row.is_write_heavy, self.is_write_heavy);
        put_any(&mut row.note, self.note.clone());
        put_any(&mut row.source, self.source.clone());
        dependencies::usual_hardness(row);
        usual(&mut row.evidence, Evidence::Declared);
        usual(&mut row.is_write_heavy, false);
        Ok(())
    }

    fn check(row: Candidate<'_, dependency::Model>, known: &Known) -> Result<()> {
        let edge = row.after;
        dependencies::check(edge)?;
        dependencies::require_agreement(edge, known.items.beside(edge))?;
        let name = |id| known.redundancy_groups.with_id(id).map(|group| group.name.clone());
        dependencies::require_use(edge, known.items.beside(edge), name)?;
        match edge.redundancy_group_id.and_then(|id| known.redundancy_groups.with_id(id)) {
            Some(group) => dependencies::require_group(edge, group),
            None => Ok(()),
        }
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, dependency::Model>) -> Result<()> {
        dependencies::require_seen(row.before, row.after, run.tx.caller().now.date_naive())?;
        items::make(run, [row.after.from_id, row.after.to_id]).await
    }

    fn taken(known: &mut Known, _before: Option<&dependency::Model>, after: &dependency::Model) {
        known.items.note(after);
    }
}
