//! What runs with cloud providers, what it has cost, and how it is taken to grow.
//!
//! A *provider account* is what a provider bills, in one currency. *Workloads* run in it. A *cost record* is what
//! one service of a workload, or of the account as a whole, cost in one month, in the four measures of FOCUS: billed
//! (on the invoice), effective (with prepayments spread over what they cover), list and contracted (at either
//! price, before commitments). A *growth assumption* says by which fraction cost is taken to rise from month to
//! month. The *run rate* is what the latest known month cost. This area does not know what is not in the cloud.

pub mod accounts;
pub mod commitments;
pub mod costs;
pub mod graphql;
pub mod growth;
pub mod summary;
pub mod sums;
pub mod workloads;
