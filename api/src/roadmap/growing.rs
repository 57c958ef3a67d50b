//! What growth of capacity costs: which pieces are ordered when, at which price.

use std::{borrow::Cow, collections::BTreeSet};

use chrono::NaiveDate;
use entity::{
    capacity::{capacity_pool, capacity_purchase_rule},
    id::{CapacityPoolId, SiteId},
};
use forecasting::{
    capacity::purchases::Purchase,
    depreciation::{Convention, DepreciationRule, Method},
    money::{Currency, Money, Rounding},
    month::Month,
    refresh::{CostRates, PriceIndex, PriceSource, Prices, Quote},
    roadmap::{GrowthOrder, GrowthTerms},
};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Condition};

use super::{
    contracts::Contracts,
    estate::{Estate, Site},
    vintages::depreciation_rule,
};
use crate::{
    capacity::{
        forecasts::MOST_POOLS,
        purchases::{self, Asked, Growing, Which},
        risks::{self, Risk, Unjudged},
    },
    error::Result,
    rules::require_plausible,
    scenarios::Overlay,
    store::Read,
};

/// What is bought for a pool, in the order of need.
#[derive(Clone, Debug, Default)]
pub struct Grown {
    /// What it asks for.
    pub asked: Asked,
    /// Each of its purchases with what it costs.
    pub orders: Vec<(Purchase, GrowthOrder)>,
}

/// What is bought for a pool, seen on a day. `estate` has what a scenario lays over it.
///
/// # Errors
/// A reason for people why that cannot be said.
pub fn grown(
    estate: &Estate,
    growing: &Growing,
    overlay: &Overlay,
    as_of: NaiveDate,
) -> Result<Grown, String> {
    let asked = growing.asked(as_of, overlay, left(estate))?;
    let Some(rule) = growing.rule.as_ref().filter(|_| !asked.growth.purchases.is_empty()) else {
        return Ok(Grown { asked, orders: Vec::new() });
    };
    let terms = terms(estate, rule)?;
    let mut prices = prices(estate, rule);
    let orders = asked.growth.purchases.iter().map(|purchase| {
        let order = terms.order(purchase, &mut prices).map_err(|cause| cause.to_string())?;
        Ok((*purchase, order))
    });
    let orders = orders.collect::<Result<_, String>>()?;
    Ok(Grown { asked, orders })
}

/// The first days on which sites are empty.
fn left(estate: &Estate) -> impl Fn(SiteId) -> Option<NaiveDate> {
    move |site| estate.sites.get(&site).and_then(Site::first_empty)
}

/// The times in which no order can help a pool, seen on a day, with what is taken for granted. What an order costs does
/// not matter for them, and of a pool that has run out already only they matter.
///
/// # Errors
/// A reason for people why that cannot be said.
pub fn risks_of(
    estate: &Estate,
    growing: &Growing,
    overlay: &Overlay,
    as_of: NaiveDate,
) -> Result<(Vec<Risk>, Vec<String>), String> {
    match growing.asked(as_of, overlay, left(estate)) {
        Ok(asked) => Ok((Risk::all(growing, &asked.growth).collect(), asked.said)),
        Err(reason) => match growing.out(as_of, overlay, left(estate)) {
            Some(since) => Ok((vec![Risk::unmeasured(growing, since, reason)], Vec::new())),
            None => Err(reason),
        },
    }
}

fn terms(estate: &Estate, rule: &capacity_purchase_rule::Model) -> Result<GrowthTerms, String> {
    // The rules of the area keep these numbers from being negative.
    let whole = |number: i32| u32::try_from(number).unwrap_or_default();
    let currency = Currency::from_code(&rule.currency)
        .map_err(|_| format!("the currency {} has no minor unit", rule.currency))?;
    let (written_off, salvage_rate) = match rule.life_months {
        Some(months) => (evenly(whole(months)), Decimal::ZERO),
        None => {
            depreciation_rule(estate, rule.hardware_kind, rule.depreciation_rule_id).ok_or_else(|| {
                format!("no depreciation rule applies to {}, and it has no life of its own", rule.item)
            })?
        }
    };
    Ok(GrowthTerms {
        quote: Quote {
            price: Money::new(rule.price_amount.to_decimal(), currency),
            quoted: rule.price_on,
            valid_until: rule.price_valid_until_on,
            source: match rule.price_valid_until_on {
                Some(_) => PriceSource::Quote,
                None => PriceSource::Catalog,
            },
        },
        rates: CostRates {
            freight_tax: rule.freight_rate.to_decimal(),
            install_per_unit: rule.install_amount.to_decimal(),
            support: rule.support_rate.to_decimal(),
            contingency: rule.contingency_rate.to_decimal(),
            ..CostRates::default()
        },
        support_months: whole(rule.support_months),
        payment_terms_days: whole(rule.payment_terms_days),
        rule: written_off,
        salvage_rate,
    })
}

/// The same every month, the first and the last of them whole.
fn evenly(life_months: u32) -> DepreciationRule {
    DepreciationRule {
        method: Method::StraightLine,
        life_months,
        convention: Convention::FullMonth,
        rounding: Rounding::Cumulative,
    }
}

/// How the price of what is bought moves: as its rule says, and over that as a scenario has it for all hardware and for
/// its kind. In years that neither names it stands still.
fn prices(estate: &Estate, rule: &capacity_purchase_rule::Model) -> Prices {
    let mut index = PriceIndex {
        years: rule.price_index.0.iter().map(|step| (step.year, step.rate)).collect(),
        otherwise: Some(Decimal::ZERO),
    };
    for kind in [None, Some(rule.hardware_kind)] {
        let meant = estate.price_rates.iter().filter(|known| known.policy.is_none() && known.kind == kind);
        for known in meant {
            index.years.extend(known.rates.iter().map(|step| (step.year, step.rate)));
        }
    }
    Prices::new(index)
}

/// The currencies of what is bought.
pub fn currencies(growing: &[Growing]) -> BTreeSet<String> {
    growing.iter().filter_map(|pool| Some(pool.rule.as_ref()?.currency.clone())).collect()
}

/// What is bought for pools in use, in the order of their names, as the roadmap has it.
///
/// # Errors
/// `Invalid` for a day that nobody plans for; `LimitExceeded` for too many pools; those of the database.
pub async fn of(
    db: &impl Read,
    (condition, which): (Condition, Which),
    as_of: NaiveDate,
    scenario: &Overlay,
) -> Result<Vec<(Growing, Result<Grown, String>)>> {
    let Some((growing, estate)) = seen(db, (condition, which), as_of, scenario).await? else {
        return Ok(Vec::new());
    };
    let grown = |pool: Growing| {
        let grown = grown(&estate, &pool, scenario, as_of);
        (pool, grown)
    };
    Ok(growing.into_iter().map(grown).collect())
}

/// Pools in use with the estate that a scenario leaves of what is recorded; none where there are no pools.
async fn seen(
    db: &impl Read,
    (condition, which): (Condition, Which),
    as_of: NaiveDate,
    scenario: &Overlay,
) -> Result<Option<(Vec<Growing>, Estate)>> {
    require_plausible("asOf", Some(as_of))?;
    let growing = purchases::among(db, condition, which, (as_of, scenario)).await?;
    if growing.is_empty() {
        return Ok(None);
    }
    let contracts = Contracts::of_colocation(db).await?;
    let estate = Estate::read(db, &contracts.ends_by_notice()).await?;
    let contracts = scenario.contracts(&contracts, as_of);
    let changed = match scenario.estate(&estate, || contracts.ends_by_notice()) {
        Cow::Owned(changed) => Some(changed),
        Cow::Borrowed(_) => None,
    };
    Ok(Some((growing, changed.unwrap_or(estate))))
}

/// Times in which pools have run out and no order can help.
#[derive(Clone, Debug, Default)]
pub struct Risks {
    /// How many pools were looked at.
    pub pools: usize,
    /// The most urgent first.
    pub risks: Vec<Risk>,
    /// The pools of which nobody can tell, in the order of their names.
    pub unknown: Vec<Unjudged>,
    /// What is taken for granted, in sentences.
    pub said: Vec<String>,
}

/// The times that begin up to a month, of pools in use, whether something is bought for them or not.
///
/// # Errors
/// As [`of`].
pub async fn risks(
    db: &impl Read,
    condition: Condition,
    (as_of, last): (NaiveDate, Month),
    scenario: &Overlay,
) -> Result<Risks> {
    let Some((found, estate)) = seen(db, (condition, Which::All), as_of, scenario).await? else {
        return Ok(Risks::default());
    };
    let mut risks = Risks { pools: found.len(), ..Risks::default() };
    for pool in found {
        match risks_of(&estate, &pool, scenario, as_of) {
            Ok((of_pool, said)) => {
                risks.risks.extend(of_pool.into_iter().filter(|risk| risk.from <= last));
                risks.said.extend(said);
            }
            // What lasts is no risk, however long an order would take.
            Err(_) if pool.lasts((as_of, last), scenario, left(&estate)) => {}
            Err(reason) => risks.unknown.push(Unjudged { pool: pool.pool, reason }),
        }
    }
    risks::sort(&mut risks.risks);
    Ok(risks)
}

/// The same of the pools that a roadmap buys nothing for: those that are more than one question may be about are not
/// looked at, and say so. Nothing is read where there is none.
///
/// # Errors
/// As [`of`].
pub async fn risks_of_others(
    db: &impl Read,
    others: &[CapacityPoolId],
    until: (NaiveDate, Month),
    scenario: &Overlay,
) -> Result<Risks> {
    if others.is_empty() {
        return Ok(Risks::default());
    }
    let (asked, beyond) = others.split_at(others.len().min(MOST_POOLS));
    let condition = Condition::all().add(capacity_pool::Column::Id.is_in(asked.iter().copied()));
    let mut risks = risks(db, condition, until, scenario).await?;
    let reason = || format!("more pools than the {MOST_POOLS} that a roadmap looks at");
    risks.unknown.extend(beyond.iter().map(|pool| Unjudged { pool: *pool, reason: reason() }));
    Ok(risks)
}
