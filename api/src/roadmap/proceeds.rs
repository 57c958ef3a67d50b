//! What the old units of a cohort sell for, where their policy values them by age.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use entity::lifecycle::refresh_policy::{self, Wiping};
use forecasting::{
    money::{Currency, Money},
    month::months_between,
    refresh::ProjectCost,
};
use rust_decimal::Decimal;

use super::{
    assets::Asset,
    cohorts::{Cohort, Note},
    estate::Estate,
};
use crate::{error::Error, finance::rates::Rates, lifecycle::terms};

/// How many of the old units that are owned could be valued by their age.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Valued {
    /// Those that could.
    pub known: u32,
    /// Those that lack a price or a day: what they sell for is in no sum.
    pub unknown: u32,
}

/// The cost with what the old units sell for on the day on which the new ones enter service, by the residual curve of the
/// policy. Without a curve it stays as it is.
///
/// # Errors
/// A reason for people: amounts that do not fit, or prices without a rate.
pub fn by_age(
    policy: &refresh_policy::Model,
    (assets, cohort): (&[Asset], &Cohort),
    (cost, rates): (ProjectCost, &Rates),
    (ordered, in_service): (NaiveDate, NaiveDate),
) -> Result<(ProjectCost, Option<Valued>), String> {
    let Some(curve) = terms::residual_curve(policy) else { return Ok((cost, None)) };
    let mut valued = Valued::default();
    let mut paid: BTreeMap<(&str, u32), i128> = BTreeMap::new();
    for asset in owned(assets, cohort) {
        match (&asset.price, asset.in_service_on) {
            (Some((amount, code)), Some(since)) => {
                let age = months_between(since, in_service).max(0).unsigned_abs();
                *paid.entry((code, age)).or_default() += i128::from(amount.0);
                valued.known += 1;
            }
            _ => valued.unknown += 1,
        }
    }
    let mut by_currency: BTreeMap<&str, Vec<(u32, Decimal)>> = BTreeMap::new();
    for ((code, age), micros) in paid {
        let price = Decimal::try_from_i128_with_scale(micros, 6).map_err(|cause| cause.to_string())?;
        by_currency.entry(code).or_default().push((age, price));
    }
    let mut sum = Decimal::ZERO;
    for (code, paid) in by_currency {
        let proceeds = curve.proceeds(paid).map_err(|cause| cause.to_string())?;
        let currency = Currency::from_code(code).map_err(|cause| cause.to_string())?;
        let proceeds = rates.convert(Money::new(proceeds, currency), cost.currency, ordered);
        sum += proceeds.map_err(Error::into_message)?.amount;
    }
    // As a single amount, so that bounds are checked and it is rounded as every part is.
    let cost = cost.with_residual(sum, 1).map_err(|cause| cause.to_string())?;
    Ok((cost, Some(valued)))
}

fn owned<'a>(assets: &'a [Asset], cohort: &'a Cohort) -> impl Iterator<Item = &'a Asset> {
    let members = cohort.members.iter().filter_map(|(at, _)| assets.get(*at as usize));
    members.filter(|asset| !asset.is_leased())
}

/// What is missing to value the old units of a cohort, asset by asset.
pub fn gaps(estate: &Estate, assets: &[Asset], cohort: &Cohort) -> Vec<Note> {
    let policy = &estate.policies[cohort.policy];
    if policy.residual_curve.is_none() || policy.wiping == Wiping::Shredded {
        return Vec::new();
    }
    let note = |(at, _): &(u32, _)| {
        let asset = assets.get(*at as usize).filter(|asset| !asset.is_leased())?;
        let what = match (&asset.price, asset.in_service_on) {
            (None, _) => "no purchase price, of which the residual curve takes a share",
            (_, None) => "no in-service date, by which the residual curve goes",
            _ => return None,
        };
        let reason = format!("proceeds: {what}");
        Some(Note { asset: *at, policy: Some(cohort.policy), reason, is_gap: true })
    };
    cohort.members.iter().filter_map(note).collect()
}

/// What is taken for granted of what old units sell for under a policy; nothing where it is an amount for each.
#[must_use]
pub fn assumed(policy: &refresh_policy::Model) -> Option<String> {
    if policy.wiping == Wiping::Shredded {
        let name = &policy.name;
        return Some(format!("nothing is sold under {name}, for storage media are shredded"));
    }
    let mut points: Vec<_> = policy.residual_curve.as_ref()?.0.iter().collect();
    points.sort_by_key(|point| point.age_months);
    let points = points.iter().map(|at| format!("{} at {} months", at.share.normalize(), at.age_months));
    let points: Vec<String> = points.collect();
    Some(format!(
        "what is owned sells under {} for a share of its purchase price by its age on the day on which the new units \
         enter service: {}",
        policy.name,
        points.join(", ")
    ))
}

/// Why part of what old units sell for is not known; nothing where it is.
#[must_use]
pub fn unknown(assets: usize) -> Option<String> {
    (assets > 0).then(|| {
        format!(
            "what {assets} old assets sell for is not known: they have no purchase price or no in-service date for the \
             residual curve"
        )
    })
}
