//! Prices as vendors state them: for how long they hold, and what they become afterwards.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::price::Prices;
use crate::error::{ForecastError, Result};
use crate::money::{Money, bounded};

/// Where a price comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PriceSource {
    /// A quote of the vendor.
    Quote,
    /// A price list.
    Catalog,
    /// Worked out from an earlier quote or list by a price index.
    Indexed,
}

/// The price of a unit as it was stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// The price.
    pub price: Money,
    /// The day it was stated.
    pub quoted: NaiveDate,
    /// Last day on which it can be ordered at; `None` if nobody promised one, and it holds on its own day only.
    pub valid_until: Option<NaiveDate>,
    /// Where it comes from.
    pub source: PriceSource,
}

/// The price of a unit on the day of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderPrice {
    /// The price, rounded to the minor unit as on a quote.
    pub price: Money,
    /// Where it comes from: that of the quote while it holds, [`PriceSource::Indexed`] afterwards.
    pub source: PriceSource,
    /// Whether a promised validity had passed by the day of the order: a new quote is needed.
    pub expired: bool,
}

impl Quote {
    /// The price on the day of an order.
    ///
    /// Until its last valid day the price is as stated. Afterwards it is moved by the index from the day it was
    /// stated, not from the day it expired: the vendor's costs have been moving since then. An order dated before
    /// the quote takes its price as stated.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a negative price or a validity that ends before the quote; otherwise as
    /// [`Prices::at`].
    pub fn price_on(&self, ordered: NaiveDate, prices: &mut Prices) -> Result<OrderPrice> {
        if bounded(self.price.amount, "price")? < Decimal::ZERO {
            return Err(ForecastError::invalid("price", &self.price.amount, "a price is not negative"));
        }
        if let Some(until) = self.valid_until.filter(|until| *until < self.quoted) {
            return Err(ForecastError::invalid("valid_until", &until, "a quote is valid on its own day"));
        }
        if ordered <= self.valid_until.unwrap_or(self.quoted) {
            return Ok(OrderPrice { price: self.price.round(), source: self.source, expired: false });
        }
        let moved = prices.at(self.price.amount, self.quoted, ordered)?;
        Ok(OrderPrice {
            price: Money::new(moved, self.price.currency).round(),
            source: PriceSource::Indexed,
            expired: self.valid_until.is_some(),
        })
    }
}
