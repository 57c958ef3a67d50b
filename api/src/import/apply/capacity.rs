//! Pools of capacity, what they are made of, and what is to come of them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::capacity::capacity_pool::CapacityBasis;
use entity::capacity::{capacity_event, capacity_pool, capacity_pool_member, capacity_reservation};
use entity::id::CapacityPoolId;
use entity::money::Rate;

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::capacity::{events, members, pools, reservations};
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{CapacityEvent, CapacityPool, CapacityPoolMember, CapacityReservation, ItemKey};
use crate::import::{Origin, Records};

/// The names of the pools that records name, those that are records themselves included.
fn pools_named(records: &Records) -> impl Iterator<Item = &String> {
    let own = records.capacity_pools.iter().map(|record| &record.name);
    let of_members = records.capacity_pool_members.iter().map(|record| &record.pool);
    let of_observations = records.capacity_observations.iter().map(|record| &record.pool);
    let of_reservations = records.capacity_reservations.iter().map(|record| &record.pool);
    let of_events = records.capacity_events.iter().map(|record| &record.pool);
    let of_rules = records.capacity_purchase_rules.iter().map(|record| &record.pool);
    own.chain(of_members).chain(of_observations).chain(of_reservations).chain(of_events).chain(of_rules)
}

/// The pool that a record is of.
pub(super) fn pool<'a>(known: &'a Known, name: &String) -> Result<&'a capacity_pool::Model> {
    known.capacity_pools.named("pool", &Key::from(name))
}

/// The ids of the pools that some records are of.
pub(super) fn ids<'a>(known: &Known, names: impl Iterator<Item = &'a String>) -> BTreeSet<CapacityPoolId> {
    names.filter_map(|name| Some(known.capacity_pools.get(&Key::from(name))?.id)).collect()
}

impl Importable for CapacityPool {
    const NOUN: Noun = Noun::CapacityPool;
    type Entity = capacity_pool::Entity;
    type Model = capacity_pool::Model;
    type Row = capacity_pool::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.capacity_pools
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.name)
    }

    fn table(known: &Known) -> &Table<capacity_pool::Model> {
        &known.capacity_pools
    }

    fn table_mut(known: &mut Known) -> &mut Table<capacity_pool::Model> {
        &mut known.capacity_pools
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let names: BTreeSet<String> = pools_named(run.records).cloned().collect();
        let column = capacity_pool::Column::Name;
        for row in rows_among::<capacity_pool::Entity, _>(run.tx, column, names).await? {
            run.known.capacity_pools.put(Key::from(&row.name), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut capacity_pool::ActiveModel,
        _before: Option<&capacity_pool::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.resource, choice("resource", self.resource.as_ref())?);
        put(&mut row.unit, choice("unit", self.unit.as_ref())?);
        let site = at.known.sites.named_if_any("site", self.site.as_ref())?;
        put_any(&mut row.site_id, site.map(|site| site.id));
        put(&mut row.basis, choice("basis", self.basis.as_ref())?);
        put_any(&mut row.raw, amount("raw", self.raw)?);
        put_any(&mut row.usable, amount("usable", self.usable)?);
        put_any(&mut row.plannable, amount("plannable", self.plannable)?);
        put_any(&mut row.allocated, amount("allocated", self.allocated)?);
        put_any(&mut row.planning_limit, rate("planning_limit", self.planning_limit)?);
        put_any(&mut row.failures_tolerated, self.failures_tolerated);
        put_any(&mut row.overcommit_ratio, rate("overcommit_ratio", self.overcommit_ratio)?);
        put_any(&mut row.buffer_share, rate("buffer_share", self.buffer_share)?);
        put_any(&mut row.host_overhead, amount("host_overhead", self.host_overhead)?);
        put_any(&mut row.protection_data, self.protection_data);
        put_any(&mut row.protection_parity, self.protection_parity);
        put_any(&mut row.protection_share, rate("protection_share", self.protection_share)?);
        put_any(&mut row.reserve_share, rate("reserve_share", self.reserve_share)?);
        put_any(&mut row.reduction_ratio, rate("reduction_ratio", self.reduction_ratio)?);
        put_any(&mut row.lead_days, self.lead_days);
        put_any(&mut row.install_days, self.install_days);
        put_any(&mut row.approval_days, self.approval_days);
        put_any(&mut row.buffer_days, self.buffer_days);
        put_any(&mut row.fit_from, self.fit_from);
        put(&mut row.is_active, self.is_active);
        put_any(&mut row.note, self.note.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.basis, CapacityBasis::Declared);
        usual(&mut row.is_active, true);
        Ok(())
    }

    fn check(row: Candidate<'_, capacity_pool::Model>, _known: &Known) -> Result<()> {
        let Some(before) = row.before else { return pools::check(row.after) };
        if before.resource != row.after.resource {
            return Err(Error::invalid("resource", "stays what it is: members and observations are of it"));
        }
        if before.unit != row.after.unit {
            return Err(Error::invalid("unit", "stays what it is: observations are counted in it"));
        }
        pools::check(row.after)
    }

    /// A pool that is retired lets its members go.
    async fn settle(run: &mut Run<'_>, row: Candidate<'_, capacity_pool::Model>) -> Result<()> {
        match row.before {
            Some(before) if before.is_active && !row.after.is_active => {
                members::write(run.tx, before, &[]).await
            }
            _ => Ok(()),
        }
    }
}

fn of_member(pool: &str, item: &ItemKey) -> Key {
    Key::of([pool, item.kind.as_str(), &item.parts.join("|")])
}

impl Importable for CapacityPoolMember {
    const NOUN: Noun = Noun::CapacityPoolMember;
    type Entity = capacity_pool_member::Entity;
    type Model = capacity_pool_member::Model;
    type Row = capacity_pool_member::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.capacity_pool_members
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        of_member(&self.pool, &self.item)
    }

    fn table(known: &Known) -> &Table<capacity_pool_member::Model> {
        &known.capacity_pool_members
    }

    fn table_mut(known: &mut Known) -> &mut Table<capacity_pool_member::Model> {
        &mut known.capacity_pool_members
    }

    /// All members of all pools: what is new must be in none of them.
    async fn load(run: &mut Run<'_>) -> Result<()> {
        if run.records.capacity_pool_members.is_empty() {
            return Ok(());
        }
        let named = run.records.capacity_pool_members.iter();
        let things = named.filter_map(|record| run.known.items.thing("item", &record.item).ok()).collect();
        let (taken, rows) = members::Taken::read(run.tx, things).await?;
        run.known.taken = taken;
        // Whatever is taken is told by the name of the pool that has it.
        let others: BTreeSet<CapacityPoolId> = rows.iter().map(|row| row.pool_id).collect();
        let column = capacity_pool::Column::Id;
        for row in rows_among::<capacity_pool::Entity, _>(run.tx, column, others).await? {
            run.known.capacity_pools.put(Key::from(&row.name), row);
        }
        for row in rows {
            let (Some(pool), Ok(thing)) =
                (run.known.capacity_pools.with_id(row.pool_id), members::thing(&row))
            else {
                continue;
            };
            if let Some(item) = run.known.items.key_of(thing) {
                let key = of_member(&pool.name, item);
                run.known.capacity_pool_members.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut capacity_pool_member::ActiveModel,
        before: Option<&capacity_pool_member::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let pool = pool(at.known, &self.pool)?;
        if before.is_none() && !pool.is_active {
            return Err(Error::invalid("pool", format!("{} is retired", pool.name)));
        }
        let thing = at.known.items.thing("item", &self.item)?;
        put(&mut row.pool_id, Some(pool.id));
        put(&mut row.resource, Some(pool.resource));
        if before.is_none() {
            members::fill(row, thing);
        }
        Ok(())
    }

    fn check(row: Candidate<'_, capacity_pool_member::Model>, known: &Known) -> Result<()> {
        let thing = members::thing(row.after)?;
        let Some((holder, pool)) = known.taken.beside(row.after.id, row.after.resource, thing) else {
            return Ok(());
        };
        let name = |thing| known.items.label_of(thing).map_or_else(|| "it".to_owned(), |it| it.name.clone());
        let pool = known.capacity_pools.with_id(pool).map_or("another pool", |pool| pool.name.as_str());
        let message = if holder == thing {
            format!("{} is a member of {pool} already: nothing is in two pools of one resource", name(thing))
        } else {
            format!("{} is in {pool} already, in part or with what holds it", name(thing))
        };
        Err(Error::invalid("item", message))
    }

    fn taken(
        known: &mut Known,
        _before: Option<&capacity_pool_member::Model>,
        after: &capacity_pool_member::Model,
    ) {
        known.taken.note(after);
    }
}

fn of_day(pool: &str, day: NaiveDate, name: &str) -> Key {
    Key::of([pool, &day.to_string(), name])
}

impl Importable for CapacityReservation {
    const NOUN: Noun = Noun::CapacityReservation;
    type Entity = capacity_reservation::Entity;
    type Model = capacity_reservation::Model;
    type Row = capacity_reservation::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.capacity_reservations
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        of_day(&self.pool, self.from_on, &self.purpose)
    }

    fn table(known: &Known) -> &Table<capacity_reservation::Model> {
        &known.capacity_reservations
    }

    fn table_mut(known: &mut Known) -> &mut Table<capacity_reservation::Model> {
        &mut known.capacity_reservations
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let pools = ids(&run.known, run.records.capacity_reservations.iter().map(|record| &record.pool));
        let column = capacity_reservation::Column::PoolId;
        for row in rows_among::<capacity_reservation::Entity, _>(run.tx, column, pools).await? {
            if let Some(pool) = run.known.capacity_pools.with_id(row.pool_id) {
                let key = of_day(&pool.name, row.from_on, &row.purpose);
                run.known.capacity_reservations.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut capacity_reservation::ActiveModel,
        _before: Option<&capacity_reservation::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.pool_id, Some(pool(at.known, &self.pool)?.id));
        put(&mut row.from_on, Some(self.from_on));
        put(&mut row.purpose, Some(self.purpose.clone()));
        put(&mut row.quantity, amount("quantity", self.quantity)?);
        put_any(&mut row.to_on, self.to_on);
        put(&mut row.probability, rate("probability", self.probability)?);
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.probability, Rate::ONE);
        Ok(())
    }

    fn check(row: Candidate<'_, capacity_reservation::Model>, _known: &Known) -> Result<()> {
        reservations::check(row.after)
    }
}

impl Importable for CapacityEvent {
    const NOUN: Noun = Noun::CapacityEvent;
    type Entity = capacity_event::Entity;
    type Model = capacity_event::Model;
    type Row = capacity_event::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.capacity_events
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        of_day(&self.pool, self.happens_on, &self.name)
    }

    fn table(known: &Known) -> &Table<capacity_event::Model> {
        &known.capacity_events
    }

    fn table_mut(known: &mut Known) -> &mut Table<capacity_event::Model> {
        &mut known.capacity_events
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let pools = ids(&run.known, run.records.capacity_events.iter().map(|record| &record.pool));
        let column = capacity_event::Column::PoolId;
        for row in rows_among::<capacity_event::Entity, _>(run.tx, column, pools).await? {
            if let Some(pool) = run.known.capacity_pools.with_id(row.pool_id) {
                let key = of_day(&pool.name, row.happens_on, &row.name);
                run.known.capacity_events.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut capacity_event::ActiveModel,
        _before: Option<&capacity_event::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.pool_id, Some(pool(at.known, &self.pool)?.id));
        put(&mut row.happens_on, Some(self.happens_on));
        put(&mut row.name, Some(self.name.clone()));
        put(&mut row.quantity, amount("quantity", self.quantity)?);
        put(&mut row.probability, rate("probability", self.probability)?);
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.probability, Rate::ONE);
        Ok(())
    }

    fn check(row: Candidate<'_, capacity_event::Model>, _known: &Known) -> Result<()> {
        events::check(row.after)
    }
}
