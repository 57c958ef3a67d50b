//! What might be otherwise: changes laid over what is recorded.
//!
//! A *scenario* is a named list of *changes* over the *baseline*, which is what is recorded; nothing is copied. An
//! [`overlay`] lays them over rows right after these were read, in the order of the list. A *comparison* draws the
//! baseline and scenarios from rows that are read once, and says which change makes which difference. A *frozen*
//! scenario is kept with what it was drawn from and what came out. This area has no arithmetic of money but sums of
//! differences: what anything costs is for the areas to say whose rows are changed.

mod before;
pub mod changes;
pub mod compare;
pub mod contradictions;
pub mod ends;
mod exits;
pub mod frozen;
pub mod graphql;
pub mod overlay;
pub mod rules;
#[expect(clippy::module_inception, reason = "the noun of the area has its name")]
pub mod scenarios;
pub mod sentences;
pub mod targets;
pub mod touched;

pub use exits::Exit;
pub use overlay::Overlay;
