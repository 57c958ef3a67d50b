//! Money between currencies, how a company cuts time, and what money does: unit costs, allocation, savings.
//!
//! A *currency* is one that the company uses; an *exchange rate* says what one unit of it, the *base*, is worth
//! in another, the *quote*, from a day on, for one *kind* of use; a *fiscal calendar* cuts time into years,
//! quarters and periods; a *price index value* is what an index was published to be for a month. [`rates`] converts
//! amounts.
//!
//! A *ledger code* is a cost centre, an account or a tower; a *budget version* is the budget of one fiscal year with
//! its *lines*, or the actual figures of it with their *postings*. A draft is edited until it is *frozen*; a period
//! is posted to until it is *closed*. [`variances`] and [`outlooks`] say how far from plan a year is and where it
//! will end; [`drafts`] asks the roadmap for what to plan.
//!
//! A *volume* says how much of something there was in a month; a *unit cost* divides cost of the roadmap by it, by a
//! *basis* that says which cost counts. An *allocation model* divides cost among those who cause it, and [`journals`] say
//! what is posted for that; a *chargeback* is such a journal that was submitted, and is approved by another and posted. What is closed stays: [`closed_rates`] keeps what it is converted with. A *savings
//! initiative* lowers cost against a *baseline*, and *claims* the lines of the ledger in which that shows.

pub mod actual_postings;
pub mod allocation_models;
pub mod allocations;
pub mod budget_findings;
pub mod budget_lines;
pub mod budget_versions;
pub mod chargeback_postings;
pub mod chargebacks;
pub mod closed_rates;
pub mod contents;
pub mod currencies;
pub mod denominators;
pub mod drafts;
pub mod exchange_rates;
pub mod fiscal_calendars;
pub mod graphql;
pub mod journals;
pub mod ledger_codes;
pub mod outlooks;
pub mod ownership;
pub mod period_closes;
pub mod places;
pub mod price_index_values;
pub mod rates;
pub mod savings;
pub mod savings_claims;
pub mod savings_initiatives;
pub mod unit_cost_labour;
pub mod unit_cost_parts;
pub mod unit_cost_postings;
pub mod unit_costs;
pub mod values;
pub mod variances;
pub mod volumes;
