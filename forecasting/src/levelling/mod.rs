//! Levelling: which cohort is refreshed in which month, under limits on spending and on installations.
//!
//! A [`Problem`] has [`Cohort`]s, each with what it costs in every month it may be ordered in and what waiting costs
//! beside that, and [`Limit`]s: by fiscal year and by month in a currency, and by month on the units installed.
//! [`level_greedily`] makes the plan that a person would, year by year. [`level`] makes the plan that costs least,
//! priced risk included, with the proof of how much less any other could cost, what a little more of each limit would
//! save, and, where there is no plan, the reasons that clash. [`level_what_fits`] then makes the plan that leaves the
//! fewest cohorts undone.
//!
//! That there is no plan is looked for before plans are: most often a year, or periods in a row, cannot hold what has to be
//! ordered in them, which takes no search to prove and few reasons to say.
//!
//! Amounts are whole minor units inside, so that every comparison is exact. Floating-point numbers are used for one
//! thing: to find good prices of the limits. What is claimed of these prices is then computed in whole numbers.

mod bound;
mod breakdown;
mod conflict;
mod filter;
mod greedy;
mod instance;
mod lagrangian;
mod optimal;
mod pack;
mod partial;
mod plan;
mod polish;
mod problem;
mod repair;
mod saving;
mod scaled;
mod search;
mod shortage;
mod simplex;
mod tree;

pub use breakdown::Breakdown;
pub use conflict::Conflict;
pub use greedy::{GreedyPlan, Infeasible, Shortfall, level_greedily};
pub use optimal::{Levelling, OptimalPlan, ShadowPrice, level};
pub use partial::{PartialPlan, level_what_fits};
pub use plan::{Placement, Plan, Unplaced, Unused};
pub use problem::{Cohort, Limit, MonthCost, Paid, Problem};
pub use saving::{Saving, saving};
