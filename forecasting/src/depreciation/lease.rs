//! Leases: level expense from uneven payments, and leasing against buying.

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::explain::Explanation;
use crate::growth::monthly_rate;
use crate::money::{Currency, Money, Rounding, bounded, spread_cumulative, spread_equal, times};
use crate::month::Month;

/// The longest lease that is believed: a hundred years.
const LONGEST_LEASE: usize = 1200;

/// One month of a lease whose expense is level while its payments are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaseMonth {
    /// The month.
    pub month: Month,
    /// What is paid in it.
    pub payment: Decimal,
    /// What it costs: an equal part of all payments.
    pub expense: Decimal,
    /// Expense so far less payments so far: above zero it is owed to later months, below zero paid ahead of them.
    pub deferred: Decimal,
}

/// Spreads the payments of a lease, one a month from its first month on, evenly over its months; the deferred balance
/// ends at zero. Source: straight-line recognition of operating leases, as US accounting rules describe it; whether a
/// contract is such a lease is for the accountants to say.
///
/// # Errors
///
/// [`ForecastError::Missing`] without payments, [`ForecastError::Invalid`] for more than 1,200 of them,
/// [`ForecastError::OutOfRange`] beyond the limit of amounts.
pub fn straight_line_lease(
    from: Month,
    payments: &[Decimal],
    currency: Currency,
    rounding: Rounding,
) -> Result<Vec<LeaseMonth>> {
    check_payments(payments)?;
    let payments: Vec<Decimal> = payments.iter().map(|payment| currency.round(*payment)).collect();
    let mut total = Decimal::ZERO;
    for payment in &payments {
        total = bounded(total + payment, "sum of payments")?;
    }
    let months = payments.len() as u32;
    let expenses = match rounding {
        Rounding::LastPeriod => spread_equal(Money::new(total, currency), months),
        Rounding::Cumulative => spread_cumulative(Money::new(total, currency), months),
    };
    let mut deferred = Decimal::ZERO;
    Ok(from
        .range(months)
        .zip(payments)
        .zip(expenses)
        .map(|((month, payment), expense)| {
            deferred += expense.amount - payment;
            LeaseMonth { month, payment, expense: expense.amount, deferred }
        })
        .collect())
}

/// When in a month a lease is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PaymentTiming {
    /// On the first day; the first payment is not discounted.
    #[default]
    Advance,
    /// On the last day.
    Arrears,
}

/// Buying, before taxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Purchase {
    /// What is paid at once.
    pub price: Decimal,
    /// What it still brings at the end.
    pub residual: Decimal,
    /// Months until then.
    pub months: u32,
}

/// Leasing, before taxes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lease {
    /// What is paid each month, in order.
    pub payments: Vec<Decimal>,
    /// When in the month.
    pub timing: PaymentTiming,
}

/// What buying and leasing cost in money of today, before taxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseComparison {
    /// The rate a month that compounds to the yearly rate, a fraction.
    pub monthly_rate: Decimal,
    /// Price less the discounted residual.
    pub purchase: Decimal,
    /// Discounted payments.
    pub lease: Decimal,
    /// The lease less the purchase: above zero leasing costs more.
    pub difference: Decimal,
    /// How the figures came about.
    pub explanation: Explanation,
}

/// Compares buying with leasing by present values, rounded to the minor unit. `yearly_rate` is the effective rate a
/// year, a fraction: 0.07 a year is 0.0056541… a month, which compounds to it.
///
/// # Errors
///
/// [`ForecastError::Invalid`] for a rate of -1 or less or above 10, negative amounts, or more than 1,200 months;
/// [`ForecastError::Missing`] for a lease without payments; [`ForecastError::OutOfRange`] beyond the limit of amounts.
pub fn lease_or_buy(
    purchase: &Purchase,
    lease: &Lease,
    yearly_rate: Decimal,
    currency: Currency,
) -> Result<LeaseComparison> {
    check_payments(&lease.payments)?;
    if purchase.months as usize > LONGEST_LEASE {
        let rule = "what is bought is kept for at most 1,200 months";
        return Err(ForecastError::invalid("purchase.months", &purchase.months, rule));
    }
    for (field, amount) in [("purchase.price", purchase.price), ("purchase.residual", purchase.residual)] {
        if bounded(amount, field)? < Decimal::ZERO {
            return Err(ForecastError::invalid(field, &amount, "an amount is not negative"));
        }
    }
    let rate = monthly_rate(yearly_rate)?;
    let mut residual = vec![Decimal::ZERO; purchase.months as usize];
    residual.push(purchase.residual);
    let bought = purchase.price - present_value(&residual, rate)?;
    let first = match lease.timing {
        PaymentTiming::Advance => None,
        PaymentTiming::Arrears => Some(Decimal::ZERO),
    };
    let payments: Vec<Decimal> = first.into_iter().chain(lease.payments.iter().copied()).collect();
    let leased = present_value(&payments, rate)?;
    let (bought, leased) = (currency.round(bought), currency.round(leased));
    let explanation = Explanation::new(
        "price - residual / (1 + monthly)^months, against sum of payment / (1 + monthly)^month",
    )
    .input("monthly rate", rate)
    .input("price", purchase.price)
    .input("residual", purchase.residual)
    .input("months until the residual", purchase.months)
    .input("payments", lease.payments.len())
    .input("first payment", lease.payments.first().copied().unwrap_or_default())
    .input("last payment", lease.payments.last().copied().unwrap_or_default())
    .input(
        "paid",
        match lease.timing {
            PaymentTiming::Advance => "at the beginning of each month",
            PaymentTiming::Arrears => "at the end of each month",
        },
    )
    .assume("Taxes are left out.")
    .assume("The yearly rate is effective: twelve months compound to it.");
    let difference = leased - bought;
    Ok(LeaseComparison { monthly_rate: rate, purchase: bought, lease: leased, difference, explanation })
}

/// The value today of amounts that are paid at once, in a month, in two months and so on.
fn present_value(amounts: &[Decimal], monthly_rate: Decimal) -> Result<Decimal> {
    let field = "present value";
    let one_month = Decimal::ONE + monthly_rate;
    let mut discount = Decimal::ONE;
    let mut value = Decimal::ZERO;
    for (month, amount) in amounts.iter().enumerate() {
        if month > 0 {
            discount = discount.checked_div(one_month).ok_or(ForecastError::OutOfRange { field })?;
        }
        if !amount.is_zero() {
            value = bounded(value + times(*amount, discount, field)?, field)?;
        }
    }
    Ok(value)
}

fn check_payments(payments: &[Decimal]) -> Result<()> {
    if payments.is_empty() {
        return Err(ForecastError::Missing { field: "payments", reason: "a lease is paid at least once" });
    }
    if payments.len() > LONGEST_LEASE {
        return Err(ForecastError::invalid(
            "payments",
            &payments.len(),
            "a lease has at most 1,200 payments",
        ));
    }
    for payment in payments {
        if bounded(*payment, "payment")? < Decimal::ZERO {
            return Err(ForecastError::invalid("payment", payment, "a payment is not negative"));
        }
    }
    Ok(())
}
