//! The face of contracts.

use async_graphql::MergedObject;

mod calendar;
mod capacity;
mod charge_terms;
mod colocation_changes;
pub mod colocation_charges;
pub mod colocation_contracts;
mod colocation_filter;
mod colocation_terms;
mod decision_words;
mod decisions;
mod invoice_check;
mod monthly_cost;
mod support_changes;
pub mod support_contracts;
pub mod support_coverages;
mod words;

/// Queries of contracts.
#[derive(Default, MergedObject)]
pub struct ContractsQuery(
    colocation_contracts::ColocationContractQuery,
    support_contracts::SupportContractQuery,
    calendar::ContractCalendarQuery,
);

/// Changes of contracts.
#[derive(Default, MergedObject)]
pub struct ContractsMutation(
    colocation_changes::ColocationContractMutation,
    colocation_charges::ColocationChargeMutation,
    support_changes::SupportContractMutation,
);
