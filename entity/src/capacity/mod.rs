//! How much there is of what, how much of it is used, and what is to come.

pub mod capacity_day;
pub mod capacity_event;
pub mod capacity_forecast;
pub mod capacity_forecast_point;
pub mod capacity_observation;
pub mod capacity_placement;
pub mod capacity_placement_rack;
pub mod capacity_pool;
pub mod capacity_pool_member;
pub mod capacity_purchase_rule;
pub mod capacity_reservation;

/// A quantity in millionths of the unit of its pool: as exact as a sum of money, and kept alike.
pub type Quantity = crate::money::Amount;
