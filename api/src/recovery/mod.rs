//! How soon what fails is up again, and what shows it.
//!
//! A *recovery objective* says of a configuration item in how many minutes it has to be up again (RTO), how many minutes
//! of data may be lost (RPO), and how long it takes by itself. A *backup record* is a copy of an item's data; a
//! *recovery drill* is a test of recovery, about the items of its *scope*; a *consistency group* is what has to recover to
//! one point in time. [`assessment`] puts them together along the graph of [`crate::topology`]: what is promised, what can be kept, and what has been shown.

pub mod assessment;
pub mod backups;
pub mod consistency;
pub mod consistency_groups;
pub mod copies;
pub mod drills;
pub mod findings;
pub mod graphql;
pub mod objectives;
pub mod services;
pub mod things;
pub mod verdicts;
