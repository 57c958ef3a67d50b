//! What depends on what: services, power feeds and dependencies, and what becomes of all that when something fails.

pub mod asked;
pub mod chains;
pub mod derived;
pub mod graph;
pub mod graphql;
pub mod impacts;
pub mod items;
pub mod needs;
pub mod paths;
pub mod recorded;
pub mod rollups;
pub mod single_points;
