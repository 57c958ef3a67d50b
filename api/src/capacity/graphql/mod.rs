//! The face of capacity.

use async_graphql::MergedObject;

pub mod accuracies;
pub mod events;
pub mod figures;
pub mod forecast_parts;
pub mod forecast_words;
pub mod forecasts;
pub mod observations;
pub mod outlooks;
pub mod pool_changes;
pub mod pools;
pub mod published;
pub mod reservations;
pub mod words;

/// Queries of capacity.
#[derive(Default, MergedObject)]
pub struct CapacityQuery(
    pools::PoolQuery,
    reservations::ReservationQuery,
    events::EventQuery,
    forecasts::ForecastQuery,
    outlooks::OutlookQuery,
    published::PublishedForecastQuery,
    accuracies::AccuracyQuery,
);

/// Changes of capacity.
#[derive(Default, MergedObject)]
pub struct CapacityMutation(
    pool_changes::PoolMutation,
    observations::ObservationMutation,
    reservations::ReservationMutation,
    events::EventMutation,
    published::PublishedForecastMutation,
);
