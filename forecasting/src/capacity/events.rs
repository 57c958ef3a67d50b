//! What changes demand on a day that is known, beside its trend.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::exhaustion::{Fan, FanPoint};
use super::figures::{bounded, fraction, not_negative, plus, times};
use crate::error::{ForecastError, Result};
use crate::month::Month;
use crate::quantity::millionths;

/// A lasting change of demand: a migration wave, a project, an archive that is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub name: String,
    /// Its first day.
    pub on: NaiveDate,
    /// What it adds, or takes away if negative.
    pub quantity: Decimal,
    /// How likely it is, 0 to 1; certain where absent.
    pub probability: Option<Decimal>,
}

/// What is promised to somebody for a time, beside what is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Whose it is.
    pub name: String,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day; without end where absent.
    pub to: Option<NaiveDate>,
    /// How much is held.
    pub quantity: Decimal,
}

/// What changes demand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Events {
    steps: Vec<Step>,
    reservations: Vec<Reservation>,
}

/// A demand with its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithEvents {
    /// The demand.
    pub fan: Fan,
    /// Steps that were left out, because what was observed has them already.
    pub history: Vec<String>,
}

impl Events {
    /// Steps and reservations.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for a probability outside 0 to 1, a negative reservation, one that ends before it
    /// begins, and beyond the range of quantities.
    pub fn new(steps: Vec<Step>, reservations: Vec<Reservation>) -> Result<Self> {
        for step in &steps {
            bounded(step.quantity, "step")?;
            fraction(step.probability.unwrap_or(Decimal::ONE), "probability")?;
        }
        for reservation in &reservations {
            not_negative(reservation.quantity, "reservation")?;
            if let Some(to) = reservation.to.filter(|to| *to < reservation.from) {
                let text = format!("{} from {} to {to}", reservation.name, reservation.from);
                return Err(ForecastError::invalid("reservation", &text, "it ends after it begins"));
            }
        }
        Ok(Self { steps, reservations })
    }

    /// What the events add to the demand of a month: Σ steps × probability, of steps on or before the last day of
    /// the month and after the last day observed, and Σ reservations that hold on any day of it, to six decimals.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] beyond the range of quantities.
    pub fn in_month(&self, month: Month, last_observed: NaiveDate) -> Result<Decimal> {
        let (first, last) = (month.first_day(), month.last_day());
        let mut sum = Decimal::ZERO;
        for step in self.ahead(last_observed).filter(|step| step.on <= last) {
            let expected = times(step.quantity, step.probability.unwrap_or(Decimal::ONE), "step")?;
            sum = plus(sum, expected, "demand")?;
        }
        for reservation in &self.reservations {
            if reservation.from <= last && reservation.to.is_none_or(|to| to >= first) {
                sum = plus(sum, reservation.quantity, "demand")?;
            }
        }
        Ok(millionths(sum))
    }

    /// Names of the steps that what was observed has already: those on or before the last day observed. To add them
    /// again would count them twice.
    pub fn history(&self, last_observed: NaiveDate) -> Vec<String> {
        let past = self.steps.iter().filter(|step| step.on <= last_observed);
        past.map(|step| step.name.clone()).collect()
    }

    /// A demand with what the events add to it, in both of its quantiles; no demand falls below zero.
    ///
    /// # Errors
    ///
    /// As [`in_month`](Self::in_month).
    pub fn over(&self, fan: &Fan, last_observed: NaiveDate) -> Result<WithEvents> {
        let moved = |point: &FanPoint| {
            let added = self.in_month(point.month, last_observed)?;
            let sum = |value| plus(value, added, "demand").map(|sum| sum.max(Decimal::ZERO));
            Ok(FanPoint { month: point.month, p50: sum(point.p50)?, p90: sum(point.p90)? })
        };
        let points = fan.points().iter().map(moved).collect::<Result<Vec<_>>>()?;
        Ok(WithEvents { fan: Fan::new(points)?, history: self.history(last_observed) })
    }

    /// Whether anything adds to demand after a day.
    pub(super) fn add_after(&self, day: NaiveDate) -> bool {
        self.ahead(day).any(|step| step.quantity > Decimal::ZERO)
            || self.reservations.iter().any(|held| held.to.is_none_or(|to| to > day))
    }

    fn ahead(&self, last_observed: NaiveDate) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.on > last_observed)
    }
}
