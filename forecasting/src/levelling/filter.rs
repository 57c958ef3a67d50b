//! Less and less of a conflict, until nothing of it could be left out.
//!
//! A deletion filter (Chinneck and Dravnieks, 1991) asks of each cohort and of each limit whether the others clash without
//! it. Two things make that quick. A proof in prices says at once what it does not need, so that what is left is
//! about as much as has to be. And a plan of all but one cohort often answers for others too: where the one that it
//! leaves out may take the place of another, that one is needed as well (the rotation of models of Belov and
//! Marques-Silva, 2011).

use super::bound::{priced, scaled_bound};
use super::instance::{Instance, Use};
use super::pack::pack;
use super::scaled::Scaled;
use super::search::{Found, first_fit, search};
use super::shortage::Shortage;
use super::simplex::Simplex;

/// Options that one question of whether some cohorts fit may try before it stays open.
const MOST_TRIES: usize = 100_000;
/// Pairs of moves that may be looked at in fitting cohorts into rows.
const MOST_PAIRS: usize = 400_000;
/// Options times rows that are weighed in all such questions together: about a second. What is still open then is left
/// in.
const MOST_WORK: usize = 60_000_000;
/// Options times rows that are weighed in questions that stay open: where some of them do, others like them would too.
const MOST_IN_VAIN: usize = 4_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Fits,
    Clashes,
    Open,
}

/// Cohorts that have to be placed and rows that limit them, less and less of both.
pub(crate) struct Filter<'a> {
    instance: &'a Instance,
    /// Positions of the cohorts.
    pub cohorts: Vec<usize>,
    /// Whether each row counts.
    pub kept: Vec<bool>,
    /// Prices that proved the last conflict.
    pub proof: Vec<i64>,
    /// The cohorts and rows of which it is open whether the others clash without them.
    open: Vec<(Option<usize>, Option<usize>)>,
    witnesses: Vec<Witness>,
    /// What the largest part of each cohort took when cohorts were last divided.
    nearest: Vec<Option<[Use; 3]>>,
    /// How much has been weighed so far.
    work: usize,
    /// How much of it left questions open.
    in_vain: usize,
}

/// A plan of all cohorts but one under the rows that counted when it was found.
struct Witness {
    left_out: usize,
    /// What each cohort takes, by its position.
    uses: Vec<[Use; 3]>,
    /// What is taken of each row.
    used: Vec<i64>,
}

impl<'a> Filter<'a> {
    /// All of some cohorts under all rows.
    pub fn new(instance: &'a Instance, cohorts: Vec<usize>) -> Self {
        Self {
            instance,
            cohorts,
            kept: vec![true; instance.rows()],
            proof: vec![0; instance.capacities.len()],
            open: Vec::new(),
            witnesses: Vec::new(),
            nearest: vec![None; instance.cohorts()],
            work: 0,
            in_vain: 0,
        }
    }

    /// Periods that cannot hold what has to be ordered in them: a conflict that is small already.
    pub fn start_with(&mut self, shortage: Shortage) {
        self.proof = shortage.prices(self.instance.rows());
        self.kept.fill(false);
        shortage.rows.iter().for_each(|row| self.kept[*row] = true);
        if !shortage.by_amount {
            self.cohorts = shortage.cohorts;
        }
    }

    /// Leaves out what can be left out, and says whether it is proven of all that remains that it could not be. That
    /// everything clashes has to be known.
    pub fn reduce(&mut self) -> bool {
        self.drop_what_the_proof_spares();
        self.drop_cohorts();
        self.drop_rows();
        self.cohorts.sort_unstable();
        // What came after may have answered what was open, or left it out.
        let is_settled = |(cohort, row): &(Option<usize>, Option<usize>)| {
            cohort.is_some_and(|cohort| !self.cohorts.contains(&cohort))
                || row.is_some_and(|row| !self.kept[row])
                || self.is_witnessed(*cohort, *row)
        };
        self.open.iter().all(is_settled)
    }

    /// Whether everything that is left fits. A clash leaves its proof behind, if it has one in prices.
    pub fn verdict(&mut self) -> Verdict {
        self.ask(None, None)
    }

    /// Whether what is left fits without a cohort or a row. A fit without a cohort leaves a plan behind.
    fn ask(&mut self, cohort: Option<usize>, row: Option<usize>) -> Verdict {
        let cohorts: Vec<usize> = self.cohorts.iter().copied().filter(|one| Some(*one) != cohort).collect();
        let mut kept = self.kept.clone();
        if let Some(row) = row {
            kept[row] = false;
        }
        let restricted = self.instance.restricted(&cohorts, &kept);
        if (0..restricted.cohorts()).any(|cohort| restricted.options(cohort).is_empty()) {
            self.proof = vec![0; self.proof.len()];
            return Verdict::Clashes;
        }
        match self.decide(&restricted, &cohorts, &kept) {
            Ok(choice) => {
                if let Some(left_out) = cohort {
                    self.remember(left_out, &cohorts, &restricted, &choice);
                }
                Verdict::Fits
            }
            Err(verdict) => verdict,
        }
    }

    /// A choice that fits, or why there is none.
    fn decide(
        &mut self,
        restricted: &Instance,
        cohorts: &[usize],
        kept: &[bool],
    ) -> Result<Vec<usize>, Verdict> {
        // Where everything is free of cost, a bound above zero is the proof that nothing fits.
        let proves = |prices: &[i64]| scaled_bound(restricted, prices) > 0;
        if proves(&masked(&self.proof, kept)) {
            return Err(Verdict::Clashes);
        }
        let (start, fits) = first_fit(restricted);
        if fits {
            return Ok(start);
        }
        if self.work > MOST_WORK || self.in_vain > MOST_IN_VAIN {
            return Err(Verdict::Open);
        }
        let rows = kept.iter().filter(|kept| **kept).count();
        let work = restricted.costs.len().saturating_mul(rows + 8);
        let scaled = Scaled::new(restricted);
        let near = self.near(restricted, cohorts, &start);
        let differs = near != start;
        // What was nearly a plan before often is one now; where it is not, another beginning may lead to one.
        for start in std::iter::once(near).chain(differs.then_some(start)) {
            self.work += work;
            let vertex = Simplex::new(&scaled, &start).fit();
            for (cohort, option) in cohorts.iter().zip(&vertex.choice) {
                self.nearest[*cohort] = Some(restricted.uses[*option]);
            }
            let prices = masked(&scaled.proportions(&vertex.prices), kept);
            if proves(&prices) {
                self.proof = prices;
                return Err(Verdict::Clashes);
            }
            if let Some(choice) = pack(restricted, vertex.choice, MOST_PAIRS) {
                return Ok(choice);
            }
        }
        // Prices that prove nothing would only send the search astray.
        let none = vec![0; restricted.capacities.len()];
        match search(restricted, &none, None, MOST_TRIES) {
            Found::Better(choice) | Found::GivenUp(Some(choice)) => Ok(choice),
            Found::Nothing => Err(Verdict::Clashes),
            Found::GivenUp(None) => {
                self.in_vain += work;
                Err(Verdict::Open)
            }
        }
    }

    /// Where the question before ended, which differed by little; a start for cohorts that were not in it.
    fn near(&self, restricted: &Instance, cohorts: &[usize], start: &[usize]) -> Vec<usize> {
        let option_of = |(position, cohort): (usize, &usize)| {
            let mut options = restricted.options(position);
            let near = |option: &usize| self.nearest[*cohort] == Some(restricted.uses[*option]);
            options.find(near).unwrap_or(start[position])
        };
        cohorts.iter().enumerate().map(option_of).collect()
    }

    fn remember(&mut self, left_out: usize, cohorts: &[usize], restricted: &Instance, choice: &[usize]) {
        let nothing = Use { row: self.instance.rows(), amount: 0 };
        let mut witness = Witness {
            left_out,
            uses: vec![[nothing; 3]; self.instance.cohorts()],
            used: vec![0; self.instance.capacities.len()],
        };
        for (cohort, option) in cohorts.iter().zip(choice) {
            let uses = restricted.uses[*option];
            witness.uses[*cohort] = uses;
            uses.iter().for_each(|taken| witness.used[taken.row] += taken.amount);
        }
        self.witnesses.push(witness);
    }

    /// Whether in a plan of all cohorts but one that one fits in once another cohort, or a row, is left out.
    fn is_witnessed(&self, cohort: Option<usize>, row: Option<usize>) -> bool {
        self.witnesses.iter().any(|witness| {
            let freed = |of: usize| {
                let uses = cohort.iter().flat_map(|cohort| witness.uses[*cohort]);
                uses.filter(|taken| taken.row == of).map(|taken| taken.amount).sum::<i64>()
            };
            let fits = |taken: &Use| {
                let taken = self.instance.counted(*taken, &self.kept);
                let left = self.instance.capacities[taken.row] - witness.used[taken.row] + freed(taken.row);
                taken.amount == 0 || Some(taken.row) == row || taken.amount <= left
            };
            let mut options = self.instance.options(witness.left_out);
            cohort == Some(witness.left_out)
                || options.any(|option| self.instance.uses[option].iter().all(fits))
        })
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
        let parts = self.parts(&restricted);
        self.cohorts = enough(&parts, left);
    }

    /// What each cohort adds to the proof at least, in order.
    fn parts(&self, restricted: &Instance) -> Vec<(i128, usize)> {
        let proof = masked(&self.proof, &self.kept);
        let least = |position: usize| {
            let options = restricted.options(position);
            options.map(|option| priced(restricted, &proof, option)).min().unwrap_or(0)
        };
        let mut parts: Vec<(i128, usize)> =
            (0..self.cohorts.len()).map(|position| (least(position), self.cohorts[position])).collect();
        parts.sort_unstable();
        parts
    }

    /// How many of the cohorts have to be left out at least: as many as the proof has to lose so as to prove nothing.
    pub fn left_out(&self) -> usize {
        let restricted = self.instance.restricted(&self.cohorts, &self.kept);
        let mut short = scaled_bound(&restricted, &masked(&self.proof, &self.kept));
        let mut count = 0;
        for (part, _) in self.parts(&restricted).into_iter().rev() {
            if short <= 0 {
                break;
            }
            short -= part;
            count += 1;
        }
        count
    }

    fn drop_rows(&mut self) {
        for row in 0..self.kept.len() {
            if !self.kept[row] || self.is_witnessed(None, Some(row)) {
                continue;
            }
            match self.ask(None, Some(row)) {
                Verdict::Clashes => {
                    self.kept[row] = false;
                    self.drop_what_the_proof_spares();
                }
                Verdict::Fits => {}
                Verdict::Open => self.open.push((None, Some(row))),
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
            if !self.cohorts.contains(&cohort) || self.is_witnessed(Some(cohort), None) {
                continue;
            }
            match self.ask(Some(cohort), None) {
                Verdict::Clashes => {
                    self.cohorts.retain(|other| *other != cohort);
                    self.drop_what_the_proof_spares();
                }
                Verdict::Fits => {}
                Verdict::Open => self.open.push((Some(cohort), None)),
            }
        }
    }
}

/// The fewest cohorts whose parts of a proof are still enough, when all together are more than enough by so much. Parts
/// come in order. One of those that are kept is changed for one that is not if that leaves as little too much as can
/// be: what is left once a cohort is taken out is then as much as can be, and easier to show to fit.
fn enough(parts: &[(i128, usize)], mut left: i128) -> Vec<usize> {
    let (mut dropped, mut kept) = (Vec::new(), Vec::new());
    for (part, cohort) in parts {
        if *part < left {
            left -= part;
            dropped.push((*part, *cohort));
        } else {
            kept.push((*part, *cohort));
        }
    }
    let least = kept.first().map_or(0, |(part, _)| *part);
    if let Some(largest) = dropped.last()
        && let Some(change) = kept.iter_mut().rev().find(|(part, _)| *part > least && part - largest.0 < left)
    {
        *change = *largest;
    }
    kept.into_iter().map(|(_, cohort)| cohort).collect()
}

/// Prices of the rows that are kept; the others have none.
fn masked(prices: &[i64], kept: &[bool]) -> Vec<i64> {
    let of_rows = prices.iter().zip(kept).map(|(price, kept)| if *kept { *price } else { 0 });
    of_rows.chain([0]).collect()
}
