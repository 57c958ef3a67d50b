//! The money side of every plan: currencies, their rates, and how time is cut into fiscal periods.

pub mod currency;
pub mod exchange_rate;
pub mod fiscal_calendar;
pub mod price_index_value;
