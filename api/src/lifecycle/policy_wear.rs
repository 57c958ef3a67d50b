//! The rules of what a refresh policy says of wear: what old units sell for by age, and how their risk is scored.

use std::collections::BTreeSet;

use entity::{lifecycle::refresh_policy, money::Amount};
use rust_decimal::Decimal;

use super::terms;
use crate::{
    error::{Error, Result},
    rules::{require_fraction, require_range},
};

/// Points beyond this are taken for a slip.
const MOST_POINTS: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// The oldest hardware that is spoken of, in months.
const OLDEST: i32 = 1_200;

/// The rules of what a policy says of wear.
///
/// # Errors
/// `Invalid` with the field, the value and the rule.
pub fn check(policy: &refresh_policy::Model) -> Result<()> {
    check_curve(policy)?;
    check_risk(policy)
}

fn check_curve(policy: &refresh_policy::Model) -> Result<()> {
    let Some(curve) = &policy.residual_curve else { return Ok(()) };
    if policy.residual_amount > Amount::ZERO {
        let message = format!(
            "is given beside residualPerUnit {}: old units sell for one or the other, so one of them is cleared or 0",
            policy.residual_amount
        );
        return Err(Error::invalid("costs.residualCurve", message));
    }
    if curve.0.is_empty() {
        return Err(Error::invalid("costs.residualCurve", "is empty: a curve has at least one point"));
    }
    let mut ages = BTreeSet::new();
    for (place, point) in curve.0.iter().enumerate() {
        let field = |name: &str| format!("costs.residualCurve[{place}].{name}");
        require_range(&field("ageMonths"), point.age_months, 0, OLDEST)?;
        require_fraction(&field("share"), point.share, Decimal::ZERO, Decimal::ONE)?;
        if !ages.insert(point.age_months) {
            return Err(given_twice(field("ageMonths"), point.age_months));
        }
        let younger = curve.0.iter().filter(|other| other.age_months < point.age_months);
        if let Some(younger) = younger.min_by_key(|other| other.share).filter(|it| it.share < point.share) {
            let message = format!(
                "{} at {} months is more than {} at {} months; hardware gains no value with age",
                point.share, point.age_months, younger.share, younger.age_months
            );
            return Err(Error::invalid(field("share"), message));
        }
    }
    Ok(())
}

fn check_risk(policy: &refresh_policy::Model) -> Result<()> {
    let Some(risk) = &policy.risk else { return Ok(()) };
    let zero = Decimal::ZERO;
    if risk.threshold <= zero || risk.threshold > MOST_POINTS {
        let message = format!("{} is not above 0 and at most {MOST_POINTS}", risk.threshold);
        return Err(Error::invalid("rules.risk.threshold", message));
    }
    for (name, points) in [("outOfWarranty", risk.out_of_warranty), ("unsupported", risk.unsupported)] {
        require_range(&format!("rules.risk.{name}"), points, zero, MOST_POINTS)?;
    }
    let mut ages = BTreeSet::new();
    for (place, step) in risk.ages.iter().enumerate() {
        let field = |name: &str| format!("rules.risk.ages[{place}].{name}");
        require_range(&field("fromAgeMonths"), step.from_age_months, 0, OLDEST)?;
        require_range(&field("score"), step.score, zero, MOST_POINTS)?;
        if !ages.insert(step.from_age_months) {
            return Err(given_twice(field("fromAgeMonths"), step.from_age_months));
        }
    }
    let mut tiers = BTreeSet::new();
    for (place, one) in risk.tiers.iter().enumerate() {
        let field = |name: &str| format!("rules.risk.tiers[{place}].{name}");
        require_range(&field("tier"), one.tier, 0, 3)?;
        require_range(&field("factor"), one.factor, zero, Decimal::ONE_THOUSAND)?;
        if !tiers.insert(one.tier) {
            return Err(given_twice(field("tier"), one.tier));
        }
    }
    terms::risk(policy).map(drop).map_err(|cause| Error::invalid("rules.risk.threshold", cause))
}

fn given_twice(field: String, value: i32) -> Error {
    Error::invalid(field, format!("{value} is given twice"))
}
