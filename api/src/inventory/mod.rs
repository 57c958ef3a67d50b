//! What there is, and where it stands.
//!
//! A *site* holds *racks*, a rack holds *assets*; an asset is one piece of hardware of a *hardware model*,
//! which a *manufacturer* makes and a *vendor* sells. This area does not know contracts, money over time or
//! when anything is replaced.

pub mod assets;
pub mod chains;
pub mod findings;
pub mod graphql;
pub mod manufacturers;
pub mod models;
pub mod placement;
pub mod racks;
pub mod retirement;
pub mod sites;
pub mod summary;
pub mod usage;
pub mod vendors;
