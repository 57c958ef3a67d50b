//! The rows of a roadmap as text that reads the same wherever the same data was loaded: sorted, without dates of
//! recording, and with ids that follow from natural keys instead of those that happened to be made.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use entity::{
    finance::{exchange_rate::RateKind, fiscal_calendar},
    id::{AssetId, EntityId, HardwareModelId, RefreshCycleId, SiteId},
    inventory::{environment::Environment, hardware_model},
    lifecycle::{book_entry, book_event, depreciation_rule, refresh_cycle, refresh_policy},
    money::Amount,
};
use forecasting::{month::Month, refresh::CapacityNeed};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    assets::{Asset, Outside},
    cloud::{Spend, StoredSpend},
    contracts::Contracts,
    estate::{Estate, Site},
    families,
    keys::Properties,
    plan::{Question, Rows},
    posted::OnRecord,
};
use crate::{
    capacity::purchases::Growing,
    error::{Error, Result},
    finance::rates::Rates,
    lifecycle::{matching, recorded::Recorded},
    scenarios::Overlay,
};

/// Columns that say nothing of what anything costs, with what stands for them.
const SILENT: [(&str, &str); 4] = [
    ("created_at", "\"1970-01-01T00:00:00Z\""),
    ("updated_at", "\"1970-01-01T00:00:00Z\""),
    ("version", "1"),
    ("source", "null"),
];

/// Columns that rows came to have after the first scenarios were frozen, with what they say where nobody set them: left
/// out then, so that such rows read as they did before.
const LATER: [(&str, &str); 13] = [
    ("residual_curve", "null"),
    ("wiping", "\"ERASED\""),
    ("risk", "null"),
    ("power_unit", "null"),
    ("power_factor", "null"),
    ("usable_terabytes", "null"),
    ("cores", "null"),
    ("memory_gibibytes", "null"),
    ("expected_on", "null"),
    ("retirement_planned_on", "null"),
    ("network_ports", "null"),
    ("cooling_watts", "null"),
    ("capacity_rule", "false"),
];

/// The same of events of books, told by a column that only they have: assets have had the name from the beginning.
const LATER_OF_EVENTS: (&str, &str) = ("in_service_on", "held_quantity");

/// Why a site is left, where that is planned.
const PLANNED: &str = "its exit is planned";

#[derive(Serialize, Deserialize)]
struct StoredAsset {
    model: HardwareModelId,
    site: SiteId,
    in_service_on: Option<NaiveDate>,
    warranty_ends_on: Option<NaiveDate>,
    lease_return_on: Option<NaiveDate>,
    retired_on: Option<NaiveDate>,
    price: Option<(Amount, String)>,
    environment: Environment,
    tier: Option<i32>,
    /// What it is called by those that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<u32>,
    /// The number of what holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent: Option<u32>,
    properties: [Option<String>; 8],
    cycle: Option<RefreshCycleId>,
    /// What the capacity pools that it is part of ask for, where that matters and is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    capacity: Option<StoredNeed>,
    /// What the books have on record about it; what was kept without has nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    entries: Vec<book_entry::Model>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    events: Vec<book_event::Model>,
}

/// What capacity pools ask for.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum StoredNeed {
    OrderBy(NaiveDate),
    /// The month, by its first day.
    NotWithin(NaiveDate),
    NoPool,
}

impl From<CapacityNeed> for StoredNeed {
    fn from(need: CapacityNeed) -> Self {
        match need {
            CapacityNeed::OrderBy(on) => Self::OrderBy(on),
            CapacityNeed::NotWithin(last) => Self::NotWithin(last.first_day()),
            CapacityNeed::NoPool => Self::NoPool,
        }
    }
}

impl From<StoredNeed> for CapacityNeed {
    fn from(need: StoredNeed) -> Self {
        match need {
            StoredNeed::OrderBy(on) => Self::OrderBy(on),
            StoredNeed::NotWithin(last) => Self::NotWithin(Month::of(last)),
            StoredNeed::NoPool => Self::NoPool,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    calendar: Option<fiscal_calendar::Model>,
    contracts: Contracts,
    sites: Vec<(SiteId, String, Option<NaiveDate>)>,
    models: Vec<hardware_model::Model>,
    policies: Vec<refresh_policy::Model>,
    rules: Vec<depreciation_rule::Model>,
    cycles: Vec<refresh_cycle::Model>,
    assets: Vec<StoredAsset>,
    spends: Vec<StoredSpend>,
    /// Capacity pools that more is bought for; what was kept without has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    growing: Vec<Growing>,
    outside: Vec<Outside>,
    rates: Vec<(String, String, NaiveDate, Decimal)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed: Option<NaiveDate>,
}

/// Ids that follow from natural keys, by the ids that were made.
#[derive(Debug, Default)]
pub struct Ids(HashMap<Uuid, Uuid>);

impl Ids {
    /// The id that follows from a natural key; none for a row that the roadmap does not know.
    #[must_use]
    pub fn of(&self, id: Uuid) -> Uuid {
        self.0.get(&id).copied().unwrap_or_default()
    }

    /// Gives rows their ids; of several with one key, in the order of what they say.
    fn give<T: Serialize, I: EntityId>(
        &mut self,
        rows: &[T],
        id: impl Fn(&T) -> I,
        key: impl Fn(&T) -> String,
    ) -> Result<()> {
        let mut alike: BTreeMap<String, Vec<(String, Uuid)>> = BTreeMap::new();
        for row in rows {
            let said = self.canonical(serde_json::to_value(row).map_err(Error::internal)?).to_string();
            alike.entry(key(row)).or_default().push((said, id(row).uuid()));
        }
        for (key, mut rows) in alike {
            rows.sort();
            for (place, (_, id)) in rows.into_iter().enumerate() {
                let digest = Sha256::digest(format!("{} {key} {place}", I::KIND));
                let mut bytes = [0; 16];
                bytes.copy_from_slice(&digest[..16]);
                self.0.insert(id, Uuid::from_bytes(bytes));
            }
        }
        Ok(())
    }

    /// A value with other ids, without what is silent; lists of rows are sorted by what they say.
    #[must_use]
    pub fn canonical(&self, value: Value) -> Value {
        match value {
            Value::String(text) => match Uuid::try_parse(&text) {
                Ok(id) if text.len() == 36 => Value::String(self.of(id).to_string()),
                _ => Value::String(text),
            },
            Value::Array(list) => Value::Array(list.into_iter().map(|one| self.canonical(one)).collect()),
            Value::Object(fields) => {
                let is_event = fields.contains_key(LATER_OF_EVENTS.1);
                let was_there = |(name, value): &(String, Value)| {
                    let text = value.to_string();
                    let is_later = LATER.iter().any(|(later, said)| later == name && text == *said);
                    let is_later_event = is_event && name == LATER_OF_EVENTS.0 && value.is_null();
                    !(is_later || is_later_event)
                };
                let fields = fields.into_iter().filter(was_there).map(|(name, value)| {
                    let silent = SILENT.iter().find(|(silent, _)| *silent == name);
                    let said = silent.and_then(|(_, said)| serde_json::from_str(said).ok());
                    (name, said.unwrap_or_else(|| self.canonical(value)))
                });
                Value::Object(fields.collect())
            }
            other => other,
        }
    }
}

impl Stored {
    fn of(rows: &Rows) -> Self {
        let estate = &rows.estate;
        let assets = rows.assets.iter().map(|asset| StoredAsset {
            model: asset.model,
            site: asset.site,
            in_service_on: asset.in_service_on,
            warranty_ends_on: asset.warranty_ends_on,
            lease_return_on: asset.lease_return_on,
            retired_on: asset.retired_on,
            price: asset.price.as_ref().map(|(amount, code)| (*amount, code.to_string())),
            environment: asset.environment,
            tier: asset.tier,
            number: None,
            parent: None,
            properties: asset.properties.words(),
            cycle: estate.cycle_of.get(&asset.id).copied(),
            capacity: asset.capacity.map(StoredNeed::from),
            entries: rows.on_record.recorded.of_asset(asset.id).entries.to_vec(),
            events: rows.on_record.recorded.of_asset(asset.id).events.to_vec(),
        });
        let sites = estate.sites.iter();
        let rates = rows.rates.recorded();
        Self {
            calendar: rows.calendar.clone(),
            contracts: rows.contracts.clone(),
            sites: sites
                .map(|(id, site)| (*id, site.code.to_string(), site.planned.map(|(on, _)| on)))
                .collect(),
            models: estate.models.values().cloned().collect(),
            policies: estate.policies.clone(),
            rules: estate.rules.clone(),
            cycles: estate.cycles.values().cloned().collect(),
            assets: assets.collect(),
            spends: rows.spends.iter().map(StoredSpend::from).collect(),
            growing: rows.growing.clone(),
            outside: rows.outside.clone(),
            rates: rates
                .map(|(base, quote, on, rate)| (base.to_owned(), quote.to_owned(), on, rate.normalize()))
                .collect(),
            closed: rows.on_record.closed,
        }
    }

    fn ids(&self) -> Result<Ids> {
        let mut ids = Ids::default();
        ids.give(&self.sites, |site| site.0, |site| site.1.clone())?;
        ids.give(&self.models, |model| model.id, |model| model.name.clone())?;
        ids.give(&self.rules, |rule| rule.id, |rule| rule.name.clone())?;
        ids.give(&self.policies, |policy| policy.id, |policy| policy.name.clone())?;
        ids.give(&self.cycles, |cycle| cycle.id, |cycle| cycle.name.clone())?;
        let (colocation, support) = (&self.contracts.colocation, &self.contracts.support);
        ids.give(colocation, |one| one.contract.id, |one| one.contract.number.clone())?;
        ids.give(support, |one| one.contract.id, |one| one.contract.number.clone())?;
        for one in colocation {
            let key = |position: i32| format!("{} {position}", one.contract.number);
            ids.give(&one.charges, |charge| charge.id, |charge| key(charge.position))?;
        }
        ids.give(&self.growing, |pool| pool.pool, |pool| pool.name.clone())?;
        ids.give(&self.spends, |spend| spend.account, |spend| spend.account_name.clone())?;
        let workloads: Vec<&StoredSpend> =
            self.spends.iter().filter(|spend| spend.workload.is_some()).collect();
        ids.give(
            &workloads,
            |spend| spend.workload.unwrap_or_else(|| EntityId::from_uuid(Uuid::nil())),
            |spend| spend.key(),
        )?;
        Ok(ids)
    }
}

/// Rows as canonical text, and the ids that stand in it.
///
/// # Errors
/// `Internal` for rows that are no JSON.
pub fn to_text(rows: &Rows) -> Result<(String, Ids)> {
    let stored = Stored::of(rows);
    let ids = stored.ids()?;
    let mut value = ids.canonical(serde_json::to_value(&stored).map_err(Error::internal)?);
    name_parents(&mut value, &rows.assets);
    sort(&mut value);
    Ok((value.to_string(), ids))
}

/// Says of assets, in the order of the rows, which hold which.
fn name_parents(value: &mut Value, assets: &[Asset]) {
    let Some(said) = value.get_mut("assets").and_then(Value::as_array_mut) else { return };
    let parents: Vec<Option<u32>> = assets.iter().map(|asset| asset.parent).collect();
    let places =
        families::numbered(&parents, |at| said.get(at as usize).map(Value::to_string).unwrap_or_default());
    for (at, place) in places {
        let Some(asset) = said.get_mut(at as usize).and_then(Value::as_object_mut) else { continue };
        for (name, number) in [("number", place.number), ("parent", place.parent)] {
            asset.extend(number.map(|number| (name.to_owned(), Value::from(number))));
        }
    }
}

/// Sorts the tables by what their rows say; lists within rows keep their order, but for the sites of a contract.
fn sort(value: &mut Value) {
    let said = |list: &mut Vec<Value>| list.sort_by_cached_key(Value::to_string);
    let Some(tables) = value.as_object_mut() else { return };
    for table in tables.values_mut() {
        if let Value::Array(rows) = table {
            said(rows);
        }
    }
    let contracts = tables.get_mut("contracts").and_then(Value::as_object_mut);
    for contracts in
        contracts.into_iter().flat_map(serde_json::Map::values_mut).filter_map(Value::as_array_mut)
    {
        for contract in contracts.iter_mut() {
            if let Some(sites) = contract.get_mut("sites").and_then(Value::as_array_mut) {
                said(sites);
            }
        }
        contracts.sort_by_cached_key(|contract| contract["contract"]["number"].to_string());
    }
}

/// Capacity pools that more is bought for, as a scenario has what there is of them, as canonical text; none where it has that
/// as it is on record. The text of the rows has it so, for it does not depend on scenarios.
///
/// # Errors
/// `Internal` for pools that are no JSON, and those of what a scenario makes of pools.
pub fn growing_to_text(rows: &Rows, scenario: &Overlay, ids: &Ids) -> Result<Option<String>> {
    let said = |growing: &[Growing]| {
        let value = ids.canonical(serde_json::to_value(growing).map_err(Error::internal)?);
        let mut value = serde_json::json!({ "growing": value });
        sort(&mut value);
        Ok::<_, Error>(value["growing"].to_string())
    };
    let (recorded, laid) = (said(&rows.growing)?, said(&rows.growing(scenario)?)?);
    Ok((laid != recorded).then_some(laid))
}

/// Rows of a text, for the question that they were kept for; `growing` are capacity pools as the scenario that they were kept
/// for has them, where that is otherwise than the rows do.
///
/// # Errors
/// `Internal` for text that is none, and as [`Rows::read`].
pub fn of_text(text: &str, growing: Option<&str>, question: &Question) -> Result<Rows> {
    let mut stored: Stored = serde_json::from_str(text).map_err(Error::internal)?;
    if let Some(growing) = growing {
        stored.growing = serde_json::from_str(growing).map_err(Error::internal)?;
    }
    let mut cycle_of = HashMap::new();
    let mut shared: HashMap<[Option<String>; 8], Arc<Properties>> = HashMap::new();
    let (mut entries, mut events) = (Vec::new(), Vec::new());
    let holders = (0_u32..).zip(&stored.assets).filter_map(|(at, asset)| Some((asset.number?, at)));
    let holders: HashMap<u32, u32> = holders.collect();
    let assets = (1_u128..).zip(stored.assets).map(|(number, asset)| {
        let id = AssetId::from_uuid(Uuid::from_u128(number));
        if let Some(cycle) = asset.cycle {
            cycle_of.insert(id, cycle);
        }
        entries.extend(asset.entries.into_iter().map(|entry| book_entry::Model { asset_id: id, ..entry }));
        events.extend(asset.events.into_iter().map(|event| book_event::Model { asset_id: id, ..event }));
        let words = asset.properties;
        let properties = shared.entry(words.clone()).or_insert_with(|| Arc::new(Properties::of_words(words)));
        Asset {
            id,
            model: asset.model,
            site: asset.site,
            in_service_on: asset.in_service_on,
            warranty_ends_on: asset.warranty_ends_on,
            lease_return_on: asset.lease_return_on,
            retired_on: asset.retired_on,
            price: asset.price.map(|(amount, code)| (amount, code.into())),
            environment: asset.environment,
            tier: asset.tier,
            parent: asset.parent.and_then(|number| holders.get(&number).copied()),
            capacity: asset.capacity.map(CapacityNeed::from),
            properties: Arc::clone(properties),
        }
    });
    let assets: Vec<Asset> = assets.collect();
    let sites = stored.sites.into_iter().map(|(id, code, exit_on)| {
        let planned = exit_on.map(|on| (on, PLANNED));
        (id, Site { code: code.into(), planned, noticed: None, exit: planned })
    });
    let models: HashMap<_, _> = stored.models.into_iter().map(|model| (model.id, model)).collect();
    let mut rules = stored.rules;
    rules.sort_by(|one, other| one.name.cmp(&other.name));
    let mut estate = Estate {
        sites: sites.collect(),
        models: Arc::new(models),
        policies: matching::in_order(stored.policies),
        rules,
        cycles: stored.cycles.into_iter().map(|cycle| (cycle.id, cycle)).collect(),
        cycle_of: Arc::new(cycle_of),
        price_rates: Vec::new(),
    };
    estate.leave(&stored.contracts.ends_by_notice());
    let spends = stored.spends.into_iter().map(Spend::from).collect();
    let rates = Rates::of(RateKind::Plan, stored.rates);
    let on_record = OnRecord { recorded: Recorded::of(entries, events), closed: stored.closed };
    let (outside, calendar) = (stored.outside, stored.calendar);
    Rows::kept(
        question,
        calendar,
        stored.contracts,
        estate,
        (assets, on_record),
        (spends, stored.growing),
        (outside, rates),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn columns_that_came_later_are_only_said_where_they_say_something() {
        let as_before = json!({ "name": "A", "wiping": "ERASED", "risk": null, "residual_curve": null,
            "power_unit": null, "power_factor": null, "usable_terabytes": null, "cores": null, "memory_gibibytes": null,
            "expected_on": null, "retirement_planned_on": null, "in_service_on": null });
        let canonical = |value| Ids::default().canonical(value);
        assert_eq!(canonical(as_before), json!({ "name": "A", "in_service_on": null }));
        let set = json!({ "wiping": "SHREDDED", "power_factor": "0.9" });
        assert_eq!(canonical(set.clone()), set);
        let event = json!({ "held_quantity": null, "in_service_on": null });
        assert_eq!(canonical(event), json!({ "held_quantity": null }));
        let event = json!({ "held_quantity": null, "in_service_on": "2026-01-01" });
        assert_eq!(canonical(event.clone()), event);
    }
}
