//! What depends on what.
//!
//! A *thing* is whatever something can depend on: a service, an asset, a workload, a rack, a power feed, a site, a
//! vendor, a contract, a cloud account. A *configuration item* is a thing that has been named in a dependency or as
//! the owner of a redundancy group; it is made when it is first named. A *dependency* goes from what needs to what
//! is needed, so failures travel against it. It is *hard* where the first is down without the second, and *soft*
//! where it is only degraded. A *redundancy group* holds dependencies of one owner that stand in for each other: so
//! many of them have to be up, or so much of what they carry. Copies of data (`REPLICATES_TO`) are recorded and are
//! no need. Panels and regions are things too, though no table has them: feeds and workloads name them.

pub mod about;
pub mod advance;
pub mod asked;
pub mod cells;
pub mod chains;
pub mod changes;
pub mod dependencies;
pub mod derived;
pub mod gone;
pub mod graph;
pub mod graphql;
pub mod happenings;
pub mod impacts;
pub mod implied;
pub mod index;
pub mod items;
pub mod journal;
pub mod keys;
pub mod labels;
pub mod leaning;
pub mod movables;
pub mod moves;
pub mod needs;
pub mod outgoing;
pub mod paths;
pub mod power;
pub mod power_feeds;
pub mod quality;
pub mod recorded;
pub mod redundancy_groups;
pub mod rollups;
pub mod rows;
pub mod said;
pub mod service_levels;
pub mod services;
pub mod single_points;
pub mod sketch;
pub mod supplies;
pub mod trust;
