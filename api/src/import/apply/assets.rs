//! Assets: what they are, where they stand, and where they are in their life.

use entity::id::EntityId;
use entity::inventory::asset::{self, AssetStatus, PowerBasis};
use entity::inventory::environment::Environment;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveEnum, ColumnTrait};

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use super::places;
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::Asset;
use crate::import::{Origin, Records};
use crate::inventory::assets::{self, Step};
use crate::inventory::chains;
use crate::inventory::placement::Mounted;

impl Importable for Asset {
    const NOUN: Noun = Noun::Asset;
    type Entity = asset::Entity;
    type Model = asset::Model;
    type Row = asset::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.assets
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.tag)
    }

    fn needs(&self) -> Option<Key> {
        self.parent.as_ref().map(Key::from)
    }

    fn table(known: &Known) -> &Table<asset::Model> {
        &known.assets
    }

    fn table_mut(known: &mut Known) -> &mut Table<asset::Model> {
        &mut known.assets
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let records = run.records;
        let own = records.assets.iter().map(|record| &record.tag);
        let parents = records.assets.iter().filter_map(|record| record.parent.as_ref());
        let covered = records.support_coverages.iter().map(|record| &record.asset);
        let renewed = records.refresh_cycles.iter().flat_map(|record| record.assets.iter().flatten());
        let connected = records.colocation_charges.iter().filter_map(|record| record.asset.as_ref());
        let tags = own
            .chain(parents)
            .chain(covered)
            .chain(renewed)
            .chain(connected)
            .chain(records.assets_of_books())
            .cloned();
        for row in rows_among::<asset::Entity, _>(run.tx, asset::Column::Tag, tags).await? {
            run.known.assets.put(Key::from(&row.tag), row);
        }
        places::load(run).await
    }

    fn fill(
        &self,
        row: &mut asset::ActiveModel,
        before: Option<&asset::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.tag, Some(self.tag.clone()));
        put_any(&mut row.name, self.name.clone());
        put_any(&mut row.serial, self.serial.clone());
        let model = at.known.hardware_models.named_if_any("model", self.model.as_ref())?;
        put(&mut row.model_id, model.map(|model| model.id));
        let vendor = at.known.vendors.named_if_any("vendor", self.vendor.as_ref())?;
        put_any(&mut row.vendor_id, vendor.map(|vendor| vendor.id));
        put_any(&mut row.purchase_amount, amount("purchase_amount", self.purchase_amount)?);
        put_any(&mut row.purchase_currency, self.purchase_currency.clone());
        put_any(&mut row.purchased_on, self.purchased_on);
        put_any(&mut row.purchase_order, self.purchase_order.clone());
        put_any(&mut row.in_service_on, self.in_service_on);
        put_any(&mut row.warranty_ends_on, self.warranty_ends_on);
        put_any(&mut row.lease_return_on, self.lease_return_on);
        put_any(&mut row.expected_on, self.expected_on);
        put_any(&mut row.retirement_planned_on, self.retirement_planned_on);
        put_any(&mut row.owner, self.owner.clone());
        put_any(&mut row.tier, self.tier);
        put(&mut row.environment, choice("environment", self.environment.as_ref())?);
        put(&mut row.power_basis, choice("power_basis", self.power_basis.as_ref())?);
        put_any(&mut row.measured_draw_watts, self.measured_draw_watts);
        put_any(&mut row.usable_terabytes, rate("usable_terabytes", self.usable_terabytes)?);
        put_any(&mut row.cores, self.cores);
        put_any(&mut row.memory_gibibytes, rate("memory_gibibytes", self.memory_gibibytes)?);
        put_any(&mut row.cost_centre, self.cost_centre.clone());
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.environment, Environment::Production);
        usual(&mut row.power_basis, PowerBasis::Model);
        fill_life(self, row, before)?;
        places::fill(self, row, before, at)
    }

    fn check(row: Candidate<'_, asset::Model>, known: &Known) -> Result<()> {
        assets::check(row.after)?;
        places::check(row.after, row.before, known)
    }

    fn refers_anew(before: &asset::Model, after: &asset::Model) -> bool {
        before.parent_id != after.parent_id || is_moved(before, after)
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, asset::Model>) -> Result<()> {
        let Candidate { before, after, .. } = row;
        let Some(before) = before else { return Ok(()) };
        if let Some(parent) = after.parent_id.filter(|parent| before.parent_id != Some(*parent)) {
            let columns = (asset::Column::Id, asset::Column::ParentId);
            let (start, own) = (parent.uuid(), after.id.uuid());
            if start == own || chains::leads_to::<asset::Entity>(run.tx, columns, start, own).await? {
                let message = "is the asset itself or lives in it, a circle";
                return Err(Error::invalid("parent", message));
            }
        }
        if before.status == after.status {
            return Ok(());
        }
        if after.status == AssetStatus::Disposed {
            let here = asset::Column::Status.ne(AssetStatus::Disposed);
            assets::require_no_children(run.tx, after, here, "in it", "dispose of").await?;
        }
        if after.status == AssetStatus::Retired {
            let working = asset::Column::Status.is_in([AssetStatus::InService, AssetStatus::Maintenance]);
            assets::require_no_children(run.tx, after, working, "in service", "retire").await?;
        }
        Ok(())
    }

    async fn write(run: &mut Run<'_>, before: asset::Model, row: asset::ActiveModel) -> Result<asset::Model> {
        let earlier = before.clone();
        let after = run.tx.update(before, |changed| *changed = row).await?;
        if is_moved(&earlier, &after) {
            let within = assets::with_all_within(run.tx, after.id).await?;
            let within = within.get(1..).unwrap_or_default();
            for child in assets::take_along(run.tx, within, places::of(&after)).await? {
                let was = asset::Model { rack_id: earlier.rack_id, ..child.clone() };
                Self::taken(&mut run.known, Some(&was), &child);
                if run.known.assets.with_id(child.id).is_some() {
                    run.known.assets.put(Key::from(&child.tag), child);
                }
            }
        }
        Ok(after)
    }

    fn taken(known: &mut Known, before: Option<&asset::Model>, after: &asset::Model) {
        let left = before.and_then(|before| known.mounted.get_mut(&before.rack_id?));
        if let Some(left) = left {
            left.retain(|mounted| mounted.id != after.id);
        }
        let model = known.hardware_models.with_id(after.model_id);
        if let (Some(rack_id), Some(model)) = (after.rack_id, model)
            && after.status != AssetStatus::Disposed
        {
            known.mounted.entry(rack_id).or_default().push(Mounted {
                id: after.id,
                tag: after.tag.clone(),
                rack_id,
                model_id: model.id,
                status: after.status,
                in_service_on: after.in_service_on,
                retired_on: after.retired_on,
                position_half_units: after.position_half_units,
                face: after.face,
                parent_id: after.parent_id,
                power_basis: after.power_basis,
                measured_draw_watts: after.measured_draw_watts,
                kind: model.kind,
                height_half_units: model.height_half_units,
                full_depth: model.full_depth,
                weight_grams: model.weight_grams,
                typical_draw_watts: model.typical_draw_watts,
                maximum_draw_watts: model.maximum_draw_watts,
            });
        }
    }
}

/// Whether an asset, and with it what lives in it, goes to another site or rack.
fn is_moved(before: &asset::Model, after: &asset::Model) -> bool {
    (before.site_id, before.rack_id) != (after.site_id, after.rack_id)
}

/// Where an asset is in its life: as the file says, as far as steps lead there.
fn fill_life(record: &Asset, row: &mut asset::ActiveModel, before: Option<&asset::Model>) -> Result<()> {
    use AssetStatus as S;
    put_any(&mut row.retired_on, record.retired_on);
    put_any(&mut row.disposed_on, record.disposed_on);
    let status: Option<S> = choice("status", record.status.as_ref())?;
    let Some(before) = before else {
        let likely = match (record.disposed_on, record.retired_on) {
            (Some(_), _) => S::Disposed,
            (None, Some(_)) => S::Retired,
            (None, None) => S::InService,
        };
        row.status = Set(status.unwrap_or(likely));
        return Ok(());
    };
    let Some(status) = status.filter(|status| *status != before.status) else { return Ok(()) };
    if !leads_to(before.status, status) {
        let message = format!("no step leads from {} to {}", before.status.to_value(), status.to_value());
        return Err(Error::invalid("status", message));
    }
    row.status = Set(status);
    if before.status == S::Retired && status != S::Disposed && record.retired_on.is_none() {
        // It has come back to life.
        row.retired_on = Set(None);
    }
    Ok(())
}

/// Whether the steps of an asset's life, one after the other, lead from one state to another.
fn leads_to(from: AssetStatus, to: AssetStatus) -> bool {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(status) = reached.get(next).copied() {
        next += 1;
        for step in Step::ALL {
            let (starts, end) = step.leads();
            if starts.contains(&status) && !reached.contains(&end) {
                reached.push(end);
            }
        }
    }
    reached.contains(&to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_goes_forward_or_back_into_stock() {
        use AssetStatus as S;
        for (from, to, expected) in [
            (S::Planned, S::InService, true),
            (S::InService, S::Disposed, true),
            (S::Retired, S::InService, true),
            (S::Disposed, S::InService, false),
            (S::InService, S::Planned, false),
            (S::InStock, S::Ordered, false),
        ] {
            assert_eq!(leads_to(from, to), expected, "{from:?} to {to:?}");
        }
    }
}
