//! The face of finance.

use async_graphql::MergedObject;

pub mod actual_postings;
mod budget_changes;
mod budget_findings;
pub mod budget_lines;
pub mod budget_versions;
mod budget_words;
pub mod currencies;
pub mod exchange_rates;
pub mod fiscal_calendars;
pub mod ledger_codes;
mod line_changes;
mod outlooks;
pub mod variance_explanations;
mod variances;

/// Queries of finance.
#[derive(Default, MergedObject)]
pub struct FinanceQuery(
    currencies::CurrencyQuery,
    exchange_rates::ExchangeRateQuery,
    fiscal_calendars::FiscalCalendarQuery,
    ledger_codes::LedgerCodeQuery,
    budget_versions::BudgetVersionQuery,
    budget_lines::BudgetLineQuery,
    actual_postings::ActualPostingQuery,
    budget_changes::BudgetPeriodQuery,
    budget_findings::BudgetFindingQuery,
    variances::VarianceQuery,
    outlooks::OutlookQuery,
);

/// Changes of finance.
#[derive(Default, MergedObject)]
pub struct FinanceMutation(
    currencies::CurrencyMutation,
    exchange_rates::ExchangeRateMutation,
    fiscal_calendars::FiscalCalendarMutation,
    ledger_codes::LedgerCodeMutation,
    budget_changes::BudgetVersionMutation,
    line_changes::LineMutation,
    variance_explanations::VarianceMutation,
);
