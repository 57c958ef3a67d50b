//! The money side of every plan: currencies, their rates, how time is cut into fiscal periods, and what
//! things cost by the unit, whom cost is allocated to, and what is saved.

pub mod allocation_model;
pub mod currency;
pub mod exchange_rate;
pub mod fiscal_calendar;
pub mod savings_claim;
pub mod savings_initiative;
pub mod unit_cost_part;
pub mod volume;
