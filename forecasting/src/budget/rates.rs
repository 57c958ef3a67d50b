//! Exchange rates of a budget: fixed for a fiscal year, so that operations are judged without them, and those that
//! came about.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{Currency, times};

/// The rates a plan was made with, for a whole fiscal year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRates {
    reporting: Currency,
    rates: BTreeMap<Currency, Decimal>,
}

impl PlanRates {
    /// Rates in units of the reporting currency for one of each currency. The reporting currency itself is 1.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a rate that is not above zero, or one of the reporting currency that is not
    /// 1.
    pub fn new(reporting: Currency, rates: BTreeMap<Currency, Decimal>) -> Result<Self> {
        for (currency, rate) in &rates {
            check(*currency, *rate, reporting)?;
        }
        Ok(Self { reporting, rates })
    }

    /// The currency that everything is reported in.
    pub fn reporting(&self) -> Currency {
        self.reporting
    }

    /// The rate of a currency.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a currency without one: none is made up.
    pub fn rate(&self, currency: Currency) -> Result<Decimal> {
        if currency == self.reporting {
            return Ok(Decimal::ONE);
        }
        self.rates.get(&currency).copied().ok_or_else(|| {
            let rule = "every currency of a version has a rate of the plan";
            ForecastError::invalid("exchange rate", currency.code(), rule)
        })
    }

    /// An amount in a currency in units of the reporting currency, unrounded.
    ///
    /// # Errors
    ///
    /// As [`PlanRates::rate`], and [`ForecastError::OutOfRange`] for an amount that does not fit.
    pub fn convert(&self, amount: Decimal, currency: Currency) -> Result<Decimal> {
        times(amount, self.rate(currency)?, "amount")
    }
}

/// The rates that came about, or are expected, by fiscal period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeriodRates {
    reporting: Currency,
    rates: BTreeMap<(Currency, u32), Decimal>,
}

impl PeriodRates {
    /// Rates in units of the reporting currency for one of each currency, by period of the fiscal year.
    ///
    /// # Errors
    ///
    /// As [`PlanRates::new`].
    pub fn new(reporting: Currency, rates: BTreeMap<(Currency, u32), Decimal>) -> Result<Self> {
        for ((currency, _), rate) in &rates {
            check(*currency, *rate, reporting)?;
        }
        Ok(Self { reporting, rates })
    }

    /// The currency that everything is reported in.
    pub fn reporting(&self) -> Currency {
        self.reporting
    }

    /// The rate of a currency in a period.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] where there is none: neither the plan's nor that of another period stands in.
    pub fn rate(&self, currency: Currency, period: u32) -> Result<Decimal> {
        if currency == self.reporting {
            return Ok(Decimal::ONE);
        }
        self.rates.get(&(currency, period)).copied().ok_or_else(|| {
            let value = format!("{currency} in period {period}");
            let rule = "every currency has a rate in the periods it is used in";
            ForecastError::invalid("exchange rate", &value, rule)
        })
    }
}

fn check(currency: Currency, rate: Decimal, reporting: Currency) -> Result<()> {
    if rate <= Decimal::ZERO {
        return Err(ForecastError::invalid("exchange rate", &rate, "an exchange rate is above zero"));
    }
    if currency == reporting && rate != Decimal::ONE {
        return Err(ForecastError::invalid(
            "exchange rate",
            &rate,
            "the reporting currency is worth 1 of itself",
        ));
    }
    Ok(())
}
