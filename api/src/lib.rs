//! Plinth: inventory and capacity planning of infrastructure, over GraphQL.
//!
//! Areas are modules with one word each; `ARCHITECTURE.md` has the map and the invariants.
// The schema is merged from many parts, and the future that resolves a field of it is as deep as they are many.
#![recursion_limit = "256"]

pub mod access;
pub mod audit;
pub mod capacity;
pub mod cli;
pub mod cloud;
pub mod config;
pub mod contracts;
pub mod demo;
pub mod error;
pub mod export;
pub mod finance;
pub mod given_up;
pub mod import;
pub mod inventory;
pub mod lifecycle;
pub mod recovery;
pub mod roadmap;
pub mod rules;
pub mod scenarios;
pub mod schema;
pub mod server;
pub mod store;
pub mod topology;
