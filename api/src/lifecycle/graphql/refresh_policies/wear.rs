//! What a refresh policy says of wear: what old units sell for by age, and how their risk is scored.

use async_graphql::{InputObject, SimpleObject};
use entity::lifecycle::refresh_policy::{AgeScore, AgeShare, RiskTerms, TierFactor};
use rust_decimal::Decimal;

/// The share of its purchase price that a unit of an age brings in. Between two points it moves in a straight line; before
/// the first and after the last it stays.
#[derive(Clone, Debug, InputObject)]
pub struct ResidualPointInput {
    /// The age, in months.
    pub age_months: i32,
    /// The share, 0 to 1 and falling with age: 0.35 is 35 %.
    pub share: Decimal,
}

/// How the risk of keeping an asset is scored: the points of its age, of a warranty that has ended and of a model without
/// support, times the factor of its tier. It is due on the first day on which the score reaches the threshold.
#[derive(Clone, Debug, InputObject)]
pub struct RefreshRiskInput {
    /// The score from which on an asset is due; above 0.
    pub threshold: Decimal,
    /// Points for age, each from an age on until the next; younger assets have none.
    #[graphql(default)]
    pub ages: Vec<RefreshAgeScoreInput>,
    /// Points from the day after the last of the warranty on.
    #[graphql(default)]
    pub out_of_warranty: Decimal,
    /// Points from the day after the last day of support of the model on.
    #[graphql(default)]
    pub unsupported: Decimal,
    /// Factors of tiers; a tier that is not named, and an asset without a tier, have the factor 1.
    #[graphql(default)]
    pub tiers: Vec<RefreshTierFactorInput>,
}

/// Points for age, from an age on.
#[derive(Clone, Debug, InputObject)]
pub struct RefreshAgeScoreInput {
    /// The age, in months.
    pub from_age_months: i32,
    /// The points.
    pub score: Decimal,
}

/// How much more the points of a tier count.
#[derive(Clone, Debug, InputObject)]
pub struct RefreshTierFactorInput {
    /// The tier, 0 to 3.
    pub tier: i32,
    /// The factor.
    pub factor: Decimal,
}

impl From<ResidualPointInput> for AgeShare {
    fn from(point: ResidualPointInput) -> Self {
        Self { age_months: point.age_months, share: point.share }
    }
}

impl From<RefreshRiskInput> for RiskTerms {
    fn from(input: RefreshRiskInput) -> Self {
        let ages = input.ages.into_iter();
        let tiers = input.tiers.into_iter();
        Self {
            threshold: input.threshold,
            ages: ages
                .map(|step| AgeScore { from_age_months: step.from_age_months, score: step.score })
                .collect(),
            out_of_warranty: input.out_of_warranty,
            unsupported: input.unsupported,
            tiers: tiers.map(|one| TierFactor { tier: one.tier, factor: one.factor }).collect(),
        }
    }
}

/// The share of its purchase price that a unit of an age brings in.
#[derive(Clone, Debug, SimpleObject)]
pub struct ResidualPoint {
    /// The age, in months.
    age_months: i32,
    /// The share: 0.35 is 35 %.
    share: Decimal,
}

/// How the risk of keeping an asset is scored: the points of its age, of a warranty that has ended and of a model without
/// support, times the factor of its tier.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshRisk {
    /// The score from which on an asset is due.
    threshold: Decimal,
    /// Points for age, each from an age on until the next.
    ages: Vec<RefreshAgeScore>,
    /// Points from the day after the last of the warranty on.
    out_of_warranty: Decimal,
    /// Points from the day after the last day of support of the model on.
    unsupported: Decimal,
    /// Factors of tiers; others have the factor 1.
    tiers: Vec<RefreshTierFactor>,
}

/// Points for age, from an age on.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshAgeScore {
    /// The age, in months.
    from_age_months: i32,
    /// The points.
    score: Decimal,
}

/// How much more the points of a tier count.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefreshTierFactor {
    /// The tier, 0 to 3.
    tier: i32,
    /// The factor.
    factor: Decimal,
}

impl From<AgeShare> for ResidualPoint {
    fn from(point: AgeShare) -> Self {
        Self { age_months: point.age_months, share: point.share.normalize() }
    }
}

impl From<RiskTerms> for RefreshRisk {
    fn from(terms: RiskTerms) -> Self {
        let ages = terms.ages.into_iter().map(|step| RefreshAgeScore {
            from_age_months: step.from_age_months,
            score: step.score.normalize(),
        });
        let tiers = terms.tiers.into_iter();
        Self {
            threshold: terms.threshold.normalize(),
            ages: ages.collect(),
            out_of_warranty: terms.out_of_warranty.normalize(),
            unsupported: terms.unsupported.normalize(),
            tiers: tiers
                .map(|one| RefreshTierFactor { tier: one.tier, factor: one.factor.normalize() })
                .collect(),
        }
    }
}
