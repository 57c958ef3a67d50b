//! The face of capacity.

use async_graphql::MergedObject;

pub mod events;
pub mod figures;
pub mod left;
pub mod observations;
pub mod pool_changes;
pub mod pool_queries;
pub mod pools;
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
    purchase_rules::PurchaseRuleMutation,
);
