//! The uncertain roadmap: what is assumed, what it moves, and what may not be asked.

use std::collections::HashSet;
use std::ops::Range;

use rust_decimal::Decimal;

use super::assumption::{Assumption, DecisionId, DelayId, Point, RateId};
use super::distribution::Distribution;
use super::outcome::{Outcome, QuarterSpread, Sampling, Spread, explain};
use super::parts::{BoundedRate, Movers, Parts, Power};
use super::runs::Prepared;
use super::sampling::{Ratio, float, largest, whole_months};
use super::source::{Compounding, Exposure, Series, Source};
use crate::error::{ForecastError, Result};
use crate::money::Currency;
use crate::month::FiscalCalendar;
use crate::roadmap::{MoneyView, Window};

/// The most runs of a simulation.
const RUNS_MAX: u32 = 100_000;
/// The most figures kept before they are ordered: runs times quarters. 64 megabytes.
const FIGURES_MAX: u64 = 8_000_000;
/// The most additions: runs times what a run adds up. About ten seconds of one thread.
const WORK_MAX: u64 = 40_000_000_000;
/// The longest delay, either way, in months.
const DELAY_MAX: i64 = 60;
/// What all amounts together may come to, at their largest, in minor units.
const SUM_MAX: u128 = (i64::MAX / 2) as u128;
const THREADS_MAX: usize = 256;

/// A roadmap some of whose assumptions are uncertain; see the [module](super).
#[derive(Debug, Clone)]
pub struct Simulation {
    window: Window,
    view: MoneyView,
    currency: Currency,
    /// Label and positions of the months of each fiscal quarter.
    quarters: Vec<((i32, u32), Range<usize>)>,
    assumptions: Vec<Assumption>,
    names: HashSet<String>,
    parts: Parts,
    /// What all amounts together come to at most.
    bound: u128,
}

impl Simulation {
    /// Nothing is uncertain and nothing is spent yet.
    pub fn new(window: Window, view: MoneyView, currency: Currency, calendar: &FiscalCalendar) -> Self {
        let mut quarters: Vec<((i32, u32), Range<usize>)> = Vec::new();
        for (position, month) in window.iter().enumerate() {
            let label = calendar.fiscal_quarter_of(month);
            match quarters.last_mut().filter(|(last, _)| *last == label) {
                Some((_, months)) => months.end = position + 1,
                None => quarters.push((label, position..position + 1)),
            }
        }
        Self {
            window,
            view,
            currency,
            quarters,
            assumptions: Vec::new(),
            names: HashSet::new(),
            parts: Parts::new(),
            bound: 0,
        }
    }

    /// Assumes a rate, of which the point figures take the value `point`: the rise of a price index in a year,
    /// growth in a month, the uplift of a renewal. Fractions: 0.03 is 3 %.
    ///
    /// # Errors
    ///
    /// As [`Distribution::check`]; [`ForecastError::Invalid`] for an empty or repeated name, or a rate below -0.99
    /// or above 10.
    pub fn rate(&mut self, name: &str, distribution: Distribution, point: Decimal) -> Result<RateId> {
        distribution.check()?;
        for rate in [distribution.lowest(), distribution.highest(), point] {
            check_rate(rate)?;
        }
        self.assume(name, distribution, Point::Rate(point)).map(RateId)
    }

    /// Assumes by how many months something comes later than planned, or earlier if negative. What is drawn is
    /// rounded half away from zero to whole months.
    ///
    /// # Errors
    ///
    /// As [`Distribution::check`]; [`ForecastError::Invalid`] for an empty or repeated name, or more than 60 months.
    pub fn delay(&mut self, name: &str, distribution: Distribution) -> Result<DelayId> {
        distribution.check()?;
        for months in [distribution.lowest(), distribution.highest()] {
            if months.abs() > Decimal::from(DELAY_MAX) {
                let rule = "a delay is within 60 months either way";
                return Err(ForecastError::invalid("delay", &months, rule));
            }
        }
        self.assume(name, distribution, Point::AsPlanned).map(DelayId)
    }

    /// Assumes that a decision is taken with a probability, such as that a contract is renewed. The point figures
    /// take it as taken or not.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for an empty or repeated name or a probability outside 0 to 1.
    pub fn decision(&mut self, name: &str, probability: Decimal, taken: bool) -> Result<DecisionId> {
        let distribution = Distribution::yes_or_no(probability);
        distribution.check()?;
        self.assume(name, distribution, Point::Decided(taken)).map(DecisionId)
    }

    /// Currency of every amount.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// What is assumed, in the order in which it was stated.
    pub fn assumptions(&self) -> &[Assumption] {
        &self.assumptions
    }

    fn assume(&mut self, name: &str, distribution: Distribution, point: Point) -> Result<usize> {
        if name.is_empty() || !self.names.insert(name.to_owned()) {
            let rule = "an assumption has a name, and is stated once: what depends on it shares it";
            return Err(ForecastError::invalid("assumption", name, rule));
        }
        self.assumptions.push(Assumption { name: name.to_owned(), distribution, point });
        Ok(self.assumptions.len() - 1)
    }

    /// Adds a source of spend. Amounts that cannot come into the window are left out.
    ///
    /// # Errors
    ///
    /// [`ForecastError::CurrencyMismatch`] for another currency; [`ForecastError::Invalid`] for another view, an
    /// assumption that was not stated here, an impossible exposure, or one under which an amount may grow more
    /// than a millionfold; [`ForecastError::OutOfRange`] if all amounts together may not fit.
    pub fn add(&mut self, source: &Source) -> Result<()> {
        let Source { amounts, exposures, delay, decision } = source;
        amounts.check(self.view, self.currency)?;
        exposures.iter().try_for_each(|exposure| self.check_exposure(exposure))?;
        let decision = decision.map(|(id, taken)| (id.0, taken));
        let delay = delay.map(|id| id.0);
        if let Some((place, _)) = decision {
            self.check_stated("decision", place, |point| matches!(point, Point::Decided(_)))?;
        }
        if let Some(place) = delay {
            self.check_stated("delay", place, |point| point == Point::AsPlanned)?;
        }
        let mut segments = Vec::new();
        let mut bound = self.bound;
        for (powers, first, cells) in self.segments(source, delay) {
            let most = self.largest_factor(&powers)?;
            let cells = cells.iter().map(|cell| i64::try_from(*cell).map_err(|_| too_much()));
            let cells: Vec<i64> = cells.collect::<Result<_>>()?;
            let sum: u128 = cells.iter().map(|cell| u128::from(cell.unsigned_abs())).sum();
            bound = sum
                .checked_mul(u128::from(most))
                .and_then(|most| bound.checked_add(most))
                .ok_or_else(too_much)?;
            segments.push((Movers { powers, delay, decision }, first, cells));
        }
        if bound > SUM_MAX {
            return Err(too_much());
        }
        self.bound = bound;
        for (movers, first, cells) in segments {
            self.parts.entry(movers).or_default().add(first, &cells);
        }
        Ok(())
    }

    /// Adds, as certain, what totals have beyond the sources that were added so far: with them the point figures are
    /// those of the totals, month by month.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_rest(&mut self, totals: &Series) -> Result<()> {
        let planned = self.planned();
        let planned = planned.iter().map(|cell| self.currency.from_minor(i128::from(*cell)));
        let planned =
            Series::new(self.view, self.currency, self.window.from(), &planned.collect::<Vec<_>>())?;
        self.add(&Source::certain(totals.less(&planned)?))
    }

    /// The months of a source that may come into the window, cut where its powers change: those, the position of
    /// the first month, and the amounts.
    fn segments<'a>(&self, source: &'a Source, delay: Option<usize>) -> Vec<(Vec<Power>, i32, &'a [i128])> {
        let (earliest, latest) = delay.map_or((0, 0), |place| self.delay_bounds(place));
        let amounts = &source.amounts;
        let offset = amounts.first.since(self.window.from());
        let place = |position: i32| usize::try_from(position.saturating_sub(offset)).unwrap_or_default();
        let last = self.window.months() as i32 - earliest.min(0);
        let kept = place(-latest.max(0)).min(amounts.cells.len())..place(last).min(amounts.cells.len());
        let month = |place: usize| amounts.first.plus(i32::try_from(place).unwrap_or(i32::MAX));
        let powers = |place: usize| Power::of(&source.exposures, month(place));
        let is_steady =
            source.exposures.iter().all(|one| matches!(one.compounding, Compounding::Part { .. }));
        let mut segments = Vec::new();
        let mut start = kept.start;
        while start < kept.end {
            let of_start = powers(start);
            let end = if is_steady {
                kept.end
            } else {
                (start + 1..kept.end).find(|place| powers(*place) != of_start).unwrap_or(kept.end)
            };
            segments.push((of_start, month(start).since(self.window.from()), &amounts.cells[start..end]));
            start = end;
        }
        segments
    }

    fn check_exposure(&self, exposure: &Exposure) -> Result<()> {
        self.check_stated("rate", exposure.rate.0, |point| matches!(point, Point::Rate(_)))?;
        let length = match exposure.compounding {
            Compounding::Part { period, .. } => Some(period),
            Compounding::Steps { every, .. } => every,
        };
        if length.is_some_and(|length| i32::try_from(length).unwrap_or_default() == 0) {
            let rule = "a period has a length of 1 to 2,147,483,647";
            return Err(ForecastError::invalid("period", &length.unwrap_or_default(), rule));
        }
        for rate in exposure.floor.into_iter().chain(exposure.cap) {
            check_rate(rate)?;
        }
        if let (Some(floor), Some(cap)) = (exposure.floor, exposure.cap)
            && floor > cap
        {
            return Err(ForecastError::invalid("floor", &floor, "a floor is not above the cap"));
        }
        Ok(())
    }

    fn check_stated(&self, field: &'static str, place: usize, is_kind: impl Fn(Point) -> bool) -> Result<()> {
        if self.assumptions.get(place).is_some_and(|assumption| is_kind(assumption.point)) {
            return Ok(());
        }
        Err(ForecastError::invalid(field, &place, "an assumption is stated to the simulation that uses it"))
    }

    /// A whole number that the product of some powers is not above.
    fn largest_factor(&self, powers: &[Power]) -> Result<u64> {
        let most = largest(powers.iter().map(|power| {
            let ratio = self.ratio(&power.of);
            let distribution = &self.assumptions[power.of.rate].distribution;
            let ends = [distribution.lowest(), distribution.highest()];
            (power.exponent(), ends.map(|end| ratio.logarithm(float(end))))
        }));
        most.ok_or_else(|| {
            let names = powers.iter().map(|power| self.assumptions[power.of.rate].name.as_str());
            let rule = "no amount may grow more than a millionfold over the point figures";
            ForecastError::invalid("exposure", &names.collect::<Vec<_>>().join(", "), rule)
        })
    }

    pub(super) fn ratio(&self, bounded: &BoundedRate) -> Ratio {
        let point = match self.assumptions[bounded.rate].point {
            Point::Rate(point) => point,
            Point::AsPlanned | Point::Decided(_) => Decimal::ZERO,
        };
        Ratio::new(point, bounded.floor, bounded.cap)
    }

    /// The least and the most months that a delay moves.
    pub(super) fn delay_bounds(&self, place: usize) -> (i32, i32) {
        let distribution = &self.assumptions[place].distribution;
        (whole_months(distribution.lowest()), whole_months(distribution.highest()))
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Positions of the months of each quarter.
    pub(super) fn quarters(&self) -> Vec<Range<usize>> {
        self.quarters.iter().map(|(_, months)| months.clone()).collect()
    }

    /// Makes the runs on a number of threads. The outcome is the same on any number.
    ///
    /// # Errors
    ///
    /// [`ForecastError::Invalid`] for fewer runs than 1 or more than 100,000, or for more than the amounts allow (a
    /// roadmap of more quarters or of more uncertain sources takes fewer runs), and for no or more than 256
    /// threads, or more than the machine starts.
    pub fn run(&self, sampling: Sampling, threads: usize) -> Result<Outcome> {
        self.run_until(sampling, threads, &|| false)
    }

    /// [`run`](Self::run), until it is to stop: that is asked again and again, from every thread. When it is asked
    /// does not touch the outcome.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run); [`ForecastError::Stopped`] once it was to stop.
    pub fn run_until(
        &self,
        sampling: Sampling,
        threads: usize,
        is_stopped: &(dyn Fn() -> bool + Sync),
    ) -> Result<Outcome> {
        let refuse = |rule| Err(ForecastError::invalid("runs", &sampling.runs, rule));
        if !(1..=RUNS_MAX).contains(&sampling.runs) {
            return refuse("a simulation makes 1 to 100,000 runs");
        }
        let columns = self.quarters.len() + 1;
        if u64::from(sampling.runs).saturating_mul(columns as u64) > FIGURES_MAX {
            return refuse(
                "runs times quarters are at most 8,000,000: make fewer runs or ask for fewer months",
            );
        }
        let prepared = Prepared::new(self);
        if u64::from(sampling.runs).saturating_mul(prepared.work()) > WORK_MAX {
            return refuse("runs times uncertain amounts are at most 40,000,000,000: make fewer runs");
        }
        let points = self.points();
        let pool = pool(threads)?;
        let spreads = pool.install(|| prepared.spreads(sampling, &points, self.currency, is_stopped));
        let mut spreads = spreads.ok_or(ForecastError::Stopped)?;
        // The last column is the total, and there always is one.
        let total = spreads.pop().unwrap_or_else(|| Spread::of(0, &mut [0], self.currency));
        let quarters = self.quarters.iter().zip(spreads).map(|(((fiscal_year, quarter), _), spread)| {
            QuarterSpread { fiscal_year: *fiscal_year, quarter: *quarter, spread }
        });
        Ok(Outcome {
            view: self.view,
            currency: self.currency,
            sampling,
            quarters: quarters.collect(),
            total,
            assumptions: self.assumptions.clone(),
            explanation: explain(sampling),
        })
    }

    /// The point figures of the quarters and, last, of the whole.
    fn points(&self) -> Vec<i64> {
        let planned = self.planned();
        let mut points: Vec<i64> =
            self.quarters.iter().map(|(_, months)| planned[months.clone()].iter().sum()).collect();
        points.push(planned.iter().sum());
        points
    }

    /// What is spent in each month with every assumption as planned, in minor units.
    fn planned(&self) -> Vec<i64> {
        let months = self.window.months() as usize;
        let mut planned = vec![0_i64; months];
        for (movers, row) in &self.parts {
            let is_spent = movers
                .decision
                .is_none_or(|(place, taken)| self.assumptions[place].point == Point::Decided(taken));
            for (position, cell) in row.planned(months).filter(|_| is_spent) {
                planned[position] += cell;
            }
        }
        planned
    }
}

/// Threads of this simulation alone. A number must be said: without one the environment would be asked.
fn pool(threads: usize) -> Result<rayon::ThreadPool> {
    let refuse = |rule| ForecastError::invalid("threads", &threads, rule);
    if !(1..=THREADS_MAX).contains(&threads) {
        return Err(refuse("a simulation takes 1 to 256 threads"));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|_| refuse("the machine does not start that many threads"))
}

fn check_rate(rate: Decimal) -> Result<()> {
    if (Decimal::new(-99, 2)..=Decimal::TEN).contains(&rate) {
        return Ok(());
    }
    Err(ForecastError::invalid(
        "rate",
        &rate,
        "an uncertain rate is a fraction from -0.99 to 10: 0.03 is 3 %",
    ))
}

fn too_much() -> ForecastError {
    ForecastError::OutOfRange { field: "sum of uncertain amounts" }
}
