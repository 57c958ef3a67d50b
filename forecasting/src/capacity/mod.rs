//! Capacity: what there is, what is used, when it runs out, by when to order and where things fit.
//!
//! A *pool* is a set of interchangeable supply of one resource: vCPU, GiB, TB, rack units, kW, ports, licences.
//! Each has layers, and each layer is what the one before leaves:
//!
//! | Layer | What it is |
//! |---|---|
//! | raw | what is installed |
//! | usable | after protection, tolerated failures, overhead and reserve |
//! | plannable | usable up to the planning limit: what demand is held against |
//! | reserved | promised to somebody and not there yet |
//! | allocated | handed out |
//! | used | the peak of what is consumed |
//!
//! | Module | What it answers |
//! |---|---|
//! | [`units`] | explicit conversions, and refusals of mixed units |
//! | [`layers`] | the layers of clusters and storage, licences, and which model of use binds |
//! | [`observations`] | instants with values, their daily peaks and the peaks of months |
//! | [`regression`] | the straight line through the peaks of months, with upper quantiles |
//! | [`supply`] | what there is month by month, with deliveries and retirements |
//! | [`events`] | dated steps of demand, and reservations |
//! | [`exhaustion`] | the first month in which demand is no longer below supply |
//! | [`projection`] | demand carried on by any method, and when it reaches supply |
//! | [`scores`] | how far forecasts were from what came, by how far ahead they looked |
//! | [`order`] | by when to order, and what would push the month out |
//! | [`purchases`] | what to order, in whole lots, so that it arrives in time; and where it cannot |
//! | [`placement`] | how many of something fit where, what binds, what is stranded, and whether a feed may fail |
//!
//! All quantities are decimals: the square root that the regression needs is taken in decimals too, so that the
//! same input gives the same figures on every machine. Values that come as floats, from JSON or from a fan of a
//! forecast, pass through [`quantity`], which refuses what is not a number.
//!
//! What cannot be computed is said by a value with its reason, never by a date far away or a zero.

pub mod events;
pub mod exhaustion;
mod figures;
pub mod layers;
pub mod observations;
pub mod order;
pub mod placement;
pub mod projection;
pub mod purchases;
pub mod regression;
pub mod scores;
pub mod supply;
pub mod units;

pub use figures::{QUANTITY_MAX, quantity};
