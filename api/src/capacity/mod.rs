//! How much there is of what, how much of it is used, and what is to come.
//!
//! A *capacity pool* is a supply of one resource whose parts can stand in for each other; its *members* are the assets,
//! racks, sites and workloads that it is made of. Its *layers* go from raw over usable to plannable, and say what is
//! reserved, allocated and used. An *observation* says what was used at an instant; a *reservation* holds some of the pool
//! for a purpose; a *capacity event* is a day on which demand steps up or down. A *placement* holds places in racks for
//! *pieces* of equipment to come.
//! How demand goes on is for `forecasting` to say; `forecasts` asks it, with what is on record of a pool.

pub mod accuracies;
pub mod actions;
pub mod assumed;
mod assumed_refreshes;
mod bare_numbers;
pub mod causes;
pub mod contents;
pub mod days;
pub mod deadlines;
pub mod demands;
pub mod events;
pub mod forecast_charts;
pub mod forecasts;
pub mod graphql;
pub mod grounds;
pub mod headroom;
pub mod held_amounts;
pub mod held_models;
pub mod held_placements;
pub mod holdings;
pub mod layers;
pub mod licence_needs;
pub mod members;
pub mod needs;
pub mod observations;
pub mod oddities;
pub mod outlooks;
pub mod overbooked;
mod past_supplies;
pub mod placements;
pub mod pool_holds;
pub mod pools;
pub mod prometheus;
pub mod published;
pub mod purchase_rules;
pub mod purchases;
pub mod rack_choices;
pub mod rack_holds;
pub mod rack_states;
pub mod replacements;
pub mod reservations;
pub mod risks;
pub mod scenario_supplies;
pub mod supplies;
pub mod takeovers;
pub mod units;
