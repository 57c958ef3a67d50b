//! Leasing against buying, as clients see it.

use async_graphql::{Context, Enum, InputObject, Object, SimpleObject};
use chrono::NaiveDate;
use forecasting::{
    ForecastError,
    depreciation::{self, Lease, Purchase, straight_line_lease},
    money::{Currency, Rounding},
    month::Month,
};
use rust_decimal::Decimal;

use crate::{
    access::Permission,
    error::{Error, Result},
    rules::{require_fraction, require_range},
    schema::{
        explain::Explanation,
        request::read,
        scalar::{Money, plain},
    },
};

/// When in a month a lease is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "depreciation::PaymentTiming")]
pub enum LeasePaymentTiming {
    /// On the first day; the first payment is not discounted.
    Advance,
    /// On the last day.
    Arrears,
}

/// Which of the two costs less in money of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Cheaper {
    /// Buying.
    Buying,
    /// Leasing.
    Leasing,
    /// They cost the same.
    Neither,
}

/// Buying, before taxes.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct PurchaseOffer {
    /// What is paid at once.
    price: Decimal,
    /// What it still brings at the end.
    #[graphql(default)]
    residual: Decimal,
    /// Months until then, at most 1,200.
    months: i32,
}

/// Leasing, before taxes: a payment that is the same every month, or all payments in order.
#[derive(Clone, Debug, InputObject)]
pub struct LeaseOffer {
    /// What is paid each month; goes with `months`.
    payment: Option<Decimal>,
    /// How many months it is paid, at most 1,200; goes with `payment`.
    months: Option<i32>,
    /// What is paid in each month, in order, instead.
    payments: Option<Vec<Decimal>>,
    /// When in the month it is paid.
    #[graphql(default_with = "LeasePaymentTiming::Advance")]
    timing: LeasePaymentTiming,
}

impl LeaseOffer {
    fn lease(self) -> Result<Lease> {
        let payments = match (self.payment, self.months, self.payments) {
            (Some(payment), Some(months), None) => {
                require_range("lease.months", months, 1, 1_200)?;
                vec![payment; usize::try_from(months).unwrap_or_default()]
            }
            (None, None, Some(payments)) => payments,
            _ => {
                let message = "is either payment with months, or payments";
                return Err(Error::invalid("lease", message));
            }
        };
        Ok(Lease { payments, timing: self.timing.into() })
    }
}

/// One month of a lease whose expense is level while its payments need not be. Amounts are in the currency of the
/// question.
#[derive(Clone, Debug, SimpleObject)]
pub struct StraightLineLeaseMonth {
    /// The month of the lease, from 1.
    month: i32,
    /// What is paid in it.
    payment: Decimal,
    /// What it costs: an equal part of all payments; the last month takes what rounding leaves.
    expense: Decimal,
    /// Expense so far less payments so far: above zero it is owed to later months, below zero paid ahead of them. Zero
    /// in the last month.
    deferred: Decimal,
}

fn level_months(lease: &Lease, currency: Currency) -> Result<Vec<StraightLineLeaseMonth>> {
    // Payments have no dates here: any month will do as the first.
    let first = Month::of(NaiveDate::default());
    let months = straight_line_lease(first, &lease.payments, currency, Rounding::LastPeriod);
    let months = months.map_err(|cause| refused(&cause))?.into_iter().zip(1..);
    let months = months.map(|(one, month)| StraightLineLeaseMonth {
        month,
        payment: plain(one.payment),
        expense: plain(one.expense),
        deferred: plain(one.deferred),
    });
    Ok(months.collect())
}

/// What buying and leasing cost in money of today, before taxes.
#[derive(Clone, Debug, SimpleObject)]
pub struct LeaseOrBuy {
    /// The rate a month that compounds to the yearly rate, a fraction.
    monthly_rate: Decimal,
    /// The present value of buying: the price less the discounted residual.
    purchase: Money,
    /// The present value of leasing: the discounted payments.
    lease: Money,
    /// The lease less the purchase: above zero leasing costs more.
    difference: Money,
    /// Which of the two costs less.
    cheaper: Cheaper,
    /// The months of the lease with their expense at an even part of all payments, and what that defers; as an
    /// operating lease is recognised. Whether a contract is such a lease is for the accountants to say.
    lease_months: Vec<StraightLineLeaseMonth>,
    /// How the figures came about.
    explain: Explanation,
}

fn refused(cause: &ForecastError) -> Error {
    match cause {
        ForecastError::Invalid { field, value, rule } => {
            let field = match *field {
                "payment" | "payments" => "lease.payments",
                "yearly_rate" => "yearlyRate",
                other => other,
            };
            Error::invalid(field, format!("{value}: {rule}"))
        }
        ForecastError::Missing { reason, .. } => Error::invalid("lease.payments", reason),
        other => Error::invalid("", other),
    }
}

/// Queries of leases.
#[derive(Default)]
pub struct LeaseQuery;

/// Queries of leases.
#[Object]
impl LeaseQuery {
    /// What buying and leasing cost in money of today, before taxes. Nothing of the estate goes into it.
    async fn lease_or_buy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Currency of all amounts, by its code.")] currency: String,
        #[graphql(desc = "Buying.")] purchase: PurchaseOffer,
        #[graphql(desc = "Leasing.")] lease: LeaseOffer,
        #[graphql(desc = "The effective rate a year that money costs, a fraction: 0.07 is 7 %.")]
        yearly_rate: Decimal,
    ) -> Result<LeaseOrBuy> {
        read(ctx, Permission::ViewLifecycle)?;
        let currency = Currency::from_code(&currency).map_err(|cause| Error::invalid("currency", cause))?;
        require_fraction("yearlyRate", yearly_rate, Decimal::ZERO, Decimal::ONE)?;
        require_range("purchase.months", purchase.months, 1, 1_200)?;
        let purchase = Purchase {
            price: purchase.price,
            residual: purchase.residual,
            months: purchase.months.unsigned_abs(),
        };
        let lease = lease.lease()?;
        let compared = depreciation::lease_or_buy(&purchase, &lease, yearly_rate, currency)
            .map_err(|cause| refused(&cause))?;
        if lease.payments.len() != purchase.months as usize {
            let (payments, months) = (lease.payments.len(), purchase.months);
            let message = format!(
                "has {payments} monthly payments and the purchase lasts {months} months: only the same span compares"
            );
            return Err(Error::invalid("lease", message));
        }
        let money = |amount| Money { amount: plain(amount), currency: currency.code().to_owned() };
        let cheaper = match compared.difference.cmp(&Decimal::ZERO) {
            std::cmp::Ordering::Greater => Cheaper::Buying,
            std::cmp::Ordering::Less => Cheaper::Leasing,
            std::cmp::Ordering::Equal => Cheaper::Neither,
        };
        Ok(LeaseOrBuy {
            monthly_rate: compared.monthly_rate,
            purchase: money(compared.purchase),
            lease: money(compared.lease),
            difference: money(compared.difference),
            cheaper,
            lease_months: level_months(&lease, currency)?,
            explain: compared.explanation.into(),
        })
    }
}
