//! Rules of depreciation, refresh policies, refresh cycles and software releases.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use entity::{
    id::{AssetId, DepreciationRuleId, HardwareModelId, RefreshCycleId, RefreshPolicyId, SiteId},
    lifecycle::{
        depreciation_rule, refresh_cycle, refresh_cycle_asset, refresh_policy,
        software_release::{self, MilestoneState},
    },
};
use sea_orm::ActiveValue::Set;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    SOURCE,
    data::{self, Release},
    dice::Sequence,
    estate::Estate,
};
use crate::error::{Error, Result};

/// The years that prices are indexed for: from the oldest price of the catalogue to beyond any roadmap.
const INDEXED: std::ops::RangeInclusive<i32> = 2019..=2036;
/// How prices move in years that nobody has a view on.
const USUAL: &str = "0.03";

#[derive(Debug, Deserialize)]
struct Lifecycle {
    depreciation_rules: Vec<Value>,
    policies: Vec<Policy>,
    indices: HashMap<String, BTreeMap<i32, String>>,
    cycles: Vec<Cycle>,
}

#[derive(Debug, Deserialize)]
struct Policy {
    depreciation_rule: String,
    index: String,
    terms: Value,
}

#[derive(Debug, Deserialize)]
struct Cycle {
    policy: String,
    site: String,
    model: String,
    replaces: String,
    before: NaiveDate,
    most: u32,
    terms: Value,
}

/// The assets that a cycle replaces: the first of a model that stand at the site and were in service by a day.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub site: SiteId,
    pub model: HardwareModelId,
    pub before: NaiveDate,
    pub most: u32,
}

/// The rows of what assets do not refer to.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub depreciation_rules: Vec<depreciation_rule::ActiveModel>,
    pub policies: Vec<refresh_policy::ActiveModel>,
    pub cycles: Vec<refresh_cycle::ActiveModel>,
    pub releases: Vec<software_release::ActiveModel>,
}

/// What is planned, and the assets that each cycle is to replace.
pub(super) fn plan(estate: &Estate, ids: &mut Sequence) -> Result<(Rows, Vec<(RefreshCycleId, Choice)>)> {
    let read: Lifecycle = data::value(include_str!("data/lifecycle.json"))?;
    let mut rows = Rows { releases: releases(ids)?, ..Rows::default() };
    let mut rules: HashMap<String, DepreciationRuleId> = HashMap::new();
    for terms in &read.depreciation_rules {
        let id = ids.next();
        rules.insert(name_of(terms), id);
        rows.depreciation_rules.push(data::row(terms, [("id", json!(id))])?);
    }
    let mut policies: HashMap<String, RefreshPolicyId> = HashMap::new();
    for policy in &read.policies {
        let id = ids.next();
        policies.insert(name_of(&policy.terms), id);
        let moves = read.indices.get(&policy.index);
        let rate = |year| moves.and_then(|moves| moves.get(&year)).map_or(USUAL, String::as_str);
        let index: Vec<Value> = INDEXED.map(|year| json!({ "year": year, "rate": rate(year) })).collect();
        let rule = rules.get(&policy.depreciation_rule);
        let more = [("id", json!(id)), ("price_index", json!(index)), ("depreciation_rule_id", json!(rule))];
        rows.policies.push(data::row(&policy.terms, more)?);
    }
    let mut choices = Vec::with_capacity(read.cycles.len());
    for cycle in read.cycles {
        let id = ids.next();
        let missing = || Error::internal(format!("no policy {} or no site {}", cycle.policy, cycle.site));
        let policy = policies.get(&cycle.policy).ok_or_else(missing)?;
        let site = estate.place(&cycle.site, 0).ok_or_else(missing)?.id;
        let more = [
            ("id", json!(id)),
            ("policy_id", json!(policy)),
            ("site_id", json!(site)),
            ("model_id", json!(estate.catalogue.id(&cycle.model)?)),
        ];
        rows.cycles.push(data::row(&cycle.terms, more)?);
        choices.push((
            id,
            Choice {
                site,
                model: estate.catalogue.id(&cycle.replaces)?,
                before: cycle.before,
                most: cycle.most,
            },
        ));
    }
    Ok((rows, choices))
}

/// The row of an asset that a cycle replaces.
pub(super) fn row(
    ids: &mut Sequence,
    cycle: RefreshCycleId,
    asset: AssetId,
) -> refresh_cycle_asset::ActiveModel {
    refresh_cycle_asset::ActiveModel {
        id: Set(ids.next()),
        cycle_id: Set(cycle),
        asset_id: Set(asset),
        ..Default::default()
    }
}

fn releases(ids: &mut Sequence) -> Result<Vec<software_release::ActiveModel>> {
    let releases: Vec<Release> = data::rows(include_str!("data/releases.json"))?;
    let rows = releases.into_iter().map(|release| software_release::ActiveModel {
        id: Set(ids.next()),
        product: Set(release.product),
        cycle: Set(release.cycle),
        label: Set(release.label),
        released_on: Set(release.released_on),
        active_support_ends_on: Set(release.active_support_ends_on),
        active_support: Set(release.active_support),
        end_of_life_on: Set(release.end_of_life_on),
        end_of_life: Set(release.end_of_life),
        discontinued_on: Set(None),
        discontinued: Set(MilestoneState::Unknown),
        latest_version: Set(release.latest_version),
        source: Set(Some(SOURCE.to_owned())),
        ..Default::default()
    });
    Ok(rows.collect())
}

fn name_of(terms: &Value) -> String {
    terms["name"].as_str().unwrap_or_default().to_owned()
}
