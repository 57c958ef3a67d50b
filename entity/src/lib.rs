//! The rows of Plinth's tables, and nothing but their shape.
//!
//! One module per area of the business, one file per table; the file, the table and the noun share a
//! name. A `Model` is a row, its enums and value objects stand beside it. Rules, queries and changes
//! are not known here, and no other crate of the project is.
//!
//! - [`id`]: one identity type per table.
//! - [`money`]: exact amounts and rates.
//! - [`inventory`]: sites, racks, hardware models, assets, vendors.
//! - [`contracts`]: colocation and support.
//! - [`lifecycle`]: refresh policies and cycles, depreciation, software releases.
//! - [`cloud`]: provider accounts, workloads, what they cost and how they grow.
//! - [`finance`]: currencies, exchange rates, fiscal calendars; budgets and actuals, volumes, allocation
//!   models, savings.
//! - [`scenarios`]: changes laid over what is recorded, and what was drawn with them.
//! - [`topology`]: services, power feeds, and what depends on what.
//! - [`recovery`]: recovery objectives, backups and drills.
//! - [`capacity`]: pools of capacity, what was observed of them, reservations and events.
//! - [`access`]: users and their tokens.
//! - [`audit`]: the change log.

pub mod id;
pub mod money;

pub mod inventory;

pub mod contracts;

pub mod lifecycle;

pub mod capacity;
pub mod cloud;

pub mod finance;

pub mod scenarios;

pub mod topology;

pub mod recovery;

pub mod access;

pub mod audit;

/// A moment as both engines keep it: to the microsecond, for PostgreSQL keeps no more.
#[must_use]
pub fn moment(at: chrono::DateTime<chrono::Utc>) -> chrono::DateTime<chrono::Utc> {
    chrono::DurationRound::duration_trunc(at, chrono::TimeDelta::microseconds(1)).unwrap_or(at)
}
