//! Stated distributions: what an uncertain figure may turn out to be, and how likely.

use rust_decimal::Decimal;

use crate::error::{ForecastError, Result};
use crate::money::{bounded, times};

/// The most values a discrete distribution lists.
const VALUES_MAX: usize = 1_000;

/// How an uncertain figure is distributed. All parameters are decimals in the unit of the figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distribution {
    /// Certain.
    Fixed(Decimal),
    /// Every value between the two is as likely.
    Uniform {
        /// The lowest value.
        low: Decimal,
        /// The highest value.
        high: Decimal,
    },
    /// The likelihood rises evenly to the most likely value and falls evenly behind it.
    Triangular {
        /// The lowest value.
        low: Decimal,
        /// The most likely value.
        mode: Decimal,
        /// The highest value.
        high: Decimal,
    },
    /// The same three points under a smooth bell: a beta distribution with the mean
    /// `(low + 4 mode + high) / 6`, as in the program evaluation and review technique.
    Pert {
        /// The lowest value.
        low: Decimal,
        /// The most likely value.
        mode: Decimal,
        /// The highest value.
        high: Decimal,
    },
    /// One of some values.
    Discrete(Vec<Chance>),
}

/// A value and how likely it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chance {
    /// The value.
    pub value: Decimal,
    /// Its probability: 0.25 is 25 %. Those of all values add up to exactly 1.
    pub probability: Decimal,
}

/// What the values of a distribution are, which decides how they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Fractions, written as per cent.
    Rate,
    /// Whole months.
    Months,
}

impl Distribution {
    /// Yes with a probability, no otherwise, as the values 1 and 0.
    pub fn yes_or_no(probability: Decimal) -> Self {
        let no = Decimal::ONE.checked_sub(probability).unwrap_or_default();
        Self::Discrete(vec![
            Chance { value: Decimal::ONE, probability },
            Chance { value: Decimal::ZERO, probability: no },
        ])
    }

    /// A distribution of how far a yearly rise lies beyond the planned one, as one of the rise itself over a number of
    /// months, with the rise that is planned over them: both are taken in proportion to the year.
    ///
    /// # Errors
    ///
    /// [`ForecastError::OutOfRange`] for rates that no price has.
    pub fn beyond(&self, planned: Decimal, months: u32) -> Result<(Self, Decimal)> {
        let years = Decimal::from(months) / Decimal::from(12);
        let over = |rate: Decimal| times(rate, years, "rate");
        let at = |value: &Decimal| over(bounded(*value, "rate")? + bounded(planned, "rate")?);
        let moved = match self {
            Self::Fixed(value) => Self::Fixed(at(value)?),
            Self::Uniform { low, high } => Self::Uniform { low: at(low)?, high: at(high)? },
            Self::Triangular { low, mode, high } => {
                Self::Triangular { low: at(low)?, mode: at(mode)?, high: at(high)? }
            }
            Self::Pert { low, mode, high } => Self::Pert { low: at(low)?, mode: at(mode)?, high: at(high)? },
            Self::Discrete(chances) => {
                let moved = chances
                    .iter()
                    .map(|chance| Ok(Chance { value: at(&chance.value)?, probability: chance.probability }));
                Self::Discrete(moved.collect::<Result<_>>()?)
            }
        };
        Ok((moved, over(planned)?))
    }

    /// Whether the parameters make a distribution.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for bounds in the wrong order, a most likely value outside them, no value at
    /// all, more than 1,000 values, a probability outside 0 to 1, or probabilities that do not add up to 1.
    pub fn check(&self) -> Result<()> {
        match self {
            Self::Fixed(_) => Ok(()),
            Self::Uniform { low, high } => in_order(*low, *high),
            Self::Triangular { low, mode, high } | Self::Pert { low, mode, high } => {
                in_order(*low, *high)?;
                if (low..=high).contains(&mode) {
                    return Ok(());
                }
                let rule = "the most likely value lies between the lowest and the highest";
                Err(ForecastError::invalid("mode", mode, rule))
            }
            Self::Discrete(chances) => check_chances(chances),
        }
    }

    /// The lowest value; zero for a discrete distribution without a value.
    pub fn lowest(&self) -> Decimal {
        match self {
            Self::Fixed(value) => *value,
            Self::Uniform { low, .. } | Self::Triangular { low, .. } | Self::Pert { low, .. } => *low,
            Self::Discrete(chances) => chances.iter().map(|chance| chance.value).min().unwrap_or_default(),
        }
    }

    /// The highest value; zero for a discrete distribution without a value.
    pub fn highest(&self) -> Decimal {
        match self {
            Self::Fixed(value) => *value,
            Self::Uniform { high, .. } | Self::Triangular { high, .. } | Self::Pert { high, .. } => *high,
            Self::Discrete(chances) => chances.iter().map(|chance| chance.value).max().unwrap_or_default(),
        }
    }

    /// The distribution in words: `triangular from -5 % over 0 % to 15 %`.
    pub fn describe(&self, unit: Unit) -> String {
        let written = |value: &Decimal| unit.write(*value);
        match self {
            Self::Fixed(value) => format!("fixed at {}", written(value)),
            Self::Uniform { low, high } => format!("uniform from {} to {}", written(low), written(high)),
            Self::Triangular { low, mode, high } => {
                format!("triangular from {} over {} to {}", written(low), written(mode), written(high))
            }
            Self::Pert { low, mode, high } => {
                format!("PERT from {} over {} to {}", written(low), written(mode), written(high))
            }
            Self::Discrete(chances) => {
                let chance = |chance: &Chance| {
                    format!("{} in {}", written(&chance.value), Unit::Rate.write(chance.probability))
                };
                let all: Vec<_> = chances.iter().map(chance).collect();
                format!("discrete: {}", all.join(", "))
            }
        }
    }
}

impl Unit {
    /// A value with its unit, such as `-5 %` or `1 month`.
    pub(super) fn write(self, value: Decimal) -> String {
        match self {
            Self::Rate => match value.checked_mul(Decimal::ONE_HUNDRED) {
                Some(percent) => format!("{} %", percent.normalize()),
                None => value.to_string(),
            },
            Self::Months if value == Decimal::ONE => "1 month".to_owned(),
            Self::Months => format!("{} months", value.normalize()),
        }
    }
}

fn in_order(low: Decimal, high: Decimal) -> Result<()> {
    if low > high {
        return Err(ForecastError::invalid("low", &low, "the lowest value is not above the highest"));
    }
    Ok(())
}

fn check_chances(chances: &[Chance]) -> Result<()> {
    if chances.is_empty() || chances.len() > VALUES_MAX {
        let rule = "a discrete distribution lists 1 to 1,000 values";
        return Err(ForecastError::invalid("values", &chances.len(), rule));
    }
    let mut sum = Decimal::ZERO;
    for chance in chances {
        if !(Decimal::ZERO..=Decimal::ONE).contains(&chance.probability) {
            let rule = "a probability is a fraction from 0 to 1: 0.25 is 25 %";
            return Err(ForecastError::invalid("probability", &chance.probability, rule));
        }
        sum += chance.probability;
    }
    if sum != Decimal::ONE {
        return Err(ForecastError::invalid("probabilities", &sum, "probabilities add up to exactly 1"));
    }
    Ok(())
}
