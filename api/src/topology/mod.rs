//! What depends on what: a *configuration item* is anything that another can depend on.

pub mod graph;
pub mod graphql;
pub mod items;
mod labels;
