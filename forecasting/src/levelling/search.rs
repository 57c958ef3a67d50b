//! Exhaustive search with bounds, for small problems: it ends with the best plan, or with the proof that there is none.

use super::bound::{SCALE, regrets, scaled_bound};
use super::instance::Instance;

/// Cohorts beyond which no search is begun: it would not end, and it descends a level per cohort.
const MOST_COHORTS: usize = 400;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// The best plan that is cheaper than the one the search began with.
    Better(Vec<usize>),
    /// There is no cheaper plan.
    Nothing,
    /// The search was given up; a cheaper plan that it had found by then.
    GivenUp(Option<Vec<usize>>),
}

/// Searches for a plan that costs less than `below`, trying at most `most` options.
///
/// The prices bound what the cohorts that are not placed yet will cost at least, so that most branches end early.
pub(crate) fn search(instance: &Instance, prices: &[i64], below: Option<i128>, most: usize) -> Found {
    if instance.cohorts() > MOST_COHORTS {
        return Found::GivenUp(None);
    }
    let regrets = regrets(instance, prices);
    let mut order: Vec<usize> = (0..instance.cohorts()).collect();
    let sorted: Vec<Vec<usize>> = order
        .iter()
        .map(|cohort| {
            let mut options: Vec<usize> = instance.options(*cohort).collect();
            options.sort_by_key(|option| (regrets[*option], *option));
            options
        })
        .collect();
    let largest = |cohort: usize| {
        let taken = instance.options(cohort).flat_map(|option| instance.uses[option]);
        taken.map(|taken| taken.amount).max().unwrap_or(0)
    };
    // Cohorts without a choice first, then the large ones: what does not fit shows early.
    order.sort_by_key(|cohort| (sorted[*cohort].len() > 1, std::cmp::Reverse(largest(*cohort)), *cohort));
    let mut search = Search {
        instance,
        sorted,
        regrets,
        order,
        base: scaled_bound(instance, prices),
        below,
        best: None,
        used: vec![0; instance.capacities.len()],
        choice: vec![usize::MAX; instance.cohorts()],
        left: most,
    };
    search.descend(0, 0);
    match (search.left, search.best) {
        (0, best) => Found::GivenUp(best),
        (_, Some(best)) => Found::Better(best),
        (_, None) => Found::Nothing,
    }
}

struct Search<'a> {
    instance: &'a Instance,
    /// The options of each cohort, the cheapest at the prices first.
    sorted: Vec<Vec<usize>>,
    regrets: Vec<i128>,
    order: Vec<usize>,
    /// The bound before anything is placed.
    base: i128,
    below: Option<i128>,
    best: Option<Vec<usize>>,
    used: Vec<i64>,
    choice: Vec<usize>,
    left: usize,
}

impl Search<'_> {
    fn descend(&mut self, depth: usize, regret: i128) {
        let Some(cohort) = self.order.get(depth).copied() else {
            self.below = Some(self.instance.cost(&self.choice));
            self.best = Some(self.choice.clone());
            return;
        };
        for index in 0..self.sorted[cohort].len() {
            let option = self.sorted[cohort][index];
            let with = regret + self.regrets[option];
            // The next whole minor unit below the best plan is what would still help.
            let hopeless = self.below.is_some_and(|below| self.base + with > (below - 1) * i128::from(SCALE));
            if hopeless || self.left == 0 {
                return;
            }
            self.left -= 1;
            let uses = self.instance.uses[option];
            let fits = uses.iter().all(|taken| {
                taken.amount == 0
                    || self.used[taken.row] + taken.amount <= self.instance.capacities[taken.row]
            });
            if fits {
                uses.iter().for_each(|taken| self.used[taken.row] += taken.amount);
                self.choice[cohort] = option;
                self.descend(depth + 1, with);
                uses.iter().for_each(|taken| self.used[taken.row] -= taken.amount);
            }
        }
    }
}

/// Places cohorts one after the other, the large ones first, each in the option that leaves its fullest row emptiest;
/// `None` if one does not fit anywhere.
pub(crate) fn first_fit(instance: &Instance) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..instance.cohorts()).collect();
    let largest = |cohort: usize| {
        let taken = instance.options(cohort).flat_map(|option| instance.uses[option]);
        taken.map(|taken| taken.amount).max().unwrap_or(0)
    };
    order.sort_by_key(|cohort| {
        (instance.options(*cohort).len(), std::cmp::Reverse(largest(*cohort)), *cohort)
    });
    let mut used = vec![0_i64; instance.capacities.len()];
    let mut choice = vec![usize::MAX; instance.cohorts()];
    for cohort in order {
        let room = |option: &usize| {
            let left = instance.uses[*option].iter().filter(|taken| taken.amount > 0).map(|taken| {
                let left = instance.capacities[taken.row] - used[taken.row] - taken.amount;
                // In thousandths of the row, so that years, months and installers compare.
                i128::from(left) * 1_000 / i128::from(instance.capacities[taken.row]).max(1)
                    - i128::from(left < 0) * i128::from(i64::MAX)
            });
            left.min().unwrap_or(i128::MAX)
        };
        let option =
            instance.options(cohort).max_by_key(|option| (room(option), std::cmp::Reverse(*option)))?;
        if room(&option) < 0 {
            return None;
        }
        choice[cohort] = option;
        instance.uses[option].iter().for_each(|taken| used[taken.row] += taken.amount);
    }
    Some(choice)
}
