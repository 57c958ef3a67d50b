//! The face of finance.

use async_graphql::MergedObject;

pub mod currencies;
pub mod exchange_rates;
pub mod fiscal_calendars;
mod price_index_changes;
pub mod price_index_values;

/// Queries of finance.
#[derive(Default, MergedObject)]
pub struct FinanceQuery(
    currencies::CurrencyQuery,
    exchange_rates::ExchangeRateQuery,
    fiscal_calendars::FiscalCalendarQuery,
    price_index_values::PriceIndexValueQuery,
);

/// Changes of finance.
#[derive(Default, MergedObject)]
pub struct FinanceMutation(
    currencies::CurrencyMutation,
    exchange_rates::ExchangeRateMutation,
    fiscal_calendars::FiscalCalendarMutation,
    price_index_changes::PriceIndexValueMutation,
);
