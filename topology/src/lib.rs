//! Topology: what depends on what, and what breaks when something fails.
//!
//! The crate will hold graphs of an estate (site, feed, rack, host, virtual machine, service, application) and
//! answer which nodes an outage reaches, which nodes are single points of failure, in which order a site
//! recovers and within which time, and which nodes move together.
//!
//! It is pure, as `forecasting` is: no clock, no input or output, no database and no async. Plain values go in,
//! plain values come out.
#![warn(missing_docs)]
