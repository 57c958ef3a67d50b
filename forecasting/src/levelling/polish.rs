//! From a plan to a better one: a few cohorts at a time are placed anew at the least cost, while the others stay.
//!
//! A plan is above its bound for two reasons: cohorts are not in their cheapest option at the prices, and something is
//! left of rows that have a price. Moving one cohort, or one for another, ends where no two fit better; a handful
//! that are almost as cheap elsewhere, placed together, fill what is left. Which handful is tried is drawn from
//! numbers that look random and are the same on every run, so that the plan is too.

use super::bound::{SCALE, bound};
use super::instance::Instance;
use super::repair::losses;

/// Options of a cohort that are tried, the cheapest at the prices of the rows.
const NEAR: usize = 10;
/// Cohorts that are drawn from: those that are almost as cheap elsewhere.
const POOL: usize = 90;
/// How many cohorts are placed anew together: few at first, more as that leads nowhere.
const HANDFULS: [usize; 5] = [6, 8, 10, 12, 14];
/// Handfuls in a row without a better plan after which more are taken together.
const PATIENCE: usize = 60;
/// Options that the search of one handful may try.
const TRIES: usize = 6_000;

/// Numbers that look random and are the same on every run (Steele, Lea and Flood, 2014).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

/// Makes a plan cheaper until it is within a `parts`-th of the bound of the prices, or `steps` options were tried.
pub(crate) fn polish(
    instance: &Instance,
    prices: &[i64],
    plan: Vec<usize>,
    parts: i128,
    steps: usize,
) -> Vec<usize> {
    let mut polish = Polish::new(instance, prices, plan, steps);
    let least = bound(instance, prices);
    let is_close = |cost: i128| (cost - least).saturating_mul(parts) <= cost.abs();
    let (mut size, mut without_gain) = (0, 0);
    polish.draw_pool();
    while polish.left > 0 && !polish.pool.is_empty() && !is_close(polish.cost) {
        let before = polish.left;
        let handful = polish.handful(HANDFULS[size]);
        if polish.place(&handful) {
            polish.draw_pool();
            without_gain = 0;
        } else {
            without_gain += 1;
            if without_gain > PATIENCE {
                without_gain = 0;
                size = (size + 1) % HANDFULS.len();
            }
        }
        // A handful costs something even where nothing of it can move.
        polish.left = polish.left.min(before.saturating_sub(HANDFULS[size] * NEAR));
    }
    polish.choice
}

struct Polish<'a> {
    instance: &'a Instance,
    prices: &'a [i64],
    losses: Vec<i64>,
    /// The options of each cohort that are tried, the cheapest at the prices first.
    near: Vec<Vec<usize>>,
    choice: Vec<usize>,
    cost: i128,
    used: Vec<i64>,
    /// Cohorts that may gain by moving with others, the most movable first.
    pool: Vec<usize>,
    numbers: Numbers,
    left: usize,
}

impl<'a> Polish<'a> {
    fn new(instance: &'a Instance, prices: &'a [i64], choice: Vec<usize>, left: usize) -> Self {
        let losses = losses(instance, prices);
        let near = |cohort| {
            let mut options: Vec<usize> = instance.options(cohort).collect();
            options.sort_by_key(|option| (losses[*option], *option));
            options.truncate(NEAR);
            options
        };
        let near = (0..instance.cohorts()).map(near).collect();
        let mut used = vec![0; instance.capacities.len()];
        for taken in choice.iter().flat_map(|option| instance.uses[*option]) {
            used[taken.row] += taken.amount;
        }
        let (cost, pool, numbers) = (instance.cost(&choice), Vec::new(), Numbers(7));
        Self { instance, prices, losses, near, choice, cost, used, pool, numbers, left }
    }

    /// Draws the cohorts whose second cheapest option, in other rows, loses least.
    fn draw_pool(&mut self) {
        let instance = self.instance;
        let movable = |cohort: usize| {
            let now = self.choice[cohort];
            let rows = instance.uses[now].map(|taken| taken.row);
            let mut others = self.near[cohort].iter().copied();
            let elsewhere = others.find(|option| instance.uses[*option].map(|taken| taken.row) != rows)?;
            Some((self.losses[elsewhere] - self.losses[now], cohort))
        };
        let mut pool: Vec<_> = (0..instance.cohorts()).filter_map(movable).collect();
        pool.sort_unstable();
        pool.truncate(POOL);
        self.pool = pool.into_iter().map(|(_, cohort)| cohort).collect();
    }

    /// Some of the pool, those that are most movable twice as often as the others.
    fn handful(&mut self, size: usize) -> Vec<usize> {
        let mut handful = Vec::with_capacity(size);
        for _ in 0..size * 3 {
            let reach =
                if self.numbers.below(2) == 0 { self.pool.len() } else { self.pool.len().div_ceil(3) };
            let cohort = self.pool[self.numbers.below(reach)];
            if !handful.contains(&cohort) {
                handful.push(cohort);
            }
            if handful.len() == size {
                break;
            }
        }
        handful
    }

    /// Places a handful of cohorts anew at the least cost; whether that gained anything.
    fn place(&mut self, handful: &[usize]) -> bool {
        let instance = self.instance;
        let mut now = 0;
        let mut budget = 0;
        for cohort in handful {
            let option = self.choice[*cohort];
            now += instance.costs[option];
            budget += self.losses[option];
            instance.uses[option].iter().for_each(|taken| self.used[taken.row] -= taken.amount);
        }
        // What all of this could gain at most: the losses of the handful and what is left of the rows.
        let slack: i128 = (0..instance.rows())
            .filter(|row| self.prices[*row] > 0)
            .map(|row| {
                let before: i64 =
                    handful.iter().map(|cohort| instance.taken(self.choice[*cohort], row)).sum();
                i128::from(instance.capacities[row] - self.used[row] - before) * i128::from(self.prices[row])
            })
            .sum();
        let slack = i64::try_from(slack / i128::from(SCALE)).unwrap_or(i64::MAX >> 3);
        let mut search = Handful {
            polish: self,
            handful,
            chosen: vec![0; handful.len()],
            best: None,
            below: now,
            budget: budget.saturating_add(slack),
            left: TRIES,
            used: Vec::new(),
        };
        search.used.clone_from(&search.polish.used);
        search.descend(0, 0, 0);
        let (best, below, spent) = (search.best, search.below, TRIES - search.left);
        self.left = self.left.saturating_sub(spent);
        let gained = best.is_some();
        if let Some(best) = best {
            for (cohort, option) in handful.iter().zip(best) {
                self.choice[*cohort] = option;
            }
            self.cost += i128::from(below - now);
        }
        for cohort in handful {
            let option = self.choice[*cohort];
            instance.uses[option].iter().for_each(|taken| self.used[taken.row] += taken.amount);
        }
        gained
    }
}

/// The search of one handful.
struct Handful<'a, 'b> {
    polish: &'a Polish<'b>,
    handful: &'a [usize],
    chosen: Vec<usize>,
    best: Option<Vec<usize>>,
    /// What the handful costs by now.
    below: i64,
    /// What it may lose at the prices and still gain.
    budget: i64,
    left: usize,
    used: Vec<i64>,
}

impl Handful<'_, '_> {
    fn descend(&mut self, depth: usize, cost: i64, loss: i64) {
        let polish = self.polish;
        let instance = polish.instance;
        let Some(cohort) = self.handful.get(depth) else {
            if cost < self.below {
                // What was gained is what may be lost less.
                self.budget -= self.below - cost;
                self.below = cost;
                self.best = Some(self.chosen.clone());
            }
            return;
        };
        for option in polish.near[*cohort].iter().copied() {
            let with = loss + polish.losses[option];
            if with >= self.budget || self.left == 0 {
                return;
            }
            self.left -= 1;
            let uses = &instance.uses[option];
            let fits = |taken: &super::instance::Use| {
                taken.amount == 0 || self.used[taken.row] + taken.amount <= instance.capacities[taken.row]
            };
            if uses.iter().all(fits) {
                uses.iter().for_each(|taken| self.used[taken.row] += taken.amount);
                self.chosen[depth] = option;
                self.descend(depth + 1, cost + instance.costs[option], with);
                uses.iter().for_each(|taken| self.used[taken.row] -= taken.amount);
            }
        }
    }
}
