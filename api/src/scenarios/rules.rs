//! What a single change may say, whoever writes it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::{
    lifecycle::refresh_policy::YearRate,
    money::{Amount, Rate},
    scenarios::scenario_change::Terms,
};
use rust_decimal::Decimal;

use super::targets::Targets;
use crate::{
    error::{Error, Result},
    lifecycle::depreciation_rules::require_life,
    rules::{require_fraction, require_least, require_order, require_plausible, require_range, require_text},
    schema::scalar::currency,
};

/// The most years of one list of rates.
const MOST_RATES: usize = 50;

/// Prices that halve in a year are believed, and no faster fall.
const FASTEST_FALL: Decimal = Decimal::from_parts(5, 0, 0, true, 1);

/// Cloud spend that grows by half in a month is believed, and no faster growth.
const FASTEST_GROWTH: Decimal = Decimal::from_parts(5, 0, 0, false, 1);

/// A price is cut to a hundredth at most: what costs nothing is a contract that ends.
const LEAST_FACTOR: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// Prices rise tenfold at most.
const MOST_FACTOR: Decimal = Decimal::TEN;

/// Nobody pays more than this for one unit of a currency.
const MOST_EXCHANGE: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// The input that holds the terms of a change, as the API names it.
#[must_use]
pub fn input(terms: &Terms) -> &'static str {
    match terms {
        Terms::PriceIndex { .. } => "priceIndex",
        Terms::CpiCurve { .. } => "cpiCurve",
        Terms::GrowthRate { .. } => "growthRate",
        Terms::PolicyLife { .. } => "policyLife",
        Terms::ContractNotRenewed { .. } => "contractNotRenewed",
        Terms::RenegotiatedPrice { .. } => "renegotiatedPrice",
        Terms::SiteExit { .. } => "siteExit",
        Terms::CohortMoved { .. } => "cohortMoved",
        Terms::CapChanged { .. } => "capChanged",
        Terms::ExchangeRate { .. } => "exchangeRate",
    }
}

/// The kind of a change, as it is stored.
#[must_use]
pub fn kind(terms: &Terms) -> &'static str {
    match terms {
        Terms::PriceIndex { .. } => "PRICE_INDEX",
        Terms::CpiCurve { .. } => "CPI_CURVE",
        Terms::GrowthRate { .. } => "GROWTH_RATE",
        Terms::PolicyLife { .. } => "POLICY_LIFE",
        Terms::ContractNotRenewed { .. } => "CONTRACT_NOT_RENEWED",
        Terms::RenegotiatedPrice { .. } => "RENEGOTIATED_PRICE",
        Terms::SiteExit { .. } => "SITE_EXIT",
        Terms::CohortMoved { .. } => "COHORT_MOVED",
        Terms::CapChanged { .. } => "CAP_CHANGED",
        Terms::ExchangeRate { .. } => "EXCHANGE_RATE",
    }
}

/// Whether a change is about what its kind is about.
///
/// # Errors
/// `Invalid` with the field under the input of its kind.
pub fn check_subject(terms: &Terms, targets: &Targets) -> Result<()> {
    let refuse = |field: &str, message: &str| Err(Error::invalid(field, message));
    match terms {
        Terms::PriceIndex { hardware_kind: Some(_), .. } if targets.refresh_policy.is_some() => {
            refuse("priceIndex.hardwareKind", "name a policy or a kind of hardware, not both")
        }
        Terms::GrowthRate { .. } if targets.workload.is_some() && targets.provider_account.is_some() => {
            refuse("growthRate.account", "name a workload or an account, not both")
        }
        Terms::PolicyLife { .. } if targets.refresh_policy.is_none() => {
            refuse("policyLife.policy", "name the refresh policy that it is about")
        }
        Terms::SiteExit { .. } if targets.site.is_none() => {
            refuse("siteExit.site", "name the site that is left")
        }
        Terms::ContractNotRenewed { .. } => {
            let named = [targets.colocation_contract.is_some(), targets.support_contract.is_some()];
            require_one("contractNotRenewed", &named)
        }
        Terms::RenegotiatedPrice { unit_price, .. } => {
            let whole = targets.colocation_contract.is_some();
            let named = [targets.colocation_charge.is_some(), whole, targets.support_contract.is_some()];
            require_one("renegotiatedPrice", &named)?;
            if whole && unit_price.is_some() {
                return refuse(
                    "renegotiatedPrice.unitPrice",
                    "the charges of a contract have prices of their own: give a factor, or name one charge",
                );
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Refuses none and several.
fn require_one(field: &str, named: &[bool]) -> Result<()> {
    match named.iter().filter(|is_named| **is_named).count() {
        1 => Ok(()),
        0 => Err(Error::invalid(field, "name the contract or the charge that it is about")),
        _ => Err(Error::invalid(field, "is about one contract or one charge, not several")),
    }
}

/// The rules of the terms of a change.
///
/// # Errors
/// `Invalid` with the field under the input of its kind, the value and the rule.
pub fn check(terms: &Terms) -> Result<()> {
    own(terms).map_err(|error| error.under(input(terms)))
}

fn own(terms: &Terms) -> Result<()> {
    match terms {
        Terms::PriceIndex { rates, .. } => check_rates(rates),
        Terms::CpiCurve { series, rates } => {
            if let Some(series) = series {
                require_text("series", series, 200)?;
            }
            check_rates(rates)
        }
        Terms::GrowthRate { monthly_rate, from, to } => {
            require_fraction("monthlyRate", monthly_rate.to_decimal(), -FASTEST_GROWTH, FASTEST_GROWTH)?;
            require_plausible("from", Some(*from))?;
            require_plausible("to", *to)?;
            require_order("to", Some(*from), *to, "from")
        }
        Terms::PolicyLife { age_months, support_margin_months } => {
            require_life("ageMonths", *age_months)?;
            support_margin_months
                .map_or(Ok(()), |months| require_range("supportMarginMonths", months, 0, 120))
        }
        Terms::ContractNotRenewed { ends_on } => require_plausible("endsOn", *ends_on),
        Terms::RenegotiatedPrice { factor, unit_price, from } => check_price(*factor, *unit_price, *from),
        Terms::SiteExit { on } => require_plausible("on", Some(*on)),
        Terms::CohortMoved { key, to, .. } => {
            require_text("key", key, 64)?;
            require_plausible("to", Some(*to))
        }
        Terms::CapChanged { fiscal_year, amount, currency: code } => {
            require_range("fiscalYear", *fiscal_year, 1970, 2199)?;
            require_least("cap.amount", Some(amount.to_decimal()), Decimal::ZERO)?;
            currency(code, "cap.currency").map(drop)
        }
        Terms::ExchangeRate { base, quote, rate, from } => check_exchange(base, quote, *rate, *from),
    }
}

fn check_rates(rates: &[YearRate]) -> Result<()> {
    if rates.is_empty() || rates.len() > MOST_RATES {
        let message = format!("{} years are given, 1 to {MOST_RATES} are taken", rates.len());
        return Err(Error::invalid("rates", message));
    }
    let mut years = BTreeSet::new();
    for (place, step) in rates.iter().enumerate() {
        require_range(&format!("rates[{place}].year"), step.year, 1970, 2199)?;
        if !years.insert(step.year) {
            let message = format!("{} has a rate already", step.year);
            return Err(Error::invalid(format!("rates[{place}].year"), message));
        }
        require_fraction(&format!("rates[{place}].rate"), step.rate, FASTEST_FALL, Decimal::ONE)?;
    }
    Ok(())
}

fn check_price(factor: Option<Rate>, unit_price: Option<Amount>, from: NaiveDate) -> Result<()> {
    require_plausible("from", Some(from))?;
    match (factor.map(Rate::to_decimal), unit_price) {
        (Some(factor), None) if factor < LEAST_FACTOR || factor > MOST_FACTOR => {
            let message = format!(
                "{factor} is not between {LEAST_FACTOR} and {MOST_FACTOR}; what is to cost nothing is not renewed"
            );
            Err(Error::invalid("factor", message))
        }
        (None, Some(price)) if price <= Amount::ZERO => {
            let message = format!("{price} is not above zero; what is to cost nothing is not renewed");
            Err(Error::invalid("unitPrice", message))
        }
        (Some(_), None) | (None, Some(_)) => Ok(()),
        _ => Err(Error::invalid("factor", "give either a factor or a unit price")),
    }
}

fn check_exchange(base: &str, quote: &str, rate: Rate, from: NaiveDate) -> Result<()> {
    currency(base, "base")?;
    currency(quote, "quote")?;
    if base == quote {
        return Err(Error::invalid("quote", format!("{quote} is the base as well")));
    }
    require_plausible("from", Some(from))?;
    let rate = rate.to_decimal();
    if rate <= Decimal::ZERO || rate > MOST_EXCHANGE {
        return Err(Error::invalid("rate", format!("{rate} is not above 0 and at most {MOST_EXCHANGE}")));
    }
    Ok(())
}
