//! The face of finance.

use async_graphql::MergedObject;

pub mod actual_postings;
pub mod allocation_changes;
pub mod allocation_models;
pub mod allocations;
mod budget_changes;
mod budget_findings;
pub mod budget_lines;
pub mod budget_versions;
mod budget_words;
pub mod chargeback_changes;
pub mod chargeback_lines;
pub mod chargebacks;
pub mod currencies;
pub mod exchange_rates;
pub mod fiscal_calendars;
pub mod given_unit_costs;
mod journals;
pub mod ledger_codes;
mod line_changes;
mod outlooks;
pub mod ownership;
mod price_index_changes;
pub mod price_index_values;
pub mod savings;
pub mod savings_changes;
pub mod savings_claims;
pub mod savings_initiatives;
pub mod unit_cost_actuals;
pub mod unit_cost_labour;
pub mod unit_cost_parts;
pub mod unit_cost_words;
pub mod unit_costs;
pub mod variance_explanations;
mod variances;
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
    chargebacks::ChargebackQuery,
    savings_initiatives::SavingsInitiativeQuery,
    savings::SavingsQuery,
    ownership::OwnershipQuery,
    ledger_codes::LedgerCodeQuery,
    budget_versions::BudgetVersionQuery,
    budget_lines::BudgetLineQuery,
    actual_postings::ActualPostingQuery,
    budget_changes::BudgetPeriodQuery,
    budget_findings::BudgetFindingQuery,
    variances::VarianceQuery,
    outlooks::OutlookQuery,
    price_index_values::PriceIndexValueQuery,
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
    chargeback_changes::ChargebackMutation,
    savings_changes::SavingsInitiativeMutation,
    savings_claims::SavingsClaimMutation,
    ledger_codes::LedgerCodeMutation,
    budget_changes::BudgetVersionMutation,
    line_changes::LineMutation,
    variance_explanations::VarianceMutation,
    price_index_changes::PriceIndexValueMutation,
);
