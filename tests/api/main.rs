//! Plinth from outside: what users see, on both engines, and the shape of the project.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod access_matrix;
mod audit;
mod capacity;
mod cloud;
mod commands;
mod contract;
mod contracts;
mod demo;
mod exports;
mod finance;
mod import;
mod inventory;
mod lifecycle;
mod limits;
mod query_counts;
mod readme;
mod recovery;
mod requests;
mod roadmap;
mod scenarios;
mod server;
mod sockets;
mod tables;
mod tidy;
mod tokens;
mod topology;
