//! The face of capacity.

use async_graphql::MergedObject;

pub mod accuracies;
pub mod events;
pub mod figures;
pub mod forecast_parts;
pub mod forecast_words;
pub mod forecasts;
pub mod held_placements;
pub mod hosts;
pub mod left;
pub mod observations;
pub mod outlooks;
pub mod overbooked;
pub mod placement_inputs;
pub mod placements;
pub mod pool_changes;
pub mod pool_days;
pub mod pool_queries;
pub mod pools;
pub mod published;
pub mod purchase_rules;
pub mod purchases;
pub mod reservations;
pub mod supply;
pub mod words;

/// Queries of capacity.
#[derive(Default, MergedObject)]
pub struct CapacityQuery(
    pool_queries::PoolQuery,
    reservations::ReservationQuery,
    events::EventQuery,
    placements::PlacementQuery,
    held_placements::HeldPlacementQuery,
    overbooked::OverbookedQuery,
    forecasts::ForecastQuery,
    outlooks::PoolOutlookQuery,
    published::PublishedForecastQuery,
    accuracies::AccuracyQuery,
    purchase_rules::PurchaseRuleQuery,
    purchases::PurchaseQuery,
);

/// Changes of capacity.
#[derive(Default, MergedObject)]
pub struct CapacityMutation(
    pool_changes::PoolMutation,
    observations::ObservationMutation,
    reservations::ReservationMutation,
    events::EventMutation,
    held_placements::HeldPlacementMutation,
    published::PublishedForecastMutation,
    purchase_rules::PurchaseRuleMutation,
);
