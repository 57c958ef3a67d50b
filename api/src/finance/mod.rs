//! Money between currencies, and how a company cuts time.
//!
//! A *currency* is one that the company uses; an *exchange rate* says what one unit of it, the *base*, is worth
//! in another, the *quote*, from a day on, for one *kind* of use; a *fiscal calendar* cuts time into years,
//! quarters and periods. [`rates`] converts amounts.
//!
//! A *ledger code* is a cost centre, an account or a tower; a *budget version* is the budget of one fiscal year with
//! its *lines*, or the actual figures of it with their *postings*. A draft is edited until it is *frozen*; a period
//! is posted to until it is *closed*. [`variances`] and [`outlooks`] say how far from plan a year is and where it
//! will end. This area does not know what the money is spent on; [`drafts`] asks the roadmap for it.

pub mod actual_postings;
pub mod budget_findings;
pub mod budget_lines;
pub mod budget_versions;
pub mod currencies;
pub mod drafts;
pub mod exchange_rates;
pub mod fiscal_calendars;
pub mod graphql;
pub mod ledger_codes;
pub mod outlooks;
pub mod period_closes;
pub mod places;
pub mod rates;
pub mod values;
pub mod variances;
