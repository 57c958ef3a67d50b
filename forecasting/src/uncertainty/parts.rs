//! Amounts added up by what moves them: all that share factor, delay and decision are one part.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::source::{Compounding, Exposure};
use crate::month::Month;

/// A rate within floor and cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BoundedRate {
    /// Its place among the assumptions.
    pub(super) rate: usize,
    pub(super) floor: Option<Decimal>,
    pub(super) cap: Option<Decimal>,
}

/// A rate to the power of `elapsed / period`, never to the power of zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Power {
    pub(super) of: BoundedRate,
    pub(super) elapsed: i32,
    pub(super) period: u32,
}

impl Power {
    /// The powers of some exposures in a month, in an order that does not depend on theirs.
    pub(super) fn of(exposures: &[Exposure], month: Month) -> Vec<Self> {
        let powers = exposures.iter().map(|exposure| {
            let Exposure { rate, compounding, floor, cap } = *exposure;
            let (elapsed, period) = match compounding {
                Compounding::Part { elapsed, period } => (elapsed, period),
                Compounding::Steps { first, every } => (steps(month.since(first), every), 1),
            };
            Self { of: BoundedRate { rate: rate.0, floor, cap }, elapsed, period }
        });
        let mut powers: Vec<_> = powers.filter(|power| power.elapsed != 0).collect();
        powers.sort_unstable();
        powers
    }
}

/// Steps taken some months after the first.
fn steps(months: i32, every: Option<u32>) -> i32 {
    match every.and_then(|every| i32::try_from(every).ok()) {
        _ if months < 0 => 0,
        Some(every) => months.checked_div(every).unwrap_or_default() + 1,
        None => 1,
    }
}

/// What moves a part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Movers {
    pub(super) powers: Vec<Power>,
    /// Place among the assumptions.
    pub(super) delay: Option<usize>,
    /// Place among the assumptions, and whether the part is spent if it is taken or if it is not.
    pub(super) decision: Option<(usize, bool)>,
}

/// Consecutive amounts in minor units, by position: the first month of the window is 0, earlier ones are negative.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) first: i32,
    pub(super) cells: Vec<i64>,
}

impl Row {
    /// Adds amounts, whose sum its owner has checked to be far from the largest number.
    pub(super) fn add(&mut self, first: i32, cells: &[i64]) {
        if self.cells.is_empty() {
            self.first = first;
        }
        let before = usize::try_from(self.first.saturating_sub(first)).unwrap_or_default();
        if before > 0 {
            self.cells.splice(0..0, std::iter::repeat_n(0, before));
            self.first = first;
        }
        let start = first.abs_diff(self.first) as usize;
        if self.cells.len() < start + cells.len() {
            self.cells.resize(start + cells.len(), 0);
        }
        for (sum, cell) in self.cells[start..].iter_mut().zip(cells) {
            *sum += cell;
        }
    }

    /// The amounts of the window as planned, by position.
    pub(super) fn planned(&self, months: usize) -> impl Iterator<Item = (usize, i64)> {
        let positions = (self.first..).zip(&self.cells);
        positions.filter_map(move |(position, cell)| {
            usize::try_from(position).ok().filter(|position| *position < months).map(|place| (place, *cell))
        })
    }
}

/// Parts by what moves them; those of the same factor follow each other.
pub(super) type Parts = BTreeMap<Movers, Row>;
