//! What depends on what: services, power feeds, configuration items, and what each of them needs.

pub mod configuration_item;
pub mod dependency;
pub mod power_feed;
pub mod redundancy_group;
pub mod service;
