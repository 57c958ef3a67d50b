//! When equipment and software reach their end, what replaces them, and how their cost is spread.

pub mod book_entry;
pub mod book_event;
pub mod closed_period;
pub mod depreciation_rule;
pub mod refresh_cycle;
pub mod refresh_cycle_asset;
pub mod refresh_policy;
pub mod software_release;
