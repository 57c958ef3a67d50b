//! The runs: draws, and sums of whole numbers.
//!
//! Runs are made in blocks, block by block on whichever thread is free. Within a block the amounts of a part are
//! gone through once for all its runs, while they are at hand; nothing is allocated per run or per part.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use super::outcome::{Sampling, Spread};
use super::parts::{BoundedRate, Movers, Power, Row};
use super::sampling::{Draws, Factor, Ratio, is_yes, raise, rounded};
use super::simulation::Simulation;
use crate::money::Currency;

/// Runs of a block: as many draws as a stream makes at a time.
const BLOCK: usize = 32;
/// What drawing a figure costs, in additions.
const WORK_OF_DRAW: u64 = 20;
/// What a factor costs, in additions.
const WORK_OF_FACTOR: u64 = 15;

/// A simulation laid out for many runs.
pub(super) struct Prepared {
    months: usize,
    /// Positions of the months of each quarter.
    quarters: Vec<Range<usize>>,
    /// Of each assumption.
    draws: Vec<Draws>,
    /// Place of the rate among the assumptions and what it does.
    ratios: Vec<(usize, Ratio)>,
    compounds: Vec<Compound>,
}

/// All that has the same factor.
struct Compound {
    /// Place of the ratio and its exponent.
    powers: Vec<(usize, f64)>,
    /// The quarters it may reach.
    quarters: Range<usize>,
    /// What neither delay nor decision moves, by quarter of those.
    still: Vec<i64>,
    moving: Vec<Moving>,
}

/// What comes later or depends on a decision.
struct Moving {
    delay: Option<usize>,
    decision: Option<(usize, bool)>,
    /// The quarters it may reach.
    quarters: Range<usize>,
    /// The most months it may come later.
    latest: i32,
    /// Sums of all amounts before a position. The first is that before the first quarter it may reach, were all as
    /// late as may be; so the sum before any month of any delay is at hand, and a quarter is a difference of two.
    sums: Vec<i64>,
}

/// What a thread works on, block after block.
struct Scratch {
    /// Of each assumption, by run.
    drawn: Vec<[f64; BLOCK]>,
    /// Of each ratio, by run.
    logarithms: Vec<[f64; BLOCK]>,
    /// The quarters of each run, of what has one factor.
    of_factor: Vec<i64>,
    /// The quarters of each run, of everything: products with factors, not rounded yet.
    products: Vec<i128>,
}

impl Prepared {
    pub(super) fn new(simulation: &Simulation) -> Self {
        let quarters = simulation.quarters();
        let bounded: BTreeSet<BoundedRate> =
            simulation.parts().keys().flat_map(|movers| &movers.powers).map(|power| power.of).collect();
        let bounded: Vec<BoundedRate> = bounded.into_iter().collect();
        let mut prepared = Self {
            months: quarters.last().map_or(0, |months| months.end),
            quarters,
            draws: simulation.assumptions().iter().map(Draws::new).collect(),
            ratios: bounded.iter().map(|one| (one.rate, simulation.ratio(one))).collect(),
            compounds: Vec::new(),
        };
        let parts: Vec<(&Movers, &Row)> = simulation.parts().iter().collect();
        for of_factor in parts.chunk_by(|one, other| one.0.powers == other.0.powers) {
            let compound = prepared.compound(simulation, of_factor, &bounded);
            prepared.compounds.extend(compound);
        }
        prepared
    }

    /// The parts of one factor; `None` if they reach no quarter.
    fn compound(
        &self,
        simulation: &Simulation,
        parts: &[(&Movers, &Row)],
        bounded: &[BoundedRate],
    ) -> Option<Compound> {
        let mut still = vec![0; self.quarters.len()];
        let mut reached: Option<Range<usize>> = None;
        let mut moving = Vec::new();
        for (movers, row) in parts {
            let (earliest, latest) = movers.delay.map_or((0, 0), |place| simulation.delay_bounds(place));
            let Some(quarters) = self.reached(row, earliest, latest) else { continue };
            let all = reached.get_or_insert_with(|| quarters.clone());
            *all = all.start.min(quarters.start)..all.end.max(quarters.end);
            if movers.delay.is_some() || movers.decision.is_some() {
                moving.push(self.moving(movers, row, quarters, (earliest, latest)));
                continue;
            }
            for (position, cell) in row.planned(self.months) {
                still[self.quarters.partition_point(|quarter| quarter.end <= position)] += cell;
            }
        }
        let quarters = reached?;
        let powers = exponents(&parts.first()?.0.powers, bounded);
        Some(Compound { powers, still: still[quarters.clone()].to_vec(), quarters, moving })
    }

    /// The quarters that a row may reach, if any.
    fn reached(&self, row: &Row, earliest: i32, latest: i32) -> Option<Range<usize>> {
        let end = row.first + row.cells.len() as i32 + latest;
        let (start, end) = ((row.first + earliest).max(0) as usize, end.max(0) as usize);
        let first = self.quarters.partition_point(|quarter| quarter.end <= start);
        let last = self.quarters.partition_point(|quarter| quarter.start < end);
        (first < last).then_some(first..last)
    }

    fn moving(&self, movers: &Movers, row: &Row, quarters: Range<usize>, bounds: (i32, i32)) -> Moving {
        let (earliest, latest) = bounds;
        let first = self.quarters[quarters.start].start as i32 - latest;
        let last = self.quarters[quarters.end - 1].end as i32 - earliest;
        let mut sum = 0;
        let sums = (first..=last).map(|position| {
            let before = sum;
            let place = usize::try_from(position - row.first).ok();
            sum += place.and_then(|place| row.cells.get(place)).copied().unwrap_or_default();
            before
        });
        Moving { delay: movers.delay, decision: movers.decision, sums: sums.collect(), quarters, latest }
    }

    /// What one run adds up, in additions.
    pub(super) fn work(&self) -> u64 {
        let draws = self.draws.len() + self.ratios.len();
        let of_compounds: usize = self.compounds.iter().map(Compound::additions).sum();
        let factors = self.compounds.iter().map(|compound| compound.powers.len() + 1).sum::<usize>();
        of_compounds as u64 + draws as u64 * WORK_OF_DRAW + factors as u64 * WORK_OF_FACTOR
    }

    /// The spread of each quarter and, last, of the whole, given the point of each; `None` once it is to stop, which
    /// is asked before every block.
    pub(super) fn spreads(
        &self,
        sampling: Sampling,
        points: &[i64],
        currency: Currency,
        is_stopped: &(dyn Fn() -> bool + Sync),
    ) -> Option<Vec<Spread>> {
        let columns = self.quarters.len() + 1;
        let mut figures = vec![0_i64; sampling.runs as usize * columns];
        figures.par_chunks_mut(BLOCK * columns).enumerate().try_for_each_init(
            || Scratch::new(self),
            |scratch, (block, figures)| {
                let goes_on = !is_stopped();
                goes_on.then(|| self.block(sampling.seed, block, figures, scratch))
            },
        )?;
        let spread = |(column, point): (usize, &i64)| {
            let mut runs: Vec<i64> = figures[column..].iter().step_by(columns).copied().collect();
            Spread::of(*point, &mut runs, currency)
        };
        Some(points.par_iter().enumerate().map(spread).collect())
    }

    /// Makes the runs of a block, each into a row of figures: the quarters, then their sum.
    fn block(&self, seed: u64, block: usize, figures: &mut [i64], scratch: &mut Scratch) {
        scratch.draw(self, seed, (block * BLOCK) as u64);
        scratch.products.fill(0);
        for compound in &self.compounds {
            scratch.add(compound, &self.quarters);
        }
        let columns = self.quarters.len() + 1;
        let runs = scratch.products.chunks_exact(self.quarters.len());
        for (of_run, products) in figures.chunks_exact_mut(columns).zip(runs) {
            let mut total = 0;
            for (figure, products) in of_run.iter_mut().zip(products) {
                *figure = rounded(*products);
                total += *figure;
            }
            of_run[columns - 1] = total;
        }
    }
}

impl Compound {
    fn additions(&self) -> usize {
        let cells: usize = self.moving.iter().map(|moving| moving.quarters.len() + 8).sum();
        cells + self.quarters.len() * 2
    }
}

impl Scratch {
    fn new(prepared: &Prepared) -> Self {
        Self {
            drawn: vec![[0.0; BLOCK]; prepared.draws.len()],
            logarithms: vec![[0.0; BLOCK]; prepared.ratios.len()],
            of_factor: vec![0; prepared.quarters.len() * BLOCK],
            products: vec![0; prepared.quarters.len() * BLOCK],
        }
    }

    /// Draws all assumptions for the runs of a block.
    fn draw(&mut self, prepared: &Prepared, seed: u64, first_run: u64) {
        for (drawn, draws) in self.drawn.iter_mut().zip(&prepared.draws) {
            draws.fill(seed, first_run, drawn);
        }
        for (logarithms, (rate, ratio)) in self.logarithms.iter_mut().zip(&prepared.ratios) {
            *logarithms = self.drawn[*rate].map(|rate| ratio.logarithm(rate));
        }
    }

    /// Adds what has one factor to the quarters of every run.
    fn add(&mut self, compound: &Compound, quarters: &[Range<usize>]) {
        let width = compound.quarters.len();
        for of_run in self.of_factor[..width * BLOCK].chunks_exact_mut(width) {
            of_run.copy_from_slice(&compound.still);
        }
        for moving in &compound.moving {
            self.add_moving(moving, compound.quarters.start, width, &quarters[moving.quarters.clone()]);
        }
        let factors = if compound.powers.is_empty() {
            [Factor::ONE; BLOCK]
        } else {
            let mut products = [0.0; BLOCK];
            for (ratio, exponent) in &compound.powers {
                raise(&mut products, *exponent, &self.logarithms[*ratio]);
            }
            Factor::all(&products)
        };
        let runs = self.products.chunks_exact_mut(quarters.len()).zip(self.of_factor.chunks_exact(width));
        for ((products, sums), factor) in runs.zip(factors) {
            for (product, sum) in products[compound.quarters.clone()].iter_mut().zip(sums) {
                *product += factor.times(*sum);
            }
        }
    }

    /// Adds what moves to the quarters of every run in which it is spent, as late as it comes there. The rows of
    /// the runs are as wide as the quarters of its factor, of which the first is given.
    fn add_moving(&mut self, moving: &Moving, first: usize, width: usize, quarters: &[Range<usize>]) {
        let delays = moving.delay.map(|place| &self.drawn[place]);
        let decision = moving.decision.map(|(place, taken)| (&self.drawn[place], taken));
        let reached = moving.quarters.start - first..moving.quarters.end - first;
        let start = quarters[0].start;
        for (run, of_run) in self.of_factor[..width * BLOCK].chunks_exact_mut(width).enumerate() {
            if decision.is_some_and(|(decided, taken)| is_yes(decided[run]) != taken) {
                continue;
            }
            let later = delays.map_or(0, |delays| delays[run] as i32);
            let sums = &moving.sums[(moving.latest - later) as usize..];
            let mut before = sums[0];
            for (figure, quarter) in of_run[reached.clone()].iter_mut().zip(quarters) {
                let upto = sums[quarter.end - start];
                *figure += upto - before;
                before = upto;
            }
        }
    }
}

/// The places of the ratios among all, with their exponents.
fn exponents(powers: &[Power], bounded: &[BoundedRate]) -> Vec<(usize, f64)> {
    let place = |power: &Power| Some((bounded.binary_search(&power.of).ok()?, power.exponent()));
    powers.iter().filter_map(place).collect()
}
