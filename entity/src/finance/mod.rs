//! The money side of every plan: currencies, their rates, how time is cut into fiscal periods, and what
//! things cost by the unit, whom cost is allocated to, what is budgeted and spent, and what is saved.

pub mod actual_posting;
pub mod allocation_model;
pub mod budget_line;
pub mod budget_version;
pub mod chargeback;
pub mod chargeback_line;
pub mod currency;
pub mod exchange_rate;
pub mod fiscal_calendar;
pub mod ledger_code;
pub mod period_close;
pub mod price_index_value;
pub mod savings_claim;
pub mod savings_initiative;
pub mod unit_cost_part;
pub mod variance_explanation;
pub mod volume;
