//! Forecasting: the arithmetic of infrastructure cost, exact to the cent.
//!
//! The crate is pure. It has no clock, no input or output, no database and no async: plain values go in, plain
//! values come out, and whoever calls it says which day it is. Only [`uncertainty`] has threads, as many as it is
//! told to, and its figures do not depend on how many.
//!
//! | Module | What it answers |
//! |---|---|
//! | [`money`] | amounts in a currency, rounding, spreading over periods, splitting by weights |
//! | [`month`] | months, terms, fiscal calendars of months or of 4-4-5 weeks, comparisons by the week |
//! | [`quantity`] | conversions between kW and kVA, TB and TiB |
//! | [`growth`] | compound growth over whole and parts of periods |
//! | [`colocation`] | the monthly cost of a contract, its deadlines, what silence, leaving and staying cost, its power |
//! | [`commitments`] | what renewals of commitments to cloud providers cost |
//! | [`refresh`] | when hardware is due, when to order, how many, at what price, the cost of the project and of waiting |
//! | [`levelling`] | which refresh in which month under caps, at the least cost and with a proof |
//! | [`depreciation`] | monthly charges and book values, books with events, tax tables, leases, the register examined |
//! | [`capacity`] | layers of what there is, when it runs out, by when to order, where things fit |
//! | [`budget`] | variance, outlook, unit costs, allocation, savings, versions of a budget and their comparison |
//! | [`roadmap`] | all of it month by month, in the views of commitment, cash, and profit and loss |
//! | [`uncertainty`] | what a roadmap may turn out to cost: P10, P50 and P90 of each fiscal quarter |
//! | [`forecast`] | what a series of quantities comes to in the months ahead, and how sure that is |
//! | [`explain`] | the formula, inputs and assumptions behind a figure |
//! | [`error`] | the few ways a calculation can be impossible |
//!
//! # Invariants
//!
//! - Money is a decimal, never a binary float, and is rounded half away from zero where it would be invoiced or
//!   posted, once. [`levelling`] looks for prices of limits with floats, and proves what they are worth in whole
//!   numbers.
//! - Whatever is divided adds up again: periods to their total, shares to what was split, lines to their
//!   columns.
//! - Dates have no time zone. Terms count from their first day, never in repeated steps of a month.
//! - Rates, ratios and shares are fractions: 0.03 is 3 %.
//! - Absent input is not zero: it is an error, or a result that says what is absent.
//! - Costs are positive. The three views of money are never added to each other.
//! - No figure depends on where a window begins.
//!
//! # Example
//!
//! Servers for 12,000 dollars enter service in April and are written off over five years; a cloud workload of 500
//! dollars a month grows by 1 % a month. What do the first nine months cost?
//!
//! ```
//! use forecasting::depreciation::{Basis, Convention, Depreciation, DepreciationRule, Method};
//! use forecasting::money::{Currency, Money, Rounding};
//! use forecasting::month::{FiscalCalendar, Month};
//! use forecasting::roadmap::{CloudWorkload, GrowthWindow, MoneyView, Roadmap, Window, vintage_flows};
//! use rust_decimal::Decimal;
//!
//! # fn main() -> forecasting::Result<()> {
//! let calendar = FiscalCalendar::calendar_years();
//! let april = Month::new(2026, 4)?;
//! let window = Window::new(april, 9)?;
//!
//! let rule = DepreciationRule {
//!     method: Method::StraightLine,
//!     life_months: 60,
//!     convention: Convention::FullMonth,
//!     rounding: Rounding::Cumulative,
//! };
//! let servers = Basis {
//!     cost: Money::new(Decimal::from(12_000), Currency::USD),
//!     salvage: Decimal::ZERO,
//!     in_service: april.day_clamped(10),
//!     disposed: None,
//! };
//! let workload = CloudWorkload {
//!     currency: Currency::USD,
//!     base_month: april,
//!     monthly_amount: Decimal::from(500),
//!     growth: vec![GrowthWindow { from: april, to: None, monthly_rate: Decimal::new(1, 2) }],
//!     last_month: None,
//! };
//!
//! let mut roadmap = Roadmap::new(window, Currency::USD);
//! let servers = Depreciation::new(&rule, &servers, &calendar)?;
//! roadmap.add(&"Frankfurt", &vintage_flows(&servers, None, window)?, &["server batch 1"])?;
//! roadmap.add(&"Frankfurt", &workload.flows(window, &calendar)?, &["web shop"])?;
//!
//! // 9 months of 200.00, and 500 x (1.01^9 - 1) / 0.01, rounded once.
//! assert_eq!(roadmap.total(MoneyView::Pnl), Decimal::new(648_426, 2));
//! // Depreciation is not paid.
//! assert_eq!(roadmap.total(MoneyView::Cash), Decimal::new(468_426, 2));
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]
#![deny(clippy::float_arithmetic)]

pub mod budget;
pub mod capacity;
pub mod colocation;
pub mod commitments;
pub mod depreciation;
pub mod error;
pub mod explain;
#[expect(clippy::float_arithmetic, reason = "forecasts are estimates of quantities, never money")]
pub mod forecast;
pub mod growth;
pub mod levelling;
pub mod money;
pub mod month;
pub mod quantity;
pub mod refresh;
pub mod roadmap;
pub mod uncertainty;
mod weights;

pub use error::{ForecastError, Result};
