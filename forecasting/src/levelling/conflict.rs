//! Why there is no plan: limits and cohorts that clash, none of which could be left out.

use super::filter::{Filter, Verdict};
use super::instance::Instance;
use super::problem::{Limit, Problem};
use super::shortage::{left_out, shortage};

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

/// A conflict that no smaller one is contained in, as far as that can be decided: of the periods that cannot hold what has
/// to be ordered in them those that need the fewest reasons; or, where each of them can, what is left of everything
/// once all is left out that the others clash without. `None` if no conflict can be proven.
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
    let found = shortage(problem, instance, &bound);
    let mut filter = Filter::new(instance, bound);
    match found {
        Some(shortage) => filter.start_with(shortage),
        None if filter.verdict() != Verdict::Clashes && !known => return None,
        None => {}
    }
    let irreducible = filter.reduce();
    Some(told(problem, filter.cohorts, &filter.kept, irreducible))
}

/// How many cohorts that cannot wait any plan leaves undone at least: those that fit nowhere, and of the others as many
/// as periods are short of, or as the proof that they clash can spare.
pub(crate) fn missed_at_least(problem: &Problem, instance: &Instance) -> usize {
    let bound = (0..instance.cohorts()).filter(|cohort| problem.cohorts[*cohort].is_bound(problem.window));
    let (fitting, never): (Vec<usize>, Vec<usize>) =
        bound.partition(|cohort| instance.options(*cohort).any(|option| instance.fits(option)));
    let short = left_out(problem, instance, &fitting);
    let mut filter = Filter::new(instance, fitting);
    let clashing = if filter.verdict() == Verdict::Clashes { filter.left_out().max(1) } else { 0 };
    never.len() + short.max(clashing)
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
