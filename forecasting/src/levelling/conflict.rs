//! Why there is no plan: limits and cohorts that clash, none of which could be left out.

use super::bound::{priced, scaled_bound};
use super::instance::Instance;
use super::problem::{Limit, Problem};
use super::repair::repair;
use super::scaled::Scaled;
use super::search::{Found, first_fit, search};
use super::simplex::Simplex;

/// Options that one question of whether some cohorts fit may try before it stays open.
const MOST_TRIES: usize = 100_000;
/// Options times rows that are weighed in all such questions together: a second or two. What is still open then is
/// left in.
const MOST_WORK: usize = 60_000_000;

/// Limits and cohorts that cannot be met together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Positions of the cohorts, all of which have to be ordered in the window.
    pub cohorts: Vec<usize>,
    /// Their ids.
    pub ids: Vec<String>,
    /// The limits. Empty for a cohort that may be ordered in no month at all. Together with the cohorts they allow no
    /// plan.
    pub limits: Vec<Limit>,
    /// Whether it is proven that leaving out any one of the cohorts or limits would make a plan possible. `false`
    /// if that question could not be decided for some of them; the conflict itself is proven in any case.
    pub irreducible: bool,
}

/// Cohorts that have to be placed and rows that limit them, less and less of both.
struct Filter<'a> {
    instance: &'a Instance,
    /// Positions of the cohorts.
    cohorts: Vec<usize>,
    /// Whether each row counts.
    kept: Vec<bool>,
    /// Prices that proved the last conflict.
    proof: Vec<i64>,
    irreducible: bool,
    /// How much has been weighed so far.
    work: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fits,
    Clashes,
    Open,
}

/// A conflict that no smaller one is contained in, by a deletion filter: what can be left out without a plan becoming
/// possible is left out, one after the other (Chinneck and Dravnieks, 1991). `None` if no conflict can be proven.
///
/// `known` says that it is known already that there is no plan.
pub(crate) fn conflict(problem: &Problem, instance: &Instance, known: bool) -> Option<Conflict> {
    let bound: Vec<usize> =
        (0..instance.cohorts()).filter(|cohort| problem.cohorts[*cohort].is_bound(problem.window)).collect();
    if let Some(cohort) = bound.iter().find(|cohort| instance.options(**cohort).is_empty()) {
        return Some(told(problem, vec![*cohort], &[], true));
    }
    let alone = bound.iter().filter_map(|cohort| Some((refusals(instance, *cohort)?, *cohort)));
    let count = |kept: &[bool]| kept.iter().filter(|kept| **kept).count();
    if let Some((kept, cohort)) = alone.min_by_key(|(kept, cohort)| (count(kept), *cohort)) {
        return Some(told(problem, vec![cohort], &kept, true));
    }
    let mut filter = Filter {
        instance,
        cohorts: bound,
        kept: vec![true; instance.rows()],
        proof: vec![0; instance.capacities.len()],
        irreducible: true,
        work: 0,
    };
    if filter.verdict(&filter.cohorts.clone(), &filter.kept.clone()) != Verdict::Clashes && !known {
        return None;
    }
    filter.drop_what_the_proof_spares();
    filter.drop_rows();
    filter.drop_cohorts();
    filter.cohorts.sort_unstable();
    Some(told(problem, filter.cohorts, &filter.kept, filter.irreducible))
}

/// The rows that refuse every option of a cohort by themselves, none of which could be left out; `None` if it fits
/// somewhere while nothing else is there.
fn refusals(instance: &Instance, cohort: usize) -> Option<Vec<bool>> {
    let refused: Vec<Vec<usize>> = instance
        .options(cohort)
        .map(|option| {
            let taken = instance.uses[option].iter();
            let over = taken.filter(|taken| taken.amount > instance.capacities[taken.row]);
            over.map(|taken| taken.row).collect()
        })
        .collect();
    let mut kept = vec![false; instance.rows()];
    for row in refused.iter().flatten() {
        kept[*row] = true;
    }
    let holds = |kept: &[bool]| refused.iter().all(|rows| rows.iter().any(|row| kept[*row]));
    if !holds(&kept) {
        return None;
    }
    // Limits on months go first: one cap on a year says as much as twelve of them.
    for row in (0..kept.len()).rev().filter(|row| kept[*row]).collect::<Vec<_>>() {
        kept[row] = false;
        kept[row] = !holds(&kept);
    }
    Some(kept)
}

fn told(problem: &Problem, cohorts: Vec<usize>, kept: &[bool], irreducible: bool) -> Conflict {
    let limits = problem.limits.iter().zip(kept).filter(|(_, kept)| **kept);
    Conflict {
        ids: cohorts.iter().map(|cohort| problem.cohorts[*cohort].id.clone()).collect(),
        limits: limits.map(|(limit, _)| *limit).collect(),
        cohorts,
        irreducible,
    }
}

impl Filter<'_> {
    /// Whether cohorts fit under rows. A clash leaves its proof behind, if it has one in prices.
    fn verdict(&mut self, cohorts: &[usize], kept: &[bool]) -> Verdict {
        let restricted = self.instance.restricted(cohorts, kept);
        if (0..restricted.cohorts()).any(|cohort| restricted.options(cohort).is_empty()) {
            self.proof = vec![0; self.proof.len()];
            return Verdict::Clashes;
        }
        // Where everything is free of cost, a bound above zero is the proof that nothing fits.
        let proves = |prices: &[i64]| scaled_bound(&restricted, prices) > 0;
        if proves(&masked(&self.proof, kept)) {
            return Verdict::Clashes;
        }
        let (start, fits) = first_fit(&restricted);
        if fits {
            return Verdict::Fits;
        }
        if self.work > MOST_WORK {
            return Verdict::Open;
        }
        self.work += restricted.costs.len().saturating_mul(restricted.rows() + 8);
        let scaled = Scaled::new(&restricted);
        let vertex = Simplex::new(&scaled, &start).fit();
        let prices = masked(&scaled.proportions(&vertex.prices), kept);
        if proves(&prices) {
            self.proof = prices;
            return Verdict::Clashes;
        }
        if repair(&restricted, &prices, vertex.choice, MOST_TRIES).is_some() {
            return Verdict::Fits;
        }
        // Prices that prove nothing would only send the search astray.
        let none = vec![0; prices.len()];
        match search(&restricted, &none, None, MOST_TRIES) {
            Found::Better(_) | Found::GivenUp(Some(_)) => Verdict::Fits,
            Found::Nothing => Verdict::Clashes,
            Found::GivenUp(None) => Verdict::Open,
        }
    }

    /// Leaves out the rows that have no price in the proof, and the cohorts that the proof holds without.
    fn drop_what_the_proof_spares(&mut self) {
        let restricted = self.instance.restricted(&self.cohorts, &self.kept);
        if scaled_bound(&restricted, &masked(&self.proof, &self.kept)) <= 0 {
            return;
        }
        let priced_rows: Vec<bool> =
            self.kept.iter().zip(&self.proof).map(|(kept, price)| *kept && *price > 0).collect();
        // A row without a price may still have kept options out that do not fit under it.
        let mut restricted = self.instance.restricted(&self.cohorts, &priced_rows);
        let mut left = scaled_bound(&restricted, &masked(&self.proof, &priced_rows));
        if left > 0 {
            self.kept = priced_rows;
        } else {
            restricted = self.instance.restricted(&self.cohorts, &self.kept);
            left = scaled_bound(&restricted, &masked(&self.proof, &self.kept));
        }
        let proof = masked(&self.proof, &self.kept);
        let least = |cohort: usize| {
            let options = restricted.options(cohort);
            options.map(|option| priced(&restricted, &proof, option)).min().unwrap_or(0)
        };
        let mut parts: Vec<(i128, usize)> =
            (0..self.cohorts.len()).map(|position| (least(position), self.cohorts[position])).collect();
        parts.sort_unstable();
        self.cohorts.clear();
        for (part, cohort) in parts {
            if part < left {
                left -= part;
            } else {
                self.cohorts.push(cohort);
            }
        }
    }

    fn drop_rows(&mut self) {
        for row in 0..self.kept.len() {
            if !self.kept[row] {
                continue;
            }
            let mut without = self.kept.clone();
            without[row] = false;
            match self.verdict(&self.cohorts.clone(), &without) {
                Verdict::Clashes => {
                    self.kept = without;
                    self.drop_what_the_proof_spares();
                }
                Verdict::Fits => {}
                Verdict::Open => self.irreducible = false,
            }
        }
    }

    /// Leaves cohorts out, those first that take least: a few large ones say more than many small ones.
    fn drop_cohorts(&mut self) {
        let largest = |cohort: &usize| {
            let taken = self.instance.options(*cohort).flat_map(|option| self.instance.uses[option]);
            taken.filter(|taken| self.kept.get(taken.row) == Some(&true)).map(|taken| taken.amount).max()
        };
        let mut order = self.cohorts.clone();
        order.sort_by_key(|cohort| (largest(cohort), *cohort));
        for cohort in order {
            if !self.cohorts.contains(&cohort) {
                continue;
            }
            let without: Vec<usize> = self.cohorts.iter().copied().filter(|other| *other != cohort).collect();
            match self.verdict(&without, &self.kept.clone()) {
                Verdict::Clashes => {
                    self.cohorts = without;
                }
                Verdict::Fits => {}
                Verdict::Open => self.irreducible = false,
            }
        }
    }
}

/// Prices of the rows that are kept; the others have none.
fn masked(prices: &[i64], kept: &[bool]) -> Vec<i64> {
    let of_rows = prices.iter().zip(kept).map(|(price, kept)| if *kept { *price } else { 0 });
    of_rows.chain([0]).collect()
}
