//! Fits cohorts into rows, whatever it costs.

use super::instance::Instance;
use super::repair::{State, members, relieve};

/// Rounds of moves after which it is given up.
const MOST_ROUNDS: usize = 400;

/// From a choice that overruns rows to one that does not: cohorts move to where there is room, and where there is none
/// two of them change places. `None` if that leads nowhere, which does not mean that they do not fit.
///
/// Up to `pairs` of moves are looked at.
pub(crate) fn pack(instance: &Instance, choice: Vec<usize>, mut pairs: usize) -> Option<Vec<usize>> {
    let losses = vec![0; instance.costs.len()];
    let mut state = State::new(instance, choice);
    for _ in 0..MOST_ROUNDS {
        let rows = state.overrun();
        if rows.is_empty() {
            return Some(state.choice);
        }
        let relieved = rows.iter().any(|row| relieve(&mut state, &losses, *row));
        if !relieved && !rows.iter().any(|row| exchange(&mut state, *row, &mut pairs)) {
            return None;
        }
    }
    state.overrun().is_empty().then_some(state.choice)
}

/// Moves a cohort out of a row and another one, which takes less, into it, so that the row is overrun by as little
/// as two moves can bring about, and no other by more.
fn exchange(state: &mut State<'_>, row: usize, left: &mut usize) -> bool {
    let instance = state.instance();
    let members = members(state);
    let inward = inward(instance, row);
    let mut least = state.used[row] - instance.capacities[row];
    let mut best = None;
    for cohort in members[row].iter().copied() {
        let now = state.choice[cohort];
        for option in instance.options(cohort) {
            if least <= 0 || *left == 0 || instance.taken(option, row) >= instance.taken(now, row) {
                continue;
            }
            let blocked = state.blocked(cohort, option);
            let Some(fullest) = blocked.iter().copied().min_by_key(|row| members[*row].len()) else {
                continue;
            };
            state.move_to(cohort, option);
            for other in members[fullest].iter().copied().filter(|other| *other != cohort) {
                *left = left.saturating_sub(1);
                for way in inward[other].iter().copied() {
                    let over = over(state, other, way, row, &blocked);
                    if over.is_some_and(|over| over < least) {
                        least = over.unwrap_or(least);
                        best = Some([(cohort, option), (other, way)]);
                    }
                }
            }
            state.move_to(cohort, now);
        }
    }
    for (cohort, option) in best.into_iter().flatten() {
        state.move_to(cohort, option);
    }
    best.is_some()
}

/// The options of each cohort that take something of a row.
fn inward(instance: &Instance, row: usize) -> Vec<Vec<usize>> {
    let of_cohort =
        |cohort| instance.options(cohort).filter(|option| instance.taken(*option, row) > 0).collect();
    (0..instance.cohorts()).map(of_cohort).collect()
}

/// By how much a row is overrun once a cohort has moved to an option; `None` if it then overruns another row, or one that
/// was blocked still is.
fn over(state: &State<'_>, cohort: usize, option: usize, row: usize, blocked: &[usize]) -> Option<i64> {
    let instance = state.instance();
    let now = state.choice[cohort];
    let after = |row: usize| {
        state.used[row] - instance.taken(now, row) + instance.taken(option, row) - instance.capacities[row]
    };
    let mut uses = instance.uses[option].iter().filter(|taken| taken.amount > 0);
    let fits = blocked.iter().all(|row| after(*row) <= 0)
        && uses.all(|taken| {
            taken.row == row || taken.amount <= instance.taken(now, taken.row) || after(taken.row) <= 0
        });
    fits.then(|| after(row).max(0))
}
