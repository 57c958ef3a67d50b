//! When equipment and software reach their end, and what replaces them.
//!
//! A *refresh policy* says when assets are due for replacement and what that costs; [`matching`] says which
//! policy an asset falls under. A *refresh cycle* is a planned replacement of a *cohort* of assets, with a
//! budget. A *depreciation rule* says how a purchase becomes cost over its life. A *software release* is a line of
//! versions with the days its support ends. A *refresh plan* shows the cohorts of the roadmap one by one;
//! *deferral* says what it costs to wait with one of them, *levelling* what to order when under caps, and *exposure*
//! how much of the estate loses its support if nothing is replaced. This area does not know contracts, and adds up no
//! money over an estate: that is the roadmap's, whose cohorts and prices it uses.

pub mod as_known;
pub mod book_assumptions;
pub mod book_entries;
pub mod book_events;
pub mod book_figures;
pub mod book_masks;
pub mod book_periods;
pub mod book_schedules;
pub mod books;
pub mod closed_periods;
pub mod cohorts;
pub mod dated;
pub mod deferrals;
pub mod depreciation_rules;
pub mod graphql;
pub mod holdings;
pub mod laid_over_books;
pub mod levelling;
pub mod levelling_growth;
pub mod levelling_terms;
pub mod life_changes;
pub mod matching;
pub mod mid_quarters;
pub mod plan_masks;
mod policy_wear;
pub mod recorded;
pub mod refresh_cycles;
pub mod refresh_plan;
pub mod refresh_policies;
pub mod refreshes;
pub mod registers;
pub mod replacing;
pub mod software_releases;
pub mod support_exposure;
pub mod terms;
