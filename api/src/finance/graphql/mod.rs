//! The face of finance.

use async_graphql::MergedObject;

pub mod allocation_changes;
pub mod allocation_models;
pub mod allocations;
pub mod currencies;
pub mod exchange_rates;
pub mod fiscal_calendars;
pub mod given_unit_costs;
pub mod ownership;
pub mod savings;
pub mod savings_changes;
pub mod savings_claims;
pub mod savings_initiatives;
pub mod unit_cost_parts;
pub mod unit_cost_words;
pub mod unit_costs;
pub mod volumes;

/// Queries of finance.
#[derive(Default, MergedObject)]
pub struct FinanceQuery(
    currencies::CurrencyQuery,
    exchange_rates::ExchangeRateQuery,
    fiscal_calendars::FiscalCalendarQuery,
    volumes::VolumeQuery,
    unit_cost_parts::UnitCostBasisQuery,
    unit_costs::UnitCostQuery,
    given_unit_costs::GivenUnitCostQuery,
    allocation_models::AllocationModelQuery,
    allocations::AllocationQuery,
    savings_initiatives::SavingsInitiativeQuery,
    savings::SavingsQuery,
    ownership::OwnershipQuery,
);

/// Changes of finance.
#[derive(Default, MergedObject)]
pub struct FinanceMutation(
    currencies::CurrencyMutation,
    exchange_rates::ExchangeRateMutation,
    fiscal_calendars::FiscalCalendarMutation,
    volumes::VolumeMutation,
    unit_cost_parts::UnitCostBasisMutation,
    allocation_changes::AllocationModelMutation,
    savings_changes::SavingsInitiativeMutation,
    savings_claims::SavingsClaimMutation,
);
