//! Money between currencies, and how a company cuts time.
//!
//! A *currency* is one that the company uses; an *exchange rate* says what one unit of it, the *base*, is worth
//! in another, the *quote*, from a day on, for one *kind* of use; a *fiscal calendar* cuts time into years,
//! quarters and periods; a *price index value* is what an index was published to be for a month. [`rates`] converts amounts. This area does not know what the money is spent on.

pub mod currencies;
pub mod exchange_rates;
pub mod fiscal_calendars;
pub mod graphql;
pub mod price_index_values;
pub mod rates;
