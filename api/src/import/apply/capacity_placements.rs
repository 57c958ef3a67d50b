//! Places that are held in racks. Files say what was held: they are taken as they are, whether it still fits or not.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::capacity::capacity_placement::{self, PlacementCords};
use entity::capacity::capacity_placement_rack;
use entity::id::CapacityPlacementId;
use entity::money::Rate;

use super::engine::Run;
use super::fill::{Filling, choice, put, put_any, rate, usual};
use super::importable::{Candidate, Importable};
use super::known::{Key, Known, Table, rows_among};
use crate::capacity::held_placements;
use crate::error::{Error, Result};
use crate::import::csv::Noun;
use crate::import::records::{CapacityPlacement, CapacityPlacementRack, RackKey};
use crate::import::{Origin, Records};

fn of_day(purpose: &str, day: NaiveDate) -> Key {
    Key::of([purpose, &day.to_string()])
}

fn in_rack(purpose: &str, day: NaiveDate, rack: &RackKey) -> Key {
    Key::of([purpose, &day.to_string(), &rack.site, &rack.name])
}

impl Importable for CapacityPlacement {
    const NOUN: Noun = Noun::CapacityPlacement;
    type Entity = capacity_placement::Entity;
    type Model = capacity_placement::Model;
    type Row = capacity_placement::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.capacity_placements
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        of_day(&self.purpose, self.from_on)
    }

    fn table(known: &Known) -> &Table<capacity_placement::Model> {
        &known.capacity_placements
    }

    fn table_mut(known: &mut Known) -> &mut Table<capacity_placement::Model> {
        &mut known.capacity_placements
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let own = run.records.capacity_placements.iter().map(|record| &record.purpose);
        let of_racks = run.records.capacity_placement_racks.iter().map(|record| &record.purpose);
        let purposes: BTreeSet<String> = own.chain(of_racks).cloned().collect();
        let column = capacity_placement::Column::Purpose;
        for row in rows_among::<capacity_placement::Entity, _>(run.tx, column, purposes).await? {
            run.known.capacity_placements.put(of_day(&row.purpose, row.from_on), row);
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut capacity_placement::ActiveModel,
        _before: Option<&capacity_placement::Model>,
        _at: &mut Filling<'_>,
    ) -> Result<()> {
        put(&mut row.purpose, Some(self.purpose.clone()));
        put(&mut row.from_on, Some(self.from_on));
        put_any(&mut row.to_on, self.to_on);
        put(&mut row.pieces, self.pieces);
        put_any(&mut row.half_units, self.half_units);
        put_any(&mut row.power_watts, self.power_watts);
        put_any(&mut row.cooling_watts, self.cooling_watts);
        put_any(&mut row.ports, self.ports);
        put_any(&mut row.weight_grams, self.weight_grams);
        put(&mut row.cords, choice("cords", self.cords.as_ref())?);
        put(&mut row.probability, rate("probability", self.probability)?);
        put_any(&mut row.source, self.source.clone());
        usual(&mut row.cords, PlacementCords::Both);
        usual(&mut row.probability, Rate::ONE);
        Ok(())
    }

    fn check(row: Candidate<'_, capacity_placement::Model>, _known: &Known) -> Result<()> {
        held_placements::check(row.after)?;
        held_placements::check_pieces(row.after)
    }
}

impl Importable for CapacityPlacementRack {
    const NOUN: Noun = Noun::CapacityPlacementRack;
    type Entity = capacity_placement_rack::Entity;
    type Model = capacity_placement_rack::Model;
    type Row = capacity_placement_rack::ActiveModel;

    fn all(records: &Records) -> &[Self] {
        &records.capacity_placement_racks
    }

    fn origin(&self) -> &Origin {
        &self.origin
    }

    fn key(&self) -> Key {
        in_rack(&self.purpose, self.from_on, &self.rack)
    }

    fn table(known: &Known) -> &Table<capacity_placement_rack::Model> {
        &known.capacity_placement_racks
    }

    fn table_mut(known: &mut Known) -> &mut Table<capacity_placement_rack::Model> {
        &mut known.capacity_placement_racks
    }

    async fn load(run: &mut Run<'_>) -> Result<()> {
        let named = run.records.capacity_placement_racks.iter();
        let named = named.map(|record| of_day(&record.purpose, record.from_on));
        let placements = named.filter_map(|key| Some(run.known.capacity_placements.get(&key)?.id));
        let placements: BTreeSet<CapacityPlacementId> = placements.collect();
        let column = capacity_placement_rack::Column::PlacementId;
        for row in rows_among::<capacity_placement_rack::Entity, _>(run.tx, column, placements).await? {
            let known = &run.known;
            let placement = known.capacity_placements.with_id(row.placement_id);
            let rack = known.racks.with_id(row.rack_id);
            let site = rack.and_then(|rack| known.sites.with_id(rack.site_id));
            if let (Some(placement), Some(rack), Some(site)) = (placement, rack, site) {
                let rack = RackKey { site: site.code.clone(), name: rack.name.clone() };
                let key = in_rack(&placement.purpose, placement.from_on, &rack);
                run.known.capacity_placement_racks.put(key, row);
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        row: &mut capacity_placement_rack::ActiveModel,
        _before: Option<&capacity_placement_rack::Model>,
        at: &mut Filling<'_>,
    ) -> Result<()> {
        let key = of_day(&self.purpose, self.from_on);
        put(&mut row.placement_id, Some(at.known.capacity_placements.named("purpose", &key)?.id));
        let key = Key::of([&self.rack.site, &self.rack.name]);
        put(&mut row.rack_id, Some(at.known.racks.named("rack", &key)?.id));
        put(&mut row.pieces, self.pieces);
        Ok(())
    }

    fn check(row: Candidate<'_, capacity_placement_rack::Model>, known: &Known) -> Result<()> {
        let pieces = row.after.pieces;
        let placement = known.capacity_placements.with_id(row.after.placement_id);
        match placement.filter(|placement| pieces < 1 || pieces > placement.pieces) {
            Some(placement) => {
                let message = format!(
                    "{pieces} is not between 1 and the {} of {}",
                    placement.pieces, placement.purpose
                );
                Err(Error::invalid("pieces", message))
            }
            None => Ok(()),
        }
    }
}
