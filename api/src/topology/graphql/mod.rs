//! What depends on what, as clients see it.

pub mod dependencies;
pub mod impacts;
pub mod lens;
pub mod needs;
pub mod paths;
pub mod rollups;
pub mod single_points;
pub mod things;

use async_graphql::MergedObject;

/// Queries of topology.
#[derive(Default, MergedObject)]
pub struct TopologyQuery(
    impacts::ImpactQuery,
    needs::NeedQuery,
    paths::PathQuery,
    single_points::SinglePointQuery,
);
