//! Depreciation: what an asset costs each month it serves, what is left in the books, and whether the books are right.
//!
//! A [`Method`] says how the cost less salvage falls over the years of life, a [`Convention`] says which part of
//! the first and the last month counts, and a [`Rounding`](crate::money::Rounding) says where the odd cents go.
//! Charges are posted at month ends. Textbook methods; conventions as in common fixed-asset ledgers, each with
//! its rule for leaving as well as for entering service.
//!
//! | Type | For |
//! |---|---|
//! | [`Depreciation`] | one asset, or a vintage of many, as its rule has it: what a roadmap asks for |
//! | [`Ledger`], [`Book`] | assets with what happened to them, posted in one of several [`BookTerms`] |
//! | [`Holdings`] | assets by the ten thousand, those that are alike posted once |
//! | [`Macrs`] | income tax in the United States, by published tables |
//! | [`straight_line_lease`], [`lease_or_buy`] | leases |
//! | [`reconcile`], [`findings`] | the register against the inventory, and against itself |

mod book;
mod catch_up;
mod convention;
mod entry;
mod holdings;
mod lease;
mod ledger;
mod macrs;
mod macrs_tables;
mod method;
mod movements;
mod pace;
mod posting;
mod reconciliation;
mod roll_forward;
mod schedule;
mod timeline;
mod validation;
mod weeks;

pub use book::{Book, BookEntry, PeriodCharge};
pub use convention::Convention;
pub use entry::{BookKind, BookTerms, Change, Entry, Event, Opening, PeriodSharing, Plan, Portion};
pub use holdings::{Holdings, Path};
pub use lease::{
    Lease, LeaseComparison, LeaseMonth, PaymentTiming, Purchase, lease_or_buy, straight_line_lease,
};
pub use ledger::{Balance, CatchUp, DisposalPosting, Ledger, Posting, WriteOff};
pub use macrs::{
    Macrs, MacrsClass, MacrsConvention, MidQuarterTest, Placement, mid_quarter_test, mid_quarter_years,
};
pub use method::Method;
pub use movements::Movements;
pub use reconciliation::{
    Discrepancy, InventoryAsset, Mismatch, MismatchTotal, Reconciliation, RegisterEntry, match_key, reconcile,
};
pub use roll_forward::{RollForward, roll_forward};
pub use schedule::{Basis, Charge, Depreciation, DepreciationRule, Disposal, DisposalResult};
pub use validation::{Finding, RegisterRecord, Severity, findings};
