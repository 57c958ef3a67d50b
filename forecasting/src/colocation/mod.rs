//! Colocation contracts: what a month costs, when the contract ends, and when notice must be given.
//!
//! A [`Contract`] is a value: terms and [`Charge`]s. [`month_cost`] prices one charge for one month from the
//! days that lie in it, [`schedule`] does so for a window, and [`Contract::term`] walks the renewals. Prices
//! escalate from the unrounded base and only the line of a month is rounded.

mod contract;
mod cost;
mod escalation;
mod meter;
mod schedule;
mod term;
mod validation;

pub use contract::{
    Abatement, Billing, Charge, ChargeKind, Contract, Metering, Notice, NoticeUnit, Proration, RampStep,
    Renewal, RenewalPrice,
};
pub use cost::{MonthLine, Segment, month_cost};
pub use escalation::{Anchor, CpiTerms, Escalation, Escalator, Index, Indices, cpi_step};
pub use meter::{MeteredMonth, OverageBasis, PueRule, billed_energy, overage};
pub(crate) use schedule::committed_value;
pub use schedule::{ChargeSchedule, contract_total, renewal_exposure, schedule, straight_line_month};
pub use term::{BusinessDays, Term};
pub use validation::{Problem, Severity, validate};
