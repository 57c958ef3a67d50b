//! Colocation contracts: what a month costs, when the contract ends, and when notice must be given.
//!
//! A [`Contract`] is a value: terms and [`Charge`]s. [`month_cost`] prices one charge for one month from the
//! days that lie in it, [`schedule`] does so for a window, and [`Contract::term`] walks the renewals. Prices
//! escalate from the unrounded base and only the line of a month is rounded.
//!
//! Around the months stands what has to be decided about them: the calendar of deadlines ([`Contract::events`]),
//! what silence costs ([`cost_of_silence`]), what leaving early ([`termination`]) or staying too long
//! ([`holdover`]) costs, whether an invoice is right ([`check_invoice`]), and what of the power that is paid for
//! can be used ([`Deployment::capacity`]).

mod calendar;
mod capacity;
mod contract;
mod cost;
mod double_billing;
mod escalation;
mod exposure;
mod invoice;
mod meter;
mod month_of_power;
mod orders;
mod power;
mod readings;
mod schedule;
mod steps;
mod straight_line;
mod term;
mod termination;
mod usage;
mod validation;

pub use calendar::{AlertTier, Event, EventKind, OpenInvoice, Planning, PriceHold};
pub use capacity::{Binding, Capacity, Deployment, Draw, Limit, Reading};
pub use contract::{
    Abatement, Billing, Charge, ChargeKind, Contract, Metering, NewPrice, Notice, NoticeUnit, Proration,
    RampStep, Renewal, RenewalPrice, Repricing, Repricings,
};
pub use cost::{
    BilledEnergy, CommitmentStep, MonthLine, Segment, commitment_steps, committed_kilowatts, month_cost,
};
pub use double_billing::{DoubleBilling, DoubleBillingReason};
pub use escalation::{Anchor, CpiTerms, Escalation, Escalator, Index, Indices, cpi_step};
pub use exposure::{
    CostOfSilence, NoRenewal, RenewalExposure, UpcomingRenewal, cost_of_silence, exposure_of_renewal,
    renewal_exposure, renewal_exposures,
};
pub use invoice::{
    Expectation, Invoice, InvoiceCheck, InvoiceLine, LineCheck, Tolerance, Verdict, check_invoice,
};
pub use meter::{OverageBasis, PueRule, billed_energy, minimum_energy, overage};
pub use month_of_power::{
    EnergyCost, MeteredPart, MonthUse, OverageCost, OverageTerms, PowerMonth, power_month,
};
pub use orders::{OrderChange, StepDown, co_terminate, co_termination_costs, step_down};
pub use power::{Absence, CabinetPower, Circuit, Feed, Figure, Phases};
pub use readings::{MeterReading, MonthReading, drawn, month_reading};
pub(crate) use schedule::committed_value;
pub use schedule::{ChargeSchedule, contract_total, schedule};
pub(crate) use steps::percent;
pub(crate) use straight_line::of_charge as level_charge;
pub use straight_line::{LevelMonth, Recognition, StraightLine, straight_line, straight_line_month};
pub use term::{BusinessDays, NoticeAction, NoticeEntry, RenewalTerms, Term, Terms, notice_in_force};
pub use termination::{
    Advance, Holdover, Termination, TerminationRule, TerminationStep, holdover, monthly_rate, termination,
};
pub use usage::{CrossConnect, Usage, duplicate_orders, validate_usage};
pub use validation::{Problem, Severity, validate};
