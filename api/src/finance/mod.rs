//! Money between currencies, how a company cuts time, and what money does: unit costs, allocation, savings.
//!
//! A *currency* is one that the company uses; an *exchange rate* says what one unit of it, the *base*, is worth
//! in another, the *quote*, from a day on, for one *kind* of use; a *fiscal calendar* cuts time into years,
//! quarters and periods. [`rates`] converts amounts.
//!
//! A *volume* says how much of something there was in a month; a *unit cost* divides cost of the roadmap by it, by a
//! *basis* that says which cost counts. An *allocation model* divides cost among those who cause it. A *savings
//! initiative* lowers cost against a *baseline*, and *claims* the lines of the ledger in which that shows. What all of
//! them divide and compare comes from the roadmap or from whoever asks: this area records no spending.

pub mod allocation_models;
pub mod allocations;
pub mod currencies;
pub mod denominators;
pub mod exchange_rates;
pub mod fiscal_calendars;
pub mod graphql;
pub mod ownership;
pub mod rates;
pub mod savings;
pub mod savings_claims;
pub mod savings_initiatives;
pub mod unit_cost_parts;
pub mod unit_costs;
pub mod volumes;
