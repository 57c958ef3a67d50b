//! What the company has promised to pay: space and power at colocations, support of its assets.
//!
//! A *colocation contract* has a *term*, *notice* and *renewal* terms, the sites it is for, and a price sheet
//! of *charges*; a charge rises by an *escalator*, grows along a *ramp* and is reduced by *abatements*. A
//! *support contract* *covers* assets. Under a colocation contract stand *deployments* of power *circuits* with their
//! *readings*, and *invoices* with their lines; an *offer* is a price that a vendor holds for a while. [`terms`] turns rows into the values that everything is computed from.
//! This area does not know what an asset is replaced by, nor how costs add up over an estate.

pub mod calendar;
pub mod co_termination;
pub mod colocation_charges;
pub mod colocation_circuits;
pub mod colocation_contracts;
pub mod colocation_deployments;
pub mod colocation_readings;
pub mod costs;
pub mod decisions;
pub mod desk;
pub mod feed;
pub mod findings;
pub mod graphql;
pub mod invoice_checks;
pub mod invoice_findings;
pub mod invoice_lines;
pub mod invoices;
pub mod leads;
pub mod notice_history;
pub mod offers;
pub mod power;
pub mod power_units;
pub mod support_contracts;
pub mod support_costs;
pub mod terms;
pub mod usage_findings;
