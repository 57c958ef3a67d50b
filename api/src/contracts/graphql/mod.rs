//! The face of contracts.

use async_graphql::MergedObject;

mod calendar;
mod capacity;
mod charge_terms;
mod circuit_changes;
mod co_termination;
pub mod colocation_changes;
pub mod colocation_charges;
pub mod colocation_circuits;
pub mod colocation_contracts;
pub mod colocation_deployments;
mod colocation_figures;
mod colocation_filter;
pub mod colocation_readings;
pub mod colocation_terms;
mod contract_figures;
pub mod decision_words;
mod decisions;
mod deployment_changes;
mod invoice_changes;
mod invoice_check;
pub mod invoice_lines;
pub mod invoices;
mod monthly_cost;
mod offer_changes;
pub mod offers;
mod power_month;
mod reading_changes;
mod support_changes;
pub mod support_contracts;
pub mod support_coverages;
mod support_figures;
mod words;

/// Queries of contracts.
#[derive(Default, MergedObject)]
pub struct ContractsQuery(
    colocation_filter::ColocationContractQuery,
    support_contracts::SupportContractQuery,
    colocation_deployments::ColocationDeploymentQuery,
    colocation_circuits::ColocationCircuitQuery,
    colocation_readings::ColocationReadingQuery,
    invoices::InvoiceQuery,
    invoice_lines::InvoiceLineQuery,
    offers::OfferQuery,
    calendar::ContractCalendarQuery,
    co_termination::CoTerminationQuery,
);

/// Changes of contracts.
#[derive(Default, MergedObject)]
pub struct ContractsMutation(
    colocation_changes::ColocationContractMutation,
    colocation_charges::ColocationChargeMutation,
    deployment_changes::ColocationDeploymentMutation,
    circuit_changes::ColocationCircuitMutation,
    reading_changes::ColocationReadingMutation,
    invoice_changes::InvoiceMutation,
    offer_changes::OfferMutation,
    support_changes::SupportContractMutation,
);
