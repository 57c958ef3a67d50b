//! Topology: what depends on what, and what breaks when something fails.
//!
//! A [`graph::Graph`] holds items (sites, feeds, racks, hosts, virtual machines, services, anything), what each of them
//! needs, and groups of which so many have to be up. It answers what an outage brings down ([`impact`]), what an item
//! hangs on ([`reach`], [`path`]), what brings it down alone ([`single_points`]), when it recovers ([`recovery`],
//! [`schedule`]), how often it is up ([`availability`]) and what moves together ([`groups`], [`order`]).
//!
//! It is pure, as `forecasting` is: no clock, no input or output, no database and no async. Plain values go in,
//! plain values come out, and the same in gives the same out.
#![warn(missing_docs)]

pub mod availability;
pub mod blast;
pub mod components;
pub mod consistency;
mod cut;
mod error;
pub mod graph;
pub mod groups;
pub mod impact;
mod lanes;
mod marks;
pub mod order;
pub mod path;
pub mod reach;
pub mod recovery;
pub mod schedule;
pub mod single_points;
mod split;
pub mod table;

pub use cut::{Cut, MOST_EXACT as MOST_EXACT_CUT};
pub use error::{Result, TopologyError};
pub use split::Split;
