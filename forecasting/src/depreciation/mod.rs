//! Depreciation: what an asset costs each month it serves, and what is left in the books.
//!
//! A [`Method`] says how the cost less salvage falls over the years of life, a [`Convention`] says which part of
//! the first and the last month counts, and a [`Rounding`](crate::money::Rounding) says where the odd cents go.
//! Charges are posted at month ends. Textbook methods; conventions as in common fixed-asset ledgers, each with
//! its rule for leaving as well as for entering service.

mod convention;
mod method;
mod roll_forward;
mod schedule;

pub use convention::Convention;
pub use method::Method;
pub use roll_forward::{RollForward, roll_forward};
pub use schedule::{Basis, Charge, Depreciation, DepreciationRule, Disposal, DisposalResult};
