//! From a choice that overruns limits to a plan, and from a plan to a better one. Whole numbers throughout.

use super::bound::{SCALE, regrets};
use super::instance::Instance;

/// Rounds of moves after which a choice is given up.
const MOST_ROUNDS: usize = 60;
/// Options of a cohort that exchanges try, the cheapest at the prices of the rows.
const NEAR: usize = 8;

/// An option per cohort, and what they take of each row.
pub(crate) struct State<'a> {
    instance: &'a Instance,
    pub choice: Vec<usize>,
    pub used: Vec<i64>,
}

impl<'a> State<'a> {
    pub fn new(instance: &'a Instance, choice: Vec<usize>) -> Self {
        let mut used = vec![0; instance.capacities.len()];
        for taken in choice.iter().flat_map(|option| instance.uses[*option]) {
            used[taken.row] += taken.amount;
        }
        Self { instance, choice, used }
    }

    pub fn instance(&self) -> &'a Instance {
        self.instance
    }

    /// Whether a cohort may move to an option without overrunning a row that it takes more of.
    pub fn fits(&self, cohort: usize, option: usize) -> bool {
        let now = self.choice[cohort];
        self.instance.uses[option].iter().filter(|taken| taken.amount > 0).all(|taken| {
            let before = self.instance.taken(now, taken.row);
            taken.amount <= before
                || self.used[taken.row] - before + taken.amount <= self.instance.capacities[taken.row]
        })
    }

    pub fn move_to(&mut self, cohort: usize, option: usize) {
        for taken in self.instance.uses[self.choice[cohort]] {
            self.used[taken.row] -= taken.amount;
        }
        for taken in self.instance.uses[option] {
            self.used[taken.row] += taken.amount;
        }
        self.choice[cohort] = option;
    }

    /// The rows that are overrun, those overrun by the largest part first.
    pub fn overrun(&self) -> Vec<usize> {
        let over = |row: &usize| self.used[*row] > self.instance.capacities[*row];
        let mut rows: Vec<usize> = (0..self.instance.rows()).filter(over).collect();
        let part =
            |row: usize| (i128::from(self.used[row]), i128::from(self.instance.capacities[row]).max(1));
        rows.sort_by(|left, right| {
            let ((used, capacity), (other, of_other)) = (part(*left), part(*right));
            (other * capacity).cmp(&(used * of_other)).then(left.cmp(right))
        });
        rows
    }

    /// Whether a cohort fits into another option and rows are no longer overrun once it has moved there.
    fn clears(&self, cohort: usize, option: usize, rows: &[usize]) -> bool {
        let now = self.choice[cohort];
        let cleared = |row: &usize| {
            let used = self.used[*row] - self.instance.taken(now, *row) + self.instance.taken(option, *row);
            used <= self.instance.capacities[*row]
        };
        rows.iter().all(cleared) && self.fits(cohort, option)
    }

    /// The rows a cohort would overrun by moving to an option.
    pub fn blocked(&self, cohort: usize, option: usize) -> Vec<usize> {
        let now = self.choice[cohort];
        let uses = self.instance.uses[option].iter().filter(|taken| taken.amount > 0);
        let over = uses.filter(|taken| {
            let before = self.instance.taken(now, taken.row);
            taken.amount > before
                && self.used[taken.row] - before + taken.amount > self.instance.capacities[taken.row]
        });
        over.map(|taken| taken.row).collect()
    }
}

/// Moves cohorts out of rows that are overrun, those first that lose least at the prices for what they free. `None`
/// if that leads nowhere, which does not mean that there is no plan.
///
/// Where no single cohort can move, up to `pairs` of moves are looked at, of which one makes way for the other.
pub(crate) fn repair(
    instance: &Instance,
    prices: &[i64],
    choice: Vec<usize>,
    mut pairs: usize,
) -> Option<Vec<usize>> {
    let losses = losses(instance, prices);
    let mut state = State::new(instance, choice);
    for _ in 0..MOST_ROUNDS {
        let rows = state.overrun();
        if rows.is_empty() {
            return Some(state.choice);
        }
        let relieved = rows.iter().any(|row| relieve(&mut state, &losses, *row));
        if !relieved && !rows.iter().any(|row| make_way(&mut state, &losses, *row, &mut pairs)) {
            return None;
        }
    }
    state.overrun().is_empty().then_some(state.choice)
}

/// What each option loses against the cheapest of its cohort at the prices, in minor units.
pub(crate) fn losses(instance: &Instance, prices: &[i64]) -> Vec<i64> {
    let most = i128::from(i64::MAX >> 3);
    let whole = |regret: i128| i64::try_from((regret / i128::from(SCALE)).min(most)).unwrap_or(i64::MAX >> 3);
    regrets(instance, prices).into_iter().map(whole).collect()
}

/// Moves cohorts out of a row into options that fit until it is no longer overrun; whether any moved.
pub(crate) fn relieve(state: &mut State<'_>, losses: &[i64], row: usize) -> bool {
    let instance = state.instance;
    let mut moves = Vec::new();
    for cohort in 0..instance.cohorts() {
        let now = state.choice[cohort];
        let taken = instance.taken(now, row);
        if taken == 0 {
            continue;
        }
        for option in instance.options(cohort) {
            let freed = taken - instance.taken(option, row);
            if freed > 0 && state.fits(cohort, option) {
                moves.push((i128::from(losses[option] - losses[now]), i128::from(freed), cohort, option));
            }
        }
    }
    moves.sort_by(|left, right| (left.0 * right.1).cmp(&(right.0 * left.1)).then(left.2.cmp(&right.2)));
    let mut moved = vec![false; instance.cohorts()];
    let mut any = false;
    for (_, _, cohort, option) in moves {
        if state.used[row] <= instance.capacities[row] {
            break;
        }
        if !moved[cohort] && state.fits(cohort, option) {
            state.move_to(cohort, option);
            moved[cohort] = true;
            any = true;
        }
    }
    any
}

/// Moves one cohort out of a row into an option that has room once another cohort makes way.
fn make_way(state: &mut State<'_>, losses: &[i64], row: usize, left: &mut usize) -> bool {
    let instance = state.instance;
    let inside = |cohort: &usize| instance.taken(state.choice[*cohort], row) > 0;
    let members: Vec<usize> = (0..instance.cohorts()).filter(inside).collect();
    let mut best: Option<(i64, [(usize, usize); 2])> = None;
    for cohort in members {
        let now = state.choice[cohort];
        for option in instance.options(cohort) {
            if instance.taken(option, row) >= instance.taken(now, row) {
                continue;
            }
            let blocked = state.blocked(cohort, option);
            state.move_to(cohort, option);
            let loss = losses[option] - losses[now];
            if let Some((with, way)) = way(state, losses, (cohort, row), &blocked, left)
                && best.is_none_or(|(least, _)| loss + with < least)
            {
                best = Some((loss + with, [(cohort, option), way]));
            }
            state.move_to(cohort, now);
        }
    }
    let Some((_, moves)) = best else { return false };
    for (cohort, option) in moves {
        state.move_to(cohort, option);
    }
    true
}

/// The other cohort that makes way in the rows that are blocked at the least loss, without moving into `row`.
fn way(
    state: &State<'_>,
    losses: &[i64],
    (cohort, row): (usize, usize),
    blocked: &[usize],
    left: &mut usize,
) -> Option<(i64, (usize, usize))> {
    let instance = state.instance;
    let mut best: Option<(i64, (usize, usize))> = None;
    for other in (0..instance.cohorts()).filter(|other| *other != cohort) {
        let now = state.choice[other];
        if !blocked.iter().any(|row| instance.taken(now, *row) > 0) {
            continue;
        }
        for option in instance.options(other) {
            if *left == 0 {
                return best;
            }
            *left -= 1;
            let loss = losses[option] - losses[now];
            if best.is_none_or(|(least, _)| loss < least)
                && instance.taken(option, row) == 0
                && state.clears(other, option, blocked)
            {
                best = Some((loss, (other, option)));
            }
        }
    }
    best
}

/// Makes a plan cheaper by moving one cohort, or two of which one makes way for the other, as long as that helps and
/// no more than `pairs` of moves were looked at.
pub(crate) fn improve(instance: &Instance, prices: &[i64], plan: Vec<usize>, pairs: usize) -> Vec<usize> {
    let losses = losses(instance, prices);
    let near: Vec<Vec<usize>> = (0..instance.cohorts())
        .map(|cohort| {
            let mut options: Vec<usize> = instance.options(cohort).collect();
            options.sort_by_key(|option| (losses[*option], *option));
            options.truncate(NEAR);
            options
        })
        .collect();
    let mut state = State::new(instance, plan);
    let mut left = pairs;
    loop {
        let mut gained = false;
        for cohort in 0..instance.cohorts() {
            gained |= move_one(&mut state, cohort);
        }
        let mut members = members(&state);
        for cohort in 0..instance.cohorts() {
            gained |= move_two(&mut state, &near, &mut members, cohort, &mut left);
        }
        if !gained || left == 0 {
            return state.choice;
        }
    }
}

/// Moves a cohort to the cheapest option that fits.
fn move_one(state: &mut State<'_>, cohort: usize) -> bool {
    let instance = state.instance;
    let mut best = (instance.costs[state.choice[cohort]], None);
    for option in instance.options(cohort) {
        if instance.costs[option] < best.0 && state.fits(cohort, option) {
            best = (instance.costs[option], Some(option));
        }
    }
    if let Some(option) = best.1 {
        state.move_to(cohort, option);
    }
    best.1.is_some()
}

/// The cohorts that take something of each row.
pub(crate) fn members(state: &State<'_>) -> Vec<Vec<usize>> {
    let mut members = vec![Vec::new(); state.instance.capacities.len()];
    for (cohort, option) in state.choice.iter().enumerate() {
        for taken in state.instance.uses[*option].iter().filter(|taken| taken.amount > 0) {
            members[taken.row].push(cohort);
        }
    }
    members
}

/// Moves a cohort to a cheaper option that another one makes way in, if both together gain.
fn move_two(
    state: &mut State<'_>,
    near: &[Vec<usize>],
    members: &mut [Vec<usize>],
    cohort: usize,
    left: &mut usize,
) -> bool {
    let instance = state.instance;
    let now = state.choice[cohort];
    let mut best: Option<(i64, usize, usize, usize)> = None;
    for option in near[cohort].iter().copied() {
        let gain = instance.costs[now] - instance.costs[option];
        if gain <= 0 || option == now {
            continue;
        }
        let blocked = state.blocked(cohort, option);
        let Some(row) = blocked.iter().copied().min_by_key(|row| members[*row].len()) else { continue };
        state.move_to(cohort, option);
        for other in members[row].iter().copied().filter(|other| *other != cohort) {
            let of_other = state.choice[other];
            for way in near[other].iter().copied() {
                if *left == 0 {
                    break;
                }
                *left -= 1;
                let net = gain + instance.costs[of_other] - instance.costs[way];
                if net > best.map_or(0, |best| best.0) && state.clears(other, way, &blocked) {
                    best = Some((net, option, other, way));
                }
            }
        }
        state.move_to(cohort, now);
    }
    let Some((_, option, other, way)) = best else { return false };
    for (cohort, option) in [(cohort, option), (other, way)] {
        for taken in instance.uses[state.choice[cohort]] {
            members[taken.row].retain(|member| *member != cohort);
        }
        state.move_to(cohort, option);
        for taken in instance.uses[option].iter().filter(|taken| taken.amount > 0) {
            members[taken.row].push(cohort);
        }
    }
    true
}
