//! The roadmap: what the estate will cost month by month, from everything that is recorded.
//!
//! A *question* names the months, the view and the currency. *Sources* are read area by area: assets become
//! *vintages* (depreciated together) and *cohorts* (refreshed together), contracts and workloads stand for
//! themselves. Each turns into flows, is divided among the lines that it belongs to, which `forecasting` adds up. This module joins the areas and knows no
//! arithmetic of its own.

pub mod assets;
pub mod cloud;
pub mod cohorts;
pub mod contracts;
mod deciding;
mod drawing;
pub mod estate;
mod families;
pub mod graphql;
pub mod growing;
mod keys;
pub mod masking;
pub mod periods;
pub mod plan;
pub mod posted;
pub mod proceeds;
pub mod purchases;
pub mod records;
mod shares;
pub mod stored;
pub mod uncertainty;
mod vintages;
pub mod words;

pub use graphql::year_label;
pub use keys::{Dimension, Key};
pub use plan::{Plan, Question, Source, calendar, draw};
pub use records::{by_reason, count as record_count, fingerprint};
