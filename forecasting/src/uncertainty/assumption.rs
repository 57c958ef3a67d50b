//! What is uncertain, by name, with the distribution it is drawn from.

use std::fmt;

use rust_decimal::Decimal;

use super::distribution::{Distribution, Unit};

/// An uncertain rate of a [`Simulation`](super::Simulation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RateId(pub(super) usize);

/// An uncertain delay of a [`Simulation`](super::Simulation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DelayId(pub(super) usize);

/// An uncertain decision of a [`Simulation`](super::Simulation).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionId(pub(super) usize);

/// Something uncertain, as it was stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumption {
    /// What it is, such as `price index of servers in 2027`. The draws follow from it and from the seed.
    pub name: String,
    /// What it is drawn from.
    pub distribution: Distribution,
    /// What the point figures take it to be.
    pub point: Point,
}

/// What the point figures take an assumption to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A rate, as a fraction: 0.08 is 8 %.
    Rate(Decimal),
    /// Every date as planned.
    AsPlanned,
    /// A decision that is taken, or not.
    Decided(bool),
}

impl fmt::Display for Assumption {
    /// `price index of servers in 2027: triangular from -5 % over 0 % to 15 %; the point figures take 8 %`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, distribution, point } = self;
        match point {
            Point::Rate(rate) => {
                let (drawn, taken) = (distribution.describe(Unit::Rate), Unit::Rate.write(*rate));
                write!(formatter, "{name}: {drawn}; the point figures take {taken}")
            }
            Point::AsPlanned => {
                let drawn = distribution.describe(Unit::Months);
                write!(formatter, "{name}: {drawn} later than planned, in whole months")
            }
            Point::Decided(holds) => {
                let probability = Unit::Rate.write(self.probability());
                let taken = if *holds { "yes" } else { "no" };
                write!(formatter, "{name}: yes in {probability}; the point figures take {taken}")
            }
        }
    }
}

impl Assumption {
    /// The probability of the value 1 of a discrete distribution.
    fn probability(&self) -> Decimal {
        let Distribution::Discrete(chances) = &self.distribution else { return Decimal::ZERO };
        let yes = chances.iter().filter(|chance| chance.value == Decimal::ONE);
        yes.map(|chance| chance.probability).sum()
    }
}
