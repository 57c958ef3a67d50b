//! Manufacturers, and the hardware models that they make.

use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate};
use entity::{
    id::{HardwareModelId, ManufacturerId},
    inventory::{hardware_model, manufacturer},
};
use sea_orm::ActiveValue::Set;

use super::{
    SOURCE,
    data::{self, Model},
    dice::{Dice, Sequence},
};
use crate::error::{Error, Result};

/// How often, in thousandths, the model before the newest is bought while it is still sold.
const CAUTIOUS: i32 = 250;

/// Every model, and which follow each other.
#[derive(Debug)]
pub(super) struct Catalogue {
    models: Vec<(HardwareModelId, Model)>,
    families: Vec<(String, Vec<usize>)>,
    makers: BTreeMap<String, ManufacturerId>,
}

/// Models that follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Family(usize);

impl Catalogue {
    /// The catalogue, without rows.
    pub(super) fn plan(ids: &mut Sequence) -> Result<Self> {
        let read: Vec<Model> = data::rows(include_str!("data/models.json"))?;
        let mut makers = BTreeMap::new();
        for model in &read {
            makers.entry(model.maker.clone()).or_insert_with(|| ids.next());
        }
        let models: Vec<_> = read.into_iter().map(|model| (ids.next(), model)).collect();
        let mut families: Vec<(String, Vec<usize>)> = Vec::new();
        for (place, (_, model)) in models.iter().enumerate() {
            match families.iter_mut().find(|(name, _)| *name == model.family) {
                Some((_, members)) => members.push(place),
                None => families.push((model.family.clone(), vec![place])),
            }
        }
        for (_, members) in &mut families {
            members.sort_by_key(|place| models[*place].1.released_on);
        }
        Ok(Self { models, families, makers })
    }

    /// The family of a name.
    pub(super) fn family(&self, name: &str) -> Result<Family> {
        let found = self.families.iter().position(|(own, _)| own == name);
        found.map(Family).ok_or_else(|| Error::internal(format!("no family of models {name}")))
    }

    /// The model with a name.
    pub(super) fn id(&self, name: &str) -> Result<HardwareModelId> {
        let found = self.models.iter().find(|(_, model)| model.name == name);
        found.map(|(id, _)| *id).ok_or_else(|| Error::internal(format!("no model {name}")))
    }

    /// What somebody who buys on a day buys: mostly the newest of the family that has been sold for a while.
    pub(super) fn bought(
        &self,
        Family(family): Family,
        on: NaiveDate,
        dice: &mut Dice,
    ) -> &(HardwareModelId, Model) {
        let members = &self.families[family].1;
        let proven = on - Days::new(60);
        let newest = members.iter().rposition(|place| self.models[*place].1.released_on <= proven);
        let newest = newest.unwrap_or(0);
        let before = newest.checked_sub(1).map(|before| &self.models[members[before]]);
        match before {
            Some(listed)
                if listed.1.end_of_sale_on.is_some_and(|end| on <= end) && dice.happens(CAUTIOUS) =>
            {
                listed
            }
            _ => &self.models[members[newest]],
        }
    }

    /// Half units that any model of a family fits into.
    pub(super) fn tallest(&self, Family(family): Family) -> i32 {
        let heights =
            self.families[family].1.iter().filter_map(|place| self.models[*place].1.height_half_units);
        heights.max().unwrap_or(0)
    }

    /// The rows of the manufacturers.
    pub(super) fn manufacturers(&self) -> Vec<manufacturer::ActiveModel> {
        let rows = self.makers.iter().map(|(name, id)| manufacturer::ActiveModel {
            id: Set(*id),
            name: Set(name.clone()),
            ..Default::default()
        });
        rows.collect()
    }

    /// The rows of the models.
    pub(super) fn rows(&self) -> Result<Vec<hardware_model::ActiveModel>> {
        let ids: HashMap<&str, HardwareModelId> =
            self.models.iter().map(|(id, model)| (model.name.as_str(), *id)).collect();
        self.models.iter().map(|(id, model)| self.row(*id, model, &ids)).collect()
    }

    fn row(
        &self,
        id: HardwareModelId,
        model: &Model,
        ids: &HashMap<&str, HardwareModelId>,
    ) -> Result<hardware_model::ActiveModel> {
        let maker = self.makers.get(&model.maker).copied();
        let model = model.clone();
        Ok(hardware_model::ActiveModel {
            id: Set(id),
            manufacturer_id: Set(maker.ok_or_else(|| Error::internal("a model without a maker"))?),
            part_number: Set(model.part_number),
            kind: Set(model.kind),
            height_half_units: Set(model.height_half_units),
            full_depth: Set(model.full_depth),
            typical_draw_watts: Set(model.typical_watts),
            maximum_draw_watts: Set(model.maximum_watts),
            weight_grams: Set(model.grams),
            usable_terabytes: Set(model.terabytes),
            useful_life_months: Set(model.life_months),
            list_price_amount: Set(Some(model.price)),
            list_price_currency: Set(Some("USD".to_owned())),
            list_price_on: Set(Some(model.price_on)),
            list_price_valid_until: Set(model.price_until),
            list_price_source: Set(Some(model.price_source)),
            released_on: Set(Some(model.released_on)),
            end_of_sale_announced_on: Set(model.announced_on),
            end_of_sale_on: Set(model.end_of_sale_on),
            last_ship_on: Set(model.last_ship_on),
            end_of_software_maintenance_on: Set(model.end_of_software_on),
            end_of_security_support_on: Set(model.end_of_security_on),
            last_date_of_support_on: Set(model.last_support_on),
            date_quality: Set(model.quality),
            successor_id: Set(model.successor.and_then(|name| ids.get(name.as_str()).copied())),
            consolidation_ratio: Set(model.ratio),
            source: Set(Some(SOURCE.to_owned())),
            name: Set(model.name),
            ..Default::default()
        })
    }
}
