//! What the company owns and where it stands: sites, racks, models of hardware, the assets themselves, and the vendors they come from.

pub mod asset;
pub mod environment;
pub mod hardware_model;
pub mod manufacturer;
pub mod rack;
pub mod site;
pub mod vendor;
