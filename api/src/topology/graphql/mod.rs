//! The face of topology.

use async_graphql::{MaybeUndefined, MergedObject, MergedSubscription};
use entity::money::Rate;
use rust_decimal::Decimal;

use crate::{error::Result, schema::scalar};

pub mod dependencies;
pub mod dependency_changes;
pub mod explained;
pub mod feed_changes;
pub mod happenings;
pub mod impact_changes;
pub mod impacts;
pub mod lens;
pub mod move_cuts;
pub mod moves;
pub mod needs;
pub mod paths;
pub mod power;
pub mod power_feeds;
pub mod quality;
pub mod redundancy_groups;
pub mod rollups;
pub mod service_changes;
pub mod services;
pub mod single_points;
pub mod things;
pub mod trust;

/// Queries of topology.
#[derive(Default, MergedObject)]
pub struct TopologyQuery(
    services::ServiceQuery,
    power_feeds::PowerFeedQuery,
    redundancy_groups::RedundancyGroupQuery,
    dependencies::DependencyQuery,
    impacts::ImpactQuery,
    needs::NeedQuery,
    paths::PathQuery,
    single_points::SinglePointQuery,
    moves::MoveQuery,
    quality::QualityQuery,
    power::PowerQuery,
);

/// Changes of topology.
#[derive(Default, MergedObject)]
pub struct TopologyMutation(
    service_changes::ServiceMutation,
    feed_changes::PowerFeedMutation,
    redundancy_groups::RedundancyGroupMutation,
    dependency_changes::DependencyMutation,
);

/// Subscriptions of topology.
#[derive(Default, MergedSubscription)]
pub struct TopologySubscription(impact_changes::ImpactSubscription, happenings::DependencySubscription);

/// A quantity as its column holds it.
fn quantity(given: MaybeUndefined<Decimal>, field: &str) -> Result<MaybeUndefined<Rate>> {
    given.map_value(|value| scalar::rate(value, field)).transpose()
}
