//! Months, terms and fiscal calendars. Dates have no time zone.

mod calendar;
mod comparison;
mod fiscal;
mod history;

pub use calendar::{Month, Months, add_months, months_between, term_end};
pub use comparison::PeriodComparison;
pub use fiscal::{FiscalCalendar, FiscalPeriod, LabelBy, Pattern};
pub use history::{FiscalHistory, FiscalSpan};
