//! What the company has promised to pay: colocation of its equipment, support of its assets.

pub mod colocation_charge;
pub mod colocation_contract;
pub mod colocation_contract_site;
pub mod support_contract;
pub mod support_coverage;
