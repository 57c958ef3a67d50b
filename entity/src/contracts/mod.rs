//! What the company has promised to pay: colocation of its equipment, support of its assets.

pub mod colocation_charge;
pub mod colocation_circuit;
pub mod colocation_contract;
pub mod colocation_contract_site;
pub mod colocation_deployment;
pub mod colocation_reading;
pub mod invoice;
pub mod invoice_line;
pub mod offer;
pub mod support_contract;
pub mod support_coverage;
