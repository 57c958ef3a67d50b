//! When equipment and software reach their end, what replaces them, and how their cost is spread.

pub mod depreciation_rule;
pub mod refresh_cycle;
pub mod refresh_cycle_asset;
pub mod refresh_policy;
pub mod software_release;
