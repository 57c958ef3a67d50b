//! Consecutive years or months that cannot hold what has to be ordered in them: the plainest reason why there is no plan.
//!
//! Cohorts all of whose months lie within some periods have to be paid for out of the limits of these periods, so that
//! they clash once the least they can take is more than all these limits together (the condition of Hall, 1935, for what
//! is allowed in consecutive periods). Where there is more than enough but it is cut up, whole numbers say more: of what
//! takes more than a half of each limit there is room for one to a limit, of what takes more than a third for two, and
//! what takes several thirds counts as so many (the dual feasible functions of Fekete and Schepers, 2001).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::bound::SCALE;
use super::instance::Instance;
use super::problem::{Limit, Problem};
use crate::money::Currency;

/// Into how many parts a limit is cut at most to count what fits into it whole.
const MOST_PARTS: i64 = 4;
/// Cohorts that are looked at in all periods together.
const MOST_LOOKS: usize = 20_000_000;

/// Periods that cannot hold what has to be ordered in them.
pub(crate) struct Shortage {
    /// Positions of the cohorts: as few as are enough.
    pub cohorts: Vec<usize>,
    /// The rows of the periods.
    pub rows: Vec<usize>,
    /// Whether amounts prove it, so that a price of one on each of the rows does.
    pub by_amount: bool,
}

impl Shortage {
    fn size(&self) -> usize {
        self.cohorts.len() + self.rows.len()
    }

    /// Prices of all rows by which the bound of what costs nothing is above zero.
    pub fn prices(&self, rows: usize) -> Vec<i64> {
        let mut prices = vec![0; rows + 1];
        if self.by_amount {
            self.rows.iter().for_each(|row| prices[*row] = SCALE);
        }
        prices
    }
}

/// The shortage with the fewest cohorts and limits, of those that take the largest cohorts; of equals the one of the
/// first limits, yearly ones before monthly ones.
pub(crate) fn shortage(problem: &Problem, instance: &Instance, cohorts: &[usize]) -> Option<Shortage> {
    let mut best = None;
    let mut looks = MOST_LOOKS;
    measured(problem, instance, |measure| measure.look(cohorts, &mut best, &mut looks));
    best
}

/// How many cohorts have to be left out at least because periods are short.
pub(crate) fn left_out(problem: &Problem, instance: &Instance, cohorts: &[usize]) -> usize {
    let mut most = 0;
    let mut looks = MOST_LOOKS;
    measured(problem, instance, |measure| most = most.max(measure.left_out(cohorts, &mut looks)));
    most
}

/// Every measure of every kind of limit.
fn measured(problem: &Problem, instance: &Instance, mut use_measure: impl FnMut(&Measure<'_>)) {
    for ((slot, _), rows) in kinds(problem) {
        // One part says that what is larger than a limit does not fit, which is known of each by itself.
        for parts in (0..=MOST_PARTS).filter(|parts| *parts != 1) {
            use_measure(&Measure { instance, slot, rows: &rows, parts });
        }
    }
}

/// The rows of each kind of limit in the order of their periods, by the place that options have them in.
fn kinds(problem: &Problem) -> BTreeMap<(usize, Option<Currency>), Vec<usize>> {
    let mut kinds: BTreeMap<_, Vec<(i64, usize)>> = BTreeMap::new();
    for (row, limit) in problem.limits.iter().enumerate() {
        let (kind, period) = match limit {
            Limit::YearSpend { fiscal_year, limit } => ((0, Some(limit.currency)), i64::from(*fiscal_year)),
            Limit::MonthSpend { month, limit } => {
                ((1, Some(limit.currency)), i64::from(month.since(problem.window.from())))
            }
            Limit::MonthInstalls { month, .. } => ((2, None), i64::from(month.since(problem.window.from()))),
        };
        kinds.entry(kind).or_default().push((period, row));
    }
    let in_order = |mut rows: Vec<(i64, usize)>| {
        rows.sort_unstable();
        rows.into_iter().map(|(_, row)| row).collect()
    };
    kinds.into_iter().map(|(kind, rows)| (kind, in_order(rows))).collect()
}

/// How much cohorts take of the rows of a kind: amounts, or parts of a row.
struct Measure<'a> {
    instance: &'a Instance,
    /// The place of the kind among the uses of an option.
    slot: usize,
    rows: &'a [usize],
    /// Into how many parts each row is cut; zero for amounts.
    parts: i64,
}

/// A cohort that has to take something of rows of a kind, the first to the last of them by position.
struct Need {
    cohort: usize,
    first: usize,
    last: usize,
    least: i128,
}

impl Measure<'_> {
    /// Parts of a row: of what fits into it together, all parts are fewer than there are.
    fn parts_of(&self, amount: i64, capacity: i64) -> i128 {
        let (amount, capacity) = (i128::from(amount), i128::from(capacity));
        if self.parts == 0 { amount } else { (amount * i128::from(self.parts) - 1) / capacity }
    }

    fn capacity(&self, row: usize) -> i128 {
        if self.parts == 0 { i128::from(self.instance.capacities[row]) } else { i128::from(self.parts - 1) }
    }

    /// What a cohort needs; nothing if it may be ordered without taking of these rows.
    fn need(&self, cohort: usize, positions: &BTreeMap<usize, usize>) -> Option<Need> {
        let mut need = Need { cohort, first: usize::MAX, last: 0, least: i128::MAX };
        for option in self.instance.options(cohort) {
            let taken = self.instance.uses[option][self.slot];
            let position = positions.get(&taken.row).filter(|_| taken.amount > 0)?;
            need.first = need.first.min(*position);
            need.last = need.last.max(*position);
            let capacity = self.instance.capacities[taken.row];
            if taken.amount <= capacity {
                need.least = need.least.min(self.parts_of(taken.amount, capacity));
            }
        }
        (need.least > 0 && need.least < i128::MAX).then_some(need)
    }

    /// What cohorts need, the largest first.
    fn needs(&self, cohorts: &[usize]) -> Vec<Need> {
        let positions = self.rows.iter().enumerate().map(|(position, row)| (*row, position)).collect();
        let mut needs: Vec<Need> =
            cohorts.iter().filter_map(|cohort| self.need(*cohort, &positions)).collect();
        needs.sort_by_key(|need| (Reverse(need.least), need.cohort));
        needs
    }

    /// The first and the last of all consecutive periods that are short, fewer periods first, and by how much.
    fn short(&self, needs: &[Need]) -> Vec<(usize, usize, i128)> {
        let mut by_last = vec![0_i128; self.rows.len()];
        let mut short = Vec::new();
        for first in (0..self.rows.len()).rev() {
            for need in needs.iter().filter(|need| need.first == first) {
                by_last[need.last] += need.least;
            }
            let mut left = 0;
            for (last, row) in self.rows.iter().enumerate().skip(first) {
                left += self.capacity(*row) - by_last[last];
                if left < 0 {
                    short.push((first, last, -left));
                }
            }
        }
        short.sort_unstable_by_key(|(first, last, _)| (last - first, *first));
        short
    }

    /// Looks for a smaller shortage than the best in all consecutive periods.
    fn look(&self, cohorts: &[usize], best: &mut Option<Shortage>, looks: &mut usize) {
        let needs = self.needs(cohorts);
        for (first, last, _) in self.short(&needs) {
            let most = best.as_ref().map_or(usize::MAX, Shortage::size);
            if let Some(smaller) = self.fewest(&needs, first, last, most, looks) {
                *best = Some(smaller);
            }
        }
    }

    /// How many cohorts have to be left out at least, so that no periods are short: the largest of them would do.
    fn left_out(&self, cohorts: &[usize], looks: &mut usize) -> usize {
        let needs = self.needs(cohorts);
        let mut most = 0;
        for (first, last, mut short) in self.short(&needs) {
            let mut count = 0;
            for need in needs.iter().filter(|need| first <= need.first && need.last <= last) {
                if short <= 0 || *looks == 0 {
                    break;
                }
                *looks -= 1;
                short -= need.least;
                count += 1;
            }
            most = most.max(count);
        }
        most
    }

    /// The fewest cohorts that some periods cannot hold, if these are fewer reasons than the best.
    fn fewest(
        &self,
        needs: &[Need],
        first: usize,
        last: usize,
        most: usize,
        looks: &mut usize,
    ) -> Option<Shortage> {
        let rows = &self.rows[first..=last];
        let mut left: i128 = rows.iter().map(|row| self.capacity(*row)).sum();
        let mut cohorts = Vec::new();
        for need in needs {
            if *looks == 0 || cohorts.len() + rows.len() >= most {
                return None;
            }
            *looks -= 1;
            if first <= need.first && need.last <= last {
                left -= need.least;
                cohorts.push(need.cohort);
            }
            if left < 0 {
                break;
            }
        }
        (left < 0 && cohorts.len() + rows.len() < most).then(|| Shortage {
            cohorts,
            rows: rows.to_vec(),
            by_amount: self.parts == 0,
        })
    }
}
