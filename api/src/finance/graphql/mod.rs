//! The face of finance.

use async_graphql::MergedObject;

pub mod currencies;
pub mod exchange_rates;
pub mod fiscal_calendars;

/// Queries of finance.
#[derive(Default, MergedObject)]
pub struct FinanceQuery(
    currencies::CurrencyQuery,
    exchange_rates::ExchangeRateQuery,
    fiscal_calendars::FiscalCalendarQuery,
);

/// Changes of finance.
#[derive(Default, MergedObject)]
pub struct FinanceMutation(
    currencies::CurrencyMutation,
    exchange_rates::ExchangeRateMutation,
    fiscal_calendars::FiscalCalendarMutation,
);
