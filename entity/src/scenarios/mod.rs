//! What might be otherwise: changes laid over what is recorded.

pub mod frozen_scenario;
pub mod scenario;
pub mod scenario_change;
