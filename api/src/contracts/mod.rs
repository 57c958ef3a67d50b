//! What the company has promised to pay: space and power at colocations, support of its assets.
//!
//! A *colocation contract* has a *term*, *notice* and *renewal* terms, the sites it is for, and a price sheet
//! of *charges*; a charge rises by an *escalator*, grows along a *ramp* and is reduced by *abatements*. A
//! *support contract* *covers* assets. [`terms`] turns rows into the values that everything is computed from.
//! This area does not know what an asset is replaced by, nor how costs add up over an estate.

pub mod calendar;
pub mod colocation_charges;
pub mod colocation_contracts;
pub mod costs;
pub mod decisions;
pub mod feed;
pub mod findings;
pub mod graphql;
pub mod support_contracts;
pub mod terms;
