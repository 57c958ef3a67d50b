//! Hardware models.

use std::collections::HashSet;

use entity::id::EntityId;
use entity::inventory::hardware_model::{self, DateQuality, HardwareKind};

use super::engine::Run;
use super::fill::{Filling, amount, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::HardwareModel;
use crate::import::{Origin, Records};
use crate::inventory::{chains, models, placement};

impl HardwareModel {
    /// Says where one catalogue contradicts another about a draw, on which the power of racks hangs.
    fn compare_draws(&self, before: &hardware_model::Model, at: &mut Filling<'_>) {
        let (Some(own), Some(other)) = (&self.source, &before.source) else { return };
        if own == other {
            return;
        }
        for (column, now, was) in [
            ("typical_draw_watts", self.typical_draw_watts, before.typical_draw_watts),
            ("maximum_draw_watts", self.maximum_draw_watts, before.maximum_draw_watts),
        ] {
            if let (Some(now), Some(was)) = (now, was)
                && now != was
            {
                at.doubts.push((column, format!("{now} W replaces the {was} W of {other}")));
            }
        }
    }
}

impl Importable for HardwareModel {
    const NOUN: Noun = Noun::HardwareModel;
    type Entity = hardware_model::Entity;
    type Model = hardware_model::Model;
    type Row = hardware_model::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.hardware_models
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        Key::from(&self.key)
    }

    fn needs(&self) -> Option<Key> {
        self.successor.as_ref().map(Key::from)
    }

    fn table(known: &Known) -> &Table<hardware_model::Model> {
        &known.hardware_models
    }

    fn table_mut(known: &mut Known) -> &mut Table<hardware_model::Model> {
        &mut known.hardware_models
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let wanted: HashSet<Key> = run.records.models().map(Key::from).collect();
        let names = wanted.iter().map(|key| key.part(1).to_owned());
        let rows =
            rows_among::<hardware_model::Entity, _>(run.tx, hardware_model::Column::Name, names).await?;
        for row in rows {
            let Some(manufacturer) = run.known.manufacturers.with_id(row.manufacturer_id) else { continue };
            let key = Key::of([&manufacturer.name, &row.name]);
            if wanted.contains(&key) {
                run.known.hardware_models.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut hardware_model::ActiveModel,
        before: Option<&hardware_model::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let maker = at.known.manufacturers.named("manufacturer", &Key::from(&self.key.manufacturer))?;
        put(&mut row.manufacturer_id, Some(maker.id));
        put(&mut row.name, Some(self.key.name.clone()));
        put_any(&mut row.part_number, self.part_number.clone());
        let is_kind_known = before.is_some_and(|before| before.kind != HardwareKind::Other);
        if !(self.kind_is_guess && is_kind_known) {
            put(&mut row.kind, choice("kind", self.kind.as_ref())?);
        }
        if let Some(before) = before {
            self.compare_draws(before, at);
        }
        put_any(&mut row.height_half_units, self.height_half_units);
        put(&mut row.full_depth, self.full_depth);
        put_any(&mut row.typical_draw_watts, self.typical_draw_watts);
        put_any(&mut row.maximum_draw_watts, self.maximum_draw_watts);
        put_any(&mut row.weight_grams, self.weight_grams);
        put_any(&mut row.usable_terabytes, rate("usable_terabytes", self.usable_terabytes)?);
        put_any(&mut row.cores, self.cores);
        put_any(&mut row.memory_gibibytes, rate("memory_gibibytes", self.memory_gibibytes)?);
        put_any(&mut row.useful_life_months, self.useful_life_months);
        put_any(&mut row.list_price_amount, amount("list_price_amount", self.list_price_amount)?);
        put_any(&mut row.list_price_currency, self.list_price_currency.clone());
        put_any(&mut row.list_price_on, self.list_price_on);
        put_any(&mut row.list_price_valid_until, self.list_price_valid_until);
        put_any(&mut row.list_price_source, choice("list_price_source", self.list_price_source.as_ref())?);
        put_any(&mut row.released_on, self.released_on);
        put_any(&mut row.end_of_sale_announced_on, self.end_of_sale_announced_on);
        put_any(&mut row.end_of_sale_on, self.end_of_sale_on);
        put_any(&mut row.last_ship_on, self.last_ship_on);
        put_any(&mut row.end_of_software_maintenance_on, self.end_of_software_maintenance_on);
        put_any(&mut row.end_of_security_support_on, self.end_of_security_support_on);
        put_any(&mut row.last_date_of_support_on, self.last_date_of_support_on);
        put(&mut row.date_quality, choice("date_quality", self.date_quality.as_ref())?);
        let successor = at.known.hardware_models.named_if_any("successor_name", self.successor.as_ref())?;
        put_any(&mut row.successor_id, successor.map(|successor| successor.id));
        put_any(&mut row.consolidation_ratio, rate("consolidation_ratio", self.consolidation_ratio)?);
        put_any(&mut row.source, self.source.clone());
        at.assume("kind", &mut row.kind, HardwareKind::Other);
        usual(&mut row.full_depth, true);
        usual(&mut row.date_quality, DateQuality::Unknown);
        Ok(())
    }

    fn check(row: Candidate<'_, hardware_model::Model>, _known: &Known) -> Result<()> {
        models::check(row.after)
    }

    fn refers_anew(before: &hardware_model::Model, after: &hardware_model::Model) -> bool {
        before.successor_id != after.successor_id
    }

    async fn settle(run: &mut Run<'_>, row: Candidate<'_, hardware_model::Model>) -> Result<()> {
        let Candidate { before, after, .. } = row;
        use hardware_model::Column as C;
        let Some(before) = before.filter(|before| Self::refers_anew(before, after)) else { return Ok(()) };
        let Some(successor) = after.successor_id else { return Ok(()) };
        let (start, own) = (successor.uuid(), before.id.uuid());
        if start == own
            || chains::leads_to::<hardware_model::Entity>(run.tx, (C::Id, C::SuccessorId), start, own).await?
        {
            let message = format!("{} comes before it already, a circle of successors", after.name);
            return Err(Error::invalid("successor_name", message));
        }
        Ok(())
    }

    async fn write(
        run: &mut Run<'_>,
        before: hardware_model::Model,
        row: hardware_model::ActiveModel,
    ) -> Result<hardware_model::Model> {
        let shape = (before.height_half_units, before.full_depth);
        let reshaped = row.height_half_units.as_ref() != &shape.0 || row.full_depth.as_ref() != &shape.1;
        if !reshaped {
            return run.tx.update(before, |changed| *changed = row).await;
        }
        // What is mounted can be held to the new shape only when it has been written.
        run.tx
            .attempt(async |tx| {
                let after =
                    tx.update(before, |changed: &mut hardware_model::ActiveModel| *changed = row).await?;
                placement::check_all_of(tx, &after).await?;
                Ok(after)
            })
            .await
    }
}
