//! The parts of refresh policies that are given as a whole: demand, the residual curve, and how risk is scored.

use entity::lifecycle::refresh_policy::{
    AgeScore, AgeShare, DemandTerms, HostResource, ResidualCurve, ResourceTerms, RiskTerms, TierFactor,
};

use super::fill::choice;
use crate::error::Result;
use crate::import::records::RefreshPolicy;

/// What the old units are used for, where the file says so: all of it.
pub fn demand(record: &RefreshPolicy) -> Result<Option<DemandTerms>> {
    let Some(resources) = &record.demand_resources else { return Ok(None) };
    let resources = resources.iter().map(|one| {
        let resource = choice("demand_resources", Some(&one.resource))?;
        Ok(ResourceTerms {
            resource: resource.unwrap_or(HostResource::Cores),
            old_per_unit: one.old_per_unit,
            utilisation: one.utilisation,
            new_per_unit: one.new_per_unit,
            performance_factor: one.performance_factor,
            target_utilisation: one.target_utilisation,
        })
    });
    Ok(Some(DemandTerms {
        growth_rate: record.demand_growth_rate.unwrap_or_default(),
        years: record.demand_years.unwrap_or_default(),
        failover_units: record.demand_failover_units.unwrap_or_default(),
        resources: resources.collect::<Result<_>>()?,
    }))
}

/// What old units sell for by age, where the file says so.
pub fn residual_curve(record: &RefreshPolicy) -> Option<ResidualCurve> {
    let points = record.residual_curve.as_ref()?.iter();
    let points = points.map(|point| AgeShare { age_months: point.from_age_months, share: point.rate });
    Some(ResidualCurve(points.collect()))
}

/// How risk is scored, where the file says so: all of it.
pub fn risk(record: &RefreshPolicy) -> Option<RiskTerms> {
    let threshold = record.risk_threshold?;
    let ages = record.risk_ages.iter().flatten();
    let tiers = record.risk_tiers.iter().flatten();
    Some(RiskTerms {
        threshold,
        ages: ages.map(|step| AgeScore { from_age_months: step.from_age_months, score: step.rate }).collect(),
        out_of_warranty: record.risk_out_of_warranty.unwrap_or_default(),
        unsupported: record.risk_unsupported.unwrap_or_default(),
        tiers: tiers.map(|one| TierFactor { tier: one.tier, factor: one.factor }).collect(),
    })
}
