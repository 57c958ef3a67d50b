//! Which assets are depreciated together: those that agree in rule, month of service, currency and end.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use entity::{id::DepreciationRuleId, inventory::hardware_model::HardwareKind};
use forecasting::{
    depreciation::{Basis, DepreciationRule},
    money::{Currency, Money},
};
use rust_decimal::Decimal;

use super::{
    assets::Asset,
    cohorts::Note,
    estate::Estate,
    keys::Dimension,
    shares::{self, Member, Share},
};
use crate::lifecycle::terms;

/// Assets that are depreciated together.
pub struct Vintage {
    /// The rule of all of them.
    pub rule: DepreciationRule,
    /// Their cost together.
    pub basis: Basis,
    /// Positions of the assets.
    pub members: Vec<u32>,
}

impl Vintage {
    /// The vintage, as it belongs to the lines of its assets: by what they cost.
    #[must_use]
    pub fn shares(&self, assets: &[Asset], dimensions: &[Dimension]) -> Vec<Share> {
        let members = self.members.iter().filter_map(|position| {
            let asset = assets.get(*position as usize)?;
            let millionths = asset.price.as_ref().and_then(|(amount, _)| u64::try_from(amount.0).ok());
            let weight = millionths.unwrap_or_default();
            Some(Member { position: *position, properties: &asset.properties, rule: None, weight })
        });
        shares::divide(dimensions, members)
    }
}

/// What becomes of an asset of which the books may have more on record.
pub enum Other {
    /// Its rule says all there is.
    ByRule,
    /// It is written off as the books have it, with what is missing for that.
    Taken(Option<Note>),
}

#[derive(PartialEq, Eq, Hash)]
struct Group {
    rule: DepreciationRuleId,
    in_service: NaiveDate,
    currency: Arc<str>,
    disposed: Option<NaiveDate>,
}

/// Groups the assets that are written off by rules, and says of which the cost or the life is not known. `leaving` has
/// the day on which each asset is replaced, and `others` takes the assets of which the books have more on record.
pub fn group(
    estate: &Estate,
    assets: &[Asset],
    leaving: &[Option<NaiveDate>],
    mut others: impl FnMut(u32, &Asset, Option<NaiveDate>) -> Other,
) -> (Vec<Vintage>, Vec<Note>) {
    let mut groups: HashMap<Group, (i128, Vec<u32>)> = HashMap::new();
    let mut notes = Vec::new();
    for ((position, asset), leaves) in (0_u32..).zip(assets).zip(leaving) {
        if let Other::Taken(note) = others(position, asset, *leaves) {
            notes.extend(note);
            continue;
        }
        match basis(estate, asset, *leaves) {
            Ok(Some((group, micros))) => {
                let (sum, members) = groups.entry(group).or_default();
                *sum += i128::from(micros);
                members.push(position);
            }
            Ok(None) => {}
            Err(reason) => notes.push(Note { asset: position, policy: None, reason, is_gap: true }),
        }
    }
    let mut vintages: Vec<_> = groups
        .into_iter()
        .filter_map(|(group, (sum, members))| vintage(estate, &group, sum, members))
        .collect();
    vintages.sort_by(|one, other| one.members.cmp(&other.members));
    (vintages, notes)
}

fn basis(estate: &Estate, asset: &Asset, leaves: Option<NaiveDate>) -> Result<Option<(Group, i64)>, String> {
    if asset.price.is_none() && asset.lease_return_on.is_some() {
        // What is leased stands in the books of the lessor.
        return Ok(None);
    }
    let Some((amount, currency)) = &asset.price else {
        return Err("depreciation: no purchase price".to_owned());
    };
    let Some(in_service) = asset.in_service_on else {
        return Err("depreciation: no in-service date".to_owned());
    };
    let kind = estate.models.get(&asset.model).map(|model| model.kind);
    let Some(rule) = kind.and_then(|kind| estate.rule(kind, None)) else {
        return Err("depreciation: no rule applies to its kind".to_owned());
    };
    let in_service = terms::depreciation(rule).convention.representative(in_service);
    let group = Group {
        rule: rule.id,
        in_service,
        currency: Arc::clone(currency),
        disposed: asset.retired_on.or(leaves).map(|day| day.max(in_service)),
    };
    Ok(Some((group, amount.0)))
}

fn vintage(estate: &Estate, group: &Group, micros: i128, members: Vec<u32>) -> Option<Vintage> {
    let rule = estate.rules.iter().find(|rule| rule.id == group.rule)?;
    let cost = Decimal::try_from_i128_with_scale(micros, 6).ok()?;
    let currency = Currency::from_code(&group.currency).ok()?;
    let basis = Basis {
        cost: Money::new(cost, currency),
        salvage: cost * rule.salvage_rate.to_decimal(),
        in_service: group.in_service,
        disposed: group.disposed,
    };
    Some(Vintage { rule: terms::depreciation(rule), basis, members })
}

/// The rule and the salvage share by which hardware of a kind is depreciated, where one applies.
pub fn depreciation_rule(
    estate: &Estate,
    kind: HardwareKind,
    own: Option<DepreciationRuleId>,
) -> Option<(DepreciationRule, Decimal)> {
    estate.rule(kind, own).map(|rule| (terms::depreciation(rule), rule.salvage_rate.to_decimal()))
}
