//! The money side of every plan: currencies, their rates, how time is cut into fiscal periods, budgets and what was
//! spent against them.

pub mod actual_posting;
pub mod budget_line;
pub mod budget_version;
pub mod currency;
pub mod exchange_rate;
pub mod fiscal_calendar;
pub mod ledger_code;
pub mod period_close;
pub mod variance_explanation;
