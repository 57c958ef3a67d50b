//! The roadmap: what an estate will cost month by month, in three views that are never mixed.
//!
//! Each source (a contract, a workload, a refresh, a vintage of assets, an order for growth) turns into [`Flows`]: amounts per month,
//! per [`Category`] and per [`MoneyView`], for the months of a [`Window`]. A [`Roadmap`] adds flows up by a key of
//! the caller's choice, keeps the records behind every line, and knows what was left out and why.
//!
//! Amounts are rounded per source and month, never afterwards, so that every row and every column foots; and no
//! rounding depends on where the window begins, so that moving it changes no month.

mod assets;
mod cloud;
mod colocation;
mod coverage;
mod flows;
mod growth;
mod lines;
mod share;
mod support;

pub use assets::{RefreshCohort, ledger_flows, vintage_flows};
pub use cloud::{CloudWorkload, GrowthWindow};
pub use colocation::{KnownFlows, Leaving, colocation_flows, known_flows, left_flows};
pub use coverage::{Coverage, Exclusion, Subject};
pub use flows::{Category, Flows, MoneyView, Window};
pub use growth::{GrowthOrder, GrowthTerms};
pub use lines::{Difference, Line, Roadmap, Share};
pub use support::{PaymentFrequency, SupportContract, SupportRenewal};
