//! What runs with cloud providers, what it has cost and how it is taken to grow.

pub mod cloud_commitment;
pub mod cost_record;
pub mod growth_assumption;
pub mod provider_account;
pub mod workload;
