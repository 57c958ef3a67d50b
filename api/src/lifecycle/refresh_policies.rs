//! Refresh policies: create, change.

use std::collections::BTreeSet;

use entity::{
    id::{HardwareModelId, RefreshPolicyId, SiteId},
    inventory::{hardware_model, site},
    lifecycle::refresh_policy::{self, QuantityRule},
    money::{Amount, Rate},
};
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{
    depreciation_rules::{self, require_life},
    policy_wear,
};
use crate::{
    error::{Error, Result},
    rules::{draft, edited, expect_version, require_fraction, require_range, require_text},
    schema::scalar::currency,
    store::{Read, Tx},
};

/// Price movements beyond this are taken for percentages: hardware rose by 30 % in the worst years.
const MOST_PRICE_RISE: Decimal = Decimal::TWO;

/// Prepaid support of many years may cost more than the hardware, but not more than twice.
const MOST_SUPPORT: Decimal = Decimal::TWO;

/// Two years from order to delivery are the longest that is believed.
const MOST_DAYS: i32 = 730;

/// One refresh policy.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn find(db: &impl Read, id: RefreshPolicyId) -> Result<refresh_policy::Model> {
    refresh_policy::Entity::find_by_id(id)
        .one(db)
        .await?
        .ok_or_else(|| Error::not_found("refresh policy", id))
}

/// The policies in use, in the order in which they are asked.
///
/// # Errors
/// Those of the database.
pub async fn all_active(db: &impl Read) -> Result<Vec<refresh_policy::Model>> {
    let query = refresh_policy::Entity::find().filter(refresh_policy::Column::Active.eq(true));
    Ok(super::matching::in_order(query.all(db).await?))
}

/// Creates a refresh policy.
///
/// # Errors
/// `Invalid` when the name is taken or a rule of [`check`] is broken, `NotFound` for a site, model or rule that
/// is not there.
pub async fn create(tx: &Tx, mut row: refresh_policy::ActiveModel) -> Result<refresh_policy::Model> {
    row.id = Set(tx.new_id());
    let new = draft(&row)?;
    check(&new)?;
    require_references(tx, &new).await?;
    tx.insert(row).await
}

/// Changes a refresh policy.
///
/// # Errors
/// `Conflict` for a stale version, and as [`create`].
pub async fn update(
    tx: &Tx,
    id: RefreshPolicyId,
    expected_version: Option<i32>,
    edit: impl FnOnce(&mut refresh_policy::ActiveModel),
) -> Result<refresh_policy::Model> {
    let before = find(tx, id).await?;
    expect_version("refresh policy", before.version, expected_version)?;
    let (row, after) = edited(&before, edit)?;
    check(&after)?;
    require_references(tx, &after).await?;
    tx.update(before, |edit| *edit = row).await
}

/// The rules of a refresh policy, whoever writes it.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(policy: &refresh_policy::Model) -> Result<()> {
    require_text("name", &policy.name, 200)?;
    require_range("priority", policy.priority, 0, 1_000_000)?;
    for tier in &policy.scope.tiers {
        require_range("scope.tiers", *tier, 0, 3)?;
    }
    check_rules(policy)?;
    for (field, days) in [
        ("times.leadDays", policy.lead_days),
        ("times.installDays", policy.install_days),
        ("times.bufferDays", policy.buffer_days),
        ("times.paymentTermsDays", policy.payment_terms_days),
    ] {
        require_range(field, days, 0, MOST_DAYS)?;
    }
    require_range("exitToleranceDays", policy.exit_tolerance_days, 0, 3_650)?;
    check_quantity(policy)?;
    check_failures(policy)?;
    check_demand(policy)?;
    policy_wear::check(policy)?;
    check_costs(policy)
}

fn check_demand(policy: &refresh_policy::Model) -> Result<()> {
    let Some(demand) = &policy.demand else { return Ok(()) };
    let (zero, one) = (Decimal::ZERO, Decimal::ONE);
    require_fraction("quantity.demand.growthRate", demand.growth_rate, Decimal::new(-99, 2), one)?;
    require_range("quantity.demand.years", demand.years, 0, 20)?;
    require_range("quantity.demand.failoverUnits", demand.failover_units, 0, 1_000)?;
    if demand.resources.is_empty() {
        let message = "is empty: at least one resource is needed";
        return Err(Error::invalid("quantity.demand.resources", message));
    }
    for (place, terms) in demand.resources.iter().enumerate() {
        let field = |name: &str| format!("quantity.demand.resources[{place}].{name}");
        if demand.resources.iter().take(place).any(|other| other.resource == terms.resource) {
            let message = format!("{} is given twice", terms.resource.to_value());
            return Err(Error::invalid(field("resource"), message));
        }
        require_fraction(&field("utilisation"), terms.utilisation, zero, one)?;
        require_fraction(&field("targetUtilisation"), terms.target_utilisation, zero, one)?;
        let largest = Decimal::from(1_000_000_000);
        for (name, value) in [("oldPerUnit", terms.old_per_unit), ("newPerUnit", terms.new_per_unit)] {
            require_range(&field(name), value, zero, largest)?;
        }
        require_range(&field("performanceFactor"), terms.performance_factor, zero, Decimal::ONE_THOUSAND)?;
        let supplies = [terms.new_per_unit, terms.performance_factor, terms.target_utilisation];
        if supplies.iter().any(Decimal::is_zero) {
            return Err(Error::invalid(
                field("newPerUnit"),
                "a new unit that supplies nothing carries nothing",
            ));
        }
    }
    Ok(())
}

fn check_failures(policy: &refresh_policy::Model) -> Result<()> {
    let mut ages = BTreeSet::new();
    for (place, step) in policy.failure_rates.iter().flat_map(|rates| &rates.0).enumerate() {
        let field = |name: &str| format!("failureRates[{place}].{name}");
        require_range(&field("fromAgeMonths"), step.from_age_months, 0, 1_200)?;
        require_fraction(&field("rate"), step.rate, Decimal::ZERO, Decimal::ONE)?;
        if !ages.insert(step.from_age_months) {
            let message = format!("{} is given twice", step.from_age_months);
            return Err(Error::invalid(field("fromAgeMonths"), message));
        }
    }
    Ok(())
}

/// A policy under which nothing ever falls due is a slip.
fn check_rules(policy: &refresh_policy::Model) -> Result<()> {
    if let Some(months) = policy.age_months {
        require_life("rules.ageMonths", months)?;
    }
    if let Some(months) = policy.support_margin_months {
        require_range("rules.supportMarginMonths", months, 0, 120)?;
    }
    let enabled = policy.age_months.is_some()
        || policy.support_margin_months.is_some()
        || policy.warranty_rule
        || policy.lease_rule
        || policy.capacity_rule
        || policy.risk.is_some();
    if !enabled {
        let message = "none is enabled, so nothing would ever fall due: give ageMonths, supportMarginMonths, \
                       warranty, risk, capacity or lease";
        return Err(Error::invalid("rules", message));
    }
    Ok(())
}

fn check_quantity(policy: &refresh_policy::Model) -> Result<()> {
    let ratio = policy.ratio.map(Rate::to_decimal);
    match (policy.quantity_rule, ratio) {
        (QuantityRule::Ratio, None) => {
            let message = "is missing: the rule RATIO needs one for models that have none of their own";
            return Err(Error::invalid("quantity.ratio", message));
        }
        (QuantityRule::LikeForLike, Some(ratio)) => {
            let message = format!("{ratio} has no meaning for the rule LIKE_FOR_LIKE");
            return Err(Error::invalid("quantity.ratio", message));
        }
        (QuantityRule::Ratio, Some(ratio)) if ratio <= Decimal::ZERO || ratio > Decimal::ONE_THOUSAND => {
            let message = format!("{ratio} is not above 0 and at most 1000");
            return Err(Error::invalid("quantity.ratio", message));
        }
        _ => {}
    }
    let spares = policy.spares_rate.unwrap_or_default();
    require_fraction("quantity.sparesRate", spares.to_decimal(), Decimal::ZERO, Decimal::ONE)
}

fn check_costs(policy: &refresh_policy::Model) -> Result<()> {
    currency(&policy.currency, "currency")?;
    for (field, rate, most) in [
        ("costs.freightRate", policy.freight_rate, Decimal::ONE),
        ("costs.supportRate", policy.support_rate, MOST_SUPPORT),
        ("costs.contingencyRate", policy.contingency_rate, Decimal::ONE),
    ] {
        require_fraction(field, rate.to_decimal(), Decimal::ZERO, most)?;
    }
    for (field, amount) in [
        ("costs.installPerUnit", policy.install_amount),
        ("costs.disposalPerUnit", policy.disposal_amount),
        ("costs.residualPerUnit", policy.residual_amount),
    ] {
        if amount < Amount::ZERO {
            return Err(Error::invalid(field, format!("{amount} is below zero")));
        }
    }
    require_range("costs.supportMonths", policy.support_months, 0, 120)?;
    if !policy.support_rate.to_decimal().is_zero() && policy.support_months == 0 {
        let message = "0 months cannot be paid in advance; say how many months the support covers";
        return Err(Error::invalid("costs.supportMonths", message));
    }
    check_price_index(&policy.price_index)
}

/// The rules of how a price moves, whoever has it.
///
/// # Errors
/// `Invalid` for a year out of range or given twice, and a change that is none of a price.
pub fn check_price_index(index: &refresh_policy::PriceIndex) -> Result<()> {
    let mut years = BTreeSet::new();
    for (place, step) in index.0.iter().enumerate() {
        let field = |name: &str| format!("priceIndex[{place}].{name}");
        require_range(&field("year"), step.year, 1970, 2199)?;
        // A price that falls by all of itself or more is no price.
        require_fraction(&field("rate"), step.rate, Decimal::new(-99, 2), MOST_PRICE_RISE)?;
        if !years.insert(step.year) {
            return Err(Error::invalid(field("year"), format!("{} is given twice", step.year)));
        }
    }
    Ok(())
}

/// Refuses to state that support costs nothing without a word on its months, where there are none yet: kept, it would
/// say what is said where nothing is known.
///
/// # Errors
/// `Invalid` for `field`.
pub fn check_support_stated_alone(field: &str, stated: Option<Rate>, months: i32) -> Result<()> {
    if months == 0 && stated == Some(Rate::ZERO) {
        let message = "is missing: a support rate of 0 says that support costs nothing for some months; leave the \
                       rate out where nothing is known of it";
        return Err(Error::invalid(field, message));
    }
    Ok(())
}

async fn require_references(tx: &Tx, policy: &refresh_policy::Model) -> Result<()> {
    let scope = &policy.scope;
    if !scope.site_ids.is_empty() {
        let sites = site::Entity::find().select_only().column(site::Column::Id);
        let sites = sites.filter(site::Column::Id.is_in(scope.site_ids.iter().copied()));
        let found: Vec<SiteId> = sites.into_tuple().all(tx).await?;
        require_all("site", &scope.site_ids, &found)?;
    }
    if !scope.model_ids.is_empty() {
        let models = hardware_model::Entity::find().select_only().column(hardware_model::Column::Id);
        let models = models.filter(hardware_model::Column::Id.is_in(scope.model_ids.iter().copied()));
        let found: Vec<HardwareModelId> = models.into_tuple().all(tx).await?;
        require_all("hardware model", &scope.model_ids, &found)?;
    }
    if let Some(rule) = policy.depreciation_rule_id {
        let rule = depreciation_rules::find(tx, rule).await?;
        if !rule.active {
            let message = format!("the depreciation rule {} is not in use", rule.name);
            return Err(Error::invalid("depreciationRule", message));
        }
    }
    Ok(())
}

fn require_all<I: Copy + PartialEq + std::fmt::Display>(
    kind: &'static str,
    given: &[I],
    found: &[I],
) -> Result<()> {
    match given.iter().find(|id| !found.contains(id)) {
        Some(missing) => Err(Error::not_found(kind, missing)),
        None => Ok(()),
    }
}
