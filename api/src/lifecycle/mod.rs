//! When equipment and software reach their end, and what replaces them.
//!
//! A *refresh policy* says when assets are due for replacement and what that costs; [`matching`] says which
//! policy an asset falls under. A *refresh cycle* is a planned replacement of a *cohort* of assets, with a
//! budget. A *depreciation rule* says how a purchase becomes cost over its life. A *software release* is a line of
//! versions with the days its support ends. This area does not know contracts, and plans no money over months:
//! that is the roadmap's.

pub mod book_figures;
pub mod books;
pub mod cohorts;
pub mod depreciation_rules;
pub mod graphql;
pub mod matching;
pub mod refresh_cycles;
pub mod refresh_policies;
pub mod refreshes;
pub mod registers;
pub mod software_releases;
pub mod terms;
